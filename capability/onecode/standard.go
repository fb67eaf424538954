package onecode

import (
	"context"
	"net/http"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// Standard is an answer prepared for a frequent question: its writer's own, or
// one that the whole court has, which those above the judges look after.
type Standard struct {
	ID     string    `db:"id" json:"id"`
	Court  string    `db:"court_id" json:"court"`
	Owner  string    `db:"owner_id" json:"-"`
	Shared bool      `db:"shared" json:"shared"`
	Title  string    `db:"title" json:"title"`
	Text   string    `db:"text" json:"text"`
	At     time.Time `db:"at" json:"-"`
}

type (
	standardCmd struct {
		ID     string `json:"id"` // one that is there
		Court  string `json:"court"`
		Title  string `json:"title"`
		Text   string `json:"text"`
		Shared bool   `json:"shared"` // for the whole court
		Drop   bool   `json:"drop"`   // away with it; what was sent with it stays
	}
	standardBook struct {
		Court     string     `json:"court"`
		Standards []Standard `json:"standards"`
		Above     bool       `json:"above"` // may change what the whole court has
	}
)

// keptMost is how many prepared answers somebody may have before him.
const keptMost = 100

// standards are what somebody finds when he answers: his own first.
func standards(tx *db.Tx, court, person string) ([]Standard, error) {
	return db.List[Standard](tx, `SELECT id, court_id, owner_id, shared, title, text, at FROM onecode_standard
		WHERE court_id = ? AND (shared = 1 OR owner_id = ?) ORDER BY shared, at, id LIMIT ?`, court, person, keptMost)
}

// book is the list as an actor has it in a court at whose desk he sits.
func (s *Service) book(tx *db.Tx, a auth.Actor, court string) (b standardBook, err error) {
	if _, err = access.May(tx, a, "read", access.In("desk", court), tx.Now()); err != nil {
		return b, err
	}
	_, below := access.May(tx, a, "board", access.In("message", court), tx.Now())
	b = standardBook{Court: court, Above: below == nil}
	b.Standards, err = standards(tx, court, a.Person)
	return b, err
}

// find is one of the list that its reader may change; without an id, a new one.
func (b standardBook) find(id string) (Standard, error) {
	for _, st := range b.Standards {
		if st.ID == id && (!st.Shared || b.Above) {
			return st, nil
		}
	}
	if id == "" {
		return Standard{Court: b.Court}, nil
	}
	return Standard{}, fault.Missing()
}

// saveStandard keeps a prepared answer, changes one, or does away with it.
func (s *Service) saveStandard(ctx context.Context, c standardCmd) (Standard, error) {
	var bad fault.List
	if n := len([]rune(c.Title)); n == 0 || n > 40 {
		bad.Add("title", "题目写 1 到 40 个字。")
	}
	if err := checkText("text", c.Text); err != nil {
		bad = append(bad, fault.As(err))
	}
	if err := bad.Err(); err != nil && !c.Drop {
		return Standard{}, err
	}
	fresh, which := id.New(), c.ID
	err := s.k.Do(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		b, err := s.book(tx, a, c.Court)
		if err != nil {
			return err
		}
		if _, err = b.find(c.ID); err != nil {
			return err
		}
		switch {
		case c.Drop && c.ID == "":
			err = fault.Missing()
		case c.Drop:
			_, err = tx.Exec(`DELETE FROM onecode_standard WHERE id = ?`, c.ID)
		case c.Shared && !b.Above:
			err = fault.New(fault.Forbidden, "全院共用的由庭长、院长、审判管理办公室写。")
		case c.ID != "":
			_, err = tx.Exec(`UPDATE onecode_standard SET owner_id = ?, shared = ?, title = ?, text = ? WHERE id = ?`, a.Person, c.Shared, c.Title, c.Text, c.ID)
		case len(b.Standards) >= keptMost:
			err = fault.Field("title", "已经存得太多，先删几段不用的。")
		default:
			which = fresh
			_, err = tx.Exec(`INSERT INTO onecode_standard (id, court_id, owner_id, shared, title, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)`, which, c.Court, a.Person, c.Shared, c.Title, c.Text, tx.Now())
		}
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.standard", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"standard": which, "dropped": c.Drop}})
		return err
	})
	return Standard{ID: which, Court: c.Court, Shared: c.Shared, Title: c.Title, Text: c.Text}, err
}

// getStandards is the list with a form: for a new one, or for the one named.
func (s *Service) getStandards(r *http.Request) (web.Reply, error) {
	return s.standardForm(r, standardCmd{ID: r.FormValue("id")}, nil)
}

func (s *Service) standardForm(r *http.Request, c standardCmd, errs []*fault.Error) (web.Reply, error) {
	var b standardBook
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		posts, err := docket.Posts(tx, a.Person, tx.Now())
		if err != nil || len(posts) == 0 {
			return fault.OrMissing(err)
		}
		if b, err = s.book(tx, a, posts[0].Court); err != nil || errs != nil { // what was typed stays
			return err
		}
		st, err := b.find(c.ID)
		c.Title, c.Text, c.Shared = st.Title, st.Text, st.Shared
		return err
	})
	c.Court = b.Court
	return web.Reply{Page: standardPage(b, c, errs), JSON: b}, err
}

func (s *Service) postStandard(r *http.Request) (web.Reply, error) {
	var c standardCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	st, err := s.saveStandard(r.Context(), c)
	if err != nil {
		rep, rerr := s.standardForm(r, c, fault.Fields(err))
		return again(rep, rerr, err)
	}
	return web.Reply{Goto: "/onecode/standard", Toast: map[bool]string{true: "删掉了。", false: "存好了。回复留言时可以插入。"}[c.Drop], JSON: st}, nil
}
