package sign

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/pem"
	"image"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"mashang/platform/pdf/pdftest"
)

// packages says what to install for each program that checks what we write. A
// signature that only our own code can check proves nothing, so a missing
// program fails the test.
var packages = map[string]string{
	"qpdf": "qpdf", "pdfsig": "poppler-utils", "pdftoppm": "poppler-utils", "pdftotext": "poppler-utils",
	"certutil": "libnss3-tools", "openssl": "openssl",
}

// tool runs an installed program and returns what it prints.
func tool(t testing.TB, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("this test checks signatures with %s; install it: apt-get install %s", name, packages[name])
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// write puts b into a file of its own.
func write(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// root is the test root as PEM.
func root(t testing.TB) string {
	t.Helper()
	return write(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority().root.cert.Raw}))
}

// trusting is an NSS database that trusts the test root.
func trusting(t testing.TB) string {
	t.Helper()
	dir := "sql:" + t.TempDir()
	tool(t, "certutil", "-N", "-d", dir, "--empty-password")
	tool(t, "certutil", "-A", "-d", dir, "-n", "root", "-t", "CT,C,C", "-i", root(t))
	return dir
}

// pdfsig is what poppler says of a file, for someone who trusts the test root.
func pdfsig(t testing.TB, nss string, file []byte) string {
	t.Helper()
	return tool(t, "pdfsig", "-nssdir", nss, write(t, file))
}

func TestReadersAgree(t *testing.T) {
	nss := trusting(t)
	for _, base := range [][]byte{paper(), tiny("hello")} {
		for _, n := range []int{1, 2, 5} {
			out := signedBy(t, base, n)
			said := pdfsig(t, nss, out)
			if strings.Count(said, "Signature is Valid.") != n || strings.Count(said, "Certificate is Trusted.") != n {
				t.Errorf("%d signers: %s", n, said)
			}
			if !strings.Contains(said, "Signer Certificate Common Name: 张三0") || !strings.Contains(said, "Total document signed") {
				t.Errorf("%d signers: %s", n, said)
			}
			clean(t, out)
		}
	}
	out := kept(t, paper(), signer(t, authority(), "张三"))
	clean(t, out)
	// pdfsig knows no time stamps over a file; openssl does.
	if said := pdfsig(t, nss, out); strings.Count(said, "Signature is Valid.") != 1 || strings.Count(said, "Certificate is Trusted.") != 1 {
		t.Error(said)
	}
	ts := found(t, out, 3)
	said := tool(t, "openssl", "ts", "-verify", "-token_in", "-in", write(t, ts.der), "-data", write(t, covers(out, ts)), "-CAfile", root(t))
	if !strings.Contains(said, "Verification: OK") {
		t.Error(said)
	}
}

// covers is what a signature over the whole file is computed over.
func covers(file []byte, s *signed) []byte {
	return append(append([]byte{}, file[:s.from]...), file[s.to:]...)
}

// clean: qpdf has nothing to say about the structure.
func clean(t testing.TB, file []byte) {
	t.Helper()
	if said := tool(t, "qpdf", "--check", write(t, file)); strings.Contains(strings.ToLower(said), "warning") {
		t.Error(said)
	}
}

// TestOpensslReads: signature and stamp hold for a program that has nothing to
// do with ours.
func TestOpensslReads(t *testing.T) {
	s := signer(t, authority(), "张三")
	out := signed1(t, paper(), field(0), s)
	sig := found(t, out, 1)
	covered := covers(out, sig)
	said := tool(t, "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", write(t, sig.der), "-content", write(t, covered),
		"-CAfile", root(t), "-purpose", "any", "-out", os.DevNull)
	if !strings.Contains(said, "successful") {
		t.Error(said)
	}
	m, err := parseCMS(sig.der)
	if err != nil {
		t.Fatal(err)
	}
	token, err := stampIn(m.unsigned)
	if err != nil {
		t.Fatal(err)
	}
	said = tool(t, "openssl", "ts", "-verify", "-token_in", "-in", write(t, token), "-data", write(t, m.signature), "-CAfile", root(t))
	if !strings.Contains(said, "Verification: OK") {
		t.Error(said)
	}
	for i, der := range lists(t) {
		above := authority().Certificates()[1-i]
		said = tool(t, "openssl", "crl", "-inform", "DER", "-in", write(t, der), "-noout", "-CAfile", write(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: above.Raw})))
		if !strings.Contains(said, "verify OK") {
			t.Error(said)
		}
	}

	p7, err := pkcs7.Parse(sig.der)
	if err != nil {
		t.Fatal(err)
	}
	p7.Content = covered
	if err := p7.VerifyWithChain(pool(authority().Trust().Roots)); err != nil {
		t.Error(err)
	}
	ts, err := timestamp.Parse(token)
	sum := sha256.Sum256(m.signature)
	if err != nil || !bytes.Equal(ts.HashedMessage, sum[:]) {
		t.Error(err)
	}
}

