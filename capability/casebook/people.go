package casebook

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/agent"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// join brings a further party into a case (民事诉讼法 55–59, 解释 73).
func (s *Service) join(ctx context.Context, caseID string, cmd partyCmd) error {
	return s.act(ctx, caseID, "party", "casebook.joined", func(st *step) error { _, err := s.bring(st, cmd); return err })
}

// bring adds a party to the case of a step, and returns it.
func (s *Service) bring(st *step, cmd partyCmd) (p docket.Party, err error) {
	if st.c.State == docket.Closed || st.c.State == docket.Refused {
		return p, fault.New(fault.Conflict, "案件已经结束，不能再加当事人。")
	}
	var bad fault.List
	cmd.check("", &bad)
	if err := bad.Err(); err != nil {
		return p, err
	}
	ps, err := docket.Parties(st.tx, st.c.ID)
	if err != nil {
		return p, err
	}
	p, err = s.addParty(st.tx, st.c.ID, cmd, len(ps)+1)
	if err != nil {
		return p, err
	}
	for _, other := range ps {
		if other.Person == p.Person {
			return p, fault.Field("number", "他已经是本案的当事人了。")
		}
	}
	st.entry.Body["role"] = cmd.Role
	st.entry.Private["name"] = p.Name
	if st.c.State == docket.Entered {
		st.c.Names = names(append(ps, p))
		st.entry.Holders = []string{}
		return p, nil
	}
	st.c.Names = names(append(ps, p))
	if err := access.Add(st.tx, p.Person, st.c.ID, "party", "加入诉讼", st.now, noEnd); err != nil {
		return p, err
	}
	st.tell = append(st.tell, fact.PartyJoined{Case: st.c.ID, Party: p.ID})
	return p, nil
}

// names is 甲 诉 乙 for lists; more than one on a side is 甲 等2人.
func names(ps []docket.Party) string {
	var first, second []string
	for _, p := range ps {
		switch p.Role {
		case docket.Plaintiff, docket.Applicant, docket.Appellant:
			first = append(first, p.Name)
		case docket.Defendant, docket.Respondent, docket.Appellee:
			second = append(second, p.Name)
		}
	}
	return side(first) + " 诉 " + side(second)
}

func side(l []string) string {
	switch len(l) {
	case 0:
		return "（无）"
	case 1:
		return l[0]
	}
	return l[0] + "等" + law.Chinese(len(l)) + "人"
}

// leaveCmd lets a party or agent go.
type leaveCmd struct {
	Reason string `json:"reason"`
}

// leave ends a party's part in a case; his sight, his codes and his agents'
// authority end with it (公开审判流程信息的规定 6).
func (s *Service) leave(ctx context.Context, caseID, partyID string, cmd leaveCmd) error {
	return s.act(ctx, caseID, "party", "casebook.left", func(st *step) error {
		p, err := docket.PartyOf(st.tx, partyID)
		if err != nil || p.Case != caseID {
			return fault.Missing()
		}
		ps, err := docket.Parties(st.tx, caseID)
		if err != nil {
			return err
		}
		rest, same := []docket.Party{}, 0
		for _, x := range ps {
			if x.ID != partyID {
				rest = append(rest, x)
				if x.Role == p.Role {
					same++
				}
			}
		}
		if same == 0 && p.Role != docket.ThirdParty {
			return fault.New(fault.Conflict, "这一方只剩他一个人。他退出，案件就要用撤诉或者终结来结案。")
		}
		if err := docket.LeaveParty(st.tx, partyID, st.now); err != nil {
			return err
		}
		if err := s.endSight(st, p.Person, "party"); err != nil {
			return err
		}
		as, err := docket.Agents(st.tx, caseID, st.now)
		if err != nil {
			return err
		}
		for _, a := range as {
			if a.Party == partyID {
				if err := s.endAgentOf(st, a); err != nil {
					return err
				}
			}
		}
		st.c.Names = names(rest)
		st.entry.Body["role"] = p.Role
		return st.reason("reason", cmd.Reason)
	})
}

func (s *Service) endSight(st *step, person, capacity string) error {
	st.tell = append(st.tell, fact.PartyLeft{Case: st.c.ID, Person: person})
	return access.End(st.tx, person, st.c.ID, capacity, st.now)
}

