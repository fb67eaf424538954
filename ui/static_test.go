package ui

import (
	"regexp"
	"strings"
	"testing"
)

// TestScripts: our scripts put text onto a page as text. They make no markup
// and no code out of strings, and set no property whose name comes from data,
// so that no data can reach a prototype.
func TestScripts(t *testing.T) {
	never := regexp.MustCompile(`\.(inner|outer)HTML\s*\+?=[^=]|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc|\beval\b|\bFunction\(|set(Timeout|Interval)\(\s*['"` + "`" + `]|__proto__|\.prototype\b|[\w)]\[[^\]'"]+\]\s*=[^=>]|for \((const|let) \w+ in `)
	for _, bad := range []string{"a.innerHTML = b", "a.outerHTML += b", "x[key] = 1", "o[a.b]= 1", "eval(x)", "setTimeout('x')", "for (const k in o)"} {
		if !never.MatchString(bad) {
			t.Errorf("%q would not be found", bad)
		}
	}
	for _, fine := range []string{"a.textContent = b", "if (a[0] === b)", "d.open = open[i] ?? false", "const [a] = b", "x.innerHTML === y", "[...a].map((x) => x)"} {
		if m := never.FindString(fine); m != "" {
			t.Errorf("%q is found in %q", m, fine)
		}
	}
	n := 0
	for name, a := range assets {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		n++
		for i, line := range strings.Split(string(a.body), "\n") {
			if m := never.FindString(line); m != "" {
				t.Errorf("%s:%d: %s", name, i+1, m)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d scripts were read", n)
	}
}

// TestAssetsSayWhatTheyAre: every file has a type, and says its letters where it has any.
func TestAssetsSayWhatTheyAre(t *testing.T) {
	for name, a := range assets {
		if text := strings.HasPrefix(a.kind, "text/") || strings.Contains(a.kind, "xml"); a.kind == "" || text && !strings.HasSuffix(a.kind, "; charset=utf-8") {
			t.Errorf("%s is %q", name, a.kind)
		}
	}
}
