package delivery

import (
	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/service"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// handover is what the counter enters.
type handover struct {
	Papers   []string         `json:"papers"`
	Signer   service.Receiver `json:"signer"`
	Relation string           `json:"relation"`
	SignedOn law.Date         `json:"signed_on"`
}

// waiting refuses papers that can't be served now.
func waiting(ps []paper.Paper) error {
	var bad fault.List
	if len(ps) == 0 {
		bad.Add("papers", "请勾选交给他的文书。")
	}
	for _, p := range ps {
		if p.Kind == "service_return" {
			bad.Add("papers", "送达回证是给他签字的，签好了扫描上来，不用送给他。")
		}
		if p.State != paper.Issued {
			bad.Add("papers", "“%s”已经送达，或者已经撤回，不能再送。", p.Title)
		}
	}
	return bad.Err()
}

// bySigner says what is wrong with who signed and when.
func bySigner(signer service.Receiver, relation string, on, since, today law.Date, bad *fault.List, dateField string) {
	if !service.IsReceiver(signer) {
		bad.Add("signer", "请选是谁签收的。")
	}
	if (signer == service.Family || signer == service.Named || signer == service.Desk) && relation == "" {
		bad.Add("relation", "代收的，请写代收人姓名和与受送达人的关系。")
	}
	dated(on, since, today, bad, dateField)
}

// named refuses a receiver whom the recipient did not name, as far as the file
// knows: anybody could sign as one.
func named(k reach.Known, signer service.Receiver, said string) error {
	e := &fault.Error{Kind: fault.Invalid, Field: "relation", Show: "他指定的代收人不是这一位。请照送达地址确认书再看一遍。", Basis: cite.Basis{cite.JI(133)}.String()}
	switch {
	case signer != service.Named || k.Receives(said):
		return nil
	case k.Receiver() == "":
		e.Field, e.Show = "signer", "没有登记过他指定谁代收。他真指定了的，请先登记到送达地址里，再登记签收。"
	}
	return e
}

// acting refuses the signature of an agent whom the recipient did not have on that
// day, as far as the file knows: anybody could sign as one.
//
// law:民事诉讼法(2023)/88 受送达人有诉讼代理人的，可以送交其代理人签收
func acting(tx *db.Tx, to docket.Party, signer service.Receiver, on law.Date) error {
	if signer != service.Agent {
		return nil
	}
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM docket_agent WHERE case_id = ? AND party_id = ? AND (until_at = 0 OR until_at > ?)`, to.Case, to.ID, on.At(0, 0, clock.Shanghai))
	if err == nil && n == 0 {
		err = &fault.Error{Kind: fault.Invalid, Field: "signer", Show: "案卷里他那天没有诉讼代理人。真有的，请先登记代理人，再登记签收。", Basis: cite.Basis{cite.CPL(88)}.String()}
	}
	return err
}

// since is the day of the youngest paper: nothing was done with all of them before.
func since(ps []paper.Paper) (day law.Date) {
	for _, p := range ps {
		if p.Dated.After(day) {
			day = p.Dated
		}
	}
	return day
}

// dated refuses a day that has not come, and one on which there was no paper
// yet: a notice put up then would be over today, and with it the days to appeal.
func dated(on, since, today law.Date, bad *fault.List, field string) {
	switch {
	case on.IsZero():
		bad.Add(field, "请填日期，照回证或者单子上写的。")
	case on.After(today):
		bad.Add(field, "这一天还没有到。请照回证或者单子上写的日期填。")
	case on.Before(since):
		bad.Add(field, "这一天早于文书日期或者交出去的那天（%s）。请再看一遍回证或者单子。", since.Chinese())
	}
}

// decide says whether papers may be taken as served by a signed return.
func decide(h handover, ps []paper.Paper, today law.Date) error {
	var bad fault.List
	if err := waiting(ps); err != nil {
		bad = append(bad, fault.Fields(err)...)
	}
	bad.Most(fault.Line, "relation", h.Relation)
	bySigner(h.Signer, h.Relation, h.SignedOn, since(ps), today, &bad, "signed_on")
	return bad.Err()
}

// refuse says by which article the law closes what somebody wants to do.
func refuse(field string, e service.Effect) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Show: e.Steps[0], Basis: e.Basis.String()}
}

// barred is [refuse] for a way that is closed.
func barred(field string, b *service.Bar) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Show: b.Says, Basis: b.Basis.String()}
}
