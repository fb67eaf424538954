package delivery

import (
	"context"
	"strings"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
)

// certify has the 电子送达凭证 made (在线诉讼规则 31): what was sent to which
// address, when it arrived, was read and answered, what failed, and by which
// rule it counts. It is a job, so that a paper that can't be made now holds up
// no service.
func (s *Service) certify(ctx context.Context, j *jobs.Job) error {
	var b carryJob
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		v, err := servingOf(tx, b.Service)
		if err != nil {
			return err
		}
		e, have, err := effectOf(tx, v.ID)
		if err != nil {
			return err
		}
		if !have || !e.Way.Electronic() { // rebutted since
			return j.Finish(tx)
		}
		p, err := paper.Of(tx, v.Paper)
		if err != nil {
			return err
		}
		party, c, err := reach.About(tx, v.Party)
		if err != nil {
			return err
		}
		fields, err := s.certificate(tx, p, party, v, e)
		if err != nil {
			return err
		}
		made, err := s.papers.Certify(tx, "eservice_certificate", c, party, fields)
		if err != nil {
			return err
		}
		if err := s.book.Record(tx, "delivery.certified", party, map[string]any{"service": v.ID, "certificate": made.ID}, nil); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

var grounds = map[service.Ground]string{
	service.Stated: "本人明确表示同意", service.Promised: "诉讼前有约定或者承诺", service.Volunteered: "在诉状中主动提供电子地址", service.ByConduct: "接受已完成的电子送达且没有表示不同意",
}

var channels = map[service.Way]string{service.InApp: "诉讼平台账号", service.SMS: "短信", service.Email: "电子邮箱", service.WeChat: "即时通讯账号"}

// certificate fills it from the attempt that served and the others beside it.
func (s *Service) certificate(tx *db.Tx, p paper.Paper, party docket.Party, v serving, e effect) (map[string]any, error) {
	as, err := attemptsOf(tx, v.ID)
	if err != nil {
		return nil, err
	}
	k, err := s.book.Reach(tx, party)
	if err != nil {
		return nil, err
	}
	all, err := s.book.Addresses(tx, party.ID)
	if err != nil {
		return nil, err
	}
	f := map[string]any{"sent_papers": [][]string{{p.Title, id.Spaced(p.Code), short(p.Digest)}}, "basis": grounds[k.Consent.Ground], "confirmation": docket.Today(k.Consent.At).Chinese() + "，" + k.Consent.ShownBy,
		"effective": reach.Minute(e.Instant), "clock": "本院服务器的时钟"}
	n, rows := 0, [][]string{}
	for _, a := range as {
		w := a.verdict(s.papers.Nature(p.Kind))
		counts := a.Way.Electronic() && w.Made && w.At.Equal(e.Instant) && f["channel"] == nil
		row, err := s.tried(tx, a, w, counts, k, all)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		if a.Way.Electronic() && a.Failed.IsZero() {
			n++
		}
		if !counts {
			continue
		}
		f["channel"], f["eaddress"], f["provided"] = channels[a.Way], reached(a, k, all), map[bool]string{true: "是", false: "不是"}[a.Standing == service.Confirmed]
		for name, at := range map[string]time.Time{"sent": a.Sent, "arrived": a.Success, "read": a.Read, "answered": a.Replied} {
			if !at.IsZero() {
				f[name] = reach.Minute(at)
			}
		}
		if !a.Proved.IsZero() {
			f["proved"] = a.Proved.String()
		}
		f["rule"] = map[bool]string{true: "第三十一条第二款第二项", false: "第三十一条第二款第一项"}[w.Presumed]
		if a.Standing == service.Confirmed {
			f["rule"] = "第三十一条第一款"
		}
	}
	if f["channel"] == nil {
		return nil, fault.New(fault.Internal, "delivery: an effect without an attempt")
	}
	if f["attempts"] = rows; n > 1 {
		f["several"] = true
	}
	return f, nil
}

// tried is the line of one attempt: which way, where to, when, what became of it.
func (s *Service) tried(tx *db.Tx, a attempt, w service.Effect, counts bool, k reach.Known, all []reach.Address) ([]string, error) {
	way, where, says := a.Way.Title(), "见送达回证", "还没有结果"
	if a.Way.Electronic() {
		way, where, says = channels[a.Way], reached(a, k, all), "还没有到达的回执"
	}
	switch {
	case counts:
		says = "生效"
	case !a.Rebutted.IsZero():
		says = "推定送达，已被推翻"
	case !a.Failed.IsZero():
		says = a.Reason
	case !a.Way.Electronic() && w.Made:
		says = w.On.Chinese() + "送达"
	case !a.Replied.IsZero():
		says = reach.Minute(a.Replied) + "回复收到"
	case !a.Read.IsZero():
		says = reach.Minute(a.Read) + "打开"
	case !a.Success.IsZero():
		says = reach.Minute(a.Success) + "到达"
	}
	if a.Way.Electronic() && a.Way != service.InApp && a.Failed.IsZero() {
		m, err := s.k.Notify.State(tx, a.ID)
		if err != nil {
			return nil, err
		}
		if m.Twice {
			says += "；" + twice[a.Way]
		}
	}
	return []string{way, where, reach.Minute(a.Sent), says}, nil
}

// reached is the address as the certificate shows it, its number masked.
func reached(a attempt, k reach.Known, all []reach.Address) string {
	at := k.By[string(a.Way)]
	for _, x := range all {
		if x.ID == a.Address {
			at = x
		}
	}
	if a.Way == service.WeChat {
		return "本人绑定的微信"
	}
	if at.Value == "" {
		return "本人在本院网站的账号"
	}
	return reach.Masked(at)
}

// short is the beginning of a digest, in groups that can be read aloud.
func short(digest string) string {
	var out []string
	for i := 0; i+4 <= min(len(digest), 16); i += 4 {
		out = append(out, digest[i:i+4])
	}
	return strings.Join(out, " ")
}
