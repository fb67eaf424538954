package connect

import (
	"context"
	"net/http"
	"strings"
	"time"

	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
)

// outcome is what became of a case or a message: created, changed, same;
// listed for a message that nothing is done about; repeated for one that came
// before; refused.
type outcome struct {
	Outcome string `json:"outcome"`
	Case    string `json:"case,omitempty"`
}

// errNoCases says that cases cannot be taken here.
var errNoCases = fault.New(fault.Unavailable, "本院还不能收别的系统交来的案件。")

// putCase takes one case from the system that acts. The same again writes nothing.
func (s *Service) putCase(ctx context.Context, record []byte) (o outcome, err error) {
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		y, err := s.connected(ctx, tx, "put")
		if err != nil {
			return err
		}
		if o, err = s.put(tx, y, record); err != nil || o.Outcome == "same" {
			return err
		}
		_, err = tx.Exec(`INSERT INTO connect_received (id, system_id, court_id, key, type, way, state, reason, at) VALUES (?, ?, ?, ?, ?, 'api', ?, '', ?)`,
			id.New(), y.ID, y.Court, id.New(), typePut, o.Outcome, tx.Now())
		return err
	})
	return o, err
}

func (s *Service) put(tx *db.Tx, y system, record []byte) (o outcome, err error) {
	if s.cases == nil {
		return o, errNoCases
	}
	o.Case, o.Outcome, err = s.cases.Put(tx, y.Court, record)
	return o, err
}

// take takes one event from the system that acts, once. What is refused is
// listed, and may come again corrected under the same id.
func (s *Service) take(ctx context.Context, raw []byte, by string, also func(tx *db.Tx) error) (o outcome, err error) {
	e, err := parseEvent(raw)
	if err != nil {
		return outcome{Outcome: "refused"}, s.refuse(ctx, event{ID: digest(string(raw)), Type: "?"}, by, err, also)
	}
	for range races {
		err = s.k.Do(ctx, func(tx *db.Tx) error {
			if o, err = s.takeIn(ctx, tx, e, by); err != nil {
				return err
			}
			return also(tx)
		})
		if !fault.IsStale(err) {
			break
		}
	}
	if err != nil && refused(err) {
		return outcome{Outcome: "refused"}, s.refuse(ctx, e, by, err, also)
	}
	return o, err
}

// races is how often a message is tried that lost a race for its case. One that
// loses them all is taken in the next round, or sent again by its sender.
const races = 3

func (s *Service) takeIn(ctx context.Context, tx *db.Tx, e event, by string) (o outcome, err error) {
	y, err := s.connected(ctx, tx, "send")
	if err != nil {
		return o, err
	}
	fresh, err := s.note(tx, y, e, by, "listed", "", "")
	switch {
	case err != nil:
		return o, err
	case !fresh:
		return outcome{Outcome: "repeated"}, nil
	case e.Type != typePut:
		return outcome{Outcome: "listed"}, nil
	}
	if err := y.allowed("put"); err != nil {
		return o, err
	}
	if o, err = s.put(tx, y, e.Data); err != nil {
		return o, err
	}
	_, err = tx.Exec(`UPDATE connect_received SET state = ? WHERE system_id = ? AND key = ?`, o.Outcome, y.ID, e.key())
	return o, err
}

