// Package docket holds the nouns that all services share, with their store:
// courts and their people, cases, and who stands in a case.
//
// It has no acts: a service decides, then calls the small writers here inside
// its own transaction. Personal numbers are kept sealed (platform/vault);
// names are plain because lists show and sort them.
//
// Reading order: docket.go (the nouns), store.go (reading), write.go
// (writing, and the numbers of cases); then package access.
package docket

import (
	"embed"
	"time"

	"mashang/law"
)

//go:embed schema
var Schema embed.FS

// Court is one of the courts served. Code is that of the case number, 冀11.
type Court struct {
	Code    string `db:"code" json:"code"`
	Name    string `db:"name" json:"name"`   // as on the seal
	Short   string `db:"short" json:"short"` // as people say
	Level   string `db:"level" json:"level"`
	Parent  string `db:"parent" json:"parent"`
	Title   string `db:"title" json:"title"` // what stands in the masthead
	Logo    string `db:"logo" json:"logo"`   // blob digest
	Phone   string `db:"phone" json:"phone"`
	Address string `db:"address" json:"address"`
	Numbers string `db:"numbers" json:"numbers"` // kinds whose number the internal system gives, comma separated; "*" for all
	// SignDays is how long a paper waits for people's signatures; 0 for the
	// seven days that hold without a setting.
	SignDays int `db:"sign_days" json:"sign_days"`
	// In how many working days it answers; 0 for what holds without a setting.
	ReplyDays     int    `db:"reply_days" json:"reply_days"`     // a question
	OpinionDays   int    `db:"opinion_days" json:"opinion_days"` // an opinion, or why it was judged so
	ComplaintDays int    `db:"complaint_days" json:"complaint_days"`
	ReportDays    int    `db:"report_days" json:"report_days"`
	Satisfied     string `db:"satisfied" json:"satisfied"` // grades that count, joined by +; empty: what holds without a setting
}

// Speaks is the name in the masthead.
func (c Court) Speaks() string {
	if c.Title != "" {
		return c.Title
	}
	return c.Short
}

// Picture is the address of the picture beside that name; empty: the red seal.
func (c Court) Picture() string {
	if c.Logo == "" {
		return ""
	}
	return "/setup/logo/" + c.Code + "?v=" + c.Logo[:12]
}

// Division is a part of a court: 立案庭, 民三庭, 东安庄法庭.
type Division struct {
	ID     string    `db:"id" json:"id"`
	Court  string    `db:"court_id" json:"court"`
	Name   string    `db:"name" json:"name"`
	Kind   string    `db:"kind" json:"kind"`
	Closed time.Time `db:"closed" json:"-"` // zero: open
}

// DivisionKinds are the words for kinds of division, in the order of a list.
var DivisionKinds = []struct{ Kind, Title string }{
	{"filing", "立案"}, {"trial", "审判"}, {"tribunal", "人民法庭"}, {"enforcement", "执行"},
	{"supervision", "审判管理"}, {"discipline", "督察"}, {"office", "综合"},
}

// Seal is a seal of a court: the name on its ring, and under the star, when it
// is not the court's own seal but one for a purpose, what it is for.
type Seal struct {
	ID    string    `db:"id" json:"id"`
	Court string    `db:"court_id" json:"court"`
	Ring  string    `db:"ring" json:"ring"`
	Lower string    `db:"lower" json:"lower"`
	Basis string    `db:"basis" json:"basis"` // the document that put it into use
	From  time.Time `db:"from_at" json:"from"`
	Until time.Time `db:"until_at" json:"until"`
}

// Person is a human being or an organisation, once, in whatever cases.
type Person struct {
	ID       string    `db:"id" json:"id"`
	Kind     string    `db:"kind" json:"kind"` // natural, org
	Name     string    `db:"name" json:"name"`
	IDType   string    `db:"id_type" json:"id_type"`
	IDSealed string    `db:"id_sealed" json:"-"`
	IDFind   string    `db:"id_find" json:"-"`
	Born     law.Date  `db:"born_on" json:"-"`
	Sex      string    `db:"sex" json:"-"`
	MergedTo string    `db:"merged_to" json:"-"`
	At       time.Time `db:"at" json:"-"`
}

