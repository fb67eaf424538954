package delivery

import (
	"bytes"
	"net/http"
	"slices"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// New returns the service.
func New(k *app.Kit) *Service { return &Service{k: k} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "delivery", Title: "送达", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{{Name: "delivery.handed_over", Title: "窗口送达，签收回证已存", Audience: ledger.Named, News: "一份文书送到了"}}},
		Panels: s.panels,
	}
}

func (s *Service) routes(rt *web.Router) {
	rt.Handle(web.Route{Pattern: "GET /delivery/{case}", Title: "窗口送达页", Object: "service", Verb: "handover", PageOnly: true, Do: s.getForm})
	rt.Handle(web.Route{Pattern: "POST /delivery/{case}", Title: "窗口送达", Object: "service", Verb: "handover", Limit: "write", Upload: 20 << 20, Files: []string{"scan"}, In: handover{}, Out: ok{}, Do: s.postForm})
	rt.Handle(web.Route{Pattern: "GET /delivery/{case}/records", Title: "本案的送达", Object: "service", Verb: "read", Out: list{}, Do: s.getRecords})
	rt.Handle(web.Route{Pattern: "GET /delivery/{case}/scan/{record}", Title: "看送达回证", Object: "service", Verb: "read", Out: web.File{}, Do: s.getScan})
}

type ok struct {
	Done bool `json:"done"`
}

// form is what the handover page shows.
type form struct {
	Case    docket.Case
	Parties []docket.Party
	Papers  []paper.Paper // that wait to be handed over
}

func (s *Service) form(r *http.Request) (f form, err error) {
	caseID := r.PathValue("case")
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(r.Context()), "handover", access.Of("service", caseID), tx.Now()); err != nil {
			return err
		}
		if f.Case, err = docket.CaseOf(tx, caseID); err != nil {
			return err
		}
		if f.Parties, err = docket.Parties(tx, caseID); err != nil {
			return err
		}
		all, err := paper.OfCase(tx, caseID)
		for _, p := range all {
			if p.State == paper.Issued && p.Kind != "service_return" && p.Party != "" {
				f.Papers = append(f.Papers, p)
			}
		}
		return err
	})
	return f, err
}

func (s *Service) getForm(r *http.Request) (web.Reply, error) {
	f, err := s.form(r)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: handPage(f, handover{Signer: "self", SignedOn: docket.Today(s.k.Now())}, nil)}, nil
}

// accept is what a scanned return may be.
const accept web.Kinds = ".pdf,.jpg,.jpeg,.png"

func (s *Service) postForm(r *http.Request) (web.Reply, error) {
	var h handover
	if err := web.Read(r, &h); err != nil {
		return s.again(r, h, err)
	}
	fs := web.Files(r, "scan")
	if len(fs) == 0 || fs[0].Size == 0 {
		return s.again(r, h, fault.Field("scan", "请把签好字的送达回证扫描或拍照传上来。"))
	}
	file, err := fs[0].Open()
	if err != nil {
		return web.Reply{}, err
	}
	defer func() { _ = file.Close() }()
	kind, body, err := accept.Take("scan", fs[0].Filename, file)
	if err != nil {
		return s.again(r, h, err)
	}
	if err := s.handOver(r.Context(), r.PathValue("case"), h, body, kind); err != nil {
		return s.again(r, h, err)
	}
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: "送达登记好了。签收那天就是送达的日期。", JSON: ok{true}}, nil
}

func (s *Service) again(r *http.Request, h handover, err error) (web.Reply, error) {
	if fault.KindOf(err) != fault.Invalid {
		return web.Reply{}, err
	}
	f, ferr := s.form(r)
	if ferr != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: handPage(f, h, ui.Errs(fault.Fields(err)))}, err
}

func (s *Service) getScan(r *http.Request) (web.Reply, error) {
	var rec record
	var read *web.Reading
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(r.Context()), "read", access.Of("service", r.PathValue("case")), tx.Now())
		if err != nil {
			return err
		}
		rec, err = db.One[record](tx, `SELECT `+cols+` FROM delivery_service WHERE id = ? AND case_id = ?`, r.PathValue("record"), r.PathValue("case"))
		if a := auth.From(r.Context()); err == nil && g.Relation&access.Staff != 0 {
			read = &web.Reading{Object: "scan", ID: rec.ID, Court: g.Case.Court, Case: rec.Case, Person: a.Person, At: s.k.Now()}
		}
		if err != nil || read != nil {
			return err
		}
		me, _, err := access.PartyOf(tx, auth.From(r.Context()).Person, rec.Case, tx.Now())
		if err == nil && me.ID != rec.Party { // the other side's signature is not theirs to see
			err = fault.Missing()
		}
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	b, err := blob.ReadAll(r.Context(), s.k.Blob, rec.Scan)
	if err != nil {
		return web.Reply{}, err
	}
	ext := ".pdf"
	if rec.ScanType != "application/pdf" {
		ext = ".jpg"
	}
	return web.Reply{File: &web.File{Name: "送达回证" + ext, Type: rec.ScanType, Body: bytes.NewReader(b), Inline: true, At: rec.At}, Read: read}, nil
}

// list is what the case page shows of its services, for programs.
type list struct {
	Records []record `json:"records"`
}

func (s *Service) getRecords(r *http.Request) (web.Reply, error) {
	var l list
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, caseID, now := auth.From(r.Context()), r.PathValue("case"), tx.Now()
		g, err := access.May(tx, a, "read", access.Of("service", caseID), now)
		if err != nil {
			return err
		}
		me, _, err := access.PartyOf(tx, a.Person, caseID, now)
		if err != nil {
			return err
		}
		l.Records, err = visible(tx, caseID, g.Relation&access.Staff != 0, me.ID)
		return err
	})
	return web.Reply{Goto: "/casebook/" + r.PathValue("case"), JSON: l}, err
}

// visible returns the services of a case: to the court all, to a side its own.
func visible(tx *db.Tx, caseID string, court bool, party string) ([]record, error) {
	all, err := recordsOf(tx, caseID)
	if court {
		return all, err
	}
	return slices.DeleteFunc(all, func(r record) bool { return r.Party != party }), err
}

// panels are what was served, on a case page.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Case.Number == "" || v.Relation&access.Allowing("service", "read") == 0 {
		return nil, nil
	}
	mine, err := visible(tx, v.Case.ID, v.Court(), v.Party.ID)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	for _, r := range mine {
		p, err := paper.Of(tx, r.Paper)
		if err != nil {
			return nil, err
		}
		titles[r.Paper] = p.Title
	}
	if len(mine) == 0 && !v.May("service", "handover") {
		return nil, nil
	}
	return []capability.Panel{{Place: capability.Main, Order: 25, Body: servedPanel(v, mine, titles)}}, nil
}
