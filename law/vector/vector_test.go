package vector

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestWorkedExamples: the topics that this program answers pass whole.
func TestWorkedExamples(t *testing.T) {
	b, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	var mine []any
	for _, v := range f["vectors"].([]any) {
		if _, ok := rules[v.(map[string]any)["topic"].(string)]; ok {
			mine = append(mine, v)
		}
	}
	f["vectors"] = mine
	b, err = json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	passed, failed, err := Check(bytes.NewReader(b), &out)
	if err != nil || failed > 0 || passed != len(mine) || passed < 41 {
		t.Fatalf("%d passed, %d failed, %v\n%s", passed, failed, err, out.String())
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct{ name, vector, says string }{
		{"wrong answer", `{"id":"a","topic":"uscc","input":{"uscc":"91350100M000100Y43"},"expected":{"valid":false}}`, "got true, want false"},
		{"unknown topic", `{"id":"a","topic":"poetry","input":{},"expected":{"x":1}}`, `got no rule for topic "poetry", want {"x":1}`},
		{"unknown shape", `{"id":"a","topic":"deadline","input":{"moon":1},"expected":{"lastDay":"2026-01-05"}}`, `want {"lastDay":"2026-01-05"}`},
		{"unknown question", `{"id":"a","topic":"uscc","input":{"uscc":"1"},"expected":{"colour":"red"}}`, `colour: got nothing, no rule answers it for this input, want "red"`},
		{"nothing expected", `{"id":"a","topic":"uscc","input":{"uscc":"1"},"expected":{}}`, "nothing is expected"},
		{"year without calendar", `{"id":"a","topic":"deadline","input":{"startEventDate":"2030-01-02","length":15,"unit":"day"},"expected":{"lastDay":"2030-01-17"}}`, "calendar lacks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			_, failed, err := Check(strings.NewReader(`{"calendar":{"off":{"2026":[]},"work":{}},"vectors":[`+c.vector+`]}`), &out)
			if err != nil || failed != 1 || !strings.Contains(out.String(), c.says) {
				t.Fatalf("failed %d, %v: %s", failed, err, out.String())
			}
		})
	}
}
