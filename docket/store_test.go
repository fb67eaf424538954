package docket_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"mashang/docket"
	"mashang/law"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/fault"
)

var nine = time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)

func day(s string) law.Date {
	d, err := law.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// each gives f a database with two courts and a division, on both engines.
func each(t *testing.T, f func(t *testing.T, s *store)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "docket", docket.Schema); err != nil {
			t.Fatal(err)
		}
		s := &store{t: t, d: d}
		s.do(func(tx *db.Tx) (err error) {
			for _, c := range []docket.Court{{Code: "冀11", Name: "河北省衡水市中级人民法院", Short: "衡水中院", Level: "intermediate"}, {Code: "冀1126", Name: "故城县人民法院", Short: "故城法院", Level: "basic", Parent: "冀11"}} {
				if err := docket.PutCourt(tx, c); err != nil {
					return err
				}
			}
			s.div, err = docket.AddDivision(tx, docket.Division{Court: "冀11", Name: "民一庭", Kind: "trial"})
			return err
		})
		f(t, s)
	})
}

type store struct {
	t   *testing.T
	d   *db.DB
	div string
	n   int
}

// do runs an act that must succeed.
func (s *store) do(f func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Do(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

// refused runs an act that must fail in a way, and leaves nothing.
func (s *store) refused(what string, kind fault.Kind, f func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Do(s.t.Context(), f); fault.KindOf(err) != kind || err == nil {
		s.t.Errorf("%s: %v", what, err)
	}
}

func (s *store) person(name string) (id string) {
	s.t.Helper()
	s.n++
	s.do(func(tx *db.Tx) (err error) {
		id, err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: name, IDType: "resident", IDFind: fmt.Sprint("find ", s.n), Born: day("1980-01-02"), Sex: "f", At: nine})
		return err
	})
	return id
}

func (s *store) open(c docket.Case) docket.Case {
	s.t.Helper()
	if c.Court == "" {
		c.Court = "冀11"
	}
	c.State, c.Secrecy, c.Procedure, c.Type, c.Moved = docket.Open, docket.Public, "ordinary", "民初", nine
	s.do(func(tx *db.Tx) (err error) {
		c.ID, err = docket.AddCase(tx, c)
		return err
	})
	return c
}

// TestCourts: a court's name is fixed, what it set up is not.
func TestCourts(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		s.do(func(tx *db.Tx) error {
			return docket.PutCourt(tx, docket.Court{Code: "冀11", Name: "另一个名字", Short: "另", Level: "high", Title: "衡水法院", Phone: "1", Address: "2", Numbers: "*"})
		})
		s.refused("the same name twice", fault.Invalid, func(tx *db.Tx) error {
			_, err := docket.AddDivision(tx, docket.Division{Court: "冀11", Name: "民一庭", Kind: "trial"})
			return err
		})
		s.do(func(tx *db.Tx) error {
			c, err := docket.CourtOf(tx, "冀11")
			if c.Name != "河北省衡水市中级人民法院" || c.Level != "intermediate" || c.Title != "衡水法院" || c.Numbers != "*" || c.Phone != "1" {
				t.Errorf("%+v", c)
			}
			cs, err2 := docket.Courts(tx)
			if len(cs) != 2 || cs[0].Code != "冀11" {
				t.Errorf("the higher court comes first: %+v", cs)
			}
			d, err3 := docket.DivisionOf(tx, s.div)
			if d.Name != "民一庭" || d.Court != "冀11" {
				t.Errorf("%+v", d)
			}
			return errors.Join(err, err2, err3)
		})
	})
}

// TestPersons: one person a number; a name that was wrong can be put right.
func TestPersons(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.person("贾若蓝")
		err := s.d.Do(t.Context(), func(tx *db.Tx) error {
			_, err := docket.AddPerson(tx, docket.Person{Kind: "natural", Name: "别人", IDFind: "find 1", At: nine})
			return err
		})
		if !db.Unique(err) {
			t.Errorf("two people with one number: %v", err)
		}
		s.do(func(tx *db.Tx) error { // without a number there may be many
			for range 2 {
				if _, err := docket.AddPerson(tx, docket.Person{Kind: "org", Name: "某公司", At: nine}); err != nil {
					return err
				}
			}
			if _, ok, err := docket.FindPerson(tx, ""); ok || err != nil {
				t.Errorf("no number finds nobody: %v %v", ok, err)
			}
			return docket.RenamePerson(tx, a, "贾若蓝", "贾若兰")
		})
		s.refused("renamed from what he is not called", fault.Conflict, func(tx *db.Tx) error { return docket.RenamePerson(tx, a, "贾若蓝", "又一个") })
		s.do(func(tx *db.Tx) error {
			p, ok, err := docket.FindPerson(tx, "find 1")
			want := docket.Person{ID: a, Kind: "natural", Name: "贾若兰", IDType: "resident", IDFind: "find 1", Born: day("1980-01-02"), Sex: "f", At: nine}
			if !ok || p != want {
				t.Errorf("%+v", p)
			}
			return err
		})
	})
}

