package mashang_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/bus"
	"mashang/platform/dbtest"
	"mashang/platform/egress"
	"mashang/platform/id"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// rows are the lines of the tables of docs/security.md under a heading, cells
// trimmed, without the head and its rule.
func rows(t *testing.T, heading string) (out [][]string) {
	t.Helper()
	_, part, ok := strings.Cut(readFile(t, "docs/security.md"), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("docs/security.md has no %q", heading)
	}
	part, _, _ = strings.Cut(part, "\n## ")
	lines := strings.Split(part, "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, "|") || strings.HasPrefix(l, "|---") || i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(l, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, cells)
	}
	return out
}

// TestWays: every way to a session is in docs/security.md, by the word that the
// ledger gets, and every door that asks nobody who he is; there are no others.
func TestWays(t *testing.T) {
	files, err := filepath.Glob("capability/account/*.go")
	if err != nil {
		t.Fatal(err)
	}
	hows := map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || len(c.Args) != 5 {
				return true
			}
			if s, ok := c.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "enter" {
				how, err := strconv.Unquote(c.Args[4].(*ast.BasicLit).Value)
				if err != nil {
					t.Error(err)
				}
				hows[how] = true
			}
			return true
		})
		if strings.Contains(name, "challenge.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if strings.Contains(readFile(t, name), "INSERT INTO account_session") {
			t.Errorf("%s makes a session without enter", name)
		}
	}
	var said []string
	for _, r := range rows(t, "Ways in") {
		if len(r) == 4 {
			said = append(said, strings.Trim(r[0], "`"))
		}
	}
	slices.Sort(said)
	if made := slices.Sorted(maps.Keys(hows)); len(made) < 7 || !slices.Equal(made, said) {
		t.Errorf("ways in the program: %q\nin docs/security.md: %q", made, said)
	}

	h := newHouse(t, dbtest.SQLite(t))
	text := readFile(t, "docs/security.md")
	doors := 0
	for _, r := range h.Router.Routes() {
		if r.Object != web.Public || r.Verb == "see" || strings.HasPrefix(r.Pattern, "GET ") {
			continue
		}
		if doors++; !strings.Contains(text, "`"+r.Pattern+"`") && r.Pattern != "POST /prefs" {
			t.Errorf("%s asks nobody who he is, and is in no table", r.Pattern)
		}
	}
	if doors < 12 {
		t.Errorf("%d doors", doors)
	}
	var begun struct {
		Options struct {
			PublicKey struct {
				UserVerification string
				PubKeyCredParams []struct{ Alg int }
			} `json:"publicKey"`
		} `json:"options"`
	}
	decode(t, h.post("", "/account/passkey/login", nil).must(t, "passkey", 200).body, &begun)
	if begun.Options.PublicKey.UserVerification != "required" {
		t.Errorf("a passkey alone need not verify anybody: %+v", begun)
	}
	h.registered("路人", "路人", identity.Fictional(63, mustDate("1985-02-03"), true), identity.FictionalPhone(63))
	decode(t, h.post("路人", "/account/passkey/begin", nil).must(t, "add a passkey", 200).body, &begun)
	if got := fmt.Sprint(begun.Options.PublicKey.PubKeyCredParams); got != "[{-7} {-257}]" { // ES256, RS256
		t.Errorf("passkeys may be %s", got)
	}
}

