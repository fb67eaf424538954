package ui

import (
	"fmt"
	"time"

	"mashang/platform/clock"
)

// Day writes 11月26日（星期四）, with the year when it is not now's.
func Day(t, now time.Time) string {
	t, now = t.In(clock.Shanghai), now.In(clock.Shanghai)
	week := "（星期" + []string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()] + "）"
	if t.Year() != now.Year() {
		return t.Format("2006年1月2日") + week
	}
	return t.Format("1月2日") + week
}

// ShortDay writes 11月26日, with the year when it is not now's.
func ShortDay(t, now time.Time) string {
	t, now = t.In(clock.Shanghai), now.In(clock.Shanghai)
	if t.Year() != now.Year() {
		return t.Format("2006年1月2日")
	}
	return t.Format("1月2日")
}

// Time writes 11月26日 15:04.
func Time(t, now time.Time) string {
	return ShortDay(t, now) + " " + t.In(clock.Shanghai).Format("15:04")
}

// Clock writes 15:04.
func Clock(t time.Time) string { return t.In(clock.Shanghai).Format("15:04") }

// Left says how many days remain until a day, counted in calendar days of the
// courts' zone: 还有 3 天, 今天, 已过 2 天.
func Left(t, now time.Time) string {
	switch n := DaysLeft(t, now); {
	case n == 0:
		return "就是今天"
	case n < 0:
		return fmt.Sprintf("已过 %d 天", -n)
	default:
		return fmt.Sprintf("还有 %d 天", n)
	}
}

// DaysLeft is the number of calendar days until a day; negative when it has passed.
func DaysLeft(t, now time.Time) int {
	return int(midnight(t).Sub(midnight(now)).Hours() / 24)
}

func midnight(t time.Time) time.Time {
	y, m, d := t.In(clock.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Size writes a file's size.
func Size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d 字节", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
