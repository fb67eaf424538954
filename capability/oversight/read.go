package oversight

import (
	"context"
	"slices"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/web"
)

// seen is a record as one of its two readers sees it.
type seen struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Record   written   `json:"record"`
	Mine     bool      `json:"mine"`
	Reader   string    `json:"reader"`   // the court whose discipline office reads
	Served   bool      `json:"served"`   // that office works with this system
	Readings []reading `json:"readings"` // by the discipline office
}

// reading is when someone of the discipline office opened a record.
type reading struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// view returns a record to its writer or the discipline office. To anybody
// else there is nothing, whether the id is right or wrong.
func (s *Service) view(ctx context.Context, recordID string) (v seen, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), s.k.Now()
		if _, err := access.May(tx, a, "record", access.In("oversight", ""), now); err != nil {
			return err
		}
		rec, w, err := s.open(tx, recordID)
		if err != nil {
			return err
		}
		v = seen{ID: rec.ID, At: rec.At, Record: w, Mine: rec.Author == s.author(a.Person)}
		if !v.Mine {
			if err := s.mayRead(tx, a, rec, w, now); err != nil {
				return err
			}
		}
		if v.Reader, v.Served, err = office(tx, rec.Reader, now); err != nil {
			return err
		}
		v.Readings, err = s.readings(tx, rec.ID)
		return err
	})
	return v, err
}

// mayRead says nothing to those who may not: not even that it exists.
func (s *Service) mayRead(tx *db.Tx, a auth.Actor, rec record, w written, now time.Time) error {
	if _, err := access.May(tx, a, "read", access.In("oversight", rec.Reader), now); err != nil {
		if fault.KindOf(err) == fault.Forbidden {
			return fault.Missing()
		}
		return err
	}
	me, err := docket.PersonOf(tx, a.Person)
	if err == nil && (w.Form == none || w.Form == told || w.about(me.Name) || w.office() && rec.Reader == w.Court) {
		return fault.Missing()
	}
	return err
}

// office names the discipline office of a court, and says whether anybody of
// it can sign in here.
func office(tx *db.Tx, code string, now time.Time) (string, bool, error) {
	ms, err := docket.Staff(tx, code, now, docket.Discipline)
	if err != nil {
		return "", false, err
	}
	c, known := courtName(code)
	if !known {
		c = code
	}
	return c + "督察部门", len(ms) > 0, nil
}

func (s *Service) readings(tx *db.Tx, recordID string) (out []reading, err error) {
	type row struct {
		Sealed string    `db:"sealed"`
		At     time.Time `db:"at"`
	}
	rows, err := db.List[row](tx, `SELECT sealed, at FROM oversight_reading WHERE record_id = ? ORDER BY at DESC, id DESC LIMIT 20`, recordID)
	for _, r := range rows {
		name, err := s.k.Vault.Open(sealReading, r.Sealed)
		if err != nil {
			return nil, err
		}
		out = append(out, reading{name, r.At})
	}
	return out, err
}

// Reading is the object of a reading that [Service.Record] takes down.
const Reading = "oversight"

// Record takes down that someone of the discipline office opened a record: the
// writer sees it, and nobody else.
func (s *Service) Record(ctx context.Context, r web.Reading) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		p, err := docket.PersonOf(tx, r.Person)
		if err != nil {
			return err
		}
		sealed := s.k.Vault.Seal(sealReading, p.Name)
		if _, err := tx.Exec(`INSERT INTO oversight_reading (id, record_id, sealed, at) VALUES (?, ?, ?, ?)`, id.New(), r.ID, sealed, r.At); err != nil {
			return err
		}
		return s.k.Confide(tx, entered, r.Person, sealed)
	})
}

// material returns a kept file of a record that the actor may read, and the record.
func (s *Service) material(ctx context.Context, recordID string, n int) (v seen, f web.Attachment, text string, err error) {
	if v, err = s.view(ctx, recordID); err != nil {
		return v, f, "", err
	}
	if n < 0 || n >= len(v.Record.Files) {
		return v, f, "", fault.Missing()
	}
	f = v.Record.Files[n]
	text, err = s.k.OpenSealed(ctx, sealFile, f.Digest)
	return v, f, text, err
}

// list is a page of records, newest first.
type list struct {
	Records []seen `json:"records"`
	Next    string `json:"next,omitempty"`
}

const (
	pageSize = 30
	batch    = 200
)

// mine lists what the actor wrote.
func (s *Service) mine(ctx context.Context, key string) (l list, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		if _, err := access.May(tx, a, "record", access.In("oversight", ""), s.k.Now()); err != nil {
			return err
		}
		l, err = s.page(tx, `author = ?`, []any{s.author(a.Person)}, key, func(w written) bool { return true })
		for i := range l.Records {
			l.Records[i].Mine = true
		}
		return err
	})
	return l, err
}

