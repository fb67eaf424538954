package casebook

import (
	"context"
	"strings"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/caseno"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// partyCmd is a party as the counter enters it.
type partyCmd struct {
	Role     string `json:"role"`
	Kind     string `json:"kind"` // natural, org
	Name     string `json:"name"`
	IDType   string `json:"id_type"`
	Number   string `json:"number"`
	Phone    string `json:"phone"`
	Address  string `json:"address"`
	RepName  string `json:"rep_name"`
	RepTitle string `json:"rep_title"`
}

// check normalises a party and lists what is wrong, with fields prefixed.
// A plaintiff must be identified; of a defendant enough must be known to tell
// him from others (解释 209), so number and phone may be missing.
func (p *partyCmd) check(prefix string, bad *fault.List) {
	p.Number, p.Phone = identity.Normalise(p.Number), identity.Normalise(p.Phone)
	if p.Kind == "" {
		p.Kind = "natural"
	}
	if p.Kind == "org" && p.IDType == "" {
		p.IDType = string(identity.USCC)
	}
	if docket.RoleNames[p.Role] == "" {
		bad.Add(prefix+"role", "请选他在案件里的地位。")
	}
	if n := len([]rune(p.Name)); n < 2 || n > 100 {
		bad.Add(prefix+"name", "请写姓名或单位全称。")
	}
	ours := p.Role == docket.Plaintiff || p.Role == docket.Applicant || p.Role == docket.Appellant
	if p.Number != "" || ours {
		if err := identity.Check(identity.Kind(p.IDType), p.Number); err != nil {
			bad.Add(prefix+"number", "证件号码不对，请对着证件再看一遍。")
		}
	}
	if (p.Phone != "" || ours) && !identity.ValidPhone(p.Phone) {
		bad.Add(prefix+"phone", "手机号应该是 11 位数字。验证码只发到这个号码，请和本人核对。")
	}
	if p.Address == "" {
		bad.Add(prefix+"address", "请写住所或送达地址。")
	}
	if p.Kind == "org" && p.RepName == "" && ours {
		bad.Add(prefix+"rep_name", "单位要写法定代表人或主要负责人。")
	}
}

// enterCmd is a filing as it is received.
type enterCmd struct {
	Court     string    `json:"court"`
	Type      string    `json:"type"`
	Special   string    `json:"special"`
	Cause     string    `json:"cause"`
	Claim     string    `json:"claim"`
	Amount    law.Money `json:"amount"`
	Procedure string    `json:"procedure"`
	Secrecy   string    `json:"secrecy"`
	Received  law.Date  `json:"received"`

	PName     string `json:"p_name"`
	PKind     string `json:"p_kind"`
	PIDType   string `json:"p_id_type"`
	PNumber   string `json:"p_number"`
	PPhone    string `json:"p_phone"`
	PAddress  string `json:"p_address"`
	PRepName  string `json:"p_rep_name"`
	PRepTitle string `json:"p_rep_title"`

	DName     string `json:"d_name"`
	DKind     string `json:"d_kind"`
	DIDType   string `json:"d_id_type"`
	DNumber   string `json:"d_number"`
	DPhone    string `json:"d_phone"`
	DAddress  string `json:"d_address"`
	DRepName  string `json:"d_rep_name"`
	DRepTitle string `json:"d_rep_title"`
}

func (c *enterCmd) parties() (p, d partyCmd) {
	pr, dr := sides(c.Type)
	p = partyCmd{pr, c.PKind, c.PName, c.PIDType, c.PNumber, c.PPhone, c.PAddress, c.PRepName, c.PRepTitle}
	d = partyCmd{dr, c.DKind, c.DName, c.DIDType, c.DNumber, c.DPhone, c.DAddress, c.DRepName, c.DRepTitle}
	return p, d
}

// check lists everything that is wrong at once (民事诉讼法 124, 登记立案规定 4, 7:
// the defects of a filing are told in one go).
func (c *enterCmd) check(p, d *partyCmd, today law.Date) error {
	var bad fault.List
	c.checkMatter(&bad, today)
	if c.Claim == "" {
		bad.Add("claim", "请写诉讼请求，4000 字以内。")
	}
	if c.Secrecy != docket.Public && c.Secrecy != docket.Private {
		bad.Add("secrecy", "请选公开还是不公开审理。要封存的，立案后由承办法官或院长办。")
	}
	p.check("p_", &bad)
	d.check("d_", &bad)
	return bad.Err()
}

// checkMatter lists what is wrong with what a case is about, wherever it comes
// from, and fills in what goes without saying.
func (c *enterCmd) checkMatter(bad *fault.List, today law.Date) {
	if _, ok := caseno.TypeOf(c.Type); !ok {
		bad.Add("type", "请选案件类型。")
	}
	if len([]rune(c.Special)) > 1 {
		bad.Add("special", "专门审判代字只有一个字。")
	}
	if n := len([]rune(c.Cause)); n < 2 || n > 60 {
		bad.Add("cause", "请写案由，例如“买卖合同纠纷”。")
	}
	if len([]rune(c.Claim)) > 4000 {
		bad.Add("claim", "请写诉讼请求，4000 字以内。")
	}
	if c.Amount < 0 {
		bad.Add("amount", "金额不能小于零。")
	}
	if _, ok := procedures[c.Procedure]; !ok {
		bad.Add("procedure", "请选适用的程序。")
	}
	if c.Secrecy == "" {
		c.Secrecy = docket.Public
	}
	if c.Received.IsZero() {
		c.Received = today
	}
	if c.Received.After(today) {
		bad.Add("received", "收件日期还没有到。")
	}
}

// enter takes in a filing at the counter. It has no number yet and no party
// can see it: that is for the filing judge to decide (民事诉讼法 126).
func (s *Service) enter(ctx context.Context, cmd enterCmd) (caseID string, err error) {
	p, d := cmd.parties()
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "enter", access.In("court", cmd.Court), now); err != nil {
			return err
		}
		if err := cmd.check(&p, &d, docket.Today(now)); err != nil {
			return err
		}
		c := docket.Case{Court: cmd.Court, Type: cmd.Type, Special: cmd.Special, Cause: cmd.Cause, Claim: cmd.Claim, Amount: cmd.Amount,
			Procedure: cmd.Procedure, State: docket.Entered, Secrecy: cmd.Secrecy, Received: cmd.Received, Names: p.Name + " 诉 " + d.Name, Moved: now}
		if c.ID, err = docket.AddCase(tx, c); err != nil {
			return err
		}
		for i, pc := range []partyCmd{p, d} {
			if _, err := s.addParty(tx, c.ID, pc, i+1); err != nil {
				return err
			}
		}
		caseID = c.ID
		if err := access.Add(tx, auth.From(ctx).Person, c.ID, "filer", "收件", now, noEnd); err != nil {
			return err
		}
		if err := s.k.Went(tx, "/casebook/"+c.ID); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "casebook.entered", Court: c.Court, Case: c.ID, Actor: app.Actor(ctx),
			Body: map[string]any{"type": c.Special + c.Type, "received": c.Received.String(), "procedure": c.Procedure, "secrecy": c.Secrecy}})
		return err
	})
	return caseID, err
}

