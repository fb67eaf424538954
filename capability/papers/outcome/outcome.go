// Package outcome is what a judgment or a mediation statement means for the one
// who reads his case: what it orders, whether and until when he may appeal, where
// to ask why. It says what is on record: the words of the paper itself, and the
// day that the clocks of the court hold.
package outcome

import (
	"slices"

	"mashang/capability"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/deadline"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/service"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/ui"
)

// outcome is what one paper means.
type outcome struct {
	Paper       paper.Paper
	Orders      []string
	Says        []string
	Basis       cite.Basis
	Last        string // the day until which he may appeal
	Provisional bool
	Court       string // to which the appeal is handed
	Corrected   bool   // he has a ruling that puts slips of it right
	Why         bool   // he may ask why
}

// Panels are a party's boxes: one for each paper that ended his case, of those
// that he has.
func Panels(tx *db.Tx, v capability.View, has []paper.Paper, ks map[string]kinds.Kind, data func(paper.Paper) (kinds.Values, error)) (out []capability.Panel, err error) {
	for _, p := range has {
		k := ks[p.Kind]
		if k.Group != "裁判" || !p.Finished() {
			continue
		}
		fields, err := data(p)
		if err != nil {
			return nil, err
		}
		ds, err := deadline.Of(tx, p.Case)
		if err != nil {
			return nil, err
		}
		ct, err := docket.CourtOf(tx, p.Court)
		if err != nil {
			return nil, err
		}
		o := outcome{Paper: p, Orders: append(fields.List("holdings"), fields.List("agreement")...), Court: ct.Short,
			Corrected: slices.ContainsFunc(has, func(c paper.Paper) bool { return c.Corrects == p.Original && c.Finished() }),
			Why:       v.Case.State == docket.Closed && v.May("message", "ask")}
		i := slices.IndexFunc(ds, func(d deadline.Deadline) bool {
			return d.Party == v.Party.ID && d.Rule == k.Starts && d.StartedBy(p.ID)
		})
		var d deadline.Deadline
		if i >= 0 {
			d = ds[i]
		}
		o.standing(k, fields.Text("effect"), d, docket.Today(v.Now))
		if o.Last != "" {
			o.Last += "，" + ui.Left(d.Last.At(12, 0, clock.Shanghai), v.Now)
		}
		out = append(out, capability.Panel{Place: capability.Main, Order: 5, Body: box(o)})
	}
	return out, nil
}

// standing says whether the paper binds, and whether he may appeal from it.
//
// law:民事诉讼法(2023)/100 调解书经双方当事人签收后，即具有法律效力。
// law:民事诉讼法(2023)/212 当事人对已经发生法律效力的调解书，提出证据证明调解违反自愿原则或者调解协议的内容违反法律的，可以申请再审。
// law:民事诉讼法(2023)/165 适用小额诉讼的程序审理，实行一审终审。
// law:民事诉讼法(2023)/173 上诉状应当通过原审人民法院提出，并按照对方当事人或者代表人的人数提出副本。
func (o *outcome) standing(k kinds.Kind, effect string, d deadline.Deadline, today law.Date) {
	binds := o.Paper.State == paper.Effective
	say := func(s string) { o.Says = append(o.Says, s) }
	switch {
	case k.Nature == service.Mediation:
		switch {
		case binds:
			say("已经生效，各方都要照着办。")
		case effect != "签字后生效":
			say("各方都签收了才生效，现在还没有。")
		}
		say("调解书不能上诉。有证据证明不是自愿的，或者内容违反法律的，可以在生效以后申请再审。")
		o.Basis = cite.Basis{cite.CPL(100), cite.CPL(212)}
	case k.Starts == "":
		say("这份判决是终审判决，不能上诉。")
		o.Basis = cite.Basis{cite.CPL(182)}
		if k.Name == "judgment_small" {
			o.Basis = cite.Basis{cite.CPL(165)}
		}
	case binds:
		say("已经生效，不能再上诉。")
		o.Basis = cite.Basis{cite.CPL(158)}
	default:
		o.Basis = cite.Basis{cite.CPL(171), cite.CPL(173)}
		if on := o.Paper.AppealedOn; !on.IsZero() {
			say("有人在" + on.Short(today) + "提出了上诉，这份判决还没有生效。")
		}
		switch {
		case d.ID == "":
			say("不同意判决的，可以上诉。最后一天算好就写在这里。")
		case today.After(d.Last):
			say("您上诉的最后一天是" + d.Last.Short(today) + "，已经过了。")
		default:
			o.Last, o.Provisional = d.Last.Short(today), d.Provisional
		}
	}
}
