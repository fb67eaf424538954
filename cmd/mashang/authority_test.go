package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mashang/platform/persons"
)

// TestAuthority: the authority for people as a process of its own. Its codes go
// into a file, and a certificate is to be had for who reads it there.
func TestAuthority(t *testing.T) {
	box := filepath.Join(t.TempDir(), "outbox")
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"authority", "-key", "shared", "-listen", "127.0.0.1:0", "-outbox", box}, w, io.Discard)
	}()
	line := make([]byte, 100)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	a, err := persons.NewRemote("http://"+strings.TrimSpace(strings.TrimPrefix(string(line[:n]), "listening on ")), "shared")
	if err != nil {
		t.Fatal(err)
	}
	check, err := a.Begin(t.Context(), "贾若兰", "19900000001", [][32]byte{{1}})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := os.ReadFile(box)
	if err != nil || !strings.HasPrefix(string(sent), "19900000001 ") {
		t.Fatalf("%s %v", sent, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	chains, err := a.Issue(t.Context(), check, regexp.MustCompile(`验证码 (\d{6})`).FindStringSubmatch(string(sent))[1], csr)
	if err != nil || chains[0][0].Subject.CommonName != "贾若兰" {
		t.Error(chains, err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"authority"}, {"authority", "-key", "k"}, {"authority", "-key", "k", "-outbox", "a", "-sms", "b"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
