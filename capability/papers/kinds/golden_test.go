package kinds

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mashang/platform/pdf"
)

const (
	goldenDir = "testdata/golden"
	dpi       = "40"
	grays     = 16
	// apart is how far two pictures of a page may differ, as the mean over
	// its dots of the difference from white (0) to black (1), in millionths.
	// TestGoldenSees shows that one line more is far beyond it.
	apart = 500
)

// TestGolden: each kind looks as it did when someone last looked at it. To
// draw the pictures anew, after a change that is meant, and look at them all:
//
//	PAPERS_GOLDEN=1 go test -run TestGolden ./capability/papers/kinds
func TestGolden(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	anew := os.Getenv("PAPERS_GOLDEN") != ""
	if anew {
		if err := os.RemoveAll(goldenDir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(goldenDir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	pages := map[string]bool{}
	for _, k := range ks {
		for i, got := range photograph(t, model(t, k)) {
			name := fmt.Sprintf("%s-%d.png", k.Name, i+1)
			pages[name] = true
			file := filepath.Join(goldenDir, name)
			if anew {
				keep(t, file, got)
				continue
			}
			if n := difference(got, stored(t, file)); n > apart {
				t.Errorf("%s looks different: %d; if that is meant, draw it anew with PAPERS_GOLDEN=1 and look", name, n)
			}
		}
	}
	kept, err := filepath.Glob(filepath.Join(goldenDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range kept {
		if !pages[filepath.Base(f)] {
			t.Errorf("%s is a picture of no page", f)
		}
	}
}

// TestGoldenSees: the comparison notices a line more, a word more and a page
// that moved by a line.
func TestGoldenSees(t *testing.T) {
	ks, err := ByName()
	if err != nil {
		t.Fatal(err)
	}
	draw := func(change func(d *pdf.Doc)) []*image.Gray {
		d := model(t, ks["judgment"])
		change(d)
		return photograph(t, d)
	}
	was := draw(func(*pdf.Doc) {})
	insert := func(at int, text string) func(d *pdf.Doc) {
		return func(d *pdf.Doc) {
			d.Blocks = append(d.Blocks[:at:at], append([]pdf.Block{pdf.Paragraph{Text: text}}, d.Blocks[at:]...)...)
		}
	}
	for what, change := range map[string]func(d *pdf.Doc){
		"a line more at the end":   func(d *pdf.Doc) { insert(len(d.Blocks)-1, "多一行。")(d) },
		"a line more at the start": insert(4, "多一行。"),
		"another number":           func(d *pdf.Doc) { d.Blocks[2] = pdf.CaseNumber{Text: "（2026）冀1121民初9007号"} },
	} {
		now := draw(change)
		worst := 0
		if len(now) != len(was) {
			worst = 1_000_000
		}
		for i := range min(len(now), len(was)) {
			worst = max(worst, difference(now[i], was[i]))
		}
		t.Logf("%s: %d", what, worst)
		if worst <= apart {
			t.Errorf("%s is not seen: %d", what, worst)
		}
	}
	for i, again := range draw(func(*pdf.Doc) {}) {
		if n := difference(again, was[i]); n != 0 {
			t.Errorf("the same page drawn twice differs by %d", n)
		}
	}
}

// model is the sample of a kind, without the mark that it is void: across each
// page it would take more room in the pictures than all that is written there.
func model(t *testing.T, k Kind) *pdf.Doc {
	t.Helper()
	v, err := k.sample()
	if err != nil {
		t.Fatal(err)
	}
	v["void"] = ""
	d, err := k.Fill(v)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// photograph draws a paper and takes a small gray picture of each page.
func photograph(t *testing.T, d *pdf.Doc) (out []*image.Gray) {
	t.Helper()
	fs, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	b, n, err := pdf.Render(fs, d)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "pdftoppm", "-r", dpi, "-gray", "-png", "-", filepath.Join(dir, "p"))
	cmd.Stdin = bytes.NewReader(b)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm (of poppler-utils): %v: %s", err, said)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil || len(files) != n {
		t.Fatalf("%d pages, %d pictures, %v", n, len(files), err)
	}
	for _, f := range files {
		out = append(out, coarse(read(t, f)))
	}
	return out
}

// coarse rounds a picture to the grays that are kept.
func coarse(m image.Image) *image.Gray {
	g := image.NewGray(m.Bounds())
	for y := g.Rect.Min.Y; y < g.Rect.Max.Y; y++ {
		for x := g.Rect.Min.X; x < g.Rect.Max.X; x++ {
			r, _, _, _ := m.At(x, y).RGBA()
			v := int(r >> 8)
			g.SetGray(x, y, color.Gray{Y: uint8((v*(grays-1) + 127) / 255 * 255 / (grays - 1))})
		}
	}
	return g
}

// keep stores a picture with a palette of a few grays, which is a quarter of
// the size.
func keep(t *testing.T, file string, g *image.Gray) {
	t.Helper()
	var p color.Palette
	for i := range grays {
		p = append(p, color.Gray{Y: uint8(i * 255 / (grays - 1))})
	}
	m := image.NewPaletted(g.Rect, p)
	for y := g.Rect.Min.Y; y < g.Rect.Max.Y; y++ {
		for x := g.Rect.Min.X; x < g.Rect.Max.X; x++ {
			m.SetColorIndex(x, y, uint8(int(g.GrayAt(x, y).Y)*(grays-1)/255))
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// stored is the picture that was kept; an empty one when there is none, which
// no page looks like.
func stored(t *testing.T, file string) *image.Gray {
	t.Helper()
	if _, err := os.Stat(file); os.IsNotExist(err) {
		return image.NewGray(image.Rectangle{})
	}
	return coarse(read(t, file))
}

func read(t *testing.T, file string) image.Image {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return m
}

// difference is the mean over all dots, in millionths; a whole for pictures of
// different size.
func difference(a, b *image.Gray) int {
	if a.Rect.Size() != b.Rect.Size() || a.Rect.Empty() {
		return 1_000_000
	}
	sum := 0
	for i := range a.Pix {
		sum += max(int(a.Pix[i]), int(b.Pix[i])) - min(int(a.Pix[i]), int(b.Pix[i]))
	}
	return sum * 1_000_000 / 255 / len(a.Pix)
}
