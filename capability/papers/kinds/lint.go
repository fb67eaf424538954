package kinds

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"mashang/docket/form"
	"mashang/law"
	"mashang/law/cite"
	"mashang/law/identity"
)

// Flaw is one reason why a paper may not go out as it is. Basis is empty where
// no article but plain care is the reason.
type Flaw struct {
	Field string `json:"field"`
	Says  string `json:"says"`
	Basis string `json:"basis,omitempty"`
}

// Lint says what is wrong with a paper before anyone signs it: what the form
// requires and lacks, what every paper must not contain, and the checks that
// its form names.
func (k Kind) Lint(v Values) (out []Flaw) {
	for _, p := range k.form.Check(v) {
		out = append(out, Flaw{Field: p.Field, Says: p.Says})
	}
	if len(out) > 0 { // the checks below may rely on shapes
		return out
	}
	for _, c := range append([]string{"words", "private", "sums"}, k.Checks...) {
		out = append(out, checks[c](k, v)...)
	}
	return out
}

type check func(k Kind, v Values) []Flaw

// checks are the rules by the names that forms use.
var checks map[string]check

func init() { // a map that refers to itself through Kind
	checks = map[string]check{
		"words": oldWords, "private": private, "sums": bothSums, "names": fullNames, "claims": answered, "delay": delayClause, "appeal": appealable, "final": final,
		"fee": feeShares, "cites": citations, "dates": order, "bench": bench, "ordinary": procedureIs("普通程序"), "summary": procedureIs("简易程序"), "small": procedureIs("小额诉讼程序"),
		"money": holdingsWhole, "president": president, "mediation": statement, "slip": onlySlips, "announce": announcement, "term": term, "range": fineRange,
		"answer": answerDays, "notice_days": noticeDays, "evidence": evidenceDays, "prepaid": prepaid, "eservice": eservice, "gist": gist, "correction_date": correctionDate, "two_officers": twoOfficers, "opinions": opinions, "relief": relief, "filers": onlyFilers,
		"replaces": replaces, "special": specialAuthority, "no_leaving": noLeaving, "post_number": postNumber, "deemed": deemed, "objection": objection, "security": security, "changed": changed, "confirmed": confirmed, "remand": remand,
	}
	maps.Copy(checks, execChecks)
	maps.Copy(checks, moneyChecks)
	maps.Copy(checks, handoverChecks)
	maps.Copy(checks, trialChecks)
	maps.Copy(checks, noticeChecks)
}

// typed is every text that people wrote into the form's own fields, by field.
func (k Kind) typed(v Values) map[string]string {
	out := map[string]string{}
	for _, f := range k.form.Fields {
		switch x := v[f.Name].(type) {
		case string:
			out[f.Name] = x
		case []string, []any:
			if rows, ok := x.([]any); ok && f.Type == form.Table {
				for _, r := range rows {
					cells, _ := r.([]any)
					for _, c := range cells {
						s, _ := c.(string)
						out[f.Name] += s + "\n"
					}
				}
				continue
			}
			out[f.Name] = strings.Join(v.List(f.Name), "\n")
		}
	}
	return out
}

// old are words of templates that are out of date, and what to write instead.
var old = []struct {
	re   *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`[民执刑行]\S{0,3}字第\S{0,4}\d+号`), "案号不再写“字第”。写成（2026）冀1126民初123号这样。"},
	{regexp.MustCompile(`公告之?日起[，]?(经过)?(六十|60)日`), "公告送达的期间是三十日。"},
	{regexp.MustCompile(`(民事诉讼法|民诉法)》?第二百五十三条.{0,20}(加倍|迟延)`), "迟延履行利息现在是民事诉讼法第二百六十四条。"},
	{regexp.MustCompile(`(^|[^托讼])委托代理人|(助理|代理)审判员`), "“委托代理人”现在写“委托诉讼代理人”；助理审判员、代理审判员已经没有了。"},
	{regexp.MustCompile(`(民事诉讼法|民诉法)》?第二百二十五条.{0,20}异议`), "对执行行为的异议现在是民事诉讼法第二百三十六条。"},
	{regexp.MustCompile(`(民事诉讼法|民诉法)》?第二百二十七条.{0,20}(异议|案外人)`), "案外人异议现在是民事诉讼法第二百三十八条。"},
	{regexp.MustCompile(`限制高消费令`), "现在叫“限制消费令”。"},
	{regexp.MustCompile(`调确字|确认决定书`), "司法确认用民特字号，文书是民事裁定书。"},
	{regexp.MustCompile(`之规定的规定|的规定之规定`), "“规定”写了两遍。"},
}

