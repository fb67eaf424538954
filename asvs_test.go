package mashang

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestASVS: docs/asvs.csv has each requirement of OWASP ASVS 5.0 of the levels
// 1 and 2 once, and what it calls met names a test that is there and is not
// skipped. What is open says so.
func TestASVS(t *testing.T) {
	f, err := os.Open("docs/asvs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`^V([1-9]|1[0-7])\.\d+\.\d+$`)
	seen, levels, states := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, r := range rows[1:] {
		id, level, state, why := r[0], r[1], r[2], r[3]
		if !number.MatchString(id) || seen[id] {
			t.Errorf("%s: no such requirement, or twice", id)
		}
		seen[id] = true
		levels[level]++
		states[state]++
		switch state {
		case "met":
			if err := isTest(why); err != "" {
				t.Errorf("%s: %s %s", id, why, err)
			}
		case "not applicable", "deployer's", "open":
			if len(why) < 8 {
				t.Errorf("%s is %s and does not say why", id, state)
			}
		default:
			t.Errorf("%s is %q", id, state)
		}
	}
	if levels["1"] != 70 || levels["2"] != 183 || len(levels) != 2 { // as counted in the official list
		t.Errorf("requirements by level: %v", levels)
	}
	t.Logf("%v", states)
}

// isTest says what is wrong with folder.TestName, or nothing.
func isTest(name string) string {
	i := strings.LastIndex(name, ".Test")
	if i < 0 {
		return "is not folder.TestName"
	}
	dir := name[:i]
	if dir == "" {
		dir = "."
	}
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return err.Error()
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err.Error()
		}
		_, body, ok := strings.Cut(string(b), "\nfunc "+name[i+1:]+"(t *testing.T) {")
		if !ok {
			continue
		}
		if body, _, _ = strings.Cut(body, "\n}"); strings.Contains(body, "t.Skip") {
			return "is skipped"
		}
		return ""
	}
	return "does not exist"
}
