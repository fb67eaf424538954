package main

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/signintech/gopdf"

	"mashang/platform/pdf"
	"mashang/third_party/fonts"
)

// Measures of an official paper in points: A4, a text block of 156 × 225 mm
// that begins 28 mm from the left and 37 mm from the top, 22 lines of 16 pt.
const (
	mm     = 72 / 25.4
	left   = 28 * mm
	top    = 37 * mm
	width  = 156 * mm
	bottom = top + 225*mm
	lead   = 225 * mm / 22
	letter = 16
)

var (
	tags  = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)
	sheet = gopdf.Config{PageSize: *gopdf.PageSizeA4, Unit: gopdf.UnitPT}
)

// peerLayout sets the text of a paper with the library most used for it in Go:
// lines, pages, the subset of a Chinese face, deflate. The face is parsed once,
// as ours is. It draws neither tables nor seal nor code and puts no date in its
// place: what it leaves out is in its favour.
func peerLayout(doc *pdf.Doc) (do func() ([]byte, error), err error) {
	var page bytes.Buffer
	if err := pdf.WriteHTML(&page, doc); err != nil {
		return nil, err
	}
	var lines []string
	for l := range strings.Lines(html.UnescapeString(tags.ReplaceAllString(page.String(), ""))) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	var faces gopdf.FontContainer
	if err := faces.AddTTFFontData("serif", fonts.Serif.Data); err != nil {
		return nil, err
	}
	return func() ([]byte, error) {
		var p gopdf.GoPdf
		p.Start(sheet)
		if err := p.AddTTFFontFromFontContainer("serif", &faces); err != nil {
			return nil, err
		}
		if err := p.SetFont("serif", "", letter); err != nil {
			return nil, err
		}
		y := float64(bottom)
		for _, l := range lines {
			parts, err := p.SplitText(l, width)
			if err != nil {
				return nil, err
			}
			for _, part := range parts {
				if y+lead > bottom {
					p.AddPage()
					y = top
				}
				p.SetXY(left, y)
				if err := p.Cell(nil, part); err != nil {
					return nil, err
				}
				y += lead
			}
		}
		return p.GetBytesPdfReturnErr()
	}, nil
}
