package papers

import (
	"bytes"
	"embed"
	"net/http"
	"strings"

	"mashang/capability"
	"mashang/capability/papers/effect"
	"mashang/capability/papers/kinds"
	"mashang/capability/papers/outcome"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/pdf"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// New reads forms and typefaces and returns the service. replyDays is what the
// notice of the case code promises.
func New(k *app.Kit, codes Codes, rounds Rounds, replyDays func(docket.Court) int) (*Service, error) {
	faces, err := pdf.LoadFaces(k.Config.Fonts)
	if err != nil {
		return nil, err
	}
	all, err := kinds.All()
	ks := map[string]kinds.Kind{}
	for _, k := range all {
		ks[k.Name] = k
	}
	s := &Service{k: k, codes: codes, rounds: rounds, faces: faces, all: all, kinds: ks, replyDays: replyDays}
	s.effects = effect.New(k, ks, s.copies, s.proves)
	return s, err
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{
			Name: "papers", Title: "文书", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: "papers.drafted", Title: "起草文书", Audience: ledger.Court},
				{Name: "papers.submitted", Title: "文书交去签发", Audience: ledger.Court},
				{Name: "papers.returned", Title: "文书退回修改", Audience: ledger.Court},
				{Name: "papers.dropped", Title: "不要一份文书草稿", Audience: ledger.Court},
				{Name: "papers.approved", Title: "签发文书", Audience: ledger.Court},
				{Name: "papers.worded", Title: "改文书样式", Audience: ledger.Court},
				{Name: "papers.ordered", Title: "制作文书", Audience: ledger.Court},
				{Name: "papers.signing", Title: "文书做好，等签名", Audience: ledger.Named, News: "有一份文书等签名"},
				{Name: "papers.unsigned", Title: "没有签成，文书退回草稿", Audience: ledger.Court},
				{Name: "papers.issued", Title: "文书做好了", Audience: ledger.Named, News: "有一份新文书"},
				{Name: "papers.effective", Title: "文书生效", Audience: ledger.Named, News: "一份文书生效了"},
				{Name: "papers.unbound", Title: "有人没有收到或者上诉了，文书没有生效", Audience: ledger.Named, News: "一份文书没有生效"},
				{Name: "papers.withdrawn", Title: "撤回文书", Audience: ledger.Named, News: "一份文书撤回了"},
			},
			Jobs:  map[string]jobs.Handler{"papers.draw": s.draw},
			Hears: []app.Hearing{{Fact: "case_accepted", Do: s.accepted}, {Fact: "case_imported", Do: s.imported}, {Fact: "case_withdrawn", Do: s.caseWithdrawn}, {Fact: "signing_ended", Do: s.signed}, {Fact: "service_effective", Do: s.effects.Served}, {Fact: "service_undone", Do: s.effects.Undone}, {Fact: "case_appealed", Do: s.effects.Appealed}},
		},
		Panels: s.panels, Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /p/{code}", Title: "扫文书上的码", Object: web.Public, Verb: "see", Limit: "code", PageOnly: true, Do: s.getCheck},
		{Pattern: "GET /papers/check/{code}", Title: "查一张文书是真是假", Object: web.Public, Verb: "see", Limit: "code", Out: verdict{}, Do: s.getCheck},
		{Pattern: "GET /papers/{case}", Title: "本案的文书", Object: "paper", Verb: "read", Out: list{}, Do: s.getList},
		{Pattern: "GET /papers/view/{paper}", Title: "在网页上看文书", Object: "paper", Verb: "read", PageOnly: true, Do: s.getView},
		{Pattern: "GET /papers/file/{paper}", Title: "文书的 PDF", Object: "paper", Verb: "read", Out: web.File{}, Do: s.getFile},
		{Pattern: "GET /papers/docx/{case}/{paper}", Title: "文书的 Word 工作稿", Object: "paper", Verb: "proof", Limit: "made", Out: web.File{}, Do: s.getDOCX},
		{Pattern: "GET /papers/write/{case}/{draft}/docx", Title: "草稿的 Word 工作稿", Object: "paper", Verb: "proof", Limit: "made", Out: web.File{}, Do: s.getDOCX},
		{Pattern: "GET /papers/write/{case}", Title: "写文书", Object: "paper", Verb: "draft", PageOnly: true, Do: s.getWrite},
		{Pattern: "POST /papers/write/{case}/save", Title: "保存文书草稿，或者交去签发", Object: "paper", Verb: "draft", Limit: "write", In: draftCmd{}, Out: saved{}, Do: s.postWrite},
		{Pattern: "GET /papers/write/{case}/{draft}", Title: "看文书草稿", Object: "paper", Verb: "proof", In: proofQuery{}, Out: proof{}, Do: s.getDraft},
		{Pattern: "POST /papers/write/{case}/{draft}/decide", Title: "签发、退回或者不要一份草稿", Object: "paper", Verb: "proof", Limit: "write", In: decideCmd{}, Out: ok{}, Do: s.postDecide},
		{Pattern: "GET /papers/forms", Title: "文书样式", Object: "court", Verb: "forms", Out: formsView{}, Do: s.getForms},
		{Pattern: "GET /papers/forms/{kind}", Title: "一种文书的样式", Object: "court", Verb: "forms", Out: formsView{}, Do: s.getForm},
		{Pattern: "POST /papers/forms/{kind}/word", Title: "改文书样式", Object: "court", Verb: "forms", Limit: "write", In: wordCmd{}, Out: worded{}, Do: s.postForm},
		{Pattern: "POST /papers/{case}/make", Title: "制作文书", Object: "paper", Verb: "make", Limit: "write", In: makeCmd{}, Out: ok{}, Do: s.postMake},
		{Pattern: "GET /papers/paper/{paper}/withdraw", Title: "撤回文书页", Object: "paper", Verb: "withdraw", PageOnly: true, Do: s.getWithdraw},
		{Pattern: "POST /papers/paper/{paper}/withdraw", Title: "撤回文书", Object: "paper", Verb: "withdraw", Limit: "write", In: withdrawCmd{}, Out: ok{}, Do: s.postWithdraw},
	} {
		rt.Handle(r)
	}
}

