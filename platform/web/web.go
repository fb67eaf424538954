// Package web is the counter of the house: it lets requests in, keeps the
// dangerous ones out, and turns what handlers return into a page or JSON.
//
// Each route is declared once with the kind of object and the verb it needs
// (docket/access decides), and is served twice: under its own path for
// people, and under /api/v1 for programs. Reading order: reply.go (what
// handlers return), web.go (one request from door to door), read.go (form or
// JSON into a command), limit.go, openapi.go.
package web

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
)

//go:embed schema
var Schema embed.FS

// Policy is the content security policy of every page: nothing inline,
// nothing from elsewhere.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// ErrorView is what the error page shows.
type ErrorView struct {
	Status int
	Fault  *fault.Error
	Number string // to tell on the telephone
	Path   string
}

// Config is what a router needs from its surroundings. Zero values work.
type Config struct {
	Clock   clock.Clock
	Log     *slog.Logger
	Secure  bool           // served over https: __Host- cookies, HSTS
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Spool   string         // the folder where the files of a form lie while it is handled; empty: the system's
	Actor   func(ctx context.Context, token string) (auth.Actor, error)
	Peer    func(ctx context.Context, token string) (auth.Actor, error)     // of another system's token, which begins with PeerToken
	Gate    func(r *http.Request, route Route, next Handler) (Reply, error) // asks access before the handler sees the request
	Error   func(r *http.Request, v ErrorView) Page
	Look    func(r *http.Request) *http.Request // adds what every page shows, once the actor is known
	OnRead  func(Reading)
	OnDone  func(route string, status int, took time.Duration)
	Target  func(ctx context.Context, key string) string // where a repeated form went
}

// Router serves routes.
type Router struct {
	cfg    Config
	mux    *http.ServeMux
	routes []Route
	limits *limits
	cross  *http.CrossOriginProtection
	ready  atomic.Bool
}

// New returns a router without routes.
func New(c Config) *Router {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Router{cfg: c, mux: http.NewServeMux(), limits: newLimits(c.Clock), cross: http.NewCrossOriginProtection()}
}

// Routes returns everything that was declared, for the access test and the API description.
func (rt *Router) Routes() []Route { return rt.routes }

// Handle declares a route.
func (rt *Router) Handle(r Route) {
	rt.routes = append(rt.routes, r)
	method, path, _ := strings.Cut(r.Pattern, " ")
	rt.mux.HandleFunc(r.Pattern, rt.serve(r, false))
	if !r.PageOnly {
		rt.mux.HandleFunc(method+" "+API+strings.TrimSuffix(path, "{$}"), rt.serve(r, true))
	}
}

// Raw mounts a handler that looks after itself (static files, metrics).
func (rt *Router) Raw(pattern string, h http.Handler) { rt.mux.Handle(pattern, h) }

// API is the prefix of the JSON form of every route.
const API = "/api/v1"

// PeerToken is what the token of another system begins with. It opens the API
// only, from a header; as a cookie or on a page it is no token at all.
const PeerToken = "ms_"

// Cookie is the name of the session cookie.
func (rt *Router) Cookie() string {
	if rt.cfg.Secure {
		return "__Host-session"
	}
	return "session" // plain http: the demo, or tests on this machine
}

type ctxKey int

const (
	keyRequest ctxKey = iota
	keyIdempotency
	keyAddress
)

// Number returns the request's number.
func Number(ctx context.Context) string {
	s, _ := ctx.Value(keyRequest).(string)
	return s
}

// Idempotency returns the key under which this request must happen once, or "".
func Idempotency(ctx context.Context) string {
	s, _ := ctx.Value(keyIdempotency).(string)
	return s
}

// WithIdempotency returns ctx of a request that must happen once.
func WithIdempotency(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyIdempotency, key)
}

// Address returns the caller's network address, for limits only; it is never stored.
func Address(ctx context.Context) string {
	s, _ := ctx.Value(keyAddress).(string)
	return s
}

// Network is the network that the caller's address belongs to, for limits only.
func Network(ctx context.Context) string { return network(Address(ctx)) }

// ServeHTTP implements http.Handler: what every request goes through.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // codes are in paths
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
	if rt.cfg.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	number := "R-" + id.Code(4) + "-" + id.Code(4)
	h.Set("X-Request-Id", number)
	ctx := context.WithValue(r.Context(), keyRequest, number)
	ctx = context.WithValue(ctx, keyAddress, rt.address(r))
	r = r.WithContext(ctx)
	if err := rt.cross.Check(r); err != nil {
		rt.done(r, "", http.StatusForbidden, 0, fault.Wrap(fault.Forbidden, "", err))
		rt.fail(w, rt.looked(r), wantsJSON(r), fault.Wrap(fault.Forbidden, "这个请求不是从本院的页面发出的，没有办理。请回到本院页面重新操作。", err), Reply{})
		return
	}
	if _, pattern := rt.mux.Handler(r); pattern == "" {
		rt.done(r, "", http.StatusNotFound, 0, nil)
		rt.fail(w, rt.looked(r), wantsJSON(r), fault.Missing(), Reply{})
		return
	}
	rt.mux.ServeHTTP(w, r)
}

