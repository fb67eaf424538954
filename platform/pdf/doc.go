// Package pdf sets Chinese court papers: one block model becomes a PDF
// ([Render]), a web page ([WriteHTML]) and an office document ([WriteDOCX]).
//
// It knows typography, not law. A caller builds a [Doc] of blocks (court name,
// paper name, case number, paragraphs, forms, signatures) and gets A4 pages in
// the layout of official papers: a text block of 156 × 225 mm, 22 lines of 28
// characters, marks that never begin a line, a seal centred on the date.
//
// Three promises hold for every paper:
//
//   - No character is ever blank. If no face has it, Render returns a
//     [MissingGlyphError] that holds it, and no paper.
//   - The same Doc gives the same bytes, so that a hash identifies a paper.
//   - If [Doc.Void] is set it stands on every page and in every seal; no option
//     leaves it out.
//
// A paper that is signed leaves the place of its seal free ([Doc.Unsealed]); what
// is shown there later is [SealPicture].
//
// # Fonts
//
// Noto Serif SC and Noto Sans SC are embedded in the binary. A court that owns
// a licence for the official typefaces, or wants FandolFang, puts TrueType files
// into a directory and gives its name to [LoadFaces]:
//
//	fangsong*.ttf      body 仿宋 (fandolfang*.ttf is recognised too)
//	xiaobiaosong*.ttf  court name and paper name 小标宋
//	song*.ttf          page numbers and small print 宋
//	heiti*.ttf         headings 黑体
//	extra*.ttf         rare characters for every role
//
// A character that the first face of a role lacks is taken from the next, down
// to Noto and extra, one character at a time. Faces are parsed once per process
// and shared by all goroutines.
//
// # Reading order
//
// doc.go (this), block.go and form.go are the model; render.go the way from
// model to bytes. Text goes through shape.go (characters to tokens),
// breaking.go and classes.go (lines), fit.go (justification); blocks through
// lay*.go into boxes and flow.go (pages); drawing through canvas.go into
// file.go and embed.go. The files are plain PDF 1.7; PDF/A is not claimed.
package pdf
