package vector

import (
	"encoding/json"
	"errors"
	"fmt"

	"mashang/law"
	"mashang/law/caseno"
	"mashang/law/identity"
	"mashang/law/period"
	"mashang/law/service"
)

var errShape = errors.New("no rule knows the shape of this input")

func idNumber(in json.RawMessage, _ *strict) (map[string]any, error) {
	var v struct {
		ID *string `json:"id"`
	}
	if err := json.Unmarshal(in, &v); err != nil || v.ID == nil {
		return nil, errors.Join(err, errShape)
	}
	born, sex, ok := identity.ParseResident(*v.ID)
	out := map[string]any{"valid": ok}
	if ok {
		out["birth"], out["sex"] = born.String(), sex
	}
	return out, nil
}

func uscc(in json.RawMessage, _ *strict) (map[string]any, error) {
	var v struct {
		USCC *string `json:"uscc"`
	}
	if err := json.Unmarshal(in, &v); err != nil || v.USCC == nil {
		return nil, errors.Join(err, errShape)
	}
	return map[string]any{"valid": identity.ValidUSCC(*v.USCC)}, nil
}

func caseNumber(in json.RawMessage, _ *strict) (map[string]any, error) {
	var v struct {
		Text       *string `json:"text"`
		Year       int     `json:"year"`
		Court      string  `json:"court"`
		Special    string  `json:"special"`
		Type       string  `json:"type"`
		Seq        int     `json:"seq"`
		SequenceOf [][]any `json:"sequenceOf"`
	}
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	switch {
	case v.Text != nil:
		n, err := caseno.Parse(*v.Text)
		if err != nil {
			return map[string]any{"valid": false}, nil
		}
		return map[string]any{"valid": true, "year": n.Year, "court": n.Court, "type": n.Special + n.Type, "seq": n.Seq}, nil
	case v.SequenceOf != nil:
		next, err := sequence(v.SequenceOf)
		return map[string]any{"next": next}, err
	case v.Court != "" && v.Type != "" && v.Seq > 0:
		return map[string]any{"text": caseno.Number{Year: v.Year, Court: v.Court, Special: v.Special, Type: v.Type, Seq: v.Seq}.String()}, nil
	}
	return nil, errShape
}

// sequence gives each open entry the next number of its court, type and year.
func sequence(rows [][]any) ([][]any, error) {
	last := map[string]int{}
	next := [][]any{}
	for _, r := range rows {
		if len(r) != 4 {
			return nil, errShape
		}
		key := fmt.Sprint(r[0], "/", r[1], "/", r[2])
		if n, ok := r[3].(float64); ok {
			last[key] = max(last[key], int(n))
			continue
		}
		last[key]++
		next = append(next, []any{r[0], r[1], r[2], last[key]})
	}
	return next, nil
}

// deadlineInput has the fields of all six shapes of the topic.
type deadlineInput struct {
	What         string               `json:"what"`
	Start        *law.Date            `json:"startEventDate"`
	Length       int                  `json:"length"`
	Unit         string               `json:"unit"`
	Installments []law.Date           `json:"installmentDueDates"`
	Last         *law.Date            `json:"lastDay"`
	Postmark     *law.Date            `json:"postmarkDate"`
	Served       map[string]law.Date  `json:"judgmentServed"`
	Appealed     bool                 `json:"appealFiled"`
	Signed       map[string]*law.Date `json:"mediationStatementSigned"`
	Withdrew     *string              `json:"partyWithdrewBeforeService"`
	Procedure    string               `json:"procedure"`
	Filed        *law.Date            `json:"filedDate"`
	Extended     int                  `json:"extendedMonths"`
	Excluded     int                  `json:"excludedDays"`
	Posted       []law.Date           `json:"postedDates"`
	AnswerDays   *int                 `json:"thenAnswerDays"`
	AppealDays   *int                 `json:"thenAppealDays"`
}

func deadline(in json.RawMessage, cal *strict) (map[string]any, error) {
	var v deadlineInput
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	switch {
	case v.Served != nil:
		return effect(v, cal)
	case v.Signed != nil:
		return mediation(v)
	case v.Posted != nil:
		return notice(v, cal)
	case v.Procedure != "" && v.Filed != nil:
		return limit(v, cal)
	case v.Postmark != nil && v.Last != nil:
		return map[string]any{"timely": period.Timely(*v.Postmark, *v.Last)}, nil
	case v.Length > 0 && (v.Start != nil || len(v.Installments) > 0):
		start := law.Date{}
		for _, d := range v.Installments { // 民事诉讼法 250(2): from the last instalment
			if d.After(start) {
				start = d
			}
		}
		if len(v.Installments) == 0 {
			start = *v.Start
		}
		return last("lastDay", period.Compute(start, v.Length, period.Unit(v.Unit), cal.Calendar))
	}
	return nil, errShape
}

// last refuses a date that rests on a year without a calendar.
func last(key string, f period.Finding) (map[string]any, error) {
	if f.Provisional {
		return nil, fmt.Errorf("the calendar lacks the year of %s", f.Last)
	}
	return map[string]any{key: f.Last.String()}, nil
}

func effect(v deadlineInput, cal *strict) (map[string]any, error) {
	lasts, effective := period.Effective(v.Served, 15, cal.Calendar)
	by := map[string]any{}
	for who, f := range lasts {
		if f.Provisional {
			return nil, fmt.Errorf("the calendar lacks the year of %s", f.Last)
		}
		by[who] = f.Last.String()
	}
	out := map[string]any{"appealLastDay": by, "effectiveDate": effective.String()}
	if v.Appealed {
		out["effectiveDate"] = nil
	}
	return out, nil
}

func mediation(v deadlineInput) (map[string]any, error) {
	var signed []law.Date
	for _, d := range v.Signed {
		if d == nil {
			d = &law.Date{}
		}
		signed = append(signed, *d)
	}
	e := service.Statement(signed)
	out := map[string]any{"effectiveDate": nil, "next": nil}
	if v.Withdrew != nil { // 民事诉讼法 102: one side backs out before service
		out["next"] = "及时判决"
		return out, nil
	}
	if e.Made {
		out["effectiveDate"] = e.On.String()
	}
	return out, nil
}

func notice(v deadlineInput, cal *strict) (map[string]any, error) {
	key, days := "answerLastDay", v.AnswerDays
	if v.AppealDays != nil {
		key, days = "appealLastDay", v.AppealDays
	}
	if days == nil || len(v.Posted) == 0 {
		return nil, errShape
	}
	e := service.Published(v.Posted, false, law.Date{})
	out, err := last(key, period.Compute(e.On, *days, period.Day, cal.Calendar))
	if err == nil {
		out["deemedServed"] = e.On.String()
	}
	return out, err
}

var procedures = map[string]period.Procedure{
	"普通程序": period.Ordinary, "简易程序": period.Summary, "小额诉讼": period.Small, "小额诉讼程序": period.Small,
	"简易转普通": period.Ordinary, "对裁定的上诉": period.AppealRuling, "对判决的上诉": period.Appeal, "特别程序": period.Special,
}

func limit(v deadlineInput, cal *strict) (map[string]any, error) {
	p, ok := procedures[v.Procedure]
	if !ok {
		return nil, fmt.Errorf("no limit for %q", v.Procedure)
	}
	return last("trialLimit", period.TrialLimit(period.Trial{Procedure: p, Filed: *v.Filed, ExtendedMonths: v.Extended, ExcludedDays: v.Excluded}, cal.Calendar))
}
