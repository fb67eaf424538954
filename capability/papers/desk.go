package papers

import (
	"fmt"
	"strings"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/db"
)

// mostOrdered papers are looked through for a desk. Those that lack nothing are
// drawn within seconds and are the newest.
const mostOrdered = 30

const lackGroup = "文书缺字做不出来"

// tasks are the drafts that wait to be signed off, the papers that have to be
// drawn from others, and those that wait for a typeface: for who makes the papers of a
// case, with its number, and for the system administrator, who can help, only
// with the characters.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) (out []capability.Task, err error) {
	if out, err = s.draftTasks(tx, v); err != nil {
		return nil, err
	}
	more, err := s.followTasks(tx, v)
	if err != nil {
		return nil, err
	}
	out = append(out, more...)
	for _, p := range v.Posts {
		if p.Role != docket.SystemAdmin {
			continue
		}
		ps, err := paper.OrderedIn(tx, p.Court, mostOrdered)
		if err != nil {
			return nil, err
		}
		all := ""
		for _, x := range ps {
			l, err := s.lacksOf(x)
			if err != nil {
				return nil, err
			}
			all += l
		}
		if all != "" {
			out = append(out, lacking("有文书没有做出来", all, "请装上有这个字的字体，再重启本系统，文书会自动做出来。", "/setup"))
		}
	}
	ps, err := paper.OrderedFor(tx, v.Actor.Person, v.Now, mostOrdered)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{} // its papers are for one name and wait for the same
	for _, p := range ps {
		if told[p.Case] {
			continue
		}
		if _, err := access.May(tx, v.Actor, "make", access.Of("paper", p.Case), v.Now); err != nil {
			continue
		}
		l, err := s.lacksOf(p)
		if err != nil {
			return nil, err
		}
		if l != "" {
			told[p.Case] = true
			out = append(out, lacking(p.Number, l, "请告诉系统管理员装上有这个字的字体，装好以后文书会自动做出来；字写错了的，更正以后在案件页撤回重做。", "/casebook/"+p.Case))
		}
	}
	return out, nil
}

func lacking(title, chars, do, href string) capability.Task {
	return capability.Task{Group: lackGroup, Title: title, Sub: "电脑里没有" + named(chars) + "字。" + do, Href: href, Tone: "late", Tag: "缺字"}
}

// named writes each character once, with the number that finds a typeface for
// it: what no typeface has, the screen may not show either.
func named(chars string) string {
	var out []string
	seen := map[rune]bool{}
	for _, r := range chars {
		if !seen[r] {
			seen[r] = true
			out = append(out, fmt.Sprintf("“%c”（%U）", r, r))
		}
	}
	return strings.Join(out, "、")
}

// lacksOf names the characters of an ordered paper that no typeface has.
func (s *Service) lacksOf(p paper.Paper) (string, error) {
	d, err := s.data(p)
	if err != nil {
		return "", err
	}
	return s.lacks(d), nil
}
