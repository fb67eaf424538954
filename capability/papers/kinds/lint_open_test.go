package kinds

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// flawed is one way to spoil the sample of a form, and the field that lint then
// points at; "" says that it is content.
type flawed struct {
	kind, what string
	change     Values
	field      string
}

func spoil(t *testing.T, all []flawed) {
	t.Helper()
	ks, err := loadKinds(forms)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		k, ok := ks[c.kind]
		if !ok {
			t.Fatalf("no form %s", c.kind)
		}
		v, err := k.sample()
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(v, c.change)
		got := k.Lint(v)
		if c.field == "" {
			if len(got) > 0 {
				t.Errorf("%s, %s: %v", c.kind, c.what, got)
			}
			continue
		}
		found := false
		for _, f := range got {
			found = found || f.Field == c.field
		}
		if !found {
			t.Errorf("%s, %s: %v, not %s", c.kind, c.what, got, c.field)
		}
	}
}

func TestLintOpen(t *testing.T) {
	spoil(t, []flawed{
		{"response_notice", "another period in ordinary procedure", Values{"consented_days": 10}, "consented_days"},
		{"response_notice", "ten days agreed in summary procedure", Values{"consented_days": 10, "procedure": "简易程序"}, ""},
		{"response_notice", "twenty days in a small claim", Values{"consented_days": 20, "procedure": small}, "consented_days"},
		{"summons", "the day after tomorrow", Values{"hearing": "2026-04-24 09:00"}, "hearing"},
		{"summons", "two full days", Values{"hearing": "2026-04-25 09:00"}, "hearing"},
		{"summons", "three full days", Values{"hearing": "2026-04-26 09:00"}, ""},
		{"summons", "the day after tomorrow in summary procedure", Values{"hearing": "2026-04-24 09:00", "procedure": "简易程序"}, ""},
		{"appearance_notice", "too late", Values{"hearing": "2026-05-08 09:00"}, "hearing"},
		{"hearing_announcement", "too late", Values{"hearing": "2026-05-08 09:00"}, "hearing"},
		{"evidence_notice", "ten days in ordinary procedure", Values{"days": 10}, "days"},
		{"evidence_notice", "ten days agreed", Values{"days": 10, "agreed": true}, ""},
		{"evidence_notice", "thirty days in summary procedure", Values{"days": 30, "until": "2026-05-06", "procedure": "简易程序"}, "days"},
		{"evidence_notice", "nine days in the second instance", Values{"days": 9, "stage": "第二审"}, "days"},
		{"evidence_notice", "a day that comes too soon", Values{"until": "2026-04-10"}, "until"},
		{"fee_notice", "the fee of enforcement", Values{"number": "（2026）冀1121执9001号"}, "what"},
		{"fee_notice", "no half in summary procedure", Values{"procedure": "简易程序"}, "half"},
		{"fee_notice", "no half for a counterclaim", Values{"what": "反诉案件受理费"}, "half"},
		{"fee_notice", "not the half", Values{"half": true}, "amount"},
		{"fee_notice", "half", Values{"half": true, "amount": 51250, "procedure": "简易程序"}, ""},
		{"fee_notice", "not the whole", Values{"amount": 100000}, "amount"},
		{"fee_notice", "five days", Values{"until": "2026-03-31"}, "until"},
		{"hearing_record", "a recording instead, in ordinary procedure", Values{"replaces": "各方同意"}, "replaces"},
		{"hearing_record", "a recording instead, in summary procedure", Values{"replaces": "各方同意", "procedure": "简易程序"}, ""},
		{"mediation_record", "an agent, but of what authority", Values{"present": []string{"原告的委托诉讼代理人顾长川"}}, "present"},
		{"mediation_record", "no agreement", Values{"present": []string{"原告的委托诉讼代理人顾长川"}, "agreement": nil}, ""},
		{"fee_notice", "a person's account", Values{"payee": "冯玥"}, "payee"},
		{"eservice_certificate", "sent to an address that nobody gave", Values{"provided": "不是"}, "rule"},
		{"eservice_certificate", "read, at an address that nobody gave", Values{"provided": "不是", "rule": "第三十一条第二款第二项", "effective": "2026-03-27 11:40"}, ""},
		{"eservice_certificate", "no answer is known", Values{"rule": "第三十一条第二款第一项"}, "answered"},
		{"eservice_certificate", "another time", Values{"effective": "2026-03-27 11:40"}, "effective"},
		{"eservice_certificate", "arrived before it was sent", Values{"sent": "2026-03-27 09:10"}, "arrived"},
		{"service_announcement", "summary procedure", Values{"procedure": "简易程序"}, "procedure"},
		{"service_announcement", "hearing within the time to answer", Values{"hearing": "2026-05-10 09:00"}, "hearing"},
		{"service_announcement", "no claims", Values{"claims": []string{}}, "claims"},
		{"service_announcement", "a judgment without its gist", Values{"stage": "判决书或者裁定书"}, "gist"},
		{"service_announcement", "a summons without a place", Values{"stage": "开庭传票", "where": ""}, "where"},
		{"pronouncement_record", "at once, and nobody told where to fetch it", Values{"way": "当庭宣判"}, "later"},
		{"correction_notice", "a day that comes too soon", Values{"until": "2026-03-25"}, "until"},
		{"investigation_record", "one officer", Values{"officers": []string{"书记员冯玥"}}, "officers"},
		{"deliberation_record", "one is silent", Values{"opinions": [][]string{{"审判长 周㼆", "借贷关系成立，应当还款。"}}}, "opinions"},
		{"deliberation_record", "one only nods", Values{"opinions": [][]string{{"欧阳翀", "同意。"}, {"孙知远", "借贷关系成立，应当还款。"}, {"周㼆", "借贷关系成立，应当还款。"}}}, "opinions"},
		{"fee_relief_decision", "a company that pays nothing", Values{"result": "准予免交", "you": "你单位"}, "result"},
		{"fee_relief_decision", "a fifth less", Values{"percent": 20}, "percent"},
		{"fee_relief_decision", "not that part", Values{"amount": 30000}, "amount"},
		{"fee_relief_decision", "later, but not when", Values{"result": "准予缓交"}, "until"},
		{"fee_relief_decision", "refused", Values{"result": "不予准许", "amount": nil, "percent": nil}, ""},
		{"nonacceptance_ruling", "a defendant", Values{"filers": []string{"原告：梁禾。", "被告：样例村村民委员会。"}}, "filers"},
		{"nonacceptance_ruling", "no court above", Values{"appeal_court": ""}, "appeal_court"},
		{"service_return_left", "a mediation statement", Values{"sent_papers": [][]string{{"民事调解书", "9001-9", "1"}}}, "sent_papers"},
		{"service_return_left", "no film", Values{"file": ""}, "file"},
		{"service_return_left", "no witness", Values{"how": "请见证人到场后留在住所"}, "witness"},
		{"service_return_post", "no number", Values{"courier": ""}, "courier"},
		{"service_return_post", "no court entrusted", Values{"how": "委托送达"}, "through"},
		{"service_return_post", "nobody signed", Values{"got_by": ""}, "got"},
	})
}

