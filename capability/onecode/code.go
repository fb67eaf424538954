package onecode

import (
	"context"
	"encoding/json"
	"strconv"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// Account is what onecode asks of the account service: a challenge that can
// be answered only with the phone it was armed for.
type Account interface {
	Open(tx *db.Tx, next string) (challenge string, err error)
	Arm(tx *db.Tx, challenge, person, phone string, c docket.Case) error
}

// Service does what the package doc says.
type Service struct {
	k       *app.Kit
	account Account
	phones  Phones
}

// shortLen is the length of the form that can be read out: 60 random bits;
// longLen that of the scanned one, [id.Secret].
const shortLen, longLen = 12, 26

// whole says whether what was typed or scanned can be a case code at all.
func whole(code string) bool {
	n := len(id.Fold(code))
	return n == shortLen || n == longLen
}

// notWhole says what is wrong with what was typed in place of a code.
func notWhole(code string) string {
	const look = "请对着纸把案件码填完整：共 12 个字，没有字母 O 和 I，只有数字 0 和 1。"
	if n := len(id.Fold(code)); n > 0 {
		return look + "您填了 " + strconv.Itoa(n) + " 个。"
	}
	return look
}

// CodeFor returns the case code of a recipient, in full and in short, making
// it at first need. It is called in the act that prints it, and that act
// records it.
func (s *Service) CodeFor(tx *db.Tx, caseID, partyID, person string) (long, short string, err error) {
	c, ok, err := codeOf(tx, caseID, person)
	if err != nil {
		return "", "", err
	}
	if !ok {
		return s.issue(tx, caseID, partyID, person)
	}
	if long, err = s.k.Vault.Open("onecode.code", c.Code); err != nil {
		return "", "", err
	}
	short, err = s.k.Vault.Open("onecode.short", c.Short)
	return long, short, err
}

// Printed returns the active code of a recipient as it stands on his papers,
// or "" when he has none.
func (s *Service) Printed(tx *db.Tx, caseID, person string) (string, error) {
	c, ok, err := codeOf(tx, caseID, person)
	if err != nil || !ok {
		return "", err
	}
	return s.k.Vault.Open("onecode.code", c.Code)
}

func (s *Service) issue(tx *db.Tx, caseID, partyID, person string) (long, short string, err error) {
	long, short = id.Secret(), id.Code(shortLen)
	v := s.k.Vault
	_, err = tx.Exec(`INSERT INTO onecode_code (id, case_id, party_id, person_id, code, code_find, short, short_find, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active', ?)`,
		id.New(), caseID, partyID, person, v.Seal("onecode.code", long), v.Find("onecode", long), v.Seal("onecode.short", short), v.Find("onecode", short), s.k.Now())
	return long, short, err
}

// reissue revokes a recipient's code and gives him a new one; the old one is
// dead when this returns. Papers already printed keep their paper codes.
func (s *Service) reissue(ctx context.Context, caseID, partyID, reason string) error {
	if err := checkText("reason", reason); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := access.May(tx, auth.From(ctx), "reissue", access.Of("code", caseID), now); err != nil {
			return err
		}
		p, err := docket.PartyOf(tx, partyID)
		if err != nil {
			return err
		}
		if p.Case != caseID {
			return fault.Missing()
		}
		cs, err := docket.CaseOf(tx, caseID)
		if err != nil {
			return err
		}
		if cs.State == docket.Entered || cs.State == docket.Refused || !p.Left.IsZero() {
			return fault.New(fault.Conflict, "案件没有立案，或者他已经退出，没有案件码可换。")
		}
		if _, err := tx.Exec(`UPDATE onecode_code SET state = 'revoked' WHERE case_id = ? AND person_id = ? AND state = 'active'`, caseID, p.Person); err != nil {
			return err
		}
		if _, _, err := s.issue(tx, caseID, partyID, p.Person); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.reissued", Case: caseID, Actor: app.Actor(ctx), Holders: []string{p.Person},
			Private: map[string]string{"reason": reason}})
		return err
	})
}

