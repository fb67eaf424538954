package oversight

import (
	"fmt"
	"mashang/docket"
	"strings"
	"time"

	"mashang/law"
	"mashang/platform/clock"
	"mashang/platform/fault"
)

// choice is one answer that a form offers.
type choice struct{ Key, Title, Sub string }

func titleOf(list []choice, key string) string {
	for _, c := range list {
		if c.Key == key {
			return c.Title
		}
	}
	return ""
}

// Forms that staff fill in. None and told answer the question put at closing;
// they are kept like the others, so that nobody can tell them apart.
const (
	inquiry  = "inquiry"  // 过问记录
	relative = "relative" // 近亲属从事律师职业
	deputy   = "deputy"   // 人大代表、政协委员关注案件
	none     = "none"     // 本案没有人过问
	told     = "told"     // 有，前面都记过了
)

var forms = []choice{
	{inquiry, "过问记录", "有人打听、说情、打招呼，或者领导过问"},
	{relative, "近亲属从事律师职业报告表", "配偶、父母、子女等近亲属做律师的，报告一次，有变化再报"},
	{deputy, "代表、委员关注案件报告表", "人大代表、政协委员对案件的关注和意见"},
}

// natures say what an inquiry was.
const (
	lawful   = "lawful"
	official = "official"
	insider  = "insider"
	contact  = "contact"
	other    = "other"
)

var natures = []choice{
	{other, "其他人打听、说情", "当事人的亲友、中间人、已经离任的人"},
	{insider, "法院内部人员过问", "不办这个案件的同事，或者别的法院、司法机关的人"},
	{official, "领导干部干预", "党政机关的领导干部，或者他的亲属、身边的人"},
	{contact, "私下接触", "在办公场所以外见了当事人、律师、中间人，一起吃了饭，或者收到东西。碰巧遇上的也记"},
	{lawful, "依法履职", "职责以内的监督、上级法院或检察院的公函。要写依据的文件和文号"},
}

var ways = []choice{{"call", "来电", ""}, {"chat", "短信、微信", ""}, {"face", "当面", ""}, {"letter", "来信", ""}, {"unit", "单位函件", ""}, {"platform", "网络平台、信访", ""}, {"other", "其他", ""}}

var dones = []choice{
	{"refused", "没有答应", "拒绝了，没有透露案情"},
	{"channel", "请他走公开渠道", "找承办法官、12368，或者扫案件码"},
	{"returned", "没有收他给的材料，或者退回了", "不按规定递来的材料不转交"},
	{"left", "离开了，没有谈案件", "私下接触的"},
	{"handed", "转交别人处理", "写明转给谁"},
	{"replied", "按职责答复了", "依法履职、代表委员来函的"},
}

// kin are the near relatives whose work as lawyers is reported.
var kin = []choice{{"spouse", "配偶", ""}, {"parent", "父母", ""}, {"child", "子女或子女的配偶", ""}, {"sibling", "兄弟姐妹", ""}, {"other", "其他近亲属", ""}}

// bodies whose members follow a case.
var bodies = []choice{{"npc", "人大代表", ""}, {"cppcc", "政协委员", ""}}

// report is what is typed into any of the forms.
type report struct {
	Form        string   `json:"form"`
	Case        string   `json:"case"`         // id, when it was opened from a case
	About       string   `json:"about"`        // the case in words
	Who         string   `json:"who"`          // who asked; the relative; the deputy
	Unit        string   `json:"unit"`         // where he works; the law firm
	Post        string   `json:"post"`         // his post; the licence
	Tie         string   `json:"tie"`          // to a party; kinship; npc or cppcc
	For         string   `json:"for"`          // for whom
	On          law.Date `json:"on"`           // the day
	Time        string   `json:"time"`         // of the day, in words
	Place       string   `json:"place"`        //
	Way         string   `json:"way"`          //
	Content     string   `json:"content"`      // what was said
	Done        string   `json:"done"`         //
	To          string   `json:"to"`           // handed to whom
	Kept        string   `json:"kept"`         // materials that are kept
	Nature      string   `json:"nature"`       //
	Basis       string   `json:"basis"`        // title of the document of a lawful inquiry
	BasisNumber string   `json:"basis_number"` //
	Superior    bool     `json:"superior"`     // the writer wants the court above to read it
	Urgent      bool     `json:"urgent"`       // it already bears on how the case is handled
	Mends       string   `json:"mends"`        // an earlier record of his that this one corrects
}

