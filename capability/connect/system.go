package connect

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"mashang/law"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/exchange"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/web"
)

// system is another system that the court works with.
type system struct {
	ID        string    `db:"id" json:"id"`
	Court     string    `db:"court_id" json:"court"`
	Name      string    `db:"name" json:"name"`
	Scopes    string    `db:"scopes" json:"scopes"` // comma separated
	TokenFind string    `db:"token_find" json:"-"`
	Secret    string    `db:"secret" json:"-"` // sealed
	PublicKey string    `db:"public_key" json:"public_key"`
	Until     time.Time `db:"until_at" json:"until"`
	Ended     time.Time `db:"ended_at" json:"ended"`
	At        time.Time `db:"at" json:"at"`
	Used      time.Time `db:"used_at" json:"used"`
}

const systemCols = `s.id, s.court_id, s.name, s.scopes, s.token_find, s.secret, s.public_key, s.until_at, s.ended_at, s.at, COALESCE(m.used_at, 0) AS used_at`

const systemFrom = ` FROM connect_system s LEFT JOIN connect_mark m ON m.id = s.id `

func systemOf(tx *db.Tx, id string) (system, error) {
	return db.One[system](tx, `SELECT `+systemCols+systemFrom+`WHERE s.id = ?`, id)
}

func systemsOf(tx *db.Tx, court string) ([]system, error) {
	return db.List[system](tx, `SELECT `+systemCols+systemFrom+`WHERE s.court_id = ? ORDER BY s.ended_at > 0, s.id LIMIT 200`, court)
}

// live reports whether a system may still act.
func (y system) live(now time.Time) bool { return y.Ended.IsZero() && now.Before(y.Until) }

// actor is the system as it acts.
func (y system) actor() auth.Actor {
	return auth.Actor{Account: "peer:" + y.ID, Session: "peer:" + y.ID, Name: y.Name, Peer: y.ID, Court: y.Court}
}

const (
	findToken  = "connect.token"
	sealSecret = "connect.secret"
)

// errToken is the one answer to every token that opens nothing.
var errToken = fault.New(fault.SignIn, "接入口令（令牌）不对、已经停用或者过期了。请法院系统管理员重新接入。")

// seenEvery is how exactly we know when a token was last used.
const seenEvery = time.Minute

// Actor returns the system behind a token.
func (s *Service) Actor(ctx context.Context, token string) (auth.Actor, error) {
	var y system
	var ok bool
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		y, ok, err = db.Maybe[system](tx, `SELECT `+systemCols+systemFrom+`WHERE s.token_find = ?`, s.k.Vault.Find(findToken, token))
		return err
	})
	if err != nil {
		return auth.Actor{}, err
	}
	now := s.k.Now()
	if !ok || !y.live(now) {
		return auth.Actor{}, errToken
	}
	if now.Sub(y.Used) >= seenEvery {
		err = s.k.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO connect_mark (id, sent, taken, used_at) VALUES (?, 0, 0, ?) ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at`, y.ID, now)
			return err
		})
	}
	return y.actor(), err
}

const badKey = "核对码（公钥）不对。它是 44 个字符，最后一个是等号。"

// newSystem names a system and says what it may do.
type newSystem struct {
	Court     string   `json:"court"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	Until     law.Date `json:"until"` // last day
	PublicKey string   `json:"public_key"`
}

// made is what is shown once.
type made struct {
	System string `json:"system"`
	Name   string `json:"name"`
	Token  string `json:"token"`
	Secret string `json:"secret"`
	Key    string `json:"public_key"` // ours
}

func (c newSystem) check(today law.Date) error {
	var bad fault.List
	if n := len([]rune(c.Name)); n == 0 || n > 40 {
		bad.Add("name", "请写这是哪个系统，例如“审判流程系统”，不超过 40 个字。")
	}
	for _, x := range c.Scopes {
		if !slices.ContainsFunc(scopes, func(y scope) bool { return y.Key == x }) {
			bad.Add("scopes", "没有“%s”这一项。", x)
		}
	}
	if c.Until.IsZero() || c.Until.Before(today) || today.AddMonths(12*mostYears).Before(c.Until) {
		bad.Add("until", "请写用到哪一天：从今天起，最多 %d 年。到期以前再接一次就行。", mostYears)
	}
	if c.PublicKey != "" {
		if _, err := exchange.ParsePublic(c.PublicKey); err != nil {
			bad.Add("public_key", badKey+"不用文件交换就空着。")
		}
	}
	return bad.Err()
}