// TestEveryWayLeavesALine: whoever is refused at any of the doors of "Ways in"
// leaves a line of the log with the door, the time and why, and whoever is let
// in an entry of the ledger with the way and a line that says so.
func TestEveryWayLeavesALine(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	lines := func() (out []map[string]any) {
		t.Helper()
		for l := range strings.Lines(h.log.String()) {
			m := map[string]any{}
			if err := json.Unmarshal([]byte(l), &m); err != nil {
				t.Fatalf("%v: %s", err, l)
			}
			out = append(out, m)
		}
		h.log.Reset()
		return out
	}
	doors := map[string]bool{}
	for _, r := range rows(t, "Ways in") {
		if len(r) != 4 || r[0] == "`demo`" {
			continue
		}
		for _, d := range strings.Split(r[3], ", ") {
			doors[strings.Trim(d, "`")] = true
		}
	}
	wrong := map[string]string{"code": "000000", "login": "nobody", "password": "not the one that is asked for", "name": "无", "id_type": "resident", "number": jiaID, "phone": "1", "account": "none"}
	for d := range doors {
		path := strings.NewReplacer("POST ", "", "{challenge}", "none", "{word}", "none").Replace(d)
		lines()
		if code := h.post("", path, wrong).code; code < 400 && path != "/account/login" && path != "/account/passkey/login" { // these tell nobody whether there is such an account
			t.Errorf("%s let somebody in: %d", d, code)
		}
		said := false
		for _, l := range lines() {
			_, why := l["why"]
			said = said || l["route"] == d && l["time"] != nil && l["status"] != nil && (why || l["status"].(float64) == 200)
		}
		if !said {
			t.Errorf("%s: an attempt leaves no line", d)
		}
	}
	in := 0
	ways := map[string]func(){
		"case code and court-held phone": func() { h.signIn("贾若兰", "resident", jiaID, jiaPhone, long) },
		"phone": func() {
			ch := h.post("", "/account/login", map[string]string{"phone": jiaPhone}).must(t, "login", 200).get("challenge")
			h.drain()
			h.post("", "/account/code/"+ch, map[string]string{"code": h.code(jiaPhone)}).must(t, "code", 200)
		},
		"registered": func() {
			h.registered("路人", "路人", identity.Fictional(63, mustDate("1985-02-03"), true), identity.FictionalPhone(63))
		},
		"invitation":                 func() { in++; h.hired() },
		"password and authenticator": func() { h.enter(h.hired()).must(t, "enter", 200) },
	}
	for _, how := range []string{"case code and court-held phone", "phone", "registered", "invitation", "password and authenticator"} {
		lines()
		ways[how]()
		h.drain()
		if n := one[int64](h, `SELECT COUNT(*) FROM ledger_entry WHERE kind = 'account.signed_in' AND leaf LIKE '%"how":"`+how+`"%'`); n < 1 {
			t.Errorf("%s: no entry says so", how)
		}
		said := false
		for _, l := range lines() {
			route, _ := l["route"].(string)
			said = said || doors[route] && l["time"] != nil && l["msg"] == "request"
		}
		if !said {
			t.Errorf("%s: no line says so", how)
		}
	}
}

// TestCodesBySMS: a code goes to a phone that answered one before and to no
// other; where one is asked for, the stronger way is offered, and what may
// happen to a short message is said.
func TestCodesBySMS(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		phone, unknown := identity.FictionalPhone(63), identity.FictionalPhone(64)
		h.registered("路人", "路人", identity.Fictional(63, mustDate("1985-02-03"), true), phone)
		ch := h.post("", "/account/register", map[string]string{"name": "没答", "id_type": "resident", "number": identity.Fictional(64, mustDate("1985-02-03"), true), "phone": unknown}).must(t, "register", 200).get("challenge")
		h.post("", "/account/code/"+ch, map[string]string{"code": "000000"}).must(t, "not answered", 422)
		before := len(h.outbox())
		for _, p := range []string{unknown, identity.FictionalPhone(65)} {
			h.post("", "/account/login", map[string]string{"phone": p}).must(t, "login", 200)
		}
		h.drain()
		if n := len(h.outbox()); n != before {
			t.Errorf("%d messages went to phones that nobody answered on", n-before)
		}
		h.byPhone(phone)
		if n := len(h.outbox()); n != before+1 {
			t.Errorf("%d messages to one that did", n-before)
		}
		for who, page := range map[string]string{"": "/account/login", "路人": "/account/prove"} {
			has(t, page, h.get(who, page).body, `data-passkey="login"`)
		}
		has(t, "login", h.get("", "/account/login").body, "法院不会问您要验证码")
		has(t, "account", h.get("路人", "/account").body, `data-passkey="register"`, "短信验证码会被人骗走")
	})
}

// TestInvitationKept: of an invitation the database has a digest of its 130
// bits, and the word on the phone only together with them.
func TestInvitationKept(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	link := h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("管理乙")}).must(t, "again", 200).get("link")
	word := path.Base(link)
	sum := func(s string) string { x := sha256.Sum256([]byte(s)); return hex.EncodeToString(x[:]) }
	if len(word) != 26 || id.Fold(word) != word {
		t.Fatalf("word %q", word)
	}
	if got := one[string](h, `SELECT digest || '/' || proof FROM account_invite WHERE used_at = 0`); got != sum(word)+"/"+sum(word+id.Fold(h.proof())) {
		t.Errorf("the database has %s", got)
	}
}

// cryptography are the imports that have to do with secrets or chance.
var cryptography = regexp.MustCompile(`^(crypto/|math/rand|hash(/|$)|golang\.org/x/crypto|golang\.org/x/mod/sumdb|filippo\.io/|github\.com/(pquerna|go-webauthn|SherClockHolmes|emmansun)/)`)

