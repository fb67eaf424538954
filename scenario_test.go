package mashang_test

// Scenarios are stories that a clerk can read, in testdata/scenarios/*.txtar.
// Each file begins with its story in Chinese, then has a part "-- 经过 --"
// with one command a line, and parts with forms and files that the commands
// name. They run over HTTP, on both engines, and once more with every act
// failing before it succeeds (rollback_test.go).
//
// Words are separated by blanks; "…" keeps blanks together. $name is what an
// earlier keep kept; $case is the case of the story. Further names:
//
//	$person.周明远  $post.周明远  $division.民一庭  $party.贾若兰  $agent.刘律师  $paper.acceptance_notice
//	$papercode.acceptance_notice (the newest)
//	$code.贾若兰  $short.贾若兰  (case code)   $id(7) $phone(7) $uscc(7)  (fictional numbers)
//	$jia.id  $jia.phone  $today
//
// Commands:
//
//	beat                            the court's machine writes that it lives, and finds the gap before
//	given filing                    Ms Jia's papers are in, undecided
//	given case                      and accepted, with judge, assistant, clerk and papers
//	given numbers 冀11 *            the court takes these numbers from its internal system
//	given post 安全员 冀11 security_admin   one more of the court's people
//	given court 冀                  another court is served
//	given deadline answer 贾若兰 2026-03-18   a date of hers in this case, by a rule of law/period
//	given carrier 200               short messages leave by a gateway that answers so
//	given bridge 200                what goes to WeChat, by a bridge that answers so
//	given calendar 2027 2027-01-01  the year's rest days are announced
//	tell code_visited person=$person.贾若兰
//	                                a fact of this case, as the service tells it that will; today unless on= says otherwise
//	take record.json                a program hands over the case in that part; it becomes $case
//	untake                          and takes it back, as the undoing of an import does
//	as 韩雪                         who acts from here on; nobody for a stranger
//	sign in 贾若兰                  by her case code and the phone that the court holds
//	enter 路人 $phone(9)            with the one-time code that the last post asked for
//	signs 贾若兰 $jia.phone $round  signs papers as the browser does, with the code that came to the phone
//	bind word openid                what the bridge to WeChat tells when somebody sent it a word
//	post /path a=b n:=1 f=@scan.jpg @form
//	                                JSON to a program; := is raw JSON, l[]=a a list,
//	                                =@ a part as a file (then as a form with files),
//	                                @form a part as fields, @record.json one in JSON
//	form /path …                    the same as a browser sends it, to the page
//	key word                        the next post carries this idempotency key
//	again                           the last post once more, with the same key
//	get /path                       the JSON of a page
//	read /path                      the page itself
//	expect 409                      the status of the last answer; without it, 200 or 303
//	page contains … | page lacks …  words on the last page or in the last JSON
//	leads /path                     to which page the last form led
//	json .a.b[0] == v               also != , contains, lacks, count; [-1] is the last
//	keep name .a.b                  a value of the last JSON under a name
//	let name word                   a word under a name
//	find name words[^"]+            what fits a pattern on the last page, under a name
//	ledger kind 2                   entries of a kind, in the whole court
//	holds 贾若兰 kind 1             entries of a kind that a party may take home
//	jobs run                        everything due, and what follows from it
//	jobs kind 1                     jobs of a kind that wait
//	clock 2026-03-05 09:01          also +3 days, +2 hours, +3 working days
//	outbox 贾若兰 contains …        short messages to a person; also lacks, count; of all: sms, push, wechat
//	token 审判系统                  the last JSON gave this system its token: as 审判系统
//	mark 贾若兰 word                the word at the end of the last message to a person that bears one, under a name
//	inbox 审判系统 answers 401      the server of a system, at $inbox.审判系统; also contains, lacks, count
//	trail                           what was read goes into the ledger
//	sees 周明远 | blind 周明远      may, or may not, read the case, and has it in his list

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"

	"mashang/platform/dbtest"
)

// scene is one scenario on its way.
type scene struct {
	*house
	vars  map[string]string
	parts map[string]string
	who   string
	key   string
	last  answer
	asked func() answer // the last post, to be sent again
	seen  bool          // an expect or a refusal was looked at since the last answer
	doc   *openAPI
	fault *faults // nil: nothing fails
	watch *watch  // nil: nobody measures
	boxes map[string]*inbox
	line  int
}

// stories returns the scenario files.
func stories(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scenarios, %v", len(files), err)
	}
	return files
}

func name(file string) string { return strings.TrimSuffix(filepath.Base(file), ".txtar") }

// TestScenarios plays every scenario on both engines.
func TestScenarios(t *testing.T) {
	for _, file := range stories(t) {
		t.Run(name(file), func(t *testing.T) {
			each(t, func(t *testing.T, h *house) { play(t, h, file, nil, nil) })
		})
	}
}

