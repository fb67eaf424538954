package mashang_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/docket/paper"
	"mashang/law"
	"mashang/platform/blob"
	"mashang/platform/clock"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
)

func mustDate(s string) law.Date {
	d, err := law.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// TestStory is the headline story over real HTTP: filed, numbered, printed,
// handed over, scanned, proved, asked, drafted, answered, exported, checked.
func TestStory(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		page := h.get("周明远", "/casebook/"+id).must(t, "case page", 200).body
		has(t, "judge's page", page, "（2026）冀11知民初1号", "受理案件通知书", "码上通告知书", "送达回证", "100****0001")
		long, _ := h.caseCode(id, "贾若兰")

		// Handed over at the counter against a signed return.
		papers := paperIDs(t, h, id)
		h.upload("韩雪", "/delivery/"+id, map[string]string{"papers": papers["acceptance_notice"], "signer": "self", "signed_on": "2026-03-03"}, "scan", "回证.jpg", []byte("\xff\xd8\xff scan")).must(t, "handover", 200)
		h.upload("韩雪", "/delivery/"+id, map[string]string{"papers": papers["case_code_notice"], "signer": "self", "signed_on": "2026-03-03"}, "scan", "回证.jpg", []byte("\xff\xd8\xff scan")).must(t, "handover", 200)
		h.drain()

		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		mine := h.get("贾若兰", "/casebook/"+id).must(t, "her page", 200).body
		has(t, "her page", mine, "您是原告", "已送达", "写给法官", "法院最晚应在 2026年9月3日 前审完", "本案的码")
		if strings.Contains(mine, "100****0008") {
			t.Error("she sees the other side's phone")
		}

		// A program finds what the page shows: to her side hers, to the court all.
		for path, counts := range map[string][2]int{"/papers/" + id: {2, len(h.papers(id))}, "/delivery/" + id + "/records": {2, 2}, "/clocks/" + id: {3, 3}} {
			for i, who := range []string{"贾若兰", "周明远"} {
				if n := strings.Count(h.get(who, "/api/v1"+path).must(t, path, 200).body, `"id":`); n != counts[i] {
					t.Errorf("%s as %s: %d, want %d", path, who, n, counts[i])
				}
			}
		}

		m := h.upload("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "开庭能不能用手机参加？我长期在外地。"}, "files", "行程.png", []byte("\x89PNG\r\n\x1a\n")).must(t, "ask", 200)
		if due := m.get("due_on"); due != "2026-03-05" {
			t.Errorf("answer due on %s", due)
		}
		mid := m.get("id")
		desk := h.get("周明远", "/desk").must(t, "desk", 200).body
		has(t, "desk", desk, "等您回复", "开庭能不能用手机参加")
		h.post("陈助", "/onecode/"+id+"/message/"+mid+"/draft", map[string]string{"text": "可以。双方都同意就行。"}).must(t, "draft", 200)
		h.post("陈助", "/onecode/"+id+"/message/"+mid+"/send", map[string]string{"text": "可以。"}).must(t, "assistant sends", 403)
		work := h.get("周明远", "/onecode/"+id+"/message/"+mid).must(t, "work", 200).body
		has(t, "work", work, "陈助 起草", "可以。双方都同意就行。")
		h.post("周明远", "/onecode/"+id+"/message/"+mid+"/send", map[string]string{"text": "可以。双方都同意就行。"}).must(t, "send", 200)
		thread := h.get("贾若兰", "/onecode/"+id).must(t, "thread", 200).body
		has(t, "thread", thread, "可以。双方都同意就行。", "周明远 法官")

		rec := h.post("贾若兰", "/casebook/"+id+"/export", nil).must(t, "export", 200).body
		rep, err := ledger.Verify([]byte(rec))
		if err != nil {
			t.Fatalf("an outsider cannot check it: %v", err)
		}
		if last := rep.Entries[len(rep.Entries)-1]; last.Kind != "casebook.exported" {
			t.Errorf("the last entry is %s", last.Kind)
		}
	})
}

// TestLate: a late answer is reminded of, then seen by the head.
func TestLate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.accepted()
		long, _ := h.caseCode(id, "贾若兰")
		h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
		h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "什么时候开庭？"}).must(t, "ask", 200)
		if desk := h.get("孙庭", "/desk").body; strings.Contains(desk, "什么时候开庭") {
			t.Error("the head sees it before it is late")
		}
		h.clock.Set(time.Date(2026, 3, 5, 9, 1, 0, 0, clock.Shanghai))
		h.drain()
		h.clock.Set(time.Date(2026, 3, 6, 0, 1, 0, 0, clock.Shanghai))
		h.drain()
		has(t, "head's desk", h.get("孙庭", "/desk").body, "过期没回的留言", "原告向法官提问")
		ms, err := h.Kit.Notify.Outbox(t.Context(), 50)
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, m := range ms {
			all += m.Text + "\n"
		}
		has(t, "outbox", all, "今天到期，请回复", "请督促")
		if strings.Contains(all, "什么时候开庭") || strings.Contains(all, "贾若兰") {
			t.Error("a short message gives the content or a name away")
		}
	})
}

