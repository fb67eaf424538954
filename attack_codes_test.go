package mashang_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/id"
)

// challenge is the one part of an answer that differs each time.
var challenge = regexp.MustCompile(`[0-9A-Z]{26,}`)

// deadCodes are codes that open nothing, each for another reason. The lawyer's
// authority ended yesterday; the third party has left; Ms Jia's first code was
// replaced; the last is of a case of another court.
func deadCodes(t *testing.T, h *house, caseID string) map[string]map[string]string {
	t.Helper()
	say := func(code, name, number string) map[string]string {
		return map[string]string{"code": code, "name": name, "id_type": "resident", "number": number}
	}
	third, lawyer := identity.Fictional(71, mustDate("1980-01-02"), true), identity.Fictional(72, mustDate("1980-01-02"), true)
	h.post("韩雪", "/casebook/"+caseID+"/party", map[string]string{"role": "third", "kind": "natural", "name": "丁三", "id_type": "resident", "number": third, "phone": identity.FictionalPhone(71), "address": "衡水市"}).must(t, "join", 200)
	h.post("韩雪", "/casebook/"+caseID+"/agent", map[string]any{"party": h.partyID(caseID, "贾若兰"), "name": "刘律师", "id_type": "resident", "number": lawyer, "phone": identity.FictionalPhone(72), "class": "lawyer", "firm": "某所", "until": "2026-03-03", "seen": true}).must(t, "agent", 200)
	gone, _ := h.caseCode(caseID, "丁三")
	h.post("韩雪", "/casebook/"+caseID+"/party/"+h.partyID(caseID, "丁三")+"/leave", map[string]string{"reason": "与本案无关"}).must(t, "leave", 200)
	old, oldShort := h.caseCode(caseID, "贾若兰")
	h.post("韩雪", "/onecode/"+caseID+"/code/"+h.partyID(caseID, "贾若兰"), map[string]string{"reason": "丢了"}).must(t, "reissue", 200)
	h.drain()
	h.clock.Add(24 * time.Hour)
	long, short := h.caseCode(caseID, "贾若兰")
	return map[string]map[string]string{
		"unknown long":    say(id.Secret(), "贾若兰", jiaID),
		"unknown short":   say(id.Code(12), "贾若兰", jiaID),
		"mistyped short":  say(mistyped(short), "贾若兰", jiaID),
		"revoked long":    say(old, "贾若兰", jiaID),
		"revoked short":   say(oldShort, "贾若兰", jiaID),
		"left":            say(gone, "丁三", third),
		"authority ended": say(long, "刘律师", lawyer),
		"another name":    say(long, "贾若蓝", jiaID),
		"another court":   say(h.elsewhere(), "贾若兰", jiaID),
		"the other side":  say(h.theirs(caseID), "贾若兰", jiaID),
	}
}

// mistyped changes the last sign into another that a code may have.
func mistyped(code string) string {
	last := "7"
	if strings.HasSuffix(code, last) {
		last = "8"
	}
	return code[:len(code)-1] + last
}

// elsewhere is a living code of a case of the county court.
func (h *house) elsewhere() string {
	h.t.Helper()
	f := filing()
	f["court"], f["p_name"], f["p_number"], f["p_phone"] = "冀1126", "邻县人", identity.Fictional(91, mustDate("1970-01-02"), true), identity.FictionalPhone(91)
	other := h.post("邻县", "/casebook/enter", f).must(h.t, "enter", 200).get("case")
	long, _ := h.caseCode(other, "邻县人")
	return long
}

func (h *house) theirs(caseID string) string {
	h.t.Helper()
	_, short := h.caseCode(caseID, "衡水某塑胶制品有限公司")
	return short
}