// agentCmd is an agent's authority as the power of attorney says it.
type agentCmd struct {
	Party   string   `json:"party"`
	Name    string   `json:"name"`
	IDType  string   `json:"id_type"`
	Number  string   `json:"number"`
	Phone   string   `json:"phone"`
	Class   string   `json:"class"`
	Firm    string   `json:"firm"`
	Special bool     `json:"special"`
	Powers  []string `json:"powers"`
	From    law.Date `json:"from"`
	Until   law.Date `json:"until"`
	Seen    bool     `json:"seen"` // 已核对授权委托书和身份材料原件
}

// admit lets an agent act for a party (民事诉讼法 61–62; 解释 88–89).
func (s *Service) admit(ctx context.Context, caseID string, cmd agentCmd) error {
	return s.act(ctx, caseID, "agent", "casebook.agent", func(st *step) error { return s.empower(st, cmd) })
}

// empower adds an agent to the case of a step.
func (s *Service) empower(st *step, cmd agentCmd) error {
	p, err := docket.PartyOf(st.tx, cmd.Party)
	if err != nil || p.Case != st.c.ID || !p.Left.IsZero() {
		return fault.Field("party", "请选他代理哪一方。")
	}
	as, err := docket.Agents(st.tx, st.c.ID, st.now)
	if err != nil {
		return err
	}
	if err := cmd.check(p, as, st.today); err != nil {
		return err
	}
	person, err := s.person(st.tx, "natural", cmd.Name, cmd.IDType, cmd.Number)
	if err != nil {
		return err
	}
	if err := st.oneSide(p, person.ID, as); err != nil {
		return err
	}
	from, until := st.now, noEnd
	if !cmd.From.IsZero() && cmd.From.After(st.today) {
		from = cmd.From.At(0, 0, clock.Shanghai)
	}
	if !cmd.Until.IsZero() {
		until = cmd.Until.AddDays(1).At(0, 0, clock.Shanghai)
	}
	v := s.k.Vault
	a := docket.Agent{Case: st.c.ID, Party: p.ID, Person: person.ID, Class: cmd.Class, Firm: cmd.Firm, Special: cmd.Special, Powers: join(cmd.Powers),
		Phone: v.Seal("party.phone", cmd.Phone), PhoneFind: v.Find("phone", cmd.Phone), From: from, Until: until}
	if a.ID, err = docket.AddAgent(st.tx, a); err != nil {
		return err
	}
	if err := access.Add(st.tx, person.ID, st.c.ID, "agent", "授权委托书", from, until); err != nil {
		return err
	}
	st.entry.Body["special"], st.entry.Body["class"] = cmd.Special, cmd.Class
	st.entry.Private["name"], st.entry.Private["for"] = person.Name, docket.RoleNames[p.Role]
	st.tell = append(st.tell, fact.PartyJoined{Case: st.c.ID, Party: p.ID, Agent: a.ID})
	return nil
}

// oneSide refuses an agent who already acts for the other side, or is it: he
// would read what each of them writes to the court.
func (st *step) oneSide(p docket.Party, person string, as []docket.Agent) error {
	ps, err := docket.Parties(st.tx, p.Case)
	if err != nil {
		return err
	}
	stands := map[string]bool{}
	for _, a := range as {
		stands[a.Party] = stands[a.Party] || a.Person == person
	}
	for _, x := range ps {
		if x.ID == p.ID && stands[x.ID] {
			return fault.Field("number", "他已经是这一方的代理人了。要改授权，先终止原来的。")
		}
		if (stands[x.ID] || x.Person == person) && onSide(x.Role) != onSide(p.Role) {
			return fault.Field("number", "他是本案的另一方，或者正在代理另一方，不能再代理这一方。")
		}
	}
	return nil
}

// onSide groups roles: those who claim, those claimed against, third parties.
func onSide(role string) int {
	switch role {
	case docket.Plaintiff, docket.Applicant, docket.Appellant:
		return 1
	case docket.Defendant, docket.Respondent, docket.Appellee:
		return 2
	}
	return 3
}

