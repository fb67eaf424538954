package mashang_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"mashang/docket/access"
	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// What a page offers, as its forms and links name it, but for what every page has.
var (
	offeredForm = regexp.MustCompile(`(?s)<form\s+method="post"\s+action="(/[^"]*)"`)
	offeredLink = regexp.MustCompile(`href="(/[^"#]*)`)
	everywhere  = regexp.MustCompile(`^/(account|prefs|assets)\b`)
)

// TestOpenedAtTheWindow: somebody of filing who opened a case that another took
// in sees it, and does nothing in it; its pages offer him nothing that he would
// be refused.
func TestOpenedAtTheWindow(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	people := []walker{}
	const opened = access.Opened | access.Window | access.Colleague | access.Person | access.Account
	for name, role := range map[string]string{"另窗": "filing_officer", "另立": "filing_judge"} {
		if err := (&scene{house: h, vars: map[string]string{}}).given([]string{"post", name, "冀11", role}); err != nil {
			t.Fatal(err)
		}
		if a := h.post(name, "/oversight/open", map[string]string{"number": "（2026）冀11知民初1号", "kind": "counter", "words": "当事人在窗口交送达回证"}); a.get("state") != "open" {
			t.Fatalf("%s did not open it: %s", name, a.body)
		}
		people = append(people, walker{name, opened})
	}
	fill := map[string]string{"case": id, "message": "none", "paper": paperIDs(t, h, id)["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "agent": "none", "n": "0", "record": "none", "service": "none", "attempt": "none", "round": "none", "draft": "none", "rating": "none"}
	var pages []web.Route
	for _, r := range h.Router.Routes() {
		if r.Object == web.Public || !strings.Contains(r.Pattern, "{case}") && !strings.Contains(r.Pattern, "{paper}") {
			continue
		}
		h.walk(r, people, fill, "{}")
		if strings.HasPrefix(r.Pattern, "GET ") && access.Allowed(opened, r.Object, r.Verb) {
			pages = append(pages, r)
		}
	}
	if len(pages) < 4 {
		t.Fatalf("only %d pages are open", len(pages))
	}
	a := h.post("另立", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["赵一鸣"], "reason": "换一个"}).must(t, "another judge", 403)
	has(t, "the refusal", a.body, "只能看", "个人信息保护法第五十一条")
	for _, p := range people {
		for _, r := range pages {
			page := param.ReplaceAllStringFunc(strings.TrimPrefix(r.Pattern, "GET "), func(s string) string { return fill[strings.Trim(s, "{}")] })
			for _, to := range h.offered(p.name, page) {
				t.Errorf("%s offers %s %s, and refuses it", page, p.name, to)
			}
		}
	}
}

// offered returns what of a case a page offers somebody and then refuses him.
func (h *house) offered(who, page string) (out []string) {
	h.t.Helper()
	body := h.get(who, page).body
	for _, m := range offeredForm.FindAllStringSubmatch(body, -1) {
		if everywhere.MatchString(m[1]) {
			continue
		}
		r := httptest.NewRequestWithContext(h.ctx(who), http.MethodPost, "/api/v1"+m[1], strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		out = append(out, refusedTo(h.send(who, r), "POST "+m[1])...)
	}
	for _, m := range offeredLink.FindAllStringSubmatch(body, -1) {
		if !everywhere.MatchString(m[1]) {
			out = append(out, refusedTo(h.get(who, m[1]), "GET "+m[1])...)
		}
	}
	return out
}

func refusedTo(a answer, what string) []string {
	if a.code == http.StatusForbidden || a.code == http.StatusNotFound || a.code == http.StatusUnauthorized {
		return []string{what}
	}
	return nil
}
