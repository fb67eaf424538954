// Package period computes the dates of procedure: 民事诉讼法 85, 解释 125–128,
// 民法典 200–203. The day an event falls on does not count; the last day moves
// off rest days; rest days inside count. Each finding carries the arithmetic
// in words and the articles it rests on, because the citizen is shown both.
package period

import (
	"fmt"

	"mashang/law"
	"mashang/law/cite"
	"mashang/law/restday"
)

// Unit of a period.
type Unit string

// The units.
const (
	Day   Unit = "day"
	Month Unit = "month"
	Year  Unit = "year"
)

func (u Unit) chinese() string {
	return map[Unit]string{Day: "天", Month: "个月", Year: "年"}[u]
}

// Finding is a computed date.
type Finding struct {
	Last        law.Date
	Provisional bool // a year without announced rest days was touched
	Steps       []string
	Basis       cite.Basis
}

// Compute returns the last day of a period that starts with an event.
//
// law:民事诉讼法(2023)/85 期间开始的时和日，不计算在期间内。
func Compute(start law.Date, length int, unit Unit, cal *restday.Calendar) Finding {
	f := Finding{Basis: cite.Basis{cite.CPL(85)}}
	var end law.Date
	switch unit {
	case Month:
		end = start.AddMonths(length)
	case Year:
		end = start.AddYears(length)
	default:
		end = start.AddDays(length)
	}
	f.step("%s当天不算，%s是第 1 天。", start.Short(start), start.AddDays(1).Short(start))
	f.step("一共 %d %s，到 %s。", length, unit.chinese(), end.Short(start))
	if unit != Day {
		f.Basis = append(f.Basis, cite.CODE(202))
		if end.Day != start.Day {
			f.step("那个月没有 %d 日，就到月底。", start.Day)
		}
	}
	f.roll(end, start, cal)
	return f
}

func (f *Finding) step(format string, args ...any) {
	f.Steps = append(f.Steps, fmt.Sprintf(format, args...))
}

// roll moves the last day off rest days and says so.
//
// law:民事诉讼法(2023)/85 期间届满的最后一日是法定休假日的，以法定休假日后的第一日为期间届满的日期。
func (f *Finding) roll(end, near law.Date, cal *restday.Calendar) {
	f.Last = cal.Next(end)
	for d := end; !d.After(f.Last); d = d.AddDays(1) {
		f.Provisional = f.Provisional || !cal.Known(d)
	}
	if f.Last != end {
		f.step("%s是休息日，往后顺延到 %s。", end.Short(near), f.Last.Short(near))
	} else {
		f.step("%s（%s）不是休息日，不用顺延。", end.Short(near), end.ChineseWeekday())
	}
	if f.Provisional {
		f.step("%d年的放假安排还没有公布，先按周末算，日期暂定。", f.Last.Year)
	}
}

// Timely reports whether something posted on a day was in time: the postmark
// counts, not the arrival.
//
// law:民事诉讼法(2023)/85 诉讼文书在期满前交邮的，不算过期。
func Timely(postmark, last law.Date) bool { return !postmark.After(last) }

// Effective returns the last day of appeal of each party and the day on which
// a judgment takes effect if nobody appeals: the day after the latest of them.
//
// law:民事诉讼法(2023)/171 有权在判决书送达之日起十五日内向上一级人民法院提起上诉
func Effective(served map[string]law.Date, days int, cal *restday.Calendar) (last map[string]Finding, effective law.Date) {
	last = map[string]Finding{}
	for who, on := range served {
		f := Compute(on, days, Day, cal)
		f.Basis = append(f.Basis, cite.CPL(171), cite.JI(244))
		last[who] = f
		if next := f.Last.AddDays(1); next.After(effective) || effective.IsZero() {
			effective = next
		}
	}
	return last, effective
}
