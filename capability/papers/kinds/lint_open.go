package kinds

import (
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
)

// The checks of the papers that open a case and bring it to its hearing.

const small = "小额诉讼程序"

// onDay reads the day of a date or of a time.
func onDay(v Values, name string) (law.Date, bool) {
	s := v.Text(name)
	d, err := law.ParseDate(s[:min(10, len(s))])
	return d, err == nil
}

// answerDays: fifteen days are the law's; another period is agreed to, in
// summary procedure only, and in small claims no longer (民诉法解释 266, 275).
func answerDays(_ Kind, v Values) []Flaw {
	n, ok := form.Fen(v["consented_days"])
	switch p := v.Text("procedure"); {
	case !ok:
	case p != "简易程序" && p != small && n != 15:
		return []Flaw{{"consented_days", "普通程序的答辩期固定是十五日，这一项空着。", cite.CPL(128).String()}}
	case p == small && n > 15:
		return []Flaw{{"consented_days", "小额诉讼的答辩期最长十五日。", cite.JI(275).String()}}
	}
	return nil
}

// noticeDays: three full days lie between the paper and the hearing, unless
// the procedure is a simple one (民事诉讼法 139, 163).
func noticeDays(_ Kind, v Values) []Flaw {
	if p := v.Text("procedure"); p == "简易程序" || p == small {
		return nil
	}
	dated, ok := onDay(v, "dated")
	at, ok2 := onDay(v, "hearing")
	if ok && ok2 && at.Before(dated.AddDays(4)) {
		return []Flaw{{"hearing", "开庭三日前就要通知到。按落款的日子，最早是" + dated.AddDays(4).Chinese() + "。", cite.CPL(139).String()}}
	}
	return nil
}

// evidenceDays: 证据规定 51, and the calendar day leaves that many days.
func evidenceDays(_ Kind, v Values) (out []Flaw) {
	const basis = "证据规定第五十一条"
	n, ok := form.Fen(v["days"])
	if !ok {
		return nil
	}
	simple := v.Text("procedure") == "简易程序" || v.Text("procedure") == small
	agreed, _ := v["agreed"].(bool)
	switch {
	case v.Text("stage") == "第二审" && n < 10 && !agreed:
		out = append(out, Flaw{"days", "二审新证据的举证期限不少于十日。", basis})
	case v.Text("stage") == "第一审" && !simple && n < 15 && !agreed:
		out = append(out, Flaw{"days", "普通程序的举证期限不少于十五日。", basis})
	case v.Text("stage") == "第一审" && simple && n > 15:
		out = append(out, Flaw{"days", "简易程序的举证期限不超过十五日。", basis})
	}
	dated, ok := onDay(v, "dated")
	until, ok2 := onDay(v, "until")
	if ok && ok2 && until.Before(dated.AddDays(int(n))) {
		out = append(out, Flaw{"until", "到这一天不够" + law.Chinese(int(n)) + "日。从收到的次日起算，最早是" + dated.AddDays(int(n)).Chinese() + "。", basis})
	}
	return out
}