// found is the signature or stamp that a revision added.
func found(t testing.TB, file []byte, revision int) *signed {
	t.Helper()
	d, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	_, s := d.explain(revision)
	if s == nil {
		t.Fatal("no signature")
	}
	return s
}

// service answers as a time-stamp service of others does; change may spoil the
// answer.
func service(t testing.TB, change func(*timestamp.Timestamp)) *Service {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		req, err := timestamp.ParseRequest(body)
		if err != nil || !req.Certificates {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		ts := &timestamp.Timestamp{
			HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Nonce: req.Nonce, Time: time.Now(),
			Policy: oidStampPolicy, AddTSACertificate: true, Accuracy: time.Second,
		}
		if change != nil {
			change(ts)
		}
		der, err := ts.CreateResponseWithOpts(authority().stamper.cert, authority().stamper.key, crypto.SHA256)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(der)
	}))
	t.Cleanup(s.Close)
	return &Service{URL: s.URL, Client: s.Client()}
}

func TestServiceStamps(t *testing.T) {
	out, err := Sign(t.Context(), tiny("x"), field(0), signer(t, authority(), "张三"), service(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if r := check(t, out); r.Verdict != Genuine {
		t.Errorf("%+v", r)
	}
	for what, s := range map[string]*Service{
		"another nonce":  service(t, func(ts *timestamp.Timestamp) { ts.Nonce = big.NewInt(7) }),
		"no nonce":       service(t, func(ts *timestamp.Timestamp) { ts.Nonce = nil }),
		"another digest": service(t, func(ts *timestamp.Timestamp) { ts.HashedMessage = make([]byte, 32) }),
		"no certificate": service(t, func(ts *timestamp.Timestamp) { ts.AddTSACertificate = false }),
		"nobody there":   {URL: "http://127.0.0.1:1", Client: http.DefaultClient},
		"no end":         replies(t, http.StatusOK, bytes.Repeat([]byte{0x30}, largestReply*4)),
		"a page":         replies(t, http.StatusOK, []byte("<html>")),
		"a refusal":      replies(t, http.StatusOK, []byte{0x30, 5, 0x30, 3, 2, 1, 2}),
		"an error":       replies(t, http.StatusTeapot, nil),
	} {
		if _, err := s.Stamp(t.Context(), make([]byte, 32)); err == nil && what != "another digest" {
			t.Errorf("%s was taken", what)
		}
		if _, err := Sign(t.Context(), tiny("x"), field(0), signer(t, authority(), "张三"), s); err == nil {
			t.Errorf("%s was taken into a paper", what)
		}
	}
}

func replies(t testing.TB, status int, body []byte) *Service {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return &Service{URL: s.URL, Client: s.Client()}
}

// TestNothingIsCovered: a white or light picture over a line of the paper
// hides nothing; a dark one is seen.
func TestNothingIsCovered(t *testing.T) {
	s := signer(t, authority(), "张三")
	picture := func(ops string) image.Image {
		f := Field{Name: "盖住", Rect: [4]float64{0, 0, 200, 200}, At: time.Now(), Appearance: []byte(ops)}
		return pdftest.Page(t, write(t, signed1(t, tiny("49000"), f, s)), 1, "-r", "72", "-gray")
	}
	dark := func(img image.Image) (n int) {
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
					n++
				}
			}
		}
		return n
	}
	plain := dark(picture("n"))
	if plain == 0 || dark(picture("1 g 0 0 200 200 re f")) != plain {
		t.Error("a white box changes what is seen")
	}
	if dark(picture("0 g 0 0 200 50 re f")) < plain+9000 {
		t.Error("a black box is not seen")
	}
}
