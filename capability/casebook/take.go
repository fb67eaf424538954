package casebook

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"mashang/capability/casebook/told"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/docket/record"
	"mashang/law"
	"mashang/law/caseno"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// Staff is what casebook asks of the accounts: the phone of one of the court's
// people, and whether anybody signs in as a person.
type Staff interface {
	told.Phones
	Known(tx *db.Tx, person string) (bool, error)
}

// Take writes a case as another system tells it, by its number, as if it had
// come here through entering, accepting, assigning and whatever followed. It
// runs inside the caller's act and appends that act's one entry, unless
// nothing had to be written. What the court did itself since is never
// overwritten: a record that contradicts it is refused. batch names the import
// in the entry and may be empty.
//
// The parties are told nothing: their case is known to them, and of a case that
// was closed years ago nobody wants to hear.
func (s *Service) Take(tx *db.Tx, court string, r record.Case, batch string) (caseID string, o record.Outcome, err error) {
	st := &step{tx: tx, actor: auth.From(tx.Context()), now: tx.Now()}
	if _, err = access.May(tx, st.actor, "take", access.In("court", court), st.now); err != nil {
		return "", "", err
	}
	st.today = docket.Today(st.now)
	no, err := caseno.Parse(strings.ReplaceAll(r.Number, " ", ""))
	switch {
	case err != nil:
		return "", "", fault.Field("number", "案号写成（2026）"+court+"民初12号这样。")
	case no.Court != court:
		return "", "", fault.Field("number", "案号不是本院的，本院的代字是“"+court+"”。")
	}
	if st.cal, err = docket.Calendar(tx); err != nil {
		return "", "", err
	}
	c, there, err := docket.CaseByNumber(tx, no.String())
	if err != nil {
		return "", "", err
	}
	var bad fault.List
	r = told.Tidy(r)
	says, err := told.Read(tx, s.staff, court, r, &bad)
	if err != nil {
		return "", "", err
	}
	if there {
		if err := bad.Err(); err != nil {
			return "", "", err
		}
		o, err = s.update(st, c, r, says, batch)
		return c.ID, o, err
	}
	caseID, err = s.create(st, no, r, says, batch, bad)
	return caseID, record.Created, err
}

// sound lists what cannot be so in a case that came from elsewhere.
func sound(c *docket.Case, today law.Date, bad *fault.List) {
	if c.Received.IsZero() {
		c.Received = c.Filed
	}
	m := enterCmd{Type: c.Type, Special: c.Special, Cause: c.Cause, Claim: c.Claim, Amount: c.Amount, Procedure: c.Procedure, Secrecy: c.Secrecy, Received: c.Received}
	m.checkMatter(bad, today)
	c.Secrecy, c.Received = m.Secrecy, m.Received
	told.Sound(c, today, bad)
}

