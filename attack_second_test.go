package mashang_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// opened counts the readings of a case that are on record.
func (h *house) opened(caseID string) int64 {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	stop() // what is waiting is written, then it ends
	h.KeepTrail(ctx)
	return one[int64](h, `SELECT COUNT(*) FROM ledger_entry WHERE kind = 'casebook.opened' AND case_id = ?`, caseID)
}

// page posts a form as a browser does, and gets a page.
func (h *house) page(who, path, fields string) answer {
	h.t.Helper()
	return h.send(who, h.request(who, path, []byte(fields), "application/x-www-form-urlencoded"))
}

// asShe has the judge write down another phone for Ms Jia, and come in as she by it.
func (h *house) asShe(caseID, code string) {
	h.t.Helper()
	her, his := h.tokens["贾若兰"], identity.FictionalPhone(77)
	h.post("周明远", "/casebook/"+caseID+"/party/"+h.partyID(caseID, "贾若兰")+"/mend", map[string]string{"name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": his, "address": "河北省衡水市桃城区某街道1号", "reason": "她来电话说换号了"}).must(h.t, "mend", 200)
	h.signIn("贾若兰", "resident", jiaID, his, code)
	h.tokens["judge as she"], h.tokens["贾若兰"] = h.tokens["贾若兰"], her
}

// TestAttackFormAsAPage: a form that is sent with a fault in it comes back with
// the page around it: who reads a case that way has read it.
func TestAttackFormAsAPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		for who, path := range map[string]string{"孙庭": "/panel", "王院": "/secrecy", "周明远": "/close"} {
			before, want := h.opened(id), int64(1)
			if who == "周明远" {
				want = 0
			}
			a := h.page(who, "/casebook/"+id+path, "to=nothing").must(t, who, 422)
			if !strings.Contains(a.body, "贾若兰") {
				t.Fatalf("%s: the page does not come back", who)
			}
			if n := h.opened(id) - before; n != want {
				t.Errorf("%s read the case by a form with a fault: %d entries, want %d", who, n, want)
			}
		}
	})
}

// TestAttackOwnCase: whoever of the court is a party himself has no post in that
// case: neither does he name its judge, nor does he read what the other side says.
func TestAttackOwnCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "青花瓷碗"}).must(t, "ask", 200)
		other := one[string](h, `SELECT id FROM docket_party WHERE case_id = ? AND role = 'defendant'`, id)
		own := []string{"王院", "孙庭", "郭正", "赵一鸣", "审管"}
		for _, who := range own { // as if they were sued
			if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
				return access.Add(tx, h.people[who], id, "party", "测试", tx.Now(), time.Time{})
			}); err != nil {
				t.Fatal(err)
			}
		}
		h.do(`UPDATE docket_party SET person_id = ? WHERE id = ?`, h.people["孙庭"], other)
		for _, who := range own {
			for path, body := range map[string]map[string]string{
				"/casebook/" + id + "/assign":                                    {"judge": h.people["赵一鸣"], "clerk": h.people["李倩"], "reason": "换人"},
				"/casebook/" + id + "/secrecy":                                   {"to": "sealed", "reason": "不想让人看"},
				"/casebook/" + id + "/panel":                                     {"form": "sole"},
				"/casebook/" + id + "/extend":                                    {"months": "6", "reason": "再等等"},
				"/casebook/" + id + "/party/" + h.partyID(id, "贾若兰") + "/reveal": {"reason": "看看"},
			} {
				h.post(who, path, body).must(t, who+" "+path, 403)
			}
		}
		if body := h.get("孙庭", "/api/v1/onecode/"+id).must(t, "his own thread", 200).body; strings.Contains(body, "青花瓷碗") {
			t.Error("the head reads what the other side wrote to the judge of his case")
		}
		h.get("孙庭", "/api/v1/casebook/"+id).must(t, "his case", 200)
	})
}

