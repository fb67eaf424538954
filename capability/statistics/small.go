package statistics

import (
	"slices"

	"mashang/law"
	"mashang/law/stats"
	"mashang/platform/db"
)

// least is the smallest number that is shown where few must not be seen: in
// public, and of what was said about a judge.
const least = 5

// batched says, on every page and paper, what batches does.
const batched = "评价算到上月底；攒满 5 件案件的评价，才在攒满的那个月一起算进来"

// rated are the groups of figures about how people were treated.
var rated = []string{"handling", "service"}

// batches are the ratings of a judge, or of a division's judges, as those may
// see them whom they are about. What people said of one judge is let go at the
// end of a month, all at once, and only when those of at least five cases have
// come together since he was last shown any: five in one case may be one person's,
// and he answered them. Every figure, of whatever period, is a sum of whole
// batches, and so is the difference of any two: whoever looks twice, or takes the
// months from the quarter or himself from his division, learns nothing of fewer.
func batches(tx *db.Tx, p place, today law.Date) (map[string]stats.Tally, error) {
	type sum struct {
		Division string     `db:"division_id"`
		Judge    string     `db:"judge_id"`
		Kind     stats.Kind `db:"kind"`
		At       string     `db:"at"`
		Mark     string     `db:"mark"`
		Case     string     `db:"case_id"`
		N        int64      `db:"n"`
	}
	cond, args := p.where()
	rows, err := db.List[sum](tx, `SELECT division_id, judge_id, kind, substr(on_day, 1, 7) AS at, mark, case_id, COUNT(*) AS n FROM statistics_event
		WHERE `+cond+` AND kind IN ('handled', 'rated') AND on_day < ? GROUP BY division_id, judge_id, kind, substr(on_day, 1, 7), mark, case_id ORDER BY division_id, judge_id, kind, at`,
		append(args, stats.PeriodOf(stats.Month, today).First)...)
	out := map[string]stats.Tally{}
	batch, of := stats.Tally{}, map[string]bool{}
	for i, r := range rows {
		batch[stats.Cell{Kind: r.Kind, Mark: r.Mark}] += r.N
		of[r.Case] = true
		same, full := false, len(of) >= least
		if i+1 < len(rows) {
			next := rows[i+1]
			same = next.Division == r.Division && next.Judge == r.Judge && next.Kind == r.Kind
			if same && next.At == r.At { // the month has more
				continue
			}
		}
		if full {
			if out[r.At] == nil {
				out[r.At] = stats.Tally{}
			}
			out[r.At].Add(batch)
		}
		if full || !same {
			batch, of = stats.Tally{}, map[string]bool{}
		}
	}
	return out, err
}

// batch puts batches in the place of the ratings of a history.
func (h *history) batch(tx *db.Tx, today law.Date) error {
	bs, err := batches(tx, h.place, today)
	if err != nil {
		return err
	}
	for _, t := range h.months {
		for c := range t {
			if c.Kind == stats.Handled || c.Kind == stats.Rated {
				delete(t, c)
			}
		}
	}
	for m, t := range bs {
		if h.months[m] == nil {
			h.months[m] = stats.Tally{}
		}
		h.months[m].Add(t)
	}
	return nil
}

// blank reports whether nothing has been let go of a group in a period. It
// does not say whether there is anything.
func (h *history) blank(group string, p stats.Period) bool {
	i := slices.IndexFunc(stats.Figures, func(f stats.Figure) bool { return f.Group == group })
	return stats.Figures[i].Of(h.book(p)).Den == 0
}

// few reports whether any of the numbers is there and too small.
func few(ns []int64) bool {
	for _, n := range ns {
		if n > 0 && n < least {
			return true
		}
	}
	return false
}

// cells are the numbers of a group of figures from which a single case or
// person might be seen: the numerator of each, what it leaves of the
// denominator, and what the denominator leaves of wider ones, which stand
// beside it. Numbers at an instant (旧存, 未结) do not add up over periods and
// come last; add counts those before them.
func cells(group, scale string, b stats.Book) (ns []int64, add int) {
	var at []int64
	on := stats.On(scale)
	for i, f := range stats.Figures {
		if f.Group != group {
			continue
		}
		r := on[i].Of(b)
		switch {
		case f.Key == "pending" || f.Key == "open":
			at = append(at, r.Num)
		case f.Denominator == nil:
			ns = append(ns, r.Num)
		case scale != "" && slices.Contains(rated, group): // each grade, whatever counts: a court may count otherwise tomorrow
			wide := f.Of(b).Num
			ns = append(ns, r.Num, wide-r.Num, r.Den-wide)
		case group != "flow": // its shares are made of its counts
			ns = append(ns, r.Num, r.Den-r.Num)
			for j, wider := range stats.Figures {
				if wider.Group != group && wider.Group != "flow" && wider.Denominator != nil && wider.Denominator.OfCases() && f.Denominator.OfCases() {
					ns = append(ns, on[j].Of(b).Den-r.Den)
				}
			}
		}
	}
	return append(ns, at...), len(ns)
}

// veil hides what is too small, and what would let it be worked out: a year is
// hidden as well when, less those of its parts that are shown, it would give
// away a small one.
type veil struct{ h *history }

// hides reports whether a group must not be shown for a period.
func (v veil) hides(group string, p stats.Period) bool {
	ns, _ := cells(group, v.h.scale, v.h.book(p))
	return few(ns) || few(v.unknown(group, p))
}

// unknown is what remains of a period after all that is shown of its parts.
func (v veil) unknown(group string, p stats.Period) (sum []int64) {
	for _, q := range p.Parts() {
		if !v.hides(group, q) {
			continue
		}
		part := v.unknown(group, q)
		if len(q.Parts()) == 0 {
			ns, add := cells(group, v.h.scale, v.h.book(q))
			part = ns[:add]
		}
		for i, n := range part {
			if i == len(sum) {
				sum = append(sum, 0)
			}
			sum[i] += n
		}
	}
	return sum
}
