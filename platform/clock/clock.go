// Package clock is the only source of time. Law never reads it: an act reads
// it once and passes the instant on. The demo moves one of its own.
package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // a court's machine may have no zone files
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// System is the machine's clock, in UTC, to the millisecond that we store.
type System struct{}

// Now returns the current instant.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Moved is a clock that stands where it was set until [Moved.Run] lets it go.
type Moved struct {
	mu    sync.Mutex
	at    time.Time
	since time.Time // zero while the clock stands
}

// At returns a clock standing at t.
func At(t time.Time) *Moved { return &Moved{at: t.UTC().Truncate(time.Millisecond)} }

// Now returns the time it was moved to, plus what has run since.
func (m *Moved) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.since.IsZero() {
		return m.at
	}
	return m.at.Add(time.Since(m.since)).Truncate(time.Millisecond)
}

// Set moves the clock to t. It never goes back: time that stepped back would
// reorder acts, so an earlier t is ignored.
func (m *Moved) Set(t time.Time) {
	now := m.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !t.After(now) {
		return
	}
	m.at = t.UTC().Truncate(time.Millisecond)
	if !m.since.IsZero() {
		m.since = time.Now()
	}
}

// Add moves the clock on by d.
func (m *Moved) Add(d time.Duration) { m.Set(m.Now().Add(d)) }

// Run lets the clock go on by itself from where it stands.
func (m *Moved) Run() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.since = time.Now()
}

// Shanghai is the zone of every court of the mainland.
var Shanghai = func() *time.Location {
	l, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err) // impossible: the zone data is compiled in
	}
	return l
}()