// TestAttackOwnFiling: nor does he decide whether he is sued.
func TestAttackOwnFiling(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.post("韩雪", "/casebook/enter", filing()).must(t, "enter", 200).get("case")
		h.do(`UPDATE docket_party SET person_id = ? WHERE case_id = ? AND role = 'defendant'`, h.people["郭正"], id)
		h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11民一庭"]}).must(t, "his own", 403)
		h.post("郭正", "/casebook/"+id+"/refuse", map[string]string{"reason": "不属于本院管辖"}).must(t, "refuse his own", 403)
	})
}

// TestAttackSealedAfterNamed: who was named for one message by somebody else than
// the judge sees no sealed case, also when it is sealed afterwards.
func TestAttackSealedAfterNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		for by, sees := range map[string]int{"李倩": 404, "孙庭": 404, "周明远": 200} {
			m := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "青花瓷碗"}).must(t, "ask", 200).get("id")
			h.post(by, "/onecode/"+id+"/message/"+m+"/route", map[string]string{"to": h.people["赵一鸣"], "reason": "外出"}).must(t, by, 200)
			h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "before it is sealed", 200)
			h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
			h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "named by "+by, sees)
			h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "public", "reason": "好了"}).must(t, "open", 200)
			h.post("周明远", "/onecode/"+id+"/message/"+m+"/route", map[string]string{"to": h.people["周明远"], "reason": "回来了"}).must(t, "back", 200)
			h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "it went back", 404)
		}
	})
}

// TestAttackRefusesForHer: who came in by a phone that the court wrote down does
// not stop her change of phone at the counter.
func TestAttackRefusesForHer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.asShe(id, long)
		h.post("韩雪", "/account/counter", map[string]any{"court": "冀11", "name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": identity.FictionalPhone(78), "seen": true}).must(t, "counter", 200)
		request := one[string](h, `SELECT id FROM account_swap`)
		h.post("judge as she", "/account/swap/"+request+"/refuse", nil).must(t, "refused for her", 403)
		h.post("贾若兰", "/account/swap/"+request+"/refuse", nil).must(t, "refused by her", 200)
	})
}

// TestAttackNotedAtTheWindow: a visit that an officer of filing notes by the number
// of a case is no work in it: whoever looks around does not clear himself so.
func TestAttackNotedAtTheWindow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := newWatched(h, 10)
		if err := (&scene{house: h, vars: map[string]string{}}).given([]string{"post", "另窗", "冀11", "filing_officer"}); err != nil {
			t.Fatal(err)
		}
		w.opens("另窗", 10)
		for _, id := range w.cases {
			number := one[string](h, `SELECT number FROM docket_case WHERE id = ?`, id)
			h.post("另窗", "/onecode/note", map[string]string{"court": "冀11", "number": number, "who": "某人", "way": "visit", "text": "询问办案进度，已告知。"}).must(t, "note", 200)
		}
		if got := fmt.Sprint(w.found("另窗")); got != "[另窗]" {
			t.Errorf("found are %v", got)
		}
	})
}

// TestAttackComplaintHeardElsewhere: who handles a case writes down the phone that
// the case holds. What the offices say of a complaint goes to the phone with which
// its writer signs in, and nobody who came in by another writes one in her name.
func TestAttackComplaintHeardElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.asShe(id, long)
		form := map[string]any{"kind": "complaint", "about": []string{h.people["周明远"]}, "text": "拖了三个月"}
		h.post("judge as she", "/complaint/write/"+id, form).must(t, "in her name", 403)
		h.upload("judge as she", "/complaint/write/"+id, map[string]string{"kind": "report", "name": "某人", "text": "拖"}, "files", "a.txt", []byte("a")).must(t, "in her name, with a file", 403)
		c := h.post("贾若兰", "/complaint/write/"+id, form).must(t, "complain", 200).get("id")
		h.post("审管", "/complaint/office/"+c+"/pass", nil).must(t, "pass", 200)
		h.post("督察", "/complaint/office/"+c, map[string]string{"text": "查过了"}).must(t, "answer", 200)
		h.drain()
		ms, err := h.Kit.Notify.Outbox(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		hers := 0
		for _, m := range ms {
			if !strings.Contains(m.Text, "您有一条答复") && !strings.Contains(m.Text, "您写的一份东西") {
				continue
			}
			if m.Target != jiaPhone {
				t.Errorf("%s hears %s", m.Target, m.Text)
			} else {
				hers++
			}
		}
		if hers != 2 {
			t.Errorf("she hears %d times", hers)
		}
	})
}

