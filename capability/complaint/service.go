package complaint

import (
	"embed"
	"slices"
	"strings"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// entered is the one kind of entry, for all that is written or answered.
const entered = "complaint.entered"

// Service does what the package doc says.
type Service struct {
	k      *app.Kit
	phones Phones
	blank  string // a sealed paper that says nothing, to open where there is none
}

// Phones knows the phone with which a person signs in.
type Phones interface {
	PhoneOf(tx *db.Tx, person string, staff bool) (string, error)
}

// New returns the service.
func New(k *app.Kit, phones Phones) *Service {
	return &Service{k: k, phones: phones, blank: k.Vault.Seal(sealPaper, `{"text":"`+strings.Repeat("　", 200)+`"}`)}
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "complaint", Title: "投诉举报", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{{Name: entered, Title: "投诉举报", Audience: ledger.Named, Quiet: true}}},
		Panels: s.panels, Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /complaint/write/{case}", Title: "写投诉、举报", Object: "complaint", Verb: "write", PageOnly: true, Do: s.getWrite},
		{Pattern: "POST /complaint/write/{case}", Title: "交投诉、举报", Object: "complaint", Verb: "write", Again: "/complaint/mine", Limit: "write", Upload: mostBytes, Files: []string{"files"}, In: paper{}, Out: made{}, Do: s.postWrite},
		{Pattern: "GET /complaint/mine", Title: "我的投诉、举报", Object: "account", Verb: "use", Out: mine{}, Do: s.getMine},
		{Pattern: "GET /complaint/mine/{complaint}", Title: "看我的投诉、举报", Object: "account", Verb: "use", Out: seen{}, Do: s.getOwn},
		{Pattern: "GET /complaint/office/{complaint}", Title: "看一份投诉、举报", Object: "complaint", Verb: "read", Out: seen{}, Do: s.getOne},
		{Pattern: "GET /complaint/office/{complaint}/file/{n}", Title: "看投诉、举报的材料", Object: "complaint", Verb: "read", Out: web.File{}, Do: s.getFile},
		{Pattern: "POST /complaint/office/{complaint}", Title: "答复投诉、举报", Object: "complaint", Verb: "read", Limit: "write", In: answer{}, Out: ok{}, Do: s.postAnswer},
		{Pattern: "POST /complaint/office/{complaint}/pass", Title: "转给另一个部门", Object: "complaint", Verb: "read", Limit: "write", Out: ok{}, Do: s.postPass},
	} {
		r.Quiet = true
		rt.Handle(r)
	}
}

// panels: every party finds the door on his case, so that the door tells nothing.
func (s *Service) panels(_ *db.Tx, v capability.View) ([]capability.Panel, error) {
	if v.Party.ID == "" || !v.May("complaint", "write") {
		return nil, nil
	}
	return []capability.Panel{{Place: capability.Aside, Order: 80, Body: doorPanel(v.Case.ID)}}, nil
}