// Role is a post that a person holds in a court.
type Role string

// The posts. Each is held in a court, most in one division.
const (
	President     Role = "president"      // 院长、主管副院长
	Head          Role = "head"           // 庭长
	Judge         Role = "judge"          // 法官
	Assistant     Role = "assistant"      // 法官助理
	Clerk         Role = "clerk"          // 书记员
	FilingJudge   Role = "filing_judge"   // 立案法官
	FilingOfficer Role = "filing_officer" // 立案窗口
	Supervision   Role = "supervision"    // 审判管理办公室
	Discipline    Role = "discipline"     // 督察
	SystemAdmin   Role = "system_admin"   // 系统管理员
	SecurityAdmin Role = "security_admin" // 安全管理员
	AuditAdmin    Role = "audit_admin"    // 审计管理员
)

// RoleTitles are the words for posts, in the order a list shows them.
var RoleTitles = []struct {
	Role  Role
	Title string
}{
	{President, "院长"}, {Head, "庭长"}, {Judge, "法官"}, {Assistant, "法官助理"}, {Clerk, "书记员"},
	{FilingJudge, "立案法官"}, {FilingOfficer, "立案窗口"}, {Supervision, "审判管理办公室"}, {Discipline, "督察"},
	{SystemAdmin, "系统管理员"}, {SecurityAdmin, "安全管理员"}, {AuditAdmin, "审计管理员"},
}

// Title returns the plain word for a post.
func (r Role) Title() string {
	for _, t := range RoleTitles {
		if t.Role == r {
			return t.Title
		}
	}
	return string(r)
}

// In is the post with the name of its division, said once where they are one.
func (r Role) In(division string) string {
	if division == "" || division == r.Title() {
		return r.Title()
	}
	return division + " " + r.Title()
}

// Administrator reports whether the post is one of the three that no person
// may combine (GB/T 22239-2019 8.1.5, 三员分立).
func (r Role) Administrator() bool {
	return r == SystemAdmin || r == SecurityAdmin || r == AuditAdmin
}

// Post says what a person does in a court, and when.
type Post struct {
	ID       string    `db:"id" json:"id"`
	Person   string    `db:"person_id" json:"person"`
	Court    string    `db:"court_id" json:"court"`
	Division string    `db:"division_id" json:"division"`
	Role     Role      `db:"role" json:"role"`
	From     time.Time `db:"from_at" json:"from"`
	Until    time.Time `db:"until_at" json:"until"` // zero: open
}

// Case states.
const (
	Entered   = "entered"   // 已收件，等立案法官决定
	Refused   = "refused"   // 未予立案
	Open      = "open"      // 审理中
	Suspended = "suspended" // 中止
	Closed    = "closed"    // 已结
)

// Secrecy of a case.
const (
	Public  = "public"  // 公开
	Private = "private" // 不公开审理
	Sealed  = "sealed"  // 封存：只有办案人员和当事人看得到
)

