package sheet

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

var scientific = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+$`)

// Digits reads a number that is a name, not an amount, out of a cell: a phone's,
// an identity card's. A spreadsheet keeps fifteen digits of what it takes for an
// amount; ok is false where it lost some.
func Digits(cell string) (s string, ok bool) {
	if scientific.MatchString(cell) {
		f, ok := new(big.Float).SetString(cell)
		if !ok {
			return "", false
		}
		n, exact := f.Int(nil)
		if exact != big.Exact || len(n.String()) > 15 {
			return "", false
		}
		return n.String(), true
	}
	return strings.TrimPrefix(strings.TrimSuffix(cell, ".0"), "'"), true
}

// Lost is what to say when Digits lost some.
const Lost = "这个号码被表格当成数字改掉了。请把这一栏设成“文本”，重新填号码。"

var day = regexp.MustCompile(`^([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?(?:[ T].*)?$`)

// Day reads a day as people and spreadsheets write it and returns it as
// 2006-01-02; ok is false when the cell says no day. Whether there is such a
// day in the calendar is not asked.
func Day(cell string) (s string, ok bool) {
	if m := day.FindStringSubmatch(cell); m != nil {
		month, _ := strconv.Atoi(m[2])
		d, _ := strconv.Atoi(m[3])
		return fmt.Sprintf("%s-%02d-%02d", m[1], month, d), true
	}
	n, err := strconv.ParseFloat(cell, 64)
	switch {
	case err != nil:
	case len(cell) == 8 && n > 19000000: // 20260301
		return cell[:4] + "-" + cell[4:6] + "-" + cell[6:], true
	case n > 18000 && n < 80000: // the days that a spreadsheet counts
		if at, err := excelize.ExcelDateToTime(n, false); err == nil {
			return at.Format("2006-01-02"), true
		}
	}
	return "", false
}
