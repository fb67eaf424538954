package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// Commands (SMPP 3.4, 5.1.2.1) that a transceiver needs.
const (
	bindTransceiver = 0x00000009
	submitSM        = 0x00000004
	deliverSM       = 0x00000005
	unbind          = 0x00000006
	enquireLink     = 0x00000015
	genericNack     = 0x80000000
	response        = 0x80000000
)

// Statuses (5.1.3) that are looked at; whatever else is not 0 is final.
const (
	statusOK        = 0
	statusSystem    = 0x08
	statusQueueFull = 0x14
	statusThrottled = 0x58
	statusLater     = 0x64 // RX_T_APPN: we can't take it now, send it again
	statusUnknownID = 0x03 // invalid command
)

// Optional parameters (5.3.2) that are read.
const (
	tagReceiptedID = 0x001E
	tagState       = 0x0427
)

const (
	most      = 64 << 10 // of one PDU
	ucs2      = 0x08
	withUDH   = 0x40
	isReceipt = 0x04
)

// pdu is one message of the protocol.
type pdu struct {
	command, status, seq uint32
	body                 []byte
}

func (p pdu) bytes() []byte {
	b := make([]byte, 16, 16+len(p.body))
	binary.BigEndian.PutUint32(b, uint32(16+len(p.body)))
	binary.BigEndian.PutUint32(b[4:], p.command)
	binary.BigEndian.PutUint32(b[8:], p.status)
	binary.BigEndian.PutUint32(b[12:], p.seq)
	return append(b, p.body...)
}

// read takes one PDU from a line. A length that can't be is the end of it.
func read(r io.Reader) (p pdu, err error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return p, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 16 || n > most {
		return p, fmt.Errorf("smpp: a PDU of %d bytes", n)
	}
	p.command, p.status, p.seq = binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
	p.body = make([]byte, n-16)
	_, err = io.ReadFull(r, p.body)
	return p, err
}

// cstring writes a string that ends with a zero.
func cstring(b *bytes.Buffer, s string) {
	b.WriteString(strings.ReplaceAll(s, "\x00", ""))
	b.WriteByte(0)
}

var errShort = errors.New("smpp: a PDU ends too early")

// fields reads what a PDU consists of, one after another.
type fields struct {
	left []byte
	err  error
}

func (f *fields) text() string {
	s, rest, ok := bytes.Cut(f.left, []byte{0})
	if !ok {
		f.err, f.left = errShort, nil
		return ""
	}
	f.left = rest
	return string(s)
}

func (f *fields) take(n int) []byte {
	if n > len(f.left) {
		f.err, f.left = errShort, nil
		return make([]byte, n)
	}
	out := f.left[:n]
	f.left = f.left[n:]
	return out
}

func (f *fields) octet() byte { return f.take(1)[0] }

// options reads the optional parameters to the end.
func (f *fields) options() map[uint16][]byte {
	out := map[uint16][]byte{}
	for len(f.left) >= 4 && f.err == nil {
		tag, n := binary.BigEndian.Uint16(f.left), int(binary.BigEndian.Uint16(f.left[2:]))
		f.take(4)
		out[tag] = f.take(n)
	}
	return out
}

func bindBody(user, password string) []byte {
	var b bytes.Buffer
	cstring(&b, user)
	cstring(&b, password)
	cstring(&b, "")                // system_type
	b.Write([]byte{0x34, 0, 0, 0}) // interface_version, addr_ton, addr_npi, and an empty address_range
	return b.Bytes()
}

// submitBody is one part of a message (4.4.1), with a receipt asked for,
// whether it arrives or not.
func submitBody(from, to string, text []byte, esm byte) []byte {
	var b bytes.Buffer
	cstring(&b, "")            // service_type
	b.Write([]byte{0, 0})      // source_addr_ton, _npi
	cstring(&b, from)          //
	b.Write([]byte{0, 1})      // dest_addr_ton, _npi: a telephone number
	cstring(&b, to)            //
	b.Write([]byte{esm, 0, 0}) // esm_class, protocol_id, priority_flag
	cstring(&b, "")            // schedule_delivery_time: at once
	cstring(&b, "")            // validity_period: the carrier's own
	b.Write([]byte{1, 0, ucs2, 0, byte(len(text))})
	b.Write(text)
	return b.Bytes()
}

