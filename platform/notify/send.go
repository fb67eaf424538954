package notify

import (
	"context"
	"errors"
	"strings"
	"time"

	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
)

// patience is how long a message that no carrier takes is tried.
const patience = 24 * time.Hour

// send hands one message to its carrier. First it is written down that this is
// being done: whatever happens then, it is not done blindly a second time.
func (n *Notifier) send(ctx context.Context, j *jobs.Job) error {
	var mid string
	if err := j.Read(&mid); err != nil {
		return err
	}
	m, g, err := n.begin(ctx, j, mid)
	if err != nil || g == nil {
		return err
	}
	r, err := g.Send(ctx, m)
	ctx = context.WithoutCancel(ctx) // what is known now is kept, though the house is closing
	switch {
	case err == nil:
		return n.db.Do(ctx, func(tx *db.Tx) error {
			if err := n.settle(tx, m.ID, r); err != nil {
				return err
			}
			return j.Finish(tx)
		})
	case errors.Is(err, ErrGone):
		return n.drop(ctx, j, m)
	case errors.Is(err, ErrRefused):
		return n.fail(ctx, j, m, err)
	case errors.Is(err, ErrUnknown):
		return n.wonder(ctx, j, m, g, err)
	}
	return n.back(ctx, j, m, err)
}

// begin reads a message and its gateway, and writes down that it is about to
// be handed over. It returns no gateway when there is nothing to hand over.
func (n *Notifier) begin(ctx context.Context, j *jobs.Job, mid string) (m Message, g Gateway, err error) {
	err = n.db.Do(ctx, func(tx *db.Tx) error {
		g = nil
		if m, err = db.One[Message](tx, `SELECT `+cols+` FROM notify_message WHERE id = ?`, mid); err != nil {
			return err
		}
		if m.State != Waiting && m.State != Unknown {
			return j.Finish(tx)
		}
		way, err := n.way(tx, m.Channel)
		if err != nil {
			return err
		}
		if way == nil {
			return fault.New(fault.Unavailable, "还没有设发送的地方。")
		}
		if m, err = n.open(m); err != nil {
			return err
		}
		if n.Bound != nil && (m.Channel == Push || m.Channel == WeChat) { // what waited for the morning does not ring on a phone that has signed out since
			ok, err := n.Bound.Bound(tx, m.Channel, m.Target)
			if err != nil || !ok {
				return errors.Join(err, n.dropped(tx, j, m))
			}
		}
		if now := n.clock.Now(); n.Rings != nil && m.Find == n.vault.Find(spoken, m.Target) && n.Rings(now).After(now) {
			return errors.Join(n.queue.Enqueue(tx, jobs.Spec{Kind: JobKind, Body: mid, At: n.Rings(now)}), j.Finish(tx))
		}
		again := m.State == Unknown
		if _, asks := way.(Asker); again && asks {
			if err := n.queue.Enqueue(tx, jobs.Spec{Kind: askKind, Body: askJob{ID: mid}}); err != nil {
				return err
			}
			return j.Finish(tx)
		}
		m.Twice = m.Twice || again
		g = way
		return db.Must1(tx.Exec(`UPDATE notify_message SET state = 'unknown', twice = ? WHERE id = ? AND state = ?`, m.Twice, mid, m.State))
	})
	return m, g, err
}

// drop gives a message up, and the target with it.
func (n *Notifier) drop(ctx context.Context, j *jobs.Job, m Message) error {
	return n.db.Do(ctx, func(tx *db.Tx) error { return n.dropped(tx, j, m) })
}

func (n *Notifier) dropped(tx *db.Tx, j *jobs.Job, m Message) error {
	if err := n.settle(tx, m.ID, Report{State: Failed}); err != nil {
		return err
	}
	if n.Bound != nil {
		if err := n.Bound.Unbind(tx, m.Channel, m.Target); err != nil {
			return err
		}
	}
	return j.Finish(tx)
}

// fail gives up a message that its carrier will never take.
func (n *Notifier) fail(ctx context.Context, j *jobs.Job, m Message, why error) error {
	return n.db.Do(ctx, func(tx *db.Tx) error {
		if err := n.settle(tx, m.ID, Report{State: Failed, Said: words(why)}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// words are what a carrier said, without what we put around it.
func words(err error) string {
	return strings.NewReplacer(ErrRefused.Error()+": ", "", ErrUnknown.Error()+": ", "").Replace(err.Error())
}

// wonder leaves a message of which nobody knows whether it was taken. Who can
// be asked is asked; to others it goes again, in time, but no third time.
func (n *Notifier) wonder(ctx context.Context, j *jobs.Job, m Message, g Gateway, why error) error {
	_, asks := g.(Asker)
	if !asks && !m.Twice {
		return n.later(ctx, j, m, Unknown, why)
	}
	return n.db.Do(ctx, func(tx *db.Tx) error {
		if err := n.say(tx, m.ID, words(why)); err != nil {
			return err
		}
		if !asks {
			return errors.Join(n.forget(tx, m.ID), j.Finish(tx))
		}
		if err := n.queue.Enqueue(tx, jobs.Spec{Kind: askKind, Body: askJob{ID: m.ID}, At: n.clock.Now().Add(askFirst)}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// back puts a message back that its carrier did not take.
func (n *Notifier) back(ctx context.Context, j *jobs.Job, m Message, why error) error {
	err := n.db.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE notify_message SET state = 'waiting' WHERE id = ? AND state = 'unknown'`, m.ID)
		return err
	})
	if err != nil {
		return err
	}
	return n.later(ctx, j, m, Waiting, why)
}

// later lets the queue try again, with longer and longer pauses. When the queue
// would give up, a message that is not yet a day old is tried once an hour, and
// an older one has failed.
func (n *Notifier) later(ctx context.Context, j *jobs.Job, m Message, state string, why error) error {
	if !j.Last() {
		return why
	}
	return n.db.Do(ctx, func(tx *db.Tx) error {
		if n.clock.Now().Sub(m.At) < patience {
			if err := n.queue.Enqueue(tx, jobs.Spec{Kind: JobKind, Body: m.ID, At: n.clock.Now().Add(time.Hour)}); err != nil {
				return err
			}
		} else if state == Waiting {
			if err := n.settle(tx, m.ID, Report{State: Failed, Said: words(why)}); err != nil {
				return err
			}
		} else if err := n.forget(tx, m.ID); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}
