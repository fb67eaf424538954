package delivery

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"mashang/capability"
	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// New returns the service.
func New(k *app.Kit, papers Papers, accounts Accounts) *Service {
	s := &Service{k: k, papers: papers, accounts: accounts, book: reach.New(k, papers, accounts)}
	k.Notify.Heard = s.heard
	return s
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "delivery", Title: "送达", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: "delivery.handed_over", Title: "窗口送达，签收回证已存", Audience: ledger.Named, News: "一份文书送到了"},
				{Name: "delivery.receipt", Title: "在手机上签收", Audience: ledger.Named, News: "一份文书签收了"},
				{Name: "delivery.address", Title: "填写文书送到哪里", Audience: ledger.Named, News: "送达地址有变化"},
				{Name: "delivery.inherited", Title: "沿用前一程序里确认的送达地址", Audience: ledger.Named, News: "送达地址沿用以前确认的"},
				{Name: "delivery.prepared", Title: "准备电子送达", Audience: ledger.Named},
				{Name: "delivery.sent", Title: "发出文书", Audience: ledger.Named, News: "有一份文书送给您"},
				{Name: "delivery.reported", Title: "网上送文书有了结果", Audience: ledger.Named, News: "送达有进展"},
				{Name: "delivery.opened", Title: "打开文书，或者回复收到了", Audience: ledger.Named, News: "文书打开了"},
				{Name: "delivery.by_hand", Title: "当面、邮寄、委托、转交或者公告送达", Audience: ledger.Named, News: "送达有进展"},
				{Name: "delivery.result", Title: "送达的结果", Audience: ledger.Named, News: "送达有进展"},
				{Name: "delivery.rebutted", Title: "证明没有收到，或者是另一天收到的", Audience: ledger.Named, News: "一次送达重新算了"},
				{Name: "delivery.confirmation", Title: "送达地址确认书存入案卷", Audience: ledger.Named},
				{Name: "delivery.certified", Title: "制作电子送达凭证", Audience: ledger.Named},
				{Name: "delivery.wanted", Title: "要一份纸质的文书", Audience: ledger.Named, News: "有人要一份纸质的文书"},
				{Name: "delivery.printed", Title: "印好要送的文书", Audience: ledger.Court},
				{Name: "delivery.lapsed", Title: "公告期满", Audience: ledger.Named, News: "公告期满"},
			},
			Jobs:  map[string]jobs.Handler{"delivery.carry": s.carry, "delivery.ask": s.ask, "delivery.lapse": s.lapse, "delivery.certify": s.certify, "delivery.confirmation": s.book.Confirmation},
			Hears: []app.Hearing{{Fact: "receipt_signed", Do: s.receipt}, {Fact: "case_linked", Do: s.book.Linked}, {Fact: "party_joined", Do: s.book.Joined}}},
		Panels: s.panels, Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range append(s.book.Routes(), []web.Route{
		{Pattern: "GET /delivery/{case}", Title: "窗口送达页", Verb: "handover", PageOnly: true, Do: s.getForm},
		{Pattern: "POST /delivery/{case}", Title: "窗口送达", Verb: "handover", Upload: reach.Most, Files: []string{"scan"}, In: handover{}, Out: reach.OK{}, Do: s.postForm},
		{Pattern: "GET /delivery/{case}/records", Title: "本案的送达", Verb: "read", Out: list{}, Do: s.getRecords},
		{Pattern: "GET /delivery/{case}/service/{service}", Title: "一份文书的送达经过", Verb: "read", Out: course{}, Do: s.getCourse},
		{Pattern: "GET /delivery/{case}/scan/{record}", Title: "看送达回证", Verb: "read", Out: web.File{}, Do: s.getScan},
		{Pattern: "GET /delivery/{case}/send", Title: "电子送达页", Verb: "send", PageOnly: true, Do: s.getSend},
		{Pattern: "POST /delivery/{case}/send", Title: "电子送达", Verb: "send", In: sendCmd{}, Out: reach.OK{}, Do: s.postSend},
		{Pattern: "GET /delivery/{case}/receive/{service}", Title: "收一份文书页", Verb: "receive", PageOnly: true, Do: s.getReceive},
		{Pattern: "POST /delivery/{case}/open/{service}", Title: "打开文书，或者回复收到了", Verb: "receive", In: openCmd{}, Out: reach.OK{}, Do: s.postOpen},
		{Pattern: "POST /delivery/{case}/want/{service}", Title: "要一份纸质的文书", Verb: "receive", In: wantCmd{}, Out: reach.OK{}, Do: s.postWant},
		{Pattern: "GET /delivery/{case}/hand", Title: "当面、邮寄、委托、转交、公告送达页", Verb: "handover", PageOnly: true, Do: s.getHand},
		{Pattern: "POST /delivery/{case}/hand", Title: "登记当面、邮寄、委托、转交、公告送达", Verb: "handover", Upload: reach.Most, Files: []string{"scan"}, In: handCmd{}, Out: reach.OK{}, Do: s.postHand},
		{Pattern: "POST /delivery/{case}/result/{attempt}", Title: "登记送达的结果", Verb: "handover", Upload: reach.Most, Files: []string{"scan"}, In: resultCmd{}, Out: reach.OK{}, Do: s.postResult},
		{Pattern: "POST /delivery/{case}/rebut/{attempt}", Title: "他证明没有收到，或者是另一天收到的", Verb: "rebut", In: rebutCmd{}, Out: reach.OK{}, Do: s.postRebut},
	}...) {
		if r.Object == "" {
			r.Object = "service"
		}
		if strings.HasPrefix(r.Pattern, "POST ") {
			r.Limit = "write"
		}
		rt.Handle(r)
	}
}

