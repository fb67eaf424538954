package onecode

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mashang/capability"
	"mashang/capability/onecode/contact"
	"mashang/capability/onecode/standard"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// New returns the service.
func New(k *app.Kit, account Account, phones Phones) *Service {
	return &Service{k: k, account: account, phones: phones}
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{
			Name: "onecode", Title: "码上通", Schema: schema, Routes: s.routes,
			Kinds: append([]ledger.Kind{
				{Name: "onecode.asked", Title: "当事人提问", Audience: ledger.Parties, News: "有一条新消息"},
				{Name: "onecode.opinion", Title: "当事人提意见", Audience: ledger.Parties, News: "有一条新消息"},
				{Name: "onecode.explain", Title: "当事人申请判后答疑", Audience: ledger.Parties, News: "有一条新消息"},
				{Name: "onecode.rated", Title: "评价", Audience: ledger.Named, Quiet: true},
				{Name: "onecode.followed", Title: "回访不满意的评价", Audience: ledger.Court},
				{Name: "onecode.answered", Title: "法院答复", Audience: ledger.Parties, News: "法官有新的答复"},
				{Name: "onecode.contact", Title: "当事人联系法院，已登记", Audience: ledger.Parties, News: "登记了一次来电来访"},
				{Name: "onecode.late", Title: "答复过期，已报告庭长或者院长", Audience: ledger.Parties, News: "一条答复过期了，已经报告庭长"},
				{Name: "onecode.drafted", Title: "起草答复", Audience: ledger.Court, News: "一条答复起草好了"},
				{Name: "onecode.reminded", Title: "提醒答复", Audience: ledger.Court},
				{Name: "onecode.moved", Title: "留言转给现在答复的法官", Audience: ledger.Court, News: "留言转给了现在答复的法官"},
				{Name: "onecode.routed", Title: "一条留言换了人答复", Audience: ledger.Parties, News: "一条留言换了人答复"},
				{Name: "onecode.delegated", Title: "委托代为答复", Audience: ledger.Court},
				{Name: "onecode.passed", Title: "委托开始，留言转交", Audience: ledger.Court, News: "留言转交了"},
				{Name: "onecode.returned", Title: "委托到期，留言转回", Audience: ledger.Court, News: "留言转回了"},
				{Name: "onecode.recalled", Title: "提前收回委托", Audience: ledger.Court},
				{Name: "onecode.standard", Title: "改常用回复", Audience: ledger.Court},
				{Name: "onecode.reissued", Title: "更换案件码", Audience: ledger.Named, News: "案件码换了"},
				{Name: "onecode.revoked", Title: "作废案件码", Audience: ledger.Court},
			}, contact.Kinds...),
			Jobs:  map[string]jobs.Handler{"onecode.match": s.match, "onecode.remind": s.remind, "onecode.escalate": s.escalate, "onecode.begin": s.begin, "onecode.return": s.comeBack},
			Hears: []app.Hearing{{Fact: "judge_changed", Do: s.judgeChanged}, {Fact: "staff_left", Do: s.staffLeft}, {Fact: "party_left", Do: s.partyLeft}},
		},
		Panels: s.panels, Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range slices.Concat(standard.New(s.k).Routes(), contact.New(s.k, checkText, s.contacted).Routes(), []web.Route{
		{Pattern: "GET /c/{code}", Title: "扫案件码", Object: web.Public, Verb: "see", Limit: "code", PageOnly: true, Do: s.getScan},
		{Pattern: "GET /onecode/open", Title: "填案件码", Object: web.Public, Verb: "see", Limit: "code", PageOnly: true, Do: s.getOpen},
		{Pattern: "POST /onecode/open", Title: "用案件码证明本人", Object: web.Public, Verb: "login", Limit: "code", In: opening{}, Out: opened{}, Do: s.postOpen(rt)},
		{Pattern: "GET /onecode/delegate", Title: "委托代答页", Object: "desk", Verb: "read", Out: colleagues{}, Do: s.getDelegate},
		{Pattern: "POST /onecode/delegate", Title: "委托同事代为答复", Object: "desk", Verb: "read", Limit: "write", In: delegate{}, Out: ok{}, Do: s.postDelegate},
		{Pattern: "POST /onecode/delegate/end", Title: "提前收回委托", Object: "desk", Verb: "read", Limit: "write", In: ending{}, Out: ok{}, Do: s.postEndDelegation},
		{Pattern: "POST /onecode/visit", Title: "登录后用案件码打开案件", Object: "account", Verb: "use", Limit: "write", In: visiting{}, Out: visited{}, Do: s.postVisit(rt)},
		{Pattern: "GET /onecode/overdue", Title: "没回的和过期的", Object: "message", Verb: "board", Out: board{}, Do: s.getBoard},
		{Pattern: "GET /onecode/follow/up/{rating}", Title: "回访页", Object: "message", Verb: "follow", Out: followUp{}, Do: s.getFollow},
		{Pattern: "POST /onecode/follow/up/{rating}", Title: "回访不满意的评价", Object: "message", Verb: "follow", Limit: "write", In: write{}, Out: ok{}, Do: s.postFollow},
		{Pattern: "GET /onecode/{case}/rate", Title: "评一评服务", Object: "message", Verb: "ask", Out: rateView{}, Do: s.getRate},
		{Pattern: "POST /onecode/{case}/rate/{step}", Title: "评一步的服务", Object: "message", Verb: "ask", Limit: "write", In: rate{}, Out: ok{}, Do: s.postRate},
		{Pattern: "POST /onecode/{case}/message/{message}/rate", Title: "评一条留言办得怎样", Object: "message", Verb: "ask", Limit: "write", In: rate{}, Out: ok{}, Do: s.postRateMessage},
		{Pattern: "POST /onecode/{case}/message/{message}/evidence", Title: "退回，请走交证据的门", Object: "message", Verb: "send", Limit: "write", Out: Message{}, Do: s.postEvidence},
		{Pattern: "GET /onecode/{case}", Title: "和法院的往来", Object: "message", Verb: "read", In: threadQuery{}, Out: threadView{}, Whole: true, Do: s.getThread},
		{Pattern: "GET /onecode/{case}/write", Title: "想做什么", Object: "message", Verb: "ask", PageOnly: true, Do: s.getWrite},
		{Pattern: "GET /onecode/{case}/evidence", Title: "交证据怎么办", Object: "message", Verb: "ask", PageOnly: true, Do: s.getEvidence},
		{Pattern: "POST /onecode/{case}/ask", Title: "向法官提问", Object: "message", Verb: "ask", Limit: "write", Upload: maxBytes, Files: []string{"files"}, In: ask{}, Out: Message{}, Do: s.postAsk},
		{Pattern: "GET /onecode/{case}/code/{party}", Title: "换案件码页", Object: "code", Verb: "reissue", PageOnly: true, Do: s.getReissue},
		{Pattern: "POST /onecode/{case}/code/{party}", Title: "换一个案件码", Object: "code", Verb: "reissue", Limit: "write", In: reissueCmd{}, Out: ok{}, Do: s.postReissue},
		{Pattern: "GET /onecode/{case}/message/{message}", Title: "办理一条留言", Object: "message", Verb: "draft", Out: workView{}, Do: s.getMessage},
		{Pattern: "POST /onecode/{case}/message/{message}/draft", Title: "起草答复", Object: "message", Verb: "draft", Limit: "write", In: write{}, Out: ok{}, Do: s.postDraft},
		{Pattern: "POST /onecode/{case}/message/{message}/send", Title: "发出答复", Object: "message", Verb: "send", Limit: "write", Upload: maxBytes, Files: []string{"files"}, In: write{}, Out: Message{}, Do: s.postSend},
		{Pattern: "GET /onecode/{case}/message/{message}/route", Title: "换人答复页", Object: "message", Verb: "route", PageOnly: true, Do: s.getRoute},
		{Pattern: "POST /onecode/{case}/message/{message}/route", Title: "换人答复一条留言", Object: "message", Verb: "route", Limit: "write", In: routing{}, Out: ok{}, Do: s.postRoute},
		{Pattern: "GET /onecode/{case}/message/{message}/file/{n}", Title: "看附件", Object: "message", Verb: "read", Out: web.File{}, Do: s.getFile},
	}) {
		if strings.Contains(r.Pattern, "{message}") {
			r.Do = s.inCase(r.Do)
		}
		rt.Handle(r)
	}
}

