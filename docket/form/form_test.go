package form_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"mashang/docket/form"
	"mashang/platform/pdf"
)

const src = `kind: a
---
who   | 谁     | line* |
sum   | 多少   | money* |
on    | 哪天   | date |
at    | 几时   | time |
how   | 怎样   | choice(快,慢) |
yes   | 是不是 | yes |
many  | 几个   | number |
lines | 几项   | list |
story | 经过   | text |
rows  | 表     | table(名称,份数) |
why   | 为什么 | line*how=慢 |
also  | 还有   | line*why |
---
@to {who}
{who}应付{sum:money}（{sum:capital}）[[，{on:date}前付清]]。
@if yes
是。
@else
不是。
@end
@if how=快
快。
@end
@if !story
没有经过。
@end
1. 第一
2. 第二{many:cn}
@numbered lines
@text story 经过：
@each rows
{.no}号{.名称}{.份数}份
@end
@table rows 4 1
@section 一栏
@row 甲: {who} | 乙: {at:time}
@choose 怎样: how
@cell 签名 minute
@blank 备注 3
@special {who}[[{why}{also}]]
`

func fill(t *testing.T, values string) []pdf.Block {
	t.Helper()
	f, err := form.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	dec := json.NewDecoder(strings.NewReader(values))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if p := f.Check(v); len(p) > 0 {
		t.Fatal(p)
	}
	b, err := f.Blocks(v, func(word, rest string) (pdf.Block, bool) { return pdf.Note{Text: rest}, word == "special" })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBlocks(t *testing.T) {
	form1 := func(who, at string, how ...bool) pdf.Form {
		return pdf.Form{Dense: true, Rows: []pdf.Row{
			{Section: "一栏"},
			{Fields: []pdf.Field{{Label: "甲", Text: who}, {Label: "乙", Text: at}}},
			{Fields: []pdf.Field{{Label: "怎样", Choices: []pdf.Choice{{Text: "快", On: how[0]}, {Text: "慢", On: how[1]}}}}},
			{Fields: []pdf.Field{{Label: "签名", Sign: true, Date: pdf.Minute}}},
			{Fields: []pdf.Field{{Label: "备注", Lines: 3}}},
		}}
	}
	for _, c := range []struct {
		values string
		want   []pdf.Block
	}{
		{`{"who":"甲","sum":168032,"on":"2026-03-05","at":"2026-03-05 09:05","how":"快","yes":true,"many":12,"lines":["一","二"],"story":"先。\n\n后。","rows":[["借条","1"],["短"]]}`, []pdf.Block{
			pdf.Addressee{Text: "甲"},
			pdf.Paragraph{Text: "甲应付1680.32元（人民币壹仟陆佰捌拾元零叁角贰分），2026年3月5日前付清。"},
			pdf.Paragraph{Text: "是。"}, pdf.Paragraph{Text: "快。"},
			pdf.List{Items: []string{"第一", "第二十二"}, Number: pdf.Chinese},
			pdf.List{Items: []string{"一", "二"}, Number: pdf.Arabic},
			pdf.Paragraph{Text: "经过：先。"}, pdf.Paragraph{Text: "后。"},
			pdf.Paragraph{Text: "1号借条1份"}, pdf.Paragraph{Text: "2号短份"},
			pdf.Grid{Head: []string{"名称", "份数"}, Rows: [][]string{{"借条", "1"}, {"短"}}, Widths: []float64{4, 1}},
			form1("甲", "2026年3月5日9时05分", true, false),
			pdf.Note{Text: "甲"},
		}},
		{`{"who":"甲","sum":100}`, []pdf.Block{
			pdf.Addressee{Text: "甲"}, pdf.Paragraph{Text: "甲应付1元（人民币壹元整）。"}, pdf.Paragraph{Text: "不是。"}, pdf.Paragraph{Text: "没有经过。"},
			pdf.List{Items: []string{"第一", "第二"}, Number: pdf.Chinese}, form1("甲", "", false, false), pdf.Note{Text: "甲"},
		}},
		// What was typed is never markup, and a line stays a line.
		{`{"who":"@cut {sum} [[x]] 1. 甲","sum":100,"story":"@break\n1. 一","lines":["@break"]}`, []pdf.Block{
			pdf.Addressee{Text: "@cut {sum} [[x]] 1. 甲"}, pdf.Paragraph{Text: "@cut {sum} [[x]] 1. 甲应付1元（人民币壹元整）。"}, pdf.Paragraph{Text: "不是。"},
			pdf.List{Items: []string{"第一", "第二"}, Number: pdf.Chinese}, pdf.List{Items: []string{"@break"}, Number: pdf.Arabic},
			pdf.Paragraph{Text: "经过：@break"}, pdf.Paragraph{Text: "1. 一"}, form1("@cut {sum} [[x]] 1. 甲", "", false, false), pdf.Note{Text: "@cut {sum} [[x]] 1. 甲"},
		}},
	} {
		if got := fill(t, c.values); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.values, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	f, err := form.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]any{"who": "甲", "sum": 100}
	for _, c := range []struct {
		field string
		v     any
		says  string
	}{
		{"who", "", "请填“谁”"}, {"who", "  ", "请填“谁”"}, {"who", nil, "请填“谁”"}, {"who", "甲\n乙", "一行"}, {"who", 1, "一行"},
		{"sum", "很多", "要填数"}, {"sum", -1, "要填数"}, {"sum", 1.5, "要填数"}, {"on", "2026-02-30", "日期"}, {"at", "2026-02-03", "时间"},
		{"how", "中", "几项里选"}, {"yes", "是", "是或者否"}, {"lines", "一", "一行一项"}, {"lines", []any{1}, "一行一项"},
		{"rows", []any{[]any{"1", "2", "3"}}, "列数"}, {"rows", []any{"x"}, "列数"},
	} {
		v := map[string]any{}
		for k, x := range good {
			v[k] = x
		}
		v[c.field] = c.v
		if p := f.Check(v); len(p) != 1 || p[0].Field != c.field || !strings.Contains(p[0].Says, c.says) {
			t.Errorf("%s = %v: %v", c.field, c.v, p)
		}
	}
	for _, c := range []struct{ v, want string }{{`{"how":"慢"}`, "why"}, {`{"how":"快"}`, ""}, {`{"how":"慢","why":"因为"}`, "also"}, {`{"why":"因为","also":"还"}`, ""}} {
		v := map[string]any{}
		if err := json.Unmarshal([]byte(c.v), &v); err != nil {
			t.Fatal(err)
		}
		v["who"], v["sum"] = "甲", 100
		got := ""
		for _, p := range f.Check(v) {
			got += p.Field
		}
		if got != c.want {
			t.Errorf("%s: %q, not %q", c.v, got, c.want)
		}
	}
	if p := f.Check(good); len(p) != 0 {
		t.Error(p)
	}
	if want := []string{"who", "sum", "on", "yes", "how", "story", "many", "lines", "rows", "at", "why", "also"}; !reflect.DeepEqual(f.Uses(), want) {
		t.Error(f.Uses())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(src)
	f.Add("a: b\n---\n\n---\n@each x\n{.y}\n@end\n---\n{\"x\":[]}")
	f.Add("a: b\n---\nx | y | list\n---\n@if x\n@each x\n[[{.it}]]\n@end\n@else\n@end")
	f.Fuzz(func(t *testing.T, s string) {
		fm, err := form.Parse(s)
		if err != nil {
			return
		}
		v := map[string]any{}
		for _, u := range fm.Uses() {
			v[u] = []string{"x"}
		}
		_, _ = fm.Blocks(v, nil)
	})
}
