package statistics

import (
	"context"
	"slices"
	"strings"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/stats"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// behind is the cases behind a figure: those that the reader may see, by name,
// and of the others how many there are.
type behind struct {
	Place  place         `json:"place"`
	Period string        `json:"period"`
	Title  string        `json:"title"`
	Figure string        `json:"figure"`
	Name   string        `json:"name"`
	Part   string        `json:"part"`
	Words  string        `json:"words"`
	Total  int64         `json:"total"`
	Hidden int64         `json:"hidden"`           // that the reader may not see
	Courts []share       `json:"courts,omitempty"` // of an area, court by court
	Cases  []docket.Case `json:"cases"`
	Next   string        `json:"next,omitempty"`
	query  query
	split  bool  // there is a denominator to look at as well
	many   bool  // a case may be counted more than once: what is counted lies in it
	beyond int64 // hidden because another court has them
}

// share is how many of the cases one court has, and how many of those the
// reader may see.
type share struct {
	Place place `json:"place"`
	Cases int64 `json:"cases"`
	Seen  int64 `json:"seen"`
}

// pageSize of a list of cases.
const pageSize = 30

// selection is the query for the ids of the cases that a term counts: those
// whose parts add up to one.
func selection(t stats.Term, pl place, p stats.Period) (string, []any) {
	cond, where := pl.where()
	var parts []string
	var args []any
	for _, x := range t.Parts {
		sign := `1`
		if x.Minus {
			sign = `-1`
		}
		q := `SELECT case_id, ` + sign + ` AS s FROM statistics_event WHERE ` + cond + ` AND kind = ?`
		args = append(append(args, where...), x.Kind)
		if x.Before {
			q, args = q+` AND on_day < ?`, append(args, p.First)
		} else {
			q, args = q+` AND on_day >= ? AND on_day <= ?`, append(args, p.First, p.Last())
		}
		for _, in := range []struct {
			col  string
			list []string
		}{{"type", x.Types}, {"mark", x.Marks}} {
			if in.list != nil {
				q, args = q+` AND `+in.col+` IN (`+db.In(len(in.list))+`)`, append(args, db.Args(in.list)...)
			}
		}
		parts = append(parts, q)
	}
	return `SELECT case_id FROM (` + strings.Join(parts, ` UNION ALL `) + `) t GROUP BY case_id HAVING SUM(s) > 0`, args
}

// cases lists what is behind a figure. Whoever may see the figure may not
// therefore see the cases: each is asked for as on any list.
func (s *Service) cases(ctx context.Context, q query) (b behind, err error) {
	f, ok := stats.ByKey(q.Figure)
	if !ok {
		return b, fault.Missing()
	}
	term, part := f.Numerator, "numerator"
	if q.Part == "denominator" && f.Denominator != nil {
		term, part = *f.Denominator, "denominator"
	}
	if !term.OfCases() {
		return b, fault.New(fault.Forbidden, "这个数不是按案件数的，也不能看是谁评的。")
	}
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		pl, st, err := s.look(tx, q)
		if err != nil {
			return err
		}
		p, err := s.period(q.Period)
		if err != nil {
			return err
		}
		b = behind{Place: pl, Period: p.String(), Title: p.Title(), Figure: f.Key, Name: f.Name, Part: part, Words: term.Words, query: q, split: f.Denominator != nil, many: f.Unit == "条"}
		sel, args := selection(term, pl, p)
		if b.Total, err = db.One[int64](tx, `SELECT COUNT(*) FROM (`+sel+`) n`, args...); err != nil {
			return err
		}
		may, mine, err := access.Join(tx, st.actor, s.k.Now())
		if err != nil {
			return err
		}
		all, allArgs := ` FROM docket_case c WHERE c.id IN (`+sel+`)`, args
		from := all + ` AND ` + may
		args = append(slices.Clone(args), mine...)
		seen, err := db.One[int64](tx, `SELECT COUNT(*)`+from, args...)
		if err != nil {
			return err
		}
		b.Hidden = b.Total - seen
		if err := s.shares(tx, &b, st, counted{all, allArgs}, counted{from, args}); err != nil {
			return err
		}
		if q.After != "" {
			from, args = from+` AND c.id < ?`, append(args, q.After)
		}
		b.Cases, err = db.List[docket.Case](tx, `SELECT `+docket.CaseCols+from+` ORDER BY c.id DESC LIMIT ?`, append(args, pageSize+1)...)
		if len(b.Cases) > pageSize {
			b.Cases = b.Cases[:pageSize]
			b.Next = b.Cases[pageSize-1].ID
		}
		return err
	})
	return b, err
}

// counted is the end of a query for cases, and what it takes.
type counted struct {
	from string
	args []any
}

// shares tells an area court by court, and how many of what is hidden lies with
// courts in which the reader has no post: they open their cases themselves.
func (s *Service) shares(tx *db.Tx, b *behind, st sight, all, seen counted) error {
	if b.Place.Kind != "area" {
		if !st.serves(b.Place.Court) {
			b.beyond = b.Hidden
		}
		return nil
	}
	var n [2]map[string]int64
	for i, q := range []counted{all, seen} {
		rows, err := db.List[struct {
			Court string `db:"court_id"`
			N     int64  `db:"n"`
		}](tx, `SELECT c.court_id, COUNT(*) AS n`+q.from+` GROUP BY c.court_id`, q.args...)
		if err != nil {
			return err
		}
		n[i] = map[string]int64{}
		for _, r := range rows {
			n[i][r.Court] = r.N
		}
	}
	courts, err := s.inside(tx, b.Place)
	for _, c := range courts {
		if x := (share{c, n[0][c.Court], n[1][c.Court]}); x.Cases > 0 {
			b.Courts = append(b.Courts, x)
			if !st.serves(c.Court) {
				b.beyond += x.Cases - x.Seen
			}
		}
	}
	return err
}