// inCase answers about a message only under its own case: what is read there is on
// record there.
func (s *Service) inCase(do web.Handler) web.Handler {
	return func(r *http.Request) (web.Reply, error) {
		err := s.k.Read(r.Context(), func(tx *db.Tx) error {
			m, err := messageOf(tx, r.PathValue("message"))
			if err == nil && m.Case != r.PathValue("case") {
				err = fault.Missing()
			}
			return err
		})
		if err != nil {
			return web.Reply{}, err
		}
		return do(r)
	}
}

type (
	opened struct {
		Challenge string `json:"challenge"`
	}
	ok struct {
		Done bool `json:"done"`
	}
	colleagues struct {
		Court     string            `json:"court"`
		Judges    []docket.Member   `json:"judges"`
		Mine      []docket.Member   `json:"mine"` // for whom the head of a division may delegate
		Now       []standing        `json:"now"`  // what he may take back
		Divisions map[string]string `json:"-"`    // their names
	}
	threadQuery struct {
		Before string `json:"before"`
		Kind   string `json:"kind"`  // of what the page's form will send
		Again  string `json:"again"` // the message that it asks about once more
	}
	visiting struct {
		Code string `json:"code"`
	}
	visited struct {
		Case string `json:"case"`
	}
	board struct {
		Rows []boardRow `json:"rows"`
		Late []waiting  `json:"late"`
	}
	rateView struct {
		Case  docket.Case `json:"case"`
		Steps []rateStep  `json:"steps"`
	}
	rateStep struct {
		Step
		Grade string `json:"grade"` // empty: not rated yet
	}
	threadView struct {
		Case     docket.Case     `json:"case"`
		Messages []seen          `json:"messages"`
		More     bool            `json:"more"`
		Court    bool            `json:"-"`
		Waiting  *seen           `json:"-"`
		Used     int             `json:"-"`
		Of       int             `json:"-"` // working days of its clock
		Doors    []Kind          `json:"-"` // what may be written now
		Judge    string          `json:"judge"`
		StandIn  string          `json:"stand_in,omitempty"` // who answers for him at present
		Relation access.Relation `json:"-"`
		Kind     Kind            `json:"-"` // of what the form sends
		Again    *seen           `json:"-"` // about what it asks once more
	}
	reissueCmd struct {
		Reason string `json:"reason"`
	}
	workView struct {
		Case      docket.Case       `json:"case"`
		Question  Message           `json:"question"`
		Role      string            `json:"role"`
		Draft     *draft            `json:"draft,omitempty"`
		Standards []standard.Answer `json:"standards"`
		Used      int               `json:"used"`
		Of        int               `json:"-"`
		MaySend   bool              `json:"may_send"`
		Before    []seen            `json:"before"`
	}
)

