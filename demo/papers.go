package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mashang/demo/signer"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/platform/db"
)

// People of the stories of this file, by their names.
const (
	lender, borrower = "杜春生", "罗小川"
	hamlet           = "大何庄人民法庭"
	byPhone          = "调解一件借款案：两边用手机签"
	thrice           = "一份判决书，送三个被告"
)

// loan is a case in a people's tribunal that ends by mediation: the record is
// written and signed off, and waits for both sides to sign it on their phones,
// one of them far away.
func (y *year) loan(end law.Date) {
	c := y.courtOf("冀1125")
	pl, de := y.person(lender), y.person(borrower)
	de.address = "四川省某市某县某镇某村3组"
	on := y.workday(end.AddDays(-16), 9, 10)
	var f *filed
	y.at(on, func() (err error) {
		f, err = y.file(c, hamlet, "民间借贷纠纷", "民初", "", "ordinary", "判令被告返还借款 60000 元及利息。", pl, de, 60000)
		return err
	})
	y.at(on.Add(2*time.Hour), func() error { return y.assign(f, c.of(docket.Judge, hamlet)[0]) })
	y.at(on.Add(3*time.Hour), func() error { return y.serve(f) })
	y.at(y.later(on, 1, 10, 0), func() error { return y.duties(f) })
	y.at(y.lastWorkday(end, 16, 30), func() error {
		day := docket.Today(y.clock.Now()).String()
		ps, err := y.parties(f.id)
		if err != nil {
			return err
		}
		if _, err := y.enter(f); err != nil {
			return err
		}
		if _, err := y.comeIn(f, ps[1:2], de); err != nil {
			return err
		}
		err = y.write(f, map[string]any{"kind": "mediation_record", "by": []string{ps[0].ID, ps[1].ID}, "submit": true, "fields": map[string]any{
			"began": day + " 14:30", "ended": day + " 15:20", "where": "网上调解室", "present": []string{"原告" + lender, "被告" + borrower + "（在四川，用手机参加）"}, "mediator": f.judge.name,
			"willing":   [][]string{{"原告", "自愿。"}, {"被告", "自愿。"}},
			"agreement": []string{"被告" + borrower + "分六个月还给原告" + lender + "借款60000元，每月月底以前付10000元，付至" + lender + "名下的银行账户；", "原告" + lender + "放弃利息和其他诉讼请求；", "被告有一期不按时付的，原告可以就没有付的全部一次申请执行。"},
			"fee_says":  "减半收取，由被告" + borrower + "负担。", "effect": "签收调解书后生效"}})
		if err != nil {
			return err
		}
		return y.play(byPhone, f, []Role{{Name: lender, Sub: "原告，有一份笔录等他签名", Icon: "person"}, {Name: borrower, Sub: "被告，在四川打工，用手机签", Icon: "phone"}},
			[]Role{{Person: f.judge.person, Name: f.judge.name, Sub: hamlet + "法官", Icon: "gavel"}, {Person: f.assistant.person, Name: f.assistant.name, Sub: "法官助理，照笔录写调解书", Icon: "pen"}, {Person: f.clerk.person, Name: f.clerk.name, Sub: "书记员，最后签名", Icon: "pen"}})
	})
}

