package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/ledger"
)

// Step looks once for what happened and tells the pages that watch it. It is
// called by one goroutine at a time, but for a first look.
func (h *Hub) Step(ctx context.Context) error {
	var to int64
	err := h.db.Read(ctx, func(tx *db.Tx) (err error) {
		to, err = ledger.Size(tx)
		return err
	})
	if err != nil {
		return err
	}
	from, watched := h.advance(to)
	if !watched {
		return nil
	}
	// From here on whoever enters finds what came before `to` by its own look; the
	// others must hear it now, or be let go and come back for it.
	for from < to {
		part := min(to, from+walked)
		told, err := h.prepare(ctx, from, part)
		if err != nil {
			h.mu.Lock()
			defer h.mu.Unlock()
			for s := range h.streams {
				h.drop(s, nil)
			}
			return err
		}
		h.deliver(told)
		from = part
	}
	return nil
}

// advance takes the range that has not been told; nothing on a first look.
func (h *Hub) advance(to int64) (from int64, watched bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, h.seen = h.seen, max(h.seen, to)
	if !h.known {
		h.known, from = true, to
	}
	return from, len(h.streams) > 0
}

// told is what one stream is sent: frames, or that its page may hear no more.
type told struct {
	stream *Stream
	frames [][]byte
	over   bool
}

func (h *Hub) prepare(ctx context.Context, from, to int64) (out []told, err error) {
	err = h.db.Read(ctx, func(tx *db.Tx) error {
		news, _, err := h.ledger.NewsBetween(tx, from, to, walked) // places have no gaps: these are all
		if err != nil {
			return err
		}
		hears := h.watching(news)
		alive, err := h.alive(tx, hears)
		if err != nil {
			return err
		}
		made, answers := h.frames(), map[question]answer{}
		for s, list := range hears {
			if a := s.page.Actor; a.Session != "" && !alive[a.Session] {
				out = append(out, told{stream: s, over: true})
				continue
			}
			q := s.page.asks(list)
			a, known := answers[q]
			if !known {
				a.hears, a.err = s.page.Hear(tx, s.page.Actor, list)
				answers[q] = a
			}
			switch {
			case refused(a.err):
				out = append(out, told{stream: s, over: true})
			case a.err != nil:
				return a.err
			case len(a.hears) > 0:
				out = append(out, told{stream: s, frames: made.of(s.page, a.hears)})
			}
		}
		return nil
	})
	return out, err
}

// question is what access is asked for a page. The pages that one person has
// open on one thing, in however many sessions, are asked for once.
type question struct {
	who   auth.Actor
	what  string
	since int64
}

type answer struct {
	hears []ledger.News
	err   error
}

// asks is the question for some news, which is not empty.
func (p Page) asks(list []ledger.News) question {
	q := question{who: p.Actor, what: strings.Join(p.topics(), " "), since: list[0].Seq}
	q.who.Session, q.who.Proved = "", time.Time{} // whether a session lives was asked before
	return q
}

// watching finds the streams that some of the news may concern.
func (h *Hub) watching(news []ledger.News) map[*Stream][]ledger.News {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[*Stream][]ledger.News{}
	for _, n := range news {
		for _, topic := range []string{"case/" + n.Case, "court/" + n.Court} {
			for s := range h.topics[topic] {
				if n.Seq >= s.from { // what came before it entered it finds by itself
					out[s] = append(out[s], n)
				}
			}
		}
	}
	return out
}

func (h *Hub) alive(tx *db.Tx, hears map[*Stream][]ledger.News) (map[string]bool, error) {
	var ids []string
	for s := range hears {
		if id := s.page.Actor.Session; id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || h.Alive == nil {
		return nil, nil
	}
	return h.Alive(tx, ids)
}

// bury ends the streams of sessions that ended.
func (h *Hub) bury(ctx context.Context) error {
	h.mu.Lock()
	var ids []string
	for id := range h.sessions {
		if id != "" {
			ids = append(ids, id)
		}
	}
	h.mu.Unlock()
	if len(ids) == 0 || h.Alive == nil {
		return nil
	}
	var alive map[string]bool
	err := h.db.Read(ctx, func(tx *db.Tx) (err error) {
		alive, err = h.Alive(tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	asked := map[string]bool{} // a session that began meanwhile was not asked about
	for _, id := range ids {
		asked[id] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if id := s.page.Actor.Session; asked[id] && !alive[id] {
			h.drop(s, over)
		}
	}
	return nil
}

// deliver puts frames into the queues. Who does not keep up is let go: he
// comes back with the place up to which he heard.
func (h *Hub) deliver(list []told) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range list {
		if t.over {
			h.drop(t.stream, over)
		}
		for _, f := range t.frames {
			h.push(t.stream, f)
		}
	}
}

// push queues one frame; the caller holds mu.
func (h *Hub) push(s *Stream, frame []byte) {
	if !h.streams[s] {
		return
	}
	select {
	case s.queue <- frame:
		h.sent.WithLabelValues(s.page.Route).Inc()
	default:
		h.lost.Inc()
		h.drop(s, nil)
	}
}

// beat keeps connections open, and carries the place on: who comes back after
// a quiet day need not look through it.
func (h *Hub) beat() {
	h.mu.Lock()
	defer h.mu.Unlock()
	frame := []byte(": \nid: " + h.seal(h.seen) + "\n\n")
	for s := range h.streams {
		select {
		case s.queue <- frame:
		default: // what waits there keeps it open as well
		}
	}
}

// over tells a page that it may hear no more.
var over = []byte("event: over\ndata: \n\n")

// frames encodes each news once, however many hear it.
type frames struct {
	hub  *Hub
	made map[string][]byte
}

func (h *Hub) frames() frames { return frames{h, map[string][]byte{}} }

func (f frames) of(p Page, list []ledger.News) [][]byte {
	if p.Say != "" { // one sentence, up to the last
		last := list[len(list)-1]
		last.Say = p.Say
		list = []ledger.News{last}
	}
	var out [][]byte
	for _, n := range list {
		key := strconv.FormatInt(n.Seq, 10) + n.Say
		if f.made[key] == nil {
			f.made[key] = []byte("id: " + f.hub.seal(n.Seq+1) + "\nevent: news\ndata: " + n.Say + "\n\n")
		}
		out = append(out, f.made[key])
	}
	return out
}

// greeting is what a page is sent when it comes: how long to wait before it
// comes back (not all at once after a restart), what it missed, and where it is.
func (h *Hub) greeting(p Page, news []ledger.News, anew bool, to int64) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "retry: %d\n\n", 1000+rand.IntN(3000))
	if anew {
		b.WriteString("event: anew\ndata: \n\n")
	} else if len(news) > 0 {
		for _, f := range h.frames().of(p, news) {
			b.Write(f)
		}
	}
	b.WriteString("id: " + h.seal(to) + "\n\n")
	return []byte(b.String())
}

// within keeps the news of some courts.
func within(courts []string, news []ledger.News) (out []ledger.News) {
	for _, n := range news {
		for _, c := range courts {
			if n.Court == c {
				out = append(out, n)
			}
		}
	}
	return out
}
