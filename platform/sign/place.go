package sign

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

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
	s, err := d.site(m)
	if err != nil {
		return placed{}, err
	}
	covers := [3]int{len(d.raw), len(d.raw) + 2*hole, 500} // as many digits as it will have, mostly
	for range 8 {
		p, err := d.write(m, s, covers)
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

// site is where a mark comes: the objects that must name it.
type site struct {
	root, page      int
	catalog, sheet  dict
	fields, stuckOn array // in the form, and on the page
}

// site finds the page of m and refuses what must not be.
func (d *document) site(m mark) (site, error) {
	v := d.view()
	root, _ := v.trailer.get("/Root").(ref)
	s := site{root: int(root), catalog: v.catalog()}
	var err error
	if s.fields, err = v.fields(); err != nil {
		return s, err
	}
	if m.Certify && len(s.fields) > 0 {
		return s, errors.New("sign: only the first signature can certify")
	}
	for _, f := range s.fields {
		if v.at(f).dict().get("/T") == textString(m.Name) {
			return s, fmt.Errorf("sign: the file has a signature %q", m.Name)
		}
	}
	pages := v.pages()
	if m.Page < 0 || m.Page >= len(pages) {
		return s, fmt.Errorf("sign: the file has no page %d", m.Page+1)
	}
	s.page = pages[m.Page].num
	s.sheet = v.object(s.page).dict()
	var ok bool
	if s.stuckOn, ok = s.sheet.get("/Annots").(array); !ok && s.sheet.get("/Annots") != nil {
		return s, errors.New("sign: the notes on the page are not ours")
	}
	return s, nil
}

// write writes the revision: form, page, widget, its picture, signature.
func (d *document) write(m mark, s site, covers [3]int) (placed, error) {
	u, err := d.update()
	if err != nil {
		return placed{}, err
	}
	room := 2*hole + 4096
	if m.Picture != nil {
		room += len(m.Picture.packed)
	}
	u.buf = make([]byte, 0, room)
	field := ref(u.reserve())
	var drawn ref
	if !m.hidden() {
		drawn = ref(u.reserve())
	}
	signature := ref(u.reserve())
	cat := s.catalog.with("/AcroForm", dict{{"/Fields", s.fields.and(field)}, {"/SigFlags", integer(3)}})
	if m.Certify {
		cat = cat.with("/Perms", dict{{"/DocMDP", signature}})
	}
	u.put(s.root, cat)
	u.put(s.page, s.sheet.with("/Annots", s.stuckOn.and(field)))
	u.put(int(field), m.widget(ref(s.page), signature, drawn))
	if !m.hidden() {
		box := array{integer(0), integer(0), number(m.Rect[2] - m.Rect[0]), number(m.Rect[3] - m.Rect[1])}
		form := dict{{"/Type", name("/XObject")}, {"/Subtype", name("/Form")}, {"/BBox", box}, {"/Resources", onlyMultiply}}
		if m.Picture != nil {
			u.putStream(int(drawn), append(form, entry{"/Filter", name("/FlateDecode")}), m.Picture.packed)
		} else {
			u.putStream(int(drawn), form, append([]byte(multiplied), m.Appearance...))
		}
	}
	before := len(u.buf)
	u.put(int(signature), m.dictionary(covers))
	from := len(d.raw) + before + bytes.Index(u.buf[before:], []byte("/Contents<")) + len("/Contents")
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
