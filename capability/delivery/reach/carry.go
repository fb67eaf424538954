package reach

import (
	"context"
	"slices"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// later are the ties between a case and one that goes on with it.
var later = []string{"appeal_of", "retrial_of", "execution_of"}

// Linked gives the parties of a case that goes on with another the addresses that
// they confirmed there.
func (s *Book) Linked(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseLinked](j)
	if err != nil {
		return err
	}
	return s.inherit(ctx, j, f.Case)
}

// Joined does the same for one who comes into such a case when it was tied already.
func (s *Book) Joined(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.PartyJoined](j)
	if err != nil {
		return err
	}
	return s.inherit(ctx, j, f.Case)
}

// inherit carries addresses over between a case and those that it is tied to, from
// what was filed first to what came after it.
func (s *Book) inherit(ctx context.Context, j *jobs.Job, caseID string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		one, err := docket.CaseOf(tx, caseID)
		if err != nil {
			return err
		}
		links, err := docket.Links(tx, caseID)
		if err != nil {
			return err
		}
		for _, l := range links {
			if !slices.Contains(later, l.Kind) {
				continue
			}
			other, err := docket.CaseOf(tx, l.Other)
			if err != nil {
				return err
			}
			from, to := one, other
			if to.Filed.Before(from.Filed) || from.Filed.IsZero() {
				from, to = to, from
			}
			if err := s.carry(tx, from, to); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// carry gives those who are parties of both cases what they confirmed in the first,
// where they said nothing else in the second.
//
// law:民诉法解释(2022)/137 未书面变更送达地址的，其在第一审程序中确认的送达地址可以作为第二审程序、审判监督程序、执行程序的送达地址。
func (s *Book) carry(tx *db.Tx, from, to docket.Case) error {
	before, err := docket.Parties(tx, from.ID)
	if err != nil {
		return err
	}
	now, err := docket.Parties(tx, to.ID)
	if err != nil {
		return err
	}
	var holders []string
	for _, p := range now {
		i := slices.IndexFunc(before, func(x docket.Party) bool { return x.Person == p.Person })
		if i < 0 || !p.Left.IsZero() {
			continue
		}
		some, err := s.same(tx, before[i], p, from.Number)
		if err != nil {
			return err
		}
		if some {
			holders = append(holders, p.Person)
		}
	}
	if len(holders) == 0 {
		return nil
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "delivery.inherited", Court: to.Court, Case: to.ID, Actor: app.Actor(tx.Context()), Holders: holders,
		Body: map[string]any{"from": from.ID, "parties": len(holders)}})
	return err
}

// same keeps for a party what he confirmed as another, and reports whether there
// was anything.
func (s *Book) same(tx *db.Tx, was, p docket.Party, number string) (some bool, err error) {
	as, err := s.Addresses(tx, was.ID)
	if err != nil {
		return false, err
	}
	said, err := s.Addresses(tx, p.ID)
	if err != nil {
		return false, err
	}
	shown := s.k.Vault.Seal(sealShown, number+"案中确认的，没有书面变更")
	for _, a := range as {
		if !a.Ended.IsZero() || a.Standing != service.Confirmed || slices.ContainsFunc(said, func(x Address) bool { return x.Kind == a.Kind }) {
			continue
		}
		if a.Kind == receiver {
			if no, err := Opponent(tx, a.Value, p); no || err != nil {
				return false, err
			}
		}
		a.ID, a.Case, a.Party, a.ShownBy, a.Scan, a.Actor, a.At = id.New(), p.Case, p.ID, shown, "", app.Actor(tx.Context()), tx.Now()
		if err := s.put(tx, a); err != nil {
			return false, err
		}
		if some = true; a.Kind == secret {
			if err := docket.HideParty(tx, p.ID, true); err != nil {
				return false, err
			}
		}
	}
	cs, err := s.Consents(tx, was.ID)
	if err != nil || len(cs) == 0 || !cs[0].Ended.IsZero() {
		return some, err
	}
	if mine, err := s.Consents(tx, p.ID); err != nil || len(mine) > 0 {
		return some, err
	}
	_, err = tx.Exec(`INSERT INTO delivery_consent (`+consentCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		id.New(), p.Case, p.ID, cs[0].Ground, cs[0].Refused, shown, "", app.Actor(tx.Context()), tx.Now())
	return true, err
}
