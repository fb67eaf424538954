package signing

import (
	"bytes"
	"context"
	"crypto/x509"
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"mashang/capability"
	"mashang/platform/app"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/ledger/offline"
	"mashang/platform/seals"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// New returns the service.
func New(k *app.Kit, o Outside, accounts Accounts) *Service {
	return &Service{k: k, persons: o.Persons, accounts: accounts, outside: o, lists: seals.NewLists(k.Clock), kept: map[string]bool{}, turns: make(chan struct{}, mostAtOnce)}
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{
		Name: "signing", Title: "签章", Schema: schema, Routes: s.routes, Technical: []string{"signing_sitting", "signing_wait"},
		Jobs:    map[string]jobs.Handler{"signing.remind": s.remind, "signing.expire": s.expire, "signing.prove": s.prove},
		Outside: s.outsideJobs(),
		Kinds: []ledger.Kind{
			{Name: "signing.signed", Title: "有人在文书上签了名", Audience: ledger.Named, News: "有人签了名"},
			{Name: "signing.declined", Title: "不签一份文书", Audience: ledger.Named, News: "一份文书不签了"},
			{Name: "signing.refused", Title: "记明拒绝签名", Audience: ledger.Named},
			{Name: "signing.cancelled", Title: "收回等签名的文书", Audience: ledger.Named, News: "一份文书不用签了"},
			{Name: "signing.expired", Title: "签名的日子过了", Audience: ledger.Named, News: "一份文书的签名日子过了"},
			{Name: "signing.authority", Title: "建立测试用的证书机构", Audience: ledger.Court},
			{Name: "signing.persons", Title: "记下给人发签名证书的机构", Audience: ledger.Court},
			{Name: "signing.seals", Title: "记下印章的根证书", Audience: ledger.Court},
			{Name: "signing.stamps", Title: "记下时间戳的根证书", Audience: ledger.Court},
			{Name: "signing.sm", Title: "记下国密签名的根证书", Audience: ledger.Court},
			{Name: "signing.smkey", Title: "建立测试用的国密密钥", Audience: ledger.Court},
			{Name: "signing.proof", Title: "给文书加国密签名", Audience: ledger.Court},
			{Name: "signing.key", Title: "印章有了电子签章的密钥", Audience: ledger.Court},
		},
	}, Panels: s.panelsHere, Tasks: s.tasksHere}
}

// outsideJobs are those that wait for who holds the keys of seals.
func (s *Service) outsideJobs() []string {
	if s.outside.Seals == nil {
		return nil
	}
	return []string{"signing.prove"}
}

// mostBytes of a file that is checked.
const mostBytes = 20 << 20

// mostAtOnce is how many files are checked at the same time. Anybody may send one,
// and what a few megabytes say may take a hundred to read.
const mostAtOnce = 4

// patience is how long a file waits for those before it.
var patience = 20 * time.Second

// turn waits until a file may be checked.
func (s *Service) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(patience):
		return nil, fault.New(fault.Unavailable, "正在核对别人的文件，请过一分钟再试。")
	}
}

type none struct{}

func (s *Service) routes(rt *web.Router) {
	for _, r := range s.roundRoutes() {
		rt.Handle(r)
	}
	rt.Handle(web.Route{Pattern: "GET /signing/check", Title: "核对文书文件", Object: web.Public, Verb: "see", PageOnly: true, Do: func(*http.Request) (web.Reply, error) {
		return web.Reply{Page: checkPage(nil, nil)}, nil
	}})
	rt.Handle(web.Route{Pattern: "POST /signing/check", Title: "核对文书文件", Object: web.Public, Verb: "check", Limit: "code", Upload: mostBytes, Files: []string{"file"}, In: none{}, Out: finding{}, Do: s.postCheck})
	rt.Handle(web.Route{Pattern: "GET /signing/page", Title: "断网也能核对的一页", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getPage})
	rt.Handle(web.Route{Pattern: "GET /signing/proof/{file}", Title: "一份文书的国密签名", Object: web.Public, Verb: "see", Limit: "code", Out: web.File{}, Do: s.getProof})
	rt.Handle(web.Route{Pattern: "GET /signing/smroot", Title: "国密签名用的根证书", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getSMRoot})
	rt.Handle(web.Route{Pattern: "GET /signing/root", Title: "签章用的根证书", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getRoot})
}

func (s *Service) postCheck(r *http.Request) (web.Reply, error) {
	var c none
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	again := func(err error) (web.Reply, error) { return web.Reply{Page: checkPage(nil, fault.Fields(err))}, err }
	fs := web.Files(r, "file")
	if len(fs) != 1 {
		return again(fault.Field("file", "请选一份文书的 PDF 文件。"))
	}
	if fs[0].Size > mostBytes {
		return again(fault.Field("file", "文件太大了，法院的文书没有这么大。"))
	}
	done, err := s.turn(r.Context())
	if err != nil {
		return web.Reply{}, err
	}
	defer done()
	b, err := web.Bytes(fs[0])
	if err != nil {
		return web.Reply{}, err
	}
	if !strings.HasPrefix(string(b[:min(len(b), 5)]), "%PDF-") {
		return again(fault.Field("file", "这不是 PDF 文件。照片和截图核对不了，请扫文书右上角的码。"))
	}
	f, err := s.check(r.Context(), b)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: checkPage(&f, nil), JSON: f}, nil
}

// getPage gives the page that checks papers without a network, to be kept: as
// bytes, so that it runs from a person's disk and never as a page of ours.
func (s *Service) getPage(r *http.Request) (web.Reply, error) {
	roots, people, err := s.publicRoots(r.Context())
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: "核对文书.html", Type: "application/octet-stream", Body: bytes.NewReader(offline.With(roots, people)), At: s.k.Now()}}, nil
}

// getRoot gives the roots of seals or, asked for of=people, of who signs himself.
func (s *Service) getRoot(r *http.Request) (web.Reply, error) {
	name := "root.pem"
	roots, people, err := s.publicRoots(r.Context())
	if r.URL.Query().Get("of") == "people" {
		name, roots = "people.pem", people
	}
	if err == nil && roots == "" {
		err = fault.Missing()
	}
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: name, Type: "text/plain; charset=utf-8", Body: strings.NewReader(roots), At: s.k.Now()}}, nil
}

// publicRoots is what one has to believe in order to believe the seals and their
// time stamps, and the signatures of people. They are two: under the one nobody
// can make what counts under the other.
func (s *Service) publicRoots(ctx context.Context) (ofSeals, ofPeople string, err error) {
	t, _, err := s.trust(ctx)
	if err != nil || len(t.Roots) == 0 {
		return "", certificates(t.People), err
	}
	all := append([]*x509.Certificate{}, t.Roots...)
	for _, c := range t.Stamps {
		if !slices.ContainsFunc(slices.Concat(all, t.People), c.Equal) {
			all = append(all, c)
		}
	}
	return certificates(all), certificates(t.People), nil
}
