package mashang_test

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mashang/docket"
	"mashang/law"
	"mashang/law/identity"
	"mashang/platform/clock"
	"mashang/platform/dbtest"
)

// bothEmpty founds a court through its first-run pages on each engine.
func bothEmpty(t *testing.T, f func(t *testing.T, h *house)) {
	for name, dsn := range map[string]string{"sqlite": dbtest.SQLite(t), "postgres": dbtest.Postgres(t)} {
		t.Run(name, func(t *testing.T) { f(t, founded(t, dsn)) })
	}
}

// staff adds one of the court's people, who then acts by name in the tests.
func (h *house) staff(n int, court, name, role, div string) {
	h.t.Helper()
	h.post("系统", "/setup/staff", map[string]string{"court": court, "name": name, "number": identity.Fictional(n, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(n),
		"login": name, "division": h.division(court, div), "role": role}).must(h.t, "staff "+name, 200)
	h.people[name] = h.person(name)
}

// fresh lets the administrators act without their sessions, which end while the clock moves.
func (h *house) fresh() {
	for who, name := range map[string]string{"系统": "管理甲", "安全": "管理乙", "审计": "管理丙"} {
		h.people[who] = h.person(name)
		delete(h.tokens, who)
	}
}

// TestAdministrators: each of the three does his own part, and only that.
func TestAdministrators(t *testing.T) {
	bothEmpty(t, func(t *testing.T, h *house) {
		for _, p := range []string{"/setup", "/setup/court", "/setup/divisions", "/setup/calendar", "/setup/gateways", "/setup/staff"} {
			h.get("系统", p).must(t, p, 200)
			h.get("安全", p).must(t, p+" by security", 403)
			h.get("审计", p).must(t, p+" by audit", 403)
		}
		for _, p := range []string{"/setup/posts", "/setup/seals"} {
			h.get("安全", p).must(t, p, 200)
			h.get("系统", p).must(t, p+" by system", 403)
		}
		has(t, "home", h.get("系统", "/setup").body, "还没有", "至少要有立案窗口")

		h.post("系统", "/setup/court", map[string]string{"court": "冀11", "title": "衡水中院（试）", "phone": "0318-1111111"}).must(t, "title", 200)
		has(t, "masthead", h.get("", "/").body, "衡水中院（试）")
		h.post("系统", "/setup/court", map[string]string{"court": "冀11", "title": strings.Repeat("长", 31)}).must(t, "long title", 422)
		h.post("安全", "/setup/court", map[string]string{"court": "冀11", "title": "x"}).must(t, "title by security", 403)

		var pic bytes.Buffer
		if err := png.Encode(&pic, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
			t.Fatal(err)
		}
		on := map[string]string{"court": "冀11"}
		h.upload("系统", "/setup/logo", on, "logo", "x.png", []byte("<svg onload=alert(1)>")).must(t, "no picture", 422)
		h.upload("系统", "/setup/logo", on, "logo", "x.png", pic.Bytes()[:40]).must(t, "half a picture", 422)
		h.upload("安全", "/setup/logo", on, "logo", "x.png", pic.Bytes()).must(t, "logo by security", 403)
		h.get("", "/setup/logo/冀11").must(t, "no logo yet", 404)
		h.upload("系统", "/setup/logo", on, "logo", "x.png", pic.Bytes()).must(t, "logo", 200)
		if a := h.get("", "/setup/logo/冀11").must(t, "logo", 200); !bytes.Equal([]byte(a.body), pic.Bytes()) {
			t.Error("another picture came back")
		}
		has(t, "page with logo", h.get("系统", "/setup/court").body, "/setup/logo/冀11?v=")

		h.post("系统", "/setup/divisions", map[string]string{"court": "冀11", "name": "环境资源审判庭", "kind": "trial"}).must(t, "new division", 200)
		h.post("系统", "/setup/divisions", map[string]string{"court": "冀11", "name": "环境资源审判庭", "kind": "trial"}).must(t, "same name", 422)
		env := h.division("冀11", "环境资源审判庭")
		h.post("系统", "/setup/divisions", map[string]string{"court": "冀11", "division": env, "name": "环资庭", "kind": "trial"}).must(t, "rename", 200)
		has(t, "divisions", h.get("系统", "/setup/divisions").body, "环资庭")
		h.staff(60, "冀11", "环法官", "judge", "环资庭")
		h.post("系统", "/setup/divisions", map[string]any{"court": "冀11", "division": env, "close": true}).must(t, "close with people", 409)
		h.post("系统", "/setup/divisions", map[string]any{"court": "冀1126", "division": env, "name": "偷改", "kind": "trial"}).must(t, "through another court", 404)

		// The courts below are served by the same administrators.
		h.post("系统", "/setup/divisions", map[string]string{"court": "冀1126", "name": "少年审判庭", "kind": "trial"}).must(t, "lower court", 200)
		h.staff(61, "冀1126", "县窗口", "filing_officer", "立案庭")
		h.get("县窗口", "/setup/staff").must(t, "an officer at the settings", 403)
	})
}

// TestInvitedAgain: a new link works, the old one is dead, and so is what was
// signed in before.
func TestInvitedAgain(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	a := h.post("系统", "/setup/staff", map[string]string{"court": "冀11", "name": "新法官", "number": identity.Fictional(62, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(62),
		"login": "new", "division": h.division("冀11", "民一庭"), "role": "judge"}).must(t, "staff", 200)
	b := h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("新法官")}).must(t, "again", 200)
	if a.get("link") == b.get("link") {
		t.Fatal("the same link twice")
	}
	path := func(link string) string { return link[strings.Index(link, "/account"):] }
	h.get("", path(a.get("link"))).must(t, "the old link", 404)
	h.join("新法官", b.get("link"))
	h.get("新法官", "/desk").must(t, "desk", 200)
	c := h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("新法官")}).must(t, "a third time", 200)
	old := h.tokens["新法官"]
	h.join("新法官", c.get("link"))
	h.tokens["旧"] = old
	h.get("旧", "/desk").must(t, "the session before the new password", 303)
	h.post("安全", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("新法官")}).must(t, "by security", 403)
}

