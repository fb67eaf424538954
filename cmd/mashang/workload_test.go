package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// workload writes along every path of a running demo (the table writes), under
// keys of its own, and remembers what was acknowledged. A form whose answer
// never came is sent again when the program is up again, as a browser does. So
// each act of the workload happens, and happens once: sent again it must be
// found carried out, and the ledger must hold exactly one entry of it.
type workload struct {
	k     *victim
	other *httptest.Server // another system, which takes nothing

	tokens  map[string]string // by role: the beginning of what the demo page says of it
	persons map[string]string // by role
	met     string            // number of somebody who came to the counter
	jia     [3]string         // name, number and phone of the plaintiff
	caseID  string            // of the story
	number  string            // of that case

	mu      sync.Mutex
	open    *sync.Cond // the program is up, or all is over
	up      bool
	ending  bool           // no new deed begins; those that are under way are sent until they are acknowledged
	over    bool           // nothing is sent any more
	acked   []deed         // since the last check
	done    map[string]int // acknowledged in all, by path
	refused map[string]string
	stuck   map[string]int  // scripts that could not go on, and why
	sealed  map[string]bool // cases that those who wrote in them cannot see any more
	keys    int
	tried   int
	wg      sync.WaitGroup
}

// deed is one form on its way.
type deed struct {
	path, to, role, key string // path as the table calls it, to where it is sent
	fields              [][2]string
	file                upload
	json                any // instead of fields
}

// upload is a file under the name of its field.
type upload struct {
	field, name, kind string
	body              []byte
}

func newWorkload(k *victim) *workload {
	w := &workload{k: k, done: map[string]int{}, refused: map[string]string{}, stuck: map[string]int{}, sealed: map[string]bool{}}
	w.open = sync.NewCond(&w.mu)
	w.other = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusUnprocessableEntity) }))
	k.t.Cleanup(w.other.Close)
	return w
}

var (
	roleButton = regexp.MustCompile(`(?s)value="([^"]+)">\s*<svg.*?<b>([^<]*)</b><small>([^<]*)</small>`)
	walkFact   = regexp.MustCompile(`(?s)<dt>(姓名|身份证号码|法院留存的手机)</dt>\s*<dd>([^<]*)</dd>`)
)

// sign signs in everybody whom the workload needs.
func (w *workload) sign() {
	page := w.k.get("/demo", "")
	tokens, persons := map[string]string{}, map[string]string{}
	caseID := ""
	for _, m := range roleButton.FindAllStringSubmatch(page, -1) {
		role, _, _ := strings.Cut(m[3], "，")
		if strings.HasSuffix(role, "庭法官") {
			role = "法官"
		}
		if tokens[role] != "" { // of another story
			continue
		}
		var out map[string]string
		if err := json.Unmarshal([]byte(w.k.post("/demo/enter", "", map[string]string{"person": m[1]})), &out); err != nil {
			w.k.t.Fatal(err)
		}
		tokens[role], persons[role] = out["token"], m[1]
		if role == "原告" {
			caseID = strings.TrimPrefix(out["goto"], "/casebook/")
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.Copy(tokens, w.programs())
	w.tokens, w.persons, w.caseID = tokens, persons, caseID
	for i, m := range walkFact.FindAllStringSubmatch(page, -1) {
		if i < len(w.jia) {
			w.jia[i] = m[2]
		}
	}
	var v struct {
		Case struct {
			Number string `json:"number"`
		} `json:"case"`
	}
	if err := json.Unmarshal([]byte(w.k.get("/api/v1/casebook/"+caseID, tokens["法官"])), &v); err != nil || v.Case.Number == "" || w.jia[2] == "" {
		w.k.t.Fatalf("the story is not there: %v", err)
	}
	w.number = v.Case.Number
}

// programs are the tokens of other systems, which outlast a restart.
func (w *workload) programs() map[string]string {
	out := map[string]string{}
	for role, token := range w.tokens {
		if strings.HasPrefix(token, "ms_") {
			out[role] = token
		}
	}
	return out
}

// begin starts the scripts, each on its own; they stand still until resume.
func (w *workload) begin() {
	for n, s := range scripts {
		w.wg.Go(func() {
			for i := 0; w.goes(); i++ {
				w.play(s, fmt.Sprintf("%d-%d", n, i))
			}
		})
	}
}

// lost ends a script that cannot go on: an answer with the id it needs did not
// come, or what it did was refused.
type lost struct{ why string }

func (w *workload) play(s func(w *workload, say string), say string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case lost:
			w.set(func() { w.stuck[say[:strings.IndexByte(say+"-", '-')]+": "+r.why]++ })
		default:
			panic(r)
		}
	}()
	s(w, say)
}

func (w *workload) goes() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.ending && !w.over
}

// resume lets the scripts write, pause makes them wait for the next resume.
func (w *workload) resume() { w.set(func() { w.up = true }) }
func (w *workload) pause()  { w.set(func() { w.up = false }) }

// finish lets what is under way come to its end, and begins nothing new.
func (w *workload) finish() {
	w.set(func() { w.ending = true })
	w.wg.Wait()
}

// stop gives up what is under way.
func (w *workload) stop() {
	w.set(func() { w.over = true })
	w.wg.Wait()
}

func (w *workload) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	w.open.Broadcast()
}

// wait returns when the program is up. At the end it does not return.
func (w *workload) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.up && !w.over {
		w.open.Wait()
	}
	if w.over {
		runtime.Goexit()
	}
}

