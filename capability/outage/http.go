package outage

import (
	"context"
	"embed"
	"net/http"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law"
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

// Phones reaches people where they asked for it, besides their phone number.
type Phones interface {
	TellBesides(tx *db.Tx, person string, at time.Time, text, path string) error
}

// Papers makes the certificate that lies beside an application.
type Papers interface {
	Certify(tx *db.Tx, kind string, c docket.Case, p docket.Party, fields map[string]any) (paper.Paper, error)
}

// Service does what the package doc says.
type Service struct {
	k      *app.Kit
	phones Phones
	papers Papers
	node   string
	limit  time.Duration
}

// New returns the service. What the settings name is the shortest silence that
// counts; a restart is shorter.
func New(k *app.Kit, phones Phones, papers Papers) (*Service, error) {
	limit, err := k.Config.Silence()
	return &Service{k: k, phones: phones, papers: papers, node: nodeName(), limit: limit}, err
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "outage", Title: "断线台账", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: "outage.found", Title: "系统断过", Audience: ledger.Court},
				{Name: "outage.widened", Title: "系统断的时间比先前知道的长", Audience: ledger.Court},
				{Name: "outage.probed", Title: "上传外部探测的记录", Audience: ledger.Court},
				{Name: "outage.planned", Title: "登记计划维护", Audience: ledger.Court},
				{Name: "outage.drafted", Title: "系统断过，替当事人起草顺延期限的申请", Audience: ledger.Named, News: "有一份申请等您看"},
				{Name: "outage.filed", Title: "申请顺延期限", Audience: ledger.Named, News: "顺延期限的申请有进展"},
				{Name: "outage.left", Title: "不申请顺延期限", Audience: ledger.Named},
				{Name: "outage.granted", Title: "准许顺延期限", Audience: ledger.Parties, News: "期限有变化"},
				{Name: "outage.refused", Title: "不准许顺延期限", Audience: ledger.Parties, News: "顺延期限的申请有结果"},
			},
			Technical: []string{"outage_beat"},
			Jobs:      map[string]jobs.Handler{"outage.weigh": s.weigh, "outage.draft": s.draft}},
		Panels: s.panels, Tasks: s.tasks,
	}
}

type ok struct {
	Done bool `json:"done"`
}

// mostProbe is how large a probe's file may be: a line a minute for a year.
const mostProbe = 60 << 20

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /outage", Title: "本院系统什么时候断过", Object: web.Public, Verb: "see", Out: book{}, Do: s.getBook},
		{Pattern: "GET /outage/certificate/{outage}", Title: "系统故障证明", Object: web.Public, Verb: "see", Out: certificate{}, Do: s.getCertificate},
		{Pattern: "GET /outage/admin", Title: "断线台账", Object: "court", Verb: "settings", PageOnly: true, Do: s.getAdmin},
		{Pattern: "POST /outage/plan", Title: "登记计划维护", Object: "court", Verb: "settings", Limit: "write", In: planCmd{}, Out: ok{}, Do: s.postPlan},
		{Pattern: "POST /outage/probe", Title: "上传外部探测的记录", Object: "court", Verb: "settings", Limit: "write", Upload: mostProbe, Files: []string{"file"}, In: probeCmd{}, Out: probeOut{}, Do: s.postProbe},
		{Pattern: "GET /outage/{case}/apply/{application}", Title: "顺延期限的申请", Object: "extension", Verb: "read", Out: view{}, Do: s.getApply},
		{Pattern: "POST /outage/{case}/apply/{application}", Title: "交或者不交顺延期限的申请", Object: "extension", Verb: "apply", Limit: "write", In: applyCmd{}, Out: ok{}, Do: s.postApply},
		{Pattern: "POST /outage/{case}/decide/{application}", Title: "决定是否准许顺延期限", Object: "extension", Verb: "decide", Limit: "write", In: decideCmd{}, Out: ok{}, Do: s.postDecide},
	} {
		rt.Handle(r)
	}
}

// book is what everybody may read.
type book struct {
	Outages []outage `json:"outages"`
	Plans   []plan   `json:"plans"` // to come
}

// read reads the newest outages and the maintenance that is to come.
func (s *Service) read(ctx context.Context) (b book, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if b.Outages, err = db.List[outage](tx, `SELECT `+outageCols+` FROM outage_outage ORDER BY from_at DESC LIMIT 200`); err != nil {
			return err
		}
		b.Plans, err = db.List[plan](tx, `SELECT `+planCols+` FROM outage_plan WHERE to_at > ? ORDER BY from_at LIMIT 200`, tx.Now())
		return err
	})
	return b, err
}

func (s *Service) getBook(r *http.Request) (web.Reply, error) {
	b, err := s.read(r.Context())
	return web.Reply{Page: bookPage(b, s.k.Now()), JSON: b}, err
}

// certificate is 系统故障证明, for the courts of the house.
type certificate struct {
	Courts []string `json:"courts"`
	Outage outage   `json:"outage"`
	Plans  []plan   `json:"plans"` // that had announced it
}

