package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestKill: a court is killed again and again in the middle of writing;
// whatever it had acknowledged is there afterwards, once, and its ledger
// verifies.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "mashang")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	k := &victim{t: t, bin: bin, data: filepath.Join(dir, "data"), addr: freeAddr(t)}
	acked := map[string]bool{}
	for round := range 4 {
		k.start()
		if mb := k.resident() >> 20; mb > 60 {
			t.Errorf("it rests in %d MB, want at most 60", mb)
		}
		id, token := k.enter()
		var mu sync.Mutex
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					text := fmt.Sprintf("第%d轮-%d-%d。", round, w, i)
					if k.ask(id, token, text) {
						mu.Lock()
						acked[text] = true
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(time.Duration(300+200*round) * time.Millisecond)
		k.kill()
		close(stop)
		wg.Wait()
	}
	if len(acked) < 20 {
		t.Fatalf("only %d messages were acknowledged", len(acked))
	}
	k.start()
	id, token := k.enter()
	all := k.thread(id, token)
	k.kill()
	for text := range acked {
		if n := strings.Count(all, text); n != 1 {
			t.Errorf("%s was acknowledged and stands there %d times", text, n)
		}
	}
	out, err := exec.Command(bin, "verify", "-data", k.data).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "通过") {
		t.Fatalf("verify: %v: %s", err, out)
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

var jia = regexp.MustCompile(`value="([^"]+)"[^>]*>\s*<svg[^>]*>.*?</svg>\s*<span><b>贾若兰`)

// enter signs in as Ms Jia and returns her case and a token.
func (k *victim) enter() (id, token string) {
	k.t.Helper()
	page := k.get("/demo", "")
	m := jia.FindStringSubmatch(page)
	if m == nil {
		k.t.Fatalf("no button for Ms Jia in %s", page)
	}
	var out map[string]string
	if err := json.Unmarshal([]byte(k.post("/demo/enter", "", map[string]string{"person": m[1]})), &out); err != nil {
		k.t.Fatal(err)
	}
	return strings.TrimPrefix(out["goto"], "/casebook/"), out["token"]
}

func (k *victim) ask(id, token, text string) bool {
	b, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return false
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+k.addr+"/api/v1/onecode/"+id+"/ask", bytes.NewReader(b))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode == http.StatusTooManyRequests {
		time.Sleep(100 * time.Millisecond)
	}
	return err == nil && res.StatusCode == http.StatusOK
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

// thread reads all pages of a thread.
func (k *victim) thread(id, token string) string {
	k.t.Helper()
	all, before := "", ""
	for {
		body := k.get("/api/v1/onecode/"+id+"?before="+before, token)
		all += body
		var v struct {
			More     bool `json:"more"`
			Messages []struct {
				ID string `json:"id"`
			} `json:"messages"`
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			k.t.Fatalf("%v: %s", err, body)
		}
		if !v.More {
			return all
		}
		before = v.Messages[0].ID
	}
}
