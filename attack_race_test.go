package mashang_test

import (
	"sync"
	"testing"
)

// atOnce sends the same form many times at once and returns how many were taken.
func (h *house) atOnce(who, path string, body map[string]string) (taken int) {
	h.t.Helper()
	var wg sync.WaitGroup
	codes := make([]int, 10)
	for i := range codes {
		wg.Go(func() { codes[i] = h.post(who, path, body).code })
	}
	wg.Wait()
	for _, c := range codes {
		switch c {
		case 200:
			taken++
		case 409:
		default:
			h.t.Errorf("%s: %d", path, c)
		}
	}
	return taken
}

// TestOnceAtOnce: who rates a step, rates an answer, or asks once more, ten
// times at the same moment, has done it once, and is counted once.
func TestOnceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		q := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"kind": "opinion", "text": "办得慢"}).must(t, "ask", 200).get("id")
		h.post("周明远", "/onecode/"+id+"/message/"+q+"/send", map[string]string{"text": "会快些"}).must(t, "send", 200)
		for path, body := range map[string]map[string]string{
			"/onecode/" + id + "/rate/filing":            {"grade": "不满意", "text": "推来推去"},
			"/onecode/" + id + "/message/" + q + "/rate": {"grade": "不满意"},
		} {
			if n := h.atOnce("贾若兰", path, body); n != 1 {
				t.Errorf("%s was taken %d times", path, n)
			}
		}
		if n := h.atOnce("贾若兰", "/onecode/"+id+"/ask", map[string]string{"again": q, "text": "还是慢"}); n != 1 {
			t.Errorf("asked once more %d times", n)
		}
		h.drain()
		for what, want := range map[string]int64{
			`statistics_event WHERE kind = 'rated'`: 1, `statistics_event WHERE kind = 'handled'`: 1, `onecode_rating`: 2, `onecode_follow`: 2,
			`onecode_follow f JOIN onecode_rating r ON r.id = f.rating_id`: 2, `onecode_message WHERE kind = 'opinion'`: 2,
		} {
			if n := one[int64](h, `SELECT COUNT(*) FROM `+what); n != want {
				t.Errorf("%s: %d, want %d", what, n, want)
			}
		}
	})
}
