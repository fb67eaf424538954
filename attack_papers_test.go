package mashang_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// TestUnsignedIsNone: the file of a paper that people are still signing, which
// each of them can have, is not one that the court has issued.
func TestUnsignedIsNone(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, round := h.pair()
	file := h.get("贾若兰", "/signing/"+id+"/round/"+round+"/file").must(t, "file", 200).body
	unsigned := func(when string) {
		t.Helper()
		if a := h.upload("", "/signing/check", nil, "file", "a.pdf", []byte(file)).must(t, "check", 200); a.get("state") != "unsigned" || strings.Contains(a.body, "调解笔录") {
			t.Errorf("%s: %s", when, a.body)
		}
	}
	unsigned("while it is signed")
	h.post("贾若兰", "/signing/"+id+"/round/"+round+"/decline", map[string]any{"reason": "不同意"}).must(t, "decline", 200)
	h.drain()
	unsigned("when one has declined")
}

// TestNeverServed: what was taken back and made anew before it was served stays
// unread: the side learns of the new one only, and that when it is served.
func TestNeverServed(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	old := paperIDs(t, h, id)["acceptance_notice"]
	h.post("周明远", "/papers/paper/"+old+"/withdraw", map[string]any{"reason": "写错了", "again": true}).must(t, "withdraw", 200)
	h.drain()
	if s := h.paperStates(id); !strings.Contains(strings.Join(s, " "), "superseded") {
		t.Fatal(s)
	}
	h.get("贾若兰", "/papers/file/"+old).must(t, "the file of what she never got", 404)
	h.get("贾若兰", "/papers/view/"+old).must(t, "its words", 404)
	if a := h.get("贾若兰", "/api/v1/papers/"+id).must(t, "her papers", 200); strings.Contains(a.body, old) {
		t.Error(a.body)
	}
}

