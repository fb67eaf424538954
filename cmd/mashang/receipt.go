package main

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"mashang/platform/clock"
	"mashang/platform/ledger"
	"mashang/platform/ledger/offline"
)

// verifyReceipt checks an exported record and says in plain words what it
// holds and what the check shows.
func verifyReceipt(path, earlier, key string, stdout io.Writer) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	r, err := ledger.Verify(b)
	if err != nil {
		return fmt.Errorf("核对没有通过：%w", err)
	}
	if fold(key) != "" && fold(key) != fold(r.Fingerprint) {
		return fmt.Errorf("核对没有通过：签名的公钥指纹是 %s，和您给的不一样", r.Fingerprint)
	}
	if earlier != "" {
		old, err := os.ReadFile(earlier)
		if err != nil {
			return err
		}
		if err := ledger.Extends(old, b); err != nil {
			return fmt.Errorf("核对没有通过：%w", err)
		}
	}
	w := &strings.Builder{}
	for i, e := range r.Entries {
		writeEntry(w, i+1, e)
	}
	fmt.Fprintf(w, "\n核对通过：共 %d 条，没有改过，中间和末尾没有少。\n公钥指纹：%s\n", len(r.Entries), r.Fingerprint)
	if fold(key) == "" {
		fmt.Fprintln(w, "请和“码上通”告知书上印的指纹逐个字母比一比；不一样，就不是这家法院签的。")
	} else {
		fmt.Fprintln(w, "和您给的指纹一致。")
	}
	if len(r.Witnesses) > 0 {
		fmt.Fprintf(w, "见证人：%s。\n", strings.Join(r.Witnesses, "、"))
	} else {
		fmt.Fprintln(w, "这份文件上没有见证人的签名。")
	}
	if earlier != "" {
		fmt.Fprintln(w, "和以前导出的一份接得上：以前有的，现在一条没少，一个字没改。")
	} else {
		fmt.Fprintln(w, "单凭这一份，不能说明法院有没有给别人看另一本账；请和以前导出的一份比（-earlier）。")
	}
	fmt.Fprintln(w, "核对只说明记了什么、有没有改，不说明记的事情本身对不对。")
	_, err = io.WriteString(stdout, w.String())
	return err
}

// writeEntry writes who did what when, and what the holder may read of it.
func writeEntry(w *strings.Builder, n int, e ledger.Checked) {
	who := "法院或者其他参与人办理"
	if e.Mine {
		who = "您本人办理"
	}
	fmt.Fprintf(w, "%3d. %s  %s（%s）\n", n, beijing(e.At), e.Title, who)
	pair := func(name, value string) {
		if l, ok := offline.Labels[name]; ok {
			name = l
		}
		fmt.Fprintf(w, "     %s：%s\n", name, strings.ReplaceAll(value, "\n", "\n       "))
	}
	for _, o := range e.Opened {
		pair(o.Name, o.Value)
	}
	for _, k := range sorted(e.Body) {
		switch v := e.Body[k].(type) {
		case bool:
			pair(k, map[bool]string{true: "是", false: "否"}[v])
		case float64: // JSON knows no other number; the ledger holds whole ones
			pair(k, strconv.FormatFloat(v, 'f', -1, 64))
		default:
			pair(k, fmt.Sprint(v))
		}
	}
	for _, name := range e.Hidden {
		pair(name, "（没有给您看的内容，或者已经依法删除；这里只有它的摘要）")
	}
}

// beijing writes an instant of the ledger in the courts' zone.
func beijing(at string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return at
	}
	return t.In(clock.Shanghai).Format("2006年1月2日 15:04:05")
}

// fold ignores blanks and case, with which people copy fingerprints.
func fold(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

func sorted(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
