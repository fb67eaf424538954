package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"mashang"
	"mashang/platform/backup"
	"mashang/platform/clock"
	"mashang/platform/config"
)

// runMigrate opens and assembles a court, which brings its tables up to date.
func runMigrate(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("migrate", "migrate -data DIR [-db URL]", "Brings the database of the court in DIR up to this version. Serving does so too.", stderr)
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	cfg.Demo = isDemo(cfg.Data)
	c, err := open(ctx, *cfg, clock.System{}, stderr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "the database is up to date")
	return errors.Join(err, c.Kit.Close())
}

// exists refuses a folder that holds no court: opening it would make one, and
// a mistyped name would be backed up, or verified, as an empty court.
func exists(cfg *config.Config) error {
	if _, err := os.Stat(filepath.Join(cfg.Data, "keys", "ledger.key")); err != nil {
		return fmt.Errorf("%s holds no court: %w", cfg.Data, err)
	}
	if cfg.DB != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "mashang.db")); err != nil {
		return fmt.Errorf("%s holds no database (is -db missing?): %w", cfg.Data, err)
	}
	return nil
}

// isDemo reports whether a folder was made by the demo command, which alone
// puts this mark there.
func isDemo(data string) bool {
	_, err := os.Stat(filepath.Join(data, demoMark))
	return err == nil
}

// demoMark is the file that tells a demo's folder from a court's.
const demoMark = "DEMO"

// runBackup copies a court while it serves.
func runBackup(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("backup", "backup -data DIR -to DIR -key age1… [-db URL]", "Copies database, files and keys to a folder, encrypted to an age public key, while\nthe court serves. Make a key with -new-key FILE and keep FILE elsewhere: it alone\nopens the backup.", stderr)
	to := fs.String("to", "", "folder for the backup")
	key := fs.String("key", "", "age public key (age1…)")
	fresh := fs.String("new-key", "", "write a new key to this file and use it")
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	if err := errors.Join(needs(*to, "-to"), exists(cfg)); err != nil {
		return err
	}
	recipient, err := recipientOf(*key, *fresh, stdout)
	if err != nil {
		return err
	}
	cfg.Demo = isDemo(cfg.Data)
	c, err := open(ctx, *cfg, clock.System{}, stderr)
	if err != nil {
		return err
	}
	r, err := backup.To(ctx, c.Kit.DB, mashang.Tables(c.Services.List), c.Kit.Vault.Keys, c.Kit.Blob, *to, recipient, time.Now())
	if err == nil {
		_, err = fmt.Fprintf(stdout, "%s: %d rows, %d new files\n", r.File, r.Rows, r.Blobs)
	}
	return errors.Join(err, c.Kit.Close())
}

func needs(v, name string) error {
	if v == "" {
		return fmt.Errorf("%s is needed", name)
	}
	return nil
}

func recipientOf(key, fresh string, stdout io.Writer) (age.Recipient, error) {
	if fresh == "" {
		if key == "" {
			return nil, errors.New("-key or -new-key is needed: a backup is always encrypted")
		}
		return age.ParseX25519Recipient(key)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(f, id.String())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(stdout, "public key: %s\nsecret key in %s: keep it away from this machine\n", id.Recipient(), fresh)
	return id.Recipient(), err
}
