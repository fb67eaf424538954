package kinds

import (
	"maps"
	"slices"
	"testing"

	"mashang/law"
	"mashang/law/identity"
)

// TestExecChecks: each mistake that the checks of enforcement, hand-over and
// mediation name is found in a sample that is right but for it.
func TestExecChecks(t *testing.T) {
	ks, err := loadKinds(forms)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(cells ...[]any) (out []any) {
		for _, c := range cells {
			out = append(out, c)
		}
		return out
	}
	for _, c := range []struct {
		kind   string
		change Values
		field  string // flawed; "" for none
	}{
		{"exec_notice", Values{"interest": "加倍部分以本金和利息为基数，按日万分之一点七五。"}, "interest"},
		{"exec_notice", Values{"interest": "加倍部分以本息49000元为基数，按日万分之一点七五。"}, "interest"},
		{"exec_notice", Values{"interest": "加倍部分以本金为基数，按年利率24%。"}, "interest"},
		{"exec_notice", Values{"account_name": "周㼆"}, "account_name"},
		{"exec_notice", Values{"duties": []any{"给付义务，依照民事诉讼法第二百五十三条加倍支付。"}}, "duties"},
		{"exec_ruling_objection", Values{"reason": "依照民事诉讼法第二百二十五条，异议不成立。"}, "reason"},
		{"exec_ruling_outsider", Values{"reason": "依照《中华人民共和国民事诉讼法》第二百二十七条，案外人的理由成立。"}, "reason"},
		{"report_order", Values{"days": 0}, "days"},
		{"exec_ruling_control", Values{"until": ""}, "until"},
		{"exec_ruling_control", Values{"until": "2028-12-10"}, "until"},
		{"exec_ruling_control", Values{"thing": "动产", "until": "2028-12-10"}, ""},
		{"exec_ruling_control", Values{"act": "划拨", "from": "", "until": ""}, ""},
		{"exec_ruling_control", Values{"amount": 5266001}, "amount"},
		{"exec_ruling_control", Values{"object": "被执行人名下全部财产"}, "object"},
		{"exec_ruling_auction", Values{"seized": "2027-01-13"}, "seized"},
		{"exec_ruling_auction", Values{"ordered": "2027-01-12"}, "ordered"},
		{"exec_ruling_auction", Values{"ordered": "2026-12-01"}, "ordered"},
		{"exec_ruling_auction", Values{"act": "变卖"}, "why_sell"},
		{"exec_ruling_auction", Values{"debtor_id": "91131121MA07WQ9K3P"}, "debtor_id"},
		{"exec_ruling_auction", Values{"debtor_id": "统一社会信用代码91131121MA07WQ9K3P"}, "debtor_id"},
		{"exec_ruling_auction", Values{"debtor_id": "统一社会信用代码" + identity.FictionalUSCC(7)}, ""},
		{"exec_ruling_auction", Values{"void": ""}, "debtor_id"},
		{"exec_ruling_refuse", Values{"result": "部分不予执行"}, "part"},
		{"exec_ruling_sale", Values{"buyer_id": "公民身份号码110101190001010000"}, "buyer_id"},
		{"exec_ruling_sale", Values{"buyer_id": "公民身份号码" + identity.Fictional(7, law.Date{Year: 1980, Month: 5, Day: 6}, true)}, ""},
		{"exec_ruling_sale", Values{"confirmation": ""}, "confirmation"},
		{"exec_ruling_sale", Values{"paid": ""}, "paid"},
		{"exec_ruling_sale", Values{"paid": "2027-03-16"}, "paid"},
		{"exec_ruling_sale", Values{"paid": "2027-03-04"}, "paid"},
		{"exec_ruling_sale", Values{"way": "以物抵债", "confirmation": "", "paid": ""}, ""},
		{"exec_ruling_end_this_time", Values{"left": 3900000}, "left"},
		{"exec_ruling_end_this_time", Values{"dated": "2027-02-20"}, "dated"},
		{"exec_ruling_end_this_time", Values{"talk": "2027-03-09"}, "talk"},
		{"exec_ruling_end_this_time", Values{"bench": []any{"审判员 周㼆"}}, "agreed"},
		{"exec_ruling_end_this_time", Values{"approved": "2027-03-09"}, "approved"},
		{"exec_ruling_end_this_time", Values{"approved": ""}, "approved"},
		{"exec_ruling_end_this_time", Values{"bench": []any{"审判员 周㼆"}, "agreed": "申请执行人签字确认"}, ""},
		{"exec_ruling_objection", Values{"bench": []any{"审判员 周㼆"}}, "bench"},
		{"exec_ruling_outsider", Values{"bench": []any{"审判员 周㼆"}}, "bench"},
		{"exec_ruling_income", Values{"amount": 9900000}, "amount"},
		{"exec_ruling_income", Values{"keep": 0}, "keep"},
		{"assist_notice", Values{"ruling": ""}, "ruling"},
		{"assist_notice", Values{"act": "查询", "ruling": "", "ruled": "", "from": "", "until": ""}, ""},
		{"assist_notice", Values{"ruled": "2026-12-11"}, "ruled"},
		{"assist_notice", Values{"until": ""}, "until"},
		{"assist_notice", Values{"acts": []any{"冻结其名下财产"}}, "acts"},
		{"search_order", Values{"body": true}, "female"},
		{"search_order", Values{"body": true, "female": "冯玥"}, ""},
		{"search_order", Values{"ordered": "2026-12-30"}, "ordered"},
		{"search_order", Values{"president": []any{}}, "president"},
		{"consumption_order", Values{"persons": rows()}, "persons"},
		{"consumption_order", Values{"you": "你"}, "persons"},
		{"consumption_order", Values{"president": []any{}}, "president"},
		{"consumption_lift", Values{"when": "2027-06-29"}, "when"},
		{"discredit_decision", Values{"years": 0}, "years"},
		{"discredit_decision", Values{"years": 6}, "years"},
		{"discredit_decision", Values{"conduct": "有履行能力而拒不履行生效法律文书确定义务"}, "years"},
		{"discredit_decision", Values{"adult": false}, "adult"},
		{"eviction_announcement", Values{"until": "2027-03-26"}, "until"},
		{"eviction_announcement", Values{"president": []any{}}, "president"},
		{"auction_announcement", Values{"start": 19500000}, "start"},
		{"auction_announcement", Values{"deposit": 1000000}, "deposit"},
		{"auction_announcement", Values{"deposit": 4300000}, "deposit"},
		{"auction_announcement", Values{"end": "2027-03-02 09:59"}, "end"},
		{"auction_announcement", Values{"begin": "2027-02-23 10:00"}, "begin"},
		{"auction_announcement", Values{"thing": "动产", "begin": "2027-02-09 10:00"}, ""},
		{"auction_announcement", Values{"round": "第二次拍卖"}, "previous"},
		{"auction_announcement", Values{"round": "第二次拍卖", "previous": 28000000}, "start"},
		{"auction_announcement", Values{"round": "第二次拍卖", "previous": 26000000, "begin": "2027-02-09 10:00"}, ""},
		{"auction_announcement", Values{"defects": "以实物现状为准。"}, "defects"},
		{"bidding_terms", Values{"account_name": "虚构拍卖公司"}, "account_name"},
		{"funds_notice", Values{"payable": 1266000}, "payable"},
		{"funds_notice", Values{"account_name": "顾长川"}, "account_name"},
		{"funds_notice", Values{"pay_by": "2027-01-16"}, "late"},
		{"funds_notice", Values{"deductions": rows([]any{"申请执行费", "六百三十五"})}, "deductions"},
		{"funds_record", Values{"account_name": "顾长川"}, "account_name"},
		{"search_record", Values{"to": "2027-01-08 08:00"}, "to"},
		{"search_record", Values{"shown": false}, "shown"},
		{"exec_ruling_lift", Values{"object": "名下财产"}, "object"},
		{"distribution_plan", Values{"arrived": 25000000}, "creditors"},
		{"distribution_plan", Values{"creditors": rows([]any{"梁禾", "判决", "500", "普通", "501"})}, "creditors"},
		{"distribution_plan", Values{"creditors": rows([]any{"梁禾", "判决", "500"})}, "creditors"},
		{"bounty_announcement", Values{"asked": "2026-12-25"}, "asked"},
		{"bounty_announcement", Values{"until": "2027-01-01"}, "until"},
		{"settlement_record", Values{"terms": []any{"本院对协议予以确认。"}}, "terms"},
		{"settlement_record", Values{"terms": []any{"由法院裁定以房抵债。"}}, "terms"},
		{"settlement_record", Values{"to": "2026-12-18 09:00"}, "to"},
		{"case_closing_notice", Values{"lifted": rows([]any{"冻结银行账户", ""})}, "lifted"},
		{"case_closing_notice", Values{"realised": 5000000}, "realised"},
		{"case_closing_notice", Values{"all": false}, "all"},
		{"guarantee_stay", Values{"until": "2027-12-31", "promised": "2027-12-31"}, "until"},
		{"guarantee_stay", Values{"promised": "2027-05-31"}, "until"},
		{"guarantee_stay", Values{"agreed": "2026-12-18"}, "agreed"},
		{"guarantee_stay_letter", Values{"way": "财产担保"}, "thing"},
		{"guarantee_stay_letter", Values{"until": "2028-06-30"}, "until"},
		{"guarantee_stay_letter", Values{"direct": false}, "direct"},
		{"effectiveness_certificate", Values{"effective": "2026-11-05"}, "effective"},
		{"effectiveness_certificate", Values{"last": ""}, "last"},
		{"effectiveness_certificate", Values{"served": rows([]any{"梁禾", "公告送达", "2026-11-25"})}, "last"},
		{"effectiveness_certificate", Values{"served": rows([]any{"梁禾", "直接送达", "不详"})}, "served"},
		{"effectiveness_certificate", Values{"served": rows([]any{})}, "served"},
		{"effectiveness_certificate", Values{"what": "小额诉讼判决书", "appeal": "依法不能上诉"}, "effective"},
		{"effectiveness_certificate", Values{"what": "小额诉讼判决书", "appeal": "依法不能上诉", "last": "", "effective": "2026-10-21"}, ""},
		{"effectiveness_certificate", Values{"appeal": "依法不能上诉"}, "appeal"},
		{"effectiveness_certificate", Values{"dated": "2026-11-05"}, "effective"},
		{"appeal_transfer_letter", Values{"answered": "2026-11-16"}, "answered"},
		{"appeal_transfer_letter", Values{"volumes": rows([]any{"一审副卷", "1", "20"})}, "volumes"},
		{"appeal_transfer_letter", Values{"expired": false}, "expired"},
		{"appeal_transfer_letter", Values{"appeal_court": ""}, "appeal_court"},
		{"case_transfer_letter", Values{"ruled": "2026-05-12"}, "ruled"},
		{"file_reading_slip", Values{"volumes": []any{"副卷"}}, "volumes"},
		{"file_reading_slip", Values{"checked": false}, "checked"},
		{"file_reading_slip", Values{"to": "2026-05-06 08:00"}, "to"},
		{"mediation_agreement", Values{"facts": "本院认为借款属实。"}, "facts"},
		{"people_mediation_agreement", Values{"book": "（2026）冀1121民初9001号"}, "book"},
		{"mediation_referral", Values{"agreed": "2026-03-24"}, "agreed"},
		{"mediation_entrustment", Values{"materials": []any{"起诉状"}}, "materials"},
		{"mediation_end_notice", Values{"basics": "钱𫖯愿意先付20000元，梁禾不答应。"}, "basics"},
		{"mediation_end_notice", Values{"hints": "双方都作了让步。"}, "hints"},
		{"rectification_notice", Values{"doc": "民事判决书"}, "doc"},
		{"rectification_notice", Values{"right": ""}, "right"},
		{"rectification_notice", Values{"act": "撤销", "right": ""}, ""},
	} {
		k, ok := ks[c.kind]
		if !ok {
			t.Fatalf("no form %s", c.kind)
		}
		v, err := k.sample()
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(v, c.change)
		flaws := k.Lint(v)
		if found := slices.ContainsFunc(flaws, func(f Flaw) bool { return f.Field == c.field }); !found && (c.field != "" || len(flaws) > 0) {
			t.Errorf("%s with %v: want a flaw in %q, got %v", c.kind, c.change, c.field, flaws)
		}
	}
}
