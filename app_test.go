package mashang_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// TestInstalledApp: what a phone is given to keep the court as an app, and
// which pages it may keep: three, and never one of staff.
func TestInstalledApp(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	var m struct {
		Name, Display string
		Icons         []struct{ Src, Sizes, Purpose string }
	}
	decode(t, h.get("", "/manifest.webmanifest").must(t, "manifest", 200).body, &m)
	if !strings.Contains(m.Name, "法院") || m.Display != "standalone" || len(m.Icons) != 3 {
		t.Errorf("the manifest says %+v", m)
	}
	for _, i := range m.Icons {
		img, err := png.Decode(bytes.NewReader([]byte(h.get("", i.Src).must(t, i.Src, 200).body)))
		if err != nil || !strings.HasPrefix(i.Sizes, "192") && img.Bounds().Dx() != 512 {
			t.Errorf("%s: %v", i.Src, err)
		}
	}
	worker := h.get("", "/worker.js").must(t, "worker", 200).body
	list, _, _ := strings.Cut(strings.SplitN(worker, "shell = ", 2)[1], "\n")
	var shell []string
	if err := json.Unmarshal([]byte(list), &shell); err != nil {
		t.Fatal(err)
	}
	for _, path := range shell {
		h.get("", path).must(t, path, 200)
	}
	// Of everything that a party may look at, three pages; of a sealed case none.
	marked := func(who string, paths []string) (out []string) {
		t.Helper()
		for _, path := range paths {
			req := httptest.NewRequestWithContext(h.ctx(who), http.MethodGet, path, nil)
			if tok := h.tokens[who]; tok != "" {
				req.Header.Set("Authorization", "Bearer "+tok)
			}
			w := httptest.NewRecorder()
			h.Router.ServeHTTP(w, req)
			if w.Code == http.StatusTooManyRequests || w.Header().Get("X-Keep") != "" && w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
			if w.Header().Get("X-Keep") != "" {
				out = append(out, path)
			}
		}
		slices.Sort(out)
		return out
	}
	var all []string
	for _, r := range h.Router.Routes() {
		path, ok := strings.CutPrefix(r.Pattern, "GET ")
		if path = strings.ReplaceAll(path, "{case}", id); ok && !strings.Contains(path, "{") {
			all = append(all, path)
		}
	}
	keep := []string{"/casebook", "/casebook/" + id, "/onecode/" + id}
	if got := marked("贾若兰", all); !slices.Equal(got, keep) {
		t.Errorf("pages that may be kept: %v", got)
	}
	if got := marked("周明远", all); got != nil {
		t.Errorf("a judge may keep %v", got)
	}
	if got := marked("贾若兰", []string{"/casebook?q=1", "/onecode/" + id + "?before=1", "/api/v1/casebook/" + id}); got != nil {
		t.Errorf("a part of a page may be kept: %v", got)
	}
	h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
	if got := marked("贾若兰", keep); got != nil {
		t.Errorf("of a sealed case may be kept: %v", got)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/account/leave", nil)
	r.Header.Set("Authorization", "Bearer "+h.tokens["贾若兰"])
	w := httptest.NewRecorder()
	h.Router.ServeHTTP(w, r)
	if got := w.Header().Get("Clear-Site-Data"); got != `"storage"` || w.Code != http.StatusSeeOther {
		t.Errorf("signing out clears %q: %d", got, w.Code)
	}
}
