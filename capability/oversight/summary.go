package oversight

import (
	"context"
	"slices"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/sheet"
)

// summary is what a discipline office reports for a period: counts by unit, no
// names.
type summary struct {
	Court   string   `json:"court"`
	Name    string   `json:"name"`
	Cadence string   `json:"cadence"`
	Period  string   `json:"period"`
	Title   string   `json:"title"`
	Units   []unit   `json:"units"`
	Total   unit     `json:"total"`
	Zero    bool     `json:"zero"`    // 零报告
	Periods []period `json:"-"`       // to choose from
	Courts  []string `json:"courts"`  // for whose office the viewer reads
	Details []seen   `json:"-"`       // for the exported sheet
	Running bool     `json:"running"` // the period has not ended
	Reports reports  `json:"reports"` // of its quarter, or of the last one that has ended
}

// unit is a line of the sum.
type unit struct {
	Unit     string `json:"unit"`
	Official int    `json:"official"`
	Insider  int    `json:"insider"`
	Other    int    `json:"other"`
	Contact  int    `json:"contact"`
	Lawful   int    `json:"lawful"`
	Relative int    `json:"relative"`
	Deputy   int    `json:"deputy"`
	Closed   int    `json:"closed"`   // cases closed in the period
	Answered int    `json:"answered"` // of these, for how many the judge said whether anyone asked
}

func (u *unit) count(w written) {
	switch {
	case w.Form == relative:
		u.Relative++
	case w.Form == deputy:
		u.Deputy++
	case w.Form != inquiry:
	case w.Nature == official:
		u.Official++
	case w.Nature == insider:
		u.Insider++
	case w.Nature == contact:
		u.Contact++
	case w.Nature == lawful:
		u.Lawful++
	default:
		u.Other++
	}
}

// records is how many were written down.
func (u unit) records() int {
	return u.Official + u.Insider + u.Other + u.Contact + u.Lawful + u.Relative + u.Deputy
}

func (u unit) cells() []int {
	return []int{u.Official, u.Insider, u.Other, u.Contact, u.Lawful, u.Relative, u.Deputy, u.Closed, u.Answered}
}

var columns = []string{"领导干部干预", "内部人员过问", "其他人打听说情", "私下接触", "依法履职", "近亲属做律师", "代表委员关注", "结案", "已答复有无过问"}

// sum counts a period of a court for its discipline office.
func (s *Service) sum(ctx context.Context, q which2) (v summary, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		v, err = s.sumIn(tx, q)
		return err
	})
	return v, err
}

func (s *Service) sumIn(tx *db.Tx, q which2) (v summary, err error) {
	now := s.k.Now()
	courts, me, err := s.offices(tx, auth.From(tx.Context()))
	if err != nil {
		return v, err
	}
	if q.Court == "" {
		q.Court = courts[0]
	}
	if !slices.Contains(courts, q.Court) {
		return v, fault.Missing()
	}
	v.Court, v.Courts = q.Court, courts
	v.Name, _ = courtName(q.Court)
	if v.Cadence, err = cadence(tx, q.Court); err != nil {
		return v, err
	}
	p, known := periodOf(q.Period)
	if !known {
		p = periodAt(v.Cadence, now, 0)
	}
	v.Period, v.Title, v.Running = p.Key, p.Title, now.Before(p.Until)
	for i := range 8 {
		v.Periods = append(v.Periods, periodAt(v.Cadence, now, i))
	}
	quarter := periodAt(quarterly, p.From, 0)
	if now.Before(quarter.Until) {
		quarter, _ = quarterOf("", now)
	}
	if v.Reports, err = s.reportsOf(tx, q.Court, quarter); err != nil {
		return v, err
	}
	t := tally{at: map[string]int{}, s: &v}
	if err := t.units(tx, q.Court); err != nil {
		return v, err
	}
	rows, err := db.List[record](tx, `SELECT `+cols+` FROM oversight_record WHERE reader = ? AND at >= ? AND at < ? ORDER BY at, id`, q.Court, p.From, p.Until)
	if err != nil {
		return v, err
	}
	for _, r := range rows {
		w, err := s.unseal(r)
		if err != nil {
			return v, err
		}
		if w.about(me) || w.office() && w.Court == q.Court || w.Form == none || w.Form == told {
			continue
		}
		t.of(w.Court, w.Division, w.AuthorUnit).count(w)
		v.Total.count(w)
		v.Details = append(v.Details, seen{ID: r.ID, At: r.At, Record: w})
	}
	v.Zero = v.Total.records() == 0
	return v, t.closings(tx, q.Court, p)
}

// tally finds the line of a unit.
type tally struct {
	at map[string]int
	s  *summary
}