// ordinary is the size that what is typed may have, whatever files come with it.
const ordinary = 1 << 20

// most is how large the body of a request may be: only a form that can carry
// files has their room.
func (route Route) most(r *http.Request) int64 {
	if isMultipart(r) {
		return ordinary + route.Upload
	}
	return ordinary
}

func (rt *Router) serve(route Route, api bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		asJSON := api || wantsJSON(r)
		r.Body = http.MaxBytesReader(w, r.Body, route.most(r))
		w.Header().Set("Cache-Control", "no-store")
		rep, r, err := rt.answer(route, r, api)
		if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
			what, limit := "内容", big.Limit
			if limit > ordinary {
				what, limit = "文件", limit-ordinary
			}
			err = fault.Wrap(fault.Invalid, fmt.Sprintf("%s太大了，一次最多 %d MB，没有交上。请回到上一页，分几次交。", what, limit>>20), err)
		}
		status := http.StatusOK
		switch {
		case err != nil:
			status = rt.fail(w, r, asJSON || Streams(r), err, rep)
		case rep.Stream != nil: // its time is how long it took to be let in
			rt.done(r, route.Pattern, status, time.Since(start), nil)
			rep.Stream(w, r)
			return
		default:
			if a := auth.From(r.Context()); rep.Keep && !asJSON && r.URL.RawQuery == "" && a.Account != "" && !a.Staff {
				w.Header().Set("X-Keep", KeepMark(a))
			}
			status = rt.show(w, r, asJSON, rep)
		}
		if rep.Read != nil && rt.cfg.OnRead != nil && (err == nil || rep.Page != nil && !asJSON) { // the page around a form with a fault is read, too
			rt.cfg.OnRead(*rep.Read)
		}
		switch {
		case !route.Quiet:
			rt.done(r, route.Pattern, status, time.Since(start), err)
		case fault.KindOf(err) == fault.Internal && err != nil: // ours to mend, whoever it met
			rt.done(r, "quiet", status, time.Since(start), err)
		}
	}
}

func (rt *Router) looked(r *http.Request) *http.Request {
	if rt.cfg.Look == nil {
		return r
	}
	return rt.cfg.Look(r)
}

// answer identifies, limits, and lets the handler act.
func (rt *Router) answer(route Route, r *http.Request, api bool) (Reply, *http.Request, error) {
	if passive(r) {
		r = r.WithContext(auth.Passive(r.Context()))
	}
	if route.Quiet {
		r = r.WithContext(db.Quietly(r.Context()))
	}
	a, err := rt.actor(r, api)
	if err != nil {
		return Reply{}, r, err
	}
	r = rt.looked(r.WithContext(auth.With(r.Context(), a)))
	if route.Object != Public && a.Account == "" {
		return Reply{}, r, fault.New(fault.SignIn, "请先登录。")
	}
	if err := rt.limits.allow(route.Limit, a.Session, Address(r.Context())); err != nil {
		return Reply{}, r, err
	}
	next := func(r *http.Request) (Reply, error) { return rt.carry(route, a, r) }
	if rt.cfg.Gate == nil || route.Object == Public {
		rep, err := next(r)
		return rep, r, err
	}
	rep, err := rt.cfg.Gate(r, route, next)
	return rep, r, err
}

// carry hands the request to its handler, one form once.
func (rt *Router) carry(route Route, a auth.Actor, r *http.Request) (Reply, error) {
	if isMultipart(r) {
		var files *spool
		r, files = withSpool(r, rt.cfg.Spool)
		defer files.forget()
	}
	if r.Method == http.MethodPost {
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			if err := parse(r); err != nil {
				return Reply{}, err
			}
			key = r.PostForm.Get("_key")
		}
		if len(key) > 100 {
			return Reply{}, fault.New(fault.Invalid, "请求的编号太长。")
		}
		if key != "" { // the same key on another person's form is another form
			key = a.Account + "/" + route.Pattern + "/" + key
			if route.Quiet { // nor is it kept in a table who sent this form
				h := sha256.Sum256([]byte(key))
				key = hex.EncodeToString(h[:])
			}
			r = r.WithContext(WithIdempotency(r.Context(), key))
		}
	}
	rep, err := route.Do(r)
	if errors.Is(err, ErrRepeated) {
		to := ""
		if rt.cfg.Target != nil {
			to = rt.cfg.Target(r.Context(), Idempotency(r.Context()))
		}
		if to == "" {
			to = route.Again
		}
		if to == "" {
			to = above(r.URL.Path)
		}
		return Reply{Goto: to, Toast: "刚才已经收到了，没有重复办理。", JSON: Repeated{true, to}}, nil
	}
	return rep, err
}

