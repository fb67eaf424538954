// Package form turns a paper that is written as data into the block model of
// package pdf.
//
// A form is a text file of three or four parts, parted by lines of ---: a head
// of "key: value" lines, which the form's owner reads; the fields, one a line;
// the body; and, if there is one, a sample of values as JSON.
//
//	claims | 诉讼请求 | list* | 一行写一项
//
// is a field: name, what the clerk reads, type, a hint. With * it must be
// filled, with *F=V or *F when field F is V, or is filled. A body is read line by line, and each line is one block:
//
//	TEXT                 paragraph
//	1. TEXT              item of a numbered list; items that follow each other are one list
//	@to TEXT             addressee               @part TEXT    heading
//	@note TEXT           small print             @flush TEXT   paragraph without indent
//	@right TEXT          at the right            @cut TEXT     line to cut along
//	@court [form]        the court's name        @title [TEXT] the paper's name
//	@number              the case number         @break @space what they say
//	@list F  @numbered F list field F: 一、二、 or 1. 2.
//	@text F [TEXT]       text field F: each of its lines a paragraph, TEXT before the first
//	@table F [WIDTHS]    table field F
//	@row L: V | L: V     row of a ruled form      @section TEXT  its grey heading
//	@choose L: F         tick boxes of a choice field
//	@cell L [day|minute] cell to sign in          @blank L [N]   empty cell of N lines
//	@if F, @if !F, @if F=V … @else … @end         @each F … @end  over a table or list, not inside another
//	@NAME                a block that only the caller knows
//
// In TEXT, {name} is a value, {name:FILTER} a value written in a certain way,
// {.column} a cell of the row that @each stands at, and [[…]] goes away
// when a value inside it is empty. A value never becomes markup: lines are
// read before anything is filled in.
//
// Reading order: form.go (parse), fill.go (values to blocks), value.go (types
// and filters).
package form

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Field is one thing that a form asks for.
type Field struct {
	Name     string
	Label    string
	Type     Type
	Of       []string // choices, or columns of a table
	Required bool
	When     string // required when this holds: F=V, or F
	Hint     string
}

// Needed reports whether a field must be filled, given the other values.
func (fd Field) Needed(values map[string]any) bool {
	if fd.When == "" {
		return fd.Required
	}
	name, is, ok := strings.Cut(fd.When, "=")
	if !ok {
		return !empty(values[name])
	}
	return fmt.Sprint(values[name]) == is
}

// Form is a paper as data.
type Form struct {
	Head   map[string]string
	Fields []Field
	Sample map[string]any
	body   []node
	uses   []string
}

// node is one line of a body; if and each have children.
type node struct {
	word     string // "", "item" or the word after @
	text     string
	line     int
	yes, no  []node
	field    string
	is       string
	negative bool
}

// Parse reads a form. An error names the line.
func Parse(src string) (*Form, error) {
	parts := strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n---\n")
	if len(parts) < 3 || len(parts) > 4 {
		return nil, fmt.Errorf("form: a head, fields, a body and perhaps a sample, parted by lines of ---")
	}
	f := &Form{Head: map[string]string{}}
	for line := range strings.Lines(parts[0]) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, val, ok := strings.Cut(line, ":")
		if _, twice := f.Head[key]; !ok || twice {
			return nil, fmt.Errorf("form: head line %q", line)
		}
		f.Head[key] = strings.TrimSpace(val)
	}
	for line := range strings.Lines(parts[1]) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		fd, err := parseField(line)
		if err != nil {
			return nil, err
		}
		if _, twice := f.field(fd.Name); twice {
			return nil, fmt.Errorf("form: field %q twice", fd.Name)
		}
		f.Fields = append(f.Fields, fd)
	}
	p := &parser{form: f}
	for i, line := range strings.Split(parts[2], "\n") {
		p.lines = append(p.lines, numbered{i + 1, strings.TrimSpace(line)})
	}
	var err error
	if f.body, err = p.nodes(""); err != nil {
		return nil, err
	}
	if len(parts) == 4 {
		dec := json.NewDecoder(strings.NewReader(parts[3]))
		dec.UseNumber()
		if err := dec.Decode(&f.Sample); err != nil {
			return nil, fmt.Errorf("form: sample: %w", err)
		}
	}
	return f, nil
}

