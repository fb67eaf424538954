package account

import (
	"context"
	"encoding/json"
	"time"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/notify"
)

// Identity is an identity platform: does this name belong to this number? Its
// yes is about the data only; whether the person at the phone is that person
// it says with Present.
type Identity interface {
	// Match asks about a person who has shown himself (face or bank card) to the platform.
	Match(ctx context.Context, name, idType, number, ticket string) (bool, error)
}

// claim is what a person says of himself when he registers.
type claim struct {
	Name   string `json:"name"`
	IDType string `json:"id_type"`
	Number string `json:"number"`
	Phone  string `json:"phone"`
}

// check normalises and checks a claim, all faults at once.
func (c *claim) check() error {
	var bad fault.List
	c.Number, c.Phone = identity.Normalise(c.Number), identity.Normalise(c.Phone)
	if n := len([]rune(c.Name)); n < 2 || n > 60 {
		bad.Add("name", "请写和证件上一样的姓名。")
	}
	if err := identity.Check(identity.Kind(c.IDType), c.Number); err != nil {
		bad.Add("number", "证件号码不对。请对着证件再看一遍，最后一位可能是 X。")
	}
	if !identity.ValidPhone(c.Phone) {
		bad.Add("phone", "手机号应该是 11 位数字，以 1 开头。")
	}
	return bad.Err()
}

// register starts an account for someone without a case code. It gives no
// sight of anything: only the phone is proved, the identity is a claim.
func (s *Service) register(ctx context.Context, c claim) (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	if err := s.rt.Phone(ctx, c.Phone); err != nil {
		return "", err
	}
	sealed, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	ch := challenge{ID: id.Secret(), Purpose: forRegister, Next: "/account", Until: s.k.Now().Add(codeLife),
		Phone: s.k.Vault.Seal("account.phone", c.Phone), PhoneFind: s.k.Vault.Find("phone", c.Phone), Claim: s.k.Vault.Seal("account.claim", string(sealed))}
	code := newCode()
	ch.Code = digest(ch.ID + code)
	return ch.ID, s.k.Note(ctx, func(tx *db.Tx) error {
		if err := insertChallenge(tx, ch); err != nil {
			return err
		}
		return s.sendCode(tx, c.Phone, code, "")
	})
}

// login sends a code to a phone if any account is reached by it. What it
// answers, and how fast, is the same for every number: finding out is a job.
func (s *Service) login(ctx context.Context, phone, next string) (string, error) {
	phone = identity.Normalise(phone)
	if !identity.ValidPhone(phone) {
		return "", fault.Field("phone", "手机号应该是 11 位数字，以 1 开头。")
	}
	if err := s.rt.Phone(ctx, phone); err != nil {
		return "", err
	}
	ch := challenge{ID: id.Secret(), Purpose: forLogin, Next: next, Until: s.k.Now().Add(codeLife),
		Phone: s.k.Vault.Seal("account.phone", phone), PhoneFind: s.k.Vault.Find("phone", phone)}
	return ch.ID, s.k.Note(ctx, func(tx *db.Tx) error {
		if err := insertChallenge(tx, ch); err != nil {
			return err
		}
		return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "account.send_code", Body: ch.ID})
	})
}

