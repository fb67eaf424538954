package pdf

import (
	"fmt"
	"strings"

	"mashang/platform/qr"
)

// Measures of the case panel.
const (
	panelCode = 42 * mm
	panelPad  = 6 * mm
)

func (b CasePanel) lay(l *layout) error {
	code, err := qr.Encode(b.URL)
	if err != nil {
		return fmt.Errorf("pdf: case panel: %w", err)
	}
	caption := style{Sans, sizeBody, sizeBody, 24}
	short := style{Sans, 20, 20, 34}
	text := style{Body, sizeForm, sizeForm, 21}
	left := blockLeft + panelPad + panelCode + panelPad
	measure := blockRight - panelPad - left

	type piece struct {
		st style
		ln line
	}
	var pieces []piece
	put := func(st style, s string) {
		if s != "" {
			for _, ln := range l.shaper.breakLines(st, s, measure, 0, false) {
				pieces = append(pieces, piece{st, ln})
			}
		}
	}
	put(caption, b.Caption)
	put(short, grouped(b.Short))
	for _, s := range b.Lines {
		put(text, s)
	}
	inner := 0.0
	for _, p := range pieces {
		inner += p.st.lead
	}
	h := max(inner, panelCode) + 2*panelPad
	l.gap(0.5, 0.25)
	l.add(box{height: h, draw: func(c *canvas, y float64, _ edges) {
		c.code(code, blockLeft+panelPad, y+(h-panelCode)/2, panelCode, panelPad-thick)
		for i, x := range []float64{blockLeft, blockRight} {
			c.line(x, y, x, y+h, thin)
			edge := y + float64(i)*h
			c.line(blockLeft-thin/2, edge, blockRight+thin/2, edge, thin)
		}
		at := y + (h-inner)/2
		for _, p := range pieces {
			c.text(p.ln, p.st, left, at)
			at += p.st.lead
		}
	}})
	l.gap(0.5, 0.25)
	return nil
}

// grouped shows a short code in groups of four, as it is read out on the
// telephone. A code that already has blanks is left alone.
func grouped(s string) string {
	rs := []rune(s)
	if strings.ContainsAny(s, " 　-") || len(rs) <= 4 {
		return s
	}
	var b strings.Builder
	for i, r := range rs {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
