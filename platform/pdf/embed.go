package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"unicode/utf16"
)

// embed writes the subset as a Type 0 font (Identity-H over TrueType) and
// returns the object number of the font.
func (f *file) embed(s *subset) (int, error) {
	ttf := s.file()
	program, err := f.stream(fmt.Sprintf("/Length1 %d", len(ttf)), ttf, true)
	if err != nil {
		return 0, err
	}
	toUnicode, err := f.stream("", s.toUnicode(), true)
	if err != nil {
		return 0, err
	}
	name := subsetTag(ttf) + "+" + s.face.name
	em := func(v int16) int { return int(v) * 1000 / s.face.upem }
	b := s.face.bounds
	descriptor := f.add(fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 730/StemV 80/FontFile2 %d 0 R>>",
		name, em(b[0]), em(b[1]), em(b[2]), em(b[3]), em(s.face.ascent), em(s.face.descent), program))
	cid := f.add(fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 1000/W[0[%s]]/CIDToGIDMap/Identity>>",
		name, descriptor, s.widths()))
	return f.add(fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		name, cid, toUnicode)), nil
}

// subsetTag is the six capital letters that mark a subset, derived from its
// content so that they are the same every time.
func subsetTag(ttf []byte) string {
	h := sha256.Sum256(ttf)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + h[i]%26
	}
	return string(tag)
}

func (s *subset) widths() []byte {
	var b bytes.Buffer
	for i, g := range s.olds {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d", s.face.width(g))
	}
	return b.Bytes()
}

// toUnicode maps every glyph of the document back to its character. Characters
// of the supplementary planes (most rare name characters) are written as
// surrogate pairs, as the format asks.
func (s *subset) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	var lines [][]byte
	for id, r := range s.runes {
		if r == 0 { // part of a composite: never shown by itself
			continue
		}
		line := append(appendHex([]byte{'<'}, uint16(id)), "> <"...)
		for _, u := range utf16.Encode([]rune{r}) {
			line = appendHex(line, u)
		}
		lines = append(lines, append(line, ">\n"...))
	}
	for len(lines) > 0 {
		n := min(100, len(lines)) // the format allows 100 per section
		fmt.Fprintf(&b, "%d beginbfchar\n", n)
		for _, l := range lines[:n] {
			b.Write(l)
		}
		b.WriteString("endbfchar\n")
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}
