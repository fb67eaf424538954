package connect

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
	"mashang/ui"
)

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /connect", Title: "对接", Object: "court", Verb: "settings", Out: view{}, Do: s.getHome},
		{Pattern: "POST /connect/system", Title: "接入一个系统", Object: "court", Verb: "settings", Limit: "write", In: newSystem{}, Out: made{}, Do: s.postSystem},
		{Pattern: "GET /connect/guide", Title: "对接说明，给技术人员", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getGuide},
		{Pattern: "POST /connect/system/key", Title: "补或者换一个系统的核对码", Object: "court", Verb: "settings", Limit: "write", In: newKey{}, Out: done{}, Do: s.postKey},
		{Pattern: "POST /connect/system/end", Title: "停用一个系统", Object: "court", Verb: "settings", Limit: "write", In: which{}, Out: done{}, Do: s.postEnd},
		{Pattern: "GET /connect/ways", Title: "送消息的路", Object: "court", Verb: "settings", Out: view{}, Do: s.getWays},
		{Pattern: "POST /connect/way", Title: "设一条送消息的路", Object: "court", Verb: "settings", Limit: "write", In: newWay{}, Out: done{}, Do: s.postWay},
		{Pattern: "POST /connect/way/close", Title: "关一条送消息的路", Object: "court", Verb: "settings", Limit: "write", In: which{}, Out: done{}, Do: s.postShut},
		{Pattern: "GET /connect/letters", Title: "送出去的消息", Object: "court", Verb: "settings", In: listQuery{}, Out: view{}, Do: s.getLetters},
		{Pattern: "POST /connect/letters/again", Title: "没送到的再送一次", Object: "court", Verb: "settings", Limit: "write", In: which{}, Out: done{}, Do: s.postAgain},
		{Pattern: "POST /connect/letters/drop", Title: "没送到的不送了", Object: "court", Verb: "settings", Limit: "write", In: which{}, Out: done{}, Do: s.postDrop},
		{Pattern: "GET /connect/received", Title: "收到的消息", Object: "court", Verb: "settings", In: listQuery{}, Out: view{}, Do: s.getReceived},
		{Pattern: "POST /connect/received/looked", Title: "没收的消息看过了", Object: "court", Verb: "settings", Limit: "write", In: which{}, Out: done{}, Do: s.postLooked},
		{Pattern: "POST /connect/case", Title: "交一件案件", Object: "connect", Verb: "put", Limit: "program", In: record{}, Out: outcome{}, Do: s.postCase},
		{Pattern: "GET /connect/event", Title: "取消息", Object: "connect", Verb: "read", Limit: "program", In: eventQuery{}, Out: fetched{}, Do: s.getEvents},
		{Pattern: "POST /connect/event", Title: "送一条消息", Object: web.Public, Verb: "send", Limit: "program", In: event{}, Out: outcome{}, Do: s.postEvent},
	} {
		rt.Handle(r)
	}
}

type (
	done struct {
		Done bool `json:"done"`
	}
	listQuery struct {
		Court  string `json:"court"`
		State  string `json:"state"`
		Before string `json:"before"`
	}
	eventQuery struct {
		After string `json:"after"`
	}
	// record is a case as it comes in; the import of cases knows its fields.
	record map[string]json.RawMessage
)

// view is what the administrator's pages show.
type view struct {
	Court    docket.Court   `json:"court"`
	Courts   []docket.Court `json:"-"`
	Systems  []system       `json:"systems"`
	Ways     []lane         `json:"ways"`
	Letters  []letter       `json:"letters"`
	Received []received     `json:"received"`
	Dead     int            `json:"dead"`
	Refused  int            `json:"refused"`
	More     bool           `json:"more"`
	State    string         `json:"-"`
	Path     string         `json:"-"`
	Key      string         `json:"public_key"`
	Bus      bool           `json:"-"`
	Origin   string         `json:"-"`
	Now      time.Time      `json:"-"`
}

// lane is a way as it is shown.
type lane struct {
	way
	Name    string `json:"name"`
	Out     string `json:"out"`
	In      string `json:"in"`
	Waiting int    `json:"waiting"`
}

