package kinds

import (
	"io"
	"strings"

	"mashang/platform/pdf"
)

// notOriginal stands on every page of a file that anybody can change.
const notOriginal = "工作稿，不是盖章的原件"

// WriteDOCX writes a paper as an office document to work with. It bears no code:
// what somebody changed must not be found genuine, nor open a case.
func (k Kind) WriteDOCX(w io.Writer, v Values) error {
	v["void"] = strings.TrimPrefix(v.Text("void")+"　"+notOriginal, "　")
	v["paper_code"], v["case_short"] = "", ""
	doc, err := k.Fill(v)
	if err != nil {
		return err
	}
	doc.Unsealed = true
	return pdf.WriteDOCX(w, doc)
}
