package deadline_test

import (
	"slices"
	"testing"
	"time"

	"mashang/docket/deadline"
	"mashang/law"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

var nine = time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)

func march(d int) law.Date { return law.Date{Year: 2026, Month: 3, Day: d} }

// book is a store of deadlines for a test.
type book struct {
	t *testing.T
	d *db.DB
}

func each(t *testing.T, f func(t *testing.T, b *book)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "deadline", deadline.Schema); err != nil {
			t.Fatal(err)
		}
		f(t, &book{t, d})
	})
}

func (b *book) do(f func(tx *db.Tx) error) {
	b.t.Helper()
	if err := b.d.Do(b.t.Context(), f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) start(caseID, party, rule string, last law.Date, provisional bool) {
	b.t.Helper()
	b.do(func(tx *db.Tx) error {
		return deadline.Start(tx, deadline.Deadline{Case: caseID, Party: party, Rule: rule, Title: "做一件事", Start: march(3), StartEvent: "立案", Last: last, Provisional: provisional,
			Steps: db.JSON[[]string]{V: []string{"一", "二"}}, Basis: db.JSON[[]string]{V: []string{"法"}}, At: nine})
	})
}

// TestFall: what a service started stops with it, and what runs when a case is
// closed stops, but for the appeal.
func TestFall(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		b.start("c", "p", "answer", march(18), false)
		b.do(func(tx *db.Tx) error {
			return deadline.Start(tx, deadline.Deadline{Case: "c", Party: "p", Rule: "appeal", Title: "上诉", Start: march(3), StartEvent: deadline.ByService("x"), Last: march(18), At: nine})
		})
		b.do(func(tx *db.Tx) error {
			if rules, err := deadline.Fall(tx, "c", deadline.ByService("y")); err != nil || len(rules) > 0 {
				t.Error(rules, err)
			}
			return deadline.Close(tx, "c", "appeal")
		})
		if got := b.running("c"); !slices.Equal(got, []string{"p appeal 2026-03-18"}) {
			t.Error(got)
		}
		b.do(func(tx *db.Tx) error {
			rules, err := deadline.Fall(tx, "c", deadline.ByService("x"))
			if !slices.Equal(rules, []string{"appeal"}) {
				t.Error(rules)
			}
			return err
		})
		if got := b.running("c"); len(got) > 0 {
			t.Error(got)
		}
	})
}

// running lists "party rule day" of a case's running deadlines.
func (b *book) running(caseID string) (out []string) {
	b.t.Helper()
	b.do(func(tx *db.Tx) error {
		ds, err := deadline.Of(tx, caseID)
		for _, d := range ds {
			out = append(out, d.Party+" "+d.Rule+" "+d.Last.String())
		}
		return err
	})
	return out
}

func (b *book) want(what string, got []string, want ...string) {
	b.t.Helper()
	if !slices.Equal(got, want) {
		b.t.Errorf("%s: %q, not %q", what, got, want)
	}
}

// TestStart: a deadline replaces the running one of its rule and party, and no
// other; the nearest stands first.
func TestStart(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		b.start("c", "", "limit", march(30), false)
		b.start("c", "p", "answer", march(20), false)
		b.start("c", "q", "answer", march(21), false)
		b.start("d", "", "limit", march(9), false)
		b.want("started", b.running("c"), "p answer 2026-03-20", "q answer 2026-03-21", " limit 2026-03-30")
		b.start("c", "p", "answer", march(25), false)
		b.want("started anew", b.running("c"), "q answer 2026-03-21", "p answer 2026-03-25", " limit 2026-03-30")
		b.want("another case", b.running("d"), " limit 2026-03-09")
		b.do(func(tx *db.Tx) error {
			ds, err := deadline.Of(tx, "d")
			if err == nil && (!slices.Equal(ds[0].Steps.V, []string{"一", "二"}) || !slices.Equal(ds[0].Basis.V, []string{"法"}) || ds[0].Start != march(3) || ds[0].StartEvent != "立案" || !ds[0].At.Equal(nine) || ds[0].State != deadline.Running) {
				t.Errorf("%+v", ds[0])
			}
			return err
		})
	})
}

