package vector

import (
	"encoding/json"
	"strings"
	"time"

	"mashang/law"
	"mashang/law/service"
)

// serviceInput has the fields of every question about service.
type serviceInput struct {
	Address   *string    `json:"address"`
	Success   *time.Time `json:"sentSuccess"`
	Proved    *time.Time `json:"recipientProvesArrival"`
	Replied   *time.Time `json:"repliedAt"`
	Read      *time.Time `json:"systemReadAt"`
	Rebuttal  *string    `json:"rebuttal"`
	Channels  []channel  `json:"channels"`
	Statement *string    `json:"statement"`
	Document  *string    `json:"document"`
	Consent   *bool      `json:"consent"`
	OnPaper   *bool      `json:"paperRequested"`
	Means     *string    `json:"means"`
	Reason    *string    `json:"reason"`
	Returned  *law.Date  `json:"returnedToCourt"`
	Procedure *string    `json:"procedure"`
}

type channel struct {
	Kind      string     `json:"kind"`
	Effective *time.Time `json:"effectiveAt"`
}

// eService answers the questions of 送达.
func eService(in json.RawMessage, _ *strict) (map[string]any, error) {
	var v serviceInput
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	switch {
	case v.Address != nil && v.Returned != nil && v.Reason != nil:
		return returned(v)
	case v.Address != nil && v.Success != nil:
		return traced(v)
	case len(v.Channels) > 0:
		return earliest(v.Channels)
	case v.Statement != nil:
		c, ok := consentOf(*v.Statement)
		if !ok {
			return nil, errShape
		}
		return map[string]any{"consentToEService": c.Given()}, nil
	case v.Document != nil && v.Consent != nil && v.OnPaper != nil:
		n, ok := natures[*v.Document]
		if !ok {
			return nil, errShape
		}
		open := service.Barred(service.InApp, service.Situation{Nature: n, Standing: service.Confirmed, Refused: !*v.Consent}) == nil
		return map[string]any{"eServiceAllowed": open, "paperMustBeProvided": service.Paper(n, *v.OnPaper)}, nil
	case v.Means != nil && (v.Document != nil || v.Procedure != nil):
		return allowed(v)
	}
	return nil, errShape
}

var standings = map[string]service.Standing{"主动提供或确认": service.Confirmed, "未确认但能确认为本人": service.Sure}

func traced(v serviceInput) (map[string]any, error) {
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	standing, ok := standings[*v.Address]
	if !ok {
		return nil, errShape
	}
	e := service.Electronic(service.Trace{Standing: standing, Success: at(v.Success), Proved: at(v.Proved), Replied: at(v.Replied), Read: at(v.Read),
		Rebutted: v.Rebuttal != nil && strings.Contains(*v.Rebuttal, "已证明")}, v.Success.Location())
	out := map[string]any{"served": e.Made, "serviceDate": nil, "basis": nil}
	if e.Made {
		out["serviceDate"] = e.On.String()
	}
	if e.Presumed {
		out["basis"] = "推定"
	}
	return out, nil
}

func earliest(cs []channel) (map[string]any, error) {
	var es []service.Effect
	for _, c := range cs {
		e := service.Effect{}
		if c.Effective != nil {
			e = service.Effect{Made: true, At: *c.Effective, On: law.DateOf(*c.Effective, c.Effective.Location())}
		}
		es = append(es, e)
	}
	if e := service.Earliest(es); e.Made {
		return map[string]any{"serviceAt": e.At.Format(time.RFC3339)}, nil
	}
	return map[string]any{"serviceAt": nil}, nil
}

// consentOf finds in the words of an example what the file would hold.
func consentOf(says string) (c service.Consent, ok bool) {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(says, w) {
				return true
			}
		}
		return false
	}
	c.Refused = has("不同意")
	switch {
	case has("约定", "承诺"):
		c.Ground = service.Promised
	case has("起诉状", "上诉状", "申请书", "答辩状") && has("邮箱", "地址", "账号"):
		c.Ground = service.Volunteered
	case has("回复收悉", "参加诉讼"):
		c.Ground = service.ByConduct
	case has("明确表示同意"):
		c.Ground = service.Stated
	}
	return c, c.Refused || c.Ground != ""
}

var (
	natures       = map[string]service.Nature{"判决书": service.Judging, "裁定书": service.Judging, "调解书": service.Mediation, "支付令": service.Payment, "传票": service.Plain, "通知书": service.Plain, "起诉状副本": service.Plain}
	procedureKeys = map[string]string{"普通程序": "ordinary", "简易程序": "summary", "小额诉讼": "small", "小额诉讼程序": "small"}
	reasons       = map[string]service.Return{"地址变更未告知": service.Moved, "地址变更未及时告知": service.Moved, "地址不准确": service.WrongAddress, "拒不提供地址": service.NoAddress, "拒绝签收": service.Refused, "本人拒收": service.Refused, "无人签收": service.NotFound}
)

// wayOf finds a way by its Chinese name.
func wayOf(title string) (service.Way, bool) {
	for _, n := range service.Names {
		if n.Title == title {
			return n.Way, true
		}
	}
	return "", false
}

func returned(v serviceInput) (map[string]any, error) {
	why, ok := reasons[*v.Reason]
	if !ok || v.Means == nil || *v.Means != "法院专递" {
		return nil, errShape
	}
	e := service.Returned(service.Post, why, strings.Contains(*v.Address, "自己") || *v.Address == "主动提供或确认", service.Plain, *v.Returned, false)
	if e.Made {
		return map[string]any{"serviceDate": e.On.String()}, nil
	}
	return map[string]any{"serviceDate": nil}, nil
}

// allowed asks only what the paper and the procedure bar: the recipient of the
// example is missing, refuses, or is kept, so that nothing else does.
func allowed(v serviceInput) (map[string]any, error) {
	s := service.Situation{Nature: service.Plain, Standing: service.Confirmed, Missing: *v.Means == service.Notice.Title(), Declined: true, Kept: true}
	ok := true
	if v.Document != nil {
		s.Nature, ok = natures[*v.Document]
	}
	if v.Procedure != nil && ok {
		s.Procedure, ok = procedureKeys[*v.Procedure]
	}
	w, known := wayOf(*v.Means)
	if !ok || !known {
		return nil, errShape
	}
	return map[string]any{"allowed": service.Barred(w, s) == nil}, nil
}
