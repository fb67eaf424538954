// Package news tells open pages that something on them changed: 一页开着，有了
// 新内容自己会知道.
//
// What is told is one sentence of the kind of entry, and to whom is what the
// case page's list of steps shows anyway: a party hears of the entries
// addressed to him, the court's people of those of cases they may read. The
// words, and everything else, the page fetches again through its own door.
// Kinds that are quiet make no news (platform/ledger refuses it), so nothing
// here moves by a complaint, a report or a record of 三个规定.
//
// platform/live keeps the connections. Reading order: news.go, http.go.
package news

import (
	"context"
	"slices"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/live"
	"mashang/platform/web"
)

// Service does what the package doc says.
type Service struct{ k *app.Kit }

// New returns the service.
func New(k *app.Kit) *Service { return &Service{k: k} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "news", Title: "新动态", Routes: s.routes}}
}

// ofCase is what a page about a case watches.
func (s *Service) ofCase(ctx context.Context, route, caseID string) live.Page {
	return live.Page{Actor: auth.From(ctx), Address: web.Network(ctx), Route: route, Case: caseID,
		Hear: func(tx *db.Tx, a auth.Actor, news []ledger.News) ([]ledger.News, error) {
			g, err := access.May(tx, a, "read", access.Of("case", caseID), tx.Now())
			if err != nil || g.Relation&access.Staff != 0 {
				return news, err
			}
			return addressed(tx, a.Person, news)
		}}
}

// addressed keeps what a person on a party's side holds.
func addressed(tx *db.Tx, person string, news []ledger.News) (out []ledger.News, err error) {
	var ids []string
	for _, n := range news {
		ids = append(ids, n.Entry)
	}
	held, err := ledger.Holds(tx, person, ids)
	for _, n := range news {
		if held[n.Entry] {
			out = append(out, n)
		}
	}
	return out, err
}

// ofDesk is what a desk watches: the cases of its owner's courts that he may
// read. What changed is one sentence, because a desk lists many things.
func (s *Service) ofDesk(ctx context.Context, route string) (live.Page, error) {
	p := live.Page{Actor: auth.From(ctx), Address: web.Network(ctx), Route: route, Say: "工作台有新的事"}
	err := s.k.Read(ctx, func(tx *db.Tx) error {
		posts, err := docket.Posts(tx, p.Actor.Person, tx.Now())
		for _, x := range posts {
			if !slices.Contains(p.Courts, x.Court) {
				p.Courts = append(p.Courts, x.Court)
			}
		}
		return err
	})
	p.Hear = func(tx *db.Tx, a auth.Actor, news []ledger.News) ([]ledger.News, error) {
		if err := stillThere(tx, a, p.Courts); err != nil {
			return nil, err
		}
		return readable(tx, a, news)
	}
	return p, err
}

// stillThere refuses whoever has no post left.
func stillThere(tx *db.Tx, a auth.Actor, courts []string) error {
	err := error(fault.New(fault.Forbidden, "您在法院的职务已经结束，工作台关闭了。有疑问请找本院系统管理员。"))
	for _, c := range courts {
		if _, err = access.May(tx, a, "read", access.In("desk", c), tx.Now()); err == nil {
			return nil
		}
	}
	return err
}

// readable keeps the news of cases that the actor may read.
func readable(tx *db.Tx, a auth.Actor, news []ledger.News) (out []ledger.News, err error) {
	may := map[string]bool{"": false}
	for _, n := range news {
		if _, asked := may[n.Case]; !asked {
			_, err := access.May(tx, a, "read", access.Of("case", n.Case), tx.Now())
			if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Forbidden {
				return nil, err
			}
			may[n.Case] = err == nil
		}
		if may[n.Case] {
			out = append(out, n)
		}
	}
	return out, nil
}
