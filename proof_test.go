package mashang_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mashang/platform/config"
	"mashang/platform/dbtest"
	"mashang/platform/seals"
	"mashang/platform/sm"
)

// proofOf gets the second proof of a file, as whoever has the file does, and
// checks it under the roots that the court gives.
func (h *house) proofOf(file []byte) (name string, err error) {
	h.t.Helper()
	sum := sha256.Sum256(file)
	a := h.get("", "/signing/proof/"+hex.EncodeToString(sum[:]))
	if a.code != 200 {
		return "", errors.New(a.body)
	}
	roots, err := sm.ParsePEM([]byte(h.get("", "/signing/smroot").must(h.t, "roots", 200).body))
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := sm.Verify(file, []byte(a.body), roots, h.Kit.Now())
	if err != nil {
		return "", err
	}
	return c.Subject.CommonName, nil
}

// TestSecondProof: what the court sealed has a proof by SM2 beside it, once,
// which is shown where papers are shown and checked; what it did not seal has
// none.
func TestSecondProof(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		h.clock.Add(2 * time.Minute)
		h.drain()
		file := h.issued(id, "acceptance_notice")
		if name, err := h.proofOf(file); err != nil || name != "河北省衡水市中级人民法院电子印章（测试）" {
			t.Fatal(name, err)
		}
		if _, err := h.proofOf(h.issued(id, "service_return")); err == nil {
			t.Error("what bears no seal has a proof")
		}
		a := h.upload("", "/signing/check", nil, "file", "文书.pdf", file).must(t, "check", 200)
		has(t, "the check", a.body, `"second":{"name":"河北省衡水市中级人民法院电子印章（测试）","good":true`)
		page := h.form("", "/signing/check", nil, "file", "文书.pdf", file).must(t, "check", 200)
		has(t, "the page of the check", page.body, "国密签名", "下载国密签名")
		for _, p := range h.papers(id) {
			body := h.get("周明远", "/papers/view/"+p.ID).must(t, "paper", 200).body
			if strings.Contains(body, "/signing/proof/"+p.Digest) != (p.Kind != "service_return") {
				t.Errorf("%s: the link to its proof", p.Title)
			}
		}
		h.get("", "/signing/proof/"+strings.Repeat("0", 64)).must(t, "of no file", 404)
		n := h.entries("signing.proof")
		h.drain()
		if n != 2 || h.entries("signing.proof") != n {
			t.Errorf("%d proofs in the ledger", n)
		}
	})
}

// both holds SM2 keys too.
type both struct {
	*holder
	root, seal sm.Key
	out        bool
}

func (b *both) Chain(ctx context.Context, k seals.Key) (seals.Chain, error) {
	if k.Algorithm == seals.SM2 && b.names[k.Label] {
		return seals.Chain{Certificates: [][]byte{b.seal.Cert.Raw}}, nil
	}
	return b.holder.Chain(ctx, k)
}

func (b *both) Sign(ctx context.Context, k seals.Key, digest []byte) ([]byte, error) {
	if b.out && k.Algorithm == seals.SM2 {
		return nil, errors.New("the module is out")
	}
	if k.Algorithm == seals.SM2 && b.names[k.Label] {
		return b.seal.Sign(digest)
	}
	return b.holder.Sign(ctx, k, digest)
}

// TestSecondProofOutside: whoever holds the seals makes the second proof too;
// while he can't, papers are issued all the same and get theirs later. A court
// of which he has no SM2 key has none.
func TestSecondProofOutside(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	_, held, service, _ := sealedOutside(t, h)
	root, err := sm.NewRoot(h.Kit.Now())
	if err != nil {
		t.Fatal(err)
	}
	seal, err := root.Issue("河北省衡水市中级人民法院", h.Kit.Now(), 1)
	if err != nil {
		t.Fatal(err)
	}
	pemFile := filepath.Join(t.TempDir(), "sm.pem")
	if err := os.WriteFile(pemFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	id := h.accepted() // before the court has SM2 keys
	h.clock.Add(2 * time.Minute)
	h.drain()
	if _, err := h.proofOf(h.issued(id, "acceptance_notice")); err == nil {
		t.Error("a proof without a key")
	}
	b := &both{holder: held, root: root, seal: seal, out: true}
	service.next = seals.Handler(b, "secret", func(error) {})
	cfg := h.Kit.Config
	cfg.SMRoots = pemFile
	h.openWith(cfg)
	id = h.accepted()
	h.clock.Add(2 * time.Minute)
	h.drain()
	h.clock.Add(3 * time.Minute) // the pause after a failure of the service is for seals too
	h.drain()
	file := h.issued(id, "acceptance_notice")
	if _, err := h.proofOf(file); err == nil {
		t.Error("a proof while the module is out")
	}
	b.out = false
	h.clock.Add(11 * time.Minute)
	h.drain()
	if name, err := h.proofOf(file); err != nil || name != "河北省衡水市中级人民法院" {
		t.Error(name, err)
	}
}

// TestSecondProofOff: a court without such keys keeps nothing and says nothing.
func TestSecondProofOff(t *testing.T) {
	h := newHouseWith(t, dbtest.SQLite(t), func(c *config.Config) { c.Demo = false })
	id := h.accepted()
	h.clock.Add(2 * time.Minute)
	h.drain()
	if _, err := h.proofOf(h.issued(id, "acceptance_notice")); err == nil {
		t.Error("a proof")
	}
	h.get("", "/signing/smroot").must(t, "roots", 404)
	if bytes.Contains([]byte(h.get("", "/signing/check").must(t, "page", 200).body), []byte("国密")) {
		t.Error("the page speaks of it")
	}
}
