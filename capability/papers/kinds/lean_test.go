package kinds

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"mashang/docket/form"
	"mashang/platform/pdf"
)

var slip = regexp.MustCompile(`[，。；：、]{2,}|（）|《》|“”|[^认行]为[，。]|于[，。]|由负担|<nil>`)

// TestLean: whatever a clerk leaves out that he may leave out, and whichever
// choice he takes, no sentence is left broken and no colon stands at the end.
func TestLean(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ks {
		full, err := k.sample()
		if err != nil {
			t.Fatal(err)
		}
		lean := maps.Clone(full)
		for _, f := range k.form.Fields {
			if !f.Required {
				delete(lean, f.Name)
			}
		}
		for how, base := range map[string]Values{"full": full, "lean": lean} {
			tidy(t, k, how, base)
			for _, f := range k.form.Fields {
				for _, x := range f.Of {
					if f.Type != form.Choice {
						break
					}
					v := maps.Clone(base)
					v[f.Name] = x
					tidy(t, k, how+" "+f.Name+"="+x, v)
				}
			}
		}
	}
}

func tidy(t *testing.T, k Kind, how string, v Values) {
	t.Helper()
	v = maps.Clone(v)
	for _, f := range k.form.Fields { // what the choice makes necessary
		if _, has := v[f.Name]; !has && f.When != "" && f.Needed(v) {
			v[f.Name] = map[form.Type]any{form.Line: "某某", form.Text: "某某。", form.Date: "2026-10-01", form.Time: "2026-10-01 09:00", form.Money: 100, form.Number: 1, form.List: []string{"某某"}}[f.Type]
		}
	}
	d, err := k.Fill(v)
	if err != nil {
		t.Errorf("%s, %s: %v", k.Name, how, err)
		return
	}
	open := false
	for _, b := range d.Blocks {
		text := fmt.Sprint(b)
		if m := slip.FindString(text); m != "" {
			t.Errorf("%s, %s: %q in %s", k.Name, how, m, text)
		}
		p, isText := b.(pdf.Paragraph)
		_, isEnd := b.(pdf.Signature)
		if open && isEnd {
			t.Errorf("%s, %s: nothing after a colon", k.Name, how)
		}
		open = isText && strings.HasSuffix(p.Text, "：")
	}
}
