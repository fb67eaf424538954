package db

import (
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Frames of the write-ahead log: so many are brought into the database at once,
// and for so few the writer may be held up.
const (
	longLog = 4000
	fewLeft = 200
)

// checkpoints bring the log into the database beside the writer, on a
// connection of their own. SQLite has the writer do it, and every act waits a
// quarter of a second for 32 MB of pages. Here only the last few frames are the
// writer's: when nothing follows them, the log begins anew.
type checkpoints struct {
	file string  // how to open the database
	log  logFile // of which the length is watched
	busy atomic.Bool
	turn atomic.Bool // the writer's
	lost atomic.Bool // a sync failed: what was written is not known to last
	all  sync.WaitGroup
}

// after is called by the writer between two batches. A copy that fails is
// tried again after a later one; until then the log keeps all.
func (k *checkpoints) after(c *conn) {
	if k.turn.Swap(false) {
		_, err := checkpoint(c)
		k.heed(err)
	}
	if k.log.frames() >= longLog && k.busy.CompareAndSwap(false, true) {
		k.all.Go(k.run)
	}
}

// run copies until little is left; each time less came behind it.
func (k *checkpoints) run() {
	defer k.busy.Store(false)
	c, err := openConn(k.file)
	if err != nil {
		return
	}
	defer func() { _ = c.close() }()
	for range 4 {
		left, err := checkpoint(c)
		k.heed(err)
		if err != nil || left < fewLeft {
			break
		}
	}
	k.turn.Store(true)
}

// heed remembers a sync that failed. The next one may succeed, of other pages.
func (k *checkpoints) heed(err error) {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code() == lib.SQLITE_IOERR_FSYNC || e.Code() == lib.SQLITE_IOERR_DIR_FSYNC) {
		k.lost.Store(true)
	}
}

// checkpoint copies what nobody still reads from the log, and returns how many
// frames came in the meantime or could not be copied.
func checkpoint(c *conn) (left int64, err error) {
	rows, err := c.query("PRAGMA wal_checkpoint(PASSIVE)", nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	v := make([]driver.Value, 3) // busy, frames in the log, frames copied
	if err := rows.Next(v); err != nil {
		return 0, err
	}
	all, _ := v[1].(int64)
	done, _ := v[2].(int64)
	return all - done, nil
}
