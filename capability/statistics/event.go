package statistics

import (
	"embed"
	"strings"

	"mashang/docket"
	"mashang/law"
	"mashang/law/stats"
	"mashang/platform/db"
)

//go:embed schema
var schema embed.FS

// event is one thing that is counted.
type event struct {
	ID       string     `db:"id"`
	Kind     stats.Kind `db:"kind"`
	Case     string     `db:"case_id"`
	Area     string     `db:"area_id"` // the court that stands above, or the court itself
	Court    string     `db:"court_id"`
	Division string     `db:"division_id"`
	Judge    string     `db:"judge_id"`
	On       law.Date   `db:"on_day"`
	Type     string     `db:"type"`
	Mark     string     `db:"mark"`
	Person   string     `db:"person_id"`
}

const eventCols = `id, kind, case_id, area_id, court_id, division_id, judge_id, on_day, type, mark, person_id`

// area of a court k as SQL.
const area = `CASE WHEN k.level = 'basic' THEN k.parent ELSE k.code END`

// ofCase are the kinds that follow from a case as it stands: what each is
// called, its day, its mark, and when there is one. An appeal counts on the day
// on which the case was closed. Who closes a case that stands suspended is in
// time if the limit had not run out when it was suspended: since then it stood
// still.
var ofCase = []struct{ kind, day, mark, join, when string }{
	{"filed", `c.filed_on`, `''`, ``, `c.filed_on <> ''`},
	{"closed", `c.closed_on`, `c.closing_way`, ``, `c.state = 'closed'`},
	{"in_time", `c.closed_on`, `c.closing_way`, ``, `c.state = 'closed' AND c.limit_on <> '' AND (c.closed_on <= c.limit_on OR (c.suspended_on <> '' AND c.suspended_on <= c.limit_on))`},
	{"appealed", `c.closed_on`, `c.closing_way`, ` JOIN statistics_appeal a ON a.case_id = c.id AND a.kind = 'appeal'`, `c.state = 'closed'`},
	{"retrial", `a.on_day`, `c.closing_way`, ` JOIN statistics_appeal a ON a.case_id = c.id AND a.kind = 'retrial'`, `c.state = 'closed'`},
}

// derivation returns the query for the events of cases, as they follow from the
// docket; one: of one case, whose id is the argument, once for each kind.
func derivation(one bool) string {
	only := ``
	if one {
		only = ` AND c.id = ?`
	}
	var parts []string
	for _, k := range ofCase {
		parts = append(parts, `SELECT c.id || '/`+k.kind+`' AS id, '`+k.kind+`' AS kind, c.id AS case_id, `+area+` AS area_id, c.court_id, c.division_id, c.judge_id, `+
			k.day+` AS on_day, c.type, `+k.mark+` AS mark, '' AS person_id FROM docket_case c JOIN docket_court k ON k.code = c.court_id`+k.join+` WHERE `+k.when+only)
	}
	return strings.Join(parts, ` UNION ALL `)
}

var (
	deriveAll = derivation(false)
	deriveOne = derivation(true)
	caseKinds = `kind IN ('filed', 'closed', 'in_time', 'appealed', 'retrial')`
)

// recount derives the events of a case anew and puts the difference into the
// books.
func recount(tx *db.Tx, caseID string) error {
	ids, args := make([]any, len(ofCase)), make([]any, len(ofCase))
	for i, k := range ofCase {
		ids[i], args[i] = caseID+"/"+k.kind, caseID
	}
	was, err := db.List[event](tx, `SELECT `+eventCols+` FROM statistics_event WHERE id IN (`+db.In(len(ids))+`)`, ids...)
	if err != nil {
		return err
	}
	is, err := db.List[event](tx, deriveOne, args...)
	if err != nil {
		return err
	}
	return change(tx, was, is)
}

// put writes an event that does not follow from a case; one of the same id
// gives way to it.
func put(tx *db.Tx, e event) error {
	was, err := db.List[event](tx, `SELECT `+eventCols+` FROM statistics_event WHERE id = ?`, e.ID)
	if err != nil {
		return err
	}
	return change(tx, was, []event{e})
}

// change replaces events by others. What is in both stays as it is.
func change(tx *db.Tx, was, is []event) error {
	delta, same := sums{}, map[event]bool{}
	for _, e := range is {
		same[e] = true
	}
	kept := map[event]bool{}
	for _, e := range was {
		if same[e] {
			kept[e] = true
			continue
		}
		// Found and gone: someone counted anew meanwhile, and so must we.
		if err := db.Must1(tx.Exec(`DELETE FROM statistics_event WHERE id = ?`, e.ID)); err != nil {
			return err
		}
		delta.add(e, -1)
	}
	var rows db.Rows
	for _, e := range is {
		if kept[e] {
			continue
		}
		rows.Add(e.ID, e.Kind, e.Case, e.Area, e.Court, e.Division, e.Judge, e.On, e.Type, e.Mark, e.Person)
		delta.add(e, 1)
	}
	if err := rows.Insert(tx, `statistics_event (`+eventCols+`)`, ``); err != nil {
		return err
	}
	return delta.write(tx)
}

// around is an event in a case without what it is: where it belongs.
func around(tx *db.Tx, caseID string) (e event, err error) {
	c, err := docket.CaseOf(tx, caseID)
	if err != nil {
		return e, err
	}
	k, err := docket.CourtOf(tx, c.Court)
	e = event{Case: c.ID, Area: areaOf(k), Court: c.Court, Division: c.Division, Judge: c.Judge}
	return e, err
}

// areaOf is the court whose two levels a court belongs to.
func areaOf(c docket.Court) string {
	if c.Level == "basic" {
		return c.Parent
	}
	return c.Code
}
