package service_test

import (
	"strings"
	"testing"
	"time"

	"mashang/law"
	"mashang/law/cite"
	"mashang/law/service"
)

var zone = time.FixedZone("CST", 8*3600)

func at(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return t
}

func day(s string) law.Date {
	d, err := law.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// TestBarred: each way that the law closes, with its article; and the same way
// open when the one fact that closed it is gone.
func TestBarred(t *testing.T) {
	ok := service.Situation{Nature: service.Judging, Procedure: "ordinary", Standing: service.Confirmed}
	with := func(f func(*service.Situation)) service.Situation { s := ok; f(&s); return s }
	for _, c := range []struct {
		name    string
		way     service.Way
		s       service.Situation
		article cite.Cite // zero: open
	}{
		{"mediation left", service.Left, with(func(s *service.Situation) { s.Nature, s.Declined = service.Mediation, true }), cite.JI(133)},
		{"judgment left", service.Left, with(func(s *service.Situation) { s.Declined = true }), cite.Cite{}},
		{"left, nobody refused", service.Left, ok, cite.CPL(89)},
		{"payment order left", service.Left, with(func(s *service.Situation) { s.Nature, s.Declined = service.Payment, true }), cite.Cite{}},
		{"mediation in public", service.Notice, with(func(s *service.Situation) { s.Nature, s.Missing = service.Mediation, true }), cite.CPL(100)},
		{"payment order in public", service.Notice, with(func(s *service.Situation) { s.Nature, s.Missing = service.Payment, true }), cite.CPL(225)},
		{"summary in public", service.Notice, with(func(s *service.Situation) { s.Procedure, s.Missing = "summary", true }), cite.JI(140)},
		{"small claim in public", service.Notice, with(func(s *service.Situation) { s.Procedure, s.Missing = "small", true }), cite.JI(140)},
		{"in public though found", service.Notice, ok, cite.CPL(95)},
		{"in public, missing", service.Notice, with(func(s *service.Situation) { s.Missing = true }), cite.Cite{}},
		{"in public, all failed", service.Notice, with(func(s *service.Situation) { s.Exhausted = true }), cite.Cite{}},
		{"by his unit, though he is at home", service.Transfer, ok, cite.CPL(92)},
		{"by his unit or prison", service.Transfer, with(func(s *service.Situation) { s.Kept = true }), cite.Cite{}},
		{"entrusted", service.Entrusted, ok, cite.Cite{}},
		{"post to the missing", service.Post, with(func(s *service.Situation) { s.Missing = true }), service.Express(1)},
		{"post to who comes", service.Post, with(func(s *service.Situation) { s.WillCome = true }), service.Express(1)},
		{"post", service.Post, ok, cite.Cite{}},
		{"electronic, refused", service.SMS, with(func(s *service.Situation) { s.Refused = true }), cite.CPL(90)},
		{"electronic, number from the other side", service.SMS, with(func(s *service.Situation) { s.Standing = service.Alleged }), service.Online(31)},
		{"electronic, nothing known", service.InApp, with(func(s *service.Situation) { s.Standing = "" }), service.Online(31)},
		{"electronic, surely his", service.Email, with(func(s *service.Situation) { s.Standing = service.Sure }), cite.Cite{}},
		{"mediation electronic", service.InApp, with(func(s *service.Situation) { s.Nature = service.Mediation }), cite.Cite{}},
		{"mediation direct", service.Direct, with(func(s *service.Situation) { s.Nature = service.Mediation }), cite.Cite{}},
	} {
		b := service.Barred(c.way, c.s)
		if (b == nil) != (c.article == cite.Cite{}) {
			t.Errorf("%s: %v", c.name, b)
		} else if b != nil && (b.Basis[0] != c.article || b.Says == "") {
			t.Errorf("%s: %v", c.name, b)
		}
	}
}

func TestElectronic(t *testing.T) {
	const sent, read, reply = "2026-05-20 23:50", "2026-05-21 08:00", "2026-05-22 15:00"
	for _, c := range []struct {
		name     string
		t        service.Trace
		on       string // empty: not served
		presumed bool
		basis    string
	}{
		{"confirmed, sent, never read", service.Trace{Standing: service.Confirmed, Success: at(sent)}, "2026-05-20", false, "第三十一条第一款"},
		{"confirmed, read later", service.Trace{Standing: service.Confirmed, Success: at(sent), Read: at(read)}, "2026-05-20", false, "第三十一条第一款"},
		{"confirmed, he proves another day", service.Trace{Standing: service.Confirmed, Success: at(sent), Proved: at(read)}, "2026-05-21", false, "解释第一百三十五条"},
		{"confirmed, not yet sent", service.Trace{Standing: service.Confirmed}, "", false, "第三十一条第一款"},
		{"confirmed, bounced but fetched", service.Trace{Standing: service.Confirmed, Read: at(read)}, "", false, "第三十一条第一款"},
		{"sure, only sent", service.Trace{Standing: service.Sure, Success: at(sent)}, "", false, "第三十一条第二款"},
		{"sure, replied", service.Trace{Standing: service.Sure, Success: at(sent), Replied: at(reply)}, "2026-05-22", false, "第二款第（一）项"},
		{"sure, read", service.Trace{Standing: service.Sure, Success: at(sent), Read: at(read)}, "2026-05-21", true, "第二款第（二）项"},
		{"sure, read, then replied", service.Trace{Standing: service.Sure, Success: at(sent), Read: at(read), Replied: at(reply)}, "2026-05-21", true, "第二款第（二）项"},
		{"sure, replied, then read", service.Trace{Standing: service.Sure, Success: at(sent), Read: at("2026-05-23 08:00"), Replied: at(reply)}, "2026-05-22", false, "第二款第（一）项"},
		{"sure, reading rebutted", service.Trace{Standing: service.Sure, Success: at(sent), Read: at(read), Rebutted: true}, "", false, "第二款第（二）项"},
		{"sure, reading rebutted, replied", service.Trace{Standing: service.Sure, Success: at(sent), Read: at(read), Rebutted: true, Replied: at(reply)}, "2026-05-22", false, "第二款第（一）项"},
		{"sure, never sent", service.Trace{Standing: service.Sure, Read: at(read)}, "", false, "第三十一条第二款"},
		{"alleged, read and replied", service.Trace{Standing: service.Alleged, Success: at(sent), Read: at(read), Replied: at(reply)}, "", false, "第三十一条第二款"},
		{"mediation statement, confirmed and read", service.Trace{Standing: service.Confirmed, Signs: true, Success: at(sent), Read: at(read), Replied: at(reply)}, "", false, "民事诉讼法第一百条"},
		{"mediation statement, signed", service.Trace{Standing: service.Confirmed, Signs: true, Success: at(sent), Signed: at(reply)}, "2026-05-22", false, "民事诉讼法第一百条"},
	} {
		e := service.Electronic(c.t, zone)
		if e.Made != (c.on != "") || e.Made && e.On.String() != c.on || e.Presumed != c.presumed || !strings.Contains(e.Basis.String(), c.basis) || len(e.Steps) == 0 {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
	// The day is the court's, not Greenwich's.
	if e := service.Electronic(service.Trace{Standing: service.Confirmed, Success: at("2026-05-21 07:00").UTC()}, zone); e.On.String() != "2026-05-21" {
		t.Error("the day of another zone:", e.On)
	}
}

func TestEarliest(t *testing.T) {
	sms := service.Electronic(service.Trace{Standing: service.Confirmed, Success: at("2026-05-20 09:00")}, zone)
	app := service.Electronic(service.Trace{Standing: service.Sure, Success: at("2026-05-18 09:00"), Read: at("2026-05-19 17:00")}, zone)
	none := service.Electronic(service.Trace{Standing: service.Sure, Success: at("2026-05-01 09:00")}, zone)
	if e := service.Earliest([]service.Effect{none, sms, app}); !e.Made || !e.At.Equal(at("2026-05-19 17:00")) || !strings.Contains(e.Basis.String(), "第三十一条第四款") || len(sms.Basis) != 3 {
		t.Errorf("%+v", e)
	}
	if e := service.Earliest([]service.Effect{none}); e.Made || len(e.Steps) == 0 {
		t.Errorf("%+v", e)
	}
	if e := service.Earliest([]service.Effect{none, sms}); !e.Made || strings.Contains(e.Basis.String(), "第四款") {
		t.Errorf("%+v", e)
	}
	if e := service.Earliest(nil); e.Made {
		t.Errorf("%+v", e)
	}
}

func TestSigned(t *testing.T) {
	on := day("2026-05-20")
	for _, c := range []struct {
		name  string
		s     service.Signing
		made  bool
		basis string
	}{
		{"himself", service.Signing{Nature: service.Judging, Way: service.Direct, By: service.Self, On: on}, true, "民事诉讼法第八十七条；民事诉讼法第八十八条"},
		{"family", service.Signing{Nature: service.Judging, Way: service.Direct, By: service.Family, On: on}, true, "第八十八条"},
		{"front desk of a unit", service.Signing{Nature: service.Plain, Way: service.Direct, By: service.Desk, Unit: true, On: on}, true, "解释第一百三十条"},
		{"a desk where he works", service.Signing{Nature: service.Plain, Way: service.Direct, By: service.Desk, On: on}, false, "民事诉讼法第八十八条"},
		{"the family of a unit", service.Signing{Nature: service.Judging, Way: service.Post, By: service.Family, Unit: true, On: on}, false, "民事诉讼法第八十八条"},
		{"agent", service.Signing{Nature: service.Plain, Way: service.Direct, By: service.Agent, On: on}, true, "解释第一百三十二条"},
		{"post", service.Signing{Nature: service.Plain, Way: service.Post, By: service.Family, On: on}, true, "法院专递规定第九条"},
		{"entrusted", service.Signing{Nature: service.Plain, Way: service.Entrusted, By: service.Self, On: on}, true, "解释第一百三十四条"},
		{"by his prison, himself", service.Signing{Nature: service.Judging, Way: service.Transfer, By: service.Self, On: on}, true, "民事诉讼法第九十四条"},
		{"by his prison, a guard signs", service.Signing{Nature: service.Judging, Way: service.Transfer, By: service.Desk, On: on}, false, "民事诉讼法第九十四条"},
		{"mediation by his prison", service.Signing{Nature: service.Mediation, Way: service.Transfer, By: service.Named, On: on}, false, "民事诉讼法第九十四条"},
		{"no date", service.Signing{Nature: service.Plain, Way: service.Direct, By: service.Self}, false, "第八十七条"},
		{"family who is the other party", service.Signing{Nature: service.Plain, Way: service.Post, By: service.Family, Opponent: true, On: on}, false, "法院专递规定第七条"},
		{"at the counter, the other party", service.Signing{Nature: service.Plain, Way: service.Direct, By: service.Named, Opponent: true, On: on}, false, "民事诉讼法第八十八条；法院专递规定第七条"},
		{"mediation, himself", service.Signing{Nature: service.Mediation, Way: service.Direct, By: service.Self, On: on}, true, "解释第一百三十三条"},
		{"mediation, named receiver", service.Signing{Nature: service.Mediation, Way: service.Direct, By: service.Named, On: on}, true, "解释第一百三十三条"},
		{"mediation, family", service.Signing{Nature: service.Mediation, Way: service.Direct, By: service.Family, On: on}, false, "解释第一百三十三条"},
		{"mediation, agent", service.Signing{Nature: service.Mediation, Way: service.Post, By: service.Agent, On: on}, false, "解释第一百三十三条"},
	} {
		e := service.Signed(c.s)
		if e.Made != c.made || !strings.Contains(e.Basis.String(), c.basis) || c.made && e.On != on {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

func TestReturned(t *testing.T) {
	on := day("2026-06-09")
	for _, c := range []struct {
		name      string
		why       service.Return
		own       bool
		n         service.Nature
		faultless bool
		made      bool
	}{
		{"moved, own address", service.Moved, true, service.Judging, false, true},
		{"wrong, own address", service.WrongAddress, true, service.Judging, false, true},
		{"wrong, from the other side", service.WrongAddress, false, service.Judging, false, false},
		{"moved, registered address", service.Moved, false, service.Judging, false, false},
		{"never gave one", service.NoAddress, false, service.Plain, false, true},
		{"refused", service.Refused, false, service.Plain, false, true},
		{"nobody there", service.NotFound, true, service.Plain, false, false},
		{"refused, faultless", service.Refused, true, service.Plain, true, false},
		{"mediation refused", service.Refused, true, service.Mediation, false, false},
	} {
		e := service.Returned(service.Post, c.why, c.own, c.n, on, c.faultless)
		if e.Made != c.made || c.made && (e.On != on || !e.Presumed || e.Basis[0] != service.Express(11)) || len(e.Steps) != 1 {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
	for w, article := range map[service.Way]string{service.Entrusted: "民事诉讼法第九十一条", service.Transfer: "民事诉讼法第九十四条"} {
		for _, why := range []service.Return{service.Refused, service.Moved, service.NoAddress} {
			if e := service.Returned(w, why, true, service.Judging, on, false); e.Made || e.Basis.String() != article || len(e.Steps) != 1 {
				t.Errorf("%s came back, %s: %+v", w, why, e)
			}
		}
	}
	if e := service.Returned(service.Post, service.Moved, true, service.Plain, law.Date{}, false); e.Made {
		t.Error("served before it came back")
	}
}

func TestLeftWith(t *testing.T) {
	on := day("2026-06-09")
	for _, c := range []struct {
		name string
		l    service.Leaving
		made bool
		c    cite.Cite
	}{
		{"home, video", service.Leaving{Nature: service.Judging, Where: service.AtHome, Pictures: true, On: on}, true, cite.CPL(89)},
		{"home, witnesses, noted", service.Leaving{Nature: service.Judging, Where: service.AtHome, Witnesses: true, Noted: true, On: on}, true, cite.CPL(89)},
		{"home, witnesses, nothing noted", service.Leaving{Nature: service.Judging, Where: service.AtHome, Witnesses: true, On: on}, false, cite.CPL(89)},
		{"home, nobody saw", service.Leaving{Nature: service.Judging, Where: service.AtHome, Noted: true, On: on}, false, cite.CPL(89)},
		{"court, noted", service.Leaving{Nature: service.Plain, Where: service.AtCourt, Noted: true, On: on}, true, cite.JI(131)},
		{"court, not noted", service.Leaving{Nature: service.Plain, Where: service.AtCourt, Pictures: true, On: on}, false, cite.JI(131)},
		{"elsewhere, pictures", service.Leaving{Nature: service.Plain, Where: service.Away, Pictures: true, On: on}, true, cite.JI(131)},
		{"elsewhere, no pictures", service.Leaving{Nature: service.Plain, Where: service.Away, Witnesses: true, Noted: true, On: on}, false, cite.JI(131)},
		{"pronounced", service.Leaving{Nature: service.Judging, Where: service.Pronounced, Noted: true, On: on}, true, cite.JI(141)},
		{"pronounced, a summons", service.Leaving{Nature: service.Plain, Where: service.Pronounced, Noted: true, On: on}, false, cite.JI(141)},
		{"mediation statement", service.Leaving{Nature: service.Mediation, Where: service.AtCourt, Noted: true, Pictures: true, On: on}, false, cite.JI(133)},
		{"nowhere", service.Leaving{Nature: service.Plain, Pictures: true, Noted: true, On: on}, false, cite.CPL(89)},
	} {
		if e := service.LeftWith(c.l); e.Made != c.made || e.Basis[0] != c.c || len(e.Steps) != 1 {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

func TestPublished(t *testing.T) {
	posted := []law.Date{day("2026-03-10"), day("2026-03-05")}
	if e := service.Published(posted, false, day("2026-04-08")); e.Made || e.On.String() != "2026-04-09" {
		t.Errorf("%+v", e)
	}
	if e := service.Published(posted, false, day("2026-04-09")); !e.Made {
		t.Errorf("%+v", e)
	}
	// 2026-10-02 is a holiday: the lapse of time does not move.
	if e := service.Published([]law.Date{day("2026-09-02")}, false, day("2026-10-02")); !e.Made || e.On.String() != "2026-10-02" {
		t.Errorf("%+v", e)
	}
	if e := service.Published(posted, true, day("2026-05-08")); e.Made || e.On.String() != "2026-05-09" || e.Basis[0] != cite.CPL(283) {
		t.Errorf("%+v", e)
	}
	if e := service.Published(nil, false, day("2026-05-08")); e.Made || !e.On.IsZero() {
		t.Errorf("%+v", e)
	}
}

func TestStatement(t *testing.T) {
	if e := service.Statement([]law.Date{day("2026-03-10"), day("2026-03-12")}); !e.Made || e.On.String() != "2026-03-12" {
		t.Errorf("%+v", e)
	}
	for _, none := range [][]law.Date{nil, {{}}, {day("2026-03-10"), {}}} {
		if e := service.Statement(none); e.Made {
			t.Errorf("%v: %+v", none, e)
		}
	}
}

func TestConsent(t *testing.T) {
	for _, g := range service.Grounds {
		if !(service.Consent{Ground: g.Ground}).Given() || (service.Consent{Ground: g.Ground, Refused: true}).Given() || g.Ground.Title() == "" || !strings.Contains(g.Ground.Basis().String(), g.Item) {
			t.Error(g)
		}
	}
	for _, c := range []struct {
		w    service.Way
		c    service.Consent
		open bool
	}{
		{service.SMS, service.Consent{}, false}, {service.InApp, service.Consent{Ground: service.Stated, Refused: true}, false},
		{service.Email, service.Consent{Ground: service.Volunteered}, true}, {service.Post, service.Consent{Refused: true}, true},
	} {
		if b := service.Agreed(c.w, c.c); (b == nil) != c.open || b != nil && (b.Says == "" || b.Basis[0] != cite.CPL(90)) {
			t.Error(c, b)
		}
	}
	if (service.Consent{}).Given() || (service.Consent{Ground: "guess"}).Given() {
		t.Error("consent from nothing")
	}
	for _, c := range []struct {
		n           service.Nature
		asked, owed bool
	}{{service.Judging, true, true}, {service.Mediation, true, true}, {service.Judging, false, false}, {service.Plain, true, false}} {
		if service.Paper(c.n, c.asked) != c.owed {
			t.Error(c)
		}
	}
}
