package kinds

import (
	"regexp"
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
)

// trialChecks are the checks of judgments of other procedures, of orders and of
// what moves a trial in time.
var trialChecks = map[string]check{
	"single": single, "small_claim": smallClaim, "second": second, "payable": payable, "recusal": recusal, "sanction": sanction, "detention": detention,
	"extension": extension, "told": told, "adjourned": adjourned, "examined": examined,
}

// single: one judge, and no juror beside him.
func single(_ Kind, v Values) []Flaw {
	if b := v.List("bench"); len(b) > 1 || len(b) == 1 && strings.HasPrefix(b[0], "人民陪审员") {
		return []Flaw{{"bench", "这类案件由审判员一人独任审理。组成了合议庭的，不用这份文书。", cite.CPL(40).String()}}
	}
	return nil
}

var notSmall = regexp.MustCompile(`离婚|收养|监护|抚养权|亲子关系|所有权确认|确权`)

// smallClaim: up to half a year's wage must be, up to two may be if both agree
// (民事诉讼法 165), and some causes never are (166).
func smallClaim(_ Kind, v Values) []Flaw {
	worth, wage := v.fen("worth"), v.fen("wage")
	agreed, _ := v["agreed"].(bool)
	switch {
	case notSmall.MatchString(v.Text("cause")):
		return []Flaw{{"cause", v.Text("cause") + "属于人身关系或者财产确权案件，不适用小额诉讼程序。", cite.CPL(166).String()}}
	case worth > 2*wage:
		return []Flaw{{"worth", "标的额超过年平均工资的两倍，不能适用小额诉讼程序。", cite.CPL(165).String()}}
	case worth*2 > wage && !agreed:
		return []Flaw{{"agreed", "标的额超过年平均工资的一半，要双方约定才能适用小额诉讼程序。", cite.CPL(165).String()}}
	}
	return nil
}

// second: no jurors sit there, a single judge only by consent (民事诉讼法 41),
// and a changed judgment shares both fees anew (诉讼费用交纳办法 29).
func second(_ Kind, v Values) (out []Flaw) {
	b := v.List("bench")
	alone := v.Text("tried_by") == "由审判员一人独任审理"
	switch {
	case strings.Contains(strings.Join(b, "\n"), "人民陪审员"):
		out = append(out, Flaw{"bench", "二审的合议庭只由审判员组成。", cite.CPL(41).String()})
	case alone != (len(b) == 1):
		out = append(out, Flaw{"tried_by", "和案件登记的审判组织不一样。", cite.CPL(41).String()})
	}
	changed := v.Text("result") == "改判"
	if all := strings.Join(v.List("cites"), "\n"); strings.Contains(all, "第一百七十七条第一款第（一）项") == changed {
		out = append(out, Flaw{"cites", "维持的依照第一百七十七条第一款第（一）项，改判的依照第（二）项或者第（三）项。", cite.CPL(177).String()})
	}
	if !changed {
		if len(v.List("holdings")) > 0 {
			out = append(out, Flaw{"holdings", "驳回上诉、维持原判的，主文已经写好，这一项空着。", cite.CPL(177).String()})
		}
		return out
	}
	if total, ok := v.column("first_shares", 1); !ok || total != v.fen("first_fee") {
		out = append(out, Flaw{"first_shares", "各方负担的加起来要等于一审案件受理费。", "诉讼费用交纳办法第二十九条"})
	}
	return out
}

