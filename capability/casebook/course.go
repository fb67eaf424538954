package casebook

import (
	"context"

	"mashang/capability/casebook/ended"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/closing"
	"mashang/platform/fault"
)

// procedureCmd changes the procedure.
type procedureCmd struct {
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// changeProcedure applies another procedure and sets the limit anew.
func (s *Service) changeProcedure(ctx context.Context, caseID string, cmd procedureCmd) error {
	return s.act(ctx, caseID, "procedure", "casebook.procedure", func(st *step) error {
		if err := st.running(); err != nil {
			return err
		}
		if _, ok := procedures[cmd.To]; !ok || cmd.To == st.c.Procedure {
			return fault.Field("to", "请选要改成的程序。")
		}
		if err := mayChange(st.c, cmd.To, st.today); err != nil {
			return err
		}
		st.entry.Body["from"], st.entry.Body["to"] = st.c.Procedure, cmd.To
		st.c.Procedure, st.c.Extended = cmd.To, 0
		st.limit("改变程序")
		return st.reason("reason", cmd.Reason)
	})
}

// suspendCmd stops a case for a ground of 民事诉讼法 153.
type suspendCmd struct {
	Ground string `json:"ground"`
	Reason string `json:"reason"`
}

// law:民事诉讼法(2023)/153 有下列情形之一的，中止诉讼
func (s *Service) suspend(ctx context.Context, caseID string, cmd suspendCmd) error {
	return s.act(ctx, caseID, "suspend", "casebook.suspended", func(st *step) error {
		if st.c.State != docket.Open {
			return fault.New(fault.Conflict, "案件不在审理中，不能中止。")
		}
		if _, ok := closing.Suspension(cmd.Ground); !ok {
			return fault.Field("ground", "请选中止的情形。")
		}
		st.c.State, st.c.SuspendedOn = docket.Suspended, st.today
		st.entry.Body["ground"] = cmd.Ground
		st.tell = append(st.tell, fact.LimitMoved{Case: caseID, Why: "中止诉讼"})
		return st.reason("reason", cmd.Reason)
	})
}

// resumeCmd lets a suspended case go on.
type resumeCmd struct {
	Reason string `json:"reason"`
}

// resume goes on and does not count the days in between (解释 243).
func (s *Service) resume(ctx context.Context, caseID string, cmd resumeCmd) error {
	return s.act(ctx, caseID, "resume", "casebook.resumed", func(st *step) error {
		if st.c.State != docket.Suspended {
			return fault.New(fault.Conflict, "案件没有中止。")
		}
		days := st.today.Sub(st.c.SuspendedOn)
		st.c.State, st.c.SuspendedOn, st.c.Excluded = docket.Open, law.Date{}, st.c.Excluded+days
		st.entry.Body["days"] = days
		st.limit("恢复审理")
		return st.reason("reason", cmd.Reason)
	})
}

// extendCmd is an approved extension.
type extendCmd struct {
	Months int    `json:"months"`
	Reason string `json:"reason"`
}

// extend records the president's approval (民事诉讼法 152, 164, 168; 延长审限规定 1).
func (s *Service) extend(ctx context.Context, caseID string, cmd extendCmd) error {
	return s.act(ctx, caseID, "extend", "casebook.extended", func(st *step) error {
		if err := st.running(); err != nil {
			return err
		}
		if err := mayExtend(st.c, cmd.Months, st.today); err != nil {
			return err
		}
		st.c.Extended += cmd.Months
		st.entry.Body["months"] = cmd.Months
		st.limit("批准延长审限")
		return st.reason("reason", cmd.Reason)
	})
}

// excludeCmd takes days out of the limit.
type excludeCmd struct {
	Days int    `json:"days"`
	For  string `json:"for"`
}

// exclude takes out days that do not count: announcement, appraisal,
// settlement talks, disputes of jurisdiction (解释 243; 审理期限规定 9).
func (s *Service) exclude(ctx context.Context, caseID string, cmd excludeCmd) error {
	return s.act(ctx, caseID, "exclude", "casebook.excluded", func(st *step) error {
		if err := st.running(); err != nil {
			return err
		}
		if _, ok := exclusions[cmd.For]; !ok {
			return fault.Field("for", "请选扣除的事由。")
		}
		if cmd.Days < 1 || cmd.Days > 3660 {
			return fault.Field("days", "请填要扣除的天数。")
		}
		st.c.Excluded += cmd.Days
		st.entry.Body["for"], st.entry.Body["days"] = cmd.For, cmd.Days
		st.limit("扣除审限")
		return nil
	})
}

// end closes a case: way and date by 审理期限规定 10.
func (s *Service) end(ctx context.Context, caseID string, cmd ended.Command) error {
	return s.act(ctx, caseID, "close", "casebook.closed", func(st *step) error {
		if err := st.running(); err != nil {
			return err
		}
		way, err := cmd.Check(st.tx, st.c, st.today)
		if err != nil {
			return err
		}
		if cmd.Elsewhere != "" {
			st.entry.Private["paper"] = cmd.Elsewhere
		}
		st.c.State, st.c.ClosedOn, st.c.ClosingWay, st.c.ClosingCause = docket.Closed, cmd.On, cmd.Way, st.c.Cause
		if cmd.Cause != "" {
			st.c.ClosingCause = cmd.Cause
		}
		st.entry.Body["way"], st.entry.Body["on"], st.entry.Body["way_title"] = cmd.Way, cmd.On.String(), way.Title
		st.tell = append(st.tell, fact.CaseClosed{Case: caseID, Way: cmd.Way, On: cmd.On})
		return nil
	})
}

// appealCmd records that a party appealed or applied for retrial.
type appealCmd struct {
	Party string   `json:"party"`
	On    law.Date `json:"on"`
	Kind  string   `json:"kind"` // appeal, retrial
}

// appeal records an appeal (民事诉讼法 171–173) or an application for retrial (210–216).
func (s *Service) appeal(ctx context.Context, caseID string, cmd appealCmd) error {
	return s.act(ctx, caseID, "appeal", "casebook.appealed", func(st *step) error {
		if st.c.State != docket.Closed {
			return fault.New(fault.Conflict, "一审还没有结案，谈不上上诉或者申请再审。")
		}
		if cmd.Kind != "appeal" && cmd.Kind != "retrial" {
			return fault.Field("kind", "请选是上诉还是申请再审。")
		}
		if cmd.On.IsZero() || cmd.On.After(st.today) || cmd.On.Before(st.c.ClosedOn) {
			return fault.Field("on", "日期要在结案之后、今天或以前。邮寄的填邮戳日期。")
		}
		p, err := docket.PartyOf(st.tx, cmd.Party)
		if err != nil || p.Case != caseID {
			return fault.Field("party", "请选是谁提出的。")
		}
		st.entry.Body["kind"], st.entry.Body["on"] = cmd.Kind, cmd.On.String()
		st.entry.Private["who"] = docket.RoleNames[p.Role]
		st.tell = append(st.tell, fact.CaseAppealed{Case: caseID, Kind: cmd.Kind, On: cmd.On})
		return nil
	})
}

// linkCmd ties a case to another.
type linkCmd struct {
	Number string `json:"number"`
	Kind   string `json:"kind"`
	Note   string `json:"note"`
}

func (s *Service) link(ctx context.Context, caseID string, cmd linkCmd) error {
	return s.act(ctx, caseID, "link", "casebook.linked", func(st *step) error {
		if _, ok := links[cmd.Kind]; !ok {
			return fault.Field("kind", "请选两案是什么关系。")
		}
		other, ok, err := docket.CaseByNumber(st.tx, tidyNumber(cmd.Number))
		if ok && err == nil {
			ok, err = knows(st.tx, st.actor, other, st.now)
		}
		if err != nil {
			return err
		}
		if !ok || other.ID == caseID {
			return fault.Field("number", "没有这个案号，或者就是本案。")
		}
		st.entry.Body["kind"], st.entry.Body["other"] = cmd.Kind, other.ID
		st.tell = append(st.tell, fact.CaseLinked{Case: caseID, Other: other.ID, Kind: cmd.Kind})
		return docket.AddLink(st.tx, caseID, other.ID, cmd.Kind, cmd.Note, st.now)
	})
}

// secrecyCmd changes who may know of a case.
type secrecyCmd struct {
	To     string `json:"to"`
	Reason string `json:"reason"`
}

func (s *Service) secrecy(ctx context.Context, caseID string, cmd secrecyCmd) error {
	return s.act(ctx, caseID, "secrecy", "casebook.secrecy", func(st *step) error {
		if cmd.To != docket.Public && cmd.To != docket.Private && cmd.To != docket.Sealed || cmd.To == st.c.Secrecy {
			return fault.Field("to", "请选公开、不公开还是封存。")
		}
		if cmd.To == docket.Sealed && st.c.Judge == "" {
			return fault.New(fault.Conflict, "案件还没有分给法官，封存以后就没有人打得开。请先分案，再封存。")
		}
		old := st.c
		st.entry.Body["from"], st.entry.Body["to"] = old.Secrecy, cmd.To
		st.c.Secrecy = cmd.To
		if err := st.reason("reason", cmd.Reason); err != nil {
			return err
		}
		return st.shut(old)
	})
}

// shut ends what sight was taken on a basis when a case is sealed: he asks a second person.
func (st *step) shut(old docket.Case) (err error) {
	if st.c.Secrecy == docket.Sealed && old.Secrecy != docket.Sealed {
		err = access.End(st.tx, "", st.c.ID, "opened", st.now)
	}
	return err
}

// correctCmd mends a wrong entry.
type correctCmd struct {
	Field  string `json:"field"` // cause, claim, amount
	Value  string `json:"value"`
	Reason string `json:"reason"`
}

// correct mends a wrong entry. What stood there before stays in the ledger.
func (s *Service) correct(ctx context.Context, caseID string, cmd correctCmd) error {
	return s.act(ctx, caseID, "correct", "casebook.corrected", func(st *step) error {
		var was string
		switch cmd.Field {
		case "cause":
			if n := len([]rune(cmd.Value)); n < 2 || n > 60 {
				return fault.Field("value", "请写案由，2 到 60 个字。")
			}
			was, st.c.Cause = st.c.Cause, cmd.Value
		case "claim":
			if cmd.Value == "" || len([]rune(cmd.Value)) > 4000 {
				return fault.Field("value", "请写诉讼请求，4000 字以内。")
			}
			was, st.c.Claim = st.c.Claim, cmd.Value
		case "amount":
			m, err := law.ParseMoney(cmd.Value)
			if err != nil || m < 0 {
				return fault.Field("value", "请写金额，例如 86400.00。")
			}
			was, st.c.Amount = st.c.Amount.Plain(), m
		default:
			return fault.Field("field", "请选要更正哪一项。当事人的姓名、证件和电话在“当事人”里更正。")
		}
		st.entry.Body["field"] = cmd.Field
		st.entry.Private["was"], st.entry.Private["now"] = was, cmd.Value
		return st.reason("reason", cmd.Reason)
	})
}
