package mashang_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/identity"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// figures are the figures of an answer by key.
type figures map[string]struct {
	Numerator, Denominator *int64
	Value, Previous        *string
	Hidden                 bool
}

func (h *house) figures(who, path string) figures {
	h.t.Helper()
	a := h.get(who, "/api/v1"+path).must(h.t, path, 200)
	var v struct {
		Figures []struct {
			Key                    string
			Numerator, Denominator *int64
			Value, Previous        *string
			Hidden                 bool
		}
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		h.t.Fatal(err)
	}
	out := figures{}
	for _, f := range v.Figures {
		out[f.Key] = struct {
			Numerator, Denominator *int64
			Value, Previous        *string
			Hidden                 bool
		}{f.Numerator, f.Denominator, f.Value, f.Previous, f.Hidden}
	}
	return out
}

// of is the denominator of a figure, -1 when it is hidden.
func (f figures) of(key string) int64 {
	if f[key].Denominator == nil {
		return -1
	}
	return *f[key].Denominator
}

// n is the numerator of a figure, -1 when it is hidden.
func (f figures) n(key string) int64 {
	if f[key].Numerator == nil {
		return -1
	}
	return *f[key].Numerator
}

// filed enters and accepts a case of a kind in a division, with a judge, or none.
func (h *house) filed(n int, kind, division, judge string) string {
	h.t.Helper()
	f := filing()
	f["type"], f["special"], f["received"] = kind, "", docket.Today(h.Kit.Now()).String()
	f["p_number"], f["p_phone"], f["p_name"] = identity.Fictional(1000+n, mustDate("1980-01-02"), true), identity.FictionalPhone(1000+n), fmt.Sprintf("当事%d", n)
	id := h.post("韩雪", "/casebook/enter", f).must(h.t, "enter", 200).get("case")
	h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11"+division]}).must(h.t, "accept", 200)
	if judge != "" {
		h.assign(id, judge)
	}
	return id
}

func (h *house) assign(id, judge string) {
	h.t.Helper()
	h.post("王院", "/casebook/"+id+"/assign", map[string]string{"judge": h.people[judge], "reason": "调整分工"}).must(h.t, "assign", 200)
}

func (h *house) closed(id, judge, way string, on law.Date) {
	h.t.Helper()
	h.post(judge, "/casebook/"+id+"/close", map[string]string{"way": way, "on": on.String(), "elsewhere": "文书在原办案系统"}).must(h.t, "close", 200)
}

