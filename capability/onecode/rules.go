package onecode

import (
	"time"

	"mashang/docket"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/clock"
	"mashang/platform/fault"
)

// ReplyDays is how many working days a court gives itself for the answer to a
// question: a promise of service, not a period of law.
func ReplyDays(ct docket.Court) int { return Kinds[0].in(ct).Days }

// followDays is how many working days the office has to look after a bad rating.
const followDays = 3

// namedFor is how long who was named for a message sees its case: longer than any may take.
const namedFor = 60 * 24 * time.Hour

// rereadFor is how long he sees it once he has answered.
const rereadFor = 24 * time.Hour

// Kind is what a party's message is, and what follows from that.
type Kind struct {
	Key, Title string
	Did        string // what the other side reads of it
	Hint       string // on the door
	Entry      string // kind of ledger entry
	Days       int    // working days for the answer, where the court says nothing else
	After      bool   // only when the case is closed
}

// opinion is the kind that the court's figures count.
const opinion = "opinion"

// Kinds are the doors to the judge. A complaint about him is not among them: it
// goes to others, by another way.
var Kinds = []Kind{
	{Key: "question", Title: "问一件事", Did: "向法官提问", Entry: "onecode.asked", Days: 2, Hint: "怎么开庭、材料交到哪里、期限怎么算。"},
	{Key: opinion, Title: "提一条意见", Did: "提了意见", Entry: "onecode.opinion", Days: 5, Hint: "办得慢、说得不清楚、哪里不方便，怎么改更好。"},
	{Key: "explain", Title: "问问为什么这样判", Did: "申请判后答疑", Entry: "onecode.explain", Days: 5, After: true, Hint: "判决里看不懂的话、想不通的地方。问了不耽误上诉，上诉期照算。"},
}

// kindOf returns a kind; the empty key is a question.
func kindOf(key string) (Kind, bool) {
	if key == "" {
		key = Kinds[0].Key
	}
	for _, k := range Kinds {
		if k.Key == key {
			return k, true
		}
	}
	return Kind{}, false
}

// asks reports whether a message of a kind waits for an answer.
func asks(key string) bool { _, ok := kindOf(key); return ok && key != "" }

// in returns the kind with the days that a court gives itself.
func (k Kind) in(ct docket.Court) Kind {
	days := ct.OpinionDays
	if k.Key == Kinds[0].Key {
		days = ct.ReplyDays
	}
	if days > 0 {
		k.Days = days
	}
	return k
}

// doors are the kinds that a party can choose now.
func doors(c docket.Case, ct docket.Court) (out []Kind) {
	for _, k := range Kinds {
		if !k.After || c.State == docket.Closed {
			out = append(out, k.in(ct))
		}
	}
	return out
}

// Step is a step of a case whose service can be rated.
type Step struct {
	Key, Title string
	reached    func(docket.Case) bool
}

// Steps, the latest first.
var Steps = []Step{
	{"closing", "结案", func(c docket.Case) bool { return c.State == docket.Closed }},
	{"hearing", "办理（谈话、调解、开庭）", func(c docket.Case) bool { return c.Judge != "" }},
	{"filing", "立案", func(c docket.Case) bool { return !c.Filed.IsZero() }},
}

// steps are those that a case has reached.
func steps(c docket.Case) (out []Step) {
	for _, st := range Steps {
		if st.reached(c) {
			out = append(out, st)
		}
	}
	return out
}

func stepTitle(key string) string {
	for _, st := range Steps {
		if st.Key == key {
			return st.Title
		}
	}
	return key
}

// Limits of a message.
const (
	maxText  = 2000     // characters
	maxFiles = 9        // attachments
	maxBytes = 50 << 20 // of all attachments together
)

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
