// Package fonts carries the typefaces that every installation has without
// being given any: subsets of Noto CJK under the SIL Open Font License 1.1
// (see README.md and OFL-1.1.txt beside this file).
package fonts

import _ "embed" // the files below

// Face is a TrueType file. Its bytes are part of the program's image and are
// read where they lie, because a copy would be nine megabytes of every
// process: nobody may write to them.
type Face struct {
	Name string
	Data []byte
}

// The embedded faces.
var (
	Serif     = Face{"NotoSerifSC-Regular-tgh", serif}
	SerifBold = Face{"NotoSerifSC-Bold-tgh", serifBold}
	Sans      = Face{"NotoSansSC-Regular-tgh", sans}
)

// Licence is the text under which they are given.
//
//go:embed OFL-1.1.txt
var Licence string

//go:embed NotoSerifSC-Regular-tgh.ttf
var serif []byte

//go:embed NotoSerifSC-Bold-tgh.ttf
var serifBold []byte

//go:embed NotoSansSC-Regular-tgh.ttf
var sans []byte
