package mashang_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/id"
)

// serve answers over a real connection until the test, or stop, ends it.
func serve(t *testing.T, c *mashang.Court) (base string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Kit.Serve(ctx, l, c.Router) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return "http://" + l.Addr().String(), stop
}

// enroll gives one of the court's people a session of his own.
func (h *house) enroll(name string) {
	h.t.Helper()
	word := ""
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) (err error) {
		word, err = h.Services.Account.InviteAgain(tx, h.people[name])
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	path, cmd := h.acceptance(name, "/account/invite/"+word)
	h.tokens[name] = h.post("", path, cmd).must(h.t, "invitation of "+name, 200).get("token")
}

// event is what a page is told.
type event struct{ id, name, data string }

// ear is an open page.
type ear struct {
	t      *testing.T
	status int
	events chan event
	last   string // position
	raw    strings.Builder
	close  func()
	ended  chan struct{}
}

// listen opens a stream with somebody's session, after a position if it is given.
func listen(t *testing.T, base, path, token, after string) *ear {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer "+token)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	e := &ear{t: t, status: res.StatusCode, events: make(chan event, 100), close: cancel, ended: make(chan struct{})}
	ready := make(chan struct{})
	go e.read(res.Body, ready)
	t.Cleanup(cancel)
	if e.status == http.StatusOK {
		select {
		case <-ready:
		case <-time.After(10 * time.Second):
			t.Fatal("the stream does not greet")
		}
	}
	return e
}

func (e *ear) read(body io.ReadCloser, ready chan struct{}) {
	defer close(e.ended)
	defer func() { _ = body.Close() }()
	var ev event
	greeted := false
	for s := bufio.NewScanner(body); s.Scan(); {
		e.raw.WriteString(s.Text() + "\n")
		name, value, _ := strings.Cut(s.Text(), ": ")
		switch name {
		case "id":
			ev.id = value
		case "event":
			ev.name = value
		case "data":
			ev.data = value
		case "":
			if ev.id != "" {
				e.last = ev.id
			}
			if ev.name != "" {
				e.events <- ev
			} else if ev.id != "" && !greeted {
				greeted = true
				close(ready)
			}
			ev = event{}
		}
	}
}

// hears waits for exactly these sentences, in order.
func (e *ear) hears(who string, want ...string) {
	e.t.Helper()
	for _, w := range want {
		select {
		case ev := <-e.events:
			if ev.data != w && ev.name != w {
				e.t.Errorf("%s hears %q, want %q", who, ev.name+" "+ev.data, w)
			}
		case <-time.After(10 * time.Second):
			e.t.Fatalf("%s does not hear %q", who, w)
		}
	}
}

// hearsNothing is asked after somebody else heard the same act.
func (e *ear) hearsNothing(who string) {
	e.t.Helper()
	select {
	case ev := <-e.events:
		e.t.Errorf("%s hears %v", who, ev)
	case <-time.After(50 * time.Millisecond):
	}
}

func (e *ear) ends(who string, within time.Duration) {
	e.t.Helper()
	select {
	case <-e.ended:
	case <-time.After(within):
		e.t.Errorf("the stream of %s goes on", who)
	}
}

// hearing is a case with two parties, an agent and a judge, all signed in.
func hearing(t *testing.T, dsn string) (h *house, caseID, agent string) {
	h = newHouse(t, dsn)
	h.administrators()
	caseID = h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	long, _ = h.caseCode(caseID, company)
	h.signIn(company, "uscc", identity.FictionalUSCC(7), identity.FictionalPhone(8), long)
	lawyer := identity.Fictional(71, mustDate("1975-01-02"), true)
	h.post("韩雪", "/casebook/"+caseID+"/agent", map[string]any{"party": h.partyID(caseID, "贾若兰"), "name": "刘律师", "id_type": "resident", "number": lawyer, "phone": identity.FictionalPhone(72), "class": "lawyer", "firm": "某所", "seen": true}).must(t, "agent", 200)
	h.drain()
	code := one[string](h, `SELECT a.id FROM docket_agent a WHERE a.case_id = ?`, caseID)
	person := one[string](h, `SELECT a.person_id FROM docket_agent a WHERE a.id = ?`, code)
	err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
		long, _, err = h.Services.Onecode.CodeFor(tx, caseID, h.partyID(caseID, "贾若兰"), person)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.signIn("刘律师", "resident", lawyer, identity.FictionalPhone(72), long)
	h.enroll("周明远")
	h.enroll("王院")
	h.enroll("钱法官")
	h.drain()
	return h, caseID, code
}

