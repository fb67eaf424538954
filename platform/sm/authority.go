package sm

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// Key is an SM2 key that we hold, with its certificate: of the test authority,
// or one that it certified.
type Key struct {
	Cert *smx509.Certificate
	key  *sm2.PrivateKey
}

const year = 365 * 24 * time.Hour

// NewRoot makes a test authority. Everything it issues says so.
func NewRoot(now time.Time) (Key, error) {
	return certified("码上测试国密根证书", now, 20*year, Key{}, func(t *x509.Certificate) {
		t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	})
}

// Issue makes a key for a seal, under the root k.
func (k Key) Issue(name string, now time.Time, years int) (Key, error) {
	return certified(name, now, time.Duration(years)*year, k, func(t *x509.Certificate) {
		t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	})
}

func certified(name string, now time.Time, life time.Duration, by Key, change func(*x509.Certificate)) (Key, error) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("sm: %w", err)
	}
	serial := make([]byte, 16)
	rand.Read(serial)
	serial[0] &= 0x7f
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), NotBefore: now.Add(-time.Minute), NotAfter: now.Add(life),
		Subject: pkix.Name{Country: []string{"CN"}, Organization: []string{"测试机构，没有法律效力"}, OrganizationalUnit: []string{"测试"}, CommonName: name},
	}
	change(t)
	parent := t
	if by.key == nil {
		by.key = key
	} else {
		parent = by.Cert.ToX509()
	}
	der, err := smx509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, by.key)
	if err != nil {
		return Key{}, fmt.Errorf("sm: %w", err)
	}
	cert, err := smx509.ParseCertificate(der)
	return Key{cert, key}, err
}

// Sign signs e.
func (k Key) Sign(e []byte) ([]byte, error) { return k.key.Sign(rand.Reader, e, nil) }

// PEM is the certificate with its secret key.
func (k Key) PEM() ([]byte, error) {
	der, err := smx509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return nil, fmt.Errorf("sm: %w", err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...), nil
}

// ReadKey takes back what PEM gave.
func ReadKey(text []byte) (k Key, err error) {
	cert, rest := pem.Decode(text)
	if cert == nil {
		return k, errors.New("sm: no certificate")
	}
	secret, _ := pem.Decode(rest)
	if secret == nil {
		return k, errors.New("sm: no key")
	}
	if k.Cert, err = smx509.ParseCertificate(cert.Bytes); err != nil {
		return k, fmt.Errorf("sm: %w", err)
	}
	x, err := smx509.ParsePKCS8PrivateKey(secret.Bytes)
	if err != nil {
		return k, fmt.Errorf("sm: %w", err)
	}
	var ok bool
	if k.key, ok = x.(*sm2.PrivateKey); !ok {
		return k, errors.New("sm: not an SM2 key")
	}
	return k, nil
}

// ReadRoots reads the certificates in a file (PEM).
func ReadRoots(file string) ([]*smx509.Certificate, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return ParsePEM(text)
}

// ParsePEM reads certificates.
func ParsePEM(text []byte) ([]*smx509.Certificate, error) {
	var list [][]byte
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return Parse(list)
		}
		list = append(list, b.Bytes)
	}
}
