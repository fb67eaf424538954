package pdf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mashang/third_party/fonts"
)

func TestMissingGlyphIsAnError(t *testing.T) {
	const unknown = "𰻝" // U+30EDD, in no embedded face
	for name, d := range map[string]*Doc{
		"paragraph": {Blocks: []Block{Paragraph{Text: "原告：" + unknown}}},
		"signer":    {Blocks: []Block{Paragraph{Text: "甲"}, Signature{Signers: []Signer{{"审判员", "张" + unknown}}}}},
		"seal":      {Court: unknown, Blocks: []Block{Paragraph{Text: "甲"}, Signature{Date: "二〇二六年", Seal: &Seal{}}}},
		"unsealed":  {Unsealed: true, Blocks: []Block{Paragraph{Text: "甲"}, Signature{Date: "二〇二六年", Seal: &Seal{Court: unknown}}}},
		"form":      {Blocks: []Block{Form{Rows: []Row{{Fields: []Field{{Label: "姓名", Text: unknown}}}}}}},
		"choice":    {Blocks: []Block{Form{Rows: []Row{{Fields: []Field{{Label: "姓名", Choices: []Choice{{Text: unknown}}}}}}}}},
		"grid":      {Blocks: []Block{Grid{Head: []string{unknown}}}},
		"void":      {Void: unknown, Blocks: []Block{Paragraph{Text: "甲"}}},
		"panel":     {Blocks: []Block{CasePanel{URL: "x", Caption: unknown}}},
		"code":      {Code: &PaperCode{URL: "x", Hint: unknown}, Blocks: []Block{Paragraph{Text: "甲"}}},
		"cut line":  {Blocks: []Block{CutLine{Text: unknown}}},
	} {
		b, pages, err := Render(faces(t), d)
		var missing *MissingGlyphError
		if !errors.As(err, &missing) || b != nil || pages != 0 {
			t.Errorf("%s: %d bytes, %v; want a MissingGlyphError and no paper", name, len(b), err)
			continue
		}
		if msg := err.Error(); string(missing.Chars) != unknown || strings.Contains(msg, unknown) || strings.Contains(msg, "30EDD") {
			t.Errorf("%s: the error holds %q, and its message must not quote it: %s", name, string(missing.Chars), msg)
		}
	}
}

func TestMissing(t *testing.T) {
	if got := faces(t).Missing("李𬭎、\n☑𰻝\t𰻝\u200b"); string(got) != "𰻝\u200b" {
		t.Errorf("missing %q, want the two unknown characters once each", string(got))
	}
}

func TestOperatorFontsTakeTheirRole(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]fonts.Face{"FangSong-own.ttf": fonts.Sans, "extra-names.ttf": fonts.SerifBold} {
		if err := os.WriteFile(filepath.Join(dir, name), src.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "LICENCE.txt"), []byte("ignored"), 0o644); err != nil {
		t.Fatal(err)
	}
	fs, err := LoadFaces(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := Render(fs, &Doc{Blocks: []Block{Paragraph{Text: "原告"}, Note{Text: "小字"}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "own.pdf")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	out := tool(t, "pdffonts", path)
	if !strings.Contains(out, "FangSong-own") || !strings.Contains(out, "NotoSerifSC-Regular-tgh") {
		t.Errorf("fonts in the paper:\n%s", out)
	}
}

func TestLoadFacesRefuses(t *testing.T) {
	if _, err := LoadFaces(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("an absent directory was accepted")
	}
	good := fonts.Sans.Data
	for name, data := range map[string][]byte{
		"fangsong.ttf":     []byte("not a font"),
		"song.ttf":         good[:len(good)/2],
		"xiaobiaosong.ttf": {},
		"unknown.ttf":      good,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadFaces(dir); err == nil {
			t.Errorf("%s of %d bytes was accepted", name, len(data))
		}
	}
}

// Component records of composite glyphs must point to glyphs of the subset.
// Noto has none, so one is made: a box of two boxes.
func TestSubsetRenumbersComposites(t *testing.T) {
	f := boxFace()
	composite := []byte{0xff, 0xff, 0, 90, 0xff, 0xd8, 3, 0x8e, 3, 0x0c,
		0, 0x22, 0, 2, 0, 0, // more parts follow; glyph 2
		0, 0x02, 0, 1, 0, 0} // glyph 1
	f.glyf = append(f.glyf, composite...)
	f.loca = append(f.loca, uint32(len(f.glyf)))
	f.advance = append(f.advance, 1000)
	f.cmap['回'] = 4
	s := newSubset(f)
	if id := s.use('回', 4); id != 1 {
		t.Fatalf("first character is glyph %d", id)
	}
	again, err := parseFaceTables(s.file())
	if err != nil {
		t.Fatal(err)
	}
	if again != 4 || len(s.olds) != 4 || s.olds[2] != 2 || s.olds[3] != 1 {
		t.Errorf("%d glyphs, order %v; want the composite and its two parts", again, s.olds)
	}
	if out := s.renumber(composite); out[13] != 2 || out[19] != 3 {
		t.Errorf("components point to %d and %d, want 2 and 3", out[13], out[19])
	}
}
