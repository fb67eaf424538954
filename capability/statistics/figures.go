package statistics

import (
	"context"
	"fmt"
	"slices"

	"mashang/docket"
	"mashang/law"
	"mashang/law/stats"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// Line is a figure of a place and period, with all that it takes to believe it.
type Line struct {
	Key         string  `json:"key"`
	Name        string  `json:"name"`
	Unit        string  `json:"unit"`
	Definition  string  `json:"definition"`
	Variant     string  `json:"variant"`
	Version     string  `json:"version"`
	Source      string  `json:"source"`
	Note        string  `json:"note"`
	Gist        string  `json:"gist,omitempty"` // what it tells, where the name does not
	Of          string  `json:"numerator_is"`
	By          string  `json:"denominator_is"`
	Numerator   *int64  `json:"numerator"`
	Denominator *int64  `json:"denominator"`
	Value       *string `json:"value"` // null: no data
	Previous    *string `json:"previous"`
	Change      *string `json:"环比"`
	LastYear    *string `json:"last_year"`
	YearChange  *string `json:"同比"`
	Provisional bool    `json:"provisional"` // may still change
	Hidden      bool    `json:"hidden"`      // too few to be shown
	Batched     bool    `json:"batched"`     // up to the last month, five or more at a time
	Cases       bool    `json:"cases"`       // can be looked up
}

// Sheet is the figures of a place and period.
type Sheet struct {
	Place   place    `json:"place"`
	Period  string   `json:"period"`
	Title   string   `json:"title"`
	First   law.Date `json:"first"`
	Last    law.Date `json:"last"`
	Running bool     `json:"running"` // not over yet
	Figures []Line   `json:"figures"`
	Series  []point  `json:"series"` // of the chosen figure
	Chosen  string   `json:"chosen"`
	Inside  []row    `json:"inside"`
	Public  bool     `json:"public"`
	court   string   // its full name, for paper
	period  stats.Period
	today   law.Date
	query   query
	sight   sight
	periods []stats.Period
	choices []place
	levels  []place // the court alone, and with those below it
}

// point is one bar of the chart: a part of the period, and the year before.
type point struct {
	Title  string  `json:"title"`
	Value  *string `json:"value"`
	Before *string `json:"before"`
	Hidden bool    `json:"hidden"`
	n, was int64   // as drawn
}

// row is one of the places that a place is made of.
type row struct {
	Place  place    `json:"place"`
	Values []string `json:"values"` // of [compared]; empty: no data
}

// compared are the figures by which the parts of a place are held beside each
// other.
var compared = []string{"received", "closed", "open", "clearance", "accepting", "settling", "in_time"}

// period reads the period of a query; none is the present year.
func (s *Service) period(q string) (stats.Period, error) {
	if q == "" {
		return stats.Recent(s.today()), nil
	}
	p, err := stats.ParsePeriod(q)
	if err != nil {
		return p, fault.Wrap(fault.Invalid, "时段写成 2026（年）、2026-Q3（季度）或 2026-09（月）。", err)
	}
	if p.First.After(s.today()) {
		return p, fault.New(fault.Invalid, "这个时段还没有开始。请选以前的时段。")
	}
	return p, nil
}

// batched reports whether a group's figures are made of batches here: those
// about how people were treated, where they are about a judge or a few.
func (sh *Sheet) batched(group string) bool {
	return !sh.Public && slices.Contains(rated, group) && (sh.Place.Kind == "judge" || sh.Place.Kind == "division")
}

// hidden decides what of a sheet must not be shown.
func (sh *Sheet) hidden(h *history, group string, p stats.Period) bool {
	switch {
	case sh.Public:
		return veil{h}.hides(group, p)
	case !sh.batched(group):
		return false
	}
	return sh.sight.head && sh.Place.Kind == "judge" || h.blank(group, p)
}

// draw makes the sheet of a place.
func (s *Service) draw(tx *db.Tx, sh *Sheet, p stats.Period) error {
	c, err := docket.CourtOf(tx, sh.Place.Court)
	if err != nil {
		return err
	}
	sh.court = c.Name
	sh.Period, sh.Title, sh.First, sh.Last, sh.period, sh.today = p.String(), p.Title(), p.First, p.Last(), p, s.today()
	sh.Running = !p.Over(sh.today)
	hs, err := histories(tx, []place{sh.Place}, p)
	if err != nil {
		return err
	}
	h := hs[sh.Place.key()]
	h.scale = c.Satisfied
	if sh.batched(rated[0]) {
		if err := h.batch(tx, sh.today); err != nil {
			return err
		}
	}
	if err := h.visits(tx, p, p.Before(), p.YearBefore()); err != nil {
		return err
	}
	if sh.Public { // what is hidden of a year depends on its months
		if err := h.visits(tx, append(p.Parts(), p.Months()...)...); err != nil {
			return err
		}
	}
	f, _ := stats.ByKey("closed")
	for _, x := range stats.On(h.scale) {
		sh.Figures = append(sh.Figures, sh.line(x, h, p))
		if x.Key == sh.query.Figure {
			f = x
		}
	}
	sh.Chosen = f.Key
	return sh.series(tx, f, h, p)
}

// line computes a figure.
func (sh *Sheet) line(f stats.Figure, h *history, p stats.Period) Line {
	l := Line{Key: f.Key, Name: f.Name, Unit: f.Unit, Definition: f.Formula, Variant: f.Variant, Version: f.Version, Source: f.Source, Note: f.Note, Gist: f.Gist, Of: f.Numerator.Words}
	if f.Denominator != nil {
		l.By = f.Denominator.Words
	}
	l.Provisional = !p.Over(sh.today) || f.Settles > 0 && sh.today.Sub(p.Last()) <= f.Settles
	if l.Batched = sh.batched(f.Group); l.Batched {
		l.Variant += "；" + batched
	}
	if l.Hidden = sh.hidden(h, f.Group, p); l.Hidden {
		return l
	}
	now := f.Of(h.book(p))
	l.Numerator, l.Value = &now.Num, said(f, now)
	if f.Denominator != nil {
		l.Denominator = &now.Den
	}
	l.Previous, l.Change = sh.against(f, h, now, p.Before())
	l.LastYear, l.YearChange = sh.against(f, h, now, p.YearBefore())
	l.Cases = !sh.Public && f.Numerator.OfCases()
	return l
}

// against compares with another period.
func (sh *Sheet) against(f stats.Figure, h *history, now stats.Result, p stats.Period) (value, change *string) {
	if sh.hidden(h, f.Group, p) {
		return nil, nil
	}
	was := f.Of(h.book(p))
	if d, ok := f.Change(now, was); ok {
		t := d.String()
		change = &t
	}
	return said(f, was), change
}

// said is a result for a program: null is no data.
func said(f stats.Figure, r stats.Result) *string {
	if !r.OK {
		return nil
	}
	t := f.Says(r)
	return &t
}

// bars are the periods of a chart: the months of a year or a quarter; a month
// is shown among the months before it.
func bars(p stats.Period) []stats.Period {
	if p.Span != stats.Month {
		return p.Months()
	}
	out := []stats.Period{p}
	for len(out) < 6 {
		out = append([]stats.Period{out[0].Before()}, out...)
	}
	return out
}

func (sh *Sheet) series(tx *db.Tx, f stats.Figure, h *history, p stats.Period) error {
	for _, m := range bars(p) {
		if m.First.After(sh.today) || sh.Public && !m.Over(sh.today) {
			break
		}
		if f.Numerator.People {
			if err := h.visits(tx, m, m.YearBefore()); err != nil {
				return err
			}
		}
		pt := point{Title: m.Title()}
		if p.Span != stats.Month { // the year stands above
			pt.Title = fmt.Sprintf("%d月", m.First.Month)
		}
		if pt.Hidden = sh.hidden(h, f.Group, m); !pt.Hidden {
			r := f.Of(h.book(m))
			pt.Value, pt.n = said(f, r), height(f, r)
		}
		if !sh.hidden(h, f.Group, m.YearBefore()) {
			r := f.Of(h.book(m.YearBefore()))
			pt.Before, pt.was = said(f, r), height(f, r)
		}
		sh.Series = append(sh.Series, pt)
	}
	return nil
}

// height is a result as a number to draw.
func height(f stats.Figure, r stats.Result) int64 {
	if f.Denominator != nil {
		return int64(r.Value)
	}
	return r.Num
}

// rows holds the parts of a place beside each other.
func (s *Service) rows(tx *db.Tx, sh *Sheet) error {
	inside, err := s.inside(tx, sh.Place)
	if err != nil {
		return err
	}
	hs, err := histories(tx, inside, sh.period)
	if err != nil {
		return err
	}
	for _, p := range inside {
		b := hs[p.key()].book(sh.period)
		r := row{Place: p}
		for _, k := range compared {
			f, _ := stats.ByKey(k)
			r.Values = append(r.Values, f.Says(f.Of(b)))
		}
		sh.Inside = append(sh.Inside, r)
	}
	return nil
}

// show is the figures for one of the court's people.
func (s *Service) show(ctx context.Context, q query) (sh Sheet, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		sh = Sheet{query: q}
		if sh.Place, sh.sight, err = s.look(tx, q); err != nil {
			return err
		}
		p, err := s.period(q.Period)
		if err != nil {
			return err
		}
		if err := s.draw(tx, &sh, p); err != nil {
			return err
		}
		if err := s.rows(tx, &sh); err != nil {
			return err
		}
		return s.menus(tx, &sh)
	})
	return sh, err
}

