package sign

import (
	"bytes"
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
		if len(f.Appearance) != 0 {
			return f, errors.New("sign: an appearance needs a box")
		}
	} else if f.Rect[2] <= f.Rect[0] || f.Rect[3] <= f.Rect[1] {
		return f, errors.New("sign: the box is not on a page")
	}
	if y := f.At.UTC().Year(); y < 1000 || y > 9999 {
		return f, errors.New("sign: a signature needs its time")
	}
	f.At = f.At.UTC().Truncate(time.Second)
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

// mark is a field as it stands in the file: of a person, or of a time stamp.
type mark struct {
	Field
	signer string // as the certificate names him
	stamp  bool
}

// hole is how many bytes of DER there is room for; the rest is zeros. A CMS of
// ours with a stamp of a service that sends its whole chain takes about nine
// thousand.
const hole = 12288

var emptyHole = atom("<" + strings.Repeat("0", 2*hole) + ">")

// placed is a revision with its hole, and what the signature covers.
type placed struct {
	revision []byte
	from, to int // the hole with its brackets, counted from the start of the file
	field    int // number of the widget
}

// place writes the revision that adds m. What m covers depends on how long it
// is, which depends on the numbers that say what it covers: they are written
// again until they fit.
func (d *document) place(m mark) (placed, error) {
	var err error
	if m.Field, err = m.normal(); err != nil {
		return placed{}, err
	}
	covers := [3]int{len(d.raw), len(d.raw) + 2*hole, 500} // as many digits as it will have, mostly
	for range 8 {
		p, err := d.placeOnce(m, covers)
		if err != nil {
			return placed{}, err
		}
		now := [3]int{p.from, p.to, len(d.raw) + len(p.revision) - p.to}
		if now == covers {
			return p, nil
		}
		covers = now
	}
	return placed{}, errors.New("sign: the byte range does not settle")
}

func (d *document) placeOnce(m mark, covers [3]int) (placed, error) {
	u, err := d.update()
	if err != nil {
		return placed{}, err
	}
	v := d.view()
	root, _ := u.doc.last().trailer.get("/Root").(ref)
	fields, err := v.fields()
	if err != nil {
		return placed{}, err
	}
	if m.Certify && len(fields) > 0 {
		return placed{}, errors.New("sign: only the first signature can certify")
	}
	for _, f := range fields {
		if v.at(f).dict().get("/T") == textString(m.Name) {
			return placed{}, fmt.Errorf("sign: the file has a signature %q", m.Name)
		}
	}
	pages := v.pages()
	if m.Page < 0 || m.Page >= len(pages) {
		return placed{}, fmt.Errorf("sign: the file has no page %d", m.Page+1)
	}
	pg := pages[m.Page].num
	pd := v.object(pg).dict()
	notes, ok := pd.get("/Annots").(array)
	if !ok && pd.get("/Annots") != nil {
		return placed{}, errors.New("sign: the notes on the page are not ours")
	}
	field := ref(u.reserve())
	var drawn ref
	if !m.hidden() {
		drawn = ref(u.reserve())
	}
	signature := ref(u.reserve())

	cat := v.catalog().with("/AcroForm", dict{{"/Fields", append(fields[:len(fields):len(fields)], field)}, {"/SigFlags", integer(3)}})
	if m.Certify {
		cat = cat.with("/Perms", dict{{"/DocMDP", signature}})
	}
	u.buf = make([]byte, 0, 2*hole+4096)
	u.put(int(root), cat)
	u.put(pg, pd.with("/Annots", append(notes[:len(notes):len(notes)], field)))
	u.put(int(field), m.widget(ref(pg), signature, drawn))
	if !m.hidden() {
		box := array{integer(0), integer(0), number(m.Rect[2] - m.Rect[0]), number(m.Rect[3] - m.Rect[1])}
		u.putStream(int(drawn), dict{{"/Type", name("/XObject")}, {"/Subtype", name("/Form")}, {"/BBox", box}, {"/Resources", onlyMultiply}},
			append([]byte(multiplied), m.Appearance...))
	}
	u.put(int(signature), m.dictionary(covers))
	start := u.offsets[int(signature)]
	body := u.buf[start-len(d.raw):]
	from := start + bytes.Index(body, []byte("/Contents<")) + len("/Contents")
	b, err := u.finish()
	return placed{revision: b, from: from, to: from + 2*hole + 2, field: int(field)}, err
}

// fields are the signature fields of the form; a form that has more than those
// is not ours.
func (v view) fields() (array, error) {
	form := v.catalog().get("/AcroForm")
	if form == nil {
		return nil, nil
	}
	d, _ := form.(dict)
	fields, ok := d.get("/Fields").(array)
	if !ok || len(d) != 2 || d.get("/SigFlags") != integer(3) {
		return nil, errors.New("sign: the form is not ours")
	}
	return fields, nil
}

func (m mark) widget(page, signature, drawn ref) dict {
	d := dict{
		{"/Type", name("/Annot")}, {"/Subtype", name("/Widget")}, {"/FT", name("/Sig")}, {"/T", textString(m.Name)},
		{"/F", integer(132)}, // printed, locked
		{"/Rect", array{number(m.Rect[0]), number(m.Rect[1]), number(m.Rect[2]), number(m.Rect[3])}},
		{"/P", page}, {"/V", signature},
	}
	if m.hidden() {
		return d
	}
	return append(d, entry{"/AP", dict{{"/N", drawn}}})
}

func (m mark) dictionary(covers [3]int) dict {
	kind, form := name("/Sig"), name("/ETSI.CAdES.detached")
	if m.stamp {
		kind, form = "/DocTimeStamp", "/ETSI.RFC3161"
	}
	d := dict{
		{"/Type", kind}, {"/Filter", name("/Adobe.PPKLite")}, {"/SubFilter", form},
		{"/ByteRange", array{integer(0), integer(covers[0]), integer(covers[1]), integer(covers[2])}},
		{"/Contents", emptyHole},
	}
	if m.stamp {
		return d
	}
	d = append(d, dict{
		{"/Name", textString(m.signer)}, {"/Reason", textString(m.Reason)}, {"/Location", textString(m.Place)},
		{"/M", atom(m.At.Format("(D:20060102150405Z)"))},
	}...)
	if m.Certify {
		d = append(d, entry{"/Reference", array{dict{
			{"/Type", name("/SigRef")}, {"/TransformMethod", name("/DocMDP")},
			{"/TransformParams", dict{{"/Type", name("/TransformParams")}, {"/P", integer(2)}, {"/V", name("/1.2")}}},
		}}})
	}
	return d
}
