package kinds

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"mashang/docket/form"
	"mashang/docket/form/typed"
	"mashang/law"
	"mashang/law/period"
	"mashang/law/service"
	"mashang/platform/pdf"
)

//go:embed forms
var forms embed.FS

// Kind is a kind of paper, read from its form. The head of a form says:
//
//	kind, version, title   name in the program, version of the text, 中文
//	basis                  articles
//	group                  立案, 送达, 笔录, 裁判, 裁定, 决定, 执行, 证明, 调解
//	to                     party (one for each addressee), all (one text with one code, a
//	                       copy of it to each addressee), file, unit, public
//	code                   yes: a recipient's own copy carries his case code
//	nature                 plain, judging, mediation, payment: which ways of service are barred
//	sign                   how it ends, see [Signs]
//	about                  correction: it puts right slips of another paper, which is named;
//	                       effect: it certifies from when another paper binds
//	starts                 the period that service starts, by its name in law/period; it may
//	                       hang on a field: suit_outsider origin=…
//	checks                 which rules of lint.go it must pass
type Kind struct {
	Name, Version, Title string
	Basis, Group         string
	To                   string
	Code                 bool
	Nature               service.Nature
	Sign                 string
	Starts               string
	About                string
	Checks               []string
	Source               string // the text of the form
	form                 *form.Form
}

// Groups are the parts of the list of papers, in the order of a case.
var Groups = []string{"立案", "审理", "送达", "笔录", "裁判", "裁定", "决定", "执行", "证明", "调解"}

// Signs are the ways in which a paper ends: who signs it, and whether it is
// sealed (民事诉讼法 100, 155, 157; papers of others bear no court seal).
var Signs = map[string]struct {
	Seal   bool
	People string // who signs on his phone: bench, present, party, reader; "" for nobody
	Says   string
}{
	"notice":    {true, "", "加盖院印"},
	"bench":     {true, "bench", "审判人员、书记员署名，加盖院印"},
	"officer":   {true, "bench", "承办人、书记员署名，加盖院印"},
	"president": {true, "", "院长签发，加盖院印"},
	"record":    {false, "present", "在场的人逐页签名，不盖院印"},
	"panel":     {false, "bench", "合议庭成员和书记员签名，不盖院印，不对外"},
	"party":     {false, "party", "当事人签名，不盖院印"},
	"reader":    {false, "reader", "阅卷的人、书记员签名，不盖院印"},
	"hand":      {false, "", "打印出来，在纸上签名，不盖院印"}, // of what happens at a door, or what somebody fills with his own hand
	"body":      {false, "", "调解组织盖章，不盖院印"},
}

