package mashang_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law/identity"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/notify"
)

// issue writes papers of a kind for a party, as if they had been drawn.
func (h *house) issue(caseID, party, kind string, n int) (ids []string) {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		for range n {
			p, err := paper.Order(tx, paper.Paper{Case: caseID, Court: "冀11", Party: party, Kind: kind, Title: "通知书", Data: h.Kit.Vault.Seal("paper.data", "{}"), Dated: docket.Today(tx.Now()), At: tx.Now()})
			if err != nil {
				return err
			}
			if err := paper.Issue(tx, p.ID, "none", 1); err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return ids
}

// TestBatchService: five thousand services, a fifth of them in vain, are begun by a few acts: to an account
// that she has not confirmed, to the same when she has, and to a telephone that
// takes nothing. Every seventh
// act of a job fails after its last statement, the court is closed in the
// middle again and again: each service
// is accounted for, has one attempt for each way, and no more than one effect,
// which is told once.
func TestBatchService(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sure, good, bad := int64(3500), int64(500), int64(1000)
		if h.Kit.DB.Postgres() {
			sure, good, bad = 100, 60, 40
		}
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		acts, failed, restarts := 0, 0, 0
		left := func() int64 {
			return one[int64](h, `SELECT COUNT(*) FROM jobs_job WHERE state = 'ready' AND kind LIKE 'delivery.%'`)
		}
		carry := func() {
			t.Helper()
			for round := 0; left() > 0; round++ {
				if round > 100 {
					t.Fatalf("%d services never come to an end", left())
				}
				ctx, cut := context.WithCancel(t.Context())
				h.Kit.Fail = func(tx *db.Tx) error {
					if !strings.HasPrefix(auth.From(tx.Context()).System, "delivery.") {
						return nil
					}
					if acts++; acts%7 == 0 {
						failed++
						return errFault
					}
					if acts%171 == 0 {
						cut()
					}
					return nil
				}
				err := h.Kit.Jobs.Drain(ctx)
				if ctx.Err() != nil {
					restarts++
					h.reopen()
				} else if err != nil {
					t.Fatal(err)
				}
				cut()
				h.Kit.Fail = nil
				h.clock.Add(3 * time.Minute) // a killed worker's jobs are given to another, and failed ones are tried again
				if round > 10 {
					h.clock.Add(24 * time.Hour)
				}
			}
		}
		say := func(who string, f map[string]any) {
			t.Helper()
			f["consent"], f["ground"], f["standing"], f["shown_by"] = "agree", "stated", "confirmed", "送达地址确认书"
			h.post("李倩", "/delivery/"+id+"/address/"+h.partyID(id, who), f).must(t, "address of "+who, http.StatusOK)
		}
		send := func(who string, n int64, ways ...string) {
			t.Helper()
			for ps := range slices.Chunk(h.issue(id, h.partyID(id, who), "summons", int(n)), 700) { // more is refused
				h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": ps, "ways": ways}).must(t, "send", http.StatusOK)
			}
		}
		say("贾若兰", map[string]any{})
		send("贾若兰", sure, "inapp")
		carry()
		say("贾若兰", map[string]any{"inapp": true})
		say("衡水某塑胶制品有限公司", map[string]any{"sms": identity.FictionalPhone(9)})
		send("贾若兰", good, "inapp")
		send("衡水某塑胶制品有限公司", bad)
		carry()
		if int64(failed) < (sure+good+bad)/8 || restarts < 1 {
			t.Errorf("%d acts failed, %d restarts: nothing was tried", failed, restarts)
		}
		for what, want := range map[string]int64{
			`SELECT COUNT(*) FROM delivery_service`:                                sure + good + bad,
			`SELECT COUNT(*) FROM delivery_service WHERE state = 'effective'`:      good,
			`SELECT COUNT(*) FROM delivery_service WHERE state = 'delivered'`:      sure,
			`SELECT COUNT(*) FROM delivery_service WHERE state = 'next'`:           bad,
			`SELECT COUNT(*) FROM delivery_attempt`:                                sure + good + bad,
			`SELECT COUNT(*) FROM delivery_attempt WHERE failed_at > 0`:            bad,
			`SELECT COUNT(*) FROM paper_paper WHERE kind = 'eservice_certificate'`: good,
			`SELECT COUNT(*) FROM delivery_effect`:                                 good,
			`SELECT COUNT(*) FROM paper_paper WHERE state = 'served'`:              good,
			`SELECT COUNT(*) FROM jobs_job WHERE kind LIKE '%service_undone'`:      0,
		} {
			if n := one[int64](h, what); n != want {
				t.Errorf("%s: %d, want %d", what, n, want)
			}
		}
		if n := one[int64](h, `SELECT COUNT(*) FROM notify_message WHERE subject LIKE '%送达'`); n < min(bad, notify.PostedPerDay) || n > bad {
			t.Errorf("%d messages", n) // a number gets so many a day, and no more
		}
		if n := int64(h.entries("delivery.sent")); n != sure+good+bad {
			t.Errorf("%d entries of what was sent", n)
		}
	})
}

