package mashang_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
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