// getScan answers every code alike: it does not even look it up. Fetching a
// link is not reading; what opens a case is the act after proof of identity.
func (s *Service) getScan(r *http.Request) (web.Reply, error) {
	if a := auth.From(r.Context()); a.Level >= auth.Matched && !a.Staff {
		return web.Reply{Page: visitPage(r.PathValue("code"), a.Name, nil)}, nil
	}
	return web.Reply{Page: openPage(opening{Code: r.PathValue("code"), IDType: "resident"}, true, nil)}, nil
}

func (s *Service) getOpen(r *http.Request) (web.Reply, error) {
	c := web.Clean(r.URL.Query().Get("code"))
	if len(id.Fold(c)) == 16 { // a paper code was typed: that page answers it
		return web.Reply{Goto: "/p/" + id.Fold(c)}, nil
	}
	if a := auth.From(r.Context()); a.Level >= auth.Matched && !a.Staff {
		return web.Reply{Page: visitPage(c, a.Name, nil)}, nil
	}
	var bad fault.List
	if c != "" && !whole(c) {
		bad.Add("code", "%s", notWhole(c))
	}
	return web.Reply{Page: openPage(opening{Code: c, IDType: "resident"}, false, fault.Fields(bad.Err()))}, nil
}

func (s *Service) postOpen(rt *web.Router) web.Handler {
	return func(r *http.Request) (web.Reply, error) {
		var o opening
		if err := web.Read(r, &o); err != nil {
			return web.Reply{}, err
		}
		if g := guessed(o.Code); g != "" { // whoever guesses, wherever from; what is no code guesses nothing
			if err := rt.Thing("code", g); err != nil {
				return web.Reply{}, err
			}
		}
		ch, err := s.open(r.Context(), o)
		if err != nil {
			return web.Reply{Page: openPage(o, len(id.Fold(o.Code)) == longLen, fault.Fields(err))}, err
		}
		return web.Reply{Goto: "/account/code/" + ch, JSON: opened{ch}}, nil
	}
}

