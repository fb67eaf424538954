package db

import (
	"context"
	"database/sql"
	"errors"
)

// readers is how many reading connections SQLite has. Each has its own page
// cache, so they cost memory.
const readers = 8

// reader is one reading connection with the statements prepared on it. It is
// used by one transaction at a time; preparing on the pool instead, while a
// transaction holds a connection, would let eight transactions wait for a
// ninth connection for ever.
type reader struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (d *DB) readSQLite(ctx context.Context, f func(*Tx) error) error {
	var r *reader
	select {
	case r = <-d.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.readers <- r }()
	if r.conn == nil {
		conn, err := d.read.Conn(ctx)
		if err != nil {
			return err
		}
		r.conn, r.stmts = conn, map[string]*sql.Stmt{}
	}
	// The caller's cancellation must not break off a statement of ours: the
	// connection stays in use.
	bg := context.WithoutCancel(ctx)
	if _, err := r.exec(bg, "BEGIN", nil); err != nil {
		return errors.Join(err, r.drop())
	}
	err := f(&Tx{ctx: ctx, run: onlyReads{r}, readonly: true})
	if _, end := r.exec(bg, "ROLLBACK", nil); end != nil {
		err = errors.Join(err, end, r.drop())
	}
	return err
}

// drop gives up a connection that is in an unknown state.
func (r *reader) drop() error {
	conn := r.conn
	r.conn, r.stmts = nil, nil
	return conn.Close()
}

func (r *reader) stmt(q string) (*sql.Stmt, error) {
	if s, ok := r.stmts[q]; ok {
		return s, nil
	}
	s, err := r.conn.PrepareContext(context.Background(), q)
	if err == nil && len(r.stmts) < 4096 {
		r.stmts[q] = s
	}
	return s, err
}

func (r *reader) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	s, err := r.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// onlyReads refuses to write before the engine has to.
type onlyReads struct{ r *reader }

func (o onlyReads) exec(context.Context, string, []any) (sql.Result, error) {
	return nil, errors.New("db: a reading transaction may not write")
}

func (o onlyReads) query(_ context.Context, q string, args []any) (*sql.Rows, error) {
	s, err := o.r.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), args...)
}
