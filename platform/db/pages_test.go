package db

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// library writes rows that fill some pages, an index and an overflow chain.
func library(t *testing.T, d *DB, from, n int) {
	t.Helper()
	for i := range n {
		err := d.Do(context.Background(), func(tx *Tx) error {
			_, err := tx.Exec(`INSERT INTO book (id, title, words) VALUES (?, ?, ?)`, fmt.Sprintf("b%05d", from+i), fmt.Sprintf("书%d", (from+i)*7919%1000), strings.Repeat(fmt.Sprintf("第%d句。", from+i), 10+(from+i)%900))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// shelf reads everything, by the table and by the index.
func shelf(d *DB) (out []string, err error) {
	err = d.Read(context.Background(), func(tx *Tx) error {
		for _, q := range []string{`SELECT id || title || words FROM book NOT INDEXED ORDER BY id`, `SELECT title || id FROM book INDEXED BY book_title ORDER BY title, id`} {
			list, err := List[string](tx, q)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		return nil
	})
	return out, err
}

func openShelf(t *testing.T, path string) *DB {
	t.Helper()
	d, err := Open(context.Background(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// newShelf makes a library of n books in a closed file, and says what it holds.
func newShelf(t *testing.T, path string, n int) []string {
	t.Helper()
	d := openShelf(t, path)
	err := d.Do(context.Background(), func(tx *Tx) error {
		for _, q := range []string{`CREATE TABLE book (id TEXT PRIMARY KEY, title TEXT NOT NULL, words TEXT NOT NULL)`, `CREATE INDEX book_title ON book (title)`} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	library(t, d, 0, n)
	want, err := shelf(d)
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func flip(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << (at % 8)
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func same(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }

// TestFlippedBit: whatever bit of a database file turns over, what is read is
// what was written, or an error.
func TestFlippedBit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "whole.db")
	want := newShelf(t, path, 150)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole)%pageSize != 0 || len(whole) < 40*pageSize {
		t.Fatalf("the file has %d bytes", len(whole))
	}
	caught := 0
	for i := range 400 {
		at := rand.Int64N(int64(len(whole)))
		p := filepath.Join(dir, fmt.Sprintf("flip%d.db", i))
		if err := os.WriteFile(p, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		flip(t, p, at)
		d, err := Open(context.Background(), "sqlite:"+p)
		if err == nil {
			var got []string
			if got, err = shelf(d); err == nil && !same(got, want) {
				t.Errorf("the bit at %d turned over and what was read is wrong, in silence", at)
			}
			_ = d.Close()
		}
		if err != nil {
			caught++
		}
		_ = os.Remove(p)
	}
	if caught < 350 {
		t.Errorf("only %d of 400 turned bits were told; nearly every page is read", caught)
	}
}

// TestFlippedWhileOpen: the same in a file that is in use, in its pages and in
// its log, whether this process wrote the frames or an earlier one.
func TestFlippedWhileOpen(t *testing.T) {
	for _, where := range []string{"", "-wal"} {
		for _, reopened := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "open.db")
			newShelf(t, path, 40)
			d := openShelf(t, path)
			library(t, d, 40, 40)
			if reopened {
				d, path = leftBehind(t, d, path)
			}
			want, err := shelf(d)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path + where)
			if err != nil {
				t.Fatal(err)
			}
			told, step := 0, int64(pageSize)
			if where != "" {
				step = frame
			}
			for from := int64(0); from+step <= info.Size(); from += step {
				at := from + rand.Int64N(step)
				flip(t, path+where, at)
				fresh, err := Open(context.Background(), "sqlite:"+path) // with nothing in its caches
				if err == nil {
					var got []string
					if got, err = shelf(fresh); err == nil && !same(got, want) {
						t.Errorf("log %q, reopened %v: the bit at %d turned over and what was read is wrong, in silence", where, reopened, at)
					}
					_ = fresh.Close()
				}
				if err != nil {
					told++
				}
				flip(t, path+where, at)
			}
			if told < 3 {
				t.Errorf("log %q, reopened %v: %d turned bits were told of %d", where, reopened, told, info.Size()/step)
			}
			_ = d.Close()
		}
	}
}

// leftBehind opens a copy of an open file: what a killed process leaves, with
// its log.
func leftBehind(t *testing.T, d *DB, path string) (*DB, string) {
	t.Helper()
	next := path + ".left"
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + end)
		if err == nil {
			err = os.WriteFile(next+end, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = d.Close()
	return openShelf(t, next), next
}

// TestOldFile: a database from before, without room for sums, is read and
// written as ever.
func TestOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil { // SQLite makes its own first page in an empty file
		t.Fatal(err)
	}
	want := newShelf(t, path, 30)
	b, err := os.ReadFile(path)
	if err != nil || b[20] != 0 {
		t.Fatalf("it reserves %d bytes: %v", b[20], err)
	}
	d := openShelf(t, path)
	defer func() { _ = d.Close() }()
	if got, err := shelf(d); err != nil || !same(got, want) {
		t.Fatalf("an old file is not read as before: %v", err)
	}
}
