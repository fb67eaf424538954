package delivery

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law/cite"
	"mashang/law/service"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
)

// asks are the waits between questions what became of a message; after the
// last, a day in all, it counts as failed. What leaves later is one more
// attempt of the same message, and changes nothing.
var asks = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 17 * time.Hour}

type askJob struct {
	Attempt string `json:"attempt"`
	Asked   int    `json:"asked"`
}

// ask asks what became of a message. Only that the court's own system shows it
// sent is success; what a carrier says beyond that is nothing.
//
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
		state, at, err := s.k.Notify.State(tx, a.ID)
		if err != nil {
			return err
		}
		b.Asked++
		switch {
		case state == "sent":
			a.Success = at
		case state == "failed":
			a.Failed, a.Reason = tx.Now(), "这个地址收不到。"
		case b.Asked < len(asks):
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.ask", Body: b, At: tx.Now().Add(asks[b.Asked])}); err != nil {
				return err
			}
			return j.Finish(tx)
		default:
			a.Failed, a.Reason = tx.Now(), "一天里都没有发出去。"
		}
		if err := s.report(tx, a); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// report writes what became of an electronic attempt, once.
func (s *Service) report(tx *db.Tx, a attempt) error {
	if err := db.Must1(tx.Exec(`UPDATE delivery_attempt SET success_at = ?, failed_at = ?, reason = ? WHERE id = ? AND success_at = 0 AND failed_at = 0`, a.Success, a.Failed, a.Reason, a.ID)); err != nil {
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
	return s.record(tx, "delivery.reported", party, body, nil)
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
		column, which := "read_at", ` AND (way = 'inapp' OR NOT EXISTS (SELECT 1 FROM delivery_attempt o WHERE o.service_id = delivery_attempt.service_id AND o.way = 'inapp' AND o.success_at > 0))`
		if c.Reply { // his word is about the paper, not about one address
			column, which = "replied_at", ""
		}
		n1, err := tx.Exec(`UPDATE delivery_attempt SET `+column+` = ? WHERE service_id = ? AND success_at > 0 AND rebutted_at = 0 AND `+column+` = 0 AND way IN ('inapp', 'sms', 'email')`+which, tx.Now(), v.ID)
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
		return s.record(tx, "delivery.opened", party, body, nil)
	})
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

// rebutCmd is what the recipient proved.
type rebutCmd struct {
	Reason string `json:"reason"`
}

// rebut records that the recipient proved that what was presumed did not
// happen. The effect falls, what started from it stops, and the service goes on.
//
// law:法院专递规定(2004)/11 受送达人能够证明自己在诉讼文书送达的过程中没有过错的，不适用前款规定。
func (s *Service) rebut(ctx context.Context, caseID, attemptID string, c rebutCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "rebut", access.Of("service", caseID), tx.Now()); err != nil {
			return err
		}
		if c.Reason == "" {
			return fault.Field("reason", "请写他怎么证明的。")
		}
		a, v, party, p, err := s.attemptOf(tx, caseID, attemptID)
		if err != nil {
			return err
		}
		if e := a.verdict(s.papers.Nature(p.Kind)); !e.Made || !e.Presumed {
			b := cite.Basis{service.Online(31), service.Express(11)}
			return fault.Law(fault.Conflict, "这一次不是推定送达的，不能这样推翻。", b.String())
		}
		if err := db.Must1(tx.Exec(`UPDATE delivery_attempt SET rebutted_at = ? WHERE id = ? AND rebutted_at = 0`, tx.Now(), a.ID)); err != nil {
			return err
		}
		body := map[string]any{"service": v.ID, "attempt": a.ID, "way": string(a.Way)}
		if err := s.settle(tx, &v, true, body); err != nil {
			return err
		}
		body["state"] = v.State
		return s.record(tx, "delivery.rebutted", party, body, map[string]string{"reason": c.Reason})
	})
}

// attemptOf reads an attempt of a case with all that it belongs to.
func (s *Service) attemptOf(tx *db.Tx, caseID, attemptID string) (a attempt, v serving, party docket.Party, p paper.Paper, err error) {
	if a, err = db.One[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE id = ?`, attemptID); err != nil {
		return a, v, party, p, err
	}
	if v, err = servingOf(tx, a.Service); err == nil && v.Case != caseID {
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
