package seals

import (
	"context"
	"crypto/x509"

	"mashang/platform/clock"
	"mashang/platform/sign"
)

// Stamps is a time-stamp service (RFC 3161) for which papers can wait.
type Stamps struct {
	service sign.Service
	pause   pause
}

// NewStamps returns the service at an address. Only what is under roots is
// taken. The address may be http: what it answers is signed, and answers the
// very question.
func NewStamps(address string, roots []*x509.Certificate, c clock.Clock) *Stamps {
	return &Stamps{service: sign.Service{URL: address, Client: client(), Roots: roots}, pause: pause{clock: c}}
}

// Stamp proves when a digest was there.
func (s *Stamps) Stamp(ctx context.Context, digest []byte) ([]byte, error) {
	const show = "时间戳服务现在连不上，或者答的不对。"
	if why := s.pause.on(); why != nil {
		return nil, down(show, why)
	}
	token, err := s.service.Stamp(ctx, digest)
	if err != nil {
		s.pause.after(ctx, err)
		return nil, down(show, err)
	}
	return token, nil
}