// refuse lists a message about which nothing was done, and returns why.
func (s *Service) refuse(ctx context.Context, e event, by string, why error, also func(tx *db.Tx) error) error {
	err := s.k.Note(app.Alone(ctx), func(tx *db.Tx) error {
		y, err := s.connected(ctx, tx, "send")
		if err != nil {
			return err
		}
		if _, err := s.note(tx, y, e, by, "refused", reasons(why), ""); err != nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return err
	}
	return why
}

// reasons are all that the sender has to mend, and not the first of it alone.
func reasons(why error) string {
	var said []string
	for _, e := range fault.Fields(why) {
		said = append(said, e.Show)
	}
	if len(said) == 0 {
		return fault.As(why).Show
	}
	return strings.Join(said[:min(len(said), 20)], "")
}

// refused reports whether an error is the sender's to mend; a race is nobody's.
func refused(err error) bool {
	if fault.IsStale(err) {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Forbidden, fault.Conflict, fault.NotFound:
		return true
	}
	return false
}

// note lists a message; fresh is false when it was taken before. What is refused
// once more waits to be looked at once more.
func (s *Service) note(tx *db.Tx, y system, e event, by, state, reason, place string) (fresh bool, err error) {
	n, err := tx.Exec(`INSERT INTO connect_received (id, system_id, court_id, key, type, way, state, reason, place, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (system_id, key) DO UPDATE SET state = excluded.state, reason = excluded.reason, at = excluded.at, settled_at = 0 WHERE connect_received.state = 'refused'`,
		id.New(), y.ID, y.Court, e.key(), e.Type, by, state, reason, place, tx.Now())
	return n > 0, err
}

// noteFile lists a file that is no letter, once for as long as it lies there.
func (s *Service) noteFile(tx *db.Tx, y system, e event, by, reason, place string) error {
	_, err := tx.Exec(`INSERT INTO connect_received (id, system_id, court_id, key, type, way, state, reason, place, at) VALUES (?, ?, ?, ?, ?, ?, 'refused', ?, ?, ?) ON CONFLICT (system_id, key) DO NOTHING`,
		id.New(), y.ID, y.Court, e.key(), e.Type, by, reason, place, tx.Now())
	return err
}

// replaced settles what was said of the files that lay in a letter's place.
func replaced(tx *db.Tx, y system, place string) error {
	_, err := tx.Exec(`UPDATE connect_received SET settled_at = ? WHERE system_id = ? AND place = ? AND settled_at = 0`, tx.Now(), y.ID, place)
	return err
}

// looked settles what was refused, one or all of a court: somebody has told the
// other side.
func (s *Service) looked(ctx context.Context, c which) error {
	return s.change(ctx, c.Court, "connect.looked", func(tx *db.Tx) (map[string]any, error) {
		q, args := "", []any{tx.Now(), c.Court}
		if c.ID != "" {
			q, args = ` AND id = ?`, append(args, c.ID)
		}
		n, err := tx.Exec(`UPDATE connect_received SET settled_at = ? WHERE court_id = ? AND state = 'refused' AND settled_at = 0`+q, args...)
		if err == nil && n == 0 {
			err = errSettled
		}
		return map[string]any{"messages": n}, err
	})
}

// authentic returns ctx in which the system acts that signed a request. A
// system that is not there, one that ended and a wrong signature are answered alike.
func (s *Service) authentic(ctx context.Context, systemID string, h http.Header, queued bool, body []byte) (context.Context, error) {
	var y system
	var ok bool
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		y, ok, err = db.Maybe[system](tx, `SELECT `+systemCols+systemFrom+`WHERE s.id = ?`, systemID)
		return err
	})
	if err != nil {
		return nil, err
	}
	now, secret := s.k.Now(), ""
	if ok && y.live(now) {
		if secret, err = s.k.Vault.Open(sealSecret, y.Secret); err != nil {
			return nil, err
		}
	}
	if err := checkSign(h, secret, now, queued, body); err != nil {
		return nil, err
	}
	return s.as(ctx, y), nil
}

// as is ctx in which a system acts. The key of a form is another's: a message
// is one by its own id.
func (s *Service) as(ctx context.Context, y system) context.Context {
	return auth.With(app.Alone(ctx), y.actor())
}

// received is one line of the list.
type received struct {
	ID     string    `db:"id" json:"id"`
	Name   string    `db:"name" json:"system"`
	Type   string    `db:"type" json:"type"`
	Way    string    `db:"way" json:"way"`
	State  string    `db:"state" json:"state"`
	Reason string    `db:"reason" json:"reason"`
	At     time.Time `db:"at" json:"at"`
	Looked time.Time `db:"settled_at" json:"looked"` // of what was refused: when somebody looked, or it came mended
}

// waits reports whether somebody has to look.
func (r received) waits() bool { return r.State == "refused" && r.Looked.IsZero() }

// receivedOf is a page of what came, newest first; waiting: only what was
// refused and nobody has looked at.
func receivedOf(tx *db.Tx, court string, waiting bool, before string) ([]received, error) {
	q, args := "", []any{court}
	if waiting {
		q = ` AND r.state = 'refused' AND r.settled_at = 0`
	}
	if before != "" {
		q, args = q+` AND r.id < ?`, append(args, before)
	}
	return db.List[received](tx, `SELECT r.id, s.name, r.type, r.way, r.state, r.reason, r.at, r.settled_at FROM connect_received r JOIN connect_system s ON s.id = r.system_id
		WHERE r.court_id = ?`+q+` ORDER BY r.id DESC LIMIT ?`, append(args, shown+1)...)
}
