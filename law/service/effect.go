package service

import (
	"fmt"
	"time"

	"mashang/law"
	"mashang/law/cite"
)

// Effect is whether service has been made, when, and by which rule. Not made
// says what is missing, for the clerk, and which step is next.
type Effect struct {
	Made     bool
	At       time.Time // the instant, where the statute knows one; else zero
	On       law.Date
	Presumed bool // may be rebutted: 在线诉讼规则 31(2)2
	Basis    cite.Basis
	Steps    []string // the reasoning, in words for the citizen
}

// no is an effect that has not come.
func no(b cite.Cite, why string) Effect { return Effect{Basis: cite.Basis{b}, Steps: []string{why}} }

// Trace is all that counts of what happened to a paper at one electronic
// address. Zero is "did not happen". What a carrier says beyond that (taken
// over, clicked, previewed) is kept as trace and has no field here.
type Trace struct {
	Standing Standing
	Success  time.Time // the court's system shows: sent successfully
	Proved   time.Time // arrival that the recipient proved to be another
	Replied  time.Time // he said that he received it, or acted on it
	Read     time.Time // the system of the address, or other evidence, shows that he read it
	Rebutted bool      // he proved an error of the system, or that it was not his, or not read by him
	Signs    bool      // takes effect only when he signs for it: a mediation statement
	Signed   time.Time
}

// Electronic says whether one electronic way has served. zone is the court's.
//
// law:在线诉讼规则(2021)/31 送达信息到达电子地址所在系统时，即为送达。
// law:民诉法解释(2022)/135 为人民法院对应系统显示发送成功的日期
// law:民诉法解释(2022)/135 以受送达人证明到达其特定系统的日期为准。
func Electronic(t Trace, zone *time.Location) Effect {
	item := func(s string) cite.Cite { c := Online(31); c.Item = s; return c }
	made := func(at time.Time, presumed bool, b cite.Basis, step string) Effect {
		return Effect{Made: true, At: at, On: law.DateOf(at, zone), Presumed: presumed, Basis: b, Steps: []string{step}}
	}
	day := func(at time.Time) string { return law.DateOf(at, zone).Chinese() }
	switch {
	case t.Signs && !t.Signed.IsZero():
		return made(t.Signed, false, cite.Basis{cite.CPL(100), cite.CPL(87)}, day(t.Signed)+"当事人签收。")
	case t.Signs:
		return no(cite.CPL(100), "调解书要当事人签收才算，到达和看过都不算。")
	case t.Standing == Confirmed && !t.Proved.IsZero():
		return made(t.Proved, false, cite.Basis{item("第一款"), cite.JI(135)}, "受送达人证明，消息是"+day(t.Proved)+"到达的，以他证明的日期为准。")
	case t.Standing == Confirmed && !t.Success.IsZero():
		return made(t.Success, false, cite.Basis{cite.CPL(90), item("第一款"), cite.JI(135)}, "地址是他自己提供或者确认的。本院系统显示"+day(t.Success)+"发送成功，这一天就是送达日期，看没看都算。")
	case t.Standing == Confirmed:
		return no(item("第一款"), "还没有发送成功。")
	case t.Standing != Sure:
		return no(item("第二款"), "不能确认这个地址是他本人的，发到这里不算送达。")
	case t.Success.IsZero() && t.Proved.IsZero():
		return no(item("第二款"), "还没有发送成功。")
	case !t.Replied.IsZero() && !(t.Read.Before(t.Replied) && presumable(t)):
		return made(t.Replied, false, cite.Basis{item("第二款第（一）项")}, "地址没有确认过，"+day(t.Replied)+"他回复收到了，或者照文书做了，这一天送达。")
	case presumable(t):
		return made(t.Read, true, cite.Basis{item("第二款第（二）项")}, "地址没有确认过，"+day(t.Read)+"有证据表明他看过，推定这一天送达。他能证明没有收到的，不算。")
	case t.Rebutted:
		return no(item("第二款第（二）项"), "他证明了没有收到，原来的推定不算了。请换一种方式。")
	}
	return no(item("第二款"), "地址没有确认过，光是发出去不算送达，要等他回复、照做，或者看过。")
}

