package app

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// signedBy makes a certificate of localhost.
func signedBy(t *testing.T, k crypto.Signer) tls.Certificate {
	t.Helper()
	x := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, x, x, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k, Leaf: leaf}
}

// TestTLS offers the server each version and each suite that the library knows,
// with either kind of certificate: it takes TLS 1.3, or 1.2 with forward
// secrecy and authenticated encryption, and nothing else.
func TestTLS(t *testing.T) {
	ec, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rs, err2 := rsa.GenerateKey(rand.Reader, 2048)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	taken := 0
	for kind, cert := range map[string]tls.Certificate{"ECDSA": signedBy(t, ec), "RSA": signedBy(t, rs)} {
		roots := x509.NewCertPool()
		roots.AddCert(cert.Leaf)
		offer := func(most uint16, suites ...uint16) (uint16, error) {
			server := overTLS()
			server.Certificates = []tls.Certificate{cert}
			a, b := net.Pipe()
			_ = a.SetDeadline(time.Now().Add(10 * time.Second))
			go func() { _ = tls.Server(b, server).Handshake(); _ = b.Close() }()
			c := tls.Client(a, &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS10, MaxVersion: most, CipherSuites: suites})
			err := c.Handshake()
			_ = a.Close()
			return c.ConnectionState().Version, err
		}
		for most, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
			if v, err := offer(most); (err == nil) != want || want && v != most {
				t.Errorf("%s, at most %s: spoke %s, %v", kind, tls.VersionName(most), tls.VersionName(v), err)
			}
		}
		for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			strong := strings.Contains(s.Name, "ECDHE_"+kind) && (strings.Contains(s.Name, "_GCM_") || strings.Contains(s.Name, "_CHACHA20_"))
			if s.SupportedVersions[0] == tls.VersionTLS13 { // these cannot be chosen, and all are strong
				continue
			}
			if _, err := offer(tls.VersionTLS12, s.ID); (err == nil) != strong {
				t.Errorf("%s with %s: %v", kind, s.Name, err)
			}
			if strong {
				taken++
			}
		}
	}
	if taken != 6 {
		t.Errorf("%d suites were taken", taken)
	}
}
