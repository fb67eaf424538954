package docket_test

import (
	"errors"
	"testing"
	"time"

	"mashang/docket"
	"mashang/law"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// TestCase: a case comes back as it was written; saving wants it as it was read.
func TestCase(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		old := s.open(docket.Case{Cause: "离婚纠纷", Claim: "离婚。", Amount: 12345, Received: day("2026-03-02"), Names: "甲 诉 乙"})
		load := func() (c docket.Case) {
			s.do(func(tx *db.Tx) (err error) { c, err = docket.CaseOf(tx, old.ID); return err })
			return c
		}
		if got := load(); got != old {
			t.Errorf("written %+v\nread    %+v", old, got)
		}
		c := docket.Case{ID: old.ID, Court: old.Court, Division: s.div, Number: "（2026）冀11民初1号", Type: "民终", Special: "知", Cause: "买卖合同纠纷", ClosingCause: "借款合同纠纷", Claim: "付款。", Amount: law.Money(99),
			Procedure: "summary", State: docket.Closed, Secrecy: docket.Sealed, Judge: "法官", Received: old.Received, Filed: day("2026-03-03"), Heard: true, Limit: day("2026-06-03"), SuspendedOn: day("2026-04-01"),
			Excluded: 30, Extended: 1, ClosedOn: day("2026-05-01"), ClosingWay: "judgment", Names: "丙 诉 丁", Moved: nine.Add(time.Minute)}
		s.do(func(tx *db.Tx) error { return docket.SaveCase(tx, old, c) })
		if got := load(); got != c {
			t.Errorf("saved %+v\nread  %+v", c, got)
		}
		s.refused("saved twice from one reading", fault.Conflict, func(tx *db.Tx) error { return docket.SaveCase(tx, old, c) })
		s.do(func(tx *db.Tx) error { return docket.SaveCase(tx, c, c) })
		s.refused("saved twice in one millisecond", fault.Conflict, func(tx *db.Tx) error { return docket.SaveCase(tx, c, c) })
		c = load()
		for what, change := range map[string]func(o *docket.Case){
			"state": func(o *docket.Case) { o.State = docket.Open }, "judge": func(o *docket.Case) { o.Judge = "另一位" },
			"procedure": func(o *docket.Case) { o.Procedure = "small" }, "moved": func(o *docket.Case) { o.Moved = nine },
		} {
			o := c
			change(&o)
			s.refused("another "+what+" was read", fault.Conflict, func(tx *db.Tx) error { return docket.SaveCase(tx, o, c) })
		}
		second := s.open(docket.Case{})
		third := second
		third.Number = c.Number
		if err := s.d.Do(t.Context(), func(tx *db.Tx) error { return docket.SaveCase(tx, second, third) }); !db.Unique(err) { // then the act is tried again
			t.Errorf("a number twice: %v", err)
		}
		s.do(func(tx *db.Tx) error {
			got, ok, err := docket.CaseByNumber(tx, c.Number)
			_, none, err2 := docket.CaseByNumber(tx, "（2026）冀11民初2号")
			if !ok || got.ID != c.ID || none {
				t.Errorf("by number: %v %v %v", ok, got.ID, none)
			}
			_, err3 := docket.CaseOf(tx, "nothing")
			if fault.KindOf(err3) != fault.NotFound {
				t.Errorf("a case that is not there: %v", err3)
			}
			return errors.Join(err, err2)
		})
	})
}

// TestParties: who is in a case, in the order of the papers; who left is found
// by name only.
func TestParties(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		c := s.open(docket.Case{})
		ids := map[string]string{}
		for i, n := range []string{"乙", "甲", "丙"} {
			p := s.person(n)
			s.do(func(tx *db.Tx) (err error) {
				ids[n], err = docket.AddParty(tx, docket.Party{Case: c.ID, Person: p, Role: docket.Plaintiff, Ord: []int{2, 1, 3}[i], Address: "地址", Phone: "电话", PhoneFind: "f", RepName: "代表", RepTitle: "经理", Joined: nine})
				return err
			})
		}
		names := func() (out string) {
			s.do(func(tx *db.Tx) error {
				ps, err := docket.Parties(tx, c.ID)
				for _, p := range ps {
					out += p.Name
				}
				return err
			})
			return out
		}
		if got := names(); got != "甲乙丙" {
			t.Errorf("%s", got)
		}
		leave := func(tx *db.Tx) error { return docket.LeaveParty(tx, ids["乙"], nine.Add(time.Hour)) }
		s.do(leave)
		s.refused("left twice", fault.Conflict, leave)
		if got := names(); got != "甲丙" {
			t.Errorf("%s", got)
		}
		s.do(func(tx *db.Tx) error {
			p, err := docket.PartyOf(tx, ids["乙"])
			if p.Name != "乙" || !p.Left.Equal(nine.Add(time.Hour)) || p.Kind != "natural" || p.RepName != "代表" || p.Phone != "电话" {
				t.Errorf("%+v", p)
			}
			return err
		})
	})
}

