package news

import (
	"net/http"

	"mashang/platform/live"
	"mashang/platform/web"
)

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /news/case/{case}", Title: "案件有没有新内容", Object: "case", Verb: "read", In: since{}, Out: heard{}, Glance: true, Do: s.getCase},
		{Pattern: "GET /news/desk", Title: "工作台有没有新内容", Object: "desk", Verb: "read", In: since{}, Out: heard{}, Do: s.getDesk},
	} {
		rt.Handle(r)
	}
}

type (
	// since is the place up to which the page has heard: in the query when it was
	// just made, in the header Last-Event-ID when it comes back.
	since struct {
		After string `json:"after"`
	}
	// heard is the answer to whoever does not stay connected.
	heard struct {
		News     []string `json:"news"`
		Anew     bool     `json:"anew"`     // too much to tell: read the page again
		Position string   `json:"position"` // to ask with next time
	}
)

func (s *Service) getCase(r *http.Request) (web.Reply, error) {
	return s.tell(r, s.ofCase(r.Context(), r.Pattern, r.PathValue("case")))
}

func (s *Service) getDesk(r *http.Request) (web.Reply, error) {
	p, err := s.ofDesk(r.Context(), r.Pattern)
	if err != nil {
		return web.Reply{}, err
	}
	return s.tell(r, p)
}

// tell answers with what was missed, and stays when the page asks for that.
func (s *Service) tell(r *http.Request, p live.Page) (web.Reply, error) {
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	if web.Streams(r) {
		st, err := s.k.Live.Open(r.Context(), p, after)
		if err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Stream: st.Serve}, nil
	}
	news, anew, upTo, err := s.k.Live.Since(r.Context(), p, after)
	if err != nil {
		return web.Reply{}, err
	}
	h := heard{News: []string{}, Anew: anew, Position: upTo}
	for _, n := range news {
		h.News = append(h.News, n.Say)
	}
	if p.Say != "" && len(news) > 0 {
		h.News = []string{p.Say}
	}
	return web.Reply{JSON: h}, nil
}
