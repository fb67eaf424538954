// Package notify sends short messages and e-mail. A message is a reminder,
// never service of a paper: what its gateway answers has no effect in law.
//
// Messages wait in the database, sealed, and leave by a job; the text is
// erased once it has been sent. With no gateway configured (the demo) they
// stay, and the outbox page shows them.
package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"time"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/vault"
)

//go:embed schema
var Schema embed.FS

// Channels.
const (
	SMS   = "sms"
	Email = "email"
)

// PerDay is how many messages one number may get in a day: enough for a busy
// case, too few for bombing someone.
const PerDay = 10

// Message is one message. Target and Text are sealed in the database.
type Message struct {
	ID       string    `db:"id"`
	Channel  string    `db:"channel"`
	Target   string    `db:"target"`
	Text     string    `db:"text"`
	Subject  string    `db:"subject"`
	State    string    `db:"state"`
	Provider string    `db:"provider"`
	At       time.Time `db:"at"`
	Sent     time.Time `db:"sent_at"`
}

// Gateway hands a message to a carrier and returns the carrier's number for
// it. id is the same when a message is sent again, so that a gateway that
// knows it does not send twice.
type Gateway interface {
	Send(ctx context.Context, m Message) (provider string, err error)
}

// Notifier queues and sends.
type Notifier struct {
	db    *db.DB
	clock clock.Clock
	vault *vault.Vault
	queue *jobs.Queue
	ways  map[string]Gateway
	Keep  bool // demo: keep the text for the outbox page

	// Find names the gateway of a channel for which New was given none; nil
	// when there is none. The settings of a court are asked, in the transaction.
	Find func(tx *db.Tx, channel string) (Gateway, error)
}

// JobKind is the job that sends one message.
const JobKind = "notify.send"

// New returns a notifier; gateways may be nil, then messages wait in the outbox.
func New(d *db.DB, c clock.Clock, v *vault.Vault, q *jobs.Queue, sms, mail Gateway) (*Notifier, error) {
	n := &Notifier{db: d, clock: c, vault: v, queue: q, ways: map[string]Gateway{}}
	if sms != nil {
		n.ways[SMS] = sms
	}
	if mail != nil {
		n.ways[Email] = mail
	}
	return n, q.Handle(JobKind, n.send)
}

// way returns the gateway of a channel, nil when there is none.
func (n *Notifier) way(tx *db.Tx, channel string) (Gateway, error) {
	if g := n.ways[channel]; g != nil || n.Find == nil {
		return g, nil
	}
	return n.Find(tx, channel)
}

// Try sends one message at once, to see whether the gateway takes it.
func (n *Notifier) Try(ctx context.Context, channel, target, subject, text string) error {
	var g Gateway
	err := n.db.Read(ctx, func(tx *db.Tx) (err error) {
		g, err = n.way(tx, channel)
		return err
	})
	if err != nil {
		return err
	}
	if g == nil {
		return fault.New(fault.Unavailable, "还没有设发送的地方。")
	}
	_, err = g.Send(ctx, Message{ID: id.New(), Channel: channel, Target: target, Subject: subject, Text: text})
	return err
}

// Send queues a message in the caller's transaction. Over the daily limit it
// is dropped: that a limit was hit must not be visible to whoever caused it.
func (n *Notifier) Send(tx *db.Tx, channel, target, subject, text string) error {
	return n.SendAt(tx, time.Time{}, channel, target, subject, text)
}

// SendAt is Send, not before an instant: what can wait does not ring at night.
func (n *Notifier) SendAt(tx *db.Tx, at time.Time, channel, target, subject, text string) error {
	if target == "" {
		return nil
	}
	now, find := n.clock.Now(), n.vault.Find("notify", target)
	sent, err := db.One[int64](tx, `SELECT COUNT(*) FROM notify_message WHERE find = ? AND at > ?`, find, now.Add(-24*time.Hour))
	if err != nil || sent >= PerDay {
		return err
	}
	mid := id.New()
	if _, err := tx.Exec(`INSERT INTO notify_message (id, channel, target, find, text, subject, state, provider, at, sent_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', ?, 0)`,
		mid, channel, n.vault.Seal("notify.target", target), find, n.vault.Seal("notify.text", text), subject, now); err != nil {
		return err
	}
	if g, err := n.way(tx, channel); err != nil || g == nil {
		return err
	}
	return n.queue.Enqueue(tx, jobs.Spec{Kind: JobKind, Body: mid, At: at})
}

const cols = `id, channel, target, text, subject, state, provider, at, sent_at`

