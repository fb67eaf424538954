package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The types of a table, as a download names them.
const (
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	CSV  = "text/csv; charset=utf-8"
)

// Decimal is a number exactly as it is printed: "97.20".
type Decimal string

// Book is a workbook that is written sheet by sheet and row by row. The first
// error ends it and comes out of [Book.Bytes].
type Book struct {
	f    *excelize.File
	w    *excelize.StreamWriter
	text int // the style of text: it stays so when somebody edits the cell
	n    int
	err  error
}

// NewBook returns an empty workbook.
func NewBook() *Book {
	b := &Book{f: excelize.NewFile()}
	b.text, b.err = b.f.NewStyle(&excelize.Style{NumFmt: 49})
	return b
}

// Sheet begins a sheet; widths are those of its columns, in characters.
func (b *Book) Sheet(name string, widths ...float64) {
	b.flush()
	if b.err != nil {
		return
	}
	if b.w == nil {
		b.err = b.f.SetSheetName(b.f.GetSheetName(0), name)
	} else {
		_, b.err = b.f.NewSheet(name)
	}
	if b.err != nil {
		return
	}
	b.n = 0
	if b.w, b.err = b.f.NewStreamWriter(name); b.err != nil {
		return
	}
	for i, width := range widths {
		b.err = errors.Join(b.err, b.w.SetColWidth(i+1, i+1, width), b.w.SetColStyle(i+1, i+1, b.text))
	}
}

// Row writes a row: an int, an int64 or a [Decimal] as a number, a string as
// text that nothing takes for a formula.
func (b *Book) Row(cells ...any) {
	if b.err != nil {
		return
	}
	row := make([]any, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case string:
			row[i] = excelize.Cell{StyleID: b.text, Value: Inert(v)}
		case Decimal:
			n, err := strconv.ParseFloat(string(v), 64)
			b.err = errors.Join(b.err, err)
			row[i] = n
		case int, int64:
			row[i] = v
		default:
			b.err = errors.Join(b.err, fmt.Errorf("sheet: a cell cannot be %T", c))
		}
	}
	b.n++
	if b.err == nil {
		b.err = b.w.SetRow("A"+strconv.Itoa(b.n), row)
	}
}

// Texts writes a row of texts.
func (b *Book) Texts(cells ...string) {
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = c
	}
	b.Row(row...)
}

func (b *Book) flush() {
	if b.err == nil && b.w != nil {
		b.err = b.w.Flush()
	}
}

// Bytes returns the workbook and ends it.
func (b *Book) Bytes() ([]byte, error) {
	defer func() { _ = b.f.Close() }()
	b.flush()
	if b.err != nil {
		return nil, b.err
	}
	out, err := b.f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// AsCSV writes rows so that Excel opens them as they are.
func AsCSV(rows [][]string) ([]byte, error) {
	b := bytes.NewBufferString("\xef\xbb\xbf") // Excel takes it for UTF-8 by this
	w := csv.NewWriter(b)
	w.UseCRLF = true
	for _, r := range rows {
		cells := make([]string, len(r))
		for i := range r {
			cells[i] = Inert(r[i])
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Inert marks a text that a spreadsheet might take for a formula, now or when
// it is saved in another format and opened again, and drops from it what would
// begin another cell. A full-width sign counts: Chinese Excel reads it like the
// narrow one. (OWASP, CSV Injection.)
func Inert(s string) string {
	s = strings.NewReplacer("\t", " ", "\r", " ").Replace(s)
	if len(s) > 1 && strings.ContainsRune("=+-@＝＋－＠", []rune(strings.TrimLeft(s, " \n") + "x")[0]) {
		return "'" + s
	}
	return s
}
