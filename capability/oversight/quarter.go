package oversight

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// quarter is a person's own report of a quarter: that nobody asked, or that
// these records are all that there was.
type quarter struct {
	Court   string    `json:"court"`
	Name    string    `json:"name"` // of the court
	Period  string    `json:"period"`
	Title   string    `json:"title"`
	Due     law.Date  `json:"due_on"`
	Owes    bool      `json:"owes"`
	At      time.Time `json:"at"`    // when he reported; zero: not yet
	Count   int       `json:"count"` // of his records in it
	Records []seen    `json:"records"`
}

// quarterCmd is the report. Count is how many records its writer was shown.
type quarterCmd struct {
	Court  string `json:"court"`
	Period string `json:"period"`
	Count  int    `json:"count"`
}

const sealQuarter = "oversight.quarter"

// reportedAt is when somebody reported a quarter.
type reportedAt struct {
	Person string    `db:"person_id"`
	At     time.Time `db:"at"`
}

// quarterOf is the quarter that is meant: one by its key, else the one that
// ended last.
func quarterOf(key string, now time.Time) (period, bool) {
	p, known := periodOf(key)
	if key == "" {
		p, known = periodAt(quarterly, now, 1), true
	}
	return p, known && periodAt(quarterly, p.From, 0).Key == p.Key
}

// dueOf is the last day for the report of a quarter.
func dueOf(tx *db.Tx, p period) (law.Date, error) {
	cal, err := docket.Calendar(tx)
	if err != nil {
		return law.Date{}, err
	}
	return cal.AddWorkingDays(p.Last, reportDays).Last, nil
}

// owes reports whether a person has to report a quarter of a court: he served
// there when it ended, and still does. The three administrators handle no case.
func owes(tx *db.Tx, person, court string, p period, now time.Time) (bool, error) {
	for _, at := range []time.Time{p.Until.Add(-time.Millisecond), now} {
		ps, err := docket.Posts(tx, person, at)
		if err != nil || !slices.ContainsFunc(ps, func(x docket.Post) bool { return x.Court == court && !x.Role.Administrator() }) {
			return false, err
		}
	}
	return !now.Before(p.Until), nil
}

// quarterIn is the actor's report as it stands.
func (s *Service) quarterIn(tx *db.Tx, court, key string) (q quarter, p period, err error) {
	a, now := auth.From(tx.Context()), s.k.Now()
	if court == "" {
		post, err := postOf(tx, a.Person, "", now)
		if err != nil {
			return q, p, err
		}
		court = post.Court
	}
	p, known := quarterOf(key, now)
	if !known {
		return q, p, fault.Missing()
	}
	q = quarter{Court: court, Period: p.Key, Title: p.Title}
	q.Name, _ = courtName(court)
	if q.Due, err = dueOf(tx, p); err != nil {
		return q, p, err
	}
	if q.Owes, err = owes(tx, a.Person, court, p, now); err != nil {
		return q, p, err
	}
	done, _, err := db.Maybe[reportedAt](tx, `SELECT person_id, at FROM oversight_quarter WHERE court_id = ? AND period = ? AND person_id = ?`, court, p.Key, a.Person)
	if err != nil {
		return q, p, err
	}
	q.At = done.At
	rows, err := db.List[record](tx, `SELECT `+cols+` FROM oversight_record WHERE author = ? AND at >= ? AND at < ? ORDER BY at, id`, s.author(a.Person), p.From, p.Until)
	for _, r := range rows {
		w, err := s.unseal(r)
		if err != nil {
			return q, p, err
		}
		if w.Court == court && w.Form != none && w.Form != told {
			q.Records = append(q.Records, seen{ID: r.ID, At: r.At, Record: w, Mine: true})
		}
	}
	q.Count = len(q.Records)
	return q, p, err
}

func (s *Service) quarter(ctx context.Context, court, key string) (q quarter, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "record", access.In("oversight", ""), s.k.Now()); err != nil {
			return err
		}
		q, _, err = s.quarterIn(tx, court, key)
		return err
	})
	return q, err
}

