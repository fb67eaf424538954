package mashang_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/db"
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
	if err := (&scene{house: h, vars: map[string]string{}}).given([]string{"post", "另窗", "冀11", "filing_officer"}); err != nil {
		t.Fatal(err)
	}
	people := []walker{
		{"", 0},
		{"贾若兰", access.Party | access.Person | access.Account},
		{stranger, access.Person | access.Account},
		{"周明远", access.Handler | access.Judge | access.Colleague | access.Person | access.Account},
		{"陈助", access.Assistant | access.Colleague | access.Person | access.Account},
		{"李倩", access.Clerk | access.Colleague | access.Person | access.Account},
		{"孙庭", access.Head | access.Colleague | access.Person | access.Account},
		{"王院", access.President | access.Colleague | access.Person | access.Account},
		{"韩雪", access.FilingOfficer | access.Filer | access.Colleague | access.Person | access.Account},
		{"另窗", access.Colleague | access.Person | access.Account}, // at filing too, and took in another case
		{"郭正", access.FilingJudge | access.Filer | access.Colleague | access.Person | access.Account},
		{"赵一鸣", access.Judge | access.Colleague | access.Person | access.Account}, // same division, another judge
		{"钱法官", access.Judge | access.Colleague | access.Person | access.Account}, // another division
		{"邻县", access.OtherStaff | access.Person | access.Account},                // another court
	}
	papers := paperIDs(t, h, id)
	fill := map[string]string{"case": id, "message": mid, "paper": papers["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "agent": "none", "n": "0", "record": "none", "service": "none", "attempt": "none", "code": "X", "challenge": "none", "word": "none", "token": "none", "request": "none", "batch": "none", "round": "none", "draft": "none"}
	for _, r := range h.Router.Routes() {
		checkDeclared(t, r)
		if r.Object == web.Public || !strings.Contains(r.Pattern, "{case}") && !strings.Contains(r.Pattern, "{paper}") {
			continue
		}
		h.walk(r, people, fill, "{}")
	}
}

// TestEveryRouteOutsideCases walks the other routes: what belongs to a court,
// a person, a desk or an account. Each of the court's people asks about his
// own court, and once as a neighbour about this one.
func TestEveryRouteOutsideCases(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	h.administrators()
	const everyone = access.Person | access.Account
	people := []walker{
		{"", 0},
		{"贾若兰", everyone},
		{"周明远", access.Judge | access.Colleague | everyone},
		{"李倩", access.Colleague | everyone},
		{"孙庭", access.Head | access.Colleague | everyone},
		{"王院", access.President | access.Colleague | everyone},
		{"韩雪", access.FilingOfficer | access.Colleague | everyone},
		{"郭正", access.FilingJudge | access.Colleague | everyone},
		{"系统", access.SystemAdmin | everyone},
		{"安全", access.SecurityAdmin | everyone},
		{"审计", access.AuditAdmin | everyone},
		{"督察", access.Discipline | access.Colleague | everyone},
		{"审管", access.Supervision | access.Colleague | everyone},
	}
	fill := map[string]string{"seal": "none", "record": "none", "n": "0", "finding": "none", "rating": "none", "complaint": "none", "batch": "none", "request": "none"}
	walked := 0
	for _, r := range h.Router.Routes() {
		if r.Object == web.Public || strings.Contains(r.Pattern, "{case}") || strings.Contains(r.Pattern, "{paper}") {
			continue
		}
		walked++
		h.walk(r, people, fill, `{"court":"冀11"}`)
		if r.Object == "court" && strings.HasPrefix(r.Pattern, "POST ") {
			h.walk(r, []walker{{"邻县", access.OtherStaff | everyone}}, fill, `{"court":"冀11"}`)
		}
	}
	if walked < 30 {
		t.Errorf("only %d routes were walked", walked)
	}
}

// number tells one fault from the next.
var number = regexp.MustCompile(`"number":"[^"]*"`)

// TestStrangersForm: whatever somebody sends about a case that is not his, he is
// told the same as about one that does not exist, and nothing is kept of it.
func TestStrangersForm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		stranger := h.otherParty()
		h.drain()
		fill := map[string]string{"party": h.partyID(id, "贾若兰"), "n": "0"}
		entries := h.rows(`SELECT COUNT(*) FROM ledger_entry`)
		sent := 0
		for _, r := range h.Router.Routes() {
			if r.Object == web.Public || !strings.HasPrefix(r.Pattern, "POST ") || !strings.Contains(r.Pattern, "{case}") {
				continue
			}
			said := map[string]bool{}
			for _, at := range []string{id, "none"} {
				for _, body := range []string{"{}", "{", `{"text":"开庭能不能用手机参加？","reason":"` + strings.Repeat("长", 6000) + `"}`} {
					fill["case"] = at
					code, text := h.knockWith(stranger, r, fill, body)
					said[fmt.Sprint(code, number.ReplaceAllString(text, ""))] = true
					sent++
					h.clock.Add(20 * time.Second) // a form in its limit
				}
			}
			if len(said) != 1 {
				t.Errorf("%s: %d answers: %v", r.Pattern, len(said), slices.Collect(maps.Keys(said)))
			}
		}
		if n := h.rows(`SELECT COUNT(*) FROM ledger_entry`); n != entries || sent < 100 {
			t.Errorf("%d forms left %d entries", sent, n-entries)
		}
	})
}

