package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/sheet"
	"mashang/platform/web"
)

// join gives a person a post and an invitation; the person is made when the
// number is new. Who has an account already gets no link.
func (s *Service) join(tx *db.Tx, court, division string, m PlannedMember, from time.Time) (j joined, err error) {
	number := identity.Normalise(m.Number)
	find := s.k.Vault.Find("id", string(identity.Resident)+number)
	p, ok, err := docket.FindPerson(tx, find)
	switch {
	case err != nil:
		return j, err
	case ok && p.Name != m.Name:
		return j, fault.Field("number", "这个身份证号码登记的是另一个名字。")
	case !ok:
		born, sex := identity.Facts(identity.Resident, number)
		if p.ID, err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: m.Name, IDType: string(identity.Resident), IDSealed: s.k.Vault.Seal("person.id", number), IDFind: find, Born: born, Sex: sex, At: tx.Now()}); err != nil {
			return j, err
		}
	}
	j.person = p.ID
	if j.post, err = docket.AddPost(tx, docket.Post{Person: p.ID, Court: court, Division: division, Role: m.Role, From: from}, tx.Now()); err != nil {
		return j, err
	}
	word, err := s.accounts.Invite(tx, p.ID, m.Name, m.Login, identity.Normalise(m.Phone))
	if word != "" {
		j.link = s.k.Config.Origin + "/account/invite/" + word
	}
	return j, err
}

// joined is what somebody got who joined a court.
type joined struct{ person, post, link string }

// staffCmd is one person to add.
type staffCmd struct {
	Court    string      `json:"court"`
	Name     string      `json:"name"`
	Number   string      `json:"number"`
	Phone    string      `json:"phone"`
	Login    string      `json:"login"`
	Division string      `json:"division"`
	Role     docket.Role `json:"role"`
	From     law.Date    `json:"from"` // first day; empty: today
}

// says what to do next.
func (i Invited) says() string {
	if i.Link == "" {
		return "加好了。他有工作账号，用原来的登录名进来"
	}
	return "加好了，请把链接交给本人"
}

// add adds one of the court's people.
func (s *Service) add(ctx context.Context, c staffCmd) (inv Invited, err error) {
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		inv, err = s.addIn(tx, c)
		return err
	})
	return inv, err
}

// errDry ends an act that was only tried.
var errDry = errors.New("setup: tried, not done")

