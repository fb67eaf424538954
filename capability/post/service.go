package post

import (
	"context"
	"embed"
	"strings"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/sheet"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// Delivery is what post asks of delivery.
type Delivery interface {
	Parcels(tx *db.Tx, number string) ([]paper.Parcel, error)
	Parcel(tx *db.Tx, attempt string) (paper.Parcel, error)
	Underway(tx *db.Tx, limit int) ([]paper.Parcel, error)
	MayTrack(tx *db.Tx, caseID string) error
	Tracked(ctx context.Context, p paper.Parcel, t paper.Tracking) error
	ToPrint(tx *db.Tx) ([]paper.Printing, error)
	Printed(ctx context.Context, papers []string) error
	Envelope(tx *db.Tx, paperID string) (paper.Envelope, error)
}

// Service does what the package doc says.
type Service struct {
	k        *app.Kit
	delivery Delivery
}

// New returns the service.
func New(k *app.Kit, d Delivery) *Service { return &Service{k: k, delivery: d} }

// event is what the post said that a clerk must look at.
type event struct {
	ID      string    `db:"id"`
	Court   string    `db:"court_id"`
	Case    string    `db:"case_id"`
	Attempt string    `db:"attempt_id"`
	Line    string    `db:"line"` // a digest: the same line is one
	Said    string    `db:"said"` // sealed
	Why     string    `db:"why"`
	Actor   string    `db:"actor_id"`
	At      time.Time `db:"at"`
}

const (
	eventCols = `id, court_id, case_id, attempt_id, line, said, why, actor_id, at`
	sealSaid  = "post.said"
)

// outcome is what became of one line.
type outcome struct {
	Row    int    `json:"row"`
	Number string `json:"number"`
	Words  string `json:"words"`
	What   string `json:"what"` // done, known, way, look, none
	Says   string `json:"says"`
	Href   string `json:"href,omitempty"`
}

// Outcomes of a line, besides those of decide.
const (
	done  = "done"
	known = "known" // it has its result already
	none  = "none"  // no such parcel, of a case that is his to serve
)

// take gives a line to the parcels that it is about, each in an act of its own.
// Said again, it changes nothing. A parcel of a case in which the actor serves
// nobody is as if there were none.
func (s *Service) take(ctx context.Context, l line) (o outcome, err error) {
	o = outcome{Number: l.Number, Words: l.words(), What: none, Says: "没找到这个邮件号。请看号码对不对，寄的时候登记没有。"}
	var ps []paper.Parcel
	var today = docket.Today(s.k.Now())
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		all, err := s.delivery.Parcels(tx, l.Number)
		if err != nil || l.Number == "" {
			return err
		}
		for _, p := range all {
			if err := s.delivery.MayTrack(tx, p.Case); err == nil {
				ps = append(ps, p)
			} else if fault.KindOf(err) == fault.Internal {
				return err
			}
		}
		return nil
	})
	if err != nil || len(ps) == 0 {
		return o, err
	}
	o.What, o.Says = known, "已经登记过了。"
	for _, p := range ps {
		o.Href = "/delivery/" + p.Case + "/service/" + p.Service
		if p.Done {
			continue
		}
		t, what, why := decide(l, p, today)
		if what == clear {
			err := s.delivery.Tracked(app.Alone(ctx), p, t)
			switch {
			case err == nil:
				o.What, o.Says = done, "登记好了。"
				continue
			case fault.KindOf(err) == fault.Invalid: // the law, or the return, says otherwise
				what, why = unclear, strings.TrimRight(fault.As(err).Show, "。")
			case fault.KindOf(err) == fault.Conflict: // somebody was quicker
				continue
			default:
				return o, err
			}
		}
		if what == onTheWay {
			o.What, o.Says = onTheWay, "还在路上。"
			continue
		}
		if err := s.puzzle(app.Alone(ctx), l, p, why); err != nil {
			return o, err
		}
		o.What, o.Says = unclear, why+"。已经放到书记员的工作台上。"
	}
	return o, nil
}

