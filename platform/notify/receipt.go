package notify

import (
	"context"
	"errors"
	"strings"
	"time"

	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
)

// asks are the waits between questions what became of a message; after the
// last, a day in all, nobody asks any more, and what is heard is still taken.
var asks = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 17 * time.Hour}

const (
	askFirst = 10 * time.Second // after a line that broke
	mostSaid = 300              // characters of what a carrier says that are kept
	early    = 10 * time.Minute // that a receipt may come before the carrier's own answer
)

// askJob names a message whose carrier is to be asked.
type askJob struct {
	ID    string `json:"id"`
	Asked int    `json:"asked"`
}

// ask asks a carrier what became of a message. If the carrier has never seen
// it, it goes again: nothing else makes it do so.
func (n *Notifier) ask(ctx context.Context, j *jobs.Job) error {
	var b askJob
	if err := j.Read(&b); err != nil {
		return err
	}
	var m Message
	var g Gateway
	err := n.db.Read(ctx, func(tx *db.Tx) (err error) {
		if m, err = db.One[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, b.ID); err == nil {
			g, err = n.way(tx, m.Channel)
		}
		return err
	})
	if err != nil || m.State != Unknown && m.State != Handed {
		return err
	}
	var r Report
	asker, can := g.(Asker)
	if can {
		if m, err = n.open(m); err != nil {
			return err
		}
		if r, err = asker.Ask(ctx, m); err != nil {
			r = Report{} // asked again, as if it had said nothing new
		}
	}
	return n.db.Do(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := n.answered(tx, m, b, r); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// answered takes the answer to a question, and asks again unless it is the last.
func (n *Notifier) answered(tx *db.Tx, m Message, b askJob, r Report) error {
	switch {
	case r.State == Waiting && m.State == Unknown:
		if _, err := tx.Exec(`UPDATE notify_message SET state = 'waiting' WHERE id = ? AND state = 'unknown'`, m.ID); err != nil {
			return err
		}
		return n.queue.Enqueue(tx, jobs.Spec{Kind: JobKind, Body: m.ID})
	case r.State == Delivered, r.State == Failed:
		return n.settle(tx, m.ID, r)
	case r.State == Handed:
		if err := n.settle(tx, m.ID, r); err != nil {
			return err
		}
		if !m.Tracked {
			return nil
		}
	}
	if b.Asked >= len(asks) {
		return n.forget(tx, m.ID)
	}
	at := n.clock.Now().Add(asks[b.Asked])
	b.Asked++
	return n.queue.Enqueue(tx, jobs.Spec{Kind: askKind, Body: b, At: at})
}

// forget erases the words of a message that will not be sent again.
func (n *Notifier) forget(tx *db.Tx, mid string) error {
	_, err := tx.Exec(`UPDATE notify_message SET text = '' WHERE id = ?`, mid)
	return err
}

// settle writes down what a carrier said of a message. What is delivered or
// failed stays so, whatever is said afterwards, and however often.
func (n *Notifier) settle(tx *db.Tx, mid string, r Report) error {
	m, ok, err := db.Maybe[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, mid)
	if err != nil || !ok || m.State == Delivered || m.State == Failed || m.State == Handed && r.State == Handed {
		return err
	}
	now, ended := n.clock.Now(), r.State == Delivered || r.State == Failed
	if m.Sent.IsZero() && r.State != Failed {
		m.Sent = now
	}
	if ended {
		m.Ended = now
	}
	if r.Provider != "" {
		m.Provider = r.Provider
	}
	if !n.Keep {
		m.Text = ""
	}
	if _, err := tx.Exec(`UPDATE notify_message SET state = ?, provider = ?, sent_at = ?, ended_at = ?, text = ? WHERE id = ?`, r.State, m.Provider, m.Sent, m.Ended, m.Text, mid); err != nil {
		return err
	}
	if err := n.say(tx, mid, r.Said); err != nil {
		return err
	}
	switch {
	case ended && n.Heard != nil:
		return n.Heard(tx, mid)
	case !ended:
		return n.expect(tx, m)
	}
	return nil
}

// expect waits for the receipts of a message that a carrier took. A carrier that
// begins to count anew gives a number twice: what it said of the message that had
// it before is nothing about this one.
func (n *Notifier) expect(tx *db.Tx, m Message) error {
	if m.Tracked {
		g, err := n.way(tx, m.Channel)
		if err != nil {
			return err
		}
		if _, asks1 := g.(Asker); asks1 {
			return n.queue.Enqueue(tx, jobs.Spec{Kind: askKind, Body: askJob{ID: m.ID, Asked: 1}, At: n.clock.Now().Add(asks[0])})
		}
	}
	if m.Channel != SMS {
		return nil
	}
	now := n.clock.Now()
	for _, p := range strings.Fields(m.Provider) {
		if _, err := tx.Exec(`DELETE FROM notify_part WHERE provider = ? AND (message_id NOT IN ('', ?) OR message_id = '' AND at < ?)`, p, m.ID, now.Add(-early)); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO notify_part (provider, message_id, state, said, at) VALUES (?, ?, 'handed', '', ?) ON CONFLICT (provider) DO UPDATE SET message_id = excluded.message_id`, p, m.ID, now); err != nil {
			return err
		}
	}
	return n.together(tx, m.ID)
}

// say keeps a carrier's words.
func (n *Notifier) say(tx *db.Tx, mid, said string) error {
	if said == "" {
		return nil
	}
	_, err := tx.Exec(`UPDATE notify_message SET said = ? WHERE id = ?`, n.vault.Seal("notify.said", cut(said)), mid)
	return err
}

func cut(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "�")
	if r := []rune(s); len(r) > mostSaid {
		s = string(r[:mostSaid])
	}
	return s
}

// part takes the receipt of one part of a message, by the carrier's number. It
// may come before the message is written down as handed over.
func (n *Notifier) part(ctx context.Context, provider string, r Report) error {
	return n.db.Do(ctx, func(tx *db.Tx) error {
		now := n.clock.Now()
		if _, err := tx.Exec(`DELETE FROM notify_part WHERE at < ?`, now.Add(-3*patience)); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO notify_part (provider, message_id, state, said, at) VALUES (?, '', ?, ?, ?)
			ON CONFLICT (provider) DO UPDATE SET state = CASE WHEN notify_part.state = 'handed' THEN excluded.state ELSE notify_part.state END, said = excluded.said`,
			provider, r.State, n.vault.Seal("notify.said", cut(r.Said)), now); err != nil {
			return err
		}
		mid, err := db.One[string](tx, `SELECT message_id FROM notify_part WHERE provider = ?`, provider)
		if err != nil || mid == "" {
			return err
		}
		return n.together(tx, mid)
	})
}