// TestDeadCodesAlike: whatever is wrong with a code, the answer is that to a
// right one, to a program and to a browser, and no message is sent.
func TestDeadCodesAlike(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		dead := deadCodes(t, h, caseID)
		long, short := h.caseCode(caseID, "贾若兰") // six attempts on each are free
		right := map[string]string{"code": long, "name": "贾若兰", "id_type": "resident", "number": jiaID}
		shape := func(a answer) string {
			return fmt.Sprint(a.code, challenge.ReplaceAllString(a.loc+a.body, "X"), len(challenge.FindString(a.loc+a.body)))
		}
		page := func(f map[string]string) string {
			a := h.send("", formRequest(t, "/onecode/open", f))
			return shape(a) + keys.ReplaceAllString(challenge.ReplaceAllString(h.get("", a.loc).must(t, "code page", 200).body, "X"), "KEY")
		}
		wantJSON, wantPage := shape(h.post("", "/onecode/open", right).must(t, "right", 200)), page(right)
		h.drain()
		before := len(h.outbox())
		for why, f := range dead {
			if got := shape(h.post("", "/onecode/open", f)); got != wantJSON {
				t.Errorf("%s: %s, a right one %s", why, got, wantJSON)
			}
			if got := page(f); got != wantPage {
				t.Errorf("%s: the page differs", why)
			}
			h.drain()
			if n := len(h.outbox()); n != before {
				t.Errorf("%s: a message was sent", why)
				before = n
			}
		}
		for _, c := range []string{short[:11], long[:25], id.Code(11), h.papers(caseID)[0].Code} { // no code has this length: it says so, whatever it is a part of
			right["code"] = c
			if a := h.post("", "/onecode/open", right); a.code != 422 || !strings.Contains(a.body, "共 12 个字") {
				t.Errorf("%s: %d %s", c, a.code, a.body)
			}
		}
		right["code"] = strings.ToLower(short[:4]) + " " + short[4:]
		h.post("", "/onecode/open", right).must(t, "right", 200)
		h.drain()
		if len(h.outbox()) == before {
			t.Error("the right one is not let in: nothing was compared")
		}
	})
}

