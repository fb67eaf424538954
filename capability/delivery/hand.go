package delivery

import (
	"context"
	"slices"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/web"
)

// handOver records that papers were handed over at the counter against a
// signed return, whose scan is kept.
func (s *Service) handOver(ctx context.Context, caseID string, h handover, files []web.Attachment) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "handover", access.Of("service", caseID), tx.Now()); err != nil {
			return err
		}
		ps, party, err := toServe(tx, caseID, h.Papers)
		if err != nil {
			return err
		}
		if err := decide(h, ps, docket.Today(tx.Now())); err != nil {
			return err
		}
		opposed, err := reach.Opponent(tx, h.Relation, party)
		if err != nil {
			return err
		}
		k, err := s.book.Reach(tx, party)
		if err != nil {
			return err
		}
		if err := named(k, h.Signer, h.Relation); err != nil && !opposed {
			return err
		}
		body := map[string]any{"way": "counter", "signer": string(h.Signer), "signed_on": h.SignedOn.String(), "scan": files[0].Digest, "papers": len(ps)}
		for i, p := range ps {
			e := service.Signed(service.Signing{Nature: s.papers.Nature(p.Kind), Way: service.Direct, By: h.Signer, Unit: party.Kind != "natural", Opponent: opposed, On: h.SignedOn})
			switch {
			case !e.Made && opposed:
				return refuse("relation", e)
			case !e.Made:
				return refuse("signer", e)
			}
			if err := acting(tx, party, h.Signer, h.SignedOn); err != nil {
				return err
			}
			a := attempt{Way: service.Direct, Signer: h.Signer, Note: h.Relation}
			a.Files.V = files
			a.found(e)
			if err := s.byHand(tx, p, a, body); err != nil {
				return err
			}
			body["paper_"+string(rune('1'+i))] = p.ID
		}
		return s.book.Record(tx, "delivery.handed_over", party, body, map[string]string{"relation": h.Relation})
	})
}