// menus are what else may be chosen.
func (s *Service) menus(tx *db.Tx, sh *Sheet) error {
	sh.periods = choices(sh.today)
	seen := map[string]bool{}
	add := func(ps ...place) {
		for _, p := range ps {
			if !seen[p.key()] {
				seen[p.key()] = true
				sh.choices = append(sh.choices, p)
			}
		}
	}
	for _, post := range sh.sight.posts {
		switch post.Role {
		case docket.President, docket.Supervision:
			c, err := docket.CourtOf(tx, post.Court)
			if err != nil {
				return err
			}
			own := place{"court", c.Code, c.Code, c.Short}
			add(own)
			if c.Level != "basic" {
				all := place{"area", c.Code, c.Code, c.Short + "和所辖各院"}
				below, err := s.inside(tx, all)
				if err != nil {
					return err
				}
				add(all)
				add(below...)
				if len(below) > 1 && sh.Place.Court == c.Code && (sh.Place.Kind == "area" || sh.Place.Kind == "court") {
					sh.levels = []place{own, all}
				}
			}
			ds, err := s.inside(tx, own)
			if err != nil {
				return err
			}
			add(ds...)
		case docket.Head:
			if d, err := docket.DivisionOf(tx, post.Division); err == nil {
				add(place{"division", d.ID, d.Court, d.Name})
			}
		}
		if post.Role == docket.Judge || post.Role == docket.Head || post.Role == docket.President {
			add(place{"judge", sh.sight.actor.Person, post.Court, "我自己承办的"})
		}
	}
	add(sh.Place)
	return nil
}

