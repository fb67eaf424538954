package kinds

import "testing"

// TestLintJudgment: what every judgment and every statement of a mediation must
// pass (papers.md 0.5), rule by rule, and the words of old templates (0.6).
func TestLintJudgment(t *testing.T) {
	const pays = "被告枣强县赟昇商贸有限公司于本判决生效之日起十日内偿还原告梁禾借款本金49000元；"
	const rest = "驳回原告梁禾的其他诉讼请求。"
	holds := func(h ...any) Values { return Values{"holdings": h} }
	cites := func(c ...any) Values { return Values{"cites": c} }
	with := func(change Values, name string, x any) Values { change[name] = x; return change }
	all := []flawed{
		{"judgment", "as it is", Values{}, ""},

		{"judgment", "1: a short name in a holding", with(holds("被告赟昇公司于本判决生效之日起十日内偿还原告梁禾借款本金49000元；", rest), "answer", "枣强县赟昇商贸有限公司（以下简称赟昇公司）没有还款能力。"), "holdings"},
		{"judgment", "1: a short name elsewhere", Values{"answer": "枣强县赟昇商贸有限公司（以下简称赟昇公司）没有还款能力。"}, ""},
		{"judgment", "2: a claim left open", holds(pays), "holdings"},
		{"judgment", "2: all claims granted", with(holds(pays), "granted_all", true), ""},
		{"judgment", "3: money and no word of delay", Values{"delay": false}, "delay"},
		{"judgment", "3: delay and no money", holds("被告枣强县赟昇商贸有限公司于本判决生效之日起停止侵权；", rest), "delay"},
		{"judgment", "3: neither", with(holds("被告枣强县赟昇商贸有限公司于本判决生效之日起停止侵权；", rest), "delay", false), ""},
		{"judgment", "4: no court of appeal", Values{"appeal_court": ""}, "appeal_court"},
		{"judgment_small", "4: an appeal from what is final", Values{"opinion": "可以上诉于河北省衡水市中级人民法院。"}, "opinion"},
		{"judgment", "5: a fee that is not shared out", Values{"fee": 102500, "fee_shares": []any{[]any{"枣强县赟昇商贸有限公司", "1000"}}}, "fee_shares"},
		{"judgment", "5: a share that is no sum", Values{"fee": 102500, "fee_shares": []any{[]any{"枣强县赟昇商贸有限公司", "一半"}}}, "fee_shares"},
		{"judgment", "6: no such article", cites("《中华人民共和国民法典》第三千条", "《中华人民共和国民事诉讼法》第六十七条"), "cites"},
		{"judgment", "6: one of two is not there", cites("《中华人民共和国民法典》第六百七十五条、第一千二百六十一条", "《中华人民共和国民事诉讼法》第六十七条"), "cites"},
		{"judgment", "6: an article of old", cites("《中华人民共和国民事诉讼法》第三百零七条"), "cites"},
		{"judgment", "6: a law that is not known here", cites("《中华人民共和国专利法》第十一条", "《中华人民共和国民事诉讼法》第六十七条"), ""},
		{"judgment", "6: a law by half its name", cites("民法典第六百七十五条"), "cites"},
		{"judgment", "6: figures", cites("《中华人民共和国民法典》第675条"), "cites"},
		{"judgment", "6: the interpretation first", cites("《最高人民法院关于民事诉讼证据的若干规定》第九十五条", "《中华人民共和国民法典》第六百七十五条"), "cites"},
		{"judgment", "6: procedure before substance", cites("《中华人民共和国民事诉讼法》第六十七条", "《中华人民共和国民法典》第六百七十五条"), "cites"},
		{"judgment", "6: item and paragraph", cites("《中华人民共和国民法典》第六百七十五条第一款", "《中华人民共和国民事诉讼法》第一百五十七条第一款第（一）项"), ""},
		{"judgment", "7: heard before it was filed", Values{"heard": "2026-01-01"}, "heard"},
		{"judgment", "7: dated before the hearing", Values{"dated": "2026-05-01"}, "dated"},
		{"judgment", "7: dated before the deliberation", Values{"deliberated": "2027-01-01"}, "dated"},
		{"judgment", "8: nobody on the bench", Values{"bench": []any{}}, "bench"},
		{"judgment", "8: two", Values{"bench": []any{"审判长 周㼆", "审判员 孙知远"}}, "bench"},
		{"judgment", "8: nobody presides", Values{"bench": []any{"审判员 周㼆", "审判员 孙知远", "审判员 欧阳翀"}}, "bench"},
		{"judgment", "8: no clerk", Values{"clerks": []any{}}, "bench"},
		{"judgment", "9: another procedure", Values{"procedure": "简易程序"}, "procedure"},
		{"judgment_summary", "9: another procedure", Values{"procedure": "普通程序"}, "procedure"},
		{"judgment", "10: the number of an identity card", Values{"reasons": "被告的身份证号码是990000198605128003。"}, "reasons"},
		{"judgment", "10: a telephone", Values{"answer": "请打13900001234。"}, "answer"},
		{"judgment", "10: an account", Values{"evidence": "款打到6222020402012345678。"}, "evidence"},
		{"judgment", "12: nobody is paid", holds("被告枣强县赟昇商贸有限公司于本判决生效之日起十日内偿还借款本金49000元；", rest), "holdings"},
		{"judgment", "12: no day", holds("被告枣强县赟昇商贸有限公司偿还原告梁禾借款本金49000元；", rest), "holdings"},
		{"judgment", "12: interest on nothing", holds("被告枣强县赟昇商贸有限公司于本判决生效之日起十日内偿还原告梁禾借款本金49000元及按年利率3.1%计算的利息；", rest), "holdings"},
		{"judgment", "12: interest at no rate", holds("被告枣强县赟昇商贸有限公司于本判决生效之日起十日内偿还原告梁禾借款本金49000元及利息（以49000元为基数，自2026年1月1日起至实际清偿之日止）；", rest), "holdings"},
		{"judgment", "12: interest without end", holds("被告枣强县赟昇商贸有限公司于本判决生效之日起十日内偿还原告梁禾借款本金49000元及利息（以49000元为基数，自2026年1月1日起按年利率3.1%计算）；", rest), "holdings"},
		{"judgment", "12: interest as a sum", holds("被告枣强县赟昇商贸有限公司于本判决生效之日起十日内偿还原告梁禾借款本金49000元、利息1519元；", rest), ""},

		{"mediation_statement", "the court reasons", Values{"facts": "本院认为，被告应当还款。"}, "facts"},
		{"mediation_statement", "a judgment is threatened", Values{"agreement": []any{"枣强县赟昇商贸有限公司不履行的，由法院判决；"}}, "agreement"},
	}
	for _, old := range []string{
		"依据（2015）枣民初字第123号判决", "自公告之日起，经过六十日", "按照民事诉讼法第二百五十三条加倍支付迟延利息", "委托代理人张某到庭", "代理审判员李某主持",
		"按民事诉讼法第二百二十五条提出异议", "按民事诉讼法第二百二十七条提出案外人异议", "已发限制高消费令", "（2015）枣调确字第1号", "依照该法的规定之规定",
	} {
		all = append(all, flawed{"judgment", old, Values{"reasons": old + "。"}, "reasons"})
	}
	spoil(t, append(all, flawed{"judgment", "the new words", Values{"reasons": "委托诉讼代理人张某到庭，（2026）冀1121民初9001号，限制消费令。"}, ""}))
}
