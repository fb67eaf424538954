package intake

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

//go:embed schema
var schema embed.FS

// States of a batch, in the order in which it goes through them.
const (
	reading = "reading" // its lines are being put into cases
	trying  = "trying"  // each case is being tried
	tried   = "tried"   // somebody must look, and confirm
	running = "running" // it is being carried out
	done    = "done"
	undoing = "undoing" // it is being taken back
	undone  = "undone"
	spent   = "spent" // nobody confirmed it while the list was kept
)

// keptDays is how long a list is kept; then what it says of people is erased.
const keptDays = 30

// batch is a list that was uploaded.
type batch struct {
	ID     string    `db:"id" json:"id"`
	Court  string    `db:"court_id" json:"court"`
	Person string    `db:"person_id" json:"-"`
	Name   string    `db:"name" json:"name"`
	Digest string    `db:"digest" json:"-"`
	Lines  int       `db:"lines" json:"lines"`
	Unused string    `db:"unused" json:"unused"`
	State  string    `db:"state" json:"state"`
	At     time.Time `db:"at" json:"at"`
	Began  time.Time `db:"began_at" json:"began"`
	Ended  time.Time `db:"ended_at" json:"ended"`
	Erased time.Time `db:"erased_at" json:"-"`
}

const batchCols = `id, court_id, person_id, name, digest, lines, unused, state, at, began_at, ended_at, erased_at`

// found is a case of a list, and what was found or became of it.
type found struct {
	Batch  string                  `db:"batch_id" json:"-"`
	N      int                     `db:"n" json:"n"`
	Lines  db.JSON[[]int]          `db:"lines" json:"lines"`
	Number string                  `db:"number" json:"number"`
	Record string                  `db:"record" json:"-"`
	Places db.JSON[map[string]int] `db:"places" json:"-"`
	State  string                  `db:"state" json:"state"`
	Said   db.JSON[[]remark]       `db:"said" json:"said"`
	Case   string                  `db:"case_id" json:"case,omitempty"`
}

const itemCols = `batch_id, n, lines, number, record, places, state, said, case_id`

// discreet takes from cases of a batch what names one that is sealed by now, and
// that the reader may not know of. One that was taken back has no number any more.
func discreet(tx *db.Tx, batchID string, lists ...[]found) error {
	sealed, err := db.List[string](tx, `SELECT c.id FROM intake_item i JOIN docket_case c ON c.id = i.case_id WHERE i.batch_id = ? AND c.secrecy = ? AND c.number <> ''`, batchID, docket.Sealed)
	if err != nil {
		return err
	}
	for _, id := range sealed {
		_, no := access.May(tx, auth.From(tx.Context()), "read", access.Of("case", id), tx.Now())
		for _, fs := range lists {
			for i := range fs {
				if f := &fs[i]; no != nil && f.Case == id {
					f.Number, f.Case, f.Said.V = "一件封存的案件", "", nil
				}
			}
		}
	}
	return nil
}

func batchOf(tx *db.Tx, batchID string) (batch, error) {
	return db.One[batch](tx, `SELECT `+batchCols+` FROM intake_batch WHERE id = ?`, batchID)
}

// may asks for a batch on behalf of whoever acts.
func may(tx *db.Tx, batchID string) (batch, error) {
	b, err := batchOf(tx, batchID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return b, err
	}
	if _, merr := access.May(tx, auth.From(tx.Context()), "import", access.In("court", b.Court), tx.Now()); merr != nil {
		if b.Court == "" { // of nothing, whoever imports somewhere learns that it is nothing
			if _, own := ownCourt(tx); own == nil {
				return b, err
			}
		}
		return b, merr
	}
	return b, err
}

// ownCourt is the court whose filing judge acts.
func ownCourt(tx *db.Tx) (string, error) {
	a := auth.From(tx.Context())
	posts, err := docket.Posts(tx, a.Person, tx.Now())
	if err != nil {
		return "", err
	}
	court := ""
	for _, p := range posts {
		if p.Role == docket.FilingJudge {
			court = p.Court
		}
	}
	_, err = access.May(tx, a, "import", access.In("court", court), tx.Now())
	return court, err
}