func paperIDs(t *testing.T, h *house, caseID string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, p := range h.papers(caseID) {
		out[p.Kind] = p.ID
	}
	return out
}

// TestPapers: real readers find the papers sound, the text in them, and the
// paper code on every page; what the demo makes is marked on every page.
func TestPapers(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	dir := t.TempDir()
	for _, p := range h.papers(id) {
		b, err := blob.ReadAll(t.Context(), h.Kit.Blob, p.Digest)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, p.Kind+".pdf")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		tool(t, "qpdf", "--check", file)
		text := tool(t, "pdftotext", file, "-")
		has(t, p.Kind, text, "贾若兰")
		if n := strings.Count(text, "演示文书"); n < p.Pages {
			t.Errorf("%s: the mark stands %d times on %d pages", p.Kind, n, p.Pages)
		}
		if p.Kind == "case_code_notice" {
			has(t, p.Kind, strings.Join(strings.Fields(text), ""), strings.ReplaceAll(h.Kit.Ledger.Signer().Fingerprint(), " ", ""))
			if p.Pages != 2 {
				t.Errorf("the notice has %d pages", p.Pages)
			}
		}
		tool(t, "pdftoppm", "-r", "150", "-png", file, filepath.Join(dir, p.Kind))
		pages, err := filepath.Glob(filepath.Join(dir, p.Kind+"-*.png"))
		if err != nil || len(pages) != p.Pages {
			t.Fatalf("%s: %d pictures of %d pages, %v", p.Kind, len(pages), p.Pages, err)
		}
		for _, page := range pages {
			if out := tool(t, "zbarimg", "-q", page); !strings.Contains(out, "/p/"+p.Code) {
				t.Errorf("%s: the paper code is not read: %s", filepath.Base(page), out)
			}
		}
	}
}

// tool runs an independent reader; one that is missing fails the test.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (run make deps if it is missing): %v: %s", name, err, out)
	}
	return string(out)
}

// TestRareName: a name with a character that no typeface has is never printed
// blank. The paper waits; the case page and the desks of who took the case in,
// who accepted it and who is its clerk say for what and what to do; a clerk who
// orders one is told at once; the system administrator reads which character it
// is, not whose. Neither the log nor the queue quotes it.
func TestRareName(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.administrators()
	f := filing()
	f["p_name"] = "贾𰻝兰"
	id := h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
	h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11知识产权审判庭"]}).must(t, "accept", 200)
	const why = "没有“𰻝”（U+30EDD）字"
	h.drain()
	number := h.caseOf(id).Number
	for _, name := range []string{"韩雪", "郭正"} {
		has(t, name, h.get(name, "/desk").must(t, name, 200).body, "文书缺字做不出来", why, number, "/casebook/"+id)
	}
	h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["周明远"], "assistant": h.people["陈助"], "clerk": h.people["李倩"]}).must(t, "assign", 200)
	if desk := h.get("李倩", "/desk").must(t, "clerk", 200).body; strings.Count(desk, why) != 1 || !strings.Contains(desk, number) {
		t.Errorf("the clerk's desk: %s", desk)
	}
	for _, name := range []string{"陈助", "钱法官", "王院", "邻县"} { // who does not make its papers
		if strings.Contains(h.get(name, "/desk").must(t, name, 200).body, "缺字") {
			t.Errorf("it stands on the desk of %s", name)
		}
	}
	desk := h.get("系统", "/desk").must(t, "administrator", 200).body
	has(t, "administrator", desk, why, "装上有这个字的字体")
	if strings.Contains(desk, number) || strings.Contains(desk, id) || strings.Contains(desk, "贾") {
		t.Errorf("the administrator learns of which case: %s", desk)
	}
	for range 14 {
		h.drain()
		h.clock.Set(h.clock.Now().Add(2 * time.Hour))
	}
	for _, p := range h.papers(id) {
		if p.State != paper.Ordered || p.Digest != "" {
			t.Errorf("%s is %s", p.Title, p.State)
		}
	}
	if said := h.log.String() + one[string](h, `SELECT error FROM jobs_job WHERE kind = 'papers.draw' LIMIT 1`); !strings.Contains(said, "in no font") || strings.Contains(said, "𰻝") || strings.Contains(said, "30EDD") {
		t.Errorf("log and queue: %s", said)
	}
	has(t, "case page", h.get("郭正", "/casebook/"+id).must(t, "read", 200).body, "缺字", "没有“𰻝”字")
	a := h.post("韩雪", "/papers/"+id+"/make", map[string]string{"party": h.partyID(id, "贾𰻝兰"), "kind": "case_code_notice"}).must(t, "make", 409)
	has(t, "refusal", a.body, "没有“𰻝”字", "字体")
	has(t, "administrator", h.get("系统", "/setup").must(t, "setup", 200).body, "papers.draw", "没有办成")

	// It was written wrong: put right, withdrawn and made anew, it is drawn.
	h.post("郭正", "/casebook/"+id+"/party/"+h.partyID(id, "贾𰻝兰")+"/mend", map[string]any{"name": "贾若兰", "id_type": "resident", "number": jiaID, "phone": jiaPhone, "address": f["p_address"], "reason": "登记时写错了字"}).must(t, "mend", 200)
	waits := h.papers(id)
	for _, p := range waits {
		h.post("钱法官", "/papers/paper/"+p.ID+"/withdraw", map[string]any{"reason": "不是我的"}).must(t, "a stranger withdraws", 404)
		if !strings.Contains(h.get("郭正", "/casebook/"+id).body, "/papers/paper/"+p.ID+"/withdraw") {
			t.Errorf("%s cannot be withdrawn", p.Title)
		}
		h.post("郭正", "/papers/paper/"+p.ID+"/withdraw", map[string]any{"reason": "写错了字", "again": p.Kind != "service_return"}).must(t, "withdraw "+p.Title, 200)
	}
	h.drain()
	drawn := 0
	for _, p := range h.papers(id) {
		switch {
		case p.State == paper.Issued && p.Digest != "":
			drawn++
		case p.State != paper.Withdrawn && p.State != paper.Superseded || p.Digest != "":
			t.Errorf("%s is %s", p.Title, p.State)
		}
	}
	if drawn < len(waits) {
		t.Errorf("%d papers waited, %d are drawn", len(waits), drawn)
	}
	if strings.Contains(h.get("韩雪", "/desk").body, "缺字") {
		t.Error("the desk still waits for the character")
	}
}