// loadKinds reads every form. A form that does not parse stops the program at
// its start, not a clerk at his counter.
func loadKinds(dir fs.FS) (map[string]Kind, error) {
	names, err := fs.Glob(dir, "forms/*.txt")
	if err != nil {
		return nil, err
	}
	out := map[string]Kind{}
	for _, n := range names {
		b, err := fs.ReadFile(dir, n)
		if err != nil {
			return nil, err
		}
		k, err := parseKind(string(b))
		if err == nil && k.Name != strings.TrimSuffix(path.Base(n), ".txt") {
			err = fmt.Errorf("its kind is %q", k.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("kinds: %s: %w", n, err)
		}
		out[k.Name] = k
	}
	return out, nil
}

func parseKind(text string) (Kind, error) {
	f, err := form.Parse(text)
	if err != nil {
		return Kind{}, err
	}
	h := f.Head
	k := Kind{Name: h["kind"], Version: h["version"], Title: h["title"], Basis: h["basis"], Group: h["group"], To: h["to"], Code: h["code"] == "yes",
		Nature: service.Nature(h["nature"]), Sign: h["sign"], Starts: h["starts"], About: h["about"], Checks: strings.Fields(h["checks"]), Source: text, form: f}
	for key := range h {
		switch key {
		case "kind", "version", "title", "basis", "group", "to", "code", "nature", "sign", "about", "starts", "checks":
		default:
			return k, fmt.Errorf("unknown head %q", key)
		}
	}
	switch {
	case k.Name == "" || k.Version == "" || k.Title == "" || k.Basis == "":
		return k, fmt.Errorf("kind, version, title and basis are required")
	case !strings.Contains("|party|all|file|unit|public|", "|"+k.To+"|"):
		return k, fmt.Errorf("to is %q", k.To)
	case k.Starts != "" && period.Rules[strings.Fields(k.Starts)[0]].Key == "":
		return k, fmt.Errorf("starts is %q", k.Starts)
	case !strings.Contains("||correction|effect|", "|"+k.About+"|"):
		return k, fmt.Errorf("about is %q", k.About)
	case !known(Groups, k.Group):
		return k, fmt.Errorf("group is %q", k.Group)
	case !strings.Contains("|plain|judging|mediation|payment|", "|"+string(k.Nature)+"|"):
		return k, fmt.Errorf("nature is %q", k.Nature)
	}
	if _, ok := Signs[k.Sign]; !ok {
		return k, fmt.Errorf("sign is %q", k.Sign)
	}
	for _, c := range k.Checks {
		if _, ok := checks[c]; !ok {
			return k, fmt.Errorf("no check %q", c)
		}
	}
	return k, nil
}

func known(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// Fill fills a kind with values. Void papers say so on every page.
func (k Kind) Fill(v Values) (*pdf.Doc, error) {
	for _, n := range k.form.Uses() {
		if _, ok := v[n]; ok {
			continue
		}
		if !k.Has(n) {
			return nil, fmt.Errorf("kinds: %s: no value %q", k.Name, n)
		}
	}
	blocks, err := k.form.Blocks(v, func(word, rest string) (pdf.Block, bool) { return k.block(v, word) })
	if err != nil {
		return nil, fmt.Errorf("kinds: %s: %w", k.Name, err)
	}
	if who := v.signers(SignRows); len(who) > 0 {
		blocks = append(withoutCells(blocks), pdf.SignArea{Signers: who})
	}
	d := &pdf.Doc{Title: k.Title, CaseNo: v.Text("number"), Court: v.Text("court"), Void: v.Text("void"), Blocks: blocks}
	if k.Sign != "panel" && k.Sign != "body" && v.Text("paper_code") != "" { // papers that nobody outside sees, or that are not the court's, carry no code
		d.Code = &pdf.PaperCode{URL: v.Text("check_url"), Short: v.Text("paper_code")}
	}
	return d, nil
}

// SignRows is the value that lists who signs a paper on his phone, "原告 某某".
const SignRows = "sign_rows"

// withoutCells leaves out what is there to be signed on paper.
func withoutCells(blocks []pdf.Block) (out []pdf.Block) {
	for _, b := range blocks {
		f, ok := b.(pdf.Form)
		if !ok {
			out = append(out, b)
			continue
		}
		var rows []pdf.Row
		for _, r := range f.Rows {
			if len(r.Fields) == 0 || !r.Fields[0].Sign {
				rows = append(rows, r)
			}
		}
		if f.Rows = rows; len(rows) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// Has reports whether the form asks for a field.
func (k Kind) Has(field string) bool {
	for _, f := range k.form.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}

// block makes the blocks that only a court paper has.
func (k Kind) block(v Values, word string) (pdf.Block, bool) {
	switch word {
	case "panel":
		short := v.Text("case_short")
		if short == "" { // neither a draft nor a copy to work with opens a case
			return pdf.Note{Text: "（案件码只印在发给本人的那一份上。）"}, true
		}
		return pdf.CasePanel{URL: v.Text("case_url"), Short: short, Caption: "您的案件码", Lines: []string{
			"用手机相机或微信扫一扫。", "不能扫的，打开 " + v.Text("site") + " 填上面这 " + fmt.Sprint(len(short)) + " 个字。", "只能由您本人打开，请不要转发。"}}, true
	case "sign":
		return k.foot(v), true
	case "ways": // 民事诉讼法 88–91; the officer ticks another when it was another
		return pdf.Form{Dense: true, Rows: []pdf.Row{{Fields: []pdf.Field{{Label: "送达方式", Choices: []pdf.Choice{{Text: "直接送达", On: true}, {Text: "留置送达"}, {Text: "邮寄送达"}, {Text: "委托送达"}}}}}}}, true
	case "items": // one line of a return for each paper
		var list []string
		for _, i := range v.List("items") {
			list = append(list, "《"+i+"》一份")
		}
		return pdf.Form{Dense: true, Rows: []pdf.Row{{Fields: []pdf.Field{{Label: "送达文书名称和件数", Text: strings.Join(list, "\n"), Lines: 3}}}}}, true
	}
	return nil, false
}

// Fields are what a clerk fills, in the order of the form.
func (k Kind) Fields() []form.Field { return k.form.Fields }

// Typed turns what a web form sends into values of the fields' types.
func (k Kind) Typed(from map[string]any) Values { return typed.Values(k.form.Fields, from) }

// Problems are what is missing or of the wrong shape in what was typed.
func (k Kind) Problems(v Values) []form.Problem { return k.form.Check(v) }

// Asks reports whether what a paper says decides which period starts.
func (k Kind) Asks() bool {
	rule, _, hangs := strings.Cut(k.Starts, " ")
	return hangs || rule != "" && period.Rules[rule].Length == 0
}

// Period is the period that serving a paper of this kind starts, empty when it
// starts none, and what the paper says of it if the court sets its length.
func (k Kind) Period(v Values) (rule string, days int, until law.Date) {
	rule, when, hangs := strings.Cut(k.Starts, " ")
	if field, want, _ := strings.Cut(when, "="); hangs && v.Text(field) != want {
		return "", 0, until
	}
	if k.Asks() && !hangs {
		until, _ = v.day("until")
		days = int(v.fen("days"))
	}
	return rule, days, until
}

// Own are those of the values that the form asks for.
func (k Kind) Own(v Values) Values {
	out := Values{}
	for _, f := range k.form.Fields {
		if x, ok := v[f.Name]; ok {
			out[f.Name] = x
		}
	}
	return out
}

// Addressed reports whether it goes to parties that somebody ticks.
func (k Kind) Addressed() bool { return k.To == "party" || k.To == "all" }

// ForEach reports whether each party of the case must get it: judgments, which
// each may appeal from, and statements of a mediation, which take effect when the
// last has signed.
func (k Kind) ForEach() bool {
	return k.Nature == service.Mediation || strings.HasPrefix(k.Name, "judgment")
}

// Quick reports whether a paper of the kind needs nothing but what the file
// knows: a clerk makes it by one tap.
func (k Kind) Quick() bool { return len(k.form.Fields) == 0 && k.To == "party" && k.Sign == "notice" }

// foot is how the paper ends.
func (k Kind) foot(v Values) pdf.Block {
	s := pdf.Signature{Date: v.Text("dated_capital")}
	if Signs[k.Sign].Seal {
		s.Seal = &pdf.Seal{Court: v.Text("ring")}
	}
	switch k.Sign {
	case "bench":
		s.Signers, s.After = v.signers("bench"), v.signers("assistants")
	case "officer":
		s.Signers, s.After = v.signers("officer"), v.signers("clerks")
	case "president":
		s.Signers = v.signers("president")
	default:
		s.Court = v.Text("court")
	}
	return s
}

// sample fills a kind with a fictional case.
func (k Kind) sample() (Values, error) {
	v := Values{}
	files := []string{"common.json"}
	if k.Group == "执行" { // the same people, after the judgment
		files = append(files, "exec.json")
	}
	for _, name := range files {
		b, err := forms.ReadFile("forms/" + name)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, fmt.Errorf("kinds: %s: %w", name, err)
		}
	}
	for key, val := range k.form.Sample {
		v[key] = val
	}
	return v, nil
}

// names lists kinds in the order of a case.
func names(ks map[string]Kind) (out []Kind) {
	at := map[string]int{}
	for i, g := range Groups {
		at[g] = i
	}
	for _, k := range ks {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		if a, b := at[out[i].Group], at[out[j].Group]; a != b {
			return a < b
		}
		return out[i].Name < out[j].Name
	})
	return out
}
