package pdf

import (
	"math"
	"slices"
	"strconv"

	"mashang/platform/qr"
)

// color is red, green and blue from 0 to 1.
type color [3]float64

var (
	black  = color{0, 0, 0}
	white  = color{1, 1, 1}
	red    = color{0.80, 0.05, 0.05} // the seal
	pale   = color{0.87, 0.86, 0.85} // the void mark: survives a photocopier, leaves text readable
	shade  = color{0.93, 0.93, 0.93} // merged section rows of forms
	subtle = color{0.25, 0.25, 0.25} // small print
)

// ink is what the pages of one document share: which glyphs of which face they
// use.
type ink struct {
	subsets []*subset
}

// font returns the resource number of a face and its subset.
func (k *ink) font(f *face) (int, *subset) {
	i := slices.IndexFunc(k.subsets, func(s *subset) bool { return s.face == f })
	if i < 0 {
		i = len(k.subsets)
		k.subsets = append(k.subsets, newSubset(f))
	}
	return i, k.subsets[i]
}

// canvas is the content stream of one page. All lengths are points; the origin
// is the top left corner of the page and y grows downwards, as a reader thinks;
// the canvas turns it round for PDF.
type canvas struct {
	ink *ink
	b   []byte
}

func (c *canvas) op(name string, nums ...float64) {
	for _, n := range nums {
		c.b = append(appendNum(c.b, n), ' ')
	}
	c.b = append(append(c.b, name...), '\n')
}

func (c *canvas) save()    { c.op("q") }
func (c *canvas) restore() { c.op("Q") }

func (c *canvas) fillColor(k color)   { c.op("rg", k[:]...) }
func (c *canvas) strokeColor(k color) { c.op("RG", k[:]...) }

// multiply lets what is drawn next darken what lies beneath instead of hiding
// it, until restore.
func (c *canvas) multiply() { c.b = append(c.b, "/Mul gs\n"...) }

// line strokes a straight line, width in points.
func (c *canvas) line(x1, y1, x2, y2, width float64) {
	c.op("w", width)
	c.op("m", x1, pageHeight-y1)
	c.op("l", x2, pageHeight-y2)
	c.op("S")
}

// dashes strokes a horizontal broken line.
func (c *canvas) dashes(x1, x2, y, width float64) {
	c.save()
	c.b = append(c.b, "[4 3] 0 d\n"...)
	c.line(x1, y, x2, y, width)
	c.restore()
}

// rect fills a rectangle.
func (c *canvas) rect(x, y, w, h float64, k color) {
	c.fillColor(k)
	c.op("re", x, pageHeight-y-h, w, h)
	c.op("f")
	c.fillColor(black)
}

// circle strokes a circle as four Bézier arcs (error below 0.03 % of r).
func (c *canvas) circle(cx, cy, r, width float64) {
	const kappa = 0.5522847498
	k, y := kappa*r, pageHeight-cy
	c.op("w", width)
	c.op("m", cx+r, y)
	c.op("c", cx+r, y+k, cx+k, y+r, cx, y+r)
	c.op("c", cx-k, y+r, cx-r, y+k, cx-r, y)
	c.op("c", cx-r, y-k, cx-k, y-r, cx, y-r)
	c.op("c", cx+k, y-r, cx+r, y-k, cx+r, y)
	c.op("s")
}

// star fills a five-pointed star, one point up, r from centre to points.
func (c *canvas) star(cx, cy, r float64) {
	const inner = 0.381966 // where the straight edges of a pentagram cross
	for i := range 10 {
		radius := r
		if i%2 == 1 {
			radius *= inner
		}
		a := math.Pi/2 + float64(i)*math.Pi/5
		op := "l"
		if i == 0 {
			op = "m"
		}
		c.op(op, cx+radius*math.Cos(a), pageHeight-cy+radius*math.Sin(a))
	}
	c.op("f")
}

// code draws a QR code of side points on a white ground that reaches quiet
// points further on every side, so that nothing printed beneath disturbs it.
func (c *canvas) code(q qr.Code, x, y, side, quiet float64) {
	c.rect(x-quiet, y-quiet, side+2*quiet, side+2*quiet, white)
	m := side / float64(q.Size())
	q.Runs(func(col, row, n int) {
		c.op("re", x+float64(col)*m, pageHeight-y-float64(row+1)*m, float64(n)*m, m)
	})
	c.op("f")
}

// placed is one glyph with its place: x from the start of the run in points.
type placed struct {
	face *face
	gid  uint16
	r    rune
	x    float64
}

// run shows glyphs along a baseline that starts at (x, y) and is turned by
// angle radians anticlockwise. Neighbours of one face become one operator,
// which is what makes text selectable as text.
func (c *canvas) run(gs []placed, size, x, y, angle float64) {
	cos, sin := math.Cos(angle), math.Sin(angle)
	for len(gs) > 0 {
		n := 1
		for n < len(gs) && gs[n].face == gs[0].face {
			n++
		}
		res, sub := c.ink.font(gs[0].face)
		c.b = append(c.b, "BT /F"...)
		c.b = append(strconv.AppendInt(c.b, int64(res), 10), ' ')
		c.op("Tf", size)
		ox, oy := x+gs[0].x*cos, pageHeight-y+gs[0].x*sin
		if angle == 0 {
			c.op("Td", ox, oy)
		} else {
			// Six decimals: at three, a long diagonal would be off by a point.
			for _, v := range []float64{cos, sin, -sin, cos} {
				c.b = append(strconv.AppendFloat(c.b, v, 'f', 6, 64), ' ')
			}
			c.op("Tm", ox, oy)
		}
		c.showGlyphs(gs[:n], sub, size)
		gs = gs[n:]
	}
}

// showGlyphs writes one TJ array. The pen is followed in whole thousandths of
// an em, exactly as a reader computes it, so rounding never adds up.
func (c *canvas) showGlyphs(gs []placed, sub *subset, size float64) {
	c.b = append(c.b, "[<"...)
	pen := 0
	for i, g := range gs {
		want := int(math.Round((g.x - gs[0].x) * 1000 / size))
		if d := pen - want; i > 0 && d != 0 {
			c.b = append(c.b, '>')
			c.b = append(strconv.AppendInt(c.b, int64(d), 10), '<')
			pen = want
		}
		c.b = appendHex(c.b, sub.use(g.r, g.gid))
		pen += g.face.width(g.gid)
	}
	c.b = append(c.b, ">]TJ ET\n"...)
}

// says wraps what draw shows so that readers extract it as text: letters on an
// arc would otherwise come out one by one, in no order.
func (c *canvas) says(text string, draw func()) {
	c.b = append(c.b, "/Span<</ActualText"...)
	c.b = append(c.b, textString(text)...)
	c.b = append(c.b, ">>BDC\n"...)
	draw()
	c.b = append(c.b, "EMC\n"...)
}
