package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mashang/platform/fault"
)

// xlsxOf is a list made by another hand.
func xlsxOf(t *testing.T, cells map[string]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBombs: a small file that unfolds into millions of cells or a million rows
// is refused before it does.
func TestBombs(t *testing.T) {
	wide := map[string]any{}
	for row := range 50 {
		at, err := excelize.CoordinatesToCellName(excelize.MaxColumns, row+1)
		if err != nil {
			t.Fatal(err)
		}
		wide[at] = "x"
	}
	for what, file := range map[string][]byte{"wide": xlsxOf(t, wide), "long": xlsxOf(t, map[string]any{"A1048576": "x"}), "wide csv": []byte(strings.Repeat(",", MostCells+1)), "large": make([]byte, MostBytes+1), "broken": []byte("PK\x03\x04"), "old": []byte("\xd0\xcf\x11\xe0")} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := Read(file, func(int, []string) error { return nil })
		runtime.ReadMemStats(&after)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 60 {
			t.Errorf("%s: %d MB", what, mb)
		}
	}
}

// repacked is a workbook of which some parts were changed by hand, or added.
func repacked(t *testing.T, file []byte, change map[string]func(string) string) []byte {
	t.Helper()
	old, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	done := map[string]bool{}
	for _, f := range old.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if c := change[f.Name]; c != nil {
			text, done[f.Name] = c(text), true
		}
		add(f.Name, text)
	}
	for name, c := range change {
		if !done[name] {
			add(name, c(""))
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestUnfolding: a list that is small, or no larger than allowed, and would take
// a thousand times the memory is refused before it takes it, wherever in it the
// many things are and however they are hidden.
func TestUnfolding(t *testing.T) {
	const head, many = `<?xml version="1.0" encoding="UTF-8"?>`, 3_000_000
	const ns = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	times := func(s string) string { return strings.Repeat(s, many) }
	book := xlsxOf(t, map[string]any{"A1": "x"})
	part := func(name, text string) []byte {
		return repacked(t, book, map[string]func(string) string{name: func(string) string { return text }})
	}
	const texts, rows = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
	for what, file := range map[string][]byte{
		"commas":            []byte("案号,b\n" + strings.Repeat(",", MostBytes-100)),
		"semicolons":        []byte("案号;b\n" + strings.Repeat(";", MostBytes-100)),
		"open quote":        []byte("案号,b\n1,\"" + strings.Repeat("x", MostBytes-100)),
		"quoted lines":      []byte("案号,b\n1,\"" + strings.Repeat("\n", MostBytes-100)),
		"blank lines":       []byte("案号,b\n1," + strings.Repeat("\n", MostBytes-100)),
		"texts":             part(texts, head+`<sst`+ns+`>`+times(`<si/>`)+`</sst>`),
		"texts, capitals":   repacked(t, part(texts, ""), map[string]func(string) string{"XL/SHAREDSTRINGS.XML": func(string) string { return `<sst` + ns + `>` + times(`<si/>`) + `</sst>` }}),
		"prefixed":          part(texts, `<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`+times(`<x:si/>`)+`</x:sst>`),
		"runs":              part(texts, head+`<sst`+ns+`><si>`+times(`<r/>`)+`</si></sst>`),
		"between rows":      part(texts, head+`<sst`+ns+`>`+times(`<si/><row/>`)+`</sst>`),
		"behind a comment":  part(texts, head+`<!-- <worksheet> --><sst`+ns+`>`+times(`<si/><row/>`)+`</sst>`),
		"behind an order":   part(texts, `<?x <worksheet ?><sst`+ns+`>`+times(`<si/><row/>`)+`</sst>`),
		"behind text":       part(texts, `text <sst`+ns+`>`+times(`<si/>`)+`</sst>`),
		"another encoding":  part(texts, `<?xml version="1.0" encoding="utf-16le"?><worksheet `+times(`<row `)),
		"attributes":        part(texts, head+`<sst`+ns+times(` a=""`)+`></sst>`),
		"styles":            part("xl/styles.xml", head+`<styleSheet`+ns+`><cellXfs>`+times(`<xf/>`)+`</cellXfs></styleSheet>`),
		"sheets":            part("xl/workbook.xml", head+`<workbook`+ns+`><sheets>`+times(`<sheet/>`)+`</sheets></workbook>`),
		"cells of a row":    part(rows, head+`<worksheet`+ns+`><sheetData><row>`+times(`<c/>`)+`</row></sheetData></worksheet>`),
		"rows in a comment": part(rows, head+`<worksheet`+ns+`><sheetData><row>`+times(`<c/><!--<row-->`)+`</row></sheetData></worksheet>`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		err := Read(file, func(int, []string) error { return nil })
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
		mb := (after.TotalAlloc - before.TotalAlloc) >> 20
		if mb > 60 {
			t.Errorf("%s: %d MB", what, mb)
		}
		t.Logf("%-18s %3d MB  %5d ms  of %8d bytes  %v", what, mb, took.Milliseconds(), len(file), err)
	}
}

// TestBounded: what is below the bounds is read: cells of many lines and quotes,
// a picture, and as many texts as a large list has, for a bounded price.
func TestBounded(t *testing.T) {
	lines := strings.Repeat("第一句“话”，\n第二句\"\"话\"\"；", 800)
	n := 0
	err := Read([]byte("案号,请求\n1,\""+lines+"\"\n2,b"), func(_ int, cells []string) error {
		if n++; n == 2 && cells[1] != strings.ReplaceAll(lines, `""`, `"`) {
			t.Errorf("%d bytes of %d", len(cells[1]), len(lines))
		}
		return nil
	})
	if err != nil || n != 3 {
		t.Errorf("%d rows, %v", n, err)
	}
	const many = 330_000
	book := xlsxOf(t, map[string]any{"A1": "x"})
	for what, change := range map[string]map[string]func(string) string{
		"picture": {"xl/media/image1.png": func(string) string { return "\x89PNG\r\n\x1a\n\x00<!<?" + strings.Repeat("\xff", 1<<20) }},
		"notes":   {"xl/notes.txt": func(string) string { return "1 is one" }},
		"texts": {"xl/sharedStrings.xml": func(string) string {
			return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x</t></si>` + strings.Repeat(`<si><t>某某某某</t><phoneticPr fontId="1"/></si>`, many) + `</sst>`
		}},
	} {
		file := repacked(t, book, change)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := ""
		err := Read(file, func(_ int, cells []string) error { got += strings.Join(cells, "|"); return nil })
		runtime.ReadMemStats(&after)
		if err != nil || got != "x" {
			t.Errorf("%s: %q %v", what, got, err)
		}
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 700 {
			t.Errorf("%s: %d MB", what, mb)
		} else {
			t.Logf("%s: %d MB in all", what, mb)
		}
	}
}

// TestTurn: while one list is read another waits, and is told so when it waits
// too long.
func TestTurn(t *testing.T) {
	old := patience
	patience = 50 * time.Millisecond
	defer func() { patience = old }()
	var within error
	list := []byte("甲,乙\n1,2\n")
	err := Read(list, func(n int, _ []string) error {
		if n == 1 {
			within = Read(list, func(int, []string) error { return nil })
		}
		return nil
	})
	if err != nil || fault.KindOf(within) != fault.Unavailable || !strings.Contains(fault.As(within).Show, "别的表格正在读") {
		t.Errorf("%v, the second %v", err, within)
	}
	if err := Read(list, func(int, []string) error { return nil }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := Read(list, func(int, []string) error { return errors.New("enough") }); err == nil {
		t.Error("the reader's own error is lost")
	}
	if err := Read(list, func(int, []string) error { return nil }); err != nil {
		t.Errorf("after an error: %v", err)
	}
}

// TestEntities: a workbook that asks for a file of this machine, or unfolds a
// name into names, gets neither.
func TestEntities(t *testing.T) {
	for what, head := range map[string]string{"outside": `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>`, "inside": `<!DOCTYPE x [<!ENTITY a "unfolded"><!ENTITY e "&a;&a;">]>`} {
		file := repacked(t, xlsxOf(t, map[string]any{"A1": "here"}), map[string]func(string) string{"xl/sharedStrings.xml": func(text string) string {
			text = strings.Replace(text, "here", "&e;", 1)
			_, rest, _ := strings.Cut(text, "?>")
			if !strings.Contains(text, "&e;") {
				t.Fatalf("nothing was asked for: %s", text)
			}
			return `<?xml version="1.0"?>` + head + strings.TrimSpace(rest)
		}})
		host, _ := os.ReadFile("/etc/hostname")
		err := Read(file, func(_ int, cells []string) error {
			if all := strings.Join(cells, " "); strings.Contains(all, "unfolded") || len(host) > 1 && strings.Contains(all, strings.TrimSpace(string(host))) {
				t.Errorf("%s: %q", what, all)
			}
			return nil
		})
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestRead: the two kinds say the same, and rows have the numbers that a person
// sees.
func TestRead(t *testing.T) {
	stop := errors.New("enough")
	for what, file := range map[string][]byte{
		"xlsx":  xlsxOf(t, map[string]any{"A1": "甲", "B1": "乙", "A3": "丙", "B3": 1}),
		"comma": []byte("甲,乙\n\n丙,1\n"),
		"gbk":   []byte("\xbc\xd7,\xd2\xd2\r\n\r\n\xb1\xfb,1\r\n"),
		"tab":   []byte("\xef\xbb\xbf甲\t乙\n\n丙\t1"),
	} {
		got := map[int]string{}
		err := Read(file, func(n int, cells []string) error {
			if s := strings.Join(cells, "|"); s != "" {
				got[n] = s
			}
			return nil
		})
		if err != nil || len(got) != 2 || got[1] != "甲|乙" || got[3] != "丙|1" {
			t.Errorf("%s: %v %v", what, got, err)
		}
		if err := Read(file, func(int, []string) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%s: the reader's own error is %v", what, err)
		}
	}
}

// TestCells: what spreadsheets make of numbers and days.
func TestCells(t *testing.T) {
	for cell, want := range map[string]string{"13900000001": "13900000001", "1.3900000001E10": "13900000001", "13900000001.0": "13900000001", "'13102": "13102", "1.30525198001010E+17": "lost", "无": "无"} {
		got, ok := Digits(cell)
		if !ok {
			got = "lost"
		}
		if got != want {
			t.Errorf("digits %q: %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]string{"2026-03-01": "2026-03-01", "2026/3/1": "2026-03-01", "2026年3月1日": "2026-03-01", "20260301": "2026-03-01", "46082": "2026-03-01", "46082.5": "2026-03-01", "2026-03-01 08:30": "2026-03-01", "2026-13-41": "2026-13-41", "三月": "", "12": ""} {
		if got, ok := Day(cell); got != want || ok != (want != "") {
			t.Errorf("day %q: %q %v, want %q", cell, got, ok, want)
		}
	}
}

// TestWrite: numbers are numbers, texts are texts whatever they begin with, and
// both forms say the same.
func TestWrite(t *testing.T) {
	evil := []string{"=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", " =1", "＝1+1"}
	made := func() ([]byte, error) {
		b := NewBook()
		b.Sheet("一")
		b.Texts(evil...)
		b.Row("数", 3, int64(-4), Decimal("97.20"), "-", "1\n2")
		b.Sheet("二", 10, 20)
		b.Texts("甲", "乙")
		b.Sheet("三")
		b.Texts("时段", strings.Repeat("这一期还没有完", 5))
		b.Head("法院", "件")
		b.Row("衡水市中级人民法院", 12)
		b.Row(strings.Repeat("口径", 40), Decimal("10.00"))
		return b.Bytes()
	}
	file, err := made()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, err := made(); err != nil || !bytes.Equal(again, file) {
			t.Fatalf("the same rows make another file, %v", err)
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if wide, err := f.GetColWidth("三", "A"); err != nil || wide < 18 {
		t.Errorf("nine characters have %v places, %v", wide, err)
	}
	if wide, err := f.GetColWidth("三", "B"); err != nil || wide > 10 {
		t.Errorf("two digits have %v places, %v", wide, err)
	}
	if panes, err := f.GetPanes("三"); err != nil || panes.YSplit != 2 {
		t.Errorf("the head goes out of sight: %+v, %v", panes, err)
	}
	if shown, err := f.GetCellValue("三", "B4"); err != nil || shown != "10.00" {
		t.Errorf("10.00 is shown as %s, %v", shown, err)
	}
	if style, err := f.GetCellStyle("三", "A4"); err != nil {
		t.Error(err)
	} else if s, err := f.GetStyle(style); err != nil || s.Alignment == nil || !s.Alignment.WrapText {
		t.Errorf("what is long is cut: %+v, %v", s, err)
	}
	if high, err := f.GetRowHeight("三", 4); err != nil || high < 60 {
		t.Errorf("160 places in a column of 40 are %v high, %v", high, err)
	}
	if l, err := f.GetPageLayout("三"); err != nil || l.FitToWidth == nil || *l.FitToWidth != 1 || *l.Orientation != "landscape" {
		t.Errorf("printed on %+v, %v", l, err)
	}
	rows, err := f.GetRows("一")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%q %v", rows, err)
	}
	for i, v := range rows[0] {
		at, _ := excelize.CoordinatesToCellName(i+1, 1)
		formula, ferr := f.GetCellFormula("一", at)
		kind, kerr := f.GetCellType("一", at)
		if v[0] != '\'' || formula != "" || kind != excelize.CellTypeSharedString || ferr != nil || kerr != nil {
			t.Errorf("%s: %q, formula %q, kind %v, %v %v", at, v, formula, kind, ferr, kerr)
		}
	}
	if got := strings.Join(rows[1], "|"); got != "数|3|-4|97.20|-|1\n2" {
		t.Errorf("numbers: %q", got)
	}
	if kind, err := f.GetCellType("一", "D2"); err != nil || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		t.Errorf("a figure is no number: %v %v", kind, err)
	}
	text, err := AsCSV([][]string{evil, {"甲", "乙，“丙”\n"}})
	if err != nil {
		t.Fatal(err)
	}
	again := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	again.FieldsPerRecord = -1
	lines, err := again.ReadAll()
	if err != nil || len(lines) != 2 || strings.Join(lines[0], "|") != strings.Join(rows[0], "|") || lines[1][1] != "乙，“丙”\n" {
		t.Errorf("%q %v", lines, err)
	}
	b := NewBook()
	b.Sheet("一")
	b.Row(Decimal("no number"))
	if _, err := b.Bytes(); err == nil {
		t.Error("a figure that is no number was written")
	}
}
