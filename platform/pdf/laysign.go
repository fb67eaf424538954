package pdf

import "unicode/utf8"

// White inside a signature block, in lines. The seal reaches two lines above
// and below the date it is centred on; with these gaps it touches neither the
// signer above nor the clerk below.
const (
	aboveNotice = 1.7 // text to the court's name
	aboveBench  = 2.0 // text to the first signer
	aroundDate  = 1.6 // signers to date, date to assistants
)

// sigRow is one line of a signature block with its place from the block's top.
type sigRow struct {
	line line
	x, y float64
}

func (b Signature) lay(l *layout) error {
	var rows []sigRow
	y := 0.0
	rows, y = l.signers(rows, b.Signers, y)
	right := blockRight - 2*pitch
	date := l.shaper.oneLine(bodyStyle, b.Date)
	centre := right - date.width/2
	if len(b.Signers) > 0 && b.Date != "" {
		y += aroundDate * lead
	} else if b.Court != "" {
		court := l.shaper.oneLine(bodyStyle, b.Court)
		// Name and date share one axis; the wider of them sets it.
		centre = right - max(court.width, date.width)/2
		rows = append(rows, sigRow{court, centre - court.width/2, y})
		y += lead
	}
	var stamp *sealSpot
	if b.Seal != nil {
		stamp = &sealSpot{x: centre, dy: y + lead/2}
		seal, err := b.Seal.of(l.doc), error(nil)
		if l.doc.Unsealed { // a character that no face has must be known now
			l.shaper.tokens(titleStyle, seal.Court+seal.Lower+l.doc.Void)
		} else if stamp.picture, err = l.shaper.seal(seal, l.doc.Void); err != nil {
			return err
		}
	}
	if b.Date != "" {
		rows = append(rows, sigRow{date, centre - date.width/2, y})
		y += lead
	}
	switch {
	case len(b.After) > 0:
		y += aroundDate * lead
		rows, y = l.signers(rows, b.After, y)
	case b.Seal != nil:
		y += sealRadius - lead/2 // room for its lower half
	}
	l.addSignature(b, rows, y, stamp)
	return nil
}

// sealSpot is where in a box a seal stands, and its picture if it is put there now.
type sealSpot struct {
	x, dy   float64 // centre: on the page, and below the top of the box
	picture []byte
}

// addSignature adds the block as one box tied to the text before it.
func (l *layout) addSignature(b Signature, rows []sigRow, height float64, stamp *sealSpot) {
	above, give := aboveBench, aboveBench/2
	if len(b.Signers) == 0 {
		above, give = aboveNotice, aboveNotice/2
		if b.Court == "" { // the seal stands right below the text
			give = aboveNotice - aroundDate
		}
	}
	l.gap(above, give)
	l.tieBack()
	l.add(box{height: height, seal: stamp, draw: func(c *canvas, top float64, _ edges) {
		for _, r := range rows {
			c.text(r.line, bodyStyle, r.x, top+r.y)
		}
		if stamp != nil && stamp.picture != nil {
			c.stamp(stamp.picture, stamp.x, top+stamp.dy)
		}
	}})
}

// signers sets lines of title and name: titles spread to one width, three
// characters of white, names; two characters stay free at the right.
func (l *layout) signers(rows []sigRow, who []Signer, y float64) ([]sigRow, float64) {
	titleW, nameW := 5*pitch, 3*pitch
	for _, s := range who {
		titleW = max(titleW, l.shaper.oneLine(bodyStyle, s.Title).width)
		nameW = max(nameW, l.shaper.signedName(s.Name).width)
	}
	nameX := blockRight - 2*pitch - nameW
	for _, s := range who {
		title := l.shaper.spread(bodyStyle, s.Title, titleW)
		name := l.shaper.signedName(s.Name)
		rows = append(rows, sigRow{title, nameX - 3*pitch - titleW, y}, sigRow{name, nameX, y})
		y += lead
	}
	return rows, y
}

// signedName sets a name; one of two characters gets a blank inside, as
// signatures are set.
func (s *shaper) signedName(name string) line {
	if utf8.RuneCountInString(name) == 2 {
		return s.letterSpaced(bodyStyle, name, 1)
	}
	return s.oneLine(bodyStyle, name)
}

// Place is where on a page something is to be put later: in points from the
// left bottom corner, as PDF counts.
type Place struct {
	Page int        // 0-based
	Rect [4]float64 // left, bottom, right, top
}

// Areas are the places of a paper that signatures fill.
type Areas struct {
	Signs []Place // the rows of a [SignArea]
	Seals []Place // the squares of the seals
}

const (
	signRow   = 1.9 * lead // room for a name written by a finger
	signWidth = 12 * pitch // at least
)

func (b SignArea) lay(l *layout) error {
	l.gap(1, 0.5)
	l.tieBack()
	for i, s := range b.Signers {
		who := l.shaper.breakLines(bodyStyle, s.Title+"　"+s.Name, blockWidth, 0, false)
		from, above := blockLeft+14*pitch, 0.0
		if len(who) > 1 || who[0].width > 13*pitch { // who it is stands above the line
			from, above = blockRight-signWidth, float64(len(who))*lead
		}
		height := above + signRow
		l.add(box{height: height, keep: i == 0 && len(b.Signers) > 1, sign: [2]float64{from, blockRight}, draw: func(c *canvas, top float64, _ edges) {
			y := top
			if above == 0 {
				y += (signRow - lead) / 2
			}
			for _, ln := range who {
				c.text(ln, bodyStyle, blockLeft, y)
				y += lead
			}
			c.line(from, top+height-4, blockRight, top+height-4, 0.5)
		}})
	}
	return nil
}