// prepaid: who must pay beforehand, how much, and to whom (诉讼费用交纳办法 16,
// 18, 20). The execution fee is never paid beforehand.
func prepaid(_ Kind, v Values) (out []Flaw) {
	half, _ := v["half"].(bool)
	full, _ := form.Fen(v["full"])
	amount, ok := form.Fen(v["amount"])
	p := v.Text("procedure")
	switch what := v.Text("what"); {
	case strings.Contains(v.Text("number"), "执"):
		out = append(out, Flaw{"what", "执行申请费执行后交纳，不能叫人预交。", "诉讼费用交纳办法第二十条"})
	case !half && what == "案件受理费" && (p == "简易程序" || p == small):
		out = append(out, Flaw{"half", "适用简易程序的减半交纳。", "诉讼费用交纳办法第十六条"})
	case !half && what == "反诉案件受理费":
		out = append(out, Flaw{"half", "反诉合并审理的减半交纳。", "诉讼费用交纳办法第十八条"})
	case ok && half && amount != (full+1)/2 && amount != full/2:
		out = append(out, Flaw{Field: "amount", Says: "减半应当是 " + law.Money(full/2).String() + "。"})
	case ok && !half && what != "应补交的案件受理费" && amount != full:
		out = append(out, Flaw{Field: "amount", Says: "不减半的，应交的就是全额。"})
	}
	dated, ok := onDay(v, "dated")
	until, ok2 := onDay(v, "until")
	if ok && ok2 && until.Before(dated.AddDays(7)) && !strings.HasPrefix(v.Text("what"), "反诉") {
		out = append(out, Flaw{"until", "从收到通知的次日起算七日，最早是" + dated.AddDays(7).Chinese() + "。", "诉讼费用交纳办法第二十二条"})
	}
	if n := len([]rune(v.Text("payee"))); n > 0 && n <= 4 {
		out = append(out, Flaw{"payee", "要交到法院的专户，不能交给个人。", "诉讼费用交纳办法第五十二条"})
	}
	return out
}

// eservice: a message that was sent is not a paper that was served. What counts
// depends on whose address it went to (人民法院在线诉讼规则 31).
func eservice(_ Kind, v Values) []Flaw {
	const basis = "人民法院在线诉讼规则第三十一条"
	rule := v.Text("rule")
	from := map[string]string{"第三十一条第一款": "arrived", "第三十一条第二款第一项": "answered", "第三十一条第二款第二项": "read"}[rule]
	switch {
	case v.Text("provided") == "不是" && from == "arrived":
		return []Flaw{{"rule", "不是本人主动提供或者确认的地址，信息到了不等于送达。要有他的回复、应诉，或者阅知的记录。", basis}}
	case v.Text("effective") != v.Text(from):
		return []Flaw{{"effective", "按" + rule + "，生效时间应当是 " + v.Text(from) + "。", basis}}
	case v.Text(from) < v.Text("sent"):
		return []Flaw{{Field: from, Says: "不能早于发出的时间。"}}
	}
	return nil
}

// gist: a public notice of a claim says what is claimed (民诉法解释 139).
func gist(_ Kind, v Values) []Flaw {
	if s := v.Text("stage"); (s == "起诉材料" || s == "上诉材料") && len(v.List("claims")) == 0 {
		return []Flaw{{"claims", "公告要写明请求的主要内容。", cite.JI(139).String()}}
	}
	return nil
}

// correctionDate: the day that is named leaves the days that are named
// (登记立案规定 7).
func correctionDate(_ Kind, v Values) []Flaw {
	n, ok := form.Fen(v["days"])
	dated, ok2 := onDay(v, "dated")
	until, ok3 := onDay(v, "until")
	if ok && ok2 && ok3 && until.Before(dated.AddDays(int(n))) {
		return []Flaw{{"until", "到这一天不够" + law.Chinese(int(n)) + "日，最早是" + dated.AddDays(int(n)).Chinese() + "。", "登记立案规定第七条"}}
	}
	return nil
}

// twoOfficers: evidence is gathered by two or more (民诉法解释 97).
func twoOfficers(_ Kind, v Values) []Flaw {
	if len(v.List("officers")) < 2 {
		return []Flaw{{"officers", "调查要由两人以上共同进行。", cite.JI(97).String()}}
	}
	return nil
}

// opinions: each member of the bench speaks, with reasons (民事诉讼法 45).
func opinions(_ Kind, v Values) (out []Flaw) {
	basis := cite.CPL(45).String()
	said := form.Rows(v["opinions"])
	for _, s := range v.List("bench") {
		_, name, _ := strings.Cut(s, " ")
		spoke := false
		for _, r := range said {
			if len(r) < 2 || !strings.Contains(r[0], name) {
				continue
			}
			if spoke = true; len([]rune(r[1])) < 8 {
				out = append(out, Flaw{"opinions", name + "的意见要写理由，不能只写“同意”。", basis})
			}
		}
		if !spoke {
			out = append(out, Flaw{"opinions", "没有" + name + "的意见。合议庭每个人的意见都要记。", basis})
		}
	}
	return out
}

