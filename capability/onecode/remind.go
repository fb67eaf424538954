package onecode

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// day is when the time for some of a court's questions ends.
type day struct {
	Court string   `json:"court"`
	On    law.Date `json:"on"`
}

// schedule plans the first of two looks at whatever of a court still waits: on
// the morning of its last day. That look plans the second, when the day has
// passed. All that ends on one day is looked at together.
func (s *Service) schedule(tx *db.Tx, m Message) error {
	return s.plan(tx, "onecode.remind", day{m.Court, m.DueOn}, remindAt(m.DueOn))
}

func (s *Service) plan(tx *db.Tx, kind string, d day, at time.Time) error {
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: kind, Body: d, At: at, Once: kind + " " + d.Court + " " + d.On.String()})
}

// remind tells whoever has a question that today is its last day.
func (s *Service) remind(ctx context.Context, j *jobs.Job) error {
	return s.look(ctx, j, "reminded", func(tx *db.Tx, m Message, cs docket.Case) error {
		if err := s.tellStaff(tx, m.Handler, cs, "有一条当事人留言今天到期，请回复。"); err != nil {
			return err
		}
		if err := s.plan(tx, "onecode.escalate", day{m.Court, m.DueOn}, lateAt(m.DueOn)); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.reminded", Court: m.Court, Case: m.Case, Actor: app.Actor(ctx), Body: map[string]any{"message": m.ID, "due": m.DueOn.String()}})
		return err
	})
}

// escalate shows a late question to the head of the division, or, where it waits
// for the head himself or there is none, to the president.
func (s *Service) escalate(ctx context.Context, j *jobs.Job) error {
	return s.look(ctx, j, "escalated", func(tx *db.Tx, m Message, cs docket.Case) error {
		if err := s.tellStaff(tx, m.Handler, cs, "有一条当事人留言过期没有回复，已经报告庭长。"); err != nil {
			return err
		}
		above, err := overseers(tx, m, cs)
		if err != nil {
			return err
		}
		if cs.Secrecy == docket.Sealed { // they may not know which case it is
			cs.Number = "一件封存的案件："
		}
		for _, h := range above {
			what := "本庭有一条当事人留言过期没有回复，请督促。"
			if h.Role == docket.President {
				what = "有一条当事人留言过期没有回复，请督促。"
			}
			if err := s.tellStaff(tx, h.Person, cs, what); err != nil {
				return err
			}
		}
		return s.record(tx, "onecode.late", Message{ID: m.ID, Case: m.Case, Court: m.Court, DueOn: m.DueOn}, "法院", m.AuthorID)
	})
}

// overseers see to it that a late question is answered. Nobody oversees himself.
func overseers(tx *db.Tx, m Message, cs docket.Case) (heads []docket.Member, err error) {
	ms, err := docket.Staff(tx, m.Court, tx.Now(), docket.Head, docket.President)
	if err != nil {
		return nil, err
	}
	var presidents []docket.Member
	for _, x := range ms {
		switch {
		case x.Person == m.Handler:
		case x.Role == docket.President:
			presidents = append(presidents, x)
		case x.Division == cs.Division:
			heads = append(heads, x)
		}
	}
	if len(heads) == 0 {
		return presidents, nil
	}
	return heads, nil
}

// look runs f on each question of the day that still waits and was not looked
// at in this way; mark is the column that keeps when it was. A question is an
// act of its own: a look that was cut off goes on where it stopped.
func (s *Service) look(ctx context.Context, j *jobs.Job, mark string, f func(tx *db.Tx, m Message, cs docket.Case) error) error {
	var d day
	if err := j.Read(&d); err != nil {
		return err
	}
	var ids []string
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = db.List[string](tx, `SELECT id FROM onecode_message WHERE court_id = ? AND due_on = ? AND state = 'waiting' AND `+mark+` = 0 ORDER BY id`, d.Court, d.On)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := s.k.Do(ctx, func(tx *db.Tx) error {
			n, err := tx.Exec(`UPDATE onecode_message SET `+mark+` = ? WHERE id = ? AND state = 'waiting' AND `+mark+` = 0`, tx.Now(), id)
			if err != nil || n == 0 {
				return err
			}
			m, err := messageOf(tx, id)
			if err != nil {
				return err
			}
			cs, err := docket.CaseOf(tx, m.Case)
			if err != nil {
				return err
			}
			return f(tx, m, cs)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Phones tells where messages to a person go.
type Phones interface {
	StaffPhone(tx *db.Tx, person string) (string, error)
	// TellBesides reaches a party where he asked for it, besides his phone number.
	TellBesides(tx *db.Tx, person string, at time.Time, text, path string) error
}

// tellStaff sends a short message that names the case by its number only.
func (s *Service) tellStaff(tx *db.Tx, person string, cs docket.Case, what string) error {
	phone, err := s.phones.StaffPhone(tx, person)
	if err != nil || phone == "" {
		return err
	}
	ct, err := docket.CourtOf(tx, cs.Court)
	if err != nil {
		return err
	}
	return s.k.Notify.SendAt(tx, docket.Rings(tx.Now()), "sms", phone, "", "【"+ct.Short+"】"+cs.Number+what)
}

// judgeChanged moves open questions with their clocks: the thread follows the case.
func (s *Service) judgeChanged(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.JudgeChanged](j)
	if err != nil {
		return err
	}
	return s.follows(ctx, j, ledger.Entry{Case: f.Case, Cause: f.FactName()}, `m.case_id = ?`, f.Case)
}

// staffLeft moves what waits for somebody in closed cases, which get no other
// judge, and what he was to answer for another.
func (s *Service) staffLeft(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.StaffLeft](j)
	if err != nil {
		return err
	}
	return s.follows(ctx, j, ledger.Entry{Court: f.Court, Cause: f.FactName()}, `m.handler_id = ? AND m.court_id = ?`, f.Person, f.Court)
}

// follows gives what waits to whoever answers in its case now.
func (s *Service) follows(ctx context.Context, j *jobs.Job, e ledger.Entry, where string, args ...any) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		n, err := s.settle(tx, where, args...)
		if err != nil {
			return err
		}
		if n > 0 {
			e.Kind, e.Actor, e.Body = "onecode.moved", app.Actor(ctx), map[string]any{"questions": n}
			if _, err := s.k.Ledger.Append(tx, e); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}
