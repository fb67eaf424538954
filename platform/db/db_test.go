package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/fault"
)

const table = `CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL, at BIGINT NOT NULL, ok BIGINT NOT NULL);`

type thing struct {
	ID string    `db:"id"`
	N  int       `db:"n"`
	At time.Time `db:"at"`
	OK bool      `db:"ok"`
}

func ready(t *testing.T, d *db.DB) context.Context {
	t.Helper()
	if err := d.Migrate(t.Context(), "thing", fstest.MapFS{"schema/0001_thing.sql": {Data: []byte(table)}}); err != nil {
		t.Fatal(err)
	}
	return t.Context()
}

func insert(id string, n int) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO thing (id, n, at, ok) VALUES (?, ?, ?, ?)`, id, n, time.UnixMilli(int64(n)), n%2 == 1)
		return err
	}
}

func count(t *testing.T, d *db.DB) int64 {
	t.Helper()
	var n int64
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int64](tx, `SELECT COUNT(*) FROM thing`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		if err := d.Do(ctx, insert("a", 7)); err != nil {
			t.Fatal(err)
		}
		err := d.Read(ctx, func(tx *db.Tx) error {
			got, err := db.One[thing](tx, `SELECT id, n, at, ok FROM thing WHERE id = ?`, "a")
			if err != nil {
				return err
			}
			if want := (thing{"a", 7, time.UnixMilli(7).UTC(), true}); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			if _, err := db.One[thing](tx, `SELECT id, n, at, ok FROM thing WHERE id = ?`, "b"); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a missing row gives %v", err)
			}
			if _, err := db.List[thing](tx, `SELECT id, n FROM thing`); err == nil {
				t.Error("a field without a column must be an error")
			}
			if _, err := tx.Exec(`DELETE FROM thing`); err == nil {
				t.Error("a reading transaction wrote")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestGroup: acts that share a commit are still each all or nothing.
func TestGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var after, failed int
		for i := range 200 {
			wg.Go(func() {
				err := d.Do(ctx, func(tx *db.Tx) error {
					tx.After(func() { mu.Lock(); after++; mu.Unlock() })
					if err := insert(fmt.Sprint(i), i)(tx); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return errors.New("no")
					case 2:
						panic("oh") // an act that panics fails alone
					}
					return nil
				})
				if err != nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != 100 || failed != 100 || after != 100 {
			t.Fatalf("%d rows, %d failures, %d callbacks; want 100 of each", n, failed, after)
		}
	})
}

// TestTransactionLost: SQLite gives up a transaction by itself when the disk
// fails within an act. Then the whole batch is undone, and told so: what was
// told as done is there, what was told as failed is not.
func TestTransactionLost(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	ctx := ready(t, d)
	var wg sync.WaitGroup
	told := make([]error, 400)
	for i := range told {
		wg.Go(func() {
			told[i] = d.Do(ctx, func(tx *db.Tx) error {
				if err := insert(fmt.Sprint(i), i)(tx); err != nil || i%100 != 5 {
					return err
				}
				_, err := tx.Exec(`ROLLBACK`)
				return errors.Join(err, errors.New("the disk failed"))
			})
		})
	}
	wg.Wait()
	there := map[string]bool{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		ids, err := db.List[string](tx, `SELECT id FROM thing`)
		for _, id := range ids {
			there[id] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range told {
		if there[fmt.Sprint(i)] != (err == nil) {
			t.Errorf("act %d is there: %v, and was told %v", i, there[fmt.Sprint(i)], err)
		}
	}
	if len(there) == 0 || len(there) == len(told) {
		t.Errorf("%d of %d acts are there", len(there), len(told))
	}
}

// TestConflict: of two writers who read the same state one is told so.
func TestConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		if err := d.Do(ctx, insert("a", 1)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Do(ctx, func(tx *db.Tx) error {
					return db.Must1(tx.Exec(`UPDATE thing SET n = 2 WHERE id = 'a' AND n = 1`))
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.KindOf(err) != fault.Conflict {
				t.Fatal(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d winners", won)
		}
	})
}

func TestMigrateRefusesChangedFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		if err := d.Migrate(ctx, "thing", fstest.MapFS{"schema/0001_thing.sql": {Data: []byte(table)}}); err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(ctx, "thing", fstest.MapFS{"schema/0001_thing.sql": {Data: []byte(table + "-- changed")}}); err == nil {
			t.Fatal("a changed file was accepted")
		}
		if err := d.Migrate(ctx, "other", fstest.MapFS{"schema/0001_bad.sql": {Data: []byte("CREATE TABLE half (a TEXT);\nNONSENSE")}}); err == nil {
			t.Fatal("nonsense was accepted")
		}
		if err := d.Migrate(ctx, "other", fstest.MapFS{"schema/0001_good.sql": {Data: []byte("CREATE TABLE half (a TEXT)")}}); err != nil {
			t.Fatalf("a failed migration left something behind: %v", err)
		}
	})
}

func TestCanceledBeforeRunning(t *testing.T) {
	d := dbtest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"))
	ready(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Do(ctx, insert("a", 1)); err == nil {
		t.Fatal("a cancelled act ran")
	}
	if n := count(t, d); n != 0 {
		t.Fatal("a cancelled act left a row")
	}
}

// TestManyReaders: more transactions than connections, each with statements of
// its own, all come to an end.
func TestManyReaders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		if err := d.Do(ctx, insert("a", 1)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				err := d.Read(ctx, func(tx *db.Tx) error {
					for j := range 5 {
						if _, err := db.One[int64](tx, fmt.Sprintf(`SELECT COUNT(*) + %d FROM thing`, i*10+j)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// TestWithin: what reads within a snapshot sees what it sees, and a question has
// one answer there; an act is asked anew.
func TestWithin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		asked := 0
		things := func(tx *db.Tx) (int64, error) {
			return db.Once(tx, "how many", func() (int64, error) {
				asked++
				return db.One[int64](tx, `SELECT COUNT(*) FROM thing`)
			})
		}
		if err := d.Read(ctx, func(outer *db.Tx) error {
			if _, err := db.One[int64](outer, `SELECT COUNT(*) FROM thing`); err != nil { // the snapshot begins
				return err
			}
			if err := d.Do(ctx, insert("a", 1)); err != nil {
				return err
			}
			return d.Read(db.Within(outer), func(tx *db.Tx) error {
				for range 2 {
					if n, err := things(tx); err != nil || n != 0 {
						t.Errorf("within the snapshot: %d things, %v", n, err)
					}
				}
				return nil
			})
		}); err != nil || asked != 1 {
			t.Fatalf("asked %d times: %v", asked, err)
		}
		if err := d.Do(ctx, func(tx *db.Tx) error {
			for i := range int64(2) {
				if n, err := things(tx); err != nil || n != 1+i {
					t.Errorf("in an act: %d things, %v, want %d", n, err, 1+i)
				}
				if err := insert(fmt.Sprint("b", i), 2)(tx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSoon: what need not wait for the disk is seen at once, and does not make
// the next act less durable.
func TestSoon(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := ready(t, d)
		var levels []string
		level := func(f func(*db.Tx) error) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				ask := `SELECT CAST(synchronous AS TEXT) AS level FROM pragma_synchronous`
				if tx.Postgres() {
					ask = `SELECT current_setting('synchronous_commit') AS level`
				}
				x, err := db.One[string](tx, ask)
				levels = append(levels, x)
				return errors.Join(err, f(tx))
			}
		}
		soft, hard := "1", "2"
		if d.Postgres() {
			soft, hard = "off", "on"
		}
		for i, do := range []func(context.Context, func(*db.Tx) error) error{d.DoSoon, d.DoSoon, d.Do, d.DoSoon, d.Do} {
			if err := do(ctx, level(insert(fmt.Sprint(i), i))); err != nil {
				t.Fatal(err)
			}
			var n int64
			err := d.Read(ctx, func(tx *db.Tx) (err error) {
				n, err = db.One[int64](tx, `SELECT COUNT(*) AS n FROM thing`)
				return err
			})
			if err != nil || n != int64(i+1) {
				t.Fatalf("after act %d there are %d rows: %v", i, n, err)
			}
		}
		if got, want := fmt.Sprint(levels), fmt.Sprint([]string{soft, soft, hard, soft, hard}); got != want {
			t.Fatalf("durable %s, want %s", got, want)
		}
		if err := d.DoSoon(ctx, func(tx *db.Tx) error { return errors.Join(insert("x", 1)(tx), errors.New("no")) }); err == nil {
			t.Fatal("a failed act is told as done")
		}
		if err := d.Do(ctx, insert("x", 1)); err != nil {
			t.Fatalf("a failed act left something: %v", err)
		}
	})
}

// TestBefore: the first transaction of a context begins with what has to be
// asked before; one that is refused leaves nothing behind, and the next is asked
// again.
func TestBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		no, asked := errors.New("no"), 0
		ctx, first := db.Before(ready(t, d), func(tx *db.Tx) error {
			if asked++; asked < 3 {
				return no
			}
			return nil
		})
		if was, _ := first.Answer(); was {
			t.Error("answered before it was asked")
		}
		if err := d.Do(ctx, insert("a", 1)); !errors.Is(err, no) {
			t.Errorf("an act: %v", err)
		}
		count := func(tx *db.Tx) error {
			n, err := db.One[int64](tx, `SELECT COUNT(*) FROM thing`)
			if n != 0 {
				t.Errorf("%d things", n)
			}
			return err
		}
		if err := d.Read(ctx, count); !errors.Is(err, no) {
			t.Errorf("a reader: %v", err)
		}
		if was, err := first.Answer(); !was || !errors.Is(err, no) {
			t.Errorf("the answer: %v %v", was, err)
		}
		if err := d.Read(ctx, count); err != nil {
			t.Error(err)
		}
		if err := d.Do(ctx, insert("b", 1)); err != nil || asked != 3 {
			t.Errorf("asked %d times: %v", asked, err)
		}
	})
}
