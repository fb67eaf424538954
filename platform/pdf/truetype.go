package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tdewolff/font"
)

// face is one parsed TrueType font. It is read-only after parsing, so any
// number of goroutines may lay out and subset from it at once.
type face struct {
	name    string // PostScript-like name used as BaseFont
	upem    int
	cmap    map[rune]uint16
	advance []uint16          // font units, by glyph
	loca    []uint32          // len(advance)+1 offsets into glyf
	glyf    []byte            // outlines
	tables  map[string][]byte // head hhea maxp and, if hinted, cvt fpgm prep
	bounds  [4]int16          // xMin yMin xMax yMax of the font, font units
	ascent  int16
	descent int16
}

// parseFace reads a TrueType font. CFF outlines are refused with a sentence,
// because PDF needs another embedding for them and 28,000 characters of CFF
// cannot be subset as cheaply.
func parseFace(name string, data []byte) (*face, error) {
	sf, err := font.ParseSFNT(data, 0)
	if err != nil {
		return nil, fmt.Errorf("pdf: font %s: %w", name, err)
	}
	if !sf.IsTrueType || sf.Loca == nil {
		return nil, fmt.Errorf("pdf: font %s has no TrueType outlines; convert it from OpenType/CFF to TrueType first", name)
	}
	f := &face{
		name:    psName(name),
		upem:    int(sf.Head.UnitsPerEm),
		tables:  map[string][]byte{},
		glyf:    sf.Tables["glyf"],
		bounds:  [4]int16{sf.Head.XMin, sf.Head.YMin, sf.Head.XMax, sf.Head.YMax},
		ascent:  sf.Hhea.Ascender,
		descent: sf.Hhea.Descender,
	}
	if f.upem == 0 {
		return nil, fmt.Errorf("pdf: font %s declares no units per em", name)
	}
	for _, tag := range []string{"head", "hhea", "maxp", "cvt ", "fpgm", "prep"} {
		if t, ok := sf.Tables[tag]; ok {
			f.tables[tag] = t
		}
	}
	n := int(sf.NumGlyphs())
	f.advance, f.loca = make([]uint16, n), make([]uint32, n+1)
	for g := range n {
		f.advance[g] = sf.GlyphAdvance(uint16(g))
	}
	for g := range n + 1 {
		off, ok := sf.Loca.Get(uint16(g))
		if !ok || int(off) > len(f.glyf) || g > 0 && off < f.loca[g-1] {
			return nil, fmt.Errorf("pdf: font %s: outline of glyph %d lies outside the file", name, g)
		}
		f.loca[g] = off
	}
	if f.cmap, err = parseCmap(sf.Tables["cmap"], n); err != nil {
		return nil, fmt.Errorf("pdf: font %s: %w", name, err)
	}
	return f, nil
}

// psName keeps what a PDF name may hold without escaping.
func psName(file string) string {
	out := make([]byte, 0, len(file))
	for i := range len(file) {
		c := file[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return "Font"
	}
	return string(out)
}

// width is the advance of glyph g in thousandths of an em, the unit of a PDF
// width array. Layout measures with the same rounded figure that the file
// carries, so positions never drift.
func (f *face) width(g uint16) int {
	return (int(f.advance[g])*1000 + f.upem/2) / f.upem
}

// ink is the left and right edge of the outline of g in thousandths of an em;
// both are zero for a blank.
func (f *face) ink(g uint16) (left, right int) {
	b := f.outline(g)
	if len(b) < 10 {
		return 0, 0
	}
	x0 := int(int16(binary.BigEndian.Uint16(b[2:])))
	x1 := int(int16(binary.BigEndian.Uint16(b[6:])))
	return x0 * 1000 / f.upem, x1 * 1000 / f.upem
}

// outline is the glyf entry of g; empty for a blank.
func (f *face) outline(g uint16) []byte {
	if int(g) >= len(f.advance) {
		return nil
	}
	return f.glyf[f.loca[g]:f.loca[g+1]]
}

var errCmap = errors.New("character table is damaged or of a kind no font of this century needs")

// parseCmap flattens the best Unicode subtable (12 before 4) into one map.
// The library's own lookup walks the segments, thousands of them in a Chinese
// font, for every character.
func parseCmap(t []byte, glyphs int) (map[rune]uint16, error) {
	if len(t) < 4 {
		return nil, errCmap
	}
	var best []byte
	bestFormat := uint16(0)
	for i := range int(binary.BigEndian.Uint16(t[2:])) {
		rec := 4 + 8*i
		if rec+8 > len(t) {
			return nil, errCmap
		}
		platform, encoding := binary.BigEndian.Uint16(t[rec:]), binary.BigEndian.Uint16(t[rec+2:])
		off := int(binary.BigEndian.Uint32(t[rec+4:]))
		if off+4 > len(t) || platform != 0 && !(platform == 3 && (encoding == 1 || encoding == 10)) {
			continue
		}
		if f := binary.BigEndian.Uint16(t[off:]); (f == 4 || f == 12) && f > bestFormat {
			best, bestFormat = t[off:], f
		}
	}
	m := map[rune]uint16{}
	ok := false
	switch bestFormat {
	case 4:
		ok = cmapSegments(best, m)
	case 12:
		ok = cmapGroups(best, m)
	}
	if !ok {
		return nil, errCmap
	}
	for r, g := range m {
		if g == 0 || int(g) >= glyphs {
			delete(m, r)
		}
	}
	return m, nil
}

// cmapSegments reads subtable format 4 (Basic Multilingual Plane).
func cmapSegments(t []byte, m map[rune]uint16) bool {
	if len(t) < 16 {
		return false
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(t[at:])) }
	n := u16(6) / 2
	ends, starts, deltas, ranges := 14, 16+2*n, 16+4*n, 16+6*n
	if ranges+2*n > len(t) {
		return false
	}
	for i := range n {
		lo, hi, off := u16(starts+2*i), u16(ends+2*i), u16(ranges+2*i)
		for c := lo; c <= hi && c < 0xffff; c++ {
			g := c
			if off != 0 {
				at := ranges + 2*i + off + 2*(c-lo)
				if at+2 > len(t) {
					return false
				}
				if g = u16(at); g == 0 {
					continue
				}
			}
			m[rune(c)] = uint16(g + u16(deltas+2*i))
		}
	}
	return true
}

// cmapGroups reads subtable format 12 (all planes).
func cmapGroups(t []byte, m map[rune]uint16) bool {
	if len(t) < 16 {
		return false
	}
	n := int(binary.BigEndian.Uint32(t[12:]))
	if n > (len(t)-16)/12 {
		return false
	}
	for i := range n {
		g := t[16+12*i:]
		lo, hi := binary.BigEndian.Uint32(g), binary.BigEndian.Uint32(g[4:])
		first := binary.BigEndian.Uint32(g[8:])
		if lo > hi || hi > 0x10ffff {
			return false
		}
		for c := lo; c <= hi; c++ {
			m[rune(c)] = uint16(first + c - lo)
		}
	}
	return true
}
