package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

const schemaTable = `CREATE TABLE IF NOT EXISTS platform_schema (
	owner TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (owner, file))`

// Migrate applies each schema/*.sql of owner once, in name order, forward
// only, and refuses a file whose bytes changed after it was applied.
func (d *DB) Migrate(ctx context.Context, owner string, files fs.FS) error {
	names, err := fs.Glob(files, "schema/*.sql")
	if err != nil {
		return err
	}
	return d.Do(ctx, func(t *Tx) error {
		if t.postgres { // two nodes may start at once
			if _, err := t.Exec(`SELECT pg_advisory_xact_lock(7261)`); err != nil {
				return err
			}
		}
		if _, err := t.Exec(schemaTable); err != nil {
			return err
		}
		for _, n := range names {
			if err := t.apply(owner, n, files); err != nil {
				return fmt.Errorf("db: schema of %s, %s: %w", owner, n, err)
			}
		}
		return nil
	})
}

func (t *Tx) apply(owner, name string, files fs.FS) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(b))
	was, done, err := Maybe[string](t, `SELECT sha256 FROM platform_schema WHERE owner = ? AND file = ?`, owner, path.Base(name))
	if err != nil {
		return err
	}
	if done {
		if was != sum {
			return fmt.Errorf("changed after it was applied: add a new file instead")
		}
		return nil
	}
	for _, stmt := range statements(string(b)) {
		if !t.postgres { // small rows live in their primary key's tree, not beside it
			stmt = strings.Replace(stmt, "/* clustered */", "WITHOUT ROWID", 1)
		}
		if _, err := t.run.exec(stmt, nil); err != nil {
			return err
		}
	}
	_, err = t.Exec(`INSERT INTO platform_schema (owner, file, sha256) VALUES (?, ?, ?)`, owner, path.Base(name), sum)
	return err
}

// statements splits a schema file at semicolons that end a line; our schemas
// hold neither triggers nor strings with such semicolons.
func statements(s string) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] == ';' && (i+1 == len(s) || s[i+1] == '\n' || s[i+1] == '\r') {
			if q := trimComments(s[start:i]); q != "" {
				out = append(out, q)
			}
			start = i + 1
		}
	}
	if q := trimComments(s[start:]); q != "" {
		out = append(out, q)
	}
	return out
}

// trimComments drops whole-line comments and surrounding blanks.
func trimComments(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(b.String())
}
