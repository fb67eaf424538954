package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/clock"
	"mashang/platform/db"
)

// year is a year of twelve courts.
type year struct {
	*driver
	*maker
	courts []*staffed
	cal    *restday.Calendar
	todo   []deed
	roles  []Role
	walk   Walk
}

// deed is something that happens at an instant.
type deed struct {
	at time.Time
	n  int
	do func() error
}

// at plans a deed; deeds of one instant happen in the order they were planned.
func (y *year) at(t time.Time, do func() error) {
	y.todo = append(y.todo, deed{t, len(y.todo), do})
}

// workday returns an instant on the first working day from d on.
func (y *year) workday(d law.Date, hour, minute int) time.Time {
	return y.cal.Next(d).At(hour, minute, clock.Shanghai)
}

// later returns an instant on the first working day that is at least n days
// after the day of t. What follows something is planned from it, never from a
// day of its own: rest days would put both on one morning.
func (y *year) later(t time.Time, n, hour, minute int) time.Time {
	return y.workday(law.DateOf(t, clock.Shanghai).AddDays(n), hour, minute)
}

// causes of cases with one plaintiff, and of those that many bring together
// (民事诉讼法 55).
var causes = []kindOfCase{
	{"民间借贷纠纷", "民初", "", "summary", "判令被告返还借款及利息。"}, {"买卖合同纠纷", "民初", "", "summary", "判令被告支付货款。"},
	{"机动车交通事故责任纠纷", "民初", "", "summary", "判令被告赔偿医疗费、误工费。"}, {"离婚纠纷", "民初", "", "summary", "判令原、被告离婚。"},
	{"赡养纠纷", "民初", "", "summary", "判令被告每月支付赡养费。"},
}

var commonCauses = []kindOfCase{
	{"追索劳动报酬纠纷", "民初", "", "ordinary", "判令被告支付拖欠的工资。"}, {"建设工程施工合同纠纷", "民初", "", "ordinary", "判令被告支付工程款。"},
	{"物业服务合同纠纷", "民初", "", "ordinary", "判令被告退还多收的物业费。"}, {"商品房预售合同纠纷", "民初", "", "ordinary", "判令被告支付逾期交房违约金。"},
	{"土地承包经营权纠纷", "民初", "", "ordinary", "判令被告返还承包地。"}, {"供用热力合同纠纷", "民初", "", "ordinary", "判令被告退还供暖不足的费用。"},
}

var ipCauses = []kindOfCase{
	{"侵害商标权纠纷", "民初", "知", "ordinary", "判令被告停止侵害商标权的行为并赔偿损失。"}, {"侵害作品信息网络传播权纠纷", "民初", "知", "ordinary", "判令被告删除涉案作品并赔偿损失。"},
	{"技术合同纠纷", "民初", "知", "ordinary", "判令被告支付技术服务费。"}, {"侵害实用新型专利权纠纷", "民初", "知", "ordinary", "判令被告停止侵权。"},
}

var questions = [][2]string{
	{"开庭能不能用手机参加？我在外地打工。", "可以。双方都同意，就能在网上开庭。请先把送达地址确认书填好交回。"},
	{"我的材料交到哪里？", "交到本院诉讼服务窗口，工作时间都收；也可以邮寄，以邮戳日期为准。"},
	{"什么时候能开庭？", "对方答辩期满以后排期，开庭三天以前会通知您。"},
	{"对方一直不接电话，怎么办？", "送达由法院办，您不用自己找。送不到的，法院会依法用别的方式送达。"},
	{"我想申请缓交诉讼费，要什么材料？", "请写一份申请，附上生活困难的证明，交到立案窗口，由法院审查决定。"},
	{"能不能请人替我来？", "可以委托一至二人。要交授权委托书和他的身份材料。"},
}

// live plans the year that ends at now, whole or only its stories, and lets it
// happen.
func (y *year) live(now time.Time, whole bool) error {
	end := docket.Today(now)
	if whole {
		y.before(end)
		y.counted(end)
	}
	y.jia(end)
	y.loan(end)
	y.judged(end, true)
	y.judged(end, false)
	y.unfinished(end)
	y.quarters(end)
	sort.Slice(y.todo, func(i, j int) bool {
		if a, b := y.todo[i], y.todo[j]; !a.at.Equal(b.at) {
			return a.at.Before(b.at)
		} else {
			return a.n < b.n
		}
	})
	for len(y.todo) > 0 {
		d := y.todo[0]
		y.todo = y.todo[1:]
		if d.at.After(now) {
			continue
		}
		if y.progress != nil && d.at.Month() != y.clock.Now().Month() {
			y.progress(d.at)
		}
		if d.at.Sub(y.clock.Now()) > time.Hour { // what was due in between
			y.clock.Set(d.at.Add(-time.Minute))
			if err := y.drain(); err != nil {
				return err
			}
		}
		y.clock.Set(d.at)
		if err := d.do(); err != nil {
			return err
		}
	}
	return y.drain()
}

