package complaint

import (
	"cmp"
	"slices"
	"strings"

	"mashang/docket"
	"mashang/platform/fault"
)

// kind is where a paper goes and how long the office has.
type kind struct {
	Key, Title, Hint string
	Office           string      // who reads it, in words
	Role             docket.Role // and by post
	Days             int         // working days for the answer, where the court says nothing else: a promise of service
}

// kinds of what can be said.
var kinds = []kind{
	{Key: "complaint", Title: "投诉", Hint: "拖着不办、态度不好、说话不算、该做的没做", Office: "审判管理办公室", Role: docket.Supervision, Days: 10},
	{Key: "report", Title: "举报", Hint: "收钱收礼、替人说情、泄露案情、同一方私下来往", Office: "督察部门", Role: docket.Discipline, Days: 20},
}

// in is how many working days the court of a case gives the office.
func (k kind) in(ct docket.Court) int {
	days := ct.ComplaintDays
	if k.Role == docket.Discipline {
		days = ct.ReportDays
	}
	return cmp.Or(days, k.Days)
}

func kindOf(key string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.Key == key })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// other is the kind of the other office: a complaint may turn out to be about
// discipline, and a report about how somebody works.
func (k kind) other() kind {
	if k == kinds[0] {
		return kinds[1]
	}
	return kinds[0]
}

const (
	mostText  = 5000
	mostFiles = 9

	mostPeople = 20 // a panel of seven with its helpers is eleven
	mostBytes  = 30 << 20
)

// paper is the form.
type paper struct {
	Kind  string   `json:"kind"`
	About []string `json:"about"` // people of the case, by id
	Name  string   `json:"name"`  // or someone else of the court
	Text  string   `json:"text"`
	Named string   `json:"named"` // "on": the office may know who wrote a report
}

func (p paper) check() error {
	var bad fault.List
	if _, ok := kindOf(p.Kind); !ok {
		bad.Add("kind", "请选是投诉还是举报。")
	}
	if len(p.About) == 0 && strings.TrimSpace(p.Name) == "" {
		bad.Add("about", "请选是对谁。不在里面的，写上姓名；不知道姓名，写是做什么的。")
	}
	switch n := len([]rune(p.Text)); {
	case n == 0:
		bad.Add("text", "请写清楚什么时候、什么事。")
	case n > mostText:
		bad.Add("text", "一次最多 5000 字。")
	}
	if len(p.About) > mostPeople {
		bad.Add("about", "一次最多选 %d 个人。", mostPeople)
	}
	if len([]rune(p.Name)) > 50 {
		bad.Add("name", "姓名太长了。")
	}
	return bad.Err()
}

// names reports whether a person is among those whom a paper is about. Two
// people of one name count as one: rather one reader too few. all says that
// everyone of his post is meant, see [everyone].
func names(w written, m docket.Member, all bool) bool {
	if slices.Contains(w.About, m.Person) || all && docket.MentionsOffice(w.Name, m.Role) || docket.Mentions(w.Name, m.Name) {
		return true
	}
	for _, n := range w.Names {
		if docket.Mentions(n, m.Name) {
			return true
		}
	}
	return false
}

// everyone reports whether a paper that names an office in words means all who
// hold it: it is about their court, and none of them is meant by name.
func everyone(w written, court string, ms []docket.Member) bool {
	return court == w.Of && !slices.ContainsFunc(ms, func(m docket.Member) bool { return names(w, m, false) })
}