// TestPosts: a post counts from its instant to its end; nobody is two of the
// three administrators, nor one of them and something else.
func TestPosts(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		judge, admin := s.person("周明远"), s.person("管理员")
		add := func(p docket.Post) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := docket.AddPost(tx, p, nine)
				return err
			}
		}
		post := docket.Post{Person: judge, Court: "冀11", Division: s.div, Role: docket.Judge, From: nine}
		s.do(add(post))
		s.do(add(docket.Post{Person: admin, Court: "冀11", Role: docket.SystemAdmin, From: nine}))
		s.refused("the same post twice", fault.Invalid, add(post))
		s.refused("an administrator who judges", fault.Invalid, add(docket.Post{Person: judge, Court: "冀11", Role: docket.AuditAdmin, From: nine}))
		s.refused("two administrators in one", fault.Invalid, add(docket.Post{Person: admin, Court: "冀1126", Role: docket.SecurityAdmin, From: nine}))
		s.do(add(docket.Post{Person: judge, Court: "冀11", Division: s.div, Role: docket.Head, From: nine.Add(time.Hour)}))
		roles := func(at time.Time) (out []docket.Role) {
			s.do(func(tx *db.Tx) error {
				ps, err := docket.Posts(tx, judge, at)
				for _, p := range ps {
					out = append(out, p.Role)
				}
				return err
			})
			return out
		}
		s.do(func(tx *db.Tx) error {
			ps, err := docket.Posts(tx, judge, nine)
			if err == nil && len(ps) == 1 {
				err = docket.EndPost(tx, ps[0].ID, nine.Add(2*time.Hour))
			}
			return err
		})
		for _, c := range []struct {
			after time.Duration
			want  []docket.Role
		}{{-time.Millisecond, nil}, {0, []docket.Role{docket.Judge}}, {time.Hour, []docket.Role{docket.Judge, docket.Head}}, {2*time.Hour - time.Millisecond, []docket.Role{docket.Judge, docket.Head}}, {2 * time.Hour, []docket.Role{docket.Head}}} {
			if got := roles(nine.Add(c.after)); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, not %v", c.after, got, c.want)
			}
		}
		s.do(func(tx *db.Tx) error {
			heads, err := docket.Staff(tx, "冀11", nine.Add(time.Hour), docket.Head, docket.President)
			all, err2 := docket.Staff(tx, "冀11", nine.Add(time.Hour))
			if len(heads) != 1 || heads[0].Name != "周明远" || len(all) != 3 {
				t.Errorf("%+v\n%+v", heads, all)
			}
			return errors.Join(err, err2)
		})
	})
}

// TestNextNumber: numbers of one sequence have neither gaps nor doubles, when
// many acts take them at once and every third fails.
func TestNextNumber(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		stop := errors.New("the act fails")
		var mu sync.Mutex
		var got []int
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				n := 0
				err := s.d.Do(t.Context(), func(tx *db.Tx) (err error) {
					if n, err = docket.NextNumber(tx, "冀11", "知", "民初", 2026); err == nil && i%3 == 0 {
						err = stop
					}
					return err
				})
				if err != nil && !errors.Is(err, stop) {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					got = append(got, n)
				}
			})
		}
		wg.Wait()
		slices.Sort(got)
		for i, n := range got {
			if n != i+1 {
				t.Fatalf("%v", got)
			}
		}
		if len(got) != 40 {
			t.Errorf("%d numbers", len(got))
		}
		s.do(func(tx *db.Tx) error { // another year, kind, court: another sequence
			for _, x := range []struct {
				court, special, kind string
				year, want           int
			}{{"冀11", "知", "民初", 2027, 1}, {"冀11", "", "民初", 2026, 1}, {"冀1126", "知", "民初", 2026, 1}, {"冀11", "知", "民初", 2026, 41}} {
				n, err := docket.NextNumber(tx, x.court, x.special, x.kind, x.year)
				if err != nil || n != x.want {
					t.Errorf("%+v: %d %v", x, n, err)
				}
			}
			return nil
		})
	})
}

// TestCalendar: without a loaded year the built-in ones count; a loaded year
// replaces its earlier text.
func TestCalendar(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		rest := func() (known, rest bool) {
			s.do(func(tx *db.Tx) error {
				c, err := docket.Calendar(tx)
				known, rest = c.Known(day("2027-01-04")), c.Rest(day("2027-01-04"))
				return err
			})
			return known, rest
		}
		if k, r := rest(); k || r {
			t.Errorf("2027 is known %v, its first Monday a rest day %v", k, r)
		}
		put := func(off string) {
			s.do(func(tx *db.Tx) error {
				return docket.PutCalendar(tx, 2027, `{"year":2027,"source":"x","off":["`+off+`"],"work":[]}`, "x")
			})
		}
		put("2027-01-01")
		if k, r := rest(); !k || r {
			t.Errorf("loaded: known %v, rest day %v", k, r)
		}
		put("2027-01-01/2027-01-04")
		if k, r := rest(); !k || !r {
			t.Errorf("loaded anew: known %v, rest day %v", k, r)
		}
	})
}
