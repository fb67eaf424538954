package papers

import "testing"

// TestRegion: of a hidden address a paper keeps the county and nothing finer.
func TestRegion(t *testing.T) {
	for address, want := range map[string]string{
		"河北省衡水市桃城区人民西路1号": "河北省衡水市桃城区",
		"河北省枣强县某镇某村3组":    "河北省枣强县",
		"四川省某市某县某镇某村3组":   "四川省某市某县",
		"北京市东城区某街9号":      "北京市东城区",
		"某工业园2号":          "",
		"":                "",
	} {
		if got := region.FindString(address); got != want {
			t.Errorf("of %q stays %q, want %q", address, got, want)
		}
	}
}
