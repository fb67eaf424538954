package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidStamp         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

var (
	tagFirst  = tag.Tag(0).ContextSpecific().Constructed()
	tagSecond = tag.Tag(1).ContextSpecific().Constructed()
)

// errCMS is returned for a signature in another form than the one we know.
var errCMS = errors.New("sign: the signature is not in our form")

// cms is a SignedData of one signer (RFC 5652). Both kinds that we meet have
// this shape: the signature of a paper (without content) and a time stamp.
type cms struct {
	kind       asn1.ObjectIdentifier // of the content
	content    []byte                // nil if it is elsewhere
	certs      [][]byte
	issuer     []byte // DER of the signer's issuer name and serial number
	digest     []byte // DER of the digest algorithm
	attributes []byte // DER of the signed attributes, without their tag
	algorithm  []byte // DER of the signature algorithm
	signature  []byte
	unsigned   []byte // DER of the unsigned attributes, without their tag
}

// version is 1 for plain data, 3 for any other content (RFC 5652, 5.1).
func (c *cms) version() int64 {
	if c.kind.Equal(oidData) {
		return 1
	}
	return 3
}

// emit writes the one form of c.
func (c *cms) emit() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tagFirst, func(b *cryptobyte.Builder) { b.AddASN1(tag.SEQUENCE, c.body) })
	})
	return b.Bytes()
}

func (c *cms) body(b *cryptobyte.Builder) {
	b.AddASN1Int64(c.version())
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(c.digest) })
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(c.kind)
		if c.content != nil {
			b.AddASN1(tagFirst, func(b *cryptobyte.Builder) { b.AddASN1OctetString(c.content) })
		}
	})
	b.AddASN1(tagFirst, func(b *cryptobyte.Builder) {
		for _, cert := range c.certs {
			b.AddBytes(cert)
		}
	})
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			b.AddBytes(c.issuer)
			b.AddBytes(c.digest)
			b.AddASN1(tagFirst, func(b *cryptobyte.Builder) { b.AddBytes(c.attributes) })
			b.AddBytes(c.algorithm)
			b.AddASN1OctetString(c.signature)
			if c.unsigned != nil {
				b.AddASN1(tagSecond, func(b *cryptobyte.Builder) { b.AddBytes(c.unsigned) })
			}
		})
	})
}

// parseCMS reads der and refuses it if it is not what emit would write: what a
// signature does not cover has one form too.
func parseCMS(der []byte) (*cms, error) {
	in := cryptobyte.String(der)
	var outer, explicit, sd, digests, encap, certs, infos, info cryptobyte.String
	var oid asn1.ObjectIdentifier
	var version int64
	ok := in.ReadASN1(&outer, tag.SEQUENCE) && outer.ReadASN1ObjectIdentifier(&oid) && oid.Equal(oidSignedData) &&
		outer.ReadASN1(&explicit, tagFirst) && explicit.ReadASN1(&sd, tag.SEQUENCE) &&
		sd.ReadASN1Integer(&version) && sd.ReadASN1(&digests, tag.SET) && sd.ReadASN1(&encap, tag.SEQUENCE) &&
		sd.ReadASN1(&certs, tagFirst) && sd.ReadASN1(&infos, tag.SET) && infos.ReadASN1(&info, tag.SEQUENCE)
	if !ok {
		return nil, errCMS
	}
	c := &cms{}
	var content, octets, element, attributes, unsigned cryptobyte.String
	var has bool
	if !encap.ReadASN1ObjectIdentifier(&c.kind) || !encap.ReadOptionalASN1(&content, &has, tagFirst) {
		return nil, errCMS
	}
	if has {
		if !content.ReadASN1(&octets, tag.OCTET_STRING) {
			return nil, errCMS
		}
		c.content = append([]byte{}, octets...)
	}
	for !certs.Empty() {
		if !certs.ReadASN1Element(&element, tag.SEQUENCE) {
			return nil, errCMS
		}
		c.certs = append(c.certs, element)
	}
	if !info.ReadASN1Integer(&version) || !readElement(&info, &c.issuer) || !readElement(&info, &c.digest) ||
		!info.ReadASN1(&attributes, tagFirst) || !readElement(&info, &c.algorithm) ||
		!info.ReadASN1Bytes(&c.signature, tag.OCTET_STRING) || !info.ReadOptionalASN1(&unsigned, &has, tagSecond) {
		return nil, errCMS
	}
	c.attributes = attributes
	if has {
		c.unsigned = unsigned
	}
	if again, err := c.emit(); err != nil || !bytes.Equal(again, der) {
		return nil, errCMS
	}
	return c, nil
}

func readElement(s *cryptobyte.String, out *[]byte) bool {
	var e cryptobyte.String
	ok := s.ReadASN1Element(&e, tag.SEQUENCE)
	*out = e
	return ok
}

// derLength is how many bytes the first DER value in b takes; 0 if none is whole.
func derLength(b []byte) int {
	s := cryptobyte.String(b)
	var e cryptobyte.String
	if !s.ReadASN1Element(&e, tag.SEQUENCE) {
		return 0
	}
	return len(e)
}

// issuerAndSerial names a certificate in a CMS.
func issuerAndSerial(c *x509.Certificate) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(c.RawIssuer)
		b.AddASN1BigInt(new(big.Int).Set(c.SerialNumber))
	})
	return b.BytesOrPanic() // a parsed certificate has both
}

