package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"

	"mashang/platform/db"
	"mashang/platform/fault"
)

// inMemory is how much of the files of a form is held in memory; what is more
// lies on the disk while the form is handled.
const inMemory = 1 << 20

// mostParts is how many fields and files a form with files may have.
const mostParts = 1000

// Given is a file that came with a form.
type Given struct {
	Filename string
	Size     int64
	at       io.ReaderAt
}

type reading struct{ *io.SectionReader }

func (reading) Close() error { return nil }

// Open returns the file from its beginning, as often as one likes.
func (g *Given) Open() (multipart.File, error) {
	return reading{io.NewSectionReader(g.at, 0, g.Size)}, nil
}

// spool holds the files of one form. On the disk they have no name: they are,
// unsealed, what somebody handed in, and are gone with the last one who reads
// them, also when the machine stops in the middle.
type spool struct {
	dir   string
	room  int64 // left in memory
	files map[string][]*Given
	open  []*os.File
}

type spoolKey struct{}

// withSpool gives a request a place for its files.
func withSpool(r *http.Request, dir string) (*http.Request, *spool) {
	s := &spool{dir: dir, room: inMemory, files: map[string][]*Given{}}
	return r.WithContext(context.WithValue(r.Context(), spoolKey{}, s)), s
}

func (s *spool) forget() {
	for _, f := range s.open {
		_ = f.Close()
	}
}

// Files returns the uploaded files of a field.
func Files(r *http.Request, name string) []*Given {
	s, ok := r.Context().Value(spoolKey{}).(*spool)
	if !ok {
		return nil
	}
	return s.files[name]
}

// parseMultipart reads a form with files, once: what is typed into the form of
// the request, as [http.Request.ParseMultipartForm] does, the files aside.
func parseMultipart(r *http.Request) error {
	s, ok := r.Context().Value(spoolKey{}).(*spool)
	if r.MultipartForm != nil || !ok {
		return nil
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	m, err := r.MultipartReader()
	if err != nil {
		return err
	}
	typed, left := url.Values{}, int64(ordinary)
	for n := 0; ; n++ {
		part, err := m.NextPart()
		if err == io.EOF { //nolint:errorlint // wrapped it means that the form was cut off
			break
		}
		if err == nil && n == mostParts {
			err = multipart.ErrMessageTooLarge
		}
		if err != nil {
			return err
		}
		name := part.FormName()
		if name == "" {
			continue
		}
		if _, file := part.Header["Content-Type"]; part.FileName() == "" && !file {
			b, err := io.ReadAll(io.LimitReader(part, left+1))
			if err != nil {
				return err
			}
			if left -= int64(len(name) + len(b)); left < 0 {
				return &http.MaxBytesError{Limit: ordinary}
			}
			typed.Add(name, string(b))
			continue
		}
		g, err := s.take(part)
		if err != nil {
			return err
		}
		g.Filename = part.FileName()
		s.files[name] = append(s.files[name], g)
	}
	r.MultipartForm = &multipart.Form{Value: typed}
	for name, vals := range typed {
		r.Form[name] = append(r.Form[name], vals...)
		r.PostForm[name] = append(r.PostForm[name], vals...)
	}
	return nil
}

func (s *spool) take(part io.Reader) (*Given, error) {
	var b bytes.Buffer
	n, err := io.CopyN(&b, part, s.room+1)
	if errors.Is(err, io.EOF) {
		s.room -= n
		return &Given{Size: n, at: bytes.NewReader(b.Bytes())}, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(s.dir, "given-")
	if err == nil {
		s.open = append(s.open, f)
		err = os.Remove(f.Name())
	}
	if err != nil {
		return nil, full(err)
	}
	n, err = io.Copy(f, io.MultiReader(&b, part))
	return &Given{Size: n, at: f}, full(err)
}

// full says in plain words that the disk holds no more.
func full(err error) error {
	if db.Full(err) {
		return fault.Wrap(fault.Unavailable, "法院的机器存满了，现在收不了文件。请过一会儿再交。", err)
	}
	return err
}
