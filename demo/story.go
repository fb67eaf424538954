package demo

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/identity"
	"mashang/platform/clock"
	"mashang/platform/db"
)

// scan stands for a scanned return: one grey pixel.
var scan, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB4d8xfQAAAABJRU5ErkJggg==")

// jia is the headline story, some four weeks before the end, left where a
// visitor can go on: one question answered, one waiting with a draft.
func (y *year) jia(end law.Date) {
	city := y.courts[0]
	pl := y.person("贾若兰")
	pl.number, pl.phone = identity.Fictional(400, law.Date{Year: 1986, Month: 5, Day: 12}, false), identity.FictionalPhone(1)
	de := y.company()
	const division = "知识产权审判庭"
	on := y.workday(end.AddDays(-26), 9, 30)
	var f *filed
	var judge member
	y.at(on, func() (err error) {
		f, err = y.file(city, division, "侵害外观设计专利权纠纷", "民初", "知", "ordinary", "判令被告停止侵害外观设计专利权的行为，赔偿经济损失 50000 元。", pl, de, 50000)
		return err
	})
	y.at(on.Add(90*time.Minute), func() error {
		for _, j := range city.of(docket.Judge, division) {
			if j.name == "周明远" {
				judge = j
			}
		}
		return y.assign(f, judge)
	})
	y.at(on.Add(130*time.Minute), func() error { return y.serve(f) })
	y.at(y.later(on, 1, 9, 0), func() error { return y.duties(f) })
	y.at(y.later(on, 6, 15, 8), func() error {
		return y.talk(f, [2]string{"法官您好，我长期在外地，开庭能不能用手机参加？", "可以。网上开庭要双方都同意，对方已经同意了。开庭前三天会有人打电话教您怎么进。"})
	})
	y.at(y.later(on, 16, 10, 20), func() error {
		ps, err := y.parties(f.id)
		if err != nil {
			return err
		}
		_, err = y.post(judge.who, "/onecode/"+f.id+"/contact", map[string]string{"party": ps[1].ID, "way": "call", "text": "询问答辩期限，已告知。"})
		return err
	})
	y.at(y.later(on, 8, 10, 5), func() error { return y.inquiry(f, judge) })
	y.at(y.lastWorkday(end, 20, 15), func() error { return y.complains(f, judge) })
	y.at(y.later(on, 9, 14, 30), func() error { return y.opened(f) })
	y.at(y.lastWorkday(end, 16, 10), func() error {
		mid, err := y.ask(f, "销售记录有三百多页，能不能先交一张汇总表，开庭时再把原件带来？")
		if err != nil {
			return err
		}
		if _, err := y.post(f.assistant, "/onecode/"+f.id+"/message/"+mid+"/draft", map[string]string{"text": "可以先交汇总表，写明每一项的来源。原件开庭时带来核对。"}); err != nil {
			return err
		}
		return y.offer(f, judge)
	})
	y.at(y.workday(end.AddDays(-60), 9, 0), func() error { // prepared answers
		for _, q := range questions[:3] {
			if _, err := y.post(city.of(docket.Head, division)[0].who, "/onecode/standard", map[string]any{"court": city.code, "shared": true, "title": q[0], "text": q[1]}); err != nil {
				return err
			}
		}
		return nil
	})
}

// lastWorkday is an instant on the last working day before end.
func (y *year) lastWorkday(end law.Date, hour, minute int) time.Time {
	d := end.AddDays(-1)
	for y.cal.Rest(d) {
		d = d.AddDays(-1)
	}
	return d.At(hour, minute, clock.Shanghai)
}

// unfinished leaves something on every desk: filings to decide, a case to
// assign, a question that is late.
func (y *year) unfinished(end law.Date) {
	city := y.courts[0]
	for i := range 3 {
		y.at(y.workday(end.AddDays(-3-i), 10, i), func() error {
			_, err := y.file(city, "", "买卖合同纠纷", "民初", "", "summary", "判令被告支付货款。", y.person(""), y.company(), 86400)
			return err
		})
	}
	y.at(y.workday(end.AddDays(-4), 14, 0), func() error {
		_, err := y.file(city, "知识产权审判庭", "著作权权属、侵权纠纷", "民初", "知", "ordinary", "判令被告停止侵权。", y.person("冯一禾"), y.company(), 30000)
		return err
	})
	var f *filed
	on := y.workday(end.AddDays(-40), 9, 0)
	y.at(on, func() (err error) {
		if f, err = y.file(city, "知识产权审判庭", "侵害商标权纠纷", "民初", "知", "ordinary", "判令被告停止侵权。", y.company(), y.person("孙立群"), 120000); err != nil {
			return err
		}
		return y.assign(f, city.of(docket.Judge, "知识产权审判庭")[1])
	})
	y.at(on.Add(6*time.Hour), func() error { return y.serve(f) })
	y.at(y.later(on, 1, 9, 0), func() error { return y.duties(f) })
	y.at(y.later(on, 31, 9, 20), func() error {
		_, err := y.ask(f, "能不能延期开庭？我在住院。")
		return err
	})
}

func (y *year) parties(caseID string) (ps []docket.Party, err error) {
	err = y.court.Kit.Read(y.ctx, func(tx *db.Tx) error {
		ps, err = docket.Parties(tx, caseID)
		return err
	})
	return ps, err
}

