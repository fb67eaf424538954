package oversight

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/caseno"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
)

var zone = clock.Shanghai

// request is a wish to open a case, and what came of it.
type request struct {
	ID      string    `db:"id" json:"id"`
	Court   string    `db:"court_id" json:"-"`
	Case    string    `db:"case_id" json:"-"`
	Number  string    `db:"number" json:"number"`
	Person  string    `db:"person_id" json:"-"`
	Kind    string    `db:"kind" json:"kind"`
	Words   string    `db:"words" json:"words"`
	State   string    `db:"state" json:"-"`
	At      time.Time `db:"at" json:"at"`
	Decider string    `db:"decider" json:"-"`
	Until   time.Time `db:"until_at" json:"-"`
	Name    string    `db:"name" json:"name"`
	Office  bool      `db:"office" json:"-"` // he works for an office whose looking the bench is not told
	Post    string    `json:"post"`
}

// byOffice says of a request what [unseen] says of its maker. The one who handles
// the case may be the one named in the complaint that is looked into: he is not
// asked, and not told; the president of the court decides.
const byOffice = `EXISTS (SELECT 1 FROM docket_post o WHERE o.person_id = r.person_id AND o.court_id = r.court_id AND o.role IN ('supervision', 'discipline') AND o.from_at <= r.at AND (o.until_at = 0 OR o.until_at > r.at))`

const requestCols = `r.id, r.court_id, r.case_id, r.number, r.person_id, r.kind, r.words, r.state, r.at, r.decider, r.until_at, n.name, CASE WHEN ` + byOffice + ` THEN 1 ELSE 0 END AS office`
const requestFrom = ` FROM oversight_open r JOIN docket_person n ON n.id = r.person_id `

// patience is how long a request waits. A case that does not exist and one
// whose judge does not answer end alike.
const patience = 7 * 24 * time.Hour

// opened is what came of asking.
type opened struct {
	State string `json:"state"` // open, waiting
	Case  string `json:"case,omitempty"`
}

// ask opens a case to a colleague for a day, on a basis that the parties can
// read. A sealed case needs a second person: the asker is told that whoever
// handles it decides, and is told the same of a number that does not exist.
func (s *Service) ask(ctx context.Context, o opening) (out opened, err error) {
	o.Number = tidy(o.Number)
	if err := checkOpening(o); err != nil {
		return out, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		out, err = s.askIn(tx, o)
		return err
	})
	return out, err
}

