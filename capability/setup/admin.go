package setup

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/court"
	"mashang/law/restday"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/web"
	"mashang/ui"
)

// adminRoutes are the pages of the administrators after the first run.
func (s *Service) adminRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /setup", Title: "设置", Object: "court", Verb: "settings", Out: home{}, Do: s.getHome},
		{Pattern: "GET /setup/court", Title: "法院名片", Object: "court", Verb: "settings", Out: docket.Court{}, Do: s.getCourt},
		{Pattern: "POST /setup/court", Title: "修改法院名片", Object: "court", Verb: "settings", Limit: "write", In: courtCmd{}, Do: s.postCourt},
		{Pattern: "POST /setup/logo", Title: "换法院标志", Object: "court", Verb: "settings", Limit: "write", Upload: mostLogo, Files: []string{"logo"}, In: logoCmd{}, Do: s.postLogo},
		{Pattern: "GET /setup/logo/{court}", Title: "法院标志", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getLogo},
		{Pattern: "GET /setup/divisions", Title: "部门", Object: "court", Verb: "settings", Out: []docket.Division{}, Do: s.getDivisions},
		{Pattern: "POST /setup/divisions", Title: "修改部门", Object: "court", Verb: "settings", Limit: "write", In: divisionCmd{}, Do: s.postDivision},
		{Pattern: "GET /setup/calendar", Title: "放假安排", Object: "court", Verb: "settings", Out: []restday.Year{}, Do: s.getCalendar},
		{Pattern: "POST /setup/calendar", Title: "载入放假安排", Object: "court", Verb: "settings", Limit: "write", In: calendarCmd{}, Out: restday.Year{}, Do: s.postCalendar},
		{Pattern: "GET /setup/gateways", Title: "短信和邮件", Object: "court", Verb: "settings", Out: gateways{}, Do: s.getGateways},
		{Pattern: "POST /setup/gateways", Title: "设短信和邮件", Object: "court", Verb: "settings", Limit: "write", In: gatewayCmd{}, Do: s.postGateways},
		{Pattern: "POST /setup/gateways/test", Title: "试发消息", Object: "court", Verb: "settings", Limit: "login", In: testCmd{}, Out: tested{}, Do: s.postTest},
		{Pattern: "POST /setup/gateways/receipt", Title: "短信网关告知到没到", Object: web.Public, Verb: "bind", Limit: "program", In: receiptCmd{}, Out: told{}, Do: s.postReceipt},
		{Pattern: "POST /setup/posts/change", Title: "离任、调动、换职务", Object: "court", Verb: "posts", Limit: "write", In: postCmd{}, Do: s.postChange},
		{Pattern: "POST /setup/posts/withdraw", Title: "撤回职务安排", Object: "court", Verb: "posts", Limit: "write", In: postCmd{}, Do: s.postWithdraw},
		{Pattern: "GET /setup/seals", Title: "印章", Object: "court", Verb: "seals", Out: []docket.Seal{}, Do: s.getSeals},
		{Pattern: "POST /setup/seals", Title: "启用印章", Object: "court", Verb: "seals", Limit: "write", In: sealCmd{}, Do: s.postSeal},
		{Pattern: "POST /setup/seals/end", Title: "停用印章", Object: "court", Verb: "seals", Limit: "write", In: sealCmd{}, Do: s.postSealEnd},
		{Pattern: "GET /setup/seals/{seal}/print", Title: "印样", Object: "court", Verb: "seals", Limit: "made", PageOnly: true, Do: s.getPrint},
	}
}

// place is the court that an administrator's page is about, and those he may
// choose from: his own and the ones directly below it.
type place struct {
	Court  docket.Court
	Courts []docket.Court
	Path   string
	System bool // whose pages the navigation shows: the system administrator's, or the security administrator's
}

func (s *Service) place(r *http.Request, verb, code string) (p place, err error) {
	if code == "" {
		code = r.URL.Query().Get("court")
	}
	p.Path, p.System = r.URL.Path, verb == "settings" || verb == "staff"
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, now := auth.From(r.Context()), tx.Now()
		all, err := docket.Courts(tx)
		if err != nil {
			return err
		}
		for _, c := range all {
			if _, err := access.May(tx, a, verb, access.In("court", c.Code), now); err == nil {
				p.Courts = append(p.Courts, c)
			}
		}
		for _, c := range p.Courts {
			if c.Code == code || code == "" && p.Court.Code == "" {
				p.Court = c
			}
		}
		if p.Court.Code == "" {
			return fault.Missing()
		}
		return nil
	})
	return p, err
}

