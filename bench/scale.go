package main

import (
	"context"
	"fmt"
	"strings"

	"mashang"
	"mashang/docket"
	"mashang/law"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/id"
)

// crowd is who reads and writes in a court of n cases.
type crowd struct {
	judge, lawyer, president auth.Actor
	n                        int
	prefix                   string
	court, year              string // whose figures are measured, and of when
}

const (
	talked = 400  // cases that hold 50 messages
	onDesk = 1000 // open cases of each judge
)

// asker returns a plaintiff and his case, spread over the whole table.
func (c crowd) asker(i int64) (auth.Actor, string) { return c.party(int(i*7919%int64(c.n)) + 1) }

// reader returns a plaintiff whose case holds 50 messages.
func (c crowd) reader(i int64) (auth.Actor, string) {
	return c.party(int(i*7919%talked+1) * (c.n / talked))
}

func (c crowd) party(k int) (auth.Actor, string) {
	return auth.Actor{Person: fmt.Sprintf("%sp%09d", c.prefix, k), Account: "bench", Name: "甲", Level: auth.Matched}, fmt.Sprintf("%sc%09d", c.prefix, k)
}

// The load is put in by the database itself, one statement a table: a million
// cases by way of the acts would take longer than what is to be measured. Only
// the shape matters here: rows, indexes, and who stands to which case how.
// So many cases are open that each of the judges has a thousand of them on his
// desk, at every size: what grows is the nation.
const numbers = `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d) `

// nine is n with nine digits, portable.
const nine = `SUBSTR('000000000' || CAST(s.n AS TEXT), LENGTH(CAST(s.n AS TEXT)) + 1)`

