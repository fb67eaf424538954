package mashang_test

import (
	"strings"
	"testing"

	"mashang/platform/ledger"
)

// TestComplaint: what a party says of a judge reaches the office and nobody
// else. To the judge, to everyone else of the court and to a stranger, every
// page and answer is the same before and after, byte for byte; neither log nor
// figures nor database nor files nor the writer's own receipt tell of it.
func TestComplaint(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭？"}).must(t, "ask", 200).get("id")
		h.drain()
		fill := map[string]string{"case": id, "message": mid, "paper": paperIDs(t, h, id)["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "record": "none", "n": "0", "request": "none", "finding": "none",
			"agent": "none", "code": "X", "challenge": "none", "word": "none", "token": "none", "seal": "none", "court": "冀11", "complaint": "none", "rating": "none"}
		judge := h.people["周明远"]
		jia := one[string](h, `SELECT person_id FROM docket_party WHERE case_id = ? AND role = 'plaintiff'`, id)
		for _, kind := range []string{"complaint", "report"} {
			office, other := "审管", "督察"
			if kind == "report" {
				office, other = other, office
			}
			before := h.everything(fill, "", nil, "贾若兰", office)
			logged, counted := h.log.String(), h.metricsText()
			paper := h.upload("贾若兰", "/complaint/write/"+id, map[string]string{"kind": kind, "about": judge, "name": planted + "某", "text": planted + "拖了三个月", "_key": "the form's own key " + kind},
				"files", planted+".txt", []byte("这里也有"+planted)).must(t, "complain", 200).get("id")
			h.drain()
			quiet := strings.TrimPrefix(h.log.String(), logged)
			if strings.Contains(quiet, "complaint") || strings.Contains(quiet, `"request"`) || h.metricsText() != counted {
				t.Errorf("the log or the figures tell of it:\n%s", quiet)
			}
			fill["complaint"] = paper
			after := h.everything(fill, "", nil, "贾若兰", office)
			if len(before) < 300 || len(before) != len(after) {
				t.Fatalf("%d answers before, %d after", len(before), len(after))
			}
			for what, was := range before {
				is := strings.ReplaceAll(after[what], paper, "none")
				if is != was {
					t.Errorf("%s: %s is another afterwards:\n%s", kind, what, firstDifference(was, is))
				}
				if strings.Contains(is, planted) {
					t.Errorf("%s: %s holds the word", kind, what)
				}
			}
			seen := h.get(office, "/complaint/office/"+paper).must(t, office, 200).body
			has(t, office, seen, planted)
			if named := strings.Contains(seen, "贾若兰"); named != (kind == "complaint") {
				t.Errorf("%s: the writer is named: %v", kind, named)
			}
			has(t, "file", h.get(office, "/complaint/office/"+paper+"/file/0").must(t, "file", 200).body, planted)
			h.get(other, "/complaint/office/"+paper).must(t, other, 404)
			h.notStored(paper, "complaint.entered", jia)
			fill["complaint"] = "none"
		}
		receipt := h.post("贾若兰", "/casebook/"+id+"/export", nil).must(t, "export", 200).body
		if strings.Contains(receipt, planted) || strings.Contains(receipt, "complaint") || strings.Contains(receipt, "投诉") {
			t.Error("the receipt of the writer tells of it")
		}
		a, err := ledger.Audit(t.Context(), h.Kit.DB, h.Kit.Ledger.Signer().Verifier)
		if err != nil || !a.OK() {
			t.Errorf("%+v %v", a.Faults, err)
		}
	})
}