func (h *house) told(facts ...app.Fact) {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		for _, f := range facts {
			if err := h.Kit.Tell(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// counted is the sums, without those that came to nothing.
func (h *house) counted() map[string]int64 {
	h.t.Helper()
	out := map[string]int64{}
	err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) error {
		_, err := tx.EachRow(`SELECT scope, grain, at, kind, type, mark, n FROM statistics_sum WHERE n <> 0`, func(_ []string, r []any) error {
			out[fmt.Sprint(r[:6]...)] = r[6].(int64)
			return nil
		})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) number(q string, args ...any) (n int64) {
	h.t.Helper()
	err := h.Kit.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int64](tx, q, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) do(q string, args ...any) {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(q, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestStatisticsYear: after a year of acts at random every figure is, to the
// unit, what the docket itself gives when it is counted case by case; dropped
// and made again, all sums are the same.
func TestStatisticsYear(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := rand.New(rand.NewPCG(11, 26))
		judges, divisions := []string{"周明远", "赵一鸣", "钱法官"}, []string{"知识产权审判庭", "民一庭"}
		kinds := []string{"民初", "民初", "民初", "民终", "行初", "民申"}
		ways := []string{"judgment", "mediation", "withdrawal", "deemed_withdrawal", "dismissal"}
		judge := map[string]string{}
		var open, done []string
		h.clock.Set(time.Date(2027, 1, 4, 9, 0, 0, 0, clock.Shanghai))
		for n := range 40 { // no more: the limits of a session run on the machine's clock
			id := h.filed(n, kinds[r.IntN(len(kinds))], divisions[r.IntN(2)], "")
			judge[id] = judges[r.IntN(3)]
			if r.IntN(10) > 0 {
				h.assign(id, judge[id])
				open = append(open, id)
			}
			h.clock.Add(time.Duration(1+r.IntN(13*24)) * time.Hour)
			for range r.IntN(3) {
				if len(open) == 0 {
					break
				}
				i := r.IntN(len(open))
				c := open[i]
				switch r.IntN(6) {
				case 0: // another judge
					judge[c] = judges[r.IntN(3)]
					h.assign(c, judge[c])
				case 1:
					h.post(judge[c], "/casebook/"+c+"/suspend", map[string]string{"ground": "other", "reason": "等另一案"})
				case 2:
					h.told(fact.OpinionRated{Case: c, Court: "冀11", Message: c, Grade: []string{"满意", "基本满意", "不满意"}[r.IntN(3)], On: docket.Today(h.Kit.Now())},
						fact.CodeVisited{Case: c, Court: "冀11", Person: judges[r.IntN(3)], On: docket.Today(h.Kit.Now())})
				default:
					on := docket.Today(h.Kit.Now()).AddDays(-r.IntN(3))
					h.post(judge[c], "/casebook/"+c+"/close", map[string]string{"way": ways[r.IntN(len(ways))], "on": on.String(), "elsewhere": "文书在原办案系统"})
					if h.number(`SELECT COUNT(*) FROM docket_case WHERE id = ? AND state = 'closed'`, c) == 1 {
						open = slices.Delete(open, i, i+1)
						done = append(done, c)
					}
				}
			}
			if len(done) > 0 && r.IntN(3) == 0 {
				c := done[r.IntN(len(done))]
				h.post("韩雪", "/casebook/"+c+"/appeal", map[string]string{"party": h.partyID(c, "衡水某塑胶制品有限公司"), "on": docket.Today(h.Kit.Now()).String(), "kind": []string{"appeal", "retrial"}[r.IntN(2)]})
				h.post("郭正", "/casebook/"+c+"/appeal", map[string]string{"party": h.partyID(c, "衡水某塑胶制品有限公司"), "on": docket.Today(h.Kit.Now()).String(), "kind": "appeal"})
			}
			if r.IntN(4) == 0 {
				h.drain()
			}
		}
		h.drain()
		h.clock.Set(time.Date(2028, 2, 1, 9, 0, 0, 0, clock.Shanghai))
		suspended, appealed := h.number(`SELECT COUNT(*) FROM docket_case WHERE suspended_on <> ''`), h.number(`SELECT COUNT(*) FROM statistics_appeal`)
		if len(done) < 15 || suspended < 3 || appealed < 3 {
			t.Fatalf("the year is too quiet: %d cases closed, %d suspended, %d appeals", len(done), suspended, appealed)
		}
		h.checkYear("court_id", "冀11", "/statistics?court=冀11")
		for _, d := range divisions {
			h.checkYear("division_id", h.divs["冀11"+d], "/statistics?division="+h.divs["冀11"+d])
		}
		for _, j := range judges {
			h.checkYear("judge_id", h.people[j], "/statistics?court=冀11&judge="+h.people[j])
		}
		was := h.counted()
		if len(was) < 200 {
			t.Fatalf("only %d sums", len(was))
		}
		rebuild := func(what string, drop ...string) {
			t.Helper()
			for _, q := range drop {
				h.do(q)
			}
			if err := h.Services.Statistics.Rebuild(t.Context()); err != nil {
				t.Fatal(err)
			}
			if is := h.counted(); !maps.Equal(was, is) {
				for k, n := range was {
					if is[k] != n {
						t.Errorf("%s: %s was %d, is %d", what, k, n, is[k])
					}
				}
				t.Fatalf("%s: %d sums, then %d", what, len(was), len(is))
			}
		}
		rebuild("as it was")
		rebuild("without sums", `DELETE FROM statistics_sum`)
		rebuild("without what follows from docket and ledger", `DELETE FROM statistics_sum`, `DELETE FROM statistics_event WHERE case_id <> '' AND kind NOT IN ('handled', 'visit')`, `DELETE FROM statistics_appeal`)
		rebuild("with wrong sums", `UPDATE statistics_sum SET n = n + 7`)
	})
}

// checkYear counts the docket itself, month by month, and holds the page
// against it.
func (h *house) checkYear(col, id, path string) {
	h.t.Helper()
	for _, m := range []string{"2027-01", "2027-03", "2027-06", "2027-09", "2027-12", "2028-01", "2027-Q2", "2027-Q4", "2027", "2028"} {
		from, to := span(m)
		f := h.figures("王院", path+"&period="+m)
		base := `SELECT COUNT(*) FROM docket_case WHERE ` + col + ` = ? AND filed_on <> ''`
		closed := base + ` AND state = 'closed' AND closed_on >= ? AND closed_on <= ?`
		appeals := ` AND id IN (SELECT case_id FROM ledger_entry WHERE kind = 'casebook.appealed' AND leaf LIKE '%"kind":"appeal"%')`
		first := ` AND type IN ('民初', '行初', '刑初')`
		for _, c := range []struct {
			what string
			got  int64
			q    string
			args []any
		}{
			{"received", f.n("received"), base + ` AND filed_on >= ? AND filed_on <= ?`, []any{id, from, to}},
			{"pending", f.n("pending"), base + ` AND filed_on < ? AND (state <> 'closed' OR closed_on >= ?)`, []any{id, from, from}},
			{"closed", f.n("closed"), closed, []any{id, from, to}},
			{"open", f.n("open"), base + ` AND filed_on <= ? AND (state <> 'closed' OR closed_on > ?)`, []any{id, to, to}},
			{"settling", f.n("settling"), closed + ` AND type = '民初' AND closing_way IN ('mediation', 'withdrawal', 'deemed_withdrawal')`, []any{id, from, to}},
			{"mediating", f.n("mediating"), closed + ` AND type = '民初' AND closing_way = 'mediation'`, []any{id, from, to}},
			{"withdrawing", f.n("withdrawing"), closed + ` AND type = '民初' AND closing_way IN ('withdrawal', 'deemed_withdrawal')`, []any{id, from, to}},
			{"settling of", *f["settling"].Denominator, closed + ` AND type = '民初'`, []any{id, from, to}},
			{"accepting of", *f["accepting"].Denominator, closed + first, []any{id, from, to}},
			{"accepting", f.n("accepting"), closed + first + strings.Replace(appeals, "id IN", "id NOT IN", 1), []any{id, from, to}},
			{"in time", f.n("in_time"), closed + ` AND (closed_on <= limit_on OR (suspended_on <> '' AND suspended_on <= limit_on))`, []any{id, from, to}},
		} {
			if want := h.number(c.q, c.args...); c.got != want {
				h.t.Errorf("%s %s %s: %d on the page, %d in the docket", col, m, c.what, c.got, want)
			}
		}
		if f.n("pending")+f.n("received") != f.n("closed")+f.n("open") {
			h.t.Errorf("%s %s: 旧存 and 新收 are not 结案 and 未结", col, m)
		}
		if col == "court_id" {
			days := h.number(`SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM statistics_sum WHERE scope = 'court:冀11' AND grain = 'day' AND kind = 'filed' AND at >= ? AND at <= ?`, from, to)
			if days != f.n("received") {
				h.t.Errorf("%s: %d by days, %d by months", m, days, f.n("received"))
			}
			for _, figure := range []string{"pending", "open", "accepting", "settling"} { // as many cases behind a figure as it says
				var v struct{ Total int64 }
				a := h.get("王院", "/api/v1/statistics/cases?court=冀11&period="+m+"&figure="+figure).must(h.t, "cases", 200)
				if err := json.Unmarshal([]byte(a.body), &v); err != nil || v.Total != f.n(figure) {
					h.t.Errorf("%s: %s is %d, and %d cases are behind it, %v", m, figure, f.n(figure), v.Total, err)
				}
			}
		}
	}
}

// span is the first and the last day of a period.
func span(p string) (from, to string) {
	year, rest, _ := strings.Cut(p, "-")
	switch {
	case rest == "":
		return year + "-01-01", year + "-12-31"
	case rest[0] == 'Q':
		return year + map[string]string{"Q2": "-04-01", "Q4": "-10-01"}[rest], year + map[string]string{"Q2": "-06-30", "Q4": "-12-31"}[rest]
	}
	return p + "-01", p + "-31"
}

// TestStatisticsEdges: midnight is where the courts are, a change of judge
// carries the case with it, a reopened case is no longer closed, and closing it
// again counts where it was closed last.
func TestStatisticsEdges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.clock.Set(time.Date(2026, 12, 31, 23, 59, 0, 0, clock.Shanghai))
		old := h.filed(1, "民初", "民一庭", "钱法官")
		h.clock.Set(time.Date(2027, 1, 1, 0, 1, 0, 0, clock.Shanghai)) // still 2026 by Greenwich
		h.filed(2, "民初", "民一庭", "钱法官")
		h.drain()
		for p, want := range map[string][2]int64{"2026": {1, 0}, "2026-12": {1, 0}, "2026-Q4": {1, 0}, "2027": {1, 1}, "2027-01": {1, 1}} {
			if f := h.figures("王院", "/statistics?court=冀11&period="+p); f.n("received") != want[0] || f.n("pending") != want[1] {
				t.Errorf("%s: %d received, %d pending, want %v", p, f.n("received"), f.n("pending"), want)
			}
		}
		h.clock.Set(time.Date(2027, 2, 10, 9, 0, 0, 0, clock.Shanghai))
		h.assign(old, "周明远")
		h.closed(old, "周明远", "judgment", mustDate("2027-02-09"))
		h.drain()
		judge := func(name, period string) figures {
			return h.figures("王院", "/statistics?court=冀11&judge="+h.people[name]+"&period="+period)
		}
		if a, b := judge("钱法官", "2026"), judge("周明远", "2026"); a.n("received") != 0 || b.n("received") != 1 {
			t.Errorf("the case did not go with its judge: %d, %d", a.n("received"), b.n("received"))
		}
		if f := judge("周明远", "2027"); f.n("closed") != 1 || f.n("pending") != 1 {
			t.Errorf("closed %d, pending %d", f.n("closed"), f.n("pending"))
		}
		// What no page does yet: the case goes on, and is closed again in March.
		state := func(st string, on law.Date) {
			h.do(`UPDATE docket_case SET state = ?, closed_on = ? WHERE id = ?`, st, on, old)
			h.told(fact.CaseClosed{Case: old, Way: "judgment", On: on})
			h.drain()
		}
		state("open", law.Date{})
		if f := judge("周明远", "2027-02"); f.n("closed") != 0 || f.n("open") != 1 {
			t.Errorf("reopened: closed %d, open %d", f.n("closed"), f.n("open"))
		}
		h.clock.Set(time.Date(2027, 3, 10, 9, 0, 0, 0, clock.Shanghai))
		state("closed", mustDate("2027-03-05"))
		if feb, mar := judge("周明远", "2027-02"), judge("周明远", "2027-03"); feb.n("closed") != 0 || mar.n("closed") != 1 || mar.n("pending") != 1 {
			t.Errorf("closed again: February %d, March %d", feb.n("closed"), mar.n("closed"))
		}
		was := h.counted()
		if err := h.Services.Statistics.Rebuild(t.Context()); err != nil || !maps.Equal(was, h.counted()) {
			t.Errorf("made again they differ, %v", err)
		}
	})
}

