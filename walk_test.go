package mashang_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// TestEveryRoute walks every declared route as every kind of person: who is
// not in the table gets nothing, who is gets past the door. A route that
// declares no object and verb of the table fails.
func TestEveryRoute(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭？"}).must(t, "ask", 200).get("id")
	stranger := h.otherParty()
	people := []struct {
		name     string
		relation access.Relation
	}{
		{"", 0},
		{"贾若兰", access.Party | access.Person | access.Account},
		{stranger, access.Person | access.Account},
		{"周明远", access.Handler | access.Colleague | access.Person | access.Account},
		{"陈助", access.Assistant | access.Colleague | access.Person | access.Account},
		{"李倩", access.Clerk | access.Colleague | access.Person | access.Account},
		{"孙庭", access.Head | access.Colleague | access.Person | access.Account},
		{"王院", access.President | access.Colleague | access.Person | access.Account},
		{"韩雪", access.FilingOfficer | access.Colleague | access.Person | access.Account},
		{"郭正", access.FilingJudge | access.Colleague | access.Person | access.Account},
		{"赵一鸣", access.Colleague | access.Person | access.Account}, // same division, another judge
		{"钱法官", access.Colleague | access.Person | access.Account}, // another division
		{"邻县", access.OtherStaff | access.Person | access.Account}, // another court
	}
	papers := paperIDs(t, h, id)
	fill := map[string]string{"case": id, "message": mid, "paper": papers["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "agent": "none", "n": "0", "record": "none", "code": "X", "challenge": "none", "word": "none", "token": "none"}
	for _, r := range h.Router.Routes() {
		checkDeclared(t, r)
		if r.Object == web.Public || !strings.Contains(r.Pattern, "{case}") && !strings.Contains(r.Pattern, "{paper}") {
			continue
		}
		for _, p := range people {
			need := access.Verbs()[r.Object][r.Verb]
			got := h.knock(p.name, r, fill)
			refused := got == 401 || got == 403 || got == 404 || got == 303 && p.name == ""
			switch {
			case p.relation&need == 0 && !refused:
				t.Errorf("%s as %q: got %d, must be refused", r.Pattern, p.name, got)
			case p.relation&need != 0 && (got == 401 || got == 403):
				t.Errorf("%s as %q: got %d, is in the table", r.Pattern, p.name, got)
			}
		}
	}
}

func checkDeclared(t *testing.T, r web.Route) {
	t.Helper()
	if r.Title == "" || r.Verb == "" {
		t.Errorf("%s has no title or verb", r.Pattern)
	}
	if r.Object == web.Public {
		return
	}
	if _, ok := access.Verbs()[r.Object][r.Verb]; !ok {
		t.Errorf("%s declares %s/%s, which is not in the table", r.Pattern, r.Object, r.Verb)
	}
}

var param = regexp.MustCompile(`\{([a-z]+)\}`)

// knock sends an empty command: whoever may act gets an answer about the
// command, whoever may not gets none.
func (h *house) knock(name string, r web.Route, fill map[string]string) int {
	h.t.Helper()
	method, path, _ := strings.Cut(r.Pattern, " ")
	path = param.ReplaceAllStringFunc(path, func(s string) string { return fill[strings.Trim(s, "{}")] })
	if !r.PageOnly {
		path = "/api/v1" + path
	}
	body := "{}"
	if method == http.MethodGet {
		body = ""
	}
	req := httptest.NewRequestWithContext(h.ctx(name), method, path, strings.NewReader(body))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	return h.send(name, req).code
}

// otherParty is a party of another case of the same court.
func (h *house) otherParty() string {
	h.t.Helper()
	f := filing()
	num, phone := identity.Fictional(30, mustDate("1970-01-02"), true), identity.FictionalPhone(30)
	f["p_name"], f["p_number"], f["p_phone"], f["cause"] = "路人甲", num, phone, "著作权权属纠纷"
	f["d_number"] = identity.FictionalUSCC(31)
	f["d_name"] = "衡水另一家有限公司"
	id := h.post("韩雪", "/casebook/enter", f).must(h.t, "enter", 200).get("case")
	h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11民一庭"]}).must(h.t, "accept", 200)
	h.drain()
	long, _ := h.caseCode(id, "路人甲")
	h.signIn("路人甲", "resident", num, phone, long)
	return "路人甲"
}
