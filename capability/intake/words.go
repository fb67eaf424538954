package intake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mashang/docket"
	"mashang/docket/record"
	"mashang/law"
	"mashang/law/agent"
	"mashang/law/caseno"
	"mashang/law/closing"
	"mashang/law/identity"
	"mashang/platform/fault"
	"mashang/platform/sheet"
)

// column is a column of a list. Field is what a refusal of the record calls it.
type column struct {
	Name  string
	Also  []string // other names for it
	Field string
	Help  string
	put   func(to *into, v string) string // the refusal, or ""
}

// into is what a line is read into.
type into struct {
	c *record.Case
	p *record.Party
	a *record.Agent
}

// columns in the order of the empty list. The first part is of the case, once;
// the second of a party, one a line; the third of his agent.
var columns = []column{
	{"案号", nil, "number", "必填。例如（2026）冀11民初12号。一个当事人一行；同一个案件的几行案号相同，其他案件栏目只要第一行填", text(func(t *into) *string { return &t.c.Number })},
	{"承办部门", []string{"部门", "承办庭", "审判庭"}, "division", "新案件必填。照“人员”页上的部门名称写", text(func(t *into) *string { return &t.c.Division })},
	{"案由", []string{"立案案由"}, "cause", "新案件必填", text(func(t *into) *string { return &t.c.Cause })},
	{"诉讼请求", nil, "claim", "可以空着", text(func(t *into) *string { return &t.c.Claim })},
	{"标的额", []string{"标的金额", "诉讼标的额", "标的额（元）", "金额"}, "amount", "单位是元，例如 86400.00", text(func(t *into) *string { return &t.c.Amount })},
	{"程序", []string{"适用程序", "审理程序"}, "procedure", "新案件必填。普通程序、简易程序、小额诉讼程序、特别程序", word(func(t *into) *string { return &t.c.Procedure }, procedures, "写普通程序、简易程序、小额诉讼程序或者特别程序。")},
	{"公开范围", []string{"是否公开"}, "secrecy", "公开、不公开、封存。空着就是公开", word(func(t *into) *string { return &t.c.Secrecy }, secrecies, "写公开、不公开或者封存。")},
	{"收件日期", []string{"收案日期", "收到日期"}, "received", "例如 2026-03-01。空着就是立案日期", date(func(t *into) *law.Date { return &t.c.Received })},
	{"立案日期", []string{"立案时间"}, "filed", "新案件必填。审限按法律从这一天算，不用填", date(func(t *into) *law.Date { return &t.c.Filed })},
	{"承办法官", []string{"承办人", "法官", "主审法官"}, "judge", "姓名；重名的写手机号。要在本院的人员里。已经离开的，结了的案件空着", text(func(t *into) *string { return &t.c.Judge })},
	{"法官助理", []string{"助理"}, "assistant", "姓名或手机号，可以空着", text(func(t *into) *string { return &t.c.Assistant })},
	{"书记员", nil, "clerk", "姓名或手机号，可以空着", text(func(t *into) *string { return &t.c.Clerk })},
	{"状态", []string{"案件状态", "审理状态"}, "state", "审理中、中止、已结。空着就是审理中", word(func(t *into) *string { return &t.c.State }, states, "写审理中、中止或者已结。")},
	{"中止日期", nil, "suspended_on", "中止的案件必填", date(func(t *into) *law.Date { return &t.c.SuspendedOn })},
	{"扣除天数", []string{"扣除审限天数"}, "excluded_days", "已经扣除的天数，只写数字", number(func(t *into) *int { return &t.c.Excluded })},
	{"延长月数", []string{"延长审限月数"}, "extended_months", "已经批准延长的月数，只写数字", number(func(t *into) *int { return &t.c.Extended })},
	{"结案日期", []string{"结案时间"}, "closed_on", "已结的案件必填", date(func(t *into) *law.Date { return &t.c.ClosedOn })},
	{"结案方式", nil, "way", "已结的案件必填。" + titles(), word(func(t *into) *string { return &t.c.Way }, ways(), "写"+titles()+"。")},
	{"结案案由", nil, "closing_cause", "空着就是案由", text(func(t *into) *string { return &t.c.ClosingCause })},

	{"诉讼地位", []string{"地位", "当事人地位", "诉讼角色"}, "party.role", "原告、被告、第三人、申请人、被申请人、上诉人、被上诉人", word(func(t *into) *string { return &t.p.Role }, roles(), "写原告、被告、第三人、申请人、被申请人、上诉人或者被上诉人。")},
	{"当事人", []string{"当事人姓名", "当事人名称", "姓名", "名称"}, "party.name", "姓名或者单位全称", text(func(t *into) *string { return &t.p.Name })},
	{"类别", []string{"当事人类别", "当事人类型"}, "party.kind", "自然人、单位。空着就按证件看", word(func(t *into) *string { return &t.p.Kind }, kinds, "写自然人或者单位。")},
	{"证件类型", []string{"证件种类"}, "party.id_type", "空着就是居民身份证，单位是统一社会信用代码", word(func(t *into) *string { return &t.p.IDType }, papers(), "写居民身份证、护照、统一社会信用代码这样的证件名称。")},
	{"证件号码", []string{"证件号", "身份证号", "身份证号码", "公民身份号码", "统一社会信用代码"}, "party.number", "原告、申请人、上诉人必填。这一栏先设成“文本”再填", digits(func(t *into) *string { return &t.p.Number })},
	{"手机号", []string{"手机", "电话", "联系电话", "手机号码"}, "party.phone", "原告、申请人、上诉人必填。验证码只发到这个号码", digits(func(t *into) *string { return &t.p.Phone })},
	{"地址", []string{"住所", "住址", "送达地址", "住所地"}, "party.address", "住所或者送达地址，必填", text(func(t *into) *string { return &t.p.Address })},
	{"法定代表人", []string{"负责人", "法定代表人或负责人"}, "party.rep_name", "单位填", text(func(t *into) *string { return &t.p.RepName })},
	{"法定代表人职务", []string{"职务"}, "party.rep_title", "可以空着", text(func(t *into) *string { return &t.p.RepTitle })},

	{"代理人", []string{"代理人姓名", "委托诉讼代理人"}, "agent.name", "这一行当事人的代理人。第二位代理人另写一行，当事人照抄", text(func(t *into) *string { return &t.a.Name })},
	{"代理人类别", []string{"代理人身份"}, "agent.class", "律师、基层法律服务工作者、近亲属、单位工作人员这样写", word(func(t *into) *string { return &t.a.Class }, classes(), "写律师、基层法律服务工作者、近亲属或者单位工作人员这样的类别。")},
	{"代理人证件类型", nil, "agent.id_type", "空着就是居民身份证", word(func(t *into) *string { return &t.a.IDType }, papers(), "写居民身份证、护照这样的证件名称。")},
	{"代理人证件号码", []string{"代理人证件号", "代理人身份证号"}, "agent.number", "有代理人的必填", digits(func(t *into) *string { return &t.a.Number })},
	{"代理人手机号", []string{"代理人手机", "代理人电话"}, "agent.phone", "有代理人的必填", digits(func(t *into) *string { return &t.a.Phone })},
	{"代理人单位", []string{"律师事务所", "律所"}, "agent.firm", "律师事务所或者单位", text(func(t *into) *string { return &t.a.Firm })},
	{"特别授权", []string{"代理权限", "授权事项"}, "agent.powers", "委托书上写明的事项，用顿号隔开；一般授权空着。例如承认诉讼请求、进行和解", powers},
	{"授权截止", []string{"授权截止日期"}, "agent.until", "没有写期限的空着", date(func(t *into) *law.Date { return &t.a.Until })},
}

