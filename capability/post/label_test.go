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

// TestLabel: whom the postman looks for stands in the window of an envelope of
// 220 × 110 mm, however long it is, and what is inside does not. Another program
// measures it.
func TestLabel(t *testing.T) {
	faces, err := pdf.LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	village := "河北省衡水市饶阳县大尹村镇南北岩村中心大街东侧第三排十二号院内"
	for name, e := range map[string]paper.Envelope{
		"short":    {Name: "贾若兰", At: "衡水市人民西路1号", Phone: "13900001234"},
		"village":  {Name: "贾若兰", At: village, Phone: "13900001234"},
		"receiver": {Name: "贾若兰", At: village, Phone: "13900001234", Receiver: "王某，公司会计"},
		"unit":     {Name: "衡水市高新技术产业开发区某某塑胶制品与模具制造有限责任公司", At: village + "，从村委会往北走到头，看见蓝色大门的那一家", Phone: "13900001234", Receiver: "阿卜杜热合曼·麦麦提吐尔逊，公司综合管理部的收发员"},
	} {
		t.Run(name, func(t *testing.T) {
			e.Paper = paper.Paper{Title: "受理案件通知书"}
			l := label{Court: docket.Court{Name: "河北省衡水市中级人民法院", Short: "衡水中院", Address: "衡水市人民西路1号"}, Case: "（2026）冀11民初1号", Envelope: e}
			b, pages, err := pdf.Render(faces, l.page(false))
			if err != nil || pages != 1 {
				t.Fatalf("%d pages, %v", pages, err)
			}
			window, below := "", ""
			const mm = 72 / 25.4
			for _, w := range words(t, name, b) {
				switch top := w.YMin / mm; {
				case top < 44 || top > 250: // who sends it, and the number of the page
				case top >= 105:
					below += w.Text
				default:
					if window += w.Text; w.YMax/mm > 90 || w.XMin/mm < 20 || w.XMax/mm > 107 {
						t.Errorf("%s stands at %.0f–%.0f mm, and ends at %.0f mm", w.Text, top, w.YMax/mm, w.XMax/mm)
					}
				}
			}
			want := e.At + e.Name + "收" + e.Phone
			if e.Receiver != "" {
				want += "代收人：" + e.Receiver
			}
			if window != want {
				t.Errorf("in the window stands\n%s\nand not\n%s", window, want)
			}
			if !strings.Contains(below, "民初1号") || !strings.Contains(below, "受理案件通知书") {
				t.Errorf("below stands %s", below)
			}
		})
	}
}

type word struct {
	XMin float64 `xml:"xMin,attr"`
	XMax float64 `xml:"xMax,attr"`
	YMin float64 `xml:"yMin,attr"`
	YMax float64 `xml:"yMax,attr"`
	Text string  `xml:",chardata"`
}

// words are what stands where on the page. LABEL_OUT names a folder that keeps
// the file to be looked at.
func words(t *testing.T, name string, b []byte) []word {
	t.Helper()
	dir := os.Getenv("LABEL_OUT")
	if dir == "" {
		dir = t.TempDir()
	}
	file := filepath.Join(dir, name+".pdf")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Words []word `xml:"body>doc>page>word"`
	}
	if err := xml.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Words
}
