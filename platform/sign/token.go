package sign

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// errToken is returned for a time stamp that we cannot believe.
var errToken = errors.New("sign: the time stamp is not in form")

// token is a time stamp (RFC 3161, with the names of RFC 5816): somebody saw
// this digest at this time.
type token struct {
	cms    *cms
	time   time.Time
	digest []byte
	nonce  *big.Int
	signer *x509.Certificate
	certs  []*x509.Certificate
}

// parseToken reads a token and checks its signature with the certificate that
// it brings along. Whether that one is trusted is another question (trust.go).
func parseToken(der []byte) (*token, error) {
	c, err := parseCMS(der)
	if err != nil {
		return nil, err
	}
	t := &token{cms: c}
	if !c.kind.Equal(oidTSTInfo) || c.content == nil || c.unsigned != nil || !t.info(c.content) {
		return nil, errToken
	}
	if t.certs, t.signer, err = c.certificates(); err != nil {
		return nil, err
	}
	if err := t.bound(); err != nil {
		return nil, err
	}
	return t, c.check(t.signer)
}

// info reads TSTInfo. It is signed as a whole: only what counts is read.
func (t *token) info(der []byte) bool {
	in := cryptobyte.String(der)
	var seq, imprint, algorithm, at, rest cryptobyte.String
	var version int64
	var policy asn1.ObjectIdentifier
	serial := new(big.Int)
	var kind tag.Tag
	ok := in.ReadASN1(&seq, tag.SEQUENCE) && in.Empty() && seq.ReadASN1Integer(&version) && version == 1 &&
		seq.ReadASN1ObjectIdentifier(&policy) &&
		seq.ReadASN1(&imprint, tag.SEQUENCE) && imprint.ReadASN1Element(&algorithm, tag.SEQUENCE) &&
		imprint.ReadASN1Bytes(&t.digest, tag.OCTET_STRING) && imprint.Empty() &&
		seq.ReadASN1Integer(serial) && seq.ReadASN1(&at, tag.GeneralizedTime)
	if hash, known := digestOf(algorithm); !ok || !known || hash != crypto.SHA256 || len(t.digest) != sha256.Size {
		return false
	}
	var err error
	if t.time, err = time.Parse("20060102150405Z", string(at)); err != nil { // takes a fraction too
		return false
	}
	for !seq.Empty() {
		if seq.PeekASN1Tag(tag.INTEGER) {
			t.nonce = new(big.Int)
			if !seq.ReadASN1Integer(t.nonce) {
				return false
			}
		} else if !seq.ReadAnyASN1(&rest, &kind) {
			return false
		}
	}
	return true
}

// bound checks that the signed attributes name kind, content and certificate.
func (t *token) bound() error {
	hash, ok := digestOf(t.cms.digest)
	if !ok {
		return errToken
	}
	h := hash.New()
	h.Write(t.cms.content)
	sum := h.Sum(nil)
	found := map[string]bool{}
	in := cryptobyte.String(t.cms.attributes)
	for !in.Empty() {
		var a, values cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !in.ReadASN1(&a, tag.SEQUENCE) || !a.ReadASN1ObjectIdentifier(&oid) || !a.ReadASN1(&values, tag.SET) || found[oid.String()] {
			return errToken
		}
		found[oid.String()] = true
		var kind asn1.ObjectIdentifier
		var digest []byte
		switch {
		case oid.Equal(oidContentType):
			ok = values.ReadASN1ObjectIdentifier(&kind) && kind.Equal(oidTSTInfo)
		case oid.Equal(oidMessageDigest):
			ok = values.ReadASN1Bytes(&digest, tag.OCTET_STRING) && bytes.Equal(digest, sum)
		case oid.Equal(oidCertificateV2):
			ok = names(values, t.signer)
		}
		if !ok {
			return errToken
		}
	}
	if !found[oidContentType.String()] || !found[oidMessageDigest.String()] || !found[oidCertificateV2.String()] {
		return errToken
	}
	return nil
}

