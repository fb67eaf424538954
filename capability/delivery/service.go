package delivery

import (
	"embed"
	"slices"
	"strings"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/fact"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// Papers is what delivery asks of papers: what of a kind of paper decides how it
// may be served, which period starts when it is, and to have the certificate of
// it made for the file.
type Papers interface {
	Nature(kind string) service.Nature
	Starts(p paper.Paper) (rule string, days int, until law.Date, err error)
	Certify(tx *db.Tx, kind string, c docket.Case, p docket.Party, fields map[string]any) (paper.Paper, error)
}

// Accounts is what delivery asks of account: whether a person signs in here, what
// he bound, and to ring that, which reminds and never serves.
type Accounts interface {
	reach.Accounts
	TellExcept(tx *db.Tx, channel, person string, at time.Time, text, path string) error
}

// Service does what the package doc says.
type Service struct {
	k        *app.Kit
	papers   Papers
	accounts Accounts
	book     *reach.Book
}

// States of a service (domain §7).
const (
	prepared  = "prepared"
	sent      = "sent"
	delivered = "delivered"
	read      = "read"
	acked     = "acked"
	next      = "next" // all that was tried failed: another way
	effective = "effective"
)

// serving is one paper on its way to its recipient.
type serving struct {
	ID     string                 `db:"id" json:"id"`
	Case   string                 `db:"case_id" json:"case"`
	Paper  string                 `db:"paper_id" json:"paper"`
	Party  string                 `db:"party_id" json:"party"`
	State  string                 `db:"state" json:"state"`
	Ways   db.JSON[[]service.Way] `db:"ways" json:"ways"` // to be tried
	Server string                 `db:"server_id" json:"-"`
	At     time.Time              `db:"at" json:"at"`
}

// attempt is one way that was tried. Its id is the one by which a gateway
// knows the message.
type attempt struct {
	ID       string                    `db:"id" json:"id"`
	Service  string                    `db:"service_id" json:"service"`
	Way      service.Way               `db:"way" json:"way"`
	Address  string                    `db:"address_id" json:"address"` // the version
	Standing service.Standing          `db:"standing" json:"standing"`
	Sent     time.Time                 `db:"sent_at" json:"sent"`
	Success  time.Time                 `db:"success_at" json:"success"`
	Failed   time.Time                 `db:"failed_at" json:"failed"`
	Reason   string                    `db:"reason" json:"reason"`
	Read     time.Time                 `db:"read_at" json:"read"`
	Replied  time.Time                 `db:"replied_at" json:"replied"`
	Rebutted time.Time                 `db:"rebutted_at" json:"rebutted"`
	Proved   law.Date                  `db:"proved_on" json:"proved"` // the day on which, as he proved, it reached his system
	Signer   service.Receiver          `db:"signer" json:"signer"`
	Note     string                    `db:"note" json:"-"`        // sealed: who signed, the parcel's number, the course, what a carrier said
	Find     string                    `db:"find" json:"-"`        // the parcel's number, as a digest
	Posted   db.JSON[[]posting]        `db:"posted" json:"posted"` // where and when a notice was put up; when a paper was given to who carries it
	Made     law.Date                  `db:"made_on" json:"made"`  // of what is done by hand, decided when it was entered
	Presumed bool                      `db:"presumed" json:"presumed"`
	Basis    db.JSON[[]string]         `db:"basis" json:"basis"`
	Steps    db.JSON[[]string]         `db:"steps" json:"steps"`
	Files    db.JSON[[]web.Attachment] `db:"files" json:"-"`
	Actor    string                    `db:"actor_id" json:"-"`
	At       time.Time                 `db:"at" json:"at"`
}

type posting = paper.Posting

// carried reports whether somebody else hands the paper over, and says later what
// came of it.
func (a attempt) carried() bool {
	return a.Way == service.Post || a.Way == service.Entrusted || a.Way == service.Transfer
}

func (a attempt) abroad() bool { return len(a.Posted.V) > 0 && a.Posted.V[0].Abroad }

// effect is what the law makes of the attempts.
type effect struct {
	ID       string            `db:"id" json:"-"`
	Service  string            `db:"service_id" json:"service"`
	Way      service.Way       `db:"way" json:"way"`
	On       law.Date          `db:"made_on" json:"on"`
	Instant  time.Time         `db:"made_at" json:"instant"`
	Presumed bool              `db:"presumed" json:"presumed"`
	Basis    db.JSON[[]string] `db:"basis" json:"basis"`
	Steps    db.JSON[[]string] `db:"steps" json:"steps"`
	At       time.Time         `db:"at" json:"at"`
	Undone   time.Time         `db:"undone_at" json:"undone"`
}

const (
	servingCols = `id, case_id, paper_id, party_id, state, ways, server_id, at`
	attemptCols = `id, service_id, way, address_id, standing, sent_at, success_at, failed_at, reason, read_at, replied_at, rebutted_at, proved_on, signer, note, find, posted, made_on, presumed, basis, steps, files, actor_id, at`
	effectCols  = `id, service_id, way, made_on, made_at, presumed, basis, steps, at, undone_at`
	sealNote    = "delivery.note"
)

func servingOf(tx *db.Tx, id string) (serving, error) {
	return db.One[serving](tx, `SELECT `+servingCols+` FROM delivery_service WHERE id = ?`, id)
}

func attemptsOf(tx *db.Tx, service string) ([]attempt, error) {
	return db.List[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE service_id = ? ORDER BY at, id`, service)
}

func effectOf(tx *db.Tx, service string) (effect, bool, error) {
	return db.Maybe[effect](tx, `SELECT `+effectCols+` FROM delivery_effect WHERE service_id = ? AND undone_at = 0`, service)
}

// note opens what was noted. What an earlier version kept open says so.
func (s *Service) note(a attempt) (string, error) {
	if plain, ok := strings.CutPrefix(a.Note, "plain:"); ok || a.Note == "" {
		return plain, nil
	}
	return s.k.Vault.Open(sealNote, a.Note)
}

// begin finds or makes the service of a paper, in the state that it has.
func (s *Service) begin(tx *db.Tx, p paper.Paper) (serving, error) {
	v, ok, err := db.Maybe[serving](tx, `SELECT `+servingCols+` FROM delivery_service WHERE paper_id = ? AND party_id = ?`, p.ID, p.Party)
	if err != nil || ok {
		return v, err
	}
	v = serving{ID: id.New(), Case: p.Case, Paper: p.ID, Party: p.Party, State: prepared, Server: app.Actor(tx.Context()), At: tx.Now()}
	_, err = tx.Exec(`INSERT INTO delivery_service (`+servingCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, v.ID, v.Case, v.Paper, v.Party, v.State, v.Ways, v.Server, v.At)
	return v, err
}

// move changes the state of a service from the one that was read.
func move(tx *db.Tx, v *serving, to string) error {
	if v.State == to {
		return nil
	}
	err := db.Must1(tx.Exec(`UPDATE delivery_service SET state = ? WHERE id = ? AND state = ?`, to, v.ID, v.State))
	v.State = to
	return err
}

// try adds an attempt.
func (s *Service) try(tx *db.Tx, a attempt) error {
	if a.Note != "" {
		a.Note = s.k.Vault.Seal(sealNote, a.Note)
	}
	_, err := tx.Exec(`INSERT INTO delivery_attempt (`+attemptCols+`) VALUES (`+db.In(24)+`)`, a.ID, a.Service, a.Way, a.Address, a.Standing, a.Sent, a.Success, a.Failed, a.Reason,
		a.Read, a.Replied, a.Rebutted, a.Proved, a.Signer, a.Note, a.Find, a.Posted, a.Made, a.Presumed, a.Basis, a.Steps, a.Files, a.Actor, a.At)
	if a.Find != "" && db.Unique(err) {
		return fault.New(fault.Conflict, "这件邮件已经登记过了。")
	}
	return err
}

// found puts what the law says into an attempt by hand.
func (a *attempt) found(e service.Effect) {
	a.Made, a.Presumed = e.On, e.Presumed
	a.Basis.V, a.Steps.V = e.Basis.Strings(), e.Steps
}

// proved is the end of the day that he proved: the day counts, and no hour of it
// is known.
func (a attempt) proved() time.Time {
	if a.Proved.IsZero() {
		return time.Time{}
	}
	return a.Proved.At(23, 59, clock.Shanghai)
}

// verdict is what an attempt has brought about, by the law.
func (a attempt) verdict(n service.Nature) service.Effect {
	if a.Way.Electronic() {
		return service.Electronic(service.Trace{Standing: a.Standing, Success: a.Success, Proved: a.proved(), Replied: a.Replied, Read: a.Read, Rebutted: !a.Rebutted.IsZero(), Signs: n == service.Mediation}, clock.Shanghai)
	}
	made := !a.Made.IsZero() && (a.Rebutted.IsZero() || !a.Presumed)
	return service.Effect{Made: made, On: a.Made, Presumed: a.Presumed, Steps: a.Steps.V}
}

// best is the effect of all attempts together, with the way that it came.
func best(as []attempt, n service.Nature) (e effect, made bool) {
	var electronic []service.Effect
	for _, a := range as {
		v := a.verdict(n)
		if a.Way.Electronic() {
			electronic = append(electronic, v)
		} else if v.Made && (!made || v.On.Before(e.On)) {
			e, made = effect{Way: a.Way, On: v.On, Presumed: v.Presumed, Basis: a.Basis, Steps: a.Steps}, true
		}
	}
	v := service.Earliest(electronic)
	if !v.Made || made && !v.On.Before(e.On) {
		return e, made
	}
	for _, a := range as {
		if w := a.verdict(n); a.Way.Electronic() && w.Made && w.At.Equal(v.At) {
			e.Way = a.Way
			break
		}
	}
	e.On, e.Instant, e.Presumed, e.Basis.V, e.Steps.V = v.On, v.At, v.Presumed, v.Basis.Strings(), v.Steps
	return e, true
}

// stands says in which state attempts leave a service that is not effective.
func stands(as []attempt) string {
	state, open := next, map[string]bool{}
	for _, a := range as {
		switch {
		case !a.Rebutted.IsZero() && a.Replied.IsZero(): // it did not reach him
		case !a.Replied.IsZero():
			open[acked] = true
		case !a.Failed.IsZero():
		case !a.Read.IsZero():
			open[read] = true
		case !a.Success.IsZero():
			open[delivered] = true
		default:
			open[sent] = true
		}
	}
	for _, x := range []string{sent, delivered, read, acked} {
		if open[x] {
			state = x
		}
	}
	return state
}

// settle brings a service to what its attempts amount to, and says it in the
// entry of the act. An effect is written once and told once; again lets it be
// reconsidered, after a rebuttal.
func (s *Service) settle(tx *db.Tx, v *serving, again bool, body map[string]any) error {
	p, err := paper.Of(tx, v.Paper)
	if err != nil {
		return err
	}
	as, err := attemptsOf(tx, v.ID)
	if err != nil {
		return err
	}
	e, made := best(as, s.papers.Nature(p.Kind))
	now, have, err := effectOf(tx, v.ID)
	if err != nil || have && !again {
		return err
	}
	if have && made && e.Way == now.Way && e.On == now.On && e.Instant.Equal(now.Instant) {
		return nil // another attempt was rebutted: what started from this one runs on
	}
	if have {
		if err := s.undo(tx, p, now); err != nil {
			return err
		}
		body["undone"], p.State = now.On.String(), paper.Issued
	}
	if !made || p.State != paper.Issued { // a paper that was taken back is not served any more
		return move(tx, v, stands(as))
	}
	if err := move(tx, v, effective); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO delivery_effect (`+effectCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`, id.New(), v.ID, e.Way, e.On, e.Instant, e.Presumed, e.Basis, e.Steps, tx.Now()); err != nil {
		return err
	}
	if err := paper.Serve(tx, p.ID, e.On, string(e.Way)); err != nil {
		return err
	}
	if e.Way.Electronic() {
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.certify", Body: carryJob{v.ID}}); err != nil {
			return err
		}
	}
	rule := strings.Join(e.Basis.V, "；")
	body["effective_on"], body["rule"], body["presumed"] = e.On.String(), rule, e.Presumed
	starts, days, until, err := s.papers.Starts(p)
	if err != nil {
		return err
	}
	return s.k.Tell(tx, fact.ServiceEffective{Case: p.Case, Paper: p.ID, Kind: p.Kind, Party: p.Party, On: e.On, Rule: rule, Starts: starts, Days: days, Until: until})
}

// undo ends an effect: service was not made.
func (s *Service) undo(tx *db.Tx, p paper.Paper, e effect) error {
	if err := db.Must1(tx.Exec(`UPDATE delivery_effect SET undone_at = ? WHERE id = ? AND undone_at = 0`, tx.Now(), e.ID)); err != nil {
		return err
	}
	if err := paper.Unserve(tx, p.ID); err != nil {
		return err
	}
	return s.k.Tell(tx, fact.ServiceUndone{Case: p.Case, Paper: p.ID, Kind: p.Kind, Party: p.Party, On: e.On})
}

// toServe reads papers that wait for one recipient of a case.
func toServe(tx *db.Tx, caseID string, ids []string) ([]paper.Paper, docket.Party, error) {
	ps, err := these(tx, caseID, ids)
	if err != nil {
		return nil, docket.Party{}, err
	}
	if slices.ContainsFunc(ps, func(p paper.Paper) bool { return p.Party != ps[0].Party }) {
		return nil, docket.Party{}, fault.Field("papers", "一次只能送一位当事人。请分开登记。")
	}
	party, err := docket.PartyOf(tx, ps[0].Party)
	return ps, party, err
}

// these reads papers of a case that wait to be served, and keeps them as they are
// until the act ends.
func these(tx *db.Tx, caseID string, ids []string) (ps []paper.Paper, err error) {
	for i, pid := range ids {
		if slices.Contains(ids[:i], pid) {
			return nil, fault.Field("papers", "同一份文书写了两遍。")
		}
		if err := paper.Hold(tx, pid); err != nil { // two hand it over at once: the second finds it served
			return nil, err
		}
		p, err := paper.Of(tx, pid)
		if err != nil {
			return nil, err
		}
		if p.Case != caseID || p.Party == "" {
			return nil, fault.Field("papers", "这份文书不是送给本案当事人的。")
		}
		ps = append(ps, p)
	}
	return ps, waiting(ps)
}
