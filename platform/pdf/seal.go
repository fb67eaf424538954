package pdf

import "math"

// Measures of the seal as parts of its radius.
const (
	sealRing  = 0.055 // width of the ring
	sealStar  = 0.32  // centre to points
	sealName  = 0.29  // largest height of a letter of the name
	sealVoid  = 0.155 // largest height of a letter on the lower arc
	sealLower = 0.20  // height of the word below the star
	upperArc  = 250 * math.Pi / 180
	upperMark = 232 * math.Pi / 180 // upper arc when the lower one is used
	lowerArc  = 112 * math.Pi / 180
)

// seal prepares the seal with its centre at x on the page and dy below the top
// of the block it belongs to. It is shaped at once, so that a missing character
// is found before anything is drawn.
func (l *layout) seal(s Seal, x, dy float64) func(c *canvas, top float64) {
	court, void := orElse(s.Court, l.doc.Court), l.doc.Void
	span := upperArc
	if void != "" {
		span = upperMark
	}
	upper := l.shaper.arc(court, sealName*sealRadius, 0.91*sealRadius, span, false)
	lower := l.shaper.arc(void, sealVoid*sealRadius, 0.91*sealRadius, lowerArc, true)
	wordStyle := titleStyle.sized(sealLower*sealRadius, sealLower*sealRadius)
	word := l.shaper.oneLine(wordStyle, s.Lower)
	return func(c *canvas, top float64) {
		y := top + dy
		c.save()
		c.multiply() // text beneath stays readable
		c.fillColor(red)
		c.strokeColor(red)
		c.circle(x, y, sealRadius*(1-sealRing/2), sealRing*sealRadius)
		c.star(x, y, sealStar*sealRadius)
		if len(word.glyphs) > 0 {
			c.run(word.glyphs, wordStyle.size, x-word.width/2, y+0.55*sealRadius+wordStyle.size/2, 0)
		}
		upper.draw(c, x, y)
		lower.draw(c, x, y)
		c.restore()
	}
}

// arcText is text along the inside of a circle.
type arcText struct {
	text   string
	glyphs []placed  // one per letter, x ignored
	angles []float64 // where each stands, anticlockwise from the right
	size   float64
	outer  float64 // radius of the letters' outer edge
	below  bool    // letters stand on the arc (lower half) instead of hanging from it
}

// arc spreads text over at most span of a circle whose letters touch radius
// outer, letters no higher than size; more letters make them smaller.
func (s *shaper) arc(text string, size, outer, span float64, below bool) arcText {
	a := arcText{text: text, outer: outer, below: below}
	st := titleStyle.sized(size, size)
	for _, t := range s.tokens(st, text) {
		for _, g := range t.glyphs {
			a.glyphs = append(a.glyphs, g)
		}
	}
	n := float64(len(a.glyphs))
	if n == 0 {
		return a
	}
	// Letters sit side by side at their inner edge, where the circle is shorter.
	step := span / n
	a.size = size
	for a.size > 2 && step*(outer-a.size) < 1.04*a.size {
		a.size -= 0.1
	}
	step = min(step, 1.5*a.size/(outer-a.size))
	for i := range a.glyphs {
		off := (float64(i) - (n-1)/2) * step
		if below {
			a.angles = append(a.angles, -math.Pi/2+off)
		} else {
			a.angles = append(a.angles, math.Pi/2-off)
		}
	}
	return a
}

// draw shows the letters around (cx, cy). Extraction yields the whole text at
// once.
func (a arcText) draw(c *canvas, cx, cy float64) {
	if len(a.glyphs) == 0 {
		return
	}
	c.says(a.text, func() {
		for i, g := range a.glyphs {
			turn, base := a.angles[i]-math.Pi/2, a.outer-0.88*a.size
			if a.below {
				turn, base = a.angles[i]+math.Pi/2, a.outer-0.12*a.size
			}
			half := float64(g.face.width(g.gid)) / 2000 * a.size
			x := cx + base*math.Cos(a.angles[i]) - half*math.Cos(turn)
			y := cy - base*math.Sin(a.angles[i]) + half*math.Sin(turn)
			g.x = 0
			c.run([]placed{g}, a.size, x, y, turn)
		}
	})
}
