package notify_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/jobs"
	"mashang/platform/notify"
	"mashang/platform/vault"
)

// post is a small SMTP server that keeps what it is given.
type post struct {
	net.Listener
	mu    sync.Mutex
	auth  string
	to    []string
	mails []string
	full  bool // refuses recipients, for now

	nobody bool // refuses them for good
	mute   bool // takes a message, and is gone before it says so
}

func newPost(t *testing.T) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(c)
		}
	}()
	return p
}

func (p *post) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 post.example ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		p.mu.Lock()
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-post.example\r\n250 AUTH PLAIN")
		case "AUTH":
			p.auth = rest
			say("235 ok")
		case "RCPT":
			if p.nobody {
				say("550 no such user")
			} else if p.full {
				say("452 full")
			} else {
				p.to = append(p.to, rest)
				say("250 ok")
			}
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil || l == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(l, "."))
			}
			p.mails = append(p.mails, b.String())
			if p.mute {
				p.mu.Unlock()
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			p.mu.Unlock()
			return
		default:
			say("250 ok")
		}
		p.mu.Unlock()
	}
}

type house struct {
	d *db.DB
	c *clock.Moved
	q *jobs.Queue
	n *notify.Notifier
}

func open(t *testing.T, d *db.DB, ways map[string]notify.Gateway) *house {
	t.Helper()
	for name, s := range map[string]func() error{
		"jobs":   func() error { return d.Migrate(t.Context(), "jobs", jobs.Schema) },
		"notify": func() error { return d.Migrate(t.Context(), "notify", notify.Schema) },
	} {
		if err := s(); err != nil {
			t.Fatal(name, err)
		}
	}
	v, err := vault.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{d: d, c: clock.At(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC))}
	h.q = jobs.New(d, h.c, slog.New(slog.DiscardHandler))
	if h.n, err = notify.New(d, h.c, v, h.q); err != nil {
		t.Fatal(err)
	}
	for channel, g := range ways {
		h.n.Use(channel, g)
	}
	return h
}

func (h *house) send(t *testing.T, channel, target, text string) {
	t.Helper()
	if err := h.d.Do(t.Context(), func(tx *db.Tx) error { return h.n.Send(tx, channel, target, "开庭提醒", text) }); err != nil {
		t.Fatal(err)
	}
	if err := h.q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) outbox(t *testing.T) []notify.Message {
	t.Helper()
	l, err := h.n.Outbox(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const text = "您好，案件明天上午九点开庭。\n.\n行首一个点"

func TestMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPost(t)
		h := open(t, d, map[string]notify.Gateway{notify.Email: notify.Mail{URL: "smtp://user:secret@" + p.Addr().String(), From: "court@court.example"}})
		p.mu.Lock()
		p.full = true
		p.mu.Unlock()
		h.send(t, notify.Email, "a@b.example", text)
		if m := h.outbox(t)[0]; m.State != "waiting" || m.Text != text {
			t.Fatalf("after a refusal: %+v", m)
		}
		p.mu.Lock()
		p.full = false
		p.mu.Unlock()
		h.c.Add(time.Hour)
		if err := h.q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := h.outbox(t)[0]
		if m.State != "handed" || m.Text != "" || m.Provider != "<"+m.ID+"@mashang>" {
			t.Fatalf("the text stays after sending: %+v", m)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.mails) != 1 || len(p.to) != 1 || !strings.Contains(p.to[0], "<a@b.example>") || p.auth == "" {
			t.Fatalf("%v %v", p.mails, p.to)
		}
		got, err := mail.ReadMessage(strings.NewReader(p.mails[0]))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		body, berr := io.ReadAll(base64.NewDecoder(base64.StdEncoding, got.Body))
		if err != nil || berr != nil || subject != "开庭提醒" || string(body) != text {
			t.Fatalf("%q %q %v %v", subject, body, err, berr)
		}
	})
}

func TestSMS(t *testing.T) {
	const key = "shared"
	var mu sync.Mutex
	status, seen := http.StatusServiceUnavailable, []string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(b)
		mu.Lock()
		defer mu.Unlock()
		var m map[string]string
		if json.Unmarshal(b, &m) != nil || r.Header.Get("X-Signature") != hex.EncodeToString(mac.Sum(nil)) || m["text"] != text || m["to"] != "13900001234" {
			t.Errorf("%s %v", b, r.Header)
		}
		seen = append(seen, m["id"])
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"id":"g1"}`)
	}))
	t.Cleanup(s.Close)
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.SMS: notify.HTTPSMS{URL: s.URL, Key: key}})
	h.send(t, notify.SMS, "13900001234", text)
	mu.Lock()
	status = http.StatusOK
	mu.Unlock()
	h.c.Add(time.Hour)
	if err := h.q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := h.outbox(t)[0]; m.State != "handed" || m.Provider != "g1" || m.Text != "" {
		t.Fatalf("%+v", m)
	}
	if len(seen) != 2 || seen[0] != seen[1] {
		t.Fatalf("a second try must carry the same number: %v", seen)
	}
}

// TestLimit: one number gets ten a day, forty codes and a hundred that serve,
// whichever channel asks, and the one who caused it learns nothing.
func TestLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, nil)
		for range notify.PerDay + 5 {
			h.send(t, notify.SMS, "13900001234", text)
		}
		h.send(t, notify.SMS, "13900005678", text)
		h.send(t, notify.SMS, "", text)
		if n := len(h.outbox(t)); n != notify.PerDay+1 {
			t.Fatalf("%d messages", n)
		}
		for range notify.CodesPerDay + 5 {
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return h.n.SendCode(tx, notify.SMS, "13900001234", text) }); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(h.outbox(t)); n != notify.PerDay+notify.CodesPerDay+1 {
			t.Fatalf("a number with no messages left got %d codes", n-notify.PerDay-1)
		}
		served := 0 // by what is an act of its own, though nothing else gets through any more
		for i := range notify.PostedPerDay + 5 {
			err := d.Do(t.Context(), func(tx *db.Tx) error {
				taken, err := h.n.Post(tx, fmt.Sprint("post", i), notify.SMS, "13900001234", "", text)
				if taken {
					served++
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if served != notify.PostedPerDay {
			t.Fatalf("a number with no messages left got %d that serve", served)
		}
		h.c.Add(25 * time.Hour)
		h.send(t, notify.SMS, "13900001234", text)
		if l := h.outbox(t); len(l) != notify.PerDay+notify.CodesPerDay+notify.PostedPerDay+2 || l[0].Target != "13900001234" || l[0].Text != text {
			t.Fatalf("%d messages", len(l))
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			l, err := db.List[string](tx, `SELECT target || text || find AS x FROM notify_message`)
			for _, s := range l {
				if strings.Contains(s, "1390000") || strings.Contains(s, "开庭") {
					t.Error("readable in the database:", s)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestMailInjection: a target or a subject can't add headers or recipients.
func TestMailInjection(t *testing.T) {
	p := newPost(t)
	g := notify.Mail{URL: "smtp://" + p.Addr().String(), From: "court@court.example"}
	if _, err := g.Send(t.Context(), notify.Message{ID: "1", Target: "a@b.example>\r\nRCPT TO:<c@d.example", Text: "x"}); err == nil {
		t.Error("a target with a line end was sent")
	}
	if _, err := g.Send(t.Context(), notify.Message{ID: "2", Target: "a@b.example", Subject: "x\r\nBcc: c@d.example", Text: "x"}); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.mails {
		if got, err := mail.ReadMessage(strings.NewReader(m)); err != nil || got.Header.Get("Bcc") != "" {
			t.Errorf("%q %v", m, err)
		}
	}
}
