package casebook

import (
	"context"
	"sort"
	"strings"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// Panels is what casebook asks of the list: every service's part of a case page.
type Panels interface {
	Panels(tx *db.Tx, v capability.View) ([]capability.Panel, error)
}

// whole is a case as one viewer sees it.
type whole struct {
	View    capability.View    `json:"-"`
	Case    docket.Case        `json:"case"`
	Court   docket.Court       `json:"court"`
	Parties []partyView        `json:"parties"`
	Agents  []docket.Agent     `json:"agents"`
	Seats   []docket.Seat      `json:"seats"`
	Links   []docket.Link      `json:"links"`
	History []historyLine      `json:"history"`
	Panels  []capability.Panel `json:"-"`
	Posts   []docket.Member    `json:"-"` // for the forms of staff
	Divs    []docket.Division  `json:"-"`
}

// partyView is a party with numbers masked.
type partyView struct {
	docket.Party
	Phone  string `json:"phone"`
	Number string `json:"number"`
	IDType string `json:"id_type"`
	Me     bool   `json:"me"`
}

// historyLine is an entry of the ledger as a page shows it.
type historyLine struct {
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Kind  string    `json:"kind"`
}

// show loads a case for whoever asks.
func (s *Service) show(ctx context.Context, caseID string) (w whole, err error) {
	a := auth.From(ctx)
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		g, err := access.May(tx, a, "read", access.Of("case", caseID), now)
		if err != nil {
			return err
		}
		w.Case = g.Case
		w.View = capability.View{Viewer: capability.Viewer{Actor: a, Now: now}, Case: w.Case, Relation: g.Relation}
		if err := s.people(tx, &w, now); err != nil {
			return err
		}
		if err := s.history(tx, &w); err != nil {
			return err
		}
		w.Panels, err = s.panel.Panels(tx, w.View)
		sort.SliceStable(w.Panels, func(i, j int) bool { return w.Panels[i].Order < w.Panels[j].Order })
		return err
	})
	return w, err
}

func (s *Service) people(tx *db.Tx, w *whole, now time.Time) (err error) {
	id := w.Case.ID
	if w.Court, err = docket.CourtOf(tx, w.Case.Court); err != nil {
		return err
	}
	if w.View.Parties, err = docket.Parties(tx, id); err != nil {
		return err
	}
	if w.Agents, err = docket.Agents(tx, id, now); err != nil {
		return err
	}
	w.View.Party = docket.Side(w.View.Parties, w.Agents, w.View.Actor.Person)
	for _, p := range w.View.Parties {
		v := partyView{Party: p, Me: p.ID == w.View.Party.ID}
		if v.Me || w.View.Court() { // the other side's numbers are nobody's business
			if err := s.mask(&v); err != nil {
				return err
			}
		}
		w.Parties = append(w.Parties, v)
	}
	if w.Seats, err = docket.Seats(tx, id, now); err != nil {
		return err
	}
	if err := s.links(tx, w, now); err != nil || !w.View.Court() {
		return err
	}
	if w.Posts, err = docket.Staff(tx, w.Case.Court, now); err != nil {
		return err
	}
	w.Divs, err = docket.Divisions(tx, w.Case.Court)
	return err
}

// links are the cases tied to this one, without the sealed ones of which the
// viewer may not know.
func (s *Service) links(tx *db.Tx, w *whole, now time.Time) error {
	all, err := docket.Links(tx, w.Case.ID)
	for _, l := range all {
		known, kerr := knows(tx, w.View.Actor, docket.Case{ID: l.Other, Secrecy: l.Secrecy}, now)
		if kerr != nil {
			return kerr
		}
		if known {
			w.Links = append(w.Links, l)
		}
	}
	return err
}

// knows reports whether the actor may be told that a case exists: a sealed one
// only by who may read it.
func knows(tx *db.Tx, a auth.Actor, c docket.Case, now time.Time) (bool, error) {
	if c.Secrecy != docket.Sealed {
		return true, nil
	}
	_, err := access.May(tx, a, "read", access.Of("case", c.ID), now)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// mask adds a party's numbers, as far as they are shown.
func (s *Service) mask(v *partyView) error {
	phone, err := s.k.Vault.Open("party.phone", v.Party.Phone)
	if err != nil {
		return err
	}
	number, err := s.k.Vault.Open("person.id", v.Party.IDSealed)
	v.Phone, v.Number, v.IDType = identity.MaskPhone(phone), identity.MaskNumber(number), v.Party.IDType
	return err
}

const historyShown = 60 // steps on a case page; the exported record has all

// history is what the viewer holds of the case: a party the entries addressed
// to him, court people all.
func (s *Service) history(tx *db.Tx, w *whole) error {
	var ls []ledger.Line
	var err error
	if w.View.Court() {
		ls, err = ledger.OfCase(tx, w.Case.ID, historyShown)
	} else {
		ls, err = ledger.OfHolder(tx, w.View.Actor.Person, w.Case.ID, historyShown)
	}
	for _, l := range ls { // as the bench sees it also who came in by a phone that the bench wrote down
		if (w.View.Court() || auth.RequireOwn(w.View.Actor) != nil) && (l.Kind == "casebook.opened" || l.Kind == "oversight.opened") {
			continue // who looked is for the parties; the bench sees oversight's panel
		}
		w.History = append(w.History, historyLine{At: l.At, Title: s.k.Ledger.Title(l.Kind), Kind: l.Kind})
	}
	return err
}

// Record writes what the web kit saw being read into the ledger; the parties
// may hold it. Handlers opening their own cases all day are not news: only
// readings by others go in.
func (s *Service) Record(ctx context.Context, r web.Reading) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		_, own, err := db.Maybe[string](tx, `SELECT id FROM docket_access WHERE person_id = ? AND case_id = ? AND capacity IN ('handler', 'member', 'assistant', 'clerk', 'delegate') AND (until_at = 0 OR until_at > ?)`, r.Person, r.Case, tx.Now())
		if err != nil || own {
			return err
		}
		holders, err := access.Told(tx, r.Person, r.Court, r.Case, tx.Now())
		if err != nil {
			return err
		}
		p, err := docket.PersonOf(tx, r.Person)
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "casebook.opened", Court: r.Court, Case: r.Case, Actor: r.Person, Holders: holders,
			Body: map[string]any{"object": r.Object}, Private: map[string]string{"who": p.Name}})
		return err
	})
}

const pageSize = 30 // of case lists

// list returns the cases that the actor may read, newest first, after a key,
// narrowed by state and words.
func (s *Service) list(ctx context.Context, q listQuery) (cs []docket.Case, next string, err error) {
	a := auth.From(ctx)
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		var where []string
		var args []any
		if q.State != "" {
			where, args = append(where, `c.state = ?`), append(args, q.State)
		}
		if q.Words != "" {
			like := "%" + q.Words + "%"
			where, args = append(where, `(c.number LIKE ? OR c.names LIKE ? OR c.cause LIKE ?)`), append(args, like, like, like)
		}
		if cs, err = access.Newest(tx, a, now, strings.Join(where, " AND "), args, q.After, pageSize+1); len(cs) > pageSize {
			cs = cs[:pageSize]
			next = cs[pageSize-1].ID
		}
		return err
	})
	return cs, next, err
}

// listQuery narrows a list.
type listQuery struct {
	Words string `json:"q"`
	State string `json:"state"`
	After string `json:"after"`
}
