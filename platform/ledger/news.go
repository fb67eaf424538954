package ledger

import "mashang/platform/db"

// News is an entry that open pages may hear of. Its place in the order of the
// ledger is the same on every node and after every restart.
type News struct {
	Seq   int64  `db:"seq"`
	Entry string `db:"id"`
	Kind  string `db:"kind"`
	Court string `db:"court_id"`
	Case  string `db:"case_id"`
	Say   string // the sentence of its kind
}

// newsCols names what a News is read from.
const newsCols = `id, seq, kind, court_id, case_id`

// NewsBetween returns what makes news among the sealed entries from one place
// up to another; more says that there were over n entries and some were left.
func (l *Ledger) NewsBetween(tx *db.Tx, from, to int64, n int) (list []News, more bool, err error) {
	return l.news(tx, n, `SELECT `+newsCols+` FROM ledger_entry WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?`, from, to, n+1)
}

// NewsOfCase is NewsBetween for one case.
func (l *Ledger) NewsOfCase(tx *db.Tx, caseID string, from, to int64, n int) (list []News, more bool, err error) {
	return l.news(tx, n, `SELECT `+newsCols+` FROM ledger_entry WHERE case_id = ? AND +seq >= ? AND +seq < ? ORDER BY seq LIMIT ?`, caseID, from, to, n+1)
}

func (l *Ledger) news(tx *db.Tx, n int, query string, args ...any) (out []News, more bool, err error) {
	list, err := db.List[News](tx, query, args...)
	if more = len(list) > n; more {
		list = list[:n]
	}
	for _, x := range list {
		if x.Say = l.kinds[x.Kind].News; x.Say != "" {
			out = append(out, x)
		}
	}
	return out, more, err
}

// Holds returns those of the entries that are addressed to holder.
func Holds(tx *db.Tx, holder string, entries []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(entries) == 0 {
		return out, nil
	}
	ids, err := db.List[string](tx, `SELECT entry_id FROM ledger_link WHERE entry_id IN (`+db.In(len(entries))+`) AND holder = ?`, append(db.Args(entries), holder)...)
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}
