// Package config reads the settings of the program: command line, then
// environment (MASHANG_…), then one TOML file, then defaults. Every zero value
// is usable.
package config

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is every setting there is.
type Config struct {
	Data         string   // folder with database, blobs and keys
	Listen       string   // address to serve on
	Origin       string   // https address in every code; fixed at setup
	DB           string   // database URL; empty: SQLite in Data
	Blob         string   // blob URL; empty: folder in Data
	Fonts        string   // folder with the court's own faces
	TLSCert      string   // certificate file
	TLSKey       string   // its key file
	TrustProxy   []string // networks whose X-Forwarded-For is believed
	Witness      []string // addresses of witnesses that cosign checkpoints
	SMTP         string   // smtp://user:password@host:port
	MailFrom     string   // sender of e-mail
	SMS          string   // https address of the SMS gateway
	SMSKey       string   // key that signs requests to it
	WeChat       string   // https address of the court's bridge to WeChat
	WeChatKey    string   // key that signs both ways between it and the court
	Post         string   // address that is asked about parcels
	PostKey      string   // key that signs what it is asked
	Authority    string   // https address of the authority that certifies people; empty: nobody signs on a phone, but in the demo
	AuthorityKey string   // key that shows it who asks
	Seals        string   // https address of who holds the keys of seals, or test: for the built-in authority; empty: papers leave without a seal's signature, but in the demo
	SealsKey     string   // key that shows it who asks
	SealsRoots   string   // file (PEM) with the roots of seals
	Stamps       string   // http address of a time-stamp service (RFC 3161), or test:
	StampsRoots  string   // file (PEM) with its roots
	SMRoots      string   // file (PEM) with the roots of SM2 keys; empty: the holder of seals is not asked for SM2
	Push         string   // contact told to push services, mailto: or https:; empty: no web push
	Bus          string   // nats:// address of the message bus; empty: none
	Exchange     string   // folder of letters with other systems; empty: folder in Data
	Outage       string   // shortest silence that counts as an outage, such as 5m
	Demo         bool     // fictional data: marks every page and paper; set by the demo command alone
	Draft        bool     // the data folder is being made and can be made again; set by the demo command alone
}

// fields pairs each setting with its flag and explains it.
func (c *Config) strings() []struct {
	name, usage string
	p           *string
} {
	return []struct {
		name, usage string
		p           *string
	}{
		{"data", "folder for database, files and keys", &c.Data},
		{"listen", "address to serve on, host:port", &c.Listen},
		{"origin", "https address of this court, as printed in every code", &c.Origin},
		{"db", "database URL: empty for SQLite in the data folder, or postgres://…", &c.DB},
		{"blob", "where files are kept: empty for a folder in the data folder, or folder:PATH", &c.Blob},
		{"fonts", "folder with the court's own typefaces", &c.Fonts},
		{"tls-cert", "certificate file (PEM) to serve https directly", &c.TLSCert},
		{"tls-key", "key file (PEM) of the certificate", &c.TLSKey},
		{"smtp", "mail server, smtp://user:password@host:port; mx://our-name for the recipients' own", &c.SMTP},
		{"mail-from", "sender address of e-mail", &c.MailFrom},
		{"sms", "SMS gateway, https address or smpp://user:password@host:port?from=number", &c.SMS},
		{"bus", "message bus, nats://user:password@host:4222", &c.Bus},
		{"exchange", "folder of letters with other systems; empty for one in the data folder", &c.Exchange},
		{"outage", "shortest silence of this court that counts as an outage, such as 5m (the default)", &c.Outage},
		{"sms-key", "key that signs requests to the SMS gateway", &c.SMSKey},
		{"wechat", "bridge to WeChat, https address", &c.WeChat},
		{"wechat-key", "key that signs requests to the bridge, and its own", &c.WeChatKey},
		{"post", "where the post is asked about parcels, https address", &c.Post},
		{"post-key", "key that signs what the post is asked", &c.PostKey},
		{"authority", "authority that certifies people who sign on their phones, https address", &c.Authority},
		{"authority-key", "key that shows the authority who asks", &c.AuthorityKey},
		{"seals", "who holds the keys of seals: https address, or test: for the built-in test authority", &c.Seals},
		{"seals-key", "key that shows the holder of seals who asks", &c.SealsKey},
		{"seals-roots", "file (PEM) with the root certificates of seals", &c.SealsRoots},
		{"stamps", "time-stamp server (RFC 3161), http address, or test: for the built-in one", &c.Stamps},
		{"stamps-roots", "file (PEM) with the root certificates of time stamps", &c.StampsRoots},
		{"sm-roots", "file (PEM) with the root certificates of SM2 keys; with it papers get a second proof by the holder of seals", &c.SMRoots},
		{"push", "contact told to push services (mailto: or https:); empty for no web push", &c.Push},
	}
}

func (c *Config) lists() []struct {
	name, usage string
	p           *[]string
} {
	return []struct {
		name, usage string
		p           *[]string
	}{
		{"trust-proxy", "networks (CIDR, comma separated) of reverse proxies", &c.TrustProxy},
		{"witness", "addresses of witnesses (comma separated) that cosign the ledger", &c.Witness},
	}
}

