package demo

import (
	"strings"
	"time"

	"mashang/docket"
	"mashang/law"
	"mashang/law/stats"
	"mashang/platform/clock"
)

// The two-level court's figures for one year, as a newspaper printed them. The
// year is made of so many acts that it comes to them: nothing is written but
// what people do.
const (
	visits             = 2721 // by case code
	opinions, content  = 2235, 1911
	ratings, praised   = 504, 490
	civil, settled     = 110, 79 // closed at first instance, of them by mediation or withdrawal
	administrative     = 48
	appealed, retrials = 13, 15
	secondInstance     = 5

	closed  = civil + administrative + secondInstance
	running = 12 // cases that go on, whose parties come too
	fresh   = 24 // and new ones, whose parties have not come yet

	storyVisits = 3 // those of the people whom a visitor meets
)

// quota is what the plaintiff of one case does in it.
type quota struct{ visits, opinions, unhappy, ratings, unhappyRatings int }

// share is the i-th of n parts that make a whole.
func share(whole, n, i int) int { return whole*(i+1)/n - whole*i/n }

func quotas() []quota {
	const n = closed + running
	out := make([]quota, n)
	for i := range out {
		out[i] = quota{visits: share(visits-storyVisits, n, i), opinions: share(opinions, n, i), unhappy: share(opinions-content, n, i)}
	}
	left := ratings
	for i := range out { // one for each step that the case has reached
		out[i].ratings = min(left, 3)
		if i >= closed {
			out[i].ratings = min(left, 2)
		}
		left -= out[i].ratings
	}
	for i := range ratings - praised {
		out[i*n/(ratings-praised)].unhappyRatings = 1
	}
	return out
}

// kindOfCase is what a case is about, with the type and procedure that it
// usually has.
type kindOfCase struct{ cause, kind, special, procedure, claim string }

var administrativeCauses = []kindOfCase{
	{"行政处罚", "行初", "", "ordinary", "撤销被告作出的行政处罚决定。"}, {"政府信息公开", "行初", "", "ordinary", "判令被告公开申请的信息。"},
	{"不履行法定职责", "行初", "", "ordinary", "判令被告履行法定职责。"}, {"工伤认定", "行初", "", "ordinary", "撤销不予认定工伤的决定。"},
}

var remarks = [][2]string{
	{"窗口能不能一次说清楚还要什么材料？", "已经同窗口说好，以后当场开一张清单。"}, {"开庭改期，希望早一点打电话。", "谢谢您提醒，以后改期当天就打电话。"},
	{"文书上的字能不能大一点？老人看不清。", "可以到窗口要大字的一份，也可以在手机上放大看。"}, {"法院门口不好停车，能不能写明附近哪里能停？", "已经请后勤加了指路牌。"},
	{"希望告诉我下一步是什么、要等多久。", "案件页最上面就写着下一步；有变动会发短信。"}, {"等书记员的电话等了一上午。", "已经说好，约了时间没打的，当天要回一个。"},
	{"书记员讲得很耐心，希望别的窗口也这样。", "谢谢您，已经转告她。"}, {"能不能晚上也收材料？我白天要上班。", "可以邮寄，邮戳在期限内就不算晚。"},
}

// planOf is what becomes of the i-th counted case.
type plan struct {
	kind  kindOfCase
	way   string // of closing; empty: it goes on
	later string // appeal, retrial
	quota quota
}

// counted plans the cases that make the figures, in the twelve months that end
// with the present one.
func (y *year) counted(end law.Date) {
	first := stats.PeriodOf(stats.Month, end).First.AddMonths(-11).AddDays(1)
	for d := first.AddDays(6); d.Before(end.AddDays(-7)); d = d.AddDays(7) { // once a week
		y.at(y.workday(d, 16, 0), y.followed)
	}
	days := end.AddDays(-75).Sub(first) // what follows from a case lies behind, too
	qs := quotas()
	for i := range closed + running + fresh {
		c := y.courts[i%len(y.courts)]
		p := plan{kind: causes[y.IntN(len(causes))]}
		if c.code == "冀11" && i%3 > 0 {
			p.kind = ipCauses[y.IntN(len(ipCauses))]
		}
		switch {
		case i < settled:
			p.way = []string{"mediation", "withdrawal"}[i%2]
		case i < closed:
			p.way = "judgment"
		}
		switch {
		case i >= settled && i < settled+appealed:
			p.later = "appeal"
		case i >= settled+appealed && i < settled+appealed+retrials:
			p.later = "retrial"
		case i >= civil && i < civil+administrative:
			p.kind = administrativeCauses[i%len(administrativeCauses)]
		case i >= civil+administrative && i < closed:
			c, p.kind.kind, p.kind.procedure = y.courts[0], "民终", "ordinary"
		}
		on := first.AddDays(i * 71 % (closed + running) * days / (closed + running)) // all kinds all through the year
		if i < len(qs) {
			p.quota = qs[i]
		} else {
			on = end.AddDays(-2 - i%20)
		}
		y.ordinary(c, on, end, p)
	}
}

