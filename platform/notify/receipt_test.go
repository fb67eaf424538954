package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/egress"
	"mashang/platform/id"
	"mashang/platform/notify"
)

// carrier is an SMS gateway over HTTP with a memory: what it was given, by the
// id of the message, and how often; do decides what becomes of the answer.
type carrier struct {
	*httptest.Server
	mu   sync.Mutex
	got  map[string]int
	fate map[string]string
	do   func(w http.ResponseWriter, r *http.Request, taken func())
}

const carrierKey = "shared"

func newCarrier(t *testing.T) *carrier {
	t.Helper()
	c := &carrier{got: map[string]int{}, fate: map[string]string{}}
	c.does(func(w http.ResponseWriter, _ *http.Request, taken func()) {
		taken()
		_, _ = io.WriteString(w, `{"id":"g1"}`)
	})
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.Close)
	return c
}

func (c *carrier) does(f func(w http.ResponseWriter, r *http.Request, taken func())) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.do = f
}

func (c *carrier) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		mid := r.URL.Query().Get("id")
		c.mu.Lock()
		defer c.mu.Unlock()
		if r.Header.Get("X-Signature") != notify.Signature(carrierKey, []byte(mid)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		state := "none"
		if c.got[mid] > 0 {
			if state = "handed"; c.fate[mid] != "" {
				state = c.fate[mid]
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"state": state, "said": "ASKED"})
		return
	}
	var m map[string]string
	b, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(b, &m)
	c.mu.Lock()
	do := c.do
	c.mu.Unlock()
	r.Header.Set("X-Test-ID", m["id"]) // for who decides what becomes of it
	do(w, r, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.got[m["id"]]++
	})
}

// reset breaks the connection of a request without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func (h *house) post(t *testing.T, channel, target string) string {
	t.Helper()
	mid := id.New()
	if err := h.d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := h.n.Post(tx, mid, channel, target, "开庭提醒", text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	drain(t, h)
	return mid
}

func (h *house) state(t *testing.T, mid string) (m notify.Message) {
	t.Helper()
	if err := h.d.Read(t.Context(), func(tx *db.Tx) (err error) {
		m, err = h.n.State(tx, mid)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func (h *house) told(t *testing.T, body, signature string) error {
	t.Helper()
	return h.d.Do(t.Context(), func(tx *db.Tx) error { return h.n.Told(tx, []byte(body), signature) })
}

// TestReceipt: taken is not arrived; a receipt comes by itself or is asked for,
// counts once, and only from who knows the key.
func TestReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCarrier(t)
		h := open(t, d, map[string]notify.Gateway{notify.SMS: notify.HTTPSMS{URL: c.URL, Key: carrierKey}})
		var heard []string
		h.n.Heard = func(_ *db.Tx, mid string) error { heard = append(heard, mid); return nil }
		one := h.post(t, notify.SMS, "13900001234")
		if m := h.state(t, one); m.State != notify.Handed || m.Provider != "g1" || len(heard) != 0 {
			t.Fatalf("%+v %v", m, heard)
		}
		body := fmt.Sprintf(`{"id":%q,"state":"delivered","said":"DELIVRD"}`, one)
		for _, sign := range []string{"", "x", notify.Signature("another", []byte(body))} {
			if h.told(t, body, sign) == nil {
				t.Error("a receipt was taken from anybody")
			}
		}
		h.c.Add(20 * time.Second)
		at := h.c.Now()
		for range 3 {
			if err := h.told(t, body, notify.Signature(carrierKey, []byte(body))); err != nil {
				t.Fatal(err)
			}
			h.c.Add(time.Second)
		}
		late := fmt.Sprintf(`{"id":%q,"state":"failed"}`, one)
		unknown := `{"id":"nobody's","state":"delivered"}`
		for _, b := range []string{late, unknown} {
			if err := h.told(t, b, notify.Signature(carrierKey, []byte(b))); err != nil {
				t.Errorf("%s: %v", b, err)
			}
		}
		if m := h.state(t, one); m.State != notify.Delivered || !m.Ended.Equal(at) || m.Said != "DELIVRD" || len(heard) != 1 {
			t.Errorf("%+v %v", m, heard)
		}
		// Asked for: first it is still on its way, then the phone refused it.
		two := h.post(t, notify.SMS, "13900001235")
		h.c.Add(2 * time.Minute)
		drain(t, h)
		if m := h.state(t, two); m.State != notify.Handed {
			t.Errorf("%+v", m)
		}
		c.mu.Lock()
		c.fate[two] = "failed"
		c.mu.Unlock()
		h.c.Add(11 * time.Minute)
		drain(t, h)
		if m := h.state(t, two); m.State != notify.Failed || m.Said != "ASKED" || len(heard) != 2 {
			t.Errorf("%+v %v", m, heard)
		}
		if c.got[one] != 1 || c.got[two] != 1 {
			t.Errorf("given more than once: %v", c.got)
		}
	})
}

