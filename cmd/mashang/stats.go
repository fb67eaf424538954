package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"mashang/capability/statistics"
	courts "mashang/law/court"
	"mashang/platform/clock"
)

// runStats shows a court's figures, or makes the sums behind them again.
func runStats(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("stats", "stats show -data DIR -court CODE [-own] [-period 2026] [-json] | stats rebuild -data DIR",
		"show prints each figure of a court with its fraction and how it compares; those of an\nintermediate court take the courts below with them, unless -own. A period is 2026,\n2026-Q3, 2026-09 or 2025-12+12, the last twelve months when empty. rebuild drops the sums\nand makes them again from the docket and the ledger, beside a running server.", stderr)
	court := fs.String("court", "", "code of the court, as in case numbers: 冀11")
	own := fs.Bool("own", false, "the court alone, without the courts below it")
	period := fs.String("period", "", "year, quarter, month or twelve months; the last twelve months when empty")
	asJSON := fs.Bool("json", false, "print JSON")
	if len(args) > 0 && strings.HasPrefix(args[0], "-") { // -h alone
		if err := fs.Parse(args); err != nil {
			return err
		}
	}
	if len(args) == 0 || args[0] != "show" && args[0] != "rebuild" {
		fs.Usage()
		return errors.New("stats show or stats rebuild")
	}
	cfg, err := settings(fs, args[1:])
	if err != nil {
		return err
	}
	if err := exists(cfg); err != nil {
		return err
	}
	cfg.Demo = isDemo(cfg.Data)
	c, err := open(ctx, *cfg, clock.System{}, stderr)
	if err != nil {
		return err
	}
	if args[0] == "rebuild" {
		if err = c.Services.Statistics.Rebuild(ctx); err == nil {
			_, err = fmt.Fprintln(stdout, "统计重新算好了。")
		}
		return errors.Join(err, c.Kit.Close())
	}
	level, _ := courts.ByCode(*court)
	sh, err := c.Services.Statistics.Show(ctx, *court, level.Level == courts.Intermediate && !*own, *period)
	switch {
	case err != nil:
	case *asJSON:
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		err = e.Encode(sh)
	default:
		err = printSheet(sh, stdout)
	}
	return errors.Join(err, c.Kit.Close())
}

func printSheet(sh statistics.Sheet, stdout io.Writer) error {
	w := tabwriter.NewWriter(stdout, 2, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s，%s\n%s\n", sh.Place.Name, sh.Title, strings.Join(sh.Head(), "\t"))
	for _, l := range sh.Figures {
		fmt.Fprintln(w, strings.Join(sh.Cells(l), "\t"))
	}
	return w.Flush()
}
