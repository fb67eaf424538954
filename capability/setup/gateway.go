package setup

import (
	"context"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// gatewayCmd says by whom short messages and e-mail leave. What the command
// line says wins over it.
type gatewayCmd struct {
	Court    string `json:"court"`
	SMS      string `json:"sms"`
	SMSKey   string `json:"sms_key"` // empty: as it was
	SMTP     string `json:"smtp"`    // host:port, with smtps:// for TLS from the start
	SMTPUser string `json:"smtp_user"`
	SMTPWord string `json:"smtp_word"` // empty: as it was
	MailFrom string `json:"mail_from"`
}

// gateways is what the page shows: never a secret.
type gateways struct {
	SMS      string `json:"sms"`
	SMTP     string `json:"smtp"`
	SMTPUser string `json:"smtp_user"`
	MailFrom string `json:"mail_from"`
	SMSKey   bool   `json:"sms_key"`
	SMTPWord bool   `json:"smtp_word"`
	Lost     []lost `json:"lost"`
	SMSFlag  bool   `json:"sms_flag"`  // fixed by the command line
	MailFlag bool   `json:"mail_flag"` // fixed by the command line
	now      time.Time
}

// lost is a message that did not arrive, or of which nobody knows: for whom it
// was in part, and never what it said.
type lost struct {
	At    time.Time `json:"at"`
	Way   string    `json:"way"`
	To    string    `json:"to"`
	State string    `json:"state"`
	Said  string    `json:"said"`
}

// mostLost is how many the page shows.
const mostLost = 50

// shown is a target with its middle taken out. What a browser or WeChat is
// known by says nothing to anybody.
func shown(channel, target string) string {
	switch name, at, ok := strings.Cut(target, "@"); {
	case channel == notify.SMS:
		return identity.MaskPhone(target)
	case channel == notify.Email && ok && name != "":
		return string([]rune(name)[:1]) + "***@" + at
	}
	return ""
}

// The settings under which gateways are kept, sealed.
const (
	keySMS    = "setup.sms"
	keySMSKey = "setup.sms_key"
	keySMTP   = "setup.smtp"
	keyUser   = "setup.smtp_user"
	keyWord   = "setup.smtp_word"
	keyFrom   = "setup.mail_from"
)

func (s *Service) setGateways(ctx context.Context, c gatewayCmd) error {
	var bad fault.List
	if c.SMS != "" && !address(c.SMS, "https", "http", "smpp", "smpps") {
		bad.Add("sms", "请写完整的网址，以 https://、http:// 或 smpp:// 开头。smpp:// 后面写账号和 @，密码写在密钥里。")
	}
	if c.SMTP != "" && !address(c.SMTP, "smtp", "smtps", "mx") {
		bad.Add("smtp", "请写邮件服务器，例如 smtp://mail.example.gov.cn:25 或 smtps://mail.example.gov.cn:465。")
	}
	if _, err := mail.ParseAddress(c.MailFrom); c.SMTP != "" && err != nil {
		bad.Add("mail_from", "请写发件人的邮箱。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.change(ctx, "settings", c.Court, "setup.gateways", func(tx *db.Tx, now time.Time) (map[string]any, error) {
		if err := auth.RequireFresh(auth.From(ctx), now); err != nil { // everybody's codes go there
			return nil, err
		}
		for _, p := range []struct {
			key, value string
			keep       bool
		}{{keySMS, c.SMS, false}, {keySMSKey, c.SMSKey, true}, {keySMTP, c.SMTP, false}, {keyUser, c.SMTPUser, false}, {keyWord, c.SMTPWord, true}, {keyFrom, c.MailFrom, false}} {
			if p.keep && p.value == "" {
				continue
			}
			if err := app.PutSetting(tx, p.key, s.k.Vault.Seal(p.key, p.value)); err != nil {
				return nil, err
			}
		}
		return map[string]any{"sms": c.SMS != "", "smtp": c.SMTP != ""}, nil
	})
}

func address(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	if _, secret := u.User.Password(); secret || u.User != nil && !strings.HasPrefix(u.Scheme, "smpp") {
		return false
	}
	for _, x := range schemes {
		if u.Scheme == x {
			return true
		}
	}
	return false
}

func (s *Service) setting(tx *db.Tx, key string) (string, error) {
	v, err := app.Setting(tx, key)
	if err != nil || v == "" {
		return "", err
	}
	return s.k.Vault.Open(key, v)
}

// gateway is what notify asks when the command line named none.
func (s *Service) gateway(tx *db.Tx, channel string) (notify.Gateway, error) {
	v := map[string]string{}
	for _, k := range []string{keySMS, keySMSKey, keySMTP, keyUser, keyWord, keyFrom} {
		var err error
		if v[k], err = s.setting(tx, k); err != nil {
			return nil, err
		}
	}
	switch {
	case channel == notify.SMS && v[keySMS] != "":
		return s.k.Notify.Phones(v[keySMS], v[keySMSKey])
	case channel == notify.Email && v[keySMTP] != "":
		u, err := url.Parse(v[keySMTP])
		if err != nil {
			return nil, err
		}
		if v[keyUser] != "" {
			u.User = url.UserPassword(v[keyUser], v[keyWord])
		}
		return notify.Mail{URL: u.String(), From: v[keyFrom]}, nil
	}
	return nil, nil
}

// seeGateways is the page's view.
func (s *Service) seeGateways(ctx context.Context) (g gateways, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		for _, p := range []struct {
			key string
			to  *string
		}{{keySMS, &g.SMS}, {keySMTP, &g.SMTP}, {keyUser, &g.SMTPUser}, {keyFrom, &g.MailFrom}} {
			if *p.to, err = s.setting(tx, p.key); err != nil {
				return err
			}
		}
		for _, p := range []struct {
			key string
			to  *bool
		}{{keySMSKey, &g.SMSKey}, {keyWord, &g.SMTPWord}} {
			v, err := s.setting(tx, p.key)
			if err != nil {
				return err
			}
			*p.to = v != ""
		}
		ms, err := s.k.Notify.Lost(tx, mostLost)
		for _, m := range ms {
			to := shown(m.Channel, m.Target)
			g.Lost = append(g.Lost, lost{At: m.At, Way: m.Channel, To: to, State: m.State, Said: strings.ReplaceAll(m.Said, m.Target, to)})
		}
		return err
	})
	g.now = s.k.Now()
	g.SMSFlag, g.MailFlag = s.k.Config.SMS != "", s.k.Config.SMTP != ""
	return g, err
}

