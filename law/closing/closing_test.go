package closing

import (
	"testing"

	"mashang/law"
)

func TestMayChange(t *testing.T) {
	limit := law.Date{Year: 2026, Month: 6, Day: 1}
	early, late := law.Date{Year: 2026, Month: 5, Day: 1}, law.Date{Year: 2026, Month: 6, Day: 2}
	for _, c := range []struct {
		name string
		in   Change
		ok   bool
	}{
		{"summary to ordinary in time", Change{"summary", "ordinary", false, limit, early}, true},
		{"summary to ordinary too late", Change{"summary", "ordinary", false, limit, late}, false},
		{"ordinary to summary before a hearing", Change{"ordinary", "summary", false, limit, early}, true},
		{"ordinary to summary after a hearing", Change{"ordinary", "summary", true, limit, early}, false},
		{"special to anything", Change{"special", "summary", false, limit, early}, false},
	} {
		if f := MayChange(c.in); f.OK != c.ok || !f.OK && (f.Why == "" || len(f.Basis) == 0) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func TestMayExtend(t *testing.T) {
	limit, early := law.Date{Year: 2026, Month: 6, Day: 1}, law.Date{Year: 2026, Month: 5, Day: 1}
	for _, c := range []struct {
		procedure       string
		months, already int
		ok              bool
	}{{"ordinary", 6, 0, true}, {"ordinary", 7, 0, false}, {"summary", 1, 0, true}, {"summary", 1, 1, false}, {"small", 2, 0, false}, {"ordinary", 0, 0, false}} {
		if f := MayExtend(Extension{c.procedure, c.months, c.already, limit, early}); f.OK != c.ok {
			t.Errorf("%+v: %+v", c, f)
		}
	}
	if MayExtend(Extension{"ordinary", 3, 0, early, limit}).OK {
		t.Error("extended after it had run out")
	}
}
