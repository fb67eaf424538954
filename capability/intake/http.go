package intake

import (
	"bytes"
	"context"
	"net/http"
	"path"
	"strconv"

	"mashang/capability"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/sheet"
	"mashang/platform/web"
	"mashang/ui"
)

// New returns the service.
func New(k *app.Kit, cases Cases) *Service { return &Service{k: k, cases: cases} }

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Service: app.Service{Name: "intake", Title: "导入", Schema: schema, Routes: s.routes,
			Kinds: []ledger.Kind{
				{Name: "intake.uploaded", Title: "上传导入的表格", Audience: ledger.Court},
				{Name: "intake.confirmed", Title: "确认导入", Audience: ledger.Court},
				{Name: "intake.done", Title: "导入完成", Audience: ledger.Court},
				{Name: "intake.undo", Title: "决定撤销导入", Audience: ledger.Court},
				{Name: "intake.undone", Title: "导入撤销完成", Audience: ledger.Court},
				{Name: "intake.erased", Title: "清除导入的表格", Audience: ledger.Court},
			},
			Jobs: map[string]jobs.Handler{"intake.read": s.read, "intake.try": s.try, "intake.carry": s.carry, "intake.undo": s.takeBack, "intake.erase": s.erase},
			// What a list says, what was found of it and how far it has come: the
			// cases themselves are casebook's, each with its entry.
			Technical: []string{"intake_batch", "intake_item"}},
		Tasks: s.tasks,
	}
}

func (s *Service) routes(rt *web.Router) {
	for _, r := range []web.Route{
		{Pattern: "GET /intake", Title: "导入案件", Object: "court", Verb: "import", In: listQuery{}, Out: batches{}, Do: s.getBatches},
		{Pattern: "POST /intake", Title: "上传表格", Object: "court", Verb: "import", Limit: "write", Upload: sheet.MostBytes + 1<<20, Files: []string{"list"}, In: none{}, Out: made{}, Do: s.postUpload},
		{Pattern: "GET /intake/template", Title: "导入用的空表", Object: "court", Verb: "import", Out: web.File{}, Do: s.getTemplate},
		{Pattern: "GET /intake/{batch}", Title: "导入的结果", Object: "court", Verb: "import", In: reportQuery{}, Out: report{}, Do: s.getReport},
		{Pattern: "GET /intake/{batch}/report", Title: "下载导入的结果", Object: "court", Verb: "import", Limit: "made", In: fileQuery{}, Out: web.File{}, Do: s.getFile},
		{Pattern: "POST /intake/{batch}/confirm", Title: "确认导入", Object: "court", Verb: "import", Limit: "write", In: none{}, Out: made{}, Do: s.after(s.confirm, "开始导入了。可以离开这一页，导入会继续。")},
		{Pattern: "POST /intake/{batch}/undo", Title: "撤销导入", Object: "court", Verb: "import", Limit: "write", In: none{}, Out: made{}, Do: s.after(s.undo, "开始撤销了。")},
	} {
		rt.Handle(r)
	}
}

type (
	none struct{}
	made struct {
		Batch string `json:"batch"`
	}
	batches struct {
		Batches []batch `json:"batches"`
		Next    string  `json:"next,omitempty"`
	}
	listQuery struct {
		After string `json:"after"` // an import; older ones follow
	}
	// reportQuery narrows a report.
	reportQuery struct {
		Only  string `json:"only"` // a state
		After int    `json:"after"`
	}
	fileQuery struct {
		Form string `json:"form"` // csv; else xlsx
	}
	// report is a batch with its cases.
	report struct {
		Batch  batch          `json:"batch"`
		Counts map[string]int `json:"counts"`
		Items  []found        `json:"items"`
		Only   string         `json:"only"`
		Look   []found        `json:"-"`              // the first of those somebody must look at
		Next   int            `json:"next,omitempty"` // after which more follow
	}
)

// lookAt are the states of cases with which something is.
var lookAt = []string{"wrong", "failed", "kept"}

const (
	batchesShown = 20
	itemsShown   = 50
)

func (s *Service) list(ctx context.Context, after string) (out batches, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		court, err := ownCourt(tx)
		if err != nil {
			return err
		}
		cond, args := `court_id = ?`, []any{court}
		if after != "" {
			cond, args = cond+` AND id < ?`, append(args, after)
		}
		out.Batches, err = db.List[batch](tx, `SELECT `+batchCols+` FROM intake_batch WHERE `+cond+` ORDER BY id DESC LIMIT ?`, append(args, batchesShown+1)...)
		if len(out.Batches) > batchesShown {
			out.Batches = out.Batches[:batchesShown]
			out.Next = out.Batches[batchesShown-1].ID
		}
		return err
	})
	return out, err
}

