package docket

import (
	"strings"
	"unicode"
)

// Mentions reports whether words about people of a court mean someone of a
// name: the name itself, whatever stands between its characters (a judgment
// prints 邢　立, a copy may hold invisible characters), or his surname with a
// title, as people call him: 邢主任, 老邢, 邢某. A namesake is meant too: rather
// one reader too few than the one whom a complaint is about.
func Mentions(words, name string) bool {
	words, name = letters(words), letters(name)
	if name == "" {
		return false
	}
	if strings.Contains(words, name) {
		return true
	}
	family := surname(name)
	for _, before := range []string{"老", "小"} {
		if words == before+family {
			return true
		}
	}
	for rest := words; ; {
		_, after, ok := strings.Cut(rest, family)
		if !ok {
			return false
		}
		tail := strings.TrimLeft(after, "某副")
		if tail != after && !strings.HasPrefix(after, "副") { // 邢某, 邢某某
			return true
		}
		for _, t := range titles {
			if strings.HasPrefix(tail, t) {
				return true
			}
		}
		rest = after
	}
}

// titles are what follows a surname when nobody knows the rest.
var titles = []string{"院长", "庭长", "法官", "主任", "书记", "组长", "督察", "科长", "处长", "局长", "队长", "审判", "助理", "执行", "纪检", "同志", "领导", "先生", "女士", "老师", "姓"}

// MentionsOffice reports whether words name, in place of a person, those who
// hold a post: 督察室的人, 院领导.
func MentionsOffice(words string, role Role) bool {
	words = letters(words)
	for _, w := range offices[role] {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

var offices = map[Role][]string{
	Discipline:  {"督察", "纪检", "监察", "纪委"},
	Supervision: {"审管", "审判管理", "案管"},
	President:   {"院长", "院领导", "领导", "一把手"},
}

// letters drops everything but letters and figures.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

var double = []string{"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文", "司徒", "夏侯", "令狐", "端木", "南宫", "第五", "呼延", "澹台", "赫连"}

// surname is what a Chinese name begins with.
func surname(name string) string {
	for _, d := range double {
		if strings.HasPrefix(name, d) && len(name) > len(d) {
			return d
		}
	}
	return string([]rune(name)[:1])
}
