package ledger

import (
	"context"
	"math"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
)

// auditPage is how many entries are read at a time: a few megabytes.
const auditPage = 2000

// row is an entry with the columns that repeat its content.
type row struct {
	ID    string    `db:"id"`
	At    time.Time `db:"at"`
	Kind  string    `db:"kind"`
	Court string    `db:"court_id"`
	Case  string    `db:"case_id"`
	Actor string    `db:"actor"`
	Leaf  string    `db:"leaf"`
	Seq   int64     `db:"seq"`
}

// linkRow is a place in a holder's chain.
type linkRow struct {
	Holder string `db:"holder"`
	Case   string `db:"case_id"`
	N      int64  `db:"n"`
	Entry  string `db:"entry_id"`
	Prev   string `db:"prev"`
	Salt   string `db:"salt"`
}

// secretRow is a private value with what its digest was made from.
type secretRow struct {
	Entry string `db:"entry_id"`
	Name  string `db:"name"`
	Salt  string `db:"salt"`
	Value string `db:"value"`
}

// point is a stored checkpoint.
type point struct {
	Size int64  `db:"size"`
	Note string `db:"note"`
}

// page is a run of entries with everything that hangs on them.
type page struct {
	pending bool // not sealed yet
	rows    []row
	links   map[string][]linkRow   // by entry
	secrets map[string][]secretRow // by entry
	points  []point                // checkpoints at sizes after the first and up to the last of these entries
}

const rowCols = `id, at, kind, court_id, case_id, actor, leaf, `

// readPages sends all entries in the order of their places, then those that
// wait, in the order in which the sealer will take them.
func readPages(tx *db.Tx, out chan<- *page) error {
	next, size := int64(math.MinInt64), int64(math.MinInt64)
	for {
		rows, err := db.List[row](tx, `SELECT `+rowCols+`seq FROM ledger_entry WHERE seq >= ? ORDER BY seq LIMIT ?`, next, auditPage)
		if err != nil {
			return err
		}
		last := int64(math.MaxInt64)
		if len(rows) == auditPage {
			last = rows[len(rows)-1].Seq
		}
		p, err := fill(tx, rows, `e.seq >= ? AND e.seq <= ?`, next, last)
		if err != nil {
			return err
		}
		p.points, err = db.List[point](tx, `SELECT size, note FROM ledger_checkpoint WHERE size > ? AND size <= ? ORDER BY size`, size, clampAdd(last))
		if err != nil {
			return err
		}
		out <- p
		if len(rows) < auditPage {
			break
		}
		next, size = last+1, clampAdd(last)
	}
	return readPending(tx, out)
}

// clampAdd is n+1: the size of a tree whose last entry is n.
func clampAdd(n int64) int64 {
	if n == math.MaxInt64 {
		return n
	}
	return n + 1
}

// readPending pages by id: how many wait is bounded only by how long the
// sealer was away.
func readPending(tx *db.Tx, out chan<- *page) error {
	at, id := int64(math.MinInt64), ""
	for {
		rows, err := db.List[row](tx, `SELECT `+rowCols+`CAST(-1 AS BIGINT) AS seq FROM ledger_entry
			WHERE seq IS NULL AND (at > ? OR (at = ? AND id > ?)) ORDER BY at, id LIMIT ?`, at, at, id, auditPage)
		if err != nil || len(rows) == 0 {
			return err
		}
		first, last := rows[0], rows[len(rows)-1]
		p, err := fill(tx, rows, `e.seq IS NULL AND (e.at > ? OR (e.at = ? AND e.id >= ?)) AND (e.at < ? OR (e.at = ? AND e.id <= ?))`,
			first.At, first.At, first.ID, last.At, last.At, last.ID)
		if err != nil {
			return err
		}
		p.pending = true
		out <- p
		at, id = last.At.UnixMilli(), last.ID
	}
}

// fill fetches the links and the private values of a run of entries.
func fill(tx *db.Tx, rows []row, where string, args ...any) (*page, error) {
	p := &page{rows: rows, links: map[string][]linkRow{}, secrets: map[string][]secretRow{}}
	if len(rows) == 0 {
		return p, nil
	}
	links, err := db.List[linkRow](tx, `SELECT l.holder AS holder, l.case_id AS case_id, l.n AS n, l.entry_id AS entry_id, l.prev AS prev, l.salt AS salt
		FROM ledger_entry e JOIN ledger_link l ON l.entry_id = e.id WHERE `+where, append([]any{}, args...)...)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		p.links[l.Entry] = append(p.links[l.Entry], l)
	}
	secrets, err := db.List[secretRow](tx, `SELECT s.entry_id AS entry_id, s.name AS name, s.salt AS salt, s.value AS value
		FROM ledger_entry e JOIN ledger_secret s ON s.entry_id = e.id WHERE `+where, append([]any{}, args...)...)
	if err != nil {
		return nil, err
	}
	for _, s := range secrets {
		p.secrets[s.Entry] = append(p.secrets[s.Entry], s)
	}
	return p, nil
}

// readHashes sends the stored hashes of the tree of size entries, by index.
func readHashes(ctx context.Context, d *db.DB, size int64, out chan<- []stored) error {
	defer close(out)
	end := tlog.StoredHashCount(size)
	return d.Read(ctx, func(tx *db.Tx) error {
		next := int64(math.MinInt64)
		for {
			l, err := db.List[stored](tx, `SELECT idx, hash FROM ledger_hash WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?`, next, end, 4*auditPage)
			if err != nil || len(l) == 0 {
				return err
			}
			select {
			case out <- l:
			case <-ctx.Done():
				return ctx.Err()
			}
			next = l[len(l)-1].Idx + 1
		}
	})
}
