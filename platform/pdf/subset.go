package pdf

import (
	"encoding/binary"
	"slices"
)

// subset collects the glyphs of one face that one document uses. Glyph numbers
// inside the document are given in the order of first use: the same input
// always gives the same file.
type subset struct {
	face  *face
	olds  []uint16          // document glyph → glyph of the face
	runes []rune            // document glyph → character, for ToUnicode
	ids   map[rune]uint16   // character → document glyph
	parts map[uint16]uint16 // component glyph of the face → document glyph
}

func newSubset(f *face) *subset {
	return &subset{
		face: f, olds: []uint16{0}, runes: []rune{0},
		ids: map[rune]uint16{}, parts: map[uint16]uint16{},
	}
}

// use returns the document's glyph for character r, which the face draws as
// glyph g. Two characters that share an outline get two numbers: otherwise one
// of them would be extracted as the other.
func (s *subset) use(r rune, g uint16) uint16 {
	id, ok := s.ids[r]
	if !ok {
		id = uint16(len(s.olds))
		s.olds, s.runes = append(s.olds, g), append(s.runes, r)
		s.ids[r] = id
	}
	return id
}

// file returns a TrueType file with exactly the used glyphs and the parts that
// composite glyphs are made of.
func (s *subset) file() []byte {
	glyf := make([]byte, 0, 384*len(s.olds)) // about what a Chinese character takes
	var loca, hmtx []byte
	loca = binary.BigEndian.AppendUint32(loca, 0)
	// olds grows while components are found, so the bound is read every time.
	for i := 0; i < len(s.olds); i++ {
		old := s.olds[i]
		if i > 0 { // glyph 0, the box for "missing", stays empty: it is never used
			glyf = append(glyf, s.renumber(s.face.outline(old))...)
			for len(glyf)%4 != 0 {
				glyf = append(glyf, 0)
			}
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, s.face.advance[old])
		left, _ := s.face.leftBearing(old)
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(left))
	}
	n := uint16(len(s.olds))
	head := slices.Clone(s.face.tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	hhea := slices.Clone(s.face.tables["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], n)
	maxp := slices.Clone(s.face.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], n)

	tables := map[string][]byte{"glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": maxp}
	for _, tag := range []string{"cvt ", "fpgm", "prep"} {
		if t, ok := s.face.tables[tag]; ok {
			tables[tag] = t
		}
	}
	return sfntFile(tables)
}

// leftBearing is the left edge of the outline in font units.
func (f *face) leftBearing(g uint16) (int16, bool) {
	b := f.outline(g)
	if len(b) < 10 {
		return 0, false
	}
	return int16(binary.BigEndian.Uint16(b[2:])), true
}

// Flags of a component record in a composite glyph.
const (
	argsAreWords  = 0x0001
	haveScale     = 0x0008
	moreParts     = 0x0020
	haveXYScale   = 0x0040
	haveTwoByTwo  = 0x0080
	compositeHead = 10
)

// renumber returns the outline with the numbers of its components changed to
// the document's. Simple outlines come back as they are.
func (s *subset) renumber(b []byte) []byte {
	if len(b) < compositeHead || int16(binary.BigEndian.Uint16(b)) >= 0 {
		return b
	}
	b = slices.Clone(b)
	for at := compositeHead; at+4 <= len(b); {
		flags := binary.BigEndian.Uint16(b[at:])
		binary.BigEndian.PutUint16(b[at+2:], s.part(binary.BigEndian.Uint16(b[at+2:])))
		at += 6
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&haveScale != 0:
			at += 2
		case flags&haveXYScale != 0:
			at += 4
		case flags&haveTwoByTwo != 0:
			at += 8
		}
		if flags&moreParts == 0 {
			break
		}
	}
	return b
}

// part gives a component a place in the subset; it stands for no character.
func (s *subset) part(old uint16) uint16 {
	if int(old) >= len(s.face.advance) {
		return 0
	}
	id, ok := s.parts[old]
	if !ok {
		id = uint16(len(s.olds))
		s.parts[old] = id
		s.olds, s.runes = append(s.olds, old), append(s.runes, 0)
	}
	return id
}

// sfntFile joins tables into a font file. It writes no date, so that equal
// subsets are equal files.
func sfntFile(tables map[string][]byte) []byte {
	tags := make([]string, 0, len(tables))
	for tag := range tables {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	n, power, log := len(tags), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	u16, u32 := binary.BigEndian.AppendUint16, binary.BigEndian.AppendUint32
	size := 12 + 16*n
	for _, t := range tables {
		size += len(t) + 3
	}
	out := make([]byte, 12+16*n, size)
	dir := u32(out[:0], 0x00010000) // written over the first bytes of out
	for _, v := range []int{n, power * 16, log, n*16 - power*16} {
		dir = u16(dir, uint16(v))
	}
	headAt := 0
	for _, tag := range tags {
		t, at := tables[tag], len(out)
		if tag == "head" {
			headAt = at
		}
		out = append(out, t...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
		dir = append(dir, tag...)
		dir = u32(u32(u32(dir, checksum(out[at:])), uint32(at)), uint32(len(t)))
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xb1b0afba-checksum(out))
	return out
}

// checksum sums big-endian words; b's length is a multiple of four.
func checksum(b []byte) uint32 {
	var sum uint32
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	return sum
}
