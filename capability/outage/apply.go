package outage

import (
	"context"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/deadline"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// art is the article on which everything here rests.
const art = "民事诉讼法第八十六条"

// fixedArt says which periods nothing prolongs.
const fixedArt = "民诉法解释第一百二十七条"

// applyCmd is what a party does with his application.
type applyCmd struct {
	Do     string `json:"do"` // file, leave
	Reason string `json:"reason"`
}

// decideCmd is what the judge says to it.
type decideCmd struct {
	Do     string   `json:"do"` // grant, refuse
	New    law.Date `json:"new"`
	Reason string   `json:"reason"`
}

// view is an application with what it hangs on.
type view struct {
	Case        docket.Case  `json:"-"`
	Party       docket.Party `json:"-"`
	Application application  `json:"application"`
	Outage      outage       `json:"outage"`
	Apply       bool         `json:"may_apply"`
	Decide      bool         `json:"may_decide"`
}

// of reads an application of a case for somebody who may see it: a side sees
// its own.
func (s *Service) of(tx *db.Tx, a auth.Actor, verb, caseID, id string) (v view, err error) {
	g, err := access.May(tx, a, verb, access.Of("extension", caseID), tx.Now())
	if err != nil {
		return v, err
	}
	x, found, err := byID(tx, caseID, id)
	if err != nil {
		return v, err
	}
	court := g.Relation&access.Staff != 0
	me, _, err := access.PartyOf(tx, a.Person, caseID, tx.Now())
	if err != nil {
		return v, err
	}
	if !found || !court && x.Party != me.ID || court && x.State == draft || court && x.State == left {
		return v, fault.Missing() // a draft is his who may leave it
	}
	v = view{Case: g.Case, Application: x}
	v.Apply = x.Party == me.ID && x.theirs() && access.Allowed(g.Relation, "extension", "apply")
	v.Decide = x.State == filed && access.Allowed(g.Relation, "extension", "decide")
	if v.Party, err = docket.PartyOf(tx, x.Party); err != nil {
		return v, err
	}
	v.Outage, err = outageOf(tx, x.Outage)
	return v, err
}

func byID(tx *db.Tx, caseID, id string) (application, bool, error) {
	return db.Maybe[application](tx, `SELECT `+cols+` FROM outage_application WHERE id = ? AND case_id = ?`, id, caseID)
}

// theirs reports whether an application is still the party's to hand in: who said
// that he won't may think better of it as long as the ten days last.
func (a application) theirs() bool { return a.State == draft || a.State == left }

// apply hands an application in, or leaves it.
func (s *Service) apply(ctx context.Context, caseID, id string, c applyCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		v, err := s.of(tx, auth.From(ctx), "apply", caseID, id)
		if err != nil {
			return err
		}
		a := v.Application
		was := a.State
		if !a.theirs() || was == left && c.Do == "leave" {
			return fault.New(fault.Conflict, "这份申请已经交了，或者已经说过不交。")
		}
		kind := "outage.left"
		switch c.Do {
		case "leave":
			a.State = left
		case "file":
			if docket.Today(tx.Now()).After(a.Until) {
				return fault.Law(fault.Conflict, "十天已经过了，最晚是"+a.Until.Chinese()+"，这里不能再交。有话要说，请到立案窗口，或者打 12368。", art)
			}
			if n := len([]rune(c.Reason)); n < 5 || n > 1000 {
				return fault.Field("reason", "请写为什么来不及，5 到 1000 个字。")
			}
			a.State, a.Reason, a.Filed, kind = filed, c.Reason, tx.Now(), "outage.filed"
		default:
			return fault.Field("do", "请选交给法院，还是不交。")
		}
		if err := db.Must1(tx.Exec(`UPDATE outage_application SET state = ?, reason = ?, filed_at = ? WHERE id = ? AND state = ?`, a.State, a.Reason, a.Filed, a.ID, was)); err != nil {
			return err
		}
		body := map[string]any{"application": a.ID, "rule": a.Rule, "last": a.Last.String()}
		if a.State == filed { // what it rests on, sealed, lies beside it in the file
			made, err := s.papers.Certify(tx, "outage_certificate", v.Case, v.Party, proof(v))
			if err != nil {
				return err
			}
			body["certificate"] = made.ID
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: v.Case.Court, Case: caseID, Actor: app.Actor(ctx), Holders: []string{auth.From(ctx).Person}, Body: body, Private: map[string]string{"reason": a.Reason}})
		return err
	})
}

// proof fills the certificate with what the house and the machine outside saw.
func proof(v view) map[string]any {
	o, minute := v.Outage, func(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }
	out := map[string]any{"from": minute(o.From), "until": minute(o.To), "lasted": lasted(o), "known": sawIt(o), "about": v.Application.Title, "last": v.Application.Last.String(), "entry": o.ID}
	if o.Digest != "" {
		out["lines"], out["record"] = o.Lines, o.Digest
	}
	return out
}

