package delivery

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// electronic are the electronic ways that this court has, in their order.
var electronic = []service.Way{service.InApp, service.SMS, service.Email, service.WeChat}

// door is a way of sending to a party, and what closes it.
type door struct {
	Way     service.Way
	Address reach.Address
	Bar     *service.Bar
}

// doors lists the electronic ways to a party for a paper of some nature.
func doors(k reach.Known, procedure string, n service.Nature) []door {
	var out []door
	for _, w := range electronic {
		a, ok := k.By[string(w)]
		d := door{Way: w, Address: a}
		if !ok {
			d.Bar = &service.Bar{Says: map[service.Way]string{service.InApp: "他还没有在这里登录过，没有账号。", service.SMS: "没有他的手机号。", service.Email: "没有他的电子邮箱。", service.WeChat: "他没有绑定自己的微信。"}[w]}
		}
		if d.Bar == nil {
			d.Bar = service.Barred(w, service.Situation{Nature: n, Procedure: procedure, Standing: a.Standing, Refused: k.Consent.Refused})
		}
		if b := service.Agreed(w, k.Consent.Law()); ok && b != nil {
			d.Bar = b
		}
		out = append(out, d)
	}
	return out
}

// sendCmd is which papers go, and how: without ways, each by all that are open to
// him for whom it is.
type sendCmd struct {
	Papers []string      `json:"papers"`
	Ways   []service.Way `json:"ways"`
}

// choose finds the ways, or says by which article one is closed.
func choose(ds []door, want []service.Way) ([]service.Way, error) {
	var open []service.Way
	for _, d := range ds {
		if d.Bar == nil {
			open = append(open, d.Way)
		} else if slices.Contains(want, d.Way) {
			return nil, barred("ways", d.Bar)
		}
	}
	for _, w := range want {
		if !slices.Contains(electronic, w) {
			return nil, fault.Field("ways", "这里只发电子送达。别的方式请到“当面、邮寄、公告”登记。")
		}
	}
	if len(want) > 0 {
		return want, nil
	}
	if len(open) == 0 {
		return nil, barred("ways", ds[0].Bar)
	}
	return open, nil
}

// carryJob names a service to be carried out, or certified.
type carryJob struct {
	Service string `json:"service"`
}

// send prepares the service of papers on those for whom they are, each by the ways
// that are open to him. Each goes by a job of its own, so that many at once may be
// cut off anywhere and go on.
func (s *Service) send(ctx context.Context, caseID string, c sendCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "send", access.Of("service", caseID), tx.Now())
		if err != nil {
			return err
		}
		ps, err := these(tx, caseID, c.Papers)
		if err != nil {
			return err
		}
		slices.SortStableFunc(ps, func(a, b paper.Paper) int { return strings.Compare(a.Party, b.Party) })
		var party docket.Party
		var k reach.Known
		used, holders := []service.Way{}, []string{}
		for _, p := range ps {
			if p.Party != party.ID {
				if party, err = docket.PartyOf(tx, p.Party); err != nil {
					return err
				}
				if k, err = s.book.Reach(tx, party); err != nil {
					return err
				}
				holders = append(holders, party.Person)
			}
			ways, err := choose(doors(k, g.Case.Procedure, s.papers.Nature(p.Kind)), c.Ways)
			var no *fault.Error
			if errors.As(err, &no) && len(ps) > 1 {
				no.Show = "给" + party.Name + "的《" + p.Title + "》发不出去：" + no.Show
			}
			if err != nil {
				return err
			}
			if err := s.prepare(tx, p, ways); err != nil {
				return err
			}
			used = append(used, ways...)
		}
		slices.Sort(used)
		slices.Sort(holders)
		holders = slices.Compact(holders)
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "delivery.prepared", Court: g.Case.Court, Case: caseID, Actor: app.Actor(ctx), Holders: holders,
			Body: map[string]any{"papers": len(ps), "first": ps[0].ID, "parties": len(holders), "ways": titles(slices.Compact(used))}})
		return err
	})
}

func titles(ws []service.Way) string {
	out := ""
	for i, w := range ws {
		if i > 0 {
			out += "、"
		}
		out += w.Title()
	}
	return out
}

func (s *Service) prepare(tx *db.Tx, p paper.Paper, ways []service.Way) error {
	v, err := s.begin(tx, p)
	if err != nil {
		return err
	}
	if v.State == prepared && len(v.Ways.V) > 0 {
		return fault.New(fault.Conflict, "“"+p.Title+"”正在发。请过几秒再看。")
	}
	v.Ways.V = ways
	if err := db.Must1(tx.Exec(`UPDATE delivery_service SET state = 'prepared', ways = ? WHERE id = ? AND state = ?`, v.Ways, v.ID, v.State)); err != nil {
		return err
	}
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.carry", Lane: "delivery " + v.ID, Body: carryJob{v.ID}})
}

