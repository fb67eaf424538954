package delivery

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/law/service"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// until is the schema as it was when a file was the newest.
func until(t *testing.T, newest string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		b, err := schema.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[n] = &fstest.MapFile{Data: b}
		if strings.HasSuffix(n, newest) {
			return out
		}
	}
	t.Fatalf("there is no %s", newest)
	return nil
}

// TestOlderHouse: a court that has served papers for years is brought up to
// date. Every address stays, with all its versions, and the rules of the table
// hold on; of a parcel that was registered twice the first is the one.
func TestOlderHouse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		day := func(n int) time.Time { return time.Date(2026, 3, n, 1, 0, 0, 0, time.UTC) }
		const cols = `id, case_id, party_id, kind, value, standing, shown_by, scan, actor_id, at, ended_at`
		put := func(tx *db.Tx, id, party, kind string, ended time.Time) error {
			_, err := tx.Exec(`INSERT INTO delivery_address (`+cols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, "c", party, kind, "sealed "+id, service.Confirmed, "shown "+id, "scan "+id, "a "+id, day(1), ended)
			return err
		}
		addresses := func() (out []reach.Address) {
			t.Helper()
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
				out, err = db.List[reach.Address](tx, `SELECT `+cols+` FROM delivery_address ORDER BY id`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		do := func(f func(tx *db.Tx) error) error { return d.Do(t.Context(), f) }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		parcel := func(id, of, find string, at time.Time) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				return new(Service).try(tx, attempt{ID: id, Service: of, Way: service.Post, Find: find, At: at})
			}
		}

		must(d.Migrate(t.Context(), "delivery", until(t, "0005_proved.sql")))
		must(do(func(tx *db.Tx) error {
			for i, kind := range []string{"post", "sms", "email", "inapp"} {
				for _, party := range []string{"p", "q"} {
					if err := put(tx, kind+party, party, kind, time.Time{}); err != nil {
						return err
					}
					if err := put(tx, kind+party+" before", party, kind, day(i+2)); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		for _, p := range []struct {
			id, of, find string
			at           time.Time
		}{{"3", "s", "E1", day(2)}, {"2", "s", "E1", day(3)}, {"1", "s", "E1", day(3)}, {"4", "s", "E2", day(3)}, {"5", "r", "E1", day(3)}, {"6", "r", "", day(3)}, {"7", "r", "", day(3)}} {
			must(do(parcel(p.id, p.of, p.find, p.at)))
		}
		before := addresses()

		must(d.Migrate(t.Context(), "delivery", schema))
		if after := addresses(); len(after) != 16 || !slices.Equal(after, before) {
			t.Errorf("of %d addresses %d are left, or others:\n%v\n%v", len(before), len(after), before, after)
		}
		for what, want := range map[string]bool{"sms": false, "wechat": true, "receiver": true, "secret": true, "pigeon": false} {
			if err := do(func(tx *db.Tx) error { return put(tx, "new "+what, "p", what, time.Time{}) }); (err == nil) != want {
				t.Errorf("a second, or first, %s: %v", what, err)
			}
		}
		must(do(func(tx *db.Tx) error { return put(tx, "old sms", "p", "sms", day(9)) }))

		found := map[string]string{}
		must(d.Read(t.Context(), func(tx *db.Tx) error {
			as, err := db.List[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt`)
			for _, a := range as {
				found[a.ID] = a.Find
			}
			return err
		}))
		for id, want := range map[string]string{"1": "", "2": "", "3": "E1", "4": "E2", "5": "E1", "6": "", "7": ""} {
			if found[id] != want {
				t.Errorf("attempt %s has the number %q", id, found[id])
			}
		}
		if err := do(parcel("8", "s", "E2", day(4))); err == nil {
			t.Error("a parcel is registered twice")
		}
		must(do(parcel("9", "r", "E2", day(4))))
		must(do(parcel("a", "r", "", day(4))))
	})
}
