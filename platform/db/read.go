package db

import (
	"context"
	"database/sql/driver"
	"errors"
)

// readers is how many reading connections SQLite has. Each has its own page
// cache, so few with much are faster than many with little; they are opened when
// they are needed.
const readers = 4

// slot holds a reading connection, or none yet.
type slot struct{ *conn }

func (d *DB) readSQLite(ctx context.Context, f func(*Tx) error) (err error) {
	var s *slot
	select {
	case s = <-d.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.readers <- s }()
	if s.conn == nil {
		if s.conn, err = openConn(d.readFile); err != nil {
			return err
		}
	}
	if _, err := s.exec("BEGIN", nil); err != nil {
		return errors.Join(err, s.drop())
	}
	defer func() { // also when f panics: the connection stays in use
		if _, end := s.exec("ROLLBACK", nil); end != nil {
			err = errors.Join(err, end, s.drop())
		}
	}()
	return f(&Tx{ctx: ctx, run: onlyReads{s.conn}, readonly: true, clock: d.now})
}

// drop gives up a connection that is in an unknown state.
func (s *slot) drop() error {
	c := s.conn
	s.conn = nil
	return c.close()
}

// onlyReads refuses to write before the engine has to.
type onlyReads struct{ c *conn }

func (o onlyReads) exec(string, []any) (int64, error) {
	return 0, errors.New("db: a reading transaction may not write")
}

func (o onlyReads) query(q string, args []any) (driver.Rows, error) { return o.c.query(q, args) }
