package outage

import (
	"context"
	"strconv"
	"time"

	"mashang/docket"
	"mashang/docket/deadline"
	"mashang/law"
	"mashang/law/period"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// States of an application.
const (
	draft   = "draft"
	left    = "left"
	filed   = "filed"
	granted = "granted"
	refused = "refused"
)

// application asks the court to prolong one deadline of one party.
type application struct {
	ID       string            `db:"id" json:"id"`
	Outage   string            `db:"outage_id" json:"outage"`
	Deadline string            `db:"deadline_id" json:"-"`
	Case     string            `db:"case_id" json:"case"`
	Party    string            `db:"party_id" json:"party"`
	Rule     string            `db:"rule" json:"rule"`
	Title    string            `db:"title" json:"title"`
	Last     law.Date          `db:"last_on" json:"last"`
	Fixed    bool              `db:"fixed" json:"fixed"`    // 不变期间
	Until    law.Date          `db:"until_on" json:"until"` // the tenth day
	Steps    db.JSON[[]string] `db:"steps" json:"steps"`
	Basis    db.JSON[[]string] `db:"basis" json:"basis"`
	Reason   string            `db:"reason" json:"reason"`
	State    string            `db:"state" json:"state"`
	Filed    time.Time         `db:"filed_at" json:"filed"`
	Decision string            `db:"decision" json:"decision"`
	New      law.Date          `db:"new_on" json:"new"`
	Decided  time.Time         `db:"decided_at" json:"decided"`
	At       time.Time         `db:"at" json:"at"`
}

const cols = `id, outage_id, deadline_id, case_id, party_id, rule, title, last_on, fixed, until_on, steps, basis, reason, state, filed_at, decision, new_on, decided_at, at`

// drafting is how far the deadlines of an outage have been looked at.
type drafting struct {
	Outage string `json:"outage"`
	After  string `json:"after"`
}

// page is how many deadlines are looked at in one act.
const page = 100

// draft looks at the deadlines that may have ended in an outage, and drafts
// one application an act: cut off anywhere, it goes on; repeated, it finds
// that each was drafted.
func (s *Service) draft(ctx context.Context, j *jobs.Job) error {
	var d drafting
	if err := j.Read(&d); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		o, err := outageOf(tx, d.Outage)
		if err != nil {
			return err
		}
		// A deadline that ends in the last hours of the day before began to
		// count on its own day, so the span of days is the outage's.
		ds, err := deadline.EndingIn(tx, docket.Today(o.From), docket.Today(o.To), d.After, page)
		if err != nil {
			return err
		}
		more, drafted := len(ds) == page, false
		for i, x := range ds {
			if d.After = x.ID; !period.Caught(x.Last, o.From, o.To, clock.Shanghai) {
				continue
			}
			if drafted, err = s.draftOne(tx, o, x); err != nil {
				return err
			}
			if drafted {
				more = more || i < len(ds)-1
				break
			}
		}
		if more {
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "outage.draft", Lane: "outage", Body: d}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// draftOne writes the application for one deadline and tells the party. When
// an outage proves longer, or another follows on the same evening, a draft that
// nobody touched is written again; nothing else is.
func (s *Service) draftOne(tx *db.Tx, o outage, d deadline.Deadline) (bool, error) {
	was, have, err := db.Maybe[application](tx, `SELECT `+cols+` FROM outage_application WHERE deadline_id = ?`, d.ID)
	if err != nil {
		return false, err
	}
	cal, err := docket.Calendar(tx)
	if err != nil {
		return false, err
	}
	f := period.Obstacle(docket.Today(o.To), cal)
	a := application{ID: id.New(), Outage: o.ID, Deadline: d.ID, Case: d.Case, Party: d.Party, Rule: d.Rule, Title: d.Title, Last: d.Last, Fixed: period.Rules[d.Rule].Fixed,
		Until: f.Last, Steps: db.JSON[[]string]{V: f.Steps}, Basis: db.JSON[[]string]{V: f.Basis.Strings()}, Reason: words(o, d), State: draft, At: tx.Now()}
	switch {
	case docket.Today(tx.Now()).After(a.Until): // found too late: he is not told of what he can't hand in any more
		return false, nil
	case !have:
		_, err = tx.Exec(`INSERT INTO outage_application (`+cols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			a.ID, a.Outage, a.Deadline, a.Case, a.Party, a.Rule, a.Title, a.Last, a.Fixed, a.Until, a.Steps, a.Basis, a.Reason, a.State, a.Filed, a.Decision, a.New, a.Decided, a.At)
	case was.State == draft && was.Reason != a.Reason && !was.Until.After(a.Until):
		a.ID = was.ID
		err = db.Must1(tx.Exec(`UPDATE outage_application SET outage_id = ?, until_on = ?, steps = ?, basis = ?, reason = ? WHERE id = ? AND state = 'draft'`, a.Outage, a.Until, a.Steps, a.Basis, a.Reason, a.ID))
	default:
		return false, nil
	}
	if err != nil {
		return false, err
	}
	holders, err := s.tell(tx, a, message(o, a, f.Steps))
	if err != nil {
		return false, err
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "outage.drafted", Case: a.Case, Actor: app.Actor(tx.Context()), Holders: holders,
		Body: map[string]any{"application": a.ID, "outage": o.ID, "rule": a.Rule, "last": a.Last.String(), "until": a.Until.String(), "fixed": a.Fixed}})
	return true, err
}

func outageOf(tx *db.Tx, outageID string) (outage, error) {
	return db.One[outage](tx, `SELECT `+outageCols+` FROM outage_outage WHERE id = ?`, outageID)
}

func itoa[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// clockTime writes 3月18日19时02分.
func clockTime(t time.Time) string { return t.In(clock.Shanghai).Format("2006年1月2日15时04分") }

// words are the reason as the court drafts it: what the court itself knows, and
// nothing that only the party can.
func words(o outage, d deadline.Deadline) string {
	return "法院的网上系统从" + clockTime(o.From) + "到" + clockTime(o.To) + "断开，在网上办不了事。“" + d.Title + "”的最后一天是" + d.Last.Chinese() +
		"，这一天最后的几个小时正在断开的时间里。请求依照民事诉讼法第八十六条，准许把这个期限往后顺延。断开的经过见所附的系统故障证明。"
}

// message tells the party, without a word of his case.
func message(o outage, a application, steps []string) string {
	m := "本院网上系统从" + clockTime(o.From) + "到" + clockTime(o.To) + "断开，您有一个期限正好在这时候到最后一天。您可以申请顺延，最晚" + a.Until.Chinese() + "交："
	for _, s := range steps {
		m += s
	}
	return m + "申请书替您写好了，登录就看得到，交了法官才审；不交，期限不变。"
}

// tell sends a message to a party and those who act for him, and returns who
// they are.
func (s *Service) tell(tx *db.Tx, a application, text string) ([]string, error) {
	p, err := docket.PartyOf(tx, a.Party)
	if err != nil {
		return nil, err
	}
	c, err := docket.CaseOf(tx, a.Case)
	if err != nil {
		return nil, err
	}
	ct, err := docket.CourtOf(tx, c.Court)
	if err != nil {
		return nil, err
	}
	as, err := docket.Agents(tx, a.Case, tx.Now())
	if err != nil {
		return nil, err
	}
	holders, to := []string{p.Person}, map[string]string{p.Person: p.Phone}
	for _, x := range as {
		if _, have := to[x.Person]; x.Party == p.ID && !have {
			holders, to[x.Person] = append(holders, x.Person), x.Phone
		}
	}
	at := docket.Rings(tx.Now())
	for _, person := range holders {
		phone, err := s.k.Vault.Open("party.phone", to[person])
		if err != nil {
			return nil, err
		}
		if phone != "" {
			if err := s.k.Notify.SendAt(tx, at, "sms", phone, "", "【"+ct.Short+"】"+text); err != nil {
				return nil, err
			}
		}
		if err := s.phones.TellBesides(tx, person, at, text, "/casebook/"+a.Case); err != nil {
			return nil, err
		}
	}
	return holders, nil
}
