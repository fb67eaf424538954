package statistics

import (
	"context"
	"sort"

	"mashang/docket/access"
	"mashang/law/stats"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/ledger"
)

// scopes are the places in which an event counts: the word before the colon,
// the name as SQL, and when it has one.
var scopes = []struct{ kind, name, when string }{
	{"area", `area_id`, `area_id <> ''`},
	{"court", `court_id`, `court_id <> ''`},
	{"division", `division_id`, `division_id <> ''`},
	{"judge", `court_id || ':' || judge_id`, `judge_id <> ''`},
}

// places is scopes for one event.
func (e event) places() (out []string) {
	for _, p := range []struct {
		is   bool
		name string
	}{{e.Area != "", "area:" + e.Area}, {e.Court != "", "court:" + e.Court}, {e.Division != "", "division:" + e.Division}, {e.Judge != "", "judge:" + e.Court + ":" + e.Judge}} {
		if p.is {
			out = append(out, p.name)
		}
	}
	return out
}

// sumKey is a row of statistics_sum.
type sumKey struct {
	scope, grain, at string
	cell             stats.Cell
}

// sums are changes of rows.
type sums map[sumKey]int64

func (s sums) add(e event, n int64) {
	day := e.On.String()
	for _, p := range e.places() {
		c := stats.Cell{Kind: e.Kind, Type: e.Type, Mark: e.Mark}
		s[sumKey{p, "day", day, c}] += n
		s[sumKey{p, "month", day[:7], c}] += n
	}
}

// write adds the changes, always in the same order, so that two acts that
// change the same rows wait for each other instead of for ever.
func (s sums) write(tx *db.Tx) error {
	keys := make([]sumKey, 0, len(s))
	for k, n := range s {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i].text() < keys[j].text() })
	var rows db.Rows
	for _, k := range keys {
		rows.Add(k.scope, k.grain, k.at, k.cell.Kind, k.cell.Type, k.cell.Mark, s[k])
	}
	return rows.Insert(tx, `statistics_sum (scope, grain, at, kind, type, mark, n)`, `ON CONFLICT (scope, grain, at, kind, type, mark) DO UPDATE SET n = statistics_sum.n + excluded.n`)
}

func (k sumKey) text() string {
	return k.scope + "\x00" + k.grain + k.at + "\x00" + string(k.cell.Kind) + "\x00" + k.cell.Type + "\x00" + k.cell.Mark
}

// Rebuild makes the books again: what follows from the docket is derived from
// the docket, appeals are read from the ledger, everything is summed anew.
// What the docket and the ledger do not hold, visits and ratings, is kept as it
// was heard. It may run beside a serving court, whose acts wait for it.
func (s *Service) Rebuild(ctx context.Context) error {
	ctx = auth.System(ctx, "statistics.rebuild")
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "rebuild", access.In("statistics", ""), s.k.Now()); err != nil {
			return err
		}
		if tx.Postgres() { // SQLite has one writer; here nobody may count meanwhile
			if _, err := tx.Exec(`LOCK TABLE statistics_event IN SHARE ROW EXCLUSIVE MODE`); err != nil {
				return err
			}
		}
		return rebuild(tx)
	})
}

func rebuild(tx *db.Tx) error {
	err := ledger.EachBody(tx, "casebook.appealed", func(caseID string, body map[string]any) error {
		kind, _ := body["kind"].(string)
		on, _ := body["on"].(string)
		return appealed(tx, caseID, kind, on)
	})
	if err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM statistics_event WHERE ` + caseKinds,
		`INSERT INTO statistics_event (` + eventCols + `) ` + deriveAll,
		`DELETE FROM statistics_sum`,
	} {
		if _, err := tx.Exec(q); err != nil {
			return err
		}
	}
	for _, sc := range scopes {
		if _, err := tx.Exec(`INSERT INTO statistics_sum (scope, grain, at, kind, type, mark, n) SELECT '` + sc.kind + `:' || (` + sc.name + `), 'day', on_day, kind, type, mark, COUNT(*)
			FROM statistics_event WHERE ` + sc.when + ` GROUP BY (` + sc.name + `), on_day, kind, type, mark`); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`INSERT INTO statistics_sum (scope, grain, at, kind, type, mark, n) SELECT scope, 'month', substr(at, 1, 7), kind, type, mark, SUM(n)
		FROM statistics_sum WHERE grain = 'day' GROUP BY scope, substr(at, 1, 7), kind, type, mark`)
	return err
}

// appealed keeps the first appeal, or application for retrial, of a case.
func appealed(tx *db.Tx, caseID, kind, on string) error {
	_, err := tx.Exec(`INSERT INTO statistics_appeal (case_id, kind, on_day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, caseID, kind, on)
	return err
}

// begin makes the books of a court that was served before it had any.
func (s *Service) begin(ctx context.Context) error {
	var have, cases bool
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if _, have, err = db.Maybe[string](tx, `SELECT id FROM statistics_event LIMIT 1`); err == nil && !have {
			_, cases, err = db.Maybe[string](tx, `SELECT id FROM docket_case WHERE filed_on <> '' LIMIT 1`)
		}
		return err
	})
	if err != nil || have || !cases {
		return err
	}
	return s.Rebuild(ctx)
}