// connect takes a system in. What it returns can be seen only now.
func (s *Service) connect(ctx context.Context, c newSystem) (m made, err error) {
	now := s.k.Now()
	if err := auth.RequireFresh(auth.From(ctx), now); err != nil {
		return m, err
	}
	if err := c.check(law.DateOf(now, clock.Shanghai)); err != nil {
		return m, err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	m = made{System: id.New(), Name: c.Name, Token: web.PeerToken + id.Secret(), Secret: secretStart + base64.StdEncoding.EncodeToString(raw), Key: s.key.Public()}
	slices.Sort(c.Scopes)
	scopes := strings.Join(slices.Compact(c.Scopes), ",")
	err = s.change(ctx, c.Court, "connect.system", func(tx *db.Tx) (map[string]any, error) {
		v := s.k.Vault
		_, err := tx.Exec(`INSERT INTO connect_system (id, court_id, name, scopes, token_find, secret, public_key, until_at, ended_at, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
			m.System, c.Court, c.Name, scopes, v.Find(findToken, m.Token), v.Seal(sealSecret, m.Secret), c.PublicKey, c.Until.AddDays(1).At(0, 0, clock.Shanghai), tx.Now())
		if err != nil {
			return nil, err
		}
		err = s.round(tx, m.System, 0)
		return map[string]any{"system": m.System, "name": c.Name, "scopes": scopes, "until": c.Until.String()}, err
	})
	return m, err
}

// newKey is the key with which a system signs its letters.
type newKey struct {
	Court     string `json:"court"`
	System    string `json:"id"`
	PublicKey string `json:"public_key"`
}

// rekey gives a system the key of its letters, or another one: what the old one
// signed is not taken any more.
func (s *Service) rekey(ctx context.Context, c newKey) error {
	if err := auth.RequireFresh(auth.From(ctx), s.k.Now()); err != nil {
		return err
	}
	var bad fault.List
	if c.System == "" {
		bad.Add("id", "请选哪个系统。")
	}
	if _, err := exchange.ParsePublic(c.PublicKey); err != nil {
		bad.Add("public_key", badKey)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.change(ctx, c.Court, "connect.key", func(tx *db.Tx) (map[string]any, error) {
		y, err := systemOf(tx, c.System)
		if err != nil {
			return nil, fault.OrMissing(err)
		}
		if y.Court != c.Court || !y.live(tx.Now()) {
			return nil, fault.Missing()
		}
		if y.PublicKey == c.PublicKey {
			return nil, fault.Field("public_key", "现在用的就是这一个。")
		}
		err = db.Must1(tx.Exec(`UPDATE connect_system SET public_key = ? WHERE id = ? AND ended_at = 0 AND public_key = ?`, c.PublicKey, y.ID, y.PublicKey))
		return map[string]any{"system": y.ID, "was": y.PublicKey, "now": c.PublicKey}, err
	})
}

// which names a system, a way or a letter of a court.
type which struct {
	Court string `json:"court"`
	ID    string `json:"id"`
}

// end stops a system: its token is dead when this returns, and nothing goes
// to it any more.
func (s *Service) end(ctx context.Context, c which) error {
	return s.change(ctx, c.Court, "connect.ended", func(tx *db.Tx) (map[string]any, error) {
		now := tx.Now()
		n, err := tx.Exec(`UPDATE connect_system SET ended_at = ? WHERE id = ? AND court_id = ? AND ended_at = 0`, now, c.ID, c.Court)
		if err == nil && n == 0 {
			err = fault.Missing()
		}
		if err == nil {
			_, err = tx.Exec(`UPDATE connect_way SET ended_at = ? WHERE system_id = ? AND ended_at = 0`, now, c.ID)
		}
		return map[string]any{"system": c.ID}, err
	})
}
