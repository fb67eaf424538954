// Package signtest is a certificate office and a time-stamp service that have
// nothing to do with this program: OpenSSL does all their work. Tests only.
package signtest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Office issues certificates of a root, an authority under it and a time-stamp
// service, in a folder of its own.
type Office struct {
	t   testing.TB
	dir string
	mu  sync.Mutex
}

// settings has the extensions of what the office issues. %s stands for where
// its lists are to be had.
const settings = `
[ca]
default_ca = here
[here]
database = index
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = issuer.pem
private_key = issuer.key
default_md = sha256
default_days = 365
default_crl_days = 30
policy = any
unique_subject = no
string_mask = utf8only
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[seal]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
LISTS
[stamps]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = clock
[clock]
serial = tsaserial
signer_cert = stamps.pem
signer_key = stamps.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
`

// New makes an office. lists, if it is not empty, is the address at which its
// certificates say that its revocation lists are to be had.
func New(t testing.TB, lists string) *Office {
	t.Helper()
	o := &Office{t: t, dir: t.TempDir()}
	if lists != "" {
		lists = "crlDistributionPoints = URI:" + lists
	}
	for name, text := range map[string]string{"settings": strings.Replace(settings, "LISTS", lists, 1), "index": "", "index.attr": "unique_subject = no\n", "serial": "1000\n", "crlnumber": "01\n", "tsaserial": "01\n"} {
		o.write(name, []byte(text))
	}
	o.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "3650", "-subj", "/CN=Root of tests", "-config", "settings", "-extensions", "root")
	for _, name := range []string{"issuer", "stamps"} {
		o.run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name+".key", "-out", name+".csr", "-subj", "/CN="+name+" of tests", "-config", "settings")
		o.run("x509", "-req", "-in", name+".csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", name+".pem", "-days", "3000", "-extfile", "settings", "-extensions", name)
	}
	return o
}

func (o *Office) write(name string, b []byte) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(o.dir, name), b, 0o600); err != nil {
		o.t.Fatal(err)
	}
}

func (o *Office) read(name string) []byte {
	o.t.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, name))
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

func (o *Office) run(args ...string) {
	o.t.Helper()
	if out, err := o.openssl(args...); err != nil {
		o.t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (o *Office) openssl(args ...string) ([]byte, error) {
	c := exec.Command("openssl", args...)
	c.Dir = o.dir
	return c.CombinedOutput()
}

func (o *Office) certificate(name string) *x509.Certificate {
	o.t.Helper()
	b, _ := pem.Decode(o.read(name))
	if b == nil {
		o.t.Fatalf("%s holds no certificate", name)
	}
	c, err := x509.ParseCertificate(b.Bytes)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// Root is the certificate in which others trust.
func (o *Office) Root() *x509.Certificate { return o.certificate("root.pem") }

// RootFile is the file (PEM) with it.
func (o *Office) RootFile() string { return filepath.Join(o.dir, "root.pem") }

// Issue makes a certificate for a seal's key, and returns it with the issuer's.
func (o *Office) Issue(name string, key crypto.Signer) []*x509.Certificate {
	o.t.Helper()
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		o.t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.write("seal.csr", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))
	o.run("ca", "-config", "settings", "-batch", "-notext", "-utf8", "-in", "seal.csr", "-out", "seal.pem", "-extensions", "seal", "-subj", "/CN="+name)
	return []*x509.Certificate{o.certificate("seal.pem"), o.certificate("issuer.pem")}
}

// Revoke revokes a certificate, now.
func (o *Office) Revoke(c *x509.Certificate) {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.write("revoked.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	o.run("ca", "-config", "settings", "-revoke", "revoked.pem")
}

// List is the revocation list (DER) of now.
func (o *Office) List() []byte {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.run("ca", "-config", "settings", "-gencrl", "-out", "list.pem")
	b, _ := pem.Decode(o.read("list.pem"))
	if b == nil {
		o.t.Fatal("no list")
	}
	return b.Bytes
}

// Stamps serves time stamps over HTTP, as openssl ts answers.
func (o *Office) Stamps() *httptest.Server {
	o.t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		if err := os.WriteFile(filepath.Join(o.dir, "query"), body, 0o600); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		if _, err := o.openssl("ts", "-reply", "-config", "settings", "-queryfile", "query", "-out", "reply"); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		reply, err := os.ReadFile(filepath.Join(o.dir, "reply"))
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(reply)
	}))
	o.t.Cleanup(s.Close)
	return s
}
