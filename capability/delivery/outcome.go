package delivery

import (
	"context"
	"strings"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/service"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/notify"
)

// asks are the waits between looks at what became of a message, should nobody
// say it before; after the last, a day in all, it counts as failed. What
// arrives later is one more attempt of the same message, and changes nothing.
var asks = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 17 * time.Hour}

type askJob struct {
	Attempt string `json:"attempt"`
	Asked   int    `json:"asked"`
	Told    bool   `json:"told"` // the carrier spoke: nobody looks again
}

// heard is told that a message of the house was delivered or failed. If it was
// an attempt of ours, what follows from that is done by a job of its own.
func (s *Service) heard(tx *db.Tx, mid string) error {
	_, ours, err := db.Maybe[string](tx, `SELECT id FROM delivery_attempt WHERE id = ?`, mid)
	if err != nil || !ours {
		return err
	}
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.ask", Body: askJob{Attempt: mid, Told: true}})
}

// ask looks what became of a message. Sent successfully (发送成功) is one whose
// carrier says that it reached the system of the address: of a short message
// that the phone took it, of one in WeChat that the bridge was told so, of an
// e-mail that the recipient's own mail server did, when it told us so itself. That our gateway or mail server took it over, to
// pass it on, is nothing: it has not arrived in any system of his. The instant
// is that at which our own system learned it, and shows it; a carrier's clock
// counts for nothing, and what comes late gives him time and takes none.
//
// law:在线诉讼规则(2021)/31 送达信息到达电子地址所在系统时，即为送达。
// law:民诉法解释(2022)/135 为人民法院对应系统显示发送成功的日期
func (s *Service) ask(ctx context.Context, j *jobs.Job) error {
	var b askJob
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, err := db.One[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE id = ?`, b.Attempt)
		if err != nil {
			return err
		}
		m, err := s.k.Notify.State(tx, a.ID)
		if err != nil {
			return err
		}
		b.Asked++
		switch {
		case !a.Success.IsZero() || !a.Failed.IsZero(): // it is known already
			return j.Finish(tx)
		case m.State == notify.Delivered:
			a.Success = m.Ended
		case m.State == notify.Failed:
			a.Failed, a.Reason = tx.Now(), "这个地址收不到。"
		case b.Told:
			return j.Finish(tx)
		case b.Asked < len(asks):
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.ask", Body: b, At: tx.Now().Add(asks[b.Asked])}); err != nil {
				return err
			}
			return j.Finish(tx)
		default:
			a.Failed, a.Reason = tx.Now(), silence[m.State]
		}
		a.Note = said(a.Way, m)
		if err := s.report(tx, a); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// silence is why a message counts as failed of which nothing was heard in a day.
var silence = map[string]string{
	notify.Waiting: "一天里都没有发出去。",
	notify.Unknown: "发的时候连接断了，一天里都没有问清楚到没到。",
	notify.Handed:  "发出去了，一天里都没有到达的回执。",
}

// said is what the carrier said, for the file.
func said(w service.Way, m notify.Message) string {
	var out []string
	if !m.Sent.IsZero() {
		out = append(out, reach.Minute(m.Sent)+"交给发送方")
	}
	if m.Provider != "" {
		out = append(out, "编号："+m.Provider)
	}
	if m.Said != "" {
		out = append(out, "回执："+m.Said)
	}
	if m.Twice {
		out = append(out, twice[w])
	}
	return strings.Join(out, "；")
}

// twice is what is said of a message whose first sending may have arrived too.
var twice = map[service.Way]string{
	service.SMS:   "发的时候连接断了，又发了一次，可能收到两条相同的短信",
	service.Email: "发的时候连接断了，又发了一次，可能收到两封相同的邮件",
}

// report writes what became of an electronic attempt, once.
func (s *Service) report(tx *db.Tx, a attempt) error {
	if a.Note != "" {
		a.Note = s.k.Vault.Seal(sealNote, a.Note)
	}
	if err := db.Must1(tx.Exec(`UPDATE delivery_attempt SET success_at = ?, failed_at = ?, reason = ?, note = ? WHERE id = ? AND success_at = 0 AND failed_at = 0`, a.Success, a.Failed, a.Reason, a.Note, a.ID)); err != nil {
		return err
	}
	v, err := servingOf(tx, a.Service)
	if err != nil {
		return err
	}
	party, err := docket.PartyOf(tx, v.Party)
	if err != nil {
		return err
	}
	body := map[string]any{"service": v.ID, "way": string(a.Way), "success": !a.Success.IsZero(), "reason": a.Reason}
	if err := s.settle(tx, &v, false, body); err != nil {
		return err
	}
	body["state"] = v.State
	return s.book.Record(tx, "delivery.reported", party, body, nil)
}

// openCmd is what a party does with a paper that was sent to him: he opens it,
// or says that he received it.
type openCmd struct {
	Reply bool `json:"reply"`
}

// open records that a recipient who has signed in opened a paper, or says that
// he received it. The first is evidence that he read it and may be rebutted,
// the second is his word.
//
// law:在线诉讼规则(2021)/31 送达信息到达电子地址所在系统时，即为送达。
func (s *Service) open(ctx context.Context, caseID, serviceID string, c openCmd) (paperID string, err error) {
	return paperID, s.k.Do(ctx, func(tx *db.Tx) error {
		v, p, err := s.mine(tx, caseID, serviceID)
		if err != nil {
			return err
		}
		paperID = p.ID
		n := s.papers.Nature(p.Kind)
		if n == service.Mediation {
			e := service.Electronic(service.Trace{Signs: true}, nil)
			return fault.Law(fault.Conflict, e.Steps[0]+"请打开“等我签名的文书”，在送达回证上签名，或者到法院来签收。", e.Basis.String())
		}
		if err := s.arrived(tx, v.ID); err != nil {
			return err
		}
		column, which := "read_at", ` AND (way = 'inapp' OR NOT EXISTS (SELECT 1 FROM delivery_attempt o WHERE o.service_id = delivery_attempt.service_id AND o.way = 'inapp' AND o.success_at > 0))`
		if c.Reply { // his word is about the paper, not about one address
			column, which = "replied_at", ""
		}
		n1, err := tx.Exec(`UPDATE delivery_attempt SET `+column+` = ? WHERE service_id = ? AND success_at > 0 AND rebutted_at = 0 AND `+column+` = 0 AND way IN ('inapp', 'sms', 'email', 'wechat')`+which, tx.Now(), v.ID)
		if err == nil && n1 == 0 && v.State != effective {
			err = fault.New(fault.Conflict, "这份文书还没有送到您这里。请等法院再送，或者到法院来拿。")
		}
		if err != nil || n1 == 0 { // opened before
			return err
		}
		party, err := docket.PartyOf(tx, v.Party)
		if err != nil {
			return err
		}
		body := map[string]any{"service": v.ID, "paper": p.ID, "replied": c.Reply}
		if err := s.settle(tx, &v, false, body); err != nil {
			return err
		}
		body["state"] = v.State
		return s.book.Record(tx, "delivery.opened", party, body, nil)
	})
}

// arrived notes of messages that have left, and of which no receipt has come,
// that they did arrive: who has signed in and opens what they point to shows it
// better than a carrier could.
func (s *Service) arrived(tx *db.Tx, serviceID string) error {
	as, err := attemptsOf(tx, serviceID)
	if err != nil {
		return err
	}
	for _, a := range as {
		if !a.Way.Electronic() || a.Way == service.InApp || !a.Success.IsZero() || !a.Failed.IsZero() {
			continue
		}
		m, err := s.k.Notify.State(tx, a.ID)
		if err != nil {
			return err
		}
		if m.State != notify.Handed && m.State != notify.Unknown && m.State != notify.Delivered {
			continue
		}
		note := s.k.Vault.Seal(sealNote, said(a.Way, m)+"；本人登录以后打开")
		if err := db.Must1(tx.Exec(`UPDATE delivery_attempt SET success_at = ?, note = ? WHERE id = ? AND success_at = 0 AND failed_at = 0`, tx.Now(), note, a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// mine returns a service that was sent to the side on which the actor stands.
func (s *Service) mine(tx *db.Tx, caseID, serviceID string) (v serving, p paper.Paper, err error) {
	a, now := auth.From(tx.Context()), tx.Now()
	if _, err := access.May(tx, a, "receive", access.Of("service", caseID), now); err != nil {
		return v, p, err
	}
	me, _, err := access.PartyOf(tx, a.Person, caseID, now)
	if err != nil {
		return v, p, err
	}
	if v, err = servingOf(tx, serviceID); err != nil {
		return v, p, err
	}
	if v.Case != caseID || v.Party != me.ID || v.State == prepared {
		return v, p, fault.Missing()
	}
	if p, err = paper.Of(tx, v.Paper); err == nil && (p.State == paper.Withdrawn || p.State == paper.Superseded) {
		err = fault.Missing()
	}
	return v, p, err
}

// rebutCmd is what the recipient proved: that he received nothing, or on which
// other day it came.
type rebutCmd struct {
	Reason string   `json:"reason"`
	On     law.Date `json:"on"`
}

// rebut records what the recipient proved against a service. What was only
// presumed falls, what started from it stops, and the service goes on. What
// reached the address that he gave is not undone, but a message that came on
// another day counts from the day that he proved.
//
// law:法院专递规定(2004)/11 受送达人能够证明自己在诉讼文书送达的过程中没有过错的，不适用前款规定。
// law:民诉法解释(2022)/135 以受送达人证明到达其特定系统的日期为准。
func (s *Service) rebut(ctx context.Context, caseID, attemptID string, c rebutCmd) (to string, err error) {
	return to, s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "rebut", access.Of("service", caseID), tx.Now()); err != nil {
			return err
		}
		var bad fault.List
		if c.Reason == "" {
			bad.Add("reason", "请写他怎么证明的。")
		}
		if bad.Most(fault.Text, "reason", c.Reason); len(bad) > 0 {
			return bad.Err()
		}
		a, v, party, p, err := s.attemptOf(tx, caseID, attemptID)
		if err != nil {
			return err
		}
		e := a.verdict(s.papers.Nature(p.Kind))
		set, value := "rebutted_at", any(tx.Now())
		switch {
		case a.movable(e):
			if err := c.day(a, p, docket.Today(tx.Now())); err != nil {
				return err
			}
			set, value = "proved_on", c.On
		case !e.Made || !e.Presumed:
			b := cite.Basis{service.Online(31), service.Express(11)}
			return fault.Law(fault.Conflict, "这一次不是推定送达的，不能这样推翻。", b.String())
		}
		if err := db.Must1(tx.Exec(`UPDATE delivery_attempt SET `+set+` = ? WHERE id = ? AND rebutted_at = 0`, value, a.ID)); err != nil {
			return err
		}
		body := map[string]any{"service": v.ID, "attempt": a.ID, "way": string(a.Way)}
		if set == "proved_on" {
			body["proved_on"] = c.On.String()
		}
		if err := s.settle(tx, &v, true, body); err != nil {
			return err
		}
		to = coursePath(v)
		if err := s.k.Went(tx, to); err != nil {
			return err
		}
		body["state"] = v.State
		return s.book.Record(tx, "delivery.rebutted", party, body, map[string]string{"reason": c.Reason})
	})
}

// movable reports whether an effect has the day of sending, against which he may
// prove another.
func (a attempt) movable(e service.Effect) bool {
	return e.Made && a.Way.Electronic() && a.Way != service.InApp && a.Standing == service.Confirmed && !a.Success.IsZero()
}

// day checks the day that he proved.
func (c rebutCmd) day(a attempt, p paper.Paper, today law.Date) error {
	sent := law.DateOf(a.Success, clock.Shanghai)
	switch {
	case c.On.IsZero():
		return fault.Field("on", "请填他证明是哪一天到的，写成 2026-03-05。")
	case c.On == sent && a.Proved.IsZero() || c.On == a.Proved:
		return fault.Field("on", "这一天就是现在算的那一天。")
	case c.On.Before(law.DateOf(a.Sent, clock.Shanghai)) || c.On.After(today):
		return fault.Field("on", "要在发出以后、今天或者以前。")
	}
	return nil
}

// attemptOf reads an attempt with all that it belongs to; it must be of a case,
// unless the house itself asks.
func (s *Service) attemptOf(tx *db.Tx, caseID, attemptID string) (a attempt, v serving, party docket.Party, p paper.Paper, err error) {
	if a, err = db.One[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE id = ?`, attemptID); err != nil {
		return a, v, party, p, err
	}
	if v, err = servingOf(tx, a.Service); err == nil && caseID != "" && v.Case != caseID {
		err = fault.Missing()
	}
	if err == nil {
		party, err = docket.PartyOf(tx, v.Party)
	}
	if err == nil {
		p, err = paper.Of(tx, v.Paper)
	}
	return a, v, party, p, err
}