func (n *Notifier) open(m Message) (Message, error) {
	var err1, err2 error
	m.Target, err1 = n.vault.Open("notify.target", m.Target)
	m.Text, err2 = n.vault.Open("notify.text", m.Text)
	return m, errors.Join(err1, err2)
}

func (n *Notifier) send(ctx context.Context, j *jobs.Job) error {
	var mid string
	if err := j.Read(&mid); err != nil {
		return err
	}
	var m Message
	var g Gateway
	err := n.db.Read(ctx, func(tx *db.Tx) (err error) {
		if m, err = db.One[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, mid); err == nil {
			g, err = n.way(tx, m.Channel)
		}
		return err
	})
	if err != nil || m.State != "waiting" {
		return err
	}
	if g == nil {
		return fault.New(fault.Unavailable, "还没有设发送的地方。")
	}
	if m, err = n.open(m); err != nil {
		return err
	}
	provider, err := g.Send(ctx, m)
	if err != nil {
		return err
	}
	return n.db.Do(ctx, func(tx *db.Tx) error {
		text := ""
		if n.Keep {
			text = n.vault.Seal("notify.text", m.Text)
		}
		if _, err := tx.Exec(`UPDATE notify_message SET state = 'sent', provider = ?, sent_at = ?, text = ? WHERE id = ? AND state = 'waiting'`, provider, n.clock.Now(), text, mid); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// Outbox returns the newest messages, opened; for the demo and for tests.
func (n *Notifier) Outbox(ctx context.Context, limit int) (out []Message, err error) {
	err = n.db.Read(ctx, func(tx *db.Tx) error {
		out, err = db.List[Message](tx, `SELECT `+cols+` FROM notify_message ORDER BY at DESC, id DESC LIMIT ?`, limit)
		return err
	})
	for i := range out {
		if err == nil {
			out[i], err = n.open(out[i])
		}
	}
	return out, err
}

// HTTPSMS is a gateway that takes signed JSON over https.
type HTTPSMS struct {
	URL, Key string
	Client   *http.Client
}

// Send posts {id, to, text}, signed with HMAC-SHA256 over the body.
func (g HTTPSMS) Send(ctx context.Context, m Message) (string, error) {
	body, err := json.Marshal(map[string]string{"id": m.ID, "to": m.Target, "text": m.Text})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(g.Key))
	mac.Write(body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	client := g.Client
	if client == nil {
		client = &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	res, err := client.Do(req)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, "短信网关没有回应。", err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		ID string `json:"id"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&answer)
	if res.StatusCode/100 != 2 {
		return "", fault.Wrap(fault.Unavailable, "短信网关没有接受。", fmt.Errorf("notify: gateway answered %d", res.StatusCode))
	}
	return answer.ID, err
}

// Mail is a gateway over SMTP.
type Mail struct {
	URL  string // smtp://user:password@host:port, or smtps://
	From string
}

// Send delivers one plain-text e-mail. The Message-ID is the message's own,
// so that a second delivery is recognised as the same message.
func (g Mail) Send(ctx context.Context, m Message) (string, error) {
	u, err := url.Parse(g.URL)
	if err != nil {
		return "", fmt.Errorf("notify: smtp address: %w", err)
	}
	d := net.Dialer{Timeout: 15 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, "邮件服务器没有回应。", err)
	}
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if u.Scheme == "smtps" {
		conn = tls.Client(conn, &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})
	}
	c, err := smtp.NewClient(conn, u.Hostname())
	if err != nil {
		return "", errors.Join(err, conn.Close())
	}
	defer func() { _ = c.Close() }()
	return g.deliver(c, u, m)
}

func (g Mail) deliver(c *smtp.Client, u *url.URL, m Message) (string, error) {
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(&tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}); err != nil {
			return "", err
		}
	}
	if pw, ok := u.User.Password(); ok {
		if err := c.Auth(smtp.PlainAuth("", u.User.Username(), pw, u.Hostname())); err != nil {
			return "", err
		}
	}
	if err := errors.Join(c.Mail(g.From), c.Rcpt(m.Target)); err != nil {
		return "", err
	}
	w, err := c.Data()
	if err != nil {
		return "", err
	}
	msgID := "<" + m.ID + "@mashang>"
	_, err = fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
		g.From, m.Target, mime.BEncoding.Encode("utf-8", m.Subject), msgID, wrap76(m.Text))
	if err = errors.Join(err, w.Close()); err != nil {
		return "", err
	}
	return msgID, c.Quit()
}

// wrap76 encodes text in base64 lines of 76 characters (RFC 2045).
func wrap76(s string) string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	var b bytes.Buffer
	for len(e) > 76 {
		b.WriteString(e[:76] + "\r\n")
		e = e[76:]
	}
	b.WriteString(e)
	return b.String()
}
