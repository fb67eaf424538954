package kinds

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

// lost returns the first thing that a body says and another does not, or only
// when something more holds; "" for nothing. Both can be read.
func lost(body, other string) string {
	now := says(other)
	for _, a := range says(body) {
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

func says(body string) (out []say) {
	var when []string
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "@if", "@each":
			when = append(when[:len(when):len(when)], strings.ReplaceAll(line, " ", ""))
		case "@else":
			when = append(when[:len(when)-1:len(when)-1], opposite(when[len(when)-1]))
		case "@end":
			when = when[:len(when)-1]
		case "@break", "@space":
		case "@list", "@numbered", "@text", "@table":
			name, lead, _ := strings.Cut(rest, " ")
			out = append(said(lead, when, out), say{"{" + name + "}", when})
		case "@choose":
			_, name, _ := strings.Cut(rest, ":")
			out = append(out, say{"{" + strings.TrimSpace(name) + "}", when})
		case "@to", "@part", "@note", "@flush", "@right", "@cut", "@row", "@section", "@cell", "@blank":
			out = said(rest, when, out)
		default:
			if strings.HasPrefix(word, "@") { // a block that prints no text of the line, or is a name
				out = append(out, say{line, when})
			} else {
				out = said(line, when, out)
			}
		}
	}
	return out
}

// opposite is the condition of what stands after @else.
func opposite(c string) string {
	if rest, ok := strings.CutPrefix(c, "@if!"); ok {
		return "@if" + rest
	}
	return strings.Replace(c, "@if", "@if!", 1)
}

// said adds the values and the numbers of a text; what stands in [[ ]] is there
// only when each value in it is.
func said(text string, when []string, out []say) []say {
	line := func(s string, when []string) {
		for _, m := range written.FindAllStringSubmatch(s, -1) {
			out = append(out, say{"{" + m[1] + m[2] + "}", when})
		}
		for _, m := range counted.FindAllString(written.ReplaceAllString(s, " "), -1) {
			out = append(out, say{m, when})
		}
	}
	for _, part := range brackets.FindAllString(text, -1) {
		c := when[:len(when):len(when)]
		for _, m := range written.FindAllStringSubmatch(part, -1) {
			c = append(c, "@if"+m[1])
		}
		line(part, c)
	}
	line(brackets.ReplaceAllString(text, " "), when)
	return out
}
