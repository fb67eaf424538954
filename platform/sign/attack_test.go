package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"golang.org/x/crypto/cryptobyte"

	"mashang/platform/clock"
)

// naive is how many programs check: they look for signatures in the file, and
// compare what each says that it covers with its digest. What is not there, or
// not a number, is passed over.
func naive(file []byte) bool {
	holds := 0
	for _, m := range ranges.FindAllSubmatch(file, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(string(m[i+1]))
		}
		if n[0] != 0 || n[1] > n[2] || n[2]+n[3] > len(file) {
			return false
		}
		der, err := hex.DecodeString(string(bytes.Trim(file[n[1]:n[2]], "<>")))
		if err != nil {
			return false
		}
		p7, err := pkcs7.Parse(der[:derLength(der)])
		if err != nil {
			return false
		}
		p7.Content = slices.Concat(file[:n[1]], file[n[2]:n[2]+n[3]])
		if p7.Verify() != nil {
			return false
		}
		holds++
	}
	return holds > 0 || bytes.Contains(file, []byte("/Type/Sig/"))
}

var ranges = regexp.MustCompile(`/ByteRange\[(\d+) (\d+) (\d+) (\d+)\]/Contents<`)

// forge appends a revision in the very form of ours: the most skilful forger
// has our writer too.
func forge(t testing.TB, file []byte, change func(u *update, v view)) []byte {
	t.Helper()
	d, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	u, err := d.update()
	if err != nil {
		t.Fatal(err)
	}
	change(u, d.view())
	rev, err := u.finish()
	if err != nil {
		t.Fatal(err)
	}
	return append(file[:len(file):len(file)], rev...)
}

// set changes one entry of an object's dictionary.
func (u *update) set(v view, num int, key name, x value) {
	u.put(num, v.object(num).dict().with(key, x))
}

func (v view) root() int {
	r, _ := v.trailer.get("/Root").(ref)
	return int(r)
}

// attack is one thing that can be done to a signed file.
type attack struct {
	do    func(t testing.TB, file []byte) []byte
	what  What
	pages []int
	// fools says that who only compares digests is taken in.
	fools bool
}

const evil = "BT /F 12 Tf 20 100 Td (9000000) Tj ET"

