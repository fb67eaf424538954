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

// Linked gives the parties of the later of two cases that were tied what they
// confirmed before.
func (s *Book) Linked(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseLinked](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		to, err := docket.CaseOf(tx, f.Case)
		if err != nil {
			return err
		}
		other, err := docket.CaseOf(tx, f.Other)
		if err != nil {
			return err
		}
		if precedes(to, other) {
			to = other
		}
		if err := s.inherit(tx, to); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// Joined does the same for one who comes into a case when it was tied already.
func (s *Book) Joined(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.PartyJoined](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		to, err := docket.CaseOf(tx, f.Case)
		if err != nil {
			return err
		}
		if err := s.inherit(tx, to); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// precedes reports whether a case was filed before another; one that is not filed
// yet comes last.
func precedes(a, b docket.Case) bool {
	return !a.Filed.IsZero() && (b.Filed.IsZero() || a.Filed.Before(b.Filed))
}

// inherit gives the parties of a case what they confirmed in those before it, where
// they said nothing else since: of several the latest counts.
//
// law:民诉法解释(2022)/137 未书面变更送达地址的，其在第一审程序中确认的送达地址可以作为第二审程序、审判监督程序、执行程序的送达地址。
func (s *Book) inherit(tx *db.Tx, to docket.Case) error {
	links, err := docket.Links(tx, to.ID)
	if err != nil {
		return err
	}
	var before []docket.Case
	for _, l := range links {
		if !slices.Contains(later, l.Kind) {
			continue
		}
		c, err := docket.CaseOf(tx, l.Other)
		if err != nil {
			return err
		}
		if precedes(c, to) {
			before = append(before, c)
		}
	}
	slices.SortFunc(before, func(a, b docket.Case) int { return b.Filed.Sub(a.Filed) })
	parties, err := docket.Parties(tx, to.ID)
	if err != nil {
		return err
	}
	var holders []string
	for _, from := range before {
		were, err := docket.Parties(tx, from.ID)
		if err != nil {
			return err
		}
		for _, p := range parties {
			i := slices.IndexFunc(were, func(x docket.Party) bool { return x.Person == p.Person })
			if i < 0 || !p.Left.IsZero() {
				continue
			}
			some, err := s.same(tx, were[i], p, from.Number)
			if err != nil {
				return err
			}
			if some {
				holders = append(holders, p.Person)
			}
		}
	}
	if len(holders) == 0 {
		return nil
	}
	slices.Sort(holders)
	holders = slices.Compact(holders)
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "delivery.inherited", Court: to.Court, Case: to.ID, Actor: app.Actor(tx.Context()), Holders: holders,
		Body: map[string]any{"cases": len(before), "parties": len(holders)}})
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
			no, err := Opponent(tx, a.Value, p)
			if err != nil {
				return false, err
			}
			if no { // he stands on the other side here
				continue
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
