package mashang_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// member is one of the court's people with a password and an authenticator.
type member struct{ login, password, secret string }

// hired lets a judge accept his invitation, as 法官.
func (h *house) hired() member {
	h.t.Helper()
	word := ""
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) (err error) {
		word, err = h.Services.Account.InviteAgain(tx, h.people["周明远"])
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	path, cmd := h.acceptance("法官", "/account/invite/"+word)
	h.tokens["法官"] = h.post("", path, cmd).must(h.t, "accept", 200).get("token")
	return member{cmd["login"], cmd["password"], cmd["secret"]}
}

// dynamic is the authenticator's next code: each counts once.
func (h *house) dynamic(m member) string {
	h.t.Helper()
	h.clock.Add(time.Minute)
	code, err := totp.GenerateCode(m.secret, h.Kit.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

func (h *house) enter(m member) answer {
	h.t.Helper()
	return h.post("", "/account/staff", map[string]string{"login": m.login, "password": m.password, "code": h.dynamic(m)})
}

// tags are the boxes of a page.
var tags = regexp.MustCompile(`<input[^>]*>`)

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exec changes the database as no act does.
func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(sql, args...); return err }); err != nil {
		h.t.Fatal(err)
	}
}

// TestPasswordChange: whoever changes his password says the present one and a
// code; the new one is taken exactly as typed, and the other browsers are out.
func TestPasswordChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.hired()
		h.tokens["别处"] = h.enter(m).must(t, "elsewhere", 200).get("token")
		fresh := " 秋天里 自己种的 柿子熟了　"
		change := func(old, again string, code string) answer {
			return h.post("法官", "/account/password", map[string]string{"old": old, "password": fresh, "again": again, "code": code})
		}
		has(t, "without the present one", change("", fresh, h.dynamic(m)).must(t, "no old", 422).body, "现在的密码不对")
		change(m.password+" ", fresh, h.dynamic(m)).must(t, "old with a blank more", 422)
		change(m.password, strings.TrimSpace(fresh), h.dynamic(m)).must(t, "again without blanks", 422)
		change(m.password, fresh, "000000").must(t, "without the authenticator", 422)
		word := fresh
		fresh = "QwertyUiop123"
		has(t, "leaked", change(m.password, fresh, h.dynamic(m)).must(t, "a leaked one", 422).body, "泄露过")
		fresh = word
		h.get("别处", "/api/v1/account").must(t, "elsewhere before", 200)
		change(m.password, fresh, h.dynamic(m)).must(t, "change", 200)
		h.get("别处", "/api/v1/account").must(t, "elsewhere after", 401)
		h.get("法官", "/api/v1/account").must(t, "here", 200)
		h.enter(m).must(t, "the old password", 422)
		for _, near := range []string{strings.TrimSpace(fresh), strings.ReplaceAll(fresh, "　", " ")} {
			h.enter(member{m.login, near, m.secret}).must(t, "nearly the new one", 422)
		}
		m.password = fresh
		// By a form, as browsers send it, it is the same password.
		form := "login=" + m.login + "&password=" + strings.ReplaceAll(fresh, " ", "+") + "&code=" + h.dynamic(m)
		if a := h.typed("", "/account/staff", form); a.code != http.StatusSeeOther {
			t.Errorf("by a form: %d %s", a.code, a.body)
		}
		// Nobody has to change it because time passed.
		h.clock.Add(3 * 365 * 24 * time.Hour)
		h.enter(m).must(t, "after three years", 200)
	})
}

// TestPasswordFields: every box for a password hides it and lets a password
// manager fill it, and no script of ours touches pasting: one writes to the
// clipboard what a button says, none reads it.
func TestPasswordFields(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	link := h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("管理乙")}).must(t, "link", 200).get("link")
	path, _ := h.acceptance("管理乙", link)
	boxes := 0
	for who, pages := range map[string][]string{"": {"/account/staff", path}, "系统": {"/account/password"}} {
		for _, page := range pages {
			body := h.get(who, page).must(t, page, 200).body
			for _, tag := range tags.FindAllString(body, -1) {
				named := strings.Contains(tag, `name="password"`) || strings.Contains(tag, `name="again"`) || strings.Contains(tag, `name="old"`)
				if named {
					boxes++
				}
				if named && (!strings.Contains(tag, `type="password"`) || !strings.Contains(tag, `autocomplete="current-password"`) && !strings.Contains(tag, `autocomplete="new-password"`) || strings.Contains(tag, "maxlength")) {
					t.Errorf("%s: %s", page, tag)
				}
			}
		}
	}
	if boxes != 6 {
		t.Errorf("%d boxes were looked at", boxes)
	}
	for _, at := range []string{"app.js", "worker.js"} {
		script := strings.ReplaceAll(readFile(t, "ui/static/"+at), "navigator.clipboard.writeText(", "")
		for _, word := range []string{"paste", "beforeinput", "clipboard"} {
			if strings.Contains(script, word) {
				t.Errorf("%s has to do with %s", at, word)
			}
		}
	}
}

