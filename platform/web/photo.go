package web

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// Placeless is an upload without the place at which it was taken.
func (u Upload) Placeless() Upload {
	u.Body = Placeless(u.file)
	return u
}

// Placeless is a file without the place at which a photograph or a film was taken,
// which a telephone writes into it: what the court's people send, and what somebody
// sends who must not be known, tells nobody where they live. It knows JPEG, PNG,
// WebP, HEIC, MP4 and MOV; whatever it does not understand it leaves as it is.
func Placeless(f interface {
	io.Reader
	io.ReaderAt
}) io.Reader {
	if list := placed(f); len(list) > 0 {
		return &patched{Reader: f, list: list}
	}
	return placelessJPEG(f)
}

func placelessJPEG(body io.Reader) io.Reader {
	in := bufio.NewReaderSize(body, 1<<16)
	head := &bytes.Buffer{}
	if start, err := in.Peek(2); err != nil || string(start) != "\xff\xd8" {
		return in
	}
	_, _ = io.CopyN(head, in, 2)
	for head.Len() < 1<<20 {
		mark, err := in.Peek(4)
		if err != nil || mark[0] != 0xff || mark[1] < 0xe0 && mark[1] != 0xdb { // the picture begins
			break
		}
		size := int(binary.BigEndian.Uint16(mark[2:]))
		if mark[1] == 0xff || size < 2 {
			break
		}
		segment := make([]byte, 2+size)
		if _, err := io.ReadFull(in, segment); err != nil { // cut short: half a place is one, and no picture follows
			break
		}
		switch {
		case mark[1] == 0xe1 && bytes.HasPrefix(segment[4:], []byte("Exif\x00\x00")):
			forgetPlace(segment[10:])
		case mark[1] == 0xe1 || mark[1] == 0xed: // the same in other words: XMP, IPTC
			continue
		case mark[1] == 0xe2 && bytes.HasPrefix(segment[4:], []byte("MPF\x00")): // where the other pictures lie
			continue
		}
		head.Write(segment)
	}
	return io.MultiReader(head, &picture{in: in})
}

// picture is a JPEG from some mark of it to its end. What lies behind the end is no
// part of it: a film, or another picture, with a place of its own.
type picture struct {
	in    *bufio.Reader
	mark  bool // the last byte began a mark
	sizes int  // how many bytes of a size are still to come
	size  int
	over  bool
}

func (x *picture) Read(p []byte) (n int, err error) {
	for n < len(p) && !x.over {
		if p[n], err = x.in.ReadByte(); err != nil {
			return n, err
		}
		x.pass(p[n])
		n++
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (x *picture) pass(b byte) {
	switch {
	case x.sizes > 0:
		if x.size, x.sizes = x.size<<8|int(b), x.sizes-1; x.sizes == 0 {
			x.size = max(x.size-2, 0)
		}
	case x.size > 0: // inside a segment nothing is a mark
		x.size--
	case b == 0xff:
		x.mark = true
	case x.mark:
		x.mark, x.over = false, b == 0xd9
		if b > 1 && b&0xf8 != 0xd0 && b != 0xd8 && b != 0xd9 { // neither a byte of the picture nor a mark without a size
			x.sizes = 2
		}
	}
}

// forgetPlace blanks the directory of the place, and what it points to, in the
// TIFF that Exif is. The rest stays, among it which side is up.
func forgetPlace(tiff []byte) {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	const place = 0x8825
	sizes := [...]int{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8} // of a value, by its type
	for _, e := range directory(tiff, order, 4) {
		if order.Uint16(e) != place {
			continue
		}
		all := directory(tiff, order, cap(tiff)-cap(e)+8)
		for _, x := range all {
			if kind := int(order.Uint16(x[2:])); kind < len(sizes) {
				if n, at := sizes[kind]*int(order.Uint32(x[4:])), int(order.Uint32(x[8:])); n > 4 && at < len(tiff) {
					clear(tiff[at:min(at+n, len(tiff))])
				}
			}
			clear(x)
		}
	}
}

// directory returns the entries of the directory to which the four bytes at a
// place point.
func directory(tiff []byte, order binary.ByteOrder, pointer int) (out [][]byte) {
	if pointer+4 > len(tiff) {
		return nil
	}
	at := int(order.Uint32(tiff[pointer:]))
	if at+2 > len(tiff) {
		return nil
	}
	for n := int(order.Uint16(tiff[at:])); n > 0 && at+14 <= len(tiff); n-- {
		out = append(out, tiff[at+2:at+14])
		at += 12
	}
	return out
}