func presumable(t Trace) bool { return !t.Read.IsZero() && !t.Rebutted }

// Earliest is the effect that counts when the same content went several
// electronic ways.
//
// law:在线诉讼规则(2021)/31 以最先完成的有效送达时间作为送达生效时间。
func Earliest(es []Effect) Effect {
	var best Effect
	n := 0
	for _, e := range es {
		if !e.Made {
			if !best.Made {
				best = e
			}
			continue
		}
		n++
		if !best.Made || sooner(e, best) {
			best = e
		}
	}
	if n > 1 {
		c := Online(31)
		c.Item = "第四款"
		best.Basis = append(append(cite.Basis{}, best.Basis...), c)
		best.Steps = append(append([]string{}, best.Steps...), "同一份文书有几种电子方式都送到了，最早的一次算。")
	}
	return best
}

func sooner(a, b Effect) bool {
	if a.On != b.On || a.At.IsZero() || b.At.IsZero() {
		return a.On.Before(b.On)
	}
	return a.At.Before(b.At)
}

// Receiver is who signed for a paper handed over or posted.
type Receiver string

// Receivers (民事诉讼法 88, 民诉法解释 130, 法院专递规定 7, 9).
const (
	Self     Receiver = "self"     // himself; legal representative or head of a unit
	Guardian Receiver = "guardian" // 法定代理人
	Agent    Receiver = "agent"    // 诉讼代理人
	Family   Receiver = "family"   // 同住成年家属
	Desk     Receiver = "desk"     // 单位负责收件的人
	Named    Receiver = "receiver" // 指定的代收人
)

// Receivers are the same in plain words (民事诉讼法 88).
var Receivers = []struct {
	By    Receiver
	Title string
}{
	{Self, "本人，或单位的法定代表人、负责人"}, {Guardian, "法定代理人"}, {Agent, "诉讼代理人"}, {Family, "同住的成年家属"}, {Desk, "单位负责收件的人"}, {Named, "指定的代收人"},
}

// IsReceiver reports whether it is one of them.
func IsReceiver(by Receiver) bool {
	for _, r := range Receivers {
		if r.By == by {
			return true
		}
	}
	return false
}

// Signing is a return that was signed.
type Signing struct {
	Nature   Nature
	Way      Way
	By       Receiver
	Unit     bool // the recipient is a unit, not a person
	Opponent bool // who signed is another party of the case, or his agent
	On       law.Date
}

// Signed says whether a signature on a return serves. Who may sign for the
// recipient stands in 民事诉讼法 88; that his opponent may not is said where the post
// brings it, and holds as well where the court itself does.
//
// law:民事诉讼法(2023)/87 受送达人在送达回证上的签收日期为送达日期。
// law:民诉法解释(2022)/133 当事人本人因故不能签收的，可由其指定的代收人签收。
// law:法院专递规定(2004)/7 但代收人是同一案件中另一方当事人的除外。
func Signed(s Signing) Effect {
	switch {
	case s.On.IsZero():
		return no(cite.CPL(87), "回证上还没有签收日期。")
	case s.Opponent:
		e := no(Express(7), "签收的人是本案的对方当事人，或者对方的代理人，不能替他签收，不算送达。")
		if s.Way != Post {
			e.Basis = append(cite.Basis{cite.CPL(88)}, e.Basis...)
		}
		return e
	case s.Nature == Mediation && s.By != Self && s.By != Named && s.By != Guardian:
		return no(cite.JI(133), "调解书要由当事人本人签收，本人因故不能签收的，由他指定的代收人签收。")
	case s.Way == Transfer && s.By != Self:
		return no(cite.CPL(94), "转交的，要由他本人在送达回证上签收，别人代签不算。")
	case s.By == Desk && !s.Unit:
		return no(cite.CPL(88), "他是个人，不是单位。单位收件的人签收不算；是和他同住的成年家属，或者他指定的代收人，请照那样登记。")
	case s.By == Family && s.Unit:
		return no(cite.CPL(88), "受送达的是单位，没有同住的家属。要由法定代表人、负责人，或者单位负责收件的人签收。")
	}
	b := cite.Basis{cite.CPL(87), cite.CPL(88)}
	switch {
	case s.Nature == Mediation:
		b = cite.Basis{cite.CPL(87), cite.JI(133)}
	case s.Way == Post:
		b = cite.Basis{cite.CPL(91), Express(9)}
	case s.Way == Transfer:
		b = cite.Basis{cite.CPL(94), cite.CPL(87)}
	case s.Way == Entrusted:
		b = cite.Basis{cite.CPL(91), cite.JI(134)}
	case s.By == Desk:
		b = append(b, cite.JI(130))
	case s.By == Agent:
		b = append(b, cite.JI(132))
	}
	return Effect{Made: true, On: s.On, Basis: b, Steps: []string{s.On.Chinese() + "签收，这一天就是送达日期。"}}
}

