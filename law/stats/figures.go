package stats

import (
	"slices"
	"strconv"
	"strings"

	"mashang/law/closing"
)

// Bad is the grade that somebody follows up.
const Bad = "不满意"

// Grades of satisfaction, and those that count as satisfied. The scale is not
// laid down anywhere that we know of: both are this product's, and only here,
// and a court may count more strictly. The newspaper's 85.5% and 97.2% do not
// say whether 基本满意 counts.
var (
	Grades    = []string{"满意", "基本满意", Bad}
	Satisfied = Grades[:2]

	// Scales are what a court may say counts, joined by +; the first, empty, is Satisfied.
	Scales = []string{"", Grades[0]}

	satisfied = strings.Join(Satisfied, "、")
	partly    = "“基本满意”算满意"
)

// Types of case by what they are.
var (
	first  = []string{"民初", "行初", "刑初"}
	civil  = []string{"民初"}
	second = []string{"民终", "行终", "刑终"}
)

// Ways in which parties end a case between themselves.
var (
	mediated  = ways(func(w closing.Way) bool { return w.Mediated })
	withdrawn = ways(func(w closing.Way) bool { return w.Withdrawn })
	settled   = slices.Concat(mediated, withdrawn)
)

func ways(are func(closing.Way) bool) (out []string) {
	for _, w := range closing.Ways {
		if are(w) {
			out = append(out, w.Key)
		}
	}
	return out
}

// What the sources are worth.
const (
	quality = "最高人民法院案件质量评估指标（法发〔2011〕6号前后的口径）。原文不在本系统收录的法律文本里，没有逐字核对；这里是本系统自己的定义。"
	product = "本系统自己的定义，没有对应的司法解释条文。"
)

const version = "2026-1"

var (
	filed       = Part{Kind: Filed}
	filedBefore = Part{Kind: Filed, Before: true}
	done        = Part{Kind: Closed}
	doneBefore  = Part{Kind: Closed, Before: true, Minus: true}
	handled     = Part{Kind: Handled}
	rated       = Part{Kind: Rated}

	civilClosed = Term{Words: "民商事一审结案数", Parts: []Part{{Kind: Closed, Types: civil}}}
)

