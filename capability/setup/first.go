package setup

import (
	"context"
	"crypto/subtle"
	"net/url"
	"strings"

	"mashang/docket"
	"mashang/law/court"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// state is how far the first run has come.
type state struct {
	Origin string `json:"origin"`
	Courts bool   `json:"courts"`
	Ready  bool   `json:"ready"`
}

// check refuses a link that is not the present one; every wrong word is
// answered alike.
func (s *Service) check(ctx context.Context, word string) (st state, err error) {
	want, err := s.k.Setting(ctx, "setup.link")
	if err != nil {
		return st, err
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(digest(word))) != 1 {
		return st, fault.Missing()
	}
	if st.Origin, err = s.k.Setting(ctx, "origin"); err != nil {
		return st, err
	}
	if st.Ready, err = s.Ready(ctx); err != nil {
		return st, err
	}
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		cs, err := docket.Courts(tx)
		st.Courts = len(cs) > 0
		return err
	})
	return st, err
}

type originCmd struct {
	Origin string `json:"origin"`
	Sure   bool   `json:"sure"`
}

// origin fixes the address that is printed in every code.
func (s *Service) origin(ctx context.Context, word string, c originCmd) error {
	st, err := s.check(ctx, word)
	if err != nil {
		return err
	}
	c.Origin = strings.TrimRight(c.Origin, "/")
	u, perr := url.Parse(c.Origin)
	var bad fault.List
	switch {
	case st.Origin != "" && st.Origin != c.Origin:
		bad.Add("origin", "网址已经定为 %s，不能再改。", st.Origin)
	case perr != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Scheme != "https" && u.Hostname() != "localhost":
		bad.Add("origin", "请写完整的网址，以 https:// 开头，后面不带路径，例如 https://ms.example.gov.cn。")
	}
	if !c.Sure {
		bad.Add("sure", "这个网址会印在每一张文书的码里，以后不能改。确认后请勾选。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		if err := app.PutSetting(tx, "origin", c.Origin); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.origin", Actor: "setup", Body: map[string]any{"origin": c.Origin}})
		return err
	})
	if err == nil {
		s.k.Config.Origin = c.Origin
	}
	return err
}

type courtsCmd struct {
	Code    string `json:"code"`
	Below   bool   `json:"below"` // 连同下级法院
	Phone   string `json:"phone"`
	Address string `json:"address"`
}

// courts founds the courts with their usual divisions.
func (s *Service) courts(ctx context.Context, word string, c courtsCmd) error {
	if _, err := s.check(ctx, word); err != nil {
		return err
	}
	var p Plan
	for _, x := range court.Courts {
		if x.Level != court.High && (x.Code == c.Code || c.Below && x.Parent == c.Code) {
			p.Courts = append(p.Courts, PlannedCourt{Code: x.Code, Phone: c.Phone, Address: c.Address, Divisions: Usual(x)})
		}
	}
	if len(p.Courts) == 0 {
		return errCourt
	}
	_, err := s.found(ctx, p, false)
	return err
}

// Usual are the divisions that a court has when nobody says otherwise.
func Usual(c court.Court) []docket.Division {
	out := []docket.Division{{Name: "立案庭", Kind: "filing"}, {Name: "民一庭", Kind: "trial"}, {Name: "民二庭", Kind: "trial"}, {Name: "执行局", Kind: "enforcement"},
		{Name: "审判管理办公室", Kind: "supervision"}, {Name: "督察室", Kind: "discipline"}, {Name: "办公室", Kind: "office"}}
	if c.Level == court.Intermediate {
		out = append(out, docket.Division{Name: "知识产权审判庭", Kind: "trial"})
	}
	for _, t := range court.Tribunals[c.Code] {
		out = append(out, docket.Division{Name: t, Kind: "tribunal"})
	}
	return out
}

