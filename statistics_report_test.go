package mashang_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mashang/docket"
	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// paper is the text of a PDF without its spaces.
func (h *house) paper(a answer) string {
	h.t.Helper()
	file := filepath.Join(h.t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, []byte(a.body), 0o600); err != nil {
		h.t.Fatal(err)
	}
	out, err := exec.CommandContext(h.t.Context(), "pdftotext", "-enc", "UTF-8", "-layout", file, "-").Output()
	if err != nil {
		h.t.Fatalf("pdftotext (run make deps): %v", err)
	}
	return strings.Join(strings.Fields(string(out)), "")
}

// book is the rows of a sheet of a workbook.
func (h *house) book(a answer, sheet string) [][]string {
	h.t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(sheet)
	if err != nil {
		h.t.Fatal(err)
	}
	return rows
}

// TestStatisticsReports: the report is a paper that another program reads and
// a workbook that opens again; a cause that looks like a formula is text.
func TestStatisticsReports(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.filed(1, "民初", "民一庭", "钱法官")
	for _, cause := range []string{"=1+1", "+1", "-1", "@x"} {
		n := h.filed(int(h.number(`SELECT COUNT(*) FROM docket_case`))+1, "民初", "民一庭", "钱法官")
		h.post("钱法官", "/casebook/"+n+"/correct", map[string]string{"field": "cause", "value": cause, "reason": "照原件更正"}).must(t, "correct", 200)
		h.closed(n, "钱法官", "judgment", mustDate("2026-03-03"))
	}
	h.closed(id, "钱法官", "mediation", mustDate("2026-03-03"))
	h.post("王院", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
	h.drain()
	a := h.get("王院", "/statistics/report.pdf?court=冀11&period=2026-03").must(t, "pdf", 200)
	has(t, "report", h.paper(a), "河北省衡水市中级人民法院", "审判运行统计报告", "2026年3月", "民商事案件调撤率", "20.00%", "民商事案件调解率", "民商事案件撤诉率", "0.00%", "民一庭", "没有数据", "口径不统一", "演示文书无法律效力", "这一期的数都是暂定的")
	if strings.Contains(h.paper(a), "（暂定）") {
		t.Error("each line says again that it is provisional")
	}

	a = h.get("王院", "/statistics/report.xlsx?court=冀11&period=2026-03").must(t, "xlsx", 200)
	f, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows("结案的案件")
	if err != nil || len(rows) != 6 { // head, four cases, and one that is sealed
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var causes []string
	for i := 1; i <= 4; i++ {
		cell := fmt.Sprintf("C%d", i+1)
		formula, err := f.GetCellFormula("结案的案件", cell)
		kind, kerr := f.GetCellType("结案的案件", cell)
		if err != nil || kerr != nil || formula != "" || kind != excelize.CellTypeSharedString {
			t.Errorf("%s is no text: %q %v %v %v", cell, formula, kind, err, kerr)
		}
		causes = append(causes, rows[i][2])
	}
	slices.Sort(causes)
	if !slices.Equal(causes, []string{"'+1", "'-1", "'=1+1", "'@x"}) {
		t.Errorf("causes %q", causes)
	}
	if !strings.Contains(rows[5][0], "另有 1 件") || strings.Contains(a.body, "当事1") {
		t.Errorf("the sealed case: %q", rows[5])
	}
	rows, err = f.GetRows("指标")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r[0] == "民商事案件调撤率" && (r[1] != "20.00" || r[3] != "1" || r[4] != "5") {
			t.Errorf("the figure is %q", r)
		}
		if r[0] == "民商事案件撤诉率" && (r[1] != "0.00" || r[3] != "0" || r[4] != "5") {
			t.Errorf("the figure is %q", r)
		}
	}

	// The period before a year is the year before: one comparison, not the same
	// one twice.
	for period, both := range map[string]bool{"2026-03": true, "2026": false} {
		at := "?court=冀11&period=" + period
		if out := h.paper(h.get("王院", "/statistics/report.pdf"+at).must(t, "pdf", 200)); strings.Contains(out, "分母环比同比") != both || strings.Contains(out, "环比") != both {
			t.Errorf("%s on paper: %s", period, out)
		}
		rows := h.book(h.get("王院", "/statistics/report.xlsx"+at).must(t, "xlsx", 200), "指标")
		head := []string{"指标", "数值", "单位", "分子", "分母", "上一期", "环比", "去年同期", "同比", "暂定", "公式", "口径", "版本", "来源"}
		if !both {
			head = slices.Delete(head, 5, 7)
		}
		if !slices.Equal(rows[3], head) || len(rows[4]) != len(head) {
			t.Errorf("%s: head %q, first row %q", period, rows[3], rows[4])
		}
	}
	h.get("钱法官", "/statistics/report.xlsx?court=冀11&period=2026-03").must(t, "a judge, the court's report", 403)
	h.get("", "/api/v1/statistics/report.xlsx?court=冀11").must(t, "nobody", 401)
}

// TestStatisticsOtherCourts: of an area one sees how many cases each court has,
// and why those of the others don't open.
func TestStatisticsOtherCourts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
			if h.people["邻立"], err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: "邻立", At: h.Kit.Now()}); err != nil {
				return err
			}
			_, err = docket.AddPost(tx, docket.Post{Person: h.people["邻立"], Court: "冀1126", Division: h.divs["冀1126立案庭"], Role: docket.FilingJudge, From: h.Kit.Now().Add(-time.Hour)}, h.Kit.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		own, sealed := h.filed(1, "民初", "民一庭", "钱法官"), h.filed(2, "民初", "民一庭", "钱法官")
		h.post("王院", "/casebook/"+sealed+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
		for n := range 3 {
			f := filing()
			f["court"], f["type"], f["special"], f["received"] = "冀1126", "民初", "", docket.Today(h.Kit.Now()).String()
			f["p_name"], f["p_number"], f["p_phone"] = "邻县人", identity.Fictional(91+n, mustDate("1970-01-02"), true), identity.FictionalPhone(91+n)
			id := h.post("邻县", "/casebook/enter", f).must(t, "enter", 200).get("case")
			h.post("邻立", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀1126立案庭"]}).must(t, "accept", 200)
		}
		h.drain()
		q := "/statistics/cases?court=冀11&period=2026-03&figure=received"
		var b struct {
			Total, Hidden int64
			Cases         []struct{ ID string }
			Courts        []struct {
				Place       struct{ ID string }
				Cases, Seen int64
			}
		}
		if err := json.Unmarshal([]byte(h.get("王院", "/api/v1"+q+"&area=1").must(t, "area", 200).body), &b); err != nil {
			t.Fatal(err)
		}
		if b.Total != 5 || b.Hidden != 4 || len(b.Cases) != 1 || b.Cases[0].ID != own || fmt.Sprint(b.Courts) != "[{{冀11} 2 1} {{冀1126} 3 0}]" {
			t.Errorf("the area is %+v", b)
		}
		body := h.get("王院", q+"&area=1").must(t, "area", 200).body
		has(t, "area", body, "其中 3 件在别的法院", "只能在哪个法院打开", "另有 1 件您不能查看", own)
		if strings.Contains(body, "邻县人") {
			t.Error("the area names a case of the other court")
		}
		has(t, "the other court", h.get("王院", strings.Replace(q, "冀11", "冀1126", 1)).must(t, "below", 200).body, "都在别的法院")
		if body := h.get("王院", q).must(t, "own court", 200).body; strings.Contains(body, "在别的法院") || !strings.Contains(body, "另有 1 件您不能查看") {
			t.Errorf("the own court: %s", body)
		}
	})
}
