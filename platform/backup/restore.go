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
	"regexp"
	"slices"
	"sort"
	"strings"

	"filippo.io/age"

	"mashang/platform/blob"
	"mashang/platform/db"
)

// Latest returns the newest state file of a backup folder.
func Latest(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "state-*.age"))
	if err != nil || len(files) == 0 {
		return "", errors.Join(err, fmt.Errorf("backup: no state-*.age in %s", dir))
	}
	sort.Strings(files)
	return files[len(files)-1], nil
}

// Keys writes the key files of a backup into the folder dir, which must hold
// none of them; they are needed before the database can be opened. The whole
// file is read, so that a damaged one is refused before anything is made.
func Keys(state string, id age.Identity, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return read(state, id, func(l line) error {
		if l.File == "" {
			return nil
		}
		if !keyName.MatchString(l.File) {
			return fmt.Errorf("backup: key file %q", l.File)
		}
		b, err := base64.StdEncoding.DecodeString(l.Bytes)
		if err != nil {
			return err
		}
		return writeNew(filepath.Join(dir, l.File), b)
	})
}

var keyName = regexp.MustCompile(`^[a-z0-9_-]+\.key$`)

// writeNew never replaces a key: data that it encrypts would be lost.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// batch is how many rows go into one statement.
const batch = 100

// Rows fills an empty, migrated database in one transaction, all or nothing,
// and returns the number of rows. Tables are those that this program knows; a
// backup with another one is refused.
func Rows(ctx context.Context, d *db.DB, state string, id age.Identity, tables []string) (int64, error) {
	var f *filler
	err := d.Do(ctx, func(tx *db.Tx) error {
		f = &filler{tx: tx} // anew for each try
		for i := len(tables) - 1; i >= 0; i-- {
			if tables[i] == applied {
				continue
			}
			if _, err := tx.Exec(`DELETE FROM ` + tables[i]); err != nil { // what migrating and settling put there
				return err
			}
		}
		return read(state, id, func(l line) error { return f.line(l, tables) })
	})
	return f.n, err
}

// applied is the table of migrations: the database keeps the list of those
// that made it, which need not be those of the backup's engine.
const applied = "platform_schema"

// filler collects the rows of a table into statements.
type filler struct {
	tx   *db.Tx
	head line
	rows [][]any
	n    int64
}

func (f *filler) line(l line, tables []string) error {
	switch {
	case l.Table != "":
		if !slices.Contains(tables, l.Table) {
			return fmt.Errorf("backup: this program knows no table %q; use the version that made the backup", l.Table)
		}
		err := f.flush()
		f.head = l
		return err
	case l.Row != nil:
		if len(l.Row) != len(f.head.Cols) {
			return errors.New("backup: a row does not fit its table")
		}
		if f.rows = append(f.rows, l.Row); len(f.rows) == batch {
			return f.flush()
		}
	case l.End > 0:
		if err := f.flush(); err != nil {
			return err
		}
		if l.End != f.n+1 {
			return fmt.Errorf("backup: %d rows, %d expected", f.n, l.End-1)
		}
	}
	return nil
}

func (f *filler) flush() error {
	rows := f.rows
	f.rows = nil
	f.n += int64(len(rows))
	if len(rows) == 0 || f.head.Table == applied {
		return nil
	}
	return insert(f.tx, f.head, rows)
}

func insert(tx *db.Tx, head line, rows [][]any) error {
	place := "(" + db.In(len(head.Cols)) + ")"
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
	_, err := tx.Exec(`INSERT INTO `+head.Table+` (`+strings.Join(head.Cols, ", ")+`) VALUES `+strings.TrimSuffix(strings.Repeat(place+",", len(rows)), ","), args...)
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

// Blobs brings the files of a backup folder back into s and returns how many
// there were; each is checked against its digest.
func Blobs(ctx context.Context, dir string, id age.Identity, s blob.Store) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "blobs", "*.age"))
	if err != nil {
		return 0, err
	}
	for i, path := range files {
		if err := putBack(ctx, path, id, s); err != nil {
			return i, err
		}
	}
	return len(files), nil
}

func putBack(ctx context.Context, path string, id age.Identity, s blob.Store) error {
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

// IsDemo reports whether a backup was made of a demo; it then becomes a demo again.
func IsDemo(state string, id age.Identity) (demo bool, err error) {
	table := ""
	err = read(state, id, func(l line) error {
		if l.Table != "" {
			table = l.Table
		}
		if table == "platform_setting" && len(l.Row) == 2 && l.Row[0] == "kind" && l.Row[1] == "demo" {
			demo = true
		}
		return nil
	})
	return demo, err
}
