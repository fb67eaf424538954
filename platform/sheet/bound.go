package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"time"

	"mashang/platform/fault"
)

const (
	// What a row of a CSV may have, in bytes: eight times the longest cell.
	mostRow = 256 << 10
	// From one tag of a workbook to the next: the longest cell of a spreadsheet
	// has 32,767 characters. It bounds how many attributes an element has.
	mostText = 256 << 10
	// The elements of a workbook that are held in memory at once: all but those of
	// rows, of which one is. There are two or three to a text.
	mostElements = 1_000_000
	mostParts    = 2000
)

var (
	errOdd    = fault.Field(Field, "这份表格读不了。请用 Excel 或 WPS 另存一份，或者把内容复制到下载的空表里再传。")
	errFilled = fault.Field(Field, "表格里的内容太多，读不下。请分成几份，或者把内容复制到下载的空表里再传。")
	errBusy   = fault.New(fault.Unavailable, "别的表格正在读，请过一分钟再传。")
)

// turn is held by who reads a list: a list takes some hundred times its size of
// memory, and several at once would take what the whole court works with.
var turn = make(chan struct{}, 1)

// patience is how long a list waits for its turn.
var patience = 20 * time.Second

// wait takes the turn and returns what gives it back.
func wait() (done func(), err error) {
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-time.After(patience):
		return nil, errBusy
	}
}

var errEaten = errors.New("sheet: a row is longer than its ration")

// rationed hands bytes over until the ration is eaten up; it is filled up again
// whenever a row ends. So no row is held that is longer, however it is quoted.
type rationed struct {
	r    io.Reader
	left int
}

func (r *rationed) Read(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, errEaten
	}
	n, err := r.r.Read(b[:min(len(b), r.left)])
	r.left -= n
	return n, err
}

// weigh refuses a workbook of which a small file unfolds into more elements than
// memory should hold, before any of them is made: 20 bytes of text become 300 of
// memory, and packed they are a fraction of one.
func weigh(file []byte) error {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return errKind
	}
	if len(z.File) > mostParts {
		return errFilled
	}
	size, elements := int64(mostUnzipped), mostElements
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return errKind
		}
		whole := &io.LimitedReader{R: r, N: size + 1}
		err, shut := count(whole, &elements), r.Close()
		size = whole.N - 1
		switch {
		case size < 0:
			return errFilled
		case err != nil:
			return err
		case shut != nil:
			return errKind
		}
	}
	return nil
}

// declared is how a part may begin that is not its first element. Another
// encoding would read differently here and there.
var declared = regexp.MustCompile(`^\?xml version=["']1\.[01]["']( encoding=["'](?i:utf-8)["'])?( standalone=["'](yes|no)["'])? *\?>\s*<?$`)

// count takes the elements of a part from left. In a worksheet, which is read
// row by row, only those of one row count. A part that cannot be XML is not
// read as such by anybody. Comments and the like, in which what is counted here
// could hide from what is read, are refused: no spreadsheet program writes them.
func count(r io.Reader, left *int) error {
	b := bufio.NewReaderSize(r, mostText)
	head, err := b.ReadSlice('<')
	if err != nil || !blank(head) {
		return rest(b, head, err)
	}
	root, row := "", 0
	for err == nil {
		var tag []byte // from behind its < to the next one, the text after it included
		tag, err = b.ReadSlice('<')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return errFilled
		case err != nil && !errors.Is(err, io.EOF):
			return errKind
		case len(tag) == 0, tag[0] == '/':
			continue
		case root == "" && declared.Match(tag):
			continue
		case tag[0] == '?', tag[0] == '!':
			return errOdd
		}
		name := local(tag)
		if root == "" {
			root = name
		}
		switch {
		case root != "worksheet":
			*left--
		case name == "row":
			row = 0
		default:
			row++
		}
		if *left < 0 || row > mostElements {
			return errFilled
		}
	}
	return nil
}

// blank reports whether nothing stands in front of the first element.
func blank(head []byte) bool {
	return len(bytes.Trim(bytes.TrimPrefix(bytes.TrimSuffix(head, []byte("<")), []byte("\xef\xbb\xbf")), " \t\r\n")) == 0
}

// rest reads what is no XML: a picture, the settings of a printer. Such begin
// with bytes that end every reading of XML; mere text in front does not.
func rest(b *bufio.Reader, head []byte, err error) error {
	if !errors.Is(err, io.EOF) && !bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		return errOdd
	}
	if _, err := io.Copy(io.Discard, b); err != nil {
		return errKind
	}
	return nil
}

// local is the name of an element without its prefix.
func local(tag []byte) string {
	if i := bytes.IndexAny(tag, " \t\r\n/><"); i >= 0 {
		tag = tag[:i]
	}
	return string(tag[bytes.LastIndexByte(tag, ':')+1:])
}
