package setup

import (
	"strings"
	"testing"

	"mashang/platform/fault"
)

// TestList: rows keep the numbers that a person sees, empty ones are nobody,
// and a list that names its columns differently, or has nobody, is refused.
func TestList(t *testing.T) {
	head := strings.Join(columns, ",")
	rows, err := readList([]byte(head + "\n 张三 ,1\n\n,,,\n李四"))
	if err != nil || len(rows) != 2 || rows[0].n != 2 || rows[0].cells[0] != "张三" || rows[1].n != 5 || len(rows[1].cells) != len(columns) {
		t.Errorf("%+v %v", rows, err)
	}
	for what, file := range map[string]string{
		"no list": "PK", "nothing": "", "head only": head + "\n,\n", "another head": strings.Replace(head, "手机号", "电话", 1) + "\n张三",
		"too many": head + strings.Repeat("\n张三", mostRows+1),
	} {
		if _, err := readList([]byte(file)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}
