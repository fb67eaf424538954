package casebook

import (
	"context"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// noEnd is an open end.
var noEnd time.Time

// assignCmd names who handles a case.
type assignCmd struct {
	Judge     string `json:"judge"`
	Assistant string `json:"assistant"`
	Clerk     string `json:"clerk"`
	Reason    string `json:"reason"` // needed when the judge changes
}

// assign gives a case its judge, or another one, with assistant and clerk. The
// parties see the change and the reason (民事诉讼法 131).
func (s *Service) assign(ctx context.Context, caseID string, cmd assignCmd) error {
	return s.act(ctx, caseID, "assign", "casebook.assigned", func(st *step) error {
		if err := st.running(); err != nil {
			return err
		}
		if st.c.Judge != "" && st.c.Judge != cmd.Judge {
			if err := st.reason("reason", cmd.Reason); err != nil {
				return err
			}
		}
		names, err := st.staff(cmd.Judge, cmd.Assistant, cmd.Clerk)
		if err != nil {
			return err
		}
		return s.seat(st, cmd.Judge, cmd.Assistant, cmd.Clerk, names)
	})
}

// staff returns the names of court people who hold a fitting post today.
func (st *step) staff(judge, assistant, clerk string) (map[string]string, error) {
	all, err := docket.Staff(st.tx, st.c.Court, st.now, docket.Judge, docket.Head, docket.President, docket.Assistant, docket.Clerk)
	if err != nil {
		return nil, err
	}
	names, roles := map[string]string{}, map[string]map[docket.Role]bool{}
	for _, m := range all {
		names[m.Person] = m.Name
		if roles[m.Person] == nil {
			roles[m.Person] = map[docket.Role]bool{}
		}
		roles[m.Person][m.Role] = true
	}
	var bad fault.List
	if r := roles[judge]; !r[docket.Judge] && !r[docket.Head] && !r[docket.President] {
		bad.Add("judge", "请选本院的一位法官。")
	}
	if assistant != "" && !roles[assistant][docket.Assistant] {
		bad.Add("assistant", "请选本院的一位法官助理。")
	}
	if clerk != "" && !roles[clerk][docket.Clerk] {
		bad.Add("clerk", "请选本院的一位书记员。")
	}
	return names, bad.Err()
}

// seat changes the three handlers: seats, sight, and the fact that moves what
// is open. A judge alone sits as 审判员; a panel is set by setPanel.
func (s *Service) seat(st *step, judge, assistant, clerk string, names map[string]string) error {
	from := st.c.Judge
	seats, err := docket.Seats(st.tx, st.c.ID, st.now)
	if err != nil {
		return err
	}
	lead := "sole"
	for _, x := range seats {
		if x.Seat == "presiding" {
			lead = "presiding"
		}
	}
	if err := docket.EndSeats(st.tx, st.c.ID, st.now, lead, "assistant", "clerk"); err != nil {
		return err
	}
	for _, x := range []struct{ person, seat, capacity string }{{judge, lead, "handler"}, {assistant, "assistant", "assistant"}, {clerk, "clerk", "clerk"}} {
		if err := access.End(st.tx, "", st.c.ID, x.capacity, st.now); err != nil {
			return err
		}
		if x.person == "" {
			continue
		}
		if err := docket.AddSeat(st.tx, docket.Seat{Case: st.c.ID, Person: x.person, Seat: x.seat, From: st.now}); err != nil {
			return err
		}
		if err := access.Add(st.tx, x.person, st.c.ID, x.capacity, "分案", st.now, noEnd); err != nil {
			return err
		}
		st.entry.Private[x.capacity] = names[x.person]
	}
	if judge != from { // who answered for the judge before answers no more
		if err := access.End(st.tx, "", st.c.ID, "delegate", st.now); err != nil {
			return err
		}
	}
	st.c.Judge = judge
	st.tell = append(st.tell, fact.JudgeChanged{Case: st.c.ID, From: from, To: judge})
	return nil
}

// panelCmd sets who sits. One name is a sole judge.
type panelCmd struct {
	Presiding string   `json:"presiding"`
	Members   []string `json:"members"`
	Jurors    []string `json:"jurors"`
}

// setPanel forms or changes the panel (民事诉讼法 40–42; 人民陪审员法 14).
func (s *Service) setPanel(ctx context.Context, caseID string, cmd panelCmd) error {
	return s.act(ctx, caseID, "panel", "casebook.panel", func(st *step) error {
		if err := st.running(); err != nil {
			return err
		}
		if err := panelSize(st.c.Procedure, len(cmd.Members)+1, len(cmd.Jurors)); err != nil {
			return err
		}
		names, err := st.staff(cmd.Presiding, "", "")
		if err != nil {
			return err
		}
		if err := docket.EndSeats(st.tx, caseID, st.now, "sole", "presiding", "member", "juror"); err != nil {
			return err
		}
		for _, capacity := range []string{"handler", "member"} {
			if err := access.End(st.tx, "", caseID, capacity, st.now); err != nil {
				return err
			}
		}
		lead := "presiding"
		if len(cmd.Members)+len(cmd.Jurors) == 0 {
			lead = "sole"
		}
		if err := st.sit(cmd.Presiding, lead, "handler"); err != nil {
			return err
		}
		if err := st.distinct(cmd, names); err != nil {
			return err
		}
		for _, m := range cmd.Members {
			if err := st.sit(m, "member", "member"); err != nil {
				return err
			}
		}
		for _, m := range cmd.Jurors {
			if err := st.sit(m, "juror", "member"); err != nil {
				return err
			}
		}
		from := st.c.Judge
		st.c.Judge = cmd.Presiding
		st.entry.Body["judges"], st.entry.Body["jurors"] = len(cmd.Members)+1, len(cmd.Jurors)
		if from != st.c.Judge {
			if err := access.End(st.tx, "", caseID, "delegate", st.now); err != nil {
				return err
			}
			st.tell = append(st.tell, fact.JudgeChanged{Case: caseID, From: from, To: st.c.Judge})
		}
		return nil
	})
}

// distinct says whether those beside the presiding judge are different people
// of the court, and the members judges (民事诉讼法 40: 由审判员、人民陪审员共同组成).
func (st *step) distinct(cmd panelCmd, names map[string]string) error {
	judges, err := docket.Staff(st.tx, st.c.Court, st.now, docket.Judge, docket.Head, docket.President)
	if err != nil {
		return err
	}
	judge := map[string]bool{}
	for _, m := range judges {
		judge[m.Person] = true
	}
	seen := map[string]bool{cmd.Presiding: true}
	for _, m := range append(append([]string{}, cmd.Members...), cmd.Jurors...) {
		if seen[m] || names[m] == "" {
			return fault.Field("members", "合议庭成员要是本院不同的人。")
		}
		seen[m] = true
	}
	for _, m := range cmd.Members {
		if !judge[m] {
			return fault.Field("members", "审判员只能由本院法官担任，助理和书记员不行。")
		}
	}
	return nil
}

func (st *step) sit(person, seat, capacity string) error {
	if err := docket.AddSeat(st.tx, docket.Seat{Case: st.c.ID, Person: person, Seat: seat, From: st.now}); err != nil {
		return err
	}
	return access.Add(st.tx, person, st.c.ID, capacity, "合议庭", st.now, noEnd)
}

// staffLeft plans the hand-over of every open case of a judge who leaves, one
// job a case, so that it can be cut off anywhere and goes on.
func (s *Service) staffLeft(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.StaffLeft](j)
	if err != nil {
		return err
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if (f.Successor != "" || f.Division != "") && (f.Role == string(docket.Judge) || f.Role == string(docket.Head)) {
			cases, err := db.List[string](tx, `SELECT id FROM docket_case WHERE judge_id = ? AND court_id = ? AND state IN ('open', 'suspended')`, f.Person, f.Court)
			if err != nil {
				return err
			}
			for _, c := range cases {
				next := jobs.Spec{Kind: "casebook.take_over", Lane: c, Body: [3]string{c, f.Person, f.Successor}}
				if f.Successor == "" {
					next = jobs.Spec{Kind: "casebook.go_along", Lane: c, Body: [3]string{c, f.Person, f.Division}}
				}
				if err := s.k.Jobs.Enqueue(tx, next); err != nil {
					return err
				}
			}
		}
		return j.Finish(tx)
	})
}

