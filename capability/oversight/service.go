package oversight

import (
	"embed"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// Service does what the package doc says.
type Service struct{ k *app.Kit }

// New returns the service.
func New(k *app.Kit) *Service { return &Service{k: k} }

// entered is the one kind of entry for all that is written down, "nobody
// asked" included: kinds can be counted.
const entered = "oversight.entered"

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "oversight", Title: "三个规定", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: entered, Title: "三个规定登记", Audience: ledger.Named, Quiet: true},
				{Name: "oversight.closing", Title: "结案，请承办人答复有没有人过问", Audience: ledger.Court},
				{Name: "oversight.passed", Title: "结案的答复转给庭长或者院长", Audience: ledger.Court},
				{Name: "oversight.opened", Title: "不办本案的工作人员说明理由后可以打开案件", Audience: ledger.Parties},
				{Name: "oversight.asked", Title: "申请打开不归自己办的案件", Audience: ledger.Court},
				{Name: "oversight.declined", Title: "没有同意打开案件", Audience: ledger.Court},
				{Name: "oversight.cadence", Title: "改三个规定的汇总周期", Audience: ledger.Court},
				{Name: "oversight.reported", Title: "交三个规定季度报告", Audience: ledger.Court},
				{Name: "oversight.found", Title: "查看案件的情况请督察看一看", Audience: ledger.Court},
				{Name: "oversight.looked", Title: "督察看过查看案件的情况", Audience: ledger.Court},
				{Name: "oversight.summed", Title: "导出三个规定汇总", Audience: ledger.Court},
			},
			Technical: []string{"oversight_place", "oversight_visit"},
			Hears:     []app.Hearing{{Fact: "case_closed", Do: s.caseClosed}, {Fact: "staff_left", Do: s.staffLeft}},
		},
		Panels: s.panels, Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /oversight", Title: "三个规定", Object: "oversight", Verb: "record", Out: home{}, Do: s.getHome},
		{Pattern: "GET /oversight/record", Title: "填过问记录", Object: "oversight", Verb: "record", PageOnly: true, Do: s.getForm},
		{Pattern: "POST /oversight/record", Title: "记下过问", Object: "oversight", Verb: "record", Limit: "write", Upload: mostBytes, Files: []string{"files"}, In: report{}, Out: made{}, Do: s.postForm},
		{Pattern: "GET /oversight/mine", Title: "我写的记录", Object: "oversight", Verb: "record", In: after{}, Out: list{}, Do: s.getMine},
		{Pattern: "GET /oversight/record/{record}", Title: "看一份记录", Object: "oversight", Verb: "record", Out: seen{}, Do: s.getRecord},
		{Pattern: "GET /oversight/record/{record}/file/{n}", Title: "看记录的材料", Object: "oversight", Verb: "record", Out: web.File{}, Do: s.getFile},
		{Pattern: "GET /oversight/quarter", Title: "我的季度报告", Object: "oversight", Verb: "record", In: which2{}, Out: quarter{}, Do: s.getQuarter},
		{Pattern: "POST /oversight/quarter", Title: "交季度报告", Object: "oversight", Verb: "record", Limit: "write", In: quarterCmd{}, Out: ok{}, Do: s.postQuarter},
		{Pattern: "GET /oversight/reports", Title: "谁交了季度报告", Object: "oversight", Verb: "reports", In: which2{}, Out: reports{}, Do: s.getReports},
		{Pattern: "GET /oversight/records", Title: "全部记录", Object: "oversight", Verb: "read", In: after{}, Out: list{}, Do: s.getRecords},
		{Pattern: "GET /oversight/summary", Title: "汇总和零报告", Object: "oversight", Verb: "read", In: which2{}, Out: summary{}, Do: s.getSummary},
		{Pattern: "POST /oversight/summary", Title: "导出汇总表", Object: "oversight", Verb: "read", Limit: "write", In: which2{}, Out: web.File{}, Do: s.postSummary},
		{Pattern: "POST /oversight/cadence", Title: "改汇总周期", Object: "oversight", Verb: "read", Limit: "write", In: cadenceCmd{}, Out: ok{}, Do: s.postCadence},
		{Pattern: "GET /oversight/watch", Title: "查看案件的疑点", Object: "oversight", Verb: "read", Out: findings{}, Do: s.getWatch},
		{Pattern: "POST /oversight/watch/{finding}", Title: "疑点看过了", Object: "oversight", Verb: "read", Limit: "write", In: lookCmd{}, Out: ok{}, Do: s.postWatch},
	} {
		r.Quiet = true
		rt.Handle(r)
	}
	for _, r := range []web.Route{
		{Pattern: "GET /oversight/open", Title: "说明理由，打开案件", Object: "oversight", Verb: "open", PageOnly: true, Do: s.getOpen},
		{Pattern: "POST /oversight/open", Title: "说明理由，打开案件", Object: "oversight", Verb: "open", Limit: "write", In: opening{}, Out: opened{}, Do: s.postOpen},
		{Pattern: "GET /oversight/allow/{request}", Title: "看打开案件的申请", Object: "desk", Verb: "read", Out: request{}, Do: s.getAllow},
		{Pattern: "POST /oversight/allow/{request}", Title: "答复打开案件的申请", Object: "desk", Verb: "read", Limit: "write", In: allowCmd{}, Out: ok{}, Do: s.postAllow},
		{Pattern: "GET /oversight/case/{case}/readers", Title: "谁看过本案", Object: "case", Verb: "readers", Out: readers{}, Do: s.getReaders},
	} {
		rt.Handle(r)
	}
}

type (
	ok struct {
		Done bool `json:"done"`
	}
	made struct {
		ID string `json:"id"`
	}
	after struct {
		After string `json:"after"`
	}
	which2 struct {
		Court  string `json:"court"`
		Period string `json:"period"`
	}
)

// panels are, on a case page, the way to the form for the court's people, and
// for the parties and who handles the case, who else has read it.
func (s *Service) panels(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	var out []capability.Panel
	if v.May("case", "readers") && v.Case.Number != "" {
		rs, err := s.readersOf(tx, v.Actor, v.Case, v.Court(), readersOnPage)
		if err != nil {
			return nil, err
		}
		out = append(out, capability.Panel{Place: capability.Aside, Order: 60, Body: readersPanel(v, rs)})
	}
	if v.Court() && v.May("oversight", "record") {
		out = append(out, capability.Panel{Place: capability.Aside, Order: 70, Body: recordPanel(v.Case.ID)})
	}
	return out, nil
}

// readersOnPage is how many readings a case page shows.
const readersOnPage = 3

// postOf is the post in which the actor writes: one in the given court if he
// has one, else his first.
func postOf(tx *db.Tx, person, court string, at time.Time) (docket.Post, error) {
	ps, err := docket.Posts(tx, person, at)
	if err != nil || len(ps) == 0 {
		return docket.Post{}, fault.OrMissing(err)
	}
	for _, p := range ps {
		if p.Court == court {
			return p, nil
		}
	}
	return ps[0], nil
}

// nobody's chain: the writer as the ledger knows him, by a keyed digest.
func (s *Service) author(person string) string { return s.k.Vault.Find("oversight.author", person) }

// tasks are what waits: closed cases to answer for, quarters to report, openings
// to allow, and for the offices what they should look at.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	var out []capability.Task
	for _, f := range []func(*db.Tx, capability.Viewer) ([]capability.Task, error){s.closingTasks, s.quarterTasks, s.openTasks, s.newTasks, s.watchTasks} {
		ts, err := f(tx, v)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}
