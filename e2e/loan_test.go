package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mashang/demo"
	"mashang/platform/clock"
)

// later moves on to a page until it says all of the words: what a job does is
// there in a moment.
func (b *tab) later(path string, words ...string) *tab {
	b.t.Helper()
	for range 150 {
		b.goTo(path)
		text, missing := b.MustElement("body").MustText(), false
		for _, w := range words {
			missing = missing || !strings.Contains(text, w)
		}
		if !missing {
			return b
		}
		time.Sleep(200 * time.Millisecond)
	}
	return b.see(words...)
}

// as comes in as one of the people of the demo page.
func (b *tab) as(words string) *tab { b.t.Helper(); return b.goTo("/demo").click(words) }

// pick chooses by the words of a label.
func (b *tab) pick(words string) *tab {
	b.t.Helper()
	b.MustElementR("label", words).MustEval(`() => this.querySelector('input').click()`)
	return b
}

// TestLoan: a case of a people's tribunal ends by mediation. Both sides sign
// the record on their phones, one of them a thousand miles away, then judge and
// clerk; the statement is drawn from the record, signed and sealed with the
// seal of the court; it can't be left at a door, posted up or presumed; each
// side signs for it, and the last signature makes it effective.
func TestLoan(t *testing.T) {
	base, _, err := serve(demo.Tell)
	if err != nil {
		t.Fatal(err)
	}
	home, far, d := openAt(t, phone, base), openAt(t, phone, base), openAt(t, desk, base)

	home.as("杜春生").see("等您签名")
	page := "/casebook/" + filepath.Base(home.MustInfo().URL)
	home.sound("loan-case-phone")
	home.goTo("/signing").click("去看全文，签名").see("请在《调解笔录》上签名", "分六个月还给原告杜春生借款60000元")
	home.signs().see("签好了", "还有人没有签")
	far.as("罗小川").see("等您签名")
	far.signs().see("签好了").sound("loan-far-signed-phone")
	d.as("大何庄人民法庭法官").signs().see("签好了")
	d.as("书记员，最后签名").signs().see("签好了", "所有人都签了")

	id := filepath.Base(page)
	d.as("法官助理，照笔录写调解书").later(page, "出调解书").click("出调解书").sound("loan-statement-desk")
	if got := d.typed("fields.agreement"); !strings.Contains(got, "分六个月还给原告杜春生借款60000元") { // from the record
		t.Errorf("the agreement is %q", got)
	}
	d.fill("fields.facts", "被告向原告借款60000元，写有借条，到期没有还。")
	d.fill("fields.fee", "650")
	d.MustElement(`[name="fields.fee_shares.0"]`).MustSelectAllText().MustInput("罗小川")
	d.MustElement(`[name="fields.fee_shares.1"]`).MustSelectAllText().MustInput("650")
	d.pick("^签收后生效")
	d.click("检查，交去签发").see("等签发")
	d.as("大何庄人民法庭法官").goTo("/desk").click("民事调解书").see("草稿 没有签发", "经各方当事人签收后，即具有法律效力").sound("loan-approve-desk")
	d.click("签发").see("签发了")
	d.later("/signing", "民事调解书").signs().see("签好了")
	d.as("书记员，最后签名").later("/signing", "民事调解书").signs().see("所有人都签了")
	d.later(page, "民事调解书")

	// In no other way than into his hand, against his name.
	for way, article := range map[string]string{"留置，或者拒收": "民诉法解释第一百三十三条", "公告": "民事诉讼法第一百条"} {
		d.later("/delivery/"+id+"/hand", "民事调解书").pick("民事调解书").pick("^"+way).fill("on", time.Now().In(clock.Shanghai).Format(time.DateOnly)).fill("who", "本院公告栏")
		if way == "公告" {
			d.fill("reason", "找不到他").fill("course", "打电话没有人接")
		}
		d.MustElement("[name=scan]").MustSetFiles(photo(t))
		d.click("^登记$").see(article)
	}
	d.sound("loan-barred-desk")

	home.later("/signing", "送达回证").click("去看全文，签名").see("送给您的文书", "分六个月还给原告杜春生借款60000元", "（已经签名）", "本人用手机签收", "文书收到了").sound("loan-receipt-phone")
	home.hidden("衡水市中级人民法院") // the page speaks for the court of the case
	home.signs().see("签好了", "文书算送到您手里了")
	home.later(page, "民事调解书", "已送达")
	home.hidden("已生效")
	far.signs().see("签好了")
	far.later(page, "已生效").sound("loan-effective-phone")
	home.later(page, "已生效")

	// Whoever has the file sees whose seal is on it: the court's, not the tribunal's.
	link := regexp.MustCompile(`/papers/view/([0-9a-f-]{36})"[^>]*>民事调解书`).FindStringSubmatch(d.later(page, "已生效").MustHTML())
	if link == nil {
		t.Fatal("the statement is not on the case page")
	}
	file := filepath.Join(t.TempDir(), "调解书.pdf")
	statement := decode(t, d.fetch("/papers/file/"+link[1]))
	if err := os.WriteFile(file, statement, 0o600); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("MASHANG_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "statement.pdf"), statement, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	far.goTo("/signing/check").MustElement("[name=file]").MustSetFiles(file)
	far.click("^核对$").see("是真的，一个字都没有改过", "河北省安平县人民法院", "宋知远", "严小满", "本人签名").sound("loan-check-phone")
}

// photo is a file of a picture.
func photo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "照片.png")
	if err := os.WriteFile(path, decode(t, "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB4d8xfQAAAABJRU5ErkJggg=="), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fetch returns a file as this tab's person is given it, in base64.
func (b *tab) fetch(path string) string {
	b.t.Helper()
	return b.MustEval(`async path => {
		const r = await fetch(path); if (!r.ok) return ""
		const u = new Uint8Array(await r.arrayBuffer()); let s = ""
		for (const c of u) s += String.fromCharCode(c); return btoa(s)
	}`, path).Str()
}
