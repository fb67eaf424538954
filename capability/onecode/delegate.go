package onecode

import (
	"context"
	"errors"
	"slices"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// answers returns who answers today in a case: its judge, or his delegate, who
// then sees the case for the time of the delegation. A closed case stays with
// its judge when he leaves the court: then who is above him answers.
func (s *Service) answers(tx *db.Tx, c docket.Case) (string, error) {
	now := tx.Now()
	d, ok, err := standsIn(tx, c, now)
	if err != nil {
		return "", err
	}
	if ok {
		return d.To, d.open(tx, c.ID)
	}
	if c.State != docket.Closed {
		return c.Judge, nil
	}
	to, err := docket.Instead(tx, c.Court, c.Division, c.Judge, now)
	if err != nil || to == c.Judge {
		return to, err
	}
	return to, access.Add(tx, to, c.ID, "delegate", "承办法官离任，代为答复", now, now.Add(namedFor))
}

// standsIn returns the delegation under which another answers in a case, while he
// serves in its court.
func standsIn(tx *db.Tx, c docket.Case, at time.Time) (delegation, bool, error) {
	d, ok, err := delegationOf(tx, c.Judge, at)
	if err != nil || !ok || !d.Sealed && c.Secrecy == docket.Sealed {
		return d, false, err
	}
	posts, err := docket.Posts(tx, d.To, at)
	return d, slices.ContainsFunc(posts, func(p docket.Post) bool { return p.Court == c.Court && !p.Role.Administrator() }), err
}

// open gives the delegate sight of a case until the delegation ends.
func (d delegation) open(tx *db.Tx, caseID string) error {
	add := access.Add
	if !d.Sealed {
		add = access.AddUnsealed
	}
	return add(tx, d.To, caseID, "delegate", "受托代为答复", tx.Now(), d.Until)
}

// delegate names a colleague who answers for a while.
type delegate struct {
	Court  string   `json:"court"`
	From   string   `json:"from"` // judge; empty: the actor
	To     string   `json:"to"`
	Begin  law.Date `json:"begin"`
	Until  law.Date `json:"until"` // last day
	Reason string   `json:"reason"`
}

// delegate lets a colleague of the same court see and answer the judge's
// threads from a day to a day; open questions move to him at once, with their
// clocks as they stand. A head who names himself gets no sealed case: those are
// closed to him, and he alone would have opened them.
func (s *Service) delegate(ctx context.Context, c delegate) error {
	a := auth.From(ctx)
	if c.From == "" {
		c.From = a.Person
	}
	begin, until := c.Begin.At(0, 0, clock.Shanghai), c.Until.AddDays(1).At(0, 0, clock.Shanghai)
	var bad fault.List
	if c.To == "" || c.To == c.From {
		bad.Add("to", "请选一位同事。")
	}
	if c.Begin.IsZero() || c.Until.IsZero() || !until.After(begin) || until.Before(s.k.Now()) {
		bad.Add("until", "请写清从哪天到哪天。最后一天不能已经过去。")
	}
	if c.Reason == "" {
		bad.Add("reason", "请写一句原因，例如“外出办案”。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if err := s.mayDelegate(tx, a, c); err != nil {
			return err
		}
		now := tx.Now()
		if begin.Before(now) {
			begin = now
		}
		away, err := awayIn(tx, c.To, begin, until)
		if err != nil {
			return err
		}
		if away {
			return fault.Field("to", "他那几天自己也托了别人代答，请另选一位。")
		}
		d := delegation{ID: id.New(), From: c.From, To: c.To, Begin: begin, Until: until, Reason: c.Reason, Sealed: c.To != a.Person}
		fresh, err := tx.Exec(`INSERT INTO onecode_delegation (`+delegationCols+`) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, d.ID, d.From, d.To, d.Begin, d.Until, d.Reason, d.Sealed)
		if err != nil {
			return err
		}
		if fresh == 0 { // the second would stand when the first is taken back
			return fault.New(fault.Conflict, "已经托他答到那一天了。要改开始的日子，先收回那一次。")
		}
		n := handed{}
		if begin.After(now) {
			err = s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "onecode.begin", Body: [2]string{c.From, c.To}, At: begin})
		} else {
			n, err = s.handOver(tx, d)
		}
		if err != nil {
			return err
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "onecode.return", Body: [2]string{c.From, c.To}, At: until}); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.delegated", Court: c.Court, Actor: app.Actor(ctx),
			Body: map[string]any{"from": c.From, "to": c.To, "begin": c.Begin.String(), "until": c.Until.String(), "cases": n.cases, "questions": n.questions}, Private: map[string]string{"reason": c.Reason}})
		return err
	})
}

// mayDelegate: threads go to a judge of the same court.
func (s *Service) mayDelegate(tx *db.Tx, a auth.Actor, c delegate) error {
	here, err := docket.Staff(tx, c.Court, tx.Now(), docket.Judge, docket.Head, docket.President)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(here, func(m docket.Member) bool { return m.Person == c.To }) {
		return fault.Field("to", "只能委托给本院的法官。")
	}
	return speaksFor(tx, a, c.From, here)
}

// speaksFor: a judge delegates his own threads; the head of the division those
// of a judge who cannot do it himself.
func speaksFor(tx *db.Tx, a auth.Actor, judge string, here []docket.Member) error {
	if !slices.ContainsFunc(here, func(m docket.Member) bool { return m.Person == judge }) {
		return fault.Field("to", "只能委托给本院的法官。")
	}
	if a.Person == judge && a.Staff {
		return nil
	}
	posts, err := docket.Posts(tx, a.Person, tx.Now())
	if err != nil {
		return err
	}
	for _, p := range posts {
		if a.Staff && slices.ContainsFunc(here, func(m docket.Member) bool { return m.Person == judge && heads(p, m.Post) }) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "留言由法官本人委托；他来不及时，由本庭庭长指定。")
}

// heads reports whether a post is the head's of the division of another.
func heads(p, other docket.Post) bool {
	return p.Role == docket.Head && p.Court == other.Court && p.Division == other.Division
}

// handed is how much a delegate got.
type handed struct{ cases, questions int64 }

// handOver gives the delegate, until the end of the delegation, sight of the
// cases in which the judge may be written to or has still to be answered for
// (somebody asks why after the judgment, too), and the questions that wait.
func (s *Service) handOver(tx *db.Tx, d delegation) (n handed, err error) {
	those := ""
	if !d.Sealed {
		those = ` AND secrecy <> 'sealed'`
	}
	cases, err := db.List[string](tx, `SELECT id FROM docket_case WHERE judge_id = ? AND state IN ('open', 'suspended')`+those+`
		UNION SELECT c.id FROM docket_case c JOIN onecode_message m ON m.case_id = c.id WHERE c.judge_id = ? AND m.state = 'waiting'`+those, d.From, d.From)
	if err != nil {
		return n, err
	}
	for _, c := range cases {
		if err := d.open(tx, c); err != nil {
			return n, err
		}
	}
	n.cases = int64(len(cases))
	n.questions, err = s.settle(tx, ofJudge, d.From)
	return n, err
}

// routing gives one message to another judge of the court.
type routing struct {
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// route names who answers a message, until a delegation or a change of judge
// names another: its clock goes on, and all parties see his name.
func (s *Service) route(ctx context.Context, messageID string, c routing) error {
	if n := len([]rune(c.Reason)); n == 0 || n > 200 {
		return fault.Field("reason", "请写一句原因，200 字以内。")
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		q, a, err := s.question(tx, messageID, "route")
		if err != nil {
			return err
		}
		cs, err := docket.CaseOf(tx, q.Case)
		if err != nil {
			return err
		}
		if cs.Secrecy == docket.Sealed && a.Person != cs.Judge { // it opens the case to somebody
			return fault.New(fault.Forbidden, "封存的案件，换谁答复由承办法官自己定。")
		}
		now := tx.Now()
		here, err := docket.Staff(tx, cs.Court, now, docket.Judge, docket.Head, docket.President)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(here, func(m docket.Member) bool { return m.Person == c.To && m.Person != q.Handler })
		if i < 0 {
			return fault.Field("to", "请选本院的另一位法官。")
		}
		if away, err := awayIn(tx, c.To, now, now.Add(time.Second)); err != nil {
			return err
		} else if away {
			return fault.Field("to", "他这几天自己也托了别人代答，请另选一位。")
		}
		if err := db.Must1(tx.Exec(`UPDATE onecode_message SET handler_id = ? WHERE id = ? AND state = 'waiting' AND handler_id = ?`, c.To, q.ID, q.Handler)); err != nil {
			return err
		}
		if err := access.EndFor(tx, q.ID, cs.ID, now); err != nil {
			return err
		}
		if c.To != cs.Judge {
			if err := access.AddFor(tx, q.ID, a.Person == cs.Judge, c.To, cs.ID, "delegate", "受指定答复一条留言", now, now.Add(namedFor)); err != nil {
				return err
			}
		}
		if err := s.tellStaff(tx, c.To, cs, "有一条当事人留言转给您答复。"); err != nil {
			return err
		}
		holders, err := access.Holders(tx, cs.ID, now)
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.routed", Court: cs.Court, Case: cs.ID, Actor: app.Actor(ctx), Holders: holders, Body: map[string]any{"message": q.ID},
			Private: map[string]string{"who": "法官 " + here[i].Name, "reason": c.Reason}, Only: map[string]string{"reason": app.Actor(ctx)}})
		return err
	})
}

// settle gives what waits in some cases to whoever answers there now, also what
// lay with a delegate before: he may be ill himself.
func (s *Service) settle(tx *db.Tx, where string, args ...any) (n int64, err error) {
	ms, err := db.List[Message](tx, `SELECT `+messageCols+` FROM onecode_message m WHERE m.state = 'waiting' AND `+where, args...)
	for _, m := range ms {
		to := ""
		if c, err := docket.CaseOf(tx, m.Case); err != nil {
			return n, err
		} else if to, err = s.answers(tx, c); err != nil {
			return n, err
		}
		k, err := tx.Exec(`UPDATE onecode_message SET handler_id = ? WHERE id = ? AND state = 'waiting' AND handler_id <> ?`, to, m.ID, to)
		if err == nil && k > 0 {
			err = access.EndFor(tx, m.ID, m.Case, tx.Now())
		}
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, err
}

// ofJudge are the messages in a judge's cases: what he answers for a third stays.
const ofJudge = `m.case_id IN (SELECT id FROM docket_case WHERE judge_id = ?)`

// begin hands over on the first day of a delegation that was made ahead, with
// what the judge got in between.
func (s *Service) begin(ctx context.Context, j *jobs.Job) error {
	var who [2]string
	if err := j.Read(&who); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		d, stands, err := delegationOf(tx, who[0], tx.Now())
		if err != nil || !stands || d.To != who[1] {
			return errors.Join(err, j.Finish(tx))
		}
		n, err := s.handOver(tx, d)
		if err != nil {
			return err
		}
		if n != (handed{}) {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.passed", Actor: app.Actor(ctx), Body: map[string]any{"cases": n.cases, "questions": n.questions}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// comeBack looks, when a delegation ends, who answers now.
func (s *Service) comeBack(ctx context.Context, j *jobs.Job) error {
	var who [2]string
	if err := j.Read(&who); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		n, kind, err := s.giveBack(tx, who[0])
		if err != nil {
			return err
		}
		if n != (handed{}) {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Actor: app.Actor(ctx), Body: map[string]any{"cases": n.cases, "questions": n.questions}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// giveBack gives a judge what a delegate of his has not answered, or, while
// another delegation stands, the one whom that names; kind is the entry of it.
func (s *Service) giveBack(tx *db.Tx, judge string) (n handed, kind string, err error) {
	d, still, err := delegationOf(tx, judge, tx.Now())
	if err != nil {
		return n, "", err
	}
	if still {
		n, err = s.handOver(tx, d)
		return n, "onecode.passed", err
	}
	n.questions, err = s.settle(tx, ofJudge, judge)
	return n, "onecode.returned", err
}

// ending ends a delegation before its day.
type ending struct {
	Court      string `json:"court"`
	Delegation string `json:"delegation"`
}

// endDelegation lets a judge who is back early answer himself again: whoever
// may delegate may also take it back. The colleague's sight of his cases ends.
func (s *Service) endDelegation(ctx context.Context, c ending) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		here, err := docket.Staff(tx, c.Court, now, docket.Judge, docket.Head, docket.President)
		if err != nil {
			return err
		}
		d, err := db.One[delegation](tx, `SELECT `+delegationCols+` FROM onecode_delegation WHERE id = ?`, c.Delegation)
		if err != nil {
			return err
		}
		if err := speaksFor(tx, auth.From(ctx), d.From, here); err != nil {
			return err
		}
		if err := db.Must1(tx.Exec(`UPDATE onecode_delegation SET until_at = ? WHERE id = ? AND until_at > ?`, now, d.ID, now)); err != nil {
			return err
		}
		cases, err := db.List[string](tx, `SELECT x.case_id FROM docket_access x JOIN docket_case c ON c.id = x.case_id WHERE x.person_id = ? AND x.capacity = 'delegate' AND x.until_at > ? AND c.judge_id = ?`, d.To, now, d.From)
		if err != nil {
			return err
		}
		for _, id := range cases {
			if err := access.End(tx, d.To, id, "delegate", now); err != nil {
				return err
			}
		}
		n, _, err := s.giveBack(tx, d.From)
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.recalled", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"from": d.From, "to": d.To, "cases": n.cases, "questions": n.questions}})
		return err
	})
}