// comes plans the days on which the plaintiff opens his case by its code: day
// after day, so that he proves who he is but once, and a last time when
// everything has been answered.
func (y *year) comes(f *filed, start law.Date, q quota) {
	steps := []string{"filing", "hearing", "closing"}
	var me who
	answered, unhappy, rated := []string{}, 0, 0
	for v := range q.visits {
		day, last := start.AddDays(v), v == q.visits-1
		if last {
			day = day.AddDays(14)
		}
		y.at(day.At(12, 0, clock.Shanghai), func() (err error) {
			if v == 0 || last {
				me, err = y.enter(f)
			} else {
				err = y.visit(f, me)
			}
			if err != nil {
				return err
			}
			for _, m := range answered {
				bad := unhappy < q.unhappy
				if err := y.rate(me, "/onecode/"+f.id+"/message/"+m+"/rate", bad); err != nil {
					return err
				}
				if !bad {
					continue
				}
				if unhappy++; unhappy%2 == 0 { // every other one asks once more
					out, err := y.post(me, "/onecode/"+f.id+"/ask", map[string]string{"again": m, "text": "还是没明白，能不能打电话说一下？"})
					if err != nil {
						return err
					}
					second, _ := out["id"].(string)
					y.soon(y.workday(day.AddDays(1), 10, 30), func() error {
						return y.reply(f, second, "您说得对，上次没说清楚。已经打电话给您，当面再说。")
					})
				}
			}
			answered = nil
			for ; rated < q.ratings && (rated < 2 && v > rated || last); rated++ {
				if err := y.rate(me, "/onecode/"+f.id+"/rate/"+steps[rated], rated == 0 && q.unhappyRatings > 0); err != nil {
					return err
				}
			}
			if last {
				return nil
			}
			for range share(q.opinions, q.visits-1, v) {
				r := remarks[y.IntN(len(remarks))]
				out, err := y.post(me, "/onecode/"+f.id+"/ask", map[string]string{"kind": "opinion", "text": r[0]})
				if err != nil {
					return err
				}
				m, _ := out["id"].(string)
				y.soon(y.workday(day.AddDays(1), 10, 0), func() error {
					answered = append(answered, m)
					return y.reply(f, m, r[1])
				})
			}
			return nil
		})
	}
}

func (y *year) visit(f *filed, me who) error {
	code, err := y.code(f)
	if err == nil {
		_, err = y.post(me, "/onecode/visit", map[string]string{"code": code})
	}
	return err
}

func (y *year) reply(f *filed, message, text string) error {
	_, err := y.post(f.judge.who, "/onecode/"+f.id+"/message/"+message+"/send", map[string]string{"text": text})
	return err
}

func (y *year) rate(w who, path string, bad bool) error {
	grade := stats.Grades[y.IntN(2)]
	if bad {
		grade = stats.Grades[2]
	}
	_, err := y.post(w, path, map[string]string{"grade": grade})
	return err
}

// followed is the supervising offices' afternoon with the bad ratings.
func (y *year) followed() error {
	for _, c := range y.courts {
		office := c.of(docket.Supervision, "")[0].who
		desk, err := y.get(office, "/desk")
		if err != nil {
			return err
		}
		for _, g := range list(desk["groups"]) {
			for _, t := range list(g["tasks"]) {
				if href, _ := t["href"].(string); strings.HasPrefix(href, "/onecode/follow/up/") {
					if _, err := y.post(office, href, map[string]string{"text": "看了往来，已同承办部门说好改进。"}); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// list is a list of things in an answer.
func list(v any) (out []map[string]any) {
	all, _ := v.([]any)
	for _, x := range all {
		m, _ := x.(map[string]any)
		out = append(out, m)
	}
	return out
}

// goesOn is what a party does after the case is closed.
func (y *year) goesOn(f *filed, kind string, on time.Time) func() error {
	return func() error {
		ps, err := y.parties(f.id)
		if err != nil {
			return err
		}
		_, err = y.post(f.clerk, "/casebook/"+f.id+"/appeal", map[string]string{"party": ps[0].ID, "kind": kind, "on": law.DateOf(on, clock.Shanghai).String()})
		return err
	}
}