// filed is a case on its way.
type filed struct {
	id        string
	court     *staffed
	division  string
	pl, de    someone
	judge     member
	assistant who
	clerk     who
}

// file enters and accepts a case in one morning.
func (y *year) file(c *staffed, division, cause, kind, special, procedure, claim string, pl, de someone, amount int64) (*filed, error) {
	f := &filed{court: c, division: division, pl: pl, de: de}
	officer, judge := c.of(docket.FilingOfficer, "")[0], c.of(docket.FilingJudge, "")[0]
	out, err := y.post(officer.who, "/casebook/enter", map[string]any{
		"court": c.code, "type": kind, "special": special, "cause": cause, "claim": claim, "amount": law.Money(amount * 100).Plain(), "procedure": procedure,
		"received": docket.Today(y.clock.Now()).String(),
		"p_name":   pl.name, "p_kind": pl.kind, "p_id_type": pl.idType, "p_number": pl.number, "p_phone": pl.phone, "p_address": pl.address, "p_rep_name": pl.rep,
		"d_name": de.name, "d_kind": de.kind, "d_id_type": de.idType, "d_number": de.number, "d_phone": de.phone, "d_address": de.address, "d_rep_name": de.rep,
	})
	if err != nil {
		return f, err
	}
	f.id, _ = out["case"].(string)
	if division == "" {
		return f, nil // left on the filing judge's desk
	}
	_, err = y.post(judge.who, "/casebook/"+f.id+"/accept", map[string]string{"division": c.divs[division]})
	return f, err
}

// assign gives a case to one of the division's judges.
func (y *year) assign(f *filed, judge member) error {
	f.judge = judge
	head := f.court.of(docket.Head, f.division)[0]
	f.assistant, f.clerk = f.court.of(docket.Assistant, f.division)[0].who, f.court.of(docket.Clerk, f.division)[0].who
	_, err := y.post(head.who, "/casebook/"+f.id+"/assign", map[string]string{"judge": judge.person, "assistant": f.assistant.person, "clerk": f.clerk.person})
	return err
}

// serve hands the plaintiff's papers over at the counter.
func (y *year) serve(f *filed) error {
	ps, err := y.waiting(f.id)
	if err != nil || len(ps) == 0 {
		return err
	}
	fields := [][2]string{{"signer", "self"}, {"signed_on", docket.Today(y.clock.Now()).String()}}
	for _, p := range ps {
		fields = append(fields, [2]string{"papers", p})
	}
	_, err = y.upload(f.court.of(docket.FilingOfficer, "")[0].who, "/delivery/"+f.id, fields, "scan", "送达回证.png", scan)
	return err
}

// duties marks what the clerk has done: told who sits, sent the copy.
func (y *year) duties(f *filed) error {
	for _, rule := range []string{"tell_panel", "copy_to_defendant"} {
		if _, err := y.post(f.clerk, "/clocks/"+f.id+"/met", map[string]string{"rule": rule}); err != nil {
			return err
		}
	}
	return nil
}

// waiting are the papers of a case that wait to be handed over.
func (y *year) waiting(caseID string) (out []string, err error) {
	err = y.court.Kit.Read(y.ctx, func(tx *db.Tx) error {
		ps, err := paper.OfCase(tx, caseID)
		for _, p := range ps {
			if p.State == paper.Issued && p.Kind != "service_return" {
				out = append(out, p.ID)
			}
		}
		return err
	})
	return out, err
}

// codes reads the case codes of parties, as they would scan them.
func (y *year) codes(f *filed, ps ...docket.Party) (out []string, err error) {
	err = y.court.Kit.Read(y.ctx, func(tx *db.Tx) error {
		for _, p := range ps {
			code, err := y.court.Services.Onecode.Printed(tx, f.id, p.Person)
			if err != nil {
				return err
			}
			out = append(out, code)
		}
		return nil
	})
	return out, err
}

// code is the plaintiff's.
func (y *year) code(f *filed) (string, error) {
	ps, err := y.parties(f.id)
	if err != nil {
		return "", err
	}
	out, err := y.codes(f, ps[0])
	if err != nil {
		return "", err
	}
	return out[0], nil
}

// enter proves the plaintiff.
func (y *year) enter(f *filed) (who, error) {
	code, err := y.code(f)
	if err != nil {
		return who{}, err
	}
	in, err := y.prove([]string{code}, []someone{f.pl})
	if err != nil {
		return who{}, err
	}
	return in[0], nil
}

