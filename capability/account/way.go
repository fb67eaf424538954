package account

import (
	"context"
	"crypto/ecdh"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// way is something that a person bound so that the court reaches him besides
// by short message. A browser's ends with its session. A way without a target
// waits for the word that binds it.
type way struct {
	ID      string    `db:"id" json:"id"`
	Account string    `db:"account_id" json:"-"`
	Channel string    `db:"channel" json:"channel"`
	Session string    `db:"session_id" json:"-"`
	Device  string    `db:"device" json:"device"`
	Target  string    `db:"target" json:"-"`
	Find    string    `db:"find" json:"-"`
	Ticket  string    `db:"ticket" json:"-"`
	Until   time.Time `db:"until_at" json:"-"`
	At      time.Time `db:"at" json:"at"`
}

const (
	wayCols    = `w.id, w.account_id, w.channel, w.session_id, w.device, w.target, w.find, w.ticket, w.until_at, w.at`
	maxWays    = 8                // browsers of one account
	ticketLife = 10 * time.Minute // in which the word must be sent in WeChat
	skew       = 5 * time.Minute  // between the bridge's clock and ours
)

// live is true for a way w that may be used: bound, and of a browser that is
// still signed in. A browser that nobody used for days still rings; that is
// what it was asked for, and what it says is nobody's secret.
const live = `w.target <> '' AND (w.channel = 'wechat' OR EXISTS (SELECT 1 FROM account_session s WHERE s.id = w.session_id AND s.until_at > ?))
	AND EXISTS (SELECT 1 FROM account_account a WHERE a.id = w.account_id AND a.state = 'active' AND a.staff = 0)`

func waysOf(tx *db.Tx, account string) ([]way, error) {
	return db.List[way](tx, `SELECT `+wayCols+` FROM account_way w WHERE w.account_id = ? AND `+live+` ORDER BY w.at, w.id`, account, tx.Now())
}

// forgetWays removes what ended with its session, or was never bound.
func forgetWays(tx *db.Tx) error {
	_, err := tx.Exec(`DELETE FROM account_way WHERE channel = 'push' AND session_id NOT IN (SELECT id FROM account_session) OR target = '' AND until_at < ?`, tx.Now())
	return err
}

func insertWay(tx *db.Tx, w way) error {
	_, err := tx.Exec(`INSERT INTO account_way (id, account_id, channel, session_id, device, target, find, ticket, until_at, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, w.Account, w.Channel, w.Session, w.Device, w.Target, w.Find, w.Ticket, w.Until, tx.Now())
	return err
}

// pushCmd is what a browser says of itself.
type pushCmd struct {
	Endpoint string `json:"endpoint"`
	P256DH   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

var errBrowser = fault.New(fault.Invalid, "这个浏览器收不了消息。短信照常发，不用再做什么。")

// check refuses what no browser says. Where the address leads is judged when
// it is dialled, each time (platform/egress).
func (c pushCmd) check() error {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(c.Endpoint) > 2000 {
		return errBrowser
	}
	key, err1 := base64.RawURLEncoding.DecodeString(strings.TrimRight(c.P256DH, "="))
	secret, err2 := base64.RawURLEncoding.DecodeString(strings.TrimRight(c.Auth, "="))
	_, err3 := ecdh.P256().NewPublicKey(key)
	if errors.Join(err1, err2, err3) != nil || len(secret) != 16 {
		return errBrowser
	}
	return nil
}

// mayBind is the first line of what a party does with his own ways.
func (s *Service) mayBind(tx *db.Tx, a auth.Actor, offered bool) error {
	if _, err := access.May(tx, a, "use", access.In("account", ""), tx.Now()); err != nil {
		return err
	}
	if a.Staff || !offered {
		return fault.New(fault.Conflict, "这里不发这种消息。短信照常发。")
	}
	return auth.RequireOwn(a)
}

// listen lets this browser ring. A browser rings for one account: the last
// that asked on it.
func (s *Service) listen(ctx context.Context, c pushCmd, device string) error {
	a := auth.From(ctx)
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if err := s.mayBind(tx, a, s.k.PushKey != ""); err != nil {
			return err
		}
		if err := c.check(); err != nil {
			return err
		}
		w := way{ID: id.New(), Account: a.Account, Channel: notify.Push, Session: a.Session, Device: device, Find: s.k.Vault.Find("account.way", c.Endpoint)}
		target, err := json.Marshal(notify.Subscription{Way: w.ID, Endpoint: c.Endpoint, P256DH: c.P256DH, Auth: c.Auth})
		if err != nil {
			return err
		}
		w.Target = s.k.Vault.Seal("account.way", string(target))
		if _, err := tx.Exec(`DELETE FROM account_way WHERE find = ? OR channel = 'push' AND session_id = ?`, w.Find, a.Session); err != nil {
			return err
		}
		have, err := waysOf(tx, a.Account)
		if err != nil {
			return err
		}
		if len(have) >= maxWays {
			return fault.New(fault.Conflict, "收消息的地方太多了。请先在“我的账号”里关掉一个。")
		}
		if err := insertWay(tx, w); err != nil {
			return err
		}
		return s.bindEntry(tx, "account.way", a.Person, a.Account, notify.Push)
	})
}

func (s *Service) bindEntry(tx *db.Tx, kind, actor, account, channel string) error {
	_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Actor: actor, Body: map[string]any{"account": account, "channel": channel}})
	return err
}

// endWay ends one of one's own ways.
func (s *Service) endWay(ctx context.Context, wayID string) error {
	a := auth.From(ctx)
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if err := s.mayBind(tx, a, true); err != nil {
			return err
		}
		channel, ok, err := db.Maybe[string](tx, `DELETE FROM account_way WHERE id = ? AND account_id = ? RETURNING channel`, wayID, a.Account)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "已经关掉了。")
		}
		return s.bindEntry(tx, "account.way_ended", a.Person, a.Account, channel)
	})
}

// offer makes the word that a person sends to the court's WeChat account, by
// which the bridge learns whose openid it is. It is good once.
func (s *Service) offer(ctx context.Context) (word string, err error) {
	a := auth.From(ctx)
	word = id.Code(8)
	return word, s.k.Note(ctx, func(tx *db.Tx) error {
		if err := s.mayBind(tx, a, s.k.Config.WeChat != ""); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM account_way WHERE account_id = ? AND target = ''`, a.Account); err != nil {
			return err
		}
		return insertWay(tx, way{ID: id.New(), Account: a.Account, Channel: notify.WeChat, Device: "微信", Ticket: digest(word), Until: tx.Now().Add(ticketLife)})
	})
}