// dry does everything that add does, and undoes it: what it would answer.
func (s *Service) dry(ctx context.Context, c staffCmd) error {
	err := s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := s.addIn(tx, c); err != nil {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

// together reports whether it takes two administrators to give a post: nobody
// makes himself, under another name, a second one of the three, or one of those
// who read what is said of a whole court's people and see all its cases.
func together(r docket.Role) bool {
	return r.Administrator() || r == docket.President || r == docket.Supervision || r == docket.Discipline
}

func (s *Service) addIn(tx *db.Tx, c staffCmd) (inv Invited, err error) {
	ctx, now := tx.Context(), s.k.Now()
	if _, err := access.May(tx, auth.From(ctx), "staff", access.In("court", c.Court), now); err != nil {
		return inv, err
	}
	m := PlannedMember{Name: c.Name, Number: c.Number, Phone: c.Phone, Login: c.Login, Role: c.Role}
	var bad fault.List
	checkMember(m, "", &bad)
	switch {
	case c.Role.Title() == string(c.Role):
		bad.Add("role", "请选职务。")
	case together(c.Role):
		bad.Add("role", "院长、审管、督察和管理员要两个人才能任命：您先按别的职务加人，再由安全管理员换成这个职务。")
	}
	d, derr := docket.DivisionOf(tx, c.Division)
	if derr != nil || d.Court != c.Court || !d.Closed.IsZero() {
		bad.Add("division", "请选部门。")
	}
	from, today := now, docket.Today(now)
	switch {
	case c.From.IsZero() || c.From == today:
	case c.From.Before(today.AddYears(-50)) || c.From.After(today.AddYears(1)):
		bad.Add("from", "到岗日期写一年以内的日子。")
	default:
		from = c.From.At(0, 0, clock.Shanghai)
	}
	if err := bad.Err(); err != nil {
		return inv, err
	}
	j, err := s.join(tx, c.Court, c.Division, m, from)
	if err != nil {
		return inv, err
	}
	inv = Invited{Name: c.Name, Role: c.Role.Title(), Link: j.link, Post: j.post}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.staff", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"role": string(c.Role)}})
	return inv, err
}

// inviteCmd asks for a new link for someone who lost his.
type inviteCmd struct {
	Court  string `json:"court"`
	Person string `json:"person"`
}

// again sends a new invitation; the earlier links die with it.
func (s *Service) again(ctx context.Context, c inviteCmd) (inv Invited, err error) {
	err = s.change(ctx, "staff", c.Court, "setup.invited", func(tx *db.Tx, now time.Time) (map[string]any, error) {
		posts, err := docket.Posts(tx, c.Person, now)
		if err != nil {
			return nil, err
		}
		var here *docket.Post
		for i := range posts {
			if posts[i].Court == c.Court {
				here = &posts[i]
			}
		}
		if here == nil {
			return nil, fault.Missing()
		}
		p, err := docket.PersonOf(tx, c.Person)
		if err != nil {
			return nil, err
		}
		word, err := s.accounts.InviteAgain(tx, c.Person)
		inv = Invited{Name: p.Name, Role: here.Role.Title(), Link: s.k.Config.Origin + "/account/invite/" + word}
		return map[string]any{"person": c.Person}, err
	})
	return inv, err
}

// line is one row of a list, with what became of it.
type line struct {
	Row  int    `json:"row"`
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Says string `json:"says"`
	Link string `json:"link,omitempty"`
	Post string `json:"post,omitempty"` // the one he got
}

// columns of the list, in this order; the last may stay empty.
var columns = []string{"姓名", "身份证号码", "手机号", "登录名", "部门", "职务", "到岗日期"}

// row is a row of a list: its number and its cells, as many as columns.
type row struct {
	n     int
	cells []string
}

// importList adds people from a list, each row an act of its own: a
// wrong row stops nobody else, and the same list twice adds nobody twice. Dry,
// it says what would become of each row and adds nobody.
func (s *Service) importList(ctx context.Context, court string, dry bool, file []byte) ([]line, error) {
	var ds []docket.Division
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if _, err = access.May(tx, auth.From(ctx), "staff", access.In("court", court), tx.Now()); err == nil {
			ds, err = docket.Divisions(tx, court)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	rows, err := readList(file)
	if err != nil {
		return nil, err
	}
	var out []line
	for _, r := range rows {
		l, err := s.importRow(ctx, court, dry, ds, r.cells)
		if err != nil {
			return out, err
		}
		l.Row = r.n
		out = append(out, l)
	}
	return out, nil
}

func (s *Service) importRow(ctx context.Context, court string, dry bool, ds []docket.Division, cells []string) (l line, err error) {
	l.Name = cells[0]
	number, whole := sheet.Digits(cells[1])
	phone, whole2 := sheet.Digits(cells[2])
	if !whole || !whole2 {
		l.Says = sheet.Lost
		return l, nil
	}
	c := staffCmd{Court: court, Name: cells[0], Number: number, Phone: phone, Login: cells[3], Division: divisionNamed(ds, cells[4]), Role: roleNamed(cells[5])}
	if cells[6] != "" {
		day, _ := sheet.Day(cells[6])
		if c.From, err = law.ParseDate(day); err != nil {
			l.Says = "到岗日期写成 2026-03-01 这样。"
			return l, nil
		}
	}
	if dry {
		err = s.dry(app.Alone(ctx), c)
		l.Says = "可以加"
	} else {
		var inv Invited
		inv, err = s.add(app.Alone(ctx), c)
		l.Says, l.Link, l.Post = inv.says(), inv.Link, inv.Post
	}
	if f := fault.As(err); err != nil {
		if f.Kind == fault.Internal {
			return l, err
		}
		l.Says, l.Link, l.Post = says(err), "", ""
	}
	l.OK = err == nil
	return l, nil
}

// says joins all that is wrong with a row.
func says(err error) string {
	var all []string
	for _, f := range fault.Fields(err) {
		all = append(all, f.Show)
	}
	if len(all) == 0 {
		return fault.As(err).Show
	}
	return strings.Join(all, " ")
}

func roleNamed(title string) docket.Role {
	for _, r := range docket.RoleTitles {
		if r.Title == title {
			return r.Role
		}
	}
	return docket.Role(title)
}

// A list is bounded; a larger court sends several.
const (
	mostRows = 2000
	mostList = 10 << 20 // bytes
)

// readList reads the rows of a list after the first, which names the columns.
func readList(file []byte) (out []row, err error) {
	head := false
	err = sheet.Read(file, func(n int, read []string) error {
		cells := make([]string, len(columns))
		for i := range min(len(cells), len(read)) {
			cells[i] = web.Clean(read[i])
		}
		switch {
		case strings.Join(cells, "") == "":
			return nil
		case !head:
			head = true
			return checkHead(cells)
		case len(out) == mostRows:
			return fault.Field(sheet.Field, "一次最多 2000 行，请分几次。")
		}
		out = append(out, row{n, cells})
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fault.Field(sheet.Field, "表格里没有人。请用下载的空表填写。")
	}
	return out, err
}

// checkHead holds the first row against the columns.
func checkHead(cells []string) error {
	for i, c := range columns {
		if cells[i] != c {
			return fault.Field(sheet.Field, fmt.Sprintf("第一行第 %d 列应该是“%s”。请用下载的空表填写。", i+1, c))
		}
	}
	return nil
}

// template is the empty list.
func template() ([]byte, error) {
	b := sheet.NewBook()
	b.Sheet("人员", 12, 24, 16, 16, 20, 16, 14)
	b.Head(columns...)
	return b.Bytes()
}
