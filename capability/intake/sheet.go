package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"mashang/platform/fault"
	"mashang/platform/web"
)

// A list is bounded before it is read: a small file can claim a million rows,
// or a cell in column 16,384.
const (
	mostBytes = 20 << 20
	mostLines = 20_000
	mostCells = 200
	mostRunes = 5000 // in a cell
	// What a list unpacks to. It stays in memory: a part above the second limit
	// of excelize would be written, unsealed, to the machine's temporary folder.
	mostUnzipped = 96 << 20
)

// line is a row of a list: its place and its cells by column.
type line struct {
	n     int
	cells map[string]string
}

// sheet is a list as it was read.
type sheet struct {
	lines  []line
	unused []string // columns that the list has and nobody knows
}

var errKind = fault.Field("list", "请传 Excel 表格（.xlsx）或者 CSV 文件。旧的 .xls 先用 Excel 或 WPS 另存为 .xlsx。")

// readSheet reads a list; which of the two kinds it is, its first bytes say.
func readSheet(b []byte) (s sheet, err error) {
	if len(b) > mostBytes {
		return s, fault.Field("list", "文件超过 20 MB。请分成几份再传。")
	}
	t := &table{}
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		err = readXLSX(b, t)
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")), bytes.IndexByte(b, 0) >= 0:
		err = errKind
	default:
		err = readCSV(b, t)
	}
	if err != nil {
		return s, err
	}
	if t.head == nil {
		return s, fault.Field("list", "文件是空的。请用下载的空表填写。")
	}
	if len(t.lines) == 0 {
		return s, fault.Field("list", "表格里只有标题，没有内容。")
	}
	return t.sheet, nil
}

// table takes rows as they come; the first that is not empty is the head.
type table struct {
	sheet
	head []string // of each column the name it goes by, or ""
	n    int
}

func (t *table) add(cells []string) error {
	t.n++
	empty := true
	for i := range cells {
		if cells[i] = web.Clean(cells[i]); cells[i] != "" {
			empty = false
		}
	}
	switch {
	case len(cells) > mostCells:
		return fault.Field("list", "第 "+strconv.Itoa(t.n)+" 行超过 200 栏，读不下。请用下载的空表填写。")
	case empty:
		return nil
	case t.head == nil:
		return t.readHead(cells)
	case len(t.lines) >= mostLines:
		return fault.Field("list", "一次最多 20000 行。请分成几份再传。")
	}
	l := line{t.n, map[string]string{}}
	for i, c := range cells {
		if i < len(t.head) && t.head[i] != "" && c != "" {
			if utf8.RuneCountInString(c) > mostRunes {
				return fault.Field("list", "第 "+strconv.Itoa(t.n)+" 行的“"+t.head[i]+"”超过 5000 字，读不下。")
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
			return fault.Field("list", "“"+name+"”这一栏有两个。请留一个。")
		case known:
			seen[name], t.head[i] = true, name
		}
	}
	if !seen["案号"] {
		return fault.Field("list", "第一行要写各栏的名称，其中要有“案号”。请用下载的空表填写。")
	}
	return nil
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// readXLSX reads the first sheet row by row, as the cells are stored: what is
// shown of a date depends on whose Excel it was.
func readXLSX(b []byte, t *table) error {
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: mostUnzipped, UnzipXMLSizeLimit: mostUnzipped, RawCellValue: true})
	if err != nil {
		return errKind // the cause may quote a cell
	}
	defer func() { _ = f.Close() }()
	if p, err := f.GetWorkbookProps(); err == nil && p.Date1904 != nil && *p.Date1904 {
		return fault.Field("list", "这份表格按 1904 年起算日期，读出来会差四年。请把日期栏设成“文本”，写成 2026-03-01 这样，再另存一份新的表格。")
	}
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return errKind
	}
	defer func() { _ = rows.Close() }()
	for n := 0; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil || n > 2*mostLines {
			return fault.Field("list", "表格读不出来，或者行数太多。请用下载的空表填写。")
		}
		if err := t.add(cells); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return fault.Field("list", "表格读不出来。请用下载的空表填写。")
	}
	return nil
}

// readCSV reads UTF-8, with or without its mark, and GBK, which is what Chinese
// Excel saves; apart by comma, semicolon or tab, as the head has it.
func readCSV(b []byte, t *table) error {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(b) {
		d, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
		if err != nil || bytes.ContainsRune(d, utf8.RuneError) {
			return errKind
		}
		b = d
	}
	head, _, _ := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte("\n"))
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for _, sep := range "\t;" {
		if bytes.ContainsRune(head, sep) && !bytes.ContainsRune(head, ',') {
			r.Comma = sep
		}
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Field("list", "第 "+strconv.Itoa(t.n+1)+" 行附近读不出来。请看引号是不是成对。")
		}
		line, _ := r.FieldPos(0)
		t.n = line - 1
		if err := t.add(cells); err != nil {
			return err
		}
	}
}
