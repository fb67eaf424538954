// Package access is the one answer to "may this person do this to that?"
//
// [May] is the first line of every act and read; [Join] is the same rule as
// SQL for lists, counts and search. Sight comes from two places only: rows in
// docket_access (this person, this case, in this capacity, from, until, on
// what basis), and posts held in the case's court; a post at filing reaches as
// far as filing does. A service widens nobody's
// sight by code: it writes a row and ends it. Everything is denied that the
// table does not name, and any error denies.
package access

import (
	"slices"
	"strings"
	"time"

	"mashang/docket"
	"mashang/law/court"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
)

// Relation is how a person stands to a case or a court; several may hold at once.
type Relation uint32

// The relations.
const (
	Party         Relation = 1 << iota // 当事人
	Agent                              // 代理人，权限在有效期内
	Handler                            // 承办法官
	Member                             // 合议庭成员
	Assistant                          // 本案法官助理
	Clerk                              // 本案书记员
	Delegate                           // 受托代为答复
	Opened                             // 说明理由后打开的
	Head                               // 本庭庭长
	President                          // 本院院长
	Supervision                        // 本院审管办
	FilingJudge                        // 本院立案法官
	FilingOfficer                      // 本院立案窗口
	Discipline                         // 本院督察
	Colleague                          // 本院其他工作人员
	SystemAdmin                        // 本院系统管理员
	SecurityAdmin                      // 本院安全管理员
	AuditAdmin                         // 本院审计管理员
	OtherStaff                         // 别的法院的工作人员
	Person                             // 任何核实过身份的人
	Account                            // 任何登录的人
	Judge                              // 本院法官
	System                             // 系统任务
	Connected                          // 对接系统，凭令牌，只在一个法院
	Filer                              // 收了或者立了本案的人：立案庭的职务对本案仍然有效
	Window                             // 立案庭的其他人，说明理由打开的：只看，不办

	Side   = Party | Agent                        // 当事人一方
	Bench  = Handler | Member | Assistant | Clerk // 办案的人
	Filing = FilingJudge | FilingOfficer          // 立案庭
	Desk   = Bench | Delegate                     // 办理来信的人
	Above  = Head | President | Supervision       // 依职权监督的人
	Staff  = Desk | Opened | Above | Filing | Discipline | Colleague | SystemAdmin | SecurityAdmin | AuditAdmin | OtherStaff
)

// Names lists relations by the words used in the expected table and the trail,
// and those that do something by what a refused person is told: who does it.
var Names = []struct {
	Bit         Relation
	Name, Plain string
}{
	{Party, "party", "当事人"}, {Agent, "agent", "代理人"}, {Handler, "handler", "承办法官"}, {Member, "member", "合议庭成员"}, {Assistant, "assistant", "法官助理"}, {Clerk, "clerk", "书记员"},
	{Delegate, "delegate", ""}, {Opened, "opened", ""}, {Head, "head", "庭长"}, {President, "president", "院长"}, {Supervision, "supervision", "审判管理办公室"},
	{FilingJudge, "filing_judge", "立案法官"}, {FilingOfficer, "filing_officer", "立案窗口"}, {Discipline, "discipline", "督察"}, {Colleague, "colleague", ""},
	{SystemAdmin, "system_admin", "系统管理员"}, {SecurityAdmin, "security_admin", "安全管理员"}, {AuditAdmin, "audit_admin", "审计管理员"}, {OtherStaff, "other_staff", ""},
	{Person, "person", ""}, {Account, "account", ""}, {Judge, "judge", "法官"}, {System, "system", ""}, {Connected, "connected", ""}, {Filer, "filer", ""}, {Window, "window", ""},
}

// refusal names those to whom an act is open, when they are few.
func refusal(is, need Relation) error {
	if is&Window != 0 && need&Filing != 0 {
		return fault.Law(fault.Forbidden, "这件案件您是说明理由后打开的，只能看。要办的话，请找承办法官，或者收件、立案的同事。", "个人信息保护法第五十一条")
	}
	var who []string
	for _, n := range Names {
		if need&n.Bit != 0 && n.Plain != "" {
			who = append(who, n.Plain)
		}
	}
	if len(who) == 0 || len(who) > 4 {
		return fault.New(fault.Forbidden, "这一步不归您办。要办的话，请找承办法官或立案窗口。")
	}
	return fault.New(fault.Forbidden, "这一步不归您办，由"+strings.Join(who, "、")+"办。")
}

