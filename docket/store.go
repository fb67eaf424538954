package docket

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/db"
)

const (
	courtCols    = `code, name, short, level, parent, title, logo, phone, address, numbers, sign_days, reply_days, opinion_days, complaint_days, report_days, satisfied`
	divisionCols = `id, court_id, name, kind, closed`
	sealCols     = `id, court_id, ring, lower, basis, from_at, until_at`
	personCols   = `id, kind, name, id_type, id_sealed, id_find, born_on, sex, merged_to, at`
	postCols     = `id, person_id, court_id, division_id, role, from_at, until_at`
	// CaseCols are the columns of a [Case]; c is the alias of docket_case.
	CaseCols  = `c.id, c.court_id, c.division_id, c.number, c.type, c.special, c.cause, c.closing_cause, c.claim, c.amount, c.procedure, c.state, c.secrecy, c.judge_id, c.received_on, c.filed_on, c.heard, c.limit_on, c.suspended_on, c.excluded_days, c.extended, c.closed_on, c.closing_way, c.names, c.moved_at`
	partyCols = `p.id, p.case_id, p.person_id, p.role, p.ord, p.address, p.phone, p.phone_find, p.rep_name, p.rep_title, p.hidden, p.joined_at, p.left_at, n.name, n.kind, n.id_type, n.id_sealed`
	agentCols = `a.id, a.case_id, a.party_id, a.person_id, a.class, a.firm, a.special, a.powers, a.phone, a.phone_find, a.from_at, a.until_at, n.name`
	seatCols  = `s.id, s.case_id, s.person_id, s.seat, s.from_at, s.until_at, n.name`
)

// courtCode is the question which court that is.
type courtCode string

// CourtOf returns a court by code.
func CourtOf(tx *db.Tx, code string) (Court, error) {
	return db.Once(tx, courtCode(code), func() (Court, error) {
		return db.One[Court](tx, `SELECT `+courtCols+` FROM docket_court WHERE code = ?`, code)
	})
}

// Courts returns all courts, higher ones first.
func Courts(tx *db.Tx) ([]Court, error) {
	return db.List[Court](tx, `SELECT `+courtCols+` FROM docket_court ORDER BY CASE level WHEN 'high' THEN 0 WHEN 'intermediate' THEN 1 ELSE 2 END, code`)
}

// DivisionOf returns a division.
func DivisionOf(tx *db.Tx, id string) (Division, error) {
	return db.One[Division](tx, `SELECT `+divisionCols+` FROM docket_division WHERE id = ?`, id)
}

// Divisions returns the divisions of a court that are not closed.
func Divisions(tx *db.Tx, court string) ([]Division, error) {
	return db.List[Division](tx, `SELECT `+divisionCols+` FROM docket_division WHERE court_id = ? AND closed = 0 ORDER BY kind, name`, court)
}

// Seals returns the seals of a court, those out of use as well, newest first.
func Seals(tx *db.Tx, court string) ([]Seal, error) {
	return db.List[Seal](tx, `SELECT `+sealCols+` FROM docket_seal WHERE court_id = ? ORDER BY from_at DESC, id DESC`, court)
}

// SealOf returns the court's own seal that is in use at an instant, never that
// of a tribunal.
//
// law:民诉法解释(2022)/262 不得用人民法庭的印章代替基层人民法院的印章
func SealOf(tx *db.Tx, court string, at time.Time) (Seal, bool, error) {
	return db.Maybe[Seal](tx, `SELECT `+sealCols+` FROM docket_seal WHERE court_id = ? AND lower = '' AND ring NOT LIKE '%法庭%' AND from_at <= ? AND (until_at = 0 OR until_at > ?) ORDER BY from_at DESC, id DESC LIMIT 1`, court, at, at)
}

// Calendars returns the years of rest days that are loaded, newest first.
func Calendars(tx *db.Tx) ([]restday.Year, error) {
	rows, err := db.List[string](tx, `SELECT data FROM docket_calendar ORDER BY year DESC`)
	if err != nil {
		return nil, err
	}
	var out []restday.Year
	for _, r := range rows {
		var y restday.Year
		if err := json.Unmarshal([]byte(r), &y); err != nil {
			return nil, err
		}
		out = append(out, y)
	}
	return out, nil
}

