// Package told compares what another system says of a case with what stands
// here. It reads and decides; casebook writes.
//
// A thing that is said is a key and a value as it is stored here ("judge" and a
// person's id). It is a change when what stands here is what the other system
// said the last time. Anything else the court did itself, and keeps.
//
// Reading order: told.go (what is said, and what stands), compare.go.
package told

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mashang/docket"
	"mashang/docket/record"
	"mashang/law"
	"mashang/law/closing"
	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// Phones finds the phone of one of the court's people.
type Phones interface {
	StaffPhone(tx *db.Tx, person string) (string, error)
}

// Fields are what a record says of a case itself, by the words for each, in the
// order in which a refusal names them.
var Fields = []struct{ Key, Title string }{
	{"division", "承办部门"}, {"cause", "案由"}, {"claim", "诉讼请求"}, {"amount", "标的额"}, {"procedure", "程序"}, {"secrecy", "公开范围"},
	{"received", "收件日期"}, {"filed", "立案日期"}, {"judge", "承办法官"}, {"assistant", "法官助理"}, {"clerk", "书记员"},
	{"excluded_days", "扣除天数"}, {"extended_months", "延长月数"}, {"state", "状态"}, {"suspended_on", "中止日期"},
	{"closed_on", "结案日期"}, {"way", "结案方式"}, {"closing_cause", "结案案由"},
}

// Read reads what a record says of the case itself, each thing as it is stored
// here; what it leaves empty is not in the map.
func Read(tx *db.Tx, phones Phones, court string, r record.Case, bad *fault.List) (map[string]string, error) {
	m := map[string]string{"cause": r.Cause, "claim": r.Claim, "procedure": r.Procedure, "secrecy": r.Secrecy, "state": r.State, "way": r.Way, "closing_cause": r.ClosingCause,
		"received": r.Received.String(), "filed": r.Filed.String(), "suspended_on": r.SuspendedOn.String(), "closed_on": r.ClosedOn.String()}
	for key, n := range map[string]int{"excluded_days": r.Excluded, "extended_months": r.Extended} {
		if n != 0 {
			m[key] = strconv.Itoa(n)
		}
	}
	if r.Amount != "" {
		a, err := law.ParseMoney(r.Amount)
		if err != nil {
			bad.Add("amount", "金额用元，写成 86400.00 这样。")
		}
		m["amount"] = a.Plain()
	}
	if r.Division != "" {
		ds, err := docket.Divisions(tx, court)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(ds, func(d docket.Division) bool { return d.Name == r.Division })
		if i < 0 {
			bad.Add("division", "本院没有%s的部门。请照“人员”页上的部门名称写。", called(r.Division))
		} else {
			m["division"] = ds[i].ID
		}
	}
	for _, x := range []struct {
		key, who, what string
		roles          []docket.Role
	}{
		{"judge", r.Judge, "法官", []docket.Role{docket.Judge, docket.Head, docket.President}},
		{"assistant", r.Assistant, "法官助理", []docket.Role{docket.Assistant}}, {"clerk", r.Clerk, "书记员", []docket.Role{docket.Clerk}},
	} {
		if x.who == "" {
			continue
		}
		who, say, err := colleague(tx, phones, court, x.who, x.what, x.roles)
		if err != nil {
			return nil, err
		}
		if say != "" {
			bad.Add(x.key, "%s", say)
		}
		m[x.key] = who
	}
	if r.State == docket.Open {
		m["suspended_on"] = "" // over, and counted among the excluded days
	}
	maps.DeleteFunc(m, func(_, v string) bool { return v == "" })
	return m, nil
}

// colleague finds one of the court's people by name or by phone; say is the
// refusal when it is nobody, or more than one.
func colleague(tx *db.Tx, phones Phones, court, who, what string, roles []docket.Role) (person, say string, err error) {
	all, err := docket.Staff(tx, court, tx.Now(), roles...)
	if err != nil {
		return "", "", err
	}
	found := map[string]bool{}
	for _, m := range all {
		is := m.Name == who
		if identity.ValidPhone(who) && !found[m.Person] {
			phone, err := phones.StaffPhone(tx, m.Person)
			if err != nil {
				return "", "", err
			}
			is = phone == who
		}
		if is {
			found[m.Person], person = true, m.Person
		}
	}
	switch {
	case len(found) == 1:
		return person, "", nil
	case len(found) > 1:
		return "", fmt.Sprintf("本院不止一位%s%s。请改写他的手机号。", what, called(who)), nil
	case identity.ValidPhone(who):
		return "", fmt.Sprintf("本院没有用这个手机号的%s。请先在“人员”页加他；已经离开的，这一栏空着。", what), nil
	}
	return "", fmt.Sprintf("本院没有%s的%s。请先在“人员”页加他；已经离开的，这一栏空着。", called(who), what), nil
}

// called quotes a name in a refusal, which is kept. What stands where a name
// should may be somebody's number, when columns were mixed up.
func called(name string) string {
	if strings.ContainsAny(name, "0123456789") || len([]rune(name)) > 20 {
		return "这样叫"
	}
	return "叫“" + name + "”"
}