// payable: one clear debt in money, its interest agreed upon in writing, and
// the order within fifteen days.
func payable(_ Kind, v Values) (out []Flaw) {
	if total, ok := v.column("parts", 1); !ok || total != v.fen("amount") {
		out = append(out, Flaw{"parts", "各项加起来要等于一共给付的数。", cite.CPL(227).String()})
	}
	for _, r := range form.Rows(v["parts"]) {
		switch what := strings.Join(r, ""); {
		case regexp.MustCompile(`抵销|抵扣|冲抵|扣除`).MatchString(what):
			out = append(out, Flaw{"parts", "有其他债务、要互相抵扣的，不能发支付令。", cite.CPL(225).String()})
		case interest.MatchString(what) && v.Text("agreed_in") == "":
			out = append(out, Flaw{"agreed_in", "凭据里没有约定利息、违约金的，不能写。", cite.JI(428).String()})
		}
	}
	from, ok := v.day("accepted")
	dated, ok2 := v.day("dated")
	if ok && ok2 && dated.After(from.AddDays(15)) {
		out = append(out, Flaw{"dated", "支付令要在受理后十五日内发出，最迟是 " + from.AddDays(15).Chinese() + "。", cite.CPL(227).String()})
	}
	return out
}

// recusal: who decides follows from whom it is about, so that nobody decides
// on himself; within three days.
func recusal(_ Kind, v Values) (out []Flaw) {
	may := map[string]string{"担任审判长或者独任审判员的院长": "审判委员会", "审判人员": "院长", "其他人员": "审判长|独任审判员"}[v.Text("post")]
	if !known(strings.Split(may, "|"), v.Text("decider")) {
		out = append(out, Flaw{"decider", v.Text("post") + "的回避，由" + strings.ReplaceAll(may, "|", "或者") + "决定。", cite.CPL(49).String()})
	}
	applied, ok := v.day("applied")
	dated, ok2 := v.day("dated")
	if ok && ok2 && (dated.Before(applied) || dated.After(applied.AddDays(3))) {
		out = append(out, Flaw{"dated", "要在申请提出的三日内决定，最迟是 " + applied.AddDays(3).Chinese() + "。", cite.CPL(50).String()})
	}
	return out
}

var obstruction = regexp.MustCompile(`《中华人民共和国民事诉讼法》.*第一百一十[三四五六七]条`)

// sanction: an act that the law names, and the president's leave before it.
func sanction(_ Kind, v Values) (out []Flaw) {
	if !obstruction.MatchString(strings.Join(v.List("cites"), "\n")) {
		out = append(out, Flaw{"cites", "要写明是民事诉讼法第一百一十三条至第一百一十七条里的哪一种行为。", cite.CPL(114).String()})
	}
	approved, ok := v.day("approved")
	dated, ok2 := v.day("dated")
	if ok && ok2 && approved.After(dated) {
		out = append(out, Flaw{"approved", "院长批准以后才能作出决定。", cite.CPL(119).String()})
	}
	if until, ok := v.day("until"); ok && ok2 && until.Before(dated) {
		out = append(out, Flaw{Field: "until", Says: "不能早于落款的日子。"})
	}
	return out
}

// detention: fifteen days at most, and the days that stand there. Whether the
// first day counts is left to the house that keeps him.
func detention(_ Kind, v Values) []Flaw {
	n := int(v.fen("days"))
	from, ok := v.day("from")
	until, ok2 := v.day("until")
	switch {
	case n < 1 || n > 15:
		return []Flaw{{"days", "拘留最多十五日。", cite.CPL(118).String()}}
	case ok && ok2 && until != from.AddDays(n) && until != from.AddDays(n-1):
		return []Flaw{{"until", "从" + from.Chinese() + "起拘留" + law.Chinese(n) + "日，和到期的日子对不上。", cite.CPL(118).String()}}
	}
	return nil
}

var emptyReason = regexp.MustCompile(`^(因|由于)?(本案)?案情(较为|比较|重大)?、?(疑难)?复杂[，。]?$`)

func reasonFlaw(v Values) []Flaw {
	if emptyReason.MatchString(strings.TrimSpace(v.Text("reason"))) {
		return []Flaw{{"reason", "要写具体的情况和理由，不能只写“案情复杂”。", cite.TL19(1).String()}}
	}
	return nil
}

