package mashang_test

import (
	"fmt"
	"strings"
	"testing"

	"mashang/law/identity"
)

// toldOfChange are the phones that heard that another one takes their place in a case.
func (h *house) toldOfChange() (to []string) {
	h.t.Helper()
	h.drain()
	ms, err := h.Kit.Notify.Outbox(h.t.Context(), 500)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range ms {
		if strings.Contains(m.Text, "您在案件里留的姓名、手机或者证件刚才改了") {
			to = append(to, m.Target)
		}
	}
	return to
}

// TestPhoneChangedByAList: a list, and a program, that changes the phone of a party
// tells the one that was his, as the page does; what brings him first, says it
// again, or only tries, tells nobody.
func TestPhoneChangedByAList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mustPut(told(), "created")
		h.mustPut(told(), "same")
		h.imported(listOf(1, 1))
		if got := h.toldOfChange(); len(got) != 0 {
			t.Errorf("of a first import %v heard", got)
		}
		his := identity.FictionalPhone(77)
		more := map[string]any{"number": "（2026）冀11知民初7号", "parties": []map[string]any{{"role": "plaintiff", "name": "贾若兰", "number": jiaID, "phone": his}}}
		h.mustPut(more, "changed")
		if got := h.toldOfChange(); len(got) != 1 || got[0] != jiaPhone {
			t.Errorf("%v heard of the program's change", got)
		}
		h.mustPut(more, "same")
		batch := h.list(strings.Replace(listOf(1, 1), plaintiff(1).phone, identity.FictionalPhone(78), 1))
		if got := h.toldOfChange(); len(got) != 1 {
			t.Errorf("%v heard of a try", got)
		}
		h.confirm(batch)
		if got := h.toldOfChange(); len(got) != 2 || got[0] != plaintiff(1).phone && got[1] != plaintiff(1).phone {
			t.Errorf("%v heard of the list's change", got)
		}
		// A phone where there was none replaces nobody's.
		h.mustPut(map[string]any{"number": "（2026）冀11知民初7号", "parties": []map[string]any{{"role": "defendant", "kind": "org", "name": "衡水某塑胶制品有限公司", "number": identity.FictionalUSCC(7), "phone": identity.FictionalPhone(79)}}}, "changed")
		if got := h.toldOfChange(); len(got) != 2 {
			t.Errorf("%v heard where there was none", got)
		}
	})
}

// TestTryTellsNothing: trying a list says that a thing of a case that is here
// differs, never what stands there: whoever tries may not read it.
func TestTryTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.imported(listOf(1, 1))
		h.imported(strings.Replace(strings.ReplaceAll(listOf(3, 3), "\r\n", ",2026-02-05\r\n"), ",2026-02-05", ",收件日期", 1))
		f := filing()
		f["type"], f["special"] = "民初", ""
		own := h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
		h.post("郭正", "/casebook/"+own+"/accept", map[string]string{"division": h.divs["冀11知识产权审判庭"]}).must(t, "accept", 200)
		h.drain()
		other := identity.FictionalPhone(78)
		head := "案号,收件日期,案由,标的额,诉讼地位,当事人,证件号码,手机号,地址\r\n"
		for what, x := range map[string]struct{ line, says string }{
			"a day":    {"（2026）冀11民初3号,2026-02-01,,,,,,,", "收件日期立案以后不再改"},
			"a role":   {fmt.Sprintf("（2026）冀11民初1号,,,,第三人,%s,%s,,", plaintiff(1).name, plaintiff(1).id), "诉讼地位和本系统里的不一样"},
			"a name":   {"（2026）冀11民初1号,,,,原告,别的名字," + plaintiff(1).id + ",,", "另一个名字"},
			"a phone":  {"（2026）冀11民初4号,,,,原告,贾若兰," + jiaID + "," + other + ",", "手机号”和表格不一样"},
			"a street": {"（2026）冀11民初4号,,,,原告,贾若兰," + jiaID + ",,别的街道9号", "地址”和表格不一样"},
			"a cause":  {"（2026）冀11民初4号,,离婚纠纷,,,,,,", "案由”和表格不一样"},
			"a sum":    {"（2026）冀11民初4号,,,1.00,,,,,", "标的额”和表格不一样"},
		} {
			batch := h.list(head + x.line + "\r\n")
			report := h.get("郭正", "/api/v1/intake/"+batch).must(t, what, 200).body + h.get("郭正", "/intake/"+batch).body + h.get("郭正", "/intake/"+batch+"/report?form=csv").body
			has(t, what, report, x.says)
			for _, stands := range []string{"2026-02-05", "2026-02-09", "2026-03-02", "2月9日", "是原告", plaintiff(1).phone, jiaPhone, "桃城区", "外观设计", "50000", "50,000", "塑胶制品"} {
				if strings.Contains(report, stands) {
					t.Errorf("%s: the report tells %q", what, stands)
				}
			}
		}
	})
}
