package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"mashang/platform/db"
)

// TestOutageFound: a court that is served again an hour after its last beat
// finds the gap by itself, once; served again at once it finds none.
func TestOutageFound(t *testing.T) {
	data := filepath.Join(t.TempDir(), "court")
	count := func(q string) (n int64) {
		d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(data, "mashang.db"))
		if err != nil {
			return 0 // the folder comes later too
		}
		defer func() { _ = d.Close() }()
		_ = d.Read(t.Context(), func(tx *db.Tx) (err error) { n, err = db.One[int64](tx, q); return err }) // the table comes later
		return n
	}
	serve := func(until string) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- run(ctx, []string{"setup", "-data", data, "-listen", freeAddr(t)}, io.Discard, io.Discard)
		}()
		for range 400 {
			if count(until) > 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond) // what else would follow
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	serve(`SELECT COUNT(*) FROM outage_beat`)
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(data, "mashang.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE outage_beat SET at = at - 3600000`)
		return err
	})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	serve(`SELECT COUNT(*) FROM outage_outage`)
	serve(fmt.Sprint(`SELECT COUNT(*) FROM outage_beat WHERE at > `, time.Now().UnixMilli()))
	for q, want := range map[string]int64{`SELECT COUNT(*) FROM outage_outage`: 1, `SELECT COUNT(*) FROM outage_outage WHERE heart = 1 AND to_at - from_at BETWEEN 3600000 AND 3660000`: 1, `SELECT COUNT(*) FROM ledger_entry WHERE kind = 'outage.found'`: 1,
		`SELECT COUNT(*) FROM oversight_place`: 1} { // a court that is served also watches who reads what
		if got := count(q); got != want {
			t.Errorf("%s: %d", q, got)
		}
	}
}
