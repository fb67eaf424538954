package form

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mashang/law"
	"mashang/platform/pdf"
)

// Type is what a field holds.
type Type string

// The types. In JSON: line, text, date (2026-03-25), time (2026-03-25 09:30)
// and choice are strings; money is an integer number of fen, and negative
// money is refused; number is an integer; yes is a boolean; list is an array of
// strings, table an array of arrays of strings.
const (
	Line   Type = "line"
	Text   Type = "text"
	Money  Type = "money"
	Number Type = "number"
	Date   Type = "date"
	Time   Type = "time"
	Yes    Type = "yes"
	Choice Type = "choice"
	List   Type = "list"
	Table  Type = "table"
)

var types = []Type{Line, Text, Money, Number, Date, Time, Yes, Choice, List, Table}

// Problem is one field that a paper cannot be made with.
type Problem struct {
	Field string
	Says  string
}

// Check says what is missing or of the wrong shape, in the order of the
// fields; nothing when the form can be filled. Values of the caller are his to
// check.
func (f *Form) Check(values map[string]any) (out []Problem) {
	for _, fd := range f.Fields {
		v, ok := values[fd.Name]
		if !ok || empty(v) {
			if fd.Needed(values) {
				out = append(out, Problem{fd.Name, "请填“" + fd.Label + "”。"})
			}
			continue
		}
		if says := fd.wrong(v); says != "" {
			out = append(out, Problem{fd.Name, "“" + fd.Label + "”" + says})
		}
	}
	return out
}

func (fd Field) wrong(v any) string {
	s, isText := v.(string)
	switch fd.Type {
	case Line, Text:
		if !isText || fd.Type == Line && strings.ContainsAny(s, "\n\r") {
			return "要写成一行。"
		}
	case Money, Number:
		if n, ok := integer(v); !ok || n < 0 {
			return "要填数。"
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "要填日期。"
		}
	case Time:
		if _, err := time.Parse("2006-01-02 15:04", s); err != nil {
			return "要填日期和时间。"
		}
	case Choice:
		for _, x := range fd.Of {
			if x == s {
				return ""
			}
		}
		return "要在给出的几项里选。"
	case Yes:
		if _, ok := v.(bool); !ok {
			return "要选是或者否。"
		}
	case List:
		if _, ok := strs(v); !ok {
			return "要一行一项。"
		}
	case Table:
		rows, ok := table(v)
		for _, r := range rows {
			ok = ok && len(r) <= len(fd.Of)
		}
		if !ok {
			return "表格的列数不对。"
		}
	}
	return ""
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	case [][]string:
		return len(v) == 0
	case []map[string]string:
		return len(v) == 0
	}
	return false
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case int:
		return int64(v), true
	case int64:
		return v, true
	case float64:
		return int64(v), v == float64(int64(v))
	}
	return 0, false
}

// strs reads a list.
func strs(v any) (out []string, ok bool) {
	switch v := v.(type) {
	case []string:
		return v, true
	case []any:
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, v == nil
}

// table reads rows of cells.
func table(v any) (out [][]string, ok bool) {
	switch v := v.(type) {
	case [][]string:
		return v, true
	case []any:
		for _, x := range v {
			r, ok := strs(x)
			if !ok {
				return nil, false
			}
			out = append(out, r)
		}
		return out, true
	}
	return nil, v == nil
}

// filters write a value in a certain way.
var filters = map[string]func(any) (string, error){
	"":        plain,
	"money":   func(v any) (string, error) { return amount(v, false) }, // 1680.32元
	"capital": func(v any) (string, error) { return amount(v, true) },  // 人民币壹仟陆佰捌拾元零叁角贰分
	"date":    date,                                                    // 2026年3月25日
	"dateCN":  capitalDate,                                             // 二〇二六年三月二十五日
	"time":    clock,                                                   // 2026年3月25日9时30分
	"join":    func(v any) (string, error) { return joined(v, "、") },
	"semi":    func(v any) (string, error) { return joined(v, "；") },
	"count":   count,
	"cn":      number, // 十五
	"shares":  shares, // 由甲负担500元，由乙负担525元
}

func plain(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return map[bool]string{true: "是", false: "否"}[v], nil
	}
	if n, ok := integer(v); ok {
		return strconv.FormatInt(n, 10), nil
	}
	return joined(v, "、")
}

func joined(v any, by string) (string, error) {
	l, ok := strs(v)
	if !ok {
		return "", fmt.Errorf("%v is not a list", v)
	}
	return strings.Join(l, by), nil
}

func count(v any) (string, error) {
	if l, ok := table(v); ok {
		return strconv.Itoa(len(l)), nil
	}
	l, ok := strs(v)
	if !ok {
		return "", fmt.Errorf("%v is not a list", v)
	}
	return strconv.Itoa(len(l)), nil
}

func amount(v any, capital bool) (string, error) {
	if v == nil {
		return "", nil
	}
	n, ok := integer(v)
	if !ok {
		return "", fmt.Errorf("%v is not an amount in fen", v)
	}
	if capital {
		return law.Money(n).Capital(), nil
	}
	if n%100 == 0 {
		return fmt.Sprintf("%d元", n/100), nil
	}
	return fmt.Sprintf("%d.%02d元", n/100, n%100), nil
}

func day(v any, layout string) (time.Time, bool, error) {
	s, _ := v.(string)
	if s == "" {
		return time.Time{}, false, nil
	}
	t, err := time.Parse(layout, s)
	return t, true, err
}

func date(v any) (string, error) {
	t, ok, err := day(v, time.DateOnly)
	if !ok || err != nil {
		return "", err
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day()), nil
}

func capitalDate(v any) (string, error) {
	t, ok, err := day(v, time.DateOnly)
	if !ok || err != nil {
		return "", err
	}
	return pdf.CapitalDate(t.Year(), int(t.Month()), t.Day()), nil
}

func clock(v any) (string, error) {
	t, ok, err := day(v, "2006-01-02 15:04")
	if !ok || err != nil {
		return "", err
	}
	if t.Minute() == 0 {
		return fmt.Sprintf("%d年%d月%d日%d时", t.Year(), t.Month(), t.Day(), t.Hour()), nil
	}
	return fmt.Sprintf("%d年%d月%d日%d时%02d分", t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute()), nil
}

func number(v any) (string, error) {
	n, ok := integer(v)
	if !ok {
		return "", nil
	}
	return law.Chinese(int(n)), nil
}

// Fen reads an amount.
func Fen(v any) (int64, bool) { return integer(v) }

// Rows reads a table; nothing when v is none.
func Rows(v any) [][]string { rows, _ := table(v); return rows }

// shares reads a table of two columns, who and how many yuan.
func shares(v any) (string, error) {
	rows, ok := table(v)
	if !ok {
		return "", fmt.Errorf("%v is not a table", v)
	}
	var out []string
	for _, r := range rows {
		if len(r) < 2 {
			return "", fmt.Errorf("%v is not a share", r)
		}
		out = append(out, "由"+r[0]+"负担"+strings.TrimSuffix(r[1], "元")+"元")
	}
	return strings.Join(out, "，"), nil
}
