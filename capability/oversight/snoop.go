package oversight

import (
	"fmt"
	"sort"
	"time"
)

// visit is what one of the court's people did with one case within the time
// looked at.
type visit struct {
	Person  string
	Case    string
	Parties []string      // person ids of those in the case
	Looks   int           // pages
	Stay    time.Duration // from his first look to his last on one day, the longest of any day
	Outside bool          // neither his division's nor one that his post gives him
	Worked  bool          // he also did something there
	Tie     string        // what binds him to someone in the case, in words; empty: nothing known
}

// The limits of the rule. They are to find a habit, not a slip: whoever opens
// many cases because that is his work leaves work behind, or stays.
const (
	window    = 30 * 24 * time.Hour
	manyIdle  = 10              // cases outside one's division without anything done
	brief     = 2 * time.Minute // a look that is no reading
	briefPart = 80              // per cent of those cases only looked at briefly
	samePeers = 3               // cases of one party without anything done
)

// suspicion is a reason to look at someone's readings, for a person to weigh.
// It accuses nobody.
type suspicion struct {
	Person string
	Why    []string // in plain words, each with its figures
	Cases  []string
}

// suspicious finds whose readings someone should look at. Each ground stands
// by itself: many cases of others opened and left at once; several cases of
// one party; a case of someone to whom he is bound.
func suspicious(vs []visit) []suspicion {
	by := map[string][]visit{}
	for _, v := range vs {
		by[v.Person] = append(by[v.Person], v)
	}
	var out []suspicion
	for person, own := range by {
		if s := weigh(person, own); len(s.Why) > 0 {
			out = append(out, s)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Person < out[j].Person })
	return out
}

func weigh(person string, own []visit) suspicion {
	s := suspicion{Person: person}
	cases, idle, short := map[string]bool{}, []visit{}, 0
	of := map[string][]string{} // party → idle cases
	for _, v := range own {
		if v.Worked {
			continue
		}
		if v.Tie != "" {
			s.Why = append(s.Why, "打开了一件和自己有关系的案件："+v.Tie)
			cases[v.Case] = true
		}
		if !v.Outside {
			continue
		}
		idle = append(idle, v)
		if v.Stay < brief {
			short++
		}
		for _, p := range v.Parties {
			of[p] = append(of[p], v.Case)
		}
	}
	if len(idle) >= manyIdle && short*100 >= briefPart*len(idle) {
		s.Why = append(s.Why, fmt.Sprintf("30 天里打开了 %d 件不归自己办的案件，都没有办过事，其中 %d 件看了不到 2 分钟", len(idle), short))
		for _, v := range idle {
			cases[v.Case] = true
		}
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
