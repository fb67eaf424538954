package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"mashang"
	"mashang/platform/backup"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/ledger"
)

// runRestore brings a backup into an empty place.
func runRestore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("restore", "restore -from DIR -identity FILE -data DIR [-db URL]", "Brings the newest backup in a folder into an empty data folder, and into the database\nof -db (SQLite in the folder, or an empty PostgreSQL), then checks the ledger.", stderr)
	from := fs.String("from", "", "folder with the backup")
	identity := fs.String("identity", "", "file with the secret age key")
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	if err := errors.Join(needs(*from, "-from"), needs(*identity, "-identity")); err != nil {
		return err
	}
	if err := empty(ctx, cfg); err != nil {
		return err
	}
	b, err := os.ReadFile(*identity)
	if err != nil {
		return err
	}
	ids, err := age.ParseIdentities(bytes.NewReader(b))
	if err != nil {
		return err
	}
	state, err := backup.Latest(*from)
	if err != nil {
		return err
	}
	if err := restoreInto(ctx, *cfg, state, *from, ids[0], stdout, stderr); err != nil {
		// What a failed try left would keep the next one from starting.
		return errors.Join(err, clear(cfg.Data))
	}
	return nil
}

// empty refuses a target that holds anything: a restored court is that of the
// backup and nothing else.
func empty(ctx context.Context, cfg *config.Config) error {
	if es, err := os.ReadDir(cfg.Data); err == nil && len(es) > 0 {
		return fmt.Errorf("%s is not empty", cfg.Data)
	}
	if cfg.DB == "" {
		return nil
	}
	d, err := db.Open(ctx, cfg.DB)
	if err != nil {
		return err
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		if !tx.Postgres() {
			return errors.New("-db takes postgres://…; without it SQLite in the data folder is used")
		}
		tables, err := db.List[string](tx, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name`)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if strings.HasPrefix(t, "platform_") { // what a failed try leaves
				continue
			}
			n, err := db.One[int64](tx, `SELECT COUNT(*) AS n FROM (SELECT 1 FROM "`+t+`" LIMIT 1) AS x`)
			if err == nil && n > 0 {
				err = fmt.Errorf("the database is not empty: table %s holds rows", t)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, d.Close())
}

// clear empties a folder that was empty before.
func clear(dir string) error {
	es, err := os.ReadDir(dir)
	for _, e := range es {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

func restoreInto(ctx context.Context, cfg config.Config, state, from string, id age.Identity, stdout, stderr io.Writer) error {
	if err := backup.Keys(state, id, filepath.Join(cfg.Data, "keys")); err != nil {
		return err
	}
	var err error
	if cfg.Demo, err = backup.IsDemo(state, id); err != nil {
		return err
	}
	if cfg.Demo {
		if err := os.WriteFile(filepath.Join(cfg.Data, demoMark), nil, 0o600); err != nil {
			return err
		}
	}
	c, err := open(ctx, cfg, clock.System{}, stderr)
	if err != nil {
		return err
	}
	return errors.Join(restore(ctx, c, state, from, id, stdout), c.Kit.Close())
}

func restore(ctx context.Context, c *mashang.Court, state, from string, id age.Identity, stdout io.Writer) error {
	rows, err := backup.Rows(ctx, c.Kit.DB, state, id, mashang.Tables(c.Services.List))
	if err != nil {
		return err
	}
	blobs, err := backup.Blobs(ctx, from, id, c.Kit.Blob)
	if err != nil {
		return err
	}
	if err := c.Services.Outage.Forget(ctx); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%d rows, %d files\n", rows, blobs); err != nil {
		return err
	}
	r, err := ledger.Audit(ctx, c.Kit.DB, c.Kit.Ledger.Signer().Verifier)
	if err != nil {
		return err
	}
	if err := printAudit(r, stdout); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "restored: the ledger agrees with its checkpoints")
	return err
}
