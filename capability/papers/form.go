package papers

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"mashang/platform/pdf"
)

//go:embed forms
var forms embed.FS

// Kind is a kind of paper, read from its form.
type Kind struct {
	Name    string // acceptance_notice
	Version string // of the form: 2026-11
	Title   string // 受理案件通知书
	Basis   string // articles
	Code    bool   // carries the recipient's case code
	body    *template.Template
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
			return nil, fmt.Errorf("papers: %s: %w", n, err)
		}
		out[k.Name] = k
	}
	return out, nil
}

func parseKind(text string) (Kind, error) {
	head, body, ok := strings.Cut(text, "\n---\n")
	if !ok {
		return Kind{}, fmt.Errorf("a form has a head, a line ---, and a body")
	}
	k := Kind{}
	for line := range strings.Lines(head) {
		key, val, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "kind":
			k.Name = val
		case "version":
			k.Version = val
		case "title":
			k.Title = val
		case "basis":
			k.Basis = val
		case "code":
			k.Code = val == "yes"
		default:
			return k, fmt.Errorf("unknown head %q", key)
		}
	}
	if k.Name == "" || k.Version == "" || k.Title == "" {
		return k, fmt.Errorf("kind, version and title are required")
	}
	var err error
	k.body, err = template.New(k.Name).Option("missingkey=error").Parse(body)
	return k, err
}

// doc fills a kind with data. The filled text is line by line:
//
//	@court  @title  @number  @panel  @return  @sign   the blocks of those names
//	@to TEXT       addressee
//	@part TEXT     heading
//	@note TEXT     small print
//	@break         new page
//	N. TEXT        item of a numbered list; items that follow each other are one list
//	TEXT           paragraph
func (k Kind) doc(d Data) (*pdf.Doc, error) {
	var b strings.Builder
	if err := k.body.Execute(&b, d.flat()); err != nil {
		return nil, fmt.Errorf("papers: %s: %w", k.Name, err)
	}
	doc := &pdf.Doc{Title: k.Title, CaseNo: d.Number, Court: d.Court, Void: d.Void, Code: &pdf.PaperCode{URL: d.CheckURL, Short: d.PaperCode}}
	var items []string
	flush := func() {
		if items != nil {
			doc.Blocks = append(doc.Blocks, pdf.List{Items: items, Number: pdf.Chinese})
			items = nil
		}
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if n, text, ok := strings.Cut(line, ". "); ok && strings.Trim(n, "0123456789") == "" {
			items = append(items, text)
			continue
		}
		flush()
		bl, err := d.block(line)
		if err != nil {
			return nil, fmt.Errorf("papers: %s: %w", k.Name, err)
		}
		doc.Blocks = append(doc.Blocks, bl)
	}
	flush()
	return doc, nil
}

// flat keeps every field on its line: a name or a cause with a line end in it
// must not become a line of the form, such as a second signature.
func (d Data) flat() Data {
	for _, p := range []*string{&d.Court, &d.Number, &d.Cause, &d.Addressee, &d.Opponents, &d.Division, &d.Judge, &d.Phone, &d.Place} {
		*p = strings.ReplaceAll(*p, "\n", " ")
	}
	return d
}

func (d Data) block(line string) (pdf.Block, error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "@court":
		return pdf.CourtTitle{Form: rest == "form"}, nil
	case "@title":
		return pdf.PaperTitle{}, nil
	case "@number":
		return pdf.CaseNumber{}, nil
	case "@to":
		return pdf.Addressee{Text: rest}, nil
	case "@part":
		return pdf.Heading{Text: rest}, nil
	case "@note":
		return pdf.Note{Text: rest}, nil
	case "@break":
		return pdf.PageBreak{}, nil
	case "@panel":
		return pdf.CasePanel{URL: d.CaseURL, Short: d.CaseShort, Caption: "您的案件码", Lines: []string{
			"用手机相机或微信扫一扫。", "不能扫的，打开 " + d.Site + " 填上面这 " + fmt.Sprint(len(d.CaseShort)) + " 个字。", "只能由您本人打开，请不要转发。"}}, nil
	case "@return":
		return d.serviceReturn(), nil
	case "@sign":
		return pdf.Signature{Date: d.DateCapital, Court: d.Court, Seal: &pdf.Seal{Court: d.Ring}}, nil
	}
	if strings.HasPrefix(word, "@") {
		return nil, fmt.Errorf("unknown block %q", word)
	}
	return pdf.Paragraph{Text: line}, nil
}

// serviceReturn is the form of 送达回证 (民事诉讼法 87–89): signed by the
// recipient, so it bears no seal.
func (d Data) serviceReturn() pdf.Block {
	var list []string
	for _, i := range d.Items {
		list = append(list, "《"+i+"》一份")
	}
	return pdf.Form{Dense: true, Rows: []pdf.Row{
		{Fields: []pdf.Field{{Label: "案由", Text: d.Cause}, {Label: "案号", Text: d.Number}}},
		{Fields: []pdf.Field{{Label: "送达文书名称和件数", Text: strings.Join(list, "\n"), Lines: 3}}},
		{Fields: []pdf.Field{{Label: "受送达人", Text: d.Addressee}}},
		{Fields: []pdf.Field{{Label: "送达地点", Text: d.Place}}},
		{Fields: []pdf.Field{{Label: "送达方式", Choices: []pdf.Choice{{Text: "直接送达", On: true}, {Text: "留置送达"}, {Text: "邮寄送达"}, {Text: "委托送达"}}}}},
		{Fields: []pdf.Field{{Label: "受送达人签名或盖章", Sign: true, Date: pdf.Minute}}},
		{Fields: []pdf.Field{{Label: "代收人签名及代收理由", Sign: true, Date: pdf.Day}}},
		{Fields: []pdf.Field{{Label: "拒收事由和日期", Lines: 2}}},
		{Fields: []pdf.Field{{Label: "见证人签名", Lines: 2}}},
		{Fields: []pdf.Field{{Label: "填发人", Text: ""}, {Label: "送达人", Text: ""}}},
		{Fields: []pdf.Field{{Label: "备注", Lines: 2}}},
	}}
}