// PersonOf returns a person.
func PersonOf(tx *db.Tx, id string) (Person, error) {
	return db.One[Person](tx, `SELECT `+personCols+` FROM docket_person WHERE id = ?`, id)
}

// FindPerson returns the person with an identity number, by its lookup digest.
func FindPerson(tx *db.Tx, find string) (Person, bool, error) {
	if find == "" {
		return Person{}, false, nil
	}
	return db.Maybe[Person](tx, `SELECT `+personCols+` FROM docket_person WHERE id_find = ?`, find)
}

// Posts returns the posts that a person holds at an instant; they are only read.
func Posts(tx *db.Tx, person string, at time.Time) ([]Post, error) {
	type posts struct { // the question
		person string
		at     time.Time
	}
	return db.Once(tx, posts{person, at}, func() ([]Post, error) {
		return db.List[Post](tx, `SELECT `+postCols+` FROM docket_post WHERE person_id = ? AND from_at <= ? AND (until_at = 0 OR until_at > ?) ORDER BY from_at`, person, at, at)
	})
}

// Office reports whether a person is of an office that looks into complaints or
// reports in a court, whatever other post he holds.
func Office(tx *db.Tx, person, court string, at time.Time) (bool, error) {
	ps, err := Posts(tx, person, at)
	return slices.ContainsFunc(ps, func(p Post) bool {
		return p.Court == court && (p.Role == Supervision || p.Role == Discipline)
	}), err
}

// Member is a court's person in one post.
type Member struct {
	Post
	Name string `db:"name" json:"name"`
}

// Stands reports whether one of the court's people is or was named in a case,
// or holds or held another post.
func Stands(tx *db.Tx, person, post string) (bool, error) {
	_, stands, err := db.Maybe[string](tx, `SELECT id FROM docket_seat WHERE person_id = ?
		UNION ALL SELECT id FROM docket_access WHERE person_id = ? AND capacity NOT IN ('party', 'agent')
		UNION ALL SELECT id FROM docket_case WHERE judge_id = ?
		UNION ALL SELECT id FROM docket_post WHERE person_id = ? AND id <> ? LIMIT 1`, person, person, person, person, post)
	return stands, err
}

// IsParty reports whether a person is or was a party or an agent.
func IsParty(tx *db.Tx, person string) (bool, error) {
	_, is, err := db.Maybe[string](tx, `SELECT id FROM docket_party WHERE person_id = ? UNION ALL SELECT id FROM docket_agent WHERE person_id = ? LIMIT 1`, person, person)
	return is, err
}

// Staff returns who holds any of the roles in a court at an instant, by division and name.
func Staff(tx *db.Tx, court string, at time.Time, roles ...Role) ([]Member, error) {
	q := `SELECT p.id, p.person_id, p.court_id, p.division_id, p.role, p.from_at, p.until_at, n.name
		FROM docket_post p JOIN docket_person n ON n.id = p.person_id
		WHERE p.court_id = ? AND p.from_at <= ? AND (p.until_at = 0 OR p.until_at > ?)`
	args := []any{court, at, at}
	if len(roles) > 0 {
		q += ` AND p.role IN (` + db.In(len(roles)) + `)`
		args = append(args, db.Args(roles)...)
	}
	return db.List[Member](tx, q+` ORDER BY p.division_id, n.name, p.id`, args...)
}

// EverStaff reports whether a person holds or held a post in a court.
func EverStaff(tx *db.Tx, person, court string) (bool, error) {
	_, yes, err := db.Maybe[string](tx, `SELECT id FROM docket_post WHERE person_id = ? AND court_id = ? LIMIT 1`, person, court)
	return yes, err
}