func (s *Service) postVisit(rt *web.Router) web.Handler {
	return func(r *http.Request) (web.Reply, error) {
		var c visiting
		if err := web.Read(r, &c); err != nil {
			return web.Reply{}, err
		}
		caseID, err := s.visit(r.Context(), c.Code)
		if g := guessed(c.Code); err != nil && g != "" { // his own code is no guess
			if slow := rt.Thing("code", g); slow != nil {
				return web.Reply{}, slow
			}
		}
		if err != nil {
			return web.Reply{Page: visitPage(c.Code, auth.From(r.Context()).Name, fault.Fields(err))}, err
		}
		return web.Reply{Goto: "/casebook/" + caseID, JSON: visited{caseID}}, nil
	}
}

// guessed is what an attempt counts against: the beginning of the code. Who
// has seen a part of it and guesses the rest tries many codes of one beginning.
func guessed(code string) string {
	if !whole(code) {
		return ""
	}
	code = id.Fold(code)
	return code[:min(8, len(code))]
}

// view loads a case's thread for whoever asks.
func (s *Service) view(ctx context.Context, caseID, before string) (v threadView, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "read", access.Of("message", caseID), tx.Now())
		if err != nil {
			return err
		}
		v.Relation = g.Relation
		v.Court = g.Relation&(access.Bench|access.Delegate|access.Head) != 0
		v.Case = g.Case
		if v.Messages, v.More, err = s.thread(tx, caseID, before); err != nil {
			return err
		}
		cal, err := docket.Calendar(tx)
		if err != nil {
			return err
		}
		ct, err := docket.CourtOf(tx, v.Case.Court)
		if err != nil {
			return err
		}
		v.Doors = doors(v.Case, ct)
		for i := range v.Messages {
			m := &v.Messages[i]
			if m.State == "waiting" && m.Handler != v.Case.Judge {
				p, err := docket.PersonOf(tx, m.Handler)
				if err != nil {
					return err
				}
				m.By = p.Name
			}
			m.Move = v.Court && access.Allowed(g.Relation, "message", "route")
			if m.State == "waiting" && m.Open && (v.Waiting == nil || m.DueOn.Before(v.Waiting.DueOn)) { // the clock shows the answer that is due first
				v.Waiting, v.Used, v.Of = m, used(m.At, s.k.Now(), cal), used(m.At, lateAt(m.DueOn).Add(-1), cal)
			}
		}
		if !v.Court {
			if err := s.askRatings(tx, v.Messages); err != nil {
				return err
			}
		}
		if v.Case.Judge != "" {
			p, err := docket.PersonOf(tx, v.Case.Judge)
			if err != nil {
				return err
			}
			v.Judge = p.Name
			d, away, err := standsIn(tx, v.Case, s.k.Now())
			if err != nil || !away {
				return err
			}
			p, err = docket.PersonOf(tx, d.To)
			v.StandIn = p.Name
			return err
		}
		return nil
	})
	return v, err
}