// adminsCmd names the three administrators.
type adminsCmd struct {
	SystemName     string `json:"system_name"`
	SystemNumber   string `json:"system_number"`
	SystemPhone    string `json:"system_phone"`
	SystemLogin    string `json:"system_login"`
	SecurityName   string `json:"security_name"`
	SecurityNumber string `json:"security_number"`
	SecurityPhone  string `json:"security_phone"`
	SecurityLogin  string `json:"security_login"`
	AuditName      string `json:"audit_name"`
	AuditNumber    string `json:"audit_number"`
	AuditPhone     string `json:"audit_phone"`
	AuditLogin     string `json:"audit_login"`
}

func (c *adminsCmd) list() []PlannedMember {
	return []PlannedMember{
		{Name: c.SystemName, Number: c.SystemNumber, Phone: c.SystemPhone, Login: c.SystemLogin, Division: "办公室", Role: docket.SystemAdmin},
		{Name: c.SecurityName, Number: c.SecurityNumber, Phone: c.SecurityPhone, Login: c.SecurityLogin, Division: "办公室", Role: docket.SecurityAdmin},
		{Name: c.AuditName, Number: c.AuditNumber, Phone: c.AuditPhone, Login: c.AuditLogin, Division: "办公室", Role: docket.AuditAdmin},
	}
}

// Invited is a link that someone must be given.
type Invited struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Link string `json:"link"`
	Post string `json:"post,omitempty"`
}

// admins appoints the three and ends the first run.
func (s *Service) admins(ctx context.Context, word string, c adminsCmd) (out []Invited, err error) {
	st, err := s.check(ctx, word)
	if err != nil {
		return nil, err
	}
	if st.Origin == "" || !st.Courts {
		return nil, fault.New(fault.Conflict, "请先定网址，再选法院。")
	}
	list := c.list()
	if err := checkAdmins(list); err != nil {
		return nil, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		cs, err := docket.Courts(tx)
		if err != nil {
			return err
		}
		ds, err := docket.Divisions(tx, cs[0].Code)
		if err != nil {
			return err
		}
		for _, m := range list {
			j, err := s.join(tx, cs[0].Code, divisionNamed(ds, m.Division), m, tx.Now())
			if err != nil {
				return err
			}
			out = append(out, Invited{Name: m.Name, Role: m.Role.Title(), Link: j.link})
		}
		if err := app.PutSetting(tx, "ready", "1"); err != nil {
			return err
		}
		if err := app.PutSetting(tx, "setup.link", ""); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.admins", Court: cs[0].Code, Actor: "setup", Body: map[string]any{"administrators": 3}})
		return err
	})
	return out, err
}

// checkAdmins: three different people, each with a number, a phone and a login.
func checkAdmins(list []PlannedMember) error {
	var bad fault.List
	pre := []string{"system_", "security_", "audit_"}
	for i, m := range list {
		checkMember(m, pre[i], &bad)
		for j := range i {
			if m.Number != "" && identity.Normalise(m.Number) == identity.Normalise(list[j].Number) || m.Login != "" && m.Login == list[j].Login {
				bad = append(bad, &fault.Error{Kind: fault.Invalid, Field: pre[i] + "number", Show: "系统、安全、审计管理员必须是三个不同的人。", Basis: "GB/T 22239-2019 8.1.5"})
			}
		}
	}
	return bad.Err()
}

func checkMember(m PlannedMember, pre string, bad *fault.List) {
	if n := len([]rune(m.Name)); n < 2 || n > 40 {
		bad.Add(pre+"name", "请写姓名。")
	}
	if identity.Check(identity.Resident, identity.Normalise(m.Number)) != nil {
		bad.Add(pre+"number", "身份证号码不对，请再看一遍。")
	}
	if !identity.ValidPhone(identity.Normalise(m.Phone)) {
		bad.Add(pre+"phone", "手机号应该是 11 位数字。")
	}
	if n := len([]rune(m.Login)); n < 2 || n > 40 {
		bad.Add(pre+"login", "登录名写 2 到 40 个字。")
	}
}

func divisionNamed(ds []docket.Division, name string) string {
	for _, d := range ds {
		if d.Name == name {
			return d.ID
		}
	}
	return ""
}
