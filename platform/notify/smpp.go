package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/notify/smpp"
)

// phones are the lines to carriers of short messages that stay open: one for
// each address, so that receipts come in whether or not something is sent.
type phones struct {
	mu   sync.Mutex
	line *smpp.Client
	url  string
}

// Phones returns the gateway of short messages at an address: http(s), whose
// key signs, or smpp(s)://user:password@host:port?from=number, where the key is
// the password if the address has none.
func (n *Notifier) Phones(address, key string) (Gateway, error) {
	if !strings.HasPrefix(address, "smpp") {
		return HTTPSMS{URL: address, Key: key}, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("notify: smpp address: %w", err)
	}
	if _, has := u.User.Password(); !has {
		u.User = url.UserPassword(u.User.Username(), key)
	}
	n.phones.mu.Lock()
	defer n.phones.mu.Unlock()
	if n.phones.line == nil || n.phones.url != u.String() {
		if n.phones.line != nil {
			go n.phones.line.Close() // it says goodbye, and nobody waits for that
		}
		n.phones.line, n.phones.url = smpp.New(u, n.receipt), u.String()
	}
	return smppSMS{n.phones.line}, nil
}

// Run keeps the line to a carrier open while the house is, so that receipts come
// in though nothing is sent.
func (n *Notifier) Run(ctx context.Context) {
	for {
		var g Gateway
		err := n.db.Read(ctx, func(tx *db.Tx) (err error) {
			g, err = n.way(tx, SMS)
			return err
		})
		if s, ok := g.(smppSMS); ok && err == nil {
			s.line.Start()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Second):
		}
	}
}

// Close ends the lines that are open.
func (n *Notifier) Close() {
	n.phones.mu.Lock()
	defer n.phones.mu.Unlock()
	if n.phones.line != nil {
		n.phones.line.Close()
		n.phones.line = nil
	}
}

// smppSMS is a gateway over SMPP 3.4. It cannot be asked about a message by our
// id, only by the number that it gave, which is lost with the answer.
type smppSMS struct{ line *smpp.Client }

// Send submits the parts of a message.
func (g smppSMS) Send(ctx context.Context, m Message) (Report, error) {
	ids, err := g.line.Submit(ctx, m.Target, m.Text)
	var refused smpp.Refused
	switch {
	case errors.As(err, &refused) && refused.Final():
		return Report{}, fmt.Errorf("%w: %w", ErrRefused, err)
	case errors.Is(err, smpp.ErrLost):
		return Report{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	case err != nil:
		return Report{}, fault.Wrap(fault.Unavailable, "短信网关没有接受。", err)
	}
	return Report{State: Handed, Provider: strings.Join(ids, " ")}, nil
}

// receipt takes a receipt that came in over a line.
func (n *Notifier) receipt(ctx context.Context, r smpp.Receipt) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	state := Handed
	switch {
	case r.Delivered():
		state = Delivered
	case r.Failed():
		state = Failed
	}
	return n.part(ctx, r.ID, Report{State: state, Said: r.Says()})
}