func (s *Service) getThread(r *http.Request) (web.Reply, error) {
	v, err := s.view(r.Context(), r.PathValue("case"), r.URL.Query().Get("before"))
	if err != nil {
		return web.Reply{}, err
	}
	v.choose(r.URL.Query().Get("kind"), r.URL.Query().Get("again"))
	return web.Reply{Page: threadPage(v, s.k.Now(), "", nil), JSON: v, Keep: v.Case.Secrecy != docket.Sealed}, nil
}

// choose sets what the form sends, or about what it asks once more.
func (v *threadView) choose(key, again string) {
	for i := range v.Messages {
		if m := &v.Messages[i]; m.ID == again && m.Mine {
			v.Again, key = m, m.Kind
		}
	}
	v.Kind = v.Doors[0]
	for _, k := range v.Doors {
		if k.Key == key {
			v.Kind = k
		}
	}
}

// reading is for the trail: someone of the court read what a party wrote.
func (s *Service) reading(r *http.Request, court, caseID string) *web.Reading {
	a := auth.From(r.Context())
	if !a.Staff {
		return nil
	}
	return &web.Reading{Object: "message", ID: caseID, Court: court, Case: caseID, Person: a.Person, At: s.k.Now()}
}

func (s *Service) getWrite(r *http.Request) (web.Reply, error) {
	v, err := s.view(r.Context(), r.PathValue("case"), "")
	return web.Shown(nil, err, doorPage(v))
}

func (s *Service) getEvidence(r *http.Request) (web.Reply, error) {
	var ct docket.Court
	v, err := s.view(r.Context(), r.PathValue("case"), "")
	if err == nil {
		err = s.k.Read(r.Context(), func(tx *db.Tx) error { ct, err = docket.CourtOf(tx, v.Case.Court); return err })
	}
	return web.Shown(nil, err, evidencePage(v, ct))
}

func (s *Service) postAsk(r *http.Request) (web.Reply, error) {
	var c ask
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	ups, closeAll, err := web.Uploads(r, "files")
	defer closeAll()
	if err != nil {
		return web.Reply{}, err
	}
	caseID := r.PathValue("case")
	m, err := s.ask(r.Context(), caseID, c, ups)
	if err != nil {
		return web.Again(err, func() (web.Reply, error) {
			v, verr := s.view(r.Context(), caseID, "")
			if verr == nil {
				v.choose(c.Kind, c.Again)
			}
			return web.Reply{Page: threadPage(v, s.k.Now(), c.Text, fault.Fields(err))}, verr
		})
	}
	return web.Reply{Goto: "/onecode/" + caseID + "#said", Toast: "发出去了。最晚 " + m.DueOn.Short(docket.Today(s.k.Now())) + "回您。", JSON: m}, nil
}

