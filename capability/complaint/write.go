package complaint

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law"
	"mashang/law/restday"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/web"
)

// row is a paper as it lies in the database.
type row struct {
	ID     string    `db:"id"`
	Kind   string    `db:"kind"`
	Reader string    `db:"reader"`
	Author string    `db:"author"`
	Sealed string    `db:"sealed"`
	State  string    `db:"state"`
	Due    law.Date  `db:"due_on"`
	Answer string    `db:"answer"` // sealed
	At     time.Time `db:"at"`
}

const cols = `id, kind, reader, author, sealed, state, due_on, answer, at`

// written is what a row holds, once it is opened.
type written struct {
	paper
	Case   string           `json:"case"`
	Number string           `json:"number"`
	Names  []string         `json:"names"` // of those in About
	Of     string           `json:"of"`    // court that it is about
	Author string           `json:"author,omitempty"`
	Near   []string         `json:"near,omitempty"` // who handled the case or stood in it: none of them reads this
	Files  []web.Attachment `json:"files"`
}

// keeper is what is sealed: also who wrote it, who hears of the answer.
type keeper struct {
	written
	Person string `json:"person"`
}

const accept web.Kinds = ".jpg,.jpeg,.png,.pdf,.txt,.mp3,.m4a,.amr,.wav,.webm,.ogg,.mp4"

const (
	sealPaper   = "complaint.paper"
	sealFile    = "complaint.file"
	sealAnswer  = "complaint.answer"
	sealReading = "complaint.reading"
)

// aSealedCase is what an office is told of a case that was sealed: by its id is only
// found who handles it by now, and may not read this.
const aSealedCase = "一件封存的案件"

func actor(tx *db.Tx) auth.Actor { return auth.From(tx.Context()) }

func (s *Service) author(person string) string { return s.k.Vault.Find("complaint.author", person) }

// keep stores materials before the act, sealed.
func (s *Service) keep(ctx context.Context, ups []web.Upload) ([]web.Attachment, error) {
	return accept.Keep("files", mostFiles, ups, func(body io.Reader) (string, int64, error) { return s.k.PutSealed(ctx, sealFile, body) })
}

// write takes a paper. Nothing follows from it but a line on the desk of the
// office that reads.
func (s *Service) write(ctx context.Context, caseID string, p paper, ups []web.Upload) (m made, err error) {
	if err := p.check(); err != nil {
		return m, err
	}
	if len(ups) > 0 { // no stranger's file is stored
		err := s.k.Read(ctx, func(tx *db.Tx) error {
			_, err := access.May(tx, auth.From(ctx), "write", access.Of("complaint", caseID), tx.Now())
			return err
		})
		if err != nil {
			return m, err
		}
	}
	files, err := s.keep(ctx, ups)
	if err != nil {
		return m, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		m, err = s.writeIn(tx, caseID, p, files)
		return err
	})
	return m, err
}

func (s *Service) writeIn(tx *db.Tx, caseID string, p paper, files []web.Attachment) (made, error) {
	a, now := actor(tx), tx.Now()
	g, err := access.May(tx, a, "write", access.Of("complaint", caseID), now)
	if err != nil {
		return made{}, err
	}
	k, _ := kindOf(p.Kind)
	w := keeper{written: written{paper: p, Of: g.Case.Court, Case: caseID, Number: g.Case.Number, Author: a.Name, Files: files}, Person: a.Person}
	if g.Case.Secrecy == docket.Sealed { // the office need not know which
		w.Number = aSealedCase
	}
	people, err := s.people(tx, g.Case)
	if err != nil {
		return made{}, err
	}
	for _, id := range p.About {
		name, known := people[id]
		if !known {
			return made{}, fault.Field("about", "选的人不在这个案件里，请重新选。")
		}
		w.Names = append(w.Names, name)
	}
	if w.Near, err = db.List[string](tx, `SELECT DISTINCT person_id FROM docket_access WHERE case_id = ? AND capacity NOT IN ('opened', 'filer') ORDER BY person_id`, caseID); err != nil {
		return made{}, err
	}
	reader, served, err := office(tx, k, g.Case.Court, w.written)
	if err != nil {
		return made{}, err
	}
	cal, err := docket.Calendar(tx)
	if err != nil {
		return made{}, err
	}
	ct, err := docket.CourtOf(tx, w.Of)
	if err != nil {
		return made{}, err
	}
	b, err := json.Marshal(w)
	if err != nil {
		return made{}, err
	}
	r := row{ID: id.New(), Kind: k.Key, Reader: reader, Author: s.author(a.Person), Sealed: s.k.Vault.Seal(sealPaper, string(b)), State: "waiting", Due: due(cal, now, k.in(ct)), At: now}
	if _, err := tx.Exec(`INSERT INTO complaint_complaint (`+cols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, r.Kind, r.Reader, r.Author, r.Sealed, r.State, r.Due, "", r.At); err != nil {
		return made{}, err
	}
	return made{r.ID, served}, s.k.Confide(tx, entered, a.Person, r.Sealed)
}