// capacities are the words in docket_access rows.
var capacities = map[string]Relation{
	"party": Party, "agent": Agent, "handler": Handler, "member": Member, "assistant": Assistant,
	"clerk": Clerk, "delegate": Delegate, "opened": Opened, "filer": Filer,
}

// Object is what an act is about.
type Object struct {
	Kind  string // a kind of the table
	Case  string // case id, for what belongs to a case
	Court string // court code, for what belongs to a court
}

// Of is the object of a kind within a case.
func Of(kind, caseID string) Object { return Object{Kind: kind, Case: caseID} }

// In is the object of a kind within a court.
func In(kind, court string) Object { return Object{Kind: kind, Court: court} }

// Grant is a permission, with what it rests on: the case as it stands in the
// transaction that asked, so that nobody reads it twice.
type Grant struct {
	Relation Relation
	Case     docket.Case // of an object within a case
}

// May returns a grant, or the fault that a refused person reads. Someone who
// may not even know that the case exists is told that there is nothing.
func May(tx *db.Tx, a auth.Actor, verb string, o Object, now time.Time) (Grant, error) {
	g, err := db.Once(tx, relation{a, o.Case, o.Court, now}, func() (Grant, error) { return relate(tx, a, o, now) })
	if err != nil {
		return Grant{}, err
	}
	need, ok := table[o.Kind][verb]
	if ok && g.Relation&need != 0 {
		if g.Relation&need&^Side == 0 && slices.Contains(bySelf[o.Kind], verb) {
			err = auth.RequireOwn(a)
		}
		return g, err
	}
	if a.Account == "" && a.System == "" {
		return Grant{}, fault.New(fault.SignIn, "请先登录。")
	}
	if o.Case != "" && g.Relation&table["case"]["read"] == 0 {
		return Grant{}, fault.Missing()
	}
	return Grant{}, refusal(g.Relation, need)
}

// relation is the question how an actor stands to a case or a court.
type relation struct {
	a           auth.Actor
	file, court string
	at          time.Time
}

// sight is a case beside one capacity in which the actor stands to it.
type sight struct {
	docket.Case
	Capacity string `db:"capacity"`
}

// relate finds every relation of the actor to the object. Whoever has not
// proved who he is learns nothing from it, not even that a case exists.
func relate(tx *db.Tx, a auth.Actor, o Object, now time.Time) (g Grant, err error) {
	g.Case.Court = o.Court
	if a.Peer != "" { // a program has no account, and no case is its own
		if o.Case == "" && o.Court == a.Court {
			g.Relation = Connected
		}
		return g, nil
	}
	if a.Account != "" {
		g.Relation = Account
	}
	if a.System == "" && (a.Level < auth.Matched || a.Person == "") {
		return g, nil
	}
	if o.Case != "" {
		if err := g.load(tx, a.Person, o.Case, now); err != nil {
			return Grant{}, err
		}
	}
	if a.System != "" {
		g.Relation = System
		return g, nil
	}
	g.Relation |= Person
	// A court's person acts as such only after signing in as such, and in a case
	// in which he is a party or speaks for one he has no post.
	//law:民事诉讼法(2023)/47 审判人员有下列情形之一的，应当自行回避
	if !a.Staff || g.Relation&Side != 0 {
		g.Relation &^= Desk | Opened | Filer
		return g, nil
	}
	return g, g.addPosts(tx, a, o.Case != "", now)
}

// load reads the case and the capacities in which a person stands to it.
func (g *Grant) load(tx *db.Tx, person, caseID string, now time.Time) error {
	rows, err := db.List[sight](tx, `SELECT `+docket.CaseCols+`, COALESCE(x.capacity, '') AS capacity FROM docket_case c
		LEFT JOIN docket_access x ON x.case_id = c.id AND x.person_id = ? AND `+counts+` WHERE c.id = ?`, person, now, now, caseID)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.Missing()
	}
	g.Case = rows[0].Case
	for _, r := range rows {
		g.Relation |= capacities[r.Capacity]
	}
	return nil
}