// reportQuarter takes a report, once. Whoever owes one reports, whatever he
// wrote down, and its entry is the same: that he did says nothing of what.
func (s *Service) reportQuarter(ctx context.Context, c quarterCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), s.k.Now()
		if _, err := access.May(tx, a, "record", access.In("oversight", ""), now); err != nil {
			return err
		}
		q, p, err := s.quarterIn(tx, c.Court, c.Period)
		switch {
		case err != nil:
			return err
		case now.Before(p.Until):
			return fault.New(fault.Conflict, p.Title+"还没有结束，结束以后再交。")
		case !q.Owes:
			return fault.New(fault.Conflict, p.Title+"结束的时候您不在这个法院办案，不用交。")
		case !q.At.IsZero():
			return fault.New(fault.Conflict, p.Title+"的报告您已经交过了。")
		case q.Count != c.Count:
			return fault.New(fault.Conflict, fmt.Sprintf("您核对的是 %d 份记录，现在有 %d 份。请再看一遍再交。", c.Count, q.Count))
		}
		sealed := s.k.Vault.Seal(sealQuarter, fmt.Sprintf("%06d", q.Count))
		if _, err := tx.Exec(`INSERT INTO oversight_quarter (court_id, period, person_id, sealed, at) VALUES (?, ?, ?, ?, ?)`, q.Court, q.Period, a.Person, sealed, now); err != nil {
			return err
		}
		h := sha256.Sum256([]byte(sealed))
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.reported", Court: q.Court, Actor: app.Actor(ctx), Body: map[string]any{"period": q.Period, "words": hex.EncodeToString(h[:])}})
		return err
	})
}

// reporter is someone who owes the report of a quarter.
type reporter struct {
	Name string    `json:"name"`
	Unit string    `json:"unit"`
	At   time.Time `json:"at"`   // zero: not yet
	Late bool      `json:"late"` // it came, or has not come, after the day
}

// reports say who reported a quarter and who has yet to; what somebody
// reported they do not say.
type reports struct {
	Court    string     `json:"court"`
	Name     string     `json:"name"`
	Period   string     `json:"period"`
	Title    string     `json:"title"`
	Due      law.Date   `json:"due_on"`
	Ended    bool       `json:"ended"`
	Overdue  bool       `json:"overdue"` // the day is past
	Owing    []reporter `json:"owing"`
	Reported []reporter `json:"reported"`

	Periods []period `json:"-"` // to choose from
	Courts  []string `json:"-"`
}

// reportsOf lists a quarter of a court. Who left it since owes nothing.
func (s *Service) reportsOf(tx *db.Tx, court string, p period) (v reports, err error) {
	now := s.k.Now()
	v = reports{Court: court, Period: p.Key, Title: p.Title, Ended: !now.Before(p.Until)}
	v.Name, _ = courtName(court)
	if v.Due, err = dueOf(tx, p); err != nil {
		return v, err
	}
	v.Overdue = v.Due.Before(docket.Today(now))
	rows, err := db.List[reportedAt](tx, `SELECT person_id, at FROM oversight_quarter WHERE court_id = ? AND period = ?`, court, p.Key)
	if err != nil {
		return v, err
	}
	at := map[string]time.Time{}
	for _, r := range rows {
		at[r.Person] = r.At
	}
	still, err := docket.Staff(tx, court, now)
	if err != nil {
		return v, err
	}
	serves := map[string]bool{}
	for _, m := range still {
		serves[m.Person] = serves[m.Person] || !m.Role.Administrator()
	}
	then, err := docket.Staff(tx, court, p.Until.Add(-time.Millisecond))
	if err != nil || !v.Ended {
		return v, err
	}
	listed := map[string]bool{}
	for _, m := range then {
		on, done := at[m.Person]
		if m.Role.Administrator() || listed[m.Person] || !done && !serves[m.Person] {
			continue
		}
		listed[m.Person] = true
		x := reporter{Name: m.Name, At: on, Late: v.Overdue}
		if x.Unit, err = unitOf(tx, m.Person, court, p.Until.Add(-time.Millisecond)); err != nil {
			return v, err
		}
		if done {
			x.Late = law.DateOf(on, zone).After(v.Due)
			v.Reported = append(v.Reported, x)
		} else {
			v.Owing = append(v.Owing, x)
		}
	}
	return v, nil
}

