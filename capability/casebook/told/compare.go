package told

import (
	"fmt"

	"mashang/docket"
	"mashang/docket/record"
	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/vault"
)

// Revision is what a record would change in a case that is here.
type Revision struct {
	Says    map[string]string // this time
	Now     map[string]string // what stands here
	Base    map[string]string // what was said the last time; nil: the case began here
	Changes []string          // keys
	Joins   []record.Party    // who is new
	Mends   []Mend            // of whom something new is said
	Agents  []Authority       // who acts for a party that is here, and did not
	Bad     fault.List
}

// Mend is a party of whom something new is said.
type Mend struct {
	Party docket.Party
	To    map[string]string
}

// Authority is an agent of a party that is here.
type Authority struct {
	Party string
	Agent record.Agent
}

// None reports whether nothing changes.
func (v *Revision) None() bool {
	return len(v.Changes)+len(v.Joins)+len(v.Mends)+len(v.Agents) == 0
}

// Compare looks at a whole record. Nobody leaves because it does not name him.
func (v *Revision) Compare(tx *db.Tx, vt *vault.Vault, c docket.Case, r record.Case) (err error) {
	if v.Now, err = Stands(tx, c); err != nil {
		return err
	}
	if c.State == docket.Closed && v.Says["state"] != "" && v.Says["state"] != docket.Closed {
		v.refuse("state", "这个案件在本系统里已经结案，表格里还没有结。请先核对是哪边没有更新；本系统里的不会被改回去。")
	} else {
		for _, f := range Fields {
			v.differ(f.Key, f.Key, f.Title, v.Says[f.Key])
		}
	}
	if len(r.Parties) == 0 {
		return nil
	}
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return err
	}
	for i, p := range r.Parties {
		if err := v.party(tx, vt, ps, c.ID, p, fmt.Sprintf("parties.%d.", i)); err != nil {
			return err
		}
	}
	return nil
}

// differ looks at one thing that is said.
func (v *Revision) differ(key, field, title, says string) {
	switch {
	case says == "" || says == v.Now[key]:
	case v.Base == nil:
		v.refuse(field, "这个案件是在本系统立案的，“"+title+"”和表格不一样。以本系统为准，要改请在案件的办理页上改。")
	case v.Now[key] != v.Base[key] && !unsaid(v.Now[key], v.Base[key]):
		v.refuse(field, "“"+title+"”在本系统里已经改过，和表格不一样。以本系统为准，要改请在案件的办理页上改。")
	case key == "received": // the filing is over
		v.refuse(field, "收件日期立案以后不再改，和本系统里的不一样。请照案件的办理页上写。")
	default:
		v.Changes = append(v.Changes, key)
	}
}

// unsaid reports whether a value is what a case has when nothing was said.
func unsaid(now, base string) bool {
	return base == "" && (now == "" || now == "0" || now == "0.00" || now == docket.Open || now == docket.Public)
}

// refuse says that a thing differs, never what stands here: whoever writes a list
// need not be one who may read the case.
func (v *Revision) refuse(field, show string) {
	v.Bad = append(v.Bad, &fault.Error{Kind: fault.Conflict, Field: field, Show: show})
}

// party looks at one who is named.
func (v *Revision) party(tx *db.Tx, vt *vault.Vault, ps []docket.Party, caseID string, r record.Party, prefix string) error {
	p, here, err := same(tx, vt, ps, r)
	switch {
	case err != nil:
		return err
	case !here:
		left, err := leftBefore(tx, caseID, r)
		if left || v.Base == nil {
			v.refuse(prefix+"name", "本系统里这个案件没有他。以本系统为准，要加请在案件的办理页上加。")
		} else {
			v.Joins = append(v.Joins, r)
		}
		return err
	case p.Role != r.Role:
		v.refuse(prefix+"role", "他的诉讼地位和本系统里的不一样。请照案件的办理页上写。")
		return nil
	case p.Name != r.Name:
		v.refuse(prefix+"name", "这个证件号码在本案登记的是另一个名字。请核对证件；登记错了，在案件的办理页上更正。")
		return nil
	case r.Phone != "" && !identity.ValidPhone(r.Phone):
		v.Bad.Add(prefix+"phone", "手机号应该是 11 位数字。")
		return nil
	}
	if err := v.details(vt, p, r, prefix); err != nil {
		return err
	}
	return v.agents(tx, vt, p, r.Agents, prefix)
}

// same finds a party by his number, or without one by name and role.
func same(tx *db.Tx, vt *vault.Vault, ps []docket.Party, r record.Party) (docket.Party, bool, error) {
	who := docket.Person{}
	if r.Number != "" {
		var err error
		if who, _, err = docket.FindPerson(tx, vt.Find("id", r.IDType+r.Number)); err != nil {
			return docket.Party{}, false, err
		}
	}
	for _, p := range ps {
		if r.Number != "" && p.Person == who.ID || r.Number == "" && p.Name == r.Name && p.Role == r.Role {
			return p, true, nil
		}
	}
	return docket.Party{}, false, nil
}

// leftBefore reports whether someone was in the case and left it here.
func leftBefore(tx *db.Tx, caseID string, r record.Party) (bool, error) {
	_, left, err := db.Maybe[string](tx, `SELECT p.id FROM docket_party p JOIN docket_person n ON n.id = p.person_id
		WHERE p.case_id = ? AND p.left_at <> 0 AND n.name = ? AND p.role = ? LIMIT 1`, caseID, r.Name, r.Role)
	return left, err
}

// titles are the words for what is said of a party.
var titles = []struct{ Key, Title string }{{"phone", "手机号"}, {"address", "地址"}, {"rep_name", "法定代表人"}, {"rep_title", "职务"}}

func (v *Revision) details(vt *vault.Vault, p docket.Party, r record.Party, prefix string) error {
	phone, err := vt.Open("party.phone", p.Phone)
	if err != nil {
		return err
	}
	address, err := vt.Open("party.address", p.Address)
	if err != nil {
		return err
	}
	says := Details(r)
	is, to := map[string]string{"phone": phone, "address": address, "rep_name": p.RepName, "rep_title": p.RepTitle}, map[string]string{}
	for _, t := range titles {
		key, n := "party/"+p.ID+"/"+t.Key, len(v.Changes)
		v.Now[key] = is[t.Key]
		v.differ(key, prefix+t.Key, docket.RoleNames[p.Role]+t.Title, says[t.Key])
		if len(v.Changes) > n {
			to[t.Key], v.Says[key] = says[t.Key], says[t.Key]
		}
	}
	if len(to) > 0 {
		v.Mends = append(v.Mends, Mend{p, to})
	}
	return nil
}

// agents finds those who do not act for a party and never did.
func (v *Revision) agents(tx *db.Tx, vt *vault.Vault, p docket.Party, rs []record.Agent, prefix string) error {
	for i, a := range rs {
		who, _, err := docket.FindPerson(tx, vt.Find("id", a.IDType+a.Number))
		if err != nil {
			return err
		}
		_, was, err := db.Maybe[string](tx, `SELECT id FROM docket_agent WHERE case_id = ? AND party_id = ? AND person_id = ? LIMIT 1`, p.Case, p.ID, who.ID)
		if err != nil {
			return err
		}
		switch {
		case was:
		case v.Base == nil:
			v.refuse(fmt.Sprintf("%sagents.%d.name", prefix, i), "本系统里他不是这一方的代理人。以本系统为准，要加请在案件的办理页上加。")
		default:
			v.Agents = append(v.Agents, Authority{p.ID, a})
		}
	}
	return nil
}
