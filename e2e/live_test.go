package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// soon waits for something that comes by itself.
func (b *tab) soon(what, js string, args ...any) {
	b.t.Helper()
	for range 100 {
		if b.MustEval(js, args...).Bool() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatalf("%s: does not happen on %s", what, b.MustInfo().URL)
}

const (
	shows = `w => document.querySelector('main').innerText.includes(w)`
	says  = `w => document.querySelector('[data-live] [role=status]').textContent === w`
)

// TestLive: the judge answers, and the party's open page shows it and says so,
// without being loaded again. While she types nothing moves: one line says that
// there is something new, and what she typed stays.
func TestLive(t *testing.T) {
	d, p := open(t, desk), open(t, phone)
	d.goTo("/demo").click("周明远")
	jia := d.walkedCase(regexp.MustCompile(`/casebook/[0-9a-f-]{36}`))
	thread := "/onecode/" + strings.TrimPrefix(jia, "/casebook/")
	ask := func(b *tab, text string) {
		b.goTo("/demo").click("原告，专利案").goTo(thread).fill("text", text).click("发送").see("发出去了", text)
	}
	answer := func(question, text string) {
		d.goTo("/desk").click(question).fill("text", text).click("发出答复").see("答复发出去了")
	}

	ask(p, "自己会动吗")
	p.MustEval(`() => { window.same = 1 }`)
	answer("自己会动吗", "会动。")
	p.soon("the answer", shows, "会动。")
	p.soon("the sentence", says, "法官有新的答复")
	if p.MustEval(`() => document.activeElement !== document.body && document.activeElement.tagName`).String() == "BUTTON" {
		t.Error("the focus moved")
	}
	p.sound("live-" + p.name)

	ask(p, "写字的时候呢")
	p.MustEval(`() => { window.same = 1 }`)
	p.MustElement(field("text")).MustInput("还没写完的话")
	answer("写字的时候呢", "不动。")
	p.soon("the line", `() => !document.querySelector('[data-live] button').hidden`)
	if p.MustEval(shows, "不动。").Bool() {
		t.Error("the page moved while she typed")
	}
	p.sound("live-typing-" + p.name)
	p.MustElementR("button", "有新内容").MustClick()
	p.soon("the answer, asked for", shows, "不动。")
	if got := p.typed("text"); got != "还没写完的话" {
		t.Errorf("what she typed is %q", got)
	}
	if !p.MustEval(`() => window.same === 1`).Bool() {
		t.Error("the page was loaded again")
	}
	p.MustElement(field("text")).MustEval(`() => { this.value = ''; this.form.dataset.sent = '' }`)

	// The desk of the judge, and the case page.
	d.goTo("/desk")
	q := open(t, phone)
	ask(q, "工作台上看得到吗")
	d.soon("the desk", shows, "工作台上看得到吗")
	d.soon("the sentence of the desk", says, "工作台有新的事")
	q.goTo(jia)
	answer("工作台上看得到吗", "看得到的。")
	q.soon("the case page", shows, "看得到的。")

	// Signed out on another page: this one stops, and says so.
	q.MustEval(`async () => { await fetch('/account/leave', { method: 'POST' }) }`)
	q.soon("the end", `() => document.querySelector('[data-live] button').textContent.includes('不再自动更新')`)
}
