package mashang_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/exchange"
)

// typed posts a form as a browser does.
func (h *house) typed(who, path, body string) answer {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.ctx(who), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(who, r)
}

// TestAdministratorsRace: what two administrators do at the same time happens
// once, with one entry; the other is told.
func TestAdministratorsRace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		in := newInbox(t)
		p := h.connected("审判系统", "冀11")
		way := map[string]any{"court": "冀11", "system": p.ID, "kind": "webhook", "url": in.URL}
		if got := together(func() answer { return h.post("系统", "/connect/way", way) }); got[200] != 1 || got[422] != 7 || h.entries("connect.way") != 1 {
			t.Errorf("a way: %v", got)
		}
		in.set(410)
		h.accepted()
		l := h.letters()[0]
		if l.State != "dead" {
			t.Fatalf("%+v", l)
		}
		in.set(200)
		which := map[string]any{"court": "冀11", "id": l.ID}
		got := together(func() answer { return h.post("系统", "/connect/letters/again", which) })
		h.drain()
		if got[200] != 1 || got[409] != 7 || h.entries("connect.again") != 1 || len(in.got) != 1 {
			t.Errorf("again: %v, %d entries, %d came", got, h.entries("connect.again"), len(in.got))
		}
		one := h.letters()[1].ID
		got = together(func() answer {
			if requests.Load()%2 == 0 {
				return h.post("系统", "/connect/letters/again", map[string]any{"court": "冀11", "id": one})
			}
			return h.post("系统", "/connect/letters/drop", map[string]any{"court": "冀11", "id": one})
		})
		if n := h.entries("connect.again") - 1 + h.entries("connect.dropped"); got[200] != 1 || n != 1 {
			t.Errorf("again and drop: %v, %d entries", got, n)
		}
		got = together(func() answer {
			return h.post("系统", "/connect/system/end", map[string]any{"court": "冀11", "id": p.ID})
		})
		if got[200] != 1 || got[404] != 7 || h.entries("connect.ended") != 1 {
			t.Errorf("end: %v", got)
		}
		h.post("系统", "/connect/way", way).must(t, "a way to a system that ended", 404)
		h.post("系统", "/connect/letters/again", map[string]any{"court": "冀11"}).must(t, "the rest", 200)
		n := len(in.got)
		h.drain()
		if len(in.got) != n {
			t.Error("a system that ended is told something")
		}
	})
}

// TestTokensGuessed: guessing tokens is slowed down, wherever a wrong one is sent.
func TestTokensGuessed(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.administrators()
	p := h.connected("审判系统", "冀11", "read")
	codes := map[int]int{}
	for range 320 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/connect/event", nil)
		r.Header.Set("Authorization", "Bearer ms_00000000000000000000000000")
		r.RemoteAddr = "203.0.113.9:1"
		w := httptest.NewRecorder()
		h.Router.ServeHTTP(w, r)
		codes[w.Code]++
	}
	if codes[401] != 300 || codes[429] != 20 {
		t.Errorf("%v", codes)
	}
	h.get("审判系统", "/api/v1/connect/event").must(t, "another address", 200)
	many := map[int]int{}
	for range 650 {
		many[h.get("审判系统", "/api/v1/connect/event").code]++
	}
	if many[429] < 40 || many[200] < 590 {
		t.Errorf("one token, from many addresses: %v", many)
	}
	_ = p
}

// failOnce lets the next act of a job of a kind fail after its last statement,
// as when the process is killed between what it did outside and the note of it.
func (h *house) failOnce(kind string) (failed func() bool) {
	done := false
	h.Kit.Fail = func(tx *db.Tx) error {
		if auth.From(tx.Context()).System != kind || done {
			return nil
		}
		done = true
		return errFault
	}
	return func() bool { h.Kit.Fail = nil; return done }
}

