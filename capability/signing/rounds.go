package signing

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/qr"
	"mashang/platform/web"
)

// waits is the list of what waits for somebody.
type waits struct {
	Papers []item `json:"papers"`
}

// course is how a round stands.
type course struct {
	Round  round  `json:"round"`
	Slots  []slot `json:"slots"`
	staff  bool
	refuse bool
	cancel bool
	mine   bool
	causes map[string]string
	reason string
	url    string
	code   string // of url, for a phone
	names  string
	number string
}

type ok struct {
	Done bool `json:"done"`
}

// which says which rounds a page is about.
type which struct {
	Rounds []string `json:"rounds"`
}

func (s *Service) roundRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /signing", Title: "等我签名的文书", Object: "account", Verb: "use", Out: waits{}, Do: s.getWaits},
		{Pattern: "GET /signing/papers", Title: "签名页", Object: "account", Verb: "use", PageOnly: true, Do: s.getPapers},
		{Pattern: "POST /signing/begin", Title: "要签名用的验证码", Object: "account", Verb: "use", Limit: "write", In: beginCmd{}, Out: begun{}, Do: s.postBegin},
		{Pattern: "POST /signing/certify", Title: "交签名用的验证码", Object: "account", Verb: "use", Limit: "write", In: certifyCmd{}, Out: certified{}, Do: s.postCertify},
		{Pattern: "POST /signing/sign", Title: "签名", Object: "account", Verb: "use", Limit: "write", In: signCmd{}, Out: signedOut{}, Do: s.postSign},
		{Pattern: "GET /signing/{case}/round/{round}", Title: "一份文书签到哪里了", Object: "signing", Verb: "read", Out: course{}, Do: s.getRound},
		{Pattern: "GET /signing/{case}/round/{round}/file", Title: "等签名的文书的 PDF", Object: "signing", Verb: "read", Out: web.File{}, Do: s.getRoundFile},
		{Pattern: "POST /signing/{case}/round/{round}/decline", Title: "不签，说明原因", Object: "signing", Verb: "sign", Limit: "write", In: reasonCmd{}, Out: ok{}, Do: s.postEnd(s.decline, "/signing", "记下了，法院会联系您。")},
		{Pattern: "POST /signing/{case}/round/{round}/refuse", Title: "记明拒绝签名", Object: "signing", Verb: "refuse", Limit: "write", In: reasonCmd{}, Out: ok{}, Do: s.postEnd(s.refuse, "", "记下了。")},
		{Pattern: "POST /signing/{case}/round/{round}/cancel", Title: "收回等签名的文书", Object: "signing", Verb: "cancel", Limit: "write", In: reasonCmd{}, Out: ok{}, Do: s.postEnd(s.cancel, "", "收回了，文书回到草稿。")},
	}
}

func (s *Service) getWaits(r *http.Request) (web.Reply, error) {
	v := waits{Papers: []item{}}
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		ps, err := s.waitingFor(tx, auth.From(r.Context()), "")
		v.Papers = append(v.Papers, ps...)
		return err
	})
	return web.Reply{Page: waitsPage(v, s.k.Now()), JSON: v}, err
}

func (s *Service) getPapers(r *http.Request) (web.Reply, error) {
	var q which
	if err := web.Read(r, &q); err != nil {
		return web.Reply{}, err
	}
	if len(q.Rounds) == 0 || len(q.Rounds) > mostTogether {
		return web.Reply{Goto: "/signing"}, nil
	}
	var ps []item
	staff := auth.From(r.Context()).Staff
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		for _, key := range q.Rounds {
			rd, v, vs, err := s.mine(tx, key)
			if err != nil {
				return err
			}
			c, err := docket.CaseOf(tx, rd.Case)
			if err != nil {
				return err
			}
			i := item{Round: rd.ID, Case: rd.Case, Title: rd.Title, Number: c.Number, As: v.As, Until: rd.Until, round: rd, slot: v}
			i.count(vs)
			if i.court, err = docket.CourtOf(tx, c.Court); err != nil {
				return err
			}
			if i.html, err = s.k.Vault.Open("signing.html", rd.HTML); err != nil {
				return err
			}
			ps = append(ps, i)
		}
		return nil
	})
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: signPage(ps, staff, s.k.Config.Demo)}, nil
}

