package egress_test

import (
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"mashang/platform/egress"
)

// canary counts the connections that reach this machine.
type canary struct {
	net.Listener
	n atomic.Int64
}

func newCanary(t *testing.T, network, address string) *canary {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	c := &canary{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.n.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return c
}

func (c *canary) port() string { _, p, _ := net.SplitHostPort(c.Addr().String()); return p }

func call(t *testing.T, r egress.Reach, target string) (int, []byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader("{}"))
	if err != nil {
		return 0, nil, err
	}
	return r.Call(req)
}

// TestNothingInside: whatever an address of this machine, of its network or of
// the cloud around it is written like, no connection is made.
func TestNothingInside(t *testing.T) {
	v4, v6 := newCanary(t, "tcp4", "0.0.0.0:0"), newCanary(t, "tcp6", "[::1]:0")
	hosts := []string{"127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.0.0.1.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "169.254.169.254", "[fe80::1]", "100.100.100.200"}
	for _, intranet := range []bool{false, true} {
		for _, h := range hosts {
			if _, _, err := call(t, egress.Reach{Intranet: intranet}, "http://"+h+":"+v4.port()+"/"); err == nil {
				t.Errorf("%s answered", h)
			}
		}
		for _, h := range []string{"[::1]", "[::]", "localhost"} {
			if _, _, err := call(t, egress.Reach{Intranet: intranet}, "http://"+h+":"+v6.port()+"/"); err == nil {
				t.Errorf("%s answered", h)
			}
		}
	}
	if n := v4.n.Load() + v6.n.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
	if _, _, err := call(t, egress.Reach{Loopback: true}, "http://127.0.0.1:"+v4.port()+"/"); err == nil || v4.n.Load() == 0 {
		t.Errorf("the canary is deaf: %v", err)
	}
}

// TestJudgement holds the judge against addresses one by one.
func TestJudgement(t *testing.T) {
	for a, want := range map[string][2]bool{ // without and with the tick
		"10.1.2.3": {false, true}, "172.31.0.1": {false, true}, "192.168.1.1": {false, true}, "100.64.0.1": {false, true}, "fd12::1": {false, true},
		"169.254.169.254": {}, "fe80::1%eth0": {}, "100.100.100.200": {}, "fd00:ec2::254": {}, "0.0.0.0": {}, "::": {}, "255.255.255.255": {}, "224.0.0.1": {}, "127.0.0.1": {}, "::1": {}, "::ffff:10.0.0.1": {false, true}, "2002:7f00:1::": {}, "64:ff9b::a00:1": {},
		"8.8.8.8": {true, true}, "172.32.0.1": {true, true}, "2400:3200::1": {true, true},
	} {
		addr := netip.MustParseAddr(a)
		if got := [2]bool{(egress.Reach{}).Allows(addr), (egress.Reach{Intranet: true}).Allows(addr)}; got != want {
			t.Errorf("%s: %v, want %v", a, got, want)
		}
	}
}

// TestNameServerThatChanges: a name that is public when it is looked at and
// this machine when it is called is not called.
func TestNameServerThatChanges(t *testing.T) {
	c := newCanary(t, "tcp4", "127.0.0.1:0")
	pc, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	var asked atomic.Int64
	go serveNames(pc, &asked)
	r := egress.Reach{Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}}
	ips, err := r.Resolver.LookupNetIP(t.Context(), "ip4", "changing.example.")
	if err != nil || !r.Allows(ips[0]) {
		t.Fatalf("%v %v", ips, err)
	}
	for range 3 {
		if _, _, err := call(t, r, "http://changing.example:"+c.port()+"/"); !errors.Is(err, egress.ErrForbidden) {
			t.Errorf("%v", err)
		}
	}
	if c.n.Load() != 0 || asked.Load() < 2 {
		t.Errorf("%d connections, %d questions", c.n.Load(), asked.Load())
	}
}

// serveNames answers the first question for an address with a public one, all
// later ones with this machine's.
func serveNames(pc net.PacketConn, asked *atomic.Int64) {
	b := make([]byte, 512)
	for {
		n, from, err := pc.ReadFrom(b)
		if err != nil {
			return
		}
		q := b[12:n]
		end := 0
		for q[end] != 0 {
			end += int(q[end]) + 1
		}
		kind := binary.BigEndian.Uint16(q[end+1:])
		question := q[:end+5]
		out := append([]byte{b[0], b[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
		if kind == 1 {
			out[7] = 1
			ip := []byte{127, 0, 0, 1}
			if asked.Add(1) == 1 {
				ip = []byte{8, 8, 8, 8}
			}
			out = append(append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), ip...)
		}
		_, _ = pc.WriteTo(out, from)
	}
}

// TestNoRedirect: a reply that leads on leads nowhere, and a long reply is cut.
func TestNoRedirect(t *testing.T) {
	c := newCanary(t, "tcp4", "127.0.0.1:0")
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chain":
			http.Redirect(w, r, srv.URL+"/further", http.StatusTemporaryRedirect)
		case "/further":
			http.Redirect(w, r, "http://127.0.0.1:"+c.port()+"/", http.StatusFound)
		case "/long":
			for range 100 {
				_, _ = w.Write(make([]byte, 10_000))
			}
		case "/headers":
			for i := range 2_000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1_000))
			}
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 10<<20))
			_ = z.Close()
		}
	}))
	defer srv.Close()
	for _, p := range []string{"/chain", "/further"} {
		if status, _, err := call(t, egress.Reach{Loopback: true}, srv.URL+p); err != nil || status/100 != 3 {
			t.Errorf("%s: %d %v", p, status, err)
		}
	}
	if c.n.Load() != 0 {
		t.Errorf("%d connections", c.n.Load())
	}
	if _, b, err := call(t, egress.Reach{Loopback: true}, srv.URL+"/long"); err != nil || len(b) != 64<<10 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, b, err := call(t, egress.Reach{Loopback: true}, srv.URL+"/packed"); err != nil || len(b) > 20_000 {
		t.Errorf("10 MB were unpacked to %d bytes, %v", len(b), err)
	}
	if _, _, err := call(t, egress.Reach{Loopback: true}, srv.URL+"/headers"); err == nil {
		t.Error("2 MB of headers were read")
	}
}

// TestSaysNothing: what failed is logged, and does not hold the address, in
// which a secret may be.
func TestSaysNothing(t *testing.T) {
	for _, target := range []string{"http://127.0.0.1:1/hook?key=SECRET", "http://10.0.0.1/SECRET", "http://nowhere.invalid/SECRET"} {
		if _, _, err := call(t, egress.Reach{Loopback: true}, target); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%v", err)
		}
	}
}
