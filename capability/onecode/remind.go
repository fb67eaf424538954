package onecode

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// schedule plans the first of two looks at a question: on the morning of its
// last day. That look plans the second, when the day has passed.
func (s *Service) schedule(tx *db.Tx, m Message) error {
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "onecode.remind", Body: m.ID, At: remindAt(m.DueOn)})
}

// remind tells whoever has the question that today is the last day.
func (s *Service) remind(ctx context.Context, j *jobs.Job) error {
	return s.look(ctx, j, func(tx *db.Tx, m Message, cs docket.Case) error {
		if _, err := tx.Exec(`UPDATE onecode_message SET reminded = ? WHERE id = ? AND state = 'waiting'`, tx.Now(), m.ID); err != nil {
			return err
		}
		if err := s.tellStaff(tx, m.Handler, cs, "有一条当事人留言今天到期，请回复。"); err != nil {
			return err
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "onecode.escalate", Body: m.ID, At: lateAt(m.DueOn)}); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.reminded", Court: m.Court, Case: m.Case, Actor: app.Actor(ctx), Body: map[string]any{"message": m.ID, "due": m.DueOn.String()}})
		return err
	})
}

// escalate shows a late question to the head of the division.
func (s *Service) escalate(ctx context.Context, j *jobs.Job) error {
	return s.look(ctx, j, func(tx *db.Tx, m Message, cs docket.Case) error {
		if _, err := tx.Exec(`UPDATE onecode_message SET escalated = ? WHERE id = ? AND state = 'waiting'`, tx.Now(), m.ID); err != nil {
			return err
		}
		if err := s.tellStaff(tx, m.Handler, cs, "有一条当事人留言过期没有回复，已经报告庭长。"); err != nil {
			return err
		}
		heads, err := docket.Staff(tx, m.Court, tx.Now(), docket.Head)
		if err != nil {
			return err
		}
		if cs.Secrecy == docket.Sealed { // the head may not know which case it is
			cs.Number = "一件封存的案件："
		}
		for _, h := range heads {
			if h.Division == cs.Division {
				if err := s.tellStaff(tx, h.Person, cs, "本庭有一条当事人留言过期没有回复，请督促。"); err != nil {
					return err
				}
			}
		}
		return s.record(tx, "onecode.late", Message{ID: m.ID, Case: m.Case, Court: m.Court, DueOn: m.DueOn}, "法院", m.AuthorID)
	})
}

// look runs f on a question that still waits, and finishes the job with it.
func (s *Service) look(ctx context.Context, j *jobs.Job, f func(tx *db.Tx, m Message, cs docket.Case) error) error {
	var mid string
	if err := j.Read(&mid); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		m, err := messageOf(tx, mid)
		if err != nil {
			return err
		}
		if m.State == "waiting" {
			cs, err := docket.CaseOf(tx, m.Case)
			if err != nil {
				return err
			}
			if err := f(tx, m, cs); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
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

// judgeChanged moves open questions to the new judge, clocks and all: the
// thread follows the case.
func (s *Service) judgeChanged(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.JudgeChanged](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		to, err := s.answers(tx, f.To, f.Case)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE onecode_message SET handler_id = ? WHERE case_id = ? AND state = 'waiting' AND handler_id <> ?`, to, f.Case, to)
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.moved", Case: f.Case, Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"questions": n}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}
