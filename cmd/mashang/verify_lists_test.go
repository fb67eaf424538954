package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mashang/platform/pdf"
	"mashang/platform/sign"
	"mashang/platform/sign/signtest"
	"mashang/platform/sm"
)

// TestVerifyPaper: with the list of its authority a paper that was sealed after
// the seal's certificate was revoked is refused, one from before is not; a
// second proof fits its file, under its root.
func TestVerifyPaper(t *testing.T) {
	o := signtest.New(t, "")
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	chain := o.Issue("河北省云泽县人民法院", k)
	faces, err := pdf.LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	paper, _, err := pdf.Render(faces, &pdf.Doc{Title: "民事裁定书", Court: "河北省云泽县人民法院", Blocks: []pdf.Block{pdf.CourtTitle{}, pdf.PaperTitle{}}})
	if err != nil {
		t.Fatal(err)
	}
	srv := o.Stamps()
	dir := t.TempDir()
	sealed := func(name string) string {
		f := sign.Field{Name: "院印", Reason: "民事裁定书", At: time.Now().UTC().Truncate(time.Second), Certify: true}
		out, err := sign.Sign(t.Context(), paper, f, sign.Signer{Key: k, Chain: chain}, &sign.Service{URL: srv.URL, Client: srv.Client()})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, out, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	before := sealed("before.pdf")
	time.Sleep(1100 * time.Millisecond) // dates of revocation have seconds
	o.Revoke(chain[0])
	time.Sleep(1100 * time.Millisecond)
	after := sealed("after.pdf")
	list := filepath.Join(dir, "list.pem")
	if err := os.WriteFile(list, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: o.List()}), 0o600); err != nil {
		t.Fatal(err)
	}
	second := func(pdf string) (proof, roots string) {
		t.Helper()
		root, err := sm.NewRoot(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		seal, err := root.Issue("河北省云泽县人民法院", time.Now(), 1)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(pdf)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sm.Sign(file, []*sm.Certificate{seal.Cert}, seal.Sign)
		if err != nil {
			t.Fatal(err)
		}
		proof, roots = filepath.Join(dir, "proof.p7s"), filepath.Join(dir, "sm.pem")
		if err := errors.Join(os.WriteFile(proof, p, 0o600), os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Cert.Raw}), 0o600)); err != nil {
			t.Fatal(err)
		}
		return proof, roots
	}
	proof, roots := second(before)
	if out := must(t, "verify", "-pdf", before, "-trust", o.RootFile(), "-sm", proof, "-sm-roots", roots); !strings.Contains(out, "国密签名，SM2、SM3）：有效") {
		t.Error(out)
	}
	for _, args := range [][]string{{before, "-sm", proof}, {after, "-sm", proof, "-sm-roots", roots}, {before, "-sm", before, "-sm-roots", roots}, {before, "-sm", proof, "-sm-roots", o.RootFile()}} {
		if out, err := call(t, append([]string{"verify", "-trust", o.RootFile(), "-pdf"}, args...)...); err == nil {
			t.Errorf("%v passes: %s", args, out)
		}
	}
	must(t, "verify", "-pdf", before, "-trust", o.RootFile())
	must(t, "verify", "-pdf", before, "-trust", o.RootFile(), "-lists", list)
	must(t, "verify", "-pdf", after, "-trust", o.RootFile())
	if out, err := call(t, "verify", "-pdf", after, "-trust", o.RootFile(), "-lists", list); err == nil {
		t.Errorf("a revoked seal passes: %s", out)
	}
	if _, err := call(t, "verify", "-pdf", after, "-trust", o.RootFile(), "-lists", o.RootFile()); err == nil {
		t.Error("a file without a list passes as one")
	}
}
