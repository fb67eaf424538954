package ui

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"mashang/platform/id"
)

// Look is what the frame of every page needs; the program puts it into the
// context of each request.
type Look struct {
	Court   string // who speaks
	Logo    string // address of its picture; empty: the red seal
	Name    string // of the person signed in; empty: nobody
	Staff   bool
	Home    string // where the masthead leads
	Demo    bool
	Large   bool
	Dark    bool
	Toast   string
	Path    string
	Hotline string
	WeChat  bool   // its browser keeps no files
	Keep    string // under which name a phone may keep pages; empty for strangers
	Heard   string // the place in the court's ledger that the page is sure to show

	Case *Speaker // of the case that the page is about, once it is known that its reader may know
}

// Speaker is a court as a page names it.
type Speaker struct{ Court, Logo string }

type lookKey struct{}

// WithLook returns ctx carrying l.
func WithLook(ctx context.Context, l Look) context.Context {
	return context.WithValue(ctx, lookKey{}, l)
}

// LookOf returns the look of a request.
func LookOf(ctx context.Context) Look {
	l, _ := ctx.Value(lookKey{}).(Look)
	if l.Hotline == "" {
		l.Hotline = "12368"
	}
	if l.Court == "" {
		l.Court = "人民法院"
	}
	if l.Home == "" {
		l.Home = "/"
	}
	return l
}

// Preferences reads large type, dark and the one-time line from cookies, and
// from the browser's name whether it is WeChat's, where no page is kept.
func Preferences(r *http.Request, l *Look) {
	if l.WeChat = strings.Contains(r.UserAgent(), "MicroMessenger"); l.WeChat {
		l.Keep = "" // it has no home screen to put an app on
	}
	if c, err := r.Cookie("size"); err == nil {
		l.Large = c.Value == "large"
	}
	if c, err := r.Cookie("theme"); err == nil {
		l.Dark = c.Value == "dark"
	}
	if c, err := r.Cookie("toast"); err == nil {
		l.Toast, _ = url.QueryUnescape(c.Value)
	}
}

// Key returns a fresh idempotency key for a form.
func Key() string { return id.Code(20) }

// Frame says what is particular to one page.
type Frame struct {
	Title   string // in the browser's tab
	Court   string // who speaks on this page; empty: as in the Look
	Logo    string // address of that court's picture; empty: the red seal
	Service string // under the court's name
	Nav     []NavItem
	Back    *Link
	Hero    bool
	App     bool // from here a phone may keep the court as an app
	Says    bool // the page itself says what was done, where its reader looks
}

// NavItem is a word in the staff's navigation.
type NavItem struct {
	Href, Text string
	Count      int
	Hot        bool // someone waits
	Current    bool
}

// Link is an address with its words.
type Link struct{ Href, Text string }

// speaks is who speaks on a page, and the picture beside the name.
func (f Frame) speaks(l Look) (court, logo string) {
	if f.Court != "" {
		return f.Court, f.Logo
	}
	if l.Case != nil && l.Case.Court != "" {
		return l.Case.Court, l.Case.Logo
	}
	return l.Court, l.Logo
}
