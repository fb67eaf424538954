package mashang_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"mashang/docket"
	"mashang/docket/deadline"
	"mashang/docket/fact"
	"mashang/law/court"
	"mashang/law/identity"
	"mashang/law/period"
	"mashang/law/restday"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/ledger"
	"mashang/platform/notify"
)

var variable = regexp.MustCompile(`\$(\p{Han}+|[a-z_]+)(?:\.(\p{Han}+|[a-z_]+)|\((\d+)\))?`)

// expand puts in what the names in a word stand for.
func (s *scene) expand(word string) (out string, err error) {
	out = variable.ReplaceAllStringFunc(word, func(m string) string {
		f := variable.FindStringSubmatch(m)
		v, ok := s.vars[f[1]]
		if f[2]+f[3] != "" || !ok {
			v, ok = s.named(f[1], f[2], f[3])
		}
		if !ok || v == "" {
			err = errors.Join(err, fmt.Errorf("%s stands for nothing", m))
		}
		return v
	})
	return out, err
}

// named is what the house itself knows by a name.
func (s *scene) named(kind, who, number string) (string, bool) {
	n, _ := strconv.Atoi(number)
	switch kind {
	case "id":
		return identity.Fictional(n, mustDate("1980-01-02"), true), true
	case "phone":
		return identity.FictionalPhone(n), true
	case "uscc":
		return identity.FictionalUSCC(n), true
	case "jia":
		return map[string]string{"id": jiaID, "phone": jiaPhone}[who], true
	case "today":
		return docket.Today(s.Kit.Now()).String(), true
	case "person":
		return s.people[who], true
	case "division":
		return s.divs["冀11"+who], true
	case "party":
		return s.partyID(s.vars["case"], who), true
	case "paper":
		return paperIDs(s.t, s.house, s.vars["case"])[who], true
	case "round": // the newest of papers of a kind
		return s.roundID(who), true
	case "agent":
		return s.agentID(who), true
	case "post":
		return s.postID(who), true
	case "inbox":
		return s.box(who).URL, true
	case "papercode":
		for _, p := range s.papers(s.vars["case"]) {
			if p.Kind == who {
				return p.Code, true
			}
		}
	case "code", "short":
		long, short := s.caseCode(s.vars["case"], who)
		return map[string]string{"code": long, "short": short}[kind], true
	}
	return "", false
}

