package db_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// TestLogBeginsAnew: however much is written while others read, the log stays
// short, and what was in it is in the database.
func TestLogBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "court.db")
	d, err := db.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if err := d.Migrate(ctx, "page", fstest.MapFS{"schema/0001_page.sql": {Data: []byte(`CREATE TABLE page (id TEXT PRIMARY KEY, text TEXT NOT NULL);`)}}); err != nil {
		t.Fatal(err)
	}
	const writers, each, size = 8, 400, 64 << 10 // 200 MB in 51,000 frames
	text := strings.Repeat("x", size)
	var longest int64
	var reading, writing sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := d.Read(ctx, func(tx *db.Tx) error {
					_, err := db.One[int64](tx, `SELECT COUNT(*) FROM page WHERE id < ?`, "3")
					return err
				}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				if err := d.Do(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(`INSERT INTO page (id, text) VALUES (?, ?)`, fmt.Sprintf("%d-%d", w, i), text)
					return err
				}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()
	if s, err := os.Stat(path + "-wal"); err != nil {
		t.Fatal(err)
	} else if longest = s.Size(); longest > 64<<20 {
		t.Errorf("the log of 200 MB of writing is %d MB long", longest>>20)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after closing the log is still there: %v", err)
	}
	again := dbtest.Open(t, "sqlite:"+path)
	if err := again.Read(ctx, func(tx *db.Tx) error {
		n, err := db.One[int64](tx, `SELECT COUNT(*) FROM page WHERE LENGTH(text) = ?`, size)
		good, err2 := db.One[string](tx, `PRAGMA integrity_check`)
		if n != writers*each || good != "ok" {
			t.Errorf("%d rows, %s", n, good)
		}
		return errors.Join(err, err2)
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("the longest log: %d MB", longest>>20)
}