// create writes a case that is not here yet. said is what is wrong with it
// already: whoever mends it is told everything at once.
func (s *Service) create(st *step, no caseno.Number, r record.Case, says map[string]string, batch string, said fault.List) (string, error) {
	var bad fault.List
	c := docket.Case{Court: no.Court, Type: no.Type, Special: no.Special, State: docket.Open, Judge: says["judge"]}
	for key, v := range says {
		told.Apply(&c, key, v)
	}
	if c.Judge == "" && r.Judge != "" { // nobody's name: a judge was written all the same
		c.Judge = r.Judge
	}
	sound(&c, st.today, &bad)
	bad = slices.DeleteFunc(bad, func(e *fault.Error) bool {
		return slices.ContainsFunc(said, func(x *fault.Error) bool { return x.Field == e.Field })
	})
	bad = append(said, bad...)
	if len(r.Parties) == 0 {
		bad.Add("parties", "至少要有一个当事人。")
	}
	ps := make([]partyCmd, len(r.Parties))
	for i, p := range r.Parties {
		ps[i] = asParty(p)
		ps[i].check(fmt.Sprintf("parties.%d.", i), &bad)
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	first := docket.Case{Court: c.Court, Type: c.Type, Special: c.Special, Cause: c.Cause, Claim: c.Claim, Amount: c.Amount, Procedure: c.Procedure,
		State: docket.Entered, Secrecy: c.Secrecy, Received: c.Received, Moved: st.now}
	var err error
	if first.ID, err = docket.AddCase(st.tx, first); err != nil {
		return "", err
	}
	st.c = c
	st.c.ID, st.c.Number, st.c.Moved = first.ID, no.String(), st.now
	st.c.Limit = trialLimit(st.c, st.cal).Last
	st.entry = ledger.Entry{Kind: "casebook.imported", Court: c.Court, Case: first.ID, Actor: app.Actor(st.tx.Context()), Private: map[string]string{},
		Body: map[string]any{"number": st.c.Number, "filed": c.Filed.String(), "limit": st.c.Limit.String(), "state": c.State, "secrecy": c.Secrecy}}
	if err := s.seats(st, says, map[string]string{}); err != nil {
		return "", err
	}
	if err := s.enterParties(st, r.Parties, ps, says); err != nil {
		return "", err
	}
	if err := docket.ReachNumber(st.tx, no.Court, no.Special, no.Type, no.Year, no.Seq); err != nil {
		return "", err
	}
	if err := docket.SaveCase(st.tx, first, st.c); err != nil {
		return "", err
	}
	// What was done before was done, and its dates met or missed, elsewhere: of
	// all the facts only these two.
	st.tell = []app.Fact{fact.CaseImported{Case: first.ID, New: true}}
	if c.State == docket.Open {
		st.tell = append(st.tell, fact.LimitMoved{Case: first.ID, Why: "导入"})
	}
	if err := s.said(st.tx, first.ID, says, true); err != nil {
		return "", err
	}
	return first.ID, s.taken(st, batch)
}

// enterParties writes the parties of a new case with their sight and agents,
// and remembers what was said of each.
func (s *Service) enterParties(st *step, rs []record.Party, ps []partyCmd, says map[string]string) error {
	var all []docket.Party
	for i, pc := range ps {
		p, err := s.addParty(st.tx, st.c.ID, pc, i+1)
		if err != nil {
			return under(err, fmt.Sprintf("parties.%d.", i))
		}
		for _, other := range all {
			if other.Person == p.Person {
				return fault.Field(fmt.Sprintf("parties.%d.number", i), "同一个人在这个案件里写了两次。")
			}
		}
		all = append(all, p)
		if err := access.Add(st.tx, p.Person, st.c.ID, "party", "导入时的当事人", st.now, noEnd); err != nil {
			return err
		}
		told.Remember(says, p.ID, rs[i])
	}
	st.c.Names = names(all)
	for i, p := range rs {
		for j, a := range p.Agents {
			if err := s.empower(st, asAgent(a, all[i].ID)); err != nil {
				return under(err, fmt.Sprintf("parties.%d.agents.%d.", i, j))
			}
		}
	}
	return nil
}

func asParty(p record.Party) partyCmd {
	return partyCmd{p.Role, p.Kind, p.Name, p.IDType, p.Number, p.Phone, p.Address, p.RepName, p.RepTitle}
}

// asAgent is an authority as the other system admitted it: who looked at the
// papers then is not asked again.
func asAgent(a record.Agent, party string) agentCmd {
	return agentCmd{Party: party, Name: a.Name, IDType: a.IDType, Number: a.Number, Phone: a.Phone, Class: a.Class, Firm: a.Firm,
		Special: a.Special, Powers: a.Powers, From: a.From, Until: a.Until, Seen: true}
}

// under prefixes the fields of a refusal.
func under(err error, prefix string) error {
	fs := fault.Fields(err)
	if fs == nil {
		return err
	}
	var l fault.List
	for _, f := range fs {
		g := *f
		g.Field = prefix + f.Field
		l = append(l, &g)
	}
	return l.Err()
}

// seats seats who was told, beside whoever sits already.
func (s *Service) seats(st *step, says, now map[string]string) error {
	want := map[string]string{}
	for _, k := range []string{"judge", "assistant", "clerk"} {
		if want[k] = says[k]; want[k] == "" {
			want[k] = now[k]
		}
	}
	if want["judge"] == "" {
		if want["assistant"]+want["clerk"] != "" {
			return fault.Field("judge", "写了法官助理或者书记员，也要写承办法官。")
		}
		return nil
	}
	names, err := st.staff(want["judge"], want["assistant"], want["clerk"])
	if err != nil {
		return err
	}
	return s.seat(st, want["judge"], want["assistant"], want["clerk"], names)
}

// said keeps what another system said last.
func (s *Service) said(tx *db.Tx, caseID string, says map[string]string, first bool) error {
	text, err := json.Marshal(says)
	if err != nil {
		return err
	}
	sealed := s.k.Vault.Seal("casebook.said", string(text))
	if first {
		_, err = tx.Exec(`INSERT INTO casebook_import (case_id, said, at, withdrawn) VALUES (?, ?, ?, 0)`, caseID, sealed, tx.Now())
		return err
	}
	return db.Must1(tx.Exec(`UPDATE casebook_import SET said = ? WHERE case_id = ? AND withdrawn = 0`, sealed, caseID))
}

// taken records a step that came from another system, and tells its facts.
func (s *Service) taken(st *step, batch string) error {
	if batch != "" {
		st.entry.Body["import"] = batch
	}
	return s.finish(st)
}
