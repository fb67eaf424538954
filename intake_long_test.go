//go:build long

package mashang_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// TestImportLarge: a court's ten years in one list: 10,000 cases of two parties,
// one in ten still running. It takes minutes, not an evening; the writer is
// never held for long, and the memory is that of a list.
func TestImportLarge(t *testing.T) {
	const cases = 10_000
	h := newHouse(t, dbtest.SQLite(t))
	var list strings.Builder
	list.WriteString(listHead + ",状态,结案日期,结案方式\n")
	for n := 1; n <= cases; n++ {
		end := ",已结,2026-02-20,判决"
		if n%10 == 0 {
			end = ",,,"
		}
		p := plaintiff(n)
		fmt.Fprintf(&list, "（2026）冀11民初%d号,知识产权审判庭,买卖合同纠纷,简易程序,2026-02-09,周明远,原告,%s,%s,%s,河北省衡水市某街道%d号%s\n", n, p.name, p.id, p.phone, n, end)
		fmt.Fprintf(&list, "（2026）冀11民初%d号,,,,,,被告,%s有限公司,,,河北省衡水市某工业园,,,\n", n, p.name)
	}
	held := map[string][]time.Duration{}
	who := ""
	h.Kit.Fail = func(tx *db.Tx) error { who = auth.From(tx.Context()).System; return nil }
	h.Kit.DB.OnSlow(func(d time.Duration) {
		if who == "" {
			who = "house or tried"
		}
		held[who] = append(held[who], d)
		who = ""
	})
	start := time.Now()
	step := func(what string) {
		t.Logf("%-10s %8s   memory at most %d MB", what, time.Since(start).Round(100*time.Millisecond), peak(t)>>10)
		start = time.Now()
	}
	t.Logf("a list of %d KB", list.Len()>>10)
	step("before")
	batch := h.upload("郭正", "/intake", nil, "list", "名单.csv", []byte(list.String())).must(t, "upload", 200).get("batch")
	step("uploaded")
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(h.Kit.Jobs.Drain(t.Context()))
	step("tried")
	h.confirm(batch)
	for h.rowsText(`SELECT state FROM intake_batch`) != "done" {
		must(h.Kit.Jobs.Drain(t.Context()))
	}
	step("carried")
	if n := h.rows(`SELECT COUNT(*) FROM docket_case`); n != cases {
		t.Errorf("%d cases", n)
	}
	h.post("郭正", "/intake/"+batch+"/undo", nil).must(t, "undo", 200)
	must(h.Kit.Jobs.Drain(t.Context()))
	step("undone")
	for what, ds := range held {
		slices.Sort(ds)
		t.Logf("%-24s %6d acts, half within %s, 99 of 100 within %s, 999 of 1000 within %s, longest %s", what, len(ds), ds[len(ds)/2], ds[len(ds)*99/100], ds[len(ds)*999/1000], ds[len(ds)-1])
		if strings.HasPrefix(what, "intake.") && ds[len(ds)*99/100] > most { // of ten thousand acts some wait for the machine
			t.Errorf("%s holds the writer for %s", what, ds[len(ds)*99/100])
		}
	}
}

// peak is the most memory that this process ever had, in KB, as Linux tells it.
func peak(t *testing.T) (kb int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}
