package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/pdf"
)

// paper is a fictional notice of two pages.
var paper = sync.OnceValue(func() []byte {
	fs, err := pdf.LoadFaces("")
	if err != nil {
		panic(err)
	}
	blocks := []pdf.Block{pdf.CourtTitle{}, pdf.PaperTitle{}, pdf.CaseNumber{}, pdf.Addressee{Text: "李𬭎"}}
	for i := range 12 {
		blocks = append(blocks, pdf.Paragraph{Text: fmt.Sprintf("第%d项：被告赵𬍛于本调解书生效之日起十日内偿还原告李𬭎借款本金49,000.00元，并支付利息。", i+1)})
	}
	b, pages, err := pdf.Render(fs, &pdf.Doc{Title: "民事调解书", CaseNo: "（2026）冀1199民初123号", Court: "河北省云泽县人民法院", Void: "演示文书 无法律效力", Blocks: blocks})
	if err != nil || pages != 2 {
		panic(fmt.Sprint(err, pages))
	}
	return b
})

// tiny is a paper of two pages in a few hundred bytes, in the form of ours.
func tiny(text string) []byte {
	return written([]*object{
		{num: 1, val: dict{{"/Type", name("/Catalog")}, {"/Pages", ref(2)}}},
		{num: 2, val: dict{{"/Type", name("/Pages")}, {"/Kids", array{ref(3), ref(4)}}, {"/Count", integer(2)}}},
		{num: 3, val: dict{{"/Type", name("/Page")}, {"/Parent", ref(2)}, {"/MediaBox", array{integer(0), integer(0), integer(200), integer(200)}}, {"/Contents", ref(5)}, {"/Resources", ref(7)}}},
		{num: 4, val: dict{{"/Type", name("/Page")}, {"/Parent", ref(2)}, {"/MediaBox", array{integer(0), integer(0), integer(200), integer(200)}}, {"/Contents", ref(6)}, {"/Resources", ref(7)}}},
		content(5, "BT /F 12 Tf 20 100 Td ("+text+") Tj ET"),
		content(6, "BT /F 12 Tf 20 100 Td (page 2) Tj ET"),
		{num: 7, val: dict{{"/Font", dict{{"/F", dict{{"/Type", name("/Font")}, {"/Subtype", name("/Type1")}, {"/BaseFont", name("/Helvetica")}}}}}}},
		{num: 8, val: dict{{"/Title", textString(text)}}},
	}, 8)
}

// written is a file of objects 1, 2, 3, …, the first of which is the catalog, in
// the form of ours.
func written(objects []*object, info ref) []byte {
	b := []byte(header)
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = len(b)
		b = o.emit(b)
	}
	xref := len(b)
	b = fmt.Appendf(b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, x := range at {
		b = appendRow(b, x)
	}
	id := atom(fmt.Sprintf("<%x>", sha256.Sum256(b))[:33] + ">")
	return appendTail(b, dict{{"/Size", integer(len(objects) + 1)}, {"/Root", ref(1)}, {"/Info", info}, {"/ID", array{id, id}}}, xref)
}

func content(num int, ops string) *object {
	return &object{num: num, val: dict{{"/Length", integer(len(ops))}}, stream: true, data: []byte(ops)}
}

// authority is one for all tests.
var authority = sync.OnceValue(func() *Authority {
	a, err := NewAuthority(time.Now())
	if err != nil {
		panic(err)
	}
	return a
})

