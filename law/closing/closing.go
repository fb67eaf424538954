// Package closing knows how a civil case changes course and ends: ways of
// closing and the day that counts, changes of procedure, suspension, extension.
package closing

import (
	"mashang/law"
	"mashang/law/cite"
)

// Way is a way of closing a case.
type Way struct {
	Key, Title string
	Day        string // which day counts (审理期限规定 10)
	Mediated   bool
	Withdrawn  bool
}

// Ways in the order a form offers them.
var Ways = []Way{
	{"judgment", "判决", "宣判的那一天", false, false},
	{"mediation", "调解", "最后一名当事人签收调解书的那一天", true, false},
	{"withdrawal", "准许撤诉", "裁定送达的那一天", false, true},
	{"deemed_withdrawal", "按撤诉处理", "裁定送达的那一天", false, true},
	{"dismissal", "驳回起诉", "裁定送达的那一天", false, false},
	{"transfer", "移送其他法院", "移送的那一天", false, false},
	{"termination", "终结诉讼", "裁定送达的那一天", false, false},
	{"upheld", "维持原判", "宣判的那一天", false, false},
	{"changed", "改判", "宣判的那一天", false, false},
	{"remanded", "发回重审", "裁定送达的那一天", false, false},
	{"rejected", "驳回再审申请", "裁定送达的那一天", false, false},
	{"other", "其他", "办结的那一天", false, false},
}

// WayOf returns a way by key.
func WayOf(key string) (Way, bool) {
	for _, w := range Ways {
		if w.Key == key {
			return w, true
		}
	}
	return Way{}, false
}

// Paper is what a way of closing is written in: any of some kinds.
type Paper struct {
	Title string
	Kinds []string
	Basis cite.Basis
}

// WrittenIn returns the paper without which a case has not ended in a way. The
// law asks for none beyond these.
//
// law:民事诉讼法(2023)/151 当庭宣判的，应当在十日内发送判决书；定期宣判的，宣判后立即发给判决书。
// law:民事诉讼法(2023)/100 调解达成协议，人民法院应当制作调解书。
// law:民事诉讼法(2023)/101 不需要制作调解书的协议，应当记入笔录
// law:民事诉讼法(2023)/157 （五）准许或者不准许撤诉；
// law:民事诉讼法(2023)/157 口头裁定的，记入笔录。
// law:民事诉讼法(2023)/37 应当移送有管辖权的人民法院
// law:民事诉讼法(2023)/177 以判决、裁定方式驳回上诉，维持原判决、裁定；
func WrittenIn(way string) (Paper, bool) {
	ruling := func(title string, kinds ...string) Paper { return Paper{title, kinds, cite.Basis{cite.CPL(157)}} }
	p, ok := map[string]Paper{
		"judgment":          {"民事判决书（当庭宣判、判决书还在做的，宣判笔录）", []string{"judgment", "judgment_summary", "judgment_small", "judgment_appeal", "pronouncement_record"}, cite.Basis{cite.CPL(151)}},
		"mediation":         {"民事调解书（不需要调解书的，调解笔录）", []string{"mediation_statement", "mediation_record"}, cite.Basis{cite.CPL(100), cite.CPL(101)}},
		"withdrawal":        ruling("准许撤诉的民事裁定书", "withdrawal_ruling"),
		"deemed_withdrawal": ruling("按撤诉处理的民事裁定书", "deemed_withdrawal_ruling"),
		"dismissal":         ruling("驳回起诉的民事裁定书", "dismissal_ruling"),
		"transfer":          {"移送管辖的民事裁定书", []string{"transfer_ruling", "jurisdiction_ruling"}, cite.Basis{cite.CPL(37), cite.CPL(157)}},
		"termination":       ruling("终结诉讼的民事裁定书", "termination_ruling"),
		"upheld":            {"二审判决书或者裁定书", []string{"judgment_appeal"}, cite.Basis{cite.CPL(177)}},
		"changed":           {"二审判决书或者裁定书", []string{"judgment_appeal"}, cite.Basis{cite.CPL(177)}},
		"remanded":          {"发回重审的民事裁定书", []string{"remand_ruling"}, cite.Basis{cite.CPL(177)}},
		"rejected":          ruling("驳回再审申请的民事裁定书", "retrial_review_ruling"),
	}[way]
	return p, ok
}

