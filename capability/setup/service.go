// Package setup is 首次设置与人员: what must be settled before a court can
// serve, and who works there.
//
// An empty folder gets a one-time link (mashang setup). Behind it three
// questions: the origin, which is printed in every code and cannot change; the
// courts, with their usual divisions and the rest days that are known; the
// three administrators, who are never one person. Afterwards the system
// administrator adds staff one by one or from an XLSX list.
//
// Reading order: link.go, first.go, found.go, staff.go, http.go.
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
	errCourt   = fault.Field("code", "请选一个法院。")
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
	return capability.Capability{Service: app.Service{Name: "setup", Title: "首次设置与人员", Routes: s.routes,
		Kinds: []ledger.Kind{
			{Name: "setup.origin", Title: "确定网址", Audience: ledger.Court},
			{Name: "setup.founded", Title: "设置法院", Audience: ledger.Court},
			{Name: "setup.admins", Title: "任命三员", Audience: ledger.Court},
			{Name: "setup.staff", Title: "添加工作人员", Audience: ledger.Court},
			{Name: "setup.ended", Title: "职务结束", Audience: ledger.Court},
			{Name: "setup.calendar", Title: "载入放假安排", Audience: ledger.Court},
		}}}
}

// Ready reports whether the court has been set up.
func (s *Service) Ready(ctx context.Context) (bool, error) {
	v, err := s.k.Setting(ctx, "ready")
	return v == "1", err
}
