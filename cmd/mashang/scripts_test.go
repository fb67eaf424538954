package main

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"mashang/docket"
	"mashang/law"
	"mashang/law/identity"
)

// scripts are what the workload does, each again and again, beside the others.
// What waits for jobs, which a kill holds up, goes twice.
var scripts = []func(w *workload, say string){
	(*workload).talk, (*workload).course, (*workload).people, (*workload).papers, (*workload).voices,
	(*workload).bench, (*workload).doors, (*workload).lists, (*workload).lists, (*workload).papers, (*workload).systems, (*workload).office,
}

const city = "冀11"

func today() string { return docket.Today(time.Now()).String() }

// text is a field of an answer.
func text(v map[string]any, field string) string {
	s, _ := v[field].(string)
	if s == "" {
		panic(lost{fmt.Sprintf("no %s in an answer, or the answer was lost", field)})
	}
	return s
}

func items(v map[string]any, field string) (out []map[string]any) {
	l, _ := v[field].([]any)
	for _, x := range l {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// someone is a person who does not exist, another one each time.
func (w *workload) someone() (number, phone string) {
	w.mu.Lock()
	w.keys++
	n := w.keys
	w.mu.Unlock()
	n += int(time.Now().Unix()%1000) * 100
	born := law.Date{Year: 1920 + n/500%28, Month: 1 + n/500/28%12, Day: 1 + n/500/28/12%28}
	return identity.Fictional(n, born, true), identity.FictionalPhone(20_000_000 + n)
}

// filed is a case that the plaintiff of the story brought, as it is received.
func (w *workload) filed() string {
	number, phone := w.someone()
	return text(w.act("/casebook/enter", "立案窗口", nil, "court", city, "type", "民初", "special", "知", "cause", "侵害外观设计专利权纠纷", "claim", "判令被告停止侵权。", "amount", "50000.00", "procedure", "summary", "received", today(),
		"p_name", w.jia[0], "p_kind", "natural", "p_id_type", "resident", "p_number", w.jia[1], "p_phone", w.jia[2], "p_address", "某街道1号",
		"d_name", "田某", "d_kind", "natural", "d_id_type", "resident", "d_number", number, "d_phone", phone, "d_address", "某工业园2号"), "case")
}

// running is a case that was accepted and has its judge.
func (w *workload) running() string {
	id := w.filed()
	c := w.ask("/casebook/"+w.caseID, "法官", anything)
	w.act("/casebook/{case}/accept", "立案法官", []string{id}, "division", text(c["case"].(map[string]any), "division"))
	w.act("/casebook/{case}/assign", "庭长", []string{id}, "judge", w.persons["法官"], "clerk", w.persons["书记员"])
	return id
}

// party is one who stands in a case.
func (w *workload) party(caseID, role string) string {
	for _, p := range items(w.ask("/casebook/"+caseID, "法官", anything), "parties") {
		if p["role"] == role {
			return text(p, "id")
		}
	}
	panic(lost{"no " + role})
}

// talk: questions, with a file now and then, drafted and answered; an opinion,
// its rating, and the call that follows a bad one.
func (w *workload) talk(say string) {
	id := w.running()
	q := w.act("/onecode/{case}/ask question", "原告", []string{id}, "kind", "question", "text", "什么时候开庭？"+say, picture("files", say))
	w.act("/onecode/{case}/message/{message}/draft", "书记员", []string{id, text(q, "id")}, "text", "下月。"+say)
	w.act("/onecode/{case}/message/{message}/route", "法官", []string{id, text(q, "id")}, "to", w.colleague(), "reason", "归他管。"+say)
	w.act("/onecode/{case}/message/{message}/send", "法官", []string{id, text(q, "id")}, "text", "下月上旬。"+say)
	e := w.act("/onecode/{case}/ask question", "原告", []string{id}, "kind", "question", "text", "这是合同。"+say)
	w.act("/onecode/{case}/message/{message}/evidence", "法官", []string{id, text(e, "id")})
	o := w.act("/onecode/{case}/ask opinion", "原告", []string{id}, "kind", "opinion", "text", "窗口少。"+say)
	w.act("/onecode/{case}/message/{message}/send", "法官", []string{id, text(o, "id")}, "text", "已经加了一个。"+say)
	w.act("/onecode/{case}/message/{message}/rate", "原告", []string{id, text(o, "id")}, "grade", "不满意", "text", say)
	w.act("/onecode/{case}/rate/{step}", "原告", []string{id, "filing"}, "grade", "满意", "text", say)
	for _, g := range items(w.ask("/desk", "审管办", anything), "groups") {
		for _, t := range items(g, "tasks") {
			if rating, ok := strings.CutPrefix(fmt.Sprint(t["href"]), "/onecode/follow/up/"); ok {
				w.act("/onecode/follow/up/{rating}", "审管办", []string{rating}, "text", "打过电话了。"+say)
				return
			}
		}
	}
}

// course: a case from the counter to the appeal.
func (w *workload) course(say string) {
	w.act("/casebook/{case}/refuse", "立案法官", []string{w.filed()}, "reason", "不属于本院管辖。"+say)
	id := w.running()
	on := func(what, role string, fields ...any) { w.act("/casebook/{case}/"+what, role, []string{id}, fields...) }
	on("panel", "法官", "presiding", w.persons["法官"])
	on("procedure", "法官", "to", "ordinary", "reason", "案情复杂。"+say)
	on("extend", "院长", "months", "3", "reason", "有特殊情况。"+say)
	on("suspend", "法官", "ground", "other_case", "reason", say)
	on("resume", "法官", "reason", say)
	on("exclude", "法官", "days", "10", "for", "appraisal")
	on("link", "法官", "number", w.number, "kind", "related", "note", say)
	on("correct", "法官", "field", "claim", "value", "判令被告停止侵权，赔偿损失。"+say, "reason", "写漏了。")
	w.ask("/clocks/"+id, "法官", func(v map[string]any) bool {
		return slices.ContainsFunc(items(v, "deadlines"), func(d map[string]any) bool { return d["rule"] == "copy_to_defendant" })
	})
	w.act("/clocks/{case}/met", "法官", []string{id}, "rule", "copy_to_defendant")
	on("close", "法官", "way", "judgment", "on", today(), "elsewhere", "判决书在原办案系统里")
	w.act("/onecode/{case}/ask explain", "原告", []string{id}, "kind", "explain", "text", "为什么这样判？"+say)
	on("appeal", "书记员", "party", w.party(id, "plaintiff"), "on", today(), "kind", "appeal")
	w.act("/casebook/{case}/export", "原告", []string{id})
}

// people: who joins a case and leaves it, who acts for him.
func (w *workload) people(say string) {
	id := w.running()
	number, phone := w.someone()
	w.act("/casebook/{case}/party", "立案窗口", []string{id}, "role", "third", "kind", "natural", "name", "丁三", "id_type", "resident", "number", number, "phone", phone, "address", "某县1号")
	third := w.party(id, "third")
	w.act("/casebook/{case}/party/{party}/mend", "立案窗口", []string{id, third}, "name", "丁三", "id_type", "resident", "number", number, "phone", phone, "address", "某县2号", "reason", "写错了。"+say)
	w.act("/casebook/{case}/party/{party}/reveal", "立案窗口", []string{id, third})
	lawyer, tel := w.someone()
	w.act("/casebook/{case}/agent", "立案窗口", []string{id}, "party", third, "name", "刘律师", "id_type", "resident", "number", lawyer, "phone", tel, "class", "lawyer", "firm", "某律师事务所", "seen", "true")
	for _, a := range items(w.ask("/casebook/"+id, "法官", anything), "agents") {
		w.act("/casebook/{case}/agent/{agent}/dismiss", "书记员", []string{id, text(a, "id")}, "reason", "解除委托。"+say)
	}
	w.act("/onecode/{case}/code/{party}", "书记员", []string{id, third}, "reason", "丢了。"+say)
	w.act("/casebook/{case}/party/{party}/leave", "立案窗口", []string{id, third}, "reason", "与本案没有利害关系。"+say)
	w.meet("路人")
}

// papers: one is made, handed over, and one taken back.
func (w *workload) papers(say string) {
	id := w.running()
	to := w.party(id, "defendant")
	w.act("/papers/{case}/make", "书记员", []string{id}, "party", to, "kind", "case_code_notice")
	issued := func(kind string) func(v map[string]any) bool {
		return func(v map[string]any) bool {
			return slices.ContainsFunc(items(v, "papers"), func(p map[string]any) bool { return p["kind"] == kind && p["state"] == "issued" })
		}
	}
	find := func(kind string) string {
		for _, p := range items(w.ask("/papers/"+id, "法官", issued(kind)), "papers") {
			if p["kind"] == kind && p["state"] == "issued" {
				return text(p, "id")
			}
		}
		panic(lost{"no paper " + kind})
	}
	save := func(submit string) string {
		return text(w.act("/papers/write/{case}/save"+map[string]string{"": "", "on": " submitted"}[submit], "书记员", []string{id}, "kind", "online_notice", "to", to, "submit", submit, "fields.steps", "庭审。"+say, "fields.how", "同步在线"), "id")
	}
	w.act("/papers/write/{case}/{draft}/decide drop", "书记员", []string{id, save("")}, "answer", "drop")
	w.act("/papers/write/{case}/{draft}/decide return", "法官", []string{id, save("on")}, "answer", "return", "reason", "再改改。"+say)
	w.act("/papers/write/{case}/{draft}/decide approve", "法官", []string{id, save("on")}, "answer", "approve")
	w.act("/papers/paper/{paper}/withdraw", "立案法官", []string{find("acceptance_notice")}, "reason", "案由写错。"+say, "again", "true")
	w.act("/delivery/{case}", "立案窗口", []string{id}, "papers", find("case_code_notice"), "signer", "self", "signed_on", today(), picture("scan", say))
	w.deliver(say, id)
}

// deliver: where the plaintiff wants his papers; one is sent and opened, and it
// was not he; then it goes by post, and he signs.
func (w *workload) deliver(say, id string) {
	to := w.party(id, "plaintiff")
	w.act("/delivery/{case}/address/{party}", "书记员", []string{id, to}, "consent", "agree", "ground", "stated", "standing", "confirmed", "shown_by", "送达地址确认书。"+say, picture("scan", say))
	w.act("/delivery/{case}/confirm", "原告", []string{id}, "post", "某街道1号。"+say)
	waits := func(p map[string]any) bool {
		return p["kind"] == "acceptance_notice" && p["state"] == "issued" && p["party"] == to
	}
	ps := items(w.ask("/papers/"+id, "法官", func(v map[string]any) bool { return slices.ContainsFunc(items(v, "papers"), waits) }), "papers")
	i := slices.IndexFunc(ps, waits)
	if i < 0 {
		panic(lost{"no paper to serve"})
	}
	paper := text(ps[i], "id")
	w.act("/delivery/{case}/send", "书记员", []string{id}, "papers", paper)
	there := func(r map[string]any) bool { return r["paper"] == paper && r["state"] == "delivered" }
	rs := items(w.ask("/delivery/"+id+"/records", "书记员", func(v map[string]any) bool { return slices.ContainsFunc(items(v, "records"), there) }), "records")
	if i = slices.IndexFunc(rs, there); i < 0 {
		panic(lost{"the paper was not sent"})
	}
	service := text(rs[i], "id")
	attempt := func(n int) string {
		as := items(w.ask("/delivery/"+id+"/service/"+service, "书记员", anything), "attempts")
		if len(as) <= n {
			panic(lost{"no attempt"})
		}
		return text(as[n], "id")
	}
	w.act("/delivery/{case}/open/{service}", "原告", []string{id, service})
	w.act("/delivery/{case}/want/{service}", "原告", []string{id, service})
	w.act("/delivery/{case}/rebut/{attempt}", "书记员", []string{id, attempt(0)}, "reason", "账号被人用了。"+say)
	w.act("/delivery/{case}/hand", "书记员", []string{id}, "papers", paper, "way", "post", "on", today(), "number", "E1", "who", say, picture("scan", say))
	w.act("/delivery/{case}/result/{attempt}", "书记员", []string{id, attempt(1)}, "result", "signed", "signer", "self", "on", today(), picture("scan", say))
}

// voices: a complaint with a file and a report, and the offices' answers.
func (w *workload) voices(say string) {
	for _, v := range [][2]string{{"complaint", "审管办"}, {"report", "督察"}} {
		p := w.act("/complaint/write/{case} "+v[0], "原告", []string{w.caseID}, "kind", v[0], "about", w.persons["法官"], "text", say, picture("files", say))
		w.act("/complaint/office/{complaint} "+v[0], v[1], []string{text(p, "id")}, "text", "知道了。"+say)
	}
}

// bench: what the judge writes down, and whom he asks to answer for him.
func (w *workload) bench(say string) {
	w.act("/onecode/{case}/contact", "法官", []string{w.caseID}, "party", w.party(w.caseID, "plaintiff"), "way", "call", "text", say)
	w.act("/oversight/record", "法官", nil, "form", "inquiry", "case", w.caseID, "who", "马某某", "on", today(), "way", "call", "nature", "other", "content", say, "done", "channel")
	w.act("/papers/forms/{kind}/word", "审管办", []string{"case_closing_notice"}, "court", city, "why", "照本院习惯"+say)
	st := w.act("/onecode/standard", "法官", nil, "court", city, "title", "材料交到哪里"+say, "text", "交到窗口。")
	w.act("/onecode/standard", "法官", nil, "court", city, "id", text(st, "id"), "drop", "on")
	w.mu.Lock()
	w.keys++
	day := time.Now().AddDate(0, 0, 30+w.keys).Format("2006-01-02")
	w.mu.Unlock()
	w.act("/onecode/delegate", "法官", nil, "court", city, "to", w.colleague(), "begin", day, "until", day, "reason", "外出办案。"+say)
}

// colleague is another judge of the court.
func (w *workload) colleague() string {
	for _, j := range items(w.ask("/onecode/delegate", "法官", anything), "judges") {
		if j["person"] != w.persons["法官"] {
			return text(j, "person")
		}
	}
	panic(lost{"no colleague"})
}

// doors: a colleague opens a case with a reason; of a sealed one a second
// person decides.
func (w *workload) doors(say string) {
	id := w.running()
	number := w.ask("/casebook/"+id, "法官", func(v map[string]any) bool { c, _ := v["case"].(map[string]any); return c["number"] != "" })["case"].(map[string]any)["number"].(string)
	w.act("/onecode/note", "立案窗口", nil, "court", city, "number", number, "who", "路人", "way", "call", "text", "问什么时候开庭。"+say)
	w.act("/oversight/open", "法官助理", nil, "number", number, "kind", "related", "words", "手上的案件和它有关联。"+say)
	w.set(func() { w.sealed[id] = true })
	w.act("/casebook/{case}/secrecy", "法官", []string{id}, "to", "sealed", "reason", "涉及商业秘密。"+say)
	for _, x := range []struct{ who, decides, answer string }{{"庭长", "法官", "no"}, {"庭长", "法官", "yes"}, {"督察", "院长", "yes"}} {
		w.act("/oversight/open sealed", x.who, nil, "number", number, "kind", "review", "words", "评查任务。"+say)
		way := x.answer
		if x.decides == "院长" {
			way = "office"
		}
		for _, g := range items(w.ask("/desk", x.decides, anything), "groups") {
			for _, t := range items(g, "tasks") {
				r, ok := strings.CutPrefix(fmt.Sprint(t["href"]), "/oversight/allow/")
				if ok && strings.Contains(fmt.Sprint(t["title"]), number) { // the others' are theirs to see answered
					w.act("/oversight/allow/{request} "+way, x.decides, []string{r}, "answer", x.answer)
				}
			}
		}
	}
	w.act("/oversight/summary", "督察", nil, "court", city)
	w.act("/oversight/cadence", "督察", nil, "court", city, "cadence", "month")
}

// lists: an import, and its undoing.
func (w *workload) lists(say string) {
	number, phone := w.someone()
	n := strings.TrimLeft(phone[3:], "0")
	list := "案号,承办部门,案由,程序,立案日期,承办法官,诉讼地位,当事人,证件号码,手机号,住址\n" +
		"（" + today()[:4] + "）" + city + "民初" + n + "号,知识产权审判庭,买卖合同纠纷,简易程序," + today() + ",周明远,原告,高某," + number + "," + phone + ",某县1号\n" +
		"（" + today()[:4] + "）" + city + "民初" + n + "号,,,,,,被告,某有限公司" + say + ",,,某县2号\n"
	id := text(w.act("/intake", "立案法官", nil, upload{"list", "名单.csv", "text/csv", []byte(list)}), "batch")
	state := func(want string) {
		w.ask("/intake/"+id, "立案法官", func(v map[string]any) bool { b, _ := v["batch"].(map[string]any); return b["state"] == want })
	}
	state("tried")
	w.act("/intake/{batch}/confirm", "立案法官", []string{id})
	state("done")
	w.act("/intake/{batch}/undo", "立案法官", []string{id})
	state("undone")
}

// systems: another system is taken in, hands over a case twice and says
// something; what it does not take is sent again, and then not any more.
func (w *workload) systems(say string) {
	admin := "系统管理员"
	m := w.act("/connect/system", admin, nil, "court", city, "name", "审判流程系统"+say, "scopes", "put", "scopes", "send", "until", time.Now().AddDate(1, 0, 0).Format("2006-01-02"))
	id, role := text(m, "system"), "系统"+say
	w.mu.Lock()
	w.tokens[role] = text(m, "token")
	w.mu.Unlock()
	w.act("/connect/way", admin, nil, "court", city, "system", id, "kind", "webhook", "url", w.other.URL)
	number, phone := w.someone()
	c := map[string]any{"number": "（" + today()[:4] + "）" + city + "民初" + strings.TrimLeft(phone[3:], "0") + "号", "division": "知识产权审判庭", "cause": "买卖合同纠纷", "procedure": "ordinary", "filed": today(), "judge": "周明远",
		"parties": []map[string]any{{"role": "plaintiff", "name": "高某", "number": number, "phone": phone, "address": "某县1号"}, {"role": "defendant", "kind": "org", "name": "某有限公司" + say, "address": "某县2号"}}}
	w.act("/connect/case new", role, nil, c)
	c["claim"] = "判令被告支付货款。" + say
	w.act("/connect/case again", role, nil, c)
	w.act("/connect/event", role, nil, map[string]any{"specversion": "1.0", "id": say, "source": "https://other.example", "type": "hearing.planned", "data": map[string]string{"case": say}})
	w.wait() // a message that is no event is refused, and listed
	if _, _, err := w.send(deed{to: "/connect/event", role: role, key: "bad " + say, json: map[string]any{"id": say}}); err == nil {
		for _, r := range items(w.ask("/connect/received?state=refused&court="+city, admin, anything), "received") {
			w.act("/connect/received/looked", admin, nil, "court", city, "id", text(r, "id"))
			break
		}
	}
	w.act("/casebook/{case}/secrecy", "法官", []string{w.running()}, "to", "private", "reason", say) // something to tell
	dead := func() string {
		v := w.ask("/connect/letters?state=dead&court="+city, admin, func(v map[string]any) bool { return len(items(v, "letters")) > 0 })
		return text(items(v, "letters")[0], "id")
	}
	w.act("/connect/letters/again", admin, nil, "court", city, "id", dead())
	w.act("/connect/letters/drop", admin, nil, "court", city, "id", dead())
	for _, l := range items(w.ask("/connect/ways?court="+city, admin, anything), "ways") {
		if l["system"] == id {
			w.act("/connect/way/close", admin, nil, "court", city, "id", text(l, "id"))
		}
	}
	w.act("/connect/system/key", admin, nil, "court", city, "id", id, "public_key", base64.StdEncoding.EncodeToString([]byte("a key of thirty-two bytes, surely")[:32]))
	short := w.act("/connect/system", admin, nil, "court", city, "name", "试用"+say, "until", time.Now().AddDate(0, 1, 0).Format("2006-01-02"))
	w.act("/connect/system/end", admin, nil, "court", city, "id", text(short, "system"))
}

// office: what the three administrators do, and what a party sets for herself.
func (w *workload) office(say string) {
	w.act("/setup/court", "系统管理员", nil, "court", city, "title", "衡水中院", "phone", "0318-0000000", "address", "衡水市某路"+say)
	night := time.Now().AddDate(0, 0, 7).Format("2006-01-02")
	w.act("/outage/plan", "系统管理员", nil, "court", city, "from", night+" 21:00", "to", night+" 22:00", "reason", "换硬盘"+say)
	w.act("/setup/divisions", "系统管理员", nil, "court", city, "name", "合议"+say+"庭", "kind", "office")
	number, phone := w.someone()
	name := "吴" + chinese.Replace(phone[len(phone)-4:])
	division := text(w.ask("/casebook/"+w.caseID, "法官", anything)["case"].(map[string]any), "division")
	w.act("/setup/staff", "系统管理员", nil, "court", city, "name", name, "number", number, "phone", phone, "login", "w"+phone, "division", division, "role", "clerk")
	for _, p := range items(w.ask("/setup/posts?court="+city, "安全管理员", anything), "staff") {
		if p["name"] == name {
			on := time.Now().AddDate(0, 0, 7).Format("2006-01-02")
			w.act("/setup/posts/change", "安全管理员", nil, "court", city, "post", text(p, "id"), "on", on, "division", division, "role", "assistant")
			w.act("/setup/posts/withdraw", "安全管理员", nil, "court", city, "post", text(p, "id"))
		}
	}
	wrong, tel := w.someone()
	added := w.act("/setup/staff", "系统管理员", nil, "court", city, "name", "吴错", "number", wrong, "phone", tel, "login", "w"+tel, "division", division, "role", "clerk")
	w.act("/setup/staff/undo", "系统管理员", nil, "court", city, "posts", text(added, "post"))
	w.act("/setup/seals", "安全管理员", nil, "court", city, "ring", "河北省衡水市中级人民法院", "lower", "专用"+say, "basis", "院长批准")
	for _, s := range items(w.ask("/setup/seals?court="+city, "安全管理员", anything), "list") {
		if s["lower"] == "专用"+say {
			w.act("/setup/seals/end", "安全管理员", nil, "court", city, "seal", text(s, "id"))
		}
	}
	for _, open := range []string{"false", "true"} {
		w.act("/account/lock", "安全管理员", nil, "court", city, "id_type", "resident", "number", w.stranger(), "reason", "手机丢了。"+say, "open", open)
	}
	key := "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
	w.act("/account/way/push", "原告", nil, "endpoint", "https://push.example/"+say, "p256dh", key, "auth", "MDEyMzQ1Njc4OWFiY2RlZg")
	for _, way := range items(w.ask("/account", "原告", anything), "ways") {
		w.act("/account/way/end", "原告", nil, "way", text(way, "id"))
	}
}

// chinese writes a number as a name.
var chinese = strings.NewReplacer("0", "零", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九")

func anything(map[string]any) bool { return true }

// stranger is somebody who was looked at at the counter, and has an account.
func (w *workload) stranger() string {
	w.mu.Lock()
	number := w.met
	w.mu.Unlock()
	if number == "" {
		number, _ = w.meet("路人")
		w.mu.Lock()
		w.met = number
		w.mu.Unlock()
	}
	return number
}

func (w *workload) meet(name string) (number, phone string) {
	number, phone = w.someone()
	w.act("/account/counter", "立案窗口", nil, "court", city, "name", name, "id_type", "resident", "number", number, "phone", phone, "seen", "true")
	return number, phone
}
