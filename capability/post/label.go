package post

import (
	"bytes"
	"cmp"
	"net/http"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/db"
	"mashang/platform/pdf"
	"mashang/platform/web"
)

// label is what stands on the page that goes into the envelope first.
type label struct {
	paper.Envelope
	Court docket.Court
	Case  string
}

func (s *Service) label(tx *db.Tx, paperID string) (l label, err error) {
	if l.Envelope, err = s.delivery.Envelope(tx, paperID); err != nil {
		return l, err
	}
	c, err := docket.CaseOf(tx, l.Paper.Case)
	if err != nil {
		return l, err
	}
	l.Case = c.Number
	l.Court, err = docket.CourtOf(tx, l.Paper.Court)
	return l, err
}

// to is where the postman goes and whom he asks for: who receives for him may
// sign, and his name has a line of its own.
func (l label) to() string {
	out := cmp.Or(l.At, "（没有地址，请先问清楚）") + "\n" + l.Name + "　收　" + l.Phone
	if l.Receiver != "" {
		out += "\n代收人：" + l.Receiver
	}
	return out
}

// page sets the address page: its address stands 47 to 88 mm from the top and
// 28 mm from the left of an A4 sheet, where an envelope of 220 × 110 mm has its
// window when the sheet is folded twice. What is inside stands below the fold,
// where no postman reads it.
func (l label) page(demo bool) *pdf.Doc {
	d := &pdf.Doc{Title: "邮寄地址", CaseNo: l.Case, Court: l.Court.Name}
	if demo {
		d.Void = "演示文书 无法律效力"
	}
	d.Blocks = []pdf.Block{
		pdf.Note{Text: "寄：" + l.Court.Speaks() + "　" + l.Court.Address},
		pdf.Window{Text: l.to()},
		pdf.Space{Lines: 6},
		pdf.Paragraph{Flush: true, Text: l.Case},
		pdf.Paragraph{Flush: true, Text: "内有：《" + l.Paper.Title + "》一份"},
		pdf.Paragraph{Flush: true, Text: "邮件号：＿＿＿＿＿＿＿＿＿＿＿＿"},
	}
	return d
}

// labelQuery says for which paper.
type labelQuery struct {
	Paper string `json:"paper"`
}

func (s *Service) getLabel(r *http.Request) (web.Reply, error) {
	var l label
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		l, err = s.label(tx, r.URL.Query().Get("paper"))
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	faces, err := pdf.LoadFaces(s.k.Config.Fonts)
	if err != nil {
		return web.Reply{}, err
	}
	b, _, err := pdf.Render(faces, l.page(s.k.Config.Demo))
	return web.Reply{File: &web.File{Name: "地址页.pdf", Type: "application/pdf", Body: bytes.NewReader(b), Inline: true, At: s.k.Now()}}, err
}
