package papers

import (
	"net/http"
	"strings"

	"mashang/capability/papers/fits"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/pdf"
	"mashang/platform/web"
	"mashang/ui"
)

// which names what someone wants to write.
type which struct {
	Kind  string `json:"kind"`
	Draft string `json:"draft"`
	From  string `json:"from"` // a record of mediation, for the statement that is written from it; what binds, for the certificate
}

// desk is the page on which a paper is written.
type writing struct {
	Case    docket.Case
	Parties []docket.Party
	Agents  []docket.Agent
	Kind    kinds.Kind
	Kinds   []kinds.Kind // to choose from, when none is chosen
	Draft   draft
	Written written
	Note    string
	Slips   []paper.Paper // in which a correction may put slips right, or that bind
}

// about are the papers of a case about which one of a kind may be written.
func (s *Service) about(tx *db.Tx, k kinds.Kind, caseID string) (out []paper.Paper, err error) {
	ps, err := paper.OfCase(tx, caseID)
	if err != nil {
		return nil, err
	}
	may := func(p paper.Paper) bool { return fits.Slips(s.kinds[p.Kind], p, caseID) }
	if k.About == "effect" {
		bound, err := s.effects.Of(tx, caseID, ps)
		if err != nil {
			return nil, err
		}
		may = func(p paper.Paper) bool { _, ready := bound[p.ID]; return ready }
	}
	for _, p := range ps {
		if may(p) {
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *Service) load2(tx *db.Tx, caseID string, q which) (v writing, err error) {
	g, err := access.May(tx, auth.From(tx.Context()), "draft", access.Of("paper", caseID), tx.Now())
	if err != nil {
		return v, err
	}
	v.Case = g.Case
	if v.Parties, err = docket.Parties(tx, caseID); err != nil {
		return v, err
	}
	if v.Agents, err = docket.Agents(tx, caseID, tx.Now()); err != nil {
		return v, err
	}
	if q.Draft != "" {
		if v.Draft, v.Written, err = s.draftOf(tx, q.Draft); err != nil || v.Draft.Case != caseID {
			return v, fault.OrMissing(err)
		}
		if v.Draft.State != inHand {
			return v, fault.New(fault.Conflict, "这份文书已经交上去了，不能再改。要改，请让签发的人退回。")
		}
		q.Kind = v.Draft.Kind
		if v.Draft.Note != "" {
			if v.Note, err = s.k.Vault.Open("papers.note", v.Draft.Note); err != nil {
				return v, err
			}
		}
	}
	if q.Kind == "" {
		v.Kinds = s.all
		return v, nil
	}
	if unwritten[q.Kind] {
		return v, fault.Missing()
	}
	var ok bool
	if v.Kind, ok, err = s.kind(tx, v.Case.Court, q.Kind); err != nil || !ok {
		return v, fault.OrMissing(err)
	}
	if v.Kind.About != "" {
		if v.Slips, err = s.about(tx, v.Kind, caseID); err != nil {
			return v, err
		}
	}
	if q.Draft == "" && v.Kind.About == "effect" {
		v.Written.About = q.From
	}
	if q.Draft == "" && q.From != "" {
		if v.Written.Fields, err = s.drawn(tx, caseID, q.Kind, q.From); err != nil {
			return v, err
		}
		if v.Kind.About == "" {
			v.Written.From = q.From
		}
	}
	if q.Draft == "" && v.Kind.Addressed() {
		for _, p := range v.Parties { // most papers go to everybody
			if p.Left.IsZero() {
				v.Written.To = append(v.Written.To, p.ID)
			}
		}
	}
	return v, nil
}

func (s *Service) getWrite(r *http.Request) (web.Reply, error) {
	var q which
	if err := web.Read(r, &q); err != nil {
		return web.Reply{}, err
	}
	var v writing
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		v, err = s.load2(tx, r.PathValue("case"), q)
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	if v.Kinds != nil {
		return web.Reply{Page: choosePage(v)}, nil
	}
	return web.Reply{Page: writePage(v, nil)}, nil
}

func (s *Service) postWrite(r *http.Request) (web.Reply, error) {
	var c draftCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	caseID := r.PathValue("case")
	out, err := s.save(r.Context(), caseID, c)
	if err != nil {
		return web.Reply{}, err
	}
	if c.Submit && out.State != checked {
		var v writing
		err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
			v, err = s.load2(tx, caseID, which{Draft: out.ID})
			return err
		})
		if err != nil {
			return web.Reply{}, err
		}
		bad := faults(out.Flaws)
		return web.Reply{Page: writePage(v, fault.Fields(bad))}, bad
	}
	if c.Submit {
		return web.Reply{Goto: "/casebook/" + caseID, Toast: "交上去了，等签发。", JSON: out}, nil
	}
	return web.Reply{Goto: "/papers/write/" + caseID + "?draft=" + out.ID, Toast: "存好了。", JSON: out}, nil
}

