package mashang_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/exchange"
	"mashang/platform/web"
)

// peer is another system, as a test holds it.
type peer struct {
	ID     string `json:"system"`
	Token  string `json:"token"`
	Secret string `json:"secret"`
	Ours   string `json:"public_key"` // the court's
	key    exchange.Key
}

// connected takes a system in, with a key for letters.
func (h *house) connected(name, court string, scopes ...string) (p peer) {
	h.t.Helper()
	key, err := exchange.NewKey(h.t.TempDir())
	if err != nil {
		h.t.Fatal(err)
	}
	decode(h.t, h.post("系统", "/connect/system", map[string]any{"court": court, "name": name, "scopes": scopes, "until": "2027-03-03", "public_key": key.Public()}).must(h.t, "connect", 200).body, &p)
	p.key = key
	h.tokens[name] = p.Token
	return p
}

func (h *house) way(p peer, kind, url string, intranet bool) {
	h.t.Helper()
	h.post("系统", "/connect/way", map[string]any{"court": "冀11", "system": p.ID, "kind": kind, "url": url, "intranet": intranet}).must(h.t, "way", 200)
}

// sentLetters are the states of the court's letters, newest first.
func (h *house) letters() (out []struct{ State, Reason, Type, ID string }) {
	h.t.Helper()
	var v struct {
		Letters []struct{ State, Reason, Type, ID string } `json:"letters"`
	}
	decode(h.t, h.get("系统", "/api/v1/connect/letters?court=冀11").must(h.t, "letters", 200).body, &v)
	return v.Letters
}

// sign is the signature as the standard has it, written again.
func sign(secret, id, at string, body []byte) string {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%s.%s.%s", id, at, body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// TestTokenEverywhere: a token opens its own three doors in its own court, and
// on every other route it is nobody; a page, a cookie or a bad token opens nothing.
func TestTokenEverywhere(t *testing.T) {
	dsn := dbtest.SQLite(t)
	h := newHouse(t, dsn)
	id := h.accepted()
	h.administrators()
	all := h.connected("全能系统", "冀11", "put", "read", "send")
	h.connected("下级系统", "冀1126", "put", "read", "send")
	h.connected("哑系统", "冀11")
	papers := paperIDs(t, h, id)
	fill := map[string]string{"case": id, "message": "none", "paper": papers["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "n": "0"}
	for _, name := range []string{"agent", "batch", "record", "challenge", "word", "token", "request", "round", "draft", "service", "attempt", "kind", "outage", "application", "seal", "finding", "rating", "complaint", "code"} {
		fill[name] = "none"
	}
	own, others := 0, 0
	for _, r := range h.Router.Routes() {
		body := `{"court":"冀11"}`
		switch {
		case r.Object == web.Public:
			if r.PageOnly || r.Pattern == "POST /connect/event" { // its third
				continue
			}
			if a, b := h.knock("全能系统", r, fill, body), h.knock("", r, fill, body); a != b && a != 429 { // a token is limited across addresses
				t.Errorf("%s: %d with a token, %d without", r.Pattern, a, b)
			}
		case r.Object == "connect":
			own++
			if got := h.knock("全能系统", r, fill, body); got == 401 || got == 403 {
				t.Errorf("%s: %d, is its own", r.Pattern, got)
			}
			if got := h.knock("哑系统", r, fill, body); got != 403 {
				t.Errorf("%s without the scope: %d", r.Pattern, got)
			}
		default:
			if others++; others%25 == 0 { // each writes a little only
				h.connected("全能系统", "冀11", "put", "read", "send")
				h.connected("下级系统", "冀1126", "put", "read", "send")
			}
			for _, who := range []string{"全能系统", "下级系统"} {
				if got := h.knock(who, r, fill, body); got != 403 && got != 404 && (!r.PageOnly || got != 303) {
					t.Errorf("%s: %d", r.Pattern, got)
				}
			}
		}
	}
	if own != 2 {
		t.Errorf("%d routes of its own", own)
	}
	try := func(what string, want int, f func(r *http.Request), path string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		f(r)
		if got := h.send("", r); got.code != want {
			t.Errorf("%s: %d, not %d: %s", what, got.code, want, got.body)
		}
	}
	bearer := func(tok string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+tok) }
	}
	try("its door", 200, bearer(all.Token), "/api/v1/connect/event")
	try("as a cookie", 401, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "session", Value: all.Token}) }, "/api/v1/connect/event")
	try("on a page", 303, bearer(all.Token), "/connect/event")
	try("as a cookie over https", 401, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-session", Value: all.Token}) }, "/api/v1/connect/event")
	for _, name := range []string{"token", "access_token", "authorization", "key"} {
		try("in the address", 401, func(*http.Request) {}, "/api/v1/connect/event?"+name+"="+all.Token)
	}
	try("as a password", 401, func(r *http.Request) { r.SetBasicAuth("x", all.Token) }, "/api/v1/connect/event")
	for what, tok := range map[string]string{"cut": all.Token[:len(all.Token)-1], "longer": all.Token + "0", "lower case": strings.ToLower(all.Token), "empty": "ms_", "another": "ms_" + strings.Repeat("0", 26), "quoted": "ms_' OR 1=1 --"} {
		try(what, 401, bearer(tok), "/api/v1/connect/event")
	}
	var shown []string
	for _, p := range []string{"/connect", "/connect/ways", "/connect/letters", "/connect/received"} {
		shown = append(shown, h.get("系统", p).body, h.get("系统", "/api/v1"+p).must(t, p, 200).body)
	}
	file := strings.TrimPrefix(dsn, "sqlite:")
	for _, f := range []string{file, file + "-wal"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(b))
	}
	for _, secret := range []string{all.Token, all.Secret} {
		if strings.Contains(strings.Join(append(shown, h.log.String(), h.get("", "/metrics").body), ""), secret) {
			t.Error("a secret is shown again, or stored as it is")
		}
	}
}

