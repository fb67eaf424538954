package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// Argon2id with the parameters that RFC 9106 recommends second: 64 MiB, three
// passes; one at a time, because a county court's machine is small.
const (
	argonTime, argonMemory, argonThreads = 3, 64 * 1024, 2
)

var argonOne = make(chan struct{}, 1)

func hashPassword(p string, salt []byte) []byte {
	argonOne <- struct{}{}
	defer func() { <-argonOne }()
	return argon2.IDKey([]byte(p), salt, argonTime, argonMemory, argonThreads, 32)
}

func newPassword(p string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("argon2id$%s$%s", b64(salt), b64(hashPassword(p, salt)))
}

// samePassword takes the same time for a wrong password and for no account.
func samePassword(stored, p string) bool {
	f := strings.Split(stored, "$")
	if len(f) != 3 {
		f = []string{"", base64.RawStdEncoding.EncodeToString(make([]byte, 16)), ""}
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[1])
	want, err2 := base64.RawStdEncoding.DecodeString(f[2])
	got := hashPassword(p, salt)
	return err1 == nil && err2 == nil && subtle.ConstantTimeCompare(got, want) == 1
}

var errStaff = fault.Field("login", "登录名、密码或动态码不对。连错五次要等十五分钟。")

// Invite makes a staff account that waits for its owner, and returns the
// one-time word of its link; no word for who has set his password already: a
// new post is no way into his account. The caller has authorised it.
func (s *Service) Invite(tx *db.Tx, person, name, login, phone string) (string, error) {
	a, ok, err := accountOfPerson(tx, person, true)
	if err != nil {
		return "", err
	}
	if !ok {
		a = Account{Person: person, Staff: true, Name: name, Login: strings.ToLower(login), Level: auth.Staff, State: "invited", At: s.k.Now(),
			Phone: s.k.Vault.Seal("account.phone", phone), PhoneFind: s.k.Vault.Find("phone", phone)}
		if a.ID, err = insertAccount(tx, a); err != nil {
			if db.Unique(err) {
				err = fault.Field("login", "登录名“"+login+"”已经有人用了。")
			}
			return "", err
		}
	}
	if a.Password != "" {
		return "", nil
	}
	return s.link(tx, a, "")
}

// Uninvite takes back an invitation that was never accepted, with the account
// that waited for it: the login is free again. fresh is false when somebody has
// used the account, which then stays.
func (s *Service) Uninvite(tx *db.Tx, person string) (fresh bool, err error) {
	a, ok, err := accountOfPerson(tx, person, true)
	if err != nil || !ok || a.State != "invited" || a.Password != "" {
		return false, err
	}
	if _, err := tx.Exec(`DELETE FROM account_invite WHERE account_id = ?`, a.ID); err != nil {
		return false, err
	}
	n, err := tx.Exec(`DELETE FROM account_account WHERE id = ? AND state = 'invited' AND password = ''`, a.ID)
	return n == 1, err
}

// Waiting are the court's people whose invitation was never accepted.
func (s *Service) Waiting(tx *db.Tx) ([]string, error) {
	return db.List[string](tx, `SELECT person_id FROM account_account WHERE staff = 1 AND state = 'invited' AND password = ''`)
}

// link makes the one-time word of an invitation.
func (s *Service) link(tx *db.Tx, a Account, proof string) (word string, err error) {
	if word = id.Secret(); proof != "" {
		proof = digest(word + proof)
	}
	_, err = tx.Exec(`INSERT INTO account_invite (digest, account_id, until_at, used_at, proof) VALUES (?, ?, ?, 0, ?)`, digest(word), a.ID, tx.Now().Add(inviteLife), proof)
	return word, err
}

// proofLen is the length of the word that goes to the owner's phone: 40 bits,
// beyond guessing in the week of an invitation.
const proofLen = 8

