package mashang_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"mashang/demo/signer"
	"mashang/platform/dbtest"
)

// request is a PKCS #10 request of a key, in base64.
func request(t *testing.T, key any) string {
	t.Helper()
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "周明远"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(csr)
}

// begin asks for a code and returns the name of the check.
func (h *house) begin(who string, rounds ...string) string {
	h.t.Helper()
	check := h.post(who, "/signing/begin", map[string]any{"rounds": rounds}).must(h.t, "begin", 200).get("check")
	h.drain()
	return check
}

// TestSignedAsAnother: the certificate of one never signs in the place of
// another, not even when he gives away his code, and the code for one paper
// signs no other.
func TestSignedAsAnother(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	_, round := h.pair()
	key, err := signer.New()
	if err != nil {
		t.Fatal(err)
	}
	csr, err := key.Request()
	if err != nil {
		t.Fatal(err)
	}
	// The company gets the check and the code of Ms Jia, for the same paper.
	check := h.begin("贾若兰", round)
	a := h.post(company, "/signing/certify", map[string]any{"rounds": []string{round}, "check": check, "code": h.code(jiaPhone), "csr": csr})
	if a.code == 200 {
		p := &pen{h: h, who: company, key: key}
		if err := json.Unmarshal([]byte(a.body), &p.papersToSign); err != nil {
			t.Fatal(err)
		}
		a = p.sign(key, p.Papers[0])
	}
	if a.code != 409 || !strings.Contains(a.body, "名字") {
		t.Errorf("in the place of another: %d %s", a.code, a.body)
	}
	// A code for one paper, used for another, and for more.
	id2 := h.accepted()
	long, _ := h.caseCode(id2, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	h.recordedBy(id2, "贾若兰")
	other := h.signingRound(id2, "mediation_record")
	check = h.begin("贾若兰", round)
	ask := map[string]any{"rounds": []string{round, other}, "check": check, "code": h.code(jiaPhone), "csr": csr}
	h.post("贾若兰", "/signing/certify", ask).must(t, "for more papers", 422)
	ask["rounds"] = []string{other}
	a = h.post("贾若兰", "/signing/certify", ask)
	if a.code == 200 {
		p := &pen{h: h, who: "贾若兰", key: key}
		if err := json.Unmarshal([]byte(a.body), &p.papersToSign); err != nil {
			t.Fatal(err)
		}
		a = p.sign(key, p.Papers[0])
	}
	if a.code != 409 {
		t.Errorf("for another paper: %d %s", a.code, a.body)
	}
	// A signature of one paper on another.
	one, two := h.pen("贾若兰", jiaPhone, round), h.pen("贾若兰", jiaPhone, other)
	s, err := one.key.Sign(one.Papers[0].TBS)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]map[string]any{
		"replayed":                   {"sitting": two.Sitting, "round": other, "base": two.Papers[0].Base, "signature": s},
		"in the sitting of another":  {"sitting": one.Sitting, "round": other, "base": two.Papers[0].Base, "signature": s},
		"cut off":                    {"sitting": two.Sitting, "round": other, "base": two.Papers[0].Base, "signature": s[:8]},
		"nothing":                    {"sitting": two.Sitting, "round": other, "base": two.Papers[0].Base, "signature": ""},
		"zeros":                      {"sitting": two.Sitting, "round": other, "base": two.Papers[0].Base, "signature": base64.StdEncoding.EncodeToString(make([]byte, 64))},
		"a megabyte":                 {"sitting": two.Sitting, "round": other, "base": two.Papers[0].Base, "signature": strings.Repeat("QUFB", 20_000)},
		"no sitting":                 {"sitting": "", "round": other, "base": two.Papers[0].Base, "signature": s},
		"no round":                   {"sitting": two.Sitting, "round": "x", "base": two.Papers[0].Base, "signature": s},
		"by the one who has no slot": {"sitting": two.Sitting, "round": other, "base": "", "signature": s},
	} {
		who := "贾若兰"
		if strings.HasPrefix(what, "by the one") {
			who = company
		}
		if a := h.post(who, "/signing/sign", c); a.code < 400 || a.code >= 500 {
			t.Errorf("%s: %d %s", what, a.code, a.body)
		}
	}
	if n := h.entries("signing.signed"); n != 0 {
		t.Errorf("%d signatures", n)
	}
}

