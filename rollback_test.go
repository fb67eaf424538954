package mashang_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"mashang"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// TestRollback plays every scenario with every act failing after its last
// statement, the acts of jobs too. Nothing of a failed act may stay: each
// table is as it was, byte for byte, so no entry, job, message or reference to
// a file is left. Then the same request, with the same key, succeeds, and the
// story goes on as if nothing had happened.
func TestRollback(t *testing.T) {
	acts := map[string]int{}
	for _, file := range stories(t) {
		t.Run(name(file), func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				f := newFaults(h)
				play(t, h, file, f, nil)
				for k, n := range f.failed {
					acts[k] += n
				}
			})
		})
	}
	h := newHouse(t, dbtest.SQLite(t))
	for _, r := range h.Router.Routes() {
		if strings.HasPrefix(r.Pattern, "POST ") && !elsewhere(r.Pattern) && acts[operationID(r.Pattern)] == 0 {
			t.Errorf("%s failed in no scenario", r.Pattern)
		}
	}
	for _, c := range h.Services.List.All {
		for kind := range c.Jobs {
			if acts[kind] == 0 && !elsewhere(kind) {
				t.Errorf("job %s failed in no scenario", kind)
			}
		}
		for _, f := range c.Hears {
			if kind := c.Name + ".hears." + f.Fact; acts[kind] == 0 {
				t.Errorf("%s failed in no scenario", kind)
			}
		}
	}
}

// elsewhere are the acts that found and furnish a court, which have tests of
// their own, those that need a real browser or an authenticator, and one that
// only looks.
func elsewhere(act string) bool {
	for _, p := range []string{"POST /setup/first/", "POST /setup/staff", "POST /account/passkey/", "POST /account/invite/", "POST /account/staff", "POST /account/choose", "POST /account/match", "POST /account/prove", "POST /account/password", "POST /account/find", "POST /prefs", "POST /signing/check", "POST /sms/check", "account.", "post.ask"} {
		if strings.HasPrefix(act, p) {
			return true
		}
	}
	return false
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

// operationID is a route's name in the description of the API.
func operationID(pattern string) string {
	return strings.Trim(notWord.ReplaceAllString(pattern, "_"), "_")
}

var errFault = errors.New("a fault of the test")

// faults makes acts fail once each.
type faults struct {
	h      *house
	doc    *openAPI
	armed  bool            // the next act of a request fails
	jobs   bool            // each job's act fails the first time
	tried  map[string]bool // jobs that have failed
	failed map[string]int  // what failed, how often
	acts   int             // of the last request
	hit    bool
	before dump // the state under the act that failed last, until it is looked at
	who    string
	err    error
}

func newFaults(h *house) *faults {
	f := &faults{h: h, doc: newOpenAPI(h.t, h), tried: map[string]bool{}, failed: map[string]int{}}
	h.Kit.Fail = f.fail
	return f
}

// fail runs inside an act, after its last statement: what another connection
// sees now is the state before the act.
func (f *faults) fail(tx *db.Tx) error {
	if f.who != "request" { // what a request leaves is looked at when it is over
		f.look()
	}
	system := auth.From(tx.Context()).System
	if system == "" {
		f.acts++
	}
	if system == "" && f.armed {
		f.armed = false
		return f.strike(f.committed(), "request")
	}
	if system == "" || !f.jobs {
		return nil
	}
	now := f.committed()
	id, err := finished(tx, now)
	if err != nil || f.tried[id] {
		return err
	}
	f.tried[id] = true
	return f.strike(now, system)
}

func (f *faults) strike(now dump, who string) error {
	f.before, f.who, f.hit = now, who, true
	f.failed[who]++
	return errFault
}

// look compares the state with that under the act that failed last.
func (f *faults) look() {
	if f.before == nil || f.err != nil {
		return
	}
	if d := f.before.differs(f.committed(), f.who != "request"); d != "" {
		f.err = fmt.Errorf("%s failed and left something behind:\n%s", f.who, d)
	}
	f.before = nil
}

// request sends a request whose act fails. A request that is refused, or does
// nothing, never comes so far.
func (f *faults) request(send func() answer) error {
	f.armed, f.hit = true, false
	a := send()
	f.armed = false
	if !f.hit {
		return nil
	}
	if f.look(); f.err != nil {
		return f.err
	}
	if a.code != 500 {
		return fmt.Errorf("an act failed, and the answer is %d: %s", a.code, a.body)
	}
	if strings.Contains(a.body, errFault.Error()) {
		return fmt.Errorf("the cause is shown to the citizen: %s", a.body)
	}
	path := a.path
	if !strings.HasPrefix(path, web.API) {
		path = web.API + path
	}
	id, _ := f.doc.operation(http.MethodPost, path)["operationId"].(string)
	f.failed[id]++
	return nil
}

// twoActs are the requests that act twice: a try at a one-time code is counted
// on its own before, so that guessing in parallel does not help. If what the
// code opens fails, the same code still opens it.
const twoActs = "/api/v1/account/code/"

// manyActs is the request in which each line of a list is an act of its own: a
// line that cannot be taken stops no other, and the list may be sent again.
const manyActs = "/api/v1/post"

// single refuses a request that took more than one transaction: if the second
// failed, half would be done.
func (f *faults) single(a answer) error {
	if f.acts > 1 && !strings.HasPrefix(a.path, twoActs) && a.path != manyActs {
		return fmt.Errorf("%s took %d acts", a.path, f.acts)
	}
	return nil
}

// drain runs what is due until every job's act has failed once and succeeded.
func (f *faults) drain() error {
	f.jobs = true
	defer func() { f.jobs = false }()
	for range 40 {
		f.hit = false
		if err := f.h.Kit.Jobs.Drain(f.h.t.Context()); err != nil {
			return err
		}
		if f.look(); f.err != nil || !f.hit {
			return f.err
		}
		f.h.clock.Add(5 * time.Second) // a failed job is tried again after two seconds, then after four
	}
	return errors.New("jobs do not come to an end")
}

func (f *faults) finish(t *testing.T) {
	t.Helper()
	if f.look(); f.err != nil {
		t.Fatal(f.err)
	}
	if len(f.failed) == 0 {
		t.Error("nothing failed")
	}
}

// dump is every row of every table.
type dump map[string][]string

// committed reads all tables by a connection of its own.
func (f *faults) committed() dump {
	d, err := readAll(f.h)
	if err != nil && f.err == nil {
		f.err = err
	}
	return d
}

func readAll(h *house) (dump, error) {
	out := dump{}
	err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) error {
		for _, table := range mashang.Tables(h.Services.List) {
			if strings.HasPrefix(table, "platform_") {
				continue
			}
			rows, err := rowsOf(tx, table)
			if err != nil {
				return err
			}
			out[table] = rows
		}
		return nil
	})
	return out, err
}

