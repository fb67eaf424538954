// Package effect is 文书生效: from when a paper binds, the certificate of it, and
// what undoes it.
package effect

import (
	"context"
	"slices"

	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/deadline"
	"mashang/docket/fact"
	"mashang/docket/form"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/agent"
	"mashang/law/cite"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// Book does what the package doc says.
type Book struct {
	k     *app.Kit
	kinds map[string]kinds.Kind
	// copies are a paper with its copies, and those to whose sides they go.
	copies func(tx *db.Tx, p paper.Paper) ([]paper.Paper, []string, error)
	// proves is the paper of which a certificate says that it binds.
	proves func(certificate paper.Paper) (string, error)
}

// New returns it, for papers of these kinds.
func New(k *app.Kit, ks map[string]kinds.Kind, copies func(*db.Tx, paper.Paper) ([]paper.Paper, []string, error), proves func(paper.Paper) (string, error)) *Book {
	return &Book{k, ks, copies, proves}
}

// reconsidered is the period in which a party may ask that a ruling be looked at
// again, while it is carried out.
//
// law:民事诉讼法(2023)/111 复议期间不停止裁定的执行。
const reconsidered = "reconsider_preservation"

// binds reports whether papers of a kind take effect when the last for whom they
// are has them: mediation statements, and what the court decided without appeal or
// review. What may be appealed from takes effect by the certificate of that, for
// which somebody has looked whether an appeal is on its way.
//
// law:民事诉讼法(2023)/158 依法不准上诉或者超过上诉期没有上诉的判决、裁定，是发生法律效力的判决、裁定。
// law:民事诉讼法(2023)/182 第二审人民法院的判决、裁定，是终审的判决、裁定。
func binds(k kinds.Kind) bool {
	return k.Nature == service.Mediation || k.Nature == service.Judging && (k.Starts == "" || k.Starts == reconsidered)
}

// Served lets a paper from which there is no appeal take effect when the last
// of its parties has it.
//
// law:民诉法解释(2022)/149 最后收到调解书的当事人签收的日期为调解书生效日期。
func (s *Book) Served(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.ServiceEffective](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		p, err := paper.Of(tx, f.Paper)
		if err != nil {
			return err
		}
		if !binds(s.kinds[p.Kind]) || p.State != paper.Served {
			return j.Finish(tx)
		}
		same, holders, on, err := s.takeEffect(tx, p, law.Date{})
		if err != nil {
			return err
		}
		if len(same) == 0 {
			return j.Finish(tx)
		}
		if _, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.effective", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Cause: f.FactName(), Holders: holders,
			Body: map[string]any{"paper": p.ID, "papers": len(same), "on": on.String()}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// takeEffect lets a paper and its copies bind, if all whom they are for have them:
// from a day, or else from that on which the last got his. The act records it.
func (s *Book) takeEffect(tx *db.Tx, p paper.Paper, from law.Date) (same []paper.Paper, holders []string, on law.Date, err error) {
	if same, holders, err = s.copies(tx, p); err != nil {
		return nil, nil, on, err
	}
	for _, x := range same {
		if x.State != paper.Served { // somebody has still to get it, or to sign for it
			return nil, nil, on, nil
		}
		if x.ServedOn.After(on) {
			on = x.ServedOn
		}
	}
	if !from.IsZero() {
		on = from
	}
	for _, x := range same {
		if err := paper.TakeEffect(tx, x.ID); err != nil {
			return nil, nil, on, err
		}
	}
	if s.kinds[p.Kind].Nature == service.Mediation { // a case that was judged was over when that was pronounced
		if err := paper.Await(tx, p.Original, paper.Closing); err != nil {
			return nil, nil, on, err
		}
	}
	slices.Sort(holders)
	return same, slices.Compact(holders), on, nil
}

// Signed lets an agreement bind that all parties of its case signed, and returns
// whom it binds: nobody, when for a party neither he signed nor an agent who may
// settle. The act that issues it records it.
func Signed(tx *db.Tx, p paper.Paper, by []paper.Signer) (bound []string, err error) {
	parties, err := docket.Parties(tx, p.Case)
	if err != nil {
		return nil, err
	}
	as, err := docket.Agents(tx, p.Case, tx.Now())
	if err != nil {
		return nil, err
	}
	for _, x := range parties {
		if !x.Left.IsZero() {
			continue
		}
		if !slices.ContainsFunc(by, func(w paper.Signer) bool {
			return w.Party == x.ID && (w.Person == x.Person || slices.ContainsFunc(as, func(a docket.Agent) bool {
				return a.Party == x.ID && a.Person == w.Person && agent.Settles(a.Special, a.Powers)
			}))
		}) {
			return nil, nil
		}
		bound = append(bound, x.Person)
	}
	if err := paper.Bind(tx, p.ID); err != nil {
		return nil, err
	}
	slices.Sort(bound)
	return slices.Compact(bound), paper.Await(tx, p.ID, paper.Closing)
}

// Undone takes the effect of a paper back when it has not reached one of those
// for whom it is after all.
func (s *Book) Undone(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.ServiceUndone](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		n, err := paper.Unbind(tx, f.Paper)
		if err != nil {
			return err
		}
		if n > 0 {
			p, err := paper.Of(tx, f.Paper)
			if err != nil {
				return err
			}
			if err := s.unsettled(tx, f.FactName(), p); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// Standing is a paper that everybody has who should, and from which nobody can
// appeal any more.
type Standing struct {
	copies []paper.Paper
	last   law.Date // on which the last of them could have appealed; zero where nobody could
	on     law.Date // from which it binds if nobody did
}

// appeals are the periods in which a party may appeal.
var appeals = map[string]string{"appeal_judgment": "可以上诉的判决书", "appeal_ruling": "可以上诉的裁定书"}

// Of finds among the papers of a case those of which the court may certify
// that they bind, by the ids of their originals.
func (s *Book) Of(tx *db.Tx, caseID string, ps []paper.Paper) (map[string]Standing, error) {
	out := map[string]Standing{}
	var ds []deadline.Deadline
	for _, p := range ps {
		k := s.kinds[p.Kind]
		if p.ID != p.Original || appeals[k.Starts] == "" && !binds(k) {
			continue
		}
		st, all := Standing{}, true
		for _, x := range ps {
			if x.Original == p.ID {
				all = all && (x.State == paper.Served || x.State == paper.Effective) && !x.ServedOn.IsZero()
				if x.ServedOn.After(st.on) {
					st.on = x.ServedOn
				}
				st.copies = append(st.copies, x)
			}
		}
		if !all {
			continue
		}
		if appeals[k.Starts] != "" {
			if ds == nil {
				var err error
				if ds, err = deadline.Of(tx, caseID); err != nil {
					return nil, err
				}
			}
			var over bool
			if st.last, over = lastOf(ds, k.Starts, st.copies, docket.Today(tx.Now())); !over {
				continue
			}
			st.on = st.last.AddDays(1)
		}
		out[p.ID] = st
	}
	return out, nil
}

// standing is one of them, by the id of its original, and whether it is one.
func (s *Book) standing(tx *db.Tx, caseID, original string) (Standing, bool, error) {
	ps, err := paper.OfCase(tx, caseID)
	if err != nil {
		return Standing{}, false, err
	}
	all, err := s.Of(tx, caseID, ps)
	st, ok := all[original]
	return st, ok, err
}

// lastOf is the last day on which any of those who have copies may appeal, and
// whether it is over for all of them.
//
// law:民诉法解释(2022)/244 上诉期从各自收到判决书、裁定书之日计算。
func lastOf(ds []deadline.Deadline, rule string, copies []paper.Paper, today law.Date) (last law.Date, over bool) {
	for _, x := range copies {
		i := slices.IndexFunc(ds, func(d deadline.Deadline) bool { return d.Rule == rule && d.Party == x.Party && d.StartedBy(x.ID) })
		if i < 0 || ds[i].Provisional || !ds[i].Last.Before(today) {
			return last, false
		}
		if ds[i].Last.After(last) {
			last = ds[i].Last
		}
	}
	return last, true
}

// Certificate fills the certificate from what the file knows: nobody types a day
// that was computed. Whether an appeal came by post its writer looks up.
func (s *Book) Certificate(tx *db.Tx, caseID, paperID string) (kinds.Values, error) {
	st, ok, err := s.standing(tx, caseID, paperID)
	if err != nil || !ok {
		return nil, fault.OrMissing(err)
	}
	return s.says(tx, st)
}

// says is what the file knows of a paper that binds, as its certificate has it.
func (s *Book) says(tx *db.Tx, st Standing) (kinds.Values, error) {
	p := st.copies[0]
	k := s.kinds[p.Kind]
	v := kinds.Values{"doc": p.Number + p.Title, "what": what(k), "effective": st.on.String()}
	if st.last.IsZero() {
		v["appeal"] = "依法不能上诉"
	} else {
		v["last"] = st.last.String()
	}
	var rows []any
	for _, x := range st.copies {
		who, err := docket.PartyOf(tx, x.Party)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{who.Name, service.Way(x.ServedBy).Title(), x.ServedOn.String()})
	}
	v["served"] = rows
	return v, nil
}

// what the certificate calls a kind of paper.
func what(k kinds.Kind) string {
	switch {
	case appeals[k.Starts] != "":
		return appeals[k.Starts]
	case k.Name == "judgment_small":
		return "小额诉讼判决书"
	case k.Nature == service.Mediation:
		return "调解书"
	}
	return "其他送达后生效的文书"
}

// Early says what is wrong with a certificate that speaks before its time, or
// against an appeal that was entered.
func (s *Book) Early(tx *db.Tx, caseID, about string, fields kinds.Values) ([]kinds.Flaw, error) {
	st, ok, err := s.standing(tx, caseID, about)
	if err != nil {
		return nil, err
	}
	if !ok {
		return []kinds.Flaw{{Field: "about", Says: "请选证明哪一份文书。要各方都收到了，能上诉的还要上诉期都过了。", Basis: cite.CPL(158).String()}}, nil
	}
	var out []kinds.Flaw
	if on, err := law.ParseDate(fields.Text("effective")); err == nil && on.Before(st.on) {
		out = append(out, kinds.Flaw{Field: "effective", Says: "系统算出来是 " + st.on.Chinese() + "生效，不能写得更早。", Basis: cite.CPL(158).String()})
	}
	says, err := s.says(tx, st)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(days(fields), days(says)) {
		out = append(out, kinds.Flaw{Field: "served", Says: "和系统记下的送达不一样。请照系统填好的写：谁、哪一天。", Basis: cite.CPL(87).String()})
	}
	if fields.Text("last") != says.Text("last") {
		out = append(out, kinds.Flaw{Field: "last", Says: "和系统算出来的最后一天不一样。", Basis: cite.CPL(171).String()})
	}
	if on := st.copies[0].AppealedOn; !on.IsZero() && fields.Text("appeal") == "没有人上诉" {
		out = append(out, kinds.Flaw{Field: "appeal", Says: "登记过上诉，是 " + on.Chinese() + "。", Basis: cite.CPL(158).String()})
	}
	return out, nil
}

// days are who was served and when, as a certificate says, in one order.
func days(v kinds.Values) (out []string) {
	for _, row := range form.Rows(v["served"]) {
		if len(row) == 3 {
			out = append(out, row[0]+" "+row[2])
		}
	}
	slices.Sort(out)
	return out
}

// Prove lets the paper bind of which a certificate says so, as that is issued, and
// returns those who have it. A certificate that an appeal has overtaken while it was
// drawn is taken back. The act that issues records it.
func (s *Book) Prove(tx *db.Tx, certificate, id string, d kinds.Values, body map[string]any) ([]string, error) {
	if id == "" {
		return nil, nil
	}
	p, err := paper.Of(tx, id)
	if err != nil {
		return nil, err
	}
	wrong, err := s.Early(tx, p.Case, id, d)
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		body["overtaken"] = id
		return nil, paper.Withdraw(tx, certificate, "")
	}
	if p.State != paper.Served {
		return nil, nil
	}
	from, err := law.ParseDate(d.Text("effective"))
	if err != nil {
		return nil, err
	}
	same, holders, on, err := s.takeEffect(tx, p, from)
	if len(same) > 0 {
		body["effective"], body["effective_on"] = p.ID, on.String()
	}
	return holders, err
}

// Appealed keeps from binding what was appealed from in time: an appeal that was
// posted on the last day comes days later.
func (s *Book) Appealed(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseAppealed](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		ps, err := paper.OfCase(tx, f.Case)
		if err != nil {
			return err
		}
		certain, err := s.Of(tx, f.Case, ps)
		if err != nil {
			return err
		}
		var against []paper.Paper
		for _, p := range ps {
			st, ok := certain[p.ID]
			late := ok && f.On.After(st.last) // too late to be an appeal
			if f.Kind != "appeal" || late || p.ID != p.Original || appeals[s.kinds[p.Kind].Starts] == "" || !p.Finished() {
				continue
			}
			if err := paper.Appeal(tx, p.ID, f.On); err != nil {
				return err
			}
			against = append(against, p)
		}
		if err := s.unsettled(tx, f.FactName(), against...); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// unsettled records that papers do not bind, for all who have them, and takes back
// the certificates that say they do: whoever is shown one looks it up.
func (s *Book) unsettled(tx *db.Tx, cause string, ps ...paper.Paper) error {
	if len(ps) == 0 {
		return nil
	}
	cs, err := s.certificates(tx, ps)
	if err != nil {
		return err
	}
	var holders []string
	for _, p := range slices.Concat(ps, cs) {
		_, hs, err := s.copies(tx, p)
		if err != nil {
			return err
		}
		holders = append(holders, hs...)
	}
	for _, c := range cs {
		if err := paper.Withdraw(tx, c.ID, ""); err != nil {
			return err
		}
	}
	slices.Sort(holders)
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.unbound", Court: ps[0].Court, Case: ps[0].Case, Actor: app.Actor(tx.Context()), Cause: cause, Holders: slices.Compact(holders),
		Body: map[string]any{"paper": ps[0].ID, "papers": len(ps), "certificates": len(cs)}})
	return err
}

// certificates are those that say of one of these papers of a case that it binds.
func (s *Book) certificates(tx *db.Tx, about []paper.Paper) (out []paper.Paper, err error) {
	ps, err := paper.OfCase(tx, about[0].Case)
	if err != nil {
		return nil, err
	}
	for _, c := range ps {
		if s.kinds[c.Kind].About != "effect" || c.ID != c.Original || !c.Finished() {
			continue
		}
		proved, err := s.proves(c)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(about, func(p paper.Paper) bool { return p.Original == proved }) {
			out = append(out, c)
		}
	}
	return out, nil
}

// Path is the page on which the certificate of a paper is written.
func Path(p paper.Paper) string {
	return "/papers/write/" + p.Case + "?kind=effectiveness_certificate&from=" + p.Original
}
