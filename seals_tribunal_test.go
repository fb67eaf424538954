package mashang_test

import (
	"testing"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	signature "mashang/platform/sign"
)

// TestTribunalSeal: a tribunal's seal that got into the list, by whatever way, is
// set on nothing: papers bear the seal of the court, and while that is out of
// use there are none (民诉法解释 262).
func TestTribunalSeal(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		err := h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
			return docket.AddSeal(tx, docket.Seal{Court: "冀11", Ring: "衡水市中级人民法院东安庄人民法庭", Basis: "旧库导入", From: h.Kit.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Add(time.Minute)
		id := h.accepted()
		r, err := signature.Verify(h.issued(id, "acceptance_notice"), signature.Trust{}, h.Kit.Now())
		if err != nil || len(r.Signatures) != 1 {
			t.Fatalf("%+v %v", r, err)
		}
		has(t, "whose seal", r.Signatures[0].Name, "河北省衡水市中级人民法院")
		err = h.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
			s, _, err := docket.SealOf(tx, "冀11", tx.Now())
			if err != nil {
				return err
			}
			return docket.EndSeal(tx, "冀11", s.ID, tx.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Add(time.Minute)
		has(t, "without the court's", h.post("陈助", "/papers/write/"+id+"/save", map[string]any{"kind": "judgment", "submit": true}).must(t, "save", 409).body, "没有在用的院印")
	})
}