// byHand adds an attempt that people made, and settles the service.
func (s *Service) byHand(tx *db.Tx, p paper.Paper, a attempt, body map[string]any) error {
	v, err := s.begin(tx, p)
	if err != nil {
		return err
	}
	if a.Way == service.Notice {
		had, err := attemptsOf(tx, v.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(had, func(b attempt) bool {
			return b.Way == service.Notice && b.Failed.IsZero() && slices.Equal(b.Posted.V, a.Posted.V)
		}) {
			return fault.Field("who", "同一天、同一处的这份公告登记过了。又在别处贴了、登了的，在送达经过里登记。")
		}
	}
	a.ID, a.Service, a.Actor, a.At, a.Sent = id.New(), v.ID, app.Actor(tx.Context()), tx.Now(), tx.Now()
	if err := s.try(tx, a); err != nil {
		return err
	}
	body["attempt"] = a.ID
	if a.Way == service.Notice {
		if err := s.lapseAt(tx, a); err != nil {
			return err
		}
	}
	return s.settle(tx, &v, false, body)
}

// handCmd is a way of service by hand that is begun or done away from the counter.
type handCmd struct {
	Papers    []string        `json:"papers"`
	Way       service.Way     `json:"way"` // direct, left, post, entrusted, transfer, notice
	On        law.Date        `json:"on"`
	Where     service.Refusal `json:"where"`     // left: where he refused
	Witnesses bool            `json:"witnesses"` // left: they signed
	Noted     bool            `json:"noted"`     // left: the cause and the day stand on the return
	Filmed    bool            `json:"filmed"`    // left: pictures are among the files
	Number    string          `json:"number"`    // post: of the parcel; entrusted: of the letter
	Who       string          `json:"who"`       // direct: where he was looked for; left: who refused, the witnesses; entrusted: which court; transfer: by which unit; notice: where it was put up
	Missing   bool            `json:"missing"`   // notice, post: his whereabouts are unknown
	Exhausted bool            `json:"exhausted"` // notice: nothing else worked
	WillCome  bool            `json:"will_come"` // post: he agreed to come
	Kept      bool            `json:"kept"`      // transfer: he is a soldier or in prison
	Abroad    bool            `json:"abroad"`    // notice: he has no home in the country
	Reason    string          `json:"reason"`    // direct: why he was not met; notice: why
	Course    string          `json:"course"`    // notice: what was tried
}

// hand records a way of service by hand. The law says which are open, and which
// have served already.
func (s *Service) hand(ctx context.Context, caseID string, c handCmd, files []web.Attachment) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "handover", access.Of("service", caseID), tx.Now())
		if err != nil {
			return err
		}
		ps, party, err := toServe(tx, caseID, c.Papers)
		if err != nil {
			return err
		}
		if c.Way == service.Post {
			c.Number = parcelNumber(c.Number)
		}
		if err := c.check(since(ps), docket.Today(tx.Now()), len(files)); err != nil {
			return err
		}
		as, err := s.book.Addresses(tx, party.ID)
		if err != nil {
			return err
		}
		body := map[string]any{"way": string(c.Way), "on": c.On.String(), "papers": len(ps), "files": len(files)}
		for _, p := range ps {
			n := s.papers.Nature(p.Kind)
			if b := service.Barred(c.Way, service.Situation{Nature: n, Procedure: g.Case.Procedure, Missing: c.Missing, Exhausted: c.Exhausted, WillCome: c.WillCome, Kept: c.Kept, Declined: c.Way == service.Left}); b != nil {
				return barred("way", b)
			}
			a := attempt{Way: c.Way, Note: c.words()}
			a.Files.V = files
			switch c.Way {
			case service.Direct: // a visit in vain; what was handed over stands on a return
				a.Failed, a.Reason = tx.Now(), c.On.Chinese()+"上门没有送到。"
			case service.Left:
				e := service.LeftWith(service.Leaving{Nature: n, Where: c.Where, Witnesses: c.Witnesses, Pictures: c.Filmed, Noted: c.Noted, On: c.On})
				if !e.Made {
					return refuse("where", e)
				}
				a.found(e)
			case service.Post:
				at := postedTo(as, c.On)
				a.Address, a.Standing = at.ID, at.Standing
				if a.Find, err = s.parcel(tx, c.Number, party); err != nil {
					return err
				}
			}
			if a.carried() {
				a.Posted.V = []posting{{On: c.On}}
			} else if c.Way == service.Notice {
				a.Posted.V = []posting{{Place: c.Who, On: c.On, Abroad: c.Abroad}}
			}
			body["paper"] = p.ID
			if err := s.byHand(tx, p, a, body); err != nil {
				return err
			}
		}
		return s.book.Record(tx, "delivery.by_hand", party, body, map[string]string{"note": c.words()})
	})
}

// check says what is missing of what each way needs.
//
// law:民事诉讼法(2023)/95 公告送达，应当在案卷中记明原因和经过。
func (c handCmd) check(since, today law.Date, files int) error {
	var bad fault.List
	dated(c.On, since, today, &bad, "on")
	bad.Most(fault.Line, "number", c.Number)
	bad.Most(fault.Text, "who", c.Who)
	bad.Most(fault.Text, "reason", c.Reason)
	bad.Most(fault.Text, "course", c.Course)
	switch c.Way {
	case service.Direct:
		if files == 0 {
			bad.Add("scan", "请把上门时拍的照片传上来。")
		}
		if c.Who == "" {
			bad.Add("who", "请填去了哪里。")
		}
		if c.Reason == "" {
			bad.Add("reason", "请写为什么没有送到：没有人在，搬走了，或者没有这个地方。")
		}
	case service.Left:
		if files == 0 {
			bad.Add("scan", "请把送达回证、照片或者录像截图传上来。")
		}
	case service.Post:
		if !isParcel.MatchString(c.Number) {
			bad.Add("number", "请填邮件单上的号码，只有字母和数字。")
		}
	case service.Entrusted:
		if c.Who == "" {
			bad.Add("who", "请填委托哪个法院。")
		}
	case service.Transfer:
		if c.Who == "" {
			bad.Add("who", "请填由哪个部队、监所转交。")
		}
	case service.Notice:
		if c.Reason == "" {
			bad.Add("reason", "公告送达要在案卷里写明原因。")
		}
		if c.Course == "" {
			bad.Add("course", "公告送达要在案卷里写明经过：试过哪些方式，结果怎样。")
		}
		if c.Who == "" {
			bad.Add("who", "请填公告贴在哪里，或者登在哪里。")
		}
	default:
		bad.Add("way", "请选怎么送的。")
	}
	return bad.Err()
}

