package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"mashang/platform/fault"
)

// What a list may be. How many rows mean something is for whoever reads it.
const (
	MostBytes = 20 << 20
	MostRows  = 40_000 // empty ones among them
	MostCells = 200    // in a row: a library fills it up to its last cell, which may stand in column 16,384
	// What a list unpacks to. It stays in memory: a part above the second limit
	// of excelize would be written, unsealed, to the machine's temporary folder.
	mostUnzipped = 96 << 20
)

// Field is the name of the field with which a form sends a list, and under
// which a refusal stands.
const Field = "list"

var (
	errKind = fault.Field(Field, "请传 Excel 表格（.xlsx）或者 CSV 文件。旧的 .xls 先用 Excel 或 WPS 另存为 .xlsx。")
	errRows = fault.Field(Field, "表格读不出来，或者行数太多。请用下载的空表填写。")
)

// Read hands the rows of a list over as they come, with the number that a
// person sees beside them; which of the two kinds the file is, its first bytes
// say. Of several sheets the first is read. A refusal is a fault under [Field]
// and quotes no cell; the error of row ends the reading. One list is read at a
// time; who waits too long is told so.
func Read(file []byte, row func(n int, cells []string) error) error {
	within := func(n int, cells []string) error {
		switch {
		case n > MostRows:
			return errRows
		case len(cells) > MostCells:
			return fault.Field(Field, "第 "+strconv.Itoa(n)+" 行超过 "+strconv.Itoa(MostCells)+" 栏，读不下。请用下载的空表填写。")
		}
		return row(n, cells)
	}
	if len(file) > MostBytes {
		return fault.Field(Field, "文件超过 20 MB。请分成几份再传。")
	}
	done, err := wait()
	if err != nil {
		return err
	}
	defer done()
	switch {
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return readXLSX(file, within)
	case bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")), bytes.IndexByte(file, 0) >= 0:
		return errKind
	}
	return readCSV(file, within)
}

// readXLSX takes the cells as they are stored: what is shown of a date depends
// on whose Excel it was.
func readXLSX(b []byte, row func(n int, cells []string) error) error {
	if err := weigh(b); err != nil {
		return err
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: mostUnzipped, UnzipXMLSizeLimit: mostUnzipped, RawCellValue: true})
	if err != nil {
		return errKind // the cause may quote a cell
	}
	defer func() { _ = f.Close() }()
	if p, err := f.GetWorkbookProps(); err == nil && p.Date1904 != nil && *p.Date1904 {
		return fault.Field(Field, "这份表格按 1904 年起算日期，读出来会差四年。请把日期栏设成“文本”，写成 2026-03-01 这样，再另存一份新的表格。")
	}
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return errKind
	}
	defer func() { _ = rows.Close() }()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return errRows
		}
		if err := row(n, cells); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return errRows
	}
	return nil
}

// readCSV reads UTF-8, with or without its mark, and GBK, which is what Chinese
// Excel saves; apart by comma, semicolon or tab, as the first row has it.
func readCSV(b []byte, row func(n int, cells []string) error) error {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(b) {
		d, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
		if err != nil || bytes.ContainsRune(d, utf8.RuneError) {
			return errKind
		}
		b = d
	}
	head, _, _ := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte("\n"))
	src := &rationed{r: bytes.NewReader(b)}
	r := csv.NewReader(src)
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for _, sep := range "\t;" {
		if bytes.ContainsRune(head, sep) && !bytes.ContainsRune(head, ',') {
			r.Comma = sep
		}
	}
	for last := 0; ; {
		src.left = mostRow
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errEaten) {
			return fault.Field(Field, "第 "+strconv.Itoa(last+1)+" 行附近有一行太长，读不下。请看引号是不是成对，或者用下载的空表填写。")
		}
		if err != nil {
			return fault.Field(Field, "第 "+strconv.Itoa(last+1)+" 行附近读不出来。请看引号是不是成对。")
		}
		last, _ = r.FieldPos(0)
		if err := row(last, cells); err != nil {
			return err
		}
	}
}
