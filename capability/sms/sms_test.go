package sms

import (
	"testing"

	"mashang/platform/id"
)

// TestAbout: what services say falls into a general matter, and no word of a
// case comes along.
func TestAbout(t *testing.T) {
	for text, want := range map[string]string{
		"【衡水中院】现在向您送达《民事判决书》。打开 https://x/delivery/1 登录后查看。怀疑是假的，请打12368。":        "送给您一份文书",
		"【衡水中院】有一份文书送给您，请登录本院网站查看。这是提醒，不是文书。":                                     "送给您一份文书",
		"【衡水中院】您写给法官的话有答复了。请扫案件码或登录查看。":                                           "您写给法院的话有答复",
		"【衡水中院】（2026）冀11知民初1号有一条当事人留言今天到期，请回复。":                                   "提醒法院的人办理留言",
		"【衡水中院】您有一条答复，请登录查看。":                                                     "您写给法院的话有答复",
		"【衡水中院】本院网上系统从2026年3月18日19时00分到2026年3月19日08时10分断开……您可以申请顺延，最晚2026年3月30日交": "期限可以申请顺延，或者有了结果",
		"【衡水中院】您申请顺延期限，法官没有准许，理由登录可以看。":                                           "期限可以申请顺延，或者有了结果",
		"【衡水中院】别的": "一件要您知道的事",
	} {
		if got := about(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	if tail("13812345612") != "12" || tail("1") != "" {
		t.Error("tail")
	}
}

// TestEnding: the word alone and the whole message ask the same.
func TestEnding(t *testing.T) {
	for _, typed := range []string{"BEZ0 ZE9Y", " bez0ze9y ", "填 BEZ0 ZE9Y", "【桃城区人民法院】有一份文书送给您。 查这条短信真假：http://x:18/sms/check 填 BEZ0 ZE9Y。\n"} {
		if got := id.Fold(ending(typed)); got != "BEZ0ZE9Y" {
			t.Errorf("%q asks about %q", typed, got)
		}
	}
}