var procedures = map[string]string{"普通程序": "ordinary", "普通": "ordinary", "简易程序": "summary", "简易": "summary", "小额诉讼程序": "small", "小额诉讼": "small", "小额": "small", "特别程序": "special", "特别": "special"}
var secrecies = map[string]string{"公开": docket.Public, "公开审理": docket.Public, "不公开": docket.Private, "不公开审理": docket.Private, "封存": docket.Sealed}
var states = map[string]string{"审理中": docket.Open, "在办": docket.Open, "未结": docket.Open, "在审": docket.Open, "中止": docket.Suspended, "已中止": docket.Suspended, "中止审理": docket.Suspended, "已结": docket.Closed, "结案": docket.Closed, "已结案": docket.Closed, "审结": docket.Closed}
var kinds = map[string]string{"自然人": "natural", "个人": "natural", "公民": "natural", "单位": "org", "法人": "org", "非法人组织": "org", "其他组织": "org"}

func ways() map[string]string {
	m := map[string]string{}
	for _, w := range closing.Ways {
		m[w.Title] = w.Key
	}
	m["撤诉"] = "withdrawal"
	return m
}

func titles() string {
	var out []string
	for _, w := range closing.Ways {
		out = append(out, w.Title)
	}
	return strings.Join(out, "、")
}

