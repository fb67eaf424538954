package e2e

import (
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// finger gives the tab an authenticator that is built in and recognises its
// owner, as a phone with a fingerprint does.
func (b *tab) finger() proto.WebAuthnAuthenticatorID {
	b.t.Helper()
	if err := (proto.WebAuthnEnable{}).Call(b); err != nil {
		b.t.Fatal(err)
	}
	a, err := proto.WebAuthnAddVirtualAuthenticator{Options: &proto.WebAuthnVirtualAuthenticatorOptions{
		Protocol: proto.WebAuthnAuthenticatorProtocolCtap2, Transport: proto.WebAuthnAuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}.Call(b)
	if err != nil {
		b.t.Fatal(err)
	}
	return a.AuthenticatorID
}

// press presses a button that a script answers, and waits for words.
func (b *tab) press(words, then string) *tab {
	b.t.Helper()
	b.MustElementR("button", words).MustClick()
	for range 100 {
		if has, _, _ := b.HasR("body", then); has {
			return b
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%q did not come after %q:\n%s", then, words, b.MustElement("body").MustText())
	return b
}

// TestPasskey: Ms Jia adds her fingerprint, signs out, signs in with it; a copy
// of her key is refused; taken away, it opens nothing.
func TestPasskey(t *testing.T) {
	p := open(t, phone)
	id := p.finger()
	p.goTo("/demo").click("贾若兰")
	p.goTo("/account").see("指纹和刷脸").press("在这台设备上添加", "添加\\s*$|去掉")
	p.goTo("/account").see("去掉").sound("account-passkey-phone")
	p.click("退出登录").goTo("/account/login").sound("login-passkey-phone")
	p.press("用指纹或刷脸登录", "我的案件").see("知民初")

	// The key is copied, and the copy is used: its counter lies behind.
	keys, err := proto.WebAuthnGetCredentials{AuthenticatorID: id}.Call(p)
	if err != nil || len(keys.Credentials) != 1 {
		t.Fatalf("%d keys, %v", len(keys.Credentials), err)
	}
	c := keys.Credentials[0]
	if c.SignCount < 1 {
		t.Fatalf("the counter stands at %d", c.SignCount)
	}
	p.goTo("/account").click("退出登录")
	c.SignCount = 0
	if err := (proto.WebAuthnClearCredentials{AuthenticatorID: id}).Call(p); err != nil {
		t.Fatal(err)
	}
	if err := (proto.WebAuthnAddCredential{AuthenticatorID: id, Credential: c}).Call(p); err != nil {
		t.Fatal(err)
	}
	p.goTo("/account/login").press("用指纹或刷脸登录", "可能被人复制了")

	// Taken away on the account page, the key opens nothing.
	p.goTo("/demo").click("贾若兰")
	p.goTo("/account").click("^去掉").see("去掉了")
	p.click("退出登录").goTo("/account/login").press("用指纹或刷脸登录", "没有认出来")
}

// TestStaffPasskey: a judge adds a passkey and signs in with it alone, because
// it has verified him.
func TestStaffPasskey(t *testing.T) {
	d := open(t, desk)
	d.finger()
	d.goTo("/demo").click("赵一鸣|李倩")
	d.goTo("/account").press("在这台设备上添加", "去掉")
	d.goTo("/account").sound("account-staff-desk").click("退出登录")
	d.goTo("/account/staff").sound("staff-login-desk").press("用通行密钥登录", "今天没有到期的事|今天必须办")
}

// TestAccountPages: the pages of the counter and of the security administrator.
func TestAccountPages(t *testing.T) {
	for _, dev := range []device{phone, desk} {
		b := open(t, dev)
		b.goTo("/demo").click("安全管理员")
		b.goTo("/account/locks").see("锁一位当事人", "正常").sound("locks-" + dev.name)
		b.goTo("/account/password").see("现在的密码").sound("password-" + dev.name)
		b.goTo("/demo").click("郭正")
		b.goTo("/account/merge").see("找账号").sound("merge-" + dev.name)
		w := b.walk()
		b.goTo("/account/merge").fill("number", w.number).click("找账号").see("只有一个账号").sound("merge-one-" + dev.name)
		b.goTo("/account/counter").see("窗口核实身份").sound("counter-" + dev.name)
	}
}
