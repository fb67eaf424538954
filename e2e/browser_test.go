// Package e2e walks the stories in a real browser, one file per story, over
// the demo's year served on this machine.
package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"

	"mashang"
	"mashang/demo"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/third_party/axe"
)

var (
	once   sync.Once
	origin string
	failed error
)

// site serves one demo for all stories of this test binary.
func site(t *testing.T) string {
	t.Helper()
	once.Do(func() { origin, failed = start() })
	if failed != nil {
		t.Fatal(failed)
	}
	return origin
}

// start serves the demo's whole year.
func start() (string, error) {
	base, _, err := serve(func(ctx context.Context, c *mashang.Court, clk *clock.Moved, now time.Time) error {
		return demo.Seed(ctx, c, clk, now, nil)
	})
	return base, err
}

// serve serves what tell makes of a new court, and returns its clock.
func serve(tell func(context.Context, *mashang.Court, *clock.Moved, time.Time) error) (string, *clock.Moved, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "mashang-e2e-")
	if err != nil {
		return "", nil, err
	}
	base := fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
	now := time.Now()
	clk := clock.At(demo.Begin(now))
	ctx := context.Background()
	k, err := app.Open(ctx, config.Config{Data: dir, Origin: base, Demo: true, Push: "mailto:it@court.example", WeChat: "https://wechat.example", WeChatKey: "key"}, clk, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", nil, err
	}
	c, err := mashang.Assemble(ctx, k)
	if err != nil {
		return "", nil, err
	}
	go c.KeepTrail(ctx)
	if err := tell(ctx, c, clk, now); err != nil {
		return "", nil, err
	}
	if err := demo.Mount(c); err != nil {
		return "", nil, err
	}
	go func() { _ = k.Serve(ctx, l, c.Router) }()
	return base, clk, nil
}

// tab is one page of a browser of its own.
type tab struct {
	*rod.Page
	t    *testing.T
	base string
	device
}

type device struct {
	name          string
	width, height int
	touch         bool
	agent         string
	plain         bool // runs no scripts
}

var (
	phone         = device{name: "phone", width: 390, height: 844, touch: true}
	desk          = device{name: "desk", width: 1440, height: 900}
	noScriptPhone = device{name: "phone-plain", width: 390, height: 844, touch: true, plain: true}
	noScriptDesk  = device{name: "desk-plain", width: 1440, height: 900, plain: true}
	wechat        = device{name: "wechat", width: 390, height: 844, touch: true, agent: "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.44"}
)

// open starts a browser like d, on the demo's year.
func open(t *testing.T, d device) *tab {
	t.Helper()
	return openAt(t, d, site(t))
}

// openAt starts a browser like d.
func openAt(t *testing.T, d device, base string) *tab {
	t.Helper()
	bin, ok := launcher.LookPath()
	if !ok {
		t.Fatal("no Chromium is installed: run make deps")
	}
	l := launcher.New().Bin(bin).NoSandbox(true).Leakless(false).Headless(true)
	for _, f := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "use-fake-device-for-media-stream", "use-fake-ui-for-media-stream"} {
		l.Set(flags.Flag(f))
	}
	l.Set("lang", "zh-CN").Set("accept-lang", "zh-CN")
	url, err := l.Launch()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	b := rod.New().ControlURL(url).MustConnect()
	t.Cleanup(func() { b.MustClose(); l.Cleanup() })
	p := b.MustPage("").Timeout(6 * time.Minute) // of a whole story, on a busy machine
	p.MustSetViewport(d.width, d.height, 1, d.touch)
	if d.agent != "" {
		p.MustSetUserAgent(&proto.NetworkSetUserAgentOverride{UserAgent: d.agent})
	}
	go p.EachEvent(func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError && !strings.Contains(e.Entry.Text, "status of 4") {
			t.Errorf("%s: %s %s", d.name, e.Entry.Text, e.Entry.URL)
		}
	}, func(e *proto.RuntimeExceptionThrown) { t.Errorf("%s: script: %s", d.name, e.ExceptionDetails.Text) })()
	if err := (proto.LogEnable{}).Call(p); err != nil {
		t.Fatal(err)
	}
	if d.plain {
		if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(p); err != nil {
			t.Fatal(err)
		}
	}
	return &tab{p, t, base, d}
}

