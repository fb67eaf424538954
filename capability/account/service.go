package account

import (
	"net/url"

	"github.com/go-webauthn/webauthn/webauthn"

	"mashang/platform/app"
	"mashang/platform/web"
)

// Service does what the package doc says. Later services use it through the
// small interfaces they declare.
type Service struct {
	k        *app.Kit
	rt       *web.Router // for limits on one phone or one account
	identity Identity
	keys     *webauthn.WebAuthn // nil until the origin is known
	court    string             // name that short messages begin with
}

// New returns the service. identity may be nil: then nobody is matched by a platform.
func New(k *app.Kit, identity Identity) (*Service, error) {
	s := &Service{k: k, identity: identity, court: "人民法院"}
	if u, err := url.Parse(k.Config.Origin); err == nil && u.Hostname() != "" {
		keys, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "码上·人民法院", RPOrigins: []string{k.Config.Origin}})
		if err != nil {
			return nil, err
		}
		s.keys = keys
	}
	return s, nil
}

// Speak sets the court name that short messages begin with.
func (s *Service) Speak(court string) { s.court = court }