// boundCmd is what the bridge to WeChat says when somebody sent it a word.
type boundCmd struct {
	Word   string `json:"word"`
	OpenID string `json:"openid"`
	At     int64  `json:"at"`   // seconds since 1970
	Sign   string `json:"sign"` // notify.Signature over the three, one a line
}

// signed is what the bridge signs.
func (c boundCmd) signed() []byte {
	return []byte(c.Word + "\n" + c.OpenID + "\n" + strconv.FormatInt(c.At, 10))
}

// bind gives a word's account an openid. Said twice it is done once; said
// again after it was ended, or by another, it is refused.
func (s *Service) bind(ctx context.Context, c boundCmd) error {
	key := s.k.Config.WeChatKey
	if key == "" || !hmac.Equal([]byte(notify.Signature(key, c.signed())), []byte(c.Sign)) {
		return fault.New(fault.Forbidden, "签名不对。")
	}
	if late := s.k.Now().Sub(time.Unix(c.At, 0)).Abs(); late > skew {
		return fault.New(fault.Invalid, "时间差得太多，请校准时钟再发。")
	}
	if c.OpenID == "" || len(c.OpenID) > 100 {
		return fault.Field("openid", "没有 openid。")
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		w, ok, err := db.Maybe[way](tx, `SELECT `+wayCols+` FROM account_way w WHERE w.ticket = ?`, digest(id.Fold(c.Word)))
		if err != nil {
			return err
		}
		sealed, find := s.k.Vault.Seal("account.way", c.OpenID), s.k.Vault.Find("account.way", c.OpenID)
		switch {
		case ok && w.Find == find:
			return nil
		case !ok || w.Target != "" || tx.Now().After(w.Until):
			return fault.New(fault.NotFound, "这几个字不对，或者过了十分钟。请在“我的账号”里重新要一次。")
		}
		if _, err := tx.Exec(`DELETE FROM account_way WHERE account_id = ? AND channel = 'wechat' AND id <> ?`, w.Account, w.ID); err != nil {
			return err
		}
		if err := db.Must1(tx.Exec(`UPDATE account_way SET target = ?, find = ?, at = ? WHERE id = ? AND target = ''`, sealed, find, tx.Now(), w.ID)); err != nil {
			return err
		}
		return s.bindEntry(tx, "account.way", "system:account.bind", w.Account, notify.WeChat)
	})
}

