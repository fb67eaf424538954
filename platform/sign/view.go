package sign

import (
	"crypto/sha256"
	"hash"
	"slices"
	"strconv"
)

// view is what a reader makes of a document: of every object the newest
// definition.
type view struct {
	doc     *document
	trailer dict
	left    *int // bytes that all its closures together may still digest: pages may share what is large
}

func (d *document) view() view {
	left := largest
	return view{d, d.last().trailer, &left}
}

// object follows the tables from the newest to the oldest, as readers do. A
// table may point at any object of the file, also at an old one.
func (v view) object(num int) *object {
	for _, r := range slices.Backward(v.doc.revs) {
		if at, ok := r.table[num]; ok {
			return v.doc.places[at]
		}
	}
	return nil
}

// at is the object that x refers to, nil if there is none.
func (v view) at(x value) *object {
	r, _ := x.(ref)
	return v.object(int(r))
}

func (v view) catalog() dict { return v.at(v.trailer.get("/Root")).dict() }

// page is one page: its object, and what of it comes from the nodes above.
type page struct {
	num       int
	inherited dict
}

// handed are the entries that a page takes from the nodes above it.
var handed = []name{"/Resources", "/MediaBox", "/CropBox", "/Rotate"}

// pages walks the page tree in the order in which pages are shown. Nodes that
// stand in it twice are walked once.
func (v view) pages() []page {
	var out []page
	seen := map[int]bool{}
	var walk func(x value, inherited dict, depth int)
	walk = func(x value, inherited dict, depth int) {
		num, ok := x.(ref)
		o := v.at(x)
		if !ok || o == nil || seen[int(num)] || depth > deepest {
			return
		}
		seen[int(num)] = true
		d := o.dict()
		for _, key := range handed {
			if own := d.get(key); own != nil {
				inherited = inherited.with(key, own)
			}
		}
		kids, node := d.get("/Kids").(array)
		if !node {
			out = append(out, page{int(num), inherited})
			return
		}
		for _, k := range kids {
			walk(k, inherited, depth+1)
		}
	}
	walk(v.catalog().get("/Pages"), nil, 0)
	return out
}

// closure digests a value with all that it refers to.
type closure struct {
	view view
	sum  hash.Hash
	seen map[int]int
}

func (v view) closure(own ...int) *closure {
	c := &closure{view: v, sum: sha256.New(), seen: map[int]int{}}
	for _, num := range own {
		c.seen[num] = len(c.seen)
	}
	return c
}

// add digests x. An object counts by what it says, not by its number; one that
// was met before, by its place in the order of meeting.
func (c *closure) add(x value, depth int) {
	if *c.view.left < 0 || depth > 1000 {
		return
	}
	switch x := x.(type) {
	case nil:
		c.write("nil ")
	case ref:
		if i, ok := c.seen[int(x)]; ok {
			c.write("#" + strconv.Itoa(i) + " ")
			return
		}
		c.seen[int(x)] = len(c.seen)
		if o := c.view.object(int(x)); o == nil {
			c.write("gone ")
		} else {
			c.add(o.val, depth+1)
			c.write(o.digest())
		}
	case array:
		c.write("[")
		for _, e := range x {
			c.add(e, depth+1)
		}
		c.write("]")
	case dict:
		c.write("<")
		for _, e := range x {
			c.write(string(e.key) + " ")
			c.add(e.val, depth+1)
		}
		c.write(">")
	default:
		c.write(string(x.emit(nil)) + " ")
	}
}

func (c *closure) write(s string) {
	*c.view.left -= len(s)
	c.sum.Write([]byte(s))
}

// digest is empty if there was too much to read: it equals no other then.
func (c *closure) digest() string {
	if *c.view.left < 0 {
		return ""
	}
	return string(c.sum.Sum(nil))
}

// reached counts the objects that the trailer leads to.
func (v view) reached() int {
	c := v.closure()
	c.add(v.trailer.without("/ID"), 0)
	return len(c.seen)
}

// look is what is seen of one page: what is printed on it and what is stuck
// onto it, without the widgets of signatures.
type look struct{ body, notes string }

func (v view) look(p page, widgets map[int]bool) look {
	d := v.object(p.num).dict()
	body := v.closure(p.num)
	body.add(d.without("/Parent", "/Annots"), 0)
	body.add(p.inherited, 0)
	list := d.get("/Annots")
	if o := v.at(list); o != nil {
		list = o.val
	}
	notes := v.closure(p.num)
	if l, ok := list.(array); ok {
		for _, a := range l {
			if num, ok := a.(ref); !ok || !widgets[int(num)] {
				notes.add(a, 0)
			}
		}
	} else if list != nil {
		notes.add(list, 0)
	}
	return look{body.digest(), notes.digest()}
}

// differences compares what was signed with what is shown. widgets are the
// signature fields of the signed view.
func differences(signed, shown view, widgets map[int]bool) []Objection {
	var out []Objection
	was, is := signed.pages(), shown.pages()
	for i := range max(len(was), len(is)) {
		switch {
		case i >= len(is):
			out = append(out, Objection{What: PageRemoved, Page: i + 1})
		case i >= len(was):
			out = append(out, Objection{What: PageAdded, Page: i + 1})
		default:
			a, b := signed.look(was[i], widgets), shown.look(is[i], widgets)
			if a.body != b.body || a.body == "" {
				out = append(out, Objection{What: PageChanged, Page: i + 1})
			}
			if a.notes != b.notes || a.notes == "" {
				out = append(out, Objection{What: AnnotationChanged, Page: i + 1})
			}
		}
	}
	if signed.form(widgets) != shown.form(widgets) {
		out = append(out, Objection{What: FormChanged})
	}
	if signed.rest() != shown.rest() {
		out = append(out, Objection{What: CatalogChanged})
	}
	return out
}

// form digests the form: the fields of signatures and whatever else it has.
func (v view) form(widgets map[int]bool) string {
	form := v.catalog().get("/AcroForm")
	if o := v.at(form); o != nil {
		form = o.val
	}
	d, _ := form.(dict)
	c := v.closure()
	c.add(d.without("/Fields", "/SigFlags"), 0)
	fields, _ := d.get("/Fields").(array)
	for _, f := range fields {
		// Of a signature what is seen; the page it is on is compared as a page.
		if num, _ := f.(ref); widgets[int(num)] {
			c.add(v.at(f).dict().without("/P"), 0)
		} else {
			c.add(f, 0)
		}
	}
	return c.digest()
}

// rest digests what belongs to the file as a whole.
func (v view) rest() string {
	c := v.closure()
	c.add(v.catalog().without("/Pages", "/AcroForm", "/DSS", "/Perms"), 0)
	c.add(v.trailer.get("/Info"), 0)
	return c.digest()
}