// Return is why the post brought a paper back.
type Return string

// Returns (法院专递规定 11).
const (
	WrongAddress Return = "wrong"   // 他自己提供的地址不准确
	NoAddress    Return = "none"    // 拒不提供送达地址
	Moved        Return = "moved"   // 地址变更未及时告知
	Refused      Return = "refused" // 本人或者指定的代收人拒绝签收
	NotFound     Return = "absent"  // 没有人，也联系不上
)

// Returns are the same in plain words.
var Returns = []struct {
	Why   Return
	Title string
}{
	{WrongAddress, "地址不对"}, {Moved, "搬走了，没有告诉法院"}, {NoAddress, "他拒不提供地址"}, {Refused, "本人或者指定的代收人拒收"}, {NotFound, "没有人在，也联系不上"},
}

// IsReturn reports whether it is one of them.
func IsReturn(why Return) bool {
	for _, r := range Returns {
		if r.Why == why {
			return true
		}
	}
	return false
}

// Returned says whether a paper that came back counts as served on the day it
// came back: only by post, when the address was his own doing, and not when he
// proves that he is without fault. What another court or a prison sends back is
// not served: who refuses there is served by leaving it (民事诉讼法 89).
//
// law:法院专递规定(2004)/11 文书退回之日视为送达之日。
// law:法院专递规定(2004)/11 受送达人能够证明自己在诉讼文书送达的过程中没有过错的，不适用前款规定。
func Returned(w Way, why Return, own bool, n Nature, on law.Date, faultless bool) Effect {
	switch {
	case n == Mediation:
		return no(cite.JI(133), "调解书退回来就是没有签收，不算送达。")
	case w == Entrusted:
		return no(cite.CPL(91), "受委托的法院没有送到，退回来了，不算送达。他拒收的，要留置送达。")
	case w == Transfer:
		return no(cite.CPL(94), "转交的单位没有交到他手里，退回来了，不算送达。")
	case on.IsZero():
		return no(Express(6), "还没有退回法院。")
	case faultless:
		return no(Express(11), "他证明了自己没有过错，退回不算送达。请换一种方式。")
	case why == NotFound || (why == WrongAddress || why == Moved) && !own:
		return no(Express(11), "退回的原因不是他造成的，不算送达。请换一种方式。")
	}
	return Effect{Made: true, On: on, Presumed: true, Basis: cite.Basis{Express(11)}, Steps: []string{
		map[Return]string{WrongAddress: "他自己提供的地址不准确", NoAddress: "他拒不提供送达地址", Moved: "他的地址变了没有及时告诉法院", Refused: "他本人或者指定的代收人拒绝签收"}[why] + "，文书没有收到。" + on.Chinese() + "退回法院，这一天视为送达。"}}
}

// Refusal is where a paper was refused.
type Refusal string

// Refusals that serve.
const (
	AtHome     Refusal = "home"       // left at his home, with witnesses or pictures
	AtCourt    Refusal = "court"      // he came to the court and would not sign
	Away       Refusal = "elsewhere"  // met elsewhere, pictures taken
	Pronounced Refusal = "pronounced" // at the announced pronouncement
)

// Leaving is a paper left with, or refused by, the recipient.
type Leaving struct {
	Nature    Nature
	Where     Refusal
	Witnesses bool // of the village, street or work place, and they signed
	Pictures  bool // photographs or video of the course
	Noted     bool // cause and date of the refusal are on the return, or in the record of the pronouncement
	On        law.Date
}

