package mashang_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// holds gives somebody a post besides the one he has.
func (h *house) holds(who string, role docket.Role) {
	h.t.Helper()
	if err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		_, err := docket.AddPost(tx, docket.Post{Person: h.people[who], Court: "冀11", Role: role, From: h.Kit.Now().Add(-time.Hour)}, h.Kit.Now())
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

// TestBadRatingOfOnesOwn: a judge who works for the supervising office as well
// does not learn of a bad rating in a case that he handles, or handled.
func TestBadRatingOfOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		for _, who := range []string{"周明远", "赵一鸣", "李倩"} {
			h.holds(who, docket.Supervision)
		}
		h.post("贾若兰", "/onecode/"+id+"/rate/filing", map[string]string{"grade": "不满意", "text": "推来推去"}).must(t, "rate", 200)
		rating := one[string](h, `SELECT id FROM onecode_rating`)
		sees := func(who string, want bool) {
			t.Helper()
			code := map[bool]int{true: 200, false: 404}[want]
			h.get(who, "/api/v1/onecode/follow/up/"+rating).must(t, who, code)
			if got := strings.Contains(h.get(who, "/desk").must(t, "desk", 200).body, rating); got != want {
				t.Errorf("%s has it on his desk: %v", who, got)
			}
			if !want {
				h.post(who, "/onecode/follow/up/"+rating, map[string]string{"text": "问过了"}).must(t, who+" follows", 404)
			}
		}
		sees("审管", true)
		sees("赵一鸣", true)
		sees("周明远", false)
		sees("李倩", false)
		h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["赵一鸣"], "reason": "回避"}).must(t, "assign", 200)
		sees("周明远", false) // the rating is of his time
		sees("赵一鸣", false)
		sees("审管", true)
	})
}

// TestRatedAgain: what was typed about a step and refused stands in the box of
// that step, with the line that says why, and in no other.
func TestRatedAgain(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.administrators()
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	const words = "推来推去没有人说一声"
	page := h.typed("贾若兰", "/onecode/"+id+"/rate/filing", "grade="+url.QueryEscape("没有这一档")+"&text="+url.QueryEscape(words)).must(t, "no such grade", 422).body
	if n := strings.Count(page, "<textarea"); n != 2 {
		t.Fatalf("%d steps", n)
	}
	if n := strings.Count(page, words); n != 1 || strings.Index(page, `/rate/filing"`) > strings.Index(page, words) {
		t.Errorf("%q stands in %d boxes", words, n)
	}
}