// TestAttackBoundByAnother: who came into a case as a party, by a phone that the
// court wrote down for her, does nothing that binds her: no paper is served on him.
func TestAttackBoundByAnother(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.post("贾若兰", "/delivery/"+id+"/confirm", map[string]any{"consent": "agree"}).must(t, "consent", 200)
		p := h.issue(id, h.partyID(id, "贾若兰"), "summons", 1)[0]
		h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": []string{p}, "ways": []string{"inapp"}}).must(t, "send", 200)
		h.drain()
		h.asShe(id, long)
		v := one[string](h, `SELECT id FROM delivery_service WHERE paper_id = ?`, p)
		h.get("judge as she", "/api/v1/casebook/"+id).must(t, "the case", 200)
		for path, body := range map[string]map[string]any{
			"/delivery/" + id + "/open/" + v:         nil,
			"/delivery/" + id + "/confirm":           {"consent": "agree"},
			"/signing/" + id + "/round/none/decline": {"reason": "不签"},
			"/outage/" + id + "/apply/none":          {"answer": "file"},
		} {
			h.post("judge as she", path, body).must(t, path, 403)
		}
		if s := one[string](h, `SELECT state FROM delivery_service WHERE id = ?`, v); s != "delivered" {
			t.Errorf("the paper is %s", s)
		}
		h.post("贾若兰", "/delivery/"+id+"/open/"+v, nil).must(t, "herself", 200)
	})
}

// TestAttackSealedByAList: when another system says that a case is sealed, who had
// opened it on a basis is out, as when the court seals it here.
func TestAttackSealedByAList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.mustPut(told(), "created")
		h.post("钱法官", "/oversight/open", map[string]string{"number": h.caseOf(id).Number, "kind": "other", "words": "工作需要看一看"}).must(t, "open", 200)
		h.get("钱法官", "/api/v1/casebook/"+id).must(t, "before", 200)
		h.mustPut(map[string]any{"number": "（2026）冀11知民初7号", "secrecy": "sealed"}, "changed")
		h.get("钱法官", "/api/v1/casebook/"+id).must(t, "after", 404)
		h.get("周明远", "/api/v1/casebook/"+id).must(t, "its judge", 200)
	})
}

// TestAttackOneFillsABatch: what a judge is shown of ratings is never of fewer than
// five cases: five from one case may be from one person, whom he answered.
func TestAttackOneFillsABatch(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	var cs []string
	for i := range 5 {
		cs = append(cs, h.filed(i, "民初", "民一庭", "钱法官"))
	}
	h.clock.Set(time.Date(2027, 4, 2, 9, 0, 0, 0, clock.Shanghai))
	for n := range 8 { // all of one party
		h.rated(n, cs[0], mustDate("2027-04-02"))
	}
	sees := func() int64 {
		f := h.figures("钱法官", "/statistics?period=2027")["handling"]
		if f.Hidden || f.Numerator == nil {
			return 0
		}
		return *f.Denominator
	}
	h.clock.Set(time.Date(2027, 5, 4, 9, 0, 0, 0, clock.Shanghai))
	if n := sees(); n != 0 {
		t.Errorf("the judge sees %d ratings of one case", n)
	}
	for i, c := range cs[1:] {
		h.rated(20+i, c, mustDate("2027-05-04"))
	}
	h.clock.Set(time.Date(2027, 6, 4, 9, 0, 0, 0, clock.Shanghai))
	if n := sees(); n != 12 {
		t.Errorf("with four cases more the judge sees %d ratings", n)
	}
}

