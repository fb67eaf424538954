package access_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"mashang/docket/access"
)

var groups = map[string]string{
	"side": "party agent", "bench": "handler member assistant clerk", "desk": "handler member assistant clerk delegate",
	"above": "head president supervision", "filing": "filing_judge filing_officer",
	"staff": "handler member assistant clerk delegate opened head president supervision filing_judge filing_officer discipline colleague system_admin security_admin audit_admin other_staff",
}

// TestTable holds the rules of the program against the table that was written
// by hand: no more, and no less.
func TestTable(t *testing.T) {
	want := readTable(t)
	got := access.Verbs()
	for kind, verbs := range got {
		for verb, have := range verbs {
			if want[kind+" "+verb] != have {
				t.Errorf("%s %s: the program allows %s, the table %s", kind, verb, words(have), words(want[kind+" "+verb]))
			}
		}
	}
	for key := range want {
		kind, verb, _ := strings.Cut(key, " ")
		if _, ok := got[kind][verb]; !ok {
			t.Errorf("%s is in the table and not in the program", key)
		}
	}
}

func readTable(t *testing.T) map[string]access.Relation {
	t.Helper()
	f, err := os.Open("testdata/table.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	bits := map[string]access.Relation{}
	for _, n := range access.Names {
		bits[n.Name] = n.Bit
	}
	out := map[string]access.Relation{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		key, who, ok := strings.Cut(sc.Text(), ":")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		for _, w := range strings.Fields(who) {
			names := w
			if g, ok := groups[w]; ok {
				names = g
			}
			for _, n := range strings.Fields(names) {
				if bits[n] == 0 {
					t.Fatalf("%s: nobody is called %q", key, n)
				}
				out[key] |= bits[n]
			}
		}
	}
	return out
}

func words(r access.Relation) string {
	var out []string
	for _, n := range access.Names {
		if r&n.Bit != 0 {
			out = append(out, n.Name)
		}
	}
	return strings.Join(out, " ")
}
