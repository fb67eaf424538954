package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"mashang/platform/clock"
)

var (
	// oidPaper marks a one-time certificate and holds the SHA-256 of the only
	// paper that it may sign. The arc is one for tests; it belongs to nobody.
	oidPaper       = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
	oidStampPolicy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 2}
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// Authority is a certificate authority for tests and demonstrations: a root,
// an authority that issues and a clock that stamps. Everything it issues says
// so. A court that signs in earnest has its certificates from a licensed one.
type Authority struct {
	root, issuer, stamper pair
}

type pair struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// subject is a name that nobody can take for a real one.
func subject(cn string) pkix.Name {
	return pkix.Name{Country: []string{"CN"}, Organization: []string{"测试机构，没有法律效力"}, OrganizationalUnit: []string{"测试"}, CommonName: cn}
}

// Times that the test authority grants.
const (
	year        = 365 * 24 * time.Hour
	oneTimeLife = 10 * time.Minute
	skew        = time.Minute // clocks differ: of the ten minutes one is past
)

// NewAuthority makes the keys of a new authority by chance. The caller stores
// what [Authority.PEM] gives, and keeps it secret.
func NewAuthority(now time.Time) (*Authority, error) {
	a := &Authority{}
	var err error
	if a.root, err = newCA("码上测试根证书", now, nil, 20*year); err != nil {
		return nil, err
	}
	if a.issuer, err = newCA("码上测试签发证书", now, &a.root, 19*year); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	use, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		return nil, err
	}
	cert, err := issue(&x509.Certificate{
		Subject: subject("码上测试时间戳"), NotBefore: now.Add(-skew), NotAfter: now.Add(18 * year), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: oidExtKeyUsage, Critical: true, Value: use}},
	}, a.root, key.Public())
	a.stamper = pair{cert, key}
	return a, err
}

func newCA(cn string, now time.Time, above *pair, life time.Duration) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	t := &x509.Certificate{
		Subject: subject(cn), NotBefore: now.Add(-skew), NotAfter: now.Add(life), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, MaxPathLen: 1,
	}
	if above == nil {
		above = &pair{t, key}
	} else {
		t.MaxPathLen, t.MaxPathLenZero = 0, true
	}
	cert, err := issue(t, *above, key.Public())
	return pair{cert, key}, err
}

func issue(t *x509.Certificate, by pair, key crypto.PublicKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, by.cert, key, by.key)
	if err != nil {
		return nil, fmt.Errorf("sign: issue: %w", err)
	}
	return x509.ParseCertificate(der)
}

// Trust believes this authority and nobody else.
func (a *Authority) Trust() Trust { return Trust{Roots: []*x509.Certificate{a.root.cert}} }

// Certificates are those of the authority itself: root, issuer, time stamps.
func (a *Authority) Certificates() []*x509.Certificate {
	return []*x509.Certificate{a.root.cert, a.issuer.cert, a.stamper.cert}
}

// Issue makes a certificate for a seal or a member of staff, for some years,
// and returns it with the issuer's above it.
func (a *Authority) Issue(name string, key crypto.PublicKey, now time.Time, years int) ([]*x509.Certificate, error) {
	return a.leaf(name, key, now, now.Add(time.Duration(years)*year), nil)
}

// OneTime makes a certificate for ten minutes and for the one paper whose
// digest ([PaperDigest]) it names. That name is who, the caller has found out.
func (a *Authority) OneTime(name string, key crypto.PublicKey, paper []byte, now time.Time) ([]*x509.Certificate, error) {
	if len(paper) != 32 {
		return nil, errors.New("sign: not the digest of a paper")
	}
	value, err := asn1.Marshal(paper)
	if err != nil {
		return nil, err
	}
	return a.leaf(name, key, now, now.Add(oneTimeLife-skew), []pkix.Extension{{Id: oidPaper, Value: value}})
}

func (a *Authority) leaf(name string, key crypto.PublicKey, now, until time.Time, ext []pkix.Extension) ([]*x509.Certificate, error) {
	if weak(key) {
		return nil, errors.New("sign: the key is too weak")
	}
	if name == "" || !plain(name) {
		return nil, errors.New("sign: no name")
	}
	c, err := issue(&x509.Certificate{
		Subject: subject(name), NotBefore: now.Add(-skew), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, ExtraExtensions: ext,
	}, a.issuer, key)
	return []*x509.Certificate{c, a.issuer.cert}, err
}

// RequestedKey is the key of a PKCS #10 request (DER) whose signature shows
// that the sender has it. The names in the request are not looked at.
func RequestedKey(csr []byte) (crypto.PublicKey, error) {
	r, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return nil, fmt.Errorf("sign: request: %w", err)
	}
	if key, ok := r.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("sign: request: signatures are made with P-256, not with %T", r.PublicKey)
	}
	if err := r.CheckSignature(); err != nil {
		return nil, fmt.Errorf("sign: request: %w", err)
	}
	return r.PublicKey, nil
}

// Stamper stamps with the authority's key and the time of c.
func (a *Authority) Stamper(c clock.Clock) Stamper { return stamps{a.stamper, c} }

type stamps struct {
	by    pair
	clock clock.Clock
}

func (s stamps) Stamp(_ context.Context, digest []byte) ([]byte, error) {
	return newToken(digest, s.clock.Now(), s.by.cert, s.by.key)
}

// Lists are the revocation lists (DER) of issuer and root. revoked has the
// serial numbers of certificates of persons and seals, with when.
func (a *Authority) Lists(revoked []x509.RevocationListEntry, now time.Time) ([][]byte, error) {
	var out [][]byte
	for _, by := range []pair{a.issuer, a.root} {
		der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
			Number: big.NewInt(now.Unix()), ThisUpdate: now.Add(-skew), NextUpdate: now.Add(year / 12), RevokedCertificateEntries: revoked,
		}, by.cert, by.key)
		if err != nil {
			return nil, fmt.Errorf("sign: list: %w", err)
		}
		out, revoked = append(out, der), nil
	}
	return out, nil
}

// PEM is the authority with its secret keys.
func (a *Authority) PEM() ([]byte, error) {
	var b bytes.Buffer
	for _, p := range []pair{a.root, a.issuer, a.stamper} {
		key, err := x509.MarshalPKCS8PrivateKey(p.key)
		if err != nil {
			return nil, err
		}
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw}))
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	}
	return b.Bytes(), nil
}

// ReadAuthority takes back what PEM gave.
func ReadAuthority(text []byte) (*Authority, error) {
	a := &Authority{}
	for _, p := range []*pair{&a.root, &a.issuer, &a.stamper} {
		cert, rest := pem.Decode(text)
		if cert == nil {
			return nil, errors.New("sign: the authority is not whole")
		}
		key, rest := pem.Decode(rest)
		if key == nil {
			return nil, errors.New("sign: the authority is not whole")
		}
		text = rest
		var err error
		if p.cert, err = x509.ParseCertificate(cert.Bytes); err != nil {
			return nil, fmt.Errorf("sign: authority: %w", err)
		}
		k, err := x509.ParsePKCS8PrivateKey(key.Bytes)
		if err != nil {
			return nil, fmt.Errorf("sign: authority: %w", err)
		}
		var ok bool
		if p.key, ok = k.(*ecdsa.PrivateKey); !ok || !p.key.PublicKey.Equal(p.cert.PublicKey) {
			return nil, errors.New("sign: a key of the authority is not that of its certificate")
		}
	}
	return a, nil
}
