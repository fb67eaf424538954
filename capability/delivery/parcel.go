package delivery

import (
	"context"
	"regexp"
	"strings"
	"time"

	"mashang/capability/delivery/reach"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
)

const findParcel = "delivery.parcel"

// parcelNumber is the number of a parcel in one spelling.
func parcelNumber(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}

// isParcel is what the post prints on a parcel, in that spelling.
var isParcel = regexp.MustCompile(`^[A-Z0-9]{2,30}$`)

// parcel is the number of a parcel as a digest. What the post says of a number is
// said of all papers in it, so one with papers to somebody else is not his.
func (s *Service) parcel(tx *db.Tx, number string, to docket.Party) (find string, err error) {
	find = s.k.Vault.Find(findParcel, number)
	n, err := db.One[int64](tx, `SELECT COUNT(*) FROM delivery_attempt a JOIN delivery_service v ON v.id = a.service_id JOIN docket_party p ON p.id = v.party_id
		WHERE a.find = ? AND a.at > ? AND p.person_id <> ?`, find, forgotten(tx), to.Person)
	if err == nil && n > 0 {
		err = fault.Field("number", "这个号码的邮件已经登记给了别人。请再看一遍邮件单。")
	}
	return find, err
}

// forgotten is before when a number says nothing any more: after a year the post
// gives it again.
func forgotten(tx *db.Tx) time.Time { return tx.Now().AddDate(-1, 0, 0) }

// postedTo is the address that stood on the parcel: the one that was known on
// the day of posting, and on a day of change the old one. What he confirmed
// afterwards makes no return his own doing.
func postedTo(newestFirst []reach.Address, on law.Date) (at reach.Address) {
	for _, a := range newestFirst {
		if a.Kind == string(service.Post) && !docket.Today(a.At).After(on) && (a.Ended.IsZero() || !docket.Today(a.Ended).Before(on)) {
			at = a
		}
	}
	return at
}

// Parcels returns what was given to the post under a number: one parcel may hold
// several papers for one recipient.
func (s *Service) Parcels(tx *db.Tx, number string) ([]paper.Parcel, error) {
	as, err := db.List[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE find = ? AND way = 'post' AND at > ? ORDER BY at, id`, s.k.Vault.Find(findParcel, parcelNumber(number)), forgotten(tx))
	return s.parcels(tx, as, err)
}

// Underway returns parcels of which nobody has said what became of them, oldest
// first.
func (s *Service) Underway(tx *db.Tx, limit int) ([]paper.Parcel, error) {
	as, err := db.List[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE way = 'post' AND find <> '' AND failed_at = 0 AND made_on = '' ORDER BY at, id LIMIT ?`, limit)
	return s.parcels(tx, as, err)
}

// Parcel returns one.
func (s *Service) Parcel(tx *db.Tx, attemptID string) (paper.Parcel, error) {
	a, err := db.One[attempt](tx, `SELECT `+attemptCols+` FROM delivery_attempt WHERE id = ?`, attemptID)
	ps, err := s.parcels(tx, []attempt{a}, err)
	if err != nil {
		return paper.Parcel{}, err
	}
	return ps[0], nil
}

func (s *Service) parcels(tx *db.Tx, as []attempt, err error) (out []paper.Parcel, _ error) {
	if err != nil {
		return nil, err
	}
	for _, a := range as {
		v, err := servingOf(tx, a.Service)
		if err != nil {
			return nil, err
		}
		p, err := paper.Of(tx, v.Paper)
		if err != nil {
			return nil, err
		}
		party, err := docket.PartyOf(tx, v.Party)
		if err != nil {
			return nil, err
		}
		person, err := docket.PersonOf(tx, party.Person)
		if err != nil {
			return nil, err
		}
		x := paper.Parcel{Attempt: a.ID, Service: v.ID, Case: v.Case, Title: p.Title, Unit: person.Kind != "natural", Done: v.State == effective || !a.Failed.IsZero() || !a.Made.IsZero() || p.State != paper.Issued}
		note, err := s.note(a)
		if err != nil {
			return nil, err
		}
		if _, number, ok := strings.Cut(note, "号码："); ok {
			x.Number, _, _ = strings.Cut(number, "；")
		}
		out = append(out, x)
	}
	return out, nil
}

// MayTrack refuses who may not hand over papers of a case.
func (s *Service) MayTrack(tx *db.Tx, caseID string) error {
	_, err := access.May(tx, auth.From(tx.Context()), tracker(tx.Context()), access.Of("service", caseID), tx.Now())
	return err
}

// Tracked records what the post said of a parcel, by the same act as what the
// clerk enters; said twice it is refused.
func (s *Service) Tracked(ctx context.Context, p paper.Parcel, t paper.Tracking) error {
	c := resultCmd{Result: "returned", On: t.On, Why: t.Why}
	if t.Signed {
		c = resultCmd{Result: "signed", On: t.On, Signer: t.By, Relation: t.Relation}
	}
	_, err := s.result(ctx, tracker(ctx), p.Case, p.Attempt, c, nil)
	return err
}

func tracker(ctx context.Context) string {
	if auth.From(ctx).System != "" {
		return "track"
	}
	return "handover"
}
