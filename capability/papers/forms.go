package papers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/pdf"
	"mashang/platform/web"
)

// wording is one version of a form.
type wording struct {
	Court   string    `db:"court_id" json:"court"`
	Kind    string    `db:"kind" json:"kind"`
	Version string    `db:"version" json:"version"`
	Text    string    `db:"text" json:"text"`
	Why     string    `db:"why" json:"why"`
	Author  string    `db:"author_id" json:"author"`
	At      time.Time `db:"at" json:"at"`
}

const wordingCols = `court_id, kind, version, text, why, author_id, at`

// kind is a kind of paper in the wording that a court uses now: its own, or
// the one that comes with the program. When the program brings a new version,
// that one counts until the court has looked at it and saved its own again.
func (s *Service) kind(tx *db.Tx, court, name string) (kinds.Kind, bool, error) {
	k, ok := s.kinds[name]
	if !ok {
		return k, false, nil
	}
	w, own, err := db.Maybe[wording](tx, `SELECT `+wordingCols+` FROM papers_form WHERE court_id = ? AND kind = ? ORDER BY at DESC, version DESC LIMIT 1`, court, name)
	if err != nil || !own || !strings.HasPrefix(w.Version, k.Version+"-") {
		return k, true, err
	}
	k, err = kinds.Parse(w.Text)
	return k, true, err
}

// keep stores the form by which a paper is made, once for each version.
func (s *Service) keep(tx *db.Tx, k kinds.Kind) error {
	if s.kinds[k.Name].Version != k.Version { // a court's own: it lies there
		return nil
	}
	_, err := tx.Exec(`INSERT INTO papers_form (`+wordingCols+`) VALUES ('', ?, ?, ?, '', '', ?) ON CONFLICT DO NOTHING`, k.Name, k.Version, k.Source, tx.Now())
	return err
}

// formOf is the form by which a paper was made, whatever is used now.
func (s *Service) formOf(ctx context.Context, p paper.Paper) (kinds.Kind, error) {
	if k, ok := s.kinds[p.Kind]; ok && k.Version == p.Version {
		return k, nil
	}
	var w wording
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		w, err = db.One[wording](tx, `SELECT `+wordingCols+` FROM papers_form WHERE kind = ? AND version = ? AND court_id IN ('', ?) ORDER BY court_id DESC LIMIT 1`, p.Kind, p.Version, p.Court)
		return err
	})
	if err != nil {
		return kinds.Kind{}, fmt.Errorf("papers: no form %s of version %s: %w", p.Kind, p.Version, err)
	}
	return kinds.Parse(w.Text)
}

// wordCmd is a court's wording of a form.
type wordCmd struct {
	Court string `json:"court"`
	Body  string `json:"body"` // empty: back to the one that comes with the program
	Why   string `json:"why"`
	Try   bool   `json:"try"` // only show what it looks like
}

// worded is the answer to it: the sample in the new wording, or that it counts.
type worded struct {
	Done bool   `json:"done"`
	HTML string `json:"html,omitempty"`
}

// word saves a court's wording. Papers made before keep theirs.
func (s *Service) word(ctx context.Context, kind string, c wordCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "forms", access.In("court", c.Court), tx.Now()); err != nil {
			return err
		}
		k, ok := s.kinds[kind]
		if !ok {
			return fault.Missing()
		}
		if n := len([]rune(c.Why)); n < 2 || n > 200 {
			return fault.Field("why", "请写为什么改，2 到 200 个字。")
		}
		n, err := db.One[int64](tx, `SELECT COUNT(*) FROM papers_form WHERE court_id = ? AND kind = ?`, c.Court, kind)
		if err != nil {
			return err
		}
		body := c.Body
		if strings.TrimSpace(body) == "" {
			body = k.Body()
		}
		next, err := amend(k, body, int(n)+1)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO papers_form (`+wordingCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`, c.Court, kind, next.Version, next.Source, c.Why, auth.From(ctx).Person, tx.Now()); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.worded", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"kind": kind, "version": next.Version, "why": c.Why}})
		return err
	})
}

var lineNumber = regexp.MustCompile(`line (\d+)`)

// mostBody bounds a wording.
const mostBody = 40_000

