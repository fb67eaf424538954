package notify_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/notify"
	"mashang/platform/vault"
)

const heardTable = `CREATE TABLE t_heard (mid TEXT NOT NULL, n BIGINT NOT NULL)`

// room opens what a process that sends needs; what is heard is counted.
func room(ctx context.Context, dsn, keys, carrier string, at time.Time) (*db.DB, *jobs.Queue, *notify.Notifier, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, nil, nil, err
	}
	v, err1 := vault.Open(keys)
	c := clock.At(at)
	q := jobs.New(d, c, slog.New(slog.DiscardHandler))
	n, err2 := notify.New(d, c, v, q)
	if err := errors.Join(err1, err2, d.Migrate(ctx, "jobs", jobs.Schema), d.Migrate(ctx, "notify", notify.Schema)); err != nil {
		return nil, nil, nil, err
	}
	n.Use(notify.SMS, notify.HTTPSMS{URL: carrier, Key: carrierKey})
	n.Heard = func(tx *db.Tx, mid string) error {
		_, err := tx.Exec(`INSERT INTO t_heard (mid, n) VALUES (?, 1)`, mid)
		return err
	}
	return d, q, n, nil
}

// TestSender is a process that sends until it is killed; it does nothing of its
// own in a run of the tests.
func TestSender(t *testing.T) {
	dsn := os.Getenv("NOTIFY_TEST_DSN")
	if dsn == "" {
		return
	}
	ms, err := strconv.ParseInt(os.Getenv("NOTIFY_TEST_AT"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	_, q, _, err := room(t.Context(), dsn, os.Getenv("NOTIFY_TEST_KEYS"), os.Getenv("NOTIFY_TEST_URL"), time.UnixMilli(ms))
	if err != nil {
		t.Fatal(err)
	}
	q.Run(t.Context(), 2)
}

// fate is what a carrier does with a message, by its id: a tenth it refuses,
// of a tenth the phones take nothing, and with half of the others something
// goes wrong the first time.
func fate(mid string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(mid))
	return h.Sum32() % 10
}

// TestKilled: many notices go out, a fifth of them in vain, over a line that
// breaks, from a process that is killed again and again. Each is accounted for:
// no phone got one twice, none is forgotten, and what became of it is told once.
func TestKilled(t *testing.T) {
	const many, kills = 5000, 60
	c := newCarrier(t)
	first := map[string]bool{}
	c.does(func(w http.ResponseWriter, r *http.Request, taken func()) {
		mid := r.Header.Get("X-Test-ID")
		c.mu.Lock()
		again := first[mid]
		first[mid] = true
		c.mu.Unlock()
		f := fate(mid)
		if again && f > 1 {
			f = 9
		}
		switch f {
		case 0:
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		case 2:
			taken()
			reset(w)
			return
		case 3:
			w.WriteHeader(http.StatusInternalServerError)
			return
		case 4:
			reset(w)
			return
		case 5:
			taken()
			_, _ = io.WriteString(w, "<html>")
			return
		case 6:
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		taken()
		_, _ = io.WriteString(w, `{"id":"g"}`)
	})
	dsn, keys, now := dbtest.SQLite(t), t.TempDir(), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	d, _, n, err := room(t.Context(), dsn, keys, c.URL, now)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, many)
	err = d.Do(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(heardTable); err != nil {
			return err
		}
		for i := range ids {
			ids[i] = id.New()
			if _, err := n.Post(tx, ids[i], notify.SMS, fmt.Sprintf("139%08d", i), "", text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	for _, mid := range ids {
		if c.fate[mid] = "delivered"; fate(mid) == 1 {
			c.fate[mid] = "failed"
		}
	}
	c.mu.Unlock()
	left := func() (n int) {
		t.Helper()
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			n, err = db.One[int](tx, `SELECT COUNT(*) FROM notify_message WHERE state IN ('waiting', 'unknown', 'handed')`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	killed := 0
	for round := 0; left() > 0; round++ {
		if round > 400 {
			t.Fatalf("%d never come to an end", left())
		}
		life := 150*time.Millisecond + rand.N(500*time.Millisecond)
		if killed >= kills {
			life = 3 * time.Second
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSender$")
		cmd.Env = append(os.Environ(), "NOTIFY_TEST_DSN="+dsn, "NOTIFY_TEST_KEYS="+keys, "NOTIFY_TEST_URL="+c.URL, "NOTIFY_TEST_AT="+strconv.FormatInt(now.UnixMilli(), 10))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(life)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("it ended by itself: %v", err)
		}
		_ = cmd.Wait() // killed
		killed++
		now = now.Add(3 * time.Minute) // what it had begun is given to the next
	}
	count := func(query string) (n int) {
		t.Helper()
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { n, err = db.One[int](tx, query); return err }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	failed := 0
	for _, mid := range ids {
		want, given := notify.Delivered, 1
		switch fate(mid) {
		case 0:
			want, given = notify.Failed, 0
			failed++
		case 1:
			want = notify.Failed
			failed++
		}
		var m notify.Message
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { m, err = n.State(tx, mid); return err }); err != nil {
			t.Fatal(err)
		}
		if m.State != want || c.got[mid] != given || m.Twice {
			t.Errorf("fate %d: %+v, given %d times", fate(mid), m, c.got[mid])
		}
	}
	if n := count(`SELECT COUNT(DISTINCT mid) FROM t_heard`); n != many {
		t.Errorf("%d of %d were told", n, many)
	}
	if n := count(`SELECT COUNT(*) FROM t_heard`); n != many {
		t.Errorf("told %d times", n)
	}
	if n := count(`SELECT COUNT(*) FROM notify_message WHERE text <> ''`); n != 0 {
		t.Errorf("%d texts are kept", n)
	}
	t.Logf("%d notices, %d in vain, %d kills", many, failed, killed)
}
