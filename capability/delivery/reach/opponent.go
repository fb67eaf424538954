package reach

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mashang/docket"
	"mashang/platform/db"
)

// Opponent reports whether who is said to receive a paper, or to have signed for
// it, stands on another side of the case than its recipient.
func Opponent(tx *db.Tx, said string, to docket.Party) (bool, error) {
	if said == "" {
		return false, nil
	}
	ps, as, err := people(tx, to)
	return opposes(said, to, ps, as), err
}

// across are the persons who stand on another side of the case than a party, or
// act for who does, and not for him.
func across(tx *db.Tx, to docket.Party) ([]string, error) {
	ps, as, err := people(tx, to)
	return against(to, ps, as), err
}

// against are they, among these people of the case.
func against(to docket.Party, ps []docket.Party, as []docket.Agent) (out []string) {
	own, others := sides(to, ps, as)
	for _, f := range others {
		if f.Person != "" && !slices.ContainsFunc(own, func(o figure) bool { return o.Person == f.Person }) {
			out = append(out, f.Person)
		}
	}
	return out
}

// theirs tells whether a telephone or mailbox is one of those across: who gave it
// as another's reads there what is served on him.
func (s *Book) theirs(tx *db.Tx, to docket.Party) (func(Address) bool, error) {
	ps, as, err := people(tx, to)
	if err != nil {
		return nil, err
	}
	others := against(to, ps, as)
	var numbers []string
	var known []Address
	for _, a := range as {
		if slices.Contains(others, a.Person) {
			numbers = append(numbers, a.PhoneFind)
		}
	}
	for _, p := range ps {
		if !slices.Contains(others, p.Person) {
			continue
		}
		numbers = append(numbers, p.PhoneFind)
		more, err := s.Addresses(tx, p.ID)
		if err != nil {
			return nil, err
		}
		known = append(known, more...)
	}
	return func(a Address) bool {
		return a.Value != "" && (slices.Contains(numbers, s.k.Vault.Find("phone", a.Value)) ||
			slices.ContainsFunc(known, func(x Address) bool { return x.Kind == a.Kind && x.Value == a.Value && x.Ended.IsZero() }))
	}, nil
}

// people are the parties of a case and who acts for them now.
func people(tx *db.Tx, of docket.Party) ([]docket.Party, []docket.Agent, error) {
	ps, err := docket.Parties(tx, of.Case)
	if err != nil {
		return nil, nil, err
	}
	as, err := docket.Agents(tx, of.Case, tx.Now())
	return ps, as, err
}

// figure is somebody in a case. Who heads a party is there by name only.
type figure struct{ Person, Name string }

// sides are those who stand with a party, and the others: parties, who heads them,
// their agents. Who acts for two stands on both.
func sides(to docket.Party, parties []docket.Party, agents []docket.Agent) (own, others []figure) {
	put := func(role string, fs ...figure) {
		if role == to.Role {
			own = append(own, fs...)
		} else {
			others = append(others, fs...)
		}
	}
	role := map[string]string{} // of parties, by id
	for _, p := range append([]docket.Party{to}, parties...) {
		role[p.ID] = p.Role
		put(p.Role, figure{p.Person, p.Name}, figure{Name: p.RepName})
	}
	for _, a := range agents {
		put(role[a.Party], figure{a.Person, a.Name})
	}
	return own, others
}

// opposes reports whether the one of whom it is said is another party of the case,
// who heads one, or its agent: he has no reason to hand the paper on. Who acts for
// the recipient too may receive.
//
// law:法院专递规定(2004)/7 但代收人是同一案件中另一方当事人的除外。
func opposes(said string, to docket.Party, parties []docket.Party, agents []docket.Agent) bool {
	own, others := sides(to, parties, agents)
	return slices.ContainsFunc(others, func(f figure) bool {
		return names(said, f.Name) && !slices.ContainsFunc(own, func(o figure) bool { return o.Name == f.Name })
	})
}

// names reports whether a name stands in what was written of a person and what
// he is to another. One letter behind it, and it is the name of somebody else,
// unless it says what he does: 收, 转.
func names(said, name string) bool {
	return name != "" && slices.ContainsFunc(words(said), func(word string) bool {
		_, rest, found := strings.Cut(word, name)
		return found && (utf8.RuneCountInString(rest) != 1 || strings.Contains("收转签领取代的等", rest))
	})
}

// words are what stands apart in what was written of a person.
func words(said string) []string {
	return joined(strings.FieldsFunc(said, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("，,、；;：:。（）()", r) }))
}

// Receives reports whether who is said to have signed is the one whom the party
// named to receive for him; of each is written who he is, and then what.
//
// law:民诉法解释(2022)/133 当事人本人因故不能签收的，可由其指定的代收人签收。
func (k Known) Receives(said string) bool {
	named, who := words(k.Receiver()), words(said)
	return len(named) > 0 && len(who) > 0 && (names(said, named[0]) || names(k.Receiver(), who[0]))
}

// joined puts letters together that stand alone: 王 强 is one name.
func joined(words []string) (out []string) {
	alone := false
	for _, w := range words {
		one := utf8.RuneCountInString(w) == 1
		if one && alone {
			out[len(out)-1] += w
		} else {
			out = append(out, w)
		}
		alone = one
	}
	return out
}