// names says whether the first certificate that the attribute has is cert.
func names(attribute cryptobyte.String, cert *x509.Certificate) bool {
	var list, ids, id, named cryptobyte.String
	var digest []byte
	if !attribute.ReadASN1(&list, tag.SEQUENCE) || !list.ReadASN1(&ids, tag.SEQUENCE) || !ids.ReadASN1(&id, tag.SEQUENCE) {
		return false
	}
	hash := crypto.SHA256 // unless it says otherwise
	if id.PeekASN1Tag(tag.SEQUENCE) {
		var ok bool
		if !id.ReadASN1Element(&named, tag.SEQUENCE) {
			return false
		}
		if hash, ok = digestOf(named); !ok {
			return false
		}
	}
	h := hash.New()
	h.Write(cert.Raw)
	return id.ReadASN1Bytes(&digest, tag.OCTET_STRING) && bytes.Equal(digest, h.Sum(nil))
}

// certificates parses what c brings along and finds the signer's. No
// certificate may stand there twice.
func (c *cms) certificates() (all []*x509.Certificate, signer *x509.Certificate, err error) {
	for i, der := range c.certs {
		cert, err := x509.ParseCertificate(der)
		if err != nil || contains(c.certs[:i], der) {
			return nil, nil, errCMS
		}
		all = append(all, cert)
		if signer == nil && bytes.Equal(issuerAndSerial(cert), c.issuer) {
			signer = cert
		}
	}
	if signer == nil {
		return nil, nil, errCMS
	}
	return all, signer, nil
}

// newToken makes a time stamp with a key that we hold.
func newToken(digest []byte, at time.Time, cert *x509.Certificate, key crypto.Signer) ([]byte, error) {
	serial := make([]byte, 16)
	rand.Read(serial)
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(oidStampPolicy)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(digests[1].der)
			b.AddASN1OctetString(digest)
		})
		b.AddASN1BigInt(new(big.Int).SetBytes(serial))
		b.AddASN1GeneralizedTime(at.UTC())
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(info)
	c := &cms{
		kind: oidTSTInfo, content: info, certs: [][]byte{cert.Raw},
		issuer: issuerAndSerial(cert), digest: digests[0].der, attributes: attributes(oidTSTInfo, sum[:], cert),
	}
	if err := c.sign(cert, key); err != nil {
		return nil, err
	}
	return c.emit()
}

// sign computes the signature with a key that we hold.
func (c *cms) sign(cert *x509.Certificate, key crypto.Signer) error {
	sum := sha256.Sum256(asSet(c.attributes))
	sig, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return err
	}
	return c.take(cert, sig)
}

// take takes a signature over the attributes, whichever of our algorithms it
// was made with.
func (c *cms) take(cert *x509.Certificate, sig []byte) error {
	for _, a := range algorithms[:3] {
		c.algorithm, c.signature = a.der, sig
		if c.check(cert) == nil {
			return nil
		}
	}
	return ErrSignature
}

// noTime stands where a stamp's field would claim a time.
var noTime = time.Unix(0, 0)

// stampAttribute is the unsigned attribute with the stamp of a signature.
func stampAttribute(token []byte) []byte {
	return attribute(oidStamp, func(b *cryptobyte.Builder) { b.AddBytes(token) })
}

// stampIn takes the token out of unsigned attributes that have it and no more.
func stampIn(unsigned []byte) ([]byte, error) {
	in := cryptobyte.String(unsigned)
	var a, values, der cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !in.ReadASN1(&a, tag.SEQUENCE) || !a.ReadASN1ObjectIdentifier(&oid) || !a.ReadASN1(&values, tag.SET) || !values.ReadASN1Element(&der, tag.SEQUENCE) ||
		!bytes.Equal(stampAttribute(der), unsigned) {
		return nil, errToken
	}
	return der, nil
}
