package law

import "testing"

// TestCapital is the table of amounts in words and figures.
func TestCapital(t *testing.T) {
	for in, want := range map[string]string{
		"86400.00": "人民币捌万陆仟肆佰元整", "10.00": "人民币壹拾元整", "10050.30": "人民币壹万零伍拾元零叁角整", "0.50": "人民币伍角整",
		"1000200.07": "人民币壹佰万零贰佰元零柒分", "1680.32": "人民币壹仟陆佰捌拾元零叁角贰分", "107000.53": "人民币壹拾万柒仟元零伍角叁分",
		"16409.02": "人民币壹万陆仟肆佰零玖元零贰分", "100000000.00": "人民币壹亿元整", "100000001.01": "人民币壹亿零壹元零壹分", "0.05": "人民币伍分",
		"200050000.00": "人民币贰亿零伍万元整", "0.00": "人民币零元整",
	} {
		m, err := ParseMoney(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Capital(); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if m.Plain() != in {
			t.Errorf("%s became %s", in, m.Plain())
		}
	}
	for _, bad := range []string{"", "1.234", "一百", "1.", "1e3", "1,0,0.x"} {
		if m, err := ParseMoney(bad); err == nil {
			t.Errorf("%q read as %s", bad, m)
		}
	}
	if got := Money(8640000).String(); got != "86,400.00" {
		t.Errorf("got %s", got)
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{{"2025-08-31", 6, "2026-02-28"}, {"2024-02-29", 12, "2025-02-28"}, {"2026-01-31", 1, "2026-02-28"}, {"2026-11-30", 3, "2027-02-28"}, {"2026-05-15", 2, "2026-07-15"}} {
		d, err := ParseDate(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s + %d months: got %s, want %s", c.from, c.months, got, c.want)
		}
	}
	for _, bad := range []string{"2026-02-30", "2026-2-3", "26-02-03", "2026/02/03"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	if d := (Date{2026, 11, 24}); d.ChineseWeekday() != "星期二" || d.Chinese() != "2026年11月24日" {
		t.Errorf("%s %s", d.Chinese(), d.ChineseWeekday())
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"0", "1.5", "86,400.00元", "-3.20", "999999999999999.99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMoney(s)
		if err != nil {
			return
		}
		again, err := ParseMoney(m.Plain())
		if err != nil || again != m {
			t.Fatalf("%q became %s became %s, %v", s, m.Plain(), again.Plain(), err)
		}
	})
}
