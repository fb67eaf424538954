package setup

import (
	"context"
	"strings"
	"time"

	"mashang/docket"
	"mashang/law/cite"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/pdf"
)

// sealCmd puts a seal into use.
type sealCmd struct {
	Court string `json:"court"`
	Ring  string `json:"ring"`  // the name on the ring
	Lower string `json:"lower"` // under the star, for a purpose: 立案专用章
	Basis string `json:"basis"` // the document that put it into use
	Seal  string `json:"seal"`  // to be taken out of use
}

// addSeal puts a seal into use. A tribunal has none of its own: what it makes
// bears the seal of its court.
//
// law:民诉法解释(2022)/262 不得用人民法庭的印章代替基层人民法院的印章
func (s *Service) addSeal(ctx context.Context, c sealCmd) error {
	var bad fault.List
	if n := len([]rune(c.Ring)); n < 4 || n > 30 {
		bad.Add("ring", "印文写 4 到 30 个字，和刻的印一样。")
	}
	if strings.Contains(c.Ring, "法庭") {
		e := fault.Field("ring", "人民法庭的印章不能用在判决书、裁定书、调解书上，要用基层人民法院的印章。请填法院的印文。")
		e.Basis = cite.JI(262).String()
		bad = append(bad, e)
	}
	if len([]rune(c.Lower)) > 12 {
		bad.Add("lower", "最多 12 个字。")
	}
	if len([]rune(c.Basis)) < 4 {
		bad.Add("basis", "请写启用的依据，例如批准启用的文件和日期。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.change(ctx, "seals", c.Court, "setup.seal", func(tx *db.Tx, now time.Time) (map[string]any, error) {
		if err := auth.RequireFresh(auth.From(ctx), now); err != nil {
			return nil, err
		}
		return map[string]any{"ring": c.Ring, "lower": c.Lower, "in_use": true}, docket.AddSeal(tx, docket.Seal{Court: c.Court, Ring: c.Ring, Lower: c.Lower, Basis: c.Basis, From: now})
	})
}

// endSeal takes a seal out of use; papers that bear it stay valid.
func (s *Service) endSeal(ctx context.Context, c sealCmd) error {
	return s.change(ctx, "seals", c.Court, "setup.seal", func(tx *db.Tx, now time.Time) (map[string]any, error) {
		if err := auth.RequireFresh(auth.From(ctx), now); err != nil {
			return nil, err
		}
		return map[string]any{"seal": c.Seal, "in_use": false}, docket.EndSeal(tx, c.Court, c.Seal, now)
	})
}

// print draws a seal on a page that says it is a sample.
func (s *Service) print(ctx context.Context, court, seal string) ([]byte, error) {
	var found docket.Seal
	err := s.k.Read(ctx, func(tx *db.Tx) error {
		list, err := docket.Seals(tx, court)
		for _, x := range list {
			if x.ID == seal {
				found = x
			}
		}
		if err == nil && found.ID == "" {
			err = fault.Missing()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	faces, err := pdf.LoadFaces(s.k.Config.Fonts)
	if err != nil {
		return nil, err
	}
	b, _, err := pdf.Render(faces, &pdf.Doc{Title: "印样", Court: found.Ring, Void: "样张 无法律效力", Blocks: []pdf.Block{
		pdf.Paragraph{Text: "这一页只为核对印文，不是文书。"},
		pdf.Signature{Date: docket.Today(s.k.Now()).Chinese(), Court: found.Ring, Seal: &pdf.Seal{Court: found.Ring, Lower: found.Lower}},
	}})
	return b, err
}