func formRequest(t *testing.T, path string, f map[string]string) *http.Request {
	t.Helper()
	var b strings.Builder
	for k, v := range f {
		fmt.Fprintf(&b, "%s=%s&", k, strings.ReplaceAll(v, " ", "+"))
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(b.String()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// TestOpenTiming: asking with a living code takes as long as with one that was
// revoked and one that never was (Welch's t over interleaved samples). Each
// code is used once, because attempts on one are limited.
func TestOpenTiming(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	const n = 300
	codes := [3][]string{}
	err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
		for i := range 2 * n {
			_, short, err := h.Services.Onecode.CodeFor(tx, caseID, "none", fmt.Sprint("somebody ", i))
			if err != nil {
				return err
			}
			codes[i%2], codes[2] = append(codes[i%2], short), append(codes[2], id.Code(12))
		}
		_, err := tx.Exec(`UPDATE onecode_code SET state = 'revoked' WHERE person_id LIKE 'somebody %' AND CAST(SUBSTR(person_id, 10) AS BIGINT) % 2 = 1`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var worst float64
	for range 3 { // a busy machine is no oracle: the same difference three times is
		var took [3][]float64
		for i := range n / 3 {
			for k := range codes {
				c := codes[k][0]
				codes[k] = codes[k][1:]
				start := time.Now()
				a := h.post("", "/onecode/open", map[string]string{"code": c, "name": "贾若兰", "id_type": "resident", "number": jiaID})
				if took[k] = append(took[k], float64(time.Since(start))); a.code != 200 {
					t.Fatalf("sample %d: %d %s", i, a.code, a.body)
				}
			}
		}
		worst = max(math.Abs(welch(took[0][10:], took[1][10:])), math.Abs(welch(took[0][10:], took[2][10:])))
		if worst <= 4.5 {
			return
		}
	}
	t.Errorf("t = %.2f: the time tells a living code", worst)
}

// TestGuessingSlows: six attempts on one beginning of a code, whoever makes
// them and however he writes it; then the answer is to wait, to a right code
// as to a wrong one.
func TestGuessingSlows(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	_, short := h.caseCode(caseID, "贾若兰")
	try := func(code string) answer {
		return h.post("", "/onecode/open", map[string]string{"code": code, "name": "贾若兰", "id_type": "resident", "number": jiaID})
	}
	unknown := id.Code(12)
	var last [2]string
	for k, c := range []string{short, unknown} {
		for i := range 6 { // each with another end, as one who saw a part of it guesses
			try(c[:8]+id.Code(4)).must(t, fmt.Sprint("attempt ", i), 200)
		}
		for _, way := range []string{c, strings.ToLower(c), c[:4] + "-" + c[4:8] + " " + c[8:]} {
			a := try(way).must(t, "seventh", 429)
			last[k] = regexp.MustCompile(`R-[0-9A-Z]{4}-[0-9A-Z]{4}`).ReplaceAllString(a.body, "R")
		}
	}
	if last[0] != last[1] {
		t.Errorf("waiting tells a living code: %s, %s", last[0], last[1])
	}
	try(id.Code(12)).must(t, "another code", 200)
	for range 9 { // what cannot be a code is a mistake, and no guess
		try("案件码").must(t, "no code", 422)
	}
}

// TestGuessingFromOneNet: someone with 64 bits of IPv6 takes a new address for
// each guess and is slowed all the same; his neighbour is not.
func TestGuessingFromOneNet(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	from := func(addr string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/p/"+id.Code(16), nil)
		r.RemoteAddr = addr
		w := httptest.NewRecorder()
		h.Router.ServeHTTP(w, r)
		return w.Code
	}
	for _, net := range []string{"[2001:db8:0:1::%x]:1000", "10.0.0.1:%d"} {
		slowed := 0
		for i := range 420 {
			if from(fmt.Sprintf(net, i+1)) == http.StatusTooManyRequests {
				slowed++
			}
		}
		if slowed == 0 {
			t.Errorf("%s: nobody was slowed", net)
		}
	}
	for _, other := range []string{"[2001:db8:0:2::1]:1000", "10.0.0.2:1000"} {
		if got := from(other); got != http.StatusNotFound {
			t.Errorf("%s is another subscriber, and got %d", other, got)
		}
	}
}

// TestPaperCodeAlike: what is not a paper's code is answered alike, whatever
// it is: never given, mistyped, a case code, or of a paper that is not drawn
// yet.
func TestPaperCodeAlike(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		long, short := h.caseCode(caseID, "贾若兰")
		ps := h.papers(caseID)
		h.post("韩雪", "/papers/"+caseID+"/make", map[string]string{"party": h.partyID(caseID, "贾若兰"), "kind": "acceptance_notice"}).must(t, "make", 200)
		waiting := ""
		for _, p := range h.papers(caseID) {
			if p.State == "ordered" {
				waiting = p.Code
			}
		}
		if waiting == "" {
			t.Fatal("no paper waits to be drawn")
		}
		shape := func(code string) string {
			page, api := h.get("", "/p/"+code), h.get("", "/api/v1/papers/check/"+code)
			body := strings.ReplaceAll(strings.ReplaceAll(page.body, code, "C"), id.Spaced(code), "C")
			return fmt.Sprint(page.code, keys.ReplaceAllString(body, "KEY"), api.code, api.body)
		}
		want := shape(id.Code(16))
		for why, code := range map[string]string{"mistyped": mistyped(ps[0].Code), "a long case code": long, "a short case code": short, "not drawn": waiting, "cut": ps[0].Code[:15]} {
			if got := shape(code); got != want {
				t.Errorf("%s differs from one that never was:\n%s\n%s", why, got, want)
			}
		}
		if shape(ps[0].Code) == want {
			t.Error("a genuine one is answered alike: nothing was compared")
		}
	})
}