// walker is a person with what he is to the object.
type walker struct {
	name     string
	relation access.Relation
}

func (h *house) walk(r web.Route, people []walker, fill map[string]string, body string) {
	h.t.Helper()
	for _, p := range people {
		need := access.Verbs()[r.Object][r.Verb]
		got := h.knock(p.name, r, fill, body)
		refused := got == 401 || got == 403 || got == 404 || got == 303 && p.name == ""
		switch {
		case p.relation&need == 0 && !refused:
			h.t.Errorf("%s as %q: got %d, must be refused", r.Pattern, p.name, got)
		case p.relation&need != 0 && (got == 401 || got == 403):
			h.t.Errorf("%s as %q: got %d, is in the table", r.Pattern, p.name, got)
		}
	}
}

// administrators gives the court its three, and offices of discipline and of supervision.
func (h *house) administrators() {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		for name, role := range map[string]docket.Role{"系统": docket.SystemAdmin, "安全": docket.SecurityAdmin, "审计": docket.AuditAdmin, "督察": docket.Discipline, "审管": docket.Supervision} {
			id, err := docket.AddPerson(tx, docket.Person{Kind: "natural", Name: name, At: h.Kit.Now()})
			if err != nil {
				return err
			}
			h.people[name] = id
			if _, err := docket.AddPost(tx, docket.Post{Person: id, Court: "冀11", Division: h.divs["冀11立案庭"], Role: role, From: h.Kit.Now().Add(-time.Hour)}, h.Kit.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
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

// knock sends a command that says nothing: whoever may act gets an answer about the
// command, whoever may not gets none.
func (h *house) knock(name string, r web.Route, fill map[string]string, body string) int {
	h.t.Helper()
	code, _ := h.knockWith(name, r, fill, body)
	return code
}

func (h *house) knockWith(name string, r web.Route, fill map[string]string, body string) (code int, said string) {
	h.t.Helper()
	method, path, _ := strings.Cut(r.Pattern, " ")
	path = param.ReplaceAllStringFunc(path, func(s string) string { return cmp.Or(fill[strings.Trim(s, "{}")], "none") })
	if !r.PageOnly {
		path = "/api/v1" + path
	}
	if method == http.MethodGet {
		body = ""
	}
	req := httptest.NewRequestWithContext(h.ctx(name), method, path, strings.NewReader(body))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	a := h.send(name, req)
	return a.code, a.body
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
