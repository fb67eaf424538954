package smpp

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"mashang/platform/notify/smpp/smpptest"
)

var quick = waits{answer: 500 * time.Millisecond, idle: 50 * time.Millisecond, first: 20 * time.Millisecond, most: 100 * time.Millisecond}

// line is a client to the center; receipts come out of the channel, and the
// first of each is refused if sour.
func line(t *testing.T, c *smpptest.Center, password string, sour bool) (*Client, chan Receipt) {
	t.Helper()
	u, err := url.Parse("smpp://court:" + password + "@" + c.Addr().String() + "?from=106900")
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan Receipt, 10)
	k := create(u, func(_ context.Context, r Receipt) error {
		if sour {
			sour = false
			return errors.New("the database is away")
		}
		out <- r
		return nil
	}, quick)
	t.Cleanup(k.Close)
	return k, out
}

// until waits for the line to be bound, and what must be true to become so.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 300 {
		if f() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(what)
}

// TestSubmit: a text comes to the phone as it was written, in one part or in
// several, and each is to be answered by a receipt.
func TestSubmit(t *testing.T) {
	long := strings.Repeat("您好，案件明天上午九点开庭。", 5) + strings.Repeat("𠮷", 60)
	for _, x := range []struct {
		text  string
		parts int
	}{{"您好", 1}, {strings.Repeat("字", 70), 1}, {strings.Repeat("字", 71), 2}, {strings.Repeat("字", 66) + "𠮷" + strings.Repeat("字", 20), 2}, {long, 3}} {
		c := smpptest.New(t)
		k, _ := line(t, c, "secret", false)
		ids, err := k.Submit(t.Context(), "13900001234", x.text)
		if err != nil || len(ids) != x.parts || len(c.Parts) != x.parts || c.Text() != x.text {
			t.Errorf("%d characters: %v %v, %d parts, %q", len([]rune(x.text)), ids, err, len(c.Parts), c.Text())
		}
		for _, w := range c.Want {
			if w != 1 {
				t.Errorf("registered_delivery %d", w)
			}
		}
		if ids[0] != "AB0001" { // as the receipt will have it: no zeros before, one case
			t.Errorf("id %q", ids[0])
		}
	}
}

// TestReceipts: what the carrier says is understood in both of its forms, is
// said again when it could not be kept, and what is no receipt is no receipt.
func TestReceipts(t *testing.T) {
	c := smpptest.New(t)
	k, out := line(t, c, "secret", true)
	k.Start()
	until(t, "no line", func() bool { c.Lock(); defer c.Unlock(); return len(c.Live) == 1 })
	answered := func(status uint32) {
		t.Helper()
		select {
		case r := <-c.Resp:
			if r[0] != 0x80000005 || r[1] != status {
				t.Errorf("answered %x, want status %x", r, status)
			}
		case <-time.After(3 * time.Second):
			t.Fatal("no answer")
		}
	}
	const words = "id:00AB01 sub:001 dlvrd:001 submit date:2603020900 done date:2603020901 stat:DELIVRD err:000 text:"
	c.Tell(4, words, "")
	answered(0x64)
	c.Tell(4, words, "")
	answered(0)
	if r := <-out; r.ID != "AB01" || !r.Delivered() || r.Failed() || r.Code != "000" {
		t.Errorf("%+v", r)
	}
	c.Tell(4, "", "\x00\x1e\x00\x05ab02\x00\x04\x27\x00\x01\x05")
	answered(0)
	if r := <-out; r.ID != "AB02" || r.Delivered() || !r.Failed() || r.State != "UNDELIV" {
		t.Errorf("%+v", r)
	}
	c.Tell(4, "id:AB03 stat:ACCEPTD", "")
	answered(0)
	if r := <-out; r.Delivered() || r.Failed() {
		t.Errorf("%+v", r)
	}
	c.Tell(0, "id:AB04 stat:DELIVRD", "") // what somebody wrote from his phone
	answered(0)
	c.Lock()
	smpptest.Send(c.Live[0], 0x103, 0, 9, "")
	c.Unlock()
	if r := <-c.Resp; r[0] != 0x80000000 || r[1] != 3 {
		t.Errorf("an unknown command is answered %x", r)
	}
	if len(out) != 0 {
		t.Errorf("%+v", <-out)
	}
}

// TestLine: no answer is neither yes nor no; a line that breaks, or is dead,
// comes back; a wrong password is no line.
func TestLine(t *testing.T) {
	c := smpptest.New(t)
	k, _ := line(t, c, "secret", false)
	submit := func(text string) error {
		_, err := k.Submit(t.Context(), "13900001234", text)
		return err
	}
	if err := submit("一"); err != nil {
		t.Fatal(err)
	}
	set := func(f func()) { c.Lock(); defer c.Unlock(); f() }
	again := func() {
		t.Helper()
		until(t, "the line does not come back", func() bool { return submit("又") == nil })
	}
	set(func() { c.Mute = len(c.Parts) + 1 })
	if err := submit("二"); !errors.Is(err, ErrLost) {
		t.Errorf("cut before the answer: %v", err)
	}
	set(func() { c.Mute = 0 })
	again()
	set(func() { c.Mute = len(c.Parts) + 2 })
	if err := submit(strings.Repeat("长", 100)); !errors.Is(err, ErrLost) {
		t.Errorf("cut between two parts: %v", err)
	}
	set(func() { c.Mute = 0 })
	again()
	for status, final := range map[uint32]bool{0x58: false, 0x14: false, 0x08: false, 0x0B: true, 0x45: true} {
		set(func() { c.Status = status })
		var r Refused
		if err := submit("三"); !errors.As(err, &r) || r.Final() != final || errors.Is(err, ErrLost) {
			t.Errorf("status %x: %v", status, err)
		}
	}
	set(func() { c.Status = 0; c.Deaf = true })
	binds := 0
	set(func() { binds = c.Binds })
	until(t, "a dead line is kept", func() bool { c.Lock(); defer c.Unlock(); return c.Links > 0 && c.Binds > binds })
	set(func() { c.Deaf = false })
	again()
	set(func() { // garbage
		_, _ = c.Live[len(c.Live)-1].Write([]byte("\xff\xff\xff\xffHTTP/1.1 200 OK\r\n\r\n"))
	})
	time.Sleep(50 * time.Millisecond)
	again()

	bad, _ := line(t, c, "wrong", false)
	if _, err := bad.Submit(t.Context(), "13900001234", "四"); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("a wrong password: %v", err)
	}
	down := smpptest.New(t)
	_ = down.Close()
	off, _ := line(t, down, "secret", false)
	until(t, "no carrier, and something was said of it", func() bool {
		_, err := off.Submit(t.Context(), "13900001234", "五")
		return err != nil && !errors.Is(err, ErrLost)
	})
}

// FuzzRead: whatever the other side sends, it is read or refused.
func FuzzRead(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x1eabcd\x00id:1 stat:DELIVRD"))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x08\xff\xff\xffid:1\xff"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _, _ = receipt(b)
		_, _ = read(strings.NewReader(string(b)))
	})
}
