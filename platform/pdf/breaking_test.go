package pdf

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// broken sets text on the body grid and returns the lines' texts.
func broken(t testing.TB, text string, measure, indent float64) []string {
	t.Helper()
	s := &shaper{faces: faces(t)}
	var out []string
	for _, l := range s.breakLines(bodyStyle, text, measure, indent, true) {
		out = append(out, l.text())
	}
	return out
}

// The grid of §C1, case C10.14: 28 characters fit one line, the 29th moves.
func TestTwentyEightCharactersPerLine(t *testing.T) {
	for n, want := range map[int]int{27: 1, 28: 1, 29: 2, 56: 2, 57: 3} {
		if got := broken(t, strings.Repeat("院", n), blockWidth, 0); len(got) != want {
			t.Errorf("%d characters make %d lines, want %d", n, len(got), want)
		}
	}
	got := broken(t, strings.Repeat("院", 29), blockWidth, 2*pitch)
	if utf8.RuneCountInString(got[0]) != 26 {
		t.Errorf("indented first line holds %d characters, want 26", utf8.RuneCountInString(got[0]))
	}
}

func TestTwentyEightCharactersPerLineOnPaper(t *testing.T) {
	path, _ := render(t, &Doc{Blocks: []Block{Paragraph{Text: strings.Repeat("院", 29), Flush: true}}})
	text := pageText(t, path)[0]
	if !strings.Contains(text, strings.Repeat("院", 28)+"\n院\n") {
		t.Errorf("page does not break after the 28th character:\n%s", text)
	}
}

// Twenty-two lines fill a page, the 23rd moves; two lines stay together.
func TestTwentyTwoLinesPerPage(t *testing.T) {
	for n, want := range map[int]int{22: 1, 23: 2} {
		d := &Doc{}
		for range n {
			d.Blocks = append(d.Blocks, Paragraph{Text: "一行"})
		}
		if _, pages := render(t, d); pages != want {
			t.Errorf("%d lines take %d pages, want %d", n, pages, want)
		}
	}
}