// clockwork stamps with the machine's time.
func clockwork() Stamper { return authority().Stamper(clock.System{}) }

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signer has a certificate of one year.
func signer(t testing.TB, a *Authority, name string) Signer {
	t.Helper()
	key := newKey(t)
	chain, err := a.Issue(name, key.Public(), time.Now(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return Signer{key, chain}
}

// field is the nth signature of a paper.
func field(n int) Field {
	x := float64(40 + 30*n)
	return Field{
		Name: "签名" + strconv.Itoa(n), Page: n % 2, Rect: [4]float64{x, 60, x + 25.5, 80}, Reason: "签收调解书", Place: "云泽县", At: time.Now(),
		Appearance: []byte("q 0.1 0.1 0.4 RG 1.5 w 1 J 2 2 m 5 18 10 -4 20 15 c S Q"),
	}
}

func signed1(t testing.TB, pdf []byte, f Field, s Signer) []byte {
	t.Helper()
	out, err := Sign(context.Background(), pdf, f, s, clockwork())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signedBy lets n people sign one after the other.
func signedBy(t testing.TB, pdf []byte, n int) []byte {
	t.Helper()
	for i := range n {
		f := field(i)
		f.Certify = i == 0 && n == 1
		pdf = signed1(t, pdf, f, signer(t, authority(), "张三"+strconv.Itoa(i)))
	}
	return pdf
}

// check verifies for someone who trusts the test authority.
func check(t testing.TB, pdf []byte) Report {
	t.Helper()
	r, err := Verify(pdf, authority().Trust(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPapersAreRead(t *testing.T) {
	for _, b := range [][]byte{paper(), tiny("hello")} {
		r := check(t, b)
		if r.Verdict != Unsigned || len(r.Objections) != 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestSigners(t *testing.T) {
	for _, base := range [][]byte{paper(), tiny("hello")} {
		for _, n := range []int{1, 2, 5} {
			r := check(t, signedBy(t, base, n))
			if r.Verdict != Genuine || r.Signers() != n {
				t.Fatalf("%d signers: %+v", n, r)
			}
			s := r.Signatures[n-1]
			if s.Name != "张三"+strconv.Itoa(n-1) || !strings.Contains(s.Subject, "测试") || s.Reason != "签收调解书" || s.Place != "云泽县" ||
				s.Page != 1+(n-1)%2 || s.Revision != n || time.Since(s.Time) > time.Minute || s.Certify != (n == 1) {
				t.Errorf("%+v", s)
			}
			for i, rev := range r.Revisions[1:] {
				if rev.Added != AddedSignature {
					t.Errorf("revision %d: %q", i+1, rev.Added)
				}
			}
		}
	}
}

// TestPhone: a key that we do not hold signs in two steps, with a certificate
// for this paper and ten minutes.
func TestPhone(t *testing.T) {
	ctx, key := context.Background(), newKey(t)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := RequestedKey(csr)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := PaperDigest(paper())
	if err != nil {
		t.Fatal(err)
	}
	chain, err := authority().OneTime("李𬭎", pub, digest, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if life := chain[0].NotAfter.Sub(chain[0].NotBefore); life != 10*time.Minute {
		t.Errorf("lives %v", life)
	}
	f := field(0)
	p, err := Prepare(paper(), f, chain)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Prepare(paper(), f, chain)
	if err != nil || !bytes.Equal(p.PDF, again.PDF) || !bytes.Equal(p.ToBeSigned, again.ToBeSigned) {
		t.Error("the same does not prepare to the same")
	}
	sum := sha256.Sum256(p.ToBeSigned)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	der, err := FromRaw(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Complete(ctx, der, clockwork())
	if err != nil {
		t.Fatal(err)
	}
	if rep := check(t, out); rep.Verdict != Genuine || rep.Signatures[0].Name != "李𬭎" {
		t.Errorf("%+v", rep)
	}
	der[len(der)-1] ^= 1
	if _, err := p.Complete(ctx, der, clockwork()); !errors.Is(err, ErrSignature) {
		t.Errorf("a signature that does not hold: %v", err)
	}
	late, err := authority().OneTime("李𬭎", pub, digest, time.Now().Add(-9*time.Minute-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(ctx, paper(), f, Signer{key, late}, clockwork()); !errors.Is(err, ErrExpired) {
		t.Errorf("a signature after ten minutes: %v", err)
	}
	csr[len(csr)-1] ^= 1
	if _, err := RequestedKey(csr); err == nil {
		t.Error("a request that is not signed was taken")
	}
}

// TestRSA: both kinds of RSA signature, and no short key.
func TestRSA(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := authority().Issue("云泽县人民法院", key.Public(), time.Now(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []crypto.SignerOpts{crypto.SHA256, &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}} {
		p, err := Prepare(tiny("rsa"), field(0), chain)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(p.ToBeSigned)
		sig, err := key.Sign(rand.Reader, sum[:], o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Complete(context.Background(), sig, clockwork())
		if err != nil {
			t.Fatal(err)
		}
		if r := check(t, out); r.Verdict != Genuine {
			t.Errorf("%T: %+v", o, r)
		}
		if said := pdfsig(t, trusting(t), out); !strings.Contains(said, "Signature is Valid.") {
			t.Errorf("%T: %s", o, said)
		}
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authority().Issue("弱", p224.Public(), time.Now(), 1); err == nil {
		t.Error("a weak key has a certificate")
	}
}

// lists are the authority's revocation lists.
func lists(t testing.TB, revoked ...x509.RevocationListEntry) [][]byte {
	t.Helper()
	l, err := authority().Lists(revoked, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// kept is a signed paper with its store and a time stamp over all of it.
func kept(t testing.TB, pdf []byte, s Signer) []byte {
	t.Helper()
	certs := [][]byte{s.Chain[0].Raw}
	for _, c := range authority().Certificates() {
		certs = append(certs, c.Raw)
	}
	out, err := AddStore(signed1(t, pdf, field(0), s), certs, lists(t))
	if err != nil {
		t.Fatal(err)
	}
	if out, err = AddStamp(context.Background(), out, "时间戳", clockwork()); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStoreAndStamp(t *testing.T) {
	s := signer(t, authority(), "张三")
	out := kept(t, paper(), s)
	r := check(t, out)
	var added []Added
	for _, rev := range r.Revisions {
		added = append(added, rev.Added)
	}
	if r.Verdict != Genuine || r.Signers() != 1 || len(r.Signatures) != 2 || !slices.Equal(added, []Added{"", AddedSignature, AddedStore, AddedStamp}) {
		t.Fatalf("%+v", r)
	}
	// Another person may still sign, and the store may grow.
	more := signed1(t, out, field(1), signer(t, authority(), "李四"))
	more, err := AddStore(more, nil, lists(t, x509.RevocationListEntry{SerialNumber: big.NewInt(12345), RevocationTime: time.Now()}))
	if err != nil {
		t.Fatal(err)
	}
	if r := check(t, more); r.Verdict != Genuine || r.Signers() != 2 || len(r.Revisions) != 6 {
		t.Errorf("%+v", r)
	}
	// To someone else nothing of it is proven, but nothing is changed either.
	other, err := NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(more, other.Trust(), time.Now()); err != nil || r.Verdict != Untrusted || !slices.Equal(r.Problems, []Problem{StoreNoPath}) {
		t.Errorf("%v %+v", err, r)
	}
	if _, err := AddStore(more, [][]byte{s.Chain[0].Raw}, nil); err == nil {
		t.Error("the store takes twice what it has")
	}
}

// TestLongAfter: certificates expire, what a stamp proved stays.
func TestLongAfter(t *testing.T) {
	out := signed1(t, tiny("old"), field(0), signer(t, authority(), "张三"))
	at := func(years int) Verdict {
		r, err := Verify(out, authority().Trust(), time.Now().AddDate(years, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		return r.Verdict
	}
	if at(5) != Genuine {
		t.Error("not genuine after the signer's certificate expired, though it is stamped")
	}
	if at(19) != Untrusted {
		t.Error("a stamp is believed after the clock's certificate expired")
	}
	if at(-1) != Untrusted {
		t.Error("a stamp from the future is believed")
	}
}

func TestAuthorityIsKept(t *testing.T) {
	text, err := authority().PEM()
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadAuthority(text)
	if err != nil {
		t.Fatal(err)
	}
	if r := check(t, signed1(t, tiny("x"), field(0), signer(t, b, "张三"))); r.Verdict != Genuine {
		t.Errorf("%+v", r)
	}
	for _, c := range b.Certificates() {
		if s := c.Subject.String(); !strings.Contains(c.Subject.CommonName, "测试") || !strings.Contains(s, "测试机构") {
			t.Error(s)
		}
	}
	for _, cut := range []int{0, 100, len(text) / 2, len(text) - 30} {
		if _, err := ReadAuthority(text[:cut]); err == nil {
			t.Errorf("an authority of %d bytes was taken", cut)
		}
	}
}

// TestFieldsAreRefused: what a field must not have.
func TestFieldsAreRefused(t *testing.T) {
	s := signer(t, authority(), "张三")
	once := signed1(t, tiny("x"), field(0), s)
	for what, change := range map[string]func(*Field){
		"no name":         func(f *Field) { f.Name = "" },
		"a name twice":    func(f *Field) { f.Name = field(0).Name },
		"a turning mark":  func(f *Field) { f.Reason = "a\u202eb" },
		"two lines":       func(f *Field) { f.Place = "a\nb" },
		"a long reason":   func(f *Field) { f.Reason = strings.Repeat("长", 201) },
		"no such page":    func(f *Field) { f.Page = 2 },
		"an empty box":    func(f *Field) { f.Rect[2] = f.Rect[0] },
		"no time":         func(f *Field) { f.At = time.Time{} },
		"certifies late":  func(f *Field) { f.Certify = true },
		"text":            func(f *Field) { f.Appearance = []byte("BT (paid) Tj ET") },
		"a picture":       func(f *Field) { f.Appearance = []byte("/X Do") },
		"other blending":  func(f *Field) { f.Appearance = []byte("/Normal gs") },
		"an open q":       func(f *Field) { f.Appearance = []byte("q") },
		"a lost number":   func(f *Field) { f.Appearance = []byte("1 q Q") },
		"a comment":       func(f *Field) { f.Appearance = []byte("q % Q") },
		"a foreign blank": func(f *Field) { f.Appearance = []byte("q\u00a0Q") },
		"an exponent":     func(f *Field) { f.Appearance = []byte("1e3 w") },
		"two appearances": func(f *Field) { f.Picture = picture(t) },
		"an unseen one":   func(f *Field) { f.Appearance, f.Picture, f.Rect = nil, picture(t), [4]float64{} },
	} {
		f := field(1)
		change(&f)
		if _, err := Sign(context.Background(), once, f, s, clockwork()); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}