// line is what a list says of a record: who reads more opens it, and its writer
// is told.
func (w written) line() written {
	return written{report: report{Form: w.Form, Nature: w.Nature, Who: w.Who, About: w.About, Urgent: w.Urgent, Mends: w.Mends}, Number: w.Number, Name: w.Name, AuthorUnit: w.AuthorUnit}
}

// all lists what the discipline office reads.
func (s *Service) all(ctx context.Context, key string) (l list, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		courts, me, err := s.offices(tx, auth.From(ctx))
		if err != nil {
			return err
		}
		l, err = s.page(tx, `reader IN (`+db.In(len(courts))+`)`, db.Args(courts), key, func(w written) bool { return !w.about(me) && !(w.office() && slices.Contains(courts, w.Court)) })
		for i, r := range l.Records {
			l.Records[i].Record = r.Record.line()
		}
		return err
	})
	return l, err
}

// What nobody of the office has opened yet stands on its desk for so long, and
// among so many rows: answers that nobody asked are rows too.
const (
	unreadFor  = 30 * 24 * time.Hour
	unreadRows = 500
	unreadMost = 20
)

// newTasks are the records that the discipline office has not opened, the
// urgent ones first. The desk names nobody: others walk past the screen.
func (s *Service) newTasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	if !slices.ContainsFunc(v.Posts, func(p docket.Post) bool { return p.Role == docket.Discipline }) {
		return nil, nil
	}
	courts, me, err := s.offices(tx, v.Actor)
	if err != nil {
		return nil, err
	}
	rows, err := db.List[record](tx, `SELECT `+cols+` FROM oversight_record r WHERE reader IN (`+db.In(len(courts))+`) AND at > ?
		AND NOT EXISTS (SELECT 1 FROM oversight_reading x WHERE x.record_id = r.id) ORDER BY at DESC, id DESC LIMIT ?`, append(db.Args(courts), v.Now.Add(-unreadFor), unreadRows)...)
	if err != nil {
		return nil, err
	}
	var urgent, out []capability.Task
	for _, r := range rows {
		w, err := s.unseal(r)
		if err != nil {
			return nil, err
		}
		if w.Form == none || w.Form == told || w.about(me) || w.office() && slices.Contains(courts, w.Court) || r.Author == s.author(v.Actor.Person) {
			continue
		}
		t := capability.Task{Group: "新的记录，还没有人看", Title: kindWord(w.report), Sub: w.Number, Href: "/oversight/record/" + r.ID, Tone: "go", Tag: "请看"}
		if w.Urgent {
			t.Tone, t.Tag = "late", "已影响办案"
			urgent = append(urgent, t)
		} else {
			out = append(out, t)
		}
	}
	out = append(urgent, out...)
	return out[:min(len(out), unreadMost)], nil
}

// offices are the courts for whose discipline office the actor reads, and his
// own name, under which he reads nothing.
func (s *Service) offices(tx *db.Tx, a auth.Actor) (courts []string, name string, err error) {
	now := s.k.Now()
	posts, err := docket.Posts(tx, a.Person, now)
	if err != nil {
		return nil, "", err
	}
	denied := error(fault.New(fault.Forbidden, "这一页只有督察部门看得到。"))
	for _, p := range posts {
		if _, err := access.May(tx, a, "read", access.In("oversight", p.Court), now); err == nil {
			courts, denied = append(courts, p.Court), nil
		} else if denied != nil {
			denied = err
		}
	}
	if denied != nil {
		return nil, "", denied
	}
	p, err := docket.PersonOf(tx, a.Person)
	return courts, p.Name, err
}

// page reads rows older than key until it has a page of those that show says
// may be shown. Answers that nobody asked are no records to read.
func (s *Service) page(tx *db.Tx, where string, args []any, key string, show func(w written) bool) (l list, err error) {
	for {
		q, all := `SELECT `+cols+` FROM oversight_record WHERE `+where, append([]any{}, args...)
		if key != "" {
			q, all = q+` AND id < ?`, append(all, key)
		}
		rows, err := db.List[record](tx, q+` ORDER BY id DESC LIMIT ?`, append(all, batch)...)
		if err != nil {
			return l, err
		}
		for _, r := range rows {
			key = r.ID
			w, err := s.unseal(r)
			if err != nil {
				return l, err
			}
			if w.Form == none || w.Form == told || !show(w) {
				continue
			}
			if len(l.Records) == pageSize {
				l.Next = l.Records[pageSize-1].ID
				return l, nil
			}
			l.Records = append(l.Records, seen{ID: r.ID, At: r.At, Record: w})
		}
		if len(rows) < batch {
			return l, nil
		}
	}
}
