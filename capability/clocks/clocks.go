// Package clocks is 期限: it hears what happens in a case and starts, moves and
// stops the dates that follow from it, each with its arithmetic. How a date is
// computed is law/period's; who must act by it and what it hangs on is in the
// rules there.
package clocks

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/deadline"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/period"
	"mashang/law/restday"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// Service does what the package doc says.
type Service struct{ k *app.Kit }

// New returns the service.
func New(k *app.Kit) *Service { return &Service{k} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "clocks", Title: "期限", Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: "clocks.set", Title: "算出一个期限", Audience: ledger.Parties, News: "期限有变化"},
				{Name: "clocks.met", Title: "法院办完了有期限的事", Audience: ledger.Parties, News: "法院办完了一件有期限的事"},
				{Name: "clocks.recomputed", Title: "放假安排公布，重算期限", Audience: ledger.Parties, News: "期限有变化"},
			},
			Jobs: map[string]jobs.Handler{"clocks.recompute": s.recompute},
			Hears: []app.Hearing{
				{Fact: "case_accepted", Do: s.accepted}, {Fact: "limit_moved", Do: s.limitMoved}, {Fact: "judge_changed", Do: s.judgeChanged},
				{Fact: "case_closed", Do: over[fact.CaseClosed](s)}, {Fact: "case_withdrawn", Do: over[fact.CaseWithdrawn](s)}, {Fact: "calendar_loaded", Do: s.calendarLoaded}, {Fact: "service_effective", Do: s.served}, {Fact: "service_undone", Do: s.undone},
			}},
		Panels: s.panels, Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	rt.Handle(web.Route{Pattern: "GET /clocks/{case}", Title: "本案的期限", Object: "case", Verb: "read", Out: list{}, Do: s.getList})
	rt.Handle(web.Route{Pattern: "POST /clocks/{case}/met", Title: "法院的事办完了", Object: "deadline", Verb: "meet", Limit: "write", In: metCmd{}, Out: metCmd{}, Do: func(r *http.Request) (web.Reply, error) {
		var c metCmd
		if err := web.Read(r, &c); err != nil {
			return web.Reply{}, err
		}
		if err := s.met(r.Context(), r.PathValue("case"), c); err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: "记下了。", JSON: c}, nil
	}})
}

// list is what the case page shows of its dates, for programs.
type list struct {
	Deadlines []deadline.Deadline `json:"deadlines"`
}

func (s *Service) getList(r *http.Request) (web.Reply, error) {
	var l list
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, caseID, now := auth.From(r.Context()), r.PathValue("case"), tx.Now()
		g, err := access.May(tx, a, "read", access.Of("case", caseID), now)
		if err != nil {
			return err
		}
		me, _, err := access.PartyOf(tx, a.Person, caseID, now)
		if err != nil {
			return err
		}
		l.Deadlines, err = visible(tx, caseID, g.Relation&access.Staff != 0, me.ID)
		return err
	})
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), JSON: l}, err
}

// visible returns the running dates of a case: to the court all, to a side
// its own and the court's.
func visible(tx *db.Tx, caseID string, court bool, party string) ([]deadline.Deadline, error) {
	ds, err := deadline.Of(tx, caseID)
	if court {
		return ds, err
	}
	return slices.DeleteFunc(ds, func(d deadline.Deadline) bool { return d.Party != "" && d.Party != party }), err
}

// metCmd names a duty of the court that is done.
type metCmd struct {
	Rule string `json:"rule"`
}

// met records that the court did what it had a date for.
func (s *Service) met(ctx context.Context, caseID string, c metCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "meet", access.Of("deadline", caseID), tx.Now()); err != nil {
			return err
		}
		if r, ok := period.Rules[c.Rule]; !ok || !r.Court {
			return fault.Field("rule", "只有法院自己要做的事，才由法院记办完。")
		}
		ds, err := deadline.Of(tx, caseID)
		if err != nil {
			return err
		}
		for _, d := range ds {
			if d.Rule != c.Rule || d.Party != "" {
				continue
			}
			if err := deadline.End(tx, caseID, c.Rule, deadline.Met); err != nil {
				return err
			}
			holders, err := access.Holders(tx, caseID, tx.Now())
			if err != nil {
				return err
			}
			_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.met", Case: caseID, Actor: app.Actor(ctx), Holders: holders, Body: map[string]any{"rule": d.Rule, "last": d.Last.String()}})
			return err
		}
		return fault.New(fault.Conflict, "这一项没有在算，或者已经记过办完了。")
	})
}

