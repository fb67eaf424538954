package connect

import (
	"context"
	"embed"
	"strings"

	"mashang/capability"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/bus"
	"mashang/platform/db"
	"mashang/platform/egress"
	"mashang/platform/exchange"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

//go:embed schema
var schema embed.FS

// Cases is what connect asks of the import of cases: one case by its number,
// written once. outcome is created, changed or same; the first two append the
// one entry of the act.
type Cases interface {
	Put(tx *db.Tx, court string, record []byte) (caseID, outcome string, err error)
}

// Service does what the package doc says.
type Service struct {
	k     *app.Kit
	cases Cases
	key   exchange.Key
	bus   *bus.Bus
	reach egress.Reach // of every webhook, without its tick
}

// New returns the service.
func New(k *app.Kit, cases Cases) (*Service, error) {
	key, err := exchange.NewKey(k.Vault.Keys)
	return &Service{k: k, cases: cases, key: key, bus: bus.New(k.Config.Bus), reach: egress.Reach{Loopback: k.Config.Demo}}, err
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	var hears []app.Hearing
	for _, f := range told {
		hears = append(hears, app.Hearing{Fact: f.Fact, Do: s.hear, If: s.heard})
	}
	return capability.Capability{
		Service: app.Service{
			Name: "connect", Title: "对接", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: "connect.system", Title: "接入一个系统", Audience: ledger.Court},
				{Name: "connect.key", Title: "补或者换一个系统的核对码", Audience: ledger.Court},
				{Name: "connect.ended", Title: "停用一个系统", Audience: ledger.Court},
				{Name: "connect.way", Title: "设一条送消息的路", Audience: ledger.Court},
				{Name: "connect.closed", Title: "关一条送消息的路", Audience: ledger.Court},
				{Name: "connect.again", Title: "没送到的消息再送", Audience: ledger.Court},
				{Name: "connect.dropped", Title: "没送到的消息不送了", Audience: ledger.Court},
				{Name: "connect.looked", Title: "没收的消息看过了", Audience: ledger.Court},
			},
			Jobs:      map[string]jobs.Handler{"connect.send": s.send, "connect.collect": s.collect},
			Outside:   []string{"connect.send", "connect.collect"},
			Hears:     hears,
			Technical: []string{"connect_mark", "connect_event", "connect_letter", "connect_received"},
		},
		Tasks: s.tasks,
	}
}

// change is an act of the system administrator of a court.
func (s *Service) change(ctx context.Context, court, kind string, f func(tx *db.Tx) (body map[string]any, err error)) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "settings", access.In("court", court), tx.Now()); err != nil {
			return err
		}
		body, err := f(tx)
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: court, Actor: app.Actor(ctx), Body: body})
		return err
	})
}

// connected is the first line of what a system does: the table opens the verb
// to it, and the administrator the scope, which may have ended since it knocked.
func (s *Service) connected(ctx context.Context, tx *db.Tx, verb string) (system, error) {
	a := auth.From(ctx)
	if _, err := access.May(tx, a, verb, access.In("connect", a.Court), tx.Now()); err != nil {
		return system{}, err
	}
	y, err := systemOf(tx, a.Peer)
	if err != nil {
		return y, err
	}
	if !y.live(tx.Now()) {
		return y, errToken
	}
	return y, y.allowed(verb)
}

func (y system) allowed(verb string) error {
	for _, c := range scopes {
		if c.Key == verb && !strings.Contains(","+y.Scopes+",", ","+verb+",") {
			return fault.New(fault.Forbidden, "这个系统没有“"+c.Title+"”的权限。需要的话，请法院系统管理员重新接入，勾选这一项。")
		}
	}
	return nil
}