func grow(ctx context.Context, c *mashang.Court, n int) (crowd, error) {
	w := crowd{n: n, prefix: id.New()[:14], year: docket.Today(c.Kit.Now()).String()[:4]} // ids newer than the demo's own
	err := c.Kit.DB.Do(ctx, func(tx *db.Tx) error {
		judges, err := db.List[docket.Post](tx, `SELECT id, person_id, court_id, division_id, role, from_at, until_at FROM docket_post WHERE role = 'judge' AND until_at = 0 ORDER BY id`)
		if err != nil || len(judges) == 0 {
			return fmt.Errorf("no judges: %w", err)
		}
		if _, err := tx.Exec(`CREATE TABLE bench_judge (k BIGINT PRIMARY KEY, person_id TEXT NOT NULL, court_id TEXT NOT NULL, division_id TEXT NOT NULL)`); err != nil {
			return err
		}
		want := max(1, min(len(judges), n/25_000))
		var rows db.Rows
		for k, j := range judges[:want] {
			rows.Add(k, j.Person, j.Court, j.Division)
		}
		if err := rows.Insert(tx, `bench_judge (k, person_id, court_id, division_id)`, ``); err != nil {
			return err
		}
		w.court = judges[0].Court
		w.judge = auth.Actor{Person: judges[0].Person, Account: "bench", Name: "法官", Level: auth.Staff, Staff: true}
		w.lawyer = auth.Actor{Person: w.prefix + "lawyer", Account: "bench", Name: "律师", Level: auth.Matched}
		president, err := db.One[string](tx, `SELECT person_id FROM docket_post WHERE role = 'president' AND court_id = ? AND until_at = 0 ORDER BY id LIMIT 1`, judges[0].Court)
		if err != nil {
			return err
		}
		w.president = auth.Actor{Person: president, Account: "bench", Name: "院长", Level: auth.Staff, Staff: true}
		for _, q := range load(w, want, docket.Today(c.Kit.Now()).AddDays(100)) {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		open, err := db.One[int64](tx, `SELECT COUNT(*) FROM docket_case WHERE judge_id = ? AND state = 'open'`, w.judge.Person)
		if err == nil && (open < onDesk || open > onDesk+200) { // the demo's own and the lawyer's come on top
			err = fmt.Errorf("%d cases are on the judge's desk, not %d", open, onDesk)
		}
		return err
	})
	if err != nil {
		return w, err
	}
	if c.Kit.DB.Postgres() { // it would do so by itself a little later
		return w, c.Kit.DB.Do(ctx, func(tx *db.Tx) error { _, err := tx.Exec(`ANALYZE`); return err })
	}
	return w, c.Kit.DB.Analyze(ctx)
}

// load are the statements, in the order of the tables' references.
func load(w crowd, judges int, limit law.Date) []string {
	all, every := fmt.Sprintf(numbers, w.n), max(2, w.n/(onDesk*judges))
	few := fmt.Sprintf(numbers, 40)
	r := strings.NewReplacer("{n}", nine, "{p}", w.prefix, "{j}", fmt.Sprint(judges), "{step}", fmt.Sprint(max(1, w.n/40)), "{many}", fmt.Sprint(w.n/talked), "{filed}", day(1), "{closed}", day(4), "{every}", fmt.Sprint(every), "{limit}", limit.String())
	year := strings.NewReplacer("{year}", w.year)
	state := `CASE WHEN s.n / {j} % {every} = 0 OR s.n % {step} = 1 THEN 'open' ELSE 'closed' END` // counted within each judge's own
	qs := []string{
		`INSERT INTO docket_person (id, kind, name, id_type, id_sealed, id_find, born_on, sex, merged_to, at) ` + all + `SELECT '{p}p' || {n}, 'natural', '甲' || {n}, 'resident', '', '{p}' || {n}, '', '', '', 1 FROM s`,
		`INSERT INTO docket_person (id, kind, name, id_type, id_sealed, id_find, born_on, sex, merged_to, at) VALUES ('{p}lawyer', 'natural', '律师', 'resident', '', '{p}lawyer', '', '', '', 1)`,
		`INSERT INTO docket_case (id, court_id, division_id, number, type, special, cause, closing_cause, claim, amount, procedure, state, secrecy, judge_id, received_on, filed_on, heard, limit_on, suspended_on, excluded_days, extended, closed_on, closing_way, names, moved_at) ` +
			all + `SELECT '{p}c' || {n}, j.court_id, j.division_id, '{p}' || {n}, '民初', '', '买卖合同纠纷', '', '判令被告支付货款。', 5000000, 'ordinary', ` + state + `, 'public', j.person_id, {filed}, {filed}, 0, '{limit}', '', 0, 0, CASE WHEN ` + state + ` = 'closed' THEN {closed} ELSE '' END, CASE WHEN ` + state + ` = 'closed' THEN CASE s.n % 3 WHEN 0 THEN 'mediation' WHEN 1 THEN 'judgment' ELSE 'withdrawal' END ELSE '' END, '甲 诉 乙', 1 FROM s JOIN bench_judge j ON j.k = s.n % {j}`,
		`INSERT INTO docket_party (id, case_id, person_id, role, ord, address, phone, phone_find, rep_name, rep_title, joined_at, left_at) ` + all + `SELECT '{p}x' || {n}, '{p}c' || {n}, '{p}p' || {n}, 'plaintiff', 1, '', '', '', '', '', 1, 0 FROM s`,
		`INSERT INTO docket_party (id, case_id, person_id, role, ord, address, phone, phone_find, rep_name, rep_title, joined_at, left_at) ` + all + `SELECT '{p}y' || {n}, '{p}c' || {n}, '{p}p' || SUBSTR('000000000' || CAST(1 + (s.n * 31) % ` + fmt.Sprint(w.n) + ` AS TEXT), LENGTH(CAST(1 + (s.n * 31) % ` + fmt.Sprint(w.n) + ` AS TEXT)) + 1), 'defendant', 2, '', '', '', '', '', 1, 0 FROM s`,
		`INSERT INTO docket_seat (id, case_id, person_id, seat, from_at, until_at) ` + all + `SELECT '{p}s' || {n}, '{p}c' || {n}, j.person_id, 'sole', 1, 0 FROM s JOIN bench_judge j ON j.k = s.n % {j}`,
	}
	for _, a := range [][3]string{{"x", "'{p}p' || {n}", "party"}, {"z", "j.person_id", "handler"}} {
		qs = append(qs, `INSERT INTO docket_access (id, person_id, case_id, capacity, scope, from_at, until_at, basis) `+all+`SELECT '{p}`+a[0]+`' || {n}, `+a[1]+`, '{p}c' || {n}, '`+a[2]+`', '', 1, 0, '' FROM s JOIN bench_judge j ON j.k = s.n % {j}`)
	}
	qs = append(qs,
		`INSERT INTO docket_access (id, person_id, case_id, capacity, scope, from_at, until_at, basis) SELECT '{p}w' || p.id, p.person_id, p.case_id, 'party', '', 1, 0, '' FROM docket_party p WHERE p.id >= '{p}y' AND p.id < '{p}z'`,
		`INSERT INTO docket_access (id, person_id, case_id, capacity, scope, from_at, until_at, basis) `+few+`SELECT '{p}l' || {n}, '{p}lawyer', '{p}c' || SUBSTR('000000000' || CAST(1 + (s.n - 1) * {step} AS TEXT), LENGTH(CAST(1 + (s.n - 1) * {step} AS TEXT)) + 1), 'agent', '', 1, 0, '' FROM s`)
	qs = append(qs, `INSERT INTO onecode_message (id, case_id, court_id, party_id, author_id, author, kind, way, text, files, reply_to, state, handler_id, due_on, clock, reminded, escalated, answered_at, at)
		`+fmt.Sprintf(numbers[:len(numbers)-1]+`, m(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM m WHERE k < 50) `, talked)+`SELECT '{p}m' || {n} || CAST(100 + m.k AS TEXT), c.id, c.court_id, '{p}x' || SUBSTR(c.id, 16), '{p}p' || SUBSTR(c.id, 16), '甲', 'question', '', '开庭能不能用手机参加？我长期在外地打工，来回一趟要两天。', '[]', '', 'answered', c.judge_id, '2026-03-10', '{}', 0, 0, 1, m.k
		FROM s CROSS JOIN m JOIN docket_case c ON c.id = '{p}c' || SUBSTR('000000000' || CAST(s.n * {many} AS TEXT), LENGTH(CAST(s.n * {many} AS TEXT)) + 1)`)
	for i := range qs {
		qs[i] = year.Replace(r.Replace(qs[i]))
	}
	return qs
}

// day spreads cases over seven months of the year, from the given one on.
func day(month int) string {
	return fmt.Sprintf(`('{year}-' || SUBSTR('0' || CAST(%d + s.n %% 7 AS TEXT), LENGTH('0' || CAST(%d + s.n %% 7 AS TEXT)) - 1) || '-' || CAST(10 + s.n %% 19 AS TEXT))`, month, month)
}