// The objects of tiny: 2 page tree, 3 and 4 pages, 5 and 6 their contents, 7
// resources. Its signature is certifying.
var attacks = map[string]attack{
	"shadow replace": {shadow, PageChanged, []int{1}, true},
	"hide and replace": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			n := u.reserve()
			u.putStream(n, dict{}, []byte("1 g 0 0 200 200 re f "+evil))
			u.set(v, 4, "/Contents", array{ref(6), ref(n)})
		})
	}, PageChanged, []int{2}, true},
	"contents replaced under their number": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, _ view) { u.putStream(5, dict{}, []byte(evil)) })
	}, PageChanged, []int{1}, true},
	"pages reordered": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) { u.set(v, 2, "/Kids", array{ref(4), ref(3)}) })
	}, PageChanged, []int{1, 2}, true},
	"page added": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			n := u.reserve()
			u.put(n, v.object(4).dict().without("/Annots"))
			u.put(2, v.object(2).dict().with("/Kids", array{ref(3), ref(4), ref(n)}).with("/Count", integer(3)))
		})
	}, PageAdded, []int{3}, true},
	"page removed": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			u.put(2, v.object(2).dict().with("/Kids", array{ref(3)}).with("/Count", integer(1)))
		})
	}, PageRemoved, []int{2}, true},
	"page cropped": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			u.set(v, 2, "/CropBox", array{integer(0), integer(0), integer(200), integer(90)})
		})
	}, PageChanged, []int{1, 2}, true},
	"annotation over the text": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			n := u.reserve()
			u.put(n, dict{{"/Type", name("/Annot")}, {"/Subtype", name("/FreeText")}, {"/Rect", array{integer(0), integer(0), integer(200), integer(200)}}, {"/Contents", textString("九百万")}, {"/C", array{integer(1)}}})
			notes, _ := v.object(3).dict().get("/Annots").(array)
			u.set(v, 3, "/Annots", append(notes[:len(notes):len(notes)], ref(n)))
		})
	}, AnnotationChanged, []int{1}, true},
	"picture of a signature replaced": {func(t testing.TB, file []byte) []byte {
		drawn := 0
		return forge(t, file, func(u *update, v view) {
			for num := range u.size {
				if v.object(num).dict().get("/Subtype") == name("/Form") {
					drawn = num
				}
			}
			u.putStream(drawn, v.object(drawn).dict(), []byte("0 g 0 0 9 9 re f"))
		})
	}, FormChanged, nil, true},
	"field filled in after certification": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			n := u.reserve()
			u.put(n, dict{{"/FT", name("/Tx")}, {"/T", textString("金额")}, {"/V", textString("9000000")}})
			form, _ := v.catalog().get("/AcroForm").(dict)
			fields, _ := form.get("/Fields").(array)
			u.set(v, v.root(), "/AcroForm", form.with("/Fields", append(fields[:len(fields):len(fields)], ref(n))))
		})
	}, FormChanged, nil, true},
	"script on opening": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			u.set(v, v.root(), "/OpenAction", dict{{"/S", name("/JavaScript")}, {"/JS", atom("(app.alert(1))")}})
		})
	}, CatalogChanged, nil, true},
	"signature wrapped": {func(t testing.TB, file []byte) []byte {
		// The page is replaced, and the signature written once more: it covers
		// what it covered, from a place where it covers nothing new.
		return forge(t, file, func(u *update, v view) {
			sig := signatureIn(v)
			u.putStream(5, dict{}, []byte(evil))
			u.put(sig, v.object(sig).val)
		})
	}, PageChanged, []int{1}, true},
	"byte range moved": {func(t testing.TB, file []byte) []byte {
		s := found(t, file, 1)
		more := shadow(t, file)[len(file):]
		out := slices.Concat(file[:s.to], more, file[s.to:])
		return bytes.Replace(out, fmt.Appendf(nil, " %d %d]", s.to, len(file)-s.to), fmt.Appendf(nil, " %d %d]", s.to+len(more), len(file)-s.to), 1)
	}, Unreadable, nil, false},
	"no contents":        {without("/Contents"), FormChanged, nil, true},
	"no byte range":      {without("/ByteRange"), FormChanged, nil, true},
	"byte range is null": {forged("/ByteRange", atom("null")), FormChanged, nil, true},
	"byte range is negative": {forged("/ByteRange", array{integer(0), integer(-1), integer(0), integer(-1)}),
		FormChanged, nil, true},
	"contents are null":  {forged("/Contents", atom("null")), FormChanged, nil, true},
	"contents are empty": {forged("/Contents", atom("<>")), FormChanged, nil, true},
	"contents renamed in place": {func(_ testing.TB, file []byte) []byte {
		return bytes.Replace(file, []byte("/Contents<30"), []byte("/Kontents<30"), 1)
	}, Unexplained, []int{1}, true},
	"second end mark": {func(_ testing.TB, file []byte) []byte {
		return append(file[:len(file):len(file)], "5 0 obj\n<<>>\nendobj\n%%EOF\n"...)
	}, Unreadable, nil, true},
	"another table in front": {func(t testing.TB, file []byte) []byte {
		// The old table once more, in which page 1 shows the contents of page 2.
		return forge(t, file, func(u *update, v view) { u.offsets[5] = v.object(6).start })
	}, PageChanged, []int{1}, true},
	"object twice, the table names the second": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) {
			u.write(v.object(5))
			u.putStream(5, dict{}, []byte(evil))
		})
	}, PageChanged, []int{1}, true},
	"object that nothing needs": {func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, _ view) { u.put(u.reserve(), dict{}) })
	}, Unexplained, nil, true},
	"object deleted": {func(t testing.TB, file []byte) []byte {
		d, _ := read(file)
		out := append(file[:len(file):len(file)], "xref\n5 1\n0000000000 65535 f \n"...)
		trailer := d.last().trailer.with("/Prev", integer(d.last().xref))
		return appendTail(out, trailer, len(file))
	}, PageChanged, []int{1}, true},
	"another writer": {func(t testing.TB, file []byte) []byte {
		d, _ := read(file)
		out := append(file[:len(file):len(file)], "\r\n% nothing here\r\n"...)
		at := len(out)
		out = fmt.Appendf(out, "5 0 obj\r\n<< /Length %d >>\r\nstream\r\n%s\r\nendstream\r\nendobj\r\n", len(evil), evil)
		xref := len(out)
		return fmt.Appendf(out, "xref\r\n5 1\r\n%010d 00000 n\r\ntrailer\r\n<< /Size 20 /Root 1 0 R /Prev %d >>\r\nstartxref\r\n%d\r\n%%%%EOF\r\n", at, d.last().xref, xref)
	}, PageChanged, []int{1}, true},
	"object stream": {func(_ testing.TB, file []byte) []byte {
		return append(file[:len(file):len(file)], "20 0 obj\n<</Type/XRef/W[1 2 1]/Length 0>>\nstream\n\nendstream\nendobj\nstartxref\n0\n%%EOF\n"...)
	}, Unreadable, nil, true},
	"an older table named": {func(t testing.TB, file []byte) []byte {
		d, _ := read(file)
		out := append(file[:len(file):len(file)], "xref\n0 0\n"...)
		return appendTail(out, d.last().trailer.with("/Prev", integer(d.revs[0].xref)), len(file))
	}, Unexplained, nil, true},
	"blank in the store":       {loosened("/DSS<<", "/DSS <<"), Unexplained, nil, true},
	"comment before the table": {loosened("xref\n1 ", "% 9000000\nxref\n1 "), Unexplained, nil, true},
	"line break after the end": {loosened("%%EOF\n", "%%EOF\n\n"), Unreadable, nil, true},
	"text changed in place": {func(_ testing.TB, file []byte) []byte {
		return bytes.Replace(file, []byte("(hello)"), []byte("(HELLO)"), 1)
	}, BytesChanged, nil, false},
	"rubbish in the store": {func(t testing.TB, file []byte) []byte {
		out, err := AddStore(file, [][]byte{[]byte(evil)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}, StoreWrong, nil, true},
	"signature of another paper": {func(t testing.TB, file []byte) []byte {
		other := signedCertifying(t, tiny("other"))
		s := found(t, file, 1)
		return slices.Concat(file[:s.from], filled(found(t, other, 1).der), file[s.to:])
	}, BytesChanged, nil, false},
	"stamp of another signature": {func(t testing.TB, file []byte) []byte {
		other, err := parseCMS(found(t, signedCertifying(t, tiny("other")), 1).der)
		if err != nil {
			t.Fatal(err)
		}
		return refill(t, file, func(c *cms) { c.unsigned = other.unsigned })
	}, SignatureBroken, nil, true},
	"more room in the signature": {func(t testing.TB, file []byte) []byte {
		return refill(t, file, func(c *cms) { c.unsigned = set(c.unsigned, attribute(oidData, nothing)) })
	}, SignatureBroken, nil, true},
	"capitals in the hole": {func(t testing.TB, file []byte) []byte {
		s := found(t, file, 1)
		return slices.Concat(file[:s.from], bytes.ToUpper(file[s.from:s.to]), file[s.to:])
	}, SignatureBroken, nil, true},
	"rubbish after the signature": {func(t testing.TB, file []byte) []byte {
		s := found(t, file, 1)
		return slices.Concat(file[:s.to-3], []byte("01"), file[s.to-1:])
	}, SignatureBroken, nil, true},
}

// shadow is the attack that pdfsig calls valid: a further revision replaces
// the contents of page 1.
func shadow(t testing.TB, file []byte) []byte {
	t.Helper()
	return forge(t, file, func(u *update, v view) {
		n, first := u.reserve(), v.pages()[0].num
		u.putStream(n, dict{}, []byte(evil))
		u.set(v, first, "/Contents", ref(n))
	})
}

// loosened adds a store and writes something in it in another way, with all
// numbers as they must be then.
func loosened(old, loose string) func(testing.TB, []byte) []byte {
	return func(t testing.TB, file []byte) []byte {
		out, err := AddStore(file, [][]byte{authority().root.cert.Raw}, nil)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.LastIndex(out, []byte(old))
		d, err := read(out)
		if err != nil || at < len(file) {
			t.Fatal(err, at)
		}
		xref := d.last().xref
		out = slices.Concat(out[:at], []byte(loose), out[at+len(old):])
		if at <= xref {
			out = bytes.Replace(out, fmt.Appendf(nil, "startxref\n%d\n", xref), fmt.Appendf(nil, "startxref\n%d\n", xref+len(loose)-len(old)), 1)
		}
		return out
	}
}

// signatureIn is the number of the signature's dictionary.
func signatureIn(v view) int {
	num := 1
	for v.object(num).dict().get("/Type") != name("/Sig") {
		num++
	}
	return num
}

// forged writes the signature again with another entry.
func forged(key name, x value) func(testing.TB, []byte) []byte {
	return func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) { u.set(v, signatureIn(v), key, x) })
	}
}