func TestLintRulings(t *testing.T) {
	spoil(t, []flawed{
		{"deemed_withdrawal_ruling", "unpaid, and not said whether he asked for relief", Values{"ground": "没有交纳案件受理费"}, "relief"},
		{"deemed_withdrawal_ruling", "unpaid while relief pends", Values{"ground": "没有交纳案件受理费", "relief": "申请还没有答复"}, "relief"},
		{"deemed_withdrawal_ruling", "unpaid and refused", Values{"ground": "没有交纳案件受理费", "relief": "申请缓交、减交、免交没有获准"}, ""},
		{"withdrawal_ruling", "shares that do not add up", Values{"fee": 102500}, "fee_shares"},
		{"jurisdiction_ruling", "no fee for an objection that fails", Values{"fee": nil}, "fee"},
		{"jurisdiction_ruling", "too dear", Values{"fee": 20000}, "fee"},
		{"jurisdiction_ruling", "moved to nowhere", Values{"result": "移送", "fee": nil}, "court_to"},
		{"jurisdiction_ruling", "moved and paid for", Values{"result": "移送", "court_to": "河北省衡水市桃城区人民法院"}, "fee"},
		{"jurisdiction_ruling", "moved", Values{"result": "移送", "court_to": "河北省衡水市桃城区人民法院", "fee": nil}, ""},
		{"preservation_ruling", "half as security", Values{"secured": 2450000}, "secured"},
		{"preservation_ruling", "before the suit, no security", Values{"presuit": true, "secured": nil}, "secured"},
		{"preservation_ruling", "before the suit, the whole as security", Values{"presuit": true, "secured": 4900000}, ""},
		{"preservation_ruling", "too dear", Values{"fee": 600000}, "fee"},
		{"preservation_ruling", "everything", Values{"object": "被申请人名下全部财产"}, "object"},
		{"preservation_ruling", "money for two years", Values{"until": "2028-04-01"}, "until"},
		{"correction_ruling", "another result", Values{"same_result": false}, "same_result"},
		{"procedure_change_ruling", "too late", Values{"limit": "2026-06-09"}, "limit"},
		{"procedure_change_ruling", "no bench of several", Values{"change": "独任审理转由合议庭审理", "bench": []string{"审判员 周㼆"}}, "change"},
		{"confirmation_ruling", "after forty days", Values{"applied": "2026-07-04"}, "applied"},
		{"confirmation_ruling", "one alone asks", Values{"sides": []string{"申请人：梁禾。", "被申请人：枣强县赟昇商贸有限公司。"}}, "sides"},
		{"retrial_review_ruling", "again, but where", Values{"result": "裁定再审"}, "by"},
		{"retrial_review_ruling", "again below, but where", Values{"result": "裁定再审", "by": "指令下级法院再审"}, "court_to"},
		{"remand_ruling", "twice", Values{"before": "发回重审过"}, "before"},
		{"remand_ruling", "an appeal against what is final", Values{"opinion": "可以上诉于本院。"}, "opinion"},
		{"termination_ruling", "filed after it was dated", Values{"accepted": "2026-07-01"}, "dated"},
	})
}

// TestSmallClaimIsFinal: rulings in a small claim take effect at once
// (民诉法解释 276, 277); elsewhere the same ones may be appealed.
func TestSmallClaimIsFinal(t *testing.T) {
	ks, err := loadKinds(forms)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dismissal_ruling", "jurisdiction_ruling"} {
		for procedure, says := range map[string][2]string{small: {"一经作出即生效", "上诉于"}, "普通程序": {"上诉于", "一经作出即生效"}} {
			v, err := ks[name].sample()
			if err != nil {
				t.Fatal(err)
			}
			v["procedure"] = procedure
			d, err := ks[name].Fill(v)
			if err != nil {
				t.Fatal(err)
			}
			if text := fmt.Sprint(d.Blocks); !strings.Contains(text, says[0]) || strings.Contains(text, says[1]) {
				t.Errorf("%s in %s: %s", name, procedure, text)
			}
		}
	}
}
