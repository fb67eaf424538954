package sign

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Field is what one signature adds to the file besides the signature itself.
type Field struct {
	Name       string     // of the form field; no two signatures of a file have one name
	Page       int        // 0-based
	Rect       [4]float64 // left, bottom, right, top in points; all 0: nothing is shown
	Appearance []byte     // page operators in a box that starts at 0 0; see below
	Picture    *Picture   // instead of Appearance
	Reason     string     // what the person does by signing
	Place      string
	At         time.Time // as the signer says; what is proven is the stamp
	// Certify makes it the certifying signature: the paper says itself that
	// only signatures may follow (DocMDP, level 2). Only the first may do so.
	Certify bool
}

// The appearance is vector strokes and fills only: no text, no picture, no
// font, no other object. It is multiplied with the page, so that it can darken
// what stands there but never cover it: no signer can hide a line of a paper
// under a white signature.
//
// It stands in the file as it is; a [Picture], deflated.

// operators are the page operators of an appearance and how many numbers each takes.
var operators = map[string]int{
	"q": 0, "Q": 0, "cm": 6, "w": 1, "J": 1, "j": 1, "M": 1,
	"m": 2, "l": 2, "c": 6, "v": 4, "y": 4, "h": 0, "re": 4,
	"S": 0, "s": 0, "f": 0, "f*": 0, "B": 0, "B*": 0, "b": 0, "b*": 0, "n": 0,
	"g": 1, "G": 1, "rg": 3, "RG": 3, "k": 4, "K": 4,
}

const (
	longestAppearance = 1 << 20
	longestText       = 200 // characters of name, reason and place
	multiplied        = "/Mul gs\n"
)

// onlyMultiply are the resources of every appearance.
var onlyMultiply = dict{{"/ExtGState", dict{{"/Mul", dict{{"/Type", name("/ExtGState")}, {"/BM", name("/Multiply")}}}}}}

// normal checks f and returns it as the file will have it: numbers of three
// decimals, time in whole seconds.
func (f Field) normal() (Field, error) {
	for _, text := range []string{f.Name, f.Reason, f.Place} {
		if !plain(text) {
			return f, fmt.Errorf("sign: %q is no plain line of text", text)
		}
	}
	if f.Name == "" {
		return f, errors.New("sign: a field needs a name")
	}
	for i, v := range f.Rect {
		if math.IsNaN(v) || math.Abs(v) > 14400 {
			return f, errors.New("sign: the box is not on a page")
		}
		f.Rect[i] = math.Round(v*1000) / 1000
	}
	if f.hidden() {
		if len(f.Appearance) != 0 || f.Picture != nil {
			return f, errors.New("sign: an appearance needs a box")
		}
	} else if f.Rect[2] <= f.Rect[0] || f.Rect[3] <= f.Rect[1] {
		return f, errors.New("sign: the box is not on a page")
	}
	if y := f.At.UTC().Year(); y < 1000 || y > 9999 {
		return f, errors.New("sign: a signature needs its time")
	}
	f.At = f.At.UTC().Truncate(time.Second)
	if f.Picture != nil && len(f.Appearance) != 0 {
		return f, errors.New("sign: two appearances")
	}
	return f, vectors(f.Appearance)
}

// hidden says whether nothing is shown of the signature.
func (f Field) hidden() bool { return f.Rect == [4]float64{} }

// plain says whether s is a short line that shows what it is: no controls, and
// none of the marks that turn the direction of writing.
func plain(s string) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > longestText {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.C, r) && !unicode.Is(unicode.Co, r) }) < 0
}

// vectors refuses an appearance with anything but numbers and operators.
func vectors(content []byte) error {
	if len(content) > longestAppearance {
		return errors.New("sign: the appearance is too long")
	}
	numbers, open := 0, 0
	blank := func(r rune) bool { return r == ' ' || r == '\n' }
	for _, w := range strings.FieldsFunc(string(content), blank) {
		if v, err := decimal(w); err == nil && math.Abs(v) <= 1e6 {
			numbers++
			continue
		}
		takes, known := operators[w]
		if !known || takes != numbers {
			return fmt.Errorf("sign: %.20q may not stand in an appearance", w)
		}
		numbers = 0
		switch w {
		case "q":
			open++
		case "Q":
			open--
		}
		if open < 0 || open > deepest {
			return errors.New("sign: q and Q do not match in the appearance")
		}
	}
	if open != 0 || numbers != 0 {
		return errors.New("sign: the appearance ends too early")
	}
	return nil
}