func roles() map[string]string {
	m := map[string]string{}
	for key, title := range docket.RoleNames {
		m[title] = key
	}
	return m
}

func papers() map[string]string {
	m := map[string]string{"身份证": string(identity.Resident), "统一社会信用代码": string(identity.USCC)}
	for _, k := range identity.Kinds {
		m[k.Title] = string(k.Kind)
	}
	return m
}

func classes() map[string]string {
	m := map[string]string{}
	for _, c := range agent.Classes {
		m[c.Title] = c.Key
	}
	return m
}

// squeeze takes every blank out of a column's name or a word.
func squeeze(s string) string { return strings.Join(strings.Fields(strings.Trim(s, "*＊：: ")), "") }

// columnNamed finds a column by any of its names.
func columnNamed(s string) (string, bool) {
	s = squeeze(s)
	for _, c := range columns {
		if s == c.Name {
			return c.Name, true
		}
		for _, a := range c.Also {
			if s == a {
				return c.Name, true
			}
		}
	}
	return "", false
}

func text(at func(*into) *string) func(*into, string) string {
	return func(t *into, v string) string { *at(t) = v; return "" }
}

func word(at func(*into) *string, words map[string]string, say string) func(*into, string) string {
	return func(t *into, v string) string {
		k, ok := words[squeeze(v)]
		if !ok {
			return say
		}
		*at(t) = k
		return ""
	}
}

func number(at func(*into) *int) func(*into, string) string {
	return func(t *into, v string) string {
		n, err := strconv.Atoi(strings.TrimRight(squeeze(v), "天个月"))
		if err != nil || n < 0 || n > 9999 {
			return "只写数字。"
		}
		*at(t) = n
		return ""
	}
}

// digits reads a number that is a name, not an amount.
func digits(at func(*into) *string) func(*into, string) string {
	return func(t *into, v string) string {
		n, whole := sheet.Digits(v)
		if !whole {
			return sheet.Lost
		}
		*at(t) = identity.Normalise(n)
		return ""
	}
}

func date(at func(*into) *law.Date) func(*into, string) string {
	return func(t *into, v string) string {
		day, ok := sheet.Day(v)
		if !ok {
			return "日期写成 2026-03-01 这样。"
		}
		d, err := law.ParseDate(day)
		if err != nil {
			return "没有这一天，请看看年月日。"
		}
		*at(t) = d
		return ""
	}
}

