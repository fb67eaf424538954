package mashang_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mashang"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law/court"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// house is a court for a test: two courts, a few people, a clock that stands
// where it is put.
type house struct {
	*mashang.Court
	t      *testing.T
	clock  *clock.Moved
	people map[string]string // name → person id
	divs   map[string]string // court and name → division id
	tokens map[string]string // party → session token
	phones map[string]string // of the court's people
	log    *bytes.Buffer
}

// wechatKey signs what the bridge to WeChat says.
const wechatKey = "key of the bridge"

// morning is a Tuesday at nine.
var morning = time.Date(2026, 3, 3, 9, 0, 0, 0, clock.Shanghai)

// each runs f on both engines.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newHouse(t, dbtest.SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { f(t, newHouse(t, dbtest.Postgres(t))) })
}

func newHouse(t *testing.T, dsn string) *house {
	t.Helper()
	return newHouseOn(t, dsn, "")
}

// newHouseOn is newHouse with a message bus.
func newHouseOn(t *testing.T, dsn, bus string) *house {
	t.Helper()
	return newHouseWith(t, dsn, func(c *config.Config) { c.Bus = bus })
}

// newHouseWith is newHouse with other settings.
func newHouseWith(t *testing.T, dsn string, change func(*config.Config)) *house {
	t.Helper()
	clk, log := clock.At(morning), &bytes.Buffer{}
	cfg := config.Config{Data: t.TempDir(), DB: dsn, Origin: "http://localhost:8080", Demo: true, Push: "mailto:it@court.example", WeChat: "https://wechat.example", WeChatKey: wechatKey}
	change(&cfg)
	k, err := app.Open(t.Context(), cfg, clk, slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := mashang.Assemble(t.Context(), k)
	if err != nil {
		t.Fatal(errors.Join(err, k.Close()))
	}
	h := &house{Court: c, t: t, clock: clk, people: map[string]string{}, divs: map[string]string{}, tokens: map[string]string{}, phones: map[string]string{}, log: log}
	t.Cleanup(func() { _ = h.Kit.Close() }) // the one that is open then: a test may open it again
	h.found()
	return h
}

// found sets two courts up. Tests may write nouns directly; the program may not.
func (h *house) found() {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		for _, code := range []string{"冀11", "冀1126"} {
			c, _ := court.ByCode(code)
			if err := docket.PutCourt(tx, docket.Court{Code: c.Code, Name: c.Name, Short: c.Short, Level: c.Level, Parent: c.Parent, Phone: "0318-0000000"}); err != nil {
				return err
			}
			if err := docket.AddSeal(tx, docket.Seal{Court: c.Code, Ring: c.Name, Basis: "测试", From: h.Kit.Now().Add(-time.Hour)}); err != nil {
				return err
			}
		}
		for _, d := range []docket.Division{{Court: "冀11", Name: "立案庭", Kind: "filing"}, {Court: "冀11", Name: "知识产权审判庭", Kind: "trial"}, {Court: "冀11", Name: "民一庭", Kind: "trial"}, {Court: "冀1126", Name: "立案庭", Kind: "filing"}} {
			id, err := docket.AddDivision(tx, d)
			if err != nil {
				return err
			}
			h.divs[d.Court+d.Name] = id
		}
		for i, p := range []struct {
			name, court, div string
			role             docket.Role
		}{
			{"韩雪", "冀11", "立案庭", docket.FilingOfficer}, {"郭正", "冀11", "立案庭", docket.FilingJudge},
			{"周明远", "冀11", "知识产权审判庭", docket.Judge}, {"赵一鸣", "冀11", "知识产权审判庭", docket.Judge}, {"孙庭", "冀11", "知识产权审判庭", docket.Head},
			{"李倩", "冀11", "知识产权审判庭", docket.Clerk}, {"陈助", "冀11", "知识产权审判庭", docket.Assistant},
			{"王院", "冀11", "立案庭", docket.President}, {"钱法官", "冀11", "民一庭", docket.Judge}, {"邻县", "冀1126", "立案庭", docket.FilingOfficer},
		} {
			id, err := docket.AddPerson(tx, docket.Person{Kind: "natural", Name: p.name, At: h.Kit.Now()})
			if err != nil {
				return err
			}
			h.people[p.name], h.phones[p.name] = id, identity.FictionalPhone(100+i)
			if _, err := docket.AddPost(tx, docket.Post{Person: id, Court: p.court, Division: h.divs[p.court+p.div], Role: p.role, From: h.Kit.Now().Add(-time.Hour)}, h.Kit.Now()); err != nil {
				return err
			}
			if _, err := h.Services.Account.Invite(tx, id, p.name, p.name, h.phones[p.name]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// drain does all jobs that are due and seals the ledger.
func (h *house) drain() {
	h.t.Helper()
	if err := h.Kit.Jobs.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Kit.Ledger.Seal(h.t.Context(), h.Kit.DB); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Services.Oversight.Look(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// as returns a context in which one of the court's people acts.
func (h *house) as(name string) context.Context {
	if name == "" {
		return h.t.Context()
	}
	id, ok := h.people[name]
	if !ok {
		h.t.Fatalf("nobody is called %s", name)
	}
	a := auth.Actor{Person: id, Account: "test-" + name, Session: "test-" + name, Name: name, Level: auth.Staff, Staff: true, Proved: h.Kit.Now()}
	return auth.With(h.t.Context(), a)
}

// answer is a reply to a program.
type answer struct {
	code int
	body string
	loc  string
	path string // of the request
	kind string // media type
}

func (a answer) get(field string) string {
	var m map[string]any
	_ = json.Unmarshal([]byte(a.body), &m)
	s, _ := m[field].(string)
	return s
}

func (a answer) must(t *testing.T, what string, code int) answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("%s: got %d, want %d: %s", what, a.code, code, a.body)
	}
	return a
}

// post sends JSON as one of the people, or with the token of a party.
func (h *house) post(who, path string, body any) answer {
	h.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	if body == nil {
		b = []byte("{}")
	}
	r := httptest.NewRequestWithContext(h.ctx(who), http.MethodPost, "/api/v1"+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	return h.send(who, r)
}

func (h *house) get(who, path string) answer {
	h.t.Helper()
	return h.send(who, httptest.NewRequestWithContext(h.ctx(who), http.MethodGet, path, nil))
}

func (h *house) ctx(who string) context.Context {
	if _, party := h.tokens[who]; party {
		return h.t.Context()
	}
	return h.as(who)
}

func (h *house) send(who string, r *http.Request) answer {
	if tok := h.tokens[who]; tok != "" {
		r.Header.Set("Authorization", "Bearer "+tok)
	}
	// Each from an address of its own: the limits are tested where they are made.
	n := requests.Add(1)
	r.RemoteAddr = fmt.Sprintf("127.%d.%d.%d:1000", n>>16&255, n>>8&255, n&255)
	w := httptest.NewRecorder()
	h.Router.ServeHTTP(w, r)
	return answer{w.Code, w.Body.String(), w.Header().Get("Location"), r.URL.Path, w.Header().Get("Content-Type")}
}

// upload posts a form with one file, as a program does.
func (h *house) upload(who, path string, fields map[string]string, name, file string, content []byte) answer {
	h.t.Helper()
	return h.form(who, "/api/v1"+path, fields, name, file, content)
}

// form does the same to a page, as a browser does.
func (h *house) form(who, path string, fields map[string]string, name, file string, content []byte) answer {
	h.t.Helper()
	body, kind := h.multipart(fields, name, file, content)
	return h.send(who, h.request(who, path, body, kind))
}

func (h *house) request(who, path string, body []byte, kind string) *http.Request {
	r := httptest.NewRequestWithContext(h.ctx(who), http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

func (h *house) multipart(fields map[string]string, name, file string, content []byte) (body []byte, kind string) {
	h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			h.t.Fatal(err)
		}
	}
	if file != "" {
		w, err := m.CreateFormFile(name, file)
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes(), m.FormDataContentType()
}

var requests atomic.Int64

var sixDigits = regexp.MustCompile(`验证码 ([0-9]{6})`)

// code returns the newest one-time code that was sent to a phone, or "".
func (h *house) code(phone string) string {
	h.t.Helper()
	ms, err := h.Kit.Notify.Outbox(h.t.Context(), 50)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range ms {
		if f := sixDigits.FindStringSubmatch(m.Text); m.Target == phone && f != nil {
			return f[1]
		}
	}
	return ""
}

// filing is Ms Jia's case as the counter enters it.
func filing() map[string]any {
	return map[string]any{
		"court": "冀11", "type": "民初", "special": "知", "cause": "侵害外观设计专利权纠纷", "claim": "判令被告停止侵权，赔偿经济损失 50000 元。",
		"amount": "50000.00", "procedure": "ordinary", "received": "2026-03-02",
		"p_name": "贾若兰", "p_kind": "natural", "p_id_type": "resident", "p_number": jiaID, "p_phone": jiaPhone, "p_address": "河北省衡水市桃城区某街道1号",
		"d_name": "衡水某塑胶制品有限公司", "d_kind": "org", "d_id_type": "uscc", "d_number": identity.FictionalUSCC(7), "d_phone": identity.FictionalPhone(8), "d_address": "河北省衡水市某工业园2号", "d_rep_name": "王五",
	}
}

var (
	jiaID    = identity.Fictional(3, mustDate("1986-05-12"), false)
	jiaPhone = identity.FictionalPhone(1)
)

// accepted enters and accepts Ms Jia's case, gives it a judge, and draws its papers.
func (h *house) accepted() string {
	h.t.Helper()
	id := h.post("韩雪", "/casebook/enter", filing()).must(h.t, "enter", 200).get("case")
	h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11知识产权审判庭"]}).must(h.t, "accept", 200)
	h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["周明远"], "assistant": h.people["陈助"], "clerk": h.people["李倩"]}).must(h.t, "assign", 200)
	h.drain()
	return id
}

// signIn proves a recipient with a case code and the phone that the court holds.
func (h *house) signIn(name, idType, number, phone, code string) {
	h.t.Helper()
	ch := h.post("", "/onecode/open", map[string]string{"code": code, "name": name, "id_type": idType, "number": number}).must(h.t, "open", 200).get("challenge")
	h.drain()
	h.tokens[name] = h.post("", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(h.t, "code", 200).get("token")
}

// caseCode reads a recipient's code as it is printed.
func (h *house) caseCode(caseID, name string) (long, short string) {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		ps, err := docket.Parties(tx, caseID)
		if err != nil {
			return err
		}
		for _, p := range ps {
			if p.Name == name {
				long, short, err = h.Services.Onecode.CodeFor(tx, caseID, p.ID, p.Person)
			}
		}
		return err
	})
	if err != nil || long == "" {
		h.t.Fatalf("no code for %s: %v", name, err)
	}
	return long, short
}

func (h *house) papers(caseID string) (out []paper.Paper) {
	h.t.Helper()
	err := h.Kit.DB.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		out, err = paper.OfCase(tx, caseID)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func has(t *testing.T, what, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%s: %q is missing in\n%s", what, w, body)
		}
	}
}

func (h *house) partyID(caseID, name string) (id string) {
	h.t.Helper()
	err := h.Kit.DB.Read(h.t.Context(), func(tx *db.Tx) error {
		ps, err := docket.Parties(tx, caseID)
		for _, p := range ps {
			if p.Name == name {
				id = p.ID
			}
		}
		return err
	})
	if err != nil || id == "" {
		h.t.Fatalf("no party %s: %v", name, err)
	}
	return id
}

// keys are the idempotency keys of forms, which differ on every page, and the
// sealed places of open pages, which differ every time they are sealed.
var keys = regexp.MustCompile(`name="_key" value="[^"]+"|"position":"[^"]+"`)

func (h *house) outbox() []string {
	h.t.Helper()
	ms, err := h.Kit.Notify.Outbox(h.t.Context(), 500)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, m := range ms {
		out = append(out, m.Text)
	}
	return out
}
