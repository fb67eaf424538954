package casebook

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"net/http"
	"slices"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

//go:embed schema
var schema embed.FS

// New returns the service. panels is the list of all services.
func New(k *app.Kit, panels Panels, staff Staff) *Service {
	return &Service{k: k, panel: panels, staff: staff}
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "casebook", Title: "案件", Schema: schema, Routes: s.routes, Kinds: kinds,
			Jobs:  map[string]jobs.Handler{"casebook.take_over": s.takeOver, "casebook.go_along": s.goAlong},
			Hears: []app.Hearing{{Fact: "staff_left", Do: s.staffLeft}}},
		Tasks: s.tasks,
	}
}

var kinds = []ledger.Kind{
	{Name: "casebook.entered", Title: "收到起诉材料", Audience: ledger.Court, News: "收到一件新的起诉材料"},
	{Name: "casebook.accepted", Title: "决定立案", Audience: ledger.Parties, News: "案件已经立案"},
	{Name: "casebook.imported", Title: "从原系统转入", Audience: ledger.Parties, News: "案件转到了这里"},
	{Name: "casebook.updated", Title: "按原系统更新", Audience: ledger.Parties, News: "案件登记有更新"},
	{Name: "casebook.withdrawn", Title: "撤销转入，这一件不该导入", Audience: ledger.Parties, News: "案件的转入撤销了"},
	{Name: "casebook.refused", Title: "不予登记", Audience: ledger.Court, News: "一件起诉有了决定"},
	{Name: "casebook.moved", Title: "随承办法官转到另一个庭", Audience: ledger.Parties, News: "案件转到了另一个庭"},
	{Name: "casebook.assigned", Title: "确定承办人员", Audience: ledger.Parties, News: "案件确定了承办人员"},
	{Name: "casebook.panel", Title: "确定审判组织", Audience: ledger.Parties, News: "审判组织定了"},
	{Name: "casebook.procedure", Title: "改变审理程序", Audience: ledger.Parties, News: "审理程序有变化"},
	{Name: "casebook.suspended", Title: "中止诉讼", Audience: ledger.Parties, News: "案件中止了"},
	{Name: "casebook.resumed", Title: "恢复诉讼", Audience: ledger.Parties, News: "案件恢复审理了"},
	{Name: "casebook.extended", Title: "批准延长审限", Audience: ledger.Parties, News: "审限延长了"},
	{Name: "casebook.excluded", Title: "扣除审限", Audience: ledger.Parties, News: "审限有变化"},
	{Name: "casebook.closed", Title: "结案", Audience: ledger.Parties, News: "案件结案了"},
	{Name: "casebook.appealed", Title: "提出上诉或再审申请", Audience: ledger.Parties, News: "有人上诉或者申请再审"},
	{Name: "casebook.linked", Title: "关联另一案件", Audience: ledger.Parties, News: "案件关联了另一个案件"},
	{Name: "casebook.corrected", Title: "更正登记", Audience: ledger.Parties, News: "案件登记有更正"},
	{Name: "casebook.secrecy", Title: "改变公开范围", Audience: ledger.Parties, News: "公开范围有变化"},
	{Name: "casebook.joined", Title: "当事人加入", Audience: ledger.Parties, News: "有当事人加入"},
	{Name: "casebook.left", Title: "当事人退出", Audience: ledger.Parties, News: "有当事人退出"},
	{Name: "casebook.agent", Title: "代理人加入", Audience: ledger.Parties, News: "有代理人加入"},
	{Name: "casebook.agent_ended", Title: "代理终止", Audience: ledger.Parties, News: "一位代理人的代理终止了"},
	{Name: "casebook.party_corrected", Title: "更正当事人信息", Audience: ledger.Named, News: "当事人信息有更正"},
	{Name: "casebook.revealed", Title: "工作人员查看了您的完整信息", Audience: ledger.Named},
	{Name: "casebook.opened", Title: "不办本案的工作人员打开了案件", Audience: ledger.Parties},
	{Name: "casebook.exported", Title: "导出完整记录", Audience: ledger.Named},
}

