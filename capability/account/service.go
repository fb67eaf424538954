package account

import (
	"net"
	"net/url"

	"github.com/go-webauthn/webauthn/webauthn"

	"mashang/capability/account/swap"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/web"
)

// Service does what the package doc says. Later services use it through the
// small interfaces they declare.
type Service struct {
	k        *app.Kit
	rt       *web.Router // for limits on one phone or one account
	identity Identity
	keys     *webauthn.WebAuthn // nil while the origin has no name
	court    string             // name that short messages begin with
	leaked   func(password string) bool
	swap     *swap.Book
}

// New returns the service. identity may be nil: then nobody is matched by a
// platform. leaked knows passwords that nobody may choose.
func New(k *app.Kit, identity Identity, leaked func(password string) bool) (*Service, error) {
	s := &Service{k: k, identity: identity, leaked: leaked, court: "人民法院"}
	if domain := passkeyDomain(k.Config.Origin); domain != "" {
		keys, err := webauthn.New(&webauthn.Config{RPID: domain, RPDisplayName: "码上·人民法院", RPOrigins: []string{k.Config.Origin}})
		if err != nil {
			return nil, err
		}
		s.keys = keys
	}
	k.Notify.Bound, k.Notify.Rings, s.swap = s, docket.Rings, swap.New(k, s.seen)
	return s, nil
}

// passkeyDomain is the name that passkeys belong to; empty when the origin is
// not known yet or is a bare address, to which browsers bind no passkey.
func passkeyDomain(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		return ""
	}
	return u.Hostname()
}

// Speak sets the court name that short messages begin with.
func (s *Service) Speak(court string) { s.court = court }
