package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mashang"
	"mashang/platform/db"
)

// figures measures the page of a year's figures beside the one GROUP BY that
// a single one of them would cost, and holds them to be the same to the unit.
func figures(o options, c *mashang.Court, w crowd) error {
	if !strings.Contains("figures", o.only) {
		return nil
	}
	start := time.Now()
	if err := c.Services.Statistics.Rebuild(context.Background()); err != nil {
		return err
	}
	rebuilt := time.Since(start)
	sh, err := c.Services.Statistics.Show(context.Background(), w.court, false, w.year)
	if err != nil {
		return err
	}
	group, err := grouped(c, w)
	if err != nil {
		return err
	}
	var all, civil, settled int64
	for _, g := range group {
		if all += g.N; g.Type != "民初" {
			continue
		}
		if civil += g.N; slices.Contains([]string{"mediation", "withdrawal", "deemed_withdrawal"}, g.Way) {
			settled += g.N
		}
	}
	for _, f := range sh.Figures {
		if f.Key == "closed" && (f.Numerator == nil || *f.Numerator != all) || f.Key == "settling" && (f.Numerator == nil || *f.Numerator != settled || *f.Denominator != civil) {
			return fmt.Errorf("%s: the page says otherwise than what is counted: %d closed, %d of %d settled", f.Name, all, settled, civil)
		}
	}
	fmt.Printf("\nfigures of a court's year (%d closed of %d cases; rebuilt in %v; equal to what is counted)\n\n", all, w.n, rebuilt.Round(100*time.Millisecond))
	o.workers = 2 // as many as there are cores: a GROUP BY fills one
	return table(o, []subject{
		{groupBy, func(int64) error { _, err := grouped(c, w); return err }, ""},
		{allFigures, func(int64) error {
			_, err := c.Services.Statistics.Show(context.Background(), w.court, false, w.year)
			return err
		}, groupBy},
		{"their page, with a chart", page(c, func(int64) (actor, string) { return w.president, "/statistics?court=" + w.court + "&period=" + w.year }), groupBy},
	})
}

const groupBy = "GROUP BY for one figure"

type way struct {
	Type string `db:"type"`
	Way  string `db:"closing_way"`
	N    int64  `db:"n"`
}

func grouped(c *mashang.Court, w crowd) (out []way, err error) {
	err = c.Kit.DB.Read(context.Background(), func(tx *db.Tx) error {
		out, err = db.List[way](tx, `SELECT type, closing_way, COUNT(*) AS n FROM docket_case WHERE court_id = ? AND state = 'closed' AND closed_on >= ? AND closed_on <= ? GROUP BY type, closing_way`,
			w.court, w.year+"-01-01", w.year+"-12-31")
		return err
	})
	return out, err
}