func (s *Service) routes(rt *web.Router) {
	rt.Handle(web.Route{Pattern: "GET /casebook", Title: "我看得到的案件", Object: "case", Verb: "list", In: listQuery{}, Out: listAnswer{}, Do: s.getList})
	rt.Handle(web.Route{Pattern: "GET /casebook/enter", Title: "收件页", Object: "court", Verb: "enter", Out: enterCmd{}, Do: s.getEnter})
	rt.Handle(web.Route{Pattern: "POST /casebook/enter", Title: "收件", Object: "court", Verb: "enter", Limit: "write", In: enterCmd{}, Out: made{}, Do: s.postEnter})
	rt.Handle(web.Route{Pattern: "GET /casebook/{case}", Title: "案件页", Object: "case", Verb: "read", Out: whole{}, Whole: true, Do: s.getCase})
	rt.Handle(web.Route{Pattern: "GET /casebook/{case}/work", Title: "办理页", Object: "case", Verb: "read", Out: choices{}, Do: s.getWork})
	rt.Handle(web.Route{Pattern: "POST /casebook/{case}/export", Title: "导出完整记录", Object: "receipt", Verb: "export", Limit: "write", Out: web.File{}, Do: s.postExport})
	rt.Handle(web.Route{Pattern: "POST /casebook/{case}/party/{party}/reveal", Title: "查看当事人完整信息", Object: "person", Verb: "reveal", Limit: "write", Out: revealed{}, Do: s.postReveal})
	act(s, rt, "accept", "accept", "决定立案", s.accept)
	act(s, rt, "refuse", "refuse", "不予登记", s.refuse)
	act(s, rt, "assign", "assign", "分案、换承办人员", s.assign)
	act(s, rt, "panel", "panel", "确定审判组织", s.setPanel)
	act(s, rt, "procedure", "procedure", "改变审理程序", s.changeProcedure)
	act(s, rt, "suspend", "suspend", "中止诉讼", s.suspend)
	act(s, rt, "resume", "resume", "恢复诉讼", s.resume)
	act(s, rt, "extend", "extend", "批准延长审限", s.extend)
	act(s, rt, "exclude", "exclude", "扣除审限", s.exclude)
	act(s, rt, "close", "close", "结案", s.end)
	act(s, rt, "appeal", "appeal", "登记上诉或再审申请", s.appeal)
	act(s, rt, "link", "link", "关联案件", s.link)
	act(s, rt, "correct", "correct", "更正登记", s.correct)
	act(s, rt, "secrecy", "secrecy", "改变公开范围", s.secrecy)
	act(s, rt, "party", "party", "加当事人", s.join)
	act(s, rt, "agent", "agent", "加代理人", s.admit)
	within(s, rt, "party/{party}/leave", "party", "party", "当事人退出", s.leave)
	within(s, rt, "party/{party}/mend", "party", "party", "更正当事人信息", s.mend)
	within(s, rt, "agent/{agent}/dismiss", "agent", "agent", "终止代理", s.dismiss)
}

// act mounts one act on a case: form or JSON in, the work page again on
// error, the case page after success.
func act[C any](s *Service, rt *web.Router, path, verb, title string, do func(ctx context.Context, caseID string, c C) error) {
	var in C
	rt.Handle(web.Route{Pattern: "POST /casebook/{case}/" + path, Title: title, Object: "case", Verb: verb, Limit: "write", In: in, Out: done{},
		Do: func(r *http.Request) (web.Reply, error) {
			var c C
			if err := web.Read(r, &c); err != nil {
				return s.again(r, path, err)
			}
			if err := do(r.Context(), r.PathValue("case"), c); err != nil {
				return s.again(r, path, err)
			}
			return s.done(r, title)
		}})
}

// within mounts an act on a party or agent of a case.
func within[C any](s *Service, rt *web.Router, path, verb, param, title string, do func(ctx context.Context, caseID, id string, c C) error) {
	var in C
	rt.Handle(web.Route{Pattern: "POST /casebook/{case}/" + path, Title: title, Object: "case", Verb: verb, Limit: "write", In: in, Out: done{},
		Do: func(r *http.Request) (web.Reply, error) {
			var c C
			if err := web.Read(r, &c); err != nil {
				return s.again(r, "people", err)
			}
			if err := do(r.Context(), r.PathValue("case"), r.PathValue(param), c); err != nil {
				return s.again(r, "people", err)
			}
			return s.done(r, title)
		}})
}

type (
	made struct {
		Case string `json:"case"`
	}
	done struct {
		Done string `json:"done"`
	}
	// choices are what the forms of the work page offer this person.
	choices struct {
		Case      string            `json:"case"`
		Acts      []string          `json:"acts"`
		Divisions []docket.Division `json:"divisions"`
		Staff     []docket.Member   `json:"staff"`
	}
	listAnswer struct {
		Cases []docket.Case `json:"cases"`
		Next  string        `json:"next,omitempty"`
	}
)

func (s *Service) done(r *http.Request, title string) (web.Reply, error) {
	to := "/casebook/" + r.PathValue("case")
	if auth.From(r.Context()).Staff {
		to += "/work"
	}
	return web.Reply{Goto: to, Toast: title + "：办好了。", JSON: done{title}}, nil
}

// again shows the work page with what was wrong; nothing typed is lost.
func (s *Service) again(r *http.Request, open string, err error) (web.Reply, error) {
	if fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.Conflict {
		return web.Reply{}, err
	}
	w, lerr := s.show(r.Context(), r.PathValue("case"))
	if lerr != nil {
		return web.Reply{}, err
	}
	f := fault.Fields(err)
	if f == nil {
		f = []*fault.Error{fault.As(err)}
	}
	return web.Reply{Page: workPage(w, work{Open: open, Errs: f, Typed: r.Form})}, err
}

