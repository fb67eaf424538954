package web

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
)

// A patch overwrites a stretch of a file: with b, then with zeros up to n bytes.
// The file keeps its length, so that nothing in it has to be found anew.
type patch struct {
	at, n int64
	b     []byte
}

// patched is a file with its patches, which are sorted.
type patched struct {
	io.Reader
	at   int64
	list []patch
}

func (r *patched) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	from, to := r.at, r.at+int64(n)
	for len(r.list) > 0 && r.list[0].at+r.list[0].n <= from {
		r.list = r.list[1:]
	}
	for _, x := range r.list {
		if x.at >= to {
			break
		}
		for i := max(x.at, from); i < min(x.at+x.n, to); i++ {
			p[i-from] = 0
			if j := i - x.at; j < int64(len(x.b)) {
				p[i-from] = x.b[j]
			}
		}
	}
	r.at = to
	return n, err
}

// mostHead is how much of a file is looked through for a place at once.
const mostHead = 4 << 20

// stretch reads a part of a file, or nil where there is not that much of it.
func stretch(f io.ReaderAt, at, n int64) []byte {
	if at < 0 || n < 0 || n > mostHead {
		return nil
	}
	b := make([]byte, n)
	if got, _ := f.ReadAt(b, at); int64(got) < n {
		return nil
	}
	return b
}

// placed says what has to go from a picture or a film.
func placed(f io.ReaderAt) (out []patch) {
	head := stretch(f, 0, 12)
	switch {
	case head == nil:
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		out = placedPNG(f)
	case string(head[:4]) == "RIFF" && string(head[8:]) == "WEBP":
		out = placedWebP(f)
	case string(head[4:8]) == "ftyp":
		each(f, 0, 1<<62, func(kind string, at, body, end int64) {
			switch kind {
			case "moov":
				out = append(out, placedFilm(f, body, end)...)
			case "meta":
				out = append(out, placedItems(f, at, body, end)...)
			case "uuid", "mpvd": // mpvd: a film beside the picture, with moov of its own
				out = append(out, freed(at, body, end))
			}
		})
	}
	slices.SortStableFunc(out, func(a, b patch) int { return int(min(max(a.at-b.at, -1), 1)) })
	return out
}

// placedPNG: the Exif of a PNG forgets the place; its texts, which say anything,
// become a chunk that no program knows.
func placedPNG(f io.ReaderAt) (out []patch) {
	for at := int64(8); ; {
		head := stretch(f, at, 8)
		if head == nil {
			return out
		}
		n := int64(binary.BigEndian.Uint32(head))
		switch string(head[4:]) {
		case "eXIf":
			if data := stretch(f, at+8, n); data != nil {
				forgetPlace(data)
				out = append(out, chunk(at, "eXIf", data))
				break
			}
			fallthrough
		case "tEXt", "zTXt", "iTXt":
			if n <= mostHead {
				out = append(out, chunk(at, "voId", make([]byte, n)))
			} else { // of one so large the sum may be wrong
				out = append(out, patch{at + 4, 4 + n, []byte("voId")})
			}
		}
		at += 12 + n
	}
}

// chunk overwrites a chunk of a PNG and its sum.
func chunk(at int64, kind string, data []byte) patch {
	b := append([]byte(kind), data...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return patch{at + 4, int64(len(b)), b}
}

// placedWebP: the same, of a WebP, whose head says whether it has an XMP.
func placedWebP(f io.ReaderAt) (out []patch) {
	for at := int64(12); ; {
		head := stretch(f, at, 8)
		if head == nil {
			return out
		}
		n := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "VP8X":
			if b := stretch(f, at+8, 1); b != nil {
				out = append(out, patch{at + 8, 1, []byte{b[0] &^ 0x04}})
			}
		case "EXIF":
			data := stretch(f, at+8, n)
			if forgetPlace(bytes.TrimPrefix(data, []byte("Exif\x00\x00"))); data != nil {
				out = append(out, patch{at + 8, n, data})
				break
			}
			fallthrough
		case "XMP ":
			out = append(out, patch{at, 4, []byte("VOID")}, patch{at + 8, n, nil})
		}
		at += 8 + n + n&1
	}
}