// tasks are what waits for an office, but for those who are named.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	var out []capability.Task
	today := docket.Today(v.Now)
	for _, p := range v.Posts {
		for _, k := range kinds {
			if k.Role != p.Role {
				continue
			}
			list, err := s.waiting(tx, p.Court, k.Key)
			if err != nil {
				return nil, err
			}
			for _, x := range list {
				t := capability.Task{Group: "等您答复的" + k.Title, Due: x.Due.At(23, 59, clock.Shanghai), Title: "一份" + k.Title, Sub: x.Record.Number, Href: "/complaint/office/" + x.ID, Tone: "go", Tag: x.Due.Short(today) + "前"}
				if x.Due.Before(today) {
					t.Tone, t.Tag = "late", "已过期"
				}
				if x.reader != p.Court {
					t.Group = "下级法院过期没有答复的" + k.Title
				}
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// staffOf asks who holds the posts of an office of a court, or is its president.
type staffOf struct {
	court string
	role  docket.Role
}

// office is the court whose office reads a paper of a kind about some people of
// a court, and whether anybody there can read it now. Of the court and those
// above it that are served here, it is the first where neither the office nor
// the president is named; if there is none, the first with somebody in the
// office who is not named himself.
//
// It is asked anew at each look: a paper that nobody can read is read as soon
// as somebody comes who can.
func office(tx *db.Tx, k kind, code string, w written) (string, bool, error) {
	fallback, found := code, false
	for at := code; at != ""; {
		c, err := docket.CourtOf(tx, at)
		if fault.KindOf(err) == fault.NotFound && at != code { // it is not served here
			break
		}
		if err != nil {
			return "", false, err
		}
		ms, err := db.Once(tx, staffOf{at, k.Role}, func() ([]docket.Member, error) { return docket.Staff(tx, at, tx.Now(), k.Role, docket.President) })
		if err != nil {
			return "", false, err
		}
		fit, named, all := false, false, everyone(w, at, ms)
		for _, m := range ms {
			is := names(w, m, all)
			fit, named = fit || m.Role == k.Role && !is && !slices.Contains(w.Near, m.Person), named || is
		}
		if fit && !named {
			return at, true, nil
		}
		if fit && !found {
			fallback, found = at, true
		}
		at = c.Parent
	}
	return fallback, found, nil
}

// office is the court whose office reads a paper now.
func (s *Service) office(tx *db.Tx, r row, w written) (string, bool, error) {
	k, _ := kindOf(r.Kind)
	return office(tx, k, r.Reader, w)
}

// above is the court whose office also reads a paper that is late: whoever wrote
// it need not run after the answer. Empty while there is time, and where no
// court above is served here or all of its office are named.
func (s *Service) above(tx *db.Tx, r row, w written, reader string) (string, error) {
	if r.State != "waiting" || !r.Due.Before(docket.Today(tx.Now())) {
		return "", nil
	}
	c, err := docket.CourtOf(tx, reader)
	if err != nil || c.Parent == "" {
		return "", err
	}
	k, _ := kindOf(r.Kind)
	up, fit, err := office(tx, k, c.Parent, w)
	if fault.KindOf(err) == fault.NotFound || err == nil && !fit {
		return "", nil
	}
	return up, err
}

// byOffice returns a paper to the office that reads it. Only what is of a kind and
// of a court that a post of the actor's reads is opened. Whoever asks for
// another, or for one that he is himself named in, or for one that is not there,
// gets the same answer after the same work: else the time would tell.
func (s *Service) byOffice(tx *db.Tx, paperID string) (r row, w keeper, err error) {
	a := actor(tx)
	r, found, err := db.Maybe[row](tx, `SELECT `+cols+` FROM complaint_complaint WHERE id = ?`, paperID)
	if err != nil {
		return r, w, err
	}
	posts, err := docket.Posts(tx, a.Person, tx.Now())
	if err != nil {
		return r, w, err
	}
	within, other := false, row{Kind: kinds[0].Key, Reader: a.Court, Sealed: s.blank}
	for _, p := range posts {
		from, err := below(tx, p.Court)
		if err != nil {
			return r, w, err
		}
		for _, k := range kinds {
			switch _, err := access.May(tx, a, verb(k.Key), access.In("complaint", p.Court), tx.Now()); {
			case err == nil:
				within = within || found && r.Kind == k.Key && slices.Contains(from, r.Reader)
				other.Kind, other.Reader = k.Key, p.Court
			case fault.KindOf(err) != fault.Forbidden:
				return r, w, err
			}
		}
	}
	if !within {
		r = other
	}
	if w, err = s.unseal(r); err != nil {
		return r, w, err
	}
	if err = s.may(tx, r, w.written); err == nil && !within {
		err = fault.Missing()
	}
	return r, w, err
}

// verb is what an office does with a paper of a kind, as access knows it.
func verb(kind string) string {
	if kind == "report" {
		return "inspect"
	}
	return "handle"
}

// may lets an office read a paper: by its post in the court that reads, or, when
// the answer is late, in the one above, and unless it is about himself. To
// anybody else there is nothing.
func (s *Service) may(tx *db.Tx, r row, w written) error {
	a := actor(tx)
	k, _ := kindOf(r.Kind)
	reader, served, err := s.office(tx, r, w)
	if err != nil {
		return err
	}
	if !served {
		return fault.Missing()
	}
	if _, err = access.May(tx, a, verb(r.Kind), access.In("complaint", reader), tx.Now()); fault.KindOf(err) == fault.Forbidden {
		up, uerr := s.above(tx, r, w, reader)
		if uerr != nil || up == "" {
			return fault.OrMissing(uerr)
		}
		reader = up
		_, err = access.May(tx, a, verb(r.Kind), access.In("complaint", reader), tx.Now())
	}
	if err != nil {
		if fault.KindOf(err) == fault.Forbidden {
			return fault.Missing()
		}
		return err
	}
	_, stands, err := db.Maybe[string](tx, `SELECT id FROM docket_access WHERE case_id = ? AND person_id = ? AND capacity NOT IN ('opened', 'filer') LIMIT 1`, w.Case, a.Person)
	if err != nil || stands || slices.Contains(w.Near, a.Person) { // whichever post he holds besides
		return fault.OrMissing(err)
	}
	me, err := docket.PersonOf(tx, a.Person)
	if err != nil {
		return err
	}
	ms, err := docket.Staff(tx, reader, tx.Now(), k.Role, docket.President)
	if err == nil && names(w, docket.Member{Post: docket.Post{Person: a.Person, Role: k.Role}, Name: me.Name}, everyone(w, reader, ms)) {
		return fault.Missing()
	}
	return err
}
