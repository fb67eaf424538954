package mashang_test

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// office has LibreOffice open a file and save it as another kind.
func office(t *testing.T, name string, content []byte, to string, options ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, name)
	if err := os.WriteFile(in, content, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	cmd := exec.CommandContext(t.Context(), "soffice", append(append([]string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", to, "--outdir", out}, options...), in)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice (apt-get install libreoffice-calc-nogui): %v: %s", err, text)
	}
	kind, _, _ := strings.Cut(to, ":")
	b, err := os.ReadFile(filepath.Join(out, strings.TrimSuffix(name, filepath.Ext(name))+"."+kind))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What LibreOffice is told of a CSV file: commas, quotes, UTF-8.
const utf8CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1"

// TestOffice: LibreOffice opens the lists that we write, and we read those that
// it saves, as a workbook and as CSV.
func TestOffice(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	rows := func(what string, b []byte) [][]string {
		t.Helper()
		out, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
		if err != nil || len(out) == 0 {
			t.Fatalf("%s: %v: %s", what, err, b)
		}
		return out
	}
	template := h.get("郭正", "/intake/template").must(t, "template", 200).body
	if head := rows("template", office(t, "空表.xlsx", []byte(template), utf8CSV))[0]; head[0] != "案号" || strings.Join(head, " ") == "" || !strings.Contains(strings.Join(head, " "), "承办法官") {
		t.Errorf("the empty list begins with %v", head)
	}
	// Numbers of people are columns of text; the date is one of LibreOffice's own.
	workbook := office(t, "名单.csv", []byte(listOf(1, 3)), "xlsx", "--infilter=CSV:44,34,76,1,5/5/9/2/10/2")
	for name, list := range map[string][]byte{"名单.xlsx": workbook, "名单.csv": office(t, "名单.xlsx", workbook, utf8CSV)} {
		batch := h.upload("郭正", "/intake", nil, "list", name, list).must(t, name, 200).get("batch")
		h.drain()
		r := h.report(batch)
		h.states("tried: new 3", r)
		for _, i := range r.Items {
			for _, s := range i.Said {
				t.Errorf("%s: %+v", name, s)
			}
		}
		// What we say of it, opened there, is what our own CSV says.
		ours := rows("our report", []byte(strings.TrimPrefix(h.get("郭正", "/intake/"+batch+"/report?form=csv").must(t, "report", 200).body, "\ufeff")))
		theirs := rows("their report", office(t, "结果.xlsx", []byte(h.get("郭正", "/intake/"+batch+"/report").must(t, "report", 200).body), utf8CSV))
		if len(ours) != len(theirs) || len(ours) != 4 {
			t.Fatalf("%d lines, there %d", len(ours), len(theirs))
		}
		for i := range ours {
			if strings.TrimRight(strings.Join(ours[i], "|"), "|") != strings.TrimRight(strings.Join(theirs[i], "|"), "|") {
				t.Errorf("%v is there %v", ours[i], theirs[i])
			}
		}
	}
	batch := h.upload("郭正", "/intake", nil, "list", "名单.xlsx", workbook).must(t, "upload", 200).get("batch")
	h.drain()
	h.confirm(batch)
	h.drain()
	h.once(1, 3)
}
