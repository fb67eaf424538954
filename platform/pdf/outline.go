package pdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// vertex is a point of a contour in font units; those off the curve bend it.
type vertex struct {
	x, y float64
	on   bool
}

// outline fills glyphs as shapes along a baseline that starts at (x, y) and is
// turned by angle, as run shows them as text: where no font may stand. A letter
// is scaled from font units, so that its points are whole numbers.
func (c *canvas) outline(gs []placed, size, x, y, angle float64) error {
	cos, sin := math.Cos(angle), math.Sin(angle)
	for _, g := range gs {
		contours, err := g.face.contours(g.gid, 0)
		if err != nil {
			return err
		}
		s := size / float64(g.face.upem)
		c.save()
		for _, v := range []float64{s * cos, s * sin, -s * sin, s * cos} {
			c.b = append(strconv.AppendFloat(c.b, v, 'f', 6, 64), ' ')
		}
		c.op("cm", x+g.x*cos, pageHeight-y+g.x*sin)
		for _, p := range contours {
			c.contour(p)
		}
		c.op("f")
		c.restore()
	}
	return nil
}

// contour draws one closed contour. Between two points off the curve there is
// one on it, half-way; each bend of second degree is written as one of third.
func (c *canvas) contour(p []vertex) {
	if len(p) < 2 {
		return
	}
	middle := func(a, b vertex) vertex { return vertex{(a.x + b.x) / 2, (a.y + b.y) / 2, true} }
	from := p[0]
	if !from.on {
		if from = p[len(p)-1]; !from.on {
			from = middle(from, p[0])
		}
	}
	whole := func(op string, at ...float64) {
		for i := range at {
			at[i] = math.Round(at[i])
		}
		c.op(op, at...)
	}
	whole("m", from.x, from.y)
	at := from
	bend := func(q, to vertex) {
		whole("c", at.x+(q.x-at.x)*2/3, at.y+(q.y-at.y)*2/3, to.x+(q.x-to.x)*2/3, to.y+(q.y-to.y)*2/3, to.x, to.y)
		at = to
	}
	var pull *vertex
	for i := range p {
		v := &p[i]
		switch {
		case !v.on && pull != nil:
			bend(*pull, middle(*pull, *v))
			pull = v
		case !v.on:
			pull = v
		case pull != nil:
			bend(*pull, *v)
			pull = nil
		case v.x != at.x || v.y != at.y:
			whole("l", v.x, v.y)
			at = *v
		}
	}
	if pull != nil {
		bend(*pull, from)
	}
	c.op("h")
}

// contours reads the outline of a glyph, with the parts of one that is put
// together from others.
func (f *face) contours(g uint16, depth int) ([][]vertex, error) {
	r := &outlineReader{b: f.outline(g)}
	if len(r.b) == 0 {
		return nil, nil
	}
	n := int(int16(r.word()))
	r.take(8) // its bounds
	if n < 0 && depth < 8 {
		return f.assembled(r, g, depth)
	}
	points := 0
	ends := make([]int, max(n, 0))
	for i := range ends {
		ends[i] = r.word() + 1
		r.bad = r.bad || ends[i] < points
		points = ends[i]
	}
	r.take(r.word()) // instructions
	var flags []byte
	for len(flags) < points && !r.bad {
		flag, times := r.byte(), 1
		if flag&8 != 0 {
			times += int(r.byte())
		}
		flags = append(flags, bytes.Repeat([]byte{flag}, times)...)
	}
	r.bad = r.bad || n < 0 || len(flags) != points
	xs, ys := r.steps(flags, 0x02, 0x10), r.steps(flags, 0x04, 0x20)
	if r.bad {
		return nil, f.damaged(g)
	}
	var out [][]vertex
	from := 0
	for _, end := range ends {
		var c []vertex
		for i := from; i < end; i++ {
			c = append(c, vertex{xs[i], ys[i], flags[i]&1 != 0})
		}
		out, from = append(out, c), end
	}
	return out, nil
}

// assembled are the outlines of the parts of a composite glyph, each moved and
// scaled to its place.
func (f *face) assembled(r *outlineReader, g uint16, depth int) (out [][]vertex, err error) {
	for more := true; more && !r.bad; {
		flags, part := uint16(r.word()), uint16(r.word())
		more = flags&moreParts != 0
		var dx, dy float64
		if flags&argsAreWords != 0 {
			dx, dy = float64(int16(r.word())), float64(int16(r.word()))
		} else {
			dx, dy = float64(int8(r.byte())), float64(int8(r.byte()))
		}
		fraction := func() float64 { return float64(int16(r.word())) / (1 << 14) }
		xx, xy, yx, yy := 1.0, 0.0, 0.0, 1.0
		switch {
		case flags&haveScale != 0:
			xx = fraction()
			yy = xx
		case flags&haveXYScale != 0:
			xx, yy = fraction(), fraction()
		case flags&haveTwoByTwo != 0:
			xx, xy, yx, yy = fraction(), fraction(), fraction(), fraction()
		}
		cs, err := f.contours(part, depth+1)
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			for i, v := range c {
				c[i].x, c[i].y = xx*v.x+yx*v.y+dx, xy*v.x+yy*v.y+dy
			}
		}
		out = append(out, cs...)
	}
	if r.bad {
		return nil, f.damaged(g)
	}
	return out, nil
}

func (f *face) damaged(g uint16) error {
	return fmt.Errorf("pdf: font %s: the outline of glyph %d is damaged", f.name, g)
}

// outlineReader reads big-endian numbers; past the end it is bad.
type outlineReader struct {
	b   []byte
	bad bool
}

func (r *outlineReader) take(n int) []byte {
	if r.bad = r.bad || n > len(r.b); r.bad {
		return make([]byte, min(n, 8))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *outlineReader) byte() byte { return r.take(1)[0] }
func (r *outlineReader) word() int  { return int(binary.BigEndian.Uint16(r.take(2))) }

// steps reads one coordinate of all points: each says how far it is from the
// one before, in a byte where its flag has short, otherwise in a word, or not
// at all where it has same (of a byte that bit is the sign).
func (r *outlineReader) steps(flags []byte, short, same byte) []float64 {
	out, at := make([]float64, len(flags)), 0
	for i, f := range flags {
		switch {
		case f&short != 0 && f&same != 0:
			at += int(r.byte())
		case f&short != 0:
			at -= int(r.byte())
		case f&same == 0:
			at += int(int16(r.word()))
		}
		out[i] = float64(at)
	}
	return out
}
