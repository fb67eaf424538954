package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestVoices: Ms Jia says an opinion, is answered, rates how; rates the service
// of a step; complains about the judge, who sees none of it, and the office
// answers. On a phone, at a desk, and where no script runs.
func TestVoices(t *testing.T) {
	for _, x := range []device{phone, desk, noScriptPhone} {
		t.Run(x.name, func(t *testing.T) { voices(t, open(t, x)) })
	}
}

func voices(t *testing.T, b *tab) {
	on, mark := "-voices-"+b.name, "第"+b.name+"回"
	b.goTo("/demo").click("周明远")
	jia := b.walkedCase(regexp.MustCompile(`/casebook/[0-9a-f-]{36}`))

	b.goTo("/demo").click("原告，专利案").goTo(jia).see("对办案的人有意见")
	b.click("写给法官").see("提一条意见").click("提一条意见").see("5 个工作日内回您").sound("opinion" + on)
	if !b.plain && b.MustEval(`() => document.querySelector('label[for=f-text]').getBoundingClientRect().top`).Num() < 0 {
		b.t.Error("a link to a box leaves what it is for out of sight")
	}
	b.fill("text", mark+"开庭的日子能不能早点说？").click("发送").see("发出去了", mark)
	b.goTo("/demo").click("周明远").see("提了意见").click(mark).see("提了意见", "他发来的是证据").sound("answer" + on)
	b.fill("text", mark+"排好就打电话。").click("发出答复").see("答复发出去了")
	b.goTo("/demo").click("原告，专利案").goTo(jia).click("看全部").see(mark+"排好就打电话。", "这样办，您满意吗").sound("rate" + on)
	b.click("^基本满意$").see("您评了“基本满意”", "谢谢")
	b.after(func() { b.push(b.MustElements(`a[href*="?again="]`).Last()) }).see("您原来写的：" + mark).sound("again" + on)
	b.fill("text", mark+"是打我的手机吗？")
	if !b.plain {
		big := filepath.Join(b.t.TempDir(), "录像.mp4") // too much is not sent on its way only to be refused
		if err := os.WriteFile(big, make([]byte, 51<<20), 0o600); err != nil {
			b.t.Fatal(err)
		}
		b.MustElement("[data-files]").MustSetFiles(big)
		b.MustElementR("button", "^发送$").MustClick()
		b.see("一共 51.0 MB，超过了 50.0 MB").sound("big" + on)
		b.MustElement("[data-files]").MustEval(`() => { this.value = ''; this.dispatchEvent(new Event('change')) }`)
		b.MustElementR("button", "录一段话").MustClick()
		b.MustWait(`() => /停（[1-9]/.test(document.querySelector('[data-files] ~ button').textContent)`)
		b.MustElementR("button", "说完了，停").MustClick()
		b.MustWait(`() => document.querySelector('[data-files]').files.length == 1`)
		b.see("录好了").sound("voice" + on)
	}
	b.click("发送").see("发出去了", mark+"是打我的手机吗？")
	if !b.plain { // that it went is said where the reader looks, and to who hears the page; what was spoken can be heard
		if !b.MustEval(`() => { const r = document.activeElement.getBoundingClientRect(); return document.activeElement.id === 'said' && r.top >= 0 && r.bottom <= innerHeight }`).Bool() {
			b.t.Error("that it was sent is out of sight")
		}
		b.see("录音1").MustEval(`() => new Promise((ok, no) => { const a = document.querySelector('audio'); a.oncanplay = ok; a.onerror = () => no(new Error('not heard')); a.preload = 'auto'; a.load() })`)
	}
	b.goTo("/demo").click("周明远").see("再问：提了意见").hide("基本满意")
	b.goTo("/demo").click("庭长，看得到过期").goTo("/onecode/delegate").see("谁的留言", "周明远").sound("delegate" + on)
	b.goTo("/onecode/"+jia[len("/casebook/"):]).click("换人答复").see("由谁答复", "期限照算").sound("route" + on)

	b.goTo("/demo").click("原告，专利案").goTo("/onecode/" + jia[len("/casebook/"):] + "/rate").see("评的是服务").sound("service" + on)
	if b.name == phone.name { // each step once
		b.click("^不满意$").see("谢谢")
	}
	b.goTo("/complaint/write/" + jia[len("/casebook/"):]).see("办案的人看不到").sound("complaint" + on)
	b.click("交上去").see("有几处要改").sound("complaint-refused" + on)
	b.fill("name", "某书记员").fill("text", mark+"电话一直没人接。").click("交上去").see("交上去了", mark).sound("complaint-mine" + on)
	b.click("我的投诉").see("最晚").sound("complaints" + on)

	b.goTo("/demo").click("周明远").hide("一份投诉", mark+"电话").goTo(jia).hide("一份投诉", "对办案的人有意见", mark+"电话")
	b.goTo("/demo").click("审管办，答复投诉").see("等您答复的投诉").sound("office-desk" + on)
	b.click("没回的").see("当事人的留言，谁还没回").hide(mark, "我在住院").sound("board" + on)
	if b.name == phone.name {
		b.goTo("/desk").click("有人对").see("他写的").sound("follow" + on)
	}
	b.goTo("/desk").click("一份投诉").sound("complaint-office" + on)
	b.fill("text", "已经核实，今天打电话给您。").click("发出答复").see("答复发出去了")
}