func rowsOf(tx *db.Tx, table string) (rows []string, err error) {
	_, err = tx.EachRow("SELECT * FROM "+table, func(cols []string, row []any) error {
		var b strings.Builder
		for i, v := range row {
			fmt.Fprintf(&b, "%s=%v\x1f", cols[i], v)
		}
		rows = append(rows, b.String())
		return nil
	})
	sort.Strings(rows)
	return rows, err
}

// differs names the rows that are not in both. After a job failed the queue
// writes that down in the job's own row; no other may have come or gone.
func (d dump) differs(e dump, job bool) string {
	var out []string
	for table, was := range d {
		is := e[table]
		if table == "jobs_job" && job || table == "notify_message" && job { // a message leaves beside it, by no act of a service
			was, is = jobIDs(was), jobIDs(is)
		}
		for _, r := range was {
			if _, ok := slices.BinarySearch(is, r); !ok && !(table == "jobs_job" && job) { // others may be done beside it
				out = append(out, "gone from "+table+": "+r)
			}
		}
		for _, r := range is {
			if table == "notify_part" && job { // a carrier took a message beside it
				break
			}
			if _, ok := slices.BinarySearch(was, r); !ok {
				out = append(out, "new in "+table+": "+r)
			}
		}
	}
	return strings.Join(out, "\n")
}

// jobIDs keeps of each job what the queue does not change.
func jobIDs(rows []string) (out []string) {
	for _, r := range rows {
		var keep []string
		if strings.Contains(r, "kind=notify.ask") || strings.Contains(r, "kind=delivery.ask") && strings.Contains(r, `"told":true`) { // a carrier spoke, or is asked, beside it
			continue
		}
		for _, c := range strings.Split(r, "\x1f") {
			if k, _, _ := strings.Cut(c, "="); k == "id" || k == "kind" || k == "lane" || k == "body" || k == "once" {
				keep = append(keep, c)
			}
		}
		out = append(out, strings.Join(keep, " "))
	}
	sort.Strings(out)
	return out
}

// finished names the job that an act finishes: the row that stands outside
// the transaction as ready and inside no more. An act of a job that does not
// finish it has no name of its own.
func finished(tx *db.Tx, outside dump) (string, error) {
	inside, err := rowsOf(tx, "jobs_job")
	if err != nil {
		return "", err
	}
	for _, r := range outside["jobs_job"] {
		if _, ok := slices.BinarySearch(inside, r); !ok {
			id, _, _ := strings.Cut(r, "\x1f")
			return id, nil
		}
	}
	return auth.From(tx.Context()).System, nil
}

// TestRollbackSees: an act that leaves something behind is noticed.
func TestRollbackSees(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	f := newFaults(h)
	note := func(key string) answer {
		err := h.Kit.Note(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO web_idempotency (key, at, target) VALUES (?, 0, '')`, key)
			return err
		})
		if err == nil {
			return answer{code: 200, path: "/"}
		}
		return answer{code: 500, path: "/"}
	}
	if err := f.request(func() answer { return note("whole") }); err != nil || !f.hit {
		t.Fatalf("a clean act: hit %v, %v", f.hit, err)
	}
	if err := f.request(func() answer { a := note("a"); note("b"); return a }); err == nil {
		t.Error("what was left behind is not seen")
	}
}
