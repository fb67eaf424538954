// Package desk is 工作台: what waits for one of the court's people today,
// gathered from every service, and the cases that are his. It decides nothing
// and keeps nothing.
package desk

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sort"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
	"mashang/ui"
)

// Tasks is what desk asks of the list.
type Tasks interface {
	Tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error)
}

// Service does what the package doc says.
type Service struct {
	k     *app.Kit
	tasks Tasks
}

// New returns the service.
func New(k *app.Kit, tasks Tasks) *Service { return &Service{k, tasks} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "desk", Title: "工作台", Routes: func(rt *web.Router) {
		rt.Handle(web.Route{Pattern: "GET /desk", Title: "今日", Object: "desk", Verb: "read", Out: today{}, Do: s.getDesk})
	}}}
}

// today is a desk.
type today struct {
	Groups []group           `json:"groups"`
	Cases  []docket.Case     `json:"cases"`
	Closed []docket.Case     `json:"closed"`
	Newest bool              `json:"-"` // cases are the newest to be seen, not his own by limit
	Open   int               `json:"open"`
	Posts  []docket.Post     `json:"posts"`
	Who    string            `json:"who"`
	Court  docket.Court      `json:"court"`
	Viewer capability.Viewer `json:"-"`
}

// group is a heading with what waits under it, the most urgent first.
type group struct {
	Name  string            `json:"name"`
	Tasks []capability.Task `json:"tasks"`
}

// order in which groups stand; others follow.
var order = map[string]int{"过期没回的留言": 0, "等您回复": 1, "等您决定是否立案": 2, "等您分案": 3, "等您起草": 4, soon: 5}

// soon is the heading of dates that are near; it is a figure, never an alarm.
const soon = "快到的期限"

// watched are the headings that a role always sees counted, also at none.
var watched = map[docket.Role][]string{
	docket.Judge: {"等您回复", soon}, docket.Head: {"过期没回的留言", "等您分案"}, docket.FilingJudge: {"等您决定是否立案"},
	docket.Assistant: {"等您起草"}, docket.Clerk: {"等您起草"},
}

func (s *Service) getDesk(r *http.Request) (web.Reply, error) {
	a := auth.From(r.Context())
	if !a.Staff {
		return web.Reply{Goto: "/casebook", JSON: today{}}, nil
	}
	d, err := s.today(r.Context(), a)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: deskPage(d), JSON: d}, nil
}

func (s *Service) today(ctx context.Context, a auth.Actor) (d today, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		d.Viewer = capability.Viewer{Actor: a, Now: now}
		if d.Posts, err = docket.Posts(tx, a.Person, now); err != nil {
			return err
		}
		if len(d.Posts) == 0 {
			return fault.New(fault.Forbidden, "您在法院的职务已经结束，工作台关闭了。有疑问请找本院系统管理员。")
		}
		d.Viewer.Posts, d.Who = d.Posts, d.Posts[0].Role.Title()
		if _, err := access.May(tx, a, "read", access.In("desk", d.Posts[0].Court), now); err != nil {
			return err
		}
		if d.Court, err = docket.CourtOf(tx, d.Posts[0].Court); err != nil {
			return err
		}
		ts, err := s.tasks.Tasks(tx, d.Viewer)
		if err != nil {
			return err
		}
		d.Groups = groups(ts)
		return s.cases(tx, &d)
	})
	return d, err
}

func groups(ts []capability.Task) []group {
	by := map[string][]capability.Task{}
	for _, t := range ts {
		by[t.Group] = append(by[t.Group], t)
	}
	var out []group
	for name, list := range by {
		sort.SliceStable(list, func(i, j int) bool { return list[i].Due.Before(list[j].Due) })
		out = append(out, group{name, list})
	}
	sort.Slice(out, func(i, j int) bool { return before(out[i].Name, out[j].Name) })
	return out
}

// before reports whether a heading stands above another.
func before(a, b string) bool {
	rank := func(n string) int {
		if r, ok := order[n]; ok {
			return r
		}
		return len(order)
	}
	if x, y := rank(a), rank(b); x != y {
		return x < y
	}
	return a < b
}

func ranked(set map[string]bool) []string {
	out := slices.Collect(maps.Keys(set))
	sort.Slice(out, func(i, j int) bool { return before(out[i], out[j]) })
	return out
}

// shown is how many cases a desk lists; the rest are a click away.
const shown = 12

