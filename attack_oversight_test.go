package mashang_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// planted is a word that stands nowhere else.
const planted = "鹦鹉螺"

// TestRecordOfAnInquiry: a record is seen by its writer and by the discipline
// office. To everybody else, on every page and in every answer, the court is
// the same before and after, byte for byte; neither log nor figures nor
// database nor files tell of it.
func TestRecordOfAnInquiry(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		var sessions []string
		for range 5 {
			h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
			sessions = append(sessions, h.tokens["贾若兰"])
		}
		mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭？"}).must(t, "ask", 200).get("id")
		h.post("周明远", "/casebook/"+id+"/close", map[string]string{"way": "judgment", "on": "2026-03-03", "elsewhere": "判决书在原办案系统"}).must(t, "close", 200)
		h.clock.Add(2 * time.Minute) // second proofs come a minute after issue
		h.drain()
		fill := map[string]string{"case": id, "message": mid, "paper": paperIDs(t, h, id)["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "record": "none", "n": "0", "request": "none", "finding": "none",
			"agent": "none", "code": "X", "challenge": "none", "word": "none", "token": "none", "seal": "none", "court": "冀11"}
		before := h.everything(fill, sessions[0], sessions[1:3], "周明远", "督察")
		logged, counted := h.log.String(), h.metricsText()

		record := h.plant(id)
		h.drain()
		quiet := strings.TrimPrefix(h.log.String(), logged)
		if strings.Contains(quiet, "oversight") || strings.Contains(quiet, `"request"`) || h.metricsText() != counted {
			t.Errorf("the log or the figures tell of it:\n%s\n%s", quiet, firstDifference(counted, h.metricsText()))
		}
		fill["record"] = record
		after := h.everything(fill, sessions[0], sessions[3:], "周明远", "督察")
		if len(before) < 400 || len(before) != len(after) {
			t.Fatalf("%d answers before, %d after", len(before), len(after))
		}
		for what, was := range before {
			is := strings.ReplaceAll(after[what], record, "none")
			if is != was {
				t.Errorf("%s is another after the record:\n%s", what, firstDifference(was, is))
			}
			if strings.Contains(is, planted) {
				t.Errorf("%s holds the word", what)
			}
		}
		for _, who := range []string{"周明远", "督察"} {
			for _, path := range []string{"/oversight/record/" + record, "/api/v1/oversight/record/" + record, "/oversight/record/" + record + "/file/0"} {
				has(t, who, h.get(who, path).must(t, who+" "+path, 200).body, planted)
			}
		}
		h.notStored(record, "oversight.entered", h.people["周明远"])

		receipt := h.post("贾若兰", "/casebook/"+id+"/export", nil).must(t, "export", 200).body
		if strings.Contains(receipt, planted) || strings.Contains(receipt, "oversight.entered") || strings.Contains(receipt, "三个规定登记") {
			t.Error("the receipt of a party tells of it")
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM ledger_entry WHERE kind = 'oversight.entered' AND seq IS NULL`); n != 0 {
			t.Errorf("%d entries were not sealed with the others", n)
		}
		a, err := ledger.Audit(t.Context(), h.Kit.DB, h.Kit.Ledger.Signer().Verifier)
		if err != nil || !a.OK() {
			t.Errorf("%+v %v", a.Faults, err)
		}
	})
}

// plant records an inquiry with the word in every field that takes words, and
// in a file and its name.
func (h *house) plant(caseID string) string {
	h.t.Helper()
	f := map[string]string{"form": "inquiry", "case": caseID, "on": "2026-03-03", "nature": "lawful", "way": "call", "done": "handed", "_key": "the form's own key"}
	for _, name := range []string{"about", "who", "unit", "post", "tie", "for", "time", "place", "content", "to", "kept", "basis", "basis_number"} {
		f[name] = planted + name
	}
	return h.upload("周明远", "/oversight/record", f, "files", planted+".txt", []byte("这里也有"+planted)).must(h.t, "record", 200).get("id")
}

var requestNumber = regexp.MustCompile(`R-[0-9A-Z]{4}-[0-9A-Z]{4}`)

// everything is every answer to a GET that anybody gets, but for those who may
// know.
// The sessions of the party are several, because each may ask so much a minute.
func (h *house) everything(fill map[string]string, own string, sessions []string, knowing ...string) map[string]string {
	h.t.Helper()
	out := map[string]string{}
	people := []string{""}
	for name := range h.people {
		if name != "贾若兰" && !slices.Contains(knowing, name) {
			people = append(people, name)
		}
	}
	if !slices.Contains(knowing, "贾若兰") {
		people = append(people, "贾若兰")
	}
	for _, r := range h.Router.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodGet || path == "/account/prove" { // asks for another code each time
			continue
		}
		path = strings.TrimSuffix(path, "{$}")
		path = param.ReplaceAllStringFunc(path, func(s string) string { return fill[strings.Trim(s, "{}")] })
		forms := []string{path}
		if !r.PageOnly {
			forms = append(forms, web.API+path)
		}
		for _, p := range forms {
			for i, who := range people {
				if who == "贾若兰" {
					h.tokens[who] = sessions[(len(out)+i)%len(sessions)]
				}
				if who == "贾若兰" && path == "/account" { // says which session it is
					h.tokens["贾若兰"] = own
				}
				a := h.anew(who, p)
				if strings.HasPrefix(a.kind, "application/pdf") { // has an id of its own in each
					a.body = ""
				}
				body := requestNumber.ReplaceAllString(keys.ReplaceAllString(a.body, ""), "")
				out[who+" "+r.Pattern+" "+strings.TrimSuffix(p, path)] = fmt.Sprint(a.code, " ", body)
			}
		}
	}
	for _, who := range people[1:] {
		out[who+" finds"] = h.anew(who, web.API+"/casebook?q="+planted).body
	}
	return out
}

// anew gets a page in a session of its own.
func (h *house) anew(who, path string) answer {
	h.t.Helper()
	ctx := h.ctx(who)
	if a := auth.From(ctx); a.Staff {
		a.Session = fmt.Sprint("test ", requests.Add(1))
		ctx = auth.With(ctx, a)
	}
	return h.send(who, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
}

// metricsText are the figures of requests and of acts, without how long they took.
func (h *house) metricsText() string {
	var out []string
	for l := range strings.Lines(h.get("", "/metrics").body) {
		if strings.HasPrefix(l, "mashang_request_seconds_count") || strings.HasPrefix(l, "mashang_writer_seconds_count") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "")
}

// notStored: neither the database nor the folder of files holds the word, and
// no table says who wrote.
func (h *house) notStored(record, kind, writer string) {
	h.t.Helper()
	all, err := readAll(h)
	if err != nil {
		h.t.Fatal(err)
	}
	service, _, _ := strings.Cut(kind, ".")
	for table, rows := range all {
		for _, r := range rows {
			if strings.Contains(r, planted) {
				h.t.Errorf("%s holds the word: %s", table, r)
			}
			if table == "web_idempotency" && strings.Contains(r, service) {
				h.t.Errorf("who sent the form is kept: %s", r)
			}
			if (strings.Contains(r, record) || strings.Contains(r, kind)) && strings.Contains(r, writer) {
				h.t.Errorf("%s names the writer: %s", table, r)
			}
		}
	}
	files := 0
	err = filepath.WalkDir(h.Kit.Config.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(planted)) {
			h.t.Errorf("%s holds the word", filepath.Base(path))
		}
		return err
	})
	if err != nil || files < 3 {
		h.t.Errorf("%d files, %v", files, err)
	}
}

// firstDifference is a little of two texts from where they part.
func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-120)
	return fmt.Sprintf("- %q\n+ %q", a[from:min(len(a), i+200)], b[from:min(len(b), i+200)])
}

// watched is a court in which some of its people looked at cases.
type watched struct {
	*house
	cases []string
}

// newWatched has n cases of the division of intellectual property, each of
// parties of its own, taken in by one officer and registered by one judge.
func newWatched(h *house, n int) *watched {
	h.t.Helper()
	h.administrators()
	w := &watched{house: h}
	for n := range n {
		f := filing()
		f["p_name"], f["p_number"], f["p_phone"] = fmt.Sprint("原告", n), identity.Fictional(200+n, mustDate("1980-01-02"), true), identity.FictionalPhone(200+n)
		f["d_name"], f["d_number"] = fmt.Sprint("衡水第", n, "公司"), identity.FictionalUSCC(200+n)
		id := h.post("韩雪", "/casebook/enter", f).must(h.t, "enter", 200).get("case")
		h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11知识产权审判庭"]}).must(h.t, "accept", 200)
		w.cases = append(w.cases, id)
	}
	h.clock.Add(24 * time.Hour) // what is looked at now has been registered before
	h.drain()
	return w
}

// opens has someone open the first n cases on a basis and read the page of each.
func (w *watched) opens(who string, n int) {
	w.t.Helper()
	for _, id := range w.cases[:n] {
		w.post(who, "/oversight/open", map[string]string{"case": id, "kind": "other", "words": "工作需要看一看"}).must(w.t, who+" opens", 200)
		w.reads(who, "/casebook/"+id)
	}
}

func (w *watched) reads(who, path string) {
	w.t.Helper()
	w.anew(who, path).must(w.t, who+" reads "+path, 200)
}

// found lets the clock run on and returns those of the names whom the
// discipline office is asked about.
func (w *watched) found(names ...string) (out []string) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	stop()
	w.KeepTrail(ctx)
	w.drain()
	w.clock.Add(time.Minute)
	w.drain()
	body := w.get("督察", "/api/v1/oversight/watch").must(w.t, "watch", 200).body
	for _, x := range names {
		if strings.Contains(body, `"name":"`+x+`"`) {
			out = append(out, x)
		}
	}
	return out
}

// TestSnooper: who opens many cases of another division, gives a reason for
// each and does nothing in any, is shown to the discipline office within the
// minute, and looking again after a while does not hide him. An officer of filing
// is one like others in cases that he did not take in; who did is not shown,
// and neither is who opens as many of his own division.
func TestSnooper(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := newWatched(h, 10)
		if err := (&scene{house: h, vars: map[string]string{}}).given([]string{"post", "另窗", "冀11", "filing_officer"}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"钱法官", "赵一鸣", "另窗"} {
			w.opens(who, 10)
		}
		h.clock.Add(3 * time.Minute)
		for _, id := range w.cases {
			for _, who := range []string{"钱法官", "另窗", "韩雪"} { // once more; 韩雪 took them in
				w.reads(who, "/casebook/"+id)
				w.reads(who, "/casebook/"+id)
			}
		}
		if got := fmt.Sprint(w.found("钱法官", "赵一鸣", "另窗", "韩雪", "郭正")); got != "[钱法官 另窗]" {
			t.Errorf("found are %v", got)
		}
		has(t, "why", h.get("督察", "/desk").body, "打开了 10 件别的庭的案件", "10 件只来过一天")
		h.clock.Add(24 * time.Hour)
		h.post("钱法官", "/oversight/open", map[string]string{"case": w.cases[0], "kind": "other", "words": "再看一次"}).must(t, "again", 200)
		w.found()
		if n := one[int64](h, `SELECT COUNT(*) FROM oversight_finding`); n != 2 {
			t.Errorf("%d findings about two habits", n)
		}
		err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
			for _, table := range []string{"oversight_place", "oversight_visit", "oversight_finding"} {
				if _, err = tx.Exec(`DELETE FROM ` + table); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(w.found("钱法官", "赵一鸣", "另窗", "韩雪", "郭正")); got != "[钱法官 另窗]" {
			t.Errorf("read again from the ledger, found are %v", got)
		}
	})
}

// TestSnooperGoesOn: a finding that nobody has looked at grows with what is read;
// who was looked at and goes on is shown anew, and not for a case or two.
func TestSnooperGoesOn(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	w, had := newWatched(h, 26), 0
	for _, step := range []struct{ opened, findings, newest int }{{9, 0, 0}, {10, 1, 10}, {15, 1, 15}, {-1, 1, 15}, {20, 1, 15}, {26, 2, 11}} {
		var shown struct {
			List []struct {
				ID, Name string
				Numbers  []string
				Outcome  string
			}
		}
		for ; had < step.opened; had++ {
			(&watched{house: h, cases: w.cases[had:]}).opens("钱法官", 1)
		}
		w.found()
		decode(t, h.get("督察", "/api/v1/oversight/watch").must(t, "watch", 200).body, &shown)
		if len(shown.List) != step.findings || step.findings > 0 && len(shown.List[0].Numbers) != step.newest {
			t.Fatalf("after %d cases: %+v", step.opened, shown.List)
		}
		if step.opened == 15 {
			h.post("督察", "/oversight/watch/"+shown.List[0].ID, map[string]string{"outcome": "talk", "words": "谈过话了，说是学习。"}).must(t, "look", 200)
		}
	}
}

// TestManyOpened: fifty cases of others are looked at however often somebody
// comes back, also within his division; forty-nine are not, nor is who took all of them in.
func TestManyOpened(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := newWatched(h, 50)
		w.opens("赵一鸣", 50) // of his own division
		w.opens("陈助", 49)
		w.opens("钱法官", 50)
		w.found()                   // what was read is sealed
		h.clock.Add(20 * time.Hour) // on another day, while they are open
		for _, id := range w.cases {
			for _, who := range []string{"钱法官", "赵一鸣"} {
				w.reads(who, "/casebook/"+id)
			}
		}
		for _, id := range w.cases {
			w.reads("韩雪", "/casebook/"+id)
		}
		if got := fmt.Sprint(w.found("钱法官", "赵一鸣", "陈助", "韩雪", "郭正")); got != "[钱法官 赵一鸣]" {
			t.Errorf("found are %v", got)
		}
		if n := strings.Count(h.get("督察", "/api/v1/oversight/watch").body, "打开了 50 件不归自己办的案件"); n != 2 {
			t.Errorf("%d are told why", n)
		}
	})
}

// TestLookedAtIsNoPass: that the office looked at what somebody read, and found
// it in order, covers what it was shown. What he reads afterwards is found like
// anybody's.
func TestLookedAtIsNoPass(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := newWatched(h, 30)
		looks := func() {
			id := one[string](h, `SELECT id FROM oversight_finding ORDER BY at DESC, id DESC LIMIT 1`)
			h.post("督察", "/oversight/watch/"+id, map[string]string{"outcome": "fine", "words": "问过了，是工作需要"}).must(t, "look", 200)
		}
		all := w.cases
		reads := func(i int, want int64, what string) {
			t.Helper()
			w.cases = all[10*i : 10*i+10]
			w.opens("钱法官", 10)
			w.found()
			if n := one[int64](h, `SELECT COUNT(*) FROM oversight_finding`); n != want {
				t.Fatalf("%d findings %s", n, what)
			}
		}
		reads(0, 1, "of a habit")
		reads(1, 1, "while the office has not looked")
		if n := strings.Count(h.get("督察", "/api/v1/oversight/watch").must(t, "watch", 200).body, "冀11知民初"); n != 20 {
			t.Fatalf("%d cases are shown with what came meanwhile", n)
		}
		looks()
		w.found()
		if n := one[int64](h, `SELECT COUNT(*) FROM oversight_finding`); n != 1 {
			t.Fatalf("%d findings of what was looked at", n)
		}
		reads(2, 2, "of a new habit")
	})
}

// TestRecordReadIsTold: whoever of the office reads what a record says, or a file
// of it, its writer is told; a list says no more than its lines show.
func TestRecordReadIsTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		record := h.plant(id)
		told := func() int {
			ctx, stop := context.WithCancel(t.Context())
			stop()
			h.KeepTrail(ctx)
			return strings.Count(h.get("周明远", "/api/v1/oversight/record/"+record).must(t, "his own", 200).body, `"name":"督察"`)
		}
		body := h.get("督察", "/api/v1/oversight/records").must(t, "list", 200).body
		has(t, "line", body, planted+"who", planted+"about")
		for _, word := range []string{"content", "for", "kept", "time", "place", "to", "unit"} {
			if strings.Contains(body, planted+word) {
				t.Errorf("the list says what stands in %q", word)
			}
		}
		if n := told(); n != 0 {
			t.Errorf("%d readings, and only the list was read", n)
		}
		h.get("督察", "/api/v1/oversight/record/"+record+"/file/0").must(t, "file", 200)
		if n := told(); n != 1 {
			t.Errorf("%d readings after the file", n)
		}
		h.get("督察", "/api/v1/oversight/record/"+record).must(t, "record", 200)
		if n := told(); n != 2 {
			t.Errorf("%d readings after the record", n)
		}
	})
}