// StaffToCome returns who will hold a post in a court from a day to come.
func StaffToCome(tx *db.Tx, court string, at time.Time) ([]Member, error) {
	return db.List[Member](tx, `SELECT p.id, p.person_id, p.court_id, p.division_id, p.role, p.from_at, p.until_at, n.name
		FROM docket_post p JOIN docket_person n ON n.id = p.person_id
		WHERE p.court_id = ? AND p.from_at > ? AND (p.until_at = 0 OR p.until_at > p.from_at) ORDER BY p.from_at, n.name, p.id`, court, at)
}

// CaseOf returns a case. It does not ask whether the actor may see it:
// callers ask docket/access first.
func CaseOf(tx *db.Tx, id string) (Case, error) {
	return db.One[Case](tx, `SELECT `+CaseCols+` FROM docket_case c WHERE c.id = ?`, id)
}

// CaseByNumber returns the case with a number.
func CaseByNumber(tx *db.Tx, number string) (Case, bool, error) {
	return db.Maybe[Case](tx, `SELECT `+CaseCols+` FROM docket_case c WHERE c.number = ?`, number)
}

// Parties returns those who are in a case now, in the order of the papers.
func Parties(tx *db.Tx, caseID string) ([]Party, error) {
	return db.List[Party](tx, `SELECT `+partyCols+` FROM docket_party p JOIN docket_person n ON n.id = p.person_id WHERE p.case_id = ? AND p.left_at = 0 ORDER BY p.ord, p.id`, caseID)
}

// SideOf returns the party of a case that a person is or, if none, the first
// in the order of the papers for whom he acts at an instant. Both are found
// along the case: it is asked with nearly every page and act.
func SideOf(tx *db.Tx, caseID, person string, at time.Time) (Standing, bool, error) {
	p, ok, err := db.Maybe[Standing](tx, `SELECT id, role FROM docket_party WHERE case_id = ? AND person_id = ? AND left_at = 0 ORDER BY ord, id LIMIT 1`, caseID, person)
	if err != nil || ok {
		return p, ok, err
	}
	return db.Maybe[Standing](tx, `SELECT p.id, p.role FROM docket_agent a JOIN docket_party p ON p.id = a.party_id
		WHERE a.case_id = ? AND a.person_id = ? AND a.from_at <= ? AND (a.until_at = 0 OR a.until_at > ?) AND p.left_at = 0 ORDER BY p.ord, p.id LIMIT 1`, caseID, person, at, at)
}

// Standing is the party on whose side somebody stands, and in which role.
type Standing struct {
	ID   string `db:"id"`
	Role string `db:"role"`
}

// Side is [SideOf] among the parties of a case and the agents who act then.
func Side(ps []Party, as []Agent, person string) (side Party) {
	if i := slices.IndexFunc(ps, func(p Party) bool { return p.Person == person }); i >= 0 {
		return ps[i]
	}
	for _, p := range ps {
		if slices.ContainsFunc(as, func(a Agent) bool { return a.Person == person && a.Party == p.ID }) {
			return p
		}
	}
	return side
}

// PartyOf returns one party, also one who has left.
func PartyOf(tx *db.Tx, id string) (Party, error) {
	return db.One[Party](tx, `SELECT `+partyCols+` FROM docket_party p JOIN docket_person n ON n.id = p.person_id WHERE p.id = ?`, id)
}

// ToldPhone reports whether a person told the court a phone himself: when he
// brought a case that was accepted, or with a power of attorney that stands. A
// defendant's phone is what his opponent says it is.
func ToldPhone(tx *db.Tx, person, find string, at time.Time) (bool, error) {
	_, ok, err := db.Maybe[string](tx, `SELECT p.id FROM docket_party p JOIN docket_case c ON c.id = p.case_id
			WHERE p.person_id = ? AND p.phone_find = ? AND p.left_at = 0 AND p.role IN (?, ?, ?) AND c.state NOT IN (?, ?)
		UNION SELECT id FROM docket_agent WHERE person_id = ? AND phone_find = ? AND (until_at = 0 OR until_at > ?) LIMIT 1`,
		person, find, Plaintiff, Applicant, Appellant, Entered, Refused, person, find, at)
	return ok, err
}

