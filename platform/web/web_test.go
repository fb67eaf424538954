package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/fault"
)

type text string

func (s text) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(s))
	return err
}

func errorPage(_ *http.Request, v ErrorView) Page {
	return text(fmt.Sprintf("出错页 %d %s %s", v.Status, v.Fault.Show, v.Number))
}

type command struct {
	Name  string   `json:"name"`
	Count int64    `json:"count"`
	Yes   bool     `json:"yes"`
	Tags  []string `json:"tags"`
}

// counter is a router with a few routes of every sort.
func counter(c Config) *Router {
	c.Error = errorPage
	c.Actor = func(_ context.Context, token string) (auth.Actor, error) {
		if token != "good" {
			return auth.Actor{}, nil
		}
		return auth.Actor{Account: "acc", Session: "s", Person: "p"}, nil
	}
	rt := New(c)
	route := func(pattern, object string, upload int64, do Handler) {
		rt.Handle(Route{Pattern: pattern, Title: "t", Object: object, Verb: "see", Upload: upload, In: command{}, Do: do})
	}
	read := func(r *http.Request) (Reply, error) {
		var c command
		err := Read(r, &c)
		return Reply{JSON: c, Page: text(fmt.Sprintf("%+v", c))}, err
	}
	route("POST /t/read", Public, 0, read)
	route("POST /t/upload", Public, 2<<20, read)
	route("POST /t/key", Public, 0, func(r *http.Request) (Reply, error) { return Reply{JSON: Idempotency(r.Context())}, nil })
	route("POST /t/again", Public, 0, func(*http.Request) (Reply, error) { return Reply{}, ErrRepeated })
	route("GET /t/in", Public, 0, func(*http.Request) (Reply, error) { return Reply{SignIn: "token", Goto: "/"}, nil })
	route("GET /t/mine", "case", 0, func(r *http.Request) (Reply, error) { return Reply{JSON: auth.From(r.Context()).Person}, nil })
	route("GET /t/fault/{kind}", Public, 0, func(r *http.Request) (Reply, error) {
		if k := fault.Kind(r.PathValue("kind")); k != "plain" {
			return Reply{}, fault.Wrap(k, "请看这里。", errors.New("SECRET"))
		}
		return Reply{}, errors.New("SECRET 13900001234")
	})
	route("GET /t/file/{type}", Public, 0, func(r *http.Request) (Reply, error) {
		t := strings.ReplaceAll(r.PathValue("type"), "_", "/")
		return Reply{File: &File{Name: "证据\"\r\n.html", Type: t, Inline: true, Body: strings.NewReader("<script>"), At: time.Unix(0, 0)}}, nil
	})
	return rt
}

func ask(rt *Router, method, path, body string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, r)
	return w
}

const form = "application/x-www-form-urlencoded"

func TestCookieByScheme(t *testing.T) {
	for secure, name := range map[bool]string{true: "__Host-session", false: "session"} {
		w := ask(counter(Config{Secure: secure}), "GET", "/t/in", "")
		c := w.Result().Cookies()[0]
		if c.Name != name || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%+v", c)
		}
		if got := w.Header().Get("Strict-Transport-Security") != ""; got != secure {
			t.Errorf("HSTS %v over secure %v", got, secure)
		}
	}
}

func TestHeaders(t *testing.T) {
	rt := counter(Config{})
	for _, path := range []string{"/t/mine", "/nowhere", "/t/fault/plain", "/t/in"} {
		w := ask(rt, "GET", path, "")
		if csp := w.Header().Get("Content-Security-Policy"); csp != Policy || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %q", path, csp)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(w.Header().Get("X-Request-Id"), "R-") {
			t.Errorf("%s: %v", path, w.Header())
		}
		if path != "/nowhere" && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %v", path, w.Header())
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	rt := counter(Config{})
	for _, x := range []struct {
		head []string
		want int
	}{
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403}, {[]string{"Sec-Fetch-Site", "same-site"}, 403}, {[]string{"Origin", "https://evil.example"}, 403}, {[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200}, {[]string{"Origin", "http://example.com"}, 200}, {nil, 200},
	} {
		w := ask(rt, "POST", "/t/read", "name=x", append(x.head, "Content-Type", form)...)
		if w.Code != x.want {
			t.Errorf("%v: %d %s", x.head, w.Code, w.Body)
		}
	}
}

