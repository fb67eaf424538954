package ledger

import (
	"sort"

	"mashang/platform/db"
)

// chain is how far a holder's chain in a case has come: his n-th entry is the
// last, head is its leaf's hash.
type chain struct {
	Holder string `db:"holder"`
	N      int64  `db:"n"`
	Head   string `db:"head"`
}

// chains returns the chains of the holders, sorted, and keeps other acts from
// extending them until tx ends. On SQLite there is only one writer; on
// PostgreSQL the rows are locked, in one order, or two acts on one case could
// deadlock.
func (l *Ledger) chains(tx *db.Tx, caseID string, holders []string) ([]chain, error) {
	if len(holders) == 0 {
		return nil, nil
	}
	// The few holders of a case are read whole: one look into the tree, which is
	// in this order, instead of one for each.
	q, args := `SELECT holder, n, head FROM ledger_chain WHERE case_id = ? ORDER BY holder`, []any{caseID}
	if caseID == "" || tx.Postgres() {
		q, args = `SELECT holder, n, head FROM ledger_chain WHERE case_id = ? AND holder IN (`+db.In(len(holders))+`) ORDER BY holder`, append(args, db.Args(holders)...)
	}
	if tx.Postgres() {
		q += ` FOR UPDATE`
	}
	have, err := db.List[chain](tx, q, args...)
	if err == nil && tx.Postgres() && len(have) < len(holders) { // a first entry: there must be a row to lock
		var first db.Rows
		for _, h := range holders {
			first.Add(h, caseID, 0, "")
		}
		if err = first.Insert(tx, `ledger_chain (holder, case_id, n, head)`, `ON CONFLICT DO NOTHING`); err == nil {
			have, err = db.List[chain](tx, q, args...)
		}
	}
	if err != nil {
		return nil, err
	}
	out := make([]chain, len(holders))
	for i, h := range holders {
		out[i].Holder = h
		for _, c := range have {
			if c.Holder == h {
				out[i] = c
			}
		}
	}
	return out, nil
}

// link gives the entry the next place in each chain and returns the
// commitments that go into the leaf, sorted so that their order says nothing.
func link(tx *db.Tx, entry, caseID string, chains []chain) ([]string, error) {
	links := []string{}
	var rows db.Rows
	for i := range chains {
		c, salt := &chains[i], newSalt()
		c.N++
		links = append(links, Commit(salt, Tag(c.Holder, caseID), c.N, c.Head))
		rows.Add(c.Holder, caseID, c.N, entry, c.Head, salt)
	}
	sort.Strings(links)
	return links, rows.Insert(tx, `ledger_link (holder, case_id, n, entry_id, prev, salt)`, ``)
}

// advance makes head the end of every chain.
func advance(tx *db.Tx, caseID string, chains []chain, head string) error {
	var rows db.Rows
	for _, c := range chains {
		rows.Add(c.Holder, caseID, c.N, head)
	}
	return rows.Insert(tx, `ledger_chain (holder, case_id, n, head)`, `ON CONFLICT (holder, case_id) DO UPDATE SET n = excluded.n, head = excluded.head`)
}
