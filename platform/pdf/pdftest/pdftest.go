// Package pdftest looks at a paper as poppler draws it, for tests.
package pdftest

import (
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Page is a page of a file, counted from 1, drawn by pdftoppm with its options.
func Page(t testing.TB, path string, page int, options ...string) image.Image {
	t.Helper()
	stem, n := filepath.Join(t.TempDir(), "page"), strconv.Itoa(page)
	args := append(options, "-f", n, "-l", n, "-png", "-singlefile", path, stem)
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", args...).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm %s: %v\n%s", path, err, out)
	}
	f, err := os.Open(stem + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Reds is the box around all that is red on it, as a seal is.
func Reds(m image.Image) (out image.Rectangle) {
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if r, g, b, _ := m.At(x, y).RGBA(); r > g+0x5000 && r > b+0x5000 {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}
