package habit

import (
	"fmt"
	"strings"
	"testing"
)

// TestSuspicious: the snooper is found and the busy clerk is not.
func TestSuspicious(t *testing.T) {
	many := func(person string, n int, f func(i int, v *Visit)) (out []Visit) {
		for i := range n {
			v := Visit{Person: person, Case: fmt.Sprint(person, i), Parties: []string{fmt.Sprint("p", person, i)}, Days: 1, Outside: true}
			f(i, &v)
			out = append(out, v)
		}
		return out
	}
	for _, x := range []struct {
		name string
		vs   []Visit
		why  string // what its explanation must hold; empty: nothing is found
	}{
		{"a snooper", many("a", 50, func(int, *Visit) {}), "50 件"},
		{"a snooper who does a little elsewhere", many("a", 50, func(i int, v *Visit) { v.Worked = i%10 == 0 }), "45 件"},
		{"a busy clerk does something in each", many("b", 300, func(_ int, v *Visit) { v.Worked = true }), ""},
		{"a busy clerk at the counter sees by his post", many("b", 300, func(_ int, v *Visit) { v.Outside, v.Given = false, true }), ""},
		{"a researcher comes back", many("c", 40, func(_ int, v *Visit) { v.Days = 5 }), ""},
		{"one case short of very many, come back to", many("c", 49, func(_ int, v *Visit) { v.Days = 5 }), ""},
		{"very many, however often he comes back", many("c", 50, func(_ int, v *Visit) { v.Days = 5 }), "50 件"},
		{"very many of his own division", many("c", 50, func(_ int, v *Visit) { v.Outside, v.Days = false, 5 }), "50 件"},
		{"very many beside his work", append(many("c", 50, func(_ int, v *Visit) { v.Days = 5 }), many("c", 500, func(_ int, v *Visit) { v.Worked = true })...), "50 件"},
		{"coming back to a few does not hide the rest", many("c", 20, func(i int, v *Visit) { v.Days += int64(i % 5 / 4) }), "16 件只来过一天"},
		{"nine slips", many("d", 9, func(int, *Visit) {}), ""},
		{"three cases of one party", many("e", 3, func(_ int, v *Visit) { v.Parties = []string{"one"}; v.Days = 5 }), "同一位当事人的 3 件"},
		{"two cases of one party", many("e", 2, func(_ int, v *Visit) { v.Parties = []string{"one"} }), ""},
		{"three cases of one party in his own division", many("e", 3, func(_ int, v *Visit) { v.Parties = []string{"one"}; v.Outside = false }), ""},
		{"bound to someone in it", many("f", 1, func(_ int, v *Visit) { v.Tie = "他本人在另一案里是当事人"; v.Outside = false }), "当事人"},
		{"bound, but it was his work", many("f", 1, func(_ int, v *Visit) { v.Tie = "x"; v.Worked = true }), ""},
	} {
		got := Find(x.vs)
		switch {
		case x.why == "" && len(got) > 0:
			t.Errorf("%s: found %+v", x.name, got)
		case x.why != "" && (len(got) != 1 || !strings.Contains(strings.Join(got[0].Why, " "), x.why)):
			t.Errorf("%s: %+v", x.name, got)
		}
	}
	// 200 people at their ordinary work beside one who looks around.
	var vs []Visit
	for n := range 200 {
		vs = append(vs, many(fmt.Sprint("n", n), 40, func(i int, v *Visit) {
			v.Outside, v.Worked, v.Days = i%8 == 0, i%3 == 0, int64(1+i%7)
		})...)
	}
	vs = append(vs, many("snooper", 50, func(int, *Visit) {})...)
	if got := Find(vs); len(got) != 1 || got[0].Person != "snooper" || len(got[0].Cases) != 50 {
		t.Errorf("%d found: %+v", len(got), got)
	}
}
