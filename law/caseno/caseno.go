// Package caseno reads and writes case numbers: （2026）冀1126民初123号
// (最高人民法院关于人民法院案件案号的若干规定 2–3, 9–10, as amended in 2018).
package caseno

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Number is a case number in its parts. Special is the one character for
// special courts and trials between court and type, empty for most.
type Number struct {
	Year    int
	Court   string // 冀1126
	Special string // 知
	Type    string // 民初
	Seq     int
}

// String writes full-width brackets and no padding.
func (n Number) String() string {
	return fmt.Sprintf("（%d）%s%s%s%d号", n.Year, n.Court, n.Special, n.Type, n.Seq)
}

var form = regexp.MustCompile(`^[（(]([12][0-9]{3})[）)](最高法|[\p{Han}][0-9]{0,6})([\p{Han}]{1,5})([1-9][0-9]{0,8})号$`)

// Parse reads a number; half-width brackets are accepted, leading noughts,
// blanks and 字第 are not. A known type is split from a special character in
// front of it.
func Parse(s string) (Number, error) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return Number{}, fmt.Errorf("caseno: %q is not a case number", s)
	}
	year, _ := strconv.Atoi(m[1])
	seq, err := strconv.Atoi(m[4])
	if err != nil {
		return Number{}, fmt.Errorf("caseno: %q: %w", s, err)
	}
	n := Number{Year: year, Court: m[2], Type: m[3], Seq: seq}
	if _, ok := TypeOf(n.Type); !ok {
		r := []rune(n.Type)
		if _, ok := TypeOf(string(r[1:])); ok {
			n.Special, n.Type = string(r[0]), string(r[1:])
		} else if len(r) > 3 || strings.ContainsAny(n.Type, "字第") { // （2014）衡执字第10号: the old form
			return Number{}, fmt.Errorf("caseno: %q: %s is not a type", s, n.Type)
		}
	}
	return n, nil
}

// Valid reports whether s is a well-formed number.
func Valid(s string) bool { _, err := Parse(s); return err == nil }

// Type is a kind of case.
type Type struct{ Code, Title string }

// Types are the kinds in use, with the words for them. The official table is
// longer; kinds are data, and this is the part that this program serves.
var Types = []Type{
	{"民初", "民事一审"}, {"民终", "民事二审"}, {"民申", "民事申请再审"}, {"民再", "民事再审"}, {"民监", "民事依职权再审审查"},
	{"民抗", "民事抗诉"}, {"民撤", "第三人撤销之诉"}, {"民辖", "民事管辖"}, {"民辖终", "民事管辖上诉"}, {"民特", "民事特别程序"}, {"民督", "督促程序"}, {"民催", "公示催告"},
	{"行初", "行政一审"}, {"行终", "行政二审"}, {"行申", "行政申请再审"}, {"刑初", "刑事一审"}, {"刑终", "刑事二审"},
	{"执", "首次执行"}, {"执恢", "恢复执行"}, {"执异", "执行异议"}, {"执复", "执行复议"}, {"执监", "执行监督"}, {"执保", "财产保全执行"}, {"执他", "其他执行"},
	{"财保", "诉前财产保全"}, {"破申", "破产申请"}, {"破", "破产"}, {"司惩", "司法制裁"}, {"司救", "司法救助"}, {"诉前调", "诉前调解"},
}

// TypeOf returns a kind by its code.
func TypeOf(code string) (Type, bool) {
	for _, t := range Types {
		if t.Code == code {
			return t, true
		}
	}
	return Type{}, false
}
