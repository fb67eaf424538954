package mashang_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"mashang/platform/clock"
	"mashang/platform/notify"
)

// TestFilesOfTheOther: what the other side takes home does not let it prove, with a
// file that it has itself, that this file was shown to the judge; its sender can.
func TestFilesOfTheOther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		other := filing()["d_name"].(string)
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		long, _ = h.caseCode(id, other)
		h.signIn(other, "uscc", filing()["d_number"].(string), filing()["d_phone"].(string), long)
		shared := []byte("双方都有的一份合同")
		h.upload("贾若兰", "/onecode/"+id+"/ask", map[string]string{"kind": "question", "text": "请看附件"}, "files", "合同.txt", shared).must(t, "ask", 200)
		h.drain()
		sum := sha256.Sum256(shared)
		digest := hex.EncodeToString(sum[:])
		for who, knows := range map[string]bool{"贾若兰": true, other: false} {
			record := h.post(who, "/casebook/"+id+"/export", nil).must(t, "export", 200).body
			if !strings.Contains(record, "onecode.asked") {
				t.Fatalf("%s holds no entry of it", who)
			}
			if strings.Contains(record, digest) != knows {
				t.Errorf("%s can tell which file it was: %v", who, !knows)
			}
		}
	})
}

// TestReportSaysNoPlace: a photograph in a report whose writer is not to be known
// does not tell the office where she took it; where she gives her name it does.
func TestReportSaysNoPlace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		photo, err := os.ReadFile("platform/web/testdata/place/png")
		if err != nil {
			t.Fatal(err)
		}
		place := []byte("37.7351")
		if !bytes.Contains(photo, place) {
			t.Fatal("the photograph has no place")
		}
		for named, told := range map[string]bool{"": false, "on": true} {
			report := h.upload("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "report", "name": "某人", "text": "收了礼", "named": named}, "files", "家.png", photo).must(t, "report", 200).get("id")
			got := h.get("督察", "/api/v1/complaint/office/"+report+"/file/0").must(t, "the file", 200).body
			if len(got) != len(photo) || strings.Contains(got, string(place)) != told {
				t.Errorf("named %q: %d bytes of %d, the place is told: %v", named, len(got), len(photo), !told)
			}
		}
	})
}

// line is a carrier that is down, for a time.
type line struct {
	down bool
	took []string
}

func (l *line) Send(_ context.Context, m notify.Message) (notify.Report, error) {
	if l.down {
		return notify.Report{}, errors.New("no answer")
	}
	l.took = append(l.took, m.Text)
	return notify.Report{State: notify.Handed}, nil
}

// TestNightlyRepair: what a carrier did not take in the evening waits for the
// morning, whenever in the night the line comes back. A code goes at once.
func TestNightlyRepair(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		paper := h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "complaint", "name": "某人", "text": "拖了三个月"}).must(t, "complain", 200).get("id")
		carrier := &line{down: true}
		h.Kit.Notify.Use(notify.SMS, carrier)
		at := func(day, hour, minute int) {
			h.clock.Set(time.Date(2026, 3, day, hour, minute, 0, 0, clock.Shanghai))
			h.drain()
		}
		at(3, 21, 55)
		h.post("审管", "/complaint/office/"+paper, map[string]string{"text": "已经排期。"}).must(t, "answer", 200)
		at(3, 21, 56)
		carrier.down = false
		for _, hour := range []int{22, 23} {
			at(3, hour, 30)
		}
		at(4, 3, 0)
		h.post("", "/onecode/open", map[string]string{"code": long, "name": "贾若兰", "id_type": "resident", "number": jiaID}).must(t, "open", 200)
		at(4, 3, 1)
		if len(carrier.took) != 1 || !strings.Contains(carrier.took[0], "验证码") {
			t.Errorf("at night there went %q", carrier.took)
		}
		at(4, 8, 0)
		if len(carrier.took) != 2 || !strings.Contains(carrier.took[1], "您有一条答复") {
			t.Errorf("in the morning %q", carrier.took)
		}
	})
}

// TestSealedSince: the report of an import names no case to who may not know of it
// by now: on the page, to a program, as a table.
func TestSealedSince(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		batch := h.imported(listOf(1, 2))
		const number, open = "（2026）冀11民初1号", "（2026）冀11民初2号"
		id := one[string](h, `SELECT id FROM docket_case WHERE number = '`+number+`'`)
		paths := []string{"/intake/" + batch, "/api/v1/intake/" + batch, "/intake/" + batch + "/report?form=csv"}
		for _, path := range paths {
			has(t, "before", h.get("郭正", path).must(t, path, 200).body, number, open)
		}
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		for _, path := range paths {
			body := h.get("郭正", path).must(t, path, 200).body
			if has(t, path, body, open, "一件封存的案件"); strings.Contains(body, number) || strings.Contains(body, id) {
				t.Errorf("%s names the sealed case", path)
			}
		}
	})
}

// TestAuditOfSealed: the record that the audit administrator sees does not tell who
// stands in a sealed case.
func TestAuditOfSealed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"kind": "question", "text": "什么时候开庭"}).must(t, "ask", 200)
		has(t, "of an open case", h.get("审计", "/api/v1/setup/audit").must(t, "audit", 200).body, "当事人提问", "贾若兰", "韩雪")
		h.post("周明远", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		body := h.get("审计", "/api/v1/setup/audit").must(t, "audit", 200).body
		if has(t, "of a sealed case", body, "当事人提问", "封存案件里的人", "周明远", "韩雪"); strings.Contains(body, "贾若兰") {
			t.Error("the audit names who stands in a sealed case")
		}
	})
}

// TestSealedForOtherSystems: of a sealed case only the system from which it came
// goes on telling. Another, whatever it guesses, is told the same and changes
// nothing, also where a list brought the case.
func TestSealedForOtherSystems(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		h.connected("审判系统", "冀11", "put")
		h.connected("电子卷宗", "冀11", "put")
		h.imported(listOf(1, 1))
		own := h.post("审判系统", "/connect/case", told()).must(t, "put", 200).get("case")
		h.drain()
		listed := one[string](h, `SELECT id FROM docket_case WHERE number = '（2026）冀11民初1号'`)
		for _, id := range []string{own, listed} {
			h.post("王院", "/casebook/"+id+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及未成年人"}).must(t, "seal", 200)
		}
		h.drain()
		friend := map[string]any{"role": "third", "name": "友人", "number": plaintiff(9).id, "phone": plaintiff(9).phone, "address": "某处"}
		refused := func(who, id string) {
			t.Helper()
			number, said := h.caseOf(id).Number, map[string]bool{}
			for _, guess := range []map[string]any{{"cause": h.caseOf(id).Cause}, {"cause": "离婚纠纷"}, {"secrecy": "public"}, {"parties": []map[string]any{friend}}} {
				guess["number"] = number
				a := h.post(who, "/connect/case", guess).must(t, who, 422)
				said[keys.ReplaceAllString(a.body[:strings.LastIndex(a.body, `"number":"R-`)], "")] = true
			}
			if len(said) != 1 {
				t.Errorf("%s is told %d things", who, len(said))
			}
			if n := h.rows(`SELECT COUNT(*) FROM docket_access WHERE case_id = ? AND person_id IN (SELECT id FROM docket_person WHERE name = '友人')`, id); n != 0 {
				t.Errorf("%s lets a friend in", who)
			}
		}
		refused("电子卷宗", own)
		refused("电子卷宗", listed)
		refused("审判系统", listed)
		h.post("审判系统", "/connect/case", map[string]any{"number": h.caseOf(own).Number, "extended_months": 3}).must(t, "its own", 200)
	})
}
