package mashang_test

import (
	"encoding/json"
	"strings"
	"testing"

	"mashang/docket"
	"mashang/law"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// told is Ms Jia's case as another system tells it.
func told() map[string]any {
	return map[string]any{
		"number": "（2026）冀11知民初7号", "division": "知识产权审判庭", "cause": "侵害外观设计专利权纠纷", "claim": "判令被告停止侵权。", "amount": "50000.00",
		"procedure": "ordinary", "received": "2026-01-29", "filed": "2026-02-02", "judge": "周明远", "clerk": "李倩", "state": "open",
		"parties": []map[string]any{
			{"role": "plaintiff", "name": "贾若兰", "number": jiaID, "phone": jiaPhone, "address": "河北省衡水市桃城区某街道1号",
				"agents": []map[string]any{{"name": "刘律师", "number": identity.Fictional(31, mustDate("1980-01-01"), true), "phone": identity.FictionalPhone(31), "class": "lawyer", "firm": "某所", "special": true, "powers": []string{"settle"}}}},
			{"role": "defendant", "kind": "org", "name": "衡水某塑胶制品有限公司", "number": identity.FictionalUSCC(7), "address": "河北省衡水市某工业园2号", "rep_name": "王五"},
		},
	}
}

// put hands a record over as a program does.
func (h *house) put(court string, r map[string]any) (id, outcome string, err error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", "", err
	}
	err = h.Kit.Do(auth.System(h.t.Context(), "test"), func(tx *db.Tx) (err error) {
		id, outcome, err = h.Services.Intake.Put(tx, court, b)
		return err
	})
	return id, outcome, err
}

func (h *house) caseOf(id string) (c docket.Case) {
	h.t.Helper()
	if err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) (err error) { c, err = docket.CaseOf(tx, id); return err }); err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) mustPut(r map[string]any, want string) string {
	h.t.Helper()
	id, o, err := h.put("冀11", r)
	if err != nil || o != want {
		h.t.Fatalf("got %s %v, want %s", o, err, want)
	}
	h.drain()
	return id
}

// refusedPut expects a refusal with a field and words.
func (h *house) refusedPut(r map[string]any, field, words string) {
	h.t.Helper()
	before, err := readAll(h)
	if err != nil {
		h.t.Fatal(err)
	}
	_, o, err := h.put("冀11", r)
	said := ""
	for _, f := range fault.Fields(err) {
		said += f.Field + ": " + f.Show + "\n"
	}
	if !strings.Contains(said, field+": ") || !strings.Contains(said, words) {
		h.t.Errorf("want %s %q, got %s %q", field, words, o, said)
	}
	after, err := readAll(h)
	if err != nil {
		h.t.Fatal(err)
	}
	if d := before.differs(after, false); d != "" {
		h.t.Errorf("a refusal wrote:\n%s", d)
	}
}

func with(r map[string]any, kv ...any) map[string]any {
	for i := 0; i < len(kv); i += 2 {
		r[kv[i].(string)] = kv[i+1]
	}
	return r
}

// TestPut: an imported case is as if it had come through the acts.
func TestPut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.mustPut(told(), "created")
		c := h.caseOf(id)
		if c.Number != "（2026）冀11知民初7号" || c.Filed != mustDate("2026-02-02") || c.Received != mustDate("2026-01-29") || c.Judge != h.people["周明远"] || c.State != docket.Open ||
			c.Division != h.divs["冀11知识产权审判庭"] || c.Amount != 5000000 || c.Names != "贾若兰 诉 衡水某塑胶制品有限公司" || c.Limit != mustDate("2026-08-03") {
			t.Errorf("%+v", c)
		}
		has(t, "the judge's page", h.get("周明远", "/api/v1/casebook/"+id).must(t, "read", 200).body, "贾若兰", "从原系统转入", "刘律师")
		h.get("李倩", "/casebook/"+id).must(t, "the clerk reads it", 200)
		h.get("钱法官", "/casebook/"+id).must(t, "a colleague does not", 404)
		_, short := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, short)
		h.get("贾若兰", "/casebook/"+id).must(t, "she reads it", 200)
		var kinds []string
		for _, p := range h.papers(id) {
			kinds = append(kinds, p.Kind)
		}
		if strings.Join(kinds, " ") != "service_return case_code_notice" {
			t.Errorf("papers %v", kinds)
		}
		for _, m := range h.outbox() {
			if !strings.Contains(m, "验证码") {
				t.Errorf("somebody was sent %q", m)
			}
		}
		// The court's own numbers go on after the highest.
		own := h.accepted()
		if n := h.caseOf(own).Number; n != "（2026）冀11知民初8号" {
			t.Errorf("the next number is %s", n)
		}
	})
}

