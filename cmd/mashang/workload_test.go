package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"
	"sync"
	"time"

	"mashang/law"
	"mashang/law/identity"
)

// workload writes along every path of a running demo, under keys of its own,
// and remembers what was acknowledged. Sending the same form again must then
// find it carried out: nothing acknowledged is lost, nothing happens twice.
type workload struct {
	k     *victim
	round int

	caseID, party, judge, division string
	tokens                         map[string]string // by the beginning of what the demo page says of a role

	mu    sync.Mutex
	acked []deed
	tried int
}

// deed is one form on its way.
type deed struct {
	path, role, key string
	fields          [][2]string
	file            []byte
}

var roleButton = regexp.MustCompile(`(?s)value="([^"]+)">\s*<svg.*?<b>([^<]*)</b><small>([^<]*)</small>`)

// sign signs in everybody whom the workload needs.
func (w *workload) sign() {
	w.tokens = map[string]string{}
	for _, m := range roleButton.FindAllStringSubmatch(w.k.get("/demo", ""), -1) {
		var out map[string]string
		if err := json.Unmarshal([]byte(w.k.post("/demo/enter", "", map[string]string{"person": m[1]})), &out); err != nil {
			w.k.t.Fatal(err)
		}
		role, _, _ := strings.Cut(m[3], "，")
		w.tokens[role] = out["token"]
		switch {
		case role == "原告":
			w.caseID = strings.TrimPrefix(out["goto"], "/casebook/")
		case strings.HasSuffix(role, "庭法官"):
			w.judge, w.tokens["法官"] = m[1], out["token"]
		}
	}
	var v struct {
		Case struct {
			Division string `json:"division"`
		} `json:"case"`
		Parties []struct {
			ID string `json:"id"`
		} `json:"parties"`
	}
	if err := json.Unmarshal([]byte(w.k.get("/api/v1/casebook/"+w.caseID, w.tokens["法官"])), &v); err != nil || len(v.Parties) == 0 {
		w.k.t.Fatalf("the judge does not see the case: %v", err)
	}
	w.party, w.division = v.Parties[0].ID, v.Case.Division
}

// run writes until stop, each path by a worker of its own.
func (w *workload) run(stop <-chan struct{}) {
	var wg sync.WaitGroup
	for n, path := range []func(n int, say string){w.talk, w.talk, w.voices, w.counter, w.bench} {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					path(i, fmt.Sprintf("第%d轮-%d-%d。", w.round, n, i))
				}
			}
		})
	}
	wg.Wait()
}

// talk: a question, with a file now and then, and its answer.
func (w *workload) talk(n int, say string) {
	d := deed{path: "/onecode/" + w.caseID + "/ask", role: "原告", key: say + "问", fields: [][2]string{{"kind", "question"}, {"text", say}}}
	if n%2 == 0 {
		d.file = picture(say)
	}
	var m struct {
		ID string `json:"id"`
	}
	if body, ok := w.do(d); ok && json.Unmarshal(body, &m) == nil && m.ID != "" {
		w.do(deed{path: "/onecode/" + w.caseID + "/message/" + m.ID + "/send", role: "法官", key: say + "答", fields: [][2]string{{"text", "答：" + say}}})
	}
}

// voices: an opinion, and a complaint with a file that lies sealed.
func (w *workload) voices(_ int, say string) {
	w.do(deed{path: "/onecode/" + w.caseID + "/ask", role: "原告", key: say + "意见", fields: [][2]string{{"kind", "opinion"}, {"text", say}}})
	w.do(deed{path: "/complaint/write/" + w.caseID, role: "原告", key: say + "投诉", fields: [][2]string{{"kind", "complaint"}, {"about", w.judge}, {"text", say}}, file: picture(say)})
}

