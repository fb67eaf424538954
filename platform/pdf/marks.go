package pdf

import "encoding/binary"

// No Chinese font has the ballot boxes ☐ ☑ ☒, and every court form needs them.
// boxFace draws them as a font of its own, so that they are vectors on paper
// and still characters for search, copying and reading aloud.

// point is a vertex in font units of 1,000 to the em.
type point struct{ x, y int16 }

// boxFace returns the synthetic face of the three ballot boxes.
func boxFace() *face {
	frame := [][]point{
		{{90, -40}, {90, 780}, {910, 780}, {910, -40}}, // outer edge, clockwise: filled
		{{140, 10}, {860, 10}, {860, 730}, {140, 730}}, // inner edge, the other way: hole
	}
	tick := []point{{215, 385}, {275, 440}, {420, 270}, {745, 665}, {805, 615}, {425, 155}}
	down := []point{{215, 600}, {270, 655}, {785, 140}, {730, 85}}
	up := []point{{270, 85}, {215, 140}, {730, 655}, {785, 600}}

	f := &face{
		name:    "MashangBoxes",
		upem:    1000,
		cmap:    map[rune]uint16{'☐': 1, '☑': 2, '☒': 3},
		advance: []uint16{1000, 1000, 1000, 1000},
		loca:    []uint32{0, 0},
		bounds:  [4]int16{90, -40, 910, 780},
		ascent:  880,
		descent: -120,
	}
	for _, contours := range [][][]point{frame, {frame[0], frame[1], tick}, {frame[0], frame[1], down, up}} {
		f.glyf = append(f.glyf, simpleGlyph(contours)...)
		f.loca = append(f.loca, uint32(len(f.glyf)))
	}
	f.tables = map[string][]byte{"head": boxHead(), "hhea": boxHhea(), "maxp": boxMaxp()}
	return f
}

// simpleGlyph encodes straight contours as a glyf entry of even length.
func simpleGlyph(contours [][]point) []byte {
	u16 := binary.BigEndian.AppendUint16
	lo, hi := point{32767, 32767}, point{-32768, -32768}
	var flags, xs, ys, ends []byte
	prev, n := point{}, 0
	for _, c := range contours {
		for _, p := range c {
			lo, hi = point{min(lo.x, p.x), min(lo.y, p.y)}, point{max(hi.x, p.x), max(hi.y, p.y)}
			flags = append(flags, 1) // on the curve, both deltas as words
			xs, ys = u16(xs, uint16(p.x-prev.x)), u16(ys, uint16(p.y-prev.y))
			prev = p
			n++
		}
		ends = u16(ends, uint16(n-1))
	}
	b := u16(nil, uint16(len(contours)))
	for _, v := range []int16{lo.x, lo.y, hi.x, hi.y} {
		b = u16(b, uint16(v))
	}
	b = append(b, ends...)
	b = u16(b, 0) // no instructions
	b = append(append(append(b, flags...), xs...), ys...)
	if len(b)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func boxHead() []byte {
	b := make([]byte, 54)
	put := binary.BigEndian.PutUint16
	put(b[0:], 1)
	binary.BigEndian.PutUint32(b[12:], 0x5f0f3cf5)
	put(b[18:], 1000)
	for i, v := range []int16{90, -40, 910, 780} {
		put(b[36+2*i:], uint16(v))
	}
	put(b[46:], 8) // smallest readable size in pixels
	put(b[48:], 2) // direction hint, as every font sets it
	return b
}

func boxHhea() []byte {
	b := make([]byte, 36)
	put := binary.BigEndian.PutUint16
	descent := int16(-120)
	put(b[0:], 1)
	put(b[4:], 880)
	put(b[6:], uint16(descent))
	put(b[10:], 1000)
	return b
}

func boxMaxp() []byte {
	b := make([]byte, 32)
	put := binary.BigEndian.PutUint16
	put(b[0:], 1)
	put(b[6:], 16) // points
	put(b[8:], 4)  // contours
	put(b[14:], 1) // zones
	return b
}
