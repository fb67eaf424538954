// Package egress calls addresses that an administrator typed, and cannot be
// led elsewhere: a name is resolved, the resolved address is judged, and that
// very address is dialled. No proxy, no redirect, little time, little answer.
//
// What a name says about itself counts for nothing, so the ways of writing an
// address (decimal, hexadecimal, mapped) and a name server that answers
// differently the second time change nothing: the judge sees what the socket
// is about to reach.
package egress

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Reach says how far a call may go beyond the public internet.
type Reach struct {
	Intranet bool          // private networks: the administrator said so for this target
	Loopback bool          // this machine: a demo, or a test
	Resolver *net.Resolver // nil: the system's
}

// ErrForbidden says that a name led where this call may not go.
var ErrForbidden = errors.New("egress: the address is not one that may be called")

const (
	wait      = 10 * time.Second // for everything together
	dialWait  = 5 * time.Second
	mostReply = 64 << 10
)

// never are the networks that no target is in, ticked or not: this network,
// link-local with the metadata service of a cloud, addresses that carry
// another address inside, several kinds of reserved ones.
var never = prefixes("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
	"100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128", "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "2001:db8::/32", "::/96")

// intranet are the networks of organisations.
var intranet = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")

var loopback = prefixes("127.0.0.0/8", "::1/128")

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Allows judges an address.
func (r Reach) Allows(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	switch {
	case within(a, loopback):
		return r.Loopback
	case !a.IsValid(), within(a, never):
		return false
	case within(a, intranet):
		return r.Intranet
	}
	return true
}

// Dialer returns a dialer that goes no further than r.
func (r Reach) Dialer() *net.Dialer {
	return &net.Dialer{Timeout: dialWait, Resolver: r.Resolver, Control: func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || !r.Allows(ap.Addr()) {
			return ErrForbidden
		}
		return nil
	}}
}

// Client returns a client that goes no further than r.
func (r Reach) Client() *http.Client {
	return &http.Client{
		Timeout: wait,
		Transport: &http.Transport{
			DialContext: r.Dialer().DialContext, TLSHandshakeTimeout: dialWait, ResponseHeaderTimeout: wait, MaxResponseHeaderBytes: mostReply,
			DisableKeepAlives: true, DisableCompression: true, // a packed reply may be larger than it looks
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Call sends a request and returns the status and the beginning of the reply.
func (r Reach) Call(req *http.Request) (status int, reply []byte, err error) {
	res, err := r.Client().Do(req)
	var u *url.Error
	if errors.As(err, &u) { // the address may hold a secret, and what failed is logged
		err = u.Err
	}
	if err != nil {
		return 0, nil, fmt.Errorf("egress: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	reply, err = io.ReadAll(io.LimitReader(res.Body, mostReply))
	return res.StatusCode, reply, err
}
