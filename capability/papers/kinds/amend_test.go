package kinds

import (
	"strings"
	"testing"
	"time"
)

// TestAmendKeeps: a court may move and reword; what it must say can't be made
// to go away, however the line is hidden, and no wording takes all day.
func TestAmendKeeps(t *testing.T) {
	ks, err := ByName()
	if err != nil {
		t.Fatal(err)
	}
	k := ks["judgment"]
	whole := k.Body()
	change := func(old, now string) string {
		if !strings.Contains(whole, old) {
			t.Fatalf("the form has no %q", old)
		}
		return strings.Replace(whole, old, now, 1)
	}
	for what, body := range map[string]string{
		"all of it only when nobody is the court": "@if !court\n" + whole + "\n@end",
		"all of it only in a demonstration":       "@if void\n" + whole + "\n@end",
		"the fee only when a third party spoke":   change("案件受理费", "@if third_says\n案件受理费") + "\n@end",
		"the fee in brackets that go away":        change("案件受理费{fee:money}", "[[{third_says}案件受理费{fee:money}]]"),
		"the fee asked for and not printed":       change("案件受理费{fee:money}，{fee_shares:shares}。", "@if fee\n@if fee_shares\n@end\n@end"),
		"the fee where nothing is printed":        change("案件受理费{fee:money}，{fee_shares:shares}。", "@space {fee:money}{fee_shares:shares}"),
		"the parties gone over without a word":    change("{.it}", ""),
		"ten days to appeal":                      change("十五日内", "五日内"),
		"the article on delay":                    change("第二百六十四条", "有关"),
		"no signature":                            change("@sign", ""),
		"the signature sometimes":                 change("@sign", "@if third_says\n@sign\n@end"),
		"no name":                                 change("@title", ""),
		"another name":                            change("@title", "@title 民事调解书"),
		"no number":                               change("@number", ""),
		"what no real case knows":                 whole + "\n{tomorrow}",
		"a bomb":                                  whole + "\n" + strings.Repeat("@each parties\n", 40) + strings.Repeat("@end\n", 40),
	} {
		start := time.Now()
		if _, err := k.Amend(body, "2026-12-1"); err == nil {
			t.Errorf("%s: taken", what)
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s: took %s", what, d)
		}
	}
	for what, body := range map[string]string{
		"nothing":         whole,
		"a sentence more": change("@sign", "特此判决。\n@sign"),
		"other words":     change("{defendants}未作答辩。", "{defendants}没有答辩。"),
		"another order":   change("@court\n@title\n", "@title\n@court\n"),
	} {
		if _, err := k.Amend(body, "2026-12-1"); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, k := range ks {
		if _, err := k.Amend(k.Body(), "2026-12-1"); err != nil {
			t.Errorf("%s as it is: %v", k.Name, err)
		}
	}
}

// TestLong: a list that is written out again for each of its lines ends in an
// error, not in the memory of the machine.
func TestLong(t *testing.T) {
	ks, err := ByName()
	if err != nil {
		t.Fatal(err)
	}
	k, err := ks["judgment"].Amend(ks["judgment"].Body()+strings.Repeat("\n@each claims\n{claims:join}\n@end", 300), "2026-12-1")
	if err != nil {
		t.Fatal(err)
	}
	v, err := k.sample()
	if err != nil {
		t.Fatal(err)
	}
	var claims []any
	for range 1000 {
		claims = append(claims, strings.Repeat("请求", 150))
	}
	v["claims"], v["void"] = claims, ""
	if _, err := k.Fill(v); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("filled: %v", err)
	}
}