// check lists what is wrong with an authority.
func (c *agentCmd) check(p docket.Party, have []docket.Agent, today law.Date) error {
	var bad fault.List
	c.Number, c.Phone = identity.Normalise(c.Number), identity.Normalise(c.Phone)
	if n := len([]rune(c.Name)); n < 2 || n > 60 {
		bad.Add("name", "请写代理人姓名。")
	}
	if err := identity.Check(identity.Kind(c.IDType), c.Number); err != nil {
		bad.Add("number", "证件号码不对，请对着证件再看一遍。")
	}
	if !identity.ValidPhone(c.Phone) {
		bad.Add("phone", "手机号应该是 11 位数字。")
	}
	if _, ok := agent.ClassOf(c.Class); !ok {
		bad.Add("class", "请选代理人的类别。")
	}
	if !c.Seen {
		bad.Add("seen", "请核对授权委托书和身份材料后勾选。")
	}
	if !c.Special {
		c.Powers = nil
	} else if len(c.Powers) == 0 {
		bad.Add("powers", "特别授权要逐项写明。只写“全权代理”没有特别授权。")
	}
	switch {
	case c.Until.IsZero():
	case c.Until.Before(today):
		bad.Add("until", "授权已经到期。请看委托书上的截止日期。")
	case !c.From.IsZero() && c.Until.Before(c.From):
		bad.Add("until", "截止日期早于开始日期。")
	}
	n := 0
	for _, a := range have {
		if a.Party == p.ID {
			n++
		}
	}
	if n >= agent.Most {
		bad = append(bad, fault.Law(fault.Invalid, "一方最多委托两名诉讼代理人。先终止一位，再加。", "民事诉讼法第六十一条"))
	}
	return bad.Err()
}

// dismiss ends an agent's authority (民事诉讼法 63).
func (s *Service) dismiss(ctx context.Context, caseID, agentID string, cmd leaveCmd) error {
	return s.act(ctx, caseID, "agent", "casebook.agent_ended", func(st *step) error {
		a, err := docket.AgentOf(st.tx, agentID)
		if err != nil || a.Case != caseID {
			return fault.Missing()
		}
		st.entry.Private["name"] = a.Name
		if err := s.endAgentOf(st, a); err != nil {
			return err
		}
		return st.reason("reason", cmd.Reason)
	})
}

func (s *Service) endAgentOf(st *step, a docket.Agent) error {
	if err := docket.EndAgent(st.tx, a.ID, st.now); err != nil {
		return err
	}
	rest, err := docket.Authorities(st.tx, a.Case, a.Person, st.now)
	if err != nil || len(rest) == 0 {
		return errors.Join(err, s.endSight(st, a.Person, "agent"))
	}
	// He still acts for another party: his sight is that of what remains.
	if err := access.End(st.tx, a.Person, a.Case, "agent", st.now); err != nil {
		return err
	}
	for _, r := range rest {
		from := r.From
		if from.Before(st.now) {
			from = st.now
		}
		if err := access.Add(st.tx, r.Person, r.Case, "agent", "授权委托书", from, r.Until); err != nil {
			return err
		}
	}
	return nil
}