// Ground is one of the cases of an article.
type Ground struct{ Key, Title string }

// Suspensions are the grounds of suspension.
//
// law:民事诉讼法(2023)/153 一方当事人死亡，需要等待继承人表明是否参加诉讼的
var Suspensions = []Ground{
	{"death", "一方当事人死亡，等待继承人表明是否参加诉讼"}, {"capacity", "一方当事人丧失诉讼行为能力，尚未确定法定代理人"},
	{"organisation_ended", "一方单位终止，尚未确定权利义务承受人"}, {"force_majeure", "一方当事人因不可抗拒的事由不能参加诉讼"},
	{"other_case", "本案要以另一案的结果为依据，另一案尚未审结"}, {"other", "其他应当中止的情形"},
}

// Suspension returns a ground by key.
func Suspension(key string) (Ground, bool) {
	for _, g := range Suspensions {
		if g.Key == key {
			return g, true
		}
	}
	return Ground{}, false
}

// Finding says whether the law lets something be done, and why not.
type Finding struct {
	OK    bool
	Why   string
	Basis cite.Basis
}

func no(why string, basis ...cite.Cite) Finding { return Finding{false, why, basis} }

// Change is a wished change of procedure.
type Change struct {
	From, To string // ordinary, summary, small, special
	Heard    bool   // a hearing was held in ordinary procedure
	Limit    law.Date
	Today    law.Date
}

// MayChange decides a change of procedure.
//
// law:民诉法解释(2022)/260 已经按照普通程序审理的案件，在开庭后不得转为简易程序审理。
// law:民诉法解释(2022)/258 人民法院发现案件不宜适用简易程序，需要转为普通程序审理的，应当在审理期限届满前作出裁定
func MayChange(c Change) Finding {
	switch {
	case c.From == "special" || c.To == "special":
		return no("特别程序不能和别的程序互相转换。", cite.CPL(186))
	case c.From == "ordinary" && c.Heard:
		return no("已经按普通程序开过庭，不能再转为简易程序。", cite.JI(260))
	case c.To == "ordinary" && !c.Limit.IsZero() && c.Today.After(c.Limit):
		return no("审理期限已经届满，不能再转为普通程序。", cite.JI(258))
	}
	return Finding{OK: true}
}

// Extension is a wished extension of the trial limit.
type Extension struct {
	Procedure string
	Months    int
	Already   int
	Limit     law.Date
	Today     law.Date
}

// MayExtend decides an extension that the president approves.
//
// law:民事诉讼法(2023)/152 有特殊情况需要延长的，经本院院长批准，可以延长六个月
// law:民事诉讼法(2023)/164 有特殊情况需要延长的，经本院院长批准，可以延长一个月
// law:民事诉讼法(2023)/168 有特殊情况需要延长的，经本院院长批准，可以延长一个月
func MayExtend(e Extension) Finding {
	most, article := 6, 152
	switch e.Procedure {
	case "summary":
		most, article = 1, 164
	case "small":
		most, article = 1, 168
	case "appeal":
		most, article = 3, 183
	}
	switch {
	case e.Months < 1:
		return no("请填延长几个月。", cite.CPL(article))
	case e.Already+e.Months > most && (e.Procedure == "summary" || e.Procedure == "small"):
		return no("这种程序最多延长一个月，已经到头了。要继续审，请转为普通程序。", cite.CPL(article))
	case e.Already == 0 && e.Months > most:
		return no("本院院长最多批准延长"+law.Chinese(most)+"个月；还要延长的，报上级法院批准。", cite.CPL(article))
	case !e.Limit.IsZero() && e.Today.After(e.Limit):
		return no("审理期限已经届满，不能再延长。", cite.TL19(1))
	}
	return Finding{OK: true}
}
