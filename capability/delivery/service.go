package delivery

import (
	"context"
	"embed"
	"io"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
)

//go:embed schema
var schema embed.FS

// Service does what the package doc says.
type Service struct{ k *app.Kit }

// record is one paper served on one party.
type record struct {
	ID       string    `db:"id" json:"id"`
	Case     string    `db:"case_id" json:"case"`
	Paper    string    `db:"paper_id" json:"paper"`
	Party    string    `db:"party_id" json:"party"`
	Way      string    `db:"way" json:"way"`
	Signer   string    `db:"signer" json:"signer"`
	Relation string    `db:"relation" json:"-"`
	SignedOn law.Date  `db:"signed_on" json:"signed_on"`
	Rule     string    `db:"rule" json:"rule"`
	Scan     string    `db:"scan" json:"scan"`
	ScanType string    `db:"scan_type" json:"-"`
	Server   string    `db:"server_id" json:"-"`
	At       time.Time `db:"at" json:"at"`
}

const cols = `id, case_id, paper_id, party_id, way, signer, relation, signed_on, rule, scan, scan_type, server_id, at`

func recordsOf(tx *db.Tx, caseID string) ([]record, error) {
	return db.List[record](tx, `SELECT `+cols+` FROM delivery_service WHERE case_id = ? ORDER BY at, id`, caseID)
}

const rule = "民事诉讼法第八十七条、第八十八条"

// handOver records that papers were handed over at the counter against a
// signed return, whose scan is kept.
func (s *Service) handOver(ctx context.Context, caseID string, h handover, scan io.Reader, scanType string) error {
	if scan == nil {
		return fault.Field("scan", "请把签好字的送达回证扫描或拍照传上来。")
	}
	err := s.k.Read(ctx, func(tx *db.Tx) error {
		_, err := access.May(tx, auth.From(ctx), "handover", access.Of("service", caseID), tx.Now())
		return err
	})
	if err != nil {
		return err
	}
	digest, _, err := s.k.Blob.Put(ctx, scan)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error { return s.handIn(tx, caseID, h, digest, scanType) })
}

func (s *Service) handIn(tx *db.Tx, caseID string, h handover, scan, scanType string) error {
	a, now := auth.From(tx.Context()), tx.Now()
	if _, err := access.May(tx, a, "handover", access.Of("service", caseID), now); err != nil {
		return err
	}
	var ps []paper.Paper
	for _, pid := range h.Papers {
		p, err := paper.Of(tx, pid)
		if err != nil {
			return err
		}
		if p.Case != caseID || p.Party == "" || len(ps) > 0 && p.Party != ps[0].Party {
			return fault.Field("papers", "一张回证只能送一位当事人。请分开登记。")
		}
		ps = append(ps, p)
	}
	if err := decide(h, ps, docket.Today(now)); err != nil {
		return err
	}
	for _, p := range ps {
		if err := s.serve(tx, p, h, scan, scanType, a.Person, now); err != nil {
			return err
		}
	}
	party, err := docket.PartyOf(tx, ps[0].Party)
	if err != nil {
		return err
	}
	body := map[string]any{"way": "counter", "signer": h.Signer, "signed_on": h.SignedOn.String(), "rule": rule, "scan": scan, "papers": len(ps)}
	for i, p := range ps {
		body["paper_"+string(rune('1'+i))] = p.ID
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "delivery.handed_over", Court: ps[0].Court, Case: caseID, Actor: app.Actor(tx.Context()), Holders: []string{party.Person},
		Body: body, Private: map[string]string{"relation": h.Relation}})
	return err
}

func (s *Service) serve(tx *db.Tx, p paper.Paper, h handover, scan, scanType, server string, now time.Time) error {
	if err := paper.Serve(tx, p.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO delivery_service (`+cols+`) VALUES (?, ?, ?, ?, 'counter', ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.New(), p.Case, p.ID, p.Party, h.Signer, h.Relation, h.SignedOn, rule, scan, scanType, server, now); err != nil {
		return err
	}
	return s.k.Tell(tx, fact.ServiceEffective{Case: p.Case, Paper: p.ID, Kind: p.Kind, Party: p.Party, On: h.SignedOn, Rule: rule})
}
