package live

import (
	"net/http"
	"time"
)

// patience is how long one write may take before the connection is given up.
const patience = 20 * time.Second

// Stream is the connection of one open page.
type Stream struct {
	hub   *Hub
	page  Page
	from  int64 // the queue tells it what is at this place and after
	first []byte
	queue chan []byte // closed by the hub when the stream ends
}

// Serve sends what the page is told until it goes or its stream ends.
func (s *Stream) Serve(w http.ResponseWriter, r *http.Request) {
	defer s.hub.leave(s)
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // the server's deadlines are for requests that end
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy passes on at once
	frame, open := s.first, true
	s.first = nil
	for open {
		_ = c.SetWriteDeadline(time.Now().Add(patience))
		if _, err := w.Write(frame); err != nil {
			return
		}
		if err := c.Flush(); err != nil {
			return
		}
		select {
		case frame, open = <-s.queue:
		case <-r.Context().Done():
			return
		}
	}
}
