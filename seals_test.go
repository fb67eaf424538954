package mashang_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mashang/docket/paper"
	"mashang/platform/blob"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/seals"
	signature "mashang/platform/sign"
	"mashang/platform/sign/signtest"
)

// holder holds the keys of seals, as somebody else does.
type holder struct {
	office *signtest.Office
	names  map[string]bool // of seals
	keys   map[string]*ecdsa.PrivateKey
	chains map[string]seals.Chain
	asked  atomic.Int64 // for signatures
}

func newHolder(o *signtest.Office, names ...string) *holder {
	h := &holder{office: o, names: map[string]bool{}, keys: map[string]*ecdsa.PrivateKey{}, chains: map[string]seals.Chain{}}
	for _, n := range names {
		h.renew(n)
	}
	return h
}

// renew gives a seal another key.
func (h *holder) renew(name string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	var c seals.Chain
	for _, x := range h.office.Issue(name+"电子印章", k) {
		c.Certificates = append(c.Certificates, x.Raw)
	}
	h.names[name], h.keys[name], h.chains[name] = true, k, c
}

func (h *holder) Chain(_ context.Context, k seals.Key) (seals.Chain, error) {
	if !h.names[k.Label] || k.Algorithm != seals.SHA256 {
		return seals.Chain{}, seals.ErrNoKey
	}
	return h.chains[k.Label], nil
}

func (h *holder) Sign(_ context.Context, k seals.Key, digest []byte) ([]byte, error) {
	if !h.names[k.Label] || k.Algorithm != seals.SHA256 {
		return nil, seals.ErrNoKey
	}
	h.asked.Add(1)
	return h.keys[k.Label].Sign(rand.Reader, digest, crypto.SHA256)
}

// gate lets requests through, or nobody.
type gate struct {
	shut atomic.Bool
	next http.Handler
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.shut.Load() {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	g.next.ServeHTTP(w, r)
}

// sealedOutside is a house whose seals somebody else holds, and whose papers
// OpenSSL dates.
func sealedOutside(t *testing.T, h *house) (o *signtest.Office, held *holder, service *gate, stamps *gate) {
	t.Helper()
	lists := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(o.List()) }))
	t.Cleanup(lists.Close)
	o = signtest.New(t, lists.URL+"/list.crl")
	held = newHolder(o, "河北省衡水市中级人民法院")
	service, stamps = &gate{next: seals.Handler(held, "secret", func(error) {})}, &gate{next: o.Stamps().Config.Handler}
	a, b := httptest.NewServer(service), httptest.NewServer(stamps)
	t.Cleanup(a.Close)
	t.Cleanup(b.Close)
	h.clock.Set(time.Now()) // the stamps are of now
	h.clock.Run()
	cfg := h.Kit.Config
	cfg.Seals, cfg.SealsKey, cfg.SealsRoots, cfg.Stamps, cfg.StampsRoots = a.URL, "secret", o.RootFile(), b.URL, o.RootFile()
	h.openWith(cfg)
	return o, held, service, stamps
}

func (h *house) paperStates(caseID string) (out []string) {
	for _, p := range h.papers(caseID) {
		out = append(out, p.Kind+" "+p.State)
	}
	return out
}

