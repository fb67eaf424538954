package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// The types of a table, as a download names them.
const (
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	CSV  = "text/csv; charset=utf-8"
)

// Decimal is a number exactly as it is printed: "97.20".
type Decimal string

// Book is a workbook that is written sheet by sheet and row by row; the same
// rows make the same file. The first error ends it and comes out of [Book.Bytes].
type Book struct {
	f    *excelize.File
	name string // of the sheet that is being written
	text int    // the style of text: it stays so when somebody edits the cell
	head int    // the same, bold
	wrap int    // the same, in columns: what is too long goes on below
	unit int    // the style of a number
	rate int    // the same, with two decimals
	cols bool   // what is written stands in columns: below their names
	n    int
	fit  []float64 // the widths that the columns ask for, where none were given
	err  error
}

// widest is how wide a column becomes that is fitted to what stands in it.
const widest = 40

const lineHeight = 15 // points

// NewBook returns an empty workbook.
func NewBook() *Book {
	b := &Book{f: excelize.NewFile()}
	b.text, b.err = b.f.NewStyle(&excelize.Style{NumFmt: 49})
	style := func(s excelize.Style) (id int) {
		if b.err == nil {
			id, b.err = b.f.NewStyle(&s)
		}
		return id
	}
	b.head = style(excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	b.wrap = style(excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	b.unit = style(excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}})
	b.rate = style(excelize.Style{NumFmt: 2, Alignment: &excelize.Alignment{Vertical: "top"}})
	return b
}

// Sheet begins a sheet; widths are those of its columns, in characters. Without
// them the columns are fitted to what is written.
func (b *Book) Sheet(name string, widths ...float64) {
	b.fitted()
	switch {
	case b.err != nil:
		return
	case b.name == "":
		b.err = b.f.SetSheetName(b.f.GetSheetName(0), name)
	default:
		_, b.err = b.f.NewSheet(name)
	}
	b.name, b.n, b.cols = name, 0, false
	if b.err == nil { // printed as wide as a sheet of paper, however long
		yes, across, wide, long := true, "landscape", 1, 0
		b.err = errors.Join(b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}),
			b.f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &across, FitToWidth: &wide, FitToHeight: &long}))
	}
	if len(widths) == 0 {
		b.fit = []float64{}
	}
	for i, width := range widths {
		col, err := excelize.ColumnNumberToName(i + 1)
		b.err = errors.Join(b.err, err, b.f.SetColWidth(name, col, col, width), b.f.SetColStyle(name, col, b.text))
	}
}

// fitted gives the columns of a sheet that ends the widths they ask for.
func (b *Book) fitted() {
	for i, width := range b.fit {
		col, err := excelize.ColumnNumberToName(i + 1)
		b.err = errors.Join(b.err, err, b.f.SetColWidth(b.name, col, col, min(width+2, widest)))
	}
	b.fit = nil
}

// measure asks for the width of a row; a title alone in its row runs on. A row
// with more than a column holds is as high as its lines.
func (b *Book) measure(cells []any) {
	if b.fit == nil || len(cells) < 2 {
		return
	}
	lines := 1.0
	for i, c := range cells {
		width := 0.0
		for _, r := range fmt.Sprint(c) {
			width++
			if r > 0x2e80 { // drawn twice as wide
				width++
			}
		}
		for len(b.fit) <= i {
			b.fit = append(b.fit, 0)
		}
		b.fit[i] = max(b.fit[i], width)
		lines = max(lines, math.Ceil(width/(widest-2)))
	}
	if b.cols && lines > 1 && b.err == nil {
		b.err = b.f.SetRowHeight(b.name, b.n, lines*lineHeight)
	}
}

// Head writes the names of the columns, which stay in sight; what stands above
// them is not in columns.
func (b *Book) Head(cells ...string) {
	b.fit = b.fit[:0]
	b.Texts(cells...)
	if b.err != nil {
		return
	}
	first, _ := excelize.CoordinatesToCellName(1, b.n)
	last, _ := excelize.CoordinatesToCellName(len(cells), b.n)
	below, _ := excelize.CoordinatesToCellName(1, b.n+1)
	b.cols = true
	b.err = errors.Join(b.f.SetCellStyle(b.name, first, last, b.head),
		b.f.SetPanes(b.name, &excelize.Panes{Freeze: true, YSplit: b.n, TopLeftCell: below, ActivePane: "bottomLeft"}))
}

// Row writes a row: an int, an int64 or a [Decimal] as a number, a string as
// text that nothing takes for a formula.
func (b *Book) Row(cells ...any) {
	b.n++
	b.measure(cells)
	for i, c := range cells {
		if b.err != nil {
			return
		}
		at, err := excelize.CoordinatesToCellName(i+1, b.n)
		if err == nil {
			err = b.cell(at, c, b.cols && len(cells) > 1)
		}
		b.err = err
	}
}

func (b *Book) cell(at string, c any, column bool) error {
	switch v := c.(type) {
	case string:
		if v == "" {
			return nil
		}
		style := b.text
		if column {
			style = b.wrap
		}
		return errors.Join(b.f.SetCellStr(b.name, at, Inert(v)), b.f.SetCellStyle(b.name, at, at, style))
	case Decimal:
		n, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return err
		}
		style := b.unit
		if _, digits, _ := strings.Cut(string(v), "."); len(digits) == 2 {
			style = b.rate
		}
		return errors.Join(b.f.SetCellFloat(b.name, at, n, -1, 64), b.f.SetCellStyle(b.name, at, at, style))
	case int:
		return b.cell(at, int64(v), column)
	case int64:
		return errors.Join(b.f.SetCellInt(b.name, at, v), b.f.SetCellStyle(b.name, at, at, b.unit))
	}
	return fmt.Errorf("sheet: a cell cannot be %T", c)
}

// Texts writes a row of texts.
func (b *Book) Texts(cells ...string) {
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = c
	}
	b.Row(row...)
}

// Bytes returns the workbook and ends it.
func (b *Book) Bytes() ([]byte, error) {
	defer func() { _ = b.f.Close() }()
	b.fitted()
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
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \n"))
	if len(s) > 1 && strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}
