package papers

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"mashang/capability/papers/effect"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/pdf"
)

// Codes is what papers asks of onecode: the case code to print on a
// recipient's own copy.
type Codes interface {
	CodeFor(tx *db.Tx, caseID, partyID, person string) (long, short string, err error)
}

// Service does what the package doc says.
type Service struct {
	k         *app.Kit
	codes     Codes
	rounds    Rounds
	faces     *pdf.Faces
	all       []kinds.Kind // in the order of a case
	kinds     map[string]kinds.Kind
	effects   *effect.Book
	replyDays func(docket.Court) int
	pictures  pictures
}

// Nature is what of a kind of paper decides how it may be served; of a kind
// that is no more, plain.
func (s *Service) Nature(kind string) service.Nature {
	if k, ok := s.kinds[kind]; ok {
		return k.Nature
	}
	return service.Plain
}

// Starts is the period that starts when a paper is served, by its name in
// law/period, with the days and the last day if it is the court that set them.
func (s *Service) Starts(p paper.Paper) (rule string, days int, until law.Date, err error) {
	k, ok := s.kinds[p.Kind]
	var v kinds.Values
	if ok && k.Asks() {
		if v, err = s.data(p); err != nil {
			return "", 0, until, err
		}
	}
	rule, days, until = k.Period(v)
	return rule, days, until, nil
}

// Certify orders a paper for the file that another service fills: what it
// certifies of a party. The act that orders records it.
func (s *Service) Certify(tx *db.Tx, kind string, c docket.Case, p docket.Party, fields map[string]any) (paper.Paper, error) {
	k, ok, err := s.kind(tx, c.Court, kind)
	if err != nil {
		return paper.Paper{}, err
	}
	if !ok {
		return paper.Paper{}, fault.Field("kind", "没有这种文书。")
	}
	v, err := s.gather(tx, c, p, docket.Today(s.k.Now()))
	if err != nil {
		return paper.Paper{}, err
	}
	for name, x := range fields {
		v[name] = x
	}
	return s.put(tx, k, c, docket.Party{Case: c.ID}, v, nil, "")
}

// order writes one paper of a kind for a party and enqueues its drawing. The
// act that orders records it.
func (s *Service) order(tx *db.Tx, kind string, c docket.Case, p docket.Party, items []string) (paper.Paper, error) {
	k, ok, err := s.kind(tx, c.Court, kind)
	if err != nil {
		return paper.Paper{}, err
	}
	if !ok {
		return paper.Paper{}, fault.Field("kind", "没有这种文书。")
	}
	v, err := s.gather(tx, c, p, docket.Today(s.k.Now()))
	if err != nil {
		return paper.Paper{}, err
	}
	return s.put(tx, k, c, p, v, items, "")
}

// put writes a paper with the values that fill it, and enqueues its drawing.
func (s *Service) put(tx *db.Tx, k kinds.Kind, c docket.Case, p docket.Party, v kinds.Values, items []string, corrects string) (paper.Paper, error) {
	v["items"] = append([]string{}, items...)
	if err := s.drawable(tx, v); err != nil {
		return paper.Paper{}, err
	}
	now := s.k.Now()
	if err := s.keep(tx, k); err != nil {
		return paper.Paper{}, err
	}
	pp := paper.New(paper.Paper{Case: c.ID, Court: c.Court, Party: p.ID, Kind: k.Name, Version: k.Version, Title: k.Title, Number: c.Number, Dated: docket.Today(now), Corrects: corrects, Demo: v.Text("void") != "", At: now})
	var long, short string
	var err error
	if k.Code && p.ID != "" {
		if long, short, err = s.codes.CodeFor(tx, c.ID, p.ID, p.Person); err != nil {
			return pp, err
		}
	}
	s.mark(v, pp, long, short)
	text, err := json.Marshal(v)
	if err != nil {
		return pp, err
	}
	pp.Data = s.k.Vault.Seal("paper.data", string(text))
	if pp, err = paper.Order(tx, pp); err != nil {
		return pp, err
	}
	return pp, s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "papers.draw", Body: pp.ID})
}