// faults puts flaws under the fields of the page.
func faults(fs []kinds.Flaw) error {
	var bad fault.List
	for _, f := range fs {
		name := f.Field
		if name != "" && name != "to" && name != "about" {
			name = "fields." + name
		}
		e := fault.Field(name, f.Says)
		e.Basis = f.Basis
		bad = append(bad, e)
	}
	return bad.Err()
}

// proof is a draft as it would be issued.
type proof struct {
	Draft draft        `json:"draft"`
	Title string       `json:"title"`
	To    []string     `json:"to"`
	Flaws []kinds.Flaw `json:"flaws"`
	may   bool         // sign it off
	edit  bool
	html  string
	who   string
	sign  string
	each  []docket.Party // who get copies that differ
	to    string         // he whose copy is shown
}

// proofQuery says whose copy is to be seen.
type proofQuery struct {
	To string `json:"to"`
}

func (s *Service) getDraft(r *http.Request) (web.Reply, error) {
	var v proof
	var c docket.Case
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		d, w, err := s.draftOf(tx, r.PathValue("draft"))
		if err != nil || d.Case != r.PathValue("case") {
			return fault.OrMissing(err)
		}
		g, err := access.May(tx, auth.From(r.Context()), "proof", access.Of("paper", d.Case), tx.Now())
		if err != nil {
			return err
		}
		to := r.URL.Query().Get("to")
		vals, k, fs, err := s.preview(tx, g.Case, d, w, to)
		if err != nil {
			return err
		}
		c = g.Case
		v = proof{Draft: d, Title: k.Title, To: w.To, Flaws: fs, sign: kinds.Signs[k.Sign].Says}
		v.may = d.State == checked && signsOff(k, g)
		if k.To == "party" && len(w.To) > 1 {
			if v.each, err = s.addressees(tx, g.Case, k, w.To); err != nil {
				return err
			}
			v.to = or(to, v.each[0].ID)
		}
		v.edit = d.State == inHand && access.Allowed(g.Relation, "paper", "draft") && theirs(k, g, access.Bench)
		if p, err := docket.PersonOf(tx, d.Author); err == nil {
			v.who = p.Name
		}
		if len(k.Problems(w.Fields)) > 0 { // too little to show
			return nil
		}
		doc, err := k.Fill(vals)
		if err != nil {
			return err
		}
		doc.Unsealed = true
		var b strings.Builder
		if err := pdf.WriteHTML(&b, doc); err != nil {
			return err
		}
		v.html = b.String()
		return nil
	})
	return web.Shown(v, err, proofPage(c, v, nil))
}

func (s *Service) postDecide(r *http.Request) (web.Reply, error) {
	var c decideCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	caseID := r.PathValue("case")
	if err := s.decide(r.Context(), caseID, r.PathValue("draft"), c); err != nil {
		return web.Reply{}, err
	}
	toast := map[string]string{"approve": "签发了，正在制作，几秒就好。", "return": "退回给起草的人了。", "drop": "不要了。"}[c.Answer]
	return web.Reply{Goto: "/casebook/" + caseID, Toast: toast, JSON: ok{true}}, nil
}

// unwritten are the kinds that the house fills from its own records: what they
// certify, or carry, is nobody's to type.
var unwritten = map[string]bool{"service_return": true, "eservice_certificate": true, "outage_certificate": true, "case_code_notice": true}

var errUnwritten = fault.Field("kind", "这种文书由系统照自己的记录做，不能自己写。")

// inGroup are the kinds of a part of the list that can be written here.
func inGroup(ks []kinds.Kind, group string) (out []kinds.Kind) {
	for _, k := range ks {
		if k.Group == group && !unwritten[k.Name] {
			out = append(out, k)
		}
	}
	return out
}

// slips are the papers that a correction may be about, to choose from.
func slips(ps []paper.Paper) (out []ui.Option) {
	for _, p := range ps {
		out = append(out, ui.Option{Value: p.ID, Text: p.Title + "，" + p.Dated.Chinese()})
	}
	return out
}
