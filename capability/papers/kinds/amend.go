package kinds

import (
	"fmt"
	"slices"
	"strings"

	"mashang/docket/form"
)

// Body is the wording of the form: its lines between the fields and the sample.
func (k Kind) Body() string { return strings.Split(k.Source, "\n---\n")[2] }

// Parse reads a form that was kept.
func Parse(text string) (Kind, error) { return parseKind(text) }

// Amend is k in another wording under another version. Who signs, what it
// starts, which fields it asks for and which rules it must pass stay as they
// are: they are the law's, not a court's. Everything that k says of the case,
// and every number of days or of an article in its text, must still be said, under
// no further condition; and the sample of k must pass and be drawn.
func (k Kind) Amend(body, version string) (Kind, error) {
	parts := strings.Split(k.Source, "\n---\n")
	if strings.Contains("\n"+strings.ReplaceAll(body, "\r\n", "\n")+"\n", "\n---\n") {
		return k, fmt.Errorf("form: line 1: --- parts a form, it can't stand in its body")
	}
	parts[0] = strings.Replace(parts[0], "version: "+k.Version, "version: "+version, 1)
	parts[2] = strings.TrimRight(strings.ReplaceAll(body, "\r\n", "\n"), "\n ")
	n, err := parseKind(strings.Join(parts, "\n---\n"))
	if err != nil {
		return k, err
	}
	for _, name := range k.form.Uses() { // also those that only decide what is said
		if !slices.Contains(n.form.Uses(), name) {
			return k, &Lost{k.label(name)}
		}
	}
	if what := lost(k.Body(), parts[2]); what != "" {
		return k, &Lost{k.label(what)}
	}
	_, flaws, err := n.Doc(nil)
	if err == nil && len(flaws) > 0 {
		err = fmt.Errorf("form: %s", flaws[0].Says)
	}
	return n, err
}

// Lost is returned for a wording that leaves out what the paper must say, or
// says it only sometimes.
type Lost struct{ What string }

func (l *Lost) Error() string { return "kinds: " + l.What + " is not said any more" }

// label is what a clerk calls what a form says.
func (k Kind) label(what string) string {
	name := strings.Trim(what, "{}")
	i := slices.IndexFunc(k.form.Fields, func(f form.Field) bool { return f.Name == name })
	switch {
	case i >= 0:
		return k.form.Fields[i].Label + "（{" + name + "}）"
	case what == "@sign":
		return "落款（@sign）"
	}
	return what
}