// each walks the boxes of which a HEIC, MP4 or MOV consists: where one begins,
// where what is in it begins, and where it ends.
func each(f io.ReaderAt, at, end int64, do func(kind string, at, body, end int64)) {
	for at+8 <= end {
		head := stretch(f, at, 8)
		if head == nil {
			return
		}
		size, body := int64(binary.BigEndian.Uint32(head)), at+8
		switch size {
		case 0: // to the end
			size = end - at
		case 1:
			long := stretch(f, body, 8)
			if long == nil || long[0] > 0x3f {
				return
			}
			size, body = int64(binary.BigEndian.Uint64(long)), body+8
		}
		if size < body-at || size > end-at {
			return
		}
		do(string(head[4:]), at, body, at+size)
		at += size
	}
}

// freed is a box that nobody reads any more.
func freed(at, body, end int64) patch {
	return patch{at + 4, end - at - 4, append([]byte("free"), make([]byte, body-at-8)...)}
}

// placedFilm: what a film says about itself goes, of the whole and of each track.
// Pictures, sound, and which side is up are elsewhere.
func placedFilm(f io.ReaderAt, at, end int64) (out []patch) {
	each(f, at, end, func(kind string, at, body, end int64) {
		switch kind {
		case "udta", "meta", "uuid":
			out = append(out, freed(at, body, end))
		case "trak":
			each(f, body, end, func(kind string, at, body, end int64) {
				if kind == "udta" || kind == "meta" || kind == "uuid" {
					out = append(out, freed(at, body, end))
				}
			})
		}
	})
	return out
}

// placedItems: of the items of a HEIC what is Exif, or text, becomes zeros. Which
// side is up is a property of the picture. What a film has here goes as a whole.
func placedItems(f io.ReaderAt, at, body, end int64) (out []patch) {
	var kinds, places []byte
	var data int64
	picture := false
	each(f, body+4, end, func(kind string, _, body, end int64) {
		switch kind {
		case "hdlr":
			h := stretch(f, body, 12)
			picture = h != nil && string(h[8:]) == "pict"
		case "iinf":
			kinds = stretch(f, body, end-body)
		case "iloc":
			places = stretch(f, body, end-body)
		case "idat":
			data = body
		}
	})
	if !picture {
		return []patch{freed(at, body, end)}
	}
	about := aboutItems(kinds)
	for _, x := range extents(places) {
		if about[x.item] && x.n > 0 {
			if x.inside {
				x.at += data
			}
			out = append(out, patch{x.at, x.n, nil})
		}
	}
	return out
}

// aboutItems are the items that are no picture but something about one.
func aboutItems(b []byte) map[uint32]bool {
	about := map[uint32]bool{}
	if len(b) < 6 {
		return about
	}
	skip := int64(6)
	if b[0] > 0 {
		skip = 8
	}
	each(bytes.NewReader(b), skip, int64(len(b)), func(kind string, _, body, end int64) {
		e := cursor{b: b[body:end]}
		version := e.uint(1)
		e.uint(3)
		if kind != "infe" || version < 2 {
			return
		}
		size := 2
		if version > 2 {
			size = 4
		}
		item := uint32(e.uint(size))
		e.uint(2)
		if t := uint32(e.uint(4)); !e.short && (t == 'E'<<24|'x'<<16|'i'<<8|'f' || t == 'm'<<24|'i'<<16|'m'<<8|'e') {
			about[item] = true
		}
	})
	return about
}

type extent struct {
	item   uint32
	inside bool // of the box idat, not of the file
	at, n  int64
}

// extents reads where the bytes of items are.
func extents(b []byte) (out []extent) {
	c := cursor{b: b}
	version := c.uint(1)
	c.uint(3)
	sizes := c.uint(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	wide := 2
	if version > 1 {
		wide = 4
	}
	for n := c.uint(wide); n > 0 && !c.short; n-- {
		x := extent{item: uint32(c.uint(wide))}
		how := uint64(0)
		if version > 0 {
			how = c.uint(2) & 15
		}
		elsewhere := c.uint(2) != 0
		from := c.uint(base)
		for m := c.uint(2); m > 0 && !c.short; m-- {
			if version > 0 {
				c.uint(index)
			}
			x.at, x.n, x.inside = int64((from+c.uint(offset))&(1<<62-1)), int64(c.uint(length)&(1<<62-1)), how == 1
			if !c.short && !elsewhere && how < 2 {
				out = append(out, x)
			}
		}
	}
	return out
}

// cursor reads numbers; beyond the end they are 0.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) uint(n int) (v uint64) {
	if n > 8 || n > len(c.b) {
		c.short = true
		return 0
	}
	for _, x := range c.b[:n] {
		v = v<<8 | uint64(x)
	}
	c.b = c.b[n:]
	return v
}