// addPosts adds what the actor's posts give, and takes away what they do not.
func (g *Grant) addPosts(tx *db.Tx, a auth.Actor, isCase bool, now time.Time) error {
	posts, err := docket.Posts(tx, a.Person, now)
	if err != nil {
		return err
	}
	rows := g.Relation & (Desk | Opened | Filer)
	g.Relation &^= rows
	for _, p := range posts {
		g.Relation |= fromPost(p, g.Case, isCase)
		if handles(p) && p.Court == g.Case.Court {
			g.Relation |= rows
		}
	}
	// A post at filing opens what waits there. What has become a case is open to
	// who took it in; another who opens it on a basis sees it and its papers, and
	// does nothing in it (个人信息保护法 51: 合理确定个人信息处理的操作权限).
	if isCase && !atFiling(g.Case.State) && g.Relation&Filer == 0 {
		if g.Relation&Filing != 0 && g.Relation&Opened != 0 {
			g.Relation |= Window
		}
		g.Relation &^= Filing
	}
	if g.Case.Secrecy == docket.Sealed {
		g.Relation &^= Window | Above | Filing | Judge | Colleague | OtherStaff | Discipline
	}
	return nil
}

var atCourt = map[docket.Role]Relation{
	docket.President: President, docket.Supervision: Supervision, docket.Judge: Judge, docket.FilingJudge: FilingJudge,
	docket.FilingOfficer: FilingOfficer, docket.Discipline: Discipline,
	docket.SystemAdmin: SystemAdmin, docket.SecurityAdmin: SecurityAdmin, docket.AuditAdmin: AuditAdmin,
}

// filing are the states of what is not a case yet, or never became one.
var filing = []string{docket.Entered, docket.Refused}

func atFiling(state string) bool { return slices.Contains(filing, state) }

// handles reports whether rows count with a post, in the cases of its court.
// Who left for another court, or became an administrator, keeps no case that
// nobody took over from him.
func handles(p docket.Post) bool { return !p.Role.Administrator() }

// above reports whether a court stands directly above another.
func above(upper, lower string) bool {
	c, ok := court.ByCode(lower)
	return ok && c.Parent == upper
}

func fromPost(p docket.Post, ref docket.Case, isCase bool) Relation {
	switch {
	case p.Court != ref.Court && !isCase && p.Role.Administrator() && above(p.Court, ref.Court):
		return atCourt[p.Role] // one installation serves the courts below as well
	case p.Court != ref.Court:
		return OtherStaff
	case p.Role == docket.Head && (!isCase || p.Division != "" && p.Division == ref.Division): // a filing has no division yet
		return Head | Colleague
	case p.Role.Administrator(): // handles no cases, and opens none
		return atCourt[p.Role]
	}
	return atCourt[p.Role] | Colleague
}

// Allowed reports what a relation may do, for pages that show only the
// buttons that work.
func Allowed(r Relation, kind, verb string) bool { return r&table[kind][verb] != 0 }

// Verbs lists the table, for the test that holds it against the one written by hand.
func Verbs() map[string]map[string]Relation { return table }

// Join returns a condition, with its arguments, that is true for the cases c
// (alias of docket_case) that the actor may read. It is May(case, read) as SQL.
func Join(tx *db.Tx, a auth.Actor, now time.Time) (string, []any, error) {
	if a.System != "" {
		return "1 = 1", nil, nil
	}
	if a.Level < auth.Matched || a.Person == "" {
		return "1 = 0", nil, nil
	}
	r, err := reachOf(tx, a, now)
	if err != nil {
		return "", nil, err
	}
	rows, args := r.rows(a.Person, now)
	own := `c.id IN (SELECT x.case_id FROM docket_access x JOIN docket_case c ON c.id = x.case_id WHERE ` + rows + `)`
	if len(r.courts)+len(r.filing)+len(r.divisions) > 0 {
		own, args = wider(r, own, args)
	}
	return own, args, nil
}

