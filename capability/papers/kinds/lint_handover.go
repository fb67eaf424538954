package kinds

import (
	"regexp"
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
)

// handoverChecks are the checks of certificates, of what goes to other houses
// and of the papers of mediators.
var handoverChecks = map[string]check{
	"effective": effective, "handover": handover, "reading": reading, "theirs": theirs, "consent": consent, "offers": offers, "notices": notices,
}

// effective: a judgment takes effect when the last to receive it can no longer
// appeal; what nobody can appeal from, when the last received it.
func effective(_ Kind, v Values) (out []Flaw) {
	var last law.Date
	for _, r := range form.Rows(v["served"]) {
		d, err := law.ParseDate(cell(r, 2))
		if err != nil {
			return []Flaw{{Field: "served", Says: "每一个人的送达日期都要写，写成 2026-10-21。"}}
		}
		if d.After(last) {
			last = d
		}
	}
	day, ok := v.day("effective")
	if !ok {
		return nil
	}
	n, appeal := map[string]int{"可以上诉的判决书": 15, "可以上诉的裁定书": 10}[v.Text("what")]
	end, known := v.day("last")
	switch {
	case !appeal && day != last:
		out = append(out, Flaw{"effective", "这类文书在最后一个人收到的那天生效，是 " + last.Chinese() + "。", cite.CPL(158).String()})
	case appeal && (!known || end.Before(last.AddDays(n))):
		out = append(out, Flaw{"last", "上诉期从最后一个收到的人算起，不早于 " + last.AddDays(n).Chinese() + "届满。", cite.CPL(171).String()})
	case appeal && v.Text("appeal") == "没有人上诉" && day != end.AddDays(1):
		out = append(out, Flaw{"effective", "没有人上诉的，上诉期届满的第二天生效，是 " + end.AddDays(1).Chinese() + "。", cite.CPL(158).String()})
	case appeal == (v.Text("appeal") == "依法不能上诉"):
		out = append(out, Flaw{"appeal", "这类文书能不能上诉选得不对。", cite.CPL(171).String()})
	}
	if dated, ok := v.day("dated"); ok && dated.Before(day) {
		out = append(out, Flaw{"effective", "还没有生效，不能出证明。", cite.CPL(158).String()})
	}
	return out
}

// handover: the file goes within five days after the answer (or its lapse), and
// what the parties may not see is not in its list.
func handover(_ Kind, v Values) (out []Flaw) {
	for _, r := range form.Rows(v["volumes"]) {
		if strings.Contains(strings.Join(r, ""), "副卷") {
			out = append(out, Flaw{Field: "volumes", Says: "副卷另外密封移送，不写进当事人能看到的清单。"})
		}
	}
	dated, ok := v.day("dated")
	if answered, ok2 := v.day("answered"); ok && ok2 && (dated.Before(answered) || dated.After(answered.AddDays(5))) {
		out = append(out, Flaw{"answered", "收到答辩状或者答辩期满以后五日内移送。", cite.CPL(174).String()})
	}
	if ruled, ok2 := v.day("ruled"); ok && ok2 && dated.Before(ruled) {
		out = append(out, Flaw{"ruled", "裁定还没有生效，不能移送。", cite.CPL(37).String()})
	}
	return out
}

func reading(k Kind, v Values) (out []Flaw) {
	for _, s := range v.List("volumes") {
		if strings.Contains(s, "副卷") {
			out = append(out, Flaw{"volumes", "只能查阅正卷，副卷不能给。", "查阅民事案件材料规定第五条"})
		}
	}
	return append(out, lasted("from", "to")(k, v)...)
}

var courtly = regexp.MustCompile(`本院|院印|（\d{4}）\S{1,8}(民|诉|执)\S{0,3}\d+号`)

// theirs: a paper of mediators does not speak as a court and bears no number of
// a case.
func theirs(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		if courtly.MatchString(text) {
			out = append(out, Flaw{field, "这是调解组织和当事人的文书，不写“本院”，不写法院的案号，不盖院印。", "特邀调解规定第二十四条"})
		}
	}
	sortFlaws(out)
	return out
}

func consent(_ Kind, v Values) (out []Flaw) {
	dated, ok := v.day("dated")
	if agreed, ok2 := v.day("agreed"); ok && ok2 && dated.Before(agreed) {
		out = append(out, Flaw{"agreed", "双方同意以后才能交出去调解。", "特邀调解规定第十一条"})
	}
	if !strings.Contains(strings.Join(v.List("materials"), ""), "同意") {
		out = append(out, Flaw{"materials", "要附双方同意调解的材料。", "特邀调解规定第十一条"})
	}
	return out
}

var offer = regexp.MustCompile(`调解方案|让步|(愿意|同意|提出|只肯|最多)[^。；]{0,12}(支付|偿还|赔偿|归还|给付|还款|减|让|分期|付)`)

// offers: what one side offered in mediation is not told to those who judge.
func offers(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		if offer.MatchString(text) {
			out = append(out, Flaw{field, "不写谁在调解里提出过什么、让过什么。", "特邀调解规定第二十二条；" + cite.JI(107).String()})
		}
	}
	sortFlaws(out)
	return out
}

var judged = regexp.MustCompile(`判决书|裁定书|调解书|支付令|决定书`)

// notices: only notices are put right by a notice.
func notices(_ Kind, v Values) (out []Flaw) {
	if judged.MatchString(v.Text("doc")) {
		out = append(out, Flaw{"doc", "裁判文书不能用通知更正。笔误用补正裁定，其他的通过上诉或者再审。", cite.JI(245).String()})
	}
	if v.Text("act") == "更正" && v.Text("right") == v.Text("wrong") {
		out = append(out, Flaw{Field: "right", Says: "改之前和改之后一样。"})
	}
	return out
}