// set is the content of a SET OF in the order that DER asks for.
func set(elements ...[]byte) []byte {
	slices.SortFunc(elements, bytes.Compare)
	return slices.Concat(elements...)
}

// attribute is one attribute with one value.
func attribute(oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(tag.SET, value)
	})
	return b.BytesOrPanic()
}

// attributes are what a signer signs: what kind of thing, its digest, and with
// which certificate (RFC 5035), so that no other can be put in its place. The
// time is not among them: it is the stamp that proves it.
func attributes(kind asn1.ObjectIdentifier, digest []byte, signer *x509.Certificate) []byte {
	sum := sha256.Sum256(signer.Raw)
	return set(
		attribute(oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(kind) }),
		attribute(oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) }),
		attribute(oidCertificateV2, func(b *cryptobyte.Builder) {
			nested(b, 4, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum[:]) })
		}),
	)
}

// nested writes f within depth-1 sequences.
func nested(b *cryptobyte.Builder, depth int, f func(*cryptobyte.Builder)) {
	if depth == 1 {
		f(b)
		return
	}
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { nested(b, depth-1, f) })
}

// asSet is what the signature is computed over: the attributes as a SET.
func asSet(attributes []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
	return b.BytesOrPanic()
}

// algorithm is a signature algorithm as it stands in a CMS.
type algorithm struct {
	der  []byte
	x509 x509.SignatureAlgorithm
	hash crypto.Hash
}

func identifier(null bool, oid ...int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if null {
			b.AddASN1NULL()
		}
	})
	return b.BytesOrPanic()
}

// digests are the digest algorithms, without and with empty parameters: both
// are in use (RFC 5754, 2).
var digests = []struct {
	der  []byte
	hash crypto.Hash
}{
	{identifier(false, 2, 16, 840, 1, 101, 3, 4, 2, 1), crypto.SHA256},
	{identifier(true, 2, 16, 840, 1, 101, 3, 4, 2, 1), crypto.SHA256},
	{identifier(false, 2, 16, 840, 1, 101, 3, 4, 2, 2), crypto.SHA384},
	{identifier(true, 2, 16, 840, 1, 101, 3, 4, 2, 2), crypto.SHA384},
	{identifier(false, 2, 16, 840, 1, 101, 3, 4, 2, 3), crypto.SHA512},
	{identifier(true, 2, 16, 840, 1, 101, 3, 4, 2, 3), crypto.SHA512},
}

// digestOf finds the hash that der names.
func digestOf(der []byte) (crypto.Hash, bool) {
	for _, d := range digests {
		if bytes.Equal(d.der, der) {
			return d.hash, true
		}
	}
	return 0, false
}

// algorithms are all that we believe. The bare name of RSA takes the hash of
// the digest algorithm.
var algorithms = []algorithm{
	{identifier(false, 1, 2, 840, 10045, 4, 3, 2), x509.ECDSAWithSHA256, crypto.SHA256},
	{identifier(true, 1, 2, 840, 113549, 1, 1, 11), x509.SHA256WithRSA, crypto.SHA256},
	{pssSHA256(), x509.SHA256WithRSAPSS, crypto.SHA256},
	{identifier(true, 1, 2, 840, 113549, 1, 1, 1), x509.SHA256WithRSA, crypto.SHA256},
	{identifier(false, 1, 2, 840, 10045, 4, 3, 3), x509.ECDSAWithSHA384, crypto.SHA384},
	{identifier(false, 1, 2, 840, 10045, 4, 3, 4), x509.ECDSAWithSHA512, crypto.SHA512},
	{identifier(true, 1, 2, 840, 113549, 1, 1, 12), x509.SHA384WithRSA, crypto.SHA384},
	{identifier(true, 1, 2, 840, 113549, 1, 1, 13), x509.SHA512WithRSA, crypto.SHA512},
	{identifier(true, 1, 2, 840, 113549, 1, 1, 1), x509.SHA384WithRSA, crypto.SHA384},
	{identifier(true, 1, 2, 840, 113549, 1, 1, 1), x509.SHA512WithRSA, crypto.SHA512},
}

// pssSHA256 is RSASSA-PSS with SHA-256 throughout and 32 bytes of salt.
func pssSHA256() []byte {
	sha := identifier(true, 2, 16, 840, 1, 101, 3, 4, 2, 1)
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10})
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tagFirst, func(b *cryptobyte.Builder) { b.AddBytes(sha) })
			b.AddASN1(tagSecond, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8})
					b.AddBytes(sha)
				})
			})
			b.AddASN1(tag.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(32) })
		})
	})
	return b.BytesOrPanic()
}

// check verifies the signature over the attributes with the signer's key.
func (c *cms) check(signer *x509.Certificate) error {
	hash, ok := digestOf(c.digest)
	if !ok || weak(signer.PublicKey) {
		return errCMS
	}
	for _, a := range algorithms {
		if a.hash == hash && bytes.Equal(a.der, c.algorithm) {
			return signer.CheckSignature(a.x509, asSet(c.attributes), c.signature)
		}
	}
	return errCMS
}

// weak says whether a key is too short to be believed.
func weak(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize < 256
	case interface{ Size() int }: // RSA
		return k.Size() < 2048/8
	}
	return true
}
