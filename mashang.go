// Package mashang is 码上, a court on the web: one case, one code, answered in
// time.
//
// Five rooms and a list. law/ holds rules of procedure as pure functions;
// docket/ the nouns that all services share (courts, people, cases, papers,
// deadlines) and the one answer to who may see what; capability/ has one
// folder per service, none of which imports another; ui/ is the look;
// platform/ is the house: database, ledger, queue, web. The list of services
// is capabilities.go. cmd/mashang is the program, demo/ a fictional year made
// by calling the same acts as the pages.
//
// One request: web lets it in and finds the actor; the service's handler
// reads a form or JSON into a command and calls the act; the act, in one
// transaction, asks access, loads, lets the rules decide, saves against the
// state it read, appends one ledger entry and enqueues what follows; the reply
// becomes a page or JSON. docs/ and CONTRIBUTING.md walk it line by line.
package mashang

import (
	"context"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"mashang/capability"
	"mashang/capability/complaint"
	"mashang/capability/oversight"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/deadline"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/notify"
	"mashang/platform/web"
	"mashang/ui"
)

// Court is an assembled program over one data folder.
type Court struct {
	Kit      *app.Kit
	Router   *web.Router
	Services *Services
	Metrics  *app.Metrics
	reads    chan web.Reading
}

// nouns are the schemas of docket, in the order of their references.
var nouns = []struct {
	name   string
	schema fs.FS
}{{"docket", docket.Schema}, {"deadline", deadline.Schema}, {"paper", paper.Schema}}

// Assemble migrates the database and mounts every service of the list.
func Assemble(ctx context.Context, k *app.Kit) (*Court, error) {
	for _, n := range nouns {
		if err := k.DB.Migrate(ctx, n.name, n.schema); err != nil {
			return nil, err
		}
	}
	s, err := newServices(k)
	if err != nil {
		return nil, err
	}
	k.Live.Alive = s.Account.Alive
	proxies, err := k.Config.Proxies()
	if err != nil {
		return nil, err
	}
	c := &Court{Kit: k, Services: s, Metrics: app.NewMetrics(k), reads: make(chan web.Reading, 1024)}
	c.Router = web.New(web.Config{
		Clock: k.Clock, Log: k.Log, Secure: k.Config.Secure(), Proxies: proxies, Spool: app.Spool(k.Config), Actor: s.Account.Actor, Peer: s.Connect.Actor, Target: k.Target,
		Error: func(r *http.Request, v web.ErrorView) web.Page {
			return ui.ErrorPage(v.Status, v.Fault.Show, v.Fault.Basis, v.Number, basis(r, v))
		},
		Look: c.look, Gate: c.gate,
		OnRead: c.read, OnDone: c.Metrics.Done,
	})
	k.Health(c.Router, c.Metrics)
	c.Router.Raw("GET /static/", ui.Static())
	c.Router.Raw("GET /worker.js", ui.Worker())
	c.Router.Raw("GET /manifest.webmanifest", ui.Manifest(s.Title))
	return c, k.Mount(ctx, c.Router, s.List.Services())
}

// gate asks access whether the actor may do what the route declares, before
// anything is read for him. The act asks again, in its own transaction; this is
// the door, that is the lock. A page that says that it is read whole is read in
// the door's snapshot, and a short form has the door in the transaction of its
// act; whatever the act made of it, who may not pass gets the door's answer.
//
// Whoever of the court comes through it to a case has read in it, by whichever
// of its pages: the trail says so ([Court.KeepTrail]).
func (c *Court) gate(r *http.Request, route web.Route, next web.Handler) (rep web.Reply, err error) {
	var g access.Grant
	if short(r) && !route.Whole {
		ctx, first := db.Before(r.Context(), func(tx *db.Tx) (err error) { g, err = door(tx, r, route); return err })
		rep, err = next(r.WithContext(ctx))
		if asked, _ := first.Answer(); !asked {
			if err := c.Kit.Read(ctx, func(*db.Tx) error { return nil }); err != nil {
				return web.Reply{}, err
			}
		}
		if _, refused := first.Answer(); refused != nil {
			return web.Reply{}, refused
		}
		return traced(r, route, g, rep, err, c.Kit.Now()), err
	}
	err = c.Kit.Read(r.Context(), func(tx *db.Tx) error {
		if g, err = door(tx, r, route); err != nil || !route.Whole {
			return err
		}
		rep, err = next(r.WithContext(db.Within(tx)))
		return err
	})
	if err == nil && !route.Whole {
		rep, err = next(r)
	}
	return traced(r, route, g, rep, err, c.Kit.Now()), err
}

// traced has the trail say that a case was read: by a page of it, also by one that
// comes back around a form with a fault.
func traced(r *http.Request, route web.Route, g access.Grant, rep web.Reply, err error, now time.Time) web.Reply {
	shows := r.Method != http.MethodPost || err != nil && rep.Page != nil
	if shows && rep.Read == nil && g.Case.ID != "" && g.Relation&access.Staff != 0 && !route.Quiet && !route.Glance {
		rep.Read = &web.Reading{Object: route.Object, ID: g.Case.ID, Court: g.Case.Court, Case: g.Case.ID, Person: auth.From(r.Context()).Person, At: now}
	}
	return rep
}

// short says that a request is a form of a few fields: reading it costs nothing
// that has to be kept from strangers. Files come through the door first.
func short(r *http.Request) bool {
	const fields = 64 << 10
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && r.ContentLength >= 0 && r.ContentLength <= fields &&
		err == nil && (kind == "application/x-www-form-urlencoded" || kind == "application/json")
}

