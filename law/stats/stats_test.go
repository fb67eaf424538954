package stats

import (
	"math"
	"strings"
	"testing"

	"mashang/law"
)

func TestRate(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		want     string // empty: no data
	}{
		{1104, 1203, "91.77"}, {359, 500, "71.80"}, {1030, 2131, "48.33"}, {1030, 1527, "67.45"}, {70, 80, "87.50"},
		{1, 3, "33.33"}, {2, 3, "66.67"}, {1, 8, "12.50"}, {1, 800, "0.13"}, {-1, 800, "-0.13"}, {3, 800, "0.38"}, // 0.125 and 0.375: halves away from zero
		{1, 20000, "0.01"}, {1, 20001, "0.00"}, {-1, 20000, "-0.01"}, {-1, 20001, "0.00"},
		{0, 5, "0.00"}, {5, 5, "100.00"}, {7, 2, "350.00"},
		{0, 0, ""}, {5, 0, ""}, {0, -1, ""},
		{math.MaxInt64 / 20000, math.MaxInt64 / 20000, "100.00"}, {4e15, 8e18, "0.05"},
	} {
		p, ok := Rate(c.num, c.den)
		if ok != (c.want != "") || ok && p.String() != c.want {
			t.Errorf("%d of %d: %s %v, want %q", c.num, c.den, p, ok, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for s, want := range map[string]Percent{"91.77": 9177, "0.05": 5, "-2.7": -270, "100": 10000, "-0.00": 0, "350.00": 35000} {
		if p, err := ParsePercent(s); err != nil || p != want {
			t.Errorf("%q: %d %v", s, p, err)
		}
	}
	for _, s := range []string{"", "-", "1.", ".5", "1.234", "1,5", "5%", "+5", "--5", "1e3", "9999999999999"} {
		if p, err := ParsePercent(s); err == nil {
			t.Errorf("%q is read as %d", s, p)
		}
	}
	for p, want := range map[Percent]string{270: "2.70", -270: "-2.70", -5: "-0.05", 0: "0.00"} {
		if p.String() != want {
			t.Errorf("%d: %s", int64(p), p)
		}
	}
	if Points(9177, 8907).String() != "2.70" || Points(1000, 1615).String() != "-6.15" {
		t.Error("percentage points are a difference")
	}
}

// book is a small court: 100 cases were there, 60 of them closed.
func book() Book {
	return Book{
		Before: Tally{{Filed, "民初", ""}: 90, {Filed, "民终", ""}: 10, {Closed, "民初", "judgment"}: 55, {Closed, "民终", "upheld"}: 5, {Handled, "", "满意"}: 9},
		In: Tally{
			{Filed, "民初", ""}: 50, {Filed, "执", ""}: 10,
			{Closed, "民初", "judgment"}: 40, {Closed, "民初", "mediation"}: 15, {Closed, "民初", "withdrawal"}: 3, {Closed, "民初", "deemed_withdrawal"}: 2, {Closed, "民终", "upheld"}: 5, {Closed, "执", "other"}: 7, {Closed, "行初", "judgment"}: 1,
			{InTime, "民初", "judgment"}: 39, {InTime, "民终", "upheld"}: 5,
			{Appealed, "民初", "judgment"}: 8, {Appealed, "行初", "judgment"}: 1, {Retrial, "民初", "judgment"}: 2,
			{Opinion, "", ""}: 30, {Handled, "", "满意"}: 6, {Handled, "", "基本满意"}: 1, {Handled, "", "不满意"}: 1, {Rated, "", "满意"}: 2, {Visit, "", ""}: 70,
		},
		Visitors: 44,
	}
}

func TestFigures(t *testing.T) {
	b := book()
	for key, want := range map[string]struct {
		num, den int64
		says     string
	}{
		"received": {60, 0, "60"}, "pending": {40, 0, "40"}, "closed": {73, 0, "73"}, "open": {27, 0, "27"},
		"clearance": {73, 100, "73.00"}, "closing_ratio": {73, 60, "121.67"},
		"accepting": {52, 61, "85.25"}, "settling": {20, 60, "33.33"}, "mediating": {15, 60, "25.00"}, "withdrawing": {5, 60, "8.33"}, "retrial": {2, 57, "3.51"}, "in_time": {44, 73, "60.27"},
		"visitors": {44, 0, "44"}, "opinions": {30, 0, "30"}, "handling": {7, 8, "87.50"}, "service": {2, 2, "100.00"},
	} {
		f, ok := ByKey(key)
		if !ok {
			t.Fatalf("no figure %s", key)
		}
		if r := f.Of(b); r.Num != want.num || r.Den != want.den || f.Says(r) != want.says {
			t.Errorf("%s: %d/%d %q, want %d/%d %q", f.Name, r.Num, r.Den, f.Says(r), want.num, want.den, want.says)
		}
	}
	for _, f := range Figures {
		r := f.Of(Book{})
		if says := f.Says(r); f.Denominator != nil && (r.OK || says != "") || f.Denominator == nil && says != "0" {
			t.Errorf("%s of nothing is %q", f.Name, says)
		}
	}
	only, _ := ByKey("handling")
	if r := only.Counting("满意").Of(b); r.Value != 7500 {
		t.Errorf("only 满意 counted: %s", r.Value)
	}
	for _, scale := range Scales {
		on := On(scale)
		if len(on) != len(Figures) {
			t.Fatalf("%q: %d figures", scale, len(on))
		}
		for i, f := range on {
			want := Figures[i]
			if scale != "" && (f.Key == "handling" || f.Key == "service") {
				partly := b.In[Cell{Mark: "基本满意", Kind: want.Numerator.Parts[0].Kind}]
				if r := f.Of(b); r.Num != want.Of(b).Num-partly || r.Den != want.Of(b).Den {
					t.Errorf("%s counting %s: %d/%d", f.Name, scale, r.Num, r.Den)
				}
				for _, words := range []string{f.Formula, f.Variant, f.Numerator.Words} {
					if strings.Contains(words, "满意、基本满意") || strings.Contains(words, "满意”算满意") {
						t.Errorf("%s counting %s says %q", f.Name, scale, words)
					}
				}
				continue
			}
			if f.Formula != want.Formula || f.Of(b) != want.Of(b) {
				t.Errorf("%s is another figure where %q counts", f.Name, scale)
			}
		}
	}
	if r := only.Of(b); r.Value != 8750 {
		t.Error("counting otherwise changed the figure itself")
	}
}

func TestChange(t *testing.T) {
	rate, _ := ByKey("accepting")
	count, _ := ByKey("received")
	for _, c := range []struct {
		f        Figure
		now, was Result
		want     string
	}{
		{rate, Result{Value: 9177, OK: true}, Result{Value: 8907, OK: true}, "2.70"},
		{rate, Result{Value: 9177, OK: true}, Result{}, ""},
		{rate, Result{}, Result{Value: 9177, OK: true}, ""},
		{count, Result{Num: 45, OK: true}, Result{Num: 40, OK: true}, "12.50"},
		{count, Result{Num: 30, OK: true}, Result{Num: 40, OK: true}, "-25.00"},
		{count, Result{Num: 30, OK: true}, Result{OK: true}, ""},
	} {
		p, ok := c.f.Change(c.now, c.was)
		if ok != (c.want != "") || ok && p.String() != c.want {
			t.Errorf("%s: %s %v, want %q", c.f.Name, p, ok, c.want)
		}
	}
}

// TestWrittenDown: every figure says what it is, of what, where it comes from
// and which variant it is; the ambiguous one says that it is.
func TestWrittenDown(t *testing.T) {
	keys, names := map[string]bool{}, map[string]bool{}
	for _, f := range Figures {
		if keys[f.Key] || names[f.Name] || f.Key == "" || f.Name == "" {
			t.Errorf("%q %q: no name of its own", f.Key, f.Name)
		}
		keys[f.Key], names[f.Name] = true, true
		for what, s := range map[string]string{"formula": f.Formula, "source": f.Source, "variant": f.Variant, "version": f.Version, "unit": f.Unit, "group": f.Group, "numerator": f.Numerator.Words} {
			if s == "" {
				t.Errorf("%s has no %s", f.Name, what)
			}
		}
		if share := f.Unit == "%"; share != (f.Denominator != nil) || share != (f.Decimals == 2) {
			t.Errorf("%s: its unit does not fit its denominator", f.Name)
		}
		if f.Denominator != nil && f.Denominator.Words == "" {
			t.Errorf("%s does not say of what it is a share", f.Name)
		}
		if !strings.Contains(f.Source, "自己的定义") {
			t.Errorf("%s claims a source that nobody checked", f.Name)
		}
	}
	if f, _ := ByKey("retrial"); !strings.Contains(f.Variant, "口径不统一") {
		t.Error("申请再审率 hides that it is ambiguous")
	}
	if f, _ := ByKey("handling"); f.Numerator.OfCases() || f.Denominator.OfCases() {
		t.Error("who rated could be looked up")
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct{ in, first, last, before, year, title string }{
		{"2026", "2026-01-01", "2026-12-31", "2025", "2025", "2026年"},
		{"2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4", "2025-Q1", "2026年第一季度"},
		{"2026-Q4", "2026-10-01", "2026-12-31", "2026-Q3", "2025-Q4", "2026年第四季度"},
		{"2024-02", "2024-02-01", "2024-02-29", "2024-01", "2023-02", "2024年2月"},
		{"2026-01", "2026-01-01", "2026-01-31", "2025-12", "2025-01", "2026年1月"},
	} {
		p, err := ParsePeriod(c.in)
		if err != nil {
			t.Fatal(err)
		}
		if p.String() != c.in || p.First.String() != c.first || p.Last().String() != c.last || p.Before().String() != c.before || p.YearBefore().String() != c.year || p.Title() != c.title {
			t.Errorf("%s: %s %s %s %s %s %s", c.in, p, p.First, p.Last(), p.Before(), p.YearBefore(), p.Title())
		}
		if !p.Over(p.Last().AddDays(1)) || p.Over(p.Last()) {
			t.Errorf("%s: over at the wrong day", c.in)
		}
	}
	for _, s := range []string{"", "26", "2026-", "2026-13", "2026-00", "2026-1", "2026-Q0", "2026-Q5", "2026-Q12", "2026-03-01", "二〇二六", "0000"} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("%q is read as %s", s, p)
		}
	}
	for s, want := range map[Span]string{Month: "2026-08", Quarter: "2026-Q3", Year: "2026"} {
		if p := PeriodOf(s, law.Date{Year: 2026, Month: 8, Day: 31}); p.String() != want {
			t.Errorf("%s: %s", s, p)
		}
	}
	year, _ := ParsePeriod("2026")
	quarter := year.Parts()[2]
	if len(year.Parts()) != 4 || quarter.String() != "2026-Q3" || len(year.Months()) != 12 || len(quarter.Parts()) != 3 || quarter.Months()[2].String() != "2026-09" || quarter.Months()[0].Parts() != nil {
		t.Error("the parts of a year are not its quarters and months")
	}
}
