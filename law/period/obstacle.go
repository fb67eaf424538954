package period

import (
	"time"

	"mashang/law"
	"mashang/law/cite"
	"mashang/law/restday"
)

// LastHours is how long before 24:00 of the last day an obstacle counts: who
// still had the working day could act on it, who was shut out of the evening
// could not, because a period ends at 24:00 where one acts online.
const LastHours = 6 * time.Hour

// Caught reports whether an obstacle, from and to an instant, lay in the last
// hours of a last day. It says nothing of whether the period is prolonged: the
// party applies, and the court decides.
func Caught(last law.Date, from, to time.Time, zone *time.Location) bool {
	end := last.AddDays(1).At(0, 0, zone)
	return from.Before(end) && to.After(end.Add(-LastHours))
}

// Obstacle returns the last day on which a party may apply for a period that
// an obstacle made him miss; removed is the day on which it was over.
//
// law:民事诉讼法(2023)/86 在障碍消除后的十日内，可以申请顺延期限，是否准许，由人民法院决定
func Obstacle(removed law.Date, cal *restday.Calendar) Finding {
	f := Compute(removed, 10, Day, cal)
	f.Basis = append(cite.Basis{cite.CPL(86)}, f.Basis...)
	return f
}
