// Package paper is a court paper and its life: ordered, signed by people where
// its kind asks for it, issued (drawn, sealed and stored, after which nothing in
// it changes), served, effective; or
// superseded or withdrawn, with its text and digest kept for ever. Kinds of
// paper are data of the papers service; how each is signed and served is in
// the kind's row, not here.
package paper

import (
	"embed"
	"time"

	"mashang/law"
	"mashang/platform/db"
	"mashang/platform/id"
)

//go:embed schema
var Schema embed.FS

// States of a paper.
const (
	Ordered    = "ordered"
	Signing    = "signing" // drawn, and waits for people's signatures
	Issued     = "issued"
	Served     = "served"
	Effective  = "effective"
	Superseded = "superseded"
	Withdrawn  = "withdrawn"
)

// Paper is one paper for one addressee, or for the file when Party is empty. A
// judgment goes to several: each has a copy, with the code, file and fate of
// the original and with a service of its own.
type Paper struct {
	ID         string    `db:"id" json:"id"`
	Code       string    `db:"code" json:"code"`         // paper code: the same on each copy and page, for ever
	Original   string    `db:"original" json:"original"` // id of the paper it is a copy of; its own when it is none
	Case       string    `db:"case_id" json:"case"`
	Court      string    `db:"court_id" json:"court"`
	Party      string    `db:"party_id" json:"party"`
	Kind       string    `db:"kind" json:"kind"`
	Version    string    `db:"version" json:"version"` // of the template
	Title      string    `db:"title" json:"title"`
	Number     string    `db:"number" json:"number"`
	Dated      law.Date  `db:"dated" json:"dated"`
	Pages      int       `db:"pages" json:"pages"`
	Digest     string    `db:"digest" json:"digest"` // blob of the PDF
	Data       string    `db:"data" json:"-"`        // what filled the template, sealed
	State      string    `db:"state" json:"state"`
	Superseded string    `db:"superseded" json:"superseded"` // id of the paper that replaced it
	Corrects   string    `db:"corrects" json:"corrects"`     // id of the paper whose slips it puts right
	Demo       bool      `db:"demo" json:"demo"`
	SealAt     SealAt    `db:"seal_at" json:"-"` // while people sign: where the seal will stand
	ServedOn   law.Date  `db:"served_on" json:"served_on"`
	ServedBy   string    `db:"served_by" json:"served_by"` // the way, as law/service names it
	AppealedOn law.Date  `db:"appealed_on" json:"appealed_on"`
	Awaits     string    `db:"awaits" json:"-"` // kind of the paper that has to follow, or Closing
	At         time.Time `db:"at" json:"at"`
}

// Unsealed reports whether the court did not seal the paper, and so did not
// issue it.
func (p Paper) Unsealed() bool {
	return p.Digest == "" || p.State == Signing || p.SealAt.V != [5]float64{}
}

const cols = `id, code, original, case_id, court_id, party_id, kind, version, title, number, dated, pages, digest, data, state, superseded, corrects, demo, at, seal_at, served_on, served_by, appealed_on, awaits`

// SealAt is a page, counted from 0, and on it left, bottom, right and top of the
// square in which the seal will stand; all 0 where no room was left for one.
type SealAt = db.JSON[[5]float64]

// New gives a paper its id and code, which stand in what fills its template.
func New(p Paper) Paper {
	p.ID, p.Code = id.New(), id.Code(16)
	p.Original = p.ID
	return p
}

// Order writes a paper that is to be drawn and returns it with its id and code.
func Order(tx *db.Tx, p Paper) (Paper, error) {
	if p.ID == "" {
		p = New(p)
	}
	return p, put(tx, &p)
}

// Copy writes a copy of an ordered paper for another addressee.
func Copy(tx *db.Tx, p Paper, party string) (Paper, error) {
	p.ID, p.Party = id.New(), party
	return p, put(tx, &p)
}

