package seals_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/fault"
	"mashang/platform/seals"
	"mashang/platform/sign"
)

var nine = time.Date(2026, 3, 3, 9, 0, 0, 0, clock.Shanghai)

// one holds the key 河北省云泽县人民法院.
type one struct {
	key   *ecdsa.PrivateKey
	chain seals.Chain
}

func newOne(t *testing.T) *one {
	t.Helper()
	a, err := sign.NewAuthority(nine)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := a.Issue("河北省云泽县人民法院电子印章（测试）", key.Public(), nine, 1)
	if err != nil {
		t.Fatal(err)
	}
	o := &one{key: key}
	for _, c := range chain {
		o.chain.Certificates = append(o.chain.Certificates, c.Raw)
	}
	return o
}

var label = seals.Key{Label: "河北省云泽县人民法院", Algorithm: seals.SHA256}

func (o *one) Chain(_ context.Context, k seals.Key) (seals.Chain, error) {
	if k != label {
		return seals.Chain{}, seals.ErrNoKey
	}
	return o.chain, nil
}

func (o *one) Sign(_ context.Context, k seals.Key, digest []byte) ([]byte, error) {
	if k != label {
		return nil, seals.ErrNoKey
	}
	return o.key.Sign(rand.Reader, digest, crypto.SHA256)
}

// TestRemote: who has the secret gets chain and signature of a key; every kind
// of refusal is one that can be waited out, with words.
func TestRemote(t *testing.T) {
	srv := httptest.NewServer(seals.Handler(newOne(t), "secret", func(error) {}))
	defer srv.Close()
	r, err := seals.NewRemote(srv.URL+"/", "secret", clock.At(nine))
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Chain(t.Context(), label)
	if err != nil {
		t.Fatal(err)
	}
	cs, err := seals.Parse(c.Certificates)
	if err != nil || len(cs) != 2 {
		t.Fatal(len(cs), err)
	}
	digest := make([]byte, 32)
	sig, err := seals.Signer(t.Context(), r, label, cs[0].PublicKey).Sign(nil, digest, crypto.SHA256)
	if err != nil || !ecdsa.VerifyASN1(cs[0].PublicKey.(*ecdsa.PublicKey), digest, sig) {
		t.Error("the signature does not hold", err)
	}
	if _, err := r.Chain(t.Context(), seals.Key{Label: "别的", Algorithm: seals.SHA256}); !errors.Is(err, seals.ErrNoKey) || fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
	if _, err := r.Sign(t.Context(), label, []byte("short")); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
	stranger, err := seals.NewRemote(srv.URL, "guess", clock.At(nine))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Chain(t.Context(), label); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "口令") {
		t.Error(err)
	}
	for _, bad := range []string{"http://seals.example", "ftp://localhost", "://"} {
		if _, err := seals.NewRemote(bad, "secret", clock.At(nine)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// TestRest: a service that failed is left alone for a while, and asked again
// after it.
func TestRest(t *testing.T) {
	var asked atomic.Int64
	sick := atomic.Bool{}
	sick.Store(true)
	well := seals.Handler(newOne(t), "secret", func(error) {})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if sick.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		well.ServeHTTP(w, r)
	}))
	defer srv.Close()
	c := clock.At(nine)
	r, err := seals.NewRemote(srv.URL, "secret", c)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := r.Sign(t.Context(), label, make([]byte, 32)); fault.KindOf(err) != fault.Unavailable {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	sick.Store(false)
	c.Add(30 * time.Second)
	if _, err := r.Sign(t.Context(), label, make([]byte, 32)); err != nil {
		t.Error(err)
	}
	if _, err := r.Chain(t.Context(), label); err != nil {
		t.Error(err)
	}
}

// TestBroken: what can't be had is not said to be there, and why stays inside.
func TestBroken(t *testing.T) {
	var told error
	h := seals.Handler(broken{}, "secret", func(err error) { told = err })
	req := httptest.NewRequest(http.MethodGet, "/chain?label=x", nil)
	req.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	if w.Code != http.StatusServiceUnavailable || told == nil || strings.Contains(w.Body.String(), "token") {
		t.Error(w.Code, told, w.Body)
	}
}

type broken struct{}

func (broken) Chain(context.Context, seals.Key) (seals.Chain, error) {
	return seals.Chain{}, errors.New("the token was pulled out")
}

func (broken) Sign(context.Context, seals.Key, []byte) ([]byte, error) {
	return nil, errors.New("the token was pulled out")
}
