package e2e

import (
	"strings"
	"testing"
)

// TestConnect: the system administrator finds the way from his desk, takes a
// system in, sees its token once, says where to send, and sees what was sent and
// received. On a phone and at a desk, in light, dark and large type, without a
// fault of accessibility.
func TestConnect(t *testing.T) {
	for _, d := range []device{phone, desk} {
		t.Run(d.name, func(t *testing.T) {
			b := open(t, d)
			system := "审判流程系统" + d.name
			b.goTo("/demo").click("系统管理员")
			b.goTo("/desk").click("对接").see("接入一个系统").sound("connect-" + d.name)
			b.fill("name", system)
			b.after(func() { b.push(b.MustElement("form[action='/connect/system'] button.main")) }).see("只显示这一次").sound("connect-made-" + d.name)
			for name, begin := range map[string]string{"token": "ms_", "secret": "whsec_"} {
				b.push(b.MustElement("[data-copy=c-" + name + "]"))
				b.MustWait(`n => /复制好了/.test(document.getElementById(n).closest('.copied').textContent)`, "c-"+name)
				if got := b.MustElement("#c-" + name).MustEval(`() => this.value.slice(this.selectionStart, this.selectionEnd)`).Str(); !strings.HasPrefix(got, begin) {
					t.Errorf("%s: %q is selected", name, got)
				}
			}
			b.click("^对接说明$").see("Authorization: Bearer").sound("connect-guide-" + d.name)
			b.goTo("/connect/ways").push(b.MustElementR("summary", "补上，或者换一个"))
			b.click("^换上$").see("请选哪个系统", "最后一个是等号").sound("connect-key-" + d.name)
			b.goTo("/connect/ways").see("设一条路").sound("connect-way-" + d.name)
			b.MustElement("select[name=system]").MustSelect(system)
			b.fill("url", "https://169.254.169.254/")
			send := func() { b.push(b.MustElement("form[action='/connect/way'] button.main")) }
			b.after(send).see("这个地址不能送").sound("connect-refused-" + d.name)
			b.fill("url", "http://localhost:1/events")
			b.after(send).see("设好了", "没有积压").sound("connect-ways-" + d.name)
			b.goTo("/connect/letters").see("还没有消息").sound("connect-letters-" + d.name)
			b.goTo("/connect/received").see("还没有收到").sound("connect-received-" + d.name)
			if out := b.MustEval(`() => { const r = document.querySelector('.nav [aria-current]').getBoundingClientRect(); return r.left < 0 || r.right > innerWidth }`).Bool(); out {
				t.Error("where he is in the navigation is out of sight")
			}
			b.goTo("/connect").see("还没有用过").hide("ms_", "whsec_")
			for _, look := range []struct{ cookie, value string }{{"theme", "dark"}, {"size", "large"}} {
				b.MustEval(`(k, v) => { document.cookie = k + '=' + v + ';path=/' }`, look.cookie, look.value)
				b.goTo("/connect").sound("connect-" + look.value + "-" + d.name)
				b.goTo("/connect/ways").sound("connect-ways-" + look.value + "-" + d.name)
			}
		})
	}
}
