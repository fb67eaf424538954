package setup

import (
	"context"
	"encoding/json"

	"mashang/docket"
	"mashang/law/court"
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
func (s *Service) Found(ctx context.Context, p Plan) (Founded, error) { return s.found(ctx, p, true) }

func (s *Service) found(ctx context.Context, p Plan, whole bool) (f Founded, err error) {
	f = Founded{Divisions: map[string]string{}, People: map[string]string{}}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
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
		if whole { // nobody is left to answer the other pages
			if err := app.PutSetting(tx, "ready", "1"); err != nil {
				return err
			}
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "setup.founded", Actor: app.Actor(ctx), Body: map[string]any{"courts": len(p.Courts)}})
		return err
	})
	return f, err
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
	// Every court has its own seal, with its full name; others come later.
	if err := docket.AddSeal(tx, docket.Seal{Court: p.Code, Ring: c.Name, Basis: "首次设置", From: now}); err != nil {
		return err
	}
	for _, m := range p.Staff {
		j, err := s.join(tx, p.Code, f.Divisions[p.Code+m.Division], m, now)
		if err != nil {
			return err
		}
		f.People[m.Login] = j.person
	}
	return nil
}
