package pdf

import "slices"

// slack forgives the rounding of widths when a line is compared with its
// measure.
const slack = 0.01

// Long words are only cut when keeping them whole would leave a hole.
const (
	longWord = 13 // characters; shorter words, every sum of money among them, stay whole
	hole     = 4  // full-width characters of white that a line may carry
)

// line is one broken line.
type line struct {
	tokens []token
	glyphs []placed // final places, set by fit
	width  float64  // from the first to the end of the last visible token
	last   bool     // ends a paragraph or stands before a hard line end
	forced bool     // no permitted break existed
	spaced bool     // letters stand apart; extraction must join them again
}

// text is what the line holds, spaces at its end included.
func (l *line) text() string {
	var rs []rune
	for _, t := range l.tokens {
		if !t.newline {
			rs = append(rs, t.text...)
		}
	}
	return string(rs)
}

// breaker breaks the tokens of one paragraph.
type breaker struct {
	ts []token
	st style
}

// breakLines sets text in lines of the given measure; the first is indent
// shorter. It always returns at least one line.
func (s *shaper) breakLines(st style, text string, measure, indent float64, justify bool) []line {
	return breakTokens(st, s.tokens(st, text), measure, indent, justify)
}

// breakTokens is breakLines for text that is already shaped.
func breakTokens(st style, ts []token, measure, indent float64, justify bool) []line {
	if len(ts) == 0 {
		return []line{{last: true}}
	}
	b := &breaker{ts: ts, st: st}
	var out []line
	for i := 0; i < len(b.ts); {
		avail := measure
		if i == 0 {
			avail -= indent
		}
		end, forced := b.next(i, avail)
		l := line{tokens: slices.Clone(b.ts[i:end]), forced: forced}
		l.last = end == len(b.ts) || end > i && b.ts[end-1].newline
		l.fit(st, avail, justify)
		out = append(out, l)
		i = end
	}
	return out
}

// next finds the end of the line that starts at token i.
//
// Two candidates are kept: the last permitted break that fits at natural width
// (loose) and the last that fits when the white of the marks is squeezed
// (tight). A line that needs at most half of its white goes tight, as a
// compositor would pull a comma back rather than open the line.
func (b *breaker) next(i int, avail float64) (end int, forced bool) {
	var w, white, mark, spaces float64 // advance; white inside; white of the last mark and spaces, which may hang
	var looseW, over, overWhite float64
	loose, tight, fits := -1, -1, i
	for j := i; j < len(b.ts); j++ {
		t := &b.ts[j]
		w += t.w
		if t.space {
			spaces += t.w
		} else {
			white += t.left + mark
			mark, spaces = t.right, 0
		}
		hang := mark + spaces
		if w-hang-white > avail+slack {
			break
		}
		fits = j + 1
		if !t.newline && j+1 < len(b.ts) && !b.permitted(j) {
			continue
		}
		tight, over, overWhite = j+1, w-hang-avail, white
		if over <= slack {
			loose, looseW = j+1, w-hang
		}
		if t.newline {
			break
		}
	}
	end = tight
	if loose > 0 && tight > loose && !b.pullBack(i, loose, avail-looseW, over/overWhite) {
		end = loose
	}
	if end > i {
		if e, _, ok := b.cutWord(end, i, avail-b.advance(i, end), false); ok {
			return e, false
		}
		return end, false
	}
	if e, rough, ok := b.cutWord(fits, i, avail-b.advance(i, fits), true); ok {
		return e, rough
	}
	return max(fits, i+1), true
}

// permitted reports whether the line may end after token j.
func (b *breaker) permitted(j int) bool {
	a, c := &b.ts[j], &b.ts[j+1]
	switch {
	case a.cut:
		return true
	case c.space, c.newline: // white goes to the end of the line, not to the next head
		return false
	case a.space:
		k := j
		for k >= 0 && b.ts[k].space {
			k--
		}
		word := ""
		if k >= 0 {
			word = string(b.ts[k].text)
		}
		return mayBreak(word, 0, c.first())
	}
	word := ""
	if !wide(a.first()) {
		word = string(a.text)
	}
	return mayBreak(word, a.last(), c.first())
}

// pullBack decides for the tight line: by how much of its white it needs and
// by how far the loose one would have to be opened.
func (b *breaker) pullBack(i, loose int, open, squeeze float64) bool {
	perGap := open / float64(max(loose-i-1, 1))
	return squeeze <= 0.5 || perGap > 0.12*b.st.size
}

// advance is the natural width of tokens i to end, white at the end included:
// it no longer hangs when part of a word follows.
func (b *breaker) advance(i, end int) float64 {
	w := 0.0
	for k := i; k < end; k++ {
		w += b.ts[k].w
	}
	return w
}

// cutWord cuts the long word at token k, which did not fit behind the line's
// start, and returns the new end of the line. It does so to fill a hole of room
// points, or, if must, because the line has no permitted break without it.
// rough says that the word had no place to be cut well.
func (b *breaker) cutWord(k, start int, room float64, must bool) (end int, rough, ok bool) {
	if k >= len(b.ts) || k > start && b.ts[k-1].newline {
		return 0, false, false
	}
	t := &b.ts[k]
	long := len(t.text) >= longWord && (must || room >= hole*b.st.pitch)
	if t.w <= room || len(t.glyphs) < 2 || !long && k > start {
		return 0, false, false
	}
	at, best, full := 0, 0, 1
	for i := 1; i < len(t.glyphs) && t.glyphs[i].x <= room+slack; i++ {
		full = i
		if q := wordCut(t.text, i); q > 0 && q >= best {
			at, best = i, q
		}
	}
	if at == 0 && k > start {
		return 0, false, false
	}
	if rough = at == 0; rough { // nothing sensible in a whole line: cut where it is full
		at = full
	}
	a, rest := t.split(at)
	b.ts = slices.Replace(b.ts, k, k+1, a, rest)
	return k + 1, rough, true
}
