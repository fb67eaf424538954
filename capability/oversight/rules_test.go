package oversight

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mashang/law"
	"mashang/platform/clock"
	"mashang/platform/fault"
)

func date(s string) law.Date {
	var d law.Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return d
}

// TestCheck: what each form must have, field by field.
func TestCheck(t *testing.T) {
	today := date("2026-03-03")
	full := report{Form: inquiry, Case: "c", Who: "老马", On: today, Way: "call", Content: "问进度", Done: "refused", Nature: other}
	kinsman := report{Form: relative, Who: "周某", Unit: "某律师事务所", Tie: "child"}
	member := report{Form: deputy, About: "（2026）冀11民初1号", Who: "代表", Tie: "npc", Content: "请依法尽快审理", On: today}
	with := func(r report, f func(*report)) report { f(&r); return r }
	for _, x := range []struct {
		name string
		r    report
		bad  string // fields
	}{
		{"whole", full, ""},
		{"nothing", report{}, "form"},
		{"empty inquiry", report{Form: inquiry}, "who content nature way done on about"},
		{"tomorrow", with(full, func(r *report) { r.On = date("2026-03-04") }), "on"},
		{"lawful without a document", with(full, func(r *report) { r.Nature = lawful }), "basis basis_number"},
		{"lawful", with(full, func(r *report) { r.Nature, r.Basis, r.BasisNumber = lawful, "监督函", "冀检〔2026〕1号" }), ""},
		{"handed to nobody", with(full, func(r *report) { r.Done = "handed" }), "to"},
		{"an official of nowhere", with(full, func(r *report) { r.Nature = official }), "unit post"},
		{"an insider of nowhere", with(full, func(r *report) { r.Nature, r.Unit = insider, "某庭" }), "post"},
		{"an official", with(full, func(r *report) { r.Nature, r.Unit, r.Post = official, "某局", "不知道" }), ""},
		{"too long", with(full, func(r *report) { r.Content = strings.Repeat("长", text+1) }), "content"},
		{"relative", kinsman, ""},
		{"relative of no kind", with(kinsman, func(r *report) { r.Tie, r.Unit = "friend", "" }), "unit tie"},
		{"deputy", member, ""},
		{"deputy of nothing", with(member, func(r *report) { r.Tie, r.About, r.On = "", "", law.Date{} }), "tie on about"},
		{"deputy handed to nobody", with(member, func(r *report) { r.Done = "handed" }), "to"},
		{"deputy handed on", with(member, func(r *report) { r.Done, r.To = "handed", "办公室" }), ""},
		{"none", report{Form: none, Case: "c"}, ""},
		{"none of no case", report{Form: none}, "case"},
	} {
		var got []string
		for _, f := range fault.Fields(check(x.r, today)) {
			got = append(got, f.Field)
		}
		if strings.Join(got, " ") != x.bad {
			t.Errorf("%s: %v, not %s", x.name, got, x.bad)
		}
	}
}

// TestAbout: whoever is named does not read it, with or without a title.
func TestAbout(t *testing.T) {
	r := report{Form: inquiry, Who: "钱 督察（副组长）", For: "孙某"}
	for name, want := range map[string]bool{"钱督察": true, "孙某": true, "钱": true, "李四": false, "": false} {
		if r.about(name) != want {
			t.Errorf("%q: not %v", name, want)
		}
	}
}

func TestPeriod(t *testing.T) {
	at := time.Date(2026, 1, 31, 23, 30, 0, 0, clock.Shanghai)
	for _, x := range []struct {
		cadence     string
		back        int
		key         string
		first, last string
	}{{"quarter", 0, "2026Q1", "2026-01-01", "2026-03-31"}, {"quarter", 1, "2025Q4", "2025-10-01", "2025-12-31"}, {"month", 0, "2026-01", "2026-01-01", "2026-01-31"}, {"month", 2, "2025-11", "2025-11-01", "2025-11-30"}} {
		p := periodAt(x.cadence, at, x.back)
		if p.Key != x.key || p.First.String() != x.first || p.Last.String() != x.last {
			t.Errorf("%+v: %+v", x, p)
		}
	}
	for _, k := range []string{"", "2026", "2026Q5", "2026-13", "2026-1", "2026Q1x", "x2026Q1"} {
		if _, ok := periodOf(k); ok {
			t.Errorf("%q is a period", k)
		}
	}
}

// TestWorkbook: the sum and its records come out as they are, and nothing that
// was typed is taken for a formula.
func TestWorkbook(t *testing.T) {
	w := written{report: report{Form: inquiry, Nature: other, Who: "=HYPERLINK(\"http://x\")", Unit: "+1", Post: "-1", For: "@SUM(A1)", Content: "\t=1+1", Way: "call", Done: "refused", On: date("2026-03-03")}, Name: "周明远", AuthorUnit: "=1+1", Number: "（2026）冀11知民初1号"}
	v := summary{Name: "衡水市中级人民法院", Title: "2026年第一季度", Units: []unit{{Unit: "=cmd", Other: 1, Closed: 2, Answered: 1}}, Total: unit{Other: 1, Closed: 2, Answered: 1}, Details: []seen{{Record: w}}}
	b, err := workbook(v)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cells := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, text := range row {
				name, _ := excelize.CoordinatesToCellName(x+1, y+1)
				if formula, err := f.GetCellFormula(sheet, name); err != nil || formula != "" {
					t.Errorf("%s %s is the formula %s, %v", sheet, name, formula, err)
				}
				if text != "" && strings.ContainsAny(text[:1], "=+-@\t") {
					t.Errorf("%s %s begins like a formula: %q", sheet, name, text)
				}
				cells++
			}
		}
	}
	if total, err := f.GetCellValue("汇总", "D4"); err != nil || total != "1" || cells < 40 {
		t.Errorf("the total is %q, %d cells, %v", total, cells, err)
	}
	if who, err := f.GetCellValue("明细", "G2"); err != nil || who != "'=HYPERLINK(\"http://x\")" {
		t.Errorf("who asked is %q, %v", who, err)
	}
	v.Zero = true
	if b, err = workbook(v); err != nil {
		t.Fatal(err)
	}
	if f, err = excelize.OpenReader(bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if head, _ := f.GetCellValue("汇总", "A1"); !strings.Contains(head, "零报告") {
		t.Errorf("no zero report: %s", head)
	}
}
