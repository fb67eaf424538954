package setup

import (
	"bytes"
	"net/http"
	"slices"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/sheet"
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
		{Pattern: "GET /setup/staff/template", Title: "人员空表", Object: "court", Verb: "staff", Out: web.File{}, Do: s.getTemplate},
		{Pattern: "POST /setup/staff/import", Title: "从表格导入人员", Object: "court", Verb: "staff", Limit: "write", Upload: mostList, Files: []string{"list"}, In: importCmd{}, Out: []line{}, Do: s.postImport},
		{Pattern: "POST /setup/staff/undo", Title: "撤回加错的工作人员", Object: "court", Verb: "staff", Limit: "write", In: undoCmd{}, Out: []line{}, Do: s.postUndo},
		{Pattern: "POST /setup/staff/invite", Title: "重新发邀请", Object: "court", Verb: "staff", Limit: "write", In: inviteCmd{}, Out: Invited{}, Do: s.postInvite},
		{Pattern: "GET /setup/posts", Title: "职务", Object: "court", Verb: "posts", Out: staffView{}, Do: s.getPosts},
		{Pattern: "GET /setup/audit", Title: "审计", Object: "court", Verb: "audit", Out: []auditLine{}, Do: s.getAudit},
	} {
		rt.Handle(r)
	}
	for _, r := range s.adminRoutes() {
		rt.Handle(r)
	}
}

type staffView struct {
	Place     place             `json:"-"`
	Court     string            `json:"court"`
	Staff     []docket.Member   `json:"staff"`
	Later     []docket.Member   `json:"later"` // whose posts begin on a day to come
	Divisions []docket.Division `json:"divisions"`
	Waiting   []string          `json:"waiting"` // persons who have not accepted their invitation
	Now       time.Time         `json:"-"`
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

// view loads the staff of a court that the actor administers.
func (s *Service) view(r *http.Request, verb, code string) (v staffView, err error) {
	if v.Place, err = s.place(r, verb, code); err != nil {
		return v, err
	}
	v.Court, v.Now = v.Place.Court.Code, s.k.Now()
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		if v.Staff, err = docket.Staff(tx, v.Court, v.Now); err != nil {
			return err
		}
		if v.Later, err = docket.StaffToCome(tx, v.Court, v.Now); err != nil {
			return err
		}
		if v.Waiting, err = s.accounts.Waiting(tx); err != nil {
			return err
		}
		v.Waiting = slices.DeleteFunc(v.Waiting, func(p string) bool {
			here := func(m docket.Member) bool { return m.Person == p && !m.Role.Administrator() }
			return !slices.ContainsFunc(v.Staff, here) && !slices.ContainsFunc(v.Later, here)
		})
		v.Divisions, err = docket.Divisions(tx, v.Court)
		return err
	})
	return v, err
}

func (s *Service) getStaff(r *http.Request) (web.Reply, error) {
	return s.staffReply(r, staffCmd{}, outcome{}, nil)
}

// outcome is what became of a list, row by row.
type outcome struct {
	Dry   bool
	Undo  bool
	Lines []line
}

func (s *Service) staffReply(r *http.Request, c staffCmd, l outcome, err error) (web.Reply, error) {
	v, verr := s.view(r, "staff", c.Court)
	if verr != nil {
		return web.Reply{}, verr
	}
	return web.Reply{Page: staffPage(v, c, l, ui.Errs(fault.Fields(err))), JSON: v}, err
}

func (s *Service) postStaff(r *http.Request) (web.Reply, error) {
	var c staffCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	inv, err := s.add(r.Context(), c)
	if err != nil {
		return s.staffReply(r, c, outcome{}, err)
	}
	rep, err := s.staffReply(r, staffCmd{Court: c.Court}, outcome{Lines: []line{{Name: inv.Name, OK: true, Says: inv.says(), Link: inv.Link, Post: inv.Post}}}, nil)
	rep.JSON = inv
	return rep, err
}