func (s *Service) getCertificate(r *http.Request) (web.Reply, error) {
	var c certificate
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		var found bool
		var err error
		if c.Outage, found, err = db.Maybe[outage](tx, `SELECT `+outageCols+` FROM outage_outage WHERE id = ?`, r.PathValue("outage")); err != nil || !found {
			if err == nil {
				err = fault.Missing()
			}
			return err
		}
		cs, err := docket.Courts(tx)
		if err != nil {
			return err
		}
		for _, x := range cs {
			if x.Level != "high" {
				c.Courts = append(c.Courts, x.Name)
			}
		}
		c.Plans, err = db.List[plan](tx, `SELECT `+planCols+` FROM outage_plan WHERE from_at <= ? AND to_at >= ? AND at < ? ORDER BY from_at LIMIT 200`, c.Outage.To, c.Outage.From, c.Outage.From)
		return err
	})
	return web.Reply{Page: certificatePage(c), JSON: c}, err
}

// probeCmd comes with a probe's file.
type probeCmd struct {
	Court string `json:"court"`
}

type probeOut struct {
	Outages int `json:"outages"`
}

func (s *Service) getAdmin(r *http.Request) (web.Reply, error) {
	return s.admin(r, r.URL.Query().Get("court"), planCmd{}, nil)
}

// admin is the administrator's page, of a court that he serves.
func (s *Service) admin(r *http.Request, court string, c planCmd, e ui.Errs) (web.Reply, error) {
	var courts []docket.Court
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		all, err := docket.Courts(tx)
		for _, x := range all {
			if _, no := access.May(tx, auth.From(r.Context()), "settings", access.In("court", x.Code), tx.Now()); no == nil && (court == "" || court == x.Code) {
				courts = append(courts, x)
			}
		}
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	if len(courts) == 0 {
		return web.Reply{}, fault.New(fault.Forbidden, "这一页只有系统管理员能看。")
	}
	b, err := s.read(r.Context())
	return web.Reply{Page: adminPage(courts[0], b, c, s.k.Now(), e)}, err
}

func (s *Service) postPlan(r *http.Request) (web.Reply, error) {
	var c planCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	err := s.announce(r.Context(), c)
	return s.back(r, c.Court, c, err, "登记好了，大家在“本院系统什么时候断过”里看得到。", ok{true})
}

func (s *Service) postProbe(r *http.Request) (web.Reply, error) {
	var c probeCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	fs := web.Files(r, "file")
	if len(fs) != 1 {
		return s.back(r, c.Court, planCmd{}, fault.Field("file", "请选探测程序写的文件。"), "", nil)
	}
	b, err := web.Bytes(fs[0])
	if err != nil {
		return web.Reply{}, err
	}
	n, err := s.probed(r.Context(), c.Court, b)
	return s.back(r, c.Court, planCmd{}, err, "读完了，看到断过 "+itoa(n)+" 次。", probeOut{n})
}

// back leads to the administrator's page, or shows it again with what is wrong.
func (s *Service) back(r *http.Request, court string, c planCmd, err error, toast string, out any) (web.Reply, error) {
	if err == nil {
		return web.Reply{Goto: "/outage/admin?court=" + court, Toast: toast, JSON: out}, nil
	}
	if fault.KindOf(err) != fault.Invalid {
		return web.Reply{}, err
	}
	rep, aerr := s.admin(r, court, c, fault.Fields(err))
	if aerr != nil {
		return web.Reply{}, err
	}
	return rep, err
}

func (s *Service) getApply(r *http.Request) (web.Reply, error) {
	return s.application(r, decideCmd{}, nil)
}

// application is the page of one application, for the party and for the court.
func (s *Service) application(r *http.Request, c decideCmd, e ui.Errs) (web.Reply, error) {
	var v view
	var day law.Date
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		var err error
		if v, err = s.of(tx, auth.From(r.Context()), "read", r.PathValue("case"), r.PathValue("application")); err != nil {
			return err
		}
		cal, err := docket.Calendar(tx)
		if err == nil {
			day = suggested(tx.Now(), cal)
		}
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	if c.New.IsZero() {
		c.New = day
	}
	return web.Reply{Page: applicationPage(v, c, s.k.Now(), e), JSON: v}, nil
}

func (s *Service) postApply(r *http.Request) (web.Reply, error) {
	var c applyCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	toast := "交给法官了。准不准许，会告诉您。"
	if c.Do == "leave" {
		toast = "记下了，这份申请不交。改了主意，期限以内还可以交。"
	}
	return s.done(r, s.apply(r.Context(), r.PathValue("case"), r.PathValue("application"), c), toast, decideCmd{})
}

func (s *Service) postDecide(r *http.Request) (web.Reply, error) {
	var c decideCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	return s.done(r, s.decide(r.Context(), r.PathValue("case"), r.PathValue("application"), c), "决定记下了，已经告诉当事人。", c)
}

// done leads back to the case, or shows the page again with what is wrong.
func (s *Service) done(r *http.Request, err error, toast string, c decideCmd) (web.Reply, error) {
	if err == nil {
		return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: toast, JSON: ok{true}}, nil
	}
	if fault.KindOf(err) != fault.Invalid {
		return web.Reply{}, err
	}
	rep, aerr := s.application(r, c, fault.Fields(err))
	if aerr != nil {
		return web.Reply{}, err
	}
	return rep, err
}