// sendCodeJob arms a login challenge when the phone is somebody's.
func (s *Service) sendCodeJob(ctx context.Context, j *jobs.Job) error {
	var cid string
	if err := j.Read(&cid); err != nil {
		return err
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		c, ok, err := challengeOf(tx, cid)
		if err != nil {
			return err
		}
		known, err := accountsByPhone(tx, c.PhoneFind)
		if err != nil {
			return err
		}
		if ok && c.Code == "" && len(known) > 0 {
			phone, err := s.k.Vault.Open("account.phone", c.Phone)
			if err != nil {
				return err
			}
			code := newCode()
			if _, err := tx.Exec(`UPDATE account_challenge SET code = ? WHERE id = ? AND code = ''`, digest(cid+code), cid); err != nil {
				return err
			}
			if err := s.sendCode(tx, phone, code, ""); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// entry is what answering a code leads to: a session, or a choice of persons.
type entry struct {
	Token  string
	Next   string
	Choose []Account // several people share the phone
	Ticket string    // proves, while choosing, that the code was answered
}

// confirm answers a challenge and lets the person in.
func (s *Service) confirm(ctx context.Context, challengeID, code, device string) (e entry, err error) {
	err = s.answer(ctx, challengeID, code, func(tx *db.Tx, c challenge) error {
		e.Next = c.Next
		switch c.Purpose {
		case forClaim:
			return s.confirmClaim(tx, c, device, &e)
		case forRegister:
			return s.confirmRegister(tx, c, device, &e)
		case forLogin:
			return s.confirmLogin(tx, c, device, &e)
		case forStepUp:
			a := auth.From(ctx)
			if a.Account != c.Account {
				return errCode
			}
			if e.Token, err = s.proved(tx, a.Session); err != nil {
				return err
			}
			_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.proved", Actor: a.Person, Body: map[string]any{"account": a.Account, "how": "phone"}})
			return err
		}
		return errCode
	})
	return e, err
}

func (s *Service) confirmClaim(tx *db.Tx, c challenge, device string, e *entry) error {
	a, err := s.ensure(tx, c.Person, c.Phone, c.PhoneFind)
	if err != nil {
		return err
	}
	cs, err := docket.CaseOf(tx, c.Claim)
	if err != nil {
		return err
	}
	own := tx.Now()
	if a.PhoneFind != c.PhoneFind { // the court wrote that phone down: it opens the case, and proves nothing of the account
		own = time.Time{}
		if err := s.alarm(tx, cs.Court, a); err != nil {
			return err
		}
	}
	if e.Token, err = s.enter(tx, a, device, own, "case code and court-held phone"); err != nil {
		return err
	}
	return s.k.Tell(tx, fact.CodeVisited{Case: cs.ID, Court: cs.Court, Person: c.Person, On: docket.Today(tx.Now())})
}

// alarm tells the phone of an account that somebody came in by another.
func (s *Service) alarm(tx *db.Tx, court string, a Account) error {
	ct, err := docket.CourtOf(tx, court)
	if err != nil {
		return err
	}
	phone, err := s.k.Vault.Open("account.phone", a.Phone)
	if err != nil {
		return err
	}
	return s.k.Notify.SendAt(tx, docket.Rings(tx.Now()), notify.SMS, phone, "", "【"+ct.Short+"】刚才有人用案件码和案件里留的另一部手机，进了您的账号。不是您本人的，请马上打"+ct.Phone+"。")
}

func (s *Service) confirmRegister(tx *db.Tx, c challenge, device string, e *entry) error {
	text, err := s.k.Vault.Open("account.claim", c.Claim)
	if err != nil {
		return err
	}
	var cl claim
	if err := json.Unmarshal([]byte(text), &cl); err != nil {
		return err
	}
	a := Account{Name: cl.Name, IDType: cl.IDType, IDSealed: s.k.Vault.Seal("person.id", cl.Number), IDFind: s.k.Vault.Find("id", cl.IDType+cl.Number),
		Phone: c.Phone, PhoneFind: c.PhoneFind, Level: auth.Registered, State: "active", At: s.k.Now()}
	person, ok, err := s.heldPhone(tx, a)
	if err != nil {
		return err
	}
	if ok { // he told the court this very phone himself
		if a, err = s.ensure(tx, person, c.Phone, c.PhoneFind); err != nil {
			return err
		}
	} else if a.ID, err = insertAccount(tx, a); err != nil {
		return err
	}
	e.Token, err = s.enter(tx, a, device, tx.Now(), "registered")
	return err
}

// heldPhone finds the person whom an account claims to be, if he himself told
// the court this phone and his account, once he has one, is tied to it. Neither
// the claim alone finds anybody, nor a phone that an opponent told, nor one
// that was lost.
func (s *Service) heldPhone(tx *db.Tx, a Account) (string, bool, error) {
	p, ok, err := docket.FindPerson(tx, a.IDFind)
	if err != nil || !ok || p.Name != a.Name {
		return "", false, err
	}
	if has, ok, err := accountOfPerson(tx, p.ID, false); err != nil || ok && has.PhoneFind != a.PhoneFind {
		return "", false, err
	}
	ok, err = docket.ToldPhone(tx, p.ID, a.PhoneFind, tx.Now())
	return p.ID, ok, err
}

// choiceLife is how long one may think about which of the people one is.
const choiceLife = 3 * time.Minute

func (s *Service) confirmLogin(tx *db.Tx, c challenge, device string, e *entry) error {
	list, err := accountsByPhone(tx, c.PhoneFind)
	if err != nil {
		return err
	}
	if len(list) == 1 {
		e.Token, err = s.enter(tx, list[0], device, tx.Now(), "phone")
		return err
	}
	if len(list) == 0 {
		return errCode
	}
	e.Choose, e.Ticket = list, id.Secret()
	if _, err := tx.Exec(`INSERT INTO account_ceremony (id, account_id, data, until_at) VALUES (?, '', ?, ?)`, digest(e.Ticket), c.PhoneFind, tx.Now().Add(choiceLife)); err != nil {
		return err
	}
	return nil
}

// choose lets one of the people in who share a phone.
func (s *Service) choose(ctx context.Context, ticket, account, device string) (token string, err error) {
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		find, ok, err := db.Maybe[string](tx, `DELETE FROM account_ceremony WHERE id = ? AND account_id = '' AND until_at > ? RETURNING data`, digest(ticket), tx.Now())
		if err != nil {
			return err
		}
		a, err2 := accountOf(tx, account)
		if !ok || err2 != nil || a.PhoneFind != find || a.Staff || a.State != "active" {
			return errCode
		}
		token, err = s.enter(tx, a, device, tx.Now(), "shared phone")
		return err
	})
	return token, err
}

// matchByPlatform raises an account when the identity platform says match.
func (s *Service) matchByPlatform(ctx context.Context, ticket string) error {
	a, err := auth.Require(ctx, auth.Registered)
	if err != nil {
		return err
	}
	if s.identity == nil {
		return fault.New(fault.Unavailable, "本院还没有接通身份核验平台。请带身份证到任一法院窗口。")
	}
	var acc Account
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { acc, err = accountOf(tx, a.Account); return err }); err != nil {
		return err
	}
	number, err := s.k.Vault.Open("person.id", acc.IDSealed)
	if err != nil {
		return err
	}
	ok, err := s.identity.Match(ctx, acc.Name, acc.IDType, number, ticket)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "身份核验平台没有回应。可以过一会儿再试，或带身份证到法院窗口。", err)
	}
	if !ok {
		return fault.New(fault.Forbidden, "核验没有通过。请带身份证到任一法院窗口，工作人员当面核对。")
	}
	return s.k.Do(ctx, func(tx *db.Tx) error { return s.match(tx, acc.ID, "identity platform") })
}

