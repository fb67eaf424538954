// Command bench measures side by side, in one run: acts and pages of this
// program, a bare driver's durable commit of one row, and a bare handler. Only
// the ratios mean something; each is the median of five rounds, interleaved. At
// the end it prints each gate of speed, met or not (gates.go); with -gates it
// fails when one is missed.
//
// For every engine and size the court lives the demo's year, then its tables
// are grown to the wanted number of cases (scale.go). Requests go through the
// router that serves people, without a network between.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"mashang"
	"mashang/demo"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/dbtest"
)

type options struct {
	took    time.Duration
	rounds  int
	workers int
	only    string
	plans   bool
	sync    time.Duration // a sync of the disk takes at least so long; 0: the disk as it is
	profile string        // a profile of the last table goes here
	found   *measured
}

func main() {
	if len(os.Args) == 5 && os.Args[1] == asDisk {
		if err := serveDisk(os.Args[2], os.Args[3], os.Args[4]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.DurationVar(&o.took, "for", 2*time.Second, "length of one measurement")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds, of which the median counts")
	flag.IntVar(&o.workers, "workers", 64, "requests at a time")
	flag.StringVar(&o.only, "only", "", "measure only the subjects whose name contains this")
	flag.BoolVar(&o.plans, "plans", true, "print how lists are found")
	flag.DurationVar(&o.sync, "sync", 0, "let a sync of the disk take at least so long (SQLite; needs root and /dev/fuse)")
	engines := flag.String("engines", "sqlite,postgres", "engines, comma separated")
	sizes := flag.String("cases", "10000,1000000", "numbers of cases, comma separated")
	must := flag.Bool("gates", false, "end with a failure when a gate is missed")
	profile := flag.String("cpuprofile", "", "write a profile of the processor here")
	flag.Parse()
	o.profile = *profile
	if err := func() error {
		var all []measured
		fmt.Printf("%s %s/%s, %d cores, %d requests at a time, median of %d rounds of %v\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.workers, o.rounds, o.took)
		for _, e := range strings.Split(*engines, ",") {
			for _, s := range strings.Split(*sizes, ",") {
				n, err := strconv.Atoi(s)
				if err != nil || n < 1000 {
					return fmt.Errorf("cases: %q is not a number from 1000 on", s)
				}
				o.found = &measured{engine: e, cases: n, rate: map[string]float64{}, cpu: map[string]float64{}}
				if err := run(o, e, n); err != nil {
					return fmt.Errorf("%s, %d cases: %w", e, n, err)
				}
				all = append(all, *o.found)
			}
		}
		if missed := judge(os.Stdout, all); missed > 0 && *must {
			return fmt.Errorf("%d gates were not met", missed)
		}
		return nil
	}(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func profiled(path string, f func() error) error {
	if path == "" {
		return f()
	}
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(w); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}

// subject is something to be done as often as possible.
type subject struct {
	name   string
	do     func(i int64) error
	beside string // the subject of a peer that does the like, when there is one
}

func run(o options, engine string, n int) error {
	dir, err := os.MkdirTemp("", "mashang-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if o.sync > 0 {
		point, err := os.MkdirTemp("", "mashang-bench-disk-")
		if err != nil {
			return err
		}
		end, err := slowDisk(dir, point, o.sync)
		if err != nil {
			return err
		}
		defer func() { end(); _ = os.Remove(point) }()
		dir = point
	}
	dsn, bare, err := openEngine(engine, dir)
	if err != nil {
		return err
	}
	start := time.Now()
	c, err := court(dir, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = c.Kit.Close() }()
	w, err := grow(context.Background(), c, n)
	if err != nil {
		return err
	}
	if o.sync > 0 {
		fmt.Printf("\neach sync of the disk takes %v or more\n", o.sync)
	}
	fmt.Printf("\n%s, %d cases (made in %v)\n\n", engine, n, time.Since(start).Round(time.Second))
	others, peer, end, err := peers(dir, n)
	if err != nil {
		return err
	}
	defer end()
	all := slices.DeleteFunc(append(subjects(c, w, bare), others...), func(s subject) bool { return !strings.Contains(s.name, o.only) })
	if err := profiled(o.profile, func() error { return table(o, all) }); err != nil {
		return err
	}
	if o.sync > 0 { // the rest does not wait for a disk
		return nil
	}
	if err := figures(o, c, w); err != nil {
		return err
	}
	if err := papers(o, c); err != nil {
		return err
	}
	if err := watched(o, c, w, peer); err != nil {
		return err
	}
	if o.plans {
		if err := plans(c, w); err != nil {
			return err
		}
	}
	return sealed(c)
}

// The peer's subjects, by the names that others stand beside.
const (
	peerCreate = "PocketBase create (synchronous NORMAL)"
	peerList   = "PocketBase filtered list with count, 50"
)

func subjects(c *mashang.Court, w crowd, bare func(int64) error) []subject {
	return []subject{
		{bareCommit, bare, ""},
		{"bare handler: hello", hello, ""},
		{message, post(c, w), peerCreate},
		{casePage, page(c, func(i int64) (actor, string) { a, id := w.reader(i); return a, "/casebook/" + id }), peerList},
		{desk, page(c, func(int64) (actor, string) { return w.judge, "/desk" }), peerList},
		{"list of a lawyer with 40 cases", page(c, func(int64) (actor, string) { return w.lawyer, "/casebook" }), peerList},
		{"list of a judge", page(c, func(int64) (actor, string) { return w.judge, "/casebook" }), peerList},
		{"list of a president", page(c, func(int64) (actor, string) { return w.president, "/casebook" }), peerList},
	}
}

// table measures in rounds, so that a slow minute of the machine meets all.
func table(o options, subjects []subject) error {
	rates, worst, cpu := make([][]float64, len(subjects)), make([][]float64, len(subjects)), make([][]float64, len(subjects))
	for range o.rounds {
		for i, s := range subjects {
			r, p99, used, err := measure(s, o)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			rates[i], worst[i], cpu[i] = append(rates[i], r), append(worst[i], p99), append(cpu[i], used)
		}
	}
	fmt.Printf("%-46s %10s %8s %8s %10s %10s %10s\n", "", "a second", "p99 ms", "cpu µs", "of commit", "of hello", "of peer")
	for i, s := range subjects {
		o.found.rate[s.name], o.found.cpu[s.name] = median(rates[i]), median(cpu[i])
		fmt.Printf("%-46s %10.0f %8.1f %8.0f", s.name, median(rates[i]), median(worst[i]), median(cpu[i]))
		for _, base := range []string{"bare driver", "bare handler", s.beside} {
			j := slices.IndexFunc(subjects, func(s subject) bool { return base != "" && strings.HasPrefix(s.name, base) })
			if j < 0 {
				fmt.Printf(" %10s", "")
				continue
			}
			fmt.Printf(" %10.3f", median(rates[i])/median(rates[j]))
		}
		fmt.Println()
	}
	return nil
}

func median(x []float64) float64 {
	x = slices.Clone(x)
	sort.Float64s(x)
	return x[len(x)/2]
}

// measure returns how often s was done in a second, the time in ms that 99 of
// 100 stayed under while the machine was full, and the processor time in µs
// that one took, which says something on a busy machine as well.
func measure(s subject, o options) (rate, p99, cpu float64, err error) {
	var n atomic.Int64
	var mu sync.Mutex
	var times []float64
	start, before := time.Now(), spent()
	end := start.Add(o.took)
	var wg sync.WaitGroup
	for range o.workers {
		wg.Go(func() {
			var own []float64
			for time.Now().Before(end) {
				t := time.Now()
				if derr := s.do(n.Add(1)); derr != nil {
					mu.Lock()
					err = derr
					mu.Unlock()
					return
				}
				if len(own) < 100_000 {
					own = append(own, float64(time.Since(t).Microseconds())/1000)
				}
			}
			mu.Lock()
			times = append(times, own...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if err != nil {
		return 0, 0, 0, err
	}
	took := time.Since(start).Seconds()
	sort.Float64s(times)
	return float64(n.Load()) / took, times[len(times)*99/100], float64((spent() - before).Microseconds()) / float64(n.Load()), nil
}

// spent is the processor time of this process so far.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// court lives the demo's year.
func court(dir, dsn string) (*mashang.Court, error) {
	now := time.Now()
	clk := clock.At(demo.Begin(now))
	ctx := context.Background()
	k, err := app.Open(ctx, config.Config{Data: filepath.Join(dir, "court"), DB: dsn, Origin: "http://localhost", Demo: true}, clk, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	c, err := mashang.Assemble(ctx, k)
	if err != nil {
		return nil, err
	}
	go c.KeepTrail(ctx)
	return c, demo.Seed(ctx, c, clk, now, nil)
}

// openEngine returns the database URL for the court (empty: SQLite in its
// folder) and the bare driver's durable commit on the same engine.
func openEngine(engine, dir string) (dsn string, bare func(int64) error, err error) {
	switch engine {
	case "sqlite":
		bare, err = bareSQLite(dir)
		return "", bare, err
	case "postgres":
		if dsn, err = dbtest.Server(); err != nil {
			return "", nil, err
		}
		return freshPostgres(dsn)
	}
	return "", nil, fmt.Errorf("engine %q: sqlite or postgres", engine)
}
