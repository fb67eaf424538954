package account

import (
	"context"
	"crypto/subtle"
	"time"

	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/notify"
)

// Open starts a challenge that nobody can pass until it is armed, and returns
// its id, a secret. Whoever asks gets one whether or not it can ever be
// armed, so that asking tells nothing.
func (s *Service) Open(tx *db.Tx, next string) (string, error) {
	c := challenge{ID: id.Secret(), Purpose: forClaim, Next: next, Until: s.k.Now().Add(codeLife)}
	return c.ID, insertChallenge(tx, c)
}

// Arm sends the code of an open challenge to the phone that the court holds
// for a person; who has that phone and answers is that person, and stands
// before the case.
func (s *Service) Arm(tx *db.Tx, challengeID, person, phone string, c docket.Case) error {
	ct, err := docket.CourtOf(tx, c.Court)
	if err != nil {
		return err
	}
	code := newCode()
	n, err := tx.Exec(`UPDATE account_challenge SET person_id = ?, phone = ?, phone_find = ?, code = ?, next = ?, claim = ? WHERE id = ? AND code = '' AND used_at = 0`,
		person, s.k.Vault.Seal("account.phone", phone), s.k.Vault.Find("phone", phone), digest(challengeID+code), "/casebook/"+c.ID, c.ID, challengeID)
	if err != nil || n == 0 {
		return err
	}
	return s.sendCode(tx, phone, code, ct.Short)
}

func (s *Service) sendCode(tx *db.Tx, phone, code, court string) error {
	if court == "" {
		court = s.court
	}
	return s.k.Notify.SendCode(tx, notify.SMS, phone, "【"+court+"】验证码 "+code+"，5 分钟内有效。法院不会问您要验证码，有人问就是骗子。")
}

// answer checks a code and acts. Every try is counted first, in a transaction
// of its own, so that a hundred parallel guesses are still five tries; the
// code is used up together with what it opens.
func (s *Service) answer(ctx context.Context, challengeID, code string, act func(tx *db.Tx, c challenge) error) error {
	counted := int64(0)
	err := s.k.Note(app.Alone(ctx), func(tx *db.Tx) (err error) {
		counted, err = tx.Exec(`UPDATE account_challenge SET tries = tries + 1 WHERE id = ? AND tries < ? AND used_at = 0 AND until_at >= ?`, challengeID, codeTries, tx.Now())
		return err
	})
	if err != nil {
		return err
	}
	if counted == 0 {
		return errCode
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		c, ok, err := challengeOf(tx, challengeID)
		if err != nil {
			return err
		}
		if !ok || !c.Used.IsZero() || subtle.ConstantTimeCompare([]byte(c.Code), []byte(digest(challengeID+code))) != 1 {
			return errCode
		}
		if err := db.Must1(tx.Exec(`UPDATE account_challenge SET used_at = ? WHERE id = ? AND used_at = 0`, tx.Now(), challengeID)); err != nil {
			return err
		}
		return act(tx, c)
	})
}

// errCode is the one answer to every wrong, late, used or never sent code.
var errCode = fault.Field("code", "验证码不对或者过期了。请看清短信里的 6 位数字；没收到，就重新要一次，或到法院窗口核实身份。")

// errLocked is the answer to who has proved that a locked account is his.
var errLocked = fault.New(fault.Forbidden, "这个账号被安全管理员锁住了。请带身份证到法院窗口，问清原因，由安全管理员打开。")

// enter makes a session for an account and records it. A locked account gets
// none by any way in: it would come to life when the account is opened.
func (s *Service) enter(tx *db.Tx, a Account, device string, proved time.Time, how string) (string, error) {
	if a.State != "active" {
		return "", errLocked
	}
	token, now := newToken(), s.k.Now()
	_, most := life(a.Staff)
	if _, err := tx.Exec(`INSERT INTO account_session (`+sessionCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		digest(token), a.ID, device, now, now, now.Add(most), proved); err != nil {
		return "", err
	}
	if err := supersede(tx, auth.From(tx.Context()), a.ID, digest(token)); err != nil {
		return "", err
	}
	_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.signed_in", Actor: a.Person, Body: map[string]any{"account": a.ID, "how": how, "staff": a.Staff}})
	return token, err
}

// ensure returns the party account of a person, made at first need. The phone
// is the one that was just proved.
func (s *Service) ensure(tx *db.Tx, person string, phone, phoneFind string) (Account, error) {
	a, ok, err := accountOfPerson(tx, person, false)
	if err != nil || ok {
		return a, err
	}
	p, err := docket.PersonOf(tx, person)
	if err != nil {
		return Account{}, err
	}
	a = Account{Person: person, Name: p.Name, IDType: p.IDType, IDSealed: p.IDSealed, IDFind: p.IDFind, Phone: phone, PhoneFind: phoneFind, Level: auth.Matched, State: "active", At: s.k.Now()}
	a.ID, err = insertAccount(tx, a)
	return a, err
}
