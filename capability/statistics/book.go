package statistics

import (
	"mashang/law/stats"
	"mashang/platform/db"
)

// monthly is a row of the sums of one place.
type monthly struct {
	Scope string `db:"scope"`
	At    string `db:"at"`
	Kind  string `db:"kind"`
	Type  string `db:"type"`
	Mark  string `db:"mark"`
	N     int64  `db:"n"`
}

// history is what is known of one place, month by month: every period is made
// of whole months.
type history struct {
	place  place
	scale  string // what counts as satisfied there
	months map[string]stats.Tally
	people map[string]int64 // visitors by period, as far as they were asked for
	books  map[string]stats.Book
}

// histories reads the history of places up to the end of a period. It costs
// what the places' months hold, however many cases there are.
func histories(tx *db.Tx, places []place, until stats.Period) (map[string]*history, error) {
	out := map[string]*history{}
	keys := make([]any, 0, len(places)+1)
	for _, p := range places {
		out[p.key()] = &history{place: p, months: map[string]stats.Tally{}, people: map[string]int64{}, books: map[string]stats.Book{}}
		keys = append(keys, p.key())
	}
	if len(places) == 0 {
		return out, nil
	}
	rows, err := db.List[monthly](tx, `SELECT scope, at, kind, type, mark, n FROM statistics_sum WHERE scope IN (`+db.In(len(places))+`) AND grain = 'month' AND at < ? AND n <> 0`,
		append(keys, until.Next().First.String()[:7])...)
	for _, r := range rows {
		h := out[r.Scope]
		if h.months[r.At] == nil {
			h.months[r.At] = stats.Tally{}
		}
		h.months[r.At][stats.Cell{Kind: stats.Kind(r.Kind), Type: r.Type, Mark: r.Mark}] += r.N
	}
	return out, err
}

// visits counts the different visitors of periods. People cannot be added up,
// so they are counted from the visits, along an index.
func (h *history) visits(tx *db.Tx, periods ...stats.Period) error {
	cond, args := h.place.where()
	for _, p := range periods {
		n, err := db.One[int64](tx, `SELECT COUNT(DISTINCT person_id) FROM statistics_event WHERE `+cond+` AND kind = 'visit' AND on_day >= ? AND on_day <= ?`,
			append(append([]any{}, args...), p.First, p.Last())...)
		if err != nil {
			return err
		}
		h.people[p.String()] = n
	}
	return nil
}

// book is a period of the history.
func (h *history) book(p stats.Period) stats.Book {
	b, ok := h.books[p.String()]
	if b.Visitors = h.people[p.String()]; ok {
		return b
	}
	b.Before, b.In = stats.Tally{}, stats.Tally{}
	from, to := p.First.String()[:7], p.Next().First.String()[:7]
	for m, t := range h.months {
		switch {
		case m < from:
			b.Before.Add(t)
		case m < to:
			b.In.Add(t)
		}
	}
	h.books[p.String()] = b
	return b
}
