package delivery

import (
	"context"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/jobs"
)

// receipt records that a party signed on his phone that he received a paper. It
// is his signature on a return, as at the counter, and the day on which he
// signed is the day of service.
//
// law:民事诉讼法(2023)/100 调解书经双方当事人签收后，即具有法律效力。
func (s *Service) receipt(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.ReceiptSigned](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		p, err := paper.Of(tx, f.Paper)
		if err != nil {
			return err
		}
		if p.State != paper.Issued { // served in another way, or withdrawn
			return j.Finish(tx)
		}
		party, err := docket.PartyOf(tx, f.Party)
		if err != nil {
			return err
		}
		e := service.Signed(service.Signing{Nature: s.papers.Nature(p.Kind), Way: service.Direct, By: service.Self, On: f.On})
		a := attempt{Way: service.Direct, Signer: service.Self, Note: "在手机上签的送达回证"}
		a.found(e)
		body := map[string]any{"paper": p.ID, "return": f.Return, "signed_on": f.On.String()}
		if err := s.byHand(tx, p, a, body); err != nil {
			return err
		}
		if err := s.book.Record(tx, "delivery.receipt", party, body, nil); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}