// load reads what a page needs; more fills in what is its own.
func (s *Service) load(r *http.Request, code string, more func(tx *db.Tx, v *view) error) (v view, err error) {
	if code == "" {
		code = r.URL.Query().Get("court")
	}
	v = view{Path: r.URL.Path, Key: s.key.Public(), Bus: s.k.Config.Bus != "", Origin: s.k.Config.Origin, Now: s.k.Now()}
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		if err := s.choose(tx, auth.From(r.Context()), code, &v); err != nil {
			return err
		}
		if v.Systems, err = systemsOf(tx, v.Court.Code); err != nil {
			return err
		}
		if v.Dead, err = db.One[int](tx, `SELECT COUNT(*) FROM connect_letter WHERE court_id = ? AND state = 'dead'`, v.Court.Code); err != nil {
			return err
		}
		if v.Refused, err = db.One[int](tx, `SELECT COUNT(*) FROM connect_received WHERE court_id = ? AND state = 'refused' AND settled_at = 0`, v.Court.Code); err != nil {
			return err
		}
		return more(tx, &v)
	})
	return v, err
}

// choose finds the courts that the administrator serves, and the one the page
// is about.
func (s *Service) choose(tx *db.Tx, a auth.Actor, code string, v *view) error {
	all, err := docket.Courts(tx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if _, err := access.May(tx, a, "settings", access.In("court", c.Code), tx.Now()); err != nil {
			if fault.KindOf(err) == fault.Forbidden {
				continue
			}
			return err
		}
		v.Courts = append(v.Courts, c)
		if c.Code == code || code == "" && v.Court.Code == "" {
			v.Court = c
		}
	}
	if v.Court.Code == "" {
		return fault.Missing()
	}
	return nil
}

func (s *Service) lanes(tx *db.Tx, v *view) error {
	ws, err := waysOf(tx, v.Court.Code)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, y := range v.Systems {
		names[y.ID] = y.Name
	}
	for _, w := range ws {
		l := lane{way: w, Name: names[w.System]}
		if w.Kind == byFolder {
			l.Out, l.In = string(s.out(w)), string(s.in(w))
		}
		if l.Waiting, err = db.One[int](tx, `SELECT COUNT(*) FROM connect_letter WHERE way_id = ? AND state = 'waiting'`, w.ID); err != nil {
			return err
		}
		v.Ways = append(v.Ways, l)
	}
	return nil
}

func (s *Service) homeReply(r *http.Request, c newSystem, err error) (web.Reply, error) {
	v, verr := s.load(r, c.Court, func(*db.Tx, *view) error { return nil })
	if verr != nil {
		return web.Reply{}, verr
	}
	if c.Until.IsZero() {
		c.Until = docket.Today(v.Now).AddYears(1)
	}
	return web.Reply{Page: homePage(v, c, ui.Errs(fault.Fields(err))), JSON: v}, err
}

func (s *Service) getHome(r *http.Request) (web.Reply, error) {
	return s.homeReply(r, newSystem{Scopes: []string{"put"}}, nil)
}

func (s *Service) postSystem(r *http.Request) (web.Reply, error) {
	var c newSystem
	if err := web.Read(r, &c); err != nil {
		return s.homeReply(r, c, err)
	}
	m, err := s.connect(r.Context(), c)
	if err != nil {
		return s.again422(r, err, func() (web.Reply, error) { return s.homeReply(r, c, err) })
	}
	v, err := s.load(r, c.Court, func(*db.Tx, *view) error { return nil })
	return web.Reply{Page: madePage(v, m), JSON: m}, err
}

// again422 shows the form again, unless the person must first prove himself.
func (s *Service) again422(_ *http.Request, err error, form func() (web.Reply, error)) (web.Reply, error) {
	if fault.KindOf(err) == fault.Invalid {
		return form()
	}
	return web.Reply{}, err
}

func went(path, court, toast string) (web.Reply, error) {
	return web.Reply{Goto: path + "court=" + url.QueryEscape(court), Toast: toast, JSON: done{true}}, nil
}