// judged is a case with three defendants in which judgment is given, six weeks
// before the end when it is served, shortly before it when that is left to a
// visitor. The first defendant confirmed his address, the second one's account
// is surely his, the third one's number is dead.
func (y *year) judged(end law.Date, served bool) {
	c := y.courtOf("冀1102")
	const division = "民二庭"
	back, pl, de := -45, y.person(""), [3]someone{y.person(""), y.company(), y.person("")}
	if served {
		back = -72
	}
	de[2].phone = deadPhone
	on := y.workday(end.AddDays(back), 9, 20)
	f := &filed{}
	y.at(on, func() error {
		g, err := y.file(c, "", "买卖合同纠纷", "民初", "", "ordinary", "判令三被告共同支付货款 96000 元。", pl, de[0], 96000)
		if *f = *g; err != nil {
			return err
		}
		for _, d := range de[1:] {
			if _, err := y.post(c.of(docket.FilingOfficer, "")[0].who, "/casebook/"+f.id+"/party", map[string]string{"role": docket.Defendant, "name": d.name, "kind": d.kind, "id_type": d.idType, "number": d.number, "phone": d.phone, "address": d.address, "rep_name": d.rep}); err != nil {
				return err
			}
		}
		f.division = division
		_, err = y.post(c.of(docket.FilingJudge, "")[0].who, "/casebook/"+f.id+"/accept", map[string]string{"division": c.divs[division]})
		return err
	})
	y.at(on.Add(2*time.Hour), func() error { return y.assign(f, c.of(docket.Judge, division)[0]) })
	y.at(on.Add(3*time.Hour), func() error { return y.serve(f) })
	y.at(y.later(on, 1, 10, 30), func() error { return y.duties(f) })
	heard := y.later(on, 18, 9, 0)
	given := y.later(heard, 3, 15, 0)
	y.at(given, func() error { return y.judge(f, pl, de, docket.Today(heard)) })
	y.at(given.Add(time.Hour), func() error { return y.addresses(f, de) })
	if !served {
		y.at(given.Add(2*time.Hour), func() error {
			return y.play(thrice, f, []Role{{Name: de[0].name, Sub: "第一个被告，地址自己确认过：到了就算", Icon: "person"}, {Name: de[1].name, Sub: "第二个被告，地址没有确认过：打开才算", Icon: "person"}},
				[]Role{{Person: f.clerk.person, Name: f.clerk.name, Sub: "书记员，判决书做好了，等他送", Icon: "pen", To: "/delivery/" + f.id + "/send"}, {Person: f.judge.person, Name: f.judge.name, Sub: "民二庭法官，看送到哪里了", Icon: "gavel"}})
		})
		return
	}
	y.deliver(f, given, de)
}

// judge writes the judgment, and those who heard the case sign it.
func (y *year) judge(f *filed, pl someone, de [3]someone, heard law.Date) error {
	ps, err := y.parties(f.id)
	if err != nil {
		return err
	}
	var to []string
	for _, p := range ps {
		to = append(to, p.ID)
	}
	three := de[0].name + "、" + de[1].name + "、" + de[2].name
	err = y.write(f, map[string]any{"kind": "judgment", "to": to, "submit": true, "fields": map[string]any{
		"open": "公开", "heard": heard.String(), "present": "原告" + pl.name + "，被告" + de[0].name + "，被告" + de[1].name + "的法定代表人" + de[1].rep, "absent": "被告" + de[2].name,
		"claims":   []string{"判令被告" + three + "共同支付货款96000元；"},
		"reasons":  "三被告合伙经营，向原告购买货物，写有欠条，约定三个月付清。到期以后原告多次催要，三被告都没有付。",
		"answer":   "货款属实，暂时没有钱。",
		"evidence": "到庭各方对欠条没有争议，本院予以确认。被告" + de[2].name + "没有到庭，也没有提交证据，视为放弃质证的权利。",
		"opinion":  "依法成立的合同受法律保护。原告交付了货物，被告没有按照约定付款，应当承担付款责任。",
		"cites":    []string{"《中华人民共和国民法典》第五百七十九条、第六百二十六条", "《中华人民共和国民事诉讼法》第一百四十七条"},
		"holdings": []string{"被告" + three + "于本判决生效之日起十日内共同支付原告" + pl.name + "货款96000元。"}, "granted_all": true, "delay": true,
		"fee": "2200", "fee_shares": [][]string{{de[0].name, "1000"}, {de[1].name, "800"}, {de[2].name, "400"}}}})
	if err != nil {
		return err
	}
	for _, w := range []who{f.judge.who, f.clerk} {
		if err := y.sign(w); err != nil {
			return err
		}
	}
	return y.court.Kit.Jobs.Drain(y.ctx)
}

// addresses are where the defendants can be reached, as it is at the start.
func (y *year) addresses(f *filed, de [3]someone) error {
	ps, err := y.parties(f.id)
	if err != nil {
		return err
	}
	in, err := y.comeIn(f, ps[1:3], de[:2]...)
	if err != nil {
		return err
	}
	_, err1 := y.post(in[0], "/delivery/"+f.id+"/confirm", map[string]any{"consent": "agree", "sms": de[0].phone, "inapp": true})
	_, err2 := y.post(in[1], "/delivery/"+f.id+"/confirm", map[string]any{"consent": "agree"})
	_, err3 := y.post(f.clerk, "/delivery/"+f.id+"/address/"+ps[3].ID, map[string]any{"consent": "agree", "ground": "stated", "sms": de[2].phone, "standing": "sure", "shown_by": "电话里他自己说的，记了通话"})
	return errors.Join(err1, err2, err3)
}

