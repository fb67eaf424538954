package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// TestOversight: a judge writes down in two clicks that someone asked, a
// colleague says why he opens a case, the discipline office reads, and Ms Jia
// sees who has looked at hers.
func TestOversight(t *testing.T) {
	for _, x := range []device{phone, desk, noScriptPhone} {
		t.Run(x.name, func(t *testing.T) { oversight(t, open(t, x)) })
	}
}

func oversight(t *testing.T, b *tab) {
	on := "-oversight-" + b.name
	b.goTo("/demo").click("周明远").sound("desk" + on)
	page := regexp.MustCompile(`/casebook/[0-9a-f-]{36}`)
	jia := b.walkedCase(page)
	b.goTo(jia).see("有人过问这个案件", "谁看过本案").sound("case" + on)
	b.click("记一笔").see("谁也看不到这份记录", "人民法院组织法第五十二条").sound("form" + on)
	b.click("记下来").see("有几处要改").sound("refused" + on)
	b.fill("who", "牛某某"+b.name).fill("content", "问什么时候开庭。")
	for _, v := range []string{"other", "call", "refused"} {
		b.push(b.MustElement("[value=" + v + "]"))
	}
	b.click("记下来").see("已经记下", "牛某某"+b.name).sound("record" + on)
	record := strings.TrimPrefix(b.MustInfo().URL, b.base)
	b.goTo("/oversight").sound("home" + on)
	b.click("我写的记录").see("牛某某").sound("mine" + on)
	b.goTo("/oversight").click("我的季度报告").see("季度报告", "衡水市中级人民法院").sound("quarter" + on)

	b.goTo("/demo").click("院长").goTo(jia).hide("牛某某")
	b.goTo(record).see("没找到").hide("牛某某")

	b.goTo("/demo").click("督察，看过问记录").goTo("/oversight").see("督察部门").sound("office" + on)
	b.click("全部记录").see("牛某某"+b.name, "马某某").sound("records" + on)
	b.goTo("/oversight/summary").see("汇总", "合计", "没有交").hide("牛某某").sound("summary" + on)
	b.goTo("/oversight").click("谁交了季度报告").see("交了", "还没有交", "赵一鸣", "周明远").hide("牛某某").sound("reports" + on)
	b.goTo("/oversight/watch").see("这不是结论").sound("watch" + on)
	if b.name != phone.name { // for a day it is open to this one
		return
	}
	b.goTo(jia).see("没找到").click("说明理由后打开").see("当事人都看得到").sound("basis" + on)
	b.push(b.MustElement("[value=other]"))
	b.fill("words", "当事人打电话反映办案太慢。").click("打开案件").see("案件情况", "可以看 24 小时")

	b.goTo("/demo").click("原告，专利案").goTo(jia).see("谁看过我的案件", "协助承办法官").hide("其他公务").sound("jia" + on)
	b.click("看完整名单").see("觉得不该看的").sound("readers" + on)
}

// walkedCase is the case of the story, as its judge's desk leads to it.
func (b *tab) walkedCase(page *regexp.Regexp) string {
	b.t.Helper()
	b.goTo("/casebook?q=贾若兰")
	return page.FindString(b.MustHTML())
}
