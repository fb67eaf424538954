package kinds

import (
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
)

// The checks of rulings.

// deemed: who has asked to be relieved of the fee and has no answer yet has
// not failed to pay (民诉法解释 213).
func deemed(_ Kind, v Values) []Flaw {
	if !strings.Contains(v.Text("ground"), "案件受理费") {
		return nil
	}
	switch v.Text("relief") {
	case "":
		return []Flaw{{"relief", "没有交费的，要选有没有申请缓交、减交、免交。", cite.JI(213).String()}}
	case "申请还没有答复":
		return []Flaw{{"relief", "缓交、减交、免交的申请还没有答复，不能按撤诉处理。", cite.JI(213).String()}}
	}
	return nil
}

// objection: one that fails costs 50 to 100 yuan, one that stands nothing
// (诉讼费用交纳办法 13).
func objection(_ Kind, v Values) []Flaw {
	const basis = "诉讼费用交纳办法第十三条"
	fee, ok := form.Fen(v["fee"])
	switch moved := v.Text("result") == "移送"; {
	case moved && ok && fee > 0:
		return []Flaw{{"fee", "异议成立的不收费。", basis}}
	case !moved && (fee < 50_00 || fee > 100_00):
		return []Flaw{{"fee", "异议不成立的，每件收50元至100元。", basis}}
	}
	return nil
}

// security: no more than thirty in a hundred in a suit; before it some must be
// given (财产保全规定 5; 民事诉讼法 104). And everything a person owns is no thing.
func security(_ Kind, v Values) (out []Flaw) {
	amount, _ := form.Fen(v["amount"])
	given, ok := form.Fen(v["secured"])
	before, _ := v["presuit"].(bool)
	switch {
	case before && given == 0:
		out = append(out, Flaw{"secured", "诉前保全必须提供担保。", cite.CPL(104).String()})
	case !before && ok && given*100 > amount*30:
		out = append(out, Flaw{"secured", "诉讼中的担保不超过请求保全数额的百分之三十，最多 " + law.Money(amount*30/100).String() + "。", "财产保全规定第五条"})
	}
	if fee, ok := form.Fen(v["fee"]); ok && fee > 5000_00 {
		out = append(out, Flaw{"fee", "保全申请费最多5000元。", "诉讼费用交纳办法第十四条"})
	}
	for _, w := range []string{"名下全部", "所有财产", "全部财产"} {
		if strings.Contains(v.Text("object"), w) {
			out = append(out, Flaw{"object", "要写明具体是什么财产，不能写“" + w + "”。", "财产保全规定第十五条"})
		}
	}
	return out
}

// changed: the procedure changes before its time is over (民诉法解释 258), and
// to a bench of several.
func changed(_ Kind, v Values) []Flaw {
	dated, ok := onDay(v, "dated")
	limit, ok2 := onDay(v, "limit")
	switch {
	case ok && ok2 && limit.Before(dated):
		return []Flaw{{"limit", "审理期限已经届满，要在届满以前转换。", cite.JI(258).String()}}
	case strings.Contains(v.Text("change"), "合议庭") && len(v.List("bench")) < 3:
		return []Flaw{{"change", "案件还没有定合议庭。", cite.CPL(43).String()}}
	}
	return nil
}

// confirmed: both ask, within thirty days (民事诉讼法 205).
func confirmed(_ Kind, v Values) (out []Flaw) {
	agreed, ok := onDay(v, "agreed_on")
	applied, ok2 := onDay(v, "applied")
	if ok && ok2 && (agreed.AddDays(30).Before(applied) || applied.Before(agreed)) {
		out = append(out, Flaw{"applied", "要在调解协议生效之日起三十日内共同申请。", cite.CPL(205).String()})
	}
	n := 0
	for _, l := range v.List("sides") {
		if strings.HasPrefix(l, "申请人") {
			n++
		}
	}
	if n < 2 {
		out = append(out, Flaw{"sides", "双方都是申请人，都要列出。", cite.CPL(205).String()})
	}
	return out
}

// remand: once only (民事诉讼法 177).
func remand(_ Kind, v Values) []Flaw {
	if v.Text("before") == "发回重审过" {
		return []Flaw{{"before", "已经发回重审过一次，不能再发回。", cite.CPL(177).String()}}
	}
	return nil
}
