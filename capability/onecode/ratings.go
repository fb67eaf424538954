package onecode

import (
	"net/http"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/stats"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
)

// The pages of rate.go, and the board of what waits.

// askRatings marks answers that their reader has not rated yet, shows what he
// said of the others, and where he may ask once more.
func (s *Service) askRatings(tx *db.Tx, ms []seen) error {
	a := auth.From(tx.Context())
	if len(ms) == 0 {
		return nil
	}
	had, err := s.rated(tx, ms[0].Case, a.Person)
	if err != nil {
		return err
	}
	again, answer := map[string]bool{}, map[string]*seen{}
	for i := range ms {
		if m := &ms[i]; m.again() {
			again[m.ReplyTo] = true
		} else if m.ReplyTo != "" {
			answer[m.ReplyTo] = m
		}
	}
	for _, q := range ms {
		m := answer[q.ID]
		if m == nil || q.AuthorID != a.Person || again[q.ID] {
			continue
		}
		if r, rated := had[q.first()]; rated && !r.At.Before(q.Answered) {
			m.Rated = r.Grade
		} else {
			m.MayRate = true
		}
		m.MayAgain = !q.again() && m.Rated != stats.Grades[0]
	}
	return nil
}

func (s *Service) postRateMessage(r *http.Request) (web.Reply, error) {
	var c rate
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/onecode/" + r.PathValue("case") + "#said", Toast: "谢谢，记下了。办案的人看不到。", JSON: ok{true}}, s.rateMessage(r.Context(), r.PathValue("message"), c)
}

func (s *Service) getRate(r *http.Request) (web.Reply, error) {
	v, err := s.rateView(r)
	return web.Shown(v, err, ratePage(v, "", "", nil))
}

func (s *Service) rateView(r *http.Request) (v rateView, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		g, err := access.May(tx, a, "ask", access.Of("message", r.PathValue("case")), tx.Now())
		if err != nil {
			return err
		}
		v.Case = g.Case
		had, err := s.rated(tx, v.Case.ID, a.Person)
		for _, st := range steps(v.Case) {
			v.Steps = append(v.Steps, rateStep{st, had[st.Key].Grade})
		}
		return err
	})
	return v, err
}

func (s *Service) postRate(r *http.Request) (web.Reply, error) {
	var c rate
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.rateService(r.Context(), r.PathValue("case"), r.PathValue("step"), c); err != nil {
		return web.Again(err, func() (web.Reply, error) {
			v, verr := s.rateView(r)
			return web.Reply{Page: ratePage(v, r.PathValue("step"), c.Text, fault.Fields(err))}, verr
		})
	}
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: "谢谢，记下了。办案的人看不到是谁评的。", JSON: ok{true}}, nil
}

func (s *Service) getFollow(r *http.Request) (web.Reply, error) {
	f, err := s.mayFollow(r)
	return web.Shown(f, err, followPage(f, "", nil))
}

func (s *Service) mayFollow(r *http.Request) (f followUp, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		if f, err = s.followOf(tx, r.PathValue("rating")); err != nil {
			return err
		}
		_, err = access.May(tx, auth.From(r.Context()), "follow", access.In("message", f.Court), tx.Now())
		return err
	})
	if fault.KindOf(err) == fault.Forbidden { // nobody learns that there is such a rating
		err = fault.Missing()
	}
	return f, err
}

func (s *Service) postFollow(r *http.Request) (web.Reply, error) {
	var c write
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	f, err := s.mayFollow(r)
	if err != nil {
		return web.Reply{}, err
	}
	if err := s.follow(r.Context(), f.Rating, c); err != nil {
		return web.Reply{Page: followPage(f, c.Text, fault.Fields(err))}, err
	}
	return web.Reply{Goto: "/desk", Toast: "记下了。", JSON: ok{true}}, nil
}

func (s *Service) getBoard(r *http.Request) (web.Reply, error) {
	var b board
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		posts, err := docket.Posts(tx, a.Person, tx.Now())
		if err != nil {
			return err
		}
		denied := error(fault.Missing())
		var mine []docket.Post
		for _, p := range posts {
			if _, err := access.May(tx, a, "board", access.In("message", p.Court), tx.Now()); err != nil {
				denied = err
			} else {
				mine = append(mine, p)
			}
		}
		if len(mine) == 0 {
			return denied
		}
		for _, sc := range scopes(mine) {
			rows, late, err := boardOf(tx, sc.Court, sc.Division, docket.Today(tx.Now()))
			if err != nil {
				return err
			}
			b.Rows, b.Late = append(b.Rows, rows...), append(b.Late, late...)
		}
		return nil
	})
	return web.Shown(b, err, boardPage(b, s.k.Now()))
}

// scopes are the divisions and the courts over which posts give oversight, each
// once: a head sees his division, also if he sits as a judge in another.
func scopes(posts []docket.Post) (out []docket.Post) {
	whole := map[string]bool{}
	for _, p := range posts {
		whole[p.Court] = whole[p.Court] || p.Role == docket.President || p.Role == docket.Supervision
	}
	seen := map[[2]string]bool{}
	for _, p := range posts {
		if whole[p.Court] {
			p.Division = ""
		} else if p.Role != docket.Head {
			continue
		}
		if k := [2]string{p.Court, p.Division}; !seen[k] {
			seen[k], out = true, append(out, p)
		}
	}
	return out
}
