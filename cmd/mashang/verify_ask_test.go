package main

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/db"
	"mashang/platform/ledger"
	"mashang/platform/notify"
)

// TestVerifyAsks: whoever has a code on a paper, or the word of a message, asks the
// court by the command; what it does not know it says, and so does one that is none.
func TestVerifyAsks(t *testing.T) {
	c := court(t, filepath.Join(t.TempDir(), "court"))
	site := httptest.NewServer(c.Router)
	t.Cleanup(site.Close)
	var genuine, gone paper.Paper
	err := c.Kit.Do(t.Context(), func(tx *db.Tx) error {
		if err := docket.PutCourt(tx, docket.Court{Code: "冀11", Name: "河北省衡水市中级人民法院", Short: "衡水中院", Level: "intermediate", Title: "衡水市中级人民法院"}); err != nil {
			return err
		}
		for _, p := range []*paper.Paper{&genuine, &gone} {
			var err error
			if *p, err = paper.Order(tx, paper.Paper{Case: "c", Court: "冀11", Kind: "summons", Version: "1", Title: "传票", Dated: docket.Today(tx.Now()), At: tx.Now()}); err != nil {
				return err
			}
			if err := paper.Issue(tx, p.ID, "digest of "+p.ID, 1); err != nil {
				return err
			}
		}
		if err := paper.Withdraw(tx, gone.ID, ""); err != nil {
			return err
		}
		if _, err := c.Kit.Ledger.Append(tx, ledger.Entry{Kind: "papers.issued", Court: "冀11", Case: "c", Actor: "a", Body: map[string]any{}}); err != nil {
			return err
		}
		return c.Kit.Notify.Send(tx, notify.SMS, "10000000001", "", "【衡水中院】有一份文书送给您，请登录本院网站查看。")
	})
	if err != nil {
		t.Fatal(err)
	}
	ms, err := c.Kit.Notify.Outbox(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	word := ms[0].Text[len(ms[0].Text)-9:]
	for _, x := range []struct {
		args  []string
		says  string
		false bool
	}{
		{[]string{"-code", genuine.Code, "-at", site.URL}, "河北省衡水市中级人民法院《传票》", false},
		{[]string{"-code", gone.Code, "-at", site.URL + "/"}, "已经撤回", true},
		{[]string{"-code", "0000000000000000", "-at", site.URL}, "查不到这个文书编码", true},
		{[]string{"-code", "../../desk", "-at", site.URL}, "16 个字", true},
		{[]string{"-word", word, "-at", site.URL}, "是法院发的", false},
		{[]string{"-word", "0000 0000", "-at", site.URL}, "查不到", true},
		{[]string{"-word", "0", "-at", site.URL}, "8 个字", true},
		{[]string{"-word", word}, "请用 -at 写法院的网址", true},
		{[]string{"-code", genuine.Code, "-at", site.URL + "/static"}, "看不懂", true},
		{[]string{"-code", genuine.Code, "-at", "http://127.0.0.1:1"}, "连不上", true},
	} {
		out, err := call(t, append([]string{"verify"}, x.args...)...)
		if err != nil {
			out += err.Error()
		}
		if !strings.Contains(out, x.says) || (err != nil) != x.false {
			t.Errorf("%v: %v %q", x.args, err, out)
		}
	}
}
