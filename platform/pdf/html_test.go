package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// elements parses HTML strictly (only void elements may stay open) and returns
// its start tags and its text.
func elements(t *testing.T, d *Doc) (tags []xml.StartElement, text, source string) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, d); err != nil {
		t.Fatal(err)
	}
	source = b.String()
	dec := xml.NewDecoder(strings.NewReader(strings.NewReplacer("<br>", "<br/>", `<hr class="cut">`, "<hr/>").Replace(source)))
	dec.Entity = xml.HTMLEntity
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return tags, text, source
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, source)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			tags = append(tags, tok.Copy())
		case xml.CharData:
			text += string(tok)
		}
	}
}

func TestHTMLSaysWhatThePaperSays(t *testing.T) {
	for name, d := range samples() {
		_, text, _ := elements(t, d)
		for _, b := range d.Blocks {
			var want []string
			switch b := b.(type) {
			case Paragraph:
				want = []string{b.Text}
			case List:
				want = b.Items
			case CasePanel:
				want = append(b.Lines, b.Caption, grouped(b.Short))
			case Form:
				for _, r := range b.Rows {
					for _, f := range r.Fields {
						want = append(want, f.Label, f.Text)
					}
				}
			case Signature:
				want = []string{b.Court, b.Date}
			}
			for _, w := range want {
				if !strings.Contains(bare(text), bare(w)) {
					t.Errorf("%s: HTML lacks %q", name, w)
				}
			}
		}
	}
}

func TestHTMLIsInertAndEscaped(t *testing.T) {
	evil := `<script>alert("x")</script>&<b onclick=x>`
	d := &Doc{
		Title: evil, CaseNo: evil, Court: evil, Void: evil, Code: &PaperCode{URL: evil, Short: evil, Hint: evil},
		Blocks: []Block{
			CourtTitle{}, PaperTitle{Sub: evil}, CaseNumber{}, Addressee{Text: evil}, Heading{Text: evil},
			Paragraph{Text: evil + "\n" + evil}, List{Items: []string{evil}}, Note{Text: evil}, Window{Text: evil},
			CasePanel{URL: evil, Short: evil, Caption: evil, Lines: []string{evil}},
			Form{Rows: []Row{{Section: evil}, {Fields: []Field{{Label: evil, Text: evil, Choices: []Choice{{Text: evil}}, Sign: true, Date: Minute}}}}},
			Grid{Head: []string{evil}, Rows: [][]string{{evil}}}, CutLine{Text: evil},
			Signature{Signers: []Signer{{evil, evil}}, Date: evil, Seal: &Seal{Lower: evil}},
		},
	}
	tags, _, source := elements(t, d)
	for _, tag := range tags {
		if tag.Name.Local == "script" || tag.Name.Local == "b" {
			t.Errorf("text became an element: <%s>", tag.Name.Local)
		}
		for _, a := range tag.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("<%s %s>: forbidden by the content security policy", tag.Name.Local, a.Name.Local)
			}
		}
	}
	if strings.Contains(source, "<script") {
		t.Error("unescaped text")
	}
}

func TestHTMLStructure(t *testing.T) {
	tags, text, source := elements(t, serviceReturn())
	scopes, svg := 0, 0
	for _, tag := range tags {
		switch tag.Name.Local {
		case "svg":
			svg++
		case "th":
			if !slices.ContainsFunc(tag.Attr, func(a xml.Attr) bool { return a.Name.Local == "scope" }) {
				t.Error("th without scope")
			}
			scopes++
		}
	}
	if scopes != 12 || svg != 1 {
		t.Errorf("%d heads and %d codes, want 12 and 1", scopes, svg)
	}
	if n := strings.Count(text, sampleVoid); n != 2 {
		t.Errorf("void mark %d times, want at top and bottom", n)
	}
	if !strings.HasPrefix(source, `<article class="sheet"`) {
		t.Errorf("does not begin with the sheet: %.60s", source)
	}
	if err := WriteHTML(io.Discard, &Doc{}); !errors.Is(err, ErrNoBlocks) {
		t.Errorf("empty paper: %v", err)
	}
	if err := WriteHTML(io.Discard, &Doc{Code: &PaperCode{}, Blocks: []Block{Note{}}}); err == nil {
		t.Error("a code without address was accepted")
	}
}