func TestMarksAtLineEdges(t *testing.T) {
	han := func(n int) string { return strings.Repeat("院", n) }
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"comma after a full line hangs on by squeezing or takes a character along",
			han(28) + "，" + han(3), []string{han(27), "院，" + han(3)}},
		{"a line with white in it pulls the comma back",
			"院，院、" + han(24) + "，" + han(3), []string{"院，院、" + han(24) + "，", han(3)}},
		{"an opening bracket does not end a line", han(27) + "（院）", []string{han(27), "（院）"}},
		{"dash of two characters is one", han(27) + "——院", []string{han(26), "院——院"}},
		{"figure stays with its unit", han(26) + "2026年", []string{han(26), "2026年"}},
		{"sum of money stays whole", han(24) + "1,123,685.86元院", []string{han(24), "1,123,685.86元院"}},
		{"number of an item stays with its first word", han(27) + "1.判令", []string{han(27), "1.判令"}},
		{"hard line end", "甲\n乙", []string{"甲", "乙"}},
		{"empty line", "甲\n\n乙", []string{"甲", "", "乙"}},
		{"nothing", "", []string{""}},
	} {
		if got := broken(t, c.text, blockWidth, 0); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLongWordsAreCutSensibly(t *testing.T) {
	lead := strings.Repeat("院", 20)
	got := broken(t, lead+"https://court.example.cn/in/box?case=2026&kind=notice", blockWidth, 0)
	if end := got[0][len(got[0])-1]; !strings.ContainsRune("/?&=", rune(end)) {
		t.Errorf("address cut at %q", got)
	}
	got = broken(t, lead+"133026196803041234", blockWidth, 0)
	if digits := strings.TrimPrefix(got[0], lead); len(digits)%4 != 0 || len(digits) == 0 {
		t.Errorf("identity number cut at %q, want groups of four", got)
	}
	got = broken(t, strings.Repeat("9", 200), blockWidth, 0)
	if strings.Join(got, "") != strings.Repeat("9", 200) {
		t.Errorf("endless number: %q", got)
	}
}

func TestAdjacentMarksClose(t *testing.T) {
	s := &shaper{faces: faces(t)}
	apart := s.oneLine(bodyStyle, "院。").width + s.oneLine(bodyStyle, "）院").width
	if together := s.oneLine(bodyStyle, "院。）院").width; together > apart-0.3*pitch {
		t.Errorf("。） takes %.1f pt, apart %.1f: the white between was not taken out", together, apart)
	}
}

func TestJustifiedLinesEndAtTheEdge(t *testing.T) {
	s := &shaper{faces: faces(t)}
	text := strings.Repeat("被告辩称，对合同签订及付款事实无异议（见2026年3月笔录）；但未按期交货。", 6)
	lines := s.breakLines(bodyStyle, text, blockWidth, 2*pitch, true)
	for i, l := range lines {
		want := blockWidth
		if i == 0 {
			want -= 2 * pitch
		}
		if l.width > want+slack || i < len(lines)-1 && l.width < want-0.5 {
			t.Errorf("line %d is %.2f pt wide, want %.2f", i+1, l.width, want)
		}
	}
}

// FuzzBreak holds what every line must be, whatever the text and the measure.
func FuzzBreak(f *testing.F) {
	f.Add("原告：李𬭎，男，1968年3月4日出生。“确有困难”的（缓交、减交、免交）……", uint16(200))
	f.Add("https://court.example.cn/in/box?case=2026-1199-mc-123 ，以到达为准", uint16(120))
	f.Add("，，，，，。。。。。））））））“““““（（（（（", uint16(60))
	f.Add("a b  c   d\n\n e 1. 2. 3.元元元", uint16(33))
	f.Add("————————————…………", uint16(16))
	f.Add("☐直接送达　☑电子送达", uint16(1))
	f.Fuzz(func(t *testing.T, text string, measure uint16) {
		width := float64(measure%500) + 1
		s := &shaper{faces: faces(t)}
		text = string([]rune(text)) // invalid bytes count as the replacement character
		want := strings.ReplaceAll(lineEnds.Replace(text), "\n", "")
		var got strings.Builder
		lines := s.breakLines(bodyStyle, text, width, 0, true)
		for i, l := range lines {
			got.WriteString(l.text())
			checkLine(t, l, width)
			if i == 0 || lines[i-1].forced || lines[i-1].last {
				continue
			}
			if r, _ := utf8.DecodeRuneInString(l.text()); strings.ContainsRune(noHead, r) {
				t.Errorf("line %d begins with %q: %q", i+1, r, l.text())
			}
			if rs := []rune(strings.TrimRight(lines[i-1].text(), " ")); len(rs) > 0 && strings.ContainsRune(noFoot, rs[len(rs)-1]) && !strings.HasSuffix(lines[i-1].text(), " ") {
				t.Errorf("line %d ends with %q", i, lines[i-1].text())
			}
		}
		if got.String() != want {
			t.Errorf("characters lost or doubled\n got %q\nwant %q", got.String(), want)
		}
	})
}

// checkLine verifies width and places of one line.
func checkLine(t *testing.T, l line, measure float64) {
	t.Helper()
	visible := 0
	for _, tk := range l.tokens {
		if !tk.space && !tk.newline {
			visible++
		}
	}
	if l.width > measure+slack && visible > 1 {
		t.Errorf("line %q is %.2f pt wide in %.2f", l.text(), l.width, measure)
	}
	for i := 1; i < len(l.glyphs); i++ {
		if l.glyphs[i].x < l.glyphs[i-1].x-0.6*pitch {
			t.Errorf("letters run backwards in %q", l.text())
		}
	}
}

// A citizen may paste anything; setting it must not take quadratic time.
func TestEndlessWordIsSetQuickly(t *testing.T) {
	text := strings.Repeat("x", 300_000)
	start := time.Now()
	if got := strings.Join(broken(t, text, blockWidth, 0), ""); got != text {
		t.Error("letters lost")
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("300,000 letters took %v", d)
	}
}