// amend makes version n of a court's wording, or says in plain words what is
// wrong with it.
func amend(k kinds.Kind, body string, n int) (kinds.Kind, error) {
	if len(body) > mostBody {
		return k, fault.Field("body", "太长了。")
	}
	next, err := k.Amend(body, fmt.Sprintf("%s-%d", k.Version, n))
	var lost *kinds.Lost
	switch m := lineNumber.FindStringSubmatch(fmt.Sprint(err)); {
	case err == nil:
		return next, nil
	case errors.As(err, &lost):
		return k, fault.Field("body", "“"+lost.What+"”没有了，或者只在有的时候才写。这是这种文书必须写的，可以换地方、换说法，不能删，也不能加条件。")
	case m != nil:
		return k, fault.Field("body", "第 "+m[1]+" 行读不懂。花括号里的名字要和左边的一样，开头的 @ 要是会用的词，{ 要有 } 收尾。")
	}
	return k, fault.Field("body", "读不懂。@if、@each 要有 @end 收尾，{ 要有 } 收尾，名字要和原来的一样。")
}

// formsView is the list of forms, and one of them.
type formsView struct {
	Court   docket.Court    `json:"-"`
	Kinds   []kinds.Kind    `json:"-"`
	Own     map[string]bool `json:"own,omitempty"` // worded by the court
	Kind    kinds.Kind      `json:"-"`
	Body    string          `json:"body"`
	Why     string          `json:"-"`
	Version string          `json:"version"`
	History []wording       `json:"history"`
	html    string
}

// loadForms reads what somebody who may word forms sees; of one kind when it
// is named.
func (s *Service) loadForms(r *http.Request, kind, court string) (v formsView, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		courts, err := docket.Courts(tx)
		if err != nil {
			return err
		}
		for _, c := range courts {
			if v.Court.Code != "" || court != "" && c.Code != court {
				continue
			}
			if _, err := access.May(tx, auth.From(r.Context()), "forms", access.In("court", c.Code), tx.Now()); err == nil {
				v.Court = c
			}
		}
		if v.Court.Code == "" {
			return fault.Missing()
		}
		if kind == "" {
			v.Own = map[string]bool{}
			ws, err := db.List[string](tx, `SELECT DISTINCT kind FROM papers_form WHERE court_id = ?`, v.Court.Code)
			for _, w := range ws {
				v.Own[w] = true
			}
			v.Kinds = s.all
			return err
		}
		k, ok, err := s.kind(tx, v.Court.Code, kind)
		if err != nil || !ok {
			return fault.OrMissing(err)
		}
		v.Kind, v.Body, v.Version = k, k.Body(), k.Version
		v.History, err = db.List[wording](tx, `SELECT `+wordingCols+` FROM papers_form WHERE court_id = ? AND kind = ? ORDER BY at DESC, version DESC LIMIT 50`, v.Court.Code, kind)
		return err
	})
	return v, err
}

func (s *Service) getForms(r *http.Request) (web.Reply, error) {
	v, err := s.loadForms(r, "", r.URL.Query().Get("court"))
	return web.Reply{Page: formsPage(v), JSON: v}, err
}

func (s *Service) getForm(r *http.Request) (web.Reply, error) {
	v, err := s.loadForms(r, r.PathValue("kind"), r.URL.Query().Get("court"))
	return web.Shown(v, err, formPage(v, nil))
}

func (s *Service) postForm(r *http.Request) (web.Reply, error) {
	var c wordCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	v, err := s.loadForms(r, r.PathValue("kind"), c.Court)
	if err != nil {
		return web.Reply{}, err
	}
	c.Court, v.Why = v.Court.Code, c.Why
	if strings.TrimSpace(c.Body) != "" {
		v.Body = c.Body
	}
	if c.Try {
		v.html, err = sample(s.kinds[v.Kind.Name], v.Body)
		return web.Reply{Page: formPage(v, fault.Fields(err)), JSON: worded{HTML: v.html}}, err
	}
	if err := s.word(r.Context(), v.Kind.Name, c); err != nil {
		return web.Reply{Page: formPage(v, fault.Fields(err))}, err
	}
	return web.Reply{Goto: "/papers/forms/" + v.Kind.Name + "?court=" + c.Court, Toast: "存好了。以后做的都用新的说法，以前做好的不变。", JSON: worded{Done: true}}, nil
}

// sample is the fictional case of a kind in a wording, as a page.
func sample(k kinds.Kind, body string) (string, error) {
	next, err := amend(k, body, 1)
	if err != nil {
		return "", err
	}
	doc, _, err := next.Doc(nil)
	if err != nil {
		return "", err
	}
	doc.Unsealed = true
	var b strings.Builder
	err = pdf.WriteHTML(&b, doc)
	return b.String(), err
}
