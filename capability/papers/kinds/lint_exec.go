package kinds

import (
	"regexp"
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/identity"
)

// execChecks are the checks of papers of enforcement.
var execChecks = map[string]check{
	"double": doubleInterest, "account": courtAccount, "days": someDays, "hold": hold, "exact": exactThing, "seized": seizedFirst, "sale": sale,
	"remaining": remaining, "panel": threeJudges, "income": income,
	"assist": assist, "search": search, "persons": persons, "lifted": liftedAtOnce, "discredit": discredit, "until": untilLater,
	"ids": idsRight, "partly": partly,
}

// day reads a date of the values.
func (v Values) day(name string) (law.Date, bool) {
	d, err := law.ParseDate(v.Text(name))
	return d, err == nil
}

func (v Values) fen(name string) int64 { n, _ := form.Fen(v[name]); return n }

var compound = regexp.MustCompile(`(本息|本金(和|及|与|加)利息)[^。；]*为基数`)

// doubleInterest: the doubled part is reckoned on what is owed without its
// interest, by the rate that the interpretation fixes.
func doubleInterest(_ Kind, v Values) []Flaw {
	const basis = "迟延履行利息解释第一条"
	s := v.Text("interest")
	switch {
	case compound.MatchString(s):
		return []Flaw{{"interest", "加倍部分的基数里不能有一般债务利息。", basis}}
	case strings.Contains(s, "加倍部分") && !strings.Contains(s, "万分之一点七五"):
		return []Flaw{{"interest", "加倍部分按日万分之一点七五计算。", basis}}
	}
	return nil
}

// courtAccount: money goes to the court's account, never to a person's.
func courtAccount(_ Kind, v Values) []Flaw {
	if !strings.Contains(v.Text("account_name"), v.Text("court")) {
		return []Flaw{{Field: "account_name", Says: "案款只能付到本院的账户，户名要写“" + v.Text("court") + "”。"}}
	}
	return nil
}

func someDays(_ Kind, v Values) []Flaw {
	if v.fen("days") < 1 {
		return []Flaw{{"days", "要写明几天内报告。", "财产调查规定第四条"}}
	}
	return nil
}

// hold: what is seized is seized within what is owed and until a day. Money
// that is taken away at once has no term.
func hold(k Kind, v Values) (out []Flaw) {
	if v.fen("amount") > v.fen("due") {
		out = append(out, Flaw{"amount", "不能超过应当履行的总额。", cite.CPL(253).String()})
	}
	if v.Text("act") != "划拨" {
		out = append(out, term(k, v)...)
	}
	return out
}

var vague = regexp.MustCompile(`(全部|所有|一切|相关)(的)?财产|名下财产`)

// exactThing: whoever is to help must see from the paper what it is about.
func exactThing(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		if vague.MatchString(text) {
			out = append(out, Flaw{field, "财产要一项一项写清楚，不能写“全部财产”“名下财产”。", "查封扣押冻结规定第十九条"})
		}
	}
	sortFlaws(out)
	return out
}

// seizedFirst: nothing is sold that was not seized, nor before the debtor was
// told to pay by a day that is over.
func seizedFirst(_ Kind, v Values) (out []Flaw) {
	dated, ok := v.day("dated")
	seized, ok2 := v.day("seized")
	ordered, ok3 := v.day("ordered")
	if v.Text("act") == "变卖" && v.Text("why_sell") == "" {
		out = append(out, Flaw{"why_sell", "不拍卖而变卖的，要写明为什么。", cite.CPL(258).String()})
	}
	switch {
	case ok && ok2 && dated.Before(seized):
		out = append(out, Flaw{"seized", "没有查封、扣押、冻结的财产不能处置。", cite.JI(484).String()})
	case ok && ok3 && !ordered.Before(dated), ok2 && ok3 && ordered.Before(seized):
		out = append(out, Flaw{"ordered", "查封、扣押以后要先责令限期履行，期限过了才能处置。", cite.CPL(258).String()})
	}
	return out
}