func oldWords(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		for _, o := range old {
			if o.re.MatchString(text) {
				out = append(out, Flaw{Field: field, Says: o.says})
			}
		}
	}
	sortFlaws(out)
	return out
}

var (
	idLike    = regexp.MustCompile(`[1-9]\d{16}[\dXx]`)
	phoneLike = regexp.MustCompile(`(^|\D)1[3-9]\d{9}(\D|$)`)
	cardLike  = regexp.MustCompile(`(^|\D)\d{16,19}(\D|$)`)
)

// private: the body of a paper to the parties names nobody's number. Papers of
// enforcement, and returns, need them.
func private(k Kind, v Values) (out []Flaw) {
	if k.Group == "执行" || k.To == "unit" {
		return nil
	}
	for _, f := range k.form.Fields {
		if f.Name == "identified" || strings.HasSuffix(f.Name, "_id") { // asked for on purpose
			continue
		}
		text := k.typed(v)[f.Name]
		for _, n := range idLike.FindAllString(text, -1) {
			if _, _, ok := identity.ParseResident(n); ok {
				out = append(out, Flaw{Field: f.Name, Says: "正文里不写身份证号码。"})
			}
		}
		if phoneLike.MatchString(text) && f.Name != "contact" {
			out = append(out, Flaw{Field: f.Name, Says: "正文里不写手机号码。"})
		}
		if cardLike.MatchString(text) && !strings.Contains(f.Name, "account") && len(out) == 0 {
			out = append(out, Flaw{Field: f.Name, Says: "正文里不写银行账号。"})
		}
	}
	return out
}

var short = regexp.MustCompile(`以下简称[“"]?([^”"）)，。]+)`)

// fullNames: in the operative part a party bears its full name.
func fullNames(k Kind, v Values) (out []Flaw) {
	all := strings.Join(v.List("parties"), "\n")
	for _, text := range k.typed(v) {
		all += "\n" + text
	}
	for _, m := range short.FindAllStringSubmatch(all, -1) {
		for _, h := range v.List("holdings") {
			rest := h
			for _, full := range parties(v) {
				rest = strings.ReplaceAll(rest, full, "")
			}
			if strings.Contains(rest, m[1]) {
				out = append(out, Flaw{Field: "holdings", Says: "主文里要写全称，不能写简称“" + m[1] + "”。"})
			}
		}
	}
	return out
}

// parties are the full names of all sides.
func parties(v Values) (out []string) {
	for _, n := range []string{"plaintiffs", "defendants", "thirds"} {
		for p := range strings.SplitSeq(v.Text(n), "、") {
			if p != "" {
				out = append(out, p)
			}
		}
	}
	return out
}

func answered(_ Kind, v Values) []Flaw {
	all, _ := v["granted_all"].(bool)
	for _, h := range v.List("holdings") {
		all = all || strings.Contains(h, "驳回")
	}
	if !all {
		return []Flaw{{Field: "holdings", Says: "诉讼请求没有全部支持的，主文最后要写“驳回×××的其他诉讼请求”。"}}
	}
	return nil
}

var sum = regexp.MustCompile(`\d+(\.\d+)?元`)

