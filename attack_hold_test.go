package mashang_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"mashang/law/identity"
	"mashang/platform/dbtest"
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

// TestLockedStaysLocked: neither the counter, nor registering, nor an
// invitation opens an account that the security administrator has locked, and
// what was tried meanwhile is dead when he opens it.
func TestLockedStaysLocked(t *testing.T) {
	h := founded(t, dbtest.SQLite(t))
	h.staff(60, "冀11", "窗口", "filing_officer", "立案庭")
	h.staff(61, "冀11", "立案官", "filing_judge", "立案庭")
	id := h.post("窗口", "/casebook/enter", filing()).must(t, "enter", 200).get("case")
	h.post("立案官", "/casebook/"+id+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
	h.registered("本人", "贾若兰", jiaID, jiaPhone)
	h.get("本人", "/api/v1/casebook/"+id).must(t, "her case", 200)
	h.fresh()
	lock := map[string]any{"court": "冀11", "number": jiaID, "reason": "冒名的嫌疑"}
	h.post("安全", "/account/lock", lock).must(t, "lock", 200)
	h.post("窗口", "/account/counter", map[string]any{"court": "冀11", "name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": jiaPhone, "seen": true}).must(t, "counter", 200)
	if got := one[string](h, `SELECT state FROM account_account WHERE name = '贾若兰' AND person_id <> ''`); got != "locked" {
		t.Errorf("after the counter the account is %s", got)
	}
	ch := h.post("", "/account/register", map[string]string{"name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": jiaPhone}).must(t, "register", 200).get("challenge")
	h.post("", "/account/code/"+ch, map[string]string{"code": h.code(jiaPhone)}).must(t, "by registering again", 403)
	lock["open"] = true
	h.post("安全", "/account/lock", lock).must(t, "open", 200)
	h.get("本人", "/api/v1/casebook/"+id).must(t, "the session of before", 401)

	link := h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("窗口")}).must(t, "link", 200).get("link")
	h.join("窗口", link)
	link = h.post("系统", "/setup/staff/invite", map[string]string{"court": "冀11", "person": h.person("窗口")}).must(t, "link", 200).get("link")
	h.fresh()
	staff := map[string]any{"court": "冀11", "account": one[string](h, `SELECT id FROM account_account WHERE name = '窗口'`), "reason": "离岗审查"}
	h.post("安全", "/account/lock", staff).must(t, "lock", 200)
	path, cmd := h.acceptance("窗口", link)
	h.post("", path, cmd).must(t, "by an invitation", 403)
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

// TestSharedPhone: two old people of one household share a phone. Its code
// leads to a choice between the two, and to nobody else.
func TestSharedPhone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		var stranger struct {
			Account struct{ ID string }
		}
		if err := json.Unmarshal([]byte(h.get("贾若兰", "/api/v1/account").must(t, "account", 200).body), &stranger); err != nil || stranger.Account.ID == "" {
			t.Fatal(err)
		}
		shared := identity.FictionalPhone(41)
		for i, name := range []string{"赵老汉", "钱老太"} {
			num := identity.Fictional(41+i, mustDate("1948-01-02"), i == 0)
			h.post("韩雪", "/account/counter", map[string]any{"court": "冀11", "name": name, "id_type": "resident", "number": num, "phone": shared, "seen": true}).must(t, name, 200)
		}
		enter := func() (ticket string, choose []string) {
			ch := h.post("", "/account/login", map[string]string{"phone": shared}).must(t, "login", 200).get("challenge")
			h.drain()
			a := h.post("", "/account/code/"+ch, map[string]string{"code": h.code(shared)}).must(t, "code", 200)
			if a.get("token") != "" {
				t.Fatal("somebody is in before he said who he is")
			}
			var v struct {
				Ticket string   `json:"ticket"`
				Choose []string `json:"choose"`
			}
			if err := json.Unmarshal([]byte(a.body), &v); err != nil || len(v.Choose) != 2 {
				t.Fatalf("%v: %s", err, a.body)
			}
			return v.Ticket, v.Choose
		}
		names := map[string]bool{}
		for i := range 2 {
			ticket, choose := enter()
			h.tokens["老人"] = h.post("", "/account/choose", map[string]string{"ticket": ticket, "account": choose[i]}).must(t, "choose", 200).get("token")
			body := h.get("老人", "/api/v1/account").must(t, "account", 200).body
			for _, n := range []string{"赵老汉", "钱老太"} {
				names[n] = names[n] || strings.Contains(body, n)
			}
			h.post("", "/account/choose", map[string]string{"ticket": ticket, "account": choose[1-i]}).must(t, "the ticket again", 422)
		}
		if len(names) != 2 || !names["赵老汉"] || !names["钱老太"] {
			t.Errorf("who came in: %v", names)
		}
		ticket, _ := enter()
		h.post("", "/account/choose", map[string]string{"ticket": ticket, "account": stranger.Account.ID}).must(t, "another's account", 422)
		ticket, choose := enter()
		h.clock.Set(h.clock.Now().Add(4 * time.Minute))
		h.post("", "/account/choose", map[string]string{"ticket": ticket, "account": choose[0]}).must(t, "too late", 422)
	})
}

