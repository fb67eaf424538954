package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"
)

// Reasons why a signature is not put into a paper.
var (
	ErrSignature = errors.New("sign: the signature does not fit the key and the paper")
	ErrExpired   = errors.New("sign: the certificate was not valid when it was stamped")
)

// Signer is a key that we hold, with its certificate and those above it up to,
// but without, the root.
type Signer struct {
	Key   crypto.Signer
	Chain []*x509.Certificate
}

// Prepared is a file that waits for a signature. The same file, field and
// chain prepare to the same bytes: who cannot keep a Prepared while a phone
// signs prepares again.
type Prepared struct {
	PDF        []byte   // with a hole of zeros where the signature will be
	Digest     [32]byte // SHA-256 of all but the hole
	ToBeSigned []byte   // what the signer's key signs, with SHA-256
	at         placed
	cms        cms
	signer     *x509.Certificate
}

// Prepare adds field to pdf. chain is the signer's certificate and those above
// it, without the root. Two signatures prepared on one file cannot both be
// completed into it: the caller lets one wait. Whether the signatures that are
// there hold is not looked at; a caller who got the file from outside asks
// [Verify] first.
func Prepare(pdf []byte, field Field, chain []*x509.Certificate) (*Prepared, error) {
	if len(chain) == 0 {
		return nil, errors.New("sign: no certificate")
	}
	d, err := whole(pdf)
	if err != nil {
		return nil, err
	}
	return d.prepare(mark{Field: field, signer: chain[0].Subject.CommonName}, chain)
}

func (d *document) prepare(m mark, chain []*x509.Certificate) (*Prepared, error) {
	if !plain(m.signer) {
		return nil, errors.New("sign: the certificate has no plain name")
	}
	at, err := d.place(m)
	if err != nil {
		return nil, err
	}
	p := &Prepared{PDF: append(d.raw[:len(d.raw):len(d.raw)], at.revision...), at: at}
	p.Digest = covered(p.PDF, at)
	if m.stamp {
		return p, nil
	}
	certs := make([][]byte, len(chain))
	for i, c := range chain {
		certs[i] = c.Raw
	}
	p.signer = chain[0]
	p.cms = newCMS(p.Digest[:], certs, p.signer)
	p.ToBeSigned = asSet(p.cms.attributes)
	return p, nil
}

// Hole is where in the file the signature will be: the digest is over all
// before from and all from to on.
func (p *Prepared) Hole() (from, to int) { return p.at.from, p.at.to }

// newCMS is the one form of a paper's signature, still without it.
func newCMS(digest []byte, certs [][]byte, signer *x509.Certificate) cms {
	return cms{
		kind: oidData, certs: certs, issuer: issuerAndSerial(signer),
		digest: digests[0].der, attributes: attributes(oidData, digest, signer),
	}
}

// covered is the digest of all bytes but the hole.
func covered(pdf []byte, at placed) [32]byte {
	h := sha256.New()
	h.Write(pdf[:at.from])
	h.Write(pdf[at.to:])
	return [32]byte(h.Sum(nil))
}

// Complete puts signature, made over ToBeSigned, and its time stamp into the
// hole. ECDSA signatures are in DER (see [FromRaw]); RSA ones are PKCS #1 v1.5
// or PSS with 32 bytes of salt. A signature that does not hold is refused
// ([ErrSignature]), and one that came too late ([ErrExpired]).
func (p *Prepared) Complete(ctx context.Context, signature []byte, stamper Stamper) ([]byte, error) {
	out, at, err := p.complete(ctx, signature, stamper)
	if err == nil && (at.Before(p.signer.NotBefore) || at.After(p.signer.NotAfter)) {
		return nil, ErrExpired
	}
	return out, err
}

func (p *Prepared) complete(ctx context.Context, signature []byte, stamper Stamper) ([]byte, time.Time, error) {
	c := p.cms
	if err := c.take(p.signer, signature); err != nil {
		return nil, noTime, err
	}
	sum := sha256.Sum256(signature)
	der, err := stamper.Stamp(ctx, sum[:])
	if err != nil {
		return nil, noTime, err
	}
	t, err := stampOf(der, sum[:])
	if err != nil {
		return nil, noTime, err
	}
	c.unsigned = stampAttribute(der)
	full, err := c.emit()
	if err != nil {
		return nil, noTime, err
	}
	out, err := p.fill(full)
	return out, t.time, err
}

// fill puts der into the hole.
func (p *Prepared) fill(der []byte) ([]byte, error) {
	if len(der) > hole {
		return nil, errors.New("sign: the signature is too long for its place")
	}
	return bytes.Join([][]byte{p.PDF[:p.at.from], filled(der), p.PDF[p.at.to:]}, nil), nil
}

// Sign prepares and completes with a key that we hold.
func Sign(ctx context.Context, pdf []byte, field Field, signer Signer, stamper Stamper) ([]byte, error) {
	p, err := Prepare(pdf, field, signer.Chain)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(p.ToBeSigned)
	signature, err := signer.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return p.Complete(ctx, signature, stamper)
}

// AddStamp appends a time stamp over the whole file under the field name. It
// shows nothing on the page.
func AddStamp(ctx context.Context, pdf []byte, name string, stamper Stamper) ([]byte, error) {
	d, err := whole(pdf)
	if err != nil {
		return nil, err
	}
	p, err := d.prepare(mark{Field: Field{Name: name, At: noTime}, stamp: true}, nil)
	if err != nil {
		return nil, err
	}
	der, err := stamper.Stamp(ctx, p.Digest[:])
	if err != nil {
		return nil, err
	}
	if _, err := stampOf(der, p.Digest[:]); err != nil {
		return nil, err
	}
	return p.fill(der)
}

// FromRaw turns an ECDSA signature as browsers make it (r and s, 32 bytes
// each) into DER.
func FromRaw(raw []byte) ([]byte, error) {
	if len(raw) != 64 {
		return nil, errors.New("sign: not a signature of P-256")
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])})
}

// Signed reports whether anything was appended to a paper of ours: the last
// trailer then names the one before. The paper itself is not looked at.
func Signed(pdf []byte) (bool, error) {
	at := bytes.LastIndex(pdf, []byte("\ntrailer\n"))
	if at < 0 {
		return false, ErrForeign
	}
	v, err := (&scanner{b: pdf, at: at + len("\ntrailer\n")}).value(0)
	d, ok := v.(dict)
	if err != nil || !ok {
		return false, ErrForeign
	}
	return d.get("/Prev") != nil, nil
}

// PaperDigest is the SHA-256 of the paper as it was before anybody signed it.
// A one-time certificate names it.
func PaperDigest(pdf []byte) ([]byte, error) {
	d, err := whole(pdf)
	if err != nil {
		return nil, err
	}
	return d.paper(), nil
}

func (d *document) paper() []byte {
	sum := sha256.Sum256(d.raw[:d.revs[0].end])
	return sum[:]
}