func (s *Service) askIn(tx *db.Tx, o opening) (opened, error) {
	a, now := auth.From(tx.Context()), s.k.Now()
	home, err := s.asker(tx, a, now)
	if err != nil {
		return opened{}, err
	}
	c, found, err := s.find(tx, a, o, now)
	if err != nil {
		return opened{}, err
	}
	if !found && !caseno.Valid(o.Number) { // no number at all, or an id that opens nothing: there, or not
		return opened{}, fault.Field("number", "请填案号，例如（2026）冀11知民初1号。")
	}
	r := request{ID: id.New(), Court: home, Number: o.Number, Person: a.Person, Kind: o.Kind, Words: o.Words, State: "waiting", At: now}
	if found {
		if _, err := access.May(tx, a, "read", access.Of("case", c.ID), now); err == nil {
			return opened{"open", c.ID}, nil // it is open to him already
		}
		_, err := access.May(tx, a, "open", access.Of("case", c.ID), now)
		switch {
		case err == nil:
			r.Court, r.Case, r.Number, r.State, r.Until = c.Court, c.ID, c.Number, "open", now.Add(shown)
		case fault.KindOf(err) != fault.NotFound:
			return opened{}, err
		case c.Court == home && c.Secrecy == docket.Sealed:
			r.Case, r.Number = c.ID, c.Number
		}
	}
	// Asked again before it was answered it is the same request, said anew: it is
	// not asked louder, from however many windows at once.
	n := int64(0)
	if r.State == "waiting" {
		n, err = tx.Exec(`UPDATE oversight_open SET case_id = ?, kind = ?, words = ?, at = ? WHERE person_id = ? AND number = ? AND state = 'waiting'`, r.Case, r.Kind, r.Words, r.At, r.Person, r.Number)
		if err != nil {
			return opened{}, err
		}
	}
	if n == 0 {
		err = r.insert(tx)
	}
	if err != nil {
		return opened{}, err
	}
	if r.State == "open" {
		return opened{"open", r.Case}, s.grant(tx, r, now)
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.asked", Court: r.Court, Actor: app.Actor(tx.Context()), Body: map[string]any{"reason": r.Kind}})
	return opened{State: "waiting"}, err
}

func (r request) insert(tx *db.Tx) error {
	_, err := tx.Exec(`INSERT INTO oversight_open (id, court_id, case_id, number, person_id, kind, words, state, at, decider, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)`,
		r.ID, r.Court, r.Case, r.Number, r.Person, r.Kind, r.Words, r.State, r.At, r.Until)
	return err
}

// asker returns the court in which the actor asks.
func (s *Service) asker(tx *db.Tx, a auth.Actor, now time.Time) (string, error) {
	posts, err := docket.Posts(tx, a.Person, now)
	if err != nil {
		return "", err
	}
	for _, p := range posts {
		if _, err := access.May(tx, a, "open", access.In("oversight", p.Court), now); err == nil {
			return p.Court, nil
		}
	}
	_, err = access.May(tx, a, "open", access.In("oversight", ""), now)
	return "", err
}

// find returns the case that is meant: by its id if the actor may be told of
// it, else by the number that he knows.
func (s *Service) find(tx *db.Tx, a auth.Actor, o opening, now time.Time) (docket.Case, bool, error) {
	for _, verb := range []string{"open", "read"} {
		if o.Case == "" {
			break
		}
		g, err := access.May(tx, a, verb, access.Of("case", o.Case), now)
		if k := fault.KindOf(err); err == nil || k != fault.NotFound && k != fault.Forbidden {
			return g.Case, err == nil, err
		}
	}
	if o.Number == "" {
		return docket.Case{}, false, nil
	}
	return docket.CaseByNumber(tx, o.Number)
}

// grant gives the sight and tells the parties who, when and why; the words are
// the court's own.
func (s *Service) grant(tx *db.Tx, r request, now time.Time) error {
	if err := access.Add(tx, r.Person, r.Case, "opened", titleOf(reasons, r.Kind), now, r.Until); err != nil {
		return err
	}
	holders, err := access.Told(tx, r.Person, r.Court, r.Case, now)
	if err != nil {
		return err
	}
	p, err := docket.PersonOf(tx, r.Person)
	if err != nil {
		return err
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.opened", Court: r.Court, Case: r.Case, Actor: app.Actor(tx.Context()), Holders: holders,
		Body:    map[string]any{"reason": r.Kind, "until": r.Until.UTC().Format(time.RFC3339)},
		Private: map[string]string{"who": p.Name, "words": r.Words}, Only: map[string]string{"words": r.Person}})
	return err
}

func tidy(number string) string {
	n, err := caseno.Parse(strings.ReplaceAll(number, " ", ""))
	if err != nil {
		return number
	}
	return n.String()
}

// asked are the actor's own requests of late. Of one that was not granted he
// sees the last asking: that it was refused before would tell that there is a case.
func (s *Service) asked(tx *db.Tx, person string, now time.Time) ([]request, error) {
	rs, err := db.List[request](tx, `SELECT `+requestCols+requestFrom+`WHERE r.person_id = ? AND r.at > ? ORDER BY r.at DESC, r.id DESC LIMIT 20`, person, now.Add(-2*patience))
	seen := map[string]bool{}
	return slices.DeleteFunc(rs, func(r request) bool {
		before := r.State != "open" && seen[r.Number]
		seen[r.Number] = seen[r.Number] || r.State != "open"
		return before
	}), err
}

// allowCmd is the answer of who handles a sealed case.
type allowCmd struct {
	Answer string `json:"answer"` // yes, no
}

