package onecode

import (
	"slices"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/qr"
)

// panels are the thread and the code on a case page, and what a judge should
// know before he closes it.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Relation&access.Allowing("message", "read") == 0 || v.Case.State == docket.Entered || v.Case.State == docket.Refused {
		return nil, nil
	}
	// Whoever may read the thread reads it as the court's, or as his side's.
	who := reader{court: v.Relation&(access.Bench|access.Delegate|access.Head) != 0, side: v.Party.ID, works: v.May("message", "draft")}
	if !who.court && who.side == "" {
		return nil, nil
	}
	ms, err := messagesBefore(tx, v.Case.ID, "", time.Time{}, "", 3)
	if err != nil {
		return nil, err
	}
	slices.Reverse(ms)
	last := who.see(v.Parties, ms)
	next, waiting, err := s.next(tx, v, who, ms)
	if err != nil {
		return nil, err
	}
	out := []capability.Panel{{Place: capability.Main, Order: 30, Body: talkPanel(v, last)}}
	if waiting {
		out = append(out, capability.Panel{Place: capability.Next, Order: 30, Body: nextPanel(v, next)})
	}
	if v.May("case", "close") {
		if n, err := waitingIn(tx, v.Case.ID); err != nil {
			return nil, err
		} else if n > 0 {
			out = append(out, capability.Panel{Place: capability.Closing, Order: 30, Body: closingPanel(v.Case.ID, n)})
		}
	}
	if v.Party.ID == "" {
		return out, nil
	}
	if todo, err := s.unrated(tx, v); err != nil {
		return nil, err
	} else if len(todo) > 0 {
		out = append(out, capability.Panel{Place: capability.Aside, Order: 50, Body: ratePanel(v.Case.ID, todo[0])})
	}
	c, have, err := codeOf(tx, v.Case.ID, v.Actor.Person)
	if err != nil || !have {
		return out, err
	}
	long, err := s.k.Vault.Open("onecode.code", c.Code)
	if err != nil {
		return nil, err
	}
	short, err := s.k.Vault.Open("onecode.short", c.Short)
	if err != nil {
		return nil, err
	}
	code, err := qr.Encode(s.k.Config.Origin + "/c/" + long)
	if err != nil {
		return nil, err
	}
	return append(out, capability.Panel{Place: capability.Aside, Order: 20, Body: codePanel(code.SVG(136), groups(short))}), nil
}

// next finds the question that is due first: of the viewer's own side or, for
// who answers, of any. read are the newest messages.
func (s *Service) next(tx *db.Tx, v capability.View, who reader, read []Message) (seen, bool, error) {
	if who.court && !v.May("message", "draft") {
		return seen{}, false, nil
	}
	m, have, err := nextIn(tx, v.Case.ID, who.side, read)
	if err != nil || !have {
		return seen{}, false, err
	}
	return who.see(v.Parties, []Message{m})[0], true, nil
}

// unrated are the steps whose service the viewer may still rate.
func (s *Service) unrated(tx *db.Tx, v capability.View) ([]Step, error) {
	had, err := s.rated(tx, v.Case.ID, v.Actor.Person)
	return slices.DeleteFunc(steps(v.Case), func(st Step) bool { _, done := had[st.Key]; return done }), err
}

// tasks are the questions that wait for a person: to answer, to draft, or,
// for the head of a division, to see to.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	own, err := waitingFor(tx, v.Actor, v.Now, 100)
	if err != nil {
		return nil, err
	}
	var out []capability.Task
	for _, w := range own {
		out = append(out, task(w, "等您回复", v.Now))
	}
	for _, p := range v.Posts {
		if p.Role == docket.Supervision {
			fs, err := followTasks(tx, p.Court, v.Actor.Person, v.Now)
			if err != nil {
				return nil, err
			}
			out = append(out, fs...)
		}
		var more []waiting
		group := "等您起草"
		switch p.Role {
		case docket.Assistant, docket.Clerk:
			more, err = undrafted(tx, p.Court, v.Actor.Person, v.Now, 100)
		case docket.Head:
			group = "过期没回的留言"
			more, err = lateIn(tx, p.Court, p.Division, docket.Today(v.Now), 100)
		case docket.President:
			group = "过期没回的留言，请您督促"
			more, err = lateAbove(tx, p.Court, v.Now, 100)
		}
		if err != nil {
			return nil, err
		}
		for _, w := range more {
			t := task(w, group, v.Now)
			if p.Role == docket.President {
				t.Title, t.Href = "一条留言过期没有回复", "/onecode/overdue"
			}
			if p.Role == docket.Head {
				t.Title, t.Href = docket.RoleNames[w.Role]+didOf(w.Kind)+"，"+w.DueOn.Short(docket.Today(v.Now))+"到期", "/onecode/"+w.Case
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// followTasks are the bad ratings of a court that wait to be looked after.
func followTasks(tx *db.Tx, court, person string, now time.Time) (out []capability.Task, err error) {
	fs, err := followsIn(tx, court, person, 100)
	if err != nil || len(fs) == 0 {
		return nil, err
	}
	cal, err := docket.Calendar(tx)
	if err != nil {
		return nil, err
	}
	for _, f := range fs {
		on := due(f.At, followDays, cal).On
		t := capability.Task{Group: "不满意，等回访", Due: on.At(23, 59, clock.Shanghai), Title: "有人对" + f.what() + "不满意", Sub: or(f.Number, "一件封存的案件"), Href: "/onecode/follow/up/" + f.Rating, Tone: "soon"}
		t.Tag = on.Short(docket.Today(now)) + "前"
		if docket.Today(now).After(on) {
			t.Tone, t.Tag = "late", "已过期"
		}
		out = append(out, t)
	}
	return out, nil
}

func task(w waiting, group string, now time.Time) capability.Task {
	today := docket.Today(now)
	t := capability.Task{Group: group, Due: w.DueOn.At(23, 59, clock.Shanghai), Title: w.Author + "　" + docket.RoleNames[w.Role] + "，" + about(w.Message) + gist(w.Text),
		Sub: w.Number + "·" + w.Cause, Href: "/onecode/" + w.Case + "/message/" + w.ID}
	switch n := w.DueOn.Sub(today); {
	case n < 0:
		t.Tone, t.Tag = "late", "已过期"
	case n == 0:
		t.Tone, t.Tag = "late", "今天到期"
	case n == 1:
		t.Tone, t.Tag = "soon", "明天到期"
	default:
		t.Tone, t.Tag = "go", w.DueOn.Short(today)+"前"
	}
	if w.Away != "" && group == "等您回复" {
		t.Sub += "·替" + w.Away + "回"
	}
	if w.Draft && group == "等您回复" {
		t.Sub += "·助理已起草"
	}
	return t
}
