package mashang_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"mashang/platform/dbtest"
)

// robots are those who fetch a link before, or instead of, the person to whom it
// was sent.
var robots = map[string]string{
	"WeChat's preview":   "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.47 NetType/WIFI Language/zh_CN",
	"WeChat's inspector": "mozilla/5.0 (Windows NT 10.0) WeChatSecurityScanner/1.0 QQBrowser",
	"Outlook's scanner":  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks BingPreview/1.0b",
	"a mail gateway":     "Barracuda Sentinel (EE)",
	"a search engine":    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
	"a chat's card":      "facebookexternalhit/1.1 WhatsApp/2.23 DingTalk/7.0",
	"nobody says who":    "",
}

// TestPreviews: a robot that follows the link of a message, with whatever verb and
// from whatever gate, has read nothing; nor has the browser of the recipient that
// fetches pages ahead of him. Only what he presses counts (在线诉讼规则 31).
func TestPreviews(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	jia := h.partyID(id, "贾若兰")
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	// The account is surely hers and she has not confirmed it: reading would serve.
	h.post("贾若兰", "/delivery/"+id+"/confirm", map[string]any{"consent": "agree"}).must(t, "consent", 200)
	p := h.issue(id, jia, "summons", 1)[0]
	h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": []string{p}, "ways": []string{"inapp"}}).must(t, "send", 200)
	h.drain()
	v := one[string](h, `SELECT id FROM delivery_service WHERE paper_id = ?`, p)
	before := one[int64](h, `SELECT COUNT(*) FROM ledger_entry`)
	receive := "/delivery/" + id + "/receive/" + v
	for name, agent := range robots {
		for _, r := range []struct{ verb, path string }{
			{http.MethodGet, receive}, {http.MethodHead, receive}, {http.MethodOptions, receive}, {http.MethodPost, receive},
			{http.MethodGet, "/delivery/" + id + "/open/" + v}, {http.MethodPost, "/delivery/" + id + "/open/" + v}, {http.MethodPost, "/api/v1/delivery/" + id + "/open/" + v},
			{http.MethodGet, "/papers/view/" + p}, {http.MethodGet, "/papers/file/" + p}, {http.MethodGet, "/delivery/" + id + "/service/" + v},
		} {
			q := httptest.NewRequestWithContext(t.Context(), r.verb, r.path, nil)
			q.Header.Set("User-Agent", agent)
			if a := h.send("", q); a.code == http.StatusOK && r.verb != http.MethodOptions {
				t.Errorf("%s: %s %s: %d", name, r.verb, r.path, a.code)
			}
		}
	}
	for _, ahead := range []string{"Purpose", "Sec-Purpose", "X-Moz"} {
		for _, path := range []string{receive, "/delivery/" + id + "/open/" + v, "/casebook/" + id, "/papers/view/" + p} {
			for _, verb := range []string{http.MethodGet, http.MethodHead} {
				q := httptest.NewRequestWithContext(t.Context(), verb, path, nil)
				q.Header.Set(ahead, "prefetch")
				h.send("贾若兰", q)
			}
		}
	}
	h.drain()
	if s := one[string](h, `SELECT state FROM delivery_service WHERE id = ?`, v); s != "delivered" {
		t.Errorf("after previews: %s", s)
	}
	if n := one[int64](h, `SELECT COUNT(*) FROM delivery_attempt WHERE read_at > 0 OR replied_at > 0`); n != 0 {
		t.Errorf("%d were read", n)
	}
	if n := one[int64](h, `SELECT COUNT(*) FROM ledger_entry`); n != before {
		t.Errorf("%d entries of previews", n-before)
	}
	h.post("贾若兰", "/delivery/"+id+"/open/"+v, nil).must(t, "open", 200)
	if s := one[string](h, `SELECT state FROM delivery_service WHERE id = ?`, v); s != "effective" {
		t.Errorf("after she opened it: %s", s)
	}
}
