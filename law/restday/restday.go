// Package restday knows which days are rest days. Statute says which holidays
// there are; which days around them are swapped is announced each year by the
// State Council, so the calendar is data, a year at a time, with its source.
// Of a year that is not loaded only the weekends are known: what is computed
// from it is provisional (暂定).
package restday

import (
	"embed"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"mashang/law"
)

//go:embed years/*.json
var years embed.FS

// Year is the announced rest days and working weekends of one year.
type Year struct {
	Year   int      `json:"year"`
	Source string   `json:"source"`
	Off    []string `json:"off"`  // dates, or first/last
	Work   []string `json:"work"` // weekend days declared working days
}

// Calendar answers for the years it holds.
type Calendar struct {
	off, work map[law.Date]bool
	known     map[int]bool
}

// New returns a calendar of the years given.
func New(ys ...Year) (*Calendar, error) {
	c := &Calendar{off: map[law.Date]bool{}, work: map[law.Date]bool{}, known: map[int]bool{}}
	for _, y := range ys {
		c.known[y.Year] = true
		for _, s := range y.Off {
			if err := each(s, c.off); err != nil {
				return nil, err
			}
		}
		for _, s := range y.Work {
			if err := each(s, c.work); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func each(s string, into map[law.Date]bool) error {
	first, last, span := strings.Cut(s, "/")
	if !span {
		last = first
	}
	a, err := law.ParseDate(first)
	if err != nil {
		return err
	}
	b, err := law.ParseDate(last)
	if err != nil {
		return err
	}
	if b.Before(a) || b.Sub(a) > 60 {
		return fmt.Errorf("restday: %q is not a span of days", s)
	}
	for d := a; !d.After(b); d = d.AddDays(1) {
		into[d] = true
	}
	return nil
}

// Default returns the calendar of the years that come with the program.
func Default() *Calendar {
	c, err := New(Embedded()...)
	if err != nil {
		panic(err) // embedded data, covered by a test
	}
	return c
}

// Embedded returns the years that come with the program.
func Embedded() []Year {
	names, _ := years.ReadDir("years")
	var out []Year
	for _, n := range names {
		b, _ := years.ReadFile("years/" + n.Name())
		var y Year
		if err := json.Unmarshal(b, &y); err != nil {
			panic(err) // embedded data, covered by a test
		}
		out = append(out, y)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Year < out[j].Year })
	return out
}

// FromYears returns a calendar from years in JSON.
func FromYears(texts []string) (*Calendar, error) {
	var ys []Year
	for _, t := range texts {
		var y Year
		if err := json.Unmarshal([]byte(t), &y); err != nil {
			return nil, fmt.Errorf("restday: %w", err)
		}
		ys = append(ys, y)
	}
	return New(ys...)
}

// Known reports whether the year of d is loaded.
func (c *Calendar) Known(d law.Date) bool { return c.known[d.Year] }

// Holiday reports whether d was announced as a rest day, be it a weekend or not.
func (c *Calendar) Holiday(d law.Date) bool { return c.off[d] }

// Rest reports whether d is a rest day. A weekend day declared a working day
// is not one.
func (c *Calendar) Rest(d law.Date) bool {
	if c.off[d] {
		return true
	}
	w := d.Weekday()
	return (w == time.Saturday || w == time.Sunday) && !c.work[d]
}

// Next returns d, or the first day after it that is not a rest day.
func (c *Calendar) Next(d law.Date) law.Date {
	for c.Rest(d) {
		d = d.AddDays(1)
	}
	return d
}

// Working is a count of working days.
type Working struct {
	Last        law.Date
	Skipped     []law.Date // rest days between
	Provisional bool
	Steps       []string // the arithmetic in words
}

// AddWorkingDays counts n working days from the day after start.
func (c *Calendar) AddWorkingDays(start law.Date, n int) Working {
	w := Working{Last: start}
	for left := n; left > 0; {
		w.Last = w.Last.AddDays(1)
		w.Provisional = w.Provisional || !c.Known(w.Last)
		if c.Rest(w.Last) {
			w.Skipped = append(w.Skipped, w.Last)
			continue
		}
		left--
	}
	w.Steps = append(w.Steps, fmt.Sprintf("%s当天不算，从第二天数起。", start.Short(start)))
	if len(w.Skipped) > 0 {
		w.Steps = append(w.Steps, "中间有 "+fmt.Sprint(len(w.Skipped))+" 天是休息日，不算："+listDays(w.Skipped, start)+"。")
	}
	w.Steps = append(w.Steps, fmt.Sprintf("第 %d 个工作日是 %s。", n, w.Last.Short(start)))
	if w.Provisional {
		w.Steps = append(w.Steps, "这一年的放假安排还没有公布，先按周末算，日期暂定。")
	}
	return w
}

func listDays(ds []law.Date, near law.Date) string {
	var s []string
	for i := 0; i < len(ds); {
		j := i
		for j+1 < len(ds) && ds[j+1] == ds[j].AddDays(1) {
			j++
		}
		if i == j {
			s = append(s, ds[i].Short(near))
		} else {
			s = append(s, ds[i].Short(near)+"到"+ds[j].Short(near))
		}
		i = j + 1
	}
	return strings.Join(s, "、")
}