// TestCrypto: the inventory of docs/security.md has each package that computes
// with secrets or by chance, with what it uses, and nothing besides. Chance
// that can be foretold is kept away from secrets; broken hashes and ciphers
// are in none; no certificate is believed unseen.
func TestCrypto(t *testing.T) {
	uses, keys := map[string]map[string]bool{}, map[string]bool{}
	keyFile, blind := regexp.MustCompile(`KeyFile\(\w+, "([a-z]+\.key)"\)`), regexp.MustCompile(`InsecureSkipVerify\s*[:=]+\s*true`)
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		text := readFile(t, name)
		if blind.MatchString(text) {
			t.Errorf("%s believes any certificate", name)
		}
		for _, m := range keyFile.FindAllStringSubmatch(text, -1) {
			keys[m[1]] = true
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			if imp, _ := strconv.Unquote(spec.Path.Value); cryptography.MatchString(imp) {
				if uses[path.Dir(name)] == nil {
					uses[path.Dir(name)] = map[string]bool{}
				}
				uses[path.Dir(name)][imp] = true
			}
		}
	})
	said := map[string]string{}
	for _, r := range rows(t, "Cryptography in use") {
		said[r[0]] = r[1]
		if strings.Contains(r[1], "math/rand") && !strings.Contains(r[2], "no secret") {
			t.Errorf("%s: chance that can be foretold", r[0])
		}
	}
	for dir, set := range uses {
		if have := strings.Join(slices.Sorted(maps.Keys(set)), ", "); have != said[dir] {
			t.Errorf("%s uses %s, docs/security.md has %q", dir, have, said[dir])
		}
		for _, broken := range []string{"crypto/md5", "crypto/sha1", "crypto/des", "crypto/rc4", "crypto/dsa", "crypto/rsa"} {
			if set[broken] {
				t.Errorf("%s uses %s", dir, broken)
			}
		}
		if set["math/rand"] || set["math/rand/v2"] && set["crypto/rand"] {
			t.Errorf("%s has both kinds of chance", dir)
		}
	}
	for dir := range said {
		if uses[dir] == nil {
			t.Errorf("docs/security.md: %s uses nothing of the kind", dir)
		}
	}
	for _, r := range rows(t, "Keys") {
		if name := strings.Trim(r[0], "`"); strings.HasSuffix(name, ".key") && !keys[name] {
			t.Errorf("docs/security.md has %s, the program not", name)
		} else {
			delete(keys, name)
		}
	}
	if len(uses) < 15 || len(keys) != 0 {
		t.Errorf("%d packages; keys that docs/security.md does not have: %v", len(uses), keys)
	}
}

// TestCertificates: whoever the court calls shows a certificate that is
// believed, or is told nothing: another system, a gateway, a mail server with
// either kind of TLS, the bus. (The database: platform/db.TestPeer.)
func TestCertificates(t *testing.T) {
	reached := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })) // with a certificate that nobody believes
	t.Cleanup(s.Close)
	mail := speaks(t, s, func(c net.Conn, in *bufio.Reader) net.Conn {
		_, _ = io.WriteString(c, "220 post\r\n")
		for {
			line, err := in.ReadString('\n')
			switch {
			case err != nil:
				return nil
			case strings.HasPrefix(line, "EHLO"):
				_, _ = io.WriteString(c, "250-post\r\n250 STARTTLS\r\n")
			case strings.HasPrefix(line, "STARTTLS"):
				_, _ = io.WriteString(c, "220 go\r\n")
				return c
			}
		}
	})
	smtps := speaks(t, s, func(c net.Conn, _ *bufio.Reader) net.Conn { return c })
	nats := speaks(t, s, func(c net.Conn, _ *bufio.Reader) net.Conn {
		_, _ = io.WriteString(c, `INFO {"server_id":"x","version":"2.15.0","max_payload":1048576,"tls_required":true}`+"\r\n")
		return c
	})
	m := notify.Message{ID: "1", Target: "a@b.example", Text: "秘密"}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for what, call := range map[string]func() error{
		"another system": func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader("{}"))
			if err != nil {
				return err
			}
			_, _, err = (egress.Reach{Loopback: true}).Call(req)
			return err
		},
		"SMS gateway": func() error { _, err := notify.HTTPSMS{URL: s.URL, Key: "k"}.Send(ctx, m); return err },
		"WeChat":      func() error { _, err := notify.HTTPWeChat{URL: s.URL, Key: "k"}.Send(ctx, m); return err },
		"mail": func() error {
			_, err := notify.Mail{URL: "smtp://u:p@" + mail, From: "c@d.example"}.Send(ctx, m)
			return err
		},
		"mail, TLS at once": func() error {
			_, err := notify.Mail{URL: "smtps://u:p@" + smtps, From: "c@d.example"}.Send(ctx, m)
			return err
		},
		"bus": func() error {
			b := bus.New("tls://" + nats)
			defer b.Close()
			return b.Publish(ctx, "mashang.x.out", "1", nil, []byte("秘密"))
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if reached {
		t.Error("a request came through")
	}
}

// verbs are kinds and verbs of the table, as docs/security.md names them.
var verbs = regexp.MustCompile("`([a-z]+)`/`([a-z]+)`")