// reach is what the actor's rows and posts let him see.
type reach struct {
	handles   []string // courts in which rows of the court's people count
	courts    []string // seen whole
	filing    []string // courts in which what waits at filing is seen
	divisions []string // seen whole
}

// rows is the condition on rows x of cases c that count for a person.
func (r reach) rows(person string, now time.Time) (string, []any) {
	cond, args := `x.capacity IN ('party', 'agent')`, []any{person, now, now}
	if len(r.handles) > 0 {
		cond, args = cond+` OR x.capacity <> 'filer' AND c.court_id IN (`+db.In(len(r.handles))+`)`, append(args, db.Args(r.handles)...)
	}
	if len(r.filing) > 0 {
		cond, args = cond+` OR x.capacity = 'filer' AND c.secrecy <> 'sealed' AND c.court_id IN (`+db.In(len(r.filing))+`)`, append(args, db.Args(r.filing)...)
	}
	return `x.person_id = ? AND ` + counts + ` AND (` + cond + `)`, args
}

func reachOf(tx *db.Tx, a auth.Actor, now time.Time) (r reach, err error) {
	if !a.Staff {
		return r, nil
	}
	posts, err := docket.Posts(tx, a.Person, now)
	for _, p := range posts {
		if handles(p) {
			r.handles = append(r.handles, p.Court)
		}
		if atCourt[p.Role]&Filing != 0 {
			r.filing = append(r.filing, p.Court)
		}
	}
	r.courts, r.divisions = wide(posts)
	return r, err
}

// wide lists the courts and divisions that posts let a person see whole.
func wide(posts []docket.Post) (courts, divisions []string) {
	for _, p := range posts {
		switch {
		case atCourt[p.Role]&(President|Supervision)&table["case"]["read"] != 0:
			courts = append(courts, p.Court)
		case p.Role == docket.Head && p.Division != "":
			divisions = append(divisions, p.Division)
		}
	}
	return courts, divisions
}

func wider(r reach, own string, ownArgs []any) (string, []any) {
	var or []string
	var args []any
	if len(r.courts) > 0 {
		or = append(or, `(c.court_id IN (`+db.In(len(r.courts))+`) AND c.secrecy <> 'sealed')`)
		args = append(args, db.Args(r.courts)...)
	}
	if len(r.filing) > 0 {
		or = append(or, `(c.court_id IN (`+db.In(len(r.filing))+`) AND c.state IN (`+db.In(len(filing))+`) AND c.secrecy <> 'sealed')`)
		args = append(append(args, db.Args(r.filing)...), db.Args(filing)...)
	}
	if len(r.divisions) > 0 {
		or = append(or, `(c.division_id IN (`+db.In(len(r.divisions))+`) AND c.secrecy <> 'sealed')`)
		args = append(args, db.Args(r.divisions)...)
	}
	return `(` + strings.Join(append(or, own), " OR ") + `)`, append(args, ownArgs...)
}

// unsealed begins the scope of a row that counts only while its case is not sealed.
const unsealed = "unsealed"

// counts is the condition that a row x opens its case c at an instant, which is given twice.
const counts = `x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?) AND (c.secrecy <> 'sealed' OR x.scope NOT LIKE '` + unsealed + `%')`

// Held is the condition, as SQL on a case c, that a row of a person's own opens it.
func Held(person string, at time.Time) (string, []any) {
	return `EXISTS (SELECT 1 FROM docket_access x WHERE x.person_id = ? AND x.case_id = c.id AND ` + counts + `)`, []any{person, at, at}
}

// Add gives a person sight of a case in a capacity. Who already has it keeps
// one row.
func Add(tx *db.Tx, person, caseID, capacity, basis string, from, until time.Time) error {
	return add(tx, person, caseID, capacity, "", basis, from, until)
}

// AddUnsealed is Add to who gives it himself: a sealed case, or one that is
// sealed later, needs a second person.
func AddUnsealed(tx *db.Tx, person, caseID, capacity, basis string, from, until time.Time) error {
	return add(tx, person, caseID, capacity, unsealed, basis, from, until)
}

