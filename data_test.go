package mashang_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"mashang"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/dbtest"
	"mashang/platform/web"
)

var logged = regexp.MustCompile(`(?:[lL]og\.(?:Debug|Info|Warn|Error)\(|\.Every\(ctx, [\w.]+, )"([^"]+)"`)

// TestFormats holds the examples of docs/data.md against the program, by the
// forms that take them: each that is called taken is, and no other.
func TestFormats(t *testing.T) {
	_, doc, _ := strings.Cut(readFile(t, "docs/data.md"), "| what | taken | refused |\n|---|---|---|\n")
	doc, _, _ = strings.Cut(doc, "\n\n")
	h := newHouse(t, dbtest.SQLite(t))
	h.accepted()
	fields := map[string]map[string]any{
		"resident number": {"p_number": nil}, "credit code": {"d_number": nil}, "mobile number": {"p_phone": nil},
		"amount": {"amount": nil}, "day": {"received": nil}, "case number": {"number": nil},
	}
	examples := regexp.MustCompile("`([^`]+)`")
	for _, row := range strings.Split(doc, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) != 5 {
			t.Fatalf("%q", row)
		}
		what := strings.TrimSpace(cells[1])
		field, known := fields[what]
		if !known {
			t.Errorf("nobody takes a %s", what)
			continue
		}
		delete(fields, what)
		for i, want := range []bool{true, false} {
			list := examples.FindAllStringSubmatch(cells[2+i], -1)
			if len(list) == 0 {
				t.Errorf("%s has no example", what)
			}
			for _, m := range list {
				var a answer
				if what == "case number" {
					a = h.post("钱法官", "/oversight/open", map[string]any{"number": m[1], "kind": "other", "words": "工作需要看一看"})
				} else {
					f := filing()
					for k := range field {
						f[k] = m[1]
					}
					if what == "day" { // the court does not receive in the future
						h.clock.Set(time.Date(2028, 3, 1, 9, 0, 0, 0, clock.Shanghai))
					}
					a = h.post("韩雪", "/casebook/enter", f)
				}
				if got := a.code == http.StatusOK; got != want || !want && a.code != http.StatusUnprocessableEntity {
					t.Errorf("%s %s: %d %.200s", what, m[1], a.code, a.body)
				}
			}
		}
	}
	for what := range fields {
		t.Errorf("docs/data.md has no example of a %s", what)
	}
}

// TestCosts: what is made while its reader waits is in docs/data.md with its
// limit, and whoever asks for more than that is told to wait, while the other
// pages go on.
func TestCosts(t *testing.T) {
	_, doc, _ := strings.Cut(readFile(t, "docs/data.md"), "\n## What costs much\n")
	doc, _, _ = strings.Cut(doc, "\n## ")
	h := newHouse(t, dbtest.SQLite(t))
	said := 0
	for _, r := range h.Router.Routes() {
		row := fmt.Sprintf("\n| `%s` | `%s` |\n", r.Pattern, r.Limit)
		switch posts := strings.HasPrefix(r.Pattern, "POST "); {
		case strings.Contains(doc, row):
			said++
		case r.Limit == "made" || posts && r.Out == any(web.File{}):
			t.Errorf("%s makes a file for who waits, limit %q: it is not described", r.Pattern, r.Limit)
		}
	}
	if n := strings.Count(doc, "\n| `"); n != said || said < 9 {
		t.Errorf("%d are described, %d are there", n, said)
	}
	slow := 0
	for range 30 {
		if h.get("王院", "/statistics/report.xlsx?court=冀11&period=2026-02").code == http.StatusTooManyRequests {
			slow++
		}
	}
	if slow < 5 || slow > 12 {
		t.Errorf("%d of 30 reports were refused", slow)
	}
	h.get("王院", "/statistics?court=冀11&period=2026-02").must(t, "the page itself", http.StatusOK)
}

