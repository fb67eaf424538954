package onecode

import (
	"time"

	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/clock"
	"mashang/platform/fault"
)

// ReplyDays is how many working days the court gives itself for an answer: a
// promise of service, not a period of law.
const ReplyDays = 2

// Limits of a message.
const (
	maxText  = 2000     // characters
	maxFiles = 9        // attachments
	maxBytes = 50 << 20 // of all attachments together
)

// Ways of a contact outside the system.
var Ways = []struct{ Key, Title string }{
	{"call", "来电"}, {"visit", "来访"}, {"wechat", "微信"}, {"letter", "来信"}, {"other", "其他"},
}

func wayTitle(key string) string {
	for _, w := range Ways {
		if w.Key == key {
			return w.Title
		}
	}
	return ""
}

// Due is the last day for answering a message that came at an instant, and
// how it was counted.
type Due struct {
	On          law.Date `json:"on"`
	Provisional bool     `json:"provisional"`
	Steps       []string `json:"steps"`
}

// due counts working days from the day after the message (民事诉讼法 85 by
// analogy: the first day does not count).
func due(at time.Time, days int, cal *restday.Calendar) Due {
	w := cal.AddWorkingDays(law.DateOf(at, clock.Shanghai), days)
	return Due{On: w.Last, Provisional: w.Provisional, Steps: w.Steps}
}

// when reminders come: at nine on the due day, and when it has passed.
func remindAt(on law.Date) time.Time { return on.At(9, 0, clock.Shanghai) }
func lateAt(on law.Date) time.Time   { return on.AddDays(1).At(0, 0, clock.Shanghai) }

// checkText says what is wrong with a text.
func checkText(field, text string) error {
	switch n := len([]rune(text)); {
	case n == 0:
		return fault.Field(field, "请写上要说的话。")
	case n > maxText:
		return fault.Field(field, "一次最多 2000 字。说不完可以分两次写。")
	}
	return nil
}

// used counts the working days of the clock that have gone, for the ring.
func used(at, now time.Time, cal *restday.Calendar) int {
	n := 0
	for d, end := law.DateOf(at, clock.Shanghai).AddDays(1), law.DateOf(now, clock.Shanghai); !d.After(end) && n < 60; d = d.AddDays(1) {
		if !cal.Rest(d) {
			n++
		}
	}
	return n
}
