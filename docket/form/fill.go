package form

import (
	"fmt"
	"strconv"
	"strings"

	"mashang/platform/pdf"
)

// Custom makes a block that only the caller knows; ok is false for a word that
// nobody knows.
type Custom func(word, rest string) (b pdf.Block, ok bool)

// Blocks fills the form. A value that the body asks for and that neither the
// form nor values know is an error; one that is empty is nothing.
func (f *Form) Blocks(values map[string]any, custom Custom) ([]pdf.Block, error) {
	w := &filler{form: f, values: values, custom: custom}
	if err := w.nodes(f.body, nil); err != nil {
		return nil, err
	}
	w.flush()
	return w.out, nil
}

type filler struct {
	form   *Form
	size   int
	values map[string]any
	custom Custom
	out    []pdf.Block
	items  []string
	rows   []pdf.Row
}

// row is what @each stands at.
type row map[string]string

// flush ends the list or the ruled form that is being gathered.
func (w *filler) flush() {
	if w.items != nil {
		w.out = append(w.out, pdf.List{Items: w.items, Number: pdf.Chinese})
		w.items = nil
	}
	if w.rows != nil {
		w.out = append(w.out, pdf.Form{Dense: true, Rows: w.rows})
		w.rows = nil
	}
}

func (w *filler) add(b pdf.Block) {
	w.flush()
	w.out = append(w.out, b)
}

func (w *filler) nodes(ns []node, r row) error {
	for _, n := range ns {
		if err := w.node(n, r); err != nil {
			return fmt.Errorf("line %d: %w", n.line, err)
		}
	}
	return nil
}

// mostText is what a paper may hold, in bytes: a list that is written out again
// for each of its lines grows with their square.
const mostText = 16 << 20

func (w *filler) node(n node, r row) error {
	if w.size > mostText {
		return fmt.Errorf("the paper is too long")
	}
	switch n.word {
	case "if":
		return w.branch(n, r)
	case "each":
		return w.each(n)
	case "list", "numbered", "text", "table", "choose":
		return w.whole(n, r)
	case "row":
		return w.fields(n, r)
	}
	text, err := w.text(n.text, r)
	if err != nil {
		return err
	}
	switch n.word {
	case "":
		if text != "" {
			w.add(pdf.Paragraph{Text: text})
		}
	case "item":
		if w.rows != nil {
			w.flush()
		}
		w.items = append(w.items, text)
	case "section":
		w.row(pdf.Row{Section: text})
	case "cell":
		label, when, _ := strings.Cut(text, " ")
		w.row(pdf.Row{Fields: []pdf.Field{{Label: label, Sign: true, Date: map[string]pdf.When{"day": pdf.Day, "minute": pdf.Minute}[when]}}})
	case "blank":
		label, lines, _ := strings.Cut(text, " ")
		n, _ := strconv.Atoi(lines)
		w.row(pdf.Row{Fields: []pdf.Field{{Label: label, Lines: max(n, 1)}}})
	default:
		b, err := w.block(n.word, text)
		if err != nil {
			return err
		}
		if f, ok := b.(pdf.Form); ok { // its rows stand among the others
			for _, r := range f.Rows {
				w.row(r)
			}
			break
		}
		w.add(b)
	}
	return nil
}

func (w *filler) block(word, text string) (pdf.Block, error) {
	switch word {
	case "to":
		return pdf.Addressee{Text: text}, nil
	case "part":
		return pdf.Heading{Text: text}, nil
	case "note":
		return pdf.Note{Text: text}, nil
	case "flush":
		return pdf.Paragraph{Text: text, Flush: true}, nil
	case "right":
		return pdf.Paragraph{Text: text, Right: true}, nil
	case "cut":
		return pdf.CutLine{Text: text}, nil
	case "court":
		return pdf.CourtTitle{Form: text == "form"}, nil
	case "title":
		return pdf.PaperTitle{Text: text}, nil
	case "number":
		return pdf.CaseNumber{Text: text}, nil
	case "break":
		return pdf.PageBreak{}, nil
	case "space":
		return pdf.Space{Lines: 1}, nil
	}
	if w.custom != nil {
		if b, ok := w.custom(word, text); ok {
			return b, nil
		}
	}
	return nil, fmt.Errorf("no block @%s", word)
}

func (w *filler) row(r pdf.Row) {
	if w.items != nil {
		w.flush()
	}
	w.rows = append(w.rows, r)
}

// fields reads "label: value | label: value".
func (w *filler) fields(n node, r row) error {
	var fs []pdf.Field
	for part := range strings.SplitSeq(n.text, " | ") {
		label, value, _ := strings.Cut(part, ":")
		text, err := w.text(strings.TrimSpace(value), r)
		if err != nil {
			return err
		}
		fs = append(fs, pdf.Field{Label: strings.TrimSpace(label), Text: text})
	}
	w.row(pdf.Row{Fields: fs})
	return nil
}

