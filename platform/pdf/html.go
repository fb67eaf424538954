package pdf

import (
	"fmt"
	"html"
	"io"
	"strings"

	"mashang/platform/qr"
)

// page builds the HTML of one paper.
type page struct {
	doc *Doc
	b   strings.Builder
	err error
}

// WriteHTML writes d as one <article class="sheet">, a fragment for a page of
// the site: headings, paragraphs, tables with heads, codes as inline SVG, the
// void mark as text at the top and at the bottom. Every text of d is escaped;
// there are no style attributes and no scripts, so it needs no exception from a
// strict content security policy.
//
// Nothing is written if the paper is empty or a code does not encode.
func WriteHTML(w io.Writer, d *Doc) error {
	if len(d.Blocks) == 0 {
		return ErrNoBlocks
	}
	p := &page{doc: d}
	p.b.WriteString(`<article class="sheet" lang="zh-CN">` + "\n")
	p.void()
	p.paperCode()
	for _, b := range d.Blocks {
		b.html(p)
	}
	p.void()
	p.b.WriteString("</article>\n")
	if p.err != nil {
		return p.err
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// el writes one element on a line of its own, its text escaped, line ends as <br>.
func (p *page) el(tag, class, text string) {
	p.open(tag, class)
	p.text(text)
	p.b.WriteString("</" + tag + ">\n")
}

func (p *page) open(tag, class string) {
	p.b.WriteString("<" + tag)
	if class != "" {
		p.b.WriteString(` class="` + class + `"`)
	}
	p.b.WriteByte('>')
}

func (p *page) text(s string) {
	s = html.EscapeString(lineEnds.Replace(s))
	p.b.WriteString(strings.ReplaceAll(s, "\n", "<br>"))
}

func (p *page) void() {
	if p.doc.Void != "" {
		p.open("p", "void")
		p.b.WriteString("<strong>")
		p.text(p.doc.Void)
		p.b.WriteString("</strong></p>\n")
	}
}

// code writes a QR code; the first that does not encode spoils the page.
func (p *page) code(url string, size int) {
	c, err := qr.Encode(url)
	if err != nil {
		if p.err == nil {
			p.err = fmt.Errorf("pdf: code: %w", err)
		}
		return
	}
	p.b.WriteString(c.SVG(size))
}

func (p *page) paperCode() {
	k := p.doc.Code
	if k == nil {
		return
	}
	p.open("figure", "paper-code")
	p.code(k.URL, 96)
	p.open("figcaption", "")
	p.text(orElse(k.Hint, defaultHint))
	if k.Short != "" {
		p.b.WriteString(" <code>")
		p.text(grouped(k.Short))
		p.b.WriteString("</code>")
	}
	p.b.WriteString("</figcaption></figure>\n")
}

func (b CourtTitle) html(p *page) { p.el("h2", "court", orElse(b.Text, p.doc.Court)) }

func (b PaperTitle) html(p *page) {
	p.el("h2", "paper", orElse(b.Text, p.doc.Title))
	if b.Sub != "" {
		p.el("p", "sub", "（"+b.Sub+"）")
	}
}

func (b CaseNumber) html(p *page) { p.el("p", "no", orElse(b.Text, p.doc.CaseNo)) }

func (b Addressee) html(p *page) {
	p.el("p", "to", strings.TrimRight(b.Text, ":：")+"：")
}

func (b Heading) html(p *page) {
	tag := "h3"
	if b.Level > 1 {
		tag = "h4"
	}
	p.el(tag, "", b.Text)
}

func (b Paragraph) html(p *page) {
	class := ""
	switch {
	case b.Right:
		class = "right"
	case b.Flush:
		class = "flush"
	}
	p.el("p", class, b.Text)
}

// Items are paragraphs with written numbers, not <ol>: the number 一、 is part of
// the text that people cite, and must survive copying.
func (b List) html(p *page) {
	for i, item := range b.Items {
		p.el("p", "item", b.Number.label(i+1)+item)
	}
}

func (b Note) html(p *page) { p.el("p", "note", b.Text) }

func (b Window) html(p *page) { p.el("p", "flush", b.Text) }

func (b CasePanel) html(p *page) {
	p.open("section", "case-code")
	p.code(b.URL, 200)
	if b.Caption != "" {
		p.el("p", "caption", b.Caption)
	}
	if b.Short != "" {
		p.open("p", "short")
		p.b.WriteString("<code>")
		p.text(grouped(b.Short))
		p.b.WriteString("</code></p>\n")
	}
	for _, s := range b.Lines {
		p.el("p", "flush", s)
	}
	p.b.WriteString("</section>\n")
}

func (b Signature) html(p *page) {
	p.open("div", "signature")
	p.b.WriteByte('\n')
	for _, s := range b.Signers {
		p.signer(s)
	}
	if len(b.Signers) == 0 && b.Court != "" {
		p.el("p", "right", b.Court)
	}
	if b.Date != "" {
		p.el("p", "right", b.Date)
	}
	if b.Seal != nil {
		p.el("p", "right seal", b.Seal.says(p.doc))
	}
	for _, s := range b.After {
		p.signer(s)
	}
	p.b.WriteString("</div>\n")
}

func (p *page) signer(s Signer) {
	p.open("p", "right")
	p.open("span", "role")
	p.text(s.Title)
	p.b.WriteString("</span>　")
	p.open("span", "name")
	p.text(s.Name)
	p.b.WriteString("</span></p>\n")
}

func (b SignArea) html(p *page) {
	p.open("div", "signature")
	p.b.WriteByte('\n')
	after := "______________"
	if p.doc.Signed {
		after = "（已经签名）"
	}
	for _, s := range b.Signers {
		p.el("p", "flush", s.Title+"　"+s.Name+"　"+after)
	}
	p.b.WriteString("</div>\n")
}

func (PageBreak) html(p *page) { p.b.WriteString("<hr class=\"page\">\n") }

func (b CutLine) html(p *page) {
	p.b.WriteString("<hr class=\"cut\">\n")
	if b.Text != "" {
		p.el("p", "note", b.Text)
	}
}

func (Space) html(*page) {} // the page's own rhythm decides
