package mashang_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/platform/db"
)

// TestNamedInOtherWords: who is named by a party never reads it, however the
// name is written: as judgments print it, as people call him, with characters
// that nobody sees, or by his office.
func TestNamedInOtherWords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		for office, kind := range map[string]string{"督察": "report", "审管": "complaint"} {
			name := one[string](h, `SELECT name FROM docket_person WHERE id = '`+h.people[office]+`'`)
			runes := []rune(name)
			family := string(runes[0])
			spaced := family + "　" + string(runes[1:])
			for words, reads := range map[string]bool{
				name: false, spaced: false, family + "\u200b" + string(runes[1:]): false, family + "主任": false, "老" + family: false, office + "部门的人": false,
				"看门的人": true,
			} {
				p := h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": kind, "name": words, "text": "拖了三个月"}).must(t, words, 200).get("id")
				want := 404
				if reads {
					want = 200
				}
				h.get(office, "/complaint/office/"+p).must(t, office+" on "+words, want)
				if desk := h.get(office, "/desk").must(t, "desk", 200).body; strings.Contains(desk, p) != reads {
					t.Errorf("%s: on the desk of the one named: %v", words, !reads)
				}
			}
		}
		many := strings.Repeat(h.people["周明远"]+",", 21)
		h.upload("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "report", "about": many, "text": "拖"}, "files", "a.txt", []byte("a")).must(t, "too many", 422)

		// For the judge, an insider who is of the discipline office.
		for words, reads := range map[string]bool{"督察室的人": false, "某庭的人": true} {
			h.post("周明远", "/oversight/record", map[string]string{"form": "inquiry", "case": id, "who": words, "unit": "本院", "post": "干部", "nature": "insider", "on": "2026-03-02", "way": "face", "content": "问进展", "done": "refused"}).must(t, "record "+words, 200)
			rec := one[string](h, `SELECT id FROM oversight_record ORDER BY at DESC, id DESC LIMIT 1`)
			want := 404
			if reads {
				want = 200
			}
			h.get("督察", "/oversight/record/"+rec).must(t, words, want)
		}
	})
}

// TestTwiceLeadsSomewhere: a complaint that is sent twice leads to the page of
// one's own, not to one that is not there.
func TestTwiceLeadsSomewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		form := map[string]string{"kind": "complaint", "name": "某人", "text": "拖", "_key": "one form"}
		h.upload("贾若兰", "/complaint/write/"+id, form, "files", "a.txt", []byte("a")).must(t, "first", 200)
		again := h.upload("贾若兰", "/complaint/write/"+id, form, "files", "a.txt", []byte("a")).must(t, "again", 200)
		if again.get("goto") != "/complaint/mine" {
			t.Errorf("it leads to %q", again.get("goto"))
		}
		h.get("贾若兰", again.get("goto")).must(t, "there", 200)
	})
}

var formKey = regexp.MustCompile(`name="_key" value="[^"]*"`)

// TestOfficesLookUnseen: that the offices looked at a case is told to its
// parties when ninety days have passed, so that nobody learns from it of a
// complaint; and never to its bench, one of whom they may be looking into.
func TestOfficesLookUnseen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		bare := func() string {
			return formKey.ReplaceAllString(h.get("周明远", "/casebook/"+id).must(t, "case", 200).body, "")
		}
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error { // who sits as a judge besides
			_, err := docket.AddPost(tx, docket.Post{Person: h.people["审管"], Court: "冀11", Division: h.divs["冀11民一庭"], Role: docket.Judge, From: h.Kit.Now().Add(-2 * time.Hour)}, h.Kit.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		before := bare()
		h.get("审管", "/casebook/"+id).must(t, "the office looks", 200)
		ctx, stop := context.WithCancel(t.Context())
		stop() // what is waiting is written, then it ends
		h.KeepTrail(ctx)
		h.drain()
		for _, page := range []string{"/casebook/" + id, "/oversight/case/" + id + "/readers"} {
			name := one[string](h, `SELECT name FROM docket_person WHERE id = '`+h.people["审管"]+`'`)
			if strings.Contains(h.get("周明远", page).must(t, "bench", 200).body, name) {
				t.Errorf("%s: the bench sees who looked", page)
			}
			if strings.Contains(h.get("贾若兰", page).must(t, "party", 200).body, name) {
				t.Errorf("%s: a party sees at once who looked", page)
			}
		}
		if after := bare(); after != before {
			t.Errorf("the bench's page is another:\n%s", firstDifference(before, after))
		}
		if n := h.rows(`SELECT COUNT(*) FROM ledger_link l JOIN ledger_entry e ON e.id = l.entry_id WHERE e.kind = 'casebook.opened'`); n != 0 {
			t.Errorf("%d parties have it in their trail", n)
		}
		h.clock.Add(91 * 24 * time.Hour)
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		page := "/oversight/case/" + id + "/readers"
		name := one[string](h, `SELECT name FROM docket_person WHERE id = '`+h.people["审管"]+`'`)
		has(t, page, h.get("贾若兰", page).must(t, "party, later", 200).body, name)
		if strings.Contains(h.get("周明远", page).must(t, "bench, later", 200).body, name) {
			t.Errorf("the bench sees it later")
		}
	})
}

// TestFiguresOfNobody: the figures give away nobody's name who is not of the court.
func TestFiguresOfNobody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		jia := one[string](h, `SELECT person_id FROM docket_party WHERE case_id = ? AND role = 'plaintiff'`, id)
		h.get("审管", "/statistics?court=冀11&judge="+h.people["周明远"]).must(t, "a judge", 200)
		h.get("审管", "/statistics?court=冀11&judge="+jia).must(t, "a party", 404)
	})
}
