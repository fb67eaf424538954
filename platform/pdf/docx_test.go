package pdf

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDOCX: an office program opens each sample and reads from it what the page
// says; and the same paper gives the same bytes.
func TestDOCX(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for name, d := range samples() {
		var a, b bytes.Buffer
		if err := WriteDOCX(&a, d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := WriteDOCX(&b, d); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: not the same bytes, %v", name, err)
		}
		file := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(file, a.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	profile := "-env:UserInstallation=file://" + filepath.Join(dir, "profile")
	for _, to := range []string{"pdf", "txt:Text (encoded):UTF8"} {
		tool(t, "soffice", append([]string{"--headless", profile, "--convert-to", to, "--outdir", dir}, files...)...)
	}
	for name, d := range samples() {
		b, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := WriteHTML(&page, d); err != nil {
			t.Fatal(err)
		}
		office, n := bare(string(b)), 0
		for _, piece := range tag.Split(page.String(), -1) {
			piece = bare(html.UnescapeString(piece))
			if piece == "" || piece == bare(d.Void) || d.Code != nil && (piece == bare(defaultHint) || piece == bare(grouped(d.Code.Short))) {
				continue // in the header
			}
			if n++; !strings.Contains(office, piece) {
				t.Errorf("%s: the office document lacks %q", name, piece)
			}
		}
		if n < 10 {
			t.Errorf("%s: %d pieces of text", name, n)
		}
		if d.Void != "" {
			for i, page := range pageText(t, filepath.Join(dir, name+".pdf")) {
				if !strings.Contains(bare(page), bare(d.Void)) {
					t.Errorf("%s: page %d is not marked void", name, i+1)
				}
			}
		}
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)
