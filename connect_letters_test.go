package mashang_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mashang/platform/bus"
	"mashang/platform/bus/bustest"
	"mashang/platform/dbtest"
	"mashang/platform/exchange"
)

// box is the other side of a folder.
type box struct {
	h       *house
	p       peer
	out, in exchange.Folder // as the court calls them
}

func (h *house) box(p peer) box {
	h.t.Helper()
	h.way(p, "folder", "", false)
	dirs, err := filepath.Glob(filepath.Join(h.Kit.Config.Data, "exchange", "*"))
	h.round()
	if dirs, err = filepath.Glob(filepath.Join(h.Kit.Config.Data, "exchange", "*")); err != nil || len(dirs) != 1 {
		h.t.Fatalf("%v %v", dirs, err)
	}
	return box{h, p, exchange.Folder(filepath.Join(dirs[0], "out")), exchange.Folder(filepath.Join(dirs[0], "in"))}
}

// round lets a minute pass, in which the court looks into its folders.
func (h *house) round() {
	h.t.Helper()
	h.clock.Add(61 * time.Second)
	h.drain()
}

func (b box) put(seq int64, body []byte, change func(e *exchange.Envelope)) []byte {
	b.h.t.Helper()
	e := exchange.Envelope{At: "2026-03-03T01:00:00Z", Body: string(body), From: b.p.ID, ID: fmt.Sprint("f", seq), Seq: seq, To: "冀11"}
	name := exchange.Letter(seq)
	if change != nil {
		change(&e)
	}
	file, err := b.p.key.Seal(e)
	if err == nil {
		err = b.in.Write(name, file)
	}
	if err != nil {
		b.h.t.Fatal(err)
	}
	return file
}

func (b box) ack(seq int64) string {
	b.h.t.Helper()
	file, ok, err := b.out.Read(exchange.Ack(seq))
	if err != nil {
		b.h.t.Fatal(err)
	}
	if !ok {
		return ""
	}
	e, err := exchange.Open(file, b.p.Ours)
	if err != nil || !e.Ack || e.Seq != seq || e.To != b.p.ID {
		b.h.t.Fatalf("%+v %v", e, err)
	}
	return e.Body
}

