package statistics

import (
	"bytes"
	"net/http"
	"net/url"
	"sync"

	"mashang/capability"
	"mashang/law/stats"
	"mashang/platform/app"
	"mashang/platform/pdf"
	"mashang/platform/web"
)

// Service does what the package doc says.
type Service struct {
	k     *app.Kit
	faces func() (*pdf.Faces, error) // typefaces, read when the first report is made
}

// New returns the service.
func New(k *app.Kit) *Service {
	return &Service{k: k, faces: sync.OnceValues(func() (*pdf.Faces, error) { return pdf.LoadFaces(k.Config.Fonts) })}
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "statistics", Title: "统计", Schema: schema, Routes: s.routes, Hears: s.hears(), Start: s.begin,
		Technical: []string{"statistics_appeal", "statistics_event", "statistics_sum"}}}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /statistics", Title: "审判运行的数", Object: "statistics", Verb: "read", In: query{}, Out: Sheet{}, Do: s.getSheet},
		{Pattern: "GET /statistics/cases", Title: "一个数后面的案件", Object: "statistics", Verb: "read", In: query{}, Out: behind{}, Do: s.getCases},
		{Pattern: "GET /statistics/report.pdf", Title: "统计报告，PDF", Object: "statistics", Verb: "read", Limit: "made", In: query{}, Out: web.File{}, Do: s.getPDF},
		{Pattern: "GET /statistics/report.xlsx", Title: "统计报告，表格", Object: "statistics", Verb: "read", Limit: "made", In: query{}, Out: web.File{}, Do: s.getXLSX},
		{Pattern: "GET /statistics/words", Title: "公式和口径", Object: web.Public, Verb: "see", Out: words{}, Do: s.getWords},
		{Pattern: "GET /statistics/public/{court}", Title: "公开的数", Object: web.Public, Verb: "see", In: publicQuery{}, Out: Sheet{}, Do: s.getPublic},
	} {
		rt.Handle(r)
	}
}

// read reads the address of a page.
func read(r *http.Request) query {
	v := r.URL.Query()
	get := func(k string) string { return web.Clean(v.Get(k)) }
	q := query{Court: get("court"), Area: get("area"), Division: get("division"), Judge: get("judge"), Period: get("period"), Figure: get("figure"), Part: get("part"), After: get("after")}
	if w := get("place"); w != "" { // a choice of the form, which is one field
		in, err := url.ParseQuery(w)
		if err == nil {
			q.Court, q.Area, q.Division, q.Judge = in.Get("court"), in.Get("area"), in.Get("division"), in.Get("judge")
		}
	}
	return q
}

// address is a page of the service for a place and period.
func address(page string, p place, period string, more ...string) string {
	v := where(p)
	v.Set("period", period)
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return "/statistics" + page + "?" + v.Encode()
}

// where is a place as fields of an address.
func where(p place) url.Values {
	v := url.Values{"court": {p.Court}}
	switch p.Kind {
	case "area":
		v.Set("area", "1")
	case "division":
		v.Set("division", p.ID)
	case "judge":
		v.Set("judge", p.ID)
	}
	return v
}

func (s *Service) getSheet(r *http.Request) (web.Reply, error) {
	sh, err := s.show(r.Context(), read(r))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: sheetPage(sh), JSON: sh}, nil
}

func (s *Service) getCases(r *http.Request) (web.Reply, error) {
	b, err := s.cases(r.Context(), read(r))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: casesPage(b), JSON: b}, nil
}

// publicQuery is the address of a public page.
type publicQuery struct {
	Period string `json:"period"`
}

func (s *Service) getPublic(r *http.Request) (web.Reply, error) {
	sh, err := s.public(r.Context(), r.PathValue("court"), web.Clean(r.URL.Query().Get("period")))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: sheetPage(sh), JSON: sh}, nil
}

// words are the definitions of all figures.
type words struct {
	Figures []definition `json:"figures"`
}

type definition struct {
	Key        string `json:"key"`
	Name       string `json:"name"`
	Unit       string `json:"unit"`
	Definition string `json:"definition"`
	Of         string `json:"numerator_is"`
	By         string `json:"denominator_is"`
	Variant    string `json:"variant"`
	Version    string `json:"version"`
	Decimals   int    `json:"decimals"`
	Source     string `json:"source"`
	Note       string `json:"note"`
}

func (s *Service) getWords(*http.Request) (web.Reply, error) {
	var w words
	for _, f := range stats.Figures {
		d := definition{Key: f.Key, Name: f.Name, Unit: f.Unit, Definition: f.Formula, Of: f.Numerator.Words, Variant: f.Variant, Version: f.Version, Decimals: f.Decimals, Source: f.Source, Note: f.Note}
		if f.Denominator != nil {
			d.By = f.Denominator.Words
		}
		w.Figures = append(w.Figures, d)
	}
	return web.Reply{Page: wordsPage(w), JSON: w}, nil
}

func (s *Service) getPDF(r *http.Request) (web.Reply, error) {
	sh, err := s.show(r.Context(), read(r))
	if err != nil {
		return web.Reply{}, err
	}
	b, err := s.paper(sh)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: sh.fileName() + ".pdf", Type: "application/pdf", Body: bytes.NewReader(b), Inline: true, At: s.k.Now()}}, nil
}

func (s *Service) getXLSX(r *http.Request) (web.Reply, error) {
	sh, err := s.show(r.Context(), read(r))
	if err != nil {
		return web.Reply{}, err
	}
	cs, err := s.closed(r.Context(), sh)
	if err != nil {
		return web.Reply{}, err
	}
	b, err := workbook(sh, cs)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: sh.fileName() + ".xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: bytes.NewReader(b), At: s.k.Now()}}, nil
}
