// Package swap is 换手机: whoever holds the phone of an account is its person, so
// one officer at the counter alone puts no other phone in its place. What he
// enters waits a day for a second one, who looks at the paper ID himself. The
// phones that are replaced hear of it before, and who signs in there can refuse.
package swap

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// Request is a phone that waits to take the place of another.
type Request struct {
	ID      string    `db:"id" json:"id"`
	Court   string    `db:"court_id" json:"court"`
	Account string    `db:"account_id" json:"-"`
	Person  string    `db:"person_id" json:"-"`
	Phone   string    `db:"phone" json:"-"` // sealed
	Lost    bool      `db:"lost" json:"-"`
	Keep    bool      `db:"keep" json:"-"`
	By      string    `db:"by_id" json:"-"`
	At      time.Time `db:"at" json:"at"`
	Name    string    `db:"name" json:"name"`
	Officer string    `db:"officer" json:"officer"`
	Tail    string    `json:"tail"` // the last digits of the phone
}

// waits is how long a request waits for the second officer.
const waits = 24 * time.Hour

// Book keeps the requests.
type Book struct {
	k     *app.Kit
	carry func(tx *db.Tx, r Request, phone string) error
}

// New returns a book; carry is what a request comes to once two have looked.
func New(k *app.Kit, carry func(tx *db.Tx, r Request, phone string) error) *Book {
	return &Book{k, carry}
}

// Kinds are its entries.
var Kinds = []ledger.Kind{
	{Name: "account.swap_asked", Title: "换手机，等第二名工作人员核实", Audience: ledger.Court},
	{Name: "account.swap_refused", Title: "换手机没有同意", Audience: ledger.Court},
}

// Routes are its pages.
func (s *Book) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /account/swap/{request}", Title: "核实换手机", Object: "person", Verb: "check", Out: Request{}, Do: s.get},
		{Pattern: "POST /account/swap/{request}", Title: "核实换手机", Object: "person", Verb: "check", Limit: "write", In: answer{}, Do: s.post},
		{Pattern: "POST /account/swap/{request}/refuse", Title: "不是我换的手机", Object: "account", Verb: "use", Limit: "write", Do: s.postRefuse},
	}
}

// Ask writes down what one officer entered; another request for the same account
// takes its place.
func (s *Book) Ask(tx *db.Tx, r Request, phone string) error {
	r.ID, r.By, r.At = id.New(), auth.From(tx.Context()).Person, tx.Now()
	if _, err := tx.Exec(`DELETE FROM account_swap WHERE account_id = ?`, r.Account); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO account_swap (id, court_id, account_id, person_id, phone, lost, keep, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Court, r.Account, r.Person, s.k.Vault.Seal("account.phone", phone), r.Lost, r.Keep, r.By, r.At); err != nil {
		return err
	}
	if err := s.Warn(tx, r.Court, r.Person, phone, "您在法院登记的手机，有人在窗口要换成尾号%s的，等第二名工作人员核实，24 小时内有效。不是您本人办的，请用这部手机登录，到“我的账号”点“不是我办的”，或者马上打%s。"); err != nil {
		return err
	}
	_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.swap_asked", Court: r.Court, Actor: app.Actor(tx.Context()), Body: map[string]any{"account": r.Account, "request": r.ID, "lost_phone": r.Lost}})
	return err
}

const from = `SELECT r.id, r.court_id, r.account_id, r.person_id, r.phone, r.lost, r.keep, r.by_id, r.at, p.name, o.name AS officer
	FROM account_swap r JOIN docket_person p ON p.id = r.person_id JOIN docket_person o ON o.id = r.by_id WHERE r.at > ? AND `

func (s *Book) list(tx *db.Tx, where string, args ...any) ([]Request, error) {
	rs, err := db.List[Request](tx, from+where, append([]any{tx.Now().Add(-waits)}, args...)...)
	for i := range rs {
		phone, err := s.k.Vault.Open("account.phone", rs[i].Phone)
		if err != nil {
			return nil, err
		}
		rs[i].Tail = tail(phone)
	}
	return rs, err
}

// Of is the request that waits for an account, if there is one.
func (s *Book) Of(tx *db.Tx, account string) (*Request, error) {
	rs, err := s.list(tx, `r.account_id = ?`, account)
	if err != nil || len(rs) == 0 {
		return nil, err
	}
	return &rs[0], nil
}

// second returns a request to somebody at the court's counter who may be the
// second to look: not who entered it, and not whom it is about.
func (s *Book) second(tx *db.Tx, request string) (Request, error) {
	rs, err := s.list(tx, `r.id = ?`, request)
	if err != nil || len(rs) == 0 {
		return Request{}, fault.OrMissing(err)
	}
	a, r := auth.From(tx.Context()), rs[0]
	if _, err := access.May(tx, a, "check", access.In("person", r.Court), tx.Now()); err != nil {
		return Request{}, err
	}
	if a.Person == r.By || a.Person == r.Person {
		return Request{}, fault.New(fault.Forbidden, "换手机要两名工作人员各自看过证件原件。这一次请窗口的另一位同事核实。")
	}
	return r, nil
}

// answer is what the second officer says.
type answer struct {
	Answer string `json:"answer"` // yes, no
	Number string `json:"number"` // as it stands on the paper ID
	Seen   bool   `json:"seen"`
}