func (s *scene) agentID(who string) (id string) {
	err := s.Kit.Read(s.t.Context(), func(tx *db.Tx) error {
		as, err := docket.Agents(tx, s.vars["case"], s.Kit.Now())
		for _, a := range as {
			if a.Name == who {
				id = a.ID
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// postID is the first post of one of the court's people.
func (s *scene) postID(who string) (id string) {
	err := s.Kit.Read(s.t.Context(), func(tx *db.Tx) error {
		ps, err := docket.Posts(tx, s.people[who], s.Kit.Now())
		if len(ps) > 0 {
			id = ps[0].ID
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *scene) given(w []string) error {
	switch w[0] {
	case "post":
		return s.Kit.DB.Do(s.t.Context(), func(tx *db.Tx) (err error) {
			if s.people[w[1]], err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: w[1], At: s.Kit.Now()}); err != nil {
				return err
			}
			_, err = docket.AddPost(tx, docket.Post{Person: s.people[w[1]], Court: w[2], Role: docket.Role(w[3]), From: s.Kit.Now()}, s.Kit.Now())
			return err
		})
	case "filing":
		a := s.house.post("韩雪", "/casebook/enter", filing())
		s.vars["case"] = a.get("case")
	case "case":
		s.vars["case"] = s.accepted()
	case "court":
		return s.Kit.DB.Do(s.t.Context(), func(tx *db.Tx) error {
			c, _ := court.ByCode(w[1])
			return docket.PutCourt(tx, docket.Court{Code: c.Code, Name: c.Name, Short: c.Short, Level: c.Level, Parent: c.Parent})
		})
	case "numbers":
		return s.Kit.DB.Do(s.t.Context(), func(tx *db.Tx) error {
			c, err := docket.CourtOf(tx, w[1])
			if err != nil {
				return err
			}
			c.Numbers = w[2]
			return docket.PutCourt(tx, c)
		})
	case "deadline":
		return s.Kit.DB.Do(s.t.Context(), func(tx *db.Tx) error {
			return deadline.Start(tx, deadline.Deadline{Case: s.vars["case"], Party: s.partyID(s.vars["case"], w[2]), Rule: w[1], Title: period.Rules[w[1]].Title, Start: mustDate("2026-03-03"), StartEvent: "test", Last: mustDate(w[3]), At: s.Kit.Now()})
		})
	case "calendar":
		return s.calendar(w[1], w[2:])
	case "carrier":
		return s.carrier(notify.SMS, w[1], append(w[2:], "handed")[0])
	case "bridge":
		return s.carrier(notify.WeChat, w[1], append(w[2:], "handed")[0])
	default:
		return fmt.Errorf("nothing is given by %q", w[0])
	}
	return nil
}

// carrier is the gateway by which the messages of a channel leave: what it answers, and
// what it says when it is asked what became of one.
func (s *scene) carrier(channel, answers, became string) error {
	status, err := strconv.Atoi(answers)
	if err != nil {
		return err
	}
	var taken atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = fmt.Fprintf(w, `{"state":%q}`, became)
			return
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"id":"%d"}`, taken.Add(1))
	}))
	s.t.Cleanup(srv.Close)
	var g notify.Gateway = notify.HTTPSMS{URL: srv.URL, Key: "key", Client: srv.Client()}
	if channel == notify.WeChat {
		g = notify.HTTPWeChat{URL: srv.URL, Key: "key", Client: srv.Client()}
	}
	s.Kit.Notify.Use(channel, g)
	return nil
}

// calendar announces the rest days of a year, as the setup service does.
func (s *scene) calendar(year string, off []string) error {
	n, err := strconv.Atoi(year)
	if err != nil {
		return err
	}
	return s.Kit.Do(s.t.Context(), func(tx *db.Tx) error {
		for _, y := range append(restday.Embedded(), restday.Year{Year: n, Source: "测试", Off: off}) {
			b, err := json.Marshal(y)
			if err != nil {
				return err
			}
			if err := docket.PutCalendar(tx, y.Year, string(b), y.Source); err != nil {
				return err
			}
		}
		if err := s.Kit.Tell(tx, fact.CalendarLoaded{Year: n}); err != nil {
			return err
		}
		_, err := s.Kit.Ledger.Append(tx, ledger.Entry{Kind: "setup.calendar", Actor: "system:test", Body: map[string]any{"year": n}})
		return err
	})
}

// bindWeChat tells, signed, whose word it was.
func (s *scene) bindWeChat(w []string) error {
	at := strconv.FormatInt(s.Kit.Now().Unix(), 10)
	sign := notify.Signature(wechatKey, []byte(w[0]+"\n"+w[1]+"\n"+at))
	return s.doPost([]string{"/account/way/bound", "word=" + w[0], "openid=" + w[1], "at:=" + at, "sign=" + sign})
}

// tell tells a fact that no service tells yet.
func (s *scene) tell(w []string) error {
	f := map[string]string{"on": docket.Today(s.Kit.Now()).String()}
	for _, x := range w[1:] {
		k, v, _ := strings.Cut(x, "=")
		f[k] = v
	}
	what := map[string]app.Fact{
		"opinion_rated": fact.OpinionRated{Case: s.vars["case"], Court: "冀11", Message: f["message"], Grade: f["grade"], On: mustDate(f["on"])},
		"service_rated": fact.ServiceRated{Case: s.vars["case"], Court: "冀11", Step: f["step"], Rating: f["rating"], Grade: f["grade"], On: mustDate(f["on"])},
		"code_visited":  fact.CodeVisited{Case: s.vars["case"], Court: "冀11", Person: f["person"], On: mustDate(f["on"])},
	}[w[0]]
	if what == nil {
		return fmt.Errorf("nobody tells %q", w[0])
	}
	return s.Kit.DB.Do(s.t.Context(), func(tx *db.Tx) error { return s.Kit.Tell(tx, what) })
}

// take hands a case over as another program does.
func (s *scene) take(w []string) error {
	text, err := s.expand(s.parts[w[0]])
	if err != nil {
		return err
	}
	return s.Kit.Do(auth.System(s.t.Context(), "test"), func(tx *db.Tx) error {
		id, _, err := s.Services.Intake.Put(tx, "冀11", []byte(text))
		s.vars["case"] = id
		return err
	})
}

func (s *scene) untake([]string) error {
	return s.Kit.Do(auth.System(s.t.Context(), "test"), func(tx *db.Tx) error {
		why, err := s.Services.Casebook.Withdraw(tx, s.vars["case"], "")
		if why != "" {
			return errors.New(why)
		}
		return err
	})
}

func (s *scene) actAs(w []string) error {
	s.who = w[0]
	if w[0] == "nobody" {
		s.who = ""
		return nil
	}
	if s.people[s.who] == "" && s.tokens[s.who] == "" {
		return fmt.Errorf("%s is neither of the court nor signed in", s.who)
	}
	return nil
}

// sign lets a party or agent in by the case code; "sign in 刘律师 code=… number=… phone=…"
// names what is not Ms Jia's.
func (s *scene) sign(w []string) error {
	who := w[1]
	f := map[string]string{"id_type": "resident", "number": jiaID, "phone": jiaPhone}
	for _, x := range w[2:] {
		k, v, _ := strings.Cut(x, "=")
		f[k] = v
	}
	if f["code"] == "" {
		f["code"], _ = s.caseCode(s.vars["case"], who)
	}
	before := s.who
	s.who = ""
	defer func() { s.who = before }()
	open := []string{"/onecode/open", "code=" + f["code"], "name=" + who, "id_type=" + f["id_type"], "number=" + f["number"]}
	if err := s.doPost(open); err != nil || s.last.code != 200 {
		return errors.Join(err, s.settled())
	}
	return s.enter([]string{who, f["phone"]})
}

// enter answers the one-time code that the last post asked for, with what was
// sent to a phone.
func (s *scene) enter(w []string) error {
	who, before := w[0], s.who
	s.who = ""
	defer func() { s.who = before }()
	challenge := s.last.get("challenge")
	if err := s.jobs([]string{"run"}); err != nil {
		return err
	}
	if err := s.doPost([]string{"/account/code/" + challenge, "code=" + s.code(w[1])}); err != nil {
		return err
	}
	if s.last.code != 200 {
		return fmt.Errorf("%s is not let in: %d %s", who, s.last.code, s.last.body)
	}
	s.tokens[who] = s.last.get("token")
	return nil
}

// fields are what a post carries.
type fields struct {
	form  url.Values
	json  map[string]any
	files map[string][2]string // field → name, content
}

func (s *scene) fields(w []string) (f fields, err error) {
	f = fields{form: url.Values{}, json: map[string]any{}, files: map[string][2]string{}}
	put := func(k, v string) {
		f.form.Add(k, v)
		f.json[k] = v
	}
	for _, x := range w {
		if part, ok := strings.CutPrefix(x, "@"); ok {
			if strings.HasSuffix(part, ".json") {
				text, err := s.expand(s.parts[part])
				if err == nil {
					err = json.Unmarshal([]byte(text), &f.json)
				}
				if err != nil {
					return f, fmt.Errorf("%s: %w", x, err)
				}
				continue
			}
			for l := range strings.Lines(s.parts[part]) {
				k, v, _ := strings.Cut(strings.TrimSpace(l), ":")
				if v, err = s.expand(strings.TrimSpace(v)); err != nil {
					return f, err
				}
				put(k, v)
			}
			continue
		}
		k, v, ok := strings.Cut(x, "=")
		if !ok {
			return f, fmt.Errorf("%q is not a field", x)
		}
		if raw, ok := strings.CutSuffix(k, ":"); ok {
			var a any
			if err := json.Unmarshal([]byte(v), &a); err != nil {
				return f, fmt.Errorf("%s: %w", x, err)
			}
			f.json[raw] = a
			f.form.Set(raw, strings.Trim(v, `"`))
			continue
		}
		if list, ok := strings.CutSuffix(k, "[]"); ok {
			have, _ := f.json[list].([]string)
			f.json[list] = append(have, v)
			f.form.Add(list, v)
			continue
		}
		if part, ok := strings.CutPrefix(v, "@"); ok {
			if _, ok := s.parts[part]; !ok {
				return f, fmt.Errorf("there is no part %s", part)
			}
			content := s.parts[part]
			if strings.HasSuffix(part, ".csv") { // a list names people of the story
				if content, err = s.expand(content); err != nil {
					return f, err
				}
			}
			f.files[k] = [2]string{part, content}
			continue
		}
		put(k, v)
	}
	return f, nil
}

func (s *scene) doPost(w []string) error { return s.send2("/api/v1"+w[0], w[1:], true) }
func (s *scene) doForm(w []string) error { return s.send2(w[0], w[1:], false) }

// send2 posts and remembers how, so that it can be sent again.
func (s *scene) send2(path string, w []string, api bool) error {
	f, err := s.fields(w)
	if err != nil {
		return err
	}
	key, who := s.key, s.who
	if s.key = ""; key == "" && s.fault != nil {
		key = fmt.Sprint("line ", s.line, " ", s.Kit.Now().UnixMilli())
	}
	s.asked = func() answer {
		body, kind := s.body(f, api)
		r := httptest.NewRequestWithContext(s.ctx(who), http.MethodPost, path, bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("X-Signature", notify.Signature("key", body)) // of the carrier, for who looks at it
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		return s.send(who, r)
	}
	return s.again(nil)
}

func (s *scene) body(f fields, api bool) ([]byte, string) {
	var b bytes.Buffer
	switch {
	case len(f.files) > 0:
		m := multipart.NewWriter(&b)
		for k, vs := range f.form {
			for _, v := range vs {
				_ = m.WriteField(k, v)
			}
		}
		for k, file := range f.files {
			w, err := m.CreateFormFile(k, file[0])
			if err != nil {
				s.t.Fatal(err)
			}
			_, _ = w.Write([]byte(file[1]))
		}
		_ = m.Close()
		return b.Bytes(), m.FormDataContentType()
	case api:
		if err := json.NewEncoder(&b).Encode(f.json); err != nil {
			s.t.Fatal(err)
		}
		return b.Bytes(), "application/json"
	}
	return []byte(f.form.Encode()), "application/x-www-form-urlencoded"
}

// again sends the last post: for the first time, or once more. With faults it
// is sent twice, and must leave nothing behind the first time.
func (s *scene) again([]string) error {
	if s.asked == nil {
		return errors.New("nothing was sent yet")
	}
	s.watch.step(s.line)
	if s.fault != nil {
		if err := s.fault.request(s.asked); err != nil {
			return err
		}
	}
	if s.fault != nil {
		s.fault.acts = 0
	}
	s.last, s.seen = s.asked(), false
	if s.fault != nil {
		if err := s.fault.single(s.last); err != nil {
			return err
		}
	}
	return s.doc.checkAnswer(http.MethodPost, s.last.path, s.last)
}

func (s *scene) doGet(w []string) error {
	s.last, s.seen = s.house.get(s.who, "/api/v1"+w[0]), false
	return s.doc.checkAnswer(http.MethodGet, s.last.path, s.last)
}

// doRead opens a page. What a label or a line about an error points to is there
// once: of two boxes with one name a click on the second's words fills the first.
func (s *scene) doRead(w []string) error {
	s.last, s.seen = s.house.get(s.who, w[0]), false
	once := map[string]bool{}
	for _, m := range anyID.FindAllStringSubmatch(s.last.body, -1) {
		if once[m[1]] {
			return fmt.Errorf("%s is twice on the page", m[0])
		}
		once[m[1]] = true
	}
	return nil
}

var anyID = regexp.MustCompile(`<[a-z][^<>]* id="([^"]+)"`)

func (s *scene) setKey(w []string) error { s.key = w[0]; return nil }

func (s *scene) expect(w []string) error {
	s.seen = true
	if fmt.Sprint(s.last.code) != w[0] {
		return fmt.Errorf("got %d: %s", s.last.code, s.last.body)
	}
	return nil
}

// Four letters and digits also turn up inside the random keys of a page.
var anyKey = regexp.MustCompile(`^[0-9A-Za-z]{1,4}$`)

func (s *scene) page(w []string) error {
	for _, x := range w[1:] {
		if anyKey.MatchString(x) {
			return fmt.Errorf("%q is too short to be told from a part of a key", x)
		}
		if strings.Contains(s.last.body, x) != (w[0] == "contains") {
			return fmt.Errorf("the page %s not %q:\n%s", w[0], x, s.last.body)
		}
	}
	return nil
}

func (s *scene) leads(w []string) error {
	if s.last.loc != w[0] {
		return fmt.Errorf("it led to %q", s.last.loc)
	}
	return nil
}

// setClock moves the clock on; it never goes back.
func (s *scene) setClock(w []string) error {
	now := s.Kit.Now()
	var to time.Time
	switch n, err := strconv.Atoi(strings.TrimPrefix(w[0], "+")); {
	case err == nil && len(w) == 3 && w[1] == "working":
		d := restday.Default().AddWorkingDays(docket.Today(now), n).Last
		at := now.In(clock.Shanghai)
		to = d.At(at.Hour(), at.Minute(), clock.Shanghai)
	case err == nil && len(w) == 2:
		unit := map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute}[w[1]]
		to = now.Add(time.Duration(n) * unit)
	default:
		t, err := time.ParseInLocation("2006-01-02 15:04", strings.Join(w, " "), clock.Shanghai)
		if err != nil {
			return err
		}
		to = t
	}
	if !to.After(now) {
		return fmt.Errorf("it is %s already", now.In(clock.Shanghai))
	}
	s.clock.Set(to)
	return nil
}

func (s *scene) roundID(kind string) (id string) {
	err := s.Kit.Read(s.t.Context(), func(tx *db.Tx) error {
		l, err := db.List[string](tx, `SELECT r.id FROM signing_round r JOIN paper_paper p ON p.id = r.paper_id WHERE r.case_id = ? AND p.kind = ? ORDER BY r.at DESC, r.id DESC`, s.vars["case"], kind)
		if len(l) > 0 {
			id = l[0]
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}
