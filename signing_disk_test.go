package mashang_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mashang"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	signature "mashang/platform/sign"
	"mashang/platform/vault"
)

// recordedBy is a mediation record that some parties, the judge and the clerk sign.
func (h *house) recordedBy(caseID string, who ...string) (paperID string) {
	h.t.Helper()
	var by []string
	for _, w := range who {
		by = append(by, h.partyID(caseID, w))
	}
	out := h.post("陈助", "/papers/write/"+caseID+"/save", map[string]any{"kind": "mediation_record", "by": by, "submit": true, "fields": map[string]any{
		"began": "2026-03-03 08:00", "ended": "2026-03-03 08:40", "where": "第一调解室", "present": []string{"原告贾若兰"}, "mediator": "周明远",
		"willing": []any{[]string{"原告", "自愿。"}, []string{"被告", "自愿。"}}, "agreement": []string{"被告三十日内付给原告五万元；"}, "fee_says": "减半收取，由被告负担。", "effect": "签收调解书后生效"}}).must(h.t, "save", 200)
	if out.get("state") != "checked" {
		h.t.Fatal(out.body)
	}
	h.post("周明远", "/papers/write/"+caseID+"/"+out.get("id")+"/decide", map[string]any{"answer": "approve"}).must(h.t, "approve", 200)
	h.drain()
	for _, p := range h.papers(caseID) {
		if p.Kind == "mediation_record" {
			return p.ID
		}
	}
	h.t.Fatal("no record")
	return ""
}

// signs signs as one of the people does, with whatever phone he has.
func (h *house) signs(who, phone string, rounds ...string) {
	h.t.Helper()
	s := &scene{house: h, vars: map[string]string{}, doc: newOpenAPI(h.t, h)}
	if err := s.signs(append([]string{who, phone}, rounds...)); err != nil || s.last.code != 200 {
		h.t.Fatalf("%s does not sign: %d %s %v\n%s", who, s.last.code, s.last.body, err, h.log.String())
	}
	h.drain()
}

func (h *house) signingRound(caseID, kind string) string {
	return (&scene{house: h, vars: map[string]string{"case": caseID}}).roundID(kind)
}

var purposes = regexp.MustCompile(`(?i)seal\w*(?:\(| *= *)"([a-z]+\.[a-z_]+)"`)

