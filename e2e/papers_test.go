package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestPapers: an assistant writes a paper and is told what it lacks, the judge
// sees it as it will be printed and signs it off; anybody then learns in a
// moment whether a file that he was sent is that paper, and which page of it
// was replaced.
func TestPapers(t *testing.T) {
	for _, d := range []device{phone, desk} {
		on := "-" + d.name
		b := open(t, d)
		b.goTo("/demo").click("陈晓")
		page := b.walkedCase(regexp.MustCompile(`/casebook/[0-9a-f-]{36}`))
		b.goTo(page).click("写文书").see("写哪一种文书", "民事判决书").sound("papers-choose" + on)
		b.goTo("/papers/write/" + filepath.Base(page) + "?kind=online_notice").see("哪些环节可以在线").sound("papers-write" + on)
		b.click("检查，交去签发").see("请填“哪些环节可以在线”").sound("papers-lacks" + on)
		b.fill("fields.steps", "庭审\n送达")
		b.MustElementR("label", "^同步在线").MustClick()
		b.click("先存着").see("存好了").click("看印出来的样子").see("草稿 没有签发", "可以在线的环节：庭审、送达").sound("papers-proof" + on)
		b.click("接着写")
		if got := b.typed("fields.steps"); got != "庭审\n送达" {
			t.Errorf("the box holds %q", got)
		}
		b.click("检查，交去签发").see("等签发")
		b.goTo("/demo").click("周明远").see("等您签发的文书", "在线诉讼告知书")
		b.click("在线诉讼告知书").see("草稿 没有签发").sound("papers-sign" + on)
		b.click("签发").see("签发了")

		file := issued(t, b, page)
		check := func(name string, content []byte, words ...string) {
			path := filepath.Join(t.TempDir(), "文书.pdf")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			b.goTo("/signing/check")
			b.MustElement("[name=file]").MustSetFiles(path)
			b.click("^核对$").see(words...).sound("papers-" + name + on)
		}
		b.goTo("/").see("核对文书是真是假")
		check("ours", file, "是真的，一个字都没有改过", "在线诉讼告知书", "谁签的", "电子印章（测试）")
		check("flipped", bytes.Replace(file, []byte("/MediaBox[0 0 595.276"), []byte("/MediaBox[0 0 595.275"), 1), "被改过", "签章盖住的内容被改过")
		check("replaced", replaced(t, file), "被改过", "第 1 页和签章的时候不一样", "哪里不对")
		check("foreign", []byte("%PDF-1.4\n%%EOF\n"), "不是本院系统发出的文件")
	}
}

// issued waits for the newest online notice of a case and returns its file.
func issued(t *testing.T, b *tab, page string) []byte {
	t.Helper()
	link := regexp.MustCompile(`/papers/view/([0-9a-f-]{36})"[^>]*>在线诉讼告知书`)
	for range 100 {
		b.goTo(page)
		m := link.FindStringSubmatch(b.MustHTML())
		if m == nil {
			continue
		}
		body := b.fetch("/papers/file/" + m[1])
		if body != "" {
			return decode(t, body)
		}
	}
	t.Fatal("the paper was not issued")
	return nil
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// replaced is the paper with a further revision, as an editor would append it,
// in which the first page shows nothing.
func replaced(t *testing.T, file []byte) []byte {
	t.Helper()
	num := regexp.MustCompile(`(\d+) 0 obj\n<</Type/Page/`).FindSubmatch(file)
	root := regexp.MustCompile(`/Root (\d+) 0 R`).FindSubmatch(file)
	sizes := regexp.MustCompile(`/Size (\d+)`).FindAllSubmatch(file, -1)
	prevs := regexp.MustCompile(`startxref\n(\d+)`).FindAllSubmatch(file, -1)
	tree := regexp.MustCompile(`/Parent (\d+) 0 R`).FindSubmatch(file)
	if num == nil || root == nil || sizes == nil || prevs == nil || tree == nil {
		t.Fatal("not a paper of ours")
	}
	out := bytes.Clone(file)
	at := len(out)
	out = fmt.Appendf(out, "%s 0 obj\n<</Type/Page/Parent %s 0 R/MediaBox[0 0 595.276 841.89]>>\nendobj\n", num[1], tree[1])
	xref := len(out)
	return fmt.Appendf(out, "xref\n%s 1\n%010d 00000 n \ntrailer\n<</Size %s/Root %s 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n", num[1], at, sizes[len(sizes)-1][1], root[1], prevs[len(prevs)-1][1], xref)
}
