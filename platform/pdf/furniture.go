package pdf

import (
	"fmt"
	"math"

	"mashang/platform/qr"
)

// defaultHint stands beside the paper code unless the Doc says otherwise.
const defaultHint = "扫码查验真伪"

// furniture is what every page carries besides its text.
type furniture struct {
	shaper *shaper
	code   *qr.Code
	beside []line // small print beside the code, without the page count
	void   line
	voidSt style
}

// newFurniture encodes the paper code once and shapes what does not change from
// page to page.
func (l *layout) newFurniture() (*furniture, error) {
	f := &furniture{shaper: l.shaper}
	if k := l.doc.Code; k != nil {
		code, err := qr.Encode(k.URL)
		if err != nil {
			return nil, fmt.Errorf("pdf: paper code: %w", err)
		}
		f.code = &code
		for _, s := range []string{orElse(k.Hint, defaultHint), grouped(k.Short)} {
			if s != "" {
				f.beside = append(f.beside, l.shaper.oneLine(tinyStyle, s))
			}
		}
	}
	if v := l.doc.Void; v != "" {
		// As large as three quarters of the diagonal allow, at most 66 pt.
		one := l.shaper.oneLine(style{Title, 1, 1, 1}, v).width
		size := min(66, 0.76*math.Hypot(pageWidth, pageHeight)/one)
		f.voidSt = style{Title, size, size, size}
		f.void = l.shaper.oneLine(f.voidSt, v)
	}
	return f, nil
}

// under draws what lies beneath the text: the void mark, and on top of it the
// code with its own white ground.
func (f *furniture) under(c *canvas, page, pages int) {
	if len(f.void.glyphs) > 0 {
		const turn = 52 * math.Pi / 180
		half, drop := f.void.width/2, 0.38*f.voidSt.size
		c.fillColor(pale)
		c.says(f.void.text(), func() { // else readers mix its letters into the lines it crosses
			c.run(f.void.glyphs, f.voidSt.size,
				pageWidth/2-half*math.Cos(turn)+drop*math.Sin(turn),
				pageHeight/2+half*math.Sin(turn)+drop*math.Cos(turn), turn)
		})
		c.fillColor(black)
	}
	right := blockRight
	if f.code != nil {
		c.code(*f.code, blockRight-codeSide, codeTop, codeSide, codeQuiet)
		right -= codeSide + codeQuiet
	}
	count := f.shaper.oneLine(tinyStyle, fmt.Sprintf("共 %d 页　第 %d 页", pages, page))
	lines := append(f.beside[:len(f.beside):len(f.beside)], count)
	y := codeTop + (codeSide-float64(len(lines))*tinyStyle.lead)/2
	c.fillColor(subtle)
	for _, ln := range lines {
		c.text(ln, tinyStyle, right-ln.width, y)
		y += tinyStyle.lead
	}
	c.fillColor(black)
}

// number draws — 1 — with the upper edge of its dashes 7 mm under the text
// block: odd pages at the right, even ones at the left, one character in.
func (f *furniture) number(c *canvas, page int) {
	ln := f.shaper.oneLine(pageNoStyle, fmt.Sprintf("— %d —", page))
	x := blockLeft + pageNoStyle.size
	if page%2 == 1 {
		x = blockRight - pageNoStyle.size - ln.width
	}
	middle := blockBottom + 7*mm
	c.run(ln.glyphs, pageNoStyle.size, x, middle+0.36*pageNoStyle.size, 0)
}
