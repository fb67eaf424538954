package sign_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang/platform/pdf"
	"mashang/platform/sign"
	"mashang/platform/sign/signtest"
)

// drawn is a short paper.
func drawn(t *testing.T) []byte {
	t.Helper()
	faces, err := pdf.LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := pdf.Render(faces, &pdf.Doc{Title: "民事裁定书", Court: "河北省云泽县人民法院", Blocks: []pdf.Block{pdf.CourtTitle{}, pdf.PaperTitle{}, pdf.Paragraph{Text: "准许原告撤诉。"}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func key(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sealed is a paper sealed under an office, stamped by its service, with the
// list of that moment kept in it and stamped again, as a court does.
func sealed(t *testing.T, o *signtest.Office, k *ecdsa.PrivateKey, chain []*x509.Certificate, lists ...[]byte) []byte {
	t.Helper()
	srv := o.Stamps()
	service := &sign.Service{URL: srv.URL, Client: srv.Client(), Roots: []*x509.Certificate{o.Root()}}
	f := sign.Field{Name: "院印", Reason: "民事裁定书", Place: "云泽县法院", At: time.Now().UTC().Truncate(time.Second), Certify: true}
	out, err := sign.Sign(t.Context(), drawn(t), f, sign.Signer{Key: k, Chain: chain}, service)
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) == 0 {
		return out
	}
	if out, err = sign.AddStore(out, nil, lists); err != nil {
		t.Fatal(err)
	}
	if out, err = sign.AddStamp(t.Context(), out, "存证", service); err != nil {
		t.Fatal(err)
	}
	return out
}

func believing(o *signtest.Office, lists ...[]byte) sign.Trust {
	t := sign.Trust{Roots: []*x509.Certificate{o.Root()}}
	for _, der := range lists {
		if l, err := x509.ParseRevocationList(der); err == nil {
			t.Lists = append(t.Lists, l)
		}
	}
	return t
}

func verdict(t *testing.T, file []byte, trust sign.Trust) (sign.Verdict, sign.Report) {
	t.Helper()
	r, err := sign.Verify(file, trust, time.Now().Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return r.Verdict, r
}

// TestOfficeStamps: a time stamp of OpenSSL's is taken, over HTTP, and holds in
// the paper; one of a service that is not trusted is not even put into it.
func TestOfficeStamps(t *testing.T) {
	o := signtest.New(t, "")
	k := key(t)
	chain := o.Issue("河北省云泽县人民法院", k)
	file := sealed(t, o, k, chain)
	if v, r := verdict(t, file, believing(o)); v != sign.Genuine {
		t.Fatalf("%+v", r)
	}
	readers(t, o, file)

	srv := o.Stamps()
	other := signtest.New(t, "")
	doubting := &sign.Service{URL: srv.URL, Client: srv.Client(), Roots: []*x509.Certificate{other.Root()}}
	if _, err := doubting.Stamp(t.Context(), make([]byte, 32)); err == nil {
		t.Error("the stamp of a stranger is taken")
	}
}

// readers are programs of others that must call the file valid and trusted.
func readers(t *testing.T, o *signtest.Office, file []byte) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "paper.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"certutil", "-N", "-d", "sql:" + dir, "--empty-password"},
		{"certutil", "-A", "-d", "sql:" + dir, "-n", "root", "-t", "CT,C,C", "-i", o.RootFile()},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	out, err := exec.Command("pdfsig", "-nssdir", "sql:"+dir, path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Signature is Valid.") || !strings.Contains(string(out), "Certificate is Trusted.") {
		t.Errorf("pdfsig: %v\n%s", err, out)
	}
	if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil || strings.Contains(strings.ToLower(string(out)), "warning") {
		t.Errorf("qpdf: %v\n%s", err, out)
	}
}

// TestRevokedBeforeAndAfter: a seal that was revoked when it was used is
// refused, by the list in the paper as by one that the reader has; what it
// sealed before it was revoked holds.
func TestRevokedBeforeAndAfter(t *testing.T) {
	o := signtest.New(t, "")
	k := key(t)
	chain := o.Issue("河北省云泽县人民法院", k)
	before := sealed(t, o, k, chain, o.List())
	if v, r := verdict(t, before, believing(o)); v != sign.Genuine || r.Signers() != 1 {
		t.Fatalf("%+v", r)
	}
	readers(t, o, before)

	time.Sleep(1100 * time.Millisecond) // dates of revocation have seconds
	o.Revoke(chain[0])
	list := o.List()
	time.Sleep(1100 * time.Millisecond)
	if v, r := verdict(t, before, believing(o, list)); v != sign.Genuine {
		t.Errorf("sealed before it was revoked: %s %v", v, r.Signatures)
	}
	after := sealed(t, o, k, chain)
	if v, _ := verdict(t, after, believing(o)); v != sign.Genuine {
		t.Errorf("without a list nobody knows: %s", v)
	}
	refused := func(what string, file []byte, trust sign.Trust) {
		t.Helper()
		v, r := verdict(t, file, trust)
		if v != sign.Untrusted || !slices.Contains(r.Signatures[0].Problems, sign.Revoked) {
			t.Errorf("%s: %s %v", what, v, r.Signatures)
		}
	}
	refused("by the reader's list", after, believing(o, list))
	refused("by the list in the paper", sealed(t, o, k, chain, list), believing(o))
}
