package papers

import (
	"strings"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/identity"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/pdf"
)

// Data fills a form. It is frozen when the paper is ordered and kept sealed,
// so that the paper can be drawn again, letter for letter.
type Data struct {
	Court, Number, Cause     string
	Addressee                string
	YouFull                  string // 你, or 你单位
	Opponents                string
	Division, Judge, Phone   string
	Received, Accepted       string
	DateCapital              string
	PaperCode, CheckURL      string
	CaseShort, CaseURL, Site string
	PhoneMasked, Fingerprint string
	ReplyDays                int
	Place                    string
	Items                    []string
	Void                     string
	Ring                     string // of the seal
}

// VoidMark is drawn across each page and in the seal of whatever the demo, a
// sample or the built-in test authority makes.
const VoidMark = "演示文书 无法律效力"

// gather collects what a form may say about a party's paper.
func (s *Service) gather(tx *db.Tx, c docket.Case, p docket.Party, dated law.Date) (Data, error) {
	ct, err := docket.CourtOf(tx, c.Court)
	if err != nil {
		return Data{}, err
	}
	div, _, err := db.Maybe[string](tx, `SELECT name FROM docket_division WHERE id = ?`, c.Division)
	if err != nil {
		return Data{}, err
	}
	seal, ok, err := docket.SealOf(tx, c.Court, tx.Now())
	if err != nil {
		return Data{}, err
	}
	if !ok {
		return Data{}, fault.New(fault.Conflict, "本院没有在用的院印，出不了文书。请安全管理员启用院印。")
	}
	parties, err := docket.Parties(tx, c.ID)
	if err != nil {
		return Data{}, err
	}
	d := Data{Court: ct.Name, Ring: seal.Ring, Number: c.Number, Cause: c.Cause, Addressee: p.Name, YouFull: "你", Division: div, Phone: or(ct.Phone, "12368"),
		Received: c.Received.Chinese(), Accepted: c.Filed.Chinese(), DateCapital: pdf.CapitalDate(dated.Year, dated.Month, dated.Day),
		Site: s.site(), Fingerprint: s.k.Ledger.Signer().Fingerprint(), ReplyDays: s.replyDays, Place: ct.Short + "诉讼服务窗口", Opponents: opponents(parties, p)}
	if p.Kind == "org" {
		d.YouFull = "你单位"
	}
	if c.Judge != "" {
		j, err := docket.PersonOf(tx, c.Judge)
		if err != nil {
			return Data{}, err
		}
		d.Judge = j.Name
	}
	if s.k.Config.Demo {
		d.Void = VoidMark
	}
	phone, err := s.k.Vault.Open("party.phone", p.Phone)
	d.PhoneMasked = identity.MaskPhone(phone)
	return d, err
}

// opponents names the other side: 被告甲、乙.
func opponents(all []docket.Party, me docket.Party) string {
	var names []string
	role := ""
	for _, p := range all {
		if p.Role != me.Role && p.Role != docket.ThirdParty {
			names = append(names, p.Name)
			role = docket.RoleNames[p.Role]
		}
	}
	return role + strings.Join(names, "、")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// site is the address without its scheme, as one types it.
func (s *Service) site() string {
	o := s.k.Config.Origin
	if _, host, ok := strings.Cut(o, "://"); ok {
		return host
	}
	return o
}

// sign adds the codes that a paper carries.
func (s *Service) sign(d *Data, p paper.Paper, long, short string) {
	d.PaperCode, d.CheckURL = p.Code, s.k.Config.Origin+"/p/"+p.Code
	if long != "" {
		d.CaseURL, d.CaseShort = s.k.Config.Origin+"/c/"+long, short
	}
}
