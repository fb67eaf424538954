package complaint

import (
	"net/http"
	"strconv"
	"strings"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
	"mashang/ui"
)

type (
	ok struct {
		Done bool `json:"done"`
	}
	made struct {
		ID     string `json:"id"`
		Served bool   `json:"served"` // somebody can read it now
	}
	// form is the page on which a paper is written.
	form struct {
		Case   docket.Case
		Court  docket.Court
		People []ui.Option
		P      paper
		Errs   ui.Errs
	}
)

func (s *Service) getWrite(r *http.Request) (web.Reply, error) {
	return s.form(r, paper{Kind: "complaint"}, nil)
}

func (s *Service) form(r *http.Request, p paper, errs ui.Errs) (web.Reply, error) {
	f := form{P: p, Errs: errs}
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(r.Context()), "write", access.Of("complaint", r.PathValue("case")), tx.Now())
		if err != nil {
			return err
		}
		f.Case = g.Case
		if f.Court, err = docket.CourtOf(tx, g.Case.Court); err != nil {
			return err
		}
		seats, err := docket.Seats(tx, g.Case.ID, tx.Now())
		for _, x := range seats {
			f.People = append(f.People, ui.Option{Value: x.Person, Text: x.Name, Sub: docket.SeatNames[x.Seat]})
		}
		return err
	})
	return web.Reply{Page: writePage(f)}, err
}

func (s *Service) postWrite(r *http.Request) (web.Reply, error) {
	var p paper
	if err := web.Read(r, &p); err != nil {
		return web.Reply{}, err
	}
	ups, done, err := web.Uploads(r, "files")
	defer done()
	if err != nil {
		return web.Reply{}, err
	}
	m, err := s.write(r.Context(), r.PathValue("case"), p, ups)
	if err != nil {
		return web.Again(err, func() (web.Reply, error) { return s.form(r, p, fault.Fields(err)) })
	}
	toast := "交上去了。办案的人看不到。"
	if !m.Served {
		toast = "留下了，可是现在没有人能看。请看下面怎么办。"
	}
	return web.Reply{Goto: "/complaint/mine/" + m.ID, Toast: toast, JSON: m}, nil
}

func (s *Service) getMine(r *http.Request) (web.Reply, error) {
	m, err := s.own(r.Context())
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: minePage(m, s.k.Now()), JSON: m}, nil
}

func (s *Service) getOwn(r *http.Request) (web.Reply, error) { return s.one(r, true, "", nil) }
func (s *Service) getOne(r *http.Request) (web.Reply, error) { return s.one(r, false, "", nil) }

func (s *Service) one(r *http.Request, own bool, typed string, errs ui.Errs) (web.Reply, error) {
	v, err := s.view(r.Context(), r.PathValue("complaint"), own)
	if err != nil {
		return web.Reply{}, err
	}
	rep := web.Reply{Page: paperPage(v, own, typed, s.k.Now(), errs), JSON: v}
	if !own {
		rep.Read = s.reading(r, v, "")
	}
	return rep, nil
}

// reading is for the trail of the office: who opened a paper, or which file of it.
func (s *Service) reading(r *http.Request, v seen, file string) *web.Reading {
	return &web.Reading{Object: Reading, ID: v.ID, Person: auth.From(r.Context()).Person, Basis: file, At: s.k.Now()}
}

func (s *Service) postAnswer(r *http.Request) (web.Reply, error) {
	var c answer
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.answer(r.Context(), r.PathValue("complaint"), c); err != nil {
		rep, verr := s.one(r, false, c.Text, fault.Fields(err))
		if verr != nil || fault.KindOf(err) != fault.Invalid {
			return web.Reply{}, err
		}
		return rep, err
	}
	return web.Reply{Goto: "/desk", Toast: "答复发出去了。", JSON: ok{true}}, nil
}

func (s *Service) postPass(r *http.Request) (web.Reply, error) {
	if err := s.pass(r.Context(), r.PathValue("complaint")); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/desk", Toast: "转过去了，您这里不再看得到。", JSON: ok{true}}, nil
}

func (s *Service) getFile(r *http.Request) (web.Reply, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return web.Reply{}, fault.Missing()
	}
	v, f, text, err := s.material(r.Context(), r.PathValue("complaint"), n)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: f.Name, Type: f.Type, Body: strings.NewReader(text), Inline: true}, Read: s.reading(r, v, f.Name)}, nil
}
