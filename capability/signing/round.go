package signing

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/docket/paper"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/pdf"
)

// States of a round and of a slot. A round is open until all have signed, one
// has declined, its days are over, or the clerk ends it.
const (
	open      = "open"
	complete  = "complete"
	declined  = "declined" // of a slot too
	expired   = "expired"
	cancelled = "cancelled"

	waiting = "waiting"
	signed  = "signed"
	refused = "refused" // of a record: written down by the clerk, and the round goes on
)

// days that a round is open where the court has not set others; a day before the end those who have not signed
// are reminded.
const days = 7

// round is a paper that people sign.
type round struct {
	ID     string    `db:"id" json:"id"`
	Paper  string    `db:"paper_id" json:"paper"`
	Case   string    `db:"case_id" json:"case"`
	Court  string    `db:"court_id" json:"-"`
	Title  string    `db:"title" json:"title"`
	Record bool      `db:"record" json:"record"` // of what was said: who refuses is written down, and the others sign on
	State  string    `db:"state" json:"state"`
	Digest string    `db:"digest" json:"digest"` // of the file as it is now
	First  string    `db:"first" json:"-"`       // of the file before anybody signed
	HTML   string    `db:"html" json:"-"`        // sealed
	Reason string    `db:"reason" json:"-"`      // why it was ended, sealed
	At     time.Time `db:"at" json:"at"`
	Until  time.Time `db:"until_at" json:"until"`
	Ended  time.Time `db:"ended_at" json:"ended"`
}

// slot is one signature of a round.
type slot struct {
	ID     string             `db:"id" json:"id"`
	Round  string             `db:"round_id" json:"-"`
	Step   int                `db:"step" json:"step"`
	Ord    int                `db:"ord" json:"-"`
	Person string             `db:"person_id" json:"-"`
	Party  string             `db:"party_id" json:"-"`
	Name   string             `db:"name" json:"name"`
	As     string             `db:"capacity" json:"as"`
	Page   int                `db:"page" json:"-"`
	Box    db.JSON[[]float64] `db:"box" json:"-"`
	State  string             `db:"state" json:"state"`
	Cause  string             `db:"cause" json:"-"` // why not, sealed
	Serial string             `db:"serial" json:"-"`
	Signed string             `db:"signed" json:"-"` // digest of what the signature covers
	At     time.Time          `db:"at" json:"at"`
}

const (
	roundCols = `id, paper_id, case_id, court_id, title, record, state, digest, first, html, reason, at, until_at, ended_at`
	slotCols  = `id, round_id, step, ord, person_id, party_id, name, capacity, page, box, state, cause, serial, signed, at`
)

func roundOf(tx *db.Tx, id string) (round, error) {
	return db.One[round](tx, `SELECT `+roundCols+` FROM signing_round WHERE id = ?`, id)
}

func slotsOf(tx *db.Tx, round string) ([]slot, error) {
	return db.List[slot](tx, `SELECT `+slotCols+` FROM signing_slot WHERE round_id = ? ORDER BY step, ord, id`, round)
}

// Ready reports whether all these can sign here: there is an authority that
// certifies people, and the court's own sign in.
func (s *Service) Ready(tx *db.Tx, who []paper.Signer) (bool, error) {
	if s.persons == nil || len(who) == 0 {
		return false, nil
	}
	for _, w := range who {
		if w.Party != "" { // he may sign in any day
			continue
		}
		phone, err := s.accounts.PhoneOf(tx, w.Person, true)
		if err != nil || phone == "" {
			return false, err
		}
	}
	return true, nil
}

