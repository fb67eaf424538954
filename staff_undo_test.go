package mashang_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"mashang/law/identity"
	"mashang/platform/dbtest"
)

// TestStaffUndo: whoever was added by mistake is taken back, alone or with his
// list, as long as he has done nothing: his link is dead, his login free, and
// a number that was somebody else's is forgotten. Who has used his account, and
// who stands in a case, stays, and it is said why.
func TestStaffUndo(t *testing.T) {
	for name, dsn := range map[string]string{"sqlite": dbtest.SQLite(t), "postgres": dbtest.Postgres(t)} {
		t.Run(name, func(t *testing.T) { staffUndo(t, founded(t, dsn)) })
	}
}

func staffUndo(t *testing.T, h *house) {
	list := "姓名,身份证号码,手机号,登录名,部门,职务,到岗日期\n"
	number := func(i int) string { return identity.Fictional(40+i, mustDate("1985-02-03"), true) }
	for i, name := range []string{"吴用", "吴办", "吴错"} {
		list += fmt.Sprintf("%s,%s,%s,wu%d,民一庭,法官,\n", name, number(i), identity.FictionalPhone(760+i), i)
	}
	var lines []struct {
		Name, Says, Link, Post string
		OK                     bool
	}
	a := h.upload("系统", "/setup/staff/import", map[string]string{"court": "冀11", "do": "import"}, "list", "人员.csv", []byte(list)).must(t, "import", 200)
	decode(t, a.body, &lines)
	if len(lines) != 3 || lines[2].Post == "" || lines[2].Link == "" {
		t.Fatalf("%s", a.body)
	}
	h.join("吴用", lines[0].Link) // uses his account
	for i, p := range []struct{ name, role, div string }{{"窗口", "filing_officer", "立案庭"}, {"立案官", "filing_judge", "立案庭"}, {"庭长", "head", "民一庭"}} {
		var one struct{ Link string }
		decode(t, h.post("系统", "/setup/staff", map[string]string{"court": "冀11", "name": p.name, "number": identity.Fictional(20+i, mustDate("1985-02-03"), false), "phone": identity.FictionalPhone(720 + i),
			"login": "q" + p.role, "division": h.division("冀11", p.div), "role": p.role}).must(t, p.name, 200).body, &one)
		h.join(p.name, one.Link)
	}
	f := filing()
	f["special"] = ""
	id := h.post("窗口", "/casebook/enter", f).must(t, "enter", 200).get("case")
	h.post("立案官", "/casebook/"+id+"/accept", map[string]string{"division": h.division("冀11", "民一庭")}).must(t, "accept", 200)
	h.post("庭长", "/casebook/"+id+"/assign", map[string]string{"judge": h.person("吴办")}).must(t, "assign", 200)
	h.drain()

	page := h.get("系统", "/setup/staff?court=冀11").must(t, "staff", 200).body
	if acts, n := strings.Count(page, `action="/setup/staff/undo"`), strings.Count(page, `name="posts"`); acts != 1 || n != 2 {
		t.Errorf("%d can be taken back, in %d forms", n, acts)
	}
	posts := func(ls ...int) map[string]any {
		var out []string
		for _, i := range ls {
			out = append(out, lines[i].Post)
		}
		return map[string]any{"court": "冀11", "posts": out}
	}
	h.post("安全", "/setup/staff/undo", posts(2)).must(t, "another administrator", 403)
	has(t, "nobody", h.post("系统", "/setup/staff/undo", map[string]any{"court": "冀11"}).must(t, "nobody", 422).body, "请选要撤回谁")
	has(t, "used", h.post("系统", "/setup/staff/undo", posts(0)).must(t, "used", 409).body, "已经用过账号")
	has(t, "stands", h.post("系统", "/setup/staff/undo", posts(1)).must(t, "stands", 409).body, "已经有案件分给他")
	for _, admin := range []string{"安全", "审计"} { // one of the three does not remove another
		post := one[string](h, `SELECT id FROM docket_post WHERE role = ?`, map[string]string{"安全": "security_admin", "审计": "audit_admin"}[admin])
		has(t, admin, h.post("系统", "/setup/staff/undo", map[string]any{"court": "冀11", "posts": []string{post}}).must(t, admin, 409).body, "管理员不能撤回")
	}
	before := h.rows(`SELECT COUNT(*) FROM ledger_entry`)
	decode(t, h.post("系统", "/setup/staff/undo", posts(0, 1, 2)).must(t, "the list", 200).body, &lines)
	if lines[0].OK || lines[1].OK || !lines[2].OK {
		t.Errorf("%+v", lines)
	}
	if n := h.rows(`SELECT COUNT(*) FROM ledger_entry`) - before; n != 1 || h.rows(`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'setup.unadded'`) != 1 {
		t.Errorf("%d entries", n)
	}
	if n := h.rows(`SELECT COUNT(*) FROM docket_post p JOIN docket_person n ON n.id = p.person_id WHERE n.name = '吴错'`); n != 0 {
		t.Errorf("%d posts are left", n)
	}
	// The link is dead, and the same number and login can be another's.
	decode(t, a.body, &lines)
	u, err := url.Parse(lines[2].Link)
	if err != nil {
		t.Fatal(err)
	}
	h.get("", u.Path).must(t, "the old link", 404)
	again := strings.Join(strings.Split(list, "\n")[:1], "") + fmt.Sprintf("\n吴对,%s,%s,wu2,民一庭,法官,\n", number(2), identity.FictionalPhone(770))
	decode(t, h.upload("系统", "/setup/staff/import", map[string]string{"court": "冀11", "do": "import"}, "list", "人员.csv", []byte(again)).must(t, "again", 200).body, &lines)
	if len(lines) != 1 || !lines[0].OK || lines[0].Link == "" {
		t.Errorf("%+v", lines)
	}
	h.join("吴对", lines[0].Link)
}