// decides returns the case of a request, if the actor is the second person whom
// it needs: who handles the case or, of what an office asks, the president who
// has nothing to do with it.
func (s *Service) decides(tx *db.Tx, a auth.Actor, r request) (docket.Case, error) {
	now := tx.Now()
	if !r.Office {
		g, err := access.May(tx, a, "approve", access.Of("case", r.Case), now)
		return g.Case, err
	}
	if _, err := access.May(tx, a, "vouch", access.In("oversight", r.Court), now); err != nil {
		return docket.Case{}, err
	}
	_, own, err := db.Maybe[string](tx, `SELECT id FROM docket_access WHERE case_id = ? AND person_id = ? LIMIT 1`, r.Case, a.Person)
	if err != nil || own {
		return docket.Case{}, fault.OrMissing(err)
	}
	return docket.CaseOf(tx, r.Case)
}

// pending returns a request that waits for the actor.
func (s *Service) pending(tx *db.Tx, requestID string) (r request, c docket.Case, err error) {
	now := s.k.Now()
	r, err = db.One[request](tx, `SELECT `+requestCols+requestFrom+`WHERE r.id = ? AND r.case_id <> ''`, requestID)
	if err != nil {
		return r, c, err
	}
	if c, err = s.decides(tx, auth.From(tx.Context()), r); err != nil {
		if fault.KindOf(err) == fault.Forbidden { // nobody learns that somebody asked
			err = fault.Missing()
		}
		return r, c, err
	}
	if r.Person == auth.From(tx.Context()).Person { // a second person
		return r, c, fault.New(fault.Forbidden, "这是您自己的申请，要别人同意。")
	}
	if r.State != "waiting" || now.Sub(r.At) > patience {
		return r, c, fault.New(fault.Conflict, "这个申请已经答复过，或者过期了。")
	}
	r.Post, err = unitOf(tx, r.Person, c.Court, now)
	return r, c, err
}

func (s *Service) allow(ctx context.Context, requestID string, c allowCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, cs, err := s.pending(tx, requestID)
		if err != nil {
			return err
		}
		now := s.k.Now()
		switch c.Answer {
		case "yes":
			r.State, r.Until = "open", now.Add(shown)
		case "no":
			r.State = "refused"
		default:
			return fault.Field("answer", "请选同意还是不同意。")
		}
		if err := db.Must1(tx.Exec(`UPDATE oversight_open SET state = ?, decider = ?, until_at = ? WHERE id = ? AND state = 'waiting'`, r.State, auth.From(ctx).Person, r.Until, r.ID)); err != nil {
			return err
		}
		if r.State == "open" {
			return s.grant(tx, r, now)
		}
		e := ledger.Entry{Kind: "oversight.declined", Court: cs.Court, Case: cs.ID, Actor: app.Actor(ctx), Body: map[string]any{"reason": r.Kind}}
		if r.Office { // the bench sees what happened in the case
			e.Case = ""
		}
		_, err = s.k.Ledger.Append(tx, e)
		return err
	})
}

// openTasks are the requests that wait for those who decide the case, while the
// judge is away for who sits with him or answers for him; and those of the
// offices, for the president.
func (s *Service) openTasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	mine, args := `NOT `+byOffice+` AND r.case_id IN (SELECT case_id FROM docket_access WHERE person_id = ?)`, []any{v.Now.Add(-patience), v.Actor.Person, v.Actor.Person}
	for _, p := range v.Posts {
		if p.Role == docket.President {
			mine, args = mine+` OR `+byOffice+` AND r.case_id <> '' AND r.court_id = ?`, append(args, p.Court)
		}
	}
	rs, err := db.List[request](tx, `SELECT `+requestCols+requestFrom+`WHERE r.state = 'waiting' AND r.at > ? AND r.person_id <> ? AND (`+mine+`) ORDER BY r.at, r.id LIMIT 20`, args...)
	var out []capability.Task
	for _, r := range rs {
		if _, err := s.decides(tx, v.Actor, r); err != nil {
			if k := fault.KindOf(err); k == fault.Forbidden || k == fault.NotFound {
				continue
			}
			return nil, err
		}
		out = append(out, capability.Task{Group: "等您同意打开案件", Title: r.Name + "想看 " + r.Number, Sub: titleOf(reasons, r.Kind) + "：" + r.Words,
			Href: "/oversight/allow/" + r.ID, Tone: "go", Tag: "等您答复"})
	}
	return out, err
}

