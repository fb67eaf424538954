package sign

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"
)

// A revision is explained by writing it again: from what it says it adds, our
// own writer makes the revision anew, and both must be the same to the last
// byte. What cannot be said in those terms cannot be in the file: no other
// white space, no unused object, no second table, no replaced page.

// signed is one signature or time stamp as it stands in the file.
type signed struct {
	mark
	placed
	revision int // index, 1 is the first after the paper
	der      []byte
	intact   bool // hole and DER are in form
}

// whole reads a file to which something is to be added. Every revision must be
// one that this package wrote.
func whole(pdf []byte) (*document, error) {
	d, err := read(pdf)
	if err != nil {
		return nil, err
	}
	if !d.canonical() {
		return nil, ErrForeign
	}
	for i := 1; i < len(d.revs); i++ {
		if added, _ := d.explain(i); added == "" {
			return nil, ErrForeign
		}
	}
	return d, nil
}

// explain says what revision i added, with the signature if it is one; nothing
// if the revision is not ours.
func (d *document) explain(i int) (Added, *signed) {
	before, r := d.upto(i), d.revs[i]
	bytesOf := d.raw[r.start:r.end]
	if s := d.signature(i); s != nil {
		p, err := before.place(s.mark)
		if err != nil || !sameBut(bytesOf, p, r.start) {
			return "", nil
		}
		s.placed = p
		s.der, s.intact = unhole(d.raw[p.from:p.to])
		if s.stamp {
			return AddedStamp, s
		}
		return AddedSignature, s
	}
	was, err := before.view().store()
	if err != nil {
		return "", nil
	}
	now, err := d.upto(i + 1).view().store()
	if err != nil || len(now.certs) < len(was.certs) || len(now.lists) < len(was.lists) {
		return "", nil
	}
	added := store{now.certs[len(was.certs):], now.lists[len(was.lists):]}
	again, err := before.keep(added)
	if err != nil || len(added.certs)+len(added.lists) == 0 || !bytes.Equal(again, bytesOf) {
		return "", nil
	}
	return AddedStore, nil
}

// sameBut compares a revision with p outside of the hole.
func sameBut(got []byte, p placed, start int) bool {
	a, b := p.from-start, p.to-start
	return len(got) == len(p.revision) && bytes.Equal(got[:a], p.revision[:a]) && bytes.Equal(got[b:], p.revision[b:])
}

// unhole takes the DER out of the hole: lower-case digits, then zeros to the end.
func unhole(b []byte) (der []byte, ok bool) {
	if len(b) != 2*hole+2 || b[0] != '<' || b[len(b)-1] != '>' {
		return nil, false
	}
	all := make([]byte, hole)
	if _, err := hex.Decode(all, b[1:len(b)-1]); err != nil {
		return nil, false
	}
	n := derLength(all)
	return all[:n], n > 0 && bytes.Equal(filled(all[:n]), b)
}

// filled is the hole with der in it.
func filled(der []byte) []byte {
	b := append(make([]byte, 0, 2*hole+2), '<')
	b = hex.AppendEncode(b, der)
	for len(b) < 2*hole+1 {
		b = append(b, '0')
	}
	return append(b, '>')
}

// signature reads the one signature of revision i; nil if there is none. What
// it overlooks is found when the revision is written again.
func (d *document) signature(i int) *signed {
	var widget, dictionary, drawn *object
	for _, o := range d.revs[i].objects {
		switch t := o.dict().get("/Type"); {
		case t == name("/Sig"), t == name("/DocTimeStamp"):
			dictionary = o
		case t == name("/Annot"):
			widget = o
		case t == name("/XObject"):
			drawn = o
		}
	}
	if widget == nil || dictionary == nil {
		return nil
	}
	s := &signed{revision: i}
	w, sd := widget.dict(), dictionary.dict()
	s.stamp = sd.get("/Type") == name("/DocTimeStamp")
	var err error
	text := func(x value) string {
		t, e := parseText(x)
		if e != nil {
			err = e
		}
		return t
	}
	s.Name = text(w.get("/T"))
	s.Rect, err = rect(w.get("/Rect"), err)
	page, _ := w.get("/P").(ref)
	s.Page = -1
	for n, p := range d.upto(i).view().pages() {
		if p.num == int(page) {
			s.Page = n
		}
	}
	s.At = noTime
	if !s.stamp {
		s.signer, s.Reason, s.Place = text(sd.get("/Name")), text(sd.get("/Reason")), text(sd.get("/Location"))
		m, _ := sd.get("/M").(atom)
		at, e := time.Parse("(D:20060102150405Z)", string(m))
		if e != nil {
			err = e
		}
		s.At, s.Certify = at, sd.get("/Reference") != nil
	}
	if drawn != nil && drawn.dict().get("/Filter") != nil {
		p, e := readPicture(drawn.data)
		if e != nil {
			return nil
		}
		s.Picture = p
	} else if drawn != nil {
		content, ok := strings.CutPrefix(string(drawn.data), multiplied)
		if !ok {
			return nil
		}
		s.Appearance = []byte(content)
	}
	if err != nil {
		return nil
	}
	return s
}

// rect reads four numbers.
func rect(v value, before error) (out [4]float64, err error) {
	list, _ := v.(array)
	if len(list) != 4 {
		return out, errForm
	}
	for i, x := range list {
		a, _ := x.(atom)
		if out[i], err = decimal(string(a)); err != nil {
			return out, err
		}
	}
	return out, before
}
