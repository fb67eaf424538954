package mashang_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"mashang"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// listHead are the columns that the lists of these tests have.
const listHead = "案号,承办部门,案由,程序,立案日期,承办法官,诉讼地位,当事人,证件号码,手机号,地址"

// listOf is a list of cases with two parties each, numbered from a to b.
func listOf(a, b int) string {
	var out strings.Builder
	out.WriteString(listHead + "\r\n")
	for n := a; n <= b; n++ {
		fmt.Fprintf(&out, "（2026）冀11民初%d号,知识产权审判庭,买卖合同纠纷,简易程序,2026-02-09,周明远,原告,%s,%s,%s,河北省衡水市某街道%d号\r\n", n, plaintiff(n).name, plaintiff(n).id, plaintiff(n).phone, n)
		fmt.Fprintf(&out, "（2026）冀11民初%d号,,,,,,被告,%s有限公司,,,河北省衡水市某工业园\r\n", n, plaintiff(n).name)
	}
	return out.String()
}

type person struct{ name, id, phone string }

// plaintiff is the plaintiff of the case with a number.
func plaintiff(n int) person {
	digits := []rune("零一二三四五六七八九")
	name := []rune("原")
	for _, d := range fmt.Sprint(n) {
		name = append(name, digits[d-'0'])
	}
	return person{string(name), identity.Fictional(n%400, mustDate("1970-01-01").AddDays(n/400), true), identity.FictionalPhone(2000 + n%7000)}
}

// reported is an import as a program reads it.
type reported struct {
	Batch  struct{ State, Unused string }
	Counts map[string]int
	Items  []struct {
		N                   int
		Lines               []int
		Number, State, Case string
		Said                []struct {
			Line                int
			Column, Show, Basis string
		}
	}
	Next int
}

func (h *house) report(batch string) (r reported) {
	h.t.Helper()
	for after := -1; ; {
		var page reported
		a := h.get("郭正", fmt.Sprintf("/api/v1/intake/%s?after=%d", batch, after)).must(h.t, "report", 200)
		if err := json.Unmarshal([]byte(a.body), &page); err != nil {
			h.t.Fatal(err)
		}
		page.Items = append(r.Items, page.Items...)
		if r = page; page.Next == 0 {
			return r
		}
		after = page.Next
	}
}

// list uploads a list as the filing judge, and has it tried.
func (h *house) list(content string) (batch string) {
	h.t.Helper()
	batch = h.upload("郭正", "/intake", nil, "list", "名单.csv", []byte(content)).must(h.t, "upload", 200).get("batch")
	h.drain()
	return batch
}

func (h *house) confirm(batch string) {
	h.t.Helper()
	h.post("郭正", "/intake/"+batch+"/confirm", nil).must(h.t, "confirm", 200)
}

// imported is a list that was carried out.
func (h *house) imported(content string) (batch string) {
	h.t.Helper()
	batch = h.list(content)
	h.confirm(batch)
	h.drain()
	return batch
}

func (h *house) states(want string, r reported) {
	h.t.Helper()
	var got []string
	for _, k := range slices.Sorted(maps.Keys(r.Counts)) {
		if k != "all" {
			got = append(got, fmt.Sprintf("%s %d", k, r.Counts[k]))
		}
	}
	if s := r.Batch.State + ": " + strings.Join(got, ", "); s != want {
		h.t.Errorf("got %s, want %s", s, want)
	}
}

