// Package db runs one portable dialect of SQL on SQLite and on PostgreSQL.
//
// Reading order: db.go (opening, Do, Read), group.go (how SQLite shares one
// durable commit among several acts), checkpoint.go (how its log is brought
// into the database meanwhile), conn.go, read.go, postgres.go, scan.go
// (rows to structs by column name), rows.go (several rows by one statement),
// pages.go (SQLite's pages are checked when they are read), migrate.go.
//
// The dialect: TEXT ids, BIGINT milliseconds UTC, BIGINT fen, TEXT JSON,
// CHECK for states, "?" for arguments and never a literal question mark.
// time.Time and bool are stored as BIGINT (zero time is 0).
package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// DB is a handle to either engine. All writing goes through [DB.Do].
type DB struct {
	pool     *sql.DB    // PostgreSQL
	group    *group     // SQLite's writer; nil on PostgreSQL
	readers  chan *slot // SQLite's reading connections
	readFile string     // how they are opened
	draft    string     // path of a file in the making
	slow     func(time.Duration)
	now      func() time.Time
}

// Open opens the database that the URL names: "sqlite:PATH" or
// "postgres://…". A new SQLite file is created. "draft:PATH" is a SQLite file
// in the making, which can be made again: acts are durable when it is closed.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return openSQLite(path, full)
	}
	if path, ok := strings.CutPrefix(dsn, "draft:"); ok {
		d, err := openSQLite(path, off)
		if err == nil {
			d.draft = path
		}
		return d, err
	}
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return nil, fmt.Errorf("db: %q is neither sqlite:PATH nor postgres://…", redact(dsn))
	}
	return openPostgres(ctx, dsn)
}

func openSQLite(path, level string) (*DB, error) {
	if err := errors.Join(checked(), begin(path)); err != nil {
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	whole, err := realPath(path)
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	sync := "synchronous(" + level + ")"
	w, err := openConn(sqliteFile(path, sync, "cache_size(-16000)", "analysis_limit(1000)"))
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	log := &checkpoints{file: sqliteFile(path, sync), log: whole}
	d := &DB{group: newGroup(w, log, level), readers: make(chan *slot, readers), readFile: sqliteFile(path, sync, "cache_size(-12000)", "query_only(1)"), now: time.Now}
	for range readers {
		d.readers <- &slot{}
	}
	return d, nil
}

// realPath is the name under which SQLite opens a file.
func realPath(path string) (logFile, error) {
	p, err := filepath.Abs(path)
	if err == nil {
		p, err = filepath.EvalSymlinks(p)
	}
	return logFile(p), err
}

// redact drops the password from a URL that is going to be printed.
func redact(dsn string) string {
	if u, err := url.Parse(dsn); err == nil {
		return u.Redacted()
	}
	return "the database URL"
}

// Postgres reports whether the engine is PostgreSQL; only jobs and search may ask.
func (d *DB) Postgres() bool { return d.pool != nil }

// OnSlow calls f with the time that an act held the writer, after each act that
// is not quiet.
func (d *DB) OnSlow(f func(time.Duration)) { d.slow = f }

// KeepTime tells transactions the time by the court's clock; without it, by the machine's.
func (d *DB) KeepTime(now func() time.Time) { d.now = now }

// Ping reports whether the engine answers.
func (d *DB) Ping(ctx context.Context) error {
	if d.pool != nil {
		return d.pool.PingContext(ctx)
	}
	if d.group.log.lost.Load() {
		return ErrLost
	}
	return d.Read(ctx, func(tx *Tx) error {
		_, err := One[int64](tx, `SELECT 1`)
		return err
	})
}

// Analyze counts what the planner needs to know. PostgreSQL does it by itself.
// SQLite counts samples only: with whole histograms it would look at the
// values of every statement and prepare it again each time.
func (d *DB) Analyze(ctx context.Context) error {
	if d.group == nil {
		return nil
	}
	return d.Do(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`ANALYZE`); err != nil {
			return err
		}
		_, err := tx.Exec(`PRAGMA shrink_memory`) // it has looked at pages that nobody else will
		return err
	})
}

