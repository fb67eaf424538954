package account

import (
	"context"
	"net/http"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// passwordCmd is a new password of one of the court's people.
type passwordCmd struct {
	Old      web.Verbatim `json:"old"`
	Password web.Verbatim `json:"password"`
	Again    web.Verbatim `json:"again"`
	Code     string       `json:"code"`
}

// newWord changes the actor's own password. All his other sessions end.
func (s *Service) newWord(ctx context.Context, c passwordCmd) error {
	me, err := auth.Require(ctx, auth.Staff)
	if err != nil {
		return err
	}
	if err := s.rt.Thing("prove", me.Account); err != nil {
		return err
	}
	var a Account
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { a, err = accountOf(tx, me.Account); return err }); err != nil {
		return err
	}
	var bad fault.List
	if err := s.checkPassword(string(c.Password), a.Login); err != nil {
		bad = append(bad, fault.As(err))
	}
	if c.Password != c.Again {
		bad.Add("again", "两次输入的密码不一样。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if !samePassword(a.Password, string(c.Old)) {
		return fault.Field("old", "现在的密码不对。")
	}
	ok, err := s.secondFactor(ctx, a, c.Code)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Field("code", "动态码不对，或者刚刚用过。请等下一个。")
	}
	hash := newPassword(string(c.Password)) // outside the transaction: it takes its time
	return s.k.Do(ctx, func(tx *db.Tx) error {
		old := a
		a.Password = hash
		if err := saveAccount(tx, old, a); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM account_session WHERE account_id = ? AND id <> ?`, a.ID, me.Session); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.password", Actor: me.Person, Body: map[string]any{"account": a.ID}})
		return err
	})
}

func (s *Service) getPassword(r *http.Request) (web.Reply, error) {
	if _, err := auth.Require(r.Context(), auth.Staff); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: passwordPage(nil)}, nil
}

func (s *Service) postPassword(r *http.Request) (web.Reply, error) {
	var c passwordCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.newWord(r.Context(), c); err != nil {
		return web.Reply{Page: passwordPage(ui.Errs(fault.Fields(err)))}, err
	}
	return web.Reply{Goto: "/account", Toast: "密码换好了，别处的登录都已经退出。", JSON: map[string]bool{"done": true}}, nil
}

// removeCmd names a passkey of the actor's own.
type removeCmd struct {
	Key string `json:"key"`
}

// postRemove takes a passkey away: a phone that was sold or lost.
func (s *Service) postRemove(r *http.Request) (web.Reply, error) {
	var c removeCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	a := auth.From(r.Context())
	if err := auth.RequireFresh(a, s.k.Now()); err != nil {
		return web.Reply{}, err
	}
	err := s.k.Do(r.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM account_passkey WHERE id = ? AND account_id = ?`, c.Key, a.Account)
		if err == nil && n == 0 {
			err = fault.Missing()
		}
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.passkey_removed", Actor: a.Person, Body: map[string]any{"account": a.Account}})
		return err
	})
	return web.Reply{Goto: "/account", Toast: "去掉了，那台设备不能再用它登录。", JSON: map[string]bool{"done": true}}, err
}