type ok struct {
	Done bool `json:"done"`
}

// list is what the case page shows of its papers, for programs.
type list struct {
	Papers []paper.Paper `json:"papers"`
}

func (s *Service) getList(r *http.Request) (rep web.Reply, err error) {
	var l list
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		l.Papers, err = s.visible(tx, r.PathValue("case"))
		return err
	})
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), JSON: l}, err
}

func (s *Service) getCheck(r *http.Request) (web.Reply, error) {
	code := id.Fold(r.PathValue("code"))
	v, err := s.check(r.Context(), code)
	if err != nil {
		return web.Reply{}, err
	}
	rep := web.Reply{Page: checkPage(v, id.Spaced(code)), JSON: v}
	if v.State == "unknown" {
		rep.Status = http.StatusNotFound
	}
	return rep, nil
}

func (s *Service) load(r *http.Request) (p paper.Paper, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		p, err = s.one(tx, r.PathValue("paper"))
		return err
	})
	return p, err
}

func (s *Service) getView(r *http.Request) (web.Reply, error) {
	p, err := s.load(r)
	if err != nil {
		return web.Reply{}, err
	}
	doc, err := s.doc(r.Context(), p)
	if err != nil {
		return web.Reply{}, err
	}
	doc.Unsealed = p.Unsealed()
	var proven, word bool
	a := auth.From(r.Context())
	if err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		_, no := access.May(tx, a, "proof", access.Of("paper", p.Case), tx.Now())
		word = no == nil
		if doc.Signed, err = s.rounds.Signed(tx, p.Original); err != nil {
			return err
		}
		proven, err = s.rounds.Proven(tx, p.Digest)
		return err
	}); err != nil {
		return web.Reply{}, err
	}
	var b strings.Builder
	if err := pdf.WriteHTML(&b, doc); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: viewPage(p, b.String(), proven, a.Staff, word)}, nil
}

