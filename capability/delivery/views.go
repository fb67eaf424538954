package delivery

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"mashang/capability"
	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
)

// recipient is a party with what waits for him and the ways to him.
type recipient struct {
	Party  docket.Party
	Papers []waits
	Doors  []door // for a paper without rules of its own
}

// waits is a paper that waits to be served, with the ways that it may go.
type waits struct {
	paper.Paper
	Doors []door
	Sent  serving // what is on its way, if it is
}

// form is what a page of service shows.
type form struct {
	Case    docket.Case
	Parties []docket.Party
	Papers  []paper.Paper // that wait to be served
	To      []recipient
	Court   docket.Court
	Link    string // where a recipient opens what was sent
	now     time.Time
}

func (s *Service) form(r *http.Request, verb string) (f form, err error) {
	caseID := r.PathValue("case")
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(r.Context()), verb, access.Of("service", caseID), tx.Now())
		if err != nil {
			return err
		}
		f.Case, f.now, f.Link = g.Case, tx.Now(), s.k.Config.Origin+"/delivery/"+caseID+"/receive/…"
		if f.Court, err = docket.CourtOf(tx, g.Case.Court); err != nil {
			return err
		}
		if f.Parties, err = docket.Parties(tx, caseID); err != nil {
			return err
		}
		all, err := paper.OfCase(tx, caseID)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.State == paper.Issued && p.Kind != "service_return" && p.Party != "" {
				f.Papers = append(f.Papers, p)
			}
		}
		running, err := db.List[serving](tx, `SELECT `+servingCols+` FROM delivery_service WHERE case_id = ? ORDER BY at DESC, id`, caseID)
		if err != nil {
			return err
		}
		for _, party := range f.Parties {
			k, err := s.book.Reach(tx, party)
			if err != nil {
				return err
			}
			to := recipient{Party: party, Doors: doors(k, g.Case.Procedure, service.Plain)}
			for _, p := range f.Papers {
				if p.Party != party.ID {
					continue
				}
				w := waits{Paper: p, Doors: doors(k, g.Case.Procedure, s.papers.Nature(p.Kind))}
				if i := slices.IndexFunc(running, func(v serving) bool { return v.Paper == p.ID }); i >= 0 {
					w.Sent = running[i]
				}
				to.Papers = append(to.Papers, w)
			}
			f.To = append(f.To, to)
		}
		return nil
	})
	return f, err
}

// record is one service as the case page shows it.
type record struct {
	serving
	Title    string      `json:"title"`
	To       string      `json:"to"` // the party's name
	Way      service.Way `json:"way"`
	On       law.Date    `json:"on"`
	Presumed bool        `json:"presumed"`
	Basis    []string    `json:"basis"`
	Steps    []string    `json:"steps"`
}

// list is what the case page shows of its services, for programs.
type list struct {
	Records []record `json:"records"`
}

func (s *Service) getRecords(r *http.Request) (web.Reply, error) {
	var l list
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, caseID, now := auth.From(r.Context()), r.PathValue("case"), tx.Now()
		g, err := access.May(tx, a, "read", access.Of("service", caseID), now)
		if err != nil {
			return err
		}
		me, _, err := access.PartyOf(tx, a.Person, caseID, now)
		if err != nil {
			return err
		}
		ps, err := docket.Parties(tx, caseID)
		if err != nil {
			return err
		}
		l.Records, err = visible(tx, caseID, g.Relation&access.Staff != 0, me.ID, ps)
		return err
	})
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), JSON: l}, err
}