// TestAnotherAtTheCounter: one officer alone puts no other phone in place of the
// one with which somebody signs in. It takes a second one of the court, who looks
// at the paper ID too; whoever's phones would be and are replaced hears of both on
// those that were his, each once.
func TestAnotherAtTheCounter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if err := (&scene{house: h, vars: map[string]string{}}).given([]string{"post", "邻县二", "冀1126", "filing_judge"}); err != nil {
			t.Fatal(err)
		}
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		heard := func(words string) (to []string) {
			h.drain()
			ms, err := h.Kit.Notify.Outbox(t.Context(), 500)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range ms {
				if strings.Contains(m.Text, words) {
					to = append(to, m.Target)
				}
			}
			return to
		}
		counter := func(who, court, phone string, keep bool) {
			h.post(who, "/account/counter", map[string]any{"court": court, "name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": phone, "seen": true, "keep": keep}).must(t, "counter", 200)
		}
		request := func() string { return one[string](h, `SELECT id FROM account_swap`) }
		const would, has2 = "有人在窗口要换成", "刚才在窗口换成了"
		counter("韩雪", "冀11", jiaPhone, false)
		if got := append(heard(would), heard(has2)...); len(got) != 0 {
			t.Errorf("nothing was replaced, and %v heard", got)
		}
		thief := identity.FictionalPhone(77)
		counter("邻县", "冀1126", thief, false) // at whatever court
		if got := heard(would); len(got) != 1 || got[0] != jiaPhone {
			t.Errorf("%v heard", got)
		}
		has(t, "what she hears", strings.Join(h.outbox(), "\n"), thief[7:], "0318-0000000", "不是我办的")
		// It opens nothing yet: neither the account nor the case.
		ch := h.post("", "/account/login", map[string]string{"phone": thief}).must(t, "login", 200).get("challenge")
		h.post("", "/onecode/open", map[string]string{"code": long, "name": "贾若兰", "id_type": "resident", "number": jiaID}).must(t, "open", 200)
		h.drain()
		if ch == "" || h.code(thief) != "" {
			t.Error("a code goes to the phone that one officer entered")
		}
		h.get("贾若兰", "/api/v1/casebook/"+id).must(t, "she is still in", 200)
		yes := map[string]any{"answer": "yes", "number": jiaID, "seen": true}
		for _, who := range []string{"邻县", "韩雪", "郭正", "周明远"} { // himself; another court's; not at filing
			h.post(who, "/account/swap/"+request(), yes).must(t, who, 403)
		}
		h.post("邻县二", "/account/swap/"+request(), yes).must(t, "the second", 200)
		if got := heard(has2); len(got) != 1 || got[0] != jiaPhone {
			t.Errorf("%v heard", got)
		}
		third := identity.FictionalPhone(78)
		counter("韩雪", "冀11", third, true) // the cases keep theirs
		h.post("郭正", "/account/swap/"+request(), yes).must(t, "the second", 200)
		if got := heard(has2); len(got) != 2 || got[0] != thief && got[1] != thief {
			t.Errorf("%v heard", got)
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM account_swap`); n != 0 {
			t.Errorf("%d requests are left", n)
		}
	})
}

// TestJudgeComesAsTheParty: who handles a case can write down another phone for a
// party, and have her a new code made. So he comes into the case as she, and no
// further: not to what she wrote of him, nor does her account ring or open for
// him elsewhere. Both of her phones tell her.
func TestJudgeComesAsTheParty(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		c := h.post("贾若兰", "/complaint/write/"+id, map[string]any{"kind": "complaint", "about": []string{h.people["周明远"]}, "text": "拖了三个月"}).must(t, "complain", 200).get("id")
		h.post("贾若兰", "/onecode/"+id+"/rate/filing", map[string]string{"grade": "不满意", "text": "推来推去"}).must(t, "rate", 200)
		party, his := h.partyID(id, "贾若兰"), identity.FictionalPhone(77)
		h.post("周明远", "/casebook/"+id+"/party/"+party+"/mend", map[string]string{"name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": his, "address": "河北省衡水市桃城区某街道1号", "reason": "她来电话说换号了"}).must(t, "mend", 200)
		h.post("周明远", "/onecode/"+id+"/code/"+party, map[string]string{"reason": "原来的丢了"}).must(t, "new code", 200)
		h.drain()
		her := h.tokens["贾若兰"]
		long, _ = h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, his, long)
		h.tokens["judge as she"], h.tokens["贾若兰"] = h.tokens["贾若兰"], her
		h.drain()
		h.get("judge as she", "/api/v1/casebook/"+id).must(t, "the case", 200)
		for _, path := range []string{"/complaint/mine", "/complaint/mine/" + c} {
			a := h.get("judge as she", "/api/v1"+path).must(t, path, 403)
			if strings.Contains(a.body, c) || strings.Contains(a.body, "拖了") {
				t.Errorf("%s: %s", path, a.body)
			}
			h.get("贾若兰", "/api/v1"+path).must(t, "herself "+path, 200)
		}
		if body := h.get("judge as she", "/api/v1/onecode/"+id+"/rate").must(t, "ratings", 200).body; strings.Contains(body, "不满意") {
			t.Errorf("what she thinks of the court: %s", body)
		}
		h.post("judge as she", "/onecode/"+id+"/rate/filing", map[string]string{"grade": "满意"}).must(t, "rating in her place", 403)
		h.post("judge as she", "/account/way/wechat", nil).must(t, "hearing of answers", 403)
		h.post("judge as she", "/account/passkey/begin", nil).must(t, "a passkey", 403)
		said := 0
		ms, err := h.Kit.Notify.Outbox(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			if m.Target == jiaPhone && (strings.Contains(m.Text, "刚才改了") || strings.Contains(m.Text, "进了您的账号")) {
				said++
			}
		}
		if said != 2 {
			t.Errorf("she was told %d times", said)
		}
		// Proving that the account is his goes to her phone.
		ch := h.post("judge as she", "/account/prove", map[string]string{"next": "/complaint/mine"}).must(t, "prove", 200).get("challenge")
		if ch == "" || h.code(jiaPhone) == "" {
			t.Error("no code went to her phone")
		}
		h.post("judge as she", "/account/code/"+ch, map[string]string{"code": h.code(his)}).must(t, "with what his phone got", 422)
	})
}

// TestOutOfHerOwnCase: whom somebody takes out of her case by correcting her
// number to another's hears of it, and holds the entry.
func TestOutOfHerOwnCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		her := one[string](h, `SELECT person_id FROM docket_party WHERE id = ?`, h.partyID(id, "贾若兰"))
		h.post("周明远", "/casebook/"+id+"/party/"+h.partyID(id, "贾若兰")+"/mend", map[string]string{"name": "别人", "id_type": "resident", "number": identity.Fictional(91, mustDate("1970-01-02"), true), "phone": jiaPhone, "address": "河北省衡水市桃城区某街道1号", "reason": "写错了"}).must(t, "mend", 200)
		h.drain()
		h.get("贾若兰", "/api/v1/casebook/"+id).must(t, "her case", 404)
		has(t, "what she hears", strings.Join(h.outbox(), "\n"), "您在案件里留的姓名、手机或者证件刚才改了")
		if n := one[int64](h, `SELECT COUNT(*) FROM ledger_entry e JOIN ledger_link l ON l.entry_id = e.id WHERE e.kind = 'casebook.party_corrected' AND l.holder = ?`, her); n != 1 {
			t.Errorf("she holds %d entries of it", n)
		}
	})
}
