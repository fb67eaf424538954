// Package smpptest is the other end of SMPP for tests: a server that was written
// from the specification and shares nothing with the client.
package smpptest

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// Center is a carrier's end of the line, written from the specification and
// sharing nothing with the client: it reads bytes where the client has fields.
type Center struct {
	net.Listener
	t *testing.T

	sync.Mutex
	Parts  [][]byte // short_message of each submit_sm
	ESM    []byte
	Want   []byte                // registered_delivery
	Binds  int                   //
	Links  int                   // enquire_link that came
	Status uint32                // what the next submit_sm is answered
	Mute   int                   // from which submit_sm on none is answered, and the line cut
	Deaf   bool                  // enquire_link is not answered
	Live   []net.Conn            //
	Says   func(part int) string // the receipt that goes with a part, if any
	Resp   chan [2]uint32        // command and status of what answers us
}

// New opens one until the test ends.
func New(t *testing.T) *Center {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Center{Listener: l, t: t, Resp: make(chan [2]uint32, 100)}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return c
}

// Send writes one PDU.
func Send(w io.Writer, command, status, seq uint32, body string) {
	b := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
	for _, x := range []uint32{command, status, seq} {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	_, _ = w.Write(append(b, body...))
}

func (c *Center) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head)-16)
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		command, status, seq := binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
		if !c.one(conn, command, status, seq, body) {
			return
		}
	}
}

func (c *Center) one(conn net.Conn, command, status, seq uint32, body []byte) bool {
	c.Lock()
	defer c.Unlock()
	switch command {
	case 0x9:
		c.Binds++
		if !strings.HasPrefix(string(body), "court\x00secret\x00\x00\x34") {
			Send(conn, 0x80000009, 0x0E, seq, "")
			return true
		}
		c.Live = append(c.Live, conn)
		Send(conn, 0x80000009, 0, seq, "center\x00")
	case 0x4:
		f := strings.SplitN(string(body), "\x00", 2)[1] // behind service_type
		if len(f) < 2 || f[:2] != "\x00\x00" || !strings.HasPrefix(f[2:], "106900\x00\x00\x0113900001234\x00") {
			c.t.Errorf("addresses %q", f)
		}
		rest := []byte(f[2+len("106900\x00\x00\x0113900001234\x00"):])
		c.ESM, c.Want = append(c.ESM, rest[0]), append(c.Want, rest[5])
		if rest[7] != 8 || int(rest[9]) != len(rest)-10 || len(rest)-10 > 140 {
			c.t.Errorf("coding %d, length %d of %d", rest[7], rest[9], len(rest)-10)
		}
		c.Parts = append(c.Parts, rest[10:])
		if c.Mute > 0 && len(c.Parts) >= c.Mute {
			return false
		}
		if c.Status != 0 {
			Send(conn, 0x80000004, c.Status, seq, "")
			return true
		}
		number := hex.EncodeToString([]byte{0, 0xAB, byte(len(c.Parts) >> 8), byte(len(c.Parts))})
		if c.Says != nil { // it is quicker than its own answer
			Send(conn, 5, 0, 77, deliver(4, "id:"+number+" stat:"+c.Says(len(c.Parts)), ""))
		}
		Send(conn, 0x80000004, 0, seq, number+"\x00")
	case 0x15:
		if c.Links++; !c.Deaf {
			Send(conn, 0x80000015, 0, seq, "")
		}
	case 0x6:
		Send(conn, 0x80000006, 0, seq, "")
		return false
	default:
		if command&0x80000000 != 0 {
			select {
			case c.Resp <- [2]uint32{command, status}:
			default: // nobody looks
			}
			return true
		}
		c.t.Errorf("command %x", command)
	}
	return true
}

// Text puts the parts together as a phone does.
func (c *Center) Text() string {
	c.Lock()
	defer c.Unlock()
	var u []uint16
	for i, p := range c.Parts {
		if c.ESM[i] == 0x40 {
			if p[0] != 5 || p[1] != 0 || p[2] != 3 || p[3] != c.Parts[0][3] || int(p[4]) != len(c.Parts) || int(p[5]) != i+1 {
				c.t.Errorf("header % x", p[:6])
			}
			p = p[6:]
		}
		for j := 0; j+1 < len(p); j += 2 {
			u = append(u, binary.BigEndian.Uint16(p[j:]))
		}
		if last := u[len(u)-1]; utf16.IsSurrogate(rune(last)) && last < 0xDC00 {
			c.t.Error("a character is cut in two")
		}
	}
	return string(utf16.Decode(u))
}

// Tell sends a deliver_sm to the newest line.
func (c *Center) Tell(esm byte, text, options string) {
	c.Lock()
	defer c.Unlock()
	Send(c.Live[len(c.Live)-1], 5, 0, 77, deliver(esm, text, options))
}

// deliver is the body of a deliver_sm.
func deliver(esm byte, text, options string) string {
	return "\x00\x00\x0113900001234\x00\x00\x00106900\x00" + string([]byte{esm}) + "\x00\x00\x00\x00\x00\x00\x00\x00" + string([]byte{byte(len(text))}) + text + options
}