// limitRule is the key of the court's own limit; the others are of law/period.
const limitRule = "trial_limit"

// set starts the deadlines that f names and records them as one entry.
func (s *Service) set(ctx context.Context, j *jobs.Job, caseID, cause string, f func(c docket.Case, cal *restday.Calendar) []deadline.Deadline) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		c, err := docket.CaseOf(tx, caseID)
		if err != nil {
			return err
		}
		cal, err := docket.Calendar(tx)
		if err != nil {
			return err
		}
		if cause == (fact.LimitMoved{}).FactName() && c.State == docket.Suspended {
			if err := s.halt(tx, c, cause); err != nil {
				return err
			}
		}
		ds := f(c, cal)
		body := map[string]any{}
		for _, d := range ds {
			d.Case, d.At = caseID, s.k.Now()
			if err := deadline.Start(tx, d); err != nil {
				return err
			}
			body[d.Rule] = d.Last.String()
		}
		if len(ds) > 0 {
			holders, err := access.Holders(tx, caseID, tx.Now())
			if err != nil {
				return err
			}
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.set", Court: c.Court, Case: caseID, Actor: app.Actor(ctx), Cause: cause, Holders: holders, Body: body}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// of makes a deadline from a finding.
func of(rule, title, event string, start law.Date, f period.Finding) deadline.Deadline {
	return deadline.Deadline{Rule: rule, Title: title, Start: start, StartEvent: event, Last: f.Last, Provisional: f.Provisional,
		Steps: db.JSON[[]string]{V: f.Steps}, Basis: db.JSON[[]string]{V: f.Basis.Strings()}}
}

// named is a deadline by a named rule.
func named(key string, on law.Date, cal *restday.Calendar) deadline.Deadline {
	r := period.Rules[key]
	return of(key, r.Title, r.Event, on, r.Start(on, cal))
}

func limit(c docket.Case, cal *restday.Calendar) deadline.Deadline {
	p := period.Procedure(c.Procedure)
	if strings.HasSuffix(c.Type, "终") {
		p = period.Appeal
	}
	f := period.TrialLimit(period.Trial{Procedure: p, Filed: c.Filed, ExtendedMonths: c.Extended, ExcludedDays: c.Excluded}, cal)
	return of(limitRule, "法院审完的最后期限", "立案", c.Filed, f)
}

// accepted: the copy to the other side, the division that will try it.
func (s *Service) accepted(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseAccepted](j)
	if err != nil {
		return err
	}
	return s.set(ctx, j, f.Case, f.FactName(), func(c docket.Case, cal *restday.Calendar) []deadline.Deadline {
		return []deadline.Deadline{named("copy_to_defendant", f.On, cal), named("to_division", f.On, cal)}
	})
}

// limitMoved: the court's own limit, anew; while suspended it stands still.
func (s *Service) limitMoved(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.LimitMoved](j)
	if err != nil {
		return err
	}
	return s.set(ctx, j, f.Case, f.FactName(), func(c docket.Case, cal *restday.Calendar) []deadline.Deadline {
		if c.State != docket.Open {
			return nil
		}
		return []deadline.Deadline{limit(c, cal)}
	})
}

// halt stops the court's own limit of a suspended case: a date that does not
// count must not stand on the page (解释 243).
func (s *Service) halt(tx *db.Tx, c docket.Case, cause string) error {
	ds, err := deadline.Of(tx, c.ID)
	if err != nil {
		return err
	}
	for _, d := range ds {
		if d.Rule != limitRule {
			continue
		}
		if err := deadline.End(tx, c.ID, limitRule, deadline.Stopped); err != nil {
			return err
		}
		holders, err := access.Holders(tx, c.ID, tx.Now())
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.set", Court: c.Court, Case: c.ID, Actor: app.Actor(tx.Context()), Cause: cause, Holders: holders,
			Body: map[string]any{"rule": limitRule, "stopped": true}})
		return err
	}
	return nil
}

