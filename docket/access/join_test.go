package access_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/fault"
)

var nine = time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)

// world is a random court landscape, and what it is made of.
type world struct {
	*rand.Rand
	seed   uint64
	courts []string
	divs   map[string][]string // court → divisions; the first is none
	people []string
	posts  []docket.Post
	cases  []docket.Case
	rows   []row
}

type row struct {
	person, caseID, capacity string
	from, until              time.Time
	unsealed                 bool // counts only while the case is not sealed
}

func pick[T any](w *world, l []T) T { return l[w.IntN(len(l))] }

// span is a time from and to somewhere around nine; often open.
func (w *world) span() (from, until time.Time) {
	from = nine.Add(time.Duration(w.IntN(5)-3) * time.Hour)
	if w.IntN(2) == 0 {
		until = from.Add(time.Duration(1+w.IntN(4)) * time.Hour)
	}
	return from, until
}

// build writes a random world.
func build(tx *db.Tx, w *world) error {
	w.courts, w.divs = []string{fmt.Sprint("冀1", w.seed), fmt.Sprint("冀2", w.seed), fmt.Sprint("冀3", w.seed)}, map[string][]string{}
	for _, c := range w.courts {
		if err := docket.PutCourt(tx, docket.Court{Code: c, Name: c, Short: c, Level: "basic"}); err != nil {
			return err
		}
		w.divs[c] = []string{""}
		for i := range 2 {
			id, err := docket.AddDivision(tx, docket.Division{Court: c, Name: fmt.Sprint("庭", i, "-", w.seed), Kind: "trial"})
			if err != nil {
				return err
			}
			w.divs[c] = append(w.divs[c], id)
		}
	}
	for i := range 14 {
		id, err := docket.AddPerson(tx, docket.Person{Kind: "natural", Name: fmt.Sprint("人", i), At: nine})
		if err != nil {
			return err
		}
		w.people = append(w.people, id)
	}
	if err := w.fill(tx); err != nil {
		return err
	}
	return nil
}

func (w *world) fill(tx *db.Tx) error {
	for range 16 {
		p := docket.Post{Person: pick(w, w.people), Court: pick(w, w.courts), Role: pick(w, docket.RoleTitles).Role}
		p.Division = pick(w, w.divs[p.Court])
		p.From, p.Until = w.span()
		if _, err := docket.AddPost(tx, p, nine); err == nil { // some are refused, as they should be
			w.posts = append(w.posts, p)
		} else if fault.KindOf(err) != fault.Invalid {
			return err
		}
	}
	for range 30 {
		c := docket.Case{Court: pick(w, w.courts), State: pick(w, []string{docket.Entered, docket.Refused, docket.Open, docket.Closed}), Secrecy: pick(w, []string{docket.Public, docket.Private, docket.Sealed}), Moved: nine}
		c.Division = pick(w, w.divs[c.Court])
		var err error
		if c.ID, err = docket.AddCase(tx, c); err != nil {
			return err
		}
		w.cases = append(w.cases, c)
	}
	for range 60 {
		r := row{person: pick(w, w.people), caseID: pick(w, w.cases).ID, capacity: pick(w, []string{"party", "agent", "handler", "member", "assistant", "clerk", "delegate", "opened", "filer"})}
		r.from, r.until = w.span()
		add := access.Add
		if r.unsealed = w.IntN(3) == 0; r.unsealed {
			add = access.AddUnsealed
		}
		if err := add(tx, r.person, r.caseID, r.capacity, "test", r.from, r.until); err != nil {
			return err
		}
		w.rows = append(w.rows, r)
	}
	return nil
}

func in(from, until, at time.Time) bool {
	return !from.After(at) && (until.IsZero() || until.After(at))
}

// may is the rule as a lawyer would say it, over what the world is made of.
func (w *world) may(a auth.Actor, c docket.Case, at time.Time) bool {
	if a.Level < auth.Matched {
		return false
	}
	var posts []docket.Post
	for _, p := range w.posts {
		if a.Staff && p.Person == a.Person && in(p.From, p.Until, at) {
			posts = append(posts, p)
		}
	}
	files := slices.ContainsFunc(posts, func(p docket.Post) bool {
		return p.Court == c.Court && (p.Role == docket.FilingJudge || p.Role == docket.FilingOfficer)
	})
	for _, r := range w.rows {
		if r.capacity == "filer" && (!files || c.Secrecy == docket.Sealed) { // a post at filing that he holds no more
			continue
		}
		if r.unsealed && c.Secrecy == docket.Sealed {
			continue
		}
		side := r.capacity == "party" || r.capacity == "agent"
		works := slices.ContainsFunc(posts, func(p docket.Post) bool { return p.Court == c.Court && !p.Role.Administrator() })
		if r.person == a.Person && r.caseID == c.ID && in(r.from, r.until, at) && (side || works) {
			return true
		}
	}
	for _, p := range posts {
		if p.Court != c.Court || c.Secrecy == docket.Sealed {
			continue
		}
		switch p.Role {
		case docket.President, docket.Supervision:
			return true
		case docket.FilingJudge, docket.FilingOfficer: // what waits there
			if c.State == docket.Entered || c.State == docket.Refused {
				return true
			}
		case docket.Head:
			if p.Division != "" && p.Division == c.Division {
				return true
			}
		}
	}
	return false
}

