package pdf

import (
	"bytes"
	"encoding/binary"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mashang/platform/pdf/pdftest"
)

// TestUnsealed: a paper that waits for its seal shows none, is otherwise the
// same, and says where the seal will stand: just where it stands on a sealed one.
func TestUnsealed(t *testing.T) {
	for name, d := range samples() {
		picture := func(unsealed bool) (image.Image, Areas) {
			d.Unsealed = unsealed
			b, pages, areas, err := RenderAreas(faces(t), d)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "paper.pdf")
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			page := pages
			if len(areas.Seals) > 0 {
				page = areas.Seals[0].Page + 1
			}
			return pdftest.Page(t, path, page, "-r", "72"), areas
		}
		sealed, areas := picture(false)
		open, same := picture(true)
		if len(areas.Seals) != len(same.Seals) || len(areas.Seals) > 0 && areas.Seals[0] != same.Seals[0] {
			t.Errorf("%s: %+v with the seal, %+v without", name, areas.Seals, same.Seals)
		}
		if pdftest.Reds(open) != (image.Rectangle{}) {
			t.Errorf("%s: something is red before it is sealed", name)
		}
		got := pdftest.Reds(sealed)
		if len(areas.Seals) == 0 {
			if !got.Empty() {
				t.Errorf("%s: red, and no place for a seal", name)
			}
			continue
		}
		r := areas.Seals[0].Rect // points; so are the pixels, from the top
		want := image.Rect(int(r[0]), int(pageHeight-r[3]), int(r[2]+1), int(pageHeight-r[1]+1))
		if !got.In(want) || got.Dx() < want.Dx()-6 || got.Dy() < want.Dy()-6 {
			t.Errorf("%s: the seal is at %v, its place at %v", name, got, want)
		}
	}
}

// TestSealPicture: it is the same every time, and refuses a letter that no face has.
func TestSealPicture(t *testing.T) {
	s := Seal{Court: sampleCourt, Lower: "诉讼费专用章"}
	a, err := SealPicture(faces(t), s, "")
	b, again := SealPicture(faces(t), s, "")
	if err != nil || again != nil || !bytes.Equal(a, b) {
		t.Error("two pictures of one seal differ", err, again)
	}
	if _, err := SealPicture(faces(t), Seal{Court: "某\U000F0000法院"}, ""); err == nil {
		t.Error("a letter that no face has is left out")
	}
}

// TestOutlines: every glyph of every face can be drawn as a shape, inside the
// bounds that the font gives for it; one that is cut off is refused.
func TestOutlines(t *testing.T) {
	seen, composite := map[*face]bool{}, 0
	for _, chain := range faces(t).chains {
		for _, f := range chain {
			if seen[f] {
				continue
			}
			seen[f] = true
			for g := range len(f.advance) {
				o := f.outline(uint16(g))
				cs, err := f.contours(uint16(g), 0)
				if err != nil {
					t.Fatal(err)
				}
				if len(o) == 0 {
					continue
				}
				if int16(binary.BigEndian.Uint16(o)) < 0 {
					composite++
				}
				at := func(i int) float64 { return float64(int16(binary.BigEndian.Uint16(o[i:]))) }
				for _, c := range cs {
					for _, v := range c {
						if v.on && (v.x < at(2)-1 || v.y < at(4)-1 || v.x > at(6)+1 || v.y > at(8)+1) {
							t.Fatalf("%s: glyph %d leaves its bounds", f.name, g)
						}
					}
				}
			}
		}
	}
	t.Logf("%d faces, %d glyphs of parts", len(seen), composite)
	f := boxFace()
	whole := f.glyf
	for n := 1; n < int(f.loca[2]-f.loca[1])-1; n++ {
		f.glyf, f.loca = whole[f.loca[1]:int(f.loca[1])+n], []uint32{0, 0, uint32(n)}
		f.advance = f.advance[:2]
		if _, err := f.contours(1, 0); err == nil {
			t.Errorf("an outline of %d bytes was drawn", n)
		}
	}
}

// TestParts: a glyph that is put together from others has them where it says.
func TestParts(t *testing.T) {
	f := boxFace()
	plain, err := f.contours(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	u16 := binary.BigEndian.AppendUint16
	b := append(u16(nil, 0xffff), make([]byte, 8)...)
	b = u16(u16(b, haveScale|moreParts), 1)
	b = u16(append(b, 0xf6, 20), 1<<13) // ten to the left, twenty up, half as large
	b = u16(u16(b, argsAreWords|haveTwoByTwo), 1)
	for _, v := range []uint16{300, 0, 0, 1 << 14, 0xc000, 0} { // moved, turned by a quarter
		b = u16(b, v)
	}
	add := func(b []byte) uint16 {
		f.glyf = append(f.glyf, b...)
		f.loca, f.advance = append(f.loca, uint32(len(f.glyf))), append(f.advance, 1000)
		return uint16(len(f.advance) - 1)
	}
	got, err := f.contours(add(b), 0)
	if err != nil || len(got) != 2*len(plain) {
		t.Fatalf("%d contours, %v", len(got), err)
	}
	for i, c := range plain {
		for j, v := range c {
			if w := got[i][j]; w.x != v.x/2-10 || w.y != v.y/2+20 {
				t.Errorf("%+v became %+v", v, w)
			}
			if w := got[len(plain)+i][j]; w.x != 300-v.y || w.y != v.x {
				t.Errorf("%+v became %+v", v, w)
			}
		}
	}
	if _, err := f.contours(add(b[:len(b)-1]), 0); err == nil {
		t.Error("parts that are cut off were drawn")
	}
	itself := u16(append(u16(nil, 0xffff), make([]byte, 8)...), 0)
	itself = append(u16(itself, uint16(len(f.advance))), 0, 0)
	if _, err := f.contours(add(itself), 0); err == nil {
		t.Error("a glyph that is its own part was drawn")
	}
}

// TestCurves: bends without a point on the curve between them, and a contour
// that starts with one, come out closed.
func TestCurves(t *testing.T) {
	c := &canvas{}
	c.contour([]vertex{{0, 0, false}, {100, 0, false}, {100, 100, false}, {0, 100, false}}) // a round of four bends
	if got := strings.Count(string(c.b), " c\n"); got != 4 || !strings.HasPrefix(string(c.b), "0 50 m\n") || !strings.Contains(string(c.b), "0 50 c\nh\n") {
		t.Errorf("%s", c.b)
	}
	c = &canvas{}
	c.contour([]vertex{{0, 0, true}, {90, 0, true}, {90, 90, false}})
	if want := "0 0 m\n90 0 l\n90 60 60 60 0 0 c\nh\n"; string(c.b) != want {
		t.Errorf("%s", c.b)
	}
}

// BenchmarkSealPicture is what the first paper of a court pays.
func BenchmarkSealPicture(b *testing.B) {
	fs := faces(b)
	for b.Loop() {
		if _, err := SealPicture(fs, Seal{Court: sampleCourt}, sampleVoid); err != nil {
			b.Fatal(err)
		}
	}
}
