// Package token uses the keys of a PKCS #11 token: a smart card, a machine in a
// rack, a file that plays one.
//
// The maker's library is loaded without cgo. A program that imports this package
// is linked dynamically, and whatever the library does it does within that
// process: so it is a process of its own (cmd/seals), never the court's.
//
// Only what sealing needs is here: find the key and certificate of a label, and
// sign a SHA-256 digest with ECDSA or RSA. Standard PKCS #11 has no mechanism for
// SM2; makers have numbers of their own.
//
// Reading order: token.go, library.go.
package token

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"sync"

	"mashang/platform/seals"
)

// Token holds keys of seals.
type Token struct {
	lib        *library
	label, pin string
	above      []*x509.Certificate

	mu      sync.Mutex
	session uint64 // 0: none
}

// Open loads the library at path and finds the token with a label. above are the
// certificates of those who issued the token's.
func Open(path, label, pin string, above []*x509.Certificate) (*Token, error) {
	lib, err := load(path)
	if err != nil {
		return nil, err
	}
	t := &Token{lib: lib, label: label, pin: pin, above: above}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.enter(); err != nil {
		lib.finalize(0)
		return nil, err
	}
	return t, nil
}

// Close ends all sessions and stops the library.
func (t *Token) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lib.finalize(0)
}

// Chain is the certificate with the label of a key, and those above it.
func (t *Token) Chain(_ context.Context, k seals.Key) (out seals.Chain, err error) {
	err = t.with(func() error {
		o, err := t.find(k, classCertificate)
		if err != nil {
			return err
		}
		der, err := t.lib.attribute(t.session, o, attrValue)
		if err != nil {
			return err
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		for c := leaf; c != nil; c = t.issuer(c) {
			out.Certificates = append(out.Certificates, c.Raw)
		}
		return nil
	})
	return out, err
}

// issuer is who issued c, of those that were given and are no root.
func (t *Token) issuer(c *x509.Certificate) *x509.Certificate {
	for _, a := range t.above {
		if c.CheckSignatureFrom(a) == nil && a.CheckSignatureFrom(a) != nil {
			return a
		}
	}
	return nil
}

// Sign signs a digest with the key of a label.
func (t *Token) Sign(_ context.Context, k seals.Key, digest []byte) (out []byte, err error) {
	err = t.with(func() error {
		o, err := t.find(k, classPrivateKey)
		if err != nil {
			return err
		}
		kind, err := t.lib.number(t.session, o, attrKeyType)
		if err != nil {
			return err
		}
		switch kind {
		case keyEC:
			raw, err := t.lib.sign(t.session, o, signECDSA, digest)
			if err != nil {
				return err
			}
			n := len(raw) / 2
			out, err = asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:n]), new(big.Int).SetBytes(raw[n:])})
			return err
		case keyRSA:
			out, err = t.lib.sign(t.session, o, signRSA, append(append([]byte{}, digestInfo...), digest...))
			return err
		}
		return fmt.Errorf("token: a key of kind %d", kind)
	})
	return out, err
}

// digestInfo stands before a SHA-256 digest in PKCS #1 (RFC 8017, 9.2).
var digestInfo = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

// with does f in a session. One that fails is given up: the token may have been
// pulled out, and the next question opens another.
func (t *Token) with(f func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.session == 0 {
		if err := t.enter(); err != nil {
			return err
		}
	}
	err := f()
	if _, broken := err.(failure); broken {
		t.lib.leave(t.session)
		t.session = 0
	}
	return err
}

func (t *Token) enter() error {
	slot, err := t.lib.slot(t.label)
	if err != nil {
		return err
	}
	t.session, err = t.lib.enter(slot, t.pin)
	return err
}

func (t *Token) find(k seals.Key, class uint64) (uint64, error) {
	if k.Algorithm != seals.SHA256 || k.Label == "" {
		return 0, seals.ErrNoKey
	}
	o, ok, err := t.lib.find(t.session, class, k.Label)
	if err == nil && !ok {
		err = seals.ErrNoKey
	}
	return o, err
}