// confirm carries a request out, or does away with it.
func (s *Book) confirm(ctx context.Context, request string, c answer) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, err := s.second(tx, request)
		if err != nil {
			return err
		}
		switch c.Answer {
		case "yes":
		case "no":
			return s.drop(tx, r, "officer")
		default:
			return fault.Field("answer", "请选核实还是不同意。")
		}
		if !c.Seen {
			return &fault.Error{Kind: fault.Invalid, Field: "seen", Show: "请先当面看过证件原件，再勾选确认。", Basis: "人民法院在线诉讼规则第七条"}
		}
		p, err := docket.PersonOf(tx, r.Person)
		if err != nil {
			return err
		}
		if s.k.Vault.Find("id", p.IDType+identity.Normalise(c.Number)) != p.IDFind {
			return fault.Field("number", "和登记的号码不一样。请对着证件原件再输一遍；还不一样，就不要核实。")
		}
		if err := db.Must1(tx.Exec(`DELETE FROM account_swap WHERE id = ?`, r.ID)); err != nil {
			return err
		}
		phone, err := s.k.Vault.Open("account.phone", r.Phone)
		if err != nil {
			return err
		}
		return s.carry(tx, r, phone)
	})
}

// refuse is the word of who signs in with the phone that would be replaced.
func (s *Book) refuse(ctx context.Context, request string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		if _, err := access.May(tx, a, "use", access.Object{Kind: "account"}, tx.Now()); err != nil {
			return err
		}
		if err := auth.RequireOwn(a); err != nil {
			return err
		}
		r, err := s.Of(tx, a.Account)
		if err != nil || r == nil || r.ID != request {
			return fault.OrMissing(err)
		}
		return s.drop(tx, *r, "his own account")
	})
}

func (s *Book) drop(tx *db.Tx, r Request, by string) error {
	if err := db.Must1(tx.Exec(`DELETE FROM account_swap WHERE id = ?`, r.ID)); err != nil {
		return err
	}
	_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.swap_refused", Court: r.Court, Actor: app.Actor(tx.Context()), Body: map[string]any{"account": r.Account, "request": r.ID, "by": by}})
	return err
}

// Forget does away with what nobody confirmed in time.
func Forget(tx *db.Tx) error {
	_, err := tx.Exec(`DELETE FROM account_swap WHERE at <= ?`, tx.Now().Add(-waits))
	return err
}

// Tasks are, for those at a court's counter, what another of them entered.
func (s *Book) Tasks(tx *db.Tx, v capability.Viewer) (out []capability.Task, err error) {
	seen := map[string]bool{}
	for _, p := range v.Posts {
		if p.Role != docket.FilingJudge && p.Role != docket.FilingOfficer || seen[p.Court] {
			continue
		}
		seen[p.Court] = true
		rs, err := s.list(tx, `r.court_id = ? AND r.by_id <> ? AND r.person_id <> ? ORDER BY r.at LIMIT 20`, p.Court, v.Actor.Person, v.Actor.Person)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			out = append(out, capability.Task{Group: "等您再核实一遍", Title: r.Name + "换手机", Sub: r.Officer + "看过证件，要换成尾号" + r.Tail + "的",
				Href: "/account/swap/" + r.ID, Tone: "go", Tag: "等您核实"})
		}
	}
	return out, nil
}

// Warn tells whatever other phones the court holds for a person that another one
// takes their place: text is given its last digits, and the number of the court.
func (s *Book) Warn(tx *db.Tx, court, person, phone, text string) error {
	find, told := s.k.Vault.Find("phone", phone), map[string]bool{"": true, phone: true}
	ct, err := docket.CourtOf(tx, court)
	if err != nil {
		return err
	}
	for seal, q := range map[string]string{
		"account.phone": `SELECT phone FROM account_account WHERE person_id = ? AND phone_find <> ? AND staff = 0`,
		"party.phone": `SELECT phone FROM docket_party WHERE person_id = ? AND phone_find <> ? AND left_at = 0
			UNION SELECT a.phone FROM docket_agent a WHERE a.person_id = ? AND a.phone_find <> ? AND (a.until_at = 0 OR a.until_at > ?)`,
	} {
		args := []any{person, find}
		if seal == "party.phone" {
			args = append(args, person, find, tx.Now())
		}
		held, err := db.List[string](tx, q, args...)
		if err != nil {
			return err
		}
		for _, sealed := range held {
			to, err := s.k.Vault.Open(seal, sealed)
			if err != nil {
				return err
			}
			if told[to] {
				continue
			}
			told[to] = true
			if err := s.k.Notify.SendAt(tx, docket.Rings(tx.Now()), notify.SMS, to, "", "【"+ct.Short+"】"+fmt.Sprintf(text, tail(phone), ct.Phone)); err != nil {
				return err
			}
		}
	}
	return nil
}

// tail is what is said of a phone.
func tail(phone string) string { return phone[max(0, len(phone)-4):] }

func (s *Book) get(r *http.Request) (web.Reply, error) {
	var v Request
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) { v, err = s.second(tx, r.PathValue("request")); return err })
	return web.Reply{Page: page(v, answer{}, s.k.Now(), nil), JSON: v}, err
}

func (s *Book) post(r *http.Request) (web.Reply, error) {
	var c answer
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.confirm(r.Context(), r.PathValue("request"), c); err != nil {
		rep, perr := s.get(r)
		if perr != nil {
			return web.Reply{}, err
		}
		v, _ := rep.JSON.(Request)
		return web.Reply{Page: page(v, c, s.k.Now(), fault.Fields(err))}, err
	}
	return web.Reply{Goto: "/desk", Toast: map[string]string{"yes": "核实好了。他现在用新的手机登录。", "no": "没有换，原来的手机照旧。"}[c.Answer], JSON: map[string]bool{"checked": c.Answer == "yes"}}, nil
}

func (s *Book) postRefuse(r *http.Request) (web.Reply, error) {
	if err := s.refuse(r.Context(), r.PathValue("request")); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/account", Toast: "没有换，还是用您现在的手机。您觉得有人冒名，请打法院电话。", JSON: map[string]bool{"refused": true}}, nil
}
