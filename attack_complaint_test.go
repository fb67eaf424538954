package mashang_test

import (
	"strings"
	"testing"
	"time"

	"mashang/capability/complaint"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	pid "mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/notify"
	"mashang/platform/web"
)

// TestComplaint: what a party says of a judge reaches the office and nobody
// else. To the judge, to everyone else of the court and to a stranger, every
// page and answer is the same before and after, byte for byte; neither log nor
// figures nor database nor files nor the writer's own receipt tell of it.
func TestComplaint(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		mid := h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭？"}).must(t, "ask", 200).get("id")
		h.clock.Add(2 * time.Minute) // second proofs come a minute after issue
		h.drain()
		fill := map[string]string{"case": id, "message": mid, "paper": paperIDs(t, h, id)["acceptance_notice"], "party": h.partyID(id, "贾若兰"), "record": "none", "n": "0", "request": "none", "finding": "none",
			"agent": "none", "code": "X", "challenge": "none", "word": "none", "token": "none", "seal": "none", "court": "冀11", "complaint": "none", "rating": "none"}
		judge := h.people["周明远"]
		jia := one[string](h, `SELECT person_id FROM docket_party WHERE case_id = ? AND role = 'plaintiff'`, id)
		for _, kind := range []string{"complaint", "report"} {
			office, other := "审管", "督察"
			if kind == "report" {
				office, other = other, office
			}
			before := h.everything(fill, "", nil, "贾若兰", office)
			logged, counted := h.log.String(), h.metricsText()
			paper := h.upload("贾若兰", "/complaint/write/"+id, map[string]string{"kind": kind, "about": judge, "name": planted + "某", "text": planted + "拖了三个月", "_key": "the form's own key " + kind},
				"files", planted+".txt", []byte("这里也有"+planted)).must(t, "complain", 200).get("id")
			h.drain()
			quiet := strings.TrimPrefix(h.log.String(), logged)
			if strings.Contains(quiet, "complaint") || strings.Contains(quiet, `"request"`) || h.metricsText() != counted {
				t.Errorf("the log or the figures tell of it:\n%s", quiet)
			}
			fill["complaint"] = paper
			after := h.everything(fill, "", nil, "贾若兰", office)
			if len(before) < 300 || len(before) != len(after) {
				t.Fatalf("%d answers before, %d after", len(before), len(after))
			}
			for what, was := range before {
				is := strings.ReplaceAll(after[what], paper, "none")
				if is != was {
					t.Errorf("%s: %s is another afterwards:\n%s", kind, what, firstDifference(was, is))
				}
				if strings.Contains(is, planted) {
					t.Errorf("%s: %s holds the word", kind, what)
				}
			}
			seen := h.get(office, "/complaint/office/"+paper).must(t, office, 200).body
			has(t, office, seen, planted)
			if named := strings.Contains(seen, "贾若兰"); named != (kind == "complaint") {
				t.Errorf("%s: the writer is named: %v", kind, named)
			}
			has(t, "file", h.get(office, "/complaint/office/"+paper+"/file/0").must(t, "file", 200).body, planted)
			h.get(other, "/complaint/office/"+paper).must(t, other, 404)

			// That the office has read it, and when, is for the office alone.
			for _, file := range []string{"", planted + ".txt"} {
				r := web.Reading{Object: complaint.Reading, ID: paper, Person: h.people[office], Basis: file, At: h.Kit.Now()}
				if err := h.Services.Complaint.Record(auth.System(t.Context(), "web.read"), r); err != nil {
					t.Fatal(err)
				}
			}
			h.drain()
			if n := one[int64](h, `SELECT COUNT(*) FROM complaint_reading WHERE complaint_id = '`+paper+`'`); n != 2 {
				t.Error("the office's reading is not on record")
			}
			has(t, "trail", h.get(office, "/complaint/office/"+paper).must(t, office, 200).body, "本部门谁看过", planted+".txt")
			if own := h.get("贾若兰", "/complaint/mine/"+paper).must(t, "own", 200).body + h.get("贾若兰", "/api/v1/complaint/mine/"+paper).body; strings.Contains(own, "readings") || strings.Contains(own, "谁看过") {
				t.Error("the writer sees who of the office has read")
			}
			for what, is := range h.everything(fill, "", nil, "贾若兰", office) {
				if is = strings.ReplaceAll(is, paper, "none"); is != before[what] {
					t.Errorf("%s: %s is another after the office has read:\n%s", kind, what, firstDifference(before[what], is))
				}
			}
			h.notStored(paper, "complaint.entered", jia)
			fill["complaint"] = "none"
		}
		receipt := h.post("贾若兰", "/casebook/"+id+"/export", nil).must(t, "export", 200).body
		if strings.Contains(receipt, planted) || strings.Contains(receipt, "complaint") || strings.Contains(receipt, "投诉") {
			t.Error("the receipt of the writer tells of it")
		}
		a, err := ledger.Audit(t.Context(), h.Kit.DB, h.Kit.Ledger.Signer().Verifier)
		if err != nil || !a.OK() {
			t.Errorf("%+v %v", a.Faults, err)
		}
	})
}

