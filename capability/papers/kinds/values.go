package kinds

import (
	"encoding/json"
	"fmt"
	"strings"

	"mashang/platform/pdf"
)

// Values fill a form: what the file knows of the case (see gather in package
// papers) and what the form asks for. They are frozen when the paper is ordered and kept sealed,
// so that the paper can be drawn again, letter for letter.
type Values map[string]any

// VoidMark is drawn across each page and in the seal of whatever the demo, a
// sample or the built-in test authority makes.
const VoidMark = "演示文书 无法律效力"

// Text is a value that is text; "" where there is none.
func (v Values) Text(name string) string { s, _ := v[name].(string); return s }

// List reads a list, fresh or back from JSON.
func (v Values) List(name string) (out []string) {
	switch l := v[name].(type) {
	case []string:
		return l
	case []any:
		for _, x := range l {
			out = append(out, fmt.Sprint(x))
		}
	}
	return out
}

// signers reads lines "审判长 某某".
func (v Values) signers(name string) (out []pdf.Signer) {
	for _, s := range v.List(name) {
		title, who, _ := strings.Cut(s, " ")
		out = append(out, pdf.Signer{Title: title, Name: who})
	}
	return out
}

// Everything is all text of the values, for the question whether it can be drawn.
func (v Values) Everything() string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