// relief: who may be relieved of what, and by how much (诉讼费用交纳办法 44, 46).
func relief(_ Kind, v Values) []Flaw {
	percent, _ := form.Fen(v["percent"])
	fee, _ := form.Fen(v["fee"])
	amount, given := form.Fen(v["amount"])
	switch result := v.Text("result"); {
	case result == "准予免交" && v.Text("you") == "你单位":
		return []Flaw{{"result", "免交只适用于自然人。", "诉讼费用交纳办法第四十四条"}}
	case result == "准予减交" && percent < 30:
		return []Flaw{{"percent", "减交的比例不得低于百分之三十。", "诉讼费用交纳办法第四十六条"}}
	case result != "不予准许" && (!given || amount > fee):
		return []Flaw{{Field: "amount", Says: "要写明数额，不能比应交的费用多。"}}
	case result == "准予减交" && amount != fee*percent/100:
		return []Flaw{{Field: "amount", Says: "按这个比例减交的是 " + law.Money(fee*percent/100).String() + "。"}}
	}
	return nil
}

// onlyFilers: whose complaint is not accepted stands alone in the ruling; there
// are no plaintiff and defendant yet (民事诉讼法 126).
func onlyFilers(_ Kind, v Values) (out []Flaw) {
	for _, l := range v.List("filers") {
		if strings.HasPrefix(l, "原告") || strings.HasPrefix(l, "被告") {
			out = append(out, Flaw{"filers", "不予受理只列起诉人，不列原告、被告。", cite.CPL(126).String()})
		}
	}
	return out
}

// noLeaving: a mediation statement is handed over, never left (民诉法解释 133);
// who leaves another paper can show that he did (民事诉讼法 89).
func noLeaving(_ Kind, v Values) (out []Flaw) {
	for _, r := range form.Rows(v["sent_papers"]) {
		if len(r) > 0 && strings.Contains(r[0], "调解书") {
			out = append(out, Flaw{"sent_papers", "调解书不能留置送达，要直接交给本人或者他指定的代收人。", cite.JI(133).String()})
		}
	}
	if strings.Contains(v.Text("how"), "拍照") && v.Text("file") == "" {
		out = append(out, Flaw{"file", "要写明照片、录像的文件。", cite.CPL(89).String()})
	}
	return out
}

// postNumber: what was entrusted has a bearer, what arrived a receiver.
func postNumber(_ Kind, v Values) []Flaw {
	switch {
	case v.Text("how") != "邮寄送达" && v.Text("through") == "":
		return []Flaw{{Field: "through", Says: "要写受委托或者转交的单位。"}}
	case v.Text("result") != "退回" && (v.Text("got") == "" || v.Text("got_by") == ""):
		return []Flaw{{"got", "签收的，要写谁签收、哪一天。", cite.CPL(87).String()}}
	}
	return nil
}

// replaces: a recording stands for the record in simple procedure only
// (庭审录音录像规定 8).
func replaces(_ Kind, v Values) []Flaw {
	if p := v.Text("procedure"); v.Text("replaces") != "" && p != "简易程序" && p != small {
		return []Flaw{{"replaces", "普通程序不能用录音录像代替笔录。", "庭审录音录像规定第八条"}}
	}
	return nil
}

// specialAuthority: an agent without it settles nothing (民事诉讼法 62), so the
// record says which he has.
func specialAuthority(_ Kind, v Values) (out []Flaw) {
	if len(v.List("agreement")) == 0 {
		return nil
	}
	for _, p := range v.List("present") {
		if strings.Contains(p, "代理人") && !strings.Contains(p, "法定代理人") && !strings.Contains(p, "特别授权") && !strings.Contains(p, "一般授权") {
			out = append(out, Flaw{"present", "“" + p + "”要写明是特别授权还是一般授权。没有特别授权的代理人不能替当事人同意调解。", cite.CPL(62).String()})
		}
	}
	return out
}