// TestBroken: whatever a gateway does with a message and its answer, the phone
// gets it once, or the house knows that it did not.
func TestBroken(t *testing.T) {
	hang := func(r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}
	for name, x := range map[string]struct {
		do    func(w http.ResponseWriter, r *http.Request, taken func())
		after string // once the gateway works again
		given int
	}{
		"hangs":           {func(_ http.ResponseWriter, r *http.Request, _ func()) { hang(r) }, notify.Handed, 1},
		"takes and hangs": {func(_ http.ResponseWriter, r *http.Request, taken func()) { taken(); hang(r) }, notify.Handed, 1},
		"resets":          {func(w http.ResponseWriter, _ *http.Request, _ func()) { reset(w) }, notify.Handed, 1},
		"takes, resets":   {func(w http.ResponseWriter, _ *http.Request, taken func()) { taken(); reset(w) }, notify.Handed, 1},
		"500":             {func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(500) }, notify.Handed, 1},
		"takes, 500":      {func(w http.ResponseWriter, _ *http.Request, taken func()) { taken(); w.WriteHeader(500) }, notify.Handed, 1},
		"takes, garbage": {func(w http.ResponseWriter, _ *http.Request, taken func()) {
			taken()
			_, _ = io.WriteString(w, "<html>ok</html>")
		}, notify.Handed, 1},
		"503": {func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(503) }, notify.Handed, 1},
		"422": {func(w http.ResponseWriter, _ *http.Request, _ func()) { w.WriteHeader(422) }, notify.Failed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCarrier(t)
			well := c.do
			h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.SMS: notify.HTTPSMS{URL: c.URL, Key: carrierKey, Client: &http.Client{Timeout: time.Second}}})
			c.does(x.do)
			mid := h.post(t, notify.SMS, "13900001234")
			c.does(well)
			for range 4 {
				h.c.Add(15 * time.Minute)
				drain(t, h)
			}
			m := h.state(t, mid)
			c.mu.Lock()
			defer c.mu.Unlock()
			if m.State != x.after || c.got[mid] != x.given || m.Twice {
				t.Errorf("%+v, given %d times", m, c.got[mid])
			}
			if l := h.lost(t); len(l) != 1-x.given || x.given == 0 && (l[0].Text != "" || l[0].Target != "13900001234") {
				t.Errorf("the administrator sees %+v", l)
			}
		})
	}
}

func (h *house) lost(t *testing.T) (out []notify.Message) {
	t.Helper()
	if err := h.d.Read(t.Context(), func(tx *db.Tx) (err error) { out, err = h.n.Lost(tx, 10); return err }); err != nil {
		t.Fatal(err)
	}
	return out
}

// mortal is a real gateway whose process ends in the middle of a call.
type mortal struct {
	notify.HTTPSMS
	dies, asked bool // it ends, after it was asked to send
}

func (g *mortal) Send(ctx context.Context, m notify.Message) (notify.Report, error) {
	if g.dies && !g.asked {
		panic("killed before the call")
	}
	r, err := g.HTTPSMS.Send(ctx, m)
	if g.dies {
		panic("killed before the answer was written down")
	}
	return r, err
}

