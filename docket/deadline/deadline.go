// Package deadline keeps the dates by which someone in a case must have acted.
// How a date is computed is law/period's business; here it is started,
// stopped, replaced and listed, always with the arithmetic that the citizen
// is shown. A date in a year whose rest days are not loaded is provisional
// (暂定) and computed again when they are.
package deadline

import (
	"embed"
	"strings"
	"time"

	"mashang/law"
	"mashang/law/period"
	"mashang/platform/db"
	"mashang/platform/id"
)

//go:embed schema
var Schema embed.FS

// States of a deadline.
const (
	Running  = "running"
	Met      = "met"
	Stopped  = "stopped"
	Replaced = "replaced"
)

// Deadline is one date for one party, or for the court when Party is empty.
type Deadline struct {
	ID          string            `db:"id" json:"id"`
	Case        string            `db:"case_id" json:"case"`
	Party       string            `db:"party_id" json:"party"`
	Rule        string            `db:"rule" json:"rule"`   // key in law/period
	Title       string            `db:"title" json:"title"` // plain words
	Start       law.Date          `db:"start_on" json:"start"`
	StartEvent  string            `db:"start_event" json:"start_event"`
	Last        law.Date          `db:"last_on" json:"last"`
	Provisional bool              `db:"provisional" json:"provisional"`
	Steps       db.JSON[[]string] `db:"steps" json:"steps"`
	Basis       db.JSON[[]string] `db:"basis" json:"basis"`
	State       string            `db:"state" json:"state"`
	At          time.Time         `db:"at" json:"-"`
}

const cols = `id, case_id, party_id, rule, title, start_on, start_event, last_on, provisional, steps, basis, state, at`

// Start begins d. A running deadline of the same rule and party is replaced; of a
// right against a paper only that against the same one.
func Start(tx *db.Tx, d Deadline) error {
	q, args := `UPDATE deadline_deadline SET state = 'replaced' WHERE case_id = ? AND party_id = ? AND rule = ? AND state = 'running'`, []any{d.Case, d.Party, d.Rule}
	if period.Rules[d.Rule].Against() {
		q, args = q+` AND start_event = ?`, append(args, d.StartEvent)
	}
	if _, err := tx.Exec(q, args...); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO deadline_deadline (`+cols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)`,
		id.New(), d.Case, d.Party, d.Rule, d.Title, d.Start, d.StartEvent, d.Last, d.Provisional, d.Steps, d.Basis, d.At)
	return err
}

// End moves the running deadlines of a rule to a state; empty rule means all of the case.
func End(tx *db.Tx, caseID, rule, state string) error {
	q, args := `UPDATE deadline_deadline SET state = ? WHERE case_id = ? AND state = 'running'`, []any{state, caseID}
	if rule != "" {
		q += ` AND rule = ?`
		args = append(args, rule)
	}
	_, err := tx.Exec(q, args...)
	return err
}

// ByService is the start event of what starts when a paper is served.
func ByService(paper string) string { return service + paper }

const service = "service "

// StartedBy reports whether serving a paper started it; of an old one it is not
// known which paper did.
func (d Deadline) StartedBy(paper string) bool {
	return d.StartEvent == ByService(paper) || !strings.HasPrefix(d.StartEvent, service)
}

// Fall stops what an event started: the event was none. It returns the rules
// of what it stopped.
func Fall(tx *db.Tx, caseID, event string) ([]string, error) {
	rules, err := db.List[string](tx, `SELECT rule FROM deadline_deadline WHERE case_id = ? AND start_event = ? AND state = 'running' ORDER BY rule`, caseID, event)
	if err != nil || len(rules) == 0 {
		return nil, err
	}
	_, err = tx.Exec(`UPDATE deadline_deadline SET state = 'stopped' WHERE case_id = ? AND start_event = ? AND state = 'running'`, caseID, event)
	return rules, err
}

// Close stops what runs in a case when it is closed, except the rules in which
// a party may still act against how it ended.
func Close(tx *db.Tx, caseID string, keep ...string) error {
	_, err := tx.Exec(`UPDATE deadline_deadline SET state = 'stopped' WHERE case_id = ? AND state = 'running' AND rule NOT IN (`+db.In(len(keep))+`)`, append([]any{caseID}, db.Args(keep)...)...)
	return err
}

// Of returns the running deadlines of a case, the nearest first.
func Of(tx *db.Tx, caseID string) ([]Deadline, error) {
	return db.List[Deadline](tx, `SELECT `+cols+` FROM deadline_deadline WHERE case_id = ? AND state = 'running' ORDER BY last_on, id`, caseID)
}

// Provisional returns running deadlines that were computed without a calendar,
// after a key, at most n.
func Provisional(tx *db.Tx, after string, n int) ([]Deadline, error) {
	return db.List[Deadline](tx, `SELECT `+cols+` FROM deadline_deadline WHERE provisional = 1 AND state = 'running' AND id > ? ORDER BY id LIMIT ?`, after, n)
}

// EndingIn returns the running deadlines of parties whose last day lies in a
// span, after a key, at most n. The court's own are not among them.
func EndingIn(tx *db.Tx, first, last law.Date, after string, n int) ([]Deadline, error) {
	return db.List[Deadline](tx, `SELECT `+cols+` FROM deadline_deadline WHERE state = 'running' AND party_id <> '' AND last_on >= ? AND last_on <= ? AND id > ? ORDER BY id LIMIT ?`, first, last, after, n)
}

// ByID returns a deadline, and whether it still runs.
func ByID(tx *db.Tx, id string) (Deadline, bool, error) {
	return db.Maybe[Deadline](tx, `SELECT `+cols+` FROM deadline_deadline WHERE id = ? AND state = 'running'`, id)
}
