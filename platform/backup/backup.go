// Package backup copies a court to a folder while it serves, encrypted to a
// key whose secret half is kept elsewhere (age), and brings it back into an
// empty database of either engine.
//
// The folder holds state-TIME.age (every row of one snapshot, and the keys)
// and blobs/DIGEST.age (files, which never change and are copied once).
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
	"sort"
	"strings"
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
	File  string
	Rows  int64
	Blobs int
}

// To writes a backup of tables, the key files in keys, and all blobs to dir.
func To(ctx context.Context, d *db.DB, tables []string, keys string, blobs blob.Store, dir string, key age.Recipient, now time.Time) (Report, error) {
	if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o700); err != nil {
		return Report{}, fmt.Errorf("backup: %w", err)
	}
	r := Report{File: filepath.Join(dir, "state-"+now.UTC().Format("20060102T150405Z")+".age")}
	// Blobs first: every file that the snapshot names is then in the folder,
	// because files are stored before the rows that name them... and again
	// after the snapshot, for those that came in between.
	err := errors.Join(copyBlobs(ctx, blobs, dir, key, &r), writeState(ctx, d, tables, keys, key, &r))
	return r, errors.Join(err, copyBlobs(ctx, blobs, dir, key, &r))
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
	return nil
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

// Latest returns the newest state file of a backup folder.
func Latest(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "state-*.age"))
	if err != nil || len(files) == 0 {
		return "", errors.Join(err, fmt.Errorf("backup: no state-*.age in %s", dir))
	}
	sort.Strings(files)
	return files[len(files)-1], nil
}

// Keys writes the key files of a backup into an empty folder; they are needed
// before the database can be opened.
func Keys(state string, id age.Identity, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return read(state, id, func(l line) error {
		if l.File == "" {
			return nil
		}
		if strings.ContainsAny(l.File, `/\`) {
			return fmt.Errorf("backup: key file %q", l.File)
		}
		b, err := base64.StdEncoding.DecodeString(l.Bytes)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, l.File), b, 0o600)
	})
}

// batch is how many rows go into one statement, and one commit into many.
const batch = 100

// Rows fills an empty, migrated database in one transaction: all or nothing.
func Rows(ctx context.Context, d *db.DB, state string, id age.Identity, tables []string) (n int64, err error) {
	known := map[string]bool{}
	for _, t := range tables {
		known[t] = true
	}
	return n, d.Do(ctx, func(tx *db.Tx) error {
		for i := len(tables) - 1; i >= 0; i-- {
			if _, err := tx.Exec(`DELETE FROM ` + tables[i]); err != nil { // what migrating and settling put there
				return err
			}
		}
		var cur line
		var rows [][]any
		flush := func() error {
			if len(rows) == 0 {
				return nil
			}
			err := insert(tx, cur, rows)
			n += int64(len(rows))
			rows = rows[:0]
			return err
		}
		err := read(state, id, func(l line) error {
			switch {
			case l.Table != "":
				if !known[l.Table] {
					return fmt.Errorf("backup: this program knows no table %q; use the version that made the backup", l.Table)
				}
				err := flush()
				cur = l
				return err
			case l.Row != nil:
				if rows = append(rows, l.Row); len(rows) == batch {
					return flush()
				}
			case l.End > 0:
				if err := flush(); err != nil {
					return err
				}
				if l.End != n+1 {
					return fmt.Errorf("backup: %d rows, %d expected", n, l.End-1)
				}
			}
			return nil
		})
		return errors.Join(err, flush())
	})
}

func insert(tx *db.Tx, head line, rows [][]any) error {
	one := "(" + db.In(len(head.Cols)) + ")"
	var args []any
	for _, r := range rows {
		for _, v := range r {
			if num, ok := v.(json.Number); ok {
				i, err := num.Int64()
				if err != nil {
					return err
				}
				v = i
			}
			args = append(args, v)
		}
	}
	_, err := tx.Exec(`INSERT INTO `+head.Table+` (`+strings.Join(head.Cols, ", ")+`) VALUES `+strings.TrimSuffix(strings.Repeat(one+",", len(rows)), ","), args...)
	return err
}

// read calls f with every line and fails if the end is missing.
func read(state string, id age.Identity, f func(line) error) error {
	file, err := os.Open(state)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = file.Close() }()
	dec, err := age.Decrypt(bufio.NewReader(file), id)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	zip, err := gzip.NewReader(dec)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	in := json.NewDecoder(zip)
	in.UseNumber()
	ended := false
	for {
		var l line
		if err := in.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		ended = l.End > 0
		if err := f(l); err != nil {
			return err
		}
	}
	if !ended {
		return errors.New("backup: the file is cut short")
	}
	return nil
}

// Blobs brings the files back; each is checked against its digest.
func Blobs(ctx context.Context, dir string, id age.Identity, s blob.Store) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "blobs", "*.age"))
	if err != nil {
		return 0, err
	}
	for i, path := range files {
		if err := one(ctx, path, id, s); err != nil {
			return i, err
		}
	}
	return len(files), nil
}

func one(ctx context.Context, path string, id age.Identity, s blob.Store) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = f.Close() }()
	dec, err := age.Decrypt(bufio.NewReader(f), id)
	if err != nil {
		return fmt.Errorf("backup: %s: %w", filepath.Base(path), err)
	}
	digest, _, err := s.Put(ctx, dec)
	if err == nil && digest+".age" != filepath.Base(path) {
		err = fmt.Errorf("backup: %s holds other bytes", filepath.Base(path))
	}
	return err
}
