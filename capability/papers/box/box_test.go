package box

import (
	"encoding/json"
	"strings"
	"testing"

	"mashang/docket/form"
	"mashang/platform/fault"
	"mashang/ui"
)

// TestField: a box holds what was typed as one typed it, and its fault.
func TestField(t *testing.T) {
	for name, c := range map[string]struct {
		field form.Field
		value any
		says  []string
	}{
		"money":          {form.Field{Name: "fee", Label: "费用", Type: form.Money, Required: true}, json.Number("102550"), []string{`value="1025.50"`, "单位元"}},
		"money mistyped": {form.Field{Name: "fee", Label: "费用", Type: form.Money}, "很多", []string{`value="很多"`, "（可以不填）"}},
		"number":         {form.Field{Name: "days", Label: "天数", Type: form.Number, When: "stage"}, json.Number("15"), []string{`value="15"`, "（有的时候要填）"}},
		"nothing yet":    {form.Field{Name: "day", Label: "哪天", Type: form.Date, Hint: "送到的日子"}, nil, []string{"送到的日子。写成 2026-03-05"}},
		"list":           {form.Field{Name: "claims", Label: "请求", Type: form.List, Hint: "一行写一项"}, []any{"还钱；", "付利息。"}, []string{"还钱；\n付利息。", ">一行写一项<"}},
		"yes":            {form.Field{Name: "half", Label: "减半", Type: form.Yes}, true, []string{"checked", "减半"}},
		"choice":         {form.Field{Name: "open", Label: "公开吗", Type: form.Choice, Of: []string{"公开", "不公开"}}, "不公开", []string{`value="不公开" checked`}},
		"table":          {form.Field{Name: "rows", Label: "回答", Type: form.Table, Of: []string{"人", "回答"}}, []any{[]any{"原告"}}, []string{`value="原告"`, "回答，第 3 行"}},
	} {
		var b strings.Builder
		e := ui.Errs(fault.Fields(fault.Field("fields."+c.field.Name, "这里不对。")))
		if err := Field(c.field, c.value, e).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		for _, s := range append(c.says, "这里不对。") {
			if !strings.Contains(b.String(), s) {
				t.Errorf("%s: no %q in %s", name, s, b.String())
			}
		}
		if c.field.Type == form.Table && strings.Contains(b.String(), "第 4 行") {
			t.Errorf("%s: more than two empty rows", name)
		}
	}
}