// TestStatisticsPeople: a person counts once a period, however often he comes;
// the area holds the court below.
func TestStatisticsPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.filed(1, "民初", "民一庭", "钱法官"), h.filed(2, "民初", "知识产权审判庭", "周明远")
		for _, v := range []struct{ c, person, on string }{
			{a, "p1", "2026-03-03"}, {a, "p1", "2026-03-03"}, {b, "p1", "2026-03-09"}, {a, "p1", "2026-04-01"}, {a, "p2", "2026-03-31"}, {b, "p3", "2026-04-02"},
		} {
			h.told(fact.CodeVisited{Case: v.c, Court: "冀11", Person: v.person, On: mustDate(v.on)})
		}
		h.clock.Set(time.Date(2026, 5, 4, 9, 0, 0, 0, clock.Shanghai))
		h.drain()
		for path, want := range map[string]int64{"court=冀11&period=2026-03": 2, "court=冀11&period=2026-04": 2, "court=冀11&period=2026": 3, "court=冀11&period=2026-Q1": 2, "court=冀11&area=1&period=2026": 3,
			"division=" + h.divs["冀11民一庭"] + "&period=2026": 2, "court=冀11&judge=" + h.people["周明远"] + "&period=2026": 2, "court=冀1126&period=2026": 0} {
			if n := h.figures("王院", "/statistics?"+path).n("visitors"); n != want {
				t.Errorf("%s: %d visitors, want %d", path, n, want)
			}
		}
		var in struct {
			Inside []struct{ Place struct{ ID string } }
		}
		if err := json.Unmarshal([]byte(h.get("王院", "/api/v1/statistics?court=冀11&area=1&period=2026").body), &in); err != nil || len(in.Inside) != 2 {
			t.Errorf("%d courts in the area, %v", len(in.Inside), err)
		}
	})
}

