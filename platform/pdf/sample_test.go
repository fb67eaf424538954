package pdf

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The papers below are fictional: no such county, people or case. They are the
// three shapes a court sends most: text, code, form.

const (
	sampleCourt = "河北省云泽县人民法院"
	sampleNo    = "（2026）冀1199民初123号"
	sampleURL   = "https://court.example.cn/v/7K3M94QX2FDN"
	caseURL     = "https://court.example.cn/c/QW8E5TYH3ZPK"
	sampleVoid  = "演示文书 无法律效力"
	rareNames   = "李𬭎、赵𬍛、钱𫖯、孙𬀩、周㼆、吴䜣、郑喆、王垚、冯玥、陈翀"
)

func sampleCode() *PaperCode { return &PaperCode{URL: sampleURL, Short: "7K3M94QX2FDN"} }

// acceptance is a 受理案件通知书 of two pages.
func acceptance() *Doc {
	return &Doc{
		Title: "受理案件通知书", CaseNo: sampleNo, Court: sampleCourt, Code: sampleCode(), Void: sampleVoid,
		Blocks: []Block{
			CourtTitle{}, PaperTitle{}, CaseNumber{},
			Addressee{Text: "李𬭎"},
			Paragraph{Text: "你与被告云泽县赟昇商贸有限公司、赵𬍛民间借贷纠纷一案的起诉状已收到。经审查，起诉符合法定受理条件，本院决定于2026年3月25日立案审理，案号为（2026）冀1199民初123号。现将有关事项通知如下："},
			List{Number: Chinese, Items: []string{
				"在诉讼进程中，当事人必须依法行使诉讼权利，有权行使《中华人民共和国民事诉讼法》第五十二条、第五十三条、第五十四条等规定的诉讼权利，同时也必须遵守诉讼秩序，履行诉讼义务。",
				"你应当在收到《交纳诉讼费用通知书》之日起七日内，向本院预交案件受理费人民币1,680.32元；逾期未交纳又未获准缓交、减交、免交的，按撤诉处理。“确有困难”的，可以申请司法救助（缓交、减交、免交）。",
				"当事人、法定代理人可以委托一至二人作为诉讼代理人。委托他人代为诉讼，必须向人民法院提交由委托人签名或者盖章的授权委托书；授权委托书必须记明委托事项和权限。",
				"你提交的送达地址、手机号码（139****5678）已登记；如有变更，应当及时告知本院。电子送达须经你同意，同意后文书发送至 https://court.example.cn/in/box?case=2026-1199-mc-123 ，以到达你的系统之日为送达日期。",
				"举证期限届满日为2026年4月24日。你应当在举证期限内向本院提交证据，并填写证据清单，写明证据名称、来源、证明对象和内容；提交证据的复印件应当与原件核对。",
				"公民身份号码133026196803041234、统一社会信用代码91131199MA0XXXXX1Y已核对。本案第三人为" + rareNames + "。", // five X: a code of this length that nobody has
			}},
			Paragraph{Text: "本案由立案庭移送民事审判第一庭审理，承办法官周㼆，书记员吴䜣，联系电话：0318—8012368。你可以扫描本通知书右上角的二维码查验真伪，也可以通过诉讼服务热线12368查询审判流程信息。"},
			Paragraph{Text: "特此通知。"},
			Signature{Court: sampleCourt, Date: CapitalDate(2026, 3, 25), Seal: &Seal{}},
		},
	}
}

// caseCodeNotice is a 码上通告知书.
func caseCodeNotice() *Doc {
	return &Doc{
		Title: "码上通告知书", CaseNo: sampleNo, Court: sampleCourt, Code: sampleCode(), Void: sampleVoid,
		Blocks: []Block{
			CourtTitle{Form: true}, PaperTitle{}, CaseNumber{},
			Addressee{Text: "李𬭎"},
			Paragraph{Text: "为方便你了解案件进展、联系承办法官，本院为你开通了“码上通”。下面的二维码只供你本人使用，扫码并核验身份后进入本案。"},
			CasePanel{URL: caseURL, Short: "QW8E5TYH3ZPK", Caption: "微信扫一扫，进入我的案件", Lines: []string{
				"没有智能手机：拨打12368，报这十二个字。",
				"请勿转发；不慎外泄可随时申请换码。",
			}},
			List{Items: []string{
				"可以查进展、给法官留言、提意见、投诉审判作风。",
				"留言三个工作日内答复，有短信提醒。",
				"留言不作为证据，不代替起诉、答辩、上诉等手续。",
			}},
			Note{Text: "识别真短信：本院短信只含本院域名 court.example.cn 的链接，不索要银行卡号、密码、验证码，不要求转账。"},
			Signature{Court: sampleCourt, Date: CapitalDate(2026, 3, 25), Seal: &Seal{}},
		},
	}
}