// TestAttackDeclinedOffice: that the president lets no office open a sealed case
// leaves no sign in the case: its judge may be the one of whom somebody complained.
func TestAttackDeclinedOffice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		before := h.get("周明远", "/api/v1/casebook/"+id).must(t, "the case", 200).body
		number := one[string](h, `SELECT number FROM docket_case WHERE id = ?`, id)
		h.post("督察", "/oversight/open", map[string]string{"number": number, "kind": "other", "words": "处理一件举报"}).must(t, "ask", 200)
		request := one[string](h, `SELECT id FROM oversight_open`)
		h.post("王院", "/oversight/allow/"+request, map[string]string{"answer": "no"}).must(t, "no", 200)
		h.drain()
		if after := h.get("周明远", "/api/v1/casebook/"+id).must(t, "the case", 200).body; after != before {
			t.Errorf("the judge's case page tells of it:\n%s\n%s", before, after)
		}
	})
}

// TestAttackUnderAnotherCase: a message is shown only under its own case: who reads
// it under one that he handles himself would leave no sign where he read.
func TestAttackUnderAnotherCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		m := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "青花瓷碗"}).must(t, "ask", 200).get("id")
		own := h.filed(1, "民初", "知识产权审判庭", "孙庭")
		before := h.opened(id)
		for _, path := range []string{"/onecode/" + own + "/message/" + m + "/route", "/onecode/" + own + "/message/" + m} {
			if a := h.get("孙庭", path); a.code == 200 || strings.Contains(a.body, "青花瓷碗") {
				t.Errorf("%s: %d, and %d entries in the case that was read", path, a.code, h.opened(id)-before)
			}
		}
		h.page("孙庭", "/onecode/"+own+"/message/"+m+"/route", "to=").must(t, "a form with a fault", 404)
		h.get("孙庭", "/onecode/"+id+"/message/"+m+"/route").must(t, "under its own", 200)
		if n := h.opened(id) - before; n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

// TestAttackHowManyCases: who looks for the accounts of a number, which leaves no
// record, is not told of cases: the answer is the same with one case more.
func TestAttackHowManyCases(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	find := func() string {
		return h.post("郭正", "/account/find", map[string]string{"court": "冀11", "id_type": "resident", "number": jiaID}).must(t, "find", 200).body
	}
	before := find()
	h.accepted()
	if after := find(); after != before || !strings.Contains(after, "贾若兰") {
		t.Errorf("a case more is seen: %s, %s", before, after)
	}
}

// TestAttackSealedComplaint: who takes a sealed case over after somebody complained
// in it does not read that, by whatever other post; and its office is not told
// which case it is.
func TestAttackSealedComplaint(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.holds("赵一鸣", docket.Supervision)
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		c := h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "complaint", "name": "门口的人", "text": "拖了三个月"}).must(t, "complain", 200).get("id")
		h.get("赵一鸣", "/api/v1/complaint/office/"+c).must(t, "before", 200)
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
			return access.Add(tx, h.people["赵一鸣"], id, "member", "合议庭", tx.Now(), time.Time{})
		}); err != nil {
			t.Fatal(err)
		}
		h.get("赵一鸣", "/api/v1/complaint/office/"+c).must(t, "who sits in the case now", 404)
		if body := h.get("审管", "/api/v1/complaint/office/"+c).must(t, "the office", 200).body; strings.Contains(body, id) {
			t.Errorf("it is told which case it is: %s", body)
		}
	})
}

// TestAttackDelegatedTwice: a form of delegation that is sent many times is one
// delegation: taken back, the colleague is out.
func TestAttackDelegatedTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		form := map[string]string{"court": "冀11", "to": h.people["赵一鸣"], "begin": "2026-03-03", "until": "2026-03-09", "reason": "外出"}
		if n := h.atOnce("周明远", "/onecode/delegate", form); n != 1 {
			t.Errorf("taken %d times", n)
		}
		h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "delegated", 200)
		h.clock.Add(time.Second)
		h.post("周明远", "/onecode/delegate/end", map[string]string{"court": "冀11", "delegation": one[string](h, `SELECT id FROM onecode_delegation ORDER BY id LIMIT 1`)}).must(t, "take back", 200)
		h.get("赵一鸣", "/api/v1/casebook/"+id).must(t, "taken back", 404)
		h.post("周明远", "/onecode/delegate", form).must(t, "again", 200)
	})
}

