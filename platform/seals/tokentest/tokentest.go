// Package tokentest is a token made of files (SoftHSM), for tests: a real PKCS
// #11 library with keys that its owner imported.
package tokentest

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The token's name and the PIN of its user.
const (
	Label = "court"
	PIN   = "481516"
)

// New makes a token and returns the path of its library. The process finds it
// by its environment.
func New(t testing.TB) (library string) {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/softhsm/libsofthsm2.so")
	if more, _ := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so"); err == nil {
		found = append(found, more...)
	}
	if len(found) == 0 {
		t.Fatal("this test needs a PKCS #11 token; install one: apt-get install softhsm2 opensc")
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", dir), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Setenv("SOFTHSM2_CONF", conf); err != nil { // which the library reads when it starts
		t.Fatal(err)
	}
	run(t, "softhsm2-util", "--init-token", "--free", "--label", Label, "--pin", PIN, "--so-pin", "12345678")
	return found[0]
}

// Import puts a key and its certificate into the token.
func Import(t testing.TB, library, label string, key crypto.Signer, cert *x509.Certificate) {
	t.Helper()
	dir := t.TempDir()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	k, c := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.der")
	if err := os.WriteFile(k, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c, cert.Raw, 0o600); err != nil {
		t.Fatal(err)
	}
	id := fmt.Sprintf("%x", cert.SerialNumber)
	if len(id)%2 == 1 {
		id = "0" + id
	}
	run(t, "softhsm2-util", "--import", k, "--token", Label, "--label", label, "--id", id, "--pin", PIN)
	run(t, "pkcs11-tool", "--module", library, "--token-label", Label, "--login", "--pin", PIN, "--write-object", c, "--type", "cert", "--label", label, "--id", id)
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
