// Package service is 送达: by which ways a paper may be served on whom, whether
// and when that has effect, and on which article. It knows nothing of
// gateways: what a carrier reports comes in as evidence, and only what the
// statute names counts. "Sent" by itself is nothing, a fetched link is nothing.
//
// Reading order: service.go (ways, what bars them), consent.go, effect.go.
package service

import "mashang/law/cite"

// Way is a way of service.
type Way string

// The ways (民事诉讼法 88–95).
const (
	InApp     Way = "inapp"     // 诉讼平台
	SMS       Way = "sms"       // 短信
	Email     Way = "email"     // 电子邮箱
	WeChat    Way = "wechat"    // 即时通讯账号
	Direct    Way = "direct"    // 直接送达
	Left      Way = "left"      // 留置送达
	Post      Way = "post"      // 法院专递
	Entrusted Way = "entrusted" // 委托送达
	Transfer  Way = "transfer"  // 转交送达
	Notice    Way = "notice"    // 公告送达
)

// Names are the ways in Chinese, in the order in which they are tried.
var Names = []struct {
	Way   Way
	Title string
}{
	{InApp, "本院网站"}, {SMS, "短信"}, {Email, "电子邮箱"}, {WeChat, "微信"},
	{Direct, "直接送达"}, {Left, "留置送达"}, {Post, "邮寄送达"}, {Entrusted, "委托送达"}, {Transfer, "转交送达"}, {Notice, "公告送达"},
}

// Title is the Chinese name of a way.
func (w Way) Title() string {
	for _, n := range Names {
		if n.Way == w {
			return n.Title
		}
	}
	return ""
}

// Electronic reports whether a way is one of 民事诉讼法 90.
func (w Way) Electronic() bool { return w == InApp || w == SMS || w == Email || w == WeChat }

// Nature is what of a paper decides how it may be served.
type Nature string

// Natures of papers.
const (
	Plain     Nature = "plain"     // notices, summonses, copies of complaints
	Judging   Nature = "judging"   // 判决书、裁定书
	Mediation Nature = "mediation" // 调解书
	Payment   Nature = "payment"   // 支付令
)

// Summary reports whether a procedure is 简易程序, of which 小额诉讼 is a kind.
func Summary(procedure string) bool { return procedure == "summary" || procedure == "small" }

// Standing is what is known of an electronic address.
type Standing string

// Standings of an electronic address (在线诉讼规则 31).
const (
	Confirmed Standing = "confirmed" // given or confirmed by himself
	Sure      Standing = "sure"      // not confirmed, but can be established as his
	Alleged   Standing = "alleged"   // named by somebody else, or by nobody
)

// Situation is a paper, a recipient and what the file says about him.
type Situation struct {
	Nature    Nature
	Procedure string // ordinary, summary, small, …
	Standing  Standing
	Refused   bool // he said that he does not want electronic service
	Missing   bool // his whereabouts are unknown
	Exhausted bool // all other ways were tried and failed
	Declined  bool // he or a grown-up of his household refused to accept
	WillCome  bool // he agreed to come to the court within a set time
	Kept      bool // he is a soldier, in prison, or under compulsory education
}

// Bar is why a way is not open.
type Bar struct {
	Says  string
	Basis cite.Basis
}

// Barred says whether a way of service is closed by law, and why. nil is open.
//
// law:民诉法解释(2022)/133 调解书应当直接送达当事人本人，不适用留置送达。
// law:民诉法解释(2022)/140 适用简易程序的案件，不适用公告送达。
// law:民事诉讼法(2023)/95 受送达人下落不明，或者用本节规定的其他方式无法送达的，公告送达。
func Barred(w Way, s Situation) *Bar {
	switch {
	case w == Left && s.Nature == Mediation:
		return &Bar{"调解书要由当事人本人签收，不能留置送达。", cite.Basis{cite.JI(133)}}
	case w == Left && !s.Declined:
		return &Bar{"受送达人或者他的同住成年家属拒绝接收的，才能留置送达。", cite.Basis{cite.CPL(89)}}
	case w == Notice && s.Nature == Mediation:
		return &Bar{"调解书经双方当事人签收才发生效力，不能公告送达。签收不了的，应当及时判决。", cite.Basis{cite.CPL(100), cite.CPL(102), cite.JI(133)}}
	case w == Notice && s.Nature == Payment:
		return &Bar{"支付令要能送到债务人，不能公告送达。", cite.Basis{cite.CPL(225)}}
	case w == Notice && Summary(s.Procedure):
		return &Bar{"适用简易程序的案件不能公告送达。找不到人的，先转为普通程序。", cite.Basis{cite.JI(140)}}
	case w == Notice && !s.Missing && !s.Exhausted:
		return &Bar{"受送达人下落不明，或者其他方式都送不到的，才能公告送达。", cite.Basis{cite.CPL(95)}}
	case w == Post && s.Missing:
		return &Bar{"受送达人下落不明的，不能邮寄送达。", cite.Basis{Express(1)}}
	case w == Post && s.WillCome:
		return &Bar{"受送达人同意到法院来领，不再邮寄。", cite.Basis{Express(1)}}
	case w == Transfer && !s.Kept:
		return &Bar{"受送达人是军人，或者在监所、强制性教育机构里的，才能转交送达。", cite.Basis{cite.CPL(92), cite.CPL(93)}}
	case w.Electronic() && s.Refused:
		return &Bar{"受送达人明确表示不同意电子送达。", cite.Basis{cite.CPL(90), Online(29)}}
	case w.Electronic() && s.Standing != Confirmed && s.Standing != Sure:
		return &Bar{"这个电子地址是别人提供的，不能确认是受送达人本人的。请先向他本人核实。", cite.Basis{Online(31)}}
	}
	return nil
}

// Online is 人民法院在线诉讼规则.
func Online(n int) cite.Cite {
	return cite.Cite{Law: "在线诉讼规则", Version: "2021", Article: n}
}

// Express is 以法院专递方式邮寄送达民事诉讼文书的若干规定.
func Express(n int) cite.Cite {
	return cite.Cite{Law: "法院专递规定", Version: "2004", Article: n}
}
