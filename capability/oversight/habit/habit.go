// Package habit is the rule that tells who looks around in cases that are not his
// from who is busy (个人信息保护法 51). It is pure: it weighs visits, and reads
// nothing.
package habit

import (
	"fmt"
	"sort"
	"time"
)

// Visit is what one of the court's people did with one case within the time
// looked at. Looking at it again on the same day changes nothing.
type Visit struct {
	Person  string    `db:"person_id"`
	Case    string    `db:"case_id"`
	Days    int64     `db:"days"` // on which he looked at it
	Last    time.Time `db:"last_at"`
	Parties []string  // person ids of those in the case
	Given   bool      // his post gives him the case: no basis was needed
	Outside bool      // neither given nor his division's
	Worked  bool      // he also did something there
	Tie     string    // what binds him to someone in the case, in words; empty: nothing known
}

// Window is how far back visits are weighed.
const Window = 30 * 24 * time.Hour

// The limits of the rule. They are to find a habit, not a slip: whoever opens
// many cases because that is his work leaves work behind, or comes back.
const (
	manyIdle  = 10 // cases outside one's division without anything done
	briefPart = 80 // per cent of those cases looked at on one day and never again
	samePeers = 3  // cases of one party without anything done
	// manyOpened cases of others without anything done are looked at however
	// often he came back: more than two a working day, each for a purpose of its
	// own, is not what a basis for one case is for (个人信息保护法 6: 与处理目的
	// 直接相关, 限于最小范围).
	manyOpened = 50
)

// Suspicion is a reason to look at someone's readings, for a person to weigh.
// It accuses nobody.
type Suspicion struct {
	Person string
	Why    []string // in plain words, each with its figures
	Cases  []string
}

// Find finds whose readings someone should look at. Each ground stands
// by itself: very many cases of others, or many opened and left; several
// cases of one party; a case of someone to whom he is bound.
func Find(vs []Visit) []Suspicion {
	by := map[string][]Visit{}
	for _, v := range vs {
		by[v.Person] = append(by[v.Person], v)
	}
	var out []Suspicion
	for person, own := range by {
		if s := weigh(person, own); len(s.Why) > 0 {
			out = append(out, s)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Person < out[j].Person })
	return out
}

func weigh(person string, own []Visit) Suspicion {
	s := Suspicion{Person: person}
	cases, opened, idle, short := map[string]bool{}, []Visit{}, []Visit{}, 0
	of := map[string][]string{} // party → idle cases
	for _, v := range own {
		if v.Worked {
			continue
		}
		if v.Tie != "" {
			s.Why = append(s.Why, "打开了一件和自己有关系的案件："+v.Tie)
			cases[v.Case] = true
		}
		if !v.Given {
			opened = append(opened, v)
		}
		if !v.Outside {
			continue
		}
		idle = append(idle, v)
		if v.Days < 2 {
			short++
		}
		for _, p := range v.Parties {
			of[p] = append(of[p], v.Case)
		}
	}
	var many []Visit
	switch {
	case len(opened) >= manyOpened:
		many = opened
		s.Why = append(s.Why, fmt.Sprintf("30 天里打开了 %d 件不归自己办的案件，都没有办过事", len(opened)))
	case len(idle) >= manyIdle && short*100 >= briefPart*len(idle):
		s.Why = append(s.Why, fmt.Sprintf("30 天里打开了 %d 件别的庭的案件，都没有办过事，其中 %d 件只来过一天", len(idle), short))
		many = idle
	}
	for _, v := range many {
		cases[v.Case] = true
	}
	most := []string{}
	for _, list := range of {
		if len(list) > len(most) {
			most = list
		}
	}
	if len(most) >= samePeers {
		s.Why = append(s.Why, fmt.Sprintf("30 天里打开了同一位当事人的 %d 件案件，都没有办过事", len(most)))
		for _, c := range most {
			cases[c] = true
		}
	}
	for c := range cases {
		s.Cases = append(s.Cases, c)
	}
	sort.Strings(s.Cases)
	return s
}