func (t tally) of(code, division, name string) *unit {
	key := code + division
	i, have := t.at[key]
	if !have {
		if name == "" {
			name = "院领导和其他"
		}
		if code != t.s.Court { // came up from the court below
			c, _ := courtName(code)
			name = c + name
		}
		i = len(t.s.Units)
		t.at[key], t.s.Units = i, append(t.s.Units, unit{Unit: name})
	}
	return &t.s.Units[i]
}

// units makes a line for each division, so that nothing is said of each too.
func (t tally) units(tx *db.Tx, code string) error {
	ds, err := docket.Divisions(tx, code)
	for _, d := range ds {
		t.of(code, d.ID, d.Name)
	}
	return err
}

func (t tally) closings(tx *db.Tx, code string, p period) error {
	type row struct {
		Division string `db:"division_id"`
		Closed   int    `db:"closed"`
		Answered int    `db:"answered"`
	}
	rows, err := db.List[row](tx, `SELECT division_id, COUNT(*) AS closed, SUM(CASE WHEN answered_at > 0 THEN 1 ELSE 0 END) AS answered
		FROM oversight_closing WHERE court_id = ? AND closed_on >= ? AND closed_on <= ? GROUP BY division_id`, code, p.First, p.Last)
	for _, r := range rows {
		u := t.of(code, r.Division, "")
		u.Closed, u.Answered = r.Closed, r.Answered
		t.s.Total.Closed += r.Closed
		t.s.Total.Answered += r.Answered
	}
	return err
}

func cadence(tx *db.Tx, code string) (string, error) {
	c, have, err := db.Maybe[string](tx, `SELECT cadence FROM oversight_setting WHERE court_id = ?`, code)
	if !have {
		c = cadences[0].Key
	}
	return c, err
}

// cadenceCmd sets how often a court sums up.
type cadenceCmd struct {
	Court   string `json:"court"`
	Cadence string `json:"cadence"`
}

func (s *Service) setCadence(ctx context.Context, c cadenceCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "read", access.In("oversight", c.Court), s.k.Now()); err != nil {
			return err
		}
		if titleOf(cadences, c.Cadence) == "" {
			return fault.Field("cadence", "请选每季度还是每月。")
		}
		if _, err := tx.Exec(`INSERT INTO oversight_setting (court_id, cadence) VALUES (?, ?) ON CONFLICT (court_id) DO UPDATE SET cadence = excluded.cadence`, c.Court, c.Cadence); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.cadence", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"cadence": c.Cadence}})
		return err
	})
}

// export writes the sum and what it counts as a workbook, and records that it
// was taken out.
func (s *Service) export(ctx context.Context, q which2) (v summary, b []byte, err error) {
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		if v, err = s.sumIn(tx, q); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "oversight.summed", Actor: s.author(auth.From(ctx).Person), Body: map[string]any{"period": v.Period}})
		return err
	})
	if err != nil {
		return v, nil, err
	}
	b, err = workbook(v)
	return v, b, err
}

// workbook has the sum on one sheet and the records on another.
func workbook(v summary) ([]byte, error) {
	b := sheet.NewBook()
	b.Sheet("汇总")
	head := v.Name + " " + v.Title + " 三个规定汇总"
	if v.Zero {
		head += "（零报告）"
	}
	b.Texts(head)
	b.Head(append([]string{"单位"}, columns...)...)
	for _, u := range append(slices.Clone(v.Units), v.Total) {
		if u.Unit == "" {
			u.Unit = "合计"
		}
		row := []any{u.Unit}
		for _, n := range u.cells() {
			row = append(row, n)
		}
		b.Row(row...)
	}
	b.Sheet("季度报告")
	b.Head(v.Reports.Title+" 报告", "单位、职务", "交的时间")
	for _, x := range append(slices.Clone(v.Reports.Owing), v.Reports.Reported...) {
		at := "没有交"
		if !x.At.IsZero() {
			at = x.At.In(zone).Format("2006-01-02 15:04")
		}
		b.Texts(x.Name, x.Unit, at)
	}
	b.Sheet("明细")
	b.Head("记录时间", "表", "哪一种", "记录人", "单位", "案件", "过问人", "过问人单位", "职务", "关系", "为谁", "日期", "时间", "地点", "方式", "内容", "处理", "转给", "材料", "依据文件", "文号", "已经影响办案")
	for _, d := range v.Details {
		r := d.Record
		b.Texts(d.At.In(zone).Format("2006-01-02 15:04"), titleOf(forms, r.Form), titleOf(natures, r.Nature), r.Name, r.AuthorUnit, r.Number+r.About, r.Who, r.Unit, r.Post, tieWord(r.report), r.For,
			r.On.String(), r.Time, r.Place, titleOf(ways, r.Way), r.Content, titleOf(dones, r.Done), r.To, r.Kept, r.Basis, r.BasisNumber, map[bool]string{true: "是"}[r.Urgent])
	}
	return b.Bytes()
}
