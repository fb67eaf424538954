package pdf

// The page of papers.md §C1: A4, a text block of 156 × 225 mm that starts 37 mm
// from the top and 28 mm from the left (binding) edge, ruled into 22 lines of
// 28 characters. All figures are points unless they say mm.
const (
	mm         = 72 / 25.4
	pageWidth  = 210 * mm
	pageHeight = 297 * mm

	blockLeft   = 28 * mm
	blockTop    = 37 * mm
	blockWidth  = 156 * mm
	blockHeight = 225 * mm
	blockRight  = blockLeft + blockWidth
	blockBottom = blockTop + blockHeight

	linesPerPage = 22
	charsPerLine = 28
	lead         = blockHeight / linesPerPage // 28.99 pt, line pitch
	pitch        = blockWidth / charsPerLine  // 15.79 pt, character pitch

	// Official sizes: 二号 title, 三号 body, 四号 page number and form text,
	// 小四 dense forms, 五号 notes.
	sizeTitle    = 22
	sizeTitleMin = 18 // 小二号: as small as a long court name may become
	sizeBody     = 16
	sizeForm     = 14
	sizeDense    = 12
	sizeNote     = 10.5
	sizeTiny     = 8

	codeSide  = 16 * mm // paper code
	codeQuiet = 8 * mm
	codeTop   = 11 * mm // leaves the quiet zone above and, to the text block, below

	sealRadius = 21 * mm
)

// style is how a piece of text is set.
type style struct {
	role  Role
	size  float64 // glyph size
	pitch float64 // advance of a full-width character; equals size off the grid
	lead  float64 // line pitch
}

var (
	bodyStyle    = style{Body, sizeBody, pitch, lead}
	headingStyle = style{Sans, sizeBody, pitch, lead}
	titleStyle   = style{Title, sizeTitle, sizeTitle, lead}
	noteStyle    = style{Plain, sizeNote, sizeNote, 16}
	tinyStyle    = style{Plain, sizeTiny, sizeTiny, 11}
	pageNoStyle  = style{Plain, sizeForm, sizeForm, lead}
)

// sized is s at another size, off the grid, with line pitch l.
func (s style) sized(size, l float64) style {
	s.size, s.pitch, s.lead = size, size, l
	return s
}

// as is s in another role.
func (s style) as(r Role) style {
	s.role = r
	return s
}

// baseline is the distance from the top of a line of s to its baseline: the
// square of a Chinese character, 12 % of it below the baseline, is centred.
func (s style) baseline() float64 { return (s.lead-s.size)/2 + 0.88*s.size }
