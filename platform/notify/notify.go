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

// Channels. Push and WeChat come besides a short message, never instead of it:
// a person bound them himself, and may end them.
const (
	SMS    = "sms"
	Email  = "email"
	Push   = "push"
	WeChat = "wechat"
)

// PerDay is how many messages one number may get in a day, and CodesPerDay how
// many one-time codes: enough for a busy case, too few for bombing someone. The
// web kit gives one network fewer codes than that for one number, so that a
// stranger cannot use them all up.
const (
	PerDay      = 10
	CodesPerDay = 40
)

// Two purses, counted apart: what the court says must not use up the codes
// that someone needs to come in, and who asks for codes, which anyone can who
// knows a number, must not silence the court.
const (
	said  = "notify"
	asked = "notify.code"
)

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

	// Bound is asked whether what a person bound is still there; nil when nothing can be.
	Bound Bound

	// Mark ends a short message with what its receiver can check it by, and keeps
	// that, in the transaction; nil when nothing does. A one-time code bears none:
	// two codes in one message are mistaken for each other.
	Mark func(tx *db.Tx, mid, target, text string) (string, error)

	// Find names the gateway of a channel for which New was given none; nil
	// when there is none. The settings of a court are asked, in the transaction.
	Find func(tx *db.Tx, channel string) (Gateway, error)
}

// Bound knows what people bound to receive messages on.
type Bound interface {
	// Bound reports whether a target is still bound.
	Bound(tx *db.Tx, channel, target string) (bool, error)
	// Unbind ends a target that its carrier knows no more.
	Unbind(tx *db.Tx, channel, target string) error
}

// ErrGone is what a gateway answers for a target that is no more.
var ErrGone = errors.New("notify: the target is gone")

// JobKind is the job that sends one message.
const JobKind = "notify.send"

// New returns a notifier without gateways: messages wait in the outbox.
func New(d *db.DB, c clock.Clock, v *vault.Vault, q *jobs.Queue) (*Notifier, error) {
	n := &Notifier{db: d, clock: c, vault: v, queue: q, ways: map[string]Gateway{}}
	return n, q.Handle(JobKind, n.send)
}

// Use lets the messages of a channel leave by a gateway. It is called before
// anything is sent.
func (n *Notifier) Use(channel string, g Gateway) { n.ways[channel] = g }

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
	return n.put(tx, said, time.Time{}, channel, target, subject, text)
}

// SendAt is Send, not before an instant: what can wait does not ring at night.
func (n *Notifier) SendAt(tx *db.Tx, at time.Time, channel, target, subject, text string) error {
	return n.put(tx, said, at, channel, target, subject, text)
}

// SendCode is Send for a one-time code: its limit is its own.
func (n *Notifier) SendCode(tx *db.Tx, channel, target, text string) error {
	return n.put(tx, asked, time.Time{}, channel, target, "", text)
}

// Post is Send under an id of the caller's, by which its gateway knows it and
// [Notifier.State] is asked. It reports whether the message was taken.
func (n *Notifier) Post(tx *db.Tx, mid, channel, target, subject, text string) (bool, error) {
	return n.place(tx, mid, said, time.Time{}, channel, target, subject, text)
}

// State tells what became of a message: waiting, sent and when, or failed.
func (n *Notifier) State(tx *db.Tx, mid string) (state string, sent time.Time, err error) {
	m, err := db.One[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, mid)
	return m.State, m.Sent, err
}

func (n *Notifier) put(tx *db.Tx, purse string, at time.Time, channel, target, subject, text string) error {
	if target == "" {
		return nil
	}
	_, err := n.place(tx, id.New(), purse, at, channel, target, subject, text)
	return err
}

