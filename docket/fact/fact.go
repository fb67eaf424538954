// Package fact lists the things that happen in a case and that several
// services may hear about. Each fact has one teller, who tells it inside the
// transaction of the act; a listener hears it once, in order per case, as a
// job. Facts carry ids and dates, never names or numbers of people. No logic.
package fact

import "mashang/law"

// CaseAccepted is told by casebook when a filing becomes a case with a number.
type CaseAccepted struct {
	Case string   `json:"case"`
	On   law.Date `json:"on"`
	By   string   `json:"by"`
}

// FactName and FactCase implement app.Fact, here and below.
func (CaseAccepted) FactName() string   { return "case_accepted" }
func (f CaseAccepted) FactCase() string { return f.Case }

// CaseImported is told by casebook when a case came in from another system, or
// that system said something new of it. What was done in it before was done
// there: nobody starts the clocks of a filing, and nobody is sent anything.
type CaseImported struct {
	Case string `json:"case"`
	New  bool   `json:"new,omitempty"`
}

// FactName and FactCase implement app.Fact.
func (CaseImported) FactName() string   { return "case_imported" }
func (f CaseImported) FactCase() string { return f.Case }

// CaseWithdrawn is told by casebook when an import that should not have been
// was taken back: nobody stands to the case any more, and it has no number.
// Number is the one it had, empty when it was sealed.
type CaseWithdrawn struct {
	Case   string `json:"case"`
	Number string `json:"number,omitempty"`
}

// FactName and FactCase implement app.Fact.
func (CaseWithdrawn) FactName() string   { return "case_withdrawn" }
func (f CaseWithdrawn) FactCase() string { return f.Case }

// CaseLinked is told by casebook when a case is tied to another.
type CaseLinked struct {
	Case  string `json:"case"`
	Other string `json:"other"`
	Kind  string `json:"kind"` // related, appeal_of, …
}

// FactName and FactCase implement app.Fact.
func (CaseLinked) FactName() string   { return "case_linked" }
func (f CaseLinked) FactCase() string { return f.Case }

// PartyJoined is told by casebook when a party or agent comes into an accepted case.
type PartyJoined struct {
	Case  string `json:"case"`
	Party string `json:"party"`
	Agent string `json:"agent,omitempty"`
}

// FactName and FactCase implement app.Fact.
func (PartyJoined) FactName() string   { return "party_joined" }
func (f PartyJoined) FactCase() string { return f.Case }

// PartyLeft is told by casebook when a party or agent leaves.
type PartyLeft struct {
	Case   string `json:"case"`
	Person string `json:"person"`
}

// FactName and FactCase implement app.Fact.
func (PartyLeft) FactName() string   { return "party_left" }
func (f PartyLeft) FactCase() string { return f.Case }

// JudgeChanged is told by casebook when a case gets its judge, or another one.
type JudgeChanged struct {
	Case string `json:"case"`
	From string `json:"from,omitempty"`
	To   string `json:"to"`
}

// FactName and FactCase implement app.Fact.
func (JudgeChanged) FactName() string   { return "judge_changed" }
func (f JudgeChanged) FactCase() string { return f.Case }

// LimitMoved is told by casebook when the court's own time limit was set anew:
// accepted, procedure changed, extended, suspended, resumed.
type LimitMoved struct {
	Case string `json:"case"`
	Why  string `json:"why"`
}

// FactName and FactCase implement app.Fact.
func (LimitMoved) FactName() string   { return "limit_moved" }
func (f LimitMoved) FactCase() string { return f.Case }

