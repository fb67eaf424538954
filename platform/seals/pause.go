package seals

import (
	"context"
	"sync"
	"time"

	"mashang/platform/clock"
)

// rest is how long nobody asks a service that did not answer.
const rest = 20 * time.Second

// pause leaves a service that failed alone for a while: a hundred papers that
// wait for it would otherwise wait for each other's time limits.
type pause struct {
	clock clock.Clock
	mu    sync.Mutex
	until time.Time
	why   error
}

// on is the failure after which the service is left alone; nil when it is not.
func (p *pause) on() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clock.Now().Before(p.until) {
		return p.why
	}
	return nil
}

func (p *pause) after(ctx context.Context, err error) {
	if ctx.Err() != nil { // it was we who gave up
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until, p.why = p.clock.Now().Add(rest), err
}