// counter: a filing is received and accepted; its papers are drawn by a job.
func (w *workload) counter(n int, say string) {
	f := filing(w.round*1000 + n)
	var out struct {
		Case string `json:"case"`
	}
	if body, ok := w.do(deed{path: "/casebook/enter", role: "立案窗口", key: say + "收件", fields: f}); ok && json.Unmarshal(body, &out) == nil && out.Case != "" {
		w.do(deed{path: "/casebook/" + out.Case + "/accept", role: "立案法官", key: say + "立案", fields: [][2]string{{"division", w.division}}})
	}
}

// filing is a suit over money between people who do not exist.
func filing(n int) [][2]string {
	born := law.Date{Year: 1980, Month: 3, Day: 4}
	return [][2]string{{"court", "冀11"}, {"type", "民初"}, {"special", "知"}, {"cause", "侵害外观设计专利权纠纷"}, {"claim", "判令被告停止侵权。"}, {"amount", "50000.00"}, {"procedure", "ordinary"},
		{"received", time.Now().Format("2006-01-02")}, {"p_name", "田某"}, {"p_kind", "natural"}, {"p_id_type", "resident"}, {"p_number", identity.Fictional(100+n%800, born, true)}, {"p_phone", identity.FictionalPhone(900000 + n)}, {"p_address", "某街道1号"},
		{"d_name", "某塑胶制品有限公司"}, {"d_kind", "org"}, {"d_id_type", "uscc"}, {"d_number", identity.FictionalUSCC(5000 + n)}, {"d_phone", identity.FictionalPhone(910000 + n)}, {"d_address", "某工业园2号"}, {"d_rep_name", "王五"}}
}

// bench: what the judge writes down, of a telephone call and of an inquiry.
func (w *workload) bench(_ int, say string) {
	w.do(deed{path: "/onecode/" + w.caseID + "/contact", role: "法官", key: say + "来电", fields: [][2]string{{"party", w.party}, {"way", "call"}, {"text", say}}})
	w.do(deed{path: "/oversight/record", role: "法官", key: say + "过问", fields: [][2]string{{"form", "inquiry"}, {"case", w.caseID}, {"who", "马某某"}, {"on", time.Now().Format("2006-01-02")}, {"way", "call"}, {"nature", "other"}, {"content", say}, {"done", "channel"}}})
}

// do sends a form, once, and remembers it when it was acknowledged.
func (w *workload) do(d deed) ([]byte, bool) {
	status, body, err := w.send(d)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tried++
	if err != nil || status != http.StatusOK {
		if err == nil && status == http.StatusTooManyRequests {
			time.Sleep(50 * time.Millisecond)
		}
		return nil, false
	}
	w.acked = append(w.acked, d)
	return body, true
}

func (w *workload) send(d deed) (int, []byte, error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range d.fields {
		_ = m.WriteField(f[0], f[1])
	}
	if d.file != nil {
		p, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="files"; filename="照片.png"`}, "Content-Type": {"image/png"}})
		if err != nil {
			return 0, nil, err
		}
		_, _ = p.Write(d.file)
	}
	_ = m.Close()
	r, err := http.NewRequest(http.MethodPost, "http://"+w.k.addr+"/api/v1"+d.path, &b)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+w.tokens[d.role])
	r.Header.Set("Idempotency-Key", d.key)
	res, err := quick.Do(r)
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return res.StatusCode, body, err
}

// quick gives up on a program that hangs.
var quick = &http.Client{Timeout: 15 * time.Second}

// check sends again what was acknowledged: each must be found carried out. It
// returns how many of each path there were.
func (w *workload) check() map[string]int {
	count := map[string]int{}
	for _, d := range w.acked {
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
		if status != http.StatusOK || json.Unmarshal(body, &v) != nil || !v.Repeated {
			w.k.t.Errorf("%s (%s) was acknowledged; sent again it says %d %.200s", d.path, d.key, status, body)
		}
		count[pathOf(d.path)]++
	}
	w.acked = nil
	return count
}

var anID = regexp.MustCompile(`/[0-9a-f]{8}-[0-9a-f-]{27}`)

func pathOf(p string) string { return anID.ReplaceAllString(p, "/…") }

// picture is the least that is taken for a PNG, different each time.
func picture(say string) []byte {
	return append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"), say...)
}