func (s *Service) getFile(r *http.Request) (web.Reply, error) {
	p, err := s.load(r)
	if err != nil {
		return web.Reply{}, err
	}
	if p.State == paper.Ordered {
		return web.Reply{}, fault.New(fault.Conflict, "文书正在制作，请过几秒再看。")
	}
	if p.State == paper.Signing { // what is there now is no paper yet
		return web.Reply{}, fault.New(fault.Conflict, "这份文书还在签名，签完才有正式的文件。要看现在签到哪里，请到案件页的“等签名的文书”。")
	}
	b, err := blob.ReadAll(r.Context(), s.k.Blob, p.Digest)
	if err != nil {
		return web.Reply{}, fault.Wrap(fault.Unavailable, "这份文书的文件读不出来，已经报告系统管理员。", err)
	}
	return web.Reply{File: &web.File{Name: p.Title + p.Number + ".pdf", Type: "application/pdf", Body: bytes.NewReader(b), Inline: true, At: p.At}}, nil
}

func (s *Service) postMake(r *http.Request) (web.Reply, error) {
	var c makeCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.make(r.Context(), r.PathValue("case"), c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: "正在制作，几秒就好。", JSON: ok{true}}, nil
}

func (s *Service) getWithdraw(r *http.Request) (web.Reply, error) {
	p, err := s.load(r)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: withdrawPage(p, nil)}, nil
}

func (s *Service) postWithdraw(r *http.Request) (web.Reply, error) {
	var c withdrawCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	p, err := s.load(r)
	if err != nil {
		return web.Reply{}, err
	}
	d, err := s.withdraw(r.Context(), p.ID, c)
	if err != nil {
		if fault.KindOf(err) == fault.Invalid {
			return web.Reply{Page: withdrawPage(p, fault.Fields(err))}, err
		}
		return web.Reply{}, err
	}
	if d != "" {
		return web.Reply{Goto: "/papers/write/" + p.Case + "?draft=" + d, Toast: "撤回了。原来的文字在这里，改好再交去签发。", JSON: ok{true}}, nil
	}
	return web.Reply{Goto: "/casebook/" + p.Case, Toast: "撤回了。扫它的码会说“已经撤回”。", JSON: ok{true}}, nil
}

// panels are the papers on a case page.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Case.Number == "" || v.Relation&access.Allowing("paper", "read") == 0 {
		return nil, nil
	}
	list := func() ([]paper.Paper, error) { return served(tx, v.Case.ID, v.Party.ID) }
	if v.Court() {
		list = func() ([]paper.Paper, error) { return paper.OfCase(tx, v.Case.ID) }
	}
	ps, err := list()
	if err != nil {
		return nil, err
	}
	var parties []docket.Party
	if v.May("paper", "make") {
		if parties, err = docket.Parties(tx, v.Case.ID); err != nil {
			return nil, err
		}
	}
	lacks := map[string]string{}
	for _, p := range ps {
		if p.State != paper.Ordered {
			continue
		}
		if lacks[p.ID], err = s.lacksOf(p); err != nil {
			return nil, err
		}
	}
	names := map[string]string{}
	for _, p := range parties {
		names[p.ID] = p.Name
	}
	var ds []draft
	var ns []next
	var certain map[string]effect.Standing
	if v.Court() && v.May("paper", "draft") {
		if ds, err = drafts(tx, v.Case.ID); err != nil {
			return nil, err
		}
		if ns, err = s.nexts(v.Case, ps, ds); err != nil {
			return nil, err
		}
		if certain, err = s.effects.Of(tx, v.Case.ID, ps); err != nil {
			return nil, err
		}
	}
	all := capability.Panel{Place: capability.Main, Order: 20, Body: papersPanel(v, ps, ds, ns, certain, s.kinds, parties, names, lacks)}
	if v.Party.ID == "" {
		return []capability.Panel{all}, nil
	}
	means, err := outcome.Panels(tx, v, ps, s.kinds, s.data)
	return append(means, all), err
}
