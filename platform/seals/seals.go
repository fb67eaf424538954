package seals

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"mashang/platform/fault"
)

// Algorithm says what a key signs.
type Algorithm string

// The algorithms.
const (
	SHA256 Algorithm = "SHA256" // an ECDSA or RSA key, over a SHA-256 digest
	SM2    Algorithm = "SM2"    // an SM2 key, over e
)

// Key names a key that somebody else holds.
type Key struct {
	Label     string
	Algorithm Algorithm
}

// Chain is what belongs to a key: its certificate, those above it without the
// root, and revocation lists of who issued them, all in DER.
type Chain struct {
	Certificates [][]byte `json:"chain"`
	Lists        [][]byte `json:"crls,omitempty"`
}

// Keys are the keys that somebody holds.
type Keys interface {
	Chain(ctx context.Context, k Key) (Chain, error)
	// Sign signs a digest. ECDSA and SM2 signatures are in DER, those of RSA are
	// PKCS #1 v1.5.
	Sign(ctx context.Context, k Key, digest []byte) ([]byte, error)
}

// ErrNoKey is returned where there is no key of that label and algorithm.
var ErrNoKey = errors.New("seals: there is no such key")

// Parse reads certificates in DER.
func Parse(list [][]byte) (out []*x509.Certificate, err error) {
	for _, der := range list {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("seals: no certificate")
	}
	return out, nil
}

// ReadRoots reads the certificates in a file (PEM).
func ReadRoots(file string) ([]*x509.Certificate, error) {
	return ReadPEM(file, "certificate", x509.ParseCertificate)
}

// ReadPEM reads what a file holds in PEM, at least one; what names it.
func ReadPEM[T any](file, what string, parse func(der []byte) (T, error)) (out []T, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			break
		}
		x, err := parse(b.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no %s", file, what)
	}
	return out, nil
}

// Signer is a key of somebody else's as one that signs. It serves the one
// question for which ctx is.
func Signer(ctx context.Context, keys Keys, k Key, public crypto.PublicKey) crypto.Signer {
	return signer{ctx, keys, k, public}
}

type signer struct {
	ctx    context.Context
	keys   Keys
	key    Key
	public crypto.PublicKey
}

func (s signer) Public() crypto.PublicKey { return s.public }

func (s signer) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return s.keys.Sign(s.ctx, s.key, digest)
}

// down is the one error of a service that can't be asked now: what waits for it
// goes on waiting.
func down(show string, err error) error { return fault.Wrap(fault.Unavailable, show, err) }