func without(key name) func(testing.TB, []byte) []byte {
	return func(t testing.TB, file []byte) []byte {
		return forge(t, file, func(u *update, v view) { sig := signatureIn(v); u.put(sig, v.object(sig).dict().without(key)) })
	}
}

// refill changes what no signature covers in the container of the first.
func refill(t testing.TB, file []byte, change func(*cms)) []byte {
	t.Helper()
	s := found(t, file, 1)
	c, err := parseCMS(s.der)
	if err != nil {
		t.Fatal(err)
	}
	change(c)
	der, err := c.emit()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(file[:s.from], filled(der), file[s.to:])
}

func nothing(*cryptobyte.Builder) {}

func sumOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func signedCertifying(t testing.TB, pdf []byte) []byte {
	t.Helper()
	f := field(0)
	f.Certify = true
	return signed1(t, pdf, f, signer(t, authority(), "云泽县人民法院"))
}

func TestAttacks(t *testing.T) {
	file := signedCertifying(t, tiny("hello"))
	if !naive(file) {
		t.Fatal("the naive check refuses what was signed")
	}
	for what, a := range attacks {
		bad := a.do(t, file)
		if naive(bad) != a.fools {
			t.Errorf("%s: who only compares digests is fooled: %v", what, !a.fools)
		}
		r := check(t, bad)
		has := slices.ContainsFunc(r.Objections, func(o Objection) bool { return o.What == a.what })
		if r.Verdict != Changed || !has || !slices.Equal(r.Pages, a.pages) {
			t.Errorf("%s: %s, pages %v, %+v", what, r.Verdict, r.Pages, r.Objections)
		}
		if _, err := Sign(context.Background(), bad, field(1), signer(t, authority(), "李四"), clockwork()); err == nil && len(r.Revisions) > 1 && r.Revisions[len(r.Revisions)-1].Added == "" {
			t.Errorf("%s: was signed", what)
		}
	}
}

