// Package record is a case as another system tells it: the one shape in which
// lists and programs hand a case to the court. It decides nothing; casebook
// takes it, by the rules of its own acts.
//
// Its JSON:
//
//	{
//	  "number": "（2026）冀11民初12号",        // required; says year, court and type
//	  "division": "民一庭",                    // by name; required for a new case
//	  "cause": "买卖合同纠纷",                 // required for a new case
//	  "claim": "……",
//	  "amount": "86400.00",                   // yuan
//	  "procedure": "ordinary",                // ordinary, summary, small, special; required for a new case
//	  "secrecy": "public",                    // public, private, sealed; empty: public
//	  "received": "2026-02-27",               // empty: the day of filing
//	  "filed": "2026-03-02",                  // required for a new case
//	  "judge": "周明远",                       // name or mobile phone in the court's own list; also assistant, clerk
//	  "state": "open",                        // open, suspended, closed; empty: open
//	  "suspended_on": "", "excluded_days": 0, "extended_months": 0,
//	  "closed_on": "", "way": "",             // of a closed case; ways are the keys of law/closing
//	  "closing_cause": "",                    // empty: the cause
//	  "parties": [{"role": "plaintiff", "kind": "natural", "name": "…", "id_type": "resident", "number": "…",
//	    "phone": "…", "address": "…", "rep_name": "", "rep_title": "",
//	    "agents": [{"name": "…", "id_type": "resident", "number": "…", "phone": "…", "class": "lawyer",
//	      "firm": "…", "special": true, "powers": ["settle"], "from": "", "until": ""}]}]
//	}
//
// The time limit is not among the fields: it is computed. Of a case that is
// there already, a field that is empty or missing says nothing and is left as
// it is, and a party that is missing stays.
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"mashang/law"
	"mashang/platform/fault"
)

// Case is one case.
type Case struct {
	Number       string   `json:"number"`
	Division     string   `json:"division,omitempty"`
	Cause        string   `json:"cause,omitempty"`
	Claim        string   `json:"claim,omitempty"`
	Amount       string   `json:"amount,omitempty"`
	Procedure    string   `json:"procedure,omitempty"`
	Secrecy      string   `json:"secrecy,omitempty"`
	Received     law.Date `json:"received,omitzero"`
	Filed        law.Date `json:"filed,omitzero"`
	Judge        string   `json:"judge,omitempty"`
	Assistant    string   `json:"assistant,omitempty"`
	Clerk        string   `json:"clerk,omitempty"`
	State        string   `json:"state,omitempty"`
	SuspendedOn  law.Date `json:"suspended_on,omitzero"`
	Excluded     int      `json:"excluded_days,omitempty"`
	Extended     int      `json:"extended_months,omitempty"`
	ClosedOn     law.Date `json:"closed_on,omitzero"`
	Way          string   `json:"way,omitempty"`
	ClosingCause string   `json:"closing_cause,omitempty"`
	Parties      []Party  `json:"parties,omitempty"`
}

// Party is one who stands in the case.
type Party struct {
	Role     string  `json:"role"`
	Kind     string  `json:"kind,omitempty"`
	Name     string  `json:"name"`
	IDType   string  `json:"id_type,omitempty"`
	Number   string  `json:"number,omitempty"`
	Phone    string  `json:"phone,omitempty"`
	Address  string  `json:"address,omitempty"`
	RepName  string  `json:"rep_name,omitempty"`
	RepTitle string  `json:"rep_title,omitempty"`
	Agents   []Agent `json:"agents,omitempty"`
}

// Agent acts for the party in which it stands.
type Agent struct {
	Name    string   `json:"name"`
	IDType  string   `json:"id_type,omitempty"`
	Number  string   `json:"number"`
	Phone   string   `json:"phone,omitempty"`
	Class   string   `json:"class,omitempty"`
	Firm    string   `json:"firm,omitempty"`
	Special bool     `json:"special,omitempty"`
	Powers  []string `json:"powers,omitempty"`
	From    law.Date `json:"from,omitzero"`
	Until   law.Date `json:"until,omitzero"`
}

// Outcome is what became of a record.
type Outcome string

// The outcomes.
const (
	Created Outcome = "created"
	Changed Outcome = "changed"
	Same    Outcome = "same" // nothing was written
)

// most bounds a record; a case of a thousand parties is smaller.
const most = 1 << 20

// Read decodes a record. A field that it does not know is refused, so that a
// slip in a name does not silently lose what it said.
func Read(b []byte) (c Case, err error) {
	if len(b) > most {
		return c, fault.New(fault.Invalid, "这一件的内容超过 1 MB，收不下。")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err = d.Decode(&c); err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("record: more than one value")
		}
	}
	if err != nil {
		// The cause may quote what it could not read; nobody's number goes into a log.
		return Case{}, fault.New(fault.Invalid, "内容读不懂。请照说明里的格式：日期写成 2026-03-01，金额写成 \"86400.00\"，不要有别的栏目。")
	}
	return c, nil
}
