package pdf

import (
	"slices"
	"strings"
)

// token is the smallest piece that lines are made of: a full-width character,
// a word of other characters, a space, or a hard line end.
type token struct {
	text    []rune
	glyphs  []placed // places within the token
	w       float64  // natural advance
	left    float64  // blank in front that may be squeezed out
	right   float64  // blank behind that may be squeezed out or hang over the edge
	space   bool
	newline bool
	cut     bool // first part of a word that was cut: the line ends here
}

func (t *token) first() rune { return t.text[0] }
func (t *token) last() rune  { return t.text[len(t.text)-1] }

// shaper turns text into tokens for one document and remembers what no face
// can draw.
type shaper struct {
	faces   *Faces
	missing []rune
}

// err reports the characters that were missing so far.
func (s *shaper) err() error {
	if len(s.missing) == 0 {
		return nil
	}
	return &MissingGlyphError{Chars: slices.Clone(s.missing)}
}

// lineEnds makes the three customs of ending a line, and tabs, one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// maxWord bounds a word, so that pasted rubbish of a million letters is set in
// linear time; between two bounded words the usual rules decide.
const maxWord = 256

// tokens shapes text in style st.
func (s *shaper) tokens(st style, text string) []token {
	rs := []rune(lineEnds.Replace(text))
	out := make([]token, 0, len(rs))
	for i := 0; i < len(rs); {
		n := 1
		switch r := rs[i]; {
		case r == '\n':
			out = append(out, token{text: rs[i : i+1], newline: true})
		case r == ' ':
			t := s.word(st, rs[i:i+1])
			t.space = true
			out = append(out, t)
		case wide(r):
			// —— and …… are each one mark of two characters.
			if (r == '—' || r == '…') && i+1 < len(rs) && rs[i+1] == r {
				n = 2
			}
			out = append(out, s.full(st, rs[i:i+n]))
		default:
			for n < maxWord && i+n < len(rs) && rs[i+n] != ' ' && rs[i+n] != '\n' && !wide(rs[i+n]) {
				n++
			}
			out = append(out, s.word(st, rs[i:i+n]))
		}
		i += n
	}
	closeUp(out)
	return out
}

// glyph looks a character up; a missing one is noted and takes no place.
func (s *shaper) glyph(role Role, r rune) (*face, uint16, bool) {
	f, g, ok := s.faces.find(role, r)
	if !ok && !slices.Contains(s.missing, r) {
		s.missing = append(s.missing, r)
	}
	return f, g, ok
}

// full shapes one full-width character (or a double mark) on the grid.
func (s *shaper) full(st style, rs []rune) token {
	t := token{text: rs}
	for _, r := range rs {
		f, g, ok := s.glyph(st.role, r)
		if !ok {
			continue
		}
		adv := float64(f.width(g)) / 1000 * st.size
		x := t.w
		if adv > 0.9*st.size {
			x += (st.pitch - adv) / 2
			adv = st.pitch
		}
		t.glyphs = append(t.glyphs, placed{f, g, r, x})
		t.left, t.right = blanks(f, g, r, st)
		t.w += adv
	}
	return t
}

// blanks measures how much of the half-em of white inside a mark may go. It is
// taken from the outline, because faces place their marks differently.
func blanks(f *face, g uint16, r rune, st style) (left, right float64) {
	const keep = 0.06 // of an em, so that marks do not touch their neighbours
	l, rt := f.ink(g)
	if l == 0 && rt == 0 {
		return 0, 0
	}
	room := func(thousandths int) float64 {
		return min(max(float64(thousandths)/1000-keep, 0), 0.5) * st.size
	}
	switch {
	case strings.ContainsRune(opens, r):
		return room(l), 0
	case strings.ContainsRune(closes, r):
		return 0, room(f.width(g) - rt)
	}
	return 0, 0
}

// word shapes characters that stay together at their natural widths.
func (s *shaper) word(st style, rs []rune) token {
	t := token{text: rs}
	for _, r := range rs {
		if f, g, ok := s.glyph(st.role, r); ok {
			t.glyphs = append(t.glyphs, placed{f, g, r, t.w})
			t.w += float64(f.width(g)) / 1000 * st.size
		}
	}
	return t
}

// closeUp takes out the white between two marks that follow each other, as in
// 。” and 》（ : side by side they would leave a hole of a whole character.
func closeUp(ts []token) {
	for i := 1; i < len(ts); i++ {
		a, b := &ts[i-1], &ts[i]
		switch {
		case a.right > 0 && (b.right > 0 || b.left > 0):
			a.w -= a.right
			a.right = 0
		case a.left > 0 && b.left > 0:
			b.trimLeft(b.left)
		}
	}
}

// trimLeft takes d of the white in front of a mark out.
func (t *token) trimLeft(d float64) {
	t.glyphs = slices.Clone(t.glyphs)
	for i := range t.glyphs {
		t.glyphs[i].x -= d
	}
	t.w, t.left = t.w-d, t.left-d
}

// split cuts a word before its character i.
func (t *token) split(i int) (a, b token) {
	a, b = token{text: t.text[:i], cut: true}, token{text: t.text[i:], cut: t.cut}
	if len(t.glyphs) != len(t.text) { // a missing character: the paper is refused anyway
		return a, b
	}
	x := t.glyphs[i].x
	a.glyphs, a.w = t.glyphs[:i], x
	b.glyphs, b.w = slices.Clone(t.glyphs[i:]), t.w-x
	for k := range b.glyphs {
		b.glyphs[k].x -= x
	}
	return a, b
}
