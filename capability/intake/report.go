package intake

import (
	"strconv"
	"strings"

	"mashang/platform/sheet"
)

// stateWords are the words for where a case stands, and their tone.
var stateWords = map[string]struct{ Title, Tone string }{
	"waiting": {"还没试", "plain"}, "new": {"可以导入", "ok"}, "change": {"会更新", "go"}, "same": {"已经有了，一样", "plain"}, "wrong": {"要改", "late"},
	"created": {"导入了", "ok"}, "changed": {"更新了", "go"}, "failed": {"没有导入", "late"}, "withdrawn": {"撤销了", "plain"}, "kept": {"留着", "soon"},
}

// stateWord is the word for where a case of a batch stands. What was still to
// come when somebody took the import back, or nobody confirmed it, never came.
func stateWord(batch, state string) string {
	switch batch {
	case undoing, undone, spent:
		if state == "new" || state == "change" || state == "waiting" {
			return "没有导入"
		}
	}
	return stateWords[state].Title
}

// places says in which lines a case stands: 2、3、7.
func places(lines []int) string {
	var out []string
	for i := 0; i < len(lines); i++ {
		from := i
		for i+1 < len(lines) && lines[i+1] == lines[i]+1 {
			i++
		}
		s := strconv.Itoa(lines[from])
		if i > from {
			s += "–" + strconv.Itoa(lines[i])
		}
		out = append(out, s)
	}
	return "第 " + strings.Join(out, "、") + " 行"
}

var reportHead = []string{"行", "案号", "结果", "哪一栏", "说明", "依据"}

// reportRows is the report as a table: a row for each thing that is wrong, one
// for a case with which nothing is.
func reportRows(b batch, fs []found) [][]string {
	out := [][]string{reportHead}
	for _, f := range fs {
		base := []string{strings.TrimSuffix(strings.TrimPrefix(places(f.Lines.V), "第 "), " 行"), f.Number, stateWord(b.State, f.State)}
		if len(f.Said.V) == 0 {
			out = append(out, append(base, "", "", ""))
		}
		for _, r := range f.Said.V {
			row := append([]string{}, base...)
			if r.Line > 0 {
				row[0] = strconv.Itoa(r.Line)
			}
			out = append(out, append(row, r.Column, r.Show, r.Basis))
		}
	}
	return out
}

// emptyList is the list to fill in, with a sheet that explains its columns.
func emptyList() ([]byte, error) {
	b := sheet.NewBook()
	var head []string
	var wide []float64
	for _, c := range columns {
		head, wide = append(head, c.Name), append(wide, 16)
	}
	b.Sheet("案件", wide...)
	b.Head(head...)
	b.Sheet("填写说明", 18, 90)
	b.Head("栏目", "怎么填")
	for _, c := range columns {
		b.Texts(c.Name, c.Help)
	}
	for _, r := range [][2]string{
		{"", ""},
		{"一个案件几行", "一个当事人一行。同一个案件的各行写同一个案号，案由、承办法官这些只要第一行写"},
		{"再次导入", "按案号认案件：完全一样的不动，有变化的更新，空着的栏不改，表格里没写的当事人不会被去掉"},
		{"本系统里办过的", "结案、换法官、更正这些在本系统里办了的，表格改不动；写得不一样会告诉您是哪一栏"},
		{"短信", "导入不给任何人发短信"},
	} {
		b.Texts(r[0], r[1])
	}
	return b.Bytes()
}
