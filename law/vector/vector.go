// Package vector holds the rules of this program against worked examples: a
// JSON file of inputs with expected outputs. The shape of an input selects the
// rule; a shape that no rule knows has failed.
package vector

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sort"

	"mashang/law/restday"
)

type file struct {
	Calendar calendar `json:"calendar"`
	Vectors  []vector `json:"vectors"`
}

type calendar struct {
	Off  map[string][]string `json:"off"`
	Work map[string][]string `json:"work"`
}

type vector struct {
	ID       string          `json:"id"`
	Topic    string          `json:"topic"`
	Input    json.RawMessage `json:"input"`
	Expected map[string]any  `json:"expected"`
}

// rule answers every question that an input of its topic may be asked.
type rule func(in json.RawMessage, cal *strict) (map[string]any, error)

var rules = map[string]rule{
	"case-number": caseNumber,
	"id-number":   idNumber,
	"uscc":        uscc,
	"deadline":    deadline,
	"statistics":  statistics,
	"e-service":   eService,
}

// Check reads examples from r, writes each failing one with got and want to
// w, and ends with a line of counts. An error is about the file itself.
func Check(r io.Reader, w io.Writer) (passed, failed int, err error) {
	dec := json.NewDecoder(r)
	var f file
	if err := dec.Decode(&f); err != nil {
		return 0, 0, fmt.Errorf("vector: %w", err)
	}
	cal, err := newStrict(f.Calendar)
	if err != nil {
		return 0, 0, err
	}
	for _, v := range f.Vectors {
		if why := one(v, cal); why != "" {
			failed++
			if _, err := fmt.Fprintf(w, "%s: %s\n", v.ID, why); err != nil {
				return passed, failed, err
			}
			continue
		}
		passed++
	}
	_, err = fmt.Fprintf(w, "%d passed, %d failed\n", passed, failed)
	return passed, failed, err
}

// one returns "" or what is wrong.
func one(v vector, cal *strict) string {
	f, ok := rules[v.Topic]
	if !ok {
		return fmt.Sprintf("got no rule for topic %q, want %s", v.Topic, text(v.Expected))
	}
	if len(v.Expected) == 0 {
		return "nothing is expected"
	}
	got, err := f(v.Input, cal)
	if err != nil {
		return fmt.Sprintf("got %v, want %s", err, text(v.Expected))
	}
	keys := make([]string, 0, len(v.Expected))
	for k := range v.Expected {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		g, ok := got[k]
		if !ok {
			return fmt.Sprintf("%s: got nothing, no rule answers it for this input, want %s", k, text(v.Expected[k]))
		}
		if !reflect.DeepEqual(plain(g), v.Expected[k]) {
			return fmt.Sprintf("%s: got %s, want %s", k, text(g), text(v.Expected[k]))
		}
	}
	return ""
}

// plain turns an answer into what JSON would give.
func plain(v any) any {
	var out any
	_ = json.Unmarshal([]byte(text(v)), &out)
	return out
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// strict is a calendar for which a year that is not loaded is an error.
type strict struct{ *restday.Calendar }

func newStrict(c calendar) (*strict, error) {
	years := map[string]bool{}
	for y := range c.Off {
		years[y] = true
	}
	for y := range c.Work {
		years[y] = true
	}
	var ys []restday.Year
	for y := range years {
		var n int
		if _, err := fmt.Sscanf(y, "%d", &n); err != nil {
			return nil, fmt.Errorf("vector: year %q", y)
		}
		ys = append(ys, restday.Year{Year: n, Off: c.Off[y], Work: c.Work[y]})
	}
	cal, err := restday.New(ys...)
	return &strict{cal}, err
}