const company = "衡水某塑胶制品有限公司"

func (h *house) asks(caseID, text string) string {
	h.t.Helper()
	return h.post("贾若兰", "/onecode/"+caseID+"/ask", map[string]string{"text": text}).must(h.t, "ask", 200).get("id")
}

func (h *house) answers(caseID, message string) {
	h.t.Helper()
	h.post("周明远", "/onecode/"+caseID+"/message/"+message+"/send", map[string]string{"text": "九点，第三法庭。"}).must(h.t, "answer", 200)
}

func onBoth(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, dbtest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, dbtest.Postgres(t)) })
}

// TestNews: an open page hears that something changed, and each reader hears
// what his own page shows: the sides, the court, and nobody else.
func TestNews(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		h, caseID, agent := hearing(t, dsn)
		base, _ := serve(t, h.Court)
		path := "/news/case/" + caseID
		on := func(who string) *ear { return listen(t, base, path, h.tokens[who], "") }
		jia, other, lawyer, judge, president := on("贾若兰"), on(company), on("刘律师"), on("周明远"), on("王院")
		desk, neighbour := listen(t, base, "/news/desk", h.tokens["周明远"], ""), listen(t, base, "/news/desk", h.tokens["钱法官"], "")
		everyone := map[string]*ear{"贾若兰": jia, company: other, "刘律师": lawyer, "周明远": judge, "王院": president}
		for who, e := range map[string]*ear{"a stranger": listen(t, base, path, "", ""), "another judge": on("钱法官"), "a party's desk": listen(t, base, "/news/desk", h.tokens["贾若兰"], "")} {
			if e.status == http.StatusOK {
				t.Errorf("%s is let in", who)
			}
		}

		message := h.asks(caseID, "开庭几点？")
		for who, e := range everyone {
			e.hears(who, "有一条新消息")
		}
		desk.hears("desk", "工作台有新的事")
		h.post("陈助", "/onecode/"+caseID+"/message/"+message+"/draft", map[string]string{"text": "草稿"}).must(t, "draft", 200)
		judge.hears("周明远", "一条答复起草好了")
		president.hears("王院", "一条答复起草好了")
		h.answers(caseID, message)
		h.post("韩雪", "/onecode/"+caseID+"/code/"+h.partyID(caseID, "贾若兰"), map[string]string{"reason": "丢了"}).must(t, "reissue", 200)
		for who, e := range everyone {
			e.hears(who, "法官有新的答复")
		}
		for who, e := range map[string]*ear{"贾若兰": jia, "周明远": judge, "王院": president} {
			e.hears(who, "案件码换了")
		}
		for who, e := range everyone {
			e.hearsNothing(who)
			if raw := e.raw.String(); strings.Contains(raw, "第三法庭") || strings.Contains(raw, "几点") || strings.Contains(raw, message) {
				t.Errorf("%s is sent what was said:\n%s", who, raw)
			}
		}
		neighbour.hearsNothing("a judge of another division")

		// Rights end while the page is open.
		h.post("韩雪", "/casebook/"+caseID+"/agent/"+agent+"/dismiss", map[string]string{"reason": "解除委托"}).must(t, "dismiss", 200)
		lawyer.hears("the dismissed agent", "over")
		lawyer.ends("the dismissed agent", 5*time.Second)
		jia.hears("贾若兰", "一位代理人的代理终止了")
		h.post("王院", "/casebook/"+caseID+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
		president.hears("王院", "一位代理人的代理终止了", "over")
		president.ends("the president of a sealed case", 5*time.Second)
		jia.hears("贾若兰", "公开范围有变化")

		// A session that ends takes its pages with it, within a second.
		h.post("贾若兰", "/account/leave", map[string]string{}).must(t, "leave", 200)
		jia.hears("贾若兰", "over")
		jia.ends("who signed out", 5*time.Second)
		h.asks2(company, caseID)
		other.hears(company, "一位代理人的代理终止了", "公开范围有变化", "有一条新消息")
	})
}

func (h *house) asks2(who, caseID string) {
	h.t.Helper()
	h.post(who, "/onecode/"+caseID+"/ask", map[string]string{"text": "我们也有一个问题。"}).must(h.t, "ask", 200)
}

// again opens the same data folder and database as another process would.
func (h *house) again() *house {
	h.t.Helper()
	k, err := app.Open(h.t.Context(), config.Config{Data: h.Kit.Config.Data, DB: h.Kit.Config.DB, Origin: h.Kit.Config.Origin, Demo: true}, h.clock, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = k.Close() })
	c, err := mashang.Assemble(h.t.Context(), k)
	if err != nil {
		h.t.Fatal(err)
	}
	n := *h
	n.Court = c
	return &n
}

