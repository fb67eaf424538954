package pdf

import (
	"strings"
	"unicode/utf8"
)

// paragraph adds broken lines as boxes; at least two lines stay together at
// the head and at the foot of a page. x gives the left edge of each line.
func (l *layout) paragraph(st style, lines []line, x func(i int, ln line) float64) {
	for i, ln := range lines {
		left := x(i, ln)
		l.add(box{
			height: st.lead,
			keep:   len(lines) > 1 && (i == 0 || i == len(lines)-2),
			draw:   func(c *canvas, y float64, _ edges) { c.text(ln, st, left, y) },
		})
	}
}

// centred adds one line in the middle of the text block.
func (l *layout) centred(st style, ln line, keep bool) {
	left := blockLeft + (blockWidth-ln.width)/2
	l.add(box{height: st.lead, keep: keep, draw: func(c *canvas, y float64, _ edges) {
		c.text(ln, st, left, y)
	}})
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func (b CourtTitle) lay(l *layout) error {
	if l.form = b.Form; !b.Form {
		// Part of the paper, not white: they must not vanish on page one.
		l.add(box{height: 2 * lead, keep: true})
	}
	name := orElse(b.Text, l.doc.Court)
	st := titleStyle
	for st.size = sizeTitle; st.size > sizeTitleMin; st.size -= 0.5 {
		st = st.sized(st.size, lead)
		if l.shaper.oneLine(st, name).width <= blockWidth {
			break
		}
	}
	st = st.sized(st.size, lead)
	parts := []string{name}
	if l.shaper.oneLine(st, name).width > blockWidth {
		parts = partCourt(name)
	}
	for _, p := range parts {
		l.centred(st, l.shaper.oneLine(st, p), true)
	}
	return nil
}

// partCourt divides a name too long even for 18 pt: behind the name of a
// region, as near the middle as can be, and never inside 人民法院.
func partCourt(name string) []string {
	rs := []rune(name)
	limit := len(rs)
	if i := strings.LastIndex(name, "人民法院"); i > 0 {
		limit = utf8.RuneCountInString(name[:i])
	}
	best, score := 0, 0
	for i := 1; i <= limit && i < len(rs); i++ {
		s := len(rs) - max(len(rs)-2*i, 2*i-len(rs)) // the nearer the middle, the higher
		if strings.ContainsRune("省市区县州旗盟院", rs[i-1]) {
			s += len(rs)
		}
		if s > score {
			best, score = i, s
		}
	}
	if best == 0 {
		return []string{name}
	}
	return []string{string(rs[:best]), string(rs[best:])}
}

// underCourt is the height of the paper name in lines.
const underCourt = 1.2

func (b PaperTitle) lay(l *layout) error {
	name := orElse(b.Text, l.doc.Title)
	gap := 0.0
	switch n := utf8.RuneCountInString(name); {
	case n <= 3:
		gap = 1
	case n <= 6:
		gap = 0.5
	case n <= 9:
		gap = 0.25
	}
	// A fifth of a line more, taken from the white below, parts it from the court.
	st := titleStyle.sized(sizeTitle, underCourt*lead)
	l.centred(st, l.shaper.letterSpaced(st, name, gap), true)
	if b.Sub != "" {
		sub := "（" + b.Sub + "）"
		l.centred(headingStyle, l.shaper.oneLine(headingStyle, sub), true)
	}
	return nil
}

func (b CaseNumber) lay(l *layout) error {
	ln := l.shaper.oneLine(bodyStyle, orElse(b.Text, l.doc.CaseNo))
	st := bodyStyle
	if l.form {
		st = bodyStyle.sized(sizeForm, 22)
		ln = l.shaper.oneLine(st, orElse(b.Text, l.doc.CaseNo))
	} else {
		l.gap(2-underCourt, 0)
	}
	l.tieBack()
	l.atRight(st, []line{ln}, true)
	return nil
}

// atRight adds lines whose right end leaves two characters free.
func (l *layout) atRight(st style, lines []line, keep bool) {
	l.paragraph(st, lines, func(_ int, ln line) float64 { return blockRight - 2*st.pitch - ln.width })
	if keep {
		l.tieBack()
	}
}

func (b Addressee) lay(l *layout) error {
	text := strings.TrimRight(b.Text, ":：") + "："
	lines := l.shaper.breakLines(bodyStyle, text, blockWidth, 0, true)
	l.paragraph(bodyStyle, lines, func(int, line) float64 { return blockLeft })
	l.tieBack()
	return nil
}

func (b Heading) lay(l *layout) error {
	st := headingStyle
	if b.Level > 1 {
		st = bodyStyle
	}
	l.indented(st, b.Text)
	l.tieBack()
	return nil
}

// indented adds running text with its first line indented by two characters.
func (l *layout) indented(st style, text string) {
	indent := 2 * st.pitch
	lines := l.shaper.breakLines(st, text, blockWidth, indent, true)
	l.paragraph(st, lines, func(i int, _ line) float64 {
		if i == 0 {
			return blockLeft + indent
		}
		return blockLeft
	})
}

func (b Paragraph) lay(l *layout) error {
	switch {
	case b.Right:
		measure := blockWidth - 2*bodyStyle.pitch
		l.atRight(bodyStyle, l.shaper.breakLines(bodyStyle, b.Text, measure, 0, false), false)
	case b.Flush:
		lines := l.shaper.breakLines(bodyStyle, b.Text, blockWidth, 0, true)
		l.paragraph(bodyStyle, lines, func(int, line) float64 { return blockLeft })
	default:
		l.indented(bodyStyle, b.Text)
	}
	return nil
}

func (b List) lay(l *layout) error {
	for i, item := range b.Items {
		l.indented(bodyStyle, b.Number.label(i+1)+item)
	}
	return nil
}

// label is the number of item n with its mark.
func (n Numbering) label(i int) string {
	switch n {
	case Chinese:
		return chineseNumber(i) + "、"
	case Bracket:
		return "（" + chineseNumber(i) + "）"
	}
	var b strings.Builder
	for _, d := range digits(i) {
		b.WriteByte(byte('0' + d))
	}
	return b.String() + "."
}

func (b Note) lay(l *layout) error {
	l.gap(0.3, 0.1)
	lines := l.shaper.breakLines(noteStyle, b.Text, blockWidth, 0, true)
	l.paragraph(noteStyle, lines, func(int, line) float64 { return blockLeft })
	return nil
}

func (b Window) lay(l *layout) error {
	const wide, high = 13 * sizeBody, 4 * lead
	st, lines := bodyStyle, []line(nil)
	for size := float64(sizeBody); size >= sizeTiny; size -= 0.5 {
		st = st.sized(size, 1.5*size)
		if lines = l.shaper.breakLines(st, b.Text, wide, 0, false); float64(len(lines))*st.lead <= high {
			break
		}
	}
	l.paragraph(st, lines, func(int, line) float64 { return blockLeft })
	l.gap((high-float64(len(lines))*st.lead)/lead, 0)
	return nil
}

func (PageBreak) lay(l *layout) error {
	l.add(box{blank: true, force: true})
	return nil
}

func (b Space) lay(l *layout) error {
	l.gap(b.Lines, b.Lines/2)
	return nil
}

func (b CutLine) lay(l *layout) error {
	ln := l.shaper.oneLine(noteStyle, b.Text)
	l.add(box{height: 1.5 * lead, draw: func(c *canvas, y float64, _ edges) {
		mid, room := y+0.75*lead, 0.0
		if ln.width > 0 {
			room = ln.width/2 + 8
		}
		centre := blockLeft + blockWidth/2
		c.dashes(blockLeft, centre-room, mid, 0.75)
		c.dashes(centre+room, blockRight, mid, 0.75)
		c.text(ln, noteStyle, centre-ln.width/2, mid-noteStyle.lead/2)
	}})
	return nil
}
