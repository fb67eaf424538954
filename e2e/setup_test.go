package e2e

import "testing"

// TestAdministrators: what the three administrators see and do, on both sizes.
func TestAdministrators(t *testing.T) {
	for _, d := range []device{phone, desk} {
		b := open(t, d)
		b.goTo("/demo").click("系统管理员").see("设置")
		b.goTo("/setup").see("做完这几样", "法院名片", "放假安排").sound("setup-" + d.name)
		b.goTo("/setup/court").see("网页顶上的名称").sound("setup-court-" + d.name)
		b.goTo("/setup/divisions").see("知识产权审判庭").sound("setup-divisions-" + d.name)
		b.goTo("/setup/staff").see("从表格导入").sound("setup-staff-" + d.name)
		b.goTo("/setup/gateways").see("往我的手机发一条短信").sound("setup-gateways-" + d.name)
		b.goTo("/setup/calendar").see("通知文号").sound("setup-calendar-" + d.name)
		b.fill("source", "国办发明电〔2026〕0号（演示）").fill("off", "1月1日至3日\n2月31日").click("先看看")
		b.see("有一处要改", "不存在的日子").sound("setup-calendar-wrong-" + d.name)
		b.fill("off", "1月1日至3日\n2月5日至11日\n5月1日至5日\n10月1日至7日").fill("work", "5月8日").click("先看看")
		b.see("没有错，载入", "5月8日").sound("setup-calendar-preview-" + d.name)
		b.goTo("/demo").click("安全管理员")
		b.goTo("/setup/posts").see("离任或调动").sound("setup-posts-" + d.name)
		b.MustElement("details summary").MustClick()
		b.sound("setup-posts-open-" + d.name)
		b.goTo("/setup/seals").see("河北省衡水市中级人民法院", "在用").sound("setup-seals-" + d.name)
		b.goTo("/demo").click("审计管理员")
		b.goTo("/setup/audit").see("谁").sound("setup-audit-" + d.name)
	}
}