// TestShadow: a reader in wide use calls it valid, we name the page.
func TestShadow(t *testing.T) {
	file := signedBy(t, paper(), 1)
	bad := shadow(t, file)
	if said := pdfsig(t, trusting(t), bad); !strings.Contains(said, "Signature is Valid.") || !strings.Contains(said, "Certificate is Trusted.") {
		t.Error(said)
	}
	if was, is := tool(t, "pdftotext", write(t, file), "-"), tool(t, "pdftotext", write(t, bad), "-"); was == is {
		t.Error("the page shows what it showed")
	}
	r := check(t, bad)
	if r.Verdict != Changed || !slices.Equal(r.Pages, []int{1}) || !r.Signatures[0].Intact || r.Objections[1] != (Objection{What: PageChanged, Revision: 2, Page: 1}) {
		t.Errorf("%+v", r)
	}
}

// TestFonts: other words under the same letters, or other letters.
func TestFonts(t *testing.T) {
	file := signedBy(t, paper(), 1)
	for _, key := range []name{"/ToUnicode", "/FontFile2"} {
		bad := forge(t, file, func(u *update, v view) {
			for num := range u.size {
				if r, ok := v.object(num).dict().get(key).(ref); ok {
					u.putStream(int(r), dict{}, []byte("nothing"))
				}
			}
		})
		if r := check(t, bad); !naive(bad) || r.Verdict != Changed || !slices.Equal(r.Pages, []int{1, 2}) {
			t.Errorf("%s: %+v", key, r)
		}
	}
}

