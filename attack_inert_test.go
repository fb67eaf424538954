package mashang_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// evil means something to every interpreter on the way: a spreadsheet, a
// browser in text, in an attribute and in a script, a template, a format of
// printing, a log, and an eye that reads from right to left.
const evil = `=evil("'><script>alert(1)</script><img src=x>{{.}}%s%!d` + "\u202e\u2066"

// brief is what of it finds room in a narrow field.
const brief = `=evil("'><script>%s%!d` + "\u202e"

// escaped is how both begin on a page.
const escaped = `=evil(&#34;&#39;&gt;&lt;script&gt;`

// TestInert: somebody writes evil into every field that takes words, and into
// files and their names. Every page, answer, table, paper and line of the log
// holds it as the words that it is, or not at all.
func TestInert(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	s := h.write(func(_, field string) string {
		switch field {
		case "title", "name":
			return brief
		case "d_name":
			return evil + "公司"
		}
		return evil
	})
	if m := s.missed(); len(m) > 0 {
		t.Errorf("nobody writes into\n%s", strings.Join(m, "\n"))
	}
	seen := map[string]int{}
	n := s.look(func(who, path string, a answer, head http.Header) {
		kind, _, _ := strings.Cut(a.kind, ";")
		if inert(t, who+" "+path, kind, a.body) {
			seen[kind]++
		}
		typed(t, who+" "+path, a, head)
		for k, vs := range head {
			for _, v := range vs {
				if strings.ContainsAny(v, "\r\n\u202e") || strings.Contains(v, `evil("`) || k == "Content-Disposition" && strings.Count(v, `"`) != 2 {
					t.Errorf("%s %s: %s: %q", who, path, k, v)
				}
			}
		}
	})
	if n < 1500 || seen["text/html"] < 100 || seen["application/json"] < 50 || seen["application/pdf"] < 5 || seen[docKind] < 5 || seen["text/plain"] < 5 {
		t.Errorf("%d answers; the words stood in %v", n, seen)
	}
	inert(t, "the summary of the discipline office", sheetKind, h.post("督察", "/oversight/summary", map[string]string{"court": "冀11"}).must(t, "summary", 200).body)
	inert(t, "the log", "log", h.log.String())
}