// receiptCmd is what a gateway says of a message by itself.
type receiptCmd struct {
	ID    string `json:"id"`    // ours
	State string `json:"state"` // handed, delivered or failed
	Said  string `json:"said"`
}

// told answers a gateway, in the same words whether or not the message is known.
type told struct {
	Done bool `json:"done"`
}

// postReceipt takes what a gateway signed. It keeps the house's own books; what
// follows from it in law is an act of delivery's own.
func (s *Service) postReceipt(r *http.Request) (web.Reply, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return web.Reply{}, err
	}
	err = s.k.Note(app.Alone(r.Context()), func(tx *db.Tx) error {
		return s.k.Notify.Told(tx, b, r.Header.Get("X-Signature"))
	})
	return web.Reply{JSON: told{true}}, err
}

// testCmd sends one message to see whether it arrives.
type testCmd struct {
	Court string `json:"court"`
	Way   string `json:"way"` // sms: to the administrator's own phone; email: to the address
	To    string `json:"to"`
}

// tested is what became of it.
type tested struct {
	Sent bool   `json:"sent"`
	Says string `json:"says"`
}

// test sends at once, outside any transaction, and records that it was tried.
func (s *Service) test(ctx context.Context, c testCmd) (t tested, err error) {
	if err := s.may(ctx, "settings", c.Court); err != nil {
		return t, err
	}
	to := c.To
	switch c.Way {
	case notify.SMS: // nobody else's phone
		err = s.k.Read(ctx, func(tx *db.Tx) (err error) {
			to, err = s.accounts.StaffPhone(tx, auth.From(ctx).Person)
			return err
		})
		t.Says = "短信网关收下了。收下不等于收到，请看您的手机。"
	case notify.Email:
		if _, merr := mail.ParseAddress(to); merr != nil {
			err = fault.Field("to", "请写一个邮箱。")
		}
		t.Says = "邮件服务器收下了。收下不等于收到，请看邮箱。"
	default:
		err = fault.Field("way", "请选试短信还是试邮件。")
	}
	if err != nil {
		return t, err
	}
	t.Sent = true
	if serr := s.k.Notify.Try(ctx, c.Way, to, "试发", "这是一条试发的消息。收到它，说明本院的消息能发到您这里。"); serr != nil {
		t.Sent, t.Says = false, "没有发出去："+fault.As(serr).Show
	}
	return t, s.change(ctx, "settings", c.Court, "setup.tested", func(*db.Tx, time.Time) (map[string]any, error) {
		return map[string]any{"way": c.Way, "sent": t.Sent}, nil
	})
}