// agreed is a record of an agreement that binds by the signatures on it, with who
// signs for the plaintiff herself and an agent for the other side.
func agreed(t *testing.T, h *house, special bool) (caseID, round string) {
	caseID = h.accepted()
	lawyer := map[string]any{"party": h.partyID(caseID, company), "name": "刘律师", "id_type": "resident", "number": identity.Fictional(72, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(72), "class": "lawyer", "firm": "某所", "seen": true}
	if special {
		lawyer["special"], lawyer["powers"] = true, []string{"进行和解"}
	}
	h.post("韩雪", "/casebook/"+caseID+"/agent", lawyer).must(t, "agent", 200)
	long, _ := h.caseCode(caseID, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	long, _ = h.caseCode(caseID, company)
	h.signIn("刘律师", "resident", lawyer["number"].(string), identity.FictionalPhone(72), long)
	var agentID string
	if err := h.Kit.Read(t.Context(), func(tx *db.Tx) (err error) {
		agentID, err = db.One[string](tx, `SELECT id FROM docket_agent WHERE case_id = ?`, caseID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	out := h.post("陈助", "/papers/write/"+caseID+"/save", map[string]any{"kind": "mediation_record", "by": []string{h.partyID(caseID, "贾若兰"), agentID}, "submit": true, "fields": map[string]any{
		"began": "2026-03-03 08:00", "ended": "2026-03-03 08:40", "where": "第一调解室", "present": []string{"原告贾若兰", "被告代理人刘律师（一般授权）"}, "mediator": "周明远",
		"willing": []any{[]string{"原告", "自愿。"}, []string{"被告", "自愿。"}}, "agreement": []string{"被告三十日内付给原告五万元；"}, "fee_says": "减半收取，由被告负担。", "effect": "在本笔录上签名后生效"}}).must(t, "save", 200)
	h.post("周明远", "/papers/write/"+caseID+"/"+out.get("id")+"/decide", map[string]any{"answer": "approve"}).must(t, "approve", 200)
	h.drain()
	return caseID, h.signingRound(caseID, "mediation_record")
}

// TestAgentSettles: an agreement that an agent signed for a party binds when he
// may settle, and not by general authority (民事诉讼法 62).
func TestAgentSettles(t *testing.T) {
	for special, want := range map[bool]string{true: "effective", false: "issued"} {
		h := newHouse(t, dbtest.SQLite(t))
		id, round := agreed(t, h, special)
		h.signs("贾若兰", jiaPhone, round)
		h.signs("刘律师", identity.FictionalPhone(72), round)
		h.signs("周明远", h.phones["周明远"], round)
		h.signs("李倩", h.phones["李倩"], round)
		for _, p := range h.papers(id) {
			if p.Kind == "mediation_record" && p.State != want {
				t.Errorf("special authority %v: %s", special, p.State)
			}
		}
	}
}

// TestJudgeCannotRefuse: that one of the court would not sign is nothing that a
// clerk may write down: without judge and clerk it is no record (民事诉讼法 150).
func TestJudgeCannotRefuse(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, round := h.pair()
	slots := func() (out map[string]string) {
		var v struct {
			Slots []struct{ ID, As string }
		}
		if err := json.Unmarshal([]byte(h.get("李倩", "/api/v1/signing/"+id+"/round/"+round).must(t, "round", 200).body), &v); err != nil {
			t.Fatal(err)
		}
		out = map[string]string{}
		for _, s := range v.Slots {
			out[s.As] = s.ID
		}
		return out
	}()
	for _, as := range []string{"审判员", "书记员"} {
		if slots[as] == "" {
			t.Fatal(slots)
		}
		h.post("李倩", "/signing/"+id+"/round/"+round+"/refuse", map[string]any{"slot": slots[as], "reason": "法官出差了"}).must(t, as, 422)
	}
	if page := h.get("李倩", "/signing/"+id+"/round/"+round).must(t, "page", 200).body; strings.Contains(page, `value="`+slots["审判员"]+`"`) || !strings.Contains(page, `value="`+slots["原告"]+`"`) {
		t.Error("the page offers who cannot refuse")
	}
}

// TestTakenBackStops: what a notice started that was served and is taken back does
// not run on.
func TestTakenBackStops(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		notice := h.issue(id, h.partyID(id, company), "response_notice", 1)[0]
		h.upload("李倩", "/delivery/"+id, map[string]string{"papers": notice, "signer": "self", "signed_on": "2026-03-03"}, "scan", "回证.pdf", []byte("%PDF-1.4 回证")).must(t, "hand over", 200)
		h.drain()
		running := func() int {
			return h.count(`SELECT COUNT(*) FROM deadline_deadline WHERE rule = 'answer' AND state = 'running'`)
		}
		if n := running(); n != 1 {
			t.Fatalf("%d run", n)
		}
		h.post("周明远", "/papers/paper/"+notice+"/withdraw", map[string]any{"reason": "发错了人"}).must(t, "withdraw", 200)
		h.drain()
		if n := running(); n != 0 {
			t.Errorf("%d run on", n)
		}
	})
}

// TestStatementRefused: a mediation statement for which one party has signed and
// another will not is taken back, so that nobody takes it for one that binds; once
// all have signed it stays (民事诉讼法 102, 民诉法解释 149).
func TestStatementRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	for last, want := range map[string]int{paper.Issued: 200, paper.Served: 409, paper.Effective: 409} {
		var one paper.Paper
		err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
			today := docket.Today(tx.Now())
			if one, err = paper.Order(tx, paper.Paper{Case: id, Court: "冀11", Party: h.partyID(id, "贾若兰"), Kind: "mediation_statement", Title: "民事调解书", Dated: today, At: tx.Now()}); err != nil {
				return err
			}
			two, err := paper.Copy(tx, one, h.partyID(id, company))
			if err != nil {
				return err
			}
			if err := errors.Join(paper.Issue(tx, one.ID, "none", 1), paper.Serve(tx, one.ID, today, "direct")); err != nil || last == paper.Issued {
				return err
			}
			if err := paper.Serve(tx, two.ID, today, "direct"); err != nil || last == paper.Served {
				return err
			}
			return errors.Join(paper.TakeEffect(tx, one.ID), paper.TakeEffect(tx, two.ID))
		})
		if err != nil {
			t.Fatal(err)
		}
		h.post("周明远", "/papers/paper/"+one.ID+"/withdraw", map[string]any{"reason": "被告反悔，不签收"}).must(t, last, want)
		h.drain()
		if a := h.get("", "/api/v1/papers/check/"+one.Code).must(t, "check", 200); (a.get("state") == paper.Withdrawn) != (want == 200) {
			t.Errorf("%s: %s", last, a.body)
		}
	}
}