// comeIn gives parties who have none their case codes at the counter, by which
// they sign in.
func (y *year) comeIn(f *filed, ps []docket.Party, people ...someone) ([]who, error) {
	for _, p := range ps {
		if _, err := y.post(f.court.of(docket.FilingOfficer, "")[0].who, "/onecode/"+f.id+"/code/"+p.ID, map[string]string{"reason": "应诉时当场领取案件码"}); err != nil {
			return nil, err
		}
	}
	codes, err := y.codes(f, ps...)
	if err != nil {
		return nil, err
	}
	return y.prove(codes, people)
}

// deliver serves the judgment on the three: one has it at once, one when he
// opens it, and on the third everything fails until a notice hangs.
func (y *year) deliver(f *filed, given time.Time, de [3]someone) {
	var third paper.Paper
	sent := y.later(given, 1, 9, 30)
	y.at(sent, func() error {
		ps, err := y.judgments(f)
		if err != nil {
			return err
		}
		if len(ps) != 4 {
			return fmt.Errorf("a judgment for %d, want four", len(ps))
		}
		third = ps[3]
		for _, p := range ps[1:] {
			if _, err := y.post(f.clerk, "/delivery/"+f.id+"/send", map[string]any{"papers": []string{p.ID}}); err != nil {
				return err
			}
		}
		_, err = y.upload(f.clerk, "/delivery/"+f.id, [][2]string{{"signer", "self"}, {"signed_on", docket.Today(y.clock.Now()).String()}, {"papers", ps[0].ID}}, "scan", "送达回证.png", scan)
		return err
	})
	y.at(y.later(sent, 1, 20, 15), func() error { // the second opens it in the evening
		ps, err := y.parties(f.id)
		if err != nil {
			return err
		}
		codes, err := y.codes(f, ps[2])
		if err != nil {
			return err
		}
		in, err := y.prove(codes, de[1:2])
		if err != nil {
			return err
		}
		l, err := y.get(f.clerk, "/delivery/"+f.id+"/records")
		if err != nil {
			return err
		}
		_, err = y.post(in[0], "/delivery/"+f.id+"/open/"+serviceOn(l, ps[2].ID), map[string]any{})
		return err
	})
	hand := func(day string, file string, more ...[2]string) error {
		fields := append([][2]string{{"papers", third.ID}, {"on", day}}, more...)
		_, err := y.upload(f.clerk, "/delivery/"+f.id+"/hand", fields, "scan", file, scan)
		return err
	}
	posted := y.later(sent, 2, 11, 0)
	y.at(posted, func() error {
		return hand(docket.Today(posted).String(), "邮件单.png", [2]string{"way", "post"}, [2]string{"number", "EMS900000001"})
	})
	back := y.later(posted, 5, 15, 40)
	y.at(back, func() error {
		l, err := y.get(f.clerk, "/delivery/"+f.id+"/records")
		if err != nil {
			return err
		}
		ps, err := y.parties(f.id)
		if err != nil {
			return err
		}
		course, err := y.get(f.clerk, "/delivery/"+f.id+"/service/"+serviceOn(l, ps[3].ID))
		if err != nil {
			return err
		}
		as, _ := course["attempts"].([]any)
		last, _ := as[len(as)-1].(map[string]any)
		_, err = y.upload(f.clerk, fmt.Sprintf("/delivery/%s/result/%v", f.id, last["id"]), [][2]string{{"result", "returned"}, {"on", docket.Today(back).String()}, {"why", "absent"}}, "scan", "退回的邮件.png", scan)
		return err
	})
	visit := y.later(back, 2, 10, 20)
	y.at(visit, func() error {
		return hand(docket.Today(visit).String(), "上门照片.png", [2]string{"way", "direct"}, [2]string{"who", de[2].address}, [2]string{"reason", "门锁着，邻居说半年没有见过他"})
	})
	notice := y.later(visit, 3, 9, 0)
	y.at(notice, func() error {
		return hand(docket.Today(notice).String(), "公告栏照片.png", [2]string{"way", "notice"}, [2]string{"who", "本院公告栏和他的住所"}, [2]string{"missing", "on"}, [2]string{"reason", "下落不明"}, [2]string{"course", "短信是空号，邮寄退回，上门没有人"})
	})
}

