package mashang_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// TestWorkingCopy: an office program opens what a clerk takes of a paper and of
// a draft; every page says that it is no original, and none bears a code.
func TestWorkingCopy(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	h.drain()
	own := paperIDs(t, h, id)["case_code_notice"]
	draft := h.post("陈助", "/papers/write/"+id+"/save", map[string]any{"kind": "mediation_record", "fields": map[string]any{
		"began": "2026-03-03 08:00", "ended": "2026-03-03 08:40", "where": "第一调解室", "present": []string{"原告贾若兰"}, "mediator": "周明远",
		"willing": []any{[]string{"原告", "自愿。"}, []string{"被告", "自愿。"}}, "agreement": []string{"被告三十日内付给原告五万元；"}, "effect": "签收调解书后生效"}}).must(t, "save", 200).get("id")
	dir := t.TempDir()
	for name, c := range map[string]struct{ path, says string }{
		"paper": {"/papers/docx/" + id + "/" + own, "贾若兰"},
		"draft": {"/papers/write/" + id + "/" + draft + "/docx", "被告三十日内付给原告五万元"},
	} {
		file := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(file, []byte(h.get("陈助", c.path).must(t, name, 200).body), 0o600); err != nil {
			t.Fatal(err)
		}
		tool(t, "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, file)
		text := strings.TrimSuffix(tool(t, "pdftotext", "-enc", "UTF-8", filepath.Join(dir, name+".pdf"), "-"), "\f")
		for i, page := range strings.Split(text, "\f") {
			if !strings.Contains(page, "工作稿，不是盖章的原件") {
				t.Errorf("%s: page %d looks like an original:\n%s", name, i+1, page)
			}
		}
		if !strings.Contains(strings.Join(strings.Fields(text), ""), c.says) || strings.Contains(text, "文书码") {
			t.Errorf("%s says:\n%s", name, text)
		}
	}
}
