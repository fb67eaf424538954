// Package jobs runs work that follows an act: reminders, messages, listeners.
//
// A job is enqueued in the act's transaction and finished in the transaction
// of its own effect, so its effect on the database happens exactly once
// however often the process is killed. Calls to the outside (a gateway) are
// made between two transactions by the job's own code, which must then be
// able to ask what became of them. Jobs of one lane (a case) run in order.
package jobs

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/id"
)

//go:embed schema
var Schema embed.FS

const (
	lease    = 2 * time.Minute // a job not finished by then is given to another worker
	claim    = 16              // jobs taken in one commit
	maxTries = 12              // after that a person must look
)

// Job is one piece of work. Body is JSON.
type Job struct {
	ID    string    `db:"id"`
	Kind  string    `db:"kind"`
	Lane  string    `db:"lane"`
	Body  string    `db:"body"`
	RunAt time.Time `db:"run_at"`
	Tries int64     `db:"tries"`

	queue *Queue
	done  bool
}

// Read decodes the body.
func (j *Job) Read(v any) error { return json.Unmarshal([]byte(j.Body), v) }

// Last reports whether the queue gives the job up if it fails once more.
func (j *Job) Last() bool { return j.Tries >= maxTries }

// Finish marks the job done inside tx, the transaction of its effect. If the
// job was already finished by another worker the transaction must not commit.
func (j *Job) Finish(tx *db.Tx) error {
	n, err := tx.Exec(`DELETE FROM jobs_job WHERE id = ? AND state = 'ready' AND once IS NULL`, j.ID)
	if err == nil && n == 0 {
		n, err = tx.Exec(`UPDATE jobs_job SET state = 'done' WHERE id = ? AND state = 'ready'`, j.ID)
	}
	if err == nil && n == 0 {
		err = errFinished
	}
	j.done = err == nil
	return err
}

var errFinished = errors.New("jobs: finished by another worker")

// Handler does the work. It calls j.Finish in its transaction; a handler that
// returns nil without it is finished for it afterwards.
type Handler func(ctx context.Context, j *Job) error

// Queue holds and runs jobs.
type Queue struct {
	db       *db.DB
	clock    clock.Clock
	handlers map[string]Handler
	outside  []string // kinds that wait for somebody outside
	wake     chan struct{}
	log      *slog.Logger
	failed   func(kind string)
}

// New returns a queue over d.
func New(d *db.DB, c clock.Clock, log *slog.Logger) *Queue {
	return &Queue{db: d, clock: c, handlers: map[string]Handler{}, wake: make(chan struct{}, 1), log: log, failed: func(string) {}}
}

// OnFail calls f whenever a job of a kind fails.
func (q *Queue) OnFail(f func(kind string)) { q.failed = f }

// Handle declares who does jobs of a kind.
func (q *Queue) Handle(kind string, h Handler) error {
	if _, dup := q.handlers[kind]; dup {
		return fmt.Errorf("jobs: kind %q has two handlers", kind)
	}
	q.handlers[kind] = h
	return nil
}

// Outside declares that jobs of a kind wait for somebody outside the house, who
// may not answer. They have workers of their own, so that none else waits.
func (q *Queue) Outside(kind string) { q.outside = append(q.outside, kind) }

// Spec is a job to be done.
type Spec struct {
	Kind string
	Lane string    // jobs of one lane run one after another; empty: no order
	Body any       // becomes JSON
	At   time.Time // zero: at once
	Once string    // a second job with the same key is dropped for ever
}

// Enqueue adds a job in the caller's transaction.
func (q *Queue) Enqueue(tx *db.Tx, s Spec) error {
	if _, ok := q.handlers[s.Kind]; !ok {
		return fmt.Errorf("jobs: nobody handles %q", s.Kind)
	}
	b, err := json.Marshal(s.Body)
	if err != nil {
		return fmt.Errorf("jobs: %s: %w", s.Kind, err)
	}
	if s.At.IsZero() {
		s.At = q.clock.Now()
	}
	var once any
	if s.Once != "" {
		once = s.Once
	}
	_, err = tx.Exec(`INSERT INTO jobs_job (id, kind, lane, body, run_at, state, lease, tries, error, once)
		VALUES (?, ?, ?, ?, ?, 'ready', 0, 0, '', ?) ON CONFLICT DO NOTHING`, id.New(), s.Kind, s.Lane, string(b), s.At, once)
	tx.After(q.Wake)
	return err
}

