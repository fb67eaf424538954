// Package bus passes messages over NATS with JetStream: what is published is
// kept by the server before Publish returns, and what is fetched comes again
// until it is acknowledged. A message has an id; published twice, it is one.
package bus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Root is what every subject begins with.
const Root = "mashang"

const (
	wait   = 5 * time.Second
	stream = "MASHANG"
	window = 24 * time.Hour // within which an id is known
)

// Bus is a server, reached when it is first needed: a court starts, and works,
// while its bus is away.
type Bus struct {
	url string
	mu  sync.Mutex
	nc  *nats.Conn
	js  jetstream.JetStream
}

// New returns a bus; an empty URL is none.
func New(url string) *Bus { return &Bus{url: url} }

// There reports whether there is a bus at all.
func (b *Bus) There() bool { return b.url != "" }

// Close leaves the server.
func (b *Bus) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.nc != nil {
		b.nc.Close()
		b.nc = nil
	}
}

func (b *Bus) connect(ctx context.Context, subject string) (jetstream.JetStream, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.There() {
		return nil, errors.New("bus: none is configured")
	}
	if b.nc == nil {
		nc, err := nats.Connect(b.url, nats.Name("mashang"), nats.Timeout(wait), nats.MaxReconnects(-1))
		var u *url.Error
		if errors.As(err, &u) { // the address holds a password, and what failed is logged
			err = u.Err
		}
		if err != nil {
			return nil, fmt.Errorf("bus: %w", err)
		}
		js, err := jetstream.New(nc)
		if err != nil {
			nc.Close()
			return nil, fmt.Errorf("bus: %w", err)
		}
		b.nc, b.js = nc, js
	}
	// A stream that an operator made for these subjects is used as it is.
	_, err := b.js.StreamNameBySubject(ctx, subject)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = b.js.CreateStream(ctx, jetstream.StreamConfig{Name: stream, Subjects: []string{Root + ".>"}, Duplicates: window})
	}
	return b.js, err
}

// Publish hands a message over; it returns when the server has kept it.
func (b *Bus) Publish(ctx context.Context, subject, id string, h http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	js, err := b.connect(ctx, subject)
	if err != nil {
		return err
	}
	_, err = js.PublishMsg(ctx, &nats.Msg{Subject: subject, Header: nats.Header(h), Data: body}, jetstream.WithMsgID(id))
	if err != nil {
		err = fmt.Errorf("bus: %w", err)
	}
	return err
}

// Message is one that was fetched.
type Message struct {
	Header http.Header
	Body   []byte
	ack    func() error
}

// Done tells the server that the message need not come again.
func (m Message) Done() error { return m.ack() }

// Fetch returns at most n messages that wait on a subject. name is the
// reader's; where it was is kept by the server.
func (b *Bus) Fetch(ctx context.Context, subject, name string, n int) (out []Message, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	js, err := b.connect(ctx, subject)
	if err != nil {
		return nil, err
	}
	in, err := js.StreamNameBySubject(ctx, subject)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	c, err := js.CreateOrUpdateConsumer(ctx, in, jetstream.ConsumerConfig{Durable: name, FilterSubject: subject, AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Minute})
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	batch, err := c.FetchNoWait(n)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	for m := range batch.Messages() {
		h := http.Header{}
		for k, vs := range m.Headers() { // senders write names of headers as they like
			for _, v := range vs {
				h.Add(k, v)
			}
		}
		out = append(out, Message{Header: h, Body: m.Data(), ack: m.Ack})
	}
	return out, batch.Error()
}
