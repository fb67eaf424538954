package connect

import (
	"context"
	"fmt"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// shown is how many lines a page of a list has.
const shown = 50

// Headings on the administrator's desk.
const (
	groupDead    = "没有送到的消息"
	groupRefused = "没有收的消息"
)

// tasks: what was tried for the last time, and what was refused, waits for the
// system administrator of the court, and of the court above.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	mine := false
	for _, p := range v.Posts {
		mine = mine || p.Role == docket.SystemAdmin
	}
	if !mine {
		return nil, nil
	}
	dead, err := waiting(tx, v, `SELECT l.court_id, s.name, COUNT(*) AS n FROM connect_letter l JOIN connect_way w ON w.id = l.way_id JOIN connect_system s ON s.id = w.system_id
		WHERE l.state = 'dead' GROUP BY l.court_id, s.name ORDER BY l.court_id, s.name`,
		capability.Task{Group: groupDead, Title: "有 %d 条消息没有送到%s", Href: "/connect/letters?state=dead&court=", Tone: "late", Tag: "请您决定"})
	if err != nil {
		return nil, err
	}
	refused, err := waiting(tx, v, `SELECT r.court_id, s.name, COUNT(*) AS n FROM connect_received r JOIN connect_system s ON s.id = r.system_id
		WHERE r.state = 'refused' AND r.settled_at = 0 GROUP BY r.court_id, s.name ORDER BY r.court_id, s.name`,
		capability.Task{Group: groupRefused, Title: "有 %d 条消息没有收，是%s送来的", Href: "/connect/received?state=refused&court=", Tone: "late", Tag: "请告诉对方"})
	return append(dead, refused...), err
}

// waiting makes a task for each system of the courts that the viewer looks
// after, from rows of a court, a system and a number.
func waiting(tx *db.Tx, v capability.Viewer, q string, t capability.Task) (out []capability.Task, err error) {
	type row struct {
		Court string `db:"court_id"`
		Name  string `db:"name"`
		N     int    `db:"n"`
	}
	rows, err := db.List[row](tx, q)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if _, err := access.May(tx, v.Actor, "settings", access.In("court", r.Court), v.Now); err != nil {
			if fault.KindOf(err) == fault.Forbidden {
				continue
			}
			return nil, err
		}
		c, err := docket.CourtOf(tx, r.Court)
		if err != nil {
			return nil, err
		}
		task := t
		task.Title, task.Sub, task.Href = fmt.Sprintf(t.Title, r.N, r.Name), c.Short, t.Href+r.Court
		out = append(out, task)
	}
	return out, nil
}

// lettersOf is a page of a court's letters, newest first; those of one state, or all.
func lettersOf(tx *db.Tx, court, state, before string) ([]letter, error) {
	q, args := "", []any{court}
	if state != "" {
		q, args = ` AND l.state = ?`, append(args, state)
	}
	if before != "" {
		q, args = q+` AND l.id < ?`, append(args, before)
	}
	return db.List[letter](tx, `SELECT `+letterCols+letterFrom+`WHERE l.court_id = ?`+q+` ORDER BY l.id DESC LIMIT ?`, append(args, shown+1)...)
}

var errSettled = fault.New(fault.Conflict, "没有要办的消息了，可能已经有人办过。请看最新的情况。")

// dead are the letters that a command is about: one, or all of the court.
func dead(tx *db.Tx, c which) ([]letter, error) {
	q, args := "", []any{c.Court}
	if c.ID != "" {
		q, args = ` AND l.id = ?`, append(args, c.ID)
	}
	ls, err := db.List[letter](tx, `SELECT `+letterCols+letterFrom+`WHERE l.court_id = ? AND l.state = 'dead'`+q+` ORDER BY l.way_id, l.seq LIMIT 1000`, args...)
	if err == nil && len(ls) == 0 {
		err = errSettled
	}
	return ls, err
}

// again sends what could not be delivered once more, each way in its order.
func (s *Service) again(ctx context.Context, c which) error {
	return s.settleDead(ctx, c, "connect.again", "waiting", func(tx *db.Tx, l letter) error { return s.queue(tx, l.ID, l.Way) })
}

// drop lets it be.
func (s *Service) drop(ctx context.Context, c which) error {
	return s.settleDead(ctx, c, "connect.dropped", "dropped", func(tx *db.Tx, l letter) error {
		if l.Kind != byFolder {
			return nil
		}
		return s.queue(tx, l.ID, l.Way) // its number leaves, empty
	})
}

func (s *Service) settleDead(ctx context.Context, c which, kind, state string, then func(tx *db.Tx, l letter) error) error {
	return s.change(ctx, c.Court, kind, func(tx *db.Tx) (map[string]any, error) {
		ls, err := dead(tx, c)
		if err != nil {
			return nil, err
		}
		for _, l := range ls {
			n, err := tx.Exec(`UPDATE connect_letter SET state = ?, tries = 0, moved_at = ? WHERE id = ? AND state = 'dead'`, state, tx.Now(), l.ID)
			if err != nil {
				return nil, err
			}
			if n == 0 { // a colleague was faster, since they were listed
				return nil, errSettled
			}
			if err := then(tx, l); err != nil {
				return nil, err
			}
		}
		return map[string]any{"letters": len(ls), "first": ls[0].Event}, nil
	})
}