const (
	sheetKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	docKind   = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// broken is what a string leaves when it was taken for a format.
var broken = regexp.MustCompile(`%!.?\((MISSING|EXTRA|BADINDEX|NOVERB|[a-z]+=)`)

// inert holds an answer that may have the words in it against its interpreter,
// and reports whether they stand in it.
func inert(t *testing.T, what, kind, body string) bool {
	t.Helper()
	there := strings.Contains(body, "=evil(")
	fail := func(why string) {
		i := max(0, strings.Index(body, "=evil(")-200)
		t.Errorf("%s (%s) %s: %q", what, kind, why, body[i:min(len(body), i+500)])
	}
	if strings.ContainsAny(body, "\u202e\u2066") && kind != "text/plain" && kind != "application/pdf" { // a file comes back as it was handed in; of a paper the text counts
		fail("reverses the reading")
	}
	if broken.MatchString(body) {
		fail("took the words for a format")
	}
	switch kind {
	case "text/html":
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img src=x") || strings.Contains(body, `evil("`) {
			fail("lets it out")
		}
		if there && !strings.Contains(body, escaped) {
			fail("does not show it as it was written")
		}
	case "application/json":
		if strings.Contains(body, "<script") || !json.Valid([]byte(body)) {
			fail("is not JSON, or runs in a page")
		}
	case "application/pdf":
		return plainPaper(t, what, body)
	case sheetKind:
		return plainTable(t, what, body)
	case docKind:
		return plainDocument(t, what, body)
	case "log":
		for l := range strings.Lines(body) {
			if !json.Valid([]byte(l)) || strings.Contains(l, "script") || strings.Contains(l, "evil(") {
				t.Errorf("%s: %s", what, l)
			}
		}
	case "text/plain": // sandboxed, and saved: TestFile
	default:
		if there {
			fail("holds it, and nobody knows how it is read")
		}
	}
	return there
}

// plainPaper: a PDF shows the words and does nothing.
func plainPaper(t *testing.T, what, body string) bool {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	flat, err := exec.CommandContext(t.Context(), "qpdf", "--qdf", "--object-streams=disable", file, "-").Output()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, act := range []string{"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/URI", "/SubmitForm", "/EmbeddedFile"} {
		if regexp.MustCompile(act + `\b`).Match(flat) {
			t.Errorf("%s has %s", what, act)
		}
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if strings.ContainsAny(string(text), "\u202e\u2066") {
		t.Errorf("%s reverses the reading", what)
	}
	return strings.Contains(strings.Join(strings.Fields(string(text)), ""), "<script>alert(1)</script>")
}

// plainTable: no cell of a table is a formula, or would become one.
func plainTable(t *testing.T, what, body string) (there bool) {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for r := range rows {
			for c, v := range rows[r] {
				at, _ := excelize.CoordinatesToCellName(c+1, r+1)
				formula, err := f.GetCellFormula(name, at)
				if err != nil || formula != "" || strings.HasPrefix(v, "=") {
					t.Errorf("%s %s: %q %q %v", what, at, v, formula, err)
				}
				there = there || strings.Contains(v, "=evil(")
			}
		}
	}
	return there
}

// plainDocument: an office document has the words as text, fetches nothing,
// reckons nothing but the number of the page, and carries no program.
func plainDocument(t *testing.T, what, body string) (there bool) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".xml") && !strings.HasSuffix(f.Name, ".rels") && !strings.HasSuffix(f.Name, ".png") {
			t.Errorf("%s has %s", what, f.Name)
		}
		b, err := fs.ReadFile(z, f.Name)
		if err != nil {
			t.Fatalf("%s: %s: %v", what, f.Name, err)
		}
		if strings.HasSuffix(f.Name, ".png") {
			continue
		}
		if strings.ContainsAny(string(b), "\u202e\u2066") || strings.Contains(string(b), `TargetMode`) {
			t.Errorf("%s: %s reverses the reading, or leads out", what, f.Name)
		}
		dec, inside := xml.NewDecoder(bytes.NewReader(b)), ""
		for {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", what, f.Name, err)
			}
			switch x := token.(type) {
			case xml.StartElement:
				if inside = x.Name.Local; slices.Contains([]string{"hyperlink", "object", "altChunk", "fldSimple", "script", "img"}, inside) {
					t.Errorf("%s: %s has <%s>", what, f.Name, inside)
				}
			case xml.CharData:
				if inside == "instrText" && strings.TrimSpace(string(x)) != "PAGE" {
					t.Errorf("%s: %s reckons %q", what, f.Name, x)
				}
				there = there || inside == "t" && strings.Contains(string(x), "<script>alert(1)</script>")
			case xml.EndElement:
				inside = ""
			}
		}
	}
	return there
}

// typed: an answer is what its type says, in UTF-8, and nobody on the way may
// keep it unless it is the same for everybody.
func typed(t *testing.T, what string, a answer, head http.Header) {
	t.Helper()
	kind, rest, _ := strings.Cut(a.kind, ";")
	body := strings.TrimSpace(a.body)
	begins := map[string]string{"text/html": "<", "application/pdf": "%PDF-", "image/png": "\x89PNG", "application/json": "", sheetKind: "PK\x03\x04", docKind: "PK\x03\x04", "text/plain": "", "text/csv": "", "application/octet-stream": ""}
	begin, known := begins[kind]
	switch {
	case body == "" && kind == "":
	case !known:
		t.Errorf("%s is %q", what, a.kind)
	case !strings.HasPrefix(body, begin), kind == "application/json" && !json.Valid([]byte(body)):
		t.Errorf("%s is no %s: %.60q", what, kind, body)
	case strings.HasPrefix(kind, "text/") && strings.TrimSpace(rest) != "charset=utf-8":
		t.Errorf("%s does not say its letters: %q", what, a.kind)
	}
	if head.Get("Cache-Control") != "no-store" && a.code == http.StatusOK && !strings.Contains(what, "/hall/") {
		t.Errorf("%s may be kept on the way: %q", what, head.Get("Cache-Control"))
	}
	if strings.HasPrefix(a.path, web.API) && kind != "application/json" && kind == "text/html" {
		t.Errorf("%s answers a program with a page", what)
	}
}
