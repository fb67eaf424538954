package mashang_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"mashang"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// TestFromEmptyFolder goes from nothing to an answered question without the
// demo: first-run pages, invitations, staff, filing, code, question, answer.
func TestFromEmptyFolder(t *testing.T) {
	for name, dsn := range map[string]string{"sqlite": dbtest.SQLite(t), "postgres": dbtest.Postgres(t)} {
		t.Run(name, func(t *testing.T) { fromEmpty(t, dsn) })
	}
}

// founded is a court behind its first-run pages, with the three administrators
// signed in as 系统, 安全 and 审计.
func founded(t *testing.T, dsn string) *house {
	t.Helper()
	clk, log := clock.At(morning), &bytes.Buffer{}
	k, err := app.Open(t.Context(), config.Config{Data: t.TempDir(), DB: dsn}, clk, slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	c, err := mashang.Assemble(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Court: c, t: t, clock: clk, people: map[string]string{}, divs: map[string]string{}, tokens: map[string]string{}, log: log}
	token, err := c.Services.Setup.Link(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := "/setup/first/" + token
	has(t, "step 1", h.get("", first).must(t, "link", 200).body, "以后不能改")
	h.get("", "/setup/first/"+strings.Repeat("A", 26)).must(t, "wrong link", 404)
	h.post("", first+"/origin", map[string]any{"origin": "http://court.example", "sure": true}).must(t, "plain http", 422)
	h.post("", first+"/origin", map[string]any{"origin": "https://court.example", "sure": false}).must(t, "not sure", 422)
	h.post("", first+"/origin", map[string]any{"origin": "https://court.example", "sure": true}).must(t, "origin", 200)
	h.post("", first+"/origin", map[string]any{"origin": "https://other.example", "sure": true}).must(t, "another origin", 422)
	h.post("", first+"/courts", map[string]any{"code": "冀11", "below": true, "phone": "0318-0000000"}).must(t, "courts", 200)

	admins := map[string]any{}
	for i, a := range []string{"system", "security", "audit"} {
		admins[a+"_name"], admins[a+"_number"] = "管理"+string([]rune("甲乙丙")[i]), identity.Fictional(i+1, mustDate("1980-02-03"), true)
		admins[a+"_phone"], admins[a+"_login"] = identity.FictionalPhone(700+i), a
	}
	same := map[string]any{}
	for k, v := range admins {
		same[k] = v
	}
	same["audit_number"] = same["system_number"]
	same["audit_name"] = same["system_name"]
	has(t, "one person twice", h.post("", first+"/admins", same).must(t, "one person twice", 422).body, "三个不同的人", "GB/T 22239-2019")
	var inv []struct{ Name, Link string }
	decode(t, h.post("", first+"/admins", admins).must(t, "admins", 200).body, &inv)
	h.get("", first).must(t, "the link after setup", 404)
	if ready, err := c.Services.Setup.Ready(t.Context()); err != nil || !ready {
		t.Fatalf("ready %v %v", ready, err)
	}
	h.join("系统", inv[0].Link)
	h.join("安全", inv[1].Link)
	h.join("审计", inv[2].Link)
	return h
}

func fromEmpty(t *testing.T, dsn string) {
	h := founded(t, dsn)
	for i, p := range []struct{ name, role, div string }{{"窗口", "filing_officer", "立案庭"}, {"立案官", "filing_judge", "立案庭"}, {"庭长", "head", "民一庭"}, {"法官", "judge", "民一庭"}, {"替手", "judge", "民一庭"}} {
		a := h.post("系统", "/setup/staff", map[string]string{"court": "冀11", "name": p.name, "number": identity.Fictional(20+i, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(720 + i),
			"login": "p" + p.role + string(rune('a'+i)), "division": h.division("冀11", p.div), "role": p.role}).must(t, "staff "+p.name, 200)
		var one struct{ Link string }
		decode(t, a.body, &one)
		h.join(p.name, one.Link)
	}
	f := filing()
	f["special"] = ""
	id := h.post("窗口", "/casebook/enter", f).must(t, "enter", 200).get("case")
	h.post("立案官", "/casebook/"+id+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
	h.post("庭长", "/casebook/"+id+"/assign", map[string]string{"judge": h.person("法官")}).must(t, "assign", 200)
	h.drain()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "材料交到哪里？"}).must(t, "ask", 200).get("id")

	// The judge leaves; her cases and what waits go to her successor.
	h.post("安全", "/setup/posts/change", map[string]string{"court": "冀11", "post": h.postOf("法官"), "successor": h.person("替手")}).must(t, "leave", 200)
	h.drain()
	h.get("法官", "/casebook/"+id).must(t, "who left", 404)
	has(t, "successor's desk", h.get("替手", "/desk").body, "材料交到哪里")
	h.post("替手", "/onecode/"+id+"/message/"+mid+"/send", map[string]string{"text": "交到窗口。"}).must(t, "send", 200)
	has(t, "thread", h.get("贾若兰", "/onecode/"+id).body, "交到窗口。", "替手 法官")
}

func decode(t *testing.T, body string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
}

// proof is the word that the newest invitation sent to its owner's phone.
func (h *house) proof() string {
	for _, text := range h.outbox() {
		if _, after, ok := strings.Cut(text, "确认码 "); ok {
			return after[:strings.Index(after, "。")]
		}
	}
	return ""
}

// acceptance is what an invited person enters behind a link, with a password
// and an authenticator.
func (h *house) acceptance(name, link string) (path string, cmd map[string]string) {
	h.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		h.t.Fatal(err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "t", AccountName: name})
	if err != nil {
		h.t.Fatal(err)
	}
	code, err := totp.GenerateCode(key.Secret(), h.Kit.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return u.Path, map[string]string{"login": "login-" + name, "password": "一句自己记得住的话123", "again": "一句自己记得住的话123", "secret": key.Secret(), "code": code, "proof": h.proof()}
}

// join accepts an invitation.
func (h *house) join(name, link string) {
	h.t.Helper()
	path, cmd := h.acceptance(name, link)
	weak := map[string]string{"login": "x1", "password": "short", "again": "short", "secret": cmd["secret"], "code": cmd["code"]}
	h.post("", path, weak).must(h.t, "weak password", 422)
	h.tokens[name] = h.post("", path, cmd).must(h.t, "invitation of "+name, 200).get("token")
	h.post("", path, cmd).must(h.t, "invitation used twice", 404)
	h.clock.Add(time.Minute)
	next, err := totp.GenerateCode(cmd["secret"], h.Kit.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	h.post("", "/account/staff", map[string]string{"login": "login-" + name, "password": "wrong wrong wrong 1", "code": next}).must(h.t, "wrong password", 422)
	h.post("", "/account/staff", map[string]string{"login": "login-" + name, "password": "一句自己记得住的话123", "code": next}).must(h.t, "staff login", 200)
	h.post("", "/account/staff", map[string]string{"login": "login-" + name, "password": "一句自己记得住的话123", "code": next}).must(h.t, "one code twice", 422)
}

func one[T any](h *house, sql string, args ...any) (v T) {
	h.t.Helper()
	err := h.Kit.DB.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		v, err = db.One[T](tx, sql, args...)
		return err
	})
	if err != nil {
		h.t.Fatalf("%s %v: %v", sql, args, err)
	}
	return v
}

func (h *house) division(court, name string) string {
	return one[string](h, `SELECT id FROM docket_division WHERE court_id = ? AND name = ?`, court, name)
}

func (h *house) person(name string) string {
	return one[string](h, `SELECT id FROM docket_person WHERE name = ?`, name)
}

func (h *house) postOf(name string) string {
	return one[string](h, `SELECT id FROM docket_post WHERE person_id = ?`, h.person(name))
}
