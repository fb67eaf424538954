package setup

import (
	"context"
	"encoding/json"

	"mashang/docket"
	"mashang/law/court"
	"mashang/law/identity"
	"mashang/law/restday"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/ledger"
)

// Plan is everything that the first-run pages ask, in one piece: for an
// installation without hands, and for the demo.
type Plan struct {
	Courts []PlannedCourt
}

// PlannedCourt is one court with its divisions and people.
type PlannedCourt struct {
	Code, Phone, Address string
	Divisions            []docket.Division
	Staff                []PlannedMember
}

// PlannedMember is a person with a post. Division is a name.
type PlannedMember struct {
	Name, Number, Phone, Login, Division string
	Role                                 docket.Role
}

// Founded says which ids a plan's parts were given.
type Founded struct {
	Divisions map[string]string // court code + name → id
	People    map[string]string // login → person id
}

// Found carries out a plan in one act: all or nothing, once, over an empty
// folder only.
func (s *Service) Found(ctx context.Context, p Plan) (f Founded, err error) {
	f = Founded{Divisions: map[string]string{}, People: map[string]string{}}
	return f, s.k.Do(ctx, func(tx *db.Tx) error {
		n, err := db.One[int64](tx, `SELECT COUNT(*) FROM docket_court`)
		if err != nil {
			return err
		}
		if n > 0 {
			return errFounded
		}
		for _, y := range restday.Embedded() {
			b, err := json.Marshal(y)
			if err != nil {
				return err
			}
			if err := docket.PutCalendar(tx, y.Year, string(b), y.Source); err != nil {
				return err
			}
		}
		for _, c := range p.Courts {
			if err := s.foundCourt(tx, c, f); err != nil {
				return err
			}
		}
		if err := app.PutSetting(tx, "ready", "1"); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.founded", Actor: app.Actor(ctx), Body: map[string]any{"courts": len(p.Courts)}})
		return err
	})
}

func (s *Service) foundCourt(tx *db.Tx, p PlannedCourt, f Founded) error {
	c, ok := court.ByCode(p.Code)
	if !ok {
		return errCourt
	}
	if err := docket.PutCourt(tx, docket.Court{Code: c.Code, Name: c.Name, Short: c.Short, Level: c.Level, Parent: c.Parent, Phone: p.Phone, Address: p.Address}); err != nil {
		return err
	}
	for _, d := range p.Divisions {
		d.Court = p.Code
		id, err := docket.AddDivision(tx, d)
		if err != nil {
			return err
		}
		f.Divisions[p.Code+d.Name] = id
	}
	now := s.k.Now()
	for _, m := range p.Staff {
		born, sex := identity.Facts(identity.Resident, m.Number)
		id, err := docket.AddPerson(tx, docket.Person{Kind: "natural", Name: m.Name, IDType: string(identity.Resident), IDSealed: s.k.Vault.Seal("person.id", m.Number),
			IDFind: s.k.Vault.Find("id", string(identity.Resident)+m.Number), Born: born, Sex: sex, At: now})
		if err != nil {
			return err
		}
		if err := docket.AddPost(tx, docket.Post{Person: id, Court: p.Code, Division: f.Divisions[p.Code+m.Division], Role: m.Role, From: now}, now); err != nil {
			return err
		}
		if _, err := s.accounts.Invite(tx, id, m.Name, m.Login, m.Phone); err != nil {
			return err
		}
		f.People[m.Login] = id
	}
	return nil
}