// CaseClosed is told by casebook.
type CaseClosed struct {
	Case string   `json:"case"`
	Way  string   `json:"way"`
	On   law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (CaseClosed) FactName() string   { return "case_closed" }
func (f CaseClosed) FactCase() string { return f.Case }

// CaseAppealed is told by casebook when an appeal against a closed case, or an
// application for its retrial, was entered. Kind is appeal or retrial.
type CaseAppealed struct {
	Case string   `json:"case"`
	Kind string   `json:"kind"`
	On   law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (CaseAppealed) FactName() string   { return "case_appealed" }
func (f CaseAppealed) FactCase() string { return f.Case }

// CaseMoved is told by casebook when a case went to another division.
type CaseMoved struct {
	Case     string `json:"case"`
	Division string `json:"division"`
}

// FactName and FactCase implement app.Fact.
func (CaseMoved) FactName() string   { return "case_moved" }
func (f CaseMoved) FactCase() string { return f.Case }

// PaperIssued is told by papers when a paper left the court's hands complete.
type PaperIssued struct {
	Case  string `json:"case"`
	Paper string `json:"paper"`
	Kind  string `json:"kind"`
	Party string `json:"party"`
}

// FactName and FactCase implement app.Fact.
func (PaperIssued) FactName() string   { return "paper_issued" }
func (f PaperIssued) FactCase() string { return f.Case }

// SigningEnded is told by signing when a round of signatures is over. State is
// complete, declined, expired or cancelled.
type SigningEnded struct {
	Case  string `json:"case"`
	Paper string `json:"paper"`
	State string `json:"state"`
}

// FactName and FactCase implement app.Fact.
func (SigningEnded) FactName() string   { return "signing_ended" }
func (f SigningEnded) FactCase() string { return f.Case }

// ReceiptSigned is told by papers when a party has signed on his phone that he
// received a paper: Return is the return on which he signed.
type ReceiptSigned struct {
	Case   string   `json:"case"`
	Paper  string   `json:"paper"`
	Return string   `json:"return"`
	Party  string   `json:"party"`
	On     law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (ReceiptSigned) FactName() string   { return "receipt_signed" }
func (f ReceiptSigned) FactCase() string { return f.Case }

// ServiceEffective is told by delivery when a paper has reached a party with
// effect in law. Rule names the article by which it counts, Starts the period
// that its kind of paper starts for the recipient, empty for none.
type ServiceEffective struct {
	Case  string   `json:"case"`
	Paper string   `json:"paper"`
	Kind  string   `json:"kind"`
	Party string   `json:"party"`
	On    law.Date `json:"on"`
	Rule  string   `json:"rule"`

	Starts string   `json:"starts,omitempty"` // the period that runs from it, by its name in law/period
	Days   int      `json:"days,omitempty"`   // as the court set it
	Until  law.Date `json:"until,omitzero"`
}

// FactName and FactCase implement app.Fact.
func (ServiceEffective) FactName() string   { return "service_effective" }
func (f ServiceEffective) FactCase() string { return f.Case }

// ServiceUndone is told by delivery when service that was presumed had no
// effect after all: the recipient proved it; and by papers when what was served is
// taken back. What started on On does not run.
type ServiceUndone struct {
	Case  string   `json:"case"`
	Paper string   `json:"paper"`
	Kind  string   `json:"kind"`
	Party string   `json:"party"`
	On    law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (ServiceUndone) FactName() string   { return "service_undone" }
func (f ServiceUndone) FactCase() string { return f.Case }

// OpinionGiven is told by onecode when a party put an opinion to the court.
type OpinionGiven struct {
	Case    string   `json:"case"`
	Message string   `json:"message"`
	On      law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (OpinionGiven) FactName() string   { return "opinion_given" }
func (f OpinionGiven) FactCase() string { return f.Case }

// OpinionRated is told by onecode when the party who wrote an opinion says how
// satisfied he is with what became of it: 满意, 基本满意 or 不满意. A second
// rating of the same one takes the place of the first.
type OpinionRated struct {
	Case    string   `json:"case"`
	Court   string   `json:"court"`
	Message string   `json:"message"`
	Grade   string   `json:"grade"`
	On      law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (OpinionRated) FactName() string   { return "opinion_rated" }
func (f OpinionRated) FactCase() string { return f.Case }

// ServiceRated is told by onecode when a party rated the court's service at a
// step of his case. Rating names the rating, one for a person and step, and
// says nothing of the person.
type ServiceRated struct {
	Case   string   `json:"case"`
	Court  string   `json:"court"`
	Step   string   `json:"step"`
	Rating string   `json:"rating"`
	Grade  string   `json:"grade"`
	On     law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (ServiceRated) FactName() string   { return "service_rated" }
func (f ServiceRated) FactCase() string { return f.Case }

// CodeVisited is told when a person opened a case by its code: the first time by
// account, when he proved who he is, later by onecode. The person's opaque id is
// there so that different people can be counted.
type CodeVisited struct {
	Case   string   `json:"case"`
	Court  string   `json:"court"`
	Person string   `json:"person"`
	On     law.Date `json:"on"`
}

// FactName and FactCase implement app.Fact.
func (CodeVisited) FactName() string   { return "code_visited" }
func (f CodeVisited) FactCase() string { return f.Case }

// CalendarLoaded is told by setup when a year of rest days was loaded; dates
// computed without it are computed again.
type CalendarLoaded struct {
	Year int `json:"year"`
}

// FactName and FactCase implement app.Fact.
func (CalendarLoaded) FactName() string { return "calendar_loaded" }
func (CalendarLoaded) FactCase() string { return "" }

// StaffLeft is told by setup on the day when a post ends, so that open work moves.
type StaffLeft struct {
	Person    string `json:"person"`
	Court     string `json:"court"`
	Role      string `json:"role"`
	Successor string `json:"successor"`
	Division  string `json:"division,omitempty"` // where he goes, when his open cases go with him
}

// FactName and FactCase implement app.Fact.
func (StaffLeft) FactName() string { return "staff_left" }
func (StaffLeft) FactCase() string { return "" }