func put(tx *db.Tx, p *Paper) error {
	p.State = Ordered
	_, err := tx.Exec(`INSERT INTO paper_paper (`+cols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, 'ordered', '', ?, ?, ?, '[]', '', '', '', '')`,
		p.ID, p.Code, p.Original, p.Case, p.Court, p.Party, p.Kind, p.Version, p.Title, p.Number, p.Dated, p.Data, p.Corrects, p.Demo, p.At)
	if err != nil {
		return err
	}
	// Few papers wait for another; those of a case may be many.
	_, err = tx.Exec(`UPDATE paper_paper SET awaits = '' WHERE case_id || '' = ? AND awaits <> '' AND awaits = ?`, p.Case, p.Kind)
	return err
}

// Closing is awaited after what ends a case.
const Closing = "closing"

// Await says that a paper of a kind has to follow this one, or that the case has
// to be closed. It is so until one is ordered, or until it is.
func Await(tx *db.Tx, paper, kind string) error {
	return db.Must1(tx.Exec(`UPDATE paper_paper SET awaits = ? WHERE id = ?`, kind, paper))
}

// copies picks a paper with all that have its code.
const copies = `original = (SELECT o.original FROM paper_paper o WHERE o.id = ?)`

// some is db.Must1 for a paper that may have copies.
func some(n int64, err error) error { return db.Must1(min(n, 1), err) }

// Hold keeps a paper and its copies as they are until the act ends: who serves
// one meanwhile waits.
func Hold(tx *db.Tx, paper string) error {
	_, err := tx.Exec(`UPDATE paper_paper SET state = state WHERE `+copies, paper)
	return err
}

// Copies returns a paper and all that have its code, the original first.
func Copies(tx *db.Tx, paper string) ([]Paper, error) {
	return db.List[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE `+copies+` ORDER BY id = original DESC, id`, paper)
}

// Signer is one who signs a paper before it is issued. Those of one step sign
// in any order, the next step after all of them.
type Signer struct {
	Step   int    `json:"step"`
	Person string `json:"person"`
	Party  string `json:"party,omitempty"` // whose side he is on, if on one
	Name   string `json:"name"`            // in the certificate
	As     string `json:"as"`              // 原告, 审判员, …
}

// AwaitSigners records the drawn paper, which people have to sign before it is
// issued, with its copies, and where in it the seal will stand.
func AwaitSigners(tx *db.Tx, paper, digest string, pages int, seal SealAt) error {
	return some(tx.Exec(`UPDATE paper_paper SET state = 'signing', digest = ?, pages = ?, seal_at = ? WHERE `+copies+` AND state = 'ordered'`, digest, pages, seal, paper))
}

// Issue records the drawn paper, signed by whoever has to and sealed, with its
// copies. It can happen once.
func Issue(tx *db.Tx, paper, digest string, pages int) error {
	return some(tx.Exec(`UPDATE paper_paper SET state = 'issued', digest = ?, pages = ?, seal_at = '[]' WHERE `+copies+` AND state IN ('ordered', 'signing')`, digest, pages, paper))
}

// Unsigned ends a paper that was not signed by all: it never was one.
func Unsigned(tx *db.Tx, paper string) error {
	return some(tx.Exec(`UPDATE paper_paper SET state = 'withdrawn' WHERE `+copies+` AND state = 'signing'`, paper))
}

// Serve records that the addressee has it with effect in law, from which day and
// by which way.
func Serve(tx *db.Tx, paper string, on law.Date, way string) error {
	return db.Must1(tx.Exec(`UPDATE paper_paper SET state = 'served', served_on = ?, served_by = ? WHERE id = ? AND state = 'issued'`, on, way, paper))
}

// TakeEffect records that a served paper binds, as all of its kind have reached
// those for whom it is.
func TakeEffect(tx *db.Tx, paper string) error {
	return db.Must1(tx.Exec(`UPDATE paper_paper SET state = 'effective' WHERE id = ? AND state = 'served'`, paper))
}

// Bind records that a paper binds from the signatures on it, without service.
func Bind(tx *db.Tx, paper string) error {
	return db.Must1(tx.Exec(`UPDATE paper_paper SET state = 'effective' WHERE id = ? AND state = 'issued'`, paper))
}

// Unserve takes that back: what was presumed to have reached him did not.
func Unserve(tx *db.Tx, paper string) error {
	return db.Must1(tx.Exec(`UPDATE paper_paper SET state = 'issued', served_on = '', served_by = '' WHERE id = ? AND state IN ('served', 'effective')`, paper))
}

// Unbind takes back that a paper and its copies bind, as one of them reached
// nobody after all, and returns how many did.
func Unbind(tx *db.Tx, paper string) (int64, error) {
	return tx.Exec(`UPDATE paper_paper SET state = 'served', awaits = '' WHERE `+copies+` AND state = 'effective'`, paper)
}

// Appeal records that somebody appealed from a paper in time: it and its copies
// do not bind.
func Appeal(tx *db.Tx, paper string, on law.Date) error {
	if _, err := Unbind(tx, paper); err != nil {
		return err
	}
	return some(tx.Exec(`UPDATE paper_paper SET appealed_on = ? WHERE `+copies, on, paper))
}