// act sends a form along a path of the table until it is acknowledged. args
// replace what stands in braces; fields are names and values in turn, a file
// or a JSON value.
func (w *workload) act(path, role string, args []string, fields ...any) map[string]any {
	if _, ok := writes[path]; !ok {
		w.k.t.Errorf("the table does not know %s", path)
		panic(lost{path})
	}
	to, _, _ := strings.Cut(path, " ")
	for _, a := range args {
		from, end := strings.Index(to, "{"), strings.Index(to, "}")
		to = to[:from] + url.PathEscape(a) + to[end+1:]
	}
	d := deed{path: path, to: to, role: role}
	for i := 0; i < len(fields); i++ {
		switch v := fields[i].(type) {
		case upload:
			d.file = v
		case string:
			d.fields = append(d.fields, [2]string{v, fields[i+1].(string)})
			i++
		default:
			d.json = v
		}
	}
	w.mu.Lock()
	w.keys++
	d.key = fmt.Sprintf("%s %d", path, w.keys)
	ending := w.ending
	w.mu.Unlock()
	if ending {
		runtime.Goexit()
	}
	return w.do(d)
}

// do sends a form, again while no answer comes, and remembers it when it was
// acknowledged.
func (w *workload) do(d deed) map[string]any {
	for conflicts := 0; ; {
		w.wait()
		status, body, err := w.send(d)
		w.mu.Lock()
		w.tried++
		switch {
		case err == nil && status == http.StatusOK:
			w.acked = append(w.acked, d)
			w.done[d.path]++
			w.mu.Unlock()
			var out map[string]any
			_ = json.Unmarshal(body, &out) // a file is no JSON, and a list has no id
			return out
		case err == nil && status == http.StatusConflict && conflicts < 3: // somebody was faster
			conflicts++
		case err == nil && status < http.StatusInternalServerError && status != http.StatusTooManyRequests && status != http.StatusUnauthorized:
			w.refused[d.path] = fmt.Sprintf("%d %.300s", status, body)
			w.mu.Unlock()
			panic(lost{d.path + " is refused"})
		}
		w.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

// ask reads what a page says to a program, again until f is content with it, or
// for two seconds: what a killed worker had begun waits for its lease to end.
func (w *workload) ask(path, role string, f func(v map[string]any) bool) map[string]any {
	for range 80 {
		w.wait()
		status, body, err := w.fetch(path, role)
		if v := (map[string]any{}); err == nil && status == http.StatusOK && decode(body, v) && f(v) {
			return v
		}
		time.Sleep(25 * time.Millisecond)
	}
	panic(lost{path[:strings.LastIndexByte(path, '/')] + " does not say it"})
}

// decode reads an answer; one that is a list becomes the field list.
func decode(body []byte, v map[string]any) bool {
	if bytes.HasPrefix(body, []byte("[")) {
		body = slices.Concat([]byte(`{"list":`), body, []byte("}"))
	}
	return json.Unmarshal(body, &v) == nil
}

func (w *workload) fetch(path, role string) (int, []byte, error) {
	r, err := http.NewRequest(http.MethodGet, "http://"+w.k.addr+"/api/v1"+path, nil)
	if err != nil {
		return 0, nil, err
	}
	return w.ride(r, role)
}

func (w *workload) ride(r *http.Request, role string) (int, []byte, error) {
	w.mu.Lock()
	token := w.tokens[role]
	w.mu.Unlock()
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := quick.Do(r)
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return res.StatusCode, body, err
}

func (w *workload) send(d deed) (int, []byte, error) {
	body, kind, err := d.body()
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+w.k.addr+"/api/v1"+d.to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Idempotency-Key", d.key)
	return w.ride(r, d.role)
}

func (d deed) body() ([]byte, string, error) {
	if d.json != nil {
		b, err := json.Marshal(d.json)
		return b, "application/json", err
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range d.fields {
		_ = m.WriteField(f[0], f[1])
	}
	if d.file.body != nil {
		p, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + d.file.field + `"; filename="` + d.file.name + `"`}, "Content-Type": {d.file.kind}})
		if err != nil {
			return nil, "", err
		}
		_, _ = p.Write(d.file.body)
	}
	err := m.Close()
	return b.Bytes(), m.FormDataContentType(), err
}

// quick gives up on a program that hangs.
var quick = &http.Client{Timeout: 15 * time.Second}

// check sends again what was acknowledged since the last check: each must be
// found carried out.
func (w *workload) check() {
	w.mu.Lock()
	acked := w.acked
	w.acked = nil
	w.mu.Unlock()
	for _, d := range acked {
		if c, _, _ := strings.Cut(strings.TrimPrefix(d.to, "/casebook/"), "/"); w.sealed[c] {
			continue
		}
		status, body := 0, []byte(nil)
		for range 200 {
			var err error
			if status, body, err = w.send(d); err != nil {
				w.k.t.Fatal(err)
			}
			if status != http.StatusTooManyRequests {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		var v struct {
			Repeated bool `json:"repeated"`
		}
		if status != http.StatusOK || json.Unmarshal(body, &v) != nil || !v.Repeated && !writes[d.path].file {
			w.k.t.Errorf("%s (%s) was acknowledged; sent again it says %d %.200s", d.to, d.key, status, body)
		}
	}
}

// picture is the least that is taken for a PNG, different each time.
func picture(field, say string) upload {
	return upload{field, "照片.png", "image/png", append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"), say...)}
}