// TestDied: a process that dies while a message is being handed over asks, when
// it is there again, and does not send what was taken a second time.
func TestDied(t *testing.T) {
	for _, took := range []bool{true, false} {
		c := newCarrier(t)
		g := &mortal{notify.HTTPSMS{URL: c.URL, Key: carrierKey}, true, took}
		h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.SMS: g})
		mid := h.post(t, notify.SMS, "13900001234")
		if m := h.state(t, mid); m.State != notify.Unknown {
			t.Fatalf("took %t: %+v", took, m)
		}
		g.dies = false
		h.c.Add(5 * time.Minute)
		drain(t, h)
		if m := h.state(t, mid); m.State != notify.Handed || c.got[mid] != 1 || m.Twice {
			t.Errorf("took %t: %+v, given %d times", took, m, c.got[mid])
		}
	}
}

// TestMailTwice: a mail server that took a message and was gone before it said
// so can't be asked. It gets the message again under the same Message-ID, and
// that is written down.
func TestMailTwice(t *testing.T) {
	p := newPost(t)
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.Email: notify.Mail{URL: "smtp://" + p.Addr().String(), From: "court@court.example"}})
	p.mu.Lock()
	p.mute = true
	p.mu.Unlock()
	mid := h.post(t, notify.Email, "a@b.example")
	if m := h.state(t, mid); m.State != notify.Unknown || m.Twice {
		t.Fatalf("%+v", m)
	}
	p.mu.Lock()
	p.mute = false
	p.mu.Unlock()
	h.c.Add(time.Minute)
	drain(t, h)
	m := h.state(t, mid)
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.State != notify.Handed || !m.Twice || len(p.mails) != 2 {
		t.Fatalf("%+v, %d mails", m, len(p.mails))
	}
	for _, x := range p.mails {
		if !strings.Contains(x, "Message-ID: <"+mid+"@mashang>") {
			t.Errorf("%s", x)
		}
	}
}

// TestMailNoThird: a mail server that always breaks over its answer gets a
// message twice and no more; nobody knows, and that is what is written down.
func TestMailNoThird(t *testing.T) {
	p := newPost(t)
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.Email: notify.Mail{URL: "smtp://" + p.Addr().String(), From: "court@court.example"}})
	p.mu.Lock()
	p.mute = true
	p.mu.Unlock()
	mid := h.post(t, notify.Email, "a@b.example")
	for range 30 {
		h.c.Add(time.Hour)
		drain(t, h)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := h.state(t, mid); m.State != notify.Unknown || len(p.mails) != 2 {
		t.Errorf("%+v, %d mails", m, len(p.mails))
	}
	if l := h.lost(t); len(l) != 1 {
		t.Errorf("the administrator sees %+v", l)
	}
}

// TestMailDirect: the recipient's own mail server says that it took a message,
// or that there is no such person; the court's own says neither.
func TestMailDirect(t *testing.T) {
	p := newPost(t)
	_, port, err := net.SplitHostPort(p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	g := notify.Mail{URL: "mx://court.example", From: "court@court.example", Port: port, Reach: egress.Reach{Loopback: true},
		Find: func(_ context.Context, domain string) ([]*net.MX, error) {
			return map[string][]*net.MX{"b.example": {{Host: "127.0.0.1.", Pref: 20}, {Host: "0.0.0.0.", Pref: 10}}, "none.example": {{Host: "."}}}[domain], nil
		}}
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.Email: g})
	if m := h.state(t, h.post(t, notify.Email, "a@b.example")); m.State != notify.Delivered || !strings.Contains(m.Said, "收下") {
		t.Errorf("%+v", m)
	}
	if m := h.state(t, h.post(t, notify.Email, "a@none.example")); m.State != notify.Failed {
		t.Errorf("%+v", m)
	}
	p.mu.Lock()
	p.nobody = true
	p.mu.Unlock()
	if m := h.state(t, h.post(t, notify.Email, "x@b.example")); m.State != notify.Failed || !strings.Contains(m.Said, "550") {
		t.Errorf("%+v", m)
	}
	g.Reach = egress.Reach{}
	if _, err := g.Send(t.Context(), notify.Message{ID: "1", Target: "a@b.example"}); err == nil {
		t.Error("a stranger's name led into this machine")
	}
}