// TestPastedName: a name that came with marks that nobody sees is the name that
// one sees, whichever way it came: its papers are drawn, and he who types it
// without them is known by it.
func TestPastedName(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	f := filing()
	f["p_name"] = "贾\u200b若\U000e0100兰\u3164"
	id := h.post("韩雪", "/casebook/enter", f).must(t, "enter", 200).get("case")
	h.post("郭正", "/casebook/"+id+"/accept", map[string]string{"division": h.divs["冀11知识产权审判庭"]}).must(t, "accept", 200)
	h.post("孙庭", "/casebook/"+id+"/assign", map[string]string{"judge": h.people["周明远"], "assistant": h.people["陈助"], "clerk": h.people["李倩"]}).must(t, "assign", 200)
	h.drain()
	for _, p := range h.papers(id) {
		if p.State != paper.Issued {
			t.Errorf("%s is %s", p.Title, p.State)
		}
	}
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	for _, nothing := range []string{"\u200b\u200b", "\u3164", "\u2800", "\u200d", "\U000e0041", "\u0301"} {
		has(t, "nothing", h.post("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": nothing}).must(t, "ask", 422).body, "请写上要说的话")
	}
	r := told()
	for _, p := range r["parties"].([]map[string]any) {
		p["name"] = p["name"].(string) + "\u200b"
	}
	taken := h.mustPut(r, "created")
	if n := one[int64](h, `SELECT COUNT(*) FROM docket_person WHERE name LIKE '%'||?||'%'`, "\u200b"); n != 0 {
		t.Errorf("%d names of case %s, which another system told, hold a mark of no width", n, taken)
	}
}

// TestTiles: a stranger with tools of his own follows the ledger by its
// checkpoint and tiles (C2SP tlog-tiles): every entry is under the signed root.
func TestTiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for range 30 {
			h.accepted()
		}
		h.drain()
		vkey := h.Kit.Ledger.Signer().Verifier
		v, err := note.NewVerifier(vkey)
		if err != nil {
			t.Fatal(err)
		}
		n, err := note.Open([]byte(h.get("", "/hall/checkpoint").must(t, "checkpoint", 200).body), note.VerifierList(v))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(n.Text, "\n")
		size, err := strconv.ParseInt(lines[1], 10, 64)
		if err != nil || size < 300 {
			t.Fatalf("%d entries, %v; more than one full tile is needed", size, err)
		}
		root, err := tlog.ParseHash(lines[2])
		if err != nil {
			t.Fatal(err)
		}
		hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, &monitor{h})
		for i := range size {
			hs, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
			if err != nil {
				t.Fatal(err)
			}
			p, err := tlog.ProveRecord(size, i, hashes)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(p, size, root, i, hs[0]); err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range []string{"0/001.p/255", "1/001", "6/000", "x/000", "0/000.p/256", "data/000", "-1/000", "0/../key"} {
			if a := h.get("", "/hall/tile/"+path); a.code == 200 {
				t.Errorf("tile %s is there", path)
			}
		}
	})
}

// monitor fetches tiles over HTTP.
type monitor struct{ *house }

func (m *monitor) Height() int { return 8 }

func (m *monitor) ReadTiles(tiles []tlog.Tile) (out [][]byte, err error) {
	for _, tile := range tiles {
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		out = append(out, []byte(m.get("", "/hall/tile/"+path).must(m.t, path, 200).body))
	}
	return out, nil
}

func (m *monitor) SaveTiles([]tlog.Tile, [][]byte) {}
