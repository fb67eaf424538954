// Command bench measures side by side, in one run: the message act of this
// program, a bare driver's durable commit of one row, and bare handlers. Only
// the ratios mean something; each is the median of five rounds, interleaved.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite"

	"mashang"
	"mashang/demo"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
)

const rounds = 5

func main() {
	took := flag.Duration("for", 2*time.Second, "length of one measurement")
	workers := flag.Int("workers", 16, "requests at a time")
	only := flag.String("only", "", "measure only the subjects whose name contains this")
	profile := flag.String("cpuprofile", "", "write a profile of the processor here")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(*took, *workers, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// subject is something to be done as often as possible.
type subject struct {
	name string
	do   func(i int64) error
}

func run(took time.Duration, workers int, only string) error {
	dir, err := os.MkdirTemp("", "mashang-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	c, jia, judge, caseID, err := court(dir)
	if err != nil {
		return err
	}
	defer func() { _ = c.Kit.Close() }()
	bare, err := bareDriver(dir)
	if err != nil {
		return err
	}
	subjects := []subject{
		{"bare driver: one row, one durable commit", bare},
		{"bare handler: hello", hello},
		{"message act (auth, policy, ledger, clock, jobs)", post(c, jia, caseID)},
		{"case page, party", get(c, jia, "/casebook/"+caseID)},
		{"desk, judge", get(c, judge, "/desk")},
	}
	subjects = slices.DeleteFunc(subjects, func(s subject) bool { return !strings.Contains(s.name, only) })
	rates := make([][]float64, len(subjects))
	for range rounds {
		for i, s := range subjects {
			r, err := measure(s, took, workers)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			rates[i] = append(rates[i], r)
		}
	}
	fmt.Printf("%s, %d cores, %d at a time, SQLite (WAL, FULL), %d cases, median of %d rounds of %v\n\n", runtime.Version(), runtime.NumCPU(), workers, cases(c), rounds, took)
	fmt.Printf("%-50s %12s %14s %14s\n", "", "a second", "of bare commit", "of hello")
	for i, s := range subjects {
		fmt.Printf("%-50s %12.0f %14.2f %14.3f\n", s.name, median(rates[i]), median(rates[i])/median(rates[0]), median(rates[i])/median(rates[1]))
	}
	return nil
}

func median(x []float64) float64 {
	x = append([]float64{}, x...)
	sort.Float64s(x)
	return x[len(x)/2]
}

func measure(s subject, took time.Duration, workers int) (float64, error) {
	var n atomic.Int64
	var mu sync.Mutex
	var failed error
	end := time.Now().Add(took)
	start := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for time.Now().Before(end) {
				if err := s.do(n.Add(1)); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(start).Seconds(), failed
}

// court lives the demo's year and returns who asks and who answers.
func court(dir string) (c *mashang.Court, jia, judge auth.Actor, caseID string, err error) {
	now := time.Now()
	clk := clock.At(now.AddDate(0, 0, -366))
	ctx := context.Background()
	k, err := app.Open(ctx, config.Config{Data: filepath.Join(dir, "court"), Origin: "http://localhost", Demo: true}, clk, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, jia, judge, "", err
	}
	if c, err = mashang.Assemble(ctx, k); err != nil {
		return nil, jia, judge, "", err
	}
	go c.KeepTrail(ctx)
	if err := demo.Seed(ctx, c, clk, now); err != nil {
		return nil, jia, judge, "", err
	}
	text, err := k.Setting(ctx, "demo.roles")
	if err != nil {
		return nil, jia, judge, "", err
	}
	var kept struct {
		Roles []demo.Role
		Walk  demo.Walk
	}
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, jia, judge, "", err
	}
	jia = auth.Actor{Person: kept.Roles[0].Person, Account: "bench", Session: "", Name: "贾若兰", Level: auth.Matched}
	judge = auth.Actor{Person: kept.Roles[1].Person, Account: "bench", Name: "周明远", Level: auth.Staff, Staff: true}
	return c, jia, judge, kept.Walk.Case, nil
}

func cases(c *mashang.Court) (n int64) {
	_ = c.Kit.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One[int64](tx, `SELECT COUNT(*) FROM docket_case`)
		return err
	})
	return n
}

func bareDriver(dir string) (func(int64) error, error) {
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1)
	if _, err := d.Exec(`CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`); err != nil {
		return nil, err
	}
	st, err := d.Prepare(`INSERT INTO row (text) VALUES (?)`)
	if err != nil {
		return nil, err
	}
	return func(int64) error {
		_, err := st.Exec("开庭能不能用手机参加？")
		return err
	}, nil
}

var helloHandler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })

func hello(int64) error {
	w := httptest.NewRecorder()
	helloHandler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return nil
}

func post(c *mashang.Court, a auth.Actor, caseID string) func(int64) error {
	return func(i int64) error {
		body, err := json.Marshal(map[string]string{"text": fmt.Sprintf("第 %d 问：开庭能不能用手机参加？", i)})
		if err != nil {
			return err
		}
		r := httptest.NewRequestWithContext(auth.With(context.Background(), a), http.MethodPost, "/api/v1/onecode/"+caseID+"/ask", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return send(c, r, i)
	}
}

func get(c *mashang.Court, a auth.Actor, path string) func(int64) error {
	return func(i int64) error {
		return send(c, httptest.NewRequestWithContext(auth.With(context.Background(), a), http.MethodGet, path, nil), i)
	}
}

func send(c *mashang.Court, r *http.Request, i int64) error {
	r.RemoteAddr = fmt.Sprintf("127.%d.%d.%d:1", i>>16&255, i>>8&255, i&255) // limits are measured elsewhere
	w := httptest.NewRecorder()
	c.Router.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("%d: %.200s", w.Code, w.Body)
	}
	return nil
}
