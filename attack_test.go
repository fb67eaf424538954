package mashang_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/id"
)

// TestStrangerWithTrueNumber: a true ID number and a stranger's phone get an
// account, and nothing else.
func TestStrangerWithTrueNumber(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		phone := identity.FictionalPhone(99)
		ch := h.post("", "/account/register", map[string]string{"name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": phone}).must(t, "register", 200).get("challenge")
		h.tokens["冒名"] = h.post("", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(t, "code", 200).get("token")
		for _, path := range []string{"/casebook/" + caseID, "/onecode/" + caseID} {
			if got := h.get("冒名", "/api/v1"+path); got.code != 404 && got.code != 403 || strings.Contains(got.body, "塑胶") {
				t.Errorf("%s: %d %s", path, got.code, got.body)
			}
		}
		if got := h.get("冒名", "/api/v1/casebook"); strings.Contains(got.body, "知民初") {
			t.Errorf("the list shows the case: %s", got.body)
		}
		if got := h.post("冒名", "/casebook/"+caseID+"/export", nil); got.code < 400 {
			t.Errorf("export: %d", got.code)
		}
		// The same person with the phone that the court holds is let in.
		ch = h.post("", "/account/register", map[string]string{"name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": jiaPhone}).must(t, "register", 200).get("challenge")
		h.tokens["本人"] = h.post("", "/account/code/"+ch, map[string]string{"code": h.code(jiaPhone)}).must(t, "code", 200).get("token")
		h.get("本人", "/casebook/"+caseID).must(t, "her own case", 200)
	})
}

// TestCodeTellsNothing: unknown, revoked, mistyped and right codes, right and
// wrong names, are answered with the same bytes, and nothing is sent.
func TestCodeTellsNothing(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, short := h.caseCode(caseID, "贾若兰")
	page := func(code string) string {
		a := h.get("", "/c/"+code)
		return fmt.Sprint(a.code) + strings.ReplaceAll(a.body, code, "CODE")
	}
	key := func(s string) string { return keys.ReplaceAllString(s, "KEY") }
	want := key(page(long))
	for _, c := range []string{short, id.Secret(), id.Code(12), "ZZZZ-ZZZZ"} {
		if key(page(c)) != want {
			t.Errorf("the page for %s differs", c)
		}
	}
	before := len(h.outbox())
	for i, c := range []struct{ code, name, number string }{
		{id.Secret(), "贾若兰", jiaID}, {long, "贾若蓝", jiaID}, {long, "贾若兰", identity.Fictional(77, mustDate("1986-05-12"), false)}, {id.Code(12), "贾若兰", jiaID},
	} {
		a := h.post("", "/onecode/open", map[string]string{"code": c.code, "name": c.name, "id_type": "resident", "number": c.number}).must(t, "open", 200)
		h.drain()
		if n := len(h.outbox()); n != before {
			t.Errorf("attempt %d sent a message", i)
		}
		for _, guess := range []string{"000000", "123456", ""} {
			h.post("", "/account/code/"+a.get("challenge"), map[string]string{"code": guess}).must(t, "guess", 422)
		}
	}
}

// TestCodeDies: the old code is dead when its successor is made, on paper too.
func TestCodeDies(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		old, _ := h.caseCode(caseID, "贾若兰")
		h.post("韩雪", "/onecode/"+caseID+"/code/"+h.partyID(caseID, "贾若兰"), map[string]string{"reason": "告知书丢了"}).must(t, "reissue", 200)
		before := len(h.outbox())
		h.post("", "/onecode/open", map[string]string{"code": old, "name": "贾若兰", "id_type": "resident", "number": jiaID}).must(t, "open", 200)
		h.drain()
		if len(h.outbox()) != before {
			t.Error("a revoked code still opens")
		}
		fresh, _ := h.caseCode(caseID, "贾若兰")
		if fresh == old {
			t.Fatal("no new code")
		}
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, fresh)
	})
}

