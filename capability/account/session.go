package account

import (
	"context"
	"slices"
	"time"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
)

type signedIn struct {
	Session string     `db:"session"`
	Account string     `db:"account"`
	Person  string     `db:"person_id"`
	Name    string     `db:"name"`
	Level   auth.Level `db:"level"`
	Staff   bool       `db:"staff"`
	Seen    time.Time  `db:"seen_at"`
	Until   time.Time  `db:"until_at"`
	Proved  time.Time  `db:"proved_at"`
}

const signedInCols = `s.id AS session, a.id AS account, a.person_id, a.name, a.level, a.staff, s.seen_at, s.until_at, s.proved_at`

// seenEvery is how exactly we know when a session was last used.
const seenEvery = 5 * time.Minute

// Actor returns who is behind a session token; a stranger for an unknown,
// ended or idle one.
func (s *Service) Actor(ctx context.Context, token string) (auth.Actor, error) {
	if len(token) < 52 {
		return auth.Actor{}, nil
	}
	var r signedIn
	var ok bool
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		r, ok, err = db.Maybe[signedIn](tx, `SELECT `+signedInCols+`
			FROM account_session s JOIN account_account a ON a.id = s.account_id WHERE s.id = ? AND a.state = 'active'`, digest(token))
		return err
	})
	if err != nil || !ok {
		return auth.Actor{}, err
	}
	now := s.k.Now()
	if !r.lives(now) {
		return auth.Actor{}, nil
	}
	if now.Sub(r.Seen) > seenEvery && !auth.IsPassive(ctx) {
		err := s.k.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE account_session SET seen_at = ? WHERE id = ? AND seen_at < ?`, now, r.Session, now)
			return err
		})
		if err != nil {
			return auth.Actor{}, err
		}
	}
	return auth.Actor{Person: r.Person, Account: r.Account, Session: r.Session, Name: r.Name, Level: r.Level, Staff: r.Staff, Proved: r.Proved}, nil
}

// lives reports whether a session has neither run out nor been left alone.
func (r signedIn) lives(now time.Time) bool {
	idle, _ := life(r.Staff)
	return !now.After(r.Until) && now.Sub(r.Seen) <= idle
}

// Alive says which of some sessions still live, for pages that stay open.
func (s *Service) Alive(tx *db.Tx, sessions []string) (map[string]bool, error) {
	out := map[string]bool{}
	for part := range slices.Chunk(sessions, 500) {
		list, err := db.List[signedIn](tx, `SELECT `+signedInCols+` FROM account_session s JOIN account_account a ON a.id = s.account_id
			WHERE s.id IN (`+db.In(len(part))+`) AND a.state = 'active'`, db.Args(part)...)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			out[r.Session] = r.lives(tx.Now())
		}
	}
	return out, nil
}

// leave ends one session, or all of the account but the present one. Who ends
// others' proves first that it is he.
func (s *Service) leave(ctx context.Context, which string) error {
	a := auth.From(ctx)
	if which != a.Session {
		if err := auth.RequireFresh(a, s.k.Now()); err != nil {
			return err
		}
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if which == "others" {
			_, err := tx.Exec(`DELETE FROM account_session WHERE account_id = ? AND id <> ?`, a.Account, a.Session)
			if err == nil {
				_, err = tx.Exec(`DELETE FROM account_way WHERE account_id = ? AND channel = 'push' AND session_id <> ?`, a.Account, a.Session)
			}
			return err
		}
		n, err := tx.Exec(`DELETE FROM account_session WHERE id = ? AND account_id = ?`, which, a.Account)
		if err == nil && n == 0 {
			err = fault.Missing()
		}
		if err == nil { // nor does its browser ring any more
			_, err = tx.Exec(`DELETE FROM account_way WHERE account_id = ? AND session_id = ?`, a.Account, which)
		}
		return err
	})
}

// newToken is what a browser shows to be known again: 260 bits.
func newToken() string { return id.Secret() + id.Secret() }

// supersede ends the session with which a browser signs in anew, so that its
// token, should somebody have it, opens nothing. What rings there goes on
// ringing for the same account only.
func supersede(tx *db.Tx, old auth.Actor, account, session string) error {
	if old.Session == "" {
		return nil
	}
	if old.Account == account {
		if _, err := tx.Exec(`UPDATE account_way SET session_id = ? WHERE session_id = ?`, session, old.Session); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM account_session WHERE id = ?`, old.Session)
	return err
}

// proved marks the present session as freshly proved, under a new token.
func (s *Service) proved(tx *db.Tx, session string) (token string, err error) {
	token = newToken()
	if err := db.Must1(tx.Exec(`UPDATE account_session SET id = ?, proved_at = ? WHERE id = ?`, digest(token), tx.Now(), session)); err != nil {
		return "", err
	}
	_, err = tx.Exec(`UPDATE account_way SET session_id = ? WHERE session_id = ?`, digest(token), session)
	return token, err
}

// failed counts a failure; after maxFailures the account rests a while.
func (s *Service) failed(ctx context.Context, account string) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		n, err := db.One[int64](tx, `INSERT INTO account_failure (account_id, n, until_at) VALUES (?, 1, 0)
			ON CONFLICT (account_id) DO UPDATE SET n = account_failure.n + 1 RETURNING n`, account)
		if err != nil || n < maxFailures {
			return err
		}
		_, err = tx.Exec(`UPDATE account_failure SET until_at = ?, n = 0 WHERE account_id = ?`, now.Add(lockFor), account)
		return err
	})
}

func (s *Service) locked(tx *db.Tx, account string) (bool, error) {
	until, ok, err := db.Maybe[int64](tx, `SELECT until_at FROM account_failure WHERE account_id = ?`, account)
	return ok && s.k.Now().UnixMilli() < until, err
}