// judgeChanged: the case has reached its division; the parties must be told
// who sits (民事诉讼法 131).
func (s *Service) judgeChanged(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.JudgeChanged](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		c, err := docket.CaseOf(tx, f.Case)
		if err != nil {
			return err
		}
		cal, err := docket.Calendar(tx)
		if err != nil {
			return err
		}
		if err := deadline.End(tx, f.Case, "to_division", deadline.Met); err != nil {
			return err
		}
		d := named("tell_panel", docket.Today(s.k.Now()), cal)
		d.Case, d.At = f.Case, s.k.Now()
		if err := deadline.Start(tx, d); err != nil {
			return err
		}
		holders, err := access.Holders(tx, f.Case, tx.Now())
		if err != nil {
			return err
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.set", Court: c.Court, Case: c.ID, Actor: app.Actor(ctx), Cause: f.FactName(), Holders: holders, Body: map[string]any{d.Rule: d.Last.String()}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// over: the case is closed, or should not have been; nothing runs any more but
// the days in which a party may appeal.
func over[F app.Fact](s *Service) func(context.Context, *jobs.Job) error {
	return func(ctx context.Context, j *jobs.Job) error {
		f, err := app.Hear[F](j)
		if err != nil {
			return err
		}
		return s.k.Do(ctx, func(tx *db.Tx) error {
			end := func() error { return deadline.End(tx, f.FactCase(), "", deadline.Stopped) }
			if _, closed := any(f).(fact.CaseClosed); closed {
				end = func() error { return deadline.Close(tx, f.FactCase(), "appeal_judgment", "appeal_ruling") }
			}
			if err := end(); err != nil {
				return err
			}
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.set", Case: f.FactCase(), Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"stopped": true}}); err != nil {
				return err
			}
			return j.Finish(tx)
		})
	}
}

// served: the recipient has the paper, and what he may do has its last day.
func (s *Service) served(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.ServiceEffective](j)
	if err != nil {
		return err
	}
	return s.set(ctx, j, f.Case, f.FactName(), func(_ docket.Case, cal *restday.Calendar) []deadline.Deadline {
		r, ok := period.Rules[f.Starts]
		if !ok {
			return nil
		}
		d := named(r.Key, f.On, cal)
		if r.Length == 0 {
			d = of(r.Key, r.Title, r.Event, f.On, r.Set(f.On, f.Days, f.Until, cal))
		}
		d.Party, d.StartEvent = f.Party, deadline.ByService(f.Paper)
		return []deadline.Deadline{d}
	})
}

// undone: service that was presumed was none, so nothing ran from it.
func (s *Service) undone(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.ServiceUndone](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		rules, err := deadline.Fall(tx, f.Case, deadline.ByService(f.Paper))
		if err != nil {
			return err
		}
		if len(rules) > 0 {
			holders, err := access.Holders(tx, f.Case, tx.Now())
			if err != nil {
				return err
			}
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.set", Case: f.Case, Actor: app.Actor(ctx), Cause: f.FactName(), Holders: holders, Body: map[string]any{"rules": strings.Join(rules, " "), "stopped": true}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// calendarLoaded plans the recomputation of what was provisional, in pages,
// so that it can be cut off anywhere and goes on.
func (s *Service) calendarLoaded(ctx context.Context, j *jobs.Job) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "clocks.recompute", Body: ""}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// recompute takes the next provisional deadline after a key.
func (s *Service) recompute(ctx context.Context, j *jobs.Job) error {
	var after string
	if err := j.Read(&after); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		ds, err := deadline.Provisional(tx, after, 1)
		if err != nil {
			return err
		}
		if len(ds) == 0 {
			return j.Finish(tx)
		}
		if err := s.again(tx, ds[0]); err != nil {
			return err
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "clocks.recompute", Body: ds[0].ID}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// again computes one deadline with the calendar of today.
func (s *Service) again(tx *db.Tx, d deadline.Deadline) error {
	c, err := docket.CaseOf(tx, d.Case)
	if err != nil {
		return err
	}
	cal, err := docket.Calendar(tx)
	if err != nil {
		return err
	}
	n := limit(c, cal)
	if d.Rule != limitRule {
		if period.Rules[d.Rule].Length == 0 { // the court set it for this once
			return nil
		}
		n = named(d.Rule, d.Start, cal)
	}
	if n.Provisional { // of a year that is still not announced
		return nil
	}
	n.Case, n.Party, n.At, n.StartEvent = d.Case, d.Party, s.k.Now(), d.StartEvent
	if err := deadline.Start(tx, n); err != nil {
		return err
	}
	if d.Rule == limitRule {
		if _, err := tx.Exec(`UPDATE docket_case SET limit_on = ? WHERE id = ?`, n.Last, c.ID); err != nil {
			return err
		}
	}
	holders, err := access.Holders(tx, d.Case, tx.Now())
	if err != nil {
		return err
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "clocks.recomputed", Court: c.Court, Case: c.ID, Actor: app.Actor(tx.Context()), Cause: "calendar_loaded", Holders: holders,
		Body: map[string]any{"rule": d.Rule, "was": d.Last.String(), "now": n.Last.String()}})
	return err
}

// panels are the dates on a case page: a party's and the court's own.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Relation&access.Allowing("case", "read") == 0 {
		return nil, nil
	}
	ds, err := visible(tx, v.Case.ID, v.Court(), v.Party.ID)
	if err != nil || len(ds) == 0 {
		return nil, err
	}
	whose := map[string]string{} // to the court: whose it is
	if v.Court() {
		for _, p := range v.Parties {
			whose[p.ID] = "，" + p.Name
		}
	}
	var leaves []ui.Leaf
	for _, d := range ds {
		d.Title += whose[d.Party]
		leaves = append(leaves, leaf(d, v))
	}
	var duties []deadline.Deadline
	if v.May("deadline", "meet") {
		for _, d := range ds {
			if d.Party == "" && d.Rule != limitRule {
				duties = append(duties, d)
			}
		}
	}
	return []capability.Panel{{Place: capability.Main, Order: 10, Body: datesPanel(leaves, v.Case.ID, duties)}}, nil
}

