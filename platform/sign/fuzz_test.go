package sign

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"
	"time"
)

// old is a file that was signed once, by two people, with a store and a stamp
// between them, and who believes its root. It is kept as it is: what was
// signed must stay genuine when this package changes.
func old(t testing.TB) ([]byte, Trust) {
	t.Helper()
	file, err := os.ReadFile("testdata/signed.pdf")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/root.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("no root")
	}
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return file, Trust{Roots: []*x509.Certificate{root}}
}

// oldTime is some time after it was signed.
var oldTime = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

func TestOldFileStaysGenuine(t *testing.T) {
	file, trust := old(t)
	r, err := Verify(file, trust, oldTime)
	if err != nil || r.Verdict != Genuine || r.Signers() != 2 || len(r.Revisions) != 5 {
		t.Errorf("%v %+v", err, r)
	}
}

// FuzzVerify: no file makes it panic, and none is genuine but that which was
// signed, as it was after each signature.
func FuzzVerify(f *testing.F) {
	file, trust := old(f)
	r, err := Verify(file, trust, oldTime)
	if err != nil {
		f.Fatal(err)
	}
	for _, rev := range r.Revisions {
		f.Add(file[:rev.End])
	}
	f.Add([]byte(header))
	f.Add([]byte(header + "1 0 obj\n<</Length 9999999999>>\nstream\n"))
	f.Add([]byte(header + "xref\n0 9999999999\ntrailer\n<<>>\nstartxref\n15\n%%EOF\n"))
	f.Add(append([]byte(header+"1 0 obj\n"), bytes.Repeat([]byte("[<<"), 5000)...))
	f.Add(shadow(f, file))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := Verify(b, trust, oldTime); err == nil && r.Verdict == Genuine && !bytes.HasPrefix(file, b) {
			t.Errorf("genuine: %+v", r)
		}
	})
}

// FuzzToken: no answer of a time-stamp service makes it panic, and none holds
// but the one that was given.
func FuzzToken(f *testing.F) {
	file, _ := old(f)
	der := found(f, file, 3).der
	f.Add(der)
	f.Add(append([]byte{0x30, 0x82, 0x10, 0, 0x30, 3, 2, 1, 0}, der...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := parseToken(b); err == nil && !bytes.Equal(b, der) {
			t.Errorf("another token: %x", b)
		}
		_, _ = granted(b)
	})
}