// TestStatisticsFew: what is too few is not shown, and cannot be worked out
// from what is.
func TestStatisticsFew(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	var cs []string
	for i := range 6 {
		cs = append(cs, h.filed(i, "民初", "民一庭", "钱法官"))
	}
	for _, c := range cs[1:] { // one lies open
		h.closed(c, "钱法官", "judgment", docket.Today(h.Kit.Now()))
	}
	rate := func(month string, from, n int) {
		for i := range n {
			c := cs[(from+i)%len(cs)]
			h.told(fact.ServiceRated{Case: c, Court: "冀11", Step: "filing", Rating: fmt.Sprint(month, i), Grade: "满意", On: mustDate(month + "-15")},
				fact.OpinionRated{Case: c, Court: "冀11", Message: fmt.Sprint(month, i), Grade: "不满意", On: mustDate(month + "-15")})
		}
	}
	// First quarter: the months are few, together they are enough. Second: one
	// month is few, and the quarter less the others would be it.
	from := 0
	for i, n := range []int{3, 4, 2, 6, 5, 1} {
		rate(fmt.Sprintf("2027-%02d", i+1), from, n)
		from += n
	}
	h.clock.Set(time.Date(2028, 2, 1, 9, 0, 0, 0, clock.Shanghai))
	h.drain()
	for p, want := range map[string]struct {
		public bool  // whether it is hidden from the public
		own    int64 // what the judge is shown, in batches of five or more
	}{
		"2027-01": {true, -1}, "2027-02": {true, 7}, "2027-03": {true, -1}, "2027-04": {false, 8}, "2027-05": {false, 5}, "2027-06": {true, -1}, "2027-07": {false, -1},
		"2027-Q1": {false, 7}, "2027-Q2": {true, 13}, "2027": {true, 20},
	} {
		own := h.figures("钱法官", "/statistics?period="+p)
		for _, k := range []string{"service", "handling"} {
			if n := own.of(k); n != want.own || own[k].Hidden != (n < 0) || n < 0 && (own[k].Value != nil || own[k].Numerator != nil) {
				t.Errorf("to the judge, %s: %s of %d, want %d", p, k, n, want.own)
			}
		}
		if pub := h.figures("", "/statistics/public/冀11?period="+p); pub["service"].Hidden != want.public {
			t.Errorf("in public, %s: hidden %v, want %v", p, pub["service"].Hidden, want.public)
		}
		if all := h.figures("王院", "/statistics?court=冀11&period="+p); all["service"].Hidden {
			t.Errorf("%s: the president does not see the court's ratings", p)
		}
	}
	// Twelve months and the twelve one month on would tell of a month, in public.
	h.get("", "/api/v1/statistics/public/冀11?period=2026-12%2B12").must(t, "twelve months in public", 422)
	// The next period tells what the one before was, and must not.
	if f := h.figures("钱法官", "/statistics?period=2027-07"); f["service"].Previous != nil {
		t.Errorf("July tells of June: %s", *f["service"].Previous)
	}
	for n := range 12 {
		id := h.filed(10+n, "民初", "民一庭", "钱法官")
		if n < 6 {
			h.closed(id, "钱法官", "judgment", mustDate("2028-02-01"))
		}
	}
	h.clock.Set(time.Date(2028, 3, 1, 9, 0, 0, 0, clock.Shanghai))
	h.drain()
	pub := h.figures("", "/statistics/public/冀11?period=2028-02")
	// One case of the year before still lies open: 旧存 is 1, so none of the four
	// numbers is shown, nor a share that is made of them.
	for _, k := range []string{"received", "pending", "closed", "open", "clearance", "closing_ratio"} {
		if !pub[k].Hidden {
			t.Errorf("%s is shown", k)
		}
	}
	// A month that tells something is what is shown first.
	if first := h.get("", "/api/v1/statistics/public/冀11").must(t, "what is public", 200).body; !strings.Contains(first, `"period":"2028-02"`) {
		t.Errorf("the public figures begin with another period: %.200s", first)
	}
	if pub["settling"].Hidden || *pub["settling"].Denominator != 6 {
		t.Error("six closed cases are enough to be shown")
	}
	// Seven closed, of them six of first instance: one was an appeal, and it is not said.
	for n := range 7 {
		kind := "民初"
		if n == 6 {
			kind = "民终"
		}
		h.closed(h.filed(40+n, kind, "民一庭", "钱法官"), "钱法官", "judgment", mustDate("2028-03-01"))
	}
	h.get("", "/api/v1/statistics/public/冀11?period=2028-03").must(t, "a period that runs", 422)
	h.clock.Set(time.Date(2028, 4, 1, 9, 0, 0, 0, clock.Shanghai))
	h.drain()
	march := h.figures("", "/statistics/public/冀11?period=2028-03")
	if march["in_time"].Hidden || *march["in_time"].Denominator != 7 || !march["settling"].Hidden || !march["accepting"].Hidden {
		t.Errorf("one appeal among seven: %+v", march)
	}
	page := h.get("", "/statistics/public/冀11?period=2028-02").must(t, "public page", 200).body
	for _, w := range []string{"钱法官", "民一庭", "看是哪些案件", "report.pdf"} {
		if strings.Contains(page, w) {
			t.Errorf("the public page shows %s", w)
		}
	}
}