// TestSealedOutside: papers are sealed by keys that the court does not have. An
// outage of the service, or of the clock, leaves them waiting, with words for
// those who miss them, for as long as it takes; afterwards each is issued once.
func TestSealedOutside(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o, held, service, stamps := sealedOutside(t, h)
		service.shut.Store(true)
		id := h.accepted()
		waiting := func(what string) {
			t.Helper()
			if s := strings.Join(h.paperStates(id), ", "); !strings.Contains(s, "acceptance_notice ordered") || !strings.Contains(s, "case_code_notice ordered") || !strings.Contains(s, "service_return issued") {
				t.Fatalf("%s: %s\n%s", what, s, h.log)
			}
		}
		waiting("the service is out")
		has(t, "the case page", h.get("周明远", "/casebook/"+id).must(t, "case", 200).body, "等盖电子印章的文书", "签章服务现在连不上", "受理案件通知书")
		for range 40 { // more than a job is tried
			h.clock.Add(3 * time.Minute)
			h.drain()
		}
		waiting("hours later")
		service.shut.Store(false)
		stamps.shut.Store(true)
		h.clock.Add(3 * time.Minute)
		h.drain()
		waiting("the clock is out")
		has(t, "the case page", h.get("周明远", "/casebook/"+id).must(t, "case", 200).body, "时间戳服务现在连不上")
		stamps.shut.Store(false)
		before := held.asked.Load()
		for range 3 {
			h.clock.Add(3 * time.Minute)
			h.drain()
		}
		if n := held.asked.Load() - before; n != 2 {
			t.Errorf("%d signatures for two papers", n)
		}
		if page := h.get("周明远", "/casebook/"+id).must(t, "case", 200).body; strings.Contains(page, "等盖电子印章") {
			t.Error("the page still says that papers wait")
		}
		n := 0
		for _, p := range h.papers(id) {
			if p.State != paper.Issued {
				t.Errorf("%s is %s", p.Title, p.State)
			}
			if p.Kind == "service_return" {
				continue
			}
			n++
			b, err := blob.ReadAll(t.Context(), h.Kit.Blob, p.Digest)
			if err != nil {
				t.Fatal(err)
			}
			r, err := signature.Verify(b, signature.Trust{Roots: []*x509.Certificate{o.Root()}}, h.Kit.Now())
			if err != nil || r.Verdict != signature.Genuine || r.Signers() != 1 {
				t.Errorf("%s: %+v %v", p.Title, r, err)
			}
			a := h.upload("", "/signing/check", nil, "file", "文书.pdf", b).must(t, "check", 200)
			has(t, "the check", a.body, `"state":"ours"`, `"good":true`, "河北省衡水市中级人民法院电子印章")
		}
		if n != 2 {
			t.Errorf("%d papers are sealed", n)
		}
		err := h.Kit.Read(t.Context(), func(tx *db.Tx) error {
			issued, err := db.One[int64](tx, `SELECT count(*) FROM ledger_entry WHERE kind = 'papers.issued'`)
			if issued != 3 {
				t.Errorf("%d issues in the ledger", issued)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		has(t, "the root", h.get("", "/signing/root").must(t, "root", 200).body, "BEGIN CERTIFICATE")
	})
}

// TestSealRenewed: the holder gives a seal another key; what the old one sealed
// holds, and so does what the new one seals. A certificate of the same root that
// no seal of the court had is doubted.
func TestSealRenewed(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	o, held, _, _ := sealedOutside(t, h)
	id := h.accepted()
	old := h.issued(id, "acceptance_notice")
	held.renew("河北省衡水市中级人民法院")
	h.clock.Add(2 * time.Minute)
	id = h.accepted()
	for what, b := range map[string][]byte{"the old key": old, "the new key": h.issued(id, "acceptance_notice")} {
		a := h.upload("", "/signing/check", nil, "file", "文书.pdf", b).must(t, "check", 200)
		has(t, what, a.body, `"state":"ours"`, `"good":true`)
	}
	thief, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	srv := o.Stamps()
	f := signature.Field{Name: "院印", Reason: "伪造", At: h.Kit.Now().UTC().Truncate(time.Second), Certify: true}
	out, err := signature.Sign(t.Context(), unsealed(t, h, id), f, signature.Signer{Key: thief, Chain: o.Issue("河北省衡水市中级人民法院电子印章", thief)}, &signature.Service{URL: srv.URL, Client: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	a := h.upload("", "/signing/check", nil, "file", "文书.pdf", out).must(t, "check", 200)
	has(t, "a stranger under the same root", a.body, `"state":"untrusted"`, "不是本院用过的印章")
}

// unsealed is a paper of a case that bears no signature.
func unsealed(t *testing.T, h *house, caseID string) []byte {
	t.Helper()
	return h.issued(caseID, "service_return")
}

// TestWrongRoots: what a service signs under a root that the settings do not
// have is no paper.
func TestWrongRoots(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	sealedOutside(t, h)
	cfg := h.Kit.Config
	cfg.SealsRoots = signtest.New(t, "").RootFile()
	h.openWith(cfg)
	id := h.accepted()
	if s := strings.Join(h.paperStates(id), ", "); !strings.Contains(s, "acceptance_notice ordered") {
		t.Error(s)
	}
	has(t, "the case page", h.get("周明远", "/casebook/"+id).must(t, "case", 200).body, "证书或者签章不对")
}

// TestSealsOutsideDemo: outside of the demo nobody seals, unless the test
// authority is asked for by name, which its certificates say.
func TestSealsOutsideDemo(t *testing.T) {
	for seals, signers := range map[string]int{"": 0, config.Test: 1} {
		h := newHouseWith(t, dbtest.SQLite(t), func(c *config.Config) { c.Demo, c.Seals = false, seals })
		id := h.accepted()
		r, err := signature.Verify(h.issued(id, "acceptance_notice"), signature.Trust{}, h.Kit.Now())
		if err != nil || r.Signers() != signers {
			t.Errorf("-seals %q: %d signatures, %v", seals, r.Signers(), err)
		}
		for _, s := range r.Signatures {
			if !strings.Contains(s.Name, "（测试）") || !strings.Contains(s.Subject, "没有法律效力") {
				t.Errorf("it does not say that it is a test: %s, %s", s.Name, s.Subject)
			}
		}
	}
}

// TestSealRevoked: a sealed paper carries its authority's list, stamped. Once
// the certificate is revoked nothing is sealed with it any more, and what was
// sealed before stays what it is.
func TestSealRevoked(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	o, held, _, _ := sealedOutside(t, h)
	first := h.accepted()
	old := h.issued(first, "acceptance_notice")
	r, err := signature.Verify(old, signature.Trust{Roots: []*x509.Certificate{o.Root()}}, h.Kit.Now())
	if err != nil || r.Verdict != signature.Genuine || len(r.Revisions) != 4 || r.Revisions[2].Added != signature.AddedStore || r.Revisions[3].Added != signature.AddedStamp {
		t.Fatalf("%+v %v", r, err)
	}
	leaf := r.Signatures[0].Certificate
	time.Sleep(1100 * time.Millisecond) // dates of revocation have seconds
	o.Revoke(leaf)
	newer := o.List()
	h.clock.Add(2 * time.Hour)
	second := h.accepted()
	if s := strings.Join(h.paperStates(second), ", "); !strings.Contains(s, "acceptance_notice ordered") {
		t.Error("sealed with a revoked certificate:", s)
	}
	a := h.upload("", "/signing/check", nil, "file", "文书.pdf", old).must(t, "check", 200)
	has(t, "what was sealed before", a.body, `"state":"ours"`, `"good":true`)
	l, err := x509.ParseRevocationList(newer)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := signature.Verify(old, signature.Trust{Roots: []*x509.Certificate{o.Root()}, Lists: []*x509.RevocationList{l}}, h.Kit.Now()); err != nil || r.Verdict != signature.Genuine {
		t.Errorf("to who has the newer list: %s %v", r.Verdict, err)
	}
	held.renew("河北省衡水市中级人民法院")
	h.clock.Add(2 * time.Hour)
	h.drain()
	if s := strings.Join(h.paperStates(second), ", "); !strings.Contains(s, "acceptance_notice issued") {
		t.Error("not sealed with the new one:", s)
	}
}
