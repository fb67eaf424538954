package account

import (
	"context"

	"mashang/capability/account/swap"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

func appActor(tx *db.Tx) string { return app.Actor(tx.Context()) }

// counterCheck is what a filing officer enters after looking at a paper ID.
type counterCheck struct {
	Court  string `json:"court"`
	Name   string `json:"name"`
	IDType string `json:"id_type"`
	Number string `json:"number"`
	Phone  string `json:"phone"`
	Seen   bool   `json:"seen"` // 我当面看过证件原件
	Lost   bool   `json:"lost"` // 原来的手机丢了：旧的登录全部退出
	Keep   bool   `json:"keep"` // his cases keep the phone that they hold; otherwise it becomes this one
}

// check verifies a person at the counter: his account is made or raised, tied
// to the phone in his hand. An account that has another phone waits for a second
// officer, which waits tells.
func (s *Service) check(ctx context.Context, c counterCheck) (waits bool, err error) {
	cl := claim{Name: c.Name, IDType: c.IDType, Number: c.Number, Phone: c.Phone}
	if err := cl.check(); err != nil {
		return false, err
	}
	if !c.Seen {
		return false, &fault.Error{Kind: fault.Invalid, Field: "seen", Show: "请先当面看过证件原件，再勾选确认。", Basis: "人民法院在线诉讼规则第七条"}
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "check", access.In("person", c.Court), now); err != nil {
			return err
		}
		find := s.k.Vault.Find("id", cl.IDType+cl.Number)
		p, ok, err := docket.FindPerson(tx, find)
		if err != nil {
			return err
		}
		if ok && p.Name != cl.Name {
			return fault.Field("name", "法院登记的姓名和证件上的不一样。先在案件里更正当事人信息，再来核实。")
		}
		if !ok {
			born, sex := identity.Facts(identity.Kind(cl.IDType), cl.Number)
			p = docket.Person{Kind: "natural", Name: cl.Name, IDType: cl.IDType, IDSealed: s.k.Vault.Seal("person.id", cl.Number), IDFind: find, Born: born, Sex: sex, At: now}
			if p.ID, err = docket.AddPerson(tx, p); err != nil {
				return err
			}
		}
		a, ok, err := accountOfPerson(tx, p.ID, false)
		if err != nil {
			return err
		}
		r := swap.Request{Court: c.Court, Account: a.ID, Person: p.ID, Lost: c.Lost, Keep: c.Keep}
		if waits = ok && a.PhoneFind != s.k.Vault.Find("phone", cl.Phone); waits {
			return s.swap.Ask(tx, r, cl.Phone)
		}
		return s.seen(tx, r, cl.Phone)
	})
	return waits, err
}

// seen is what comes of a check: when the old phone is lost all its sessions and
// passkeys end. He who stands at the counter knows that his phone is replaced; he
// who does not learns that somebody does in his name.
func (s *Service) seen(tx *db.Tx, r swap.Request, phone string) error {
	if err := s.swap.Warn(tx, r.Court, r.Person, phone, "您在法院登记的手机，刚才在窗口换成了尾号%s的。不是您本人办的，请马上打%s。"); err != nil {
		return err
	}
	p, err := docket.PersonOf(tx, r.Person)
	if err != nil {
		return err
	}
	a, err := s.hold(tx, p, phone, r.Lost)
	if err != nil {
		return err
	}
	// The code for a case goes to the phone that the case holds: who stands
	// at the counter with his paper ID says which one that is from now on.
	moved := int64(0)
	if !r.Keep {
		if moved, err = docket.MovePhone(tx, p.ID, s.k.Vault.Seal("party.phone", phone), s.k.Vault.Find("phone", phone), tx.Now()); err != nil {
			return err
		}
	}
	body := map[string]any{"account": a, "how": "paper ID at the counter", "lost_phone": r.Lost, "phones_moved": moved}
	if r.By != "" {
		body["first"] = r.By // of the two officers
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.checked", Court: r.Court, Actor: appActor(tx), Body: body})
	return err
}

// hold makes or moves the account of a person to a phone.
func (s *Service) hold(tx *db.Tx, p docket.Person, phone string, lost bool) (string, error) {
	sealed, find := s.k.Vault.Seal("account.phone", phone), s.k.Vault.Find("phone", phone)
	a, ok, err := accountOfPerson(tx, p.ID, false)
	if err != nil {
		return "", err
	}
	if !ok {
		a, err = s.ensure(tx, p.ID, sealed, find)
		return a.ID, err
	}
	old := a // a locked account moves too, and stays locked: who locked it opens it
	a.Phone, a.PhoneFind = sealed, find
	if err := saveAccount(tx, old, a); err != nil {
		return "", err
	}
	if lost || old.PhoneFind != find {
		for _, q := range []string{`DELETE FROM account_session WHERE account_id = ?`, `DELETE FROM account_passkey WHERE account_id = ?`, `DELETE FROM account_way WHERE account_id = ?`} {
			if _, err := tx.Exec(q, a.ID); err != nil {
				return "", err
			}
		}
	}
	return a.ID, nil
}

// merge joins two accounts of one person at the counter: from's phone-proved
// claim is the same identity as to's. from ends.
func (s *Service) merge(ctx context.Context, court, from, to string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "merge", access.In("person", court), now); err != nil {
			return err
		}
		a, err := accountOf(tx, from)
		if err != nil {
			return err
		}
		b, err := accountOf(tx, to)
		if err != nil {
			return err
		}
		if a.ID == b.ID || a.IDFind != b.IDFind || a.Staff || b.Staff || a.State == "merged" {
			return fault.New(fault.Invalid, "只有证件号码相同的两个当事人账号才能合并。")
		}
		if b.Level < auth.Matched {
			a, b = b, a
		}
		if b.Level < auth.Matched || a.Level >= auth.Matched && a.Person != b.Person {
			return fault.New(fault.Invalid, "要先在窗口核实其中一个账号，才能合并。")
		}
		old := a
		a.State, a.Person = "merged", ""
		if err := saveAccount(tx, old, a); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM account_session WHERE account_id = ?`, a.ID); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.merged", Court: court, Actor: appActor(tx), Body: map[string]any{"from": a.ID, "to": b.ID}})
		return err
	})
}
