package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"mashang/capability/account/swap"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// passkey is a key in somebody's phone or computer.
type passkey struct {
	ID      string    `db:"id" json:"id"`
	Account string    `db:"account_id" json:"-"`
	Name    string    `db:"name" json:"name"`
	Data    string    `db:"data" json:"-"`
	At      time.Time `db:"at" json:"at"`
	Used    time.Time `db:"used_at" json:"used"`
}

func passkeysOf(tx *db.Tx, account string) ([]passkey, error) {
	return db.List[passkey](tx, `SELECT id, account_id, name, data, at, used_at FROM account_passkey WHERE account_id = ? ORDER BY at`, account)
}

// keyOwner is an account as the passkey library sees it.
type keyOwner struct {
	Account
	keys []webauthn.Credential
}

func (o keyOwner) WebAuthnID() []byte                         { return []byte(o.ID) }
func (o keyOwner) WebAuthnName() string                       { return o.Name }
func (o keyOwner) WebAuthnDisplayName() string                { return o.Name }
func (o keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func (s *Service) owner(tx *db.Tx, account string) (keyOwner, error) {
	a, err := accountOf(tx, account)
	if err != nil {
		return keyOwner{}, err
	}
	ks, err := passkeysOf(tx, account)
	o := keyOwner{Account: a}
	for _, k := range ks {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Data), &c); err != nil {
			return o, err
		}
		o.keys = append(o.keys, c)
	}
	return o, err
}

// ceremony is a started exchange with a passkey.
type ceremony struct {
	Ceremony string `json:"ceremony"`
	Options  any    `json:"options"`
}

// finishCmd is what the browser answers.
type finishCmd struct {
	Ceremony   string `json:"ceremony"`
	Credential string `json:"credential"`
	Next       string `json:"next"`
}

var errKeys = fault.New(fault.Unavailable, "这里还不能用通行密钥，请用短信验证码。")

const ceremonyLife = 5 * time.Minute

func (s *Service) keep(ctx context.Context, account string, data *webauthn.SessionData) (string, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	word := id.Secret()
	err = s.k.Note(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO account_ceremony (id, account_id, data, until_at) VALUES (?, ?, ?, ?)`, digest(word), account, string(b), tx.Now().Add(ceremonyLife))
		return err
	})
	return word, err
}

// take returns a ceremony once.
func (s *Service) take(tx *db.Tx, word, account string) (data webauthn.SessionData, err error) {
	text, ok, err := db.Maybe[string](tx, `DELETE FROM account_ceremony WHERE id = ? AND account_id = ? AND until_at > ? RETURNING data`, digest(word), account, tx.Now())
	if err == nil && !ok {
		err = fault.New(fault.Invalid, "等得太久了，请重新开始。")
	}
	if err != nil {
		return data, err
	}
	return data, json.Unmarshal([]byte(text), &data)
}

// passkeyBegin starts adding a key to the actor's own account.
func (s *Service) passkeyBegin(r *http.Request) (web.Reply, error) {
	if s.keys == nil {
		return web.Reply{}, errKeys
	}
	a := auth.From(r.Context())
	if err := auth.RequireFresh(a, s.k.Now()); err != nil {
		return web.Reply{}, err
	}
	var o keyOwner
	if err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) { o, err = s.owner(tx, a.Account); return err }); err != nil {
		return web.Reply{}, err
	}
	opts, data, err := s.keys.BeginRegistration(o,
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()),
		webauthn.WithCredentialParameters([]protocol.CredentialParameter{
			{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256},
			{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgRS256},
		}))
	if err != nil {
		return web.Reply{}, err
	}
	word, err := s.keep(r.Context(), a.Account, data)
	return web.Reply{JSON: ceremony{word, opts}}, err
}

func (s *Service) passkeyFinish(r *http.Request) (web.Reply, error) {
	var c finishCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	a := auth.From(r.Context())
	parsed, err := protocol.ParseCredentialCreationResponseBody(strings.NewReader(c.Credential))
	if err != nil || s.keys == nil {
		return web.Reply{}, fault.Wrap(fault.Invalid, "没有加上。请再试一次。", err)
	}
	err = s.k.Do(r.Context(), func(tx *db.Tx) error {
		data, err := s.take(tx, c.Ceremony, a.Account)
		if err != nil {
			return err
		}
		o, err := s.owner(tx, a.Account)
		if err != nil {
			return err
		}
		cred, err := s.keys.CreateCredential(o, data, parsed)
		if err != nil {
			return fault.Wrap(fault.Invalid, "没有加上。请再试一次。", err)
		}
		b, err := json.Marshal(cred)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO account_passkey (id, account_id, name, data, at, used_at) VALUES (?, ?, ?, ?, ?, 0)`,
			base64.RawURLEncoding.EncodeToString(cred.ID), a.Account, device(r), string(b), s.k.Now()); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.passkey", Actor: a.Person, Body: map[string]any{"account": a.Account}})
		return err
	})
	return web.Reply{Goto: "/account", JSON: entered{Goto: "/account"}}, err
}