// serviceReturn is a 送达回证.
func serviceReturn() *Doc {
	return &Doc{
		Title: "送达回证", CaseNo: sampleNo, Court: sampleCourt, Code: sampleCode(), Void: sampleVoid,
		Blocks: []Block{
			CourtTitle{Form: true}, PaperTitle{}, CaseNumber{},
			Form{Rows: []Row{
				{Fields: []Field{{Label: "案由", Text: "民间借贷纠纷"}}},
				{Fields: []Field{{Label: "送达文书\n名称和件数", Text: "受理案件通知书（一份）\n举证通知书（一份）\n码上通告知书（一份）"}}},
				{Fields: []Field{{Label: "受送达人", Text: "云泽县赟昇商贸有限公司（法定代表人：钱𫖯）"}}},
				{Fields: []Field{{Label: "送达地址", Text: "河北省云泽县和平大道1037号“锦绣江南”小区3栋2单元1801室"}}},
				{Fields: []Field{{Label: "送达方式", Choices: []Choice{
					{Text: "直接送达", On: true}, {Text: "留置送达"}, {Text: "邮寄送达"}, {Text: "电子送达"}, {Text: "委托送达"}, {Text: "转交送达"},
				}}}},
				{Fields: []Field{{Label: "受送达人\n签名或盖章", Sign: true, Date: Minute}}},
				{Fields: []Field{{Label: "代收人签名\n及代收理由", Sign: true, Date: Day}}},
				{Fields: []Field{{Label: "拒收事由\n和日期", Lines: 2}}},
				{Fields: []Field{{Label: "见证人签名", Sign: true, Date: Day}}},
				{Fields: []Field{{Label: "填发人", Text: "吴䜣"}, {Label: "送达人", Text: "孙𬀩"}}},
				{Fields: []Field{{Label: "备考", Text: "依照《中华人民共和国民事诉讼法》第八十九条的规定，受送达人或者他的同住成年家属拒绝接收诉讼文书的，送达人可以邀请有关基层组织或者所在单位的代表到场。"}}},
			}},
		},
	}
}

// summons is a 传票 with its counterfoil above the cut line.
func summons() *Doc {
	rows := func(keep bool) []Row {
		r := []Row{
			{Fields: []Field{{Label: "案号", Text: sampleNo}}},
			{Fields: []Field{{Label: "案由", Text: "民间借贷纠纷"}, {Label: "传唤事由", Text: "开庭"}}},
			{Fields: []Field{{Label: "被传唤人", Text: "赵𬍛"}, {Label: "审判员", Text: "周㼆"}}},
			{Fields: []Field{{Label: "应到时间", Text: "2026年5月12日9时30分"}}},
		}
		if keep {
			r = append(r, Row{Fields: []Field{{Label: "应到处所", Text: "第三审判庭（河北省云泽县人民路88号）"}}}, Row{Fields: []Field{{Label: "注意事项", Text: "1.被传唤人必须准时到达应到处所。\n2.本传票由被传唤人携带来院报到。\n3.被传唤人收到传票后，应在送达回证上签名或盖章。"}}})
		}
		return r
	}
	return &Doc{Title: "传票", CaseNo: sampleNo, Court: sampleCourt, Code: sampleCode(), Blocks: []Block{
		PaperTitle{Text: "传票（存根）"}, Form{Rows: rows(false), Dense: true},
		CutLine{Text: sampleNo},
		CourtTitle{Form: true}, PaperTitle{}, Form{Rows: rows(true), Dense: true},
		Signature{Date: CapitalDate(2026, 4, 30), Seal: &Seal{}},
	}}
}

