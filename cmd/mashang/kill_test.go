package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mashang"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
)

// TestKill: a court is killed again and again in the middle of writing on
// every path; whatever it had acknowledged is there afterwards, once, its
// ledger verifies, and its sums are those that are made anew from what
// happened. MASHANG_LONG makes it a hundred times.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	k := &victim{t: t, bin: build(t, dir), data: filepath.Join(dir, "data"), addr: freeAddr(t)}
	rounds := 4
	if os.Getenv("MASHANG_LONG") != "" {
		rounds = 100
	}
	k.start()
	k.stop()
	var before map[string]int
	k.court(func(c *mashang.Court) {
		if err := c.Kit.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		before = entries(t, c)
	})
	w := newWorkload(k)
	t.Cleanup(w.stop)
	killed := 0
	for range rounds {
		k.start()
		if mb := k.rests() >> 20; mb > 60 {
			t.Errorf("it rests in %d MB, want at most 60", mb)
		}
		w.sign()
		if killed == 0 { // everybody whom the scripts need is known
			w.begin()
		}
		w.resume()
		time.Sleep(300*time.Millisecond + rand.N(1500*time.Millisecond))
		k.kill()
		w.pause()
		k.start()
		w.sign()
		w.check()
		k.kill()
		killed++
	}
	k.start()
	w.sign()
	w.resume()
	for range 600 { // the longest script to its end
		if w.everywhere() {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.finish()
	w.check()
	k.stop()
	var after map[string]int
	k.court(func(c *mashang.Court) {
		if err := c.Kit.Jobs.Drain(t.Context()); err != nil { // what follows from the last acts
			t.Error(err)
		}
		if _, err := c.Kit.Ledger.Seal(t.Context(), c.Kit.DB); err != nil {
			t.Error(err)
		}
		after = entries(t, c)
		sameSums(t, c)
	})
	k.verify()
	for kind, n := range w.kinds() {
		if got := after[kind] - before[kind]; got != n {
			t.Errorf("%s: %d acknowledged, %d in the ledger", kind, n, got)
		}
	}
	t.Logf("%d kills; acknowledged, and found again, once:", killed)
	t.Logf("scripts that were cut short: %v", w.stuck)
	for _, p := range slices.Sorted(maps.Keys(writes)) {
		t.Logf("%6d %s %s", w.done[p], p, w.refused[p])
		if w.done[p] < max(1, rounds/10) {
			t.Errorf("%s was acknowledged %d times: %s", p, w.done[p], w.refused[p])
		}
	}
}

// everywhere reports whether every path was acknowledged.
func (w *workload) everywhere() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.done) == len(writes)
}

// kinds are the entries that the ledger must have of what was acknowledged.
func (w *workload) kinds() map[string]int {
	out := map[string]int{}
	for p, n := range w.done {
		if kind := writes[p].entry; kind != "" {
			out[kind] += n
		}
	}
	return out
}

// court opens the court in this process, while the program is down.
func (k *victim) court(f func(c *mashang.Court)) {
	k.t.Helper()
	// What a killed worker had begun is given to the next after its time.
	c, err := open(k.t.Context(), config.Config{Data: k.data, Origin: "http://" + k.addr, Demo: true}, clock.At(time.Now().Add(5*time.Minute)), io.Discard)
	if err != nil {
		k.t.Fatal(err)
	}
	f(c)
	if err := c.Kit.Close(); err != nil {
		k.t.Error(err)
	}
}

// entries counts the acts in the ledger by kind, without what jobs did.
func entries(t *testing.T, c *mashang.Court) map[string]int {
	t.Helper()
	type row struct {
		Kind string `db:"kind"`
		N    int    `db:"n"`
	}
	out := map[string]int{}
	for _, r := range rowsOf[row](t, c, `SELECT kind, COUNT(*) AS n FROM ledger_entry WHERE actor NOT LIKE 'system:%' GROUP BY kind`) {
		out[r.Kind] = r.N
	}
	return out
}