// sale: the ruling follows full payment within ten days.
func sale(_ Kind, v Values) (out []Flaw) {
	const basis = "拍卖变卖规定第二十条"
	dated, ok := v.day("dated")
	paid, ok2 := v.day("paid")
	if ok && ok2 && (dated.Before(paid) || paid.AddDays(10).Before(dated)) {
		out = append(out, Flaw{"paid", "裁定要在价款付清以后十日内作出、送达。", basis})
	}
	return out
}

// remaining: the ruling that ends this round says what is still owed, comes
// three months after filing at the earliest, and after the creditor was heard.
func remaining(_ Kind, v Values) (out []Flaw) {
	const basis = "法〔2016〕373号"
	if left := v.fen("claim_amount") - v.fen("realised"); left != v.fen("left") || left <= 0 {
		out = append(out, Flaw{"left", "还没有执行到的要等于申请的减去执行到的，并且大于零。", cite.JI(517).String()})
	}
	dated, ok := v.day("dated")
	filed, ok2 := v.day("accepted")
	if ok && ok2 && dated.Before(filed.AddMonths(3)) {
		out = append(out, Flaw{"dated", "立案满三个月才能终结本次执行程序，最早是 " + filed.AddMonths(3).Chinese() + "。", basis})
	}
	if talk, ok3 := v.day("talk"); ok && ok3 && dated.Before(talk) {
		out = append(out, Flaw{"talk", "要先约谈申请执行人，再作裁定。", basis})
	}
	if approved, ok3 := v.day("approved"); ok && ok3 && dated.Before(approved) {
		out = append(out, Flaw{"approved", "要先经院长批准，再作裁定。", cite.JI(517).String()})
	}
	if v.Text("agreed") != "申请执行人签字确认" && len(v.List("bench")) < 3 {
		out = append(out, Flaw{"agreed", "申请执行人没有签字确认的，要由合议庭审查核实并经院长批准。", cite.JI(517).String()})
	}
	return out
}

func threeJudges(_ Kind, v Values) []Flaw {
	if len(v.List("bench")) < 3 {
		return []Flaw{{"bench", "执行异议案件要组成合议庭审查。", "异议复议规定第十一条"}}
	}
	return nil
}

func income(_ Kind, v Values) (out []Flaw) {
	if v.fen("amount") > v.fen("due") {
		out = append(out, Flaw{"amount", "不能超过应当履行的总额。", cite.CPL(254).String()})
	}
	if v.fen("keep") == 0 {
		out = append(out, Flaw{"keep", "要给被执行人和他扶养的家属留下生活必需费用。", cite.CPL(254).String()})
	}
	return out
}

// assist: nobody is bound to act but by a ruling that is already made, and what
// is seized is seized until a day.
func assist(_ Kind, v Values) (out []Flaw) {
	act := v.Text("act")
	dated, ok := v.day("dated")
	ruled, ok2 := v.day("ruled")
	switch {
	case act != "查询" && (v.Text("ruling") == "" || !ok2):
		out = append(out, Flaw{"ruling", "要附裁定书，写明案号和日期。", cite.CPL(253).String()})
	case ok && ok2 && dated.Before(ruled):
		out = append(out, Flaw{"ruled", "协助执行通知书不能早于裁定书。", cite.CPL(253).String()})
	}
	what := strings.Join(v.List("acts"), "\n")
	deposit := strings.Contains(what, "存款")
	from, ok := v.day("from")
	until, ok2 := v.day("until")
	switch act {
	case "查封", "扣押", "冻结", "续行查封扣押冻结":
		years := 3
		if act == "扣押" {
			years = 2
		} else if deposit {
			years = 1
		}
		if !ok || !ok2 || until.Before(from) || until.After(from.AddYears(years)) {
			out = append(out, Flaw{"until", "要写明从哪天到哪天，存款最长一年，动产两年，其他三年。", cite.JI(485).String()})
		}
	}
	if (act == "划拨" || act == "扣留提取收入" || act == "冻结" && deposit) && !someMoney.MatchString(what) {
		out = append(out, Flaw{"acts", "要写明多少钱。", cite.CPL(map[bool]int{true: 254, false: 253}[act == "扣留提取收入"]).String()})
	}
	if act == "划拨" && !strings.Contains(what, "账") {
		out = append(out, Flaw{"acts", "要写明划到哪个账户。", cite.CPL(253).String()})
	}
	return out
}

