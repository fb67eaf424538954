package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// A staff account rests a quarter of an hour after five wrong tries, and then
// opens again by itself: a stranger who guesses cannot shut anyone out for
// ever, and the passkey is not counted. A party's way in is a one-time code,
// each with its own tries, so there is nothing of his to lock by guessing.
// The security administrator can lock any account until he opens it again:
// then every session of it ends at once.

// lockLine is an account of a court's people as its security administrator sees it.
type lockLine struct {
	Account string    `db:"account" json:"account"`
	Name    string    `db:"name" json:"name"`
	Login   string    `db:"login" json:"login"`
	State   string    `db:"state" json:"state"`
	Rests   time.Time `db:"until_at" json:"rests_until"` // after wrong tries
}

// lockCmd locks an account, or opens it.
type lockCmd struct {
	Court   string `json:"court"`
	Account string `json:"account"`
	IDType  string `json:"id_type"` // of a party, instead of Account; empty: resident
	Number  string `json:"number"`  // typed in full
	Open    bool   `json:"open"`
	Reason  string `json:"reason"`
}

// locks lists the staff accounts of a court.
func (s *Service) locks(ctx context.Context, court string) (out []lockLine, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "lock", access.In("court", court), now); err != nil {
			return err
		}
		out, err = db.List[lockLine](tx, `SELECT DISTINCT a.id AS account, a.name, a.login, a.state, COALESCE(f.until_at, 0) AS until_at
			FROM docket_post p JOIN account_account a ON a.person_id = p.person_id AND a.staff = 1 LEFT JOIN account_failure f ON f.account_id = a.id
			WHERE p.court_id = ? AND p.from_at <= ? AND (p.until_at = 0 OR p.until_at > ?) ORDER BY a.name, a.id`, court, now, now)
		for i := range out {
			if out[i].Rests.Before(now) {
				out[i].Rests = time.Time{}
			}
		}
		return err
	})
	return out, err
}

// lock shuts an account, or opens it again, and says why.
func (s *Service) lock(ctx context.Context, c lockCmd) error {
	if len([]rune(c.Reason)) < 2 {
		return fault.Field("reason", "请写一句原因。")
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		me, now := auth.From(ctx), tx.Now()
		if _, err := access.May(tx, me, "lock", access.In("court", c.Court), now); err != nil {
			return err
		}
		if err := auth.RequireFresh(me, now); err != nil {
			return err
		}
		a, err := s.toLock(tx, c, now)
		if err != nil {
			return err
		}
		if a.ID == me.Account {
			return fault.New(fault.Conflict, "不能锁自己的账号。")
		}
		from, to := "active", "locked"
		if c.Open {
			from, to = "locked", "active"
		}
		if a.State == from {
			old := a
			a.State = to
			if err := saveAccount(tx, old, a); err != nil {
				return err
			}
		} else if !c.Open || a.State != "active" {
			return fault.New(fault.Conflict, "这个账号现在不是这个状态，请刷新再看。")
		}
		if _, err := tx.Exec(`DELETE FROM account_failure WHERE account_id = ?`, a.ID); err != nil {
			return err
		}
		if !c.Open {
			if _, err := tx.Exec(`DELETE FROM account_session WHERE account_id = ?`, a.ID); err != nil {
				return err
			}
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.locked", Court: c.Court, Actor: appActor(tx), Body: map[string]any{"account": a.ID, "open": c.Open}, Private: map[string]string{"reason": c.Reason}})
		return err
	})
}

// toLock finds the account: one of the court's people, or a party by the whole
// number that he gave.
func (s *Service) toLock(tx *db.Tx, c lockCmd, now time.Time) (Account, error) {
	if c.Account == "" {
		if c.IDType == "" {
			c.IDType = string(identity.Resident)
		}
		p, ok, err := docket.FindPerson(tx, s.k.Vault.Find("id", c.IDType+identity.Normalise(c.Number)))
		if err != nil {
			return Account{}, err
		}
		if ok {
			a, has, err := accountOfPerson(tx, p.ID, false)
			if err != nil || has {
				return a, err
			}
		}
		return Account{}, fault.Field("number", "没有这个证件号码的账号。")
	}
	a, err := accountOf(tx, c.Account)
	if err != nil {
		return a, err
	}
	posts, err := docket.Posts(tx, a.Person, now)
	if err != nil {
		return a, err
	}
	for _, p := range posts {
		if a.Staff && p.Court == c.Court {
			return a, nil
		}
	}
	return a, fault.Missing()
}

