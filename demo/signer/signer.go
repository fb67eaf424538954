// Package signer is what a browser does when somebody signs a paper: it makes a
// key that lives as long as the sitting, asks for a certificate, and signs what
// the court puts before it. The demo's people and the tests sign with it; a real
// court has no use for it, because a key that the court makes is nobody's hand.
package signer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
)

// Strokes is a name as it is drawn with a finger.
const Strokes = "[[[0,0],[300,200],[600,100]]]"

// Key is the key of one sitting.
type Key struct{ k *ecdsa.PrivateKey }

// New makes a key on P-256, the curve that every browser has.
func New() (Key, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return Key{k}, err
}

// Request asks for a certificate (PKCS #10), in base64. It names nobody: the
// authority knows whom it certifies.
func (k Key) Request() (string, error) {
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, k.k)
	return base64.StdEncoding.EncodeToString(csr), err
}

// Sign signs attributes given in base64, as browsers do: r and s, 32 bytes each.
func (k Key) Sign(tbs string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(tbs)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	r, s, err := ecdsa.Sign(rand.Reader, k.k, sum[:])
	if err != nil {
		return "", err
	}
	out := make([]byte, 64)
	for i, n := range []*big.Int{r, s} {
		n.FillBytes(out[32*i : 32*i+32])
	}
	return base64.StdEncoding.EncodeToString(out), nil
}
