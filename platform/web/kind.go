package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"mashang/platform/fault"
)

// Kinds are the endings of files that a form takes, as the file dialog of a
// browser wants them: ".jpg,.pdf".
type Kinds string

// kind is one sort of file: what it is called, and how its bytes begin.
type kind struct {
	media, word string
	begins      func(b []byte) bool
}

var (
	isZip = starts("PK\x03\x04")
	isOLE = starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") // Word and Excel until 2003
	isMP4 = holds(4, "ftyp")
	isJPG = starts("\xff\xd8\xff")
)

var kinds = map[string]kind{
	".jpg": {"image/jpeg", "照片", isJPG}, ".jpeg": {"image/jpeg", "照片", isJPG}, ".png": {"image/png", "照片", starts("\x89PNG\r\n\x1a\n")},
	".heic": {"image/heic", "照片", isMP4}, ".webp": {"image/webp", "照片", holds(8, "WEBP")},
	".mp3": {"audio/mpeg", "录音", isMP3}, ".m4a": {"audio/mp4", "录音", isMP4}, ".amr": {"audio/amr", "录音", starts("#!AMR")}, ".wav": {"audio/wav", "录音", holds(8, "WAVE")},
	".webm": {"audio/webm", "录音", starts("\x1a\x45\xdf\xa3")}, ".ogg": {"audio/ogg", "录音", starts("OggS")}, // what browsers record
	".mp4": {"video/mp4", "录像", isMP4}, ".pdf": {"application/pdf", "PDF", starts("%PDF-")}, ".txt": {"text/plain; charset=utf-8", "文字", isText},
	".doc": {"application/msword", "Word", isOLE}, ".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", isZip},
	".xls": {"application/vnd.ms-excel", "Excel", isOLE}, ".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel", isZip},
}

func starts(s string) func([]byte) bool { return holds(0, s) }

func holds(at int, s string) func([]byte) bool {
	return func(b []byte) bool { return len(b) >= at && bytes.HasPrefix(b[at:], []byte(s)) }
}

func isMP3(b []byte) bool {
	return bytes.HasPrefix(b, []byte("ID3")) || len(b) > 1 && b[0] == 0xff && b[1]&0xe0 == 0xe0
}

// isText: no text holds a zero, but for those that say by two bytes that they are UTF-16.
func isText(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.IndexByte(b, 0) < 0
}

// Take judges a file that is handed in under a field, by the ending of its name
// and by its first bytes, and returns its media type and its whole content. The
// type that a browser claims is not believed.
func (k Kinds) Take(field, name string, body io.Reader) (media string, whole io.Reader, err error) {
	ending := strings.ToLower(path.Ext(name))
	x, known := kinds[ending]
	if !known || !slices.Contains(strings.Split(string(k), ","), ending) {
		return "", nil, fault.Field(field, fmt.Sprintf("“%s”这种文件收不了。可以交%s。", shortName(name), k.words()))
	}
	if len(name) > 200 {
		return "", nil, fault.Field(field, "文件名太长了，请改短一些再交。")
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", nil, err
	}
	if n == 0 {
		return "", nil, fault.Field(field, fmt.Sprintf("“%s”是空的，请重新选。", shortName(name)))
	}
	if !x.begins(head[:n]) {
		return "", nil, fault.Field(field, fmt.Sprintf("“%s”打不开：里面的内容不是%s。可能没有传完整，或者只改了名字。请选原来的文件再交。", shortName(name), strings.ToUpper(ending[1:])))
	}
	return x.media, io.MultiReader(bytes.NewReader(head[:n]), body), nil
}

// Upload is a file on its way in.
type Upload struct {
	Name string
	Body io.Reader
	file body
}

// body is the bytes of an upload, which wait in memory or on the disk.
type body interface {
	io.Reader
	io.ReaderAt
}

// Attachment is a file that was kept: what its owner calls it, and the digest,
// bytes and media type under which the store has it.
type Attachment struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
	Type   string `json:"type"`
}

// Keep judges the files of a field and stores them by put, at most so many. It
// runs before the act: no file is written inside one.
func (k Kinds) Keep(field string, most int, ups []Upload, put func(body io.Reader) (digest string, size int64, err error)) ([]Attachment, error) {
	kept := []Attachment{}
	if len(ups) > most {
		return nil, fault.Field(field, fmt.Sprintf("一次最多加 %d 个文件。", most))
	}
	for _, u := range ups {
		media, body, err := k.Take(field, u.Name, u.Body)
		if err != nil {
			return nil, err
		}
		digest, size, err := put(body)
		if err != nil {
			return nil, err
		}
		kept = append(kept, Attachment{Name: u.Name, Digest: digest, Size: size, Type: media})
	}
	return kept, nil
}

// Named puts to a name the ending that belongs to the type of the file: what is
// saved under it opens again.
func (a Attachment) Named(name string) string {
	ending := ""
	for e, k := range kinds {
		if k.media == a.Type && (ending == "" || len(e) < len(ending)) { // .jpg, not .jpeg
			ending = e
		}
	}
	return name + ending
}

// words are what may be handed in, for people: 照片、录音和 PDF.
func (k Kinds) words() string {
	var out []string
	for e := range strings.SplitSeq(string(k), ",") {
		if w := kinds[e].word; !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, "、")
}

func shortName(s string) string {
	if r := []rune(Clean(s)); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return Clean(s)
}
