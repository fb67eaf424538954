package docket_test

import (
	"testing"

	"mashang/docket"
)

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		words, name string
		want        bool
	}{
		{"邢立", "邢立", true}, {"邢 立", "邢立", true}, {"邢　立", "邢立", true}, {"邢\u200b立", "邢立", true}, {"邢·立", "邢立", true}, {"邢立副主任", "邢立", true},
		{"周明远、邢立", "邢立", true}, {"周明远和邢 立", "邢立", true}, {"邢督察", "邢立", true}, {"督察室的邢主任", "邢立", true}, {"邢副主任", "邢立", true},
		{"老邢", "邢立", true}, {"邢某", "邢立", true}, {"邢某某", "邢立", true}, {"邢法官", "邢立", true}, {"欧阳主任", "欧阳翀", true}, {"欧主任", "欧阳翀", false},
		{"周明远", "邢立", false}, {"周主任", "邢立", false}, {"", "邢立", false}, {"邢台市的人", "邢立", false}, {"邢立", "", false}, {"门卫", "邢立", false},
	} {
		if got := docket.Mentions(c.words, c.name); got != c.want {
			t.Errorf("%q, %q: %v", c.words, c.name, got)
		}
	}
	for _, c := range []struct {
		words string
		role  docket.Role
		want  bool
	}{
		{"督察", docket.Discipline, true}, {"督察部门的人", docket.Discipline, true}, {"纪 检 组", docket.Discipline, true}, {"审管办", docket.Supervision, true}, {"审判管理办公室的人", docket.Supervision, true},
		{"本院领导", docket.President, true}, {"院长", docket.President, true}, {"门卫", docket.President, false}, {"审管办", docket.Discipline, false}, {"", docket.Discipline, false}, {"督察", docket.Judge, false},
	} {
		if got := docket.MentionsOffice(c.words, c.role); got != c.want {
			t.Errorf("%q, %s: %v", c.words, c.role, got)
		}
	}
}