// reports are a quarter for an office that sees to it that it is reported.
func (s *Service) reports(ctx context.Context, q which2) (v reports, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), s.k.Now()
		posts, err := docket.Posts(tx, a.Person, now)
		if err != nil {
			return err
		}
		var courts []string
		for _, p := range posts {
			if _, err := access.May(tx, a, "reports", access.In("oversight", p.Court), now); err == nil && !slices.Contains(courts, p.Court) {
				courts = append(courts, p.Court)
			}
		}
		if q.Court == "" && len(courts) > 0 {
			q.Court = courts[0]
		}
		if _, err := access.May(tx, a, "reports", access.In("oversight", q.Court), now); err != nil {
			return err
		}
		p, known := quarterOf(q.Period, now)
		if !known {
			return fault.Missing()
		}
		if v, err = s.reportsOf(tx, q.Court, p); err != nil {
			return err
		}
		v.Courts = courts
		for i := range 8 {
			v.Periods = append(v.Periods, periodAt(quarterly, now, i+1))
		}
		return nil
	})
	return v, err
}

// quarterTasks are, for each, the reports that he owes, and for the offices
// that see to it those that are late.
func (s *Service) quarterTasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	type key struct {
		Court  string `db:"court_id"`
		Period string `db:"period"`
	}
	done, err := db.List[key](tx, `SELECT court_id, period FROM oversight_quarter WHERE person_id = ? AND period >= ?`, v.Actor.Person, periodAt(quarterly, v.Now, askedBack).Key)
	if err != nil {
		return nil, err
	}
	var out []capability.Task
	seen := map[string]bool{}
	for _, post := range v.Posts {
		if post.Role.Administrator() {
			continue
		}
		for back := askedBack; back > 0 && !seen[post.Court]; back-- {
			p := periodAt(quarterly, v.Now, back)
			if slices.Contains(done, key{post.Court, p.Key}) {
				continue
			}
			if yes, err := owes(tx, v.Actor.Person, post.Court, p, v.Now); err != nil || !yes {
				if err != nil {
					return nil, err
				}
				continue
			}
			t, err := quarterTask(tx, post.Court, p, v.Now)
			if err != nil {
				return nil, err
			}
			out = append(out, t)
		}
		seen[post.Court] = true
		if !access.Allowed(officeOf(post.Role), "oversight", "reports") {
			continue
		}
		r, err := s.reportsOf(tx, post.Court, periodAt(quarterly, v.Now, 1))
		if err != nil {
			return nil, err
		}
		if n := len(r.Owing); r.Overdue && n > 0 {
			out = append(out, capability.Task{Group: "季度报告过期没有交", Title: r.Title + "，还有 " + strconv.Itoa(n) + " 人没有交", Sub: "三个规定", Href: "/oversight/reports?court=" + r.Court + "&period=" + r.Period, Due: r.Due.At(23, 59, clock.Shanghai), Tone: "late", Tag: "已过期"})
		}
	}
	return out, nil
}

func quarterTask(tx *db.Tx, court string, p period, now time.Time) (t capability.Task, err error) {
	due, err := dueOf(tx, p)
	if err != nil {
		return t, err
	}
	today := docket.Today(now)
	t = capability.Task{Group: "三个规定季度报告", Due: due.At(23, 59, clock.Shanghai), Title: p.Title + "有没有人过问", Sub: "没有的交零报告，有的核对以后交", Href: "/oversight/quarter?court=" + court + "&period=" + p.Key, Tone: "go", Tag: due.Short(today) + "前"}
	if due.Before(today) {
		t.Tone, t.Tag = "late", "已过期"
	}
	return t, nil
}

// officeOf is the relation that a post gives to what the offices see to.
func officeOf(r docket.Role) access.Relation {
	return map[docket.Role]access.Relation{docket.Supervision: access.Supervision, docket.Discipline: access.Discipline}[r]
}
