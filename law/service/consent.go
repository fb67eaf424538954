package service

import "mashang/law/cite"

// Ground is how a recipient agreed to electronic service.
type Ground string

// Grounds of 在线诉讼规则 29(2).
const (
	Stated      Ground = "stated"      // （一）明确表示同意
	Promised    Ground = "promised"    // （二）诉讼前约定或者承诺
	Volunteered Ground = "volunteered" // （三）在诉状中主动提供电子地址
	ByConduct   Ground = "conduct"     // （四）以回复收悉、参加诉讼等方式接受
)

// Grounds are the four ways in which consent is found, in plain words.
var Grounds = []struct {
	Ground Ground
	Title  string
	Item   string
}{
	{Stated, "他明确说同意", "第二款第（一）项"},
	{Promised, "打官司以前约定过，或者承诺过", "第二款第（二）项"},
	{Volunteered, "在起诉状、答辩状等里面主动写了接收送达的电子地址", "第二款第（三）项"},
	{ByConduct, "已经收下一次电子送达，而且没有说不同意", "第二款第（四）项"},
}

// Title says a ground in plain words.
func (g Ground) Title() string {
	for _, x := range Grounds {
		if x.Ground == g {
			return x.Title
		}
	}
	return ""
}

// Basis is the item on which a ground rests; nil for what is none.
func (g Ground) Basis() cite.Basis {
	for _, x := range Grounds {
		if x.Ground == g {
			c := Online(29)
			c.Item = x.Item
			return cite.Basis{c}
		}
	}
	return nil
}

// Consent is what the file shows about electronic service.
type Consent struct {
	Ground  Ground
	Refused bool // at any time, in clear words
}

// Given reports whether electronic service is agreed. Who accepted by conduct
// but said in clear words that he does not agree has not agreed; neither has
// who agreed once and took it back.
//
// law:在线诉讼规则(2021)/29 受送达人通过回复收悉、参加诉讼等方式接受已经完成的电子送达，并且未明确表示不同意电子送达的。
func (c Consent) Given() bool { return c.Ground.Basis() != nil && !c.Refused }

// Agreed is the bar that closes electronic ways until consent is found; nil
// for other ways, and where it is.
//
// law:民事诉讼法(2023)/90 经受送达人同意，人民法院可以采用能够确认其收悉的电子方式送达诉讼文书。
func Agreed(w Way, c Consent) *Bar {
	if !w.Electronic() || c.Given() {
		return nil
	}
	if c.Refused {
		return Barred(w, Situation{Refused: true})
	}
	return &Bar{"他还没有同意电子送达。请先问他，请他填送达地址确认书。", cite.Basis{cite.CPL(90), Online(29)}}
}

// Paper reports whether the court owes a copy on paper of what it served
// electronically, for a judgment, ruling or mediation statement, when asked.
//
// law:民事诉讼法(2023)/90 受送达人提出需要纸质文书的，人民法院应当提供。
func Paper(n Nature, asked bool) bool { return asked && (n == Judging || n == Mediation) }
