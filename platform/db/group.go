package db

import (
	"context"
	"database/sql/driver"
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
	*conn
	log   *checkpoints
	level string // of PRAGMA synchronous, as it is now
	queue chan *act
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
	err   error // of closing

	settled bool // the log holds nothing of an earlier process
}

type act struct {
	ctx  context.Context
	f    func(*Tx) error
	now  func() time.Time
	slow func(time.Duration)
	soon bool // need not wait for the disk
	tx   *Tx
	err  error
	done chan struct{}
}

var errClosed = errors.New("db: closed")

// ErrLost is returned by every act after a sync of the disk has failed. The
// system does not say which of the pages that it had taken it has lost, and what
// is written behind a lost page can't be read after a power cut: nothing is told
// as done any more. When the program is started again, what can still be read is
// written anew.
var ErrLost = errors.New("db: the disk has failed to keep what it had taken; nothing is written until the program is started again")

func newGroup(c *conn, log *checkpoints, level string) *group {
	g := &group{conn: c, log: log, level: level, queue: make(chan *act, batch), quit: make(chan struct{}), done: make(chan struct{})}
	go g.loop()
	return g
}

func (g *group) close() error {
	g.once.Do(func() { close(g.quit) })
	<-g.done
	return g.err
}

func (g *group) do(a *act) error {
	a.done = make(chan struct{})
	select {
	case g.queue <- a:
	case <-a.ctx.Done():
		return a.ctx.Err()
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
	defer func() {
		g.log.all.Wait()
		g.err = g.conn.close()
	}()
	for {
		select {
		case a := <-g.queue:
			g.commit(a)
			g.log.after(g.conn)
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

// commit runs first and whatever else is waiting, then makes all durable. An
// act that need not wait for the disk does not, if none is behind it: the next
// that has to makes it durable too.
func (g *group) commit(first *act) {
	if g.log.lost.Load() {
		g.finish([]*act{first}, ErrLost)
		return
	}
	most, level := batch, full
	if first.soon && len(g.queue) == 0 {
		most, level = 1, normal
	}
	err := g.settle()
	if err == nil {
		err = g.synchronous(level)
	}
	if err == nil {
		_, err = g.exec("BEGIN IMMEDIATE", nil)
	}
	if err != nil {
		g.finish([]*act{first}, fmt.Errorf("db: begin: %w", err))
		return
	}
	acts := []*act{first}
	err = g.one(first)
	for err == nil && len(acts) < most {
		select {
		case a := <-g.queue:
			acts = append(acts, a)
			err = g.one(a)
			continue
		default:
		}
		break
	}
	if err == nil {
		_, err = g.exec("COMMIT", nil)
	}
	if err != nil {
		_, rerr := g.exec("ROLLBACK", nil)
		g.log.heed(err)
		err = errors.Join(fmt.Errorf("db: commit: %w", err), rerr)
	}
	if g.log.lost.Load() { // or a copy beside it has just lost what this stands on
		err = errors.Join(ErrLost, err)
	}
	g.finish(acts, err)
}

// settle brings what an earlier process left in the log into the database,
// synced, so that the log begins anew before anything is built on it: that
// process may have ended because a sync failed.
func (g *group) settle() error {
	if g.settled {
		return nil
	}
	_, err := checkpoint(g.conn)
	g.log.heed(err)
	g.settled = err == nil
	return err
}

// What SQLite makes sure of before a commit is done: nothing, that the file
// stays whole, that the act is on the disk.
const (
	off    = "OFF"
	normal = "NORMAL"
	full   = "FULL"
)

// synchronous changes the level, outside a transaction; a file in the making
// stays at off.
func (g *group) synchronous(level string) error {
	if g.level == level || g.level == off {
		return nil
	}
	// Not one of the prepared statements: it is done when it is parsed.
	_, err := g.c.(driver.ExecerContext).ExecContext(context.Background(), "PRAGMA synchronous = "+level, nil)
	if err == nil {
		g.level = level
	}
	return err
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
// It returns an error when the whole batch is lost: SQLite gives up the
// transaction by itself when the disk fails, and what ran after that would
// stand alone and be told as undone.
func (g *group) one(a *act) error {
	if a.err = a.ctx.Err(); a.err != nil {
		return nil
	}
	if _, a.err = g.exec("SAVEPOINT act", nil); a.err != nil {
		return a.err
	}
	start := time.Now()
	a.tx = &Tx{ctx: a.ctx, run: g, clock: a.now}
	a.err = g.call(a)
	a.tx.counted(a.slow, start)
	if a.err != nil {
		if _, err := g.exec("ROLLBACK TO act", nil); err != nil {
			return errors.Join(a.err, err)
		}
	}
	_, err := g.exec("RELEASE act", nil)
	return err
}

func (g *group) call(a *act) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: act panicked: %v", p)
		}
	}()
	return a.f(a.tx)
}