func (s *Service) getForm(r *http.Request) (web.Reply, error) {
	f, err := s.form(r, "handover")
	return web.Reply{Page: handPage(f, handover{Signer: service.Self, SignedOn: docket.Today(s.k.Now())}, nil)}, err
}

func (s *Service) postForm(r *http.Request) (web.Reply, error) {
	var h handover
	err := web.Read(r, &h)
	var files []web.Attachment
	if err == nil {
		files, err = s.book.Files(r, "handover")
	}
	if err == nil && len(files) == 0 {
		err = fault.Field("scan", "请把签好字的送达回证扫描或拍照传上来。")
	}
	if err == nil {
		err = s.handOver(r.Context(), r.PathValue("case"), h, files)
	}
	return reach.Done(r, err, "送达登记好了。签收那天就是送达的日期。", func(e ui.Errs) (web.Page, error) {
		f, err := s.form(r, "handover")
		return handPage(f, h, e), err
	})
}

func (s *Service) getHand(r *http.Request) (web.Reply, error) {
	f, err := s.form(r, "handover")
	return web.Reply{Page: otherPage(f, handCmd{Way: service.Post, On: docket.Today(s.k.Now())}, nil)}, err
}

func (s *Service) postHand(r *http.Request) (web.Reply, error) {
	var c handCmd
	err := web.Read(r, &c)
	var files []web.Attachment
	if err == nil {
		files, err = s.book.Files(r, "handover")
	}
	if err == nil {
		err = s.hand(r.Context(), r.PathValue("case"), c, files)
	}
	return reach.Done(r, err, "登记好了。", func(e ui.Errs) (web.Page, error) {
		f, err := s.form(r, "handover")
		return otherPage(f, c, e), err
	})
}

func (s *Service) postResult(r *http.Request) (web.Reply, error) {
	var c resultCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	to := ""
	files, err := s.book.Files(r, "handover")
	if err == nil {
		to, err = s.result(r.Context(), "handover", r.PathValue("case"), r.PathValue("attempt"), c, files)
	}
	return s.onCourse(r, to, err, "结果登记好了。")
}

func (s *Service) postRebut(r *http.Request) (web.Reply, error) {
	var c rebutCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	to, err := s.rebut(r.Context(), r.PathValue("case"), r.PathValue("attempt"), c)
	return s.onCourse(r, to, err, "记下了，送达重新算过了。")
}

// coursePath is the page of all that was done to serve one paper.
func coursePath(v serving) string { return "/delivery/" + v.Case + "/service/" + v.ID }

