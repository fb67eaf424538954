package setup

import (
	"bytes"
	"context"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/stats"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
)

// courtCmd are a court's own words on its pages.
type courtCmd struct {
	Court   string `json:"court"`
	Title   string `json:"title"`   // in the masthead; empty: the short name
	Phone   string `json:"phone"`   // for the public
	Address string `json:"address"` // for the public and the papers
	Numbers string `json:"numbers"` // kinds whose number the internal system gives; * for all
	Days    string `json:"days"`    // a paper waits for people's signatures; empty: seven
	// in how many working days a question, an opinion, a complaint and a report is
	// answered; empty: two, five, ten and twenty
	ReplyDays     string `json:"reply_days"`
	OpinionDays   string `json:"opinion_days"`
	ComplaintDays string `json:"complaint_days"`
	ReportDays    string `json:"report_days"`
	Satisfied     string `json:"satisfied"` // grades that count as satisfied; empty: two
}

// counted are the settings of a court that are a number of days.
var counted = []struct {
	field       string
	least, most int
	form        func(*courtCmd) *string
	of          func(*docket.Court) *int
}{
	{"days", 2, 30, func(c *courtCmd) *string { return &c.Days }, func(c *docket.Court) *int { return &c.SignDays }},
	{"reply_days", 1, 5, func(c *courtCmd) *string { return &c.ReplyDays }, func(c *docket.Court) *int { return &c.ReplyDays }},
	{"opinion_days", 1, 15, func(c *courtCmd) *string { return &c.OpinionDays }, func(c *docket.Court) *int { return &c.OpinionDays }},
	{"complaint_days", 1, 20, func(c *courtCmd) *string { return &c.ComplaintDays }, func(c *docket.Court) *int { return &c.ComplaintDays }},
	{"report_days", 1, 40, func(c *courtCmd) *string { return &c.ReportDays }, func(c *docket.Court) *int { return &c.ReportDays }},
}

// cardOf is what the form about a court begins with.
func cardOf(c docket.Court) courtCmd {
	out := courtCmd{Title: c.Title, Phone: c.Phone, Address: c.Address, Numbers: c.Numbers, Satisfied: c.Satisfied}
	for _, n := range counted {
		if days := *n.of(&c); days > 0 {
			*n.form(&out) = strconv.Itoa(days)
		}
	}
	return out
}

// change is what every act of an administrator does: ask access, let f write,
// record. The body holds no personal data.
func (s *Service) change(ctx context.Context, verb, court, kind string, f func(tx *db.Tx, now time.Time) (body map[string]any, err error)) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), verb, access.In("court", court), now); err != nil {
			return err
		}
		body, err := f(tx, now)
		if err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: court, Actor: app.Actor(ctx), Body: body})
		return err
	})
}

