package mashang_test

import (
	"crypto/sha256"
	"encoding/hex"
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
