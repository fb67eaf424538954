package period

import (
	"testing"
	"time"

	"mashang/law"
	"mashang/law/restday"
)

var beijing = time.FixedZone("UTC+8", 8*3600)

func date(t *testing.T, s string) law.Date {
	t.Helper()
	d, err := law.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, beijing)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestCaught: an obstacle counts in the last hours of the last day, to its
// midnight where the court is, and on no other day.
func TestCaught(t *testing.T) {
	for _, x := range []struct {
		last, from, to string
		want           bool
	}{
		{"2026-03-18", "2026-03-18 19:00:00", "2026-03-19 07:40:00", true},
		{"2026-03-18", "2026-03-18 23:59:59", "2026-03-19 00:30:00", true},  // a second is left
		{"2026-03-18", "2026-03-19 00:00:00", "2026-03-19 08:00:00", false}, // the day was whole
		{"2026-03-19", "2026-03-19 00:00:00", "2026-03-19 08:00:00", false}, // and the next has its evening
		{"2026-03-18", "2026-03-18 20:00:00", "2026-03-18 22:00:00", true},
		{"2026-03-18", "2026-03-18 09:00:00", "2026-03-18 18:00:00", false}, // the evening was free
		{"2026-03-18", "2026-03-18 09:00:00", "2026-03-18 18:00:01", true},
		{"2026-03-18", "2026-03-17 22:00:00", "2026-03-20 09:00:00", true}, // days on end
		{"2026-03-19", "2026-03-17 22:00:00", "2026-03-20 09:00:00", true},
		{"2026-03-17", "2026-03-17 22:00:00", "2026-03-20 09:00:00", true},
		{"2026-03-20", "2026-03-17 22:00:00", "2026-03-20 09:00:00", false},
		{"2026-12-31", "2026-12-31 18:30:00", "2027-01-01 00:00:00", true}, // midnight of the year
	} {
		if got := Caught(date(t, x.last), instant(t, x.from), instant(t, x.to), beijing); got != x.want {
			t.Errorf("last day %s, shut from %s to %s: %v", x.last, x.from, x.to, got)
		}
	}
	// The zone is the court's, whatever the clock of the machine says.
	if at := instant(t, "2026-03-18 23:00:00").UTC(); !Caught(date(t, "2026-03-18"), at, at.Add(time.Hour), beijing) {
		t.Error("eleven at night in Hengshui is the afternoon in London")
	}
}

// TestObstacle: the day on which the obstacle was over does not count, and the
// tenth day moves off rest days; rest days inside count.
func TestObstacle(t *testing.T) {
	for _, x := range []struct{ removed, last string }{
		{"2026-03-19", "2026-03-30"}, // 29 March is a Sunday
		{"2026-03-10", "2026-03-20"},
		{"2026-03-11", "2026-03-23"}, // a Saturday
		{"2026-02-06", "2026-02-24"}, // into the Spring Festival, 15 to 23 February
		{"2026-09-21", "2026-10-08"}, // 1 to 7 October
		{"2026-04-29", "2026-05-09"}, // a Saturday that is worked
		{"2026-12-22", "2027-01-01"}, // no announcement of 2027 yet: by weekends, and it says so
	} {
		f := Obstacle(date(t, x.removed), restday.Default())
		if f.Last.String() != x.last {
			t.Errorf("over on %s: %s, not %s: %v", x.removed, f.Last, x.last, f.Steps)
		}
		if f.Provisional != (f.Last.Year == 2027) || f.Basis[0].String() != "民事诉讼法第八十六条" {
			t.Errorf("over on %s: %+v", x.removed, f)
		}
	}
}
