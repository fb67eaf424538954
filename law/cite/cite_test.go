package cite

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var comment = regexp.MustCompile(`^\s*// ?law:([^/]+\(\d{4}\))/(\d+) (.+)$`)

// TestQuotations: every quotation over code stands, word for word, in the
// article that it names.
func TestQuotations(t *testing.T) {
	root := "../.."
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(b)) {
			m := comment.FindStringSubmatch(strings.TrimRight(line, "\n"))
			if m == nil {
				continue
			}
			n++
			article, err := os.ReadFile(filepath.Join("../testdata/articles", m[1], m[2]+".txt"))
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if !strings.Contains(strings.ReplaceAll(string(article), "\n", ""), m[3]) {
				t.Errorf("%s: 《%s》第%s条 does not say: %s", path, m[1], m[2], m[3])
			}
		}
		return nil
	})
	if err != nil || n < 20 {
		t.Fatalf("%d quotations, %v", n, err)
	}
}

func TestString(t *testing.T) {
	for want, c := range map[string]Cite{"民事诉讼法第一百二十六条": CPL(126), "民诉法解释第二百六十条": JI(260), "民事诉讼法第八十五条": CPL(85), "民事诉讼法第十条": CPL(10), "民事诉讼法第二百零五条": CPL(205)} {
		if got := c.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
