package signing

import (
	"testing"
	"time"

	"mashang/platform/fault"
)

// TestTurn: only so many files are read at once, and who waits too long is told.
func TestTurn(t *testing.T) {
	patience = 50 * time.Millisecond
	s := &Service{turns: make(chan struct{}, mostAtOnce)}
	var dones []func()
	for range mostAtOnce {
		done, err := s.turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		dones = append(dones, done)
	}
	if _, err := s.turn(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("one too many: %v", err)
	}
	dones[0]()
	if _, err := s.turn(t.Context()); err != nil {
		t.Error(err)
	}
}
