package typed_test

import (
	"reflect"
	"testing"

	"mashang/docket/form"
	"mashang/docket/form/typed"
)

func TestValues(t *testing.T) {
	fields := []form.Field{{Name: "who", Type: form.Line}, {Name: "sum", Type: form.Money}, {Name: "n", Type: form.Number}, {Name: "ok", Type: form.Yes}, {Name: "at", Type: form.Time},
		{Name: "items", Type: form.List}, {Name: "rows", Type: form.Table, Of: []string{"甲", "乙"}}, {Name: "how", Type: form.Choice, Of: []string{"快"}}}
	got := typed.Values(fields, map[string]any{
		"who": []string{" 甲 "}, "sum": []string{"1680.32元"}, "n": []string{"12"}, "ok": []string{"on"}, "at": []string{"2026-03-05T09:30"}, "items": []string{"一\n\n 二 \n"},
		"rows.0": []string{"张", "", ""}, "rows.1": []string{"1", "2", ""}, "how": []string{""}, "stranger": []string{"x"},
	})
	want := map[string]any{"who": "甲", "sum": int64(168032), "n": int64(12), "ok": true, "at": "2026-03-05 09:30", "items": []any{"一", "二"}, "rows": []any{[]any{"张", "1"}, []any{"", "2"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
	// What does not fit is kept as typed; JSON comes as it is.
	got = typed.Values(fields, map[string]any{"sum": []string{"很多"}, "n": "x", "items": []any{"一"}, "rows": []any{[]any{"张"}}})
	want = map[string]any{"sum": "很多", "n": "x", "items": []any{"一"}, "rows": []any{[]any{"张"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}
