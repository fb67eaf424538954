//go:build long

package main

import (
	"math/rand/v2"
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
	w := &workload{k: k}
	w.sign()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { w.run(stop); close(done) }()
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
	close(stop)
	<-done
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
	w.check()
	k.kill()
	k.verify()
	t.Logf("operation %d: %d of %d forms acknowledged", n, acked, w.tried)
}

// stop ends the program as its operator does.
func (k *victim) stop() {
	_ = k.cmd.Process.Signal(os.Interrupt)
	_ = k.cmd.Wait()
}