func (s *Service) getList(r *http.Request) (web.Reply, error) {
	if _, err := auth.Require(r.Context(), auth.Matched); err != nil {
		if auth.From(r.Context()).Level == auth.Registered {
			return web.Reply{Goto: "/account"}, nil
		}
		return web.Reply{}, err
	}
	q := listQuery{Words: web.Clean(r.URL.Query().Get("q")), State: r.URL.Query().Get("state"), After: r.URL.Query().Get("after")}
	q.Words = tidyNumber(q.Words)
	cs, next, err := s.list(r.Context(), q)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: listPage(cs, q, next, auth.From(r.Context()), s.k.Now()), JSON: listAnswer{cs, next}, Keep: !slices.ContainsFunc(cs, sealed)}, nil
}

func (s *Service) getCase(r *http.Request) (web.Reply, error) {
	w, err := s.show(r.Context(), r.PathValue("case"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: casePage(w), JSON: w, Keep: !sealed(w.Case)}, nil
}

// sealed cases stay on no phone, nor does a list that names one.
func sealed(c docket.Case) bool { return c.Secrecy == docket.Sealed }

func (s *Service) getWork(r *http.Request) (web.Reply, error) {
	w, err := s.show(r.Context(), r.PathValue("case"))
	if err != nil {
		return web.Reply{}, err
	}
	if !w.View.Court() {
		return web.Reply{}, fault.Missing()
	}
	return web.Reply{Page: workPage(w, work{Open: r.URL.Query().Get("open"), Typed: r.URL.Query()}), JSON: choicesOf(w)}, nil
}

// choicesOf names the acts that a relation to the case allows; whether the case
// stands so that one can be done is found by doing it.
func choicesOf(w whole) choices {
	c := choices{Case: w.Case.ID, Divisions: w.Divs, Staff: w.Posts}
	for verb := range access.Verbs()["case"] {
		if can(w, "case", verb) {
			c.Acts = append(c.Acts, verb)
		}
	}
	slices.Sort(c.Acts)
	return c
}

func (s *Service) getEnter(r *http.Request) (web.Reply, error) {
	court, err := s.ownCourt(r.Context())
	if err != nil {
		return web.Reply{}, err
	}
	c := enterCmd{Court: court, Type: "民初", Procedure: "ordinary", PKind: "natural", DKind: "natural", PIDType: "resident", DIDType: "resident", Received: docket.Today(s.k.Now())}
	return web.Reply{Page: enterPage(c, nil), JSON: c}, nil
}

func (s *Service) postEnter(r *http.Request) (web.Reply, error) {
	var c enterCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{Page: enterPage(c, fault.Fields(err))}, err
	}
	id, err := s.enter(r.Context(), c)
	if err != nil {
		if errors.Is(err, web.ErrRepeated) {
			return web.Reply{}, err
		}
		return web.Reply{Page: enterPage(c, ui.Errs(fault.Fields(err)))}, err
	}
	return web.Reply{Goto: "/casebook/" + id + "/work", Toast: "收件了，等立案法官决定。", JSON: made{id}}, nil
}

func (s *Service) ownCourt(ctx context.Context) (court string, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		posts, err := docket.Posts(tx, auth.From(ctx).Person, tx.Now())
		for _, p := range posts {
			if p.Role == docket.FilingOfficer || p.Role == docket.FilingJudge {
				court = p.Court
			}
		}
		if err == nil && court == "" {
			err = fault.New(fault.Forbidden, "收件由立案窗口的工作人员办。")
		}
		return err
	})
	return court, err
}

func (s *Service) postExport(r *http.Request) (web.Reply, error) {
	b, err := s.export(r.Context(), r.PathValue("case"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: "案件记录-" + docket.Today(s.k.Now()).String() + ".json", Type: "application/json", Body: bytes.NewReader(b), At: s.k.Now()}}, nil
}

func (s *Service) postReveal(r *http.Request) (web.Reply, error) {
	v, err := s.reveal(r.Context(), r.PathValue("case"), r.PathValue("party"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: revealPage(r.PathValue("case"), v), JSON: v}, nil
}

// tasks are filings that wait for the filing judge, and cases without a judge.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	var out []capability.Task
	cal, err := docket.Calendar(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range v.Posts {
		state, group := "", ""
		switch p.Role {
		case docket.FilingJudge:
			state, group = docket.Entered, "等您决定是否立案"
		case docket.Head:
			state, group = docket.Open, "等您分案"
		default:
			continue
		}
		sql, args := `SELECT `+docket.CaseCols+` FROM docket_case c WHERE c.court_id = ? AND c.state = ?`, []any{p.Court, state}
		if p.Role == docket.Head {
			sql += ` AND c.division_id = ? AND c.judge_id = ''`
			args = append(args, p.Division)
		}
		cs, err := db.List[docket.Case](tx, sql+` AND c.secrecy <> 'sealed' ORDER BY c.received_on, c.id LIMIT 50`, args...)
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			out = append(out, waitingCase(c, group, v, cal))
		}
	}
	return out, nil
}
