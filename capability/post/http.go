package post

import (
	"bytes"
	"net/http"

	"mashang/capability"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/sheet"
	"mashang/platform/web"
)

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "post", Title: "邮局的回音", Schema: schema, Routes: s.routes, Start: s.start,
		Kinds:   []ledger.Kind{{Name: "post.unclear", Title: "邮局的结果要书记员看", Audience: ledger.Court}},
		Jobs:    map[string]jobs.Handler{"post.ask": s.ask},
		Outside: []string{"post.ask"}},
		Tasks: s.tasks}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /post", Title: "邮局的单子", Object: "desk", Verb: "read", Out: result{}, Do: s.getPage},
		{Pattern: "POST /post", Title: "上传邮局的单子", Object: "desk", Verb: "read", Limit: "write", Upload: mostList, Files: []string{"list"}, In: listCmd{}, Out: result{}, Do: s.postList},
		{Pattern: "GET /post/template", Title: "邮局单子的空表", Object: "desk", Verb: "read", Out: web.File{}, Do: s.getTemplate},
		{Pattern: "GET /post/print", Title: "要印出来送的文书", Object: "desk", Verb: "read", Out: printQueue{}, Do: s.getPrint},
		{Pattern: "POST /post/print", Title: "印好了", Object: "desk", Verb: "read", Limit: "write", In: printCmd{}, Out: printed{}, Do: s.postPrint},
		{Pattern: "GET /post/address", Title: "地址页", Object: "desk", Verb: "read", Limit: "made", In: labelQuery{}, Out: web.File{}, Do: s.getLabel},
	} {
		rt.Handle(r)
	}
}

// listCmd is the form of an upload: the file alone.
type listCmd struct{}

// result is what became of a list.
type result struct {
	Lines []outcome `json:"lines"`
}

// may is the first line: the court's people, and of each parcel who serves its
// recipient (MayTrack).
func (s *Service) may(r *http.Request) error {
	return s.k.Read(r.Context(), func(tx *db.Tx) error {
		_, err := access.May(tx, auth.From(r.Context()), "read", access.In("desk", ""), tx.Now())
		return err
	})
}

func (s *Service) getPage(r *http.Request) (web.Reply, error) {
	err := s.may(r)
	return web.Reply{Page: page(result{}, nil), JSON: result{}}, err
}

func (s *Service) postList(r *http.Request) (web.Reply, error) {
	if err := s.may(r); err != nil {
		return web.Reply{}, err
	}
	var res result
	if err := web.Read(r, &listCmd{}); err != nil {
		return web.Reply{}, err
	}
	fs := web.Files(r, "list")
	var err error = fault.Field("list", "请选邮局给的单子。")
	if len(fs) > 0 && fs[0].Size > 0 {
		var file []byte
		if file, err = web.Bytes(fs[0]); err == nil {
			res.Lines, err = s.list(r.Context(), file)
		}
	}
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return web.Reply{}, err
	}
	return web.Reply{Page: page(res, fault.Fields(err)), JSON: res}, err
}

func (s *Service) getTemplate(r *http.Request) (web.Reply, error) {
	if err := s.may(r); err != nil {
		return web.Reply{}, err
	}
	b := sheet.NewBook()
	b.Sheet("邮件", 20, 12, 14, 28, 20)
	var names []string
	for _, c := range columns {
		names = append(names, c.names[0])
	}
	b.Head(names...)
	out, err := b.Bytes()
	return web.Reply{File: &web.File{Name: "邮局的单子.xlsx", Type: sheet.XLSX, Body: bytes.NewReader(out)}}, err
}
