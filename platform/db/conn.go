package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// conn is one SQLite connection with the statements prepared on it, used by
// one goroutine at a time. It speaks to the driver without the pool of
// database/sql, which would lock, copy and convert on each of the dozen small
// statements of an act.
type conn struct {
	c     driver.Conn
	stmts map[string]driver.Stmt
}

// sqliteFile is the driver's name for a database file, with what every
// connection needs. FULL: an acknowledged act survives a power cut. Small page
// caches, because each connection has one of its own.
func sqliteFile(path, sync string, more ...string) string {
	pragmas := url.Values{"_pragma": append([]string{"journal_mode(WAL)", sync, "busy_timeout(10000)", "foreign_keys(1)", "temp_store(2)", "wal_autocheckpoint(8000)"}, more...)}
	pragmas.Set("vfs", vfsName)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
}

func openConn(file string) (*conn, error) {
	c, err := (&sqlite.Driver{}).Open(file)
	if err != nil {
		return nil, err
	}
	return &conn{c: c, stmts: map[string]driver.Stmt{}}, nil
}

func (c *conn) close() error {
	var errs error
	for _, s := range c.stmts {
		errs = errors.Join(errs, s.Close())
	}
	return errors.Join(errs, c.c.Close())
}

// mostStatements is a bound against a mistake: texts are constants.
const mostStatements = 4096

func (c *conn) stmt(q string) (driver.Stmt, error) {
	if s, ok := c.stmts[q]; ok {
		return s, nil
	}
	if len(c.stmts) >= mostStatements {
		return nil, errors.New("db: too many different statements; texts must be constants")
	}
	s, err := c.c.Prepare(q)
	if err == nil {
		c.stmts[q] = s
	}
	return s, err
}

// exec and query take no context of the caller: an interrupted statement would
// roll back the neighbours in the batch, or leave a reader in an unknown state.
func (c *conn) exec(q string, args []any) (int64, error) {
	s, err := c.stmt(q)
	if err != nil {
		return 0, err
	}
	vals, err := named(args)
	if err != nil {
		return 0, err
	}
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), vals)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c *conn) query(q string, args []any) (driver.Rows, error) {
	s, err := c.stmt(q)
	if err != nil {
		return nil, err
	}
	vals, err := named(args)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtQueryContext).QueryContext(context.Background(), vals)
}

// named numbers arguments as a driver wants them.
func named(args []any) ([]driver.NamedValue, error) {
	vals := make([]driver.NamedValue, len(args))
	for i, a := range args {
		if v, ok := a.(driver.Valuer); ok {
			var err error
			if a, err = v.Value(); err != nil {
				return nil, err
			}
		}
		switch a.(type) {
		case nil, int64, string, []byte:
		default:
			return nil, fmt.Errorf("db: an argument is %T", a)
		}
		vals[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return vals, nil
}
