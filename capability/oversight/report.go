package oversight

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/court"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/web"
)

// record is a row: sealed, but for when and who may open it.
type record struct {
	ID     string    `db:"id"`
	Reader string    `db:"reader"`
	Author string    `db:"author"`
	Sealed string    `db:"sealed"`
	At     time.Time `db:"at"`
}

const cols = `id, reader, author, sealed, at`

// written is what a row holds, once it is opened.
type written struct {
	report
	Person     string           `json:"person"` // the writer
	Name       string           `json:"name"`
	Court      string           `json:"court"`
	Division   string           `json:"division"`
	AuthorUnit string           `json:"author_unit"`
	AuthorPost string           `json:"author_post"`
	Number     string           `json:"number"` // of the case at that time
	Files      []web.Attachment `json:"files"`
}

// file is a kept material; its bytes are sealed too.
const (
	mostBytes = 30 << 20
	mostFiles = 9
)

const accept web.Kinds = ".jpg,.jpeg,.png,.pdf,.txt,.mp3,.m4a,.amr,.wav,.webm,.ogg,.mp4,.doc,.docx"

const (
	sealRecord  = "oversight.record"
	sealFile    = "oversight.file"
	sealReading = "oversight.reading"
	sealFinding = "oversight.finding"
)

// keep stores materials before the act, sealed: the folder of files tells
// nobody what they are.
func (s *Service) keep(ctx context.Context, ups []web.Upload) ([]web.Attachment, error) {
	return accept.Keep("files", mostFiles, ups, func(body io.Reader) (string, int64, error) { return s.k.PutSealed(ctx, sealFile, body) })
}

// write keeps a report. Nothing follows from it: no job, no message, no line
// on any page but the writer's and the discipline office's.
func (s *Service) write(ctx context.Context, r report, ups []web.Upload) (recordID string, err error) {
	if err := check(r, docket.Today(s.k.Now())); err != nil {
		return "", err
	}
	if len(ups) > 0 { // no stranger's file is stored
		err := s.k.Read(ctx, func(tx *db.Tx) error {
			_, err := access.May(tx, auth.From(ctx), "record", access.In("oversight", ""), s.k.Now())
			return err
		})
		if err != nil {
			return "", err
		}
	}
	files, err := s.keep(ctx, ups)
	if err != nil {
		return "", err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		recordID, err = s.writeIn(tx, r, files)
		return err
	})
	return recordID, err
}

func (s *Service) writeIn(tx *db.Tx, r report, files []web.Attachment) (string, error) {
	a, now := auth.From(tx.Context()), s.k.Now()
	if _, err := access.May(tx, a, "record", access.In("oversight", ""), now); err != nil {
		return "", err
	}
	w := written{report: r, Person: a.Person, Files: files}
	if err := s.about(tx, &w, now); err != nil {
		return "", err
	}
	if r.Mends != "" {
		if old, _, err := s.open(tx, r.Mends); err != nil || old.Author != s.author(a.Person) {
			return "", fault.Field("mends", "要更正的那份记录不是您写的。")
		}
	}
	if err := s.answer(tx, w, now); err != nil {
		return "", err
	}
	b, err := json.Marshal(w)
	if err != nil {
		return "", err
	}
	reader, err := s.readerFor(tx, w.Court, r, now)
	if err != nil {
		return "", err
	}
	rec := record{ID: id.New(), Reader: reader, Author: s.author(a.Person), Sealed: s.k.Vault.Seal(sealRecord, string(b)), At: now}
	if _, err := tx.Exec(`INSERT INTO oversight_record (`+cols+`) VALUES (?, ?, ?, ?, ?)`, rec.ID, rec.Reader, rec.Author, rec.Sealed, rec.At); err != nil {
		return "", err
	}
	return rec.ID, s.k.Confide(tx, entered, a.Person, rec.Sealed)
}

// about adds who writes, from which unit, about which case. A case is named by
// its id only from a page that the writer may read.
func (s *Service) about(tx *db.Tx, w *written, now time.Time) error {
	a := auth.From(tx.Context())
	at := ""
	if w.Case != "" {
		g, err := access.May(tx, a, "read", access.Of("case", w.Case), now)
		if err != nil {
			return err
		}
		at, w.Number = g.Case.Court, g.Case.Number
	}
	p, err := postOf(tx, a.Person, at, now)
	if err != nil {
		return err
	}
	me, err := docket.PersonOf(tx, a.Person)
	if err != nil {
		return err
	}
	w.Name, w.Court, w.Division, w.AuthorPost = me.Name, p.Court, p.Division, p.Role.Title()
	if p.Division != "" {
		d, err := docket.DivisionOf(tx, p.Division)
		if err != nil {
			return err
		}
		w.AuthorUnit = d.Name
	}
	return nil
}

// readerFor is the court whose discipline office reads: the writer's own, or
// the one above when someone of the office is named, or the writer wants it.
func (s *Service) readerFor(tx *db.Tx, code string, r report, now time.Time) (string, error) {
	up := r.Superior || r.office()
	for {
		ms, err := docket.Staff(tx, code, now, docket.Discipline)
		if err != nil {
			return "", err
		}
		for _, m := range ms {
			up = up || r.about(m.Name)
		}
		c, known := court.ByCode(code)
		if !up || !known || c.Parent == "" {
			return code, nil
		}
		code, up = c.Parent, false
	}
}

// open returns a row with what it holds.
func (s *Service) open(tx *db.Tx, recordID string) (record, written, error) {
	rec, err := db.One[record](tx, `SELECT `+cols+` FROM oversight_record WHERE id = ?`, recordID)
	if err != nil {
		return rec, written{}, err
	}
	w, err := s.unseal(rec)
	return rec, w, err
}

func (s *Service) unseal(rec record) (w written, err error) {
	b, err := s.k.Vault.Open(sealRecord, rec.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(b), &w)
	}
	return w, err
}