// TestStatisticsStrict: where only 满意 counts, what is left of the satisfied
// is as small a cell as any other, and the court's people see both.
func TestStatisticsStrict(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	c := h.filed(0, "民初", "民一庭", "钱法官")
	for month, n := range map[string]int{"2027-01": 5, "2027-02": 2} {
		for i := range 20 + n {
			grade := "满意"
			if i < n {
				grade = "基本满意"
			}
			h.told(fact.ServiceRated{Case: c, Court: "冀11", Step: "filing", Rating: fmt.Sprint(month, i), Grade: grade, On: mustDate(month + "-15")})
		}
	}
	h.clock.Set(time.Date(2027, 4, 1, 9, 0, 0, 0, clock.Shanghai))
	h.drain()
	for _, scale := range []string{"", "满意"} {
		err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
			ct, err := docket.CourtOf(tx, "冀11")
			if err != nil {
				return err
			}
			ct.Satisfied = scale
			return docket.PutCourt(tx, ct)
		})
		if err != nil {
			t.Fatal(err)
		}
		for month, n := range map[string]int64{"2027-01": 25, "2027-02": 22} {
			satisfied, hidden := n, false
			if scale != "" {
				satisfied, hidden = 20, n == 22
			}
			if f := h.figures("王院", "/statistics?court=冀11&period="+month)["service"]; f.Numerator == nil || *f.Numerator != satisfied || *f.Denominator != n {
				t.Errorf("%q counts, %s: %v of %v", scale, month, f.Numerator, f.Denominator)
			}
			if f := h.figures("", "/statistics/public/冀11?period="+month)["service"]; f.Hidden != hidden {
				t.Errorf("%q counts, %s in public: hidden %v", scale, month, f.Hidden)
			}
		}
	}
}

