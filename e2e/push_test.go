package e2e

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
)

// TestPush: an answer rings on the phone of who asked. What shows on the locked
// screen names no case and nobody, and touching it opens the case. The push
// service of a browser's maker is on the internet; what the court handed over
// to it is given to the browser as if it had come from there.
func TestPush(t *testing.T) {
	d, p := open(t, desk), open(t, phone)
	d.goTo("/demo").click("周明远")
	jia := d.walkedCase(regexp.MustCompile(`/casebook/[0-9a-f-]{36}`))
	p.goTo("/demo").click("原告，专利案")
	if err := (proto.BrowserGrantPermissions{Origin: p.base, Permissions: []proto.BrowserPermissionType{proto.BrowserPermissionTypeNotifications}}).Call(p.Browser()); err != nil {
		t.Fatal(err)
	}
	registered := make(chan proto.ServiceWorkerRegistrationID, 16)
	go p.EachEvent(func(e *proto.ServiceWorkerWorkerRegistrationUpdated) {
		for _, r := range e.Registrations {
			if !r.IsDeleted {
				registered <- r.RegistrationID
			}
		}
	})()
	if err := (proto.ServiceWorkerEnable{}).Call(p); err != nil {
		t.Fatal(err)
	}
	p.MustEval(`() => navigator.serviceWorker.ready.then(() => 1)`)
	// The browser subscribes, as far as the court can tell; the judge answers.
	status := p.MustEval(`body => fetch('/api/v1/account/way/push', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).then((r) => r.status)`,
		`{"endpoint":"https://push.example/e2e","p256dh":"BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU","auth":"MDEyMzQ1Njc4OWFiY2RlZg"}`).Int()
	if status != 200 {
		t.Fatalf("the browser's way: %d", status)
	}
	p.goTo("/onecode/"+strings.TrimPrefix(jia, "/casebook/")).fill("text", "手机会响吗").click("发送").see("发出去了")
	d.goTo("/desk").click("手机会响吗").fill("text", "会响。").click("发出答复").see("答复发出去了")
	text, path := d.rang(t)

	var id proto.ServiceWorkerRegistrationID
	select {
	case id = <-registered:
	case <-time.After(10 * time.Second):
		t.Fatal("the worker is not registered")
	}
	data, err := json.Marshal(map[string]string{"id": "m1", "text": text, "go": path})
	if err != nil {
		t.Fatal(err)
	}
	if err := (proto.ServiceWorkerDeliverPushMessage{Origin: p.base, RegistrationID: id, Data: string(data)}).Call(p); err != nil {
		t.Fatal(err)
	}
	p.soon("the notification", `() => navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((l) => l.length === 1)`)
	shown := p.MustEval(`() => navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((l) => l[0].title + '\n' + l[0].body)`).Str()
	if !strings.Contains(shown, "有答复") {
		t.Errorf("it says %q", shown)
	}
	for _, secret := range []string{"贾若兰", "周明远", "知民初", "专利", "会响", "衡水", strings.TrimPrefix(jia, "/casebook/")} {
		if strings.Contains(shown, secret) {
			t.Errorf("the locked screen says %q: %s", secret, shown)
		}
	}
	// No protocol touches a notification: its event is made, and what the worker
	// asks of the browser, which opens windows for fingers only, is noted.
	w := workerOf(t, p)
	w.run(`self.asked = []; self.clients.openWindow = async (u) => { self.asked.push(u) }; 0`)
	p.goTo("/account") // the case is not open anywhere
	w.run(`self.registration.getNotifications().then((l) => { self.dispatchEvent(new NotificationEvent('notificationclick', { notification: l[0] })); return 0 })`)
	var asked string
	for range 50 {
		if asked = w.run(`self.asked.join()`); asked != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if asked != p.base+jia {
		t.Fatalf("touching it opens %q, not the case", asked)
	}
	p.goTo(strings.TrimPrefix(asked, p.base)).see("会响。")
	p.soon("the notification goes", `() => navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((l) => l.length === 0)`)
}

var rung = regexp.MustCompile(`(?s)<p class="to">[^<]*响在手机上</p>\s*<p>([^<]*)</p>`)

// rang is what rang last on somebody's phone, and where it leads.
func (b *tab) rang(t *testing.T) (text, path string) {
	t.Helper()
	for range 50 {
		if m := rung.FindStringSubmatch(b.goTo("/demo/outbox").MustHTML()); m != nil {
			if text, path, _ = strings.Cut(html.UnescapeString(m[1]), "\n"); path == "" {
				text, path, _ = strings.Cut(text, " ")
			}
			return text, path
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("nothing was handed over to ring")
	return "", ""
}

// worker is the app's worker, by its own session.
type worker struct {
	*rod.Browser
	t       *testing.T
	session proto.TargetSessionID
}

// GetSessionID implements proto.Sessionable.
func (w worker) GetSessionID() proto.TargetSessionID { return w.session }

func workerOf(t *testing.T, p *tab) worker {
	t.Helper()
	all, err := proto.TargetGetTargets{}.Call(p.Browser())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all.TargetInfos {
		if i.Type == "service_worker" && strings.HasPrefix(i.URL, p.base) {
			a, err := proto.TargetAttachToTarget{TargetID: i.TargetID, Flatten: true}.Call(p.Browser())
			if err != nil {
				t.Fatal(err)
			}
			return worker{p.Browser(), t, a.SessionID}
		}
	}
	t.Fatal("no worker runs")
	return worker{}
}

// run has the worker do something, and returns what came of it.
func (w worker) run(js string) string {
	w.t.Helper()
	r, err := proto.RuntimeEvaluate{Expression: js, AwaitPromise: true, ReturnByValue: true}.Call(w)
	if err != nil {
		w.t.Fatal(err)
	}
	if r.ExceptionDetails != nil {
		w.t.Fatalf("%s: %+v", js, r.ExceptionDetails.Exception)
	}
	return r.Result.Value.String()
}
