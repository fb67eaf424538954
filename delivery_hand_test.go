package mashang_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/paper"
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

// TestBoard: the board shows all that has still to hang and that anybody may read,
// however much else hangs of which nobody may, and first.
func TestBoard(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		notice := func(id string, n int) {
			t.Helper()
			ps := h.issue(id, h.partyID(id, "贾若兰"), "summons", n)
			h.post("李倩", "/delivery/"+id+"/hand", map[string]any{"papers": ps, "way": "notice", "on": docket.Today(h.clock.Now()), "who": "本院公告栏", "reason": "下落不明", "course": "邮寄退回", "missing": true}).must(t, "notice", 200)
		}
		open, sealed := h.accepted(), h.accepted()
		notice(open, 1)
		notice(sealed, 200)
		h.post("周明远", "/casebook/"+sealed+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		var board struct {
			Notices []paper.Notice `json:"notices"`
		}
		body := h.get("", "/api/v1/delivery/notices").must(t, "board", 200).body
		if err := json.Unmarshal([]byte(body), &board); err != nil || len(board.Notices) != 1 {
			t.Fatalf("%d notices, %v", len(board.Notices), err)
		}
		want := paper.Notice{Court: "衡水市中级人民法院", Number: "（2026）冀11知民初1号", Name: "贾若兰", Paper: "通知书", Posted: board.Notices[0].Posted, Days: 30, On: mustDate("2026-04-02")}
		if got := board.Notices[0]; !reflect.DeepEqual(got, want) || got.Posted[0].Place != "本院公告栏" {
			t.Errorf("%+v", got)
		}
		h.clock.Add(33 * 24 * time.Hour)
		h.drain()
		notice(h.accepted(), 200)
		notice(h.accepted(), 200)
		if err := json.Unmarshal([]byte(h.get("", "/api/v1/delivery/notices").must(t, "board", 200).body), &board); err != nil || len(board.Notices) != 401 || board.Notices[399].Made || !board.Notices[400].Made {
			t.Errorf("%d notices, %v", len(board.Notices), err)
		}
	})
}

// TestNoticeKept: a notice whose days are over while the paper is presumed served
// is not lost: when she proves that she did not get it, the notice serves.
func TestNoticeKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		ps := h.issue(id, h.partyID(id, "贾若兰"), "summons", 1)
		h.post("李倩", "/delivery/"+id+"/hand", map[string]any{"papers": ps, "way": "notice", "on": "2026-03-03", "who": "本院公告栏", "reason": "下落不明", "course": "邮寄退回", "missing": true}).must(t, "notice", 200)
		h.post("李倩", "/delivery/"+id+"/address/"+h.partyID(id, "贾若兰"), map[string]any{"consent": "agree", "ground": "stated", "standing": "sure", "shown_by": "笔录"}).must(t, "consent", 200)
		h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": ps, "ways": []string{"inapp"}}).must(t, "send", 200)
		h.drain()
		h.post("贾若兰", "/delivery/"+id+"/open/"+one[string](h, `SELECT id FROM delivery_service`), map[string]any{}).must(t, "open", 200)
		state := func() string {
			return one[string](h, `SELECT way || ' ' || made_on FROM delivery_effect WHERE undone_at = 0`)
		}
		if s := state(); s != "inapp 2026-03-03" {
			t.Fatal(s)
		}
		h.clock.Add(32 * 24 * time.Hour)
		h.drain()
		if s := state(); s != "inapp 2026-03-03" {
			t.Errorf("the days of the notice moved what is earlier: %s", s)
		}
		h.post("李倩", "/delivery/"+id+"/rebut/"+one[string](h, `SELECT id FROM delivery_attempt WHERE way = 'inapp'`), map[string]any{"reason": "那天手机在别人手里"}).must(t, "rebut", 200)
		h.drain()
		if s := state(); s != "notice 2026-04-02" {
			t.Errorf("after the rebuttal: %q", s)
		}
	})
}