// rows counts what a query finds.
func (h *house) rows(q string, args ...any) (n int) {
	h.t.Helper()
	if err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		v, err := db.One[int64](tx, q, args...)
		n = int(v)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// once holds that every case from a to b is there once, with one entry.
func (h *house) once(a, b int) {
	h.t.Helper()
	for n := a; n <= b; n++ {
		if got := h.rows(`SELECT COUNT(*) FROM docket_case WHERE number = ?`, fmt.Sprintf("（2026）冀11民初%d号", n)); got != 1 {
			h.t.Errorf("case %d is there %d times", n, got)
		}
	}
	if got := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'casebook.imported'`); got != b-a+1 {
		h.t.Errorf("%d entries, want %d", got, b-a+1)
	}
}

// TestImportForms: one list in each form in which a court's computer saves it.
func TestImportForms(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(listOf(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	semicolons := strings.ReplaceAll(listOf(1, 2), ",", ";")
	book := excelize.NewFile()
	for r, l := range strings.Split(strings.TrimSpace(listOf(1, 2)), "\r\n") {
		cells := strings.Split(l, ",")
		slices.Reverse(cells) // the order of the columns does not matter
		for c, v := range cells {
			at, _ := excelize.CoordinatesToCellName(c+1, 2+r*2) // nor do rows that are empty
			var cell any = v
			switch {
			case r == 0:
				cell = " " + strings.Join(strings.Split(v, ""), " ") + " *"
			case v == "2026-02-09":
				cell = time.Date(2026, 2, 9, 0, 0, 0, 0, time.UTC) // a real date
			case len(v) == 11 && v[0] == '1':
				var n int
				_, _ = fmt.Sscan(v, &n)
				cell = n // a phone that became an amount
			}
			if err := book.SetCellValue("Sheet1", at, cell); err != nil {
				t.Fatal(err)
			}
		}
	}
	xlsx, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"utf-8": listOf(1, 2), "with its mark": "\xef\xbb\xbf" + listOf(1, 2), "GBK": gbk, "semicolons": semicolons, "lf": strings.ReplaceAll(listOf(1, 2), "\r\n", "\n"),
		"quoted": strings.ReplaceAll(listOf(1, 2), "河北省衡水市某工业园", "\"河北省\n衡水市,某工业园\""), "xlsx": xlsx.String(),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, dbtest.SQLite(t))
			batch := h.list(content)
			r := h.report(batch)
			h.states("tried: new 2", r)
			want := [][]int{{2, 3}, {4, 5}}
			switch name {
			case "xlsx":
				want = [][]int{{4, 6}, {8, 10}}
			case "quoted":
				want = [][]int{{2, 3}, {5, 6}}
			}
			if len(r.Items) == 2 && (!slices.Equal(r.Items[0].Lines, want[0]) || !slices.Equal(r.Items[1].Lines, want[1])) {
				t.Errorf("lines %v %v, want %v", r.Items[0].Lines, r.Items[1].Lines, want)
			}
			h.confirm(batch)
			h.drain()
			h.states("done: created 2", h.report(batch))
			h.once(1, 2)
			c := h.caseOf(h.report(batch).Items[0].Case)
			if c.Filed != mustDate("2026-02-09") || c.Names != "原一 诉 原一有限公司" {
				t.Errorf("%+v", c)
			}
			p := plaintiff(1)
			_, short := h.caseCode(c.ID, p.name)
			h.signIn(p.name, "resident", p.id, p.phone, short) // id and phone arrived as they were
		})
	}
}

// TestImportTry: trying a list writes its report and nothing else.
func TestImportTry(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.imported(listOf(1, 3))
		more := strings.Replace(listOf(2, 6), "买卖合同纠纷", "租赁合同纠纷", 1) // 2 is changed, 3 is the same, 4 to 6 are new
		more = strings.Replace(more, plaintiff(6).id, "110101199001011234", 1)
		batch := h.upload("郭正", "/intake", nil, "list", "名单.csv", []byte(more)).must(t, "upload", 200).get("batch")
		if _, err := h.Kit.Ledger.Seal(t.Context(), h.Kit.DB); err != nil {
			t.Fatal(err)
		}
		before, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		h.drain()
		after, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"intake_batch", "intake_item", "jobs_job"} {
			delete(before, table)
			delete(after, table)
		}
		if d := before.differs(after, false); d != "" {
			t.Errorf("the try wrote:\n%s", d)
		}
		h.states("tried: change 1, new 2, same 1, wrong 1", h.report(batch))
		if n := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind LIKE 'casebook.%'`); n != 3 {
			t.Errorf("%d entries of cases", n)
		}
		h.confirm(batch)
		h.drain()
		h.states("done: changed 1, created 2, same 1, wrong 1", h.report(batch))
		// The same list again: nothing to do, and nothing to confirm.
		again := h.list(strings.Replace(listOf(2, 5), "买卖合同纠纷", "租赁合同纠纷", 1))
		h.states("tried: same 4", h.report(again))
		a := h.post("郭正", "/intake/"+again+"/confirm", nil).must(t, "confirm nothing", 409)
		has(t, "confirm nothing", a.body, "没有可以导入的案件")
	})
}