// Case is a matter before one court. Its number is empty until it is accepted.
type Case struct {
	ID           string    `db:"id" json:"id"`
	Court        string    `db:"court_id" json:"court"`
	Division     string    `db:"division_id" json:"division"`
	Number       string    `db:"number" json:"number"`
	Type         string    `db:"type" json:"type"`
	Special      string    `db:"special" json:"special"`
	Cause        string    `db:"cause" json:"cause"`                 // 立案案由
	ClosingCause string    `db:"closing_cause" json:"closing_cause"` // 结案案由
	Claim        string    `db:"claim" json:"claim"`
	Amount       law.Money `db:"amount" json:"amount"`
	Procedure    string    `db:"procedure" json:"procedure"`
	State        string    `db:"state" json:"state"`
	Secrecy      string    `db:"secrecy" json:"secrecy"`
	Judge        string    `db:"judge_id" json:"judge"`
	Received     law.Date  `db:"received_on" json:"received"`
	Filed        law.Date  `db:"filed_on" json:"filed"`
	Heard        bool      `db:"heard" json:"heard"`
	Limit        law.Date  `db:"limit_on" json:"limit"`
	SuspendedOn  law.Date  `db:"suspended_on" json:"suspended_on"`
	Excluded     int       `db:"excluded_days" json:"excluded_days"`
	Extended     int       `db:"extended" json:"extended_months"`
	ClosedOn     law.Date  `db:"closed_on" json:"closed_on"`
	ClosingWay   string    `db:"closing_way" json:"closing_way"`
	Names        string    `db:"names" json:"names"` // 甲 诉 乙, for lists
	Moved        time.Time `db:"moved_at" json:"moved"`
}

// Party roles.
const (
	Plaintiff  = "plaintiff"
	Defendant  = "defendant"
	ThirdParty = "third"
	Applicant  = "applicant"
	Respondent = "respondent"
	Appellant  = "appellant"
	Appellee   = "appellee"
)

// RoleNames are the words for party roles.
var RoleNames = map[string]string{
	Plaintiff: "原告", Defendant: "被告", ThirdParty: "第三人", Applicant: "申请人",
	Respondent: "被申请人", Appellant: "上诉人", Appellee: "被上诉人",
}

// Party is a person's place in a case. Address and Phone are sealed.
type Party struct {
	ID        string    `db:"id" json:"id"`
	Case      string    `db:"case_id" json:"case"`
	Person    string    `db:"person_id" json:"person"`
	Role      string    `db:"role" json:"role"`
	Ord       int       `db:"ord" json:"-"`
	Address   string    `db:"address" json:"-"`
	Phone     string    `db:"phone" json:"-"`
	PhoneFind string    `db:"phone_find" json:"-"`
	RepName   string    `db:"rep_name" json:"rep_name"`   // 法定代表人
	RepTitle  string    `db:"rep_title" json:"rep_title"` // 职务
	Hidden    bool      `db:"hidden" json:"-"`            // he asked that the other parties are not told his address
	Joined    time.Time `db:"joined_at" json:"joined"`
	Left      time.Time `db:"left_at" json:"left"`
	Name      string    `db:"name" json:"name"`
	Kind      string    `db:"kind" json:"kind"`
	IDType    string    `db:"id_type" json:"-"`
	IDSealed  string    `db:"id_sealed" json:"-"`
}

// Agent acts for a party (民事诉讼法 61–62).
type Agent struct {
	ID        string    `db:"id" json:"id"`
	Case      string    `db:"case_id" json:"case"`
	Party     string    `db:"party_id" json:"party"`
	Person    string    `db:"person_id" json:"person"`
	Class     string    `db:"class" json:"class"`
	Firm      string    `db:"firm" json:"firm"`
	Special   bool      `db:"special" json:"special"`
	Powers    string    `db:"powers" json:"powers"`
	Phone     string    `db:"phone" json:"-"`
	PhoneFind string    `db:"phone_find" json:"-"`
	From      time.Time `db:"from_at" json:"from"`
	Until     time.Time `db:"until_at" json:"until"`
	Name      string    `db:"name" json:"name"`
}

// Seats at a case, in the order of a paper's foot.
var SeatNames = map[string]string{
	"presiding": "审判长", "sole": "审判员", "member": "审判员", "juror": "人民陪审员", "assistant": "法官助理", "clerk": "书记员",
}

// Seat is a place on the panel or beside it.
type Seat struct {
	ID     string    `db:"id" json:"id"`
	Case   string    `db:"case_id" json:"case"`
	Person string    `db:"person_id" json:"person"`
	Seat   string    `db:"seat" json:"seat"`
	From   time.Time `db:"from_at" json:"from"`
	Until  time.Time `db:"until_at" json:"until"`
	Name   string    `db:"name" json:"name"`
}