// rated tells of a rating of each kind in a case.
func (h *house) rated(n int, c string, on law.Date) {
	h.t.Helper()
	h.told(fact.ServiceRated{Case: c, Court: "冀11", Step: "filing", Rating: fmt.Sprint("r", n), Grade: "满意", On: on},
		fact.OpinionRated{Case: c, Court: "冀11", Message: fmt.Sprint("m", n), Grade: []string{"不满意", "满意"}[n%2], On: on})
	h.drain()
}

// TestStatisticsWatched: a judge who looks again and again, at whatever period,
// does not see a rating come in, nor does who looks at a division of one judge;
// when the month is over they are there, all at once.
func TestStatisticsWatched(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.clock.Set(time.Date(2027, 4, 2, 9, 0, 0, 0, clock.Shanghai))
		var cs []string
		for i := range 5 {
			cs = append(cs, h.filed(i, "民初", "民一庭", "钱法官"))
		}
		n := 0
		rate := func(times int, on string) {
			for range times {
				n++
				h.rated(n, cs[n%len(cs)], mustDate(on))
			}
		}
		rate(6, "2027-04-02")
		h.clock.Set(time.Date(2027, 5, 4, 9, 0, 0, 0, clock.Shanghai))
		look := func() (out []string) {
			for _, at := range [][2]string{{"钱法官", ""}, {"王院", "&division=" + h.divs["冀11民一庭"]}, {"王院", "&court=冀11&judge=" + h.people["钱法官"]}} {
				for _, p := range []string{"", "2027", "2027-Q2", "2027-05", "2027-04", "2026-06%2B12", "2027-02%2B12"} {
					f := h.figures(at[0], "/statistics?period="+p+at[1])
					out = append(out, fmt.Sprint(p, at[1], " ", f.of("service"), " ", f.n("service"), " ", f.of("handling"), " ", f.n("handling")))
				}
			}
			return out
		}
		was := look()
		for _, i := range []int{0, 1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 20} { // the default, the year, the quarter that run: as many as in April
			if i%7 < 3 && !strings.HasSuffix(was[i], " 6 6 6 3") {
				t.Errorf("%s, want the six of April", was[i])
			}
		}
		for range 5 {
			rate(1, "2027-05-04")
			if is := look(); !slices.Equal(was, is) {
				t.Fatalf("a rating was seen to come in:\n%s\n%s", was, is)
			}
		}
		if f := h.figures("王院", "/statistics?court=冀11&period=2027-05"); f.of("service") != 5 {
			t.Errorf("the whole court's ratings of May are %d", f.of("service"))
		}
		has(t, "page", h.get("钱法官", "/statistics").must(t, "page", 200).body, "评价算到上月底", "攒满 5 件案件")
		h.clock.Set(time.Date(2027, 6, 1, 0, 1, 0, 0, clock.Shanghai))
		if f := h.figures("钱法官", "/statistics?period=2027-Q2"); f.of("service") != 11 || f.of("handling") != 11 {
			t.Errorf("when May is over: %d, %d", f.of("service"), f.of("handling"))
		}
	})
}