// door asks access about what the address of a request names: a case, a paper
// of a case, or what belongs to the actor's court.
func door(tx *db.Tx, r *http.Request, route web.Route) (g access.Grant, err error) {
	a, now := auth.From(r.Context()), tx.Now()
	caseID := r.PathValue("case")
	if p := r.PathValue("paper"); p != "" {
		doc, err := paper.Of(tx, p)
		if err != nil {
			return g, err
		}
		caseID = doc.Case
	}
	if caseID != "" {
		if g, err = access.May(tx, a, route.Verb, access.Of(route.Object, caseID), now); err == nil {
			err = speak(tx, r, g.Case.Court)
		}
		return g, err
	}
	posts, err := docket.Posts(tx, a.Person, now)
	if err != nil || !a.Staff {
		posts = nil
	}
	_, denied := access.May(tx, a, route.Verb, access.In(route.Object, a.Court), now)
	for _, p := range posts {
		if denied == nil {
			break
		}
		_, denied = access.May(tx, a, route.Verb, access.In(route.Object, p.Court), now)
	}
	return g, errors.Join(err, denied)
}

// speak has the page about a case speak in the name of that case's court.
func speak(tx *db.Tx, r *http.Request, court string) error {
	l := ui.LookOf(r.Context()).Case
	if l == nil || court == "" {
		return nil
	}
	ct, err := docket.CourtOf(tx, court)
	*l = ui.Speaker{Court: ct.Speaks(), Logo: ct.Picture()}
	return err
}

// look gives every page its frame: who speaks, who reads, how he likes it.
func (c *Court) look(r *http.Request) *http.Request {
	a := auth.From(r.Context())
	l := ui.Look{Court: c.Services.Title(r.Context()), Name: a.Name, Staff: a.Staff, Demo: c.Kit.Config.Demo, Path: r.URL.RequestURI(), Home: "/"}
	if a.Staff {
		l.Home = "/desk"
	}
	if a.Account != "" {
		l.Keep = web.KeepMark(a)
	}
	if a.Account != "" && r.Method == http.MethodGet { // before the page reads, so that it misses nothing
		l.Heard = c.Kit.Live.Position()
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		l.Case = &ui.Speaker{}
	}
	ui.Preferences(r, &l)
	return r.WithContext(ui.WithLook(r.Context(), l))
}

// read takes down that a page was read; the trail is written beside the
// requests, so that nobody waits for it. When the writer cannot keep up the
// reader waits: a reading is never dropped.
func (c *Court) read(r web.Reading) { c.reads <- r }

// basis leads one of the court's people whom a case is closed to, there or not,
// to where he may say why he must see it.
func basis(r *http.Request, v web.ErrorView) *ui.Link {
	id, ok := strings.CutPrefix(r.URL.Path, "/casebook/")
	if !ok || v.Status != http.StatusNotFound || strings.Contains(id, "/") || !auth.From(r.Context()).Staff {
		return nil
	}
	return &ui.Link{Href: "/oversight/open?case=" + url.QueryEscape(id), Text: "不归您办的案件，说明理由后打开"}
}

// KeepTrail writes readings into the ledger until ctx ends, then those that
// are left.
func (c *Court) KeepTrail(ctx context.Context) {
	write := func(r web.Reading) {
		record := c.Services.Casebook.Record
		switch r.Object {
		case oversight.Reading:
			record = c.Services.Oversight.Record
		case complaint.Reading:
			record = c.Services.Complaint.Record
		}
		if err := record(auth.System(context.WithoutCancel(ctx), "web.read"), r); err != nil {
			c.Kit.Log.Error("a reading could not be recorded", "err", err)
		}
	}
	for {
		select {
		case r := <-c.reads:
			write(r)
		case <-ctx.Done():
			for {
				select {
				case r := <-c.reads:
					write(r)
				default:
					return
				}
			}
		}
	}
}

// Witness asks the witnesses for their signatures, every few minutes.
func (c *Court) Witness(ctx context.Context) {
	for {
		for _, w := range c.Kit.Config.Witness {
			url, key, ok := strings.Cut(w, "=")
			if !ok {
				continue
			}
			if err := c.Kit.Ledger.AskWitness(ctx, c.Kit.DB, url, key); err != nil && ctx.Err() == nil {
				c.Kit.Log.Warn("a witness did not sign", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Minute):
		}
	}
}

var createTable = regexp.MustCompile(`CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)

// Tables lists every table in the order of creation, so that each comes after
// those it refers to.
func Tables(l *capability.List) []string {
	out := []string{"platform_schema"}
	add := func(f fs.FS) {
		if f == nil {
			return
		}
		names, _ := fs.Glob(f, "schema/*.sql")
		for _, n := range names {
			b, _ := fs.ReadFile(f, n)
			for _, m := range createTable.FindAllStringSubmatch(string(b), -1) {
				if !slices.Contains(out, m[1]) { // made anew by a later migration
					out = append(out, m[1])
				}
			}
		}
	}
	for _, f := range []fs.FS{app.Schema, web.Schema, jobs.Schema, ledger.Schema, notify.Schema} {
		add(f)
	}
	for _, n := range nouns {
		add(n.schema)
	}
	for _, c := range l.All {
		add(c.Schema)
	}
	return out
}
