package connect

import (
	"context"
	"path/filepath"
	"time"

	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/exchange"
	"mashang/platform/fault"
	"mashang/platform/id"
)

// way is one way between the court and a system.
type way struct {
	ID       string    `db:"id" json:"id"`
	System   string    `db:"system_id" json:"system"`
	Court    string    `db:"court_id" json:"court"`
	Kind     string    `db:"kind" json:"kind"`
	URL      string    `db:"url" json:"url"`
	Intranet bool      `db:"intranet" json:"intranet"`
	Ended    time.Time `db:"ended_at" json:"ended"`
	At       time.Time `db:"at" json:"at"`
	Sent     int64     `db:"sent" json:"sent"`   // number of the last letter written
	Taken    int64     `db:"taken" json:"taken"` // number of the last letter taken
}

const (
	byWebhook = "webhook"
	byFolder  = "folder"
	byBus     = "bus"
)

const wayCols = `w.id, w.system_id, w.court_id, w.kind, w.url, w.intranet, w.ended_at, w.at, COALESCE(m.sent, 0) AS sent, COALESCE(m.taken, 0) AS taken`

const wayFrom = ` FROM connect_way w LEFT JOIN connect_mark m ON m.id = w.id `

func wayOf(tx *db.Tx, id string) (way, error) {
	return db.One[way](tx, `SELECT `+wayCols+wayFrom+`WHERE w.id = ?`, id)
}

// waysOf are the open ways of a court.
func waysOf(tx *db.Tx, court string) ([]way, error) {
	return db.List[way](tx, `SELECT `+wayCols+wayFrom+`JOIN connect_system s ON s.id = w.system_id
		WHERE w.court_id = ? AND w.ended_at = 0 AND s.ended_at = 0 AND s.until_at > ? ORDER BY w.id`, court, tx.Now())
}

// newWay opens a way.
type newWay struct {
	Court    string `json:"court"`
	System   string `json:"system"`
	Kind     string `json:"kind"`
	URL      string `json:"url"`
	Intranet bool   `json:"intranet"`
}

// open lets the events of a court go to a system from now on.
func (s *Service) open(ctx context.Context, c newWay) error {
	if err := auth.RequireFresh(auth.From(ctx), s.k.Now()); err != nil {
		return err
	}
	switch {
	case c.Kind == byWebhook:
		if err := checkURL(c.URL, c.Intranet, s.k.Config.Demo); err != nil {
			return err
		}
	case c.Kind == byBus && s.k.Config.Bus == "":
		return fault.Field("kind", "消息总线还没有接上。请在启动命令里写 -bus，再来设。")
	case c.Kind == byFolder || c.Kind == byBus:
		c.URL, c.Intranet = "", false
	default:
		return fault.Field("kind", "请选一种送法。")
	}
	return s.change(ctx, c.Court, "connect.way", func(tx *db.Tx) (map[string]any, error) {
		y, err := systemOf(tx, c.System)
		if err != nil {
			return nil, err
		}
		if y.Court != c.Court || !y.live(tx.Now()) {
			return nil, fault.Missing()
		}
		ws, err := waysOf(tx, c.Court)
		if err != nil {
			return nil, err
		}
		for _, w := range ws {
			if w.System == y.ID && w.Kind == c.Kind && w.URL == c.URL {
				return nil, fault.Field("kind", "这条路已经有了。")
			}
		}
		if c.Kind == byFolder && y.PublicKey == "" {
			return nil, fault.Field("kind", "文件交换要先有对方的核对码（公钥）。请先在下面补上。")
		}
		wid := id.New()
		_, err = tx.Exec(`INSERT INTO connect_way (id, system_id, court_id, kind, url, intranet, ended_at, at) VALUES (?, ?, ?, ?, ?, ?, 0, ?)`, wid, y.ID, c.Court, c.Kind, c.URL, c.Intranet, tx.Now())
		return map[string]any{"way": wid, "system": y.ID, "by": c.Kind, "intranet": c.Intranet}, err
	})
}

// shut closes a way; what waits on it is dropped when its turn comes.
func (s *Service) shut(ctx context.Context, c which) error {
	return s.change(ctx, c.Court, "connect.closed", func(tx *db.Tx) (map[string]any, error) {
		n, err := tx.Exec(`UPDATE connect_way SET ended_at = ? WHERE id = ? AND court_id = ? AND ended_at = 0`, tx.Now(), c.ID, c.Court)
		if err == nil && n == 0 {
			err = fault.Missing()
		}
		return map[string]any{"way": c.ID}, err
	})
}

// out is the folder of a way in which we write, in that in which the other
// system does. The administrator does not type paths: who types them can write
// anywhere.
func (s *Service) out(w way) exchange.Folder { return s.folder(w, "out") }

func (s *Service) in(w way) exchange.Folder { return s.folder(w, "in") }

func (s *Service) folder(w way, name string) exchange.Folder {
	root := s.k.Config.Exchange
	if root == "" {
		root = filepath.Join(s.k.Config.Data, "exchange")
	}
	return exchange.Folder(filepath.Join(root, w.ID, name))
}
