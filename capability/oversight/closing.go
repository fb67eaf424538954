package oversight

import (
	"context"
	"slices"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/court"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// closing is a closed case with its question.
type closing struct {
	Case     string    `db:"case_id"`
	Court    string    `db:"court_id"`
	Division string    `db:"division_id"`
	Person   string    `db:"person_id"`
	On       law.Date  `db:"closed_on"`
	Answered time.Time `db:"answered_at"`
	Number   string    `db:"number"`
	Names    string    `db:"names"`
	Judge    string    `db:"judge_id"`
}

// caseClosed asks who handled the case whether anyone asked about it.
func (s *Service) caseClosed(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseClosed](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		c, err := docket.CaseOf(tx, f.Case)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO oversight_closing (case_id, court_id, division_id, person_id, closed_on, answered_at) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
			c.ID, c.Court, c.Division, c.Judge, f.On)
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.closing", Court: c.Court, Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"closed_on": f.On.String()}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// serves reports whether posts are for work on a court's cases.
func serves(posts []docket.Post, court string) bool {
	return slices.ContainsFunc(posts, func(p docket.Post) bool { return p.Court == court && !p.Role.Administrator() })
}

// staffLeft passes the questions that somebody leaves behind to the head of the
// division, or, where that is himself or nobody, to the president: he can ask.
func (s *Service) staffLeft(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.StaffLeft](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		ds, err := db.List[string](tx, `SELECT DISTINCT division_id FROM oversight_closing WHERE person_id = ? AND court_id = ? AND answered_at = 0`, f.Person, f.Court)
		if err != nil {
			return err
		}
		passed := int64(0)
		for _, d := range ds {
			to, err := docket.Instead(tx, f.Court, d, f.Person, tx.Now())
			if err != nil {
				return err
			}
			n, err := tx.Exec(`UPDATE oversight_closing SET person_id = ? WHERE person_id = ? AND court_id = ? AND division_id = ? AND answered_at = 0 AND person_id <> ?`, to, f.Person, f.Court, d, to)
			if err != nil {
				return err
			}
			passed += n
		}
		if passed > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.passed", Court: f.Court, Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"questions": passed}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// answer takes the question about a closed case as answered, whatever the
// answer was. "Nobody asked" needs the question; a record does not.
func (s *Service) answer(tx *db.Tx, w written, now time.Time) error {
	if w.Case == "" || w.Form == relative {
		return nil
	}
	n, err := tx.Exec(`UPDATE oversight_closing SET answered_at = ? WHERE case_id = ? AND person_id = ? AND answered_at = 0`, now, w.Case, w.Person)
	if err == nil && n == 0 && (w.Form == none || w.Form == told) {
		err = fault.New(fault.Conflict, "这个案件已经答复过了，或者不是您结的案。")
	}
	return err
}

// waiting reports whether the question about a case waits for a person.
func waiting(tx *db.Tx, caseID, person string) (bool, error) {
	_, yes, err := db.Maybe[string](tx, `SELECT case_id FROM oversight_closing WHERE case_id = ? AND person_id = ? AND answered_at = 0`, caseID, person)
	return yes, err
}

const closingsShown = 50

func (s *Service) closingTasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	cs, err := db.List[closing](tx, `SELECT x.case_id, x.court_id, x.division_id, x.person_id, x.closed_on, x.answered_at, c.number, c.names, c.judge_id
		FROM oversight_closing x JOIN docket_case c ON c.id = x.case_id WHERE x.person_id = ? AND x.answered_at = 0 ORDER BY x.closed_on, x.case_id LIMIT ?`, v.Actor.Person, closingsShown)
	var out []capability.Task
	for _, c := range cs {
		if serves(v.Posts, c.Court) {
			sub := c.Names + "　有人过问的，点案号去记"
			if c.Judge != c.Person {
				sub = c.Names + "　承办法官离任前没有答复，请问清楚再答"
			}
			out = append(out, capability.Task{Group: "结案了：有没有人过问", Title: c.Number, Sub: sub, Href: "/oversight/record?case=" + c.Case,
				Act: &capability.Act{Action: "/oversight/record", Text: "没有人过问", Fields: [][2]string{{"form", none}, {"case", c.Case}}}})
		}
	}
	return out, err
}

func courtName(code string) (string, bool) {
	c, known := court.ByCode(code)
	return c.Short, known
}
