package mashang_test

import (
	"testing"

	"mashang/law/identity"
)

// registered takes an account by registering, with whatever phone is to hand.
func (h *house) registered(as, name, number, phone string) {
	h.t.Helper()
	ch := h.post("", "/account/register", map[string]string{"name": name, "id_type": "resident", "number": number, "phone": phone}).must(h.t, "register", 200).get("challenge")
	h.tokens[as] = h.post("", "/account/code/"+ch, map[string]string{"code": h.code(phone)}).must(h.t, "code", 200).get("token")
}

// TestPhoneToldByTheOtherSide: whoever sues somebody tells the court a phone
// for him. With that phone, and his true name and number, nobody becomes him.
func TestPhoneToldByTheOtherSide(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		caseID := h.accepted()
		long, _ := h.caseCode(caseID, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		mine := identity.FictionalPhone(61)
		f := filing()
		f["p_name"], f["p_number"], f["p_phone"] = "骗子", identity.Fictional(62, mustDate("1970-01-02"), true), identity.FictionalPhone(62)
		f["d_name"], f["d_kind"], f["d_id_type"], f["d_number"], f["d_phone"], f["d_rep_name"] = "贾若兰", "natural", "resident", jiaID, mine, ""
		other := h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
		h.registered("冒名一", "贾若兰", jiaID, mine)
		h.get("冒名一", "/api/v1/casebook/"+caseID).must(t, "her case, by a filing that nobody accepted", 404)
		h.post("郭正", "/casebook/"+other+"/accept", map[string]string{"division": h.divs["冀11民一庭"]}).must(t, "accept", 200)
		h.drain()
		h.registered("冒名二", "贾若兰", jiaID, mine)
		for _, id := range []string{caseID, other} {
			h.get("冒名二", "/api/v1/casebook/"+id).must(t, "her case, by a phone that her opponent told", 404)
		}
		h.registered("本人", "贾若兰", jiaID, jiaPhone)
		h.get("本人", "/api/v1/casebook/"+caseID).must(t, "her case, by the phone that she told", 200)
	})
}

// TestLostPhoneOfAnAgent: once an agent has shown his paper ID and a new phone
// at the counter, the lost one opens nothing, whether his authority ended or
// ends on a day to come.
func TestLostPhoneOfAnAgent(t *testing.T) {
	for why, until := range map[string]string{"ended": "", "with a last day": "2026-12-31"} {
		each(t, func(t *testing.T, h *house) {
			caseID := h.accepted()
			number, lost, fresh := identity.Fictional(72, mustDate("1980-01-02"), true), identity.FictionalPhone(72), identity.FictionalPhone(73)
			agent := map[string]any{"party": h.partyID(caseID, "贾若兰"), "name": "刘律师", "id_type": "resident", "number": number, "phone": lost, "class": "lawyer", "firm": "某所", "seen": true, "until": until}
			h.post("韩雪", "/casebook/"+caseID+"/agent", agent).must(t, "agent", 200)
			if until == "" { // ended here; he goes on for the other case
				id := one[string](h, `SELECT id FROM docket_agent WHERE case_id = ?`, caseID)
				h.post("韩雪", "/casebook/"+caseID+"/agent/"+id+"/dismiss", map[string]string{"reason": "解除委托"}).must(t, "dismiss", 200)
			}
			h.post("韩雪", "/account/counter", map[string]any{"court": "冀11", "name": "刘律师", "id_type": "resident", "number": number, "phone": fresh, "seen": true, "lost": true}).must(t, "counter", 200)
			h.registered("捡到的人", "刘律师", number, lost)
			if got := h.get("捡到的人", "/api/v1/account"); one[int64](h, `SELECT COUNT(*) FROM account_session s JOIN account_account a ON a.id = s.account_id WHERE a.person_id <> '' AND a.staff = 0`) != 0 {
				t.Errorf("%s: the lost phone opens his account: %s", why, got.body)
			}
		})
	}
}