// TestTokenEnds: a token is dead after its last day, and at once when it is
// revoked; its last use is seen.
func TestTokenEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p, q := h.connected("立案系统", "冀11", "read"), h.connected("审判系统", "冀11", "read")
		h.get("立案系统", "/api/v1/connect/event").must(t, "read", 200)
		page := h.get("系统", "/connect").body
		has(t, "page", page, "立案系统", "取消息", "最近一次用", "还没有用过")
		h.post("系统", "/connect/system/end", map[string]any{"court": "冀1126", "id": p.ID}).must(t, "as another court's", 404)
		h.post("安全", "/connect/system/end", map[string]any{"court": "冀11", "id": p.ID}).must(t, "another administrator", 403)
		h.post("系统", "/connect/system/end", map[string]any{"court": "冀11", "id": p.ID}).must(t, "end", 200)
		has(t, "revoked", h.get("立案系统", "/api/v1/connect/event").must(t, "revoked", 401).body, "接入口令（令牌）不对、已经停用或者过期了")
		h.post("系统", "/connect/system/end", map[string]any{"court": "冀11", "id": p.ID}).must(t, "twice", 404)
		h.get("审判系统", "/api/v1/connect/event").must(t, "the other", 200)
		h.clock.Add(365*24*time.Hour + 15*time.Hour - time.Minute) // 2027-03-03 23:59
		h.get("审判系统", "/api/v1/connect/event").must(t, "last minute", 200)
		h.clock.Add(time.Minute)
		h.get("审判系统", "/api/v1/connect/event").must(t, "expired", 401)
		_ = q
	})
}

// inbox is the server of another system.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies [][]byte
	status int
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	b := &inbox{status: 200}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.status == 200 {
			b.got, b.bodies = append(b.got, r), append(b.bodies, body)
		}
		w.WriteHeader(b.status)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *inbox) set(status int) { b.mu.Lock(); b.status = status; b.mu.Unlock() }