// ordinary plans one case from filing to its end, and what its plaintiff does.
func (y *year) ordinary(c *staffed, on, end law.Date, p plan) {
	k, division := p.kind, []string{"民一庭", "民二庭"}[y.IntN(2)]
	if k.special == "知" {
		division = "知识产权审判庭"
	}
	pl, de := y.person(""), y.person("")
	if y.IntN(3) == 0 {
		de = y.company()
	}
	amount := int64(1000 + y.IntN(200000))
	t := y.workday(on, 9, y.IntN(50))
	f := &filed{}
	y.at(t, func() error {
		g, err := y.file(c, division, k.cause, k.kind, k.special, k.procedure, k.claim, pl, de, amount)
		*f = *g
		return err
	})
	y.at(t.Add(2*time.Hour), func() error {
		js := c.of(docket.Judge, division)
		return y.assign(f, js[y.IntN(len(js))])
	})
	y.at(t.Add(3*time.Hour), func() error { return y.serve(f) })
	y.at(y.later(t, 1, 11, 0), func() error { return y.duties(f) })
	last := y.come(f, t, p)
	if p.way == "" {
		return
	}
	finish := y.later(last, 1, 16, 0)
	y.at(finish, func() error {
		_, err := y.post(f.judge.who, "/casebook/"+f.id+"/close", map[string]string{"way": p.way, "on": docket.Today(y.clock.Now()).String(), "elsewhere": "文书在原办案系统里制作，已经入卷"})
		return err
	})
	if next := y.later(finish, 1, 9, 10); docket.Today(next).Before(end) {
		y.at(next, func() error { return y.nobodyAsked(f) })
	}
	if p.later != "" {
		on := y.later(finish, 9, 15, 0)
		y.at(on, y.goesOn(f, p.later, on))
	}
}

// talk is a question with its draft and answer on the next working day.
func (y *year) talk(f *filed, q [2]string) error {
	mid, err := y.ask(f, q[0])
	if err != nil {
		return err
	}
	next := y.workday(docket.Today(y.clock.Now()).AddDays(1), 10, y.IntN(50))
	y.soon(next, func() error {
		if _, err := y.post(f.assistant, "/onecode/"+f.id+"/message/"+mid+"/draft", map[string]string{"text": q[1]}); err != nil {
			return err
		}
		_, err := y.post(f.judge.who, "/onecode/"+f.id+"/message/"+mid+"/send", map[string]string{"text": q[1]})
		return err
	})
	return nil
}

func (y *year) ask(f *filed, text string) (string, error) {
	w, err := y.enter(f)
	if err != nil {
		return "", err
	}
	out, err := y.post(w, "/onecode/"+f.id+"/ask", map[string]string{"text": text})
	mid, _ := out["id"].(string)
	return mid, err
}

// soon plans a deed while the year is under way.
func (y *year) soon(t time.Time, do func() error) {
	i := sort.Search(len(y.todo), func(i int) bool { return y.todo[i].at.After(t) })
	y.todo = append(y.todo[:i], append([]deed{{t, 0, do}}, y.todo[i:]...)...)
}

// Role is someone to try the system as.
type Role struct {
	Person string `json:"person"`
	Staff  bool   `json:"staff"`
	Name   string `json:"name"`
	Sub    string `json:"sub"`
	Icon   string `json:"icon"`
	To     string `json:"to"`    // where he begins; empty: his desk
	Story  string `json:"story"` // empty: the first one
}

// Walk is what a visitor needs to walk the story himself.
type Walk struct {
	Case, Code, Short, Name, Number, Phone, Paper string
}

type kept struct {
	Roles []Role `json:"roles"`
	Walk  Walk   `json:"walk"`
}

// keepRoles remembers whom the demo page offers.
func (y *year) keepRoles() error {
	b, err := json.Marshal(kept{Roles: y.roles, Walk: y.walk})
	if err != nil {
		return err
	}
	return y.court.Kit.PutSetting(y.ctx, "demo.roles", string(b))
}

// personOf finds the person behind a party of a case.
func (y *year) personOf(ctx context.Context, caseID, name string) (id string, err error) {
	err = y.court.Kit.Read(ctx, func(tx *db.Tx) error {
		holders, err := access.Holders(tx, caseID, y.clock.Now())
		if err != nil {
			return err
		}
		for _, h := range holders {
			p, err := docket.PersonOf(tx, h)
			if err != nil {
				return err
			}
			if p.Name == name {
				id = h
			}
		}
		if id == "" {
			return fmt.Errorf("nobody called %s in the case", name)
		}
		return nil
	})
	return id, err
}
