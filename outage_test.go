package mashang_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mashang/docket/deadline"
	"mashang/law/period"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/jobs"
)

// TestOutageFoundOnce: the court is killed on the last evening of many
// deadlines and comes back in the morning on two machines. The gap is found
// once; whatever fails on the way, however often the court is closed in the
// middle and the work is done again, each deadline has one draft, one entry and
// one message, and none has moved.
func TestOutageFoundOnce(t *testing.T) {
	const parties = 12
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		h.drain()
		d := func(party, rule, last string) {
			err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
				return deadline.Start(tx, deadline.Deadline{Case: id, Party: party, Rule: rule, Title: period.Rules[rule].Title, Last: mustDate(last), At: h.Kit.Now()})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		jia, firm := h.partyID(id, "贾若兰"), h.partyID(id, "衡水某塑胶制品有限公司")
		rules := []string{"answer", "pay_fee", "appeal_judgment", "appeal_ruling", "confirm", "retrial"}
		for _, rule := range rules {
			d(jia, rule, "2026-03-18")
			d(firm, rule, "2026-03-18")
		}
		d("", "copy_to_defendant", "2026-03-18") // the court's own
		d(jia, "execute", "2026-03-17")
		h.clock.Set(mustDate("2026-03-18").At(20, 0, morning.Location()))
		beat := func() {
			t.Helper()
			if err := h.Services.Outage.Beat(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		beat()
		h.reopen()
		h.clock.Set(mustDate("2026-03-19").At(8, 30, morning.Location()))
		beat()
		h.reopen()
		beat()
		messages := len(h.outbox())
		n := 0
		for i := range 60 {
			n = 0
			h.Kit.Fail = func(tx *db.Tx) error { // some acts fail after their last statement
				if n++; auth.From(tx.Context()).System == "outage.draft" && n%3 == i%3 {
					return errors.New("killed")
				}
				return nil
			}
			if err := h.Kit.Jobs.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if i%5 == 0 {
				h.reopen()
			}
			h.clock.Add(20 * time.Second)
			beat() // also long after: it lives
		}
		h.Kit.Fail = nil
		outage := one[string](h, `SELECT id FROM outage_outage`)
		for range 3 { // all of it once more
			err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
				return h.Kit.Jobs.Enqueue(tx, jobs.Spec{Kind: "outage.draft", Body: map[string]string{"outage": outage}})
			})
			if err != nil {
				t.Fatal(err)
			}
			h.drain()
		}
		for q, want := range map[string]int64{
			`SELECT COUNT(*) FROM outage_outage`:                                                                           1,
			`SELECT COUNT(*) FROM outage_application`:                                                                      parties,
			`SELECT COUNT(DISTINCT deadline_id) FROM outage_application WHERE state = 'draft'`:                             parties,
			`SELECT COUNT(*) FROM outage_application WHERE fixed = 1`:                                                      2,
			`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'outage.found'`:                                                1,
			`SELECT COUNT(*) FROM ledger_entry WHERE kind = 'outage.drafted'`:                                              parties,
			`SELECT COUNT(*) FROM deadline_deadline WHERE last_on = '2026-03-18' AND party_id <> '' AND state = 'running'`: parties,
			`SELECT COUNT(*) FROM outage_beat`:                                                                             1,
		} {
			if got := one[int64](h, q); got != want {
				t.Errorf("%s: %d, not %d", q, got, want)
			}
		}
		if got := len(h.outbox()) - messages; got > parties || got < 2 { // a number gets so many a day, and no more
			t.Errorf("%d messages", got)
		}
	})
}

// TestOutageFirstBeat: a court that never lived before, or whose beats were
// dropped when a backup was brought back, finds no outage; nor does a restart.
func TestOutageFirstBeat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.Services.Outage
		for i, f := range []func(ctx context.Context) error{o.Beat, o.Beat, o.Forget, o.Beat} {
			h.clock.Add([]time.Duration{time.Hour, 5 * time.Minute, time.Hour, time.Hour}[i])
			if err := f(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		h.drain()
		if n := one[int64](h, `SELECT COUNT(*) FROM outage_outage`); n != 0 {
			t.Errorf("%d outages", n)
		}
	})
}

// TestOutageNamesNobody: the pages that everybody sees name no case and nobody.
func TestOutageNamesNobody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.write(func(_, field string) string { return "某某言" + field })
		for _, p := range []string{"/outage", "/outage/certificate/" + s.fill["outage"], "/api/v1/outage"} {
			body := h.get("", p).must(t, p, 200).body
			for _, secret := range []string{s.own, s.other, s.first, "提交答辩状", s.fill["application"]} {
				if strings.Contains(body, secret) {
					t.Errorf("%s names %s", p, secret)
				}
			}
		}
	})
}
