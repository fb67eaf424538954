// Package live tells open pages that something in them changed.
//
// It keeps nothing. What happened is in the ledger, in an order that all nodes
// share, so a page that lost its connection, or finds another node or a
// restarted one, names the place up to which it has heard and is told exactly
// what came since: nothing twice, nothing left out. A place is sealed, because
// the number in it would tell how much happens elsewhere.
//
// The hub learns of entries when the sealer of its own node wakes it, and by
// looking once a second for those of others. Who may hear what is not decided
// here: each page brings the question ([Page.Hear]), and it is asked again
// before every delivery, together with whether the session still lives.
//
// Reading order: live.go (pages come and go), tell.go (what is sent to them),
// stream.go (the connection).
package live

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/vault"
)

const (
	look       = time.Second      // how often other nodes' entries are looked for
	beat       = 25 * time.Second // so that proxies on the way keep quiet connections
	perSession = 6                // pages of one session
	perAddress = 1000             // of one network: a whole court may sit behind it
	perNode    = 20_000
	queued     = 16   // frames that wait for a slow reader; then he is let go, and resumes
	atOnce     = 100  // news that a returning page is told; after more it reads itself anew
	walked     = 2000 // entries looked through for a page that watches whole courts
)

// Page is an open page and what it watches.
type Page struct {
	Actor   auth.Actor
	Address string   // of the network, for the limit
	Route   string   // for the figures
	Case    string   // watches a case,
	Courts  []string // or what happens in courts
	Say     string   // one sentence for whatever happens; empty: each news has its own

	// Hear asks whether the page may still be told, and what of the news.
	Hear func(tx *db.Tx, a auth.Actor, news []ledger.News) ([]ledger.News, error)
}

func (p Page) topics() []string {
	if p.Case != "" {
		return []string{"case/" + p.Case}
	}
	var out []string
	for _, c := range p.Courts {
		out = append(out, "court/"+c)
	}
	return out
}

// Hub knows the open pages of this node.
type Hub struct {
	db     *db.DB
	ledger *ledger.Ledger
	vault  *vault.Vault
	log    *slog.Logger
	wake   chan struct{}

	// Alive says which of some sessions still live.
	Alive func(tx *db.Tx, sessions []string) (map[string]bool, error)

	mu        sync.Mutex
	seen      int64 // entries before this place are told, or being told
	known     bool  // seen was read at least once
	closed    bool
	streams   map[*Stream]bool
	topics    map[string]map[*Stream]bool
	sessions  map[string]int
	addresses map[string]int

	open *prometheus.GaugeVec
	sent *prometheus.CounterVec
	lost prometheus.Counter
}

// New returns a hub without pages.
func New(d *db.DB, l *ledger.Ledger, v *vault.Vault, log *slog.Logger) *Hub {
	return &Hub{db: d, ledger: l, vault: v, log: log, wake: make(chan struct{}, 1),
		streams: map[*Stream]bool{}, topics: map[string]map[*Stream]bool{}, sessions: map[string]int{}, addresses: map[string]int{},
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "mashang_live_streams", Help: "Open pages that are told of changes, by route."}, []string{"route"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mashang_live_events_total", Help: "Changes told to open pages, by route."}, []string{"route"}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{Name: "mashang_live_slow_total", Help: "Pages let go because they did not keep up."}),
	}
}

// Collectors are the hub's figures.
func (h *Hub) Collectors() []prometheus.Collector {
	return []prometheus.Collector{h.open, h.sent, h.lost}
}

// Pause is how long the sealer may let entries wait for others, so that one
// seal serves many: hardly, while somebody has a page open.
func (h *Hub) Pause() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) > 0 {
		return 20 * time.Millisecond
	}
	return 500 * time.Millisecond
}

// Wake lets the hub look at once.
func (h *Hub) Wake() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Run tells pages what happens until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	every, hearts := time.NewTicker(look), time.NewTicker(beat)
	defer every.Stop()
	defer hearts.Stop()
	for {
		if err := h.Step(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("live: cannot look", "err", err)
		}
		select {
		case <-ctx.Done():
			h.Close()
			return
		case <-h.wake:
		case <-every.C:
			if err := h.bury(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("live: cannot ask for sessions", "err", err)
			}
		case <-hearts.C:
			h.beat()
		}
	}
}

// Close ends every stream; the pages come back to whoever serves then.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.streams {
		h.drop(s, nil)
	}
}

