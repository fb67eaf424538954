package mashang_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// TestReadingLeavesATrace: who of the court reads what a party wrote, its
// attachments or a signed return, without handling the case, is on record.
func TestReadingLeavesATrace(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	h.upload("贾若兰", "/onecode/"+caseID+"/ask", map[string]string{"text": "只说给法官听"}, "files", "证据.txt", []byte("证据")).must(t, "ask", 200)
	message := one[string](h, `SELECT id FROM onecode_message WHERE case_id = ?`, caseID)
	h.upload("韩雪", "/delivery/"+caseID, map[string]string{"papers": paperIDs(t, h, caseID)["acceptance_notice"], "signer": "self", "signed_on": "2026-03-03"}, "scan", "回证.png", []byte("\x89PNG\r\n\x1a\n")).must(t, "hand over", 200)
	scan := one[string](h, `SELECT a.id FROM delivery_attempt a JOIN delivery_service v ON v.id = a.service_id WHERE v.case_id = ?`, caseID)
	opened := func() int64 {
		ctx, stop := context.WithCancel(t.Context())
		stop() // what is waiting is written, then it ends
		h.KeepTrail(ctx)
		return one[int64](h, `SELECT COUNT(*) FROM ledger_entry WHERE kind = 'casebook.opened' AND case_id = ?`, caseID)
	}
	before := opened()
	for _, path := range []string{"/onecode/" + caseID, "/onecode/" + caseID + "/message/" + message + "/file/0", "/delivery/" + caseID + "/scan/" + scan} {
		h.get("贾若兰", path).must(t, "herself "+path, 200)
		h.get("周明远", path).must(t, "her judge "+path, 200)
		if n := opened(); n != before {
			t.Errorf("%s by those whose business it is: %d entries", path, n-before)
		}
		h.get("孙庭", path).must(t, "the head "+path, 200)
		if n := opened(); n != before+1 {
			t.Errorf("%s by the head of the division: %d entries", path, n-before)
		}
		before = opened()
	}
	// Whatever page of a case is asked for, also by a program.
	h.administrators()
	h.post("钱法官", "/oversight/open", map[string]string{"case": caseID, "kind": "other", "words": "工作需要看一看"}).must(t, "open", 200)
	fill := map[string]string{"case": caseID, "message": message, "paper": paperIDs(t, h, caseID)["acceptance_notice"], "party": h.partyID(caseID, "贾若兰"), "n": "0", "record": scan,
		"service": one[string](h, `SELECT id FROM delivery_service WHERE case_id = ? ORDER BY id LIMIT 1`, caseID)}
	pages := 0
	for _, r := range h.Router.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodGet || r.Glance || !strings.Contains(path, "{case}") && !strings.Contains(path, "{paper}") {
			continue
		}
		path = param.ReplaceAllStringFunc(path, func(s string) string { return fill[strings.Trim(s, "{}")] })
		if !r.PageOnly {
			path = web.API + path
		}
		for _, who := range []string{"孙庭", "王院", "审管", "钱法官"} {
			before = opened()
			a := h.get(who, path)
			if n := opened() - before; a.code == 200 && n != 1 || a.code != 200 && n != 0 {
				t.Errorf("%s %s: %d, %d entries", who, r.Pattern, a.code, n)
			}
			if a.code == 200 {
				pages++
			}
		}
	}
	if pages < 25 {
		t.Errorf("only %d pages were read", pages)
	}
}