// words are what is kept, sealed, of how it was done.
func (c handCmd) words() string {
	out := ""
	for _, w := range [][2]string{{"号码：", c.Number}, {"", c.Who}, {"原因：", c.Reason}, {"经过：", c.Course}} {
		if w[1] != "" {
			if out != "" {
				out += "；"
			}
			out += w[0] + w[1]
		}
	}
	return out
}

// resultCmd is what came back: a signed return, the parcel, or where else a
// notice was put up.
type resultCmd struct {
	Result    string           `json:"result"` // signed, returned, posted
	On        law.Date         `json:"on"`
	Signer    service.Receiver `json:"signer"`
	Relation  string           `json:"relation"`
	Opponent  bool             `json:"opponent"` // who signed is the other side
	Why       service.Return   `json:"why"`
	Faultless bool             `json:"faultless"`
	Place     string           `json:"place"`
}

// result records what came of a way by hand that was begun. verb is by which
// right: of who hands papers over, or of the house itself, which the post told.
func (s *Service) result(ctx context.Context, verb, caseID, attemptID string, c resultCmd, files []web.Attachment) (to string, err error) {
	return to, s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), verb, access.Of("service", caseID), tx.Now()); err != nil {
			return err
		}
		a, v, party, p, err := s.attemptOf(tx, caseID, attemptID)
		if err != nil {
			return err
		}
		if v.State == effective || !a.Failed.IsZero() || p.State != paper.Issued {
			return fault.New(fault.Conflict, "这一次已经有结果了。")
		}
		opposed, err := reach.Opponent(tx, c.Relation, party)
		if err != nil {
			return err
		}
		c.Opponent = c.Opponent || opposed
		e, err := c.decide(a, s.papers.Nature(p.Kind), party.Kind != "natural", a.begun(p.Dated), docket.Today(tx.Now()))
		if err != nil {
			return err
		}
		k, err := s.book.Reach(tx, party)
		if err != nil {
			return err
		}
		if err := named(k, c.Signer, c.Relation); err != nil && c.Result == "signed" && !c.Opponent {
			return err
		}
		if e.Made && c.Result == "signed" {
			if err := acting(tx, party, c.Signer, c.On); err != nil {
				return err
			}
		}
		a.Files.V = append(a.Files.V, files...)
		switch {
		case c.Result == "posted":
			a.Posted.V = append(a.Posted.V, posting{Place: c.Place, On: c.On, Abroad: a.abroad()})
			if err := s.lapseAt(tx, a); err != nil {
				return err
			}
		case e.Made:
			a.Signer = c.Signer
			a.found(e)
		default:
			a.Failed, a.Reason = tx.Now(), e.Steps[0]
		}
		if c.Relation != "" {
			was, err := s.note(a)
			if err != nil {
				return err
			}
			a.Note = s.k.Vault.Seal(sealNote, was+"；代收人："+c.Relation)
		}
		if err := s.save(tx, a); err != nil {
			return err
		}
		body := map[string]any{"service": v.ID, "attempt": a.ID, "way": string(a.Way), "result": c.Result, "on": c.On.String()}
		if err := s.settle(tx, &v, false, body); err != nil {
			return err
		}
		to = coursePath(v)
		if err := s.k.Went(tx, to); err != nil {
			return err
		}
		body["state"] = v.State
		return s.book.Record(tx, "delivery.result", party, body, map[string]string{"relation": c.Relation})
	})
}

