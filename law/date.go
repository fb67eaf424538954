// Package law holds rules of procedure as pure functions: values in, findings
// out. It reads no clock, no database and no network, and promises a stable
// interface to anyone. This package itself has the two values that all rules
// compute with: a civil [Date], and [Money] in fen.
package law

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a civil date without a zone. The zero Date is "no date".
type Date struct {
	Year, Month, Day int
}

// DateOf returns the date of an instant in a zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, int(m), d}
}

// ParseDate reads 2006-01-02, and nothing else.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("law: %q is not a date: write 2026-03-05", s)
	}
	return DateOf(t, time.UTC), nil
}

func (d Date) time() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// At returns an instant of the day in a zone.
func (d Date) At(hour, minute int, zone *time.Location) time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, hour, minute, 0, 0, zone)
}

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.time().AddDate(0, 0, n), time.UTC) }

// AddMonths returns the corresponding day n months later, or the last day of
// that month if it has none.
//
// law:民法典(2020)/202 到期月的对应日为期间的最后一日；没有对应日的，月末日为期间的最后一日
func (d Date) AddMonths(n int) Date {
	m := d.Year*12 + d.Month - 1 + n
	e := Date{m / 12, m%12 + 1, 1}
	last := e.AddMonthsFirst().AddDays(-1).Day
	e.Day = min(d.Day, last)
	return e
}

// AddMonthsFirst returns the first day of the month after d's.
func (d Date) AddMonthsFirst() Date {
	if d.Month == 12 {
		return Date{d.Year + 1, 1, 1}
	}
	return Date{d.Year, d.Month + 1, 1}
}

// AddYears returns the corresponding day n years later.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// Sub returns the days from e to d.
func (d Date) Sub(e Date) int { return int(d.time().Sub(e.time()).Hours() / 24) }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.time().Before(e.time()) }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.time().After(e.time()) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.time().Weekday() }

// String writes 2006-01-02, or nothing for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Chinese writes 2026年11月26日.
func (d Date) Chinese() string { return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day) }

// Short writes 11月26日, with the year when it is not near's.
func (d Date) Short(near Date) string {
	if d.Year != near.Year {
		return d.Chinese()
	}
	return fmt.Sprintf("%d月%d日", d.Month, d.Day)
}

// ChineseWeekday writes 星期四.
func (d Date) ChineseWeekday() string {
	return "星期" + []string{"日", "一", "二", "三", "四", "五", "六"}[d.Weekday()]
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; empty text is no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// Value stores a date as TEXT.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads what Value stored.
func (d *Date) Scan(v any) error {
	switch s := v.(type) {
	case string:
		return d.UnmarshalText([]byte(s))
	case []byte:
		return d.UnmarshalText(s)
	case nil:
		*d = Date{}
		return nil
	}
	return fmt.Errorf("law: a date is stored as text, not %T", v)
}
