// Package capability says what a service of the court is. Below it lies one
// folder per service; none imports another. A service is declared once, in the
// list at the root of the module.
package capability

import (
	"time"

	"github.com/a-h/templ"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
)

// Capability is one service: what the house needs of it, and what it adds to
// the pages that all services share.
type Capability struct {
	app.Service
	// Panels are its parts of the case page.
	Panels func(tx *db.Tx, v View) ([]Panel, error)
	// Tasks are what it puts on a person's desk.
	Tasks func(tx *db.Tx, v Viewer) ([]Task, error)
}

// Viewer is who looks, and when.
type Viewer struct {
	Actor auth.Actor
	Posts []docket.Post
	Now   time.Time
}

// View is a case as someone looks at it.
type View struct {
	Viewer
	Case     docket.Case
	Relation access.Relation
	Parties  []docket.Party
	Party    docket.Party // on whose side the viewer stands; zero for court people
}

// Court reports whether the viewer looks as one of the court's people.
func (v View) Court() bool { return v.Relation&access.Staff != 0 }

// May reports whether the viewer may do something, for buttons.
func (v View) May(kind, verb string) bool { return access.Allowed(v.Relation, kind, verb) }

// Place is where a panel stands on the case page or the page of its acts.
type Place int

// The places, in reading order; Aside is the column beside them.
const (
	Next    Place = iota // what to do now; the first one wins
	Main                 // in the column
	Aside                // beside it
	Closing              // over the button that closes the case: what is still open
)

// Panel is one part of a case page.
type Panel struct {
	Place Place
	Order int // within its place
	Body  templ.Component
}

// Task is something that waits for a person.
type Task struct {
	Group string    `json:"group"` // heading on the desk: 等您回复
	Due   time.Time `json:"due"`   // zero: no date
	Title string    `json:"title"`
	Sub   string    `json:"sub"` // second line: case number and so on
	Href  string    `json:"href"`
	Tag   string    `json:"tag"`  // 今天到期
	Tone  string    `json:"tone"` // go, ok, soon, late
	Act   *Act      `json:"-"`    // what can be done with it at once
}

// Act is a form of one button beside a task.
type Act struct {
	Action, Text string
	Fields       [][2]string // name and value
}

// List is every service in the order a case meets them. Services that show
// pages of all hold a pointer to it; it is complete before the first request.
type List struct{ All []Capability }

// Panels asks every service for its parts of a case page.
func (l *List) Panels(tx *db.Tx, v View) ([]Panel, error) {
	var out []Panel
	for _, c := range l.All {
		if c.Panels == nil {
			continue
		}
		ps, err := c.Panels(tx, v)
		if err != nil {
			return nil, err
		}
		out = append(out, ps...)
	}
	return out, nil
}

// Tasks asks every service for what waits for a person.
func (l *List) Tasks(tx *db.Tx, v Viewer) ([]Task, error) {
	var out []Task
	for _, c := range l.All {
		if c.Tasks == nil {
			continue
		}
		ts, err := c.Tasks(tx, v)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}

// Services returns the house's part of every capability.
func (l *List) Services() []app.Service {
	var out []app.Service
	for _, c := range l.All {
		out = append(out, c.Service)
	}
	return out
}
