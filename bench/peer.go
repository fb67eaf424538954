package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // its own tables
	"github.com/pocketbase/pocketbase/tools/types"
)

// peer is PocketBase, built from its module and left as it comes: its router,
// its middlewares, its rules. What differs is said in the name of a subject.
type peer struct {
	app   core.App
	mux   http.Handler
	token string // of a user who may write and list
	n     int
}

// peerFull is how PocketBase's store would be opened for commits that last.
func peerFull(path string) (*dbx.DB, error) {
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
}

// openPeer makes a collection of messages over n cases: 50 in each of those
// that are read, and one in every other.
func openPeer(dir string, connect core.DBConnectFunc, n int) (*peer, error) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	a := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: connect})
	if err := a.Bootstrap(); err != nil {
		return nil, err
	}
	if err := a.RunAllMigrations(); err != nil {
		return nil, err
	}
	who := core.NewAuthCollection("parties")
	if err := a.Save(who); err != nil {
		return nil, err
	}
	signedIn := "@request.auth.id != ''"
	c := core.NewBaseCollection("messages")
	c.CreateRule, c.ListRule, c.ViewRule = types.Pointer(signedIn), types.Pointer(signedIn), types.Pointer(signedIn)
	c.Fields.Add(&core.TextField{Name: "case", Required: true}, &core.TextField{Name: "text", Required: true, Max: 5000}, &core.AutodateField{Name: "created", OnCreate: true})
	c.AddIndex("idx_messages_case", false, "`case`, created", "")
	if err := a.Save(c); err != nil {
		return nil, err
	}
	u := core.NewRecord(who)
	u.SetEmail("jia@example.com")
	u.SetPassword("0123456789")
	if err := a.Save(u); err != nil {
		return nil, err
	}
	token, err := u.NewAuthToken()
	if err != nil {
		return nil, err
	}
	for _, q := range []string{
		fmt.Sprintf(`INSERT INTO messages (id, "case", text, created) `+numbers+`SELECT 'a' || SUBSTR('00000000000000' || s.n, -14), 'c' || s.n, {:q}, '2026-03-02 01:00:00.000Z' FROM s`, n),
		fmt.Sprintf(`INSERT INTO messages (id, "case", text, created) `+numbers[:len(numbers)-1]+`, m(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM m WHERE k < 49) SELECT 'b' || SUBSTR('00000000000' || s.n, -11) || (100 + m.k), 'c' || (s.n * %d), {:q}, '2026-03-02 01:00:00.000Z' FROM s CROSS JOIN m`, talked, n/talked),
	} {
		if _, err := a.NonconcurrentDB().NewQuery(q).Bind(dbx.Params{"q": question}).Execute(); err != nil {
			return nil, err
		}
	}
	r, err := apis.NewRouter(a)
	if err != nil {
		return nil, err
	}
	mux, err := r.BuildMux()
	return &peer{app: a, mux: mux, token: token, n: n}, err
}

func (p *peer) close() { _ = p.app.ResetBootstrapState() }

func (p *peer) send(r *http.Request) error {
	r.Header.Set("Authorization", p.token)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	p.mux.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("pocketbase: %s: %d: %.200s", r.URL.Path, w.Code, w.Body)
	}
	return nil
}

func (p *peer) create(i int64) error {
	body, err := json.Marshal(map[string]string{"case": fmt.Sprintf("c%d", i*7919%int64(p.n)+1), "text": fmt.Sprintf("第 %d 问：%s", i, question)})
	if err != nil {
		return err
	}
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/collections/messages/records", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	return p.send(r)
}

func (p *peer) list(i int64) error {
	q := url.Values{"filter": {fmt.Sprintf("case='c%d'", int(i*7919%talked+1)*(p.n/talked))}, "perPage": {"50"}, "sort": {"-created"}}
	return p.send(httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/api/collections/messages/records?"+q.Encode(), nil))
}

// peers opens PocketBase twice: as it comes, and with commits that last as
// ours do.
func peers(dir string, n int) (subjects []subject, normal *peer, end func(), err error) {
	normal, err = openPeer(filepath.Join(dir, "peer"), nil, n)
	if err != nil {
		return nil, nil, nil, err
	}
	full, err := openPeer(filepath.Join(dir, "peer-full"), peerFull, n)
	if err != nil {
		normal.close()
		return nil, nil, nil, err
	}
	return []subject{
		{peerCreate, normal.create, ""},
		{peerFullIs, full.create, ""},
		{peerList, normal.list, ""},
	}, normal, func() { normal.close(); full.close() }, nil
}