// visible returns the services of a case: to the court all, to a side its own.
func visible(tx *db.Tx, caseID string, court bool, party string, parties []docket.Party) ([]record, error) {
	vs, err := db.List[serving](tx, `SELECT `+servingCols+` FROM delivery_service WHERE case_id = ? ORDER BY at, id`, caseID)
	if err != nil || len(vs) == 0 {
		return nil, err
	}
	es, err := db.List[effect](tx, `SELECT `+effectCols+` FROM delivery_effect WHERE undone_at = 0 AND service_id IN (SELECT id FROM delivery_service WHERE case_id = ?)`, caseID)
	if err != nil {
		return nil, err
	}
	ps, err := paper.OfCase(tx, caseID)
	if err != nil {
		return nil, err
	}
	var out []record
	for _, v := range vs {
		if !court && (v.Party != party || v.State == prepared) {
			continue
		}
		x := record{serving: v}
		if i := slices.IndexFunc(ps, func(p paper.Paper) bool { return p.ID == v.Paper }); i >= 0 {
			x.Title = ps[i].Title
			if s := ps[i].State; !court && (s == paper.Withdrawn || s == paper.Superseded) && v.State != effective {
				continue // it was taken back before it reached him
			}
		}
		if i := slices.IndexFunc(parties, func(p docket.Party) bool { return p.ID == v.Party }); i >= 0 {
			x.To = parties[i].Name
		}
		if i := slices.IndexFunc(es, func(e effect) bool { return e.Service == v.ID }); i >= 0 {
			x.Way, x.On, x.Presumed, x.Basis, x.Steps = es[i].Way, es[i].On, es[i].Presumed, es[i].Basis.V, es[i].Steps.V
		}
		out = append(out, x)
	}
	return out, nil
}

// panels are what was served, on a case page.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Case.Number == "" || v.Relation&access.Allowing("service", "read") == 0 {
		return nil, nil
	}
	mine, err := visible(tx, v.Case.ID, v.Court(), v.Party.ID, v.Parties)
	if err != nil || len(mine) == 0 && !v.May("service", "handover") && !v.May("service", "confirm") && !v.May("service", "send") {
		return nil, err
	}
	out := []capability.Panel{{Place: capability.Main, Order: 25, Body: servedPanel(v, mine)}}
	for _, r := range mine {
		if v.May("service", "receive") && r.State == delivered {
			return append(out, capability.Panel{Place: capability.Next, Order: 20, Body: waitsPanel(r)}), nil
		}
	}
	for _, r := range slices.Backward(mine) {
		if v.May("service", "receive") && r.State == effective && r.Way.Electronic() && docket.Today(v.Now).Sub(r.On) <= freshDays {
			return append(out, capability.Panel{Place: capability.Next, Order: 40, Body: freshPanel(v, r)}), nil
		}
	}
	return out, nil
}

// freshDays is for how many days a case page puts first what was served.
const freshDays = 7

// course is all that was done to serve one paper: the 电子送达凭证 of what went
// electronically, and the file's own of the rest.
type course struct {
	Case     docket.Case   `json:"-"`
	Party    docket.Party  `json:"-"`
	Paper    paper.Paper   `json:"paper"`
	Serving  serving       `json:"service"`
	Attempts []attempt     `json:"attempts"`
	Notes    []string      `json:"-"`
	Effects  []effect      `json:"effects"` // the one that stands, and those that fell
	Consent  reach.Consent `json:"consent"`
	Next     string        `json:"next"` // the next open way
	staff    bool
	send     bool
	hand     bool
	rebut    bool
	nature   service.Nature
	now      time.Time
}

// course reads it, for whom it concerns.
func (s *Service) course(tx *db.Tx, caseID, serviceID string) (c course, err error) {
	a, now := auth.From(tx.Context()), tx.Now()
	g, err := access.May(tx, a, "read", access.Of("service", caseID), now)
	if err != nil {
		return c, err
	}
	c.Case, c.staff, c.now = g.Case, g.Relation&access.Staff != 0, now
	c.send = access.Allowed(g.Relation, "service", "send")
	c.hand, c.rebut = access.Allowed(g.Relation, "service", "handover"), access.Allowed(g.Relation, "service", "rebut")
	if c.Serving, err = servingOf(tx, serviceID); err != nil {
		return c, err
	}
	me, _, err := access.PartyOf(tx, a.Person, caseID, now)
	if err != nil {
		return c, err
	}
	if c.Serving.Case != caseID || !c.staff && (c.Serving.Party != me.ID || c.Serving.State == prepared) {
		return c, fault.Missing()
	}
	if c.Paper, err = paper.Of(tx, c.Serving.Paper); err != nil {
		return c, err
	}
	if c.Party, err = docket.PartyOf(tx, c.Serving.Party); err != nil {
		return c, err
	}
	if c.Attempts, err = attemptsOf(tx, serviceID); err != nil {
		return c, err
	}
	for _, x := range c.Attempts {
		n, err := s.note(x)
		if err != nil {
			return c, err
		}
		c.Notes = append(c.Notes, n)
	}
	if c.Effects, err = db.List[effect](tx, `SELECT `+effectCols+` FROM delivery_effect WHERE service_id = ? ORDER BY at, id`, serviceID); err != nil {
		return c, err
	}
	k, err := s.book.Reach(tx, c.Party)
	c.Consent, c.nature = k.Consent, s.papers.Nature(c.Paper.Kind)
	if c.Serving.State != effective {
		c.Next = nextWay(c.Attempts, k, c.Case.Procedure, c.nature)
	}
	return c, err
}