// Wake lets a worker look at once.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends. What was given up is tried again first: a new
// start may bring what it lacked, a typeface or a new version.
func (q *Queue) Run(ctx context.Context, workers int) {
	err := q.db.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE jobs_job SET state = 'ready', tries = 0, run_at = ? WHERE state = 'dead'`, q.clock.Now())
		return err
	})
	if err != nil && ctx.Err() == nil {
		q.log.Error("jobs: cannot take up what was given up", "err", err)
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { q.work(ctx, inside) })
		if len(q.outside) > 0 {
			wg.Go(func() { q.work(ctx, outside) })
		}
	}
	wg.Wait()
}

// What a worker takes.
const (
	inside = iota
	outside
	everything
)

func (q *Queue) work(ctx context.Context, of int) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for busy := false; ctx.Err() == nil; {
		n, err := q.step(ctx, of, busy)
		if err != nil && ctx.Err() == nil {
			q.log.Error("jobs: cannot claim", "err", err)
		}
		if busy = n > 0 && err == nil; busy {
			continue
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
			busy = true
		case <-tick.C:
		}
	}
}

// Drain does everything that is due, and what that brings about, then
// returns. The demo and the tests use it after moving the clock.
func (q *Queue) Drain(ctx context.Context) error {
	for busy := false; ; busy = true {
		n, err := q.step(ctx, everything, busy)
		if err != nil || n == 0 {
			return err
		}
	}
}

// step does some jobs and returns how many. Who was busy, or woken, finds more
// often than not and takes at once; others look first.
func (q *Queue) step(ctx context.Context, of int, busy bool) (int, error) {
	if !busy {
		if due, err := q.waiting(ctx, of); err != nil || !due {
			return 0, err
		}
	}
	list, err := q.claim(ctx, of)
	if err != nil {
		return 0, err
	}
	for i := range list {
		list[i].queue = q
		q.one(ctx, &list[i])
	}
	return len(list), nil
}

const ready = `state = 'ready' AND run_at <= ? AND lease <= ?
	AND (lane = '' OR NOT EXISTS (SELECT 1 FROM jobs_job e WHERE e.lane = j.lane AND e.lane <> '' AND e.state = 'ready' AND e.id < j.id AND (e.run_at <= ? OR e.tries > 0)))`

// due is the condition on the jobs j that a worker may take now.
func (q *Queue) due(of int) (cond string, args []any) {
	now := q.clock.Now()
	cond, args = ready, []any{now, now, now}
	if len(q.outside) == 0 || of == everything {
		return cond, args
	}
	not := " NOT"
	if of == outside {
		not = ""
	}
	return cond + ` AND kind` + not + ` IN (` + db.In(len(q.outside)) + `)`, append(args, db.Args(q.outside)...)
}

// waiting looks without taking the writer: most looks find nothing.
func (q *Queue) waiting(ctx context.Context, of int) (due bool, err error) {
	cond, args := q.due(of)
	err = q.db.Read(ctx, func(tx *db.Tx) error {
		_, due, err = db.Maybe[string](tx, `SELECT id FROM jobs_job j WHERE `+cond+` LIMIT 1`, args...)
		return err
	})
	return due, err
}

func (q *Queue) claim(ctx context.Context, of int) (list []Job, err error) {
	cond, args := q.due(of)
	most := claim
	if of == outside { // the second would wait for the first beyond its lease
		most = 1
	}
	lock := ""
	if q.db.Postgres() {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	err = q.db.DoSoon(ctx, func(tx *db.Tx) error { // a claim that is lost lets another take the job
		list, err = db.List[Job](tx, `UPDATE jobs_job SET lease = ?, tries = tries + 1
			WHERE id IN (SELECT id FROM jobs_job j WHERE `+cond+` ORDER BY run_at, id LIMIT ?`+lock+`)
			RETURNING id, kind, lane, body, run_at, tries`, append(append([]any{q.clock.Now().Add(lease)}, args...), most)...)
		return err
	})
	return list, err
}

// Later is the error of a job that must not be tried again so soon, because
// somebody outside asked for time.
type Later struct {
	After time.Duration
	Err   error
}

func (l Later) Error() string { return l.Err.Error() }

// Unwrap returns what went wrong.
func (l Later) Unwrap() error { return l.Err }

func (q *Queue) one(ctx context.Context, j *Job) {
	err := q.call(auth.System(ctx, j.Kind), j)
	if err == nil && !j.done {
		err = q.db.DoSoon(ctx, j.Finish) // a kill before this would have it done again too
	}
	if err == nil || errors.Is(err, errFinished) {
		return
	}
	q.failed(j.Kind)
	q.log.Warn("job failed", "kind", j.Kind, "job", j.ID, "tries", j.Tries, "err", err)
	state, wait := "ready", min(time.Duration(1<<min(j.Tries, 12))*time.Second, time.Hour)
	var later Later
	if errors.As(err, &later) {
		wait = max(wait, min(later.After, 24*time.Hour))
	}
	if j.Tries >= maxTries {
		state, wait = "dead", 0 // run_at says since when
	}
	err = q.db.Do(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE jobs_job SET state = ?, run_at = ?, lease = 0, error = ? WHERE id = ? AND state = 'ready'`,
			state, q.clock.Now().Add(wait), err.Error(), j.ID)
		return err
	})
	if err != nil {
		q.log.Error("jobs: cannot put back", "job", j.ID, "err", err)
	}
}

func (q *Queue) call(ctx context.Context, j *Job) (err error) {
	h, ok := q.handlers[j.Kind]
	if !ok {
		return fmt.Errorf("jobs: nobody handles %q", j.Kind)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jobs: %s panicked: %v", j.Kind, p)
		}
	}()
	return h(ctx, j)
}

// Dead lists jobs that were given up, for the system administrator.
func Dead(tx *db.Tx) ([]Job, error) {
	return db.List[Job](tx, `SELECT id, kind, lane, body, run_at, tries FROM jobs_job WHERE state = 'dead' ORDER BY run_at LIMIT 100`)
}
