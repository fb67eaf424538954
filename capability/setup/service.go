// Package setup is 首次设置与人员: what must be settled before a court can
// serve, and who works there.
//
// An empty folder gets a one-time link (mashang setup). Behind it three
// questions: the origin, which is printed in every code and cannot change; the
// courts, with their usual divisions and the rest days that are known; the
// three administrators, who are never one person. Afterwards the system
// administrator adds staff one by one or from an XLSX list, describes the
// court, its divisions, gateways and rest days; the security administrator
// moves posts and puts seals into use. Administrators of a court serve the
// courts directly below it as well.
//
// Reading order: link.go, first.go, found.go, staff.go, posts.go, court.go,
// calendar.go, gateway.go, seals.go, http.go, admin.go.
package setup

import (
	"context"

	"mashang/capability"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

var (
	errFounded = fault.New(fault.Conflict, "这个法院已经设置过了。")
	errCourt   = fault.Field("code", "请选一个法院。")
)

// Accounts is what setup asks of the account service.
type Accounts interface {
	Invite(tx *db.Tx, person, name, login, phone string) (word string, err error)
	InviteAgain(tx *db.Tx, person string) (word string, err error)
	Uninvite(tx *db.Tx, person string) (fresh bool, err error)
	Waiting(tx *db.Tx) (people []string, err error) // whose invitation was never accepted
	Known(tx *db.Tx, person string) (bool, error)
	StaffPhone(tx *db.Tx, person string) (string, error)
}

// Service does what the package doc says.
type Service struct {
	k        *app.Kit
	accounts Accounts
	changed  func() // a court's words or picture are new
}

// New returns the service. changed is called when what a masthead shows may
// have changed.
func New(k *app.Kit, accounts Accounts, changed func()) *Service {
	s := &Service{k: k, accounts: accounts, changed: changed}
	if !k.Config.Demo { // nothing leaves a demo
		k.Notify.Find = s.gateway
	}
	return s
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "setup", Title: "首次设置与人员", Routes: s.routes,
		Kinds: []ledger.Kind{
			{Name: "setup.origin", Title: "确定网址", Audience: ledger.Court},
			{Name: "setup.founded", Title: "设置法院", Audience: ledger.Court},
			{Name: "setup.admins", Title: "任命三员", Audience: ledger.Court},
			{Name: "setup.staff", Title: "添加工作人员", Audience: ledger.Court},
			{Name: "setup.unadded", Title: "撤回加错的工作人员", Audience: ledger.Court},
			{Name: "setup.ended", Title: "职务结束", Audience: ledger.Court},
			{Name: "setup.calendar", Title: "载入放假安排", Audience: ledger.Court},
			{Name: "setup.moved", Title: "调动职务", Audience: ledger.Court},
			{Name: "setup.withdrawn", Title: "撤回职务安排", Audience: ledger.Court},
			{Name: "setup.invited", Title: "重新发邀请", Audience: ledger.Court},
			{Name: "setup.court", Title: "修改法院名片", Audience: ledger.Court},
			{Name: "setup.division", Title: "修改部门", Audience: ledger.Court},
			{Name: "setup.seal", Title: "启用或停用印章", Audience: ledger.Court},
			{Name: "setup.gateways", Title: "设短信和邮件", Audience: ledger.Court},
			{Name: "setup.tested", Title: "试发消息", Audience: ledger.Court},
		},
		Jobs: map[string]jobs.Handler{"setup.hand_over": s.handOver}}}
}

// Ready reports whether the court has been set up.
func (s *Service) Ready(ctx context.Context) (bool, error) {
	v, err := s.k.Setting(ctx, "ready")
	return v == "1", err
}
