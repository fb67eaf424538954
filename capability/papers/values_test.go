package papers

import (
	"testing"

	"mashang/docket"
)

// TestRoleName: enforcement calls the parties by names of its own.
func TestRoleName(t *testing.T) {
	for _, c := range []struct{ caseType, role, want string }{
		{"民初", docket.Plaintiff, "原告"}, {"民特", docket.Applicant, "申请人"},
		{"执", docket.Applicant, "申请执行人"}, {"执恢", docket.Respondent, "被执行人"}, {"执异", docket.ThirdParty, "第三人"},
	} {
		if got := roleName(c.caseType, c.role); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.caseType, c.role, got, c.want)
		}
	}
}
