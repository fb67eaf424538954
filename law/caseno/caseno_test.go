package caseno

import "testing"

func TestParse(t *testing.T) {
	for s, want := range map[string]Number{
		"（2026）冀1126民初123号": {2026, "冀1126", "", "民初", 123}, "(2026)冀11知民初87号": {2026, "冀11", "知", "民初", 87},
		"（2026）冀执7号": {2026, "冀", "", "执", 7}, "（2026）最高法民终1号": {2026, "最高法", "", "民终", 1}, "（2026）冀1127诉前调9号": {2026, "冀1127", "", "诉前调", 9},
	} {
		got, err := Parse(s)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", s, got, err)
		}
	}
	for _, bad := range []string{"（2026）冀1126民初0123号", "(2015)衡民初字第123号", "（2014）衡执字第10号", "（2014）枣民字第3号", "（2026）冀1126民初123", "（2026） 冀1126民初1号", "2026冀1126民初1号", "（2026）冀1126民初0号", ""} {
		if Valid(bad) {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("（2026）冀1126民初123号")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(n.String()); err != nil || again != n {
			t.Fatalf("%q became %+v became %+v, %v", s, n, again, err)
		}
	})
}
