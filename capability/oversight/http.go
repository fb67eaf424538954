package oversight

import (
	"bytes"
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

// home is the door to everything here.
type home struct {
	Discipline bool `json:"discipline"`
	Reports    bool `json:"reports"` // sees who reported
}

func (s *Service) getHome(r *http.Request) (web.Reply, error) {
	var h home
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		if _, err := access.May(tx, a, "record", access.In("oversight", ""), s.k.Now()); err != nil {
			return err
		}
		posts, err := docket.Posts(tx, a.Person, s.k.Now())
		if err != nil {
			return err
		}
		for _, p := range posts {
			h.Reports = h.Reports || access.Allowed(officeOf(p.Role), "oversight", "reports")
		}
		_, _, err = s.offices(tx, a)
		h.Discipline = err == nil
		if fault.KindOf(err) == fault.Forbidden {
			err = nil
		}
		return err
	})
	return web.Reply{Page: homePage(h), JSON: h}, err
}

// form is what the page of a form shows.
type form struct {
	R       report
	Number  string // of the case
	Waiting bool   // the case is closed and the question waits
	Before  bool   // the writer has recorded something about it before
	Errs    ui.Errs
}

func (s *Service) form(r *http.Request, in report) (f form, err error) {
	f.R = in
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, now := auth.From(r.Context()), s.k.Now()
		if _, err := access.May(tx, a, "record", access.In("oversight", ""), now); err != nil {
			return err
		}
		if in.Case == "" {
			return nil
		}
		g, err := access.May(tx, a, "read", access.Of("case", in.Case), now)
		if err != nil {
			return err
		}
		f.Number = g.Case.Number
		if f.Number == "" {
			f.Number = g.Case.Names
		}
		if f.Waiting, err = waiting(tx, in.Case, a.Person); err != nil || !f.Waiting {
			return err
		}
		l, err := s.page(tx, `author = ?`, []any{s.author(a.Person)}, "", func(w written) bool { return w.Case == in.Case })
		f.Before = len(l.Records) > 0
		return err
	})
	return f, err
}

func (s *Service) getForm(r *http.Request) (web.Reply, error) {
	q := r.URL.Query()
	in := report{Form: q.Get("form"), Case: q.Get("case"), Mends: q.Get("mends"), On: docket.Today(s.k.Now())}
	if in.Form != relative && in.Form != deputy {
		in.Form = inquiry
	}
	if in.Mends != "" {
		v, err := s.view(r.Context(), in.Mends)
		if err != nil || !v.Mine {
			return web.Reply{}, fault.OrMissing(err)
		}
		mends := in.Mends
		in = v.Record.report
		in.Mends = mends
	}
	f, err := s.form(r, in)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: formPage(f)}, nil
}

func (s *Service) postForm(r *http.Request) (web.Reply, error) {
	var in report
	if err := web.Read(r, &in); err != nil {
		return s.again(r, in, err)
	}
	ups, done, err := web.Uploads(r, "files")
	defer done()
	if err != nil {
		return web.Reply{}, err
	}
	recordID, err := s.write(r.Context(), in, ups)
	if err != nil {
		return s.again(r, in, err)
	}
	if in.Form == none || in.Form == told {
		return web.Reply{Goto: "/desk", Toast: "记下了。", JSON: made{recordID}}, nil
	}
	return web.Reply{Goto: "/oversight/record/" + recordID, Toast: "记下了。除了督察部门和您自己，谁也看不到。", JSON: made{recordID}}, nil
}

func (s *Service) again(r *http.Request, in report, err error) (web.Reply, error) {
	if in.Form == none || in.Form == told {
		return web.Reply{}, err
	}
	if titleOf(forms, in.Form) == "" {
		in.Form = inquiry
	}
	return web.Again(err, func() (web.Reply, error) {
		f, ferr := s.form(r, in)
		f.Errs = fault.Fields(err)
		return web.Reply{Page: formPage(f)}, ferr
	})
}

func (s *Service) getMine(r *http.Request) (web.Reply, error) {
	l, err := s.mine(r.Context(), r.URL.Query().Get("after"))
	return web.Shown(l, err, listPage("我写的记录", "/oversight/mine", l, s.k.Now()))
}

func (s *Service) getRecords(r *http.Request) (web.Reply, error) {
	l, err := s.all(r.Context(), r.URL.Query().Get("after"))
	return web.Shown(l, err, listPage("全部记录", "/oversight/records", l, s.k.Now()))
}

func (s *Service) getRecord(r *http.Request) (web.Reply, error) {
	v, err := s.view(r.Context(), r.PathValue("record"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: recordPage(v, s.k.Now()), JSON: v, Read: s.reading(r, v)}, nil
}

// reading takes down that the office opened a record; the writer's own is no news.
func (s *Service) reading(r *http.Request, v seen) *web.Reading {
	if v.Mine {
		return nil
	}
	return &web.Reading{Object: Reading, ID: v.ID, Person: auth.From(r.Context()).Person, At: s.k.Now()}
}

func (s *Service) getFile(r *http.Request) (web.Reply, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return web.Reply{}, fault.Missing()
	}
	v, f, text, err := s.material(r.Context(), r.PathValue("record"), n)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: f.Name, Type: f.Type, Body: strings.NewReader(text), Inline: true, At: s.k.Now()}, Read: s.reading(r, v)}, nil
}

func query(r *http.Request) which2 {
	return which2{Court: r.URL.Query().Get("court"), Period: r.URL.Query().Get("period")}
}

