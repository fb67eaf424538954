// Package backup copies a court to a folder while it serves, encrypted to a
// key whose secret half is kept elsewhere (age), and brings it back into an
// empty database of either engine.
//
// The folder holds state-TIME.age (every row of one snapshot, and the keys)
// and blobs/DIGEST.age (files, which never change and are copied once).
// Nothing in the folder is readable without the secret half; its file names
// tell only when backups were made and how many files there are.
//
// Reading order: backup.go (writing), restore.go (bringing back).
package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"mashang/platform/blob"
	"mashang/platform/db"
)

// line is one line of the state: a table's head, a row, a key file or the end.
type line struct {
	Table string   `json:"table,omitempty"`
	Cols  []string `json:"cols,omitempty"`
	Row   []any    `json:"row,omitempty"`
	File  string   `json:"file,omitempty"`
	Bytes string   `json:"bytes,omitempty"`
	End   int64    `json:"end,omitempty"` // rows in all: a backup cut short has no end
}

// Report counts what was copied.
type Report struct {
	File  string // the state file that was written
	Rows  int64  // rows in it
	Blobs int    // files that were not in the folder yet
}

// To writes a backup of tables (in the order in which they can be filled), the
// key files in the folder keys, and all blobs to dir, encrypted to key; now
// goes into the file's name. It reads one snapshot and holds up nobody.
func To(ctx context.Context, d *db.DB, tables []string, keys string, blobs blob.Store, dir string, key age.Recipient, now time.Time) (Report, error) {
	if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o700); err != nil {
		return Report{}, fmt.Errorf("backup: %w", err)
	}
	r := Report{File: filepath.Join(dir, "state-"+now.UTC().Format("20060102T150405Z")+".age")}
	// Blobs first: every file that the snapshot names is then in the folder,
	// because files are stored before the rows that name them... and again
	// after the snapshot, for those that came in between.
	if err := copyBlobs(ctx, blobs, dir, key, &r); err != nil {
		return r, err
	}
	if err := writeState(ctx, d, tables, keys, key, &r); err != nil {
		return r, err
	}
	return r, copyBlobs(ctx, blobs, dir, key, &r)
}

func writeState(ctx context.Context, d *db.DB, tables []string, keys string, key age.Recipient, r *Report) error {
	return atomically(r.File, func(f io.Writer) error {
		enc, err := age.Encrypt(f, key)
		if err != nil {
			return err
		}
		zip := gzip.NewWriter(enc)
		out := json.NewEncoder(zip)
		if err := writeKeys(out, keys); err != nil {
			return err
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			for _, t := range tables {
				n, err := writeTable(tx, out, t)
				if err != nil {
					return err
				}
				r.Rows += n
			}
			return nil
		})
		if err != nil {
			return err
		}
		return errors.Join(out.Encode(line{End: r.Rows + 1}), zip.Close(), enc.Close())
	})
}

// atomically gives a file its name only when it is whole and on the disk.
func atomically(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = errors.Join(write(w), w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("backup: %w", err), os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path)) // the name must survive a power cut too
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

func writeKeys(out *json.Encoder, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.key"))
	if err != nil {
		return err
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if err := out.Encode(line{File: filepath.Base(f), Bytes: base64.StdEncoding.EncodeToString(b)}); err != nil {
			return err
		}
	}
	return nil
}

func writeTable(tx *db.Tx, out *json.Encoder, table string) (int64, error) {
	head := true
	n, err := tx.EachRow(`SELECT * FROM `+table, func(cols []string, row []any) error {
		if head {
			head = false
			if err := out.Encode(line{Table: table, Cols: cols}); err != nil {
				return err
			}
		}
		return out.Encode(line{Row: row})
	})
	return n, err
}

func copyBlobs(ctx context.Context, s blob.Store, dir string, key age.Recipient, r *Report) error {
	return s.Each(ctx, func(digest string) error {
		path := filepath.Join(dir, "blobs", digest+".age")
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		err := atomically(path, func(f io.Writer) error {
			in, err := s.Open(ctx, digest)
			if err != nil {
				return err
			}
			enc, err := age.Encrypt(f, key)
			if err != nil {
				return errors.Join(err, in.Close())
			}
			_, err = io.Copy(enc, in)
			return errors.Join(err, in.Close(), enc.Close())
		})
		if err == nil {
			r.Blobs++
		}
		return err
	})
}
