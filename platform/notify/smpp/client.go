// Package smpp hands short messages to a carrier over SMPP 3.4, and takes the
// receipts: one line, bound both ways, that binds itself again when it breaks.
//
// There is no library for it that is kept up and that says, of a message whose
// answer was lost, that it was lost; so here is as much of the protocol as a
// sender needs, and no more. Reading order: client.go, pdu.go.
package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// ErrLost says that a message was written to the line and no answer came.
var ErrLost = errors.New("smpp: the line broke before the answer")

// Refused is the status of an answer that is not 0.
type Refused uint32

func (r Refused) Error() string { return fmt.Sprintf("smpp: refused, status 0x%x", uint32(r)) }

// Final reports whether the carrier would say the same tomorrow.
func (r Refused) Final() bool {
	return r != statusThrottled && r != statusQueueFull && r != statusSystem
}

// Waits of a line. They are fields so that a test need not wait so long.
type waits struct {
	answer, idle, first, most time.Duration
}

var usual = waits{answer: 15 * time.Second, idle: 30 * time.Second, first: time.Second, most: 2 * time.Minute}

// window is how many messages may be on their way at once.
const window = 10

// Client is a line to one carrier. It binds by itself until it is closed.
type Client struct {
	url    *url.URL
	take   func(context.Context, Receipt) error
	waits  waits
	window chan struct{}
	ref    atomic.Uint32
	ctx    context.Context
	stop   context.CancelFunc
	begun  sync.Once
	done   chan struct{}

	mu    sync.Mutex
	now   *session      // nil while there is none
	fresh chan struct{} // closed when there is one
	why   error         // of the last failure to bind
}

// New returns a line to smpp(s)://user:password@host:port?from=number, which
// binds when it is started, or used. take is given each receipt, and again
// later if it fails.
func New(u *url.URL, take func(context.Context, Receipt) error) *Client {
	return create(u, take, usual)
}

func create(u *url.URL, take func(context.Context, Receipt) error, w waits) *Client {
	c := &Client{url: u, take: take, waits: w, window: make(chan struct{}, window), fresh: make(chan struct{}), done: make(chan struct{})}
	c.ref.Store(uint32(time.Now().UnixNano() / int64(time.Millisecond))) // not where the last process began
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c
}

// Start binds, if it was not done yet.
func (c *Client) Start() { c.begun.Do(func() { go c.keep() }) }

// Close ends the line.
func (c *Client) Close() {
	c.begun.Do(func() { close(c.done) })
	c.stop()
	<-c.done
}

// keep binds again and again, with longer and longer pauses while it fails.
func (c *Client) keep() {
	defer close(c.done)
	pause := c.waits.first
	for c.ctx.Err() == nil {
		s, err := c.bind()
		c.mu.Lock()
		if c.why = err; err == nil {
			c.now = s
			close(c.fresh)
		}
		c.mu.Unlock()
		if err == nil {
			pause = c.waits.first
			c.watch(s)
			c.mu.Lock()
			c.now, c.fresh, c.why = nil, make(chan struct{}), s.err
			c.mu.Unlock()
		}
		select {
		case <-c.ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, c.waits.most)
	}
}

// bind dials and binds.
func (c *Client) bind() (*session, error) {
	ctx, cancel := context.WithTimeout(c.ctx, c.waits.answer)
	defer cancel()
	var d interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	if c.url.Scheme == "smpps" {
		d = &tls.Dialer{Config: &tls.Config{ServerName: c.url.Hostname(), MinVersion: tls.VersionTLS12}}
	}
	conn, err := d.DialContext(ctx, "tcp", c.url.Host)
	if err != nil {
		return nil, fmt.Errorf("smpp: %w", err)
	}
	s := &session{conn: conn, waits: c.waits, asked: map[uint32]chan pdu{}, end: make(chan struct{})}
	go s.listen(func(r Receipt) error { return c.take(c.ctx, r) })
	password, _ := c.url.User.Password()
	answer, err := s.ask(ctx, bindTransceiver, bindBody(c.url.User.Username(), password))
	if err == nil && answer.status != statusOK {
		err = Refused(answer.status)
	}
	if err != nil {
		s.close(err)
		return nil, err
	}
	return s, nil
}

// watch asks whether the other side is there while nothing else is said, until
// the session ends.
func (c *Client) watch(s *session) {
	tick := time.NewTicker(c.waits.idle)
	defer tick.Stop()
	for {
		select {
		case <-s.end:
			return
		case <-c.ctx.Done():
			ctx, cancel := context.WithTimeout(context.Background(), min(time.Second, c.waits.answer))
			_, _ = s.ask(ctx, unbind, nil)
			cancel()
			s.close(errors.New("smpp: closed"))
			return
		case <-tick.C:
			if _, err := s.ask(c.ctx, enquireLink, nil); err != nil {
				s.close(err)
			}
		}
	}
}

