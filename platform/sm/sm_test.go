package sm_test

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"mashang/platform/sm"
)

var now = time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)

func keys(t *testing.T) (root, seal sm.Key) {
	t.Helper()
	root, err := sm.NewRoot(now)
	if err != nil {
		t.Fatal(err)
	}
	if seal, err = root.Issue("河北省云泽县人民法院电子印章（测试）", now, 5); err != nil {
		t.Fatal(err)
	}
	return root, seal
}

func prove(t *testing.T, file []byte, k sm.Key) []byte {
	t.Helper()
	p, err := sm.Sign(file, []*smx509.Certificate{k.Cert}, k.Sign)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProof: a proof holds for its file, under its root, in its time, and is
// refused when any byte of either is another.
func TestProof(t *testing.T) {
	root, seal := keys(t)
	text, err := seal.PEM()
	if err != nil {
		t.Fatal(err)
	}
	if seal, err = sm.ReadKey(text); err != nil {
		t.Fatal(err)
	}
	file := []byte("一份文书的全部字节")
	p := prove(t, file, seal)
	roots := []*smx509.Certificate{root.Cert}
	c, err := sm.Verify(file, p, roots, now)
	if err != nil || !c.Equal(seal.Cert) {
		t.Fatal(c, err)
	}
	for i := range p {
		q := append([]byte{}, p...)
		q[i] ^= 1
		if _, err := sm.Verify(file, q, roots, now); err == nil {
			t.Fatalf("byte %d of the proof may be another", i)
		}
	}
	for i := range file {
		q := append([]byte{}, file...)
		q[i] ^= 1
		if _, err := sm.Verify(q, p, roots, now); !errors.Is(err, sm.ErrProof) {
			t.Fatalf("byte %d of the file may be another", i)
		}
	}
	if _, err := sm.Verify(file, append(p, 0), roots, now); !errors.Is(err, sm.ErrProof) {
		t.Error("something may follow")
	}
	other, _ := keys(t)
	for what, err := range map[string]error{
		"another root":  second(sm.Verify(file, p, []*smx509.Certificate{other.Cert}, now)),
		"no root":       second(sm.Verify(file, p, nil, now)),
		"too late":      second(sm.Verify(file, p, roots, now.AddDate(6, 0, 0))),
		"too early":     second(sm.Verify(file, p, roots, now.AddDate(-1, 0, 0))),
		"the root's":    second(sm.Verify(file, prove(t, file, root), roots, now)),
		"no proof":      second(sm.Verify(file, nil, roots, now)),
		"a broken hand": second2(sm.Sign(file, []*smx509.Certificate{seal.Cert}, root.Sign)),
	} {
		if err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

func second(_ *smx509.Certificate, err error) error { return err }
func second2(_ []byte, err error) error             { return err }

// TestOpenSSLAgrees: OpenSSL checks our signature with the public key out of our
// certificate, and we check one of OpenSSL's; it checks our certificates too.
func TestOpenSSLAgrees(t *testing.T) {
	root, seal := keys(t)
	dir := t.TempDir()
	put := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	openssl := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("openssl", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	content := []byte("一份文书的全部字节")
	file := put("paper", content)
	p, err := pkcs7.Parse(prove(t, content, seal))
	if err != nil {
		t.Fatal(err)
	}
	der, err := smx509.MarshalPKIXPublicKey(seal.Cert.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := put("public.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	sig := put("sig", p.Signers[0].EncryptedDigest)
	if said := openssl("dgst", "-sm3", "-verify", public, "-sigopt", "distid:1234567812345678", "-signature", sig, file); !strings.Contains(said, "Verified OK") {
		t.Error(said)
	}
	if out, err := exec.Command("openssl", "dgst", "-sm3", "-verify", public, "-sigopt", "distid:another", "-signature", sig, file).CombinedOutput(); err == nil {
		t.Errorf("OpenSSL takes it for another identity: %s", out)
	}

	openssl("genpkey", "-algorithm", "SM2", "-out", filepath.Join(dir, "theirs.pem"))
	openssl("pkey", "-in", filepath.Join(dir, "theirs.pem"), "-pubout", "-outform", "DER", "-out", filepath.Join(dir, "theirs.der"))
	openssl("dgst", "-sm3", "-sign", filepath.Join(dir, "theirs.pem"), "-sigopt", "distid:1234567812345678", "-out", filepath.Join(dir, "theirs.sig"), file)
	pub, err := os.ReadFile(filepath.Join(dir, "theirs.der"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := smx509.ParsePKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(filepath.Join(dir, "theirs.sig"))
	if err != nil {
		t.Fatal(err)
	}
	if !sm2.VerifyASN1WithSM2(key.(*ecdsa.PublicKey), nil, content, theirs) {
		t.Error("we do not take OpenSSL's signature")
	}

	cert := func(name string, c *smx509.Certificate) string {
		return put(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	said := openssl("verify", "-vfyopt", "distid:1234567812345678", "-no_check_time", "-CAfile", cert("root.pem", root.Cert), cert("seal.pem", seal.Cert))
	if !strings.Contains(said, "OK") {
		t.Error(said)
	}

	// What another reads of the container: the names of GM/T 0006.
	var outer struct {
		Kind asn1.ObjectIdentifier
		Rest asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(prove(t, content, seal), &outer); err != nil || outer.Kind.String() != "1.2.156.10197.6.1.4.2.2" {
		t.Error(outer.Kind, err)
	}
}