func TestRead(t *testing.T) {
	rt := counter(Config{})
	want := command{Name: "王小明", Count: 7, Yes: true, Tags: []string{"a", "b"}}
	var multi bytes.Buffer
	m := multipart.NewWriter(&multi)
	for _, kv := range [][2]string{{"name", " 王\u202e小明 "}, {"count", "7"}, {"yes", "on"}, {"tags", "a"}, {"tags", " "}, {"tags", "b"}} {
		if err := m.WriteField(kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for _, x := range [][2]string{
		{form, url.Values{"name": {"  王小明\x00\n"}, "count": {"7"}, "yes": {"1"}, "tags": {"a", "", "b"}, "other": {"x"}}.Encode()},
		{"application/json", `{"name":" 王小明\u200f ","count":7,"yes":true,"tags":["a","b "]}` + " \r\n"},
		{m.FormDataContentType(), multi.String()},
	} {
		w := ask(rt, "POST", API+"/t/read", x[1], "Content-Type", x[0])
		var got command
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s", x[0], w.Body)
		}
	}
	for _, x := range [][2]string{{form, "count=seven"}, {form, "count=9223372036854775808"}, {"application/json", `{"count":9223372036854775808}`}, {"application/json", `{"nme":"x"}`}, {"application/json", `{`}, {"application/json", `{"name":"a"}{"name":"b"}`}, {"application/json", `{"name":"a"} 1`}, {"application/json", `{"name":"a"}]`}, {"application/json", `{"name":"a"},`}, {"application/json", `{"count":"7"}`}, {"multipart/form-data; boundary=x", "broken"}, {form, "name=%zz"}} {
		if w := ask(rt, "POST", API+"/t/read", x[1], "Content-Type", x[0]); w.Code != 422 {
			t.Errorf("%v: %d %s", x, w.Code, w.Body)
		}
	}
	if w := ask(rt, "POST", API+"/t/read", "count=seven", "Content-Type", form); !strings.Contains(w.Body.String(), `"fields":{"count":`) {
		t.Errorf("the field is not named: %s", w.Body)
	}
}

func TestIdempotency(t *testing.T) {
	rt := counter(Config{})
	for _, x := range []struct{ body, head, cookie, want string }{
		{"_key=k1", "", "", `"/POST /t/key/k1"`}, {"", "k2", "", `"/POST /t/key/k2"`}, {"_key=k1", "k2", "", `"/POST /t/key/k2"`},
		{"name=x", "", "", `""`}, {"_key=k1", "", "session=good", `"acc/POST /t/key/k1"`},
	} {
		w := ask(rt, "POST", "/t/key", x.body, "Content-Type", form, "Idempotency-Key", x.head, "Cookie", x.cookie, "Accept", "application/json")
		if w.Body.String() != x.want {
			t.Errorf("%+v: %s", x, w.Body)
		}
	}
	if w := ask(rt, "POST", "/t/key", "", "Idempotency-Key", strings.Repeat("k", 101), "Content-Type", form); w.Code != 422 {
		t.Errorf("a long key: %d", w.Code)
	}
	w := ask(rt, "POST", "/t/again", "", "Content-Type", form, "Referer", "https://evil.example/case/1?x=y")
	if w.Code != 303 || w.Header().Get("Location") != "/t" { // where the form stood, whatever the Referer says
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestErrors: every kind has its status, in one page or one JSON, and the
// cause is never shown.
func TestErrors(t *testing.T) {
	rt := counter(Config{})
	kinds := map[string]int{"invalid": 422, "forbidden": 403, "not_found": 404, "conflict": 409, "too_many": 429, "unavailable": 503, "internal": 500, "plain": 500}
	for kind, want := range kinds {
		for _, path := range []string{"/t/fault/" + kind, API + "/t/fault/" + kind} {
			w := ask(rt, "GET", path, "")
			body := w.Body.String()
			if w.Code != want || strings.Contains(body, "SECRET") || strings.Contains(body, "139") {
				t.Errorf("%s: %d %s", path, w.Code, body)
			}
			if !strings.Contains(body, w.Header().Get("X-Request-Id")) {
				t.Errorf("%s shows no number: %s", path, body)
			}
		}
	}
	if w := ask(rt, "GET", "/t/fault/too_many", ""); w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if w := ask(rt, "GET", "/nowhere", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "出错页 404") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(rt, "GET", "/t/mine?a=b", ""); w.Code != 303 || w.Header().Get("Location") != "/account/login?next=%2Ft%2Fmine%3Fa%3Db" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := ask(rt, "GET", API+"/t/mine", ""); w.Code != 401 {
		t.Errorf("%d", w.Code)
	}
	for _, head := range [][]string{{"Cookie", "session=good"}, {"Authorization", "Bearer good"}} {
		if w := ask(rt, "GET", API+"/t/mine", "", head...); w.Code != 200 || w.Body.String() != `"p"` {
			t.Errorf("%v: %d %s", head, w.Code, w.Body)
		}
	}
}

// TestLogged: each refusal leaves one line that says what was asked, why it was
// refused and whose account it was, and each fault its cause. Nothing that came
// with a request is in the log, and no line of it can be made by a request.
func TestLogged(t *testing.T) {
	var log bytes.Buffer
	rt := counter(Config{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	lines := func() (out []map[string]any) {
		t.Helper()
		for l := range strings.Lines(log.String()) {
			var m map[string]any
			if err := json.Unmarshal([]byte(l), &m); err != nil || m["time"] == nil || m["level"] == nil || m["msg"] == nil || m["request"] == nil {
				t.Errorf("%v: %s", err, l)
			}
			out = append(out, m)
		}
		log.Reset()
		return out
	}
	const forged = "\"}\n{\"level\":\"INFO\",\"msg\":\"FORGED\"}\n"
	for _, x := range []struct {
		method, path, body, msg, why, account string
		head                                  []string
	}{
		{"GET", "/t/fault/forbidden", "", "refused", "forbidden", "acc", []string{"Cookie", "session=good"}},
		{"GET", "/t/fault/not_found?name=FORGED", "", "refused", "not_found", "", nil},
		{"GET", "/t/fault/too_many", "", "refused", "too_many", "", nil},
		{"GET", "/t/mine", "", "refused", "sign_in", "", []string{"Cookie", "session=FORGED"}},
		{"POST", "/t/read", url.Values{"count": {forged}}.Encode(), "refused", "invalid", "", []string{"Content-Type", form}},
		{"POST", "/t/read", url.Values{"name": {strings.Repeat("FORGED", 1<<18)}}.Encode(), "refused", "invalid", "", []string{"Content-Type", form}},
		{"POST", "/t/read", "name=x", "refused", "forbidden", "", []string{"Content-Type", form, "Origin", "https://FORGED.example"}},
		{"POST", "/t/read", url.Values{"name": {forged}}.Encode(), "request", "", "", []string{"Content-Type", form, "User-Agent", "FORGED" + strings.Repeat("x", 99)}},
		{"GET", "/nowhere" + url.PathEscape(forged), "", "request", "", "", nil},
		{"GET", "/t/fault/plain", "", "request failed", "", "", nil},
	} {
		ask(rt, x.method, x.path, x.body, x.head...)
		ls := lines()
		if len(ls) != 1 || ls[0]["msg"] != x.msg || x.why != "" && (ls[0]["why"] != x.why || ls[0]["account"] != x.account) {
			t.Errorf("%s %.40s: %v", x.method, x.path, ls)
		}
		for _, l := range ls {
			if said := fmt.Sprint(l); strings.Contains(said, "FORGED") || l["route"] == nil || (l["err"] != nil) != (x.msg == "request failed") {
				t.Errorf("%s %.40s: %s", x.method, x.path, said)
			}
		}
	}
}

// TestPollution: a field is what the form says, once; neither the address nor a
// second value of the same name gets in between.
func TestPollution(t *testing.T) {
	rt := counter(Config{})
	send := func(path, kind, body string) (int, command) {
		t.Helper()
		w := ask(rt, "POST", API+path, body, "Content-Type", kind)
		var c command
		if w.Code == 200 {
			if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code, c
	}
	var multi bytes.Buffer
	m := multipart.NewWriter(&multi)
	if err := errors.Join(m.WriteField("name", "表"), m.Close()); err != nil {
		t.Fatal(err)
	}
	for _, x := range [][2]string{{form, "name=%E8%A1%A8"}, {m.FormDataContentType(), multi.String()}, {"application/json", `{"name":"表"}`}} {
		if code, c := send("/t/read?name=address&count=7&tags=x", x[0], x[1]); code != 200 || c.Name != "表" || c.Count != 0 || len(c.Tags) != 0 {
			t.Errorf("%s: %d %+v", x[0], code, c)
		}
	}
	if code, c := send("/t/read", form, "name=a&name=b"); code != 422 {
		t.Errorf("two names: %d %+v", code, c)
	}
	w := ask(rt, "POST", "/t/key?_key=address", "name=x", "Content-Type", form, "Accept", "application/json")
	if w.Body.String() != `""` {
		t.Errorf("the key is taken from the address: %s", w.Body)
	}
}

// TestLimitsAsDocumented: docs/data.md has the limits that hold, and they hold.
func TestLimitsAsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	for class, s := range perSession {
		name, a := "`"+class+"`", perAddress[class]
		if class == "" {
			name = "ordinary"
		}
		if row := fmt.Sprintf("| %s | %g; %s | %g; %s |", name, s.burst, s.every, a.burst, a.every); !strings.Contains(string(b), row) {
			t.Errorf("not in the document: %s", row)
		}
		l := newLimits(clock.System{})
		for n := range int(s.burst) {
			if err := l.allow(class, "s", "192.0.2.1"); err != nil {
				t.Fatalf("%q: %d are too many", class, n+1)
			}
		}
		late := 0
		for range 20 {
			if l.allow(class, "s", "192.0.2.1") != nil {
				late++
			}
		}
		if late < 18 {
			t.Errorf("%q: %d of 20 more are refused", class, late)
		}
	}
	if row := fmt.Sprintf("%g; %s, whoever guesses", perThing.burst, perThing.every); !strings.Contains(string(b), row) {
		t.Errorf("not in the document: %s", row)
	}
}

// TestBodyLimit: what is typed holds a mebibyte and no more, on a route that
// takes files too; the files have their own room.
func TestBodyLimit(t *testing.T) {
	rt := counter(Config{})
	big, huge := strings.Repeat("x", ordinary), strings.Repeat("x", 4<<20)
	kind, words, files := "", map[string]string{}, map[string]string{}
	for _, x := range []string{big[:ordinary/2], big, huge} {
		kind, words[x] = multi(t, x, "")
		_, files[x] = multi(t, "x", x)
	}
	for _, x := range []struct {
		path, kind, body string
		want             int
	}{
		{"/t/read", form, "name=" + big, 422}, {"/t/read", "application/json", `{"name":"` + big + `"}`, 422}, {"/t/read", kind, words[big], 422}, {"/t/read", kind, files[big], 422},
		{"/t/upload", form, "name=" + big, 422}, {"/t/upload", "application/json", `{"name":"` + big + `"}`, 422}, {"/t/read", "application/json", `{"name":"a"}` + strings.Repeat(" ", ordinary), 422}, {"/t/upload", "application/json; charset=utf-8", `{"name":"` + huge + `"}`, 422},
		{"/t/upload", kind, words[big], 422}, {"/t/upload", kind, words[huge], 422}, {"/t/upload", kind, files[huge], 422},
		{"/t/upload", kind, files[big], 200}, {"/t/upload", kind, words[big[:ordinary/2]], 200}, {"/t/upload", form, "name=" + big[:ordinary/2], 200},
	} {
		w := ask(rt, "POST", API+x.path, x.body, "Content-Type", x.kind)
		if w.Code != x.want || x.want == 422 && !strings.Contains(w.Body.String(), "太大") {
			t.Errorf("%s %s %d bytes: %d %.200s", x.path, x.kind, len(x.body), w.Code, w.Body)
		}
	}
	if w := ask(rt, "POST", API+"/t/upload", files[huge], "Content-Type", kind); !strings.Contains(w.Body.String(), "一次最多 2 MB") { // and not what its own words have besides
		t.Errorf("too large a file: %.200s", w.Body)
	}
}

// multi is a form with a name and, unless it is empty, one file.
func multi(t *testing.T, name, file string) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	err := errors.Join(m.SetBoundary("----boundary"), m.WriteField("name", name))
	if file != "" {
		w, werr := m.CreateFormFile("files", "a.txt")
		_, cerr := io.WriteString(w, file)
		err = errors.Join(err, werr, cerr)
	}
	if err = errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), b.String()
}

// TestListLimit: a list of a thousand is read, a longer one is refused, typed
// or as JSON, and the field of a form is named.
func TestListLimit(t *testing.T) {
	rt := counter(Config{})
	for n, want := range map[int]int{mostValues: 200, mostValues + 1: 422} {
		tags := strings.Split(strings.TrimSuffix(strings.Repeat("a,", n), ","), ",")
		js, _ := json.Marshal(map[string]any{"tags": tags})
		for kind, body := range map[string]string{form: url.Values{"tags": tags}.Encode(), "application/json": string(js)} {
			w := ask(rt, "POST", API+"/t/read", body, "Content-Type", kind)
			if w.Code != want || want == 422 && (!strings.Contains(w.Body.String(), errLong.Show) || kind == form && !strings.Contains(w.Body.String(), `"tags"`)) {
				t.Errorf("%d as %s: %d %.200s", n, kind, w.Code, w.Body)
			}
		}
	}
}

// TestUploadForgotten: while a form with a large file is handled its plain copy
// may lie on the disk, in the folder of the house and without a name, and none
// does afterwards, however it ends.
func TestUploadForgotten(t *testing.T) {
	dir := t.TempDir()
	named := func() int {
		t.Helper()
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	left := func() (n int) { // files that are open, though they have no name
		t.Helper()
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, dir) {
				n++
			}
		}
		return n
	}
	rt := New(Config{Spool: dir})
	how, spilled := "", 0
	rt.Handle(Route{Pattern: "POST /t/take", Object: Public, Verb: "see", Upload: 4 << 20, Do: func(r *http.Request) (Reply, error) {
		if err := Read(r, &command{}); err != nil {
			return Reply{}, err
		}
		f, err := Files(r, "files")[0].Open()
		if err != nil {
			return Reply{}, err
		}
		defer func() { _ = f.Close() }()
		if spilled = left(); named() != 0 {
			t.Error("a name is left if the machine stops here")
		}
		if b, err := io.ReadAll(f); err != nil || string(b) != strings.Repeat("秘", 1<<20) {
			t.Errorf("%d bytes are read: %v", len(b), err)
		}
		switch how {
		case "refused":
			return Reply{}, fault.Field("files", "收不了。")
		case "failed":
			return Reply{}, errors.New("broken")
		case "panicked":
			panic("broken")
		case "again":
			return Reply{}, ErrRepeated
		}
		return Reply{JSON: true}, nil
	}})
	kind, whole := multi(t, "x", strings.Repeat("秘", 1<<20))
	for _, x := range []struct {
		how, body, key string
		spills         int
	}{{"taken", whole, "", 1}, {"taken", whole, "k", 1}, {"refused", whole, "", 1}, {"failed", whole, "k", 1}, {"panicked", whole, "", 1}, {"again", whole, "k", 1}, {"cut off", whole[:2<<20], "", 0}, {"too large", whole[:3<<20] + whole, "", 0}} {
		how, spilled = x.how, 0
		func() {
			defer func() { _ = recover() }()
			ask(rt, "POST", API+"/t/take", x.body, "Content-Type", kind, "Idempotency-Key", x.key)
		}()
		if n := left() + named(); n != 0 || spilled != x.spills {
			t.Errorf("%s, key %q: %d files while it is handled, %d afterwards", x.how, x.key, spilled, n)
		}
	}
}

func TestFile(t *testing.T) {
	rt := counter(Config{})
	for kind, inline := range map[string]bool{"text_html": false, "image_svg+xml": false, "image_png": true, "application_pdf": true, "application_javascript": false} {
		w := ask(rt, "GET", "/t/file/"+kind, "")
		h := w.Header()
		if got := strings.HasPrefix(h.Get("Content-Disposition"), "inline"); got != inline {
			t.Errorf("%s: %s", kind, h.Get("Content-Disposition"))
		}
		if strings.ContainsAny(h.Get("Content-Disposition"), "\r\n") || strings.Count(h.Get("Content-Disposition"), `"`) != 2 {
			t.Errorf("name: %q", h.Get("Content-Disposition"))
		}
		if kind != "application_pdf" && h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", kind, h)
		}
	}
}

// TestKinds: a file is what its name says by its first bytes, or is not taken;
// what is taken arrives whole. Nothing that runs is among them.
func TestKinds(t *testing.T) {
	begin := map[string]string{".jpg": "\xff\xd8\xff\xe0", ".jpeg": "\xff\xd8\xff", ".png": "\x89PNG\r\n\x1a\n", ".heic": "\x00\x00\x00\x18ftypheic", ".webp": "RIFF\x01\x02\x03\x04WEBP", ".mp3": "ID3", ".m4a": "\x00\x00\x00\x18ftypM4A ",
		".amr": "#!AMR\n", ".wav": "RIFF\x01\x02\x03\x04WAVE", ".webm": "\x1a\x45\xdf\xa3", ".ogg": "OggS", ".mp4": "\x00\x00\x00\x18ftypisom", ".pdf": "%PDF-1.7", ".txt": "证据", ".doc": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".docx": "PK\x03\x04", ".xlsx": "PK\x03\x04"}
	var all []string
	for ending := range kinds {
		all = append(all, ending)
		if begin[ending] == "" {
			t.Errorf("%s is not tried", ending)
		}
	}
	k := Kinds(strings.Join(all, ","))
	for ending, b := range begin {
		content := b + strings.Repeat("内容", 4000)
		media, whole, err := k.Take("files", "证据"+strings.ToUpper(ending), strings.NewReader(content))
		if err != nil || media != kinds[ending].media {
			t.Errorf("%s: %q %v", ending, media, err)
			continue
		}
		if n := (Attachment{Type: media}).Named("证据"); kinds[strings.TrimPrefix(n, "证据")].media != media {
			t.Errorf("%s comes back as %s", ending, n)
		}
		if got, err := io.ReadAll(whole); err != nil || string(got) != content {
			t.Errorf("%s: %d of %d bytes, %v", ending, len(got), len(content), err)
		}
		for _, other := range []string{"<!doctype html><script>alert(1)</script>\x00", "MZ\x90\x00", "<svg xmlns='http://www.w3.org/2000/svg'>\x00", ""} {
			if media, _, err := k.Take("files", "a"+ending, strings.NewReader(other)); err == nil || fault.As(err).Field != "files" {
				t.Errorf("%q is taken for %s: %s", other, ending, media)
			}
		}
	}
	few := Kinds(".pdf,.jpg,.jpeg")
	for _, name := range []string{"a.exe", "a.html", "a.svg", "a.js", "a.pdf.exe", "a.png", "a", "", ".", strings.Repeat("长", 70) + ".pdf"} {
		if _, _, err := few.Take("scan", name, strings.NewReader("%PDF-1.7")); err == nil || fault.As(err).Field != "scan" {
			t.Errorf("%q is taken", name)
		}
	}
	if _, _, err := few.Take("scan", "a\u202egnp.exe", strings.NewReader("x")); !strings.Contains(fault.As(err).Show, "“agnp.exe”这种文件收不了。可以交PDF、照片。") {
		t.Errorf("it says: %v", fault.As(err).Show)
	}
}

func TestLocal(t *testing.T) {
	for in, want := range map[string]string{
		"/case/1": "/case/1", "/case/1?a=b&c=d": "/case/1?a=b&c=d", "/案件": "/%E6%A1%88%E4%BB%B6", "": "def", "/": "def",
		"//evil.example": "def", "///evil.example": "def", "https://evil.example/x": "def", "http:/x": "def", "javascript:alert(1)": "def", `/\evil.example`: "def",
		`\\evil.example`: "def", "/%2Fevil.example": "def", "/%5Cevil.example": "def", "/\t/evil.example": "def", "/x\r\nSet-Cookie: a=b": "def", "evil.example": "def", "?x=//evil": "def", "/x#y": "/x", "/%zz": "def", "@evil.example/": "def",
	} {
		if got := Next(in, "def"); got != want {
			t.Errorf("Next(%q) = %q, want %q", in, got, want)
		}
		got := localPath(in)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.Contains(got, "\\") || strings.Contains(got, "evil.example") && !strings.HasPrefix(got, "/x") && got != "/x" {
			t.Errorf("localPath(%q) = %q", in, got)
		}
	}
}

func TestAddress(t *testing.T) {
	rt := New(Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	for _, x := range [][3]string{
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"}, {"10.0.0.1:5", "203.0.113.9", "203.0.113.9"}, {"10.0.0.1:5", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"[::1]:5", "203.0.113.9", "203.0.113.9"}, {"10.0.0.1:5", "rubbish", "10.0.0.1"}, {"[::ffff:10.0.0.1]:5", "203.0.113.9", "203.0.113.9"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = x[0]
		r.Header.Set("X-Forwarded-For", x[1])
		if got := rt.address(r); got != x[2] {
			t.Errorf("%v: %s", x, got)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.1.2.3:999"
	r.Header["X-Forwarded-For"] = []string{"1.1.1.1", "203.0.113.9"} // the caller's own line, then the proxy's
	if got := rt.address(r); got != "203.0.113.9" {
		t.Errorf("two lines: the caller chose %s", got)
	}
}

// TestLimitsDocumented holds docs/security.md against the limits.
func TestLimitsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(b)), " ")
	one := func(r rate) string { return fmt.Sprintf("%.0f at once, then 1 each %s", r.burst, r.every) }
	want := []string{one(perThing)}
	for class, r := range perSession {
		name := "`" + class + "`"
		if class == "" {
			name = "ordinary"
		}
		want = append(want, "| "+name+" | "+one(r)+" | "+one(perAddress[class])+" |")
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("docs/security.md does not say %q", w)
		}
	}
	if len(perSession) != len(perAddress) || len(want) < 6 {
		t.Errorf("%d classes for sessions, %d for addresses", len(perSession), len(perAddress))
	}
}