// cases are those the person handles, the nearest limit first, and apart from
// them those that he closed.
func (s *Service) cases(tx *db.Tx, d *today) error {
	courts, err := access.Serves(tx, d.Viewer.Actor, d.Viewer.Now)
	if err != nil {
		return err
	}
	if len(courts) > 0 {
		mine, args := `c.judge_id = ? AND c.court_id || '' IN (`+db.In(len(courts))+`)`, append([]any{d.Viewer.Actor.Person}, db.Args(courts)...)
		n, err := db.One[int64](tx, `SELECT COUNT(*) FROM docket_case c WHERE `+mine+` AND c.state IN ('open', 'suspended')`, args...)
		if err != nil {
			return err
		}
		d.Open = int(n)
		args = append(args, shown)
		if d.Cases, err = db.List[docket.Case](tx, db.Planned(`SELECT `+docket.CaseCols+` FROM docket_case c WHERE `+mine+` AND c.state = 'open' ORDER BY c.limit_on, c.id LIMIT ?`), args...); err != nil {
			return err
		}
		// By the limit too: a judge has closed thousands, and this order needs no sorting.
		d.Closed, err = db.List[docket.Case](tx, db.Planned(`SELECT `+docket.CaseCols+` FROM docket_case c WHERE `+mine+` AND c.state = 'closed' ORDER BY c.limit_on DESC, c.id DESC LIMIT ?`), args...)
		if err != nil || len(d.Cases)+len(d.Closed) > 0 {
			return err
		}
	}
	// Those who handle no case of their own see the newest that they may see.
	d.Newest = true
	cs, err := access.Newest(tx, d.Viewer.Actor, d.Viewer.Now, "", nil, "", shown)
	for _, c := range cs {
		if c.State == docket.Closed {
			d.Closed = append(d.Closed, c)
		} else {
			d.Cases = append(d.Cases, c)
		}
	}
	return err
}

// holds reports whether the viewer has a post.
func (d today) holds(roles ...docket.Role) bool {
	for _, p := range d.Posts {
		for _, r := range roles {
			if p.Role == r {
				return true
			}
		}
	}
	return false
}

// figures are the counts on top: what the person's posts always have to watch,
// and whatever else waits.
func (d today) figures() []ui.Figure {
	watch := map[string]bool{}
	for _, p := range d.Posts {
		for _, g := range watched[p.Role] {
			watch[g] = true
		}
	}
	for _, g := range d.Groups {
		watch[g.Name] = true
	}
	var out []ui.Figure
	if d.holds(docket.Judge) || d.Open > 0 {
		out = append(out, ui.Figure{N: d.Open, Text: "在办", Href: "/casebook?state=open"})
	}
	for _, name := range ranked(watch) {
		out = append(out, ui.Figure{N: d.count(name), Text: name, Href: "#waiting", Hot: name != soon})
	}
	return out
}

// doors are the pages of an administrator, who has no cases.
func (d today) doors() []ui.Row {
	var out []ui.Row
	if d.holds(docket.SystemAdmin) {
		out = append(out, ui.Row{Icon: "door", Href: "/setup", Title: "设置", Sub: "法院名片、部门、放假安排、短信和邮件"}, ui.Row{Icon: "people", Href: "/setup/staff", Title: "人员", Sub: "添加、导入、重新邀请"},
			ui.Row{Icon: "link", Href: "/connect", Title: "对接", Sub: "和法院别的系统来往"})
	}
	if d.holds(docket.SecurityAdmin) {
		out = append(out, ui.Row{Icon: "person", Href: "/setup/posts", Title: "职务", Sub: "离任、调动、换职务"}, ui.Row{Icon: "seal", Href: "/setup/seals", Title: "印章", Sub: "启用和停用"},
			ui.Row{Icon: "lock", Href: "/account/locks", Title: "锁定", Sub: "锁上或打开账号"}, ui.Row{Icon: "people", Href: "/account/merge", Title: "合并账号", Sub: "同一个人的两个账号"})
	}
	if d.holds(docket.AuditAdmin) {
		out = append(out, ui.Row{Icon: "eye", Href: "/setup/audit", Title: "审计", Sub: "谁在什么时候做了什么"})
	}
	return out
}

// count of what waits under a heading.
func (d today) count(name string) int {
	for _, g := range d.Groups {
		if g.Name == name {
			return len(g.Tasks)
		}
	}
	return 0
}

// dueToday counts what must be done today.
func (d today) dueToday() int {
	n := 0
	end := ui.DaysLeft
	for _, g := range d.Groups {
		for _, t := range g.Tasks {
			if !t.Due.IsZero() && end(t.Due, d.Viewer.Now) <= 0 {
				n++
			}
		}
	}
	return n
}

// left says how long a case has, or since when it is closed.
func left(c docket.Case, d today) string {
	if c.State == docket.Closed {
		return c.ClosedOn.Short(docket.Today(d.Viewer.Now))
	}
	if c.State != docket.Open || c.Limit.IsZero() {
		return "—"
	}
	return ui.Left(c.Limit.At(12, 0, clock.Shanghai), d.Viewer.Now)
}

func late(c docket.Case, d today) bool {
	return c.State == docket.Open && !c.Limit.IsZero() && c.Limit.Sub(docket.Today(d.Viewer.Now)) <= 3
}
