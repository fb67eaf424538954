package mashang_test

import (
	"fmt"
	"regexp"
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

// TestSealedInAList: whoever writes a list may not know of a sealed case. Of its
// number he is told the same, whatever he guesses of it, and nothing in it
// changes: nobody comes into it, and it stays sealed.
func TestSealedInAList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		h.imported(listOf(1, 1))
		f := filing()
		f["type"], f["special"] = "民初", ""
		here := h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
		h.post("郭正", "/casebook/"+here+"/accept", map[string]string{"division": h.divs["冀11知识产权审判庭"]}).must(t, "accept", 200)
		h.post("孙庭", "/casebook/"+here+"/assign", map[string]string{"judge": h.people["周明远"]}).must(t, "assign", 200)
		h.drain()
		for _, id := range strings.Split(h.rowsText(`SELECT id FROM docket_case ORDER BY id`), "\n") {
			h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		}
		h.drain()
		standing := func() string {
			return h.rowsText(`SELECT id || secrecy || cause FROM docket_case ORDER BY id`) + h.rowsText(`SELECT case_id || person_id || capacity FROM docket_access ORDER BY id`)
		}
		before := standing()
		for number := 1; number <= 2; number++ {
			said := map[string]string{}
			for what, line := range map[string]string{
				"nothing": "%s,,,,,,,,,,", "a cause": "%s,,买卖合同纠纷,,,,,,,,", "another cause": "%s,,借款合同纠纷,,,,,,,,", "made public": "%s,,,,,,,,,,公开",
				"a party": "%s,,,,,,原告," + plaintiff(1).name + "," + plaintiff(1).id + ",,", "a friend": "%s,,,,,,原告,友人," + plaintiff(9).id + "," + plaintiff(9).phone + ",",
			} {
				batch := h.list("案号,承办部门,案由,程序,立案日期,承办法官,诉讼地位,当事人,证件号码,手机号,公开范围\r\n" + fmt.Sprintf(line, fmt.Sprintf("（2026）冀11民初%d号", number)) + "\r\n")
				report := h.get("郭正", "/api/v1/intake/"+batch).must(t, "report", 200).body
				has(t, what, report, "不能这样更新")
				said[what] = regexp.MustCompile(`"said":.*`).FindString(report)
				h.post("郭正", "/intake/"+batch+"/confirm", nil).must(t, what, 409)
			}
			for what, words := range said {
				if words != said["nothing"] || words == "" {
					t.Errorf("%s is answered in other words:\n%s\n%s", what, words, said["nothing"])
				}
			}
		}
		if after := standing(); after != before {
			t.Errorf("the cases are others:\n%s", firstDifference(before, after))
		}
	})
}

// TestAskedOnce: asking for a sealed case again, before it was refused or after,
// looks to who asks like asking for a number that does not exist, and is one
// request on its judge's desk; and nobody allows himself what he asked for, even if he
// answers for its judge by now.
func TestAskedOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		number := one[string](h, `SELECT number FROM docket_case WHERE id = ?`, id)
		for range 3 {
			for _, n := range []string{number, "（2026）冀11知民初99号"} {
				if a := h.post("赵一鸣", "/oversight/open", map[string]string{"number": n, "kind": "other", "words": "工作需要看一看"}).must(t, "ask", 200); a.get("state") != "waiting" {
					t.Errorf("%s: %s", n, a.body)
				}
			}
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM oversight_open`); n != 2 {
			t.Errorf("%d requests", n)
		}
		if n := strings.Count(h.get("周明远", "/api/v1/desk").must(t, "desk", 200).body, "想看"); n != 1 {
			t.Errorf("%d on the judge's desk", n)
		}
		h.post("周明远", "/onecode/delegate", map[string]string{"court": "冀11", "to": h.people["赵一鸣"], "begin": "2026-03-03", "until": "2026-03-10", "reason": "生病"}).must(t, "delegate", 200)
		request := one[string](h, `SELECT id FROM oversight_open WHERE case_id = ?`, id)
		h.post("赵一鸣", "/oversight/allow/"+request, map[string]string{"answer": "yes"}).must(t, "himself", 403)
		if body := h.get("赵一鸣", "/api/v1/desk").must(t, "desk", 200).body; strings.Contains(body, request) {
			t.Error("he has his own request on his desk")
		}
		h.post("周明远", "/oversight/allow/"+request, map[string]string{"answer": "no"}).must(t, "the judge", 200)
		for _, n := range []string{number, "（2026）冀11知民初99号"} { // after a refusal as after none
			h.post("钱法官", "/oversight/open", map[string]string{"number": n, "kind": "other", "words": "工作需要看一看"}).must(t, "ask", 200)
			if n == number {
				r := one[string](h, `SELECT id FROM oversight_open WHERE person_id = ? AND case_id = ?`, h.people["钱法官"], id)
				h.post("周明远", "/oversight/allow/"+r, map[string]string{"answer": "no"}).must(t, "refuse", 200)
			}
			h.post("钱法官", "/oversight/open", map[string]string{"number": n, "kind": "other", "words": "工作需要看一看"}).must(t, "ask again", 200)
			if got := strings.Count(h.get("钱法官", "/oversight/open").must(t, "what he asked", 200).body, n); got != 1 {
				t.Errorf("%s stands there %d times", n, got)
			}
			if body := h.get("周明远", "/api/v1/desk").must(t, "desk", 200).body; n == number && !strings.Contains(body, "钱法官想看") {
				t.Error("asked after a refusal, the judge does not hear of it")
			}
		}
	})
}

// TestOfficeAsksPresident: an office that looks into what was said of the judge of
// a sealed case does not ask him, and he sees nothing of it: the president
// decides, unless he handles the case himself.
func TestOfficeAsksPresident(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		number := one[string](h, `SELECT number FROM docket_case WHERE id = ?`, id)
		ask := map[string]string{"number": number, "kind": "review", "words": "核一件事"}
		for _, office := range []string{"督察", "审管"} {
			h.post(office, "/oversight/open", ask).must(t, office+" asks", 200)
			request := one[string](h, `SELECT id FROM oversight_open WHERE case_id = ? AND person_id = ?`, id, h.people[office])
			has(t, "what he reads of it", h.get(office, "/oversight/open").must(t, "asked", 200).body, "等院长同意")
			for _, who := range []string{"周明远", "李倩", "孙庭", office} {
				h.post(who, "/oversight/allow/"+request, map[string]string{"answer": "yes"}).must(t, who, 404)
				h.get(who, "/oversight/allow/"+request).must(t, who, 404)
				if body := h.get(who, "/api/v1/desk").must(t, "desk", 200).body; strings.Contains(body, request) {
					t.Errorf("%s has it on his desk", who)
				}
			}
			has(t, "the president's desk", h.get("王院", "/api/v1/desk").must(t, "desk", 200).body, "/oversight/allow/"+request)
			h.get(office, "/api/v1/casebook/"+id).must(t, "before", 404)
			h.post("王院", "/oversight/allow/"+request, map[string]string{"answer": "yes"}).must(t, "the president", 200)
			h.get(office, "/api/v1/casebook/"+id).must(t, "after", 200)
			h.drain()
			if body := h.get("周明远", "/api/v1/oversight/case/"+id+"/readers").must(t, "readers", 200).body; strings.Contains(body, h.people[office]) || strings.Contains(body, office) {
				t.Errorf("the judge reads that %s looked: %s", office, body)
			}
		}
	})
}