// save writes the outcome of an attempt that had none.
func (s *Service) save(tx *db.Tx, a attempt) error {
	return db.Must1(tx.Exec(`UPDATE delivery_attempt SET failed_at = ?, reason = ?, signer = ?, note = ?, posted = ?, made_on = ?, presumed = ?, basis = ?, steps = ?, files = ? WHERE id = ? AND failed_at = 0 AND made_on = ''`,
		a.Failed, a.Reason, a.Signer, a.Note, a.Posted, a.Made, a.Presumed, a.Basis, a.Steps, a.Files, a.ID))
}

// decide asks the law what came of it.
func (c resultCmd) decide(a attempt, n service.Nature, unit bool, since, today law.Date) (service.Effect, error) {
	var bad fault.List
	carried := a.carried()
	bad.Most(fault.Line, "relation", c.Relation)
	switch {
	case c.Result == "signed" && carried:
		bySigner(c.Signer, c.Relation, c.On, since, today, &bad, "on")
		return service.Signed(service.Signing{Nature: n, Way: a.Way, By: c.Signer, Unit: unit, Opponent: c.Opponent, On: c.On}), bad.Err()
	case c.Result == "returned" && carried:
		dated(c.On, since, today, &bad, "on")
		if !service.IsReturn(c.Why) {
			bad.Add("why", "请选为什么退回来。")
		}
		return service.Returned(a.Way, c.Why, a.Standing == service.Confirmed, n, c.On, c.Faultless), bad.Err()
	case c.Result == "posted" && a.Way == service.Notice:
		dated(c.On, since, today, &bad, "on")
		bad.Most(fault.Text, "place", c.Place)
		if c.Place == "" {
			bad.Add("place", "请填公告贴在哪里，或者登在哪里。")
		}
		return service.Effect{}, bad.Err()
	}
	bad.Add("result", "请选结果。")
	return service.Effect{}, bad.Err()
}

// lapseJob names a public notice whose days may be over.
type lapseJob struct {
	Attempt string `json:"attempt"`
}

// begun is the day on which the paper was given to who carries it, before which
// nothing came of it; of old attempts only the paper's own day is known.
func (a attempt) begun(dated law.Date) law.Date {
	if a.carried() && len(a.Posted.V) > 0 {
		return a.Posted.V[0].On
	}
	return dated
}

func days(a attempt) (out []law.Date) {
	for _, p := range a.Posted.V {
		out = append(out, p.On)
	}
	return out
}

// lapseAt looks at a notice again on the day on which it will have stood long
// enough.
func (s *Service) lapseAt(tx *db.Tx, a attempt) error {
	e := service.Published(days(a), a.abroad(), docket.Today(tx.Now()))
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.lapse", Body: lapseJob{a.ID}, At: e.On.At(0, 5, clock.Shanghai)})
}

// lapse makes a notice effective when its days are over, unless it was put up
// once more since. Where the paper was presumed served before, it is kept for when
// that is rebutted.
func (s *Service) lapse(ctx context.Context, j *jobs.Job) error {
	var b lapseJob
	if err := j.Read(&b); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, v, party, p, err := s.attemptOf(tx, "", b.Attempt)
		if err != nil {
			return err
		}
		e := service.Published(days(a), a.abroad(), docket.Today(tx.Now()))
		if !e.Made || !a.Made.IsZero() || !p.Finished() { // or it was taken back while it hung
			return j.Finish(tx)
		}
		a.found(e)
		if err := s.save(tx, a); err != nil {
			return err
		}
		body := map[string]any{"service": v.ID, "attempt": a.ID, "way": string(a.Way)}
		if err := s.settle(tx, &v, false, body); err != nil {
			return err
		}
		if err := s.book.Record(tx, "delivery.lapsed", party, body, nil); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// waitsTooLong is after how long a paper that was sent to an address nobody
// confirmed, and that nobody opened, goes to the desk.
const waitsTooLong = 3 * 24 * time.Hour