// most characters of a field.
const (
	line = 200
	text = 4000
)

// check says what is missing. What a form does not ask is not looked at.
//
// law:人民法院组织法(2018)/52 办案人员应当全面如实记录并报告
func check(r report, today law.Date) error {
	var bad fault.List
	need := func(field, v, show string) {
		if strings.TrimSpace(v) == "" {
			bad.Add(field, "%s", show)
		}
	}
	switch r.Form {
	case none, told:
		need("case", r.Case, "请从结案的案件进来答复。")
		return bad.Err()
	case inquiry:
		checkInquiry(r, &bad, need)
	case relative:
		need("who", r.Who, "请写亲属的姓名。")
		need("unit", r.Unit, "请写他执业的律师事务所。")
		if titleOf(kin, r.Tie) == "" {
			bad.Add("tie", "请选他是您的什么人。")
		}
	case deputy:
		need("who", r.Who, "请写代表、委员的姓名。")
		need("content", r.Content, "请写他关注什么、有什么意见。")
		if titleOf(bodies, r.Tie) == "" {
			bad.Add("tie", "请选是人大代表还是政协委员。")
		}
		handed(r, &bad)
		when(r, &bad)
		which(r, &bad)
	default:
		bad.Add("form", "请选要填哪一张表。")
	}
	if !r.On.IsZero() && r.On.After(today) {
		bad.Add("on", "这一天还没有到。请写过问发生的日期。")
	}
	checkLengths(r, &bad)
	return bad.Err()
}

func checkInquiry(r report, bad *fault.List, need func(field, v, show string)) {
	need("who", r.Who, "请写是谁过问的。不知道姓名的，写他怎么称呼自己、电话号码，或者“不知道姓名”。")
	need("content", r.Content, "请写他说了什么。照实写，越具体越好。")
	if titleOf(natures, r.Nature) == "" {
		bad.Add("nature", "请选是哪一种过问。拿不准的选“其他人打听、说情”。")
	}
	if titleOf(ways, r.Way) == "" {
		bad.Add("way", "请选是怎么来过问的。")
	}
	if titleOf(dones, r.Done) == "" {
		bad.Add("done", "请选您是怎么处理的。")
	}
	if r.Nature == official || r.Nature == insider { // who it was is what the record is for
		need("unit", r.Unit, "请写他在哪个单位。不知道的写“不知道”。")
		need("post", r.Post, "请写他的职务。不知道的写“不知道”，已经离任的写原来的职务。")
	}
	handed(r, bad)
	if r.Nature == lawful {
		need("basis", r.Basis, "依法履职的，请写依据的文件名称。没有文件的，不算依法履职。")
		need("basis_number", r.BasisNumber, "依法履职的，请写文件的文号。")
	}
	when(r, bad)
	which(r, bad)
}

func handed(r report, bad *fault.List) {
	if r.Done == "handed" && strings.TrimSpace(r.To) == "" {
		bad.Add("to", "转交的，请写转给了谁。")
	}
}

func when(r report, bad *fault.List) {
	if r.On.IsZero() {
		bad.Add("on", "请写是哪一天。")
	}
}

func which(r report, bad *fault.List) {
	if r.Case == "" && r.About == "" {
		bad.Add("about", "请写是哪个案件。不知道案号的，写当事人和案由。")
	}
}

func checkLengths(r report, bad *fault.List) {
	for _, f := range []struct {
		name, v string
		most    int
	}{{"about", r.About, line}, {"who", r.Who, line}, {"unit", r.Unit, line}, {"post", r.Post, line}, {"for", r.For, line}, {"time", r.Time, line}, {"place", r.Place, line}, {"to", r.To, line}, {"kept", r.Kept, line},
		{"basis", r.Basis, line}, {"basis_number", r.BasisNumber, line}, {"tie", r.Tie, line}, {"content", r.Content, text}} {
		if len([]rune(f.v)) > f.most {
			bad.Add(f.name, "最多写 %d 字。写不下的，作为材料加在后面。", f.most)
		}
	}
}

// about reports whether a record is about someone of that name, so that he does
// not read it. A namesake is kept out too, which costs nothing: others read it.
func (r report) about(name string) bool {
	return r.Form != relative && (docket.Mentions(r.Who, name) || docket.Mentions(r.For, name)) // the form about a relative is about the writer's own
}