// onCourse leads back to the page on which the forms of an attempt stand, or says
// there what is wrong.
func (s *Service) onCourse(r *http.Request, to string, err error, toast string) (web.Reply, error) {
	rep, err := reach.Done(r, err, toast, func(e ui.Errs) (web.Page, error) {
		var c course
		err := s.k.Read(r.Context(), func(tx *db.Tx) error {
			a, err := db.One[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE id = ?`, r.PathValue("attempt"))
			if err != nil {
				return err
			}
			c, err = s.course(tx, r.PathValue("case"), a.Service)
			return err
		})
		return coursePage(c, e), err
	})
	if err == nil {
		rep.Goto = to
	}
	return rep, err
}

func (s *Service) getSend(r *http.Request) (web.Reply, error) {
	f, err := s.form(r, "send")
	return web.Reply{Page: sendPage(f, sendCmd{}, nil)}, err
}

func (s *Service) postSend(r *http.Request) (web.Reply, error) {
	var c sendCmd
	err := web.Read(r, &c)
	if err == nil {
		err = s.send(r.Context(), r.PathValue("case"), c)
	}
	return reach.Done(r, err, "正在发，几秒就好。", func(e ui.Errs) (web.Page, error) {
		f, err := s.form(r, "send")
		return sendPage(f, c, e), err
	})
}

func (s *Service) getReceive(r *http.Request) (web.Reply, error) {
	var rep web.Reply
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		v, p, err := s.mine(tx, r.PathValue("case"), r.PathValue("service"))
		if err != nil {
			return err
		}
		w, err := s.wishOf(tx, v, p)
		rep.Page = receivePage(v, p, w, s.papers.Nature(p.Kind) == service.Mediation && v.State != effective)
		return err
	})
	return rep, err
}

func (s *Service) postOpen(r *http.Request) (web.Reply, error) {
	var c openCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	p, err := s.open(r.Context(), r.PathValue("case"), r.PathValue("service"), c)
	return web.Reply{Goto: "/papers/view/" + p, JSON: reach.OK{Done: true}}, err
}

// wantCmd says nothing: the paper stands in the address.
type wantCmd struct{}

func (s *Service) postWant(r *http.Request) (web.Reply, error) {
	caseID, serviceID := r.PathValue("case"), r.PathValue("service")
	err := s.want(r.Context(), caseID, serviceID)
	return web.Reply{Goto: "/delivery/" + caseID + "/receive/" + serviceID, Toast: "记下了，法院印好寄给您，或者请您来拿。", JSON: reach.OK{Done: true}}, err
}

// filmed reports whether a kept file is a film, and no return or picture of it.
func filmed(f web.Attachment) bool { return strings.HasPrefix(f.Type, "video/") }

func scanWord(f web.Attachment) string {
	if filmed(f) {
		return "送达录像"
	}
	return "送达回证"
}

func (s *Service) getScan(r *http.Request) (web.Reply, error) {
	var f web.Attachment
	var a attempt
	name, at, _ := strings.Cut(r.PathValue("record"), ".")
	n, _ := strconv.Atoi(at)
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		who := auth.From(r.Context())
		g, err := access.May(tx, who, "read", access.Of("service", r.PathValue("case")), tx.Now())
		if err != nil {
			return err
		}
		var v serving
		if a, v, _, _, err = s.attemptOf(tx, r.PathValue("case"), name); err != nil {
			return err
		}
		if n < 0 || n >= len(a.Files.V) {
			return fault.Missing()
		}
		if f = a.Files.V[n]; g.Relation&access.Staff != 0 {
			return nil
		}
		me, _, err := access.PartyOf(tx, who.Person, v.Case, tx.Now())
		if err == nil && me.ID != v.Party { // the other side's signature is not theirs to see
			err = fault.Missing()
		}
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	b, err := blob.ReadAll(r.Context(), s.k.Blob, f.Digest)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: f.Named(scanWord(f)), Type: f.Type, Body: bytes.NewReader(b), Inline: true, At: a.At}}, nil
}
