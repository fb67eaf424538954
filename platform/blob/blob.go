// Package blob keeps files by the digest of their bytes. A blob is written
// once and never changed, at most taken away when its time is over; its name is its proof of integrity, which [Store.Open]
// checks while it is read.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Store keeps blobs. Other kinds of store pass the same conformance tests.
type Store interface {
	// Put stores all of r and returns its digest (SHA-256, hexadecimal) and length in bytes.
	Put(ctx context.Context, r io.Reader) (digest string, size int64, err error)
	// Open returns the blob; a read of damaged bytes ends in ErrDamaged instead of EOF.
	Open(ctx context.Context, digest string) (io.ReadCloser, error)
	// Remove takes a blob away for ever; one that is gone already is no error.
	Remove(ctx context.Context, digest string) error
	// Each calls f with every digest.
	Each(ctx context.Context, f func(digest string) error) error
}

// Errors of a store.
var (
	ErrMissing = errors.New("blob: no such blob")
	ErrDamaged = errors.New("blob: the stored bytes are not those that were put")
)

// Folder is a store in a directory: ab/cdef… below it.
type Folder struct{ dir string }

// OpenFolder makes dir when missing, and clears away what a process that was
// killed in the middle of a Put left behind.
func OpenFolder(dir string) (*Folder, error) {
	tmp := filepath.Join(dir, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	for _, e := range left {
		if at, err := e.Info(); err == nil && time.Since(at.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(tmp, e.Name())) // whoever only reads may not
		}
	}
	return &Folder{dir}, nil
}

// abandoned is how long nothing is written to a half file before it is taken
// for left: another process may be putting into the same folder.
const abandoned = time.Hour

func (f *Folder) path(digest string) string { return filepath.Join(f.dir, digest[:2], digest[2:]) }

// Put implements Store: bytes reach the disk before the name does.
func (f *Folder) Put(ctx context.Context, r io.Reader) (digest string, size int64, err error) {
	tmp, err := os.CreateTemp(filepath.Join(f.dir, "tmp"), "put-")
	if err != nil {
		return "", 0, fmt.Errorf("blob: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(tmp, h), r)
	if err = errors.Join(err, ctx.Err(), tmp.Sync(), tmp.Close()); err != nil {
		return "", 0, fmt.Errorf("blob: %w", err)
	}
	digest = hex.EncodeToString(h.Sum(nil))
	path := f.path(digest)
	// One that is there already has the same bytes, or is damaged and mended by this.
	if err = os.Rename(tmp.Name(), path); errors.Is(err, os.ErrNotExist) { // the first in its folder
		if err = f.folder(filepath.Dir(path)); err == nil {
			err = os.Rename(tmp.Name(), path)
		}
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return "", 0, fmt.Errorf("blob: %w", err)
	}
	return digest, size, nil
}

// folder makes one of the folders, whose name has to last too.
func (f *Folder) folder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		if errors.Is(err, os.ErrExist) { // another was first
			return nil
		}
		return err
	}
	return syncDir(f.dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

var name = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open implements Store.
func (f *Folder) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	if !name.MatchString(digest) {
		return nil, ErrMissing
	}
	file, err := os.Open(f.path(digest))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return &checked{file, sha256.New(), digest}, nil
}

// Remove implements Store.
func (f *Folder) Remove(_ context.Context, digest string) error {
	if !name.MatchString(digest) {
		return ErrMissing
	}
	if err := os.Remove(f.path(digest)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
}

// Each implements Store.
func (f *Folder) Each(ctx context.Context, g func(string) error) error {
	dirs, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	for _, d := range dirs {
		files, err := os.ReadDir(filepath.Join(f.dir, d.Name()))
		if err != nil || len(d.Name()) != 2 {
			continue
		}
		for _, e := range files {
			if digest := d.Name() + e.Name(); name.MatchString(digest) {
				if err := errors.Join(ctx.Err(), g(digest)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

type checked struct {
	f    *os.File
	h    hash.Hash
	want string
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.f.Read(p)
	c.h.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.h.Sum(nil)) != c.want {
		return n, ErrDamaged
	}
	return n, err
}

func (c *checked) Close() error { return c.f.Close() }

// ReadAll returns a blob's bytes, or ErrDamaged rather than wrong ones.
func ReadAll(ctx context.Context, s Store, digest string) ([]byte, error) {
	r, err := s.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	return b.Bytes(), errors.Join(err, r.Close())
}