// TestPutAgain: the same is the same, a change is a change, and what the court
// did itself stays.
func TestPutAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.mustPut(told(), "created")
		before, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			h.mustPut(told(), "same")
		}
		after, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		if d := before.differs(after, false); d != "" {
			t.Errorf("the same wrote:\n%s", d)
		}
		h.mustPut(with(told(), "judge", "赵一鸣", "amount", "60000"), "changed")
		if c := h.caseOf(id); c.Judge != h.people["赵一鸣"] || c.Amount != 6000000 {
			t.Errorf("%+v", c)
		}
		h.mustPut(with(told(), "judge", h.phones["赵一鸣"], "amount", "60000"), "same")
		h.mustPut(map[string]any{"number": "(2026)冀11知民初7号", "extended_months": 3}, "changed")
		if c := h.caseOf(id); c.Limit != mustDate("2026-11-02") {
			t.Errorf("limit %s", c.Limit)
		}
		h.mustPut(map[string]any{"number": "（2026）冀11知民初7号", "parties": []map[string]any{{"role": "third", "name": "王小二", "address": "某处"}}}, "changed")
		if c := h.caseOf(id); c.Names != "贾若兰 诉 衡水某塑胶制品有限公司" {
			t.Errorf("names %s", c.Names)
		}
		h.partyID(id, "王小二")

		// The court corrects the amount: the list no longer moves it.
		h.post("赵一鸣", "/casebook/"+id+"/correct", map[string]string{"field": "amount", "value": "70000", "reason": "算错了"}).must(t, "correct", 200)
		h.refusedPut(with(told(), "judge", "赵一鸣", "amount", "65000"), "amount", "在本系统里已经改过")
		// It closes the case: the list that still has it open is wrong.
		h.post("赵一鸣", "/casebook/"+id+"/close", map[string]string{"way": "judgment", "on": "2026-03-03", "elsewhere": "判决书在原办案系统"}).must(t, "close", 200)
		h.drain()
		h.refusedPut(map[string]any{"number": "（2026）冀11知民初7号", "state": "open"}, "state", "已经结案")
		// A case that began here is the court's own.
		own := h.caseOf(h.accepted())
		h.refusedPut(map[string]any{"number": own.Number, "cause": "离婚纠纷"}, "cause", "在本系统立案")
		h.mustPut(map[string]any{"number": own.Number, "cause": own.Cause}, "same")
	})
}

// TestPutClosed: of a case that was closed long ago nobody hears, and it counts
// in the months in which it was filed and closed.
func TestPutClosed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.mustPut(with(told(), "number", "（2024）冀11知民初1号", "received", "2024-01-02", "filed", "2024-01-03", "state", "closed", "closed_on", "2024-05-06", "way", "mediation"), "created")
		if ps := h.papers(id); len(ps) != 0 || len(h.outbox()) != 0 {
			t.Errorf("%d papers, %v", len(ps), h.outbox())
		}
		if c := h.caseOf(id); c.State != docket.Closed || c.ClosedOn != mustDate("2024-05-06") || c.Limit != (law.Date{Year: 2024, Month: 7, Day: 3}) {
			t.Errorf("%+v", c)
		}
		for kind, day := range map[string]string{"filed": "2024-01-03", "closed": "2024-05-06", "in_time": "2024-05-06"} {
			if err := h.Kit.Read(t.Context(), func(tx *db.Tx) error {
				_, err := db.One[string](tx, `SELECT id FROM statistics_event WHERE case_id = ? AND kind = ? AND on_day = ?`, id, kind, day)
				return err
			}); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if tasks := h.get("周明远", "/api/v1/desk").must(t, "desk", 200).body; !strings.Contains(tasks, `"groups":null`) {
			t.Errorf("the judge is asked: %s", tasks)
		}
	})
}

// TestPutWrong: what cannot be so is refused, all of it at once, by field.
func TestPutWrong(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, x := range []struct {
			r            map[string]any
			field, words string
		}{
			{with(told(), "number", "7"), "number", "案号写成"},
			{with(told(), "number", "（2026）冀1126民初1号"), "number", "不是本院的"},
			{with(told(), "judge", "没有人"), "judge", "本院没有叫“没有人”的法官"},
			{with(told(), "judge", "李倩"), "judge", "本院没有叫“李倩”的法官"},
			{with(told(), "judge", identity.FictionalPhone(999)), "judge", "没有用这个手机号"},
			{with(told(), "division", "民九庭"), "division", "没有叫“民九庭”的部门"},
			{with(told(), "filed", "2026-04-01"), "filed", "立案日期"},
			{with(told(), "state", "closed"), "way", "结案方式"},
			{with(told(), "state", "closed", "way", "judgment", "closed_on", "2026-01-01"), "closed_on", "立案之后"},
			{with(told(), "state", "suspended"), "suspended_on", "中止日期"},
			{with(told(), "closed_on", "2026-02-03"), "state", "状态却不是"},
			{with(told(), "secrecy", "sealed", "judge", "", "clerk", ""), "secrecy", "承办法官"},
			{with(told(), "parties", []map[string]any{}), "parties", "至少"},
			{with(told(), "parties", []map[string]any{{"role": "plaintiff", "name": "甲乙", "number": "110101199001011234", "phone": "123"}}), "parties.0.number", "证件号码不对"},
		} {
			h.refusedPut(x.r, x.field, x.words)
		}
		if _, _, err := h.put("冀11", with(told(), "nmber", "x")); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "nmber") {
			t.Errorf("an unknown field: %v", err)
		}
		if _, _, err := h.put("冀1126", told()); fault.KindOf(err) != fault.Invalid {
			t.Errorf("another court: %v", err)
		}
	})
}

// TestPutWho: only a filing judge of the court, and the system, may.
func TestPutWho(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, _ := json.Marshal(told())
		for who, want := range map[string]fault.Kind{"韩雪": fault.Forbidden, "周明远": fault.Forbidden, "邻县": fault.Forbidden, "王院": fault.Forbidden, "": fault.SignIn} {
			err := h.Kit.Do(h.as(who), func(tx *db.Tx) error { _, _, err := h.Services.Intake.Put(tx, "冀11", b); return err })
			if fault.KindOf(err) != want {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}
