package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	if err := checkPeer(dsn); err != nil {
		return nil, err
	}
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("db: open: %w", err)
	}
	pool.SetMaxOpenConns(24)
	pool.SetMaxIdleConns(24)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db: %s does not answer: %w", redact(dsn), err), pool.Close())
	}
	return &DB{pool: pool, now: time.Now}, nil
}

// checkPeer refuses a database on another machine that would be spoken to in
// the clear, or whose certificate would not be checked: what the driver does
// by itself when the address says nothing of it.
func checkPeer(dsn string) error {
	c, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("db: the address of the database cannot be read: %s", redact(dsn))
	}
	for _, f := range append([]*pgconn.FallbackConfig{{Host: c.Host, TLSConfig: c.TLSConfig}}, c.Fallbacks...) {
		ip := net.ParseIP(f.Host)
		here := strings.HasPrefix(f.Host, "/") || f.Host == "localhost" || ip != nil && ip.IsLoopback()
		checked := f.TLSConfig != nil && (!f.TLSConfig.InsecureSkipVerify || f.TLSConfig.VerifyPeerCertificate != nil)
		if !here && !checked {
			return fmt.Errorf("db: %s is another machine: add sslmode=verify-full, and sslrootcert=FILE for a certificate of the court's own", f.Host)
		}
	}
	return nil
}

func (d *DB) doPostgres(ctx context.Context, f func(*Tx) error, soon bool) (err error) {
	tx, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	start := time.Now()
	t := &Tx{ctx: ctx, run: plain{ctx, tx}, postgres: true, clock: d.now}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: act panicked: %v", p)
		}
		if err != nil {
			_ = tx.Rollback()
			return
		}
		if err = tx.Commit(); err == nil {
			runAll(t.after)
		}
		t.counted(d.slow, start)
	}()
	if soon {
		if _, err := t.run.exec(`SET LOCAL synchronous_commit = off`, nil); err != nil {
			return err
		}
	}
	return f(t)
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func (d *DB) readPostgres(ctx context.Context, f func(*Tx) error) error {
	tx, err := d.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return f(&Tx{ctx: ctx, run: plain{ctx, tx}, postgres: true, readonly: true, clock: d.now})
}

// Planned marks a statement whose plan hangs on whose it is: the cases of a
// party are a few and those of a judge thousands. PostgreSQL plans a prepared
// statement a few times and then for nobody in particular; this one it plans
// each time, which takes it about a third of a millisecond.
func Planned(q string) string { return planned + q }

const planned = "/* planned each time */ "

// plain leaves statement caching to the driver (pgx does it).
type plain struct {
	ctx context.Context
	tx  *sql.Tx
}

func (p plain) exec(q string, a []any) (int64, error) {
	r, err := p.tx.ExecContext(p.ctx, q, a...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (p plain) query(q string, a []any) (driver.Rows, error) {
	if strings.HasPrefix(q, planned) {
		a = append([]any{pgx.QueryExecModeCacheDescribe}, a...)
	}
	r, err := p.tx.QueryContext(p.ctx, q, a...)
	if err != nil {
		return nil, err
	}
	cols, err := r.Columns()
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	rows := &pgRows{r, cols, make([]any, len(cols)), make([]any, len(cols))}
	for i := range rows.vals {
		rows.dst[i] = &rows.vals[i]
	}
	return rows, nil
}

// pgRows gives rows of database/sql the shape of a driver's.
type pgRows struct {
	*sql.Rows
	cols []string
	vals []any
	dst  []any // where vals are
}

func (r *pgRows) Columns() []string { return r.cols }

func (r *pgRows) Next(vals []driver.Value) error {
	if !r.Rows.Next() {
		if err := r.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	err := r.Scan(r.dst...)
	for i, v := range r.vals {
		vals[i] = v
	}
	return err
}
