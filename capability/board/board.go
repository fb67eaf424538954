// Package board is 公告栏: the public notices by which papers are served on those
// whom nothing else reaches, each with the days that it has hung (民事诉讼法 95).
package board

import (
	"net/http"

	"mashang/capability"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/web"
)

// Delivery knows what hangs.
type Delivery interface {
	Hung(tx *db.Tx) ([]paper.Notice, error)
}

// Service does what the package doc says.
type Service struct {
	k        *app.Kit
	delivery Delivery
}

// New returns the service.
func New(k *app.Kit, d Delivery) *Service { return &Service{k, d} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "board", Title: "公告栏", Routes: func(rt *web.Router) {
		rt.Handle(web.Route{Pattern: "GET /delivery/notices", Title: "公告送达", Object: web.Public, Verb: "see", Out: list{}, Do: s.get})
	}}}
}

type list struct {
	Notices []paper.Notice `json:"notices"`
}

func (s *Service) get(r *http.Request) (web.Reply, error) {
	var l list
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		l.Notices, err = s.delivery.Hung(tx)
		return err
	})
	return web.Reply{Page: listPage(l), JSON: l}, err
}