func hasMoney(v Values) bool { return sum.MatchString(strings.Join(v.List("holdings"), "\n")) }

// law: a duty to pay carries the clause of 民事诉讼法 264; no other does.
func delayClause(_ Kind, v Values) []Flaw {
	on, _ := v["delay"].(bool)
	switch {
	case hasMoney(v) && !on:
		return []Flaw{{"delay", "主文里有给付金钱的内容，要写明迟延履行的后果。", cite.CPL(264).String()}}
	case !hasMoney(v) && on:
		return []Flaw{{"delay", "主文里没有给付金钱的内容，不写迟延履行利息。", cite.CPL(264).String()}}
	}
	return nil
}

func appealable(_ Kind, v Values) []Flaw {
	if v.Text("appeal_court") == "" {
		return []Flaw{{"appeal_court", "要写明向哪个法院上诉。", cite.CPL(155).String()}}
	}
	return nil
}

func final(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		if strings.Contains(text, "上诉于") || strings.Contains(text, "可以上诉") {
			out = append(out, Flaw{field, "这份文书是终审的，不能写上诉。", cite.CPL(165).String()})
		}
	}
	sortFlaws(out)
	return out
}

// feeShares: what each bears adds up to the fee.
func feeShares(_ Kind, v Values) []Flaw {
	var fee, total law.Money
	if n, ok := form.Fen(v["fee"]); ok {
		fee = law.Money(n)
	}
	rows := form.Rows(v["fee_shares"])
	for _, r := range rows {
		if len(r) < 2 {
			return []Flaw{{Field: "fee_shares", Says: "每一行写明由谁负担、多少元。"}}
		}
		m, err := law.ParseMoney(strings.TrimSuffix(r[1], "元"))
		if err != nil {
			return []Flaw{{Field: "fee_shares", Says: "负担多少要写成 1680.32 这样的数。"}}
		}
		total += m
	}
	if len(rows) > 0 && total != fee {
		return []Flaw{{"fee_shares", "各方负担的加起来是 " + total.String() + "元，诉讼费是 " + fee.String() + "元，对不上。", "诉讼费用交纳办法第五十三条"}}
	}
	return nil
}

var (
	article = regexp.MustCompile(`^《([^》]+)》(第[零一二三四五六七八九十百千]+条(第[一二三四五六七八九十]+款)?(第（[一二三四五六七八九十]+）项)?、?)+$`)
	number  = regexp.MustCompile(`第([零一二三四五六七八九十百千]+)条`)
	rank    = []func(string) bool{
		func(l string) bool { return strings.HasSuffix(l, "法") || strings.HasSuffix(l, "法典") },
		func(l string) bool { return strings.HasSuffix(l, "条例") || strings.HasSuffix(l, "办法") },
		func(l string) bool { return strings.Contains(l, "最高人民法院") },
	}
)

// citations: whole articles of laws by their full names, which those laws have;
// laws before regulations before interpretations, substance before procedure
// (引用规定 1, 2).
func citations(_ Kind, v Values) (out []Flaw) {
	const basis = "裁判文书引用规定第一条、第二条"
	last, procedure := 0, false
	for _, c := range v.List("cites") {
		m := article.FindStringSubmatch(c)
		if m == nil {
			out = append(out, Flaw{"cites", "“" + c + "”要写成《中华人民共和国民法典》第六百七十五条这样，条数用汉字。", basis})
			continue
		}
		for _, a := range number.FindAllStringSubmatch(c, -1) {
			if end, lacks := cite.Lacks(m[1], a[1]); lacks {
				out = append(out, Flaw{"cites", "《" + m[1] + "》没有第" + a[1] + "条，最后一条是第" + law.Chinese(end) + "条。", basis})
			}
		}
		at := len(rank)
		for i, is := range rank {
			if is(m[1]) {
				at = i
				break
			}
		}
		isProcedure := strings.Contains(m[1], "诉讼法")
		switch {
		case at < last:
			out = append(out, Flaw{"cites", "《" + m[1] + "》要写在前面：先法律，再行政法规，再司法解释。", basis})
		case at == 0 && procedure && !isProcedure:
			out = append(out, Flaw{"cites", "《" + m[1] + "》要写在诉讼法前面：先实体，再程序。", basis})
		}
		last, procedure = max(last, at), procedure || isProcedure
	}
	return out
}