// Close waits for running acts and readers, then closes the connections.
func (d *DB) Close() error {
	if d.pool != nil {
		return d.pool.Close()
	}
	errs := d.group.close()
	for range readers { // wait for those that are reading
		if s := <-d.readers; s.conn != nil {
			errs = errors.Join(errs, s.drop())
		}
	}
	if d.draft != "" {
		errs = errors.Join(errs, settle(d.draft))
	}
	return errs
}

// settle makes a closed file durable.
func settle(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// runner is what both engines have in common.
type runner interface {
	exec(q string, args []any) (int64, error)
	query(q string, args []any) (driver.Rows, error)
}

// Tx is one transaction. Services receive it; they never begin one.
type Tx struct {
	ctx      context.Context
	run      runner
	postgres bool
	readonly bool
	clock    func() time.Time
	now      time.Time
	after    []func()
	wrote    []Write
	known    map[any]any
	quiet    bool
}

// Context is the context of the request or job this transaction serves.
func (t *Tx) Context() context.Context { return t.ctx }

// Now is the instant of the transaction: the same whenever it is asked.
func (t *Tx) Now() time.Time {
	if t.now.IsZero() {
		t.now = t.clock()
	}
	return t.now
}

// Quietly returns the context of what leaves no figure: whoever reads the
// figures of a quiet hour must not count what he is not to know of.
func Quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quietly{}, true) }

type quietly struct{}

// Quiet leaves this transaction out of the figures, as [Quietly] does.
func (t *Tx) Quiet() { t.quiet = true }

// counted tells f how long the transaction held the writer.
func (t *Tx) counted(f func(time.Duration), since time.Time) {
	if f != nil && !t.quiet && t.ctx.Value(quietly{}) == nil {
		f(time.Since(since))
	}
}

// After registers f to run once the transaction has durably committed.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Postgres reports the engine, for the few statements with a dialect branch.
func (t *Tx) Postgres() bool { return t.postgres }

// Write is a statement that changed rows: INSERT, UPDATE or DELETE, and the
// table it names first.
type Write struct{ Verb, Table string }

// Wrote lists the statements that changed rows so far: it shows a change of
// state without a ledger entry.
func (t *Tx) Wrote() []Write { return t.wrote }

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	if t.readonly {
		return 0, errors.New("db: a reading transaction may not write")
	}
	st := known(query)
	n, err := t.run.exec(st.text(t.postgres), bind(args))
	if err != nil {
		return 0, fmt.Errorf("db: %w (in %s)", err, st.head)
	}
	if n > 0 {
		t.wrote = append(t.wrote, st.write)
	}
	return n, nil
}

// statement is what is found out about a text once: texts are constants.
type statement struct {
	sqlite, postgres string
	head             string // first words, for errors
	write            Write
}

var statementsKnown sync.Map

func known(q string) *statement {
	if s, ok := statementsKnown.Load(q); ok {
		return s.(*statement)
	}
	f := strings.Fields(q)
	s := &statement{sqlite: q, postgres: numbered(q), head: strings.Join(f[:min(4, len(f))], " ")}
	if len(f) > 2 {
		s.write = Write{f[0], f[2]} // INSERT INTO t, DELETE FROM t
		if f[0] == "UPDATE" {
			s.write.Table = f[1]
		}
	}
	statementsKnown.Store(q, s)
	return s
}

func (s *statement) text(postgres bool) string {
	if postgres {
		return s.postgres
	}
	return s.sqlite
}

// numbered turns ? into $1, $2 … for PostgreSQL.
func numbered(q string) string {
	var b strings.Builder
	n := 0
	for i := range len(q) {
		if q[i] == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteByte(q[i])
	}
	return b.String()
}

// Do runs f in one transaction that is durable when Do returns nil. On
// SQLite several callers may share one commit, each all or nothing; on
// PostgreSQL a serialisation failure or deadlock is tried again, so f must
// have no effect outside tx (rule R6).
func (d *DB) Do(ctx context.Context, f func(*Tx) error) error {
	return d.do(ctx, f, false)
}

