package mashang_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// TestStrangerSilencesNobody: who knows a party's number and asks for codes all
// day keeps her neither from signing in elsewhere nor from hearing of the court.
func TestStrangerSilencesNobody(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	ask := func(addr string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/account/login", strings.NewReader(url.Values{"phone": {jiaPhone}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.RemoteAddr = addr
		w := httptest.NewRecorder()
		h.Router.ServeHTTP(w, r)
		h.drain()
		return w.Code
	}
	sent := func(word string) (n int) {
		for _, m := range h.outbox() {
			if strings.Contains(m, word) {
				n++
			}
		}
		return n
	}
	refused := 0
	for range 20 {
		if ask("10.9.9.9:1") == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("the stranger was never slowed")
	}
	before := sent("验证码")
	if got := ask("10.1.1.1:1"); got != http.StatusSeeOther || sent("验证码") != before+1 {
		t.Errorf("from home she gets %d and %d codes", got, sent("验证码")-before)
	}
	mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭？"}).must(t, "ask", 200).get("id")
	told := sent("答复了")
	h.post("周明远", "/onecode/"+id+"/message/"+mid+"/send", map[string]string{"text": "三月十日。"}).must(t, "answer", 200)
	h.drain()
	if sent("答复了") != told+1 {
		t.Errorf("of the answer she does not hear: %v", h.outbox())
	}
}
