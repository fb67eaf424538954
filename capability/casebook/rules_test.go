package casebook

import (
	"testing"

	"mashang/docket"
	"mashang/law"
	"mashang/platform/fault"
)

// TestPanelSize: 民事诉讼法 40–41, 人民陪审员法 14.
func TestPanelSize(t *testing.T) {
	for _, c := range []struct {
		procedure      string
		judges, jurors int
		ok             bool
	}{
		{"ordinary", 1, 0, true}, {"summary", 1, 0, true}, {"small", 1, 0, true},
		{"ordinary", 3, 0, true}, {"ordinary", 5, 0, true}, {"ordinary", 1, 2, true}, {"ordinary", 2, 1, true}, {"ordinary", 3, 4, true},
		{"summary", 3, 0, false}, {"small", 1, 2, false}, // alone
		{"ordinary", 2, 0, false}, {"ordinary", 4, 0, false}, {"ordinary", 1, 1, false}, // odd
		{"ordinary", 4, 1, false}, {"ordinary", 5, 2, false}, {"ordinary", 2, 5, false}, // three, or three and four
	} {
		err := panelSize(c.procedure, c.judges, c.jurors)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil && (fault.KindOf(err) != fault.Conflict || fault.As(err).Basis == "") {
			t.Errorf("%+v: the refusal names no article: %v", c, err)
		}
	}
}

// TestNames: how a case is called in lists.
func TestNames(t *testing.T) {
	p := func(role, name string) docket.Party { return docket.Party{Role: role, Name: name} }
	for want, ps := range map[string][]docket.Party{
		"甲 诉 乙":       {p(docket.Plaintiff, "甲"), p(docket.Defendant, "乙")},
		"甲等二人 诉 乙":    {p(docket.Plaintiff, "甲"), p(docket.Plaintiff, "丙"), p(docket.Defendant, "乙"), p(docket.ThirdParty, "丁")},
		"甲 诉 （无）":     {p(docket.Applicant, "甲")},
		"甲 诉 乙等三人":    {p(docket.Appellant, "甲"), p(docket.Appellee, "乙"), p(docket.Appellee, "丙"), p(docket.Appellee, "丁")},
		"（无） 诉 被申请人一": {p(docket.Respondent, "被申请人一")},
	} {
		if got := names(ps); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// TestSides: the roles of the two sides follow from the type of the case.
func TestSides(t *testing.T) {
	for kind, want := range map[string][2]string{
		"民初": {docket.Plaintiff, docket.Defendant}, "民终": {docket.Appellant, docket.Appellee}, "民申": {docket.Applicant, docket.Respondent},
		"民特": {docket.Applicant, docket.Respondent}, "民督": {docket.Applicant, docket.Respondent},
	} {
		if a, b := sides(kind); a != want[0] || b != want[1] {
			t.Errorf("%s: %s, %s", kind, a, b)
		}
	}
}

// TestFiling: what is wrong with a filing is told in one go, by field.
func TestFiling(t *testing.T) {
	c := enterCmd{Type: "民初", Procedure: "ordinary", Cause: "离婚纠纷", Claim: "离婚。", PName: "甲乙", PKind: "natural", PIDType: "resident", PNumber: "1", PPhone: "12", PAddress: "衡水", DName: "丙丁", DAddress: "衡水"}
	fields := func() (out map[string]bool) {
		out = map[string]bool{}
		p, d := c.parties()
		for _, f := range fault.Fields(c.check(&p, &d, law.Date{Year: 2026, Month: 3, Day: 3})) {
			out[f.Field] = true
		}
		return out
	}
	if got := fields(); len(got) != 2 || !got["p_number"] || !got["p_phone"] {
		t.Errorf("a plaintiff must be identified, a defendant need not be: %v", got)
	}
	c = enterCmd{Amount: -1, Secrecy: "sealed", Special: "知识", Received: law.Date{Year: 2026, Month: 3, Day: 4}, DKind: "org"}
	got := fields()
	for _, f := range []string{"type", "special", "cause", "claim", "amount", "procedure", "secrecy", "received", "p_name", "p_number", "p_phone", "p_address", "d_name", "d_address"} {
		if !got[f] {
			t.Errorf("%s is not named in %v", f, got)
		}
	}
	if got["d_number"] || got["d_rep_name"] {
		t.Errorf("of a defendant enough must be known to tell him from others, no more: %v", got)
	}
}