// addParty finds or makes the person and writes the party.
func (s *Service) addParty(tx *db.Tx, caseID string, p partyCmd, ord int) (docket.Party, error) {
	person, err := s.person(tx, p.Kind, p.Name, p.IDType, p.Number)
	if err != nil {
		return docket.Party{}, err
	}
	v := s.k.Vault
	party := docket.Party{Case: caseID, Person: person.ID, Role: p.Role, Ord: ord, Address: v.Seal("party.address", p.Address), Phone: v.Seal("party.phone", p.Phone),
		PhoneFind: v.Find("phone", p.Phone), RepName: p.RepName, RepTitle: p.RepTitle, Joined: s.k.Now(), Name: person.Name, Kind: person.Kind}
	party.ID, err = docket.AddParty(tx, party)
	return party, err
}

// person finds the person with an identity number or makes one. The same
// number under another name is a mistake that someone must look at.
func (s *Service) person(tx *db.Tx, kind, name, idType, number string) (docket.Person, error) {
	find := ""
	if number != "" {
		find = s.k.Vault.Find("id", idType+number)
	}
	p, ok, err := docket.FindPerson(tx, find)
	switch {
	case err != nil:
		return p, err
	case ok && p.Name != name:
		return p, fault.Field("name", "这个证件号码在法院登记的是另一个名字。请核对证件；确实登记错了，先更正再录入。")
	case ok:
		return p, nil
	}
	born, sex := identity.Facts(identity.Kind(idType), number)
	p = docket.Person{Kind: kind, Name: name, IDType: idType, IDSealed: s.k.Vault.Seal("person.id", number), IDFind: find, Born: born, Sex: sex, At: s.k.Now()}
	p.ID, err = docket.AddPerson(tx, p)
	return p, err
}