// TestWebhook: what happens in a case arrives once, in order, signed, and says
// nothing of people; what is not for outsiders never leaves.
func TestWebhook(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		in := newInbox(t)
		p := h.connected("审判系统", "冀11", "read")
		h.way(p, "webhook", in.URL+"/hook", false)
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "什么时候开庭？"}).must(t, "ask", 200)
		h.drain()
		if len(in.got) < 5 {
			t.Fatalf("%d events", len(in.got))
		}
		ids, last := map[string]bool{}, ""
		for i, r := range in.got {
			body := in.bodies[i]
			var e map[string]any
			if err := json.Unmarshal(body, &e); err != nil {
				t.Fatal(err)
			}
			at, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
			if r.Header.Get("webhook-signature") != sign(p.Secret, r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body) || time.Unix(at, 0).Sub(h.Kit.Now()).Abs() > time.Hour || r.Header.Get("webhook-id") != e["id"] {
				t.Errorf("signature of %s", body)
			}
			if r.Header.Get("Content-Type") != "application/cloudevents+json" || e["specversion"] != "1.0" || e["subject"] != "（2026）冀11知民初1号" || e["datacontenttype"] != "application/json" || e["source"] != "http://localhost:8080/connect/%E5%86%8011" {
				t.Errorf("%s", body)
			}
			if _, err := time.Parse(time.RFC3339Nano, fmt.Sprint(e["time"])); err != nil {
				t.Error(err)
			}
			eid := fmt.Sprint(e["id"])
			if ids[eid] || eid <= last {
				t.Errorf("%s twice, or out of order", eid)
			}
			ids[eid], last = true, eid
			text := string(body)
			for _, secret := range []string{"贾若兰", jiaID, jiaPhone, h.people["周明远"], `"person"`, "code_visited", "开庭"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q leaves in %s", secret, text)
				}
			}
		}
		has(t, "all", string(bytes.Join(in.bodies, nil)), `"type":"case.accepted"`, `"on":"2026-03-03"`)
		// The same can be fetched, page by page.
		h.clock.Add(10 * time.Second)
		var f struct {
			Events []map[string]any `json:"events"`
			Next   string           `json:"next"`
		}
		decode(t, h.get("审判系统", "/api/v1/connect/event").body, &f)
		if len(f.Events) != len(in.got) || f.Next != last {
			t.Errorf("%d fetched, %d arrived", len(f.Events), len(in.got))
		}
		decode(t, h.get("审判系统", "/api/v1/connect/event?after="+f.Next).body, &f)
		if len(f.Events) != 0 || f.Next != last {
			t.Errorf("%v after the last", f)
		}
		// A sealed case falls silent, and what was said of it is not given out again.
		h.post("王院", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
		n := len(in.got)
		h.post("周明远", "/casebook/"+id+"/suspend", map[string]string{"ground": "other", "reason": "等另案结果。"}).must(t, "suspend", 200)
		h.drain()
		h.clock.Add(time.Minute)
		decode(t, h.get("审判系统", "/api/v1/connect/event").body, &f)
		if len(in.got) != n || len(f.Events) != 0 {
			t.Errorf("a sealed case speaks: %d, %d", len(in.got)-n, len(f.Events))
		}
	})
}

// TestOutage: a target that does not answer holds up its own letters only; they
// come in their order when it is back, or wait for the administrator.
func TestOutage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		down, up := newInbox(t), newInbox(t)
		down.set(503)
		p, q := h.connected("坏系统", "冀11", "read"), h.connected("好系统", "冀11", "read")
		h.way(p, "webhook", down.URL, false)
		h.way(q, "webhook", up.URL, false)
		id := h.accepted()
		if len(up.got) < 5 || len(down.got) != 0 || len(h.papers(id)) == 0 {
			t.Fatalf("%d and %d events", len(up.got), len(down.got))
		}
		has(t, "page", h.get("系统", "/connect/letters").body, "还在试", "对方没有回应")
		down.set(200)
		for range 15 {
			h.clock.Add(2 * time.Hour)
			h.drain()
		}
		if len(down.bodies) != len(up.bodies) {
			t.Fatalf("%d arrived of %d", len(down.bodies), len(up.bodies))
		}
		for i := range up.bodies {
			if !bytes.Equal(up.bodies[i], down.bodies[i]) {
				t.Errorf("letter %d is out of order", i)
			}
		}
		// A refusal is final at once.
		down.set(401)
		h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["赵一鸣"], "reason": "回避"}).must(t, "assign", 200)
		h.drain()
		has(t, "desk", h.get("系统", "/desk").must(t, "desk", 200).body, "有 1 条消息没有送到坏系统")
		if strings.Contains(h.get("安全", "/desk").body, "没有送到") {
			t.Error("another administrator has it on his desk")
		}
		has(t, "dead", h.get("系统", "/connect/letters?state=dead").body, "对方不收，回的是 401", "再送一次", "不用送了")
		l := h.letters()[1]
		if l.State != "dead" {
			l = h.letters()[0]
		}
		n := len(down.got)
		h.post("系统", "/connect/letters/again", map[string]any{"court": "冀11", "id": l.ID}).must(t, "again", 200)
		down.set(200)
		h.drain()
		if len(down.got) != n+1 {
			t.Errorf("%d came", len(down.got)-n)
		}
		h.post("系统", "/connect/letters/drop", map[string]any{"court": "冀11", "id": l.ID}).must(t, "nothing to drop", 409)
		// Tried for the last time.
		down.set(500)
		h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["周明远"], "reason": "回避的情形消失"}).must(t, "assign", 200)
		for range 13 {
			h.drain()
			h.clock.Add(2 * time.Hour)
		}
		h.drain()
		has(t, "desk", h.get("系统", "/desk").must(t, "desk", 200).body, "有 1 条消息没有送到坏系统")
		h.post("系统", "/connect/letters/drop", map[string]any{"court": "冀11"}).must(t, "drop all", 200)
		if b := h.get("系统", "/desk").body; strings.Contains(b, "没有送到") {
			t.Error("still on the desk")
		}
		has(t, "setup", h.get("系统", "/setup").body, "设置")
	})
}