// speaker is the court whose papers they are; papers of several courts are
// signed on a page of the site's own.
func speaker(ps []item) docket.Court {
	if slices.ContainsFunc(ps, func(p item) bool { return p.court.Code != ps[0].court.Code }) {
		return docket.Court{}
	}
	return ps[0].court
}

func (s *Service) postBegin(r *http.Request) (web.Reply, error) {
	var c beginCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	out, err := s.begin(r.Context(), c)
	return web.Reply{JSON: out, Goto: back(c.Rounds)}, err
}

func (s *Service) postCertify(r *http.Request) (web.Reply, error) {
	var c certifyCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	out, err := s.certify(r.Context(), c)
	return web.Reply{JSON: out, Goto: back(c.Rounds)}, err
}

func (s *Service) postSign(r *http.Request) (web.Reply, error) {
	var c signCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	out, err := s.sign(r.Context(), c)
	return web.Reply{JSON: out, Goto: "/signing"}, err
}

// back is the page from which papers are signed.
func back(rounds []string) string { return "/signing/papers?" + url.Values{"rounds": rounds}.Encode() }

// postEnd makes the handler of an act that gives a reason.
func (s *Service) postEnd(do func(ctx context.Context, round string, c reasonCmd) error, to, toast string) web.Handler {
	return func(r *http.Request) (web.Reply, error) {
		var c reasonCmd
		if err := web.Read(r, &c); err != nil {
			return web.Reply{}, err
		}
		here := "/signing/" + r.PathValue("case") + "/round/" + r.PathValue("round")
		if err := do(r.Context(), r.PathValue("round"), c); err != nil {
			if fault.KindOf(err) != fault.Invalid {
				return web.Reply{}, err
			}
			v, lerr := s.course(r)
			if lerr != nil {
				return web.Reply{}, lerr
			}
			return web.Reply{Page: coursePage(v, s.k.Now(), fault.Fields(err))}, err
		}
		if to == "" {
			to = here
		}
		return web.Reply{Goto: to, Toast: toast, JSON: ok{true}}, nil
	}
}

// course reads how a round stands. One of a side sees rounds that he signs.
func (s *Service) course(r *http.Request) (v course, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		a := auth.From(r.Context())
		if v.Round, err = roundOf(tx, r.PathValue("round")); err != nil || v.Round.Case != r.PathValue("case") {
			return fault.OrMissing(err)
		}
		g, err := access.May(tx, a, "read", access.Of("signing", v.Round.Case), tx.Now())
		if err != nil {
			return err
		}
		if v.Slots, err = slotsOf(tx, v.Round.ID); err != nil {
			return err
		}
		in := slices.ContainsFunc(v.Slots, func(x slot) bool { return x.Person == a.Person })
		v.staff = g.Relation&(access.Staff|access.System) != 0
		if !in && !v.staff {
			return fault.Missing()
		}
		v.mine = slices.ContainsFunc(v.Slots, func(x slot) bool { return x.Person == a.Person && x.State == waiting && x.Step == turn(v.Slots) })
		v.refuse, v.cancel = v.Round.State == open && access.Allowed(g.Relation, "signing", "refuse") && v.Round.Record, v.Round.State == open && access.Allowed(g.Relation, "signing", "cancel")
		v.number, v.names = g.Case.Number, g.Case.Names
		v.causes = map[string]string{}
		for _, x := range v.Slots {
			if x.Cause == "" {
				continue
			}
			if v.causes[x.ID], err = s.k.Vault.Open("signing.reason", x.Cause); err != nil {
				return err
			}
		}
		if v.Round.Reason != "" {
			if v.reason, err = s.k.Vault.Open("signing.reason", v.Round.Reason); err != nil {
				return err
			}
		}
		if v.Round.State == open {
			v.url = s.k.Config.Origin + back([]string{v.Round.ID})
			code, err := qr.Encode(v.url)
			if err != nil {
				return err
			}
			v.code = code.SVG(180)
		}
		return nil
	})
	return v, err
}

func (s *Service) getRound(r *http.Request) (web.Reply, error) {
	v, err := s.course(r)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: coursePage(v, s.k.Now(), nil), JSON: v}, nil
}

