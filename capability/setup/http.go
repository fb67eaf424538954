package setup

import (
	"bytes"
	"context"
	"net/http"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /setup/first/{token}", Title: "首次设置", Object: web.Public, Verb: "see", Limit: "code", PageOnly: true, Do: s.getFirst},
		{Pattern: "POST /setup/first/{token}/origin", Title: "定网址", Object: web.Public, Verb: "setup", Limit: "code", In: originCmd{}, Do: s.postOrigin},
		{Pattern: "POST /setup/first/{token}/courts", Title: "选法院", Object: web.Public, Verb: "setup", Limit: "code", In: courtsCmd{}, Do: s.postCourts},
		{Pattern: "POST /setup/first/{token}/admins", Title: "任命三员", Object: web.Public, Verb: "setup", Limit: "code", In: adminsCmd{}, Out: []Invited{}, Do: s.postAdmins},
		{Pattern: "GET /setup/staff", Title: "人员", Object: "court", Verb: "staff", Out: staffView{}, Do: s.getStaff},
		{Pattern: "POST /setup/staff", Title: "添加工作人员", Object: "court", Verb: "staff", Limit: "write", In: staffCmd{}, Out: Invited{}, Do: s.postStaff},
		{Pattern: "GET /setup/staff/template", Title: "人员空表", Object: "court", Verb: "staff", Do: s.getTemplate},
		{Pattern: "POST /setup/staff/import", Title: "从表格导入人员", Object: "court", Verb: "staff", Limit: "write", Upload: 10 << 20, Out: []line{}, Do: s.postImport},
		{Pattern: "POST /setup/staff/end", Title: "结束职务", Object: "court", Verb: "posts", Limit: "write", In: endCmd{}, Do: s.postEnd},
		{Pattern: "GET /setup/posts", Title: "职务", Object: "court", Verb: "posts", Out: staffView{}, Do: s.getPosts},
		{Pattern: "GET /setup/audit", Title: "审计", Object: "court", Verb: "audit", Out: []auditLine{}, Do: s.getAudit},
	} {
		rt.Handle(r)
	}
}

type staffView struct {
	Court     string            `json:"court"`
	Staff     []docket.Member   `json:"staff"`
	Divisions []docket.Division `json:"divisions"`
}

func (s *Service) getFirst(r *http.Request) (web.Reply, error) {
	return s.first(r, firstForm{}, nil)
}

// firstForm is what was typed on the first-run pages.
type firstForm struct {
	Origin originCmd
	Courts courtsCmd
	Admins adminsCmd
}

func (s *Service) first(r *http.Request, f firstForm, err error) (web.Reply, error) {
	st, cerr := s.check(r.Context(), r.PathValue("token"))
	if cerr != nil {
		return web.Reply{}, cerr
	}
	return web.Reply{Page: firstPage(r.PathValue("token"), st, f, ui.Errs(fault.Fields(err)))}, err
}

func (s *Service) postOrigin(r *http.Request) (web.Reply, error) {
	var c originCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.origin(r.Context(), r.PathValue("token"), c); err != nil {
		return s.first(r, firstForm{Origin: c}, err)
	}
	return s.on(r)
}

func (s *Service) on(r *http.Request) (web.Reply, error) {
	return web.Reply{Goto: "/setup/first/" + r.PathValue("token"), JSON: map[string]bool{"done": true}}, nil
}

func (s *Service) postCourts(r *http.Request) (web.Reply, error) {
	var c courtsCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.courts(r.Context(), r.PathValue("token"), c); err != nil {
		return s.first(r, firstForm{Courts: c}, err)
	}
	return s.on(r)
}

func (s *Service) postAdmins(r *http.Request) (web.Reply, error) {
	var c adminsCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	inv, err := s.admins(r.Context(), r.PathValue("token"), c)
	if err != nil {
		return s.first(r, firstForm{Admins: c}, err)
	}
	return web.Reply{Page: donePage(inv), JSON: inv}, nil
}

