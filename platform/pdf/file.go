package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"
	"sync"
	"unicode/utf16"

	"github.com/klauspost/compress/zlib"
)

// file writes the objects of a PDF 1.7 file. Nothing in it depends on the
// clock, on map order or on chance: the hash of a paper is its identity.
type file struct {
	buf     bytes.Buffer
	offsets []int // offsets[i] is where object i+1 starts; 0 is reserved, not yet written
}

// deflater compresses one stream after the other.
type deflater struct {
	*zlib.Writer
	out bytes.Buffer
}

// deflaters are used again by the next file: their tables are larger than most
// papers.
var deflaters = sync.Pool{New: func() any {
	d := &deflater{}
	d.Writer, _ = zlib.NewWriterLevel(&d.out, 3) // a paper in half the time of 5 for 2 % more bytes; it is a level
	return d
}}

func newFile() *file {
	f := &file{}
	f.buf.Grow(96 << 10) // most papers
	// Four bytes above 127 tell transfer programs that the file is binary.
	f.buf.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return f
}

// reserve gives out an object number before the object is written, for things
// that name each other.
func (f *file) reserve() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets)
}

// put writes the body of object n.
func (f *file) put(n int, body string) {
	f.offsets[n-1] = f.buf.Len()
	fmt.Fprintf(&f.buf, "%d 0 obj\n%s\nendobj\n", n, body)
}

// add writes a new object and returns its number.
func (f *file) add(body string) int {
	n := f.reserve()
	f.put(n, body)
	return n
}

// stream writes data as a stream with the entries of dict; deflate says
// whether it is compressed.
func (f *file) stream(dict string, data []byte, deflate bool) (int, error) {
	if deflate {
		d := deflaters.Get().(*deflater)
		defer deflaters.Put(d)
		d.out.Reset()
		d.Reset(&d.out)
		if _, err := d.Write(data); err != nil {
			return 0, err
		}
		if err := d.Close(); err != nil {
			return 0, err
		}
		data, dict = d.out.Bytes(), dict+"/Filter/FlateDecode"
	}
	n := f.reserve()
	f.offsets[n-1] = f.buf.Len()
	fmt.Fprintf(&f.buf, "%d 0 obj\n<<%s/Length %d>>\nstream\n", n, dict, len(data))
	f.buf.Write(data)
	f.buf.WriteString("\nendstream\nendobj\n")
	return n, nil
}

// finish writes the cross-reference table and the trailer and returns the file.
func (f *file) finish(root, info int) []byte {
	at := f.buf.Len()
	id := sha256.Sum256(f.buf.Bytes())
	fmt.Fprintf(&f.buf, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, o := range f.offsets {
		fmt.Fprintf(&f.buf, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&f.buf, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(f.offsets)+1, root, info, id[:16], id[:16], at)
	return f.buf.Bytes()
}

// textString is a PDF text string in UTF-16 with byte order mark, as hex:
// no character of any text can break out of it.
func textString(s string) string {
	b := []byte("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		b = appendHex(b, u)
	}
	return string(append(b, '>'))
}

func appendHex(b []byte, v uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}

// appendNum writes v with at most three decimals and no exponent, which PDF
// does not know.
func appendNum(b []byte, v float64) []byte {
	start := len(b)
	b = strconv.AppendFloat(b, v, 'f', 3, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if string(b[start:]) == "-0" {
		b = append(b[:start], '0')
	}
	return b
}