// actor finds who is behind the session of a browser, or the token of a program.
func (rt *Router) actor(r *http.Request, api bool) (auth.Actor, error) {
	token := ""
	if c, err := r.Cookie(rt.Cookie()); err == nil {
		token = c.Value
	}
	if b, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = b
		if api && rt.cfg.Peer != nil && strings.HasPrefix(token, PeerToken) {
			a, err := rt.cfg.Peer(r.Context(), token)
			if err != nil && !rt.limits.take("a/token/"+network(Address(r.Context())), perAddress["code"]) {
				err = errSlow
			}
			return a, err
		}
	}
	if token == "" || rt.cfg.Actor == nil {
		return auth.From(r.Context()), nil
	}
	return rt.cfg.Actor(r.Context(), token)
}

// Repeated is the JSON form of "carried out before", and where that led.
type Repeated struct {
	Repeated bool   `json:"repeated"`
	Goto     string `json:"goto"`
}

// ErrRepeated says that this form was already carried out.
var ErrRepeated = errors.New("web: carried out before")

// show writes a successful reply.
func (rt *Router) show(w http.ResponseWriter, r *http.Request, asJSON bool, rep Reply) int {
	rt.cookies(w, rep)
	switch {
	case rep.File != nil && !asJSON, rep.File != nil && rep.JSON == nil:
		return sendFile(w, r, rep.File)
	case asJSON:
		return writeJSON(w, http.StatusOK, rep.JSON)
	case rep.Goto != "":
		if rep.Toast != "" {
			http.SetCookie(w, &http.Cookie{Name: "toast", Value: url.QueryEscape(rep.Toast), Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: rt.cfg.Secure})
		}
		http.Redirect(w, r, rep.Goto, http.StatusSeeOther)
		return http.StatusSeeOther
	case rep.Part != nil && r.Header.Get("HX-Request") == "true":
		return rt.render(w, r, http.StatusOK, rep.Part)
	case rep.Page != nil:
		status := rep.Status
		if status == 0 {
			status = http.StatusOK
		}
		return rt.render(w, r, status, rep.Page)
	}
	return writeJSON(w, http.StatusOK, rep.JSON)
}

func (rt *Router) cookies(w http.ResponseWriter, rep Reply) {
	c := &http.Cookie{Name: rt.Cookie(), Path: "/", HttpOnly: true, Secure: rt.cfg.Secure, SameSite: http.SameSiteLaxMode}
	switch {
	case rep.SignIn != "":
		c.Value, c.MaxAge = rep.SignIn, int((30 * 24 * time.Hour).Seconds())
		http.SetCookie(w, c)
	case rep.SignOut:
		c.MaxAge = -1
		http.SetCookie(w, c)
		w.Header().Set("Clear-Site-Data", `"storage"`) // what an installed app kept, on a phone that others use too
	}
	for _, c := range rep.Cookies {
		c.Secure = rt.cfg.Secure
		http.SetCookie(w, c)
	}
}

func (rt *Router) render(w http.ResponseWriter, r *http.Request, status int, p Page) int {
	var b strings.Builder
	if err := p.Render(r.Context(), &b); err != nil {
		return rt.fail(w, r, false, fmt.Errorf("web: render: %w", err), Reply{})
	}
	if _, err := r.Cookie("toast"); err == nil && !passive(r) { // shown now, and only now
		http.SetCookie(w, &http.Cookie{Name: "toast", Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: rt.cfg.Secure})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String()))
	return status
}

var statuses = map[fault.Kind]int{
	fault.Invalid: 422, fault.SignIn: 401, fault.StepUp: 403, fault.Forbidden: 403, fault.NotFound: 404,
	fault.Conflict: 409, fault.TooMany: 429, fault.Unavailable: 503, fault.Internal: 500,
}

