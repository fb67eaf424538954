package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"mashang/platform/fault"
)

// Page is anything that renders itself; a templ component is one.
type Page interface {
	Render(ctx context.Context, w io.Writer) error
}

// File is a download.
type File struct {
	Name   string // as the person saves it
	Type   string // media type
	Body   io.ReadSeeker
	Inline bool // shown in the browser instead of saved
	At     time.Time
}

// Reply is what a handler answers with: one value, several forms.
type Reply struct {
	Page   Page   // for people
	Part   Page   // the changed part only, for a script that asked for it
	JSON   any    // for programs
	Goto   string // after a change, where a person goes next
	Toast  string // one sentence shown on the next page
	File   *File
	Stream http.HandlerFunc // for a page that stays connected ([Streams])
	Status int              // 0: 200, or 422 beside an error

	SignIn  string         // session token for this browser
	SignOut bool           // forget the session
	Cookies []*http.Cookie // preferences
	Read    *Reading       // what was read, for the trail
	Keep    bool           // a page that its reader, unless he is staff, may keep on his own phone ([KeepMark])
}

// Reading says that a person looked at an object; the kit records it after
// the page was allowed, in batches (architecture R5).
type Reading struct {
	Object string // "case", "paper"
	ID     string
	Court  string
	Case   string
	Person string
	Basis  string // why someone who does not handle the case opened it
	At     time.Time
}

// Shown answers a page and a program with the same value.
func Shown(v any, err error, page Page) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	return Reply{Page: page, JSON: v}, nil
}

// Again shows a form once more with what was typed, when that is what was wrong.
func Again(err error, form func() (Reply, error)) (Reply, error) {
	if fault.KindOf(err) != fault.Invalid {
		return Reply{}, err
	}
	rep, ferr := form()
	if ferr != nil {
		return Reply{}, err
	}
	return rep, err
}

// Handler does one route. An error and a Page together show the page again
// with what was typed, and the error's status.
type Handler func(r *http.Request) (Reply, error)

// Access of routes that ask nobody who he is.
const Public = "public"

// Route is one line of a service's counter.
type Route struct {
	Pattern  string   // "POST /onecode/{case}/ask", as in net/http
	Title    string   // plain Chinese: what it does
	Object   string   // kind of object in the access table, or Public
	Verb     string   // verb in the access table
	In       any      // zero value of the command that Read decodes, for the API description
	Out      any      // zero value of Reply.JSON; File{} for a download
	Limit    string   // rate class; "" is the ordinary one
	Upload   int64    // bytes allowed in the body beyond the ordinary 1 MiB
	Files    []string // the fields that carry uploaded files
	PageOnly bool     // a page for people that has no JSON form
	Quiet    bool     // that someone was here is nobody's business: no line in the log, no figure
	Glance   bool     // shows that something happened and not what: nobody has read anything
	Again    string   // where a form that comes twice leads; the page above if empty
	Whole    bool     // reads in the snapshot in which the door was opened, and does nothing else that takes long
	Do       Handler
}
