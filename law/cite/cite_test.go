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

// TestLacks: an article that a law does not have is known, and nothing is said
// of a law that is not.
func TestLacks(t *testing.T) {
	for _, c := range []struct {
		title, article string
		last           int
		lacks          bool
	}{
		{"中华人民共和国民法典", "一千二百六十", 1260, false}, {"中华人民共和国民法典", "一千二百六十一", 1260, true}, {"中华人民共和国民法典", "三千", 1260, true},
		{"中华人民共和国民事诉讼法", "三百零六", 306, false}, {"中华人民共和国民事诉讼法", "三百零七", 306, true}, {"中华人民共和国民事诉讼法", "一百十九", 306, true},
		{"最高人民法院关于适用〈中华人民共和国民事诉讼法〉的解释", "五百五十", 550, false}, {"诉讼费用交纳办法", "五十七", 56, true},
		{"中华人民共和国专利法", "九百", 0, false},
	} {
		if last, lacks := Lacks(c.title, c.article); last != c.last || lacks != c.lacks {
			t.Errorf("《%s》第%s条: %d, %v", c.title, c.article, last, lacks)
		}
	}
}