// view loads the staff of the court where the actor administers.
func (s *Service) view(ctx context.Context, verb string) (v staffView, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), s.k.Now()
		posts, err := docket.Posts(tx, a.Person, now)
		if err != nil || len(posts) == 0 {
			return fault.Missing()
		}
		v.Court = posts[0].Court
		if _, err := access.May(tx, a, verb, access.In("court", v.Court), now); err != nil {
			return err
		}
		if v.Staff, err = docket.Staff(tx, v.Court, now); err != nil {
			return err
		}
		v.Divisions, err = docket.Divisions(tx, v.Court)
		return err
	})
	return v, err
}

func (s *Service) getStaff(r *http.Request) (web.Reply, error) {
	return s.staffReply(r, staffCmd{}, nil, nil)
}

func (s *Service) staffReply(r *http.Request, c staffCmd, lines []line, err error) (web.Reply, error) {
	v, verr := s.view(r.Context(), "staff")
	if verr != nil {
		return web.Reply{}, verr
	}
	return web.Reply{Page: staffPage(v, c, lines, ui.Errs(fault.Fields(err))), JSON: v}, err
}

func (s *Service) postStaff(r *http.Request) (web.Reply, error) {
	var c staffCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	inv, err := s.add(r.Context(), c)
	if err != nil {
		return s.staffReply(r, c, nil, err)
	}
	rep, err := s.staffReply(r, staffCmd{}, []line{{Name: inv.Name, OK: true, Says: "加好了，请把链接交给本人", Link: inv.Link}}, nil)
	rep.JSON = inv
	return rep, err
}

func (s *Service) getTemplate(*http.Request) (web.Reply, error) {
	b, err := template()
	return web.Reply{File: &web.File{Name: "人员.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: bytes.NewReader(b)}}, err
}

func (s *Service) postImport(r *http.Request) (web.Reply, error) {
	var c struct {
		Court string `json:"court"`
	}
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	fs := web.Files(r, "list")
	if len(fs) == 0 {
		return s.staffReply(r, staffCmd{}, nil, fault.Field("list", "请选填好的表格。"))
	}
	f, err := fs[0].Open()
	if err != nil {
		return web.Reply{}, err
	}
	defer func() { _ = f.Close() }()
	lines, err := s.importList(r.Context(), c.Court, f)
	if err != nil {
		return s.staffReply(r, staffCmd{}, nil, err)
	}
	rep, err := s.staffReply(r, staffCmd{}, lines, nil)
	rep.JSON = lines
	return rep, err
}

func (s *Service) getPosts(r *http.Request) (web.Reply, error) {
	v, err := s.view(r.Context(), "posts")
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: postsPage(v), JSON: v}, nil
}

func (s *Service) postEnd(r *http.Request) (web.Reply, error) {
	var c endCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.end(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/setup/posts", Toast: "职务结束了，他不能再以工作人员身份看任何案件。", JSON: map[string]bool{"ended": true}}, nil
}

// auditLine is an entry as the audit administrator sees it: what and when, not the words.
type auditLine struct {
	At    string `json:"at"`
	Title string `json:"title"`
	Actor string `json:"actor"`
}

func (s *Service) getAudit(r *http.Request) (web.Reply, error) {
	var out []auditLine
	v, err := s.view(r.Context(), "audit")
	if err != nil {
		return web.Reply{}, err
	}
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		ls, err := db.List[ledger.Line](tx, `SELECT id, at, kind, actor, leaf FROM ledger_entry WHERE court_id = ? ORDER BY at DESC, id DESC LIMIT 200`, v.Court)
		for _, l := range ls {
			name := "系统"
			if p, perr := docket.PersonOf(tx, l.Actor); perr == nil {
				name = p.Name
			}
			out = append(out, auditLine{ui.Time(l.At, s.k.Now()), s.k.Ledger.Title(l.Kind), name})
		}
		return err
	})
	return web.Reply{Page: auditPage(out), JSON: out}, err
}
