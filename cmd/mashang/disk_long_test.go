//go:build long

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mashang/platform/disktest"
)

// TestDisk: a court on a disk that fails in each way, at a random write or
// sync of a running workload. What was acknowledged outlasts it, the ledger
// verifies, and the court serves again from what the disk kept.
func TestDisk(t *testing.T) {
	dir := t.TempDir()
	first := &victim{t: t, bin: build(t, dir), data: filepath.Join(dir, "base"), addr: freeAddr(t)}
	first.start()
	first.stop()
	for f, name := range disktest.Faults {
		for range 8 {
			n := 1 + rand.IntN(600)
			t.Run(name, func(t *testing.T) { broken(t, first, f, n) })
		}
	}
}

func broken(t *testing.T, first *victim, f disktest.Fault, n int) {
	t.Helper()
	dir := t.TempDir()
	live, point := filepath.Join(dir, "live"), filepath.Join(dir, "point")
	if err := os.CopyFS(live, os.DirFS(first.data)); err != nil {
		t.Fatal(err)
	}
	d, err := disktest.Mount(live, point)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Unmount() })
	k := &victim{t: t, bin: first.bin, data: point, addr: first.addr} // its origin is printed in its codes
	k.start()
	w := newWorkload(k)
	w.sign()
	w.begin()
	t.Cleanup(w.stop)
	w.resume()
	if time.Sleep(100 * time.Millisecond); f == disktest.BadSync {
		n = 1 + n/10
	}
	d.Break(f, n)
	for range 100 {
		if time.Sleep(50 * time.Millisecond); d.Happened() {
			break
		}
	}
	happened := d.Happened()
	time.Sleep(300 * time.Millisecond) // what it does afterwards counts too
	k.kill()
	w.stop()
	if err := d.Unmount(); err != nil {
		t.Fatal(err)
	}
	if !happened {
		t.Fatalf("after %d forms the disk has not failed at its operation %d", w.tried, n)
	}
	if k.data, err = d.Safe(); err != nil {
		t.Fatal(err)
	}
	acked := len(w.acked)
	k.start()
	w.sign()
	w.check()
	k.kill()
	k.verify()
	t.Logf("operation %d: %d of %d forms acknowledged", n, acked, w.tried)
}

// TestLyingDisk: a court whose disk turns bits over in what it reads. Every
// answer is the one that a good disk gives, or says that something is wrong.
func TestLyingDisk(t *testing.T) {
	dir := t.TempDir()
	k := &victim{t: t, bin: build(t, dir), data: filepath.Join(dir, "data"), addr: freeAddr(t)}
	k.start()
	w := newWorkload(k)
	w.sign()
	w.resume()
	for n := range 6 {
		w.play((*workload).talk, fmt.Sprint(n))
	}
	pages := map[[2]string]string{} // path and token → what it says, when it says the same twice
	for _, path := range []string{"/api/v1/onecode/" + w.caseID, "/api/v1/statistics/public/冀11", "/api/v1/complaint/mine", "/api/v1/casebook"} {
		for _, token := range []string{w.tokens["原告"], w.tokens["法官"], w.tokens["立案窗口"]} {
			if a := k.get(path, token); a == k.get(path, token) {
				pages[[2]string{path, token}] = a
			}
		}
	}
	k.stop()
	d, err := disktest.Mount(k.data, filepath.Join(dir, "point"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Unmount() })
	d.Break(disktest.Flip, 1<<30) // not before it has come up
	k.data = filepath.Join(dir, "point")
	k.start()
	d.Break(disktest.Flip, 1)
	right, told := 0, 0
	for range 60 {
		for p, want := range pages {
			status, got := k.ask(p[0], p[1])
			switch {
			case status == http.StatusTooManyRequests:
				time.Sleep(50 * time.Millisecond)
			case status >= http.StatusInternalServerError:
				told++
			case got == want:
				right++
			default:
				t.Errorf("%s says something else, in silence: %d %.300s\nwant %.300s", p[0], status, got, want)
			}
		}
	}
	k.kill()
	t.Logf("%d answers were right, %d said that something is wrong", right, told)
	if len(pages) < 6 || !d.Happened() || right == 0 || told == 0 {
		t.Errorf("of %d pages; bits turned over: %v", len(pages), d.Happened())
	}
}

// ask is get that takes a refusal, or no answer, for one.
func (k *victim) ask(path, token string) (int, string) {
	r, err := http.NewRequest(http.MethodGet, "http://"+k.addr+path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := quick.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		k.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}