// session waits for a line that is bound.
func (c *Client) session(ctx context.Context) (*session, error) {
	c.Start()
	for {
		c.mu.Lock()
		s, fresh, why := c.now, c.fresh, c.why
		c.mu.Unlock()
		if s != nil {
			return s, nil
		}
		if why != nil { // it is down, and is being tried: the message waits at home
			return nil, fmt.Errorf("smpp: no line: %w", why)
		}
		select {
		case <-fresh:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-c.ctx.Done():
			return nil, errors.New("smpp: closed")
		case <-time.After(c.waits.answer):
			return nil, errors.New("smpp: no line")
		}
	}
}

// Submit hands a text to the carrier, in as many parts as it needs, and returns
// the carrier's numbers of them. When some parts were taken and others not, the
// whole is [ErrLost]: it can only be sent again as a whole.
func (c *Client) Submit(ctx context.Context, to, text string) (ids []string, err error) {
	select {
	case c.window <- struct{}{}:
		defer func() { <-c.window }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s, err := c.session(ctx)
	if err != nil {
		return nil, err
	}
	ps, esm := parts(text, byte(c.ref.Add(1))), byte(0)
	if len(ps) > 1 {
		esm = withUDH
	}
	if len(ps) > 255 {
		return nil, Refused(0x01) // invalid message length
	}
	for i, p := range ps {
		answer, err := s.ask(ctx, submitSM, submitBody(c.url.Query().Get("from"), to, p, esm))
		if err == nil && answer.status != statusOK {
			err = Refused(answer.status)
		}
		var refused Refused
		if err != nil && i > 0 && !(errors.As(err, &refused) && refused.Final()) {
			err = fmt.Errorf("%w: part %d of %d: %w", ErrLost, i+1, len(ps), err)
		}
		if err != nil {
			return nil, err
		}
		f := &fields{left: answer.body}
		if id := number(f.text()); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// session is a line from bind to end.
type session struct {
	conn  net.Conn
	waits waits
	end   chan struct{}

	write sync.Mutex
	mu    sync.Mutex
	seq   uint32
	asked map[uint32]chan pdu
	err   error // why it ended
}

// ask sends a request and waits for its answer. Once it may have been written,
// no answer is [ErrLost].
func (s *session) ask(ctx context.Context, command uint32, body []byte) (pdu, error) {
	answer := make(chan pdu, 1)
	s.mu.Lock()
	if s.err != nil {
		defer s.mu.Unlock()
		return pdu{}, s.err
	}
	s.seq++
	seq := s.seq
	s.asked[seq] = answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.asked, seq)
		s.mu.Unlock()
	}()
	if err := s.send(pdu{command: command, seq: seq, body: body}); err != nil {
		s.close(err)
		return pdu{}, fmt.Errorf("%w: %w", ErrLost, err)
	}
	late := time.NewTimer(s.waits.answer)
	defer late.Stop()
	select {
	case p := <-answer:
		return p, nil
	case <-s.end:
		select {
		case p := <-answer: // it came with the end
			return p, nil
		default:
			return pdu{}, fmt.Errorf("%w: %w", ErrLost, s.why())
		}
	case <-ctx.Done():
		return pdu{}, fmt.Errorf("%w: %w", ErrLost, ctx.Err())
	case <-late.C:
		return pdu{}, fmt.Errorf("%w: no answer in %s", ErrLost, s.waits.answer)
	}
}

func (s *session) why() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *session) send(p pdu) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.waits.answer)); err != nil {
		return err
	}
	_, err := s.conn.Write(p.bytes())
	return err
}

// close ends a session once; why is for who still waits.
func (s *session) close(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err = why
	close(s.end)
	_ = s.conn.Close()
}

// listen takes what the other side says until the line ends.
func (s *session) listen(take func(Receipt) error) {
	for {
		p, err := read(s.conn)
		if err == nil {
			err = s.hear(p, take)
		}
		if err != nil {
			s.close(fmt.Errorf("smpp: %w", err))
			return
		}
	}
}

func (s *session) hear(p pdu, take func(Receipt) error) error {
	if p.command&response != 0 {
		s.mu.Lock()
		if answer, ok := s.asked[p.seq]; ok {
			delete(s.asked, p.seq)
			answer <- p
		}
		s.mu.Unlock()
		return nil
	}
	status := uint32(statusOK)
	switch p.command {
	case deliverSM:
		r, ok, err := receipt(p.body)
		if err != nil {
			return err
		}
		if ok && take(r) != nil { // what somebody wrote to us is nobody's here
			status = statusLater
		}
		return s.send(pdu{command: p.command | response, status: status, seq: p.seq, body: []byte{0}})
	case enquireLink, unbind:
		err := s.send(pdu{command: p.command | response, seq: p.seq})
		if p.command == unbind && err == nil {
			err = errors.New("the carrier hung up")
		}
		return err
	}
	return s.send(pdu{command: genericNack, status: statusUnknownID, seq: p.seq})
}
