package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"
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
	for _, row := range out {
		for i := range row {
			row[i] = inert(row[i])
		}
	}
	return out
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＠") {
		return "'" + s
	}
	return s
}

func asCSV(rows [][]string) ([]byte, error) {
	b := bytes.NewBufferString("\xef\xbb\xbf") // Excel takes it for UTF-8 by this
	w := csv.NewWriter(b)
	w.UseCRLF = true
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

func asXLSX(sheets map[string][][]string, order []string, widths map[string][]float64) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, name := range order {
		if i == 0 {
			if err := f.SetSheetName(f.GetSheetName(0), name); err != nil {
				return nil, err
			}
		} else if _, err := f.NewSheet(name); err != nil {
			return nil, err
		}
		w, err := f.NewStreamWriter(name)
		if err != nil {
			return nil, err
		}
		text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: numbers stay as they are typed
		if err != nil {
			return nil, err
		}
		for c, width := range widths[name] {
			if err := errors.Join(w.SetColWidth(c+1, c+1, width), w.SetColStyle(c+1, c+1, text)); err != nil {
				return nil, err
			}
		}
		for r, row := range sheets[name] {
			cells := make([]any, len(row))
			for c, v := range row {
				cells[c] = excelize.Cell{StyleID: text, Value: v}
			}
			if err := w.SetRow("A"+strconv.Itoa(r+1), cells); err != nil {
				return nil, err
			}
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// emptyList is the list to fill in, with a sheet that explains its columns.
var emptyList = sync.OnceValues(makeEmptyList) // once: a library that writes sheets in any order makes another file each time

func makeEmptyList() ([]byte, error) {
	var head []string
	help := [][]string{{"栏目", "怎么填"}}
	var wide []float64
	for _, c := range columns {
		head = append(head, c.Name)
		help = append(help, []string{c.Name, c.Help})
		wide = append(wide, 16)
	}
	help = append(help, []string{"", ""},
		[]string{"一个案件几行", "一个当事人一行。同一个案件的各行写同一个案号，案由、承办法官这些只要第一行写"},
		[]string{"再次导入", "按案号认案件：完全一样的不动，有变化的更新，空着的栏不改，表格里没写的当事人不会被去掉"},
		[]string{"本系统里办过的", "结案、换法官、更正这些在本系统里办了的，表格改不动；写得不一样会告诉您是哪一栏"},
		[]string{"短信", "导入不给任何人发短信"})
	return asXLSX(map[string][][]string{"案件": {head}, "填写说明": help}, []string{"案件", "填写说明"}, map[string][]float64{"案件": wide, "填写说明": {18, 90}})
}
