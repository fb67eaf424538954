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
	visitors           = 2721 // who opened a case by its code
	opinions, content  = 2235, 1911
	ratings, praised   = 504, 490
	civil, settled     = 110, 79 // closed at first instance, of them by mediation or withdrawal
	administrative     = 48
	appealed, retrials = 13, 15
	secondInstance     = 5

	closed  = civil + administrative + secondInstance
	running = 12 // cases that go on, whose parties come too
	fresh   = 24 // and new ones, whose parties have not come yet

	storyVisitors = 8 // those of the people whom a visitor meets
)

// The year before is there to be compared with: smaller, before there was a
// case code, and worse by as much as the newspaper says (2.70 and 8.42
// percentage points, and 6.15), as nearly as so few cases can be.
const (
	civilBefore, settledBefore     = 41, 26
	administrativeBefore           = 23
	appealedBefore, retrialsBefore = 7, 10

	closedBefore = civilBefore + administrativeBefore + secondInstance

	// Over so many days its cases come in: the last of them are closed, and
	// appealed, in its last month and never in the year that is counted.
	spanBefore = 335
)

// quota is what the plaintiffs of one case do in it.
type quota struct{ people, opinions, unhappy, ratings, unhappyRatings int }

// share is the i-th of n parts that make a whole.
func share(whole, n, i int) int { return whole*(i+1)/n - whole*i/n }

// alone reports whether the i-th case has one plaintiff: a divorce, a patent,
// an appeal. The others are brought by many.
func alone(i int) bool {
	return i%5 == 0 || i%12 == 0 || i >= civil+administrative && i < closed
}