func search(_ Kind, v Values) (out []Flaw) {
	dated, ok := v.day("dated")
	ordered, ok2 := v.day("ordered")
	if ok && ok2 && dated.Before(ordered) {
		out = append(out, Flaw{"ordered", "要先责令交出，拒不交出的才能搜查。", cite.JI(494).String()})
	}
	return out
}

// persons: whoever acts for a unit is bound with it, by name.
func persons(_ Kind, v Values) []Flaw {
	rows := form.Rows(v["persons"])
	switch unit := v.Text("you") == "你单位"; {
	case unit && len(rows) == 0:
		return []Flaw{{"persons", "被执行人是单位的，要写明法定代表人等受限制的人。", "限制高消费规定第三条"}}
	case !unit && len(rows) > 0:
		return []Flaw{{"persons", "被执行人是个人的，不能限制别人。", "限制高消费规定第三条"}}
	}
	return nil
}

func liftedAtOnce(_ Kind, v Values) []Flaw {
	dated, ok := v.day("dated")
	when, ok2 := v.day("when")
	if ok && ok2 && dated.Before(when) {
		return []Flaw{{"when", "事情还没有发生，不能解除。", "限制高消费规定第九条"}}
	}
	return nil
}

// discredit: he who can pay and does not stays listed until he pays; the others
// for two years, or up to five where the conduct is grave.
func discredit(_ Kind, v Values) []Flaw {
	const basis = "公布失信被执行人名单信息的若干规定第二条"
	n, able := v.fen("years"), strings.HasPrefix(v.Text("conduct"), "有履行能力")
	switch {
	case able && n != 0:
		return []Flaw{{"years", "有履行能力而拒不履行的，不写年数，履行完毕才删除。", basis}}
	case !able && (n < 2 || n > 5):
		return []Flaw{{"years", "纳入的期限是二年，情节严重的可以延长一至三年。", basis}}
	}
	return nil
}

func untilLater(_ Kind, v Values) []Flaw {
	dated, ok := v.day("dated")
	until, ok2 := v.day("until")
	if ok && ok2 && !until.After(dated) {
		return []Flaw{{Field: "until", Says: "限定的日子要在落款以后。"}}
	}
	return nil
}

var idText = regexp.MustCompile(`(公民身份号码|统一社会信用代码|护照号码|证件号码)([0-9A-Za-z×]+)`)

// idsRight: by these numbers banks and registries find a person; one digit
// wrong, and it is somebody else. Only a sample may mask them.
func idsRight(k Kind, v Values) (out []Flaw) {
	for _, f := range k.form.Fields {
		if !strings.HasSuffix(f.Name, "_id") || v.Text(f.Name) == "" {
			continue
		}
		found := idText.FindAllStringSubmatch(v.Text(f.Name), -1)
		if found == nil {
			out = append(out, Flaw{Field: f.Name, Says: "要连名称一起写，例如：公民身份号码……，或者统一社会信用代码……。"})
		}
		for _, m := range found {
			n, ok := m[2], true
			switch masked := strings.Contains(n, "×"); {
			case masked:
				ok = v.Text("void") != ""
			case m[1] == "公民身份号码":
				_, _, ok = identity.ParseResident(n)
			case m[1] == "统一社会信用代码":
				ok = identity.ValidUSCC(n)
			}
			if !ok {
				out = append(out, Flaw{Field: f.Name, Says: m[1] + "不对，请对照证件逐个数字核对。"})
			}
		}
	}
	return out
}

func partly(_ Kind, v Values) []Flaw {
	if v.Text("result") == "部分不予执行" && v.Text("part") == "" {
		return []Flaw{{"part", "要写明哪一部分不予执行。", cite.JI(475).String()}}
	}
	return nil
}
