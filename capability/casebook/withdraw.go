package casebook

import (
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// Withdraw takes back a case that an import made, inside the caller's act, and
// appends that act's one entry. why, when it is not empty, says for what reason
// the case was kept, and nothing was written.
//
// Nothing is erased: the case stays with its entries, without a number, sealed,
// and nobody stands to it any more, so that it is in nobody's sight, list, count
// or figure. Its number is free for the right case, and so are the identity
// numbers of people who stood in it alone.
func (s *Service) Withdraw(tx *db.Tx, caseID, batch string) (why string, err error) {
	st := &step{tx: tx, actor: auth.From(tx.Context()), now: tx.Now()}
	if st.c, err = docket.CaseOf(tx, caseID); err != nil {
		return "", err
	}
	if _, err := access.May(tx, st.actor, "import", access.In("court", st.c.Court), st.now); err != nil {
		return "", err
	}
	if why, err = s.keeps(tx, caseID); err != nil || why != "" {
		return why, err
	}
	if err := db.Must1(tx.Exec(`UPDATE casebook_import SET withdrawn = ? WHERE case_id = ? AND withdrawn = 0`, st.now, caseID)); err != nil {
		return "", err
	}
	old := st.c
	st.entry = ledger.Entry{Kind: "casebook.withdrawn", Court: old.Court, Case: caseID, Actor: app.Actor(tx.Context()), Body: map[string]any{"number": old.Number, "import": batch}}
	if st.entry.Holders, err = access.Holders(tx, caseID, st.now); err != nil {
		return "", err
	}
	if err := s.empty(st); err != nil {
		return "", err
	}
	st.c.State, st.c.Secrecy, st.c.Number, st.c.Judge, st.c.ClosingWay = docket.Refused, docket.Sealed, "", "", ""
	st.c.Filed, st.c.Limit, st.c.SuspendedOn, st.c.ClosedOn = law.Date{}, law.Date{}, law.Date{}, law.Date{}
	st.c.Moved = st.now
	if err := docket.SaveCase(tx, old, st.c); err != nil {
		return "", err
	}
	f := fact.CaseWithdrawn{Case: caseID}
	if old.Secrecy != docket.Sealed { // whoever hears of it outside never heard of a sealed one
		f.Number = old.Number
	}
	st.tell = append(st.tell, f)
	return "", s.finish(st)
}

// keeps says why a case that was imported is not taken back: someone did
// something in it since. Who only looked did nothing.
func (s *Service) keeps(tx *db.Tx, caseID string) (string, error) {
	_, here, err := db.Maybe[string](tx, `SELECT case_id FROM casebook_import WHERE case_id = ? AND withdrawn = 0`, caseID)
	if err != nil {
		return "", err
	}
	if !here {
		return "", fault.New(fault.Conflict, "这一件不是导入的，或者已经撤销过了。")
	}
	touched, err := ledger.Touched(tx, caseID, []string{"casebook.updated"}, "casebook.imported", "casebook.opened", "casebook.revealed")
	switch {
	case err != nil:
		return "", err
	case touched:
		return "导入以后有人办过这个案件，或者又更新过它，所以留着。办过的事在案件的记录里。", nil
	}
	links, err := docket.Links(tx, caseID)
	if err == nil && len(links) > 0 {
		return "别的案件和它关联了，所以留着。先取消关联。", nil
	}
	return "", err
}

// empty takes everybody out of a case.
func (s *Service) empty(st *step) error {
	ps, err := docket.Parties(st.tx, st.c.ID)
	if err != nil {
		return err
	}
	as, err := docket.Agents(st.tx, st.c.ID, st.now)
	if err != nil {
		return err
	}
	var people []string
	for _, a := range as {
		if err := docket.EndAgent(st.tx, a.ID, st.now); err != nil {
			return err
		}
		people = append(people, a.Person)
	}
	for _, p := range ps {
		if err := docket.LeaveParty(st.tx, p.ID, st.now); err != nil {
			return err
		}
		people = append(people, p.Person)
	}
	if err := docket.EndSeats(st.tx, st.c.ID, st.now); err != nil {
		return err
	}
	for _, capacity := range []string{"party", "agent", "handler", "member", "assistant", "clerk", "delegate", "opened", "filer"} {
		if err := access.End(st.tx, "", st.c.ID, capacity, st.now); err != nil {
			return err
		}
	}
	for _, p := range people {
		st.tell = append(st.tell, fact.PartyLeft{Case: st.c.ID, Person: p})
		if err := s.forget(st, p); err != nil {
			return err
		}
	}
	return nil
}

// forget frees the identity number of a person who stands nowhere else.
func (s *Service) forget(st *step, person string) error {
	_, stands, err := db.Maybe[string](st.tx, `SELECT id FROM docket_party WHERE person_id = ? AND case_id <> ?
		UNION ALL SELECT id FROM docket_agent WHERE person_id = ? AND case_id <> ?
		UNION ALL SELECT id FROM docket_post WHERE person_id = ? LIMIT 1`, person, st.c.ID, person, st.c.ID, person)
	if err != nil || stands {
		return err
	}
	known, err := s.staff.Known(st.tx, person)
	if err != nil || known {
		return err
	}
	return docket.ForgetNumber(st.tx, person)
}
