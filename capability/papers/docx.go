package papers

import (
	"bytes"
	"net/http"

	"mashang/capability/papers/kinds"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
)

// getDOCX is a paper, or a draft, as an office document for the court's people
// to work with.
func (s *Service) getDOCX(r *http.Request) (web.Reply, error) {
	var k kinds.Kind
	var v kinds.Values
	var p paper.Paper
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(r.Context()), "proof", access.Of("paper", r.PathValue("case")), tx.Now())
		if err != nil {
			return err
		}
		if id := r.PathValue("draft"); id != "" {
			d, w, err := s.draftOf(tx, id)
			if err != nil || d.Case != g.Case.ID {
				return fault.OrMissing(err)
			}
			p = paper.Paper{ID: d.ID, Court: d.Court, Case: d.Case, At: d.Moved}
			if v, k, _, err = s.preview(tx, g.Case, d, w, ""); err == nil && len(k.Problems(w.Fields)) > 0 {
				return fault.New(fault.Conflict, "必填的还没有填完，填完才能下载。")
			}
			return err
		}
		if p, err = s.one(tx, r.PathValue("paper")); err != nil || p.Case != g.Case.ID {
			return fault.OrMissing(err)
		}
		v, err = s.data(p)
		return err
	})
	if err == nil && k.Name == "" {
		k, err = s.formOf(r.Context(), p)
	}
	if err != nil {
		return web.Reply{}, err
	}
	var b bytes.Buffer
	if err := k.WriteDOCX(&b, v); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: k.Title + v.Text("number") + "工作稿.docx", Type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Body: bytes.NewReader(b.Bytes()), At: p.At}}, nil
}