// InviteAgain gives one of the court's people a new invitation: whoever lost
// the link, the password or the authenticator. Earlier links die; what he
// signed in with works until the new one is accepted. Who used his account
// before gets a word on his phone, without which the link is nothing: else the
// system administrator, who sees the link, could become anyone, the security
// administrator too.
func (s *Service) InviteAgain(tx *db.Tx, person string) (word string, err error) {
	a, ok, err := accountOfPerson(tx, person, true)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.Missing()
	}
	if _, err := tx.Exec(`UPDATE account_invite SET used_at = ? WHERE account_id = ? AND used_at = 0`, tx.Now(), a.ID); err != nil {
		return "", err
	}
	if a.Password == "" {
		return s.link(tx, a, "")
	}
	phone, err := s.k.Vault.Open("account.phone", a.Phone)
	if err != nil {
		return "", err
	}
	proof := id.Code(proofLen)
	if err := s.k.Notify.SendCode(tx, notify.SMS, phone, "【"+s.court+"】有人给您的工作账号重新发了邀请。打开链接后填确认码 "+id.Spaced(proof)+"。不是您要的，不要把它告诉任何人，马上找本院安全管理员。"); err != nil {
		return "", err
	}
	return s.link(tx, a, proof)
}

type invite struct {
	Account string    `db:"account_id"`
	Until   time.Time `db:"until_at"`
	Used    time.Time `db:"used_at"`
	Proof   string    `db:"proof"`
}

var errInvite = fault.New(fault.NotFound, "这个邀请链接已经用过或者过期了。请找本院系统管理员重新发一个。")

func (s *Service) invited(tx *db.Tx, word string) (a Account, i invite, err error) {
	i, ok, err := db.Maybe[invite](tx, `SELECT account_id, until_at, used_at, proof FROM account_invite WHERE digest = ?`, digest(word))
	if err != nil {
		return a, i, err
	}
	if !ok || !i.Used.IsZero() || s.k.Now().After(i.Until) {
		return a, i, errInvite
	}
	a, err = accountOf(tx, i.Account)
	return a, i, err
}

// accept is what an invited person enters.
type accept struct {
	Login    string       `json:"login"`
	Password web.Verbatim `json:"password"`
	Again    web.Verbatim `json:"again"`
	Secret   string       `json:"secret"` // of the authenticator, as shown on the page
	Code     string       `json:"code"`
	Proof    string       `json:"proof"` // sent to the phone of who used the account before
}

// Accept sets password and second factor of an invited account and signs it in.
func (s *Service) accept(ctx context.Context, word string, c accept, device string) (token string, err error) {
	login := strings.ToLower(strings.TrimSpace(c.Login))
	var bad fault.List
	if len([]rune(login)) < 2 || len(login) > 60 {
		bad.Add("login", "登录名至少两个字。")
	}
	if err := s.checkPassword(string(c.Password), login); err != nil {
		bad = append(bad, fault.As(err))
	}
	if c.Password != c.Again {
		bad.Add("again", "两次输入的密码不一样。")
	}
	if len(c.Secret) != secretLen || !s.validTOTP(c.Secret, c.Code) {
		bad.Add("code", "动态码不对。请看手机上现在显示的 6 位数字。")
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	if err := s.rt.Thing("invite", word); err != nil {
		return "", err
	}
	hash := newPassword(string(c.Password)) // outside the transaction: it takes its time
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		a, i, err := s.invited(tx, word)
		if err != nil {
			return err
		}
		if i.Proof != "" && subtle.ConstantTimeCompare([]byte(i.Proof), []byte(digest(word+id.Fold(c.Proof)))) != 1 {
			return fault.Field("proof", "确认码不对。它在发到您手机的短信里；换了手机号的，请找本院安全管理员。")
		}
		if a.State == "locked" {
			return errLocked
		}
		old := a
		a.Login, a.Password, a.TOTP, a.State = login, hash, s.k.Vault.Seal("account.totp", c.Secret), "active"
		if err := saveAccount(tx, old, a); err != nil {
			if db.Unique(err) {
				err = fault.Field("login", "登录名“"+login+"”已经有人用了。")
			}
			return err
		}
		if err := db.Must1(tx.Exec(`UPDATE account_invite SET used_at = ? WHERE digest = ? AND used_at = 0`, tx.Now(), digest(word))); err != nil {
			return err
		}
		// Whoever needed a new link may have lost what he was signed in with.
		if _, err := tx.Exec(`DELETE FROM account_session WHERE account_id = ?`, a.ID); err != nil {
			return err
		}
		token, err = s.enter(tx, a, device, tx.Now(), "invitation")
		return err
	})
	return token, err
}