// TestKilledBetween: killed between a letter and its record, the court writes
// the same letter again under the same number; killed between taking a letter
// and its acknowledgement, it takes it once.
func TestKilledBetween(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p := h.connected("内网系统", "冀11", "send", "put")
		b := h.box(p)
		failed := h.failOnce("connect.send")
		h.accepted()
		first, ok, err := b.out.Read(exchange.Letter(1))
		if !failed() || !ok || err != nil {
			t.Fatalf("the first letter: %v %v", ok, err)
		}
		if seqs, _ := b.out.Letters(); len(seqs) != 1 {
			t.Errorf("what follows does not wait: %v", seqs)
		}
		h.round()
		again, _, err := b.out.Read(exchange.Letter(1))
		if err != nil || string(again) != string(first) {
			t.Errorf("another letter under the same number: %v\n%s\n%s", err, first, again)
		}
		seqs, _ := b.out.Letters()
		ids := map[string]bool{}
		for i, n := range seqs {
			file, _, _ := b.out.Read(exchange.Letter(n))
			e, err := exchange.Open(file, p.Ours)
			if err != nil || n != int64(i+1) || ids[e.ID] {
				t.Errorf("letter %d: %v", n, err)
			}
			ids[e.ID] = true
		}
		if len(ids) < 5 || len(ids) != len(h.letters()) {
			t.Errorf("%d letters, %d in the folder", len(h.letters()), len(ids))
		}

		// In: the case is made once, whether the act fails or the acknowledgement
		// cannot be written.
		record, _ := json.Marshal(told())
		taken := false
		h.Kit.Fail = func(tx *db.Tx) error {
			if auth.From(tx.Context()).Peer == "" || taken {
				return nil
			}
			taken = true
			return errFault
		}
		b.put(1, message("c1", "case.put", json.RawMessage(record)), nil)
		h.round()
		h.Kit.Fail = nil
		if !taken || b.ack(1) != "" || len(h.received("冀11")) != 0 {
			t.Errorf("failed %v, and %q", taken, b.ack(1))
		}
		lock := filepath.Join(string(b.out), exchange.Ack(1)) // a folder in the place of the file
		if err := os.Mkdir(lock, 0o700); err != nil {
			t.Fatal(err)
		}
		h.round()
		if err := os.Remove(lock); err != nil {
			t.Fatal(err)
		}
		h.round()
		h.round()
		if b.ack(1) != "taken" || len(h.received("冀11")) != 1 || h.entries("casebook.imported") != 1 {
			t.Errorf("%q, %v, %d cases", b.ack(1), h.received("冀11"), h.entries("casebook.imported"))
		}
	})
}

// TestNoHole: a letter that is not to be told any more leaves its number in the
// folder, empty, so that what follows is taken; an empty one to us counts as taken.
func TestNoHole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p := h.connected("内网系统", "冀11", "send")
		b := h.box(p)
		block := func(on bool) {
			t.Helper()
			err := os.RemoveAll(string(b.out))
			if on {
				err = errors.Join(err, os.WriteFile(string(b.out), nil, 0o600))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		block(true)
		id := h.accepted()
		for range 13 {
			h.clock.Add(2 * time.Hour)
			h.drain()
		}
		ls := h.letters()
		first := ls[len(ls)-1]
		if first.State != "dead" || first.Reason != "交换文件夹写不进去。" {
			t.Fatalf("%+v", first)
		}
		block(false)
		h.post("系统", "/connect/letters/drop", map[string]any{"court": "冀11", "id": first.ID}).must(t, "drop", 200)
		h.post("王院", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
		for range 3 {
			h.clock.Add(2 * time.Hour)
			h.drain()
		}
		seqs, err := b.out.Letters()
		if err != nil || len(seqs) != len(ls) {
			t.Fatalf("%v of %d, %v", seqs, len(ls), err)
		}
		for i, n := range seqs {
			file, _, _ := b.out.Read(exchange.Letter(n))
			if e, err := exchange.Open(file, p.Ours); err != nil || n != int64(i+1) || e.Body != "" {
				t.Errorf("letter %d says %q, %v", n, e.Body, err)
			}
		}
		for _, l := range h.letters() {
			if l.State != "dropped" {
				t.Errorf("%+v", l)
			}
		}
		b.put(1, nil, nil)
		b.put(2, message("m2", "x", nil), nil)
		h.round()
		if b.ack(1) != "taken" || b.ack(2) != "listed" || len(h.received("冀11")) != 1 {
			t.Errorf("%q %q", b.ack(1), b.ack(2))
		}
	})
}

// TestFetchMissesNothing: an event whose job was held up comes after those that
// were fetched meanwhile.
func TestFetchMissesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		h.connected("取信系统", "冀11", "read")
		failed := h.failOnce("connect.hears.judge_changed")
		h.accepted()
		if !failed() {
			t.Fatal("nothing was held up")
		}
		seen := map[string]int{}
		next := ""
		fetch := func() {
			t.Helper()
			h.clock.Add(10 * time.Second)
			var f struct {
				Events []struct{ Type string }
				Next   string
			}
			decode(t, h.get("取信系统", "/api/v1/connect/event?after="+next).must(t, "fetch", 200).body, &f)
			for _, e := range f.Events {
				seen[e.Type]++
			}
			next = f.Next
		}
		h.otherParty() // another case goes on
		fetch()
		if seen["case.accepted"] == 0 || seen["judge.changed"] != 0 {
			t.Fatalf("%v", seen)
		}
		h.drain()
		fetch()
		if seen["judge.changed"] != 1 {
			t.Errorf("%v", seen)
		}
	})
}
