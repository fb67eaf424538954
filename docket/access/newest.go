package access

import (
	"fmt"
	"strings"
	"time"

	"mashang/docket"
	"mashang/platform/auth"
	"mashang/platform/db"
)

// Newest returns at most n cases c that the actor may read and that meet the
// condition where (empty: all), the newest first, older than the case before
// (empty: from the newest on). Ids grow with time, so the key is the id.
//
// It is [Join] read source by source: the person's own rows, each court and
// each division that a post lets him see whole. Each source is walked along an
// index in the wanted order and stops after n, so a page costs the same in a
// court of ten thousand cases and in a province of a million.
func Newest(tx *db.Tx, a auth.Actor, now time.Time, where string, args []any, before string, n int) ([]docket.Case, error) {
	q, all, err := newest(tx, a, now, where, args, before, n)
	if err != nil || q == "" {
		return nil, err
	}
	return db.List[docket.Case](tx, q, all...)
}

// Explain returns the engine's plan for the actor's list, a line a step.
func Explain(tx *db.Tx, a auth.Actor, now time.Time, n int) (lines []string, err error) {
	q, args, err := newest(tx, a, now, "", nil, "", n)
	if err != nil || q == "" {
		return nil, err
	}
	how := "EXPLAIN QUERY PLAN "
	if tx.Postgres() {
		how = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
	}
	_, err = tx.EachRow(how+q, func(_ []string, row []any) error {
		lines = append(lines, fmt.Sprint(row[len(row)-1]))
		return nil
	}, args...)
	return lines, err
}

func newest(tx *db.Tx, a auth.Actor, now time.Time, where string, args []any, before string, n int) (string, []any, error) {
	if where == "" {
		where = "1 = 1"
	}
	s, err := sources(tx, a, now)
	if err != nil || len(s) == 0 {
		return "", nil, err
	}
	var parts []string
	var all []any
	for _, p := range s {
		all = append(append(all, p.args...), args...)
		older := ""
		if before != "" {
			older = ` AND ` + p.id + ` < ?`
			all = append(all, before)
		}
		parts = append(parts, `SELECT id FROM (SELECT `+p.id+` AS id FROM `+p.from+` WHERE `+p.cond+` AND `+where+older+` ORDER BY `+p.id+` DESC LIMIT ?) s`)
		all = append(all, n)
	}
	return db.Planned(`SELECT ` + docket.CaseCols + ` FROM docket_case c WHERE c.id IN (` + strings.Join(parts, ` UNION `) + `) ORDER BY c.id DESC LIMIT ?`), append(all, n), nil
}

// source is one way in which an actor comes to see cases.
type source struct {
	id, from, cond string
	args           []any
}

func sources(tx *db.Tx, a auth.Actor, now time.Time) ([]source, error) {
	if a.System != "" {
		return []source{{id: "c.id", from: "docket_case c", cond: "1 = 1"}}, nil
	}
	if a.Level < auth.Matched || a.Person == "" {
		return nil, nil
	}
	r, err := reachOf(tx, a, now)
	if err != nil {
		return nil, err
	}
	rows, args := r.rows(a.Person, now)
	out := []source{{id: "x.case_id", from: "docket_access x JOIN docket_case c ON c.id = x.case_id", cond: rows, args: args}}
	for _, court := range r.courts {
		out = append(out, source{id: "c.id", from: "docket_case c", cond: `c.court_id = ? AND c.secrecy <> 'sealed'`, args: []any{court}})
	}
	for _, court := range r.filing {
		for _, state := range filing {
			out = append(out, source{id: "c.id", from: "docket_case c", cond: `c.court_id = ? AND c.state = ? AND c.secrecy <> 'sealed'`, args: []any{court, state}})
		}
	}
	for _, d := range r.divisions {
		out = append(out, source{id: "c.id", from: "docket_case c", cond: `c.division_id = ? AND c.secrecy <> 'sealed'`, args: []any{d}})
	}
	return out, nil
}

// Serves returns the courts in whose cases rows of the court's people count
// for the actor now: for lists of what he handles, which need no other look.
func Serves(tx *db.Tx, a auth.Actor, now time.Time) ([]string, error) {
	r, err := reachOf(tx, a, now)
	return r.handles, err
}