// TestSessionEnds: a session ends when it was left alone, at the latest after
// its longest life, and when its owner says so; from then on its token opens
// nothing, and neither does one that nobody was given.
func TestSessionEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.hired()
		h.registered("路人", "路人", identity.Fictional(63, mustDate("1985-02-03"), true), identity.FictionalPhone(63))
		open := func(who string) bool { return h.get(who, "/api/v1/account").code == 200 }
		for _, x := range []struct {
			who, name         string
			enter             func() string
			idle, step, whole time.Duration
		}{
			{"法官", "周明远", func() string { return h.enter(m).must(t, "enter", 200).get("token") }, time.Hour, 50 * time.Minute, 12 * time.Hour},
			{"路人", "路人", func() string { return h.byPhone(identity.FictionalPhone(63)) }, 3 * 24 * time.Hour, 2 * 24 * time.Hour, 30 * 24 * time.Hour},
		} {
			h.tokens[x.who] = x.enter()
			h.clock.Add(x.idle - time.Second)
			if !open(x.who) {
				t.Errorf("%s: out before it was idle for %s", x.who, x.idle)
			}
			h.clock.Add(x.idle + 6*time.Minute)
			if open(x.who) {
				t.Errorf("%s: in after it was idle for %s", x.who, x.idle)
			}
			h.tokens[x.who] = x.enter()
			used := time.Duration(0)
			for ; used+x.step < x.whole; used += x.step {
				h.clock.Add(x.step)
				if !open(x.who) {
					t.Fatalf("%s: out after %s, and used all the time", x.who, used)
				}
			}
			h.clock.Add(x.whole - used + time.Second)
			if open(x.who) {
				t.Errorf("%s: in after %s", x.who, x.whole)
			}
			h.tokens[x.who] = x.enter()
			if !open(x.who) {
				t.Fatalf("%s: not in", x.who)
			}
			h.post(x.who, "/account/leave", nil).must(t, "leave", 200)
			if open(x.who) {
				t.Errorf("%s: in after leaving", x.who)
			}
			if n := one[int64](h, `SELECT COUNT(*) FROM account_session s JOIN account_account a ON a.id = s.account_id WHERE a.name = ? AND s.until_at > ?`, x.name, h.Kit.Now()); n != 0 {
				t.Errorf("%s: %d sessions are still kept", x.who, n)
			}
		}
		good := h.enter(m).must(t, "enter", 200).get("token")
		for _, bad := range []string{good[:51], good + "0", strings.ToLower(good), strings.Repeat("0", 52), good[1:] + "0", "' OR 1=1 --" + good} {
			h.tokens["假"] = bad
			h.get("假", "/api/v1/account").must(t, bad, 401)
		}
	})
}

// byPhone signs a party in by his phone.
func (h *house) byPhone(phone string) string {
	h.t.Helper()
	ch := h.post("", "/account/login", map[string]string{"phone": phone}).must(h.t, "login", 200).get("challenge")
	h.drain()
	return h.post("", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(h.t, "code", 200).get("token")
}

// TestTokens: every sign-in gives a token of its own, 260 random bits of which
// the database keeps a digest; signing in again in the same browser, and
// proving again, give another and kill the one before.
func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.hired()
		seen := map[string]bool{}
		for range 4 { // as many browsers as somebody likes
			tok := h.enter(m).must(t, "enter", 200).get("token")
			if len(tok) != 52 || seen[tok] {
				t.Fatalf("token %q", tok)
			}
			seen[tok] = true
			if n := one[int64](h, `SELECT COUNT(*) FROM account_session WHERE id = ?`, tok); n != 0 {
				t.Error("the token itself is in the database")
			}
		}
		has(t, "docs/security.md", readFile(t, "docs/security.md"), "One account may have any number of sessions")
		for tok := range seen {
			h.tokens["法官"] = tok
			h.get("法官", "/api/v1/account").must(t, "one of four", 200)
		}
		dead := func(what, tok string) {
			t.Helper()
			h.tokens["旧"] = tok
			h.get("旧", "/api/v1/account").must(t, what, 401)
		}
		old := h.tokens["法官"]
		h.tokens["法官"] = h.post("法官", "/account/staff", map[string]string{"login": m.login, "password": m.password, "code": h.dynamic(m)}).must(t, "again", 200).get("token")
		dead("the token before signing in again", old)
		old = h.tokens["法官"]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/account/prove", strings.NewReader("code="+h.dynamic(m)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: h.Router.Cookie(), Value: old})
		w := httptest.NewRecorder()
		h.Router.ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			if c.Name == h.Router.Cookie() {
				h.tokens["法官"] = c.Value
			}
		}
		h.get("法官", "/api/v1/account").must(t, "the token after proving", 200)
		dead("the token before proving", old)

		phone := identity.FictionalPhone(63)
		h.registered("路人", "路人", identity.Fictional(63, mustDate("1985-02-03"), true), phone)
		old = h.tokens["路人"]
		ch := h.post("路人", "/account/prove", nil).must(t, "prove", 200).get("challenge")
		h.drain()
		h.tokens["路人"] = h.post("路人", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(t, "code", 200).get("token")
		h.get("路人", "/api/v1/account").must(t, "the token after proving", 200)
		dead("the party's token before proving", old)
		h.tokens["旧"] = h.tokens["路人"]
		ch = h.post("路人", "/account/login", map[string]string{"phone": phone}).must(t, "login", 200).get("challenge")
		h.drain()
		h.tokens["路人"] = h.post("路人", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(t, "code", 200).get("token")
		dead("the party's token before signing in again", h.tokens["旧"])
	})
}

