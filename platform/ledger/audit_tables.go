package ledger

import (
	"math"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
)

// tables checks what does not hang on a single entry: where the chains end,
// rows that belong to no entry, and signs of a ledger that was longer.
func (a *audit) tables(tx *db.Tx, witnesses []string) error {
	for _, list := range a.late {
		for _, w := range list {
			a.rep.fault(FaultChain, w.link.Entry, "一位持有人的第 %d 条之前少了记录，或者有重复", w.link.N)
		}
	}
	for _, f := range []func() error{
		func() error { return a.heads(tx) },
		func() error { return a.orphans(tx) },
		func() error { return a.longer(tx) },
		func() error { return a.cosignatures(tx, witnesses) },
	} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// heads compares each chain's stored end with the one that was computed.
func (a *audit) heads(tx *db.Tx) error {
	type head struct {
		Holder string `db:"holder"`
		Case   string `db:"case_id"`
		N      int64  `db:"n"`
		Head   string `db:"head"`
	}
	holder, cas := "", ""
	met := 0
	for {
		l, err := db.List[head](tx, `SELECT holder, case_id, n, head FROM ledger_chain WHERE (case_id, holder) > (?, ?) ORDER BY case_id, holder LIMIT ?`, cas, holder, auditPage)
		if err != nil {
			return err
		}
		for _, h := range l {
			a.rep.Chains++
			c := a.chains[Tag(h.Holder, h.Case)]
			switch {
			case c == nil:
				a.rep.fault(FaultChain, h.Case, "一位持有人的 %d 条记录全部不见了", h.N)
				continue
			case c.n < h.N:
				a.rep.fault(FaultChain, h.Case, "一位持有人应有 %d 条记录，只剩 %d 条，末尾的被删掉了", h.N, c.n)
			case c.n > h.N || c.head.String() != h.Head:
				a.rep.fault(FaultChain, h.Case, "一位持有人的记录链末尾被改过")
			}
			met++
		}
		if len(l) < auditPage {
			break
		}
		holder, cas = l[len(l)-1].Holder, l[len(l)-1].Case
	}
	if met < len(a.chains) {
		a.rep.fault(FaultChain, "", "有 %d 位持有人的记录链被删掉了", len(a.chains)-met)
	}
	return nil
}

// orphans counts rows that belong to no entry.
func (a *audit) orphans(tx *db.Tx) error {
	for _, t := range []struct {
		table, kind, name string
		met               int64
	}{{"ledger_link", FaultChain, "持有人链", a.links}, {"ledger_secret", FaultSecret, "内容", a.secrets}} {
		n, err := db.One[int64](tx, `SELECT COUNT(*) AS n FROM `+t.table)
		if err != nil {
			return err
		}
		if n != t.met {
			a.rep.fault(t.kind, "", "有 %d 条%s所属的记录已经不在了", n-t.met, t.name)
		}
	}
	return nil
}

// longer looks for traces of entries beyond the newest checkpoint.
func (a *audit) longer(tx *db.Tx) error {
	end := tlog.StoredHashCount(a.rep.Size)
	n, err := db.One[int64](tx, `SELECT COUNT(*) AS n FROM ledger_hash WHERE idx < 0 OR idx >= ?`, end)
	if err != nil {
		return err
	}
	if n > 0 {
		a.rep.fault(FaultRollback, "", "有 %d 个校验值属于校验点以后的记录：校验点被退回过", n)
	}
	for _, t := range []struct{ table, text string }{
		{"ledger_export", "有人导出过 %d 条处的记录，那里的校验点却没有了：校验点被退回过"},
		{"ledger_cosignature", "见证人签过 %d 条处的校验点，那个校验点却没有了：校验点被退回过"},
	} {
		sizes, err := db.List[int64](tx, `SELECT DISTINCT size FROM `+t.table+` x WHERE NOT EXISTS (SELECT 1 FROM ledger_checkpoint c WHERE c.size = x.size) ORDER BY size LIMIT 20`)
		if err != nil {
			return err
		}
		for _, s := range sizes {
			a.rep.fault(FaultRollback, itoa(s), t.text, s)
		}
	}
	return nil
}

// cosignatures verifies the lines of the witnesses whose keys are known.
func (a *audit) cosignatures(tx *db.Tx, keys []string) error {
	type line struct {
		Size int64  `db:"size"`
		Note string `db:"note"`
		Line string `db:"line"`
	}
	for _, key := range keys {
		v, err := Cosigner(key)
		if err != nil {
			return err
		}
		next := int64(math.MinInt64)
		for {
			l, err := db.List[line](tx, `SELECT x.size AS size, c.note AS note, x.line AS line FROM ledger_cosignature x JOIN ledger_checkpoint c ON c.size = x.size
				WHERE x.witness = ? AND x.size > ? ORDER BY x.size LIMIT ?`, v.Name(), next, auditPage)
			if err != nil {
				return err
			}
			for _, s := range l {
				a.rep.Cosignatures++
				next = s.Size
				n, err := note.Open([]byte(s.Note+s.Line), note.VerifierList(v))
				if err != nil || len(n.Sigs) != 1 {
					a.rep.fault(FaultCheckpoint, itoa(s.Size), "见证人 %s 在 %d 条处的签名不对", v.Name(), s.Size)
				}
			}
			if len(l) < auditPage {
				break
			}
		}
	}
	return nil
}
