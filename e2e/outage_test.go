package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mashang/demo"
	"mashang/platform/clock"
)

// TestOutage: the court can't be reached on the last evening of the time to
// appeal, as a machine outside has seen. The party finds an application that is
// written for him, with the certificate, and hands it to the judge; the period
// moves when the judge says so, and not before.
func TestOutage(t *testing.T) {
	base, clk, err := serve(demo.Tell)
	if err != nil {
		t.Fatal(err)
	}
	party, d := openAt(t, phone, base), openAt(t, desk, base)
	d.as("书记员，判决书做好了，等他送")
	page := "/casebook/" + regexp.MustCompile(`/delivery/([0-9a-f-]{36})/send`).FindStringSubmatch(d.MustInfo().URL)[1]
	d.click("^发出去$")
	party.as("第一个被告").later(page, "对判决上诉")
	var last string
	for _, r := range party.MustEval(`async id => (await (await fetch('/api/v1/clocks/' + id)).json()).deadlines.map(d => d.last)`, filepath.Base(page)).Arr() {
		if last == "" || r.Str() < last {
			last = r.Str()
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, last, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	clk.Set(day.Add(34 * time.Hour)) // ten in the morning after
	var seen strings.Builder
	for at := day.Add(18 * time.Hour); at.Before(day.Add(33 * time.Hour)); at = at.Add(10 * time.Minute) {
		fmt.Fprintf(&seen, "{\"time\":%q,\"ok\":%t,\"ms\":9}\n", at.Format(time.RFC3339), at.Before(day.Add(19*time.Hour)) || at.After(day.Add(32*time.Hour)))
	}
	file := filepath.Join(t.TempDir(), "probe.jsonl")
	if err := os.WriteFile(file, []byte(seen.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	d.as("系统管理员").goTo("/outage/admin").see("没有断过").MustElement("[name=file]").MustSetFiles(file)
	d.click("^上传$").see("看到断过 1 次")
	d.later("/outage/admin", "系统故障证明").sound("outage-admin-desk")

	party.as("第一个被告").later(page, "申请顺延", "看一看，交给法官").sound("outage-case-phone")
	party.click("看一看，交给法官").see("最晚哪天申请", "附：系统故障证明", "下面是替您写好的理由").sound("outage-apply-phone")
	apply := strings.TrimPrefix(party.MustInfo().URL, base)
	party.click("附：系统故障证明").see("兹证明", "不能使用").sound("outage-certificate-phone")
	party.goTo(apply).click("^交给法官$").see("等法官决定").sound("outage-filed-phone")
	party.goTo("/outage").see("系统故障证明").sound("outage-book-phone")
	d.as("民二庭法官").later(page, "等您决定").click("看申请，作决定").see("对判决上诉").sound("outage-decide-desk")
	to := day.AddDate(0, 0, 10)
	d.fill("new", to.Format(time.DateOnly)).fill("reason", "系统断开到第二天早上，准许顺延。").click("^准许$")
	party.goTo(apply).see("准许了", "顺延到"+to.Format("2006年1月2日")).sound("outage-granted-phone")
	party.later(page, to.Format("1月")).sound("outage-moved-phone")
}