// TestOwnSessions: everybody sees where he is signed in, and ends one or all
// others, once he has proved that it is he; also after he took a passkey away.
func TestOwnSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		phone := identity.FictionalPhone(63)
		h.registered("路人", "路人", identity.Fictional(63, mustDate("1985-02-03"), true), phone)
		h.clock.Add(11 * time.Minute)
		for i := range 3 {
			h.tokens[fmt.Sprint("别处", i)] = h.byPhone(phone)
			h.clock.Add(time.Minute)
		}
		var mine struct {
			Sessions []struct{ ID string }
		}
		decode(t, h.get("路人", "/api/v1/account").must(t, "account", 200).body, &mine)
		if len(mine.Sessions) != 4 {
			t.Fatalf("%d sessions are shown", len(mine.Sessions))
		}
		has(t, "page", h.get("路人", "/account").body, "让它退出", "让别处都退出")
		first := one[string](h, `SELECT id FROM account_session ORDER BY made_at DESC LIMIT 1`)
		for _, which := range []string{first, "others"} {
			h.post("路人", "/account/leave", map[string]string{"session": which}).must(t, "an old proof", 403)
			if a := h.typed("路人", "/account/leave", "session="+which); a.loc != "/account/prove?next=%2Faccount" {
				t.Errorf("the page leads to %q", a.loc)
			}
		}
		prove := func() {
			ch := h.post("路人", "/account/prove", nil).must(t, "prove", 200).get("challenge")
			h.drain()
			h.tokens["路人"] = h.post("路人", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(t, "code", 200).get("token")
		}
		h.exec(`INSERT INTO account_passkey (id, account_id, name, data, at, used_at) SELECT 'old phone', id, '安卓手机', '{}', 1, 0 FROM account_account WHERE name = '路人'`)
		h.post("路人", "/account/passkey/remove", map[string]string{"key": "old phone"}).must(t, "a passkey, with an old proof", 403)
		prove()
		h.post("路人", "/account/leave", map[string]string{"session": first}).must(t, "one", 200)
		h.get("别处2", "/api/v1/account").must(t, "the one", 401)
		h.get("别处1", "/api/v1/account").must(t, "another", 200)
		if a := h.typed("路人", "/account/passkey/remove", "key=old+phone"); a.loc != "/account" {
			t.Errorf("after taking a passkey away: %d %s", a.code, a.loc)
		}
		has(t, "the page after it", h.get("路人", "/account").body, "让别处都退出")
		h.post("路人", "/account/leave", map[string]string{"session": "others"}).must(t, "all others", 200)
		for _, who := range []string{"别处0", "别处1"} {
			h.get(who, "/api/v1/account").must(t, who, 401)
		}
		h.get("路人", "/api/v1/account").must(t, "here", 200)
		h.registered("别人", "别人", identity.Fictional(64, mustDate("1985-02-03"), true), identity.FictionalPhone(64))
		stranger := one[string](h, `SELECT s.id FROM account_session s JOIN account_account a ON a.id = s.account_id WHERE a.name = '别人'`)
		h.post("路人", "/account/leave", map[string]string{"session": stranger}).must(t, "somebody else's", 404)
	})
}

// TestLeaveEverywhere: every page that somebody sees signed in has the button
// by which he leaves.
func TestLeaveEverywhere(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	h.administrators()
	fill := map[string]string{"case": id, "paper": paperIDs(t, h, id)["acceptance_notice"], "party": h.partyID(id, "贾若兰")}
	const button = `action="/account/leave"`
	pages := 0
	for _, r := range h.Router.Routes() {
		path, ok := strings.CutPrefix(r.Pattern, "GET ")
		if !ok || r.Object == web.Public {
			continue
		}
		path = param.ReplaceAllStringFunc(path, func(s string) string { return fill[strings.Trim(s, "{}")] })
		for _, who := range []string{"贾若兰", "周明远", "王院", "系统", "安全", "审计", "督察", "审管", "郭正"} {
			a := h.get(who, path)
			if a.code != 200 || !strings.HasPrefix(a.kind, "text/html") {
				continue
			}
			if pages++; !strings.Contains(a.body, button) {
				t.Errorf("%s has no way out on %s", who, path)
			}
		}
	}
	if pages < 60 {
		t.Errorf("only %d pages were seen", pages)
	}
	if strings.Contains(h.get("", "/").body, button) {
		t.Error("a stranger is offered to leave")
	}
}
