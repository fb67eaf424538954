package demo

import (
	"context"
	"strings"

	"mashang"
	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/notify"
)

// carrier is the telephone network of the demo: it carries nothing out of it,
// says at once that a phone took a message, and knows numbers that are dead.
type carrier struct{}

// dead are the last digits of a number that nobody has any more.
const dead = "0000"

// deadPhone is such a number.
var deadPhone = identity.FictionalPhone(99990000)

// Send takes a message.
func (carrier) Send(_ context.Context, m notify.Message) (notify.Report, error) {
	if strings.HasSuffix(m.Target, dead) {
		return notify.Report{State: notify.Failed, Said: "空号"}, nil
	}
	return notify.Report{State: notify.Delivered, Provider: "演示", Said: "手机收到了"}, nil
}

// carry lets the short messages of a demo be carried. What people bind rings on
// no phone: it stays in the outbox.
func carry(c *mashang.Court) {
	c.Kit.Notify.Find = func(_ *db.Tx, channel string) (notify.Gateway, error) {
		if channel == notify.SMS {
			return carrier{}, nil
		}
		return nil, nil
	}
}