// TestFolder: letters lie in the folder, signed and numbered, until they are
// acknowledged; letters to the court are taken once and in order, whatever else
// lies there.
func TestFolder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p := h.connected("内网系统", "冀11", "send")
		b := h.box(p)
		h.accepted()
		seqs, err := b.out.Letters()
		if err != nil || len(seqs) < 5 {
			t.Fatalf("%v %v", seqs, err)
		}
		for i, n := range seqs {
			file, _, err := b.out.Read(exchange.Letter(n))
			if err != nil {
				t.Fatal(err)
			}
			e, err := exchange.Open(file, p.Ours)
			if err != nil || n != int64(i+1) || e.Seq != n || e.From != "冀11" || e.To != p.ID || !strings.Contains(e.Body, e.ID) {
				t.Errorf("%+v %v", e, err)
			}
			ack, err := p.key.Seal(exchange.Envelope{Ack: true, At: e.At, Body: "taken", From: p.ID, ID: e.ID, Seq: n, To: "冀11"})
			if n == 2 { // forged: nothing happens
				ack = bytes.Replace(ack, []byte("taken"), []byte("taken!"), 1)
			}
			if err = errors.Join(err, b.in.Write(exchange.Ack(n), ack)); err != nil {
				t.Fatal(err)
			}
		}
		h.round()
		if left, _ := b.out.Letters(); len(left) != 1 || left[0] != 2 {
			t.Errorf("left: %v", left)
		}
		states := map[string]int{}
		for _, l := range h.letters() {
			states[l.State]++
		}
		if states["taken"] != len(seqs)-1 || states["sent"] != 1 {
			t.Errorf("%v", states)
		}

		// In: the second before the first waits; a forged one waits to be replaced.
		b.put(2, message("m2", "x", nil), nil)
		h.round()
		if len(h.received("冀11")) != 0 || b.ack(2) != "" {
			t.Error("the second was taken before the first")
		}
		good := b.put(1, message("m1", "x", nil), nil)
		if err := b.in.Write(exchange.Letter(1), bytes.Replace(good, []byte("m1"), []byte("m7"), 1)); err != nil {
			t.Fatal(err)
		}
		h.round()
		h.round()
		if got := h.received("冀11"); len(got) != 1 || got[0].State != "refused" || b.ack(1) != "" {
			t.Errorf("a forged letter: %v", got)
		}
		for what, place := range map[string]func(path string) error{
			"half a letter": func(path string) error { return os.WriteFile(path, good[:len(good)/2], 0o600) },
			"a link":        func(path string) error { return os.Symlink("/etc/passwd", path) },
			"a pipe":        func(path string) error { return syscall.Mkfifo(path, 0o600) },
			"a folder":      func(path string) error { return os.Mkdir(path, 0o700) },
		} {
			path := filepath.Join(string(b.in), exchange.Letter(1))
			if err := errors.Join(os.Remove(path), place(path)); err != nil {
				t.Fatal(err)
			}
			h.round()
			if b.ack(1) != "" {
				t.Errorf("%s was taken", what)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			b.put(1, message("m1", "x", nil), func(e *exchange.Envelope) { e.To = "none" })
		}
		for what, change := range map[string]func(*exchange.Envelope){
			"to another court":    func(e *exchange.Envelope) { e.To = "冀1126" },
			"from another system": func(e *exchange.Envelope) { e.From = "other" },
			"an older number":     func(e *exchange.Envelope) { e.Seq = 9 },
			"an acknowledgement":  func(e *exchange.Envelope) { e.Ack = true },
		} {
			b.put(1, message("m1", "x", nil), change)
			h.round()
			if b.ack(1) != "" {
				t.Errorf("%s was taken", what)
			}
		}
		if err := os.WriteFile(filepath.Join(string(b.in), exchange.Letter(1)), make([]byte, 10<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		h.round()
		before := len(h.received("冀11"))
		b.put(1, message("m1", "x", nil), nil)
		h.round()
		if got := h.received("冀11"); len(got) != before+2 || b.ack(1) != "listed" || b.ack(2) != "listed" {
			t.Errorf("%v, %q %q", got, b.ack(1), b.ack(2))
		}
		// Lying on, or coming once more under another number, it is not taken again.
		b.put(3, message("m1", "x", nil), nil)
		b.put(4, []byte("no event"), nil)
		b.put(5, message("m5", "x", nil), nil)
		h.round()
		h.round()
		if got := h.received("冀11"); len(got) != before+4 || b.ack(3) != "repeated" || b.ack(4) != "refused" || b.ack(5) != "listed" {
			t.Errorf("%v, %q %q %q", got, b.ack(3), b.ack(4), b.ack(5))
		}
		// An acknowledgement that was lost is written again; one that served is taken away.
		if err := errors.Join(b.out.Remove(exchange.Ack(5)), b.in.Remove(exchange.Letter(1))); err != nil {
			t.Fatal(err)
		}
		h.round()
		if b.ack(5) == "" || b.ack(1) != "" {
			t.Errorf("%q %q", b.ack(5), b.ack(1))
		}
		if tmp, _ := filepath.Glob(filepath.Join(string(b.out), ".tmp-*")); len(tmp) > 0 {
			t.Errorf("half files: %v", tmp)
		}
	})
}

// TestBusWay: events go out on the bus and come in from it, once; a bus that is
// away holds up nothing.
func TestBusWay(t *testing.T) {
	srv := bustest.Start(t)
	h := newHouseOn(t, dbtest.SQLite(t), srv.URL())
	h.administrators()
	p := h.connected("总线系统", "冀11", "send")
	h.way(p, "bus", "", false)
	b := bus.New(srv.URL())
	defer b.Close()
	age := time.Hour // it waited in the queue
	send := func(id string, body []byte, secret string) {
		t.Helper()
		hd, at := http.Header{}, strconv.FormatInt(h.Kit.Now().Add(-age).Unix(), 10)
		hd["webhook-id"], hd["webhook-timestamp"], hd["webhook-signature"] = []string{id}, []string{at}, []string{sign(secret, id, at, body)}
		if err := b.Publish(t.Context(), "mashang."+p.ID+".in", "m-"+id, hd, body); err != nil {
			t.Fatal(err)
		}
	}
	send("1", message("1", "x", nil), p.Secret)
	send("2", message("1", "x", nil), p.Secret)
	send("3", message("3", "x", nil), "whsec_Zm9yZ2Vk")
	send("4", []byte("no event"), p.Secret)
	age = 91 * 24 * time.Hour // we no longer know whether it came before
	send("5", message("5", "x", nil), p.Secret)
	age = -time.Hour
	send("6", message("6", "x", nil), p.Secret)
	h.round()
	h.round()
	states := map[string]int{}
	for _, r := range h.received("冀11") {
		states[r.State]++
	}
	if states["listed"] != 1 || states["refused"] != 4 {
		t.Errorf("%v", states)
	}
	srv.Down()
	id := h.accepted()
	if len(h.papers(id)) == 0 {
		t.Error("a bus that is away holds up a case")
	}
	srv.Up()
	for range 12 {
		h.clock.Add(2 * time.Hour)
		h.drain()
	}
	out, err := b.Fetch(t.Context(), "mashang."+p.ID+".out", "reader", 100)
	if err != nil || len(out) != len(h.letters()) || len(out) < 5 {
		t.Fatalf("%d messages of %d letters, %v", len(out), len(h.letters()), err)
	}
	for _, m := range out {
		if m.Header.Get("webhook-signature") != sign(p.Secret, m.Header.Get("webhook-id"), m.Header.Get("webhook-timestamp"), m.Body) {
			t.Errorf("signature of %s", m.Body)
		}
	}
	for _, l := range h.letters() {
		if l.State != "sent" {
			t.Errorf("%+v", l)
		}
	}
}