// office reports whether a record names, instead of a person, the discipline
// office of the writer's own court.
func (r report) office() bool {
	return r.Form != relative && r.Nature == insider && (docket.MentionsOffice(r.Who, docket.Discipline) || docket.MentionsOffice(r.Post, docket.Discipline))
}

// reasons for opening a case that one does not handle, as the parties read them.
// That one of them complained is none: the other would learn of it.
var reasons = []choice{
	{"related", "办理关联案件", "您办的案件和它有关联"},
	{"assist", "协助承办法官", "承办法官请您帮忙办一件事"},
	{"deputise", "代同事值班或接待", "同事不在，有人来问"},
	{"counter", "窗口接待、送达、收材料", "当事人到窗口来，或者承办法官请窗口办"},
	{"meeting", "专业法官会议或审判委员会讨论", "要先看案情"},
	{"review", "评查、质检、统计核对", "有任务安排"},
	{"other", "其他公务", "写清楚是什么事"},
}

// opening is a wish to open a case.
type opening struct {
	Case   string `json:"case"`
	Number string `json:"number"`
	Kind   string `json:"kind"`
	Words  string `json:"words"`
}

// shown is how long a case stays open on a basis.
const shown = 24 * time.Hour

func checkOpening(o opening) error {
	var bad fault.List
	if o.Case == "" && o.Number == "" {
		bad.Add("number", "请填案号，例如（2026）冀11知民初1号。")
	}
	if titleOf(reasons, o.Kind) == "" {
		bad.Add("kind", "请选为什么要看。")
	}
	switch n := len([]rune(o.Words)); {
	case n < 4:
		bad.Add("words", "请用一两句话说清楚是什么事。")
	case n > 500:
		bad.Add("words", "请写在 500 字以内。")
	}
	return bad.Err()
}

// period is a month or a quarter, as a sum names it: 2026-03, 2026Q1.
type period struct {
	Key, Title  string
	First, Last law.Date
	From, Until time.Time
}

// cadences are how often a court sums up; which one is the court's own setting.
var cadences = []choice{{quarterly, "每季度", ""}, {"month", "每月", ""}}

// Reports of what was recorded, or of nothing, are for each quarter, whatever a
// court's sum is for. The day by which they are in is the court's own measure:
// the sum goes on to the political and legal committee after it. A desk asks
// for those of the last two quarters; the lists go further back.
const (
	quarterly  = "quarter"
	reportDays = 10 // working days
	askedBack  = 2
)

// periodOf reads a key.
func periodOf(key string) (period, bool) {
	var y, n int
	if _, err := fmt.Sscanf(key, "%4dQ%1d", &y, &n); err == nil && n >= 1 && n <= 4 && y > 2000 && key == fmt.Sprintf("%04dQ%d", y, n) {
		return span(key, fmt.Sprintf("%d年第%s季度", y, []string{"一", "二", "三", "四"}[n-1]), y, 3*n-2, 3), true
	}
	if _, err := fmt.Sscanf(key, "%4d-%2d", &y, &n); err == nil && n >= 1 && n <= 12 && y > 2000 && key == fmt.Sprintf("%04d-%02d", y, n) {
		return span(key, fmt.Sprintf("%d年%d月", y, n), y, n, 1), true
	}
	return period{}, false
}

func span(key, title string, year, month, months int) period {
	p := period{Key: key, Title: title, First: law.Date{Year: year, Month: month, Day: 1}}
	p.From = time.Date(year, time.Month(month), 1, 0, 0, 0, 0, clock.Shanghai)
	p.Until = p.From.AddDate(0, months, 0)
	p.Last = law.DateOf(p.Until.Add(-time.Hour), clock.Shanghai)
	return p
}

// periodAt is the period of a cadence in which an instant lies, and back
// periods before it.
func periodAt(cadence string, at time.Time, back int) period {
	at = at.In(clock.Shanghai)
	m := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, clock.Shanghai)
	if cadence == "month" {
		m = m.AddDate(0, -back, 0)
		p, _ := periodOf(m.Format("2006-01"))
		return p
	}
	m = m.AddDate(0, -3*back, 0)
	p, _ := periodOf(fmt.Sprintf("%04dQ%d", m.Year(), (int(m.Month())+2)/3))
	return p
}
