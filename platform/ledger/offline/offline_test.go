package offline_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
	"mashang/platform/ledger/offline"
)

// chromium opens the page from a file, as a person would.
func chromium(t *testing.T) *rod.Page {
	t.Helper()
	const bin = "/usr/bin/chromium"
	if _, err := os.Stat(bin); err != nil {
		t.Fatal("chromium is not installed (apt-get install chromium)")
	}
	l := launcher.New().Bin(bin).Leakless(false).Headless(true).NoSandbox(true)
	for _, f := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		l = l.Set(flags.Flag(f))
	}
	url, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	b := rod.New().ControlURL(url)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, offline.Page, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := b.Page(proto.TargetCreateTarget{URL: "file://" + path})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WaitLoad(); err != nil {
		t.Fatal(err)
	}
	return p
}

type file struct{ older, newer []byte }

// ask has the page check files; an empty answer accepts.
func ask(t *testing.T, p *rod.Page, files []file) []string {
	t.Helper()
	var in [][2]string
	for _, f := range files {
		in = append(in, [2]string{base64.StdEncoding.EncodeToString(f.newer), base64.StdEncoding.EncodeToString(f.older)})
	}
	res, err := p.Timeout(5*time.Minute).Eval(`(files) => files.map(f => {
		const bytes = s => Uint8Array.from(atob(s), c => c.charCodeAt(0));
		try { window.mashangCheck(bytes(f[0]), f[1] ? bytes(f[1]) : null, ''); return ''; }
		catch (e) { return e.plain ? e.message : 'BROKEN ' + e.stack; }
	})`, in)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	if err := json.Unmarshal([]byte(res.Value.JSON("", "")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// agree holds the page's answers against Go's.
func agree(t *testing.T, p *rod.Page, files []file) (accepted int) {
	t.Helper()
	for i, got := range ask(t, p, files) {
		f := files[i]
		_, err := ledger.Verify(f.newer)
		if f.older != nil {
			err = ledger.Extends(f.older, f.newer)
		}
		if strings.HasPrefix(got, "BROKEN") || (err == nil) != (got == "") {
			t.Errorf("file %d: Go says %v, the page says %q", i, err, got)
		}
		if got == "" {
			accepted++
		}
	}
	return accepted
}

type world struct {
	d *db.DB
	l *ledger.Ledger
	w *ledger.Witness
	u string
	t *testing.T
}

func newWorld(t *testing.T, keys string) *world {
	d := dbtest.Open(t, dbtest.SQLite(t))
	if err := d.Migrate(t.Context(), "ledger", ledger.Schema); err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewSigner(keys)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger.New(clock.At(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)), s)
	if err := l.Declare(ledger.Kind{Name: "t.said", Title: "提了一个问题", Audience: ledger.Parties}, ledger.Kind{Name: "t.exported", Title: "导出完整记录", Audience: ledger.Named}); err != nil {
		t.Fatal(err)
	}
	return &world{d: d, l: l, t: t}
}

func (w *world) say(text string) {
	err := w.d.Do(w.t.Context(), func(tx *db.Tx) error {
		_, err := w.l.Append(tx, ledger.Entry{Kind: "t.said", Court: "冀11", Case: "c1", Actor: "a", Holders: []string{"a", "b"}, Body: map[string]any{"questions": 1, "due": "2026-03-09", "stopped": false},
			Private: map[string]string{"text": text, "who": "王小明", "reason": "只给对方"}, Only: map[string]string{"reason": "b"}})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// receipt exports a's record, cosigned by a witness.
func (w *world) receipt() []byte {
	err := w.d.Do(w.t.Context(), func(tx *db.Tx) error { return w.l.Close(tx, "t.exported", "冀11", "c1", "a") })
	if err == nil {
		_, err = w.l.Seal(w.t.Context(), w.d)
	}
	if err == nil && w.w == nil {
		w.w, err = ledger.NewWitness(w.t.TempDir(), "witness.example", w.l.Signer().Verifier, &memory{}, time.Now)
		s := httptest.NewServer(w.w)
		w.t.Cleanup(s.Close)
		w.u = s.URL
	}
	if err == nil {
		err = w.l.AskWitness(w.t.Context(), w.d, w.u, w.w.Key())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := w.l.Receipt(w.t.Context(), w.d, "a", "c1", []string{w.w.Key()})
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

type memory struct {
	size int64
	root tlog.Hash
}

func (m *memory) Last() (int64, tlog.Hash, error) { return m.size, m.root, nil }
func (m *memory) Swap(_, size int64, root tlog.Hash) error {
	m.size, m.root = size, root
	return nil
}

// TestPage: what Go accepts the page accepts, what Go refuses it refuses.
func TestPage(t *testing.T) {
	keys := t.TempDir()
	w := newWorld(t, keys)
	w.say("开庭能不能用手机参加？\n“第二行” \\ <b>\u2028 𠮷 \x7f")
	w.say("收到")
	first := w.receipt()
	w.say("谢谢")
	second := w.receipt()
	other := newWorld(t, keys) // the same key, another history
	for range 6 {
		other.say("另一本账")
	}
	forged := other.receipt()

	p := chromium(t)
	if n := agree(t, p, []file{{nil, first}, {nil, second}, {first, second}, {nil, forged}, {second, second}}); n != 5 {
		t.Fatalf("only %d of 5 good files pass", n)
	}
	start := time.Now()
	bad := damaged(t, second)
	bad = append(bad, file{first, forged}, file{forged, second}, file{second, first}, file{nil, nil}, file{nil, []byte("null")}, file{nil, []byte("{}")})
	if n := agree(t, p, bad); n != 0 {
		t.Fatalf("%d damaged files pass", n)
	}
	t.Logf("%d damaged files in %v", len(bad), time.Since(start).Round(time.Millisecond))
	use(t, p, first, second, w.l.Signer().Fingerprint())
}

// damaged returns copies of a receipt with one thing wrong each.
func damaged(t *testing.T, good []byte) (out []file) {
	r := rand.New(rand.NewPCG(1, 2))
	add := func(b []byte) {
		if string(b) != string(good) {
			out = append(out, file{nil, b})
		}
	}
	for range 320 {
		b, i := append([]byte{}, good...), r.IntN(len(good))
		b[i] ^= byte(1 + r.IntN(255))
		add(b)
	}
	for range 40 {
		i := r.IntN(len(good))
		add(append(append([]byte{}, good[:i]...), good[i+1:]...))
		add(append(append(append([]byte{}, good[:i]...), ' '), good[i:]...))
	}
	for _, x := range [][2]string{{`"earlier":[`, `"earlier":null,"x":[`}, {`"earlier"`, `"Earlier"`}, {`"n":1,`, `"n":1.0,`}, {`"n":1,`, `"n":"1",`}, {`王`, `\u738b`}, {`"opened":[]`, `"opened":null`}, {`{"case"`, `{"a":1,"case"`}, {`{"case"`, ` {"case"`}} {
		add([]byte(strings.Replace(string(good), x[0], x[1], 1)))
	}
	add(append(append([]byte{}, good...), '\n'))
	var rec ledger.Receipt
	if err := json.Unmarshal(good, &rec); err != nil {
		t.Fatal(err)
	}
	again := func(x ledger.Receipt) {
		text, err := ledger.Canon(x)
		if err != nil {
			t.Fatal(err)
		}
		add([]byte(text))
	}
	for i := range rec.Entries {
		x := rec
		x.Entries = append(append([]ledger.Proved{}, rec.Entries[:i]...), rec.Entries[i+1:]...)
		again(x)
		x.Entries = append([]ledger.Proved{}, rec.Entries...)
		x.Entries[i].Opened = append([]ledger.Opened{}, x.Entries[i].Opened...)
		if len(x.Entries[i].Opened) > 0 {
			x.Entries[i].Opened[0].Value += "。"
			again(x)
		}
	}
	x := rec
	x.Witnesses = []string{}
	again(x)
	x.Witnesses = append([]string{rec.Witnesses[0]}, rec.Witnesses...)
	again(x)
	x = rec
	x.Earlier = []ledger.Earlier{{Checkpoint: rec.Earlier[0].Checkpoint, Proof: []tlog.Hash{}}}
	again(x)
	return out
}

// use works the page by hand: files into the fields, the button, the answer.
func use(t *testing.T, p *rod.Page, first, second []byte, print string) {
	t.Helper()
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "记录.mashang"), filepath.Join(dir, "以前.mashang"), filepath.Join(dir, "坏.mashang")}
	for i, b := range [][]byte{second, first, second[:len(second)-1]} {
		if err := os.WriteFile(paths[i], b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shot(t, p, "start")
	put := func(field, path string) {
		p.MustElement(field).MustSetFiles(path)
		p.MustWait(`(s) => document.querySelector(s + '-name').textContent !== ''`, field)
	}
	put("#now", paths[0])
	put("#old", paths[1])
	p.MustElement("#key").MustInput(strings.ToLower(print))
	p.MustElement("#form button").MustClick()
	for _, want := range []string{"核对通过", "王小明", print, "接得上", "witness.example", "2026年3月2日 09:00:00", "最晚日期"} {
		if text := p.MustElement("main").MustText(); !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	shot(t, p, "good")
	p.MustElement("#key").MustSelectAllText().MustInput("0000 0000")
	p.MustElement("#form button").MustClick()
	if text := p.MustElement("#verdict").MustText(); !strings.Contains(text, "核对没有通过") {
		t.Errorf("a wrong fingerprint: %s", text)
	}
	p.MustElement("#key").MustSelectAllText().MustInput("")
	p.MustEval(`() => { document.getElementById('now-name').textContent = '' }`)
	put("#now", paths[2])
	p.MustElement("#form button").MustClick()
	if text := p.MustElement("#verdict").MustText(); !strings.Contains(text, "核对没有通过") {
		t.Errorf("a damaged file: %s", text)
	}
	shot(t, p, "bad")
}

// shot keeps pictures when MASHANG_PICTURES names a folder.
func shot(t *testing.T, p *rod.Page, name string) {
	dir := os.Getenv("MASHANG_PICTURES")
	if dir == "" {
		return
	}
	for _, w := range []int{390, 1440} {
		p.MustSetViewport(w, 900, 1, w < 600)
		b, err := p.Screenshot(true, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+"-"+map[bool]string{true: "390", false: "1440"}[w < 600]+".png"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSelfContained(t *testing.T) {
	text := string(offline.Page)
	for _, bad := range []string{"{{", "http://", "https://", "src=", "@import", "BigInt(", "fetch(", "XMLHttpRequest"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	receipts, _, _ := strings.Cut(text, "Checks a paper of the court")
	for _, modern := range []string{"crypto.subtle", "=>", "async ", "class ", "const ", "let "} {
		if i := strings.LastIndex(receipts, "<script>\n'use strict'"); strings.Contains(receipts[strings.Index(receipts, "LABELS"):i], modern) && modern != "class " {
			t.Errorf("an old telephone cannot read %q", modern)
		}
	}
	if csp := offline.CSP(); strings.Contains(csp, "unsafe") || strings.Count(csp, "'sha256-") != 3 {
		t.Error(csp)
	}
	if offline.Labels["who"] != "姓名" {
		t.Error("labels")
	}
}