// match ties an account to the person it claims to be, making the person when
// the court does not know him yet.
func (s *Service) match(tx *db.Tx, account, how string) error {
	a, err := accountOf(tx, account)
	if err != nil {
		return err
	}
	if a.Level >= auth.Matched {
		return fault.New(fault.Conflict, "这个账号已经核实过了。")
	}
	p, ok, err := docket.FindPerson(tx, a.IDFind)
	if err != nil {
		return err
	}
	old := a
	switch {
	case ok && p.Name != a.Name:
		return fault.New(fault.Conflict, "姓名和法院登记的不一样。请到立案窗口核对后更正。")
	case ok:
		a.Person = p.ID
	default:
		number, err := s.k.Vault.Open("person.id", a.IDSealed)
		if err != nil {
			return err
		}
		born, sex := identity.Facts(identity.Kind(a.IDType), number)
		a.Person, err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: a.Name, IDType: a.IDType, IDSealed: a.IDSealed, IDFind: a.IDFind, Born: born, Sex: sex, At: tx.Now()})
		if err != nil {
			return err
		}
	}
	if other, ok, err := accountOfPerson(tx, a.Person, false); err != nil || ok {
		if err == nil {
			err = fault.New(fault.Conflict, "这位当事人已经有一个核实过的账号（"+other.At.Format("2006年1月2日")+"开通）。可以在窗口把两个账号并成一个。")
		}
		return err
	}
	a.Level = auth.Matched
	if err := saveAccount(tx, old, a); err != nil {
		return err
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.matched", Actor: appActor(tx), Body: map[string]any{"account": a.ID, "how": how}})
	return err
}