// AddFor is Add for the sake of one thing in the case, until [EndFor] ends it;
// sealed says that it counts in a sealed case, too.
func AddFor(tx *db.Tx, thing string, sealed bool, person, caseID, capacity, basis string, from, until time.Time) error {
	if !sealed {
		thing = unsealed + thing
	}
	return add(tx, person, caseID, capacity, thing, basis, from, until)
}

// EndFor ends what sight of a case was given to anybody for one thing in it.
func EndFor(tx *db.Tx, thing, caseID string, at time.Time) error {
	_, err := tx.Exec(`UPDATE docket_access SET until_at = ? WHERE case_id = ? AND scope IN (?, ?) AND until_at > ?`, at, caseID, thing, unsealed+thing, at)
	return err
}

func add(tx *db.Tx, person, caseID, capacity, scope, basis string, from, until time.Time) error {
	if _, ok := capacities[capacity]; !ok {
		return fault.New(fault.Internal, "access: no capacity "+capacity)
	}
	q, args := `SELECT id FROM docket_access WHERE person_id = ? AND case_id = ? AND capacity = ? AND scope = ? AND from_at <= ? AND (until_at = 0`, []any{person, caseID, capacity, scope, from}
	if !until.IsZero() {
		q, args = q+` OR until_at >= ?`, append(args, until)
	}
	_, have, err := db.Maybe[string](tx, q+`)`, args...)
	if err != nil || have {
		return err
	}
	_, err = tx.Exec(`INSERT INTO docket_access (id, person_id, case_id, capacity, scope, from_at, until_at, basis) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id.New(), person, caseID, capacity, scope, from, until, basis)
	return err
}

// End ends a person's sight of a case in a capacity; empty person ends it for
// all, empty capacity in every one.
func End(tx *db.Tx, person, caseID, capacity string, at time.Time) error {
	q, args := `UPDATE docket_access SET until_at = ? WHERE case_id = ? AND (until_at = 0 OR until_at > ?)`, []any{at, caseID, at}
	if capacity != "" {
		q += ` AND capacity = ?`
		args = append(args, capacity)
	}
	if person != "" {
		q += ` AND person_id = ?`
		args = append(args, person)
	}
	_, err := tx.Exec(q, args...)
	return err
}

// Holders returns the person ids on the parties' side of a case now: those to
// whom what concerns all parties is addressed.
func Holders(tx *db.Tx, caseID string, now time.Time) ([]string, error) {
	return db.List[string](tx, `SELECT DISTINCT person_id FROM docket_access WHERE case_id = ? AND capacity IN ('party', 'agent') AND from_at <= ? AND (until_at = 0 OR until_at > ?) ORDER BY person_id`, caseID, now, now)
}

// Told returns to whom it is addressed, then and there, that somebody reads or
// opens a case. Of an office nobody is told at once: from its looking the other
// side, and whoever hears of it from that side, would learn of a complaint.
func Told(tx *db.Tx, reader, court, caseID string, now time.Time) ([]string, error) {
	if office, err := docket.Office(tx, reader, court, now); err != nil || office {
		return nil, err
	}
	return Holders(tx, caseID, now)
}

// PartyOf returns the party on whose side a person stands in a case: himself,
// or whom he represents.
func PartyOf(tx *db.Tx, person, caseID string, now time.Time) (docket.Standing, bool, error) {
	return docket.SideOf(tx, caseID, person, now)
}

// Apart refuses one of the court's people who stands on a side of a case. Once it is
// accepted a row says so, and he has no post in it; of a filing that waits there is
// none yet.
//
// law:民事诉讼法(2023)/47 审判人员有下列情形之一的，应当自行回避
func Apart(tx *db.Tx, a auth.Actor, caseID string, now time.Time) error {
	if !a.Staff {
		return nil
	}
	_, side, err := PartyOf(tx, a.Person, caseID, now)
	if err == nil && side {
		err = fault.Law(fault.Forbidden, "您是这件案件的当事人或者代理人，应当回避。请同事来办。", "民事诉讼法第四十七条")
	}
	return err
}

// Allowing returns the relations to which a verb is open.
func Allowing(kind, verb string) Relation { return table[kind][verb] }