// TestVerbatim: a password is what was typed, by a form and by JSON, and the
// text beside it is cleaned.
func TestVerbatim(t *testing.T) {
	rt := New(Config{})
	var got struct {
		Name     string   `json:"name"`
		Password Verbatim `json:"password"`
	}
	rt.Handle(Route{Pattern: "POST /t/word", Object: Public, Verb: "see", Do: func(r *http.Request) (Reply, error) { return Reply{JSON: true}, Read(r, &got) }})
	const word = "  a\tb\u202ec\u200f 密码\n "
	js, _ := json.Marshal(map[string]string{"name": word, "password": word})
	for kind, body := range map[string]string{form: url.Values{"name": {word}, "password": {word}}.Encode(), "application/json": string(js)} {
		got.Name, got.Password = "", ""
		if w := ask(rt, "POST", API+"/t/word", body, "Content-Type", kind); w.Code != 200 || got.Password != word || got.Name != "a\tbc 密码" {
			t.Errorf("%s: %d %q %q", kind, w.Code, got.Name, got.Password)
		}
	}
}

// TestClean: what nobody sees is dropped, so that two names that look the same
// are the same; what is seen stays, rare characters and the words of other
// peoples among it.
func TestClean(t *testing.T) {
	const zalgo = "一字\u0301\u0302\u0303\u0304\u0305后"
	for s, want := range map[string]string{
		"张\u200b三": "张三", "葛\U000e0100城": "葛城", "葛\ufe00城": "葛城", "邢\u2060\ufeff立\u00ad": "邢立", "\U000e0041\U000e007f": "", "\u200d\u200c": "",
		"\u3164": "", "\u115f\u1160\uffa0": "", "\u2800\u2800": "", "\u034f\u180e": "", "\u0301\u0302": "", " \u0301\n\u0301": "", zalgo: "一字\u0301\u0302\u0303后",
		strings.Repeat("\u0301", 1500): "", "好\u20e3" + strings.Repeat("\u20e3", 9): "好\u20e3\u20e3\u20e3",
		"𠮷野家": "𠮷野家", "㐂𰻝": "㐂𰻝", "阿不都·热合曼": "阿不都·热合曼", "لاچىن ئەپەندى": "لاچىن ئەپەندى", "བསྒྲུབས་": "བསྒྲུབས་", "Ngọc Ế": "Ngọc Ế", "O'Brien é": "O'Brien é",
		"第一行\r\n　第二行\t末\u00a0 ": "第一行\n　第二行\t末", "一\u2028二": "一\u2028二", "☎️ 👍🏽": "☎ 👍🏽",
	} {
		if got := Clean(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// TestCleanEmbedded: a command that is part of another is cleaned as it is alone.
func TestCleanEmbedded(t *testing.T) {
	type said struct{ Name string }
	c := struct {
		said
		Why string
	}{said{"张\u200b三"}, "冷\u202e"}
	if err := CleanAll(&c); err != nil {
		t.Fatal(err)
	}
	if c.Name != "张三" || c.Why != "冷" {
		t.Errorf("%q, %q", c.Name, c.Why)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"\u200b张\u3164", "a\u0301\u0301\u0301\u0301", " \u0301", "", " 王\r\n小明 ", "a\u202eb\u2066c", "\xff\xfe", "\t\n", "\ufeffx", "a\x00b\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if Clean(c) != c {
			t.Errorf("%q: not the same the second time: %q", c, Clean(c))
		}
		if strings.ContainsAny(c, "\x00\r\x7f\u202a\u202e\u2066\u2069\u200e\u200f\ufeff") || !utf8.ValidString(c) || strings.TrimSpace(c) != c || strings.ContainsFunc(c, unseen) {
			t.Errorf("%q from %q", c, s)
		}
	})
}
