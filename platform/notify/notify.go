// Package notify sends short messages and e-mail, and keeps what became of
// each. It knows no law: that a carrier took a message is one thing, that the
// phone or mailbox did is another, and capability/delivery says what counts.
//
// Messages wait in the database, sealed, and leave by a job; the text is
// erased once a carrier has it. Before a message is handed over it is written
// down as [Unknown], so that a process that dies, or a line that breaks, leaves
// a question and no second message: who can be asked is asked, and to who can't
// it is given again under the same number, which is noted. With no gateway
// configured (the demo) messages stay, and the outbox page shows them.
//
// Reading order: notify.go (what is kept), send.go (a message leaves),
// receipt.go (what is heard of it), http.go, mail.go, smpp.go, push.go (the
// carriers).
package notify

import (
	"context"
	"embed"
	"errors"
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

// Channels. Push and what reminds in WeChat come besides a short message, never
// instead of it: a person bound them himself, and may end them.
const (
	SMS    = "sms"
	Email  = "email"
	Push   = "push"
	WeChat = "wechat"
)

// PerDay is how many messages one number may get in a day, CodesPerDay how many
// one-time codes, and PostedPerDay how many that are themselves an act: enough
// for a busy case, too few for bombing someone; a lawyer or a bank is served in
// many cases on one day. The web kit gives one network fewer codes than that for
// one number, so that a stranger cannot use them all up.
const (
	PerDay       = 10
	CodesPerDay  = 40
	PostedPerDay = 100
)

// Purses, counted apart: what the court says must not use up the codes that
// someone needs to come in, who asks for codes, which anyone can who knows a
// number, must not silence the court, and no reminder stands in the way of
// service.
const (
	spoken = "notify"
	asked  = "notify.code"
	posted = "notify.post"
)

// States of a message. A gateway's 200 makes it [Handed], and nothing more.
const (
	Waiting   = "waiting"   // in the house
	Unknown   = "unknown"   // it was being handed over; whether it was taken nobody can say yet
	Handed    = "handed"    // a carrier took it
	Delivered = "delivered" // the phone or mailbox took it: its receipt says so
	Failed    = "failed"    // it was refused, or its receipt says that it did not arrive
)

// Message is one message. Target, Text and Said are sealed in the database.
type Message struct {
	ID       string    `db:"id"`
	Channel  string    `db:"channel"`
	Target   string    `db:"target"`
	Find     string    `db:"find"` // of the target, in its purse
	Text     string    `db:"text"`
	Subject  string    `db:"subject"`
	State    string    `db:"state"`
	Provider string    `db:"provider"` // the carrier's numbers for it, one for each part
	Said     string    `db:"said"`     // what the carrier said last
	Tracked  bool      `db:"tracked"`  // somebody wants to know whether it arrived
	Twice    bool      `db:"twice"`    // it may have been handed over twice
	At       time.Time `db:"at"`
	Sent     time.Time `db:"sent_at"`  // when it was handed over
	Ended    time.Time `db:"ended_at"` // when the house learned that it was delivered, or failed
}

// Report is what a carrier says of a message.
type Report struct {
	State    string // Handed, Delivered, Failed; Waiting: it has never seen the message
	Provider string // its numbers for it, separated by blanks
	Said     string // in its own words
}

// Gateway hands a message to a carrier and returns what it says. The id of a
// message is the same when it is sent again, so that a carrier that knows it
// does not send twice. An error means that the carrier did not take it, unless
// it is [ErrUnknown]; one that is [ErrRefused] or [ErrGone] is final.
type Gateway interface {
	Send(ctx context.Context, m Message) (Report, error)
}

// Asker is a gateway that can be asked what became of a message, by its id.
type Asker interface {
	Ask(ctx context.Context, m Message) (Report, error)
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

	// Heard is told, in the transaction in which it is written down, that a
	// message was delivered or failed; nil when nobody wants to hear it.
	Heard func(tx *db.Tx, mid string) error

	// Rings says when what the court says may ring, at the soonest, also when it is
	// tried again; nil: at once. A code is waited for, and what is an act has its time.
	Rings func(at time.Time) time.Time

	phones phones
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

// What a gateway answers.
var (
	ErrGone    = errors.New("notify: the target is gone")
	ErrRefused = errors.New("notify: the carrier refuses this message for good")
	ErrUnknown = errors.New("notify: the line broke after the message was written to it")
)

// Jobs: one sends a message, one asks what became of it.
const (
	JobKind = "notify.send"
	askKind = "notify.ask"
)

// New returns a notifier without gateways: messages wait in the outbox.
func New(d *db.DB, c clock.Clock, v *vault.Vault, q *jobs.Queue) (*Notifier, error) {
	n := &Notifier{db: d, clock: c, vault: v, queue: q, ways: map[string]Gateway{}}
	q.Outside(JobKind) // carriers may not answer; nobody's case waits for them
	q.Outside(askKind)
	return n, errors.Join(q.Handle(JobKind, n.send), q.Handle(askKind, n.ask))
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
	return n.put(tx, spoken, time.Time{}, channel, target, subject, text)
}

// SendAt is Send, not before an instant: what can wait does not ring at night.
func (n *Notifier) SendAt(tx *db.Tx, at time.Time, channel, target, subject, text string) error {
	return n.put(tx, spoken, at, channel, target, subject, text)
}

// SendCode is Send for a one-time code: its limit is its own.
func (n *Notifier) SendCode(tx *db.Tx, channel, target, text string) error {
	return n.put(tx, asked, time.Time{}, channel, target, "", text)
}

// Post is Send under an id of the caller's, by which its gateway knows it and
// [Notifier.State] is asked; its carrier is asked whether it arrived. It
// reports whether the message was taken.
func (n *Notifier) Post(tx *db.Tx, mid, channel, target, subject, text string) (bool, error) {
	return n.place(tx, mid, posted, true, time.Time{}, channel, target, subject, text)
}

// State returns a message without its words: what became of it, when, and what
// its carrier said.
func (n *Notifier) State(tx *db.Tx, mid string) (Message, error) {
	m, err := db.One[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, mid)
	if err != nil {
		return m, err
	}
	m.Text, m.Target = "", ""
	m.Said, err = n.heard(m)
	return m, err
}

func (n *Notifier) put(tx *db.Tx, purse string, at time.Time, channel, target, subject, text string) error {
	if target == "" {
		return nil
	}
	_, err := n.place(tx, id.New(), purse, false, at, channel, target, subject, text)
	return err
}

func (n *Notifier) place(tx *db.Tx, mid, purse string, tracked bool, at time.Time, channel, target, subject, text string) (bool, error) {
	now, find := n.clock.Now(), n.vault.Find(purse, target)
	sent, err := db.One[int64](tx, `SELECT COUNT(*) FROM notify_message WHERE find = ? AND at > ?`, find, now.Add(-24*time.Hour))
	most := map[string]int64{spoken: PerDay, asked: CodesPerDay, posted: PostedPerDay}[purse]
	if err != nil || sent >= most {
		return false, err
	}
	if channel == SMS && purse != asked && n.Mark != nil {
		if text, err = n.Mark(tx, mid, target, text); err != nil {
			return false, err
		}
	}
	if _, err := tx.Exec(`INSERT INTO notify_message (id, channel, target, find, text, subject, state, provider, said, tracked, twice, at, sent_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', '', ?, 0, ?, 0, 0)`,
		mid, channel, n.vault.Seal("notify.target", target), find, n.vault.Seal("notify.text", text), subject, tracked, now); err != nil {
		return false, err
	}
	if g, err := n.way(tx, channel); err != nil || g == nil {
		return err == nil, err
	}
	return true, n.queue.Enqueue(tx, jobs.Spec{Kind: JobKind, Body: mid, At: at})
}

const cols = `id, channel, target, find, text, subject, state, provider, said, tracked, twice, at, sent_at, ended_at`

func (n *Notifier) open(m Message) (Message, error) {
	var err1, err2, err3 error
	m.Target, err1 = n.vault.Open("notify.target", m.Target)
	m.Text, err2 = n.vault.Open("notify.text", m.Text)
	m.Said, err3 = n.heard(m)
	return m, errors.Join(err1, err2, err3)
}

// heard opens what a carrier said: it may hold the number to which it did not
// get through.
func (n *Notifier) heard(m Message) (string, error) {
	if m.Said == "" {
		return "", nil
	}
	return n.vault.Open("notify.said", m.Said)
}

// Lost lists the newest messages that did not arrive, or of which nobody knows,
// for the system administrator: their targets, and not a word of their texts.
// A message in the making is not among them.
func (n *Notifier) Lost(tx *db.Tx, limit int) ([]Message, error) {
	out, err := db.List[Message](tx, `SELECT `+cols+` FROM notify_message WHERE state IN ('unknown', 'failed') AND (state = 'failed' OR at < ?) ORDER BY at DESC, id DESC LIMIT ?`, n.clock.Now().Add(-10*time.Minute), limit)
	for i := range out {
		if err == nil {
			out[i].Text = ""
			if out[i].Target, err = n.vault.Open("notify.target", out[i].Target); err == nil {
				out[i].Said, err = n.heard(out[i])
			}
		}
	}
	return out, err
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