// Flags adds the settings to fs. Call Finish after fs.Parse.
func Flags(fs *flag.FlagSet) *Config {
	c := &Config{}
	fs.String("config", "", "settings file (TOML); flags and environment win over it")
	for _, s := range c.strings() {
		fs.StringVar(s.p, s.name, "", s.usage)
	}
	for _, l := range c.lists() {
		fs.Func(l.name, l.usage, func(v string) error { *l.p = split(v); return nil })
	}
	return c
}

func split(v string) []string {
	var out []string
	for s := range strings.SplitSeq(v, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Finish fills what the command line left open from the environment, the file
// and the defaults, and checks what can be checked without looking outside.
func (c *Config) Finish(fs *flag.FlagSet) error {
	set := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { set[f.Name] = true })
	file, err := readFile(fs.Lookup("config").Value.String())
	if err != nil {
		return err
	}
	if err := c.known(file); err != nil {
		return err
	}
	for _, s := range c.strings() {
		if set[s.name] {
			continue
		}
		if v, ok := os.LookupEnv(env(s.name)); ok {
			*s.p = v
		} else if v, ok := file[s.name].(string); ok {
			*s.p = v
		}
	}
	for _, l := range c.lists() {
		if set[l.name] {
			continue
		}
		if v, ok := os.LookupEnv(env(l.name)); ok {
			*l.p = split(v)
		} else if v, ok := file[l.name].([]any); ok {
			for _, x := range v {
				*l.p = append(*l.p, fmt.Sprint(x))
			}
		}
	}
	return c.Check()
}

// known refuses a misspelt setting: one that is silently ignored is worse
// than one that is missing.
func (c *Config) known(file map[string]any) error {
	text, list := map[string]bool{}, map[string]bool{}
	for _, s := range c.strings() {
		text[s.name] = true
	}
	for _, l := range c.lists() {
		list[l.name] = true
	}
	for name, v := range file {
		_, isText := v.(string)
		_, isList := v.([]any)
		switch {
		case !text[name] && !list[name]:
			return fmt.Errorf("config: no setting is called %q", name)
		case text[name] && !isText:
			return fmt.Errorf("config: %s is a text in quotes", name)
		case list[name] && !isList:
			return fmt.Errorf("config: %s is a list of texts", name)
		}
	}
	return nil
}

func env(name string) string {
	return "MASHANG_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func readFile(path string) (map[string]any, error) {
	out := map[string]any{}
	if path == "" {
		return out, nil
	}
	if _, err := toml.DecodeFile(path, &out); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return out, nil
}

// Check applies defaults and refuses settings that contradict each other.
func (c *Config) Check() error {
	if c.Data == "" {
		c.Data = "mashang-data"
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if _, err := c.Silence(); err != nil {
		return err
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("config: -tls-cert and -tls-key go together")
	}
	if (c.WeChat == "") != (c.WeChatKey == "") {
		return fmt.Errorf("config: -wechat and -wechat-key go together")
	}
	if (c.Authority == "") != (c.AuthorityKey == "") {
		return fmt.Errorf("config: -authority and -authority-key go together")
	}
	if err := c.checkSeals(); err != nil {
		return err
	}
	if c.Push != "" && !strings.HasPrefix(c.Push, "mailto:") && !strings.HasPrefix(c.Push, "https://") {
		return fmt.Errorf("config: -push is a contact, mailto: or https:")
	}
	c.Origin = strings.TrimRight(c.Origin, "/")
	_, err := c.Proxies()
	return err
}

// Test is the address of what is built in for tests: asked for, it serves a court
// that is no demo too, and marks what it signs.
const Test = "test:"

func (c *Config) checkSeals() error {
	if held := c.Seals != "" && c.Seals != Test; held != (c.SealsKey != "") || held != (c.SealsRoots != "") {
		return fmt.Errorf("config: -seals with an address, -seals-key and -seals-roots go together")
	}
	if served := c.Stamps != "" && c.Stamps != Test; served != (c.StampsRoots != "") {
		return fmt.Errorf("config: -stamps with an address and -stamps-roots go together")
	}
	if c.Seals != "" && c.Seals != Test && c.Stamps == "" {
		return fmt.Errorf("config: -seals needs -stamps: what is signed has to be dated")
	}
	return nil
}

// SM reports whether papers get a second proof by SM2.
func (c *Config) SM() bool {
	return c.TestSeals() || c.Seals != "" && c.Seals != Test && c.SMRoots != ""
}

// TestSeals reports whether the built-in authority holds the keys of seals.
func (c *Config) TestSeals() bool { return c.Seals == Test || c.Seals == "" && c.Demo }

// TestStamps reports whether the built-in authority stamps.
func (c *Config) TestStamps() bool {
	return c.Stamps == Test || c.Stamps == "" && c.TestSeals()
}

// Proxies returns the trusted networks.
func (c *Config) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.TrustProxy {
		if a, err := netip.ParseAddr(s); err == nil { // one machine, not the network around it
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("config: -trust-proxy: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

// Secure reports whether people reach the court over https.
func (c *Config) Secure() bool { return strings.HasPrefix(c.Origin, "https://") }

// Silence is the shortest silence of the court that counts as an outage: longer
// than a restart, and than the minute between two beats.
func (c *Config) Silence() (time.Duration, error) {
	if c.Outage == "" {
		return 5 * time.Minute, nil
	}
	d, err := time.ParseDuration(c.Outage)
	if err != nil || d < 2*time.Minute {
		return 0, fmt.Errorf("config: -outage is a duration of at least 2m")
	}
	return d, nil
}
