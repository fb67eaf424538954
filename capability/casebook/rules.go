package casebook

import (
	"strings"

	"mashang/docket"
	"mashang/law"
	"mashang/law/caseno"
	"mashang/law/closing"
	"mashang/law/period"
	"mashang/law/restday"
	"mashang/platform/fault"
)

// procedures are the procedures of first instance, with the words for them.
var procedures = map[string]string{
	"ordinary": "普通程序", "summary": "简易程序", "small": "小额诉讼程序", "special": "特别程序",
}

// Procedures in the order a form offers them.
var procedureOrder = []string{"ordinary", "summary", "small", "special"}

// exclusions are what does not count towards the limit (解释 243; 审理期限规定 9).
var exclusions = map[string]string{
	"announcement": "公告期间", "appraisal": "鉴定期间", "settlement": "双方当事人和解期间",
	"jurisdiction": "审理管辖异议和处理管辖争议期间", "audit": "审计、评估期间",
}

var exclusionOrder = []string{"announcement", "appraisal", "settlement", "jurisdiction", "audit"}

// links are the ties between two cases.
var links = map[string]string{
	"related": "关联案件", "appeal_of": "上诉案件", "retrial_of": "再审案件", "execution_of": "执行案件", "merged": "合并审理",
}

var linkOrder = []string{"related", "appeal_of", "retrial_of", "execution_of", "merged"}

// trialLimit computes the court's own limit for a case, with its arithmetic.
func trialLimit(c docket.Case, cal *restday.Calendar) period.Finding {
	return period.TrialLimit(period.Trial{Procedure: period.Procedure(trialKind(c)), Filed: c.Filed, ExtendedMonths: c.Extended, ExcludedDays: c.Excluded}, cal)
}

// trialKind is the row of the table of limits that a case falls under.
func trialKind(c docket.Case) string {
	if strings.HasSuffix(c.Type, "终") {
		return "appeal"
	}
	return c.Procedure
}

// mayChange asks the law whether a case may go from its procedure to another.
func mayChange(c docket.Case, to string, today law.Date) error {
	f := closing.MayChange(closing.Change{From: c.Procedure, To: to, Heard: c.Heard, Limit: c.Limit, Today: today})
	if f.OK {
		return nil
	}
	return fault.Law(fault.Conflict, f.Why, f.Basis.String())
}

// mayExtend asks the law whether a limit may be extended by months.
func mayExtend(c docket.Case, months int, today law.Date) error {
	f := closing.MayExtend(closing.Extension{Procedure: trialKind(c), Months: months, Already: c.Extended, Limit: c.Limit, Today: today})
	if f.OK {
		return nil
	}
	return fault.Law(fault.Conflict, f.Why, f.Basis.String())
}

// panelSize checks how many judges and jurors sit (民事诉讼法 40–41; 人民陪审员法 14).
func panelSize(procedure string, judges, jurors int) error {
	n := judges + jurors
	switch {
	case n == 1 && jurors == 0:
		return nil
	case procedure == "summary" || procedure == "small":
		return fault.Law(fault.Conflict, "简易程序由审判员一人独任审理，不组成合议庭。", "民事诉讼法第四十条")
	case n%2 == 0:
		return fault.Law(fault.Conflict, "合议庭的人数必须是单数。", "民事诉讼法第四十条")
	case jurors > 0 && n != 3 && !(judges == 3 && jurors == 4):
		return fault.Law(fault.Conflict, "有人民陪审员的，合议庭三人，或者法官三人和陪审员四人组成七人。", "人民陪审员法第十四条")
	}
	return nil
}

// tidyNumber writes a case number in its one form, whatever brackets were typed.
func tidyNumber(s string) string {
	n, err := caseno.Parse(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		return s
	}
	return n.String()
}

func join(l []string) string { return strings.Join(l, "、") }