// home is how far the settings of a court have come.
type home struct {
	Place place   `json:"-"`
	Steps []step  `json:"steps"`
	Stuck []stuck `json:"stuck"`
}

// stuck is work in the background that was given up.
type stuck struct {
	Kind  string    `json:"kind"`
	Since time.Time `json:"since"`
}

type step struct {
	Name string `json:"name"`
	Says string `json:"says"`
	Href string `json:"href"`
	Done bool   `json:"done"`
	Who  string `json:"who,omitempty"` // another administrator does it
}

func (s *Service) getHome(r *http.Request) (web.Reply, error) {
	p, err := s.place(r, "settings", "")
	if err != nil {
		return web.Reply{}, err
	}
	h := home{Place: p}
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		if h.Steps, err = s.steps(tx, p.Court); err != nil {
			return err
		}
		dead, err := jobs.Dead(tx)
		for _, j := range dead {
			h.Stuck = append(h.Stuck, stuck{j.Kind, j.RunAt})
		}
		return err
	})
	return web.Reply{Page: homePage(h), JSON: h}, err
}

// steps says what a court needs before it can serve, and what of it is there.
func (s *Service) steps(tx *db.Tx, c docket.Court) ([]step, error) {
	now := s.k.Now()
	staff, err := docket.Staff(tx, c.Code, now)
	if err != nil {
		return nil, err
	}
	has := map[docket.Role]bool{}
	for _, m := range staff {
		has[m.Role] = true
	}
	_, seal, err := docket.SealOf(tx, c.Code, now)
	if err != nil {
		return nil, err
	}
	years, err := docket.Calendars(tx)
	if err != nil {
		return nil, err
	}
	today := docket.Today(now)
	year := false
	for _, y := range years {
		year = year || y.Year == today.Year
	}
	sms := s.k.Config.SMS != ""
	if !sms {
		v, err := s.setting(tx, keySMS)
		if err != nil {
			return nil, err
		}
		sms = v != ""
	}
	q := "?court=" + c.Code
	return []step{
		{Name: "法院名片", Says: "对外电话、地址、标志", Href: "/setup/court" + q, Done: c.Phone != ""},
		{Name: "部门", Says: "庭、局、室和人民法庭", Href: "/setup/divisions" + q, Done: true},
		{Name: "人员", Says: "至少要有立案窗口、立案法官、庭长、法官", Href: "/setup/staff" + q, Done: has[docket.FilingOfficer] && has[docket.FilingJudge] && has[docket.Judge] && has[docket.Head]},
		{Name: "印章", Says: "院印启用以后才能出文书", Done: seal, Who: "安全管理员"},
		{Name: "放假安排", Says: "今年的要载入，期限才不是暂定", Href: "/setup/calendar" + q, Done: year},
		{Name: "短信和邮件", Says: "没有短信，当事人收不到验证码", Href: "/setup/gateways" + q, Done: sms || s.k.Config.Demo},
	}, nil
}

// saved answers an administrator's form.
func saved(path, code, toast string) web.Reply {
	return web.Reply{Goto: path + "?court=" + code, Toast: toast, JSON: map[string]bool{"done": true}}
}

func (s *Service) getCourt(r *http.Request) (web.Reply, error) {
	p, err := s.place(r, "settings", "")
	c := cardOf(p.Court)
	return web.Reply{Page: courtPage(p, c, nil), JSON: p.Court}, err
}

func (s *Service) postCourt(r *http.Request) (web.Reply, error) {
	var c courtCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.describe(r.Context(), c); err != nil {
		p, perr := s.place(r, "settings", c.Court)
		if perr != nil {
			return web.Reply{}, perr
		}
		return web.Reply{Page: courtPage(p, c, fault.Fields(err))}, err
	}
	return saved("/setup/court", c.Court, "改好了。"), nil
}

// logoCmd says whose picture the file is.
type logoCmd struct {
	Court string `json:"court"`
}

