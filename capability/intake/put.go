package intake

import (
	"mashang/docket/record"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/web"
)

// Cases is what intake asks of casebook.
type Cases interface {
	// Take writes a case as another system tells it, with the one entry of the
	// caller's act; when it is the same already, it writes nothing.
	Take(tx *db.Tx, court string, r record.Case, batch string) (caseID string, o record.Outcome, err error)
	// Withdraw takes back a case that Take made; why says for what reason it was
	// kept instead.
	Withdraw(tx *db.Tx, caseID, batch string) (why string, err error)
}

// Service does what the package doc says.
type Service struct {
	k     *app.Kit
	cases Cases
}

// Put takes one case from a program, by its number; the JSON of record is
// described in docket/record. outcome is "created", "changed" or "same".
//
// It runs inside the caller's act, whose actor must be allowed to import into
// the court: a filing judge of it, or the system. Created and changed append
// that act's one entry, so the caller appends none; same writes nothing. A
// refusal is an Invalid fault with the fields of the record ("judge",
// "parties.0.number"); the caller's act then ends in it, for part of the case
// may have been written.
func (s *Service) Put(tx *db.Tx, court string, b []byte) (caseID, outcome string, err error) {
	r, err := record.Read(b)
	if err == nil {
		err = web.CleanAll(&r)
	}
	if err != nil {
		return "", "", err
	}
	id, o, err := s.cases.Take(tx, court, r, "")
	return id, string(o), err
}
