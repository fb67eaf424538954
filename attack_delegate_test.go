package mashang_test

import (
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/platform/db"
)

// TestHeadNamesHimself: a head who answers for his judge himself sees the cases
// that he sees anyway, and no sealed one, whether it was sealed before he named
// himself or after: the questions there stay with the judge. The judge, or the
// head who names another, hands the sealed ones over, too.
func TestHeadNamesHimself(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		ask := func(words string) string {
			return h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": words}).must(t, "ask", 200).get("id")
		}
		seal := func(to string) {
			h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": to, "reason": "涉及未成年人"}).must(t, to, 200)
		}
		delegate := func(by, from, to string) (delegation string) {
			h.post(by, "/onecode/delegate", map[string]string{"court": "冀11", "from": h.people[from], "to": h.people[to], "begin": "2026-03-03", "until": "2026-03-10", "reason": "生病"}).must(t, by+" names "+to, 200)
			return one[string](h, `SELECT id FROM onecode_delegation ORDER BY id DESC LIMIT 1`)
		}
		back := func(d string) {
			h.post("孙庭", "/onecode/delegate/end", map[string]string{"court": "冀11", "delegation": d}).must(t, "back", 200)
		}
		// sees holds what somebody sees of the case and of the question.
		sees := func(who, message, words string, want bool) {
			t.Helper()
			code := map[bool]int{true: 200, false: 404}[want]
			for _, path := range []string{"/casebook/" + id, "/onecode/" + id, "/onecode/" + id + "/message/" + message} {
				h.get(who, "/api/v1"+path).must(t, who+" "+path, code)
			}
			if got := strings.Contains(h.get(who, "/desk").must(t, "desk", 200).body, words); got != want {
				t.Errorf("%s has %q on his desk: %v", who, words, got)
			}
		}
		first := ask("青花瓷碗")
		seal("sealed")
		sees("孙庭", first, "青花瓷碗", false)
		d := delegate("孙庭", "周明远", "孙庭")
		second := ask("白玉手镯")
		sees("孙庭", first, "青花瓷碗", false)
		sees("孙庭", second, "白玉手镯", false)
		sees("周明远", second, "白玉手镯", true)
		seal("public")
		third := ask("紫檀木匣")
		sees("孙庭", third, "紫檀木匣", true)
		seal("sealed") // while it lies with him
		sees("孙庭", third, "紫檀木匣", false)
		back(d)
		sees("周明远", third, "紫檀木匣", true)

		d = delegate("孙庭", "周明远", "赵一鸣")
		sees("赵一鸣", third, "紫檀木匣", true)
		back(d)
		sees("赵一鸣", third, "紫檀木匣", false)
		delegate("周明远", "周明远", "孙庭")
		sees("孙庭", third, "紫檀木匣", true)
		delegate("孙庭", "周明远", "孙庭") // upon it: what the judge gave him stays his
		if lies := one[string](h, `SELECT handler_id FROM onecode_message WHERE id = ?`, third); lies != h.people["周明远"] {
			t.Errorf("the question lies with %s", lies)
		}
	})
}

// TestSealedMessageMoved: a message of a sealed case is given to another judge,
// who sees the case from then on, by its own judge alone.
func TestSealedMessageMoved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		m := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "青花瓷碗"}).must(t, "ask", 200).get("id")
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		for _, c := range []struct {
			who  string
			code int
		}{{"李倩", 403}, {"孙庭", 404}, {"周明远", 200}} {
			h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "before "+c.who, 404)
			h.post(c.who, "/onecode/"+id+"/message/"+m+"/route", map[string]string{"to": h.people["赵一鸣"], "reason": "外出"}).must(t, c.who, c.code)
		}
		h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "after", 200)
	})
}

// TestStandardOfAnother: nobody words what the judges of another court send.
func TestStandardOfAnother(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for who, code := range map[string]int{"周明远": 200, "邻县": 403} {
			h.post(who, "/onecode/standard", map[string]string{"court": "冀11", "title": "开庭时间" + who, "text": "请按传票到庭。"}).must(t, who, code)
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM onecode_standard`); n != 1 {
			t.Errorf("%d are kept", n)
		}
	})
}

// TestClerkElsewhere: a clerk who serves another court now sees nothing of the
// papers that wait in her old cases, for which nobody has taken over yet.
func TestClerkElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		lists := func() string {
			return h.get("李倩", "/api/v1/post/print").must(t, "to print", 200).body + h.get("李倩", "/desk").must(t, "desk", 200).body
		}
		has(t, "at her work", lists(), id, "塑胶")
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec(`UPDATE docket_post SET until_at = ? WHERE person_id = ?`, h.Kit.Now(), h.people["李倩"]); err != nil {
				return err
			}
			_, err := docket.AddPost(tx, docket.Post{Person: h.people["李倩"], Court: "冀1126", Division: h.divs["冀1126立案庭"], Role: docket.Clerk, From: h.Kit.Now().Add(-time.Second)}, h.Kit.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.get("李倩", "/api/v1/casebook/"+id).must(t, "the case", 404)
		if body := lists(); strings.Contains(body, id) || strings.Contains(body, "塑胶") {
			t.Errorf("it is still with her: %s", body)
		}
	})
}

// TestDelegateElsewhere: a delegate who leaves the court keeps no question and
// gets no new one, and of a judge who sits in two courts he gets those of the
// courts in which he serves.
func TestDelegateElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error { // he sits there, too
			_, err := docket.AddPost(tx, docket.Post{Person: h.people["赵一鸣"], Court: "冀1126", Division: h.divs["冀1126立案庭"], Role: docket.Judge, From: h.Kit.Now().Add(-time.Second)}, h.Kit.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		lies := func(with, words string) {
			t.Helper()
			for _, who := range []string{"周明远", "赵一鸣"} {
				if got := strings.Contains(h.get(who, "/desk").must(t, "desk", 200).body, words); got != (who == with) {
					t.Errorf("%q lies with %s: %v", words, who, got)
				}
			}
		}
		h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "青花瓷碗"}).must(t, "ask", 200)
		h.post("周明远", "/onecode/delegate", map[string]string{"court": "冀11", "to": h.people["赵一鸣"], "begin": "2026-03-03", "until": "2026-03-10", "reason": "生病"}).must(t, "delegate", 200)
		lies("赵一鸣", "青花瓷碗")
		post := one[string](h, `SELECT id FROM docket_post WHERE person_id = ? AND court_id = '冀11'`, h.people["赵一鸣"])
		h.post("安全", "/setup/posts/change", map[string]any{"court": "冀11", "post": post}).must(t, "he leaves", 200)
		h.drain()
		lies("周明远", "青花瓷碗")
		h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "白玉手镯"}).must(t, "ask", 200)
		lies("周明远", "白玉手镯")
	})
}
