package mashang_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	required = regexp.MustCompile(`(?m)^(?:require |tool )?\t?([a-z0-9.-]+\.[a-z]+/\S+) (v\S+)( // indirect)?$`)
	reasoned = regexp.MustCompile(`(?m)^\| ([a-z0-9.-]+\.[a-z]+/\S+) \| \S`)
)

// TestFaultTimes: docs/security.md says for each degree of a fault in a component
// within how many days it is gone, from us and from the deployer, the worse the
// sooner, and how often everything is brought up to date.
func TestFaultTimes(t *testing.T) {
	b, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "\n## Components with faults\n")
	before := [2]int{1, 1}
	for _, degree := range []string{"critical", "high", "medium", "low"} {
		m := regexp.MustCompile(`(?m)^\| ` + degree + ` \| (\d+) days \| (\d+) days \|$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no days for what is %s", degree)
		}
		for i := range before {
			days, err := strconv.Atoi(m[1+i])
			if err != nil || days < before[i] || degree == "critical" && days > 7 {
				t.Errorf("%s: %s days: %v", degree, m[1+i], err)
			}
			before[i] = days
		}
	}
	if !regexp.MustCompile(`brought up to date every \d+ days`).MatchString(text) {
		t.Error("nothing is said of updates without a fault")
	}
}

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
