package kinds

import (
	"regexp"
	"strings"
	"time"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
)

// moneyChecks are the checks of papers that sell, pay out and end enforcement.
var moneyChecks = map[string]check{
	"auction": auction, "funds": funds, "distribution": distribution, "bounty": bounty, "settlement": settlement,
	"closing": closing, "stay": stay, "letter": letter, "paid": ownAccount,
}

// cell is one cell of a row, which may be shorter than its head.
func cell(row []string, at int) string {
	if at < len(row) {
		return row[at]
	}
	return ""
}

// yuan reads the amount in a cell of a table.
func yuan(s string) (int64, bool) {
	m, err := law.ParseMoney(strings.TrimSuffix(strings.TrimSpace(s), "元"))
	return int64(m), err == nil
}

// column adds up a column of a table; false when a cell is no amount.
func (v Values) column(table string, at int) (total int64, ok bool) {
	for _, r := range form.Rows(v[table]) {
		n, ok := yuan(cell(r, at))
		if !ok {
			return 0, false
		}
		total += n
	}
	return total, true
}

const auctionRules = "网络司法拍卖规定"

// auction: 网络司法拍卖规定 10 (price), 12 and 26 (notice, second round), 17
// (deposit), 20 (a day at least), 14 (what is known to be wrong with the thing).
func auction(_ Kind, v Values) (out []Flaw) {
	start, deposit := v.fen("start"), v.fen("deposit")
	second := v.Text("round") == "第二次拍卖"
	ahead := map[bool]int{true: 15, false: 30}[v.Text("thing") == "动产"]
	switch {
	case second:
		ahead = map[bool]int{true: 7, false: 15}[v.Text("thing") == "动产"]
		if start*5 < v.fen("previous")*4 {
			out = append(out, Flaw{"start", "再次拍卖的起拍价不能低于前次起拍价的百分之八十。", auctionRules + "第二十六条"})
		}
	case start*10 < v.fen("reference")*7:
		out = append(out, Flaw{"start", "起拍价不能低于评估价或者市价的百分之七十。", auctionRules + "第十条"})
	}
	if deposit*20 < start || deposit*5 > start {
		out = append(out, Flaw{"deposit", "保证金在起拍价的百分之五到百分之二十之间。", auctionRules + "第十七条"})
	}
	begin, err := time.Parse("2006-01-02 15:04", v.Text("begin"))
	end, err2 := time.Parse("2006-01-02 15:04", v.Text("end"))
	if err == nil && err2 == nil && end.Sub(begin) < 24*time.Hour {
		out = append(out, Flaw{"end", "竞价时间不少于二十四小时。", auctionRules + "第二十条"})
	}
	if dated, ok := v.day("dated"); ok && err == nil {
		if first := dated.AddDays(ahead); law.DateOf(begin, time.UTC).Before(first) {
			out = append(out, Flaw{"begin", "公告到拍卖要满" + law.Chinese(ahead) + "日，最早是 " + first.Chinese() + "。", auctionRules + "第十二条、第二十六条"})
		}
	}
	if d := strings.Trim(v.Text("defects"), "。 "); strings.HasSuffix(d, "现状为准") && len([]rune(d)) < 16 {
		out = append(out, Flaw{"defects", "已知的瑕疵要逐项写明，不能只写以现状为准。", auctionRules + "第十四条"})
	}
	return out
}

// funds: what came in is what goes out; it goes to the creditor's own account,
// within thirty days.
func funds(_ Kind, v Values) (out []Flaw) {
	const basis = "法发〔2017〕6号"
	off, ok := v.column("deductions", 1)
	if !ok {
		return []Flaw{{Field: "deductions", Says: "扣除多少要写成 1680.32 这样的数。"}}
	}
	if off+v.fen("payable") != v.fen("arrived") {
		out = append(out, Flaw{"payable", "扣除的加上发放的，要等于到账的 " + law.Money(v.fen("arrived")).String() + "。", basis})
	}
	out = append(out, ownAccount(Kind{}, v)...)
	on, ok := v.day("arrived_on")
	by, ok2 := v.day("pay_by")
	if ok && ok2 && by.After(on.AddDays(30)) && v.Text("late") == "" {
		out = append(out, Flaw{"late", "到账三十日后才发放的，要写明原因和批准人。", basis})
	}
	return out
}