// Apply puts one thing that was told into a case. Who sits is not among them.
func Apply(c *docket.Case, key, v string) {
	date := func() (d law.Date) { d, _ = law.ParseDate(v); return d }
	number := func() int { n, _ := strconv.Atoi(v); return n }
	switch key {
	case "division":
		c.Division = v
	case "cause":
		c.Cause = v
	case "claim":
		c.Claim = v
	case "amount":
		c.Amount, _ = law.ParseMoney(v)
	case "procedure":
		c.Procedure = v
	case "secrecy":
		c.Secrecy = v
	case "received":
		c.Received = date()
	case "filed":
		c.Filed = date()
	case "excluded_days":
		c.Excluded = number()
	case "extended_months":
		c.Extended = number()
	case "state":
		c.State = v
	case "suspended_on":
		c.SuspendedOn = date()
	case "closed_on":
		c.ClosedOn = date()
	case "way":
		c.ClosingWay = v
	case "closing_cause":
		c.ClosingCause = v
	}
}

// Stands is a case in the same words.
func Stands(tx *db.Tx, c docket.Case) (map[string]string, error) {
	m := map[string]string{"division": c.Division, "cause": c.Cause, "claim": c.Claim, "amount": c.Amount.Plain(), "procedure": c.Procedure, "secrecy": c.Secrecy,
		"received": c.Received.String(), "filed": c.Filed.String(), "judge": c.Judge, "excluded_days": strconv.Itoa(c.Excluded), "extended_months": strconv.Itoa(c.Extended),
		"state": c.State, "suspended_on": c.SuspendedOn.String(), "closed_on": c.ClosedOn.String(), "way": c.ClosingWay, "closing_cause": c.ClosingCause}
	seats, err := docket.Seats(tx, c.ID, tx.Now())
	for _, x := range seats {
		if x.Seat == "assistant" || x.Seat == "clerk" {
			m[x.Seat] = x.Person
		}
	}
	return m, err
}

// Details are what a record says of a party beside who he is.
func Details(p record.Party) map[string]string {
	return map[string]string{"phone": p.Phone, "address": p.Address, "rep_name": p.RepName, "rep_title": p.RepTitle}
}

// Remember adds what a record says of a party to what was said of the case.
func Remember(said map[string]string, party string, p record.Party) {
	for k, v := range Details(p) {
		if v != "" {
			said["party/"+party+"/"+k] = v
		}
	}
}

// Tidy is a record with what goes without saying filled in and numbers in
// their one form.
func Tidy(r record.Case) record.Case {
	kind := func(idType, kind string) string {
		switch {
		case idType != "":
			return idType
		case kind == "org":
			return string(identity.USCC)
		}
		return string(identity.Resident)
	}
	r.Parties = slices.Clone(r.Parties)
	for i, p := range r.Parties {
		p.IDType, p.Number, p.Phone = kind(p.IDType, p.Kind), identity.Normalise(p.Number), identity.Normalise(p.Phone)
		p.Agents = slices.Clone(p.Agents)
		for j, a := range p.Agents {
			a.IDType, a.Number, a.Phone = kind(a.IDType, ""), identity.Normalise(a.Number), identity.Normalise(a.Phone)
			p.Agents[j] = a
		}
		r.Parties[i] = p
	}
	return r
}

// Sound lists what cannot be so in the course of a case that came from
// elsewhere, and fills in what goes without saying.
func Sound(c *docket.Case, today law.Date, bad *fault.List) {
	if c.Secrecy != docket.Public && c.Secrecy != docket.Private && c.Secrecy != docket.Sealed {
		bad.Add("secrecy", "公开范围写公开、不公开或者封存。")
	}
	if c.Secrecy == docket.Sealed && c.Judge == "" {
		bad.Add("secrecy", "封存的案件要写承办法官，不然就没有人打得开。")
	}
	if c.Division == "" {
		bad.Add("division", "请写承办部门。")
	}
	within := func(d law.Date) bool { return !d.IsZero() && !d.Before(c.Filed) && !d.After(today) }
	switch {
	case c.Filed.IsZero():
		bad.Add("filed", "请写立案日期。")
	case c.Filed.After(today) || c.Filed.Before(c.Received):
		bad.Add("filed", "立案日期要在收件之后、今天或以前。")
	}
	switch c.State {
	case docket.Open, docket.Suspended:
		if c.State == docket.Suspended && !within(c.SuspendedOn) {
			bad.Add("suspended_on", "中止的案件要写中止日期，在立案之后、今天或以前。")
		}
		if c.State == docket.Open {
			c.SuspendedOn = law.Date{}
		}
		if !c.ClosedOn.IsZero() || c.ClosingWay != "" {
			bad.Add("state", "写了结案日期或者结案方式，状态却不是“已结”。")
		}
	case docket.Closed:
		if _, ok := closing.WayOf(c.ClosingWay); !ok {
			bad.Add("way", "已结的案件要写结案方式，例如“判决”“调解”“准许撤诉”。")
		}
		if !within(c.ClosedOn) {
			bad.Add("closed_on", "结案日期要在立案之后、今天或以前。")
		}
		if c.ClosingCause == "" {
			c.ClosingCause = c.Cause
		}
	default:
		bad.Add("state", "状态写审理中、中止或者已结。")
	}
	if c.Excluded < 0 || c.Excluded > 3660 {
		bad.Add("excluded_days", "请看扣除的天数。")
	}
	if c.Extended < 0 || c.Extended > 60 {
		bad.Add("extended_months", "请看延长的月数。")
	}
}
