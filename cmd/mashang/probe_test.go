package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProbe: a line is added each time, and what is not the court's own answer
// is none.
func TestProbe(t *testing.T) {
	answer, status := "ok\n", http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			t.Error(r.URL.Path)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	out := filepath.Join(t.TempDir(), "probe.jsonl")
	ask := func() { must(t, "probe", "-url", srv.URL+"/", "-out", out) }
	ask()
	answer = "<html>维护中</html>"
	ask()
	status = http.StatusBadGateway
	ask()
	srv.Close()
	ask()
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	for i, want := range []string{"", "another answer", "status 502", "connection refused"} {
		var x struct {
			Time   string
			OK     bool
			Reason string
		}
		if len(lines) != 4 || json.Unmarshal([]byte(lines[i]), &x) != nil || x.Time == "" || x.OK != (want == "") || !strings.Contains(x.Reason, want) {
			t.Errorf("%q, not %q", lines, want)
		}
	}
}
