package web

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"mashang/platform/clock"
	"mashang/platform/fault"
)

// rate is how many requests of a class one key may make.
type rate struct {
	burst float64       // at once
	every time.Duration // one more after this long
}

// The classes. A whole village may sit behind one address, so the address is
// a wide net; the narrow ones are the session and the thing guessed at.
var (
	perSession = map[string]rate{"": {120, 250 * time.Millisecond}, "code": {20, 3 * time.Second}, "login": {12, 10 * time.Second}, "write": {60, time.Second}, "made": {20, 3 * time.Second}, "program": {600, 50 * time.Millisecond}}
	perAddress = map[string]rate{"": {2000, 5 * time.Millisecond}, "code": {300, 200 * time.Millisecond}, "login": {300, 500 * time.Millisecond}, "write": {1000, 20 * time.Millisecond}, "made": {200, 300 * time.Millisecond}, "program": {2000, 5 * time.Millisecond}}
	perThing   = rate{6, time.Minute}
	perPhone   = rate{6, time.Hour} // less in a day than a number may get, so that one network does not shut its owner out
)

type limits struct {
	clock clock.Clock
	mu    sync.Mutex
	keys  map[[32]byte]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimits(c clock.Clock) *limits { return &limits{clock: c, keys: map[[32]byte]*bucket{}} }

var errSlow = fault.New(fault.TooMany, "太快了，请歇一分钟再试。急事请打 12368。")

func (l *limits) allow(class, session, address string) error {
	if session != "" && !l.take("s/"+class+"/"+session, perSession[class]) {
		return errSlow
	}
	if !l.take("a/"+class+"/"+network(address), perAddress[class]) {
		return errSlow
	}
	return nil
}

// network is what one subscriber has: an IPv4 address, or 64 bits of IPv6, in
// which he may take a new address for every request.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is6() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// take removes one token. Keys are kept as digests: memory holds neither
// codes nor addresses.
func (l *limits) take(key string, r rate) bool {
	if r.burst == 0 {
		return true
	}
	now, k := time.Now(), sha256.Sum256([]byte(key)) // limits run on the machine's clock even when the demo's is moved
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.keys[k]
	if !ok {
		if len(l.keys) > 200_000 {
			l.forget(now)
		}
		b = &bucket{left: r.burst, at: now}
		l.keys[k] = b
	}
	b.left = min(r.burst, b.left+now.Sub(b.at).Seconds()/r.every.Seconds())
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// forget drops buckets that have been idle for long enough to be full again.
func (l *limits) forget(now time.Time) {
	for k, b := range l.keys {
		if now.Sub(b.at) > 10*time.Minute {
			delete(l.keys, k)
		}
	}
}

// Thing limits attempts on one thing (a code, a phone number, an account),
// whoever makes them: six at once, one a minute afterwards.
func (rt *Router) Thing(kind, thing string) error {
	if !rt.limits.take("t/"+kind+"/"+thing, perThing) {
		return errSlow
	}
	return nil
}

// Phone limits what one network may ask of one number: who knows somebody's
// number spends what he himself has, not what its owner has.
func (rt *Router) Phone(ctx context.Context, phone string) error {
	if !rt.limits.take("p/"+network(Address(ctx))+"/"+phone, perPhone) {
		return errSlow
	}
	return nil
}