func (s *Service) getMessage(r *http.Request) (web.Reply, error) {
	w, err := s.work(r.Context(), r.PathValue("message"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: answerPage(w, s.k.Now(), "", nil), JSON: w, Read: s.reading(r, w.Case.Court, w.Case.ID)}, nil
}

// work loads a question for whoever handles it.
func (s *Service) work(ctx context.Context, messageID string) (w workView, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if w.Question, err = messageOf(tx, messageID); err != nil {
			return err
		}
		g, err := access.May(tx, auth.From(ctx), "draft", access.Of("message", w.Question.Case), tx.Now())
		if err != nil {
			return err
		}
		w.MaySend = access.Allowed(g.Relation, "message", "send")
		w.Case = g.Case
		p, err := docket.PartyOf(tx, w.Question.Party)
		if err != nil {
			return err
		}
		w.Role = docket.RoleNames[p.Role]
		if d, have, err := draftOf(tx, messageID); err != nil {
			return err
		} else if have {
			w.Draft = &d
		}
		if w.Standards, err = standard.Prepared(tx, w.Case.Court, auth.From(ctx).Person); err != nil {
			return err
		}
		cal, err := docket.Calendar(tx)
		if err != nil {
			return err
		}
		w.Used, w.Of = used(w.Question.At, s.k.Now(), cal), used(w.Question.At, lateAt(w.Question.DueOn).Add(-1), cal)
		all, _, err := s.thread(tx, w.Case.ID, "")
		for _, m := range all {
			if m.Party == w.Question.Party {
				w.Before = append(w.Before, m)
			}
		}
		return err
	})
	return w, err
}

func (s *Service) postDraft(r *http.Request) (web.Reply, error) {
	var c write
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.draft(r.Context(), r.PathValue("message"), c); err != nil {
		return s.answerAgain(r, c, err)
	}
	return web.Reply{Goto: "/desk", Toast: "草稿存好了，等法官发出。", JSON: ok{true}}, nil
}

func (s *Service) answerAgain(r *http.Request, c write, err error) (web.Reply, error) {
	return web.Again(err, func() (web.Reply, error) {
		w, werr := s.work(r.Context(), r.PathValue("message"))
		return web.Reply{Page: answerPage(w, s.k.Now(), c.Text, fault.Fields(err))}, werr
	})
}

func (s *Service) postSend(r *http.Request) (web.Reply, error) {
	var c write
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	ups, closeAll, err := web.Uploads(r, "files")
	defer closeAll()
	if err != nil {
		return web.Reply{}, err
	}
	m, err := s.send(r.Context(), r.PathValue("message"), c, ups)
	if err != nil {
		return s.answerAgain(r, c, err)
	}
	return web.Reply{Goto: "/desk", Toast: "答复发出去了。", JSON: m}, nil
}

func (s *Service) postEvidence(r *http.Request) (web.Reply, error) {
	m, err := s.send(r.Context(), r.PathValue("message"), write{Text: asEvidence}, nil)
	return web.Reply{Goto: "/desk", Toast: "退回了。告诉了他从哪里交证据。", JSON: m}, err
}

func (s *Service) getFile(r *http.Request) (web.Reply, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return web.Reply{}, fault.Missing()
	}
	f, m, err := s.file(r.Context(), r.PathValue("message"), n)
	if err != nil {
		return web.Reply{}, err
	}
	b, err := blob.ReadAll(r.Context(), s.k.Blob, f.Digest)
	if errors.Is(err, blob.ErrDamaged) {
		return web.Reply{}, fault.Wrap(fault.Unavailable, "这个文件存坏了，已经报告系统管理员。", err)
	}
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: f.Name, Type: f.Type, Body: bytes.NewReader(b), Inline: true}, Read: s.reading(r, m.Court, m.Case)}, nil
}

func (s *Service) getReissue(r *http.Request) (web.Reply, error) {
	return web.Reply{Page: reissuePage(r.PathValue("case"), r.PathValue("party"), nil)}, nil
}

func (s *Service) postReissue(r *http.Request) (web.Reply, error) {
	var c reissueCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.reissue(r.Context(), r.PathValue("case"), r.PathValue("party"), c.Reason); err != nil {
		return web.Reply{Page: reissuePage(r.PathValue("case"), r.PathValue("party"), fault.Fields(err))}, err
	}
	return web.Reply{Goto: "/casebook/" + r.PathValue("case") + "/work", Toast: "换好了，旧码已经作废。请再打一份码上通告知书。", JSON: ok{true}}, nil
}