// serviceOn finds the service on a party in a list of records.
func serviceOn(l map[string]any, party string) string {
	rs, _ := l["records"].([]any)
	for _, r := range rs {
		if m, _ := r.(map[string]any); m["party"] == party {
			s, _ := m["id"].(string)
			return s
		}
	}
	return ""
}

// judgments are the copies of a judgment, in the order of the parties.
func (y *year) judgments(f *filed) (out []paper.Paper, err error) {
	ps, err := y.parties(f.id)
	if err != nil {
		return nil, err
	}
	err = y.court.Kit.Read(y.ctx, func(tx *db.Tx) error {
		all, err := paper.OfCase(tx, f.id)
		for _, p := range ps {
			for _, x := range all {
				if x.Kind == "judgment" && x.Party == p.ID {
					out = append(out, x)
				}
			}
		}
		return err
	})
	return out, err
}

// write lets the assistant write a paper and the judge sign it off.
func (y *year) write(f *filed, draft map[string]any) error {
	out, err := y.post(f.assistant, "/papers/write/"+f.id+"/save", draft)
	if err != nil {
		return err
	}
	if out["state"] != "checked" {
		return fmt.Errorf("the draft lacks something: %v", out["flaws"])
	}
	if _, err := y.post(f.judge.who, fmt.Sprintf("/papers/write/%s/%v/decide", f.id, out["id"]), map[string]string{"answer": "approve"}); err != nil {
		return err
	}
	return y.court.Kit.Jobs.Drain(y.ctx)
}

// sign signs all that waits for somebody's name, as his browser does.
func (y *year) sign(w who) error {
	var list struct {
		Papers []struct {
			Round string `json:"round"`
		} `json:"papers"`
	}
	out, err := y.get(w, "/signing")
	if err == nil {
		err = again(out, &list)
	}
	if err != nil || len(list.Papers) == 0 {
		return errors.Join(err, fmt.Errorf("nothing waits for the name of %s", w.name))
	}
	var rounds []string
	for _, p := range list.Papers {
		rounds = append(rounds, p.Round)
	}
	begun, err := y.post(w, "/signing/begin", map[string]any{"rounds": rounds})
	if err != nil {
		return err
	}
	if err := y.court.Kit.Jobs.Drain(y.ctx); err != nil {
		return err
	}
	ms, err := y.court.Kit.Notify.Outbox(y.ctx, 1)
	if err != nil {
		return err
	}
	code := sixDigits.FindStringSubmatch(ms[0].Text)
	if code == nil {
		return errors.New("no code was sent")
	}
	key, err := signer.New()
	if err != nil {
		return err
	}
	csr, err := key.Request()
	if err != nil {
		return err
	}
	out, err = y.post(w, "/signing/certify", map[string]any{"rounds": rounds, "check": begun["check"], "code": code[1], "csr": csr, "strokes": signer.Strokes})
	if err != nil {
		return err
	}
	var sitting struct {
		Sitting string `json:"sitting"`
		Papers  []struct {
			Round string `json:"round"`
			Base  string `json:"base"`
			TBS   string `json:"tbs"`
		} `json:"papers"`
	}
	if err := again(out, &sitting); err != nil {
		return err
	}
	for _, p := range sitting.Papers {
		s, err := key.Sign(p.TBS)
		if err != nil {
			return err
		}
		if _, err := y.post(w, "/signing/sign", map[string]any{"sitting": sitting.Sitting, "round": p.Round, "base": p.Base, "signature": s}); err != nil {
			return err
		}
	}
	return y.court.Kit.Jobs.Drain(y.ctx)
}

// again reads an answer into what it stands for.
func again(answer map[string]any, out any) error {
	b, err := json.Marshal(answer)
	if err == nil {
		err = json.Unmarshal(b, out)
	}
	return err
}

// play offers the people of a story, the parties by their names.
func (y *year) play(story string, f *filed, parties, staff []Role) error {
	for _, r := range parties {
		p, err := y.personOf(y.ctx, f.id, r.Name)
		if err != nil {
			return err
		}
		r.Person, r.Story, r.To = p, story, "/casebook/"+f.id
		y.roles = append(y.roles, r)
	}
	for _, r := range staff {
		r.Staff, r.Story = true, story
		y.roles = append(y.roles, r)
	}
	return nil
}

// courtOf is the court with a code.
func (y *year) courtOf(code string) *staffed {
	for _, c := range y.courts {
		if c.code == code {
			return c
		}
	}
	return nil
}
