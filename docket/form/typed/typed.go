// Package typed reads the fields of a paper's form as a browser sends them.
package typed

import (
	"strconv"
	"strings"

	"mashang/docket/form"
	"mashang/law"
)

// Values turns what a web form sends (text, or lists of text) into values of
// the fields' types, and drops what nobody asks for. What does not fit its type
// is kept as it was typed, for [form.Form.Check] to complain about. Money is typed
// in yuan. A table comes as one list for each column, NAME.0, NAME.1 and so on.
func Values(fields []form.Field, from map[string]any) map[string]any {
	out := map[string]any{}
	for _, fd := range fields {
		if fd.Type == form.Table {
			if rows := columns(from, fd); len(rows) > 0 {
				out[fd.Name] = rows
				continue
			}
		}
		v, ok := from[fd.Name]
		if l, isList := v.([]string); isList && len(l) > 0 {
			v = l[0]
		}
		s, isText := v.(string)
		if !ok || !isText {
			if ok && v != nil {
				out[fd.Name] = v
			}
			continue
		}
		if s = strings.TrimSpace(s); s != "" {
			out[fd.Name] = one(fd, s)
		}
	}
	return out
}

func one(fd form.Field, s string) any {
	switch fd.Type {
	case form.Money:
		if m, err := law.ParseMoney(strings.TrimSuffix(s, "元")); err == nil {
			return int64(m)
		}
	case form.Number:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n
		}
	case form.Yes:
		return s == "on" || s == "yes" || s == "true" || s == "1"
	case form.Time:
		return strings.Replace(s, "T", " ", 1)
	case form.List:
		var out []any
		for line := range strings.Lines(s) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
		return out
	}
	return s
}

// columns reads a table sent column by column; empty rows are dropped.
func columns(from map[string]any, fd form.Field) (rows []any) {
	for i := 0; ; i++ {
		row, any1, more := []any{}, false, false
		for c := range fd.Of {
			l, _ := from[fd.Name+"."+strconv.Itoa(c)].([]string)
			cell := ""
			if i < len(l) {
				cell, more = strings.TrimSpace(l[i]), true
			}
			any1 = any1 || cell != ""
			row = append(row, cell)
		}
		if !more {
			return rows
		}
		if any1 {
			rows = append(rows, row)
		}
	}
}
