package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// ErrNoBlocks is returned for a paper without content.
var ErrNoBlocks = errors.New("pdf: the paper has no blocks")

// Render sets d and returns the PDF file and its number of pages. The same d
// and faces give the same bytes. Render may be called from many goroutines with
// the same faces.
//
// It returns a [MissingGlyphError] if any character of the paper is in no face,
// [ErrNoBlocks] for an empty paper, and errors for codes that do not encode and
// forms without fields. It never returns a partial paper.
func Render(faces *Faces, d *Doc) (file []byte, pages int, err error) {
	file, pages, _, err = RenderAreas(faces, d)
	return file, pages, err
}

// RenderAreas is Render that also says where people sign and the court seals.
func RenderAreas(faces *Faces, d *Doc) (file []byte, pages int, areas Areas, err error) {
	if len(d.Blocks) == 0 {
		return nil, 0, areas, ErrNoBlocks
	}
	l := &layout{doc: d, shaper: &shaper{faces: faces}}
	for i, b := range d.Blocks {
		if err := b.lay(l); err != nil {
			return nil, 0, Areas{}, fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	furn, err := l.newFurniture()
	if err != nil {
		return nil, 0, Areas{}, err
	}
	if err := l.shaper.err(); err != nil {
		return nil, 0, Areas{}, err
	}
	spots := l.paginate()
	k := &ink{}
	contents := make([][]byte, len(spots))
	for i, page := range spots {
		c := &canvas{ink: k}
		furn.under(c, i+1, len(spots))
		for _, s := range page {
			if s.box.draw != nil {
				s.box.draw(c, s.y, s.at)
			}
			if at := s.box.sign; at[1] > 0 {
				areas.Signs = append(areas.Signs, Place{i, [4]float64{at[0], pageHeight - (s.y + s.box.height - 4), at[1], pageHeight - (s.y + s.box.height - signRow + 2)}})
			}
			if at := s.box.seal; at != nil {
				left, bottom := at.x-sealSide/2, pageHeight-(s.y+at.dy)-sealSide/2
				areas.Seals = append(areas.Seals, Place{i, [4]float64{left, bottom, left + sealSide, bottom + sealSide}})
			}
		}
		furn.number(c, i+1)
		contents[i] = c.b
	}
	if err := l.shaper.err(); err != nil { // figures of page numbers
		return nil, 0, Areas{}, err
	}
	file, err = assemble(d, k, contents)
	if err != nil {
		return nil, 0, Areas{}, fmt.Errorf("pdf: %w", err)
	}
	return file, len(spots), areas, nil
}

// assemble writes the file: fonts, pages, metadata, catalogue.
func assemble(d *Doc, k *ink, contents [][]byte) ([]byte, error) {
	f := newFile()
	var res bytes.Buffer
	res.WriteString("<</ExtGState<</Mul<</Type/ExtGState/BM/Multiply>>>>/Font<<")
	for i, s := range k.subsets {
		n, err := f.embed(s)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&res, "/F%d %d 0 R", i, n)
	}
	res.WriteString(">>>>")
	resources, tree := f.add(res.String()), f.reserve()
	var kids strings.Builder
	for _, content := range contents {
		n, err := f.stream("", content, true)
		if err != nil {
			return nil, err
		}
		page := f.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 595.276 841.89]/Resources %d 0 R/Contents %d 0 R/Group<</S/Transparency/CS/DeviceRGB>>>>",
			tree, resources, n))
		fmt.Fprintf(&kids, "%d 0 R ", page)
	}
	f.put(tree, fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.TrimSpace(kids.String()), len(contents)))
	title := docTitle(d)
	meta, err := f.stream("/Type/Metadata/Subtype/XML", xmp(title), false)
	if err != nil {
		return nil, err
	}
	info := f.add(fmt.Sprintf("<</Title%s/Producer%s>>", textString(title), textString("码上 Mashang")))
	root := f.add(fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang(zh-CN)/Metadata %d 0 R/ViewerPreferences<</DisplayDocTitle true>>>>", tree, meta))
	return f.finish(root, info), nil
}

// docTitle is what readers show in their title bar.
func docTitle(d *Doc) string {
	return strings.Join(strings.Fields(d.Court+" "+d.Title+" "+d.CaseNo), " ")
}

// xmp repeats the title and language for archives. It declares no PDF/A part.
func xmp(title string) []byte {
	var t bytes.Buffer
	// Writing to a buffer cannot fail.
	_ = xml.EscapeText(&t, []byte(title))
	return []byte(`<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">` +
		t.String() + `</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`)
}