// TestEnd: by rule, or all of a case; what ended is kept.
func TestEnd(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for _, r := range []string{"limit", "copy", "panel"} {
			b.start("c", "", r, march(10), false)
		}
		b.start("d", "", "copy", march(10), false)
		b.do(func(tx *db.Tx) error { return deadline.End(tx, "c", "copy", deadline.Met) })
		b.want("met", b.running("c"), " limit 2026-03-10", " panel 2026-03-10")
		b.do(func(tx *db.Tx) error { return deadline.End(tx, "c", "", deadline.Stopped) })
		b.want("stopped", b.running("c"))
		b.want("another case", b.running("d"), " copy 2026-03-10")
		b.do(func(tx *db.Tx) error {
			l, err := db.List[string](tx, `SELECT rule || ' ' || state FROM deadline_deadline WHERE case_id = 'c' ORDER BY rule`)
			b.want("kept", l, "copy met", "limit stopped", "panel stopped")
			return err
		})
	})
}

// TestProvisional: what waits for a calendar is found page by page, each once,
// and only while it runs.
func TestProvisional(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for _, c := range []string{"a", "b", "c", "d"} {
			b.start(c, "", "limit", march(10), true)
			b.start(c, "", "copy", march(10), false)
		}
		b.do(func(tx *db.Tx) error { return deadline.End(tx, "b", "", deadline.Stopped) })
		var found []string
		for after := ""; ; {
			var page []deadline.Deadline
			b.do(func(tx *db.Tx) (err error) { page, err = deadline.Provisional(tx, after, 2); return err })
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				found, after = append(found, d.Case+" "+d.Rule), d.ID
			}
		}
		b.want("found", found, "a limit", "c limit", "d limit")
	})
}

// TestEndingIn: what ends in a span is found page by page, of parties and
// running only.
func TestEndingIn(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		for i, c := range []string{"a", "b", "c", "d"} {
			b.start(c, "p", "answer", march(16+i), false)
			b.start(c, "", "limit", march(17), false)
		}
		b.do(func(tx *db.Tx) error { return deadline.End(tx, "c", "answer", deadline.Met) })
		var found []string
		for after := ""; ; {
			var page []deadline.Deadline
			b.do(func(tx *db.Tx) (err error) {
				page, err = deadline.EndingIn(tx, march(17), march(19), after, 1)
				return err
			})
			if len(page) == 0 {
				break
			}
			after = page[0].ID
			found = append(found, page[0].Case+" "+page[0].Last.String())
		}
		b.want("found", found, "b 2026-03-17", "d 2026-03-19")
	})
}

// TestAgainst: two rulings give two days each of its own to appeal, and one that
// falls takes nothing of the other; what a court asks for again it asks for once.
func TestAgainst(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		start := func(rule, paper string, last law.Date) {
			b.do(func(tx *db.Tx) error {
				return deadline.Start(tx, deadline.Deadline{Case: "c", Party: "p", Rule: rule, Title: "做一件事", Start: march(3), StartEvent: deadline.ByService(paper), Last: last, At: nine})
			})
		}
		runs := func(want ...string) {
			t.Helper()
			b.do(func(tx *db.Tx) error {
				ds, err := deadline.Of(tx, "c")
				var got []string
				for _, d := range ds {
					got = append(got, d.Rule+" "+d.Last.String())
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v, want %v", got, want)
				}
				return err
			})
		}
		start("appeal_ruling", "one", march(13))
		start("appeal_ruling", "two", march(20))
		start("appeal_ruling", "one", march(14)) // computed again
		start("evidence", "three", march(15))
		start("evidence", "four", march(25))
		runs("appeal_ruling 2026-03-14", "appeal_ruling 2026-03-20", "evidence 2026-03-25")
		b.do(func(tx *db.Tx) error { _, err := deadline.Fall(tx, "c", deadline.ByService("two")); return err })
		runs("appeal_ruling 2026-03-14", "evidence 2026-03-25")
		b.do(func(tx *db.Tx) error {
			ds, err := deadline.Of(tx, "c")
			if len(ds) > 0 && (!ds[0].StartedBy("one") || ds[0].StartedBy("two")) {
				t.Errorf("%+v", ds[0])
			}
			return err
		})
	})
}
