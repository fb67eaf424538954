package mashang_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rooms says which of our rooms each room may import. Imports point down only.
var rooms = map[string][]string{
	"law":         {"law"},
	"platform":    {"platform", "third_party"},
	"docket":      {"docket", "law", "platform"},
	"ui":          {"ui", "platform"},
	"capability":  {"docket", "law", "platform", "ui"},
	"third_party": {},
}

// TestRooms reads the sources themselves, not `go list`: the test cache
// notices files that a test opens, and does not notice files that a child opens.
func TestRooms(t *testing.T) {
	walk(t, func(name string) {
		room := strings.Split(path.Dir(name), "/")
		may, ok := rooms[room[0]]
		if !ok || strings.HasSuffix(name, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			checkImport(t, name, room, may, imp)
		}
	})
}

func checkImport(t *testing.T, name string, room, may []string, imp string) {
	t.Helper()
	rest, ours := strings.CutPrefix(imp, "mashang/")
	to := strings.Split(rest, "/")
	switch {
	case imp == "mashang":
		t.Errorf("%s imports the root", name)
	case !ours && room[0] == "law" && strings.Contains(imp, "."):
		t.Errorf("%s imports %s: law is pure", name, imp)
	case !ours:
	case room[0] == "capability" && to[0] == "capability" && len(room) > 1 && len(to) > 1 && to[1] != room[1]:
		t.Errorf("%s imports %s: services do not import each other", name, imp)
	case room[0] == "capability" && to[0] == "capability":
	case !contains(may, to[0]):
		t.Errorf("%s may not import %s", name, imp)
	}
}

// TestSizes: a file longer than 700 lines is two files, a docket package
// longer than 1,000 lines is too much for everyone to share, a capability
// longer than 3,000 is two services.
func TestSizes(t *testing.T) {
	folder := map[string]int{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
			return
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			return
		}
		n := strings.Count(string(b), "\n")
		if n > 700 {
			t.Errorf("%s has %d lines", name, n)
		}
		folder[path.Dir(name)] += n
	})
	for dir, n := range folder {
		if strings.HasPrefix(dir, "docket") && n > 1000 {
			t.Errorf("%s has %d lines", dir, n)
		}
		if strings.HasPrefix(dir, "capability/") && n > 3000 {
			t.Errorf("%s has %d lines", dir, n)
		}
	}
}

// TestUploads: every box for files says before how large they may be.
func TestUploads(t *testing.T) {
	n := 0
	for _, glob := range []string{"capability/*/*.templ", "capability/*/*/*.templ"} {
		names, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(b)) {
				if strings.Contains(line, "@ui.Files(") {
					n++
					if !strings.Contains(line, "Most: ") {
						t.Errorf("%s: %s", name, line)
					}
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("%d boxes for files were found", n)
	}
}

// TestPackageDocs: every package says what it is.
func TestPackageDocs(t *testing.T) {
	has := map[string]bool{}
	walk(t, func(name string) {
		dir := path.Dir(name)
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Error(err)
			return
		}
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		has[dir] = has[dir] || f.Doc != nil
	})
	for dir, ok := range has {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// walk calls f with every Go file of the module.
func walk(t *testing.T, f func(name string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name == "bench" || name == "dist" || strings.HasPrefix(name, ".git")) {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".go") {
			f(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func contains(l []string, s string) bool {
	for _, x := range l {
		if x == s {
			return true
		}
	}
	return false
}