// powers reads what a power of attorney names.
func powers(t *into, v string) string {
	known := map[string]string{}
	var names []string
	for _, p := range agent.Powers {
		known[p.Title] = p.Key
		names = append(names, p.Title)
	}
	for _, p := range strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune("、，,;； \n", r) }) {
		switch key, ok := known[p]; {
		case ok:
			t.a.Special, t.a.Powers = true, append(t.a.Powers, key)
		case p == "一般" || p == "一般授权" || p == "一般代理":
		default:
			return "特别授权要逐项写明：" + strings.Join(names, "、") + "。只写“全权代理”没有特别授权。"
		}
	}
	return ""
}

// remark is one thing that is wrong, in which column of which line.
type remark struct {
	Line   int    `json:"line,omitempty"`
	Column string `json:"column,omitempty"`
	Show   string `json:"show"`
	Basis  string `json:"basis,omitempty"`
}

// item is a case of a list.
type item struct {
	lines  []int
	c      record.Case
	places map[string]int // "parties.0" and "parties.0.agents.1" → line
	bad    []remark
}

// group makes cases of lines: those with one number are one case.
func group(lines []line) []*item {
	var out []*item
	by := map[string]*item{}
	for _, l := range lines {
		key := tidyNumber(l.cells["案号"])
		it := by[key]
		if it == nil || key == "" {
			it = &item{places: map[string]int{}}
			it.c.Number = key
			out = append(out, it)
			if by[key] = it; key == "" {
				it.bad = append(it.bad, remark{Line: l.n, Column: "案号", Show: "没有写案号。"})
			}
		}
		it.add(l)
	}
	namesakes(out)
	return out
}

// namesakes are numbers that stand in a list beside two names: one of them is
// somebody else's. Trying each case alone would not show it.
func namesakes(items []*item) {
	first := map[string]string{}
	look := func(it *item, line int, column, idType, number, name string) {
		number = identity.Normalise(number)
		if number == "" {
			return
		}
		key := idType + number
		switch was, seen := first[key]; {
		case !seen:
			first[key] = name
		case was != name:
			it.bad = append(it.bad, remark{Line: line, Column: column, Show: "同一个证件号码，这份表格前面写的是另一个名字。请对着证件看一遍。"})
		}
	}
	for _, it := range items {
		for i, p := range it.c.Parties {
			key := fmt.Sprintf("parties.%d", i)
			look(it, it.places[key], columnOf("party.number"), p.IDType, p.Number, p.Name)
			for j, a := range p.Agents {
				look(it, it.places[fmt.Sprintf("%s.agents.%d", key, j)], columnOf("agent.number"), a.IDType, a.Number, a.Name)
			}
		}
	}
}

func tidyNumber(s string) string {
	n, err := caseno.Parse(squeeze(s))
	if err != nil {
		return squeeze(s)
	}
	return n.String()
}

// add reads a line into a case. What the line says of the case itself must be
// what an earlier one said.
func (it *item) add(l line) {
	it.lines = append(it.lines, l.n)
	var c record.Case
	var p record.Party
	var a record.Agent
	to := &into{&c, &p, &a}
	for _, col := range columns {
		v := l.cells[col.Name]
		if v == "" {
			continue
		}
		if say := col.put(to, v); say != "" {
			it.bad = append(it.bad, remark{Line: l.n, Column: col.Name, Show: say})
		}
	}
	c.Number = it.c.Number
	if clash := merge(&it.c, c); clash != "" {
		it.bad = append(it.bad, remark{Line: l.n, Column: clash, Show: "同一个案件前面的行写的不一样。请留一个对的。"})
	}
	it.addParty(l.n, p, a)
}