// TestStrangeKeys: whatever key a browser asks a certificate for, a signature
// comes out that anybody can check, or a refusal in plain words.
func TestStrangeKeys(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	_, round := h.pair()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	forged := []byte(request(t, p256))
	forged[len(forged)-12] ^= 1
	for what, csr := range map[string]string{"P-384": request(t, p384), "P-521": request(t, p521), "RSA": request(t, r), "Ed25519": request(t, ed), "forged": string(forged), "nothing": "", "noise": strings.Repeat("QUFB", 20_000), "no base64": "%%%"} {
		check := h.begin("贾若兰", round)
		ask := map[string]any{"rounds": []string{round}, "check": check, "code": h.code(jiaPhone), "csr": csr}
		if a := h.post("贾若兰", "/signing/certify", ask); a.code != 422 || !strings.Contains(a.body, "换一个浏览器") {
			t.Errorf("%s: %d %.200s", what, a.code, a.body)
		}
	}
	check := h.begin("贾若兰", round)
	for what, strokes := range map[string]string{
		"a million points": "[" + strings.TrimSuffix(strings.Repeat("[[1,1]],", 30_000), ",") + "]", "outside": "[[[5000,1]]]", "below": "[[[-1,1]]]", "huge": "[[[99999999999999999999,1]]]", "half": "[[[0.5,1]]]",
		"text": `"<script>"`, "an object": `{"a":1}`, "a number": "1", "cut off": "[[[1,", "deep": strings.Repeat("[", 30_000),
	} {
		ask := map[string]any{"rounds": []string{round}, "check": check, "code": "000000", "csr": request(t, p256), "strokes": strokes}
		if a := h.post("贾若兰", "/signing/certify", ask); a.code != 422 || !strings.Contains(a.body, "重写") {
			t.Errorf("%s: %d %.200s", what, a.code, a.body)
		}
	}
	many := make([]string, 300)
	for i := range many {
		many[i] = round
	}
	h.post("贾若兰", "/signing/begin", map[string]any{"rounds": many}).must(t, "300 rounds", 422)
	h.post("贾若兰", "/signing/certify", map[string]any{"rounds": many, "check": check, "code": "1", "csr": ""}).must(t, "300 rounds", 422)
}

// TestCodeGuessed: twenty guesses at once are five, and twenty signatures at
// once are one.
func TestCodeGuessed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, round := h.pair()
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		check := h.begin("贾若兰", round)
		right := h.code(jiaPhone)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				h.post("贾若兰", "/signing/certify", map[string]any{"rounds": []string{round}, "check": check, "code": "x", "csr": request(t, key)})
			})
		}
		all.Wait()
		h.post("贾若兰", "/signing/certify", map[string]any{"rounds": []string{round}, "check": check, "code": right, "csr": request(t, key)}).must(t, "the right code after too many", 422)
		p := h.pen("贾若兰", jiaPhone, round)
		var mu sync.Mutex
		codes := map[int]int{}
		for range 20 {
			all.Go(func() {
				a := p.sign(p.key, p.Papers[0])
				mu.Lock()
				codes[a.code]++
				mu.Unlock()
			})
		}
		all.Wait()
		if n := h.entries("signing.signed"); n != 1 || codes[500] != 0 || codes[503] != 0 {
			t.Errorf("%d signatures, %v", n, codes)
		}
		before := len(h.outbox())
		for range 60 {
			h.post(company, "/signing/begin", map[string]any{"rounds": []string{round}})
		}
		h.drain()
		if n := len(h.outbox()) - before; n > 40 {
			t.Errorf("%d short messages to one phone", n)
		}
	})
}
