package pdf

import (
	"strings"
	"testing"

	"mashang/platform/pdf/pdftest"
)

// filler is a paper of n lines before its signature block.
func filler(n int, sig Signature) *Doc {
	d := &Doc{Court: sampleCourt}
	for range n {
		d.Blocks = append(d.Blocks, Paragraph{Text: "本院认为"})
	}
	d.Blocks = append(d.Blocks, sig)
	return d
}

func bench(n int) Signature {
	s := Signature{Date: CapitalDate(2026, 10, 20), Seal: &Seal{}, After: []Signer{{"书记员", "冯玥"}}}
	for range n {
		s.Signers = append(s.Signers, Signer{"人民陪审员", "周㼆"})
	}
	return s
}

// Case C10.15 and the rule that a signature never stands alone: whatever is
// before it, the block is whole and text stands on its page.
func TestSignatureNeverAloneNorDivided(t *testing.T) {
	for _, signers := range []int{1, 3, 9} {
		for n := 1; n <= 46; n++ {
			b, _, err := Render(faces(t), filler(n, bench(signers)))
			if err != nil || len(b) == 0 {
				t.Fatal(err)
			}
			l := &layout{doc: filler(n, bench(signers)), shaper: &shaper{faces: faces(t)}}
			for _, bl := range l.doc.Blocks {
				if err := bl.lay(l); err != nil {
					t.Fatal(err)
				}
			}
			pages := l.paginate()
			last := pages[len(pages)-1]
			if len(last) < 2 {
				t.Errorf("%d signers after %d lines: the last page holds nothing but the signature", signers, n)
			}
			for _, page := range pages {
				end := page[len(page)-1]
				if bottom := end.y + end.box.height; bottom > blockBottom+1 {
					t.Errorf("%d signers after %d lines: page reaches %.0f, the text block ends at %.0f", signers, n, bottom, blockBottom)
				}
			}
		}
	}
}

func TestNineSignersAndDateOnOnePage(t *testing.T) {
	path, pages := render(t, filler(15, bench(9)))
	last := bare(pageText(t, path)[pages-1])
	if n := strings.Count(last, "人民陪审员"); n != 9 || !strings.Contains(last, "二〇二六年十月二十日") {
		t.Errorf("last page has %d of 9 signers: %s", n, last)
	}
}

// White is given up before a page is: one line too many does not move the foot.
func TestSpaceShrinksBeforeThePageBreaks(t *testing.T) {
	sig := Signature{Court: sampleCourt, Date: CapitalDate(2026, 3, 25), Seal: &Seal{}}
	natural := aboveNotice + 2 + (sealRadius-lead/2)/lead
	fits := int(linesPerPage - natural)
	if _, pages := render(t, filler(fits+1, sig)); pages != 1 {
		t.Errorf("%d lines and the foot take %d pages; shrinking the white makes it one", fits+1, pages)
	}
}

func TestNoWidowsNoOrphans(t *testing.T) {
	three := strings.Repeat("院", 26+28+3)
	for lines := 18; lines <= 22; lines++ {
		d := &Doc{}
		for range lines {
			d.Blocks = append(d.Blocks, Paragraph{Text: "一"})
		}
		d.Blocks = append(d.Blocks, Paragraph{Text: three})
		path, _ := render(t, d)
		for i, text := range pageText(t, path) {
			if n := strings.Count(text, "院"); n != 0 && n != 57 {
				t.Errorf("%d lines before: page %d holds %d of a paragraph of three lines", lines, i+1, n)
			}
		}
	}
}

func TestLongCourtName(t *testing.T) {
	for name, lines := range map[string]int{
		"河北省云泽县人民法院":                           1,
		"新疆维吾尔自治区巴音郭楞蒙古自治州中级人民法院":              1,
		"黑龙江省大庆市杜尔伯特蒙古族自治县某某经济技术开发区第一人民法院第二派出": 2,
	} {
		l := &layout{doc: &Doc{Court: name}, shaper: &shaper{faces: faces(t)}}
		if err := (CourtTitle{Form: true}).lay(l); err != nil {
			t.Fatal(err)
		}
		if len(l.boxes) != lines {
			t.Errorf("%s takes %d lines, want %d", name, len(l.boxes), lines)
		}
	}
	for _, part := range partCourt("新疆维吾尔自治区伊犁哈萨克自治州某某市第一中级人民法院") {
		if strings.HasPrefix(part, "民法院") || strings.HasPrefix(part, "法院") || strings.HasPrefix(part, "院") {
			t.Errorf("人民法院 is parted: %q", part)
		}
	}
}

func TestPageBreakAndTableHeadRepeats(t *testing.T) {
	path, pages := render(t, &Doc{Blocks: []Block{Paragraph{Text: "甲"}, PageBreak{}, Paragraph{Text: "乙"}, PageBreak{}}})
	if text := pageText(t, path); pages != 2 || !strings.Contains(text[1], "乙") {
		t.Errorf("%d pages: %q", pages, text)
	}
	path, pages = render(t, evidence())
	for i, text := range pageText(t, path)[:3] {
		if !strings.Contains(bare(text), "证据名称") {
			t.Errorf("page %d of %d lacks the head of the list", i+1, pages)
		}
	}
	if text := bare(strings.Join(pageText(t, path), "")); strings.Count(text, "被告辩称") != 40 {
		t.Errorf("divided row holds %d of 40 sentences", strings.Count(text, "被告辩称"))
	}
}

// The codes keep 8 mm of white on every side: nothing is set above the text
// block within that distance.
func TestPaperCodeKeepsItsQuietZone(t *testing.T) {
	if bottom := codeTop + codeSide + codeQuiet; bottom > blockTop {
		t.Errorf("quiet zone ends at %.1f pt, text begins at %.1f", bottom, blockTop)
	}
	if codeTop < codeQuiet {
		t.Errorf("only %.1f pt above the code", codeTop)
	}
	path, _ := render(t, acceptance())
	img := pdftest.Page(t, path, 1, "-r", "100", "-gray")
	px := func(v float64) int { return int(v * 100 / 72) }
	x0, x1 := px(blockRight-codeSide-codeQuiet)+2, px(blockRight+codeQuiet)-2
	y0, y1 := px(codeTop-codeQuiet)+2, px(codeTop+codeSide+codeQuiet)-2
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			inside := x > px(blockRight-codeSide)-2 && x < px(blockRight)+2 && y > px(codeTop)-2 && y < px(codeTop+codeSide)+2
			if r, _, _, _ := img.At(x, y).RGBA(); !inside && r < 0xffff {
				t.Fatalf("quiet zone is not white at %d,%d", x, y)
			}
		}
	}
}
