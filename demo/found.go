package demo

import (
	"fmt"
	"time"

	"mashang/capability/setup"
	"mashang/docket"
	"mashang/law"
	"mashang/law/court"
	"mashang/law/identity"
	"mashang/law/restday"
)

// found sets the twelve courts up and returns the year that they will live.
func (d *driver) found() (*year, error) {
	y := &year{driver: d, maker: newMaker(), cal: restday.Default()}
	plan := setup.Plan{}
	type slot struct {
		court, login, name, division string
		role                         docket.Role
	}
	var slots []slot
	serial := 0
	for _, c := range court.Courts {
		if c.Level == court.High {
			continue
		}
		pc := setup.PlannedCourt{Code: c.Code, Phone: "0318-0000000", Address: "衡水市某路某号（演示）"}
		pc.Divisions = divisions(c)
		for _, m := range posts(c) {
			serial++
			name := m.name
			if name == "" {
				name = y.name()
			}
			login := fmt.Sprintf("%s-%03d", string(m.role), serial)
			born := law.Date{Year: 1970 + serial%25, Month: 1 + serial%12, Day: 1 + serial%28}
			pc.Staff = append(pc.Staff, setup.PlannedMember{Name: name, Number: identity.Fictional(serial, born, serial%2 == 0), Phone: identity.FictionalPhone(5000 + serial), Login: login, Division: m.division, Role: m.role})
			slots = append(slots, slot{c.Code, login, name, m.division, m.role})
		}
		plan.Courts = append(plan.Courts, pc)
		y.courts = append(y.courts, &staffed{code: c.Code, divs: map[string]string{}})
	}
	y.serial = serial
	f, err := d.court.Services.Setup.Found(d.ctx, plan)
	if err != nil {
		return nil, err
	}
	for _, c := range y.courts {
		for _, dv := range divisions(mustCourt(c.code)) {
			c.divs[dv.Name] = f.Divisions[c.code+dv.Name]
		}
		for _, s := range slots {
			if s.court == c.code {
				c.people = append(c.people, member{who{person: f.People[s.login], name: s.name, staff: true}, s.division, s.role})
			}
		}
	}
	d.clock.Add(time.Hour)
	return y, nil
}

func mustCourt(code string) court.Court {
	c, _ := court.ByCode(code)
	return c
}

// divisions of a court: the usual ones, and its tribunals.
func divisions(c court.Court) []docket.Division {
	out := []docket.Division{{Name: "立案庭", Kind: "filing"}, {Name: "民一庭", Kind: "trial"}, {Name: "民二庭", Kind: "trial"}, {Name: "执行局", Kind: "enforcement"},
		{Name: "审判管理办公室", Kind: "supervision"}, {Name: "督察室", Kind: "discipline"}, {Name: "办公室", Kind: "office"}}
	if c.Level == court.Intermediate {
		out = append(out, docket.Division{Name: "知识产权审判庭", Kind: "trial"})
	}
	for _, t := range court.Tribunals[c.Code] {
		out = append(out, docket.Division{Name: t, Kind: "tribunal"})
	}
	return out
}

type planned struct {
	name, division string
	role           docket.Role
}

// posts of a court. The people of the headline story have their names.
func posts(c court.Court) []planned {
	out := []planned{{"", "办公室", docket.President}, {"", "立案庭", docket.FilingOfficer}, {"", "立案庭", docket.FilingJudge}, {"", "审判管理办公室", docket.Supervision}, {"", "督察室", docket.Discipline},
		{"", "办公室", docket.SystemAdmin}, {"", "办公室", docket.SecurityAdmin}, {"", "办公室", docket.AuditAdmin}}
	trial := []string{"民一庭", "民二庭"}
	if c.Level == court.Intermediate {
		out[1].name, out[2].name, out[4].name = "韩雪", "郭正", "邢立"
		out = append(out, planned{"沈庭", "知识产权审判庭", docket.Head}, planned{"周明远", "知识产权审判庭", docket.Judge}, planned{"赵一鸣", "知识产权审判庭", docket.Judge},
			planned{"陈晓", "知识产权审判庭", docket.Assistant}, planned{"李倩", "知识产权审判庭", docket.Clerk})
	}
	if c.Code == "冀1125" {
		out = append(out, planned{"方庭", hamlet, docket.Head}, planned{"宋知远", hamlet, docket.Judge}, planned{"葛青", hamlet, docket.Assistant}, planned{"严小满", hamlet, docket.Clerk})
	}
	for _, d := range trial {
		out = append(out, planned{"", d, docket.Head}, planned{"", d, docket.Judge}, planned{"", d, docket.Judge}, planned{"", d, docket.Assistant}, planned{"", d, docket.Clerk})
	}
	return out
}
