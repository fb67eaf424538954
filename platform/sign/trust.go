package sign

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// Trust is what the verifier believes without proof.
type Trust struct {
	Roots  []*x509.Certificate    // of signers
	People []*x509.Certificate    // of one-time certificates, which count under no other; nil: the same roots
	Stamps []*x509.Certificate    // of time-stamp services; nil: the same roots
	Lists  []*x509.RevocationList // that the verifier has besides those in the file
}

// Bounds of the work that a file can make.
const (
	mostKept  = 256 // certificates and lists in a store
	mostKnown = 64  // authorities in the signatures
)

// circle is a Trust together with what one file brings along.
type circle struct {
	Trust
	known []*x509.Certificate // authorities, in the signatures
	certs []*x509.Certificate // in the store
	lists []*x509.RevocationList
}

func (t Trust) stamps() []*x509.Certificate {
	if t.Stamps == nil {
		return t.Roots
	}
	return t.Stamps
}

// roots are those under which a certificate counts: one that was issued once
// to a person is worth nothing under the roots of seals, and the other way
// round.
func (t Trust) roots(leaf *x509.Certificate) []*x509.Certificate {
	if _, one := oneTime(leaf); one && t.People != nil {
		return t.People
	}
	return t.Roots
}

// path finds the way from leaf to a root, all valid at that time. embedded are
// the certificates that came with the signature.
func (c *circle) path(leaf *x509.Certificate, embedded, roots []*x509.Certificate, at time.Time, use x509.ExtKeyUsage) ([]*x509.Certificate, error) {
	o := x509.VerifyOptions{Roots: pool(roots), Intermediates: pool(c.known, c.certs, embedded), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{use}}
	chains, err := leaf.Verify(o)
	if err != nil {
		return nil, err
	}
	return chains[0], nil
}

func pool(lists ...[]*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, l := range lists {
		for _, c := range l {
			p.AddCert(c)
		}
	}
	return p
}

// revoked says whether a certificate of the path was revoked by that time.
func (c *circle) revoked(path []*x509.Certificate, at time.Time) bool {
	for i := range len(path) - 1 {
		for _, l := range c.lists {
			if !bytes.Equal(l.RawIssuer, path[i+1].RawSubject) || l.CheckSignatureFrom(path[i+1]) != nil {
				continue
			}
			for _, e := range l.RevokedCertificateEntries {
				if e.SerialNumber.Cmp(path[i].SerialNumber) == 0 && !e.RevocationTime.After(at) {
					return true
				}
			}
		}
	}
	return false
}

// judge says what is wrong with the certificate of a signature made at that time.
func (c *circle) judge(leaf *x509.Certificate, embedded []*x509.Certificate, at time.Time) []Problem {
	if !forPapers(leaf) {
		return []Problem{WrongUse}
	}
	path, err := c.path(leaf, embedded, c.roots(leaf), at, x509.ExtKeyUsageAny)
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return []Problem{Expired}
	case err != nil:
		return []Problem{NoPath}
	}
	var out []Problem
	if c.revoked(path, at) {
		out = append(out, Revoked)
	}
	if len(embedded) > len(path) || !slices.EqualFunc(embedded, path[:len(embedded)], (*x509.Certificate).Equal) {
		out = append(out, SurplusCert)
	}
	return out
}

// believes says whether a stamp is trusted: its certificate is for nothing but
// stamping, and was valid when the stamp was proven to be there.
func (c *circle) believes(t *token, proven time.Time) bool {
	if !forStamps(t.signer) {
		return false
	}
	path, err := c.path(t.signer, t.certs, c.stamps(), proven, x509.ExtKeyUsageTimeStamping)
	if err != nil || surplus(t.certs, path) || c.revoked(path, proven) {
		return false
	}
	return !t.time.Before(t.signer.NotBefore)
}

// surplus says whether embedded has a certificate that is not on the path:
// nothing would protect its bytes.
func surplus(embedded, path []*x509.Certificate) bool {
	for _, e := range embedded {
		if !slices.ContainsFunc(path, e.Equal) {
			return true
		}
	}
	return false
}

// forPapers: the key may sign, and is not one of a server, a program or a clock.
func forPapers(c *x509.Certificate) bool {
	for _, u := range c.ExtKeyUsage {
		switch u {
		case x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageOCSPSigning:
			return false
		}
	}
	return !c.IsCA && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) != 0
}

// forStamps: as RFC 3161, 2.3 asks, stamping is the only use, and critical.
func forStamps(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) != 1 || len(c.UnknownExtKeyUsage) != 0 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping {
		return false
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) {
			return e.Critical
		}
	}
	return false
}

// meet makes the authorities that a signature brings along known.
func (c *circle) meet(der []byte) {
	m, err := parseCMS(der)
	if err != nil {
		return
	}
	certs, _, err := m.certificates()
	if err != nil {
		return
	}
	for _, cert := range certs {
		if cert.IsCA && len(c.known) < mostKnown && !slices.ContainsFunc(c.known, cert.Equal) {
			c.known = append(c.known, cert)
		}
	}
}

// take reads the store of a file: whether it is in form, and whether every
// part of it is vouched for. Certificates must lead to a root, lists be signed
// by one of their issuers or of those of the signatures.
func (c *circle) take(s store) (form, vouched bool) {
	switch n := len(s.certs) + len(s.lists); {
	case n == 0:
		return true, true
	case n > mostKept:
		return false, false
	}
	for _, der := range s.certs {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return false, false
		}
		c.certs = append(c.certs, cert)
	}
	vouched = true
	roots := slices.Concat(c.Roots, c.People, c.Stamps)
	issuers := roots
	for i, cert := range slices.Concat(c.certs, c.known) {
		path, err := c.path(cert, nil, roots, cert.NotBefore, x509.ExtKeyUsageAny)
		issuers = append(issuers, path...)
		vouched = vouched && (err == nil || i >= len(c.certs))
	}
	for _, der := range s.lists {
		l, err := x509.ParseRevocationList(der)
		if err != nil {
			return false, false
		}
		vouched = vouched && signedByOne(l, issuers)
		c.lists = append(c.lists, l)
	}
	return true, vouched
}

func signedByOne(l *x509.RevocationList, issuers []*x509.Certificate) bool {
	for _, i := range issuers {
		if bytes.Equal(l.RawIssuer, i.RawSubject) && l.CheckSignatureFrom(i) == nil {
			return true
		}
	}
	return false
}