// passkeyLogin starts signing in with a key that knows its owner.
func (s *Service) passkeyLogin(r *http.Request) (web.Reply, error) {
	if s.keys == nil {
		return web.Reply{}, errKeys
	}
	opts, data, err := s.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return web.Reply{}, err
	}
	word, err := s.keep(r.Context(), "passkey", data)
	return web.Reply{JSON: ceremony{word, opts}}, err
}

// recognise checks a browser's answer in the act that it opens and returns
// whose key it is. A key whose counter went back exists twice: it is refused.
func (s *Service) recognise(tx *db.Tx, ceremony string, parsed *protocol.ParsedCredentialAssertionData) (o keyOwner, err error) {
	data, err := s.take(tx, ceremony, "passkey")
	if err != nil {
		return o, err
	}
	cred, err := s.keys.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		o, err = s.owner(tx, string(handle))
		return o, err
	}, data, parsed)
	if err != nil || o.State != "active" {
		return o, fault.Wrap(fault.Forbidden, errUnknownKey, err)
	}
	if cred.Authenticator.CloneWarning {
		return o, fault.New(fault.Forbidden, "这把通行密钥可能被人复制了，不能再用。请用别的办法登录，到“我的账号”里去掉它。")
	}
	b, err := json.Marshal(cred)
	if err != nil {
		return o, err
	}
	return o, db.Must1(tx.Exec(`UPDATE account_passkey SET data = ?, used_at = ? WHERE id = ? AND account_id = ?`, string(b), tx.Now(), base64.RawURLEncoding.EncodeToString(cred.ID), o.ID))
}

const errUnknownKey = "没有认出来。请再试一次，或者用短信验证码。"

// answered reads what the browser answered.
func (s *Service) answered(r *http.Request) (c finishCmd, parsed *protocol.ParsedCredentialAssertionData, err error) {
	if err := web.Read(r, &c); err != nil {
		return c, nil, err
	}
	parsed, err = protocol.ParseCredentialRequestResponseBody(strings.NewReader(c.Credential))
	if err != nil || s.keys == nil {
		return c, nil, fault.Wrap(fault.Invalid, errUnknownKey, err)
	}
	return c, parsed, nil
}

