package web

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// photograph is a picture as a telephone takes it: which side is up, where it
// was taken in both of the ways in which cameras write it, then the picture.
func photograph(t *testing.T, order binary.ByteOrder) (whole []byte, secret [][]byte) {
	t.Helper()
	var pic bytes.Buffer
	if err := jpeg.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	var tiff bytes.Buffer
	put := func(vs ...any) {
		for _, v := range vs {
			if err := binary.Write(&tiff, order, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if order == binary.ByteOrder(binary.LittleEndian) {
		tiff.WriteString("II")
	} else {
		tiff.WriteString("MM")
	}
	put(uint16(42), uint32(8))
	put(uint16(2), uint16(0x0112), uint16(3), uint32(1), uint16(6), uint16(0)) // which side is up
	put(uint16(0x8825), uint16(4), uint32(1), uint32(38))                      // the place is at 38
	put(uint32(0))                                                             // no more
	put(uint16(2), uint16(1), uint16(2), uint32(2), uint32(0x4e004e00))        // north
	put(uint16(2), uint16(5), uint32(3), uint32(68), uint32(0))                // 37° 44′ 12.34″
	put(uint32(37), uint32(1), uint32(44), uint32(1), uint32(123457), uint32(10000))
	segment := func(mark byte, body []byte) []byte {
		return append([]byte{0xff, mark, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	xmp := "http://ns.adobe.com/xap/1.0/\x00<exif:GPSLatitude>37,44.2057N</exif:GPSLatitude>"
	whole = append(whole, pic.Bytes()[:2]...)
	whole = append(whole, segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))...)
	whole = append(whole, segment(0xe1, append([]byte("Exif\x00\x00"), tiff.Bytes()...))...)
	whole = append(whole, segment(0xe1, []byte(xmp))...)
	minutes := make([]byte, 4)
	order.PutUint32(minutes, 123457)
	return append(whole, pic.Bytes()[2:]...), [][]byte{minutes, []byte("37,44.2057N"), {0x4e, 0x00, 0x4e}}
}

// TestPlaceless: a photograph that is sent on does not say where it was taken, is
// the same picture, and still knows which side is up; what is no photograph, or a
// broken one, comes through as it is.
func TestPlaceless(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		whole, secret := photograph(t, order)
		got, err := placeless(whole)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secret[:2] {
			if !bytes.Contains(whole, s) || bytes.Contains(got, s) {
				t.Errorf("%v: %q is told: %v, was there: %v", order, s, bytes.Contains(got, s), bytes.Contains(whole, s))
			}
		}
		up := []byte{0x12, 0x01, 3, 0, 1, 0, 0, 0, 6}
		if order == binary.ByteOrder(binary.BigEndian) {
			up = []byte{0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6}
		}
		if !bytes.Contains(got, up) {
			t.Errorf("%v: which side is up is lost", order)
		}
		if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
			t.Errorf("%v: %v", order, err)
		}
		for cut := range len(whole) { // however much of it came
			part, err := placeless(whole[:cut])
			if err != nil || len(part) > cut || bytes.Contains(part, secret[1]) {
				t.Fatalf("%v: %d bytes: %d, %v", order, cut, len(part), err)
			}
		}
	}
	for _, s := range []string{"", "\xff", "\xff\xd8", "\xff\xd8\xff\xe1\x00\x01", "\xff\xd8\xff\xff\xff\xff\xff", "%PDF-1.7 and so on"} {
		got, err := placeless([]byte(s))
		if err != nil || string(got) != s {
			t.Errorf("%q became %q, %v", s, got, err)
		}
	}
}

// TestPlacelessBehind: what a telephone hangs on behind a photograph (a film of the
// same second, a second picture) tells the place no less, and does not leave.
func TestPlacelessBehind(t *testing.T) {
	whole, secret := photograph(t, binary.LittleEndian)
	alone, err := placeless(whole)
	if err != nil {
		t.Fatal(err)
	}
	film, err := os.ReadFile("testdata/place/mov")
	if err != nil {
		t.Fatal(err)
	}
	index := []byte("MPF\x00II*\x00")
	indexed := slices.Concat(whole[:2], []byte{0xff, 0xe2, 0, byte(len(index) + 2)}, index, whole[2:])
	for what, more := range map[string][]byte{"film": film, "picture": whole} {
		got, err := placeless(slices.Concat(indexed, more))
		if err != nil || !bytes.Equal(got, alone) {
			t.Errorf("%s: %d bytes, and %d alone, %v; %v", what, len(got), len(alone), err, bytes.Contains(got, secret[1]))
		}
	}
	beside := slices.Concat([]byte{0, 0, 0, 20}, []byte("ftypheic\x00\x00\x00\x00heic"), []byte{0, 0, byte((len(film) + 8) >> 8), byte(len(film) + 8)}, []byte("mpvd"), film)
	got, err := placeless(beside)
	if err != nil || len(got) != len(beside) || !bytes.Contains(beside, []byte("ISO6709")) || bytes.Contains(got, []byte("ISO6709")) {
		t.Errorf("a film beside a picture: %d bytes of %d, %v", len(got), len(beside), err)
	}
}

// placeless is what comes through, in pieces of an odd size.
func placeless(b []byte) ([]byte, error) {
	r := bytes.NewReader(b)
	var out bytes.Buffer
	_, err := io.CopyBuffer(struct{ io.Writer }{&out}, struct{ io.Reader }{Upload{file: r}.Placeless().Body}, make([]byte, 37))
	return out.Bytes(), err
}

// TestPlacelessKinds: files that tools have written, with the place in each of the
// ways that they know (ffmpeg 5.1: MP4, MOV; ffmpeg and exiftool 12.57: PNG, WebP;
// heif-enc 1.15 and exiftool: HEIC). The place is gone, and nothing but what is
// about the file has changed.
func TestPlacelessKinds(t *testing.T) {
	coarse, fine := []byte("37.7351"), []byte{0, 0, 0, 37, 0, 0, 0, 1, 0, 0, 0, 44, 0, 0, 0, 1} // as text, as degrees and minutes
	for _, x := range []struct {
		name   string
		secret [][]byte
		stays  [][]byte // which side is up, and the picture
	}{
		{"png", [][]byte{coarse, fine}, [][]byte{[]byte("eXIfMM"), {0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6}, []byte("IDAT")}},
		{"webp", [][]byte{[]byte("37,44."), fine}, [][]byte{[]byte("EXIF"), {0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6}, []byte("VP8 ")}},
		{"heic", [][]byte{[]byte("37,44."), fine}, [][]byte{[]byte("ftyp"), []byte("ispe"), []byte("hvcC")}},
		{"mp4", [][]byte{[]byte("loci"), {0x00, 0x25, 0xbc, 0x2f}}, [][]byte{[]byte("moov"), []byte("tkhd"), []byte("mdat")}},
		{"mov", [][]byte{coarse, []byte("ISO6709")}, [][]byte{[]byte("moov"), []byte("tkhd"), []byte("mdat")}},
		{"mov-xyz", [][]byte{coarse, []byte("\xa9xyz")}, [][]byte{[]byte("moov"), []byte("tkhd"), []byte("mdat")}},
	} {
		whole, err := os.ReadFile("testdata/place/" + x.name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := placeless(whole)
		if err != nil || len(got) != len(whole) {
			t.Fatalf("%s: %d bytes became %d, %v", x.name, len(whole), len(got), err)
		}
		for _, s := range x.secret {
			if !bytes.Contains(whole, s) || bytes.Contains(got, s) {
				t.Errorf("%s: %q is told: %v, was there: %v", x.name, s, bytes.Contains(got, s), bytes.Contains(whole, s))
			}
		}
		for _, s := range x.stays {
			if !bytes.Contains(got, s) {
				t.Errorf("%s: %q is lost", x.name, s)
			}
		}
		if x.name == "png" { // its sums are right, also of what was overwritten
			if _, err := png.Decode(bytes.NewReader(got)); err != nil {
				t.Error(err)
			}
		}
		for cut := range len(whole) {
			if part, err := placeless(whole[:cut]); err != nil || len(part) != cut {
				t.Fatalf("%s: %d bytes: %d, %v", x.name, cut, len(part), err)
			}
		}
		if x.name != "heic" { // another's eyes: it still plays
			name := filepath.Join(t.TempDir(), x.name)
			if err := os.WriteFile(name, got, 0o600); err != nil {
				t.Fatal(err)
			}
			says, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_format", "-show_streams", name).CombinedOutput()
			if err != nil || bytes.Contains(says, []byte("TAG:location")) || !bytes.Contains(says, []byte("width=32")) {
				t.Errorf("%s: %v\n%s", x.name, err, says)
			}
		}
	}
}

func FuzzPlaceless(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00"))
	for _, name := range []string{"png", "webp", "heic", "mov"} {
		if b, err := os.ReadFile("testdata/place/" + name); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := placeless(b)
		if err != nil || len(got) > len(b) {
			t.Errorf("%d bytes became %d, %v", len(b), len(got), err)
		}
	})
}
