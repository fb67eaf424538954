package kinds

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/restday"
)

// noticeChecks are the checks of summonses, notices, records and the first papers
// of enforcement: what they are for fails though every field is filled.
var noticeChecks = map[string]check{
	"ahead": ahead, "room": room, "entry": entry, "named": named, "workday": workday, "labour": labour,
	"took": lasted("began", "ended"), "times": lasted("from", "to"), "heard": heard, "objected": objected, "finality": finality, "willing": willing,
	"duties": duties, "ordered": ordered,
}

var (
	inFigures = regexp.MustCompile(`([\d,]+(?:\.\d+)?)元[（(](?:大写[：:]?)?(?:人民币)?([零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正]+)[）)]`)
	inWords   = regexp.MustCompile(`(?:人民币)?([零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[元圆][零壹贰叁肆伍陆柒捌玖角分整正]*)[（(](?:小写[：:]?)?[¥￥]?([\d,]+(?:\.\d+)?)元?[）)]`)
	sameWords = strings.NewReplacer("人民币", "", "零", "", "圆", "元", "整", "", "正", "")
)

// bothSums: where a sum stands in figures and in words, it is one sum.
func bothSums(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		pairs := inFigures.FindAllStringSubmatch(text, -1)
		for _, m := range inWords.FindAllStringSubmatch(text, -1) {
			pairs = append(pairs, []string{m[0], m[2], m[1]})
		}
		for _, m := range pairs {
			n, err := law.ParseMoney(m[1])
			if err != nil || sameWords.Replace(n.Capital()) == sameWords.Replace(m[2]) {
				continue
			}
			out = append(out, Flaw{Field: field, Says: "“" + m[0] + "”的大写和小写对不上，" + m[1] + "元的大写是" + n.Capital() + "。"})
		}
	}
	sortFlaws(out)
	return out
}

// ahead: who is called can still come. How many days the law leaves him besides
// is for noticeDays.
func ahead(_ Kind, v Values) []Flaw {
	dated, ok := v.day("dated")
	at, ok2 := onDay(v, "hearing")
	if ok && ok2 && !at.After(dated) {
		return []Flaw{{Field: "hearing", Says: "要在落款的日子以后。当天才发通知，人来不及到。"}}
	}
	return nil
}

var (
	nowhere = regexp.MustCompile(`^[^第，,、；\s]*(法院|本院)$`)
	online  = regexp.MustCompile(`网上|在线|线上|互联网|视频`)
	wayIn   = regexp.MustCompile(`[\w-]\.\w|链接|登录|打开|扫|小程序|会议号|短信`)
)

// room: he finds the room.
func room(_ Kind, v Values) []Flaw {
	if nowhere.MatchString(strings.TrimSpace(v.Text("where"))) {
		return []Flaw{{Field: "where", Says: "要写到第几法庭、哪一间，只写法院找不到。"}}
	}
	return nil
}

// entry: he finds the way into a room that is none.
func entry(_ Kind, v Values) []Flaw {
	if where := v.Text("where"); online.MatchString(where) && !wayIn.MatchString(where) {
		return []Flaw{{Field: "where", Says: "在线的，要写网址、怎么进去。"}}
	}
	return nil
}

// named: a summons says who calls.
func named(_ Kind, v Values) (out []Flaw) {
	for _, n := range []struct{ name, says string }{{"judge", "法官"}, {"clerk", "书记员"}} {
		if v.Text(n.name) == "" {
			out = append(out, Flaw{Field: n.name, Says: "传票上要有" + n.says + "的名字，案件还没有定" + n.says + "。"})
		}
	}
	return out
}

var calendar = sync.OnceValue(restday.Default)

// workday: a period does not end on a rest day, so the day that the paper names
// is none. Of years that nobody has announced yet nothing is said.
func workday(_ Kind, v Values) []Flaw {
	if d, ok := v.day("until"); ok && calendar().Known(d) && calendar().Rest(d) {
		return []Flaw{{"until", d.Chinese() + "放假，顺延到" + calendar().Next(d).Chinese() + "。", cite.CPL(85).String()}}
	}
	return nil
}

var labourCause = regexp.MustCompile(`劳动争议|劳动合同|劳动关系|劳动报酬|经济补偿金|竞业限制`)

// labour: ten yuan a case, whatever is claimed.
func labour(_ Kind, v Values) []Flaw {
	if what := v.Text("what"); labourCause.MatchString(v.Text("cause")) && (what == "案件受理费" || what == "上诉案件受理费") && v.fen("full") != 10_00 {
		return []Flaw{{"full", "劳动争议案件每件交 10 元。", "诉讼费用交纳办法第十三条"}}
	}
	return nil
}

// hour reads a time of the values.
func (v Values) hour(name string) (time.Time, bool) {
	t, err := time.Parse("2006-01-02 15:04", v.Text(name))
	return t, err == nil
}

