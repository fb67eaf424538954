package mashang_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/jobs"
	"mashang/platform/web"
)

// wording gives the words that a test writes into a field of a route.
type wording func(route, field string) string

// written is a court in which somebody wrote into every field that takes words.
type written struct {
	*house
	w      wording
	fields map[string]bool   // "route field" that was written into
	paths  []string          // that were asked for
	fill   map[string]string // what stands for the parameters of routes
	first  string            // a case with both sides signed in
	own    string            // the plaintiff's name
	other  string            // the defendant's
}

// words adds the words of the test to the fixed fields of a route.
func (s *written) words(route string, fixed map[string]any, names []string) map[string]any {
	f := maps.Clone(fixed)
	if f == nil {
		f = map[string]any{}
	}
	for _, name := range names {
		f[name] = s.w(route, name)
		s.fields[route+" "+name] = true
	}
	return f
}

// say posts fixed fields, and words in the others.
func (s *written) say(who, route string, fixed map[string]any, names ...string) answer {
	s.t.Helper()
	return s.post(who, s.path(route), s.words(route, fixed, names)).must(s.t, route+" by "+who, http.StatusOK)
}

// hand is say with a file. A text is named by words and holds them.
func (s *written) hand(who, route, field, name string, fixed map[string]any, names ...string) answer {
	s.t.Helper()
	f := map[string]string{}
	for k, v := range s.words(route, fixed, names) {
		f[k] = fmt.Sprint(v)
	}
	content := "\x89PNG\r\n\x1a\n"
	if name == "" {
		name, content = strings.NewReplacer("/", "", `\`, "").Replace(s.w(route, field))+".txt", "文件里也有"+s.w(route, field)
	}
	return s.upload(who, s.path(route), f, field, name, []byte(content)).must(s.t, route+" by "+who, http.StatusOK)
}

func (s *written) path(route string) string {
	_, path, _ := strings.Cut(route, " ")
	path = param.ReplaceAllStringFunc(path, func(p string) string { return s.fill[strings.Trim(p, "{}")] })
	s.paths = append(s.paths, path)
	return path
}

// write is a matter with everything in it that people put into words.
func (h *house) write(w wording) *written {
	h.t.Helper()
	s := &written{house: h, w: w, fields: map[string]bool{}, fill: map[string]string{"court": "冀11", "n": "0", "agent": "none", "code": "X", "challenge": "none", "word": "none", "token": "none", "finding": "none", "batch": "none", "tile...": "0/000", "service": "none", "attempt": "none"}}
	h.administrators()
	s.furnish()
	enter := func(n int) string {
		f := map[string]any{}
		for k, v := range filing() {
			f[k] = v
		}
		f["procedure"] = "summary"
		f["p_number"], f["p_phone"] = identity.Fictional(300+n, mustDate("1980-01-02"), true), identity.FictionalPhone(300+n)
		f["d_number"], f["d_phone"] = identity.FictionalUSCC(300+n), identity.FictionalPhone(320+n)
		for _, k := range []string{"cause", "claim", "p_name", "p_address", "d_name", "d_address", "d_rep_name"} {
			delete(f, k)
		}
		return s.say("韩雪", "POST /casebook/enter", f, "cause", "claim", "p_name", "p_address", "p_rep_name", "p_rep_title", "d_name", "d_address", "d_rep_name", "d_rep_title").get("case")
	}
	s.fill["case"] = enter(1)
	s.say("郭正", "POST /casebook/{case}/refuse", nil, "reason")
	s.first = enter(2)
	s.fill["case"] = s.first
	s.say("郭正", "POST /casebook/{case}/accept", map[string]any{"division": h.divs["冀11知识产权审判庭"]})
	s.say("孙庭", "POST /casebook/{case}/assign", map[string]any{"judge": h.people["赵一鸣"], "assistant": h.people["陈助"], "clerk": h.people["李倩"]})
	s.say("孙庭", "POST /casebook/{case}/assign", map[string]any{"judge": h.people["周明远"], "assistant": h.people["陈助"], "clerk": h.people["李倩"]}, "reason")
	h.drain()
	s.own, s.other = web.Clean(w("POST /casebook/enter", "p_name")), web.Clean(w("POST /casebook/enter", "d_name"))
	long, _ := h.caseCode(s.first, s.own)
	h.signIn(s.own, "resident", identity.Fictional(302, mustDate("1980-01-02"), true), identity.FictionalPhone(302), long)
	long, _ = h.caseCode(s.first, s.other)
	h.signIn(s.other, "uscc", identity.FictionalUSCC(302), identity.FictionalPhone(322), long)
	s.fields["POST /onecode/open name"] = true
	s.fill["party"] = h.partyID(s.first, s.own)
	s.talk()
	s.interrupted()
	s.course()
	s.beside()
	h.drain()
	return s
}

// furnish is what administrators write.
func (s *written) furnish() {
	s.t.Helper()
	s.say("系统", "POST /setup/court", map[string]any{"court": "冀11", "phone": "0318-1234567", "numbers": "民申"}, "title", "address")
	s.say("系统", "POST /setup/divisions", map[string]any{"court": "冀11", "kind": "trial"}, "name")
	s.say("系统", "POST /setup/staff", map[string]any{"court": "冀11", "number": identity.Fictional(340, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(340), "login": "newcomer", "division": s.divs["冀11民一庭"], "role": "judge"}, "name")
	s.say("系统", "POST /setup/calendar", map[string]any{"court": "冀11", "year": 2027, "off": "1月1日至3日、5月1日、10月1日至7日", "work": "10月9日", "sure": true}, "source")
	s.say("安全", "POST /setup/seals", map[string]any{"court": "冀11", "ring": "河北省衡水市中级人民法院", "lower": "立案专用章"}, "basis")
	s.say("系统", "POST /connect/system", map[string]any{"court": "冀11", "until": "2027-03-01", "scopes": []string{"read"}}, "name")
	s.say("", "POST /account/register", map[string]any{"id_type": "resident", "number": identity.Fictional(341, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(341)}, "name")
	s.say("韩雪", "POST /account/counter", map[string]any{"court": "冀11", "id_type": "resident", "number": identity.Fictional(342, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(342), "seen": true}, "name")
	s.say("安全", "POST /account/lock", map[string]any{"court": "冀11", "number": identity.Fictional(342, mustDate("1980-01-02"), true)}, "reason")
}

// talk is what parties and the court write to each other.
func (s *written) talk() {
	s.t.Helper()
	s.fill["message"] = s.hand(s.own, "POST /onecode/{case}/ask", "files", "", map[string]any{"kind": "opinion"}, "text").get("id")
	s.say("陈助", "POST /onecode/{case}/message/{message}/draft", nil, "text")
	s.hand("周明远", "POST /onecode/{case}/message/{message}/send", "files", "", nil, "text")
	s.say(s.own, "POST /onecode/{case}/message/{message}/rate", map[string]any{"grade": "不满意"}, "text")
	s.fill["step"] = "hearing"
	s.say(s.own, "POST /onecode/{case}/rate/{step}", map[string]any{"grade": "不满意"}, "text")
	for _, m := range followUp.FindAllStringSubmatch(s.get("审管", "/api/v1/desk").body, -1) {
		s.fill["rating"] = m[1]
		s.say("审管", "POST /onecode/follow/up/{rating}", nil, "text")
	}
	s.fill["message"] = s.say(s.own, "POST /onecode/{case}/ask", map[string]any{"kind": "question"}, "text").get("id")
	s.say("李倩", "POST /onecode/{case}/message/{message}/draft", nil, "text")
	s.say("李倩", "POST /onecode/{case}/message/{message}/route", map[string]any{"to": s.people["赵一鸣"]}, "reason")
	s.say("周明远", "POST /onecode/{case}/contact", map[string]any{"party": s.partyID(s.first, s.other), "way": "call"}, "text")
	s.say("韩雪", "POST /onecode/note", map[string]any{"court": "冀11", "number": one[string](s.house, `SELECT number FROM docket_case WHERE id = '`+s.first+`'`), "way": "visit"}, "who", "text")
	s.say("周明远", "POST /onecode/standard", map[string]any{"court": "冀11"}, "title", "text")
	s.say("周明远", "POST /onecode/delegate", map[string]any{"court": "冀11", "to": s.people["赵一鸣"], "begin": "2026-03-10", "until": "2026-03-12"}, "reason")
	s.say("韩雪", "POST /onecode/{case}/code/{party}", nil, "reason")
}

var followUp = regexp.MustCompile(`"/onecode/follow/up/([^"]+)"`)

// interrupted is what is written after the court could not be reached on the
// evening before.
func (s *written) interrupted() {
	s.t.Helper()
	s.say("系统", "POST /outage/plan", map[string]any{"court": "冀11", "from": "2026-03-05 20:00", "to": "2026-03-05 21:00"}, "reason")
	sc := &scene{house: s.house, vars: map[string]string{"case": s.first}}
	for _, rule := range []string{"answer", "pay_fee"} {
		if err := sc.given([]string{"deadline", rule, s.own, "2026-03-02"}); err != nil {
			s.t.Fatal(err)
		}
	}
	err := s.Kit.DB.Do(s.t.Context(), func(tx *db.Tx) error {
		return s.Kit.Jobs.Enqueue(tx, jobs.Spec{Kind: "outage.weigh", Body: map[string]any{"from": morning.Add(-14 * time.Hour), "to": morning.Add(-time.Hour), "heart": true}})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.drain()
	s.fill["outage"] = one[string](s.house, `SELECT id FROM outage_outage`)
	for rule, do := range map[string]map[string]any{"answer": {"do": "grant", "new": "2026-03-10"}, "pay_fee": {"do": "refuse"}} {
		s.fill["application"] = one[string](s.house, `SELECT id FROM outage_application WHERE rule = '`+rule+`'`)
		s.say(s.own, "POST /outage/{case}/apply/{application}", map[string]any{"do": "file"}, "reason")
		s.say("周明远", "POST /outage/{case}/decide/{application}", do, "reason")
	}
}

// course is what is written as a case goes on.
func (s *written) course() {
	s.t.Helper()
	papers := paperIDs(s.t, s.house, s.first)
	s.fill["paper"] = papers["acceptance_notice"]
	s.hand("韩雪", "POST /delivery/{case}", "scan", "回证.png", map[string]any{"papers": papers["case_code_notice"], "signer": "family", "signed_on": "2026-03-03"}, "relation")
	s.say("李倩", "POST /delivery/{case}/address/{party}", map[string]any{"inapp": true, "consent": "agree", "ground": "stated", "standing": "confirmed"}, "post", "shown_by", "receiver", "receiver_at")
	s.say(s.own, "POST /delivery/{case}/confirm", nil, "post", "receiver", "receiver_at")
	s.hand("李倩", "POST /delivery/{case}/hand", "scan", "邮件单.png", map[string]any{"papers": papers["acceptance_notice"], "way": "post", "on": "2026-03-03", "number": "E1"}, "who", "reason", "course")
	s.fill["attempt"] = one[string](s.house, `SELECT id FROM delivery_attempt WHERE way = 'post'`)
	s.fill["service"] = one[string](s.house, `SELECT service_id FROM delivery_attempt WHERE way = 'post'`)
	s.hand("李倩", "POST /delivery/{case}/result/{attempt}", "scan", "回执.png", map[string]any{"result": "returned", "why": "refused", "on": "2026-03-03"}, "relation", "place")
	s.say("李倩", "POST /delivery/{case}/rebut/{attempt}", nil, "reason")
	s.say("郭正", "POST /papers/paper/{paper}/withdraw", map[string]any{"again": true}, "reason")
	const save, decide = "POST /papers/write/{case}/save", "POST /papers/write/{case}/{draft}/decide"
	draft := func(more map[string]any) string {
		f := map[string]any{"kind": "online_notice", "to": []string{s.partyID(s.first, s.own)}, "submit": true, "fields": map[string]any{"steps": []string{s.w(save, "fields")}, "how": "同步在线"}}
		maps.Copy(f, more)
		return s.say("陈助", save, f).get("id")
	}
	s.fill["draft"] = draft(nil)
	s.say("周明远", decide, map[string]any{"answer": "return"}, "reason")
	draft(map[string]any{"draft": s.fill["draft"]})
	s.say("周明远", decide, map[string]any{"answer": "approve"})
	s.fill["draft"] = draft(map[string]any{"submit": false}) // one that can be looked at
	s.drain()
	s.signRecords(save, decide)
	s.fill["paper"] = paperIDs(s.t, s.house, s.first)["acceptance_notice"]
	s.say("周明远", "POST /casebook/{case}/procedure", map[string]any{"to": "ordinary"}, "reason")
	s.say("周明远", "POST /casebook/{case}/suspend", map[string]any{"ground": "other"}, "reason")
	s.say("周明远", "POST /casebook/{case}/resume", nil, "reason")
	s.say("王院", "POST /casebook/{case}/extend", map[string]any{"months": 1}, "reason")
	s.say("周明远", "POST /casebook/{case}/correct", map[string]any{"field": "claim"}, "value", "reason")
	s.say("周明远", "POST /casebook/{case}/secrecy", map[string]any{"to": "private"}, "reason")
	mine := s.fill["party"]
	third := func(n int) map[string]any {
		return map[string]any{"role": "third", "kind": "natural", "id_type": "resident", "number": identity.Fictional(n, mustDate("1980-01-02"), true), "phone": identity.FictionalPhone(n)}
	}
	s.say("韩雪", "POST /casebook/{case}/party", third(350), "name", "address", "rep_name", "rep_title")
	s.fill["party"] = s.partyID(s.first, web.Clean(s.w("POST /casebook/{case}/party", "name")))
	mended, agent := third(350), third(351)
	for _, k := range []string{"role", "kind"} {
		delete(mended, k)
		delete(agent, k)
	}
	s.say("韩雪", "POST /casebook/{case}/party/{party}/mend", mended, "name", "address", "reason")
	agent["party"], agent["class"], agent["seen"] = mine, "lawyer", true
	s.say("李倩", "POST /casebook/{case}/agent", agent, "name", "firm")
	s.fill["agent"] = (&scene{house: s.house, vars: map[string]string{"case": s.first}}).agentID(web.Clean(s.w("POST /casebook/{case}/agent", "name")))
	s.say("李倩", "POST /casebook/{case}/agent/{agent}/dismiss", nil, "reason")
	s.say("韩雪", "POST /casebook/{case}/party/{party}/leave", nil, "reason")
	s.fill["party"] = mine
}

// signRecords is what is written about signatures: why somebody would not give
// one, and why the court does not want them any more. Of the last round one has
// been given.
func (s *written) signRecords(save, decide string) {
	s.t.Helper()
	before := s.fill["draft"]
	defer func() { s.fill["draft"] = before }()
	round := func() {
		words := s.w(save, "fields")
		f := map[string]any{"kind": "mediation_record", "by": []string{s.partyID(s.first, s.own), s.partyID(s.first, s.other)}, "submit": true, "fields": map[string]any{"began": "2026-03-03 08:00", "ended": "2026-03-03 08:40", "where": words, "present": []string{words},
			"mediator": words, "willing": []any{[]string{words, "自愿。"}, []string{words, "自愿。"}}, "agreement": []string{words}, "fee_says": words, "effect": "签收调解书后生效"}}
		s.fill["draft"] = s.say("陈助", save, f).get("id")
		s.say("周明远", decide, map[string]any{"answer": "approve"})
		s.drain()
		s.fill["round"] = s.signingRound(s.first, "mediation_record")
	}
	const at = "POST /signing/{case}/round/{round}/"
	round()
	s.say(s.own, at+"decline", nil, "reason")
	s.drain()
	round()
	s.say("李倩", at+"cancel", nil, "reason")
	s.drain()
	round()
	s.say("李倩", at+"refuse", map[string]any{"slot": one[string](s.house, `SELECT v.id FROM signing_slot v JOIN signing_round r ON r.id = v.round_id WHERE r.state = 'open' AND v.party_id <> '' ORDER BY v.ord DESC LIMIT 1`)}, "reason")
	s.house.signs(s.own, identity.FictionalPhone(302), s.fill["round"])
}

// beside is what is written past those whom it is about.
func (s *written) beside() {
	s.t.Helper()
	s.fill["complaint"] = s.hand(s.own, "POST /complaint/write/{case}", "files", "", map[string]any{"kind": "complaint", "about": s.people["周明远"]}, "name", "text").get("id")
	s.say("审管", "POST /complaint/office/{complaint}", nil, "text")
	const word = "POST /papers/forms/{kind}/word"
	s.fill["kind"], s.fields[word+" body"] = "case_closing_notice", true
	body := s.get("审管", "/api/v1"+s.path("GET /papers/forms/{kind}")).must(s.t, "the wording", http.StatusOK).get("body")
	s.say("审管", word, map[string]any{"court": "冀11", "body": body + "\n" + strings.NewReplacer("{", "", "}", "", "[", "", "]", "", "\n", " ").Replace("写"+s.w(word, "body"))}, "why")
	s.fill["record"] = s.hand("周明远", "POST /oversight/record", "files", "", map[string]any{"form": "inquiry", "case": s.first, "on": "2026-03-03", "nature": "lawful", "way": "call", "done": "handed"},
		"about", "who", "unit", "post", "tie", "for", "time", "place", "content", "to", "kept", "basis", "basis_number").get("id")
	s.say("周明远", "POST /oversight/record", map[string]any{"form": "deputy", "case": s.first, "on": "2026-03-03", "tie": "npc", "way": "letter", "done": "handed"},
		"about", "who", "unit", "post", "for", "time", "place", "content", "to", "kept", "basis", "basis_number")
	s.fill["request"] = "none"
	s.say("钱法官", "POST /oversight/open", map[string]any{"case": s.first, "kind": "assist"}, "words")
	s.fill["seal"] = one[string](s.house, `SELECT id FROM docket_seal WHERE court_id = '冀11' ORDER BY id LIMIT 1`)
}

// noWords are fields that take no words of one's own: what was chosen, counted,
// dated, proved or named by a number.
const noWords = "email delegation consent standing where result why ways court next code login password again secret proof ticket account session phone id_type number endpoint p256dh auth word openid sign way from to until begin id key ceremony credential origin division role do person numbers off work year " +
	"sms sms_key smtp smtp_user smtp_word mail_from post successor ring lower seal type special procedure secrecy p_kind p_id_type p_number p_phone d_kind d_id_type d_number d_phone judge assistant clerk presiding members jurors ground for kind party field class powers rule grade papers signer draft " +
	"about named form case nature done mends outcome answer scopes posts public_key system url period cadence rounds round check csr strokes sitting base signature slot seen by old new specversion source subject time datacontenttype data days reply_days opinion_days complaint_days report_days satisfied"

// writtenElsewhere are fields whose words other tests write.
var writtenElsewhere = map[string]string{
	"POST /setup/first/{token}/courts address": "TestFromEmptyFolder", "POST /oversight/watch/{finding} words": "TestScenarios",
	"POST /setup/first/{token}/admins system_name": "TestFromEmptyFolder", "POST /setup/first/{token}/admins security_name": "TestFromEmptyFolder", "POST /setup/first/{token}/admins audit_name": "TestFromEmptyFolder",
	"POST /casebook/{case}/close cause": "TestScenarios", "POST /casebook/{case}/close elsewhere": "TestScenarios", "POST /casebook/{case}/link note": "TestScenarios", "POST /setup/seals/end basis": "none: it is not looked at", "POST /connect/case": "TestPutCase",
	"POST /setup/gateways/receipt": "TestReceipt: signed by the gateway, and shown to the system administrator alone",
}

// missed are the fields of the routes that take words and were not written into.
func (s *written) missed() (out []string) {
	none := strings.Fields(noWords)
	for _, r := range s.Router.Routes() {
		if r.In == nil || !strings.HasPrefix(r.Pattern, "POST ") || writtenElsewhere[r.Pattern] != "" {
			continue
		}
		for f := range reflect.TypeOf(r.In).Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			text := f.Type.Kind() == reflect.String || f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.String
			key := r.Pattern + " " + name
			if !text || name == "-" || s.fields[key] || writtenElsewhere[key] != "" || slices.Contains(none, name) || strings.HasPrefix(r.Pattern, "POST /setup/first/") && strings.Contains(name, "_") {
				continue
			}
			out = append(out, key)
		}
	}
	return out
}

// look is every answer to a GET: the declared routes as pages and to programs,
// and the lists of what was written, to everybody.
func (s *written) look(each func(who, path string, a answer, head http.Header)) (n int) {
	s.t.Helper()
	people := []string{"", s.own, s.other}
	for name := range s.people {
		people = append(people, name)
	}
	slices.Sort(people)
	var paths []string
	for _, r := range s.Router.Routes() {
		method, _, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodGet || r.Pattern == "GET /account/prove" {
			continue
		}
		path := strings.TrimSuffix(s.path(r.Pattern), "{$}")
		paths = append(paths, path)
		if !r.PageOnly {
			paths = append(paths, web.API+path)
		}
	}
	paths = append(paths, "/casebook/"+s.first+"/work?open=correct", "/casebook?q="+"x", "/nowhere", "/oversight/open?case="+s.first)
	for _, who := range people {
		for _, path := range paths {
			w := s.ask(who, path)
			for w.Code == http.StatusTooManyRequests { // a session may ask so much a minute
				time.Sleep(300 * time.Millisecond)
				w = s.ask(who, path)
			}
			each(who, path, answer{w.Code, w.Body.String(), w.Header().Get("Location"), path, w.Header().Get("Content-Type")}, w.Header())
			n++
		}
	}
	return n
}

func (s *written) ask(who, path string) *httptest.ResponseRecorder {
	ctx := s.ctx(who)
	if a := auth.From(ctx); a.Staff {
		a.Session = fmt.Sprint("test ", requests.Add(1))
		ctx = auth.With(ctx, a)
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if tok := s.tokens[who]; tok != "" {
		r.Header.Set("Authorization", "Bearer "+tok)
	}
	n := requests.Add(1)
	r.RemoteAddr = fmt.Sprintf("127.%d.%d.%d:1000", n>>16&255, n>>8&255, n&255)
	w := httptest.NewRecorder()
	s.Router.ServeHTTP(w, r)
	return w
}
