package reach

import (
	"testing"

	"mashang/law/service"
)

// TestOneLine: what stands on an envelope is one line, whoever wrote it.
func TestOneLine(t *testing.T) {
	c := addressCmd{confirmCmd: confirmCmd{Post: "某街1号\n收件人：\t别人", Receiver: "王某\u2028会计", ReceiverAt: " 某街 3号 "}, Standing: service.Confirmed, ShownBy: "送达\n地址确认书"}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	if c.Post != "某街1号 收件人： 别人" || c.Receiver != "王某 会计" || c.ReceiverAt != "某街 3号" || c.ShownBy != "送达 地址确认书" {
		t.Errorf("%+v", c)
	}
}
