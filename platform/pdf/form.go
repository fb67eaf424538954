package pdf

// Form is the ruled table of court forms: labels at the left, values beside
// them, outer frame 1.5 pt, inner lines 0.75 pt. A row too tall for what is left
// of the page moves to the next; one taller than half a page is divided.
type Form struct {
	Rows  []Row
	Dense bool // 12 pt text from the start; otherwise 14 pt unless only 12 pt saves a page
}

// Row is one line of a form: either a section (one grey cell across) or one or
// two fields side by side.
type Row struct {
	Section string
	Fields  []Field
}

// When is the line that a signer fills in below his name.
type When int

// The lines for a date.
const (
	NoDate When = iota
	Day         // 年 月 日
	Minute      // 年 月 日 时 分
)

// Field is a label and its value. Choices come before Text.
type Field struct {
	Label   string
	Text    string
	Choices []Choice
	Sign    bool // a cell to sign in, at least 18 mm high
	Date    When // with Sign: the date line at the cell's lower right
	Lines   int  // least height in lines of text
}

// Choice is a tick box with its word.
type Choice struct {
	Text string
	On   bool
}

// Grid is a table with a head row, which is repeated on every page it reaches:
// lists of evidence, of papers served, of fees.
type Grid struct {
	Head   []string
	Rows   [][]string // short rows are filled with empty cells
	Widths []float64  // parts of the width, one per column; nil: equal
}