// TestAdministratorIsNobodyElse: the system administrator, who sees every link,
// gets into nobody's account by one: not by giving him another post, not by
// inviting him again. A mangled form breaks nothing.
func TestAdministratorIsNobodyElse(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	judge := map[string]string{"court": "冀11", "name": "法官", "number": identity.Fictional(62, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(62),
		"login": "judge", "division": h.division("冀11", "民一庭"), "role": "judge"}
	path := func(link string) string { return link[strings.Index(link, "/account"):] }
	a := h.post("系统", "/setup/staff", judge).must(t, "staff", 200)
	h.post("", path(a.get("link")), map[string]string{"login": "x", "secret": "A"}).must(t, "a mangled form", 422)
	h.join("法官", a.get("link"))
	judge["court"], judge["division"] = "冀1126", h.division("冀1126", "民一庭")
	if link := h.post("系统", "/setup/staff", judge).must(t, "another post", 200).get("link"); link != "" {
		t.Errorf("another post gives a way into his account: %s", link)
	}
	for who, name := range map[string]string{"法官": "法官", "安全": "管理乙"} {
		link := path(h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person(name)}).must(t, "again", 200).get("link"))
		_, taken := h.acceptance("taken", link)
		delete(taken, "proof")
		h.post("", link, taken).must(t, who+" taken without his phone", 422)
		taken["proof"] = "0000 0000"
		h.post("", link, taken).must(t, who+" taken with a guess", 422)
		h.get(who, "/desk").must(t, who+" is still signed in", 200)
		has(t, "page", h.get("", link).body, "确认码")
		_, alone := h.acceptance("alone", link)
		alone["code"] = "000000"
		h.post("", link, alone).must(t, "a new password without an authenticator", 422)
		h.join(who, "https://court.example"+link)
	}
}