// takeOver gives one case of a judge who left to his successor. Threads,
// clocks and sight follow by the fact.
func (s *Service) takeOver(ctx context.Context, j *jobs.Job) error {
	var b [3]string
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		old, err := docket.CaseOf(tx, b[0])
		if err != nil {
			return err
		}
		if old.Judge != b[1] { // someone was quicker
			return j.Finish(tx)
		}
		p, err := docket.PersonOf(tx, b[2])
		if err != nil {
			return err
		}
		seats, err := docket.Seats(tx, old.ID, tx.Now())
		if err != nil {
			return err
		}
		assistant, clerk := "", ""
		for _, x := range seats {
			switch x.Seat {
			case "assistant":
				assistant = x.Person
			case "clerk":
				clerk = x.Person
			}
		}
		st := &step{tx: tx, now: tx.Now(), c: old, entry: ledger.Entry{Kind: "casebook.assigned", Court: old.Court, Case: old.ID, Actor: app.Actor(ctx), Cause: "staff_left",
			Body: map[string]any{}, Private: map[string]string{"reason": "原承办法官离任"}}}
		if err := s.seat(st, b[2], assistant, clerk, map[string]string{b[2]: p.Name}); err != nil {
			return err
		}
		st.c.Moved = st.now
		if err := docket.SaveCase(tx, old, st.c); err != nil {
			return err
		}
		if err := s.finish(st); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// goAlong moves one open case with its judge into another division, so that
// its head sees it from now on and the old one no more.
func (s *Service) goAlong(ctx context.Context, j *jobs.Job) error {
	var b [3]string
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		old, err := docket.CaseOf(tx, b[0])
		if err != nil {
			return err
		}
		if old.Judge != b[1] || old.Division == b[2] {
			return j.Finish(tx)
		}
		st := &step{tx: tx, now: tx.Now(), c: old, entry: ledger.Entry{Kind: "casebook.moved", Court: old.Court, Case: old.ID, Actor: app.Actor(ctx), Cause: "staff_left",
			Body: map[string]any{"division": b[2]}, Private: map[string]string{}}}
		st.c.Division, st.c.Moved = b[2], st.now
		st.tell = append(st.tell, fact.CaseMoved{Case: old.ID, Division: b[2]})
		if err := docket.SaveCase(tx, old, st.c); err != nil {
			return err
		}
		if err := s.finish(st); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}
