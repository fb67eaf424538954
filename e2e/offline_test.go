package e2e

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"mashang/platform/clock"
)

// wire carries a browser's connections to the site, until it is cut.
type wire struct {
	t    *testing.T
	addr string // of this end
	site string

	mu    sync.Mutex
	l     net.Listener
	conns []net.Conn
}

func newWire(t *testing.T, base string) *wire {
	w := &wire{t: t, addr: "localhost:0", site: strings.TrimPrefix(base, "http://")}
	w.mend()
	t.Cleanup(w.cut)
	return w
}

// mend lets connections through, on the same port as before.
func (w *wire) mend() {
	w.t.Helper()
	l, err := net.Listen("tcp", w.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.l, w.addr = l, fmt.Sprintf("localhost:%d", l.Addr().(*net.TCPAddr).Port)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", w.site)
			if err != nil {
				_ = in.Close()
				continue
			}
			w.mu.Lock()
			if w.conns = append(w.conns, in, out); w.l != l { // cut meanwhile
				_, _ = in.Close(), out.Close()
			}
			w.mu.Unlock()
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
}

// cut is what happens in a tunnel.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.l != nil {
		_ = w.l.Close()
	}
	w.l = nil
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

const kept = `async () => (await Promise.all((await caches.keys()).filter(n => n.startsWith('kept ')).map(async n => (await (await caches.open(n)).keys()).length))).reduce((a, b) => a + b, 0)`

// TestOffline: nothing is kept until she asks for it; then the case page she
// saw last is there without a network, marked; after she signs out nothing is
// left, and somebody else's account on the phone ends it as well.
func TestOffline(t *testing.T) {
	p := open(t, phone)
	w := newWire(t, p.base)
	p.base = "http://" + w.addr
	p.goTo("/demo").click("原告，专利案")
	page := strings.TrimPrefix(p.MustInfo().URL, p.base)
	p.soon("the worker", `async () => !!(await navigator.serviceWorker.getRegistration())?.active && !!navigator.serviceWorker.controller`)
	p.goTo(page).goTo(page)
	if n := p.MustEval(`async () => (await caches.keys()).filter(n => n.startsWith('kept ')).length`).Int(); n != 0 {
		t.Errorf("%d caches before she asked", n)
	}
	p.goTo("/account").soon("the offer", `() => !document.querySelector('[data-keeping]').classList.contains('hide')`)
	p.sound("phone-account")
	p.MustElementR("[data-keeping] button", "保留最近看过").MustClick()
	p.soon("the answer", `() => document.querySelector('[data-keeping] [role=status]').textContent.includes('打开了')`)
	p.goTo(page).see("您是原告").soon("kept", `async () => (await (`+kept+`)()) === 1`)
	p.goTo("/complaint/mine")
	if n := p.MustEval(kept).Int(); n != 1 {
		t.Errorf("%d pages are kept", n)
	}

	time.Sleep(time.Second) // what the browser asks for after the page has come
	w.cut()
	p.goTo(page).see("看到的内容，现在没有网络", "您是原告", "走到哪一步了").sound("offline-case")
	said, now := p.MustElement("[data-offline]").MustText(), time.Now().In(clock.Shanghai)
	if !strings.Contains(said, now.Format("1月2日 15:")) && !strings.Contains(said, now.Add(-3*time.Minute).Format("1月2日 15:")) {
		t.Errorf("at %v in the courts' zone: %s", now, said)
	}
	p.goTo("/complaint/mine").see("现在没有网络").hide("看到的内容").sound("offline")
	p.goTo(page + "?before=1").see("现在没有网络").hide("看到的内容")
	old := `async () => { for (const n of await caches.keys()) if (n.startsWith('kept ')) { const c = await caches.open(n)
		for (const k of await c.keys()) { const r = await c.match(k), h = new Headers(r.headers); h.set('X-At', String(Date.now() - 73 * 3600000)); await c.put(k, new Response(await r.text(), { headers: h })) } } }`
	p.MustEval(old)
	p.goTo(page).see("现在没有网络").hide("看到的内容")
	w.mend()

	p.goTo(page).see("您是原告").soon("kept again", `async () => (await (`+kept+`)()) === 1`)
	p.goTo("/demo").click("周明远")
	p.soon("another account's", `async () => (await (`+kept+`)()) === 0 && !(await caches.keys()).some(n => n.startsWith('kept '))`)
	if p.goTo("/account").MustHas("[data-keeping]") {
		t.Error("staff are offered to keep cases")
	}
	p.goTo("/demo").click("原告，专利案").goTo("/account").MustElementR("[data-keeping] button", "保留最近看过").MustClick()
	p.soon("the answer", `() => document.querySelector('[data-keeping] [role=status]').textContent.includes('打开了')`)
	p.goTo("/casebook").soon("kept", `async () => (await (`+kept+`)()) === 1`)
	p.goTo("/account")
	time.Sleep(time.Second)
	w.cut() // signing out without a network clears the phone, and no more can be done
	if err := p.Timeout(10*time.Second).MustElementR("button", "退出登录").Click(proto.InputMouseButtonLeft, 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	p.goTo("/casebook").see("现在没有网络").hide("看到的内容")
	w.mend()
	p.goTo("/account")
	if e, err := (proto.PageGetInstallabilityErrors{}).Call(p); err != nil || len(e.InstallabilityErrors) > 0 {
		t.Errorf("not installable: %v %+v", err, e)
	}
	p.MustElementR("[data-keeping] button", "保留最近看过").MustClick()
	p.soon("the answer", `() => document.querySelector('[data-keeping] [role=status]').textContent.includes('打开了')`)
	p.goTo(page).soon("kept", `async () => (await (`+kept+`)()) === 1`)
	p.goTo("/account").click("让它退出") // another phone
	time.Sleep(time.Second)
	if n := p.MustEval(kept).Int(); n != 1 {
		t.Errorf("%d pages are kept after another phone was told to go", n)
	}
	p.click("退出登录")
	p.soon("nothing left", `async () => (await (`+kept+`)()) === 0 && (await caches.keys()).length === 0 && localStorage.length === 0 && sessionStorage.length === 0`)
}
