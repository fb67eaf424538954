package passwords

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestLeaked: each of the list is found, in any case; a part, a longer one and
// one that nobody knows are not. 3,000 is what ASVS 6.2.4 asks for.
func TestLeaked(t *testing.T) {
	list := strings.Split(strings.TrimSuffix(leaked, "\n"), "\n")
	if len(list) < 3000 || !slices.IsSorted(list) {
		t.Fatalf("%d lines, sorted %v", len(list), slices.IsSorted(list))
	}
	if doc, err := os.ReadFile("../../docs/security.md"); err != nil || !strings.Contains(string(doc), fmt.Sprintf("Refused are %d,%03d that leaked", len(list)/1000, len(list)%1000)) {
		t.Errorf("docs/security.md does not say %d, %v", len(list), err)
	}
	for i, p := range list {
		if n := len([]rune(p)); n < 12 || p != strings.ToLower(p) || !Leaked(p) {
			t.Fatalf("line %d, %q: %d letters, found %v", i+1, p, n, Leaked(p))
		}
	}
	for p, want := range map[string]bool{"1QAZ2wsx3edc4rfv": true, list[0]: true, list[len(list)-1]: true,
		"": false, "\n": false, list[0] + "\n" + list[1]: false, list[7][:11]: false, list[7] + "¤": false, "庭前三棵老槐树都开花了": false, "\x00": false, "\xff\xff": false} {
		if Leaked(p) != want {
			t.Errorf("%q: %v", p, !want)
		}
	}
}
