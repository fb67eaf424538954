package complaint

import (
	"context"
	"encoding/json"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
)

// seen is a paper as its writer or the office that reads sees it.
type seen struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	At     time.Time `json:"at"`
	Due    law.Date  `json:"due_on"`
	State  string    `json:"state"`
	Record written   `json:"record"`
	Answer string    `json:"answer,omitempty"`
	Office string    `json:"office"`
}

type mine struct {
	Papers []seen `json:"papers"`
}

// open returns a paper with all that it holds.
func (s *Service) open(tx *db.Tx, paperID string) (row, keeper, error) {
	r, err := db.One[row](tx, `SELECT `+cols+` FROM complaint_complaint WHERE id = ?`, paperID)
	if err != nil {
		return r, keeper{}, err
	}
	w, err := s.unseal(r)
	return r, w, err
}

func (s *Service) unseal(r row) (w keeper, err error) {
	text, err := s.k.Vault.Open(sealPaper, r.Sealed)
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(text), &w)
}

// show is a paper for its reader. Who wrote a report is told to the office only
// if he said that it may be.
func (s *Service) show(tx *db.Tx, r row, w keeper, own bool) (v seen, err error) {
	k, _ := kindOf(r.Kind)
	v = seen{ID: r.ID, Kind: r.Kind, At: r.At, Due: r.Due, State: r.State, Record: w.written}
	if !own && r.Kind == "report" && w.Named != "on" {
		v.Record.Author = ""
	}
	ct, err := docket.CourtOf(tx, r.Reader)
	if err != nil {
		return v, err
	}
	v.Office = ct.Short + k.Office
	if r.Answer != "" {
		v.Answer, err = s.k.Vault.Open(sealAnswer, r.Answer)
	}
	return v, err
}

// own lists what the actor wrote, newest first.
func (s *Service) own(ctx context.Context) (m mine, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		if _, err := access.May(tx, a, "use", access.In("account", ""), tx.Now()); err != nil {
			return err
		}
		rows, err := db.List[row](tx, `SELECT `+cols+` FROM complaint_complaint WHERE author = ? ORDER BY id DESC LIMIT 100`, s.author(a.Person))
		if err != nil {
			return err
		}
		for _, r := range rows {
			w, err := s.unseal(r)
			if err != nil {
				return err
			}
			v, err := s.show(tx, r, w, true)
			if err != nil {
				return err
			}
			m.Papers = append(m.Papers, v)
		}
		return nil
	})
	return m, err
}

// view returns one paper: to its writer, or to the office.
func (s *Service) view(ctx context.Context, paperID string, own bool) (v seen, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		r, w, err := s.open(tx, paperID)
		if err != nil {
			return err
		}
		if own {
			a := auth.From(ctx)
			if _, err := access.May(tx, a, "use", access.In("account", ""), tx.Now()); err != nil {
				return err
			}
			if a.Staff || r.Author != s.author(a.Person) {
				return fault.Missing()
			}
		} else if err := s.may(tx, r, w.written); err != nil {
			return err
		}
		v, err = s.show(tx, r, w, own)
		return err
	})
	return v, err
}

// waiting is what an office of a court has to answer, without what is about
// the one who asks.
func (s *Service) waiting(tx *db.Tx, a auth.Actor, court, kind string) (out []seen, err error) {
	rows, err := db.List[row](tx, `SELECT `+cols+` FROM complaint_complaint WHERE reader = ? AND kind = ? AND state = 'waiting' ORDER BY due_on, id LIMIT 100`, court, kind)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		w, err := s.unseal(r)
		if err != nil {
			return nil, err
		}
		switch err := s.may(tx, r, w.written); {
		case fault.KindOf(err) == fault.NotFound:
			continue
		case err != nil:
			return nil, err
		}
		v, err := s.show(tx, r, w, false)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// material returns a kept file.
func (s *Service) material(ctx context.Context, paperID string, n int) (web.Attachment, string, error) {
	v, err := s.view(ctx, paperID, false)
	if err != nil {
		return web.Attachment{}, "", err
	}
	if n < 0 || n >= len(v.Record.Files) {
		return web.Attachment{}, "", fault.Missing()
	}
	f := v.Record.Files[n]
	text, err := s.k.OpenSealed(ctx, sealFile, f.Digest)
	return f, text, err
}
