// Package fonts carries the typefaces that every installation has without
// being given any: subsets of Noto CJK under the SIL Open Font License 1.1
// (see README.md and OFL-1.1.txt beside this file).
package fonts

import "embed"

// Files holds the licence and the TrueType files named below.
//
//go:embed *.ttf OFL-1.1.txt
var Files embed.FS

// Names of the embedded faces within [Files].
const (
	Serif     = "NotoSerifSC-Regular-tgh.ttf"
	SerifBold = "NotoSerifSC-Bold-tgh.ttf"
	Sans      = "NotoSansSC-Regular-tgh.ttf"
)