func (s *Service) getBatches(r *http.Request) (web.Reply, error) {
	l, err := s.list(r.Context(), r.URL.Query().Get("after"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: listPage(l, nil, s.k.Now()), JSON: l}, nil
}

func (s *Service) postUpload(r *http.Request) (web.Reply, error) {
	l, err := s.list(r.Context(), "") // and whether he may
	if err != nil {
		return web.Reply{}, err
	}
	var n none
	if err := web.Read(r, &n); err != nil {
		return web.Reply{}, err
	}
	again := func(err error) (web.Reply, error) {
		if fault.KindOf(err) != fault.Invalid {
			return web.Reply{}, err
		}
		return web.Reply{Page: listPage(l, ui.Errs(fault.Fields(err)), s.k.Now())}, err
	}
	fs := web.Files(r, "list")
	if len(fs) == 0 || fs[0].Size == 0 {
		return again(fault.Field("list", "请选填好的表格。"))
	}
	b, err := web.Bytes(fs[0])
	if err != nil {
		return web.Reply{}, err
	}
	id, err := s.upload(r.Context(), short(web.Clean(path.Base(fs[0].Filename)), 40), b)
	if err != nil {
		return again(err)
	}
	return web.Reply{Goto: "/intake/" + id, Toast: "收到了，正在一件一件地试。现在还没有导入。", JSON: made{id}}, nil
}

func (s *Service) getTemplate(r *http.Request) (web.Reply, error) {
	if err := s.k.Read(r.Context(), func(tx *db.Tx) error { _, err := ownCourt(tx); return err }); err != nil {
		return web.Reply{}, err
	}
	b, err := emptyList()
	return web.Reply{File: &web.File{Name: "导入案件.xlsx", Type: sheet.XLSX, Body: bytes.NewReader(b), At: s.k.Now()}}, err
}

func (s *Service) getReport(r *http.Request) (web.Reply, error) {
	after := -1
	if v := r.URL.Query().Get("after"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			return web.Reply{}, fault.Missing()
		}
		after = n
	}
	rp, err := s.report(r.Context(), r.PathValue("batch"), r.URL.Query().Get("only"), after)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: reportPage(rp, s.k.Now()), JSON: rp}, nil
}

// report is a page of the cases of a batch, in the order of the list.
func (s *Service) report(ctx context.Context, batchID, only string, after int) (rp report, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if rp.Batch, err = may(tx, batchID); err != nil {
			return err
		}
		if rp.Counts, err = counts(tx, batchID); err != nil {
			return err
		}
		cond, args := `batch_id = ? AND n > ?`, []any{batchID, after}
		if after < 0 && only == "" {
			if rp.Look, err = next(tx, batchID, itemsShown, lookAt...); err != nil {
				return err
			}
		}
		if _, known := stateWords[only]; known {
			rp.Only = only
			cond, args = cond+` AND state = ?`, append(args, only)
		}
		rp.Items, err = db.List[found](tx, `SELECT `+itemCols+` FROM intake_item WHERE `+cond+` ORDER BY n LIMIT ?`, append(args, itemsShown+1)...)
		if len(rp.Items) > itemsShown {
			rp.Items = rp.Items[:itemsShown]
			rp.Next = rp.Items[itemsShown-1].N
		}
		if err != nil {
			return err
		}
		return discreet(tx, batchID, rp.Items, rp.Look)
	})
	return rp, err
}

func (s *Service) getFile(r *http.Request) (web.Reply, error) {
	var fs []found
	var b batch
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		if b, err = may(tx, r.PathValue("batch")); err != nil {
			return err
		}
		fs, err = db.List[found](tx, `SELECT batch_id, n, lines, number, '' AS record, '{}' AS places, state, said, case_id FROM intake_item WHERE batch_id = ? ORDER BY n`, b.ID)
		if err != nil {
			return err
		}
		return discreet(tx, b.ID, fs)
	})
	if err != nil {
		return web.Reply{}, err
	}
	rows, name := reportRows(b, fs), "导入结果-"+docket.Today(b.At).String()
	if r.URL.Query().Get("form") == "csv" {
		body, err := sheet.AsCSV(rows)
		return web.Reply{File: &web.File{Name: name + ".csv", Type: sheet.CSV, Body: bytes.NewReader(body), At: s.k.Now()}}, err
	}
	book := sheet.NewBook()
	book.Sheet("结果", 10, 26, 16, 16, 70, 30)
	for _, r := range rows {
		book.Texts(r...)
	}
	body, err := book.Bytes()
	return web.Reply{File: &web.File{Name: name + ".xlsx", Type: sheet.XLSX, Body: bytes.NewReader(body), At: s.k.Now()}}, err
}

// after does an act on a batch and leads back to it.
func (s *Service) after(do func(ctx context.Context, batchID string) error, toast string) func(r *http.Request) (web.Reply, error) {
	return func(r *http.Request) (web.Reply, error) {
		id := r.PathValue("batch")
		if err := do(r.Context(), id); err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Goto: "/intake/" + id, Toast: toast, JSON: made{id}}, nil
	}
}

// tasks are the lists that were tried and wait for a filing judge to look.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	var out []capability.Task
	for _, p := range v.Posts {
		if p.Role != docket.FilingJudge {
			continue
		}
		bs, err := db.List[batch](tx, `SELECT `+batchCols+` FROM intake_batch WHERE court_id = ? AND state = 'tried' AND at > ? ORDER BY id DESC LIMIT 10`, p.Court, v.Now.AddDate(0, 0, -keptDays))
		if err != nil {
			return nil, err
		}
		for _, b := range bs {
			out = append(out, capability.Task{Group: "等您确认导入", Title: b.Name, Sub: "试过了，还没有导入", Href: "/intake/" + b.ID, Tag: "看结果", Tone: "go"})
		}
	}
	return out, nil
}
