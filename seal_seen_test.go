package mashang_test

import (
	"crypto/x509"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mashang/docket/paper"
	"mashang/law/identity"
	"mashang/platform/config"
	"mashang/platform/dbtest"
	"mashang/platform/pdf/pdftest"
	"mashang/platform/seals"
	signature "mashang/platform/sign"
)

// TestSealIsSeenWhenItIsSet: who reads or signs a paper before the court seals
// it sees no seal, on no page and in no wording; then it stands where the paper
// left room for it, as part of what the seal signed.
func TestSealIsSeenWhenItIsSet(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	out := h.post("陈助", "/papers/write/"+id+"/save", map[string]any{"kind": "withdrawal_ruling", "to": []string{h.partyID(id, "贾若兰"), h.partyID(id, company)}, "submit": true, "fields": map[string]any{
		"what": "起诉", "who": "贾若兰", "applied": "2026-03-03", "opinion": "原告申请撤诉是自愿的，不违反法律。", "granted": "准许",
		"cites": []string{"《中华人民共和国民事诉讼法》第一百四十八条第一款"}, "fee": "512.50", "fee_shares": []any{[]string{"贾若兰", "512.50"}}}}).must(t, "save", 200)
	draft := out.get("id")
	words := func(what, body, is, isNot string) {
		t.Helper()
		if has(t, what, body, is); strings.Contains(body, isNot) {
			t.Errorf("%s: %q", what, isNot)
		}
	}
	const set, open = "（河北省衡水市中级人民法院印）", "（待盖章）"
	words("the draft", h.get("周明远", "/papers/write/"+id+"/"+draft).must(t, "draft", 200).body, open, set)
	h.post("周明远", "/papers/write/"+id+"/"+draft+"/decide", map[string]any{"answer": "approve"}).must(t, "approve", 200)
	h.drain()
	var p paper.Paper
	for _, x := range h.papers(id) {
		if x.Kind == "withdrawal_ruling" && x.ID == x.Original {
			p = x
		}
	}
	at := p.SealAt.V
	if p.State != paper.Signing || at == [5]float64{} {
		t.Fatalf("%+v", p)
	}
	round := h.signingRound(id, "withdrawal_ruling")
	words("what is signed", h.get("周明远", "/signing/papers?rounds="+round).must(t, "round", 200).body, open, set)
	words("the paper", h.get("周明远", "/papers/view/"+p.ID).must(t, "paper", 200).body, open, set)
	seen := func(what string, file []byte, red bool) {
		t.Helper()
		page := photographed(t, file, int(at[0])+1)
		high := page.Bounds().Dy()
		place := image.Rect(int(at[1]), high-int(at[4])-1, int(at[3])+1, high-int(at[2])+1)
		got := pdftest.Reds(page)
		if red && (!got.In(place) || got.Dx() < place.Dx()-6 || got.Dy() < place.Dy()-6) || !red && !got.Empty() {
			t.Errorf("%s: red at %v, the place of the seal is %v", what, got, place)
		}
	}
	seen("drawn", h.file(id, round), false)
	h.signs("周明远", identity.FictionalPhone(102), round)
	seen("signed by the judge", h.file(id, round), false)
	h.signs("李倩", identity.FictionalPhone(105), round)
	file := h.issued(id, "withdrawal_ruling")
	seen("sealed", file, true)
	words("the paper", h.get("周明远", "/papers/view/"+p.ID).must(t, "paper", 200).body, set, open)
	r, err := signature.Verify(file, signature.Trust{}, h.Kit.Now())
	if err != nil || r.Signers() != 3 || len(r.Objections) > 0 {
		t.Errorf("%+v %v", r, err)
	}
	// What the court gives to everybody proves all of it: who signed, and the seal.
	public := func(path string) (text string, certs []*x509.Certificate) {
		text = h.get("", path).must(t, path, 200).body
		name := filepath.Join(t.TempDir(), "root.pem")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		certs, err := seals.ReadRoots(name)
		if err != nil {
			t.Fatal(err)
		}
		return text, certs
	}
	_, roots := public("/signing/root")
	text, people := public("/signing/root?of=people")
	trust := signature.Trust{Roots: roots, People: people, Stamps: slices.Concat(roots, people)}
	if r, err := signature.Verify(file, trust, h.Kit.Now()); err != nil || r.Verdict != signature.Genuine {
		t.Errorf("%s %+v %v", r.Verdict, r.Signatures, err)
	}
	has(t, "the page to keep", h.get("", "/signing/page").must(t, "the page to keep", 200).body, strings.ReplaceAll(strings.TrimSpace(text), "\n", `\n`))
	b := h.upload("", "/signing/check", nil, "file", "文书.pdf", file).must(t, "check", 200)
	has(t, "check", b.body, `"state":"ours"`, `"kind":"seal"`, "电子印章（测试）")
	name := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "qpdf", "--check", name)
}

// TestSealOnThePage: where nobody holds seals, a paper that nobody signs first
// bears the picture of the seal on its page, and no signature.
func TestSealOnThePage(t *testing.T) {
	h := newHouseWith(t, dbtest.SQLite(t), func(c *config.Config) { c.Demo = false })
	file := h.issued(h.accepted(), "acceptance_notice")
	r, err := signature.Verify(file, signature.Trust{}, h.Kit.Now())
	if err != nil || r.Signers() != 0 || r.Verdict != signature.Unsigned {
		t.Errorf("%+v %v", r, err)
	}
	red := false
	for n := range 2 {
		red = red || pdftest.Reds(photographed(t, file, n+1)).Dx() > 110
	}
	if !red {
		t.Error("no seal is seen")
	}
}

// photographed is a page in colour, a pixel for a point.
func photographed(t *testing.T, file []byte, page int) image.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return pdftest.Page(t, path, page, "-r", "72")
}