// TestUnwritten: what the house certifies of itself nobody types, neither anew nor
// by having it made again.
func TestUnwritten(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	for kind, fields := range map[string]map[string]any{
		"eservice_certificate": {"sent_papers": []any{[]string{"民事判决书", "1", "2"}}, "basis": "本人明确表示同意", "confirmation": "笔录", "channel": "短信", "eaddress": "100", "provided": "是", "sent": "2026-03-01 08:00", "arrived": "2026-03-01 08:00",
			"effective": "2026-03-01 08:00", "rule": "第三十一条第一款", "clock": "手表"},
		"outage_certificate": {"from": "2026-03-01 08:00", "until": "2026-03-01 18:00", "lasted": "十小时", "known": "听说", "about": "上诉", "last": "2026-03-01", "entry": "1"},
		"service_return":     {}, "case_code_notice": {},
	} {
		h.post("陈助", "/papers/write/"+id+"/save", map[string]any{"kind": kind, "submit": true, "fields": fields}).must(t, kind, 422)
		h.get("陈助", "/papers/write/"+id+"?kind="+kind).must(t, kind, 404)
	}
	certificate := h.issue(id, "", "eservice_certificate", 1)[0]
	h.exec(`UPDATE paper_paper SET data = ? WHERE id = ?`, h.Kit.Vault.Seal("paper.data", "{}"), certificate)
	taken := map[string]any{"reason": "重做", "again": true}
	h.post("周明远", "/papers/paper/"+certificate+"/withdraw", taken).must(t, "made again by hand", 409)
	delete(taken, "again")
	h.post("周明远", "/papers/paper/"+certificate+"/withdraw", taken).must(t, "taken back", 200)
}

// TestOpponentsPhone: who has written his own telephone or mailbox into the other
// side's confirmation of address is not served in its place.
func TestOpponentsPhone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		theirs := h.partyID(id, company)
		paper := h.issue(id, theirs, "response_notice", 1)[0]
		say := func(who string, fields map[string]any) {
			t.Helper()
			fields["standing"], fields["shown_by"] = "confirmed", "送达地址确认书"
			h.post("李倩", "/delivery/"+id+"/address/"+h.partyID(id, who), fields).must(t, who, 200)
		}
		send := func(way string) answer {
			return h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": []string{paper}, "ways": []string{way}})
		}
		say("贾若兰", map[string]any{"email": "jia@example.cn"})
		say(company, map[string]any{"sms": jiaPhone, "email": "jia@example.cn", "consent": "agree", "ground": "stated"})
		for _, way := range []string{"sms", "email"} {
			if a := send(way).must(t, "to the plaintiff's own "+way, 422); !strings.Contains(a.body, "在线诉讼规则第三十一条") {
				t.Error(a.body)
			}
		}
		say(company, map[string]any{"sms": identity.FictionalPhone(8)})
		send("sms").must(t, "to its own", 200)
	})
}

