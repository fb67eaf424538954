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
	ps, err := docket.Parties(tx, to.Case)
	if err != nil || said == "" {
		return false, err
	}
	as, err := docket.Agents(tx, to.Case, tx.Now())
	return opposes(said, to, ps, as), err
}

// opposes reports whether the one of whom it is said is another party of the case,
// who heads one, or its agent: he has no reason to hand the paper on. Who acts for
// the recipient too may receive.
//
// law:法院专递规定(2004)/7 但代收人是同一案件中另一方当事人的除外。
func opposes(said string, to docket.Party, parties []docket.Party, agents []docket.Agent) bool {
	role := map[string]string{} // of parties, by id
	own, others := []string{to.Name, to.RepName}, []string{}
	put := func(as, name string) {
		if as == to.Role {
			own = append(own, name)
		} else {
			others = append(others, name)
		}
	}
	for _, p := range parties {
		role[p.ID] = p.Role
		put(p.Role, p.Name)
		put(p.Role, p.RepName)
	}
	for _, a := range agents {
		put(role[a.Party], a.Name)
	}
	return slices.ContainsFunc(others, func(name string) bool { return !slices.Contains(own, name) && names(said, name) })
}

// names reports whether a name stands in what was written of a person and what
// he is to another. One letter behind it, and it is the name of somebody else.
func names(said, name string) bool {
	apart := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("，,、；;：:。（）()", r) }
	return name != "" && slices.ContainsFunc(strings.FieldsFunc(said, apart), func(word string) bool {
		_, rest, found := strings.Cut(word, name)
		return found && utf8.RuneCountInString(rest) != 1
	})
}