// Lengths of a part in UTF-16 units: alone, and beside a header of six bytes.
const (
	alone  = 70
	beside = 67
)

// parts cuts a text into what one short message each can hold, in UCS-2, with
// the header by which a phone puts them together. No character is cut in two.
func parts(text string, ref byte) [][]byte {
	u := utf16.Encode([]rune(text))
	if len(u) <= alone {
		return [][]byte{wide(u)}
	}
	var cut [][]uint16
	for len(u) > 0 {
		n := min(beside, len(u))
		if n < len(u) && utf16.IsSurrogate(rune(u[n])) && u[n] >= 0xDC00 {
			n--
		}
		cut, u = append(cut, u[:n]), u[n:]
	}
	var out [][]byte
	for i, c := range cut {
		out = append(out, append([]byte{5, 0, 3, ref, byte(len(cut)), byte(i + 1)}, wide(c)...))
	}
	return out
}

func wide(u []uint16) []byte {
	b := make([]byte, 0, 2*len(u))
	for _, x := range u {
		b = binary.BigEndian.AppendUint16(b, x)
	}
	return b
}

// Receipt is what a carrier says of one part (appendix B).
type Receipt struct {
	ID    string // its number for it
	State string // DELIVRD, EXPIRED, …
	Code  string // err of the carrier's network
}

// states are the words for the numbers of message_state (5.2.28).
var states = map[byte]string{1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD"}

// Delivered reports whether the phone took it.
func (r Receipt) Delivered() bool { return r.State == "DELIVRD" }

// Failed reports whether it will never arrive. UNKNOWN and ACCEPTD are neither:
// nobody says that the phone has it.
func (r Receipt) Failed() bool {
	return r.State == "EXPIRED" || r.State == "DELETED" || r.State == "UNDELIV" || r.State == "REJECTD"
}

// Says is a receipt in words.
func (r Receipt) Says() string { return strings.TrimSpace(r.State + " " + r.Code) }

// receipt reads a deliver_sm. ok is false for what is no receipt: a message
// that somebody wrote.
func receipt(body []byte) (r Receipt, ok bool, err error) {
	f := &fields{left: body}
	f.text()
	f.take(2)
	f.text()
	f.take(2)
	f.text()
	esm := f.octet()
	f.take(2)
	f.text()
	f.text()
	f.take(4)
	text := string(f.take(int(f.octet())))
	opt := f.options()
	if f.err != nil || esm&0x3C != isReceipt {
		return r, false, f.err
	}
	r = Receipt{ID: word(text, "id:"), State: strings.ToUpper(word(text, "stat:")), Code: word(text, "err:")}
	if x := opt[tagReceiptedID]; len(x) > 0 {
		r.ID = strings.TrimRight(string(x), "\x00")
	}
	if x := opt[tagState]; len(x) == 1 && states[x[0]] != "" {
		r.State = states[x[0]]
	}
	r.ID = number(r.ID)
	return r, r.ID != "", nil
}

// word is what follows a name in a receipt's text, to the next blank.
func word(text, name string) string {
	for i := 0; i+len(name) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(name)], name) {
			w, _, _ := strings.Cut(text[i+len(name):], " ")
			return w
		}
	}
	return ""
}

// number is a carrier's number in one spelling: some write it one way when they
// take a message, and another in its receipt.
func number(id string) string {
	id = strings.ToUpper(strings.Join(strings.Fields(id), ""))
	if short := strings.TrimLeft(id, "0"); short != "" {
		return short
	}
	return id
}