func due(cal *restday.Calendar, at time.Time, days int) law.Date {
	return cal.AddWorkingDays(law.DateOf(at, clock.Shanghai), days).Last
}

// people of a case whom a paper may be about, by id.
func (s *Service) people(tx *db.Tx, c docket.Case) (map[string]string, error) {
	out := map[string]string{}
	seats, err := docket.Seats(tx, c.ID, tx.Now())
	for _, x := range seats {
		out[x.Person] = x.Name
	}
	return out, err
}

// tell lets the writer hear, on the phone of his own account: the one that a case
// holds is written down by who handles it, and may be his.
func (s *Service) tell(tx *db.Tx, w keeper, court, says string) error {
	ct, err := docket.CourtOf(tx, court)
	if err != nil {
		return err
	}
	phone, err := s.phones.PhoneOf(tx, w.Person, false)
	if err != nil || phone == "" {
		return err
	}
	return s.k.Notify.SendAt(tx, docket.Rings(tx.Now()), "sms", phone, "", "【"+ct.Short+"】"+says)
}

// answer is what an office says.
type answer struct {
	Text string `json:"text"`
}

// answer closes a paper. The message that goes to the writer does not say what
// it is about: others may read his phone.
func (s *Service) answer(ctx context.Context, paperID string, c answer) error {
	if n := len([]rune(c.Text)); n == 0 || n > mostText {
		return fault.Field("text", "请写答复，最多 5000 字。")
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, w, err := s.byOffice(tx, paperID)
		if err != nil {
			return err
		}
		sealed := s.k.Vault.Seal(sealAnswer, c.Text)
		n, err := tx.Exec(`UPDATE complaint_complaint SET state = 'answered', answer = ? WHERE id = ? AND state = 'waiting'`, sealed, paperID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "这一份已经答复过了。")
		}
		reader, _, err := s.office(tx, r, w.written)
		if err != nil {
			return err
		}
		if err := s.tell(tx, w, reader, "您有一条答复，请登录查看。"); err != nil {
			return err
		}
		return s.k.Confide(tx, entered, actor(tx).Person, sealed)
	})
}

// pass hands a paper to the other office, which has its own days from today.
// It does so once: what was passed on is answered where it came.
func (s *Service) pass(ctx context.Context, paperID string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, w, err := s.byOffice(tx, paperID)
		if err != nil {
			return err
		}
		if r.State != "waiting" {
			return fault.New(fault.Conflict, "这一份已经答复过了。")
		}
		if r.Kind != w.Kind {
			return fault.New(fault.Conflict, "这一份是另一个部门转来的，请直接答复。")
		}
		k, _ := kindOf(r.Kind)
		to := k.other()
		reader, served, err := office(tx, to, w.Of, w.written)
		if err != nil {
			return err
		}
		if !served {
			return fault.New(fault.Conflict, to.Office+"现在没有人能看这一份，请您答复。")
		}
		cal, err := docket.Calendar(tx)
		if err != nil {
			return err
		}
		of, err := docket.CourtOf(tx, w.Of)
		if err != nil {
			return err
		}
		on := due(cal, tx.Now(), to.in(of))
		if err := db.Must1(tx.Exec(`UPDATE complaint_complaint SET kind = ?, reader = ?, due_on = ? WHERE id = ? AND kind = ? AND state = 'waiting'`, to.Key, reader, on, r.ID, r.Kind)); err != nil {
			return err
		}
		if err := s.tell(tx, w, reader, "您写的一份东西有新情况，请登录查看。"); err != nil {
			return err
		}
		return s.k.Confide(tx, entered, actor(tx).Person, r.Sealed+to.Key)
	})
}