func (s *Service) postInvite(r *http.Request) (web.Reply, error) {
	var c inviteCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	inv, err := s.again(r.Context(), c)
	if err != nil {
		return web.Reply{}, err
	}
	rep, err := s.staffReply(r, staffCmd{Court: c.Court}, outcome{Lines: []line{{Name: inv.Name, OK: true, Says: "新的链接，七天内有效；旧的已经作废。他用过账号的，还要填发到他手机上的确认码", Link: inv.Link}}}, nil)
	rep.JSON = inv
	return rep, err
}

func (s *Service) getTemplate(*http.Request) (web.Reply, error) {
	b, err := template()
	return web.Reply{File: &web.File{Name: "人员.xlsx", Type: sheet.XLSX, Body: bytes.NewReader(b)}}, err
}

// importCmd says what to do with a list.
type importCmd struct {
	Court string `json:"court"`
	Do    string `json:"do"` // import; anything else only tries
}

func (s *Service) postImport(r *http.Request) (web.Reply, error) {
	var c importCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	fs := web.Files(r, "list")
	if len(fs) == 0 {
		return s.staffReply(r, staffCmd{Court: c.Court}, outcome{}, fault.Field("list", "请选填好的表格。"))
	}
	file, err := web.Bytes(fs[0])
	if err != nil {
		return web.Reply{}, err
	}
	l := outcome{Dry: c.Do != "import"}
	if l.Lines, err = s.importList(r.Context(), c.Court, l.Dry, file); err != nil {
		return s.staffReply(r, staffCmd{Court: c.Court}, outcome{}, err)
	}
	rep, err := s.staffReply(r, staffCmd{Court: c.Court}, l, nil)
	rep.JSON = l.Lines
	return rep, err
}

func (s *Service) postUndo(r *http.Request) (web.Reply, error) {
	var c undoCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	ls, err := s.undo(r.Context(), c)
	if err != nil {
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict {
			return web.Reply{}, err
		}
		rep, _ := s.staffReply(r, staffCmd{Court: c.Court}, outcome{Undo: true, Lines: ls}, err)
		return rep, err
	}
	rep, err := s.staffReply(r, staffCmd{Court: c.Court}, outcome{Undo: true, Lines: ls}, nil)
	rep.JSON = ls
	return rep, err
}

func (s *Service) getPosts(r *http.Request) (web.Reply, error) {
	return s.postsReply(r, postCmd{}, nil)
}

func (s *Service) postsReply(r *http.Request, c postCmd, err error) (web.Reply, error) {
	v, verr := s.view(r, "posts", c.Court)
	if verr != nil {
		return web.Reply{}, verr
	}
	e := ui.Errs(fault.Fields(err))
	if err != nil && len(e) == 0 {
		e = ui.Errs{fault.As(err)}
	}
	return web.Reply{Page: postsPage(v, c, e), JSON: v}, err
}

// auditLine is an entry as the audit administrator sees it: what and when, not the words.
type auditLine struct {
	At    string `json:"at"`
	Title string `json:"title"`
	Actor string `json:"actor"`
}

// hides reports whether to name the actor of an entry would tell who stands in a
// sealed case: he is none of the court's.
func hides(tx *db.Tx, l ledger.Line, court string) (bool, error) {
	if l.Case == "" {
		return false, nil
	}
	c, err := docket.CaseOf(tx, l.Case)
	if err != nil || c.Secrecy != docket.Sealed {
		return false, err
	}
	staff, err := docket.EverStaff(tx, l.Actor, court)
	return !staff, err
}

func (s *Service) getAudit(r *http.Request) (web.Reply, error) {
	var out []auditLine
	p, err := s.place(r, "audit", "")
	if err != nil {
		return web.Reply{}, err
	}
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		court := p.Court.Code
		ls, err := ledger.OfCourt(tx, court, 200)
		for _, l := range ls {
			name := "系统"
			if p, perr := docket.PersonOf(tx, l.Actor); perr == nil {
				name = p.Name
				hidden, err := hides(tx, l, court)
				if err != nil {
					return err
				}
				if hidden {
					name = "封存案件里的人"
				}
			}
			out = append(out, auditLine{ui.Time(l.At, s.k.Now()), s.k.Ledger.Title(l.Kind), name})
		}
		return err
	})
	return web.Reply{Page: auditPage(out), JSON: out}, err
}
