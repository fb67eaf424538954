package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/egress"
	"mashang/platform/exchange"
	"mashang/platform/jobs"
)

// letter is an event on its way to one system. Which case it is about is not
// shown: the administrator handles none.
type letter struct {
	ID      string    `db:"id" json:"id"`
	Event   string    `db:"event_id" json:"event"`
	Way     string    `db:"way_id" json:"way"`
	Court   string    `db:"court_id" json:"court"`
	Seq     int64     `db:"seq" json:"seq"`
	State   string    `db:"state" json:"state"`
	Tries   int64     `db:"tries" json:"tries"`
	Reason  string    `db:"reason" json:"reason"`
	At      time.Time `db:"at" json:"at"`
	Moved   time.Time `db:"moved_at" json:"moved"`
	Case    string    `db:"case_id" json:"-"`
	Type    string    `db:"type" json:"type"`
	Body    string    `db:"body" json:"-"`
	Secrecy string    `db:"secrecy" json:"-"`
	Kind    string    `db:"kind" json:"kind"`
	System  string    `db:"name" json:"system"`
}

const letterCols = `l.id, l.event_id, l.way_id, l.court_id, l.seq, l.state, l.tries, l.reason, l.at, l.moved_at, e.case_id, e.type, e.body, c.secrecy, w.kind, s.name`

const letterFrom = ` FROM connect_letter l JOIN connect_event e ON e.id = l.event_id JOIN docket_case c ON c.id = e.case_id
	JOIN connect_way w ON w.id = l.way_id JOIN connect_system s ON s.id = w.system_id `

func letterOf(tx *db.Tx, id string) (letter, error) {
	return db.One[letter](tx, `SELECT `+letterCols+letterFrom+`WHERE l.id = ?`, id)
}

// refusal is an answer after which trying again by itself is of no use. Show
// is read by the administrator.
type refusal struct{ Show string }

func (r refusal) Error() string { return r.Show }

// send delivers one letter. It may arrive twice, when the process dies between
// its arrival and the note of it; its id is the same.
func (s *Service) send(ctx context.Context, j *jobs.Job) error {
	var lid string
	if err := j.Read(&lid); err != nil {
		return err
	}
	var l letter
	var w way
	var y system
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if l, err = letterOf(tx, lid); err != nil {
			return err
		}
		if w, err = wayOf(tx, l.Way); err != nil {
			return err
		}
		y, err = systemOf(tx, w.System)
		return err
	})
	closed := !w.Ended.IsZero() || !y.live(s.k.Now())
	sealed := l.Secrecy == docket.Sealed && l.Type != typeWithdrawn
	state, said := "sent", ""
	switch {
	case err != nil:
		return err
	case l.State == "dropped" && w.Kind == byFolder && !closed:
		return s.write(l, w, y, "")
	case l.State != "waiting":
		return nil
	case closed:
		return s.move(ctx, l, "dropped", "这条路已经关了，或者系统停用、到期了。", j)
	case sealed:
		state, said, l.Body = "dropped", "案件已经封存，不往外送。", ""
		if w.Kind != byFolder {
			return s.move(ctx, l, state, said, j)
		}
	}
	reason, fail := s.deliver(ctx, l, w, y)
	if fail == nil {
		return s.move(ctx, l, state, said, j)
	}
	if _, final := errors.AsType[refusal](fail); final || j.Last() {
		return s.move(ctx, l, "dead", reason, j)
	}
	err = s.move(ctx, l, "waiting", reason, nil)
	return errors.Join(fmt.Errorf("connect: %s: %w", w.Kind, fail), err)
}

// move notes what became of a letter; with j, for good.
func (s *Service) move(ctx context.Context, l letter, state, reason string, j *jobs.Job) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE connect_letter SET state = ?, reason = ?, tries = tries + 1, moved_at = ? WHERE id = ? AND state = 'waiting'`, state, reason, tx.Now(), l.ID); err != nil || j == nil {
			return err
		}
		return j.Finish(tx)
	})
}

// deliver tries once. reason is what the administrator reads when it failed.
func (s *Service) deliver(ctx context.Context, l letter, w way, y system) (reason string, err error) {
	switch w.Kind {
	case byWebhook:
		err = s.webhook(ctx, l, w, y)
	case byFolder:
		err = s.write(l, w, y, l.Body)
	default:
		err = s.publish(ctx, l, w, y)
	}
	if r, ok := errors.AsType[refusal](err); ok {
		return r.Show, err
	}
	if err == nil {
		return "", nil
	}
	return map[string]string{byWebhook: "连不上对方的网址，或者对方没有回应。", byFolder: "交换文件夹写不进去。", byBus: "消息总线连不上，或者没有收下。"}[w.Kind], err
}

// webhook posts an event, signed.
func (s *Service) webhook(ctx context.Context, l letter, w way, y system) error {
	secret, err := s.k.Vault.Open(sealSecret, y.Secret)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader([]byte(l.Body)))
	if err != nil {
		return refusal{"网址写得不对，请关掉这条路，重新设一条。"}
	}
	req.Header.Set("Content-Type", mediaEvent)
	req.Header.Set("User-Agent", "mashang")
	sign(req.Header, secret, l.Event, s.k.Now(), []byte(l.Body))
	reach := s.reach
	reach.Intranet = w.Intranet
	status, _, err := reach.Call(req)
	switch {
	case errors.Is(err, egress.ErrForbidden):
		return refusal{"这个网址指到了不能送的地方。是法院内网的，请重新设一条，勾选“内网地址”。"}
	case err != nil:
		return err
	case status/100 == 2:
		return nil
	case status/100 == 3:
		return refusal{"对方让转到别的网址，我们不跟着转。请改成最后的网址。"}
	case status/100 == 4 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests && status != http.StatusNotFound:
		return refusal{"对方不收，回的是 " + strconv.Itoa(status) + "。请对方看看验真口令（签名密钥）和格式。"}
	}
	return fmt.Errorf("answered %d", status)
}

// write lays an event into the folder. Written again, it is the same file. What
// is not to be told any more leaves as an empty letter: the other side takes
// none before the one that precedes it.
func (s *Service) write(l letter, w way, y system, body string) error {
	file, err := s.key.Seal(exchange.Envelope{At: l.At.UTC().Format(time.RFC3339), Body: body, From: w.Court, ID: l.Event, Seq: l.Seq, To: y.ID})
	if err != nil {
		return err
	}
	f := s.out(w)
	if err := errors.Join(f.Make(), s.in(w).Make()); err != nil {
		return err
	}
	return f.Write(exchange.Letter(l.Seq), file)
}
