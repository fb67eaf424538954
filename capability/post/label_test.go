package post

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/pdf"
)

// TestLabel: the address stands in the window of an envelope of 220 × 110 mm,
// and what is inside does not. Another program measures it.
func TestLabel(t *testing.T) {
	faces, err := pdf.LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	l := label{Court: docket.Court{Name: "河北省衡水市中级人民法院", Short: "衡水中院", Address: "衡水市人民西路1号"}, Case: "（2026）冀11民初1号", Envelope: paper.Envelope{Paper: paper.Paper{Title: "受理案件通知书"},
		Name: "贾若兰", At: "河北省衡水市饶阳县大尹村镇南北岩村中心大街东侧第三排十二号院内", Phone: "13900001234"}}
	b, pages, err := pdf.Render(faces, l.page(false))
	if err != nil || pages != 1 {
		t.Fatalf("%d pages, %v", pages, err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "a.pdf")
	if keep := os.Getenv("LABEL_OUT"); keep != "" {
		file = keep
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Words []struct {
			XMin float64 `xml:"xMin,attr"`
			XMax float64 `xml:"xMax,attr"`
			YMin float64 `xml:"yMin,attr"`
			YMax float64 `xml:"yMax,attr"`
			Text string  `xml:",chardata"`
		} `xml:"body>doc>page>word"`
	}
	if err := xml.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	const mm = 72 / 25.4
	found := map[string]bool{}
	for _, w := range doc.Words {
		top, bottom, left := w.YMin/mm, w.YMax/mm, w.XMin/mm
		inside := top >= 40 && bottom <= 90 && left >= 20 && w.XMax/mm <= 107
		for _, must := range []string{"河北省衡水市饶阳县", "院内", "贾若兰", "13900001234"} {
			if strings.Contains(w.Text, must) {
				if found[must] = true; !inside {
					t.Errorf("%s at %.0f–%.0f mm", w.Text, top, bottom)
				}
			}
		}
		if strings.Contains(w.Text, "受理案件通知书") || strings.Contains(w.Text, "民初") {
			if found["inside"] = true; top < 105 {
				t.Errorf("%s at %.0f mm can be read from outside", w.Text, top)
			}
		}
	}
	if len(found) != 5 {
		t.Errorf("found %v in\n%s", found, out)
	}
}