// Agents returns the agents whose authority stands at an instant.
func Agents(tx *db.Tx, caseID string, at time.Time) ([]Agent, error) {
	return db.List[Agent](tx, `SELECT `+agentCols+` FROM docket_agent a JOIN docket_person n ON n.id = a.person_id WHERE a.case_id = ? AND a.from_at <= ? AND (a.until_at = 0 OR a.until_at > ?) ORDER BY a.from_at, a.id`, caseID, at, at)
}

// Authorities returns a person's authorities in a case that stand at an
// instant or will.
func Authorities(tx *db.Tx, caseID, person string, at time.Time) ([]Agent, error) {
	return db.List[Agent](tx, `SELECT `+agentCols+` FROM docket_agent a JOIN docket_person n ON n.id = a.person_id WHERE a.case_id = ? AND a.person_id = ? AND (a.until_at = 0 OR a.until_at > ?) ORDER BY a.from_at, a.id`, caseID, person, at)
}

// AgentOf returns one agent.
func AgentOf(tx *db.Tx, id string) (Agent, error) {
	return db.One[Agent](tx, `SELECT `+agentCols+` FROM docket_agent a JOIN docket_person n ON n.id = a.person_id WHERE a.id = ?`, id)
}

// Seats returns who sits in a case at an instant.
func Seats(tx *db.Tx, caseID string, at time.Time) ([]Seat, error) {
	return db.List[Seat](tx, `SELECT `+seatCols+` FROM docket_seat s JOIN docket_person n ON n.id = s.person_id WHERE s.case_id = ? AND s.from_at <= ? AND (s.until_at = 0 OR s.until_at > ?)
		ORDER BY CASE s.seat WHEN 'presiding' THEN 0 WHEN 'sole' THEN 1 WHEN 'member' THEN 2 WHEN 'juror' THEN 3 WHEN 'assistant' THEN 4 ELSE 5 END, s.id`, caseID, at, at)
}

// Link is a tie between two cases.
type Link struct {
	Other   string `db:"other_id" json:"other"`
	Kind    string `db:"kind" json:"kind"`
	Note    string `db:"note" json:"note"`
	Number  string `db:"number" json:"number"`
	Secrecy string `db:"secrecy" json:"-"` // of the other case
}

// Links returns the cases tied to one. It does not ask whether the actor may
// know of them.
func Links(tx *db.Tx, caseID string) ([]Link, error) {
	return db.List[Link](tx, `SELECT l.other_id, l.kind, l.note, c.number, c.secrecy FROM docket_link l JOIN docket_case c ON c.id = l.other_id WHERE l.case_id = ? ORDER BY l.at`, caseID)
}

// Calendar returns the rest days that are loaded; other years are provisional.
func Calendar(tx *db.Tx) (*restday.Calendar, error) {
	rows, err := db.List[string](tx, `SELECT data FROM docket_calendar ORDER BY year`)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return restday.Default(), nil
	}
	key := strings.Join(rows, "")
	if c, ok := calendars.Load(key); ok {
		return c.(*restday.Calendar), nil
	}
	c, err := restday.FromYears(rows)
	if err == nil {
		calendars.Store(key, c)
	}
	return c, err
}

// calendars holds what was read from its text, by the text itself.
var calendars sync.Map

// Today is the civil date of an instant where the courts are.
func Today(at time.Time) law.Date { return law.DateOf(at, zone) }

var standIn = []Role{Judge, Head, President}

// Instead returns who stands in for a judge in a division of his court: he
// himself while he serves there, else its head, else the president; himself
// again when there is nobody.
func Instead(tx *db.Tx, court, division, judge string, at time.Time) (string, error) {
	held, err := Posts(tx, judge, at)
	if err != nil || slices.ContainsFunc(held, func(p Post) bool { return p.Court == court && slices.Contains(standIn, p.Role) }) {
		return judge, err
	}
	ms, err := Staff(tx, court, at, standIn...)
	head, president := "", ""
	for _, m := range ms {
		switch {
		case m.Role == Head && m.Division == division:
			head = m.Person
		case m.Role == President:
			president = m.Person
		}
	}
	return cmp.Or(head, president, judge), err
}
