package form

import (
	"regexp"
	"slices"
	"strings"
)

// say is something that a body puts on paper: {name} a value, @word a block of
// its own, or a number that stands in the text itself, of days or an article.
// when has the conditions under which it is there.
type say struct {
	what string
	when []string
}

// Lost returns the first thing that the body of f says and that of another does
// not, or only when something more holds; "" for nothing.
func (f *Form) Lost(other *Form) string {
	var was, now []say
	says(f.body, nil, &was)
	says(other.body, nil, &now)
	for _, a := range was {
		if !slices.ContainsFunc(now, func(b say) bool {
			return b.what == a.what && !slices.ContainsFunc(b.when, func(c string) bool { return !slices.Contains(a.when, c) })
		}) {
			return a.what
		}
	}
	return ""
}

var (
	written  = regexp.MustCompile(`\{([^}:]*)(:count)?[^}]*\}`) // how many there are is not what they are
	brackets = regexp.MustCompile(`\[\[.*?\]\]`)
	counted  = regexp.MustCompile(`第?[一二三四五六七八九十百千零两〇0-9]+(?:日|天|个月|年|条|倍|%)`)
)

func says(ns []node, when []string, out *[]say) {
	for _, n := range ns {
		switch n.word {
		case "if", "each":
			c := n.field
			if n.word == "if" {
				c = "if " + n.field + "=" + n.is
			}
			is, not := c, "not "+c
			if n.negative {
				is, not = not, is
			}
			says(n.yes, append(slices.Clone(when), is), out)
			says(n.no, append(slices.Clone(when), not), out)
		case "break", "space":
		case "court", "title", "number":
			*out = append(*out, say{strings.TrimSpace("@" + n.word + " " + n.text), when})
		case "list", "numbered", "text", "table", "choose":
			*out = append(*out, say{"{" + n.field + "}", when})
			said(n.is, when, out)
		case "", "item", "to", "part", "note", "flush", "right", "cut", "row", "section", "cell", "blank":
			said(n.text, when, out)
		default: // a block that only the caller knows
			*out = append(*out, say{"@" + n.word, when})
		}
	}
}

// said are the values and the numbers of a text; what stands in [[ ]] is there
// only when each value in it is.
func said(text string, when []string, out *[]say) {
	line := func(s string, when []string) {
		for _, m := range written.FindAllStringSubmatch(s, -1) {
			*out = append(*out, say{"{" + m[1] + m[2] + "}", when})
		}
		for _, m := range counted.FindAllString(written.ReplaceAllString(s, " "), -1) {
			*out = append(*out, say{m, when})
		}
	}
	for _, part := range brackets.FindAllString(text, -1) {
		cond := slices.Clone(when)
		for _, m := range written.FindAllStringSubmatch(part, -1) {
			cond = append(cond, "if "+m[1]+"=")
		}
		line(part, cond)
	}
	line(brackets.ReplaceAllString(text, " "), when)
}