func (s *Service) getRoundFile(r *http.Request) (web.Reply, error) {
	v, err := s.course(r)
	if err != nil {
		return web.Reply{}, err
	}
	b, err := blob.ReadAll(r.Context(), s.k.Blob, v.Round.Digest)
	if err != nil {
		return web.Reply{}, fault.Wrap(fault.Unavailable, "文书的文件读不出来，已经报告系统管理员。", err)
	}
	return web.Reply{File: &web.File{Name: v.Round.Title + ".pdf", Type: "application/pdf", Body: bytes.NewReader(b), Inline: true, At: v.Round.At}}, nil
}

// panels: what waits for a party is the next thing to do, and what he signed
// stays his to read, and whether somebody else would not sign it; the court's people see every round that is open.
func (s *Service) panels(tx *db.Tx, v capability.View) (out []capability.Panel, err error) {
	if v.Relation&access.Allowing("signing", "read") == 0 {
		return nil, nil
	}
	which, args := `state IN ('open', 'declined')`, []any{v.Case.ID}
	if !v.Court() {
		which, args = `state IN ('open', 'complete', 'declined') AND id IN (SELECT round_id FROM signing_slot WHERE person_id = ?)`, append(args, v.Actor.Person)
	}
	rs, err := db.List[round](tx, `SELECT `+roundCols+` FROM signing_round WHERE case_id = ? AND `+which+` ORDER BY at DESC, id DESC LIMIT 20`, args...)
	if err != nil || len(rs) == 0 {
		return nil, err
	}
	var cs []course
	for _, r := range rs {
		vs, err := slotsOf(tx, r.ID)
		if err != nil {
			return nil, err
		}
		if v.Court() || slices.ContainsFunc(vs, func(x slot) bool { return x.Person == v.Actor.Person && x.State == signed }) {
			cs = append(cs, course{Round: r, Slots: vs})
		}
	}
	if len(cs) > 0 {
		out = append(out, capability.Panel{Place: capability.Main, Order: 24, Body: roundsPanel(cs, v.Now, v.Court())})
	}
	if v.Court() {
		return out, nil
	}
	ps, err := s.waitingFor(tx, v.Actor, v.Case.ID)
	if err == nil && len(ps) > 0 {
		out = append(out, capability.Panel{Place: capability.Next, Order: 10, Body: nextPanel(ps, v.Now)})
	}
	return out, err
}

// tasks are the papers that one of the court's people has to sign, and what
// parties declined.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) (out []capability.Task, err error) {
	ps, err := s.waitingFor(tx, v.Actor, "")
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		out = append(out, capability.Task{Group: "等您签名的文书", Title: p.Title, Sub: p.Number + " " + p.Names, Href: back([]string{p.Round}), Tone: "go", Tag: "签名"})
	}
	rs, err := db.List[round](tx, `SELECT `+roundCols+` FROM signing_round WHERE state IN ('declined', 'expired') AND ended_at > ? AND case_id IN (
		SELECT case_id FROM docket_access WHERE person_id = ? AND capacity IN ('handler', 'clerk') AND from_at <= ? AND (until_at = 0 OR until_at > ?)) ORDER BY ended_at DESC, id LIMIT 20`,
		v.Now.AddDate(0, 0, -days), v.Actor.Person, v.Now, v.Now)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		g, err := access.May(tx, v.Actor, "read", access.Of("signing", r.Case), v.Now)
		if k := fault.KindOf(err); k == fault.NotFound || k == fault.Forbidden { // a case of a court that he left
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, capability.Task{Group: "没有签成的文书", Title: r.Title, Sub: g.Case.Number + " " + g.Case.Names, Href: "/signing/" + r.Case + "/round/" + r.ID, Tone: "late", Tag: map[string]string{declined: "有人不签", expired: "日子过了"}[r.State]})
	}
	return out, nil
}

func (c course) progress() string {
	n := 0
	var left []string
	for _, v := range c.Slots {
		switch {
		case v.State == signed:
			n++
		case v.State == waiting && v.Step == turn(c.Slots):
			left = append(left, v.Name)
		}
	}
	says := "要签 " + strconv.Itoa(len(c.Slots)) + " 人，签了 " + strconv.Itoa(n) + " 人"
	if c.Round.State == open && len(left) > 0 {
		says += "，等" + strings.Join(left, "、") + "签"
	}
	return says
}

// titles names papers as one says it.
func titles(ps []item) string {
	var out []string
	for _, p := range ps {
		out = append(out, "《"+p.Title+"》")
	}
	return strings.Join(out, "")
}