func (s *Service) passkeyEnter(r *http.Request) (web.Reply, error) {
	c, parsed, err := s.answered(r)
	if err != nil {
		return web.Reply{}, err
	}
	token, def := "", "/casebook"
	err = s.k.Do(r.Context(), func(tx *db.Tx) error {
		o, err := s.recognise(tx, c.Ceremony, parsed)
		if err != nil {
			return err
		}
		if o.Staff {
			def = "/desk"
		}
		token, err = s.enter(tx, o.Account, device(r), tx.Now(), "passkey")
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	next := web.Next(c.Next, def)
	return web.Reply{SignIn: token, Goto: next, JSON: entered{Token: token, Goto: next}}, nil
}

// passkeyProve is the step-up by a key of the actor's own.
func (s *Service) passkeyProve(r *http.Request) (web.Reply, error) {
	c, parsed, err := s.answered(r)
	if err != nil {
		return web.Reply{}, err
	}
	me, token, def := auth.From(r.Context()), "", "/casebook"
	if me.Staff {
		def = "/desk"
	}
	err = s.k.Do(r.Context(), func(tx *db.Tx) error {
		o, err := s.recognise(tx, c.Ceremony, parsed)
		if err != nil {
			return err
		}
		if o.ID != me.Account {
			return fault.New(fault.Forbidden, "这是另一个人的通行密钥。")
		}
		if token, err = s.proved(tx, me.Session); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "account.proved", Actor: me.Person, Body: map[string]any{"account": me.Account, "how": "passkey"}})
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	next := web.Next(c.Next, def)
	return web.Reply{SignIn: token, Goto: next, JSON: entered{Token: token, Goto: next}}, nil
}

// masked fills what the owner sees of his own numbers on a shared screen.
func (s *Service) masked(m *mine) error {
	phone, err := s.k.Vault.Open("account.phone", m.Account.Phone)
	if err != nil {
		return err
	}
	number, err := s.k.Vault.Open("person.id", m.Account.IDSealed)
	m.Phone, m.Number = identity.MaskPhone(phone), identity.MaskNumber(number)
	return err
}

// stepUp sends a party a code to the phone of his account.
func (s *Service) stepUp(ctx context.Context, next string) (string, error) {
	me := auth.From(ctx)
	if err := s.rt.Thing("prove", me.Account); err != nil {
		return "", err
	}
	c := challenge{ID: id.Secret(), Purpose: forStepUp, Account: me.Account, Next: next, Until: s.k.Now().Add(codeLife)}
	return c.ID, s.k.Note(ctx, func(tx *db.Tx) error {
		a, err := accountOf(tx, me.Account)
		if err != nil {
			return err
		}
		phone, err := s.k.Vault.Open("account.phone", a.Phone)
		if err != nil {
			return err
		}
		code := newCode()
		c.Code = digest(c.ID + code)
		if err := insertChallenge(tx, c); err != nil {
			return err
		}
		return s.sendCode(tx, phone, code, "")
	})
}

// totpURL rebuilds the address that an authenticator scans.
func totpURL(login, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"码上"}}
	return "otpauth://totp/" + url.PathEscape("码上:"+login) + "?" + q.Encode()
}

// sweep forgets attempts that are over, every day.
func (s *Service) sweep(ctx context.Context, j *jobs.Job) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		for _, q := range []string{`DELETE FROM account_challenge WHERE until_at < ?`, `DELETE FROM account_ceremony WHERE until_at < ?`, `DELETE FROM account_session WHERE until_at < ?`} {
			if _, err := tx.Exec(q, now.Add(-24*time.Hour)); err != nil {
				return err
			}
		}
		if err := errors.Join(forgetWays(tx), swap.Forget(tx)); err != nil {
			return err
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "account.sweep", At: now.Add(24 * time.Hour)}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// start plans the first sweep.
func (s *Service) start(ctx context.Context) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "account.sweep", Once: "account.sweep.first"})
	})
}

// StaffPhone tells where short messages to a court's person go.
func (s *Service) StaffPhone(tx *db.Tx, person string) (string, error) {
	return s.PhoneOf(tx, person, true)
}

// Known reports whether anybody signs in as a person.
func (s *Service) Known(tx *db.Tx, person string) (bool, error) {
	for _, staff := range []bool{false, true} {
		if _, ok, err := accountOfPerson(tx, person, staff); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// Opens reports whether anybody can sign in as a person now: what lies behind a
// lock has not reached him.
func (s *Service) Opens(tx *db.Tx, person string) (bool, error) {
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM account_account WHERE person_id = ? AND state = 'active'`, person)
	return n > 0, err
}

// PhoneOf is the phone that a person proved when he signed in; empty when he
// never did.
func (s *Service) PhoneOf(tx *db.Tx, person string, staff bool) (string, error) {
	a, ok, err := accountOfPerson(tx, person, staff)
	if err != nil || !ok || a.Phone == "" {
		return "", err
	}
	return s.k.Vault.Open("account.phone", a.Phone)
}
