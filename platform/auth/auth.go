// Package auth carries who is acting. How someone proves who he is belongs to
// the account service; what he may do belongs to docket/access.
package auth

import (
	"context"
	"time"

	"mashang/platform/fault"
)

// Level is how surely we know the person (在线诉讼规则 7).
type Level int

// The levels, lowest first.
const (
	Nobody     Level = 0 // signed out
	Registered Level = 1 // holds the phone he names; identity only claimed
	Matched    Level = 2 // identity confirmed: court-held phone, counter, or identity platform
	Staff      Level = 3 // a court's own person with a second factor
)

// Actor is the person behind a request, or a job of the system.
type Actor struct {
	Person  string    // docket person id; empty below Matched
	Account string    // account id; empty when signed out
	Session string    // session id, for revoking and for the trail
	Name    string    // as shown to himself
	Level   Level     // how surely we know
	Staff   bool      // works for a court
	Proved  time.Time // last time he proved himself with a strong factor
	System  string    // name of the job that acts, when no person does
	Peer    string    // id of the connected system that acts, when a program does
	Court   string    // the only court in which that system acts
}

type key struct{}

// With returns ctx carrying a.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// From returns the actor; the zero Actor is a stranger.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(key{}).(Actor)
	return a
}

// System returns ctx in which the named job acts.
func System(ctx context.Context, name string) context.Context {
	return With(ctx, Actor{System: name, Name: "系统"})
}

type passiveKey struct{}

// Passive returns ctx of a request that a page makes by itself: it does not
// count as somebody being there.
func Passive(ctx context.Context) context.Context { return context.WithValue(ctx, passiveKey{}, true) }

// IsPassive reports whether nobody does anything in ctx.
func IsPassive(ctx context.Context) bool { return ctx.Value(passiveKey{}) != nil }

// Require returns the actor when his identity is known at least at level l.
func Require(ctx context.Context, l Level) (Actor, error) {
	a := From(ctx)
	if a.System != "" || a.Level >= l {
		return a, nil
	}
	if a.Account == "" {
		return a, fault.New(fault.SignIn, "请先登录。")
	}
	return a, fault.New(fault.Forbidden, "这件事要先核实您的身份。带身份证到任一法院窗口，或者扫法院文书上的案件码。")
}

// RequireOwn returns a StepUp fault when nobody has proved yet, in this session,
// that the account is his: it began with a phone that a case holds, which others
// write down.
func RequireOwn(a Actor) error {
	if a.System != "" || !a.Proved.IsZero() {
		return nil
	}
	return fault.New(fault.StepUp, "这里只给本人看，请用您账号的手机再确认一次。")
}

// Fresh is how long a strong proof counts for a sensitive act.
const Fresh = 10 * time.Minute

// RequireFresh returns a StepUp fault when the last strong proof is too old.
func RequireFresh(a Actor, now time.Time) error {
	if a.System != "" || now.Sub(a.Proved) <= Fresh {
		return nil
	}
	return fault.New(fault.StepUp, "这一步很要紧，请再确认一次是您本人。")
}