// puzzle keeps a line that a clerk must look at.
func (s *Service) puzzle(ctx context.Context, l line, p paper.Parcel, why string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if err := s.delivery.MayTrack(tx, p.Case); err != nil {
			return err
		}
		c, err := docket.CaseOf(tx, p.Case)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO post_event (`+eventCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, id.New(), c.Court, c.ID, p.Attempt,
			s.k.Vault.Find("post.line", l.words()), s.k.Vault.Seal(sealSaid, l.words()), why, app.Actor(ctx), tx.Now())
		if err != nil || n == 0 {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "post.unclear", Court: c.Court, Case: c.ID, Actor: app.Actor(ctx), Body: map[string]any{"attempt": p.Attempt, "why": why}, Private: map[string]string{"said": l.words()}})
		return err
	})
}

// A list is bounded: each row is an act while somebody waits.
const (
	mostRows = 500
	mostList = 10 << 20 // bytes
)

// readList reads the lines of a list.
func readList(file []byte) (out []line, rows []int, err error) {
	var at []int
	err = sheet.Read(file, func(n int, cells []string) (err error) {
		if strings.Join(cells, "") == "" {
			return nil
		}
		if at == nil {
			at, err = head(cells)
			return err
		}
		if len(out) == mostRows {
			return fault.Field(sheet.Field, "一次最多 500 行，请分几次。")
		}
		var l line
		for i, c := range columns {
			if at[i] >= 0 && at[i] < len(cells) {
				*c.to(&l) = web.Clean(cells[at[i]])
			}
		}
		if digits, whole := sheet.Digits(l.Number); !whole {
			return fault.Field(sheet.Field, sheet.Lost)
		} else if digits != "" {
			l.Number = digits
		}
		out, rows = append(out, l), append(rows, n)
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fault.Field(sheet.Field, "表格里没有邮件。")
	}
	return out, rows, err
}

// list takes a list of the post. A line that cannot be taken stops no other.
func (s *Service) list(ctx context.Context, file []byte) ([]outcome, error) {
	ls, rows, err := readList(file)
	if err != nil {
		return nil, err
	}
	var out []outcome
	for i, l := range ls {
		o, err := s.take(ctx, l)
		if err != nil {
			return out, err
		}
		o.Row = rows[i]
		out = append(out, o)
	}
	return out, nil
}

// tasks are what the post said that the clerk of the case must look at, until
// the parcel has its result.
func (s *Service) tasks(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	courts, err := access.Serves(tx, v.Actor, v.Now)
	if err != nil || len(courts) == 0 {
		return nil, err
	}
	es, err := db.List[event](tx, `SELECT `+eventCols+` FROM post_event e WHERE e.court_id || '' IN (`+db.In(len(courts))+`)
		AND EXISTS (SELECT 1 FROM docket_access x WHERE x.case_id = e.case_id AND x.person_id = ? AND x.capacity = 'clerk' AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?)) ORDER BY e.at DESC, e.id DESC LIMIT 200`,
		append(db.Args(courts), v.Actor.Person, v.Now, v.Now)...)
	if err != nil {
		return nil, err
	}
	var out []capability.Task
	seen := map[string]bool{}
	for _, e := range es {
		if seen[e.Attempt] {
			continue
		}
		seen[e.Attempt] = true
		p, err := s.delivery.Parcel(tx, e.Attempt)
		if err != nil {
			return nil, err
		}
		if p.Done {
			continue
		}
		said, err := s.k.Vault.Open(sealSaid, e.Said)
		if err != nil {
			return nil, err
		}
		out = append(out, capability.Task{Group: "邮局的结果要您看", Title: p.Title, Sub: "邮局写的是：" + said + "。" + e.Why + "。", Href: "/delivery/" + p.Case + "/service/" + p.Service, Tone: "soon", Tag: "要您看"})
	}
	return out, nil
}