// DoSoon is Do that does not wait for the disk: others see at once what f did,
// and it outlives this process, but if the machine loses its power it may be
// undone, as a whole and never alone after something later was durable. For
// what is then simply done again and nobody was told of.
func (d *DB) DoSoon(ctx context.Context, f func(*Tx) error) error {
	return d.do(ctx, f, true)
}

func (d *DB) do(ctx context.Context, f func(*Tx) error, soon bool) error {
	f = begun(ctx, f)
	if d.group != nil {
		return d.group.do(&act{ctx: ctx, f: f, now: d.now, slow: d.slow, soon: soon})
	}
	var err error
	for try := range 6 {
		if err = d.doPostgres(ctx, f, soon); !retryable(err) {
			return err
		}
		time.Sleep(time.Duration(1<<try) * time.Millisecond)
	}
	return err
}

// Unique reports whether err is a violated unique or primary key.
func Unique(err error) bool {
	if err == nil {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	return strings.Contains(err.Error(), "UNIQUE constraint failed")
}

// Full reports whether err says that there is no room left: on the disk, under
// a quota, or in the store.
func Full(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100"
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || err != nil && strings.Contains(err.Error(), "database or disk is full")
}

// Read runs f on one snapshot and can change nothing.
func (d *DB) Read(ctx context.Context, f func(*Tx) error) error {
	if tx, ok := ctx.Value(snapshot{}).(*Tx); ok {
		return f(tx)
	}
	f = begun(ctx, f)
	if d.readers != nil {
		return d.readSQLite(ctx, f)
	}
	return d.readPostgres(ctx, f)
}

type snapshot struct{}

// Within returns the context of a reading transaction with its snapshot: what
// reads with it, while the transaction lasts, reads there and opens no other.
func Within(tx *Tx) context.Context { return context.WithValue(tx.ctx, snapshot{}, tx) }

// First is what has to be asked before anything else is read or written.
type First struct {
	ask   func(*Tx) error
	mu    sync.Mutex
	err   error
	asked bool
}

// Before returns a context in which the first transaction begins with ask: where
// it fails, that transaction does, and the next begins with it again. So a
// question and the act that it allows look at the same rows, and a small act
// opens no snapshot beside its own.
func Before(ctx context.Context, ask func(*Tx) error) (context.Context, *First) {
	f := &First{ask: ask}
	return context.WithValue(ctx, before{}, f), f
}

type before struct{}

// Answer returns how the question was answered last, and whether it was asked.
func (f *First) Answer() (asked bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked, f.err
}

// begun is f, with what has to be asked before.
func begun(ctx context.Context, f func(*Tx) error) func(*Tx) error {
	first, ok := ctx.Value(before{}).(*First)
	if !ok {
		return f
	}
	if asked, err := first.Answer(); asked && err == nil {
		return f
	}
	return func(tx *Tx) error {
		err := first.ask(tx)
		first.mu.Lock()
		first.asked, first.err = true, err
		first.mu.Unlock()
		if err != nil {
			return err
		}
		return f(tx)
	}
}

// Once asks a question of a snapshot, where it has one answer however often it
// is asked; of an act too, until it has changed something.
func Once[K comparable, T any](tx *Tx, question K, ask func() (T, error)) (T, error) {
	if len(tx.wrote) > 0 {
		return ask()
	}
	if v, ok := tx.known[question]; ok {
		return v.(T), nil
	}
	v, err := ask()
	if err == nil {
		if tx.known == nil {
			tx.known = map[any]any{}
		}
		tx.known[question] = v
	}
	return v, err
}

func runAll(fs []func()) {
	for _, f := range fs {
		f()
	}
}

// In returns "?,?,?" for n arguments.
func In(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// Args turns a list of one type into arguments.
func Args[T any](l []T) []any {
	out := make([]any, len(l))
	for i, v := range l {
		out[i] = v
	}
	return out
}