// TestAgents: an authority stands from its instant to its end.
func TestAgents(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		c := s.open(docket.Case{})
		party, lawyer := s.person("甲"), s.person("刘律师")
		var p, now, later string
		s.do(func(tx *db.Tx) (err error) {
			if p, err = docket.AddParty(tx, docket.Party{Case: c.ID, Person: party, Role: docket.Plaintiff, Ord: 1, Joined: nine}); err != nil {
				return err
			}
			if now, err = docket.AddAgent(tx, docket.Agent{Case: c.ID, Party: p, Person: lawyer, Class: "lawyer", Firm: "某所", Special: true, Powers: "和解", From: nine, Until: nine.Add(time.Hour)}); err != nil {
				return err
			}
			later, err = docket.AddAgent(tx, docket.Agent{Case: c.ID, Party: p, Person: lawyer, Class: "lawyer", From: nine.Add(2 * time.Hour)})
			return err
		})
		count := func(after time.Duration) (standing, all int) {
			s.do(func(tx *db.Tx) error {
				a, err := docket.Agents(tx, c.ID, nine.Add(after))
				b, err2 := docket.Authorities(tx, c.ID, lawyer, nine.Add(after))
				standing, all = len(a), len(b)
				return errors.Join(err, err2)
			})
			return standing, all
		}
		for _, w := range []struct {
			after         time.Duration
			standing, all int
		}{{-time.Millisecond, 0, 2}, {0, 1, 2}, {time.Hour - time.Millisecond, 1, 2}, {time.Hour, 0, 1}, {2 * time.Hour, 1, 1}} {
			if a, b := count(w.after); a != w.standing || b != w.all {
				t.Errorf("%s: %d stand, %d in all", w.after, a, b)
			}
		}
		end := func(tx *db.Tx) error { return docket.EndAgent(tx, later, nine.Add(3*time.Hour)) }
		s.do(end)
		s.refused("ended twice", fault.Conflict, end)
		s.refused("ended after it ended by itself", fault.Conflict, func(tx *db.Tx) error { return docket.EndAgent(tx, now, nine.Add(time.Hour)) })
		s.do(func(tx *db.Tx) error {
			a, err := docket.AgentOf(tx, now)
			if !a.Special || a.Powers != "和解" || a.Name != "刘律师" || a.Firm != "某所" {
				t.Errorf("%+v", a)
			}
			return err
		})
	})
}

// TestSeats: the order of a paper's foot; seats end by kind or all at once.
func TestSeats(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		c := s.open(docket.Case{})
		for _, x := range []string{"clerk", "assistant", "juror", "member", "presiding"} {
			p := s.person(x)
			s.do(func(tx *db.Tx) error {
				return docket.AddSeat(tx, docket.Seat{Case: c.ID, Person: p, Seat: x, From: nine})
			})
		}
		seats := func(at time.Time) (out string) {
			s.do(func(tx *db.Tx) error {
				l, err := docket.Seats(tx, c.ID, at)
				for _, x := range l {
					out += x.Name + " "
				}
				return err
			})
			return out
		}
		if got := seats(nine); got != "presiding member juror assistant clerk " {
			t.Errorf("%s", got)
		}
		s.do(func(tx *db.Tx) error {
			return docket.EndSeats(tx, c.ID, nine.Add(time.Hour), "member", "juror")
		})
		if got := seats(nine.Add(time.Hour)); got != "presiding assistant clerk " {
			t.Errorf("%s", got)
		}
		s.do(func(tx *db.Tx) error { return docket.EndSeats(tx, c.ID, nine.Add(2*time.Hour)) })
		if got := seats(nine.Add(2 * time.Hour)); got != "" {
			t.Errorf("%s", got)
		}
		if got := seats(nine.Add(time.Minute)); got != "presiding member juror assistant clerk " {
			t.Errorf("the past has changed: %s", got)
		}
	})
}

// TestLinks: a tie is seen from both cases, once.
func TestLinks(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.open(docket.Case{Number: "（2026）冀11民初1号"}), s.open(docket.Case{Number: "（2026）冀11民初2号"})
		for range 2 {
			s.do(func(tx *db.Tx) error { return docket.AddLink(tx, a.ID, b.ID, "related", "同一事实", nine) })
		}
		for _, x := range [][2]docket.Case{{a, b}, {b, a}} {
			s.do(func(tx *db.Tx) error {
				l, err := docket.Links(tx, x[0].ID)
				if len(l) != 1 || l[0] != (docket.Link{Other: x[1].ID, Kind: "related", Note: "同一事实", Number: x[1].Number, Secrecy: docket.Public}) {
					t.Errorf("%+v", l)
				}
				return err
			})
		}
	})
}
