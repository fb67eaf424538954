package casebook

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// Service does what the package doc says.
type Service struct {
	k     *app.Kit
	panel Panels
	staff Staff
}

// step is one act on a loaded case. It changes c, and says what the ledger
// and the listeners get.
type step struct {
	tx    *db.Tx
	actor auth.Actor
	now   time.Time
	today law.Date
	cal   *restday.Calendar
	c     docket.Case // to be changed
	entry ledger.Entry
	tell  []app.Fact
}

// act is what every act on an accepted case does: ask access, load, let f
// decide, save if the case is still as it was read, record for the parties,
// tell.
func (s *Service) act(ctx context.Context, caseID, verb, kind string, f func(st *step) error) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		st := &step{tx: tx, actor: auth.From(ctx), now: tx.Now()}
		st.today = docket.Today(st.now)
		g, err := access.May(tx, st.actor, verb, access.Of("case", caseID), st.now)
		if err != nil {
			return err
		}
		if err := access.Apart(tx, st.actor, caseID, st.now); err != nil {
			return err
		}
		old := g.Case
		if st.cal, err = docket.Calendar(tx); err != nil {
			return err
		}
		st.c = old
		st.entry = ledger.Entry{Kind: kind, Court: old.Court, Case: old.ID, Actor: app.Actor(ctx), Body: map[string]any{}, Private: map[string]string{}}
		if err := f(st); err != nil {
			return err
		}
		st.c.Moved = st.now
		if err := docket.SaveCase(tx, old, st.c); err != nil {
			return err
		}
		return s.finish(st)
	})
}

// finish records a step for the parties and tells its facts.
func (s *Service) finish(st *step) error {
	var err error
	if st.entry.Holders == nil {
		if st.entry.Holders, err = access.Holders(st.tx, st.c.ID, st.now); err != nil {
			return err
		}
	}
	if len(st.entry.Private) == 0 {
		st.entry.Private = nil
	}
	if _, err := s.k.Ledger.Append(st.tx, st.entry); err != nil {
		return err
	}
	for _, f := range st.tell {
		if err := s.k.Tell(st.tx, f); err != nil {
			return err
		}
	}
	return nil
}

// running refuses an act on a case that is not being tried.
func (st *step) running() error {
	if st.c.State != docket.Open && st.c.State != docket.Suspended {
		return fault.New(fault.Conflict, "案件不在审理中，不能办这一步。")
	}
	return nil
}

// limit sets the court's own time limit anew and says why.
func (st *step) limit(why string) {
	st.c.Limit = trialLimit(st.c, st.cal).Last
	st.entry.Body["limit"] = st.c.Limit.String()
	st.tell = append(st.tell, fact.LimitMoved{Case: st.c.ID, Why: why})
}

// reason keeps words that the parties may read.
func (st *step) reason(field, text string) error {
	if text == "" {
		return fault.Field(field, "请写明理由。当事人看得到。")
	}
	if len([]rune(text)) > 500 {
		return fault.Field(field, "理由请写在 500 字以内。")
	}
	st.entry.Private["reason"] = text
	return nil
}
