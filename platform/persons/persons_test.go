package persons_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/fault"
	"mashang/platform/persons"
)

var nine = time.Date(2026, 3, 3, 9, 0, 0, 0, clock.Shanghai)

// authority is a test authority with the phone to which it sends.
type authority struct {
	*persons.Test
	clock *clock.Moved
	sent  string
}

var digits = regexp.MustCompile(`\d{6}`)

func (a *authority) code() string { return digits.FindString(a.sent) }

func open(t *testing.T) *authority {
	t.Helper()
	a := &authority{clock: clock.At(nine)}
	var err error
	a.Test, err = persons.NewTest(a.clock, func(_ context.Context, _, text string) error { a.sent = text; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func request(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return csr
}

var papers = [][32]byte{sha256.Sum256([]byte("one")), sha256.Sum256([]byte("two"))}

// port is what a court asks.
type port interface {
	Begin(ctx context.Context, name, phone string, papers [][32]byte) (string, error)
	Issue(ctx context.Context, check, code string, csr []byte) ([][]*x509.Certificate, error)
	Roots(ctx context.Context) ([]*x509.Certificate, error)
	Stamp(ctx context.Context, digest []byte) ([]byte, error)
}

// TestPort: who has the phone gets a certificate for each paper, in his name,
// for ten minutes; asked in the same process and over HTTP.
func TestPort(t *testing.T) {
	a := open(t)
	srv := httptest.NewServer(a.Handler("key"))
	defer srv.Close()
	remote, err := persons.NewRemote(srv.URL, "key")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]port{"here": a, "over HTTP": remote} {
		check, err := p.Begin(t.Context(), "贾若兰", "19900000001", papers)
		if err != nil {
			t.Fatal(name, err)
		}
		csr := request(t)
		chains, err := p.Issue(t.Context(), check, a.code(), csr)
		if err != nil || len(chains) != 2 {
			t.Fatal(name, len(chains), err)
		}
		roots, err := p.Roots(t.Context())
		if err != nil || len(roots) != 1 {
			t.Fatal(name, roots, err)
		}
		pool, middle := x509.NewCertPool(), x509.NewCertPool()
		pool.AddCert(roots[0])
		middle.AddCert(chains[1][1])
		leaf := chains[1][0]
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: pool, Intermediates: middle, CurrentTime: nine, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil || leaf.Subject.CommonName != "贾若兰" {
			t.Error(name, err, leaf.Subject)
		}
		if token, err := p.Stamp(t.Context(), papers[0][:]); err != nil || len(token) == 0 {
			t.Error(name, err)
		}
		again, err := p.Issue(t.Context(), check, a.code(), csr)
		if err != nil || !again[0][0].Equal(chains[0][0]) {
			t.Errorf("%s: the answer that got lost is not given again: %v", name, err)
		}
		if _, err := p.Issue(t.Context(), check, a.code(), request(t)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: the code served a second key: %v", name, err)
		}
	}
	if stranger, _ := persons.NewRemote(srv.URL, "guess"); stranger != nil {
		if _, err := stranger.Roots(t.Context()); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("without the key: %v", err)
		}
	}
	for _, bad := range []string{"http://authority.example", "ftp://localhost", "://"} {
		if _, err := persons.NewRemote(bad, "key"); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// TestCode: five tries, five minutes, once.
func TestCode(t *testing.T) {
	begin := func() (*authority, string) {
		a := open(t)
		check, err := a.Begin(t.Context(), "贾若兰", "19900000001", papers)
		if err != nil {
			t.Fatal(err)
		}
		return a, check
	}
	refused := func(what string, a *authority, check, code string) {
		t.Helper()
		if _, err := a.Issue(t.Context(), check, code, request(t)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	a, check := begin()
	wrong := "000000"
	if a.code() == wrong {
		wrong = "000001"
	}
	for range 5 {
		refused("a wrong code", a, check, wrong)
	}
	refused("the right one after five wrong ones", a, check, a.code())
	a, check = begin()
	a.clock.Set(nine.Add(5*time.Minute + time.Second))
	refused("after five minutes", a, check, a.code())
	refused("of no check", a, "none", a.code())
	a, check = begin()
	if _, err := a.Issue(t.Context(), check, a.code(), []byte("no request")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("for no key: %v", err)
	}
	if _, err := a.Begin(t.Context(), "贾若兰", "", papers); fault.KindOf(err) != fault.Conflict {
		t.Errorf("without a phone: %v", err)
	}
	if _, err := a.Begin(t.Context(), "贾若兰", "1", make([][32]byte, 21)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("too many papers: %v", err)
	}
}