func (b *tab) goTo(path string) *tab {
	b.t.Helper()
	if b.plain {
		return b.after(func() { b.MustNavigate(b.base + path) })
	}
	b.MustNavigate(b.base + path).MustWaitLoad()
	return b
}

// after waits for the page that something leads to: for another document than
// the one that was there, complete. What the browser says of its network may
// still be about the page before. Without scripts nothing else can tell.
func (b *tab) after(do func()) *tab {
	b.t.Helper()
	if b.plain {
		wait := b.MustWaitNavigation()
		do()
		wait()
		return b
	}
	b.MustEval(`() => { window.before = true }`)
	do()
	for range 600 {
		if here, err := b.Eval(`() => !window.before && document.readyState === 'complete'`); err == nil && here.Value.Bool() {
			return b
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("nothing followed on %s", b.MustInfo().URL)
	return b
}

// click follows a link or presses a button by its words.
func (b *tab) click(words string) *tab {
	b.t.Helper()
	return b.after(func() { b.push(b.MustElementR("a, button, summary", words)) })
}

// look changes how pages look; the page stays, and what is on it.
func (b *tab) look(words string) *tab {
	b.t.Helper()
	e := b.MustElementR("button", words)
	was := *e.MustAttribute("aria-pressed")
	b.push(e)
	e.MustWait(`was => this.getAttribute('aria-pressed') !== was`, was)
	return b
}

// push is a click; without scripts the browser's own, because waiting until
// nothing moves needs one.
func (b *tab) push(e *rod.Element) {
	b.t.Helper()
	if b.plain {
		e.MustEval(`() => this.click()`)
		return
	}
	e.MustClick()
}

func (b *tab) fill(name, value string) *tab {
	b.t.Helper()
	e := b.MustElement(field(name))
	if b.plain || e.MustProperty("type").Str() == "date" { // a day is chosen, in whatever form the browser writes it
		e.MustEval(`v => { this.value = v }`, value)
		return b
	}
	e.MustSelectAllText().MustInput(value)
	return b
}

// typed is what stands in a field.
func (b *tab) typed(name string) string {
	b.t.Helper()
	return b.MustElement(field(name)).MustEval(`() => this.value`).Str()
}

// field finds a field that is not folded away: nobody types into one that is.
func field(name string) string { return `[name="` + name + `"]:not(details:not([open]) *)` }

// see fails unless the page shows all words.
func (b *tab) see(words ...string) *tab {
	b.t.Helper()
	text := b.MustElement("body").MustText()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Fatalf("%q is not on %s:\n%s", w, b.MustInfo().URL, text)
		}
	}
	return b
}

// hide fails if the page shows any of the words.
func (b *tab) hide(words ...string) *tab {
	b.t.Helper()
	html := b.MustHTML()
	for _, w := range words {
		if strings.Contains(html, w) {
			b.t.Errorf("%q must not be on %s", w, b.MustInfo().URL)
		}
	}
	return b
}

// sound checks the page: no sideways scroll, targets large enough, axe without
// a serious fault; and keeps a picture when MASHANG_SHOTS names a folder.
func (b *tab) sound(name string) *tab {
	b.t.Helper()
	if dir := os.Getenv("MASHANG_SHOTS"); dir != "" {
		img, err := b.Screenshot(!b.plain, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), img, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	if over := b.MustEval(`() => document.documentElement.scrollWidth - window.innerWidth`).Int(); over > 1 {
		b.t.Errorf("%s scrolls sideways by %d", name, over)
	}
	for _, small := range b.MustEval(`() => [...document.querySelectorAll('.btn, .input, .opt, .choice')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 90))`).Arr() {
		b.t.Errorf("%s: too small to press: %s", name, small.Str())
	}
	if b.plain {
		return b // axe is a script
	}
	for _, v := range b.axe() {
		b.t.Errorf("%s: %s", name, v)
	}
	return b
}

// axe returns the serious and critical faults of the page.
func (b *tab) axe() (out []string) {
	b.t.Helper()
	b.MustEval(`s => { if (!window.axe) { (0, eval)(s) } }`, axe.Script)
	raw := b.MustEval(`async () => JSON.stringify((await axe.run()).violations.filter(v => v.impact == 'serious' || v.impact == 'critical').map(v => [v.id, v.nodes[0].html.slice(0, 160)]))`).Str()
	var vs [][2]string
	if err := json.Unmarshal([]byte(raw), &vs); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range vs {
		out = append(out, v[0]+": "+v[1])
	}
	return out
}
