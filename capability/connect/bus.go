package connect

import (
	"context"
	"errors"
	"net/http"

	"mashang/platform/bus"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// Subjects of a system: what it may hear and what it may say. The operator of
// the bus gives it these two and no others.
func subjectOut(y string) string { return bus.Root + "." + y + ".out" }
func subjectIn(y string) string  { return bus.Root + "." + y + ".in" }

// publish hands an event to the bus, signed like a webhook. The event's id makes
// it one message, however often it is published.
func (s *Service) publish(ctx context.Context, l letter, _ way, y system) error {
	secret, err := s.k.Vault.Open(sealSecret, y.Secret)
	if err != nil {
		return err
	}
	h := http.Header{"Content-Type": {mediaEvent}}
	sign(h, secret, l.Event, s.k.Now(), []byte(l.Body))
	return s.bus.Publish(ctx, subjectOut(y.ID), l.Event, h, []byte(l.Body))
}

// drain takes what a system said on the bus. A message that it did not sign is
// listed once; nothing is done about it, and it does not come again.
func (s *Service) drain(ctx context.Context, w way, y system) error {
	if !s.bus.There() || y.allowed("send") != nil {
		return nil
	}
	ms, err := s.bus.Fetch(ctx, subjectIn(y.ID), bus.Root+"-"+y.ID, atOnce)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if err := s.hand(ctx, w, y, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) hand(ctx context.Context, w way, y system, m bus.Message) error {
	as, err := s.authentic(ctx, y.ID, m.Header, true, m.Body)
	switch {
	case errors.Is(err, errSign), errors.Is(err, errClock):
		why := fault.As(err).Show
		err = s.k.Note(ctx, func(tx *db.Tx) error {
			_, err := s.note(tx, y, event{Source: w.ID, ID: digest(string(m.Body)), Type: "?"}, byBus, "refused", why, "")
			return err
		})
	case err == nil:
		if _, err = s.take(as, m.Body, byBus, func(*db.Tx) error { return nil }); err != nil && refused(err) {
			err = nil // it is listed
		}
	}
	if err != nil {
		return err
	}
	return m.Done()
}
