package mashang_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	required = regexp.MustCompile(`(?m)^(?:require |tool )?\t?([a-z0-9.-]+\.[a-z]+/\S+) (v\S+)( // indirect)?$`)
	reasoned = regexp.MustCompile(`(?m)^\| ([a-z0-9.-]+\.[a-z]+/\S+) \| \S`)
)

// TestComponents: each module that we chose is in the list of decisions with
// its reason and no other is, and go.sum has the digest of every one that is
// built from.
func TestComponents(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	sum, list, chosen := read("go.sum"), map[string]bool{}, 0
	for _, m := range reasoned.FindAllStringSubmatch(read("docs/decisions/0001-dependencies.md"), -1) {
		list[m[1]] = true
	}
	for _, m := range required.FindAllStringSubmatch(read("go.mod"), -1) {
		if !strings.Contains(sum, m[1]+" "+m[2]+"/go.mod h1:") {
			t.Errorf("%s %s has no digest", m[1], m[2])
		}
		if m[3] != "" {
			continue
		}
		chosen++
		if !list[m[1]] {
			t.Errorf("%s was chosen without a reason", m[1])
		}
		delete(list, m[1])
	}
	for m := range list {
		t.Errorf("%s has a reason and is not used", m)
	}
	if chosen < 15 {
		t.Errorf("%d modules were read", chosen)
	}
}
