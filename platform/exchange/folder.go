package exchange

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Most is the size that a letter may have.
const Most = 2 << 20

// ErrSize says that a file is larger than a letter may be.
var ErrSize = fmt.Errorf("exchange: larger than %d bytes", Most)

// Folder is one direction between two systems.
type Folder string

const (
	letterEnd = ".json"
	ackEnd    = ".ack"
	tmpStart  = ".tmp-" // half a file; no reader looks at it
)

// Letter is the name of a letter, Ack that of its acknowledgement.
func Letter(seq int64) string { return fmt.Sprintf("%012d%s", seq, letterEnd) }

// Ack is the name of the acknowledgement of a letter.
func Ack(seq int64) string { return fmt.Sprintf("%012d%s", seq, ackEnd) }

// Make makes the folder.
func (f Folder) Make() error { return os.MkdirAll(string(f), 0o750) }

// Write puts a whole file into the folder, durably, in place of one of the same name.
func (f Folder) Write(name string, b []byte) (err error) {
	tmp, err := os.CreateTemp(string(f), tmpStart+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	_, err = tmp.Write(b)
	if err = errors.Join(err, tmp.Chmod(0o640), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), filepath.Join(string(f), name)); err != nil {
		return err
	}
	return f.sync()
}

func (f Folder) sync() error {
	d, err := os.Open(string(f))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Read returns a file, or ok false when there is none. A link leads out of the
// folder and is no file, nor is a pipe, at which one would wait: the name is
// opened without following or waiting, and what was opened is judged.
func (f Folder) Read(name string) (b []byte, ok bool, err error) {
	file, err := os.OpenFile(filepath.Join(string(f), name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, false, nil
	case errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENXIO): // a link, a socket
		return nil, true, ErrForm
	case err != nil:
		return nil, false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	st, err := file.Stat()
	switch {
	case err != nil:
		return nil, false, err
	case !st.Mode().IsRegular():
		return nil, true, ErrForm
	case st.Size() > Most:
		return nil, true, ErrSize
	}
	b, err = io.ReadAll(io.LimitReader(file, Most+1)) // it may grow while it is read
	if err == nil && len(b) > Most {
		return nil, true, ErrSize
	}
	return b, true, err
}

// Remove takes a file away; one that is not there is away.
func (f Folder) Remove(name string) error {
	err := os.Remove(filepath.Join(string(f), name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Letters returns the numbers of the letters in the folder, lowest first.
func (f Folder) Letters() ([]int64, error) { return f.numbers(letterEnd) }

// Acks returns the numbers of the acknowledgements in the folder, lowest first.
func (f Folder) Acks() ([]int64, error) { return f.numbers(ackEnd) }

func (f Folder) numbers(end string) (out []int64, err error) {
	files, err := os.ReadDir(string(f)) // in the order of names, which is that of numbers
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range files {
		n, perr := strconv.ParseInt(strings.TrimSuffix(e.Name(), end), 10, 64)
		if perr == nil && n > 0 && e.Name() == fmt.Sprintf("%012d%s", n, end) {
			out = append(out, n)
		}
	}
	return out, err
}