// together makes of the receipts of its parts what became of a message: it is
// delivered when all of them are, and failed when one is.
func (n *Notifier) together(tx *db.Tx, mid string) error {
	type row struct {
		State string `db:"state"`
		Said  string `db:"said"`
	}
	ps, err := db.List[row](tx, `SELECT state, said FROM notify_part WHERE message_id = ? ORDER BY provider`, mid)
	if err != nil || len(ps) == 0 {
		return err
	}
	all := Report{State: Delivered}
	for _, p := range ps {
		switch p.State {
		case Failed:
			all.State = Failed
		case Handed:
			if all.State != Failed {
				all.State = Handed
			}
		}
		if p.Said != "" && (p.State == Failed || all.Said == "") {
			if all.Said, err = n.vault.Open("notify.said", p.Said); err != nil {
				return err
			}
		}
	}
	if all.State == Handed {
		return nil
	}
	return n.settle(tx, mid, all)
}

// Caller is a gateway that tells by itself what became of a message.
type Caller interface {
	// Told checks who wrote a body, and reads it.
	Told(body []byte, signature string) (mid string, r Report, err error)
}

// Told takes what a carrier says by itself, if the signature is that of the
// gateway of a channel. It answers for a message that nobody knows as for any
// other: who may ask learns nothing about what there is.
func (n *Notifier) Told(tx *db.Tx, body []byte, signature string) error {
	signed := false
	for _, channel := range []string{SMS, WeChat} {
		g, err := n.way(tx, channel)
		if err != nil {
			return err
		}
		c, ok := g.(Caller)
		if !ok {
			continue
		}
		mid, r, err := c.Told(body, signature)
		if errors.Is(err, errSignature) {
			continue
		}
		if err != nil {
			return err
		}
		m, ok, err := db.Maybe[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, mid)
		if err != nil {
			return err
		}
		if signed = true; ok && m.Channel == channel { // a message of another channel is not its to speak of
			return n.settle(tx, mid, r)
		}
	}
	if !signed {
		return errSignature
	}
	return nil
}

var errSignature = fault.New(fault.Forbidden, "签名不对。")