func (s *Service) getQuarter(r *http.Request) (web.Reply, error) {
	q, err := s.quarter(r.Context(), query(r).Court, query(r).Period)
	return web.Shown(q, err, quarterPage(q, "", s.k.Now()))
}

func (s *Service) postQuarter(r *http.Request) (web.Reply, error) {
	var c quarterCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.reportQuarter(r.Context(), c); err != nil {
		q, qerr := s.quarter(r.Context(), c.Court, c.Period)
		if qerr != nil || fault.KindOf(err) != fault.Conflict {
			return web.Reply{}, err
		}
		return web.Reply{Page: quarterPage(q, fault.As(err).Show, s.k.Now())}, err
	}
	return web.Reply{Goto: "/oversight/quarter?court=" + c.Court + "&period=" + c.Period, Toast: "交了。", JSON: ok{true}}, nil
}

func (s *Service) getReports(r *http.Request) (web.Reply, error) {
	v, err := s.reports(r.Context(), query(r))
	return web.Shown(v, err, reportsPage(v, s.k.Now()))
}

func (s *Service) getSummary(r *http.Request) (web.Reply, error) {
	v, err := s.sum(r.Context(), query(r))
	return web.Shown(v, err, summaryPage(v, s.k.Now()))
}

func (s *Service) postSummary(r *http.Request) (web.Reply, error) {
	var q which2
	if err := web.Read(r, &q); err != nil {
		return web.Reply{}, err
	}
	v, b, err := s.export(r.Context(), q)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: "三个规定汇总-" + v.Period + ".xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: bytes.NewReader(b), At: s.k.Now()}}, nil
}

func (s *Service) postCadence(r *http.Request) (web.Reply, error) {
	var c cadenceCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/oversight/summary?court=" + c.Court, Toast: "改好了。", JSON: ok{true}}, s.setCadence(r.Context(), c)
}

func (s *Service) getWatch(r *http.Request) (web.Reply, error) {
	f, err := s.findings(r)
	return web.Shown(f, err, watchPage(f, "", lookCmd{}, nil, s.k.Now()))
}

func (s *Service) findings(r *http.Request) (f findings, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		f.List, err = s.watchList(tx, auth.From(r.Context()), "", 50)
		return err
	})
	return f, err
}

func (s *Service) postWatch(r *http.Request) (web.Reply, error) {
	var c lookCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.look(r.Context(), r.PathValue("finding"), c); err != nil {
		return web.Again(err, func() (web.Reply, error) {
			f, ferr := s.findings(r)
			return web.Reply{Page: watchPage(f, r.PathValue("finding"), c, fault.Fields(err), s.k.Now())}, ferr
		})
	}
	return web.Reply{Goto: "/oversight/watch", Toast: "记下了。", JSON: ok{true}}, nil
}

func (s *Service) getOpen(r *http.Request) (web.Reply, error) {
	return s.openReply(r, opening{Case: r.URL.Query().Get("case"), Number: tidy(web.Clean(r.URL.Query().Get("number")))}, nil)
}

// openReply shows the form. Of a case that the actor may open on a basis it
// shows the number, of any other nothing.
func (s *Service) openReply(r *http.Request, o opening, errs ui.Errs) (web.Reply, error) {
	var asked []request
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, now := auth.From(r.Context()), s.k.Now()
		if _, err := s.asker(tx, a, now); err != nil {
			return err
		}
		var err error
		if o.Case != "" {
			g, merr := access.May(tx, a, "open", access.Of("case", o.Case), now)
			switch {
			case merr == nil && o.Number == "":
				o.Number = g.Case.Number
			case merr != nil && fault.KindOf(merr) != fault.NotFound:
				return merr
			case merr != nil:
				o.Case = ""
			}
		}
		asked, err = s.asked(tx, a.Person, now)
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: openPage(o, asked, errs, s.k.Now())}, nil
}

func (s *Service) postOpen(r *http.Request) (web.Reply, error) {
	var o opening
	if err := web.Read(r, &o); err != nil {
		return web.Reply{}, err
	}
	out, err := s.ask(r.Context(), o)
	if err != nil {
		return web.Again(err, func() (web.Reply, error) { return s.openReply(r, o, fault.Fields(err)) })
	}
	if out.State == "open" {
		return web.Reply{Goto: "/casebook/" + out.Case, Toast: "可以看 24 小时。您看过、为什么看，都有记录。", JSON: out}, nil
	}
	return web.Reply{Goto: "/oversight/open", Toast: "申请交上去了，同意以后才能打开。", JSON: out}, nil
}

func (s *Service) getAllow(r *http.Request) (web.Reply, error) {
	var q request
	var c docket.Case
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		q, c, err = s.pending(tx, r.PathValue("request"))
		return err
	})
	return web.Shown(q, err, allowPage(c, q, s.k.Now()))
}

func (s *Service) postAllow(r *http.Request) (web.Reply, error) {
	var c allowCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/desk", Toast: "答复了。", JSON: ok{true}}, s.allow(r.Context(), r.PathValue("request"), c)
}

func (s *Service) getReaders(r *http.Request) (web.Reply, error) {
	var v readers
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		g, err := access.May(tx, a, "readers", access.Of("case", r.PathValue("case")), s.k.Now())
		if err != nil {
			return err
		}
		v.Case = g.Case
		v.Court = g.Relation&access.Bench != 0
		v.List, err = s.readersOf(tx, a, g.Case, v.Court, 200)
		return err
	})
	return web.Shown(v, err, readersPage(v, s.k.Now()))
}
