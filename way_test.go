package mashang_test

import (
	"bytes"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mashang/platform/db"
	"mashang/platform/egress"
	"mashang/platform/notify"
)

// A browser's key and secret; what it is sent is read in platform/notify.
const (
	browserKey    = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
	browserSecret = "MDEyMzQ1Njc4OWFiY2RlZg"
)

// rung is how many messages of a channel wait or went.
func (h *house) rung(channel string) (n int) {
	h.t.Helper()
	ms, err := h.Kit.Notify.Outbox(h.t.Context(), 500)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range ms {
		if m.Channel == channel {
			n++
		}
	}
	return n
}

// answered lets Ms Jia ask and the judge answer.
func (h *house) answered(id string) {
	h.t.Helper()
	m := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭？"}).must(h.t, "ask", 200).get("id")
	h.post("周明远", "/onecode/"+id+"/message/"+m+"/send", map[string]string{"text": "下周三。"}).must(h.t, "send", 200)
	h.drain()
}

func (h *house) listen(who, endpoint string) answer {
	h.t.Helper()
	return h.post(who, "/account/way/push", map[string]string{"endpoint": endpoint, "p256dh": browserKey, "auth": browserSecret})
}

// TestRinging: a browser rings for the one who asked on it last, until the
// push service knows it no more or its session ends, however it ends.
func TestRinging(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		stranger := h.otherParty()
		var calls atomic.Int64
		status := &atomic.Int64{}
		status.Store(http.StatusCreated)
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			w.WriteHeader(int(status.Load()))
		}))
		t.Cleanup(s.Close)
		g, err := notify.NewWebPush(bytes.Repeat([]byte{7}, 32), "mailto:it@court.example")
		if err != nil {
			t.Fatal(err)
		}
		g.Client = egress.Reach{Loopback: true}.Client()
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		tr := s.Client().Transport.(*http.Transport).Clone()
		tr.TLSClientConfig.RootCAs = roots
		g.Client.Transport = tr
		h.Kit.Notify.Use(notify.Push, g)

		if h.listen("周明远", s.URL+"/a").code == 200 {
			t.Error("a judge's account rings")
		}
		h.listen("贾若兰", s.URL+"/a").must(t, "listen", 200)
		h.answered(id)
		if calls.Load() != 1 {
			t.Fatalf("%d calls after one answer", calls.Load())
		}
		// Another account asks on the same browser.
		h.listen(stranger, s.URL+"/a").must(t, "listen", 200)
		h.answered(id)
		if calls.Load() != 1 {
			t.Error("it rings for who was there before")
		}
		h.listen("贾若兰", s.URL+"/a").must(t, "listen again", 200)
		h.answered(id)
		if calls.Load() != 2 {
			t.Errorf("%d calls", calls.Load())
		}
		status.Store(http.StatusGone)
		h.answered(id)
		has(t, "after 410", h.get("贾若兰", "/api/v1/account").body, `"ways":null`)
		n := h.rung(notify.Push)
		h.answered(id)
		if h.rung(notify.Push) != n {
			t.Error("a message to a browser that is gone")
		}

		// What waits for the morning does not ring where somebody signed out at night.
		status.Store(http.StatusCreated)
		h.listen("贾若兰", s.URL+"/b").must(t, "listen", 200)
		h.clock.Add(14 * time.Hour) // 23:00
		before := calls.Load()
		h.answered(id)
		h.post("贾若兰", "/account/leave", nil).must(t, "leave", 200)
		h.clock.Add(10 * time.Hour)
		h.drain()
		if calls.Load() != before {
			t.Error("it rings after signing out")
		}

		// A lost phone takes everything with it.
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.listen("贾若兰", s.URL+"/c").must(t, "listen", 200)
		h.post("韩雪", "/account/counter", map[string]any{"court": "冀11", "name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": jiaPhone, "seen": true, "lost": true}).must(t, "lost", 200)
		err = h.Kit.Read(t.Context(), func(tx *db.Tx) error {
			rows, err := db.List[string](tx, `SELECT target || find AS x FROM account_way`)
			for _, r := range rows {
				if strings.Contains(r, "https") {
					t.Error("an address is readable in the database")
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		before = calls.Load()
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.answered(id)
		if calls.Load() != before {
			t.Error("a lost phone rings")
		}
	})
}

// TestBridge: only the bridge gives an account a WeChat, with a word that the
// account's owner sent, in time, once.
func TestBridge(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		word := func() string {
			t.Helper()
			return h.post("贾若兰", "/account/way/wechat", nil).must(t, "offer", 200).get("word")
		}
		say := func(word, openid string, at time.Time, key string) int {
			stamp := at.Unix()
			sign := notify.Signature(key, []byte(word+"\n"+openid+"\n"+strconv.FormatInt(stamp, 10)))
			return h.post("", "/account/way/bound", map[string]any{"word": word, "openid": openid, "at": stamp, "sign": sign}).code
		}
		now := h.Kit.Now()
		w := word()
		for what, code := range map[string]int{
			"wrong key":  say(w, "o-jia", now, "another"),
			"no openid":  say(w, "", now, wechatKey),
			"old":        say(w, "o-jia", now.Add(-6*time.Minute), wechatKey),
			"early":      say(w, "o-jia", now.Add(6*time.Minute), wechatKey),
			"wrong word": say("ABCD2345", "o-jia", now, wechatKey),
			"no word":    say("", "o-jia", now, wechatKey),
		} {
			if code == 200 {
				t.Errorf("%s was taken", what)
			}
		}
		old := w
		if w = word(); say(old, "o-thief", now, wechatKey) == 200 {
			t.Error("a word that another took the place of was taken")
		}
		if say(strings.ToLower(w[:4])+" "+strings.ToLower(w[4:]), "o-jia", now, wechatKey) != 200 {
			t.Error("a word as people type it was refused")
		}
		if say(w, "o-jia", now, wechatKey) != 200 || say(w, "o-other", now, wechatKey) == 200 {
			t.Error("told twice, or by another")
		}
		h.answered(id)
		if h.rung(notify.WeChat) != 1 {
			t.Errorf("%d messages", h.rung(notify.WeChat))
		}
		w = word()
		h.clock.Add(11 * time.Minute)
		if say(w, "o-late", h.Kit.Now(), wechatKey) == 200 {
			t.Error("a word was taken after ten minutes")
		}
		if say(word(), "o-new", h.Kit.Now(), wechatKey) != 200 {
			t.Error("a second WeChat was refused")
		}
		if b := h.get("贾若兰", "/api/v1/account").body; strings.Count(b, `"channel":"wechat"`) != 1 {
			t.Errorf("two are bound: %s", b)
		}
	})
}
