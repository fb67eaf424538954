package pdf

// maxOpen is the widest extra gap, in ems, that justification may put between
// two characters; a line that would need more stays ragged.
const maxOpen = 0.6

// fit gives every glyph of the line its place within avail.
func (l *line) fit(st style, avail float64, justify bool) {
	ts := l.tokens
	for len(ts) > 0 && (ts[len(ts)-1].newline || ts[len(ts)-1].space) {
		ts = ts[:len(ts)-1]
	}
	if len(ts) == 0 {
		return
	}
	w := 0.0
	for i := range ts {
		w += ts[i].w
	}
	// The white behind a last mark hangs over the edge only if it must.
	end := &ts[len(ts)-1]
	if d := min(end.right, w-avail); d > 0 {
		end.w, end.right = end.w-d, 0
		w -= d
	}
	if w > avail {
		w -= squeeze(ts, w-avail)
	}
	gap := 0.0
	if n := gaps(ts); justify && !l.last && n > 0 && w < avail {
		if g := (avail - w) / float64(n); g <= maxOpen*st.size {
			gap, w = g, avail
		}
	}
	l.place(ts, gap)
	l.width = w
}

// squeeze takes need out of the white of the marks, from each its share, and
// returns what it took.
func squeeze(ts []token, need float64) float64 {
	white := 0.0
	for i := range ts {
		white += ts[i].left
		if i < len(ts)-1 {
			white += ts[i].right
		}
	}
	if white == 0 {
		return 0
	}
	share := min(need/white, 1)
	for i := range ts {
		if t := &ts[i]; t.left > 0 {
			t.trimLeft(t.left * share)
		}
		if i < len(ts)-1 {
			ts[i].w -= ts[i].right * share
		}
	}
	return white * share
}

// place sets the glyphs one after another with gap between tokens and between
// the letters of long words.
func (l *line) place(ts []token, gap float64) {
	x := 0.0
	for i := range ts {
		inner := 0.0
		if len(ts[i].glyphs) >= longWord {
			inner = gap
		}
		for k, g := range ts[i].glyphs {
			g.x += x + float64(k)*inner
			l.glyphs = append(l.glyphs, g)
		}
		x += ts[i].w + gap + inner*float64(max(len(ts[i].glyphs)-1, 0))
	}
}

// gaps counts where a line may be opened: between tokens, and inside long words,
// without which the few characters beside an address would be torn apart.
func gaps(ts []token) int {
	n := len(ts) - 1
	for i := range ts {
		if k := len(ts[i].glyphs); k >= longWord {
			n += k - 1
		}
	}
	return n
}

// oneLine sets text on a single line at its natural width.
func (s *shaper) oneLine(st style, text string) line {
	l := line{tokens: s.tokens(st, text), last: true}
	ts := l.tokens
	for i := range ts {
		l.width += ts[i].w
	}
	l.place(ts, 0)
	return l
}

// letterSpaced sets text with gap ems of white between its characters.
func (s *shaper) letterSpaced(st style, text string, gap float64) line {
	l := line{tokens: s.tokens(st, text), last: true, spaced: true}
	gap *= st.pitch
	for i := range l.tokens {
		l.width += l.tokens[i].w
	}
	l.width += gap * float64(max(len(l.tokens)-1, 0))
	l.place(l.tokens, gap)
	return l
}

// spread sets text so that its first and last character stand at the edges of
// width: 审 判 长 as wide as 人民陪审员. Text that is already as wide, and a
// single character, stays as it is.
func (s *shaper) spread(st style, text string, width float64) line {
	l := s.oneLine(st, text)
	if n := len(l.tokens) - 1; n > 0 && l.width < width {
		gap := (width - l.width) / float64(n)
		l.glyphs, l.spaced = nil, true
		l.place(l.tokens, gap)
		l.width = width
	}
	return l
}

// text shows the line with its left edge at x and its top at y.
func (c *canvas) text(l line, st style, x, y float64) {
	draw := func() { c.run(l.glyphs, st.size, x, y+st.baseline(), 0) }
	if l.spaced && len(l.glyphs) > 0 {
		c.says(l.text(), draw)
		return
	}
	draw()
}