func (s *Service) getCourse(r *http.Request) (web.Reply, error) {
	var c course
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		c, err = s.course(tx, r.PathValue("case"), r.PathValue("service"))
		return err
	})
	return web.Reply{Page: coursePage(c, nil), JSON: c}, err
}

// nextWay is the first way that is open and was not tried, in the order of the
// statute (民事诉讼法 88–95).
func nextWay(as []attempt, k reach.Known, procedure string, n service.Nature) string {
	if w := untried(as, k, procedure, n); w != "" {
		return w.Title()
	}
	tried := map[service.Way]bool{}
	for _, a := range as {
		tried[a.Way] = true
	}
	for _, w := range []service.Way{service.Direct, service.Post, service.Entrusted, service.Notice} {
		if !tried[w] && service.Barred(w, service.Situation{Nature: n, Procedure: procedure, Exhausted: true}) == nil {
			return w.Title()
		}
	}
	return "请承办法官决定"
}

// untried is the first electronic way that is open and was not tried.
func untried(as []attempt, k reach.Known, procedure string, n service.Nature) service.Way {
	for _, d := range doors(k, procedure, n) {
		if d.Bar == nil && !slices.ContainsFunc(as, func(a attempt) bool { return a.Way == d.Way }) {
			return d.Way
		}
	}
	return ""
}

// tasks are services that need another way, and those that nobody opened, on
// the desks of the clerk and of who sent them.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	courts, err := access.Serves(tx, v.Actor, v.Now)
	if err != nil || len(courts) == 0 {
		return nil, err
	}
	type row struct {
		serving
		Number    string `db:"number"`
		Names     string `db:"names"`
		Procedure string `db:"procedure"`
	}
	args := append(db.Args(courts), v.Now.Add(-waitsTooLong), v.Actor.Person, v.Now, v.Now)
	rows, err := db.List[row](tx, `SELECT v.id, v.case_id, v.paper_id, v.party_id, v.state, v.ways, v.server_id, v.at, c.number, c.names, c.procedure FROM delivery_service v JOIN docket_case c ON c.id = v.case_id
		WHERE c.court_id || '' IN (`+db.In(len(courts))+`) AND (v.state = 'next' OR v.state = 'delivered' AND v.at < ?)
		AND EXISTS (SELECT 1 FROM docket_access x WHERE x.case_id = v.case_id AND x.person_id = ? AND x.capacity = 'clerk' AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?)) ORDER BY v.at, v.id LIMIT 100`, args...)
	if err != nil {
		return nil, err
	}
	var out []capability.Task
	for _, r := range rows {
		p, err := paper.Of(tx, r.Paper)
		if err != nil {
			return nil, err
		}
		if p.State != paper.Issued {
			continue
		}
		party, err := docket.PartyOf(tx, r.Party)
		if err != nil {
			return nil, err
		}
		as, err := attemptsOf(tx, r.ID)
		if err != nil {
			return nil, err
		}
		k, err := s.book.Reach(tx, party)
		if err != nil {
			return nil, err
		}
		t := capability.Task{Group: "没有送到的文书", Title: p.Title + "，给" + party.Name, Href: coursePath(r.serving), Tone: "late", Tag: "没送到",
			Sub: r.Number + "·下一步：" + nextWay(as, k, r.Procedure, s.papers.Nature(p.Kind))}
		if r.State == delivered {
			t.Tone, t.Tag = "soon", "三天没有打开"
		}
		out = append(out, t)
	}
	fresh, err := s.unsent(tx, v, courts)
	if err != nil {
		return nil, err
	}
	wanted, err := wishes(tx, v, courts)
	return append(append(out, fresh...), wanted...), err
}

