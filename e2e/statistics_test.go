package e2e

import "testing"

// TestStatistics: the president reads the court's figures, takes another
// period, goes from a figure to its cases and back, and reads how it is
// computed; a judge reads his own; anyone reads what is public. On a phone and
// at a desk, without a fault of accessibility.
func TestStatistics(t *testing.T) {
	for _, d := range []device{phone, desk} {
		t.Run(d.name, func(t *testing.T) {
			b := open(t, d)
			b.goTo("/demo").click("董志强")
			b.goTo("/desk").click("统计").see("新收", "旧存", "一审服判息诉率", "分子和分母", "没有数据", "和所辖各院", "各院", "故城").sound("statistics-area-" + d.name)
			b.click("本院").see("各庭").sound("statistics-" + d.name)
			b.click("全市两级法院").see("和所辖各院", "各院")
			follow := func(selector string) *tab {
				return b.after(func() { b.push(b.MustElement(selector)) })
			}
			follow("a[href*='figure=visitors'][href$='#chart']").see("码上通访客，逐月").look("大字").sound("statistics-months-large-" + d.name).look("大字")
			follow("a[href*='figure=accepting'][href$='#chart']").see("一审服判息诉率，逐月")
			follow("a[href*='/statistics/cases'][href*='figure=settling']").see("这里列的是", "共").sound("statistics-cases-" + d.name)
			b.click("看分母").see("民商事一审结案数").click("回到数").see("收案和结案")
			b.click("公式和口径").see("没有逐字核对", "口径不统一").sound("statistics-words-" + d.name)
			b.goTo("/demo").click("周明远")
			b.goTo("/statistics").see("周明远", "服务评价满意度").hide("各庭", "各位法官").sound("statistics-judge-" + d.name)
			b = open(t, d) // a stranger
			b.goTo("/statistics/public/冀11").see("只有全院的数", "太少，不公布").hide("周明远").sound("statistics-public-" + d.name)
		})
	}
}
