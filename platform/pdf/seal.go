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

// sealSide is the side of the square that a seal stands in, with a little white
// so that no reader cuts the edge of the ring.
const sealSide = 2*sealRadius + 2

// SealPicture draws a seal as operators of a page, in a square whose left lower
// corner is at 0 0, of the size that [Areas] has: lines and shapes only, no text
// and no font, so that it can stand as the picture of a signature. void is the
// mark on its lower arc, see [Doc].
func SealPicture(faces *Faces, s Seal, void string) ([]byte, error) {
	sh := &shaper{faces: faces}
	b, err := sh.seal(s, void)
	if missing := sh.err(); missing != nil {
		return nil, missing
	}
	return b, err
}

// seal is SealPicture; missing characters are noted as those of any text.
func (s *shaper) seal(seal Seal, void string) ([]byte, error) {
	span := upperArc
	if void != "" {
		span = upperMark
	}
	const x, y = sealSide / 2, pageHeight - sealSide/2
	wordStyle := titleStyle.sized(sealLower*sealRadius, sealLower*sealRadius)
	word := s.oneLine(wordStyle, seal.Lower)
	c := &canvas{}
	c.save()
	c.fillColor(red)
	c.strokeColor(red)
	c.circle(x, y, sealRadius*(1-sealRing/2), sealRing*sealRadius)
	c.star(x, y, sealStar*sealRadius)
	err := c.outline(word.glyphs, wordStyle.size, x-word.width/2, y+0.55*sealRadius+wordStyle.size/2, 0)
	for _, a := range []arcText{
		s.arc(seal.Court, sealName*sealRadius, 0.91*sealRadius, span, false),
		s.arc(void, sealVoid*sealRadius, 0.91*sealRadius, lowerArc, true),
	} {
		if err == nil {
			err = a.draw(c, x, y)
		}
	}
	c.restore()
	return c.b, err
}

// stamp puts the picture of a seal onto the page, its centre at (x, y). Text
// beneath stays readable.
func (c *canvas) stamp(picture []byte, x, y float64) {
	c.save()
	c.multiply()
	c.op("cm", 1, 0, 0, 1, x-sealSide/2, pageHeight-y-sealSide/2)
	c.b = append(c.b, picture...)
	c.restore()
}

// arcText is text along the inside of a circle.
type arcText struct {
	glyphs []placed  // one per letter, x ignored
	angles []float64 // where each stands, anticlockwise from the right
	size   float64
	outer  float64 // radius of the letters' outer edge
	below  bool    // letters stand on the arc (lower half) instead of hanging from it
}

// arc spreads text over at most span of a circle whose letters touch radius
// outer, letters no higher than size; more letters make them smaller.
func (s *shaper) arc(text string, size, outer, span float64, below bool) arcText {
	a := arcText{outer: outer, below: below}
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

// draw shows the letters around (cx, cy).
func (a arcText) draw(c *canvas, cx, cy float64) error {
	for i, g := range a.glyphs {
		turn, base := a.angles[i]-math.Pi/2, a.outer-0.88*a.size
		if a.below {
			turn, base = a.angles[i]+math.Pi/2, a.outer-0.12*a.size
		}
		half := float64(g.face.width(g.gid)) / 2000 * a.size
		x := cx + base*math.Cos(a.angles[i]) - half*math.Cos(turn)
		y := cy - base*math.Sin(a.angles[i]) + half*math.Sin(turn)
		g.x = 0
		if err := c.outline([]placed{g}, a.size, x, y, turn); err != nil {
			return err
		}
	}
	return nil
}
