package kinds

import (
	"slices"
	"testing"
)

// TestSigners: who signs each kind of paper and whether the court's seal stands
// on it, written down from the articles and not from the forms.
func TestSigners(t *testing.T) {
	want := []struct {
		name   string
		people string
		seal   bool
		kinds  []string
	}{
		{"judges and clerk by name, the court's seal: 民事诉讼法 100, 155, 157, 225; 民诉法解释 262", "bench", true, []string{
			"judgment", "judgment_summary", "judgment_small", "judgment_appeal", "mediation_statement", "payment_order",
			"nonacceptance_ruling", "withdrawal_ruling", "deemed_withdrawal_ruling", "dismissal_ruling", "jurisdiction_ruling", "transfer_ruling", "preservation_ruling",
			"preservation_lift_ruling", "correction_ruling", "suspension_ruling", "termination_ruling", "procedure_change_ruling", "advance_performance_ruling",
			"confirmation_ruling", "retrial_review_ruling", "remand_ruling",
			"exec_ruling_control", "exec_ruling_auction", "exec_ruling_sale", "exec_ruling_end_this_time", "exec_ruling_end", "exec_ruling_stay", "exec_ruling_resume",
			"exec_ruling_debtor", "exec_ruling_income", "exec_ruling_lift", "exec_ruling_objection", "exec_ruling_outsider", "exec_ruling_refuse", "distribution_plan"}},
		{"the president signs off: 民事诉讼法 119, 259, 261; 限高规定 4, 失信规定 5", "", true, []string{
			"fine_decision", "detention_decision", "search_order", "eviction_announcement", "consumption_order", "consumption_lift", "discredit_decision", "discredit_removal"}},
		{"the court's seal, the officer's name in the text: notices, summonses, letters, certificates", "", true, []string{
			"filing_receipt", "correction_notice", "acceptance_notice", "evidence_notice", "fee_notice", "fee_relief_decision", "fee_statement", "response_notice", "counterclaim_notice",
			"joinder_notice", "summons", "appearance_notice", "hearing_announcement", "panel_notice", "panel_change_notice", "rights_notice", "online_notice", "case_code_notice",
			"eservice_certificate", "service_announcement", "entrusted_service_letter", "recusal_decision", "trial_extension_notice", "adjournment_notice", "appraisal_commission",
			"exec_notice", "exec_resume", "report_order", "assist_notice", "auction_announcement", "bidding_terms", "funds_notice", "bounty_announcement", "case_closing_notice", "guarantee_stay",
			"effectiveness_certificate", "outage_certificate", "appeal_transfer_letter", "case_transfer_letter", "file_return_letter", "mediation_referral", "mediation_entrustment", "rectification_notice"}},
		{"those who were there, judges and clerk, no seal: 民事诉讼法 83, 101, 150, 256; 民诉法解释 97, 151, 498", "present", false, []string{
			"hearing_record", "inquiry_record", "investigation_record", "pretrial_record", "mediation_record", "pronouncement_record",
			"talk_record", "settlement_record", "search_record", "eviction_record", "funds_record", "seizure_list"}},
		{"the panel and its clerk, for the inner file: 民事诉讼法 45; 延长审限规定 1", "bench", false, []string{"deliberation_record", "trial_extension"}},
		{"the party himself: 民事诉讼法 16, 87; 证据规定 65, 71; 执行担保规定 4, 6", "party", false, []string{"online_consent", "service_return", "truth_pledge", "guarantee_stay_letter", "guarantee_stay_consent"}},
		{"who reads the file and the clerk: 查阅规定 4, 6", "reader", false, []string{"file_reading_slip"}},
		{"on paper, where a carrier, a witness or the officer at the door signs too: 民事诉讼法 69, 89, 91–94; 民诉法解释 136", "", false, []string{
			"service_return_left", "service_return_post", "evidence_receipt", "address_confirmation"}},
		{"the body that mediated: 人民调解法 29; 特邀调解规定 24, 26", "", false, []string{"mediation_agreement", "people_mediation_agreement", "mediation_end_notice"}},
	}
	ks, err := ByName()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, w := range want {
		for _, n := range w.kinds {
			k, ok := ks[n]
			if s := Signs[k.Sign]; !ok || seen[n] || s.People != w.people || s.Seal != w.seal {
				t.Errorf("%s, %s: is there %v, twice %v, %+v", n, w.name, ok, seen[n], s)
			}
			if seen[n] = true; k.Sign == "president" != slices.Contains(want[1].kinds, n) {
				t.Errorf("%s: signed off by the president or not: %s", n, k.Sign)
			}
		}
	}
	for n := range ks {
		if !seen[n] {
			t.Errorf("nobody says who signs %s", n)
		}
	}
}