// validTOTP accepts the present 30 seconds and one step either side (RFC 6238).
func (s *Service) validTOTP(secret, code string) bool {
	ok, err := totp.ValidateCustom(code, secret, s.k.Now(), totp.ValidateOpts{Period: 30, Skew: 1, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	return err == nil && ok
}

// secretLen is the length of an authenticator's secret as newTOTP makes it.
const secretLen = 32

// newTOTP returns a fresh secret and the address that an authenticator scans.
func newTOTP(login string) (secret, url string, err error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: "码上", AccountName: login})
	if err != nil {
		return "", "", err
	}
	return k.Secret(), k.URL(), nil
}

// staffLogin is the staff door.
type staffLogin struct {
	Login    string       `json:"login"`
	Password web.Verbatim `json:"password"`
	Code     string       `json:"code"`
	Next     string       `json:"next"`
}

func (s *Service) staffLogin(ctx context.Context, c staffLogin, device string) (token string, err error) {
	login := strings.ToLower(c.Login)
	if err := s.rt.Thing("staff", login); err != nil {
		return "", err
	}
	var a Account
	var ok, locked bool
	err = s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if a, ok, err = accountByLogin(tx, login); err == nil && ok {
			locked, err = s.locked(tx, a.ID)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	good := samePassword(a.Password, string(c.Password)) && ok && !locked && a.Staff
	if good {
		good, err = s.secondFactor(ctx, a, c.Code)
	}
	if err != nil {
		return "", err
	}
	if !good {
		if ok {
			err = s.failed(app.Alone(ctx), a.ID)
		}
		if err == nil {
			err = errStaff
		}
		return "", err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		token, err = s.enter(tx, a, device, tx.Now(), "password and authenticator")
		return err
	})
	return token, err
}

// secondFactor checks an authenticator's code; each code counts once.
func (s *Service) secondFactor(ctx context.Context, a Account, code string) (bool, error) {
	secret, err := s.k.Vault.Open("account.totp", a.TOTP)
	if err != nil || secret == "" || !s.validTOTP(secret, code) {
		return false, err
	}
	fresh := false
	err = s.k.DB.Do(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`INSERT INTO account_ceremony (id, account_id, data, until_at) VALUES (?, ?, 'totp', ?) ON CONFLICT DO NOTHING`,
			digest("totp/"+a.ID+"/"+code), a.ID, s.k.Now().Add(2*time.Minute))
		fresh = n == 1
		return err
	})
	return fresh, err
}

// proveStaff is the step-up of court staff.
func (s *Service) proveStaff(ctx context.Context, code string) (token string, err error) {
	me, err := auth.Require(ctx, auth.Staff)
	if err != nil {
		return "", err
	}
	if err := s.rt.Thing("prove", me.Account); err != nil {
		return "", err
	}
	var a Account
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { a, err = accountOf(tx, me.Account); return err }); err != nil {
		return "", err
	}
	ok, err := s.secondFactor(ctx, a, code)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.Field("code", "动态码不对，或者刚刚用过。请等下一个。")
	}
	err = s.k.Do(ctx, func(tx *db.Tx) (err error) {
		if token, err = s.proved(tx, me.Session); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.proved", Actor: me.Person, Body: map[string]any{"account": me.Account, "how": "authenticator"}})
		return err
	})
	return token, err
}

// Demo signs a person in without proof. It works over a demo data folder only.
func (s *Service) Demo(ctx context.Context, person string, staff bool, device string) (token string, err error) {
	if !s.k.Config.Demo {
		return "", app.ErrDemo
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		a, ok, err := accountOfPerson(tx, person, staff)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Missing()
		}
		if a.State == "invited" {
			old := a
			a.State = "active"
			if err := saveAccount(tx, old, a); err != nil {
				return err
			}
		}
		token, err = s.enter(tx, a, device, tx.Now(), "demo")
		return err
	})
	return token, err
}