// mendCmd corrects a party's data.
type mendCmd struct {
	Name    string `json:"name"`
	IDType  string `json:"id_type"`
	Number  string `json:"number"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
	Reason  string `json:"reason"`
}

// mend corrects a wrong name, number, phone or address in the record. With
// another number the party becomes the person of that number; who stood there
// by mistake loses sight of the case.
func (s *Service) mend(ctx context.Context, caseID, partyID string, cmd mendCmd) error {
	return s.act(ctx, caseID, "party", "casebook.party_corrected", func(st *step) error {
		p, err := docket.PartyOf(st.tx, partyID)
		if err != nil || p.Case != caseID {
			return fault.Missing()
		}
		if err := st.reason("reason", cmd.Reason); err != nil {
			return err
		}
		pc := partyCmd{Role: p.Role, Kind: p.Kind, Name: cmd.Name, IDType: cmd.IDType, Number: cmd.Number, Phone: cmd.Phone, Address: cmd.Address, RepName: cmp.Or(p.RepName, "—")}
		var bad fault.List
		pc.check("", &bad)
		if err := bad.Err(); err != nil {
			return err
		}
		person, err := s.mended(st.tx, p, pc)
		if err != nil {
			return err
		}
		v := s.k.Vault
		if err := db.Must1(st.tx.Exec(`UPDATE docket_party SET person_id = ?, phone = ?, phone_find = ?, address = ? WHERE id = ? AND person_id = ? AND left_at = 0`,
			person.ID, v.Seal("party.phone", pc.Phone), v.Find("phone", pc.Phone), v.Seal("party.address", pc.Address), partyID, p.Person)); err != nil {
			return err
		}
		if st.c.State != docket.Entered && (person.ID != p.Person || p.Name != pc.Name || p.PhoneFind != v.Find("phone", pc.Phone)) {
			if err := s.tellWas(st, p); err != nil {
				return err
			}
		}
		if person.ID != p.Person && st.c.State != docket.Entered {
			if err := s.endSight(st, p.Person, "party"); err != nil {
				return err
			}
			if err := access.Add(st.tx, person.ID, caseID, "party", "更正当事人信息", st.now, noEnd); err != nil {
				return err
			}
		}
		ps, err := docket.Parties(st.tx, caseID)
		if err != nil {
			return err
		}
		for _, x := range ps {
			if x.ID != partyID && x.Person == person.ID {
				return fault.Field("number", "这个证件号码的人已经是本案的当事人了。")
			}
		}
		st.c.Names = names(ps)
		st.entry.Holders = slices.Compact([]string{p.Person, person.ID}) // who stood there holds it too
		return nil
	})
}

// tellWas tells the phone that a case held for a party that another takes its
// place, or another person hers: with a phone, and the case code, somebody comes
// in as the party, and she by whose number she was known is out.
func (s *Service) tellWas(st *step, p docket.Party) error {
	was, err := s.k.Vault.Open("party.phone", p.Phone)
	if err != nil || was == "" {
		return err
	}
	ct, err := docket.CourtOf(st.tx, st.c.Court)
	if err != nil {
		return err
	}
	return s.k.Notify.SendAt(st.tx, docket.Rings(st.now), "sms", was, "", "【"+ct.Short+"】您在案件里留的姓名、手机或者证件刚才改了。不是您要改的，请马上打"+ct.Phone+"。")
}

// mended is the person that a corrected party is: the same one, by a corrected
// name perhaps, or the one to whom the corrected number belongs.
func (s *Service) mended(tx *db.Tx, p docket.Party, pc partyCmd) (docket.Person, error) {
	find := ""
	if pc.Number != "" {
		find = s.k.Vault.Find("id", pc.IDType+pc.Number)
	}
	own, err := docket.PersonOf(tx, p.Person)
	if err != nil {
		return own, err
	}
	if own.IDFind != find {
		return s.person(tx, p.Kind, pc.Name, pc.IDType, pc.Number)
	}
	if own.Name != pc.Name {
		err, own.Name = docket.RenamePerson(tx, own.ID, own.Name, pc.Name), pc.Name
	}
	return own, err
}

// revealed is a party's personal data in full.
type revealed struct {
	Name    string `json:"name"`
	IDType  string `json:"id_type"`
	Number  string `json:"number"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
}

// reveal shows a party's numbers in full to whoever needs them, and records
// that he looked; the party can see that.
func (s *Service) reveal(ctx context.Context, caseID, partyID string) (r revealed, err error) {
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "reveal", access.Of("person", caseID), now); err != nil {
			return err
		}
		p, err := docket.PartyOf(tx, partyID)
		if err != nil || p.Case != caseID {
			return fault.Missing()
		}
		person, err := docket.PersonOf(tx, p.Person)
		if err != nil {
			return err
		}
		r = revealed{Name: person.Name, IDType: person.IDType}
		for _, f := range []struct {
			to        *string
			what, val string
		}{{&r.Number, "person.id", person.IDSealed}, {&r.Phone, "party.phone", p.Phone}, {&r.Address, "party.address", p.Address}} {
			if *f.to, err = s.k.Vault.Open(f.what, f.val); err != nil {
				return err
			}
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "casebook.revealed", Case: caseID, Actor: app.Actor(ctx), Holders: []string{p.Person}, Body: map[string]any{"party": partyID}})
		return err
	})
	return r, err
}

// export closes the actor's record of a case and returns the file.
func (s *Service) export(ctx context.Context, caseID string) ([]byte, error) {
	a := auth.From(ctx)
	err := s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, a, "export", access.Of("receipt", caseID), tx.Now())
		if err != nil {
			return err
		}
		return s.k.Ledger.Close(tx, "casebook.exported", g.Case.Court, caseID, a.Person)
	})
	// Who sends the form again because the file did not arrive gets the file, and
	// no second entry.
	if err != nil && !errors.Is(err, web.ErrRepeated) {
		return nil, err
	}
	return s.k.Ledger.Receipt(app.Alone(ctx), s.k.DB, a.Person, caseID, s.k.Config.Witness)
}