// choices are the periods that a page offers.
func choices(today law.Date) (out []stats.Period) {
	if p := stats.Recent(today); p.Rolling() { // in December it is the year
		out = append(out, p)
	}
	for _, c := range []struct {
		span stats.Span
		n    int
	}{{stats.Year, 3}, {stats.Quarter, 5}, {stats.Month, 13}} {
		p := stats.PeriodOf(c.span, today)
		for range c.n {
			out = append(out, p)
			p = p.Before()
		}
	}
	return out
}

// tells reports whether some figure is not too few to be shown.
func (sh Sheet) tells() bool {
	return slices.ContainsFunc(sh.Figures, func(l Line) bool { return !l.Hidden && l.Value != nil && *l.Value != "0" })
}

// public is what anyone may read of a court: of the court as a whole, of
// periods that are over, nothing that is too few.
func (s *Service) public(ctx context.Context, code, period string) (sh Sheet, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		c, err := docket.CourtOf(tx, code)
		if err != nil {
			return err
		}
		tries := []stats.Period{stats.PeriodOf(stats.Month, s.today()).Before(), stats.PeriodOf(stats.Quarter, s.today()).Before(), stats.PeriodOf(stats.Year, s.today()).Before()}
		if period != "" {
			p, err := s.period(period)
			if err != nil {
				return err
			}
			tries = []stats.Period{p}
		}
		for _, p := range tries { // of a small court a month may have nothing to show, and its year has
			sh = Sheet{Public: true, Place: place{"court", c.Code, c.Code, c.Short}}
			if p.Rolling() { // two of them, one month apart, would tell of a month that is hidden
				return fault.New(fault.Invalid, "公开的数按月、季度、年出。请选一个月、一个季度或者一年。")
			}
			if !p.Over(s.today()) {
				return fault.New(fault.Invalid, "这一期还没有完。公开的数到期末才出，请选以前的时段。")
			}
			if err = s.draw(tx, &sh, p); err != nil || sh.tells() {
				break
			}
		}
		for _, x := range choices(s.today()) {
			if x.Over(s.today()) {
				sh.periods = append(sh.periods, x)
			}
		}
		return err
	})
	return sh, err
}

// Show is the figures of a court for the command line, which may come before
// this version ever served.
func (s *Service) Show(ctx context.Context, code string, area bool, period string) (Sheet, error) {
	if err := s.begin(ctx); err != nil {
		return Sheet{}, err
	}
	q := query{Court: code, Period: period}
	if area {
		q.Area = "1"
	}
	return s.show(auth.System(ctx, "statistics.show"), q)
}
