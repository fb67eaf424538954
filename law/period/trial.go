package period

import (
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/restday"
)

// Procedure is a row of the table of the court's own limits.
type Procedure string

// The rows.
const (
	Ordinary     Procedure = "ordinary"      // 普通程序
	Summary      Procedure = "summary"       // 简易程序
	Small        Procedure = "small"         // 小额诉讼
	Special      Procedure = "special"       // 特别程序
	Appeal       Procedure = "appeal"        // 对判决的上诉
	AppealRuling Procedure = "appeal_ruling" // 对裁定的上诉
)

type limitRow struct {
	title  string
	length int
	unit   Unit
	most   int // months of extension at most; 0: as approved
	basis  cite.Basis
}

// limits is the table of trial limits.
//
// law:民事诉讼法(2023)/152 应当在立案之日起六个月内审结
// law:民事诉讼法(2023)/164 应当在立案之日起三个月内审结
// law:民事诉讼法(2023)/168 应当在立案之日起两个月内审结
// law:民事诉讼法(2023)/183 应当在第二审立案之日起三个月内审结
// law:民事诉讼法(2023)/187 应当在立案之日起三十日内或者公告期满后三十日内审结
var limits = map[Procedure]limitRow{
	Ordinary:     {"普通程序", 6, Month, 0, cite.Basis{cite.CPL(152)}},
	Summary:      {"简易程序", 3, Month, 1, cite.Basis{cite.CPL(164), cite.JI(258)}},
	Small:        {"小额诉讼程序", 2, Month, 1, cite.Basis{cite.CPL(168)}},
	Special:      {"特别程序", 30, Day, 0, cite.Basis{cite.CPL(187)}},
	Appeal:       {"第二审程序", 3, Month, 0, cite.Basis{cite.CPL(183)}},
	AppealRuling: {"对裁定的上诉", 30, Day, 0, cite.Basis{cite.CPL(183)}},
}

// Trial is what the court's limit for a case depends on. A case that went
// from summary to ordinary procedure keeps its filing date (解释 258).
type Trial struct {
	Procedure      Procedure
	Filed          law.Date
	ExtendedMonths int
	ExcludedDays   int
}

// TrialLimit returns the last day on which a case should be finished:
// filing, plus the months of its procedure, plus what was approved, plus the
// days that do not count (解释 243).
func TrialLimit(t Trial, cal *restday.Calendar) Finding {
	row, ok := limits[t.Procedure]
	if !ok {
		row = limits[Ordinary]
	}
	f := Finding{Basis: append(cite.Basis{cite.CPL(85)}, row.basis...)}
	if row.most > 0 { // 解释 258: the total is bounded, whatever was approved
		t.ExtendedMonths = min(t.ExtendedMonths, row.most)
	}
	end := t.Filed
	f.step("%s立案，从第二天数起。", t.Filed.Chinese())
	switch {
	case row.unit == Day:
		end = end.AddDays(row.length).AddMonths(t.ExtendedMonths)
	default: // one span, so that a month's end is cut off once
		end = end.AddMonths(row.length + t.ExtendedMonths)
	}
	f.step("%s%d %s内审结。", row.title, row.length, row.unit.chinese())
	if t.ExtendedMonths > 0 {
		f.step("批准延长 %d 个月。", t.ExtendedMonths)
	}
	if t.ExcludedDays > 0 {
		end = end.AddDays(t.ExcludedDays)
		f.step("有 %d 天依法不计入。", t.ExcludedDays)
		f.Basis = append(f.Basis, cite.JI(243))
	}
	f.step("算到 %s。", end.Chinese())
	f.roll(end, t.Filed, cal)
	return f
}

// MostExtension returns how many months a procedure's limit may be extended
// in all; 0 means that the law names no number.
func MostExtension(p Procedure) int { return limits[p].most }

// Rule is a named period.
type Rule struct {
	Key, Title, Event string
	Length            int // 0: the court sets it in its paper
	Unit              Unit
	Court             bool // binds the court, not a party
	Fixed             bool // 不变期间: no suspension, interruption or extension
	Basis             cite.Basis
}

