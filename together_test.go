package mashang_test

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	"mashang/law/identity"
	"mashang/platform/db"
)

// TestTogether: the same act by many at one moment. It happens as often as the
// rules allow, the others are told plainly, and nobody gets an internal error.
func TestTogether(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "问"}).must(t, "ask", 200).get("id")
		paper, second := paperIDs(t, h, id)["acceptance_notice"], paperIDs(t, h, id)["case_code_notice"]
		jia := h.partyID(id, "贾若兰")
		third := map[string]string{"role": "third", "kind": "natural", "name": "丁三", "id_type": "resident", "number": identity.Fictional(71, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(71), "address": "衡水市"}
		lawyer := map[string]any{"party": jia, "name": "刘律师", "id_type": "resident", "number": identity.Fictional(72, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(72), "class": "lawyer", "firm": "某所", "seen": true}
		for _, act := range []struct {
			what string
			do   func() answer
			kind string // of entry
			min  int
			max  int
		}{
			{"draft", func() answer {
				return h.post("陈助", "/onecode/"+id+"/message/"+mid+"/draft", map[string]string{"text": "草稿"})
			}, "onecode.drafted", 8, 8},
			{"send", func() answer {
				return h.post("周明远", "/onecode/"+id+"/message/"+mid+"/send", map[string]string{"text": "答"})
			}, "onecode.answered", 1, 1},
			{"reissue", func() answer {
				return h.post("韩雪", "/onecode/"+id+"/code/"+jia, map[string]string{"reason": "丢了"})
			}, "onecode.reissued", 1, 8},
			{"hand over", func() answer {
				return h.upload("韩雪", "/delivery/"+id, map[string]string{"papers": paper, "signer": "self", "signed_on": "2026-03-03"}, "scan", "a.jpg", []byte("\xff\xd8\xff scan"))
			}, "delivery.handed_over", 1, 1},
			{"post", func() answer {
				return h.post("李倩", "/delivery/"+id+"/hand", map[string]any{"papers": []string{second}, "way": "post", "on": "2026-03-03", "number": "E1"})
			}, "delivery.by_hand", 1, 1},
			{"join", func() answer { return h.post("韩雪", "/casebook/"+id+"/party", third) }, "casebook.joined", 1, 1},
			{"agent", func() answer { return h.post("韩雪", "/casebook/"+id+"/agent", lawyer) }, "casebook.agent", 1, 1},
			{"make", func() answer {
				return h.post("韩雪", "/papers/"+id+"/make", map[string]string{"party": h.partyID(id, "丁三"), "kind": "case_code_notice"})
			}, "papers.ordered", 9, 9},
			{"suspend", func() answer {
				return h.post("周明远", "/casebook/"+id+"/suspend", map[string]string{"ground": "other", "reason": "等"})
			}, "casebook.suspended", 1, 1},
			{"close", func() answer {
				return h.post("周明远", "/casebook/"+id+"/close", map[string]string{"way": "judgment", "on": "2026-03-03", "elsewhere": "判决书在原办案系统"})
			}, "casebook.closed", 1, 1},
		} {
			codes := together(act.do)
			n := h.entries(act.kind)
			if codes[500] > 0 || n < act.min || n > act.max {
				t.Errorf("%s: answers %v, %d entries", act.what, codes, n)
			}
		}
		h.drain()
		if n := h.count(`SELECT COUNT(*) FROM jobs_job WHERE state = 'dead' OR error <> ''`); n != 0 {
			t.Errorf("%d jobs failed", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM onecode_code WHERE state = 'active' AND party_id = ?`, jia); n != 1 {
			t.Errorf("%d living codes of one person", n)
		}
	})
}

// TestSamePerson: two windows enter filings of one person who was never here
// before, at one moment: he is one person afterwards.
func TestSamePerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var mu sync.Mutex
		n := 0
		codes := together(func() answer {
			f := maps.Clone(filing())
			mu.Lock()
			n++
			f["cause"] = fmt.Sprint("第", n, "个纠纷")
			mu.Unlock()
			return h.post("韩雪", "/casebook/enter", f)
		})
		if codes[200] != 8 {
			t.Errorf("answers %v", codes)
		}
		if n := h.count(`SELECT COUNT(*) FROM docket_person WHERE name = ?`, "贾若兰"); n != 1 {
			t.Errorf("%d persons", n)
		}
	})
}

// together does the same eight times at once and counts the answers.
func together(do func() answer) map[int]int {
	out := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 8 {
		wg.Go(func() {
			<-start
			a := do()
			mu.Lock()
			defer mu.Unlock()
			out[a.code]++
		})
	}
	close(start)
	wg.Wait()
	return out
}

func (h *house) entries(kind string) int {
	return h.count(`SELECT COUNT(*) FROM ledger_entry WHERE kind = ?`, kind)
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) error {
		c, err := db.One[int64](tx, query, args...)
		n = int(c)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}
