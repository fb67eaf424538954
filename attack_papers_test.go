package mashang_test

import (
	"strings"
	"testing"

	"mashang/platform/dbtest"
)

// TestUnsignedIsNone: the file of a paper that people are still signing, which
// each of them can have, is not one that the court has issued.
func TestUnsignedIsNone(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, round := h.pair()
	file := h.get("贾若兰", "/signing/"+id+"/round/"+round+"/file").must(t, "file", 200).body
	if a := h.upload("", "/signing/check", nil, "file", "a.pdf", []byte(file)).must(t, "check", 200); a.get("state") != "unsigned" || strings.Contains(a.body, "调解笔录") {
		t.Error(a.body)
	}
}

// TestNeverServed: what was taken back and made anew before it was served stays
// unread: the side learns of the new one only, and that when it is served.
func TestNeverServed(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	old := paperIDs(t, h, id)["acceptance_notice"]
	h.post("周明远", "/papers/paper/"+old+"/withdraw", map[string]any{"reason": "写错了", "again": true}).must(t, "withdraw", 200)
	h.drain()
	if s := h.paperStates(id); !strings.Contains(strings.Join(s, " "), "superseded") {
		t.Fatal(s)
	}
	h.get("贾若兰", "/papers/file/"+old).must(t, "the file of what she never got", 404)
	h.get("贾若兰", "/papers/view/"+old).must(t, "its words", 404)
	if a := h.get("贾若兰", "/api/v1/papers/"+id).must(t, "her papers", 200); strings.Contains(a.body, old) {
		t.Error(a.body)
	}
}
