package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"sync"
	"testing"

	"mashang/platform/seals"
	"mashang/platform/seals/token"
	"mashang/platform/seals/tokentest"
	"mashang/platform/sign/signtest"
)

// TestToken: keys of both kinds sign within a real library, many at a time; what
// is not there is not there, and who has not the PIN gets nothing.
func TestToken(t *testing.T) {
	o, lib := signtest.New(t, ""), tokentest.New(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	chains := map[string][]*x509.Certificate{}
	for label, key := range map[string]crypto.Signer{"河北省云泽县人民法院": ec, "河北省云泽县人民法院立案专用章": rs} {
		chains[label] = o.Issue(label, key)
		tokentest.Import(t, lib, label, key, chains[label][0])
	}
	if _, err := token.Open(lib, tokentest.Label, "000000", nil); err == nil {
		t.Error("a wrong PIN opens the token")
	}
	if _, err := token.Open(lib, "another", tokentest.PIN, nil); err == nil {
		t.Error("a token that is not there opens")
	}
	if _, err := token.Open("/dev/null", tokentest.Label, tokentest.PIN, nil); err == nil {
		t.Error("no library opens")
	}
	// The root among those above is left out of the chain.
	tok, err := token.Open(lib, tokentest.Label, tokentest.PIN, []*x509.Certificate{o.Root(), chains["河北省云泽县人民法院"][1]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tok.Close)
	digest := sha256.Sum256([]byte("a paper"))
	var wg sync.WaitGroup
	for label, want := range chains {
		c, err := tok.Chain(t.Context(), seals.Key{Label: label, Algorithm: seals.SHA256})
		if err != nil {
			t.Fatal(err)
		}
		got, err := seals.Parse(c.Certificates)
		if err != nil || len(got) != 2 || !got[0].Equal(want[0]) || !got[1].Equal(want[1]) {
			t.Fatalf("%s: %d certificates, %v", label, len(got), err)
		}
		for range 50 {
			wg.Go(func() {
				sig, err := tok.Sign(t.Context(), seals.Key{Label: label, Algorithm: seals.SHA256}, digest[:])
				switch k := got[0].PublicKey.(type) {
				case *ecdsa.PublicKey:
					if !ecdsa.VerifyASN1(k, digest[:], sig) {
						t.Error(label, err)
					}
				case *rsa.PublicKey:
					if e := rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], sig); e != nil {
						t.Error(label, err, e)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, k := range []seals.Key{{Label: "别的法院", Algorithm: seals.SHA256}, {Label: "河北省云泽县人民法院", Algorithm: seals.SM2}, {Algorithm: seals.SHA256}} {
		if _, err := tok.Sign(t.Context(), k, digest[:]); !errors.Is(err, seals.ErrNoKey) {
			t.Errorf("%v: %v", k, err)
		}
		if _, err := tok.Chain(t.Context(), k); !errors.Is(err, seals.ErrNoKey) {
			t.Errorf("%v: %v", k, err)
		}
	}
}
