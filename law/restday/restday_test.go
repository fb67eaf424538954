package restday

import (
	"strings"
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

func TestParseDays(t *testing.T) {
	for in, want := range map[string]string{
		"1月1日至3日":                  "2027-01-01/2027-01-03",
		"9月25日至10月7日":              "2027-09-25/2027-10-07",
		"2027-02-05/2027-02-11":    "2027-02-05/2027-02-11",
		"1月1日（周五）\n5月1日、5月2日":      "2027-01-01 2027-05-01 2027-05-02",
		"2027年2月5日到2027年2月11日，4.5": "2027-02-05/2027-02-11 2027-04-05",
	} {
		got, err := ParseDays(2027, in)
		if s := strings.Join(got, " "); err != nil || s != want {
			t.Errorf("%q: %q %v, want %q", in, s, err, want)
		}
	}
	for _, in := range []string{"二月五日", "13月1日", "2月30日", "1月1日至", "上班"} {
		if got, err := ParseDays(2027, in); err == nil {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestCheckYear(t *testing.T) {
	for _, y := range Embedded() {
		if err := y.Check(); err != nil {
			t.Errorf("%d: %v", y.Year, err)
		}
	}
	good := Year{Year: 2027, Off: []string{"2027-01-01", "2027-05-01", "2027-10-01/2027-10-07"}, Work: []string{"2027-09-25"}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(y *Year){
		"no new year":   func(y *Year) { y.Off = y.Off[1:] },
		"other year":    func(y *Year) { y.Off = append(y.Off, "2026-05-01") },
		"works at rest": func(y *Year) { y.Work = []string{"2027-10-02"} },
		"a weekday":     func(y *Year) { y.Work = []string{"2027-09-24"} },
		"backwards":     func(y *Year) { y.Off = append(y.Off, "2027-06-03/2027-06-01") },
	} {
		y := good
		y.Off = append([]string{}, good.Off...)
		if spoil(&y); y.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