func quotas() []quota {
	const n = closed + running
	out := make([]quota, n)
	many := n
	for i := range out {
		if alone(i) {
			many--
			out[i] = quota{people: 1, opinions: 1, ratings: 1}
		}
	}
	few, at := n-many, 0
	for i := range out {
		if !alone(i) {
			out[i] = quota{people: share(visitors-storyVisitors-few, many, at), opinions: share(opinions-few, many, at), ratings: share(ratings-few, many, at), unhappy: share(opinions-content, many, at)}
			at++
		}
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
	days := end.AddDays(-56).Sub(first) // what follows from a case lies behind, also across a long holiday
	qs := quotas()
	for i := range closed + running + fresh {
		c := y.courts[i%len(y.courts)]
		p := plan{kind: commonCauses[y.IntN(len(commonCauses))]}
		if alone(i) || i >= len(qs) {
			p.kind = causes[y.IntN(len(causes))]
		}
		if c.code == "冀11" && i%3 > 0 {
			p.kind = ipCauses[y.IntN(len(ipCauses))]
		}
		c = y.ends(&p, c, i, settled, civil, administrative, appealed, retrials)
		on := first.AddDays(i * 71 % (closed + running) * days / (closed + running)) // all kinds all through the year
		if i < len(qs) {
			p.quota = qs[i]
		} else {
			on = end.AddDays(-2 - i%20)
		}
		y.ordinary(c, on, end, p)
	}
}

// before plans the year before that.
func (y *year) before(end law.Date) {
	first := stats.PeriodOf(stats.Month, end).First.AddMonths(-23).AddDays(1)
	for i := range closedBefore {
		p := plan{kind: causes[i%len(causes)]}
		c := y.ends(&p, y.courts[i%len(y.courts)], i, settledBefore, civilBefore, administrativeBefore, appealedBefore, retrialsBefore)
		y.ordinary(c, first.AddDays(i*29%closedBefore*spanBefore/closedBefore), end, p)
	}
}

// ends says how the i-th case of a year ends, if it does, and what it therefore
// is; it may be of another court than planned.
func (y *year) ends(p *plan, c *staffed, i, settled, civil, administrative, appealed, retrials int) *staffed {
	first := civil + administrative
	switch {
	case i < settled:
		p.way = []string{"mediation", "withdrawal"}[i%2]
	case i < first+secondInstance:
		p.way = "judgment"
	}
	switch {
	case i >= settled && i < settled+appealed:
		p.later = "appeal"
	case i >= settled+appealed && i < settled+appealed+retrials:
		p.later = "retrial"
	}
	switch {
	case i >= civil && i < first:
		p.kind = administrativeCauses[i%len(administrativeCauses)]
	case i >= first && i < first+secondInstance:
		p.kind.kind, p.kind.procedure = "民终", "ordinary"
		return y.courts[0]
	}
	return c
}

// groups is in how many groups the plaintiffs of a case come, a week apart.
const groups = 3

// come plans what the plaintiffs of a case do in the weeks after it was filed
// at t, and returns when they have done.
func (y *year) come(f *filed, t time.Time, p plan) time.Time {
	q := p.quota
	if q.people == 0 {
		return t.AddDate(0, 0, 10)
	}
	var ps []docket.Party
	people := make([]someone, q.people-1)
	for i := range people {
		people[i] = y.person("")
	}
	y.at(t.Add(4*time.Hour), func() (err error) {
		people = append([]someone{f.pl}, people...)
		ps, err = y.joined(f, people)
		return err
	})
	from, ratings := 0, 0
	var done time.Time
	for g := range groups {
		v := visit{f: f, bad: share(q.unhappy, groups, g)}
		lo, hi := from, from+share(q.people, groups, g)
		from = hi
		v.opinions, v.ratings = share(q.opinions, groups, g), share(q.ratings, groups, g)
		ratings += v.ratings
		v.badRating = q.unhappyRatings > 0 && v.ratings > 0 && ratings == v.ratings
		came := y.visiting(law.DateOf(t, clock.Shanghai).AddDays(2 + 7*g))
		y.at(came, func() error {
			v.people, v.parties = people[lo:hi], ps[lo:hi]
			return y.visit(&v)
		})
		done = y.answers(&v, came)
	}
	return done
}

// joined brings the others who sue into the case at the counter, where each is
// given his case code.
func (y *year) joined(f *filed, people []someone) ([]docket.Party, error) {
	officer := f.court.of(docket.FilingOfficer, "")[0].who
	if err := y.court.Kit.Jobs.Drain(y.ctx); err != nil { // the first plaintiff has his papers; they get none
		return nil, err
	}
	ps, err := y.parties(f.id)
	if err != nil {
		return nil, err
	}
	for _, p := range people[1:] {
		if _, err := y.post(officer, "/casebook/"+f.id+"/party", map[string]string{"role": ps[0].Role, "kind": p.kind, "name": p.name, "id_type": p.idType, "number": p.number, "phone": p.phone, "address": p.address}); err != nil {
			return nil, err
		}
	}
	if ps, err = y.parties(f.id); err != nil {
		return nil, err
	}
	ps = append(ps[:1:1], ps[2:]...) // without the defendant
	return ps, together(len(ps)-1, func(i int) error {
		_, err := y.post(officer, "/onecode/"+f.id+"/code/"+ps[i+1].ID, map[string]string{"reason": "追加的原告，当场领取案件码"})
		return err
	})
}

// visit is one group of plaintiffs at one time.
type visit struct {
	f                      *filed
	people                 []someone
	parties                []docket.Party
	opinions, bad, ratings int
	badRating              bool
	in                     []who
	messages               []string
	remarks                [][2]string
}

// visiting is a noon whose answers come while those who came are still signed in.
func (y *year) visiting(d law.Date) time.Time {
	for y.cal.Rest(d) || y.cal.Next(d.AddDays(1)).Sub(d) > 3 {
		d = d.AddDays(1)
	}
	return d.At(12, 0, clock.Shanghai)
}

// visit: they open the case by its code, some rate a service and most have
// something to say.
func (y *year) visit(v *visit) error {
	codes, err := y.codes(v.f, v.parties...)
	if err != nil {
		return err
	}
	if v.in, err = y.prove(codes, v.people); err != nil {
		return err
	}
	v.messages = make([]string, v.opinions)
	for range v.opinions {
		v.remarks = append(v.remarks, remarks[y.IntN(len(remarks))])
	}
	err = together(v.opinions, func(i int) error {
		out, err := y.post(v.in[i], "/onecode/"+v.f.id+"/ask", map[string]string{"kind": "opinion", "text": v.remarks[i][0]})
		v.messages[i], _ = out["id"].(string)
		return err
	})
	if err != nil {
		return err
	}
	return together(v.ratings, func(i int) error {
		return y.rate(v.in[i], "/onecode/"+v.f.id+"/rate/"+[]string{"filing", "hearing"}[i%2], grade(i, v.badRating && i == 0))
	})
}

// answers plans what follows: the judge answers, they say how satisfied they
// are, and every other one who is not asks once more and is answered again. It
// returns when that was.
func (y *year) answers(v *visit, came time.Time) time.Time {
	answered := y.later(came, 1, 10, 0)
	y.at(answered, func() error {
		return together(len(v.messages), func(i int) error { return y.reply(v.f, v.messages[i], v.remarks[i][1]) })
	})
	second := make([]string, (v.bad+1)/2)
	y.at(answered.Add(90*time.Minute), func() error {
		err := together(len(v.messages), func(i int) error {
			return y.rate(v.in[i], "/onecode/"+v.f.id+"/message/"+v.messages[i]+"/rate", grade(i, i < v.bad))
		})
		if err != nil {
			return err
		}
		return together(len(second), func(i int) error {
			out, err := y.post(v.in[2*i], "/onecode/"+v.f.id+"/ask", map[string]string{"again": v.messages[2*i], "text": "还是没明白，能不能打电话说一下？"})
			second[i], _ = out["id"].(string)
			return err
		})
	})
	again := y.later(answered, 1, 10, 30)
	y.at(again, func() error {
		return together(len(second), func(i int) error {
			return y.reply(v.f, second[i], "您说得对，上次没说清楚。已经打电话给您，当面再说。")
		})
	})
	return again
}

func (y *year) reply(f *filed, message, text string) error {
	_, err := y.post(f.judge.who, "/onecode/"+f.id+"/message/"+message+"/send", map[string]string{"text": text})
	return err
}

func (y *year) rate(w who, path, grade string) error {
	_, err := y.post(w, path, map[string]string{"grade": grade})
	return err
}

// grade is how the i-th is satisfied.
func grade(i int, bad bool) string {
	if bad {
		return stats.Bad
	}
	return stats.Grades[i%2]
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
