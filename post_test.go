package mashang_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/notify"
)

// TestPostAsked: the post is asked about parcels under way and no others; what
// it says is registered once, as the clerk would; when it hangs, resets or talks
// nonsense nothing changes, and it is asked again.
func TestPostAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var mu sync.Mutex
		asked := map[string]int{}
		var events []map[string]string
		wrong := ""
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			number := r.URL.Query().Get("number")
			if asked[number]++; r.Header.Get("X-Signature") != notify.Signature("key", []byte(number)) {
				t.Errorf("signature of %q", number)
			}
			switch wrong {
			case "500":
				w.WriteHeader(http.StatusInternalServerError)
			case "garbage":
				_, _ = fmt.Fprint(w, "<html>")
			case "reset":
				if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
					_ = conn.Close()
				}
			default:
				_ = json.NewEncoder(w).Encode(map[string]any{"events": events})
			}
		}))
		t.Cleanup(srv.Close)
		h.Kit.Config.Post, h.Kit.Config.PostKey = srv.URL, "key"
		id := h.accepted()
		papers := h.issue(id, h.partyID(id, "贾若兰"), "summons", 2)
		for i, p := range papers {
			h.post("李倩", "/delivery/"+id+"/hand", map[string]any{"papers": []string{p}, "way": "post", "on": "2026-03-03", "number": fmt.Sprint("XA1000", i)}).must(t, "hand", http.StatusOK)
		}
		round := func() {
			t.Helper()
			h.clock.Add(7 * time.Hour)
			h.drain()
		}
		if err := h.Kit.Start(t.Context(), h.Services.List.Services()); err != nil {
			t.Fatal(err)
		}
		h.drain()
		for _, wrong = range []string{"500", "garbage", "reset", ""} {
			round()
		}
		if n := h.entries("delivery.result"); n != 0 || asked["XA10000"] == 0 {
			t.Fatalf("%d results, asked %v", n, asked)
		}
		mu.Lock()
		events = []map[string]string{{"event": "收寄", "date": "2026-03-03"}, {"event": "投递失败", "date": "2026-03-04"}, {"event": "妥投", "date": "2026-03-04 10:00", "signer": "本人"}}
		mu.Unlock()
		round()
		n := asked["XA10000"]
		round()
		if asked["XA10000"] != n {
			t.Error("a parcel that has arrived is asked about")
		}
		if n := h.entries("delivery.result"); n != 2 {
			t.Errorf("%d results", n)
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM delivery_effect WHERE made_on = '2026-03-04'`); n != 2 {
			t.Errorf("%d effects", n)
		}
	})
}

// TestGatewayDown: whatever the gateway of short messages does, the case goes on:
// papers served by other ways take effect at once, nothing is served by the short
// message, and after a day the clerk has it on the desk.
func TestGatewayDown(t *testing.T) {
	for name, does := range map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(3 * time.Second):
			}
		},
		"resets": func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		},
		"500":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"garbage": func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>") },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				srv := httptest.NewServer(does)
				t.Cleanup(srv.Close)
				h.Kit.Notify.Use(notify.SMS, notify.HTTPSMS{URL: srv.URL, Key: "k", Client: &http.Client{Timeout: 100 * time.Millisecond}})
				id := h.accepted()
				long, _ := h.caseCode(id, "贾若兰")
				h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
				jia := h.partyID(id, "贾若兰")
				h.post("李倩", "/delivery/"+id+"/address/"+jia, map[string]any{"sms": jiaPhone, "inapp": true, "consent": "agree", "ground": "stated", "standing": "confirmed", "shown_by": "送达地址确认书"}).must(t, "address", http.StatusOK)
				both, sms := h.issue(id, jia, "summons", 1), h.issue(id, jia, "summons", 1)
				h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": both}).must(t, "send", http.StatusOK)
				h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": sms, "ways": []string{"sms"}}).must(t, "send", http.StatusOK)
				h.drain()
				state := func(paper string) string {
					return one[string](h, `SELECT state FROM delivery_service WHERE paper_id = ?`, paper)
				}
				if a, b := state(both[0]), state(sms[0]); a != "effective" || b != "sent" {
					t.Errorf("%s, %s", a, b)
				}
				for range 12 {
					h.clock.Add(3 * time.Hour)
					h.drain()
				}
				if a, b := state(both[0]), state(sms[0]); a != "effective" || b != "next" {
					t.Errorf("after a day: %s, %s", a, b)
				}
				if n := one[int64](h, `SELECT COUNT(*) FROM delivery_effect`); n != 1 {
					t.Errorf("%d effects", n)
				}
				if body := h.get("李倩", "/desk").body; !strings.Contains(body, "没有送到的文书") {
					t.Error("nobody is told")
				}
			})
		})
	}
}
