package post

import (
	"net/http"

	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
	"mashang/ui"
)

// printQueue is a clerk's list of what must go out on paper.
type printQueue struct {
	Papers []paper.Printing `json:"papers"`
}

// printCmd ticks papers as printed.
type printCmd struct {
	Papers []string `json:"papers"`
}

func (s *Service) getPrint(r *http.Request) (web.Reply, error) { return s.printReply(r, nil) }

func (s *Service) printReply(r *http.Request, e ui.Errs) (web.Reply, error) {
	var q printQueue
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		if _, err = access.May(tx, auth.From(r.Context()), "read", access.In("desk", ""), tx.Now()); err == nil {
			q.Papers, err = s.delivery.ToPrint(tx)
		}
		return err
	})
	return web.Reply{Page: printPage(q, s.k.Now(), e), JSON: q}, err
}

func (s *Service) postPrint(r *http.Request) (web.Reply, error) {
	var c printCmd
	err := web.Read(r, &c)
	if err == nil {
		err = s.delivery.Printed(r.Context(), c.Papers)
	}
	switch {
	case err == nil:
		return web.Reply{Goto: "/post/print", Toast: "记下了。寄出去以后，请登记邮件号。", JSON: printed{true}}, nil
	case fault.KindOf(err) != fault.Invalid:
		return web.Reply{}, err
	}
	rep, _ := s.printReply(r, fault.Fields(err))
	return rep, err
}

// printed is the answer.
type printed struct {
	Done bool `json:"done"`
}
