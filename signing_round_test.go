package mashang_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang"
	"mashang/demo/signer"
	"mashang/docket/paper"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/persons"
	signature "mashang/platform/sign"
)

// pen is somebody in the middle of signing: he has his certificates.
type pen struct {
	h   *house
	who string
	key signer.Key
	papersToSign
}

// pen takes a person as far as his certificates.
func (h *house) pen(who, phone string, rounds ...string) *pen {
	h.t.Helper()
	check := h.post(who, "/signing/begin", map[string]any{"rounds": rounds}).must(h.t, "begin", 200).get("check")
	h.drain()
	p := &pen{h: h, who: who}
	var err error
	if p.key, err = signer.New(); err != nil {
		h.t.Fatal(err)
	}
	csr, err := p.key.Request()
	if err != nil {
		h.t.Fatal(err)
	}
	a := h.post(who, "/signing/certify", map[string]any{"rounds": rounds, "check": check, "code": h.code(phone), "csr": csr}).must(h.t, "certify", 200)
	if err := json.Unmarshal([]byte(a.body), &p.papersToSign); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// sign signs one paper with a key.
func (p *pen) sign(key signer.Key, x paperToSign) answer {
	p.h.t.Helper()
	s, err := key.Sign(x.TBS)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return p.h.post(p.who, "/signing/sign", map[string]any{"sitting": p.Sitting, "round": x.Round, "base": x.Base, "signature": s})
}

// pair is a record that both sides sign.
func (h *house) pair() (caseID, round string) {
	h.t.Helper()
	caseID = h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	long, _ = h.caseCode(caseID, company)
	h.signIn(company, "uscc", identity.FictionalUSCC(7), identity.FictionalPhone(8), long)
	h.recordedBy(caseID, "贾若兰", company)
	return caseID, h.signingRound(caseID, "mediation_record")
}

// TestSignedInBetween: two sign at the same time over the same file. The second
// is asked to sign anew, over the file with the first signature, and both hold.
func TestSignedInBetween(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, round := h.pair()
		one, two := h.pen("贾若兰", jiaPhone, round), h.pen(company, identity.FictionalPhone(8), round)
		one.sign(one.key, one.Papers[0]).must(t, "the first", 200)
		a := two.sign(two.key, two.Papers[0]).must(t, "the second", 200)
		var out struct {
			Done  bool
			Again *paperToSign
		}
		if err := json.Unmarshal([]byte(a.body), &out); err != nil || out.Done || out.Again == nil || out.Again.Base == two.Papers[0].Base {
			t.Fatalf("the second, over the old file: %s %v", a.body, err)
		}
		other, err := signer.New()
		if err != nil {
			t.Fatal(err)
		}
		if a := two.sign(other, *out.Again); a.code != 422 {
			t.Errorf("with another key: %d %s", a.code, a.body)
		}
		stolen := *two
		stolen.who = "贾若兰"
		if a := stolen.sign(two.key, *out.Again); a.code != 409 {
			t.Errorf("in another's sitting: %d %s", a.code, a.body)
		}
		two.sign(two.key, *out.Again).must(t, "the second anew", 200)
		two.sign(two.key, *out.Again).must(t, "doubled", 409)
		r, err := signature.Verify(h.file(id, round), signature.Trust{}, h.Kit.Now())
		if err != nil || r.Signers() != 2 || !r.Signatures[0].Intact || !r.Signatures[1].Intact || len(r.Objections) != 0 {
			t.Errorf("%+v %v", r, err)
		}
		names := []string{r.Signatures[0].Name, r.Signatures[1].Name}
		if !slices.Equal(names, []string{"贾若兰", "王五"}) || !r.Signatures[0].Certify || r.Signatures[1].Certify {
			t.Errorf("%v, certifying %v %v", names, r.Signatures[0].Certify, r.Signatures[1].Certify)
		}
	})
}

// TestTooLateToSign: certificates end, rounds end, papers are withdrawn.
func TestTooLateToSign(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, round := h.pair()
	p := h.pen("贾若兰", jiaPhone, round)
	h.clock.Add(8*time.Minute + time.Second)
	if a := p.sign(p.key, p.Papers[0]).must(t, "after eight minutes", 409); a.code == 409 {
		has(t, "after eight minutes", a.body, "重新要一次验证码")
	}
	p = h.pen("贾若兰", jiaPhone, round)
	err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := paper.WithdrawAll(tx, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	has(t, "withdrawn meanwhile", p.sign(p.key, p.Papers[0]).must(t, "withdrawn meanwhile", 409).body, "已经收回")
	if a := h.get("贾若兰", "/api/v1/signing"); a.code != 200 || strings.TrimSpace(a.body) != `{"papers":[]}` {
		t.Errorf("a paper that was withdrawn waits: %s", a.body)
	}
}

// TestRemoteAuthority: a court that has its people certified by an authority in
// another process: the code comes from there, and so do certificates and time.
func TestRemoteAuthority(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	var text string
	authority, err := persons.NewTest(h.clock, func(_ context.Context, _, s string) error { text = s; return nil })
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(authority.Handler("shared"))
	defer srv.Close()
	cfg := h.Kit.Config
	cfg.Authority, cfg.AuthorityKey = srv.URL, "shared"
	h.openWith(cfg)
	id, round := h.pair()
	check := h.post("贾若兰", "/signing/begin", map[string]any{"rounds": []string{round}}).must(t, "begin", 200).get("check")
	h.drain()
	key, err := signer.New()
	if err != nil {
		t.Fatal(err)
	}
	csr, err := key.Request()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range h.outbox() {
		if regexp.MustCompile(`签名证书`).MatchString(m) {
			t.Errorf("the court sent the authority's code: %s", m)
		}
	}
	ask := map[string]any{"rounds": []string{round}, "check": check, "code": "x", "csr": csr}
	h.post("贾若兰", "/signing/certify", ask).must(t, "a wrong code", 422)
	ask["code"] = regexp.MustCompile(`\d{6}`).FindString(text)
	a := h.post("贾若兰", "/signing/certify", ask).must(t, "certify", 200)
	p := &pen{h: h, who: "贾若兰", key: key}
	if err := json.Unmarshal([]byte(a.body), &p.papersToSign); err != nil {
		t.Fatal(err)
	}
	p.sign(key, p.Papers[0]).must(t, "sign", 200)
	b := h.upload("", "/signing/check", nil, "file", "文书.pdf", h.file(id, round)).must(t, "check", 200)
	has(t, "check", b.body, `"name":"贾若兰"`, `"kind":"person"`, `"good":true`)
	srv.Close()
	has(t, "without the authority", h.post(company, "/signing/begin", map[string]any{"rounds": []string{round}}).must(t, "without the authority", 503).body, "连不上")
}

// openWith is another process over the same disk, with other settings.
func (h *house) openWith(cfg config.Config) {
	h.t.Helper()
	if err := h.Kit.Close(); err != nil {
		h.t.Fatal(err)
	}
	k, err := app.Open(h.t.Context(), cfg, h.clock, h.Kit.Log)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.Court, err = mashang.Assemble(h.t.Context(), k); err != nil {
		h.t.Fatal(err)
	}
}