// TestStatisticsDifferences: what is shown of a judge's or a division's month
// is five or more; and any longer period, and the division, are the sum of
// what is shown of the months and of the judges. So the difference of two
// permitted views is never about fewer than five.
func TestStatisticsDifferences(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.clock.Set(time.Date(2026, 12, 1, 9, 0, 0, 0, clock.Shanghai))
		r := rand.New(rand.NewPCG(5, 4))
		judges := []string{"周明远", "赵一鸣"}
		cases := map[string][]string{}
		for i := range 10 {
			j := judges[i%2]
			cases[j] = append(cases[j], h.filed(i, "民初", "知识产权审判庭", j))
		}
		n := 0
		for m := range 12 {
			for _, j := range judges {
				for range r.IntN(6) {
					n++
					h.rated(n, cases[j][n%5], law.Date{Year: 2027, Month: 1 + m, Day: 1 + r.IntN(28)})
				}
			}
		}
		h.clock.Set(time.Date(2028, 1, 3, 9, 0, 0, 0, clock.Shanghai))
		at := map[string]string{"division": "&division=" + h.divs["冀11知识产权审判庭"]}
		for _, j := range judges {
			at[j] = "&court=冀11&judge=" + h.people[j]
		}
		shown := map[string]int64{} // by place, month and figure; hidden is nothing
		memory, seen := map[string]figures{}, 0
		see := func(place, period, key string) int64 {
			path := "/statistics?period=" + strings.ReplaceAll(period, "+", "%2B") + at[place]
			f, ok := memory[path]
			if !ok {
				f = h.figures("王院", path)
				memory[path] = f
			}
			if f[key].Hidden {
				return 0
			}
			return f.of(key)
		}
		for _, key := range []string{"service", "handling"} {
			for m := 1; m <= 12; m++ {
				month, judged := fmt.Sprintf("2027-%02d", m), int64(0)
				for place := range at {
					k := shown[place+month+key]
					if k = see(place, month, key); k > 0 && k < 5 {
						t.Errorf("%s %s: %s of %d", place, month, key, k)
					}
					if shown[place+month+key] = k; place != "division" {
						judged += k
					}
					if k > 0 {
						seen++
					}
				}
				if d := shown["division"+month+key]; d != judged {
					t.Errorf("%s: of the division %d, of its judges %d", month, d, judged)
				}
			}
			for place := range at {
				for period, months := range map[string][2]int{"2027-Q1": {1, 3}, "2027-Q2": {4, 6}, "2027-Q3": {7, 9}, "2027-Q4": {10, 12}, "2027": {1, 12}, "2026-04+12": {1, 3}, "2026-05+12": {1, 4}, "2027-03+12": {3, 12}, "2027-04+12": {4, 12}} {
					var sum int64
					for m := months[0]; m <= months[1]; m++ {
						sum += shown[fmt.Sprintf("%s2027-%02d%s", place, m, key)]
					}
					if k := see(place, period, key); k != sum {
						t.Errorf("%s %s: %s of %d, of its months %d", place, period, key, k, sum)
					}
				}
			}
		}
		if seen < 12 {
			t.Errorf("only %d months are shown", seen)
		}
	})
}

