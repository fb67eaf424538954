package delivery

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/pdf"
	"mashang/platform/web"
	"mashang/ui"
)

// printing is a paper that must go out on paper.
type printing struct {
	Paper   string    `json:"paper"`
	Case    string    `json:"case"`
	Number  string    `json:"number"`
	Title   string    `json:"title"`
	Pages   int       `json:"pages"`
	Party   string    `json:"party"`
	Way     string    `json:"way"`
	Printed time.Time `json:"printed"`
}

// printQueue is a clerk's list.
type printQueue struct {
	Papers []printing `json:"papers"`
}

const (
	mostPrints  = 200
	printedDays = 7 // how long what was printed and not yet given away stays in the list
)

// toPrint lists what waits to go out on paper in the cases of a clerk: papers to
// somebody whom no electronic way reaches any more. What was printed stays until
// it is given away, so that a sheet that jammed can be printed again.
func (s *Service) toPrint(tx *db.Tx) ([]printing, error) {
	who, now := auth.From(tx.Context()).Person, tx.Now()
	type row struct {
		ID        string    `db:"id"`
		Procedure string    `db:"procedure"`
		Case      string    `db:"number"`
		Printed   time.Time `db:"printed"`
	}
	rows, err := db.List[row](tx, `SELECT p.id, c.procedure, c.number, COALESCE(d.at, 0) AS printed FROM paper_paper p JOIN docket_case c ON c.id = p.case_id
		LEFT JOIN delivery_print d ON d.paper_id = p.id LEFT JOIN delivery_service v ON v.paper_id = p.id
		WHERE p.state = 'issued' AND p.party_id <> '' AND p.kind <> 'service_return' AND (v.state IS NULL OR v.state = 'next') AND (d.at IS NULL OR d.at > ?)
		AND EXISTS (SELECT 1 FROM docket_access x WHERE x.case_id = p.case_id AND x.person_id = ? AND x.capacity = 'clerk' AND x.from_at <= ? AND (x.until_at = 0 OR x.until_at > ?)) ORDER BY p.at, p.id LIMIT ?`,
		now.AddDate(0, 0, -printedDays), who, now, now, mostPrints)
	if err != nil {
		return nil, err
	}
	var out []printing
	for _, r := range rows {
		p, err := paper.Of(tx, r.ID)
		if err != nil {
			return nil, err
		}
		party, err := docket.PartyOf(tx, p.Party)
		if err != nil {
			return nil, err
		}
		v, _, err := db.Maybe[serving](tx, `SELECT `+servingCols+` FROM delivery_service WHERE paper_id = ?`, p.ID)
		if err != nil {
			return nil, err
		}
		as, err := attemptsOf(tx, v.ID)
		if err != nil {
			return nil, err
		}
		k, err := s.reach(tx, party)
		if err != nil {
			return nil, err
		}
		n := s.papers.Nature(p.Kind)
		if untried(as, k, r.Procedure, n) != "" {
			continue // it can go electronically
		}
		out = append(out, printing{Paper: p.ID, Case: p.Case, Number: r.Case, Title: p.Title, Pages: p.Pages, Party: party.Name, Way: nextWay(as, k, r.Procedure, n), Printed: r.Printed})
	}
	return out, nil
}

// printCmd ticks papers as printed.
type printCmd struct {
	Papers []string `json:"papers"`
}

