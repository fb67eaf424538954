package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKill: a court is killed again and again in the middle of writing on
// every path; whatever it had acknowledged is there afterwards, once, and its
// ledger verifies. MASHANG_LONG makes it a hundred times.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	k := &victim{t: t, bin: build(t, dir), data: filepath.Join(dir, "data"), addr: freeAddr(t)}
	w, count, rounds := &workload{k: k}, map[string]int{}, 4
	if os.Getenv("MASHANG_LONG") != "" {
		rounds = 100
	}
	for w.round = range rounds {
		k.start()
		if mb := k.resident() >> 20; mb > 60 {
			t.Errorf("it rests in %d MB, want at most 60", mb)
		}
		w.sign()
		stop, done := make(chan struct{}), make(chan struct{})
		go func() { w.run(stop); close(done) }()
		time.Sleep(200*time.Millisecond + rand.N(800*time.Millisecond))
		k.kill()
		close(stop)
		<-done
		k.start()
		for path, n := range w.check() {
			count[path] += n
		}
		k.kill()
	}
	t.Logf("acknowledged, and found again: %v", count)
	for _, path := range []string{"/onecode/…/ask", "/onecode/…/message/…/send", "/complaint/write/…", "/casebook/enter", "/casebook/…/accept", "/onecode/…/contact", "/oversight/record"} {
		if count[path] < rounds/2 {
			t.Errorf("%s was acknowledged %d times in %d rounds", path, count[path], rounds)
		}
	}
	k.verify()
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
	k.cmd = exec.Command(k.bin, "demo", "-data", k.data, "-listen", k.addr)
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
	for range 600 {
		if r, err := http.Get("http://" + k.addr + "/healthz"); err == nil {
			_ = r.Body.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	k.t.Fatal("it does not come up within a minute")
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