// play runs one scenario in a house.
func play(t *testing.T, h *house, file string, f *faults, w *watch) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(b)
	s := &scene{house: h, vars: map[string]string{}, parts: map[string]string{}, seen: true, doc: newOpenAPI(t, h), fault: f, watch: w, boxes: map[string]*inbox{}}
	for _, p := range a.Files {
		if name, coded := strings.CutSuffix(p.Name, ".base64"); coded { // a picture
			b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(p.Data)))
			if err != nil {
				t.Fatal(err)
			}
			s.parts[name] = string(b)
			continue
		}
		s.parts[p.Name] = string(p.Data)
	}
	course, ok := s.parts["经过"]
	if story := strings.TrimSpace(string(a.Comment)); !ok || !strings.HasPrefix(story, "#") {
		t.Fatalf("%s needs its story and a part 经过", file)
	}
	start := strings.Count(string(b[:strings.Index(string(b), "-- 经过 --")]), "\n") + 1
	for i, l := range strings.Split(course, "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		s.line = start + i + 1
		if err := s.command(words2(l)); err != nil {
			t.Fatalf("%s:%d: %s\n%v", file, s.line, l, err)
		}
	}
	if err := s.settled(); err != nil {
		t.Fatalf("%s:%d: %v", file, s.line, err)
	}
	if f != nil {
		f.finish(t)
	}
}

// words2 splits a line at blanks outside quotation marks.
func words2(l string) (out []string) {
	var b strings.Builder
	quoted, any := false, false
	for _, r := range l {
		switch {
		case r == '"':
			quoted, any = !quoted, true
		case unicode.IsSpace(r) && !quoted:
			if any {
				out = append(out, b.String())
			}
			b.Reset()
			any = false
		default:
			b.WriteRune(r)
			any = true
		}
	}
	if any {
		out = append(out, b.String())
	}
	return out
}

// settled fails when the last answer was a refusal that nobody expected.
func (s *scene) settled() error {
	if s.seen || s.last.code == 200 || s.last.code == 303 {
		return nil
	}
	return fmt.Errorf("the answer before was %d: %s", s.last.code, s.last.body)
}

func (s *scene) command(w []string) error {
	verb, rest := w[0], w[1:]
	if verb != "expect" {
		if err := s.settled(); err != nil {
			return err
		}
	}
	f, ok := map[string]func([]string) error{
		"given": s.given, "as": s.actAs, "sign": s.sign, "signs": s.signs, "enter": s.enter, "bind": s.bindWeChat, "post": s.doPost, "form": s.doForm, "key": s.setKey, "again": s.again,
		"get": s.doGet, "read": s.doRead, "expect": s.expect, "page": s.page, "leads": s.leads, "json": s.json, "keep": s.keep, "let": s.let, "find": s.find, "ledger": s.entries,
		"holds": s.holds, "jobs": s.jobs, "clock": s.setClock, "outbox": s.messages, "sees": s.sees, "blind": s.blind,
		"tell": s.tell, "take": s.take, "untake": s.untake, "trail": s.trail, "token": s.token, "inbox": s.inbox, "beat": s.beat, "mark": s.mark,
	}[verb]
	if !ok {
		return fmt.Errorf("there is no command %q", verb)
	}
	for i := range rest {
		v, err := s.expand(rest[i])
		if err != nil {
			return err
		}
		rest[i] = v
	}
	return f(rest)
}

// TestScenarioFails: the commands can fail. A story that says what is not so
// is refused, line by line.
func TestScenarioFails(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	s := &scene{house: h, vars: map[string]string{}, parts: map[string]string{}, seen: true, doc: newOpenAPI(t, h)}
	for _, l := range []string{"given case", "as 周明远", "get /casebook/$case", "json .case.state == open", "page contains 贾若兰", "ledger casebook.accepted 1", "sees 周明远", "blind 钱法官", "holds 贾若兰 casebook.accepted 1"} {
		if err := s.command(words2(l)); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
	}
	for _, l := range []string{
		"dance", "expect 409", "json .case.state == closed", "json .case.state != open", "json .parties count 3", "json .case.cause contains 离婚", "json .no.such == 1",
		"page contains 离婚", "page lacks 贾若兰", "ledger casebook.accepted 2", "holds 贾若兰 casebook.entered 1", "jobs onecode.remind 1", "outbox 贾若兰 contains 答复",
		"sees 钱法官", "blind 周明远", "keep x .no", "clock yesterday", "post /casebook/$nothing/accept",
	} {
		if s.command(words2(l)) == nil {
			t.Errorf("%q passed", l)
		}
	}
}