// TestNewsResume: whoever comes back, to the same node, to another, or after a
// restart, is told what he missed: all of it, once.
func TestNewsResume(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		h, caseID, _ := hearing(t, dsn)
		base, stop := serve(t, h.Court)
		path := "/news/case/" + caseID
		jia := listen(t, base, path, h.tokens["贾若兰"], "")
		first := h.asks(caseID, "第一件")
		jia.hears("贾若兰", "有一条新消息")
		at := jia.last
		jia.close()
		<-jia.ended
		h.answers(caseID, first) // while nobody listens
		second := h.asks(caseID, "第二件")
		h.drain()
		begin := time.Now()
		open := listen(t, base, path, h.tokens["贾若兰"], at) // still there when it stops
		open.hears("back on the same node", "法官有新的答复", "有一条新消息")
		stop()
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("stopping took %v", took)
		}
		open.ends("who was open at the stop", time.Second)

		h = h.again()
		h.answers(caseID, second)
		base, _ = serve(t, h.Court)
		back := listen(t, base, path, h.tokens["贾若兰"], open.last)
		back.hears("back after a restart", "法官有新的答复")
		back.hearsNothing("back after a restart")
		h.asks(caseID, "第三件")
		back.hears("after a restart", "有一条新消息")
		back.close()
		<-back.ended
		same := listen(t, base, path, h.tokens["贾若兰"], back.last)
		same.hearsNothing("who missed nothing")
		whole := listen(t, base, path, h.tokens["贾若兰"], at)
		whole.hears("from the first place", "法官有新的答复", "有一条新消息", "法官有新的答复", "有一条新消息")
		whole.hearsNothing("from the first place")
		listen(t, base, path, h.tokens["贾若兰"], "nobody gave this").hears("with a false place", "anew")

		var polled struct {
			News     []string
			Anew     bool
			Position string
		}
		decode(t, h.get("贾若兰", "/api/v1"+path+"?after="+strings.ReplaceAll(at, "+", "%2B")).must(t, "poll", 200).body, &polled)
		if len(polled.News) != 4 || polled.Anew || polled.Position == "" {
			t.Errorf("a program that asks gets %+v", polled)
		}
		if strings.HasPrefix(dsn, "postgres") {
			otherNode(t, h, caseID, same)
		}
	})
}

// otherNode: what is done on one node is heard on another.
func otherNode(t *testing.T, h *house, caseID string, here *ear) {
	there := h.again()
	base, _ := serve(t, there.Court)
	far := listen(t, base, "/news/case/"+caseID, h.tokens["贾若兰"], here.last)
	h.asks(caseID, "第四件") // on the first node
	far.hears("on the other node", "有一条新消息")
	here.hears("on this node", "有一条新消息")
	near := listen(t, base, "/news/case/"+caseID, h.tokens["贾若兰"], here.last)
	near.hearsNothing("who went over to the other node")
}

var places = regexp.MustCompile(`(?m)^(id|retry): .*\n`)

// TestNewsQuiet: what comes over every open page is the same, byte for byte,
// whether somebody complains meanwhile or not; also when it is answered.
func TestNewsQuiet(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		h, caseID, _ := hearing(t, dsn)
		h.enroll("郭正")
		base, _ := serve(t, h.Court)
		round := func(complain bool) map[string]string {
			ears := map[string]*ear{}
			for _, who := range []string{"贾若兰", company, "周明远", "王院"} {
				ears[who] = listen(t, base, "/news/case/"+caseID, h.tokens[who], "")
			}
			for _, who := range []string{"周明远", "郭正", "王院"} {
				ears[who+" desk"] = listen(t, base, "/news/desk", h.tokens[who], "")
			}
			message := h.asks(caseID, "几点？")
			for who, e := range ears {
				e.hears(who, firstOf(who, "有一条新消息"))
			}
			if complain {
				for _, kind := range []string{"complaint", "report"} {
					paper := h.upload("贾若兰", "/complaint/write/"+caseID, map[string]string{"kind": kind, "about": h.people["周明远"], "text": "拖了三个月"}, "", "", nil).must(t, kind, 200).get("id")
					office := map[string]string{"complaint": "审管", "report": "督察"}[kind]
					h.post(office, "/complaint/office/"+paper, map[string]string{"text": "查过了。"}).must(t, "answer of "+office, 200)
				}
				h.post("周明远", "/oversight/record", map[string]any{"case": caseID, "nothing": true})
				h.drain()
				time.Sleep(1200 * time.Millisecond) // a look or two
			}
			h.answers(caseID, message)
			out := map[string]string{}
			for who, e := range ears {
				e.hears(who, firstOf(who, "法官有新的答复"))
				e.close()
				<-e.ended
				out[who] = places.ReplaceAllString(e.raw.String(), "")
			}
			return out
		}
		without, with := round(false), round(true)
		for who, was := range without {
			if with[who] != was {
				t.Errorf("%s is sent something else when somebody complains:\n%s\n%s", who, was, with[who])
			}
		}
	})
}

