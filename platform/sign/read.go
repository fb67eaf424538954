package sign

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Limits of what is read, far above any paper.
const (
	largest = 64 << 20 // bytes of a file
	most    = 1 << 16  // objects in a file, of all revisions together
	values  = 1 << 20  // values in all of them
	longest = 128      // revisions
)

// ErrForeign is returned for a file that is not in the form in which this
// system writes papers: another program's, or damaged from the first page on.
var ErrForeign = errors.New("sign: not a file that this system wrote")

// object is one definition of an object. start and end are its exact bytes,
// from its number to the line break after endobj.
type object struct {
	num        int
	start, end int
	val        value
	stream     bool
	data       []byte // the bytes of the stream, as they stand
	sum        string // of data, once it was asked for
}

// digest is that of the stream, reckoned once however many pages share it.
func (o *object) digest() string {
	if o.sum == "" {
		sum := sha256.Sum256(o.data)
		o.sum = string(sum[:])
	}
	return o.sum
}

// dict is the object's dictionary, empty if it is something else.
func (o *object) dict() dict {
	if o == nil {
		return nil
	}
	d, _ := o.val.(dict)
	return d
}

// revision is what one act of writing added: objects, a table that says where
// they are, a trailer.
type revision struct {
	start, end int
	objects    []*object
	xref       int         // where the table starts
	table      map[int]int // number to place; -1: no longer there
	trailer    dict
}

// document is a file as the list of its revisions.
type document struct {
	raw    []byte
	revs   []*revision
	places map[int]*object // all objects by where they start
}

const header = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

// read takes the whole file from its first to its last byte: a header, then
// revisions one after the other. It searches for nothing, so that no bytes are
// passed over. If the first revision does not read it returns ErrForeign; if a
// later one does not, the document of those before and the reason.
func read(raw []byte) (*document, error) {
	if len(raw) > largest || !bytes.HasPrefix(raw, []byte(header)) {
		return nil, ErrForeign
	}
	d := &document{raw: raw, places: map[int]*object{}}
	s := &scanner{b: raw, at: len(header)}
	for count := 0; s.at < len(raw); {
		if len(d.revs) == longest {
			return d, s.faulty("too many revisions")
		}
		start := s.at
		if len(d.revs) == 0 {
			start = 0
		}
		r, err := s.revision(most - count)
		if err != nil && len(d.revs) == 0 {
			return nil, fmt.Errorf("%w: %w", ErrForeign, err)
		}
		if err != nil {
			return d, err
		}
		r.start, r.end = start, s.at
		for _, o := range r.objects {
			d.places[o.start] = o
		}
		count += len(r.objects)
		d.revs = append(d.revs, r)
	}
	if len(d.revs) == 0 {
		return nil, ErrForeign
	}
	return d, nil
}

// revision reads objects until a table comes.
func (s *scanner) revision(room int) (*revision, error) {
	r := &revision{}
	for {
		s.space()
		if at := s.at; s.take("xref") {
			r.xref = at
			return r, s.tail(r)
		}
		if len(r.objects) >= room {
			return nil, s.faulty("too many objects")
		}
		o, err := s.object()
		if err != nil {
			return nil, err
		}
		r.objects = append(r.objects, o)
	}
}

// object reads "n 0 obj … endobj" and the line break after it. The length of
// a stream is the number in its dictionary: nothing in its bytes is looked at.
func (s *scanner) object() (*object, error) {
	o := &object{start: s.at}
	var ok bool
	if o.num, ok = s.number(); !ok || o.num == 0 || !s.take(" 0 obj") {
		return nil, s.faulty("no object")
	}
	var err error
	if o.val, err = s.value(0); err != nil {
		return nil, err
	}
	s.space()
	if s.take("stream") {
		s.take("\r")
		n, whole := o.dict().get("/Length").(atom)
		size, fits := (&scanner{b: []byte(n)}).number()
		if !s.take("\n") || !whole || !fits || size > len(s.b)-s.at {
			return nil, s.faulty("a stream without length")
		}
		o.stream, o.data = true, s.b[s.at:s.at+size]
		s.at += size
		if s.space(); !s.take("endstream") {
			return nil, s.faulty("a stream without end")
		}
		s.space()
	}
	if !s.take("endobj") {
		return nil, s.faulty("an object without end")
	}
	s.take("\n")
	o.end = s.at
	return o, nil
}

// tail reads the table, the trailer and the end mark of a revision.
func (s *scanner) tail(r *revision) error {
	r.table = map[int]int{}
	for s.space(); !s.take("trailer"); s.space() {
		first, ok := s.number()
		if !ok || !s.take(" ") {
			return s.faulty("no table")
		}
		n, ok := s.number()
		s.space()
		if !ok || n > (len(s.b)-s.at)/20 {
			return s.faulty("no table")
		}
		for i := range n {
			if err := s.row(r, first+i); err != nil {
				return err
			}
		}
	}
	v, err := s.value(0)
	if err != nil {
		return err
	}
	r.trailer, _ = v.(dict)
	if s.space(); !s.take("startxref") {
		return s.faulty("no startxref")
	}
	s.space()
	if at, ok := s.number(); !ok || at != r.xref {
		return s.faulty("startxref points elsewhere")
	}
	for s.take("\r") || s.take("\n") { // space would take the end mark for a comment
	}
	if !s.take("%%EOF") {
		return s.faulty("no end mark")
	}
	s.take("\n")
	return nil
}

// row reads one line of a table: 20 bytes.
func (s *scanner) row(r *revision, num int) error {
	if len(s.b)-s.at < 20 {
		return s.faulty("no table")
	}
	line := s.b[s.at : s.at+20]
	at, ok := (&scanner{b: line[:10]}).number()
	kind := line[17]
	if !ok || line[10] != ' ' || line[16] != ' ' || kind != 'n' && kind != 'f' || !white(line[18]) || !white(line[19]) {
		return s.faulty("no table")
	}
	if _, twice := r.table[num]; twice || len(r.table) > most {
		return s.faulty("an object twice in the table, or too many")
	}
	if kind == 'f' {
		at = -1
	}
	r.table[num] = at
	s.at += 20
	return nil
}

// upto is the document as it was after its first n revisions.
func (d *document) upto(n int) *document {
	return &document{raw: d.raw[:d.revs[n-1].end], revs: d.revs[:n], places: d.places}
}

// last is the newest revision.
func (d *document) last() *revision { return d.revs[len(d.revs)-1] }