// TestImportReport: the report says of every row, exactly, what is wrong and
// where; on the page, and as a file.
func TestImportReport(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	row := func(number, division, cause, procedure, filed, judge, role, name, id, phone, address string) string {
		return strings.Join([]string{number, division, cause, procedure, filed, judge, role, name, id, phone, address}, ",") + "\n"
	}
	ip, jia := "知识产权审判庭", []string{"原告", "贾若兰", jiaID, jiaPhone, "某街道1号"}
	party := func(f ...string) []string { return append(f, jia...) }
	list := listHead + ",不认得的栏\n"
	for _, c := range [][]string{
		party("（2026）冀11民初1号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远"),
		party("", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远"),
		party("12号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远"),
		party("（2026）冀01民初1号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远"),
		party("（2026）冀11民初2号", "民九庭", "买卖合同纠纷", "简易程序", "2026-02-09", "某某"),
		{"（2026）冀11民初3号", "民九庭", "买卖合同纠纷", "快速程序", "去年", "某某", "原告", "贾若兰", "", jiaPhone, "某街道1号"}, // all at once
		{"（2026）冀11民初4号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远", "原告", "贾若兰", "1.3110119900101E+17", jiaPhone, "某街道1号"},
		party("（2026）冀11民初5号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远"),
		{"（2026）冀11民初5号", ip, "租赁合同纠纷", "", "", "", "被告", "钱大海", "", "", "某村"},
		{"（2026）冀11民初6号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远", "原告", "贾若兰", "", "", ""},
		{"（2026）冀11民初7号", ip, "买卖合同纠纷", "简易程序", "2026-02-09", "周明远", "原告", "贾兰", jiaID, jiaPhone, "某街道1号"},
	} {
		list += row(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10])
	}
	batch := h.list(list)
	h.states("tried: new 1, wrong 9", h.report(batch))
	got := h.get("郭正", "/intake/"+batch+"/report?form=csv").must(t, "report", 200).body
	want := "\ufeff" + strings.Join([]string{
		"行,案号,结果,哪一栏,说明,依据",
		"2,（2026）冀11民初1号,可以导入,,,",
		"3,,要改,案号,没有写案号。,",
		"4,,要改,案号,案号写成（2026）冀11民初12号这样。,",
		"5,（2026）冀01民初1号,要改,案号,案号不是本院的，本院的代字是“冀11”。,",
		"6,（2026）冀11民初2号,要改,承办部门,本院没有叫“民九庭”的部门。请照“人员”页上的部门名称写。,",
		"6,（2026）冀11民初2号,要改,承办法官,本院没有叫“某某”的法官。请先在“人员”页加他；已经离开的，这一栏空着。,",
		"7,（2026）冀11民初3号,要改,程序,写普通程序、简易程序、小额诉讼程序或者特别程序。,",
		"7,（2026）冀11民初3号,要改,立案日期,日期写成 2026-03-01 这样。,",
		"7,（2026）冀11民初3号,要改,承办部门,本院没有叫“民九庭”的部门。请照“人员”页上的部门名称写。,",
		"7,（2026）冀11民初3号,要改,承办法官,本院没有叫“某某”的法官。请先在“人员”页加他；已经离开的，这一栏空着。,",
		"7,（2026）冀11民初3号,要改,证件号码,证件号码不对，请对着证件再看一遍。,",
		"8,（2026）冀11民初4号,要改,证件号码,这个号码被表格当成数字改掉了。请把这一栏设成“文本”，重新填号码。,",
		"10,（2026）冀11民初5号,要改,案由,同一个案件前面的行写的不一样。请留一个对的。,",
	}, "\r\n") + "\r\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	has(t, "the last row", strings.TrimPrefix(got, want), "11,（2026）冀11民初6号,要改,证件号码,", "11,（2026）冀11民初6号,要改,手机号,", "11,（2026）冀11民初6号,要改,地址,",
		"12,（2026）冀11民初7号,要改,证件号码,同一个证件号码，这份表格前面写的是另一个名字。请对着证件看一遍。,")
	// The page and the Excel file say the same.
	page := h.get("郭正", "/intake/"+batch).must(t, "page", 200).body
	f, err := excelize.OpenReader(strings.NewReader(h.get("郭正", "/intake/"+batch+"/report").must(t, "xlsx", 200).body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("结果")
	if err != nil {
		t.Fatal(err)
	}
	text, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got, "\ufeff"))).ReadAll()
	if err != nil || len(text) != len(rows) {
		t.Fatalf("%d rows in Excel, %d in CSV, %v", len(rows), len(text), err)
	}
	for i, r := range text {
		if strings.TrimRight(strings.Join(r, "|"), "|") != strings.Join(rows[i], "|") {
			t.Errorf("row %d: %q and %q", i, r, rows[i])
		}
		if i > 0 && r[4] != "" {
			has(t, "page", page, r[4])
		}
	}
	has(t, "page", page, "这几栏用不上，没有读：不认得的栏。", "确认导入 1 件", "要改的 9 件")
	// Only what is wrong.
	only := h.get("郭正", "/intake/"+batch+"?only=new").must(t, "only", 200).body
	if !strings.Contains(only, "（2026）冀11民初1号") || strings.Contains(only, "（2026）冀11民初5号") {
		t.Error("the filter shows something else")
	}
}