// TestStatisticsOpensOnArea: who stands for the court above opens on both
// levels, and goes between them and his own court by one link; where no court
// stands below, there is nothing to choose.
func TestStatisticsOpensOnArea(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	body := h.get("王院", "/statistics").must(t, "page", 200).body
	has(t, "page", body, "和所辖各院", "全市两级法院", "本院", `aria-label="本院，还是全市"`, "每新收 100 件，结了多少件")
	body = h.get("王院", "/statistics?court=冀11").must(t, "page", 200).body
	has(t, "page", body, "全市两级法院", "area=1")
	var v struct{ Place struct{ Kind, ID string } }
	if err := json.Unmarshal([]byte(h.get("王院", "/api/v1/statistics").body), &v); err != nil || v.Place.Kind != "area" || v.Place.ID != "冀11" {
		t.Errorf("it opens on %+v, %v", v, err)
	}
	h.do(`UPDATE docket_court SET parent = '冀' WHERE code = '冀1126'`)
	if err := json.Unmarshal([]byte(h.get("王院", "/api/v1/statistics").body), &v); err != nil || v.Place.Kind != "court" {
		t.Errorf("without a court below it opens on %+v, %v", v, err)
	}
	if body := h.get("王院", "/statistics").body; strings.Contains(body, "全市两级法院") {
		t.Error("there is a switch to nowhere")
	}
}