// TestPutCase: a case is created once, changed by what is new, and the same
// again writes nothing; a refusal names the field; another court's case, an
// event of it and the letters that follow go by the same rules.
func TestPutCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		in := newInbox(t)
		p := h.connected("审判系统", "冀11", "put", "send", "read")
		h.connected("下级系统", "冀1126", "put", "send")
		h.way(p, "webhook", in.URL, false)
		put := func(who string, r map[string]any, key string) answer {
			b, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/connect/case", bytes.NewReader(b))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Idempotency-Key", key)
			return h.send(who, req)
		}
		h.get("审判系统", "/api/v1/connect/event").must(t, "first use", 200) // which is noted
		put("下级系统", told(), "").must(t, "first use", 422)
		a := put("审判系统", told(), "k1").must(t, "created", 200)
		if a.get("outcome") != "created" || a.get("case") == "" {
			t.Fatalf("%s", a.body)
		}
		h.drain()
		has(t, "same key", put("审判系统", told(), "k1").must(t, "same key", 200).body, `"repeated":true`)
		before, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		if b := put("审判系统", told(), "").must(t, "same", 200); b.get("outcome") != "same" || b.get("case") != a.get("case") {
			t.Errorf("%s", b.body)
		}
		for what, r := range map[string]map[string]any{
			`"judge"`:          with(told(), "number", "（2026）冀11知民初8号", "judge", "没有这个人"),
			`"parties.0.name"`: with(told(), "number", "（2026）冀11知民初8号", "parties", []map[string]any{{"role": "plaintiff", "name": ""}, {"role": "defendant", "name": "乙"}}),
			`"number"`:         with(told(), "number", "（2026）冀1126民初8号"),
		} {
			has(t, what, put("审判系统", r, "").must(t, what, 422).body, what)
		}
		has(t, "other court", put("下级系统", told(), "").must(t, "other court", 422).body, `"number"`)
		put("审判系统", map[string]any{"number": "（2026）冀11知民初7号", "nmae": 1}, "").must(t, "unknown field", 422)
		after, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		if d := before.differs(after, false); d != "" {
			t.Errorf("same and refused wrote:\n%s", d)
		}
		if c := put("审判系统", map[string]any{"number": "（2026）冀11知民初7号", "judge": "赵一鸣"}, "k2").must(t, "changed", 200); c.get("outcome") != "changed" {
			t.Errorf("%s", c.body)
		}
		// The same by a message.
		now := h.Kit.Now()
		has(t, "event", h.hook(p, "e1", now, message("e1", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "周明远"}), nil).must(t, "event", 200).body, "changed")
		has(t, "event again", h.hook(p, "e1", now, message("e1", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "赵一鸣"}), nil).must(t, "event again", 200).body, "repeated")
		has(t, "bad", h.hook(p, "e2", now, message("e2", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "没有这个人"}), nil).must(t, "bad", 422).body, `"judge"`)
		has(t, "mended", h.hook(p, "e2", now, message("e2", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "赵一鸣"}), nil).must(t, "mended", 200).body, "changed")
		states := map[string]int{}
		for _, r := range h.received("冀11") {
			states[r.State]++
		}
		if states["created"] != 1 || states["changed"] != 3 || len(states) != 2 {
			t.Errorf("%v", states)
		}
		h.drain()
		if c := h.caseOf(a.get("case")); c.Judge != h.people["赵一鸣"] || len(in.got) == 0 {
			t.Errorf("%s, %d events", c.Judge, len(in.got))
		}
	})
}
