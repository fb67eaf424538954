package oversight

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"mashang/capability"
	"mashang/capability/oversight/habit"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
)

// finding is a row: whose readings the discipline office is asked to look at.
type finding struct {
	ID     string    `db:"id"`
	Reader string    `db:"reader"`
	Person string    `db:"person"`
	Sealed string    `db:"sealed"`
	At     time.Time `db:"at"`
	Looked time.Time `db:"looked"`
}

const findingCols = `id, reader, person, sealed, at, looked`

// found is what a finding holds.
type found struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Name    string    `json:"name"`
	Post    string    `json:"post"`
	Why     []string  `json:"why"`
	Numbers []string  `json:"numbers"` // of the cases; of a sealed one only that it is
	Outcome string    `json:"outcome,omitempty"`
	Words   string    `json:"words,omitempty"`
	Looked  time.Time `json:"looked"`
}

// findings are a page of them.
type findings struct {
	List []found `json:"list"`
}

// every is how often the ledger is read on: what is found is shown within a minute.
const every = 20 * time.Second

const atOnce = 1000 // entries of the ledger

// place is how far the ledger has been read, and when.
type place struct {
	Seq int64     `db:"seq"`
	At  time.Time `db:"at"`
}

// Watch looks until ctx ends.
func (s *Service) Watch(ctx context.Context) {
	s.k.Every(ctx, every, "who read what could not be looked at", s.Look)
}

// Look reads the ledger on from where it was left and tells the office of habits.
func (s *Service) Look(ctx context.Context) error {
	ctx = auth.System(ctx, "oversight.watch")
	for more := true; more; {
		var err error
		if more, err = s.look1(ctx); err != nil {
			return err
		}
	}
	return nil
}

// look1 takes the writer only when there is something to keep. Who reads on is
// weighed at once; the others once an hour: what is known of them changes too.
func (s *Service) look1(ctx context.Context) (more bool, err error) {
	now := s.k.Now()
	var was, to place
	var begun, hour bool
	var seen []habit.Visit
	var list []habit.Suspicion
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if was, begun, err = db.Maybe[place](tx, `SELECT seq, at FROM oversight_place`); err != nil {
			return err
		}
		if !begun {
			if was.Seq, err = ledger.SizeAt(tx, now.Add(-habit.Window)); err != nil {
				return err
			}
		}
		size, err := ledger.Size(tx)
		if err != nil {
			return err
		}
		to = place{min(size, was.Seq+atOnce), now}
		more, hour = to.Seq < size, was.At.Truncate(time.Hour).Before(now.Truncate(time.Hour))
		marks, err := ledger.Between(tx, was.Seq, to.Seq, kindRead)
		if err != nil {
			return err
		}
		if seen, err = s.visits(tx, marks, now); err != nil {
			return err
		}
		list, err = s.weigh(tx, seen, hour && !more, now)
		return err
	})
	if err != nil || len(seen) == 0 && !hour && to.Seq-was.Seq < atOnce {
		return false, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		if err := move(tx, was, to, begun); err != nil {
			return err
		}
		if err := keep(tx, seen, now); err != nil {
			return err
		}
		n := 0
		for _, x := range list {
			made, err := s.report(tx, x, now)
			if err != nil {
				return err
			}
			if made {
				n++
			}
		}
		if n == 0 {
			return nil
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.found", Actor: app.Actor(ctx), Body: map[string]any{"findings": n}})
		return err
	})
	if fault.KindOf(err) == fault.Conflict { // another node was faster
		return false, nil
	}
	return more, err
}

// move marks how far the ledger has been read, unless another node read it.
func move(tx *db.Tx, was, to place, begun bool) error {
	if begun {
		return db.Must1(tx.Exec(`UPDATE oversight_place SET seq = ?, at = ? WHERE seq = ? AND at = ?`, to.Seq, to.At, was.Seq, was.At))
	}
	return db.Must1(tx.Exec(`INSERT INTO oversight_place (id, seq, at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING`, to.Seq, to.At))
}