// upload keeps a list and has it read. Nothing of it is taken yet.
func (s *Service) upload(ctx context.Context, name string, file []byte) (batchID string, err error) {
	if err := s.k.Read(ctx, func(tx *db.Tx) error { _, err := ownCourt(tx); return err }); err != nil {
		return "", err
	}
	l, err := readList(file)
	if err != nil {
		return "", err
	}
	digest, _, err := s.k.PutSealed(ctx, "intake.list", bytes.NewReader(file))
	if err != nil {
		return "", err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		court, err := ownCourt(tx)
		if err != nil {
			return err
		}
		now := tx.Now()
		batchID = id.New()
		if _, err := tx.Exec(`INSERT INTO intake_batch (`+batchCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, 'reading', ?, 0, 0, 0)`,
			batchID, court, auth.From(ctx).Person, name, digest, len(l.lines), strings.Join(l.unused[:min(len(l.unused), 20)], "、"), now); err != nil {
			return err
		}
		for _, j := range []jobs.Spec{{Kind: "intake.read", Lane: batchID, Body: batchID}, {Kind: "intake.erase", Body: batchID, At: now.AddDate(0, 0, keptDays)}} {
			if err := s.k.Jobs.Enqueue(tx, j); err != nil {
				return err
			}
		}
		if err := s.k.Went(tx, "/intake/"+batchID); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "intake.uploaded", Court: court, Actor: app.Actor(ctx), Body: map[string]any{"import": batchID, "lines": len(l.lines), "list": digest}})
		return err
	})
	if err != nil {
		return "", errors.Join(err, s.discard(ctx, digest))
	}
	return batchID, nil
}

// discard takes a file away that no import came to hold: its act was refused,
// or it was sent twice.
func (s *Service) discard(ctx context.Context, digest string) error {
	held := true
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		_, held, err = db.Maybe[string](tx, `SELECT id FROM intake_batch WHERE digest = ?`, digest)
		return err
	}); err != nil || held {
		return err
	}
	return s.k.Blob.Remove(ctx, digest)
}

// confirm has a list carried out that was tried.
func (s *Service) confirm(ctx context.Context, batchID string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		b, err := may(tx, batchID)
		if err != nil {
			return err
		}
		n, err := counts(tx, batchID)
		switch {
		case err != nil:
			return err
		case b.State == reading || b.State == trying:
			return fault.New(fault.Conflict, "还在试，等试完了看过结果再确认。")
		case b.State == spent:
			return fault.New(fault.Conflict, "这份表格放了三十天，已经清除了。请重新上传。")
		case b.State != tried:
			return fault.New(fault.Conflict, "这份表格已经确认过了，不会导入两次。")
		case n["new"]+n["change"] == 0:
			return fault.New(fault.Conflict, "这份表格里没有可以导入的案件。请改好再上传。")
		}
		if err := db.Must1(tx.Exec(`UPDATE intake_batch SET state = 'running', began_at = ? WHERE id = ? AND state = 'tried'`, tx.Now(), batchID)); err != nil {
			return err
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "intake.carry", Lane: batchID, Body: batchID}); err != nil {
			return err
		}
		if err := s.k.Went(tx, "/intake/"+batchID); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "intake.confirmed", Court: b.Court, Actor: app.Actor(ctx), Body: map[string]any{"import": batchID, "new": n["new"], "change": n["change"], "wrong": n["wrong"]}})
		return err
	})
}

// undo has an import taken back; one that still runs stops where it is.
func (s *Service) undo(ctx context.Context, batchID string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		b, err := may(tx, batchID)
		switch {
		case err != nil:
			return err
		case b.State == undoing || b.State == undone:
			return fault.New(fault.Conflict, "这次导入已经撤销过了。")
		case b.State != running && b.State != done:
			return fault.New(fault.Conflict, "这份表格还没有导入，没有可以撤销的。")
		}
		if err := db.Must1(tx.Exec(`UPDATE intake_batch SET state = 'undoing' WHERE id = ? AND state IN ('running', 'done')`, batchID)); err != nil {
			return err
		}
		// In one lane with the carrying: what a job has just taken is here before
		// this looks.
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "intake.undo", Lane: batchID, Body: batchID}); err != nil {
			return err
		}
		if err := s.k.Went(tx, "/intake/"+batchID); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "intake.undo", Court: b.Court, Actor: app.Actor(ctx), Body: map[string]any{"import": batchID}})
		return err
	})
}

// counts is how many cases of a batch stand where.
func counts(tx *db.Tx, batchID string) (map[string]int, error) {
	type row struct {
		State string `db:"state"`
		N     int    `db:"n"`
	}
	rows, err := db.List[row](tx, `SELECT state, COUNT(*) AS n FROM intake_item WHERE batch_id = ? GROUP BY state`, batchID)
	out := map[string]int{}
	for _, r := range rows {
		out[r.State] = r.N
		out["all"] += r.N
	}
	return out, err
}

// next returns the first cases of a batch in some states, at most n. Each state
// is asked for by itself: of several at once the engine would walk past all
// that is settled, every time.
func next(tx *db.Tx, batchID string, n int, states ...string) (out []found, err error) {
	for _, state := range states {
		fs, err := db.List[found](tx, `SELECT `+itemCols+` FROM intake_item WHERE batch_id = ? AND state = ? ORDER BY n LIMIT ?`, batchID, state, n)
		if err != nil {
			return nil, err
		}
		out = append(out, fs...)
	}
	slices.SortFunc(out, func(a, b found) int { return a.N - b.N })
	return out[:min(n, len(out))], nil
}

// settle writes what was found, or became, of a case. It happens once.
func settle(tx *db.Tx, f found, state string, said []remark, caseID string) error {
	keep := ""
	if state == "new" || state == "change" { // else nobody needs to know it twice
		keep = f.Record
	}
	if said == nil {
		said = []remark{}
	}
	return db.Must1(tx.Exec(`UPDATE intake_item SET state = ?, said = ?, case_id = ?, record = ? WHERE batch_id = ? AND n = ? AND state = ?`,
		state, db.JSON[[]remark]{V: said}, caseID, keep, f.Batch, f.N, f.State))
}
