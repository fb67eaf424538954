package mashang_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"mashang/platform/blob"
	"mashang/platform/pdf"
	signature "mashang/platform/sign"
)

// TestCheckAFile: whoever holds a file learns whether it is the paper that the
// court issued, whether it still counts, and which page was replaced.
func TestCheckAFile(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		var file []byte
		var paperID string
		for _, p := range h.papers(id) {
			b, err := blob.ReadAll(t.Context(), h.Kit.Blob, p.Digest)
			if err != nil {
				t.Fatal(err)
			}
			r, err := signature.Verify(b, signature.Trust{}, h.Kit.Now())
			if err != nil {
				t.Fatalf("%s: %v", p.Title, err)
			}
			if sealed := p.Kind != "service_return"; r.Signers() != 0 != sealed {
				t.Errorf("%s: %d signatures", p.Title, r.Signers())
			}
			if p.Kind == "acceptance_notice" {
				file, paperID = b, p.ID
			}
		}
		ask := func(b []byte) answer {
			h.t.Helper()
			return h.upload("", "/signing/check", nil, "file", "文书.pdf", b)
		}
		says := func(what, state string, b []byte) answer {
			t.Helper()
			a := ask(b).must(t, what, 200)
			if got := a.get("state"); got != state {
				t.Errorf("%s: %s, not %s: %s", what, got, state, a.body)
			}
			return a
		}
		a := says("as issued", "ours", file)
		has(t, "as issued", a.body, "受理案件通知书", "衡水市中级人民法院", "电子印章（测试）", `"good":true`)

		flipped := bytes.Clone(file)
		flipped[len(file)/3] ^= 1
		says("a byte changed", "changed", flipped)
		says("a byte more", "changed", append(bytes.Clone(file), '\n'))
		says("cut short", "changed", file[:len(file)-1])
		says("another's scan", "foreign", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"))
		faces, err := pdf.LoadFaces("")
		if err != nil {
			t.Fatal(err)
		}
		forged, _, err := pdf.Render(faces, &pdf.Doc{Title: "民事判决书", Court: "河北省衡水市中级人民法院", Blocks: []pdf.Block{pdf.CourtTitle{}, pdf.PaperTitle{}, pdf.Signature{Date: "二〇二六年三月三日", Seal: &pdf.Seal{}}}})
		if err != nil {
			t.Fatal(err)
		}
		says("of the same form, by anyone", "unsigned", forged)
		other, err := signature.NewAuthority(h.Kit.Now())
		if err != nil {
			t.Fatal(err)
		}
		says("sealed by a stranger of the same name", "untrusted", sealedBy(t, h, other, forged))

		ask([]byte("GIF89a")).must(t, "a picture", 422)
		ask(nil).must(t, "nothing", 422)
		h.post("", "/signing/check", map[string]string{}).must(t, "no file", 422)

		h.post("周明远", "/papers/paper/"+paperID+"/withdraw", map[string]any{"reason": "地址写错了", "again": true}).must(t, "withdraw", 200)
		h.drain()
		says("superseded", "old", file)
		if page := h.get("", "/signing/check").must(t, "page", 200).body; !strings.Contains(page, "不保存") {
			t.Error("the page does not say that nothing is kept")
		}
		root := h.get("", "/signing/root").must(t, "root", 200).body
		has(t, "the page to keep", h.get("", "/signing/page").must(t, "the page to keep", 200).body, "mashangPaper", strings.ReplaceAll(strings.TrimSpace(root), "\n", `\n`))
		has(t, "root", root, "BEGIN CERTIFICATE")
	})
}

// sealedBy signs a file with a key of an authority that calls it the court's.
func sealedBy(t *testing.T, h *house, a *signature.Authority, b []byte) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := a.Issue("河北省衡水市中级人民法院电子印章（测试）", key.Public(), h.Kit.Now(), 5)
	if err != nil {
		t.Fatal(err)
	}
	f := signature.Field{Name: "院印", Reason: "伪造", At: h.Kit.Now().UTC().Truncate(time.Second), Certify: true}
	out, err := signature.Sign(t.Context(), b, f, signature.Signer{Key: key, Chain: chain}, a.Stamper(h.Kit.Clock))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
