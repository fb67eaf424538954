package delivery

import (
	"context"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// wish is that somebody who has a paper electronically wants it on paper: when
// he said so, and whether he may.
type wish struct {
	At   time.Time
	Open bool // he may say so
	Owed bool // the statute gives him a right to it; of a notice the court does it as a service
}

// wishOf is the wish for a paper that was served.
func (s *Service) wishOf(tx *db.Tx, v serving, p paper.Paper) (w wish, err error) {
	n := s.papers.Nature(p.Kind)
	said, _, err := db.Maybe[struct {
		At time.Time `db:"at"`
	}](tx, `SELECT at FROM delivery_wish WHERE paper_id = ?`, p.ID)
	if w.At = said.At; err != nil || v.State != effective {
		return w, err
	}
	e, have, err := effectOf(tx, v.ID)
	w.Open = have && w.At.IsZero() && (e.Way.Electronic() || n == service.Mediation)
	w.Owed = service.Paper(n, true)
	return w, err
}

// want records that a recipient wants a paper on paper. It stands among those
// that the clerk prints; nothing of its service changes.
//
// law:民事诉讼法(2023)/90 受送达人提出需要纸质文书的，人民法院应当提供。
func (s *Service) want(ctx context.Context, caseID, serviceID string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		v, p, err := s.mine(tx, caseID, serviceID)
		if err != nil {
			return err
		}
		w, err := s.wishOf(tx, v, p)
		if err != nil || !w.At.IsZero() { // he said so before
			return err
		}
		if !w.Open {
			return fault.New(fault.Conflict, "在网上收到的文书，才用再要一份纸质的。")
		}
		if _, err := tx.Exec(`INSERT INTO delivery_wish (paper_id, case_id, actor_id, at) VALUES (?, ?, ?, ?)`, p.ID, v.Case, app.Actor(ctx), tx.Now()); err != nil {
			return err
		}
		party, err := docket.PartyOf(tx, v.Party)
		if err != nil {
			return err
		}
		return s.book.Record(tx, "delivery.wanted", party, map[string]any{"service": v.ID, "paper": p.ID}, nil)
	})
}

// wished is a paper that a recipient wants on paper, and when it was printed.
type wished struct {
	Paper   string    `db:"id"`
	Case    string    `db:"case_id"`
	Number  string    `db:"number"`
	Title   string    `db:"title"`
	Pages   int       `db:"pages"`
	Name    string    `db:"name"`
	Printed time.Time `db:"printed"`
}

// wanted are the papers that somebody wants on paper in the cases of a clerk, the
// first wish first. Wishes are few, and what a desk asks for must begin with them:
// CROSS JOIN keeps SQLite to the order that is written.
func wanted(tx *db.Tx, clerk string, courts []string, now time.Time) ([]wished, error) {
	return db.List[wished](tx, `SELECT p.id, p.case_id, c.number, p.title, p.pages, n.name, COALESCE(d.at, 0) AS printed
		FROM delivery_wish w CROSS JOIN paper_paper p CROSS JOIN docket_case c CROSS JOIN docket_party y CROSS JOIN docket_person n
		LEFT JOIN delivery_print d ON d.paper_id = w.paper_id AND d.at >= w.at
		WHERE p.id = w.paper_id AND c.id = w.case_id AND y.id = p.party_id AND n.id = y.person_id AND p.state IN ('served', 'effective') AND (d.at IS NULL OR d.at > ?)
		AND EXISTS (SELECT 1 FROM docket_access x WHERE x.case_id = w.case_id || '' AND x.person_id = ? AND x.capacity = 'clerk' AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?))
		AND c.court_id || '' IN (`+db.In(len(courts))+`) ORDER BY w.at, w.paper_id LIMIT ?`, append(append([]any{now.AddDate(0, 0, -printedDays), clerk, now, now}, db.Args(courts)...), mostPrints)...)
}

// wishes are those that were not printed yet, on the desk of the clerk.
func wishes(tx *db.Tx, v capability.Viewer, courts []string) (out []capability.Task, err error) {
	ws, err := wanted(tx, v.Actor.Person, courts, v.Now)
	for _, w := range ws {
		if w.Printed.IsZero() {
			out = append(out, capability.Task{Group: "要印的文书", Title: w.Title + "，给" + w.Name, Sub: w.Number + "·他要一份纸质的", Href: "/post/print", Tone: "soon", Tag: "要印"})
		}
	}
	return out, err
}