// fail writes a refusal: the form again when the handler gave it, a page that
// says what to do, or JSON.
func (rt *Router) fail(w http.ResponseWriter, r *http.Request, asJSON bool, err error, rep Reply) int {
	f := fault.As(err)
	status := statuses[f.Kind]
	if f.Kind == fault.TooMany {
		w.Header().Set("Retry-After", "60")
	}
	if asJSON {
		return writeJSON(w, status, errorJSON(f, err, Number(r.Context())))
	}
	if f.Kind == fault.SignIn && r.Method == http.MethodGet {
		http.Redirect(w, r, "/account/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return http.StatusSeeOther
	}
	if f.Kind == fault.StepUp {
		next := r.URL.RequestURI()
		if r.Method != http.MethodGet {
			next = above(r.URL.Path)
		}
		http.Redirect(w, r, "/account/prove?next="+url.QueryEscape(next), http.StatusSeeOther)
		return http.StatusSeeOther
	}
	if rep.Page != nil {
		return rt.render(w, r, status, rep.Page)
	}
	if rt.cfg.Error == nil {
		http.Error(w, f.Show, status)
		return status
	}
	return rt.renderError(w, r, ErrorView{Status: status, Fault: f, Number: Number(r.Context()), Path: r.URL.Path})
}

func (rt *Router) renderError(w http.ResponseWriter, r *http.Request, v ErrorView) int {
	var b strings.Builder
	if err := rt.cfg.Error(r, v).Render(r.Context(), &b); err != nil {
		http.Error(w, v.Fault.Show, v.Status)
		return v.Status
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(v.Status)
	_, _ = w.Write([]byte(b.String()))
	return v.Status
}

// done logs a request once, without personal data: the route's pattern, never
// its path, and of an error only what a citizen does not read. Whose request
// was refused the line says by the number of his account, which only the
// database can turn into a name.
func (rt *Router) done(r *http.Request, pattern string, status int, took time.Duration, err error) {
	if rt.cfg.OnDone != nil {
		rt.cfg.OnDone(pattern, status, took)
	}
	args := []any{"route", pattern, "status", status, "ms", took.Milliseconds(), "request", Number(r.Context())}
	kind := fault.KindOf(err)
	switch {
	case err == nil:
		rt.cfg.Log.Info("request", args...)
	case kind == fault.Internal:
		rt.cfg.Log.Error("request failed", append(args, "err", err)...)
	default:
		rt.cfg.Log.Warn("refused", append(args, "why", kind, "account", auth.From(r.Context()).Account)...)
	}
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, API+"/") || strings.Contains(r.Header.Get("Accept"), "application/json") ||
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

// Streams reports whether the request asks to stay connected and be told of
// changes (Server-Sent Events).
func Streams(r *http.Request) bool { return r.Header.Get("Accept") == "text/event-stream" }

// passive reports whether a page asks by itself, with nobody doing anything:
// that keeps no session alive and takes no one-time line off another page.
func passive(r *http.Request) bool { return Streams(r) || r.Header.Get("X-Live") != "" }

// KeepMark names an account to the worker of the installed app without saying
// which it is: what one account keeps on a phone, another never sees.
func KeepMark(a auth.Actor) string {
	h := sha256.Sum256([]byte("mashang keep v1\n" + a.Account))
	return hex.EncodeToString(h[:8])
}

// WriteJSON writes a value for a raw handler.
func WriteJSON(w http.ResponseWriter, v any) { writeJSON(w, http.StatusOK, v) }

func writeJSON(w http.ResponseWriter, status int, v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":{"kind":"internal"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
	return status
}

// Problem is the JSON form of a refusal.
type Problem struct {
	Kind   string            `json:"kind"`
	Show   string            `json:"show"`
	Field  string            `json:"field,omitempty"`
	Basis  string            `json:"basis,omitempty"`
	Number string            `json:"number"`
	Fields map[string]string `json:"fields,omitempty"`
}

func errorJSON(f *fault.Error, err error, number string) any {
	p := Problem{Kind: string(f.Kind), Show: f.Show, Field: f.Field, Basis: f.Basis, Number: number}
	for _, e := range fault.Fields(err) {
		if e.Field != "" {
			if p.Fields == nil {
				p.Fields = map[string]string{}
			}
			p.Fields[e.Field] = e.Show
		}
	}
	return map[string]any{"error": p}
}

// above is the page that a form most likely stood on: the path without its
// last word. There is no Referer to ask, because codes are in paths.
func above(path string) string {
	path = strings.TrimPrefix(path, API)
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// localPath keeps only the path of a referring page, so that nobody is sent elsewhere.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return "/"
	}
	if u.RawQuery != "" {
		return u.EscapedPath() + "?" + u.RawQuery
	}
	return u.EscapedPath()
}

// Next returns a safe path within this site from a "next" parameter, or def.
func Next(s, def string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return def
	}
	if p := localPath(s); p != "/" {
		return p
	}
	return def
}
