package account

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"time"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/id"
)

//go:embed schema
var schema embed.FS

// Account is a way in for one person. A person who also works for a court has
// a second one for that.
type Account struct {
	ID        string     `db:"id" json:"id"`
	Person    string     `db:"person_id" json:"person"`
	Staff     bool       `db:"staff" json:"staff"`
	Name      string     `db:"name" json:"name"`
	IDType    string     `db:"id_type" json:"id_type"`
	IDSealed  string     `db:"id_sealed" json:"-"`
	IDFind    string     `db:"id_find" json:"-"`
	Phone     string     `db:"phone" json:"-"`
	PhoneFind string     `db:"phone_find" json:"-"`
	Login     string     `db:"login" json:"login"`
	Level     auth.Level `db:"level" json:"level"`
	State     string     `db:"state" json:"state"`
	Password  string     `db:"password" json:"-"`
	TOTP      string     `db:"totp" json:"-"`
	At        time.Time  `db:"at" json:"at"`
}

const accountCols = `id, person_id, staff, name, id_type, id_sealed, id_find, phone, phone_find, login, level, state, password, totp, at`

func accountOf(tx *db.Tx, id string) (Account, error) {
	return db.One[Account](tx, `SELECT `+accountCols+` FROM account_account WHERE id = ?`, id)
}

func accountOfPerson(tx *db.Tx, person string, staff bool) (Account, bool, error) {
	return db.Maybe[Account](tx, `SELECT `+accountCols+` FROM account_account WHERE person_id = ? AND staff = ? AND state <> 'merged'`, person, staff)
}

func accountByLogin(tx *db.Tx, login string) (Account, bool, error) {
	return db.Maybe[Account](tx, `SELECT `+accountCols+` FROM account_account WHERE login = ? AND state = 'active'`, login)
}

func accountsByPhone(tx *db.Tx, find string) ([]Account, error) {
	return db.List[Account](tx, `SELECT `+accountCols+` FROM account_account WHERE phone_find = ? AND staff = 0 AND state = 'active' ORDER BY level DESC, at`, find)
}

func insertAccount(tx *db.Tx, a Account) (string, error) {
	a.ID = id.New()
	_, err := tx.Exec(`INSERT INTO account_account (`+accountCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Person, a.Staff, a.Name, a.IDType, a.IDSealed, a.IDFind, a.Phone, a.PhoneFind, a.Login, int(a.Level), a.State, a.Password, a.TOTP, a.At)
	return a.ID, err
}

func saveAccount(tx *db.Tx, old, a Account) error {
	return db.Must1(tx.Exec(`UPDATE account_account SET person_id = ?, phone = ?, phone_find = ?, level = ?, state = ?, password = ?, totp = ?, login = ? WHERE id = ? AND state = ? AND level = ? AND password = ?`,
		a.Person, a.Phone, a.PhoneFind, int(a.Level), a.State, a.Password, a.TOTP, a.Login, old.ID, old.State, int(old.Level), old.Password))
}

// Session is one browser that is signed in.
type Session struct {
	ID      string    `db:"id" json:"id"`
	Account string    `db:"account_id" json:"account"`
	Device  string    `db:"device" json:"device"`
	Made    time.Time `db:"made_at" json:"made"`
	Seen    time.Time `db:"seen_at" json:"seen"`
	Until   time.Time `db:"until_at" json:"until"`
	Proved  time.Time `db:"proved_at" json:"proved"`
}

const sessionCols = `id, account_id, device, made_at, seen_at, until_at, proved_at`

func sessionOf(tx *db.Tx, id string) (Session, bool, error) {
	return db.Maybe[Session](tx, `SELECT `+sessionCols+` FROM account_session WHERE id = ?`, id)
}

func sessionsOf(tx *db.Tx, account string, now time.Time) ([]Session, error) {
	return db.List[Session](tx, `SELECT `+sessionCols+` FROM account_session WHERE account_id = ? AND until_at > ? ORDER BY seen_at DESC`, account, now)
}

// challenge is a one-time code on its way to a phone.
type challenge struct {
	ID        string    `db:"id"`
	Purpose   string    `db:"purpose"`
	Account   string    `db:"account_id"`
	Person    string    `db:"person_id"`
	Phone     string    `db:"phone"`
	PhoneFind string    `db:"phone_find"`
	Code      string    `db:"code"`
	Next      string    `db:"next"`
	Tries     int       `db:"tries"`
	Until     time.Time `db:"until_at"`
	Used      time.Time `db:"used_at"`
	Claim     string    `db:"claim"` // of a case code: the case; of a registration, sealed: what it claims
}

const challengeCols = `id, purpose, account_id, person_id, phone, phone_find, code, next, tries, until_at, used_at, claim`

func insertChallenge(tx *db.Tx, c challenge) error {
	_, err := tx.Exec(`INSERT INTO account_challenge (`+challengeCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?)`,
		c.ID, c.Purpose, c.Account, c.Person, c.Phone, c.PhoneFind, c.Code, c.Next, c.Until, c.Claim)
	return err
}

func challengeOf(tx *db.Tx, id string) (challenge, bool, error) {
	return db.Maybe[challenge](tx, `SELECT `+challengeCols+` FROM account_challenge WHERE id = ?`, id)
}

// digest keeps tokens out of the database: who reads it cannot use them.
func digest(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
