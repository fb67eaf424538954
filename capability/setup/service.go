// Package setup is 首次设置与人员: what must be settled before a court can serve.
package setup

import (
	"context"

	"mashang/capability"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

var (
	errFounded = fault.New(fault.Conflict, "这个法院已经设置过了。")
	errCourt   = fault.Field("code", "没有这个法院。")
)

// Accounts is what setup asks of the account service.
type Accounts interface {
	Invite(tx *db.Tx, person, name, login, phone string) (word string, err error)
}

// Service does what the package doc says.
type Service struct {
	k        *app.Kit
	accounts Accounts
}

// New returns the service.
func New(k *app.Kit, accounts Accounts) *Service { return &Service{k: k, accounts: accounts} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "setup", Title: "首次设置与人员",
		Kinds: []ledger.Kind{{Name: "setup.founded", Title: "设置法院", Audience: ledger.Court}}}}
}

// Ready reports whether the court has been set up.
func (s *Service) Ready(ctx context.Context) (bool, error) {
	v, err := s.k.Setting(ctx, "ready")
	return v == "1", err
}