// Open begins a round over the file of a paper, in the transaction that drew it
// and records it. where has the place of each signature, html the paper as it
// is shown to who signs.
func (s *Service) Open(tx *db.Tx, p paper.Paper, record bool, html string, who []paper.Signer, where []pdf.Place) error {
	now, wait := tx.Now(), days
	ct, err := docket.CourtOf(tx, p.Court)
	if err != nil {
		return err
	}
	if ct.SignDays > 0 {
		wait = ct.SignDays
	}
	r := round{ID: id.New(), Paper: p.ID, Case: p.Case, Court: p.Court, Title: p.Title, Record: record, State: open, Digest: p.Digest, First: p.Digest,
		HTML: s.k.Vault.Seal("signing.html", html), At: now, Until: now.AddDate(0, 0, wait)}
	if _, err := tx.Exec(`INSERT INTO signing_round (`+roundCols+`) VALUES (`+db.In(14)+`)`, r.ID, r.Paper, r.Case, r.Court, r.Title, r.Record, r.State, r.Digest, r.First, r.HTML, r.Reason, r.At, r.Until, r.Ended); err != nil {
		return err
	}
	for i, w := range who {
		v := slot{ID: id.New(), Round: r.ID, Step: w.Step, Ord: i, Person: w.Person, Party: w.Party, Name: w.Name, As: w.As, State: waiting, Page: where[i].Page}
		v.Box.V = where[i].Rect[:]
		if _, err := tx.Exec(`INSERT INTO signing_slot (`+slotCols+`) VALUES (`+db.In(15)+`)`, v.ID, v.Round, v.Step, v.Ord, v.Person, v.Party, v.Name, v.As, v.Page, v.Box, v.State, v.Cause, v.Serial, v.Signed, v.At); err != nil {
			return err
		}
	}
	for _, j := range []jobs.Spec{{Kind: "signing.remind", Body: r.ID, At: r.Until.Add(-24 * time.Hour)}, {Kind: "signing.expire", Body: r.ID, At: r.Until}} {
		if err := s.k.Jobs.Enqueue(tx, j); err != nil {
			return err
		}
	}
	return s.tellNext(tx, r, "有一份文书等您签名，请登录本院网站，看完全文再签。")
}

// File is the digest of the file of a paper whose round is complete.
func (s *Service) File(tx *db.Tx, paperID string) (string, error) {
	return db.One[string](tx, `SELECT digest FROM signing_round WHERE paper_id = ? AND state = 'complete'`, paperID)
}

// Signed reports whether all who should have signed a paper; one without a round
// is signed by hand, if at all.
func (s *Service) Signed(tx *db.Tx, paperID string) (bool, error) {
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM signing_round WHERE paper_id = ? AND state = 'complete'`, paperID)
	if err != nil || n == 0 {
		return false, err
	}
	return s.Unanimous(tx, paperID)
}

// Short reports whether not all have signed a paper on whose round they should: it
// is no paper yet, or never was one.
func (s *Service) Short(tx *db.Tx, paperID string) (bool, error) {
	_, short, err := db.Maybe[string](tx, `SELECT id FROM signing_round WHERE paper_id = ? AND state <> 'complete'`, paperID)
	return short, err
}

// Last is when the last signature came onto a paper: whatever is done with it
// afterwards, and when, that is the day of what was signed.
func (s *Service) Last(tx *db.Tx, paperID string) (time.Time, error) {
	at, err := db.One[int64](tx, `SELECT COALESCE(MAX(v.at), 0) FROM signing_slot v JOIN signing_round r ON r.id = v.round_id WHERE r.paper_id = ? AND v.state = 'signed'`, paperID)
	return time.UnixMilli(at), err
}

// Unanimous reports whether nobody refused to sign a paper whose round is complete.
func (s *Service) Unanimous(tx *db.Tx, paperID string) (bool, error) {
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM signing_slot v JOIN signing_round r ON r.id = v.round_id WHERE r.paper_id = ? AND v.state <> 'signed'`, paperID)
	return n == 0, err
}

// Why is the reason for which the round of a paper ended without all signatures.
func (s *Service) Why(tx *db.Tx, paperID string) (string, error) {
	sealed, err := db.One[string](tx, `SELECT reason FROM signing_round WHERE paper_id = ?`, paperID)
	if err != nil || sealed == "" {
		return "", err
	}
	return s.k.Vault.Open("signing.reason", sealed)
}

// turn is the step that signs now; 0 when nobody is left.
func turn(vs []slot) int {
	for _, v := range vs { // in the order of steps
		if v.State == waiting {
			return v.Step
		}
	}
	return 0
}

