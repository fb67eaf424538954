package stats

import (
	"fmt"
	"strconv"
	"strings"

	"mashang/law"
)

// Span is how long a period is.
type Span string

// The spans.
const (
	Month   Span = "month"
	Quarter Span = "quarter"
	Year    Span = "year"
)

// months in a span.
var months = map[Span]int{Month: 1, Quarter: 3, Year: 12}

// Period is a month, a quarter or a year of the calendar, or twelve months that
// begin in any of them, by civil dates where the courts are.
type Period struct {
	Span  Span
	First law.Date
}

// PeriodOf returns the period of a span in which a day lies.
func PeriodOf(s Span, d law.Date) Period {
	n := months[s]
	return Period{s, law.Date{Year: d.Year, Month: (d.Month-1)/n*n + 1, Day: 1}}
}

// Recent are the twelve months that end with the one in which a day lies.
func Recent(d law.Date) Period {
	return Period{Year, PeriodOf(Month, d).First.AddMonths(-11)}
}

// twelve marks twelve months by the first of them.
const twelve = "+12"

// ParsePeriod reads 2026, 2026-Q3, 2026-09, and 2025-12+12 for twelve months.
func ParsePeriod(s string) (Period, error) {
	if first, ok := strings.CutSuffix(s, twelve); ok {
		p, err := ParsePeriod(first)
		if err == nil && p.Span != Month {
			err = fmt.Errorf("stats: %q is no period: write the first of the twelve months, as in 2025-12+12", s)
		}
		p.Span = Year
		return p, err
	}
	bad := fmt.Errorf("stats: %q is no period: write 2026, 2026-Q3, 2026-09 or 2025-12+12", s)
	y, rest, part := strings.Cut(s, "-")
	year, err := strconv.Atoi(y)
	if err != nil || len(y) != 4 || year < 1950 {
		return Period{}, bad
	}
	d := law.Date{Year: year, Month: 1, Day: 1}
	if !part {
		return Period{Year, d}, nil
	}
	if q, ok := strings.CutPrefix(rest, "Q"); ok {
		if len(q) != 1 || q < "1" || q > "4" {
			return Period{}, bad
		}
		d.Month = 3*int(q[0]-'1') + 1
		return Period{Quarter, d}, nil
	}
	m, err := strconv.Atoi(rest)
	if err != nil || len(rest) != 2 || m < 1 || m > 12 {
		return Period{}, bad
	}
	d.Month = m
	return Period{Month, d}, nil
}

// Rolling reports whether the period is twelve months that are no calendar year.
func (p Period) Rolling() bool { return p.Span == Year && p.First.Month != 1 }

// String writes what ParsePeriod reads.
func (p Period) String() string {
	switch {
	case p.Rolling():
		return fmt.Sprintf("%04d-%02d", p.First.Year, p.First.Month) + twelve
	case p.Span == Year:
		return fmt.Sprintf("%04d", p.First.Year)
	case p.Span == Quarter:
		return fmt.Sprintf("%04d-Q%d", p.First.Year, (p.First.Month+2)/3)
	}
	return fmt.Sprintf("%04d-%02d", p.First.Year, p.First.Month)
}

// Title writes 2026年第三季度.
func (p Period) Title() string {
	switch {
	case p.Rolling():
		return fmt.Sprintf("%d年%d月至%d年%d月", p.First.Year, p.First.Month, p.Last().Year, p.Last().Month)
	case p.Span == Year:
		return fmt.Sprintf("%d年", p.First.Year)
	case p.Span == Quarter:
		return fmt.Sprintf("%d年第%s季度", p.First.Year, law.Chinese((p.First.Month+2)/3))
	}
	return fmt.Sprintf("%d年%d月", p.First.Year, p.First.Month)
}

// Next is the period after.
func (p Period) Next() Period { return Period{p.Span, p.First.AddMonths(months[p.Span])} }

// Before is the period before, for 环比.
func (p Period) Before() Period { return Period{p.Span, p.First.AddMonths(-months[p.Span])} }

// YearBefore is the same period a year ago, for 同比.
func (p Period) YearBefore() Period { return Period{p.Span, p.First.AddYears(-1)} }

// Last is the last day.
func (p Period) Last() law.Date { return p.Next().First.AddDays(-1) }

// Over reports whether the period has passed on a day.
func (p Period) Over(today law.Date) bool { return today.After(p.Last()) }

// Parts are the next smaller periods in it: the quarters of a year, the months
// of a quarter or of any other twelve; a month has none.
func (p Period) Parts() (out []Period) {
	small := map[Span]Span{Year: Quarter, Quarter: Month}[p.Span]
	if p.Rolling() {
		small = Month
	}
	if small == "" {
		return nil
	}
	for q := PeriodOf(small, p.First); q.First.Before(p.Next().First); q = q.Next() {
		out = append(out, q)
	}
	return out
}

// Months are the months in it.
func (p Period) Months() (out []Period) {
	for m := PeriodOf(Month, p.First); m.First.Before(p.Next().First); m = m.Next() {
		out = append(out, m)
	}
	return out
}