// drawable refuses an order, while somebody is there to be told, that contains
// a character of which there is no typeface. What a new case needs is ordered
// all the same: its papers wait, and desk and case page say for what.
func (s *Service) drawable(tx *db.Tx, d kinds.Values) error {
	lacks := s.lacks(d)
	if lacks == "" || auth.From(tx.Context()).System != "" {
		return nil
	}
	return fault.New(fault.Conflict, "电脑里没有“"+lacks+"”字，做不出来。请系统管理员装上有这个字的字体，再来做。")
}

// lacks names the characters of a paper's data that no typeface has.
func (s *Service) lacks(d kinds.Values) string {
	return string(s.faces.Missing(d.Everything()))
}

// accepted orders what a new case needs for each party who filed it: the
// notice of acceptance, the notice of the case code, and the return on which
// their receipt is signed (民事诉讼法 126, 87).
func (s *Service) accepted(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseAccepted](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		c, err := docket.CaseOf(tx, f.Case)
		if err != nil {
			return err
		}
		if err := s.orderFirst(tx, c, f.FactName(), "acceptance_notice", "case_code_notice"); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// imported orders the notice of the case code for each party who filed a case
// that came from another system, so that he can be given it. The acceptance he
// had from there, and of a closed case nobody asks any more; who comes all the
// same gets his code at the counter.
func (s *Service) imported(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseImported](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		c, err := docket.CaseOf(tx, f.Case)
		if err != nil {
			return err
		}
		if f.New && (c.State == docket.Open || c.State == docket.Suspended) {
			if err := s.orderFirst(tx, c, f.FactName(), "case_code_notice"); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// orderFirst orders papers for each party who filed a case, and records it.
func (s *Service) orderFirst(tx *db.Tx, c docket.Case, cause string, kinds ...string) error {
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, p := range ps {
		if p.Role != docket.Plaintiff && p.Role != docket.Applicant && p.Role != docket.Appellant {
			continue
		}
		if _, err := s.set(tx, c, p, kinds...); err != nil {
			return err
		}
		n += len(kinds) + 1
	}
	if n == 0 {
		return nil
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.ordered", Court: c.Court, Case: c.ID, Actor: app.Actor(tx.Context()), Cause: cause, Body: map[string]any{"papers": n}})
	return err
}

// caseWithdrawn withdraws the papers of a case that should not have been: their
// codes say so from now on, and what was not drawn yet is not drawn.
func (s *Service) caseWithdrawn(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.CaseWithdrawn](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		n, err := paper.WithdrawAll(tx, f.Case)
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.withdrawn", Case: f.Case, Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"papers": n}}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// set orders papers for a party and the one return that lists them, and
// returns the first paper.
func (s *Service) set(tx *db.Tx, c docket.Case, p docket.Party, kinds ...string) (first paper.Paper, err error) {
	var titles []string
	for _, k := range kinds {
		pp, err := s.order(tx, k, c, p, nil)
		if err != nil {
			return pp, err
		}
		if titles == nil {
			first = pp
		}
		titles = append(titles, pp.Title)
	}
	_, err = s.order(tx, "service_return", c, p, titles)
	return first, err
}

// make is a clerk's order for a further paper.
type makeCmd struct {
	Party string `json:"party"`
	Kind  string `json:"kind"`
}

func (s *Service) make(ctx context.Context, caseID string, cmd makeCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "make", access.Of("paper", caseID), tx.Now())
		if err != nil {
			return err
		}
		c := g.Case
		p, err := docket.PartyOf(tx, cmd.Party)
		if err != nil || p.Case != caseID {
			return fault.Field("party", "请选这份文书发给谁。")
		}
		if c.Number == "" {
			return fault.New(fault.Conflict, "案件还没有立案，没有案号，不能制作文书。")
		}
		if cmd.Kind == "service_return" {
			return fault.Field("kind", "送达回证跟着文书一起制作，不单独做。")
		}
		if k, ok := s.kinds[cmd.Kind]; ok && !k.Quick() {
			return fault.Field("kind", "这种文书要先写内容，再签发。请用“写文书”。")
		}
		if _, err := s.set(tx, c, p, cmd.Kind); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.ordered", Court: c.Court, Case: c.ID, Actor: app.Actor(ctx), Body: map[string]any{"papers": 2, "kind": cmd.Kind}})
		return err
	})
}

// draw renders an ordered paper, and issues it, or lets people sign it first.
func (s *Service) draw(ctx context.Context, j *jobs.Job) error {
	var pid string
	if err := j.Read(&pid); err != nil {
		return err
	}
	var p paper.Paper
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { p, err = paper.Of(tx, pid); return err }); err != nil {
		return err
	}
	if p.State != paper.Ordered { // withdrawn with its case
		return nil
	}
	k, err := s.formOf(ctx, p)
	if err != nil {
		return err
	}
	d, err := s.data(p)
	if err != nil {
		return err
	}
	doc, err := k.Fill(d)
	if err != nil {
		return err
	}
	who, err := signersOf(d)
	if err != nil {
		return err
	}
	doc.Unsealed = len(who) > 0 || s.rounds.Seals()
	if len(who) > 0 {
		return s.awaitSigners(ctx, j, p, doc, who)
	}
	b, pages, areas, err := pdf.RenderAreas(s.faces, doc)
	if err != nil {
		return err
	}
	p.SealAt = sealAt(areas)
	return s.issue(ctx, j, p, d, b, pages)
}

// doc is the paper as the block model, from its frozen data.
func (s *Service) doc(ctx context.Context, p paper.Paper) (*pdf.Doc, error) {
	k, err := s.formOf(ctx, p)
	if err != nil {
		return nil, err
	}
	d, err := s.data(p)
	if err != nil {
		return nil, err
	}
	return k.Fill(d)
}

// data is what fills a paper's form.
func (s *Service) data(p paper.Paper) (d kinds.Values, err error) {
	text, err := s.k.Vault.Open("paper.data", p.Data)
	if err != nil {
		return d, err
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return d, dec.Decode(&d)
}

// proves is the paper of which a certificate of effect says that it binds.
func (s *Service) proves(certificate paper.Paper) (string, error) {
	d, err := s.data(certificate)
	return d.Text(provesValue), err
}

// copies are a paper with its copies, and those to whose sides they go.
func (s *Service) copies(tx *db.Tx, p paper.Paper) (cs []paper.Paper, holders []string, err error) {
	if cs, err = paper.Copies(tx, p.ID); err != nil {
		return nil, nil, err
	}
	for _, c := range cs {
		hs, err := s.holders(tx, c)
		if err != nil {
			return nil, nil, err
		}
		for _, h := range hs {
			if !slices.Contains(holders, h) {
				holders = append(holders, h)
			}
		}
	}
	return cs, holders, nil
}

// holders are those on the addressee's side.
func (s *Service) holders(tx *db.Tx, p paper.Paper) ([]string, error) {
	if p.Party == "" {
		return access.Holders(tx, p.Case, tx.Now())
	}
	party, err := docket.PartyOf(tx, p.Party)
	if err != nil {
		return nil, err
	}
	out := []string{party.Person}
	as, err := docket.Agents(tx, p.Case, tx.Now())
	for _, a := range as {
		if a.Party == p.Party {
			out = append(out, a.Person)
		}
	}
	return out, err
}

// visible returns the papers of a case that the actor may see: court people
// all of them, a party those addressed to its side once they were served.
func (s *Service) visible(tx *db.Tx, caseID string) ([]paper.Paper, error) {
	a, now := auth.From(tx.Context()), tx.Now()
	g, err := access.May(tx, a, "read", access.Of("paper", caseID), now)
	if err != nil {
		return nil, err
	}
	if g.Relation&(access.Staff|access.System) != 0 {
		return paper.OfCase(tx, caseID)
	}
	me, _, err := access.PartyOf(tx, a.Person, caseID, now)
	if err != nil {
		return nil, err
	}
	return served(tx, caseID, me.ID)
}

// served returns the papers that a side has received.
func served(tx *db.Tx, caseID, party string) (out []paper.Paper, err error) {
	all, err := paper.OfCase(tx, caseID)
	for _, p := range all {
		// 互联网公开审判流程信息的规定 10: documents after service.
		if p.Party == party && p.Kind != "service_return" && (p.State == paper.Served || p.State == paper.Effective || p.State == paper.Superseded && !p.ServedOn.IsZero()) {
			out = append(out, p)
		}
	}
	return out, err
}

// one returns a paper that the actor may see.
func (s *Service) one(tx *db.Tx, paperID string) (paper.Paper, error) {
	p, err := paper.Of(tx, paperID)
	if err != nil {
		return p, err
	}
	list, err := s.visible(tx, p.Case)
	if err != nil {
		return p, err
	}
	for _, v := range list {
		if v.ID == p.ID {
			return p, nil
		}
	}
	return p, fault.Missing()
}

// withdraw marks a paper as withdrawn; its code says so from now on.
type withdrawCmd struct {
	Reason string `json:"reason"`
	Again  bool   `json:"again"` // 同时重做一份
}

func (s *Service) withdraw(ctx context.Context, paperID string, cmd withdrawCmd) (draftID string, err error) {
	var bad fault.List
	if cmd.Reason == "" {
		bad.Add("reason", "请写明为什么撤回。")
	}
	if bad.Most(fault.Text, "reason", cmd.Reason); len(bad) > 0 {
		return "", bad.Err()
	}
	return draftID, s.k.Do(ctx, func(tx *db.Tx) error {
		p, err := paper.Of(tx, paperID)
		if err != nil {
			return err
		}
		g, err := access.May(tx, auth.From(ctx), "withdraw", access.Of("paper", p.Case), tx.Now())
		if err != nil {
			return err
		}
		if !theirs(s.kinds[p.Kind], g, access.Handler) {
			return errTheirs
		}
		if err := paper.Hold(tx, p.ID); err != nil {
			return err
		}
		cs, holders, err := s.copies(tx, p)
		if err != nil {
			return err
		}
		if err := s.removable(p, cs); err != nil {
			return err
		}
		if p.State == paper.Ordered { // nobody has heard of it: it waits for a character that is written wrong
			holders = nil
		}
		by := ""
		if cmd.Again {
			if by, draftID, err = s.again(tx, g.Case, p, cs); err != nil {
				return err
			}
		}
		if err := paper.Withdraw(tx, p.ID, by); err != nil {
			return err
		}
		for _, x := range cs {
			if x.ServedOn.IsZero() {
				continue
			}
			if err := s.k.Tell(tx, fact.ServiceUndone{Case: x.Case, Paper: x.ID, Kind: x.Kind, Party: x.Party, On: x.ServedOn}); err != nil {
				return err
			}
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.withdrawn", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Holders: holders,
			Body: map[string]any{"paper": p.ID, "by": by, "draft": draftID}, Private: map[string]string{"reason": cmd.Reason}})
		return err
	})
}

// removable says why a paper can't be taken back: what the court has decided
// and served binds the court too. A mediation statement binds nobody until the last
// party has signed for it: when one will not, it makes way for the judgment.
//
// law:民诉法解释(2022)/242 按照审判监督程序处理
// law:民事诉讼法(2023)/102 调解书送达前一方反悔的，人民法院应当及时判决
func (s *Service) removable(p paper.Paper, cs []paper.Paper) error {
	if s.Nature(p.Kind) == service.Plain {
		return nil
	}
	has := 0
	for _, c := range cs {
		if c.State == paper.Served || c.State == paper.Effective {
			has++
		}
	}
	if has == len(cs) || has > 0 && s.Nature(p.Kind) != service.Mediation {
		return fault.Law(fault.Conflict, "这份"+p.Title+"已经送达，法院不能自己收回。写错了字，用补正裁定改；裁判错了，走上诉或者审判监督程序。", "民事诉讼法第一百五十七条；民诉法解释第二百四十二条")
	}
	return nil
}

// again makes a paper anew. It has to be served anew, so a return comes with
// it; a return that is made again lists what the old one listed. One that
// somebody wrote becomes a draft with the same words, which is signed off like
// any other and then takes the old one's place.
func (s *Service) again(tx *db.Tx, c docket.Case, p paper.Paper, cs []paper.Paper) (by, draftID string, err error) {
	k, ok, err := s.kind(tx, c.Court, p.Kind)
	if err != nil {
		return "", "", err
	}
	if !ok {
		return "", "", fault.New(fault.Conflict, "这种文书已经不用了，请只撤回，再写一份别的。")
	}
	d, err := s.data(p)
	if err != nil {
		return "", "", err
	}
	if k.Quick() || p.Kind == "service_return" {
		party, err := docket.PartyOf(tx, p.Party)
		if err != nil {
			return "", "", err
		}
		var pp paper.Paper
		if p.Kind == "service_return" {
			pp, err = s.order(tx, p.Kind, c, party, d.List("items"))
		} else {
			pp, err = s.set(tx, c, party, p.Kind)
		}
		return pp.ID, "", err
	}
	if unwritten[k.Name] {
		return "", "", fault.New(fault.Conflict, "这种文书由系统照自己的记录做，不能改写。请只撤回。")
	}
	w := written{About: p.ID, Fields: k.Own(d)}
	switch k.About {
	case "correction":
		w.About = p.Corrects
	case "effect":
		w.About = d.Text(provesValue)
	}
	for _, x := range cs {
		if x.Party != "" {
			w.To = append(w.To, x.Party)
		}
	}
	draftID, err = s.reopen(tx, k, p, w)
	return "", draftID, err
}

// verdict is all that a stranger learns from a paper code.
type verdict struct {
	State string   `json:"state"`          // genuine, superseded, withdrawn, unknown
	Fixed law.Date `json:"fixed,omitzero"` // of the ruling that last put slips right
	Case  string   `json:"case,omitempty"` // to him who stands in it
	Court string   `json:"court,omitempty"`
	Title string   `json:"title,omitempty"`
	Dated law.Date `json:"dated,omitzero"`
	Pages int      `json:"pages,omitempty"`
	Demo  bool     `json:"demo,omitempty"`
}

// check answers for a paper code, to anyone.
func (s *Service) check(ctx context.Context, code string) (v verdict, err error) {
	v.State = "unknown"
	code = id.Fold(code)
	if len(code) != 16 {
		return v, nil
	}
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		p, ok, err := paper.ByCode(tx, code)
		if err != nil || !ok || p.State == paper.Ordered || p.State == paper.Signing {
			return err
		}
		if short, err := s.rounds.Short(tx, p.Original); err != nil || short {
			return err
		}
		ct, err := docket.CourtOf(tx, p.Court)
		if err != nil {
			return err
		}
		v = verdict{State: "genuine", Court: ct.Name, Title: p.Title, Dated: p.Dated, Pages: p.Pages, Demo: p.Demo}
		if p.State == paper.Superseded || p.State == paper.Withdrawn {
			v.State = p.State
		}
		fixes, err := paper.Corrections(tx, p.ID)
		if len(fixes) > 0 {
			v.Fixed = fixes[len(fixes)-1].Dated
		}
		if _, no := access.May(tx, auth.From(ctx), "read", access.Of("paper", p.Case), tx.Now()); no == nil {
			v.Case = p.Case
		}
		return err
	})
	return v, err
}
