package pdf

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	gray "image/color"
	"image/png"
	"io"
	"strings"
	"time"

	"mashang/platform/qr"
)

// word builds the body of one paper as an office document (ISO/IEC 29500).
type word struct {
	doc    *Doc
	b      strings.Builder
	images [][]byte // PNG, in the order of their relation numbers
	err    error
}

// WriteDOCX writes d as an office document for editing: the same text, the
// page and grid of the PDF, named styles. It bears no seal, for it is no paper:
// whoever has it can change it. The void mark and the paper code stand in the
// header of every page. The same d gives the same bytes.
func WriteDOCX(out io.Writer, d *Doc) error {
	if len(d.Blocks) == 0 {
		return ErrNoBlocks
	}
	w := &word{doc: d}
	for _, b := range d.Blocks {
		b.docx(w)
	}
	body := w.b.String()
	w.b.Reset()
	w.header()
	head := w.b.String()
	if w.err != nil {
		return w.err
	}
	z := zip.NewWriter(out)
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", rels("http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument", "word/document.xml")},
		{"word/document.xml", xml.Header + `<w:document ` + docxNames + `><w:body>` + body + section + `</w:body></w:document>`},
		{"word/header1.xml", xml.Header + `<w:hdr ` + docxNames + `>` + head + `</w:hdr>`},
		{"word/footer1.xml", xml.Header + `<w:ftr ` + docxNames + `><w:p><w:pPr><w:jc w:val="right"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>`},
		{"word/styles.xml", styles()},
		{"word/_rels/document.xml.rels", relations(w.images, "styles", "header", "footer")},
		{"word/_rels/header1.xml.rels", relations(w.images)}, // one that named the header would send readers in circles
	}
	for _, p := range parts {
		if err := put(z, p.name, []byte(p.text)); err != nil {
			return err
		}
	}
	for i, img := range w.images {
		if err := put(z, fmt.Sprintf("word/media/image%d.png", i+1), img); err != nil {
			return err
		}
	}
	return z.Close()
}

func put(z *zip.Writer, name string, b []byte) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return err
}

const docxNames = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`

// section is page and grid in twentieths of a point: A4, the margins of the
// text block, 22 lines a page; 28 characters of the body's spacing fill a line.
const section = `<w:sectPr><w:headerReference w:type="default" r:id="h1"/><w:footerReference w:type="default" r:id="f1"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="680" w:footer="1134" w:gutter="0"/><w:docGrid w:type="lines" w:linePitch="580"/></w:sectPr>`

const contentTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>`

func rels(kind, target string) string {
	return xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + kind + `" Target="` + target + `"/></Relationships>`
}

// relations names the pictures, and of a document its other parts.
func relations(images [][]byte, parts ...string) string {
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	files := map[string]string{"styles": "styles.xml", "header": "header1.xml", "footer": "footer1.xml"}
	var b strings.Builder
	b.WriteString(xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, p := range parts {
		fmt.Fprintf(&b, `<Relationship Id="%s1" Type="%s%s" Target="%s"/>`, p[:1], office, p, files[p])
	}
	for i := range images {
		fmt.Fprintf(&b, `<Relationship Id="i%d" Type="%simage" Target="media/image%d.png"/>`, i+1, office, i+1)
	}
	return b.String() + `</Relationships>`
}

// styles are the styles of a court paper by the names under which a clerk
// finds them.
func styles() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:styles ` + docxNames + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="FangSong" w:hAnsi="FangSong" w:eastAsia="仿宋" w:cs="FangSong"/><w:spacing w:val="-4"/><w:sz w:val="32"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="580" w:lineRule="exact"/><w:jc w:val="both"/></w:pPr></w:pPrDefault></w:docDefaults>`)
	for _, s := range []struct{ id, name, par, run string }{
		{"Body", "正文缩进", `<w:ind w:firstLineChars="200" w:firstLine="640"/>`, ``},
		{"Flush", "正文顶格", ``, ``},
		{"Right", "右对齐", `<w:ind w:rightChars="200" w:right="640"/><w:jc w:val="right"/>`, ``},
		{"Court", "法院名称", `<w:keepNext/><w:jc w:val="center"/>`, eastAsia("小标宋", 44)},
		{"Paper", "文书名称", `<w:keepNext/><w:jc w:val="center"/>`, eastAsia("小标宋", 44) + `<w:spacing w:val="120"/>`},
		{"Sub", "文书副题", `<w:jc w:val="center"/>`, ``},
		{"Head1", "一级标题", `<w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="640"/>`, eastAsia("黑体", 32)},
		{"Head2", "二级标题", `<w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="640"/>`, eastAsia("楷体", 32)},
		{"Note", "小字", `<w:snapToGrid w:val="0"/><w:spacing w:line="320" w:lineRule="exact"/>`, eastAsia("宋体", 21)},
		{"Cell", "表格文字", `<w:snapToGrid w:val="0"/><w:spacing w:line="360" w:lineRule="exact"/><w:jc w:val="left"/>`, eastAsia("宋体", 24)},
		{"Sign", "落款", `<w:keepNext/><w:ind w:rightChars="200" w:right="640"/><w:jc w:val="right"/>`, ``},
	} {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="%s"><w:name w:val="%s"/><w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>`, s.id, s.name, s.par, s.run)
	}
	return b.String() + `</w:styles>`
}

func eastAsia(name string, half int) string {
	return fmt.Sprintf(`<w:rFonts w:eastAsia="%s"/><w:sz w:val="%d"/>`, name, half)
}

// par writes one paragraph in a style; a line end in text is a line break.
func (w *word) par(style, text string) {
	w.b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`)
	w.run(text)
	w.b.WriteString(`</w:p>`)
}

