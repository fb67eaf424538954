package setup

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// postCmd ends a post on a day, or changes it into another.
type postCmd struct {
	Court     string      `json:"court"`
	Post      string      `json:"post"`
	On        law.Date    `json:"on"`       // empty: today
	Division  string      `json:"division"` // the new one; with Role empty: he leaves
	Role      docket.Role `json:"role"`
	Successor string      `json:"successor"` // person id who takes over what is open; empty: it stays with him
}

const postCols = `id, person_id, court_id, division_id, role, from_at, until_at`

func postOf(tx *db.Tx, court, post string) (docket.Post, error) {
	return db.One[docket.Post](tx, `SELECT `+postCols+` FROM docket_post WHERE id = ? AND court_id = ?`, post, court)
}

// plan is what is to happen when the day has come.
type plan struct {
	Post, Next string
	Person     string
	Court      string
	Role       string
	Successor  string
	Division   string // the new one, when what is open moves with him
	Until      int64  // as the post says; another value: the plan was withdrawn
}

// changePost plans that someone leaves, moves or takes another role. Sight
// follows the posts' own dates; open work moves by a job on the day.
func (s *Service) changePost(ctx context.Context, c postCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), tx.Now()
		if _, err := access.May(tx, a, "posts", access.In("court", c.Court), now); err != nil {
			return err
		}
		if err := auth.RequireFresh(a, now); err != nil {
			return err
		}
		p, err := postOf(tx, c.Court, c.Post)
		if err != nil {
			return err
		}
		if p.Person == a.Person {
			return errOwnPost
		}
		at, err := s.day(c.On, p, now)
		if err != nil {
			return err
		}
		if err := s.fits(tx, c, p, at); err != nil {
			return err
		}
		if err := docket.EndPost(tx, p.ID, at); err != nil {
			return err
		}
		what := plan{Post: p.ID, Person: p.Person, Court: c.Court, Role: string(p.Role), Successor: c.Successor, Until: at.UnixMilli()}
		kind := "setup.ended"
		if c.Role != "" {
			kind = "setup.moved"
			if what.Next, err = docket.AddPost(tx, docket.Post{Person: p.Person, Court: c.Court, Division: c.Division, Role: c.Role, From: at}, at); err != nil {
				return err
			}
			if c.Successor == "" && c.Role == p.Role {
				what.Division = c.Division
			}
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "setup.hand_over", Lane: "post " + p.Person, Body: what, At: at}); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: c.Court, Actor: app.Actor(ctx),
			Body: map[string]any{"post": p.ID, "person": p.Person, "role": string(p.Role), "to": string(c.Role), "division": c.Division, "on": law.DateOf(at, clock.Shanghai).String(), "successor": c.Successor}})
		return err
	})
}

var errOwnPost = fault.New(fault.Conflict, "自己的职务不能自己动。请另一位安全管理员来办；本院只有您一位的，先任命一位。")

// day is the instant at which a change takes effect: at once, or as the day begins.
func (s *Service) day(on law.Date, p docket.Post, now time.Time) (time.Time, error) {
	today := docket.Today(now)
	switch {
	case !p.Until.IsZero():
		return now, fault.New(fault.Conflict, "这个职务已经定了结束的日子。要改，先撤回原来的安排。")
	case on.IsZero() || on == today:
		return now, nil
	case on.Before(today) || on.After(today.AddYears(1)):
		return now, fault.Field("on", "请写今天以后、一年以内的日子。")
	}
	return on.At(0, 0, clock.Shanghai), nil
}

// fits checks the new post and who takes over.
func (s *Service) fits(tx *db.Tx, c postCmd, p docket.Post, at time.Time) error {
	var bad fault.List
	if c.Role != "" {
		if c.Role.Title() == string(c.Role) {
			bad.Add("role", "请选职务。")
		}
		d, err := docket.DivisionOf(tx, c.Division)
		if err != nil || d.Court != c.Court || !d.Closed.IsZero() {
			bad.Add("division", "请选部门。")
		}
		if c.Role == p.Role && c.Division == p.Division {
			bad.Add("division", "职务和部门都没有变。")
		}
	}
	if c.Successor != "" {
		held, err := docket.Posts(tx, c.Successor, at)
		if err != nil {
			return err
		}
		ok := false
		for _, h := range held {
			ok = ok || h.Court == c.Court && (h.Role == docket.Judge || h.Role == docket.Head || h.Role == docket.President)
		}
		if !ok || c.Successor == p.Person {
			bad.Add("successor", "接手的人要是本院的另一位法官。")
		}
	}
	return bad.Err()
}

// withdraw takes a planned change back before its day.
func (s *Service) withdraw(ctx context.Context, c postCmd) error {
	return s.change(ctx, "posts", c.Court, "setup.withdrawn", func(tx *db.Tx, now time.Time) (map[string]any, error) {
		a := auth.From(ctx)
		if err := auth.RequireFresh(a, now); err != nil {
			return nil, err
		}
		p, err := postOf(tx, c.Court, c.Post)
		if err != nil {
			return nil, err
		}
		if p.Person == a.Person {
			return nil, errOwnPost
		}
		if p.Until.IsZero() || !p.Until.After(now) {
			return nil, fault.New(fault.Conflict, "这个职务没有将来的安排，或者日子已经到了。")
		}
		if err := db.Must1(tx.Exec(`UPDATE docket_post SET until_at = 0 WHERE id = ? AND until_at = ?`, p.ID, p.Until)); err != nil {
			return nil, err
		}
		// The post that was to follow never begins.
		_, err = tx.Exec(`UPDATE docket_post SET until_at = from_at WHERE person_id = ? AND court_id = ? AND from_at = ? AND until_at = 0`, p.Person, p.Court, p.Until)
		return map[string]any{"post": p.ID, "person": p.Person}, err
	})
}

// handOver tells that the day has come. A plan that was withdrawn is nothing.
func (s *Service) handOver(ctx context.Context, j *jobs.Job) error {
	var w plan
	if err := j.Read(&w); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		p, err := postOf(tx, w.Court, w.Post)
		if err != nil {
			return err
		}
		if p.Until.IsZero() || p.Until.UnixMilli() != w.Until {
			return j.Finish(tx)
		}
		if err := s.k.Tell(tx, fact.StaffLeft{Person: w.Person, Court: w.Court, Role: w.Role, Successor: w.Successor, Division: w.Division}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}