// Figures in the order in which a report shows them.
var Figures = []Figure{
	{
		Key: "received", Name: "新收", Unit: "件", Group: "flow", Version: version, Source: product,
		Formula: "本期登记立案的案件数", Variant: "以立案登记的日期为准",
		Note:      "案件换了承办法官或者审判庭，连同收案一起算到现在承办的人和庭名下。",
		Numerator: Term{Words: "本期登记立案的案件", Parts: []Part{filed}},
	},
	{
		Key: "pending", Name: "旧存", Unit: "件", Group: "flow", Version: version, Source: product,
		Formula: "本期开始以前立案、到本期开始时还没有结的案件数", Variant: "中止的案件没有结，算在里面",
		Note:      "旧存加新收，等于结案加未结。",
		Numerator: Term{Words: "本期第一天以前立案、那时没有结的案件", Parts: []Part{filedBefore, doneBefore}},
	},
	{
		Key: "closed", Name: "结案", Unit: "件", Group: "flow", Version: version,
		Source:  "《最高人民法院关于严格执行案件审理期限制度的若干规定》第十条（结案时间）。" + product,
		Formula: "本期结案的案件数", Variant: "以依法算出的结案时间为准，不以登记的那天为准",
		Note:      "结案后又恢复审理的，不再算结案。",
		Numerator: Term{Words: "结案时间在本期里的案件", Parts: []Part{done}},
	},
	{
		Key: "open", Name: "未结", Unit: "件", Group: "flow", Version: version, Source: product,
		Formula: "旧存＋新收－结案", Variant: "到本期最后一天；本期没完的，到今天",
		Note:      "中止的案件没有结，算在里面。",
		Numerator: Term{Words: "本期结束时没有结的案件", Parts: []Part{filedBefore, doneBefore, filed, {Kind: Closed, Minus: true}}},
	},
	{
		Key: "clearance", Name: "结案率", Unit: "%", Decimals: 2, Group: "flow", Version: version, Source: quality,
		Formula: "结案数÷（旧存数＋新收数）×100%", Variant: "分母含旧存；不含旧存的叫“收结案比”",
		Gist:      "手里的案件，连旧存的在内，每 100 件结了多少件。",
		Note:      "年初分母大、结案少，这个数自然低，同去年同期比才有意义。",
		Numerator: Term{Words: "本期结案数", Parts: []Part{done}}, Denominator: &Term{Words: "旧存数加新收数", Parts: []Part{filedBefore, doneBefore, filed}},
	},
	{
		Key: "closing_ratio", Name: "收结案比", Unit: "%", Decimals: 2, Group: "flow", Version: version, Source: quality,
		Formula: "结案数÷新收数×100%", Variant: "分母不含旧存，所以可以超过100%",
		Gist:      "每新收 100 件，结了多少件；不到 100，没结的就多了。",
		Note:      "也叫“结收比”。超过100%说明旧案在减少。",
		Numerator: Term{Words: "本期结案数", Parts: []Part{done}}, Denominator: &Term{Words: "本期新收数", Parts: []Part{filed}},
	},
	{
		Key: "accepting", Name: "一审服判息诉率", Unit: "%", Decimals: 2, Group: "accepting", Version: version, Source: quality, Settles: 60,
		Formula: "（一审结案数－其中被上诉、抗诉的）÷一审结案数×100%",
		Variant: "分母是全部一审结案，包括调解、撤诉和小额诉讼；也有只算可以上诉的案件的口径",
		Note:    "上诉算到一审结案的那一期。结案后还有上诉期，最近两个月的数是暂定的。",
		Numerator: Term{Words: "一审结案里没有被上诉、抗诉的", Parts: []Part{
			{Kind: Closed, Types: first}, {Kind: Appealed, Types: first, Minus: true}}},
		Denominator: &Term{Words: "一审结案数", Parts: []Part{{Kind: Closed, Types: first}}},
	},
	{
		Key: "settling", Name: "民商事案件调撤率", Unit: "%", Decimals: 2, Group: "settling", Version: version, Source: quality,
		Formula: "（调解结案数＋撤诉数）÷民商事一审结案数×100%",
		Variant: "撤诉包括按撤诉处理的；司法确认的调解协议（民特）不算",
		Note:    "只数结案方式，不看、也不列调解的内容。",
		Numerator: Term{Words: "民商事一审里调解和撤诉结案的", Parts: []Part{
			{Kind: Closed, Types: civil, Marks: settled}}},
		Denominator: &civilClosed,
	},
	{
		Key: "mediating", Name: "民商事案件调解率", Unit: "%", Decimals: 2, Group: "settling", Version: version, Source: quality,
		Formula: "调解结案数÷民商事一审结案数×100%",
		Variant: "只算以调解书结案的；调解好了以后撤诉的，算在撤诉里；司法确认的调解协议（民特）不算",
		Note:    "和“民商事案件撤诉率”加起来就是“民商事案件调撤率”，末位可能因四舍五入差 0.01。",
		Numerator: Term{Words: "民商事一审里调解结案的", Parts: []Part{
			{Kind: Closed, Types: civil, Marks: mediated}}},
		Denominator: &civilClosed,
	},
	{
		Key: "withdrawing", Name: "民商事案件撤诉率", Unit: "%", Decimals: 2, Group: "settling", Version: version, Source: quality,
		Formula: "撤诉数÷民商事一审结案数×100%",
		Variant: "准许撤诉和按撤诉处理的都算；也有不算按撤诉处理的口径",
		Note:    "按撤诉处理（传票传唤不到庭、不交费）不是双方谈好的，看这个数时请分开看结案方式。",
		Numerator: Term{Words: "民商事一审里撤诉结案的", Parts: []Part{
			{Kind: Closed, Types: civil, Marks: withdrawn}}},
		Denominator: &civilClosed,
	},
	{
		Key: "retrial", Name: "申请再审率", Unit: "%", Decimals: 2, Group: "retrial", Version: version, Source: quality, Settles: 60,
		Formula: "本期被申请再审的案件数÷本期生效的裁判数×100%",
		Variant: "口径不统一。这里分母是二审结案数加没有被上诉的一审结案数；有的地方只用二审结案数做分母，得出的数会高很多",
		Note:    "这个数没有公认的算法，看的时候请连同分子、分母一起看，不要单独拿百分数和别处比。",
		Numerator: Term{Words: "本期被申请再审的案件，一件只算一次", Parts: []Part{
			{Kind: Retrial}}},
		Denominator: &Term{Words: "本期二审结案数，加上没有被上诉、抗诉的一审结案数", Parts: []Part{
			{Kind: Closed, Types: second}, {Kind: Closed, Types: first}, {Kind: Appealed, Types: first, Minus: true}}},
	},
	{
		Key: "in_time", Name: "审限内结案率", Unit: "%", Decimals: 2, Group: "in_time", Version: version, Source: quality,
		Formula: "在审理期限内结案的案件数÷结案数×100%", Variant: "依法延长、扣除和中止的时间不算在审限里",
		Note:      "审限的每一天怎么算，案件页上都有。",
		Numerator: Term{Words: "结案时没有超过审限的案件", Parts: []Part{{Kind: InTime}}}, Denominator: &Term{Words: "本期结案数", Parts: []Part{done}},
	},
	{
		Key: "visitors", Name: "码上通访客", Unit: "人", Group: "visitors", Version: version, Source: product,
		Formula: "本期用案件码打开过案件的人数", Variant: "一个人来几次、看几件案都算一人",
		Note:      "新闻里说“访问多少人”，按这个数。各月的人数不能相加：一个人可以几个月都来。",
		Numerator: Term{Words: "本期不同的人", People: true},
	},
	{
		Key: "visits", Name: "码上通来访", Unit: "人次", Group: "visits", Version: version, Source: product,
		Formula: "本期用案件码打开案件的人次", Variant: "一个人一天里打开一件案，算一人次",
		Note:      "有多少不同的人，看“码上通访客”。",
		Numerator: Term{Words: "本期来访的人次", Parts: []Part{{Kind: Visit}}},
	},
	{
		Key: "opinions", Name: "意见反馈", Unit: "条", Group: "opinions", Version: version, Source: product,
		Formula: "本期当事人通过码上通提出的意见的条数", Variant: "按提出的那天算；提问和判后答疑不算，重新打开的不另算",
		Numerator: Term{Words: "本期收到的意见", Parts: []Part{{Kind: Opinion}}},
	},
	{
		Key: "handling", Name: "意见处理满意度", Unit: "%", Decimals: 2, Group: "handling", Version: version, Source: product,
		Formula: "评为" + satisfied + "的÷对意见处理的全部有效评价×100%", Variant: partly,
		Note:      "评的是法院对他那条意见处理得怎么样。没有评的不算；“基本满意”算不算由法院定。和“服务评价满意度”是两拨人，不能合并。",
		Numerator: Term{Words: "对处理" + satisfied + "的评价", Parts: []Part{{Kind: Handled, Marks: Satisfied}}}, Denominator: &Term{Words: "对意见处理的全部有效评价", Parts: []Part{handled}},
	},
	{
		Key: "service", Name: "服务评价满意度", Unit: "%", Decimals: 2, Group: "service", Version: version, Source: product,
		Formula: "评为" + satisfied + "的÷对诉讼服务的全部有效评价×100%", Variant: partly + "；一个人在一个环节只评一次",
		Note:      "评的是立案、送达、结案等环节的服务。没有评的不算；“基本满意”算不算由法院定。和“意见处理满意度”是两拨人，不能合并。",
		Numerator: Term{Words: satisfied + "的评价", Parts: []Part{{Kind: Rated, Marks: Satisfied}}}, Denominator: &Term{Words: "对诉讼服务的全部有效评价", Parts: []Part{rated}},
	},
}

// On returns the figures as a court counts that says which grades are satisfied.
func On(scale string) []Figure {
	if scale == "" {
		return Figures
	}
	marks := Marks(scale)
	words := strings.NewReplacer(satisfied, strings.Join(marks, "、"), partly, "“基本满意”不算满意，本院这样定")
	out := slices.Clone(Figures)
	for i, f := range out {
		if f.Denominator == nil || !slices.Equal(f.Numerator.Parts[0].Marks, Satisfied) {
			continue
		}
		f = f.Counting(marks...)
		f.Formula, f.Variant, f.Numerator.Words = words.Replace(f.Formula), words.Replace(f.Variant), words.Replace(f.Numerator.Words)
		out[i] = f
	}
	return out
}

// Comparisons say how a figure is held against an earlier one.
var Comparisons = []struct{ Name, Formula string }{
	{"环比", "和上一期比。百分率用百分点：本期的百分数减上一期的百分数。件数、人数用增减的百分比。"},
	{"同比", "和去年同一期比，算法和环比一样。"},
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// Marks reads a list of grades joined by +: 满意+基本满意.
func Marks(s string) []string { return strings.Split(s, "+") }
