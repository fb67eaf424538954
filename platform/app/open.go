package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"mashang/platform/blob"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/live"
	"mashang/platform/notify"
	"mashang/platform/vault"
	"mashang/platform/web"
)

// Schema is the migrations of the settings.
//
//go:embed schema
var Schema embed.FS

// Spool is the folder in which files lie while their form is handled: on the
// disk of the house, whose room and care are known, not on the system's.
func Spool(c config.Config) string { return filepath.Join(c.Data, "tmp") }

// Open opens the house over a data folder: keys, database, blobs, ledger,
// queue, messages. Nothing runs yet.
func Open(ctx context.Context, c config.Config, clk clock.Clock, log *slog.Logger) (*Kit, error) {
	if err := os.MkdirAll(Spool(c), 0o700); err != nil {
		return nil, fmt.Errorf("app: data folder: %w", err)
	}
	keys := filepath.Join(c.Data, "keys")
	v, err := vault.Open(keys)
	if err != nil {
		return nil, err
	}
	dsn := c.DB
	if dsn == "" {
		engine := "sqlite:"
		if c.Draft {
			engine = "draft:"
		}
		dsn = engine + filepath.Join(c.Data, "mashang.db")
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	k := &Kit{DB: d, Clock: clk, Vault: v, Config: c, Log: log, hears: map[string][]hearing{}}
	d.KeepTime(k.Now)
	if err := k.open(ctx, keys); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return k, nil
}

func (k *Kit) open(ctx context.Context, keys string) error {
	for _, m := range []struct {
		name   string
		schema embed.FS
	}{{"platform", Schema}, {"web", web.Schema}, {"jobs", jobs.Schema}, {"ledger", ledger.Schema}, {"notify", notify.Schema}} {
		if err := k.DB.Migrate(ctx, m.name, m.schema); err != nil {
			return err
		}
	}
	s, err := ledger.NewSigner(keys)
	if err != nil {
		return err
	}
	if k.Blob, err = openBlobs(k.Config); err != nil {
		return err
	}
	k.Ledger = ledger.New(k.Clock, s)
	k.Live = live.New(k.DB, k.Ledger, k.Vault, k.Log)
	k.Jobs = jobs.New(k.DB, k.Clock, k.Log)
	if k.Notify, err = notify.New(k.DB, k.Clock, k.Vault, k.Jobs); err != nil {
		return err
	}
	k.Notify.Keep = k.Config.Demo
	if err := k.gateways(keys); err != nil {
		return err
	}
	return k.settle(ctx)
}

// gateways are those that the command line names. What people bind (push,
// WeChat) is offered in a demo too, and stays in its outbox.
func (k *Kit) gateways(keys string) error {
	if k.Config.SMS != "" {
		g, err := k.Notify.Phones(k.Config.SMS, k.Config.SMSKey)
		if err != nil {
			return err
		}
		k.Notify.Use(notify.SMS, g)
	}
	if k.Config.SMTP != "" {
		k.Notify.Use(notify.Email, notify.Mail{URL: k.Config.SMTP, From: k.Config.MailFrom})
	}
	if k.Config.WeChat != "" && !k.Config.Demo {
		k.Notify.Use(notify.WeChat, notify.HTTPWeChat{URL: k.Config.WeChat, Key: k.Config.WeChatKey})
	}
	if k.Config.Push == "" {
		return nil
	}
	secret, err := vault.KeyFile(keys, "push.key")
	if err != nil {
		return err
	}
	g, err := notify.NewWebPush(secret, k.Config.Push)
	if err != nil {
		return err
	}
	k.PushKey = g.Public()
	if !k.Config.Demo {
		k.Notify.Use(notify.Push, g)
	}
	return nil
}

func openBlobs(c config.Config) (blob.Store, error) {
	dir := filepath.Join(c.Data, "blobs")
	if c.Blob != "" {
		path, ok := strings.CutPrefix(c.Blob, "folder:")
		if !ok {
			return nil, fmt.Errorf("app: -blob takes folder:PATH")
		}
		dir = path
	}
	return blob.OpenFolder(dir)
}

// settle holds the flags against what was fixed at setup: the origin cannot
// change, because it is printed in every code, and a demo folder and a real
// one never become each other.
func (k *Kit) settle(ctx context.Context) error {
	origin, err := k.Setting(ctx, "origin")
	if err != nil {
		return err
	}
	switch {
	case origin != "" && k.Config.Origin == "":
		k.Config.Origin = origin
	case origin != "" && k.Config.Origin != origin:
		return fmt.Errorf("app: this court's origin is %s and is printed in its codes; it cannot become %s", origin, k.Config.Origin)
	}
	kind, err := k.Setting(ctx, "kind")
	if err != nil {
		return err
	}
	want := "court"
	if k.Config.Demo {
		want = "demo"
	}
	if kind == "demo" && !k.Config.Demo {
		return errors.New("app: this folder holds a demo; serve it with mashang demo, or choose another folder")
	}
	if kind == "" {
		return k.PutSetting(ctx, "kind", want)
	}
	if kind != want {
		return ErrDemo
	}
	return nil
}

// Setting returns a setting, empty when it was never made.
func (k *Kit) Setting(ctx context.Context, key string) (v string, err error) {
	err = k.DB.Read(ctx, func(tx *db.Tx) (err error) {
		v, err = Setting(tx, key)
		return err
	})
	return v, err
}

// Setting reads a setting within a transaction.
func Setting(tx *db.Tx, key string) (string, error) {
	v, _, err := db.Maybe[string](tx, `SELECT value FROM platform_setting WHERE key = ?`, key)
	return v, err
}

// PutSetting writes a setting.
func (k *Kit) PutSetting(ctx context.Context, key, value string) error {
	return k.DB.Do(ctx, func(tx *db.Tx) error { return PutSetting(tx, key, value) })
}

// PutSetting writes a setting within an act.
func PutSetting(tx *db.Tx, key, value string) error {
	_, err := tx.Exec(`INSERT INTO platform_setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// Close closes the database.
func (k *Kit) Close() error {
	k.Notify.Close()
	return k.DB.Close()
}
