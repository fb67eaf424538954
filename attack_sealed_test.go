package mashang_test

import (
	"strings"
	"testing"

	"mashang/law/identity"
	"mashang/platform/dbtest"
)

// TestSealedNeighbour: a case tied to a sealed one does not name it to who may
// not know of it, nor can anyone find out by tying.
func TestSealedNeighbour(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	caseID := h.accepted()
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	f := filing()
	f["p_name"], f["p_number"], f["p_phone"] = "密人", identity.Fictional(62, mustDate("1970-01-02"), true), identity.FictionalPhone(62)
	hidden := h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
	h.post("郭正", "/casebook/"+hidden+"/accept", map[string]string{"division": h.divs["冀11民一庭"]}).must(t, "accept", 200)
	h.post("王院", "/casebook/"+hidden+"/assign", map[string]string{"judge": h.people["钱法官"]}).must(t, "assign", 200)
	number := one[string](h, `SELECT number FROM docket_case WHERE id = ?`, hidden)
	h.post("周明远", "/casebook/"+caseID+"/link", map[string]string{"number": number, "kind": "related"}).must(t, "tied while it was public", 200)
	has(t, "public", h.get("贾若兰", "/api/v1/casebook/"+caseID).body, number)
	h.post("钱法官", "/casebook/"+hidden+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
	for _, who := range []string{"贾若兰", "周明远", "郭正"} {
		for _, path := range []string{"/casebook/", "/api/v1/casebook/"} {
			if body := h.get(who, path+caseID).must(t, who, 200).body; strings.Contains(body, number) || strings.Contains(body, hidden) {
				t.Errorf("%s reads of the sealed case on %s", who, path)
			}
		}
	}
	has(t, "from within", h.get("钱法官", "/api/v1/casebook/"+hidden).body, "（2026）冀11知民初1号")
	tie := map[string]string{"number": number, "kind": "related"}
	sealed := h.post("周明远", "/casebook/"+caseID+"/link", tie).must(t, "a sealed number", 422)
	tie["number"] = "（2026）冀11知民初99号"
	if none := h.post("周明远", "/casebook/"+caseID+"/link", tie).must(t, "no number", 422); none.body[:80] != sealed.body[:80] {
		t.Errorf("a sealed number is told from none: %s, %s", sealed.body, none.body)
	}
}