// acceptCmd is the filing judge's decision to register.
type acceptCmd struct {
	Division string `json:"division"` // 交哪个庭办
	Number   string `json:"number"`   // from the internal system, when the court takes it from there
}

// accept registers a filing as a case: number, date, limit, sight for the
// parties (民事诉讼法 126).
//
// law:民事诉讼法(2023)/126 符合起诉条件的，应当在七日内立案，并通知当事人
func (s *Service) accept(ctx context.Context, caseID string, cmd acceptCmd) error {
	return s.act(ctx, caseID, "accept", "casebook.accepted", func(st *step) error {
		if st.c.State != docket.Entered {
			return fault.New(fault.Conflict, "这件已经决定过了。")
		}
		d, err := docket.DivisionOf(st.tx, cmd.Division)
		if err != nil || d.Court != st.c.Court {
			return fault.Field("division", "请选交给哪个庭办。")
		}
		st.c.Division, st.c.State, st.c.Filed = d.ID, docket.Open, st.today
		if st.c.Number, err = s.number(st, cmd.Number); err != nil {
			return err
		}
		st.entry.Body["number"], st.entry.Body["filed"] = st.c.Number, st.c.Filed.String()
		st.limit("立案")
		if err := access.Add(st.tx, st.actor.Person, caseID, "filer", "决定立案", st.now, noEnd); err != nil {
			return err
		}
		ps, err := docket.Parties(st.tx, caseID)
		if err != nil {
			return err
		}
		for _, p := range ps {
			if err := access.Add(st.tx, p.Person, caseID, "party", "立案时的当事人", st.now, noEnd); err != nil {
				return err
			}
		}
		st.tell = append(st.tell, fact.CaseAccepted{Case: caseID, On: st.today, By: st.actor.Person})
		return nil
	})
}

// number takes the next case number, or checks the one that the court's
// internal system gave (案号规定 3, 9, 10).
func (s *Service) number(st *step, given string) (string, error) {
	ct, err := docket.CourtOf(st.tx, st.c.Court)
	if err != nil {
		return "", err
	}
	kind := st.c.Special + st.c.Type
	internal := ct.Numbers == "*"
	for k := range strings.SplitSeq(ct.Numbers, ",") {
		internal = internal || k == kind
	}
	if !internal {
		n, err := docket.NextNumber(st.tx, ct.Code, st.c.Special, st.c.Type, st.today.Year)
		return caseno.Number{Year: st.today.Year, Court: ct.Code, Special: st.c.Special, Type: st.c.Type, Seq: n}.String(), err
	}
	n, err := caseno.Parse(given)
	if err != nil {
		return "", fault.Field("number", "请照内网办案系统上的案号填，例如（2026）"+ct.Code+kind+"1号。")
	}
	if n.Court != ct.Code || n.Special+n.Type != kind {
		return "", fault.Field("number", "案号里的法院或类型和这件不一样。")
	}
	if _, used, err := docket.CaseByNumber(st.tx, n.String()); err != nil || used {
		if err == nil {
			err = fault.Field("number", "这个案号已经用在另一个案件上了。")
		}
		return "", err
	}
	return n.String(), nil
}

// refuseCmd ends a filing that is not registered.
type refuseCmd struct {
	Reason string `json:"reason"`
}

func (s *Service) refuse(ctx context.Context, caseID string, cmd refuseCmd) error {
	return s.act(ctx, caseID, "refuse", "casebook.refused", func(st *step) error {
		if st.c.State != docket.Entered {
			return fault.New(fault.Conflict, "这件已经决定过了。")
		}
		st.c.State = docket.Refused
		st.entry.Holders = []string{}
		return st.reason("reason", cmd.Reason)
	})
}

// sides are the roles of the two sides in a type of case.
func sides(kind string) (first, second string) {
	switch {
	case strings.HasSuffix(kind, "终"):
		return docket.Appellant, docket.Appellee
	case strings.HasSuffix(kind, "申"), strings.HasSuffix(kind, "特"), strings.HasSuffix(kind, "督"):
		return docket.Applicant, docket.Respondent
	}
	return docket.Plaintiff, docket.Defendant
}