// TestAdministratorsByTwo: neither administrator makes another one alone, nor one
// who reads what is said of the court's people or sees all its cases; and nobody
// gives himself another post.
func TestAdministratorsByTwo(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	for i, role := range []string{"system_admin", "security_admin", "audit_admin", "discipline", "supervision", "president"} {
		h.post("系统", "/setup/staff", map[string]string{"court": "冀11", "name": "影子", "number": identity.Fictional(62+i, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(62),
			"login": "shadow", "division": h.division("冀11", "办公室"), "role": role}).must(t, role+" by system alone", 422)
	}
	own := map[string]any{"court": "冀11", "post": h.postOf("管理乙"), "role": "president", "division": h.division("冀11", "办公室")}
	h.post("安全", "/setup/posts/change", own).must(t, "his own post", 409)
	h.staff(65, "冀11", "接班人", "clerk", "办公室")
	other := map[string]any{"court": "冀11", "post": h.postOf("接班人"), "role": "security_admin", "division": h.division("冀11", "办公室")}
	h.post("安全", "/setup/posts/change", other).must(t, "a second one, by two", 200)
	h.staff(66, "冀11", "新督察", "clerk", "办公室")
	h.post("安全", "/setup/posts/change", map[string]any{"court": "冀11", "post": h.postOf("新督察"), "role": "discipline", "division": h.division("冀11", "办公室")}).must(t, "of the discipline office, by two", 200)
	own["role"], own["on"] = "", "2026-03-10"
	h.post("接班人", "/setup/posts/change", own).must(t, "the first one is to leave", 200)
	h.post("安全", "/setup/posts/withdraw", own).must(t, "and takes that back himself", 409)
	h.post("接班人", "/setup/posts/withdraw", own).must(t, "the other one takes it back", 200)
	delete(own, "on")
	own["post"] = h.postOf("管理乙")
	h.post("接班人", "/setup/posts/change", own).must(t, "the first one leaves", 200)
}

// TestMovedOn: a judge whose cases nobody took over keeps nothing of them when
// he becomes an administrator, or goes to another court.
func TestMovedOn(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	for i, p := range [][3]string{{"窗口", "filing_officer", "立案庭"}, {"立案官", "filing_judge", "立案庭"}, {"庭长", "head", "民一庭"}, {"甲法官", "judge", "民一庭"}, {"乙法官", "judge", "民一庭"}} {
		h.staff(70+i, "冀11", p[0], p[1], p[2])
	}
	seen := func(who, id string) string {
		desk := h.get(who, "/api/v1/desk").must(t, "desk", 200).body
		return fmt.Sprint(h.get(who, "/api/v1/casebook/"+id).code, strings.Contains(desk, id), strings.Contains(h.get(who, "/api/v1/casebook").body, id))
	}
	ids := map[string]string{}
	for _, judge := range []string{"甲法官", "乙法官"} {
		f := filing()
		f["special"] = ""
		ids[judge] = h.post("窗口", "/casebook/enter", f).must(t, "enter", 200).get("case")
		h.post("立案官", "/casebook/"+ids[judge]+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
		h.post("庭长", "/casebook/"+ids[judge]+"/assign", map[string]string{"judge": h.person(judge)}).must(t, "assign", 200)
		h.drain()
		if got := seen(judge, ids[judge]); got != "200 true true" {
			t.Fatalf("%s at his work: %s", judge, got)
		}
	}
	h.fresh()
	h.post("安全", "/setup/posts/change", map[string]any{"court": "冀11", "post": h.postOf("甲法官"), "role": "system_admin", "division": h.division("冀11", "办公室")}).must(t, "administrator", 200)
	h.post("安全", "/setup/posts/change", map[string]any{"court": "冀11", "post": h.postOf("乙法官")}).must(t, "leave", 200)
	h.post("系统", "/setup/staff", map[string]string{"court": "冀1126", "name": "乙法官", "number": identity.Fictional(74, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(74),
		"login": "乙法官", "division": h.division("冀1126", "民一庭"), "role": "judge"}).must(t, "at another court", 200)
	h.drain()
	for judge, id := range ids {
		if got := seen(judge, id); got != "404 false false" {
			t.Errorf("%s after he moved on: %s", judge, got)
		}
	}
}

// TestPostsOnADay: a move is planned, withdrawn, planned again; on the day the
// judge's open cases go with him, later they go to his successor.
func TestPostsOnADay(t *testing.T) {
	bothEmpty(t, func(t *testing.T, h *house) {
		for i, p := range [][3]string{{"窗口", "filing_officer", "立案庭"}, {"立案官", "filing_judge", "立案庭"}, {"庭长", "head", "民一庭"}, {"二庭长", "head", "民二庭"}, {"法官", "judge", "民一庭"}, {"替手", "judge", "民一庭"}} {
			h.staff(70+i, "冀11", p[0], p[1], p[2])
		}
		f := filing()
		f["special"] = ""
		id := h.post("窗口", "/casebook/enter", f).must(t, "enter", 200).get("case")
		h.post("立案官", "/casebook/"+id+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
		h.post("庭长", "/casebook/"+id+"/assign", map[string]string{"judge": h.person("法官")}).must(t, "assign", 200)
		h.drain()
		h.get("二庭长", "/casebook/"+id).must(t, "other head before", 404)

		h.fresh()
		day := docket.Today(h.Kit.Now()).AddDays(3)
		move := map[string]any{"court": "冀11", "post": h.postOf("法官"), "on": day.String(), "role": "judge", "division": h.division("冀11", "民二庭")}
		past := map[string]any{"court": "冀11", "post": h.postOf("法官"), "on": "2020-01-01"}
		h.post("安全", "/setup/posts/change", past).must(t, "in the past", 422)
		h.post("系统", "/setup/posts/change", move).must(t, "by system", 403)
		h.post("安全", "/setup/posts/change", move).must(t, "plan", 200)
		h.post("安全", "/setup/posts/change", move).must(t, "plan twice", 409)
		has(t, "plan shown", h.get("安全", "/setup/posts").body, "不再担任", "将来到任")
		h.get("法官", "/casebook/"+id).must(t, "judge before the day", 200)
		h.post("安全", "/setup/posts/withdraw", move).must(t, "withdraw", 200)
		h.clock.Set(day.At(9, 0, clock.Shanghai))
		h.drain()
		h.get("法官", "/casebook/"+id).must(t, "judge after what was withdrawn", 200)
		h.get("二庭长", "/casebook/"+id).must(t, "other head after what was withdrawn", 404)

		day = day.AddDays(3)
		move["on"], move["post"] = day.String(), h.postOf("法官")
		h.post("安全", "/setup/posts/change", move).must(t, "plan again", 200)
		h.clock.Set(day.At(9, 0, clock.Shanghai))
		h.drain()
		h.get("法官", "/casebook/"+id).must(t, "judge in his new division", 200)
		h.get("二庭长", "/casebook/"+id).must(t, "his new head", 200)
		h.get("庭长", "/casebook/"+id).must(t, "his old head", 404)

		now := one[string](h, `SELECT id FROM docket_post WHERE person_id = ? AND until_at = 0`, h.person("法官"))
		self := map[string]any{"court": "冀11", "post": now, "successor": h.person("窗口")}
		h.post("安全", "/setup/posts/change", self).must(t, "an officer as successor", 422)
		self["successor"] = h.person("替手")
		h.post("安全", "/setup/posts/change", self).must(t, "leave", 200)
		h.drain()
		h.get("法官", "/casebook/"+id).must(t, "who left", 404)
		h.get("替手", "/casebook/"+id).must(t, "successor", 200)
	})
}

// TestCalendarLoaded: a year is looked at before it is loaded, and what was
// provisional without it is computed again.
func TestCalendarLoaded(t *testing.T) {
	bothEmpty(t, func(t *testing.T, h *house) {
		for i, p := range [][3]string{{"窗口", "filing_officer", "立案庭"}, {"立案官", "filing_judge", "立案庭"}, {"庭长", "head", "民一庭"}, {"法官", "judge", "民一庭"}} {
			h.staff(80+i, "冀11", p[0], p[1], p[2])
		}
		h.fresh()
		h.clock.Set(time.Date(2026, 11, 2, 9, 0, 0, 0, clock.Shanghai))
		f := filing()
		f["special"], f["received"] = "", "2026-11-02"
		id := h.post("窗口", "/casebook/enter", f).must(t, "enter", 200).get("case")
		h.post("立案官", "/casebook/"+id+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
		h.post("庭长", "/casebook/"+id+"/assign", map[string]string{"judge": h.person("法官")}).must(t, "assign", 200)
		h.drain()
		provisional := func() int64 {
			return one[int64](h, `SELECT COUNT(*) FROM deadline_deadline WHERE case_id = ? AND provisional = 1 AND state = 'running'`, id)
		}
		if provisional() == 0 {
			t.Fatal("nothing is provisional in a year that is not loaded")
		}
		year := map[string]any{"court": "冀11", "year": 2027, "source": "国办发明电〔2026〕0号", "off": "1月1日至3日\n2月5日至11日\n5月1日至5日\n10月1日至7日", "work": "5月8日"}
		wrong := map[string]any{"court": "冀11", "year": 2027, "source": "x", "off": "2月30日", "work": "5月8日"}
		has(t, "wrong day", h.post("系统", "/setup/calendar", wrong).must(t, "wrong", 422).body, "不存在的日子")
		h.post("系统", "/setup/calendar", year).must(t, "look", 200)
		h.drain()
		if provisional() == 0 {
			t.Fatal("looking at a year loaded it")
		}
		year["sure"] = true
		h.post("安全", "/setup/calendar", year).must(t, "by security", 403)
		h.post("系统", "/setup/calendar", year).must(t, "load", 200)
		h.drain()
		if n := provisional(); n != 0 {
			t.Errorf("%d dates are still provisional", n)
		}
		has(t, "page", h.get("系统", "/setup/calendar").body, "2027 年", "1月1日至3日", "5月8日")
	})
}

// TestGateways: the settings reach a real gateway and a real mail server, and
// no secret comes back.
func TestGateways(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	var texts []string
	answer := http.StatusOK
	sms := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		texts = append(texts, string(b)+r.Header.Get("X-Signature"))
		w.WriteHeader(answer)
		_, _ = io.WriteString(w, `{"id":"g1"}`)
	}))
	defer sms.Close()
	mails := make(chan string, 1)
	server := mailServer(t, mails)
	test := map[string]string{"court": "冀11", "way": "sms"}
	has(t, "none yet", h.post("系统", "/setup/gateways/test", test).must(t, "test", 200).body, "还没有设")
	set := map[string]string{"court": "冀11", "sms": sms.URL, "sms_key": "钥匙-planted", "smtp": "smtp://" + server, "mail_from": "ms@example.gov.cn"}
	h.post("系统", "/setup/gateways", map[string]string{"court": "冀11", "sms": "javascript:alert(1)"}).must(t, "no address", 422)
	h.post("安全", "/setup/gateways", set).must(t, "by security", 403)
	h.post("系统", "/setup/gateways", set).must(t, "set", 200)
	has(t, "taken", h.post("系统", "/setup/gateways/test", test).must(t, "test", 200).body, `"sent":true`)
	if len(texts) != 1 || !strings.Contains(texts[0], "试发") || !strings.Contains(texts[0], identity.FictionalPhone(700)) {
		t.Errorf("the gateway got %q", texts)
	}
	answer = http.StatusTeapot
	has(t, "refused", h.post("系统", "/setup/gateways/test", test).must(t, "test", 200).body, `"sent":false`, "没有接受")
	has(t, "mail", h.post("系统", "/setup/gateways/test", map[string]string{"court": "冀11", "way": "email", "to": "x@example.com"}).must(t, "mail", 200).body, `"sent":true`)
	if m := <-mails; !strings.Contains(m, "ms@example.gov.cn") || !strings.Contains(m, "x@example.com") {
		t.Errorf("the mail server got %s", m)
	}
	page := h.get("系统", "/setup/gateways").body
	if strings.Contains(page, "planted") {
		t.Error("a secret is shown")
	}
	has(t, "page", page, sms.URL, "已经存了一个")
	if s := one[string](h, `SELECT value FROM platform_setting WHERE key = 'setup.sms_key'`); strings.Contains(s, "planted") {
		t.Error("a secret is stored in the open")
	}
	// From now on codes leave by it.
	answer = http.StatusOK
	h.post("", "/account/login", map[string]string{"phone": identity.FictionalPhone(700)})
	h.drain()
	h.clock.Add(11 * time.Minute)
	h.post("系统", "/setup/gateways", set).must(t, "an old proof", 403)
}

// TestGatewayOfAnother: when nobody vouches for the certificate of a gateway,
// nothing is sent, and the log has an error that says so, without the message.
func TestGatewayOfAnother(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	reached := false
	sms := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer sms.Close()
	sms.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.post("系统", "/setup/gateways", map[string]string{"court": "冀11", "sms": sms.URL, "sms_key": "钥匙"}).must(t, "set", 200)
	h.log.Reset()
	h.post("", "/account/register", map[string]string{"name": "路人", "id_type": "resident", "number": identity.Fictional(63, mustDate("1985-02-03"), true), "phone": identity.FictionalPhone(63)}).must(t, "register", 200)
	if err := h.Kit.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	said := 0
	for l := range strings.Lines(h.log.String()) {
		if strings.Contains(l, "certificate") {
			said++
			for _, want := range []string{`"time":`, `"level":"`} {
				if !strings.Contains(l, want) {
					t.Errorf("%s is missing: %s", want, l)
				}
			}
			if strings.Contains(l, identity.FictionalPhone(63)) || strings.Contains(l, "验证码") {
				t.Errorf("the message is in the log: %s", l)
			}
		}
	}
	if said == 0 || reached {
		t.Errorf("%d lines say so, something was sent: %v\n%s", said, reached, h.log.String())
	}
}

// mailServer speaks as much SMTP as a client needs and hands on what it got.
func mailServer(t *testing.T, got chan<- string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		var all strings.Builder
		say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
		say("220 test")
		data := false
		for sc := bufio.NewScanner(c); sc.Scan(); {
			line := sc.Text()
			all.WriteString(line + "\n")
			switch {
			case data && line == ".":
				data = false
				got <- all.String()
				say("250 kept")
			case data:
			case strings.HasPrefix(line, "DATA"):
				data = true
				say("354 go")
			case strings.HasPrefix(line, "QUIT"):
				say("221 bye")
				return
			default:
				say("250 ok")
			}
		}
	}()
	return l.Addr().String()
}

// TestStaffList: a list is tried before it is imported, and a wrong row stops
// nobody else.
func TestStaffList(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	f := excelize.NewFile()
	rows := [][]string{{"姓名", "身份证号码", "手机号", "登录名", "部门", "职务", "到岗日期"},
		{"甲法官", identity.Fictional(90, law.Date{Year: 1980, Month: 1, Day: 2}, true), identity.FictionalPhone(90), "jia", "民一庭", "法官", ""},
		{"错号码", "130000198001020011", identity.FictionalPhone(91), "cuo", "民一庭", "法官", ""},
		{"没部门", identity.Fictional(92, law.Date{Year: 1980, Month: 1, Day: 2}, true), identity.FictionalPhone(92), "mei", "不存在庭", "法官", ""},
		{"后到任", identity.Fictional(93, law.Date{Year: 1980, Month: 1, Day: 2}, true), identity.FictionalPhone(93), "hou", "民一庭", "法官", docket.Today(h.Kit.Now()).AddDays(5).String()},
		{"错日期", identity.Fictional(94, law.Date{Year: 1980, Month: 1, Day: 2}, true), identity.FictionalPhone(94), "rq", "民一庭", "法官", "下周一"}}
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	people := func() int64 { return one[int64](h, `SELECT COUNT(*) FROM docket_person`) }
	entries := func() int64 { return one[int64](h, `SELECT COUNT(*) FROM ledger_entry`) }
	n, e := people(), entries()
	send := func(do string) string {
		return h.upload("系统", "/setup/staff/import", map[string]string{"court": "冀11", "do": do}, "list", "人员.xlsx", b.Bytes()).must(t, do, 200).body
	}
	has(t, "tried", send("try"), "身份证号码不对", "请选部门", "可以加", "写成 2026-03-01 这样")
	if people() != n || entries() != e {
		t.Fatal("trying a list wrote something")
	}
	has(t, "imported", send("import"), "加好了", "身份证号码不对")
	if people() != n+2 || entries() != e+2 {
		t.Fatalf("%d people, %d entries more; want 2", people()-n, entries()-e)
	}
	has(t, "again", send("import"), "已经担任这个职务")
	if people() != n+2 {
		t.Error("the same list twice added somebody twice")
	}
	h.people["后到任"] = h.person("后到任")
	h.get("后到任", "/desk").must(t, "before the first day", 403)
}

// TestSeals: a paper bears the seal in use; without one none is made.
func TestSeals(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	h.fresh()
	id := one[string](h, `SELECT id FROM docket_seal WHERE court_id = '冀11'`)
	has(t, "print", h.get("安全", "/setup/seals/"+id+"/print?court=冀11").must(t, "print", 200).body, "%PDF")
	h.post("安全", "/setup/seals", map[string]string{"court": "冀11", "ring": "河北省衡水市中级人民法院", "lower": "立案专用章", "basis": "院长批准，2026年3月1日"}).must(t, "add", 200)
	h.post("安全", "/setup/seals", map[string]string{"court": "冀11", "ring": "短", "basis": "x"}).must(t, "bad", 422)
	h.post("系统", "/setup/seals/end", map[string]string{"court": "冀11", "seal": id}).must(t, "by system", 403)
	h.post("安全", "/setup/seals/end", map[string]string{"court": "冀11", "seal": id}).must(t, "end", 200)
	has(t, "page", h.get("安全", "/setup/seals").body, "已停用", "立案专用章")
	has(t, "home", h.get("系统", "/setup").body, "院印启用以后才能出文书")
	for i, p := range [][3]string{{"窗口", "filing_officer", "立案庭"}, {"立案官", "filing_judge", "立案庭"}} {
		h.staff(95+i, "冀11", p[0], p[1], p[2])
	}
	f := filing()
	f["special"] = ""
	c := h.post("窗口", "/casebook/enter", f).must(t, "enter", 200).get("case")
	h.post("立案官", "/casebook/"+c+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
	h.drain()
	if n := len(h.papers(c)); n != 0 {
		t.Fatalf("%d papers without a seal", n)
	}
	h.post("安全", "/setup/seals", map[string]string{"court": "冀11", "ring": "河北省衡水市中级人民法院", "basis": "院长批准，2026年3月2日"}).must(t, "new seal", 200)
	h.clock.Add(time.Hour)
	h.drain()
	if n := len(h.papers(c)); n != 3 {
		t.Fatalf("%d papers with a seal, want 3", n)
	}
}