// describe saves a court's words.
func (s *Service) describe(ctx context.Context, c courtCmd) error {
	var bad fault.List
	for _, f := range []struct {
		name, value string
		most        int
	}{{"title", c.Title, 30}, {"phone", c.Phone, 40}, {"address", c.Address, 80}, {"numbers", c.Numbers, 200}} {
		if len([]rune(f.value)) > f.most {
			bad.Add(f.name, "太长了，最多 %d 个字。", f.most)
		}
	}
	var set docket.Court
	for _, n := range counted {
		if text := *n.form(&c); text != "" {
			days, err := strconv.Atoi(text)
			if err != nil || days < n.least || days > n.most {
				bad.Add(n.field, "写 %d 到 %d 的整数，或者空着。", n.least, n.most)
			}
			*n.of(&set) = days
		}
	}
	if !slices.Contains(stats.Scales, c.Satisfied) {
		bad.Add("satisfied", "请选怎样算满意。")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	defer s.changed()
	return s.change(ctx, "settings", c.Court, "setup.court", func(tx *db.Tx, _ time.Time) (map[string]any, error) {
		ct, err := docket.CourtOf(tx, c.Court)
		if err != nil {
			return nil, err
		}
		for _, n := range counted {
			*n.of(&ct) = *n.of(&set)
		}
		ct.Satisfied = c.Satisfied
		ct.Title, ct.Phone, ct.Address = c.Title, c.Phone, c.Address
		ct.Numbers = strings.Join(strings.FieldsFunc(c.Numbers, func(r rune) bool { return strings.ContainsRune(" ,，、", r) }), ",")
		return map[string]any{"title": ct.Title, "numbers": ct.Numbers, "sign_days": ct.SignDays, "reply_days": ct.ReplyDays, "opinion_days": ct.OpinionDays, "complaint_days": ct.ComplaintDays, "report_days": ct.ReportDays, "satisfied": ct.Satisfied}, docket.PutCourt(tx, ct)
	})
}

// A logo is a small picture; what cannot be decoded is not one.
const (
	mostLogo  = 512 << 10
	mostPixel = 1024
)

// logo gives a court its picture in the masthead; nil takes it away.
func (s *Service) logo(ctx context.Context, court string, r io.Reader) error {
	digest := ""
	if r != nil {
		b, err := io.ReadAll(io.LimitReader(r, mostLogo+1))
		if err != nil {
			return err
		}
		pic, err := png.DecodeConfig(bytes.NewReader(b))
		if err == nil && (pic.Width > mostPixel || pic.Height > mostPixel || len(b) > mostLogo) {
			return fault.Field("logo", "图片太大。长和宽都不超过 1024 点，文件不超过 512 KB。")
		}
		if err == nil {
			_, err = png.Decode(bytes.NewReader(b))
		}
		if err != nil {
			return fault.Field("logo", "这不是 PNG 图片，或者图片坏了。请换一张 .png 图片。")
		}
		if err := s.may(ctx, "settings", court); err != nil { // no stranger's file is stored
			return err
		}
		if digest, _, err = s.k.Blob.Put(ctx, bytes.NewReader(b)); err != nil {
			return err
		}
	}
	defer s.changed()
	return s.change(ctx, "settings", court, "setup.court", func(tx *db.Tx, _ time.Time) (map[string]any, error) {
		ct, err := docket.CourtOf(tx, court)
		if err != nil {
			return nil, err
		}
		ct.Logo = digest
		return map[string]any{"logo": digest}, docket.PutCourt(tx, ct)
	})
}

func (s *Service) may(ctx context.Context, verb, court string) error {
	return s.k.Read(ctx, func(tx *db.Tx) error {
		_, err := access.May(tx, auth.From(ctx), verb, access.In("court", court), tx.Now())
		return err
	})
}

// divisionCmd adds a division, or gives one another name.
type divisionCmd struct {
	Court    string `json:"court"`
	Division string `json:"division"` // empty: a new one
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Close    bool   `json:"close"`
}

func (s *Service) division(ctx context.Context, c divisionCmd) error {
	if !c.Close {
		var bad fault.List
		if n := len([]rune(c.Name)); n < 2 || n > 30 {
			bad.Add("name", "部门名称写 2 到 30 个字。")
		}
		if divisionTitle(c.Kind) == "" {
			bad.Add("kind", "请选是哪一类部门。")
		}
		if err := bad.Err(); err != nil {
			return err
		}
	}
	return s.change(ctx, "settings", c.Court, "setup.division", func(tx *db.Tx, now time.Time) (map[string]any, error) {
		if c.Division == "" {
			id, err := docket.AddDivision(tx, docket.Division{Court: c.Court, Name: c.Name, Kind: c.Kind})
			return map[string]any{"division": id, "name": c.Name}, err
		}
		d, err := docket.DivisionOf(tx, c.Division)
		if err != nil || d.Court != c.Court {
			return nil, fault.Missing()
		}
		if !c.Close {
			d.Name, d.Kind = c.Name, c.Kind
			return map[string]any{"division": d.ID, "name": d.Name}, docket.SaveDivision(tx, d)
		}
		if err := s.empty(tx, d, now); err != nil {
			return nil, err
		}
		d.Closed = now
		return map[string]any{"division": d.ID, "closed": true}, docket.SaveDivision(tx, d)
	})
}

// empty refuses to close a division where someone works or a case is open.
func (s *Service) empty(tx *db.Tx, d docket.Division, now time.Time) error {
	posts, err := db.One[int64](tx, `SELECT COUNT(*) FROM docket_post WHERE division_id = ? AND (until_at = 0 OR until_at > ?)`, d.ID, now)
	if err != nil {
		return err
	}
	if posts > 0 {
		return fault.New(fault.Conflict, "“"+d.Name+"”里还有人。先请安全管理员把他们调走，再关掉这个部门。")
	}
	_, open, err := db.Maybe[string](tx, `SELECT id FROM docket_case WHERE division_id = ? AND state IN ('entered', 'open', 'suspended') LIMIT 1`, d.ID)
	if err == nil && open {
		err = fault.New(fault.Conflict, "“"+d.Name+"”还有没办完的案件，先分给别的部门。")
	}
	return err
}

func divisionTitle(kind string) string {
	for _, k := range docket.DivisionKinds {
		if k.Kind == kind {
			return k.Title
		}
	}
	return ""
}
