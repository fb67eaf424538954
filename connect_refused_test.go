package mashang_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mashang/platform/auth"
	"mashang/platform/bus"
	"mashang/platform/bus/bustest"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/exchange"
	"mashang/platform/fault"
)

// TestRefusedIsATask: what the court did not take waits on the desk of its
// system administrator, with what to do, until it comes mended or he has told
// the other side; refused once more, it waits once more.
func TestRefusedIsATask(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p := h.connected("内网系统", "冀11", "send", "put")
		b := h.box(p)
		const task = "有 1 条消息没有收，是内网系统送来的"
		desk := func(what string, want bool) {
			t.Helper()
			if got := strings.Contains(h.get("系统", "/desk").must(t, "desk", 200).body, task); got != want {
				t.Errorf("%s: on the desk: %v", what, got)
			}
		}
		bad := message("e1", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "没有这个人"})
		h.hook(p, "e1", h.Kit.Now(), bad, nil).must(t, "bad", 422)
		desk("refused", true)
		if strings.Contains(h.get("安全", "/desk").body, "没有收") {
			t.Error("another administrator has it on his desk")
		}
		has(t, "page", h.get("系统", "/connect/received?state=refused").must(t, "page", 200).body, "告诉对方的技术人员", "交来案件", "告诉对方了", "请写案由", "请写承办部门")
		h.hook(p, "e1", h.Kit.Now(), message("e1", "case.put", told()), nil).must(t, "mended", 200)
		desk("mended", false)

		if err := b.in.Write(exchange.Letter(1), []byte("no letter")); err != nil {
			t.Fatal(err)
		}
		h.round()
		desk("bad file", true)
		has(t, "what to do", h.get("系统", "/connect/received?state=refused").body, "请对方用同一个序号重新放一份")
		b.put(1, message("f1", "x", nil), nil)
		h.round()
		if b.ack(1) != "listed" {
			t.Errorf("%q", b.ack(1))
		}
		desk("replaced", false)

		if err := b.in.Write(exchange.Letter(2), []byte("no letter")); err != nil {
			t.Fatal(err)
		}
		h.round()
		h.post("安全", "/connect/received/looked", map[string]string{"court": "冀11"}).must(t, "another", 403)
		h.post("系统", "/connect/received/looked", map[string]string{"court": "冀11"}).must(t, "looked", 200)
		h.post("系统", "/connect/received/looked", map[string]string{"court": "冀11"}).must(t, "twice", 409)
		h.round()
		desk("looked at, and still lying there", false)
		if err := b.in.Write(exchange.Letter(2), []byte("another")); err != nil {
			t.Fatal(err)
		}
		h.round()
		desk("another bad file", true)
		h.post("系统", "/connect/received/looked", map[string]string{"court": "冀11"}).must(t, "looked", 200)
		for range 2 { // by token, twice, under one id
			h.post("内网系统", "/connect/event", json.RawMessage(message("e9", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "没有这个人"}))).must(t, "bad", 422)
			desk("refused again", true)
			h.post("系统", "/connect/received/looked", map[string]string{"court": "冀11"}).must(t, "looked", 200)
			desk("looked at", false)
		}
		if n := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'connect.looked'`); n != 4 {
			t.Errorf("%d entries", n)
		}
	})
}

// lose lets the next n acts of other systems lose a race for what they change.
func (h *house) lose(n int) {
	h.Kit.Fail = func(tx *db.Tx) error {
		if auth.From(tx.Context()).Peer == "" || n == 0 {
			return nil
		}
		n--
		return fault.Stale()
	}
}

// TestRaceOnAWay: a case that comes by letter or bus while another system hands
// over the same is not refused for having been slower: it is tried again, at
// once and, when that is in vain, in the next round.
func TestRaceOnAWay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p := h.connected("内网系统", "冀11", "send", "put")
		b := h.box(p)
		h.lose(2)
		b.put(1, message("f1", "case.put", told()), nil)
		h.round()
		if got := h.received("冀11"); b.ack(1) != "created" || len(got) != 1 || got[0].State != "created" {
			t.Fatalf("%q %v", b.ack(1), got)
		}
		h.lose(1000)
		b.put(2, message("f2", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "赵一鸣"}), nil)
		h.round()
		if got := h.received("冀11"); b.ack(2) != "" || len(got) != 1 {
			t.Fatalf("%q %v", b.ack(2), got)
		}
		h.lose(0)
		h.round()
		if got := h.received("冀11"); b.ack(2) != "changed" || len(got) != 2 {
			t.Fatalf("%q %v", b.ack(2), got)
		}
		// A program is told, and sends again; nothing is listed against it.
		h.lose(1000)
		h.post("内网系统", "/connect/event", json.RawMessage(message("e3", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "周明远"}))).must(t, "lost", 409)
		h.lose(0)
		if got := h.received("冀11"); len(got) != 2 {
			t.Errorf("%v", got)
		}
		h.post("内网系统", "/connect/event", json.RawMessage(message("e3", "case.put", map[string]any{"number": "（2026）冀11知民初7号", "judge": "周明远"}))).must(t, "again", 200)
	})
	t.Run("bus", func(t *testing.T) {
		srv := bustest.Start(t)
		h := newHouseOn(t, dbtest.SQLite(t), srv.URL())
		h.administrators()
		p := h.connected("总线系统", "冀11", "send", "put")
		h.way(p, "bus", "", false)
		b := bus.New(srv.URL())
		defer b.Close()
		h.lose(2)
		body, at := message("1", "case.put", told()), strconv.FormatInt(h.Kit.Now().Unix(), 10)
		hd := http.Header{}
		hd["webhook-id"], hd["webhook-timestamp"], hd["webhook-signature"] = []string{"1"}, []string{at}, []string{sign(p.Secret, "1", at, body)}
		if err := b.Publish(t.Context(), "mashang."+p.ID+".in", "m-1", hd, body); err != nil {
			t.Fatal(err)
		}
		h.round()
		h.round()
		if got := h.received("冀11"); len(got) != 1 || got[0].State != "created" {
			t.Errorf("%v", got)
		}
	})
}

// TestSealedIsTakenBack: a letter that nobody has fetched says nothing any more
// when its case is sealed; it keeps its number, so that those behind it go on.
func TestSealedIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		p := h.connected("内网系统", "冀11", "send")
		b := h.box(p)
		id := h.accepted()
		seqs, err := b.out.Letters()
		if err != nil || len(seqs) < 5 {
			t.Fatalf("%v %v", seqs, err)
		}
		h.post("王院", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
		h.round()
		after, err := b.out.Letters()
		if err != nil || !slices.Equal(after[:len(seqs)], seqs) {
			t.Fatalf("%v %v", after, err)
		}
		for _, n := range after {
			file, _, err := b.out.Read(exchange.Letter(n))
			if err != nil {
				t.Fatal(err)
			}
			e, err := exchange.Open(file, p.Ours)
			if err != nil || e.Seq != n || e.Body != "" {
				t.Errorf("letter %d of a sealed case says %q %v", n, e.Body, err)
			}
			ack, err := p.key.Seal(exchange.Envelope{Ack: true, At: e.At, Body: "taken", From: p.ID, ID: e.ID, Seq: n, To: "冀11"})
			if err == nil {
				err = b.in.Write(exchange.Ack(n), ack)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		h.round()
		if left, _ := b.out.Letters(); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
		for _, l := range h.letters() {
			if l.State != "dropped" {
				t.Errorf("%+v", l)
			}
		}
	})
}

// TestNoEcho: a system hears nothing of what it said itself, whatever it was;
// the others hear it, and it hears what the court does.
func TestNoEcho(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		in := newInbox(t)
		p := h.connected("审判系统", "冀11", "put", "read")
		h.connected("档案系统", "冀11", "read")
		h.way(p, "webhook", in.URL, false)
		heard := func(who string) (out []string) {
			t.Helper()
			h.clock.Add(10e9)
			var f struct {
				Events []struct{ Type string } `json:"events"`
			}
			decode(t, h.get(who, "/api/v1/connect/event").must(t, who, 200).body, &f)
			for _, e := range f.Events {
				out = append(out, e.Type)
			}
			return out
		}
		number := "（2026）冀11知民初7号"
		id := h.post("审判系统", "/connect/case", told()).must(t, "put", 200).get("case")
		h.drain()
		h.post("审判系统", "/connect/case", map[string]any{"number": number, "judge": "赵一鸣", "procedure": "summary"}).must(t, "judge", 200)
		h.post("审判系统", "/connect/case", map[string]any{"number": number, "state": "closed", "closed_on": "2026-03-02", "way": "judgment"}).must(t, "close", 200)
		h.drain()
		others := heard("档案系统")
		for _, want := range []string{"case.imported", "judge.changed", "limit.moved", "case.closed"} {
			if !slices.Contains(others, want) {
				t.Errorf("the others do not hear %s: %v", want, others)
			}
		}
		own := func(e string) bool { return e == "paper.issued" } // by the court's own job
		if got := slices.DeleteFunc(heard("审判系统"), own); len(got) != 0 {
			t.Errorf("it hears itself: %v", got)
		}
		for _, b := range in.bodies {
			if !strings.Contains(string(b), "paper.issued") {
				t.Errorf("it is sent its own words: %s", b)
			}
		}
		h.post("李倩", "/casebook/"+id+"/appeal", map[string]string{"party": h.partyID(id, "贾若兰"), "on": "2026-03-03", "kind": "appeal"}).must(t, "appeal", 200)
		h.drain()
		if got := heard("审判系统"); !slices.Contains(got, "case.appealed") {
			t.Errorf("it does not hear the court: %v", got)
		}
	})
}
