package mashang_test

import (
	"bufio"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// TestNothingBesides: what is served is what is declared. No way of looking
// into a running program is linked in, no folder is listed, TRACE answers
// nothing, and a real court has none of the demo's pages.
func TestNothingBesides(t *testing.T) {
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		for _, i := range f.Imports {
			if p := i.Path.Value; p == `"net/http/pprof"` || p == `"expvar"` {
				t.Errorf("%s imports %s", name, p)
			}
		}
	})
	h := newHouse(t, dbtest.SQLite(t))
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/.git/config", "/.env", "/static/", "/static", "/blobs/", "/keys/field.key", "/mashang.db", "/docs/", "/demo", "/demo/outbox", "/api/v1/", "/static/../mashang.db", "/static/%2e%2e/go.mod"} {
		if a := h.get("", path); a.code == http.StatusOK || strings.Contains(a.body, "go 1.") {
			t.Errorf("%s: %d", path, a.code)
		}
	}
	for _, path := range []string{"/", "/casebook", "/metrics", "/static/"} {
		for _, method := range []string{http.MethodTrace, "TRACK", http.MethodConnect} {
			r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
			r.Header.Set("X-Secret", "SECRET")
			w := httptest.NewRecorder()
			h.Router.ServeHTTP(w, r)
			if w.Code < 400 || strings.Contains(w.Body.String(), "SECRET") {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.RemoteAddr = "203.0.113.9:1000"
	w := httptest.NewRecorder()
	h.Router.ServeHTTP(w, r)
	if w.Code != http.StatusNotFound {
		t.Errorf("/metrics from elsewhere: %d", w.Code)
	}
}

// TestOneRequestIsOne: where a message ends is beyond doubt: a length beside
// chunks, two lengths and an unknown coding never make a second request.
func TestOneRequestIsOne(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	base, _ := serve(t, h.Court)
	const second = "GET /healthz?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	for what, head := range map[string]string{
		"length and chunks": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "two lengths": "Content-Length: 0\r\nContent-Length: 60\r\n", "unknown coding": "Transfer-Encoding: xchunked\r\n",
		"two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "blank before the colon": "Content-Length : 60\r\n", "negative": "Content-Length: -1\r\n", "signed": "Content-Length: +0\r\n",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(c, "POST /prefs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n%s\r\n0\r\n\r\n%s", head, second)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		chunks := what == "length and chunks" && res.StatusCode == http.StatusSeeOther // the length beside them does not count
		if !chunks && res.StatusCode != http.StatusBadRequest && res.StatusCode != http.StatusNotImplemented {
			t.Errorf("%s: %d", what, res.StatusCode)
		}
		_ = c.Close()
	}
}

// TestServerSpeaksIntoTheLog: a handler that panics leaves a line of the log
// like any other, without the caller's address.
func TestServerSpeaksIntoTheLog(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.Router.Raw("GET /panics", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the test's own") }))
	base, stop := serve(t, h.Court)
	if res, err := http.Get(base + "/panics"); err == nil {
		_ = res.Body.Close()
		t.Error("a panic was answered")
	}
	stop()
	said := h.log.String()
	if !strings.Contains(said, "the test's own") || !strings.Contains(said, "serving a caller:") || strings.Contains(said, "127.0.0.1") {
		t.Errorf("the log says:\n%s", said)
	}
	for l := range strings.Lines(said) {
		decode(t, l, &map[string]any{})
	}
}
