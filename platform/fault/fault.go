// Package fault defines the one error type that may reach a citizen.
//
// Every refusal in the system is a *fault.Error: what happened in plain
// Chinese, which field it concerns, and the article when the law is the
// reason. Anything else that surfaces is treated as [Internal] and shows
// nothing but a request number.
package fault

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Kind says what the caller should do about an error.
type Kind string

// The kinds. Only platform/web turns them into HTTP statuses.
const (
	Invalid     Kind = "invalid"     // fix the input and try again
	SignIn      Kind = "sign_in"     // say who you are first
	StepUp      Kind = "step_up"     // prove again that it is you
	Forbidden   Kind = "forbidden"   // this person may not
	NotFound    Kind = "not_found"   // nothing there, or nothing this person may know of
	Conflict    Kind = "conflict"    // someone else moved first; reload
	TooMany     Kind = "too_many"    // slow down
	Unavailable Kind = "unavailable" // a neighbour system is out; try later
	Internal    Kind = "internal"    // ours; tell nothing
)

// Error pairs a message safe to show with a cause that is only logged.
type Error struct {
	Kind  Kind
	Show  string // what the citizen reads: what happened and what to do
	Field string // the form field at fault, if one is
	Basis string // the article relied on, if a rule refused
	cause error
}

// Error is for logs; citizens read Show.
func (e *Error) Error() string {
	s := string(e.Kind) + ": " + e.Show
	if e.Field != "" {
		s += " [" + e.Field + "]"
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// New returns an error of kind k that shows msg.
func New(k Kind, msg string) *Error { return &Error{Kind: k, Show: msg} }

// Field returns an Invalid error about one form field.
func Field(name, msg string) *Error { return &Error{Kind: Invalid, Field: name, Show: msg} }

// Law returns an error of kind k refused by the article named in basis.
func Law(k Kind, msg, basis string) *Error { return &Error{Kind: k, Show: msg, Basis: basis} }

// Wrap keeps cause for the log behind a sentence for the citizen.
func Wrap(k Kind, msg string, cause error) *Error { return &Error{Kind: k, Show: msg, cause: cause} }

// Missing is the one answer for things that do not exist and things that the
// actor may not know of; telling them apart would leak.
func Missing() *Error {
	return New(NotFound, "没找到这一页。可能地址抄错了，也可能您没有查看的权限。")
}

// OrMissing is err or, where nothing failed and nothing was found, [Missing].
func OrMissing(err error) error {
	if err != nil {
		return err
	}
	return Missing()
}

var errStale = errors.New("the state read is no longer the state stored")

// Stale is the answer when the state read is no longer the state stored.
func Stale() *Error {
	return Wrap(Conflict, "刚刚有人先办了这一步。请看最新的情况，再决定要不要继续。", errStale)
}

// IsStale reports whether err is [Stale]: the same may succeed when it is tried
// again on the state of now.
func IsStale(err error) bool { return errors.Is(err, errStale) }

// KindOf reports the kind of err; an error nobody classified is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// As returns the *Error within err, or an Internal one wrapping it.
func As(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(Internal, "我们这边出了错，已经记下来了。", err)
}

// List is several field errors of one form, shown together so that a person
// corrects everything at once.
type List []*Error

// Add appends a field error; a nil list is fine.
func (l *List) Add(field, format string, args ...any) {
	*l = append(*l, Field(field, fmt.Sprintf(format, args...)))
}

// How many characters people may write: on a line of a form, and as what happened
// or why.
const (
	Line = 100
	Text = 1000
)

// Most adds an error if a field holds more than n characters.
func (l *List) Most(n int, field, value string) {
	if utf8.RuneCountInString(value) > n {
		l.Add(field, "太长了，最多写 %d 个字。", n)
	}
}

// Err returns nil for an empty list, else an Invalid error that unwraps to all.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Show: l[0].Show, Field: l[0].Field, Basis: l[0].Basis, cause: l}
}

// Error joins the sentences.
func (l List) Error() string {
	s := ""
	for i, e := range l {
		if i > 0 {
			s += "; "
		}
		s += e.Field + ": " + e.Show
	}
	return s
}

// Fields returns every field error within err, in order.
func Fields(err error) []*Error {
	if l, ok := errors.AsType[List](err); ok {
		return l
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Invalid {
		return []*Error{e}
	}
	return nil
}
