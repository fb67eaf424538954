// Package contact is 来电来访登记: a call, a visit or a chat outside the system is
// written down, so that the other side knows of it. Who works in the case enters
// it there. The window and the hotline see no case of others: they have a door
// that only takes, and tells nobody whether there is such a case.
package contact

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/caseno"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// Ways of a contact outside the system.
var Ways = []struct{ Key, Title string }{
	{"call", "来电"}, {"visit", "来访"}, {"wechat", "微信"}, {"letter", "来信"}, {"other", "其他"},
}

// Way is how a way is called; empty for what is none.
func Way(key string) string {
	for _, w := range Ways {
		if w.Key == key {
			return w.Title
		}
	}
	return ""
}

// Said is a contact about a case, by a party or, when it has no id, by somebody
// whom the case does not know.
type Said struct {
	Case  docket.Case
	Party docket.Party
	Way   string
	Text  string
}

// Book takes contacts down; write puts one into the thread of its case.
type Book struct {
	k     *app.Kit
	check func(field, text string) error
	write func(tx *db.Tx, c Said) error
}

// New returns a book.
func New(k *app.Kit, check func(field, text string) error, write func(tx *db.Tx, c Said) error) *Book {
	return &Book{k, check, write}
}

// Kinds are its own entries.
var Kinds = []ledger.Kind{{Name: "onecode.noted", Title: "窗口登记来电来访，没有找到案件", Audience: ledger.Court}}

type (
	command struct {
		Party string `json:"party"`
		Way   string `json:"way"`
		Text  string `json:"text"`
	}
	note struct {
		Court  string `json:"court"`
		Number string `json:"number"` // of the case, as he says it
		Who    string `json:"who"`    // his name, as he says it
		Way    string `json:"way"`
		Text   string `json:"text"`
	}
	ok struct {
		Done bool `json:"done"`
	}
)

// Routes are its pages.
func (s *Book) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /onecode/{case}/contact", Title: "登记来电来访", Object: "message", Verb: "contact", PageOnly: true, Do: s.get},
		{Pattern: "POST /onecode/{case}/contact", Title: "登记来电来访", Object: "message", Verb: "contact", Limit: "write", In: command{}, Out: ok{}, Do: s.post},
		{Pattern: "GET /onecode/note", Title: "窗口登记来电来访", Object: "message", Verb: "note", PageOnly: true, Do: s.getNote},
		{Pattern: "POST /onecode/note", Title: "窗口登记来电来访", Object: "message", Verb: "note", Limit: "write", In: note{}, Out: ok{}, Do: s.postNote},
	}
}

func (s *Book) wrong(way, text string) (bad fault.List) {
	if Way(way) == "" {
		bad.Add("way", "请选是来电、来访还是别的。")
	}
	if err := s.check("text", text); err != nil {
		bad = append(bad, fault.As(err))
	}
	return bad
}

// contact is entered by who works in the case.
func (s *Book) contact(ctx context.Context, caseID string, c command) error {
	if err := s.wrong(c.Way, c.Text).Err(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "contact", access.Of("message", caseID), tx.Now())
		if err != nil {
			return err
		}
		p, err := docket.PartyOf(tx, c.Party)
		if err != nil || p.Case != caseID {
			return fault.Field("party", "请选是谁来联系的。")
		}
		return s.write(tx, Said{g.Case, p, c.Way, c.Text})
	})
}

// note is entered at the window. Whether there is such a case, sealed or not, the
// court's or not, and who is a party to it, makes no difference to who enters it;
// what belongs to no case stays in the record, which loses nothing.
func (s *Book) note(ctx context.Context, c note) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		if _, err := access.May(tx, a, "note", access.In("message", c.Court), tx.Now()); err != nil {
			return err
		}
		bad := s.wrong(c.Way, c.Text)
		number, err := caseno.Parse(strings.ReplaceAll(c.Number, " ", ""))
		if err != nil {
			bad.Add("number", "请填案号，例如（2026）冀11知民初1号。")
		}
		if n := len([]rune(c.Who)); n == 0 || n > 60 {
			bad.Add("who", "请写是谁来联系的，60 字以内。")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		cs, found, err := docket.CaseByNumber(tx, number.String())
		if err != nil {
			return err
		}
		if !found || cs.Court != c.Court {
			_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.noted", Court: c.Court, Actor: app.Actor(ctx),
				Private: map[string]string{"who": c.Who, "number": number.String(), "text": c.Text}})
			return err
		}
		p, err := party(tx, cs, c.Who)
		if err != nil {
			return err
		}
		if p.ID == "" {
			c.Text = "来的人说他是" + c.Who + "。" + c.Text
		}
		return s.write(tx, Said{cs, p, c.Way, c.Text})
	})
}

// party is whose name somebody gave: a party's, or that of who represents him.
func party(tx *db.Tx, c docket.Case, who string) (docket.Party, error) {
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return docket.Party{}, err
	}
	as, err := docket.Agents(tx, c.ID, tx.Now())
	for _, p := range ps {
		if p.Name == who || slices.ContainsFunc(as, func(a docket.Agent) bool { return a.Party == p.ID && a.Name == who }) {
			return p, err
		}
	}
	return docket.Party{}, err
}

func (s *Book) get(r *http.Request) (web.Reply, error) { return s.form(r, command{}, nil) }

func (s *Book) form(r *http.Request, c command, e ui.Errs) (web.Reply, error) {
	var ps []docket.Party
	var g access.Grant
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		if g, err = access.May(tx, auth.From(r.Context()), "contact", access.Of("message", r.PathValue("case")), tx.Now()); err != nil {
			return err
		}
		ps, err = docket.Parties(tx, g.Case.ID)
		return err
	})
	return web.Reply{Page: page(g.Case, ps, c, e)}, err
}

func (s *Book) post(r *http.Request) (web.Reply, error) {
	var c command
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.contact(r.Context(), r.PathValue("case"), c); err != nil {
		return web.Again(err, func() (web.Reply, error) { return s.form(r, c, fault.Fields(err)) })
	}
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: "登记好了。对方看得到谁、什么时候、什么方式。", JSON: ok{true}}, nil
}

func (s *Book) getNote(r *http.Request) (web.Reply, error) {
	var c note
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		posts, err := docket.Posts(tx, a.Person, tx.Now())
		if err != nil {
			return err
		}
		for _, p := range posts {
			if _, err = access.May(tx, a, "note", access.In("message", p.Court), tx.Now()); err == nil {
				c.Court = p.Court
				return nil
			}
		}
		_, err = access.May(tx, a, "note", access.In("message", ""), tx.Now())
		return err
	})
	return web.Reply{Page: notePage(c, nil)}, err
}

func (s *Book) postNote(r *http.Request) (web.Reply, error) {
	var c note
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.note(r.Context(), c); err != nil {
		return web.Reply{Page: notePage(c, fault.Fields(err))}, err
	}
	return web.Reply{Goto: "/onecode/note", Toast: "记下了。案号是本院的，办案的人就看得到；当事人看得到谁、什么时候、怎么联系的。", JSON: ok{true}}, nil
}
