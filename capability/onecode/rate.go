package onecode

import (
	"context"
	"slices"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law/stats"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
)

// Two questions are kept apart, because they are asked of different people:
// how a message was handled, of who wrote it; and how the court served, of
// everyone at each step of his case. Neither is shown to whoever handles the
// case: the figures show sums from five ratings on, and no name.

// rating is what someone thinks.
type rating struct {
	ID     string    `db:"id" json:"id"`
	Case   string    `db:"case_id" json:"case"`
	Court  string    `db:"court_id" json:"-"`
	Person string    `db:"person" json:"-"`
	About  string    `db:"about" json:"about"`
	Step   string    `db:"step" json:"step"`
	Grade  string    `db:"grade" json:"grade"`
	Text   string    `db:"text" json:"text"`
	At     time.Time `db:"at" json:"at"`
}

const ratingCols = `id, case_id, court_id, person, about, step, grade, text, at`

// rate is the form of both.
type rate struct {
	Grade string `json:"grade"`
	Text  string `json:"text"`
}

func (c rate) check() error {
	var bad fault.List
	if !slices.Contains(stats.Grades, c.Grade) {
		bad.Add("grade", "请选满意、基本满意或者不满意。")
	}
	if len([]rune(c.Text)) > maxText {
		bad.Add("text", "一次最多 2000 字。")
	}
	return bad.Err()
}

// rateMessage says how satisfied the writer is with what became of his
// message. That he is not satisfied is seen by the office that follows it up
// and by nobody who handles the case; whoever wants to hear more asks again.
func (s *Service) rateMessage(ctx context.Context, messageID string, c rate) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(tx.Context()), tx.Now()
		m, err := messageOf(tx, messageID)
		if err != nil {
			return err
		}
		if _, err := access.May(tx, a, "ask", access.Of("message", m.Case), now); err != nil {
			return err
		}
		if err := auth.RequireOwn(a); err != nil {
			return err
		}
		if m.AuthorID != a.Person || !asks(m.Kind) {
			return fault.Missing() // nobody rates another's
		}
		if m.State != "answered" {
			return fault.New(fault.Conflict, "还没有答复。答复来了再评。")
		}
		if again, err := askedAgain(tx, m); err != nil {
			return err
		} else if again {
			return fault.New(fault.Conflict, "这一条您又问了一次。请评对后一次的答复。")
		}
		r := rating{ID: id.New(), Case: m.Case, Court: m.Court, Person: s.rater(a.Person), About: "message", Step: m.first(), Grade: c.Grade, Text: c.Text, At: now}
		if err := s.putRating(tx, r, m.Answered, "这一条您已经评过了。"); err != nil {
			return err
		}
		if m.Kind != opinion { // the figures are of opinions
			return nil
		}
		return s.k.Tell(tx, fact.OpinionRated{Case: m.Case, Court: m.Court, Message: r.Step, Grade: c.Grade, On: docket.Today(now)})
	})
}

// rateService says how the court served at a step of the case.
func (s *Service) rateService(ctx context.Context, caseID, step string, c rate) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(tx.Context()), tx.Now()
		g, err := access.May(tx, a, "ask", access.Of("message", caseID), now)
		if err != nil {
			return err
		}
		if err := auth.RequireOwn(a); err != nil {
			return err
		}
		if !slices.ContainsFunc(steps(g.Case), func(st Step) bool { return st.Key == step }) {
			return fault.New(fault.Conflict, "案件还没有走到这一步，走到了再评。")
		}
		r := rating{ID: id.New(), Case: caseID, Court: g.Case.Court, Person: s.rater(a.Person), About: "service", Step: step, Grade: c.Grade, Text: c.Text, At: now}
		if err := s.putRating(tx, r, time.Time{}, "这一步您已经评过了。每一步评一次。"); err != nil {
			return err
		}
		return s.k.Tell(tx, fact.ServiceRated{Case: caseID, Court: r.Court, Step: step, Rating: r.ID, Grade: c.Grade, On: docket.Today(now)})
	})
}

// rater is a person as his ratings know him.
func (s *Service) rater(person string) string { return s.k.Vault.Find("onecode.rater", person) }

