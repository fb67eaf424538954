package setup

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// calendarCmd is the announcement of one year's rest days, as people copy it.
type calendarCmd struct {
	Court  string `json:"court"`
	Year   int    `json:"year"`
	Source string `json:"source"` // 国办发明电〔2026〕7号
	Off    string `json:"off"`
	Work   string `json:"work"`
	Sure   bool   `json:"sure"` // false: only show the year
}

// read turns the words into a year, or says what cannot be.
func (c calendarCmd) read(today law.Date) (restday.Year, error) {
	y := restday.Year{Year: c.Year, Source: c.Source, Work: []string{}}
	var bad fault.List
	if c.Year < today.Year-1 || c.Year > today.Year+2 {
		bad.Add("year", "请写去年到后年之间的一年，例如 %d。", today.Year+1)
	}
	if c.Source == "" {
		bad.Add("source", "请写放假通知的文号，例如“国办发明电〔%d〕7号”。", today.Year)
	}
	var err error
	if y.Off, err = restday.ParseDays(c.Year, c.Off); err != nil {
		bad.Add("off", "%v。", err)
	}
	if y.Work, err = restday.ParseDays(c.Year, c.Work); err != nil {
		bad.Add("work", "%v。", err)
	}
	if len(bad) == 0 {
		if err := y.Check(); err != nil {
			bad.Add("off", "%v。", err)
		}
	}
	return y, bad.Err()
}

// load puts a year of rest days into use. Dates that were provisional for want
// of it are computed again by those who hear the fact (domain §5).
func (s *Service) load(ctx context.Context, c calendarCmd) error {
	y, err := c.read(docket.Today(s.k.Now()))
	if err != nil {
		return err
	}
	text, err := json.Marshal(y)
	if err != nil {
		return err
	}
	return s.change(ctx, "settings", c.Court, "setup.calendar", func(tx *db.Tx, _ time.Time) (map[string]any, error) {
		if err := docket.PutCalendar(tx, y.Year, string(text), y.Source); err != nil {
			return nil, err
		}
		return map[string]any{"year": y.Year, "source": y.Source}, s.k.Tell(tx, fact.CalendarLoaded{Year: y.Year})
	})
}

// cell is a day in the picture of a year.
type cell struct {
	Day  int
	Kind string // rest, work (a weekend day that is worked), "" or blank
}

// months draws a year as twelve months of weeks that begin on Monday.
func months(y restday.Year) ([][]cell, error) {
	cal, err := restday.New(y)
	if err != nil {
		return nil, err
	}
	var out [][]cell
	for m := 1; m <= 12; m++ {
		first := law.Date{Year: y.Year, Month: m, Day: 1}
		var days []cell
		for range (int(first.Weekday()) + 6) % 7 {
			days = append(days, cell{Kind: "blank"})
		}
		for d := first; d.Month == m; d = d.AddDays(1) {
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			c := cell{Day: d.Day}
			switch {
			case cal.Holiday(d):
				c.Kind = "holiday"
			case cal.Rest(d):
				c.Kind = "rest"
			case weekend:
				c.Kind = "work"
			}
			days = append(days, c)
		}
		out = append(out, days)
	}
	return out, nil
}

// spans writes days and spans of days as people read them.
func spans(list []string) string {
	var out []string
	for _, s := range list {
		first, last, span := strings.Cut(s, "/")
		w := short(first)
		if span {
			w += "至" + strings.TrimPrefix(short(last), w[:strings.Index(w, "月")+len("月")])
		}
		out = append(out, w)
	}
	return strings.Join(out, "、")
}

func short(s string) string {
	d, err := law.ParseDate(s)
	if err != nil {
		return s
	}
	return strconv.Itoa(d.Month) + "月" + strconv.Itoa(d.Day) + "日"
}