func (s *Service) getDelegate(r *http.Request) (web.Reply, error) {
	return s.delegateForm(r, delegate{Begin: docket.Today(s.k.Now())}, nil)
}

func (s *Service) delegateForm(r *http.Request, c delegate, errs []*fault.Error) (web.Reply, error) {
	var v colleagues
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		posts, err := docket.Posts(tx, a.Person, tx.Now())
		if err != nil || len(posts) == 0 {
			return fault.OrMissing(err)
		}
		c.Court = posts[0].Court
		v.Court = c.Court
		ms, err := v.read(tx)
		if err != nil {
			return err
		}
		for _, m := range ms {
			if m.Person != a.Person && slices.ContainsFunc(posts, func(p docket.Post) bool { return heads(p, m.Post) }) {
				v.Mine = with(v.Mine, m)
			}
		}
		judges := []string{a.Person}
		for _, m := range v.Mine {
			judges = append(judges, m.Person)
		}
		v.Now, err = standingOf(tx, judges, tx.Now())
		return err
	})
	return web.Reply{Page: delegatePage(c, v, auth.From(r.Context()), s.k.Now(), errs), JSON: v}, err
}

// read fills in who answers in the court, each with his division, and returns
// their posts.
func (v *colleagues) read(tx *db.Tx) ([]docket.Member, error) {
	ms, err := docket.Staff(tx, v.Court, tx.Now(), docket.Judge, docket.Head) // a tribunal may have one judge and its head
	if err != nil {
		return nil, err
	}
	for _, m := range ms { // someone may hold two posts
		v.Judges = with(v.Judges, m)
	}
	ds, err := docket.Divisions(tx, v.Court)
	v.Divisions = map[string]string{}
	for _, d := range ds {
		v.Divisions[d.ID] = d.Name
	}
	return ms, err
}

// with adds a member whose person is not among some yet.
func with(ms []docket.Member, m docket.Member) []docket.Member {
	if slices.ContainsFunc(ms, func(x docket.Member) bool { return x.Person == m.Person }) {
		return ms
	}
	return append(ms, m)
}

func (s *Service) getRoute(r *http.Request) (web.Reply, error) { return s.routeForm(r, routing{}, nil) }

func (s *Service) routeForm(r *http.Request, c routing, errs []*fault.Error) (web.Reply, error) {
	var q Message
	var v colleagues
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		if q, _, err = s.question(tx, r.PathValue("message"), "route"); err != nil {
			return err
		}
		v.Court = q.Court
		_, err = v.read(tx)
		return err
	})
	return web.Reply{Page: routePage(q, v, c, errs)}, err
}

func (s *Service) postRoute(r *http.Request) (web.Reply, error) {
	var c routing
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.route(r.Context(), r.PathValue("message"), c); err != nil {
		return web.Again(err, func() (web.Reply, error) { return s.routeForm(r, c, fault.Fields(err)) })
	}
	return web.Reply{Goto: "/desk", Toast: "转过去了，期限照算。当事人看得到现在由谁答复。", JSON: ok{true}}, nil
}

func (s *Service) postDelegate(r *http.Request) (web.Reply, error) {
	var c delegate
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.delegate(r.Context(), c); err != nil {
		return web.Again(err, func() (web.Reply, error) { return s.delegateForm(r, c, fault.Fields(err)) })
	}
	return web.Reply{Goto: "/onecode/delegate", Toast: "委托好了，写在下面。", JSON: ok{true}}, nil
}

func (s *Service) postEndDelegation(r *http.Request) (web.Reply, error) {
	var c ending
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/desk", Toast: "收回了。没回的留言回来了。", JSON: ok{true}}, s.endDelegation(r.Context(), c)
}