func (w *word) run(text string) {
	for i, line := range strings.Split(lineEnds.Replace(text), "\n") {
		w.b.WriteString(`<w:r>`)
		if i > 0 {
			w.b.WriteString(`<w:br/>`)
		}
		w.b.WriteString(`<w:t xml:space="preserve">`)
		_ = xml.EscapeText(&w.b, []byte(line)) // to a builder: cannot fail
		w.b.WriteString(`</w:t></w:r>`)
	}
}

// code draws a QR code, side in millimetres.
func (w *word) code(url string, side int) {
	c, err := qr.Encode(url)
	if err == nil {
		var img []byte
		if img, err = codePNG(c); err == nil {
			w.images = append(w.images, img)
			n, emu := len(w.images), side*36000
			fmt.Fprintf(&w.b, `<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%[1]d" cy="%[1]d"/><wp:docPr id="%[2]d" name="code%[2]d" descr="二维码"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%[2]d" name="code%[2]d"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="i%[2]d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[1]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`, emu, n)
			return
		}
	}
	if w.err == nil {
		w.err = fmt.Errorf("pdf: code: %w", err)
	}
}

// codePNG is a code with its quiet zone, eight dots a module.
func codePNG(c qr.Code) ([]byte, error) {
	const dot, quiet = 8, 4
	n := (c.Size() + 2*quiet) * dot
	img := image.NewPaletted(image.Rect(0, 0, n, n), gray.Palette{gray.White, gray.Black})
	c.Runs(func(x, y, run int) {
		for py := range dot {
			for px := range run * dot {
				img.SetColorIndex((x+quiet)*dot+px, (y+quiet)*dot+py, 1)
			}
		}
	})
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

func (w *word) header() {
	w.b.WriteString(`<w:p><w:pPr><w:pStyle w:val="Note"/><w:spacing w:line="240" w:lineRule="atLeast"/><w:jc w:val="right"/></w:pPr>`)
	if w.doc.Void != "" {
		w.run(w.doc.Void + "　")
	}
	if k := w.doc.Code; k != nil {
		w.run(orElse(k.Hint, defaultHint) + " " + grouped(k.Short) + " ")
		w.code(k.URL, 16)
	}
	w.b.WriteString(`</w:p>`)
}

func (b CourtTitle) docx(w *word) {
	if !b.Form {
		w.par("Flush", "")
		w.par("Flush", "")
	}
	w.par("Court", orElse(b.Text, w.doc.Court))
}

func (b PaperTitle) docx(w *word) {
	w.par("Paper", orElse(b.Text, w.doc.Title))
	if b.Sub != "" {
		w.par("Sub", "（"+b.Sub+"）")
	}
}

func (b CaseNumber) docx(w *word) { w.par("Right", orElse(b.Text, w.doc.CaseNo)) }
func (b Addressee) docx(w *word)  { w.par("Flush", strings.TrimRight(b.Text, ":：")+"：") }
func (b Note) docx(w *word)       { w.par("Note", b.Text) }
func (b Window) docx(w *word)     { w.par("Flush", b.Text) }

func (b Heading) docx(w *word) {
	style := "Head1"
	if b.Level > 1 {
		style = "Head2"
	}
	w.par(style, b.Text)
}

func (b Paragraph) docx(w *word) {
	style := "Body"
	switch {
	case b.Right:
		style = "Right"
	case b.Flush:
		style = "Flush"
	}
	w.par(style, b.Text)
}

func (b List) docx(w *word) {
	for i, item := range b.Items {
		w.par("Body", b.Number.label(i+1)+item)
	}
}

func (b CasePanel) docx(w *word) {
	w.table([]int{3000, 5840})
	w.b.WriteString(`<w:tr>` + wcell(3000, 1) + `<w:p><w:pPr><w:jc w:val="center"/><w:spacing w:line="240" w:lineRule="atLeast"/></w:pPr>`)
	w.code(b.URL, 40)
	w.b.WriteString(`</w:p></w:tc>` + wcell(5840, 1))
	for _, s := range append([]string{b.Caption, grouped(b.Short)}, b.Lines...) {
		if s != "" {
			w.par("Cell", s)
		}
	}
	w.b.WriteString(`</w:tc></w:tr></w:tbl>`)
}

func (b Signature) docx(w *word) {
	for _, s := range b.Signers {
		w.par("Sign", s.Title+"　　　"+s.Name)
	}
	if len(b.Signers) == 0 && b.Court != "" {
		w.par("Sign", b.Court)
	}
	if b.Date != "" {
		w.par("Sign", b.Date)
	}
	if b.Seal != nil {
		w.par("Sign", b.Seal.says(w.doc))
	}
	for _, s := range b.After {
		w.par("Sign", s.Title+"　　　"+s.Name)
	}
}

func (b SignArea) docx(w *word) {
	for _, s := range b.Signers {
		w.par("Flush", s.Title+"　"+s.Name+"　______________")
	}
}

func (PageBreak) docx(w *word) { w.b.WriteString(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`) }

func (b CutLine) docx(w *word) {
	w.b.WriteString(`<w:p><w:pPr><w:pStyle w:val="Note"/><w:pBdr><w:bottom w:val="dashed" w:sz="6" w:space="1" w:color="000000"/></w:pBdr><w:jc w:val="center"/></w:pPr>`)
	w.run(b.Text)
	w.b.WriteString(`</w:p>`)
}

func (b Space) docx(w *word) {
	for range int(b.Lines) {
		w.par("Flush", "")
	}
}

// textWidth is the width of the text block in twentieths of a point.
const textWidth = 8840

func (w *word) table(widths []int) {
	w.b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="` + fmt.Sprint(textWidth) + `" w:type="dxa"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right"} {
		w.b.WriteString(`<w:` + side + ` w:val="single" w:sz="12" w:space="0" w:color="000000"/>`)
	}
	w.b.WriteString(`<w:insideH w:val="single" w:sz="6" w:space="0" w:color="000000"/><w:insideV w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, x := range widths {
		fmt.Fprintf(&w.b, `<w:gridCol w:w="%d"/>`, x)
	}
	w.b.WriteString(`</w:tblGrid>`)
}

func wcell(width, span int) string {
	s := fmt.Sprintf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
	if span > 1 {
		s += fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, span)
	}
	return s + `<w:vAlign w:val="center"/></w:tcPr>`
}

func (b Form) docx(w *word) {
	n := b.columns()
	label := textWidth / 4
	if n > 1 {
		label = textWidth / 6
	}
	value := textWidth/n - label
	var widths []int
	for range n {
		widths = append(widths, label, value)
	}
	w.table(widths)
	for _, r := range b.Rows {
		w.b.WriteString(`<w:tr>`)
		if r.Section != "" {
			w.b.WriteString(wcell(textWidth, 2*n))
			w.par("Cell", r.Section)
			w.b.WriteString(`</w:tc>`)
		}
		for i, f := range r.Fields {
			if r.Section != "" {
				break
			}
			span := 1
			if i == len(r.Fields)-1 {
				span = 2*n - 2*len(r.Fields) + 1
			}
			w.b.WriteString(wcell(label, 1))
			w.par("Cell", f.Label)
			w.b.WriteString(`</w:tc>` + wcell(value+(span-1)*textWidth/2/n, span))
			w.field(f)
			w.b.WriteString(`</w:tc>`)
		}
		w.b.WriteString(`</w:tr>`)
	}
	w.b.WriteString(`</w:tbl>`)
}

func (w *word) field(f Field) {
	var ticks []string
	for _, c := range f.Choices {
		ticks = append(ticks, c.text())
	}
	lines := 1
	if text := strings.TrimSpace(strings.Join(ticks, " ") + " " + f.Text); text != "" {
		w.par("Cell", text)
		lines = 0
	}
	for range max(f.Lines, lines) {
		w.par("Cell", "")
	}
	if d := f.Date.blanks(); f.Sign && d != "" {
		w.par("Cell", d)
	}
}

func (b Grid) docx(w *word) {
	total := 0.0
	for i := range b.Head {
		total += b.share(i)
	}
	var widths []int
	for i := range b.Head {
		widths = append(widths, int(textWidth*b.share(i)/total))
	}
	w.table(widths)
	line := func(cells []string, head string) {
		w.b.WriteString(`<w:tr>` + head)
		for i := range b.Head {
			w.b.WriteString(wcell(widths[i], 1))
			text := ""
			if i < len(cells) {
				text = cells[i]
			}
			w.par("Cell", text)
			w.b.WriteString(`</w:tc>`)
		}
		w.b.WriteString(`</w:tr>`)
	}
	line(b.Head, `<w:trPr><w:tblHeader/></w:trPr>`)
	for _, r := range b.Rows {
		line(r, "")
	}
	w.b.WriteString(`</w:tbl>`)
}

func (b Grid) share(i int) float64 {
	if i < len(b.Widths) {
		return b.Widths[i]
	}
	return 1
}