func (s *Service) postLogo(r *http.Request) (web.Reply, error) {
	var c logoCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	err := fault.Field("logo", "请选一张图片。")
	fs := web.Files(r, "logo")
	if len(fs) == 1 {
		f, oerr := fs[0].Open()
		if oerr != nil {
			return web.Reply{}, oerr
		}
		defer func() { _ = f.Close() }()
		if lerr := s.logo(r.Context(), c.Court, f); lerr == nil {
			return saved("/setup/court", c.Court, "标志换好了。"), nil
		} else {
			err = fault.As(lerr)
		}
	}
	p, perr := s.place(r, "settings", c.Court)
	if perr != nil {
		return web.Reply{}, perr
	}
	return web.Reply{Page: courtPage(p, cardOf(p.Court), ui.Errs{err})}, err
}

// getLogo gives the picture to anyone: it stands in every masthead.
func (s *Service) getLogo(r *http.Request) (web.Reply, error) {
	if _, ok := court.ByCode(r.PathValue("court")); !ok {
		return web.Reply{}, fault.Missing()
	}
	var digest string
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		c, err := docket.CourtOf(tx, r.PathValue("court"))
		digest = c.Logo
		return err
	})
	if err == nil && digest == "" {
		err = fault.Missing()
	}
	if err != nil {
		return web.Reply{}, err
	}
	b, err := blob.ReadAll(r.Context(), s.k.Blob, digest)
	return web.Reply{File: &web.File{Name: "logo.png", Type: "image/png", Body: bytes.NewReader(b), Inline: true}}, err
}

func (s *Service) divisions(ctx context.Context, code string) (ds []docket.Division, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		ds, err = docket.Divisions(tx, code)
		return err
	})
	return ds, err
}

func (s *Service) getDivisions(r *http.Request) (web.Reply, error) {
	return s.divisionReply(r, divisionCmd{}, nil)
}

func (s *Service) divisionReply(r *http.Request, c divisionCmd, err error) (web.Reply, error) {
	p, perr := s.place(r, "settings", c.Court)
	if perr != nil {
		return web.Reply{}, perr
	}
	ds, derr := s.divisions(r.Context(), p.Court.Code)
	if derr != nil {
		return web.Reply{}, derr
	}
	e := ui.Errs(fault.Fields(err))
	if err != nil && len(e) == 0 {
		e = ui.Errs{fault.As(err)}
	}
	return web.Reply{Page: divisionsPage(p, ds, c, e), JSON: ds}, err
}

func (s *Service) postDivision(r *http.Request) (web.Reply, error) {
	var c divisionCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.division(r.Context(), c); err != nil {
		return s.divisionReply(r, c, err)
	}
	return saved("/setup/divisions", c.Court, "改好了。"), nil
}

func (s *Service) getCalendar(r *http.Request) (web.Reply, error) {
	today := docket.Today(s.k.Now())
	return s.calendarReply(r, calendarCmd{Year: today.Year + 1}, restday.Year{}, nil)
}

func (s *Service) calendarReply(r *http.Request, c calendarCmd, preview restday.Year, err error) (web.Reply, error) {
	p, perr := s.place(r, "settings", c.Court)
	if perr != nil {
		return web.Reply{}, perr
	}
	var years []restday.Year
	rerr := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		years, err = docket.Calendars(tx)
		return err
	})
	if rerr != nil {
		return web.Reply{}, rerr
	}
	v := calendarView{Place: p, Years: years, Cmd: c, Preview: preview}
	if v.Preview.Year == 0 && len(years) > 0 && err == nil {
		v.Shown = years[0]
	}
	return web.Reply{Page: calendarPage(v, ui.Errs(fault.Fields(err))), JSON: years}, err
}