// Withdraw marks a paper and its copies withdrawn, also before they are drawn, or
// superseded when another takes its place; that may come later.
func Withdraw(tx *db.Tx, paper, by string) error {
	state, from := Withdrawn, "'ordered', 'issued', 'served', 'effective'"
	if by != "" {
		state, from = Superseded, from+", 'withdrawn'"
	}
	return some(tx.Exec(`UPDATE paper_paper SET state = ?, superseded = ? WHERE `+copies+` AND state IN (`+from+`)`, state, by, paper))
}

// WithdrawAll withdraws every paper of a case, those that are only ordered as
// well, and returns how many.
func WithdrawAll(tx *db.Tx, caseID string) (int64, error) {
	return tx.Exec(`UPDATE paper_paper SET state = 'withdrawn' WHERE case_id = ? AND state IN ('ordered', 'signing', 'issued', 'served', 'effective')`, caseID)
}

// Of returns a paper by id.
func Of(tx *db.Tx, paper string) (Paper, error) {
	return db.One[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE id = ?`, paper)
}

// ByCode returns a paper by its code.
func ByCode(tx *db.Tx, code string) (Paper, bool, error) {
	return db.Maybe[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE code = ? AND id = original`, code)
}

// ByDigest returns the paper whose file has a digest (SHA-256, hexadecimal).
func ByDigest(tx *db.Tx, digest string) (Paper, bool, error) {
	if digest == "" {
		return Paper{}, false, nil
	}
	return db.Maybe[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE digest = ? AND id = original ORDER BY at DESC, id DESC LIMIT 1`, digest)
}

// Corrections are the papers that put slips of a paper right, oldest first.
func Corrections(tx *db.Tx, paper string) ([]Paper, error) {
	return db.List[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE corrects = ? AND id = original AND state IN `+finished+` ORDER BY at, id`, paper)
}

// OfCase returns the papers of a case, newest first.
func OfCase(tx *db.Tx, caseID string) ([]Paper, error) {
	return db.List[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE case_id = ? ORDER BY at DESC, id DESC`, caseID)
}

// OrderedFor returns the papers that wait longest to be drawn, of the cases in
// which a person has a capacity.
func OrderedFor(tx *db.Tx, person string, at time.Time, most int) ([]Paper, error) {
	return db.List[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE state = 'ordered' AND id = original AND EXISTS (
		SELECT 1 FROM docket_access a WHERE a.case_id = paper_paper.case_id AND a.person_id = ? AND a.from_at <= ? AND (a.until_at = 0 OR a.until_at > ?)) ORDER BY at, id LIMIT ?`, person, at, at, most)
}

// finished are the states of a paper that still counts.
const finished = `('issued', 'served', 'effective')`

// Finished reports whether a paper is done and still counts.
func (p Paper) Finished() bool {
	return p.State == Issued || p.State == Served || p.State == Effective
}

// Awaiting returns the finished papers after which one of another kind has to
// come, of the open cases that a person handles or helps to handle, the oldest
// first. Of two in a case after which the same has to come the newer counts.
func Awaiting(tx *db.Tx, person string, at time.Time, most int) ([]Paper, error) {
	return db.List[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE awaits <> '' AND state IN `+finished+`
		AND NOT EXISTS (SELECT 1 FROM paper_paper n WHERE n.case_id || '' = paper_paper.case_id AND n.awaits <> '' AND n.awaits = paper_paper.awaits AND n.state IN `+finished+` AND (n.at > paper_paper.at OR n.at = paper_paper.at AND n.id > paper_paper.id))
		AND EXISTS (SELECT 1 FROM docket_case c WHERE c.id = paper_paper.case_id AND c.state = 'open')
		AND EXISTS (SELECT 1 FROM docket_access a WHERE a.case_id = paper_paper.case_id AND a.person_id = ? AND a.capacity IN ('handler', 'assistant', 'clerk') AND a.from_at <= ? AND (a.until_at = 0 OR a.until_at > ?))
		ORDER BY at, id LIMIT ?`, person, at, at, most)
}

// OrderedIn returns the papers of a court that wait longest to be drawn.
func OrderedIn(tx *db.Tx, court string, most int) ([]Paper, error) {
	return db.List[Paper](tx, `SELECT `+cols+` FROM paper_paper WHERE state = 'ordered' AND id = original AND court_id = ? ORDER BY at, id LIMIT ?`, court, most)
}
