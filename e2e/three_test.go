package e2e

import (
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"mashang/demo"
	"mashang/platform/clock"
)

// TestThreeDefendants: one judgment goes to three. The first confirmed his
// address and has it at once; of the second's nothing is known but that it is
// his, and it is served when he opens it; the third's number is dead: post, a
// visit with a photograph, a public notice. Each has a day of his own, a rule
// and an end of the time to appeal, and sees how it was reckoned.
func TestThreeDefendants(t *testing.T) {
	base, clk, err := serve(demo.Tell)
	if err != nil {
		t.Fatal(err)
	}
	first, second, d := openAt(t, phone, base), openAt(t, phone, base), openAt(t, desk, base)
	clerk, today := "书记员，判决书做好了，等他送", func() string { return clk.Now().In(clock.Shanghai).Format(time.DateOnly) }
	d.as(clerk)
	id := regexp.MustCompile(`/delivery/([0-9a-f-]{36})/send`).FindStringSubmatch(d.MustInfo().URL)[1]
	page := "/casebook/" + id
	d.goTo("/desk").see("等您送的文书", "民事判决书 等 4 份").sound("three-desk")
	d.click("民事判决书 等 4 份").see("他会收到什么", "发到：", "发出去").sound("three-send-desk")
	third := d.MustEval(`() => [...document.querySelectorAll("main section h2")].map(h => h.textContent).filter(s => s.startsWith("被告")).at(-1).slice(3)`).Str()
	d.goTo("/delivery/" + id + "/send").click("发出去") // to each as he can be reached
	d.later(page, "已送达", "等着打开", "没送到").sound("three-sent-desk")

	first.as("第一个被告").later(page, "民事判决书", "已送达", "对判决上诉", "这一天怎么算出来的").sound("three-first-phone")
	first.hide("等着打开", "没送到")
	second.as("第二个被告").see("您还没有打开").sound("three-second-phone")
	second.click("去收这份文书").see("只看到这一页，不算打开").sound("three-receive-phone")
	d.later(page, "等着打开") // a page that was looked at is nothing

	clk.Add(26 * time.Hour)
	second.as("第二个被告").click("去收这份文书").click("^打开$").see("民事判决书")
	second.later(page, "已送达", "推定", "对判决上诉").sound("three-opened-phone")

	clk.Add(24 * time.Hour)
	d.as(clerk).goTo("/desk").see("没有送到的文书", "下一步：直接送达").click("民事判决书，给").see("空号", "这个地址收不到").sound("three-bounced-desk")
	course := regexp.MustCompile(`/delivery/.*$`).FindString(d.MustInfo().URL)
	byHand := func(way string, more func()) {
		d.goTo("/delivery/"+id+"/hand").pick(`民事判决书(.|\n)*`+third).pick("^"+way).fill("on", today())
		d.MustElement("[name=scan]").MustSetFiles(photo(t))
		more()
		d.click("^登记$").see("走到哪一步了")
	}
	byHand("邮寄", func() { d.fill("number", "EMS900000002") })
	clk.Add(5 * 24 * time.Hour)
	d.as(clerk).goTo(course).MustElementR("summary", "登记结果").MustClick()
	d.pick("^退回来了").pick("^没有人在，也联系不上").fill("on", today()).sound("three-returned-desk")
	d.after(func() { d.MustElementR("button", "^登记结果$").MustClick() }).see("结果登记好了")
	d.goTo(course).see("退回的原因不是他造成的，不算送达", "下一步可以用的方式：直接送达")
	byHand("上门，没有送到", func() { d.fill("who", "他的住所").fill("reason", "门锁着，邻居说半年没有见过他") })
	d.goTo(course).see("上门没有送到", "看回证或者照片")
	byHand("公告", func() {
		d.fill("who", "本院公告栏").fill("reason", "下落不明").fill("course", "短信是空号，邮寄退回，上门没有人").pick("他下落不明")
	})
	second.goTo("/delivery/notices").see("第 0 天").sound("three-notice-phone")
	clk.Add(31 * 24 * time.Hour)
	second.later("/delivery/notices", "视为送达")
	d.as(clerk).later(course, "从第二天起算 30 天", "民事诉讼法第九十五条", "民诉法解释第一百三十八条").sound("three-course-desk")
	d.goTo(page).see("本院网站，推定的", "公告送达").sound("three-served-desk")

	// Three days of service, three ends of the time to appeal.
	days := map[string]bool{}
	for _, m := range regexp.MustCompile(`(\d+年)?\d+月\d+日送达`).FindAllString(d.MustElement("main").MustText(), -1) {
		days[m] = true
	}
	if len(days) < 3 {
		t.Errorf("the judgment was served on %v", days)
	}
	if got := filepath.Base(d.MustInfo().URL); got != id {
		t.Errorf("at %s", got)
	}
}