func rowsOf[T any](t *testing.T, c *mashang.Court, q string) (out []T) {
	t.Helper()
	if err := c.Kit.Read(t.Context(), func(tx *db.Tx) (err error) { out, err = db.List[T](tx, q); return err }); err != nil {
		t.Fatal(err)
	}
	return out
}

// sameSums drops the sums of the figures and makes them again: they are the
// same to the unit.
func sameSums(t *testing.T, c *mashang.Court) {
	t.Helper()
	type sum struct {
		Scope string `db:"scope"`
		Grain string `db:"grain"`
		At    string `db:"at"`
		Kind  string `db:"kind"`
		Type  string `db:"type"`
		Mark  string `db:"mark"`
		N     int    `db:"n"`
	}
	const all = `SELECT scope, grain, at, kind, type, mark, n FROM statistics_sum WHERE n <> 0 ORDER BY scope, grain, at, kind, type, mark`
	was := rowsOf[sum](t, c, all)
	if err := c.Services.Statistics.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	is := rowsOf[sum](t, c, all)
	if len(was) == 0 {
		t.Error("there are no sums")
	}
	if !slices.Equal(was, is) {
		n := map[sum]int{}
		for _, s := range was {
			n[s]--
		}
		for _, s := range is {
			n[s]++
		}
		for s, d := range n {
			if d != 0 {
				t.Errorf("%+d %+v", d, s)
			}
		}
	}
	t.Logf("%d sums, the same when they are made anew", len(is))
}

// build makes the program as it is delivered.
func build(t *testing.T, dir string) string {
	t.Helper()
	bin := filepath.Join(dir, "mashang")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// verify holds the data folder against its ledger.
func (k *victim) verify() {
	k.t.Helper()
	out, err := exec.Command(k.bin, "verify", "-data", k.data).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "通过") {
		k.t.Errorf("verify: %v: %s", err, out)
	}
}

type victim struct {
	t               *testing.T
	bin, data, addr string
	cmd             *exec.Cmd
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return fmt.Sprintf("localhost:%d", l.Addr().(*net.TCPAddr).Port)
}

func (k *victim) start() {
	k.t.Helper()
	k.cmd = exec.Command(k.bin, "demo", "-data", k.data, "-listen", k.addr, "-push", "mailto:it@court.example")
	k.cmd.Stdout, k.cmd.Stderr = io.Discard, os.Stderr
	if testing.Verbose() {
		k.cmd.Stderr = os.Stderr
	} else {
		k.cmd.Stderr = io.Discard
	}
	k.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	for range 3000 { // the first time it makes its year
		if r, err := http.Get("http://" + k.addr + "/healthz"); err == nil {
			_ = r.Body.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	k.t.Fatal("it does not come up within five minutes")
}

// rests is the least memory of the process after its start: what was left undone it
// does first, and what that took Go collects, with nothing else to do, every two
// minutes.
func (k *victim) rests() int {
	least := k.resident()
	for end := time.Now().Add(150 * time.Second); least>>20 > 60 && time.Now().Before(end); {
		time.Sleep(200 * time.Millisecond)
		least = min(least, k.resident())
	}
	return least
}

// resident is the memory of the process in bytes, as Linux tells it.
func (k *victim) resident() int {
	k.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", k.cmd.Process.Pid))
	if err != nil {
		k.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "VmRSS:")
	kb := 0
	if _, err := fmt.Sscan(after, &kb); err != nil || kb == 0 {
		k.t.Fatalf("no VmRSS: %v", err)
	}
	return kb << 10
}

// stop ends the program as its operator does.
func (k *victim) stop() {
	_ = k.cmd.Process.Signal(os.Interrupt)
	_ = k.cmd.Wait()
}

func (k *victim) kill() {
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
}

func (k *victim) get(path, token string) string {
	k.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+k.addr+path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return k.send(r)
}

func (k *victim) post(path, token string, body any) string {
	k.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		k.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+k.addr+"/api/v1"+path, bytes.NewReader(b))
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return k.send(r)
}

func (k *victim) send(r *http.Request) string {
	k.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return string(b)
}
