package pdf

import (
	"fmt"
	"slices"
	"strings"
)

// Measures of ruled tables.
const (
	thin       = 0.75
	thick      = 1.5
	cellPad    = 6.0
	labelWidth = 0.25 * blockWidth // first label column
	labelNext  = 0.17 * blockWidth // labels further right in the same row
	signHeight = 18 * mm
	tallRow    = blockHeight / 2 // a row higher than this is divided
	labelChars = 5               // short labels are spread to the width of so many characters
)

// cell is one rectangle of a table row.
type cell struct {
	x, w   float64
	st     style
	lines  []line
	label  bool // centred and spread
	top    bool // text at the top, not in the middle (cells to sign in)
	foot   line // date line at the lower right
	least  float64
	shaded bool
}

// height is what the cell needs.
func (k *cell) height() float64 {
	h := float64(len(k.lines))*k.st.lead + 2*cellPad
	if k.foot.width > 0 {
		h += k.st.lead
	}
	return max(h, k.least)
}

// draw sets the text of the cell into the rectangle from y downwards.
func (k *cell) draw(c *canvas, y, h float64) {
	top := y + (h-float64(len(k.lines))*k.st.lead)/2
	if k.top {
		top = y + cellPad
	}
	for i, ln := range k.lines {
		x := k.x + cellPad
		if k.label {
			x = k.x + (k.w-ln.width)/2
		}
		c.text(ln, k.st, x, top+float64(i)*k.st.lead)
	}
	if k.foot.width > 0 {
		c.text(k.foot, k.st, k.x+k.w-cellPad-k.foot.width, y+h-cellPad/2-k.st.lead)
	}
}

// ruled adds one table row; lastRow closes the frame, joined leaves out the
// line above it because it continues a divided row.
func (l *layout) ruled(cells []cell, firstRow, lastRow, joined bool) *box {
	h := 0.0
	for i := range cells {
		h = max(h, cells[i].height())
	}
	b := box{height: h, draw: func(c *canvas, y float64, at edges) {
		for i := range cells {
			if cells[i].shaded {
				c.save()
				c.multiply() // a void mark beneath stays visible
				c.rect(cells[i].x, y, cells[i].w, h, shade)
				c.restore()
			}
		}
		c.frame(cells, y, h, firstRow || at.first, lastRow || at.last, joined && !at.first)
		for i := range cells {
			cells[i].draw(c, y, h)
		}
	}}
	l.add(b)
	return &l.boxes[len(l.boxes)-1]
}

// frame draws the lines of a row: thick where the table or the page ends.
func (c *canvas) frame(cells []cell, y, h float64, top, bottom, open bool) {
	for i := 1; i < len(cells); i++ {
		c.line(cells[i].x, y, cells[i].x, y+h, thin)
	}
	// The thick lines reach over the corners by half their width.
	c.line(blockLeft, y-thick/2, blockLeft, y+h+thick/2, thick)
	c.line(blockRight, y-thick/2, blockRight, y+h+thick/2, thick)
	switch {
	case top:
		c.line(blockLeft, y, blockRight, y, thick)
	case !open:
		c.line(blockLeft, y, blockRight, y, thin)
	}
	if bottom {
		c.line(blockLeft, y+h, blockRight, y+h, thick)
	}
}

// lay sets the form in 14 pt; one that then runs over its page by so little that
// 12 pt keeps it on one sheet is set in 12 pt, because people sign one sheet.
func (b Form) lay(l *layout) error {
	start := len(l.boxes)
	if err := b.layRows(l); err != nil {
		return err
	}
	if b.Dense || height(l.boxes) <= blockHeight {
		return nil
	}
	roomy := l.boxes
	l.boxes = slices.Clone(roomy[:start])
	b.Dense = true
	if err := b.layRows(l); err != nil {
		return err
	}
	if height(l.boxes) > blockHeight {
		l.boxes = roomy
	}
	return nil
}