// ownAccount: the money goes to the creditor, whoever comes to take it.
func ownAccount(_ Kind, v Values) []Flaw {
	if !known(strings.Split(v.Text("plaintiffs"), "、"), v.Text("account_name")) {
		return []Flaw{{"account_name", "案款只能付到申请执行人本人的账户。", "法发〔2017〕6号"}}
	}
	return nil
}

// distribution: nobody gets more than he is owed, and all together get no more
// than there is.
func distribution(_ Kind, v Values) (out []Flaw) {
	costs, ok := v.column("costs", 1)
	_, ok2 := v.column("creditors", 2)
	shared, ok3 := v.column("creditors", 4)
	if !ok || !ok2 || !ok3 {
		return []Flaw{{Field: "creditors", Says: "债权额、分配额和费用要写成 1680.32 这样的数。"}}
	}
	for _, r := range form.Rows(v["creditors"]) {
		owed, _ := yuan(r[2])
		if got, _ := yuan(r[4]); got > owed {
			out = append(out, Flaw{"creditors", r[0] + "分到的比债权额还多。", cite.JI(508).String()})
		}
	}
	if costs+shared > v.fen("arrived") {
		out = append(out, Flaw{"creditors", "费用和分配额加起来超过了价款。", cite.JI(508).String()})
	}
	return out
}

func bounty(_ Kind, v Values) []Flaw {
	dated, ok := v.day("dated")
	asked, ok2 := v.day("asked")
	if ok && ok2 && (dated.Before(asked) || dated.After(asked.AddDays(10))) {
		return []Flaw{{"asked", "收到书面申请后十日内决定。", "财产调查规定第二十一条"}}
	}
	return nil
}

var courtWords = regexp.MustCompile(`本院.{0,6}确认|调解书|裁定.{0,10}抵债|抵债.{0,10}裁定`)

// settlement: what the parties agree in enforcement is theirs; no court
// confirms it and none transfers property by it (执行和解规定 6).
func settlement(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		if field != "basis" && courtWords.MatchString(text) {
			out = append(out, Flaw{field, "执行和解是当事人自己的约定：不写“本院确认”“调解书”，也不能据此作以物抵债裁定。", "执行和解规定第六条"})
		}
	}
	sortFlaws(out)
	return append(out, lasted("from", "to")(k, v)...)
}

// closing: no case is closed as done while something is still seized.
func closing(_ Kind, v Values) (out []Flaw) {
	for _, r := range form.Rows(v["lifted"]) {
		if strings.TrimSpace(cell(r, 1)) == "" {
			out = append(out, Flaw{"lifted", "“" + cell(r, 0) + "”还没有解除文书，不能结案。", "查封扣押冻结规定第二十八条"})
		}
	}
	if v.fen("realised") < v.fen("claim_amount") && v.Text("way") != "执行和解协议履行完毕" {
		out = append(out, Flaw{"realised", "没有全部执行到的，不是执行完毕。", "执行工作规定第六十四条"})
	}
	return out
}

// stay: as long as the guarantor promised, a year at most, and after the
// creditor agreed.
func stay(_ Kind, v Values) (out []Flaw) {
	from, ok := v.day("from")
	until, ok2 := v.day("until")
	if ok && ok2 && (until.Before(from) || until.After(from.AddYears(1))) {
		out = append(out, Flaw{"until", "暂缓执行最长一年。", cite.JI(467).String()})
	}
	if v.Text("until") != v.Text("promised") {
		out = append(out, Flaw{"until", "暂缓执行的期限要和担保书约定的一致。", "执行担保规定第十条"})
	}
	if dated, ok := v.day("dated"); ok {
		if agreed, ok := v.day("agreed"); ok && dated.Before(agreed) {
			out = append(out, Flaw{"agreed", "申请执行人同意以后才能决定。", cite.CPL(242).String()})
		}
	}
	return out
}

func letter(_ Kind, v Values) (out []Flaw) {
	const basis = "执行担保规定第四条、第十条"
	dated, ok := v.day("dated")
	until, ok2 := v.day("until")
	if ok && ok2 && (until.Before(dated) || until.After(dated.AddYears(1).AddDays(31))) {
		out = append(out, Flaw{"until", "暂缓执行最长一年。", basis})
	}
	return out
}
