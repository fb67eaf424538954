// Package sm makes the second proof of a court paper: a signature by the Chinese
// national algorithms, SM2 with SM3, over all bytes of the file, kept beside it.
// Readers of PDF don't know SM2; whoever has to show it shows both files.
//
// The proof is a detached SignedData of one signer without attributes (GM/T 0010,
// GB/T 35275), with the usual identity 1234567812345678 (GM/T 0009). It says
// nothing of time: that stands in the file which it covers.
//
// The algorithms are software (github.com/emmansun/gmsm), which is not an
// approved module: a court that is assessed has its key in one, behind the port
// of platform/seals, and then only the arithmetic of checking is done here.
//
// Reading order: sm.go, authority.go.
package sm

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// ErrProof is returned for what is no proof of the file.
var ErrProof = errors.New("sm: the proof does not fit the file")

// Certificate is one of an SM2 key.
type Certificate = smx509.Certificate

// Sign makes the proof of a file. sign gets e, which is the SM3 digest of the
// signer's Z and the file, and returns r and s in DER. chain is the signer's
// certificate and those above it, without the root.
func Sign(file []byte, chain []*smx509.Certificate, sign func(e []byte) ([]byte, error)) ([]byte, error) {
	if len(chain) == 0 {
		return nil, errors.New("sm: no certificate")
	}
	public, ok := chain[0].PublicKey.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(public) {
		return nil, errors.New("sm: not an SM2 key")
	}
	e, err := sm2.CalculateSM2Hash(public, file, nil)
	if err != nil {
		return nil, fmt.Errorf("sm: %w", err)
	}
	sig, err := sign(e)
	if err != nil {
		return nil, err
	}
	if !sm2.VerifyASN1(public, e, sig) {
		return nil, ErrProof
	}
	return emit(chain, public, sig)
}

// emit writes the one form of a proof.
func emit(chain []*smx509.Certificate, public *ecdsa.PublicKey, sig []byte) ([]byte, error) {
	d, err := pkcs7.NewSMSignedData(nil)
	if err != nil {
		return nil, fmt.Errorf("sm: %w", err)
	}
	d.SetEncryptionAlgorithm(pkcs7.OIDDigestEncryptionAlgorithmSM2)
	if err := d.SignWithoutAttr(chain[0], done{public, sig}, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, fmt.Errorf("sm: %w", err)
	}
	for _, c := range chain[1:] {
		d.AddCertificate(c)
	}
	d.Detach()
	return d.Finish()
}

// done is a key whose one signature is there already.
type done struct {
	public *ecdsa.PublicKey
	sig    []byte
}

func (d done) Public() crypto.PublicKey { return d.public }

func (d done) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return d.sig, nil }

// Verify returns the certificate of who proved a file, if the proof holds, every
// byte of it is in form, and the certificate was good at that time under one of
// the roots.
func Verify(file, proof []byte, roots []*smx509.Certificate, at time.Time) (*smx509.Certificate, error) {
	p, err := pkcs7.Parse(proof)
	if err != nil || len(p.Signers) != 1 || len(p.Certificates) == 0 || len(p.Content) != 0 {
		return nil, ErrProof
	}
	signer := p.GetOnlySigner()
	if signer == nil || signer != p.Certificates[0] {
		return nil, ErrProof
	}
	public, ok := signer.PublicKey.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(public) {
		return nil, ErrProof
	}
	sig := p.Signers[0].EncryptedDigest
	again, err := emit(p.Certificates, public, sig)
	if err != nil || !bytes.Equal(again, proof) || !sm2.VerifyASN1WithSM2(public, nil, file, sig) {
		return nil, ErrProof
	}
	pool, between := smx509.NewCertPool(), smx509.NewCertPool()
	for _, c := range roots {
		pool.AddCert(c)
	}
	for _, c := range p.Certificates[1:] {
		between.AddCert(c)
	}
	if _, err := signer.Verify(smx509.VerifyOptions{Roots: pool, Intermediates: between, CurrentTime: at, KeyUsages: []smx509.ExtKeyUsage{smx509.ExtKeyUsageAny}}); err != nil {
		return signer, fmt.Errorf("sm: %w", err)
	}
	if signer.IsCA || signer.KeyUsage&(smx509.KeyUsageDigitalSignature|smx509.KeyUsageContentCommitment) == 0 {
		return signer, errors.New("sm: the key is not one for papers")
	}
	return signer, nil
}

// Parse reads certificates in DER.
func Parse(list [][]byte) (out []*smx509.Certificate, err error) {
	for _, der := range list {
		c, err := smx509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("sm: %w", err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("sm: no certificate")
	}
	return out, nil
}