// Rules are the named periods that services start.
//
// law:民事诉讼法(2023)/128 应当在立案之日起五日内将起诉状副本发送被告
// law:民事诉讼法(2023)/131 审判人员确定后，应当在三日内告知当事人。
var Rules = map[string]Rule{
	"filing_decision":         {"filing_decision", "决定是否立案", "收到起诉材料", 7, Day, true, false, cite.Basis{cite.CPL(126)}},
	"copy_to_defendant":       {"copy_to_defendant", "把起诉状副本送给被告", "立案", 5, Day, true, false, cite.Basis{cite.CPL(128)}},
	"answer":                  {"answer", "提交答辩状", "收到起诉状副本", 15, Day, false, false, cite.Basis{cite.CPL(128)}},
	"tell_panel":              {"tell_panel", "告知审判人员", "确定审判人员", 3, Day, true, false, cite.Basis{cite.CPL(131)}},
	"to_division":             {"to_division", "移送审判庭", "立案", 3, Day, true, false, cite.Basis{cite.TL00(7)}},
	"pay_fee":                 {"pay_fee", "交纳案件受理费", "收到交费通知", 7, Day, false, false, cite.Basis{{Law: "诉讼费用交纳办法", Version: "2006", Article: 22}}},
	"appeal_judgment":         {"appeal_judgment", "对判决上诉", "收到判决书", 15, Day, false, false, cite.Basis{cite.CPL(171)}},
	"appeal_ruling":           {"appeal_ruling", "对裁定上诉", "收到裁定书", 10, Day, false, false, cite.Basis{cite.CPL(171)}},
	"order_objection":         {"order_objection", "对支付令提出异议，或者还钱", "收到支付令", 15, Day, false, false, cite.Basis{cite.CPL(227)}},
	"reconsider_preservation": {"reconsider_preservation", "对保全、先予执行裁定申请复议", "收到裁定书", 5, Day, false, false, cite.Basis{cite.JI(171)}},
	"reconsider_penalty":      {"reconsider_penalty", "对罚款、拘留决定申请复议", "收到决定书", 3, Day, false, false, cite.Basis{cite.JI(185)}},
	"review_objection":        {"review_objection", "对异议裁定向上一级法院申请复议", "收到裁定书", 10, Day, false, false, cite.Basis{cite.CPL(236)}},
	"review_debtor":           {"review_debtor", "对变更、追加裁定向上一级法院申请复议", "收到裁定书", 10, Day, false, false, cite.Basis{{Law: "变更追加规定", Version: "2020", Article: 30}}},
	"suit_outsider":           {"suit_outsider", "提起执行异议之诉", "收到裁定书", 15, Day, false, false, cite.Basis{cite.CPL(238)}},
	"object_plan":             {"object_plan", "对分配方案提出异议", "收到分配方案", 15, Day, false, false, cite.Basis{cite.JI(509)}},
	"evidence":                {"evidence", "举证", "收到举证通知书", 0, Day, false, false, cite.Basis{cite.CPL(68), cite.JI(99)}},
	"correct_papers":          {"correct_papers", "补正材料", "收到补正通知", 0, Day, false, false, cite.Basis{{Law: "在线诉讼规则", Version: "2021", Article: 9}}},
	"retrial":                 {"retrial", "申请再审", "判决、裁定发生法律效力", 6, Month, false, true, cite.Basis{cite.CPL(216)}},
	"confirm":                 {"confirm", "申请司法确认", "调解协议生效", 30, Day, false, false, cite.Basis{cite.CPL(205)}},
	"execute":                 {"execute", "申请执行", "履行期限的最后一日", 2, Year, false, false, cite.Basis{cite.CPL(250)}},
}

// Set is the rule with the length that a court has set, and its last day if it
// named one: of two answers in one paper the later one holds.
func (r Rule) Set(on law.Date, days int, until law.Date, cal *restday.Calendar) Finding {
	r.Length = days
	f := r.Start(on, cal)
	if f.Last.Before(until) {
		f.Last, f.Provisional = until, false
		f.Steps = append(f.Steps, "文书里写的最后一天更晚，是 "+until.Chinese()+"，以它为准。")
	}
	return f
}

// Against reports whether a period is for a right against the paper that starts it:
// each paper has its own, and what starts later takes nothing from what runs.
func (r Rule) Against() bool {
	switch r.Key {
	case "appeal_judgment", "appeal_ruling", "order_objection", "reconsider_preservation", "reconsider_penalty", "review_objection", "review_debtor", "suit_outsider", "object_plan":
		return true
	}
	return false
}

// Start computes a named period from its event.
func (r Rule) Start(on law.Date, cal *restday.Calendar) Finding {
	f := Compute(on, r.Length, r.Unit, cal)
	f.Basis = append(append(cite.Basis{}, r.Basis...), f.Basis...)
	return f
}