// lasted: what a record tells is over, and ended after it began.
func lasted(from, to string) check {
	return func(_ Kind, v Values) (out []Flaw) {
		began, ok := v.hour(from)
		ended, ok2 := v.hour(to)
		if ok && ok2 && ended.Before(began) {
			out = append(out, Flaw{Field: to, Says: "结束时间早于开始时间。"})
		}
		if dated, ok3 := v.day("dated"); ok && ok3 && law.DateOf(began, time.UTC).After(dated) {
			out = append(out, Flaw{Field: from, Says: "还没有到这一天。笔录只记已经发生的事。"})
		}
		return out
	}
}

// opinion is the column of a table of evidence in which the other side answers.
const opinion = 3

// heard: each piece of evidence was put to the other side.
func heard(_ Kind, v Values) (out []Flaw) {
	for _, r := range form.Rows(v["evidence"]) {
		if strings.TrimSpace(cell(r, opinion)) == "" {
			out = append(out, Flaw{"evidence", "“" + cell(r, 0) + "”没有对方的意见。没有到庭、不发表意见的，也要写明。", cite.CPL(71).String()})
		}
	}
	return out
}

var bareObjection = regexp.MustCompile(`^[^，。；]{0,20}(有异议|不认可|不承认|不同意)[。；]?$`)

// objected: in an exchange of evidence who objects says why. "没有异议" needs no
// reason.
func objected(_ Kind, v Values) (out []Flaw) {
	for _, r := range form.Rows(v["evidence"]) {
		if says := strings.TrimSpace(cell(r, opinion)); bareObjection.MatchString(says) && !strings.Contains(says, "没有异议") {
			out = append(out, Flaw{"evidence", "对“" + cell(r, 0) + "”有异议的，要写理由。", "证据规定第五十七条"})
		}
	}
	return out
}

// finality: in a small claim everybody hears that there is no appeal.
func finality(_ Kind, v Values) []Flaw {
	if v.Text("procedure") == small && !strings.Contains(v.Text("told"), "终审") {
		return []Flaw{{"told", "小额诉讼要告知当事人一审终审，并且记下来。", cite.JI(274).String()}}
	}
	return nil
}

var unwilling = regexp.MustCompile(`不(愿|自愿|同意)|拒绝`)

// willing: nothing is agreed unless both sides want to mediate, and what is agreed
// says who bears the fee and when it binds. What anybody offered stays out of a
// file that whoever judges reads.
func willing(_ Kind, v Values) (out []Flaw) {
	for _, r := range form.Rows(v["talk"]) {
		if offer.MatchString(cell(r, 1)) {
			out = append(out, Flaw{"talk", "只记程序，不写谁在调解里提出过什么、让过什么。", cite.JI(107).String()})
			break
		}
	}
	if len(v.List("agreement")) == 0 {
		return out
	}
	said := form.Rows(v["willing"])
	if len(said) < 2 {
		out = append(out, Flaw{"willing", "达成协议的，各方都要问到，每人一行。", cite.CPL(96).String()})
	}
	for _, r := range said {
		if says := strings.TrimSpace(cell(r, 1)); says == "" || unwilling.MatchString(says) {
			out = append(out, Flaw{"willing", cell(r, 0) + "没有说自愿，不能记成达成协议。", cite.CPL(96).String()})
		}
	}
	if v.Text("fee_says") == "" {
		out = append(out, Flaw{"fee_says", "要写诉讼费由谁负担；商量不成的，写由法院决定。", "诉讼费用交纳办法第三十一条"})
	}
	if v.Text("effect") == "" {
		out = append(out, Flaw{"effect", "要写协议什么时候生效。", cite.JI(151).String()})
	}
	return out
}

var wholesale = regexp.MustCompile(`履行[^，。；]{0,30}(判决|裁定|裁决|调解书|公证|法律文书)[^，。；]{0,6}(确定|规定|载明)的?(全部)?(的)?义务`)

// duties: whoever is told to perform reads what, and that he has to report what he
// owns if it is money; nothing is enforced before it binds.
func duties(_ Kind, v Values) (out []Flaw) {
	owed := strings.Join(v.List("duties"), "\n")
	if wholesale.MatchString(owed) {
		out = append(out, Flaw{Field: "duties", Says: "要一项一项写：给谁、什么、多少钱、还欠多少，不能只写履行判决的义务。"})
	}
	if report, _ := v["report"].(bool); someMoney.MatchString(owed) && !report {
		out = append(out, Flaw{"report", "要付钱的案件，报告财产令和执行通知书一起发。", "财产调查规定第三条"})
	}
	effective, ok := v.day("effective")
	filed, ok2 := v.day("accepted")
	if ok && ok2 && effective.After(filed) {
		out = append(out, Flaw{"effective", "生效的日子晚于立案执行的日子。没有生效的不能执行。", "执行工作规定第十六条"})
	}
	return out
}

// ordered: who is told to report has been told to pay, at the latest with it.
func ordered(_ Kind, v Values) []Flaw {
	notice, ok := v.day("notice")
	dated, ok2 := v.day("dated")
	if ok && ok2 && notice.After(dated) {
		return []Flaw{{"notice", "执行通知书还没有发。报告财产令和执行通知书同时发出。", "财产调查规定第三条"}}
	}
	return nil
}

// someMoney is an amount as people write it: 5万元, 52,660.50元.
var someMoney = regexp.MustCompile(`\d[\d,.]*[十百千万亿]*元`)
