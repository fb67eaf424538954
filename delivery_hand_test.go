package mashang_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// TestFilm: what was filmed when a paper was left comes back as the film that it
// is, and a player may ask for a piece of it.
func TestFilm(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	film := "\x00\x00\x00\x18ftypisom" + strings.Repeat("录像", 1000)
	h.upload("李倩", "/delivery/"+id+"/hand", map[string]string{"papers": paperIDs(t, h, id)["acceptance_notice"], "way": "left", "on": "2026-03-03", "where": "home", "filmed": "true"},
		"scan", "留置.mp4", []byte(film)).must(t, "leave", 200)
	course := "/delivery/" + id + "/service/" + one[string](h, `SELECT id FROM delivery_service`)
	has(t, "the course", h.get("李倩", course).must(t, "course", 200).body, "看录像")
	ask := httptest.NewRequestWithContext(h.ctx("李倩"), http.MethodGet, "/delivery/"+id+"/scan/"+one[string](h, `SELECT id FROM delivery_attempt`)+".0", nil)
	ask.Header.Set("Range", "bytes=4-11")
	ask.RemoteAddr = "127.9.9.9:1"
	w := httptest.NewRecorder()
	h.Router.ServeHTTP(w, ask)
	if w.Code != http.StatusPartialContent || w.Body.String() != film[4:12] {
		t.Errorf("a piece: %d %q", w.Code, w.Body)
	}
	if kind, name := w.Header().Get("Content-Type"), w.Header().Get("Content-Disposition"); kind != "video/mp4" || !strings.HasSuffix(name, url.PathEscape("送达录像.mp4")) {
		t.Errorf("it is %s, %s", kind, name)
	}
}
