package sign

import (
	secret "crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"

	"mashang/platform/clock"
	"mashang/platform/ledger/offline"
)

// browser opens the page from a file, as a person would who keeps it.
func browser(t *testing.T) *rod.Page {
	t.Helper()
	bin, ok := launcher.LookPath()
	if !ok {
		t.Fatal("no Chromium is installed")
	}
	l := launcher.New().Bin(bin).Leakless(false).Headless(true).NoSandbox(true)
	for _, f := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		l = l.Set(flags.Flag(f))
	}
	url, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	b := rod.New().ControlURL(url)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, offline.With(rootsOf(authority().Trust().Roots), ""), 0o600); err != nil {
		t.Fatal(err)
	}
	p := b.MustPage("file://" + path)
	p.MustWaitLoad()
	return p
}

func rootsOf(certs []*x509.Certificate) string {
	var roots strings.Builder
	for _, c := range certs {
		_ = pem.Encode(&roots, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return roots.String()
}

// said is what the page says of a file.
type said struct {
	Verdict    Verdict
	Why        string
	Pages      []int
	Objections []struct {
		What What
		Page int
	}
	Signatures []struct {
		Name            string
		Stamp           bool
		Intact, Trusted bool
		Problems        []Problem
	}
	Revisions []struct{ Added Added }
}

// says asks the page.
func says(t *testing.T, p *rod.Page, file []byte, trust Trust, now time.Time) (s said) {
	t.Helper()
	e := base64.StdEncoding.EncodeToString
	res, err := p.Timeout(time.Minute).Evaluate(rod.Eval(`async (file, roots, people, now) => {
		const bytes = s => Uint8Array.from(atob(s), c => c.charCodeAt(0));
		return JSON.stringify(await window.mashangPaper(bytes(file), bytes(roots), bytes(people), now));
	}`, e(file), e([]byte(rootsOf(trust.Roots))), e([]byte(rootsOf(trust.People))), now.UnixMilli()).ByPromise())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(res.Value.Str()), &s); err != nil {
		t.Fatal(err, res.Value.Str())
	}
	return s
}

// TestBrowserAgrees: the page says of every file what Verify says: of papers
// that nobody touched, of everything that the tests do to one, of certificates
// that cannot be believed, and of damage by chance.
func TestBrowserAgrees(t *testing.T) {
	p, trust, now := browser(t), authority().Trust(), time.Now()
	genuine := 0
	agree := func(what string, file []byte, trust Trust) {
		t.Helper()
		got := says(t, p, file, trust, now)
		r, err := Verify(file, trust, now)
		want := r.Verdict
		if err != nil {
			want = "foreign"
		}
		if what == "damage" { // Go reads certificates more strictly: what it calls changed may be called not believed
			if (got.Verdict == Genuine) != (want == Genuine) {
				t.Errorf("byte by byte: Go says %s, the page %s", want, got.Verdict)
			}
			return
		}
		if got.Verdict != want || !slices.Equal(got.Pages, r.Pages) || len(got.Signatures) != len(r.Signatures) {
			t.Errorf("%s: Go says %s, pages %v, %+v; the page %s (%s), pages %v, %+v", what, want, r.Pages, r.Objections, got.Verdict, got.Why, got.Pages, got.Objections)
			return
		}
		if want == Genuine {
			genuine++
		}
		for i, s := range r.Signatures {
			if g := got.Signatures[i]; g.Name != s.Name || g.Stamp != s.Stamp || g.Intact != s.Intact || g.Trusted != s.Trusted || !slices.Equal(g.Problems, s.Problems) {
				t.Errorf("%s, signature %d: Go says %+v, the page %+v", what, i, s, g)
			}
		}
		for i, rev := range r.Revisions {
			if got.Revisions[i].Added != rev.Added {
				t.Errorf("%s, revision %d: Go says %q, the page %q", what, i, rev.Added, got.Revisions[i].Added)
			}
		}
		for i, o := range r.Objections {
			if i < len(got.Objections) && got.Objections[i].What == o.What && got.Objections[i].Page == o.Page {
				continue
			}
			t.Errorf("%s: Go objects %+v, the page %+v", what, r.Objections, got.Objections)
			break
		}
	}
	file := signedCertifying(t, tiny("hello"))
	agree("a signed file", file, trust)
	agree("nobody is believed", file, Trust{})
	agree("unsigned", tiny("hello"), trust)
	for n := range 4 {
		agree("a paper", signedBy(t, paper(), n), trust)
	}
	kept, err := AddStore(file, [][]byte{authority().root.cert.Raw, authority().issuer.cert.Raw}, lists(t))
	if err != nil {
		t.Fatal(err)
	}
	agree("with a store", kept, trust)
	for what, a := range attacks {
		agree(what, a.do(t, file), trust)
		agree(what+", many signers", a.do(t, signedBy(t, tiny("hello"), 2)), trust)
	}
	for what, x := range sharedByPages(t) {
		start := time.Now()
		if got := says(t, p, x, trust, now); got.Verdict != Changed {
			t.Errorf("%s: %s %s", what, got.Verdict, got.Why)
		}
		if d := time.Since(start); d > 4*time.Second {
			t.Errorf("%s: took %s", what, d)
		}
	}
	for what, x := range pictured(t) {
		agree(what, x, trust)
	}
	bad, later, _, _ := doubtful(t, now)
	for what, x := range bad {
		agree(what, x.file, trust)
	}
	agree("revoked later", later, trust)
	agree("changed between two signatures", changedBetween(t), trust)
	agree("a false name", falseName(t), trust)
	digest, err := PaperDigest(tiny("one"))
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	chain, err := authority().OneTime("张三", key.Public(), digest, now)
	if err != nil {
		t.Fatal(err)
	}
	one := signed1(t, tiny("one"), field(0), Signer{key, chain})
	agree("a one-time certificate", one, trust)
	agree("and another paper", signed1(t, tiny("two"), field(0), Signer{key, chain}), trust)
	// A court believes the authority of people for people, and that of seals for seals.
	theirs, err := NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	two := Trust{Roots: trust.Roots, People: theirs.Trust().Roots, Stamps: slices.Concat(trust.Roots, theirs.Trust().Roots)}
	if chain, err = theirs.OneTime("张三", key.Public(), digest, now); err != nil {
		t.Fatal(err)
	}
	person, err := Sign(t.Context(), tiny("one"), field(0), Signer{key, chain}, theirs.Stamper(clock.System{}))
	if err != nil {
		t.Fatal(err)
	}
	sealed := signed1(t, person, field(1), signer(t, authority(), "某法院"))
	if r, err := Verify(sealed, two, time.Now()); err != nil || r.Verdict != Genuine {
		t.Fatal(r.Verdict, err)
	}
	now = time.Now()
	agree("signed by a person and sealed", sealed, two)
	late, err := Sign(t.Context(), sealed, field(2), Signer{key, chain}, theirs.Stamper(clock.System{}))
	if err != nil {
		t.Fatal(err)
	}
	agree("and by a person once more", late, two)
	agree("signed by a person and sealed, of seals only", sealed, trust)
	agree("a person under the root of seals", one, two)
	agree("a seal under the root of people", signed1(t, tiny("one"), field(0), signer(t, theirs, "某法院")), two)
	stamped, err := AddStamp(t.Context(), kept, "时间", clockwork())
	if err != nil {
		t.Fatal(err)
	}
	agree("stamped", stamped, trust)
	r := rand.New(rand.NewPCG(1, 2))
	for _, good := range [][]byte{one, stamped, pictured(t)["a picture"]} { // what no signature covers is in the store and the stamp
		for range 150 {
			b, i := slices.Clone(good), r.IntN(len(good))
			if b[i] == '0' && i > 100 && b[i-1] == '0' && r.IntN(20) > 0 { // not only the room around the signatures
				continue
			}
			b[i] ^= byte(1 + r.IntN(255))
			agree("damage", b, trust)
		}
		for range 20 {
			i := r.IntN(len(good))
			agree("a byte is missing", slices.Delete(slices.Clone(good), i, i+1), trust)
			agree("cut off", good[:i], trust)
		}
	}
	if genuine < 8 {
		t.Errorf("only %d files were genuine", genuine)
	}
	other, err := rsa.GenerateKey(secret.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	chain, err = authority().Issue("张三", other.Public(), now, 1)
	if err != nil {
		t.Fatal(err)
	}
	if file := signed1(t, tiny("x"), field(0), Signer{other, chain}); check(t, file).Verdict != Genuine || says(t, p, file, trust, now).Verdict != "unknown" {
		t.Error("the page speaks of what it cannot check")
	}
	agree("shadow of a paper", shadow(t, signedBy(t, paper(), 2)), trust)
	for _, key := range []string{"", "x", header, "%PDF-1.7\n", strings.Repeat("(", 100)} {
		agree("rubbish", []byte(key), trust)
	}
}

// TestBrowserPage works the page by hand: a file into the field, the button,
// the answer in words. MASHANG_PICTURES names a folder for pictures of it.
func TestBrowserPage(t *testing.T) {
	p := browser(t)
	file := signedBy(t, paper(), 2)
	for i, x := range []struct {
		file []byte
		want []string
	}{
		{file, []string{"签章是真的，没有改过", "张三0", "张三1", "有效", "加了一个签名", "有没有撤回"}},
		{shadow(t, file), []string{"被改过", "第 1 页和签章的时候不一样", "第 1 页：看到的和签章时的不一样", "加了来历不明的内容"}},
		{append(slices.Clone(file), "\n% 九百万\n"...), []string{"被改过", "文件后半截读不出来", "没有下载完整", "真的在法院网站您的案件页上"}},
		{tiny("hello"), []string{"没有人签过"}},
		{[]byte("%PDF-1.4\n"), []string{"不是法院系统做出来的文件", "12368"}},
	} {
		path := filepath.Join(t.TempDir(), "文书"+strconv.Itoa(i)+".pdf")
		if err := os.WriteFile(path, x.file, 0o600); err != nil {
			t.Fatal(err)
		}
		p.MustElement("#pdf").MustSetFiles(path)
		p.MustWait(`name => document.getElementById('pdf-name').textContent === name`, filepath.Base(path))
		p.MustElement("#paper button").MustClick()
		p.MustWait(`() => !document.getElementById('paper-answer').hidden`)
		text := p.MustElement("#paper-answer").MustText()
		for _, want := range x.want {
			if !strings.Contains(text, want) {
				t.Errorf("the page does not say %q: %s", want, text)
			}
		}
		if i > 0 && strings.Contains(text, "签章是真的") {
			t.Errorf("%d: %s", i, text)
		}
		if dir := os.Getenv("MASHANG_PICTURES"); dir != "" && i < 2 {
			p.MustSetViewport(390, 900, 1, true)
			if err := os.WriteFile(filepath.Join(dir, "paper-"+strconv.Itoa(i)+".png"), p.MustScreenshotFullPage(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.MustElement("#root").MustSetFiles("testdata/root.pem") // another root than that in the page
	p.MustWait(`() => document.getElementById('root-name').textContent !== ''`)
	path := filepath.Join(t.TempDir(), "again.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	p.MustElement("#pdf").MustSetFiles(path)
	p.MustWait(`() => document.getElementById('pdf-name').textContent === 'again.pdf'`)
	p.MustElement("#paper button").MustClick()
	p.MustWait(`() => !document.getElementById('paper-answer').hidden`)
	if text := p.MustElement("#paper-answer").MustText(); !strings.Contains(text, "不能证明是谁签的") {
		t.Error(text)
	}
}