func (s *Service) postEnd(r *http.Request) (web.Reply, error) {
	var c which
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.end(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return went("/connect?", c.Court, "停用了，接入口令马上失效。")
}

func (s *Service) getGuide(*http.Request) (web.Reply, error) {
	return web.Reply{Page: guidePage(s.k.Config.Origin, s.key.Public())}, nil
}

func (s *Service) postKey(r *http.Request) (web.Reply, error) {
	var c newKey
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.rekey(r.Context(), c); err != nil {
		return s.again422(r, err, func() (web.Reply, error) { return s.waysReply(r, newWay{Court: c.Court, Kind: byWebhook}, c, err) })
	}
	return went("/connect/ways?", c.Court, "换上了。用旧的核对码签的，不再收。")
}

func (s *Service) waysReply(r *http.Request, c newWay, k newKey, err error) (web.Reply, error) {
	v, verr := s.load(r, c.Court, s.lanes)
	if verr != nil {
		return web.Reply{}, verr
	}
	return web.Reply{Page: waysPage(v, c, k, ui.Errs(fault.Fields(err))), JSON: v}, err
}

func (s *Service) getWays(r *http.Request) (web.Reply, error) {
	return s.waysReply(r, newWay{Kind: byWebhook}, newKey{}, nil)
}

func (s *Service) postWay(r *http.Request) (web.Reply, error) {
	var c newWay
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.open(r.Context(), c); err != nil {
		return s.again422(r, err, func() (web.Reply, error) { return s.waysReply(r, c, newKey{}, err) })
	}
	return went("/connect/ways?", c.Court, "设好了。从现在起，新的消息走这条路。")
}

func (s *Service) postShut(r *http.Request) (web.Reply, error) {
	var c which
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.shut(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return went("/connect/ways?", c.Court, "关上了。")
}

func (s *Service) getLetters(r *http.Request) (web.Reply, error) {
	q := r.URL.Query()
	v, err := s.load(r, "", func(tx *db.Tx, v *view) (err error) {
		v.State = q.Get("state")
		v.Letters, err = lettersOf(tx, v.Court.Code, v.State, q.Get("before"))
		if v.More = len(v.Letters) > shown; v.More {
			v.Letters = v.Letters[:shown]
		}
		return err
	})
	return web.Reply{Page: lettersPage(v), JSON: v}, err
}

func (s *Service) getReceived(r *http.Request) (web.Reply, error) {
	q := r.URL.Query()
	v, err := s.load(r, "", func(tx *db.Tx, v *view) (err error) {
		v.State = q.Get("state")
		v.Received, err = receivedOf(tx, v.Court.Code, v.State == "refused", q.Get("before"))
		if v.More = len(v.Received) > shown; v.More {
			v.Received = v.Received[:shown]
		}
		return err
	})
	return web.Reply{Page: receivedPage(v), JSON: v}, err
}

func (s *Service) postLooked(r *http.Request) (web.Reply, error) {
	var c which
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.looked(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return went("/connect/received?", c.Court, "好的，不再提醒。")
}

func (s *Service) postAgain(r *http.Request) (web.Reply, error) {
	var c which
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.again(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return went("/connect/letters?", c.Court, "又送了一次，过一会儿看结果。")
}

func (s *Service) postDrop(r *http.Request) (web.Reply, error) {
	var c which
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.drop(r.Context(), c); err != nil {
		return web.Reply{}, err
	}
	return went("/connect/letters?", c.Court, "好的，不送了。")
}

// body returns the bytes of a request as they came: a signature is over them,
// and the import of cases reads them itself.
func body(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(r.Body)
	if err == nil && len(b) == 0 {
		err = fault.New(fault.Invalid, "没有收到内容。请用 JSON 发送，Content-Type 写 application/json。")
	}
	return b, err
}

func (s *Service) postCase(r *http.Request) (web.Reply, error) {
	b, err := body(r)
	if err != nil {
		return web.Reply{}, err
	}
	o, err := s.putCase(r.Context(), b)
	return web.Reply{JSON: o}, err
}

func (s *Service) getEvents(r *http.Request) (web.Reply, error) {
	f, err := s.events(r.Context(), r.URL.Query().Get("after"))
	return web.Reply{JSON: f}, err
}

// postEvent takes an event from the holder of a token, or from a system that
// signed it.
func (s *Service) postEvent(r *http.Request) (web.Reply, error) {
	b, err := body(r)
	if err != nil {
		return web.Reply{}, err
	}
	ctx, by := r.Context(), "api"
	if auth.From(ctx).Peer == "" {
		by = byWebhook
		if ctx, err = s.authentic(ctx, r.URL.Query().Get("system"), r.Header, false, b); err != nil {
			return web.Reply{}, err
		}
	}
	o, err := s.take(ctx, b, by, func(*db.Tx) error { return nil })
	return web.Reply{JSON: o}, err
}