// TestComplaintAnsweredAtNight: the message about an answer that is given late
// in the evening leaves the house at eight in the morning, and does not say
// what it is about.
func TestComplaintAnsweredAtNight(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		paper := h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "complaint", "name": "某人", "text": "拖了三个月"}).must(t, "complain", 200).get("id")
		box := newInbox(t)
		h.Kit.Notify.Use(notify.SMS, notify.HTTPSMS{URL: box.URL, Key: "k"})
		for _, x := range []struct {
			at   time.Time
			sent int
		}{{time.Date(2026, 3, 3, 22, 0, 0, 0, clock.Shanghai), 0}, {time.Date(2026, 3, 4, 7, 59, 0, 0, clock.Shanghai), 0}, {time.Date(2026, 3, 4, 8, 0, 0, 0, clock.Shanghai), 1}} {
			h.clock.Set(x.at)
			if x.at.Hour() == 22 {
				h.post("审管", "/complaint/office/"+paper, map[string]string{"text": "已经排期。"}).must(t, "answer", 200)
			}
			h.drain()
			box.mu.Lock()
			got := box.bodies
			box.mu.Unlock()
			if len(got) != x.sent || x.sent > 0 && (!strings.Contains(string(got[0]), "您有一条答复") || strings.Contains(string(got[0]), "投诉")) {
				t.Errorf("at %s there went %d: %s", x.at.Format(time.TimeOnly), len(got), got)
			}
		}
	})
}

// TestComplaintNotOpened: a paper is opened for its writer and for the office
// that reads it. For everybody else it is not even unsealed — here it cannot be,
// and only those two notice — so that the time of an answer does not tell
// whether there is one.
func TestComplaintNotOpened(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		h.office("邻县审管", "冀1126", docket.Supervision)
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		paper := h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "complaint", "name": "某人", "text": "拖了三个月"}).must(t, "complain", 200).get("id")
		none := paper[:len(paper)-4] + "0000"
		for _, name := range []string{"审管", "督察", "邻县审管"} {
			h.get(name, "/complaint/office/"+none).must(t, name, 404)
		}
		h.exec(`UPDATE complaint_complaint SET sealed = 'broken'`)
		for _, name := range []string{"督察", "邻县审管", "周明远", "王院", "贾若兰", "审管"} {
			for _, side := range []string{"mine", "office"} {
				want := 404
				if name == "审管" && side == "office" || name == "贾若兰" && side == "mine" {
					want = 500
				}
				was, is := h.get(name, "/api/v1/complaint/"+side+"/"+none), h.get(name, "/api/v1/complaint/"+side+"/"+paper)
				if want == 404 && (is.code != was.code || is.code == 500) || want == 500 && (was.code != 404 || is.code != 500) {
					t.Errorf("%s, %s: %d, where there is none %d: %s", name, side, is.code, was.code, is.body)
				}
			}
			if name != "贾若兰" && name != "审管" {
				was, is := h.post(name, "/complaint/office/"+none, map[string]string{"text": "好"}), h.post(name, "/complaint/office/"+paper, map[string]string{"text": "好"})
				if was.code != is.code || is.code == 500 {
					t.Errorf("%s answers: %d, where there is none %d", name, is.code, was.code)
				}
			}
		}
	})
}

