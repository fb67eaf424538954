package delivery

import (
	"testing"

	"mashang/docket/paper"
	"mashang/law"
	"mashang/platform/fault"
)

// TestDecide: which signed returns count as service (民事诉讼法 87–88).
func TestDecide(t *testing.T) {
	day := func(d int) law.Date { return law.Date{Year: 2026, Month: 3, Day: d} }
	issued := paper.Paper{Title: "通知书", State: paper.Issued, Dated: day(3)}
	in := func(state string) []paper.Paper { p := issued; p.State = state; return []paper.Paper{issued, p} }
	good := handover{Signer: "self", SignedOn: day(4)}
	for what, c := range map[string]struct {
		h    handover
		ps   []paper.Paper
		want string // field, "" when it counts
	}{
		"signed himself":               {good, in(paper.Issued), ""},
		"on the day of the paper":      {handover{Signer: "self", SignedOn: day(3)}, in(paper.Issued), ""},
		"by family, who is named":      {handover{Signer: "family", Relation: "妻子 王某", SignedOn: day(4)}, in(paper.Issued), ""},
		"by family, nobody is named":   {handover{Signer: "family", SignedOn: day(4)}, in(paper.Issued), "relation"},
		"by the receiver, not named":   {handover{Signer: "receiver", SignedOn: day(4)}, in(paper.Issued), "relation"},
		"by a neighbour":               {handover{Signer: "neighbour", SignedOn: day(4)}, in(paper.Issued), "signer"},
		"no paper":                     {good, nil, "papers"},
		"no date":                      {handover{Signer: "self"}, in(paper.Issued), "signed_on"},
		"tomorrow":                     {handover{Signer: "self", SignedOn: day(6)}, in(paper.Issued), "signed_on"},
		"before the paper was written": {handover{Signer: "self", SignedOn: day(2)}, in(paper.Issued), "signed_on"},
		"the return itself":            {good, []paper.Paper{{Kind: "service_return", State: paper.Issued, Dated: day(3)}}, "papers"},
		"one was served before":        {good, in(paper.Served), "papers"},
		"one was withdrawn":            {good, in(paper.Withdrawn), "papers"},
		"one is not drawn":             {good, in(paper.Ordered), "papers"},
	} {
		err := decide(c.h, c.ps, day(5))
		got := ""
		if fs := fault.Fields(err); len(fs) > 0 {
			got = fs[0].Field
		}
		if got != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