// TestJoinIsMay: in random worlds the list of a person's cases holds exactly
// those that he may read one by one, and those are the ones that the rule in
// words gives him.
func TestJoinIsMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "docket", docket.Schema); err != nil {
			t.Fatal(err)
		}
		seen, refused := 0, 0
		for seed := range uint64(8) {
			w := &world{Rand: rand.New(rand.NewPCG(seed, 7)), seed: seed}
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return build(tx, w) }); err != nil {
				t.Fatal(err)
			}
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				for _, person := range w.people {
					for _, a := range []auth.Actor{{Person: person, Account: "x", Level: auth.Matched}, {Person: person, Account: "x", Level: auth.Staff, Staff: true}, {Person: person, Account: "x", Level: auth.Registered}} {
						for _, at := range []time.Time{nine.Add(-90 * time.Minute), nine, nine.Add(time.Hour)} {
							yes, no, err := w.compare(t, tx, a, at)
							if err != nil {
								return err
							}
							seen, refused = seen+yes, refused+no
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if seen < 500 || refused < 500 {
			t.Errorf("%d sights and %d refusals: the worlds are poor", seen, refused)
		}
	})
}

func (w *world) compare(t *testing.T, tx *db.Tx, a auth.Actor, at time.Time) (yes, no int, err error) {
	t.Helper()
	cond, args, err := access.Join(tx, a, at)
	if err != nil {
		return 0, 0, err
	}
	ids, err := db.List[string](tx, `SELECT c.id FROM docket_case c WHERE `+cond, args...)
	if err != nil {
		return 0, 0, err
	}
	seed, mine := w.seed, 0
	listed := map[string]bool{}
	for _, id := range ids {
		if listed[id] {
			t.Errorf("seed %d: a case is listed twice", seed)
		}
		listed[id] = true
	}
	for _, c := range w.cases {
		_, err := access.May(tx, a, "read", access.Of("case", c.ID), at)
		if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Forbidden {
			return 0, 0, err
		}
		want := w.may(a, c, at)
		if listed[c.ID] != want || (err == nil) != want {
			t.Errorf("seed %d, staff %v, level %d, case %+v: by the rule %v, in the list %v, by itself %v", seed, a.Staff, a.Level, c, want, listed[c.ID], err == nil)
		}
		if want {
			yes++
		} else {
			no++
		}
		if listed[c.ID] {
			mine++
		}
	}
	if len(listed) != mine {
		t.Errorf("seed %d: %d cases of another world are listed", seed, len(listed)-mine)
	}
	return yes, no, nil
}

// TestRows: who has sight keeps one row; an end is an end; a longer sight is
// another row.
func TestRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "docket", docket.Schema); err != nil {
			t.Fatal(err)
		}
		var none time.Time
		rows := func() (n int64) {
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
				n, err = db.One[int64](tx, `SELECT COUNT(*) FROM docket_access`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for i, x := range []struct {
			from, until time.Time
			want        int64
		}{{nine, nine.Add(time.Hour), 1}, {nine, nine.Add(time.Hour), 1}, {nine.Add(time.Minute), nine.Add(30 * time.Minute), 1}, {nine, nine.Add(2 * time.Hour), 2}, {nine, none, 3}, {nine, nine.Add(3 * time.Hour), 3}, {nine.Add(-time.Hour), none, 4}} {
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return access.Add(tx, "p", "c", "party", "b", x.from, x.until) }); err != nil {
				t.Fatal(err)
			}
			if got := rows(); got != x.want {
				t.Errorf("step %d: %d rows, not %d", i, got, x.want)
			}
		}
		holders := func(at time.Time) (out []string) {
			err := d.Do(t.Context(), func(tx *db.Tx) (err error) { out, err = access.Holders(tx, "c", at); return err })
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := holders(nine); len(got) != 1 || got[0] != "p" {
			t.Errorf("%v", got)
		}
		if err := d.Do(t.Context(), func(tx *db.Tx) error { return access.End(tx, "other", "c", "party", nine) }); err != nil || len(holders(nine)) != 1 {
			t.Errorf("another's end ended it: %v", err)
		}
		if err := d.Do(t.Context(), func(tx *db.Tx) error { return access.End(tx, "", "c", "party", nine.Add(time.Minute)) }); err != nil {
			t.Fatal(err)
		}
		if before, after := holders(nine), holders(nine.Add(time.Minute)); len(before) != 1 || len(after) != 0 {
			t.Errorf("before the end %v, after it %v", before, after)
		}
		if err := d.Do(t.Context(), func(tx *db.Tx) error { return access.Add(tx, "p", "c", "friend", "b", nine, none) }); err == nil {
			t.Error("there is no capacity friend")
		}
	})
}
