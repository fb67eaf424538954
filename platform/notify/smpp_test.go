package notify_test

import (
	"strings"
	"testing"
	"time"

	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/notify"
	"mashang/platform/notify/smpp/smpptest"
)

// TestSMPP: a message in several parts has arrived when all of them have, and
// has not when one has not, though receipts come before the carrier's own
// answer; a line that is down leaves messages where they are.
func TestSMPP(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := smpptest.New(t)
		h := open(t, d, nil)
		t.Cleanup(h.n.Close)
		g, err := h.n.Phones("smpp://court@"+c.Addr().String()+"?from=106900", "secret")
		if err != nil {
			t.Fatal(err)
		}
		h.n.Use(notify.SMS, g)
		long := strings.Repeat("您好，案件明天上午九点开庭。", 6)
		post := func(words string, says func(int) string) string {
			c.Lock()
			c.Says = says
			c.Unlock()
			before := h.outbox(t)
			h.send(t, notify.SMS, "13900001234", words)
			ms := h.outbox(t)
			if len(ms) != len(before)+1 {
				t.Fatal("no message")
			}
			return ms[0].ID
		}
		wait := func(mid, want string) {
			t.Helper()
			for range 300 {
				if h.state(t, mid).State == want {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("%+v, want %s", h.state(t, mid), want)
		}
		first := len(c.Parts)
		wait(post(long, func(int) string { return "DELIVRD err:000" }), notify.Delivered)
		if n := len(c.Parts) - first; n != 2 {
			t.Errorf("%d parts", n)
		}
		wait(post(long, func(n int) string { return map[bool]string{true: "DELIVRD", false: "UNDELIV err:001"}[n%2 == 0] }), notify.Failed)
		one := post(long, nil)
		if m := h.state(t, one); m.State != notify.Handed || len(strings.Fields(m.Provider)) != 2 {
			t.Errorf("%+v", m)
		}
		for i, id := range strings.Fields(h.state(t, one).Provider) {
			if m := h.state(t, one); m.State != notify.Handed {
				t.Errorf("before part %d: %+v", i, m)
			}
			c.Tell(4, "id:"+id+" stat:DELIVRD err:000", "")
			<-c.Resp
		}
		wait(one, notify.Delivered)
		c.Lock()
		c.Status = 0x0B
		c.Unlock()
		if m := h.state(t, post("短", nil)); m.State != notify.Failed || !strings.Contains(m.Said, "0xb") {
			t.Errorf("refused for good: %+v", m)
		}
		c.Lock()
		c.Status = 0x58
		c.Unlock()
		if m := h.state(t, post("短", nil)); m.State != notify.Waiting {
			t.Errorf("throttled: %+v", m)
		}
		again := func(what string) { // the carrier counts from 1 anew
			t.Helper()
			c.Lock()
			c.Status, c.Parts = 0, nil
			c.Unlock()
			if m := h.state(t, post(long, nil)); m.State != notify.Handed {
				t.Errorf("%s: %+v", what, m)
			}
		}
		again("numbers of messages that arrived")
		if err := d.Do(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE notify_part SET message_id = '', state = 'delivered', at = at - 3600000`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		again("numbers of which a receipt came an hour ago")
	})
}
