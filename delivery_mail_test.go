package mashang_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mashang/platform/egress"
	"mashang/platform/notify"
)

// TestMailServes: an e-mail serves when the recipient's own mail server says
// that it took it. When it had taken it before and was gone without a word, the
// paper goes again, counts once, and the certificate says that it may have come
// twice. Through a server that passes mail on nothing is served.
func TestMailServes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		var mails atomic.Int64
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go takeMail(c, &mails)
			}
		}()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		g := notify.Mail{URL: "mx://court.example", From: "court@court.example", Port: port, Reach: egress.Reach{Loopback: true},
			Find: func(context.Context, string) ([]*net.MX, error) { return []*net.MX{{Host: "127.0.0.1"}}, nil }}
		h.Kit.Notify.Use(notify.Email, g)
		id := h.accepted()
		jia := h.partyID(id, "贾若兰")
		h.post("李倩", "/delivery/"+id+"/address/"+jia, map[string]any{"email": "jia@example.com", "consent": "agree", "ground": "stated", "standing": "confirmed", "shown_by": "送达地址确认书"}).must(t, "address", http.StatusOK)
		send := func() string {
			t.Helper()
			p := h.issue(id, jia, "summons", 1)
			h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": p, "ways": []string{"email"}}).must(t, "send", http.StatusOK)
			h.drain()
			h.clock.Add(time.Minute)
			h.drain()
			return one[string](h, `SELECT state FROM delivery_service WHERE paper_id = ?`, p[0])
		}
		if s := send(); s != "effective" || mails.Load() != 2 {
			t.Errorf("%s after %d mails", s, mails.Load())
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM delivery_effect`); n != 1 {
			t.Errorf("%d effects", n)
		}
		paper := one[string](h, `SELECT id FROM paper_paper WHERE kind = 'eservice_certificate'`)
		has(t, "the certificate", h.get("李倩", "/papers/view/"+paper).body, "可能收到两封相同的邮件")
		h.Kit.Notify.Use(notify.Email, notify.Mail{URL: "smtp://" + l.Addr().String(), From: "court@court.example"})
		if s := send(); s != "sent" {
			t.Errorf("through a server that passes it on: %s", s)
		}
	})
}

// takeMail speaks as much SMTP as is needed, and is gone after the first
// message without saying that it took it.
func takeMail(c net.Conn, mails *atomic.Int64) {
	defer func() { _ = c.Close() }()
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 test")
	for sc := bufio.NewScanner(c); sc.Scan(); {
		switch line := sc.Text(); {
		case line == ".":
			if mails.Add(1) == 1 {
				return
			}
			say("250 kept")
		case strings.HasPrefix(line, "DATA"):
			say("354 go")
		case strings.HasPrefix(line, "EHLO"), strings.HasPrefix(line, "MAIL"), strings.HasPrefix(line, "RCPT"):
			say("250 ok")
		case strings.HasPrefix(line, "QUIT"):
			say("221 bye")
			return
		}
	}
}
