package clocks

import (
	"mashang/capability"
	"mashang/docket"
	"mashang/law"
	"mashang/platform/clock"
	"mashang/platform/db"
)

// Before a case's limit its judge is reminded, in time to ask for more; then the
// head of his division; past it, the president and the office that manages
// trials too. What is suspended does not run.
//
// law:审理期限规定(2000)/21 各级人民法院应当建立审理期限届满前的催办制度
// law:审理期限规定(2000)/22 各级人民法院应当建立案件审理期限定期通报制度
// law:延长审限规定(2019)/1 应当在期限届满十五日前向本院院长提出申请
// law:延长审限规定(2019)/1 院长应当在期限届满五日前作出决定
const (
	judgeDays = 20 // five before he can ask no more
	askDays   = 15
	headDays  = 10
	mostLimit = 50
)

// limited is a case near its limit.
type limited struct {
	Case   string   `db:"id"`
	Number string   `db:"number"`
	Names  string   `db:"names"`
	Judge  string   `db:"judge"`
	On     law.Date `db:"limit_on"`
}

// reminded are cases whose limit is near, for one who sees to it that it is kept.
type reminded struct {
	group  string
	within int // days
	where  string
	args   []any
}

// limitTasks are the cases whose limit comes, in the courts that the viewer serves.
func limitTasks(tx *db.Tx, v capability.Viewer, courts []string) (out []capability.Task, err error) {
	// The court is named so that the index of the judge is used, which is the shorter way.
	list := []reminded{{"审限快到了", judgeDays, `c.court_id || '' IN (` + db.In(len(courts)) + `) AND c.judge_id = ?`, append(db.Args(courts), v.Actor.Person)}}
	for _, p := range v.Posts {
		switch p.Role {
		case docket.Head:
			list = append(list, reminded{"本庭审限快到的案件", headDays, `c.court_id = ? AND c.secrecy <> 'sealed' AND c.division_id = ? AND c.judge_id <> ?`, []any{p.Court, p.Division, v.Actor.Person}})
		case docket.President, docket.Supervision:
			list = append(list, reminded{"超过审限的案件", -1, `c.court_id = ? AND c.secrecy <> 'sealed'`, []any{p.Court}})
		}
	}
	today := docket.Today(v.Now)
	for i, x := range list {
		rows, err := db.List[limited](tx, `SELECT c.id, c.number, c.names, n.name AS judge, c.limit_on FROM docket_case c JOIN docket_person n ON n.id = c.judge_id
			WHERE `+x.where+` AND c.state = 'open' AND c.limit_on > '' AND c.limit_on <= ? ORDER BY c.limit_on, c.id LIMIT ?`, append(x.args, today.AddDays(x.within), mostLimit)...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			t := capability.Task{Group: x.group, Due: r.On.At(23, 59, clock.Shanghai), Title: r.Number, Sub: r.Names + "·" + r.Judge + " 法官", Href: "/casebook/" + r.Case, Tone: "soon", Tag: r.On.Short(today) + "到"}
			switch left := r.On.Sub(today); {
			case left < 0:
				t.Tone, t.Tag = "late", "超过审限"
			case i > 0:
			case left > askDays:
				t.Tone, t.Sub = "go", r.Names+"·要延长的，最迟 "+r.On.AddDays(-askDays).Short(today)+" 向院长申请"
			default:
				t.Sub = r.Names + "·申请延长的日子过了"
			}
			out = append(out, t)
		}
	}
	return out, nil
}
