package onecode

import (
	"embed"
	"slices"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/id"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// code is a recipient's case code. Code and Short are sealed.
type code struct {
	ID     string    `db:"id"`
	Case   string    `db:"case_id"`
	Party  string    `db:"party_id"`
	Person string    `db:"person_id"`
	Code   string    `db:"code"`
	Short  string    `db:"short"`
	State  string    `db:"state"`
	At     time.Time `db:"at"`
}

const codeCols = `id, case_id, party_id, person_id, code, short, state, at`

// activeCode finds a code by the lookup digest of its long or short form.
func activeCode(tx *db.Tx, find string) (code, bool, error) {
	return db.Maybe[code](tx, `SELECT `+codeCols+` FROM onecode_code WHERE code_find = ? AND state = 'active'
		UNION ALL SELECT `+codeCols+` FROM onecode_code WHERE short_find = ? AND state = 'active'`, find, find)
}

func codeOf(tx *db.Tx, caseID, person string) (code, bool, error) {
	return db.Maybe[code](tx, `SELECT `+codeCols+` FROM onecode_code WHERE case_id = ? AND person_id = ? AND state = 'active'`, caseID, person)
}

// Message is one thing said. ReplyTo is the question that it answers or, when
// somebody asks once more, his first one.
type Message struct {
	ID       string                    `db:"id" json:"id"`
	Case     string                    `db:"case_id" json:"case"`
	Court    string                    `db:"court_id" json:"-"`
	Party    string                    `db:"party_id" json:"party"`
	AuthorID string                    `db:"author_id" json:"-"`
	Author   string                    `db:"author" json:"author"`
	Kind     string                    `db:"kind" json:"kind"`
	Way      string                    `db:"way" json:"way,omitempty"`
	Text     string                    `db:"text" json:"text"`
	Files    db.JSON[[]web.Attachment] `db:"files" json:"files"`
	ReplyTo  string                    `db:"reply_to" json:"reply_to,omitempty"`
	State    string                    `db:"state" json:"state"`
	Handler  string                    `db:"handler_id" json:"-"`
	DueOn    law.Date                  `db:"due_on" json:"due_on"`
	Clock    db.JSON[Due]              `db:"clock" json:"clock"`
	Reminded time.Time                 `db:"reminded" json:"-"`
	Late     time.Time                 `db:"escalated" json:"escalated"`
	Answered time.Time                 `db:"answered_at" json:"answered_at"`
	At       time.Time                 `db:"at" json:"at"`
}

const messageCols = `m.id, m.case_id, m.court_id, m.party_id, m.author_id, m.author, m.kind, m.way, m.text, m.files, m.reply_to, m.state, m.handler_id, m.due_on, m.clock, m.reminded, m.escalated, m.answered_at, m.at`

func insertMessage(tx *db.Tx, m Message) (string, error) {
	m.ID = id.New()
	_, err := tx.Exec(`INSERT INTO onecode_message (id, case_id, court_id, party_id, author_id, author, kind, way, text, files, reply_to, state, handler_id, due_on, clock, reminded, escalated, answered_at, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)`,
		m.ID, m.Case, m.Court, m.Party, m.AuthorID, m.Author, m.Kind, m.Way, m.Text, m.Files, m.ReplyTo, m.State, m.Handler, m.DueOn, m.Clock, m.At)
	return m.ID, err
}

func messageOf(tx *db.Tx, id string) (Message, error) {
	return db.One[Message](tx, `SELECT `+messageCols+` FROM onecode_message m WHERE m.id = ?`, id)
}

// again reports whether m asks once more.
func (m Message) again() bool { return asks(m.Kind) && m.ReplyTo != "" }

// first is the message with which m began: the handling of the two is rated once.
func (m Message) first() string { return or(m.ReplyTo, m.ID) }

// askedAgain reports whether its author asked once more after the answer to m.
func askedAgain(tx *db.Tx, m Message) (bool, error) {
	_, have, err := db.Maybe[string](tx, `SELECT id FROM onecode_message WHERE case_id = ? AND reply_to = ? AND kind = ? LIMIT 1`, m.Case, m.ID, m.Kind)
	return have, err
}

// messagesBefore returns up to n messages of a case older than a key, newest
// first; party narrows to one thread.
func messagesBefore(tx *db.Tx, caseID, party string, at time.Time, id string, n int) ([]Message, error) {
	q, args := `SELECT `+messageCols+` FROM onecode_message m WHERE m.case_id = ?`, []any{caseID}
	if party != "" {
		q += ` AND m.party_id = ?`
		args = append(args, party)
	}
	if id != "" {
		q += ` AND (m.at < ? OR (m.at = ? AND m.id < ?))`
		args = append(args, at, at, id)
	}
	return db.List[Message](tx, q+` ORDER BY m.at DESC, m.id DESC LIMIT ?`, append(args, n)...)
}

// nextIn returns the question of a case that waits and is due first; party
// narrows to one side. All that wait are put in order by the day alone, for
// their texts are long; and as a rule it is among those read already.
func nextIn(tx *db.Tx, caseID, party string, read []Message) (Message, bool, error) {
	q, args := `SELECT m.id FROM onecode_message m WHERE m.case_id = ? AND m.state = 'waiting'`, []any{caseID}
	if party != "" {
		q += ` AND m.party_id = ?`
		args = append(args, party)
	}
	id, have, err := db.Maybe[string](tx, q+` ORDER BY m.due_on, m.id LIMIT 1`, args...)
	if err != nil || !have {
		return Message{}, false, err
	}
	if i := slices.IndexFunc(read, func(m Message) bool { return m.ID == id }); i >= 0 {
		return read[i], true, nil
	}
	m, err := messageOf(tx, id)
	return m, true, err
}

// waitingIn counts the questions of a case that wait for an answer.
func waitingIn(tx *db.Tx, caseID string) (int64, error) {
	return db.One[int64](tx, `SELECT COUNT(*) FROM onecode_message WHERE case_id = ? AND state = 'waiting'`, caseID)
}

// draft is the assistant's proposal.
type draft struct {
	Message string    `db:"message_id" json:"message"`
	Text    string    `db:"text" json:"text"`
	ByID    string    `db:"by_id" json:"-"`
	By      string    `db:"by_name" json:"by"`
	At      time.Time `db:"at" json:"at"`
}

func draftOf(tx *db.Tx, message string) (draft, bool, error) {
	return db.Maybe[draft](tx, `SELECT message_id, text, by_id, by_name, at FROM onecode_draft WHERE message_id = ?`, message)
}

// waiting is a question on someone's desk.
type waiting struct {
	Message
	Number string `db:"number" json:"number"`
	Cause  string `db:"cause" json:"cause"`
	Role   string `db:"role" json:"role"`
	Judge  string `db:"judge" json:"judge"`
	Away   string `db:"away" json:"away,omitempty"` // the judge of the case, for whom another answers
	Draft  bool   `db:"has_draft" json:"has_draft"`
}

const waitingFrom = `FROM onecode_message m JOIN docket_case c ON c.id = m.case_id JOIN docket_party p ON p.id = m.party_id JOIN docket_person h ON h.id = m.handler_id LEFT JOIN docket_person j ON j.id = c.judge_id AND c.judge_id <> m.handler_id LEFT JOIN onecode_draft d ON d.message_id = m.id`
const waitingCols = messageCols + `, c.number, c.cause, p.role, h.name AS judge, COALESCE(j.name, '') AS away, CASE WHEN d.message_id IS NULL THEN 0 ELSE 1 END AS has_draft`

// waitingFor returns questions that wait for a person in the cases of the
// courts that he serves now, nearest first; of a sealed case only while he may
// read it.
func waitingFor(tx *db.Tx, a auth.Actor, at time.Time, n int) ([]waiting, error) {
	courts, err := access.Serves(tx, a, at)
	if err != nil || len(courts) == 0 {
		return nil, err
	}
	held, own := access.Held(a.Person, at)
	args := slices.Concat([]any{a.Person}, db.Args(courts), own, []any{n})
	return db.List[waiting](tx, `SELECT `+waitingCols+` `+waitingFrom+` WHERE m.state = 'waiting' AND m.handler_id = ? AND m.court_id IN (`+db.In(len(courts))+`)
		AND (c.secrecy <> 'sealed' OR `+held+`) ORDER BY m.due_on, m.id LIMIT ?`, args...)
}

// undrafted returns questions of a court that nobody has drafted an answer to,
// in the cases in which a person assists.
func undrafted(tx *db.Tx, court, person string, at time.Time, n int) ([]waiting, error) {
	return db.List[waiting](tx, `SELECT `+waitingCols+` `+waitingFrom+` WHERE m.state = 'waiting' AND m.court_id = ? AND d.message_id IS NULL
		AND EXISTS (SELECT 1 FROM docket_access x WHERE x.person_id = ? AND x.case_id = m.case_id AND x.capacity IN ('assistant', 'clerk') AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?))
		ORDER BY m.due_on, m.id LIMIT ?`, court, person, at, at, n)
}

// wordless are messages without what was written, and by whom: the words stand in
// the thread, where reading them is on record.
func wordless(ws []waiting, err error) ([]waiting, error) {
	for i := range ws {
		ws[i].Text, ws[i].Files, ws[i].Author = "", db.JSON[[]web.Attachment]{}, ""
	}
	return ws, err
}

// lateIn returns questions of a division that were due before today and shown to its head.
func lateIn(tx *db.Tx, court, division string, today law.Date, n int) ([]waiting, error) {
	return wordless(db.List[waiting](tx, `SELECT `+waitingCols+` `+waitingFrom+` WHERE m.state = 'waiting' AND m.escalated > 0 AND m.court_id = ? AND m.due_on < ? AND c.division_id = ? AND c.secrecy <> 'sealed' ORDER BY m.due_on, m.id LIMIT ?`, court, today, division, n))
}

// lateAbove returns late questions of a court that no head of a division sees
// to, because they wait for himself or there is none.
func lateAbove(tx *db.Tx, court string, now time.Time, n int) ([]waiting, error) {
	return wordless(db.List[waiting](tx, `SELECT `+waitingCols+` `+waitingFrom+` WHERE m.state = 'waiting' AND m.escalated > 0 AND m.court_id = ? AND m.due_on < ? AND c.secrecy <> 'sealed'
		AND NOT EXISTS (SELECT 1 FROM docket_post h WHERE h.court_id = m.court_id AND h.role = 'head' AND h.division_id = c.division_id AND h.person_id <> m.handler_id AND h.from_at <= ? AND (h.until_at = 0 OR h.until_at > ?))
		ORDER BY m.due_on, m.id LIMIT ?`, court, docket.Today(now), now, now, n))
}

// boardRow is how many messages of a judge wait, and how many too long.
type boardRow struct {
	Judge    string `db:"judge" json:"judge"`
	Division string `db:"division" json:"division"`
	Waiting  int    `db:"n" json:"waiting"`
	Late     int    `db:"late" json:"late"`
}

// boardOf is what waits in a court, or in one division of it, without a word
// of what was written; sealed cases are counted and not listed.
func boardOf(tx *db.Tx, court, division string, today law.Date) (rows []boardRow, late []waiting, err error) {
	within, args := `m.state = 'waiting' AND m.court_id = ?`, []any{court}
	if division != "" {
		within += ` AND c.division_id = ?`
		args = append(args, division)
	}
	rows, err = db.List[boardRow](tx, `SELECT n.name AS judge, v.name AS division, COUNT(*) AS n, SUM(CASE WHEN m.due_on < ? THEN 1 ELSE 0 END) AS late
		FROM onecode_message m JOIN docket_case c ON c.id = m.case_id JOIN docket_person n ON n.id = m.handler_id JOIN docket_division v ON v.id = c.division_id
		WHERE `+within+` GROUP BY n.id, n.name, v.id, v.name ORDER BY late DESC, n DESC, n.id, v.id LIMIT 200`, append([]any{today}, args...)...)
	if err != nil {
		return nil, nil, err
	}
	late, err = wordless(db.List[waiting](tx, `SELECT `+waitingCols+` `+waitingFrom+` WHERE `+within+` AND m.due_on < ? AND c.secrecy <> 'sealed' ORDER BY m.due_on, m.id LIMIT 100`, append(args, today)...))
	return rows, late, err
}

// delegation lets a colleague answer while a judge is away.
type delegation struct {
	ID     string    `db:"id" json:"id"`
	From   string    `db:"from_id" json:"from"`
	To     string    `db:"to_id" json:"to"`
	Begin  time.Time `db:"from_at" json:"begin"`
	Until  time.Time `db:"until_at" json:"until"`
	Reason string    `db:"reason" json:"reason"`
	Sealed bool      `db:"sealed" json:"-"` // the sealed cases go with it
}

const delegationCols = `id, from_id, to_id, from_at, until_at, reason, sealed`

// delegationOf returns the delegation of a judge that stands at an instant.
func delegationOf(tx *db.Tx, judge string, at time.Time) (delegation, bool, error) {
	return db.Maybe[delegation](tx, `SELECT `+delegationCols+` FROM onecode_delegation WHERE from_id = ? AND from_at <= ? AND until_at > ? ORDER BY from_at DESC, id DESC LIMIT 1`, judge, at, at)
}

// standing is a delegation that has not ended, as who may take it back sees it.
type standing struct {
	delegation
	Judge    string `db:"judge" json:"judge"`
	Delegate string `db:"delegate" json:"delegate"`
}

// standingOf are the delegations of some judges that stand or are to begin.
func standingOf(tx *db.Tx, judges []string, at time.Time) ([]standing, error) {
	return db.List[standing](tx, `SELECT d.id, d.from_id, d.to_id, d.from_at, d.until_at, d.reason, d.sealed, f.name AS judge, t.name AS delegate
		FROM onecode_delegation d JOIN docket_person f ON f.id = d.from_id JOIN docket_person t ON t.id = d.to_id
		WHERE d.from_id IN (`+db.In(len(judges))+`) AND d.until_at > ? ORDER BY d.from_at, d.id LIMIT 100`, append(db.Args(judges), at)...)
}

// awayIn reports whether a judge has given his own threads away on any day
// between two instants: he would not be at his desk for another's.
func awayIn(tx *db.Tx, judge string, begin, until time.Time) (bool, error) {
	_, away, err := db.Maybe[string](tx, `SELECT id FROM onecode_delegation WHERE from_id = ? AND from_at < ? AND until_at > ? LIMIT 1`, judge, until, begin)
	return away, err
}