// TestCutOff: without its last signature it is what it was before.
func TestCutOff(t *testing.T) {
	file := signedBy(t, paper(), 3)
	d, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	if r := check(t, file[:d.revs[2].end]); r.Verdict != Genuine || r.Signers() != 2 {
		t.Errorf("%+v", r)
	}
}

// changedBetween is a file that was changed and then signed by another.
func changedBetween(t *testing.T) []byte {
	t.Helper()
	bad := shadow(t, signedBy(t, tiny("hello"), 1))
	if _, err := Prepare(bad, field(1), signer(t, authority(), "李四").Chain); err == nil {
		t.Error("prepared")
	}
	d, err := read(bad)
	if err != nil {
		t.Fatal(err)
	}
	s := signer(t, authority(), "李四")
	p, err := d.prepare(mark{Field: field(1), signer: "李四"}, s.Chain)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := s.Key.Sign(rand.Reader, sumOf(p.ToBeSigned), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Complete(context.Background(), sig, clockwork())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestChangedBetween: a second signature does not heal what was changed before it.
func TestChangedBetween(t *testing.T) {
	out := changedBetween(t)
	if r := check(t, out); !naive(out) || r.Verdict != Changed || !slices.Equal(r.Pages, []int{1}) || r.Signers() != 2 {
		t.Errorf("%+v", r)
	}
}

// forced signs with whatever certificate.
func forced(t testing.TB, f Field, s Signer) []byte {
	t.Helper()
	p, err := Prepare(tiny("x"), f, s.Chain)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := s.Key.Sign(rand.Reader, sumOf(p.ToBeSigned), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := p.complete(context.Background(), sig, clockwork())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// distrusted is a file that nobody changed and that must not be believed.
type distrusted struct {
	file []byte
	want Problem
}

// doubtful makes one of each kind, one whose certificate was revoked later,
// which is genuine, and who signs with a certificate that was revoked before.
func doubtful(t *testing.T, now time.Time) (bad map[string]distrusted, later []byte, revoked Signer, entry x509.RevocationListEntry) {
	t.Helper()
	other, err := NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	issued := func(from time.Time, years int) Signer {
		key := newKey(t)
		chain, err := authority().Issue("张三", key.Public(), from, years)
		if err != nil {
			t.Fatal(err)
		}
		return Signer{key, chain}
	}
	revoked = issued(now, 1)
	entry = x509.RevocationListEntry{SerialNumber: revoked.Chain[0].SerialNumber, RevocationTime: now.Add(-time.Minute)}
	late := entry
	late.RevocationTime = now.Add(time.Hour)
	withList := func(e x509.RevocationListEntry) []byte {
		out, err := AddStore(signed1(t, tiny("x"), field(0), revoked), nil, lists(t, e))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	stamped, err := Sign(context.Background(), tiny("x"), field(0), issued(now, 1), other.Stamper(clock.System{}))
	if err != nil {
		t.Fatal(err)
	}
	clock := Signer{authority().stamper.key, []*x509.Certificate{authority().stamper.cert}}
	surplus := issued(now, 1)
	surplus.Chain = append(surplus.Chain, authority().stamper.cert)
	one := issued(now, 1)
	plainFile := signed1(t, tiny("x"), field(0), one)
	return map[string]distrusted{
		"another authority":       {signed1(t, tiny("x"), field(0), signer(t, other, "张三")), NoPath},
		"expired":                 {forced(t, field(0), issued(now.AddDate(-2, 0, 0), 1)), Expired},
		"not yet valid":           {forced(t, field(0), issued(now.AddDate(0, 0, 2), 1)), Expired},
		"revoked":                 {withList(entry), Revoked},
		"stamp of somebody":       {stamped, StampNoPath},
		"the clock signs":         {signed1(t, tiny("x"), field(0), clock), WrongUse},
		"certificates of others":  {signed1(t, tiny("x"), field(0), surplus), SurplusCert},
		"the stamp is taken away": {refill(t, plainFile, func(c *cms) { c.unsigned = nil }), NoStamp},
	}, withList(late), revoked, entry
}

func TestNotTrusted(t *testing.T) {
	now := time.Now()
	bad, later, revoked, entry := doubtful(t, now)
	for what, c := range bad {
		r := check(t, c.file)
		if !naive(c.file) || r.Verdict != Untrusted || !slices.Equal(r.Signatures[0].Problems, []Problem{c.want}) || !r.Signatures[0].Intact || len(r.Objections) != 0 {
			t.Errorf("%s: %+v", what, r)
		}
	}
	if r := check(t, later); r.Verdict != Genuine {
		t.Errorf("revoked later: %+v", r)
	}
	// What the verifier knows besides counts too.
	trust := authority().Trust()
	l, err := x509.ParseRevocationList(lists(t, entry)[0])
	if err != nil {
		t.Fatal(err)
	}
	trust.Lists = []*x509.RevocationList{l}
	if r, err := Verify(signed1(t, tiny("x"), field(0), revoked), trust, now.Add(time.Minute)); err != nil || r.Verdict != Untrusted {
		t.Errorf("%v %+v", err, r)
	}
}

// TestOtherPaper: a certificate for one paper signs no other.
func TestOtherPaper(t *testing.T) {
	digest, err := PaperDigest(tiny("one"))
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	chain, err := authority().OneTime("张三", key.Public(), digest, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if r := check(t, signed1(t, tiny("one"), field(0), Signer{key, chain})); r.Verdict != Genuine {
		t.Errorf("%+v", r)
	}
	bad := signed1(t, tiny("two"), field(0), Signer{key, chain})
	if r := check(t, bad); !naive(bad) || r.Verdict != Changed || r.Objections[0].What != OtherPaper {
		t.Errorf("%+v", r)
	}
}

// TestAfterSeal: who has his key and a certificate for the paper still, and a stamp
// from anybody who is trusted, draws no stroke into what the court has sealed.
func TestAfterSeal(t *testing.T) {
	digest, err := PaperDigest(tiny("100"))
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	chain, err := authority().OneTime("张三", key.Public(), digest, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	file := signed1(t, signed1(t, tiny("100"), field(0), Signer{key, chain}), field(1), Signer{key, chain})
	sealed := signed1(t, file, field(2), signer(t, authority(), "某法院"))
	if r := check(t, sealed); r.Verdict != Genuine {
		t.Fatalf("%+v", r)
	}
	stroke := Field{Name: "签名9", Rect: [4]float64{0, 0, 200, 200}, Appearance: []byte("q 3 w 0 G 50 50 m 50 90 l S Q"), At: time.Now()}
	bad := signed1(t, sealed, stroke, Signer{key, chain})
	if r := check(t, bad); !naive(bad) || r.Verdict != Changed || len(r.Objections) != 1 || r.Objections[0] != (Objection{What: AfterSeal, Revision: 4}) {
		t.Errorf("%+v", r)
	}
	if r := check(t, signed1(t, sealed, field(3), signer(t, authority(), "另一法院"))); r.Verdict != Genuine {
		t.Errorf("two seals: %+v", r)
	}
}

// falseName is a file that shows another name than that of the certificate.
func falseName(t *testing.T) []byte {
	t.Helper()
	d, err := read(tiny("x"))
	if err != nil {
		t.Fatal(err)
	}
	s := signer(t, authority(), "张三")
	p, err := d.prepare(mark{Field: field(0), signer: "周㼆（审判员）"}, s.Chain)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := s.Key.Sign(rand.Reader, sumOf(p.ToBeSigned), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Complete(context.Background(), sig, clockwork())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFalseName: the name that is shown is that of the certificate.
func TestFalseName(t *testing.T) {
	out := falseName(t)
	if r := check(t, out); !naive(out) || r.Verdict != Untrusted || !slices.Equal(r.Signatures[0].Problems, []Problem{NameDiffers}) {
		t.Errorf("%+v", r)
	}
}
