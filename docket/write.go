package docket

import (
	"time"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
)

var zone = clock.Shanghai

// PutCourt writes a court, or its new settings.
func PutCourt(tx *db.Tx, c Court) error {
	_, err := tx.Exec(`INSERT INTO docket_court (`+courtCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (code) DO UPDATE SET title = excluded.title, logo = excluded.logo, phone = excluded.phone, address = excluded.address, numbers = excluded.numbers, sign_days = excluded.sign_days, reply_days = excluded.reply_days, opinion_days = excluded.opinion_days, complaint_days = excluded.complaint_days, report_days = excluded.report_days, satisfied = excluded.satisfied`,
		c.Code, c.Name, c.Short, c.Level, c.Parent, c.Title, c.Logo, c.Phone, c.Address, c.Numbers, c.SignDays, c.ReplyDays, c.OpinionDays, c.ComplaintDays, c.ReportDays, c.Satisfied)
	return err
}

// AddDivision writes a division and returns its id.
func AddDivision(tx *db.Tx, d Division) (string, error) {
	d.ID = id.New()
	_, err := tx.Exec(`INSERT INTO docket_division (id, court_id, name, kind, closed) VALUES (?, ?, ?, ?, 0)`, d.ID, d.Court, d.Name, d.Kind)
	return d.ID, sameName(err, d.Name)
}

// SaveDivision gives a division another name or kind, or closes it.
func SaveDivision(tx *db.Tx, d Division) error {
	n, err := tx.Exec(`UPDATE docket_division SET name = ?, kind = ?, closed = ? WHERE id = ? AND court_id = ? AND closed = 0`, d.Name, d.Kind, d.Closed, d.ID, d.Court)
	if err = sameName(err, d.Name); err != nil {
		return err
	}
	return db.Must1(n, nil)
}

func sameName(err error, name string) error {
	if db.Unique(err) {
		return fault.Field("name", "这个法院已经有叫“"+name+"”的部门了，关掉的也算。请换一个名字。")
	}
	return err
}

// AddSeal puts a seal into use.
func AddSeal(tx *db.Tx, s Seal) error {
	_, err := tx.Exec(`INSERT INTO docket_seal (`+sealCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`, id.New(), s.Court, s.Ring, s.Lower, s.Basis, s.From, s.Until)
	return err
}

// EndSeal takes a seal out of use.
func EndSeal(tx *db.Tx, court, seal string, at time.Time) error {
	return db.Must1(tx.Exec(`UPDATE docket_seal SET until_at = ? WHERE id = ? AND court_id = ? AND until_at = 0`, at, seal, court))
}

// AddPerson writes a new person and returns the id.
func AddPerson(tx *db.Tx, p Person) (string, error) {
	p.ID = id.New()
	_, err := tx.Exec(`INSERT INTO docket_person (`+personCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)`,
		p.ID, p.Kind, p.Name, p.IDType, p.IDSealed, p.IDFind, p.Born, p.Sex, p.At)
	return p.ID, err
}

// RenamePerson corrects a name that was taken down wrongly.
func RenamePerson(tx *db.Tx, person, was, name string) error {
	return db.Must1(tx.Exec(`UPDATE docket_person SET name = ? WHERE id = ? AND name = ?`, name, person, was))
}

// AddPost gives a person a post and returns its id. Nobody holds two of the
// three administrators'
// posts, nor one of them beside any other.
func AddPost(tx *db.Tx, p Post, now time.Time) (string, error) {
	held, err := db.List[Post](tx, `SELECT `+postCols+` FROM docket_post WHERE person_id = ? AND (until_at = 0 OR until_at > ?)`, p.Person, now)
	if err != nil {
		return "", err
	}
	for _, h := range held {
		if h.Role == p.Role && h.Court == p.Court && h.Division == p.Division && h.Until.IsZero() {
			return "", fault.Field("role", "他已经担任这个职务了。")
		}
		if (h.Role.Administrator() || p.Role.Administrator()) && h.Role != p.Role {
			return "", fault.Law(fault.Invalid, "系统、安全、审计管理员必须是三个不同的人，也不能兼办案。", "GB/T 22239-2019 8.1.5")
		}
	}
	p.ID = id.New()
	_, err = tx.Exec(`INSERT INTO docket_post (`+postCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`, p.ID, p.Person, p.Court, p.Division, p.Role, p.From, p.Until)
	return p.ID, err
}

// EndPost ends a post at an instant.
func EndPost(tx *db.Tx, post string, at time.Time) error {
	return db.Must1(tx.Exec(`UPDATE docket_post SET until_at = ? WHERE id = ? AND (until_at = 0 OR until_at > ?)`, at, post, at))
}

// DropPost takes away a post that should not have been: nothing was ever done
// in it, and it was nobody's.
func DropPost(tx *db.Tx, post string) error {
	return db.Must1(tx.Exec(`DELETE FROM docket_post WHERE id = ? AND until_at = 0`, post))
}

// AddCase writes a new case and returns its id.
func AddCase(tx *db.Tx, c Case) (string, error) {
	c.ID = id.New()
	_, err := tx.Exec(`INSERT INTO docket_case (id, court_id, division_id, number, type, special, cause, closing_cause, claim, amount, procedure, state, secrecy, judge_id, received_on, filed_on, heard, limit_on, suspended_on, excluded_days, extended, closed_on, closing_way, names, moved_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, '', '', ?, ?)`,
		c.ID, c.Court, c.Division, c.Number, c.Type, c.Special, c.Cause, c.Claim, c.Amount, c.Procedure, c.State, c.Secrecy, c.Judge, c.Received, c.Filed, c.Heard, c.Limit, c.Names, c.Moved)
	return c.ID, err
}

// SaveCase writes c if the case is still as old was read. Every saving moves
// the case on in time, or two acts of one millisecond would not see each other.
// Whether a number is free its caller has looked: one who lost a race for it is
// told so when he is tried again ([db.Unique]).
func SaveCase(tx *db.Tx, old, c Case) error {
	if !c.Moved.After(old.Moved) {
		c.Moved = old.Moved.Add(time.Millisecond)
	}
	n, err := tx.Exec(`UPDATE docket_case SET division_id = ?, number = ?, type = ?, special = ?, cause = ?, closing_cause = ?, claim = ?, amount = ?, procedure = ?, state = ?, secrecy = ?, judge_id = ?, filed_on = ?, heard = ?, limit_on = ?, suspended_on = ?, excluded_days = ?, extended = ?, closed_on = ?, closing_way = ?, names = ?, moved_at = ?
		WHERE id = ? AND state = ? AND judge_id = ? AND procedure = ? AND moved_at = ?`,
		c.Division, c.Number, c.Type, c.Special, c.Cause, c.ClosingCause, c.Claim, c.Amount, c.Procedure, c.State, c.Secrecy, c.Judge, c.Filed, c.Heard, c.Limit, c.SuspendedOn, c.Excluded, c.Extended, c.ClosedOn, c.ClosingWay, c.Names, c.Moved,
		old.ID, old.State, old.Judge, old.Procedure, old.Moved)
	return db.Must1(n, err)
}

// AddParty writes a party and returns the id.
func AddParty(tx *db.Tx, p Party) (string, error) {
	p.ID = id.New()
	_, err := tx.Exec(`INSERT INTO docket_party (id, case_id, person_id, role, ord, address, phone, phone_find, rep_name, rep_title, joined_at, left_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		p.ID, p.Case, p.Person, p.Role, p.Ord, p.Address, p.Phone, p.PhoneFind, p.RepName, p.RepTitle, p.Joined)
	return p.ID, err
}

// MovePhone makes a phone the one that a person's present cases hold for him,
// as a party and as an agent; it returns in how many places. A phone that is
// the same already is left alone.
func MovePhone(tx *db.Tx, person, sealed, find string, at time.Time) (n int64, err error) {
	for _, q := range []string{
		`UPDATE docket_party SET phone = ?, phone_find = ? WHERE person_id = ? AND phone_find <> ? AND (left_at = 0 OR left_at > ?)`,
		`UPDATE docket_agent SET phone = ?, phone_find = ? WHERE person_id = ? AND phone_find <> ? AND (until_at = 0 OR until_at > ?)`,
	} {
		m, err := tx.Exec(q, sealed, find, person, find, at)
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

// HideParty keeps a party's address from the others, or no longer.
func HideParty(tx *db.Tx, partyID string, hidden bool) error {
	return db.Must1(tx.Exec(`UPDATE docket_party SET hidden = ? WHERE id = ?`, hidden, partyID))
}

// LeaveParty ends a party's part in the case.
func LeaveParty(tx *db.Tx, party string, at time.Time) error {
	return db.Must1(tx.Exec(`UPDATE docket_party SET left_at = ? WHERE id = ? AND left_at = 0`, at, party))
}

// AddAgent writes an agent and returns the id.
func AddAgent(tx *db.Tx, a Agent) (string, error) {
	a.ID = id.New()
	_, err := tx.Exec(`INSERT INTO docket_agent (id, case_id, party_id, person_id, class, firm, special, powers, phone, phone_find, from_at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Case, a.Party, a.Person, a.Class, a.Firm, a.Special, a.Powers, a.Phone, a.PhoneFind, a.From, a.Until)
	return a.ID, err
}

// EndAgent ends an agent's authority.
func EndAgent(tx *db.Tx, agent string, at time.Time) error {
	return db.Must1(tx.Exec(`UPDATE docket_agent SET until_at = ? WHERE id = ? AND (until_at = 0 OR until_at > ?)`, at, agent, at))
}

// AddSeat seats a person in a case.
func AddSeat(tx *db.Tx, s Seat) error {
	_, err := tx.Exec(`INSERT INTO docket_seat (id, case_id, person_id, seat, from_at, until_at) VALUES (?, ?, ?, ?, ?, 0)`, id.New(), s.Case, s.Person, s.Seat, s.From)
	return err
}

// EndSeats ends the seats of a case, all or those named.
func EndSeats(tx *db.Tx, caseID string, at time.Time, seats ...string) error {
	q, args := `UPDATE docket_seat SET until_at = ? WHERE case_id = ? AND until_at = 0`, []any{at, caseID}
	if len(seats) > 0 {
		q += ` AND seat IN (` + db.In(len(seats)) + `)`
		args = append(args, db.Args(seats)...)
	}
	_, err := tx.Exec(q, args...)
	return err
}

// AddLink ties two cases together, both ways.
func AddLink(tx *db.Tx, a, b, kind, note string, at time.Time) error {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if _, err := tx.Exec(`INSERT INTO docket_link (case_id, other_id, kind, note, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, pair[0], pair[1], kind, note, at); err != nil {
			return err
		}
	}
	return nil
}

// PutCalendar loads a year of rest days.
func PutCalendar(tx *db.Tx, year int, data, source string) error {
	_, err := tx.Exec(`INSERT INTO docket_calendar (year, data, source) VALUES (?, ?, ?) ON CONFLICT (year) DO UPDATE SET data = excluded.data, source = excluded.source`, year, data, source)
	return err
}

// ReachNumber moves a sequence past a number that was given elsewhere, so that
// it is not given again.
func ReachNumber(tx *db.Tx, court, special, kind string, year, seq int) error {
	_, err := tx.Exec(`INSERT INTO docket_sequence (court_id, type, special, year, last) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (court_id, type, special, year) DO UPDATE SET last = excluded.last WHERE docket_sequence.last < excluded.last`, court, kind, special, year, seq)
	return err
}

// ForgetNumber lets nobody find a person by his identity number any more: he
// was written down by mistake and stands nowhere.
func ForgetNumber(tx *db.Tx, person string) error {
	_, err := tx.Exec(`UPDATE docket_person SET id_find = '' WHERE id = ?`, person)
	return err
}

// NextNumber takes the next number of a sequence inside the act that uses it:
// if the act fails the number was never taken, so there are no gaps (案号规定 9–10).
func NextNumber(tx *db.Tx, court, special, kind string, year int) (int, error) {
	n, ok, err := db.Maybe[int64](tx, `UPDATE docket_sequence SET last = last + 1 WHERE court_id = ? AND type = ? AND special = ? AND year = ? RETURNING last`, court, kind, special, year)
	if err != nil || ok {
		return int(n), err
	}
	n, ok, err = db.Maybe[int64](tx, `INSERT INTO docket_sequence (court_id, type, special, year, last) VALUES (?, ?, ?, ?, 1)
		ON CONFLICT (court_id, type, special, year) DO UPDATE SET last = docket_sequence.last + 1 RETURNING last`, court, kind, special, year)
	if err == nil && !ok {
		err = fault.Stale()
	}
	return int(n), err
}