// partyLeft kills the code of whoever left the case.
func (s *Service) partyLeft(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.PartyLeft](j)
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE onecode_code SET state = 'revoked' WHERE case_id = ? AND person_id = ? AND state = 'active'`, f.Case, f.Person)
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.revoked", Case: f.Case, Actor: app.Actor(ctx), Cause: f.FactName()}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// opening is what someone says who scanned a code.
type opening struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	IDType string `json:"id_type"`
	Number string `json:"number"`
}

// attempt is an opening on its way to being checked; sealed in the queue.
type attempt struct {
	opening
	Challenge string `json:"challenge"`
}

// open takes down an attempt and answers alike for every code and every name:
// whether they fit is found out by a job that nobody waits for. That is why
// there is nothing to measure and nothing to compare.
func (s *Service) open(ctx context.Context, o opening) (challenge string, err error) {
	var bad fault.List
	if !whole(o.Code) {
		bad.Add("code", "%s", notWhole(o.Code))
	}
	o.Code, o.Number = id.Fold(o.Code), identity.Normalise(o.Number)
	if o.Name == "" || len([]rune(o.Name)) > 100 {
		bad.Add("name", "请写和证件上一样的姓名；单位写全称。")
	}
	if err := identity.Check(identity.Kind(o.IDType), o.Number); err != nil {
		bad.Add("number", "证件号码不对。请对着证件再看一遍，最后一位可能是 X。")
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	err = s.k.Note(ctx, func(tx *db.Tx) error {
		challenge, err = s.account.Open(tx, "/casebook")
		if err != nil {
			return err
		}
		body, err := json.Marshal(attempt{o, challenge})
		if err != nil {
			return err
		}
		return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "onecode.match", Body: s.k.Vault.Seal("onecode.attempt", string(body))})
	})
	return challenge, err
}

// match checks an attempt: code, name and number must fit one recipient. Then
// the one-time code goes to the phone that the court holds, and nowhere else.
func (s *Service) match(ctx context.Context, j *jobs.Job) error {
	var sealed string
	if err := j.Read(&sealed); err != nil {
		return err
	}
	text, err := s.k.Vault.Open("onecode.attempt", sealed)
	if err != nil {
		return err
	}
	var a attempt
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return err
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		person, phone, cs, ok, err := s.recipient(tx, a.opening)
		if err != nil {
			return err
		}
		if ok {
			if err := s.account.Arm(tx, a.Challenge, person, phone, cs); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// recipient finds the person whom an opening fits, and the phone held for him.
func (s *Service) recipient(tx *db.Tx, o opening) (person, phone string, cs docket.Case, ok bool, err error) {
	c, ok, err := activeCode(tx, s.k.Vault.Find("onecode", o.Code))
	if err != nil || !ok {
		return "", "", cs, false, err
	}
	p, ok, err := docket.FindPerson(tx, s.k.Vault.Find("id", o.IDType+o.Number))
	if err != nil || !ok || p.Name != o.Name {
		return "", "", cs, false, err
	}
	sealed, err := s.heldPhone(tx, c, p.ID)
	if err != nil || sealed == "" {
		return "", "", cs, false, err
	}
	if phone, err = s.k.Vault.Open("party.phone", sealed); err != nil {
		return "", "", cs, false, err
	}
	cs, err = docket.CaseOf(tx, c.Case)
	return p.ID, phone, cs, true, err
}

// visit opens a case by its code for who is signed in already. A code that is
// not his own is answered like one that does not exist.
func (s *Service) visit(ctx context.Context, typed string) (caseID string, err error) {
	if !whole(typed) {
		return "", fault.Field("code", notWhole(typed))
	}
	err = s.k.Note(ctx, func(tx *db.Tx) error {
		a := auth.From(ctx)
		c, ok, err := activeCode(tx, s.k.Vault.Find("onecode", id.Fold(typed)))
		if err != nil {
			return err
		}
		if !ok || c.Person != a.Person {
			return errNotYours
		}
		g, err := access.May(tx, a, "read", access.Of("case", c.Case), tx.Now())
		if err != nil {
			return errNotYours
		}
		caseID = c.Case
		return s.k.Tell(tx, fact.CodeVisited{Case: c.Case, Court: g.Case.Court, Person: a.Person, On: docket.Today(tx.Now())})
	})
	return caseID, err
}

// errNotYours is the one answer to every code that opens nothing for who asks.
var errNotYours = fault.Field("code", "这个码打不开您的案件。请核对是不是您自己那一份文书上的码；码换过的，用新的那张纸。")

// heldPhone is the sealed phone that the court holds for a person in the case
// of a code: of the party, of its agent, empty for anyone else.
func (s *Service) heldPhone(tx *db.Tx, c code, person string) (string, error) {
	ps, err := docket.Parties(tx, c.Case)
	if err != nil {
		return "", err
	}
	for _, p := range ps {
		if p.Person == person && p.ID == c.Party {
			return p.Phone, nil
		}
	}
	as, err := docket.Agents(tx, c.Case, tx.Now())
	if err != nil {
		return "", err
	}
	for _, a := range as {
		if a.Person == person && a.Party == c.Party {
			return a.Phone, nil
		}
	}
	return "", nil
}
