package casebook

import (
	"fmt"
	"net/url"
	"strings"

	"mashang/capability"
	"mashang/docket"
	"mashang/law/agent"
	"mashang/law/caseno"
	"mashang/law/closing"
	"mashang/law/identity"
	"mashang/law/period"
	"mashang/law/restday"
	"mashang/platform/clock"
	"mashang/ui"
)

// work is the state of the work page: which act is open, what was wrong with
// it, what was typed.
type work struct {
	Open  string
	Errs  ui.Errs
	Typed url.Values
}

// of returns a field of the open act with what was typed and its error.
func (w work) of(act string, in ui.Input) ui.Input {
	if w.Open != act {
		in.In = act
		return in
	}
	if v := w.Typed.Get(in.Name); v != "" {
		in.Value = v
	}
	return in.With(w.Errs)
}

func (w work) errs(act string) ui.Errs {
	if w.Open == act {
		return w.Errs
	}
	return nil
}

func title(c docket.Case) string {
	if c.Number != "" {
		return c.Number
	}
	return "收件，还没有案号"
}

// stateTag is where a case stands, in a few characters.
func stateTag(c docket.Case) (tone, text string) {
	switch c.State {
	case docket.Entered:
		return "soon", "等立案"
	case docket.Refused:
		return "plain", "未立案"
	case docket.Suspended:
		return "plain", "已中止"
	case docket.Closed:
		if w, ok := closing.WayOf(c.ClosingWay); ok {
			return "ok", w.Title + "结案"
		}
		return "ok", "已结案"
	}
	if c.Judge == "" {
		return "soon", "等分案"
	}
	return "go", "审理中"
}

// steps are the stages that a case goes through, as far as they are known.
func steps(w whole) []ui.Step {
	c := w.Case
	now := docket.Today(w.View.Now)
	st := []ui.Step{{State: "done", Name: "收件", When: c.Received.Short(now)}}
	if c.State == docket.Entered {
		return append(st, ui.Step{State: "now", Name: "审查立案", When: "7 天内决定"}, ui.Step{Name: "审理"}, ui.Step{Name: "结案"})
	}
	if c.State == docket.Refused {
		return append(st, ui.Step{State: "now", Name: "未予立案"})
	}
	st = append(st, ui.Step{State: "done", Name: "立案", When: c.Filed.Short(now)})
	switch {
	case c.State == docket.Closed:
		_, end := stateTag(c)
		st = append(st, ui.Step{State: "done", Name: "审理"}, ui.Step{State: "done", Name: end, When: c.ClosedOn.Short(now)})
	case c.State == docket.Suspended: // the limit stands still, so no last day is promised
		st = append(st, ui.Step{State: "now", Name: "已中止", When: c.SuspendedOn.Short(now)}, ui.Step{Name: "恢复后接着审理"}, ui.Step{Name: "结案"})
	case c.Judge == "":
		st = append(st, ui.Step{State: "now", Name: "分案", When: "进行中"}, ui.Step{Name: "审理"}, ui.Step{Name: "结案", When: "最晚" + c.Limit.Short(now)})
	default:
		st = append(st, ui.Step{State: "now", Name: "审理", When: "进行中"}, ui.Step{Name: "结案", When: "最晚" + c.Limit.Short(now)})
	}
	return st
}

// lead is the quiet line above a case's number.
func lead(w whole) string {
	s := w.Case.Cause
	if t, ok := caseno.TypeOf(w.Case.Type); ok {
		s += "·" + t.Title
	}
	if w.View.Party.ID != "" {
		s += "·您是" + docket.RoleNames[w.View.Party.Role] + agentWord(w)
	}
	return s
}

func agentWord(w whole) string {
	if w.View.Party.Person != w.View.Actor.Person {
		return "的代理人"
	}
	return ""
}

func limitWords(w whole) string {
	c := w.Case
	if c.State != docket.Open || c.Limit.IsZero() {
		return ""
	}
	return "法院最晚应在 " + c.Limit.Chinese() + " 前审完，" + ui.Left(c.Limit.At(12, 0, clock.Shanghai), w.View.Now) + "。"
}