// TestOneTimeCode: of a hundred parallel right answers one wins; five wrong
// ones end it; it cannot be used twice, nor later.
func TestOneTimeCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		long, _ := h.caseCode(caseID, "贾若兰")
		open := func() (string, string) {
			ch := h.post("", "/onecode/open", map[string]string{"code": long, "name": "贾若兰", "id_type": "resident", "number": jiaID}).must(t, "open", 200).get("challenge")
			h.drain()
			return ch, h.code(jiaPhone)
		}
		ch, code := open()
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 100 {
			wg.Go(func() {
				if h.post("", "/account/code/"+ch, map[string]string{"code": code}).code == 200 {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d of 100 answers won", won)
		}
		ch, code = open()
		for i := range 5 {
			h.post("", "/account/code/"+ch, map[string]string{"code": fmt.Sprintf("%06d", (i+1)*7)}).must(t, "wrong", 422)
		}
		h.post("", "/account/code/"+ch, map[string]string{"code": code}).must(t, "right after five wrong", 422)
		ch, code = open()
		h.clock.Add(6 * time.Minute)
		h.post("", "/account/code/"+ch, map[string]string{"code": code}).must(t, "too late", 422)
	})
}

// TestPaperCode: a stranger with a photograph learns that the paper is
// genuine, and nothing else.
func TestPaperCode(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	for _, p := range h.papers(caseID) {
		a := h.get("", "/p/"+p.Code).must(t, p.Kind, 200)
		has(t, p.Kind, a.body, "这张纸是真的", p.Title, "共 ")
		for _, secret := range []string{"贾若兰", "塑胶", "知民初", "外观设计", jiaPhone, jiaID} {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s: the stranger reads %s", p.Kind, secret)
			}
		}
	}
	h.get("", "/p/0000000000000000").must(t, "unknown", 404)
	p := paperIDs(t, h, caseID)["acceptance_notice"]
	h.post("周明远", "/papers/paper/"+p+"/withdraw", map[string]any{"reason": "写错了案由", "again": true}).must(t, "withdraw", 200)
	for _, x := range h.papers(caseID) {
		if x.ID == p {
			has(t, "old paper", h.get("", "/p/"+x.Code).body, "已经换了新的")
		}
	}
}

// TestTwice: the same form twice acts once.
func TestTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		long, _ := h.caseCode(caseID, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if a := h.upload("贾若兰", "/onecode/"+caseID+"/ask", map[string]string{"text": "问一次", "_key": "the-same-key"}, "", "", nil); a.code != 200 {
					t.Errorf("%d %s", a.code, a.body)
				}
			})
		}
		wg.Wait()
		if n := strings.Count(h.get("贾若兰", "/api/v1/onecode/"+caseID).body, "问一次"); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

// TestNumbers: case numbers under load have neither gaps nor doubles.
func TestNumbers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const n = 40
		ids := make([]string, n)
		for i := range ids {
			f := filing()
			f["p_name"], f["p_number"], f["p_phone"] = fmt.Sprintf("原告%d", i), identity.Fictional(200+i, mustDate("1970-01-02"), true), identity.FictionalPhone(200+i)
			f["d_name"], f["d_number"] = fmt.Sprintf("被告公司%d", i), identity.FictionalUSCC(200+i)
			ids[i] = h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
		}
		var wg sync.WaitGroup
		for _, c := range ids {
			wg.Go(func() {
				h.post("郭正", "/casebook/"+c+"/accept", map[string]string{"division": h.divs["冀11民一庭"]}).must(t, "accept", 200)
			})
		}
		wg.Wait()
		var got []string
		err := h.Kit.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			got, err = db.List[string](tx, `SELECT number FROM docket_case WHERE number <> ''`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != n {
			t.Fatalf("%d different numbers of %d", len(got), n)
		}
		for i := 1; i <= n; i++ {
			if !slices.Contains(got, fmt.Sprintf("（2026）冀11知民初%d号", i)) {
				t.Errorf("number %d is missing", i)
			}
		}
	})
}