// TellBesides sends a sentence to whatever a person bound, besides the short
// message on which the law's reminders rest. text tells nothing of a case: it
// may stand on a locked screen. path is what a tap on it opens.
func (s *Service) TellBesides(tx *db.Tx, person string, at time.Time, text, path string) error {
	return s.TellExcept(tx, "", person, at, text, path)
}

// TellExcept is TellBesides, but not in the channel in which he hears it anyway.
func (s *Service) TellExcept(tx *db.Tx, channel, person string, at time.Time, text, path string) error {
	a, ok, err := accountOfPerson(tx, person, false)
	if err != nil || !ok || person == "" {
		return err
	}
	ways, err := waysOf(tx, a.ID)
	if err != nil {
		return err
	}
	for _, w := range ways {
		if w.Channel == channel {
			continue
		}
		target, err := s.k.Vault.Open("account.way", w.Target)
		if err != nil {
			return err
		}
		says := text
		if w.Channel == notify.Push {
			says += "\n" + path
		}
		if err := s.k.Notify.SendAt(tx, at, w.Channel, target, "", says); err != nil {
			return err
		}
	}
	return nil
}

// WeChat is the openid that a person bound; empty when he has none.
func (s *Service) WeChat(tx *db.Tx, person string) (string, error) {
	a, ok, err := accountOfPerson(tx, person, false)
	if err != nil || !ok || person == "" {
		return "", err
	}
	ways, err := waysOf(tx, a.ID)
	for _, w := range ways {
		if w.Channel == notify.WeChat {
			return s.k.Vault.Open("account.way", w.Target)
		}
	}
	return "", err
}

// Bound implements [notify.Bound]. A browser is known by its way, not by its
// address: who asked on it later is somebody else.
func (s *Service) Bound(tx *db.Tx, channel, target string) (bool, error) {
	which, arg := s.bindingOf(channel, target)
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM account_way w WHERE `+which+` AND `+live, arg, tx.Now())
	return n > 0, err
}

// Unbind implements [notify.Bound].
func (s *Service) Unbind(tx *db.Tx, channel, target string) error {
	which, arg := s.bindingOf(channel, target)
	_, err := tx.Exec(`DELETE FROM account_way AS w WHERE `+which, arg)
	return err
}

// bindingOf is the condition on ways w that a message's target stands for.
func (s *Service) bindingOf(channel, target string) (which, arg string) {
	var sub notify.Subscription
	if channel == notify.Push && json.Unmarshal([]byte(target), &sub) == nil {
		return `w.id = ?`, sub.Way
	}
	return `w.channel = 'wechat' AND w.find = ?`, s.k.Vault.Find("account.way", target)
}

type (
	wayCmd struct {
		Way string `json:"way"`
	}
	done struct {
		Done bool `json:"done"`
	}
	offered struct {
		Word string `json:"word"`
	}
)

func (s *Service) postPush(r *http.Request) (web.Reply, error) {
	var c pushCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.listen(r.Context(), c, device(r)); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/account", Toast: "打开了。有答复时，这里会响一下。", JSON: done{true}}, nil
}

func (s *Service) postWayEnd(r *http.Request) (web.Reply, error) {
	var c wayCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.endWay(r.Context(), c.Way); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/account", Toast: "关掉了。短信照常发。", JSON: done{true}}, nil
}

func (s *Service) postWeChat(r *http.Request) (web.Reply, error) {
	word, err := s.offer(r.Context())
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: wechatPage(id.Spaced(word)), JSON: offered{word}}, nil
}

func (s *Service) postBound(r *http.Request) (web.Reply, error) {
	var c boundCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.bind(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{JSON: done{true}}, nil
}
