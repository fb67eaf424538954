package setup

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// join gives a person a post and an invitation; the person is made when the
// number is new.
func (s *Service) join(tx *db.Tx, court, division string, m PlannedMember, from time.Time) (person, link string, err error) {
	number := identity.Normalise(m.Number)
	find := s.k.Vault.Find("id", string(identity.Resident)+number)
	p, ok, err := docket.FindPerson(tx, find)
	switch {
	case err != nil:
		return "", "", err
	case ok && p.Name != m.Name:
		return "", "", fault.Field("number", "这个身份证号码登记的是另一个名字。")
	case !ok:
		born, sex := identity.Facts(identity.Resident, number)
		if p.ID, err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: m.Name, IDType: string(identity.Resident), IDSealed: s.k.Vault.Seal("person.id", number), IDFind: find, Born: born, Sex: sex, At: s.k.Now()}); err != nil {
			return "", "", err
		}
	}
	if err := docket.AddPost(tx, docket.Post{Person: p.ID, Court: court, Division: division, Role: m.Role, From: from}, s.k.Now()); err != nil {
		return "", "", err
	}
	word, err := s.accounts.Invite(tx, p.ID, m.Name, m.Login, identity.Normalise(m.Phone))
	return p.ID, s.k.Config.Origin + "/account/invite/" + word, err
}

// staffCmd is one person to add.
type staffCmd struct {
	Court    string      `json:"court"`
	Name     string      `json:"name"`
	Number   string      `json:"number"`
	Phone    string      `json:"phone"`
	Login    string      `json:"login"`
	Division string      `json:"division"`
	Role     docket.Role `json:"role"`
}

// add adds one of the court's people.
func (s *Service) add(ctx context.Context, c staffCmd) (inv Invited, err error) {
	m := PlannedMember{Name: c.Name, Number: c.Number, Phone: c.Phone, Login: c.Login, Role: c.Role}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "staff", access.In("court", c.Court), s.k.Now()); err != nil {
			return err
		}
		var bad fault.List
		checkMember(m, "", &bad)
		if c.Role.Title() == string(c.Role) {
			bad.Add("role", "请选职务。")
		}
		d, derr := docket.DivisionOf(tx, c.Division)
		if derr != nil || d.Court != c.Court {
			bad.Add("division", "请选部门。")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		_, link, err := s.join(tx, c.Court, c.Division, m, s.k.Now())
		if err != nil {
			return err
		}
		inv = Invited{c.Name, c.Role.Title(), link}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.staff", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"role": string(c.Role)}})
		return err
	})
	return inv, err
}

// endCmd ends a post; who takes over gets what is open.
type endCmd struct {
	Court     string `json:"court"`
	Post      string `json:"post"`
	Successor string `json:"successor"` // person id; may be empty
}

// end ends someone's post today. Cases that he handled go to the successor.
func (s *Service) end(ctx context.Context, c endCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), s.k.Now()
		if _, err := access.May(tx, a, "posts", access.In("court", c.Court), now); err != nil {
			return err
		}
		if err := auth.RequireFresh(a, now); err != nil {
			return err
		}
		p, err := db.One[docket.Post](tx, `SELECT id, person_id, court_id, division_id, role, from_at, until_at FROM docket_post WHERE id = ? AND court_id = ?`, c.Post, c.Court)
		if err != nil {
			return err
		}
		if err := docket.EndPost(tx, p.ID, now); err != nil {
			return err
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.ended", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"role": string(p.Role), "person": p.Person, "successor": c.Successor}}); err != nil {
			return err
		}
		return s.k.Tell(tx, fact.StaffLeft{Person: p.Person, Court: c.Court, Role: string(p.Role), Successor: c.Successor})
	})
}

// line is one row of a list, with what became of it.
type line struct {
	Row  int    `json:"row"`
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Says string `json:"says"`
	Link string `json:"link,omitempty"`
}

// columns of the list, in this order.
var columns = []string{"姓名", "身份证号码", "手机号", "登录名", "部门", "职务"}

// importList adds people from an XLSX list, each row an act of its own: a
// wrong row stops nobody else, and the same list twice adds nobody twice.
func (s *Service) importList(ctx context.Context, court string, r io.Reader) ([]line, error) {
	var ds []docket.Division
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if _, err = access.May(tx, auth.From(ctx), "staff", access.In("court", court), s.k.Now()); err == nil {
			ds, err = docket.Divisions(tx, court)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	rows, err := readList(r)
	if err != nil {
		return nil, err
	}
	var out []line
	for i, row := range rows {
		l := line{Row: i + 2, Name: row[0]}
		inv, err := s.add(app.Alone(ctx), staffCmd{Court: court, Name: row[0], Number: row[1], Phone: row[2], Login: row[3], Division: divisionNamed(ds, row[4]), Role: roleNamed(row[5])})
		switch f := fault.As(err); {
		case err == nil:
			l.OK, l.Says, l.Link = true, "加好了，请把链接交给本人", inv.Link
		case f.Kind == fault.Internal:
			return out, err
		default:
			l.Says = f.Show
		}
		out = append(out, l)
	}
	return out, nil
}

func roleNamed(title string) docket.Role {
	for _, r := range docket.RoleTitles {
		if r.Title == title {
			return r.Role
		}
	}
	return docket.Role(title)
}

// mostRows bounds a list; a larger court sends several.
const mostRows = 2000

func readList(r io.Reader) ([][]string, error) {
	f, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 32 << 20})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "这不是 Excel 表格（.xlsx）。请用下载的空表填写。", err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) == 0 {
		return nil, fault.Wrap(fault.Invalid, "表格是空的。", err)
	}
	for i, c := range columns {
		if i >= len(rows[0]) || strings.TrimSpace(rows[0][i]) != c {
			return nil, fault.Field("list", fmt.Sprintf("第一行第 %d 列应该是“%s”。请用下载的空表填写。", i+1, c))
		}
	}
	if len(rows) > mostRows {
		return nil, fault.Field("list", "一次最多 2000 行，请分几次。")
	}
	var out [][]string
	for _, row := range rows[1:] {
		cells := make([]string, len(columns))
		for i := range columns {
			if i < len(row) {
				cells[i] = strings.TrimSpace(row[i])
			}
		}
		out = append(out, cells)
	}
	return out, nil
}

// template is the empty list.
func template() ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, c := range columns {
		cell, err := excelize.CoordinatesToCellName(i+1, 1)
		if err != nil {
			return nil, err
		}
		if err := f.SetCellStr(f.GetSheetName(0), cell, c); err != nil {
			return nil, err
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
