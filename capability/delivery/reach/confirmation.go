package reach

import (
	"cmp"
	"context"

	"mashang/law/service"
	"mashang/platform/db"
	"mashang/platform/jobs"
)

// confirmationJob names a party who confirmed his addresses.
type confirmationJob struct{ Party, At string }

// Confirmation puts into the file the 送达地址确认书 that a party filled here: what
// he has confirmed by now, all of it, for the newest one counts. It is a job, so
// that a name which can't be drawn keeps nobody from confirming.
//
// law:在线诉讼规则(2021)/30 确认受送达人是否同意电子送达，以及受送达人接收电子送达的具体方式和地址
func (s *Book) Confirmation(ctx context.Context, j *jobs.Job) error {
	var b confirmationJob
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		party, c, err := About(tx, b.Party)
		if err != nil {
			return err
		}
		k, err := s.said(tx, party)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, kind := range []string{"post", string(service.SMS), string(service.Email), string(service.InApp), string(service.WeChat)} {
			if a := k.By[kind]; a.Standing == service.Confirmed {
				value := a.Value
				if kind == string(service.WeChat) {
					value = "本人绑定的微信"
				}
				rows = append(rows, []string{KindTitle(kind), cmp.Or(value, "本人的账号")})
			}
		}
		f := map[string]any{"addresses": append(rows, []string{"别的地址", "没有填"}), "online": b.At}
		f["receiver"], f["secret"] = cmp.Or(k.By[receiver].Value, "没有指定"), cmp.Or(k.By[secret].Value, "不要求")
		if !k.Consent.At.IsZero() {
			f["esend"] = map[bool]string{true: "同意", false: "不同意"}[k.Consent.Law().Given()]
		}
		made, err := s.papers.Certify(tx, "address_confirmation", c, party, f)
		if err != nil {
			return err
		}
		if err := s.Record(tx, "delivery.confirmation", party, map[string]any{"confirmation": made.ID}, nil); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}
