package papers

import (
	"strings"

	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/agent"
	"mashang/law/court"
	"mashang/law/identity"
	"mashang/law/region"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/pdf"
)

var procedureNames = map[string]string{"ordinary": "普通程序", "summary": "简易程序", "small": "小额诉讼程序", "special": "特别程序", "appeal": "第二审程序"}

// gather collects what the file knows for a paper to a party:
//
//	court ring site phone place        the court
//	number cause claim procedure division received accepted
//	judge clerk bench officer assistants clerks president
//	addressee you opponents            he to whom it goes
//	parties plaintiffs defendants thirds agents
//	dated dated_capital appeal_court phone_masked fingerprint reply_days void
//
// and later paper_code, check_url, case_short, case_url, items.
func (s *Service) gather(tx *db.Tx, c docket.Case, p docket.Party, dated law.Date) (kinds.Values, error) {
	ct, err := docket.CourtOf(tx, c.Court)
	if err != nil {
		return nil, err
	}
	seal, ok, err := docket.SealOf(tx, c.Court, tx.Now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.Conflict, "本院没有在用的院印，出不了文书。请安全管理员启用院印。")
	}
	v := kinds.Values{"court": ct.Name, "ring": seal.Ring, "site": s.site(), "phone": or(ct.Phone, "12368"), "place": ct.Short + "诉讼服务窗口",
		"number": c.Number, "cause": c.Cause, "claim": c.Claim, "procedure": procedureNames[c.Procedure], "received": c.Received.String(), "accepted": c.Filed.String(),
		"dated": dated.String(), "dated_capital": pdf.CapitalDate(dated.Year, dated.Month, dated.Day),
		"fingerprint": s.k.Ledger.Signer().Fingerprint(), "reply_days": s.replyDays(ct), "void": "", "president": []string{},
		"addressee": p.Name, "you": "你", "paper_code": "", "check_url": "", "case_short": "", "case_url": "", "items": []string{}, "appeal_court": ""}
	if p.Kind == "org" {
		v["you"] = "你单位"
	}
	if s.k.Config.Demo {
		v["void"] = kinds.VoidMark
	}
	if above, ok := court.ByCode(ct.Parent); ok { // it need not be served here
		v["appeal_court"] = above.Name
	}
	div, _, err := db.Maybe[string](tx, `SELECT name FROM docket_division WHERE id = ?`, c.Division)
	if err != nil {
		return nil, err
	}
	v["division"] = div
	phone, err := s.k.Vault.Open("party.phone", p.Phone)
	if err != nil {
		return nil, err
	}
	v["phone_masked"] = identity.MaskPhone(phone)
	if err := s.people(tx, c, p, v); err != nil {
		return nil, err
	}
	return v, s.seats(tx, c, v)
}

// seats adds who signs.
func (s *Service) seats(tx *db.Tx, c docket.Case, v kinds.Values) error {
	var bench, after, clerks []string
	clerk, judge := "", ""
	seats, err := docket.Seats(tx, c.ID, tx.Now())
	if err != nil {
		return err
	}
	for _, x := range seats {
		line := docket.SeatNames[x.Seat] + " " + x.Name
		switch x.Seat {
		case "assistant":
			after = append(after, line)
		case "clerk":
			after, clerks, clerk = append(after, line), append(clerks, line), x.Name
		default:
			bench = append(bench, line)
		}
	}
	if c.Judge != "" {
		j, err := docket.PersonOf(tx, c.Judge)
		if err != nil {
			return err
		}
		judge = j.Name
		if bench == nil {
			bench = []string{"审判员 " + judge}
		}
	}
	v["judge"], v["clerk"], v["bench"], v["assistants"], v["clerks"] = judge, clerk, bench, after, clerks
	above, err := docket.Staff(tx, c.Court, tx.Now(), docket.President)
	if err != nil {
		return err
	}
	if len(above) > 0 {
		v["president"] = []string{"院长 " + above[0].Name}
	}
	v["officer"] = []string{}
	if judge != "" {
		v["officer"] = []string{map[bool]string{true: "执行员", false: "审判员"}[strings.HasPrefix(c.Type, "执")] + " " + judge}
	}
	return nil
}

