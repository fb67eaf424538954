package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mashang/law"
	"mashang/law/identity"
)

// TestImport: a filing judge uploads a list, reads what is wrong with it, has
// the rest carried out, and takes it back; on both sizes.
func TestImport(t *testing.T) {
	for i, d := range []device{phone, desk} {
		b := open(t, d)
		dir := t.TempDir()
		file := func(name, content string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		b.goTo("/demo").click("立案法官").see("今日")
		b.click("导入").see("把原来系统里的案件转进来", "以前的导入").sound("intake-" + d.name)
		send := func(path string) {
			b.MustElement("[name=list]").MustSetFiles(path)
			b.click("上传，先试一遍")
		}
		send(file("说明.txt", "这不是表格"))
		b.see("有一处要改", "第一行要写各栏的名称").sound("intake-refused-" + d.name)
		send(file("原系统案件2026年.csv", importList(8000+i*1000, 150)))
		b.still().sound("intake-trying-" + d.name)
		b.settled("试完了，还没有导入")
		b.see("要改", "本院没有叫“某某某”的法官", "确认导入").sound("intake-tried-" + d.name)
		if d == phone {
			b.look("大字").sound("intake-tried-large")
			b.look("大字").look("深色").sound("intake-tried-dark")
			b.look("深色")
		}
		b.goTo("/desk").see("等您确认导入").sound("intake-desk-" + d.name)
		b.click("原系统案件2026年.csv").click("看每一件").see("后面的").sound("intake-all-" + d.name)
		b.click("要改").click("确认导入 148 件").see("正在导入").still().sound("intake-running-" + d.name)
		b.settled("导入完了")
		b.see("新增 148 件", "撤销这次导入").sound("intake-done-" + d.name)
		b.MustElementR("summary", "导入错了").MustClick()
		b.sound("intake-undo-" + d.name)
		b.click("撤销导入的 148 件").see("正在撤销").still().sound("intake-undoing-" + d.name)
		b.settled("撤销了 148 件")
		b.sound("intake-undone-" + d.name)
		b.goTo("/intake").see("撤销了", "原系统案件2026年.csv").sound("intake-list-" + d.name)
	}
}

// still keeps a page from looking again by itself while it is looked at.
func (b *tab) still() *tab {
	b.MustEval(`() => { for (let i = setTimeout(() => {}); i > 0; i--) clearTimeout(i) }`)
	return b
}

// settled looks again until the page says so.
func (b *tab) settled(words string) {
	b.t.Helper()
	for range 120 {
		if b.MustReload().MustWaitLoad(); strings.Contains(b.MustElement("main").MustText(), words) {
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	b.see(words)
}

// importList is a list of cases; the second and the fourth are wrong.
func importList(from, n int) string {
	var out strings.Builder
	out.WriteString("案号,承办部门,案由,标的额,程序,立案日期,承办法官,状态,结案日期,结案方式,诉讼地位,当事人,证件号码,手机号,地址,备注\n")
	for i := range n {
		judge, day, no := "周明远", "2025-02-09", from+i
		switch i {
		case 1:
			judge = "某某某"
		case 3:
			day = "2025-02-30"
		}
		fmt.Fprintf(&out, "（2025）冀11民初%d号,知识产权审判庭,买卖合同纠纷,86400,简易程序,%s,%s,已结,2025-04-20,判决,原告,张某,%s,%s,河北省衡水市某街道1号,\n",
			no, day, judge, identity.Fictional(no%900, law.Date{Year: 1980, Month: 1, Day: 1 + no%28}, true), identity.FictionalPhone(no))
		fmt.Fprintf(&out, "（2025）冀11民初%d号,,,,,,,,,,被告,李某,,,河北省衡水市某村,\n", no)
	}
	return out.String()
}
