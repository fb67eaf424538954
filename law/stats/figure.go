package stats

import "slices"

// Kind is a kind of thing that is counted, each on its day.
type Kind string

// The kinds.
const (
	Filed    Kind = "filed"    // a case was registered
	Closed   Kind = "closed"   // and closed; marked with the way
	InTime   Kind = "in_time"  // and closed within its limit
	Appealed Kind = "appealed" // a closed case was appealed against; on the day of its closing
	Retrial  Kind = "retrial"  // a retrial of a closed case was applied for
	Opinion  Kind = "opinion"  // a party put an opinion to the court
	Handled  Kind = "handled"  // and said how satisfied he is with the answer; marked
	Rated    Kind = "rated"    // a party rated a service; marked
	Visit    Kind = "visit"    // a person opened a case by its code
)

// OfCases reports whether what is counted leads to cases, which may be looked
// up by whoever may see them. An opinion does: the case says that it was given.
// Who rated what is nobody's to look up, nor who opened his own case and when.
func (k Kind) OfCases() bool {
	return k == Filed || k == Closed || k == InTime || k == Appealed || k == Retrial || k == Opinion
}

// Cell is one kind of thing, of one type of case, with one mark.
type Cell struct {
	Kind Kind
	Type string // code of the type of case: 民初; empty when it does not matter
	Mark string // way of closing, grade of satisfaction
}

// Tally says how many there were of each.
type Tally map[Cell]int64

// Add puts another tally on top.
func (t Tally) Add(u Tally) {
	for c, n := range u {
		t[c] += n
	}
}

// Book is what is known of one period and place.
type Book struct {
	Before   Tally // everything up to the day before the period
	In       Tally // the period itself
	Visitors int64 // different people among the visits of the period
}

// Part is one thing that goes into a term.
type Part struct {
	Kind   Kind
	Types  []string // nil: all
	Marks  []string // nil: all
	Minus  bool
	Before bool // what lies before the period, not what lies in it
}

// Holds reports whether a cell is counted by the part.
func (p Part) Holds(c Cell) bool {
	return c.Kind == p.Kind && (p.Types == nil || slices.Contains(p.Types, c.Type)) && (p.Marks == nil || slices.Contains(p.Marks, c.Mark))
}

// Term is a numerator or a denominator.
type Term struct {
	Words  string
	Parts  []Part
	People bool // different people, not events
}

// Of counts a term.
func (t Term) Of(b Book) (n int64) {
	if t.People {
		return b.Visitors
	}
	for _, p := range t.Parts {
		from := b.In
		if p.Before {
			from = b.Before
		}
		for c, m := range from {
			switch {
			case !p.Holds(c):
			case p.Minus:
				n -= m
			default:
				n += m
			}
		}
	}
	return n
}

// OfCases reports whether the term counts what leads to cases, and nothing else.
func (t Term) OfCases() bool {
	for _, p := range t.Parts {
		if !p.Kind.OfCases() {
			return false
		}
	}
	return len(t.Parts) > 0
}

// Figure is one of the court's figures.
type Figure struct {
	Key, Name   string
	Unit        string // 件, 人, 条, %
	Formula     string // in words
	Source      string // where it comes from, and how far that can be checked
	Note        string // what a reader must know to read it rightly
	Gist        string // in one short sentence, where the name does not tell
	Variant     string // which of the definitions in use this is
	Version     string
	Decimals    int
	Numerator   Term
	Denominator *Term // nil: a count
	// Group names figures from which each other could be worked out: in public
	// all are shown or none.
	Group string
	// Settles is how many days after its end a period may still change, because
	// what counts for it (an appeal) comes later.
	Settles int
}

// Result is a figure with its numbers.
type Result struct {
	Num, Den int64
	Value    Percent // of a share
	OK       bool    // false: there is nothing to take a share of
}

// Of computes the figure.
func (f Figure) Of(b Book) (r Result) {
	r.Num, r.OK = f.Numerator.Of(b), true
	if f.Denominator != nil {
		r.Den = f.Denominator.Of(b)
		r.Value, r.OK = Rate(r.Num, r.Den)
	}
	return r
}

// Says is a result as it is printed, without its unit; empty: no data.
func (f Figure) Says(r Result) string {
	switch {
	case !r.OK:
		return ""
	case f.Denominator == nil:
		return whole(r.Num)
	}
	return r.Value.String()
}

// Change compares a result with an earlier one: a share in percentage points,
// a count in percent of what it was. ok is false when either is missing.
func (f Figure) Change(now, before Result) (p Percent, ok bool) {
	switch {
	case !now.OK || !before.OK:
		return 0, false
	case f.Denominator == nil:
		return Rate(now.Num-before.Num, before.Num)
	}
	return Points(now.Value, before.Value), true
}

// Counting returns the figure with other marks counted in its numerator.
func (f Figure) Counting(marks ...string) Figure {
	parts := slices.Clone(f.Numerator.Parts)
	for i := range parts {
		parts[i].Marks = marks
	}
	f.Numerator.Parts = parts
	return f
}

// ByKey returns a figure.
func ByKey(key string) (Figure, bool) {
	for _, f := range Figures {
		if f.Key == key {
			return f, true
		}
	}
	return Figure{}, false
}
