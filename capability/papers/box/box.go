// Package box shows a field of a form as a box of a web page, filled with what
// was typed into it before.
package box

import (
	"encoding/json"
	"fmt"
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/ui"
)

// shown is a value as it stands in its box.
func shown(fd form.Field, v any) string {
	switch fd.Type {
	case form.Money:
		return typedMoney(v)
	case form.Yes:
		if v == true {
			return "on"
		}
		return ""
	case form.List:
		var lines []string
		for _, x := range items(v) {
			lines = append(lines, fmt.Sprint(x))
		}
		return strings.Join(lines, "\n")
	}
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case json.Number:
		return x.String()
	}
	return fmt.Sprint(v)
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}

// cells are the rows of a table with two empty ones below.
func cells(fd form.Field, v any) [][]string {
	rows := form.Rows(v)
	out := make([][]string, 0, len(rows)+2)
	for _, r := range append(rows[:len(rows):len(rows)], nil, nil) {
		line := make([]string, len(fd.Of))
		copy(line, r)
		out = append(out, line)
	}
	return out
}

// input is a field of a form as a field of the page.
func input(fd form.Field, v any, e ui.Errs) ui.Input {
	i := ui.Input{Name: "fields." + fd.Name, Label: fd.Label, Hint: hint(fd), Value: shown(fd, v)}
	switch fd.Type {
	case form.Text:
		i.Rows = 6
	case form.List:
		i.Rows = 4
	case form.Money, form.Number:
		i.Mode = "decimal"
	}
	if !fd.Required {
		i.Label += "（可以不填）"
		if fd.When != "" {
			i.Label = fd.Label + "（有的时候要填）"
		}
	}
	return i.With(e)
}

func hint(fd form.Field) string {
	add := map[form.Type]string{form.Money: "单位元，例如 1680.32", form.Date: "写成 2026-03-05", form.Time: "写成 2026-03-05 09:30", form.List: "一行写一项"}[fd.Type]
	switch {
	case fd.Hint == "":
		return add
	case strings.Contains(fd.Hint, add), fd.Type == form.List && strings.HasPrefix(fd.Hint, "一行"):
		return fd.Hint
	}
	return fd.Hint + "。" + add
}

func options(fd form.Field) (out []ui.Option) {
	for _, x := range fd.Of {
		out = append(out, ui.Option{Value: x, Text: x})
	}
	return out
}

// typedMoney shows fen as one types it.
func typedMoney(v any) string {
	if n, ok := form.Fen(v); ok {
		return law.Money(n).Plain()
	}
	s, _ := v.(string)
	return s
}