// printed records that papers were printed, in one act for each: they may be of
// several cases.
func (s *Service) printed(ctx context.Context, c printCmd) error {
	if len(c.Papers) == 0 {
		return fault.Field("papers", "请勾选印好的文书。")
	}
	for _, pid := range c.Papers {
		err := s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
			p, err := paper.Of(tx, pid)
			if err != nil {
				return err
			}
			if _, err := access.May(tx, auth.From(ctx), "handover", access.Of("service", p.Case), tx.Now()); err != nil {
				return err
			}
			n, err := tx.Exec(`INSERT INTO delivery_print (paper_id, case_id, actor_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, p.ID, p.Case, app.Actor(ctx), tx.Now())
			if err != nil || n == 0 {
				return err
			}
			_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "delivery.printed", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Body: map[string]any{"paper": p.ID}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// label is what stands on the page that goes into the envelope first.
type label struct {
	Court docket.Court
	Case  string
	Paper paper.Paper
	To    docket.Party
	At    string // the address
	Phone string
}

func (s *Service) label(tx *db.Tx, paperID string) (l label, err error) {
	if l.Paper, err = paper.Of(tx, paperID); err != nil {
		return l, err
	}
	g, err := access.May(tx, auth.From(tx.Context()), "handover", access.Of("service", l.Paper.Case), tx.Now())
	if err != nil {
		return l, err
	}
	l.Case = g.Case.Number
	if l.To, err = docket.PartyOf(tx, l.Paper.Party); err != nil {
		return l, fault.OrMissing(err)
	}
	if l.Court, err = docket.CourtOf(tx, l.Paper.Court); err != nil {
		return l, err
	}
	k, err := s.reach(tx, l.To)
	if err != nil {
		return l, err
	}
	if l.At = k.by[string(service.Post)].Value; l.At == "" && l.To.Address != "" {
		if l.At, err = s.k.Vault.Open("party.address", l.To.Address); err != nil {
			return l, err
		}
	}
	l.Phone = k.by[string(service.SMS)].Value
	return l, nil
}

// folded cuts an address into lines that a window is wide enough for.
func folded(address string) string {
	const wide = 13
	var lines []string
	for r := []rune(address); len(r) > 0; r = r[min(wide, len(r)):] {
		lines = append(lines, string(r[:min(wide, len(r))]))
	}
	return strings.Join(lines, "\n")
}

// page sets the address page: its address stands 47 to 88 mm from the top and
// 28 mm from the left of an A4 sheet, where an envelope of 220 × 110 mm has its
// window when the sheet is folded twice. What is inside stands below the fold,
// where no postman reads it.
func (l label) page(demo bool) *pdf.Doc {
	d := &pdf.Doc{Title: "邮寄地址", CaseNo: l.Case, Court: l.Court.Name}
	if demo {
		d.Void = "演示文书 无法律效力"
	}
	d.Blocks = []pdf.Block{
		pdf.Note{Text: "寄：" + l.Court.Speaks() + "　" + l.Court.Address},
		pdf.Paragraph{Flush: true, Text: folded(cmp.Or(l.At, "（没有地址，请先问清楚）"))},
		pdf.Paragraph{Flush: true, Text: l.To.Name + "　收　" + l.Phone},
		pdf.Space{Lines: 6},
		pdf.Paragraph{Flush: true, Text: l.Case},
		pdf.Paragraph{Flush: true, Text: "内有：《" + l.Paper.Title + "》一份"},
		pdf.Paragraph{Flush: true, Text: "邮件号：＿＿＿＿＿＿＿＿＿＿＿＿"},
	}
	return d
}

func (s *Service) getPrint(r *http.Request) (web.Reply, error) { return s.printReply(r, nil) }

func (s *Service) printReply(r *http.Request, e ui.Errs) (web.Reply, error) {
	var q printQueue
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		if _, err = access.May(tx, auth.From(r.Context()), "read", access.In("desk", ""), tx.Now()); err == nil {
			q.Papers, err = s.toPrint(tx)
		}
		return err
	})
	return web.Reply{Page: printPage(q, s.k.Now(), e), JSON: q}, err
}

func (s *Service) postPrint(r *http.Request) (web.Reply, error) {
	var c printCmd
	err := web.Read(r, &c)
	if err == nil {
		err = s.printed(r.Context(), c)
	}
	switch {
	case err == nil:
		return web.Reply{Goto: "/delivery/print", Toast: "记下了。寄出去以后，请登记邮件号。", JSON: ok{true}}, nil
	case fault.KindOf(err) != fault.Invalid:
		return web.Reply{}, err
	}
	rep, _ := s.printReply(r, fault.Fields(err))
	return rep, err
}

// labelQuery says for which paper.
type labelQuery struct {
	Paper string `json:"paper"`
}

func (s *Service) getLabel(r *http.Request) (web.Reply, error) {
	var l label
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		l, err = s.label(tx, r.URL.Query().Get("paper"))
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	faces, err := pdf.LoadFaces(s.k.Config.Fonts)
	if err != nil {
		return web.Reply{}, err
	}
	b, _, err := pdf.Render(faces, l.page(s.k.Config.Demo))
	return web.Reply{File: &web.File{Name: "地址页.pdf", Type: "application/pdf", Body: bytes.NewReader(b), Inline: true, At: s.k.Now()}}, err
}