// offer says whom a visitor may try, and what he needs to walk the story.
func (y *year) offer(f *filed, judge member) error {
	jia, err := y.personOf(y.ctx, f.id, f.pl.name)
	if err != nil {
		return err
	}
	code, err := y.code(f)
	if err != nil {
		return err
	}
	y.roles = append(y.roles, Role{Person: jia, Name: f.pl.name, Sub: "原告，专利案，常在外地", Icon: "person", To: "/casebook/" + f.id})
	city := f.court
	for _, r := range []struct {
		m             member
		sub, icon, to string
	}{
		{judge, "知识产权审判庭法官，有一条留言等他回", "gavel", ""},
		{city.of(docket.Judge, f.division)[1], "同庭法官。先用周明远点“委托代答”交给他，再来看他的工作台", "gavel", ""},
		{city.of(docket.Assistant, f.division)[0], "法官助理，起草答复", "pen", ""},
		{city.of(docket.Head, f.division)[0], "庭长，看得到过期没回的留言，等他分案", "scale", ""}, {city.of(docket.Clerk, f.division)[0], "书记员", "pen", ""},
		{city.of(docket.Clerk, "民一庭")[0], "民一庭书记员，不办贾若兰的案件，要先说明理由才打得开", "pen", "/oversight/open?case=" + f.id},
		{city.of(docket.FilingOfficer, "")[0], "立案窗口，收件、送达、核实身份", "door", ""}, {city.of(docket.FilingJudge, "")[0], "立案法官，决定是否立案；点“导入”，把原系统的案件用表格转进来", "check", ""},
		{city.of(docket.President, "")[0], "院长", "chart", ""}, {city.of(docket.Supervision, "")[0], "审管办，答复投诉，看谁还没回", "bell", ""}, {city.of(docket.Discipline, "")[0], "督察，看过问记录和汇总", "shield", ""}, {city.of(docket.SystemAdmin, "")[0], "系统管理员", "kiosk", ""},
		{city.of(docket.SecurityAdmin, "")[0], "安全管理员", "lock", ""}, {city.of(docket.AuditAdmin, "")[0], "审计管理员", "eye", ""},
	} {
		y.roles = append(y.roles, Role{Person: r.m.person, Staff: true, Name: r.m.name, Sub: r.sub, Icon: r.icon, To: r.to})
	}
	y.walk = Walk{Case: f.id, Code: code, Name: f.pl.name, Number: f.pl.number, Phone: f.pl.phone}
	return y.court.Kit.Read(y.ctx, func(tx *db.Tx) error {
		ps, err := paper.OfCase(tx, f.id)
		for _, p := range ps {
			if p.Kind == "case_code_notice" {
				y.walk.Paper = p.Code
			}
		}
		return err
	})
}

// complains: Ms Jia has something to say of how long it takes, to others than
// the judge.
func (y *year) complains(f *filed, judge member) error {
	w, err := y.enter(f)
	if err == nil {
		_, err = y.post(w, "/complaint/write/"+f.id, map[string]any{"kind": "complaint", "about": []string{judge.person}, "text": "说好一周内排期，到现在没有消息，打电话也没有人接。"})
	}
	return err
}

// nobodyAsked answers the question put to the judge when a case is closed.
func (y *year) nobodyAsked(f *filed) error {
	_, err := y.post(f.judge.who, "/oversight/record", map[string]string{"form": "none", "case": f.id})
	return err
}

// inquiry: someone telephones about the case, and the judge writes it down.
func (y *year) inquiry(f *filed, judge member) error {
	_, err := y.post(judge.who, "/oversight/record", map[string]string{"form": "inquiry", "case": f.id, "who": "马某某", "post": "已退休", "tie": "自称和被告的老板是老同事", "on": docket.Today(y.clock.Now()).String(),
		"way": "call", "nature": "other", "content": "打到办公室，问这个案件什么时候判，说都是老同志，请照顾一下。", "done": "channel"})
	return err
}

// quarters: everyone reports the two that ended last, but for one judge the
// last of them.
func (y *year) quarters(end law.Date) {
	first := law.Date{Year: end.Year, Month: (end.Month-1)/3*3 + 1, Day: 1}
	for back := range 2 {
		on := first.AddMonths(-3 * back)
		ended := on.AddDays(-1)
		key := fmt.Sprintf("%04dQ%d", ended.Year, (ended.Month+2)/3)
		for _, c := range y.courts {
			for _, m := range c.people {
				if m.role.Administrator() || back == 0 && m.name == "赵一鸣" {
					continue
				}
				y.at(y.workday(on.AddDays(1), 16, 30), func() error { return y.reports(m.who, c.code, key) })
			}
		}
	}
}

// reports is one report: of what he wrote down, or that nobody asked.
func (y *year) reports(w who, court, key string) error {
	q, err := y.send(w, httptest.NewRequestWithContext(y.as(w), http.MethodGet, "/api/v1/oversight/quarter?court="+url.QueryEscape(court)+"&period="+key, nil))
	if err == nil && q["owes"] == true {
		_, err = y.post(w, "/oversight/quarter", map[string]any{"court": court, "period": key, "count": q["count"]})
	}
	return err
}

// opened: a colleague of another division is asked for help, says so and looks.
func (y *year) opened(f *filed) error {
	w := f.court.of(docket.Judge, "民一庭")[0].who
	if _, err := y.post(w, "/oversight/open", map[string]string{"case": f.id, "kind": "assist", "words": "承办法官请我看一下外观设计比对的材料。"}); err != nil {
		return err
	}
	_, err := y.get(w, "/casebook/"+f.id)
	return err
}