// order: received, filed, heard and dated follow each other.
func order(_ Kind, v Values) (out []Flaw) {
	names := []struct{ name, says string }{{"received", "收到起诉材料"}, {"accepted", "立案"}, {"heard", "开庭"}, {"deliberated", "评议"}, {"dated", "落款"}}
	prev := -1
	for i, n := range names {
		if v.Text(n.name) == "" {
			continue
		}
		if prev >= 0 && v.Text(n.name)[:10] < v.Text(names[prev].name)[:10] {
			out = append(out, Flaw{Field: n.name, Says: n.says + "的日期早于" + names[prev].says + "的日期。"})
		}
		prev = i
	}
	return out
}

// bench: who signs is who was told to the parties. The names come from the
// file, so what can be wrong is that nobody stands there.
func bench(_ Kind, v Values) []Flaw {
	b := v.List("bench")
	chairs := 0
	for _, s := range b {
		if strings.HasPrefix(s, "审判长 ") {
			chairs++
		}
	}
	switch {
	case len(b) == 0:
		return []Flaw{{"bench", "案件还没有定审判人员。", cite.CPL(155).String()}}
	case len(b) > 1 && (chairs != 1 || len(b)%2 == 0):
		return []Flaw{{"bench", "合议庭要有一名审判长，人数是单数。", cite.CPL(40).String()}}
	case len(v.List("clerks")) == 0:
		return []Flaw{{"bench", "案件还没有定书记员。", cite.CPL(155).String()}}
	}
	return nil
}

func procedureIs(want string) check {
	return func(_ Kind, v Values) []Flaw {
		if v.Text("procedure") != want {
			return []Flaw{{Field: "procedure", Says: "案件现在适用" + cmp.Or(v.Text("procedure"), "的程序还没有定") + "，这份文书只用于" + want + "。"}}
		}
		return nil
	}
}

var (
	due      = regexp.MustCompile(`日内|前(付清|给付|支付|偿还|返还)|于.{4,12}前|立即|当(日|场|庭)|分期`)
	interest = regexp.MustCompile(`利息|违约金|逾期`)
	rate     = regexp.MustCompile(`率|[万千百]分之|%|％|标准`)
	settled  = regexp.MustCompile(`(利息|违约金)\d+(\.\d+)?元`) // reckoned already
)

// holdingsWhole: whoever reads one line of the operative part knows who pays
// whom how much by when, and how interest is reckoned.
func holdingsWhole(_ Kind, v Values) (out []Flaw) {
	for _, h := range v.List("holdings") {
		if !sum.MatchString(h) || strings.Contains(h, "驳回") {
			continue
		}
		n := 0
		for _, p := range parties(v) {
			if strings.Contains(h, p) {
				n++
			}
		}
		clip := string([]rune(h)[:min(12, len([]rune(h)))]) + "……"
		if n < 2 {
			out = append(out, Flaw{Field: "holdings", Says: "“" + clip + "”要写清谁给谁（用全称）。"})
		}
		if !due.MatchString(h) {
			out = append(out, Flaw{Field: "holdings", Says: "“" + clip + "”要写清什么时候给。"})
		}
		if interest.MatchString(h) && !(strings.Contains(h, "以") && strings.Contains(h, "自") && (strings.Contains(h, "止") || strings.Contains(h, "至")) && rate.MatchString(h)) && !settled.MatchString(h) {
			out = append(out, Flaw{Field: "holdings", Says: "“" + clip + "”的利息要写清以多少为基数、按什么利率、从哪天到哪天。"})
		}
	}
	return out
}