// TestTiming: opening with a code that exists takes as long as with one that
// does not (Welch's t over interleaved samples).
func TestTiming(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	var took [2][]float64
	for i := range 600 {
		code := long
		if i%2 == 1 {
			code = id.Secret()
		}
		start := time.Now()
		a := h.get("", "/c/"+code)
		took[i%2] = append(took[i%2], float64(time.Since(start)))
		a.must(t, "scan", 200)
	}
	if v := welch(took[0][50:], took[1][50:]); math.Abs(v) > 4.5 {
		t.Errorf("t = %.2f: the time tells a known code from an unknown one", v)
	}
}

// welch returns the t statistic of two samples, each without its slowest tenth.
func welch(a, b []float64) float64 {
	cut := func(x []float64) (mean, v, n float64) {
		x = slices.Sorted(slices.Values(x))
		x = x[:len(x)*9/10]
		for _, s := range x {
			mean += s / float64(len(x))
		}
		for _, s := range x {
			v += (s - mean) * (s - mean) / float64(len(x)-1)
		}
		return mean, v, float64(len(x))
	}
	ma, va, na := cut(a)
	mb, vb, nb := cut(b)
	return (ma - mb) / math.Sqrt(va/na+vb/nb)
}

// TestProveAgain: what is sensitive asks once more who it is. Looking at the page
// sends nothing; asking sends one code, to the phone of the account.
func TestProveAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.clock.Set(h.clock.Now().Add(11 * time.Minute))
		a := h.post("贾若兰", "/account/passkey/begin", nil).must(t, "an old proof", 403)
		has(t, "refusal", a.body, "step")
		sent := len(h.outbox())
		has(t, "page", h.get("贾若兰", "/account/prove?next=/account").must(t, "page", 200).body, "发验证码")
		if n := len(h.outbox()); n != sent {
			t.Errorf("looking sent %d messages", n-sent)
		}
		ch := h.post("贾若兰", "/account/prove", map[string]string{"next": "/account"}).must(t, "prove", 200).get("challenge")
		h.drain()
		if n := len(h.outbox()); n != sent+1 {
			t.Errorf("asking sent %d messages", n-sent)
		}
		h.post("贾若兰", "/account/passkey/begin", nil).must(t, "asked, not answered", 403)
		h.tokens["贾若兰"] = h.post("贾若兰", "/account/code/"+ch, map[string]string{"code": h.code(jiaPhone)}).must(t, "code", 200).get("token")
		h.post("贾若兰", "/account/passkey/begin", nil).must(t, "proved", 200)
	})
}

// TestFull: when the store has no room left, nobody is told that something was
// kept, everything can still be read, and the same form goes through when there
// is room again.
func TestFull(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	room := func(pages int64) {
		t.Helper()
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error { // below what is used it is what is used
			_, err := db.List[int64](tx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	ask := func() answer {
		return h.upload("贾若兰", "/onecode/"+caseID+"/ask", map[string]string{"text": strings.Repeat("存不下的话。", 300), "_key": "one form"}, "", "", nil)
	}
	room(1)
	kept := 0
	for i := range 40 { // what is free within the pages is used first
		a := h.upload("贾若兰", "/onecode/"+caseID+"/ask", map[string]string{"text": strings.Repeat("占地方。", 400), "_key": fmt.Sprint(i)}, "", "", nil)
		if a.code == 503 {
			has(t, "refused", a.body, "存满了", "没有存下")
			break
		}
		a.must(t, "kept", 200)
		kept++
	}
	ask().must(t, "full", 503)
	thread := h.get("贾若兰", "/api/v1/onecode/"+caseID).must(t, "read", 200).body
	if n := strings.Count(thread, strings.Repeat("占地方。", 400)); n != kept || strings.Contains(thread, "存不下的话") {
		t.Errorf("%d were acknowledged and %d are there", kept, n)
	}
	room(1 << 20)
	ask().must(t, "room again", 200)
	ask().must(t, "the same form", 200)
	thread = h.get("贾若兰", "/api/v1/onecode/"+caseID).body
	if n := strings.Count(thread, strings.Repeat("存不下的话。", 300)); n != 1 {
		t.Errorf("%d times", n)
	}
}