// TestComplaintDesk: however many papers wait, a desk opens no more than can be
// shown, whoever they are for; those of its own court come first, and of these
// the oldest. What could not be opened here stays shut.
func TestComplaintDesk(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "complaint", "name": "某人", "text": "拖了三个月"}).must(t, "complain", 200)
		add := func(n int, reader, sealed, due string) {
			t.Helper()
			for range n {
				h.exec(`INSERT INTO complaint_complaint (id, kind, reader, author, sealed, state, due_on, answer, at)
					SELECT ?, kind, ?, author, `+sealed+`, state, ?, answer, at FROM complaint_complaint ORDER BY at, due_on, id LIMIT 1`, pid.New(), reader, due)
			}
		}
		shown := func(name string) int {
			t.Helper()
			return strings.Count(h.get(name, "/desk").must(t, name, 200).body, `href="/complaint/office/`)
		}
		add(120, "冀1126", "sealed", "2026-04-01") // where nobody holds the post
		add(20, "冀1126", "'broken'", "2026-04-02")
		if n := shown("审管"); n != 101 {
			t.Errorf("%d are shown: one of the court's own, and the oldest from below", n)
		}
		h.office("邻县审管", "冀1126", docket.Supervision) // now it has its own reader
		if n := shown("审管"); n != 1 {
			t.Errorf("%d are shown where the court below reads its own", n)
		}
		if n := shown("邻县审管"); n != 100 {
			t.Errorf("%d are shown to the court below", n)
		}
		add(120, "冀11", "sealed", "2026-04-01")
		add(20, "冀11", "'broken'", "2026-04-02")
		if n := shown("审管"); n != 100 {
			t.Errorf("%d of its own are shown", n)
		}
	})
}

// office gives a court somebody who supervises.
func (h *house) office(name, court string, role docket.Role) {
	h.t.Helper()
	err := h.Kit.DB.Do(h.t.Context(), func(tx *db.Tx) (err error) {
		if h.people[name], err = docket.AddPerson(tx, docket.Person{Kind: "natural", Name: name, At: h.Kit.Now()}); err != nil {
			return err
		}
		_, err = docket.AddPost(tx, docket.Post{Person: h.people[name], Court: court, Division: h.divs[court+"立案庭"], Role: role, From: h.Kit.Now().Add(-time.Hour)}, h.Kit.Now())
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestComplaintFarFromTheCase: nobody who handles the case, or handled it, or
// stands in it, reads what a party says of somebody else in it, whatever office he
// works for besides. Where nobody else of the office is left it goes up.
func TestComplaintFarFromTheCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.administrators()
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		for _, who := range []string{"周明远", "李倩", "赵一鸣", "钱法官"} {
			h.holds(who, docket.Supervision)
		}
		opponent := one[string](h, `SELECT person_id FROM docket_party WHERE id = ?`, h.partyID(id, "衡水某塑胶制品有限公司"))
		if err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error { // who acts for the other side in private
			return access.Add(tx, h.people["钱法官"], id, "agent", "测试", h.Kit.Now(), time.Time{})
		}); err != nil || opponent == "" {
			t.Fatal(err)
		}
		c := h.post("贾若兰", "/complaint/write/"+id, map[string]string{"kind": "complaint", "name": "门口的人", "text": "拖了三个月"}).must(t, "complain", 200).get("id")
		h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["赵一鸣"], "reason": "回避"}).must(t, "assign", 200)
		for who, code := range map[string]int{"审管": 200, "周明远": 404, "李倩": 404, "钱法官": 404, "赵一鸣": 404} {
			h.get(who, "/api/v1/complaint/office/"+c).must(t, who, code)
			if got := strings.Contains(h.get(who, "/desk").must(t, "desk", 200).body, c); got != (code == 200) {
				t.Errorf("%s has it on the desk: %v", who, got)
			}
		}
		body := h.get("审管", "/api/v1/complaint/office/"+c).body + h.get("贾若兰", "/api/v1/complaint/mine/"+c).body
		if strings.Contains(body, h.people["李倩"]) {
			t.Errorf("who stands near is told: %s", body)
		}
	})
}