func (n *Notifier) place(tx *db.Tx, mid, purse string, at time.Time, channel, target, subject, text string) (bool, error) {
	now, find := n.clock.Now(), n.vault.Find(purse, target)
	sent, err := db.One[int64](tx, `SELECT COUNT(*) FROM notify_message WHERE find = ? AND at > ?`, find, now.Add(-24*time.Hour))
	most := map[string]int64{said: PerDay, asked: CodesPerDay}[purse]
	if err != nil || sent >= most {
		return false, err
	}
	if channel == SMS && purse == said && n.Mark != nil {
		if text, err = n.Mark(tx, mid, target, text); err != nil {
			return false, err
		}
	}
	if _, err := tx.Exec(`INSERT INTO notify_message (id, channel, target, find, text, subject, state, provider, at, sent_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', ?, 0)`,
		mid, channel, n.vault.Seal("notify.target", target), find, n.vault.Seal("notify.text", text), subject, now); err != nil {
		return false, err
	}
	if g, err := n.way(tx, channel); err != nil || g == nil {
		return err == nil, err
	}
	return true, n.queue.Enqueue(tx, jobs.Spec{Kind: JobKind, Body: mid, At: at})
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
	bound, err := n.bound(ctx, m)
	if err != nil {
		return err
	}
	if !bound {
		return n.drop(ctx, j, m)
	}
	provider, err := g.Send(ctx, m)
	switch {
	case errors.Is(err, ErrGone):
		return n.drop(ctx, j, m)
	case err != nil:
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

// bound reports whether a message may still go where it was addressed to: what
// waited for the morning does not ring on a phone that has signed out since.
func (n *Notifier) bound(ctx context.Context, m Message) (ok bool, err error) {
	if n.Bound == nil || m.Channel != Push && m.Channel != WeChat {
		return true, nil
	}
	err = n.db.Read(ctx, func(tx *db.Tx) (err error) {
		ok, err = n.Bound.Bound(tx, m.Channel, m.Target)
		return err
	})
	return ok, err
}

// drop gives a message up, and the target with it.
func (n *Notifier) drop(ctx context.Context, j *jobs.Job, m Message) error {
	return n.db.Do(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE notify_message SET state = 'failed', text = '' WHERE id = ? AND state = 'waiting'`, m.ID); err != nil {
			return err
		}
		if n.Bound != nil {
			if err := n.Bound.Unbind(tx, m.Channel, m.Target); err != nil {
				return err
			}
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
	provider, _, err := post(ctx, g.Client, g.URL, g.Key, "短信网关", m)
	return provider, err
}

// HTTPWeChat is the court's own bridge to WeChat: it takes the same signed JSON
// as an SMS gateway; to is the openid of a person who bound his WeChat.
type HTTPWeChat struct {
	URL, Key string
	Client   *http.Client
}

// Send posts {id, to, text}. A person who no longer follows the court is gone.
func (g HTTPWeChat) Send(ctx context.Context, m Message) (string, error) {
	provider, status, err := post(ctx, g.Client, g.URL, g.Key, "微信网关", m)
	if status == http.StatusNotFound || status == http.StatusGone {
		err = ErrGone
	}
	return provider, err
}

// Signature is how a gateway and the court prove to each other who wrote a
// body: hexadecimal HMAC-SHA256 over it, in the header X-Signature.
func Signature(key string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// post sends a message as signed JSON and returns the carrier's number for it.
func post(ctx context.Context, client *http.Client, url, key, who string, m Message) (provider string, status int, err error) {
	body, err := json.Marshal(map[string]string{"id": m.ID, "to": m.Target, "text": m.Text})
	if err != nil {
		return "", 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature", Signature(key, body))
	if client == nil {
		client = &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	res, err := client.Do(req)
	if err != nil {
		return "", 0, fault.Wrap(fault.Unavailable, who+"没有回应。", err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		ID string `json:"id"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, mostReply)).Decode(&answer)
	if res.StatusCode/100 != 2 {
		return "", res.StatusCode, fault.Wrap(fault.Unavailable, who+"没有接受。", fmt.Errorf("notify: gateway answered %d", res.StatusCode))
	}
	return answer.ID, res.StatusCode, err
}

// mostReply is how much of a carrier's answer is read.
const mostReply = 64 << 10

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