// TestImportPages: a long report is read page by page, each case once.
func TestImportPages(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	batch := h.list(listOf(1, 120))
	r := h.report(batch)
	seen := map[string]bool{}
	for i, it := range r.Items {
		if it.N != i || seen[it.Number] {
			t.Errorf("item %d is %d %s", i, it.N, it.Number)
		}
		seen[it.Number] = true
	}
	if len(seen) != 120 {
		t.Errorf("%d cases", len(seen))
	}
	page := h.get("郭正", "/intake/"+batch).must(t, "page", 200).body
	has(t, "page", page, "after=49", "后面的")
	h.get("郭正", "/intake/"+batch+"?after=x").must(t, "nonsense", 404)
}

// TestImportUndo: what was made goes, what was worked on stays and says why,
// what was there before keeps its new words; a second time does nothing.
func TestImportUndo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.imported(listOf(1, 1))
		batch := h.imported(strings.Replace(listOf(1, 4), "买卖合同纠纷", "租赁合同纠纷", 1)) // 1 is changed
		r := h.report(batch)
		h.states("done: changed 1, created 3", r)
		h.post("周明远", "/casebook/"+r.Items[2].Case+"/close", map[string]string{"way": "withdrawal", "on": "2026-03-03", "elsewhere": "裁定书在原办案系统"}).must(t, "close", 200)
		h.get("周明远", "/casebook/"+r.Items[1].Case).must(t, "who only looks does nothing", 200)
		h.drain()
		counted := h.get("周明远", "/api/v1/casebook").body
		h.post("郭正", "/intake/"+batch+"/undo", nil).must(t, "undo", 200)
		a := h.post("郭正", "/intake/"+batch+"/undo", nil).must(t, "undo at once again", 409)
		has(t, "again", a.body, "已经撤销过了")
		h.drain()
		u := h.report(batch)
		h.states("undone: kept 2, withdrawn 2", u)
		has(t, "changed", u.Items[0].Said[0].Show, "导入以前就有")
		has(t, "worked on", u.Items[2].Said[0].Show, "有人办过")
		for i, want := range []int{200, 404, 200, 404} {
			if got := h.get("周明远", "/casebook/"+r.Items[i].Case).code; got != want {
				t.Errorf("case %d: %d, want %d", i+1, got, want)
			}
		}
		if list := h.get("周明远", "/api/v1/casebook").body; strings.Count(list, `"number"`) != strings.Count(counted, `"number"`)-2 {
			t.Errorf("the judge's list: %s", list)
		}
		h.post("郭正", "/intake/"+batch+"/undo", nil).must(t, "undo when it is over", 409)
		h.post("郭正", "/intake/"+batch+"/confirm", nil).must(t, "confirm when it is over", 409)
		h.drain()
		h.states("undone: kept 2, withdrawn 2", h.report(batch))
		// The trail has it all, and the numbers are free.
		if n := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'casebook.withdrawn'`); n != 2 {
			t.Errorf("%d withdrawals", n)
		}
		h.states("done: created 1", h.report(h.imported(listOf(2, 2))))
	})
}

// TestImportUndoWhileRunning: an import that is being taken back stops where it
// is; what it had made goes, the rest never comes.
func TestImportUndoWhileRunning(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		batch := h.list(listOf(1, 25))
		h.confirm(batch)
		n := 0
		h.Kit.Fail = func(tx *db.Tx) error { // the machine stops after seven
			if auth.From(tx.Context()).System == "intake.carry" {
				if n++; n > 7 {
					return errFault
				}
			}
			return nil
		}
		h.drain()
		h.Kit.Fail = nil
		h.states("running: created 7, new 18", h.report(batch))
		page := h.get("郭正", "/intake/"+batch).must(t, "progress", 200).body
		has(t, "progress", page, "完成了百分之28", `value="28"`, "data-again")
		h.post("郭正", "/intake/"+batch+"/undo", nil).must(t, "undo", 200)
		has(t, "undoing", h.get("郭正", "/intake/"+batch).body, "正在撤销")
		h.clock.Add(time.Minute)
		h.drain()
		h.states("undone: new 18, withdrawn 7", h.report(batch))
		page = h.get("郭正", "/intake/"+batch).must(t, "undone", 200).body
		has(t, "undone", page, "没有导入", "撤销了 7 件")
		if strings.Contains(page, "可以导入") || strings.Contains(page, "确认导入") {
			t.Error("it offers what is over")
		}
		if left := h.rows(`SELECT COUNT(*) FROM docket_case WHERE number <> ''`); left != 0 {
			t.Errorf("%d cases are left", left)
		}
		// The same while the queue works beside it.
		other := h.list(listOf(31, 60))
		h.confirm(other)
		var undo sync.WaitGroup
		n = 0
		h.Kit.Fail = func(tx *db.Tx) error {
			if auth.From(tx.Context()).System == "intake.carry" {
				if n++; n == 12 {
					undo.Go(func() { h.post("郭正", "/intake/"+other+"/undo", nil).must(t, "undo", 200) })
				}
			}
			return nil
		}
		h.drain()
		undo.Wait()
		h.Kit.Fail = nil
		h.drain()
		r := h.report(other)
		if r.Batch.State != "undone" || r.Counts["withdrawn"] < 11 || r.Counts["withdrawn"]+r.Counts["new"] != 30 {
			t.Errorf("%s %v", r.Batch.State, r.Counts)
		}
		if left := h.rows(`SELECT COUNT(*) FROM docket_case WHERE number <> ''`); left != 0 {
			t.Errorf("%d cases are left", left)
		}
	})
}

// TestImportTwice: a double click, a page that was open twice and two judges
// confirm once.
func TestImportTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		batch := h.list(listOf(1, 5))
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[int]int{}
		for range 6 {
			wg.Go(func() {
				a := h.post("郭正", "/intake/"+batch+"/confirm", nil)
				mu.Lock()
				defer mu.Unlock()
				codes[a.code]++
			})
		}
		wg.Wait()
		if codes[200] != 1 || codes[409] != 5 {
			t.Errorf("answers %v", codes)
		}
		h.drain()
		h.once(1, 5)
		h.states("done: created 5", h.report(batch))
		h.post("郭正", "/intake/"+batch+"/confirm", nil).must(t, "a page that stood open", 409)
	})
}

// TestImportFailed: what was right when it was tried, and is not when it is
// carried out, is not carried out, and the report says why. The rest is.
func TestImportFailed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one := h.list(listOf(1, 1))
		two := h.list(strings.Replace(listOf(2, 3), plaintiff(2).id, plaintiff(1).id, 1))
		h.states("tried: new 1", h.report(one))
		h.states("tried: new 2", h.report(two))
		h.confirm(one)
		h.drain()
		h.confirm(two)
		h.drain()
		r := h.report(two)
		h.states("done: created 1, failed 1", r)
		said := r.Items[0].Said
		if len(said) != 1 || said[0].Line != 2 || said[0].Column != "当事人" || !strings.Contains(said[0].Show, "另一个名字") {
			t.Errorf("%+v", said)
		}
		has(t, "page", h.get("郭正", "/intake/"+two).body, "没有导入", "要看一看的，1 件")
		if n := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'casebook.imported'`); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}

