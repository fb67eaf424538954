package intake

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mashang/platform/fault"
	"mashang/platform/sheet"
	"mashang/platform/web"
)

const (
	mostLines = 20_000
	mostRunes = 5000 // in a cell
)

// line is a row of a list: its place and its cells by column.
type line struct {
	n     int
	cells map[string]string
}

// list is what was uploaded, as it was read.
type list struct {
	lines  []line
	unused []string // columns that the list has and nobody knows
}

// readList reads a list.
func readList(file []byte) (list, error) {
	t := &table{}
	err := sheet.Read(file, t.add)
	switch {
	case err != nil:
		return list{}, err
	case t.head == nil:
		return list{}, fault.Field(sheet.Field, "文件是空的。请用下载的空表填写。")
	case len(t.lines) == 0:
		return list{}, fault.Field(sheet.Field, "表格里只有标题，没有内容。")
	}
	return t.list, nil
}

// table takes rows as they come; the first that is not empty is the head.
type table struct {
	list
	head []string // of each column the name it goes by, or ""
}

func (t *table) add(n int, cells []string) error {
	empty := true
	for i := range cells {
		if cells[i] = web.Clean(cells[i]); cells[i] != "" {
			empty = false
		}
	}
	switch {
	case empty:
		return nil
	case t.head == nil:
		return t.readHead(cells)
	case len(t.lines) >= mostLines:
		return fault.Field(sheet.Field, "一次最多 20000 行。请分成几份再传。")
	}
	l := line{n, map[string]string{}}
	for i, c := range cells {
		if i < len(t.head) && t.head[i] != "" && c != "" {
			if utf8.RuneCountInString(c) > mostRunes {
				return fault.Field(sheet.Field, "第 "+strconv.Itoa(n)+" 行的“"+t.head[i]+"”超过 5000 字，读不下。")
			}
			l.cells[t.head[i]] = c
		}
	}
	if len(l.cells) > 0 {
		t.lines = append(t.lines, l)
	}
	return nil
}

// readHead finds the columns by their names, in whatever order, with whatever
// blanks in them.
func (t *table) readHead(cells []string) error {
	t.head = make([]string, len(cells))
	seen := map[string]bool{}
	for i, c := range cells {
		name, known := columnNamed(c)
		switch {
		case !known && strings.ContainsAny(c, "0123456789"): // may be somebody's number
			t.unused = append(t.unused, "第 "+strconv.Itoa(i+1)+" 栏")
		case !known && c != "":
			t.unused = append(t.unused, short(c, 12))
		case known && seen[name]:
			return fault.Field(sheet.Field, "“"+name+"”这一栏有两个。请留一个。")
		case known:
			seen[name], t.head[i] = true, name
		}
	}
	if !seen["案号"] {
		return fault.Field(sheet.Field, "第一行要写各栏的名称，其中要有“案号”。请用下载的空表填写。")
	}
	return nil
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
