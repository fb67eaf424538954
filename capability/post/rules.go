package post

import (
	"strings"

	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
	"mashang/platform/fault"
	"mashang/platform/sheet"
)

// line is what the post says of a parcel.
type line struct {
	Number string `json:"number"`
	Event  string `json:"event"`
	Date   string `json:"date"`
	Signer string `json:"signer"`
	Reason string `json:"reason"`
}

// words are the line as it stood.
func (l line) words() string {
	var out []string
	for _, s := range []string{l.Event, l.Date, l.Signer, l.Reason} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "，")
}

// columns of a list, with the names that they may have; the first three must be
// there.
var columns = []struct {
	names []string
	must  bool
	to    func(*line) *string
}{
	{[]string{"邮件号", "邮件号码", "运单号", "单号"}, true, func(l *line) *string { return &l.Number }},
	{[]string{"状态", "事件", "处理动作", "投递结果"}, true, func(l *line) *string { return &l.Event }},
	{[]string{"日期", "时间", "处理时间", "投递时间"}, true, func(l *line) *string { return &l.Date }},
	{[]string{"签收人", "签收情况", "收件人签收"}, false, func(l *line) *string { return &l.Signer }},
	{[]string{"退回原因", "原因", "未妥投原因"}, false, func(l *line) *string { return &l.Reason }},
}

// head finds the columns in the first row.
func head(cells []string) ([]int, error) {
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = -1
		for j, cell := range cells {
			for _, n := range c.names {
				if strings.Join(strings.Fields(cell), "") == n && at[i] < 0 {
					at[i] = j
				}
			}
		}
		if at[i] < 0 && c.must {
			return nil, fault.Field(sheet.Field, "第一行没有“"+c.names[0]+"”这一栏。请用下载的空表，或者把这一栏的名字改成“"+c.names[0]+"”。")
		}
	}
	return at, nil
}

// What a line is.
const (
	onTheWay = "way"   // nothing has come of it yet
	clear    = "clear" // its words are those of the law
	unclear  = "look"  // a clerk must look
)

var (
	signed   = []string{"签收", "妥投", "投递成功"}
	returned = []string{"退回", "退件", "退信"}
	not      = []string{"未", "没有", "失败", "不成功"}
	unsigned = []string{"拒", "待"} // 拒绝签收, 待签收
)

// signers are the words that say who signed so that the law knows him. Whoever
// is only 家人 may be no adult, or live elsewhere.
var signers = map[string]service.Receiver{
	"本人": service.Self, "收件人本人": service.Self, "本人签收": service.Self, "法定代表人": service.Self, "负责人": service.Self,
	"法定代理人": service.Guardian, "监护人": service.Guardian,
	"诉讼代理人":  service.Agent,
	"同住成年家属": service.Family, "同住的成年家属": service.Family,
	"指定代收人": service.Named, "指定的代收人": service.Named,
	"单位收发": service.Desk, "单位收发室": service.Desk, "单位收发章": service.Desk, "收发室": service.Desk, "单位前台": service.Desk,
}

// reasons are the words that say why a parcel came back so that the law knows
// it. A plain 拒收 does not say whose (法院专递规定 11).
var reasons = map[string]service.Return{
	"地址不详": service.WrongAddress, "地址错误": service.WrongAddress, "地址不准确": service.WrongAddress, "查无此地址": service.WrongAddress, "原址查无此人": service.WrongAddress,
	"迁移新址不明": service.Moved, "已搬迁": service.Moved, "搬迁": service.Moved, "已迁移": service.Moved,
	"本人拒收": service.Refused, "收件人本人拒收": service.Refused, "指定代收人拒收": service.Refused,
	"无人": service.NotFound, "家中无人": service.NotFound, "无人接收": service.NotFound, "联系不上": service.NotFound, "电话无法联系": service.NotFound, "逾期未领": service.NotFound,
}

// decide says what a line means for a parcel, or why a clerk must look.
func decide(l line, p paper.Parcel, today law.Date) (t paper.Tracking, what, why string) {
	contains := func(words []string) bool {
		for _, w := range words {
			if strings.Contains(l.Event, w) {
				return true
			}
		}
		return false
	}
	done, back := contains(signed) && !contains(unsigned), contains(returned)
	if !done && !back || contains(not) && !back {
		return t, onTheWay, ""
	}
	if back && (done || contains(not)) { // 未妥投，退回
		return t, unclear, "写了退回，又写了别的"
	}
	day, _ := sheet.Day(l.Date)
	on, err := law.ParseDate(day)
	if err != nil || on.After(today) {
		return t, unclear, "日期看不懂，或者还没有到"
	}
	t = paper.Tracking{Signed: done, On: on}
	if back {
		why, known := reasons[l.Reason]
		if !known {
			return t, unclear, "退回的原因要您来定"
		}
		t.Why = why
		return t, clear, ""
	}
	kind, name, _ := strings.Cut(strings.ReplaceAll(l.Signer, ":", "："), "：") // 同住成年家属：李某，妻子
	by, known := signers[strings.TrimSpace(kind)]
	switch {
	case !known:
		return t, unclear, "签收的人算不算，要您来定"
	case by == service.Desk && !p.Unit:
		return t, unclear, "收件的是个人，签收的是单位"
	case (by == service.Family || by == service.Named || by == service.Desk) && name == "":
		return t, unclear, "没有写代收人的姓名"
	}
	t.By, t.Relation = by, strings.TrimSpace(name)
	return t, clear, ""
}
