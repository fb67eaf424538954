package demo

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"mashang"
	"mashang/law"
	"mashang/law/court"
	"mashang/law/restday"
	"mashang/law/stats"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/config"
)

// The story can be told on any date: what follows something never falls on the
// same morning, wherever the rest days lie.
func TestStoryOnAnyDate(t *testing.T) {
	dates := []string{
		"2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30", // forty days before lies a weekend, and 26
		"2026-02-24", "2026-03-20", "2026-10-08", "2026-10-30", "2026-11-10", // round the long holidays
		"2027-01-01", "2028-02-29", "2031-06-15", // beyond the announced calendar
	}
	for _, date := range dates {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			now, err := time.ParseInLocation("2006-01-02 15:04", date+" 04:20", clock.Shanghai)
			if err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			clk := clock.At(now.AddDate(0, 0, -366))
			k, err := app.Open(ctx, config.Config{Data: t.TempDir(), Origin: "http://localhost", Demo: true}, clk, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer k.Close()
			c, err := mashang.Assemble(ctx, k)
			if err != nil {
				t.Fatal(err)
			}
			months := 0
			if err := seed(ctx, c, clk, now, false, func(time.Time) { months++ }); err != nil {
				t.Fatal(err)
			}
			p := pages{c}
			kept, err := p.kept(httptest.NewRequestWithContext(ctx, "GET", "/demo", nil))
			if err != nil {
				t.Fatal(err)
			}
			if len(kept.Roles) != 24 || kept.Walk.Code == "" || kept.Walk.Paper == "" || months == 0 {
				t.Errorf("roles %d, walk %+v, months %d", len(kept.Roles), kept.Walk, months)
			}
			if err := Mount(c); err != nil {
				t.Fatal(err)
			}
			d := &driver{ctx: ctx, court: c, clock: clk}
			for _, r := range kept.Roles {
				in, err := d.post(who{}, "/demo/enter", map[string]string{"person": r.Person})
				if err != nil {
					t.Fatal(r.Name, r.Sub, err)
				}
				token, _ := in["token"].(string)
				to, _ := in["goto"].(string)
				q := httptest.NewRequestWithContext(ctx, http.MethodGet, to, nil)
				q.Header.Set("Authorization", "Bearer "+token)
				rec := httptest.NewRecorder()
				if c.Router.ServeHTTP(rec, q); rec.Code != http.StatusOK {
					t.Errorf("%s, %s: %s: %d", r.Name, r.Sub, to, rec.Code)
				}
			}
		})
	}
}

// TestEveryMonth: on any date both years have something in each of their
// months, and the year before nothing that the counted one would count.
func TestEveryMonth(t *testing.T) {
	for end := (law.Date{Year: 2026, Month: 1, Day: 1}); end.Year < 2029; end = end.AddDays(3) {
		y := &year{maker: newMaker(), cal: restday.Default()}
		for _, c := range court.Courts {
			if c.Level != court.High {
				y.courts = append(y.courts, &staffed{code: c.Code})
			}
		}
		first := stats.PeriodOf(stats.Month, end).First.AddMonths(-23)
		y.before(end)
		for _, d := range y.todo {
			if on := law.DateOf(d.at, clock.Shanghai); !on.Before(first.AddMonths(12)) {
				t.Fatalf("%s: the year before lasts until %s", end, on)
			}
		}
		y.counted(end)
		busy := map[law.Date]bool{}
		for _, d := range y.todo {
			busy[stats.PeriodOf(stats.Month, law.DateOf(d.at, clock.Shanghai)).First] = true
		}
		for m := first; m.Before(end.AddDays(-7)); m = m.AddMonths(1) {
			if !busy[m] {
				t.Fatalf("%s: nothing happens in the month of %s", end, m)
			}
		}
	}
}

// TestFigures: the year comes to the figures of the newspaper, by acts alone,
// also when they are counted again.
func TestFigures(t *testing.T) {
	now := time.Date(2026, 11, 26, 4, 20, 0, 0, clock.Shanghai)
	ctx := context.Background()
	clk := clock.At(Begin(now))
	k, err := app.Open(ctx, config.Config{Data: t.TempDir(), Origin: "http://localhost", Demo: true, Draft: true}, clk, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	c, err := mashang.Assemble(ctx, k)
	if err != nil {
		t.Fatal(err)
	}
	if err := seed(ctx, c, clk, now, true, nil); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"visitors": "2721", "opinions": "2235", "handling": "85.50", "service": "97.22", "accepting": "91.77", "settling": "71.82", "retrial": "10.00"}
	for _, how := range []string{"as heard", "counted again"} {
		sh, err := c.Services.Statistics.Show(ctx, "冀11", true, "")
		if err != nil {
			t.Fatal(err)
		}
		// 2.71, 8.41 and 6.13 are as near to the newspaper's 2.70, 8.42 and 6.15 as so small a year comes.
		for key, w := range map[string]string{"accepting": "2.71", "settling": "8.41", "retrial": "-6.13"} {
			for _, l := range sh.Figures {
				if l.Key == key && (l.YearChange == nil || *l.YearChange != w) {
					t.Errorf("%s: %s against the year before is not %s: %q", how, l.Name, w, sh.Cells(l))
				}
			}
		}
		seen := 0
		for _, l := range sh.Figures {
			w, ok := want[l.Key]
			if !ok {
				continue
			}
			seen++
			if l.Value == nil || *l.Value != w {
				t.Errorf("%s: %s is not %s: %q", how, l.Name, w, sh.Cells(l))
			}
		}
		if seen != len(want) {
			t.Errorf("%d figures, want %d", seen, len(want))
		}
		if err := c.Services.Statistics.Rebuild(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
