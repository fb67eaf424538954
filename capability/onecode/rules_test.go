package onecode

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
)

// TestDue: two working days, the day of the message not counted.
func TestDue(t *testing.T) {
	cal := restday.Default()
	at := func(month, day, hour int) time.Time {
		return time.Date(2026, time.Month(month), day, hour, 30, 0, 0, clock.Shanghai)
	}
	for _, c := range []struct {
		asked       time.Time
		want        string
		provisional bool
	}{
		{at(3, 3, 9), "2026-03-05", false},   // a Tuesday
		{at(3, 3, 23), "2026-03-05", false},  // late in the evening it is still Tuesday there
		{at(3, 6, 9), "2026-03-10", false},   // over a weekend
		{at(3, 7, 9), "2026-03-10", false},   // on a Saturday
		{at(2, 13, 9), "2026-02-24", false},  // a working Saturday, then the Spring Festival
		{at(9, 30, 9), "2026-10-09", false},  // over the National Day
		{at(12, 31, 9), "2027-01-04", true},  // into a year that is not announced
		{at(12, 30, 10), "2027-01-01", true}, // of which only weekends are known
	} {
		if d := due(c.asked, Kinds[0].Days, cal); d.On.String() != c.want || d.Provisional != c.provisional || len(d.Steps) == 0 {
			t.Errorf("%s: %+v", c.asked, d)
		}
	}
	if got := used(at(3, 6, 9), at(3, 9, 9), cal); got != 1 {
		t.Errorf("from Friday to Monday %d working days have gone", got)
	}
}

// TestReminders: at nine on the last day, and when it has passed.
func TestReminders(t *testing.T) {
	d := law.Date{Year: 2026, Month: 3, Day: 5}
	if got := remindAt(d).In(clock.Shanghai).Format("01-02 15:04"); got != "03-05 09:00" {
		t.Error(got)
	}
	if got := lateAt(d).In(clock.Shanghai).Format("01-02 15:04"); got != "03-06 00:00" {
		t.Error(got)
	}
}

// TestText: something, and not too much; characters are counted, not bytes.
func TestText(t *testing.T) {
	for text, ok := range map[string]bool{"": false, "问": true, strings.Repeat("字", maxText): true, strings.Repeat("字", maxText+1): false} {
		if err := checkText("text", text); (err == nil) != ok || err != nil && fault.As(err).Field != "text" {
			t.Errorf("%d characters: %v", len([]rune(text)), err)
		}
	}
}

// TestGuessed: attempts on one beginning count together however they are typed.
func TestGuessed(t *testing.T) {
	for _, c := range []string{"7K3M94QX2FDN", "7k3m 94qx 0000", "7k3m-94qx-zzzz", "７Ｋ３Ｍ94QX2FDN"} {
		if got := guessed(c); got != "7K3M94QX" {
			t.Errorf("%s counts as %s", c, got)
		}
	}
	for _, c := range []string{"", "!", "7K"} {
		if got := guessed(c); len(got) > 2 {
			t.Errorf("%q counts as %q", c, got)
		}
	}
}

// TestScopes: a head sees his division and not the court, whatever else he is;
// a president sees his court, wherever else he serves.
func TestScopes(t *testing.T) {
	head, judge := docket.Post{Court: "甲", Division: "一庭", Role: docket.Head}, docket.Post{Court: "甲", Division: "二庭", Role: docket.Judge}
	president, supervision := docket.Post{Court: "甲", Role: docket.President}, docket.Post{Court: "甲", Division: "审管办", Role: docket.Supervision}
	for _, c := range []struct {
		posts []docket.Post
		want  string
	}{
		{[]docket.Post{head, judge}, "甲一庭 "},
		{[]docket.Post{judge, head}, "甲一庭 "},
		{[]docket.Post{president, {Court: "乙", Role: docket.Judge}}, "甲 "},
		{[]docket.Post{head, supervision, president}, "甲 "},
		{[]docket.Post{judge}, ""},
	} {
		got := ""
		for _, p := range scopes(c.posts) {
			got += p.Court + p.Division + " "
		}
		if got != c.want {
			t.Errorf("%v: sees %q, want %q", c.posts, got, c.want)
		}
	}
}

// TestWhoReadsWords: over random histories every reader learns of each thing
// that was said by whom, when and of what kind, and its words, its author's name
// and its files are read by the court and by the side that it is about.
func TestWhoReadsWords(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 10))
	ps := []docket.Party{{ID: "p1", Role: "plaintiff"}, {ID: "p2", Role: "defendant"}, {ID: "p3", Role: "third"}}
	kinds := []string{"question", opinion, "explain", "answer", "contact"}
	for range 100_000 {
		ms := make([]Message, rnd.IntN(6)+1)
		for i := range ms {
			ms[i] = Message{ID: strconv.Itoa(i), Party: ps[rnd.IntN(3)].ID, Author: "甲", Kind: kinds[rnd.IntN(5)], Text: "字",
				Files: db.JSON[[]web.Attachment]{V: []web.Attachment{{Name: "录音"}}}, At: time.UnixMilli(rnd.Int64N(1 << 40))}
		}
		v := reader{side: ps[rnd.IntN(3)].ID}
		if rnd.IntN(4) == 0 {
			v = reader{court: true}
		}
		list := v.see(ps, ms)
		if len(list) != len(ms) {
			t.Fatalf("%d of %d are seen", len(list), len(ms))
		}
		for i, x := range list {
			m := ms[i]
			if x.ID != m.ID || x.Kind != m.Kind || !x.At.Equal(m.At) || x.Role == "" {
				t.Fatalf("%+v lost that %+v was said", v, m)
			}
			may, words := v.court || v.side == m.Party, x.Text+x.Author
			for _, f := range x.Files.V {
				words += f.Name
			}
			if may != (words == "字甲录音") || !may && words != "" || x.Open != may {
				t.Fatalf("%+v reads %q of %+v", v, words, m)
			}
		}
	}
}