// TestServiceStarts: a paper that is served starts its period for who got it,
// with its arithmetic, from the day on which service took effect; a rebuttal
// stops it. A mediation statement takes effect only by his signature: it is not
// opened, and at the counter the household can't sign for it.
func TestServiceStarts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		jia := h.partyID(id, "贾若兰")
		h.post("贾若兰", "/delivery/"+id+"/confirm", map[string]any{"consent": "agree"}).must(t, "agree", http.StatusOK)
		judgment := h.issue(id, jia, "judgment", 1)
		h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": judgment}).must(t, "send", http.StatusOK)
		h.drain()
		service := one[string](h, `SELECT id FROM delivery_service WHERE paper_id = ?`, judgment[0])
		clocks := func() string { return h.get("贾若兰", "/api/v1/clocks/"+id).must(t, "clocks", http.StatusOK).body }
		if strings.Contains(clocks(), "appeal_judgment") {
			t.Error("the appeal runs before she has the judgment")
		}
		h.post("贾若兰", "/delivery/"+id+"/open/"+service, nil).must(t, "open", http.StatusOK)
		h.drain()
		has(t, "her dates", clocks(), `"rule":"appeal_judgment"`, `"last":"2026-03-18"`, "民事诉讼法第一百七十一条")
		has(t, "her page", h.get("贾若兰", "/casebook/"+id).body, "对判决上诉", "推定的", "这一天怎么算出来的")
		attempt := one[string](h, `SELECT id FROM delivery_attempt WHERE service_id = ?`, service)
		h.post("李倩", "/delivery/"+id+"/rebut/"+attempt, map[string]any{"reason": "账号被人用了"}).must(t, "rebut", http.StatusOK)
		h.drain()
		if strings.Contains(clocks(), "appeal_judgment") {
			t.Error("the appeal runs though service fell")
		}

		statement := h.issue(id, jia, "mediation_statement", 1)
		h.post("李倩", "/delivery/"+id+"/send", map[string]any{"papers": statement}).must(t, "send the statement", http.StatusOK)
		h.drain()
		service = one[string](h, `SELECT id FROM delivery_service WHERE paper_id = ?`, statement[0])
		for _, reply := range []bool{false, true} {
			has(t, "opening a statement", h.post("贾若兰", "/delivery/"+id+"/open/"+service, map[string]any{"reply": reply}).must(t, "open", http.StatusConflict).body, "签收", "民事诉讼法第一百条")
		}
		has(t, "the page of a statement", h.get("贾若兰", "/delivery/"+id+"/receive/"+service).body, "本人签收才生效")
		for way, article := range map[string]string{"left": "民诉法解释第一百三十三条", "notice": "民事诉讼法第一百条"} {
			has(t, way, h.upload("李倩", "/delivery/"+id+"/hand", map[string]string{"papers": statement[0], "way": way, "on": "2026-03-03", "where": "home", "filmed": "on", "who": "x", "reason": "x", "course": "x", "missing": "on"}, "scan", "a.jpg", []byte("\xff\xd8\xff scan")).must(t, way, 422).body, article)
		}
		sign := func(signer string) answer {
			return h.upload("李倩", "/delivery/"+id, map[string]string{"papers": statement[0], "signer": signer, "relation": "丈夫", "signed_on": "2026-03-03"}, "scan", "a.jpg", []byte("\xff\xd8\xff scan"))
		}
		has(t, "the household", sign("family").must(t, "family", 422).body, "民诉法解释第一百三十三条")
		sign("self").must(t, "herself", http.StatusOK)
		if s := one[string](h, `SELECT state FROM delivery_service WHERE id = ?`, service); s != "effective" {
			t.Error(s)
		}
	})
}