// TestDataDocument holds docs/data.md against the program: each table has a
// level, each line of the log and each form with files is described, and each
// setting that is an address. Nothing writes a log but through the one logger.
func TestDataDocument(t *testing.T) {
	b, err := os.ReadFile("docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	h := newHouse(t, dbtest.SQLite(t))
	for _, table := range mashang.Tables(h.Services.List) {
		if n := strings.Count(doc, "`"+table+"`"); n != 1 {
			t.Errorf("%s has %d levels", table, n)
		}
	}
	for _, r := range h.Router.Routes() {
		if len(r.Files) == 0 {
			continue
		}
		_, row, ok := strings.Cut(doc, "| `"+r.Pattern+"` | ")
		if row, _, _ = strings.Cut(row, "\n"); !ok {
			t.Errorf("%s takes files, and is not described", r.Pattern)
		}
		if mb := fmt.Sprint(r.Upload>>20, " MB"); r.Upload >= 1<<20 && !strings.HasPrefix(row, mb) && !strings.HasPrefix(row, fmt.Sprint(r.Upload>>20-1, " MB")) {
			t.Errorf("%s takes %s: %s", r.Pattern, mb, row)
		}
	}
	lines := 0
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "platform/dbtest") {
			return
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range logged.FindAllStringSubmatch(string(src), -1) {
			lines++
			if !strings.Contains(doc, "`"+m[1]+"`") {
				t.Errorf("%s logs %q, which is not described", name, m[1])
			}
		}
		if m := regexp.MustCompile(`\b(log\.(Print|Fatal|Panic)|slog\.(Info|Warn|Error|Debug|SetDefault)|fmt\.Print)`).FindString(string(src)); m != "" {
			t.Errorf("%s writes by %s", name, m)
		}
	})
	if lines < 10 {
		t.Errorf("%d lines were read", lines)
	}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	config.Flags(fs)
	fs.VisitAll(func(f *flag.Flag) {
		outside := regexp.MustCompile(`server|gateway|bridge|push|witness|database URL|bus,|letters`).MatchString(f.Usage)
		if outside && !strings.HasSuffix(f.Name, "-key") && !strings.Contains(doc, "`-"+f.Name+"`") {
			t.Errorf("-%s (%s) is not described", f.Name, f.Usage)
		}
	})
}

// TestFilesAreWhatTheySay: every form that takes files refuses a page, a
// program and a picture that runs under the name of something harmless, and
// keeps none of them.
func TestFilesAreWhatTheySay(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	s := h.write(func(_, field string) string { return "一句话" + field })
	s.fill["message"] = s.say(s.own, "POST /onecode/{case}/ask", map[string]any{"kind": "question"}, "text").get("id")
	h.drain()
	papers := paperIDs(t, h, s.first)
	forms := map[string]struct {
		who, name string
		fields    map[string]string
	}{
		"POST /onecode/{case}/ask":                    {s.own, "照片.jpg", map[string]string{"kind": "question", "text": "x"}},
		"POST /onecode/{case}/message/{message}/send": {"周明远", "答复.docx", map[string]string{"text": "x"}},
		"POST /complaint/write/{case}":                {s.own, "录音.mp3", map[string]string{"kind": "complaint", "name": "周明远", "text": "x"}},
		"POST /oversight/record":                      {"周明远", "来信.pdf", map[string]string{"form": "inquiry", "case": s.first, "on": "2026-03-03", "nature": "other", "way": "call", "done": "refused", "who": "x", "content": "x"}},
		"POST /delivery/{case}":                       {"韩雪", "回证.png", map[string]string{"papers": papers["acceptance_notice"], "signer": "self", "signed_on": "2026-03-03"}},
		"POST /delivery/{case}/address/{party}":       {"李倩", "确认书.png", map[string]string{"post": "x", "standing": "confirmed", "shown_by": "x"}},
		"POST /delivery/{case}/hand":                  {"李倩", "照片.png", map[string]string{"papers": papers["acceptance_notice"], "way": "left", "on": "2026-03-03", "where": "home", "filmed": "on"}},
		"POST /delivery/{case}/result/{attempt}":      {"李倩", "回执.png", map[string]string{"result": "signed", "signer": "self", "on": "2026-03-03"}},
		"POST /setup/logo":                            {"系统", "标志.png", map[string]string{"court": "冀11"}},
		"POST /setup/staff/import":                    {"系统", "人员.xlsx", map[string]string{"court": "冀11", "do": "look"}},
		"POST /signing/check":                         {"", "文书.pdf", nil},
		"POST /outage/probe":                          {"系统", "探测.jsonl", map[string]string{"court": "冀11"}},
		"POST /intake":                                {"郭正", "名单.xlsx", nil},
		"POST /post":                                  {"李倩", "单子.xlsx", nil},
	}
	before := h.files()
	for _, r := range h.Router.Routes() {
		if len(r.Files) == 0 {
			continue
		}
		f, ok := forms[r.Pattern]
		if !ok {
			t.Errorf("%s takes files, and is not tried", r.Pattern)
			continue
		}
		for _, content := range []string{"<!doctype html><script>alert(1)</script>\x00", "MZ\x90\x00\x03", "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>\x00"} {
			if a := h.upload(f.who, s.path(r.Pattern), f.fields, r.Files[0], f.name, []byte(content)); a.code != 422 || !strings.Contains(a.body, `"field":"`+r.Files[0]+`"`) {
				t.Errorf("%s takes %q for %s: %d %s", r.Pattern, content, f.name, a.code, a.body)
			}
		}
	}
	if n := h.files(); n != before {
		t.Errorf("%d files were kept", n-before)
	}
}