func (s *Service) postCalendar(r *http.Request) (web.Reply, error) {
	var c calendarCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	y, err := c.read(docket.Today(s.k.Now()))
	if err != nil {
		return s.calendarReply(r, c, restday.Year{}, err)
	}
	if !c.Sure {
		rep, err := s.calendarReply(r, c, y, nil)
		rep.JSON = y
		return rep, err
	}
	if err := s.load(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	rep := saved("/setup/calendar", c.Court, "载入了。原来暂定的期限会自动重新算。")
	rep.JSON = y
	return rep, nil
}

func (s *Service) getGateways(r *http.Request) (web.Reply, error) {
	return s.gatewayReply(r, "", nil, nil, nil)
}

func (s *Service) gatewayReply(r *http.Request, code string, typed *gatewayCmd, t *tested, err error) (web.Reply, error) {
	p, perr := s.place(r, "settings", code)
	if perr != nil {
		return web.Reply{}, perr
	}
	g, gerr := s.seeGateways(r.Context())
	if gerr != nil {
		return web.Reply{}, gerr
	}
	c := gatewayCmd{SMS: g.SMS, SMTP: g.SMTP, SMTPUser: g.SMTPUser, MailFrom: g.MailFrom}
	if typed != nil {
		c = *typed
	}
	rep := web.Reply{Page: gatewaysPage(p, g, c, t, ui.Errs(fault.Fields(err))), JSON: g}
	if t != nil {
		rep.JSON = t
	}
	return rep, err
}

func (s *Service) postGateways(r *http.Request) (web.Reply, error) {
	var c gatewayCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.setGateways(r.Context(), c); err != nil {
		c.SMSKey, c.SMTPWord = "", "" // a secret is never shown again
		return s.gatewayReply(r, c.Court, &c, nil, err)
	}
	return saved("/setup/gateways", c.Court, "存好了。请试发一条。"), nil
}

func (s *Service) postTest(r *http.Request) (web.Reply, error) {
	var c testCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	t, err := s.test(r.Context(), c)
	if err != nil {
		return s.gatewayReply(r, c.Court, nil, nil, err)
	}
	return s.gatewayReply(r, c.Court, nil, &t, nil)
}

func (s *Service) postChange(r *http.Request) (web.Reply, error) {
	var c postCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.changePost(r.Context(), c); err != nil {
		if fault.KindOf(err) == fault.StepUp {
			return web.Reply{}, err
		}
		return s.postsReply(r, c, err)
	}
	toast := "安排好了。到那一天自动生效，手上的事一起转。"
	if c.On.IsZero() || c.On == docket.Today(s.k.Now()) {
		toast = "办好了，马上生效，手上的事一起转。"
	}
	return saved("/setup/posts", c.Court, toast), nil
}

func (s *Service) postWithdraw(r *http.Request) (web.Reply, error) {
	var c postCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.withdraw(r.Context(), c); err != nil {
		return s.postsReply(r, c, err)
	}
	return saved("/setup/posts", c.Court, "撤回了，职务照旧。"), nil
}

func (s *Service) getSeals(r *http.Request) (web.Reply, error) {
	return s.sealReply(r, sealCmd{}, nil)
}

func (s *Service) sealReply(r *http.Request, c sealCmd, err error) (web.Reply, error) {
	p, perr := s.place(r, "seals", c.Court)
	if perr != nil {
		return web.Reply{}, perr
	}
	var list []docket.Seal
	rerr := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		list, err = docket.Seals(tx, p.Court.Code)
		return err
	})
	if rerr != nil {
		return web.Reply{}, rerr
	}
	if c.Ring == "" && err == nil {
		c.Ring = p.Court.Name
	}
	return web.Reply{Page: sealsPage(p, list, c, s.k.Now(), ui.Errs(fault.Fields(err))), JSON: list}, err
}

func (s *Service) postSeal(r *http.Request) (web.Reply, error) {
	var c sealCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.addSeal(r.Context(), c); err != nil {
		if fault.KindOf(err) == fault.StepUp {
			return web.Reply{}, err
		}
		return s.sealReply(r, c, err)
	}
	return saved("/setup/seals", c.Court, "启用了。"), nil
}

func (s *Service) postSealEnd(r *http.Request) (web.Reply, error) {
	var c sealCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.endSeal(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return saved("/setup/seals", c.Court, "停用了。已经盖过这个印的文书仍然有效。"), nil
}

func (s *Service) getPrint(r *http.Request) (web.Reply, error) {
	p, err := s.place(r, "seals", "")
	if err != nil {
		return web.Reply{}, err
	}
	b, err := s.print(r.Context(), p.Court.Code, r.PathValue("seal"))
	return web.Reply{File: &web.File{Name: "印样.pdf", Type: "application/pdf", Body: bytes.NewReader(b), Inline: true}}, err
}
