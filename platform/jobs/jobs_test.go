package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/jobs"
)

func queue(t *testing.T, d *db.DB) (*jobs.Queue, *clock.Moved) {
	t.Helper()
	if err := d.Migrate(t.Context(), "jobs", jobs.Schema); err != nil {
		t.Fatal(err)
	}
	c := clock.At(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC))
	return jobs.New(d, c, slog.New(slog.DiscardHandler)), c
}

func enqueue(t *testing.T, d *db.DB, q *jobs.Queue, specs ...jobs.Spec) {
	t.Helper()
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for _, s := range specs {
			if err := q.Enqueue(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEachJobOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, c := queue(t, d)
		var mu sync.Mutex
		done := map[string]int{}
		if err := q.Handle("t.a", func(ctx context.Context, j *jobs.Job) error {
			return d.Do(ctx, func(tx *db.Tx) error {
				if err := j.Finish(tx); err != nil {
					return err
				}
				tx.After(func() { mu.Lock(); done[j.Body]++; mu.Unlock() })
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			enqueue(t, d, q, jobs.Spec{Kind: "t.a", Body: i})
		}
		enqueue(t, d, q, jobs.Spec{Kind: "t.a", Body: "later", At: c.Now().Add(time.Hour)})
		for range 2 {
			enqueue(t, d, q, jobs.Spec{Kind: "t.a", Body: "once", Once: "k"})
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := q.Drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(done) != 61 {
			t.Fatalf("%d jobs done, want 61", len(done))
		}
		for k, n := range done {
			if n != 1 {
				t.Fatalf("job %s done %d times", k, n)
			}
		}
		c.Add(2 * time.Hour)
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if done[`"later"`] != 1 {
			t.Fatal("the job of an hour later was not done")
		}
	})
}

// TestLane: jobs of one case run in order even when the first fails once.
func TestLane(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, c := queue(t, d)
		var order []string
		failed := false
		if err := q.Handle("t.a", func(_ context.Context, j *jobs.Job) error {
			if j.Body == "0" && !failed {
				failed = true
				return errors.New("not yet")
			}
			order = append(order, j.Body)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			enqueue(t, d, q, jobs.Spec{Kind: "t.a", Lane: "case", Body: i})
		}
		for range 3 {
			if err := q.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.Add(time.Minute)
		}
		if got := fmt.Sprint(order); got != "[0 1 2 3 4]" {
			t.Fatalf("order %s", got)
		}
	})
}

// TestGivenUp: a job that keeps failing is given up and listed; the next start
// tries it again.
func TestGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, c := queue(t, d)
		lacking, done := true, make(chan struct{})
		if err := q.Handle("t.a", func(context.Context, *jobs.Job) error {
			if lacking {
				return errors.New("it lacks something")
			}
			close(done)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		dead := func() (list []jobs.Job) {
			if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { list, err = jobs.Dead(tx); return err }); err != nil {
				t.Fatal(err)
			}
			return list
		}
		enqueue(t, d, q, jobs.Spec{Kind: "t.a"})
		for range 20 {
			if err := q.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.Set(c.Now().Add(2 * time.Hour))
		}
		if list := dead(); len(list) != 1 || list[0].Kind != "t.a" || list[0].Tries < 2 || list[0].RunAt.After(c.Now()) {
			t.Fatalf("given up: %+v", list)
		}
		lacking = false
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { q.Run(ctx, 1); close(ran) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("it was not tried again")
		}
		stop()
		<-ran
		if list := dead(); len(list) != 0 {
			t.Errorf("still given up: %+v", list)
		}
	})
}

// TestOutside: somebody outside who does not answer holds up nobody inside, and
// what waits for him is not lost.
func TestOutside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, _ := queue(t, d)
		answer, done, sent := make(chan struct{}), make(chan struct{}, 40), make(chan struct{}, 40)
		err := errors.Join(
			q.Handle("t.send", func(ctx context.Context, _ *jobs.Job) error {
				select {
				case <-answer:
				case <-ctx.Done():
				}
				sent <- struct{}{}
				return ctx.Err()
			}),
			q.Handle("t.case", func(context.Context, *jobs.Job) error { done <- struct{}{}; return nil }))
		if err != nil {
			t.Fatal(err)
		}
		q.Outside("t.send")
		for i := range 20 {
			enqueue(t, d, q, jobs.Spec{Kind: "t.send", Body: i}, jobs.Spec{Kind: "t.case", Body: i})
		}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { q.Run(ctx, 2) })
		for i := range 20 {
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatalf("only %d jobs of cases were done", i)
			}
		}
		if len(sent) != 0 {
			t.Error("something was sent before anybody answered")
		}
		close(answer)
		for range 20 {
			select {
			case <-sent:
			case <-time.After(20 * time.Second):
				t.Fatal("what waited was not sent")
			}
		}
		stop()
		wg.Wait()
	})
}