// decide grants a new last day or refuses. A 不变期间 is not moved: what the
// court may hold about it belongs into its ruling, not into a date of ours.
func (s *Service) decide(ctx context.Context, caseID, id string, c decideCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		v, err := s.of(tx, auth.From(ctx), "decide", caseID, id)
		if err != nil {
			return err
		}
		a := v.Application
		if a.State != filed {
			return fault.New(fault.Conflict, "这份申请已经决定了。")
		}
		if n := len([]rune(c.Reason)); n < 2 || n > 500 {
			return fault.Field("reason", "请写理由，2 到 500 个字。")
		}
		a.Decision, a.Decided = c.Reason, tx.Now()
		kind, says := "outage.refused", "您申请顺延期限，法官没有准许，理由登录可以看。"
		switch c.Do {
		case "refuse":
			a.State = refused
		case "grant":
			if a.State, a.New, kind = granted, c.New, "outage.granted"; a.Fixed {
				return fault.Law(fault.Conflict, "这是不变期间，系统里的日期不能改。", fixedArt)
			}
			if err := s.move(tx, v, c); err != nil {
				return err
			}
			says = "您申请顺延期限，法官准许了，顺延到" + c.New.Chinese() + "。"
		default:
			return fault.Field("do", "请选准许，还是不准许。")
		}
		if err := db.Must1(tx.Exec(`UPDATE outage_application SET state = ?, decision = ?, new_on = ?, decided_at = ? WHERE id = ? AND state = 'filed'`, a.State, a.Decision, a.New, a.Decided, a.ID)); err != nil {
			return err
		}
		if _, err := s.tell(tx, a, says); err != nil {
			return err
		}
		holders, err := access.Holders(tx, caseID, tx.Now())
		if err != nil {
			return err
		}
		body := map[string]any{"application": a.ID, "rule": a.Rule, "party": a.Party, "was": a.Last.String(), "now": a.New.String()}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: v.Case.Court, Case: caseID, Actor: app.Actor(ctx), Holders: holders, Body: body, Private: map[string]string{"reason": c.Reason}})
		return err
	})
}

// farthest is how many days from today a judge may move a date: beyond that the
// year is a slip.
const farthest = 366

// move starts the deadline anew with its new last day and the reason for it.
func (s *Service) move(tx *db.Tx, v view, c decideCmd) error {
	a := v.Application
	d, runs, err := deadline.ByID(tx, a.Deadline)
	if err != nil {
		return err
	}
	if !runs {
		return fault.New(fault.Conflict, "这个期限已经不在算了，不用再顺延。")
	}
	cal, err := docket.Calendar(tx)
	if err != nil {
		return err
	}
	switch {
	case !c.New.After(d.Last):
		return fault.Field("new", "要比原来的最后一天"+d.Last.Chinese()+"晚。")
	case c.New.Before(docket.Today(tx.Now())):
		return fault.Field("new", "这一天已经过了。")
	case c.New.After(docket.Today(tx.Now()).AddDays(farthest)):
		return fault.Field("new", "太远了，请再看一遍年份。")
	case cal.Rest(c.New):
		return fault.Field("new", "这一天是休息日，请写以后的第一个工作日，"+cal.Next(c.New).Chinese()+"。")
	}
	was := d.Last
	d.Last, d.Provisional, d.At = c.New, false, tx.Now()
	d.Steps.V = append(d.Steps.V, "本院网上系统从"+clockTime(v.Outage.From)+"到"+clockTime(v.Outage.To)+"断开，"+was.Chinese()+"最后几个小时办不了。",
		"经申请，法官准许顺延到"+c.New.Chinese()+"。")
	d.Basis.V = append(d.Basis.V, art)
	return deadline.Start(tx, d)
}

// suggested is the day that the judge finds in the form: the working day after
// tomorrow, so that whoever is told today can still act.
func suggested(now time.Time, cal *restday.Calendar) law.Date {
	return cal.AddWorkingDays(docket.Today(now), 2).Last
}

// panels: what waits for the party is the next thing on his page; what was
// decided stands among the rest, for all sides.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Relation&access.Allowing("extension", "read") == 0 {
		return nil, nil
	}
	all, err := db.List[application](tx, `SELECT `+cols+` FROM outage_application WHERE case_id = ? ORDER BY at, id`, v.Case.ID)
	if err != nil {
		return nil, err
	}
	var out []capability.Panel
	var seen []application
	for _, a := range all {
		mine := !v.Court() && a.Party == v.Party.ID
		switch {
		case mine && a.State == draft && !docket.Today(v.Now).After(a.Until) && v.May("extension", "apply"):
			out = append(out, capability.Panel{Place: capability.Next, Order: 15, Body: nextPanel(a, v.Now)})
		case v.Court() && a.State == filed && v.May("extension", "decide"):
			out = append(out, capability.Panel{Place: capability.Next, Order: 15, Body: judgePanel(a)})
		}
		if mine || v.Court() && a.State != draft && a.State != left {
			seen = append(seen, a)
		}
	}
	if len(seen) > 0 {
		out = append(out, capability.Panel{Place: capability.Main, Order: 12, Body: listPanel(seen, v)})
	}
	return out, nil
}

// tasks are the applications that wait for a judge in his own cases.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	type row struct {
		ID     string    `db:"id"`
		Case   string    `db:"case_id"`
		Title  string    `db:"title"`
		Number string    `db:"number"`
		Names  string    `db:"names"`
		Filed  time.Time `db:"filed_at"`
	}
	courts, err := access.Serves(tx, v.Actor, v.Now)
	if err != nil || len(courts) == 0 {
		return nil, err
	}
	rows, err := db.List[row](tx, `SELECT a.id, a.case_id, a.title, c.number, c.names, a.filed_at FROM outage_application a JOIN docket_case c ON c.id = a.case_id
		WHERE a.state = 'filed' AND c.judge_id || '' = ? AND c.court_id || '' IN (`+db.In(len(courts))+`) ORDER BY a.filed_at, a.id LIMIT 100`, append([]any{v.Actor.Person}, db.Args(courts)...)...)
	if err != nil {
		return nil, err
	}
	var out []capability.Task
	for _, r := range rows {
		out = append(out, capability.Task{Group: "申请顺延期限", Title: "系统断过，当事人申请顺延：" + r.Title, Sub: r.Number + "·" + r.Names, Href: "/outage/" + r.Case + "/apply/" + r.ID, Tone: "go",
			Tag: r.Filed.In(clock.Shanghai).Format("1月2日") + "交的"})
	}
	return out, nil
}
