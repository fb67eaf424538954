package statistics

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/caseno"
	"mashang/law/closing"
	"mashang/law/stats"
	"mashang/platform/db"
	"mashang/platform/pdf"
	"mashang/platform/sheet"
)

// fileName is what a report is saved as.
func (sh Sheet) fileName() string { return "统计报告-" + sh.Place.Name + "-" + sh.Period }

// void marks what a demonstration makes.
const void = "演示文书 无法律效力"

// paper is the report on paper: the figures with their fractions, the parts of
// the place, and how each figure is computed.
func (s *Service) paper(sh Sheet) ([]byte, error) {
	faces, err := s.faces()
	if err != nil {
		return nil, err
	}
	d := &pdf.Doc{Title: "审判运行统计报告", Court: sh.court}
	if s.k.Config.Demo {
		d.Void = void
	}
	figures := pdf.Grid{Head: sh.Head(), Widths: []float64{26, 16, 13, 13, 18, 18}}
	if sh.yearly() {
		figures.Widths = []float64{34, 20, 15, 15, 20}
	}
	about := sh.Place.Name + "，" + sh.span() + "。" + sh.running()
	all := !slices.ContainsFunc(sh.Figures, func(l Line) bool { return mark(l) == "" })
	if all { // said once, not in each line
		about += "这一期的数都是暂定的。"
	}
	for _, l := range sh.Figures {
		l.Provisional = l.Provisional && !all
		figures.Rows = append(figures.Rows, sh.Cells(l))
	}
	d.Blocks = []pdf.Block{
		pdf.CourtTitle{Form: true}, pdf.PaperTitle{Sub: sh.Title},
		pdf.Paragraph{Text: about},
		figures,
		pdf.Note{Text: "百分率的" + sh.comparisons() + "是百分点；件数、人数、条数的是增减的百分比。“没有数据”是分母为零，不是零。标“暂定”的，以后还会变。封存的案件计入总数。"},
	}
	if len(sh.Inside) > 0 {
		g := pdf.Grid{Head: []string{"名称"}, Widths: []float64{24}}
		for _, k := range compared {
			f, _ := stats.ByKey(k)
			width := 8.0
			if f.Unit == "%" { // 100.00% in one line
				width = 14
			}
			g.Head, g.Widths = append(g.Head, f.Name), append(g.Widths, width)
		}
		for _, r := range sh.Inside {
			cells := []string{r.Place.Name}
			for i, v := range r.Values {
				cells = append(cells, withUnit(compared[i], v))
			}
			g.Rows = append(g.Rows, cells)
		}
		d.Blocks = append(d.Blocks, pdf.Heading{Text: "分开看"}, g)
	}
	d.Blocks = append(d.Blocks, pdf.Heading{Text: "公式和口径"})
	for _, l := range sh.Figures {
		d.Blocks = append(d.Blocks, pdf.Paragraph{Text: l.Name + "（" + l.Version + "）：" + l.Definition + "。" + l.Variant + "。" + l.Note})
	}
	b, _, err := pdf.Render(faces, d)
	return b, err
}

// span says from which day to which.
func (sh Sheet) span() string { return sh.First.Chinese() + "到" + sh.Last.Chinese() }

// running says that a period is not over.
func (sh Sheet) running() string {
	if !sh.Running {
		return ""
	}
	return "这一期还没有完，数到" + sh.today.Chinese() + "为止；" + sh.comparisons() + "是和完整的一期比。"
}

// comparisons names what a figure is held against: of a year the period before
// is that of a year ago, one comparison and not two.
func (sh Sheet) comparisons() string {
	if sh.yearly() {
		return "同比"
	}
	return "环比、同比"
}

// Head is the head of a table of figures.
func (sh Sheet) Head() []string {
	return append([]string{"指标", "数值", "分子", "分母"}, strings.Split(sh.comparisons(), "、")...)
}

// Cells is a figure as a line of the table that [Sheet.Head] begins.
func (sh Sheet) Cells(l Line) []string {
	cells := []string{l.Name + mark(l), l.shown(), number(l.Numerator), number(l.Denominator)}
	if !sh.yearly() {
		cells = append(cells, l.change(l.Change))
	}
	return append(cells, l.change(l.YearChange))
}

// shown is a figure as it is read.
func (l Line) shown() string {
	switch {
	case l.Hidden:
		return "太少，不显示"
	case l.Value == nil:
		return "没有数据"
	case l.Unit == "%":
		return *l.Value + "%"
	}
	return grouped(*l.Value) + l.Unit
}