func leaf(d deadline.Deadline, v capability.View) ui.Leaf {
	at := d.Last.At(12, 0, clock.Shanghai)
	l := ui.Leaf{Month: itoa(d.Last.Month) + "月", Day: itoa(d.Last.Day), Week: d.Last.ChineseWeekday(), Title: d.Title, Sub: ui.Left(at, v.Now),
		Soon: ui.DaysLeft(at, v.Now) <= 7, Provisional: d.Provisional, Steps: d.Steps.V, Law: strings.Join(d.Basis.V, "；")}
	if d.Last.Year != docket.Today(v.Now).Year {
		l.Month = itoa(d.Last.Year) + "年" + l.Month
	}
	if d.Party == "" {
		l.Sub = "法院要做的，" + l.Sub
	}
	return l
}

// tasks are the limits of cases, and other dates of the next seven days in the
// judge's own cases: what the court has to do until it is done, and what a party
// may do until its day, which is for the judge to know and not to do.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	type row struct {
		Case   string   `db:"case_id"`
		Title  string   `db:"title"`
		Last   law.Date `db:"last_on"`
		Whose  string   `db:"whose"`
		Number string   `db:"number"`
		Names  string   `db:"names"`
	}
	today := docket.Today(v.Now)
	courts, err := access.Serves(tx, v.Actor, v.Now)
	if err != nil || len(courts) == 0 {
		return nil, err
	}
	args := append(append([]any{v.Actor.Person}, db.Args(courts)...), today.AddDays(7), today)
	rows, err := db.List[row](tx, `SELECT d.case_id, d.title, d.last_on, COALESCE(n.name, '') AS whose, c.number, c.names FROM docket_case c JOIN deadline_deadline d ON d.case_id = c.id AND d.state = 'running'
		LEFT JOIN docket_party p ON p.id = d.party_id LEFT JOIN docket_person n ON n.id = p.person_id
		WHERE c.judge_id = ? AND c.court_id || '' IN (`+db.In(len(courts))+`) AND c.state = 'open' AND d.rule <> '`+limitRule+`' AND d.last_on <= ? AND (d.party_id = '' OR d.last_on >= ?) ORDER BY d.last_on, d.id LIMIT 100`, args...)
	if err != nil {
		return nil, err
	}
	out, err := limitTasks(tx, v, courts)
	for _, r := range rows {
		t := capability.Task{Group: "快到的期限", Due: r.Last.At(23, 59, clock.Shanghai), Title: r.Title, Sub: r.Number + "·" + r.Names, Href: "/casebook/" + r.Case, Tone: "soon", Tag: r.Last.Short(today)}
		switch {
		case r.Whose != "":
			t.Title, t.Tone, t.Due = r.Title+"，"+r.Whose, "plain", time.Time{}
		case !r.Last.After(today):
			t.Tone = "late"
		}
		out = append(out, t)
	}
	return out, err
}
