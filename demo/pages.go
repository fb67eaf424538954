package demo

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"mashang"
	"mashang/platform/app"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// Mount adds /demo and /demo/outbox. It refuses a court that is not a demo.
func Mount(c *mashang.Court) error {
	if !c.Kit.Config.Demo {
		return app.ErrDemo
	}
	carry(c)
	p := pages{c}
	rt := c.Router
	rt.Handle(web.Route{Pattern: "GET /demo", Title: "演示：试一试", Object: web.Public, Verb: "see", PageOnly: true, Do: p.roles})
	rt.Handle(web.Route{Pattern: "POST /demo/enter", Title: "演示：用一个人的身份进去", Object: web.Public, Verb: "login", In: enterCmd{}, Do: p.enter})
	rt.Handle(web.Route{Pattern: "GET /demo/outbox", Title: "演示：发出去的消息", Object: web.Public, Verb: "see", PageOnly: true, Do: p.outbox})
	return nil
}

type pages struct{ c *mashang.Court }

// told are the people of one story.
type told struct {
	Title string
	Says  string // in which order to play them
	Roles []Role
}

// orders say where a story begins and how it goes on.
var orders = map[string]string{
	byPhone: "原告、被告先签，再换法官、书记员。都签了，换法官助理，打开案件，点“出调解书”；法官签发，法官、书记员在调解书上签名；原告、被告再来签收，最后一个签收就生效。",
	thrice:  "先点书记员，把判决书发给每个被告，再换被告来收。第三个被告的号码是空号，书记员的工作台上写着下一步。",
}

// stories are the people by their stories, the first of which has no title.
func (k kept) stories() (out []told) {
	for _, r := range k.Roles {
		i := slices.IndexFunc(out, func(t told) bool { return t.Title == r.Story })
		if i < 0 {
			i, out = len(out), append(out, told{Title: r.Story, Says: orders[r.Story]})
		}
		out[i].Roles = append(out[i].Roles, r)
	}
	slices.SortStableFunc(out, func(a, b told) int { return cmp.Compare(min(1, len(a.Title)), min(1, len(b.Title))) })
	return out
}

type enterCmd struct {
	Person string `json:"person"`
}

func (p pages) kept(r *http.Request) (k kept, err error) {
	text, err := p.c.Kit.Setting(r.Context(), "demo.roles")
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &k)
	}
	return k, err
}

func (p pages) roles(r *http.Request) (web.Reply, error) {
	k, err := p.kept(r)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: rolesPage(k)}, nil
}

// enter signs in as one of the people on the page, and nobody else.
func (p pages) enter(r *http.Request) (web.Reply, error) {
	var c enterCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	k, err := p.kept(r)
	if err != nil {
		return web.Reply{}, err
	}
	for _, role := range k.Roles {
		if role.Person != c.Person {
			continue
		}
		token, err := p.c.Services.Account.Demo(r.Context(), role.Person, role.Staff, "演示")
		if err != nil {
			return web.Reply{}, err
		}
		to := cmp.Or(role.To, "/desk")
		return web.Reply{SignIn: token, Goto: to, JSON: map[string]string{"token": token, "goto": to}}, nil
	}
	return web.Reply{Goto: "/demo"}, nil
}

func (p pages) outbox(r *http.Request) (web.Reply, error) {
	ms, err := p.c.Kit.Notify.Outbox(r.Context(), 60)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: outboxPage(ms, p.c.Kit.Now())}, nil
}

// to says by which way a message left, and to whom; a browser has no name.
func to(m notify.Message) string {
	switch m.Channel {
	case notify.Push:
		return "响在手机上"
	case notify.WeChat:
		return "微信给 " + m.Target
	case notify.Email:
		return "邮件给 " + m.Target
	}
	return "短信给 " + m.Target
}
