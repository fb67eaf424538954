package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// batch is how many acts may share one durable commit: enough to hide the
// disk, few enough that the first does not wait for the last.
const batch = 64

// group is SQLite's only writer. Acts queue; the writer runs each between
// savepoints and pays for one fsync per batch.
type group struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *act
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
}

type act struct {
	ctx  context.Context
	f    func(*Tx) error
	slow func(time.Duration)
	tx   *Tx
	err  error
	done chan struct{}
}

var errClosed = errors.New("db: closed")

func newGroup(ctx context.Context, w *sql.DB) (*group, error) {
	conn, err := w.Conn(ctx)
	if err != nil {
		return nil, err
	}
	g := &group{conn: conn, stmts: map[string]*sql.Stmt{}, queue: make(chan *act, batch), quit: make(chan struct{}), done: make(chan struct{})}
	go g.loop()
	return g, nil
}

func (g *group) close() {
	g.once.Do(func() { close(g.quit) })
	<-g.done
}

func (g *group) do(ctx context.Context, f func(*Tx) error, slow func(time.Duration)) error {
	a := &act{ctx: ctx, f: f, slow: slow, done: make(chan struct{})}
	select {
	case g.queue <- a:
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return errClosed
	}
	// Once queued the act will run: the answer must be its own, even when the
	// caller has gone, or a retry could not know whether it happened.
	select {
	case <-a.done:
		return a.err
	case <-g.done:
		select {
		case <-a.done:
			return a.err
		default:
			return errClosed
		}
	}
}

func (g *group) loop() {
	defer close(g.done)
	defer func() { _ = g.conn.Close() }()
	for {
		select {
		case a := <-g.queue:
			g.commit(a)
		case <-g.quit:
			for {
				select {
				case a := <-g.queue:
					g.commit(a)
				default:
					return
				}
			}
		}
	}
}

// commit runs first and whatever else is waiting, then makes all durable.
func (g *group) commit(first *act) {
	ctx := context.Background()
	if _, err := g.exec(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		g.finish([]*act{first}, fmt.Errorf("db: begin: %w", err))
		return
	}
	acts := []*act{first}
	g.one(first)
	for len(acts) < batch {
		select {
		case a := <-g.queue:
			acts = append(acts, a)
			g.one(a)
			continue
		default:
		}
		break
	}
	_, err := g.exec(ctx, "COMMIT", nil)
	if err != nil {
		_, rerr := g.exec(ctx, "ROLLBACK", nil)
		err = errors.Join(fmt.Errorf("db: commit: %w", err), rerr)
	}
	g.finish(acts, err)
}

// finish tells every caller; err is a failed commit and spares nobody.
func (g *group) finish(acts []*act, err error) {
	for _, a := range acts {
		if err != nil {
			a.err = err
		}
		close(a.done)
		if a.err == nil && a.tx != nil {
			runAll(a.tx.after)
		}
	}
}

// one runs an act between savepoints, so that its failure undoes only itself.
func (g *group) one(a *act) {
	if a.err = a.ctx.Err(); a.err != nil {
		return
	}
	ctx := context.Background()
	if _, a.err = g.exec(ctx, "SAVEPOINT act", nil); a.err != nil {
		return
	}
	start := time.Now()
	a.tx = &Tx{ctx: a.ctx, run: g}
	a.err = g.call(a)
	if a.slow != nil {
		a.slow(time.Since(start))
	}
	if a.err != nil {
		if _, err := g.exec(ctx, "ROLLBACK TO act", nil); err != nil {
			a.err = errors.Join(a.err, err)
		}
	}
	if _, err := g.exec(ctx, "RELEASE act", nil); err != nil {
		a.err = errors.Join(a.err, err)
	}
}

func (g *group) call(a *act) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: act panicked: %v", p)
		}
	}()
	return a.f(a.tx)
}

// exec and query ignore the caller's cancellation: an interrupted statement
// would roll back the neighbours in the batch.
func (g *group) exec(_ context.Context, q string, args []any) (sql.Result, error) {
	s, err := g.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args...)
}

func (g *group) query(_ context.Context, q string, args []any) (*sql.Rows, error) {
	s, err := g.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), args...)
}

func (g *group) stmt(q string) (*sql.Stmt, error) {
	if s, ok := g.stmts[q]; ok {
		return s, nil
	}
	s, err := g.conn.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, err
	}
	if len(g.stmts) < 4096 { // texts are constants; the bound is against a mistake
		g.stmts[q] = s
	}
	return s, nil
}