// TestRestrictedFields walks all that may be read as everybody: no page and no
// answer holds a number in full, a secret of an account, or anything of the
// other side's numbers; a command with a field that is not its own is refused.
func TestRestrictedFields(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	other := "衡水某塑胶制品有限公司"
	uscc, phone := identity.FictionalUSCC(7), identity.FictionalPhone(8)
	h.administrators()
	mid := h.post("贾若兰", "/onecode/"+caseID+"/ask", map[string]string{"text": "开庭？"}).must(t, "ask", 200).get("id")
	h.post("陈助", "/onecode/"+caseID+"/message/"+mid+"/draft", map[string]string{"text": "草稿里的话"}).must(t, "draft", 200)
	fill := map[string]string{"case": caseID, "paper": paperIDs(t, h, caseID)["acceptance_notice"], "party": h.partyID(caseID, other), "message": mid, "n": "0"}
	jia, err := h.Services.Account.Actor(t.Context(), h.tokens["贾若兰"])
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ask := func(who, method, at, body string) answer { // each from a session of its own, because sessions are limited
		a := jia
		if who != "贾若兰" {
			a = auth.From(h.as(who))
		}
		if n++; a.Account != "" {
			a.Session = fmt.Sprint("session ", n)
		}
		r := httptest.NewRequestWithContext(auth.With(t.Context(), a), method, at, strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		return h.send("", r)
	}
	read := 0
	for _, r := range h.Router.Routes() {
		at, ok := strings.CutPrefix(r.Pattern, "GET ")
		if !ok {
			continue
		}
		at = param.ReplaceAllStringFunc(at, func(s string) string { return fill[strings.Trim(s, "{}")] })
		for _, who := range []string{"", "贾若兰", "周明远", "陈助", "赵一鸣", "王院", "韩雪", "郭正", "邻县", "系统", "安全", "审计", "督察"} {
			for _, p := range []string{at, web.API + at} {
				a := ask(who, http.MethodGet, p, "")
				if a.code == http.StatusTooManyRequests {
					t.Fatalf("%s: too many", p)
				}
				if a.code != 200 || strings.Contains(a.kind, "pdf") {
					continue
				}
				read++
				secrets := []string{jiaID, jiaPhone, uscc, phone, `"password":`, `"totp":`, `"id_sealed"`, `"phone_find"`, `"token_find"`}
				if who == "贾若兰" {
					secrets = append(secrets, identity.MaskPhone(phone), identity.MaskNumber(uscc), "草稿里的话")
				}
				for _, secret := range secrets {
					if strings.Contains(a.body, secret) && !strings.HasSuffix(p, "openapi.json") {
						t.Errorf("%s reads %s on %s", who, secret, p)
					}
				}
			}
		}
	}
	if read < 400 {
		t.Errorf("only %d answers were read", read)
	}
	for _, r := range rows(t, "Who may do what") {
		for _, m := range verbs.FindAllStringSubmatch(strings.Join(r, " "), -1) {
			if _, ok := access.Verbs()[m[1]][m[2]]; !ok {
				t.Errorf("docs/security.md rests %s on %s, which is not in the table", r[0], m[0])
			}
		}
	}
	h.post("贾若兰", "/casebook/"+caseID+"/party/"+h.partyID(caseID, other)+"/reveal", nil).must(t, "reveal by the other side", 403)
	has(t, "reveal", h.post("周明远", "/casebook/"+caseID+"/party/"+h.partyID(caseID, other)+"/reveal", nil).must(t, "reveal", 200).body, uscc, phone)

	// Every command, with a field more that a row has and a command has not.
	tried := 0
	for _, r := range h.Router.Routes() {
		if r.In == nil || r.Upload > 0 || r.Object == web.Public || !strings.HasPrefix(r.Pattern, "POST ") {
			continue
		}
		at := param.ReplaceAllStringFunc(strings.TrimPrefix(r.Pattern, "POST "), func(s string) string { return fill[strings.Trim(s, "{}")] })
		for _, who := range []string{"贾若兰", "周明远", "韩雪", "郭正", "系统", "安全"} {
			a := ask(who, http.MethodPost, web.API+at, `{"level":3,"court":"冀11"}`)
			if a.code != 422 && a.code != 403 && a.code != 404 && a.code != 401 && a.code != 409 {
				t.Errorf("%s takes a level from %s: %d %s", at, who, a.code, a.body)
			}
			if a.code == 422 {
				tried++
			}
		}
	}
	if tried < 30 {
		t.Errorf("%d commands were tried", tried)
	}
}

// speaks is a server on this machine that talks until talk hands a connection
// over to TLS, with the certificate of s.
func speaks(t *testing.T, s *httptest.Server, talk func(c net.Conn, in *bufio.Reader) net.Conn) (addr string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				if up := talk(c, bufio.NewReader(c)); up != nil {
					_ = tls.Server(up, &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}).Handshake()
				}
			}()
		}
	}()
	return l.Addr().String()
}
