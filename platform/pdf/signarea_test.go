package pdf

import (
	"strings"
	"testing"
)

// TestSignArea: each signer has a box of his own on the page, beside who he is
// or below it when that is long; none reaches out of the text block or into
// another, and the order is that of the signers.
func TestSignArea(t *testing.T) {
	faces, err := LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	who := []Signer{{"原告", "贾若兰"}, {"被告衡水某某塑胶制品有限公司法定代表人", "王五"}, {strings.Repeat("很长的身份", 20), "某"}, {"审判员", "周明远"}, {"书记员", "李倩"}}
	for n := range 25 {
		d := &Doc{Title: "笔录", Court: "某法院", Blocks: []Block{PaperTitle{}}}
		for range n {
			d.Blocks = append(d.Blocks, Paragraph{Text: "一行。"})
		}
		d.Blocks = append(d.Blocks, SignArea{who})
		_, pages, areas, err := RenderAreas(faces, d)
		at := areas.Signs
		if err != nil || len(at) != len(who) {
			t.Fatal(len(at), err)
		}
		for i, p := range at {
			r := p.Rect
			if r[0] < blockLeft || r[2] > blockRight+0.01 || r[2]-r[0] < 10*pitch || r[1] < pageHeight-blockBottom-1 || r[3]-r[1] < lead || p.Page >= pages {
				t.Errorf("%d lines: the box of %s is %+v", n, who[i].Name, p)
			}
			if i > 0 && at[i-1].Page == p.Page && at[i-1].Rect[1] < r[3] || i > 0 && at[i-1].Page > p.Page {
				t.Errorf("%d lines: %s signs into the box above", n, who[i].Name)
			}
		}
	}
}