// waitingCase is a case that waits for someone on his desk.
func waitingCase(c docket.Case, group string, v capability.Viewer, cal *restday.Calendar) capability.Task {
	t := capability.Task{Group: group, Title: c.Names + "　" + c.Cause, Sub: "收件 " + c.Received.Short(docket.Today(v.Now)), Href: "/casebook/" + c.ID + "/work", Tone: "go", Tag: "办理"}
	if c.State == docket.Entered {
		last := period.Rules["filing_decision"].Start(c.Received, cal).Last
		t.Due = last.At(23, 59, clock.Shanghai)
		t.Tag = fmt.Sprintf("%s前", last.Short(docket.Today(v.Now)))
		switch n := last.Sub(docket.Today(v.Now)); {
		case n <= 0:
			t.Tone = "late"
		case n <= 2:
			t.Tone = "soon"
		}
	} else {
		t.Sub = c.Number
	}
	return t
}

func typeOptions() []ui.Option {
	var out []ui.Option
	for _, t := range caseno.Types {
		out = append(out, ui.Option{Value: t.Code, Text: t.Code + "（" + t.Title + "）"})
	}
	return out
}

func mapOptions(keys []string, names map[string]string) []ui.Option {
	var out []ui.Option
	for _, k := range keys {
		out = append(out, ui.Option{Value: k, Text: names[k]})
	}
	return out
}

func procedureOptions() []ui.Option { return mapOptions(procedureOrder, procedures) }

func idOptions() []ui.Option {
	out := []ui.Option{}
	for _, k := range identity.Kinds {
		out = append(out, ui.Option{Value: string(k.Kind), Text: k.Title})
	}
	return out
}

func roleOptions(c docket.Case) []ui.Option {
	a, b := sides(c.Type)
	return []ui.Option{{Value: a, Text: docket.RoleNames[a]}, {Value: b, Text: docket.RoleNames[b]}, {Value: docket.ThirdParty, Text: "第三人"}}
}

func partyOptions(w whole) []ui.Option {
	var out []ui.Option
	for _, p := range w.Parties {
		out = append(out, ui.Option{Value: p.ID, Text: docket.RoleNames[p.Role] + " " + p.Name})
	}
	return out
}

// members are the court's people in any of the roles, for a list.
func members(w whole, none string, roles ...docket.Role) []ui.Option {
	var out []ui.Option
	if none != "" {
		out = append(out, ui.Option{Text: none})
	}
	seen := map[string]bool{}
	for _, m := range w.Posts {
		for _, r := range roles {
			if m.Role == r && !seen[m.Person] {
				seen[m.Person] = true
				out = append(out, ui.Option{Value: m.Person, Text: m.Name + "（" + divisionName(w, m.Division) + m.Role.Title() + "）"})
			}
		}
	}
	return out
}

func divisionName(w whole, id string) string {
	for _, d := range w.Divs {
		if d.ID == id {
			return d.Name + " "
		}
	}
	return ""
}

func divisionOptions(w whole) []ui.Option {
	var out []ui.Option
	for _, d := range w.Divs {
		if fits(d.Kind, w.Case.Type) {
			out = append(out, ui.Option{Value: d.ID, Text: d.Name})
		}
	}
	return out
}

// fits: executions go to the enforcement bureau, everything else is tried.
func fits(kind, caseType string) bool {
	if strings.HasPrefix(caseType, "执") {
		return kind == "enforcement" || kind == "tribunal"
	}
	return kind == "trial" || kind == "tribunal"
}

func seatPerson(w whole, seats ...string) string {
	for _, x := range w.Seats {
		for _, s := range seats {
			if x.Seat == s {
				return x.Person
			}
		}
	}
	return ""
}

func classOptions() []ui.Option {
	var out []ui.Option
	for _, c := range agent.Classes {
		out = append(out, ui.Option{Value: c.Key, Text: c.Title, Sub: "要看：" + c.Materials})
	}
	return out
}

func powerOptions() []ui.Option {
	var out []ui.Option
	for _, p := range agent.Powers {
		out = append(out, ui.Option{Value: p.Title, Text: p.Title})
	}
	return out
}

func groundOptions() []ui.Option {
	var out []ui.Option
	for _, g := range closing.Suspensions {
		out = append(out, ui.Option{Value: g.Key, Text: g.Title})
	}
	return out
}

func secrecyOptions() []ui.Option {
	return []ui.Option{{Value: docket.Public, Text: "公开"}, {Value: docket.Private, Text: "不公开审理"}, {Value: docket.Sealed, Text: "封存，只有办案人员和当事人看得到"}}
}

// place returns the bodies of the panels of a place.
func place(w whole, at capability.Place) []capability.Panel {
	var out []capability.Panel
	for _, p := range w.Panels {
		if p.Place == at {
			out = append(out, p)
		}
	}
	return out
}