func firstOf(who, words string) string {
	if strings.HasSuffix(who, " desk") {
		return "工作台有新的事"
	}
	return words
}

// TestNewsIdle: a page that listens by itself does not keep a session alive.
func TestNewsIdle(t *testing.T) {
	h, caseID, _ := hearing(t, dbtest.SQLite(t))
	base, _ := serve(t, h.Court)
	judge := listen(t, base, "/news/case/"+caseID, h.tokens["周明远"], "")
	for range 5 { // it comes back again and again, and asks for the page by itself
		h.clock.Add(15 * time.Minute)
		listen(t, base, "/news/case/"+caseID, h.tokens["周明远"], "").close()
	}
	judge.hears("who left his desk", "over")
	h.get("周明远", "/desk").must(t, "after an hour without him", 303)
	for range 7 {
		judge = listen(t, base, "/news/case/"+caseID, h.tokens["贾若兰"], "")
	}
	if judge.status != http.StatusTooManyRequests {
		t.Errorf("the seventh page of one session got %d", judge.status)
	}
}

// TestNewsMany: two thousand pages are open on one case. What one costs, and
// how long it takes until all have heard.
func TestNewsMany(t *testing.T) {
	h, caseID, _ := hearing(t, dbtest.SQLite(t))
	base, _ := serve(t, h.Court)
	const pages = 2000
	tokens := h.sessions(pages/5+1, "贾若兰")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	conns := make([]net.Conn, pages)
	for i := range conns {
		conns[i] = dialStream(t, base, "/news/case/"+caseID, tokens[i/5], i%3)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse)) / pages
	t.Logf("%d open pages take %d bytes each, the reading end included", pages, each)
	if each > 40_000 {
		t.Errorf("an open page takes %d bytes", each)
	}
	var wg sync.WaitGroup
	took := make([]time.Duration, pages)
	var begin time.Time
	started := make(chan struct{})
	for i, c := range conns {
		wg.Go(func() {
			<-started
			_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
			var got strings.Builder
			b := make([]byte, 512)
			for !strings.Contains(got.String(), "有一条新消息") {
				n, err := c.Read(b)
				if err != nil {
					t.Errorf("page %d: %v", i, err)
					return
				}
				got.Write(b[:n])
			}
			took[i] = time.Since(begin)
		})
	}
	begin = time.Now()
	close(started)
	h.asks(caseID, "大家都看着")
	wg.Wait()
	slices.Sort(took)
	t.Logf("from the question to the page: p50 %v, p99 %v", took[pages/2], took[pages*99/100])
	if took[pages*99/100] > 5*time.Second {
		t.Errorf("the slowest pages heard after %v", took[pages*99/100])
	}
}

// sessions opens further sessions of somebody who is signed in.
func (h *house) sessions(n int, who string) (tokens []string) {
	h.t.Helper()
	sum := func(s string) string { b := sha256.Sum256([]byte(s)); return hex.EncodeToString(b[:]) }
	account := one[string](h, `SELECT account_id FROM account_session WHERE id = ?`, sum(h.tokens[who]))
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		for range n {
			tok := id.Secret() + id.Secret()
			tokens = append(tokens, tok)
			if _, err := tx.Exec(`INSERT INTO account_session (id, account_id, device, made_at, seen_at, until_at, proved_at) VALUES (?, ?, 'x', ?, ?, ?, 0)`, sum(tok), account, tx.Now(), tx.Now(), tx.Now().Add(time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return tokens
}

// dialStream opens a stream on a bare connection, which costs the test little.
func dialStream(t *testing.T, base, path, token string, from int) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+from))}}
	c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n", path, token); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 2048)
	n, err := c.Read(b)
	if err != nil || !strings.HasPrefix(string(b[:n]), "HTTP/1.1 200") {
		t.Fatalf("%v: %s", err, b[:n])
	}
	return c
}