func (it *item) addParty(n int, p record.Party, a record.Agent) {
	hasAgent := a.Name != "" || a.Number != ""
	if p.Name == "" && p.Number == "" && p.Role == "" {
		if hasAgent {
			it.bad = append(it.bad, remark{Line: n, Column: "当事人", Show: "写了代理人，没有写他代理哪位当事人。"})
		}
		return
	}
	_, _, resident := identity.ParseResident(p.Number) // one in thirty of these passes for a credit code as well
	if p.Kind == "" && (p.IDType == string(identity.USCC) || p.IDType == "" && identity.ValidUSCC(p.Number) && !resident || p.RepName != "") {
		p.Kind = "org"
	}
	i := len(it.c.Parties)
	for j, x := range it.c.Parties {
		if x.Name == p.Name && x.Number == p.Number && x.Role == p.Role {
			i = j
		}
	}
	key := fmt.Sprintf("parties.%d", i)
	if i == len(it.c.Parties) {
		it.c.Parties = append(it.c.Parties, p)
		it.places[key] = n
	} else if clash := mergeParty(&it.c.Parties[i], p); clash != "" {
		it.bad = append(it.bad, remark{Line: n, Column: clash, Show: "同一位当事人前面的行写的不一样。请留一个对的。"})
	}
	if hasAgent {
		at := &it.c.Parties[i].Agents
		it.places[fmt.Sprintf("%s.agents.%d", key, len(*at))] = n
		*at = append(*at, a)
	}
}

// merge puts what a line says of a case to what was said before; it names the
// column in which both say something, and not the same.
func merge(to *record.Case, from record.Case) (clash string) {
	a, b := flat(*to), flat(from)
	for k, v := range b {
		if was, said := a[k]; said && string(was) != string(v) {
			return columnOf(k)
		}
		a[k] = v
	}
	parties := to.Parties
	text, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	to.Parties = parties
	if err != nil {
		return "案号"
	}
	return ""
}

// mergeParty does the same with a party who stands on several lines, one for
// each of his agents.
func mergeParty(to *record.Party, from record.Party) (clash string) {
	for _, x := range []struct {
		field string
		to    *string
		from  string
	}{{"kind", &to.Kind, from.Kind}, {"id_type", &to.IDType, from.IDType}, {"phone", &to.Phone, from.Phone}, {"address", &to.Address, from.Address},
		{"rep_name", &to.RepName, from.RepName}, {"rep_title", &to.RepTitle, from.RepTitle}} {
		switch {
		case *x.to == "":
			*x.to = x.from
		case x.from != "" && x.from != *x.to:
			return columnOf("party." + x.field)
		}
	}
	return ""
}

// flat is what a record says of the case itself, by field.
func flat(c record.Case) map[string]json.RawMessage {
	c.Parties = nil
	m := map[string]json.RawMessage{}
	if b, err := json.Marshal(c); err == nil {
		_ = json.Unmarshal(b, &m)
	}
	return m
}

// columnOf is the column for a field of the record.
func columnOf(field string) string {
	for _, c := range columns {
		if c.Field == field {
			return c.Name
		}
	}
	return ""
}

// ofCase reports whether a column says something of the case, on whichever line.
func ofCase(name string) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return c.Name == name && !strings.Contains(c.Field, ".") })
}

var within = regexp.MustCompile(`^(parties\.\d+(?:\.agents\.\d+)?)(?:\.(.*))?$`)

// remarks puts a refusal of the record into the words of the list.
func remarks(err error, lines []int, places map[string]int) []remark {
	fs := fault.Fields(err)
	if fs == nil {
		fs = []*fault.Error{fault.As(err)}
	}
	var out []remark
	for _, f := range fs {
		r := remark{Show: f.Show, Basis: f.Basis}
		if len(lines) > 0 {
			r.Line = lines[0]
		}
		field := f.Field
		if m := within.FindStringSubmatch(field); m != nil {
			if n, ok := places[m[1]]; ok {
				r.Line = n
			}
			if field = "party." + m[2]; strings.Contains(m[1], ".agents.") {
				field = "agent." + m[2]
			}
		}
		if field == "parties" {
			field = "party.name"
		}
		r.Column = columnOf(field)
		out = append(out, r)
	}
	return out
}
