package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// TestSign: a record of mediation is written at a desk; the plaintiff signs it
// with a finger on her phone, the judge and the clerk at theirs, each with a key
// that only their browser had; then it is issued, and anybody who holds the
// file learns who signed. In WeChat's browser the page says what to do instead.
func TestSign(t *testing.T) {
	site(t) // before the clocks of the tabs begin
	p, d := open(t, phone), open(t, desk)
	d.goTo("/demo").click("陈晓")
	page := d.walkedCase(regexp.MustCompile(`/casebook/[0-9a-f-]{36}`))
	id := filepath.Base(page)
	d.goTo("/papers/write/" + id + "?kind=mediation_record").see("当事人这边谁来签名").sound("sign-write-desk")
	draft := d.MustEval(`async id => {
		const by = [...document.querySelectorAll('[name=by]')].filter(e => e.closest('label').textContent.includes('贾若兰')).map(e => e.value)
		const r = await fetch('/api/v1/papers/write/' + id + '/save', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ kind: 'mediation_record', by, submit: true, fields: {
			began: '2026-03-03 08:00', ended: '2026-03-03 08:40', where: '网上调解室', present: ['原告贾若兰'], mediator: '周明远', willing: [['原告', '自愿。'], ['被告', '自愿。']],
			agreement: ['被告于三十日内付给贾若兰五万元，付至她名下的银行账户；', '贾若兰放弃其他诉讼请求。'], fee_says: '减半收取，由被告负担。', effect: '签收调解书后生效' } }) })
		const j = await r.json(); return j.state === 'checked' ? j.id : JSON.stringify(j)
	}`, id).Str()
	d.goTo("/demo").click("周明远").goTo("/papers/write/" + id + "/" + draft).click("签发").see("签发了")
	for range 50 {
		if d.goTo(page); strings.Contains(d.MustHTML(), "等签名的文书") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.see("等签名的文书", "要签 3 人，签了 0 人").goTo(regexp.MustCompile(`/signing/[0-9a-f-]{36}/round/[0-9a-f-]{36}`).FindString(d.MustHTML())).see("签到哪里了", "换到手机上签", "还没轮到").sound("sign-course-desk")

	p.goTo("/demo").click("原告，专利案").goTo(page).see("等您签名", "去签名").sound("sign-case-phone")
	p.goTo("/signing").see("等您签名的文书", "调解笔录").sound("sign-list-phone")
	p.click("去看全文，签名").see("请在《调解笔录》上签名", "付给贾若兰五万元", "用手指写您的名字").sound("sign-read-phone")
	sheet := strings.TrimPrefix(p.MustInfo().URL, p.base)
	open(t, wechat).goTo("/demo").click("原告，专利案").goTo(sheet).see("请在《调解笔录》上签名", "这个浏览器做不了签名", "不要在微信里打开", "法院窗口").sound("sign-wechat")
	p.hidden("这个浏览器做不了签名").MustElement("[data-ask]").MustClick()
	p.MustElementR("[data-wrong]", "请先写名字")
	p.draw()
	p.MustElement("[name=agreed]").MustEval(`() => this.click()`)
	p.sound("sign-drawn-phone")
	p.codeAndSign()
	p.see("签好了", "还有人没有签").sound("sign-done-phone")
	p.goTo("/signing").see("现在没有文书等您签名")

	d.goTo("/demo").click("周明远").goTo("/desk").see("等您签名的文书", "调解笔录").click("调解笔录")
	d.see("请在《调解笔录》上签名").MustElementR("button", "手不方便").MustClick()
	d.MustElement("[name=agreed]").MustEval(`() => this.click()`)
	d.sound("sign-plain-desk")
	d.codeAndSign()
	d.see("签好了")
	d.goTo("/demo").click("李倩").goTo("/signing").click("去看全文，签名")
	d.draw()
	d.MustElement("[name=agreed]").MustEval(`() => this.click()`)
	d.codeAndSign()
	d.see("签好了", "所有人都签了")

	link := regexp.MustCompile(`/papers/view/([0-9a-f-]{36})"[^>]*>调解笔录`)
	var file []byte
	for range 100 {
		d.goTo(page)
		m := link.FindStringSubmatch(d.MustHTML())
		if m == nil || strings.Contains(d.MustHTML(), "等签名的文书") {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		file = decode(t, d.fetch("/papers/file/"+m[1]))
		if len(file) > 0 {
			break
		}
	}
	path := filepath.Join(t.TempDir(), "笔录.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("MASHANG_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "signed.pdf"), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.goTo("/signing/check").MustElement("[name=file]").MustSetFiles(path)
	p.click("^核对$").see("是真的，一个字都没有改过", "贾若兰", "周明远", "李倩", "本人签名").sound("sign-check-phone")
}

// hidden fails if the words are shown.
func (b *tab) hidden(words string) *tab {
	b.t.Helper()
	if strings.Contains(b.MustElement("body").MustText(), words) {
		b.t.Errorf("%q is shown", words)
	}
	return b
}

// draw writes something on the pad.
func (b *tab) draw() {
	b.t.Helper()
	pad := b.MustElement("[data-pad]")
	pad.MustScrollIntoView()
	box := pad.MustShape().Box()
	m := b.Mouse
	m.MustMoveTo(box.X+box.Width*0.2, box.Y+box.Height*0.3).MustDown(proto.InputMouseButtonLeft)
	m.MustMoveTo(box.X+box.Width*0.5, box.Y+box.Height*0.7)
	m.MustMoveTo(box.X+box.Width*0.8, box.Y+box.Height*0.3).MustUp(proto.InputMouseButtonLeft)
	if n := b.MustEval(`() => document.querySelectorAll('[data-pad] path[d]').length`).Int(); n != 1 {
		b.t.Errorf("%d lines are drawn", n)
	}
}

// beside is another screen of the same court.
func (b *tab) beside() *tab {
	b.t.Helper()
	p := b.Browser().MustIncognito().MustPage("")
	b.t.Cleanup(func() { _ = p.Close() })
	return &tab{p.Timeout(time.Minute), b.t, b.base, device{name: "beside"}}
}

// signs signs the first paper that waits for a name: drawn, read, certified.
func (b *tab) signs() *tab {
	b.t.Helper()
	b.goTo("/signing").click("去看全文，签名")
	b.draw()
	b.MustElement("[name=agreed]").MustEval(`() => this.click()`)
	b.codeAndSign()
	return b
}

// codeAndSign asks for the code, reads it on another screen, and signs.
func (b *tab) codeAndSign() {
	b.t.Helper()
	b.MustElement("[data-ask]").MustClick()
	b.MustElement("[data-coded]:not(.hide)")
	b.fill("code", b.beside().smsCode())
	b.MustElement("[data-go]").MustClick()
	b.MustElement("[data-done]:not(.hide)")
}
