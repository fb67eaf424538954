package statistics

import "mashang/law/stats"

// least is the smallest number that is shown where few must not be seen: in
// public, and of what was said about a judge.
const least = 5

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
// person might be seen: the numerator of each, and what it leaves of the
// denominator. Numbers at an instant (旧存, 未结) do not add up over periods and
// come last; add counts those before them.
func cells(group string, b stats.Book) (ns []int64, add int) {
	var at []int64
	for _, f := range stats.Figures {
		if f.Group != group {
			continue
		}
		r := f.Of(b)
		switch {
		case f.Key == "pending" || f.Key == "open":
			at = append(at, r.Num)
		case f.Denominator == nil:
			ns = append(ns, r.Num)
		case group != "flow": // its shares are made of its counts
			ns = append(ns, r.Num, r.Den-r.Num)
		}
	}
	return append(ns, at...), len(ns)
}

// ratings counts of a group only how many there are: they are about one judge,
// who may see how they came out as soon as there are enough.
func ratings(group string, b stats.Book) (ns []int64, add int) {
	for _, f := range stats.Figures {
		if f.Group == group && f.Denominator != nil {
			return []int64{f.Denominator.Of(b)}, 1
		}
	}
	return nil, 0
}

// veil hides what is too small, and what would let it be worked out: a year is
// hidden as well when, less those of its parts that are shown, it would give
// away a small one.
type veil struct {
	h     *history
	cells func(group string, b stats.Book) ([]int64, int)
}

// hides reports whether a group must not be shown for a period.
func (v veil) hides(group string, p stats.Period) bool {
	ns, _ := v.cells(group, v.h.book(p))
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
			ns, add := v.cells(group, v.h.book(q))
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