// whole sets a field as a block of its own.
func (w *filler) whole(n node, r row) error {
	v, err := w.value(n.field, r)
	if err != nil {
		return err
	}
	if n.word == "choose" {
		fd, _ := w.form.field(n.field)
		var cs []pdf.Choice
		for _, x := range fd.Of {
			cs = append(cs, pdf.Choice{Text: x, On: v == x})
		}
		w.row(pdf.Row{Fields: []pdf.Field{{Label: n.text, Choices: cs}}})
		return nil
	}
	if empty(v) {
		return nil
	}
	switch n.word {
	case "text":
		lead, err := w.text(n.is, r)
		if err != nil {
			return err
		}
		for line := range strings.Lines(fmt.Sprint(v)) {
			if line = strings.TrimSpace(line); line != "" {
				w.add(pdf.Paragraph{Text: lead + line})
				lead = ""
			}
		}
	case "table":
		rows, ok := table(v)
		fd, declared := w.form.field(n.field)
		if !ok || !declared {
			return fmt.Errorf("%s is not a table", n.field)
		}
		w.add(pdf.Grid{Head: fd.Of, Rows: rows, Widths: widths(n.is)})
	default:
		items, ok := strs(v)
		if !ok {
			return fmt.Errorf("%s is not a list", n.field)
		}
		how := pdf.Chinese
		if n.word == "numbered" {
			how = pdf.Arabic
		}
		w.add(pdf.List{Items: items, Number: how})
	}
	return nil
}

func (w *filler) branch(n node, r row) error {
	v, err := w.value(n.field, r)
	if err != nil {
		return err
	}
	yes := !empty(v)
	if n.is != "" {
		yes = fmt.Sprint(v) == n.is
	}
	if yes != n.negative {
		return w.nodes(n.yes, r)
	}
	return w.nodes(n.no, r)
}

func (w *filler) each(n node) error {
	v, err := w.value(n.field, nil)
	if err != nil {
		return err
	}
	rows, err := w.over(n.field, v)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := w.nodes(n.yes, r); err != nil {
			return err
		}
	}
	return nil
}

// over makes rows of what @each goes over: named cells of the caller's, the
// columns of a table by their titles, the lines of a list as {.it}; {.no} counts.
func (w *filler) over(name string, v any) (out []row, err error) {
	switch v := v.(type) {
	case []map[string]string:
		for _, m := range v {
			out = append(out, m)
		}
	case []any, [][]string, []string, nil:
		fd, _ := w.form.field(name)
		if rows, ok := table(v); ok && fd.Type == Table {
			for _, cells := range rows {
				r := row{}
				for i, c := range fd.Of {
					r[c] = ""
					if i < len(cells) {
						r[c] = cells[i]
					}
				}
				out = append(out, r)
			}
			break
		}
		items, ok := strs(v)
		if !ok {
			return nil, fmt.Errorf("%s cannot be gone over", name)
		}
		for _, s := range items {
			out = append(out, row{"it": s})
		}
	default:
		return nil, fmt.Errorf("%s cannot be gone over", name)
	}
	for i, r := range out {
		c := row{"no": strconv.Itoa(i + 1)}
		for k, x := range r {
			c[k] = x
		}
		out[i] = c
	}
	return out, nil
}

func (w *filler) value(name string, r row) (any, error) {
	if cell, ok := strings.CutPrefix(name, "."); ok {
		v, known := r[cell]
		if !known {
			return nil, fmt.Errorf("no column %q here", cell)
		}
		return v, nil
	}
	if v, ok := w.values[name]; ok {
		return v, nil
	}
	if _, ok := w.form.field(name); ok {
		return nil, nil
	}
	return nil, fmt.Errorf("no value %q", name)
}

// text fills a line: [[…]] goes away when a value in it is empty.
func (w *filler) text(s string, r row) (string, error) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "[[")
		t, _, err := w.plain(before, r)
		if err != nil {
			return "", err
		}
		b.WriteString(t)
		if !ok {
			return b.String(), nil
		}
		inside, after, ok := strings.Cut(rest, "]]")
		if !ok {
			return "", fmt.Errorf("[[ without ]]")
		}
		t, lacks, err := w.plain(inside, r)
		if err != nil {
			return "", err
		}
		if !lacks {
			b.WriteString(t)
		}
		s = after
	}
}

// plain fills the placeholders of s and says whether one was empty.
func (w *filler) plain(s string, r row) (string, bool, error) {
	var b strings.Builder
	lacks := false
	for {
		before, rest, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String(), lacks, nil
		}
		name, after, _ := strings.Cut(rest, "}")
		name, filter, _ := strings.Cut(name, ":")
		v, err := w.value(name, r)
		if err != nil {
			return "", false, err
		}
		t, err := filters[filter](v)
		if err != nil {
			return "", false, fmt.Errorf("%s: %w", name, err)
		}
		t = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(t)
		lacks = lacks || strings.TrimSpace(t) == ""
		b.WriteString(t)
		w.size += len(t)
		s = after
	}
}
