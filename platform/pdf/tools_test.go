package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// packages says what to install for each program the tests read papers with.
// A paper that only our own code can read proves nothing, so a missing program
// fails the test.
var packages = map[string]string{
	"qpdf": "qpdf", "pdftotext": "poppler-utils", "pdftoppm": "poppler-utils",
	"soffice": "libreoffice-writer", "pdffonts": "poppler-utils", "pdfinfo": "poppler-utils", "zbarimg": "zbar-tools",
}

// tool runs an installed reader and returns what it prints.
func tool(t testing.TB, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("this test reads papers with %s; install it: apt-get install %s", name, packages[name])
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// render sets d with the embedded faces and returns the file's path.
func render(t testing.TB, d *Doc) (path string, pages int) {
	t.Helper()
	b, pages, err := Render(faces(t), d)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path, pages
}

// pageText is the text of every page as pdftotext reads it.
func pageText(t testing.TB, path string) []string {
	t.Helper()
	out := tool(t, "pdftotext", "-enc", "UTF-8", path, "-")
	return strings.Split(strings.TrimSuffix(out, "\f"), "\f")
}

// bare removes white space, which readers insert as they see fit.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// codesIn reads every QR code of a picture file.
func codesIn(t testing.TB, file string) []string {
	t.Helper()
	return strings.Fields(tool(t, "zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", file))
}
