package connect

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/id"
	"mashang/platform/jobs"
)

// news is what an event is made of: a fact of a case that outsiders may hear.
type news struct {
	kind   string // type of the event
	number string // of the case; empty: nobody outside hears of it
	by     string // the system that told the court, which does not hear it back
	fact   map[string]any
}

// newsOf reads the fact that a job carries. Of a sealed case, and of one that
// has no number yet, there is none.
func newsOf(j *jobs.Job, c docket.Case) (n news, err error) {
	if err := json.Unmarshal([]byte(j.Body), &n.fact); err != nil {
		return n, err
	}
	n.kind = typeOf(j.Kind[strings.LastIndexByte(j.Kind, '.')+1:])
	n.by, _ = n.fact["system"].(string)
	switch {
	case n.kind == typeWithdrawn: // the case has lost it, and is sealed
		n.number, _ = n.fact["number"].(string)
	case c.Secrecy != docket.Sealed:
		n.number = c.Number
	}
	return n, nil
}

// data is what an event says: what the fact does, without people, and which
// case it was.
func (n news) data(c docket.Case) (json.RawMessage, error) {
	out := map[string]any{"court": c.Court, "number": n.number}
	for _, k := range kept {
		if v, ok := n.fact[k]; ok {
			out[k] = v
		}
	}
	return json.Marshal(out)
}

// source is where our events come from.
func (s *Service) source(court string) string {
	return s.k.Config.Origin + "/connect/" + url.PathEscape(court)
}

// hear turns a fact into one event, and into one letter for each open way of
// the case's court. Its id is made with its row, not with the job: who fetches
// events after the last one he has misses none whose job was held up.
func (s *Service) hear(ctx context.Context, j *jobs.Job) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		c, err := docket.CaseOf(tx, j.Lane)
		if err != nil {
			return err
		}
		n, err := newsOf(j, c)
		if err != nil {
			return err
		}
		ws, anybody, err := audience(tx, c.Court)
		if err != nil || n.number == "" || !anybody {
			return err // the queue finishes what leaves nothing
		}
		if err := s.tell(tx, n, c, ws); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// heard reports whether anybody outside hears of a case.
func (s *Service) heard(tx *db.Tx, caseID string) (bool, error) {
	c, err := docket.CaseOf(tx, caseID)
	if err != nil {
		return false, err
	}
	_, anybody, err := audience(tx, c.Court)
	return anybody, err
}

// audience are the open ways of a court, and whether there is one or a system
// that may fetch its events.
func audience(tx *db.Tx, court string) (ws []way, anybody bool, err error) {
	if ws, err = waysOf(tx, court); err != nil || len(ws) > 0 {
		return ws, true, err
	}
	ys, err := systemsOf(tx, court)
	for _, y := range ys {
		anybody = anybody || y.live(tx.Now()) && y.allowed("read") == nil
	}
	return nil, anybody, err
}

func (s *Service) tell(tx *db.Tx, n news, c docket.Case, ws []way) error {
	now := tx.Now()
	d, err := n.data(c)
	if err != nil {
		return err
	}
	e := event{SpecVersion: "1.0", ID: id.New(), Source: s.source(c.Court), Type: n.kind, Subject: n.number,
		Time: now.UTC().Format(time.RFC3339Nano), ContentType: "application/json", Data: d}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO connect_event (id, court_id, case_id, type, told_by, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)`, e.ID, c.Court, c.ID, e.Type, n.by, string(body), now); err != nil {
		return err
	}
	for _, w := range ws {
		if w.System == n.by {
			continue
		}
		if err := s.post(tx, e.ID, w, now); err != nil {
			return err
		}
	}
	return nil
}

// post puts an event on a way, behind all that is on it. One number for a way
// keeps its letters in the order of the acts that told of them.
func (s *Service) post(tx *db.Tx, eventID string, w way, now time.Time) error {
	seq, err := db.One[int64](tx, `INSERT INTO connect_mark (id, sent, taken, used_at) VALUES (?, 1, 0, 0)
		ON CONFLICT (id) DO UPDATE SET sent = connect_mark.sent + 1 RETURNING sent`, w.ID)
	if err != nil {
		return err
	}
	lid := letterID(eventID, w.ID)
	if _, err := tx.Exec(`INSERT INTO connect_letter (id, event_id, way_id, court_id, seq, state, tries, reason, at, moved_at) VALUES (?, ?, ?, ?, ?, 'waiting', 0, '', ?, ?)`,
		lid, eventID, w.ID, w.Court, seq, now, now); err != nil {
		return err
	}
	return s.queue(tx, lid, w.ID)
}

// letterID grows with time, as its event does.
func letterID(eventID, wayID string) string { return eventID + "-" + digest(wayID)[:8] }

// queue has a letter sent when those before it on its way are done with.
func (s *Service) queue(tx *db.Tx, lid, wayID string) error {
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "connect.send", Lane: "connect/" + wayID, Body: lid})
}

// fetched is a page of events.
type fetched struct {
	Events []event `json:"events"`
	Next   string  `json:"next"` // after, of the next page; the last event's id
}

const page = 100

// events returns what happened in the actor's court after an event.
func (s *Service) events(ctx context.Context, after string) (f fetched, err error) {
	f = fetched{Events: []event{}, Next: after}
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		y, err := s.connected(ctx, tx, "read")
		if err != nil {
			return err
		}
		type row struct {
			ID   string `db:"id"`
			Body string `db:"body"`
		}
		rows, err := db.List[row](tx, `SELECT e.id, e.body FROM connect_event e JOIN docket_case c ON c.id = e.case_id
			WHERE e.court_id = ? AND e.id > ? AND e.at <= ? AND e.at >= ? AND e.told_by <> ? AND (c.secrecy <> ? OR e.type = ?) ORDER BY e.id LIMIT ?`,
			y.Court, after, tx.Now().Add(-settle), y.At, y.ID, docket.Sealed, typeWithdrawn, page)
		for _, r := range rows {
			var e event
			if err := json.Unmarshal([]byte(r.Body), &e); err != nil {
				return err
			}
			f.Events, f.Next = append(f.Events, e), r.ID
		}
		return err
	})
	return f, err
}