// reader is one of the court's people who does not handle the case and looked
// at it on a day.
type reader struct {
	Who    string    `json:"who"`
	Post   string    `json:"post"`
	At     time.Time `json:"at"` // the first time that day
	Looks  int       `json:"looks"`
	Reason string    `json:"reason"`
}

// readers answers "who has looked at my case?".
type readers struct {
	Case docket.Case `json:"case"`
	List []reader    `json:"list"`

	Court bool `json:"-"` // asked by the court's people
}

// kindRead is the entry that a reading leaves.
const kindRead = "casebook.opened"

// entriesRead is how many readings of a case are looked through.
const entriesRead = 1000

// later is when the parties are told that an office looked at their case: long
// after any complaint or report has had its answer.
const later = 90 * 24 * time.Hour

// readersOf lists who looked at a case and does not handle it, the newest
// first: for a party from the entries addressed to him, and what an office did
// once that is long past.
func (s *Service) readersOf(tx *db.Tx, a auth.Actor, c docket.Case, court bool, n int) ([]reader, error) {
	ls, err := ledger.OfCase(tx, c.ID, entriesRead, kindRead)
	if err != nil {
		return nil, err
	}
	bench := court || auth.RequireOwn(a) != nil // or comes as a party by a phone that the bench wrote down
	told := map[string]bool{}
	if !court {
		own, err := ledger.OfHolder(tx, a.Person, c.ID, entriesRead, kindRead)
		if err != nil {
			return nil, err
		}
		for _, l := range own {
			told[l.ID] = true
		}
	}
	grants, err := db.List[request](tx, `SELECT `+requestCols+requestFrom+`WHERE r.case_id = ? AND r.state = 'open'`, c.ID)
	if err != nil {
		return nil, err
	}
	var ids []string
	by := map[string]*reader{}
	var order []string
	person, entry := map[string]string{}, map[string]string{}
	hidden := map[string]bool{}
	for _, l := range ls {
		key := l.Actor + l.At.In(zone).Format(time.DateOnly)
		if !court && !told[l.ID] && (bench || tx.Now().Sub(l.At) < later) {
			continue
		}
		if _, known := hidden[key]; !known && (bench || !told[l.ID]) {
			office, err := docket.Office(tx, l.Actor, c.Court, l.At)
			if err != nil {
				return nil, err
			}
			hidden[key] = bench == office // to the bench nothing of an office; to a party of this kind nothing else
		}
		if hidden[key] && (bench || !told[l.ID]) {
			continue
		}
		if by[key] == nil {
			if len(order) == n {
				break
			}
			by[key], person[key], entry[key] = &reader{}, l.Actor, l.ID
			order, ids = append(order, key), append(ids, l.ID)
		}
		by[key].At = l.At
		by[key].Looks++
	}
	words, err := ledger.Words(tx, a.Person, ids)
	if err != nil {
		return nil, err
	}
	var out []reader
	for _, key := range order {
		r := by[key]
		if r.Who, r.Reason = words[entry[key]]["who"], "按职务可以查看"; r.Who == "" {
			p, err := docket.PersonOf(tx, person[key])
			if err != nil {
				return nil, err
			}
			r.Who = p.Name
		}
		for _, g := range grants {
			if g.Person == person[key] && !g.Until.Add(-shown).After(r.At.Add(time.Minute)) && g.Until.After(r.At) {
				r.Reason = titleOf(reasons, g.Kind)
			}
		}
		if r.Post, err = unitOf(tx, person[key], c.Court, r.At); err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.After(out[j].At) })
	return out, nil
}

// unitOf says in what post someone of a court stood at an instant.
func unitOf(tx *db.Tx, person, court string, at time.Time) (string, error) {
	p, err := postOf(tx, person, court, at)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil || p.Division == "" {
		return p.Role.Title(), err
	}
	d, err := docket.DivisionOf(tx, p.Division)
	return p.Role.In(d.Name), err
}