// TestTargets: a target inside is refused when it is typed, and when its name
// leads inside.
func TestTargets(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.administrators()
	p := h.connected("审判系统", "冀11")
	for url, tick := range map[string]bool{
		"http://example.com/": false, "ftp://example.com/": false, "https://u:p@example.com/": false, "https://": false, "": false,
		"https://example.com:0/": false, "https://example.com:99999/": false, "https://example.com:x/": false, "https://example.com/#x": false, "https://[fe80::1%25lo]/": true, "https://100.100.100.200/": true,
		"https://10.0.0.1/": false, "https://169.254.169.254/latest": true, "https://[fe80::1]/": true, "https://0.0.0.0/": true, "https://[::ffff:10.1.1.1]/": false, "http://localhost.example.com/": true,
	} {
		has(t, url, h.post("系统", "/connect/way", map[string]any{"court": "冀11", "system": p.ID, "kind": "webhook", "url": url, "intranet": tick}).must(t, url, 422).body, `"url"`)
	}
	h.post("系统", "/connect/way", map[string]any{"court": "冀11", "system": p.ID, "kind": "webhook", "url": "https://example.com/", "ended": "2020-01-01"}).must(t, "a field that is not asked for", 422)
	h.way(p, "webhook", "https://10.0.0.1/", true)
	has(t, "what was typed", h.typed("系统", "/connect/way", "court=冀11&kind=webhook&intranet=on&url=https%3A%2F%2F169.254.169.254%2F&system="+p.ID).must(t, "what was typed", 422).body, `value="https://169.254.169.254/"`)
	// A target that leads on is not followed.
	further := newInbox(t)
	lead := httptest.NewServer(http.RedirectHandler(further.URL, http.StatusTemporaryRedirect))
	defer lead.Close()
	q := h.connected("转走的系统", "冀11")
	h.way(q, "webhook", lead.URL, false)
	h.accepted()
	if len(further.got) != 0 {
		t.Errorf("%d messages were led on", len(further.got))
	}
	has(t, "dead", h.get("系统", "/connect/letters?state=dead").body, "对方让转到别的网址")
	h.post("系统", "/connect/way", map[string]any{"court": "冀1126", "system": p.ID, "kind": "webhook", "url": "https://example.com/"}).must(t, "another court's system", 404)
	h.post("系统", "/connect/way", map[string]any{"court": "冀11", "system": p.ID, "kind": "bus"}).must(t, "no bus", 422)
}

// message is an event of another system.
func message(id, kind string, data any) []byte {
	b, _ := json.Marshal(map[string]any{"specversion": "1.0", "id": id, "source": "https://other.example/x", "type": kind, "data": data, "myext": 1})
	return b
}