// height is the natural height of boxes.
func height(bs []box) float64 {
	h := 0.0
	for i := range bs {
		h += bs[i].height
	}
	return h
}

func (b Form) layRows(l *layout) error {
	st := style{Body, sizeForm, sizeForm, 21}
	if b.Dense {
		st = st.sized(sizeDense, 18)
	}
	l.gap(0.25, 0)
	l.tieBack()
	for i, r := range b.Rows {
		if r.Section == "" && len(r.Fields) == 0 {
			return fmt.Errorf("pdf: row %d of a form has neither section nor field", i+1)
		}
		first, last := i == 0, i == len(b.Rows)-1
		if r.Section != "" {
			sec := st.as(Sans)
			l.ruled([]cell{{
				x: blockLeft, w: blockWidth, st: sec, label: true, shaded: true,
				lines: l.shaper.breakLines(sec, r.Section, blockWidth-2*cellPad, 0, false),
			}}, first, last, false).keep = true
			continue
		}
		l.formRow(st, l.fields(st, r.Fields), first, last)
	}
	return nil
}

// fields turns the fields of a row into cells: label, value, label, value …
func (l *layout) fields(st style, fs []Field) []cell {
	n := float64(len(fs))
	value := (blockWidth - labelWidth - (n-1)*labelNext) / n
	x := blockLeft
	var out []cell
	for i, f := range fs {
		w := labelNext
		if i == 0 {
			w = labelWidth
		}
		out = append(out, l.labelCell(st, f.Label, x, w))
		x += w
		out = append(out, l.valueCell(st, f, x, value))
		x += value
	}
	return out
}

// labelCell spreads a short label over its cell and breaks a long one.
func (l *layout) labelCell(st style, text string, x, w float64) cell {
	st = st.as(Plain)
	k := cell{x: x, w: w, st: st, label: true}
	inner := w - 2*cellPad
	if !strings.Contains(text, "\n") && l.shaper.oneLine(st, text).width <= inner {
		k.lines = []line{l.shaper.spread(st, text, min(inner, labelChars*st.size))}
		return k
	}
	k.lines = l.shaper.breakLines(st, text, inner, 0, false)
	return k
}

func (l *layout) valueCell(st style, f Field, x, w float64) cell {
	k := cell{x: x, w: w, st: st, least: float64(max(f.Lines, 1))*st.lead + 2*cellPad}
	inner := w - 2*cellPad
	if len(f.Choices) > 0 {
		k.lines = breakTokens(st, l.choices(st, f.Choices, inner), inner, 0, false)
	}
	if f.Text != "" {
		wide := inner > blockWidth/2 // in a narrow cell justified lines tear a case number apart
		k.lines = append(k.lines, l.shaper.breakLines(st, f.Text, inner, 0, wide)...)
	}
	if f.Sign {
		k.least, k.top = max(k.least, signHeight), true
		k.foot = l.shaper.oneLine(st, f.Date.blanks())
	}
	return k
}

// blanks is the line to fill in; ideographic spaces leave room for figures.
func (d When) blanks() string {
	switch d {
	case Day:
		return "年　　月　　日"
	case Minute:
		return "年　　月　　日　　时　　分"
	}
	return ""
}

// choices shapes tick boxes, each one token with its word as long as that fits
// a line, so that a box never loses its word.
func (l *layout) choices(st style, cs []Choice, inner float64) []token {
	var out []token
	for i, c := range cs {
		ts := l.shaper.tokens(st, c.text())
		if one := joined(ts); one.w <= inner {
			ts = []token{one}
		}
		if i > 0 {
			sep := l.shaper.word(st, []rune{'　'})
			sep.space = true
			out = append(out, sep)
		}
		out = append(out, ts...)
	}
	return out
}

// text is the box and its word.
func (c Choice) text() string {
	if c.On {
		return "☑" + c.Text
	}
	return "☐" + c.Text
}

// joined makes one token of several.
func joined(ts []token) token {
	var t token
	for _, p := range ts {
		for _, g := range p.glyphs {
			g.x += t.w
			t.glyphs = append(t.glyphs, g)
		}
		t.text = append(t.text, p.text...)
		t.w += p.w
	}
	return t
}