// LeftWith says whether a refusal serves.
//
// law:民事诉讼法(2023)/89 也可以把诉讼文书留在受送达人的住所，并采用拍照、录像等方式记录送达过程，即视为送达。
// law:民诉法解释(2022)/131 当事人到达人民法院，拒绝签署送达回证的，视为送达。
// law:民诉法解释(2022)/141 当事人拒不签收判决书、裁定书的，应视为送达，并在宣判笔录中记明。
func LeftWith(l Leaving) Effect {
	at := map[Refusal]struct {
		c    cite.Cite
		says string
	}{
		AtHome:     {cite.CPL(89), "拒绝接收，文书留在他的住所"},
		AtCourt:    {cite.JI(131), "到了法院拒绝签收"},
		Away:       {cite.JI(131), "在住所以外送交，拒绝签收"},
		Pronounced: {cite.JI(141), "定期宣判时拒绝签收"},
	}
	where, known := at[l.Where]
	switch {
	case l.Nature == Mediation:
		return no(cite.JI(133), "调解书要由当事人本人签收，不能留置送达。")
	case !known || l.On.IsZero():
		return no(cite.CPL(89), "要写明在哪里拒收、哪一天。")
	case l.Where == Pronounced && l.Nature != Judging:
		return no(cite.JI(141), "只有判决书、裁定书适用宣判时拒收视为送达。")
	case l.Where == AtHome && !l.Pictures && !(l.Witnesses && l.Noted):
		return no(cite.CPL(89), "要有见证人签名并记明拒收事由，或者有拍照、录像。")
	case l.Where == Away && !l.Pictures:
		return no(cite.JI(131), "在住所以外拒收的，要有拍照、录像。")
	case (l.Where == AtCourt || l.Where == Pronounced) && !l.Noted:
		return no(where.c, "要记明拒收的情况。")
	}
	return Effect{Made: true, On: l.On, Basis: cite.Basis{where.c}, Steps: []string{l.On.Chinese() + where.says + "，视为送达。"}}
}

// NoticeDays is how long a public notice stands, in days.
//
// law:民事诉讼法(2023)/95 自发出公告之日起，经过三十日，即视为送达。
// law:民事诉讼法(2023)/283 自发出公告之日起，经过六十日，即视为送达。
func NoticeDays(abroad bool) (int, cite.Cite) {
	if abroad {
		return 60, cite.CPL(283)
	}
	return 30, cite.CPL(95)
}

// Published says when a public notice serves: the last posting counts, and the
// day on which its time has passed is not moved off a rest day, for nobody has
// to do anything on it.
//
// law:民诉法解释(2022)/138 发出公告日期以最后张贴或者刊登的日期为准。
func Published(posted []law.Date, abroad bool, today law.Date) Effect {
	n, c := NoticeDays(abroad)
	var last law.Date
	for _, d := range posted {
		if d.After(last) {
			last = d
		}
	}
	if last.IsZero() {
		return no(c, "公告还没有张贴或者刊登。")
	}
	e := Effect{On: last.AddDays(n), Basis: cite.Basis{c, cite.JI(138)}}
	e.Steps = append(e.Steps, fmt.Sprintf("最后一次张贴或者刊登是%s，从第二天起算 %d 天，到 %s。", last.Chinese(), n, e.On.Chinese()))
	e.Made = !today.Before(e.On)
	return e
}

// Statement says when a mediation statement takes effect: when the last party
// has signed for it. A party whose date is zero has not.
//
// law:民诉法解释(2022)/149 应当以最后收到调解书的当事人签收的日期为调解书生效日期。
func Statement(signed []law.Date) Effect {
	e := Effect{Made: len(signed) > 0, Basis: cite.Basis{cite.CPL(100), cite.JI(149)}}
	for _, d := range signed {
		if d.IsZero() {
			return no(cite.JI(149), "还有当事人没有签收，调解书没有生效。")
		}
		if d.After(e.On) {
			e.On = d
		}
	}
	if e.Made {
		e.Steps = []string{e.On.Chinese() + "最后一名当事人签收，调解书这一天生效。"}
	}
	return e
}
