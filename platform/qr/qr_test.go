package qr

import (
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestEncodeIsReadByAnotherReader(t *testing.T) {
	tool, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Fatal("this test reads codes with zbarimg; install it: apt-get install zbar-tools")
	}
	for _, text := range []string{
		"https://court.example.cn/v/7K3M94QX2FDN",
		"案件二维码",
		strings.Repeat("0123456789", 20),
	} {
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "code.png")
		writePNG(t, file, c, 4)
		out, err := exec.Command(tool, "-q", "--raw", file).Output()
		if err != nil {
			t.Fatalf("zbarimg %q: %v", text, err)
		}
		if got := strings.TrimSuffix(string(out), "\n"); got != text {
			t.Errorf("read %q, want %q", got, text)
		}
	}
}

// writePNG draws c with its quiet zone, px pixels per module.
func writePNG(t *testing.T, file string, c Code, px int) {
	t.Helper()
	side := (c.Size() + 2*QuietZone) * px
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for y, row := range c.Modules() {
		for x, dark := range row {
			for k := 0; dark && k < px*px; k++ {
				img.Set((x+QuietZone)*px+k%px, (y+QuietZone)*px+k/px, color.Black)
			}
		}
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	if _, err := Encode(""); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty text: %v, want ErrEmpty", err)
	}
	if _, err := Encode(strings.Repeat("x", 5000)); err == nil {
		t.Error("5,000 bytes were accepted")
	}
}

func TestSVGPathCoversExactlyTheDarkModules(t *testing.T) {
	c, err := Encode("7K3M 94QX 2FDN")
	if err != nil {
		t.Fatal(err)
	}
	dark, covered := 0, 0
	for _, row := range c.Modules() {
		for _, d := range row {
			if d {
				dark++
			}
		}
	}
	c.Runs(func(x, y, n int) {
		covered += n
		for i := x; i < x+n; i++ {
			if !c.Modules()[y][i] {
				t.Fatalf("module %d,%d is light but drawn", i, y)
			}
		}
	})
	if dark != covered {
		t.Errorf("runs cover %d modules, %d are dark", covered, dark)
	}
	if n := strings.Count(c.SVGPath(), "z"); n == 0 || n > dark {
		t.Errorf("%d sub-paths for %d modules", n, dark)
	}
}

func TestSVGIsWellFormedAndInert(t *testing.T) {
	c, err := Encode(`"><script>alert(1)</script>`)
	if err != nil {
		t.Fatal(err)
	}
	s := c.SVG(160)
	var any struct {
		XMLName xml.Name
		Paths   []struct{} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(s), &any); err != nil {
		t.Fatalf("not well-formed: %v", err)
	}
	if len(any.Paths) != 2 {
		t.Errorf("%d paths, want ground and code", len(any.Paths))
	}
	for _, bad := range []string{"script", "style="} {
		if strings.Contains(s, bad) {
			t.Errorf("SVG contains %q", bad)
		}
	}
}

func TestModulesIsACopy(t *testing.T) {
	c, err := Encode("a")
	if err != nil {
		t.Fatal(err)
	}
	before := c.SVGPath()
	c.Modules()[0][0] = !c.Modules()[0][0]
	c.Modules()[0][0] = false
	if c.SVGPath() != before {
		t.Error("changing the returned matrix changed the code")
	}
}
