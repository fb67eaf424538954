package pdf

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryPaperIsCleanForQpdf(t *testing.T) {
	for name, d := range samples() {
		path, _ := render(t, d)
		if out := tool(t, "qpdf", "--check", path); strings.Contains(strings.ToLower(out), "warning") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestPageCountIsWhatReadersSee(t *testing.T) {
	for name, d := range samples() {
		path, pages := render(t, d)
		if !strings.Contains(tool(t, "pdfinfo", path), fmt.Sprintf("Pages:           %d\n", pages)) {
			t.Errorf("%s: Render says %d pages, pdfinfo does not", name, pages)
		}
		for i, text := range pageText(t, path) {
			for _, want := range []string{fmt.Sprintf("—%d—", i+1), fmt.Sprintf("共%d页第%d页", pages, i+1)} {
				if !strings.Contains(bare(text), want) {
					t.Errorf("%s page %d lacks %q", name, i+1, want)
				}
			}
		}
	}
}

// furnitureText matches what pages carry besides their text.
var furnitureText = regexp.MustCompile(`扫码查验真伪7K3M94QX2FDN|共\d+页第\d+页|—\d+—`)

// TestTextComesBackInOrder compares running text character by character.
func TestTextComesBackInOrder(t *testing.T) {
	d := acceptance()
	d.Void = ""
	d.Blocks = d.Blocks[:len(d.Blocks)-1] // the seal repeats the court's name
	want := d.Court + d.Title + d.CaseNo
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case Addressee:
			want += b.Text + "："
		case Paragraph:
			want += b.Text
		case List:
			for i, item := range b.Items {
				want += b.Number.label(i+1) + item
			}
		}
	}
	path, _ := render(t, d)
	got := furnitureText.ReplaceAllString(bare(strings.Join(pageText(t, path), "")), "")
	if want = bare(want); got != want {
		t.Errorf("extracted text differs\n got %s\nwant %s", got, want)
	}
}

// TestEveryCharacterOfFormsComesBack counts characters, because readers walk
// through a table in their own order.
func TestEveryCharacterOfFormsComesBack(t *testing.T) {
	d := serviceReturn()
	d.Void = ""
	want := count(d.Court + d.Title + d.CaseNo)
	for _, r := range d.Blocks[3].(Form).Rows {
		for _, f := range r.Fields {
			s := f.Label + f.Text
			for _, c := range f.Choices {
				s += c.text()
			}
			if f.Sign {
				s += f.Date.blanks()
			}
			for r, n := range count(s) {
				want[r] += n
			}
		}
	}
	path, _ := render(t, d)
	got := count(furnitureText.ReplaceAllString(bare(strings.Join(pageText(t, path), "")), ""))
	if !maps.Equal(got, want) {
		t.Errorf("characters differ\n got %v\nwant %v", got, want)
	}
	if got['☑'] != 1 || got['☐'] != 5 {
		t.Errorf("boxes: %d ticked, %d open; want 1 and 5", got['☑'], got['☐'])
	}
}

func count(s string) map[rune]int {
	m := map[rune]int{}
	for _, r := range bare(s) {
		m[r]++
	}
	return m
}

// The names that fpdf and gofpdf panic on and gopdf extracts wrongly; half of
// them lie outside the Basic Multilingual Plane.
func TestRareNamesComeBack(t *testing.T) {
	names := []string{"李𬭎", "赵𬍛", "钱𫖯", "孙𬀩", "周㼆", "吴䜣", "喆", "垚", "玥", "翀", "赟昇", "〇"}
	var blocks []Block
	for _, n := range names {
		blocks = append(blocks, Paragraph{Text: "原告：" + n + "。"}, Heading{Text: n}, Note{Text: n}, PaperTitle{Text: n})
	}
	path, _ := render(t, &Doc{Title: "李𬭎", Blocks: blocks})
	text := bare(strings.Join(pageText(t, path), ""))
	for _, n := range names {
		if got := strings.Count(text, n); got < 4 {
			t.Errorf("%s comes back %d times, want 4", n, got)
		}
	}
	if info := tool(t, "pdfinfo", path); !strings.Contains(info, "李𬭎") {
		t.Errorf("title of the file lost the name: %s", info)
	}
}

func TestAllFontsAreEmbeddedSubsetsWithUnicode(t *testing.T) {
	path, _ := render(t, serviceReturn())
	lines := strings.Split(strings.TrimSpace(tool(t, "pdffonts", path)), "\n")[2:]
	if len(lines) < 3 {
		t.Fatalf("%d fonts, want serif, bold and boxes at least", len(lines))
	}
	for _, l := range lines {
		f := strings.Fields(l)
		// name, type (three words), encoding, emb, sub, uni, object
		if tail := f[len(f)-5 : len(f)-2]; !slices.Equal(tail, []string{"yes", "yes", "yes"}) || f[0][6] != '+' {
			t.Errorf("not embedded, subset and mapped: %s", l)
		}
	}
}

func TestPaperCodeReadsFromEveryPage(t *testing.T) {
	for _, name := range []string{"acceptance", "code", "return"} {
		path, pages := render(t, samples()[name])
		stem := filepath.Join(t.TempDir(), "p")
		tool(t, "pdftoppm", "-r", "150", "-png", path, stem)
		files, err := filepath.Glob(stem + "*.png")
		if err != nil || len(files) != pages {
			t.Fatalf("%s: %d pictures of %d pages, %v", name, len(files), pages, err)
		}
		for _, f := range files {
			got := codesIn(t, f)
			want := []string{sampleURL}
			if name == "code" {
				want = []string{caseURL, sampleURL}
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s %s: codes %v, want %v", name, filepath.Base(f), got, want)
			}
		}
	}
}

func TestVoidStandsOnEveryPageAndInTheSeal(t *testing.T) {
	for name, d := range samples() {
		d.Void = sampleVoid
		path, pages := render(t, d)
		for i, text := range pageText(t, path) {
			if n := strings.Count(bare(text), bare(sampleVoid)); n != 1 {
				t.Errorf("%s page %d of %d is marked void %d times", name, i+1, pages, n)
			}
		}
	}
	letters := func(void string) int { // each is a shape of its own
		b, err := SealPicture(faces(t), Seal{Court: sampleCourt}, void)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(b), " cm\n")
	}
	if plain, void := letters(""), letters(sampleVoid); plain != utf8.RuneCountInString(sampleCourt) || void != plain+utf8.RuneCountInString(sampleVoid) {
		t.Errorf("%d letters on a seal, %d with the void mark", plain, void)
	}
}

// TestVoidIsPageContent makes sure that the mark cannot be switched off in a
// reader: no annotation and no optional layer exists in the file.
func TestVoidIsPageContent(t *testing.T) {
	path, _ := render(t, acceptance())
	plain := tool(t, "qpdf", "--stream-data=uncompress", path, "-")
	for _, bad := range []string{"/Annot", "/OCG", "/OCProperties", "/OC "} {
		if strings.Contains(plain, bad) {
			t.Errorf("file contains %s", bad)
		}
	}
	if n := strings.Count(plain, textString(sampleVoid)); n != 2 {
		t.Errorf("void mark %d times in content streams of 2 pages", n)
	}
}

func TestTextUnderTheSealComesBack(t *testing.T) {
	path, pages := render(t, acceptance())
	last := bare(pageText(t, path)[pages-1])
	if !strings.Contains(last, "二〇二六年三月二十五日") {
		t.Errorf("the date under the seal is lost: %s", last)
	}
	if !strings.Contains(last, sampleCourt) {
		t.Error("the court's name under the seal is lost")
	}
}
