// Package qr turns a short text into a QR code: a module matrix that other
// packages draw as vectors (package pdf on paper, SVG on pages).
//
// The error correction level is M everywhere: about 15 % of a code may be
// stained or folded before it stops reading, and the modules stay large enough
// for 16 mm on paper.
package qr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

// QuietZone is the blank border, in modules, that the standard asks for on
// every side. [Code.SVG] includes it; who draws [Code.Modules] must leave it.
const QuietZone = 4

// ErrEmpty is returned by [Encode] for an empty text.
var ErrEmpty = errors.New("qr: empty text")

// Code is one encoded text. The zero value holds no modules and draws nothing.
// A Code is immutable and may be shared between goroutines.
type Code struct {
	modules [][]bool
}

// Encode encodes text at level M in the smallest version that holds it. It
// returns [ErrEmpty] for an empty text and an error for one that is longer
// than version 40 can hold (about 2,300 bytes).
func Encode(text string) (Code, error) {
	if text == "" {
		return Code{}, ErrEmpty
	}
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return Code{}, fmt.Errorf("qr: encode %d bytes: %w", len(text), err)
	}
	q.DisableBorder = true
	return Code{modules: q.Bitmap()}, nil
}

// Size is the number of modules per side, without quiet zone.
func (c Code) Size() int { return len(c.modules) }

// Modules returns a copy of the matrix, row by row from the top; true is dark.
func (c Code) Modules() [][]bool {
	out := make([][]bool, len(c.modules))
	for i, row := range c.modules {
		out[i] = append([]bool(nil), row...)
	}
	return out
}

// Runs calls draw for every horizontal run of dark modules: row y, first
// column x, length n, all in modules. Runs keep vector output a third of the
// size of single squares, and leave no hairlines between neighbours.
func (c Code) Runs(draw func(x, y, n int)) {
	for y, row := range c.modules {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			start := x
			for x < len(row) && row[x] {
				x++
			}
			draw(start, y, x-start)
		}
	}
}

// SVGPath returns the data of one SVG path that fills all dark modules, in
// units of one module with the origin at the code's own corner (no quiet zone).
func (c Code) SVGPath() string {
	var b strings.Builder
	c.Runs(func(x, y, n int) {
		b.WriteByte('M')
		b.WriteString(strconv.Itoa(x))
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(y))
		b.WriteByte('h')
		b.WriteString(strconv.Itoa(n))
		b.WriteString("v1h-")
		b.WriteString(strconv.Itoa(n))
		b.WriteByte('z')
	})
	return b.String()
}

// SVG returns a complete inline <svg> element, size CSS pixels square with its
// quiet zone, dark on an opaque white ground so that it also reads on a dark
// page. It uses attributes only, no style and no script, and is safe to embed
// in HTML unescaped: no part of the encoded text appears in it.
func (c Code) SVG(size int) string {
	side := c.Size() + 2*QuietZone
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="qr" width="%d" height="%d" viewBox="%d %d %d %d" role="img" aria-label="二维码" shape-rendering="crispEdges"><path fill="#fff" d="M%d %dh%dv%dh-%dz"/><path fill="#000" d="%s"/></svg>`,
		size, size, -QuietZone, -QuietZone, side, side,
		-QuietZone, -QuietZone, side, side, side, c.SVGPath())
}
