package pdf

// Doc is one paper. Title, CaseNo and Court describe it (file title, seal) and
// fill blocks that leave their text empty.
type Doc struct {
	Title  string // name of the paper, e.g. 受理案件通知书
	CaseNo string // e.g. （2026）冀1126民初123号
	Court  string // full name as on the seal
	Blocks []Block

	// Code is the paper code, drawn at the top right of every page; nil for
	// papers that carry none.
	Code *PaperCode

	// Void, if not empty, marks the paper as without legal effect, e.g.
	// 演示文书 无法律效力: large and slanted across every page, along the lower
	// arc of every seal, and above and below the HTML.
	Void string

	// Unsealed leaves the places of the seals free: the court has not sealed the
	// paper yet, and its picture comes with its signature ([SealPicture]).
	Unsealed bool

	// Signed has the HTML say that all have signed where else it leaves a line
	// for each; the signatures themselves stand in the file alone.
	Signed bool
}

// PaperCode names the paper to anyone who scans it.
type PaperCode struct {
	URL   string // what the code holds
	Short string // what a person can type instead; grouped by four when shown
	Hint  string // small print beside it; empty means 扫码查验真伪
}

// Block is one piece of a paper. The set is closed: a block must know how to
// stand on paper, on a page and in an office document.
type Block interface {
	lay(*layout) error
	html(*page)
	docx(*word)
}

// CourtTitle is the court name that opens a paper: one line, 22 pt, shrunk down
// to 18 pt for long names and never parted inside 人民法院. Empty Text means
// Doc.Court.
type CourtTitle struct {
	Text string
	Form bool // stands at the top of a form, without the two empty lines before it
}

// PaperTitle is the name of the paper under the court name, its letters spaced
// out. Empty Text means Doc.Title.
type PaperTitle struct {
	Text string
	Sub  string // second line in brackets, e.g. the cause of an element form
}

// CaseNumber is the case number at the right. Empty Text means Doc.CaseNo.
type CaseNumber struct {
	Text string
}

// Addressee opens a notice: flush left, with a full-width colon, which is added
// if Text lacks it.
type Addressee struct {
	Text string
}

// Heading starts a part. Level 1 (一、) is set in sans, deeper levels in body
// type; the caller writes the number.
type Heading struct {
	Text  string
	Level int // 1 if zero
}

// Paragraph is running text: first line indented by two characters, justified.
// A line end in Text starts a new line without indent.
type Paragraph struct {
	Text  string
	Flush bool // no indent, as for 此致 and what follows it
	Right bool // at the right, two characters free
}

// Numbering is how a [List] counts.
type Numbering int

// The numberings of official papers, by level.
const (
	Arabic  Numbering = iota // 1.
	Chinese                  // 一、
	Bracket                  // （一）
)

// List is numbered items, each set as a paragraph.
type List struct {
	Items  []string
	Number Numbering
}

// Note is small print.
type Note struct {
	Text string
}

// Window is what must be read through the window of an envelope: it is as wide as
// thirteen characters and as high as four lines, whatever stands in it. Letters
// get smaller until it does. A line end in Text starts a new line.
type Window struct {
	Text string
}

// CasePanel is the large code of a case: a framed panel with the code at the
// left, and beside it the caption, the short code in groups of four, and lines
// of explanation.
type CasePanel struct {
	URL     string
	Short   string
	Caption string
	Lines   []string
}

// Signer is one line of a signature block; Title is spread to the width of the
// longest title, a name of two characters gets one blank inside.
type Signer struct {
	Title string // 审判长
	Name  string
}

// Signature closes a paper: signers, or the court's name if there are none,
// then the date in capitals with the seal centred on it, then the assistants.
// It never stands alone on a page.
type Signature struct {
	Signers []Signer
	Court   string // set above the date when there are no signers; notices use it
	Date    string // in capitals, see CapitalDate
	Seal    *Seal  // nil: no seal
	After   []Signer
}

// Seal is the round red seal, 42 mm across, with a star in the middle. The name
// runs along the upper arc, Doc.Void along the lower.
type Seal struct {
	Court string // empty means Doc.Court
	Lower string // further word on the lower arc, e.g. 诉讼费专用章
}

// of is the seal with the name of the court whose paper d is, if it has none.
func (s Seal) of(d *Doc) Seal {
	s.Court = orElse(s.Court, d.Court)
	return s
}

// says is what a paper that shows no picture says of its seal.
func (s Seal) says(d *Doc) string {
	if d.Unsealed {
		return "（待盖章）"
	}
	return "（" + s.of(d).Court + s.Lower + "印）"
}

// PageBreak starts a new page.
type PageBreak struct{}

// CutLine is a broken line across the text block with a caption in its middle,
// between a counterfoil and the paper proper.
type CutLine struct {
	Text string
}

// Space is empty lines; at the head of a page it vanishes.
type Space struct {
	Lines float64
}

// SignArea closes a paper that people sign on their phones: a row for each, in
// which his signature is put later ([RenderAreas] says where). It never stands
// alone on a page.
type SignArea struct {
	Signers []Signer
}