// formRow adds a row, divided if it is very tall. A cell to sign in is not
// divided while it fits a page.
func (l *layout) formRow(st style, cells []cell, first, last bool) {
	tallest, sign := 0, false
	for i := range cells {
		if len(cells[i].lines) > len(cells[tallest].lines) {
			tallest = i
		}
		sign = sign || cells[i].top
	}
	if cells[tallest].height() <= tallRow || sign && cells[tallest].height() <= blockHeight {
		l.ruled(cells, first, last, false)
		return
	}
	l.divided(cells, tallest, first, last)
}

// divided adds a row as one box per line of its tallest cell. The label is
// repeated with 续 wherever the row goes on at the head of a page.
func (l *layout) divided(cells []cell, tallest int, first, last bool) {
	n, st := len(cells[tallest].lines), cells[tallest].st
	more := l.shaper.oneLine(st.as(Plain), "（续）")
	for i := range n {
		h, pad := st.lead, 0.0
		if i == 0 {
			h, pad = h+cellPad, cellPad
		}
		if i == n-1 {
			h += cellPad
			for _, k := range cells {
				if k.foot.width > 0 {
					h += st.lead
					break
				}
			}
		}
		l.add(box{height: h, keep: i == 0 || i < n-1 && i >= n-3, draw: func(c *canvas, y float64, at edges) {
			c.frame(cells, y, h, first && i == 0 || at.first, last && i == n-1 || at.last, i > 0 && !at.first)
			for _, k := range cells {
				switch {
				case k.label && (i == 0 || at.first):
					if i > 0 {
						k.lines = append(k.lines[:len(k.lines):len(k.lines)], more)
					}
					k.top = true
				case !k.label && i < len(k.lines):
					c.text(k.lines[i], k.st, k.x+cellPad, y+pad)
					k.lines = nil
				default:
					k.lines = nil
				}
				if i < n-1 {
					k.foot = line{}
				}
				k.draw(c, y, h)
			}
		}})
	}
}

func (b Grid) lay(l *layout) error {
	n := len(b.Head)
	if n == 0 || b.Widths != nil && len(b.Widths) != n {
		return fmt.Errorf("pdf: grid with %d heads and %d widths", n, len(b.Widths))
	}
	st := style{Body, sizeDense, sizeDense, 18}
	l.gap(0.25, 0)
	l.tieBack()
	head := l.ruled(l.gridRow(st.as(Sans), b, b.Head, true), true, len(b.Rows) == 0, false)
	head.keep = true
	repeat := *head
	for i, r := range b.Rows {
		if len(r) > n {
			return fmt.Errorf("pdf: grid row %d has %d cells under %d heads", i+1, len(r), n)
		}
		at := len(l.boxes)
		l.formRow(st, l.gridRow(st, b, r, false), false, i == len(b.Rows)-1)
		for ; at < len(l.boxes); at++ {
			l.boxes[at].repeat = &repeat
		}
	}
	return nil
}

// gridRow makes the cells of one row; missing ones are empty.
func (l *layout) gridRow(st style, b Grid, texts []string, head bool) []cell {
	total := 0.0
	for i := range b.Head {
		total += b.part(i)
	}
	x := blockLeft
	out := make([]cell, len(b.Head))
	for i := range out {
		w := blockWidth * b.part(i) / total
		out[i] = cell{x: x, w: w, st: st, label: head, shaded: head, least: st.lead + 2*cellPad}
		if i < len(texts) && texts[i] != "" {
			out[i].lines = l.shaper.breakLines(st, texts[i], w-2*cellPad, 0, false)
		}
		x += w
	}
	return out
}

// part is the share of column i; a share that is not positive counts as one.
func (b Grid) part(i int) float64 {
	if i < len(b.Widths) && b.Widths[i] > 0 {
		return b.Widths[i]
	}
	return 1
}
