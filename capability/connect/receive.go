package connect

import (
	"context"
	"net/http"
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
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		y, err := s.connected(ctx, tx, "send")
		if err != nil {
			return err
		}
		fresh, err := s.note(tx, y, e, by, "listed", "")
		if err != nil {
			return err
		}
		switch {
		case !fresh:
			o.Outcome = "repeated"
		case e.Type != typePut:
			o.Outcome = "listed"
		default:
			if err := y.allowed("put"); err != nil {
				return err
			}
			if o, err = s.put(tx, y, e.Data); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE connect_received SET state = ? WHERE system_id = ? AND key = ?`, o.Outcome, y.ID, e.key()); err != nil {
				return err
			}
		}
		return also(tx)
	})
	if err != nil && refused(err) {
		return outcome{Outcome: "refused"}, s.refuse(ctx, e, by, err, also)
	}
	return o, err
}

// refuse lists a message about which nothing was done, and returns why.
func (s *Service) refuse(ctx context.Context, e event, by string, why error, also func(tx *db.Tx) error) error {
	err := s.k.Note(app.Alone(ctx), func(tx *db.Tx) error {
		y, err := s.connected(ctx, tx, "send")
		if err != nil {
			return err
		}
		if _, err := s.note(tx, y, e, by, "refused", fault.As(why).Show); err != nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return err
	}
	return why
}

// refused reports whether an error is the sender's to mend.
func refused(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Forbidden, fault.Conflict, fault.NotFound:
		return true
	}
	return false
}

// note lists a message; fresh is false when it was taken before.
func (s *Service) note(tx *db.Tx, y system, e event, by, state, reason string) (fresh bool, err error) {
	n, err := tx.Exec(`INSERT INTO connect_received (id, system_id, court_id, key, type, way, state, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (system_id, key) DO UPDATE SET state = excluded.state, reason = excluded.reason, at = excluded.at WHERE connect_received.state = 'refused'`,
		id.New(), y.ID, y.Court, e.key(), e.Type, by, state, reason, tx.Now())
	return n > 0, err
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
}

func receivedOf(tx *db.Tx, court, before string) ([]received, error) {
	q, args := "", []any{court}
	if before != "" {
		q, args = ` AND r.id < ?`, append(args, before)
	}
	return db.List[received](tx, `SELECT r.id, s.name, r.type, r.way, r.state, r.reason, r.at FROM connect_received r JOIN connect_system s ON s.id = r.system_id
		WHERE r.court_id = ?`+q+` ORDER BY r.id DESC LIMIT ?`, append(args, shown+1)...)
}