// carry sends one paper by its ways, all in the transaction that finishes the
// job: killed anywhere, it is as if it had not begun.
func (s *Service) carry(ctx context.Context, j *jobs.Job) error {
	var b carryJob
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		v, err := servingOf(tx, b.Service)
		if err != nil {
			return err
		}
		p, err := paper.Of(tx, v.Paper)
		if err != nil {
			return err
		}
		if v.State == prepared {
			if err := s.carryOut(tx, v, p); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

func (s *Service) carryOut(tx *db.Tx, v serving, p paper.Paper) error {
	party, c, err := reach.About(tx, v.Party)
	if err != nil {
		return err
	}
	body := map[string]any{"paper": p.ID, "service": v.ID, "ways": titles(v.Ways.V)}
	if p.State != paper.Issued { // withdrawn, or handed over at the counter in between
		if err := move(tx, &v, next); err != nil {
			return err
		}
		body["state"] = v.State
		return s.book.Record(tx, "delivery.sent", party, body, nil)
	}
	k, err := s.book.Reach(tx, party)
	if err != nil {
		return err
	}
	for _, d := range doors(k, c.Procedure, s.papers.Nature(p.Kind)) {
		if slices.Contains(v.Ways.V, d.Way) {
			if err := s.sendBy(tx, v, p, party.Person, d); err != nil {
				return err
			}
		}
	}
	if err := s.remind(tx, v, c, party.Person, k); err != nil {
		return err
	}
	if err := s.settle(tx, &v, false, body); err != nil {
		return err
	}
	body["state"] = v.State
	return s.book.Record(tx, "delivery.sent", party, body, nil)
}

// sendBy tries one way. What is closed by now is a failure with its reason.
func (s *Service) sendBy(tx *db.Tx, v serving, p paper.Paper, person string, d door) error {
	now := tx.Now()
	a := attempt{ID: id.New(), Service: v.ID, Way: d.Way, Address: d.Address.ID, Standing: d.Address.Standing, Sent: now, Actor: app.Actor(tx.Context()), At: now}
	switch {
	case d.Bar != nil:
		a.Failed, a.Reason = now, d.Bar.Says
	case d.Way == service.InApp:
		has, err := s.accounts.Opens(tx, person)
		if err != nil {
			return err
		}
		if a.Success = now; !has {
			a.Success, a.Failed, a.Reason = time.Time{}, now, "他还没有在这里登录过，没有账号，或者账号锁着。"
		}
	default:
		ct, err := docket.CourtOf(tx, p.Court)
		if err != nil {
			return err
		}
		taken, err := s.k.Notify.Post(tx, a.ID, string(d.Way), d.Address.Value, "《"+p.Title+"》送达", announces(ct, p, s.k.Config.Origin+"/delivery/"+v.Case+"/receive/"+v.ID))
		if err != nil {
			return err
		}
		if !taken {
			a.Failed, a.Reason = now, "今天发给这个地址的消息太多，没有再发。"
		} else if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.ask", Body: askJob{Attempt: a.ID}, At: now.Add(asks[0])}); err != nil {
			return err
		}
	}
	return s.try(tx, a)
}

// announces is the message by which a paper is served.
func announces(ct docket.Court, p paper.Paper, link string) string {
	return "【" + ct.Short + "】现在向您送达《" + p.Title + "》。打开 " + link + " 登录后查看。怀疑是假的，请打12368。"
}

// remind tells a party that a paper waits for him: by what he bound, and by short
// message, except where that is itself the service. It names no paper: the
// telephone may be somebody else's (在线诉讼规则 32).
func (s *Service) remind(tx *db.Tx, v serving, c docket.Case, person string, k reach.Known) error {
	except := ""
	if slices.Contains(v.Ways.V, service.WeChat) {
		except = string(service.WeChat)
	}
	if err := s.accounts.TellExcept(tx, except, person, docket.Rings(tx.Now()), "法院有一份文书送给您，请打开看看。", "/delivery/"+v.Case+"/receive/"+v.ID); err != nil {
		return err
	}
	a, ok := k.By[string(service.SMS)]
	if !ok || slices.Contains(v.Ways.V, service.SMS) {
		return nil
	}
	ct, err := docket.CourtOf(tx, c.Court)
	if err != nil {
		return err
	}
	return s.k.Notify.SendAt(tx, docket.Rings(tx.Now()), "sms", a.Value, "", "【"+ct.Short+"】有一份文书送给您，请登录本院网站查看。这是提醒，不是文书。")
}