// keep remembers visits, and forgets those that are too old to weigh.
func keep(tx *db.Tx, seen []habit.Visit, now time.Time) error {
	for _, v := range seen {
		if _, err := tx.Exec(`INSERT INTO oversight_visit (`+visitCols+`) VALUES (?, ?, ?, ?) ON CONFLICT (person_id, case_id) DO UPDATE SET days = excluded.days, last_at = excluded.last_at`, v.Person, v.Case, v.Days, v.Last); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM oversight_visit WHERE last_at < ?`, now.Add(-habit.Window))
	return err
}

// report writes a finding down, or lets the one grow that the office has yet to
// look at.
func (s *Service) report(tx *db.Tx, x habit.Suspicion, now time.Time) (bool, error) {
	who := s.k.Vault.Find("oversight.finding", x.Person)
	was, have, err := db.Maybe[finding](tx, `SELECT `+findingCols+` FROM oversight_finding WHERE person = ? AND looked = 0 LIMIT 1`, who)
	if err != nil {
		return false, err
	}
	if have {
		old, err := s.unsealFinding(was)
		if err != nil || len(x.Cases) <= len(old.Numbers) {
			return false, err
		}
	}
	p, err := docket.PersonOf(tx, x.Person)
	if err != nil {
		return false, err
	}
	post, err := postOf(tx, x.Person, "", now)
	if fault.KindOf(err) == fault.NotFound { // he has left
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f := found{Name: p.Name, Why: x.Why}
	if f.Post, err = unitOf(tx, x.Person, post.Court, now); err != nil {
		return false, err
	}
	for _, c := range x.Cases {
		cs, err := docket.CaseOf(tx, c)
		if err != nil {
			return false, err
		}
		if cs.Secrecy == docket.Sealed { // the office may not know which one
			cs.Number = "一件封存的案件"
		}
		f.Numbers = append(f.Numbers, cs.Number)
	}
	reader, err := s.readerFor(tx, post.Court, report{Form: inquiry, Who: p.Name}, now)
	if err != nil {
		return false, err
	}
	b, err := json.Marshal(f)
	if err != nil {
		return false, err
	}
	if have {
		return true, db.Must1(tx.Exec(`UPDATE oversight_finding SET sealed = ?, at = ? WHERE id = ? AND looked = 0`, s.k.Vault.Seal(sealFinding, string(b)), now, was.ID))
	}
	_, err = tx.Exec(`INSERT INTO oversight_finding (`+findingCols+`) VALUES (?, ?, ?, ?, ?, 0)`, id.New(), reader, who, s.k.Vault.Seal(sealFinding, string(b)), now)
	return err == nil, err
}

const visitCols = `person_id, case_id, days, last_at`

// visits gathers who read which case that is not given to him; who is bound to
// somebody there counts in any case. What the office was shown and has looked at
// is not shown again, and covers nothing that is read afterwards.
func (s *Service) visits(tx *db.Tx, marks []ledger.Mark, now time.Time) (out []habit.Visit, err error) {
	type key struct{ person, caseID string }
	at, since := map[key]int{}, map[string]time.Time{}
	for _, m := range marks {
		if err := s.lookedAt(tx, since, m.Actor); err != nil {
			return nil, err
		}
		if !m.At.After(since[m.Actor]) {
			continue
		}
		k := key{m.Actor, m.Case}
		i, have := at[k]
		if !have {
			v, _, err := db.Maybe[habit.Visit](tx, `SELECT `+visitCols+` FROM oversight_visit WHERE person_id = ? AND case_id = ?`, m.Actor, m.Case)
			if err != nil {
				return nil, err
			}
			if v.Person, v.Case = m.Actor, m.Case; m.At.Sub(v.Last) > habit.Window || !v.Last.After(since[m.Actor]) {
				v.Days = 0
			}
			i, out = len(out), append(out, v)
			at[k] = i
		}
		if v := &out[i]; v.Days == 0 || law.DateOf(m.At, zone) != law.DateOf(v.Last, zone) {
			v.Days++
		}
		out[i].Last = m.At
	}
	if out, err = s.judged(tx, out, now); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(v habit.Visit) bool { return v.Given && v.Tie == "" }), nil
}

// lookedAt fills in up to when the office has looked at what somebody read.
func (s *Service) lookedAt(tx *db.Tx, since map[string]time.Time, person string) error {
	if _, known := since[person]; known {
		return nil
	}
	last, _, err := db.Maybe[finding](tx, `SELECT `+findingCols+` FROM oversight_finding WHERE person = ? AND looked > 0 ORDER BY at DESC LIMIT 1`, s.k.Vault.Find("oversight.finding", person))
	since[person] = last.At
	return err
}

// weigh holds all that is remembered of those who were seen, or of everybody,
// against the rule.
func (s *Service) weigh(tx *db.Tx, seen []habit.Visit, everybody bool, now time.Time) ([]habit.Suspicion, error) {
	if len(seen) == 0 && !everybody {
		return nil, nil
	}
	q, args := `SELECT `+visitCols+` FROM oversight_visit WHERE last_at >= ?`, []any{now.Add(-habit.Window)}
	if !everybody {
		people := map[string]bool{}
		for _, v := range seen {
			people[v.Person] = true
		}
		q, args = q+` AND person_id IN (`+db.In(len(people))+`)`, append(args, db.Args(slices.Collect(maps.Keys(people)))...)
	}
	known, err := db.List[habit.Visit](tx, q, args...)
	if err != nil {
		return nil, err
	}
	since := map[string]time.Time{}
	for _, v := range known {
		if err := s.lookedAt(tx, since, v.Person); err != nil {
			return nil, err
		}
	}
	known = slices.DeleteFunc(known, func(v habit.Visit) bool {
		return !v.Last.After(since[v.Person]) || slices.ContainsFunc(seen, func(x habit.Visit) bool { return x.Person == v.Person && x.Case == v.Case })
	})
	if known, err = s.judged(tx, known, now); err != nil {
		return nil, err
	}
	return habit.Find(append(known, seen...)), nil
}

// judged says of each visit whether it was the visitor's to make.
func (s *Service) judged(tx *db.Tx, vs []habit.Visit, now time.Time) ([]habit.Visit, error) {
	by := map[string][]string{} // person → cases
	for _, v := range vs {
		by[v.Person] = append(by[v.Person], v.Case)
	}
	for person, cases := range by {
		p, err := s.visitor(tx, person, cases, now.Add(-habit.Window), now)
		if err != nil {
			return nil, err
		}
		for i := range vs {
			if vs[i].Person != person {
				continue
			}
			if err := p.judge(tx, &vs[i]); err != nil {
				return nil, err
			}
		}
	}
	return vs, nil
}

// visitor is what is known of someone who reads.
type visitor struct {
	person  string
	posts   []docket.Post
	worked  map[string]bool
	handles []string // cases
	kin     []string // names of near relatives who are lawyers, as he reported
	now     time.Time
}

func (s *Service) visitor(tx *db.Tx, person string, cases []string, from, now time.Time) (v visitor, err error) {
	v = visitor{person: person, now: now}
	if v.posts, err = docket.Posts(tx, person, now); err != nil {
		return v, err
	}
	if v.worked, err = ledger.Worked(tx, person, cases, from, kindRead, "oversight.opened", "onecode.contact", "casebook.revealed", "casebook.exported"); err != nil {
		return v, err
	}
	v.handles, err = db.List[string](tx, `SELECT DISTINCT case_id FROM docket_access WHERE person_id = ? AND capacity IN ('handler', 'member', 'assistant', 'clerk', 'delegate', 'filer')`, person)
	if err != nil {
		return v, err
	}
	rows, err := db.List[record](tx, `SELECT `+cols+` FROM oversight_record WHERE author = ?`, s.author(person))
	for _, r := range rows {
		w, err := s.unseal(r)
		if err != nil {
			return v, err
		}
		if w.Form == relative {
			v.kin = append(v.kin, strings.Join(strings.Fields(w.Who), ""))
		}
	}
	return v, err
}

// judge says of a visit whether it was his to make, and what binds him.
func (p visitor) judge(tx *db.Tx, v *habit.Visit) error {
	c, err := docket.CaseOf(tx, v.Case)
	if err != nil {
		return err
	}
	v.Worked = p.worked[c.ID] || slices.Contains(p.handles, c.ID)
	near := false
	for _, x := range p.posts {
		if x.Court != c.Court {
			continue
		}
		division := x.Division != "" && x.Division == c.Division
		near = near || division
		switch x.Role {
		case docket.President, docket.Supervision:
			v.Given = true
		case docket.Head:
			v.Given = v.Given || division
		case docket.FilingJudge, docket.FilingOfficer: // while it waited there
			v.Given = v.Given || c.Filed.IsZero() || !law.DateOf(v.Last, zone).After(c.Filed)
		}
	}
	v.Outside = !v.Given && !near
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return err
	}
	for _, x := range ps {
		v.Parties = append(v.Parties, x.Person)
	}
	v.Tie, err = p.tie(tx, c, v.Parties)
	return err
}

// tie finds what binds the visitor to someone in a case.
func (p visitor) tie(tx *db.Tx, c docket.Case, parties []string) (string, error) {
	agents, err := docket.Agents(tx, c.ID, p.now)
	if err != nil {
		return "", err
	}
	for _, a := range agents {
		if slices.Contains(p.kin, strings.Join(strings.Fields(a.Name), "")) {
			return "代理人和他报告过的近亲属同名", nil
		}
	}
	if len(parties) == 0 {
		return "", nil
	}
	_, met, err := db.Maybe[string](tx, `SELECT m.case_id FROM docket_party m JOIN docket_party o ON o.case_id = m.case_id WHERE m.person_id = ? AND o.person_id IN (`+db.In(len(parties))+`) LIMIT 1`,
		append([]any{p.person}, db.Args(parties)...)...)
	if met {
		return "他本人和这件案件的当事人在案件里打过交道", err
	}
	return "", err
}

// watchList returns findings that the actor may see.
func (s *Service) watchList(tx *db.Tx, a auth.Actor, where string, n int) ([]found, error) {
	courts, me, err := s.offices(tx, a)
	if err != nil {
		return nil, err
	}
	rows, err := db.List[finding](tx, `SELECT `+findingCols+` FROM oversight_finding WHERE reader IN (`+db.In(len(courts))+`)`+where+` ORDER BY looked, id DESC LIMIT ?`, append(db.Args(courts), n)...)
	var out []found
	for _, r := range rows {
		f, err := s.unsealFinding(r)
		if err != nil {
			return nil, err
		}
		if f.Name != me {
			out = append(out, f)
		}
	}
	return out, err
}

func (s *Service) unsealFinding(r finding) (f found, err error) {
	b, err := s.k.Vault.Open(sealFinding, r.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(b), &f)
	}
	f.ID, f.At, f.Looked = r.ID, r.At, r.Looked
	return f, err
}

func (s *Service) watchTasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	if !slices.ContainsFunc(v.Posts, func(p docket.Post) bool { return p.Role == docket.Discipline }) {
		return nil, nil
	}
	fs, err := s.watchList(tx, v.Actor, ` AND looked = 0`, 20)
	var out []capability.Task
	for _, f := range fs {
		out = append(out, capability.Task{Group: "查看案件的情况，请看一看", Title: f.Name + "　" + f.Post, Sub: strings.Join(f.Why, "；"), Href: "/oversight/watch#" + f.ID, Tone: "soon", Tag: "请看一看"})
	}
	return out, err
}

// outcomes of looking.
var outcomes = []choice{{"fine", "有正当理由", "问过了，是工作需要"}, {"talk", "提醒谈话", ""}, {"further", "转有关部门进一步了解", ""}}

// lookCmd is what the office found.
type lookCmd struct {
	Outcome string `json:"outcome"`
	Words   string `json:"words"`
}

func (s *Service) look(ctx context.Context, findingID string, c lookCmd) error {
	var bad fault.List
	if titleOf(outcomes, c.Outcome) == "" {
		bad.Add("outcome", "请选看的结果。")
	}
	if c.Words == "" || len([]rune(c.Words)) > 500 {
		bad.Add("words", "请用几句话写明了解到的情况，500 字以内。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), s.k.Now()
		row, err := db.One[finding](tx, `SELECT `+findingCols+` FROM oversight_finding WHERE id = ?`, findingID)
		if err != nil {
			return err
		}
		if _, err := access.May(tx, a, "read", access.In("oversight", row.Reader), now); err != nil {
			return fault.Missing()
		}
		f, err := s.unsealFinding(row)
		if err != nil {
			return err
		}
		if me, err := docket.PersonOf(tx, a.Person); err != nil || me.Name == f.Name {
			return fault.OrMissing(err)
		}
		if !row.Looked.IsZero() {
			return fault.Stale()
		}
		f.Outcome, f.Words = c.Outcome, c.Words
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		if err := db.Must1(tx.Exec(`UPDATE oversight_finding SET looked = ?, sealed = ? WHERE id = ? AND looked = 0`, now, s.k.Vault.Seal(sealFinding, string(b)), row.ID)); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.looked", Actor: s.author(a.Person), Body: map[string]any{"finding": row.ID}})
		return err
	})
}