// TestImportOverlap: two lists with the same numbers at once. Each case is made
// once, by one of them.
func TestImportOverlap(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one, two := h.list(listOf(1, 30)), h.list(listOf(11, 40))
		h.confirm(one)
		h.confirm(two)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := h.Kit.Jobs.Drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for range 5 { // a job that lost a race waits for its turn
			h.clock.Add(time.Minute)
			h.drain()
		}
		h.once(1, 40)
		a, b := h.report(one), h.report(two)
		if a.Batch.State != "done" || b.Batch.State != "done" || a.Counts["created"]+b.Counts["created"] != 40 || a.Counts["same"]+b.Counts["same"] != 20 {
			t.Errorf("%v %v", a, b)
		}
		// Each takes back what it made itself.
		h.post("郭正", "/intake/"+one+"/undo", nil).must(t, "undo", 200)
		h.drain()
		if left := h.rows(`SELECT COUNT(*) FROM docket_case WHERE number <> ''`); left != b.Counts["created"] {
			t.Errorf("%d are left, want %d", left, b.Counts["created"])
		}
	})
}

// TestImportKilled: the process ends at every row, before and after it is
// durable; the court is opened again on the same data. Every case comes once.
func TestImportKilled(t *testing.T) {
	for _, engine := range []struct {
		name string
		dsn  func(testing.TB) string
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			h := newHouse(t, engine.dsn(t))
			batch := h.upload("郭正", "/intake", nil, "list", "名单.csv", []byte(listOf(1, 8))).must(t, "upload", 200).get("batch")
			killed := 0
			for until := ""; until != "done"; until = h.report(batch).Batch.State {
				if killed++; killed > 60 {
					t.Fatalf("it does not come to an end: %+v", h.report(batch))
				}
				ctx, kill := context.WithCancel(t.Context())
				acts := 0
				h.Kit.Fail = func(tx *db.Tx) error {
					if strings.HasPrefix(auth.From(tx.Context()).System, "intake.") {
						if acts++; acts == 1+killed%3 {
							kill()
							if killed%2 == 0 { // the act itself does not reach the disk
								return context.Canceled
							}
						}
					}
					return nil
				}
				if err := h.Kit.Jobs.Drain(ctx); err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				kill()
				h.reopen()
				h.clock.Add(time.Hour) // whatever it had taken is given to another
				if h.report(batch).Batch.State == "tried" {
					h.confirm(batch)
				}
			}
			h.drain()
			h.once(1, 8)
			h.states("done: created 8", h.report(batch))
			if killed < 8 {
				t.Errorf("killed %d times", killed)
			}
			for kind, want := range map[string]int{"intake.uploaded": 1, "intake.confirmed": 1, "intake.done": 1} {
				if n := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = ?`, kind); n != want {
					t.Errorf("%s: %d", kind, n)
				}
			}
		})
	}
}

// reopen closes the court and opens it again on the same data.
func (h *house) reopen() {
	h.t.Helper()
	cfg, log := h.Kit.Config, h.Kit.Log
	if err := h.Kit.Close(); err != nil {
		h.t.Fatal(err)
	}
	k, err := app.Open(h.t.Context(), cfg, h.clock, log)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.Court, err = mashang.Assemble(h.t.Context(), k); err != nil {
		h.t.Fatal(err)
	}
}