func president(_ Kind, v Values) []Flaw {
	if len(v.List("president")) == 0 {
		return []Flaw{{"president", "这份文书要由院长签发。", cite.CPL(119).String()}}
	}
	return nil
}

// statement: a mediation statement records what the parties want; it reasons
// about nothing and threatens with no judgment (民事调解规定 8).
func statement(k Kind, v Values) (out []Flaw) {
	for field, text := range k.typed(v) {
		switch {
		case strings.Contains(text, "本院认为"):
			out = append(out, Flaw{field, "调解书不写“本院认为”。", cite.CPL(100).String()})
		case regexp.MustCompile(`不履行.{0,12}(法院|本院).{0,6}(判决|裁判)`).MatchString(text):
			out = append(out, Flaw{field, "不能约定“不履行就由法院判决”。可以约定违约责任。", "民事调解规定第八条"})
		}
	}
	sortFlaws(out)
	return out
}

func onlySlips(_ Kind, v Values) []Flaw {
	if same, _ := v["same_result"].(bool); !same {
		return []Flaw{{"same_result", "补正裁定只改笔误。会改变裁判结果的，不能补正，只能通过上诉或者再审。", cite.CPL(157).String()}}
	}
	if v.Text("wrong") == v.Text("right") {
		return []Flaw{{Field: "right", Says: "改之前和改之后一样。"}}
	}
	return nil
}

// announcement: no public service in summary procedure, and the hearing not
// before the time to answer is over.
func announcement(_ Kind, v Values) (out []Flaw) {
	if p := v.Text("procedure"); p == "简易程序" || p == "小额诉讼程序" {
		out = append(out, Flaw{"procedure", "适用简易程序的案件不能公告送达。", cite.JI(140).String()})
	}
	if at := v.Text("hearing"); at != "" && v.Text("dated") != "" {
		d, err := law.ParseDate(v.Text("dated"))
		h, err2 := law.ParseDate(at[:min(10, len(at))])
		if err == nil && err2 == nil && h.Before(d.AddDays(45)) {
			out = append(out, Flaw{"hearing", "开庭不能早于公告三十日加答辩十五日，最早是 " + d.AddDays(46).Chinese() + "。", cite.JI(139).String()})
		}
	}
	return out
}

// term: what is seized is seized until a day, and not longer than the law
// allows (民诉法解释 485: money 1 year, movables 2, land and rights 3).
func term(_ Kind, v Values) []Flaw {
	from, err := law.ParseDate(v.Text("from"))
	until, err2 := law.ParseDate(v.Text("until"))
	years, known := map[string]int{"存款": 1, "动产": 2, "不动产": 3, "其他财产权": 3}[v.Text("thing")]
	switch {
	case err != nil || err2 != nil || until.Before(from):
		return []Flaw{{"until", "要写明从哪天到哪天。", cite.JI(485).String()}}
	case known && until.After(from.AddYears(years)):
		return []Flaw{{"until", v.Text("thing") + "最长 " + law.Chinese(years) + "年，到 " + from.AddYears(years).Chinese() + "。", cite.JI(485).String()}}
	}
	return nil
}

// fineRange: 民事诉讼法 118.
func fineRange(_ Kind, v Values) []Flaw {
	n, ok := form.Fen(v["amount"])
	if !ok {
		return nil
	}
	low, high := int64(1), int64(100_000_00)
	if v.Text("whom") == "单位" {
		low, high = 50_000_00, 1_000_000_00
	}
	if n < low || n > high {
		return []Flaw{{"amount", "个人罚款在十万元以下；单位罚款在五万元以上一百万元以下。", cite.CPL(118).String()}}
	}
	return nil
}

func sortFlaws(fs []Flaw) {
	slices.SortFunc(fs, func(a, b Flaw) int { return strings.Compare(a.Field+a.Says, b.Field+b.Says) })
}
