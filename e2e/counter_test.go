package e2e

import (
	"testing"

	"mashang/law/identity"
)

// TestSecondOfficer: in place of the phone that Ms Jia signs in with one officer
// puts no other. She finds it under her account, the second one on his desk.
func TestSecondOfficer(t *testing.T) {
	for _, dev := range []device{phone, desk} {
		b := open(t, dev)
		w := b.walk()
		b.goTo("/demo").click("韩雪")
		b.goTo("/account/counter").fill("name", w.name).fill("number", w.number).fill("phone", identity.FictionalPhone(990))
		b.MustElement(field("seen")).MustClick()
		b.click("^核实$").see("另一位同事")
		b.goTo("/demo").click("贾若兰")
		b.goTo("/account").see("等第二名工作人员核实", "不是我办的").sound("swap-told-" + dev.name)
		b.goTo("/demo").click("郭正").click("贾若兰换手机").see("再核实一遍", "韩雪").sound("swap-" + dev.name)
		b.fill("number", w.number).click("^核实，换成新的手机$").see("请先当面看过证件原件").sound("swap-errors-" + dev.name)
		b.click("^不同意$").see("没有换").hide("贾若兰换手机")
	}
}

// TestNotedAtTheWindow: a call is noted by the number of a case that the window
// does not see.
func TestNotedAtTheWindow(t *testing.T) {
	for _, dev := range []device{phone, desk} {
		b := open(t, dev)
		b.goTo("/demo").click("韩雪")
		b.goTo("/onecode/note").see("只能记，看不到案件").sound("note-" + dev.name)
		b.fill("number", "一号").click("^登记$").see("请填案号").sound("note-errors-" + dev.name)
		b.fill("number", "（2026）冀11民初99999号").fill("who", "路人").fill("text", "问开庭时间").click("^登记$").see("记下了")
	}
}
