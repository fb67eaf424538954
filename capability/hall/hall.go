// Package hall is 大厅: the pages that anyone may see: the front page with the
// box for a code, help, accessibility, privacy, how to check an exported
// record, and the preferences of large type and dark.
package hall

import (
	"net/http"

	"mashang/capability"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/web"
)

// Service does what the package doc says.
type Service struct {
	k       *app.Kit
	Version string
	offline []byte
	policy  string
}

// New returns the service. offline is the page that checks a record without a
// network, policy the content security policy that it needs.
func New(k *app.Kit, offline []byte, policy string) *Service {
	return &Service{k: k, offline: offline, policy: policy}
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "hall", Title: "大厅", Routes: s.routes}}
}

func (s *Service) routes(rt *web.Router) {
	page := func(pattern, title string, do web.Handler) {
		rt.Handle(web.Route{Pattern: pattern, Title: title, Object: web.Public, Verb: "see", PageOnly: true, Do: do})
	}
	page("GET /{$}", "首页", s.front)
	page("GET /offline", "没有网络", func(*http.Request) (web.Reply, error) { return web.Reply{Page: offlinePage()}, nil })
	page("GET /help", "使用帮助", func(*http.Request) (web.Reply, error) { return web.Reply{Page: helpPage()}, nil })
	page("GET /accessibility", "无障碍说明", func(*http.Request) (web.Reply, error) { return web.Reply{Page: accessibilityPage()}, nil })
	page("GET /privacy", "个人信息怎样保护", func(*http.Request) (web.Reply, error) { return web.Reply{Page: privacyPage()}, nil })
	page("GET /verify", "怎样核对导出的记录", s.verify)
	page("POST /prefs", "大字、深色", s.prefs)
	rt.Handle(web.Route{Pattern: "GET /hall/key", Title: "本院记录的公钥和最新校验点", Object: web.Public, Verb: "see", Out: keyAnswer{}, Do: s.key})
	page("GET /hall/checkpoint", "最新校验点（C2SP tlog-tiles）", s.checkpoint)
	page("GET /hall/tile/{tile...}", "账的校验值（C2SP tlog-tiles）", s.tile)
	rt.Raw("GET /verify/offline.html", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", s.policy)
		_, _ = w.Write(s.offline)
	}))
	rt.Raw("GET /api/v1/openapi.json", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.WriteJSON(w, rt.OpenAPI("码上", s.Version))
	}))
}

func (s *Service) front(r *http.Request) (web.Reply, error) {
	var cs []docket.Court
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		cs, err = docket.Courts(tx)
		return err
	})
	return web.Reply{Page: frontPage(cs, auth.From(r.Context()))}, err
}

func (s *Service) verify(*http.Request) (web.Reply, error) {
	return web.Reply{Page: verifyPage(s.k.Ledger.Signer().Fingerprint())}, nil
}

// prefs remembers how someone likes to read, in a cookie of his own.
func (s *Service) prefs(r *http.Request) (web.Reply, error) {
	var c struct {
		Size  string `json:"size"`
		Theme string `json:"theme"`
		Back  string `json:"back"`
	}
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	rep := web.Reply{Goto: web.Next(c.Back, "/")}
	for name, v := range map[string]string{"size": c.Size, "theme": c.Theme} {
		if v == "large" || v == "normal" || v == "dark" || v == "light" {
			rep.Cookies = append(rep.Cookies, &http.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
	}
	return rep, nil
}

// keyAnswer is what an outsider needs to check a record.
type keyAnswer struct {
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
	Checkpoint  string `json:"checkpoint"`
}
