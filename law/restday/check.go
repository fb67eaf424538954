package restday

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mashang/law"
)

// always are days that are rest days in every year, whatever is swapped around
// them (全国年节及纪念日放假办法 2, as amended in 2024).
var always = []struct {
	month, day int
	name       string
}{{1, 1, "元旦"}, {5, 1, "劳动节"}, {10, 1, "国庆节"}}

// Check refuses a year that cannot be an announcement of rest days; the error
// is a sentence for whoever typed it.
func (y Year) Check() error {
	c, err := New(y)
	if err != nil {
		return err
	}
	for _, days := range []map[law.Date]bool{c.off, c.work} {
		for d := range days {
			if d.Year != y.Year {
				return fmt.Errorf("%s 不是 %d 年的日子", d.Chinese(), y.Year)
			}
		}
	}
	for d := range c.work {
		if c.off[d] {
			return fmt.Errorf("%s 既写在放假里，又写在上班里", d.Chinese())
		}
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			return fmt.Errorf("%s 是%s，本来就上班，不用写在补班里", d.Chinese(), d.ChineseWeekday())
		}
	}
	for _, a := range always {
		if !c.off[law.Date{Year: y.Year, Month: a.month, Day: a.day}] {
			return fmt.Errorf("%s（%d 月 %d 日）应该放假，名单里没有", a.name, a.month, a.day)
		}
	}
	return nil
}

var daySpan = regexp.MustCompile(`^(?:(\d{4})[-年.])?(\d{1,2})[-月./](\d{1,2})日?(?:[至到~—－/-]+(?:(\d{4})[-年.])?(?:(\d{1,2})[-月./])?(\d{1,2})日?)?$`)

// ParseDays reads days as people write them, one or a span a line or between
// commas: 1月1日, 2月15日至23日, 9月25日至10月7日, 2026-02-15/2026-02-23.
func ParseDays(year int, text string) ([]string, error) {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n,，、;； \t", r) }) {
		if i := strings.IndexAny(w, "(（"); i >= 0 { // 10月1日（周四）
			w = w[:i]
		}
		m := daySpan.FindStringSubmatch(w)
		if m == nil {
			return nil, fmt.Errorf("看不懂“%s”。一行写一段，例如“10月1日至7日”", w)
		}
		first := civil(year, m[1], m[2], m[3])
		last := first
		if m[6] != "" {
			month := m[5]
			if month == "" {
				month = m[2]
			}
			last = civil(year, m[4], month, m[6])
		}
		for _, s := range []string{first, last} {
			if _, err := law.ParseDate(s); err != nil {
				return nil, fmt.Errorf("“%s”里有不存在的日子", w)
			}
		}
		if last != first {
			first += "/" + last
		}
		out = append(out, first)
	}
	return out, nil
}

func civil(year int, y, m, d string) string {
	if y != "" {
		year, _ = strconv.Atoi(y)
	}
	month, _ := strconv.Atoi(m)
	n, _ := strconv.Atoi(d)
	return fmt.Sprintf("%04d-%02d-%02d", year, month, n)
}
