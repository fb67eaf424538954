package delivery

import (
	"mashang/docket/paper"
	"mashang/law"
	"mashang/platform/fault"
)

// signers are the people who may sign a return (民事诉讼法 88).
var signers = []struct{ Key, Title string }{
	{"self", "本人，或单位的法定代表人、负责人"},
	{"agent", "诉讼代理人"},
	{"family", "同住的成年家属"},
	{"receiver", "单位负责收件的人，或指定的代收人"},
}

// handover is what the counter enters.
type handover struct {
	Papers   []string `json:"papers"`
	Signer   string   `json:"signer"`
	Relation string   `json:"relation"`
	SignedOn law.Date `json:"signed_on"`
}

// decide says whether papers may be taken as served by a signed return.
//
// law:民事诉讼法(2023)/87 受送达人在送达回证上的签收日期为送达日期
func decide(h handover, ps []paper.Paper, today law.Date) error {
	var bad fault.List
	if len(ps) == 0 {
		bad.Add("papers", "请勾选交给他的文书。")
	}
	known := false
	for _, s := range signers {
		known = known || s.Key == h.Signer
	}
	if !known {
		bad.Add("signer", "请选是谁签收的。")
	}
	if (h.Signer == "family" || h.Signer == "receiver") && h.Relation == "" {
		bad.Add("relation", "代收的，请写代收人姓名和与受送达人的关系。")
	}
	switch {
	case h.SignedOn.IsZero():
		bad.Add("signed_on", "请填回证上签收的日期。")
	case h.SignedOn.After(today):
		bad.Add("signed_on", "签收日期还没有到。请照回证上写的日期填。")
	}
	for _, p := range ps {
		if p.Kind == "service_return" {
			bad.Add("papers", "送达回证是给他签字的，签好了扫描上来，不用送给他。")
		}
		if p.State != paper.Issued {
			bad.Add("papers", "“%s”已经送达，或者已经撤回，不能再送。", p.Title)
		} else if !h.SignedOn.IsZero() && h.SignedOn.Before(p.Dated) {
			bad.Add("signed_on", "签收日期早于文书日期（%s）。请再看一遍回证。", p.Dated.Chinese())
		}
	}
	return bad.Err()
}
