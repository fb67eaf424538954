package sign

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// update collects one further revision of a document.
type update struct {
	doc     *document
	buf     []byte // the revision only; places count from the start of the file
	offsets map[int]int
	size    int // one more than the largest object number
}

// errTrailer is returned for a file whose trailer we could not have written.
var errTrailer = errors.New("sign: the trailer is not ours")

// update starts the revision after the last.
func (d *document) update() (*update, error) {
	size, err := d.size()
	return &update{doc: d, offsets: map[int]int{}, size: size}, err
}

// size is the number of objects as the last trailer has it.
func (d *document) size() (int, error) {
	a, _ := d.last().trailer.get("/Size").(atom)
	n, ok := (&scanner{b: []byte(a)}).number()
	if !ok || n > most {
		return 0, errTrailer
	}
	return n, nil
}

// reserve gives out the next object number.
func (u *update) reserve() int {
	u.size++
	return u.size - 1
}

// put writes an object without a stream.
func (u *update) put(num int, v value) { u.write(&object{num: num, val: v}) }

// putStream writes a stream of data as they are.
func (u *update) putStream(num int, d dict, data []byte) {
	u.write(&object{num: num, val: d.with("/Length", integer(len(data))), stream: true, data: data})
}

func (u *update) write(o *object) {
	u.offsets[o.num] = len(u.doc.raw) + len(u.buf)
	u.buf = o.emit(u.buf)
}

// emit appends the canonical form of o.
func (o *object) emit(b []byte) []byte {
	b = strconv.AppendInt(b, int64(o.num), 10)
	b = append(b, " 0 obj\n"...)
	b = o.val.emit(b)
	if o.stream {
		b = append(b, "\nstream\n"...)
		b = append(b, o.data...)
		b = append(b, "\nendstream"...)
	}
	return append(b, "\nendobj\n"...)
}

// finish adds table, trailer and end mark and returns the revision. The second
// half of /ID is the digest of the revision; the first stays for ever.
func (u *update) finish() ([]byte, error) {
	last := u.doc.last()
	id, ok := last.trailer.get("/ID").(array)
	if !ok || len(id) != 2 {
		return nil, errTrailer
	}
	sum := sha256.Sum256(u.buf)
	at := len(u.doc.raw) + len(u.buf)
	b := append(u.buf, "xref\n"...)
	nums := slices.Sorted(maps.Keys(u.offsets))
	for len(nums) > 0 {
		n := 1
		for n < len(nums) && nums[n] == nums[0]+n {
			n++
		}
		b = fmt.Appendf(b, "%d %d\n", nums[0], n)
		for _, num := range nums[:n] {
			b = appendRow(b, u.offsets[num])
		}
		nums = nums[n:]
	}
	trailer := dict{
		{"/Size", integer(u.size)},
		{"/Root", last.trailer.get("/Root")},
		{"/Info", last.trailer.get("/Info")},
		{"/Prev", integer(last.xref)},
		{"/ID", array{id[0], atom(fmt.Sprintf("<%x>", sum[:16]))}},
	}
	for _, e := range trailer {
		if e.val == nil {
			return nil, errTrailer
		}
	}
	return appendTail(b, trailer, at), nil
}

func appendRow(b []byte, at int) []byte { return fmt.Appendf(b, "%010d 00000 n \n", at) }

func appendTail(b []byte, trailer dict, xref int) []byte {
	b = trailer.emit(append(b, "trailer\n"...))
	return fmt.Appendf(b, "\nstartxref\n%d\n%%%%EOF\n", xref)
}

// canonical says whether the first revision is in the one form in which papers
// are written, with no object that nothing refers to, and nothing in the
// trailer that leads a reader to other objects. Later revisions are compared
// as a whole (explain.go).
func (d *document) canonical() bool {
	r := d.revs[0]
	if t := r.trailer; len(t.without("/Size", "/Root", "/Info", "/ID")) > 0 {
		return false
	}
	var b []byte
	here := len(header) // what was written so far is what the file has
	at := map[int]int{}
	for _, o := range r.objects {
		b = o.emit(b[:0])
		if _, twice := at[o.num]; twice || !bytes.HasPrefix(d.raw[here:r.end], b) {
			return false
		}
		at[o.num] = here
		here += len(b)
	}
	xref := here
	b = fmt.Appendf(b[:0], "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for num := 1; num <= len(at); num++ {
		if _, ok := at[num]; !ok {
			return false
		}
		b = appendRow(b, at[num])
	}
	return bytes.Equal(appendTail(b, r.trailer, xref), d.raw[xref:r.end]) && d.upto(1).view().reached() == len(at)
}