// stolen is every text on the disk of a court, opened with the keys that lie
// beside it.
func stolen(t *testing.T, h *house) (texts []string) {
	t.Helper()
	v, err := vault.Open(filepath.Join(h.Kit.Config.Data, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	walk(t, func(name string) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range purposes.FindAllSubmatch(b, -1) {
			known[string(m[1])] = true
		}
	})
	look := func(text string) {
		texts = append(texts, text)
		for what := range known {
			if open, err := v.Open(what, text); err == nil {
				texts = append(texts, open)
			}
		}
	}
	err = h.Kit.Read(t.Context(), func(tx *db.Tx) error {
		for _, table := range mashang.Tables(h.Services.List) {
			if _, err := tx.EachRow("SELECT * FROM "+table, func(_ []string, row []any) error {
				for _, x := range row {
					switch x := x.(type) {
					case string:
						look(x)
					case []byte:
						look(string(x))
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(h.Kit.Config.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		look(string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// privateKeys are those in texts, as PEM or as bare DER.
func privateKeys(texts []string) (out []crypto.Signer) {
	seen := map[string]bool{}
	add := func(der []byte) {
		var key any
		var err error
		if key, err = x509.ParsePKCS8PrivateKey(der); err != nil {
			if key, err = x509.ParseECPrivateKey(der); err != nil {
				return
			}
		}
		k, ok := key.(crypto.Signer)
		if id := fmt.Sprint(k.Public()); ok && !seen[id] {
			seen[id] = true
			out = append(out, k)
		}
	}
	for _, text := range texts {
		add([]byte(text))
		for rest := []byte(text); ; {
			var b *pem.Block
			if b, rest = pem.Decode(rest); b == nil {
				break
			}
			add(b.Bytes)
		}
	}
	return out
}

// TestDiskMakesNoSignature: whoever has the whole disk of a court, its keys
// included, after people signed there, can't make a signature of one of them.
// Every private key on it is tried: as the signer's own under the certificates
// that he had, and as that of an authority which certifies the thief in his
// name. What he did sign stays valid when the process, and with it the
// authority's keys, are gone.
func TestDiskMakesNoSignature(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	h.recordedBy(id, "贾若兰")
	round := h.signingRound(id, "mediation_record")
	unsigned := h.file(id, round)
	h.signs("贾若兰", jiaPhone, round)
	half := h.file(id, round)
	h.signs("周明远", h.phones["周明远"], round)
	h.signs("李倩", h.phones["李倩"], round)
	h.openWith(h.Kit.Config)

	type signer struct {
		Name, Kind string
		Good       bool
	}
	ask := func(what string, b []byte) (state string, who []signer) {
		t.Helper()
		a := h.upload("", "/signing/check", nil, "file", "文书.pdf", b).must(t, what, 200)
		var f struct {
			State   string
			Signers []signer
		}
		if err := json.Unmarshal([]byte(a.body), &f); err != nil {
			t.Fatal(err)
		}
		return f.State, f.Signers
	}
	whole := h.issued(id, "mediation_record")
	state, who := ask("as issued", whole)
	if state != "ours" || fmt.Sprint(who) != "[{贾若兰 person true} {周明远 person true} {李倩 person true}]" {
		t.Fatalf("what they signed: %s %v", state, who)
	}
	if state, who := ask("signed by her alone", half); state != "signed" || len(who) != 1 || !who[0].Good {
		t.Errorf("her signature alone: %s %v", state, who)
	}

	texts := stolen(t, h)
	keys := privateKeys(texts)
	if len(keys) < 4 { // root, issuer and stamps of seals, and a seal
		t.Fatalf("the thief found %d keys", len(keys))
	}
	var authorities []*signature.Authority
	for _, text := range texts {
		if a, err := signature.ReadAuthority([]byte(text)); err == nil && strings.Contains(text, "PRIVATE KEY") {
			authorities = append(authorities, a)
		}
	}
	if len(authorities) != 1 {
		t.Fatalf("the thief found %d authorities", len(authorities))
	}
	forged, err := signature.NewAuthority(h.Kit.Now())
	if err != nil {
		t.Fatal(err)
	}
	r, err := signature.Verify(half, signature.Trust{}, h.Kit.Now())
	if err != nil {
		t.Fatal(err)
	}
	hers := r.Signatures[0].Certificate
	digest, err := signature.PaperDigest(unsigned)
	if err != nil {
		t.Fatal(err)
	}
	f := signature.Field{Name: "签名1", Reason: "签名", At: h.Kit.Now().UTC().Truncate(time.Second), Certify: true}
	believed := func(what string, file []byte) {
		t.Helper()
		state, who := ask(what, file)
		if state == "ours" || state == "signed" {
			t.Errorf("%s: the file is %s", what, state)
		}
		for _, w := range who {
			if w.Name == "贾若兰" && w.Good {
				t.Errorf("%s: it passes as a signature of hers: %+v", what, w)
			}
		}
	}
	stamps := authorities[0].Stamper(h.Kit.Clock)
	for i, key := range keys {
		name := fmt.Sprintf("key %d", i)
		if out, err := signature.Sign(t.Context(), unsigned, f, signature.Signer{Key: key, Chain: []*x509.Certificate{hers}}, stamps); err == nil {
			t.Errorf("%s signs under her certificate", name)
			believed(name, out)
		}
		own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, issuer := range []*x509.Certificate{r.Signatures[0].Certificate, authorities[0].Certificates()[0], authorities[0].Certificates()[1], authorities[0].Certificates()[2]} {
			like := *hers // with the mark of a one-time certificate, for this paper
			like.PublicKey, like.Raw = nil, nil
			like.ExtraExtensions = hers.Extensions
			der, err := x509.CreateCertificate(rand.Reader, &like, issuer, own.Public(), key)
			if err != nil {
				continue // not the issuer's key
			}
			c, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			chain := []*x509.Certificate{c}
			if issuer.IsCA {
				chain = append(chain, issuer)
			}
			if out, err := signature.Sign(t.Context(), unsigned, f, signature.Signer{Key: own, Chain: chain}, stamps); err == nil {
				believed(name+" as an authority", out)
			}
		}
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for what, a := range map[string]*signature.Authority{"the authority of seals": authorities[0], "one of his own": forged} {
		once, err := a.OneTime("贾若兰", own.Public(), digest, h.Kit.Now())
		if err != nil {
			t.Fatal(err)
		}
		years, err := a.Issue("贾若兰", own.Public(), h.Kit.Now(), 5)
		if err != nil {
			t.Fatal(err)
		}
		for how, chain := range map[string][]*x509.Certificate{"for one paper": once, "for years": years} {
			for _, s := range []signature.Stamper{stamps, forged.Stamper(h.Kit.Clock)} {
				out, err := signature.Sign(t.Context(), unsigned, f, signature.Signer{Key: own, Chain: chain}, s)
				if err != nil {
					t.Fatal(err)
				}
				believed(what+" certifies him "+how, out)
			}
		}
	}
}

// file is what is being signed, as it is now.
func (h *house) file(caseID, round string) []byte {
	h.t.Helper()
	return []byte(h.get("周明远", "/signing/"+caseID+"/round/"+round+"/file").must(h.t, "file", 200).body)
}

// issued is the newest paper of a kind.
func (h *house) issued(caseID, kind string) []byte {
	h.t.Helper()
	for _, p := range h.papers(caseID) {
		if p.Kind == kind && p.Digest != "" {
			b, err := blob.ReadAll(h.t.Context(), h.Kit.Blob, p.Digest)
			if err != nil {
				h.t.Fatal(err)
			}
			return b
		}
	}
	h.t.Fatal("no " + kind)
	return nil
}