// unsent are papers that are done and on their way to nobody yet, by case. A case
// code is given away at the counter, and nothing starts from it.
func (s *Service) unsent(tx *db.Tx, v capability.Viewer, courts []string) ([]capability.Task, error) {
	type row struct {
		Case   string `db:"case_id"`
		Number string `db:"number"`
		Names  string `db:"names"`
		Title  string `db:"title"`
		N      int    `db:"n"`
	}
	args := append([]any{v.Actor.Person, v.Now, v.Now}, db.Args(courts)...)
	rows, err := db.List[row](tx, `SELECT p.case_id, c.number, c.names, MIN(p.title) AS title, COUNT(*) AS n FROM paper_paper p CROSS JOIN docket_case c
		WHERE p.case_id IN (SELECT x.case_id FROM docket_access x WHERE x.person_id = ? AND x.capacity = 'clerk' AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?)) AND p.state = 'issued' AND c.id = p.case_id
		AND c.court_id || '' IN (`+db.In(len(courts))+`) AND p.party_id <> '' AND p.kind NOT IN ('service_return', 'case_code_notice') AND NOT EXISTS (SELECT 1 FROM delivery_service v WHERE v.paper_id = p.id) GROUP BY p.case_id, c.number, c.names ORDER BY MIN(p.at), p.case_id LIMIT 100`, args...)
	var out []capability.Task
	for _, r := range rows {
		title := r.Title
		if r.N > 1 {
			title += " 等 " + strconv.Itoa(r.N) + " 份"
		}
		out = append(out, capability.Task{Group: "等您送的文书", Title: title, Sub: r.Number + "·" + r.Names, Href: "/delivery/" + r.Case + "/send", Tone: "soon", Tag: "等送"})
	}
	return out, err
}

// mostOver is how many notices whose days are over the board shows.
const mostOver = 200

// Hung are the public notices of half a year as anybody may read them: all that
// have still to hang, however many, then the newest of those whose days are over.
// Those of a sealed case, or of a paper that was taken back, nobody reads.
func (s *Service) Hung(tx *db.Tx) (out []paper.Notice, err error) {
	type row struct {
		Short  string             `db:"short"`
		Spoken string             `db:"spoken"`
		Number string             `db:"number"`
		Name   string             `db:"name"`
		Paper  string             `db:"paper"`
		Posted db.JSON[[]posting] `db:"posted"`
	}
	const notices = `SELECT t.short, t.title AS spoken, c.number, n.name, p.title AS paper, a.posted FROM delivery_attempt a
		JOIN delivery_service v ON v.id = a.service_id JOIN docket_case c ON c.id = v.case_id JOIN docket_court t ON t.code = c.court_id
		JOIN paper_paper p ON p.id = v.paper_id JOIN docket_party y ON y.id = v.party_id JOIN docket_person n ON n.id = y.person_id
		WHERE a.way = 'notice' AND a.at > ? AND c.secrecy <> ? AND p.state NOT IN (?, ?) AND a.made_on `
	args := []any{tx.Now().AddDate(0, -6, 0), docket.Sealed, paper.Withdrawn, paper.Superseded}
	rows, err := db.List[row](tx, notices+`= '' ORDER BY a.at DESC, a.id DESC`, args...)
	if err != nil {
		return nil, err
	}
	over, err := db.List[row](tx, notices+`<> '' ORDER BY a.at DESC, a.id DESC LIMIT ?`, append(args, mostOver)...)
	rows = append(rows, over...)
	today := docket.Today(tx.Now())
	for _, r := range rows {
		a := attempt{Posted: r.Posted}
		n, _ := service.NoticeDays(a.abroad())
		e := service.Published(days(a), a.abroad(), today)
		out = append(out, paper.Notice{Court: docket.Court{Short: r.Short, Title: r.Spoken}.Speaks(), Number: r.Number, Name: r.Name, Paper: r.Paper, Posted: r.Posted.V, Days: n, On: e.On, Made: e.Made, Stood: min(n, max(0, n-e.On.Sub(today)))})
	}
	return out, err
}