// tellNext sends a short message to those whose turn it is.
func (s *Service) tellNext(tx *db.Tx, r round, says string) error {
	vs, err := slotsOf(tx, r.ID)
	if err != nil {
		return err
	}
	now := turn(vs)
	for _, v := range vs {
		if v.State == waiting && v.Step == now {
			if err := s.tell(tx, r, v, says); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell sends a short message to one who signs.
func (s *Service) tell(tx *db.Tx, r round, v slot, says string) error {
	phone, err := s.accounts.PhoneOf(tx, v.Person, v.Party == "")
	if err != nil {
		return err
	}
	if phone == "" && v.Party != "" { // he did not sign in yet
		p, err := docket.PartyOf(tx, v.Party)
		if err != nil {
			return err
		}
		if p.Person == v.Person && p.Phone != "" {
			if phone, err = s.k.Vault.Open("party.phone", p.Phone); err != nil {
				return err
			}
		}
	}
	ct, err := docket.CourtOf(tx, r.Court)
	if err != nil {
		return err
	}
	return s.k.Notify.SendAt(tx, docket.Rings(tx.Now()), "sms", phone, "", "【"+ct.Short+"】"+says)
}

// mine returns a round with the slot of the actor, if he may sign it now. Who
// has no slot in it learns nothing of who has.
func (s *Service) mine(tx *db.Tx, roundID string) (r round, v slot, vs []slot, err error) {
	a, now := auth.From(tx.Context()), tx.Now()
	if r, err = roundOf(tx, roundID); err != nil {
		return r, v, nil, err
	}
	if _, err = access.May(tx, a, "sign", access.Of("signing", r.Case), now); err != nil {
		return r, v, nil, err
	}
	if vs, err = slotsOf(tx, r.ID); err != nil {
		return r, v, nil, err
	}
	for _, x := range vs { // who signs twice, for himself and for another, signs one after the other
		if x.Person == a.Person && (v.ID == "" || v.State == signed && x.State == waiting) {
			v = x
		}
	}
	p, err := paper.Of(tx, r.Paper)
	if err != nil {
		return r, v, nil, err
	}
	return r, v, vs, ready(r, v, vs, p.State, now)
}

// ready says why a slot cannot be signed now.
func ready(r round, v slot, vs []slot, state string, now time.Time) error {
	switch {
	case v.ID == "":
		return fault.New(fault.Forbidden, "这份文书不是请您签的。如果应该由您签，请打电话问本案书记员。")
	case v.State == signed:
		return fault.New(fault.Conflict, "您已经签过了，不用再签。")
	case v.State == declined || v.State == refused:
		return fault.New(fault.Conflict, "已经记下您不签。要改主意，请联系本案书记员。")
	case r.State == expired || r.State == open && !now.Before(r.Until):
		return fault.New(fault.Conflict, "签名的日子过了。要签，请联系本案书记员重新发起。")
	case r.State != open || state != paper.Signing:
		return fault.New(fault.Conflict, "这份文书不用签了，法院已经收回。")
	case v.Step != turn(vs):
		return fault.New(fault.Conflict, "还没有轮到您签。前面的人签好以后，会发短信告诉您。")
	}
	return nil
}

// end closes a round and lets the paper know.
func (s *Service) end(tx *db.Tx, r round, state, reason string) error {
	if reason != "" {
		reason = s.k.Vault.Seal("signing.reason", reason)
	}
	if err := db.Must1(tx.Exec(`UPDATE signing_round SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'open'`, state, reason, tx.Now(), r.ID)); err != nil {
		return err
	}
	return s.k.Tell(tx, fact.SigningEnded{Case: r.Case, Paper: r.Paper, State: state})
}

// settle ends a round in which nobody waits any more, and otherwise tells those
// whose turn has come.
func (s *Service) settle(tx *db.Tx, r round, step int) (left int, err error) {
	vs, err := slotsOf(tx, r.ID)
	if err != nil {
		return 0, err
	}
	for _, v := range vs {
		if v.State == waiting {
			left++
		}
	}
	switch now := turn(vs); {
	case now == 0:
		return 0, s.end(tx, r, complete, "")
	case now != step:
		return left, s.tellNext(tx, r, "有一份文书轮到您签名了，请登录本院网站，看完全文再签。")
	}
	return left, nil
}

// waitingFor are the rounds that wait for a person, of cases that he may see,
// the oldest first.
func (s *Service) waitingFor(tx *db.Tx, a auth.Actor, caseID string) (out []item, err error) {
	q, args := "", []any{a.Person}
	if caseID != "" {
		q, args = " AND case_id = ?", append(args, caseID)
	}
	rs, err := db.List[round](tx, `SELECT `+roundCols+` FROM signing_round WHERE state = 'open' AND id IN (SELECT round_id FROM signing_slot WHERE person_id = ? AND state = 'waiting')`+q+` ORDER BY at, id LIMIT 100`, args...)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		_, v, vs, err := s.mine(tx, r.ID)
		if err != nil && fault.KindOf(err) == fault.Internal {
			return nil, err
		}
		if err != nil { // not his turn yet, or not any more
			continue
		}
		c, err := docket.CaseOf(tx, r.Case)
		if err != nil {
			return nil, err
		}
		i := item{Round: r.ID, Case: r.Case, Title: r.Title, Number: c.Number, Names: c.Names, As: v.As, Until: r.Until}
		i.count(vs)
		i.round, i.slot = r, v
		out = append(out, i)
	}
	return out, nil
}

// item is one paper that waits for the reader's signature.
type item struct {
	Round   string    `json:"round"`
	Case    string    `json:"case"`
	Title   string    `json:"title"`
	Number  string    `json:"number"`
	Names   string    `json:"names"`
	As      string    `json:"as"`
	Until   time.Time `json:"until"`
	Signers int       `json:"signers"`
	Signed  int       `json:"signed"`
	before  []string  // those who signed
	round   round
	slot    slot
	html    string
	court   docket.Court
}

// count notes how many sign it, and who did.
func (i *item) count(vs []slot) {
	i.Signers = len(vs)
	for _, x := range vs {
		if x.State == signed {
			i.Signed++
			i.before = append(i.before, x.As+x.Name)
		}
	}
}

// strokes are what was drawn: lines of points in thousandths of the pad's
// width, from its left upper corner.
type strokes [][][2]int

const (
	mostStrokes = 300
	mostPoints  = 6000
)

func (d strokes) check() error {
	n := 0
	for _, line := range d {
		n += len(line)
		for _, p := range line {
			if p[0] < 0 || p[0] > 1000 || p[1] < 0 || p[1] > 1000 {
				n = mostPoints + 1
			}
		}
	}
	if len(d) > mostStrokes || n > mostPoints {
		return fault.Field("strokes", "字画得太多了，请重写。")
	}
	return nil
}

// appearance puts strokes into a box of that size, as large as they fit beside
// the minute of signing, which a paper must show (民事诉讼法 87: 记明收到日期). Who
// draws nothing leaves a tick.
func (d strokes) appearance(width, height float64, at time.Time) []byte {
	if len(d) == 0 {
		d = strokes{{{0, 30}, {25, 60}, {80, 0}}}
	}
	left, top, right, bottom := 1000, 1000, 0, 0
	for _, line := range d {
		for _, p := range line {
			left, right, top, bottom = min(left, p[0]), max(right, p[0]), min(top, p[1]), max(bottom, p[1])
		}
	}
	const edge = 3
	minute := at.In(clock.Shanghai).Format("2006-01-02 15:04")
	room := width - float64(len(minute))*figureStep - 2*edge
	b := pen("q 1.4 w 1 J 1 j 0 G")
	b.lines(d, left, bottom, edge, edge, min((room-2*edge)/float64(max(right-left, 1)), (height-2*edge)/float64(max(bottom-top, 1))))
	b = append(b, " 0.6 w"...)
	for i, r := range minute {
		b.lines(figures[r], 0, 12, room+float64(i)*figureStep, edge, 0.5)
	}
	return append(b, " Q"...)
}

// pen writes lines as PDF draws them.
type pen []byte

// lines draws lines of points, of which (left, bottom) comes to (x, y).
func (b *pen) lines(d strokes, left, bottom int, x, y, scale float64) {
	number := func(v float64) {
		*b = append(*b, ' ')
		*b = strconv.AppendFloat(*b, float64(int(v*100))/100, 'f', -1, 64)
	}
	for _, line := range d {
		for i, p := range line {
			number(x + float64(p[0]-left)*scale)
			number(y + float64(bottom-p[1])*scale)
			if i == 0 {
				*b = append(*b, " m"...)
			} else {
				*b = append(*b, " l"...)
			}
		}
		if len(line) == 1 { // a dot
			number(x + float64(line[0][0]-left)*scale + 0.1)
			number(y + float64(bottom-line[0][1])*scale)
			*b = append(*b, " l"...)
		}
		if len(line) > 0 {
			*b = append(*b, " S"...)
		}
	}
}

// figureStep is from figure to figure, in points.
const figureStep = 5.2

// figures are drawn, for no typeface belongs to a signature: 6 wide and 12 high.
var figures = map[rune]strokes{
	'0': {{{0, 0}, {6, 0}, {6, 12}, {0, 12}, {0, 0}}},
	'1': {{{1, 2}, {3, 0}, {3, 12}}},
	'2': {{{0, 0}, {6, 0}, {6, 6}, {0, 6}, {0, 12}, {6, 12}}},
	'3': {{{0, 0}, {6, 0}, {6, 12}, {0, 12}}, {{1, 6}, {6, 6}}},
	'4': {{{0, 0}, {0, 6}, {6, 6}}, {{6, 0}, {6, 12}}},
	'5': {{{6, 0}, {0, 0}, {0, 6}, {6, 6}, {6, 12}, {0, 12}}},
	'6': {{{6, 0}, {0, 0}, {0, 12}, {6, 12}, {6, 6}, {0, 6}}},
	'7': {{{0, 0}, {6, 0}, {2, 12}}},
	'8': {{{0, 0}, {6, 0}, {6, 12}, {0, 12}, {0, 0}}, {{0, 6}, {6, 6}}},
	'9': {{{6, 6}, {0, 6}, {0, 0}, {6, 0}, {6, 12}, {0, 12}}},
	'-': {{{1, 6}, {5, 6}}},
	':': {{{3, 3}}, {{3, 9}}},
}

// sitting is one who signs, from the right code until his certificates end.
type sitting struct {
	ID      string            `db:"id"`
	Person  string            `db:"person_id"`
	Rounds  db.JSON[[]string] `db:"rounds"`
	Chains  db.JSON[[]string] `db:"chains"`
	Strokes string            `db:"strokes"`
	At      time.Time         `db:"at"`
	Until   time.Time         `db:"until_at"`
}

const sittingCols = `id, person_id, rounds, chains, strokes, at, until_at`

func (s *Service) sittingOf(tx *db.Tx, key string) (v sitting, d strokes, err error) {
	v, ok, err := db.Maybe[sitting](tx, `SELECT `+sittingCols+` FROM signing_sitting WHERE id = ?`, key)
	if err != nil {
		return v, nil, err
	}
	if !ok || v.Person != auth.From(tx.Context()).Person || !tx.Now().Before(v.Until) {
		return v, nil, fault.New(fault.Conflict, "时间太久，证书过期了。请重新要一次验证码。")
	}
	text, err := s.k.Vault.Open("signing.strokes", v.Strokes)
	if err != nil {
		return v, nil, err
	}
	return v, d, json.Unmarshal([]byte(text), &d)
}

// done reports whether a job has nothing to do any more.
func done(ctx context.Context, j *jobs.Job, s *Service, f func(tx *db.Tx, r round) error) error {
	var key string
	if err := j.Read(&key); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, err := roundOf(tx, key)
		if err != nil {
			return err
		}
		if r.State == open {
			if err := f(tx, r); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}