func (s *Service) getLocks(r *http.Request) (web.Reply, error) { return s.lockReply(r, lockCmd{}, nil) }

func (s *Service) lockReply(r *http.Request, c lockCmd, err error) (web.Reply, error) {
	court := c.Court
	if court == "" {
		var cerr error
		if court, cerr = s.courtOf(r.Context()); cerr != nil {
			return web.Reply{}, cerr
		}
	}
	list, lerr := s.locks(r.Context(), court)
	if lerr != nil {
		return web.Reply{}, lerr
	}
	e := ui.Errs(fault.Fields(err))
	if err != nil && len(e) == 0 {
		e = ui.Errs{fault.As(err)}
	}
	return web.Reply{Page: locksPage(court, list, c, s.k.Now(), e), JSON: list}, err
}

func (s *Service) postLock(r *http.Request) (web.Reply, error) {
	var c lockCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.lock(r.Context(), c); err != nil {
		if fault.KindOf(err) == fault.StepUp {
			return web.Reply{}, err
		}
		return s.lockReply(r, c, err)
	}
	toast := "锁上了，他在各处的登录都已经退出。"
	if c.Open {
		toast = "打开了，他可以登录了。"
	}
	return web.Reply{Goto: "/account/locks", Toast: toast, JSON: map[string]bool{"locked": !c.Open}}, nil
}

// twin is one of the accounts that claim the same number.
type twin struct {
	ID      string     `db:"id" json:"id"`
	Name    string     `db:"name" json:"name"`
	Phone   string     `db:"phone" json:"phone"` // masked
	Level   auth.Level `db:"level" json:"level"`
	At      time.Time  `db:"at" json:"at"`
	Matched bool       `json:"matched"`
}

// findCmd is a number that someone at the counter gave.
type findCmd struct {
	Court  string `json:"court"`
	IDType string `json:"id_type"`
	Number string `json:"number"`
}

// twins returns the party accounts of one number, which must be typed whole:
// nobody browses accounts. In how many cases somebody is, whoever knows his number
// is not told: it may be a sealed one.
func (s *Service) twins(ctx context.Context, c findCmd) (out []twin, err error) {
	number := identity.Normalise(c.Number)
	if identity.Check(identity.Kind(c.IDType), number) != nil {
		return nil, fault.Field("number", "证件号码不对。请对着证件再看一遍。")
	}
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "merge", access.In("person", c.Court), now); err != nil {
			return err
		}
		out, err = db.List[twin](tx, `SELECT a.id, a.name, a.phone, a.level, a.at
			FROM account_account a WHERE a.id_find = ? AND a.staff = 0 AND a.state <> 'merged' ORDER BY a.level DESC, a.at`, s.k.Vault.Find("id", c.IDType+number))
		for i := range out {
			phone, operr := s.k.Vault.Open("account.phone", out[i].Phone)
			if operr != nil {
				return operr
			}
			out[i].Phone, out[i].Matched = identity.MaskPhone(phone), out[i].Level >= auth.Matched
		}
		return err
	})
	if err == nil && len(out) == 0 {
		err = fault.Field("number", "没有用这个号码登记的账号。")
	}
	return out, err
}

func (s *Service) getMerge(r *http.Request) (web.Reply, error) {
	court, err := s.courtOf(r.Context())
	return web.Reply{Page: mergePage(findCmd{Court: court, IDType: string(identity.Resident)}, nil, nil)}, err
}

func (s *Service) postFind(r *http.Request) (web.Reply, error) {
	var c findCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	list, err := s.twins(r.Context(), c)
	if err != nil {
		return web.Reply{Page: mergePage(c, nil, fault.Fields(err))}, err
	}
	return web.Reply{Page: mergePage(c, list, nil), JSON: list}, nil
}

// rest says until when an account rests, in words.
func rest(l lockLine, now time.Time) string {
	return "输错太多次，" + strings.TrimPrefix(ui.Time(l.Rests, now), "今天 ") + " 以后自动打开"
}