func parseField(line string) (Field, error) {
	cells := strings.SplitN(line, "|", 4)
	if len(cells) < 3 {
		return Field{}, fmt.Errorf("form: field %q: name | label | type | hint", line)
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	fd := Field{Name: cells[0], Label: cells[1]}
	if len(cells) == 4 {
		fd.Hint = cells[3]
	}
	kind, when, star := strings.Cut(cells[2], "*")
	fd.Required, fd.When = star && when == "", when
	if name, of, ok := strings.Cut(kind, "("); ok {
		kind = name
		for x := range strings.SplitSeq(strings.TrimSuffix(of, ")"), ",") {
			fd.Of = append(fd.Of, strings.TrimSpace(x))
		}
	}
	fd.Type = Type(kind)
	if !slices.Contains(types, fd.Type) || (fd.Type == Table || fd.Type == Choice) != (len(fd.Of) > 0) || fd.Name == "" || fd.Label == "" {
		return fd, fmt.Errorf("form: field %q", line)
	}
	return fd, nil
}

// field returns a declared field.
func (f *Form) field(name string) (Field, bool) {
	for _, x := range f.Fields {
		if x.Name == name {
			return x, true
		}
	}
	return Field{}, false
}

// Uses lists the names of all values that the body asks for, own fields and
// those of the caller, each once.
func (f *Form) Uses() []string { return f.uses }

type numbered struct {
	no   int
	text string
}

type parser struct {
	form  *Form
	lines []numbered
	at    int
	each  bool // inside one
}

// nodes reads lines up to the end of the block that opened with word.
func (p *parser) nodes(open string) (out []node, err error) {
	for p.at < len(p.lines) {
		l := p.lines[p.at]
		p.at++
		if l.text == "" {
			continue
		}
		n := node{text: l.text, line: l.no}
		if rest, ok := strings.CutPrefix(l.text, "@"); ok {
			n.word, n.text, _ = strings.Cut(rest, " ")
			n.text = strings.TrimSpace(n.text)
		} else if no, rest, ok := strings.Cut(l.text, ". "); ok && strings.Trim(no, "0123456789") == "" {
			n.word, n.text = "item", rest
		}
		switch n.word {
		case "else", "end":
			if open == "" || n.word == "else" && open != "if" {
				return nil, fmt.Errorf("form: line %d: @%s without @if or @each", l.no, n.word)
			}
			p.at--
			return out, nil
		case "if", "each":
			if err := p.block(&n); err != nil {
				return nil, err
			}
		case "list", "numbered", "text", "table", "choose":
			name := n.text
			if n.word == "choose" {
				var label string
				label, name, _ = strings.Cut(n.text, ":")
				n.text, name = label, strings.TrimSpace(name)
			} else if a, b, ok := strings.Cut(name, " "); ok {
				name, n.is = a, b
			}
			n.field = name
			p.use(name)
		}
		if err := p.names(n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	if open != "" {
		return nil, fmt.Errorf("form: @%s is not ended", open)
	}
	return out, nil
}

// block reads what stands between @if or @each and @end.
func (p *parser) block(n *node) (err error) {
	name := n.text
	if n.word == "if" {
		name, n.negative = strings.CutPrefix(name, "!")
		name, n.is, _ = strings.Cut(name, "=")
	}
	n.field = strings.TrimSpace(name)
	p.use(n.field)
	n.text = ""
	if n.word == "each" {
		if p.each { // each more would multiply
			return fmt.Errorf("form: line %d: @each inside @each", n.line)
		}
		p.each = true
		defer func() { p.each = false }()
	}
	if n.yes, err = p.nodes(n.word); err != nil {
		return err
	}
	if p.lines[p.at].text == "@else" {
		p.at++
		if n.no, err = p.nodes("if"); err != nil {
			return err
		}
	}
	p.at++ // @end
	return nil
}

// names notes which values a line asks for.
func (p *parser) names(n node) error {
	for s := n.text; ; {
		_, rest, ok := strings.Cut(s, "{")
		if !ok {
			return nil
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return fmt.Errorf("form: line %d: { without }", n.line)
		}
		name, filter, _ := strings.Cut(name, ":")
		if _, known := filters[filter]; !known {
			return fmt.Errorf("form: line %d: no filter %q", n.line, filter)
		}
		p.use(name)
		s = after
	}
}

func (p *parser) use(name string) {
	if !strings.HasPrefix(name, ".") && !slices.Contains(p.form.uses, name) {
		p.form.uses = append(p.form.uses, name)
	}
}

// widths reads "1 4 2" after @table F.
func widths(s string) (out []float64) {
	for w := range strings.FieldsSeq(s) {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}