// TestNoSuchAgent: a return that an agent is said to have signed serves when the
// recipient has one, and else nobody.
func TestNoSuchAgent(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	notices := h.issue(id, h.partyID(id, company), "response_notice", 3)
	hand := func(notice string) answer {
		return h.upload("李倩", "/delivery/"+id, map[string]string{"papers": notice, "signer": "agent", "signed_on": "2026-03-03"}, "scan", "回证.pdf", []byte("%PDF-1.4 回证"))
	}
	if a := hand(notices[0]).must(t, "nobody acts for it", 422); !strings.Contains(a.body, "第八十八条") {
		t.Error(a.body)
	}
	h.post("李倩", "/delivery/"+id+"/hand", map[string]any{"papers": notices[1:2], "way": "post", "on": "2026-03-03", "number": "EMS1"}).must(t, "post", 200)
	attempt := one[string](h, `SELECT id FROM delivery_attempt`)
	h.post("李倩", "/delivery/"+id+"/result/"+attempt, map[string]any{"result": "signed", "signer": "agent", "on": "2026-03-03"}).must(t, "by post", 422)
	h.post("韩雪", "/casebook/"+id+"/agent", map[string]any{"party": h.partyID(id, company), "name": "刘律师", "id_type": "resident", "number": identity.Fictional(72, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(72), "class": "lawyer", "firm": "某所", "seen": true}).must(t, "agent", 200)
	hand(notices[0]).must(t, "his lawyer", 200)
	h.post("李倩", "/delivery/"+id+"/result/"+attempt, map[string]any{"result": "signed", "signer": "agent", "on": "2026-03-03"}).must(t, "his lawyer, by post", 200)
}

// TestBehindALock: to an account that the court has locked nothing is served, even
// when she has confirmed it: she cannot open it.
func TestBehindALock(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	hers := h.partyID(id, "贾若兰")
	h.post("李倩", "/delivery/"+id+"/address/"+hers, map[string]any{"inapp": true, "consent": "agree", "ground": "stated", "standing": "confirmed", "shown_by": "送达地址确认书"}).must(t, "address", 200)
	for state, want := range map[string]string{"locked": "next", "active": "effective"} {
		h.exec(`UPDATE account_account SET state = ? WHERE person_id = (SELECT person_id FROM docket_party WHERE id = ?)`, state, hers)
		notice := h.issue(id, hers, "summons", 1)
		h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": notice, "ways": []string{"inapp"}}).must(t, "send", 200)
		h.drain()
		if got := one[string](h, `SELECT state FROM delivery_service WHERE paper_id = '`+notice[0]+`'`); got != want {
			t.Errorf("%s: %s", state, got)
		}
	}
}

// TestOvertaken: an appeal that is entered while the certificate that nobody
// appealed is drawn keeps the judgment from binding, and the certificate from being
// one.
func TestOvertaken(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	b, err := os.ReadFile("testdata/scenarios/77-takes-effect.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{house: h, vars: map[string]string{}, parts: map[string]string{}, seen: true, doc: newOpenAPI(t, h)}
	parts := txtar.Parse(b).Files
	for _, p := range parts {
		name, coded := strings.CutSuffix(p.Name, ".base64")
		if s.parts[name] = string(p.Data); coded {
			picture, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(p.Data)))
			if err != nil {
				t.Fatal(err)
			}
			s.parts[name] = string(picture)
		}
	}
	approved := 0
	for _, l := range strings.Split(string(parts[0].Data), "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		if err := s.command(words2(l)); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		if strings.HasSuffix(l, "/decide answer=approve") {
			approved++
		}
		if approved == 2 {
			break
		}
	}
	h.Kit.Fail = func(tx *db.Tx) error {
		if auth.From(tx.Context()).System == "papers.draw" {
			return errFault
		}
		return nil
	}
	for _, l := range []string{"as 李倩", "post /casebook/$case/appeal party=$party.衡水某塑胶制品有限公司 on=2026-03-19 kind=appeal", "jobs run"} {
		if err := s.command(words2(l)); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
	}
	h.Kit.Fail = nil
	h.clock.Add(time.Hour)
	h.drain()
	for _, p := range h.papers(s.vars["case"]) {
		if want := map[string]string{"judgment": paper.Served, "effectiveness_certificate": paper.Withdrawn}[p.Kind]; want != "" && p.State != want {
			t.Errorf("%s: %s", p.Kind, p.State)
		}
	}
}