// TestAttackAskedAtOnce: who asks for a sealed case from ten windows at once has
// asked once: refused, nothing of it waits any more.
func TestAttackAskedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		ask := map[string]string{"number": one[string](h, `SELECT number FROM docket_case WHERE id = ?`, id), "kind": "other", "words": "工作需要看一看"}
		h.atOnce("钱法官", "/oversight/open", ask)
		h.post("周明远", "/oversight/allow/"+one[string](h, `SELECT id FROM oversight_open LIMIT 1`), map[string]string{"answer": "no"}).must(t, "no", 200)
		if n := one[int64](h, `SELECT COUNT(*) FROM oversight_open WHERE state = 'waiting'`); n != 0 {
			t.Errorf("%d still wait", n)
		}
		h.clock.Add(8 * 24 * time.Hour) // asked, not answered, and asked again when it had lapsed
		for range 2 {
			h.post("钱法官", "/oversight/open", ask).must(t, "again", 200)
			h.clock.Add(8 * 24 * time.Hour)
		}
		h.post("钱法官", "/oversight/open", ask).must(t, "again", 200)
		if n := one[int64](h, `SELECT COUNT(*) FROM oversight_open WHERE state = 'waiting'`); n != 1 {
			t.Errorf("%d wait", n)
		}
	})
}

// TestAttackWhoLooked: that an office looked at a case is for its parties, not for
// its bench: nor for who came in as a party by a phone that the bench wrote down.
func TestAttackWhoLooked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.asShe(id, long)
		pages := []string{"/oversight/case/" + id + "/readers", "/casebook/" + id}
		read := func(who string) (out string) {
			for _, p := range pages {
				out += h.get(who, "/api/v1"+p).must(t, p, 200).body
			}
			return out
		}
		before, hers := read("judge as she"), read("贾若兰")
		h.post("督察", "/oversight/open", map[string]string{"case": id, "kind": "other", "words": "处理一件举报"}).must(t, "open", 200)
		h.get("督察", "/casebook/"+id).must(t, "look", 200)
		h.opened(id)
		h.drain()
		if after := read("judge as she"); after != before {
			t.Errorf("he sees it:\n%s\n%s", before, after)
		}
		if read("贾若兰") != hers {
			t.Error("she sees it at once, and with her whoever asks her")
		}
		h.clock.Add(91 * 24 * time.Hour)
		h.do(`UPDATE account_session SET seen_at = ?, until_at = ?`, h.Kit.Now(), h.Kit.Now().Add(time.Hour))
		name := one[string](h, `SELECT name FROM docket_person WHERE id = '`+h.people["督察"]+`'`)
		if strings.Contains(read("judge as she"), name) || !strings.Contains(read("贾若兰"), name) {
			t.Error("ninety days later she does not see it, or he does")
		}
		h.post("judge as she", "/casebook/"+id+"/export", nil).must(t, "the record", 403)
		h.post("贾若兰", "/casebook/"+id+"/export", nil).must(t, "her record", 200)
	})
}

// TestAttackRenamed: her name is what opens her cases by their codes, in every
// court: whoever corrects it in one, she hears of it.
func TestAttackRenamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		mend := func(name string) (heard int) {
			h.post("周明远", "/casebook/"+id+"/party/"+h.partyID(id, "贾若兰")+"/mend", map[string]string{"name": name, "id_type": "resident", "number": jiaID, "phone": jiaPhone, "address": "河北省衡水市桃城区某街道2号", "reason": "写错了"}).must(t, "mend", 200)
			h.drain()
			ms, err := h.Kit.Notify.Outbox(t.Context(), 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range ms {
				if m.Target == jiaPhone && strings.Contains(m.Text, "刚才改了") {
					heard++
				}
			}
			return heard
		}
		if n := mend("贾若兰"); n != 0 {
			t.Errorf("her address is another, and she heard %d times", n)
		}
		if n := mend("贾若蓝"); n != 1 {
			t.Errorf("her name is another, and she heard %d times", n)
		}
	})
}
