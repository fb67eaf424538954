package delivery

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

const (
	mostPrints  = 200
	printedDays = 7 // how long what was printed and not yet given away stays in the list
)

// ToPrint lists what waits to go out on paper in the cases of a clerk: papers to
// somebody whom no electronic way reaches any more, then those that somebody wants
// on paper. What was printed stays until it is given away, so that a sheet that
// jammed can be printed again.
func (s *Service) ToPrint(tx *db.Tx) ([]paper.Printing, error) {
	a, now := auth.From(tx.Context()), tx.Now()
	courts, err := access.Serves(tx, a, now) // of those he left he keeps nothing
	if err != nil || len(courts) == 0 {
		return nil, err
	}
	type row struct {
		ID        string    `db:"id"`
		Procedure string    `db:"procedure"`
		Case      string    `db:"number"`
		Printed   time.Time `db:"printed"`
	}
	rows, err := db.List[row](tx, `SELECT p.id, c.procedure, c.number, COALESCE(d.at, 0) AS printed FROM paper_paper p JOIN docket_case c ON c.id = p.case_id
		LEFT JOIN delivery_print d ON d.paper_id = p.id AND NOT EXISTS (SELECT 1 FROM delivery_wish o WHERE o.paper_id = p.id AND o.at > d.at) LEFT JOIN delivery_service v ON v.paper_id = p.id
		WHERE p.state = 'issued' AND p.party_id <> '' AND p.kind <> 'service_return' AND (v.state IS NULL OR v.state = 'next') AND (d.at IS NULL OR d.at > ?)
		AND EXISTS (SELECT 1 FROM docket_access x WHERE x.case_id = p.case_id AND x.person_id = ? AND x.capacity = 'clerk' AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?)) AND c.court_id || '' IN (`+db.In(len(courts))+`) ORDER BY p.at, p.id LIMIT ?`,
		append(append([]any{now.AddDate(0, 0, -printedDays), a.Person, now, now}, db.Args(courts)...), mostPrints)...)
	if err != nil {
		return nil, err
	}
	var out []paper.Printing
	for _, r := range rows {
		p, err := paper.Of(tx, r.ID)
		if err != nil {
			return nil, err
		}
		party, err := docket.PartyOf(tx, p.Party)
		if err != nil {
			return nil, err
		}
		v, _, err := db.Maybe[serving](tx, `SELECT `+servingCols+` FROM delivery_service WHERE paper_id = ?`, p.ID)
		if err != nil {
			return nil, err
		}
		as, err := attemptsOf(tx, v.ID)
		if err != nil {
			return nil, err
		}
		k, err := s.book.Reach(tx, party)
		if err != nil {
			return nil, err
		}
		n := s.papers.Nature(p.Kind)
		if untried(as, k, r.Procedure, n) != "" {
			continue // it can go electronically
		}
		out = append(out, paper.Printing{Paper: p.ID, Case: p.Case, Number: r.Case, Title: p.Title, Pages: p.Pages, Party: party.Name, Way: nextWay(as, k, r.Procedure, n), Printed: r.Printed})
	}
	ws, err := wanted(tx, a.Person, courts, now)
	for _, w := range ws {
		out = append(out, paper.Printing{Paper: w.Paper, Case: w.Case, Number: w.Number, Title: w.Title, Pages: w.Pages, Party: w.Name, Printed: w.Printed,
			Way: "他在网上收到了，要一份纸质的：寄给他，或者请他来拿", Wanted: true})
	}
	return out[:min(len(out), mostPrints)], err
}

// Printed records that papers were printed, in one act for each: they may be of
// several cases.
func (s *Service) Printed(ctx context.Context, papers []string) error {
	if len(papers) == 0 {
		return fault.Field("papers", "请勾选印好的文书。")
	}
	for _, pid := range papers {
		err := s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
			p, err := paper.Of(tx, pid)
			if err != nil {
				return err
			}
			if _, err := access.May(tx, auth.From(ctx), "handover", access.Of("service", p.Case), tx.Now()); err != nil {
				return err
			}
			n, err := tx.Exec(`INSERT INTO delivery_print (paper_id, case_id, actor_id, at) VALUES (?, ?, ?, ?) ON CONFLICT (paper_id) DO UPDATE SET actor_id = excluded.actor_id, at = excluded.at
				WHERE EXISTS (SELECT 1 FROM delivery_wish w WHERE w.paper_id = excluded.paper_id AND w.at > delivery_print.at)`, p.ID, p.Case, app.Actor(ctx), tx.Now())
			if err != nil || n == 0 {
				return err
			}
			_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "delivery.printed", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Body: map[string]any{"paper": p.ID}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Envelope is where the post brings a paper: the address that its party gave, or
// the one of the case, his number, and who receives for him. Who serves in the
// case may ask.
func (s *Service) Envelope(tx *db.Tx, paperID string) (e paper.Envelope, err error) {
	if e.Paper, err = paper.Of(tx, paperID); err != nil {
		return e, err
	}
	if _, err = access.May(tx, auth.From(tx.Context()), "handover", access.Of("service", e.Paper.Case), tx.Now()); err != nil {
		return e, err
	}
	to, err := docket.PartyOf(tx, e.Paper.Party)
	if err != nil {
		return e, fault.OrMissing(err)
	}
	k, err := s.book.Reach(tx, to)
	if err != nil {
		return e, err
	}
	if e.At = k.By[string(service.Post)].Value; e.At == "" && to.Address != "" {
		e.At, err = s.k.Vault.Open("party.address", to.Address)
	}
	e.Name, e.Phone, e.Receiver = to.Name, k.By[string(service.SMS)].Value, k.Receiver()
	return e, err
}
