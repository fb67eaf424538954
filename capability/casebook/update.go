package casebook

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"mashang/capability/casebook/told"
	"mashang/docket"
	"mashang/docket/fact"
	"mashang/docket/record"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// update brings a case that is here to what a record says.
func (s *Service) update(st *step, old docket.Case, r record.Case, says map[string]string, batch string) (record.Outcome, error) {
	v := told.Revision{Says: says}
	var err error
	if v.Base, err = s.base(st.tx, old.ID); err != nil {
		return "", err
	}
	// Of a sealed case whoever writes a list may not know, nor may another system: a
	// word about each field would tell. The one from which it came goes on telling of it.
	if old.Secrecy == docket.Sealed {
		from, err := ledger.OfCase(st.tx, old.ID, 1, "casebook.imported")
		if err != nil || batch != "" || len(from) == 0 || from[0].Actor != app.Actor(st.tx.Context()) {
			return "", cmp.Or[error](err, fault.Field("number", "这个案号的案件不能这样更新。要改的，请承办法官在案件的办理页上改。"))
		}
	}
	if err := v.Compare(st.tx, s.k.Vault, old, r); err != nil {
		return "", err
	}
	if err := v.Bad.Err(); err != nil {
		return "", err
	}
	if v.None() {
		return record.Same, nil
	}
	st.c = old
	st.entry = ledger.Entry{Kind: "casebook.updated", Court: old.Court, Case: old.ID, Actor: app.Actor(st.tx.Context()), Body: map[string]any{}, Private: map[string]string{}}
	if err := s.revise(st, old, &v); err != nil {
		return "", err
	}
	if err := s.revisePeople(st, &v); err != nil {
		return "", err
	}
	st.entry.Body["changed"] = strings.Join(v.Changes, ",")
	st.tell = append(st.tell, fact.CaseImported{Case: old.ID})
	st.c.Moved = st.now
	if err := docket.SaveCase(st.tx, old, st.c); err != nil {
		return "", err
	}
	maps.Copy(v.Base, says)
	if err := s.said(st.tx, old.ID, v.Base, false); err != nil {
		return "", err
	}
	return record.Changed, s.taken(st, batch)
}

// base is what another system said of a case last; nil when it began here.
func (s *Service) base(tx *db.Tx, caseID string) (m map[string]string, err error) {
	sealed, ok, err := db.Maybe[string](tx, `SELECT said FROM casebook_import WHERE case_id = ?`, caseID)
	if err != nil || !ok {
		return nil, err
	}
	text, err := s.k.Vault.Open("casebook.said", sealed)
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal([]byte(text), &m)
}

// revise changes the case itself, and tells what follows from it.
func (s *Service) revise(st *step, old docket.Case, v *told.Revision) error {
	bench := map[string]string{}
	for _, k := range v.Changes {
		switch k {
		case "judge", "assistant", "clerk":
			bench[k] = v.Says[k]
		default:
			told.Apply(&st.c, k, v.Says[k])
			if k != "division" { // an id says nothing; the fact has it
				st.entry.Private[k] = v.Now[k] + " → " + v.Says[k]
			}
		}
	}
	if len(bench) > 0 { // a case begins with whom the other system names, and may get another
		if err := s.seats(st, bench, v.Now); err != nil {
			return err
		}
		if st.c.Judge == old.Judge {
			st.tell = nil
		}
	}
	if st.c.State == docket.Open && old.State == docket.Suspended && !slices.Contains(v.Changes, "excluded_days") {
		st.c.Excluded += st.today.Sub(old.SuspendedOn) // as when it is resumed here
	}
	var bad fault.List
	sound(&st.c, st.today, &bad)
	if err := bad.Err(); err != nil {
		return err
	}
	st.follow(old)
	return st.shut(old)
}

// follow tells what the listeners hear when a case changed in this way here.
func (st *step) follow(old docket.Case) {
	c := st.c
	if c.Division != old.Division {
		st.tell = append(st.tell, fact.CaseMoved{Case: c.ID, Division: c.Division})
	}
	moved := c.Filed != old.Filed || c.Procedure != old.Procedure || c.Excluded != old.Excluded || c.Extended != old.Extended
	switch {
	case c.State == docket.Closed && old.State != docket.Closed:
		st.c.Limit = trialLimit(c, st.cal).Last
		st.tell = append(st.tell, fact.CaseClosed{Case: c.ID, Way: c.ClosingWay, On: c.ClosedOn})
	case c.State != docket.Closed && (moved || c.State != old.State):
		st.limit("导入更新")
	case moved:
		st.c.Limit = trialLimit(c, st.cal).Last
	}
}

// revisePeople changes the parties. Of numbers and addresses the entry says
// that they changed, not what they are: all parties may read it.
func (s *Service) revisePeople(st *step, v *told.Revision) error {
	for _, m := range v.Mends {
		if err := s.mendDetails(st, m); err != nil {
			return err
		}
	}
	for _, r := range v.Joins {
		p, err := s.bring(st, asParty(r))
		if err != nil {
			return err
		}
		told.Remember(v.Says, p.ID, r)
		v.Changes = append(v.Changes, "party/"+p.ID)
		for _, a := range r.Agents {
			v.Agents = append(v.Agents, told.Authority{Party: p.ID, Agent: a})
		}
	}
	for _, a := range v.Agents {
		if err := s.empower(st, asAgent(a.Agent, a.Party)); err != nil {
			return err
		}
		v.Changes = append(v.Changes, "agent/"+a.Party)
	}
	return nil
}

func (s *Service) mendDetails(st *step, m told.Mend) error {
	p, vault := m.Party, s.k.Vault
	for k, to := range m.To {
		switch k {
		case "phone":
			if err := s.tellWas(st, m.Party); err != nil {
				return err
			}
			p.Phone, p.PhoneFind = vault.Seal("party.phone", to), vault.Find("phone", to)
		case "address":
			p.Address = vault.Seal("party.address", to)
		case "rep_name":
			p.RepName = to
		case "rep_title":
			p.RepTitle = to
		}
	}
	return db.Must1(st.tx.Exec(`UPDATE docket_party SET phone = ?, phone_find = ?, address = ?, rep_name = ?, rep_title = ? WHERE id = ? AND left_at = 0`,
		p.Phone, p.PhoneFind, p.Address, p.RepName, p.RepTitle, p.ID))
}