// judgment ends with a bench of three and its clerk.
func judgment() *Doc {
	d := &Doc{Title: "民事判决书", CaseNo: sampleNo, Court: "新疆维吾尔自治区巴音郭楞蒙古自治州中级人民法院", Blocks: []Block{
		CourtTitle{}, PaperTitle{}, CaseNumber{},
		Paragraph{Text: "原告：李𬭎，男，1968年3月4日出生，汉族，农民，住河北省云泽县××镇××村。"},
		Paragraph{Text: "被告：赵𬍛，女，1970年11月21日出生，汉族，职工，住河北省云泽县和平大道1037号。"},
		Heading{Text: "一、事实与理由"},
		Paragraph{Text: "本院认为，合法的借贷关系受法律保护。李𬭎与赵𬍛之间的借贷关系——有借条、转账凭证为证——合法有效。赵𬍛称“已经还清”，但未提交证据……依照《中华人民共和国民法典》第六百六十七条、第六百七十五条，《中华人民共和国民事诉讼法》第六十七条、第一百四十七条规定，判决如下："},
	}}
	for i := 1; i <= 3; i++ {
		d.Blocks = append(d.Blocks, Paragraph{Text: chineseNumber(i) + "、被告赵𬍛于本判决生效之日起十日内偿还原告李𬭎借款本金49,000.00元，并支付利息（以49,000.00元为基数，自2026年1月1日起至实际清偿之日止，按照年利率3.1%计算）；"})
	}
	d.Blocks = append(d.Blocks,
		Paragraph{Text: "如不服本判决，可以在判决书送达之日起十五日内，向本院递交上诉状，并按照对方当事人的人数提出副本，上诉于新疆维吾尔自治区高级人民法院。"},
		Signature{
			Signers: []Signer{{"审判长", "周㼆"}, {"审判员", "孙𬀩"}, {"人民陪审员", "欧阳翀"}},
			Date:    CapitalDate(2026, 10, 20), Seal: &Seal{},
			After: []Signer{{"法官助理", "吴䜣"}, {"书记员", "冯玥"}},
		})
	return d
}

// evidence is a list over several pages, with a row too tall for one.
func evidence() *Doc {
	g := Grid{Head: []string{"序号", "证据名称", "来源", "证明对象"}, Widths: []float64{1, 4, 2, 5}}
	for i := 1; i <= 30; i++ {
		g.Rows = append(g.Rows, []string{fmt.Sprint(i), "《家用电器买卖合同》第" + fmt.Sprint(i) + "份", "原告", "证明双方存在买卖合同关系，货款128,600.00元已付清"})
	}
	long := strings.Repeat("被告辩称，对合同签订及付款事实无异议；但未按期交货系因上游供应商违约。", 40)
	return &Doc{Title: "证据清单", CaseNo: sampleNo, Court: sampleCourt, Code: sampleCode(), Blocks: []Block{
		PaperTitle{Sub: "买卖合同纠纷"}, CaseNumber{}, g,
		Form{Rows: []Row{{Section: "补充说明"}, {Fields: []Field{{Label: "质证意见", Text: long}}}, {Fields: []Field{{Label: "提交人", Sign: true, Date: Day}}}}},
	}}
}

// samples are all papers by file name.
func samples() map[string]*Doc {
	return map[string]*Doc{
		"acceptance": acceptance(), "code": caseCodeNotice(), "return": serviceReturn(),
		"summons": summons(), "judgment": judgment(), "evidence": evidence(),
	}
}

var sharedFaces = sync.OnceValues(func() (*Faces, error) { return LoadFaces("") })

// faces returns the embedded faces, parsed once for all tests.
func faces(t testing.TB) *Faces {
	t.Helper()
	f, err := sharedFaces()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSamples renders every sample. To look at them:
//
//	PDF_OUT=/tmp/papers go test -run TestSamples ./platform/pdf
func TestSamples(t *testing.T) {
	dir := os.Getenv("PDF_OUT")
	fs := faces(t)
	if fonts := os.Getenv("PDF_FONTS"); fonts != "" {
		var err error
		if fs, err = LoadFaces(fonts); err != nil {
			t.Fatal(err)
		}
	}
	for name, d := range samples() {
		b, pages, err := Render(fs, d)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%s: %d pages, %d bytes", name, pages, len(b))
		if dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".pdf"), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
