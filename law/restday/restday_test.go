package restday

import (
	"testing"

	"mashang/law"
)

func day(s string) law.Date {
	d, err := law.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestWorkingDays(t *testing.T) {
	c := Default()
	for _, e := range []struct {
		from string
		n    int
		want string
		prov bool
	}{
		{"2026-03-03", 2, "2026-03-05", false}, {"2026-03-06", 2, "2026-03-10", false}, {"2026-09-30", 1, "2026-10-08", false},
		{"2026-10-09", 1, "2026-10-10", false}, // a Saturday declared a working day
		{"2026-02-13", 1, "2026-02-14", false}, {"2026-12-31", 1, "2027-01-01", true},
	} {
		w := c.AddWorkingDays(day(e.from), e.n)
		if w.Last.String() != e.want || w.Provisional != e.prov {
			t.Errorf("%s + %d: got %s, provisional %v", e.from, e.n, w.Last, w.Provisional)
		}
		if len(w.Steps) < 2 {
			t.Errorf("%s: no arithmetic", e.from)
		}
	}
	if len(Embedded()) < 2 {
		t.Error("the embedded years are missing")
	}
}
