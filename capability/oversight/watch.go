package oversight

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
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

// plan looks at who read what at the end of the hour of an instant, when what
// was read by then is in the ledger.
func (s *Service) plan(tx *db.Tx, at time.Time) error {
	at = at.Truncate(time.Hour).Add(time.Hour)
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "oversight.watch", At: at, Once: "oversight.watch/" + at.UTC().Format(time.RFC3339)})
}

// watch asks the discipline office to look where the rule finds a habit. What
// the rule reads may be much, so it reads before it takes the writer.
func (s *Service) watch(ctx context.Context, j *jobs.Job) error {
	now := s.k.Now()
	var list []suspicion
	err := s.k.Read(ctx, func(tx *db.Tx) error {
		vs, err := s.visits(tx, now)
		list = suspicious(vs)
		return err
	})
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
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
		if n > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.found", Actor: "system:oversight.watch", Body: map[string]any{"findings": n}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// report writes a finding down, unless the office has yet to look at one about
// this person.
func (s *Service) report(tx *db.Tx, x suspicion, now time.Time) (bool, error) {
	who := s.k.Vault.Find("oversight.finding", x.Person)
	_, have, err := db.Maybe[string](tx, `SELECT id FROM oversight_finding WHERE person = ? AND looked = 0 LIMIT 1`, who)
	if err != nil || have {
		return false, err
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
	_, err = tx.Exec(`INSERT INTO oversight_finding (`+findingCols+`) VALUES (?, ?, ?, ?, ?, 0)`, id.New(), reader, who, s.k.Vault.Seal(sealFinding, string(b)), now)
	return err == nil, err
}

// visits gathers what the court's people read of cases that are not theirs,
// since the office was last asked about each: what it has looked at is not asked
// again, and covers nothing that he does afterwards.
func (s *Service) visits(tx *db.Tx, now time.Time) ([]visit, error) {
	from := now.Add(-window)
	marks, err := ledger.Since(tx, from, kindRead)
	if err != nil {
		return nil, err
	}
	since := map[string]time.Time{}
	for _, m := range marks {
		if _, known := since[m.Actor]; known {
			continue
		}
		last, _, err := db.Maybe[finding](tx, `SELECT `+findingCols+` FROM oversight_finding WHERE person = ? ORDER BY at DESC LIMIT 1`, s.k.Vault.Find("oversight.finding", m.Actor))
		if err != nil {
			return nil, err
		}
		since[m.Actor] = last.At
	}
	type key struct{ person, caseID string }
	all := map[key]*visit{}
	people := map[string][]string{} // person → cases
	for _, m := range marks {
		if m.At.Before(since[m.Actor]) {
			continue
		}
		k := key{m.Actor, m.Case}
		v := all[k]
		if v == nil {
			v = &visit{Person: m.Actor, Case: m.Case}
			all[k] = v
			people[m.Actor] = append(people[m.Actor], m.Case)
		}
		if law.DateOf(m.At, zone) != law.DateOf(v.Last, zone) {
			v.Days++
		}
		v.Last = m.At
	}
	var out []visit
	for person, cases := range people {
		p, err := s.visitor(tx, person, cases, from, now)
		if err != nil {
			return nil, err
		}
		for _, c := range cases {
			v := all[key{person, c}]
			if err := p.judge(tx, v); err != nil {
				return nil, err
			}
			out = append(out, *v)
		}
	}
	return out, nil
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
	if v.worked, err = ledger.Worked(tx, person, cases, from, kindRead, "oversight.opened", "casebook.revealed", "casebook.exported"); err != nil {
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
func (p visitor) judge(tx *db.Tx, v *visit) error {
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
	held := slices.ContainsFunc(v.Posts, func(p docket.Post) bool { return p.Role == docket.Discipline })
	if !held {
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
		if err := s.plan(tx, now); err != nil { // at what he has read since it was found
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.looked", Actor: s.author(a.Person), Body: map[string]any{"finding": row.ID}})
		return err
	})
}
