package e2e

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/ledger"
)

var digits = regexp.MustCompile(`验证码 ([0-9]{6})`)

// walk is what /demo tells a visitor who wants to walk the story.
type walk struct{ paper, code, name, number string }

func (b *tab) walk() walk {
	b.t.Helper()
	b.goTo("/demo")
	w := walk{paper: *b.MustElementR("a", "扫右上角的码").MustAttribute("href"), code: *b.MustElementR("a", "扫案件码").MustAttribute("href"), name: "贾若兰"}
	w.number = regexp.MustCompile(`99[0-9]{15}[0-9X]`).FindString(b.MustElement("main").MustText())
	return w
}

// spent are the one-time codes that were read: the newest may still be on its way.
var spent sync.Map

// smsCode reads the newest one-time code from the demo's outbox.
func (b *tab) smsCode() string {
	b.t.Helper()
	for range 40 {
		b.goTo("/demo/outbox")
		if m := digits.FindStringSubmatch(b.MustElement("main").MustText()); m != nil {
			if _, had := spent.LoadOrStore(m[1], true); !had {
				return m[1]
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatal("no code was sent")
	return ""
}

// TestStory: the paper, the code, the proof, the case, the question on a
// phone; the answer on a desk; the export, checked by an outsider. On a phone's
// own browser, in WeChat's, and where no script runs.
func TestStory(t *testing.T) {
	for _, x := range []struct {
		phone, desk device
		question    string
	}{
		{phone, desk, "开庭那天我能不能请家里人旁听？"},
		{wechat, desk, "材料能不能寄过去？"},
		{noScriptPhone, noScriptDesk, "不用脚本也能问吗？"},
	} {
		t.Run(x.phone.name, func(t *testing.T) { story(t, open(t, x.phone), open(t, x.desk), x.question) })
	}
}

func story(t *testing.T, p, d *tab, question string) {
	on := "-" + p.name
	w := p.walk()
	p.sound("demo" + on)
	p.goTo("/").see("查我的案件").sound("hall" + on)
	p.goTo(w.paper).see("这张纸是真的", "码上通告知书").hide(w.name, "专利", "知民初").sound("paper" + on)
	p.goTo(w.code).see("先证明是您本人").hide(w.name, "专利", "知民初").sound("scan" + on)
	p.fill("name", w.name).fill("number", w.number).click("下一步")
	p.see("法院留存的手机").sound("code" + on)
	code := open(t, phone).smsCode()
	p.fill("code", code).click("确认")
	p.see("您是原告")
	p.goTo("/casebook").see("我的案件", "知民初").sound("mine" + on)
	p.click("知民初").see("您是原告", "走到哪一步了", "本案的码", "码上通告知书").sound("case" + on)
	page := strings.TrimPrefix(p.MustInfo().URL, p.base)
	p.click("写给法官").see("您想做什么", "交证据").sound("door" + on)
	p.click("问一件事")
	p.sound("thread" + on)
	p.fill("text", question).click("发送")
	p.see("发出去了", question, "等法官回复").sound("asked" + on)

	short, answer := strings.TrimSuffix(question, "？"), "可以。这是对“"+question+"”的答复。"
	on = "-" + p.name + "-" + d.name
	d.goTo("/demo").sound("demo" + on)
	d.click("陈晓").see("等您起草", short).sound("assistant" + on)
	d.click(short).fill("text", answer).click("存草稿")
	d.goTo("/demo").click("周明远").see("等您回复", short, "助理已起草").sound("judge" + on)
	d.click(short).see("陈晓 起草").sound("answer" + on)
	if got := d.MustElement("[name=text]").MustText(); !strings.Contains(got, answer) {
		t.Errorf("the draft is not in the box: %q", got)
	}
	d.click("发出答复").see("答复发出去了")

	p.goTo(page).see(answer)
	p.export(p.name == wechat.name)
	p.goTo("/account").see("就是这里").sound("account-" + p.name)
}

// export presses the button and has an outsider check the file. WeChat keeps
// no files, and the page says what to do instead.
func (b *tab) export(wechat bool) {
	b.t.Helper()
	if wechat {
		b.see("微信里存不了文件", "在浏览器打开")
		b.goTo("/verify").see("微信里存不了文件")
		return
	}
	file := b.Browser().MustWaitDownload()
	b.push(b.MustElementR("button", "导出"))
	rep, err := ledger.Verify(file())
	if err != nil {
		b.t.Fatalf("the outsider refuses it: %v", err)
	}
	if last := rep.Entries[len(rep.Entries)-1].Kind; last != "casebook.exported" {
		b.t.Errorf("the record ends with %s", last)
	}
}

// TestLateAnswer: the head of the division sees what is late.
func TestLateAnswer(t *testing.T) {
	d := open(t, desk)
	d.goTo("/demo").click("沈庭").see("过期没回的留言", "向法官提问，", "等您分案").sound("head-desk")
	d.click("向法官提问，").see("我在住院", "当事人的话").sound("late-desk")
}

// TestCounter: what the filing desk does.
func TestCounter(t *testing.T) {
	d := open(t, desk)
	d.goTo("/demo").click("郭正").see("等您决定是否立案").sound("filing-judge-desk")
	d.click("买卖合同纠纷").see("是否立案").sound("decide-desk")
	d.click("^决定立案$").see("决定立案：办好了").sound("work-desk")
	d.goTo("/demo").click("韩雪").sound("filing-desk")
	d.goTo("/casebook/enter").sound("enter-desk")
	d.click("^收件$").see("要改").sound("enter-errors-desk")
	d.goTo("/account/counter").sound("counter-desk")
}

// TestWeChat: no passkeys, no new windows needed, the paper as a page.
func TestWeChat(t *testing.T) {
	p := open(t, wechat)
	w := p.walk()
	p.goTo("/account/login")
	if p.MustElement("[data-passkey]").MustVisible() {
		t.Error("a passkey is offered in WeChat")
	}
	p.click("实名注册").sound("register-wechat")
	p.goTo(w.paper).see("这张纸是真的")
	p.goTo("/demo").click("贾若兰").see("文书和材料")
	p.click("受理案件通知书").see("本院决定立案审理", "演示文书", "无法律效力").sound("paper-view-wechat")
}

// TestWithoutScript: the story's party side by plain forms, as a browser
// without scripts sends them.
func TestWithoutScript(t *testing.T) {
	base := site(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	do := func(req func() (*http.Response, error), words ...string) (url, body string) {
		t.Helper()
		r, err := req()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(string(b), w) {
				t.Fatalf("%q is missing on %s (%d)", w, r.Request.URL, r.StatusCode)
			}
		}
		return r.Request.URL.Path, string(b)
	}
	get := func(path string, words ...string) (string, string) {
		return do(func() (*http.Response, error) { return c.Get(base + path) }, words...)
	}
	post := func(path string, form map[string][]string, words ...string) (string, string) {
		return do(func() (*http.Response, error) { return c.PostForm(base+path, form) }, words...)
	}
	_, page := get("/demo", "贾若兰")
	person := regexp.MustCompile(`value="([^"]+)"[^>]*>\s*<svg[^>]*>.*?</svg>\s*<span><b>贾若兰`).FindStringSubmatch(page)
	if person == nil {
		t.Fatal("no button for Ms Jia")
	}
	at, _ := post("/demo/enter", map[string][]string{"person": {person[1]}}, "您是原告", "写给法官")
	id := strings.TrimPrefix(at, "/casebook/")
	get("/onecode/"+id+"/write", "问一件事")
	_, page = get("/onecode/" + id)
	key := regexp.MustCompile(`name="_key" value="([^"]+)"`).FindStringSubmatch(page)
	for range 2 { // sent twice, written once
		_, page = post("/onecode/"+id+"/ask", map[string][]string{"_key": {key[1]}, "text": {"没有脚本也能写吗？"}}, "没有脚本也能写吗？")
	}
	if n := strings.Count(page, "没有脚本也能写吗？"); n != 1 {
		t.Errorf("the question stands there %d times", n)
	}
	post("/prefs", map[string][]string{"size": {"large"}, "back": {"/help"}}, `data-size="large"`, "第一次用")
}

// TestLargeAndDark: the same pages in large type and in the dark.
func TestLargeAndDark(t *testing.T) {
	p := open(t, phone)
	p.goTo("/demo").click("贾若兰")
	p.look("大字").sound("case-phone-large")
	p.goTo("/").look("深色").sound("hall-phone-dark")
	for _, path := range []string{"/help", "/accessibility", "/privacy", "/verify", "/account/login", "/account/staff", "/nothing-here"} {
		p.goTo(path).sound("dark" + strings.ReplaceAll(path, "/", "-"))
	}
}