// people adds the parties in the lines of a paper's head, one for each person
// (C4 of the rules for papers): role, name, what tells him from others.
func (s *Service) people(tx *db.Tx, c docket.Case, me docket.Party, v kinds.Values) error {
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return err
	}
	as, err := docket.Agents(tx, c.ID, tx.Now())
	if err != nil {
		return err
	}
	var lines, agents []string
	by := map[string][]string{}
	for _, p := range ps {
		n, err := docket.PersonOf(tx, p.Person)
		if err != nil {
			return err
		}
		address, err := s.k.Vault.Open("party.address", p.Address)
		if err != nil {
			return err
		}
		if p.Hidden { // the other side reads the same heads
			address = region.Of(address)
		}
		lines = append(lines, personLine(c.Type, p, n, address))
		if p.RepName != "" {
			lines = append(lines, "法定代表人："+p.RepName+comma(p.RepTitle)+"。")
		}
		for _, a := range as {
			if a.Party == p.ID {
				lines = append(lines, "委托诉讼代理人："+a.Name+comma(agentOf(a))+"。")
				agents = append(agents, a.Name)
			}
		}
		by[p.Role] = append(by[p.Role], p.Name)
	}
	join := func(roles ...string) string {
		var out []string
		for _, r := range roles {
			out = append(out, by[r]...)
		}
		return strings.Join(out, "、")
	}
	v["parties"], v["agents"] = lines, agents
	v["plaintiffs"], v["defendants"], v["thirds"] = join(docket.Plaintiff, docket.Applicant, docket.Appellant), join(docket.Defendant, docket.Respondent, docket.Appellee), join(docket.ThirdParty)
	v["opponents"] = opponents(c.Type, ps, me)
	v["role"] = roleName(c.Type, me.Role)
	return nil
}

// roleName is what papers call a party; enforcement has words of its own.
func roleName(caseType, role string) string {
	if strings.HasPrefix(caseType, "执") {
		switch role {
		case docket.Plaintiff, docket.Applicant:
			return "申请执行人"
		case docket.Defendant, docket.Respondent:
			return "被执行人"
		}
	}
	return docket.RoleNames[role]
}

func personLine(caseType string, p docket.Party, n docket.Person, address string) string {
	s := roleName(caseType, p.Role) + "：" + p.Name
	if p.Kind == "org" {
		if address != "" {
			s += "，住所地" + address
		}
		return s + "。"
	}
	if n.Sex != "" {
		s += "，" + n.Sex
	}
	if !n.Born.IsZero() {
		s += "，" + n.Born.Chinese() + "出生"
	}
	if address != "" {
		s += "，住" + address
	}
	return s + "。"
}

func agentOf(a docket.Agent) string {
	if a.Firm != "" {
		c, _ := agent.ClassOf(a.Class)
		return a.Firm + c.Title
	}
	return ""
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return "，" + s
}

// opponents names the other side: 被告甲、乙.
func opponents(caseType string, all []docket.Party, me docket.Party) string {
	var names []string
	role := ""
	for _, p := range all {
		if p.Role != me.Role && p.Role != docket.ThirdParty {
			names = append(names, p.Name)
			role = roleName(caseType, p.Role)
		}
	}
	return role + strings.Join(names, "、")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// site is the address without its scheme, as one types it.
func (s *Service) site() string {
	o := s.k.Config.Origin
	if _, host, ok := strings.Cut(o, "://"); ok {
		return host
	}
	return o
}

// mark adds the codes that a paper carries.
func (s *Service) mark(v kinds.Values, p paper.Paper, long, short string) {
	v["paper_code"], v["check_url"] = p.Code, s.k.Config.Origin+"/p/"+p.Code
	if long != "" {
		v["case_url"], v["case_short"] = s.k.Config.Origin+"/c/"+long, short
	}
}
