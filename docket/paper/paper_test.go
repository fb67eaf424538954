package paper_test

import (
	"testing"
	"time"

	"mashang/docket/paper"
	"mashang/law"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/fault"
)

var nine = time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)

// TestLife walks a paper through every step from every state: the steps that
// are not in the table are refused and change nothing.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "paper", paper.Schema); err != nil {
			t.Fatal(err)
		}
		steps := map[string]func(tx *db.Tx, id string) error{
			"issue": func(tx *db.Tx, id string) error { return paper.Issue(tx, id, "digest", 2) },
			"await": func(tx *db.Tx, id string) error {
				return paper.AwaitSigners(tx, id, "digest", 2, paper.SealAt{V: [5]float64{1, 200, 100, 321, 221}})
			},
			"unsigned": paper.Unsigned,
			"effect":   paper.TakeEffect,
			"bind":     paper.Bind,
			"serve": func(tx *db.Tx, id string) error {
				return paper.Serve(tx, id, law.Date{Year: 2026, Month: 3, Day: 5}, "post")
			},
			"withdraw":  func(tx *db.Tx, id string) error { return paper.Withdraw(tx, id, "") },
			"supersede": func(tx *db.Tx, id string) error { return paper.Withdraw(tx, id, "new one") },
		}
		to := map[string]map[string]string{
			paper.Ordered:    {"issue": paper.Issued, "await": paper.Signing, "withdraw": paper.Withdrawn, "supersede": paper.Superseded},
			paper.Signing:    {"issue": paper.Issued, "unsigned": paper.Withdrawn},
			paper.Issued:     {"serve": paper.Served, "bind": paper.Effective, "withdraw": paper.Withdrawn, "supersede": paper.Superseded},
			paper.Served:     {"effect": paper.Effective, "withdraw": paper.Withdrawn, "supersede": paper.Superseded},
			paper.Withdrawn:  {"supersede": paper.Superseded},
			paper.Superseded: {},
		}
		way := map[string][]string{paper.Ordered: nil, paper.Signing: {"await"}, paper.Issued: {"issue"}, paper.Served: {"issue", "serve"}, paper.Withdrawn: {"issue", "withdraw"}, paper.Superseded: {"issue", "supersede"}}
		for state, walk := range way {
			for step, do := range steps {
				p := order(t, d)
				for _, s := range walk {
					if err := d.Do(t.Context(), func(tx *db.Tx) error { return steps[s](tx, p.ID) }); err != nil {
						t.Fatal(err)
					}
				}
				err := d.Do(t.Context(), func(tx *db.Tx) error { return do(tx, p.ID) })
				want, allowed := to[state][step]
				if !allowed {
					want = state
				}
				if allowed != (err == nil) || err != nil && fault.KindOf(err) != fault.Conflict {
					t.Errorf("%s a paper that is %s: %v", step, state, err)
				}
				if got := of(t, d, p.ID); got.State != want {
					t.Errorf("%s a paper that is %s: it is %s", step, state, got.State)
				}
			}
		}
	})
}

func order(t *testing.T, d *db.DB) (p paper.Paper) {
	t.Helper()
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		p, err = paper.Order(tx, paper.Paper{Case: "c", Court: "冀11", Party: "p", Kind: "notice", Version: "1", Title: "通知书", Number: "（2026）冀11民初1号", Dated: law.Date{Year: 2026, Month: 3, Day: 3}, Data: "sealed", Demo: true, At: nine})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func of(t *testing.T, d *db.DB, id string) (p paper.Paper) {
	t.Helper()
	if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { p, err = paper.Of(tx, id); return err }); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestStore: a paper comes back as it was ordered and issued, by id and code;
// a case's papers stand newest first.
func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "paper", paper.Schema); err != nil {
			t.Fatal(err)
		}
		a, b := order(t, d), order(t, d)
		if a.Code == b.Code || len(a.Code) != 16 {
			t.Errorf("codes %s and %s", a.Code, b.Code)
		}
		if got := of(t, d, a.ID); got != a {
			t.Errorf("ordered %+v\nread    %+v", a, got)
		}
		err := d.Do(t.Context(), func(tx *db.Tx) error {
			if err := paper.Issue(tx, a.ID, "digest", 3); err != nil {
				return err
			}
			return paper.Withdraw(tx, a.ID, b.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		a.State, a.Digest, a.Pages, a.Superseded = paper.Superseded, "digest", 3, b.ID
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			got, ok, err := paper.ByCode(tx, a.Code)
			if !ok || got != a || err != nil {
				t.Errorf("by code: %v %+v %v", ok, got, err)
			}
			if _, ok, err := paper.ByCode(tx, "0000000000000000"); ok || err != nil {
				t.Errorf("a code that was never given: %v %v", ok, err)
			}
			l, err := paper.OfCase(tx, "c")
			if len(l) != 2 || l[0].ID != b.ID || l[1].ID != a.ID {
				t.Errorf("%+v", l)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