func (h *house) hook(p peer, id string, at time.Time, body []byte, change func(r *http.Request)) answer {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/api/v1/connect/event?system="+p.ID, bytes.NewReader(body))
	ts := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("Content-Type", "application/cloudevents+json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", ts)
	r.Header.Set("webhook-signature", "v1,b2xk "+sign(p.Secret, id, ts, body))
	if change != nil {
		change(r)
	}
	return h.send("", r)
}

func (h *house) received(court string) (out []struct{ State, Type, Reason string }) {
	h.t.Helper()
	err := h.Kit.DB.Read(h.t.Context(), func(tx *db.Tx) error {
		type row struct {
			State  string `db:"state"`
			Type   string `db:"type"`
			Reason string `db:"reason"`
		}
		rows, err := db.List[row](tx, `SELECT state, type, reason FROM connect_received WHERE court_id = ? ORDER BY id`, court)
		for _, r := range rows {
			out = append(out, struct{ State, Type, Reason string }(r))
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// TestWebhookIn: forged, altered, old, from a system that ended: refused. The
// same twice: once. What nobody knows: listed.
func TestWebhookIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p, q := h.connected("送信系统", "冀11", "send"), h.connected("下级系统", "冀1126", "send")
		m := message("1", "hearing.scheduled", map[string]string{"x": "y"})
		now := h.Kit.Now()
		has(t, "first", h.hook(p, "1", now, m, nil).must(t, "first", 200).body, "listed")
		has(t, "again", h.hook(p, "1", now, m, nil).must(t, "replay", 200).body, "repeated")
		has(t, "by token", h.post("送信系统", "/connect/event", json.RawMessage(m)).must(t, "by token", 200).body, "repeated")
		altered := bytes.Replace(m, []byte(`"y"`), []byte(`"z"`), 1)
		sig := sign(p.Secret, "2", strconv.FormatInt(now.Unix(), 10), m)
		h.hook(p, "2", now, altered, func(r *http.Request) { r.Header.Set("webhook-signature", sig) }).must(t, "altered", 401)
		h.hook(p, "3", now, m, func(r *http.Request) { r.Header.Set("webhook-id", "4") }).must(t, "another id", 401)
		h.hook(p, "3", now, m, func(r *http.Request) { r.Header.Del("webhook-signature") }).must(t, "unsigned", 401)
		h.hook(peer{ID: p.ID, Secret: q.Secret}, "3", now, m, nil).must(t, "another's secret", 401)
		h.hook(peer{ID: "none", Secret: p.Secret}, "3", now, m, nil).must(t, "nobody", 401)
		for _, off := range []time.Duration{5*time.Minute + time.Second, -5*time.Minute - time.Second} {
			has(t, "clock", h.hook(p, "5", now.Add(off), message("5", "x", nil), nil).must(t, "clock", 401).body, "五分钟")
		}
		h.hook(p, "6", now.Add(-4*time.Minute), message("6", "x", nil), nil).must(t, "a little late", 200)
		has(t, "large case", h.post("送信系统", "/connect/case", map[string]string{"x": strings.Repeat("x", 10<<20)}).must(t, "large case", 422).body, "太大")
		has(t, "large", h.hook(p, "7", now, message("7", "x", strings.Repeat("x", 10<<20)), nil).must(t, "large", 422).body, "太大")
		has(t, "no event", h.hook(p, "8", now, []byte(`{"id":"8"}`), nil).must(t, "no event", 422).body, "specversion", "source", "type")
		has(t, "no json", h.hook(p, "9", now, []byte(`{`), nil).must(t, "no json", 422).body, "CloudEvents")
		has(t, "may not put", h.hook(p, "10", now, message("10", "case.put", map[string]any{}), nil).must(t, "may not put", 403).body, "交案件")
		h.hook(q, "1", now, m, nil).must(t, "another court's, same id", 200)
		if got := h.received("冀11"); len(got) != 5 {
			t.Errorf("%v", got)
		}
		if got := h.received("冀1126"); len(got) != 1 {
			t.Errorf("%v", got)
		}
		has(t, "page", h.get("系统", "/connect/received").body, "只记下来", "没有收", "送信系统", "看不懂的消息")
		h.post("系统", "/connect/system/end", map[string]any{"court": "冀11", "id": p.ID}).must(t, "end", 200)
		h.hook(p, "11", now, m, nil).must(t, "ended", 401)
	})
}