// putRating keeps a rating, its entry for whoever gave it, and, when it is a
// bad one, the task of the office that follows it up. It takes the place of one
// that is older than since; whoever gave a newer one is told that he did. The
// engine judges that, so that what is sent many times at once counts once.
func (s *Service) putRating(tx *db.Tx, r rating, since time.Time, did string) error {
	var fresh bool
	var err error
	r.ID, fresh, err = db.Maybe[string](tx, `INSERT INTO onecode_rating (`+ratingCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (person, case_id, step) DO UPDATE SET grade = excluded.grade, text = excluded.text, at = excluded.at WHERE onecode_rating.at < ? RETURNING id`,
		r.ID, r.Case, r.Court, r.Person, r.About, r.Step, r.Grade, s.k.Vault.Seal("onecode.rating", r.Text), r.At, since)
	if err != nil {
		return err
	}
	if !fresh {
		return fault.New(fault.Conflict, did)
	}
	if r.Grade == stats.Bad {
		if _, err := tx.Exec(`INSERT INTO onecode_follow (rating_id, court_id, state, text, by_id, at, done_at) VALUES (?, ?, 'waiting', '', '', ?, 0)
			ON CONFLICT (rating_id) DO UPDATE SET state = 'waiting', at = excluded.at`, r.ID, r.Court, r.At); err != nil {
			return err
		}
	}
	return s.k.Confide(tx, "onecode.rated", auth.From(tx.Context()).Person, r.ID+r.Grade+r.Text)
}

// rated returns what a person has said in a case, by step; nothing to a session
// that began with a phone that the court wrote down.
func (s *Service) rated(tx *db.Tx, caseID, person string) (map[string]rating, error) {
	if auth.RequireOwn(auth.From(tx.Context())) != nil {
		return nil, nil
	}
	rs, err := db.List[rating](tx, `SELECT `+ratingCols+` FROM onecode_rating WHERE person = ? AND case_id = ?`, s.rater(person), caseID)
	out := map[string]rating{}
	for _, r := range rs {
		out[r.Step] = r
	}
	return out, err
}

// followUp is a bad rating that the supervising office looks after. It knows
// the case, not who said it.
type followUp struct {
	Rating string    `db:"rating_id" json:"rating"`
	Court  string    `db:"court_id" json:"-"`
	State  string    `db:"state" json:"state"`
	Done   string    `db:"done_text" json:"done"`
	At     time.Time `db:"at" json:"at"`
	About  string    `db:"about" json:"about"`
	Step   string    `db:"step" json:"step"`
	Grade  string    `db:"grade" json:"grade"` // may be better by now: he was answered once more
	Text   string    `db:"text" json:"text"`
	Number string    `db:"number" json:"number"`
}

// followFrom leaves out the cases with which who asks has, or had, to do: no
// bad rating is seen by whoever handled the case, whatever post he holds besides.
const followFrom = `SELECT f.rating_id, f.court_id, f.state, f.text AS done_text, f.at, r.about, r.step, r.grade, r.text, CASE WHEN c.secrecy = 'sealed' THEN '' ELSE c.number END AS number
	FROM onecode_follow f JOIN onecode_rating r ON r.id = f.rating_id JOIN docket_case c ON c.id = r.case_id
	WHERE NOT EXISTS (SELECT 1 FROM docket_access x WHERE x.case_id = r.case_id AND x.person_id = ? AND x.capacity NOT IN ('opened', 'filer')) AND `

func (s *Service) followOf(tx *db.Tx, ratingID string) (f followUp, err error) {
	if f, err = db.One[followUp](tx, followFrom+`f.rating_id = ?`, auth.From(tx.Context()).Person, ratingID); err != nil {
		return f, err
	}
	f.Text, err = s.k.Vault.Open("onecode.rating", f.Text)
	return f, err
}

func followsIn(tx *db.Tx, court, person string, n int) ([]followUp, error) {
	return db.List[followUp](tx, followFrom+`f.state = 'waiting' AND f.court_id = ? ORDER BY f.at, f.rating_id LIMIT ?`, person, court, n)
}

// follow closes a follow-up with what was done.
func (s *Service) follow(ctx context.Context, ratingID string, c write) error {
	if err := checkText("text", c.Text); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a := auth.From(tx.Context())
		f, err := s.followOf(tx, ratingID)
		if err != nil {
			return err
		}
		if _, err := access.May(tx, a, "follow", access.In("message", f.Court), tx.Now()); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE onecode_follow SET state = 'done', text = ?, by_id = ?, done_at = ? WHERE rating_id = ? AND state = 'waiting'`, c.Text, a.Person, tx.Now(), ratingID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "这一条已经有人办完了。")
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.followed", Court: f.Court, Actor: app.Actor(ctx), Body: map[string]any{"rating": ratingID}, Private: map[string]string{"text": c.Text}})
		return err
	})
}