// Position is the place up to which a page that is being made knows; empty
// before the hub has looked for the first time.
func (h *Hub) Position() string {
	h.mu.Lock()
	seen, known := h.seen, h.known
	h.mu.Unlock()
	if !known {
		return ""
	}
	return h.seal(seen)
}

const position = "live.position"

func (h *Hub) seal(place int64) string {
	return h.vault.Seal(position, strconv.FormatInt(place, 10))
}

// place reads a position; false for one that nobody gave.
func (h *Hub) place(sealed string) (int64, bool) {
	s, err := h.vault.Open(position, sealed)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// Missed is what happened since a position, as far as the page may hear it.
// anew says that it is too much to tell, or that nobody knows this position:
// then the page reads itself anew.
func (h *Hub) Missed(tx *db.Tx, p Page, after string, to int64) (news []ledger.News, anew bool, err error) {
	from, ok := to, true
	if after != "" {
		from, ok = h.place(after)
	}
	if anew = !ok || from > to; !anew && from < to {
		if p.Case != "" {
			news, anew, err = h.ledger.NewsOfCase(tx, p.Case, from, to, atOnce)
		} else {
			news, anew, err = h.ledger.NewsBetween(tx, from, to, walked)
			news = within(p.Courts, news)
		}
	}
	if err != nil {
		return nil, false, err
	}
	news, err = p.Hear(tx, p.Actor, news)
	return news, anew, err
}

// Since answers a program that asks what happened since a position, and up to
// where it then knows.
func (h *Hub) Since(ctx context.Context, p Page, after string) (news []ledger.News, anew bool, upTo string, err error) {
	err = h.db.Read(ctx, func(tx *db.Tx) error {
		to, err := ledger.Size(tx)
		if err == nil {
			news, anew, err = h.Missed(tx, p, after, to)
		}
		upTo = h.seal(to)
		return err
	})
	return news, anew, upTo, err
}

// Open lets a page in. What happened after the position comes first.
func (h *Hub) Open(ctx context.Context, p Page, after string) (*Stream, error) {
	s := &Stream{hub: h, page: p, queue: make(chan []byte, queued)}
	to, err := h.enter(ctx, s)
	if err != nil {
		return nil, err
	}
	var news []ledger.News
	var anew bool
	err = h.db.Read(ctx, func(tx *db.Tx) (err error) {
		news, anew, err = h.Missed(tx, p, after, to)
		return err
	})
	if err != nil {
		h.leave(s)
		return nil, err
	}
	s.first = h.greeting(p, news, anew, to)
	return s, nil
}

// enter counts a page in and returns the place from which the queue tells it.
func (h *Hub) enter(ctx context.Context, s *Stream) (int64, error) {
	h.mu.Lock()
	known := h.known
	h.mu.Unlock()
	if !known { // nobody looked yet
		if err := h.Step(ctx); err != nil {
			return 0, err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p := s.page
	switch {
	case h.closed:
		return 0, fault.New(fault.Unavailable, "正在重新启动，请稍等。")
	case len(h.streams) >= perNode, h.addresses[p.Address] >= perAddress, p.Actor.Session != "" && h.sessions[p.Actor.Session] >= perSession:
		return 0, fault.New(fault.TooMany, "打开的页面太多了，这一页不会自动更新。需要时请刷新。")
	}
	h.streams[s], s.from = true, h.seen
	for _, t := range p.topics() {
		if h.topics[t] == nil {
			h.topics[t] = map[*Stream]bool{}
		}
		h.topics[t][s] = true
	}
	h.sessions[p.Actor.Session]++
	h.addresses[p.Address]++
	h.open.WithLabelValues(p.Route).Inc()
	return h.seen, nil
}

// leave counts a page out; twice is once.
func (h *Hub) leave(s *Stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s, nil)
}

// drop ends a stream, after a last frame when there is one and room for it.
// The caller holds mu, and nobody but its holder sends.
func (h *Hub) drop(s *Stream, last []byte) {
	if !h.streams[s] {
		return
	}
	delete(h.streams, s)
	p := s.page
	for _, t := range p.topics() {
		if delete(h.topics[t], s); len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
	less(h.sessions, p.Actor.Session)
	less(h.addresses, p.Address)
	h.open.WithLabelValues(p.Route).Dec()
	if last != nil {
		select {
		case s.queue <- last:
		default:
		}
	}
	close(s.queue)
}

func less(m map[string]int, key string) {
	if m[key]--; m[key] <= 0 {
		delete(m, key)
	}
}

// refused reports whether an answer of access ends a page's right to hear.
func refused(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind != fault.Internal && f.Kind != fault.Unavailable
}