// extension: asked fifteen days before the end, decided five days before, by
// him who may, for no longer than he may.
func extension(_ Kind, v Values) (out []Flaw) {
	out = reasonFlaw(v)
	for _, r := range form.Rows(v["deducted"]) {
		if strings.Contains(cell(r, 0), "调解") && !strings.Contains(cell(r, 2), "同意") {
			out = append(out, Flaw{"deducted", "调解的期间，要有当事人同意的材料才能扣除。", "民事调解规定第四条"})
		}
	}
	limit, ok := v.day("limit")
	if applied, ok2 := v.day("applied"); ok && ok2 && applied.After(limit.AddDays(-15)) {
		out = append(out, Flaw{"applied", "要在审限届满十五日前申请，最迟是 " + limit.AddDays(-15).Chinese() + "。", cite.TL19(1).String()})
	}
	if decided, ok2 := v.day("decided"); ok && ok2 && decided.After(limit.AddDays(-5)) {
		out = append(out, Flaw{"decided", "要在审限届满五日前决定，最迟是 " + limit.AddDays(-5).Chinese() + "。", cite.TL19(1).String()})
	}
	months, again := v.fen("asked"), v.Text("before") == "延长过"
	above := v.Text("decider") == "上级人民法院"
	switch p := v.Text("procedure"); {
	case (p == "简易程序" || p == small) && (again || months > 1):
		out = append(out, Flaw{"asked", p + "一共只能延长一个月。到期审不完的，转为普通程序。", cite.CPL(map[bool]int{true: 168, false: 164}[p == small]).String()})
	case again && !above:
		out = append(out, Flaw{"decider", "再次延长的，要报上级人民法院批准。", cite.TL19(1).String()})
	case p == "普通程序" && !above && months > 6:
		out = append(out, Flaw{"asked", "院长最多批准延长六个月。", cite.CPL(152).String()})
	}
	return out
}

// told: the parties learn a reason that says something, and a later day.
func told(_ Kind, v Values) (out []Flaw) {
	out = reasonFlaw(v)
	if v.Text("reason") == "" && len(form.Rows(v["deducted"])) == 0 {
		out = append(out, Flaw{"reason", "既没有延长，也没有扣除，就没有什么要告知的。", cite.TL19(7).String()})
	}
	limit, ok := v.day("limit")
	if until, ok2 := v.day("until"); ok && ok2 && !until.After(limit) {
		out = append(out, Flaw{Field: "until", Says: "现在的审限要晚于原来的审限。"})
	}
	return out
}

// adjourned: twice at most, once where the procedure is a simple one, and to a
// day within a month.
func adjourned(_ Kind, v Values) (out []Flaw) {
	p := v.Text("procedure")
	most := map[bool]int64{true: 1, false: 2}[p == "简易程序" || p == small]
	if n := v.fen("count"); n < 1 || n > most {
		out = append(out, Flaw{"count", p + "的案件，延期开庭最多" + law.Chinese(int(most)) + "次。", cite.TL19(3).String()})
	}
	was, ok := onDay(v, "was")
	at, ok2 := onDay(v, "hearing")
	agreed, _ := v["agreed"].(bool)
	switch {
	case !ok || !ok2:
	case !at.After(was):
		out = append(out, Flaw{Field: "hearing", Says: "新的开庭时间要晚于原定的时间。"})
	case at.After(was.AddMonths(1)) && !agreed && !strings.HasPrefix(v.Text("ground"), "不可抗力"):
		out = append(out, Flaw{"hearing", "两次开庭相隔不超过一个月，最迟是 " + was.AddMonths(1).Chinese() + "。", cite.TL19(5).String()})
	}
	return out
}

// examined: no material goes to the expert that the parties have not seen.
func examined(_ Kind, v Values) []Flaw {
	dated, known := v.day("dated")
	for _, r := range form.Rows(v["materials"]) {
		d, err := law.ParseDate(cell(r, 2))
		if err != nil || known && d.After(dated) {
			return []Flaw{{"materials", "“" + cell(r, 0) + "”要经过质证才能送去鉴定，写明哪天质证的，写成 2026-05-12。", "证据规定第三十四条"}}
		}
	}
	return nil
}
