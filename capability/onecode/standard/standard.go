// Package standard is the 常用回复: answers prepared for frequent questions, a
// writer's own and those of a whole court. What was sent with one stays as it was
// sent when the one is changed.
package standard

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

// Answer is one prepared for a frequent question: its writer's own, or
// one that the whole court has, which those above the judges look after.
type Answer struct {
	ID     string    `db:"id" json:"id"`
	Court  string    `db:"court_id" json:"court"`
	Owner  string    `db:"owner_id" json:"-"`
	Shared bool      `db:"shared" json:"shared"`
	Title  string    `db:"title" json:"title"`
	Text   string    `db:"text" json:"text"`
	At     time.Time `db:"at" json:"-"`
}

type (
	command struct {
		ID     string `json:"id"` // one that is there
		Court  string `json:"court"`
		Title  string `json:"title"`
		Text   string `json:"text"`
		Shared bool   `json:"shared"` // for the whole court
		Drop   bool   `json:"drop"`   // away with it; what was sent with it stays
	}
	list struct {
		Court     string   `json:"court"`
		Standards []Answer `json:"standards"`
		Above     bool     `json:"above"` // may change what the whole court has
	}
)

// Book keeps them.
type Book struct{ k *app.Kit }

// New returns a book.
func New(k *app.Kit) *Book { return &Book{k} }

// Routes are its pages.
func (s *Book) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /onecode/standard", Title: "常用回复", Object: "desk", Verb: "read", Out: list{}, Do: s.get},
		{Pattern: "POST /onecode/standard", Title: "改常用回复", Object: "desk", Verb: "read", Limit: "write", In: command{}, Out: Answer{}, Do: s.post},
	}
}

const (
	keptMost = 100  // prepared answers that somebody may have before him
	maxText  = 2000 // characters, as many as an answer may have
)

// Prepared are what somebody finds when he answers: his own first.
func Prepared(tx *db.Tx, court, person string) ([]Answer, error) {
	return db.List[Answer](tx, `SELECT id, court_id, owner_id, shared, title, text, at FROM onecode_standard
		WHERE court_id = ? AND (shared = 1 OR owner_id = ?) ORDER BY shared, at, id LIMIT ?`, court, person, keptMost)
}

// book is the list as an actor has it in a court at whose desk he sits.
func (s *Book) list(tx *db.Tx, a auth.Actor, court string) (b list, err error) {
	g, err := access.May(tx, a, "read", access.In("desk", court), tx.Now())
	if err != nil {
		return b, err
	}
	if g.Relation&access.Staff == access.OtherStaff { // of another court: what its judges send is not his to word
		return b, fault.New(fault.Forbidden, "这里是别的法院的常用回复，只能写本院的。")
	}
	_, below := access.May(tx, a, "board", access.In("message", court), tx.Now())
	b = list{Court: court, Above: below == nil}
	b.Standards, err = Prepared(tx, court, a.Person)
	return b, err
}

// find is one of the list that its reader may change; without an id, a new one.
func (b list) find(id string) (Answer, error) {
	for _, st := range b.Standards {
		if st.ID == id && (!st.Shared || b.Above) {
			return st, nil
		}
	}
	if id == "" {
		return Answer{Court: b.Court}, nil
	}
	return Answer{}, fault.Missing()
}

// save keeps a prepared answer, changes one, or does away with it.
func (s *Book) save(ctx context.Context, c command) (Answer, error) {
	var bad fault.List
	if n := len([]rune(c.Title)); n == 0 || n > 40 {
		bad.Add("title", "题目写 1 到 40 个字。")
	}
	if n := len([]rune(c.Text)); n == 0 || n > maxText {
		bad.Add("text", "内容写 1 到 2000 个字。")
	}
	if err := bad.Err(); err != nil && !c.Drop {
		return Answer{}, err
	}
	fresh, which := id.New(), c.ID
	err := s.k.Do(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		b, err := s.list(tx, a, c.Court)
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
	return Answer{ID: which, Court: c.Court, Shared: c.Shared, Title: c.Title, Text: c.Text}, err
}

// get is the list with a form: for a new one, or for the one named.
func (s *Book) get(r *http.Request) (web.Reply, error) {
	return s.form(r, command{ID: r.FormValue("id")}, nil)
}

func (s *Book) form(r *http.Request, c command, errs []*fault.Error) (web.Reply, error) {
	var b list
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		posts, err := docket.Posts(tx, a.Person, tx.Now())
		if err != nil || len(posts) == 0 {
			return fault.OrMissing(err)
		}
		if b, err = s.list(tx, a, posts[0].Court); err != nil || errs != nil { // what was typed stays
			return err
		}
		st, err := b.find(c.ID)
		c.Title, c.Text, c.Shared = st.Title, st.Text, st.Shared
		return err
	})
	c.Court = b.Court
	return web.Reply{Page: page(b, c, errs), JSON: b}, err
}

func (s *Book) post(r *http.Request) (web.Reply, error) {
	var c command
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	st, err := s.save(r.Context(), c)
	if err != nil {
		return web.Again(err, func() (web.Reply, error) { return s.form(r, c, fault.Fields(err)) })
	}
	return web.Reply{Goto: "/onecode/standard", Toast: map[bool]string{true: "删掉了。", false: "存好了。回复留言时可以插入。"}[c.Drop], JSON: st}, nil
}
