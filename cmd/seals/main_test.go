package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/pdf"
	"mashang/platform/seals"
	"mashang/platform/seals/tokentest"
	"mashang/platform/sign"
	"mashang/platform/sign/signtest"
)

// TestSeals: a paper is sealed within a token, asked over the protocol; what the
// program should not serve it does not.
func TestSeals(t *testing.T) {
	o, lib := signtest.New(t, ""), tokentest.New(t)
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const label = "河北省云泽县人民法院"
	chain := o.Issue(label, k)
	tokentest.Import(t, lib, label, k, chain[0])
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"-module", lib, "-token", tokentest.Label, "-pin-file", file("pin", tokentest.PIN+"\n"), "-key-file", file("key", "secret\n"),
		"-above", file("above", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[1].Raw}))), "-listen", "127.0.0.1:0"}
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(ctx, args, w, io.Discard) }()
	said := make([]byte, 100)
	n, err := r.Read(said)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := seals.NewRemote("http://"+strings.TrimSpace(strings.TrimPrefix(string(said[:n]), "listening on ")), "secret", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	key := seals.Key{Label: label, Algorithm: seals.SHA256}
	c, err := remote.Chain(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	cs, err := seals.Parse(c.Certificates)
	if err != nil || len(cs) != 2 {
		t.Fatal(len(cs), err)
	}
	faces, err := pdf.LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	paper, _, err := pdf.Render(faces, &pdf.Doc{Title: "民事裁定书", Court: label, Blocks: []pdf.Block{pdf.CourtTitle{}, pdf.PaperTitle{}}})
	if err != nil {
		t.Fatal(err)
	}
	srv := o.Stamps()
	f := sign.Field{Name: "院印", Reason: "民事裁定书", At: time.Now().UTC().Truncate(time.Second), Certify: true}
	out, err := sign.Sign(t.Context(), paper, f, sign.Signer{Key: seals.Signer(t.Context(), remote, key, cs[0].PublicKey), Chain: cs}, &sign.Service{URL: srv.URL, Client: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := sign.Verify(out, sign.Trust{Roots: []*x509.Certificate{o.Root()}}, time.Now().Add(time.Second))
	if err != nil || rep.Verdict != sign.Genuine {
		t.Errorf("%+v %v", rep, err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for what, bad := range map[string][]string{
		"nothing":          nil,
		"no key":           append(args, "-key-file", file("none", "")),
		"no PIN":           append(args, "-pin-file", file("empty", "\n")),
		"open to everyone": append(args, "-listen", "0.0.0.0:0"),
	} {
		if err := run(t.Context(), bad, io.Discard, io.Discard); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
