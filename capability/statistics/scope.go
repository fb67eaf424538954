package statistics

import (
	"slices"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/court"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// place is whose figures: an area (a court with those below it), a court, a
// division, a judge in a court.
type place struct {
	Kind  string `json:"kind"` // area, court, division, judge
	ID    string `json:"id"`
	Court string `json:"court"`
	Name  string `json:"name"`
}

// key is the place as statistics_sum names it.
func (p place) key() string {
	if p.Kind == "judge" {
		return "judge:" + p.Court + ":" + p.ID
	}
	return p.Kind + ":" + p.ID
}

// where is the place as a condition on statistics_event, along its index.
func (p place) where() (string, []any) {
	switch p.Kind {
	case "area":
		return areaCond, []any{p.ID, p.ID}
	case "court":
		return `court_id = ?`, []any{p.ID}
	case "division":
		return `court_id = ? AND division_id = ?`, []any{p.Court, p.ID}
	}
	return `court_id = ? AND judge_id = ?`, []any{p.Court, p.ID}
}

const areaCond = `court_id IN (SELECT code FROM docket_court WHERE code = ? OR parent = ?)`

// query is what the address of a page says.
type query struct {
	Court    string `json:"court"`
	Area     string `json:"area"` // 1: with the courts below
	Division string `json:"division"`
	Judge    string `json:"judge"`
	Period   string `json:"period"`
	Figure   string `json:"figure"`
	Part     string `json:"part"`
	After    string `json:"after"`
}

// sight is what a person may see here.
type sight struct {
	actor auth.Actor
	posts []docket.Post
	// ratings of single judges are not for their head: with the others' he could
	// work out one judge's few.
	head bool
}

// look finds the place of a query and asks whether the actor may see it.
// Without a query it is what his post is about: the court with those below it,
// the division, his own cases.
func (s *Service) look(tx *db.Tx, q query) (p place, st sight, err error) {
	st.actor = auth.From(tx.Context())
	if st.posts, err = docket.Posts(tx, st.actor.Person, s.k.Now()); err != nil {
		return p, st, err
	}
	if !st.actor.Staff {
		st.posts = nil
	}
	if q.Court == "" && q.Division == "" {
		if q, err = st.own(tx, q); err != nil {
			return p, st, err
		}
	}
	switch {
	case q.Judge != "":
		return s.judge(tx, q, st)
	case q.Division != "":
		return s.division(tx, q, st)
	}
	p, err = s.court(tx, q)
	return p, st, err
}

// own is what a person's widest post is about.
func (st sight) own(tx *db.Tx, q query) (query, error) {
	rank := map[docket.Role]int{docket.President: 3, docket.Supervision: 3, docket.Head: 2, docket.Judge: 1}
	best := 0
	for _, p := range st.posts {
		if rank[p.Role] <= best {
			continue
		}
		best = rank[p.Role]
		q.Court, q.Area, q.Division, q.Judge = p.Court, "", "", ""
		switch {
		case best == 2 && p.Division != "":
			q.Division = p.Division
		case best == 1:
			q.Judge = st.actor.Person
		}
	}
	if best < 3 {
		return q, nil
	}
	cs, err := docket.Courts(tx)
	if slices.ContainsFunc(cs, func(c docket.Court) bool { return c.Parent == q.Court && c.Level == string(court.Basic) }) {
		q.Area = "1"
	}
	return q, err
}

// may asks access about a verb in a court.
func (s *Service) may(tx *db.Tx, verb, court string) error {
	_, err := access.May(tx, auth.From(tx.Context()), verb, access.In("statistics", court), s.k.Now())
	return err
}

// court is a court, or with the courts below it. A court above sees the courts
// below as wholes.
func (s *Service) court(tx *db.Tx, q query) (place, error) {
	verb, at := "court", q.Court
	if q.Area != "" {
		verb = "area"
	}
	err := s.may(tx, verb, at)
	if c, ok := court.ByCode(q.Court); err != nil && ok && c.Level == court.Basic && q.Area == "" {
		if s.may(tx, "area", c.Parent) == nil {
			err = nil
		}
	}
	if err != nil {
		return place{}, err
	}
	c, err := docket.CourtOf(tx, q.Court)
	if err != nil {
		return place{}, err
	}
	p := place{Kind: "court", ID: c.Code, Court: c.Code, Name: c.Short}
	if q.Area != "" {
		if c.Level == court.Basic {
			return place{}, fault.Field("area", "基层法院下面没有法院。请看它自己的数。")
		}
		p.Kind, p.Name = "area", c.Short+"和所辖各院"
	}
	return p, nil
}

func (s *Service) division(tx *db.Tx, q query, st sight) (place, sight, error) {
	d, err := docket.DivisionOf(tx, q.Division)
	if err != nil {
		return place{}, st, err
	}
	if s.may(tx, "court", d.Court) != nil {
		if err := s.may(tx, "division", d.Court); err != nil {
			return place{}, st, err
		}
		if !st.heads(d.Court, d.ID) {
			return place{}, st, fault.New(fault.Forbidden, "您只能看本庭的数。要看别的庭，请找院长或者审判管理办公室。")
		}
	}
	return place{Kind: "division", ID: d.ID, Court: d.Court, Name: d.Name}, st, nil
}

// serves reports whether the person has a post in a court.
func (st sight) serves(court string) bool {
	return slices.ContainsFunc(st.posts, func(p docket.Post) bool { return p.Court == court })
}

// heads reports whether the person heads a division.
func (st sight) heads(court, division string) bool {
	for _, p := range st.posts {
		if p.Role == docket.Head && p.Court == court && p.Division != "" && p.Division == division {
			return true
		}
	}
	return false
}

func (s *Service) judge(tx *db.Tx, q query, st sight) (place, sight, error) {
	p := place{Kind: "judge", ID: q.Judge, Court: q.Court}
	switch own := q.Judge == st.actor.Person; {
	case own:
		if err := s.may(tx, "own", q.Court); err != nil {
			return p, st, err
		}
	case s.may(tx, "court", q.Court) != nil:
		if err := s.may(tx, "division", q.Court); err != nil {
			return p, st, err
		}
		st.head = true
		posts, err := docket.Posts(tx, q.Judge, s.k.Now())
		if err != nil {
			return p, st, err
		}
		in := false
		for _, x := range posts {
			in = in || st.heads(q.Court, x.Division) && x.Court == q.Court
		}
		if !in {
			return p, st, fault.New(fault.Forbidden, "您只能看本庭法官的数。")
		}
	}
	if here, err := docket.EverStaff(tx, q.Judge, q.Court); err != nil || !here { // nobody else's name is to be had here
		return p, st, fault.OrMissing(err)
	}
	n, err := docket.PersonOf(tx, q.Judge)
	p.Name = n.Name
	return p, st, err
}

// inside are the places that a place is made of: the courts of an area, the
// divisions of a court, the judges of a division.
func (s *Service) inside(tx *db.Tx, p place) (out []place, err error) {
	switch p.Kind {
	case "area":
		cs, err := docket.Courts(tx)
		for _, c := range cs {
			if c.Code == p.ID || c.Parent == p.ID {
				out = append(out, place{"court", c.Code, c.Code, c.Short})
			}
		}
		return out, err
	case "court":
		ds, err := docket.Divisions(tx, p.ID)
		for _, d := range ds {
			if d.Kind == "trial" || d.Kind == "tribunal" || d.Kind == "enforcement" {
				out = append(out, place{"division", d.ID, d.Court, d.Name})
			}
		}
		return out, err
	case "division":
		ms, err := docket.Staff(tx, p.Court, s.k.Now(), docket.Judge, docket.Head, docket.President)
		seen := map[string]bool{}
		for _, m := range ms {
			if m.Division == p.ID && !seen[m.Person] {
				seen[m.Person] = true
				out = append(out, place{"judge", m.Person, m.Court, m.Name})
			}
		}
		return out, err
	}
	return nil, nil
}