// change is a comparison as it is read: 升 2.70 个百分点.
func (l Line) change(c *string) string {
	if c == nil {
		return "—"
	}
	n, down := strings.CutPrefix(*c, "-")
	up, fall, unit := "增 ", "减 ", "%"
	if l.Unit == "%" {
		up, fall, unit = "升 ", "降 ", " 个百分点"
	}
	switch {
	case n == "0.00":
		return "持平"
	case down:
		return fall + n + unit
	}
	return up + n + unit
}

func mark(l Line) string {
	if l.Provisional && !l.Hidden {
		return "（暂定）"
	}
	return ""
}

func number(n *int64) string {
	if n == nil {
		return "—"
	}
	return grouped(strconv.FormatInt(*n, 10))
}

// withUnit is a value in a table of several figures.
func withUnit(key, v string) string {
	f, _ := stats.ByKey(key)
	switch {
	case v == "":
		return "—"
	case f.Unit == "%":
		return v + "%"
	}
	return grouped(v)
}

// grouped writes 17,191.
func grouped(s string) string {
	digits, neg := strings.CutPrefix(s, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if neg {
		return "-" + digits
	}
	return digits
}

// mostListed bounds the list of cases in a workbook.
const mostListed = 5000

// closed are the cases closed in the period that the reader may see, for the
// workbook, and how many more there are.
func (s *Service) closed(ctx context.Context, sh Sheet) (l listed, err error) {
	f, _ := stats.ByKey("closed")
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		pl, st, err := s.look(tx, sh.query)
		if err != nil {
			return err
		}
		sel, args := selection(f.Numerator, pl, sh.period)
		if l.total, err = db.One[int64](tx, `SELECT COUNT(*) FROM (`+sel+`) n`, args...); err != nil {
			return err
		}
		may, mine, err := access.Join(tx, st.actor, s.k.Now())
		if err != nil {
			return err
		}
		l.cases, err = db.List[docket.Case](tx, `SELECT `+docket.CaseCols+` FROM docket_case c WHERE c.id IN (`+sel+`) AND `+may+` ORDER BY c.closed_on, c.id LIMIT ?`, append(append(args, mine...), mostListed)...)
		return err
	})
	return l, err
}

// listed are cases by name, of so many.
type listed struct {
	cases []docket.Case
	total int64
}

// workbook is the report as a spreadsheet.
func workbook(sh Sheet, closed listed) ([]byte, error) {
	b := sheet.NewBook()
	b.Sheet("指标")
	b.Texts("法院", sh.court)
	b.Texts("范围", sh.Place.Name)
	b.Texts("时段", sh.Title+"，"+sh.span()+"。"+sh.running())
	head := []string{"指标", "数值", "单位", "分子", "分母"}
	if !sh.yearly() {
		head = append(head, "上一期", "环比")
	}
	b.Head(append(head, "去年同期", "同比", "暂定", "公式", "口径", "版本", "来源")...)
	for _, l := range sh.Figures {
		row := []any{l.Name, fixed(l.Value), l.Unit, whole(l.Numerator), whole(l.Denominator)}
		if l.Hidden {
			row[1] = l.shown()
		}
		if !sh.yearly() {
			row = append(row, fixed(l.Previous), fixed(l.Change))
		}
		b.Row(append(row, fixed(l.LastYear), fixed(l.YearChange), mark(l), l.Definition, l.Variant, l.Version, l.Source)...)
	}
	if len(sh.Inside) > 0 {
		b.Sheet("分开看")
		head = []string{"名称"}
		for _, k := range compared {
			x, _ := stats.ByKey(k)
			head = append(head, x.Name+"（"+x.Unit+"）")
		}
		b.Head(head...)
		for _, r := range sh.Inside {
			row := []any{r.Place.Name}
			for _, v := range r.Values {
				row = append(row, fixed(&v))
			}
			b.Row(row...)
		}
	}
	b.Sheet("结案的案件")
	b.Head("案号", "案件类型", "立案案由", "结案案由", "当事人", "立案日期", "结案日期", "结案方式")
	for _, c := range closed.cases {
		t, _ := caseno.TypeOf(c.Type)
		w, _ := closing.WayOf(c.ClosingWay)
		b.Texts(c.Number, t.Title, c.Cause, c.ClosingCause, c.Names, c.Filed.String(), c.ClosedOn.String(), w.Title)
	}
	if n := closed.total - int64(len(closed.cases)); n > 0 {
		b.Texts(fmt.Sprintf("另有 %d 件没有列出：您不能查看，或者超过了 %d 件。", n, mostListed))
	}
	return b.Bytes()
}

// fixed is a figure as a number with the decimals it is printed with.
func fixed(s *string) any {
	if s == nil || *s == "" {
		return ""
	}
	return sheet.Decimal(*s)
}

func whole(n *int64) any {
	if n == nil {
		return ""
	}
	return *n
}
