package setup

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mashang/platform/fault"
)

// sheetOf is a list whose rows after the first have the cells that put names.
func sheetOf(t *testing.T, rows int, put func(f *excelize.File, row int) error) *bytes.Buffer {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetRow("Sheet1", "A1", &columns); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := put(f, i+2); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestListBombs: a small file that unfolds into millions of cells or a million
// rows is refused before it does.
func TestListBombs(t *testing.T) {
	cell := func(col, row int) string {
		name, err := excelize.CoordinatesToCellName(col, row)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	wide := sheetOf(t, 50, func(f *excelize.File, row int) error {
		return f.SetCellStr("Sheet1", cell(excelize.MaxColumns, row), "x")
	})
	long := sheetOf(t, 1, func(f *excelize.File, _ int) error { return f.SetCellStr("Sheet1", cell(1, excelize.TotalRows), "x") })
	for what, b := range map[string]*bytes.Buffer{"wide": wide, "long": long} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readList(b)
		runtime.ReadMemStats(&after)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 30 {
			t.Errorf("%s: %d MB", what, mb)
		}
	}
	few := sheetOf(t, 3, func(f *excelize.File, row int) error { return f.SetCellStr("Sheet1", cell(1, row), " 张三 ") })
	rows, err := readList(few)
	if err != nil || len(rows) != 3 || rows[2][0] != "张三" {
		t.Errorf("%v %v", rows, err)
	}
	if _, err := readList(strings.NewReader("PK")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no list: %v", err)
	}
}
