package onecode

import (
	"context"
	"errors"
	"slices"
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
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// answers returns who answers today in a judge's case: himself, or his
// delegate, who then sees the case for the time of the delegation.
func (s *Service) answers(tx *db.Tx, judge string, c docket.Case) (string, error) {
	d, ok, err := standsIn(tx, judge, c, tx.Now())
	if err != nil || !ok {
		return judge, err
	}
	return d.To, d.open(tx, c.ID)
}

// standsIn returns the delegation under which another answers in a judge's case.
func standsIn(tx *db.Tx, judge string, c docket.Case, at time.Time) (delegation, bool, error) {
	d, ok, err := delegationOf(tx, judge, at)
	if err != nil || !ok || !d.Sealed && c.Secrecy == docket.Sealed {
		return d, false, err
	}
	courts, err := d.courts(tx, at)
	return d, slices.Contains(courts, c.Court), err
}

// courts are those in which the delegate can answer: where he serves now.
func (d delegation) courts(tx *db.Tx, at time.Time) (out []string, err error) {
	posts, err := docket.Posts(tx, d.To, at)
	for _, p := range posts {
		if !p.Role.Administrator() {
			out = append(out, p.Court)
		}
	}
	return out, err
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
		if _, err := tx.Exec(`INSERT INTO onecode_delegation (`+delegationCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`, d.ID, d.From, d.To, d.Begin, d.Until, d.Reason, d.Sealed); err != nil {
			return err
		}
		n := handed{}
		if begin.After(now) {
			err = s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "onecode.begin", Body: [2]string{c.From, c.To}, At: begin})
		} else {
			n, err = handOver(tx, d)
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
func handOver(tx *db.Tx, d delegation) (n handed, err error) {
	courts, err := d.courts(tx, tx.Now())
	if err != nil {
		return n, err
	}
	if len(courts) == 0 {
		courts = []string{""}
	}
	his, args := `c.court_id IN (`+db.In(len(courts))+`)`, db.Args(courts)
	if !d.Sealed {
		his += ` AND c.secrecy <> 'sealed'`
	}
	cases, err := db.List[string](tx, `SELECT c.id FROM docket_case c WHERE c.judge_id = ? AND c.state IN ('open', 'suspended') AND `+his+`
		UNION SELECT c.id FROM docket_case c JOIN onecode_message m ON m.case_id = c.id WHERE c.judge_id = ? AND m.state = 'waiting' AND `+his,
		slices.Concat([]any{d.From}, args, []any{d.From}, args)...)
	if err != nil {
		return n, err
	}
	for _, c := range cases {
		if err := d.open(tx, c); err != nil {
			return n, err
		}
	}
	n.cases = int64(len(cases))
	if n.questions, err = pass(tx, d.From, d.To, ` AND `+his, args...); err != nil {
		return n, err
	}
	back, err := pass(tx, d.From, d.From, ` AND NOT (`+his+`)`, args...) // what lay with a delegate before
	n.questions += back
	return n, err
}

// pass moves the questions that wait in the cases of a judge to whoever
// answers for him now, also those that lay with a delegate before: he may be
// ill himself. What the judge answers for a third is not his to pass on. and
// narrows the cases.
func pass(tx *db.Tx, judge, to, and string, args ...any) (int64, error) {
	return tx.Exec(`UPDATE onecode_message SET handler_id = ? WHERE handler_id <> ? AND state = 'waiting' AND case_id IN (SELECT c.id FROM docket_case c WHERE c.judge_id = ?`+and+`)`,
		append([]any{to, to, judge}, args...)...)
}

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
		n, err := handOver(tx, d)
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
		n, kind, err := giveBack(tx, who[0])
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
func giveBack(tx *db.Tx, judge string) (n handed, kind string, err error) {
	d, still, err := delegationOf(tx, judge, tx.Now())
	if err != nil {
		return n, "", err
	}
	if still {
		n, err = handOver(tx, d)
		return n, "onecode.passed", err
	}
	n.questions, err = pass(tx, judge, judge, "")
	return n, "onecode.returned", err
}

// staffLeft gives back what lay with a delegate who does not serve there any more.
func (s *Service) staffLeft(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.StaffLeft](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		judges, err := db.List[string](tx, `SELECT DISTINCT from_id FROM onecode_delegation WHERE to_id = ? AND from_at <= ? AND until_at > ? ORDER BY from_id`, f.Person, tx.Now(), tx.Now())
		if err != nil {
			return err
		}
		moved := int64(0)
		for _, judge := range judges {
			n, _, err := giveBack(tx, judge)
			if err != nil {
				return err
			}
			moved += n.questions
		}
		if moved > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.returned", Court: f.Court, Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"questions": moved}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
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
		n, _, err := giveBack(tx, d.From)
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.recalled", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"from": d.From, "to": d.To, "cases": n.cases, "questions": n.questions}})
		return err
	})
}

// saveStandard keeps a prepared answer of a court.
func (s *Service) saveStandard(ctx context.Context, c Standard) error {
	var bad fault.List
	if n := len([]rune(c.Title)); n == 0 || n > 40 {
		bad.Add("title", "题目写 1 到 40 个字。")
	}
	if err := checkText("text", c.Text); err != nil {
		bad = append(bad, fault.As(err))
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "read", access.In("desk", c.Court), tx.Now())
		if err != nil {
			return err
		}
		if g.Relation&access.Staff == access.OtherStaff { // of another court: what its judges send is not his to word
			return fault.New(fault.Forbidden, "只能保存本院的常用答复。")
		}
		c.ID = id.New()
		if _, err := tx.Exec(`INSERT INTO onecode_standard (id, court_id, title, text, at) VALUES (?, ?, ?, ?, ?)`, c.ID, c.Court, c.Title, c.Text, tx.Now()); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.standard", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"standard": c.ID}})
		return err
	})
}
