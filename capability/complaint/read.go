package complaint

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
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
	Served bool      `json:"served"` // somebody of that office can read it now

	Readings []reading `json:"readings,omitempty"` // for the office: who of it has opened this
	Above    string    `json:"above,omitempty"`    // the office of the court above that reads too, because it is late
	reader   string    // the court whose office reads now
	above    string
}

type mine struct {
	Papers []seen `json:"papers"`
}

func (s *Service) unseal(r row) (w keeper, err error) {
	text, err := s.k.Vault.Open(sealPaper, r.Sealed)
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(text), &w)
}

// unnamed reports whether the office is not told who wrote it.
func (v seen) unnamed() bool {
	return (v.Kind == "report" || v.Record.Kind == "report") && v.Record.Named != "on"
}

// show is a paper for its reader. Who wrote a report, or what is passed on as
// one, is told to the office only if he said that it may be.
func (s *Service) show(tx *db.Tx, r row, w keeper, own bool) (v seen, err error) {
	k, _ := kindOf(r.Kind)
	v = seen{ID: r.ID, Kind: r.Kind, At: r.At, Due: r.Due, State: r.State, Record: w.written}
	v.Record.Near = nil
	if w.Number == aSealedCase {
		v.Record.Case = ""
	}
	if !own && v.unnamed() {
		v.Record.Author = ""
	}
	if v.reader, v.Served, err = s.office(tx, r, w.written); err != nil {
		return v, err
	}
	ct, err := docket.CourtOf(tx, v.reader)
	if err != nil {
		return v, err
	}
	v.Office = ct.Short + k.Office
	if v.above, err = s.above(tx, r, w.written, v.reader); err != nil {
		return v, err
	}
	if v.above != "" {
		up, err := docket.CourtOf(tx, v.above)
		if err != nil {
			return v, err
		}
		v.Above = up.Short + k.Office
	}
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
		if err := auth.RequireOwn(a); err != nil {
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

// byWriter returns a paper to its writer, once he has proved that the account is
// his: whoever handles his case writes down the phone that the case holds.
// Another's is not even found.
func (s *Service) byWriter(tx *db.Tx, paperID string) (r row, w keeper, err error) {
	a := actor(tx)
	if _, err = access.May(tx, a, "use", access.In("account", ""), tx.Now()); err != nil {
		return r, w, err
	}
	if a.Staff {
		return r, w, fault.Missing()
	}
	if err = auth.RequireOwn(a); err != nil {
		return r, w, err
	}
	if r, err = db.One[row](tx, `SELECT `+cols+` FROM complaint_complaint WHERE id = ? AND author = ?`, paperID, s.author(a.Person)); err != nil {
		return r, w, err
	}
	w, err = s.unseal(r)
	return r, w, err
}

// view returns one paper: to its writer, or to the office.
func (s *Service) view(ctx context.Context, paperID string, own bool) (v seen, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		open := s.byOffice
		if own {
			open = s.byWriter
		}
		r, w, err := open(tx, paperID)
		if err != nil {
			return err
		}
		if v, err = s.show(tx, r, w, own); err != nil || own {
			return err
		}
		v.Readings, err = s.readings(tx, r.ID)
		return err
	})
	return v, err
}

// waiting is what an office of a court has to answer, without what is about
// the one who asks: of the papers that went to this court the oldest, then what
// came up from below. Only so many are opened as can be shown: what nobody
// answers becomes the oldest by itself.
func (s *Service) waiting(tx *db.Tx, court, kind string) (out []seen, err error) {
	from, err := below(tx, court)
	if err != nil {
		return nil, err
	}
	rows, err := oldest(tx, from[:1], kind)
	if err != nil {
		return nil, err
	}
	if len(from) > 1 {
		up, err := oldest(tx, from[1:], kind)
		if err != nil {
			return nil, err
		}
		rows = append(rows, up...)
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
		if v.reader == court || v.above == court { // else another of his posts has it
			out = append(out, v)
		}
	}
	return out, nil
}

// mostWaiting papers of its own, and as many that came up, stand on a desk.
const mostWaiting = 100

// oldest are the papers that waited longest for an answer from some courts.
func oldest(tx *db.Tx, courts []string, kind string) ([]row, error) {
	return db.List[row](tx, `SELECT `+cols+` FROM complaint_complaint WHERE reader IN (`+db.In(len(courts))+`) AND kind = ? AND state = 'waiting' ORDER BY due_on, id LIMIT ?`, append(db.Args(courts), kind, mostWaiting)...)
}

// below are a court and the courts under it, whose papers may have come up.
func below(tx *db.Tx, code string) ([]string, error) {
	all, err := docket.Courts(tx)
	out := []string{code}
	for i := 0; i < len(out); i++ {
		for _, c := range all {
			if c.Parent == out[i] {
				out = append(out, c.Code)
			}
		}
	}
	return out, err
}

// material returns a kept file, and the paper that it belongs to. Where the writer
// is not told, neither is where she took a photograph; what is kept says it still.
func (s *Service) material(ctx context.Context, paperID string, n int) (v seen, f web.Attachment, text string, err error) {
	if v, err = s.view(ctx, paperID, false); err != nil {
		return v, f, "", err
	}
	if n < 0 || n >= len(v.Record.Files) {
		return v, f, "", fault.Missing()
	}
	f = v.Record.Files[n]
	if text, err = s.k.OpenSealed(ctx, sealFile, f.Digest); err != nil || !v.unnamed() {
		return v, f, text, err
	}
	b, err := io.ReadAll(web.Placeless(strings.NewReader(text)))
	return v, f, string(b), err
}

// reading is when someone of the office opened a paper.
type reading struct {
	Name string    `json:"name"`
	What string    `json:"what"` // empty: the paper; else the name of a file
	At   time.Time `json:"at"`
}

// readings are who of the office opened a paper, the newest first: read by
// those who may read the paper, and by nobody else, its writer included.
func (s *Service) readings(tx *db.Tx, paperID string) (out []reading, err error) {
	type row struct {
		Sealed string    `db:"sealed"`
		At     time.Time `db:"at"`
	}
	rows, err := db.List[row](tx, `SELECT sealed, at FROM complaint_reading WHERE complaint_id = ? ORDER BY at DESC, id DESC LIMIT 50`, paperID)
	for _, r := range rows {
		text, err := s.k.Vault.Open(sealReading, r.Sealed)
		if err != nil {
			return nil, err
		}
		x := reading{At: r.At}
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, err
}

// Reading is the object of a reading that [Service.Record] takes down.
const Reading = "complaint"

// Record takes down that someone of the office opened a paper or a file of it.
// Like the paper it leaves no sign elsewhere: the row is sealed, and its entry
// lies in a chain of the reader's own that only the audit of the ledger walks.
func (s *Service) Record(ctx context.Context, r web.Reading) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		p, err := docket.PersonOf(tx, r.Person)
		if err != nil {
			return err
		}
		b, err := json.Marshal(reading{Name: p.Name, What: r.Basis, At: r.At})
		if err != nil {
			return err
		}
		sealed := s.k.Vault.Seal(sealReading, string(b))
		if _, err := tx.Exec(`INSERT INTO complaint_reading (id, complaint_id, sealed, at) VALUES (?, ?, ?, ?)`, id.New(), r.ID, sealed, r.At); err != nil {
			return err
		}
		return s.k.Confide(tx, entered, r.Person, sealed)
	})
}
